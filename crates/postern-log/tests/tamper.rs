//! Each way of tampering has a finding, and the finding says where.

mod common;

use common::{closed_log, event, tamper};
use postern_log::merkle::{Frontier, leaf_hash};
use postern_log::{Event, Finding, MAX_FINDINGS, Reader};
use rusqlite::Connection;

/// What `verify` finds in a log of 13 events (subtrees of 8, 4 and 1) after `sql`.
fn findings(sql: &str) -> Vec<Finding> {
    let (_folder, path) = closed_log(13);
    assert_eq!(
        Reader::open(&path).unwrap().verify().unwrap().findings,
        [],
        "clean before"
    );
    tamper(&path, sql);
    let report = Reader::open(&path).unwrap().verify().unwrap();
    assert_eq!(report.left_off, 0);
    report.findings
}

/// SQL for another leaf of the row `seq`, with the columns that go with it: what a careful forger writes.
fn forged(seq: u64) -> String {
    let mut details = event(seq);
    details.time += 1;
    let leaf = postern_core::hex(&Event::new(seq, details).unwrap().to_leaf());
    format!("UPDATE events SET time = time + 1, leaf = x'{leaf}' WHERE seq = {seq}")
}

/// SQL that copies the row `from` to the key `to`.
fn copied(from: i64, to: i64) -> String {
    format!(
        "INSERT INTO events SELECT {to}, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot,
         age, grade, source, kind, about, operator, kid, issued, status_index, leaf FROM events WHERE seq = {from}"
    )
}

#[test]
fn an_edited_column_of_each_name() {
    for (column, value) in [
        ("time", "time + 1"),
        ("system", "0"),
        ("flags", "7 - flags"),
        ("outcome", "'admit'"),
        ("reasons", "'ok'"),
        ("code", "zeroblob(16)"),
        ("person", "zeroblob(9)"),
        ("issuer", "issuer || ' '"),
        ("root", "9"),
        ("pack", "9"),
        ("snapshot", "9"),
        ("age", "0"),
        ("grade", "'stale'"),
        ("source", "'text'"),
        ("kind", "'manual'"),
        ("about", "4"),
        ("operator", "'op-1'"),
        ("kid", "x'00000000'"),
        ("issued", "7"),
        ("status_index", "7"),
    ] {
        let found = findings(&format!("UPDATE events SET {column} = {value} WHERE seq = 5"));
        assert_eq!(found, [Finding::ColumnEdited { seq: 5, column }]);
    }
}

#[test]
fn an_edited_column_that_only_format_2_has() {
    for (seq, column, value) in [
        (3, "kind", "'override'"),
        (3, "about", "NULL"),
        (7, "operator", "NULL"),
        (11, "about", "about + 1"),
        (11, "operator", "'op-12'"),
    ] {
        let found = findings(&format!("UPDATE events SET {column} = {value} WHERE seq = {seq}"));
        assert_eq!(found, [Finding::ColumnEdited { seq, column }]);
    }
}

#[test]
fn an_edited_leaf() {
    let found = findings(&forged(2));
    assert_eq!(
        found,
        [Finding::LeavesEdited { first: 0, count: 8 }, Finding::WrongRoot]
    );
    let found = findings(&forged(12));
    assert_eq!(
        found,
        [Finding::LeavesEdited { first: 12, count: 1 }, Finding::WrongRoot]
    );
}

#[test]
fn a_leaf_that_is_none() {
    for leaf in ["x''", "x'ff'", "zeroblob(100000)", "leaf || x'00'"] {
        let found = findings(&format!("UPDATE events SET leaf = CAST({leaf} AS BLOB) WHERE seq = 9"));
        assert!(matches!(found[0], Finding::LeafUnreadable { seq: 9, .. }), "{leaf}");
        assert_eq!(
            found[1..],
            [Finding::LeavesEdited { first: 8, count: 4 }, Finding::WrongRoot]
        );
    }
}

