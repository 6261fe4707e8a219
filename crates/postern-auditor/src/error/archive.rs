//! What can go wrong with an archive, whatever keeps it.

use std::fmt;

use postern_cli::messages::FluentValue;

/// An archive that cannot be used: which one, without its password, and why.
#[derive(Debug)]
pub(crate) struct ArchiveError {
    pub(crate) place: String,
    pub(crate) fault: Fault,
}

/// Why an archive cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Fault {
    /// Another program writes to it, and did not end in time.
    Busy,
    /// It does not say what this program writes: what is wrong.
    Corrupt(String),
    /// Something else that the database says.
    Database(Box<dyn std::error::Error + Send + Sync>),
    /// There is no room for more.
    DiskFull,
    /// It is there already.
    Exists,
    /// It is not there, or not made yet.
    Missing,
    /// A newer program made it: its format.
    NewerFormat(i64),
    /// The file or the URL is of something else.
    NotAnArchive,
    /// The server does not let us in.
    NotAdmitted,
    /// It may not be written.
    ReadOnly,
    /// No server answers, or the connection ended.
    Unreachable(Box<dyn std::error::Error + Send + Sync>),
    /// The URL cannot be read.
    Url,
}

impl ArchiveError {
    pub(super) fn reason(&self) -> &'static str {
        match self.fault {
            Fault::Busy => "archive-busy",
            Fault::Corrupt(_) => "archive-corrupt",
            Fault::Database(_) => "archive-database",
            Fault::DiskFull => "archive-disk-full",
            Fault::Exists => "archive-exists",
            Fault::Missing => "archive-missing",
            Fault::NewerFormat(_) => "archive-newer-format",
            Fault::NotAnArchive => "not-an-archive",
            Fault::NotAdmitted => "archive-not-admitted",
            Fault::ReadOnly => "archive-read-only",
            Fault::Unreachable(_) => "archive-unreachable",
            Fault::Url => "archive-url",
        }
    }

    pub(super) fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let mut args = vec![("place", self.place.clone().into())];
        match &self.fault {
            Fault::Corrupt(what) => args.push(("what", what.clone().into())),
            Fault::NewerFormat(format) => args.push(("format", (*format).into())),
            _ => {}
        }
        args
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        match &self.fault {
            Fault::Busy => write!(f, "another program writes to {place}"),
            Fault::Corrupt(what) => write!(f, "{place} is damaged: {what}"),
            Fault::Database(_) => write!(f, "{place} cannot be used"),
            Fault::DiskFull => write!(f, "no room left for {place}"),
            Fault::Exists => write!(f, "{place} is there already"),
            Fault::Missing => write!(f, "there is no archive {place}"),
            Fault::NewerFormat(format) => write!(f, "{place} has format {format}"),
            Fault::NotAnArchive => write!(f, "{place} is no archive"),
            Fault::NotAdmitted => write!(f, "{place} does not let us in"),
            Fault::ReadOnly => write!(f, "{place} may not be written"),
            Fault::Unreachable(_) => write!(f, "{place} does not answer"),
            Fault::Url => write!(f, "{place} is no URL of a PostgreSQL database"),
        }
    }
}

impl std::error::Error for ArchiveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Database(e) | Fault::Unreachable(e) => Some(&**e),
            _ => None,
        }
    }
}
