//! Proofs over the tree (RFC 6962 section 2.1): that one tree has grown from another, and that a leaf is in one.
//!
//! Made from what a log has at hand, the frontier of the older tree and the hashes of the leaves since; checked as
//! RFC 9162 sections 2.1.3.2 and 2.1.4.2 say.

use std::fmt;

use crate::merkle::{Frontier, Hash, empty_root, node_hash};
use crate::reader::Tip;

/// The proof (RFC 6962 section 2.1.2) that the tree of `old` and then `leaves` has grown from that of `old`; none where either is
/// empty. At most 64 hashes.
pub fn consistency(old: &Frontier, leaves: &[Hash]) -> Vec<Hash> {
    let mut proof = Vec::new();
    if old.size() > 0 {
        subproof(old.size(), old.peaks(), leaves, true, &mut proof);
    }
    proof
}

/// SUBPROOF of RFC 6962 section 2.1.2 for a subtree of `m` old leaves, whose peaks are the first of `peaks`, and the `new` ones.
///
/// Wherever it asks for the hash of old leaves alone, these are as many as a power of two and lie at its multiple: a peak.
fn subproof(m: u64, peaks: &[Hash], new: &[Hash], is_old_tree: bool, proof: &mut Vec<Hash>) {
    if new.is_empty() {
        // The reader has the hash of the whole old tree.
        if !is_old_tree {
            proof.extend(peaks.first());
        }
        return;
    }
    let k = largest_power_below(m + new.len() as u64);
    if m <= k {
        // What is right of k is new; k - m is less than the number of new leaves, and so a usize.
        let (left, right) = new.split_at((k - m) as usize);
        subproof(m, peaks, left, is_old_tree, proof);
        proof.push(root(right));
    } else {
        subproof(m - k, &peaks[1..], new, false, proof);
        proof.push(peaks[0]);
    }
}

/// Checks that the tree of `new` has grown from that of `old` (RFC 9162 section 2.1.4.2).
///
/// Every tree has grown from the empty one, without a proof; and from itself.
///
/// # Errors
///
/// [`ProofError`].
pub fn verify_consistency(old: &Tip, new: &Tip, proof: &[Hash]) -> Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::Size);
    }
    if old.size == 0 || old.size == new.size {
        return match proof {
            [_, ..] => Err(ProofError::Length),
            [] if old.size == 0 && old.root != empty_root() => Err(ProofError::OldRoot),
            [] if old.size == new.size && old.root != new.root => Err(ProofError::NewRoot),
            [] => Ok(()),
        };
    }
    // The walk begins at the last perfect subtree of the old tree, which is on a path of both. Where it is the old tree,
    // the proof leaves its hash out.
    let level = (old.size - 1).trailing_ones();
    let (start, rest) = match old.size.is_power_of_two() {
        true => (&old.root, proof),
        false => proof.split_first().ok_or(ProofError::Length)?,
    };
    let mut old_root = *start;
    let new_root = climb((old.size - 1) >> level, (new.size - 1) >> level, *start, rest, |left| {
        old_root = node_hash(left, &old_root);
    })?;
    match (old_root == old.root, new_root == new.root) {
        (true, true) => Ok(()),
        (false, _) => Err(ProofError::OldRoot),
        (_, false) => Err(ProofError::NewRoot),
    }
}

/// The path (RFC 6962 section 2.1.1) from the leaf at `index` to the root of the tree of `leaves`. A leaf that is not there has
/// none, and none is what comes back: no check takes it.
pub fn inclusion(leaves: &[Hash], index: u64) -> Vec<Hash> {
    let mut proof = Vec::new();
    let (mut leaves, mut index) = match usize::try_from(index) {
        Ok(index) if index < leaves.len() => (leaves, index),
        _ => return proof,
    };
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(largest_power_below(leaves.len() as u64) as usize);
        if index < left.len() {
            proof.push(root(right));
            leaves = left;
        } else {
            proof.push(root(left));
            (leaves, index) = (right, index - left.len());
        }
    }
    proof.reverse();
    proof
}

/// Checks that the leaf with the hash `leaf` is at `index` of the tree of `tip` (RFC 9162 section 2.1.3.2).
///
/// # Errors
///
/// [`ProofError`].
pub fn verify_inclusion(leaf: &Hash, index: u64, tip: &Tip, proof: &[Hash]) -> Result<(), ProofError> {
    if index >= tip.size {
        return Err(ProofError::Size);
    }
    match climb(index, tip.size - 1, *leaf, proof, |_| {})? == tip.root {
        true => Ok(()),
        false => Err(ProofError::NewRoot),
    }
}

/// Walks up from the node with `hash`, number `node` of its level of which number `last` is the last one, to the root, and
/// gives that. Tells the siblings on the left.
fn climb(
    mut node: u64,
    mut last: u64,
    mut hash: Hash,
    proof: &[Hash],
    mut left: impl FnMut(&Hash),
) -> Result<Hash, ProofError> {
    let mut siblings = proof.iter();
    while last > 0 {
        let sibling = siblings.next().ok_or(ProofError::Length)?;
        if node & 1 == 1 || node == last {
            left(sibling);
            hash = node_hash(sibling, &hash);
            // A last node without a sibling went up as it is, to where it is on the right of one.
            while node & 1 == 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    match siblings.next() {
        None => Ok(hash),
        Some(_) => Err(ProofError::Length),
    }
}

/// The largest power of two below `n`, which is 2 or more.
fn largest_power_below(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The root of the tree over leaves with these hashes.
fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::new();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// Why a proof shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofError {
    /// It has more or fewer hashes than one of these sizes.
    Length,
    /// It does not lead to the root of the tree, or of the newer one.
    NewRoot,
    /// It does not lead to the root of the older tree.
    OldRoot,
    /// The older tree is the larger, or the leaf is beyond the tree.
    Size,
}

impl ProofError {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Length => "proof-length",
            Self::NewRoot => "proof-new-root",
            Self::OldRoot => "proof-old-root",
            Self::Size => "proof-size",
        }
    }
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "the proof has another number of hashes than one for these sizes",
            Self::NewRoot => "the proof does not lead to the root of the tree",
            Self::OldRoot => "the proof does not lead to the root of the older tree",
            Self::Size => "the older tree is the larger, or the leaf is beyond the tree",
        })
    }
}

impl std::error::Error for ProofError {}
