use postern_cli::Explain;
use postern_core::keys::{Role, Signer};
use postern_core::{code, demo};
use rusqlite::Connection;

use super::*;

fn owner() -> Owner {
    Owner {
        issuer: "west".to_owned(),
        authority: [7; 32],
    }
}

const WANTED: Wanted = Wanted {
    may_make: true,
    capacity: None,
    shard: Shard::WHOLE,
    key: [1; 32],
};

fn open(path: &Path) -> Result<Ledger, LedgerError> {
    let mut ledger = Ledger::open(path, &owner(), WANTED)?;
    ledger.note_key(&demo::key(Role::Code, 0).public(), Time::saturating(5))?;
    Ok(ledger)
}

fn made_up(id: &str, place: Place) -> Entry {
    Entry {
        counter: place.counter,
        id: id.to_owned(),
        content: [3; 16],
        index: place.index,
        issued: Time::saturating(100),
        expires: Time::saturating(200),
        code: b"made up".to_vec(),
    }
}

fn add(ledger: &mut Ledger, id: &str) -> Result<Entry, LedgerError> {
    let place = ledger.places().next().expect("there is room");
    let entry = made_up(id, place);
    ledger.begin()?;
    let added = ledger.add(&entry, Time::saturating(150)).and_then(|()| ledger.commit());
    if let Err(error) = added {
        ledger.roll_back()?;
        return Err(error);
    }
    Ok(entry)
}

fn reason<T>(result: Result<T, LedgerError>) -> &'static str {
    result.err().expect("it is refused").reason()
}

#[test]
fn what_is_committed_is_found_again_and_what_is_not_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    assert!(ledger.is_new());
    assert_eq!((ledger.capacity(), ledger.free()), (DEFAULT_CAPACITY, DEFAULT_CAPACITY));
    let entry = add(&mut ledger, "A-1").unwrap();
    let place = ledger.places().next().unwrap();
    ledger.begin().unwrap();
    ledger.add(&made_up("A-2", place), Time::default()).unwrap();
    drop(ledger);

    let ledger = open(&path).unwrap();
    assert!(!ledger.is_new());
    assert_eq!(ledger.free(), DEFAULT_CAPACITY - 1);
    assert_eq!(
        ledger.places().next(),
        Some(place),
        "the place of what was not committed is free again"
    );
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.newest("a-1").unwrap().unwrap().entry, entry);
    assert_eq!(reader.newest("A-2").unwrap(), None);
    assert_eq!(reader.entry(0).unwrap(), Some(entry.clone()));
    assert_eq!(reader.of_index(entry.index).unwrap().len(), 1);
}

#[test]
fn the_newest_code_of_an_id_is_the_one_that_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    let old = add(&mut ledger, "A-1").unwrap();
    let other = add(&mut ledger, "A-2").unwrap();
    let new = add(&mut ledger, "a-1").unwrap();
    ledger
        .replace(old.counter, new.counter, Ended::Lost, Time::saturating(7))
        .unwrap();
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.newest("A-1").unwrap().unwrap().entry, new);
    let all = reader.of_id("A-1").unwrap();
    let replaced = Replaced {
        by: new.counter,
        reason: Ended::Lost,
        at: Time::saturating(7),
    };
    assert_eq!(
        all.iter().map(|found| found.replaced).collect::<Vec<_>>(),
        [Some(replaced), None]
    );
    let of = |which| {
        let mut found = Vec::new();
        let each = |code: Found| {
            found.push(code.entry.counter);
            true
        };
        reader.each(which, each).unwrap();
        found
    };
    assert_eq!(of(Which::All), [0, 1, 2]);
    assert_eq!(of(Which::Current), [1, 2]);
    assert_eq!(of(Which::Invalid), [0]);
    assert_eq!(of(Which::ExpiringBy(Time::saturating(200))), [1, 2]);
    assert_eq!(of(Which::ExpiringBy(Time::saturating(199))), [] as [u64; 0]);
    assert_eq!(ledger.replaced_by(1).unwrap(), 1);
    assert_eq!(ledger.replaced_by(3).unwrap(), 0);
    let run = ledger
        .run(RunKind::Renew, [1; 32], (old.issued, old.expires), Time::saturating(1))
        .unwrap();
    let to_renew = reader.to_renew(0, &run, Time::saturating(200), 10).unwrap();
    assert_eq!(to_renew, [(other, None), (new, None)]);
    assert_eq!(reader.count_to_renew(&run, Time::saturating(200)).unwrap(), 2);
}

