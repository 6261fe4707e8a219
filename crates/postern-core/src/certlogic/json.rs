//! JSON without floating-point numbers: rules and value sets as they travel, in JSON or in deterministic CBOR.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MAX_DEPTH, MAX_TEXT, MAX_VALUES};

/// An owned JSON value whose numbers are integers.
///
/// Decoding is bounded by [`MAX_DEPTH`], [`MAX_TEXT`] and [`MAX_VALUES`] and rejects floating-point numbers, integers
/// beyond 64 bits with a sign, byte strings, and duplicate keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text.
    Text(Box<str>),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Members),
}

impl Json {
    /// An object of `members`, in any order.
    ///
    /// # Errors
    ///
    /// [`DuplicateKey`].
    pub fn object<K: Into<Box<str>>>(members: impl IntoIterator<Item = (K, Json)>) -> Result<Self, DuplicateKey> {
        Members::new(members.into_iter().map(|(key, value)| (key.into(), value)).collect()).map(Self::Object)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// The members of an object: unique keys, the shorter key first, equally long ones bytewise (RFC 8949 section 4.2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members(Vec<(Box<str>, Json)>);

impl Members {
    /// Puts `members` in order.
    ///
    /// # Errors
    ///
    /// [`DuplicateKey`].
    pub fn new(mut members: Vec<(Box<str>, Json)>) -> Result<Self, DuplicateKey> {
        members.sort_by(|a, b| key_order(&a.0, &b.0));
        match members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(DuplicateKey(pair[0].0.clone())),
            None => Ok(Self(members)),
        }
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Json> {
        let at = self.0.binary_search_by(|member| key_order(&member.0, key)).ok()?;
        Some(&self.0[at].1)
    }

    /// All members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Json)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A key that an object has twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey(pub Box<str>);

impl fmt::Display for DuplicateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the object has the key {:?} twice", self.0)
    }
}

impl std::error::Error for DuplicateKey {}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut left = MAX_VALUES;
        Nested {
            depth: 1,
            left: &mut left,
        }
        .deserialize(deserializer)
    }
}

/// The order of RFC 8949 section 4.2.1 for texts: the length is part of a key's first bytes.
fn key_order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.as_bytes().cmp(b.as_bytes()))
}

/// A value at `depth`, of which `left` more values may be read in all.
struct Nested<'a> {
    depth: usize,
    left: &'a mut usize,
}

impl Nested<'_> {
    fn inner(&mut self) -> Nested<'_> {
        Nested {
            depth: self.depth + 1,
            left: self.left,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(D::Error::custom(format_args!("nested deeper than {MAX_DEPTH}")));
        }
        *self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| D::Error::custom(format_args!("more than {MAX_VALUES} values")))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, an integer of 64 bits, a text, an array or an object")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        i64::try_from(value)
            .map(Json::Int)
            .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(value), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        bounded(text).map(Json::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.inner())? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            members.push((key, map.next_value_seed(self.inner())?));
        }
        Members::new(members).map(Json::Object).map_err(A::Error::custom)
    }
}

/// A bounded key, read without a second copy.
struct Key(Box<str>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text as key")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
                bounded(text).map(Key)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

fn bounded<E: Error>(text: &str) -> Result<Box<str>, E> {
    if text.len() > MAX_TEXT {
        return Err(E::custom(format_args!("a text longer than {MAX_TEXT} bytes")));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;

    fn json(text: &str) -> Result<Json, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }

    #[test]
    fn keys_are_emitted_shorter_first_then_bytewise() {
        let value = json(r#"{"bb":1,"ab":2,"c":3,"":4,"Zürich":5,"abcdefg":6}"#).unwrap();
        let Json::Object(members) = &value else {
            panic!("not an object: {value:?}")
        };
        let keys: Vec<_> = members.iter().map(|(key, _)| key).collect();
        // "Zürich" and "abcdefg" both have seven bytes.
        assert_eq!(keys, ["", "c", "ab", "bb", "Zürich", "abcdefg"]);
        assert_eq!((members.len(), members.is_empty()), (6, false));
        assert_eq!(members.get("Zürich"), Some(&Json::Int(5)));
        assert_eq!(members.get("absent"), None);
        assert_eq!(
            serde_json::to_string(&value).unwrap(),
            r#"{"":4,"c":3,"ab":2,"bb":1,"Zürich":5,"abcdefg":6}"#
        );
        assert_eq!(cbor::from_slice::<Json>(&cbor::to_vec(&value)), Ok(value));
    }

    #[test]
    fn cbor_of_every_kind_is_the_expected_bytes() {
        let value = json(r#"{"a":[null,true,-1,"x"],"":{}}"#).unwrap();
        let bytes = b"\xa2\x60\xa0\x61a\x84\xf6\xf5\x20\x61x";
        assert_eq!(cbor::to_vec(&value), bytes);
        assert_eq!(cbor::from_slice::<Json>(bytes), Ok(value));
    }

    #[test]
    fn cbor_that_is_not_deterministic_or_not_of_the_model_is_rejected() {
        for (bytes, why) in [
            (&b"\xa2\x61b\x01\x61a\x02"[..], "keys out of order"),
            (b"\xa2\x62aa\x01\x61b\x02", "the longer key first"),
            (b"\xa2\x61a\x01\x61a\x02", "a duplicate key"),
            (b"\xa1\x01\x02", "an integer as key"),
            (b"\x41\x00", "a byte string"),
            (b"\xf7", "undefined"),
            (b"\xf9\x3c\x00", "a half float"),
            (b"\xfb\x40\x45\x00\x00\x00\x00\x00\x00", "a double that is an integer"),
            (b"\x1b\x80\x00\x00\x00\x00\x00\x00\x00", "2^63"),
            (b"\xc0\x61a", "a tag"),
            (b"\x9f\xff", "an indefinite array"),
            (b"\x18\x01", "1 in two bytes"),
        ] {
            assert!(cbor::from_slice::<Json>(bytes).is_err(), "{why}");
        }
    }

    #[test]
    fn json_that_is_not_of_the_model_is_rejected() {
        for (text, why) in [
            ("3.14", "floating point"),
            ("42.0", "floating point"),
            ("9223372036854775808", "integer"),
            (r#"{"a":1,"a":1}"#, "twice"),
        ] {
            let error = json(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        assert_eq!(json("9223372036854775807"), Ok(Json::Int(i64::MAX)));
        assert_eq!(json("-9223372036854775808"), Ok(Json::Int(i64::MIN)));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(json(&nested(MAX_DEPTH)).is_ok());
        assert!(json(&nested(MAX_DEPTH + 1)).unwrap_err().contains("deeper"));
        assert!(cbor::from_slice::<Json>(&[&vec![0x81; MAX_DEPTH][..], &[0x80]].concat()).is_err());
    }

    #[test]
    fn text_is_bounded() {
        let quoted = |length: usize| format!("\"{}\"", "x".repeat(length));
        assert!(json(&quoted(MAX_TEXT)).is_ok());
        assert!(json(&quoted(MAX_TEXT + 1)).unwrap_err().contains("longer"));
        assert!(
            json(&format!("{{{}:1}}", quoted(MAX_TEXT + 1)))
                .unwrap_err()
                .contains("longer")
        );
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let array = |items: usize| format!("[{}]", vec!["1"; items].join(","));
        assert!(json(&array(MAX_VALUES - 1)).is_ok());
        assert!(json(&array(MAX_VALUES)).unwrap_err().contains("values"));
    }
}
