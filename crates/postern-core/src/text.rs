//! Bounded, printable text: what may stand in a name, an identifier or a rule.

use serde::{Deserialize, Serialize};

/// Whether `text` is printable as `docs/FORMAT.md` defines it: nothing in it can move the cursor, hide, reorder or
/// imitate other text on a screen, a log or a printed card. The joiners U+200C and U+200D stay: Uyghur and other scripts are
/// written with them.
pub fn is_printable(text: &str) -> bool {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.trim() == text && !text.contains(hidden)
}

/// A short identifier: 1 to 32 of `a-z`, `0-9` and `-`, not beginning with `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ident(String);

impl Ident {
    /// The identifier's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Ident {
    type Error = BadText;

    fn try_from(text: String) -> Result<Self, BadText> {
        let good = (1..=32).contains(&text.len())
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-');
        if good { Ok(Self(text)) } else { Err(BadText::Ident) }
    }
}

impl std::str::FromStr for Ident {
    type Err = BadText;

    fn from_str(text: &str) -> Result<Self, BadText> {
        text.to_owned().try_into()
    }
}

impl From<Ident> for String {
    fn from(ident: Ident) -> Self {
        ident.0
    }
}

impl std::fmt::Display for Ident {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a gate, as in its log's checkpoints: 1 to 64 of 0x21 to 0x7e, no `+`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GateName(String);

impl GateName {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for GateName {
    type Error = BadText;

    fn try_from(text: String) -> Result<Self, BadText> {
        let good = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'+');
        if good { Ok(Self(text)) } else { Err(BadText::GateName) }
    }
}

impl std::str::FromStr for GateName {
    type Err = BadText;

    fn from_str(text: &str) -> Result<Self, BadText> {
        text.to_owned().try_into()
    }
}

impl From<GateName> for String {
    fn from(name: GateName) -> Self {
        name.0
    }
}

impl std::fmt::Display for GateName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name in both languages, each 1 to 200 bytes and printable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "NamesShape", into = "NamesShape")]
pub struct Names {
    en: String,
    zh: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamesShape {
    en: String,
    zh: String,
}

impl Names {
    /// A name from its English and its Chinese form.
    ///
    /// # Errors
    ///
    /// [`BadText::Name`].
    pub fn new(en: &str, zh: &str) -> Result<Self, BadText> {
        NamesShape {
            en: en.to_owned(),
            zh: zh.to_owned(),
        }
        .try_into()
    }

    /// The English form.
    pub fn en(&self) -> &str {
        &self.en
    }

    /// The Chinese form.
    pub fn zh(&self) -> &str {
        &self.zh
    }
}

impl TryFrom<NamesShape> for Names {
    type Error = BadText;

    fn try_from(NamesShape { en, zh }: NamesShape) -> Result<Self, BadText> {
        let good = [&en, &zh]
            .into_iter()
            .all(|text| (1..=200).contains(&text.len()) && is_printable(text));
        if good { Ok(Self { en, zh }) } else { Err(BadText::Name) }
    }
}

impl From<Names> for NamesShape {
    fn from(Names { en, zh }: Names) -> Self {
        Self { en, zh }
    }
}

/// Text outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadText {
    /// Not a gate's name.
    GateName,
    /// Not an identifier.
    Ident,
    /// Not a name.
    Name,
}

impl std::fmt::Display for BadText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::GateName => "a gate's name is 1 to 64 visible ASCII characters without +",
            Self::Ident => "an identifier is 1 to 32 of a-z, 0-9 and -, and does not begin with -",
            Self::Name => "a name is 1 to 200 bytes of printable text, without space around it, in each language",
        })
    }
}

impl std::error::Error for BadText {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_hides_nothing() {
        for good in ["", "王小明", "阿依古丽·买买提", "Zoë O'Neill", "a\u{200c}b"] {
            assert!(is_printable(good), "{good}");
        }
        for bad in [
            "\u{1b}[2J",
            "a\nb",
            " a",
            "a ",
            "a\u{202e}b",
            "\u{feff}a",
            "a\u{7f}",
            "a\u{85}b",
            "\u{2066}",
            "a\u{200b}b",
            "a\u{61c}b",
        ] {
            assert!(!is_printable(bad), "{bad:?}");
        }
    }

    #[test]
    fn identifiers_are_bounded() {
        for good in ["a", "xian-2026", "0"] {
            assert!(good.parse::<Ident>().is_ok());
        }
        for bad in ["", "-a", "A", "a b", "西安", &"a".repeat(33)] {
            assert_eq!(bad.parse::<Ident>(), Err(BadText::Ident), "{bad}");
        }
    }
}
