//! Opening the database of a ledger so that what is committed stays.

use std::fs::OpenOptions;
use std::path::Path;

use postern_cli::files::{FileAction, FileError};
use rusqlite::{Connection, OpenFlags};

use super::{LedgerError, PATIENCE};

pub(crate) fn connect(path: &Path) -> Result<Connection, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(PATIENCE)?;
        Ok(conn)
    };
    open().map_err(|error| LedgerError::sql(path, error))
}

/// From here on the file is written: it was seen to be a ledger, or empty.
pub(crate) fn make_durable(conn: &Connection, path: &Path) -> Result<(), LedgerError> {
    let set = || {
        conn.pragma_update(None, "synchronous", "full")?;
        // Write-ahead logs of 64 MiB are written back at once; the index of ids is sorted on two threads, in files.
        conn.pragma_update(None, "wal_autocheckpoint", 8192)?;
        conn.pragma_update(None, "cache_size", -16_384)?;
        conn.pragma_update(None, "threads", 2)?;
        conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))
    };
    match set().map_err(|error| LedgerError::sql(path, error))?.as_str() {
        "wal" => Ok(()),
        _ => Err(LedgerError::Unsupported { path: path.to_owned() }),
    }
}

/// Makes an empty file that only its owner may read, where there is none: SQLite gives its other files the same mode.
pub(crate) fn make_private(path: &Path) -> Result<(), LedgerError> {
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
