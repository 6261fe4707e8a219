//! What ends the program, for the person at the gate.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_cli::random::RandomError;
use postern_cli::secret::SecretError;
use postern_cli::terminal::printable;
use postern_core::keyfile::KeyFileError;
use postern_core::trust::{Fault, TrustError};
use postern_devices::DeviceError;
use postern_log::LogError;
use postern_log::bundle::BundleError;
use postern_seal::SealError;

use crate::store::StoreError;
use crate::update::Refusal;

/// Why the program ends without having done what it was asked.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The configuration is none.
    Config {
        /// Its file.
        path: PathBuf,
        /// What is wrong, in English: keys and values stand in it.
        what: String,
    },
    /// The terminal failed while the operator was asked.
    Confirm(io::Error),
    /// The log has not grown from what an auditor has a receipt for.
    Contradicted {
        /// The auditor.
        auditor: String,
    },
    /// A source or the turnstile cannot be had.
    Device(DeviceError),
    /// A bundle for the auditors could not be made.
    Evidence(BundleError),
    /// Several bundles do not go into one file.
    ExportNeedsFolder {
        /// How many they are.
        parts: usize,
    },
    /// A file could not be read or written.
    File(FileError),
    /// What was given is not a whole fingerprint.
    FingerprintIncomplete {
        /// How many digits it has.
        digits: usize,
    },
    /// The root is not the one whose fingerprint was given.
    FingerprintMismatch,
    /// The name that was given is no name of a gate.
    GateName,
    /// The gate's key could not be encoded, or its file gives no key.
    Key(KeyFileError),
    /// The key beside the store is another gate's.
    KeyNotOfStore,
    /// The log cannot be used; nothing may be shown.
    Log {
        /// The log.
        path: PathBuf,
        /// Why.
        source: LogError,
    },
    /// The pack names no auditor who reads logs now.
    NoAuditors,
    /// The pack does not say how long a gate keeps its log.
    NoRetention,
    /// There is no terminal to confirm the root on.
    NobodyToConfirm,
    /// The operator did not say yes.
    NotConfirmed,
    /// Standard output failed.
    Output(io::Error),
    /// The place that was given is too long or not printable.
    Place,
    /// The system has no random bytes.
    Random(RandomError),
    /// The reader process cannot be started.
    ReaderNotStarted(io::ErrorKind),
    /// The reader process cannot be confined, so it reads nothing.
    ReaderUnconfined,
    /// The root file is not one that can be trusted.
    Root(Distrust),
    /// The identity that opens what is sealed to the gate.
    Seal {
        /// Its file.
        path: PathBuf,
        /// Why it cannot be used.
        source: SealError,
    },
    /// No passphrase for the gate's key.
    Secret(SecretError),
    /// The screen cannot be had.
    Screen(io::Error),
    /// The system does not tell of signals.
    Signals(io::Error),
    /// Standard input failed.
    Stdin(io::Error),
    /// The store cannot be used.
    Store(StoreError),
    /// A drop box could not be read or filled.
    Sync {
        /// Which.
        place: String,
        /// Why.
        refusal: Refusal,
    },
    /// Nobody reads standard output: the controller has gone, or hangs.
    Unread,
    /// An update was not taken.
    Update(Refusal),
}

impl Error {
    /// The error of the file of an identity.
    pub(crate) fn seal(path: &Path, source: SealError) -> Self {
        Self::Seal {
            path: path.to_owned(),
            source,
        }
    }

    /// The error of a configuration.
    pub(crate) fn config(path: &Path, what: String) -> Self {
        Self::Config {
            path: path.to_owned(),
            what,
        }
    }

