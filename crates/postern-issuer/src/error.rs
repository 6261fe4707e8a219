//! What can go wrong, in the program's words.

use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_cli::random::RandomError;
use postern_cli::secret::SecretError;
use postern_core::keyfile::KeyFileError;
use postern_core::keys::{Role, SignError};
use postern_core::tag::BadDocument;
use postern_core::time::Time;
use postern_core::trust::TrustError;

use crate::gate::GateError;
use crate::mint::MintError;
use crate::mint::ledger::LedgerError;
use crate::status::StatusError;
use crate::token::TokenFault;

/// An error of this program.
#[derive(Debug)]
#[non_exhaustive]
pub enum IssuerError {
    /// What is no identity document is looked for.
    BadDocument(BadDocument),
    /// A snapshot is dated before what is published already: the two times.
    DatedBack(Time, Time),
    /// A document is not believed.
    Document(PathBuf, TrustError),
    /// The published pack has an emergency declaration, up to this time, and nobody said what becomes of it.
    EmergencyDeclared(Time),
    /// A file cannot be read or written.
    File(FileError),
    /// The detached signature is of another document, or was made by no key that may sign this one.
    ForeignSignature(PathBuf),
    /// The register of gates, and what is wrapped to them.
    Gate(GateError),
    /// A key file is none.
    Key(PathBuf, KeyFileError),
    /// The trust document does not list this key in the role that signs.
    KeyNotInRole(PathBuf, Role),
    /// The key was made for another role.
    KeyOfOtherRole(PathBuf, Role, Role),
    /// A ledger that is looked into.
    Ledger(LedgerError),
    /// A time by which codes expire, where others are asked for.
    LedgerExpiringBy,
    /// So many ledgers were looked into in vain.
    LedgerNothingFound(usize),
    /// Minting.
    Mint(MintError),
    /// The person did not confirm.
    NotConfirmed,
    /// The repository lacks what this step needs.
    NothingPublished(&'static str),
    /// Standard output.
    Output(std::io::Error),
    /// The description of a pack cannot be used, and why.
    PackSource(PathBuf, String),
    /// The repository lacks a file: its path.
    RepositoryMissing(String),
    /// A part of a document is outside its bounds.
    Rule(&'static str, String),
    /// The system gives no randomness.
    Random(RandomError),
    /// The passphrase.
    Secret(SecretError),
    /// A key did not sign.
    Sign(SignError),
    /// Statuses and columns.
    Status(StatusError),
    /// Document tags are made with a secret that gates have too: no token keeps it.
    TagKeyOnToken,
    /// A PKCS#11 token.
    Token(TokenFault),
}

impl std::fmt::Display for IssuerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BadDocument(e) => e.fmt(f),
            Self::DatedBack(issued, newest) => write!(f, "dated {issued}, before {newest}"),
            Self::Document(path, e) => write!(f, "{}: {e}", path.display()),
            Self::EmergencyDeclared(until) => write!(f, "an emergency is declared until {until}"),
            Self::File(e) => e.fmt(f),
            Self::ForeignSignature(path) => write!(f, "{}: a signature of something else", path.display()),
            Self::Gate(e) => e.fmt(f),
            Self::Key(path, e) => write!(f, "{}: {e}", path.display()),
            Self::KeyNotInRole(path, role) => write!(f, "{}: not listed as a {role} key", path.display()),
            Self::KeyOfOtherRole(path, is, wanted) => {
                write!(f, "{}: a {is} key where a {wanted} key is needed", path.display())
            }
            Self::Ledger(e) => e.fmt(f),
            Self::LedgerExpiringBy => f.write_str("a time of expiry goes with codes that expire alone"),
            Self::LedgerNothingFound(ledgers) => write!(f, "nothing found in {ledgers} ledgers"),
            Self::Mint(e) => e.fmt(f),
            Self::NotConfirmed => f.write_str("not confirmed"),
            Self::NothingPublished(what) => write!(f, "the repository has no {what}"),
            Self::Output(_) => f.write_str("cannot write the output"),
            Self::PackSource(path, message) => write!(f, "{}: {message}", path.display()),
            Self::RepositoryMissing(path) => write!(f, "the repository has no {path}"),
            Self::Rule(what, message) => write!(f, "{what}: {message}"),
            Self::Random(e) => e.fmt(f),
            Self::Secret(e) => e.fmt(f),
            Self::Sign(e) => e.fmt(f),
            Self::Status(e) => e.fmt(f),
            Self::TagKeyOnToken => f.write_str("a tag key does not belong on a token"),
            Self::Token(fault) => f.write_str(&fault.message),
        }
    }
}

