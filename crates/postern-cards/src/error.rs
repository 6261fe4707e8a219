//! Why a card or a sheet is not drawn.

use std::fmt;

use crate::font::{FontError, Unprintable};
use crate::sheet::{MAX_CARDS, MAX_NAME, MAX_SERIAL, MAX_SYMBOL};

/// A text on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The issuer's name, in either language.
    Issuer,
    /// The words that every card has.
    Label,
    /// The name of the person.
    Name,
    /// The notice under the symbol, in either language.
    Notice,
    /// The serial.
    Serial,
    /// The dates of validity.
    Validity,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "the issuer's name",
            Self::Label => "a label",
            Self::Name => "the name",
            Self::Notice => "the notice",
            Self::Serial => "the serial",
            Self::Validity => "the validity",
        })
    }
}

/// Why a card or a sheet is not drawn. A `card` is the serial of the card, or `None` where every card has the text; no
/// error holds a person's name.
#[derive(Debug)]
#[non_exhaustive]
pub enum CardError {
    /// A name is not 1 to [`MAX_NAME`] bytes.
    BadName {
        /// The card's serial.
        card: String,
        /// The bytes that the name has.
        bytes: usize,
    },
    /// A serial is not 1 to [`MAX_SERIAL`] of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`.
    BadSerial {
        /// The cards that the sheet had before it.
        before: usize,
    },
    /// The sheet already has [`MAX_CARDS`] cards.
    Full,
    /// A subset of the font cannot be made.
    Font(FontError),
    /// The sheet has no card.
    NoCards,
    /// The text does not fit its place in the smallest size.
    NoRoom {
        /// The card's serial.
        card: Option<String>,
        /// Which text.
        part: Part,
    },
    /// The symbol has more than [`MAX_SYMBOL`] modules a side: on a card, a module would be too small to read.
    TooDense {
        /// The card's serial.
        card: String,
        /// The modules that it has a side.
        width: usize,
    },
    /// A character cannot be drawn.
    Unprintable {
        /// The card's serial.
        card: Option<String>,
        /// Which text.
        part: Part,
        /// Which character, and why.
        cause: Unprintable,
    },
}

impl CardError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::BadName { .. } => "card-bad-name",
            Self::BadSerial { .. } => "card-bad-serial",
            Self::Font(error) => error.reason(),
            Self::Full => "card-sheet-full",
            Self::NoCards => "card-none",
            Self::NoRoom { .. } => "card-no-room",
            Self::TooDense { .. } => "card-symbol-too-dense",
            Self::Unprintable { cause, .. } => cause.reason(),
        }
    }
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadName { card, bytes } => {
                write!(
                    f,
                    "the name of card {card} has {bytes} bytes; 1 to {MAX_NAME} are allowed"
                )
            }
            Self::BadSerial { before } => write!(
                f,
                "the serial of the card after {before} others is not 1 to {MAX_SERIAL} of A-Z, a-z, 0-9, '.', '_' and '-'"
            ),
            Self::Font(error) => error.fmt(f),
            Self::Full => write!(f, "a sheet has at most {MAX_CARDS} cards"),
            Self::NoCards => f.write_str("a sheet without cards is no file"),
            Self::NoRoom { card, part } => {
                write!(f, "{part}{} does not fit the card in the smallest size", of(card))
            }
            Self::TooDense { card, width } => write!(
                f,
                "the symbol of card {card} has {width} modules a side; at most {MAX_SYMBOL} are readable on a card"
            ),
            Self::Unprintable { card, part, cause } => write!(f, "{part}{}: {cause}", of(card)),
        }
    }
}

impl std::error::Error for CardError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Font(error) => error.source(),
            _ => None,
        }
    }
}

impl From<FontError> for CardError {
    fn from(error: FontError) -> Self {
        Self::Font(error)
    }
}

fn of(card: &Option<String>) -> String {
    card.as_ref().map(|card| format!(" of card {card}")).unwrap_or_default()
}
