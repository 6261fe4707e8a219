//! What the disk says is told by its kind, and nothing is acknowledged that is not there afterwards.
#![cfg(target_os = "linux")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{closed_log, event};
use postern_log::{Log, LogError};

/// Names the log to append to, for the child.
const CHILD: &str = "POSTERN_LOG_FAULTS";
const EVENTS: u64 = 40;

/// The test is its own child, which the variable tells where its log is, and `strace` lets its calls fail.
#[test]
fn a_disk_that_fails_is_told_by_its_kind() {
    if let Some(path) = std::env::var_os(CHILD) {
        return append(&PathBuf::from(path));
    }
    let strace = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    if !strace.is_ok_and(|done| done.status.success()) {
        eprintln!("no strace that works: not tested");
        return;
    }
    for (calls, error, reason) in [
        ("fsync,fdatasync", "EIO", "log-io"),
        ("pwrite64", "EIO", "log-io"),
        ("pwrite64", "ENOSPC", "log-disk-full"),
        ("pwrite64", "EROFS", "log-io"),
    ] {
        let (folder, path) = closed_log(1);
        let out = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-P"])
            .arg(folder.path().join("gate.db-wal"))
            .args(["-e", &format!("inject={calls}:error={error}:when=9..14")])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "a_disk_that_fails_is_told_by_its_kind", "--nocapture"])
            .env(CHILD, &path)
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let out = String::from_utf8(out.stdout).unwrap();
        let told = |word: &str| {
            let lines = out.lines().filter_map(|line| line.strip_prefix(word));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let (committed, failed) = (told("committed "), told("failed "));
        assert!(
            !failed.is_empty() && failed.iter().all(|r| r == reason),
            "{calls} {error}: {out}"
        );
        assert_eq!(
            committed.len() + failed.len(),
            EVENTS as usize,
            "{calls} {error}: {out}"
        );
        assert!(committed.len() > 20, "the log went on: {out}");

        let log = Log::open(&path).unwrap();
        assert!(log.verify().unwrap().is_clean(), "{calls} {error}");
        let kept = log.reader().recent(1000).unwrap();
        let kept: Vec<u64> = kept.iter().map(|e| e.details().pack).collect();
        for one in committed {
            assert!(kept.contains(&one.parse().unwrap()), "{calls} {error}: {one} was lost");
        }
    }
}

fn append(path: &Path) {
    let mut log = Log::open(path).unwrap();
    println!();
    for i in 1..=EVENTS {
        // The version of the pack names the event, whatever its place.
        let mut event = event(16 * i);
        event.pack = 1000 + i;
        match log.append(event) {
            Ok(_) => println!("committed {}", 1000 + i),
            Err(e) => println!("failed {}", e.reason()),
        }
    }
}

#[test]
fn a_damaged_page_is_an_error_of_its_own() {
    let (folder, path) = closed_log(300);
    let whole = std::fs::read(&path).unwrap();
    let (page, damaged) = (4096, folder.path().join("damaged.db"));
    let mut corrupt = 0;
    for at in (page..whole.len()).step_by(page) {
        let mut bytes = whole.clone();
        bytes[at..at + page].fill(0xff);
        std::fs::write(&damaged, &bytes).unwrap();
        match Log::open(&damaged).and_then(|mut log| log.append(event(300))) {
            Ok(_) => assert!(!Log::open(&damaged).is_ok_and(|log| log.verify().is_ok_and(|r| r.is_clean()))),
            Err(LogError::Corrupt { .. }) => corrupt += 1,
            Err(e) => panic!("the page at {at}: {e:?}"),
        }
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.path().join(format!("damaged.db{suffix}")));
        }
    }
    assert!(corrupt > 3, "{corrupt}");
}
