//! What can go wrong with statuses and columns.

use std::fmt;
use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use rusqlite::ErrorCode;

use super::sheet::HeaderFault;
use crate::mint::EXIT_REJECTS;
use crate::mint::ledger::LedgerError;
use crate::mint::people::PeopleError;

/// Why a command about statuses or columns stops.
#[derive(Debug)]
#[non_exhaustive]
pub enum StatusError {
    /// Another program writes to the register.
    Busy {
        /// The register.
        path: PathBuf,
    },
    /// No test was ever imported into the column.
    ColumnUnknown {
        /// Its name.
        column: String,
    },
    /// A part of a column is not as the register writes it.
    Damaged {
        /// The register.
        path: PathBuf,
        /// Which part.
        part: u64,
    },
    /// An error of SQLite that calls for no action of its own.
    Database {
        /// The register.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// There is no room on the disk.
    DiskFull {
        /// The register.
        path: PathBuf,
    },
    /// A file or folder.
    File(FileError),
    /// A code is invalid, which is final.
    Final {
        /// Its place.
        index: u32,
    },
    /// The header of a file.
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: HeaderFault,
    },
    /// No code of the ledgers stands at a place.
    IndexUnknown {
        /// The place.
        index: u32,
    },
    /// The repository has another file where one is to be put.
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// What a ledger's places are too many for a list.
    ListTooLong {
        /// The places.
        places: u64,
    },
    /// A later program made it.
    NewerFormat {
        /// The register.
        path: PathBuf,
    },
    /// The file is something else.
    NotARegister {
        /// The file.
        path: PathBuf,
    },
    /// A person has no code that could be shown at a gate.
    NothingInForce {
        /// The person.
        id: String,
    },
    /// There is no register, and nobody said that one is to be made.
    NotThere {
        /// The register.
        path: PathBuf,
    },
    /// The register, or what is given with it, is of another list, issuer or order of places.
    Other {
        /// The register.
        path: PathBuf,
        /// What differs: `authority`, `issuer`, `ledgers`, `limit`, `list` or `pack-list`.
        what: &'static str,
        /// What the register says.
        is: String,
        /// What was given.
        wanted: String,
    },
    /// More codes would become worse than may at once.
    OverLimit {
        /// So many would, with those that would become valid.
        codes: u64,
        /// So many would become valid though a list that the register does not know says otherwise.
        again: u64,
        /// So many may.
        limit: u64,
    },
    /// A published file is not the one that the register published.
    Replaced {
        /// The file.
        path: PathBuf,
    },
    /// Rows were rejected, and so nothing was taken.
    Rejected {
        /// Rows that were.
        rejected: u64,
        /// Rows of the file.
        rows: u64,
    },
    /// The file of rows cannot be read.
    Rows(PeopleError),
    /// Two ledgers are of one shard.
    ShardTwice {
        /// The second.
        path: PathBuf,
        /// Its shard.
        shard: u16,
    },
    /// What is to be signed has no form.
    Unsignable(String),
    /// The file system cannot keep a write-ahead log.
    Unsupported {
        /// The register.
        path: PathBuf,
    },
}

impl StatusError {
    pub(super) fn sql(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            Some(ErrorCode::NotADatabase) => Self::NotARegister { path },
            _ => Self::Database { path, source },
        }
    }

    /// What the means that a register shares with ledgers say of the register.
    pub(super) fn store(error: LedgerError) -> Self {
        match error {
            LedgerError::Busy { path } => Self::Busy { path },
            LedgerError::Database { path, source } => Self::Database { path, source },
            LedgerError::DiskFull { path } => Self::DiskFull { path },
            LedgerError::File(error) => Self::File(error),
            LedgerError::Unsupported { path } => Self::Unsupported { path },
            // Nothing else comes of a lock, of a name, or of opening a database.
            other => Self::NotARegister {
                path: other.path().to_owned(),
            },
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Self::Busy { path }
            | Self::Damaged { path, .. }
            | Self::Database { path, .. }
            | Self::DiskFull { path }
            | Self::Header { path, .. }
            | Self::InTheWay { path }
            | Self::NewerFormat { path }
            | Self::NotARegister { path }
            | Self::NotThere { path }
            | Self::Other { path, .. }
            | Self::Replaced { path }
            | Self::ShardTwice { path, .. }
            | Self::Unsupported { path } => Some(path),
            _ => None,
        }
    }
}

