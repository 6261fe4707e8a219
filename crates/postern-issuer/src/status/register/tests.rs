use postern_cli::Explain;
use postern_core::status::Status::{Invalid, Restricted, Suspended, Valid};
use postern_core::status::{NEGATIVE_TEST, Status};
use postern_core::time::Time;

use super::*;

fn meta() -> Meta {
    Meta {
        list: "west".parse().unwrap(),
        issuer: "west".to_owned(),
        authority: [7; 32],
        places: 40_000,
        shards: 1,
        order: "00112233".to_owned(),
        most: None,
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.db");
    (folder, path)
}

fn wish(place: u32, status: Status) -> Wish {
    let why = "tested".into();
    Wish { place, status, why }
}

fn batch(command: Command) -> Batch<'static> {
    Batch {
        command,
        at: Time::saturating(100),
        by: "desk 1",
        column: None,
        file: None,
        rejected: 0,
    }
}

fn reason<T>(result: Result<T, StatusError>) -> &'static str {
    result.err().expect("it is refused").reason()
}

#[test]
fn what_is_said_of_a_place_is_kept() {
    let (_folder, path) = folder();
    let mut register = Register::open(&path, Some(&meta())).unwrap();
    let set = batch(Command::Set);
    let taken = register
        .take(&set, &[wish(7, Suspended), wish(39_999, Invalid), wish(8, Valid)])
        .unwrap();
    assert_eq!(
        taken,
        Taken {
            changed: 2,
            unchanged: 1
        }
    );
    assert_eq!(register.take(&set, &[wish(7, Valid)]).unwrap().changed, 1);
    assert_eq!(register.take(&set, &[wish(7, Valid)]).unwrap().changed, 0);
    assert_eq!(
        register.batches(9).unwrap().len(),
        2,
        "what changes nothing leaves no trace"
    );
    let said = |entry: &Entry| (entry.was, entry.status, entry.by.clone(), entry.why.clone(), entry.at);
    let history = register.history(7).unwrap();
    let (by, why, at) = ("desk 1".to_owned(), "tested".to_owned(), Time::saturating(100));
    let expected = [(Valid, Suspended), (Suspended, Valid)].map(|(was, is)| (was, is, by.clone(), why.clone(), at));
    assert_eq!(history.iter().map(said).collect::<Vec<_>>(), expected);
    assert_eq!(
        (register.status(7).unwrap(), register.status(39_999).unwrap()),
        (Valid, Invalid)
    );
    assert_eq!(register.counts().unwrap(), [39_999, 1, 0, 0]);
    drop(register);
    let again = Register::read(&path).unwrap();
    assert_eq!(again.history(7).unwrap(), history);
    let mut all = Vec::new();
    again.each_status(|place, status| all.push((place, status))).unwrap();
    assert_eq!(all, [(39_999, Invalid)]);
}

#[test]
fn what_was_said_cannot_be_unsaid() {
    let (_folder, path) = folder();
    let mut register = Register::open(&path, Some(&meta())).unwrap();
    register.take(&batch(Command::Set), &[wish(7, Suspended)]).unwrap();
    let column = NEGATIVE_TEST.parse().unwrap();
    let of_column = |command| Batch {
        column: Some(&column),
        ..batch(command)
    };
    let mut hours = register.hours(&column).unwrap();
    hours.keep_newest(7, 9);
    register
        .keep_hours(&of_column(Command::Column), &hours, Taken::default())
        .unwrap();
    let set = of_column(Command::ColumnSet);
    let clear = |register: &mut Register| register.clear_hours(&set, &column, &[6, 7], "wrong").unwrap();
    assert_eq!(clear(&mut register), [(7, 9)]);
    assert_eq!(clear(&mut register), []);
    assert_eq!(register.cleared(7).unwrap().len(), 1);
    for sql in [
        "DELETE FROM changes",
        "DELETE FROM batches",
        "UPDATE changes SET why = 'another'",
        "UPDATE batches SET by = 'another'",
        "DELETE FROM cleared",
        "UPDATE cleared SET hour = 8",
    ] {
        assert!(register.conn.execute_batch(sql).is_err(), "{sql}");
    }
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    let (_folder, path) = folder();
    let mut register = Register::open(&path, Some(&meta())).unwrap();
    let stop =
        "CREATE TEMP TRIGGER stop BEFORE INSERT ON main.changes WHEN NEW.place = 3 BEGIN SELECT raise(ABORT, ''); END";
    register.conn.execute_batch(stop).unwrap();
    let wishes: Vec<_> = (0..5).map(|place| wish(place, Restricted)).collect();
    assert_eq!(
        reason(register.take(&batch(Command::Import), &wishes)),
        "register-database"
    );
    assert_eq!(register.counts().unwrap()[3], 0);
    assert_eq!(
        (register.newest_change().unwrap(), register.batches(9).unwrap()),
        (0, vec![])
    );
}

