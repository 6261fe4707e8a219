//! What can go wrong with a device, in kinds that call for different actions.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a device does not serve. Nothing that a device sent is in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeviceError {
    /// Several devices have a name with this part.
    Ambiguous {
        /// The part of a name.
        device: String,
        /// How many have it.
        count: usize,
    },
    /// A text or table describes no device.
    BadSpec(SpecFault),
    /// Another program holds the device.
    Busy {
        /// The device.
        device: String,
    },
    /// The device's driver, or the library between, broke its own rules.
    Crashed {
        /// The device.
        device: String,
    },
    /// This user may not use the device.
    Denied {
        /// The device.
        device: String,
    },
    /// The watched folder has more files than are looked at.
    FolderFull {
        /// The folder.
        path: PathBuf,
        /// The bound.
        max: usize,
    },
    /// The turnstile's program ended with a failure.
    HookFailed {
        /// The program.
        program: String,
        /// Its exit status, or the signal that ended it.
        status: String,
    },
    /// The turnstile's program did not end within the pulse time, and was killed.
    HookHung {
        /// The program.
        program: String,
        /// The pulse time in milliseconds.
        pulse: u64,
    },
    /// Another error of the system.
    Io {
        /// The device.
        device: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such device now.
    Missing {
        /// The device.
        device: String,
    },
    /// No picture began in so many bytes of the stream.
    NoFrames {
        /// How many bytes were looked at.
        bytes: u64,
    },
    /// This program was built without this kind of source.
    NotBuilt {
        /// The kind.
        kind: &'static str,
    },
    /// The path is something else: no serial port, no keyboard, no folder, no program.
    NotSuch {
        /// The device.
        device: String,
        /// What it should be.
        kind: &'static str,
    },
    /// The device is there and gives nothing.
    Silent {
        /// The device.
        device: String,
    },
    /// The order to shut could not be sent: the turnstile may be open.
    StillOpen {
        /// The device.
        device: String,
    },
    /// The device was there and is gone.
    Unplugged {
        /// The device.
        device: String,
    },
    /// Pictures in a format that is not read here.
    UnsupportedFormat {
        /// The format by the name that the device or stream gives it.
        format: String,
    },
}

/// Why a text or table describes no device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpecFault {
    /// The value of a key is none, or out of its bounds.
    BadValue {
        /// The key.
        key: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// A key is missing.
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A key is there twice.
    TwiceKey {
        /// The key.
        key: String,
    },
    /// Two sources are one device.
    TwiceSource {
        /// The text of the second one.
        source: String,
    },
    /// No such kind of device.
    UnknownKind {
        /// What was asked for.
        kind: String,
    },
    /// This kind has no such key.
    UnknownKey {
        /// The key.
        key: String,
        /// The kind.
        kind: &'static str,
    },
}

impl SpecFault {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::BadValue { .. } => "device-bad-value",
            Self::MissingKey { .. } => "device-missing-key",
            Self::TwiceKey { .. } => "device-twice-key",
            Self::TwiceSource { .. } => "device-twice-source",
            Self::UnknownKey { .. } => "device-unknown-key",
            Self::UnknownKind { .. } => "device-unknown-kind",
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::BadValue { key, allowed } => vec![("key", key.clone()), ("allowed", (*allowed).to_owned())],
            Self::MissingKey { key } => vec![("key", (*key).to_owned())],
            Self::TwiceKey { key } => vec![("key", key.clone())],
            Self::TwiceSource { source } => vec![("device", source.clone())],
            Self::UnknownKey { key, kind } => vec![("key", key.clone()), ("kind", (*kind).to_owned())],
            Self::UnknownKind { kind } => vec![("kind", kind.clone())],
        }
    }
}

