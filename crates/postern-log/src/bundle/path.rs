//! Where bundles and receipts lie in a drop box, and what a gate sends.

use std::ops::Range;

use postern_core::hex;
use postern_core::keys::PublicKey;

use super::MAX_LEAVES;
use crate::merkle::MAX_SIZE;

/// The folder of bundles.
const EVIDENCE: &str = "evidence/";

/// The path of the bundle with the leaves `from..to` of the gate with this key: `evidence/THUMBPRINT/FROM-TO.log`.
pub fn path(key: &PublicKey, from: u64, to: u64) -> String {
    path_of(&key.thumbprint(), from, to)
}

/// The thumbprint of the gate's key, `from` and `to` of a bundle's path in its one spelling.
pub fn parse_path(text: &str) -> Option<([u8; 32], u64, u64)> {
    let (folder, file) = text.strip_prefix(EVIDENCE)?.split_once('/')?;
    let (from, to) = file.strip_suffix(".log")?.split_once('-')?;
    let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
    let thumbprint = unhex(folder)?;
    let bounded = from <= to && to <= MAX_SIZE && to - from <= MAX_LEAVES as u64;
    (bounded && path_of(&thumbprint, from, to) == text).then_some((thumbprint, from, to))
}

/// The path of the newest receipt that an auditor gave to a gate: `receipt/THUMBPRINT/KID.receipt`, the thumbprint of the
/// gate's key and the kid of the auditor's.
pub fn receipt_path(gate: &PublicKey, auditor: &PublicKey) -> String {
    format!("receipt/{}/{}.receipt", hex(&gate.thumbprint()), auditor.kid())
}

/// The leaves of each bundle that a gate sends which has `size` leaves, of which all auditors have given a receipt for
/// `receipted`: they end at multiples of [`MAX_LEAVES`], so that a whole one is sent once; only the last can be other.
pub fn part(receipted: u64, size: u64) -> impl Iterator<Item = Range<u64>> {
    let mut from = receipted;
    std::iter::from_fn(move || {
        let whole = MAX_LEAVES as u64;
        let to = (from / whole).saturating_add(1).saturating_mul(whole).min(size);
        (from < to).then(|| std::mem::replace(&mut from, to)..to)
    })
}

fn path_of(thumbprint: &[u8; 32], from: u64, to: u64) -> String {
    format!("{EVIDENCE}{}/{from}-{to}.log", hex(thumbprint))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|digit| digit as u8);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[a, b]| Some(digit(*a)? << 4 | digit(*b)?)).collect();
    bytes?.try_into().ok()
}
