//! Base45 (RFC 9285): bytes as the 45 characters of QR alphanumeric mode.
//!
//! The decoder accepts exactly what the encoder can produce: no lower case, no group above its maximum, no dangling
//! character, so each byte string has one text.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The value of each byte as a Base45 digit, or 255.
const DIGITS: [u8; 256] = {
    let mut digits = [255; 256];
    let mut i = 0;
    while i < ALPHABET.len() {
        digits[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    digits
};

/// Appends the Base45 text of `bytes` to `text`.
pub fn encode_into(bytes: &[u8], text: &mut String) {
    text.reserve(bytes.len().div_ceil(2) * 3);
    let mut pairs = bytes.chunks_exact(2);
    for pair in &mut pairs {
        let n = usize::from(pair[0]) << 8 | usize::from(pair[1]);
        for digit in [n % 45, n / 45 % 45, n / 2025] {
            text.push(ALPHABET[digit] as char);
        }
    }
    if let [last] = pairs.remainder() {
        let n = usize::from(*last);
        for digit in [n % 45, n / 45] {
            text.push(ALPHABET[digit] as char);
        }
    }
}

/// Decodes Base45 text.
///
/// # Errors
///
/// The byte position of the first group that no encoder writes.
pub fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let text = text.as_bytes();
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    let mut groups = text.chunks_exact(3);
    for (i, group) in (&mut groups).enumerate() {
        let digits = [0, 1, 2].map(|k| DIGITS[usize::from(group[k])]);
        let n = u32::from(digits[0]) + 45 * u32::from(digits[1]) + 2025 * u32::from(digits[2]);
        if digits.contains(&255) || n > 0xffff {
            return Err(3 * i);
        }
        bytes.extend_from_slice(&(n as u16).to_be_bytes());
    }
    let start = text.len() - groups.remainder().len();
    match *groups.remainder() {
        [] => Ok(bytes),
        [low, high] => {
            let digits = [low, high].map(|c| DIGITS[usize::from(c)]);
            let n = u32::from(digits[0]) + 45 * u32::from(digits[1]);
            let byte = u8::try_from(n).map_err(|_| start)?;
            if digits.contains(&255) {
                return Err(start);
            }
            bytes.push(byte);
            Ok(bytes)
        }
        _ => Err(start),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(bytes: &[u8]) -> String {
        let mut text = String::new();
        encode_into(bytes, &mut text);
        text
    }

    #[test]
    fn rfc_9285_section_4_examples() {
        for (bytes, text) in [
            (&b"AB"[..], "BB8"),
            (b"Hello!!", "%69 VD92EX0"),
            (b"base-45", "UJCLQE7W581"),
            (b"ietf!", "QED8WEX0"),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn rejects_what_no_encoder_writes() {
        for (text, position) in [
            ("A", 0),    // a dangling character
            ("BB8A", 3), // a dangling character
            ("GGW", 0),  // 65536
            (":::", 0),  // 91124
            ("V5", 0),   // 256
            ("bb8", 0),  // lower case
            ("BB8é", 3), // outside the alphabet
        ] {
            assert_eq!(decode(text), Err(position), "{text}");
        }
        assert_eq!(decode("FGW").as_deref(), Ok(&[0xff, 0xff][..]), "the largest group");
        assert_eq!(decode("U5").as_deref(), Ok(&[0xff][..]), "the largest final group");
    }

    proptest! {
        #[test]
        fn round_trips(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let text = encode(&bytes);
            prop_assert_eq!(decode(&text), Ok(bytes));
        }

        #[test]
        fn what_decodes_encodes_to_the_same_text(text in "[0-9A-Z $%*+./:-]{0,40}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
