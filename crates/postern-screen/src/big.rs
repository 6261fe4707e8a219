//! Words and symbols as bitmaps, drawn large with block characters.

use std::collections::HashMap;
use std::sync::OnceLock;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

/// The rows of a Latin letter or a symbol, and of a Chinese character.
const LATIN_ROWS: usize = 7;
const HAN_ROWS: usize = 16;
/// A longer word is not drawn large.
const MAX_LETTERS: usize = 12;
/// The four quarters of a cell, upper left 8, upper right 4, lower left 2, lower right 1.
const QUARTERS: [char; 16] = [
    ' ', '▗', '▖', '▄', '▝', '▐', '▞', '▟', '▘', '▚', '▌', '▙', '▀', '▜', '▛', '█',
];

/// A picture of one colour.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Bitmap {
    /// Rows of pixels, all of one length.
    rows: Vec<Vec<bool>>,
}

/// How large a pixel is drawn, in halves of a cell's width and height.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Scale {
    across: usize,
    down: usize,
}

impl Bitmap {
    /// The word, in capital letters; none where it has a character without bitmap, is empty or too long.
    pub(crate) fn word(word: &str) -> Option<Self> {
        let letters: Vec<char> = word.chars().flat_map(char::to_uppercase).collect();
        if letters.is_empty() || letters.len() > MAX_LETTERS {
            return None;
        }
        let glyphs: Vec<&Self> = letters.iter().map(|c| glyphs().get(c)).collect::<Option<_>>()?;
        // Letters beside Chinese characters are drawn twice as large.
        let rows = if glyphs.iter().any(|glyph| glyph.height() == HAN_ROWS) {
            HAN_ROWS
        } else {
            LATIN_ROWS
        };
        let gap = if rows == HAN_ROWS { 2 } else { 1 };
        glyphs
            .into_iter()
            .map(|glyph| glyph.grown(rows / glyph.height()))
            .reduce(|word, glyph| word.beside(&glyph, gap))
    }

    /// The symbol, to stand beside something of so many rows.
    pub(crate) fn symbol(symbol: char, rows: usize) -> Option<Self> {
        glyphs()
            .get(&symbol)
            .map(|glyph| glyph.grown((rows / glyph.height()).max(1)))
    }

    /// Both in one picture, centred on the same line.
    pub(crate) fn beside(&self, right: &Self, gap: usize) -> Self {
        let height = self.height().max(right.height());
        let (left, right) = (self.padded(height), right.padded(height));
        let rows = left
            .iter()
            .zip(&right)
            .map(|(left, right)| [left.as_slice(), &vec![false; gap], right].concat());
        Self { rows: rows.collect() }
    }

