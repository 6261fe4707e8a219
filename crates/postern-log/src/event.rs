//! One line of the log, and the leaf that is made of it.
//!
//! A leaf is a positional array in deterministic CBOR. It holds pseudonyms only: a cut hash of the code and the
//! document tag, no name and no document number.
//!
//! There are three formats of a leaf. An event with a [`Credential`] has the third, another that the first can hold has the
//! first, every other the second, so that each event has one encoding and what was logged before is as it was.

mod leaf;
mod words;

use std::fmt;
use std::ops::RangeInclusive;

use postern_core::cbor::{self, CborError};

use leaf::Leaf;
pub use words::{Flags, Grade, Kind, Outcome, Source};

/// The formats of a leaf, its first element.
pub const LEAF_FORMATS: RangeInclusive<u8> = 1..=3;
/// The highest index of a leaf: the tree then has [`MAX_SIZE`](crate::merkle::MAX_SIZE) leaves.
pub const MAX_SEQ: u64 = crate::merkle::MAX_SIZE - 1;
/// The latest time, 9999-12-31T23:59:59Z, in seconds since 1970.
pub const MAX_TIME: u64 = 253_402_300_799;
/// The highest age of data, in seconds: the length of all time there is.
pub const MAX_AGE: u64 = MAX_TIME;
/// The highest version of a root, pack or snapshot: the largest integer that SQLite stores.
pub const MAX_VERSION: u64 = i64::MAX as u64;
/// The most reasons of one event.
pub const MAX_REASONS: usize = 16;
/// The longest reason, in characters (which are bytes: a-z, 0-9 and the hyphen).
pub const MAX_REASON_LEN: usize = 40;
/// The longest issuer, in bytes of UTF-8.
pub const MAX_ISSUER_LEN: usize = 64;
/// The length of a key's kid.
pub const KID_LEN: usize = 4;
/// The highest index of a status list that a code can name.
pub const MAX_STATUS_INDEX: u64 = u32::MAX as u64;
/// The length of a code's pseudonym: the first bytes of the SHA-256 of the code's bytes.
pub const CODE_LEN: usize = 16;
/// The length of a person's pseudonym: the epoch of the tag key and the document tag of 8 bytes.
pub const PERSON_LEN: usize = 9;
/// The longest operator, in characters (which are bytes: letters, digits, the full stop, the hyphen and the low line).
pub const MAX_OPERATOR_LEN: usize = 32;
/// The longest leaf, in bytes: 835 of format 1, and 44 for the kind (1), the event that it is about (9) and the
/// operator (34). What has a credential has neither of the last two, and is shorter.
pub const MAX_LEAF_LEN: usize = 879;

/// What is to be logged: an event that has no place in the log yet. [`Event::new`] checks the bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The time judged at, in seconds since 1970; at most [`MAX_TIME`].
    pub time: u64,
    /// What the system clock said, in seconds since 1970; at most [`MAX_TIME`].
    pub system: u64,
    /// What was unusual.
    pub flags: Flags,
    /// The verdict.
    pub outcome: Outcome,
    /// Why: at most [`MAX_REASONS`], each 1 to [`MAX_REASON_LEN`] characters of a-z, 0-9 and the hyphen.
    pub reasons: Vec<String>,
    /// The first 16 bytes of the SHA-256 of the code's bytes; `None` if no code was read.
    pub code: Option<[u8; CODE_LEN]>,
    /// The epoch of the tag key (1 byte) and the document tag (8 bytes); `None` if the code names no document.
    pub person: Option<[u8; PERSON_LEN]>,
    /// The issuer: 1 to [`MAX_ISSUER_LEN`] bytes without control characters; `None` if it is unknown.
    pub issuer: Option<String>,
    /// The version of the root document judged under; at most [`MAX_VERSION`], 0 for none.
    pub root: u64,
    /// The version of the pack judged under; at most [`MAX_VERSION`], 0 for none.
    pub pack: u64,
    /// The version of the snapshot judged under; at most [`MAX_VERSION`], 0 for none.
    pub snapshot: u64,
    /// The age of the data judged on, in seconds; at most [`MAX_AGE`].
    pub age: u64,
    /// What the age means by the windows of the pack.
    pub grade: Grade,
    /// Where it came from; of a code [`Source::Text`], [`Source::Picture`] or [`Source::Scanner`], of a document
    /// [`Source::Document`], of a manual event [`Source::Document`] or [`Source::Hand`], of an override
    /// [`Source::Hand`].
    pub source: Source,
    /// What was done.
    pub kind: Kind,
    /// The index of the earlier event that a document was compared with, or that was overridden; `None` for a code
    /// and a manual event.
    pub about: Option<u64>,
    /// Who did it: 1 to [`MAX_OPERATOR_LEN`] letters and digits of ASCII, `.`, `_` and `-`. An override and what came
    /// by hand without a code have one, a manual event from a document reader may, others do not.
    pub operator: Option<String>,
    /// What a code says of itself, where it was judged and its signature is good; only with a kind of [`Kind::Code`] and
    /// with a code and an issuer.
    pub credential: Option<Credential>,
}

