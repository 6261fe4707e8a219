//! Checkpoints that the gate signs as it goes, what `verify` makes of them and of receipts, and pruning.

mod common;

use std::path::{Path, PathBuf};

use common::{code_event, event, tamper};
use postern_core::keys::{PrivateKey, PublicKey, Signer};
use postern_core::time::Time;
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::Frontier;
use postern_log::receipt::{Receipt, cosign};
use postern_log::{Anchors, Finding, Log, LogError, Reader, Tip, VerifyReport};
use rusqlite::Connection;
use tempfile::TempDir;

fn key() -> PrivateKey {
    PrivateKey::from_seed(&[1; 32])
}

fn public() -> PublicKey {
    key().public()
}

/// An open log of so many events, in appends of odd sizes, with the gate's key at hand.
fn sealed_log(count: u64) -> (TempDir, PathBuf, Log) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.db");
    let mut log = Log::create(&path, "north-1").unwrap();
    log.seal_with(Box::new(key())).unwrap();
    append(&mut log, count);
    (folder, path, log)
}

fn append(log: &mut Log, count: u64) {
    let end = log.tip().size + count;
    while log.tip().size < end {
        let from = log.tip().size;
        log.append_batch((from..end.min(from + 777)).map(event)).unwrap();
    }
}

fn sizes(path: &Path) -> Vec<u64> {
    let conn = Connection::open(path).unwrap();
    let mut select = conn.prepare("SELECT size FROM checkpoints ORDER BY size").unwrap();
    let sizes = select.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    sizes.map(|size| size.unwrap() as u64).collect()
}

fn verify(path: &Path, receipts: &[Receipt]) -> VerifyReport {
    let key = public();
    let anchors = Anchors {
        key: Some(&key),
        receipts,
    };
    Reader::open(path).unwrap().verify_with(&anchors).unwrap()
}

/// The receipt of an auditor for a log that goes so far.
fn receipt(tip: Tip) -> Receipt {
    let auditor = PrivateKey::from_seed(&[2; 32]);
    let checkpoint = Checkpoint {
        origin: "north-1".to_owned(),
        tip,
    };
    let note = checkpoint.sign(&key()).unwrap();
    let note = cosign(&note, "office", &auditor, Time::saturating(1_640_100_000)).unwrap();
    Receipt::open(&note, "north-1", &public(), "office", &auditor.public()).unwrap()
}

#[test]
fn a_checkpoint_is_signed_at_every_1024th_row_whatever_the_appends() {
    let (_folder, path, log) = sealed_log(5000);
    assert_eq!(sizes(&path), [1024, 2048, 3072, 4096]);
    let report = verify(&path, &[]);
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.rows, report.sealed, report.missing_seals), (5000, 4096, 0));
    // Others read them with any SQLite tool: size and root are those of the log.
    let conn = Connection::open(&path).unwrap();
    let note: String = conn
        .query_row("SELECT note FROM checkpoints WHERE size = 2048", [], |row| row.get(0))
        .unwrap();
    let checkpoint = Checkpoint::open(&note, "north-1", &public()).unwrap();
    assert_eq!(checkpoint.tip.root, log.reader().frontier_at(2048).unwrap().root());
}

#[test]
fn one_append_can_be_due_for_several_checkpoints() {
    let (_folder, path, mut log) = sealed_log(0);
    log.append_batch((0..3000).map(event)).unwrap();
    assert_eq!(sizes(&path), [1024, 2048]);
    assert!(verify(&path, &[]).is_clean());
}

#[test]
fn what_the_key_was_not_there_for_is_sealed_when_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.db");
    let mut log = Log::create(&path, "north-1").unwrap();
    append(&mut log, 2500);
    let report = verify(&path, &[]);
    assert!(report.is_clean());
    assert_eq!((report.sealed, report.missing_seals), (0, 2));

    log.seal_with(Box::new(key())).unwrap();
    assert_eq!(sizes(&path), [2500]);
    let report = verify(&path, &[]);
    assert_eq!((report.sealed, report.missing_seals), (2500, 2));
    drop(log);
    let mut log = Log::open(&path).unwrap();
    log.seal_with(Box::new(key())).unwrap();
    assert_eq!(sizes(&path), [2500], "nothing is due");
    append(&mut log, 600);
    assert_eq!(sizes(&path), [2500, 3072]);
}

