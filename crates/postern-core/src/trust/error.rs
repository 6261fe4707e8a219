//! Why a document is not believed.

use crate::cbor::CborError;
use crate::cose::CoseError;
use crate::time::Time;

/// The kinds of signed documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A column of a status list.
    Column,
    /// What changed in a status list.
    Delta,
    /// A gate's application for the register.
    Enrolment,
    /// A pack.
    Pack,
    /// The register of gates.
    Register,
    /// A root.
    Root,
    /// A snapshot.
    Snapshot,
    /// A status list.
    Status,
}

impl DocumentKind {
    /// A stable name, as in file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Delta => "delta",
            Self::Enrolment => "enrolment",
            Self::Pack => "pack",
            Self::Register => "register",
            Self::Root => "root",
            Self::Snapshot => "snapshot",
            Self::Status => "status",
        }
    }
}

/// A document is not believed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustError {
    /// Which document.
    pub document: DocumentKind,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The update does not hold the file.
    Absent,
    /// The same version with other content: somebody signed two truths.
    Conflict {
        /// The version that exists twice.
        version: u64,
    },
    /// What a status file holds is not as the format says: it does not inflate to its size, or changes what cannot change.
    Content(&'static str),
    /// Dated more than a day after the snapshot that names it.
    DatedAhead {
        /// When it says that it was made.
        issued: Time,
        /// When the snapshot was made.
        snapshot: Time,
    },
    /// The envelope is not the COSE message of this kind of document.
    Envelope(CoseError),
    /// What a delta makes of the list that it was applied to is not the list that it names.
    Elsewhere,
    /// A later program wrote it.
    LaterFormat {
        /// The format that it says.
        format: u64,
    },
    /// The bytes are not those that the snapshot pins.
    NotPinned,
    /// A version below one that was seen before, or a root that does not follow its predecessor.
    Order {
        /// The least version that would be accepted.
        expected: u64,
        /// The version found.
        found: u64,
    },
    /// The payload is not as the format says.
    Payload(CborError),
    /// A rule of the pack does not compile.
    Rule {
        /// The rule's id.
        id: String,
        /// What the compiler says.
        message: String,
    },
    /// Larger than the kind may be.
    TooLarge {
        /// The bound in bytes.
        bound: usize,
    },
    /// Fewer valid signatures by different keys of the role than its threshold asks for.
    UnderSigned {
        /// Valid signatures by different keys.
        valid: usize,
        /// The threshold.
        threshold: usize,
    },
    /// The snapshot does not name what the gate holds.
    Withheld,
    /// A document of another kind.
    WrongType,
}

impl TrustError {
    /// Every reason that [`Self::reason`] can give.
    pub const REASONS: [&str; 15] = [
        "bad-content",
        "absent",
        "bad-rule",
        "conflicting-version",
        "dated-ahead",
        "later-format",
        "leads-elsewhere",
        "malformed-envelope",
        "malformed-payload",
        "not-pinned",
        "too-large",
        "under-signed",
        "withheld",
        "wrong-type",
        "wrong-version",
    ];

    /// A stable reason in kebab-case.
    pub const fn reason(&self) -> &'static str {
        match self.fault {
            Fault::Absent => "absent",
            Fault::Conflict { .. } => "conflicting-version",
            Fault::Content(_) => "bad-content",
            Fault::DatedAhead { .. } => "dated-ahead",
            Fault::Elsewhere => "leads-elsewhere",
            Fault::Envelope(_) => "malformed-envelope",
            Fault::LaterFormat { .. } => "later-format",
            Fault::NotPinned => "not-pinned",
            Fault::Order { .. } => "wrong-version",
            Fault::Payload(_) => "malformed-payload",
            Fault::Rule { .. } => "bad-rule",
            Fault::TooLarge { .. } => "too-large",
            Fault::UnderSigned { .. } => "under-signed",
            Fault::Withheld => "withheld",
            Fault::WrongType => "wrong-type",
        }
    }
}

impl std::fmt::Display for TrustError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.document.as_str())?;
        match &self.fault {
            Fault::Absent => f.write_str("not there"),
            Fault::Conflict { version } => write!(f, "version {version} exists with other content"),
            Fault::Content(why) => f.write_str(why),
            Fault::DatedAhead { issued, snapshot } => {
                write!(f, "dated {issued}, after the snapshot of {snapshot} that names it")
            }
            Fault::Elsewhere => f.write_str("what it makes is not the list that it names"),
            Fault::Envelope(e) => e.fmt(f),
            Fault::LaterFormat { format } => write!(f, "format {format}, which is later than this program"),
            Fault::NotPinned => f.write_str("not the file that the snapshot names"),
            Fault::Order { expected, found } => write!(f, "version {found} where {expected} was expected"),
            Fault::Payload(e) => e.fmt(f),
            Fault::Rule { id, message } => write!(f, "rule {id}: {message}"),
            Fault::TooLarge { bound } => write!(f, "larger than {bound} bytes"),
            Fault::UnderSigned { valid, threshold } => {
                write!(f, "{valid} valid signatures of {threshold} that are needed")
            }
            Fault::Withheld => f.write_str("the snapshot does not name it any more"),
            Fault::WrongType => f.write_str("a document of another kind"),
        }
    }
}

impl std::error::Error for TrustError {}
