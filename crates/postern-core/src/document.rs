//! What a reader of identity documents sends: resident identity numbers and machine-readable zones, with their check digits.
//!
//! [`resident`] reads the number of a Chinese identity card (GB 11643-1999), [`zone`] a machine-readable zone (ICAO Doc 9303,
//! parts 3 to 6), and [`Assembler`] tells both from the texts of codes in the lines that arrive. What is kept is what a document
//! tag is computed of (`docs/FORMAT.md` section 2.2), and of a resident identity number the date of birth; names are not kept.

mod assembler;
mod country;
mod resident;
mod zone;

pub use assembler::{Assembled, Assembler, Line};
pub use resident::resident;
pub use zone::zone;

use crate::record::Birth;
use crate::tag::Document;

/// What was read from a document, its check digits good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The document, for its tag.
    pub document: Document,
    /// The holder's date of birth; `None` from a machine-readable zone, which does not tell the century.
    pub birth: Option<Birth>,
}

/// Why what a reader sent is no document that can be compared. Nothing in it is the document's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentError {
    /// The date of birth in a resident identity number is none of the calendar, or not from 1900 to 2056.
    Birth,
    /// A check digit does not fit: a character was misread, or the document is not genuine.
    CheckDigit(Field),
    /// The issuing state has no code in ISO 3166-1: an organisation, or a specimen.
    Country,
    /// Lines or characters of a machine-readable zone are missing.
    Incomplete,
    /// Not the characters that the standard has in these places.
    Malformed,
    /// A resident identity number of the old form with 15 digits.
    NoCheckDigit,
    /// A visa, which is no identity document.
    Visa,
}

/// What a check digit is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The date of birth.
    Birth,
    /// All fields with a check digit and the optional data.
    Composite,
    /// The date of expiry.
    Expiry,
    /// The document's number.
    Number,
    /// The personal number of a passport.
    PersonalNumber,
}

impl Field {
    /// A stable name in kebab-case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Birth => "birth",
            Self::Composite => "composite",
            Self::Expiry => "expiry",
            Self::Number => "number",
            Self::PersonalNumber => "personal-number",
        }
    }
}

impl DocumentError {
    /// Every reason that [`Self::reason`] can give.
    pub const REASONS: [&str; 7] = [
        "document-birth",
        "document-check-digit",
        "document-incomplete",
        "document-malformed",
        "document-no-check-digit",
        "document-no-country",
        "document-visa",
    ];

    /// A stable reason in kebab-case.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Birth => "document-birth",
            Self::CheckDigit(_) => "document-check-digit",
            Self::Country => "document-no-country",
            Self::Incomplete => "document-incomplete",
            Self::Malformed => "document-malformed",
            Self::NoCheckDigit => "document-no-check-digit",
            Self::Visa => "document-visa",
        }
    }
}

impl std::fmt::Display for DocumentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Birth => "the document's number holds no possible date of birth",
            Self::CheckDigit(Field::Birth) => "the check digit of the date of birth does not fit",
            Self::CheckDigit(Field::Composite) => "the check digit of the whole document does not fit",
            Self::CheckDigit(Field::Expiry) => "the check digit of the date of expiry does not fit",
            Self::CheckDigit(Field::Number) => "the check digit of the document's number does not fit",
            Self::CheckDigit(Field::PersonalNumber) => "the check digit of the personal number does not fit",
            Self::Country => "the document's issuer is no country of ISO 3166-1",
            Self::Incomplete => "a part of the document's lines is missing",
            Self::Malformed => "not as an identity document has it",
            Self::NoCheckDigit => "a resident identity number of 15 digits, which has no check digit",
            Self::Visa => "a visa, which is no identity document",
        })
    }
}

impl std::error::Error for DocumentError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_stable_and_sorted() {
        assert!(DocumentError::REASONS.is_sorted());
        for error in [
            DocumentError::Birth,
            DocumentError::CheckDigit(Field::Expiry),
            DocumentError::Country,
            DocumentError::Incomplete,
            DocumentError::Malformed,
            DocumentError::NoCheckDigit,
            DocumentError::Visa,
        ] {
            assert!(DocumentError::REASONS.contains(&error.reason()), "{error}");
        }
    }
}
