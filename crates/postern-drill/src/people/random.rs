//! Chance, repeatable: a seeded ChaCha8 stream (RFC 8439's cipher with 8 rounds) and a keyed shuffle of numbers.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws; the same (seed, stream) gives the same draws on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The `stream`-th stream of a seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number from 0 to `n` - 1, 0 for `n` = 0. The bias of multiplying is at most `n` / 2^32.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `per_mille` times of a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// One of a table that is not empty.
    pub(crate) fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.below(table.len() as u32) as usize]
    }

    /// One of a table that is not empty, each as often as its weight says. The common ones should come first.
    pub(crate) fn weighted<T: Copy>(&mut self, table: &[(T, u16)]) -> T {
        let total: u32 = table.iter().map(|&(_, weight)| u32::from(weight)).sum();
        let mut left = self.below(total);
        for &(item, weight) in table {
            match left.checked_sub(u32::from(weight)) {
                Some(rest) => left = rest,
                None => return item,
            }
        }
        // Only where all weights are 0.
        table[0].0
    }

    /// One character of a text whose characters are 3 bytes each and stand with the common ones first: the earlier of
    /// two draws, so that the first is drawn about twice as often as the middle one.
    pub(crate) fn character(&mut self, table: &'static str) -> &'static str {
        let n = (table.len() / 3) as u32;
        let at = 3 * self.below(n).min(self.below(n)) as usize;
        &table[at..at + 3]
    }
}

/// A keyed permutation of 0 to `size` - 1, so that numbers that count rows look drawn and yet never repeat: a Feistel
/// network over 24 bits, walked until it falls into the range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shuffle {
    keys: [u32; 4],
    size: u32,
}

impl Shuffle {
    /// A permutation of `size` numbers, at most 2^24.
    pub(crate) fn new(random: &mut Random, size: u32) -> Self {
        debug_assert!(size <= 1 << 24);
        Self {
            keys: std::array::from_fn(|_| random.0.next_u32()),
            size,
        }
    }

    /// The place of `n`, which is below the size.
    pub(crate) fn place(&self, n: u32) -> u32 {
        debug_assert!(n < self.size);
        let mut n = n;
        // Ends, as a permutation's cycle comes back to `n` itself at the latest.
        loop {
            n = self.keys.iter().fold(n, |n, key| {
                let (left, right) = (n >> 12, n & 0xfff);
                let mixed = (right ^ key).wrapping_mul(0x9e37_79b1);
                let mixed = (mixed ^ mixed >> 15).wrapping_mul(0x85eb_ca6b);
                right << 12 | left ^ mixed >> 20
            });
            if n < self.size {
                return n;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_its_seed_and_number() {
        let draws = |seed, stream| {
            let mut random = Random::new(seed, stream);
            std::array::from_fn::<u32, 8, _>(|_| random.below(u32::MAX))
        };
        assert_eq!(draws(1, 0), draws(1, 0));
        assert_ne!(draws(1, 0), draws(2, 0));
        assert_ne!(draws(1, 0), draws(1, 1));
    }

    #[test]
    fn draws_keep_their_bounds_and_weights() {
        let mut random = Random::new(7, 0);
        let mut counts = [0u32; 3];
        for _ in 0..10_000 {
            assert!((3..=5).contains(&random.between(3, 5)));
            counts[random.weighted(&[(0usize, 70), (1, 30), (2, 0)])] += 1;
        }
        assert!((6_800..7_200).contains(&counts[0]), "{counts:?}");
        assert_eq!(counts[2], 0);
        assert_eq!(random.below(0), 0);
        assert!(!random.chance(0) && random.chance(1000));
    }

    #[test]
    fn a_shuffle_scatters_what_is_close() {
        let shuffle = Shuffle::new(&mut Random::new(5, 1), 10_000_000);
        let mut tenths = [0u32; 10];
        for n in 0..10_000 {
            tenths[(shuffle.place(n) / 1_000_000) as usize] += 1;
        }
        assert!(tenths.iter().all(|tenth| (850..1_150).contains(tenth)), "{tenths:?}");
    }

    #[test]
    fn a_shuffle_repeats_nothing() {
        for size in [1, 1000, 99_999] {
            let shuffle = Shuffle::new(&mut Random::new(5, 1), size);
            let mut seen = vec![false; size as usize];
            for n in 0..size {
                assert!(
                    !std::mem::replace(&mut seen[shuffle.place(n) as usize], true),
                    "{size} {n}"
                );
            }
        }
    }
}
