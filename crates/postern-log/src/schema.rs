//! The tables, and how an event becomes a row.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::event::Event;
use crate::merkle::Frontier;
use crate::old_formats::{FORMAT_1, FORMAT_2};

/// `PRAGMA application_id` of a log: "PLog" in ASCII.
pub const APPLICATION_ID: i64 = 0x504c_6f67;

/// `PRAGMA user_version` of a log: the format of its tables.
pub const FORMAT: i64 = 3;

/// A format of the tables.
pub(crate) struct Tables {
    /// Everything that a log consists of. SQLite keeps the text, so that a change of the schema shows.
    pub(crate) objects: &'static [(&'static str, &'static str)],
    /// Every row, in the order of the leaves: [`COLUMNS`] and the leaf.
    pub(crate) select: &'static str,
}

/// The present format.
pub(crate) const TABLES: Tables = Tables {
    objects: &[
        ("checkpoints", CHECKPOINTS),
        ("events", EVENTS),
        ("meta", META),
        ("pruned", PRUNED),
        ("tree", TREE),
        ("v_daily", V_DAILY),
        ("v_scans", V_SCANS),
    ],
    select: "\
SELECT seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade, source, kind,
  about, operator, kid, issued, status_index, leaf
FROM events ORDER BY seq",
};

impl Tables {
    /// Whether the log keeps checkpoints, and can be pruned.
    pub(crate) fn has_checkpoints(&self) -> bool {
        self.objects.iter().any(|(name, _)| *name == "checkpoints")
    }

    /// The tables of a format that this program reads.
    pub(crate) fn of(format: i64) -> Option<&'static Self> {
        match format {
            1 => Some(&FORMAT_1),
            2 => Some(&FORMAT_2),
            FORMAT => Some(&TABLES),
            _ => None,
        }
    }
}

/// One row for each event; `leaf` is what counts, the columns repeat it for people and for other tools.
///
/// The checks say OR and not IN: for a list of more than two words SQLite would make a table of them for each row, which
/// takes longer than the row.
const EVENTS: &str = "\
CREATE TABLE events (
  seq INTEGER PRIMARY KEY CHECK (seq >= 0),
  time INTEGER NOT NULL,
  system INTEGER NOT NULL,
  flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 15),
  outcome TEXT NOT NULL CHECK (outcome = 'admit' OR outcome = 'refer' OR outcome = 'refuse'),
  reasons TEXT NOT NULL,
  code BLOB CHECK (length(code) = 16),
  person BLOB CHECK (length(person) = 9),
  issuer TEXT,
  root INTEGER NOT NULL,
  pack INTEGER NOT NULL,
  snapshot INTEGER NOT NULL,
  age INTEGER NOT NULL,
  grade TEXT NOT NULL CHECK (grade = 'fresh' OR grade = 'aging' OR grade = 'stale' OR grade = 'refuse'),
  source TEXT NOT NULL CHECK (
    source = 'text' OR source = 'picture' OR source = 'scanner' OR source = 'document' OR source = 'hand'
  ),
  kind TEXT NOT NULL CHECK (kind = 'code' OR kind = 'document' OR kind = 'manual' OR kind = 'override'),
  about INTEGER CHECK (about >= 0 AND about < seq),
  operator TEXT,
  kid BLOB CHECK (length(kid) = 4),
  issued INTEGER,
  status_index INTEGER,
  leaf BLOB NOT NULL
) STRICT";

/// Checkpoints that the gate has signed as it went, and the frontier at their size.
const CHECKPOINTS: &str = "\
CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY CHECK (size > 0),
  frontier BLOB NOT NULL,
  note TEXT NOT NULL
) STRICT";

/// How many leaves were dropped from the start of the log, and the tree over them.
const PRUNED: &str = "\
CREATE TABLE pruned (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  size INTEGER NOT NULL,
  frontier BLOB NOT NULL
) STRICT";

const META: &str = "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  format INTEGER NOT NULL,
  gate TEXT NOT NULL,
  sealed_from INTEGER NOT NULL
) STRICT";

pub(crate) const TREE: &str = "\
CREATE TABLE tree (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  frontier BLOB NOT NULL
) STRICT";

pub(crate) const V_DAILY: &str = "\
CREATE VIEW v_daily AS
SELECT date(time, 'unixepoch') AS day, kind, outcome, count(*) AS scans
FROM events GROUP BY day, kind, outcome";

const V_SCANS: &str = "\
CREATE VIEW v_scans AS
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch') AS time,
  strftime('%Y-%m-%dT%H:%M:%SZ', system, 'unixepoch') AS system,
  kind, outcome, reasons, issuer, lower(nullif(hex(code), '')) AS code, lower(nullif(hex(person), '')) AS person,
  root, pack, snapshot, age, grade, source, about, operator, lower(nullif(hex(kid), '')) AS kid,
  strftime('%Y-%m-%dT%H:%M:%SZ', issued, 'unixepoch') AS issued, status_index,
  flags & 1 <> 0 AS clock_suspect, flags & 2 <> 0 AS judged_at_another_time, flags & 4 <> 0 AS demo_trust,
  flags & 8 <> 0 AS emergency