#[test]
fn what_was_changed_back_is_not_pending() {
    let (_folder, path) = folder();
    let mut register = Register::open(&path, Some(&meta())).unwrap();
    let set = batch(Command::Set);
    register
        .take(&set, &[wish(1, Suspended), wish(2, Suspended), wish(3, Invalid)])
        .unwrap();
    assert_eq!(register.pending(0).unwrap(), [0, 1, 2, 0]);
    let upto = register.newest_change().unwrap();
    register
        .take(&set, &[wish(1, Valid), wish(2, Restricted), wish(4, Invalid)])
        .unwrap();
    register.take(&set, &[wish(1, Suspended), wish(4, Valid)]).unwrap();
    assert_eq!(register.pending(upto).unwrap(), [0, 0, 0, 1]);
}

#[test]
fn a_file_is_known_by_its_digest() {
    let (_folder, path) = folder();
    let mut register = Register::open(&path, Some(&meta())).unwrap();
    let file = Batch {
        file: Some(("a.csv", [1; 32])),
        ..batch(Command::Import)
    };
    assert_eq!(register.taken_before(&file).unwrap(), None);
    register.take(&file, &[]).unwrap();
    let known = Some((1, Time::saturating(100), "desk 1".to_owned()));
    assert_eq!(register.taken_before(&file).unwrap(), known);
    let renamed = Batch {
        file: Some(("b.csv", [1; 32])),
        ..file
    };
    assert_eq!(register.taken_before(&renamed).unwrap(), known);
    let others = [
        Batch {
            file: Some(("a.csv", [2; 32])),
            ..file
        },
        Batch {
            command: Command::Column,
            ..file
        },
    ];
    assert!(
        others
            .iter()
            .all(|other| register.taken_before(other).unwrap().is_none())
    );
    // One of which rows were rejected may have more to say.
    register.take(&Batch { rejected: 1, ..renamed }, &[]).unwrap();
    assert_eq!(register.taken_before(&file).unwrap(), known);
    register.take(&file, &[]).unwrap();
    assert_eq!(
        register.taken_before(&file).unwrap().map(|(number, ..)| number),
        Some(3)
    );
}

#[test]
fn the_limit_follows_the_codes_or_what_was_said() {
    let (_folder, path) = folder();
    let mut register = Register::open(&path, Some(&meta())).unwrap();
    assert_eq!(register.limit().unwrap(), 10);
    register.note_ledgers(&[(1, 1000), (2, 3000)]).unwrap();
    register.note_ledgers(&[(2, 5000)]).unwrap();
    assert_eq!((register.codes().unwrap(), register.limit().unwrap()), (6000, 30));
    drop(register);
    let most = Some(5);
    let other = Register::open(&path, Some(&Meta { most, ..meta() }));
    assert_eq!(reason(other), "register-other");
    let path = path.with_extension("2");
    let register = Register::open(&path, Some(&Meta { most, ..meta() })).unwrap();
    assert_eq!(register.limit().unwrap(), 5);
}

