//! What can go wrong with a log, in kinds that call for different actions.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::event::EventError;
use crate::reader::MAX_GATE_LEN;
use crate::schema::FORMAT;

/// Why a log could not be opened, written or read. After any error of an append nothing may be shown as logged.
#[derive(Debug)]
#[non_exhaustive]
pub enum LogError {
    /// Another program holds the log.
    Busy {
        /// The log.
        path: PathBuf,
    },
    /// The log is not as this program left it: another program wrote to it while it was open.
    Changed {
        /// The log.
        path: PathBuf,
    },
    /// The file is damaged or was tampered with.
    Corrupt {
        /// The log.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// An error of SQLite that calls for no action of its own.
    Database {
        /// The log.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// There is no room for another event.
    DiskFull {
        /// The log.
        path: PathBuf,
    },
    /// The event is out of its bounds: the caller's mistake. Nothing was written.
    Event(EventError),
    /// A new log was to be made where there is a file already.
    Exists {
        /// The file in the way.
        path: PathBuf,
    },
    /// The name of the gate is not one: the caller's mistake.
    GateId,
    /// The log, or the write-ahead log beside it, was deleted, moved, replaced or cut while it was open: what is written
    /// goes to a file that nobody finds again, or that nobody can read.
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// A file could not be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such file.
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The log was made by a newer program.
    NewerFormat {
        /// The log.
        path: PathBuf,
        /// Its format.
        found: i64,
    },
    /// The file is something else.
    NotALog {
        /// The file.
        path: PathBuf,
    },
    /// The log was made by an older program, or never finished.
    OlderFormat {
        /// The log.
        path: PathBuf,
        /// Its format.
        found: i64,
    },
    /// The file, its folder or its medium may not be written.
    ReadOnly {
        /// The log.
        path: PathBuf,
    },
    /// The file system cannot keep a write-ahead log, without which a commit is not durable as promised.
    Unsupported {
        /// The log.
        path: PathBuf,
    },
}

impl LogError {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "log-busy",
            Self::Changed { .. } => "log-changed",
            Self::Corrupt { .. } => "log-corrupt",
            Self::Database { .. } => "log-database",
            Self::DiskFull { .. } => "log-disk-full",
            Self::Event(e) => e.reason(),
            Self::Exists { .. } => "log-exists",
            Self::GateId => "gate-id",
            Self::Gone { .. } => "log-gone",
            Self::Io { .. } => "log-io",
            Self::Missing { .. } => "log-missing",
            Self::NewerFormat { .. } => "log-newer-format",
            Self::NotALog { .. } => "not-a-log",
            Self::OlderFormat { .. } => "log-older-format",
            Self::ReadOnly { .. } => "log-read-only",
            Self::Unsupported { .. } => "log-unsupported",
        }
    }

    /// The kind of a system error about `path`.
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, source },
        }
    }

    /// The kind of an SQLite error about `path`.
    pub(crate) fn sql(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let Some(code) = source.sqlite_error() else {
            return Self::Database { path, source };
        };
        match (code.code, code.extended_code) {
            // The shared-memory file could not grow: SQLite does not say SQLITE_FULL here.
            (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Self::DiskFull { path },
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy { path },
            (_, ffi::SQLITE_READONLY_DBMOVED) => Self::Gone { path },
            // A failed write or fsync, and a medium that became read-only under an open file, which SQLite calls the same.
            (ErrorCode::SystemIoFailure | ErrorCode::CannotOpen, _) => {
                let source = io::Error::other(*code);
                Self::Io { path, source }
            }
            (ErrorCode::ReadOnly, _) => Self::ReadOnly { path },
            (ErrorCode::NotADatabase, _) => Self::NotALog { path },
            // Only rows that this program did not write can be in the way of the next one.
            (ErrorCode::ConstraintViolation, _) => Self::Changed { path },
            (ErrorCode::DatabaseCorrupt, _) => Self::Corrupt {
                path,
                what: source.to_string(),
            },
            _ => Self::Database { path, source },
        }
    }
}

