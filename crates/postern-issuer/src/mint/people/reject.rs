//! Why a row is not minted: the line, the column, a stable reason, and a text in each language.

use postern_cli::Catalog;
use postern_cli::messages::FluentValue;
use postern_core::status::Status;

use super::column::Column;

/// A row that is not minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The line in the file, from 1.
    pub line: u64,
    /// The column that the reason is about, where it is about one.
    pub column: Option<Column>,
    /// Why.
    pub reason: Reason,
}

impl Reject {
    /// The reason in the catalogue's language. No value of the row is in it: a terminal is no place for them.
    pub fn text(&self, catalog: &Catalog) -> String {
        catalog.text(&self.message(), &self.reason.args())
    }

    /// The reason in English, for JSON.
    pub fn english(&self, catalog: &Catalog) -> String {
        let message = self.message();
        catalog
            .find_english(&message, None, &self.reason.args())
            .unwrap_or(message)
    }

    fn message(&self) -> String {
        format!("reject-{}", self.reason.as_str())
    }
}

/// Why a row is not minted. The list is stable: names are kept, new ones are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The ledger has this id with other content.
    AlreadyMintedDifferently,
    /// The date of birth is no date.
    BirthInvalid,
    /// The date of birth is not that of the identity card.
    BirthNotThatOfTheCard,
    /// The ledger has no free place.
    CapacityExhausted,
    /// No time.
    ChangedInvalid,
    /// The ledger's copy of the code cannot be read.
    CodeDamaged,
    /// The code is not valid, and a new one would be.
    CodeNotValid {
        /// What it is.
        status: Status,
    },
    /// The code was issued later than the new one would be.
    CodeOfTheFuture,
    /// Later than the day of issue.
    DateInFuture,
    /// No date of the calendar, or not written `YYYY-MM-DD`.
    DateInvalid,
    /// Before 2020 or after 2199-06-06.
    DateOutOfRange,
    /// Not two letters.
    DocumentCountryInvalid,
    /// The document of another row.
    DocumentDuplicate {
        /// The line of that row.
        first: u64,
    },
    /// A document without all of its parts.
    DocumentIncomplete,
    /// No kind of document.
    DocumentKindUnknown,
    /// Not 1 to 32 letters and digits.
    DocumentNumberInvalid,
    /// Not 1 to 99.
    DoseInvalid,
    /// A field longer than [`super::MAX_FIELD`].
    FieldTooLong,
    /// The identity card's number has no date of birth in it.
    IdCardBirthInvalid,
    /// The identity card's number has another check character.
    IdCardCheckDigit,
    /// Not 17 digits and a digit or X.
    IdCardMalformed,
    /// The id of another row.
    IdDuplicate {
        /// The line of that row.
        first: u64,
    },
    /// Not 1 to 64 of letters, digits, `.`, `_` and `-`.
    IdInvalid,
    /// There is no id.
    IdMissing,
    /// A line longer than [`super::MAX_LINE`].
    LineTooLong,
    /// Control characters, or characters that turn or hide others.
    NameNotPrintable,
    /// Longer than a code holds.
    NameTooLong,
    /// The font of the cards has no glyph for a character of the name.
    NameWithoutGlyph,
    /// Bytes that are no characters in the file's encoding.
    NotText,
    /// A quotation mark that is not closed.
    QuoteOpen,
    /// Another number of fields than the header has.
    RaggedRow {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// A test without all of its parts.
    TestIncomplete,
    /// Sampled after the code is issued.
    TestInFuture,
    /// No kind of test.
    TestKindUnknown,
    /// No result of a test.
    TestResultUnknown,
    /// No time.
    TestTimeInvalid,
    /// Sampled more than 31 years before the code is issued.
    TestTooOld,
    /// A vaccination without all of its parts.
    VaccinationIncomplete,
    /// No vaccine product.
    VaccineUnknown,
}

