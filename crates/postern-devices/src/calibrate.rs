//! What a scanner's settings do to a text, and how to undo it.
//!
//! The scanner reads a symbol of [`SYMBOL_TEXT`]; [`diagnose`] compares what came with it and names the faults. Most can be
//! mended here: [`Mend::apply`] is then used on every line of that source. Listen with [`crate::Spec::listening`], so that a
//! scanner is heard that sends no ending.
//!
//! A British layout is no fault of its own: it differs from the US one in none of the characters of Base45.

mod align;
mod layout;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::line::{End, Ended, Line};

pub use layout::Layout;

/// The text of the test symbol: all characters of Base45 (RFC 9285), no two equal ones side by side, and at the end a space,
/// which codes may end in too. Before that is the CRC-32 (IEEE 802.3) of all that is before it, in hexadecimal. It is no
/// code: it has no `PC1:` at its beginning.
pub const SYMBOL_TEXT: &str = "POSTERN TEST SYMBOL 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./: 24793B5F ";

/// The longest text that is compared.
const MAX_RECEIVED: usize = 4 * SYMBOL_TEXT.len();
/// The most bytes of a prefix or suffix that can be stripped.
const MAX_AFFIX: usize = 32;

/// Whether a text is that of the test symbol, for a gate where somebody shows it; space at the ends does not matter.
#[must_use]
pub fn is_symbol(text: &str) -> bool {
    text.trim() == SYMBOL_TEXT.trim()
}

/// What became of the test symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// What is wrong; nothing where the scanner is right.
    pub faults: Vec<Fault>,
    /// What undoes all of it. `None` where nothing is to be done, or the scanner itself must be set right.
    pub mend: Option<Mend>,
}

impl Diagnosis {
    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.faults.is_empty()
    }
}

/// What is wrong with what a scanner sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Small letters for capitals: Caps Lock, or a setting of the scanner. Mended.
    Case,
    /// These characters came twice. The time between two keys is too short, or a key bounces.
    Doubled(String),
    /// These characters came and do not belong to the symbol.
    Foreign(String),
    /// The keys of one layout were read as another's. Mended, where nothing else is wrong.
    Layout(Layout),
    /// These characters did not come. The time between two keys is too short, or the layout has no key for them.
    Lost(String),
    /// Nothing came.
    Nothing,
    /// Nothing was sent after the text: no Enter, no Tab. Mended by waiting for silence.
    NoEnd,
    /// What came is something else.
    NotTheSymbol,
    /// This is sent before each text, as `]Q1` (ISO/IEC 15424) by many. Mended.
    Prefix(String),
    /// This is sent after each text. Mended.
    Suffix(String),
    /// The space at the end was taken away. Codes may end in space.
    Trimmed,
}

impl Fault {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Case => "scanner-case",
            Self::Doubled(_) => "scanner-doubled",
            Self::Foreign(_) => "scanner-foreign",
            Self::Layout(_) => "scanner-layout",
            Self::Lost(_) => "scanner-lost",
            Self::NoEnd => "scanner-no-end",
            Self::NotTheSymbol => "scanner-not-the-symbol",
            Self::Nothing => "scanner-nothing",
            Self::Prefix(_) => "scanner-prefix",
            Self::Suffix(_) => "scanner-suffix",
            Self::Trimmed => "scanner-trimmed",
        }
    }

    /// What a message can name: `text` (the characters), `layout`.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Doubled(text) | Self::Foreign(text) | Self::Lost(text) | Self::Prefix(text) | Self::Suffix(text) => {
                vec![("text", text.clone())]
            }
            Self::Layout(layout) => vec![("layout", layout.name().to_owned())],
            _ => vec![],
        }
    }
}

/// What is done to a line to undo what a scanner did to it. In this order: strip, case, layout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mend {
    /// Taken away where a line begins with it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub strip_prefix: String,
    /// Taken away where a line ends with it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub strip_suffix: String,
    /// What is done to the letters A to Z.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// The confusion of layouts to be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// What ends a text; for the [`crate::Spec`] of the source, not for [`Mend::apply`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// What is done to the letters A to Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// Small for capital and capital for small: for documents that have both.
    Swap,
    /// Capitals: for codes, whatever Caps Lock is.
    Upper,
}

