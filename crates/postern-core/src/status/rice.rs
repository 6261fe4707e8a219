//! Rice's code for ascending indexes: gap by gap, each as a quotient in unary and a remainder in k bits
//! (`docs/FORMAT.md` section 3.6). It is the Golomb code for a power of two, at its best where the gaps are distributed
//! geometrically, as those between random changes are.

/// The most bits of a remainder.
pub(super) const MAX_K: u32 = 26;

/// Encodes ascending indexes with the k that takes the fewest bits; the smallest of several.
pub(super) fn encode(indexes: &[u32]) -> (u32, Vec<u8>) {
    let gaps = || {
        indexes.iter().scan(0, |next, index| {
            let gap = index - *next;
            *next = index + 1;
            Some(gap)
        })
    };
    let bits = |k: u32| gaps().map(|gap| u64::from(gap >> k) + 1 + u64::from(k)).sum::<u64>();
    let k = (0..=MAX_K).min_by_key(|k| bits(*k)).expect("the range is not empty");
    let mut writer = Writer::default();
    for gap in gaps() {
        writer.ones(gap >> k);
        writer.push(0, 1);
        writer.push(gap & ((1 << k) - 1), k);
    }
    (k, writer.bytes)
}

/// Calls `each` with `count` ascending indexes below `end`, as they are decoded.
///
/// Time is bounded by `bytes`, whatever `count` says.
///
/// # Errors
///
/// What is wrong, in words: an index past the end, too few or too many bits, padding that is not zero; or that of `each`.
pub(super) fn decode(
    bytes: &[u8],
    k: u32,
    count: u64,
    end: u64,
    mut each: impl FnMut(u32) -> Result<(), &'static str>,
) -> Result<(), &'static str> {
    const PAST_THE_END: &str = "an index past the end of the list";
    debug_assert!(k <= MAX_K && end <= u64::from(u32::MAX));
    let mut reader = Reader {
        rest: bytes,
        buffer: 0,
        filled: 0,
    };
    let mut next = 0;
    for _ in 0..count {
        let quotient = reader.ones()?;
        if quotient > end >> k {
            return Err(PAST_THE_END);
        }
        let index = next + (quotient << k | reader.take(k)?);
        if index >= end {
            return Err(PAST_THE_END);
        }
        each(index as u32)?;
        next = index + 1;
    }
    match reader.is_padding() {
        true => Ok(()),
        false => Err("more bits than the gaps have"),
    }
}

/// Fills bytes from the most significant bit.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    /// Bits of the last byte that are free.
    free: u32,
}

impl Writer {
    fn ones(&mut self, mut count: u32) {
        while count > 0 {
            let run = count.min(16);
            self.push((1 << run) - 1, run);
            count -= run;
        }
    }

    /// Appends the low `len` bits of `bits`, whose others are zero.
    fn push(&mut self, bits: u32, mut len: u32) {
        while len > 0 {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            let taken = len.min(self.free);
            len -= taken;
            self.free -= taken;
            let last = self.bytes.last_mut().expect("a byte was pushed where none was free");
            *last |= ((bits >> len & ((1 << taken) - 1)) << self.free) as u8;
        }
    }
}

/// Takes bits from the most significant.
struct Reader<'a> {
    rest: &'a [u8],
    /// Bits that are read and not taken, at the top; zeros below.
    buffer: u64,
    filled: u32,
}

