//! What can go wrong, in the program's words.

use std::path::PathBuf;

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_cli::random::RandomError;

use crate::people::BadPeople;

/// An error of this program.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum DrillError {
    /// A program that the drill plays did not do what it must.
    Command {
        /// What was run.
        command: String,
        /// What it said.
        said: String,
    },
    /// The folder is there already and not empty.
    Exists(PathBuf),
    /// A file.
    File(FileError),
    /// The outage is too long for its day.
    Hours,
    /// The output.
    Output(std::io::Error),
    /// There are no such people.
    People(BadPeople),
    /// No randomness.
    Random(RandomError),
    /// A process cannot be started.
    Start(std::io::Error),
}

impl std::fmt::Display for DrillError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command { command, said } => write!(f, "{command}: {said}"),
            Self::Exists(path) => write!(f, "{} is there already", path.display()),
            Self::File(e) => e.fmt(f),
            Self::Hours => f.write_str("the outage is too long for its day"),
            Self::Output(_) => f.write_str("cannot write"),
            Self::People(e) => e.fmt(f),
            Self::Random(e) => e.fmt(f),
            Self::Start(_) => f.write_str("cannot start a process"),
        }
    }
}

impl std::error::Error for DrillError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Output(e) | Self::Start(e) => Some(e),
            Self::File(e) => e.source(),
            _ => None,
        }
    }
}

impl Explain for DrillError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Command { .. } => "command-failed",
            Self::Exists(_) => "folder-exists",
            Self::File(e) => e.reason(),
            Self::Hours => "outage-hours",
            Self::Output(_) => "output",
            Self::People(BadPeople::At) => "people-at",
            Self::People(_) => "people-count",
            Self::Random(e) => e.reason(),
            Self::Start(_) => "start",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Command { command, said } => {
                vec![("command", command.clone().into()), ("said", said.clone().into())]
            }
            Self::Exists(path) => vec![("path", path.display().to_string().into())],
            Self::File(e) => e.args(),
            _ => vec![],
        }
    }

    fn because(&self) -> Option<&dyn Explain> {
        match self {
            Self::File(e) => e.because(),
            _ => None,
        }
    }
}

impl From<FileError> for DrillError {
    fn from(e: FileError) -> Self {
        Self::File(e)
    }
}

impl From<RandomError> for DrillError {
    fn from(e: RandomError) -> Self {
        Self::Random(e)
    }
}
