//! A log of an older format is brought to the present format when it is opened for writing, and is read as it is.

mod common;

use std::fs;
use std::path::Path;

use common::old_formats::{old_log, old_log_2};
use common::{code_event, event, tamper};
use postern_core::keys::{PrivateKey, Signer};
use postern_log::{Anchors, Event, Finding, Log, LogError, Reader};
use rusqlite::Connection;
use rusqlite::types::Value;

const OLD_COLUMNS: &str = "seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, \
                           grade, source, leaf";

/// The format in the header, and every value of the columns that both formats have, the leaves among them, and of the
/// tree.
fn content(path: &Path) -> (i64, Vec<Vec<Value>>) {
    let conn = Connection::open(path).unwrap();
    let format = conn.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
    let mut rows = Vec::new();
    for sql in [
        &format!("SELECT {OLD_COLUMNS} FROM events ORDER BY seq"),
        "SELECT * FROM tree",
    ] {
        let mut select = conn.prepare(sql).unwrap();
        let columns = select.column_count();
        let mut found = select.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            rows.push((0..columns).map(|i| row.get(i).unwrap()).collect());
        }
    }
    (format, rows)
}

#[test]
fn every_leaf_stays_as_it_was() {
    let (_folder, path) = old_log((0..300).map(code_event));
    let (format, before) = content(&path);
    assert_eq!((format, before.len()), (1, 301));
    let tip = Reader::open(&path).unwrap().tip().unwrap();

    let mut log = Log::open(&path).unwrap();
    assert_eq!(log.tip(), tip);
    assert!(log.verify().unwrap().is_clean());
    assert_eq!(content(&path), (3, before));
    let conn = Connection::open(&path).unwrap();
    let others: i64 = conn
        .query_row(
            "SELECT count(*) FROM v_scans WHERE kind <> 'code' OR about IS NOT NULL OR operator IS NOT NULL OR emergency",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(others, 0);

    log.append_batch((300..330).map(event)).unwrap();
    assert!(log.verify().unwrap().is_clean());
    assert_eq!(log.reader().gate(), "north-1");
    drop(log);
    assert_eq!(
        Log::open(&path).unwrap().tip().size,
        330,
        "and it is not done a second time"
    );
    assert!(Reader::open(&path).unwrap().verify().unwrap().is_clean());
}

#[test]
fn a_log_of_format_2_is_brought_along_and_sealed_from_there() {
    let older = |i| {
        let mut event = event(i);
        event.credential = None;
        event
    };
    let (_folder, path) = old_log_2((0..1500).map(older));
    let (format, before) = content(&path);
    assert_eq!((format, before.len()), (2, 1501));
    let reader = Reader::open(&path).unwrap();
    assert!(reader.verify().unwrap().is_clean());
    let leaves = reader.leaves(0..1500).unwrap();
    let tip = reader.tip().unwrap();
    assert_eq!(reader.frontier_at(1500).unwrap().root(), tip.root);

    let mut log = Log::open(&path).unwrap();
    assert_eq!((content(&path), log.tip()), ((3, before), tip));
    let key = PrivateKey::from_seed(&[1; 32]);
    let public = key.public();
    log.seal_with(Box::new(key)).unwrap();
    log.append_batch((1500..2100).map(event)).unwrap();
    assert_eq!(log.reader().leaves(0..1500).unwrap(), leaves);
    let anchors = Anchors {
        key: Some(&public),
        receipts: &[],
    };
    let report = log.reader().verify_with(&anchors).unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(
        (report.sealed, report.missing_seals),
        (2048, 0),
        "no seal was due before"
    );
}

#[test]
fn an_empty_log_is_brought_along_too() {
    let (_folder, path) = old_log([]);
    let mut log = Log::open(&path).unwrap();
    log.append_batch((0..20).map(event)).unwrap();
    assert!(log.verify().unwrap().is_clean());
}

#[test]
fn a_reader_reads_the_old_format_and_changes_nothing() {
    let (_folder, path) = old_log((0..13).map(code_event));
    let before = fs::read(&path).unwrap();
    let reader = Reader::open(&path).unwrap();
    let report = reader.verify().unwrap();
    assert!(report.is_clean() && report.rows == 13, "{report:?}");
    assert_eq!(
        reader.recent(2).unwrap(),
        [12, 11].map(|i| Event::new(i, code_event(i)).unwrap())
    );
    let counts = reader.counts().unwrap();
    assert_eq!((counts.admit, counts.refer, counts.refuse), (5, 4, 4));
    drop(reader);
    assert_eq!(fs::read(&path).unwrap(), before);

    tamper(
        &path,
        "UPDATE events SET age = 0 WHERE seq = 5; DROP VIEW v_daily; DELETE FROM events WHERE seq = 7",
    );
    assert_eq!(
        Reader::open(&path).unwrap().verify().unwrap().findings,
        [
            Finding::SchemaChanged {
                name: "v_daily".to_owned()
            },
            Finding::ColumnEdited { seq: 5, column: "age" },
            Finding::MissingRows { first: 7, count: 1 },
        ]
    );
}

#[test]
fn a_reader_that_was_there_before_goes_on() {
    let (_folder, path) = old_log((0..13).map(code_event));
    let reader = Reader::open(&path).unwrap();
    let mut log = Log::open(&path).unwrap();
    log.append_batch((13..30).map(event)).unwrap();
    let report = reader.verify().unwrap();
    assert!(report.is_clean() && report.rows == 30, "{report:?}");
    assert_eq!(reader.recent(20).unwrap().len(), 20);
}

#[test]
fn what_was_wrong_before_is_wrong_after() {
    for sql in [
        "UPDATE events SET age = 7 WHERE seq = 5",
        "UPDATE events SET outcome = 'perhaps', flags = 99 WHERE seq = 5",
        "UPDATE events SET leaf = x'00' WHERE seq = 3",
        "DELETE FROM events WHERE seq BETWEEN 4 AND 6",
    ] {
        let (_folder, path) = old_log((0..13).map(code_event));
        tamper(&path, sql);
        let before = Reader::open(&path).unwrap().verify().unwrap();
        assert!(!before.is_clean());
        let log = Log::open(&path).unwrap();
        assert_eq!(log.verify().unwrap(), before, "{sql}");
    }
}

#[test]
fn the_bounds_of_the_tables_hold_again_afterwards() {
    let (_folder, path) = old_log((0..3).map(code_event));
    drop(Log::open(&path).unwrap());
    let conn = Connection::open(&path).unwrap();
    for wrong in [
        "kind = 'none'",
        "flags = 16",
        "about = seq",
        "about = -1",
        "source = 'x'",
    ] {
        assert!(
            conn.execute(&format!("UPDATE events SET {wrong} WHERE seq = 2"), [])
                .is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn a_log_that_may_not_be_appended_to_is_left_alone() {
    for sql in [
        "DELETE FROM events WHERE seq = 12",
        "UPDATE tree SET root = zeroblob(32)",
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
        "DROP VIEW v_scans",
    ] {
        let (_folder, path) = old_log((0..13).map(code_event));
        tamper(&path, sql);
        let before = content(&path);
        assert!(matches!(Log::open(&path), Err(LogError::Corrupt { .. })), "{sql}");
        assert_eq!(content(&path), before, "{sql}");
    }
}

#[test]
fn tables_and_views_of_ones_own_stay() {
    let (_folder, path) = old_log((0..13).map(code_event));
    tamper(
        &path,
        "CREATE TABLE notes (seq INTEGER, note TEXT); INSERT INTO notes VALUES (3, 'a note');
         CREATE VIEW v_mine AS SELECT e.seq, outcome, note FROM events e JOIN notes USING (seq);
         CREATE INDEX mine ON events (issuer)",
    );
    let mut log = Log::open(&path).unwrap();
    log.append(event(13)).unwrap();
    assert!(log.verify().unwrap().is_clean());
    let conn = Connection::open(&path).unwrap();
    let note: String = conn
        .query_row("SELECT outcome || note FROM v_mine", [], |r| r.get(0))
        .unwrap();
    assert_eq!(note, "admita note");
}

/// What a disk holds that lost its power while the migration was being written.
#[test]
fn the_power_is_cut_at_any_byte_of_it() {
    let (folder, path) = old_log((0..40).map(code_event));
    let old = fs::read(&path).unwrap();
    let (_, rows) = content(&path);
    let log = Log::open(&path).unwrap();
    let wal = fs::read(folder.path().join("gate.db-wal")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), old, "all is in the write-ahead log still");
    drop(log);

    let cut = folder.path().join("cut.db");
    let beside = |suffix: &str| folder.path().join(format!("cut.db{suffix}"));
    let mut seen = [0, 0];
    let cuts = (0..wal.len()).step_by(1777).chain([wal.len() - 1, wal.len()]);
    for at in cuts {
        let mut torn = wal.clone();
        torn[at..].iter_mut().for_each(|b| *b = !*b);
        for wal in [&wal[..at], &torn] {
            let _ = fs::remove_file(beside("-shm"));
            fs::write(&cut, &old).unwrap();
            fs::write(beside("-wal"), wal).unwrap();
            let (format, found) = content(&cut);
            assert_eq!(found, rows, "cut at {at}");
            seen[usize::from(format == 3)] += 1;
            fs::write(&cut, &old).unwrap();
            fs::write(beside("-wal"), wal).unwrap();
            let mut log = Log::open(&cut).unwrap();
            assert_eq!(log.append(event(40)).unwrap().seq(), 40, "cut at {at}");
            assert!(log.verify().unwrap().is_clean(), "cut at {at}");
        }
    }
    assert!(seen[0] > 10 && seen[1] > 0, "both were seen: {seen:?}");
}
