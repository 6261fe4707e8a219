//! Log bundles: leaves on their way to auditors, sealed to them and signed by the gate (`docs/FORMAT.md` section 7).
//!
//! ```text
//! LogBundle -> CBOR -> age -> its places beside it -> COSE_Sign1 -> SealedBundle -> LogBundle
//! ```
//!
//! Anybody can check who signed a bundle, as a drop box does; only its recipients see what is in it.

mod content;
mod error;
mod path;

use std::ops::Range;

use postern_core::cbor::{self, ByteString};
use postern_core::cose::{self, Sign1};
use postern_core::keys::{Kid, PublicKey, Signer};
use postern_core::text::GateName;
use postern_seal::{Identity, Recipient, SealError};

pub use error::BundleError;
pub use path::{parse_path, part, path, receipt_path};

use crate::checkpoint::Checkpoint;
use crate::merkle::{Hash, MAX_SIZE};
use content::Content;

/// The most leaves of a bundle.
pub const MAX_LEAVES: usize = 65_536;
/// The most bytes of a bundle.
pub const MAX_LEN: usize = 64 << 20;
/// The most hashes of the proof.
pub const MAX_PROOF: usize = 126;
/// The media type that the signature covers.
pub const TYPE: &str = "application/postern-log+cbor";

/// What auditors get of a log: some leaves, a checkpoint of the tree that ends with the last of them, and the proof that
/// it has grown from the tree before the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogBundle {
    /// The gate's key, which signed.
    pub key: PublicKey,
    /// The index of the first leaf.
    pub from: u64,
    /// The gate's name.
    pub gate: GateName,
    /// The note of a checkpoint of `from` and the number of leaves.
    pub note: String,
    /// The consistency proof from the tree of `from` leaves; none where `from` is 0 or there are no leaves.
    pub proof: Vec<Hash>,
    /// The leaves, at most [`MAX_LEAVES`], as bytes: whether they are events, whoever takes them checks.
    pub leaves: Vec<Vec<u8>>,
}

impl LogBundle {
    /// The bundle's file: sealed to all of `to`, signed by the gate.
    ///
    /// # Errors
    ///
    /// [`BundleError`], also where nobody would accept the bundle.
    pub fn seal(&self, signer: &dyn Signer, to: &[Recipient]) -> Result<Vec<u8>, BundleError> {
        if self.key != signer.public() {
            return Err(BundleError::OtherKey);
        }
        if self.leaves.len() > MAX_LEAVES || self.proof.len() > MAX_PROOF {
            return Err(BundleError::TooLarge);
        }
        self.checkpoint()?;
        let content = cbor::to_vec(&Content::of(self));
        let sealed = postern_seal::seal(&content, to).map_err(BundleError::Seal)?;
        let to = self.from + self.leaves.len() as u64;
        let payload = cbor::to_vec(&(self.from, to, ByteString(&sealed)));
        let file = cose::sign1_typed(signer, self.key.kid(), TYPE, &payload).map_err(BundleError::Sign)?;
        match file.len() <= MAX_LEN {
            true => Ok(file),
            false => Err(BundleError::TooLarge),
        }
    }

    /// The checkpoint, whose signature is checked, and that it is one of this bundle.
    ///
    /// # Errors
    ///
    /// [`BundleError::Note`], [`BundleError::Proof`], [`BundleError::Size`].
    pub fn checkpoint(&self) -> Result<Checkpoint, BundleError> {
        let checkpoint = Checkpoint::open(&self.note, self.gate.as_str(), &self.key).map_err(BundleError::Note)?;
        let (from, leaves, size) = (self.from, self.leaves.len() as u64, checkpoint.tip.size);
        if from.checked_add(leaves) != Some(size) {
            return Err(BundleError::Size { from, leaves, size });
        }
        if (from == 0 || leaves == 0) != self.proof.is_empty() {
            return Err(BundleError::Proof);
        }
        Ok(checkpoint)
    }
}

