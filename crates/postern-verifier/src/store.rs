//! The gate's store: a folder with its key, its log, and the database of what it trusts.
//!
//! | file | what it is |
//! | --- | --- |
//! | `gate.key` | the private key that signs the checkpoints of this gate's log |
//! | `log.sqlite` | the log (`postern-log`) |
//! | `incoming` | parts of files that `update` is fetching from a server |
//! | `trust.sqlite` | the documents, lists and columns as they were signed, the time floor, the gate's name |
//!
//! Nothing in the database is believed for standing there: signatures are checked again at each start. The one value
//! that nobody has signed is the time floor, and it only ever makes a gate stricter.

mod error;
mod held;
mod schema;

use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError};
use postern_core::keys::PublicKey;
use postern_core::time::Time;
use postern_core::trust::Trust;
use postern_core::verdict::Judge;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

pub(crate) use error::StoreError;

/// The private key of the gate.
pub(crate) const KEY: &str = "gate.key";
/// The log.
pub(crate) const LOG: &str = "log.sqlite";
/// Parts of files that are being fetched.
pub(crate) const INCOMING: &str = "incoming";
/// What is trusted.
pub(crate) const TRUST: &str = "trust.sqlite";

/// What a gate is.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// Its name, as in its log's checkpoints.
    pub(crate) gate: String,
    /// Where it stands.
    pub(crate) place: Option<String>,
    /// Its key.
    pub(crate) key: PublicKey,
    /// When the store was made, by the system clock of that day.
    pub(crate) made: Time,
}

/// What a gate believes, verified.
#[derive(Debug)]
pub(crate) struct State {
    /// Judges by it.
    pub(crate) judge: Judge,
    /// The newest time that it was ever vouched for.
    pub(crate) floor: Time,
    /// When the system clock said that it was installed.
    pub(crate) installed: Time,
}

/// A generation as it is stored: nothing in it is believed yet.
struct Rows {
    root: Vec<u8>,
    snapshot: Option<Vec<u8>>,
    pack: Option<Vec<u8>>,
    floor: i64,
    installed: i64,
    held: Vec<held::Row>,
}

/// An open store.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    path: PathBuf,
    conn: Connection,
}

impl Store {
    /// Makes the database of a new gate in `folder`, which trusts a root that was confirmed and has no data.
    pub(crate) fn create(folder: &Path, identity: &Identity, root: &[u8], floor: Time) -> Result<(), StoreError> {
        let path = folder.join(TRUST);
        let sql = |e| StoreError::sql(&path, e);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut conn = schema::connect(&path, flags).map_err(sql)?;
        let tx = conn.transaction().map_err(sql)?;
        schema::create(&tx).map_err(sql)?;
        tx.execute(
            "INSERT INTO gate (id, name, place, key, made) VALUES (0, ?1, ?2, ?3, ?4)",
            (
                &identity.gate,
                &identity.place,
                identity.key.as_bytes(),
                integer(identity.made),
            ),
        )
        .map_err(sql)?;
        tx.execute(
            "INSERT INTO generations (back, root, floor, installed) VALUES (0, ?1, ?2, ?3)",
            (root, integer(floor), integer(identity.made)),
        )
        .map_err(sql)?;
        tx.commit().map_err(sql)?;
        conn.close().map_err(|(_, e)| StoreError::sql(&path, e))
    }

