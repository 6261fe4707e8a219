//! The strict part of COSE (RFC 9052) that Postern uses: COSE_Sign1 for codes, COSE_Sign for documents.
//!
//! Deterministic encoding leaves a header of so few members exactly one form, so headers are compared byte by byte.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cbor::{self, ByteString, Bytes, CborError};
use crate::keys::{Kid, SIGNATURE_LEN, SignError, Signature, Signer};

/// COSE algorithm Ed25519 (RFC 9864), as written.
pub const ALG_ED25519: i64 = -19;

/// COSE algorithm EdDSA (RFC 9053), accepted in codes with the same keys.
pub const ALG_EDDSA: i64 = -8;

/// Why bytes are no COSE message that Postern takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CoseError {
    /// Not deterministic CBOR of the message's shape.
    Cbor(CborError),
    /// The protected header is not exactly the algorithm and a kid of 4 bytes, with the media type where there is to be one.
    Header,
    /// The protected header names an algorithm other than Ed25519.
    Algorithm(i64),
}

impl std::fmt::Display for CoseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cbor(e) => e.fmt(f),
            Self::Header => f.write_str(
                "the protected header is not an algorithm, a kid of 4 bytes and the type where there is to be one",
            ),
            Self::Algorithm(alg) => write!(f, "signature algorithm {alg} is not Ed25519"),
        }
    }
}

impl std::error::Error for CoseError {}

impl From<CborError> for CoseError {
    fn from(e: CborError) -> Self {
        Self::Cbor(e)
    }
}

/// The tag of a COSE_Sign1 (RFC 9052 section 2), 18, as written.
const TAG_SIGN1: u8 = 0xd2;

/// A COSE_Sign1 message (RFC 9052 section 4.2), borrowed from its bytes; nothing in it is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign1<'a> {
    protected: &'a [u8],
    /// Names the candidates for the signer's key.
    pub kid: Kid,
    /// What is signed.
    pub payload: &'a [u8],
    /// The signature.
    pub signature: Signature,
}

type Sign1Shape<'a> = (ByteString<'a>, EmptyMap, ByteString<'a>, Bytes<SIGNATURE_LEN>);

impl<'a> Sign1<'a> {
    /// Parses an untagged COSE_Sign1.
    ///
    /// # Errors
    ///
    /// [`CoseError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, CoseError> {
        Self::parse_with(bytes, |header| parse_header(header, true))
    }

    /// Parses a tagged COSE_Sign1 whose protected header says that its payload is of media type `typ` (RFC 9596).
    ///
    /// # Errors
    ///
    /// [`CoseError`]; [`CoseError::Header`] also for another type.
    pub fn parse_typed(bytes: &'a [u8], typ: &str) -> Result<Self, CoseError> {
        let Some((&TAG_SIGN1, message)) = bytes.split_first() else {
            return Err(CborError::Malformed("no tag 18".to_owned()).into());
        };
        Self::parse_with(message, |header| parse_typed_header(header, typ))
    }

    fn parse_with(bytes: &'a [u8], kid: impl FnOnce(&[u8]) -> Result<Kid, CoseError>) -> Result<Self, CoseError> {
        let (protected, _, payload, signature): Sign1Shape<'a> = cbor::from_slice(bytes)?;
        Ok(Self {
            protected: protected.0,
            kid: kid(protected.0)?,
            payload: payload.0,
            signature: signature.0,
        })
    }

    /// The bytes under the signature: the Sig_structure of RFC 9052 section 4.4.
    pub fn to_be_signed(&self) -> Vec<u8> {
        sign1_structure(self.protected, self.payload)
    }
}

/// Signs `payload` as an untagged COSE_Sign1.
///
/// # Errors
///
/// The signer's.
pub fn sign1(signer: &dyn Signer, kid: Kid, payload: &[u8]) -> Result<Vec<u8>, SignError> {
    let protected = header(kid);
    let signature = signer.sign(&sign1_structure(&protected, payload))?;
    Ok(sign1_message(&protected, payload, &signature))
}

/// Signs `payload` of media type `typ` as a tagged COSE_Sign1 that names the type.
///
/// # Errors
///
/// The signer's.
pub fn sign1_typed(signer: &dyn Signer, kid: Kid, typ: &str, payload: &[u8]) -> Result<Vec<u8>, SignError> {
    let protected = typed_header(kid, typ);
    let signature = signer.sign(&sign1_structure(&protected, payload))?;
    let mut message = sign1_message(&protected, payload, &signature);
    message.insert(0, TAG_SIGN1);
    Ok(message)
}

