//! Why an update is not taken.

use std::fmt;

use postern_cli::Explain;
use postern_cli::messages::FluentValue;
use postern_core::bundle::BundleError;
use postern_transport::TransportError;

use crate::error::{Distrust, Error};

/// Why an update was not taken.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Refusal {
    /// The file is no bundle.
    Bundle(BundleError),
    /// A document is not believed.
    Distrust(Distrust),
    /// A file that must be there is not.
    Missing {
        /// Its path in the repository.
        path: String,
    },
    /// Other updates were always faster.
    Overtaken,
    /// A folder with neither a repository nor a bundle in it.
    NothingThere,
    /// A file is larger than its kind may be.
    TooLarge {
        /// Its path in the repository.
        path: String,
    },
    /// The server takes too long over small files.
    TooSlow,
    /// The medium failed.
    Transport(TransportError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(error) => error.fmt(f),
            Self::Distrust(error) => error.fmt(f),
            Self::Missing { path } => write!(f, "{path} is missing"),
            Self::Overtaken => f.write_str("other updates were always faster"),
            Self::NothingThere => f.write_str("neither a repository nor a bundle is there"),
            Self::TooLarge { path } => write!(f, "{path} is too large"),
            Self::TooSlow => f.write_str("the server takes too long"),
            Self::Transport(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Bundle(BundleError::LaterVersion(_)) => "bundle-later-version",
            Self::Bundle(BundleError::Path) => "bundle-path",
            Self::Bundle(BundleError::TooLarge) => "bundle-too-large",
            Self::Bundle(_) => "not-a-bundle",
            Self::Distrust(error) => error.reason(),
            Self::Missing { .. } => "update-incomplete",
            Self::Overtaken => "update-overtaken",
            Self::NothingThere => "update-nothing-there",
            Self::TooLarge { .. } => "update-file-too-large",
            Self::TooSlow => "update-too-slow",
            Self::Transport(error) => transport(error),
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Bundle(BundleError::LaterVersion(version)) => vec![("version", (*version).into())],
            Self::Bundle(_) | Self::NothingThere | Self::Overtaken | Self::TooSlow => Vec::new(),
            Self::Distrust(error) => error.args(),
            Self::Missing { path } | Self::TooLarge { path } => vec![("path", path.clone().into())],
            Self::Transport(error) => error
                .args()
                .into_iter()
                .map(|(name, text)| (name, text.into()))
                .collect(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Update(refusal)
    }
}

impl Refusal {
    /// The status with which a server refused.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Transport(TransportError::Refused { status, .. }) => Some(*status),
            _ => None,
        }
    }

    /// Whether the folder is not there, or has gone.
    pub(crate) fn is_no_folder(&self) -> bool {
        match self {
            Self::Transport(TransportError::Unreadable { source, .. } | TransportError::Unwritable { source, .. }) => {
                source.kind() == std::io::ErrorKind::NotFound
            }
            _ => false,
        }
    }

    /// The reasons that are this program's own.
    #[cfg(test)]
    pub(crate) const REASONS: [&str; 22] = [
        "bundle-later-version",
        "bundle-path",
        "bundle-too-large",
        "not-a-bundle",
        "transport-bad-location",
        "transport-busy",
        "transport-interrupted",
        "transport-malformed",
        "transport-not-pinned",
        "transport-redirected",
        "transport-refused",
        "transport-spool",
        "transport-timed-out",
        "transport-tls",
        "transport-unreachable",
        "transport-unreadable",
        "transport-unwritable",
        "update-file-too-large",
        "update-incomplete",
        "update-nothing-there",
        "update-overtaken",
        "update-too-slow",
    ];
}

/// The reason of a failed medium, apart from those of documents that have the same word.
fn transport(error: &TransportError) -> &'static str {
    match error {
        TransportError::BadLocation(_) => "transport-bad-location",
        TransportError::Busy { .. } => "transport-busy",
        TransportError::Interrupted { .. } => "transport-interrupted",
        TransportError::NotPinned { .. } => "transport-not-pinned",
        TransportError::Redirected { .. } => "transport-redirected",
        TransportError::Refused { .. } => "transport-refused",
        TransportError::Spool { .. } => "transport-spool",
        TransportError::TimedOut { .. } => "transport-timed-out",
        TransportError::Tls { .. } => "transport-tls",
        TransportError::Unreadable { .. } => "transport-unreadable",
        TransportError::Unwritable { .. } => "transport-unwritable",
        TransportError::Unreachable { .. } => "transport-unreachable",
        // A path or an answer that makes no sense; a file that is too large has become `Refusal::TooLarge`.
        _ => "transport-malformed",
    }
}
