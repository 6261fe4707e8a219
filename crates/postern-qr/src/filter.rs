//! What is done to a picture before another try at reading it.

use crate::luma::Luma;
use crate::picture::{MAX_DIMENSION, MAX_PIXELS};

/// Shrinks by a whole factor: each pixel is the mean of a square of `factor * factor`.
///
/// `None` where less than one pixel a side would be left.
pub(crate) fn shrink(picture: &Luma, factor: usize) -> Option<Luma> {
    let (width, height) = (
        picture.width().checked_div(factor)?,
        picture.height().checked_div(factor)?,
    );
    if width == 0 || height == 0 {
        return None;
    }
    let area = (factor * factor) as u32;
    let mut pixels = Vec::with_capacity(width * height);
    let mut sums = vec![0u32; width];
    for y in 0..height {
        sums.fill(area / 2);
        for row in 0..factor {
            let row = picture.row(y * factor + row);
            for (sum, square) in sums.iter_mut().zip(row.chunks_exact(factor)) {
                *sum += square.iter().map(|&p| u32::from(p)).sum::<u32>();
            }
        }
        pixels.extend(sums.iter().map(|sum| (sum / area) as u8));
    }
    Some(Luma::derived(width, height, pixels))
}

/// Scales each side by `numerator / denominator` with bilinear interpolation.
///
/// `None` where the result would be past the bounds of a picture.
pub(crate) fn resize(picture: &Luma, numerator: usize, denominator: usize) -> Option<Luma> {
    let (width, height) = (
        picture.width() * numerator / denominator,
        picture.height() * numerator / denominator,
    );
    if width == 0 || height == 0 || width.max(height) > MAX_DIMENSION || width * height > MAX_PIXELS {
        return None;
    }
    // The centre of target pixel x lies at (x + 1/2) * denominator / numerator - 1/2 in the source; in 256ths.
    let taps = |side: usize, target: usize| -> Vec<(usize, usize, u32)> {
        (0..target)
            .map(|i| {
                let at = ((2 * i + 1) * denominator * 128 / numerator).saturating_sub(128);
                let low = (at / 256).min(side - 1);
                (low, (low + 1).min(side - 1), (at % 256) as u32)
            })
            .collect()
    };
    let columns = taps(picture.width(), width);
    let mut pixels = Vec::with_capacity(width * height);
    for (low, high, down) in taps(picture.height(), height) {
        let (above, below) = (picture.row(low), picture.row(high));
        pixels.extend(columns.iter().map(|&(left, right, across)| {
            let mix = |row: &[u8]| u32::from(row[left]) * (256 - across) + u32::from(row[right]) * across;
            ((mix(above) * (256 - down) + mix(below) * down + (1 << 15)) >> 16) as u8
        }));
    }
    Some(Luma::derived(width, height, pixels))
}

/// Smooths with the 3 by 3 binomial kernel (1 2 1); the border repeats.
pub(crate) fn blur(picture: &Luma) -> Luma {
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    let mut columns = vec![0u16; picture.width()];
    for y in 0..picture.height() {
        let [above, row, below] = around(picture, y);
        for (x, sum) in columns.iter_mut().enumerate() {
            *sum = u16::from(above[x]) + 2 * u16::from(row[x]) + u16::from(below[x]);
        }
        let last = columns.len() - 1;
        pixels.extend((0..=last).map(|x| {
            let sum = columns[x.saturating_sub(1)] + 2 * columns[x] + columns[(x + 1).min(last)];
            ((sum + 8) >> 4) as u8
        }));
    }
    Luma::derived(picture.width(), picture.height(), pixels)
}