/// Found by a review: whoever lost a code that was renewed lost the old one with it.
#[test]
fn what_was_renewed_and_then_lost_is_invalid_all_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    for id in ["A-1", "B-1", "A-1", "A-1", "B-1", "A-1"] {
        add(&mut ledger, id).unwrap();
    }
    let now = Time::saturating(7);
    ledger.replace(0, 2, Ended::Renewed, now).unwrap();
    ledger.replace(2, 3, Ended::Renewed, now).unwrap();
    ledger.replace(1, 4, Ended::Renewed, now).unwrap();
    let reader = Reader::open(&path).unwrap();
    let invalid = || {
        let mut found = Vec::new();
        let each = |code: Found| {
            found.push(code.entry.counter);
            true
        };
        reader.each(Which::Invalid, each).unwrap();
        found
    };
    assert_eq!(invalid(), [] as [u64; 0], "renewed codes hold until they expire");
    ledger.replace(3, 5, Ended::Stolen, now).unwrap();
    assert_eq!(invalid(), [0, 2, 3]);
}

/// Found by a review: people whose new codes were in no file, because another run had come between.
#[test]
fn what_an_interrupted_renewal_minted_is_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    let old = add(&mut ledger, "A-1").unwrap();
    let other = add(&mut ledger, "A-2").unwrap();
    let terms = (old.issued, old.expires);
    let now = Time::saturating(7);
    ledger.run(RunKind::Renew, [1; 32], terms, now).unwrap();
    let new = add(&mut ledger, "A-1").unwrap();
    ledger.replace(old.counter, new.counter, Ended::Renewed, now).unwrap();
    // It is interrupted here, and something else is done.
    let between = ledger.run(RunKind::Mint, [2; 32], terms, now).unwrap();
    ledger.end_run(&between, now).unwrap();
    let reader = Reader::open(&path).unwrap();
    let until = Time::saturating(200);
    let again = ledger.run(RunKind::Renew, [1; 32], terms, now).unwrap();
    assert!(!again.resumed);
    let due = reader.to_renew(0, &again, until, 10).unwrap();
    assert_eq!(due, [(old, Some(new.counter)), (other.clone(), None), (new, None)]);
    ledger.end_run(&again, now).unwrap();
    // Once a renewal was complete, everybody has their codes.
    let next = ledger.run(RunKind::Renew, [1; 32], terms, now).unwrap();
    let due = reader.to_renew(0, &next, until, 10).unwrap();
    assert_eq!(
        due.iter().map(|(entry, by)| (entry.counter, *by)).collect::<Vec<_>>(),
        [(1, None), (2, None)]
    );
}

#[test]
fn a_ledger_that_was_edited_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    add(&mut ledger, "A-1").unwrap();
    ledger.conn.execute_batch("UPDATE codes SET id = '../../A'").unwrap();
    drop(ledger);
    assert_eq!(reason(Reader::open(&path).unwrap().entry(0)), "ledger-database");
    let ledger = open(&path).unwrap();
    ledger.conn.execute_batch("UPDATE meta SET next = 0").unwrap();
    drop(ledger);
    assert_eq!(reason(open(&path)), "ledger-damaged");
    let may_make = false;
    let nowhere = folder.path().join("nowhere.db");
    let error = Ledger::open(&nowhere, &owner(), Wanted { may_make, ..WANTED });
    assert_eq!(reason(error), "ledger-not-there");
    assert!(!nowhere.exists() && !folder.path().join("nowhere.db.lock").exists());
}

