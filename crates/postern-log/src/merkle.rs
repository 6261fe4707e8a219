//! The Merkle tree of RFC 6962 section 2.1 (the same in RFC 9162 section 2.1), with SHA-256.
//!
//! Leaves and inner nodes are hashed under different prefixes, so that no node can pass for a leaf. A [`Frontier`] is
//! all that appending needs: the roots of the perfect subtrees, from the largest to the smallest, one for each bit set
//! in the size.

use std::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The most leaves a tree can have: what a signed 64-bit integer, as SQLite stores it, can count.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The hash of a leaf: SHA-256 of 0x00 and the leaf's bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(leaf).finalize().into()
}

/// The hash of an inner node: SHA-256 of 0x01, the left hash and the right hash.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([0x01])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The perfect subtrees that a tree of `size` leaves is made of, from left to right: (first leaf, number of leaves).
pub fn perfect_subtrees(size: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..u64::BITS)
        .rev()
        .map(move |bit| (size, 1_u64 << bit))
        .filter(|(size, len)| size & len != 0)
        // The larger subtrees come first: the bits above this one say where it starts.
        .map(|(size, len)| (size & !(len | (len - 1)), len))
}

/// A tree that can grow: its size and the roots of its perfect subtrees (a compact range).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// As many as `size` has bits set, the largest subtree first.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree of `size` leaves from the roots of its perfect subtrees, the largest first.
    ///
    /// # Errors
    ///
    /// [`FrontierError`] if the size is above [`MAX_SIZE`] or asks for another number of roots.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, FrontierError> {
        if size > MAX_SIZE {
            return Err(FrontierError::Size);
        }
        if peaks.len() != size.count_ones() as usize {
            return Err(FrontierError::Length);
        }
        Ok(Self { size, peaks })
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`FrontierError`] if the size is above [`MAX_SIZE`] or the length does not fit the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk().ok_or(FrontierError::Length)?;
        let (peaks, rest) = rest.as_chunks();
        if !rest.is_empty() {
            return Err(FrontierError::Length);
        }
        Self::from_peaks(u64::from_be_bytes(*size), peaks.to_vec())
    }

    /// The size, 8 bytes with the most significant first, and the roots, 32 bytes each: at most 2,056 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + 32 * self.peaks.len());
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend_from_slice(self.peaks.as_flattened());
        bytes
    }

    /// Appends a leaf by its hash. The caller stops at [`MAX_SIZE`] leaves.
    pub fn push(&mut self, leaf: Hash) {
        // Each trailing one of the size is a perfect subtree as large as the one that the leaf completes.
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("one peak for each bit set in the size");
            hash = node_hash(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else {
            return empty_root();
        };
        peaks.fold(*smallest, |right, left| node_hash(left, &right))
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, the largest first, in the order of [`perfect_subtrees`].
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }
}

/// Why bytes are not a frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrontierError {
    /// Not 8 bytes and 32 for each bit set in the size.
    Length,
    /// The size is above [`MAX_SIZE`].
    Size,
}

impl FrontierError {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Length => "frontier-length",
            Self::Size => "frontier-size",
        }
    }
}

impl fmt::Display for FrontierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "the number of hashes does not fit the size of the tree",
            Self::Size => "the size of the tree is out of range",
        })
    }
}

impl std::error::Error for FrontierError {}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;

    use super::*;

    fn leaf(i: u64) -> Vec<u8> {
        // Lengths differ too, the empty leaf among them.
        i.to_be_bytes()[..(i % 9) as usize].to_vec()
    }

    /// MTH of RFC 6962 section 2.1, word for word.
    fn naive(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => leaf_hash(one),
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                node_hash(&naive(&leaves[..k]), &naive(&leaves[k..]))
            }
        }
    }

    fn hex(hash: &Hash) -> String {
        postern_core::hex(hash)
    }

    #[test]
    fn known_hashes() {
        // The first two roots are those of the test data of the Certificate Transparency reference implementation.
        assert_eq!(
            hex(&Frontier::new().root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        let mut tree = Frontier::new();
        tree.push(leaf_hash(b""));
        assert_eq!(
            hex(&tree.root()),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        tree.push(leaf_hash(b"\0"));
        assert_eq!(
            hex(&tree.root()),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    #[test]
    fn every_small_size_agrees_with_the_definition_and_with_ct_merkle() {
        let (mut ours, mut theirs, mut leaves) = (Frontier::new(), MemoryBackedTree::<Sha256, _>::new(), Vec::new());
        for size in 0..=300 {
            assert_eq!(ours.size(), size);
            assert_eq!(ours.root(), naive(&leaves), "size {size}");
            assert_eq!(ours.root(), <Hash>::from(*theirs.root().as_bytes()), "size {size}");
            assert_eq!(Frontier::from_bytes(&ours.to_bytes()), Ok(ours.clone()));
            ours.push(leaf_hash(&leaf(size)));
            theirs.push(leaf(size));
            leaves.push(leaf(size));
        }
    }

    #[test]
    fn subtrees_tile_the_tree() {
        for size in [0, 1, 2, 3, 7, 8, 1 << 40, (1 << 62) + 5, MAX_SIZE, u64::MAX] {
            let mut next = 0;
            for (first, len) in perfect_subtrees(size) {
                assert_eq!(first, next, "size {size}");
                assert!(len.is_power_of_two());
                next = first + len;
            }
            assert_eq!(next, size);
        }
    }

    #[test]
    fn sizes_and_lengths_are_checked() {
        let bytes = |size: u64, peaks: usize| [size.to_be_bytes().to_vec(), vec![7; 32 * peaks]].concat();
        assert_eq!(Frontier::from_bytes(&bytes(3, 1)), Err(FrontierError::Length));
        assert_eq!(Frontier::from_bytes(&bytes(3, 3)), Err(FrontierError::Length));
        assert_eq!(Frontier::from_bytes(&bytes(3, 2)[1..]), Err(FrontierError::Length));
        assert_eq!(Frontier::from_bytes(&[]), Err(FrontierError::Length));
        assert_eq!(Frontier::from_bytes(&bytes(1 << 63, 1)), Err(FrontierError::Size));
        assert_eq!(Frontier::from_bytes(&bytes(MAX_SIZE, 63)).unwrap().size(), MAX_SIZE);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn large_sizes_agree(size in 300_u64..20_000) {
            let (mut ours, mut theirs) = (Frontier::new(), MemoryBackedTree::<Sha256, _>::new());
            let leaves: Vec<_> = (0..size).map(leaf).collect();
            for leaf in &leaves {
                ours.push(leaf_hash(leaf));
                theirs.push(leaf.clone());
            }
            prop_assert_eq!(ours.root(), <Hash>::from(*theirs.root().as_bytes()));
            prop_assert_eq!(ours.root(), naive(&leaves));
        }

        #[test]
        fn a_frontier_goes_on_where_it_was_stored(before in 0_u64..600, after in 0_u64..600) {
            let mut whole = Frontier::new();
            (0..before).for_each(|i| whole.push(leaf_hash(&leaf(i))));
            let mut stored = Frontier::from_bytes(&whole.to_bytes()).unwrap();
            for i in before..before + after {
                whole.push(leaf_hash(&leaf(i)));
                stored.push(leaf_hash(&leaf(i)));
            }
            prop_assert_eq!(stored, whole);
        }

        #[test]
        fn any_bytes_are_refused_or_written_back(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
            if let Ok(frontier) = Frontier::from_bytes(&bytes) {
                prop_assert_eq!(frontier.to_bytes(), bytes);
            }
        }
    }
}
