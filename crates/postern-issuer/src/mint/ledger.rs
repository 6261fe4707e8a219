//! The ledger: who has which code. It is the issuer's memory, and the one thing that must not be lost.
//!
//! SQLite in WAL mode with full synchronisation: what is committed survives the power cut. Codes are committed before
//! anything of them leaves the program, so that no code is in the world that the ledger does not know.

pub(crate) mod connect;
mod error;
pub(crate) mod lock;
mod migrate;
mod reader;
mod run;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use postern_cli::files::{FileAction, FileError, sync_folder};
use postern_core::keys::PublicKey;
use postern_core::time::Time;
use rusqlite::{Connection, params};

pub use error::LedgerError;
pub use reader::{Entry, Found, Held, Locator, Reader, Replaced, RunShown, Summary, Which};
pub use run::{Mark, Progress, Run, RunKind};

use super::permutation::{MAX_CAPACITY, Permutation};
use super::shard::Shard;
use connect::{connect, make_durable, make_private};
use lock::Lock;
use schema::Meta;

/// Places where nothing else is asked for: 16,777,216.
pub const DEFAULT_CAPACITY: u64 = 1 << 24;
/// How long a statement waits for another program's.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whose ledger it is: an issuer's, under an authority. Keys come and go, and a root is replaced; these stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The issuer's id.
    pub issuer: String,
    /// The digest of the authority's root 1.
    pub authority: [u8; 32],
}

/// What a ledger is to be where there is none, and must be where there is one.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Whether it may be made: a name that was misspelt must not begin another one.
    pub may_make: bool,
    /// The places of all shards; without it [`DEFAULT_CAPACITY`], or what the ledger has.
    pub capacity: Option<u64>,
    /// Which part of the batches it has.
    pub shard: Shard,
    /// The key of the permutation, which an existing ledger does not take.
    pub key: [u8; 32],
}

/// Why something came in a code's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Ended {
    /// The person's data changed.
    #[value(skip)]
    Changed,
    /// It can no longer be read.
    #[value(help = None)]
    Damaged,
    /// It was lost.
    #[value(help = None)]
    Lost,
    /// It was about to expire. The old one holds until then.
    #[value(skip)]
    Renewed,
    /// It was stolen.
    #[value(help = None)]
    Stolen,
}

impl Ended {
    const ALL: [Self; 5] = [Self::Changed, Self::Damaged, Self::Lost, Self::Renewed, Self::Stolen];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::Renewed => "renewed",
            Self::Stolen => "stolen",
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.as_str() == text)
    }

    /// The reason in a column of a row.
    fn from_row(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Self> {
        let unknown = || rusqlite::Error::InvalidColumnType(column, "reason".to_owned(), rusqlite::types::Type::Text);
        Self::from_text(row.get_ref(column)?.as_str()?).ok_or_else(unknown)
    }
}

/// An open ledger. There is one at a time for each file, in all processes.
pub struct Ledger {
    // Dropped in this order: the database is closed before the lock is given up.
    conn: Connection,
    path: PathBuf,
    permutation: Arc<Permutation>,
    owner: Owner,
    shard: Shard,
    next: u64,
    made: bool,
    key: Option<i64>,
    _lock: Lock,
}

