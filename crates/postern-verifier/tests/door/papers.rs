//! Documents that are put down on a reader, all made up, and the tag key for them.

use postern_core::record::DocumentTag;
use postern_core::tag::{Document, TagKey};

/// The example of GB 11643-1999, and numbers made up from it; no person's.
pub(crate) const CARD: &str = "11010519491231002X";

/// A resident identity number with its check character: each place weighs twice the one to its right, modulo 11.
pub(crate) fn resident(digits: &str) -> String {
    let sum = digits
        .bytes()
        .fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    format!("{digits}{}", char::from(b"10X98765432"[sum as usize]))
}

/// A passport's two lines (ICAO Doc 9303, part 4). Made up.
pub(crate) fn passport(number: &str) -> [String; 2] {
    let data = |text: &str| format!("{text}{}", check_digit(text));
    let (number, birth, expiry) = (data(number), data("900131"), data("351231"));
    let optional = data(&"<".repeat(14));
    let composite = check_digit(&format!("{number}{birth}{expiry}{optional}"));
    [
        format!("{:<<44}", "P<CHNMADE<<UP"),
        format!("{number}CHN{birth}M{expiry}{optional}{composite}"),
    ]
}

/// Weights 7, 3, 1; letters count from 10 (ICAO Doc 9303, part 3, section 4.9).
fn check_digit(text: &str) -> u32 {
    let values = text.chars().map(|c| c.to_digit(36).unwrap_or(0));
    values
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(value, weight)| value * weight)
        .sum::<u32>()
        % 10
}

/// The epoch of the tag key.
pub(crate) const EPOCH: u8 = 7;

/// The authority's tag key. Made up.
pub(crate) fn tag_key() -> TagKey {
    TagKey::new(EPOCH, [7; 32])
}

/// The tag of a resident identity card.
pub(crate) fn card_tag(number: &str) -> DocumentTag {
    tag_key().tag(&Document::new("id", "CN", number).unwrap())
}
