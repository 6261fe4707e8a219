//! The machine-readable zones of ICAO Doc 9303, eighth edition: TD1 (part 5), TD2 (part 6) and TD3 (part 4), check digits by
//! part 3 section 4.9.

use std::ops::Range;

use super::country::alpha_2;
use super::{DocumentError, Field, Reading};
use crate::tag::{Document, DocumentKind};

/// The form of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Three lines of 30 characters: cards.
    Td1,
    /// Two lines of 36 characters: larger cards, and visas of type B.
    Td2,
    /// Two lines of 44 characters: passports, and visas of type A.
    Td3,
}

/// Where the fields lie in a zone whose lines are joined; each check digit follows its field.
struct Layout {
    number: Range<usize>,
    birth: Range<usize>,
    expiry: Range<usize>,
    /// What the issuer likes, the end of a long number, or a passport's personal number.
    optional: Range<usize>,
    /// What the composite check digit covers, in this order.
    covered: [Range<usize>; 4],
    composite: usize,
}

impl Size {
    pub(super) const ALL: [Self; 3] = [Self::Td1, Self::Td2, Self::Td3];

    /// Characters of a line.
    pub(super) const fn width(self) -> usize {
        match self {
            Self::Td1 => 30,
            Self::Td2 => 36,
            Self::Td3 => 44,
        }
    }

    /// Characters of the zone.
    pub(super) const fn len(self) -> usize {
        match self {
            Self::Td1 => 3 * self.width(),
            Self::Td2 | Self::Td3 => 2 * self.width(),
        }
    }

    const fn layout(self) -> Layout {
        match self {
            Self::Td1 => Layout {
                number: 5..14,
                birth: 30..36,
                expiry: 38..44,
                optional: 15..30,
                covered: [5..30, 30..37, 38..45, 48..59],
                composite: 59,
            },
            Self::Td2 => Layout {
                number: 36..45,
                birth: 49..55,
                expiry: 57..63,
                optional: 64..71,
                covered: [36..46, 49..56, 57..64, 64..71],
                composite: 71,
            },
            Self::Td3 => Layout {
                number: 44..53,
                birth: 57..63,
                expiry: 65..71,
                optional: 72..86,
                covered: [44..54, 57..64, 65..72, 72..87],
                composite: 87,
            },
        }
    }
}

/// Reads a zone whose lines are joined: 90 characters of a TD1, 72 of a TD2 or 88 of a TD3, each `A` to `Z`, `0` to `9` or the
/// filler `<`. Lower case is not accepted, and `O` is never taken for `0`.
///
/// Check digits weigh the places by 7, 3 and 1 modulo 10. They notice every single wrong character but one whose value differs by a
/// multiple of ten (`A`, `K`, `U`, `0` and `<` are alike, `B`, `L`, `V` and `1`, and so on), and not every two neighbours that changed
/// places. The first line of a TD2 or TD3, and the document code and issuing state of a TD1, have none.
///
/// A document code with `P` is a passport, one with `A`, `C` or `I` an identity card.
///
/// # Errors
///
/// In this order: [`DocumentError::Incomplete`] for another length, [`DocumentError::Malformed`] for other characters or codes,
/// [`DocumentError::Visa`], [`DocumentError::CheckDigit`] for the first check digit that does not fit, [`DocumentError::Malformed`] for
/// dates that are none, and [`DocumentError::Country`].
pub fn zone(joined: &str) -> Result<Reading, DocumentError> {
    let size = Size::ALL.into_iter().find(|size| size.len() == joined.len());
    let size = size.ok_or(DocumentError::Incomplete)?;
    if !is_zone_text(joined) {
        return Err(DocumentError::Malformed);
    }
    let zone = joined.as_bytes();
    let state = state(zone).ok_or(DocumentError::Malformed)?;
    let kind = match (size, zone[0]) {
        (Size::Td2 | Size::Td3, b'V') => return Err(DocumentError::Visa),
        (Size::Td3, b'P') => DocumentKind::Passport,
        (Size::Td1 | Size::Td2, b'A' | b'C' | b'I') => DocumentKind::Id,
        _ => return Err(DocumentError::Malformed),
    };
    let layout = size.layout();
    let number = number(zone, size, &layout)?;
    for (range, field) in [(&layout.birth, Field::Birth), (&layout.expiry, Field::Expiry)] {
        agree(field, zone[range.clone()].iter(), zone[range.end])?;
    }
    let personal = &zone[layout.optional.clone()];
    let is_empty = personal.iter().all(|c| *c == FILLER);
    // Part 4 section 4.2.2.2: the check digit of no personal number is 0 or a filler.
    if size == Size::Td3 && !(is_empty && zone[layout.optional.end] == FILLER) {
        agree(Field::PersonalNumber, personal.iter(), zone[layout.optional.end])?;
    }
    let covered = layout.covered.into_iter().flat_map(|range| &zone[range]);
    agree(Field::Composite, covered, zone[layout.composite])?;
    if !is_date(&zone[layout.birth]) || !is_date(&zone[layout.expiry]) {
        return Err(DocumentError::Malformed);
    }
    let country = alpha_2(state).ok_or(DocumentError::Country)?;
    let document = Document::new(kind.as_str(), country, &number).map_err(|_| DocumentError::Malformed)?;
    Ok(Reading { document, birth: None })
}