/// The median of each 3 by 3 square: removes single wrong pixels and keeps edges; the border repeats.
pub(crate) fn median(picture: &Luma) -> Luma {
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    let last = picture.width() - 1;
    for y in 0..picture.height() {
        let rows = around(picture, y);
        pixels.extend((0..=last).map(|x| {
            let (left, right) = (x.saturating_sub(1), (x + 1).min(last));
            // The median of nine is the median of (largest of the least, median of the middle, least of the largest).
            let [a, b, c] = rows.map(|row| sort3([row[left], row[x], row[right]]));
            let low = a[0].max(b[0]).max(c[0]);
            let high = a[2].min(b[2]).min(c[2]);
            sort3([low, sort3([a[1], b[1], c[1]])[1], high])[1]
        }));
    }
    Luma::derived(picture.width(), picture.height(), pixels)
}

/// Unsharp masking: twice each pixel less its smoothed neighbourhood, `strength` times over.
pub(crate) fn sharpen(picture: &Luma, strength: i32) -> Luma {
    let mut pixels = blur(picture).into_pixels();
    for (smooth, &sharp) in pixels.iter_mut().zip(picture.pixels()) {
        let difference = i32::from(sharp) - i32::from(*smooth);
        *smooth = (i32::from(sharp) + strength * difference).clamp(0, 255) as u8;
    }
    Luma::derived(picture.width(), picture.height(), pixels)
}

/// Local contrast: three times each pixel less twice its surroundings, which are the mean of the means of squares of this
/// half side. Takes away what changes slowly over the picture, and much of what a lens out of focus has spread.
pub(crate) fn contrast(picture: &Luma, half: usize) -> Luma {
    let mut pixels = mean(&mean(picture, half), half).into_pixels();
    for (around, &p) in pixels.iter_mut().zip(picture.pixels()) {
        *around = (3 * i32::from(p) - 2 * i32::from(*around)).clamp(0, 255) as u8;
    }
    Luma::derived(picture.width(), picture.height(), pixels)
}

/// The mean of the square of this half side around each pixel, as far as it is in the picture; rounded down.
pub(crate) fn mean(picture: &Luma, half: usize) -> Luma {
    let (width, height) = (picture.width(), picture.height());
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    let mut columns = vec![0u32; width];
    for y in 0..height {
        let rows = y.saturating_sub(half)..(y + half + 1).min(height);
        if y == 0 {
            for row in rows.clone().map(|y| picture.row(y)) {
                columns.iter_mut().zip(row).for_each(|(sum, &p)| *sum += u32::from(p));
            }
        } else {
            if y + half < height {
                let row = picture.row(y + half);
                columns.iter_mut().zip(row).for_each(|(sum, &p)| *sum += u32::from(p));
            }
            if y > half {
                let row = picture.row(y - half - 1);
                columns.iter_mut().zip(row).for_each(|(sum, &p)| *sum -= u32::from(p));
            }
        }
        let mut sum: u32 = columns.iter().take(half).sum();
        let mut across = half.min(width);
        pixels.extend((0..width).map(|x| {
            if let Some(next) = columns.get(x + half) {
                (sum, across) = (sum + next, across + 1);
            }
            if x > half {
                (sum, across) = (sum - columns[x - half - 1], across - 1);
            }
            // A mean of bytes is a byte.
            (sum / (rows.len() * across) as u32) as u8
        }));
    }
    Luma::derived(width, height, pixels)
}

/// Black for white.
pub(crate) fn invert(picture: &Luma) -> Luma {
    Luma::derived(
        picture.width(),
        picture.height(),
        picture.pixels().iter().map(|p| 255 - p).collect(),
    )
}

/// The rows above, at and below `y`; the border repeats.
fn around(picture: &Luma, y: usize) -> [&[u8]; 3] {
    [
        picture.row(y.saturating_sub(1)),
        picture.row(y),
        picture.row((y + 1).min(picture.height() - 1)),
    ]
}