#[test]
fn a_tail_without_a_checkpoint_is_no_finding() {
    let (_folder, path, log) = sealed_log(1500);
    drop(log);
    let report = verify(&path, &[]);
    assert!(report.is_clean());
    assert_eq!((report.rows - report.sealed, report.missing_seals), (476, 0));
}

#[test]
fn a_checkpoint_that_was_removed_is_missed() {
    let (_folder, path, log) = sealed_log(5000);
    drop(log);
    tamper(&path, "DELETE FROM checkpoints WHERE size = 2048");
    let report = verify(&path, &[]);
    assert_eq!(
        (report.is_clean(), report.missing_seals, report.sealed),
        (true, 1, 4096)
    );
}

#[test]
fn a_checkpoint_that_was_changed_is_forged() {
    for sql in [
        "UPDATE checkpoints SET note = replace(note, char(10) || '1024' || char(10), char(10) || '1025' || char(10)) WHERE size = 1024",
        "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 2048) WHERE size = 1024",
        "UPDATE checkpoints SET note = 'nothing' WHERE size = 1024",
        "UPDATE checkpoints SET frontier = zeroblob(40) WHERE size = 1024",
        "UPDATE checkpoints SET frontier = x'00' WHERE size = 1024",
        // The right size and another root.
        "UPDATE checkpoints SET frontier = CAST(substr(frontier, 1, 8) || zeroblob(32) AS BLOB) WHERE size = 1024",
        // Both of another checkpoint: they fit each other, but not their place.
        "UPDATE checkpoints SET (note, frontier) = (SELECT note, frontier FROM checkpoints WHERE size = 2048) WHERE size = 1024",
    ] {
        // Each is done to a log of its own: of two changes, one hides the other.
        let (_folder, path, log) = sealed_log(3000);
        drop(log);
        tamper(&path, sql);
        let of_key = verify(&path, &[]);
        let without = Reader::open(&path).unwrap().verify().unwrap();
        for report in [of_key, without] {
            assert!(
                matches!(report.findings[..], [Finding::CheckpointForged { size: 1024, .. }]),
                "{sql}: {report:?}"
            );
            assert_eq!((report.sealed, report.missing_seals), (2048, 1), "{sql}");
        }
    }
    let (_folder, path, log) = sealed_log(3000);
    drop(log);
    // Signed by another key.
    let stranger = PrivateKey::from_seed(&[9; 32]).public();
    let anchors = Anchors {
        key: Some(&stranger),
        receipts: &[],
    };
    let report = Reader::open(&path).unwrap().verify_with(&anchors).unwrap();
    assert!(report.findings.len() == 2 && report.sealed == 0, "{report:?}");
}

/// A log that was cut, whose tree was made again from the rows that are left, but for the checkpoint beyond its end.
#[test]
fn a_checkpoint_beyond_the_tree_is_no_checkpoint_of_it() {
    let (_folder, path, log) = sealed_log(2100);
    let shorter = log.reader().frontier_at(2000).unwrap();
    drop(log);
    tamper(
        &path,
        &format!(
            "DELETE FROM events WHERE seq >= 2000; UPDATE tree SET size = 2000, root = x'{}', frontier = x'{}'",
            postern_core::hex(&shorter.root()),
            postern_core::hex(&shorter.to_bytes())
        ),
    );
    let report = verify(&path, &[]);
    assert_eq!(report.findings, [Finding::CheckpointMismatch { size: 2048 }]);
    assert_eq!((report.rows, report.sealed), (2000, 1024));
}

/// That rows are missing is said once; the roots behind them cannot be looked at, so nobody is accused of them.
#[test]
fn roots_behind_missing_rows_are_not_called_wrong() {
    let (_folder, path, log) = sealed_log(3000);
    let given = [receipt(log.tip())];
    drop(log);
    tamper(&path, "DELETE FROM events WHERE seq = 1500");
    let report = verify(&path, &given);
    assert_eq!(report.findings, [Finding::MissingRows { first: 1500, count: 1 }]);
    assert_eq!(report.sealed, 1024, "what is behind the gap is not sealed");
}