impl Reader<'_> {
    const SHORT: &'static str = "fewer bits than the gaps have";

    fn fill(&mut self) {
        while self.filled <= 56
            && let Some((byte, rest)) = self.rest.split_first()
        {
            self.buffer |= u64::from(*byte) << (56 - self.filled);
            self.filled += 8;
            self.rest = rest;
        }
    }

    fn skip(&mut self, len: u32) {
        self.buffer = self.buffer.checked_shl(len).unwrap_or(0);
        self.filled -= len;
    }

    /// The ones up to the next zero, and the zero.
    fn ones(&mut self) -> Result<u64, &'static str> {
        let mut ones = 0;
        loop {
            self.fill();
            let run = self.buffer.leading_ones();
            ones += u64::from(run);
            if run < self.filled {
                self.skip(run + 1);
                return Ok(ones);
            }
            self.skip(run);
            if self.rest.is_empty() {
                return Err(Self::SHORT);
            }
        }
    }

    fn take(&mut self, len: u32) -> Result<u64, &'static str> {
        self.fill();
        if self.filled < len {
            return Err(Self::SHORT);
        }
        // A shift by 64 is none: no bits are asked for.
        let bits = self.buffer.checked_shr(64 - len).unwrap_or(0);
        self.skip(len);
        Ok(bits)
    }

    /// Whether what is left only fills the last byte, with zeros.
    fn is_padding(&self) -> bool {
        self.rest.is_empty() && self.filled < 8 && self.buffer == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8], k: u32, count: u64, end: u64) -> Result<Vec<u32>, &'static str> {
        let mut indexes = Vec::new();
        decode(bytes, k, count, end, |index| {
            indexes.push(index);
            Ok(())
        })?;
        Ok(indexes)
    }

    #[test]
    fn the_code_is_as_the_format_says() {
        // Gaps 2, 3, 9 with k = 2: 0 10, 0 11, 110 01, and five bits that fill the byte.
        let bytes = [0b0100_1111, 0b0010_0000];
        assert_eq!(decoded(&bytes, 2, 3, 17), Ok(vec![2, 6, 16]));
        assert_eq!(encode(&[2, 6, 16]), (2, bytes.to_vec()));
        assert_eq!(decoded(&bytes, 2, 3, 16), Err("an index past the end of the list"));
        assert_eq!(decoded(&bytes, 2, 2, 17), Err("more bits than the gaps have"));
        assert_eq!(decoded(&bytes[..1], 2, 3, 17), Err("fewer bits than the gaps have"));
        assert_eq!(
            decoded(&[0b0100_1111, 0b0010_0001], 2, 3, 17),
            Err("more bits than the gaps have")
        );
        assert_eq!(
            decoded(&[0b0100_1111, 0b0010_0000, 0], 2, 3, 17),
            Err("more bits than the gaps have")
        );
        assert_eq!(decoded(&[], 0, 0, 0), Ok(vec![]));
    }

    #[test]
    fn one_far_index_has_the_largest_k() {
        let last = (4 * super::super::MAX_LIST_BYTES - 1) as u32;
        let (k, bytes) = encode(&[last]);
        assert_eq!((k, bytes.len()), (MAX_K, 4));
        assert_eq!(decoded(&bytes, k, 1, u64::from(last) + 1), Ok(vec![last]));
    }

    #[test]
    fn hostile_counts_and_runs_end() {
        let ones = vec![0xff; 32 << 20];
        assert!(decoded(&ones, 0, 1, 1 << 27).is_err());
        assert!(decoded(&ones, MAX_K, u64::MAX, 1 << 27).is_err());
        let zeros = vec![0; 1 << 10];
        assert_eq!(
            decoded(&zeros, 0, u64::MAX, 1 << 27),
            Err("fewer bits than the gaps have")
        );
        assert_eq!(
            decoded(&zeros, 0, u64::MAX, 100),
            Err("an index past the end of the list")
        );
    }

    proptest! {
        #[test]
        fn indexes_round_trip(indexes in proptest::collection::btree_set(0u32..1 << 27, 0..300)) {
            let indexes: Vec<_> = indexes.into_iter().collect();
            let (k, bytes) = encode(&indexes);
            prop_assert_eq!(decoded(&bytes, k, indexes.len() as u64, 1 << 27), Ok(indexes));
        }

        #[test]
        fn dense_indexes_round_trip(indexes in proptest::collection::btree_set(0u32..300, 0..300)) {
            let indexes: Vec<_> = indexes.into_iter().collect();
            let (k, bytes) = encode(&indexes);
            prop_assert_eq!(decoded(&bytes, k, indexes.len() as u64, 300), Ok(indexes));
        }

        #[test]
        fn bytes_are_refused_or_give_ascending_indexes(
            bytes in proptest::collection::vec(any::<u8>(), 0..100),
            k in 0..=MAX_K,
            count in 0u64..100,
            end in 0u64..1 << 27,
        ) {
            if let Ok(indexes) = decoded(&bytes, k, count, end) {
                prop_assert_eq!(indexes.len() as u64, count);
                prop_assert!(indexes.is_sorted_by(|a, b| a < b));
                prop_assert!(indexes.last().is_none_or(|last| u64::from(*last) < end));
            }
        }
    }
}
