//! The tables of a ledger, and every statement on them.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{LedgerError, Owner, integer};

/// `PRAGMA application_id` of a ledger: "PLdg" in ASCII.
const APPLICATION_ID: i64 = 0x504c_6467;
/// `PRAGMA user_version` of a ledger: the format of its tables.
const FORMAT: i64 = 1;

const TABLES: &str = "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  issuer TEXT NOT NULL,
  authority BLOB NOT NULL CHECK (length(authority) = 32),
  capacity INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 4294967296),
  key BLOB NOT NULL CHECK (length(key) = 32),
  next INTEGER NOT NULL CHECK (next BETWEEN 0 AND capacity)
) STRICT;
CREATE TABLE keys (
  fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
  kid BLOB NOT NULL CHECK (length(kid) = 4),
  since INTEGER NOT NULL
) STRICT;
CREATE TABLE codes (
  counter INTEGER PRIMARY KEY CHECK (counter >= 0),
  id TEXT NOT NULL UNIQUE COLLATE NOCASE,
  content BLOB NOT NULL CHECK (length(content) = 32),
  status_index INTEGER NOT NULL CHECK (status_index BETWEEN 0 AND 4294967295),
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL CHECK (expires > issued),
  kid BLOB NOT NULL CHECK (length(kid) = 4),
  tag BLOB CHECK (length(tag) = 9),
  text TEXT NOT NULL,
  minted INTEGER NOT NULL
) STRICT;
";

/// What this run has seen. SQLite keeps it in a file that has no name, so that memory does not grow with the input.
const SEEN: &str = "\
PRAGMA temp_store = FILE;
PRAGMA temp.cache_size = -32768;
CREATE TEMP TABLE seen_ids (id TEXT PRIMARY KEY COLLATE NOCASE, line INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE seen_papers (paper BLOB PRIMARY KEY, line INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

pub(super) const SEE_ID: &str = "INSERT INTO temp.seen_ids (id, line) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
pub(super) const SEEN_ID: &str = "SELECT line FROM temp.seen_ids WHERE id = ?1";
pub(super) const SEE_PAPER: &str = "INSERT INTO temp.seen_papers (paper, line) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
pub(super) const SEEN_PAPER: &str = "SELECT line FROM temp.seen_papers WHERE paper = ?1";
pub(super) const FIND: &str =
    "SELECT id, content, status_index, issued, expires, kid, tag, text FROM main.codes WHERE id = ?1";
pub(super) const ADD: &str = "\
INSERT INTO main.codes (counter, id, content, status_index, issued, expires, kid, tag, text, minted)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
pub(super) const NOTE_KEY: &str =
    "INSERT INTO main.keys (fingerprint, kid, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
pub(super) const SET_NEXT: &str = "UPDATE main.meta SET next = ?1";

/// What a ledger says of itself.
pub(super) struct Meta {
    pub(super) owner: Owner,
    pub(super) capacity: u64,
    pub(super) key: [u8; 32],
    pub(super) next: u64,
}

/// Whether the database holds nothing: it is new, or making it was cut short.
pub(super) fn is_blank(conn: &Connection) -> rusqlite::Result<bool> {
    let objects: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(objects == 0 && pragma(conn, "application_id")? == 0 && pragma(conn, "user_version")? == 0)
}

/// Makes all of a ledger in one transaction.
pub(super) fn create(conn: &Connection, owner: &Owner, capacity: u64, key: &[u8; 32]) -> rusqlite::Result<()> {
    let tx = conn.unchecked_transaction()?;
    tx.execute_batch(TABLES)?;
    tx.execute(
        "INSERT INTO meta (id, issuer, authority, capacity, key, next) VALUES (0, ?1, ?2, ?3, ?4, 0)",
        params![owner.issuer, owner.authority, integer(capacity), key],
    )?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FORMAT)?;
    tx.commit()
}

/// Refuses what is no ledger, or one of a later program.
pub(super) fn check_format(conn: &Connection, path: &Path) -> Result<(), LedgerError> {
    let number = |name| pragma(conn, name).map_err(|error| LedgerError::sql(path, error));
    let path = path.to_owned();
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION_ID, FORMAT) => Ok(()),
        (APPLICATION_ID, found) if found > FORMAT => Err(LedgerError::NewerFormat { path }),
        _ => Err(LedgerError::NotALedger { path }),
    }
}

pub(super) fn meta(conn: &Connection) -> rusqlite::Result<Meta> {
    let sql = "SELECT issuer, authority, capacity, key, next FROM main.meta WHERE id = 0";
    conn.query_row(sql, [], |row| {
        let number = |i| row.get(i).map(i64::unsigned_abs);
        Ok(Meta {
            owner: Owner {
                issuer: row.get(0)?,
                authority: row.get(1)?,
            },
            capacity: number(2)?,
            key: row.get(3)?,
            next: number(4)?,
        })
    })
}

/// Makes the tables of one run.
pub(super) fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(SEEN)
}

fn pragma(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, name, |row| row.get(0))
}
