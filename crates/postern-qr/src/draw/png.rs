//! Symbol to PNG file (PNG specification, third edition): 1-bit greyscale in one compressed block.
//!
//! Nearly all of a picture repeats the line above it: the lines of one module, and the quiet zone to the right and left
//! of it. So what is said of a row of modules is its own bytes, once, and one copy from a line above.

use super::QUIET_ZONE;
use super::deflate::{self, LengthCode, Piece};
use crate::symbol::Symbol;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Deflate with a window of 32 KiB, made by the fastest algorithm, no dictionary (RFC 1950, section 2.2).
const ZLIB_HEADER: [u8; 2] = [0x78, 0x01];

/// Appends the file.
pub(super) fn write(symbol: &Symbol, scale: usize, file: &mut Vec<u8>) {
    // At most 133 modules of 255 pixels.
    let side = (symbol.width() + 2 * QUIET_ZONE) * scale;
    let lines = Lines::of(symbol, scale, side);
    file.extend_from_slice(SIGNATURE);
    chunk(file, b"IHDR", |file| {
        file.extend_from_slice(&(side as u32).to_be_bytes());
        file.extend_from_slice(&(side as u32).to_be_bytes());
        // One bit, greyscale, deflate, the five filters, no interlacing.
        file.extend_from_slice(&[1, 0, 0, 0, 0]);
    });
    chunk(file, b"IDAT", |file| {
        file.extend_from_slice(&ZLIB_HEADER);
        let (pieces, usual) = lines.pieces();
        deflate::write_block(&lines.bytes, &pieces, usual, file);
        file.extend_from_slice(&lines.adler32().to_be_bytes());
    });
    chunk(file, b"IEND", |_| {});
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: impl FnOnce(&mut Vec<u8>)) {
    let start = file.len();
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(kind);
    data(file);
    // About a mebibyte where the most is drawn.
    let length = (file.len() - start - 8) as u32;
    file[start..start + 4].copy_from_slice(&length.to_be_bytes());
    let sum = crc32fast::hash(&file[start + 4..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

/// One line of pixels for each row of modules, and one for the quiet zone above and below.
struct Lines {
    /// Each line begins with the number of its filter, nought for none. A set bit is white.
    bytes: Vec<u8>,
    /// Bytes in a line.
    length: usize,
    scale: usize,
}

impl Lines {
    fn of(symbol: &Symbol, scale: usize, side: usize) -> Self {
        let length = 1 + side.div_ceil(8);
        let spreads: Vec<Spread> = (0..scale).map(|byte| Spread::of(byte, scale)).collect();
        let mut bytes = vec![0xff; (symbol.width() + 2) * length];
        let lines = bytes.chunks_exact_mut(length);
        for (line, row) in lines.zip([0].iter().chain(symbol.rows()).chain(&[0])) {
            line[0] = 0;
            let groups = line[1..].chunks_mut(scale);
            for (group, modules) in groups.zip(light(*row)) {
                for (byte, spread) in group.iter_mut().zip(&spreads) {
                    *byte = spread.pixels(modules);
                }
            }
        }
        Self { bytes, length, scale }
    }

    /// The picture as bytes of its own and copies, and the length that most copies have.
    fn pieces(&self) -> (Vec<Piece>, LengthCode) {
        let Self { length, scale, .. } = *self;
        let count = self.bytes.len() / length;
        // From the quiet zone at the right to the one at the left, and the filter. Where more is alike by chance, the
        // copy is longer, but only so far as the same code tells it: one code more would cost more than the bytes.
        let margin = QUIET_ZONE * scale / 8;
        let usual = LengthCode::of(margin + (scale - 1) * length + 1 + margin);

        let mut pieces = Vec::with_capacity(count + 4);
        let quiet = (QUIET_ZONE * scale - 1) * length;
        pieces.push(Piece::new(0..2, 1, length - 2));
        pieces.push(Piece::new(2..2, length, quiet));
        let end = (count - 1) * length;
        if scale == 1 {
            // No line is there twice, and what is alike at both ends is too short for a copy.
            pieces.push(Piece::new(length..end + 2, 1, length - 2));
        } else {
            for start in (length..end).step_by(length) {
                let (above, line) = self.bytes[start - length..start + length].split_at(length);
                let before = &mut pieces.last_mut().expect("there is the quiet zone").copy;
                let mut pairs = above.iter().zip(line);
                let Some(head) = pairs.clone().position(|(a, b)| a != b) else {
                    *before += scale * length;
                    continue;
                };
                let tail = length - 1 - pairs.rposition(|(a, b)| a != b).unwrap_or(head);
                let head = head.min(usual.most.saturating_sub(*before).max(1 + margin));
                *before += head;
                let repeats = (scale - 1) * length;
                let tail = tail.min(usual.most.saturating_sub(repeats + 1 + margin).max(margin));
                pieces.push(Piece::new(start + head..start + length - tail, length, tail + repeats));
            }
            // The filter and one byte of white are those of the line above.
            pieces.last_mut().expect("there is the quiet zone").copy += 2;
            pieces.push(Piece::new(end..end, 1, length - 2));
        }
        pieces.push(Piece::new(end..end, length, quiet));
        (pieces, usual)
    }

    /// The checksum of the picture (RFC 1950, section 8.2).
    fn adler32(&self) -> u32 {
        const BASE: u64 = 65521;
        let lines = self.bytes.len() / self.length;
        let (mut a, mut b) = (1, 0);
        for (y, line) in self.bytes.chunks_exact(self.length).enumerate() {
            let (mut sum, mut sums) = (0, 0);
            for &byte in line {
                sum += u64::from(byte);
                sums += sum;
            }
            let rows = if y == 0 || y == lines - 1 { QUIET_ZONE } else { 1 };
            // Below 2^53 at the most: 1,020 lines of 4,241 bytes.
            for _ in 0..rows * self.scale {
                b += self.length as u64 * a + sums;
                a += sum;
            }
            (a, b) = (a % BASE, b % BASE);
        }
        (b << 16 | a) as u32
    }
}

/// The modules of a row with its quiet zone, in groups of eight, the first in the lowest bit. A set bit is light.
fn light(row: u128) -> [u8; 17] {
    let mut groups = [0; 17];
    groups[..16].copy_from_slice(&((!row << QUIET_ZONE) | ((1 << QUIET_ZONE) - 1)).to_le_bytes());
    // The modules that were shifted out; beyond a row all is light.
    groups[16] = (!row >> (128 - QUIET_ZONE)) as u8 | 0xff << QUIET_ZONE;
    groups
}

/// Eight modules make as many bytes as a module has pixels: this is the pixels of one of those bytes.
struct Spread {
    /// The first module that the byte has pixels of.
    first: u8,
    /// One bit for each module that it has pixels of.
    mask: u8,
    /// The byte, by the modules from the first on.
    pixels: [u8; 256],
}

impl Spread {
    fn of(byte: usize, scale: usize) -> Self {
        let first = 8 * byte / scale;
        let modules = (0..8).map(|bit| (8 * byte + bit) / scale - first);
        let mask = modules.clone().fold(0, |mask, module| mask | 1 << module);
        let mut pixels = [0; 256];
        for (value, pixels) in pixels[..=usize::from(mask)].iter_mut().enumerate() {
            for module in modules.clone() {
                *pixels = *pixels << 1 | (value >> module & 1) as u8;
            }
        }
        Self {
            first: first as u8,
            mask,
            pixels,
        }
    }

    fn pixels(&self, modules: u8) -> u8 {
        self.pixels[usize::from(modules >> self.first & self.mask)]
    }
}
