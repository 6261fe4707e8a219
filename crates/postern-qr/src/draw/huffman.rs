//! Prefix codes of the least size for the counts of their symbols, in the form of RFC 1951, 3.2.2.

use std::array;

/// The lengths of the code's words, in bits and at most `limit`; nought for a symbol that is not there.
///
/// `2^limit` is at least the number of symbols.
pub(super) fn code_lengths<const N: usize>(counts: &[u32; N], limit: u8) -> [u8; N] {
    let mut lengths = [0; N];
    let mut leaves: Vec<(u32, usize)> = (0..N)
        .map(|symbol| (counts[symbol], symbol))
        .filter(|leaf| leaf.0 > 0)
        .collect();
    leaves.sort_unstable();
    loop {
        let depths = depths(&leaves);
        if depths.iter().all(|&depth| depth <= limit) {
            leaves
                .iter()
                .zip(depths)
                .for_each(|(leaf, depth)| lengths[leaf.1] = depth);
            return lengths;
        }
        // Counts that are more alike make a flatter tree, in the end one of equal depths.
        leaves.iter_mut().for_each(|leaf| leaf.0 = leaf.0.div_ceil(2));
    }
}

/// The depths of leaves in Huffman's tree, the leaves in the order of their counts; one for a leaf alone.
fn depths(leaves: &[(u32, usize)]) -> Vec<u8> {
    let count = leaves.len();
    if count == 1 {
        return vec![1];
    }
    // The nodes that join two others come by weight, too: the next lightest is the first of the one or the other kind.
    let mut weights: Vec<u32> = leaves.iter().map(|leaf| leaf.0).collect();
    let mut parents = vec![0; 2 * count - 1];
    let (mut leaf, mut node) = (0, count);
    while weights.len() < 2 * count - 1 {
        let parent = weights.len();
        let mut lightest = || {
            let next = if leaf < count && (node == parent || weights[leaf] <= weights[node]) {
                &mut leaf
            } else {
                &mut node
            };
            let index = *next;
            *next += 1;
            parents[index] = parent;
            weights[index]
        };
        let weight = lightest() + lightest();
        weights.push(weight);
    }
    let mut depths = vec![0_u8; 2 * count - 1];
    for index in (0..2 * count - 2).rev() {
        depths[index] = depths[parents[index]] + 1;
    }
    depths.truncate(count);
    depths
}

/// A code's words, the bits in the order in which they are written.
pub(super) struct Code<const N: usize> {
    /// The word, and its length in bits.
    words: [(u16, u8); N],
}

impl<const N: usize> Code<N> {
    /// The canonical code of words of these lengths.
    pub(super) fn of(lengths: &[u8; N]) -> Self {
        let mut counts = [0_u16; 16];
        lengths
            .iter()
            .filter(|&&length| length > 0)
            .for_each(|&length| counts[usize::from(length)] += 1);
        let mut next = [0_u16; 17];
        for length in 1..16 {
            next[length + 1] = (next[length] + counts[length]) << 1;
        }
        let words = array::from_fn(|symbol| {
            let length = lengths[symbol];
            if length == 0 {
                return (0, 0);
            }
            let word = &mut next[usize::from(length)];
            let first_bit_lowest = word.reverse_bits() >> (16 - length);
            *word += 1;
            (first_bit_lowest, length)
        });
        Self { words }
    }

    /// The word of a symbol, and its length in bits.
    pub(super) fn word(&self, symbol: usize) -> (u32, u32) {
        let (word, bits) = self.words[symbol];
        (word.into(), bits.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share of all words that begin with a word of the code, in 2^-15.
    fn taken(lengths: &[u8]) -> u32 {
        lengths
            .iter()
            .filter(|&&length| length > 0)
            .map(|length| 1 << (15 - length))
            .sum()
    }

    #[test]
    fn rare_symbols_have_long_words() {
        assert_eq!(code_lengths(&[4, 0, 1, 1, 2], 15), [1, 0, 3, 3, 2]);
        assert_eq!(code_lengths(&[1, 1, 1, 1], 15), [2; 4]);
        assert_eq!(code_lengths(&[0, 9], 15), [0, 1]);
    }

    #[test]
    fn no_word_is_longer_than_the_limit() {
        // Each count is as much as all before it: the deepest of trees.
        let counts: [u32; 19] = array::from_fn(|symbol| 1 << symbol);
        assert_eq!(*code_lengths(&counts, 255).iter().max().unwrap(), 18);
        for limit in [5, 7, 15] {
            let lengths = code_lengths(&counts, limit);
            assert!(
                lengths.iter().all(|&length| length > 0 && length <= limit),
                "{lengths:?}"
            );
            assert_eq!(taken(&lengths), 1 << 15, "{lengths:?}");
        }
    }

    /// The example of RFC 1951, 3.2.2.
    #[test]
    fn words_are_canonical() {
        let code = Code::of(&[3, 3, 3, 3, 3, 2, 4, 4]);
        let words: Vec<u32> = (0..8)
            .map(|symbol| {
                let (word, bits) = code.word(symbol);
                word.reverse_bits() >> (32 - bits)
            })
            .collect();
        assert_eq!(words, [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111]);
    }
}
