//! What all symbols of a version and level share.

use std::array;
use std::sync::OnceLock;

use qrcode::Version;
use qrcode::canvas::{Canvas, MaskPattern, Module};

use super::{Level, MAX_VERSION, MAX_WIDTH};

/// The masks by their numbers (ISO/IEC 18004, 7.8.2).
const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// A symbol without its data: function patterns, format information and mask.
pub(super) struct Template {
    /// The rows where all bits of data are nought, by mask.
    pub(super) rows: [Vec<u128>; 8],
    /// Where the bits of each codeword go, the highest first: `row * 128 + column`.
    places: Vec<[u16; 8]>,
}

impl Template {
    /// The template of a version from 1 to [`MAX_VERSION`]; it is made once.
    pub(super) fn of(version: u8, level: Level) -> &'static Self {
        static ALL: [[OnceLock<Template>; 4]; MAX_VERSION as usize] =
            [const { [const { OnceLock::new() }; 4] }; MAX_VERSION as usize];
        ALL[usize::from(version) - 1][level as usize].get_or_init(|| Self::new(version, level))
    }

    fn new(version: u8, level: Level) -> Self {
        let mut empty = Canvas::new(Version::Normal(version.into()), level.into());
        empty.draw_all_functional_patterns();
        let width = super::width(version) as i16;
        let rows = array::from_fn(|mask| {
            let mut masked = empty.clone();
            masked.apply_mask(MASKS[mask]);
            let row = |y| (0..width).fold(0, |row, x| row | u128::from(masked.get(x, y).is_dark()) << x);
            (0..width).map(row).collect()
        });

        // Columns in pairs from the right, up and down by turns; the vertical timing pattern is in none (7.7.3).
        let rights = (1..width)
            .rev()
            .step_by(2)
            .map(|right| if right > 6 { right } else { right - 1 });
        let order = rights.enumerate().flat_map(|(pair, right)| {
            (0..width).flat_map(move |step| {
                let y = if pair % 2 == 0 { width - 1 - step } else { step };
                [(right, y), (right - 1, y)]
            })
        });
        let free: Vec<u16> = order
            .filter(|&(x, y)| empty.get(x, y) == Module::Empty)
            .map(|(x, y)| (y * 128 + x) as u16)
            .collect();
        // Up to seven modules are left over: they have the colour of the mask.
        let (places, _) = free.as_chunks();
        Self {
            rows,
            places: places.to_vec(),
        }
    }

    /// The dark modules of the codewords, before masking.
    pub(super) fn place(&self, codewords: impl IntoIterator<Item = u8>) -> [u128; MAX_WIDTH] {
        let mut halves = [0; 2 * MAX_WIDTH];
        for (codeword, places) in codewords.into_iter().zip(&self.places) {
            for (bit, &place) in places.iter().enumerate() {
                let dark = u64::from(codeword >> (7 - bit) & 1);
                halves[usize::from(place / 64)] |= dark << (place % 64);
            }
        }
        array::from_fn(|y| u128::from(halves[2 * y]) | u128::from(halves[2 * y + 1]) << 64)
    }
}