impl DeviceError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "device-ambiguous",
            Self::BadSpec(fault) => fault.reason(),
            Self::Busy { .. } => "device-busy",
            Self::Crashed { .. } => "device-crashed",
            Self::Denied { .. } => "device-denied",
            Self::FolderFull { .. } => "folder-full",
            Self::HookFailed { .. } => "hook-failed",
            Self::HookHung { .. } => "hook-hung",
            Self::Io { .. } => "device-io",
            Self::Missing { .. } => "device-missing",
            Self::NoFrames { .. } => "no-frames",
            Self::NotBuilt { .. } => "device-not-built",
            Self::NotSuch { .. } => "device-not-such",
            Self::Silent { .. } => "device-silent",
            Self::StillOpen { .. } => "turnstile-still-open",
            Self::Unplugged { .. } => "device-unplugged",
            Self::UnsupportedFormat { .. } => "frames-unsupported",
        }
    }

    /// What a message can name: `allowed`, `bytes`, `count`, `device`, `format`, `key`, `kind`, `max`, `program`, `pulse`
    /// (milliseconds), `status`, `why`.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let device = |device: &String| ("device", device.clone());
        match self {
            Self::Ambiguous { device: d, count } => vec![device(d), ("count", count.to_string())],
            Self::BadSpec(fault) => fault.args(),
            Self::Busy { device: d }
            | Self::Crashed { device: d }
            | Self::Denied { device: d }
            | Self::Missing { device: d }
            | Self::Silent { device: d }
            | Self::StillOpen { device: d }
            | Self::Unplugged { device: d } => vec![device(d)],
            Self::FolderFull { path, max } => vec![("device", path.display().to_string()), ("max", max.to_string())],
            Self::HookFailed { program, status } => vec![("program", program.clone()), ("status", status.clone())],
            Self::HookHung { program, pulse } => vec![("program", program.clone()), ("pulse", pulse.to_string())],
            Self::Io { device: d, source } => vec![device(d), ("why", source.to_string())],
            Self::NoFrames { bytes } => vec![("bytes", bytes.to_string())],
            Self::NotBuilt { kind } => vec![("kind", (*kind).to_owned())],
            Self::NotSuch { device: d, kind } => vec![device(d), ("kind", (*kind).to_owned())],
            Self::UnsupportedFormat { format } => vec![("format", format.clone())],
        }
    }

    /// The kind of an error of the system that was met when `device` was opened or used.
    pub(crate) fn from_io(device: impl fmt::Display, source: io::Error) -> Self {
        use rustix::io::Errno;
        let device = device.to_string();
        match Errno::from_io_error(&source) {
            Some(Errno::BUSY) => Self::Busy { device },
            Some(Errno::ACCESS | Errno::PERM) => Self::Denied { device },
            Some(Errno::NOENT | Errno::NXIO) => Self::Missing { device },
            Some(Errno::IO | Errno::NODEV) => Self::Unplugged { device },
            _ => Self::Io { device, source },
        }
    }
}

impl From<SpecFault> for DeviceError {
    fn from(fault: SpecFault) -> Self {
        Self::BadSpec(fault)
    }
}

impl fmt::Display for SpecFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadValue { key, allowed } => write!(f, "{key:?} is not one of: {allowed}"),
            Self::MissingKey { key } => write!(f, "{key:?} is missing"),
            Self::TwiceKey { key } => write!(f, "{key:?} is there twice"),
            Self::TwiceSource { source } => write!(f, "{source} is given twice"),
            Self::UnknownKey { key, kind } => write!(f, "{kind} has no key {key:?}"),
            Self::UnknownKind { kind } => write!(f, "{kind:?} is no kind of device"),
        }
    }
}

impl std::error::Error for SpecFault {}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous { device, count } => write!(f, "{count} devices have {device:?} in their names"),
            Self::BadSpec(fault) => fault.fmt(f),
            Self::Busy { device } => write!(f, "another program holds {device}"),
            Self::Crashed { device } => write!(f, "the driver of {device} failed"),
            Self::Denied { device } => write!(f, "this user may not use {device}"),
            Self::FolderFull { path, max } => write!(f, "{} has more than {max} files", path.display()),
            Self::HookFailed { program, status } => write!(f, "{program} failed: {status}"),
            Self::HookHung { program, pulse } => write!(f, "{program} did not end within {pulse} ms and was killed"),
            Self::Io { device, source } => write!(f, "cannot use {device}: {source}"),
            Self::Missing { device } => write!(f, "there is no {device}"),
            Self::NoFrames { bytes } => write!(f, "no picture in {bytes} bytes of the stream"),
            Self::NotBuilt { kind } => write!(f, "this program was built without {kind} sources"),
            Self::NotSuch { device, kind } => write!(f, "{device} is no {kind}"),
            Self::Silent { device } => write!(f, "{device} gives nothing"),
            Self::StillOpen { device } => write!(f, "the order to shut could not be sent to {device}: it may be open"),
            Self::Unplugged { device } => write!(f, "{device} was unplugged"),
            Self::UnsupportedFormat { format } => write!(f, "pictures in the format {format:?} are not read"),
        }
    }
}

impl std::error::Error for DeviceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
