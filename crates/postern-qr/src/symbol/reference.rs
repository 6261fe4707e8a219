//! A plain reading of the rules by which the mask is chosen, and the comparisons with it and with `qrcode`'s choice.

use proptest::prelude::*;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::{EcLevel, Version, bits, ec};

use super::penalty::penalty;
use super::{Level, MAX_VERSION, MAX_WIDTH, Symbol, Template, best_mask, masked, width};

const LEVELS: [Level; 4] = [Level::L, Level::M, Level::Q, Level::H];

/// The rules where readings differ.
#[derive(Clone, Copy)]
struct Reading {
    /// Whether the four light modules beside a finder-like pattern may be in the quiet zone.
    quiet_zone: bool,
    /// Whether each half percent off balance is a point, instead of each five percent ten.
    fine_balance: bool,
}

const STANDARD: Reading = Reading {
    quiet_zone: true,
    fine_balance: false,
};
const QRCODE: Reading = Reading {
    quiet_zone: true,
    fine_balance: true,
};

/// The points of a square, module by module (ISO/IEC 18004:2015, 7.8.3.1, table 11); dark is true.
fn points(square: &[Vec<bool>], reading: Reading) -> u32 {
    let width = square.len();
    let column = |x: usize| square.iter().map(|row| row[x]).collect();
    let lines: Vec<Vec<bool>> = square.iter().cloned().chain((0..width).map(column)).collect();
    let mut points = 0;
    for line in &lines {
        // Five and i modules alike: 3 and i.
        let runs = line.chunk_by(|a, b| a == b).map(|run| run.len() as u32);
        points += runs.filter(|&run| run >= 5).map(|run| 3 + (run - 5)).sum::<u32>();
        // The pattern of the finder with light before or after: 40.
        for start in 0..=width - 7 {
            let is_light = |place: Option<usize>| match place.and_then(|place| line.get(place)) {
                Some(&dark) => !dark,
                None => reading.quiet_zone,
            };
            let before = (1..=4).all(|back| is_light(start.checked_sub(back)));
            let after = (7..11).all(|on| is_light(Some(start + on)));
            if line[start..start + 7] == [true, false, true, true, true, false, true] && (before || after) {
                points += 40;
            }
        }
    }
    // Each block of two by two alike: 3.
    for (upper, lower) in square.iter().zip(&square[1..]) {
        for x in 1..width {
            let block = [upper[x - 1], upper[x], lower[x - 1], lower[x]];
            points += if block == [block[0]; 4] { 3 } else { 0 };
        }
    }
    // Each whole five percent off a half: 10.
    let modules = width * width;
    let dark = square.iter().flatten().filter(|&&dark| dark).count();
    if reading.fine_balance {
        return points + (200 * dark / modules).abs_diff(100) as u32;
    }
    let steps = (1..).take_while(|steps| 10 * (2 * dark).abs_diff(modules) >= steps * modules);
    points + 10 * steps.count() as u32
}

fn first_lowest(points: &[u32]) -> u8 {
    let lowest = points.iter().min().unwrap();
    points.iter().position(|points| points == lowest).unwrap() as u8
}

fn square(rows: &[u128]) -> Vec<Vec<bool>> {
    let row = |row: &u128| (0..rows.len()).map(|x| row >> x & 1 == 1).collect();
    rows.iter().map(row).collect()
}

/// The same bytes in each run (splitmix64).
fn random_bytes(seed: u64) -> impl Iterator<Item = u8> {
    (0_u64..).flat_map(move |count| {
        let mut x = (seed << 32 | count).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ x >> 31).to_le_bytes()
    })
}

/// A text of the alphanumeric mode that fills a version to the last pair of characters.
fn full_text(version: u8, level: Level) -> String {
    let bits = bits::Bits::new(Version::Normal(version.into()))
        .max_len(level.into())
        .unwrap();
    let count_bits = [9, 11, 13][usize::from(version > 9) + usize::from(version > 26)];
    // No digits: a run of them would be packed tighter.
    random_bytes(u64::from(version) << 2 | level as u64)
        .take((bits - 4 - count_bits) / 11 * 2)
        .map(|byte| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[usize::from(byte) % 35]))
        .collect()
}

/// The text placed by `qrcode`, in each mask, and in the one that it chooses.
fn by_qrcode(text: &str, level: Level) -> ([Vec<Vec<bool>>; 8], Vec<Vec<bool>>) {
    let level = EcLevel::from(level);
    let bits = bits::encode_auto(text.as_bytes(), level).unwrap();
    let version = bits.version();
    let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, level).unwrap();
    let mut canvas = Canvas::new(version, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    let square = |canvas: Canvas| -> Vec<Vec<bool>> {
        let row = |y| (0..version.width()).map(|x| canvas.get(x, y).is_dark()).collect();
        (0..version.width()).map(row).collect()
    };
    let masks = [
        MaskPattern::Checkerboard,
        MaskPattern::HorizontalLines,
        MaskPattern::VerticalLines,
        MaskPattern::DiagonalLines,
        MaskPattern::LargeCheckerboard,
        MaskPattern::Fields,
        MaskPattern::Diamonds,
        MaskPattern::Meadow,
    ];
    let in_mask = |mask| {
        let mut canvas = canvas.clone();
        canvas.apply_mask(mask);
        square(canvas)
    };
    (masks.map(in_mask), square(canvas.apply_best_mask()))
}

