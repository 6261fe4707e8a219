//! The files are deleted, moved, replaced or cut under a gate that has them open: nothing is acknowledged.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{closed_log, event};
use postern_log::{Log, LogError, Reader};

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
