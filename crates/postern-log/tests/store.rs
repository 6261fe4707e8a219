//! Making, opening, appending, reading, and every refusal.

mod common;

use std::fs;

use common::{closed_log, code_event, event, tamper};
use postern_log::merkle::{Frontier, leaf_hash};
use postern_log::{Counts, Event, Flags, Log, LogError, NewEvent, Reader};
use proptest::prelude::*;
use rusqlite::Connection;

#[test]
fn what_was_appended_is_there_after_opening_again() {
    let (_folder, path) = closed_log(100);
    let mut tree = Frontier::new();
    let events: Vec<_> = (0..130).map(|i| Event::new(i, event(i)).unwrap()).collect();
    events[..100].iter().for_each(|e| tree.push(leaf_hash(&e.to_leaf())));

    let mut log = Log::open(&path).unwrap();
    assert_eq!((log.tip().size, log.tip().root), (100, tree.root()));
    assert_eq!(log.reader().gate(), "north-1");
    let logged = log.append_batch((100..130).map(event)).unwrap();
    assert_eq!(
        logged.iter().map(|l| l.event().clone()).collect::<Vec<_>>(),
        events[100..]
    );
    events[100..].iter().for_each(|e| tree.push(leaf_hash(&e.to_leaf())));
    assert_eq!((log.tip().size, log.tip().root), (130, tree.root()));
    assert_eq!(log.reader().tip().unwrap(), log.tip());

    let report = log.verify().unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.rows, report.tip), (130, Some(log.tip())));
    let recent = log.reader().recent(3).unwrap();
    assert_eq!(recent, [events[129].clone(), events[128].clone(), events[127].clone()]);
    let counts = log.reader().counts().unwrap();
    assert_eq!((counts.admit, counts.refer, counts.refuse), (44, 43, 43));
}

#[test]
fn an_empty_log_and_an_empty_batch() {
    let (_folder, path) = closed_log(0);
    let mut log = Log::open(&path).unwrap();
    assert_eq!(log.append_batch([]).unwrap(), []);
    assert_eq!(log.tip().size, 0);
    assert!(log.verify().unwrap().is_clean());
    assert_eq!(log.reader().recent(10).unwrap(), []);
    assert_eq!(log.reader().counts().unwrap(), Counts::default());
}

#[test]
fn one_bad_event_keeps_its_whole_batch_out() {
    let (_folder, path) = closed_log(2);
    let mut log = Log::open(&path).unwrap();
    let bad = NewEvent {
        reasons: vec!["Not Kebab".to_owned()],
        ..event(3)
    };
    let error = log.append_batch([event(2), bad]).unwrap_err();
    assert_eq!(error.reason(), "event-out-of-range");
    assert_eq!(log.tip().size, 2);
    assert_eq!(log.append(event(2)).unwrap().seq(), 2);
    assert!(log.verify().unwrap().is_clean());
}

#[test]
fn a_second_writer_is_busy_and_readers_are_not() {
    let (folder, path) = closed_log(1);
    let mut first = Log::open(&path).unwrap();
    assert!(matches!(Log::open(&path), Err(LogError::Busy { .. })));
    assert!(matches!(Log::create(&path, "north-1"), Err(LogError::Busy { .. })));
    let reader = Reader::open(&path).unwrap();
    let plain = Connection::open(&path).unwrap();
    let count = || {
        plain
            .query_row("SELECT count(*) FROM v_scans", [], |r| r.get::<_, i64>(0))
            .unwrap()
    };
    for i in 1..20 {
        first.append(event(i)).unwrap();
        assert_eq!(count(), i as i64 + 1);
        assert_eq!(reader.tip().unwrap(), first.tip());
        assert!(reader.verify().unwrap().is_clean());
    }
    #[cfg(unix)]
    {
        // Another name for the same file leads to the same lock.
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(Log::open(&link), Err(LogError::Busy { .. })));
    }
    drop(first);
    Log::open(&path).unwrap();
    drop(folder);
}