    /// The error of a log.
    pub(crate) fn log(path: &Path, source: LogError) -> Self {
        Self::Log {
            path: path.to_owned(),
            source,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { path, what } => write!(f, "{}: {what}", path.display()),
            Self::Confirm(_) => f.write_str("cannot ask on the terminal"),
            Self::Contradicted { auditor } => write!(f, "the log contradicts the receipt of {auditor}"),
            Self::Device(error) => error.fmt(f),
            Self::Evidence(error) => error.fmt(f),
            Self::ExportNeedsFolder { parts } => write!(f, "{parts} bundles do not go into one file"),
            Self::File(error) => error.fmt(f),
            Self::FingerprintIncomplete { digits } => {
                write!(
                    f,
                    "a fingerprint has 64 hexadecimal digits; this has {digits} characters"
                )
            }
            Self::FingerprintMismatch => f.write_str("the root is not the one of this fingerprint"),
            Self::GateName => f.write_str("not a name for a gate"),
            Self::Key(error) => error.fmt(f),
            Self::KeyNotOfStore => f.write_str("the key beside the store is another gate's"),
            Self::Log { source, .. } => source.fmt(f),
            Self::NoAuditors => f.write_str("the pack names no auditor who reads logs now"),
            Self::NoRetention => f.write_str("the pack does not say how long a gate keeps its log"),
            Self::NobodyToConfirm => f.write_str("there is no terminal to confirm the root on"),
            Self::NotConfirmed => f.write_str("the root was not confirmed"),
            Self::Output(_) => f.write_str("cannot write to standard output"),
            Self::Place => f.write_str("a place is 1 to 200 bytes of printable text"),
            Self::Random(error) => error.fmt(f),
            Self::ReaderNotStarted(kind) => write!(f, "the picture reader cannot be started: {kind}"),
            Self::ReaderUnconfined => f.write_str("the picture reader cannot be confined on this system"),
            Self::Root(_) => f.write_str("this root cannot be trusted"),
            Self::Seal { source, .. } => source.fmt(f),
            Self::Screen(_) => f.write_str("there is no terminal for the screen"),
            Self::Secret(error) => error.fmt(f),
            Self::Signals(_) => f.write_str("cannot be told of signals"),
            Self::Stdin(_) => f.write_str("cannot read standard input"),
            Self::Store(error) => error.fmt(f),
            Self::Sync { place, .. } => write!(f, "nothing was carried to {place}"),
            Self::Unread => f.write_str("nobody reads standard output"),
            Self::Update(_) => f.write_str("the update was not taken"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Confirm(source)
            | Self::Output(source)
            | Self::Screen(source)
            | Self::Signals(source)
            | Self::Stdin(source) => Some(source),
            Self::Device(error) => error.source(),
            Self::File(error) => error.source(),
            Self::Log { source, .. } => source.source(),
            Self::Random(error) => error.source(),
            Self::Secret(error) => error.source(),
            Self::Store(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::Config { .. } => "config",
            Self::Confirm(_) => "confirm",
            Self::Contradicted { .. } => "log-contradicted",
            Self::Device(error) => error.reason(),
            Self::Evidence(_) => "evidence",
            Self::ExportNeedsFolder { .. } => "export-needs-folder",
            Self::File(error) => error.reason(),
            Self::FingerprintIncomplete { .. } => "fingerprint-incomplete",
            Self::FingerprintMismatch => "fingerprint-mismatch",
            Self::GateName => "gate-name",
            Self::Key(error) => error.reason(),
            Self::KeyNotOfStore => "key-not-of-store",
            Self::Log { source, .. } => source.reason(),
            Self::NoAuditors => "no-auditors",
            Self::NoRetention => "no-retention",
            Self::NobodyToConfirm => "nobody-to-confirm",
            Self::NotConfirmed => "not-confirmed",
            Self::Output(_) => "output",
            Self::Place => "place",
            Self::Random(error) => error.reason(),
            Self::ReaderNotStarted(_) => "reader-not-started",
            Self::ReaderUnconfined => "reader-unconfined",
            Self::Root(_) => "root-not-trusted",
            Self::Seal { source, .. } => source.reason(),
            Self::Screen(_) => "screen",
            Self::Secret(error) => error.reason(),
            Self::Signals(_) => "signals",
            Self::Stdin(_) => "stdin",
            Self::Store(error) => error.reason(),
            Self::Sync { .. } => "sync",
            Self::Unread => "unread",
            Self::Update(_) => "update-not-taken",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Config { path, what } => vec![
                ("path", path.display().to_string().into()),
                ("what", what.clone().into()),
            ],
            Self::Contradicted { auditor } => vec![("auditor", auditor.clone().into())],
            Self::Device(error) => device_args(error),
            Self::Evidence(error) => vec![("why", error.to_string().into())],
            Self::ExportNeedsFolder { parts } => vec![("parts", (*parts).into())],
            Self::File(error) => error.args(),
            Self::FingerprintIncomplete { digits } => vec![("digits", (*digits).into())],
            Self::Log { path, source } => log_args(path, source),
            Self::ReaderNotStarted(kind) => vec![("cause", kind.to_string().into())],
            Self::Seal { path, .. } => vec![("path", path.display().to_string().into())],
            Self::Secret(error) => error.args(),
            Self::Store(error) => error.args(),
            Self::Sync { place, refusal } => vec![
                ("place", place.clone().into()),
                // Chooses the hint: what a server answered, or a word.
                (
                    "status",
                    match refusal.status() {
                        Some(status) => status.into(),
                        None if refusal.is_no_folder() => "no-folder".into(),
                        None => "none".into(),
                    },
                ),
            ],
            _ => Vec::new(),
        }
    }

    fn because(&self) -> Option<&dyn Explain> {
        match self {
            Self::Root(error) => Some(error),
            Self::Sync { refusal: error, .. } | Self::Update(error) => Some(error),
            _ => None,
        }
    }
}

/// The values for the messages of a device's errors.
pub(crate) fn device_args(error: &DeviceError) -> Vec<(&'static str, FluentValue<'static>)> {
    let args = error.args().into_iter();
    args.map(|(name, value)| (name, printable(&value).into_owned().into()))
        .collect()
}

/// The values for the messages of a log's errors.
pub(crate) fn log_args(path: &Path, error: &LogError) -> Vec<(&'static str, FluentValue<'static>)> {
    let what = match error {
        LogError::Corrupt { what, .. } => what.clone(),
        LogError::NewerFormat { found, .. } | LogError::OlderFormat { found, .. } => found.to_string(),
        _ => String::new(),
    };
    vec![("path", path.display().to_string().into()), ("what", what.into())]
}

/// A document that is not believed, told in the words of the core's reasons.
#[derive(Debug)]
pub(crate) struct Distrust(pub(crate) TrustError);

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Distrust {}

impl Explain for Distrust {
    fn reason(&self) -> &'static str {
        self.0.reason()
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let mut args = vec![("document", self.0.document.as_str().into())];
        match &self.0.fault {
            Fault::Conflict { version } => args.push(("version", (*version).into())),
            Fault::DatedAhead { issued, .. } => args.push(("issued", issued.to_string().into())),
            Fault::Envelope(e) => args.push(("detail", e.to_string().into())),
            Fault::LaterFormat { format } => args.push(("format", (*format).into())),
            Fault::Order { expected, found } => {
                args.push(("expected", (*expected).into()));
                args.push(("found", (*found).into()));
            }
            Fault::Payload(e) => args.push(("detail", e.to_string().into())),
            Fault::Rule { id, message } => {
                args.push(("rule", id.clone().into()));
                args.push(("detail", message.clone().into()));
            }
            Fault::TooLarge { bound } => args.push(("bound", (*bound).into())),
            Fault::UnderSigned { valid, threshold } => {
                args.push(("valid", (*valid).into()));
                args.push(("threshold", (*threshold).into()));
            }
            _ => {}
        }
        args
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
