//! Many Ed25519 signatures checked together, for a third of what they cost one by one.
//!
//! The library's [`verify_batch`](ed25519_dalek::verify_batch) adds up the equations of a batch, each times a factor of 128 bits
//! that is derived from all of the batch, so that nobody can choose signatures whose faults cancel out. It needs no randomness.
//!
//! It takes more than the strict check in one respect: faults of small order. Keys with such a component are no [`BatchKey`], and a
//! signature whose `R` is of small order, or not in its one encoding, is checked alone. What is left is an `R` that is the
//! sum of an honest point and one of small order: strictly always refused, in a batch taken where the factor happens to
//! cancel it, one time in two at most. Only the holder of the secret key can make one, since the equation without that component must
//! hold; whoever could make it could have made a good one. `docs/THREAT-MODEL.md` says why that does not matter.

use std::sync::LazyLock;

use curve25519_dalek::constants::EIGHT_TORSION;
use ed25519_dalek::VerifyingKey;

use super::{BadSignature, PublicKey, Signature};

/// How many signatures are checked by one equation at most. More gain nothing, and one bad signature would cost more.
const MOST: usize = 2048;

/// For fewer the strict check of each is as fast.
const FEWEST: usize = 3;

/// A key whose signatures can be checked together: one without a component of small order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchKey(PublicKey);

impl BatchKey {
    /// `None` for a key with a component of small order, which no seed gives. Costs as much as a signature check.
    pub fn new(key: PublicKey) -> Option<Self> {
        key.0.to_edwards().is_torsion_free().then_some(Self(key))
    }

    /// The key.
    pub fn public(&self) -> &PublicKey {
        &self.0
    }
}

/// A signature to check, with the key and the message that it is to be of.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Whose signature it is to be.
    pub key: &'a BatchKey,
    /// What is to be signed.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a Signature,
}

impl Signed<'_> {
    fn verify(&self) -> Result<(), BadSignature> {
        self.key.0.verify(self.message, self.signature)
    }
}

/// Checks each of `signed`, with the results of [`PublicKey::verify`] in their order. A batch that does not hold is checked one by
/// one, so that a bad signature costs no good one its result.
///
/// One result can differ from [`PublicKey::verify`]: a signature with a component of small order in `R`, made by the holder of the
/// secret key, can be taken.
pub fn verify_all(signed: &[Signed<'_>]) -> Vec<Result<(), BadSignature>> {
    let mut results = vec![Ok(()); signed.len()];
    let (usual, unusual): (Vec<usize>, Vec<usize>) = (0..signed.len()).partition(|&i| is_usual(signed[i].signature));
    let failed = usual.chunks(MOST).filter(|places| !holds(signed, places));
    for &i in failed.flatten().chain(&unusual) {
        results[i] = signed[i].verify();
    }
    results
}

/// Whether the signatures at these places are all good; `false` where there are too few to ask.
fn holds(signed: &[Signed<'_>], places: &[usize]) -> bool {
    if places.len() < FEWEST {
        return false;
    }
    let at = || places.iter().map(|&i| &signed[i]);
    let messages: Vec<&[u8]> = at().map(|one| one.message).collect();
    let signatures: Vec<_> = at()
        .map(|one| ed25519_dalek::Signature::from_bytes(one.signature))
        .collect();
    let keys: Vec<VerifyingKey> = at().map(|one| one.key.0.0).collect();
    ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
}

/// Whether the scalar has less than 253 bits, and `R` is in its one encoding and not of small order. An honest signature is not so
/// by chance (1 in 2^126); one that is not so would spoil its batch or pass where the strict check refuses it.
fn is_usual(signature: &Signature) -> bool {
    /// 2^255 - 19 = p, as written.
    const P: [u8; 32] = {
        let mut p = [0xff; 32];
        (p[0], p[31]) = (0xed, 0x7f);
        p
    };
    static SMALL: LazyLock<[[u8; 32]; 8]> = LazyLock::new(|| EIGHT_TORSION.map(|point| y_of(point.compress().0)));
    let (point, scalar) = signature.split_at(32);
    let mut y = [0; 32];
    y.copy_from_slice(point);
    let y = y_of(y);
    scalar[31] < 0x10 && y.iter().rev().lt(P.iter().rev()) && !SMALL.contains(&y)
}

/// The y of an encoded point: without the sign of x.
fn y_of(mut point: [u8; 32]) -> [u8; 32] {
    point[31] &= 0x7f;
    point
}

#[cfg(test)]
mod tests;
