//! The one writer of a log: making, opening, appending.

use std::fmt;
use std::fs;
use std::path::Path;

use postern_core::keys::Signer;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params_from_iter};

use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::event::{Event, NewEvent};
use crate::files::{Found, Identity, Lock, OpenFiles, beside, existing, lock, real_parent, sync_folder};
use crate::merkle::{Frontier, leaf_hash};
use crate::old_formats;
use crate::reader::{Reader, Tip, is_gate_id, number, tables};
use crate::schema::{self, FORMAT, integer};
use crate::verify::VerifyReport;

/// The gate signs a checkpoint at each size that is a multiple of this.
pub const SEAL_EVERY: u64 = 1024;

/// The log of a gate, open for appending. There is one at a time for each file, in all processes.
///
/// ```
/// use postern_log::{Flags, Grade, Kind, Log, NewEvent, Outcome, Source};
///
/// let folder = tempfile::tempdir()?;
/// let mut log = Log::create(&folder.path().join("gate.db"), "north-1")?;
/// let logged = log.append(NewEvent {
///     time: 1_640_000_000,
///     system: 1_640_000_000,
///     flags: Flags::default(),
///     outcome: Outcome::Refer,
///     reasons: vec!["issuer-unknown".to_owned()],
///     code: None,
///     person: None,
///     issuer: None,
///     root: 1,
///     pack: 1,
///     snapshot: 1,
///     age: 3600,
///     grade: Grade::Fresh,
///     source: Source::Text,
///     kind: Kind::Code,
///     about: None,
///     operator: None,
///     credential: None,
/// })?;
/// assert_eq!(logged.event().seq(), 0);
/// assert!(log.verify()?.is_clean());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Log {
    // Dropped in this order: the database is closed before the lock is given up.
    pub(crate) reader: Reader,
    frontier: Frontier,
    tip: Tip,
    files: OpenFiles,
    /// The gate's key, where it is at hand.
    signer: Option<Box<dyn Signer>>,
    /// An append failed, so that what is in the file is not known.
    unsure: bool,
    _lock: Lock,
}

