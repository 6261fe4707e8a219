//! Codes: `PC1:` and Base45 of a COSE_Sign1 over a CWT claims set (`docs/FORMAT.md` section 2).
//!
//! The stages are types. A [`ParsedCode`] is only well-formed; only [`crate::verdict`] makes more of it, with keys.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base45;
use crate::cbor::{self, CborError};
use crate::cose::{self, CoseError, Sign1};
use crate::keys::{self, BadSignature, BatchKey, Kid, PublicKey, SignError, Signature, Signed, Signer};
use crate::record::Record;
use crate::time::Time;

/// What the text of a code of this version begins with.
pub const PREFIX: &str = "PC1:";

/// The most characters of a code's text.
pub const MAX_TEXT: usize = 1024;

/// The private claim that holds the record.
const CLAIM_RECORD: i64 = -65537;

/// The signed claims of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The last second at which the code is accepted (`exp`).
    pub expires: Time,
    /// When the code was issued (`iat`); before [`Self::expires`].
    pub issued: Time,
    /// The holder and the facts.
    pub record: Record,
}

impl Claims {
    /// When the test of the record was sampled.
    pub fn sampled(&self) -> Option<Time> {
        let seconds = u64::from(self.record.facts.test?.age()) * 60;
        Some(Time::saturating(self.issued.seconds().saturating_sub(seconds) as i64))
    }
}

impl Serialize for Claims {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry(&4u8, &self.expires)?;
        map.serialize_entry(&6u8, &self.issued)?;
        map.serialize_entry(&CLAIM_RECORD, &self.record)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Claims;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the claims exp, iat and the record, in this order")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
                fn next<'de, A: serde::de::MapAccess<'de>, T: Deserialize<'de>>(
                    map: &mut A,
                    label: i64,
                ) -> Result<T, A::Error> {
                    match map.next_key::<i64>()? {
                        Some(found) if found == label => map.next_value(),
                        _ => Err(serde::de::Error::custom("a claim is missing, foreign or out of order")),
                    }
                }
                let claims = Claims {
                    expires: next(&mut map, 4)?,
                    issued: next(&mut map, 6)?,
                    record: next(&mut map, CLAIM_RECORD)?,
                };
                if map.next_key::<serde::de::IgnoredAny>()?.is_some() {
                    return Err(serde::de::Error::custom("a claim too many"));
                }
                if claims.issued >= claims.expires {
                    return Err(serde::de::Error::custom("expires before it was issued"));
                }
                Ok(claims)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Mints a code: the text of `claims` under the signer's key.
///
/// # Errors
///
/// The signer's.
///
/// # Panics
///
/// Where `claims` expire before they were issued: the caller's mistake, and no reader would take the code.
pub fn mint(signer: &dyn Signer, kid: Kid, claims: &Claims) -> Result<String, SignError> {
    Ok(text(&cose::sign1(signer, kid, &payload(claims))?))
}

/// Mints many codes: their COSE_Sign1 in the order of the claims, the same bytes as those of [`mint`].
///
/// # Errors
///
/// The signer's; then none is minted.
///
/// # Panics
///
/// Where claims expire before they were issued, as [`mint`].
pub fn mint_all<'c>(
    signer: &dyn Signer,
    kid: Kid,
    claims: impl IntoIterator<Item = &'c Claims>,
) -> Result<Vec<Vec<u8>>, SignError> {
    let payloads: Vec<_> = claims.into_iter().map(payload).collect();
    cose::sign1_all(signer, kid, &payloads)
}

/// The text of a code from its COSE_Sign1.
pub fn text(code: &[u8]) -> String {
    let mut text = String::with_capacity(PREFIX.len() + code.len() / 2 * 3 + 3);
    text.push_str(PREFIX);
    base45::encode_into(code, &mut text);
    text
}

fn payload(claims: &Claims) -> Vec<u8> {
    assert!(claims.issued < claims.expires, "a code expires after it was issued");
    cbor::to_vec(claims)
}

/// The first 16 bytes of SHA-256 over a code's bytes: names a code in verdicts and logs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeDigest(pub [u8; 16]);

impl std::fmt::Display for CodeDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::hex(&self.0))
    }
}

impl std::fmt::Debug for CodeDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CodeDigest({self})")
    }
}

/// A well-formed code. Nothing in it is believed: it cannot be judged before a key has verified it.
#[derive(Clone, Debug)]
pub struct ParsedCode {
    /// Names the candidates for the signer's key.
    pub kid: Kid,
    /// The code's digest.
    pub digest: CodeDigest,
    claims: Claims,
    to_be_signed: Vec<u8>,
    signature: Signature,
}

