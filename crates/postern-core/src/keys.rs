//! Ed25519 keys (RFC 8032), their names, and the one way in which signatures are made and checked.

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cbor::Bytes;

mod batch;
mod together;

pub use together::{BatchKey, Signed, verify_all};

/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64;

/// A signature's bytes.
pub type Signature = [u8; SIGNATURE_LEN];

/// What a key may sign (`docs/FORMAT.md`, section 1). A key is bound to one role by the document that lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Signs receipts for logs.
    Auditor,
    /// Signs codes.
    Code,
    /// Signs the checkpoints and bundles of one gate's log.
    Gate,
    /// Signs packs.
    Publisher,
    /// Signs roots.
    Root,
    /// Signs snapshots.
    Snapshot,
    /// Signs status lists, deltas and columns.
    Status,
    /// Derives document tags; not a signature key.
    Tag,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Auditor,
        Self::Code,
        Self::Gate,
        Self::Publisher,
        Self::Root,
        Self::Snapshot,
        Self::Status,
        Self::Tag,
    ];

    /// The role's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Code => "code",
            Self::Gate => "gate",
            Self::Publisher => "publisher",
            Self::Root => "root",
            Self::Snapshot => "snapshot",
            Self::Status => "status",
            Self::Tag => "tag",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

/// The text names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRole;

impl std::fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "not a role; the roles are {}",
            Role::ALL.map(Role::as_str).join(", ")
        )
    }
}

impl std::error::Error for UnknownRole {}

/// The first 4 bytes of a key's thumbprint. It narrows the search for a key; it identifies none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid(pub [u8; 4]);

impl std::fmt::Display for Kid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::hex(&self.0))
    }
}

impl std::fmt::Debug for Kid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kid({self})")
    }
}

/// An Ed25519 public key, decompressed once so that each check is only the check.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// A key from its 32 bytes.
    ///
    /// # Errors
    ///
    /// [`WeakKey`] where the bytes are no point of the curve, one of small order, or not the one encoding of a point
    /// (RFC 8032 section 5.1.3).
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, WeakKey> {
        match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() && key.to_edwards().compress().as_bytes() == bytes => Ok(Self(key)),
            _ => Err(WeakKey),
        }
    }

    /// The key's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// SHA-256 COSE Key Thumbprint (RFC 9679) of the key as an OKP key with its required members only.
    pub fn thumbprint(&self) -> [u8; 32] {
        // {1: 1, -1: 6, -2: h'...'} in deterministic encoding, up to the key's bytes.
        const PREFIX: [u8; 8] = [0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20];
        Sha256::new()
            .chain_update(PREFIX)
            .chain_update(self.as_bytes())
            .finalize()
            .into()
    }

    /// The key's kid.
    pub fn kid(&self) -> Kid {
        let thumbprint = self.thumbprint();
        Kid([thumbprint[0], thumbprint[1], thumbprint[2], thumbprint[3]])
    }

    /// Checks one signature, strictly: reduced scalar, no small-order key or `R`, the cofactorless equation.
    ///
    /// # Errors
    ///
    /// [`BadSignature`], and no more: why a signature is bad helps only its forger.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        self.0
            .verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature))
            .map_err(|_| BadSignature)
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", crate::hex(self.as_bytes()))
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(*self.as_bytes()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Bytes::<32>::deserialize(deserializer)?;
        Self::from_bytes(&bytes.0).map_err(serde::de::Error::custom)
    }
}

/// A signature does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

impl std::fmt::Display for BadSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the signature does not verify")
    }
}

impl std::error::Error for BadSignature {}

/// Bytes that are no usable public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakKey;

impl std::fmt::Display for WeakKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an Ed25519 public key in its one encoding, or one of small order")
    }
}

impl std::error::Error for WeakKey {}

/// Whatever can sign with one Ed25519 key: a key in memory, or a device that keeps it.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public(&self) -> PublicKey;

    /// Signs `message`.
    ///
    /// # Errors
    ///
    /// [`SignError`] where a device fails; a key in memory does not.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignError>;

    /// Signs each of `messages`, with the bytes that [`Signer::sign`] gives; a key in memory does it for less.
    ///
    /// # Errors
    ///
    /// Those of [`Signer::sign`]; then none is signed.
    fn sign_all(&self, messages: &[Vec<u8>]) -> Result<Vec<Signature>, SignError> {
        messages.iter().map(|message| self.sign(message)).collect()
    }
}

/// A device did not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignError(pub String);

impl std::fmt::Display for SignError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the key did not sign: {}", self.0)
    }
}

impl std::error::Error for SignError {}

/// A private key in memory, zeroed when dropped.
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// A key from its 32 secret bytes, which must come from a secure source of randomness.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 secret bytes.
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl Signer for PrivateKey {
    fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        Ok(self.0.sign(message).to_bytes())
    }

    fn sign_all(&self, messages: &[Vec<u8>]) -> Result<Vec<Signature>, SignError> {
        Ok(batch::sign_all(&self.0, messages))
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey(kid {})", self.public().kid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprint_is_of_the_deterministic_cose_key() {
        let key = PrivateKey::from_seed(&[7; 32]).public();
        let mut cose_key = Vec::new();
        let map = [
            (1, 1.into()),
            (-1, 6.into()),
            (-2, ciborium::Value::Bytes(key.as_bytes().to_vec())),
        ]
        .map(|(label, value): (i8, ciborium::Value)| (label.into(), value));
        ciborium::into_writer(&ciborium::Value::Map(map.into()), &mut cose_key).unwrap();
        assert_eq!(key.thumbprint(), <[u8; 32]>::from(Sha256::digest(&cose_key)));
        assert_eq!(key.kid().0, key.thumbprint()[..4]);
    }

    #[test]
    fn small_order_keys_are_no_keys() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(WeakKey));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(WeakKey), "order 4");
    }

    /// Found by comparison with a second implementation: y = p + 3, a point of the curve in a second spelling.
    #[test]
    fn a_key_has_one_encoding() {
        let mut second = [0xff; 32];
        (second[0], second[31]) = (0xf0, 0x7f);
        assert_eq!(PublicKey::from_bytes(&second), Err(WeakKey));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", PrivateKey::from_seed(&[0xab; 32]));
        assert!(!shown.contains("abab"), "{shown}");
    }

    #[test]
    fn role_names_round_trip() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("mayor".parse::<Role>(), Err(UnknownRole));
    }
}