#[test]
fn missing_rows() {
    let missing = |first, count| Finding::MissingRows { first, count };
    assert_eq!(findings("DELETE FROM events WHERE seq = 6"), [missing(6, 1)]);
    assert_eq!(
        findings("DELETE FROM events WHERE seq IN (0, 1, 7, 8)"),
        [missing(0, 2), missing(7, 2)]
    );
    assert_eq!(findings("DELETE FROM events WHERE seq >= 10"), [missing(10, 3)]);
    assert_eq!(findings("DELETE FROM events"), [missing(0, 13)]);
}

#[test]
fn missing_rows_do_not_hide_an_edit_elsewhere() {
    let found = findings(&format!("DELETE FROM events WHERE seq = 12; {}", forged(3)));
    assert_eq!(
        found,
        [
            Finding::MissingRows { first: 12, count: 1 },
            Finding::LeavesEdited { first: 0, count: 8 }
        ]
    );
}

#[test]
fn swapped_rows() {
    let found = findings(
        "UPDATE events SET seq = 100 WHERE seq = 3; UPDATE events SET seq = 3 WHERE seq = 4;
         UPDATE events SET seq = 4 WHERE seq = 100",
    );
    assert_eq!(
        found,
        [
            Finding::MovedLeaf { seq: 3, leaf_seq: 4 },
            Finding::MovedLeaf { seq: 4, leaf_seq: 3 },
            Finding::LeavesEdited { first: 0, count: 8 },
            Finding::WrongRoot,
        ]
    );
}

#[test]
fn inserted_rows() {
    let found = findings(&format!(
        "{}; {}; {}; {}",
        copied(0, 13),
        copied(1, 14),
        copied(2, i64::MAX),
        copied(3, -4)
    ));
    let extra = |first, count| Finding::ExtraRows { first, count };
    assert_eq!(found, [extra(-4, 1), extra(13, 2), extra(i64::MAX, 1)]);
}

/// A row twice at one place there cannot be; its leaf at a second place is found in each place.
#[test]
fn duplicated_rows() {
    let (_folder, path) = closed_log(13);
    let conn = Connection::open(&path).unwrap();
    let error = conn.execute(&copied(3, 3), []).unwrap_err();
    assert_eq!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::ConstraintViolation),
        "seq is the key"
    );
    drop(conn);

    let extra = |first| Finding::ExtraRows { first, count: 1 };
    // Beyond the size of the tree, which the row of the tree has: the last leaf once more, and one from the middle.
    assert_eq!(findings(&copied(12, 13)), [extra(13)]);
    assert_eq!(findings(&copied(5, 40)), [extra(40)]);
    // In place of another row, and at its own place as well.
    assert_eq!(
        findings(&format!("DELETE FROM events WHERE seq = 9; {}", copied(3, 9))),
        [
            Finding::MovedLeaf { seq: 9, leaf_seq: 3 },
            Finding::LeavesEdited { first: 8, count: 4 },
            Finding::WrongRoot,
        ]
    );
    // A table without the key takes the row twice: then the table is not the log's own.
    let keyless =
        "CREATE TABLE copy AS SELECT * FROM events; DROP TABLE events; CREATE TABLE events AS SELECT * FROM copy";
    let name = "events".to_owned();
    assert!(findings(&format!("{keyless}; {}", copied(3, 3))).contains(&Finding::SchemaChanged { name }));
}

#[test]
fn a_log_with_a_duplicated_row_at_its_end_is_not_opened_for_appending() {
    let (_folder, path) = closed_log(13);
    tamper(&path, &copied(12, 13));
    assert_eq!(postern_log::Log::open(&path).unwrap_err().reason(), "log-corrupt");
}

#[test]
fn a_row_inserted_in_the_middle_with_the_others_moved_up() {
    let found = findings(&format!(
        "UPDATE events SET seq = -seq WHERE seq >= 5; UPDATE events SET seq = 1 - seq WHERE seq < 0; {}",
        copied(0, 5)
    ));
    let moved = found.iter().filter(|f| matches!(f, Finding::MovedLeaf { .. })).count();
    assert_eq!(moved, 8, "{found:?}");
    assert!(found.contains(&Finding::ExtraRows { first: 13, count: 1 }));
    assert!(found.contains(&Finding::WrongRoot));
}

