//! The ledger: who has which code. It is the issuer's memory, and the one thing that must not be lost.
//!
//! SQLite in WAL mode with full synchronisation: what is committed survives the power cut. A batch is committed before
//! anything of it leaves the program, so that no code is in the world that the ledger does not know.

mod error;
mod schema;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError};
use postern_core::cbor::Bytes;
use postern_core::keys::{Kid, PublicKey};
use postern_core::record::DocumentTag;
use postern_core::time::Time;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params};

pub use error::LedgerError;

use super::people::{Applicant, Reason};
use super::permutation::{MAX_CAPACITY, Permutation};

/// Places where nothing else is asked for: 16,777,216.
pub const DEFAULT_CAPACITY: u64 = 1 << 24;

/// Whose ledger it is: an issuer's, under an authority. Keys come and go, and a root is replaced; these stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The issuer's id.
    pub issuer: String,
    /// The digest of the authority's root 1.
    pub authority: [u8; 32],
}

/// One code, as the ledger holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The person's registration number.
    pub id: String,
    /// [`Applicant::content`] of the row that it was minted from.
    pub content: [u8; 32],
    /// The place in the status list.
    pub index: u32,
    /// When it was issued.
    pub issued: Time,
    /// When it expires.
    pub expires: Time,
    /// The key that signed it.
    pub kid: Kid,
    /// The tag of the person's document.
    pub tag: Option<DocumentTag>,
    /// The text of the code.
    pub text: String,
}

/// An open ledger. There is one at a time for each file, in all processes.
pub struct Ledger {
    // Dropped in this order: the database is closed before the lock is given up.
    conn: Connection,
    path: PathBuf,
    permutation: Permutation,
    next: u64,
    made: bool,
    _lock: Lock,
}

impl Ledger {
    /// Opens a ledger, or makes one where there is none: with `capacity` places ([`DEFAULT_CAPACITY`]) in the order that
    /// `key` gives, 32 random bytes that an existing ledger does not take.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn open(path: &Path, owner: &Owner, capacity: Option<u64>, key: [u8; 32]) -> Result<Self, LedgerError> {
        let path = real(path)?;
        let lock = lock(&path)?;
        let conn = connect(&path)?;
        let sql = |error| LedgerError::sql(&path, error);
        let made = schema::is_blank(&conn).map_err(sql)?;
        if !made {
            schema::check_format(&conn, &path)?;
        }
        make_durable(&conn, &path)?;
        if made {
            let capacity = capacity.unwrap_or(DEFAULT_CAPACITY).clamp(1, MAX_CAPACITY);
            schema::create(&conn, owner, capacity, &key).map_err(sql)?;
            sync_folder(&path)?;
        }
        let meta = schema::meta(&conn).map_err(sql)?;
        if meta.owner.authority != owner.authority {
            return Err(LedgerError::OtherAuthority { path });
        }
        if meta.owner.issuer != owner.issuer {
            return Err(LedgerError::OtherIssuer {
                path,
                owner: meta.owner.issuer,
            });
        }
        if let Some(wanted) = capacity.filter(|wanted| *wanted != meta.capacity) {
            return Err(LedgerError::Capacity {
                path,
                is: meta.capacity,
                wanted,
            });
        }
        schema::prepare(&conn).map_err(sql)?;
        Ok(Self {
            conn,
            path,
            permutation: Permutation::new(&meta.key, meta.capacity),
            next: meta.next,
            made,
            _lock: lock,
        })
    }

    /// Whether opening has made it.
    pub fn is_new(&self) -> bool {
        self.made
    }

    /// How many codes it can hold.
    pub fn capacity(&self) -> u64 {
        self.permutation.capacity()
    }

    /// How many more codes it can hold.
    pub fn free(&self) -> u64 {
        self.capacity().saturating_sub(self.next)
    }

    /// Begins a batch: all of it is kept, or nothing.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn begin(&mut self) -> Result<Batch<'_>, LedgerError> {
        let Self {
            conn,
            path,
            permutation,
            next,
            ..
        } = self;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate);
        Ok(Batch {
            tx: tx.map_err(|error| LedgerError::sql(path, error))?,
            path,
            permutation,
            place: *next,
            next,
        })
    }
}

/// A place in the ledger that was given to somebody, and their index in the status list with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    counter: u64,
    /// The index.
    pub index: u32,
}

/// Some rows' worth of work on the ledger. Dropped, it leaves no trace.
pub struct Batch<'l> {
    tx: Transaction<'l>,
    path: &'l Path,
    permutation: &'l Permutation,
    place: u64,
    next: &'l mut u64,
}