FROM events";

/// The columns of `events` that repeat the leaf, in the order of [`values`].
pub(crate) const COLUMNS: [&str; 21] = [
    "seq",
    "time",
    "system",
    "flags",
    "outcome",
    "reasons",
    "code",
    "person",
    "issuer",
    "root",
    "pack",
    "snapshot",
    "age",
    "grade",
    "source",
    "kind",
    "about",
    "operator",
    "kid",
    "issued",
    "status_index",
];

/// Inserts one row: the values of [`COLUMNS`] and the leaf.
pub(crate) const INSERT: &str = "\
INSERT INTO events (seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade,
  source, kind, about, operator, kid, issued, status_index, leaf)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";

/// The table and view definitions and the two numbers in the header, to be run in one transaction.
pub(crate) fn create(conn: &Connection) -> rusqlite::Result<()> {
    for (_, sql) in TABLES.objects {
        conn.execute_batch(sql)?;
    }
    begin(conn)?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", FORMAT)
}

/// Nothing was dropped yet.
pub(crate) fn begin(conn: &Connection) -> rusqlite::Result<()> {
    let sql = "INSERT INTO pruned (id, size, frontier) VALUES (0, 0, ?1)";
    conn.execute(sql, [Frontier::new().to_bytes()]).map(|_| ())
}

/// The names of tables and views that are missing or not those of `tables`, and of all triggers.
///
/// Indexes, views and tables that somebody added for their own queries are no harm and are not named.
pub(crate) fn changed(conn: &Connection, tables: &Tables) -> rusqlite::Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for (name, sql) in tables.objects {
        let same = "SELECT count(*) FROM sqlite_schema WHERE name = ?1 AND sql = ?2";
        if conn.query_row(same, [name, sql], |row| row.get::<_, i64>(0))? != 1 {
            found.push((*name).to_owned());
        }
    }
    let mut triggers = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")?;
    for name in triggers.query_map([], |row| row.get(0))? {
        found.push(name?);
    }
    Ok(found)
}

/// What the row of `event` holds in [`COLUMNS`]; `joined` are its [`reasons`].
pub(crate) fn values<'a>(event: &'a Event, joined: &'a str) -> [ValueRef<'a>; 21] {
    let e = event.details();
    let number = |number| ValueRef::Integer(integer(number));
    let text = |text: &'a str| ValueRef::Text(text.as_bytes());
    [
        number(event.seq()),
        number(e.time),
        number(e.system),
        ValueRef::Integer(e.flags.bits().into()),
        text(e.outcome.as_str()),
        text(joined),
        e.code.as_ref().map_or(ValueRef::Null, |code| ValueRef::Blob(code)),
        e.person
            .as_ref()
            .map_or(ValueRef::Null, |person| ValueRef::Blob(person)),
        e.issuer.as_deref().map_or(ValueRef::Null, text),
        number(e.root),
        number(e.pack),
        number(e.snapshot),
        number(e.age),
        text(e.grade.as_str()),
        text(e.source.as_str()),
        text(e.kind.as_str()),
        e.about.map_or(ValueRef::Null, number),
        e.operator.as_deref().map_or(ValueRef::Null, text),
        e.credential
            .as_ref()
            .map_or(ValueRef::Null, |credential| ValueRef::Blob(&credential.kid)),
        e.credential
            .map_or(ValueRef::Null, |credential| number(credential.issued)),
        e.credential
            .map_or(ValueRef::Null, |credential| number(credential.index)),
    ]
}

/// Writes the reasons of `event` as the column has them. A reason holds no comma.
pub(crate) fn reasons(event: &Event, joined: &mut String) {
    joined.clear();
    for (i, reason) in event.details().reasons.iter().enumerate() {
        if i > 0 {
            joined.push(',');
        }
        joined.push_str(reason);
    }
}

/// A number of an event or a tree as SQLite stores it.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).expect("events and trees hold no number above i64::MAX")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_schema_shows() {
        let conn = Connection::open_in_memory().unwrap();
        create(&conn).unwrap();
        assert_eq!(changed(&conn, &TABLES).unwrap(), [""; 0]);
        conn.execute_batch("CREATE INDEX by_time ON events (time); CREATE VIEW mine AS SELECT 1")
            .unwrap();
        assert_eq!(changed(&conn, &TABLES).unwrap(), [""; 0]);
        conn.execute_batch(
            "ALTER TABLE meta ADD COLUMN more TEXT; DROP VIEW v_daily;
             CREATE TRIGGER quiet AFTER INSERT ON events BEGIN DELETE FROM events; END",
        )
        .unwrap();
        assert_eq!(changed(&conn, &TABLES).unwrap(), ["meta", "v_daily", "quiet"]);
    }
}