/// A bundle's file as it was read; nothing of it is believed yet.
#[derive(Clone, Copy, Debug)]
pub struct SealedBundle<'a> {
    message: Sign1<'a>,
    from: u64,
    to: u64,
    sealed: &'a [u8],
}

impl<'a> SealedBundle<'a> {
    /// Reads a file of at most [`MAX_LEN`] bytes.
    ///
    /// # Errors
    ///
    /// [`BundleError::NotABundle`] for some other file, [`BundleError::Damaged`] for one that begins as a bundle does,
    /// [`BundleError::TooLarge`].
    pub fn parse(file: &'a [u8]) -> Result<Self, BundleError> {
        if file.len() > MAX_LEN {
            return Err(BundleError::TooLarge);
        }
        let message = match Sign1::parse_typed(file, TYPE) {
            Ok(message) => message,
            Err(_) if begins_as_bundle(file) => return Err(BundleError::Damaged),
            Err(e) => return Err(BundleError::NotABundle(e)),
        };
        let (from, to, sealed): (u64, u64, ByteString<'a>) =
            cbor::from_slice(message.payload).map_err(|_| BundleError::Damaged)?;
        match to.checked_sub(from).is_some_and(|leaves| leaves <= MAX_LEAVES as u64) && to <= MAX_SIZE {
            true => Ok(Self {
                message,
                from,
                to,
                sealed: sealed.0,
            }),
            false => Err(BundleError::Damaged),
        }
    }

    /// The places of the leaves, as the gate says outside the seal: what the name of the file must say too.
    pub fn range(&self) -> Range<u64> {
        self.from..self.to
    }

    /// Names the candidates for the gate's key.
    pub fn kid(&self) -> Kid {
        self.message.kid
    }

    /// Checks that the gate with this key signed the bundle as it is.
    ///
    /// # Errors
    ///
    /// [`BundleError::OtherKey`] by the kid, [`BundleError::Damaged`].
    pub fn verify(&self, key: &PublicKey) -> Result<(), BundleError> {
        if self.message.kid != key.kid() {
            return Err(BundleError::OtherKey);
        }
        let signed = self.message.to_be_signed();
        key.verify(&signed, &self.message.signature)
            .map_err(|_| BundleError::Damaged)
    }

    /// Opens the bundle of the gate with this key: after its signature was checked. The leaves are not looked into, nor is
    /// the proof.
    ///
    /// # Errors
    ///
    /// [`BundleError`].
    pub fn open(&self, key: &PublicKey, identity: &Identity) -> Result<LogBundle, BundleError> {
        self.verify(key)?;
        let plain = postern_seal::open(self.sealed, identity, MAX_LEN).map_err(|e| match e {
            SealError::NotForThisIdentity => BundleError::NotForThisIdentity,
            e => BundleError::Seal(e),
        })?;
        let content: Content<'_> = cbor::from_slice(&plain).map_err(BundleError::Content)?;
        let bundle = content.into_bundle()?;
        if bundle.key != *key {
            return Err(BundleError::OtherKey);
        }
        let size = bundle.checkpoint()?.tip.size;
        match (bundle.from, size) == (self.from, self.to) {
            true => Ok(bundle),
            false => Err(BundleError::Size {
                from: self.from,
                leaves: bundle.leaves.len() as u64,
                size,
            }),
        }
    }
}

/// Whether a file is a bundle up to the end of its protected header, with whatever kid.
fn begins_as_bundle(file: &[u8]) -> bool {
    // Tag 18, four elements, a header of 40 bytes: {1: -19, 4: kid, 16: type}, the type of 28 characters.
    let after = file.strip_prefix(b"\xd2\x84\x58\x28\xa3\x01\x32\x04\x44");
    let typ = after.and_then(|rest| rest.get(4..)?.strip_prefix(b"\x10\x78\x1c"));
    typ.is_some_and(|rest| rest.starts_with(TYPE.as_bytes()))
}