impl From<FileError> for StatusError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<PeopleError> for StatusError {
    fn from(error: PeopleError) -> Self {
        Self::Rows(error)
    }
}

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().unwrap_or(Path::new("")).display();
        match self {
            Self::Busy { .. } => write!(f, "another program is using the register {path}"),
            Self::ColumnUnknown { column } => write!(f, "the register has no column {column}"),
            Self::Damaged { part, .. } => write!(f, "part {part} of a column in the register {path} is damaged"),
            Self::Database { .. } => write!(f, "the register {path} cannot be used"),
            Self::DiskFull { .. } => write!(f, "cannot write {path}: the disk is full"),
            Self::File(error) => error.fmt(f),
            Self::Final { index } => write!(f, "the code at index {index} is invalid, which is final"),
            Self::Header { fault, .. } => write!(f, "the header of {path} is not taken: {fault}"),
            Self::IndexUnknown { index } => write!(f, "no code of the ledgers is at index {index}"),
            Self::InTheWay { .. } => write!(f, "another file is in the way at {path}"),
            Self::ListTooLong { places } => write!(f, "{places} places are too many for a list"),
            Self::NewerFormat { .. } => write!(f, "the register {path} was made by a later program"),
            Self::NotARegister { .. } => write!(f, "{path} is not a register"),
            Self::NothingInForce { id } => write!(f, "{id} has no code in force"),
            Self::NotThere { .. } => write!(f, "there is no register {path}"),
            Self::Other { what, is, wanted, .. } => {
                write!(f, "the register {path} is of another {what}: {is}, not {wanted}")
            }
            Self::OverLimit { codes, again, limit } => write!(
                f,
                "{codes} codes would become worse, or valid again ({again}), more than {limit}"
            ),
            Self::Rejected { rejected, rows } => write!(f, "{rejected} of {rows} rows are rejected: nothing was taken"),
            Self::Replaced { .. } => write!(f, "{path} is not the file that this register published"),
            Self::Rows(error) => error.fmt(f),
            Self::ShardTwice { shard, .. } => write!(f, "{path} is a second ledger of shard {shard}"),
            Self::Unsignable(why) => f.write_str(why),
            Self::Unsupported { .. } => write!(f, "the file system of {path} keeps no write-ahead log"),
        }
    }
}

impl std::error::Error for StatusError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database { source, .. } => Some(source),
            Self::File(error) => error.source(),
            Self::Rows(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for StatusError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "register-busy",
            Self::ColumnUnknown { .. } => "register-column-unknown",
            Self::Damaged { .. } => "register-damaged",
            Self::Database { .. } => "register-database",
            Self::DiskFull { .. } => "disk-full",
            Self::File(error) => error.reason(),
            Self::Final { .. } => "status-final",
            Self::Header { fault, .. } => fault.reason(),
            Self::IndexUnknown { .. } => "status-index-unknown",
            Self::InTheWay { .. } => "status-in-the-way",
            Self::ListTooLong { .. } => "status-list-too-long",
            Self::NewerFormat { .. } => "register-newer-format",
            Self::NotARegister { .. } => "not-a-register",
            Self::NothingInForce { .. } => "status-nothing-in-force",
            Self::NotThere { .. } => "register-not-there",
            Self::Other { .. } => "register-other",
            Self::OverLimit { .. } => "status-over-limit",
            Self::Rejected { .. } => "status-rejected",
            Self::Replaced { .. } => "status-replaced",
            Self::Rows(error) => error.reason(),
            Self::ShardTwice { .. } => "status-shard-twice",
            Self::Unsignable(_) => "did-not-sign",
            Self::Unsupported { .. } => "register-unsupported",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let text = |name, text: &dyn fmt::Display| (name, FluentValue::from(text.to_string()));
        let mut args = match self {
            Self::ColumnUnknown { column } => vec![text("column", column)],
            Self::Damaged { part, .. } => vec![text("part", part)],
            Self::File(error) => error.args(),
            Self::Final { index } | Self::IndexUnknown { index } => vec![text("index", index)],
            Self::Header { fault, .. } => fault.args(),
            Self::ListTooLong { places } => vec![text("places", places)],
            Self::NothingInForce { id } => vec![text("id", id)],
            Self::Other { what, is, wanted, .. } => vec![text("what", what), text("is", is), text("wanted", wanted)],
            Self::OverLimit { codes, again, limit } => {
                vec![
                    ("codes", (*codes).into()),
                    ("again", (*again).into()),
                    text("limit", limit),
                ]
            }
            Self::Rejected { rejected, rows } => vec![("rejected", (*rejected).into()), text("rows", rows)],
            Self::Rows(error) => error.args(),
            Self::ShardTwice { shard, .. } => vec![text("shard", shard)],
            Self::Unsignable(why) => vec![text("detail", why)],
            _ => Vec::new(),
        };
        args.extend(self.path().map(|path| text("path", &path.display())));
        args
    }

    fn exit(&self) -> u8 {
        match self {
            Self::Rejected { .. } => EXIT_REJECTS,
            _ => postern_cli::error::EXIT_ERROR,
        }
    }
}