/// As [`sign1`], for many payloads at once.
///
/// # Errors
///
/// The signer's; then there is no message.
pub fn sign1_all(signer: &dyn Signer, kid: Kid, payloads: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, SignError> {
    let protected = header(kid);
    let structures: Vec<_> = payloads.iter().map(|p| sign1_structure(&protected, p)).collect();
    let signatures = signer.sign_all(&structures)?;
    let signed = payloads.iter().zip(&signatures);
    Ok(signed
        .map(|(p, signature)| sign1_message(&protected, p, signature))
        .collect())
}

fn sign1_message(protected: &[u8], payload: &[u8], signature: &Signature) -> Vec<u8> {
    let mut message = Vec::with_capacity(payload.len() + protected.len() + 80);
    message.push(0x84);
    push_bytes(&mut message, protected);
    message.push(0xa0);
    push_bytes(&mut message, payload);
    push_bytes(&mut message, signature);
    message
}

/// A COSE_Sign message (RFC 9052 section 4.1): a payload, its type, and any number of signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    protected: Vec<u8>,
    /// What is signed.
    pub payload: Vec<u8>,
    /// The signatures, none for a draft.
    pub signatures: Vec<SignatureEntry>,
}

/// The most signatures that a message may carry.
pub const MAX_SIGNATURES: usize = 64;

/// One signature of a COSE_Sign message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureEntry {
    /// Names the candidates for the signer's key.
    pub kid: Kid,
    /// The signature.
    pub signature: Signature,
}

type EntryShape<'a> = (ByteString<'a>, EmptyMap, Bytes<SIGNATURE_LEN>);
type SignShape<'a> = (ByteString<'a>, EmptyMap, ByteString<'a>, Vec<EntryShape<'a>>);

impl Sign {
    /// A draft: `payload` of media type `typ` (RFC 9596), without signatures.
    pub fn draft(typ: &str, payload: Vec<u8>) -> Self {
        Self {
            protected: typ_header(typ),
            payload,
            signatures: Vec::new(),
        }
    }

    /// Parses an untagged COSE_Sign.
    ///
    /// # Errors
    ///
    /// [`CoseError`]; [`CoseError::Header`] also where there are more than [`MAX_SIGNATURES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CoseError> {
        let (protected, _, payload, entries): SignShape<'_> = cbor::from_slice(bytes)?;
        if entries.len() > MAX_SIGNATURES {
            return Err(CoseError::Header);
        }
        let signatures = entries
            .into_iter()
            .map(SignatureEntry::from_shape)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            protected: protected.0.to_vec(),
            payload: payload.0.to_vec(),
            signatures,
        })
    }

    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let headers: Vec<_> = self.signatures.iter().map(|entry| header(entry.kid)).collect();
        let entries = self
            .signatures
            .iter()
            .zip(&headers)
            .map(|(entry, header)| entry.shape(header))
            .collect();
        let shape: SignShape<'_> = (
            ByteString(&self.protected),
            EmptyMap::default(),
            ByteString(&self.payload),
            entries,
        );
        cbor::to_vec(&shape)
    }

    /// Whether the message says that its payload is of media type `typ`.
    pub fn is_of_type(&self, typ: &str) -> bool {
        self.protected == typ_header(typ)
    }

    /// The bytes under a signature by a key with this kid: the Sig_structure of RFC 9052 section 4.4.
    pub fn to_be_signed(&self, kid: Kid) -> Vec<u8> {
        let mut bytes = vec![0x85, 0x69];
        bytes.extend_from_slice(b"Signature");
        push_bytes(&mut bytes, &self.protected);
        push_bytes(&mut bytes, &header(kid));
        push_bytes(&mut bytes, &[]);
        push_bytes(&mut bytes, &self.payload);
        bytes
    }

    /// Makes a signature over this message, without adding it.
    ///
    /// # Errors
    ///
    /// The signer's.
    pub fn signature_by(&self, signer: &dyn Signer) -> Result<SignatureEntry, SignError> {
        let kid = signer.public().kid();
        Ok(SignatureEntry {
            kid,
            signature: signer.sign(&self.to_be_signed(kid))?,
        })
    }
}