/// By what an old verdict on a code can be judged again: its key, its time and its place in the status list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The kid of the issuer's key.
    pub kid: [u8; KID_LEN],
    /// When the code was issued, in seconds since 1970; at most [`MAX_TIME`].
    pub issued: u64,
    /// Its index in the status list of the issuer; at most [`MAX_STATUS_INDEX`].
    pub index: u64,
}

/// One event of the log. Whatever way it was made, it is within the bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    seq: u64,
    details: NewEvent,
}

impl Event {
    /// The event with the leaf index `seq`.
    ///
    /// # Errors
    ///
    /// [`EventError::OutOfRange`] names the first field that is out of its bounds or does not go with the kind.
    pub fn new(seq: u64, details: NewEvent) -> Result<Self, EventError> {
        let check = |field, inside| {
            if inside {
                Ok(())
            } else {
                Err(EventError::OutOfRange { field })
            }
        };
        check("seq", seq <= MAX_SEQ)?;
        check("time", details.time <= MAX_TIME)?;
        check("system", details.system <= MAX_TIME)?;
        check(
            "reasons",
            details.reasons.len() <= MAX_REASONS && details.reasons.iter().all(|r| is_reason(r)),
        )?;
        check("issuer", details.issuer.as_deref().is_none_or(is_issuer))?;
        check("root", details.root <= MAX_VERSION)?;
        check("pack", details.pack <= MAX_VERSION)?;
        check("snapshot", details.snapshot <= MAX_VERSION)?;
        check("age", details.age <= MAX_AGE)?;
        let (about, operator) = (details.about, details.operator.as_deref());
        let by_hand = details.source == Source::Hand;
        let by_reader = details.source == Source::Document;
        check("about", about.is_none_or(|about| about < seq))?;
        check("operator", operator.is_none_or(is_operator))?;
        check(
            "issued",
            details
                .credential
                .is_none_or(|credential| credential.issued <= MAX_TIME),
        )?;
        check(
            "status_index",
            details
                .credential
                .is_none_or(|credential| credential.index <= MAX_STATUS_INDEX),
        )?;
        let of_a_code = details.kind == Kind::Code && details.code.is_some() && details.issuer.is_some();
        check("kid", details.credential.is_none() || of_a_code)?;
        match details.kind {
            Kind::Code => {
                check("source", !by_hand && !by_reader)?;
                check("about", about.is_none())?;
                check("operator", operator.is_none())?;
            }
            Kind::Document => {
                check("source", by_reader)?;
                check("about", about.is_some())?;
                check("operator", operator.is_none())?;
            }
            Kind::Manual => {
                check("source", by_hand || by_reader)?;
                check("about", about.is_none())?;
                check("operator", operator.is_some() || !by_hand)?;
            }
            Kind::Override => {
                check("source", by_hand)?;
                check("about", about.is_some())?;
                check("operator", operator.is_some())?;
            }
        }
        Ok(Self { seq, details })
    }