#[test]
fn a_reader_in_the_middle_of_a_query_does_not_stop_the_gate() {
    let (_folder, path) = closed_log(10);
    let mut log = Log::open(&path).unwrap();
    let plain = Connection::open(&path).unwrap();
    plain.execute_batch("BEGIN; SELECT * FROM events").unwrap();
    log.append_batch((10..500).map(event)).unwrap();
    let seen: i64 = plain
        .query_row("SELECT max(seq) FROM events", [], |r| r.get(0))
        .unwrap();
    assert_eq!(seen, 9, "the snapshot it began with");
    assert!(log.verify().unwrap().is_clean());
}

#[test]
fn any_tool_reads_the_views() {
    let (_folder, path) = closed_log(16);
    let plain = Connection::open(&path).unwrap();
    let scan = |seq: u64, columns: &str| {
        let select = format!("SELECT concat_ws(' ', {columns}) FROM v_scans WHERE seq = {seq}");
        plain.query_row(&select, [], |r| r.get::<_, String>(0)).unwrap()
    };
    assert_eq!(scan(5, "time, system"), "2021-12-20T11:33:25Z 2021-12-20T11:33:28Z");
    assert_eq!(
        scan(5, "outcome, reasons, issuer, grade, source"),
        "refuse reason-0,reason-1 西安-5 aging scanner"
    );
    assert_eq!(scan(5, "clock_suspect, judged_at_another_time, demo_trust"), "1 0 1");
    assert_eq!(scan(5, "code, person, root, pack, snapshot, age"), "1 0 0 300");
    assert_eq!(
        scan(6, "code, person"),
        format!("{} {}", "06".repeat(16), "06".repeat(9))
    );
    let new = "kind, source, about, operator, emergency";
    assert_eq!(scan(2, new), "code scanner 0");
    assert_eq!(scan(3, new), "document document 2 0");
    assert_eq!(scan(7, new), "manual hand op-7 0");
    assert_eq!(scan(11, new), "override hand 5 op-11 0");
    assert_eq!(scan(15, new), "code text 1");
    let daily: Vec<(String, String, String, i64)> = plain
        .prepare("SELECT day, kind, outcome, scans FROM v_daily")
        .unwrap()
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let day = |kind: &str, outcome: &str, scans| ("2021-12-20".to_owned(), kind.to_owned(), outcome.to_owned(), scans);
    assert_eq!(
        daily,
        [
            day("code", "admit", 5),
            day("code", "refer", 4),
            day("code", "refuse", 4),
            day("document", "admit", 1),
            day("manual", "refer", 1),
            day("override", "refuse", 1)
        ]
    );
}

#[test]
fn recent_events_end_where_the_time_does() {
    let (_folder, path) = closed_log(0);
    let mut log = Log::open(&path).unwrap();
    let now = |i| NewEvent {
        flags: Flags::default(),
        ..event(i)
    };
    log.append_batch((0..20).map(now)).unwrap();
    let log = log.reader();
    let seqs = |since, most| {
        let events = log.recent_since(since, most).unwrap();
        events.iter().map(Event::seq).collect::<Vec<_>>()
    };
    // Each event is a second after the one before it.
    let last = event(19).time;
    assert_eq!(seqs(last - 3, 100), [19, 18, 17, 16]);
    assert_eq!(seqs(last - 3, 2), [19, 18]);
    assert_eq!(seqs(last, 100), [19]);
    assert_eq!(seqs(last + 1, 100), []);
    assert_eq!(seqs(0, 100).len(), 20);
    assert_eq!(seqs(0, 0), []);
    assert_eq!(
        log.recent_since(last - 4, 5).unwrap(),
        log.recent(5).unwrap(),
        "the same events"
    );
}