fn sort3([a, b, c]: [u8; 3]) -> [u8; 3] {
    let (a, b) = (a.min(b), a.max(b));
    let (b, c) = (b.min(c), b.max(c));
    [a.min(b), a.max(b), c]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luma(width: usize, pixels: &[u8]) -> Luma {
        Luma::new(width, pixels.len() / width, pixels.to_vec()).unwrap()
    }

    #[test]
    fn shrinking_takes_the_mean_and_drops_the_rest() {
        let picture = luma(5, &[0, 10, 100, 100, 7, 20, 30, 100, 104, 7, 9, 9, 9, 9, 9]);
        assert_eq!(shrink(&picture, 2).unwrap(), luma(2, &[15, 101]));
        assert_eq!(shrink(&picture, 1).unwrap(), picture);
        assert_eq!(shrink(&picture, 4), None);
        assert_eq!(shrink(&picture, 0), None);
    }

    #[test]
    fn resizing_interpolates_and_keeps_the_bounds() {
        assert_eq!(
            resize(&luma(2, &[0, 100]), 2, 1).unwrap(),
            luma(4, &[0, 25, 75, 100, 0, 25, 75, 100])
        );
        let picture = luma(3, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(resize(&picture, 1, 1).unwrap(), picture);
        assert_eq!(resize(&picture, 3, 1).unwrap().width(), 9);
        assert_eq!(resize(&picture, 1, 3), None);
        assert_eq!(resize(&luma(MAX_DIMENSION, &[0; MAX_DIMENSION]), 2, 1), None);
    }

    #[test]
    fn smoothing_and_sharpening_leave_even_grey_alone() {
        let even = luma(4, &[77; 12]);
        for picture in [
            blur(&even),
            median(&even),
            sharpen(&even, 3),
            mean(&even, 2),
            contrast(&even, 2),
        ] {
            assert_eq!(picture, even);
        }
        let dot = luma(3, &[0, 0, 0, 0, 160, 0, 0, 0, 0]);
        assert_eq!(blur(&dot), luma(3, &[10, 20, 10, 20, 40, 20, 10, 20, 10]));
        assert_eq!(median(&dot), luma(3, &[0; 9]));
        assert_eq!(sharpen(&dot, 1).pixels()[4], 255);
    }

    #[test]
    fn the_median_is_the_fifth_of_nine() {
        let mut random = 1u32;
        for _ in 0..200 {
            let mut pixels = [0u8; 9].map(|_| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (random >> 24) as u8
            });
            let got = median(&luma(3, &pixels)).pixels()[4];
            pixels.sort_unstable();
            assert_eq!(got, pixels[4]);
        }
    }

    #[test]
    fn the_mean_is_that_of_what_is_in_the_picture() {
        for (width, height, half) in [(13, 9, 2), (5, 30, 4), (3, 3, 10), (1, 6, 1), (6, 1, 1), (4, 4, 0)] {
            let mut random = 5u32;
            let pixels: Vec<u8> = (0..width * height)
                .map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 24) as u8
                })
                .collect();
            let picture = luma(width, &pixels);
            let means = mean(&picture, half);
            for (x, y) in (0..width * height).map(|i| (i % width, i / width)) {
                let around: Vec<usize> = (y.saturating_sub(half)..(y + half + 1).min(height))
                    .flat_map(|y| &picture.row(y)[x.saturating_sub(half)..(x + half + 1).min(width)])
                    .map(|&p| usize::from(p))
                    .collect();
                let want = around.iter().sum::<usize>() / around.len();
                assert_eq!(usize::from(means.row(y)[x]), want, "{x} {y} of {width} {height}");
            }
        }
    }

    #[test]
    fn contrast_takes_slow_changes_away_and_keeps_steps() {
        // A step of 10 on a slope of 2 a pixel.
        let pixels: Vec<u8> = (0..40u8).map(|x| 60 + 2 * x + if x >= 20 { 10 } else { 0 }).collect();
        let row = contrast(&luma(40, &pixels), 3).into_pixels();
        assert_eq!((row[10], row[30]), (pixels[10], pixels[30]), "a slope is its own mean");
        assert!(row[20] - row[19] > 2 * 12, "{row:?}");
        assert_eq!(invert(&luma(3, &[0, 1, 255])), luma(3, &[255, 254, 0]));
    }
}
