//! A signed document: an envelope, and the payload in it as a type.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{DocumentKind, Fault, TrustError};
use super::root::Keys;
use crate::cbor;
use crate::cose::{Sign, SignatureEntry};
use crate::keys::{SignError, Signer};

/// What a kind of document is made of.
pub trait Payload: Serialize + for<'de> Deserialize<'de> {
    /// The kind.
    const KIND: DocumentKind;
    /// The media type in the protected header.
    const TYPE: &'static str;
    /// The most bytes that a whole document may have.
    const MAX_LEN: usize;
    /// The newest format of the payload that is known here.
    const FORMAT: u64 = 1;

    /// The document's version.
    fn version(&self) -> u64;
}

/// A document in its envelope. Its payload is well-formed; what its signatures are worth, [`Document::threshold`] tells.
#[derive(Clone, Debug)]
pub struct Document<P> {
    envelope: Sign,
    payload: P,
}

impl<P: Payload> Document<P> {
    /// A draft: the document without signatures.
    pub fn draft(payload: P) -> Self {
        Self {
            envelope: Sign::draft(P::TYPE, cbor::to_vec(&payload)),
            payload,
        }
    }

    /// Parses a document, draft or signed.
    ///
    /// # Errors
    ///
    /// [`TrustError`] of this kind of document.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustError> {
        if bytes.len() > P::MAX_LEN {
            return Err(Self::error(Fault::TooLarge { bound: P::MAX_LEN }));
        }
        let envelope = Sign::parse(bytes).map_err(|e| Self::error(Fault::Envelope(e)))?;
        if !envelope.is_of_type(P::TYPE) {
            return Err(Self::error(Fault::WrongType));
        }
        let payload = cbor::from_slice(&envelope.payload).map_err(|e| {
            Self::error(match later_format::<P>(&envelope.payload) {
                Some(format) => Fault::LaterFormat { format },
                None => Fault::Payload(e),
            })
        })?;
        Ok(Self { envelope, payload })
    }

    /// The document's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.envelope.to_bytes()
    }

    /// What the document says.
    pub fn payload(&self) -> &P {
        &self.payload
    }

    /// What the document says, without its signatures.
    pub fn into_payload(self) -> P {
        self.payload
    }

    /// SHA-256 of the payload: the same whoever signed.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.envelope.payload).into()
    }

    /// The signatures, believed or not.
    pub fn signatures(&self) -> &[SignatureEntry] {
        &self.envelope.signatures
    }

    /// Signs: the signature alone, for assembly elsewhere.
    ///
    /// # Errors
    ///
    /// The signer's.
    pub fn sign(&self, signer: &dyn Signer) -> Result<SignatureEntry, SignError> {
        self.envelope.signature_by(signer)
    }

    /// Adds a signature. The envelope keeps them in one order and none twice, so that the same ceremony gives the same file.
    pub fn add_signature(&mut self, entry: SignatureEntry) {
        self.envelope.signatures.push(entry);
        self.envelope.signatures.sort_unstable();
        self.envelope.signatures.dedup();
    }

    /// How many different keys of `keys` signed this document.
    pub fn valid_signatures(&self, keys: &Keys) -> usize {
        let mut signed_by = BTreeSet::new();
        for entry in self.signatures() {
            let to_be_signed = self.envelope.to_be_signed(entry.kid);
            for key in keys.keys().iter().filter(|key| key.kid() == entry.kid) {
                if !signed_by.contains(key) && key.verify(&to_be_signed, &entry.signature).is_ok() {
                    signed_by.insert(*key);
                }
            }
        }
        signed_by.len()
    }

    /// Whether the threshold of `keys` is met.
    ///
    /// # Errors
    ///
    /// [`Fault::UnderSigned`].
    pub fn threshold(&self, keys: &Keys) -> Result<(), TrustError> {
        let (valid, threshold) = (self.valid_signatures(keys), keys.threshold());
        if valid >= threshold {
            Ok(())
        } else {
            Err(Self::error(Fault::UnderSigned { valid, threshold }))
        }
    }

    /// An error of this kind of document.
    pub(super) fn error(fault: Fault) -> TrustError {
        TrustError {
            document: P::KIND,
            fault,
        }
    }
}

/// The format of a payload that says itself that a later program wrote it.
fn later_format<P: Payload>(payload: &[u8]) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u64,
    }
    let head: Head = serde_cbor::from_slice(payload).ok()?;
    (head.format > P::FORMAT).then_some(head.format)
}
