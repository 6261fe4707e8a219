//! Made-up events and logs for the tests.
#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(unreachable_pub, reason = "shared by test files")]

pub mod old_formats;

use std::path::{Path, PathBuf};

use postern_log::{Credential, Flags, Grade, Kind, Log, NewEvent, Outcome, Source};
use rusqlite::Connection;
use tempfile::TempDir;

/// The `i`th made-up event; neighbours differ in every field, every fourth needs format 2, each for another reason, and others have
/// a credential.
pub fn event(i: u64) -> NewEvent {
    let old = code_event(i);
    let flags = Flags {
        emergency: true,
        ..old.flags
    };
    let (source, operator) = (Source::Hand, Some(format!("op-{i}")));
    match i % 16 {
        3 => NewEvent {
            source: Source::Document,
            kind: Kind::Document,
            about: Some(i - 1),
            ..old
        },
        7 => NewEvent {
            source,
            kind: Kind::Manual,
            operator,
            ..old
        },
        11 => NewEvent {
            source,
            kind: Kind::Override,
            about: Some(i / 2),
            operator,
            ..old
        },
        15 => NewEvent { flags, ..old },
        2 | 9 | 12 if old.code.is_some() && old.issuer.is_some() => NewEvent {
            credential: Some(Credential {
                kid: [i as u8; 4],
                issued: 1_630_000_000 + i,
                index: 1000 * i,
            }),
            ..old
        },
        _ => old,
    }
}

/// The `i`th made-up event as format 1 has it: a code.
pub fn code_event(i: u64) -> NewEvent {
    let byte = i as u8;
    NewEvent {
        time: 1_640_000_000 + i,
        system: 1_640_000_003 + i,
        flags: Flags::from_bits(byte % 8).unwrap(),
        outcome: Outcome::ALL[(i % 3) as usize],
        reasons: (0..i % 3).map(|r| format!("reason-{r}")).collect(),
        code: (!i.is_multiple_of(5)).then_some([byte; 16]),
        person: i.is_multiple_of(2).then_some([byte; 9]),
        issuer: (!i.is_multiple_of(7)).then(|| format!("西安-{i}")),
        root: 1,
        pack: i / 100,
        snapshot: i / 10,
        age: 60 * i,
        grade: Grade::ALL[(i % 4) as usize],
        source: [Source::Text, Source::Picture, Source::Scanner][(i % 3) as usize],
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: None,
    }
}

/// A folder with a closed log of `count` events, each appended on its own.
pub fn closed_log(count: u64) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.db");
    let mut log = Log::create(&path, "north-1").unwrap();
    for i in 0..count {
        assert_eq!(log.append(event(i)).unwrap().seq(), i);
    }
    (folder, path)
}

/// What somebody with any SQLite tool can do to a closed log.
pub fn tamper(path: &Path, sql: &str) {
    let conn = Connection::open(path).unwrap();
    // The checks of the tables bind only those who want to be bound.
    conn.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
    conn.execute_batch(sql).unwrap();
}