impl Mend {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The line as the scanner read it.
    #[must_use]
    pub fn apply<'a>(&self, line: &'a str) -> Cow<'a, str> {
        let line = line.strip_prefix(&self.strip_prefix).unwrap_or(line);
        let line = line.strip_suffix(&self.strip_suffix).unwrap_or(line);
        if self.case.is_none() && self.layout.is_none() {
            return line.into();
        }
        let case = |c: char| match self.case {
            None => c,
            Some(Case::Swap) if c.is_ascii_uppercase() => c.to_ascii_lowercase(),
            Some(Case::Swap | Case::Upper) => c.to_ascii_uppercase(),
        };
        let layout = |c: char| self.layout.map_or(c, |layout| layout.restore(c));
        line.chars().map(case).map(layout).collect::<String>().into()
    }
}

/// Compares what came, one scan or several, with the test symbol; the best of the lines counts.
#[must_use]
pub fn diagnose(received: &[Line]) -> Diagnosis {
    let each = received.iter().map(examine);
    each.min_by_key(|diagnosis| {
        (
            diagnosis.mend.is_none() && !diagnosis.is_right(),
            diagnosis.faults.len(),
        )
    })
    .unwrap_or_else(|| Diagnosis {
        faults: vec![Fault::Nothing],
        mend: None,
    })
}

fn examine(line: &Line) -> Diagnosis {
    let layouts = || std::iter::once(None).chain(Layout::ALL.map(Some));
    let cases = [None, Some(Case::Upper)];
    let tries = || layouts().flat_map(|layout| cases.map(|case| (layout, case)));
    let no_end = (line.ended == Ended::Silence).then_some(Fault::NoEnd);
    let unmended = |faults: Vec<Fault>| Diagnosis {
        faults: faults.into_iter().chain(no_end.clone()).collect(),
        mend: None,
    };
    if line.text.len() > MAX_RECEIVED {
        return unmended(vec![Fault::NotTheSymbol]);
    }

    let exact = tries().filter_map(|(layout, case)| exact(line, layout, case));
    if let Some(found) = exact.min_by_key(|found| found.faults.len()) {
        return found;
    }
    let aligned = tries().map(|(layout, case)| {
        let mend = Mend {
            layout,
            case,
            ..Mend::default()
        };
        (align::align(SYMBOL_TEXT, &mend.apply(&line.text)), layout, case)
    });
    // Of equally good ones the first: the one with the fewest assumptions.
    let best = aligned.reduce(|best, other| if other.0.common > best.0.common { other } else { best });
    match best {
        Some((found, layout, case)) if 4 * found.common >= 3 * SYMBOL_TEXT.len() => {
            let mut faults: Vec<Fault> = layout.map(Fault::Layout).into_iter().collect();
            faults.extend(case.map(|_| Fault::Case));
            faults.extend(found.faults());
            unmended(faults)
        }
        _ => unmended(vec![Fault::NotTheSymbol]),
    }
}

/// The diagnosis, where the symbol is in the line as a whole but for this layout and case, and at most the space at its end.
fn exact(line: &Line, layout: Option<Layout>, case: Option<Case>) -> Option<Diagnosis> {
    let image = layout.map_or(SYMBOL_TEXT.to_owned(), |layout| layout.garble(SYMBOL_TEXT));
    // Capitals are as long as small letters: places are the same in both.
    let text = case.map_or(line.text.clone(), |_| line.text.to_ascii_uppercase());
    let mut faults: Vec<Fault> = layout.map(Fault::Layout).into_iter().collect();
    faults.extend(case.map(|_| Fault::Case));
    let trimmed = image.trim_end();
    let (start, end) = match text.find(&image) {
        Some(start) => (start, start + image.len()),
        None => (text.strip_suffix(trimmed)?.len(), text.len()),
    };
    let is_trimmed = end - start < image.len();
    let [prefix, suffix] = [&line.text[..start], &line.text[end..]].map(str::to_owned);
    if prefix.len() > MAX_AFFIX || suffix.len() > MAX_AFFIX {
        return None;
    }
    if !prefix.is_empty() {
        faults.push(Fault::Prefix(prefix.clone()));
    }
    if !suffix.is_empty() {
        faults.push(Fault::Suffix(suffix.clone()));
    }
    let is_ended = line.ended != Ended::Silence;
    if !is_ended {
        faults.push(Fault::NoEnd);
    }
    if is_trimmed {
        faults.push(Fault::Trimmed);
    }
    let mend = Mend {
        strip_prefix: prefix,
        strip_suffix: suffix,
        case,
        layout,
        end: (!is_ended).then_some(End::Silence),
    };
    let is_mended = mend.apply(&line.text) == SYMBOL_TEXT;
    let mend = Some(mend).filter(|mend| is_mended && !mend.is_empty());
    Some(Diagnosis { faults, mend })
}

#[cfg(test)]
mod tests;
