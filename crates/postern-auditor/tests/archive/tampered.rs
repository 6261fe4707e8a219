//! What somebody does who can write to the database, and what `verify` calls it.

use crate::common::{Engine, Gate, MORNING, Office};

fn office_with_log(engine: Engine) -> (Gate, Office) {
    let mut gate = Gate::new(1);
    gate.scan(40, MORNING);
    let office = Office::new(engine);
    office.enrol(&[&gate]);
    for (from, to) in [(0, 10), (0, 30), (30, 40)] {
        office.ingest_bytes(&[&gate.bundle(from, to, &office)]);
    }
    assert_eq!(office.verify(), Vec::<String>::new());
    (gate, office)
}

/// The row of a leaf, in the words of a database.
fn row(engine: Engine, seq: u64) -> String {
    match engine {
        Engine::Postgres => format!("gate = 1 AND seq = {seq}"),
        Engine::Sqlite => format!("id = {}", (1_u64 << 40) + seq),
    }
}

/// The archive of a program to come, and a file or a database of something else.
pub(crate) fn only_an_archive_of_this_format_is_opened(engine: Engine) {
    let office = Office::new(engine);
    let reason = || {
        let output = office.command("verify", &[], false).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let line: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        line["error"]["reason"].as_str().unwrap().to_owned()
    };
    let (newer, other) = match engine {
        Engine::Postgres => ("UPDATE meta SET format = 2", "DROP SCHEMA postern CASCADE"),
        Engine::Sqlite => ("PRAGMA user_version = 2", "PRAGMA application_id = 1"),
    };
    office.tamper(newer);
    assert_eq!(reason(), "archive-newer-format");
    office.tamper(other);
    let expected = match engine {
        Engine::Postgres => "archive-missing",
        Engine::Sqlite => "not-an-archive",
    };
    assert_eq!(reason(), expected);
}

fn names(found: &[String]) -> Vec<&str> {
    let mut names: Vec<_> = found.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    names.dedup();
    names
}

pub(crate) fn each_change_has_its_name(engine: Engine) {
    let (_gate, office) = office_with_log(engine);
    let of = |seq| row(engine, seq);
    for (column, value) in [
        ("time", "time + 1"),
        ("flags", "8"),
        ("outcome", "2"),
        ("kind", "1"),
        ("grade", "3"),
        ("source", "0"),
        ("age", "1"),
        ("pack", "9"),
        ("issuer", "NULL"),
        ("code", "NULL"),
        ("person", "code"),
        ("operator", "'made-up'"),
    ] {
        office.tamper(&format!(
            "CREATE TABLE kept AS SELECT {column} AS was FROM events WHERE {}; UPDATE events SET {column} = {value} WHERE {}",
            of(5),
            of(5)
        ));
        assert_eq!(office.verify(), ["gate-1 column-edited 5"], "{column}");
        office.tamper(&format!(
            "UPDATE events SET {column} = (SELECT was FROM kept) WHERE {}; DROP TABLE kept",
            of(5)
        ));
    }
    assert_eq!(office.verify(), Vec::<String>::new());
    for (change, back, name, what) in [
        (
            "UPDATE hours SET count = count + 1",
            "UPDATE hours SET count = count - 1",
            "counts-edited",
            None,
        ),
        (
            "UPDATE gates SET size = 39",
            "UPDATE gates SET size = 40",
            "extra-rows",
            Some("39"),
        ),
        (
            "UPDATE checkpoints SET note = replace(note, 'gate-1', 'gate-2') WHERE size = 30",
            "UPDATE checkpoints SET note = replace(note, 'gate-2', 'gate-1') WHERE size = 30",
            "checkpoint-forged",
            Some("30"),
        ),
        (
            "UPDATE proofs SET old = old - 1",
            "UPDATE proofs SET old = old + 1",
            "proof-bad",
            Some("40"),
        ),
        (
            "UPDATE gates SET checkpoint = NULL",
            "UPDATE gates SET checkpoint = (SELECT note FROM checkpoints WHERE size = 40)",
            "checkpoint-not-newest",
            Some("40"),
        ),
    ] {
        office.tamper(change);
        let found = office.verify();
        assert!(names(&found).contains(&name), "{change}: {found:?}");
        if let Some(what) = what {
            assert!(found.contains(&format!("gate-1 {name} {what}")), "{change}: {found:?}");
        }
        office.tamper(back);
        assert_eq!(office.verify(), Vec::<String>::new(), "{back}");
    }
}

pub(crate) fn a_whole_log_replaced(engine: Engine) {
    let (_gate, office) = office_with_log(engine);
    let of = |seq| row(engine, seq);
    // A leaf that is not what the gate signed: every root from there on.
    office.tamper(&format!(
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE {}) WHERE {}",
        of(16),
        of(15)
    ));
    let found = office.verify();
    assert!(found.contains(&"gate-1 moved-leaf 15".to_owned()), "{found:?}");
    for size in [30, 40] {
        assert!(
            found.contains(&format!("gate-1 checkpoint-mismatch {size}")),
            "{found:?}"
        );
    }
    assert!(
        !found.contains(&"gate-1 checkpoint-mismatch 10".to_owned()),
        "{found:?}"
    );
    assert!(found.contains(&"gate-1 wrong-root 40".to_owned()), "{found:?}");
    // And one that is gone.
    office.tamper(&format!("DELETE FROM events WHERE {}", of(20)));
    let found = office.verify();
    assert!(found.contains(&"gate-1 missing-rows 20".to_owned()), "{found:?}");
    assert!(names(&found).contains(&"counts-edited"), "{found:?}");
}

/// As where a database drops old days: beyond them each leaf is checked as before.
pub(crate) fn leaves_that_were_dropped_are_missing_and_nothing_else(engine: Engine) {
    let (_gate, office) = office_with_log(engine);
    office.tamper(&format!("DELETE FROM events WHERE time < {}", MORNING + 15));
    assert_eq!(office.verify(), ["gate-1 missing-rows 0"]);
    office.tamper("UPDATE hours SET count = count - 1");
    let found = office.verify();
    assert_eq!(names(&found), ["counts-edited", "missing-rows"]);
    office.tamper("UPDATE hours SET count = count + 1");
    let (a, b) = (row(engine, 35), row(engine, 36));
    office.tamper(&format!(
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE {b}) WHERE {a}"
    ));
    let found = office.verify();
    for name in ["checkpoint-mismatch", "missing-rows", "moved-leaf", "wrong-root"] {
        assert!(names(&found).contains(&name), "{found:?}");
    }
}
