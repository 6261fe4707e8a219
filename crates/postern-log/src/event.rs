//! One line of the log, and the leaf that is made of it.
//!
//! A leaf is a positional array in deterministic CBOR. It holds pseudonyms only: a cut hash of the code and the
//! document tag, no name and no document number.

use std::fmt;

use postern_core::cbor::{self, Bytes, CborError};
use serde::{Deserialize, Serialize};

/// The format of a leaf, its first element.
pub const LEAF_FORMAT: u8 = 1;
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
/// The length of a code's pseudonym: the first bytes of the SHA-256 of the code's bytes.
pub const CODE_LEN: usize = 16;
/// The length of a person's pseudonym: the epoch of the tag key and the document tag of 8 bytes.
pub const PERSON_LEN: usize = 9;
/// The longest leaf, in bytes.
pub const MAX_LEAF_LEN: usize = 835;

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
    /// Where the code came from.
    pub source: Source,
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
    /// [`EventError::OutOfRange`] names the first field that is out of its bounds.
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
        let leaf: Leaf = cbor::from_slice(bytes).map_err(EventError::Cbor)?;
        if leaf.0 != LEAF_FORMAT {
            return Err(EventError::Format { found: leaf.0 });
        }
        let unknown = |field| EventError::OutOfRange { field };
        Self::new(
            leaf.1,
            NewEvent {
                time: leaf.2,
                system: leaf.3,
                flags: Flags::from_bits(leaf.4).ok_or(unknown("flags"))?,
                outcome: Outcome::from_number(leaf.5).ok_or(unknown("outcome"))?,
                reasons: leaf.6.into_iter().map(str::to_owned).collect(),
                code: leaf.7.map(|b| b.0),
                person: leaf.8.map(|b| b.0),
                issuer: leaf.9.map(str::to_owned),
                root: leaf.10,
                pack: leaf.11,
                snapshot: leaf.12,
                age: leaf.13,
                grade: Grade::from_number(leaf.14).ok_or(unknown("grade"))?,
                source: Source::from_number(leaf.15).ok_or(unknown("source"))?,
            },
        )
    }

    /// The bytes of the leaf: at most [`MAX_LEAF_LEN`].
    pub fn to_leaf(&self) -> Vec<u8> {
        let e = &self.details;
        cbor::to_vec(&Leaf(
            LEAF_FORMAT,
            self.seq,
            e.time,
            e.system,
            e.flags.bits(),
            e.outcome.number(),
            e.reasons.iter().map(String::as_str).collect(),
            e.code.map(Bytes),
            e.person.map(Bytes),
            e.issuer.as_deref(),
            e.root,
            e.pack,
            e.snapshot,
            e.age,
            e.grade.number(),
            e.source.number(),
        ))
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

/// What was unusual about a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Bit 0: the system clock was behind the newest time that a signature vouches for, which was used instead.
    pub clock_suspect: bool,
    /// Bit 1: judged at a time that somebody chose, not at the present.
    pub judged_at_another_time: bool,
    /// Bit 2: judged under the public demonstration keys, so that it proves nothing.
    pub demo_trust: bool,
}

impl Flags {
    /// The flags as the leaf has them.
    pub fn bits(self) -> u8 {
        u8::from(self.clock_suspect) | u8::from(self.judged_at_another_time) << 1 | u8::from(self.demo_trust) << 2
    }

    /// The flags of `bits`; `None` if a reserved bit is set.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits < 8).then_some(Self {
            clock_suspect: bits & 1 != 0,
            judged_at_another_time: bits & 2 != 0,
            demo_trust: bits & 4 != 0,
        })
    }
}

/// An enumeration with a number for the leaf and a word for the column, the number being the position.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every value, by number.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word for people and for the column.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The number in the leaf.
            pub fn number(self) -> u8 {
                self as u8
            }

            /// The value with this number in the leaf.
            pub fn from_number(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// The verdict.
    Outcome {
        /// The person may pass.
        Admit = "admit",
        /// This gate cannot decide: a person must.
        Refer = "refer",
        /// The code is bad or the rule is not met.
        Refuse = "refuse",
    }
}

words! {
    /// How old the data was that was judged on.
    Grade {
        /// Within the first window.
        Fresh = "fresh",
        /// Past the first window: still good, time to update.
        Aging = "aging",
        /// Past the second window.
        Stale = "stale",
        /// Past the last window.
        Refuse = "refuse",
    }
}

words! {
    /// Where a code came from.
    Source {
        /// A line of text.
        Text = "text",
        /// A picture or a camera.
        Picture = "picture",
        /// A scanner that types or sends what it reads.
        Scanner = "scanner",
    }
}

/// Why something is not an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventError {
    /// The leaf is not deterministic CBOR of the right shape.
    Cbor(CborError),
    /// The leaf has another format than [`LEAF_FORMAT`].
    Format {
        /// The format it has.
        found: u8,
    },
    /// A field is out of the bounds that this module names.
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
            Self::Format { found } => write!(f, "the leaf has format {found}; this program knows {LEAF_FORMAT}"),
            Self::OutOfRange { field } => write!(f, "the field \"{field}\" of the event is out of its bounds"),
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

/// The leaf as `docs/FORMAT.md` has it: seq, time, system, flags, outcome, reasons, code, person, issuer, root, pack,
/// snapshot, age, grade, source follow the format.
#[derive(Serialize, Deserialize)]
struct Leaf<'a>(
    u8,
    u64,
    u64,
    u64,
    u8,
    u8,
    #[serde(borrow)] Vec<&'a str>,
    Option<Bytes<CODE_LEN>>,
    Option<Bytes<PERSON_LEN>>,
    #[serde(borrow)] Option<&'a str>,
    u64,
    u64,
    u64,
    u64,
    u8,
    u8,
);

fn is_reason(text: &str) -> bool {
    (1..=MAX_REASON_LEN).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Control characters are kept out: a NUL ends the text for many SQLite tools, and an escape drives a terminal.
fn is_issuer(text: &str) -> bool {
    (1..=MAX_ISSUER_LEN).contains(&text.len()) && !text.chars().any(char::is_control)
}
