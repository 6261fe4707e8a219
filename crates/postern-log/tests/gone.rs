//! The files are deleted, moved, replaced or cut under a gate that has them open: nothing is acknowledged. What SQLite
//! itself does to them for another program is no fault.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use common::{closed_log, event};
use postern_log::{Log, LogError, Reader};
use rusqlite::Connection;

fn beside(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("gate.db{suffix}"))
}

/// The next appends say that `expected` is gone, every one.
fn assert_gone(log: &mut Log, expected: &Path) {
    for i in 5..8 {
        match log.append(event(i)) {
            Err(LogError::Gone { path }) => assert_eq!(path, expected.canonicalize().unwrap_or(expected.to_owned())),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_deleted_log() {
    let (_folder, path) = closed_log(5);
    let mut log = Log::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_gone(&mut log, &path);
    assert!(!path.exists(), "and none is made in its place");
}

#[test]
fn a_log_that_was_moved_goes_on_when_it_is_back() {
    let (_folder, path) = closed_log(5);
    let mut log = Log::open(&path).unwrap();
    let elsewhere = beside(&path, ".elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    assert_gone(&mut log, &path);
    fs::rename(&elsewhere, &path).unwrap();
    // None of the attempts was written.
    assert_eq!(log.append(event(9)).unwrap().seq(), 5);
    assert!(log.verify().unwrap().is_clean());
}

#[test]
fn a_log_that_was_replaced() {
    let (_folder, path) = closed_log(5);
    let copy = beside(&path, ".copy");
    fs::copy(&path, &copy).unwrap();
    let mut log = Log::open(&path).unwrap();
    log.append(event(5)).unwrap();
    fs::rename(&copy, &path).unwrap();
    assert_gone(&mut log, &path);
}

#[test]
fn a_folder_that_was_moved() {
    let (folder, path) = closed_log(5);
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let inside = inner.join("gate.db");
    fs::rename(&path, &inside).unwrap();
    let mut log = Log::open(&inside).unwrap();
    fs::rename(&inner, folder.path().join("outer")).unwrap();
    assert_gone(&mut log, &inside);
}

#[test]
fn a_deleted_write_ahead_log_and_what_was_acknowledged_before() {
    let (_folder, path) = closed_log(0);
    let mut log = Log::open(&path).unwrap();
    log.append_batch((0..5).map(event)).unwrap();
    let wal = beside(&path, "-wal");
    fs::remove_file(&wal).unwrap();
    assert_gone(&mut log, &wal);
    drop(log);
    // Closing brought what was in it into the database.
    let reader = Reader::open(&path).unwrap();
    assert!(reader.tip().unwrap().size >= 5);
    assert!(reader.verify().unwrap().is_clean());
}

/// What was acknowledged before is lost with what was cut off, and nobody can help that; but nothing is after it.
#[test]
fn a_file_that_was_cut() {
    for (suffix, len) in [("-wal", 0), ("-wal", 3000), ("", 0), ("", 4096)] {
        let (_folder, path) = closed_log(5);
        let mut log = Log::open(&path).unwrap();
        log.append(event(5)).unwrap();
        let cut = beside(&path, suffix);
        fs::File::options()
            .write(true)
            .open(&cut)
            .unwrap()
            .set_len(len)
            .unwrap();
        assert_gone(&mut log, &cut);
        assert_eq!(fs::metadata(&cut).unwrap().len(), len, "nothing is written to it");
    }
}

/// What a backup tool may do to a log in use: the write-ahead log goes into the database and is then empty. Whether it did.
fn empty_the_wal(other: &Connection) -> bool {
    let busy = other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    !busy.unwrap()
}

/// What a disk holds at this moment has the log's every event.
fn assert_all_on_disk(log: &Log, path: &Path) {
    let copied = path.with_file_name("copied.db");
    for suffix in ["", "-wal"] {
        fs::copy(beside(path, suffix), path.with_file_name(format!("copied.db{suffix}"))).unwrap();
    }
    let copy = Log::open(&copied).unwrap();
    assert_eq!(copy.tip(), log.tip());
    assert!(copy.verify().unwrap().is_clean());
}

#[test]
fn another_program_brings_the_write_ahead_log_into_the_database() {
    let (_folder, path) = closed_log(5);
    let wal = beside(&path, "-wal");
    let mut log = Log::open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    for _ in 0..4 {
        let from = log.tip().size;
        log.append_batch((from..from + 3).map(event)).unwrap();
        assert!(fs::metadata(&wal).unwrap().len() > 0);
        assert!(empty_the_wal(&other));
        assert_eq!(fs::metadata(&wal).unwrap().len(), 0);
        log.append(event(from + 3)).unwrap();
        assert_all_on_disk(&log, &path);
    }
    // And it is still found out that it was cut.
    fs::File::options().write(true).open(&wal).unwrap().set_len(0).unwrap();
    assert_gone(&mut log, &wal);
}

#[test]
fn another_program_that_empties_the_write_ahead_log_all_the_time() {
    let (_folder, path) = closed_log(1);
    let mut log = Log::open(&path).unwrap();
    let (is_over, emptied) = (AtomicBool::new(false), AtomicU32::new(0));
    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let other = Connection::open(&path).unwrap();
            other.busy_timeout(Duration::ZERO).unwrap();
            while !is_over.load(Ordering::Relaxed) {
                let is_one = empty_the_wal(&other);
                emptied.fetch_add(u32::from(is_one), Ordering::Relaxed);
            }
        });
        let mut appended = Ok(());
        while appended.is_ok() && emptied.load(Ordering::Relaxed) < 100 && started.elapsed() < Duration::from_secs(60) {
            let seq = log.tip().size;
            appended = log.append(event(seq)).map(|logged| assert_eq!(logged.seq(), seq));
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(appended.is_ok(), "after {}: {appended:?}", log.tip().size);
    });
    assert!(emptied.into_inner() >= 100, "after {}", log.tip().size);
    assert_all_on_disk(&log, &path);
}

/// All of it was in the database when it was cut, so nothing is lost; but what is added must not come behind the cut.
#[test]
fn a_write_ahead_log_that_was_cut_after_its_checkpoint() {
    let (_folder, path) = closed_log(5);
    let mut log = Log::open(&path).unwrap();
    log.append_batch((5..9).map(event)).unwrap();
    let other = Connection::open(&path).unwrap();
    // A reader keeps SQLite from beginning the write-ahead log anew.
    other.execute_batch("BEGIN; SELECT * FROM events").unwrap();
    let third = Connection::open(&path).unwrap();
    third.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
    let wal = beside(&path, "-wal");
    fs::File::options().write(true).open(&wal).unwrap().set_len(0).unwrap();
    assert!(matches!(log.append(event(9)), Err(LogError::Busy { .. })));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(log.append(event(9)).unwrap().seq(), 9);
    assert_all_on_disk(&log, &path);
}

#[test]
fn another_program_that_writes_before_it_empties_is_noticed() {
    // What is left fits its end, and what is left does not.
    for sql in ["", "DELETE FROM events WHERE seq = 5"] {
        let (_folder, path) = closed_log(5);
        let before = fs::read(&path).unwrap();
        let mut log = Log::open(&path).unwrap();
        log.append(event(5)).unwrap();
        let other = Connection::open(&path).unwrap();
        if sql.is_empty() {
            let rest = path.with_file_name("rest.db");
            fs::write(&rest, &before).unwrap();
            let attach = format!("ATTACH '{}' AS rest; BEGIN", rest.display());
            other.execute_batch(&attach).unwrap();
            for table in ["events", "tree"] {
                let sql = format!("DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM rest.{table}");
                other.execute_batch(&sql).unwrap();
            }
            other.execute_batch("COMMIT; DETACH rest").unwrap();
        }
        other.execute_batch(sql).unwrap();
        assert!(empty_the_wal(&other));
        for i in 6..9 {
            assert!(matches!(log.append(event(i)), Err(LogError::Changed { .. })), "{sql}");
        }
    }
}
