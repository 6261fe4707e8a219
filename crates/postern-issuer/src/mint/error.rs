//! Why a run of `mint` stops. A row that is not minted is no error but a [`super::people::Reject`].

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use postern_cards::{CardError, FontError};
use postern_cli::Explain;
use postern_cli::clock::format_time;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_cli::random::RandomError;
use postern_core::keys::{Kid, Role, SignError};
use postern_core::status::Status;
use postern_core::time::Time;

use super::ledger::LedgerError;
use super::people::PeopleError;
use crate::error::IssuerError;

/// Why a run of `mint` stops.
#[derive(Debug)]
#[non_exhaustive]
pub enum MintError {
    /// A sheet of cards.
    Card(CardError),
    /// A file or folder.
    File(FileError),
    /// The repository or a key file.
    Issuer(Box<IssuerError>),
    /// Another run writes to the folder.
    FolderBusy(PathBuf),
    /// An id has no code that could be replaced.
    IdUnknown {
        /// The id.
        id: String,
    },
    /// Somebody asked the program to end.
    Interrupted {
        /// Rows that were done.
        rows: u64,
    },
    /// The pack does not recognise the issuer at the time of issue.
    IssuerNotInForce {
        /// The issuer's id.
        issuer: String,
        /// From when it is recognised.
        from: Time,
        /// Until when.
        until: Time,
        /// The time of issue.
        at: Time,
    },
    /// The pack does not recognise the key at the time of issue.
    KeyNotInForce {
        /// The key.
        kid: Kid,
        /// From when it is recognised.
        from: Time,
        /// Until when.
        until: Time,
        /// The time of issue.
        at: Time,
    },
    /// The pack lists the key for no issuer.
    KeyNotListed {
        /// The key.
        kid: Kid,
    },
    /// The repository lists the key in another role.
    KeyOfOtherRole {
        /// The key.
        kid: Kid,
        /// The role.
        role: Role,
    },
    /// The ledger.
    Ledger(LedgerError),
    /// A code that is to be replaced is not valid, and the new one would be.
    NotValid {
        /// Whose it is.
        id: String,
        /// What it is.
        status: Status,
    },
    /// Standard output.
    Output(io::Error),
    /// The people file.
    People(PeopleError),
    /// The system gives no randomness.
    Random(RandomError),
    /// The key did not sign.
    Sign(SignError),
    /// The people file has documents, and nobody said whether tags are to be made of them.
    TagKeyNeeded,
}

impl fmt::Display for MintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Card(e) => e.fmt(f),
            Self::File(e) => e.fmt(f),
            Self::Issuer(e) => e.fmt(f),
            Self::FolderBusy(path) => write!(f, "another run writes to the folder {}", path.display()),
            Self::IdUnknown { id } => write!(f, "the ledger has no code of {id}"),
            Self::Interrupted { rows } => write!(f, "ended early, after {rows} rows"),
            Self::IssuerNotInForce {
                issuer,
                from,
                until,
                at,
            } => {
                write!(
                    f,
                    "the issuer {issuer} is recognised from {from} to {until}, not at {at}"
                )
            }
            Self::KeyNotInForce { kid, from, until, at } => {
                write!(f, "the key {kid} is recognised from {from} to {until}, not at {at}")
            }
            Self::KeyNotListed { kid } => write!(f, "the pack lists the key {kid} for no issuer"),
            Self::KeyOfOtherRole { kid, role } => write!(f, "the key {kid} is listed as a {role} key"),
            Self::Ledger(e) => e.fmt(f),
            Self::NotValid { id, status } => write!(f, "the code of {id} is {status}"),
            Self::Output(_) => f.write_str("cannot write the output"),
            Self::People(e) => e.fmt(f),
            Self::Random(e) => e.fmt(f),
            Self::Sign(e) => e.fmt(f),
            Self::TagKeyNeeded => f.write_str("the people file has documents and there is no tag key"),
        }
    }
}

impl std::error::Error for MintError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Card(e) => e.source(),
            Self::File(e) => e.source(),
            Self::Issuer(e) => e.source(),
            Self::Ledger(e) => e.source(),
            Self::Output(e) => Some(e),
            Self::People(e) => e.source(),
            Self::Random(e) => e.source(),
            _ => None,
        }
    }
}

