//! What is known about one code, as rules see it.

use std::fmt;

use super::Json;

/// A value of the data context that a rule is evaluated on: cheap to build, borrowing whatever it can.
///
/// Dates are texts, as the language wants them ([`SmallText`], made by [`DateTime::to_text`](super::DateTime::to_text),
/// holds them without a heap). Value sets stay where they are: [`Fact::Json`]. Objects are searched from the front, so
/// they should be small; of members with equal keys the first counts.
#[derive(Clone, Debug)]
pub enum Fact<'a> {
    /// `null`; an absent member means the same.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A borrowed text.
    Text(&'a str),
    /// A text of up to [`SmallText::CAPACITY`] bytes that was made for this scan.
    Small(SmallText),
    /// An array.
    Array(Vec<Fact<'a>>),
    /// An array that lives elsewhere, on the stack for instance.
    Items(&'a [Fact<'a>]),
    /// An object.
    Object(Vec<(&'a str, Fact<'a>)>),
    /// An object that lives elsewhere, on the stack for instance.
    Members(&'a [(&'a str, Fact<'a>)]),
    /// A value that lives elsewhere: a value set of the pack.
    Json(&'a Json),
}

impl From<bool> for Fact<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Fact<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<'a> From<&'a str> for Fact<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<SmallText> for Fact<'_> {
    fn from(text: SmallText) -> Self {
        Self::Small(text)
    }
}

impl<'a> From<&'a Json> for Fact<'a> {
    fn from(value: &'a Json) -> Self {
        Self::Json(value)
    }
}

impl<'a, T: Into<Fact<'a>>> From<Option<T>> for Fact<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A short text that is kept in place: a date, a date-time, a code of a value set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SmallText {
    len: u8,
    bytes: [u8; Self::CAPACITY],
}

impl SmallText {
    /// How many bytes fit.
    pub const CAPACITY: usize = 30;

    /// A copy of `text`, if it fits.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::CAPACITY];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self {
            len: text.len() as u8,
            bytes,
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)])
            .expect("a small text is only ever filled with a whole str")
    }
}

impl std::ops::Deref for SmallText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for SmallText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for SmallText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_texts_hold_up_to_their_capacity() {
        for text in ["", "2021-05-04", "接种", "123456789012345678901234567890"] {
            assert_eq!(SmallText::new(text).unwrap().as_str(), text);
        }
        assert_eq!(SmallText::new("1234567890123456789012345678901"), None);
    }

    #[test]
    fn facts_stay_small() {
        assert!(size_of::<Fact>() <= 32, "{}", size_of::<Fact>());
    }

    #[test]
    fn options_become_null() {
        assert!(matches!(Fact::from(None::<i64>), Fact::Null));
        assert!(matches!(Fact::from(Some("x")), Fact::Text("x")));
        assert!(matches!(Fact::from(Some(true)), Fact::Bool(true)));
    }
}