impl Log {
    /// Makes a new log at `path` for the gate of that name, and opens it.
    ///
    /// The name has 1 to [`MAX_GATE_LEN`](crate::MAX_GATE_LEN) printable ASCII characters, no space and no plus sign, as
    /// the names in C2SP signed notes. The file appears under its name only when it is whole and on the disk.
    ///
    /// # Errors
    ///
    /// [`LogError::Exists`] if there is a file of that name (or its write-ahead log), [`LogError::Busy`],
    /// [`LogError::GateId`], or what the system or SQLite says.
    pub fn create(path: &Path, gate_id: &str) -> Result<Self, LogError> {
        if !is_gate_id(gate_id) {
            return Err(LogError::GateId);
        }
        let path = &real_parent(path)?;
        let lock = lock(path)?;
        // A write-ahead log that was left behind by another database would be played back into the new one.
        for taken in [path.clone(), beside(path, "-wal")] {
            if taken.symlink_metadata().is_ok() {
                return Err(LogError::Exists { path: taken });
            }
        }
        let new = beside(path, ".new");
        for left in [new.clone(), beside(&new, "-journal")] {
            match fs::remove_file(&left) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(LogError::io(&left, e)),
                _ => {}
            }
        }
        write_new(&new, gate_id).map_err(|e| LogError::sql(path, e))?;
        fs::rename(&new, path)
            .and_then(|()| sync_folder(path))
            .map_err(|e| LogError::io(path, e))?;
        Self::open_locked(path, lock)
    }

    /// Opens the log at `path`, plays back what a power cut left, and checks its end: the size, the last leaves.
    ///
    /// A log of an older format is brought to the present one first, whole or not at all; leaves and tree stay as they are.
    /// That takes room for a second copy of the log and, once, some seconds for a million events.
    ///
    /// # Errors
    ///
    /// [`LogError`], each kind with another thing to do; nothing is changed in a file that is not a log.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let path = &existing(path)?;
        let lock = lock(path)?;
        Self::open_locked(path, lock)
    }

    /// Logs one event; when this returns, it is on the disk.
    ///
    /// # Errors
    ///
    /// [`LogError`]: then the event must be treated as not logged. (It can be in the log all the same, if the disk
    /// failed at the very end of the commit.) The log can be used further once the cause is gone.
    pub fn append(&mut self, event: NewEvent) -> Result<Logged, LogError> {
        let mut logged = self.append_batch([event])?;
        Ok(logged.pop().expect("a batch gives back as many events as it was given"))
    }

    /// Logs events in their order, all or none, in one transaction; when this returns, they are on the disk.
    ///
    /// # Errors
    ///
    /// As [`Log::append`].
    pub fn append_batch(&mut self, events: impl IntoIterator<Item = NewEvent>) -> Result<Vec<Logged>, LogError> {
        // Before anything is written too: a file that was cut becomes longer again, with a hole in it.
        self.check_files()?;
        self.settle()?;
        let mut logged = Vec::new();
        for (seq, event) in (self.tip.size..).zip(events) {
            let event = Event::new(seq, event)?;
            logged.push(Logged { event });
        }
        if logged.is_empty() {
            return Ok(logged);
        }
        self.unsure = true;
        let frontier = self.write(&logged)?;
        // After the commit, so that it was still the log that took the events.
        let tip = Tip::of(&frontier);
        find(&mut self.files, &self.reader.path, |found| found == tip)?;
        self.unsure = false;
        self.tip = tip;
        self.frontier = frontier;
        Ok(logged)
    }

    /// The size and the root of the tree after the last append.
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// Signs checkpoints with the gate's key from now on, and one of the present size where one is due.
    ///
    /// A signer that fails costs a checkpoint, which `verify` tells as missing, and never an event.
    ///
    /// # Errors
    ///
    /// As [`Log::append`].
    pub fn seal_with(&mut self, signer: Box<dyn Signer>) -> Result<(), LogError> {
        self.check_files()?;
        self.settle()?;
        let due = self.tip.size - self.tip.size % SEAL_EVERY;
        if self.reader.last_checkpoint()? < due {
            let sql = |e| LogError::sql(&self.reader.path, e);
            seal(&self.reader.conn, &self.reader.gate, &*signer, &self.frontier).map_err(sql)?;
        }
        self.signer = Some(signer);
        Ok(())
    }

    /// See [`Reader::verify`].
    ///
    /// # Errors
    ///
    /// As [`Reader::verify`].
    pub fn verify(&self) -> Result<VerifyReport, LogError> {
        self.reader.verify()
    }

    /// The log as a reader sees it: its gate, its last events, its counts.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    fn open_locked(path: &Path, lock: Lock) -> Result<Self, LogError> {
        // Before the file is opened: if another takes its place in between, appends say so.
        let database = Identity::of(path)?;
        let mut reader = Reader::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        reader.prepare_for_writing()?;
        let frontier = reader.tail()?;
        let sql = |e| LogError::sql(path, e);
        if number(&reader.conn, "user_version").map_err(sql)? != FORMAT {
            let old = tables(&reader.conn, path)?;
            old_formats::migrate(&mut reader.conn, old).map_err(sql)?;
        }
        // What was read above has made the write-ahead log, if there was none.
        let files = OpenFiles::new(path, database)?;
        Ok(Self {
            tip: Tip::of(&frontier),
            reader,
            frontier,
            files,
            signer: None,
            unsure: false,
            _lock: lock,
        })
    }

    /// The files are those that are open, and what was acknowledged is in them.
    pub(crate) fn check_files(&mut self) -> Result<(), LogError> {
        let Self { reader, tip, .. } = self;
        // A failed append can be in the log all the same; `settle` sees to it.
        let is_ours = |found: Tip| found == *tip || self.unsure && found.size > tip.size;
        if find(&mut self.files, &reader.path, is_ours)? == Found::Emptied {
            // Where another program has emptied it, this does nothing. Where somebody cut what was in the database already,
            // SQLite would go on behind the cut.
            let busy: bool = (reader.conn)
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
                .map_err(|e| LogError::sql(&reader.path, e))?;
            if busy {
                let path = reader.path.clone();
                return Err(LogError::Busy { path });
            }
            self.files.accept_emptied();
        }
        Ok(())
    }

    /// Writes events that have the next places in the log; gives the tree that they make.
    fn write(&mut self, events: &[Logged]) -> Result<Frontier, LogError> {
        let Reader { conn, path, gate } = &mut self.reader;
        let sql = |e| LogError::sql(path, e);
        let tx = conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql)?;
        // Until the commit nobody else can empty the write-ahead log; just before, somebody may have.
        if find(&mut self.files, path, |found| found == self.tip)? == Found::Emptied {
            self.files.accept_emptied();
        }
        let mut frontier = self.frontier.clone();
        {
            let mut insert = tx.prepare_cached(schema::INSERT).map_err(sql)?;
            let signer = self.signer.as_deref();
            let mut reasons = String::new();
            for Logged { event } in events {
                let leaf = event.to_leaf();
                frontier.push(leaf_hash(&leaf));
                schema::reasons(event, &mut reasons);
                let values = schema::values(event, &reasons)
                    .into_iter()
                    .chain([ValueRef::Blob(&leaf)]);
                insert
                    .execute(params_from_iter(values.map(ToSqlOutput::Borrowed)))
                    .map_err(sql)?;
                if frontier.size().is_multiple_of(SEAL_EVERY)
                    && let Some(signer) = signer
                {
                    seal(&tx, gate, signer, &frontier).map_err(sql)?;
                }
            }
            // The tree is replaced only if it is the one that these leaves were added to.
            let mut update = tx
                .prepare_cached("UPDATE tree SET size = ?1, root = ?2, frontier = ?3 WHERE size = ?4 AND root = ?5")
                .map_err(sql)?;
            let updated = update
                .execute((
                    integer(frontier.size()),
                    frontier.root(),
                    frontier.to_bytes(),
                    integer(self.tip.size),
                    self.tip.root,
                ))
                .map_err(sql)?;
            if updated != 1 {
                return Err(LogError::Changed { path: path.clone() });
            }
        }
        tx.commit().map_err(sql)?;
        Ok(frontier)
    }

    /// After a failed append: reads again where the log ends.
    pub(crate) fn settle(&mut self) -> Result<(), LogError> {
        if !self.unsure {
            return Ok(());
        }
        let frontier = self.reader.tail()?;
        let tip = Tip::of(&frontier);
        // What was acknowledged must still be there, and nobody else writes.
        if tip.size < self.tip.size || (tip.size == self.tip.size && tip != self.tip) {
            let path = self.reader.path.clone();
            return Err(LogError::Changed { path });
        }
        self.frontier = frontier;
        self.tip = tip;
        self.unsure = false;
        Ok(())
    }
}

