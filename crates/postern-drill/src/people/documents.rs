//! Made-up documents that nobody can have, and yet with everything right that software checks.
//!
//! * **Resident identity numbers** (GB 11643): the region codes begin with 99, 89, 79 and so on to 19. GB/T 2260 assigns
//!   11 to 15, 21 to 23, 31 to 37, 41 to 46, 50 to 54, 61 to 65, 71, 81 and 82, so a second digit 9 is no province. The
//!   cards of foreign permanent residents begin with 9 and the two digits of the province: 99x is none either.
//! * **Passports**: `XX` and 8 digits, one character more than fits a passport's machine-readable zone (ICAO Doc 9303-4).
//! * **Others**: `DEMO` and 8 digits.
//!
//! Numbers are a shuffle of the row's number, so no two rows ever share a document.

use chrono::{Datelike, NaiveDate};
use postern_core::tag::DocumentKind;

use super::names::Style;
use super::random::{Random, Shuffle};

/// A document as a people file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The kind.
    pub kind: DocumentKind,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// The number as written: a last `x` may be lower-case, a passport's series may stand apart.
    pub number: String,
}

/// How many numbers a region prefix has: 10,000 regions of 999 sequence numbers for each day.
pub(super) const PER_PREFIX: u32 = 10_000 * 999;

/// The first two digits of invented regions.
pub(super) const PREFIXES: [u32; 9] = [99, 89, 79, 69, 59, 49, 39, 29, 19];

/// The number from which all of a row's document numbers are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Serial {
    block: usize,
    place: u32,
}

impl Serial {
    /// The serial of a row, unique below [`super::MAX_COUNT`].
    pub(super) fn new(shuffle: &Shuffle, row: u64) -> Self {
        let size = u64::from(PER_PREFIX);
        Self {
            block: (row / size) as usize % PREFIXES.len(),
            place: shuffle.place((row % size) as u32),
        }
    }

    /// Whether the holder is a woman: her sequence number is even (GB 11643).
    pub(super) fn is_female(self) -> bool {
        self.sequence().is_multiple_of(2)
    }

    fn sequence(self) -> u32 {
        1 + self.place % 999
    }
}

/// The document of a person of a style; `None` for one in a hundred.
pub(super) fn draw(random: &mut Random, style: Style, serial: Serial, birth: NaiveDate) -> Option<Document> {
    if random.chance(10) {
        return None;
    }
    let (kind, country) = match style {
        Style::Latin(country) => random.weighted(&[
            ((DocumentKind::Passport, country), 93),
            ((DocumentKind::Other, "CN"), 7),
        ]),
        Style::Han | Style::Minority => random.weighted(&[
            ((DocumentKind::Id, "CN"), 95),
            ((DocumentKind::Passport, "CN"), 3),
            ((DocumentKind::Other, "CN"), 2),
        ]),
    };
    let number = match kind {
        DocumentKind::Id => {
            let mut number = identity_number(serial, birth);
            // Clerks write what they see.
            if number.ends_with('X') && random.chance(50) {
                number.make_ascii_lowercase();
            }
            number
        }
        DocumentKind::Passport => {
            let space = if random.chance(20) { " " } else { "" };
            format!("XX{space}{}{:07}", serial.block, serial.place)
        }
        DocumentKind::Other => format!("DEMO{}{:07}", serial.block, serial.place),
    };
    Some(Document { kind, country, number })
}

/// The resident identity number of a serial and a date of birth.
pub(super) fn identity_number(serial: Serial, birth: NaiveDate) -> String {
    let mut number = format!(
        "{}{:04}{:04}{:02}{:02}{:03}",
        PREFIXES[serial.block],
        serial.place / 999,
        birth.year(),
        birth.month(),
        birth.day(),
        serial.sequence()
    );
    number.push(check_digit(&number));
    number
}

/// The check digit of the 17 digits before it: ISO/IEC 7064 MOD 11-2, as GB 11643 has it.
pub(super) fn check_digit(digits: &str) -> char {
    let sum = digits.bytes().fold(0, |sum, b| (sum + u32::from(b - b'0')) * 2 % 11);
    char::from(b"10X98765432"[sum as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_the_standard() {
        // The two examples that GB 11643-1999 prints; the regions are real, the people are the standard's.
        assert_eq!(check_digit("11010519491231002"), 'X');
        assert_eq!(check_digit("44052418800101001"), '4');
    }

    #[test]
    fn invented_regions_are_no_province() {
        let assigned = [11..=15, 21..=23, 31..=37, 41..=46, 50..=54, 61..=65, 71..=71, 81..=83];
        for prefix in PREFIXES {
            assert!(!assigned.iter().any(|range| range.contains(&prefix)), "{prefix}");
        }
    }

    #[test]
    fn serials_differ_over_prefixes() {
        let shuffle = Shuffle::new(&mut Random::new(1, 1), PER_PREFIX);
        let birth = NaiveDate::from_ymd_opt(1987, 3, 5).unwrap();
        let rows = (0..PREFIXES.len() as u64).flat_map(|block| {
            let first = block * u64::from(PER_PREFIX);
            [first, first + 1, first + u64::from(PER_PREFIX) - 1]
        });
        let mut numbers: Vec<_> = rows
            .map(|row| identity_number(Serial::new(&shuffle, row), birth))
            .collect();
        assert!(
            numbers
                .iter()
                .all(|number| number.len() == 18 && number[6..14] == *"19870305" && number[14..17] != *"000")
        );
        let made = numbers.len();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), made);
    }
}
