//! One compressed block (RFC 1951) of pieces that the caller knows: nothing is searched for.

use std::ops::Range;

use super::huffman::{Code, code_lengths};

const END_OF_BLOCK: usize = 256;
const LITERALS_AND_LENGTHS: usize = 286;
const DISTANCES: usize = 30;
/// The order in which the lengths of the code for code lengths are written (RFC 1951, 3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// The longest copy that is written as one.
const LONGEST: usize = 258;

/// Bytes as they are, then a copy of what is before them.
pub(super) struct Piece {
    /// Where the bytes are in those that the caller gives.
    pub(super) literals: Range<usize>,
    /// How far back the copy begins, 1 to 32,768.
    pub(super) distance: usize,
    /// Bytes of the copy, from 3.
    pub(super) copy: usize,
}

impl Piece {
    pub(super) fn new(literals: Range<usize>, distance: usize, copy: usize) -> Self {
        Self {
            literals,
            distance,
            copy,
        }
    }
}

/// The lengths of copies that one symbol of the code tells, with its extra bits.
#[derive(Clone, Copy)]
pub(super) struct LengthCode {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl LengthCode {
    /// The one that has a length. Those below 11 have one length only, and those from 258 on none: for them any will do.
    pub(super) fn of(length: usize) -> Self {
        if !(11..LONGEST).contains(&length) {
            return Self {
                least: 3,
                most: LONGEST,
            };
        }
        let extra = Extra::of_length(length);
        let least = length - extra.value as usize;
        Self {
            least,
            most: (least + (1 << extra.bits) - 1).min(LONGEST - 1),
        }
    }

    /// A copy of 3 or more as the fewest copies that can be told, of these lengths where that can be.
    fn split(self, copy: usize) -> impl Iterator<Item = usize> {
        let mut left = copy;
        std::iter::from_fn(move || {
            let others = left.div_ceil(self.most).checked_sub(1)?;
            let length = left.saturating_sub(others * self.least).clamp(3, self.most);
            left -= length;
            Some(length)
        })
    }
}

/// A symbol and the bits that follow it (RFC 1951, 3.2.5).
#[derive(Clone, Copy)]
struct Extra {
    symbol: usize,
    bits: u32,
    value: u32,
}

impl Extra {
    /// Of a length from 3 to 258.
    fn of_length(length: usize) -> Self {
        if length == LONGEST {
            return Self {
                symbol: 285,
                bits: 0,
                value: 0,
            };
        }
        let Self { symbol, bits, value } = Self::of(length as u32 - 3, 2);
        Self {
            symbol: 257 + symbol,
            bits,
            value,
        }
    }

    /// Of a distance from 1 to 32,768.
    fn of_distance(distance: usize) -> Self {
        Self::of(distance as u32 - 1, 1)
    }

