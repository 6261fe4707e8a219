//! What can go wrong with a ledger.

use std::fmt;
use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use rusqlite::ErrorCode;

use super::super::shard::Shard;

/// Why a ledger cannot be opened, read or written.
#[derive(Debug)]
#[non_exhaustive]
pub enum LedgerError {
    /// Another mint holds it.
    Busy {
        /// The ledger.
        path: PathBuf,
    },
    /// It was made with another capacity, which cannot change.
    Capacity {
        /// The ledger.
        path: PathBuf,
        /// Its capacity.
        is: u64,
        /// The one asked for.
        wanted: u64,
    },
    /// Somebody has edited it, or parts of it were lost.
    Damaged {
        /// The ledger.
        path: PathBuf,
    },
    /// An error of SQLite that calls for no action of its own.
    Database {
        /// The ledger.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// There is no room on the disk.
    DiskFull {
        /// The ledger.
        path: PathBuf,
    },
    /// A file or folder.
    File(FileError),
    /// A later program made it.
    NewerFormat {
        /// The ledger.
        path: PathBuf,
    },
    /// The file is something else.
    NotALedger {
        /// The file.
        path: PathBuf,
    },
    /// There is none, and nobody said that one is to be made.
    NotThere {
        /// The ledger.
        path: PathBuf,
    },
    /// An earlier program made it, and nothing has written to it since.
    OlderFormat {
        /// The ledger.
        path: PathBuf,
    },
    /// Its places are in another order than those of the ledgers before it, or it is a shard of another number of shards.
    OtherOrder {
        /// The ledger.
        path: PathBuf,
    },
    /// It has another part of the batches.
    OtherShard {
        /// The ledger.
        path: PathBuf,
        /// Its part.
        is: Shard,
        /// The one asked for.
        wanted: Shard,
    },
    /// It belongs to an issuer under another authority.
    OtherAuthority {
        /// The ledger.
        path: PathBuf,
    },
    /// It belongs to another issuer.
    OtherIssuer {
        /// The ledger.
        path: PathBuf,
        /// Whose it is.
        owner: String,
    },
    /// The file system cannot keep a write-ahead log, without which a commit is not durable as promised.
    Unsupported {
        /// The ledger.
        path: PathBuf,
    },
}

impl LedgerError {
    pub(in super::super) fn sql(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            Some(ErrorCode::NotADatabase) => Self::NotALedger { path },
            _ => Self::Database { path, source },
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::File(error) => error.path(),
            Self::Busy { path }
            | Self::Capacity { path, .. }
            | Self::Damaged { path }
            | Self::Database { path, .. }
            | Self::NotThere { path }
            | Self::DiskFull { path }
            | Self::NewerFormat { path }
            | Self::NotALedger { path }
            | Self::OlderFormat { path }
            | Self::OtherOrder { path }
            | Self::OtherShard { path, .. }
            | Self::OtherAuthority { path }
            | Self::OtherIssuer { path, .. }
            | Self::Unsupported { path } => path,
        }
    }
}

impl From<FileError> for LedgerError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().display();
        match self {
            Self::Busy { .. } => write!(f, "another program is using the ledger {path}"),
            Self::Capacity { is, wanted, .. } => {
                write!(f, "the ledger {path} has {is} places, which cannot become {wanted}")
            }
            Self::Damaged { .. } => write!(f, "the ledger {path} is damaged"),
            Self::NotThere { .. } => write!(f, "there is no ledger {path}"),
            Self::Database { .. } => write!(f, "the ledger {path} cannot be used"),
            Self::DiskFull { .. } => write!(f, "cannot write {path}: the disk is full"),
            Self::File(error) => error.fmt(f),
            Self::NewerFormat { .. } => write!(f, "the ledger {path} was made by a later program"),
            Self::NotALedger { .. } => write!(f, "{path} is not a ledger"),
            Self::OlderFormat { .. } => write!(f, "the ledger {path} was made by an earlier program"),
            Self::OtherOrder { .. } => write!(f, "the ledger {path} is not of one batch with the others"),
            Self::OtherShard { is, wanted, .. } => write!(f, "the ledger {path} is that of shard {is}, not {wanted}"),
            Self::OtherAuthority { .. } => write!(f, "the ledger {path} belongs under another authority"),
            Self::OtherIssuer { owner, .. } => write!(f, "the ledger {path} belongs to the issuer {owner}"),
            Self::Unsupported { .. } => write!(f, "the file system of {path} keeps no write-ahead log"),
        }
    }
}

impl std::error::Error for LedgerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database { source, .. } => Some(source),
            Self::File(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for LedgerError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "ledger-busy",
            Self::Capacity { .. } => "ledger-capacity",
            Self::Damaged { .. } => "ledger-damaged",
            Self::NotThere { .. } => "ledger-not-there",
            Self::Database { .. } => "ledger-database",
            Self::DiskFull { .. } => "disk-full",
            Self::File(error) => error.reason(),
            Self::NewerFormat { .. } => "ledger-newer-format",
            Self::NotALedger { .. } => "not-a-ledger",
            Self::OlderFormat { .. } => "ledger-older-format",
            Self::OtherOrder { .. } => "ledger-of-another-order",
            Self::OtherShard { .. } => "ledger-of-another-shard",
            Self::OtherAuthority { .. } => "ledger-of-another-authority",
            Self::OtherIssuer { .. } => "ledger-of-another-issuer",
            Self::Unsupported { .. } => "ledger-unsupported",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let mut args = match self {
            Self::File(error) => return error.args(),
            Self::Capacity { is, wanted, .. } => {
                vec![("is", is.to_string().into()), ("wanted", wanted.to_string().into())]
            }
            Self::OtherShard { is, wanted, .. } => {
                vec![("is", is.to_string().into()), ("wanted", wanted.to_string().into())]
            }
            Self::OtherIssuer { owner, .. } => vec![("owner", owner.clone().into())],
            _ => Vec::new(),
        };
        args.push(("path", self.path().display().to_string().into()));
        args
    }
}
