//! The list itself: two bits for each index.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Status;
use crate::trust::{DocumentKind, Fault, TrustError};

/// The most bytes of a list, before compression.
pub const MAX_LIST_BYTES: usize = 32 << 20;

/// The most indexes of a list.
const MAX_LEN: u32 = 4 * MAX_LIST_BYTES as u32;

/// The status of each index of a list. A clone shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList(Arc<[u8]>);

impl StatusList {
    /// A list from its bytes: index i in byte i / 4, in the bits 2 (i mod 4) and above.
    ///
    /// # Errors
    ///
    /// [`Fault::TooLarge`] past [`MAX_LIST_BYTES`].
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Result<Self, TrustError> {
        let bytes = bytes.into();
        match bytes.len() <= MAX_LIST_BYTES {
            true => Ok(Self(bytes)),
            false => Err(too_large()),
        }
    }

    /// The status of an index; `None` past the list's end.
    #[inline]
    pub fn get(&self, index: u32) -> Option<Status> {
        self.0.get(index as usize / 4).map(|byte| status_in(*byte, index))
    }

    /// The list's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The indexes that the list has, always a multiple of four.
    pub fn len(&self) -> u32 {
        // `new` has seen to it that this is at most `MAX_LEN`.
        4 * self.0.len() as u32
    }

    /// Whether the list has no index.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// SHA-256 of the bytes.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// How many indexes have each status, at the status' number. Those that only fill the last byte are counted as valid.
    pub fn counts(&self) -> [u64; 4] {
        /// The lower bit of each pair.
        const LOWER: u64 = 0x5555_5555_5555_5555;
        let mut counts = [0; 4];
        let mut add = |pairs: u64| {
            let (lower, upper) = (pairs & LOWER, pairs >> 1 & LOWER);
            counts[1] += u64::from((lower & !upper).count_ones());
            counts[2] += u64::from((upper & !lower).count_ones());
            counts[3] += u64::from((lower & upper).count_ones());
        };
        let (words, rest) = self.0.as_chunks();
        words.iter().for_each(|word| add(u64::from_le_bytes(*word)));
        rest.iter().for_each(|byte| add(u64::from(*byte)));
        counts[0] = u64::from(self.len()) - counts[1..].iter().sum::<u64>();
        counts
    }
}

impl std::fmt::Debug for StatusList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StatusList({} indexes)", self.len())
    }
}

/// A list in the making: every index is valid until it is set.
pub struct StatusListBuilder(Vec<u8>);

impl StatusListBuilder {
    /// A list of at least so many indexes: the last byte is filled up.
    ///
    /// # Errors
    ///
    /// [`Fault::TooLarge`] past what [`MAX_LIST_BYTES`] hold.
    pub fn with_len(indexes: u32) -> Result<Self, TrustError> {
        match indexes <= MAX_LEN {
            true => Ok(Self(vec![0; indexes.div_ceil(4) as usize])),
            false => Err(too_large()),
        }
    }

    /// `old`, with what it grows by to `size` bytes as zeros; a size that is smaller cuts it.
    pub(super) fn grown(old: &StatusList, size: usize) -> Self {
        let kept = size.min(old.0.len());
        let mut bytes = Vec::with_capacity(size);
        bytes.extend_from_slice(&old.0[..kept]);
        bytes.resize(size, 0);
        Self(bytes)
    }

    /// The status of an index as it is now; `None` past the end.
    pub fn get(&self, index: u32) -> Option<Status> {
        self.0.get(index as usize / 4).map(|byte| status_in(*byte, index))
    }

    /// Sets the status of an index and returns the one that it had; past the end nothing is set, and there was `None`.
    pub fn set(&mut self, index: u32, status: Status) -> Option<Status> {
        let byte = self.0.get_mut(index as usize / 4)?;
        let old = status_in(*byte, index);
        *byte ^= (old as u8 ^ status as u8) << shift(index);
        Some(old)
    }

    /// The list.
    pub fn build(self) -> StatusList {
        StatusList(self.0.into())
    }
}

/// The status of `index` in its byte.
#[inline]
fn status_in(byte: u8, index: u32) -> Status {
    Status::from_bits(byte >> shift(index))
}

/// Where an index stands in its byte.
#[inline]
const fn shift(index: u32) -> u32 {
    2 * (index % 4)
}

fn too_large() -> TrustError {
    TrustError {
        document: DocumentKind::Status,
        fault: Fault::TooLarge { bound: MAX_LIST_BYTES },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_index_is_in_the_lowest_bits() {
        let list = StatusList::new([0b11_10_01_00, 0b00_00_00_01]).unwrap();
        let statuses: Vec<_> = (0..9).map(|index| list.get(index)).collect();
        use Status::*;
        let expected = [Valid, Invalid, Suspended, Restricted, Invalid, Valid, Valid, Valid];
        assert_eq!(statuses[..8], expected.map(Some));
        assert_eq!((statuses[8], list.get(u32::MAX), list.len()), (None, None, 8));
    }

    #[test]
    fn a_list_is_bounded() {
        let most = StatusList::new(vec![0; MAX_LIST_BYTES]).unwrap();
        assert_eq!((most.len(), most.get(MAX_LEN)), (134_217_728, None));
        assert_eq!(StatusList::new(vec![0; MAX_LIST_BYTES + 1]), Err(too_large()));
        assert!(StatusListBuilder::with_len(MAX_LEN).is_ok());
        assert!(StatusListBuilder::with_len(MAX_LEN + 1).is_err());
        assert!(StatusListBuilder::with_len(0).unwrap().build().is_empty());
    }

    #[test]
    fn nothing_is_set_past_the_end() {
        let mut builder = StatusListBuilder::with_len(5).unwrap();
        assert_eq!(
            builder.set(7, Status::Suspended),
            Some(Status::Valid),
            "in the last byte"
        );
        assert_eq!(builder.set(7, Status::Invalid), Some(Status::Suspended));
        assert_eq!(builder.set(8, Status::Invalid), None);
        assert_eq!(builder.build().bytes(), [0, 0b01_00_00_00]);
    }

    proptest! {
        #[test]
        fn built_read_and_counted_alike(statuses in proptest::collection::vec(0u8..4, 0..200)) {
            let mut builder = StatusListBuilder::with_len(statuses.len() as u32).unwrap();
            let mut counts = [0; 4];
            for (index, bits) in statuses.iter().enumerate() {
                builder.set(index as u32, Status::from_bits(*bits));
                counts[usize::from(*bits)] += 1;
            }
            let list = builder.build();
            for (index, bits) in statuses.iter().enumerate() {
                prop_assert_eq!(list.get(index as u32), Some(Status::from_bits(*bits)));
            }
            counts[0] += u64::from(list.len()) - statuses.len() as u64;
            prop_assert_eq!(list.counts(), counts);
            prop_assert_eq!(list.len() as usize, statuses.len().next_multiple_of(4));
        }
    }
}
