//! Faults: what could not be read, and so was not judged. A fault is no verdict and must never look like one.

use std::fmt;
use std::path::PathBuf;

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_log::LogError;
use postern_qr::process::ReadError;

use crate::error::log_args;
use crate::lines::LineError;

/// Why something was not judged.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Fault {
    /// A file or folder could not be read.
    File(FileError),
    /// A folder below this one is deeper than is looked into.
    FolderTooDeep,
    /// A line of standard input is none that a scanner types.
    Line(LineError),
    /// The log cannot take the verdict, so that it may not be shown.
    Log {
        /// The log.
        path: PathBuf,
        /// Why.
        error: LogError,
    },
    /// The picture has no code that can be read.
    NoCode {
        /// Whether the budget ended the search.
        out_of_time: bool,
    },
    /// A folder without pictures.
    NoPictures,
    /// The reader gave no answer.
    Read(ReadError),
    /// A folder has more pictures than are read in one go.
    TooManyPictures,
}

impl Fault {
    /// Every stable reason that a fault of this program or of the reader can have, files and logs aside.
    #[cfg(test)]
    pub(crate) const REASONS: [&str; 14] = [
        "folder-too-deep",
        "line-not-text",
        "line-too-long",
        "no-code",
        "no-code-in-time",
        "no-pictures",
        "not-a-picture",
        "picture-damaged",
        "picture-too-large",
        "picture-unsupported",
        "reader-crashed",
        "reader-killed",
        "reader-panicked",
        "too-many-pictures",
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::FolderTooDeep => f.write_str("folders within folders too deep"),
            Self::Line(LineError::NotText) => f.write_str("a line that is not text"),
            Self::Line(LineError::TooLong) => f.write_str("a line longer than any code"),
            Self::Log { error, .. } => error.fmt(f),
            Self::NoCode { out_of_time: false } => f.write_str("no code was found in the picture"),
            Self::NoCode { out_of_time: true } => f.write_str("no code was found in the picture in the time allowed"),
            Self::NoPictures => f.write_str("there are no pictures in the folder"),
            Self::Read(error) => error.fmt(f),
            Self::TooManyPictures => f.write_str("more pictures than are read in one go"),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(error) => error.source(),
            Self::Log { error, .. } => error.source(),
            _ => None,
        }
    }
}

impl Explain for Fault {
    fn reason(&self) -> &'static str {
        match self {
            Self::File(error) => error.reason(),
            Self::FolderTooDeep => "folder-too-deep",
            Self::Line(LineError::NotText) => "line-not-text",
            Self::Line(LineError::TooLong) => "line-too-long",
            Self::Log { error, .. } => error.reason(),
            Self::NoCode { out_of_time: false } => "no-code",
            Self::NoCode { out_of_time: true } => "no-code-in-time",
            Self::NoPictures => "no-pictures",
            Self::Read(error) => error.reason(),
            Self::TooManyPictures => "too-many-pictures",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::File(error) => error.args(),
            Self::Log { path, error } => log_args(path, error),
            Self::Read(ReadError::Killed { after_ms }) => vec![("ms", (*after_ms).into())],
            _ => Vec::new(),
        }
    }
}
