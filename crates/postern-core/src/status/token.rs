//! Status lists as they travel: a Token Status List in its CWT form (draft-ietf-oauth-status-list-21 section 5.2).

use serde::{Deserialize, Serialize};

use super::list::{MAX_LIST_BYTES, StatusList};
use super::zlib;
use crate::cbor::{self, ByteString, CborError, next_member};
use crate::cose::{self, CoseError, Sign1};
use crate::keys::{Kid, PublicKey, SignError, Signer};
use crate::text::Ident;
use crate::time::Time;
use crate::trust::{DocumentKind, Fault, MAX_VERSION, TrustError};

/// The media type in the protected header.
const TYPE: &str = "application/statuslist+cwt";

/// What the subject is before the list's name.
const SUBJECT: &str = "postern:";

/// The claim that holds the list (draft-ietf-oauth-status-list-21 section 5.2).
const CLAIM_STATUS_LIST: i64 = 65533;

/// The private claim that holds the version.
const CLAIM_VERSION: i64 = -65538;

/// Bits for each index.
const BITS: u64 = 2;

/// A status list in its envelope, borrowed from its bytes. It is well-formed; only [`Self::signed_by`] makes more of it.
#[derive(Clone, Debug)]
pub struct StatusToken<'a> {
    message: Sign1<'a>,
    claims: Claims<'a>,
}

impl<'a> StatusToken<'a> {
    /// The most bytes of a whole token: a list that cannot be compressed, and what is around it.
    pub const MAX_LEN: usize = MAX_LIST_BYTES + (64 << 10);

    /// Signs version `version` of a list, whose bytes come in the ZLIB format (RFC 1950).
    ///
    /// # Errors
    ///
    /// The signer's; also where the version is not of 1 to [`MAX_VERSION`], which no reader takes.
    pub fn sign(
        signer: &dyn Signer,
        list: &Ident,
        version: u64,
        issued: Time,
        zlib: &[u8],
    ) -> Result<Vec<u8>, SignError> {
        check_version(version).map_err(|why| SignError(why.to_owned()))?;
        let claims = Claims {
            list: list.clone(),
            issued,
            zlib,
            version,
        };
        cose::sign1_typed(signer, signer.public().kid(), TYPE, &cbor::to_vec(&claims))
    }

    /// Parses a token.
    ///
    /// # Errors
    ///
    /// [`TrustError`] of a status list.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, TrustError> {
        if bytes.len() > Self::MAX_LEN {
            return Err(error(Fault::TooLarge { bound: Self::MAX_LEN }));
        }
        let of_envelope = |e: CoseError| error(Fault::Envelope(e));
        let of_payload = |e: CborError| error(Fault::Payload(e));
        let message = Sign1::parse_typed(bytes, TYPE).map_err(of_envelope)?;
        let claims = cbor::from_slice(message.payload).map_err(of_payload)?;
        Ok(Self { message, claims })
    }

    /// The list's name.
    pub fn list(&self) -> &Ident {
        &self.claims.list
    }

    /// The version of the list.
    pub fn version(&self) -> u64 {
        self.claims.version
    }

    /// When it was made.
    pub fn issued(&self) -> Time {
        self.claims.issued
    }

    /// Names the candidates for the signer's key.
    pub fn kid(&self) -> Kid {
        self.message.kid
    }

    /// Whether one of these keys signed it.
    pub fn signed_by(&self, keys: &[PublicKey]) -> bool {
        let to_be_signed = self.message.to_be_signed();
        keys.iter()
            .filter(|key| key.kid() == self.message.kid)
            .any(|key| key.verify(&to_be_signed, &self.message.signature).is_ok())
    }

    /// The list, which must be of exactly `size` bytes.
    ///
    /// # Errors
    ///
    /// [`Fault::TooLarge`] where the size is past [`MAX_LIST_BYTES`]; [`Fault::Content`] where it is not what comes out.
    pub fn inflate(&self, size: u64) -> Result<StatusList, TrustError> {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > MAX_LIST_BYTES {
            return Err(error(Fault::TooLarge { bound: MAX_LIST_BYTES }));
        }
        match zlib::inflate(self.claims.zlib, size) {
            Some(bytes) => StatusList::new(bytes),
            None => Err(error(Fault::Content("it does not inflate to the size that is pinned"))),
        }
    }

    /// The list, of whatever size up to [`MAX_LIST_BYTES`], for the one who pins it.
    ///
    /// # Errors
    ///
    /// [`Fault::Content`].
    pub fn inflate_unpinned(&self) -> Result<StatusList, TrustError> {
        match zlib::inflate_up_to(self.claims.zlib, MAX_LIST_BYTES) {
            Some(bytes) => StatusList::new(bytes),
            None => Err(error(Fault::Content("it does not inflate to a list"))),
        }
    }
}

