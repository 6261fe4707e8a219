//! The archive in an SQLite file: one writer at a time, in this process by a lock and among processes by SQLite's.

mod read;
mod write;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use postern_log::Tip;
use postern_log::merkle::{Frontier, Hash};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::{
    Archive, ArchiveWriter, Archived, Enrolled, FORMAT, Filter, ForkRow, GateRow, HourRow, ReceiptRow, RefusedRow, Row,
    Sighting, Span, Taken, WaitingRow,
};
use crate::error::{ArchiveError, Error, Fault};

/// `PRAGMA application_id`: "PArc".
const APPLICATION_ID: i64 = 0x5041_7263;
const SCHEMA: &str = include_str!("sqlite.sql");
/// How long another writer is waited for: the longest transaction is that of one bundle.
const PATIENCE: Duration = Duration::from_secs(120);
/// The pages of 8 KiB that the write-ahead log has before they are copied to the database: 128 MiB. Each time costs an fsync of both.
const WAL_PAGES: i64 = 16_384;

/// What the sessions of one process share.
struct Inner {
    connection: Connection,
    /// The numbers of issuers.
    issuers: HashMap<String, i64>,
}

/// A session on an archive.
pub(super) struct SqliteArchive {
    path: PathBuf,
    inner: Arc<Mutex<Inner>>,
}

impl SqliteArchive {
    /// Makes an archive where no file is. It is made under another name, and renamed when it is whole.
    pub(super) fn create(path: &Path) -> Result<(), Error> {
        let fail = |e| fault(path, e);
        if path.symlink_metadata().is_ok() {
            return Err(error(path, Fault::Exists));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let unwritable = |e: std::io::Error| error(path, io_fault(e));
        let temporary = tempfile::Builder::new()
            .prefix(".postern-archive-")
            .tempfile_in(folder)
            .map_err(unwritable)?
            .into_temp_path();
        let connection = Connection::open(&temporary).map_err(fail)?;
        let pragmas = format!(
            "PRAGMA page_size = 8192; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};"
        );
        connection.execute_batch(&pragmas).map_err(fail)?;
        connection
            .execute_batch(&format!(
                "BEGIN; {SCHEMA} INSERT INTO meta (id, format) VALUES (0, {FORMAT}); COMMIT;"
            ))
            .map_err(fail)?;
        connection.close().map_err(|(_, e)| fail(e))?;
        temporary.persist_noclobber(path).map_err(|e| unwritable(e.error))?;
        postern_cli::files::sync_folder(path)?;
        Ok(())
    }

    pub(super) fn open(path: &Path, write: bool) -> Result<Self, Error> {
        let fail = |e| fault(path, e);
        if !path.exists() {
            return Err(error(path, Fault::Missing));
        }
        let mode = match write {
            true => OpenFlags::SQLITE_OPEN_READ_WRITE,
            false => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(fail)?;
        connection.busy_timeout(PATIENCE).map_err(fail)?;
        let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        if pragma("application_id").map_err(fail)? != APPLICATION_ID {
            return Err(error(path, Fault::NotAnArchive));
        }
        match pragma("user_version").map_err(fail)? {
            FORMAT => {}
            newer if newer > FORMAT => return Err(error(path, Fault::NewerFormat(newer))),
            _ => return Err(error(path, Fault::NotAnArchive)),
        }
        // A transaction that is lost in a power cut is ingested again: what promises more than that calls `settle` first.
        let pragmas = format!(
            "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -131072; PRAGMA temp_store = MEMORY;
             PRAGMA wal_autocheckpoint = {WAL_PAGES}; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
        );
        connection.execute_batch(&pragmas).map_err(fail)?;
        if write {
            let mode: String = connection
                .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
                .map_err(fail)?;
            if mode != "wal" {
                return Err(error(path, Fault::ReadOnly));
            }
        }
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self {
            path: path.to_owned(),
            inner: Arc::new(Mutex::new(Inner {
                connection,
                issuers: HashMap::new(),
            })),
        })
    }

    /// Another session on the same connection.
    fn session(&self) -> Self {
        Self {
            path: self.path.clone(),
            inner: Arc::clone(&self.inner),
        }
    }

    /// Whoever panicked while holding the lock left no transaction open: they are rolled back where they are dropped.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that SQLite answers.
    fn ask<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        ask(&self.lock().connection).map_err(|e| fault(&self.path, e))
    }

