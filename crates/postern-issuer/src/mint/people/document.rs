//! Identity documents of a people file. The number of a Chinese identity card carries its own checks.

use postern_core::record::Birth;
use postern_core::tag::{BadDocument, Document};
use sha2::{Digest, Sha256};

use super::reject::Reason;

/// The weights of the first 17 digits, in the order of the number (GB 11643-1999, annex A; ISO/IEC 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder by 11.
const CHECKS: &[u8; 11] = b"10X98765432";

/// A document that a row names, with what can be checked in it checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    kind: &'static str,
    country: String,
    number: String,
    document: Document,
    birth: Option<Birth>,
}

impl Paper {
    /// A document from the three values of a row, none of them empty.
    ///
    /// # Errors
    ///
    /// The reason for a reject.
    pub(super) fn new(kind: &str, country: &str, number: &str) -> Result<Self, Reason> {
        let kind = match kind {
            "id" | "身份证" => "id",
            "passport" | "护照" => "passport",
            "other" | "其他" => "other",
            _ => return Err(Reason::DocumentKindUnknown),
        };
        let country = country.to_ascii_uppercase();
        let number = plain(number);
        let document = Document::new(kind, &country, &number).map_err(|bad| match bad {
            BadDocument::Country => Reason::DocumentCountryInvalid,
            BadDocument::Kind => Reason::DocumentKindUnknown,
            _ => Reason::DocumentNumberInvalid,
        })?;
        let birth = match (kind, country.as_str()) {
            ("id", "CN") => Some(id_card_birth(&number)?),
            _ => None,
        };
        Ok(Self {
            kind,
            country,
            number,
            document,
            birth,
        })
    }

    /// The document, for its tag.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The date of birth in the number, where the document is a Chinese identity card.
    pub fn birth(&self) -> Option<Birth> {
        self.birth
    }

    /// What tells two documents apart: the beginning of SHA-256.
    pub fn digest(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        for part in self.parts() {
            hash.update(part);
            hash.update([0x1f]);
        }
        super::applicant::beginning(&hash.finalize())
    }

    /// Kind, country and number: the same for every way of writing them.
    pub(super) fn parts(&self) -> [&str; 3] {
        [self.kind, &self.country, &self.number]
    }
}

/// The number in the one form that tags are computed of (`docs/FORMAT.md` section 2.2): upper case, no spaces and
/// hyphens, plain digits and letters for full-width ones.
fn plain(number: &str) -> String {
    let mut plain = String::with_capacity(number.len());
    plain.extend(
        number
            .chars()
            .map(|c| match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                _ => c,
            })
            .filter(|c| !matches!(c, ' ' | '-' | '\u{3000}' | '\u{2010}'))
            .map(|c| c.to_ascii_uppercase()),
    );
    plain
}

/// Checks the number of a Chinese identity card (GB 11643-1999: six digits for the place, eight for the date of birth,
/// three for the order, one check character) and gives the date in it.
fn id_card_birth(number: &str) -> Result<Birth, Reason> {
    let Some((digits, [check])) = number.as_bytes().split_first_chunk::<17>() else {
        return Err(Reason::IdCardMalformed);
    };
    if !digits.iter().all(u8::is_ascii_digit) || !(check.is_ascii_digit() || *check == b'X') {
        return Err(Reason::IdCardMalformed);
    }
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    if CHECKS[(sum % 11) as usize] != *check {
        return Err(Reason::IdCardCheckDigit);
    }
    let part = |from: usize, to: usize| {
        digits[from..to]
            .iter()
            .fold(0, |n, digit| n * 10 + u16::from(digit - b'0'))
    };
    match (part(6, 10), part(10, 12) as u8, part(12, 14) as u8) {
        (_, 0, _) | (_, _, 0) => Err(Reason::IdCardBirthInvalid),
        (year, month, day) => Birth::new(year, month, day).map_err(|_| Reason::IdCardBirthInvalid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GB 11643-1999 itself, not a person's.
    const EXAMPLE: &str = "11010519491231002X";

    #[test]
    fn the_example_of_the_standard_has_its_date() {
        for written in [
            EXAMPLE,
            "110105 19491231 002x",
            "１１０１０５-１９４９１２３１-００２Ｘ",
        ] {
            let paper = Paper::new("身份证", "cn", written).unwrap();
            assert_eq!(
                paper.birth().map(|birth| birth.to_string()).as_deref(),
                Some("1949-12-31")
            );
            assert_eq!(paper, Paper::new("id", "CN", EXAMPLE).unwrap());
            assert_eq!(Ok(paper.document()), Document::new("id", "CN", written).as_ref());
        }
    }

    #[test]
    fn every_single_wrong_digit_is_caught() {
        for i in 0..17 {
            for digit in b'0'..=b'9' {
                let mut wrong = EXAMPLE.as_bytes().to_vec();
                if wrong[i] == digit {
                    continue;
                }
                wrong[i] = digit;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_eq!(Paper::new("id", "CN", &wrong), Err(Reason::IdCardCheckDigit), "{wrong}");
            }
        }
    }

    #[test]
    fn each_part_is_checked() {
        for (kind, country, number, reason) in [
            ("card", "CN", "1", Reason::DocumentKindUnknown),
            ("passport", "CHN", "1", Reason::DocumentCountryInvalid),
            ("passport", "中国", "1", Reason::DocumentCountryInvalid),
            ("passport", "CN", "E1.10105E+17", Reason::DocumentNumberInvalid),
            ("passport", "CN", &"1".repeat(33), Reason::DocumentNumberInvalid),
            ("passport", "CN", " - ", Reason::DocumentNumberInvalid),
            ("id", "CN", "110105491231002", Reason::IdCardMalformed),
            ("id", "CN", "X1010519491231002X", Reason::IdCardMalformed),
            ("id", "CN", "11010519491231002A", Reason::IdCardMalformed),
            // Good check characters over February 30th, month 0 and day 0.
            ("id", "CN", "110105194902300028", Reason::IdCardBirthInvalid),
            ("id", "CN", "110105194900310028", Reason::IdCardBirthInvalid),
            ("id", "CN", "110105194912000021", Reason::IdCardBirthInvalid),
        ] {
            let number = if reason == Reason::IdCardBirthInvalid {
                with_check(number)
            } else {
                number.to_owned()
            };
            assert_eq!(
                Paper::new(kind, country, &number),
                Err(reason),
                "{kind} {country} {number}"
            );
        }
        assert!(
            Paper::new("id", "KR", "110105491231002").is_ok(),
            "other countries' cards are not ours to check"
        );
        assert!(Paper::new("其他", "CN", "A1").is_ok());
    }

    fn with_check(number: &str) -> String {
        "0123456789X"
            .chars()
            .map(|check| format!("{}{check}", &number[..17]))
            .find(|number| id_card_birth(number) != Err(Reason::IdCardCheckDigit))
            .unwrap()
    }
}