impl Reason {
    /// One of each.
    pub const ALL: [Self; 39] = [
        Self::AlreadyMintedDifferently,
        Self::BirthInvalid,
        Self::BirthNotThatOfTheCard,
        Self::CapacityExhausted,
        Self::ChangedInvalid,
        Self::CodeDamaged,
        Self::CodeNotValid {
            status: Status::Restricted,
        },
        Self::CodeOfTheFuture,
        Self::DateInFuture,
        Self::DateInvalid,
        Self::DateOutOfRange,
        Self::DocumentCountryInvalid,
        Self::DocumentDuplicate { first: 2 },
        Self::DocumentIncomplete,
        Self::DocumentKindUnknown,
        Self::DocumentNumberInvalid,
        Self::DoseInvalid,
        Self::FieldTooLong,
        Self::IdCardBirthInvalid,
        Self::IdCardCheckDigit,
        Self::IdCardMalformed,
        Self::IdDuplicate { first: 2 },
        Self::IdInvalid,
        Self::IdMissing,
        Self::LineTooLong,
        Self::NameNotPrintable,
        Self::NameTooLong,
        Self::NameWithoutGlyph,
        Self::NotText,
        Self::QuoteOpen,
        Self::RaggedRow { expected: 2, found: 1 },
        Self::TestIncomplete,
        Self::TestInFuture,
        Self::TestKindUnknown,
        Self::TestResultUnknown,
        Self::TestTimeInvalid,
        Self::TestTooOld,
        Self::VaccinationIncomplete,
        Self::VaccineUnknown,
    ];

    /// The stable name in kebab-case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyMintedDifferently => "already-minted-differently",
            Self::BirthInvalid => "birth-invalid",
            Self::BirthNotThatOfTheCard => "birth-not-that-of-the-card",
            Self::CapacityExhausted => "capacity-exhausted",
            Self::ChangedInvalid => "changed-invalid",
            Self::CodeDamaged => "code-damaged",
            Self::CodeNotValid { .. } => "code-not-valid",
            Self::CodeOfTheFuture => "code-of-the-future",
            Self::DateInFuture => "date-in-future",
            Self::DateInvalid => "date-invalid",
            Self::DateOutOfRange => "date-out-of-range",
            Self::DocumentCountryInvalid => "document-country-invalid",
            Self::DocumentDuplicate { .. } => "document-duplicate",
            Self::DocumentIncomplete => "document-incomplete",
            Self::DocumentKindUnknown => "document-kind-unknown",
            Self::DocumentNumberInvalid => "document-number-invalid",
            Self::DoseInvalid => "dose-invalid",
            Self::FieldTooLong => "field-too-long",
            Self::IdCardBirthInvalid => "id-card-birth-invalid",
            Self::IdCardCheckDigit => "id-card-check-digit",
            Self::IdCardMalformed => "id-card-malformed",
            Self::IdDuplicate { .. } => "id-duplicate",
            Self::IdInvalid => "id-invalid",
            Self::IdMissing => "id-missing",
            Self::LineTooLong => "line-too-long",
            Self::NameNotPrintable => "name-not-printable",
            Self::NameTooLong => "name-too-long",
            Self::NameWithoutGlyph => "name-without-glyph",
            Self::NotText => "not-text",
            Self::QuoteOpen => "quote-open",
            Self::RaggedRow { .. } => "ragged-row",
            Self::TestIncomplete => "test-incomplete",
            Self::TestInFuture => "test-in-future",
            Self::TestKindUnknown => "test-kind-unknown",
            Self::TestResultUnknown => "test-result-unknown",
            Self::TestTimeInvalid => "test-time-invalid",
            Self::TestTooOld => "test-too-old",
            Self::VaccinationIncomplete => "vaccination-incomplete",
            Self::VaccineUnknown => "vaccine-unknown",
        }
    }

    fn args(self) -> Vec<(&'static str, FluentValue<'static>)> {
        let number = |name, n: u64| (name, FluentValue::from(n.to_string()));
        match self {
            Self::CodeNotValid { status } => vec![("status", status.as_str().into())],
            Self::DocumentDuplicate { first } | Self::IdDuplicate { first } => vec![number("first", first)],
            Self::RaggedRow { expected, found } => {
                vec![number("expected", expected as u64), number("found", found as u64)]
            }
            _ => Vec::new(),
        }
    }
}
