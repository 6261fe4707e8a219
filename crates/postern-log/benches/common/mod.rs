//! A log, and a table of the same columns without a tree.
//!
//! `plain` inserts the same rows with the same SQL and the same settings, but keeps no tree. The folder is that of the
//! package, not the temporary one, which may be in memory; `POSTERN_BENCH_FOLDER` names another, as one in memory to see
//! what the processor does and not the disk.
#![allow(unreachable_pub, reason = "shared by benchmarks")]

use postern_core::keys::PrivateKey;
use postern_log::{Credential, Event, Flags, Grade, Kind, Log, NewEvent, Outcome, Source};
use rusqlite::{Connection, Statement, params};
use tempfile::TempDir;

pub fn event(i: u64) -> NewEvent {
    NewEvent {
        time: 1_640_000_000 + i,
        system: 1_640_000_000 + i,
        flags: Flags::default(),
        outcome: Outcome::ALL[(i % 3) as usize],
        reasons: vec!["status-stale".to_owned(), "rule-not-met".to_owned()],
        code: Some([i as u8; 16]),
        person: Some([i as u8; 9]),
        issuer: Some("made-up-issuer".to_owned()),
        root: 3,
        pack: 17,
        snapshot: 410,
        age: 7200,
        grade: Grade::Fresh,
        source: Source::Scanner,
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: Some(Credential {
            kid: [7; 4],
            issued: 1_639_000_000,
            index: i,
        }),
    }
}

pub fn log() -> (TempDir, Log) {
    let place = std::env::var_os("POSTERN_BENCH_FOLDER").unwrap_or(env!("CARGO_TARGET_TMPDIR").into());
    let folder = tempfile::tempdir_in(place).unwrap();
    let mut log = Log::create(&folder.path().join("gate.db"), "bench").unwrap();
    log.seal_with(Box::new(PrivateKey::from_seed(&[1; 32]))).unwrap();
    (folder, log)
}

/// The database of a log, opened by somebody who keeps no tree.
pub fn plain() -> (TempDir, Connection) {
    let (folder, log) = log();
    drop(log);
    let conn = Connection::open(folder.path().join("gate.db")).unwrap();
    conn.pragma_update(None, "synchronous", "full").unwrap();
    (folder, conn)
}

fn insert(statement: &mut Statement<'_>, event: &Event) {
    let e = event.details();
    statement
        .execute(params![
            event.seq() as i64,
            e.time as i64,
            e.system as i64,
            e.flags.bits(),
            e.outcome.as_str(),
            e.reasons.join(","),
            e.code,
            e.person,
            e.issuer,
            e.root as i64,
            e.pack as i64,
            e.snapshot as i64,
            e.age as i64,
            e.grade.as_str(),
            e.source.as_str(),
            e.kind.as_str(),
            e.about.map(|about| about as i64),
            e.operator,
            e.credential.map(|credential| credential.kid),
            e.credential.map(|credential| credential.issued as i64),
            e.credential.map(|credential| credential.index as i64),
            event.to_leaf(),
        ])
        .unwrap();
}

/// One commit of `batch` rows.
pub fn commit(conn: &mut Connection, seq: &mut u64, batch: u64) {
    let tx = conn.transaction().unwrap();
    {
        let sql = "INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22)";
        let mut statement = tx.prepare_cached(sql).unwrap();
        for _ in 0..batch {
            insert(&mut statement, &Event::new(*seq, event(*seq)).unwrap());
            *seq += 1;
        }
    }
    tx.commit().unwrap();
}
