//! Faults: what could not be read, and so was not judged. A fault is no verdict and must never look like one.

use std::fmt;
use std::path::PathBuf;

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_core::document::DocumentError;
use postern_core::trust::DiskFull;
use postern_devices::{BadLine, BadPicture};
use postern_log::LogError;
use postern_qr::process::ReadError;

use crate::error::log_args;
use crate::lines::LineError;

/// Why something was not judged.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Fault {
    /// A picture that arrived in a watched folder cannot be had.
    BadPicture(BadPicture),
    /// A document was read wrongly, or is none that can be compared.
    Document(DocumentError),
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
        /// What staff do meanwhile.
        meanwhile: DiskFull,
    },
    /// The picture has no code that can be read.
    NoCode {
        /// Whether the budget ended the search.
        out_of_time: bool,
    },
    /// A scanner typed a text and no ending.
    NoEnd,
    /// A folder without pictures.
    NoPictures,
    /// A reader of documents sent something else.
    NotADocument,
    /// The reader gave no answer.
    Read(ReadError),
    /// A folder has more pictures than are read in one go.
    TooManyPictures,
    /// What a device sent is no line.
    Typed(BadLine),
}

impl Fault {
    /// What staff do while the log cannot be written, where that is the fault.
    pub(crate) fn disk_full(&self) -> Option<DiskFull> {
        match self {
            Self::Log { meanwhile, .. } => Some(*meanwhile),
            _ => None,
        }
    }

    /// Every stable reason that a fault of this program or of the reader can have, files and logs aside.
    #[cfg(test)]
    pub(crate) const REASONS: [&str; 27] = [
        "document-birth",
        "document-check-digit",
        "document-incomplete",
        "document-malformed",
        "document-no-check-digit",
        "document-no-country",
        "document-visa",
        "folder-too-deep",
        "line-cut",
        "line-keys-lost",
        "line-no-end",
        "line-not-text",
        "line-too-long",
        "line-unknown-key",
        "no-code",
        "no-code-in-time",
        "no-pictures",
        "not-a-document",
        "not-a-picture",
        "picture-damaged",
        "picture-too-large",
        "picture-unreadable",
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
            Self::BadPicture(BadPicture::TooLarge) => f.write_str("the picture is too large"),
            Self::BadPicture(_) => f.write_str("the picture cannot be read"),
            Self::Document(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::FolderTooDeep => f.write_str("folders within folders too deep"),
            Self::Line(LineError::NotText) => f.write_str("a line that is not text"),
            Self::Line(LineError::TooLong) => f.write_str("a line longer than any code"),
            Self::Log { error, .. } => error.fmt(f),
            Self::NoCode { out_of_time: false } => f.write_str("no code was found in the picture"),
            Self::NoCode { out_of_time: true } => f.write_str("no code was found in the picture in the time allowed"),
            Self::NoEnd => f.write_str("a text that nothing ended"),
            Self::NoPictures => f.write_str("there are no pictures in the folder"),
            Self::NotADocument => f.write_str("not a document"),
            Self::Read(error) => error.fmt(f),
            Self::TooManyPictures => f.write_str("more pictures than are read in one go"),
            Self::Typed(why) => write!(f, "a line that is none: {}", why.reason()),
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
            Self::BadPicture(why) => why.reason(),
            Self::Document(error) => error.reason(),
            Self::File(error) => error.reason(),
            Self::FolderTooDeep => "folder-too-deep",
            Self::Line(LineError::NotText) => "line-not-text",
            Self::Line(LineError::TooLong) => "line-too-long",
            Self::Log { error, .. } => error.reason(),
            Self::NoCode { out_of_time: false } => "no-code",
            Self::NoCode { out_of_time: true } => "no-code-in-time",
            Self::NoEnd => "line-no-end",
            Self::NoPictures => "no-pictures",
            Self::NotADocument => "not-a-document",
            Self::Read(error) => error.reason(),
            Self::TooManyPictures => "too-many-pictures",
            Self::Typed(why) => why.reason(),
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Document(DocumentError::CheckDigit(field)) => vec![("field", field.as_str().into())],
            Self::File(error) => error.args(),
            Self::Log { path, error, .. } => log_args(path, error),
            Self::Read(ReadError::Spawn(kind)) => vec![("cause", kind.to_string().into())],
            Self::Read(ReadError::Killed { after_ms }) => vec![("ms", (*after_ms).into())],
            _ => Vec::new(),
        }
    }
}
