//! Format 1 of the tables: how to read it, and how the writer brings it to the present format.

use rusqlite::{Connection, TransactionBehavior};

use crate::schema::{self, FORMAT, META, TREE, Tables};

/// What a log of format 1 consists of.
pub(crate) const TABLES: Tables = Tables {
    objects: [
        ("events", EVENTS),
        ("meta", META),
        ("tree", TREE),
        ("v_daily", V_DAILY),
        ("v_scans", V_SCANS),
    ],
    select: "\
SELECT seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age, grade, source,
  'code', NULL, NULL, leaf
FROM events ORDER BY seq",
};

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

/// Brings a log of format 1 to the present one, in one transaction: it is wholly old or wholly new.
///
/// Rows are copied as they are, the wrong ones too: what somebody changed is evidence, and `verify` finds afterwards
/// what it found before. The table `tree` is not touched. Indexes that somebody added to `events` go with the old table.
pub(crate) fn migrate(conn: &mut Connection) -> rusqlite::Result<()> {
    // Without the first, views of somebody's own would follow the old table and then name one that is gone. Without the
    // second, a row that was made wrong would keep the gate shut.
    let relaxed = ["legacy_alter_table", "ignore_check_constraints"];
    for pragma in relaxed {
        conn.pragma_update(None, pragma, "on")?;
    }
    copy(conn)?;
    for pragma in relaxed {
        conn.pragma_update(None, pragma, "off")?;
    }
    Ok(())
}

fn copy(conn: &mut Connection) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch("DROP VIEW v_scans; DROP VIEW v_daily; ALTER TABLE events RENAME TO events_of_format_1")?;
    for (name, sql) in schema::TABLES.objects {
        if !["meta", "tree"].contains(&name) {
            tx.execute_batch(sql)?;
        }
    }
    tx.execute_batch(
        "INSERT INTO events (seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age,
           grade, source, kind, leaf)
         SELECT seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack, snapshot, age,
           grade, source, 'code', leaf
         FROM events_of_format_1 ORDER BY seq;
         DROP TABLE events_of_format_1",
    )?;
    tx.execute("UPDATE meta SET format = ?1", [FORMAT])?;
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
        for (_, sql) in TABLES.objects {
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
            let error = LogError::sql(&path, migrate(&mut conn).unwrap_err());
            assert!(matches!(error, LogError::DiskFull { .. }), "{error:?}");
            assert_eq!(schema::changed(&conn, &TABLES).unwrap(), [""; 0]);
            let format: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
            assert_eq!((format, rows(&conn)), (1, (1000, 100_000)));
        }
        conn.pragma_update(None, "max_page_count", 3 * pages).unwrap();
        migrate(&mut conn).unwrap();
        assert_eq!(schema::changed(&conn, &schema::TABLES).unwrap(), [""; 0]);
        assert_eq!(rows(&conn), (1000, 100_000));
    }
}