impl fmt::Debug for Log {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("reader", &self.reader)
            .field("tip", &self.tip)
            .finish_non_exhaustive()
    }
}

/// An event that is in the log, durably. Only [`Log::append`] and [`Log::append_batch`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    event: Event,
}

impl Logged {
    /// The event, with its place in the log.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The index of the leaf, from 0.
    pub fn seq(&self) -> u64 {
        self.event.seq()
    }
}

/// Keeps a checkpoint of this tree. A signer that fails costs the checkpoint and nothing else.
fn seal(conn: &Connection, gate: &str, signer: &dyn Signer, tree: &Frontier) -> rusqlite::Result<()> {
    let checkpoint = Checkpoint {
        origin: gate.to_owned(),
        tip: Tip::of(tree),
    };
    let Ok(note) = checkpoint.sign(signer) else {
        return Ok(());
    };
    // There is one already where somebody put back what was pruned or a checkpoint that the log has lost: `verify` tells.
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO checkpoints (size, frontier, note) VALUES (?1, ?2, ?3)")?;
    insert
        .execute((integer(tree.size()), tree.to_bytes(), note))
        .map(|_| ())
}

/// What the files are; of an emptied write-ahead log, whether all that was in it is in the database.
fn find(files: &mut OpenFiles, path: &Path, is_ours: impl Fn(Tip) -> bool) -> Result<Found, LogError> {
    let found = files.find()?;
    if found == Found::Emptied {
        // Not by the connection that writes: it remembers pages that the file may no longer have. A page that was in the
        // write-ahead log alone is an error here.
        let tail = Reader::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|fresh| fresh.tail());
        match tail {
            Ok(frontier) if is_ours(Tip::of(&frontier)) => {}
            Ok(_) | Err(LogError::Corrupt { .. }) => return Err(LogError::Changed { path: path.to_owned() }),
            Err(_) => {
                let path = files.wal().to_owned();
                return Err(LogError::Gone { path });
            }
        }
    }
    Ok(found)
}

/// Writes an empty log, which is not in WAL mode yet: a single file, synced by SQLite before the commit returns.
fn write_new(path: &Path, gate_id: &str) -> rusqlite::Result<()> {
    let mut conn = Connection::open(path)?;
    conn.pragma_update(None, "synchronous", "full")?;
    let tx = conn.transaction()?;
    schema::create(&tx)?;
    tx.execute(
        "INSERT INTO meta (id, format, gate, sealed_from) VALUES (0, ?1, ?2, 0)",
        (FORMAT, gate_id),
    )?;
    let tree = Frontier::new();
    tx.execute(
        "INSERT INTO tree (id, size, root, frontier) VALUES (0, 0, ?1, ?2)",
        (tree.root(), tree.to_bytes()),
    )?;
    tx.commit()?;
    conn.close().map_err(|(_, e)| e)
}

#[cfg(test)]
mod tests;
