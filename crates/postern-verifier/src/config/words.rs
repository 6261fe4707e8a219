//! Words of a configuration that have a form: operators, reasons, document tags.

use std::fmt;
use std::str::FromStr;

use postern_core::cbor::Bytes;
use postern_core::record::DocumentTag;
use postern_log::event::{is_operator, is_reason};
use serde::{Deserialize, Serialize};

/// What has so many digits may be the number of an identity document, which has no place in a log.
const DOCUMENT_DIGITS: usize = 8;

/// Who decided, as the site calls them: a number or a word, no name (`docs/FORMAT.md` section 7).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Operator(String);

/// Why somebody decided, from the site's own list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct EntryReason(String);

macro_rules! bounded_text {
    ($name:ident, $good:expr, $error:literal) => {
        impl $name {
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                if $good(&text) { Ok(Self(text)) } else { Err($error) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

bounded_text!(
    Operator,
    |text: &str| is_operator(text) && text.bytes().filter(u8::is_ascii_digit).count() < DOCUMENT_DIGITS,
    "an operator is 1 to 32 of the characters A-Z, a-z, 0-9, dot, underscore and hyphen, with fewer digits than a document's number"
);
bounded_text!(
    EntryReason,
    is_reason,
    "a reason is 1 to 40 of the characters a-z, 0-9 and hyphen"
);

/// A document tag in hexadecimal digits, as verdicts and the log's views show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Tag(pub(super) DocumentTag);

impl TryFrom<String> for Tag {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut tag = [0; 9];
        let digits = text.len() == 18 && text.bytes().all(|b| b.is_ascii_hexdigit());
        for (i, byte) in tag.iter_mut().enumerate().filter(|_| digits) {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| "not hexadecimal")?;
        }
        digits
            .then_some(Self(DocumentTag(Bytes(tag))))
            .ok_or("a document tag is 18 hexadecimal digits")
    }
}

impl From<Tag> for String {
    fn from(Tag(tag): Tag) -> Self {
        postern_core::hex(&tag.0.0)
    }
}