    /// As [`Self::ask`], where what stands in the file may make no sense.
    fn read<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<Result<T, String>>) -> Result<T, Error> {
        self.ask(ask)?.map_err(|what| error(&self.path, Fault::Corrupt(what)))
    }
}

impl Archive for SqliteArchive {
    fn gates(&mut self) -> Result<Vec<GateRow>, Error> {
        self.read(read::gates)
    }

    fn hours(&mut self, span: Span) -> Result<Vec<HourRow>, Error> {
        self.read(|connection| read::hours(connection, span))
    }

    fn sightings(&mut self, span: Span, each: &mut dyn FnMut(Sighting)) -> Result<(), Error> {
        self.ask(|connection| read::sightings(connection, span, each))
    }

    fn events(&mut self, filter: &Filter, each: &mut dyn FnMut(Archived) -> bool) -> Result<(), Error> {
        self.read(|connection| read::events(connection, filter, each))
    }

    fn forks(&mut self) -> Result<Vec<ForkRow>, Error> {
        self.ask(read::forks)
    }

    fn fork_bundle(&mut self, id: i64) -> Result<Vec<u8>, Error> {
        self.ask(|connection| connection.query_row("SELECT bundle FROM forks WHERE id = ?1", [id], |row| row.get(0)))
    }

    fn waiting(&mut self) -> Result<Vec<WaitingRow>, Error> {
        self.ask(read::waiting)
    }

    fn waiting_bundle(&mut self, gate: i64, digest: &Hash) -> Result<Option<Vec<u8>>, Error> {
        self.ask(|connection| {
            connection
                .query_row(
                    "SELECT bundle FROM waiting WHERE gate = ?1 AND digest = ?2",
                    (gate, digest),
                    |row| row.get(0),
                )
                .optional()
        })
    }

    fn refused(&mut self) -> Result<Vec<RefusedRow>, Error> {
        self.ask(read::refused)
    }

    fn receipts(&mut self) -> Result<Vec<ReceiptRow>, Error> {
        self.ask(read::receipts)
    }

    fn checkpoints(&mut self, gate: i64) -> Result<Vec<(u64, String)>, Error> {
        self.ask(|connection| read::checkpoints(connection, gate))
    }

    fn proofs(&mut self, gate: i64) -> Result<Vec<(u64, u64, Vec<Hash>)>, Error> {
        self.read(|connection| read::proofs(connection, gate))
    }

    fn tip(&mut self, gate: i64) -> Result<Tip, Error> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached("SELECT size, root FROM gates WHERE id = ?1")?;
            statement.query_row([gate], |row| {
                Ok(Tip {
                    size: row.get(0)?,
                    root: row.get(1)?,
                })
            })
        })
    }

    fn frontier(&mut self, gate: i64, size: u64) -> Result<Frontier, Error> {
        self.read(|connection| read::frontier(connection, gate, size))
    }

    fn leaves(&mut self, gate: i64, range: Range<u64>, each: &mut dyn FnMut(u64, &[u8])) -> Result<(), Error> {
        self.ask(|connection| read::leaves(connection, gate, range, each))
    }

    fn rows(&mut self, gate: i64, each: &mut dyn FnMut(Row) -> bool) -> Result<(), Error> {
        self.ask(|connection| read::rows(connection, gate, each))
    }

    fn hold(&mut self) -> Result<(), Error> {
        // The moment is that of the first read; other sessions share the connection, and so the transaction.
        self.ask(|connection| connection.execute_batch("BEGIN; SELECT format FROM meta"))
    }

    fn another(&self) -> Result<Box<dyn Archive>, Error> {
        Ok(Box::new(self.session()))
    }
}

