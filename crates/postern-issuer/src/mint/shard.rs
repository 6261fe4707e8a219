//! A part of a batch that one machine mints: `I/N`.
//!
//! A person belongs to one shard of N, whatever file they stand in and wherever in it: it is told from a digest of their
//! registration number. Shard I of N has the places I-1, I-1+N, I-1+2N and so on of the permutation. So machines that know
//! nothing of each other give no place twice and no person two codes.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The most shards of a batch.
pub const MAX_SHARDS: u16 = 4096;

/// Shard `number` of `of`, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    number: u16,
    of: u16,
}

impl Shard {
    /// The one shard of a batch that is not split.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Shard `number` of `of`; `None` unless `1 <= number <= of <= MAX_SHARDS`.
    pub const fn new(number: u16, of: u16) -> Option<Self> {
        if 1 <= number && number <= of && of <= MAX_SHARDS {
            Some(Self { number, of })
        } else {
            None
        }
    }

    /// Which one, from 1.
    pub fn number(self) -> u16 {
        self.number
    }

    /// Of how many.
    pub fn of(self) -> u16 {
        self.of
    }

    /// Whether the batch is split.
    pub fn is_part(self) -> bool {
        self.of > 1
    }

    /// Whether this is the shard that tells what belongs to no shard: rows without an id.
    pub fn is_first(self) -> bool {
        self.number == 1
    }

    /// Whether a person belongs to this shard, by their registration number in whatever case.
    pub fn holds(self, id: &str) -> bool {
        self.number == Self::number_for(id, self.of)
    }

    /// The number of the shard of `of` to which a person belongs, from 1.
    pub fn number_for(id: &str, of: u16) -> u16 {
        if of <= 1 {
            return 1;
        }
        let digest = Sha256::new_with_prefix("postern-shard-1\x1f").chain_update(id.to_ascii_lowercase());
        let digest = digest.finalize();
        let head = u64::from_be_bytes(digest[..8].try_into().expect("SHA-256 has 32 bytes"));
        (head % u64::from(of)) as u16 + 1
    }

    /// The shard number and the count in that shard of the `n`-th place among all of `of` shards: [`Shard::place`] undone.
    pub fn of_place(n: u64, of: u16) -> (u16, u64) {
        let of = u64::from(of.max(1));
        ((n % of) as u16 + 1, n / of)
    }

    /// The number among all shards of this shard's `n`-th code.
    pub fn place(self, n: u64) -> u64 {
        n.saturating_mul(self.of.into()) + u64::from(self.number - 1)
    }

    /// How many of `capacity` places are this shard's.
    pub fn share(self, capacity: u64) -> u64 {
        capacity
            .saturating_sub(u64::from(self.number - 1))
            .div_ceil(self.of.into())
    }

    /// What the names of its files have between stem and ending: nothing, or `-2of8`.
    pub fn suffix(self) -> String {
        match self.is_part() {
            true => format!("-{}of{}", self.number, self.of),
            false => String::new(),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// A text that names no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoShard;

impl fmt::Display for NoShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a shard: I/N with 1 <= I <= N <= {MAX_SHARDS}")
    }
}

impl std::error::Error for NoShard {}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let number = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
            true => text.parse().map_err(|_| NoShard),
            false => Err(NoShard),
        };
        let (i, n) = text.split_once('/').ok_or(NoShard)?;
        Self::new(number(i)?, number(n)?).ok_or(NoShard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        assert_eq!("3/8".parse(), Ok(Shard { number: 3, of: 8 }));
        assert_eq!(Shard::WHOLE.to_string().parse(), Ok(Shard::WHOLE));
        for wrong in ["", "1", "0/1", "2/1", "1/0", "1/4097", "+1/2", "1/2/3", "a/b", "1 /2"] {
            assert_eq!(wrong.parse::<Shard>(), Err(NoShard), "{wrong}");
        }
    }

    #[test]
    fn each_person_and_each_place_has_one_shard() {
        for of in [1, 2, 7] {
            let shards: Vec<_> = (1..=of).map(|i| Shard::new(i, of).unwrap()).collect();
            for i in 0..500 {
                let id = format!("P-{i}");
                assert_eq!(shards.iter().filter(|shard| shard.holds(&id)).count(), 1);
                let shard = shards.iter().find(|shard| shard.holds(&id)).unwrap();
                assert!(shard.holds(&id.to_lowercase()));
            }
            let capacity = 100;
            for shard in &shards {
                assert!((0..9).all(|n| Shard::of_place(shard.place(n), of) == (shard.number, n)));
            }
            let mut places: Vec<u64> = shards
                .iter()
                .flat_map(|shard| (0..shard.share(capacity)).map(|n| shard.place(n)))
                .collect();
            places.sort_unstable();
            assert_eq!(places, (0..capacity).collect::<Vec<_>>());
        }
    }
}