impl ParsedCode {
    /// Parses the text of a code.
    ///
    /// # Errors
    ///
    /// [`CodeError`].
    pub fn from_text(text: &str) -> Result<Self, CodeError> {
        let Some(body) = text.strip_prefix(PREFIX) else {
            return Err(classify(text));
        };
        if text.len() > MAX_TEXT {
            return Err(CodeError::TooLong);
        }
        let bytes = base45::decode(body).map_err(|at| CodeError::Base45 {
            position: PREFIX.len() + at,
        })?;
        Self::from_bytes(&bytes)
    }

    /// Parses the COSE_Sign1 of a code.
    ///
    /// # Errors
    ///
    /// [`CodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodeError> {
        let message = Sign1::parse(bytes)?;
        let claims = cbor::from_slice(message.payload).map_err(CodeError::Claims)?;
        let digest = Sha256::digest(bytes);
        Ok(Self {
            kid: message.kid,
            digest: CodeDigest(digest[..16].try_into().expect("SHA-256 has 32 bytes")),
            claims,
            to_be_signed: message.to_be_signed(),
            signature: message.signature,
        })
    }

    /// Verifies the code under `key`; only then can its claims be read.
    ///
    /// # Errors
    ///
    /// [`BadSignature`].
    pub fn verify(&self, key: &PublicKey) -> Result<&Claims, BadSignature> {
        key.verify(&self.to_be_signed, &self.signature).map(|()| &self.claims)
    }

    /// The claims of a code that nobody has verified, to show to a person who asks what a code says.
    pub fn danger_unverified_claims(&self) -> &Claims {
        &self.claims
    }
}

/// Verifies each code under its key, as [`ParsedCode::verify`] does, for a third of the time where there are many.
///
/// The results are in the order of the codes; [`keys::verify_all`] says which one may differ from [`ParsedCode::verify`].
pub fn verify_all<'c>(codes: &[(&'c ParsedCode, &BatchKey)]) -> Vec<Result<&'c Claims, BadSignature>> {
    let signed: Vec<Signed<'_>> = codes
        .iter()
        .map(|(code, key)| Signed {
            key,
            message: &code.to_be_signed,
            signature: &code.signature,
        })
        .collect();
    let results = keys::verify_all(&signed).into_iter();
    codes
        .iter()
        .zip(results)
        .map(|((code, _), result)| result.map(|()| &code.claims))
        .collect()
}

/// Why a text is no code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeError {
    /// No group of characters that a Base45 encoder writes, at this character.
    Base45 {
        /// Position in the text.
        position: usize,
    },
    /// The claims are not those of a code.
    Claims(CborError),
    /// Not the COSE message of a code.
    Cose(CoseError),
    /// A health code of another system.
    Foreign(ForeignFormat),
    /// A later version of this format.
    LaterVersion,
    /// Some other text.
    NotACode,
    /// Longer than any code.
    TooLong,
}

impl From<CoseError> for CodeError {
    fn from(e: CoseError) -> Self {
        Self::Cose(e)
    }
}

impl std::fmt::Display for CodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Base45 { position } => write!(f, "not Base45 at character {position}"),
            Self::Claims(e) => write!(f, "in the claims: {e}"),
            Self::Cose(e) => e.fmt(f),
            Self::Foreign(format) => write!(f, "a code of another system: {}", format.as_str()),
            Self::LaterVersion => f.write_str("a later version of this format"),
            Self::NotACode => f.write_str("not a health code"),
            Self::TooLong => write!(f, "longer than {MAX_TEXT} characters"),
        }
    }
}

impl std::error::Error for CodeError {}

/// Health codes of other systems, told by how they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForeignFormat {
    /// EU Digital COVID Certificate, `HC1:`.
    EuDcc,
    /// New Zealand COVID Pass, `NZCP:/`.
    NzPass,
    /// SMART Health Card, `shc:/`.
    SmartHealthCard,
}

impl ForeignFormat {
    /// A stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EuDcc => "eu-dcc",
            Self::NzPass => "nz-pass",
            Self::SmartHealthCard => "smart-health-card",
        }
    }
}