impl ArchiveWriter for SqliteArchive {
    fn enrol(&mut self, gates: &[Enrolled]) -> Result<(u64, u64), Error> {
        self.write(|transaction, _| write::enrol(transaction, gates))
    }

    fn knows(&mut self, digest: &Hash) -> Result<bool, Error> {
        self.ask(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT 1 FROM parts WHERE digest = ?1 UNION ALL SELECT 1 FROM known WHERE digest = ?1
                 UNION ALL SELECT 1 FROM forks WHERE digest = ?1",
            )?;
            statement.exists([digest])
        })
    }

    fn keep_known(&mut self, digest: &Hash) -> Result<(), Error> {
        self.write(|transaction, _| write::known(transaction, digest))
    }

    fn take(&mut self, taken: &Taken<'_>) -> Result<bool, Error> {
        self.write(|transaction, issuers| write::take(transaction, issuers, taken))
    }

    fn keep_fork(&mut self, fork: &ForkRow, bundle: &[u8]) -> Result<bool, Error> {
        self.write(|transaction, _| write::fork(transaction, fork, bundle))
    }

    fn keep_waiting(&mut self, waiting: &WaitingRow, bundle: &[u8]) -> Result<bool, Error> {
        self.write(|transaction, _| write::waiting(transaction, waiting, bundle))
    }

    fn drop_waiting(&mut self, gate: i64, digest: &Hash) -> Result<(), Error> {
        self.write(|transaction, _| {
            transaction.execute("DELETE FROM waiting WHERE gate = ?1 AND digest = ?2", (gate, digest))?;
            Ok(())
        })
    }

    fn keep_refused(&mut self, refused: &RefusedRow) -> Result<bool, Error> {
        self.write(|transaction, _| write::refused(transaction, refused))
    }

    fn keep_receipt(&mut self, receipt: &ReceiptRow) -> Result<(), Error> {
        self.write(|transaction, _| write::receipt(transaction, receipt))
    }

    fn settle(&mut self) -> Result<(), Error> {
        // A commit that syncs the write-ahead log, in which all lies that was committed before it and is not in the database yet.
        // It must change something: SQLite writes no page that is what it was, and syncs nothing then.
        self.ask(|connection| {
            connection.pragma_update(None, "synchronous", "FULL")?;
            let settled = connection.execute("UPDATE meta SET settled = settled + 1", []);
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            settled.map(drop)
        })
    }

    fn another_writer(&self) -> Result<Box<dyn ArchiveWriter>, Error> {
        Ok(Box::new(self.session()))
    }
}

fn error(path: &Path, fault: Fault) -> Error {
    ArchiveError {
        place: path.display().to_string(),
        fault,
    }
    .into()
}

fn io_fault(e: std::io::Error) -> Fault {
    match e.kind() {
        std::io::ErrorKind::AlreadyExists => Fault::Exists,
        std::io::ErrorKind::NotFound => Fault::Missing,
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Fault::ReadOnly,
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Fault::DiskFull,
        _ => Fault::Database(Box::new(e)),
    }
}

fn fault(path: &Path, e: rusqlite::Error) -> Error {
    let of_code = |code| match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Fault::Busy),
        ErrorCode::DiskFull => Some(Fault::DiskFull),
        ErrorCode::NotADatabase => Some(Fault::NotAnArchive),
        ErrorCode::DatabaseCorrupt => Some(Fault::Corrupt("SQLite cannot read it".to_owned())),
        ErrorCode::ReadOnly => Some(Fault::ReadOnly),
        _ => None,
    };
    let fault = e
        .sqlite_error_code()
        .and_then(of_code)
        .unwrap_or_else(|| Fault::Database(Box::new(e)));
    error(path, fault)
}