impl std::error::Error for IssuerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Output(e) => Some(e),
            Self::File(e) => e.source(),
            Self::Ledger(e) => e.source(),
            Self::Mint(e) => e.source(),
            Self::Secret(e) => e.source(),
            Self::Status(e) => e.source(),
            _ => None,
        }
    }
}

impl Explain for IssuerError {
    fn reason(&self) -> &'static str {
        match self {
            Self::BadDocument(_) => "ledger-document",
            Self::DatedBack(..) => "dated-back",
            Self::Document(_, e) => e.reason(),
            Self::EmergencyDeclared(_) => "emergency-declared",
            Self::File(e) => e.reason(),
            Self::ForeignSignature(_) => "foreign-signature",
            Self::Gate(e) => e.reason(),
            Self::Key(_, e) => e.reason(),
            Self::KeyNotInRole(..) => "key-not-in-role",
            Self::KeyOfOtherRole(..) => "key-of-other-role",
            Self::Ledger(e) => e.reason(),
            Self::LedgerExpiringBy => "ledger-expiring-by",
            Self::LedgerNothingFound(_) => "ledger-nothing-found",
            Self::Mint(e) => e.reason(),
            Self::NotConfirmed => "not-confirmed",
            Self::NothingPublished(_) => "nothing-published",
            Self::Output(_) => "output",
            Self::PackSource(..) => "pack-source",
            Self::RepositoryMissing(_) => "repository-missing",
            Self::Rule(..) => "out-of-bounds",
            Self::Random(e) => e.reason(),
            Self::Secret(e) => e.reason(),
            Self::Sign(_) => "did-not-sign",
            Self::Status(e) => e.reason(),
            Self::TagKeyOnToken => "tag-key-on-token",
            Self::Token(fault) => fault.reason,
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let path = |path: &Path| ("path", path.display().to_string().into());
        let text = |name: &'static str, text: &str| (name, text.to_owned().into());
        match self {
            Self::BadDocument(bad) => {
                let part = match bad {
                    BadDocument::Country => "country",
                    BadDocument::Kind => "kind",
                    _ => "number",
                };
                vec![text("part", part)]
            }
            Self::DatedBack(issued, newest) => {
                vec![text("issued", &issued.to_string()), text("newest", &newest.to_string())]
            }
            Self::Document(file, e) => vec![path(file), text("detail", &e.to_string())],
            Self::EmergencyDeclared(until) => vec![text("until", &until.to_string())],
            Self::File(e) => e.args(),
            Self::ForeignSignature(file) | Self::Key(file, _) => vec![path(file)],
            Self::Gate(e) => e.args(),
            Self::KeyNotInRole(file, role) => vec![path(file), text("role", role.as_str())],
            Self::KeyOfOtherRole(file, is, wanted) => {
                vec![path(file), text("is", is.as_str()), text("wanted", wanted.as_str())]
            }
            Self::Ledger(e) => e.args(),
            Self::LedgerNothingFound(ledgers) => vec![("ledgers", (*ledgers).into())],
            Self::Mint(e) => e.args(),
            Self::NothingPublished(what) => vec![text("what", what)],
            Self::PackSource(file, message) => vec![path(file), text("detail", message)],
            Self::RepositoryMissing(what) => vec![text("what", what)],
            Self::Rule(what, message) => vec![text("what", what), text("detail", message)],
            Self::Random(e) => e.args(),
            Self::Secret(e) => e.args(),
            Self::Sign(e) => vec![text("detail", &e.0)],
            Self::Status(e) => e.args(),
            Self::Token(fault) => fault.args.iter().map(|(name, value)| text(name, value)).collect(),
            Self::LedgerExpiringBy | Self::NotConfirmed | Self::Output(_) | Self::TagKeyOnToken => vec![],
        }
    }

    fn because(&self) -> Option<&dyn Explain> {
        match self {
            Self::File(e) => e.because(),
            Self::Mint(e) => e.because(),
            Self::Secret(e) => e.because(),
            _ => None,
        }
    }

    fn exit(&self) -> u8 {
        match self {
            Self::Gate(e) => e.exit(),
            Self::LedgerExpiringBy => postern_cli::error::EXIT_USAGE,
            Self::Mint(e) => e.exit(),
            Self::Status(e) => e.exit(),
            _ => postern_cli::error::EXIT_ERROR,
        }
    }
}

macro_rules! from {
    ($($error:ty => $variant:ident),* $(,)?) => {
        $(impl From<$error> for IssuerError {
            fn from(e: $error) -> Self {
                Self::$variant(e)
            }
        })*
    };
}

from! {
    FileError => File,
    GateError => Gate,
    LedgerError => Ledger,
    MintError => Mint,
    RandomError => Random,
    SecretError => Secret,
    SignError => Sign,
    StatusError => Status,
}
