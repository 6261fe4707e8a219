//! The tables of a register.

use std::path::Path;

use postern_core::text::Ident;
use rusqlite::{Connection, params};

use super::super::error::StatusError;
use super::{Meta, integer};

/// `PRAGMA application_id` of a register: "PSta" in ASCII.
const APPLICATION_ID: i64 = 0x5053_7461;
/// `PRAGMA user_version` of a register: the format of its tables.
const FORMAT: i64 = 1;

/// Numbers of statuses are those of the list. `changes`, `cleared` and `batches` only grow: who did what, when and why is
/// kept for ever. The empty name in `published` is that of the list itself.
const TABLES: &str = "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  list TEXT NOT NULL,
  issuer TEXT NOT NULL,
  authority BLOB NOT NULL CHECK (length(authority) = 32),
  places INTEGER NOT NULL CHECK (places BETWEEN 1 AND 134217728),
  shards INTEGER NOT NULL CHECK (shards BETWEEN 1 AND 4096),
  ledger_order TEXT NOT NULL,
  most INTEGER CHECK (most >= 0)
) STRICT;
CREATE TABLE ledgers (
  shard INTEGER PRIMARY KEY CHECK (shard BETWEEN 1 AND 4096),
  codes INTEGER NOT NULL CHECK (codes >= 0)
) STRICT;
CREATE TABLE batches (
  number INTEGER PRIMARY KEY,
  command TEXT NOT NULL CHECK (command IN ('column', 'column-set', 'import', 'set', 'superseded')),
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  column_name TEXT,
  file TEXT,
  digest BLOB CHECK (length(digest) = 32),
  taken INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  rejected INTEGER NOT NULL
) STRICT;
CREATE INDEX batches_digest ON batches (digest) WHERE digest IS NOT NULL;
CREATE TABLE changes (
  number INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batches (number),
  place INTEGER NOT NULL CHECK (place >= 0),
  was INTEGER NOT NULL CHECK (was BETWEEN 0 AND 3),
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 3),
  why TEXT NOT NULL
) STRICT;
CREATE INDEX changes_place ON changes (place);
CREATE TRIGGER changes_stay BEFORE UPDATE ON changes BEGIN SELECT raise(ABORT, 'changes stay as they are'); END;
CREATE TRIGGER changes_remain BEFORE DELETE ON changes BEGIN SELECT raise(ABORT, 'changes are kept for ever'); END;
CREATE TRIGGER batches_stay BEFORE UPDATE ON batches BEGIN SELECT raise(ABORT, 'batches stay as they are'); END;
CREATE TRIGGER batches_remain BEFORE DELETE ON batches BEGIN SELECT raise(ABORT, 'batches are kept for ever'); END;
CREATE TABLE cleared (
  number INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batches (number),
  place INTEGER NOT NULL CHECK (place >= 0),
  hour INTEGER NOT NULL CHECK (hour > 0),
  why TEXT NOT NULL
) STRICT;
CREATE INDEX cleared_place ON cleared (place);
CREATE TRIGGER cleared_stay BEFORE UPDATE ON cleared BEGIN SELECT raise(ABORT, 'changes stay as they are'); END;
CREATE TRIGGER cleared_remain BEFORE DELETE ON cleared BEGIN SELECT raise(ABORT, 'changes are kept for ever'); END;
CREATE TABLE statuses (
  place INTEGER PRIMARY KEY CHECK (place >= 0),
  status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 3)
) STRICT;
CREATE TABLE published (
  column_name TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  issued INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT,
  key BLOB NOT NULL CHECK (length(key) = 32),
  upto INTEGER NOT NULL,
  size INTEGER NOT NULL,
  content BLOB NOT NULL CHECK (length(content) = 32),
  file BLOB NOT NULL CHECK (length(file) = 32),
  counts TEXT NOT NULL,
  PRIMARY KEY (column_name, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE TABLE columns (
  name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE parts (
  column_name TEXT NOT NULL REFERENCES columns (name),
  part INTEGER NOT NULL CHECK (part >= 0),
  hours BLOB NOT NULL,
  PRIMARY KEY (column_name, part)
) STRICT;
";

/// Whether the database holds nothing: it is new, or making it was cut short.
pub(super) fn is_blank(conn: &Connection) -> rusqlite::Result<bool> {
    let objects: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(objects == 0 && pragma(conn, "application_id")? == 0 && pragma(conn, "user_version")? == 0)
}

/// Makes all of a register in one transaction.
pub(super) fn create(conn: &Connection, meta: &Meta) -> rusqlite::Result<()> {
    let tx = conn.unchecked_transaction()?;
    tx.execute_batch(TABLES)?;
    tx.execute(
        "INSERT INTO meta (id, list, issuer, authority, places, shards, ledger_order, most)
         VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            meta.list.as_str(),
            meta.issuer,
            meta.authority,
            meta.places,
            meta.shards,
            meta.order,
            meta.most.map(integer)
        ],
    )?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FORMAT)?;
    tx.commit()
}

/// What the register says of itself; what is none, or of a later program, is refused.
pub(super) fn meta(conn: &Connection, path: &Path) -> Result<Meta, StatusError> {
    let sql = |error| StatusError::sql(path, error);
    let number = |name| pragma(conn, name).map_err(sql);
    let owned = || path.to_owned();
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION_ID, FORMAT) => {}
        (APPLICATION_ID, found) if found > FORMAT => return Err(StatusError::NewerFormat { path: owned() }),
        _ => return Err(StatusError::NotARegister { path: owned() }),
    }
    let select = "SELECT list, issuer, authority, places, shards, ledger_order, most FROM meta WHERE id = 0";
    let read = |row: &rusqlite::Row<'_>| {
        let list = Ident::try_from(row.get::<_, String>(0)?);
        let list = list.map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
        })?;
        Ok(Meta {
            list,
            issuer: row.get(1)?,
            authority: row.get(2)?,
            places: row.get(3)?,
            shards: row.get(4)?,
            order: row.get(5)?,
            most: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
        })
    };
    conn.query_row(select, [], read).map_err(sql)
}

fn pragma(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, name, |row| row.get(0))
}
