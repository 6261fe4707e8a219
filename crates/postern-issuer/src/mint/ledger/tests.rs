use postern_cli::Explain;
use postern_core::demo;
use postern_core::keys::{Role, Signer};

use super::super::people::{Columns, Row as PeopleRow};
use super::*;

fn owner() -> Owner {
    Owner {
        issuer: "west".to_owned(),
        authority: [7; 32],
    }
}

fn open(path: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open(path, &owner(), None, [1; 32])
}

fn made_up(id: &str, index: u32) -> Entry {
    Entry {
        id: id.to_owned(),
        content: [3; 32],
        index,
        issued: Time::saturating(100),
        expires: Time::saturating(200),
        kid: Kid([1, 2, 3, 4]),
        tag: Some(DocumentTag(Bytes([9; 9]))),
        text: "PC1:MADE UP".to_owned(),
    }
}

fn add(ledger: &mut Ledger, id: &str) -> Result<Entry, LedgerError> {
    let mut batch = ledger.begin()?;
    let place = batch.place().expect("there is room");
    let entry = made_up(id, place.index);
    batch.add(place, &entry, Time::saturating(150))?;
    batch.commit()?;
    Ok(entry)
}

fn reason(result: Result<Ledger, LedgerError>) -> &'static str {
    result.err().expect("it is refused").reason()
}

#[test]
fn what_is_committed_is_found_again_and_what_is_dropped_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    assert!(ledger.is_new());
    assert_eq!((ledger.capacity(), ledger.free()), (DEFAULT_CAPACITY, DEFAULT_CAPACITY));
    let entry = add(&mut ledger, "A-1").unwrap();
    let mut batch = ledger.begin().unwrap();
    let place = batch.place().unwrap();
    batch.add(place, &made_up("A-2", place.index), Time::default()).unwrap();
    drop(batch);
    drop(ledger);

    let mut ledger = open(&path).unwrap();
    assert!(!ledger.is_new());
    assert_eq!(ledger.free(), DEFAULT_CAPACITY - 1);
    let mut batch = ledger.begin().unwrap();
    assert_eq!(batch.find("a-1").unwrap(), Some(entry));
    assert_eq!(batch.find("A-2").unwrap(), None);
    assert_eq!(
        batch.place(),
        Some(place),
        "the place of the batch that was dropped is free again"
    );
}

#[test]
fn one_code_for_each_id_in_whatever_case() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(&folder.path().join("ledger.db")).unwrap();
    add(&mut ledger, "A-1").unwrap();
    assert_eq!(add(&mut ledger, "a-1").unwrap_err().reason(), "ledger-database");
}

#[test]
fn a_full_ledger_gives_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&folder.path().join("ledger.db"), &owner(), Some(2), [1; 32]).unwrap();
    let mut indices = [add(&mut ledger, "A-1"), add(&mut ledger, "A-2")].map(|entry| entry.unwrap().index);
    indices.sort();
    assert_eq!((indices, ledger.free()), ([0, 1], 0));
    assert_eq!(ledger.begin().unwrap().place(), None);
}

#[test]
fn a_ledger_serves_one_issuer_of_one_authority() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    drop(Ledger::open(&path, &owner(), Some(10), [1; 32]).unwrap());
    let with = |owner: Owner, capacity| reason(Ledger::open(&path, &owner, capacity, [2; 32]));
    let issuer = "east".to_owned();
    assert_eq!(with(Owner { issuer, ..owner() }, None), "ledger-of-another-issuer");
    let authority = [8; 32];
    assert_eq!(
        with(Owner { authority, ..owner() }, None),
        "ledger-of-another-authority"
    );
    assert_eq!(with(owner(), Some(11)), "ledger-capacity");
    assert!(Ledger::open(&path, &owner(), Some(10), [2; 32]).is_ok());
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
    ledger.conn.pragma_update(None, "user_version", 2).unwrap();
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
fn doubles_in_one_run_name_the_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path).unwrap();
    let columns = Columns::from_header(&PeopleRow::new(
        1,
        ["id", "document_kind", "document_country", "document_number"],
    ));
    let columns = columns.unwrap();
    let person = |line, id, number: &str| {
        let kind = if number.is_empty() {
            ["", ""]
        } else {
            ["passport", "XX"]
        };
        columns
            .applicant(&PeopleRow::new(line, [id, kind[0], kind[1], number]))
            .unwrap()
    };
    let mut batch = ledger.begin().unwrap();
    let mut see = |line, id, number| batch.see(&person(line, id, number)).unwrap();
    assert_eq!(see(2, "A-1", "E 1"), None);
    assert_eq!(see(3, "A-2", ""), None);
    assert_eq!(see(4, "A-3", ""), None);
    assert_eq!(see(5, "a-1", ""), Some(Reason::IdDuplicate { first: 2 }));
    assert_eq!(see(6, "A-4", "e1"), Some(Reason::DocumentDuplicate { first: 2 }));
    batch.commit().unwrap();
    drop(ledger);
    let mut again = open(&path).unwrap();
    assert_eq!(
        again.begin().unwrap().see(&person(2, "A-1", "E1")).unwrap(),
        None,
        "each run sees anew"
    );
}

#[test]
fn keys_are_noted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(&folder.path().join("ledger.db")).unwrap();
    for n in [0, 1, 0] {
        let mut batch = ledger.begin().unwrap();
        batch
            .note_key(&demo::key(Role::Code, n).public(), Time::saturating(5))
            .unwrap();
        batch.commit().unwrap();
    }
    let keys: i64 = ledger
        .conn
        .query_row("SELECT count(*) FROM keys", [], |row| row.get(0))
        .unwrap();
    assert_eq!(keys, 2);
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
