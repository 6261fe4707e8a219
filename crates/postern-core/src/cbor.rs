//! Deterministic CBOR (RFC 8949 section 4.2.1).
//!
//! A value is accepted only if encoding it again gives the very bytes that were read: that one rule rejects
//! non-minimal integers, indefinite lengths, unsorted maps, duplicate keys, needless tags and trailing bytes alike.
//! No recursion deeper than the types that are decoded is possible, beyond the library's own limit of 128 levels.

use std::io;

use serde::{Deserialize, Serialize};

/// Encodes `value`.
///
/// The type is responsible for order: structs list their fields in the order of section 4.2.1 (a test per type shows
/// it), maps are `BTreeMap`s over keys whose `Ord` is that order.
///
/// # Panics
///
/// Never for the types of this crate: their `Serialize` does not fail, and memory is the only sink.
pub fn to_vec<T: Serialize>(value: &T) -> Vec<u8> {
    // Most values are smaller: what a code signs has some 70 bytes.
    let mut bytes = Vec::with_capacity(128);
    serde_cbor::to_writer(&mut bytes, value).expect("types of this crate serialise without error into memory");
    bytes
}

/// Decodes `bytes`, which must be the one deterministic encoding of the value.
///
/// # Errors
///
/// [`CborError`]; nothing is ever returned for bytes that another encoder would not reproduce.
pub fn from_slice<'de, T>(bytes: &'de [u8]) -> Result<T, CborError>
where
    T: Deserialize<'de> + Serialize,
{
    let value: T = serde_cbor::from_slice(bytes).map_err(|e| CborError::Malformed(short(&e)))?;
    let mut rest = Compare { rest: bytes };
    match serde_cbor::to_writer(&mut rest, &value) {
        Ok(()) if rest.rest.is_empty() => Ok(value),
        _ => Err(CborError::NotDeterministic {
            offset: (bytes.len() - rest.rest.len()) as u64,
        }),
    }
}

/// Why bytes were not accepted as deterministic CBOR.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CborError {
    /// Not CBOR, or not of the expected shape: what the decoder says, with the byte position.
    Malformed(String),
    /// CBOR of the expected shape, but not the deterministic encoding of it.
    NotDeterministic {
        /// Byte position of the first difference.
        offset: u64,
    },
}

impl std::fmt::Display for CborError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed(message) => write!(f, "not the expected CBOR: {message}"),
            Self::NotDeterministic { offset } => write!(f, "not deterministic CBOR at byte {offset}"),
        }
    }
}

impl std::error::Error for CborError {}

/// The value of a map's next member, which is to have this key: claims sets have integer keys, which serde's structs have not.
///
/// # Errors
///
/// The decoder's, also where the next key is another or there is none.
pub(crate) fn next_member<'de, A, T>(map: &mut A, key: i64) -> Result<T, A::Error>
where
    A: serde::de::MapAccess<'de>,
    T: Deserialize<'de>,
{
    match map.next_key::<i64>()? {
        Some(found) if found == key => map.next_value(),
        _ => Err(serde::de::Error::custom("a claim is missing, foreign or out of order")),
    }
}

/// What the decoder says, cut: it may quote the input.
fn short(error: &serde_cbor::Error) -> String {
    const MOST: usize = 160;
    let text = error.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… (offset {})", &text[..end], error.offset()),
        None => text,
    }
}

/// A sink that accepts only the bytes it was told to expect: re-encoding without a second buffer.
struct Compare<'a> {
    rest: &'a [u8],
}

impl io::Write for Compare<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.rest.strip_prefix(bytes) {
            Some(rest) => {
                self.rest = rest;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A fixed-size byte string (major type 2), where serde would make an array of integers of `[u8; N]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bytes<const N: usize>(pub [u8; N]);

impl<const N: usize> std::fmt::Debug for Bytes<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "h'{}'", crate::hex(&self.0))
    }
}

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = ByteString::deserialize(deserializer)?;
        bytes
            .0
            .try_into()
            .map(Bytes)
            .map_err(|_| serde::de::Error::invalid_length(bytes.0.len(), &"a byte string of the fixed length"))
    }
}

/// A byte string that borrows from the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteString<'a>(pub &'a [u8]);

impl Serialize for ByteString<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for ByteString<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = ByteString<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a byte string")
            }
            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(ByteString(bytes))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_what_is_not_deterministic() {
        assert_eq!(from_slice::<u8>(&[0x17]), Ok(23));
        for (bytes, why) in [
            (&[0x18, 0x17][..], "23 in two bytes"),
            (&[0x17, 0x00], "a trailing byte"),
            (&[0xc1, 0x17], "a needless tag"),
        ] {
            assert!(from_slice::<u8>(bytes).is_err(), "{why}");
        }
        assert!(from_slice::<Vec<u8>>(&[0x9f, 0x01, 0xff]).is_err(), "indefinite length");
        assert!(
            from_slice::<Bytes<1>>(&[0x5f, 0x41, 0x01, 0xff]).is_err(),
            "indefinite byte string"
        );
    }

    #[test]
    fn an_error_does_not_repeat_its_input() {
        #[derive(Debug, Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        struct Known {
            known: u8,
        }
        let hostile = to_vec(&std::collections::BTreeMap::from([("x".repeat(100_000), 1)]));
        let CborError::Malformed(message) = from_slice::<Known>(&hostile).unwrap_err() else {
            panic!("decoded")
        };
        assert!(message.len() < 300, "{} bytes", message.len());
    }

    #[test]
    fn deep_nesting_and_huge_lengths_are_errors() {
        assert!(from_slice::<Vec<u8>>(&vec![0x81; 100_000]).is_err());
        assert!(from_slice::<serde_cbor::Value>(&vec![0x81; 100_000]).is_err());
        for major in [0x5b, 0x7b, 0x9b, 0xbb] {
            let bytes = [major, 0x80, 0, 0, 0, 0, 0, 0, 0];
            assert!(from_slice::<serde_cbor::Value>(&bytes).is_err());
        }
    }
}