impl Explain for MintError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Card(e) => e.reason(),
            Self::File(e) => e.reason(),
            Self::Issuer(e) => e.reason(),
            Self::FolderBusy(_) => "mint-folder-busy",
            Self::IdUnknown { .. } => "ledger-id-unknown",
            Self::Interrupted { .. } => "interrupted",
            Self::IssuerNotInForce { .. } => "mint-issuer-not-in-force",
            Self::KeyNotInForce { .. } => "mint-key-not-in-force",
            Self::KeyNotListed { .. } => "mint-key-not-listed",
            Self::KeyOfOtherRole { .. } => "mint-key-of-other-role",
            Self::Ledger(e) => e.reason(),
            Self::NotValid { .. } => "replace-not-valid",
            Self::Output(_) => "output",
            Self::People(e) => e.reason(),
            Self::Random(e) => e.reason(),
            Self::Sign(_) => "did-not-sign",
            Self::TagKeyNeeded => "mint-tag-key-needed",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let time = |name, time: &Time| (name, format_time(time.seconds() as i64).into());
        let kid = |kid: &Kid| ("kid", kid.to_string().into());
        match self {
            Self::Card(e) => card_args(e),
            Self::File(e) => e.args(),
            Self::Issuer(e) => e.args(),
            Self::FolderBusy(path) => vec![("path", path.display().to_string().into())],
            Self::IdUnknown { id } => vec![("id", id.clone().into())],
            Self::Interrupted { rows } => vec![("rows", rows.to_string().into())],
            Self::IssuerNotInForce {
                issuer,
                from,
                until,
                at,
            } => {
                let issuer = ("issuer", issuer.clone().into());
                vec![issuer, time("from", from), time("until", until), time("at", at)]
            }
            Self::KeyNotInForce {
                kid: key,
                from,
                until,
                at,
            } => {
                vec![kid(key), time("from", from), time("until", until), time("at", at)]
            }
            Self::KeyNotListed { kid: key } => vec![kid(key)],
            Self::KeyOfOtherRole { kid: key, role } => vec![kid(key), ("role", role.as_str().into())],
            Self::Ledger(e) => e.args(),
            Self::NotValid { id, status } => vec![("id", id.clone().into()), ("status", status.as_str().into())],
            Self::People(e) => e.args(),
            Self::Random(e) => e.args(),
            Self::Sign(e) => vec![("detail", e.0.clone().into())],
            Self::Output(_) | Self::TagKeyNeeded => Vec::new(),
        }
    }

    fn because(&self) -> Option<&dyn Explain> {
        match self {
            Self::Issuer(e) => e.because(),
            _ => None,
        }
    }

    fn exit(&self) -> u8 {
        match self {
            Self::Interrupted { .. } => super::EXIT_INTERRUPTED,
            Self::Issuer(e) => e.exit(),
            _ => postern_cli::error::EXIT_ERROR,
        }
    }
}

/// What the messages of cards and fonts name. None holds a person's name.
fn card_args(error: &CardError) -> Vec<(&'static str, FluentValue<'static>)> {
    let path = |path: &Path| ("path", path.display().to_string().into());
    let character = |c: char| ("character", format!("{c} (U+{:04X})", u32::from(c)).into());
    match error {
        CardError::Font(error) => match error {
            FontError::Broken { path: file }
            | FontError::Licence { path: file }
            | FontError::NoOutlines { path: file }
            | FontError::Read { path: file, .. }
            | FontError::TooLarge { path: file }
            | FontError::Variable { path: file } => vec![path(file)],
            FontError::Lacks {
                path: file,
                character: c,
            } => vec![path(file), character(*c)],
            FontError::NotFound {
                nearest: Some((file, c)),
                ..
            } => {
                let nearest = format!("{}: {c} (U+{:04X})", file.display(), u32::from(*c));
                vec![("nearest", nearest.into())]
            }
            _ => vec![("nearest", "-".into())],
        },
        CardError::Unprintable { cause, .. } => vec![character(cause.character), ("font", cause.font.clone().into())],
        CardError::BadName { card, .. } | CardError::TooDense { card, .. } => vec![("card", card.clone().into())],
        CardError::NoRoom { card, part } => {
            let card = card.clone().unwrap_or_else(|| "-".to_owned());
            vec![("card", card.into()), ("part", part.to_string().into())]
        }
        _ => Vec::new(),
    }
}

macro_rules! from {
    ($($error:ty => $variant:ident),* $(,)?) => {
        $(impl From<$error> for MintError {
            fn from(e: $error) -> Self {
                Self::$variant(e)
            }
        })*
    };
}

from! {
    CardError => Card,
    FileError => File,
    LedgerError => Ledger,
    PeopleError => People,
    RandomError => Random,
}

impl From<IssuerError> for MintError {
    fn from(e: IssuerError) -> Self {
        Self::Issuer(Box::new(e))
    }
}