const FILLER: u8 = b'<';

/// Whether a text has the characters of a zone alone.
pub(super) fn is_zone_text(text: &str) -> bool {
    text.bytes().all(|c| value(c).is_some())
}

/// The issuing state without fillers, of what begins as a zone does: a document code and one to three letters.
pub(super) fn state(zone: &[u8]) -> Option<&str> {
    let [first, second, state @ ..] = zone.first_chunk::<5>()?;
    let letters = state.iter().take_while(|c| c.is_ascii_uppercase()).count();
    let good = first.is_ascii_uppercase()
        && (second.is_ascii_uppercase() || *second == FILLER)
        && letters > 0
        && state[letters..].iter().all(|c| *c == FILLER);
    std::str::from_utf8(&zone[2..2 + letters]).ok().filter(|_| good)
}

/// The document's number without fillers. One of more than nine characters goes on in the optional data of a TD1 or TD2, up to its
/// check digit and a filler, and has a filler in the place of the check digit (parts 5 and 6, section 4.2.2, note j).
fn number(zone: &[u8], size: Size, layout: &Layout) -> Result<String, DocumentError> {
    let wrong = DocumentError::CheckDigit(Field::Number);
    let head = &zone[layout.number.clone()];
    let (tail, check) = match zone[layout.number.end] {
        FILLER if size != Size::Td3 && !head.contains(&FILLER) => {
            let optional = &zone[layout.optional.clone()];
            let end = optional.iter().position(|c| *c == FILLER).unwrap_or(optional.len());
            match optional[..end].split_last() {
                Some((check, tail)) if !tail.is_empty() => (tail, *check),
                _ => return Err(wrong),
            }
        }
        check => (&zone[..0], check),
    };
    let whole = head.iter().chain(tail);
    agree(Field::Number, whole.clone(), check)?;
    Ok(whole.filter(|c| **c != FILLER).map(|c| char::from(*c)).collect())
}

/// Whether a check digit is that of these characters.
fn agree<'a>(field: Field, characters: impl Iterator<Item = &'a u8>, check: u8) -> Result<(), DocumentError> {
    let weighed = characters.zip([7, 3, 1].into_iter().cycle());
    let sum: u32 = weighed.map(|(c, weight)| value(*c).unwrap_or(0) * weight).sum();
    let good = check.is_ascii_digit() && u32::from(check - b'0') == sum % 10;
    good.then_some(()).ok_or(DocumentError::CheckDigit(field))
}

/// What a character weighs; `None` for one that no zone has.
fn value(c: u8) -> Option<u32> {
    match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        b'A'..=b'Z' => Some(u32::from(c - b'A') + 10),
        FILLER => Some(0),
        _ => None,
    }
}

/// Whether these are the year, month and day of a date, each of which may be unknown: fillers, for some issuers zeros.
fn is_date(six: &[u8]) -> bool {
    let known = |two: &[u8], most: u32| match two {
        [FILLER, FILLER] => true,
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => {
            let n = u32::from(a - b'0') * 10 + u32::from(b - b'0');
            n <= most
        }
        _ => false,
    };
    known(&six[..2], 99) && known(&six[2..4], 12) && known(&six[4..], 31)
}

#[cfg(test)]
mod tests;
