//! Digests as people compare them: hexadecimal, in groups of four.

use postern_core::hex;

/// `abcd ef01 …`: the 64 digits of a digest in groups of four.
pub(crate) fn grouped(digest: &[u8; 32]) -> String {
    digest.chunks(2).map(hex).collect::<Vec<_>>().join(" ")
}

/// Reads a whole digest that somebody typed or copied: spaces and colons do not count, nor does case.
///
/// # Errors
///
/// [`Incomplete`] where it is not 64 hexadecimal digits.
pub(crate) fn parse(text: &str) -> Result<[u8; 32], Incomplete> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
    let values: Option<Vec<u8>> = digits.iter().map(|c| c.to_digit(16).map(|n| n as u8)).collect();
    let bytes = values.map(|values| {
        values
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |n, d| n << 4 | d))
            .collect()
    });
    match bytes.map(|bytes: Vec<u8>| <[u8; 32]>::try_from(bytes)) {
        Some(Ok(digest)) if digits.len() == 64 => Ok(digest),
        _ => Err(Incomplete { digits: digits.len() }),
    }
}

/// A text that is not a whole digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Incomplete {
    /// How many characters it has, spaces and colons not counted.
    pub(crate) digits: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_however_it_is_written() {
        let digest: [u8; 32] = std::array::from_fn(|i| i as u8 * 7);
        let text = grouped(&digest);
        assert_eq!((text.len(), &text[..9]), (79, "0007 0e15"));
        for written in [
            text.clone(),
            text.to_uppercase(),
            text.replace(' ', ""),
            text.replace(' ', ":"),
        ] {
            assert_eq!(parse(&written), Ok(digest), "{written}");
        }
        assert_eq!(parse(&format!("\n{text}\t\n")), Ok(digest));
    }

    #[test]
    fn a_part_of_a_digest_is_none() {
        let digest = grouped(&[0xab; 32]);
        let wrong = [
            &digest[..digest.len() - 1],
            &digest[..9],
            "",
            &format!("{digest} 0"),
            &digest.replace('a', "g"),
        ];
        for text in wrong {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("ab:cd"), Err(Incomplete { digits: 4 }));
    }
}