    /// Both tables are alike: for each number of extra bits `2^kept` symbols, and twice as many for none.
    fn of(offset: u32, kept: u32) -> Self {
        let bits = offset.checked_ilog2().map_or(0, |log| log.saturating_sub(kept));
        Self {
            symbol: ((bits << kept) + (offset >> bits)) as usize,
            bits,
            value: offset & ((1 << bits) - 1),
        }
    }
}

/// Appends the block, as the last one of its stream.
pub(super) fn write_block(bytes: &[u8], pieces: &[Piece], usual: LengthCode, file: &mut Vec<u8>) {
    let mut counts = [0; LITERALS_AND_LENGTHS];
    let mut distance_counts = [0; DISTANCES];
    for piece in pieces {
        for &byte in &bytes[piece.literals.clone()] {
            counts[usize::from(byte)] += 1;
        }
        for length in usual.split(piece.copy) {
            counts[Extra::of_length(length).symbol] += 1;
            distance_counts[Extra::of_distance(piece.distance).symbol] += 1;
        }
    }
    counts[END_OF_BLOCK] = 1;
    let lengths = code_lengths(&counts, 15);
    let distance_lengths = code_lengths(&distance_counts, 15);

    let mut bits = BitWriter::new(file);
    bits.push(1, 1);
    bits.push(2, 2);
    write_code_lengths(&lengths, &distance_lengths, &mut bits);
    let code = Code::of(&lengths);
    let distance_code = Code::of(&distance_lengths);
    for piece in pieces {
        for &byte in &bytes[piece.literals.clone()] {
            bits.symbol(&code, byte.into());
        }
        let distance = Extra::of_distance(piece.distance);
        for length in usual.split(piece.copy).map(Extra::of_length) {
            bits.symbol(&code, length.symbol);
            bits.push(length.value, length.bits);
            bits.symbol(&distance_code, distance.symbol);
            bits.push(distance.value, distance.bits);
        }
    }
    bits.symbol(&code, END_OF_BLOCK);
    bits.finish();
}

/// Writes both codes as the lengths of their words (RFC 1951, 3.2.7).
fn write_code_lengths(lengths: &[u8], distance_lengths: &[u8], bits: &mut BitWriter) {
    let used = |lengths: &[u8]| {
        lengths
            .iter()
            .rposition(|&length| length > 0)
            .map_or(0, |last| last + 1)
    };
    let lengths = &lengths[..used(lengths)];
    let distance_lengths = &distance_lengths[..used(distance_lengths).max(1)];
    let all = [lengths, distance_lengths].concat();
    let mut runs: Vec<Extra> = Vec::with_capacity(64);
    for run in all.chunk_by(|a, b| a == b) {
        let length = run[0];
        let mut left = run.len();
        while left > 0 {
            // Symbol 16 repeats the one before, 17 and 18 are noughts.
            let first = left == run.len();
            let (symbol, bits, least) = match left {
                11.. if length == 0 => (18, 7, 11),
                3.. if length == 0 => (17, 3, 3),
                3.. if !first => (16, 2, 3),
                _ => (length.into(), 0, 1),
            };
            let told = left.min(least + (1 << bits) - 1);
            left -= told;
            runs.push(Extra {
                symbol,
                bits,
                value: (told - least) as u32,
            });
        }
    }

    let mut counts = [0; ORDER.len()];
    runs.iter().for_each(|run| counts[run.symbol] += 1);
    let run_lengths = code_lengths(&counts, 7);
    let told = used(&ORDER.map(|symbol| run_lengths[symbol])).max(4);
    bits.push(lengths.len() as u32 - 257, 5);
    bits.push(distance_lengths.len() as u32 - 1, 5);
    bits.push(told as u32 - 4, 4);
    for &symbol in &ORDER[..told] {
        bits.push(run_lengths[symbol].into(), 3);
    }
    let code = Code::of(&run_lengths);
    for run in runs {
        bits.symbol(&code, run.symbol);
        bits.push(run.value, run.bits);
    }
}

/// Bits from the lowest of each byte on (RFC 1951, 3.1.1).
struct BitWriter<'a> {
    file: &'a mut Vec<u8>,
    bits: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    fn new(file: &'a mut Vec<u8>) -> Self {
        Self {
            file,
            bits: 0,
            count: 0,
        }
    }

    /// Up to 32 bits, the lowest first.
    fn push(&mut self, value: u32, bits: u32) {
        self.bits |= u64::from(value) << self.count;
        self.count += bits;
        if self.count >= 32 {
            self.file.extend_from_slice(&(self.bits as u32).to_le_bytes());
            self.bits >>= 32;
            self.count -= 32;
        }
    }

    fn symbol<const N: usize>(&mut self, code: &Code<N>, symbol: usize) {
        let (word, bits) = code.word(symbol);
        self.push(word, bits);
    }

    fn finish(self) {
        let bytes = self.count.div_ceil(8) as usize;
        self.file.extend_from_slice(&self.bits.to_le_bytes()[..bytes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 1951, 3.2.5.
    #[test]
    fn lengths_and_distances_have_the_symbols_of_the_tables() {
        let told = |extra: Extra| (extra.symbol, extra.bits, extra.value);
        let lengths = [
            (3, (257, 0, 0)),
            (10, (264, 0, 0)),
            (12, (265, 1, 1)),
            (19, (269, 2, 0)),
            (95, (278, 4, 12)),
        ];
        let longest = [
            (130, (280, 4, 15)),
            (131, (281, 5, 0)),
            (257, (284, 5, 30)),
            (258, (285, 0, 0)),
        ];
        for (length, want) in lengths.into_iter().chain(longest) {
            assert_eq!(told(Extra::of_length(length)), want, "{length}");
        }
        let distances = [
            (1, (0, 0, 0)),
            (4, (3, 0, 0)),
            (6, (4, 1, 1)),
            (30, (9, 3, 5)),
            (4241, (24, 11, 144)),
        ];
        for (distance, want) in distances.into_iter().chain([(32768, (29, 13, 8191))]) {
            assert_eq!(told(Extra::of_distance(distance)), want, "{distance}");
        }
    }

    #[test]
    fn a_long_copy_is_told_as_the_fewest_copies() {
        for usual in 1..=300 {
            let code = LengthCode::of(usual);
            for copy in 3..2_000 {
                let copies: Vec<usize> = code.split(copy).collect();
                assert_eq!(copies.iter().sum::<usize>(), copy, "{usual}");
                assert_eq!(copies.len(), copy.div_ceil(code.most), "{usual}, {copy}");
                assert!(copies.iter().all(|copy| (3..=code.most).contains(copy)), "{copies:?}");
            }
        }
        let code = LengthCode::of(95);
        assert_eq!((code.least, code.most), (83, 98));
        assert_eq!(code.split(453).collect::<Vec<_>>(), [98, 98, 91, 83, 83]);
    }
}