impl Ledger {
    /// Opens a ledger, or makes one where there is none and `wanted` says so. One of an older format is brought to this one.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn open(path: &Path, owner: &Owner, wanted: Wanted) -> Result<Self, LedgerError> {
        let path = lock::real(path)?;
        // An empty file is what making one leaves when it is cut short.
        if !wanted.may_make && path.metadata().map_or(0, |metadata| metadata.len()) == 0 {
            return Err(LedgerError::NotThere { path });
        }
        let lock = Lock::take(&path)?;
        make_private(&path)?;
        let conn = connect(&path)?;
        let made = schema::is_blank(&conn).map_err(|error| LedgerError::sql(&path, error))?;
        if made {
            let sql = |error| LedgerError::sql(&path, error);
            // Rows of 200 bytes: larger pages than SQLite's are written faster.
            conn.pragma_update(None, "page_size", 8192).map_err(sql)?;
            make_durable(&conn, &path)?;
            let meta = Meta {
                owner: owner.clone(),
                capacity: wanted.capacity.unwrap_or(DEFAULT_CAPACITY).clamp(1, MAX_CAPACITY),
                key: wanted.key,
                next: 0,
                shard: wanted.shard,
            };
            schema::create(&conn, &meta).map_err(sql)?;
            sync_folder(&path)?;
        }
        let ledger = Self::opened(conn, path, lock, made)?;
        ledger.check_owner(owner)?;
        ledger.check(wanted)?;
        Ok(ledger)
    }

    /// Opens a ledger that must be there.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn open_existing(path: &Path, owner: &Owner) -> Result<Self, LedgerError> {
        let path = lock::real(path)?;
        if let Err(error) = path.metadata() {
            return Err(FileError::new(path, FileAction::Read, error).into());
        }
        let lock = Lock::take(&path)?;
        let conn = connect(&path)?;
        let ledger = Self::opened(conn, path, lock, false)?;
        ledger.check_owner(owner)?;
        Ok(ledger)
    }

    fn opened(mut conn: Connection, path: PathBuf, lock: Lock, made: bool) -> Result<Self, LedgerError> {
        let format = schema::format(&conn, &path)?;
        make_durable(&conn, &path)?;
        let sql = |error| LedgerError::sql(&path, error);
        if format == 1 {
            migrate::from_1(&mut conn).map_err(sql)?;
        }
        let meta = schema::meta(&conn).map_err(sql)?;
        let last = "SELECT coalesce(max(counter) + 1, 0) FROM main.codes";
        let next = conn
            .query_row(last, [], |row| row.get(0))
            .map(i64::unsigned_abs)
            .map_err(sql)?;
        if next != meta.next {
            return Err(LedgerError::Damaged { path });
        }
        Ok(Self {
            permutation: Arc::new(Permutation::new(&meta.key, meta.capacity)),
            owner: meta.owner,
            shard: meta.shard,
            next: meta.next,
            conn,
            path,
            made,
            key: None,
            _lock: lock,
        })
    }

    fn check_owner(&self, owner: &Owner) -> Result<(), LedgerError> {
        let path = || self.path.clone();
        if self.owner.authority != owner.authority {
            return Err(LedgerError::OtherAuthority { path: path() });
        }
        if self.owner.issuer != owner.issuer {
            let owner = self.owner.issuer.clone();
            return Err(LedgerError::OtherIssuer { path: path(), owner });
        }
        Ok(())
    }

    fn check(&self, wanted: Wanted) -> Result<(), LedgerError> {
        let (path, is) = (self.path.clone(), self.permutation.capacity());
        if let Some(wanted) = wanted.capacity.filter(|wanted| *wanted != is) {
            return Err(LedgerError::Capacity { path, is, wanted });
        }
        if wanted.shard != self.shard {
            let (is, wanted) = (self.shard, wanted.shard);
            return Err(LedgerError::OtherShard { path, is, wanted });
        }
        Ok(())
    }

    /// Whether opening has made it.
    pub fn is_new(&self) -> bool {
        self.made
    }

    /// How many codes it can hold.
    pub fn capacity(&self) -> u64 {
        self.shard.share(self.permutation.capacity())
    }

    /// How many more codes it can hold.
    pub fn free(&self) -> u64 {
        self.capacity().saturating_sub(self.next)
    }

    /// How many codes it holds: the counter of the next one.
    pub fn codes(&self) -> u64 {
        self.next
    }

    /// Which part of the batches it has.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that it lies in.
    pub fn folder(&self) -> &Path {
        // The path is absolute, and that of a file.
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// The places that are free, in the order in which they are given.
    pub fn places(&self) -> Places {
        Places {
            permutation: Arc::clone(&self.permutation),
            shard: self.shard,
            next: self.next,
        }
    }

    /// Hands the id and the counter of every code to `each`, by counters.
    ///
    /// # Errors
    ///
    /// [`LedgerError`], and those of `each`.
    pub fn each_id<E: From<LedgerError>>(&self, mut each: impl FnMut(&str, u64) -> Result<(), E>) -> Result<(), E> {
        let sql = |error| LedgerError::sql(&self.path, error);
        let statement = self.conn.prepare("SELECT id, counter FROM main.codes ORDER BY counter");
        let mut statement = statement.map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let id = row.get_ref(0).map_err(sql)?;
            let id = id.as_str().map_err(|error| sql(error.into()))?;
            each(id, row.get(1).map(i64::unsigned_abs).map_err(sql)?)?;
        }
        Ok(())
    }

    /// Begins a transaction, where none is open: all of it is kept, or nothing.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn begin(&mut self) -> Result<(), LedgerError> {
        if !self.conn.is_autocommit() {
            return Ok(());
        }
        self.sql(|conn| conn.execute_batch("BEGIN IMMEDIATE"))
    }

    /// Adds a code at the next place, signed by the key that was noted last.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    ///
    /// # Panics
    ///
    /// If it is not the next place, or no key was noted: the caller's mistake.
    pub fn add(&mut self, entry: &Entry, minted: Time) -> Result<(), LedgerError> {
        assert_eq!(entry.counter, self.next, "codes are added in the order of their places");
        let key = self.key.expect("a key is noted before its codes");
        let values = params![
            integer(entry.counter),
            entry.id,
            entry.content,
            entry.index,
            integer(entry.issued.seconds()),
            integer(entry.expires.seconds()),
            key,
            entry.code,
            integer(minted.seconds()),
        ];
        self.sql(|conn| conn.prepare_cached(schema::ADD)?.execute(values))?;
        self.next += 1;
        Ok(())
    }

    /// Notes that a code came in the place of another.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn replace(&mut self, old: u64, by: u64, reason: Ended, now: Time) -> Result<(), LedgerError> {
        let values = params![integer(old), integer(by), reason.as_str(), integer(now.seconds())];
        self.sql(|conn| conn.prepare_cached(schema::REPLACE)?.execute(values))
            .map(drop)
    }

    /// Notes the key that signs the codes to come.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn note_key(&mut self, key: &PublicKey, now: Time) -> Result<(), LedgerError> {
        let (fingerprint, kid) = (key.thumbprint(), key.kid().0);
        let number = self.sql(|conn| {
            conn.execute(schema::NOTE_KEY, params![fingerprint, kid, integer(now.seconds())])?;
            conn.query_row(schema::KEY_NUMBER, [fingerprint], |row| row.get(0))
        })?;
        self.key = Some(number);
        Ok(())
    }

    /// Keeps the transaction: when this returns, it is on the disk.
    ///
    /// # Errors
    ///
    /// [`LedgerError`]; then nothing of it is kept.
    pub fn commit(&mut self) -> Result<(), LedgerError> {
        if self.conn.is_autocommit() {
            return Ok(());
        }
        let next = integer(self.next);
        let kept = self.sql(|conn| {
            conn.prepare_cached(schema::SET_NEXT)?.execute([next])?;
            conn.execute_batch("COMMIT")
        });
        kept.or_else(|error| self.roll_back().and(Err(error)))
    }

    /// Gives the transaction up.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn roll_back(&mut self) -> Result<(), LedgerError> {
        // Some errors have rolled back already.
        if !self.conn.is_autocommit() {
            self.sql(|conn| conn.execute_batch("ROLLBACK"))?;
        }
        self.next = self.sql(schema::meta)?.next;
        Ok(())
    }

    /// How many codes from number `first` on came in the place of others.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn replaced_by(&self, first: u64) -> Result<u64, LedgerError> {
        let count = "SELECT count(*) FROM main.replaced WHERE by >= ?1";
        self.sql(|conn| {
            conn.query_row(count, [integer(first)], |row| row.get(0))
                .map(i64::unsigned_abs)
        })
    }

    /// Makes ready for so many more codes: where they are many, the index of ids is made anew when they are all there.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn expect(&mut self, codes: u64) -> Result<(), LedgerError> {
        if codes <= self.next / 8 {
            return Ok(());
        }
        self.sql(|conn| conn.execute_batch(schema::NO_INDEX))
    }

    /// Makes the index of ids, where there is none.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn index_ids(&mut self) -> Result<(), LedgerError> {
        self.sql(|conn| conn.execute_batch(schema::INDEX))
    }

    /// From so many more pages on the disk is full.
    #[cfg(test)]
    pub(super) fn limit_pages(&self, more: i64) {
        let pages = schema::pragma(&self.conn, "page_count").expect("a ledger is open");
        let limited = self.conn.pragma_update(None, "max_page_count", pages + more);
        limited.expect("a ledger is open");
    }

    fn sql<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        run(&self.conn).map_err(|error| LedgerError::sql(&self.path, error))
    }
}

/// A place that a code can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The code's number in the ledger.
    pub counter: u64,
    /// Its index in the status list.
    pub index: u32,
}

/// Free places, in the order in which they are given.
#[derive(Clone)]
pub struct Places {
    permutation: Arc<Permutation>,
    shard: Shard,
    next: u64,
}

impl Iterator for Places {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let counter = self.next;
        let index = self.permutation.at(self.shard.place(counter))?;
        self.next += 1;
        Some(Place { counter, index })
    }
}

/// A number as SQLite stores it: none of ours is above `i64::MAX`.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
