//! The tables, and how an event becomes a row.

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::event::Event;

/// `PRAGMA application_id` of a log: "PLog" in ASCII.
pub const APPLICATION_ID: i64 = 0x504c_6f67;

/// `PRAGMA user_version` of a log: the format of its tables.
pub const FORMAT: i64 = 1;

/// Everything that a log consists of. SQLite keeps the text, so that a change of the schema shows.
const OBJECTS: [(&str, &str); 5] = [
    ("events", EVENTS),
    ("meta", META),
    ("tree", TREE),
    ("v_daily", V_DAILY),
    ("v_scans", V_SCANS),
];

/// One row for each event; `leaf` is what counts, the columns repeat it for people and for other tools.
const EVENTS: &str = "\
CREATE TABLE events (
  seq INTEGER PRIMARY KEY CHECK (seq >= 0),
  time INTEGER NOT NULL,
  system INTEGER NOT NULL,
  flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 7),
  outcome TEXT NOT NULL CHECK (outcome IN ('admit', 'refer', 'refuse')),
  reasons TEXT NOT NULL,
  code BLOB CHECK (length(code) = 16),
  person BLOB CHECK (length(person) = 9),
  issuer TEXT,
  root INTEGER NOT NULL,
  pack INTEGER NOT NULL,
  snapshot INTEGER NOT NULL,
  age INTEGER NOT NULL,
  grade TEXT NOT NULL CHECK (grade IN ('fresh', 'aging', 'stale', 'refuse')),
  source TEXT NOT NULL CHECK (source IN ('text', 'picture', 'scanner')),
  leaf BLOB NOT NULL
) STRICT";

const META: &str = "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  format INTEGER NOT NULL,
  gate TEXT NOT NULL
) STRICT";

const TREE: &str = "\
CREATE TABLE tree (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  frontier BLOB NOT NULL
) STRICT";

const V_DAILY: &str = "\
CREATE VIEW v_daily AS
SELECT date(time, 'unixepoch') AS day, outcome, count(*) AS scans
FROM events GROUP BY day, outcome";

const V_SCANS: &str = "\
CREATE VIEW v_scans AS
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch') AS time,
  strftime('%Y-%m-%dT%H:%M:%SZ', system, 'unixepoch') AS system,
  outcome, reasons, issuer, lower(nullif(hex(code), '')) AS code, lower(nullif(hex(person), '')) AS person,
  root, pack, snapshot, age, grade, source,
  flags & 1 <> 0 AS clock_suspect, flags & 2 <> 0 AS judged_at_another_time, flags & 4 <> 0 AS demo_trust
FROM events";

/// The columns of `events` that repeat the leaf, in the order of [`values`].
pub(crate) const COLUMNS: [&str; 15] = [
    "seq", "time", "system", "flags", "outcome", "reasons", "code", "person", "issuer", "root", "pack", "snapshot",
    "age", "grade", "source",
];

/// Inserts one row: the values of [`COLUMNS`] and the leaf.
pub(crate) const INSERT: &str = "\
INSERT INTO events (seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade,
  source, leaf)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";

/// Every row, in the order of the leaves.
pub(crate) const SELECT: &str = "\
SELECT seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade, source, leaf
FROM events ORDER BY seq";

/// The table and view definitions and the two numbers in the header, to be run in one transaction.
pub(crate) fn create(conn: &Connection) -> rusqlite::Result<()> {
    for (_, sql) in OBJECTS {
        conn.execute_batch(sql)?;
    }
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", FORMAT)
}

/// The names of tables and views that are missing or not as [`create`] made them, and of all triggers.
///
/// Indexes, views and tables that somebody added for their own queries are no harm and are not named.
pub(crate) fn changed(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for (name, sql) in OBJECTS {
        let same = "SELECT count(*) FROM sqlite_schema WHERE name = ?1 AND sql = ?2";
        if conn.query_row(same, [name, sql], |row| row.get::<_, i64>(0))? != 1 {
            found.push(name.to_owned());
        }
    }
    let mut triggers = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")?;
    for name in triggers.query_map([], |row| row.get(0))? {
        found.push(name?);
    }
    Ok(found)
}

/// What the row of `event` holds in [`COLUMNS`].
pub(crate) fn values(event: &Event) -> [Value; 15] {
    let e = event.details();
    [
        integer(event.seq()),
        integer(e.time),
        integer(e.system),
        i64::from(e.flags.bits()).into(),
        e.outcome.as_str().to_owned().into(),
        // A reason holds no comma.
        e.reasons.join(",").into(),
        e.code.map(Vec::from).into(),
        e.person.map(Vec::from).into(),
        e.issuer.clone().into(),
        integer(e.root),
        integer(e.pack),
        integer(e.snapshot),
        integer(e.age),
        e.grade.as_str().to_owned().into(),
        e.source.as_str().to_owned().into(),
    ]
}

/// A number of an event or a tree as SQLite stores it.
pub(crate) fn integer(number: u64) -> Value {
    i64::try_from(number)
        .expect("events and trees hold no number above i64::MAX")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_schema_shows() {
        let conn = Connection::open_in_memory().unwrap();
        create(&conn).unwrap();
        assert_eq!(changed(&conn).unwrap(), [""; 0]);
        conn.execute_batch("CREATE INDEX by_time ON events (time); CREATE VIEW mine AS SELECT 1")
            .unwrap();
        assert_eq!(changed(&conn).unwrap(), [""; 0]);
        conn.execute_batch(
            "ALTER TABLE meta ADD COLUMN more TEXT; DROP VIEW v_daily;
             CREATE TRIGGER quiet AFTER INSERT ON events BEGIN DELETE FROM events; END",
        )
        .unwrap();
        assert_eq!(changed(&conn).unwrap(), ["meta", "v_daily", "quiet"]);
    }
}
