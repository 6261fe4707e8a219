//! What is sealed in a bundle, where it lies in the bytes: a hostile content costs no more memory than it has.

use std::fmt;
use std::marker::PhantomData;

use postern_core::cbor::{ByteString, Bytes};
use postern_core::keys::PublicKey;
use postern_core::text::GateName;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{BundleError, LogBundle, MAX_LEAVES, MAX_PROOF};

/// The format of the content.
const FORMAT: u64 = 1;

/// `log-content`; the fields in the order of RFC 8949 section 4.2.1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content<'a> {
    key: PublicKey,
    from: u64,
    gate: GateName,
    note: &'a str,
    proof: List<Bytes<32>, MAX_PROOF>,
    format: u64,
    #[serde(borrow)]
    leaves: List<ByteString<'a>, MAX_LEAVES>,
}

impl<'a> Content<'a> {
    pub(super) fn of(bundle: &'a LogBundle) -> Self {
        Self {
            key: bundle.key,
            from: bundle.from,
            gate: bundle.gate.clone(),
            note: &bundle.note,
            proof: List(bundle.proof.iter().map(|hash| Bytes(*hash)).collect()),
            format: FORMAT,
            leaves: List(bundle.leaves.iter().map(|leaf| ByteString(leaf)).collect()),
        }
    }

    pub(super) fn into_bundle(self) -> Result<LogBundle, BundleError> {
        if self.format != FORMAT {
            return Err(BundleError::LaterFormat(self.format));
        }
        Ok(LogBundle {
            key: self.key,
            from: self.from,
            gate: self.gate,
            note: self.note.to_owned(),
            proof: self.proof.0.into_iter().map(|hash| hash.0).collect(),
            leaves: self.leaves.0.into_iter().map(|leaf| leaf.0.to_vec()).collect(),
        })
    }
}

/// At most `MAX` elements, counted while they are read.
#[derive(Serialize)]
#[serde(transparent)]
struct List<T, const MAX: usize>(Vec<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

struct Elements<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Elements<T, MAX> {
    type Value = List<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of at most {MAX} elements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            if elements.len() == MAX {
                return Err(A::Error::custom(format_args!("more than {MAX} elements")));
            }
            elements.push(element);
        }
        Ok(List(elements))
    }
}
