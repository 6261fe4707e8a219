//! What can go wrong, in the program's words.

mod archive;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_cli::random::RandomError;
use postern_cli::secret::SecretError;
use postern_core::keyfile::KeyFileError;
use postern_core::keys::{Role, SignError};
use postern_core::trust::TrustError;
use postern_log::receipt::CosignError;
use postern_seal::SealError;
use postern_transport::TransportError;

pub(crate) use archive::{ArchiveError, Fault};

/// An error of this program.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The archive cannot be used.
    Archive(ArchiveError),
    /// Others can read the file with the URL of an archive, and the password in it.
    ArchiveFileOpen(PathBuf),
    /// Neither an archive nor the office's folder was named.
    ArchiveNotNamed,
    /// A receipt could not be made.
    Cosign(CosignError),
    /// A document is not believed: where it is, and why.
    Document(String, TrustError),
    /// The office's folder holds something already.
    Exists(PathBuf),
    /// A file cannot be read or written.
    File(FileError),
    /// A fingerprint has not 64 digits: how many it has.
    FingerprintIncomplete(usize),
    /// The root's fingerprint is another one.
    FingerprintMismatch,
    /// A gate with leaves was to have another name: the one it has, and the other.
    GateRenamed(String, String),
    /// No gate of the archive has this name.
    GateUnknown(String),
    /// A key file is none.
    Key(PathBuf, KeyFileError),
    /// A key file of another role.
    KeyOfOtherRole(PathBuf, Role, Role),
    /// The address cannot be listened on.
    Listen(String, io::Error),
    /// The note about the office is not as `init` wrote it.
    Office(PathBuf, String),
    /// Something was named that only a folder of an office has.
    OfficeNotNamed,
    /// An enrolment is not signed by the gate that it names.
    NotItsOwn(PathBuf),
    /// The newest checkpoint of a gate does not prove an event of it.
    NotProven {
        /// The gate's name.
        gate: String,
        /// The number of the leaf.
        seq: u64,
    },
    /// Output could not be written.
    Output(io::Error),
    /// A URL of an archive has a password where everybody can see it.
    PasswordInArgument,
    /// A position goes with one gate.
    PositionOfSeveral,
    /// The system gives no randomness.
    Random(RandomError),
    /// The checkpoint to sign is not one of the gate under its enrolled name.
    ReceiptOtherName,
    /// A repository lacks a file: its path.
    RepositoryMissing(String),
    /// A sealed file cannot be opened.
    Seal(PathBuf, SealError),
    /// The passphrase.
    Secret(SecretError),
    /// A key did not sign.
    Sign(SignError),
    /// A file could not be had from where it lies.
    Transport(TransportError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Archive(e) => e.fmt(f),
            Self::ArchiveFileOpen(path) => write!(f, "others can read {}", path.display()),
            Self::ArchiveNotNamed => f.write_str("no archive was named"),
            Self::Cosign(e) => e.fmt(f),
            Self::Document(place, e) => write!(f, "{place}: {e}"),
            Self::Exists(path) => write!(f, "{} exists already", path.display()),
            Self::File(e) => e.fmt(f),
            Self::FingerprintIncomplete(digits) => write!(f, "a fingerprint has 64 digits, not {digits}"),
            Self::FingerprintMismatch => f.write_str("the root has another fingerprint"),
            Self::GateRenamed(was, name) => write!(f, "{was} has leaves and cannot be called {name}"),
            Self::GateUnknown(name) => write!(f, "no gate is called {name}"),
            Self::Key(path, e) => write!(f, "{}: {e}", path.display()),
            Self::KeyOfOtherRole(path, is, wanted) => {
                write!(f, "{}: a {is} key where a {wanted} key is needed", path.display())
            }
            Self::Listen(address, _) => write!(f, "cannot listen on {address}"),
            Self::Office(path, what) => write!(f, "{}: {what}", path.display()),
            Self::OfficeNotNamed => f.write_str("no folder of the office was named"),
            Self::NotItsOwn(path) => write!(f, "{}: not signed by the gate that it names", path.display()),
            Self::NotProven { gate, seq } => write!(f, "leaf {seq} of {gate} is not proven"),
            Self::Output(_) => f.write_str("cannot write the output"),
            Self::PasswordInArgument => f.write_str("a password is in the arguments"),
            Self::PositionOfSeveral => f.write_str("a position is of one gate"),
            Self::Random(e) => e.fmt(f),
            Self::ReceiptOtherName => f.write_str("the checkpoint is not one of the gate under its enrolled name"),
            Self::RepositoryMissing(path) => write!(f, "the repository has no {path}"),
            Self::Seal(path, e) => write!(f, "{}: {e}", path.display()),
            Self::Secret(e) => e.fmt(f),
            Self::Sign(e) => e.fmt(f),
            Self::Transport(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Archive(e) => e.source(),
            Self::File(e) => e.source(),
            Self::Listen(_, e) | Self::Output(e) => Some(e),
            Self::Secret(e) => e.source(),
            _ => None,
        }
    }
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Archive(e) => e.reason(),
            Self::ArchiveFileOpen(_) => "archive-file-open",
            Self::ArchiveNotNamed => "archive-not-named",
            Self::Cosign(_) => "not-cosigned",
            Self::Document(..) => "document",
            Self::Exists(_) => "office-exists",
            Self::File(e) => e.reason(),
            Self::FingerprintIncomplete(_) => "fingerprint-incomplete",
            Self::FingerprintMismatch => "fingerprint-mismatch",
            Self::GateRenamed(..) => "gate-renamed",
            Self::GateUnknown(_) => "gate-unknown",
            Self::Key(_, e) => e.reason(),
            Self::KeyOfOtherRole(..) => "key-of-other-role",
            Self::Listen(..) => "listen",
            Self::Office(..) => "office",
            Self::OfficeNotNamed => "office-not-named",
            Self::NotItsOwn(_) => "enrolment-not-its-own",
            Self::NotProven { .. } => "not-proven",
            Self::Output(_) => "output",
            Self::PasswordInArgument => "password-in-argument",
            Self::PositionOfSeveral => "position-of-several",
            Self::Random(e) => e.reason(),
            Self::ReceiptOtherName => "receipt-other-name",
            Self::RepositoryMissing(_) => "repository-missing",
            Self::Seal(_, e) => e.reason(),
            Self::Secret(e) => e.reason(),
            Self::Sign(_) => "did-not-sign",
            Self::Transport(_) => "transport",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let path = |path: &Path| ("path", path.display().to_string().into());
        let text = |name: &'static str, text: &str| (name, text.to_owned().into());
        match self {
            Self::Archive(e) => e.args(),
            Self::Cosign(e) => vec![text("detail", &e.to_string())],
            Self::Document(place, e) => vec![text("path", place), text("detail", &e.to_string())],
            Self::ArchiveFileOpen(file)
            | Self::Exists(file)
            | Self::Key(file, _)
            | Self::NotItsOwn(file)
            | Self::Seal(file, _) => vec![path(file)],
            Self::File(e) => e.args(),
            Self::FingerprintIncomplete(digits) => vec![("digits", (*digits).into())],
            Self::GateRenamed(was, name) => vec![text("was", was), text("name", name)],
            Self::GateUnknown(name) => vec![text("name", name)],
            Self::KeyOfOtherRole(file, is, wanted) => {
                vec![path(file), text("is", is.as_str()), text("wanted", wanted.as_str())]
            }
            Self::Listen(address, _) => vec![text("address", address)],
            Self::Office(file, what) => vec![path(file), text("detail", what)],
            Self::NotProven { gate, seq } => vec![text("gate", gate), ("seq", (*seq).into())],
            Self::Random(e) => e.args(),
            Self::RepositoryMissing(what) => vec![text("what", what)],
            Self::Secret(e) => e.args(),
            Self::Sign(e) => vec![text("detail", &e.0)],
            Self::Transport(e) => vec![text("detail", &e.to_string())],
            Self::ArchiveNotNamed
            | Self::FingerprintMismatch
            | Self::OfficeNotNamed
            | Self::Output(_)
            | Self::PasswordInArgument
            | Self::PositionOfSeveral
            | Self::ReceiptOtherName => Vec::new(),
        }
    }

    fn because(&self) -> Option<&dyn Explain> {
        match self {
            Self::File(e) => e.because(),
            Self::Secret(e) => e.because(),
            _ => None,
        }
    }

    fn exit(&self) -> u8 {
        match self {
            Self::ArchiveNotNamed | Self::OfficeNotNamed | Self::PasswordInArgument | Self::PositionOfSeveral => {
                postern_cli::error::EXIT_USAGE
            }
            _ => postern_cli::error::EXIT_ERROR,
        }
    }
}

macro_rules! from {
    ($($error:ty => $variant:ident),* $(,)?) => {
        $(impl From<$error> for Error {
            fn from(e: $error) -> Self {
                Self::$variant(e)
            }
        })*
    };
}

from! {
    ArchiveError => Archive,
    CosignError => Cosign,
    FileError => File,
    RandomError => Random,
    SecretError => Secret,
    SignError => Sign,
    TransportError => Transport,
}