impl From<EventError> for LogError {
    fn from(error: EventError) -> Self {
        Self::Event(error)
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { path } => write!(
                f,
                "the log {} is in use by another program; a gate has one writer: stop the other program, then try again",
                path.display()
            ),
            Self::Changed { path } => write!(
                f,
                "another program wrote to the log {} while the gate had it open; nothing was logged: keep the file as \
                 evidence, verify it, and restart the gate",
                path.display()
            ),
            Self::Corrupt { path, what } => write!(
                f,
                "the log {} is damaged or was changed: {what}; keep the file as evidence, verify it, and start a new log",
                path.display()
            ),
            Self::Database { path, source } => write!(f, "the log {} cannot be used: {source}", path.display()),
            Self::DiskFull { path } => write!(
                f,
                "there is no room left for the log {}; nothing was logged: free some space, then scan again",
                path.display()
            ),
            Self::Event(e) => write!(f, "this event cannot be logged: {e}"),
            Self::Exists { path } => write!(
                f,
                "{} exists already; a new log never replaces a file: open that one, or choose another name",
                path.display()
            ),
            Self::GateId => write!(
                f,
                "the name of a gate has 1 to {MAX_GATE_LEN} printable ASCII characters without spaces and plus signs"
            ),
            Self::Gone { path } => write!(
                f,
                "{} was deleted, moved, replaced or cut while the gate had it open; nothing was logged: put the file back and \
                 scan again, or keep what is left as evidence and restart the gate",
                path.display()
            ),
            Self::Io { path, source } => write!(
                f,
                "{} cannot be read or written: {source}; check the disk and its connection",
                path.display()
            ),
            Self::Missing { path } => write!(f, "there is no file {}; make the gate's log first", path.display()),
            Self::NewerFormat { path, found } => write!(
                f,
                "the log {} has format {found}, this program knows {FORMAT}; update this program",
                path.display()
            ),
            Self::NotALog { path } => write!(f, "{} is not a log of a gate; check the name", path.display()),
            Self::OlderFormat { path, found } => write!(
                f,
                "the log {} has format {found}, this program writes {FORMAT}; read it with the program that made it, \
                 and start a new log",
                path.display()
            ),
            Self::ReadOnly { path } => write!(
                f,
                "the log {} may not be written; give this user the right to write the file and its folder",
                path.display()
            ),
            Self::Unsupported { path } => write!(
                f,
                "the file system of {} cannot keep a durable log (no write-ahead log); move it to a local disk",
                path.display()
            ),
        }
    }
}

impl std::error::Error for LogError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database { source, .. } => Some(source),
            Self::Event(e) => Some(e),
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_sqlite_errors() {
        let reason = |code| {
            LogError::sql(
                Path::new("x"),
                rusqlite::Error::SqliteFailure(ffi::Error::new(code), None),
            )
            .reason()
        };
        assert_eq!(reason(ffi::SQLITE_FULL), "log-disk-full");
        assert_eq!(reason(ffi::SQLITE_IOERR_SHMSIZE), "log-disk-full");
        assert_eq!(reason(ffi::SQLITE_IOERR_FSYNC), "log-io");
        assert_eq!(reason(ffi::SQLITE_IOERR_WRITE), "log-io");
        assert_eq!(reason(ffi::SQLITE_CANTOPEN), "log-io");
        assert_eq!(reason(ffi::SQLITE_NOLFS), "log-database");
        assert_eq!(reason(ffi::SQLITE_BUSY_SNAPSHOT), "log-busy");
        assert_eq!(reason(ffi::SQLITE_READONLY_DBMOVED), "log-gone");
        assert_eq!(reason(ffi::SQLITE_READONLY_DIRECTORY), "log-read-only");
        assert_eq!(reason(ffi::SQLITE_CORRUPT_INDEX), "log-corrupt");
        assert_eq!(reason(ffi::SQLITE_NOTADB), "not-a-log");
        assert_eq!(reason(ffi::SQLITE_CONSTRAINT_PRIMARYKEY), "log-changed");
    }

    #[test]
    fn kinds_of_system_errors() {
        let reason = |kind: io::ErrorKind| LogError::io(Path::new("x"), kind.into()).reason();
        assert_eq!(reason(io::ErrorKind::StorageFull), "log-disk-full");
        assert_eq!(reason(io::ErrorKind::QuotaExceeded), "log-disk-full");
        assert_eq!(reason(io::ErrorKind::PermissionDenied), "log-read-only");
        assert_eq!(reason(io::ErrorKind::NotFound), "log-missing");
        assert_eq!(reason(io::ErrorKind::Other), "log-io");
    }
}