    /// Opens the store in `folder`.
    ///
    /// # Errors
    ///
    /// [`StoreError`], each kind with another thing to do.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(TRUST);
        // SQLite says "cannot open" for everything; the system says why.
        match std::fs::File::open(&path) {
            Ok(file) if file.metadata().is_ok_and(|data| data.is_file()) => {}
            Ok(_) => {
                return Err(StoreError::NotAStore {
                    path: folder.to_owned(),
                });
            }
            Err(e) => return Err(StoreError::io(folder, e)),
        }
        // For writing, so that what a power cut left half done is rolled back; a medium that may not be written is read.
        let conn = schema::connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|e| StoreError::sql(&path, e))?;
        schema::check(&conn, &path)?;
        Ok(Self {
            folder: folder.to_owned(),
            path,
            conn,
        })
    }

    /// The path of a file of this store.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What the gate is.
    pub(crate) fn identity(&self) -> Result<Identity, StoreError> {
        let row = self
            .conn
            .query_row("SELECT name, place, key, made FROM gate WHERE id = 0", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, [u8; 32]>(2)?, row.get(3)?))
            })
            .optional()
            .map_err(|e| self.sql(e))?;
        let (gate, place, key, made) = row.ok_or_else(|| self.corrupt("the gate's name is missing"))?;
        Ok(Identity {
            gate,
            place,
            key: PublicKey::from_bytes(&key).map_err(|_| self.corrupt("the gate's key is none"))?,
            made: Time::saturating(made),
        })
    }

    /// What the gate believes, each signature checked again.
    pub(crate) fn state(&self) -> Result<State, StoreError> {
        self.verified(self.at_one_moment(0)?)?
            .ok_or_else(|| self.corrupt("the root is missing"))
    }

    /// What the gate believed before its last update; its lists are kept, and not read here.
    pub(crate) fn previous(&self) -> Result<Option<State>, StoreError> {
        self.verified(self.at_one_moment(1)?)
    }

    /// The tag keys as they came, wrapped: epoch and file.
    pub(crate) fn tags(&self) -> Result<Vec<(u8, Vec<u8>)>, StoreError> {
        held::tags(&self.conn).map_err(|e| self.sql(e))
    }

    /// Keeps tag keys, wrapped; those of epochs that are not among them are dropped.
    pub(crate) fn set_tags(&mut self, tags: &[(u8, Vec<u8>)]) -> Result<(), StoreError> {
        let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate).map_err(|e| self.sql(e))?;
        held::set_tags(&tx, tags)
            .and_then(|()| tx.commit())
            .map_err(|e| self.sql(e))
    }

    /// A number that changes where another process has written to the store.
    pub(crate) fn change(&self) -> Result<i64, StoreError> {
        self.conn
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(|e| self.sql(e))
    }

    /// Moves the gate from its state to the one that `next` makes of it, all or nothing. No other process can move it
    /// meanwhile. Where `next` gives `None`, nothing is written.
    pub(crate) fn advance<E: From<StoreError>>(
        &mut self,
        system: Time,
        release: Time,
        next: impl FnOnce(&State) -> Result<Option<Judge>, E>,
    ) -> Result<(State, Option<State>), E> {
        let path = self.path.clone();
        let sql = |e| StoreError::sql(&path, e);
        // A transaction of rusqlite borrows the connection for itself alone; the state is read through it meanwhile.
        let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate).map_err(sql)?;
        let before = self
            .verified(self.rows(0)?)?
            .ok_or_else(|| self.corrupt("the root is missing"))?;
        let Some(judge) = next(&before)? else {
            return Ok((before, None));
        };
        let trust = judge.trust();
        // Of what is installed, and not of all that ever was: one pack with a wrong date must not stay for ever.
        let floor = trust.time_floor().max(release);
        for table in ["generations", "held"] {
            tx.execute(&format!("DELETE FROM {table} WHERE back = 1"), [])
                .map_err(sql)?;
            tx.execute(&format!("UPDATE {table} SET back = 1 WHERE back = 0"), [])
                .map_err(sql)?;
        }
        tx.execute(
            "INSERT INTO generations (back, root, snapshot, pack, floor, installed) VALUES (0, ?1, ?2, ?3, ?4, ?5)",
            (
                trust.root().to_bytes(),
                trust.snapshot().map(|document| document.to_bytes()),
                trust.pack().map(|document| document.to_bytes()),
                integer(floor),
                integer(system),
            ),
        )
        .map_err(sql)?;
        held::insert(&tx, trust.status()).map_err(sql)?;
        tx.commit().map_err(sql)?;
        let after = State {
            judge,
            floor,
            installed: system,
        };
        Ok((before, Some(after)))
    }

    /// The rows of a generation as they are at one moment: another process may install the next one while they are read.
    /// They are verified afterwards, so that it does not wait for that.
    fn at_one_moment(&self, back: i64) -> Result<Option<Rows>, StoreError> {
        let moment = self.conn.unchecked_transaction().map_err(|e| self.sql(e))?;
        let rows = self.rows(back)?;
        moment.commit().map_err(|e| self.sql(e))?;
        Ok(rows)
    }

    fn rows(&self, back: i64) -> Result<Option<Rows>, StoreError> {
        let rows = self
            .conn
            .query_row(
                "SELECT root, snapshot, pack, floor, installed FROM generations WHERE back = ?1",
                [back],
                |row| {
                    Ok(Rows {
                        root: row.get(0)?,
                        snapshot: row.get(1)?,
                        pack: row.get(2)?,
                        floor: row.get(3)?,
                        installed: row.get(4)?,
                        held: Vec::new(),
                    })
                },
            )
            .optional()
            .map_err(|e| self.sql(e))?;
        let Some(mut rows) = rows else { return Ok(None) };
        if back == 0 {
            rows.held = held::read(&self.conn).map_err(|e| self.sql(e))?;
        }
        Ok(Some(rows))
    }

    fn verified(&self, rows: Option<Rows>) -> Result<Option<State>, StoreError> {
        let Some(rows) = rows else { return Ok(None) };
        let data = rows.snapshot.as_deref().zip(rows.pack.as_deref());
        let stored: Option<Vec<_>> = rows.held.iter().map(held::Row::as_stored).collect();
        let stored = stored.ok_or_else(|| self.corrupt("the name of a list is none"))?;
        let judge = Trust::restore(&rows.root, data, &stored)
            .and_then(Judge::new)
            .map_err(|e| self.corrupt(&e.to_string()))?
            .at_gate(self.identity()?.gate.parse().ok());
        Ok(Some(State {
            judge,
            floor: Time::saturating(rows.floor),
            installed: Time::saturating(rows.installed),
        }))
    }

    fn sql(&self, error: rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, error)
    }

    fn corrupt(&self, what: &str) -> StoreError {
        StoreError::Corrupt {
            path: self.path.clone(),
            what: what.to_owned(),
        }
    }
}

/// Where a store is to be made there must be nothing, not even an empty folder that somebody else may own.
///
/// # Errors
///
/// [`StoreError::Exists`], or what the system says.
pub(crate) fn must_be_new(folder: &Path) -> Result<(), StoreError> {
    match folder.symlink_metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(StoreError::File(FileError::new(folder, FileAction::Create, e))),
        Ok(_) => Err(StoreError::Exists {
            path: folder.to_owned(),
        }),
    }
}

/// A time as SQLite stores it.
fn integer(time: Time) -> i64 {
    i64::try_from(time.seconds()).expect("the range of Time is within i64")
}

#[cfg(test)]
mod tests;