#[test]
fn a_full_ledger_gives_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let capacity = Some(2);
    let mut ledger = Ledger::open(
        &folder.path().join("ledger.db"),
        &owner(),
        Wanted { capacity, ..WANTED },
    )
    .unwrap();
    ledger
        .note_key(&demo::key(Role::Code, 0).public(), Time::saturating(5))
        .unwrap();
    let mut indices = [add(&mut ledger, "A-1"), add(&mut ledger, "A-2")].map(|entry| entry.unwrap().index);
    indices.sort();
    assert_eq!((indices, ledger.free()), ([0, 1], 0));
    assert_eq!(ledger.places().next(), None);
}

#[test]
fn shards_share_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for number in 1..=3 {
        let wanted = Wanted {
            capacity: Some(100),
            shard: Shard::new(number, 3).unwrap(),
            ..WANTED
        };
        let path = folder.path().join(format!("{number}.db"));
        let ledger = Ledger::open(&path, &owner(), wanted).unwrap();
        assert_eq!(ledger.places().count() as u64, ledger.capacity());
        all.extend(ledger.places().map(|place| place.index));
        drop(ledger);
        assert_eq!(reason(Ledger::open(&path, &owner(), WANTED)), "ledger-of-another-shard");
    }
    all.sort();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
}

#[test]
fn a_ledger_serves_one_issuer_of_one_authority() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let wanted = |capacity, key| Wanted {
        capacity,
        key,
        ..WANTED
    };
    drop(Ledger::open(&path, &owner(), wanted(Some(10), [1; 32])).unwrap());
    let with = |owner: Owner, capacity| reason(Ledger::open(&path, &owner, wanted(capacity, [2; 32])));
    let issuer = "east".to_owned();
    assert_eq!(with(Owner { issuer, ..owner() }, None), "ledger-of-another-issuer");
    let authority = [8; 32];
    assert_eq!(
        with(Owner { authority, ..owner() }, None),
        "ledger-of-another-authority"
    );
    assert_eq!(with(owner(), Some(11)), "ledger-capacity");
    assert!(Ledger::open(&path, &owner(), wanted(Some(10), [2; 32])).is_ok());
}

#[test]
fn two_mints_at_once_are_one_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let first = open(&path).unwrap();
    assert_eq!(reason(open(&path)), "ledger-busy");
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(reason(open(&link)), "ledger-busy");
    }
    drop(first);
    assert!(open(&path).is_ok());
}

#[test]
fn another_file_is_no_ledger_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(
        &path,
        "not a ledger at all, but long enough to be looked at as a database header, 100 bytes of it",
    )
    .unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(reason(open(&path)), "not-a-ledger");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let path = folder.path().join("other.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE x (y)").unwrap();
    drop(other);
    assert_eq!(reason(open(&path)), "not-a-ledger");
    let path = folder.path().join("none").join("ledger.db");
    assert_eq!(reason(open(&path)), "file-not-found");
}

#[test]
fn a_later_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let ledger = open(&path).unwrap();
    ledger.conn.pragma_update(None, "user_version", 3).unwrap();
    drop(ledger);
    assert_eq!(reason(open(&path)), "ledger-newer-format");
}

#[test]
fn a_full_disk_is_told_and_keeps_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(&folder.path().join("ledger.db")).unwrap();
    let pages: i64 = ledger
        .conn
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    ledger.conn.pragma_update(None, "max_page_count", pages + 8).unwrap();
    let mut added = 0;
    let error = loop {
        match add(&mut ledger, &format!("A-{added}")) {
            Ok(_) => added += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.reason(), "disk-full");
    assert_eq!(ledger.free(), DEFAULT_CAPACITY - added);
    ledger.conn.pragma_update(None, "max_page_count", 10_000).unwrap();
    assert!(add(&mut ledger, &format!("A-{added}")).is_ok());
}

#[test]
fn keys_are_noted_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    for n in [0, 1, 0] {
        ledger
            .note_key(&demo::key(Role::Code, n).public(), Time::saturating(6))
            .unwrap();
    }
    let keys = Reader::open(&path).unwrap().summary(1).unwrap().keys;
    let kid = |n| demo::key(Role::Code, n).public().kid();
    assert_eq!(keys, [(kid(0), Time::saturating(5)), (kid(1), Time::saturating(6))]);
}

