//! The penalty of a symbol: how much in it could trouble a reader (ISO/IEC 18004:2015, 7.8.3.1).
//!
//! A row is one word, so an operation on a word is done for all modules of the row: shifts compare neighbours in a row,
//! two rows compare neighbours in the columns.

use std::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};

use super::MAX_WIDTH;

/// For each run of five modules alike, and for each one more.
const N1: u32 = 3;
/// For each block of two by two modules alike, the overlapping ones too.
const N2: u32 = 3;
/// For each dark:light:dark:light:dark of 1:1:3:1:1 with four light modules before or after.
const N3: u32 = 40;
/// For each whole 5 % that the share of dark modules is off a half.
const N4: u32 = 10;

/// A row of modules: module x is bit x, dark is one. It has at least one bit more than the row.
trait Word:
    Copy
    + Default
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
    /// The lowest `bits` bits set.
    fn low(bits: usize) -> Self;
    fn ones(self) -> u32;
}

impl Word for u64 {
    fn low(bits: usize) -> Self {
        (1 << bits) - 1
    }

    fn ones(self) -> u32 {
        self.count_ones()
    }
}

impl Word for u128 {
    fn low(bits: usize) -> Self {
        (1 << bits) - 1
    }

    fn ones(self) -> u32 {
        self.count_ones()
    }
}

/// The points of a square of modules: module x of a row is bit x, dark is one, and no bits are beyond the square.
///
/// Where the standard leaves room, this reads it as its example in annex I does, which no other reading gives: the format
/// information of each mask counts, and the four light modules may be in the quiet zone. A finder-like pattern with light
/// on both sides is one pattern. Its ratio is in modules, as its light area is.
pub(super) fn penalty(rows: &[u128]) -> u32 {
    if rows.len() >= 64 {
        return points(rows);
    }
    let mut words = [0; 64];
    words.iter_mut().zip(rows).for_each(|(word, row)| *word = *row as u64);
    points(&words[..rows.len()])
}

fn points<W: Word>(rows: &[W]) -> u32 {
    let along = along_rows(rows);
    let down = down_columns(rows);
    // A run of n modules is n - 4 runs of five.
    let runs = along.runs + down.runs;
    let fives = along.fives + down.fives;
    let modules = (rows.len() * rows.len()) as u32;
    let dark: u32 = rows.iter().map(|row| row.ones()).sum();
    let off_balance = (20 * dark).abs_diff(10 * modules) / modules;
    N1 * runs + (fives - runs) + N2 * blocks(rows) + N3 * (along.finders + down.finders) + N4 * off_balance
}

/// What is counted in lines of modules.
#[derive(Default)]
struct Lines {
    /// Runs of five modules alike or more.
    runs: u32,
    /// Runs of five modules alike, the overlapping ones too.
    fives: u32,
    /// Patterns like a finder's, beside four light modules.
    finders: u32,
}

fn along_rows<W: Word>(rows: &[W]) -> Lines {
    let pairs = W::low(rows.len() - 1);
    let mut lines = Lines::default();
    for &row in rows {
        let alike = !(row ^ (row >> 1)) & pairs;
        let three = alike & (alike >> 1);
        let five = three & (three >> 2);
        lines.fives += five.ones();
        lines.runs += (five & !(five << 1)).ones();

        // Beyond the row no bit is set: the quiet zone is light.
        let before = (row << 1) | (row << 2) | (row << 3) | (row << 4);
        let after = (row >> 7) | (row >> 8) | (row >> 9) | (row >> 10);
        let finder = row & !(row >> 1) & (row >> 2) & (row >> 3) & (row >> 4) & !(row >> 5) & (row >> 6);
        lines.finders += (finder & !(before & after)).ones();
    }
    lines
}

fn down_columns<W: Word>(rows: &[W]) -> Lines {
    let all = W::low(rows.len());
    let mut lines = Lines::default();
    let mut last = W::default();
    for rows in rows.windows(5) {
        let dark = rows[0] & rows[1] & rows[2] & rows[3] & rows[4];
        let any = rows[0] | rows[1] | rows[2] | rows[3] | rows[4];
        let five = dark | (!any & all);
        lines.fives += five.ones();
        lines.runs += (five & !last).ones();
        last = five;
    }

    // Rows of the quiet zone stand around the symbol. Where a dark module is in rows y - 4 to y - 1 is told at y.
    let mut padded = [W::default(); 4 + MAX_WIDTH + 4];
    padded[4..4 + rows.len()].copy_from_slice(rows);
    let mut dark = [W::default(); MAX_WIDTH + 5];
    for (dark, rows) in dark.iter_mut().zip(padded.windows(4)) {
        *dark = rows[0] | rows[1] | rows[2] | rows[3];
    }
    for ((rows, &before), &after) in rows.windows(7).zip(&dark).zip(&dark[4 + 7..]) {
        let finder = rows[0] & !rows[1] & rows[2] & rows[3] & rows[4] & !rows[5] & rows[6];
        lines.finders += (finder & !(before & after)).ones();
    }
    lines
}

/// Blocks of two by two modules alike: m by n modules have (m - 1)(n - 1) of them.
fn blocks<W: Word>(rows: &[W]) -> u32 {
    let pairs = W::low(rows.len() - 1);
    let block = |rows: &[W]| {
        let dark = rows[0] & rows[1];
        let light = !(rows[0] | rows[1]);
        (((dark & (dark >> 1)) | (light & (light >> 1))) & pairs).ones()
    };
    rows.windows(2).map(block).sum()
}
