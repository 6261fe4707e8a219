//! The tables of `trust.sqlite`.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::StoreError;

/// `PRAGMA application_id`: "PTru" in ASCII.
const APPLICATION_ID: i64 = 0x5054_7275;
/// `PRAGMA user_version`: the format of the tables.
pub(super) const FORMAT: i64 = 2;

/// How long to wait for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// `back` 0 is what the gate believes, 1 what it believed before. What both hold lies in `files` once.
const TABLES: &str = "\
CREATE TABLE gate (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  name TEXT NOT NULL,
  place TEXT,
  key BLOB NOT NULL CHECK (length(key) = 32),
  made INTEGER NOT NULL
) STRICT;
CREATE TABLE generations (
  back INTEGER PRIMARY KEY CHECK (back IN (0, 1)),
  root BLOB NOT NULL,
  snapshot BLOB,
  pack BLOB,
  floor INTEGER NOT NULL,
  installed INTEGER NOT NULL,
  CHECK ((snapshot IS NULL) = (pack IS NULL))
) STRICT";

/// What format 2 has and format 1 has not.
const STATUS_TABLES: &str = "\
CREATE TABLE files (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE held (
  back INTEGER NOT NULL CHECK (back IN (0, 1)),
  list TEXT NOT NULL,
  column TEXT NOT NULL,
  version INTEGER NOT NULL,
  file BLOB NOT NULL REFERENCES files (digest),
  content BLOB REFERENCES files (digest),
  PRIMARY KEY (back, list, column)
) STRICT;
CREATE TABLE tags (
  epoch INTEGER PRIMARY KEY CHECK (epoch BETWEEN 0 AND 255),
  file BLOB NOT NULL
) STRICT";

/// Opens a database in the one way in which this program does: a rollback journal, each commit on the disk when it
/// returns, no SQL of the file's own.
pub(super) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    for (config, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
    ] {
        conn.set_db_config(config, on)?;
    }
    // `extra` also syncs the folder after the journal is deleted, so that a committed update stays committed.
    conn.pragma_update(None, "synchronous", "extra")?;
    conn.pragma_update(None, "fullfsync", "on")?;
    Ok(conn)
}

/// Makes the tables and the two numbers in the header, to be run in a transaction.
pub(super) fn create(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(TABLES)?;
    conn.execute_batch(STATUS_TABLES)?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", FORMAT)
}

/// Whether the file is a store of a format that this program knows; one of format 1 is brought to the newest.
pub(super) fn check(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let number = |pragma: &str| {
        conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
            .map_err(|e| StoreError::sql(path, e))
    };
    if number("application_id")? != APPLICATION_ID {
        return Err(StoreError::NotAStore { path: path.to_owned() });
    }
    match number("user_version")? {
        FORMAT => Ok(()),
        1 => migrate(conn).map_err(|e| StoreError::sql(path, e)),
        found if found > FORMAT => Err(StoreError::NewerFormat {
            path: path.to_owned(),
            found,
        }),
        found => Err(StoreError::Corrupt {
            path: path.to_owned(),
            what: format!("format {found}"),
        }),
    }
}

/// A gate that took no lists yet: its next update brings them.
fn migrate(conn: &Connection) -> rusqlite::Result<()> {
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if tx.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? == 1 {
        tx.execute_batch(STATUS_TABLES)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
    }
    tx.commit()
}