#[test]
fn recent_events_are_of_the_present() {
    let (_folder, path) = closed_log(0);
    let mut log = Log::open(&path).unwrap();
    let at = |time, judged_at_another_time| NewEvent {
        time,
        flags: Flags {
            judged_at_another_time,
            ..Flags::default()
        },
        ..code_event(0)
    };
    // Long ago and far ahead, at the end, between the others, and before them.
    let times = [
        (90, false),
        (150, true),
        (100, false),
        (1, true),
        (999, true),
        (101, false),
        (1, true),
    ];
    log.append_batch(times.map(|(time, other)| at(time, other))).unwrap();
    let seqs = |events: Vec<Event>| events.iter().map(Event::seq).collect::<Vec<_>>();
    let since = |since, most| seqs(log.reader().recent_since(since, most).unwrap());
    assert_eq!(since(100, 100), [5, 2]);
    assert_eq!(since(100, 1), [5]);
    assert_eq!(since(0, 100), [5, 2, 0]);
    assert_eq!(since(102, 100), []);
    assert_eq!(
        seqs(log.reader().recent(3).unwrap()),
        [6, 5, 4],
        "the last, whatever they are"
    );
}

#[test]
fn a_clock_that_stepped_ends_the_walk() {
    let (_folder, path) = closed_log(3);
    let mut log = Log::open(&path).unwrap();
    let early = NewEvent {
        time: 1_000_000_000,
        ..event(4)
    };
    log.append_batch([early, event(5)]).unwrap();
    let found = log.reader().recent_since(event(0).time, 100).unwrap();
    assert_eq!(found.iter().map(Event::seq).collect::<Vec<_>>(), [4]);
}

#[test]
fn nothing_is_ever_replaced() {
    let (folder, path) = closed_log(1);
    assert!(matches!(Log::create(&path, "north-1"), Err(LogError::Exists { .. })));
    let other = folder.path().join("other.db");
    fs::write(folder.path().join("other.db-wal"), b"left behind").unwrap();
    assert!(matches!(Log::create(&other, "north-1"), Err(LogError::Exists { .. })));
    assert!(!other.exists());
}

#[test]
fn a_creation_that_was_cut_short_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("gate.db.new"), b"half a file").unwrap();
    fs::write(folder.path().join("gate.db.new-journal"), b"its journal").unwrap();
    let mut log = Log::create(&folder.path().join("gate.db"), "north-1").unwrap();
    log.append(event(0)).unwrap();
    assert!(log.verify().unwrap().is_clean());
}

#[test]
fn names_of_gates() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["", "a b", "a+b", "北门", "line\n", &"x".repeat(65)] {
        let error = Log::create(&folder.path().join("gate.db"), name).unwrap_err();
        assert_eq!(error.reason(), "gate-id", "{name:?}");
    }
    assert!(Log::create(&folder.path().join("gate.db"), &"x".repeat(64)).is_ok());
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(matches!(Log::open(&at("none.db")), Err(LogError::Missing { .. })));
    assert!(matches!(Reader::open(&at("none.db")), Err(LogError::Missing { .. })));
    assert!(matches!(
        Log::create(&at("no/folder.db"), "x"),
        Err(LogError::Missing { .. })
    ));
    assert!(matches!(Log::open(folder.path()), Err(LogError::NotALog { .. })));
    fs::write(at("empty.db"), b"").unwrap();
    fs::write(at("text.db"), "no database at all ".repeat(500)).unwrap();
    tamper(
        &at("foreign.db"),
        "CREATE TABLE t (x); PRAGMA application_id = 7; PRAGMA user_version = 1",
    );
    for name in ["empty.db", "text.db", "foreign.db"] {
        let before = fs::read(at(name)).unwrap();
        assert!(matches!(Log::open(&at(name)), Err(LogError::NotALog { .. })), "{name}");
        assert!(
            matches!(Reader::open(&at(name)), Err(LogError::NotALog { .. })),
            "{name}"
        );
        assert_eq!(fs::read(at(name)).unwrap(), before, "{name}");
    }
}

