//! Logs as older programs made them: the text of their tables and their statements, word for word.

use std::path::{Path, PathBuf};

use postern_log::merkle::{Frontier, leaf_hash};
use postern_log::{APPLICATION_ID, Event, NewEvent};
use rusqlite::{Connection, params};
use tempfile::TempDir;

const FORMAT_1: [&str; 5] = [
    "\
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
) STRICT",
    "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  format INTEGER NOT NULL,
  gate TEXT NOT NULL
) STRICT",
    "\
CREATE TABLE tree (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  frontier BLOB NOT NULL
) STRICT",
    "\
CREATE VIEW v_daily AS
SELECT date(time, 'unixepoch') AS day, outcome, count(*) AS scans
FROM events GROUP BY day, outcome",
    "\
CREATE VIEW v_scans AS
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch') AS time,
  strftime('%Y-%m-%dT%H:%M:%SZ', system, 'unixepoch') AS system,
  outcome, reasons, issuer, lower(nullif(hex(code), '')) AS code, lower(nullif(hex(person), '')) AS person,
  root, pack, snapshot, age, grade, source,
  flags & 1 <> 0 AS clock_suspect, flags & 2 <> 0 AS judged_at_another_time, flags & 4 <> 0 AS demo_trust
FROM events",
];

const FORMAT_2: [&str; 5] = [
    "\
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
  leaf BLOB NOT NULL
) STRICT",
    "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  format INTEGER NOT NULL,
  gate TEXT NOT NULL
) STRICT",
    "\
CREATE TABLE tree (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  frontier BLOB NOT NULL
) STRICT",
    "\
CREATE VIEW v_daily AS
SELECT date(time, 'unixepoch') AS day, kind, outcome, count(*) AS scans
FROM events GROUP BY day, kind, outcome",
    "\
CREATE VIEW v_scans AS
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch') AS time,
  strftime('%Y-%m-%dT%H:%M:%SZ', system, 'unixepoch') AS system,
  kind, outcome, reasons, issuer, lower(nullif(hex(code), '')) AS code, lower(nullif(hex(person), '')) AS person,
  root, pack, snapshot, age, grade, source, about, operator,
  flags & 1 <> 0 AS clock_suspect, flags & 2 <> 0 AS judged_at_another_time, flags & 4 <> 0 AS demo_trust,
  flags & 8 <> 0 AS emergency
FROM events",
];

/// A folder with a closed log of format 1 that has these events.
pub fn old_log(events: impl IntoIterator<Item = NewEvent>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.db");
    write(&path, events);
    (folder, path)
}

fn write(path: &Path, events: impl IntoIterator<Item = NewEvent>) {
    let mut conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "wal").unwrap();
    let tx = conn.transaction().unwrap();
    for sql in FORMAT_1 {
        tx.execute_batch(sql).unwrap();
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    tx.pragma_update(None, "user_version", 1).unwrap();
    tx.execute("INSERT INTO meta (id, format, gate) VALUES (0, 1, 'north-1')", [])
        .unwrap();
    let mut tree = Frontier::new();
    for event in events {
        let event = Event::new(tree.size(), event).unwrap();
        assert_eq!(event.leaf_format(), 1, "the first program knew no other");
        tree.push(leaf_hash(&event.to_leaf()));
        let e = event.details();
        let sql = "\
INSERT INTO events (seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade,
  source, leaf)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
        tx.execute(
            sql,
            params![
                event.seq() as i64,
                e.time as i64,
                e.system as i64,
                e.flags.bits(),
                e.outcome.as_str(),
                e.reasons.join(","),
                e.code,
                e.person,
                e.issuer,
                e.root as i64,
                e.pack as i64,
                e.snapshot as i64,
                e.age as i64,
                e.grade.as_str(),
                e.source.as_str(),
                event.to_leaf(),
            ],
        )
        .unwrap();
    }
    tx.execute(
        "INSERT INTO tree (id, size, root, frontier) VALUES (0, ?1, ?2, ?3)",
        (tree.size() as i64, tree.root(), tree.to_bytes()),
    )
    .unwrap();
    tx.commit().unwrap();
}

/// As [`old_log`], of format 2.
pub fn old_log_2(events: impl IntoIterator<Item = NewEvent>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gate.db");
    let mut conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "wal").unwrap();
    let tx = conn.transaction().unwrap();
    for sql in FORMAT_2 {
        tx.execute_batch(sql).unwrap();
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    tx.pragma_update(None, "user_version", 2).unwrap();
    tx.execute("INSERT INTO meta (id, format, gate) VALUES (0, 2, 'north-1')", [])
        .unwrap();
    let mut tree = Frontier::new();
    for event in events {
        let event = Event::new(tree.size(), event).unwrap();
        assert!(event.leaf_format() < 3, "that program knew no other");
        tree.push(leaf_hash(&event.to_leaf()));
        let e = event.details();
        tx.execute(
            "\
INSERT INTO events (seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade,
  source, kind, about, operator, leaf)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            params![
                event.seq() as i64,
                e.time as i64,
                e.system as i64,
                e.flags.bits(),
                e.outcome.as_str(),
                e.reasons.join(","),
                e.code.map(Vec::from),
                e.person.map(Vec::from),
                e.issuer,
                e.root as i64,
                e.pack as i64,
                e.snapshot as i64,
                e.age as i64,
                e.grade.as_str(),
                e.source.as_str(),
                e.kind.as_str(),
                e.about.map(|about| about as i64),
                e.operator,
                event.to_leaf(),
            ],
        )
        .unwrap();
    }
    tx.execute(
        "INSERT INTO tree (id, size, root, frontier) VALUES (0, ?1, ?2, ?3)",
        params![tree.size() as i64, tree.root().to_vec(), tree.to_bytes()],
    )
    .unwrap();
    tx.commit().unwrap();
    (folder, path)
}
