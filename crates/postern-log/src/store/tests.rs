use super::*;
use crate::event::{Flags, Grade, Kind, Outcome, Source};

/// A made-up event with a long leaf.
fn event(time: u64) -> NewEvent {
    NewEvent {
        time,
        system: time,
        flags: Flags::default(),
        outcome: Outcome::Refuse,
        reasons: vec!["a-reason-that-fills-a-page-rather-soon".to_owned(); 16],
        code: Some([1; 16]),
        person: None,
        issuer: None,
        root: 1,
        pack: 1,
        snapshot: 1,
        age: 0,
        grade: Grade::Fresh,
        source: Source::Picture,
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: None,
    }
}

fn log() -> (tempfile::TempDir, Log) {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::create(&folder.path().join("gate.db"), "north-1").unwrap();
    (folder, log)
}

#[test]
fn a_full_disk_is_an_error_of_its_own_and_the_log_goes_on_after_it() {
    let (_folder, mut log) = log();
    log.append(event(0)).unwrap();
    log.reader.conn.pragma_update(None, "max_page_count", 24).unwrap();
    let error = loop {
        if let Err(error) = log.append_batch((0..3).map(event)) {
            break error;
        }
    };
    assert!(matches!(error, LogError::DiskFull { .. }), "{error:?}");
    let tip = log.tip();
    assert_eq!(log.reader.tip().unwrap(), tip, "no part of the batch is in");
    let report = log.verify().unwrap();
    assert!(report.is_clean() && report.rows == tip.size && tip.size > 1);
    assert!(
        matches!(log.append_batch((0..3).map(event)), Err(LogError::DiskFull { .. })),
        "still full"
    );
    log.reader.conn.pragma_update(None, "max_page_count", 1000).unwrap();
    assert_eq!(log.append(event(9)).unwrap().seq(), tip.size);
    assert!(log.verify().unwrap().is_clean());
}

#[test]
fn a_medium_that_became_read_only_is_an_error_of_its_own() {
    let (_folder, mut log) = log();
    log.reader.conn.pragma_update(None, "query_only", "on").unwrap();
    assert!(matches!(log.append(event(0)), Err(LogError::ReadOnly { .. })));
    log.reader.conn.pragma_update(None, "query_only", "off").unwrap();
    assert_eq!(log.append(event(0)).unwrap().seq(), 0);
}

#[test]
fn commits_are_synchronous() {
    let (_folder, log) = log();
    let number = |pragma| {
        let value = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        log.reader.conn.pragma_query_value(None, pragma, value).unwrap()
    };
    assert_eq!(number("synchronous"), 2);
    assert_eq!(number("application_id"), schema::APPLICATION_ID);
    assert_eq!(number("user_version"), FORMAT);
    let mode: String = log
        .reader
        .conn
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_lock_that_stays_is_busy_in_bounded_time() {
    let (_folder, mut log) = log();
    let other = Connection::open(&log.reader.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = std::time::Instant::now();
    assert!(matches!(log.append(event(0)), Err(LogError::Busy { .. })));
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(log.append(event(0)).unwrap().seq(), 0);
}

#[test]
fn an_append_that_failed_after_its_commit_is_found_again() {
    let (_folder, mut log) = log();
    log.append(event(0)).unwrap();
    let (frontier, tip) = (log.frontier.clone(), log.tip);
    log.append(event(1)).unwrap();
    // As if the commit had reported an error although the disk kept it.
    (log.frontier, log.tip, log.unsure) = (frontier, tip, true);
    assert_eq!(log.append(event(2)).unwrap().seq(), 2);
    assert!(log.verify().unwrap().is_clean());
}
