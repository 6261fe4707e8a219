//! The resident identity number of China, GB 11643-1999: six digits for the place, eight for the date of birth, three for the
//! order, and a check character by ISO/IEC 7064 MOD 11-2.

use super::{DocumentError, Field, Reading};
use crate::record::Birth;
use crate::tag::{Document, DocumentKind};

/// The digits before the check character.
const DIGITS: usize = 17;
/// The digits of the old form.
const OLD: usize = 15;

/// Reads a resident identity number: 17 digits and a digit or `X`, which may be lower case. The date of birth is one that a
/// code can hold, from 1900 to 2056; without a clock, one that is still to come is not noticed.
///
/// MOD 11-2 notices every single wrong character and every two neighbours that changed places.
///
/// # Errors
///
/// - [`DocumentError::CheckDigit`] of [`Field::Number`];
/// - [`DocumentError::Birth`], where the check character is good;
/// - [`DocumentError::NoCheckDigit`] for the old form with 15 digits. A single wrong digit in it is another person's number and
///   nothing would notice; and the cards that bear it have not been valid since 2013;
/// - [`DocumentError::Malformed`] for all else.
pub fn resident(number: &str) -> Result<Reading, DocumentError> {
    let (digits, check) = match number.as_bytes().split_first_chunk::<DIGITS>() {
        _ if is_old(number) => return Err(DocumentError::NoCheckDigit),
        Some((digits, [check])) if is_resident(number) => (digits, check.to_ascii_uppercase()),
        _ => return Err(DocumentError::Malformed),
    };
    if check != check_character(digits) {
        return Err(DocumentError::CheckDigit(Field::Number));
    }
    let part = |from: usize, to: usize| {
        digits[from..to]
            .iter()
            .fold(0u16, |n, digit| n * 10 + u16::from(digit - b'0'))
    };
    let birth = match (part(6, 10), part(10, 12) as u8, part(12, 14) as u8) {
        // To a code these are unknown parts; in a number they are wrong.
        (_, 0, _) | (_, _, 0) => Err(DocumentError::Birth),
        (year, month, day) => Birth::new(year, month, day).map_err(|_| DocumentError::Birth),
    }?;
    let document = Document::new(DocumentKind::Id.as_str(), "CN", number).map_err(|_| DocumentError::Malformed)?;
    Ok(Reading {
        document,
        birth: Some(birth),
    })
}

/// Whether a text has the form of a number, right or wrong.
pub(super) fn is_resident(text: &str) -> bool {
    match text.as_bytes().split_first_chunk::<DIGITS>() {
        Some((digits, [check])) => {
            digits.iter().all(u8::is_ascii_digit) && (check.is_ascii_digit() || matches!(check, b'X' | b'x'))
        }
        _ => false,
    }
}

/// Whether a text has the old form.
pub(super) fn is_old(text: &str) -> bool {
    text.len() == OLD && text.bytes().all(|b| b.is_ascii_digit())
}

/// The character that makes the weighted sum 1 modulo 11, where a place weighs twice the one to its right.
fn check_character(digits: &[u8; DIGITS]) -> u8 {
    let doubled = digits
        .iter()
        .fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    b"10X98765432"[doubled as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The examples of GB 11643-1999 itself, no person's.
    const EXAMPLES: [(&str, &str); 2] = [
        ("11010519491231002X", "1949-12-31"),
        ("440524188001010014", "1880-01-01"),
    ];
    const WRONG: DocumentError = DocumentError::CheckDigit(Field::Number);

    #[test]
    fn the_examples_of_the_standard() {
        let (number, birth) = EXAMPLES[0];
        for written in [number, "11010519491231002x"] {
            let reading = resident(written).unwrap();
            assert_eq!(Ok(reading.document), Document::new("id", "CN", number));
            assert_eq!(reading.birth.unwrap().to_string(), birth);
        }
        // Its check character is good, as its neighbours' are not; a code holds nobody who was born before 1900.
        let (number, _) = EXAMPLES[1];
        assert_eq!(resident(number), Err(DocumentError::Birth));
        assert_eq!(resident("440524188001010013"), Err(WRONG));
    }

    #[test]
    fn every_single_wrong_character_is_noticed() {
        for (number, _) in EXAMPLES {
            for place in 0..18 {
                for other in (b'0'..=b'9').chain((place == 17).then_some(b'X')) {
                    let mut wrong = number.as_bytes().to_vec();
                    wrong[place] = other;
                    let wrong = String::from_utf8(wrong).unwrap();
                    assert!(wrong == number || resident(&wrong) == Err(WRONG), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn each_form_has_its_error() {
        for (number, error) in [
            ("", DocumentError::Malformed),
            ("110105194912310021X", DocumentError::Malformed),
            ("1101051949123100X2", DocumentError::Malformed),
            ("11010519491231002A", DocumentError::Malformed),
            ("1101051949123100２", DocumentError::Malformed),
            (" 1010519491231002X", DocumentError::Malformed),
            ("110105491231002", DocumentError::NoCheckDigit),
            // February 30th, month 0, day 0, month 13, 2057.
            (&with_check("11010519490230002"), DocumentError::Birth),
            (&with_check("11010519490031002"), DocumentError::Birth),
            (&with_check("11010519491200002"), DocumentError::Birth),
            (&with_check("11010519491301002"), DocumentError::Birth),
            (&with_check("11010520570101002"), DocumentError::Birth),
        ] {
            assert_eq!(resident(number), Err(error), "{number}");
        }
    }

    fn with_check(digits: &str) -> String {
        let check = check_character(digits.as_bytes().try_into().unwrap());
        format!("{digits}{}", char::from(check))
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,20}|[0-9]{14,18}[0-9Xx]") {
            let _ = resident(&text);
        }

        #[test]
        fn neighbours_that_changed_places_are_noticed(digits in "[0-9]{6}19[0-9]{2}1[0-2][01][1-9][0-9]{3}", at in 0usize..17) {
            let number = with_check(&digits);
            prop_assert!(resident(&number).is_ok());
            let mut swapped = number.clone().into_bytes();
            swapped.swap(at, at + 1);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert!(swapped == number || resident(&swapped).is_err());
        }

        /// The definition of ISO/IEC 7064: the sum of all places, the check character's included, is 1 modulo 11.
        #[test]
        fn the_sum_is_one(digits in "[0-9]{17}") {
            let number = with_check(&digits);
            let sum: u32 = number.bytes().rev().enumerate().map(|(place, character)| {
                let value = if character == b'X' { 10 } else { u32::from(character - b'0') };
                value * 2u32.pow(place as u32)
            }).sum();
            prop_assert_eq!(sum % 11, 1);
        }
    }
}