/// A log as somebody makes it who has no key: all rows and the tree anew, but for the checkpoints.
#[test]
fn rows_and_tree_made_again_do_not_make_the_checkpoints_root() {
    let (_folder, path, log) = sealed_log(2100);
    drop(log);
    let (_other, forged) = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gate.db");
        let mut log = Log::create(&path, "north-1").unwrap();
        log.append_batch((0..2100).map(|i| {
            let mut event = event(i);
            event.age += u64::from(i == 1500);
            event
        }))
        .unwrap();
        (folder, path)
    };
    tamper(
        &path,
        &format!(
            "ATTACH '{}' AS forged; DELETE FROM events; INSERT INTO events SELECT * FROM forged.events;
             UPDATE tree SET (size, root, frontier) = (SELECT size, root, frontier FROM forged.tree)",
            forged.display()
        ),
    );
    let report = verify(&path, &[]);
    assert_eq!(report.findings, [Finding::CheckpointMismatch { size: 2048 }]);
    assert_eq!(report.sealed, 1024, "what was before it is as it was");
}

#[test]
fn a_log_that_was_put_back_is_shorter_than_its_receipt() {
    let (folder, path, mut log) = sealed_log(1500);
    let copy = folder.path().join("backup.db");
    Connection::open(&path)
        .unwrap()
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    append(&mut log, 500);
    let given = [receipt(log.tip())];
    assert!(verify(&path, &given).is_clean());
    let back = verify(&copy, &given);
    let auditor = "office".to_owned();
    assert_eq!(
        back.findings,
        [Finding::RolledBack {
            size: 2000,
            auditor: auditor.clone()
        }]
    );

    // It goes on from there, as if nothing had been.
    let mut log = Log::open(&copy).unwrap();
    log.append_batch((1500..2400).map(|i| code_event(i + 7))).unwrap();
    assert_eq!(
        verify(&copy, &given).findings,
        [Finding::ReceiptMismatch { size: 2000, auditor }]
    );
}

#[test]
fn an_honest_power_cut_is_no_tampering() {
    let (folder, path, mut log) = sealed_log(1020);
    let given = [receipt(log.tip())];
    for i in 0..9 {
        log.append(event(1020 + i)).unwrap();
    }
    // What the disk has at any moment: the database and a prefix of its write-ahead log.
    let (database, wal) = (std::fs::read(&path).unwrap(), std::fs::read(common_wal(&path)).unwrap());
    drop(log);
    let cut = folder.path().join("cut.db");
    let mut shortest = u64::MAX;
    for len in (0..=wal.len()).rev().step_by(1777) {
        std::fs::write(&cut, &database).unwrap();
        std::fs::write(common_wal(&cut), &wal[..len]).unwrap();
        let Ok(mut log) = Log::open(&cut) else {
            // Before the first commit there is no log to open.
            continue;
        };
        shortest = shortest.min(log.tip().size);
        let held: &[Receipt] = if log.tip().size >= 1020 { &given } else { &[] };
        let report = verify(&cut, held);
        assert!(report.is_clean() && report.missing_seals == 0, "{len}: {report:?}");
        log.seal_with(Box::new(key())).unwrap();
        log.append(event(log.tip().size)).unwrap();
        assert!(verify(&cut, held).is_clean());
    }
    assert!(shortest < 1020, "some cuts lose rows");
}

fn common_wal(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

#[test]
fn pruned_leaves_are_gone_and_the_tree_stays() {
    let (_folder, path, mut log) = sealed_log(5000);
    let before = log.tip();
    assert_eq!(log.prune(3072).unwrap(), 3072);
    assert_eq!(log.prune(3072).unwrap(), 0);
    assert_eq!(log.prune(2048).unwrap(), 0, "they are gone already");
    assert_eq!(log.tip(), before);
    assert_eq!(sizes(&path), [3072, 4096]);
    let report = verify(&path, &[receipt(before)]);
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(
        (report.rows, report.pruned, report.sealed, report.missing_seals),
        (1928, 3072, 4096, 0)
    );
    assert!(matches!(log.reader().leaves(3000..3100), Err(LogError::Corrupt { .. })));
    assert_eq!(log.reader().leaves(3072..5000).unwrap().len(), 1928);
    assert_eq!(log.reader().frontier_at(5000).unwrap().root(), before.root);
    assert!(log.reader().frontier_at(3000).is_err());

    append(&mut log, 3000);
    drop(log);
    let mut log = Log::open(&path).unwrap();
    log.seal_with(Box::new(key())).unwrap();
    append(&mut log, 100);
    let mut whole = Frontier::new();
    (0..8100).for_each(|i| {
        let leaf = postern_log::Event::new(i, event(i)).unwrap().to_leaf();
        whole.push(postern_log::merkle::leaf_hash(&leaf));
    });
    assert_eq!(log.tip().root, whole.root());
    assert!(verify(&path, &[]).is_clean());
    // All of it, to the very tip.
    assert_eq!(log.prune(7168).unwrap(), 4096);
    assert!(verify(&path, &[]).is_clean());
}

#[test]
fn the_checkpoint_where_the_pruned_leaves_end_stands_for_no_other() {
    let (_folder, path, mut log) = sealed_log(5000);
    log.prune(3072).unwrap();
    drop(log);
    tamper(&path, "DELETE FROM checkpoints WHERE size = 4096");
    let report = verify(&path, &[]);
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.sealed, report.missing_seals), (3072, 1));
}