impl SignatureEntry {
    /// A signature that travels alone, bound to the digest of the payload that it is over (`docs/FORMAT.md` section 3).
    pub fn to_detached(self, digest: &[u8; 32]) -> Vec<u8> {
        cbor::to_vec(&(Bytes(*digest), self.shape(&header(self.kid))))
    }

    /// Parses a signature that travels alone: the payload's digest and the signature.
    ///
    /// # Errors
    ///
    /// [`CoseError`].
    pub fn from_detached(bytes: &[u8]) -> Result<([u8; 32], Self), CoseError> {
        let (digest, entry): (Bytes<32>, EntryShape<'_>) = cbor::from_slice(bytes)?;
        Ok((digest.0, Self::from_shape(entry)?))
    }

    fn from_shape((protected, _, signature): EntryShape<'_>) -> Result<Self, CoseError> {
        Ok(Self {
            kid: parse_header(protected.0, false)?,
            signature: signature.0,
        })
    }

    fn shape<'a>(&self, header: &'a [u8]) -> EntryShape<'a> {
        (ByteString(header), EmptyMap::default(), Bytes(self.signature))
    }
}

/// A map without members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
struct EmptyMap(BTreeMap<u8, ()>);

impl<'de> Deserialize<'de> for EmptyMap {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = EmptyMap;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a map without members")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<EmptyMap, A::Error> {
                match map.next_key::<serde::de::IgnoredAny>()? {
                    None => Ok(EmptyMap::default()),
                    Some(_) => Err(serde::de::Error::custom("an unprotected header")),
                }
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// `{1: -19, 4: kid}`.
fn header(Kid([a, b, c, d]): Kid) -> [u8; 9] {
    [0xa2, 0x01, 0x32, 0x04, 0x44, a, b, c, d]
}

fn parse_header(bytes: &[u8], eddsa_too: bool) -> Result<Kid, CoseError> {
    match *bytes {
        [0xa2, 0x01, alg, 0x04, 0x44, a, b, c, d] if alg == 0x32 || (eddsa_too && alg == 0x27) => Ok(Kid([a, b, c, d])),
        _ => Err(other_algorithm(bytes).map_or(CoseError::Header, CoseError::Algorithm)),
    }
}

/// `{1: -19, 4: kid, 16: typ}`: the members of both headers, ascending as they are.
fn typed_header(kid: Kid, typ: &str) -> Vec<u8> {
    [&[0xa3], &header(kid)[1..], &typ_header(typ)[1..]].concat()
}

fn parse_typed_header(bytes: &[u8], typ: &str) -> Result<Kid, CoseError> {
    match *bytes {
        [0xa3, 0x01, 0x32, 0x04, 0x44, a, b, c, d, ..] if bytes == typed_header(Kid([a, b, c, d]), typ) => {
            Ok(Kid([a, b, c, d]))
        }
        _ => Err(other_algorithm(bytes).map_or(CoseError::Header, CoseError::Algorithm)),
    }
}

/// The algorithm of a header that is not ours, so that the message can say more than "malformed".
fn other_algorithm(bytes: &[u8]) -> Option<i64> {
    let serde_cbor::Value::Map(members) = serde_cbor::from_slice(bytes).ok()? else {
        return None;
    };
    match members.get(&serde_cbor::Value::Integer(1))? {
        serde_cbor::Value::Integer(alg) if ![ALG_ED25519, ALG_EDDSA].map(i128::from).contains(alg) => {
            i64::try_from(*alg).ok()
        }
        _ => None,
    }
}

/// `{16: typ}`.
fn typ_header(typ: &str) -> Vec<u8> {
    cbor::to_vec(&BTreeMap::from([(16u8, typ)]))
}

fn sign1_structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + protected.len() + 20);
    bytes.extend_from_slice(b"\x84\x6aSignature1");
    push_bytes(&mut bytes, protected);
    push_bytes(&mut bytes, &[]);
    push_bytes(&mut bytes, payload);
    bytes
}

/// Appends a byte string with the shortest head.
fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = (bytes.len() as u64).to_be_bytes();
    match bytes.len() {
        n @ 0..=23 => out.push(0x40 | n as u8),
        24..=0xff => out.extend([0x58, length[7]]),
        0x100..=0xffff => out.extend([0x59, length[6], length[7]]),
        0x1_0000..=0xffff_ffff => {
            out.push(0x5a);
            out.extend_from_slice(&length[4..]);
        }
        _ => {
            out.push(0x5b);
            out.extend_from_slice(&length);
        }
    }
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests;
