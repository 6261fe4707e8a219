//! Places in the status list in an order that tells nothing: a secret permutation of `0..capacity`.
//!
//! A place that were simply the next one would say who came to the office with whom. The permutation is a balanced
//! Feistel network (Luby and Rackoff 1988) over the least even number of bits that holds the capacity, with ten rounds of
//! HMAC-SHA-256; what falls outside `0..capacity` is permuted again until it falls inside (cycle walking; Black and
//! Rogaway 2002). A round has one value for each half: at most 65,536, which are kept once they were computed, so that the
//! places of a city cost look-ups.

use std::sync::atomic::{AtomicU32, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The most places: an index has 32 bits.
pub const MAX_CAPACITY: u64 = 1 << 32;

/// As many as NIST SP 800-38G has in FF1, for small domains.
const ROUNDS: u8 = 10;

/// A secret permutation of `0..capacity`.
pub struct Permutation {
    keyed: Hmac<Sha256>,
    capacity: u64,
    half: u32,
    /// The value of each half in each round, plus one; 0 where it was not needed yet.
    known: Box<[AtomicU32]>,
}

impl Permutation {
    /// The permutation of a key and a capacity, which is held to 1 to [`MAX_CAPACITY`].
    pub fn new(key: &[u8; 32], capacity: u64) -> Self {
        let capacity = capacity.clamp(1, MAX_CAPACITY);
        let bits = u64::BITS - (capacity - 1).leading_zeros();
        let half = bits.div_ceil(2).max(1);
        Self {
            keyed: Hmac::new_from_slice(key).expect("HMAC takes a key of any length"),
            capacity,
            half,
            known: (0..usize::from(ROUNDS) << half).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    /// How many places there are.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// The place of the `n`-th; `None` from the capacity on.
    pub fn at(&self, n: u64) -> Option<u32> {
        if n >= self.capacity {
            return None;
        }
        // The walk ends: it follows a cycle that n itself, inside, lies on. Fewer than four steps on average.
        let mut place = self.network(n);
        while place >= self.capacity {
            place = self.network(place);
        }
        Some(u32::try_from(place).expect("a place is below the capacity, which is at most 2^32"))
    }

    /// Whose place this is: the `n` of [`Permutation::at`]; `None` from the capacity on.
    pub fn number_at(&self, place: u32) -> Option<u64> {
        if u64::from(place) >= self.capacity {
            return None;
        }
        let mut n = self.network_back(place.into());
        while n >= self.capacity {
            n = self.network_back(n);
        }
        Some(n)
    }

    fn network(&self, n: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let (mut left, mut right) = (n >> self.half, n & mask);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.round(round, right));
        }
        left << self.half | right
    }

    /// The rounds of a Feistel network undo themselves in the reverse order.
    fn network_back(&self, n: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let (mut left, mut right) = (n >> self.half, n & mask);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.round(round, left), left);
        }
        left << self.half | right
    }

    fn round(&self, round: u8, half: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let known = &self.known[usize::from(round) << self.half | half as usize];
        // Two threads may compute the same value; they store the same.
        if let Some(value) = known.load(Ordering::Relaxed).checked_sub(1) {
            return value.into();
        }
        let mut mac = self.keyed.clone();
        mac.update(&[round]);
        mac.update(&half.to_be_bytes());
        let bytes = mac.finalize().into_bytes();
        let value = u64::from_be_bytes(bytes[..8].try_into().expect("SHA-256 has 32 bytes")) & mask;
        known.store(value as u32 + 1, Ordering::Relaxed);
        value
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_the_range() {
        let permutation = Permutation::new(&[1; 32], 1);
        assert_eq!((permutation.at(0), permutation.at(1)), (Some(0), None));
        let permutation = Permutation::new(&[1; 32], u64::MAX);
        assert_eq!(permutation.capacity(), MAX_CAPACITY);
        assert!(permutation.at(MAX_CAPACITY - 1).is_some() && permutation.at(MAX_CAPACITY).is_none());
        assert_eq!(Permutation::new(&[1; 32], 0).capacity(), 1);
    }

    #[test]
    fn it_never_changes() {
        // The ledger holds places that were given with it: another network would give them again. The numbers are those
        // of a second implementation, in Python.
        let permutation = Permutation::new(&[7; 32], 1 << 24);
        let first: Vec<_> = (0..4).filter_map(|n| permutation.at(n)).collect();
        assert_eq!(first, [3_194_777, 8_603_126, 4_033_155, 6_123_906]);
    }

    #[test]
    fn neighbours_are_far_apart() {
        let permutation = Permutation::new(&[7; 32], 1 << 24);
        let near = (0..2000)
            .filter(|n| permutation.at(*n).unwrap().abs_diff(permutation.at(n + 1).unwrap()) < 1 << 14)
            .count();
        // By chance one in 512 is: four of these.
        assert!(near < 20, "{near}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn each_place_is_given_once(key in any::<[u8; 32]>(), capacity in 1u64..700) {
            let permutation = Permutation::new(&key, capacity);
            let mut seen = vec![false; capacity as usize];
            for n in 0..capacity {
                let place = permutation.at(n).unwrap() as usize;
                prop_assert!(!std::mem::replace(&mut seen[place], true), "{place} twice");
                prop_assert_eq!(permutation.number_at(place as u32), Some(n));
            }
            prop_assert_eq!(permutation.at(capacity), None);
            prop_assert_eq!(permutation.number_at(capacity as u32), None);
        }

        #[test]
        fn another_key_is_another_order(a in any::<[u8; 32]>(), b in any::<[u8; 32]>()) {
            prop_assume!(a != b);
            let [a, b] = [a, b].map(|key| Permutation::new(&key, MAX_CAPACITY));
            prop_assert!((0..4).any(|n| a.at(n) != b.at(n)));
        }
    }
}