#[test]
fn an_edited_tree() {
    let what = |found: &[Finding]| found.iter().map(Finding::reason).collect::<Vec<_>>();
    assert_eq!(findings("UPDATE tree SET root = zeroblob(32)"), [Finding::WrongRoot]);
    assert_eq!(
        what(&findings("UPDATE tree SET root = zeroblob(31)")),
        ["tree-unreadable"]
    );
    assert_eq!(
        what(&findings("UPDATE tree SET frontier = zeroblob(9)")),
        ["tree-unreadable"]
    );
    assert_eq!(what(&findings("DELETE FROM tree")), ["tree-unreadable", "extra-rows"]);
    assert_eq!(
        what(&findings("UPDATE tree SET size = -1")),
        ["tree-unreadable", "extra-rows", "wrong-root"]
    );
    assert_eq!(
        findings("UPDATE tree SET size = 12"),
        [
            Finding::TreeUnreadable {
                what: "the frontier has another size"
            },
            Finding::ExtraRows { first: 12, count: 1 },
            Finding::WrongRoot,
        ]
    );
    // A size that no walk could count up to.
    let huge = findings("UPDATE tree SET size = 9223372036854775807");
    assert_eq!(
        huge[1],
        Finding::MissingRows {
            first: 13,
            count: i64::MAX as u64 - 13
        }
    );
}

#[test]
fn an_edited_frontier() {
    let (_folder, path) = closed_log(13);
    let mut tree = Frontier::new();
    (0..13).for_each(|i| tree.push(leaf_hash(&Event::new(i, event(i)).unwrap().to_leaf())));
    let mut bytes = tree.to_bytes();
    bytes[8 + 32] ^= 1;
    tamper(
        &path,
        &format!("UPDATE tree SET frontier = x'{}'", postern_core::hex(&bytes)),
    );
    let report = Reader::open(&path).unwrap().verify().unwrap();
    assert_eq!(
        report.findings,
        [Finding::LeavesEdited { first: 8, count: 4 }, Finding::WrongRoot]
    );
}

#[test]
fn an_edited_schema() {
    let name = |name: &str| Finding::SchemaChanged { name: name.to_owned() };
    assert_eq!(
        findings("DROP VIEW v_scans; CREATE VIEW v_scans AS SELECT 'all is well' AS outcome"),
        [name("v_scans")]
    );
    assert_eq!(
        findings("CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END"),
        [name("t")]
    );
    assert_eq!(findings("ALTER TABLE events ADD COLUMN note TEXT"), [name("events")]);
    assert_eq!(
        findings("DROP VIEW v_scans; DROP VIEW v_daily; DROP TABLE tree").len(),
        3
    );
    assert_eq!(
        findings("CREATE INDEX mine ON events (issuer)"),
        [],
        "an index harms nobody"
    );
}

#[test]
fn the_list_of_findings_is_bounded() {
    let (_folder, path) = closed_log(0);
    let mut log = postern_log::Log::open(&path).unwrap();
    log.append_batch((0..1500).map(event)).unwrap();
    drop(log);
    tamper(&path, "UPDATE events SET age = age + 1");
    let report = Reader::open(&path).unwrap().verify().unwrap();
    assert_eq!((report.findings.len(), report.left_off), (MAX_FINDINGS, 500));
}

/// What this crate cannot see, and says so: a log that was cut and made again from the rows that are left.
#[test]
fn a_log_that_was_made_again_is_a_good_log_with_another_root() {
    let (_folder, path) = closed_log(13);
    let before = Reader::open(&path).unwrap().tip().unwrap();
    let mut tree = Frontier::new();
    (0..12).for_each(|i| tree.push(leaf_hash(&Event::new(i, event(i)).unwrap().to_leaf())));
    let conn = Connection::open(&path).unwrap();
    conn.execute("DELETE FROM events WHERE seq = 12", []).unwrap();
    conn.execute(
        "UPDATE tree SET size = 12, root = ?1, frontier = ?2",
        (tree.root(), tree.to_bytes()),
    )
    .unwrap();
    drop(conn);
    let report = Reader::open(&path).unwrap().verify().unwrap();
    assert!(report.is_clean());
    assert_ne!(report.tip, Some(before));
}