fn error(fault: Fault) -> TrustError {
    TrustError {
        document: DocumentKind::Status,
        fault,
    }
}

/// Versions count from 1.
pub(super) fn check_version(version: u64) -> Result<(), &'static str> {
    match (1..=MAX_VERSION).contains(&version) {
        true => Ok(()),
        false => Err("a version out of range"),
    }
}

/// The claims set (RFC 8392).
#[derive(Clone, Debug)]
struct Claims<'a> {
    list: Ident,
    issued: Time,
    zlib: &'a [u8],
    version: u64,
}

/// The member `status_list`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListShape<'a> {
    #[serde(borrow)]
    lst: ByteString<'a>,
    bits: u64,
}

impl Serialize for Claims<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let list = ListShape {
            lst: ByteString(self.zlib),
            bits: BITS,
        };
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry(&2u8, &format!("{SUBJECT}{}", self.list))?;
        map.serialize_entry(&6u8, &self.issued)?;
        map.serialize_entry(&CLAIM_STATUS_LIST, &list)?;
        map.serialize_entry(&CLAIM_VERSION, &self.version)?;
        map.end()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Claims<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Claims<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the claims sub, iat, the status list and the version, in this order")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                use serde::de::Error;
                let subject: &str = next_member(&mut map, 2)?;
                let issued = next_member(&mut map, 6)?;
                let list: ListShape<'de> = next_member(&mut map, CLAIM_STATUS_LIST)?;
                let version = next_member(&mut map, CLAIM_VERSION)?;
                if map.next_key::<serde::de::IgnoredAny>()?.is_some() {
                    return Err(A::Error::custom("a claim too many"));
                }
                if list.bits != BITS {
                    return Err(A::Error::custom("a status list of other than two bits"));
                }
                check_version(version).map_err(A::Error::custom)?;
                let name = subject.strip_prefix(SUBJECT).and_then(|name| name.parse().ok());
                Ok(Claims {
                    list: name.ok_or_else(|| A::Error::custom("the subject is not the name of a list"))?,
                    issued,
                    zlib: list.lst.0,
                    version,
                })
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use ciborium::{Value, cbor};
    use proptest::prelude::*;

    use super::*;
    use crate::keys::PrivateKey;

    const ISSUED: Time = Time::saturating(1_800_000_000);

    fn key() -> PrivateKey {
        PrivateKey::from_seed(&[4; 32])
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
    }

    fn token(bytes: &[u8]) -> Vec<u8> {
        StatusToken::sign(&key(), &"east".parse().unwrap(), 9, ISSUED, &deflate(bytes)).unwrap()
    }

    fn fault(bytes: &[u8]) -> Fault {
        StatusToken::parse(bytes).unwrap_err().fault
    }

    #[test]
    fn what_is_signed_is_read() {
        let bytes = token(&[0x1b, 0]);
        let token = StatusToken::parse(&bytes).unwrap();
        assert_eq!(
            (token.list().as_str(), token.version(), token.issued()),
            ("east", 9, ISSUED)
        );
        assert_eq!(token.kid(), key().public().kid());
        assert_eq!(token.inflate(2).unwrap().bytes(), [0x1b, 0]);
        for size in [0, 1, 3] {
            assert!(
                matches!(token.inflate(size).unwrap_err().fault, Fault::Content(_)),
                "{size}"
            );
        }
        for size in [MAX_LIST_BYTES as u64 + 1, u64::MAX] {
            assert!(matches!(token.inflate(size).unwrap_err().fault, Fault::TooLarge { .. }));
        }
    }

    #[test]
    fn one_of_the_keys_must_have_signed() {
        let bytes = token(&[0]);
        let token = StatusToken::parse(&bytes).unwrap();
        let [ours, other] = [key(), PrivateKey::from_seed(&[5; 32])].map(|key| key.public());
        assert!(token.signed_by(&[ours]) && token.signed_by(&[other, ours]));
        assert!(!token.signed_by(&[other]) && !token.signed_by(&[]));
    }

    #[test]
    fn a_version_that_no_reader_takes_is_not_signed() {
        let sign = |version| StatusToken::sign(&key(), &"east".parse().unwrap(), version, ISSUED, &[]);
        assert!(sign(0).is_err() && sign(MAX_VERSION + 1).is_err());
        assert!(sign(1).is_ok() && sign(MAX_VERSION).is_ok());
    }

    #[test]
    fn only_the_claims_of_the_format_are_taken() {
        let fault_of = |claims: Result<Value, ciborium::value::Error>| {
            let mut payload = Vec::new();
            ciborium::into_writer(&claims.unwrap(), &mut payload).unwrap();
            StatusToken::parse(&cose::sign1_typed(&key(), key().public().kid(), TYPE, &payload).unwrap())
                .map(|_| ())
                .map_err(|e| e.fault)
        };
        let lst = Value::Bytes(vec![0]);
        let list = cbor!({ "lst" => lst, "bits" => 2 }).unwrap();
        assert_eq!(
            fault_of(cbor!({ 2 => "postern:east", 6 => 1, 65533 => list, -65538 => 9 })),
            Ok(())
        );
        let refused = [
            cbor!({ 2 => "east", 6 => 1, 65533 => list, -65538 => 9 }),
            cbor!({ 2 => "postern:East", 6 => 1, 65533 => list, -65538 => 9 }),
            cbor!({ 2 => "postern:east", 6 => 253402300800u64, 65533 => list, -65538 => 9 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => list, -65538 => 0 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => list, -65538 => 9007199254740992u64 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => list }),
            cbor!({ 2 => "postern:east", 4 => 2, 6 => 1, 65533 => list, -65538 => 9 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => list, -65538 => 9, -65539 => 9 }),
            cbor!({ 6 => 1, 2 => "postern:east", 65533 => list, -65538 => 9 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => { "lst" => lst, "bits" => 1 }, -65538 => 9 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => { "lst" => lst, "bits" => 8 }, -65538 => 9 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => { "bits" => 2, "lst" => lst }, -65538 => 9 }),
            cbor!({ 2 => "postern:east", 6 => 1, 65533 => { "lst" => "", "bits" => 2 }, -65538 => 9 }),
            cbor!([]),
        ];
        for claims in refused {
            let shown = format!("{claims:?}");
            assert!(matches!(fault_of(claims), Err(Fault::Payload(_))), "{shown}");
        }
    }

    #[test]
    fn another_envelope_is_refused() {
        let good = token(&[0]);
        assert!(
            matches!(fault(&good[1..]), Fault::Envelope(CoseError::Cbor(_))),
            "no tag"
        );
        let other = cose::sign1_typed(&key(), key().public().kid(), "application/cwt", &[0xa0]).unwrap();
        assert_eq!(fault(&other), Fault::Envelope(CoseError::Header));
        assert!(matches!(
            fault(&[&good[..], &[0]].concat()),
            Fault::Envelope(CoseError::Cbor(_))
        ));
        let large = vec![0; StatusToken::MAX_LEN + 1];
        assert!(matches!(fault(&large), Fault::TooLarge { .. }));
    }

    proptest! {
        #[test]
        fn tokens_round_trip(bytes in proptest::collection::vec(any::<u8>(), 0..300), version in 1..=MAX_VERSION) {
            let name: Ident = "a-list".parse().unwrap();
            let signed = StatusToken::sign(&key(), &name, version, ISSUED, &deflate(&bytes)).unwrap();
            let token = StatusToken::parse(&signed).unwrap();
            prop_assert_eq!((token.list(), token.version()), (&name, version));
            prop_assert!(token.signed_by(&[key().public()]));
            let list = token.inflate(bytes.len() as u64).unwrap();
            prop_assert_eq!(list.bytes(), &bytes[..]);
        }

        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = StatusToken::parse(&bytes);
            let payload = cose::sign1_typed(&key(), key().public().kid(), TYPE, &bytes).unwrap();
            let _ = StatusToken::parse(&payload);
        }
    }
}