#[test]
fn receipts_for_what_was_pruned_since_do_not_hide_later_roots() {
    let (_folder, path, mut log) = sealed_log(5000);
    let tip = |size| Tip {
        size,
        root: log.reader().frontier_at(size).unwrap().root(),
    };
    let mut given = [500, 1500, 2500, 3072].map(|size| receipt(tip(size))).to_vec();
    log.prune(3072).unwrap();
    let report = verify(&path, &given);
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.sealed, 4096);
    let (size, auditor) = (4500, "office".to_owned());
    given.push(receipt(Tip { size, root: [0; 32] }));
    let wrong = Finding::ReceiptMismatch { size, auditor };
    assert_eq!(verify(&path, &given).findings, [wrong]);
}

#[test]
fn everything_can_be_pruned_and_the_log_goes_on() {
    let (_folder, path, mut log) = sealed_log(2048);
    assert_eq!(log.prune(2048).unwrap(), 2048);
    let report = verify(&path, &[]);
    assert!(
        report.is_clean() && report.rows == 0 && report.sealed == 2048,
        "{report:?}"
    );
    drop(log);
    let mut log = Log::open(&path).unwrap();
    append(&mut log, 5);
    assert!(verify(&path, &[]).is_clean());
    assert_eq!(log.reader().recent(9).unwrap().len(), 5);
}

#[test]
fn only_what_a_checkpoint_ends_is_pruned() {
    let (_folder, path, mut log) = sealed_log(3000);
    for size in [1, 1023, 1025, 3000, 4096] {
        assert!(matches!(log.prune(size), Err(LogError::Corrupt { .. })), "{size}");
    }
    assert_eq!(verify(&path, &[]).rows, 3000);
    tamper(
        &path,
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE seq = 6) WHERE seq = 5",
    );
    assert!(log.prune(1024).is_err(), "evidence of tampering is not dropped");
    assert!(!verify(&path, &[]).is_clean());
}

#[test]
fn what_may_be_pruned_is_receipted_and_old() {
    let (_folder, _path, log) = sealed_log(5000);
    let reader = log.reader();
    // The event i was judged at 1,640,000,000 + i.
    let old = |age: u64, receipted| reader.prunable(1_640_000_000 + age, receipted).unwrap();
    assert_eq!(old(9999, 5000), 4096);
    assert_eq!(old(9999, 4095), 3072);
    assert_eq!(old(9999, 1023), 0);
    assert_eq!(old(3072, 5000), 3072);
    assert_eq!(old(3071, 5000), 2048);
    assert_eq!(old(0, 5000), 0);
    // Old enough, with younger ones behind them, but beyond what is receipted: nobody else keeps those.
    assert_eq!(old(4500, 2100), 2048);
    assert_eq!(old(4500, 2047), 1024);
    assert_eq!(old(4500, 0), 0);
}

#[test]
fn tampering_after_pruning_is_found() {
    for (sql, expected, opens) in [
        ("DELETE FROM events WHERE seq = 3500", "missing-rows", true),
        ("DELETE FROM events WHERE seq = 3072", "missing-rows", false),
        ("UPDATE pruned SET size = 2048", "tree-unreadable", false),
        ("DELETE FROM pruned", "tree-unreadable", false),
        ("UPDATE events SET seq = 5 WHERE seq = 3072", "extra-rows", false),
        (
            "UPDATE pruned SET frontier = (SELECT frontier FROM tree)",
            "tree-unreadable",
            false,
        ),
    ] {
        let (_folder, path, mut log) = sealed_log(5000);
        log.prune(3072).unwrap();
        drop(log);
        tamper(&path, sql);
        let found: Vec<_> = verify(&path, &[]).findings.iter().map(Finding::reason).collect();
        assert!(found.contains(&expected), "{sql}: {found:?}");
        assert_eq!(Log::open(&path).is_ok(), opens, "{sql}");
    }
}
