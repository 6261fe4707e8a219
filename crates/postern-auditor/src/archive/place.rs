//! Where an archive is: a file, or a database of a PostgreSQL server.

use std::fmt;
use std::path::{Path, PathBuf};

use postern_cli::files;
use zeroize::Zeroizing;

use super::postgres::PostgresArchive;
use super::sqlite::SqliteArchive;
use super::{Archive, ArchiveWriter, postgres};
use crate::error::{ArchiveError, Error, Fault};

/// The longest URL in a file.
const MAX_URL: u64 = 4096;

/// Where an archive is.
#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<postgres::Server>),
}

impl Place {
    /// From an argument: a URL of PostgreSQL, else a path. Other users see the arguments: a password may not be in them.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if !is_url(text) {
            return Ok(Self::Sqlite(text.into()));
        }
        let server = postgres::Server::parse(text)?;
        match server.has_password() {
            true => Err(Error::PasswordInArgument),
            false => Ok(Self::Postgres(Box::new(server))),
        }
    }

    /// From the first line of a file, which may have a password.
    pub(crate) fn of_file(path: &Path) -> Result<Self, Error> {
        let bytes = Zeroizing::new(files::read_bounded(path, MAX_URL)?);
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match std::str::from_utf8(line).map(str::trim) {
            Ok(text) if is_url(text) => match postgres::Server::parse(text)? {
                server if server.has_password() && is_open(path) => Err(Error::ArchiveFileOpen(path.to_owned())),
                server => Ok(Self::Postgres(Box::new(server))),
            },
            _ => Err(ArchiveError {
                place: path.display().to_string(),
                fault: Fault::Url,
            }
            .into()),
        }
    }

    /// Makes an archive where there is none.
    pub(crate) fn create(&self) -> Result<(), Error> {
        match self {
            Self::Sqlite(path) => SqliteArchive::create(path),
            Self::Postgres(server) => PostgresArchive::create(server),
        }
    }

    /// Opens it for reading and writing.
    pub(crate) fn open(&self) -> Result<Box<dyn ArchiveWriter>, Error> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(SqliteArchive::open(path, true)?),
            Self::Postgres(server) => Box::new(PostgresArchive::open(server, true)?),
        })
    }

    /// Opens it for reading.
    pub(crate) fn read(&self) -> Result<Box<dyn Archive>, Error> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(SqliteArchive::open(path, false)?),
            Self::Postgres(server) => Box::new(PostgresArchive::open(server, false)?),
        })
    }
}

/// Without a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(server) => server.fmt(f),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}

/// Also a slip such as `postgres:/user:password@host` is no name of a file.
fn is_url(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default();
    text.contains(':')
        && ["postgres", "postgresql"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(scheme))
}

/// Whether others than its owner can read a file.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_path: &Path) -> bool {
    false
}
