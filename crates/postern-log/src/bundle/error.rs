//! Why a bundle could not be made or opened.

use std::fmt;

use postern_core::cbor::CborError;
use postern_core::cose::CoseError;
use postern_core::keys::SignError;
use postern_seal::SealError;

use super::{MAX_LEAVES, MAX_LEN, MAX_PROOF};
use crate::note::NoteError;

/// Why a bundle could not be made or opened.
///
/// Where a signed bundle is bad inside ([`Self::Content`], [`Self::Note`], [`Self::Proof`], [`Self::Seal`],
/// [`Self::Size`]) it is its gate that made it so, and no fault of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleError {
    /// What was sealed is not the content of a bundle.
    Content(CborError),
    /// It was cut, or changed after it was signed; or another key with the same kid signed it.
    Damaged,
    /// What was sealed is of a later format.
    LaterFormat(u64),
    /// Some other file.
    NotABundle(CoseError),
    /// It was sealed to others.
    NotForThisIdentity,
    /// The note is no checkpoint of this gate.
    Note(NoteError),
    /// It is by another key, or says inside that it is.
    OtherKey,
    /// There is a proof where none is to be, or none where one is to be.
    Proof,
    /// It could not be sealed; or what was signed is not sealed as it should be.
    Seal(SealError),
    /// The gate's key did not sign.
    Sign(SignError),
    /// The checkpoint is not one of the tree that ends with the last leaf.
    Size {
        /// The index of the first leaf.
        from: u64,
        /// The number of leaves.
        leaves: u64,
        /// The size in the checkpoint.
        size: u64,
    },
    /// It has more bytes, leaves or hashes than a bundle may have.
    TooLarge,
}

impl BundleError {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Content(_) => "bundle-content",
            Self::Damaged => "bundle-damaged",
            Self::LaterFormat(_) => "bundle-later-format",
            Self::NotABundle(_) => "not-a-log-bundle",
            Self::NotForThisIdentity => "bundle-not-for-this-identity",
            Self::Note(_) => "bundle-note",
            Self::OtherKey => "bundle-other-key",
            Self::Proof => "bundle-proof",
            Self::Seal(_) => "bundle-seal",
            Self::Sign(_) => "bundle-not-signed",
            Self::Size { .. } => "bundle-size",
            Self::TooLarge => "bundle-too-large",
        }
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(_) => f.write_str("what is sealed in the bundle is not the content of one"),
            Self::Damaged => f.write_str("the bundle was cut or changed, or another key with the same kid signed it"),
            Self::LaterFormat(format) => write!(f, "a bundle of format {format}; this program reads format 1"),
            Self::NotABundle(_) => f.write_str("not a log bundle"),
            Self::NotForThisIdentity => f.write_str("the bundle is sealed to others"),
            Self::Note(_) => f.write_str("the note of the bundle is no checkpoint of its gate"),
            Self::OtherKey => f.write_str("the bundle is by another key"),
            Self::Proof => f.write_str("a bundle has a proof if it has leaves and does not begin with the first"),
            Self::Seal(_) => f.write_str("the bundle is not sealed as it should be"),
            Self::Sign(e) => e.fmt(f),
            Self::Size { from, leaves, size } => {
                write!(
                    f,
                    "{leaves} leaves from {from} on do not end at the checkpoint's size {size}"
                )
            }
            Self::TooLarge => write!(
                f,
                "a bundle has at most {MAX_LEN} bytes, {MAX_LEAVES} leaves and {MAX_PROOF} hashes"
            ),
        }
    }
}

impl std::error::Error for BundleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Content(e) => Some(e),
            Self::NotABundle(e) => Some(e),
            Self::Note(e) => Some(e),
            Self::Seal(e) => Some(e),
            _ => None,
        }
    }
}
