//! The older formats of the tables: how to read them, and how the writer brings them to the present format.

use rusqlite::{Connection, TransactionBehavior};

use crate::schema::{self, FORMAT, TREE, Tables, V_DAILY};

/// What a log of format 1 consists of.
pub(crate) const FORMAT_1: Tables = Tables {
    objects: &[
        ("events", EVENTS_1),
        ("meta", META),
        ("tree", TREE),
        ("v_daily", V_DAILY_1),
        ("v_scans", V_SCANS_1),
    ],
    select: "\
SELECT seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade, source,
  'code', NULL, NULL, NULL, NULL, NULL, leaf
FROM events ORDER BY seq",
};

/// What a log of format 2 consists of.
pub(crate) const FORMAT_2: Tables = Tables {
    objects: &[
        ("events", EVENTS_2),
        ("meta", META),
        ("tree", TREE),
        ("v_daily", V_DAILY),
        ("v_scans", V_SCANS_2),
    ],
    select: "\
SELECT seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade, source, kind,
  about, operator, NULL, NULL, NULL, leaf
FROM events ORDER BY seq",
};

/// Of both.
const META: &str = "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  format INTEGER NOT NULL,
  gate TEXT NOT NULL
) STRICT";

const EVENTS_1: &str = "\
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

const V_DAILY_1: &str = "\
CREATE VIEW v_daily AS
SELECT date(time, 'unixepoch') AS day, outcome, count(*) AS scans
FROM events GROUP BY day, outcome";

const V_SCANS_1: &str = "\
CREATE VIEW v_scans AS
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch') AS time,
  strftime('%Y-%m-%dT%H:%M:%SZ', system, 'unixepoch') AS system,
  outcome, reasons, issuer, lower(nullif(hex(code), '')) AS code, lower(nullif(hex(person), '')) AS person,
  root, pack, snapshot, age, grade, source,
  flags & 1 <> 0 AS clock_suspect, flags & 2 <> 0 AS judged_at_another_time, flags & 4 <> 0 AS demo_trust
FROM events";

const EVENTS_2: &str = "\
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
) STRICT";

const V_SCANS_2: &str = "\
CREATE VIEW v_scans AS
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch') AS time,
  strftime('%Y-%m-%dT%H:%M:%SZ', system, 'unixepoch') AS system,
  kind, outcome, reasons, issuer, lower(nullif(hex(code), '')) AS code, lower(nullif(hex(person), '')) AS person,
  root, pack, snapshot, age, grade, source, about, operator,
  flags & 1 <> 0 AS clock_suspect, flags & 2 <> 0 AS judged_at_another_time, flags & 4 <> 0 AS demo_trust,
  flags & 8 <> 0 AS emergency
FROM events";

/// Brings a log of an older format to the present one, in one transaction: it is wholly old or wholly new.
///
/// Rows are copied as they are, the wrong ones too: what somebody changed is evidence, and `verify` finds afterwards
/// what it found before. The table `tree` is not touched. Indexes that somebody added to `events` go with the old table.
pub(crate) fn migrate(conn: &mut Connection, old: &Tables) -> rusqlite::Result<()> {
    // Without the first, views of somebody's own would follow the old table and then name one that is gone. Without the
    // second, a row that was made wrong would keep the gate shut.
    let relaxed = ["legacy_alter_table", "ignore_check_constraints"];
    for pragma in relaxed {
        conn.pragma_update(None, pragma, "on")?;
    }
    copy(conn, old)?;
    for pragma in relaxed {
        conn.pragma_update(None, pragma, "off")?;
    }
    Ok(())
}

fn copy(conn: &mut Connection, old: &Tables) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(
        "DROP VIEW v_scans; DROP VIEW v_daily; ALTER TABLE events RENAME TO events_before;
         ALTER TABLE meta RENAME TO meta_before",
    )?;
    for (_, sql) in schema::TABLES.objects.iter().filter(|(name, _)| *name != "tree") {
        tx.execute_batch(sql)?;
    }
    let select = old.select.replace("FROM events ", "FROM events_before ");
    tx.execute_batch(&format!("INSERT INTO events {select}"))?;
    tx.execute(
        "INSERT INTO meta (id, format, gate, sealed_from)
         SELECT id, ?1, gate, (SELECT size FROM tree) FROM meta_before",
        [FORMAT],
    )?;
    tx.execute_batch("DROP TABLE events_before; DROP TABLE meta_before")?;
    schema::begin(&tx)?;
    tx.pragma_update(None, "user_version", FORMAT)?;
    tx.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::LogError;

    #[test]
    fn where_there_is_no_room_the_log_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gate.db");
        let mut conn = Connection::open(&path).unwrap();
        conn.pragma_update(None, "journal_mode", "wal").unwrap();
        for (_, sql) in FORMAT_1.objects {
            conn.execute_batch(sql).unwrap();
        }
        conn.pragma_update(None, "user_version", 1).unwrap();
        conn.execute_batch(
            "INSERT INTO meta VALUES (0, 1, 'north-1'); INSERT INTO tree VALUES (0, 0, zeroblob(32), x'');
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
             INSERT INTO events SELECT i, i, i, 0, 'admit', '', NULL, NULL, NULL, 1, 1, 1, 0, 'fresh', 'text',
               zeroblob(100) FROM n",
        )
        .unwrap();
        let pages: i64 = conn.pragma_query_value(None, "page_count", |r| r.get(0)).unwrap();
        let rows = |conn: &Connection| {
            let sql = "SELECT count(*), sum(length(leaf)) FROM events";
            conn.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap()
        };
        for more in [0, 1, 5, 20] {
            conn.pragma_update(None, "max_page_count", pages + more).unwrap();
            let error = LogError::sql(&path, migrate(&mut conn, &FORMAT_1).unwrap_err());
            assert!(matches!(error, LogError::DiskFull { .. }), "{error:?}");
            assert_eq!(schema::changed(&conn, &FORMAT_1).unwrap(), [""; 0]);
            let format: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
            assert_eq!((format, rows(&conn)), (1, (1000, 100_000)));
        }
        conn.pragma_update(None, "max_page_count", 3 * pages).unwrap();
        migrate(&mut conn, &FORMAT_1).unwrap();
        assert_eq!(schema::changed(&conn, &schema::TABLES).unwrap(), [""; 0]);
        assert_eq!(rows(&conn), (1000, 100_000));
    }
}