    pub(crate) fn width(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    pub(crate) fn height(&self) -> usize {
        self.rows.len()
    }

    /// The largest scale at which it fits into so many columns and rows. A cell is about twice as high as wide, so a
    /// square pixel is as many half columns as twice its half rows; narrower ones still read well. Without
    /// `quarters`, pixels are whole columns.
    pub(crate) fn scale(&self, columns: u16, rows: u16, quarters: bool) -> Option<Scale> {
        let (across, down) = (2 * usize::from(columns), 2 * usize::from(rows));
        let largest = down.checked_div(self.height())?;
        (1..=largest).rev().find_map(|down| {
            let narrowest = (down * 6).div_ceil(5);
            (narrowest..=2 * down)
                .rev()
                .filter(|pixel| quarters || pixel % 2 == 0)
                .find(|pixel| pixel * self.width() <= across)
                .map(|across| Scale { across, down })
        })
    }

    /// The columns and rows that it takes.
    pub(crate) fn size(&self, scale: Scale) -> (u16, u16) {
        let cells = |pixels: usize, size: usize| u16::try_from((pixels * size).div_ceil(2)).unwrap_or(u16::MAX);
        (cells(self.width(), scale.across), cells(self.height(), scale.down))
    }

    /// Draws it with its upper left corner at the area's; what is outside of the area is not drawn.
    pub(crate) fn draw(&self, scale: Scale, area: Rect, style: Style, buffer: &mut Buffer) {
        let pixel = |x: usize, y: usize| {
            self.rows
                .get(y / scale.down)
                .is_some_and(|row| row.get(x / scale.across).is_some_and(|on| *on))
        };
        for position in area.intersection(buffer.area).positions() {
            let Position { x, y } = position;
            let (across, down) = (2 * usize::from(x - area.x), 2 * usize::from(y - area.y));
            let quarters = [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().fold(0, |bits, (dx, dy)| {
                bits << 1 | usize::from(pixel(across + dx, down + dy))
            });
            if let Some(cell) = buffer.cell_mut(position) {
                cell.set_char(QUARTERS[quarters]).set_style(style);
            }
        }
    }

    /// Each pixel as a square of so many.
    fn grown(&self, times: usize) -> Self {
        let wide = |row: &Vec<bool>| row.iter().flat_map(|on| vec![*on; times]).collect::<Vec<_>>();
        Self {
            rows: self.rows.iter().flat_map(|row| vec![wide(row); times]).collect(),
        }
    }

    /// The rows, with empty ones above and below.
    fn padded(&self, height: usize) -> Vec<Vec<bool>> {
        let above = (height - self.height()) / 2;
        let mut rows = vec![vec![false; self.width()]; height];
        rows[above..above + self.height()].clone_from_slice(&self.rows);
        rows
    }
}

/// All bitmaps, by their character.
fn glyphs() -> &'static HashMap<char, Bitmap> {
    static GLYPHS: OnceLock<HashMap<char, Bitmap>> = OnceLock::new();
    GLYPHS.get_or_init(|| {
        [
            include_str!("../glyphs/han.txt"),
            include_str!("../glyphs/latin.txt"),
            include_str!("../glyphs/symbols.txt"),
        ]
        .into_iter()
        .flat_map(parse)
        .collect()
    })
}

/// Reads a file of bitmaps: a line with the character, then its rows of `#` and `.`.
fn parse(text: &str) -> Vec<(char, Bitmap)> {
    let mut glyphs: Vec<(char, Bitmap)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("//")) {
        let mut chars = line.chars();
        match (chars.next(), chars.next()) {
            (Some(name), None) => glyphs.push((name, Bitmap { rows: Vec::new() })),
            _ => {
                if let Some((_, glyph)) = glyphs.last_mut() {
                    glyph.rows.push(line.chars().map(|c| c == '#').collect());
                }
            }
        }
    }
    glyphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bitmap_is_whole() {
        assert_eq!(glyphs().len(), 35 + 38 + 7);
        for (name, glyph) in glyphs() {
            assert!([LATIN_ROWS, HAN_ROWS].contains(&glyph.height()), "{name}");
            assert!(glyph.rows.iter().all(|row| row.len() == glyph.width()), "{name}");
            assert!(*name == ' ' || glyph.rows.iter().flatten().any(|on| *on), "{name}");
        }
    }

    #[test]
    fn the_words_of_the_faces_have_bitmaps() {
        for word in [
            "ADMIT",
            "refer",
            "REFUSE",
            "FAULT",
            "READY",
            "LOCKED",
            "WAIT",
            "PLEASE WAIT",
        ] {
            assert_eq!(Bitmap::word(word).map(|word| word.height()), Some(LATIN_ROWS), "{word}");
        }
        for word in [
            "放行",
            "转人工",
            "拒绝",
            "故障",
            "就绪",
            "锁定",
            "已锁定",
            "请稍候",
            "等待",
            "请扫码",
        ] {
            assert_eq!(Bitmap::word(word).map(|word| word.height()), Some(HAN_ROWS), "{word}");
        }
        assert!(Bitmap::word("放行龘").is_none());
        assert!(Bitmap::word("").is_none());
        assert!(Bitmap::word(&"A".repeat(MAX_LETTERS + 1)).is_none());
    }

    #[test]
    fn no_two_symbols_look_alike() {
        let symbols = crate::Face::ALL.map(|face| Bitmap::symbol(face.symbol(), LATIN_ROWS).unwrap());
        for (at, symbol) in symbols.iter().enumerate() {
            assert!(!symbols[..at].contains(symbol), "{symbol:?}");
        }
    }

    #[test]
    fn what_fits_is_as_large_as_it_can_be() {
        let word = Bitmap::word("ADMIT").unwrap();
        assert_eq!(word.width(), 27);
        assert_eq!(word.scale(27, 4, true), Some(Scale { across: 2, down: 1 }));
        assert_eq!(word.scale(26, 4, true), None);
        assert_eq!(word.scale(54, 7, true), Some(Scale { across: 4, down: 2 }));
        assert_eq!(word.scale(53, 7, true), Some(Scale { across: 3, down: 2 }));
        assert_eq!(word.scale(53, 7, false), Some(Scale { across: 2, down: 1 }));
        for (columns, rows) in [(27, 4), (53, 7), (200, 60), (1000, 500)] {
            let (wide, high) = word.size(word.scale(columns, rows, true).unwrap());
            assert!(wide <= columns && high <= rows, "{wide}x{high}");
        }
    }

    #[test]
    fn pixels_become_quarters_of_cells() {
        let bitmap = parse("x\n#.\n.#\n").remove(0).1;
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        bitmap.draw(Scale { across: 2, down: 1 }, buffer.area, Style::new(), &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["▀▄"]));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
        bitmap.draw(Scale { across: 1, down: 1 }, buffer.area, Style::new(), &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["▚"]));
    }
}