#[test]
fn hours_are_kept_and_the_newest_wins() {
    let (_folder, path) = folder();
    let mut register = Register::open(&path, Some(&meta())).unwrap();
    let column = NEGATIVE_TEST.parse().unwrap();
    let batch = Batch {
        column: Some(&column),
        ..batch(Command::Column)
    };
    assert!(!register.has_column(&column).unwrap());
    let mut hours = register.hours(&column).unwrap();
    assert_eq!(hours.all(), vec![0; 40_000]);
    for (place, hour, newer) in [
        (0, 9, true),
        (0, 8, false),
        (39_999, 7, true),
        (40_000, 7, false),
        (0, 9, false),
    ] {
        assert_eq!(hours.keep_newest(place, hour), newer, "{place} {hour}");
    }
    register.keep_hours(&batch, &hours, Taken::default()).unwrap();
    let parts = "SELECT count(*) FROM parts";
    let parts = |register: &Register| register.conn.query_row(parts, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        parts(&register),
        2,
        "of three parts, the one in the middle was not touched"
    );
    let mut again = register.hours(&column).unwrap();
    assert_eq!(again.all(), hours.all());
    assert!(again.keep_newest(20_000, 3));
    register.keep_hours(&batch, &again, Taken::default()).unwrap();
    assert_eq!(parts(&register), 3);
    assert_eq!(register.hours(&column).unwrap().all(), again.all());
    assert_eq!(register.newest_batch(&column).unwrap(), 2);

    register
        .conn
        .execute("UPDATE parts SET hours = x'01' WHERE part = 1", [])
        .unwrap();
    assert_eq!(reason(register.hours(&column)), "register-damaged");
}

#[test]
fn a_register_is_made_only_where_somebody_says_so() {
    let (folder, path) = folder();
    assert_eq!(reason(Register::open(&path, None)), "register-not-there");
    assert_eq!(reason(Register::read(&path)), "register-not-there");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    drop(Register::open(&path, Some(&meta())).unwrap());
    assert!(
        Register::open(&path, Some(&meta())).is_ok(),
        "once it is there, saying so does no harm"
    );
    let list = "east".parse().unwrap();
    let other = Register::open(&path, Some(&Meta { list, ..meta() }));
    assert_eq!(reason(other), "register-other");
    let issuer = "east".to_owned();
    let other = Register::open(&path, Some(&Meta { issuer, ..meta() }));
    assert_eq!(reason(other), "register-other");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn one_writes_and_others_read() {
    let (_folder, path) = folder();
    let register = Register::open(&path, Some(&meta())).unwrap();
    assert_eq!(reason(Register::open(&path, None)), "register-busy");
    assert_eq!(Register::read(&path).unwrap().meta(), &meta());
    drop(register);
    assert!(Register::open(&path, None).is_ok());
}

#[test]
fn another_file_is_no_register_and_stays_as_it_is() {
    let (_folder, path) = folder();
    let text = "not a register at all, but long enough to be looked at as the header of a database, 100 bytes and more";
    std::fs::write(&path, text).unwrap();
    for new in [None, Some(&meta())] {
        assert_eq!(reason(Register::open(&path, new)), "not-a-register");
    }
    assert_eq!(std::fs::read(&path).unwrap(), text.as_bytes());
    std::fs::remove_file(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE x (y)").unwrap();
    drop(other);
    assert_eq!(reason(Register::open(&path, Some(&meta()))), "not-a-register");
    std::fs::remove_file(&path).unwrap();
    let register = Register::open(&path, Some(&meta())).unwrap();
    register.conn.pragma_update(None, "user_version", 2).unwrap();
    drop(register);
    assert_eq!(reason(Register::open(&path, None)), "register-newer-format");
    assert_eq!(reason(Register::read(&path)), "register-newer-format");
}