impl Batch<'_> {
    /// Remembers for this run that a row has this id and this document, or tells which row before has one of them.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn see(&mut self, applicant: &Applicant) -> Result<Option<Reason>, LedgerError> {
        let line = integer(applicant.line());
        self.see_one(
            schema::SEE_ID,
            schema::SEEN_ID,
            &applicant.id().as_str(),
            line,
            |first| Reason::IdDuplicate { first },
        )
        .and_then(|double| match (double, applicant.paper_digest()) {
            (None, Some(paper)) => self.see_one(schema::SEE_PAPER, schema::SEEN_PAPER, &paper, line, |first| {
                Reason::DocumentDuplicate { first }
            }),
            (double, _) => Ok(double),
        })
        .map_err(|error| LedgerError::sql(self.path, error))
    }

    /// The code of an id, in whatever case its letters are: pictures may lie where case makes no difference.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn find(&self, id: &str) -> Result<Option<Entry>, LedgerError> {
        let find = || self.tx.prepare_cached(schema::FIND)?.query_row([id], entry).optional();
        find().map_err(|error| LedgerError::sql(self.path, error))
    }

    /// The next free place; `None` where the ledger is full.
    pub fn place(&mut self) -> Option<Place> {
        let index = self.permutation.at(self.place)?;
        let counter = self.place;
        self.place += 1;
        Some(Place { counter, index })
    }

    /// Adds a code at its place.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn add(&mut self, place: Place, entry: &Entry, minted: Time) -> Result<(), LedgerError> {
        let tag = entry.tag.map(|tag| tag.0.0);
        let values = params![
            integer(place.counter),
            entry.id,
            entry.content,
            entry.index,
            integer(entry.issued.seconds()),
            integer(entry.expires.seconds()),
            entry.kid.0,
            tag,
            entry.text,
            integer(minted.seconds()),
        ];
        let add = || self.tx.prepare_cached(schema::ADD)?.execute(values);
        add().map(drop).map_err(|error| LedgerError::sql(self.path, error))
    }

    /// Notes that a key has signed codes of this ledger.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn note_key(&mut self, key: &PublicKey, now: Time) -> Result<(), LedgerError> {
        let values = params![key.thumbprint(), key.kid().0, integer(now.seconds())];
        let note = || self.tx.prepare_cached(schema::NOTE_KEY)?.execute(values);
        note().map(drop).map_err(|error| LedgerError::sql(self.path, error))
    }

    /// Keeps the batch: when this returns, it is on the disk.
    ///
    /// # Errors
    ///
    /// [`LedgerError`]; then nothing is kept.
    pub fn commit(self) -> Result<(), LedgerError> {
        let sql = |error| LedgerError::sql(self.path, error);
        if self.place != *self.next {
            self.tx.execute(schema::SET_NEXT, [integer(self.place)]).map_err(sql)?;
        }
        self.tx.commit().map_err(sql)?;
        *self.next = self.place;
        Ok(())
    }

    fn see_one(
        &self,
        see: &str,
        seen: &str,
        what: &dyn rusqlite::ToSql,
        line: i64,
        double: impl Fn(u64) -> Reason,
    ) -> rusqlite::Result<Option<Reason>> {
        if self.tx.prepare_cached(see)?.execute(params![what, line])? == 1 {
            return Ok(None);
        }
        let first: i64 = self.tx.prepare_cached(seen)?.query_row([what], |row| row.get(0))?;
        Ok(Some(double(first.unsigned_abs())))
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let time = |i| row.get(i).map(Time::saturating);
    Ok(Entry {
        id: row.get(0)?,
        content: row.get(1)?,
        index: row.get(2)?,
        issued: time(3)?,
        expires: time(4)?,
        kid: Kid(row.get(5)?),
        tag: row.get::<_, Option<[u8; 9]>>(6)?.map(|tag| DocumentTag(Bytes(tag))),
        text: row.get(7)?,
    })
}

/// A number as SQLite stores it: none of ours is above `i64::MAX`.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn connect(path: &Path) -> Result<Connection, LedgerError> {
    make_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(conn)
    };
    open().map_err(|error| LedgerError::sql(path, error))
}

/// From here on the file is written: it was seen to be a ledger, or empty.
fn make_durable(conn: &Connection, path: &Path) -> Result<(), LedgerError> {
    let set = || {
        conn.pragma_update(None, "synchronous", "full")?;
        conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))
    };
    match set().map_err(|error| LedgerError::sql(path, error))?.as_str() {
        "wal" => Ok(()),
        _ => Err(LedgerError::Unsupported { path: path.to_owned() }),
    }
}

/// Makes an empty file that only its owner may read, where there is none: SQLite gives its other files the same mode.
fn make_private(path: &Path) -> Result<(), LedgerError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(FileError::new(path, FileAction::Create, error).into())
        }
        _ => Ok(()),
    }
}

/// The one path of a file, so that every way to it leads to the same lock.
fn real(path: &Path) -> Result<PathBuf, LedgerError> {
    if let Ok(real) = path.canonicalize() {
        return Ok(real);
    }
    let failed = |error| FileError::new(path, FileAction::Create, error);
    let name = path
        .file_name()
        .ok_or_else(|| failed(std::io::ErrorKind::InvalidInput.into()))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(parent.canonicalize().map_err(failed)?.join(name))
}

/// The one right to mint from a ledger, given up when dropped or when the process ends, however it ends.
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // If unlocking fails, closing follows at once.
        let _ = self.0.unlock();
    }
}

/// The lock is on a file of its own: on the database it would shut out those who only read.
fn lock(path: &Path) -> Result<Lock, LedgerError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let failed = |error| FileError::new(&beside, FileAction::Create, error);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&beside);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Busy { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error).into()),
    }
}

/// Makes the name of a new file durable. Elsewhere than on Unix a folder cannot be opened for that.
fn sync_folder(path: &Path) -> Result<(), LedgerError> {
    let Some(folder) = path.parent().filter(|_| cfg!(unix)) else {
        return Ok(());
    };
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| FileError::new(folder, FileAction::Write, error).into())
}

#[cfg(test)]
mod tests;
