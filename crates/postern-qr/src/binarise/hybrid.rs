//! Blocks of 8 by 8 pixels, each against the mean of 5 by 5 such blocks: the local threshold of ZXing's hybrid binariser.
//!
//! The outcome is `rxing`'s to the bit, which a test compares; the way is not: sums and extremes go down whole rows, and
//! eight pixels are compared at once. A camera's frame takes a fraction of the time.

use rxing::common::{BitArray, BitMatrix};

use crate::luma::Luma;

/// Pixels of a block's side.
const BLOCK: usize = 8;
/// Blocks around a block, itself included, that its threshold is the mean of.
const AROUND: usize = 5;
/// A side below this has no five blocks.
pub(super) const LEAST: usize = BLOCK * AROUND;
/// A block whose lightest pixel is at most this much above its darkest has one colour.
const FLAT: u8 = 24;

/// A bit for each black pixel; `None` for a picture with a side below [`LEAST`].
pub(super) fn hybrid(picture: &Luma) -> Option<BitMatrix> {
    let (width, height) = (picture.width(), picture.height());
    if width.min(height) < LEAST {
        return None;
    }
    let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let thresholds = means(&black_points(picture), across, down);
    let mut bits = BitMatrix::new(width as u32, height as u32).ok()?;
    // The last column and row of blocks lie flush with the edge, over part of those before them: there a pixel is black
    // that is black by either.
    let edge = thresholds.chunks_exact(across).next_back()?;
    let mut line = Vec::with_capacity(across);
    let mut row = BitArray::with_size(width);
    for y in 0..height {
        if y % BLOCK == 0 || y == height - BLOCK {
            line.clear();
            line.extend_from_slice(&thresholds[y / BLOCK * across..][..across]);
            if y >= height - BLOCK {
                line.iter_mut().zip(edge).for_each(|(a, &b)| *a = (*a).max(b));
            }
        }
        compare(picture.row(y), &line, &mut row);
        bits.setRow(y as u32, &row);
    }
    Some(bits)
}

/// Sets the bits of pixels at or below the threshold of their block.
fn compare(pixels: &[u8], thresholds: &[u8], row: &mut BitArray) {
    const BYTES: usize = usize::BITS as usize / BLOCK;
    let width = pixels.len();
    let (blocks, rest) = pixels.as_chunks::<BLOCK>();
    let word = |i: usize, pixels: &[[u8; BLOCK]]| {
        let each = pixels.iter().zip(&thresholds[i..]).enumerate();
        each.fold(0, |word, (j, (&p, &t))| {
            word | usize::from(at_most(p, t)) << (j * BLOCK)
        })
    };
    for (i, chunk) in blocks.chunks(BYTES).enumerate() {
        row.setBulk(i * BYTES * BLOCK, word(i * BYTES, chunk));
    }
    if let ([.., before, last], false) = (thresholds, rest.is_empty()) {
        let whole = blocks.len() * BLOCK;
        if blocks.len() % BYTES == 0 {
            // A word of which nothing was written above still has the bits of the row before.
            row.setBulk(whole, 0);
        }
        for (x, &p) in pixels.iter().enumerate().skip(width - BLOCK) {
            if p <= *last || (x < whole && p <= *before) {
                row.set(x);
            }
        }
    }
}

/// Bit i tells whether pixel i is at most `threshold`: eight comparisons in one subtraction.
fn at_most(pixels: [u8; BLOCK], threshold: u8) -> u8 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Moves the lowest bit of byte i to bit 56 + i.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let p = u64::from_le_bytes(pixels);
    let t = u64::from(threshold) * ONES;
    // By the lower seven bits of each byte, no borrow leaves its byte; by the highest bit where these differ.
    let lower = (t | HIGH) - (p & !HIGH);
    let most = ((!p & t) | (!(p ^ t) & lower)) & HIGH;
    ((most >> 7).wrapping_mul(GATHER) >> 56) as u8
}