fn classify(text: &str) -> CodeError {
    let later = || {
        let (number, _) = text.strip_prefix("PC")?.split_once(':')?;
        let counts = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        (counts && !number.starts_with('0')).then_some(CodeError::LaterVersion)
    };
    match text {
        _ if text.starts_with("HC1:") => CodeError::Foreign(ForeignFormat::EuDcc),
        _ if text.starts_with("NZCP:/") => CodeError::Foreign(ForeignFormat::NzPass),
        _ if text.starts_with("shc:/") => CodeError::Foreign(ForeignFormat::SmartHealthCard),
        _ => later().unwrap_or(CodeError::NotACode),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::PrivateKey;
    use crate::record::tests::{any_record, sample};

    fn key() -> PrivateKey {
        PrivateKey::from_seed(&[3; 32])
    }

    fn claims(record: Record) -> Claims {
        Claims {
            expires: Time::saturating(1_826_841_600),
            issued: Time::saturating(1_795_305_600),
            record,
        }
    }

    fn text_of(record: Record) -> String {
        mint(&key(), key().public().kid(), &claims(record)).unwrap()
    }

    #[test]
    fn the_record_of_the_size_budget_fits() {
        let text = text_of(sample());
        let bytes = base45::decode(&text[PREFIX.len()..]).unwrap();
        assert_eq!((bytes.len(), text.len()), (143, 219));
    }

    #[test]
    fn texts_that_are_no_codes_are_told_apart() {
        use CodeError::*;
        for (text, expected) in [
            ("", NotACode),
            ("https://example.org/", NotACode),
            ("pc1:ABC", NotACode),
            ("PCX:ABC", NotACode),
            ("PC01:ABC", NotACode),
            ("PC2:ABC", LaterVersion),
            ("PC10:ABC", LaterVersion),
            ("HC1:6BF", Foreign(ForeignFormat::EuDcc)),
            ("shc:/5676", Foreign(ForeignFormat::SmartHealthCard)),
            ("NZCP:/1/2KCE", Foreign(ForeignFormat::NzPass)),
            ("PC1:GGW", Base45 { position: 4 }),
        ] {
            assert_eq!(ParsedCode::from_text(text).err(), Some(expected), "{text}");
        }
        assert_eq!(
            ParsedCode::from_text(&format!("PC1:{}", "0".repeat(MAX_TEXT))).err(),
            Some(TooLong)
        );
    }

    #[test]
    fn claims_that_no_issuer_writes_are_refused() {
        let good = claims(sample());
        let backwards = Claims {
            expires: good.issued,
            ..good.clone()
        };
        assert!(cbor::from_slice::<Claims>(&cbor::to_vec(&backwards)).is_err());
        let bytes = cbor::to_vec(&good);
        let mut unsorted = vec![0xa3];
        unsorted.extend_from_slice(&bytes[7..13]);
        unsorted.extend_from_slice(&bytes[1..7]);
        unsorted.extend_from_slice(&bytes[13..]);
        assert!(cbor::from_slice::<Claims>(&unsorted).is_err());
        let mut duplicate = vec![0xa4];
        duplicate.extend_from_slice(&bytes[1..7]);
        duplicate.extend_from_slice(&bytes[1..]);
        assert!(cbor::from_slice::<Claims>(&duplicate).is_err());
    }

    #[test]
    fn a_test_was_sampled_before_the_code_was_issued() {
        let claims = claims(sample());
        assert_eq!(
            claims.sampled(),
            Some(Time::saturating(claims.issued.seconds() as i64 - 86_400))
        );
    }

    proptest! {
        #[test]
        fn codes_round_trip(record in any_record()) {
            let parsed = ParsedCode::from_text(&text_of(record.clone())).unwrap();
            prop_assert_eq!(parsed.verify(&key().public()), Ok(&claims(record)));
            prop_assert_eq!(parsed.verify(&PrivateKey::from_seed(&[4; 32]).public()), Err(BadSignature));
        }

        #[test]
        fn no_flipped_bit_verifies(bit in 0usize..143 * 8) {
            let text = text_of(sample());
            let mut bytes = base45::decode(&text[PREFIX.len()..]).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(parsed) = ParsedCode::from_bytes(&bytes) {
                // The kid is under the signature too, though it may lead nowhere.
                prop_assert_eq!(parsed.verify(&key().public()), Err(BadSignature));
            }
        }

        #[test]
        fn parsing_never_panics(text in "(PC1:)?[0-9A-Z $%*+./:-]{0,400}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = ParsedCode::from_text(&text);
            let _ = ParsedCode::from_bytes(&bytes);
        }
    }
}
