//! Why the register stays as it is.

use std::fmt;
use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::messages::FluentValue;
use postern_core::keys::Kid;
use postern_core::text::GateName;
use postern_core::time::Time;

/// Why the register stays as it is, or a tag key is not wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateError {
    /// Not the register that the newest root's keys have signed.
    FormerRoot {
        /// Its version.
        version: u64,
    },
    /// The register has no room.
    Full,
    /// Another gate has the name that the enrolment asks for.
    NameTaken {
        /// The enrolment.
        path: PathBuf,
        /// The name.
        name: GateName,
        /// The other gate's key.
        kid: Kid,
    },
    /// No gate that is not retired has this name.
    NoSuchGate(GateName),
    /// The gate whose key the enrolment names has not signed it.
    NotItsOwn(PathBuf),
    /// One position for several gates.
    PositionOfSeveral,
    /// Nothing can be sealed to the recipient that the enrolment names.
    Recipient(PathBuf),
    /// A gate with the enrolment's key was retired.
    Retired {
        /// The enrolment.
        path: PathBuf,
        /// Since when.
        since: Time,
    },
    /// The newest pack names another key of this epoch.
    TagKeyNotOfPack {
        /// The key.
        path: PathBuf,
        /// Its epoch.
        epoch: u8,
    },
    /// Two different keys of one epoch.
    TagKeysOfOneEpoch {
        /// The second.
        path: PathBuf,
        /// Their epoch.
        epoch: u8,
    },
}

impl GateError {
    /// Every reason that an error of this kind can give.
    #[cfg(test)]
    pub(crate) const REASONS: [&str; 10] = [
        "enrolment-not-its-own",
        "enrolment-recipient",
        "gate-name-taken",
        "gate-position",
        "gate-retired",
        "gate-unknown",
        "register-full",
        "register-of-former-root",
        "tag-key-not-of-pack",
        "tag-keys-of-one-epoch",
    ];
}

impl fmt::Display for GateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FormerRoot { version } => {
                write!(
                    f,
                    "register {version} is not signed by the keys that the newest root lists"
                )
            }
            Self::Full => f.write_str("the register is full"),
            Self::NameTaken { path, name, kid } => {
                write!(f, "{}: another gate (kid {kid}) is named {name}", path.display())
            }
            Self::NoSuchGate(name) => write!(f, "no gate that is not retired is named {name}"),
            Self::NotItsOwn(path) => write!(f, "{}: not signed by the gate that it names", path.display()),
            Self::PositionOfSeveral => f.write_str("one position for several gates"),
            Self::Recipient(path) => write!(f, "{}: nothing can be sealed to its recipient", path.display()),
            Self::Retired { path, since } => {
                write!(f, "{}: the gate with this key is retired since {since}", path.display())
            }
            Self::TagKeyNotOfPack { path, epoch } => {
                write!(
                    f,
                    "{}: the newest pack names another key of epoch {epoch}",
                    path.display()
                )
            }
            Self::TagKeysOfOneEpoch { path, epoch } => {
                write!(f, "{}: a second key of epoch {epoch}", path.display())
            }
        }
    }
}

impl std::error::Error for GateError {}

impl Explain for GateError {
    fn reason(&self) -> &'static str {
        match self {
            Self::FormerRoot { .. } => "register-of-former-root",
            Self::Full => "register-full",
            Self::NameTaken { .. } => "gate-name-taken",
            Self::NoSuchGate(_) => "gate-unknown",
            Self::NotItsOwn(_) => "enrolment-not-its-own",
            Self::PositionOfSeveral => "gate-position",
            Self::Recipient(_) => "enrolment-recipient",
            Self::Retired { .. } => "gate-retired",
            Self::TagKeyNotOfPack { .. } => "tag-key-not-of-pack",
            Self::TagKeysOfOneEpoch { .. } => "tag-keys-of-one-epoch",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let path = |path: &Path| ("path", path.display().to_string().into());
        match self {
            Self::FormerRoot { version } => vec![("version", version.to_string().into())],
            Self::Full | Self::PositionOfSeveral => Vec::new(),
            Self::NameTaken { path: file, name, kid } => vec![
                path(file),
                ("name", name.to_string().into()),
                ("kid", kid.to_string().into()),
            ],
            Self::NoSuchGate(name) => vec![("name", name.to_string().into())],
            Self::NotItsOwn(file) | Self::Recipient(file) => vec![path(file)],
            Self::Retired { path: file, since } => vec![path(file), ("since", since.to_string().into())],
            Self::TagKeyNotOfPack { path: file, epoch } | Self::TagKeysOfOneEpoch { path: file, epoch } => {
                vec![path(file), ("epoch", (*epoch).into())]
            }
        }
    }

    fn exit(&self) -> u8 {
        match self {
            Self::PositionOfSeveral => postern_cli::error::EXIT_USAGE,
            _ => postern_cli::error::EXIT_ERROR,
        }
    }
}
