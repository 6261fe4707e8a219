//! The tables of a ledger, and every statement that writes to them.

use std::path::Path;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::super::shard::Shard;
use super::{LedgerError, Owner, integer};

/// `PRAGMA application_id` of a ledger: "PLdg" in ASCII.
const APPLICATION_ID: i64 = 0x504c_6467;
/// `PRAGMA user_version` of a ledger: the format of its tables.
pub(super) const FORMAT: i64 = 2;

pub(super) const TABLES: &str = "\
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  issuer TEXT NOT NULL,
  authority BLOB NOT NULL CHECK (length(authority) = 32),
  capacity INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 4294967296),
  key BLOB NOT NULL CHECK (length(key) = 32),
  next INTEGER NOT NULL CHECK (next BETWEEN 0 AND capacity),
  shard INTEGER NOT NULL CHECK (shard BETWEEN 1 AND shards),
  shards INTEGER NOT NULL CHECK (shards BETWEEN 1 AND 4096)
) STRICT;
CREATE TABLE keys (
  number INTEGER PRIMARY KEY,
  fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
  kid BLOB NOT NULL CHECK (length(kid) = 4),
  since INTEGER NOT NULL
) STRICT;
CREATE TABLE codes (
  counter INTEGER PRIMARY KEY CHECK (counter >= 0),
  id TEXT NOT NULL COLLATE NOCASE,
  content BLOB NOT NULL CHECK (length(content) = 16),
  status_index INTEGER NOT NULL CHECK (status_index BETWEEN 0 AND 4294967295),
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL CHECK (expires > issued),
  key INTEGER NOT NULL REFERENCES keys (number),
  code BLOB NOT NULL,
  minted INTEGER NOT NULL
) STRICT;
CREATE TABLE replaced (
  counter INTEGER PRIMARY KEY REFERENCES codes (counter),
  by INTEGER NOT NULL CHECK (by > counter),
  reason TEXT NOT NULL CHECK (reason IN ('changed', 'damaged', 'lost', 'renewed', 'stolen')),
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  command TEXT NOT NULL CHECK (command IN ('mint', 'renew', 'replace')),
  key BLOB NOT NULL CHECK (length(key) = 32),
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  first INTEGER NOT NULL,
  begun INTEGER NOT NULL,
  ended INTEGER,
  progress TEXT NOT NULL
) STRICT;
";

pub(super) const ADD: &str = "\
INSERT INTO main.codes (counter, id, content, status_index, issued, expires, key, code, minted)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
pub(super) const REPLACE: &str = "INSERT INTO main.replaced (counter, by, reason, at) VALUES (?1, ?2, ?3, ?4)";
pub(super) const NOTE_KEY: &str =
    "INSERT INTO main.keys (fingerprint, kid, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
pub(super) const KEY_NUMBER: &str = "SELECT number FROM main.keys WHERE fingerprint = ?1";
pub(super) const SET_NEXT: &str = "UPDATE main.meta SET next = ?1";
/// One by one into a large index, ids in no order cost a page each; made at the end, the index costs one sorting.
pub(super) const NO_INDEX: &str = "DROP INDEX IF EXISTS main.codes_id";
pub(super) const INDEX: &str = "CREATE INDEX IF NOT EXISTS main.codes_id ON codes (id)";
pub(super) const NEW_RUN: &str = "\
INSERT INTO main.runs (command, key, issued, expires, first, begun, progress)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING number";
pub(super) const NEWEST_RUN: &str = "\
SELECT number, key, issued, expires, first, begun, progress, ended FROM main.runs ORDER BY number DESC LIMIT 1";
/// The first code of the runs of a kind that are not complete, since the last one that is.
pub(super) const OPEN_SINCE: &str = "\
SELECT coalesce(min(first), 0) FROM main.runs WHERE command = ?1 AND ended IS NULL
  AND number > coalesce((SELECT max(number) FROM main.runs WHERE command = ?1 AND ended IS NOT NULL), 0)";
pub(super) const SET_PROGRESS: &str = "UPDATE main.runs SET progress = ?2 WHERE number = ?1";
pub(super) const END_RUN: &str = "UPDATE main.runs SET progress = ?2, ended = ?3 WHERE number = ?1";

/// What a ledger says of itself.
pub(super) struct Meta {
    pub(super) owner: Owner,
    pub(super) capacity: u64,
    pub(super) key: [u8; 32],
    pub(super) next: u64,
    pub(super) shard: Shard,
}

impl Meta {
    /// Tells two orders of places apart, and nothing more: the beginning of a digest of the key.
    pub(super) fn order(&self) -> String {
        let digest = Sha256::new_with_prefix("postern-order-1\x1f").chain_update(self.key);
        postern_core::hex(&digest.finalize()[..4])
    }
}

/// Whether the database holds nothing: it is new, or making it was cut short.
pub(super) fn is_blank(conn: &Connection) -> rusqlite::Result<bool> {
    let objects: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(objects == 0 && pragma(conn, "application_id")? == 0 && pragma(conn, "user_version")? == 0)
}

/// Makes all of a ledger in one transaction.
pub(super) fn create(conn: &Connection, meta: &Meta) -> rusqlite::Result<()> {
    let tx = conn.unchecked_transaction()?;
    tx.execute_batch(TABLES)?;
    insert_meta(&tx, meta)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FORMAT)?;
    tx.commit()
}

pub(super) fn insert_meta(conn: &Connection, meta: &Meta) -> rusqlite::Result<usize> {
    conn.execute(
        "INSERT INTO main.meta (id, issuer, authority, capacity, key, next, shard, shards)
         VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            meta.owner.issuer,
            meta.owner.authority,
            integer(meta.capacity),
            meta.key,
            integer(meta.next),
            meta.shard.number(),
            meta.shard.of()
        ],
    )
}

/// The format of a ledger; what is none, or of a later program, is refused.
pub(super) fn format(conn: &Connection, path: &Path) -> Result<i64, LedgerError> {
    let number = |name| pragma(conn, name).map_err(|error| LedgerError::sql(path, error));
    let path = path.to_owned();
    match (number("application_id")?, number("user_version")?) {
        (APPLICATION_ID, found @ 1..=FORMAT) => Ok(found),
        (APPLICATION_ID, found) if found > FORMAT => Err(LedgerError::NewerFormat { path }),
        _ => Err(LedgerError::NotALedger { path }),
    }
}

pub(super) fn meta(conn: &Connection) -> rusqlite::Result<Meta> {
    let sql = "SELECT issuer, authority, capacity, key, next, shard, shards FROM main.meta WHERE id = 0";
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
            shard: Shard::new(row.get(5)?, row.get(6)?).unwrap_or(Shard::WHOLE),
        })
    })
}

pub(super) fn pragma(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, name, |row| row.get(0))
}