/// The level of each block, row after row, that parts black from white in it.
fn black_points(picture: &Luma) -> Vec<u8> {
    let (width, height) = (picture.width(), picture.height());
    let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let mut points: Vec<u8> = Vec::with_capacity(across * down);
    let (mut sums, mut low, mut high) = (vec![0u16; width], vec![0u8; width], vec![0u8; width]);
    for y in 0..down {
        let top = (y * BLOCK).min(height - BLOCK);
        sums.fill(0);
        low.fill(u8::MAX);
        high.fill(0);
        for row in (top..top + BLOCK).map(|y| picture.row(y)) {
            let columns = sums.iter_mut().zip(&mut low).zip(&mut high);
            for (((sum, low), high), &p) in columns.zip(row) {
                *sum += u16::from(p);
                *low = (*low).min(p);
                *high = (*high).max(p);
            }
        }
        for x in 0..across {
            let left = (x * BLOCK).min(width - BLOCK);
            let block = left..left + BLOCK;
            let sum: u16 = sums[block.clone()].iter().sum();
            let darkest = low[block.clone()].iter().fold(u8::MAX, |a, &b| a.min(b));
            let lightest = high[block].iter().fold(0, |a, &b| a.max(b));
            let mut point = sum / (BLOCK * BLOCK) as u16;
            if lightest - darkest <= FLAT {
                // Paper, so far as is known: nothing in it is black.
                point = u16::from(darkest) / 2;
                if y > 0 && x > 0 {
                    // Unless it is darker than what was black before it: the inside of something black.
                    let at = |y: usize, x: usize| u16::from(points[y * across + x]);
                    let around = (at(y - 1, x) + 2 * at(y, x - 1) + at(y - 1, x - 1)) / 4;
                    if u16::from(darkest) < around {
                        point = around;
                    }
                }
            }
            // A mean of bytes is a byte.
            points.push(point as u8);
        }
    }
    points
}

/// The mean of the five by five blocks around each; at the edges, of those nearest that are whole.
fn means(points: &[u8], across: usize, down: usize) -> Vec<u8> {
    let half = AROUND / 2;
    let first = |at: usize, count: usize| at.clamp(half, count - half - 1) - half;
    let mut means = Vec::with_capacity(points.len());
    let mut columns = vec![0u16; across];
    for y in 0..down {
        columns.fill(0);
        for row in points.chunks_exact(across).skip(first(y, down)).take(AROUND) {
            columns.iter_mut().zip(row).for_each(|(sum, &p)| *sum += u16::from(p));
        }
        means.extend((0..across).map(|x| {
            let sum: u16 = columns[first(x, across)..][..AROUND].iter().sum();
            (sum / (AROUND * AROUND) as u16) as u8
        }));
    }
    means
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rxing::common::HybridBinarizer;
    use rxing::{Binarizer, Luma8Source};

    use super::*;

    fn by_rxing(picture: &Luma) -> BitMatrix {
        let (width, height) = (picture.width() as u32, picture.height() as u32);
        let source = Luma8Source::new_with_slice(picture.pixels(), width, height).unwrap();
        HybridBinarizer::new(source).get_black_matrix().unwrap().clone()
    }

    #[test]
    fn eight_comparisons_are_eight_comparisons() {
        for (p, t) in (0..=255u8).flat_map(|p| (0..=255u8).map(move |t| (p, t))) {
            let others = [0, 255, p, t, p ^ 0x80, t ^ 0x80, p.wrapping_add(1), p.wrapping_sub(1)];
            let want = others
                .iter()
                .enumerate()
                .fold(0, |bits, (i, &o)| bits | u8::from(o <= t) << i);
            assert_eq!(at_most(others, t), want, "{p} {t}");
        }
    }

    #[test]
    fn too_small_is_none() {
        let picture = |width, height| Luma::new(width, height, vec![9; width * height]).unwrap();
        assert!(hybrid(&picture(LEAST - 1, 100)).is_none() && hybrid(&picture(100, LEAST - 1)).is_none());
        assert!(hybrid(&picture(LEAST, LEAST)).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        /// Shades from block to block, with noise that is at times less and at times more than a flat block has.
        #[test]
        fn the_outcome_is_that_of_rxing(
            width in LEAST..160, height in LEAST..120, seed: u32, noise in 0u32..256, low in 0u32..256, coarse in 1usize..24,
        ) {
            let mut random = seed;
            let mut roll = move || {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                random >> 16
            };
            let shades: Vec<u32> = (0..160 * 120).map(|_| low + roll() % (256 - low)).collect();
            let pixels = (0..width * height).map(|i| {
                let shade = shades[(i / width / coarse) * 160 + i % width / coarse];
                (shade + roll() % (noise + 1)).min(255) as u8
            });
            let picture = Luma::new(width, height, pixels.collect()).unwrap();
            prop_assert!(hybrid(&picture).unwrap() == by_rxing(&picture));
        }
    }
}
