//! What can be wrong with a store, in kinds that call for different actions.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::files::{FileAction, FileError};
use postern_cli::messages::FluentValue;
use rusqlite::ErrorCode;

use super::schema::FORMAT;

/// Why a store cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum StoreError {
    /// Another program is changing the store.
    Busy { path: PathBuf },
    /// The store is damaged or was changed by somebody else.
    Corrupt { path: PathBuf, what: String },
    /// An error of SQLite that calls for no action of its own.
    Database { path: PathBuf, source: rusqlite::Error },
    /// There is no room for the update.
    DiskFull { path: PathBuf },
    /// There is something where a store is to be made.
    Exists { path: PathBuf },
    /// A file of the store could not be read or written.
    File(FileError),
    /// The store was made by a newer program.
    NewerFormat { path: PathBuf, found: i64 },
    /// There is no store here.
    NotAStore { path: PathBuf },
    /// This user may not read or write the store.
    Permission { path: PathBuf },
}

impl StoreError {
    /// The kind of what the system said about the store's folder.
    pub(super) fn io(folder: &Path, source: io::Error) -> Self {
        let path = folder.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotAStore { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Permission { path },
            _ => Self::File(FileError::new(path, FileAction::Read, source)),
        }
    }

    /// The kind of what SQLite said.
    pub(super) fn sql(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::Permission { path }
            }
            Some(ErrorCode::NotADatabase) => Self::NotAStore { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt {
                path,
                what: source.to_string(),
            },
            _ => Self::Database { path, source },
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { path } => write!(f, "the store {} is being changed by another program", path.display()),
            Self::Corrupt { path, what } => write!(f, "the store {} is damaged: {what}", path.display()),
            Self::Database { path, .. } => write!(f, "the store {} cannot be used", path.display()),
            Self::DiskFull { path } => write!(f, "there is no room left for the store {}", path.display()),
            Self::Exists { path } => write!(f, "{} exists already", path.display()),
            Self::File(error) => error.fmt(f),
            Self::NewerFormat { path, found } => write!(
                f,
                "the store {} has format {found}; this program knows {FORMAT}",
                path.display()
            ),
            Self::NotAStore { path } => write!(f, "there is no gate's store at {}", path.display()),
            Self::Permission { path } => write!(f, "this user may not use the store {}", path.display()),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database { source, .. } => Some(source),
            Self::File(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for StoreError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "store-busy",
            Self::Corrupt { .. } => "store-corrupt",
            Self::Database { .. } => "store-database",
            Self::DiskFull { .. } => "store-disk-full",
            Self::Exists { .. } => "store-exists",
            Self::File(error) => error.reason(),
            Self::NewerFormat { .. } => "store-newer-format",
            Self::NotAStore { .. } => "not-a-store",
            Self::Permission { .. } => "store-permission",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let path = |path: &Path| ("path", path.display().to_string().into());
        match self {
            Self::Corrupt { path: at, what } => vec![path(at), ("what", what.clone().into())],
            Self::File(error) => error.args(),
            Self::NewerFormat { path: at, found } => vec![path(at), ("found", (*found).into())],
            Self::Busy { path: at }
            | Self::Database { path: at, .. }
            | Self::DiskFull { path: at }
            | Self::Exists { path: at }
            | Self::NotAStore { path: at }
            | Self::Permission { path: at } => vec![path(at)],
        }
    }
}
