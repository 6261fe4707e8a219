//! Grey to black and white.

mod hybrid;

use rxing::common::{BitMatrix, GlobalHistogramBinarizer};
use rxing::{Binarizer, Luma8Source};

use crate::luma::Luma;

/// How black is told from white. `None` where a picture has no contrast to tell by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// One threshold for all, the valley between the two peaks of the histogram (rxing).
    Histogram,
    /// Blocks of 8 by 8 against the mean of 5 by 5 such blocks (ZXing); as [`Threshold::Histogram`] below 40 pixels a side.
    Hybrid,
    /// Each pixel against the mean of the square of this half side around it, less an eighth.
    Mean(usize),
    /// One threshold for all, by Otsu's method.
    Otsu,
}

/// A matrix with a bit set for each black pixel.
pub(crate) fn binarise(picture: &Luma, threshold: Threshold) -> Option<BitMatrix> {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    match threshold {
        Threshold::Histogram => {
            let source = Luma8Source::new_with_slice(picture.pixels(), width, height).ok()?;
            GlobalHistogramBinarizer::new(source).get_black_matrix().ok().cloned()
        }
        Threshold::Hybrid => hybrid::hybrid(picture).or_else(|| binarise(picture, Threshold::Histogram)),
        Threshold::Mean(half) => mean(picture, half, 8),
        Threshold::Otsu => {
            let level = otsu(picture)?;
            matrix(picture, |_, _, p| p <= level)
        }
    }
}

fn matrix(picture: &Luma, black: impl Fn(usize, usize, u8) -> bool) -> Option<BitMatrix> {
    let mut bits = BitMatrix::new(picture.width() as u32, picture.height() as u32).ok()?;
    for y in 0..picture.height() {
        for (x, &p) in picture.row(y).iter().enumerate() {
            if black(x, y, p) {
                bits.set(x as u32, y as u32);
            }
        }
    }
    Some(bits)
}

/// The mean of a moving square, with one running sum for each column.
fn mean(picture: &Luma, half: usize, less: u32) -> Option<BitMatrix> {
    let (width, height) = (picture.width(), picture.height());
    let mut bits = BitMatrix::new(width as u32, height as u32).ok()?;
    let mut columns = vec![0u32; width];
    let add = |columns: &mut [u32], y: usize| {
        columns
            .iter_mut()
            .zip(picture.row(y))
            .for_each(|(sum, &p)| *sum += u32::from(p));
    };
    (0..half.min(height)).for_each(|y| add(&mut columns, y));
    for y in 0..height {
        if y + half < height {
            add(&mut columns, y + half);
        }
        if y > half {
            columns
                .iter_mut()
                .zip(picture.row(y - half - 1))
                .for_each(|(sum, &p)| *sum -= u32::from(p));
        }
        let rows = (y + half).min(height - 1) - y.saturating_sub(half) + 1;
        let mut sum: u64 = columns.iter().take(half).map(|&c| u64::from(c)).sum();
        for (x, &p) in picture.row(y).iter().enumerate() {
            if x + half < width {
                sum += u64::from(columns[x + half]);
            }
            if x > half {
                sum -= u64::from(columns[x - half - 1]);
            }
            let across = (x + half).min(width - 1) - x.saturating_sub(half) + 1;
            // p < mean * (1 - 1/less)
            if u64::from(p) * (rows * across) as u64 * u64::from(less) < sum * u64::from(less - 1) {
                bits.set(x as u32, y as u32);
            }
        }
    }
    Some(bits)
}

/// The level that parts the histogram with the largest variance between the two classes (Otsu 1979).
fn otsu(picture: &Luma) -> Option<u8> {
    let mut counts = [0u64; 256];
    for &p in picture.pixels() {
        counts[usize::from(p)] += 1;
    }
    let total = picture.pixels().len() as f64;
    let all: f64 = counts
        .iter()
        .enumerate()
        .map(|(level, &n)| level as f64 * n as f64)
        .sum();
    let (mut below, mut weighted) = (0.0, 0.0);
    let mut best = (0.0, None);
    for (level, &n) in counts.iter().enumerate() {
        below += n as f64;
        weighted += level as f64 * n as f64;
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let apart = weighted / below - (all - weighted) / above;
        let variance = below * above * apart * apart;
        if variance > best.0 {
            best = (variance, Some(level as u8));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: usize, height: usize) -> Luma {
        let mut random = 7u32;
        let pixels = (0..width * height).map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 24) as u8
        });
        Luma::new(width, height, pixels.collect()).unwrap()
    }

    #[test]
    fn the_moving_mean_is_the_mean() {
        for (width, height, half) in [(13, 9, 2), (5, 30, 4), (3, 3, 10), (1, 6, 1)] {
            let picture = noise(width, height);
            let bits = binarise(&picture, Threshold::Mean(half)).unwrap();
            for (x, y) in (0..width * height).map(|i| (i % width, i / width)) {
                let rows = y.saturating_sub(half)..(y + half + 1).min(height);
                let columns = x.saturating_sub(half)..(x + half + 1).min(width);
                let count = rows.len() * columns.len();
                let sum: usize = rows
                    .flat_map(|y| &picture.row(y)[columns.clone()])
                    .map(|&p| usize::from(p))
                    .sum();
                let black = usize::from(picture.row(y)[x]) * count * 8 < sum * 7;
                assert_eq!(bits.get(x as u32, y as u32), black, "{x} {y} of {width} {height}");
            }
        }
    }

    #[test]
    fn otsu_parts_two_heaps() {
        let pixels = (0..400)
            .map(|i| {
                if i % 4 == 0 {
                    60 + (i % 9) as u8
                } else {
                    140 + (i % 7) as u8
                }
            })
            .collect();
        let bits = binarise(&Luma::new(20, 20, pixels).unwrap(), Threshold::Otsu).unwrap();
        assert!((0..20).all(|y| (0..20).all(|x| bits.get(x, y) == (x % 4 == 0))));
    }

    #[test]
    fn even_grey_has_nothing_black() {
        for (width, height) in [(1, 1), (7, 60), (100, 100)] {
            let picture = Luma::new(width, height, vec![200; width * height]).unwrap();
            for threshold in [
                Threshold::Histogram,
                Threshold::Hybrid,
                Threshold::Mean(20),
                Threshold::Otsu,
            ] {
                let black = binarise(&picture, threshold).and_then(|bits| bits.getTopLeftOnBit());
                assert_eq!(black, None, "{threshold:?}");
            }
        }
    }
}