#[test]
fn other_formats_are_refused() {
    let (_folder, path) = closed_log(1);
    tamper(&path, "PRAGMA user_version = 4");
    assert!(matches!(Log::open(&path), Err(LogError::NewerFormat { found: 4, .. })));
    tamper(&path, "PRAGMA user_version = 0");
    assert!(matches!(
        Reader::open(&path),
        Err(LogError::OlderFormat { found: 0, .. })
    ));
    // A number alone makes no log of format 1.
    tamper(&path, "PRAGMA user_version = 1");
    assert!(matches!(Log::open(&path), Err(LogError::Corrupt { .. })));
    tamper(&path, "UPDATE meta SET format = 1");
    assert!(matches!(Log::open(&path), Err(LogError::Corrupt { .. })));
}

#[test]
fn a_log_that_does_not_fit_its_end_is_not_appended_to() {
    for sql in [
        "DELETE FROM events WHERE seq = 12",
        "DELETE FROM events WHERE seq = 0",
        "DELETE FROM tree",
        "DELETE FROM meta",
        "UPDATE tree SET size = 12",
        "UPDATE tree SET root = zeroblob(32)",
        "UPDATE tree SET frontier = x'00'",
        "UPDATE events SET leaf = x'00' WHERE seq = 12",
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE seq = 11) WHERE seq = 12",
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
        "INSERT INTO events SELECT 13, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot,
         age, grade, source, kind, about, operator, kid, issued, status_index, leaf FROM events WHERE seq = 12",
    ] {
        let (_folder, path) = closed_log(13);
        tamper(&path, sql);
        assert!(matches!(Log::open(&path), Err(LogError::Corrupt { .. })), "{sql}");
    }
}

#[test]
fn somebody_else_who_writes_is_noticed_at_the_next_append() {
    for sql in [
        "UPDATE tree SET root = zeroblob(32)",
        "DELETE FROM tree",
        "INSERT INTO events SELECT 5, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot,
         age, grade, source, kind, about, operator, kid, issued, status_index, leaf FROM events WHERE seq = 4",
    ] {
        let (_folder, path) = closed_log(5);
        let mut log = Log::open(&path).unwrap();
        tamper(&path, sql);
        assert!(matches!(log.append(event(5)), Err(LogError::Changed { .. })), "{sql}");
        assert!(log.append(event(5)).is_err(), "and the log stays shut: {sql}");
    }
}

#[test]
fn damaged_files_are_errors_and_no_panic() {
    let (folder, path) = closed_log(300);
    let whole = fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged.db");
    // A page at a time, all but the header that names the application.
    for (at, byte) in (100..whole.len()).step_by(1009).zip((1_u8..=255).cycle()) {
        let mut bytes = whole.clone();
        let end = bytes.len().min(at + 64);
        bytes[at..end].iter_mut().for_each(|b| *b ^= byte);
        fs::write(&damaged, &bytes).unwrap();
        if let Ok(log) = Log::open(&damaged) {
            let _ = (log.verify(), log.reader().recent(1000), log.reader().counts());
        }
        if let Ok(reader) = Reader::open(&damaged) {
            let _ = reader.verify();
        }
        let _ = fs::remove_file(folder.path().join("damaged.db-wal"));
        let _ = fs::remove_file(folder.path().join("damaged.db-shm"));
    }
    fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    assert!(Log::open(&damaged).is_err() || !Log::open(&damaged).unwrap().verify().unwrap().is_clean());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_split_into_batches_gives_the_same_log(sizes in proptest::collection::vec(0_u64..70, 0..8)) {
        let (_folder, path) = closed_log(0);
        let mut tree = Frontier::new();
        for size in sizes {
            let mut log = Log::open(&path).unwrap();
            let from = log.tip().size;
            let logged = log.append_batch((from..from + size).map(event)).unwrap();
            for l in &logged {
                tree.push(leaf_hash(&l.event().to_leaf()));
            }
            prop_assert_eq!((log.tip().size, log.tip().root), (tree.size(), tree.root()));
            prop_assert!(log.verify().unwrap().is_clean());
        }
    }
}