#[test]
fn the_same_run_goes_on_until_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(&folder.path().join("ledger.db")).unwrap();
    let terms = |from| (Time::saturating(from), Time::saturating(from + 9));
    let now = Time::saturating(1);
    let mut run = ledger.run(RunKind::Mint, [1; 32], terms(10), now).unwrap();
    assert!(!run.resumed && run.progress == Progress::default());
    (run.progress.at, run.progress.minted) = (99, 3);
    run.progress.outputs.insert(
        "csv".to_owned(),
        Mark {
            bytes: 7,
            ..Mark::default()
        },
    );
    ledger.note_progress(&run).unwrap();
    let again = ledger.run(RunKind::Mint, [1; 32], terms(20), now).unwrap();
    assert_eq!(
        (again.terms, &again.progress, again.resumed),
        (terms(10), &run.progress, true)
    );
    ledger.end_run(&again, Time::saturating(2)).unwrap();
    let next = ledger.run(RunKind::Mint, [1; 32], terms(20), now).unwrap();
    assert_eq!((next.terms, next.resumed), (terms(20), false));
    let other = ledger.run(RunKind::Mint, [2; 32], terms(30), now).unwrap();
    assert!(!other.resumed);
    // Another one came between: what it interrupted is not gone on with.
    assert!(!ledger.run(RunKind::Mint, [1; 32], terms(40), now).unwrap().resumed);
    let runs = Reader::open(ledger.path()).unwrap().summary(9).unwrap().runs;
    assert_eq!(
        runs.iter().map(|run| run.ended.is_some()).collect::<Vec<_>>(),
        [false, false, false, true]
    );
    assert_eq!(runs[3].minted, 3);
}

#[test]
fn a_ledger_of_format_1_is_brought_to_format_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let code = demo::key(Role::Code, 0);
    let old = Connection::open(&path).unwrap();
    // The tables as program 0.1.0 made them.
    old.execute_batch(include_str!("format_1.sql")).unwrap();
    let text = code::text(b"the bytes of a code");
    let columns = "(counter, id, content, status_index, issued, expires, kid, tag, text, minted)";
    for (counter, id) in [(0, "A-1"), (1, "A-2")] {
        let values = params![counter, id, [3u8; 32], 7 + counter, code.public().kid().0, text];
        let insert = format!("INSERT INTO codes {columns} VALUES (?1, ?2, ?3, ?4, 100, 200, ?5, NULL, ?6, 150)");
        old.execute(&insert, values).unwrap();
    }
    let key = params![code.public().thumbprint(), code.public().kid().0];
    old.execute("INSERT INTO keys VALUES (?1, ?2, 5)", key).unwrap();
    let meta = params![owner().issuer, owner().authority, [9u8; 32]];
    old.execute("INSERT INTO meta VALUES (0, ?1, ?2, 1000, ?3, 2)", meta)
        .unwrap();
    drop(old);

    assert_eq!(reason(Reader::open(&path)), "ledger-older-format");
    let mut ledger = Ledger::open(&path, &owner(), WANTED).unwrap();
    assert_eq!((ledger.capacity(), ledger.codes(), ledger.is_new()), (1000, 2, false));
    let expected = Permutation::new(&[9; 32], 1000).at(2);
    assert_eq!(
        ledger.places().next().map(|place| place.index),
        expected,
        "places go on in its order"
    );
    ledger.note_key(&code.public(), Time::saturating(9)).unwrap();
    add(&mut ledger, "A-3").unwrap();
    let reader = Reader::open(&path).unwrap();
    let found = reader.newest("a-2").unwrap().unwrap();
    assert_eq!((found.kid, found.minted), (code.public().kid(), Time::saturating(150)));
    assert_eq!(
        (found.entry.index, &*found.entry.code),
        (8, &b"the bytes of a code"[..])
    );
    assert_eq!((found.entry.content, found.entry.text()), ([3; 16], text));
    assert_eq!(
        reader.summary(1).unwrap().keys,
        [(code.public().kid(), Time::saturating(5))]
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_a_ledger() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    add(&mut ledger, "A-1").unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{}{suffix}", path.display());
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}