    /// Reads the bytes of a leaf.
    ///
    /// # Errors
    ///
    /// [`EventError`]; a leaf is accepted only if [`Event::to_leaf`] gives the same bytes again.
    pub fn from_leaf(bytes: &[u8]) -> Result<Self, EventError> {
        if bytes.len() > MAX_LEAF_LEN {
            return Err(EventError::TooLong { len: bytes.len() });
        }
        // Arrays of up to 23 elements and numbers up to 23 have a head of one byte and nothing else. What a newer
        // program wrote is told from what is damaged.
        if let [0x80..=0x97, found @ 0..=0x17, ..] = *bytes
            && !LEAF_FORMATS.contains(&found)
        {
            return Err(EventError::Format { found });
        }
        let leaf: Leaf<'_> = cbor::from_slice(bytes).map_err(EventError::Cbor)?;
        let found = leaf.format;
        let event = leaf.into_event()?;
        if event.leaf_format() == found {
            Ok(event)
        } else {
            Err(EventError::Format { found })
        }
    }

    /// The bytes of the leaf: at most [`MAX_LEAF_LEN`].
    pub fn to_leaf(&self) -> Vec<u8> {
        cbor::to_vec(&Leaf::of(self))
    }

    /// The one format that the leaf of this event has, of [`LEAF_FORMATS`].
    pub fn leaf_format(&self) -> u8 {
        let e = &self.details;
        // The source, the event that it is about and the operator go with the kind.
        match e.kind == Kind::Code && !e.flags.emergency {
            _ if e.credential.is_some() => 3,
            true => 1,
            false => 2,
        }
    }

    /// The index of the leaf, from 0.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// All but the index.
    pub fn details(&self) -> &NewEvent {
        &self.details
    }
}

/// Why something is not an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventError {
    /// The leaf is not deterministic CBOR of the right shape.
    Cbor(CborError),
    /// The leaf has a format that is none of [`LEAF_FORMATS`], or not the one for such an event.
    Format {
        /// The format it has.
        found: u8,
    },
    /// A field is out of the bounds that this module names, or does not go with the kind of the event.
    OutOfRange {
        /// The field, by the name it has in [`NewEvent`] and in the table.
        field: &'static str,
    },
    /// The leaf is longer than [`MAX_LEAF_LEN`].
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
}

impl EventError {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Cbor(_) => "leaf-cbor",
            Self::Format { .. } => "leaf-format",
            Self::OutOfRange { .. } => "event-out-of-range",
            Self::TooLong { .. } => "leaf-too-long",
        }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cbor(e) => write!(f, "the leaf is damaged: {e}"),
            Self::Format { found } => write!(
                f,
                "the leaf has format {found}; this program knows {} to {}, and takes each event in one of them only",
                LEAF_FORMATS.start(),
                LEAF_FORMATS.end()
            ),
            Self::OutOfRange { field } => write!(
                f,
                "the field \"{field}\" of the event is out of its bounds or does not go with its kind"
            ),
            Self::TooLong { len } => write!(f, "the leaf has {len} bytes; at most {MAX_LEAF_LEN} are allowed"),
        }
    }
}

impl std::error::Error for EventError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Cbor(e) => Some(e),
            _ => None,
        }
    }
}

/// Whether a text is a reason: 1 to [`MAX_REASON_LEN`] of a-z, 0-9 and `-`. A comma separates reasons in the column.
pub fn is_reason(text: &str) -> bool {
    (1..=MAX_REASON_LEN).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether a text is an issuer. Control characters are kept out: a NUL ends the text for many SQLite tools, and an escape drives a terminal.
fn is_issuer(text: &str) -> bool {
    (1..=MAX_ISSUER_LEN).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// Whether a text names an operator, as on a badge or in a roster: 1 to [`MAX_OPERATOR_LEN`] of A-Z, a-z, 0-9, `.`, `_`
/// and `-`. Nothing in it means more to a terminal, a table or a shell.
pub fn is_operator(text: &str) -> bool {
    (1..=MAX_OPERATOR_LEN).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