#[test]
fn each_mask_has_the_points_of_the_plain_reading_and_the_first_lowest_is_chosen() {
    let (mut chosen, mut ties) = ([0; 8], 0);
    for version in 1..=MAX_VERSION {
        let symbols = if version <= 15 { 25 } else { 10 };
        for (level, count) in LEVELS
            .into_iter()
            .flat_map(|level| (0..symbols).map(move |count| (level, count)))
        {
            let template = Template::of(version, level);
            let seed = u64::from(version) << 16 | (level as u64) << 8 | count;
            let data = template.place(random_bytes(seed));
            let data = &data[..width(version)];
            let points: Vec<u32> = (0..8)
                .map(|mask| {
                    let rows: Vec<u128> = masked(template, mask, data).collect();
                    let plain = points(&square(&rows), STANDARD);
                    assert_eq!(penalty(&rows), plain, "version {version}, {level:?}, mask {mask}");
                    plain
                })
                .collect();
            let mask = first_lowest(&points);
            assert_eq!(
                best_mask(template, data),
                mask,
                "version {version}, {level:?}: {points:?}"
            );
            chosen[usize::from(mask)] += 1;
            ties += usize::from(
                points
                    .iter()
                    .filter(|&&other| other == points[usize::from(mask)])
                    .count()
                    > 1,
            );
        }
    }
    assert!(
        chosen.iter().all(|&times| times > 0) && ties > 0,
        "{chosen:?}, {ties} ties"
    );
}

#[test]
fn the_modules_are_those_of_qrcode_in_each_mask() {
    for (version, level) in (1..=MAX_VERSION).flat_map(|version| LEVELS.map(|level| (version, level))) {
        let text = full_text(version, level);
        let (squares, _) = by_qrcode(&text, level);
        let symbol = Symbol::with_level(&text, level).unwrap();
        assert_eq!((symbol.version(), symbol.level()), (version, level));
        let template = Template::of(version, level);
        let own = square(symbol.rows());
        assert!(
            own == squares[usize::from(symbol.mask())],
            "version {version}, {level:?}"
        );
        let of_points = squares.each_ref().map(|square| points(square, STANDARD));
        assert_eq!(symbol.mask(), first_lowest(&of_points), "version {version}, {level:?}");
        assert_eq!(symbol.penalty(), of_points[usize::from(symbol.mask())]);
        // The data are what is left of the chosen mask's rows, so they give the other seven.
        let mut data = [0; MAX_WIDTH];
        let chosen = &template.rows[usize::from(symbol.mask())];
        data.iter_mut()
            .zip(symbol.rows())
            .zip(chosen)
            .for_each(|((data, row), mask)| *data = row ^ mask);
        for (mask, want) in (0..8).zip(&squares) {
            let rows: Vec<u128> = masked(template, mask, &data).collect();
            assert!(square(&rows) == *want, "version {version}, {level:?}, mask {mask}");
        }
    }
}

/// `qrcode` makes one point of each half percent off balance (table 11: ten of each five percent). Else its choice is by
/// the same rules.
#[test]
fn qrcode_reads_one_of_the_rules_in_another_way() {
    let mut differ = 0;
    for (version, level) in (1..=15).flat_map(|version| LEVELS.map(|level| (version, level))) {
        let (squares, best) = by_qrcode(&full_text(version, level), level);
        let chosen = |reading| usize::from(first_lowest(&squares.each_ref().map(|square| points(square, reading))));
        assert!(squares[chosen(QRCODE)] == best, "version {version}, {level:?}");
        differ += usize::from(chosen(STANDARD) != chosen(QRCODE));
    }
    assert!(differ > 0);
}

/// The symbol of annex I has mask 2. In the symbol alone, without its quiet zone, mask 0 would have the fewest points.
#[test]
fn the_example_of_the_standard_has_the_mask_of_the_standard() {
    let (squares, _) = by_qrcode("01234567", Level::M);
    let chosen = |reading| first_lowest(&squares.each_ref().map(|square| points(square, reading)));
    let without_quiet_zone = Reading {
        quiet_zone: false,
        ..STANDARD
    };
    assert_eq!((chosen(STANDARD), chosen(without_quiet_zone)), (2, 0));
    let symbol = Symbol::new("01234567").unwrap();
    assert_eq!((symbol.version(), symbol.mask(), symbol.penalty()), (1, 2, 1037));
}

proptest! {
    #[test]
    fn any_square_has_the_points_of_the_plain_reading(
        width in 8..=MAX_WIDTH,
        seed: u32,
        // How many random words are joined by and, or by or: from few dark modules to nearly all.
        joined in 1..6_usize,
        dark: bool,
    ) {
        let mut bytes = random_bytes(seed.into());
        let mut word = || u128::from_le_bytes(std::array::from_fn(|_| bytes.next().unwrap()));
        let rows: Vec<u128> = (0..width)
            .map(|_| {
                let row = (1..joined).fold(word(), |row, _| if dark { row | word() } else { row & word() });
                row & ((1 << width) - 1)
            })
            .collect();
        prop_assert_eq!(penalty(&rows), points(&square(&rows), STANDARD));
    }
}
