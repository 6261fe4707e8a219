//! The register: what an issuer says today of its codes, and who said it, when and why.
//!
//! One SQLite file for each list, in WAL mode with full synchronisation, as ledgers are. It knows places of the list and no
//! people. What the list says follows from it; what was published is in it too, so that a run that was cut short is
//! completed by the next one.

mod changes;
mod hours;
mod published;
mod schema;

use std::path::{Path, PathBuf};

use postern_cli::files::sync_folder;
use postern_core::text::Ident;
use rusqlite::{Connection, OpenFlags};

use super::error::StatusError;
use crate::mint::ledger::connect::{connect, make_durable, make_private};
use crate::mint::ledger::lock::{Lock, real};

pub(crate) use changes::{Batch, BatchShown, Command, Entry, Taken, Wish};
pub(crate) use hours::{Cleared, Hours};
pub(crate) use published::{Outgoing, Published};

/// The least limit that follows from the number of codes.
const LEAST_LIMIT: u64 = 10;
/// One in so many codes may become worse in one publication, where nobody said another limit: 0.5 %.
const LIMIT_SHARE: u64 = 200;
/// The most places of a list (`docs/FORMAT.md` section 3.6).
pub(crate) const MAX_PLACES: u64 = 4 * postern_core::status::MAX_LIST_BYTES as u64;

/// What a register says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    /// The list.
    pub(crate) list: Ident,
    /// Whose it is.
    pub(crate) issuer: String,
    /// The digest of the authority's root 1.
    pub(crate) authority: [u8; 32],
    /// The places of its ledgers, and so of the list.
    pub(crate) places: u32,
    /// In how many ledgers the codes are.
    pub(crate) shards: u16,
    /// Tells two orders of places apart.
    pub(crate) order: String,
    /// How many codes may become worse in one publication, where somebody said so.
    pub(crate) most: Option<u64>,
}

/// An open register. There is one writer at a time, in all processes; who only reads needs no lock.
pub(crate) struct Register {
    // Dropped in this order: the database is closed before the lock is given up.
    conn: Connection,
    path: PathBuf,
    meta: Meta,
    _lock: Option<Lock>,
}

impl Register {
    /// Opens a register to write to it. Where there is none and `new` says what it is to be, it is made.
    pub(crate) fn open(path: &Path, new: Option<&Meta>) -> Result<Self, StatusError> {
        let path = real(path).map_err(StatusError::store)?;
        // An empty file is what making one leaves when it is cut short.
        if new.is_none() && path.metadata().map_or(0, |metadata| metadata.len()) == 0 {
            return Err(StatusError::NotThere { path });
        }
        let lock = Lock::take(&path).map_err(StatusError::store)?;
        make_private(&path).map_err(StatusError::store)?;
        let conn = connect(&path).map_err(StatusError::store)?;
        let sql = |error| StatusError::sql(&path, error);
        let blank = schema::is_blank(&conn).map_err(sql)?;
        if let Some(new) = new.filter(|_| blank) {
            // Half of a register may be columns: larger pages than SQLite's are written faster.
            conn.pragma_update(None, "page_size", 8192).map_err(sql)?;
            make_durable(&conn, &path).map_err(StatusError::store)?;
            schema::create(&conn, new).map_err(sql)?;
            sync_folder(&path)?;
        }
        let meta = schema::meta(&conn, &path)?;
        make_durable(&conn, &path).map_err(StatusError::store)?;
        if let Some(new) = new {
            meta.must_be(new, &path)?;
        }
        let _lock = Some(lock);
        Ok(Self {
            conn,
            path,
            meta,
            _lock,
        })
    }

    /// Opens a register that is only read, also while somebody writes to it.
    pub(crate) fn read(path: &Path) -> Result<Self, StatusError> {
        let path = real(path).map_err(StatusError::store)?;
        if path.metadata().is_err() {
            return Err(StatusError::NotThere { path });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let conn = Connection::open_with_flags(&path, flags)?;
            conn.busy_timeout(std::time::Duration::from_secs(5))?;
            Ok(conn)
        };
        let conn = open().map_err(|error| StatusError::sql(&path, error))?;
        let meta = schema::meta(&conn, &path)?;
        let _lock = None;
        Ok(Self {
            conn,
            path,
            meta,
            _lock,
        })
    }

    /// What it says of itself.
    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes how many codes the ledgers have: by shards.
    pub(crate) fn note_ledgers(&mut self, codes: &[(u16, u64)]) -> Result<(), StatusError> {
        self.write(|tx| {
            let sql = "INSERT INTO ledgers (shard, codes) VALUES (?1, ?2)
                       ON CONFLICT DO UPDATE SET codes = excluded.codes WHERE codes <> excluded.codes";
            let mut statement = tx.prepare(sql)?;
            codes
                .iter()
                .try_for_each(|(shard, codes)| statement.execute((shard, integer(*codes))).map(drop))
        })
    }

    /// How many codes the ledgers had when they were last seen.
    pub(crate) fn codes(&self) -> Result<u64, StatusError> {
        let sum = "SELECT coalesce(sum(codes), 0) FROM ledgers";
        self.sql(|conn| conn.query_row(sum, [], |row| row.get(0)).map(i64::unsigned_abs))
    }

    /// How many codes may become worse in one publication.
    pub(crate) fn limit(&self) -> Result<u64, StatusError> {
        Ok(match self.meta.most {
            Some(most) => most,
            None => (self.codes()? / LIMIT_SHARE).max(LEAST_LIMIT),
        })
    }

    /// Runs `run` in a transaction: all of it is kept, or nothing.
    fn write<T>(&mut self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StatusError> {
        let write = || {
            let behavior = rusqlite::TransactionBehavior::Immediate;
            let tx = self.conn.transaction_with_behavior(behavior)?;
            let done = run(&tx)?;
            tx.commit()?;
            Ok(done)
        };
        write().map_err(|error| StatusError::sql(&self.path, error))
    }

    fn sql<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StatusError> {
        run(&self.conn).map_err(|error| StatusError::sql(&self.path, error))
    }
}

impl Meta {
    /// That the register is the one that somebody means.
    pub(crate) fn must_be(&self, wanted: &Self, path: &Path) -> Result<(), StatusError> {
        let limit = |meta: &Self| meta.most.map_or("-".to_owned(), |most| most.to_string());
        let other = |what, is: String, wanted: String| {
            let path = path.to_owned();
            Err(StatusError::Other { path, what, is, wanted })
        };
        match () {
            () if self.list != wanted.list => other("list", self.list.to_string(), wanted.list.to_string()),
            () if self.issuer != wanted.issuer => other("issuer", self.issuer.clone(), wanted.issuer.clone()),
            () if wanted.most.is_some_and(|_| self.most != wanted.most) => other("limit", limit(self), limit(wanted)),
            () => Ok(()),
        }
    }
}

/// A number as SQLite stores it: none of ours is above `i64::MAX`.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
