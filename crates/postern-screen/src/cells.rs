//! Pieces of text to cells.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::text::{cut, width};

/// A piece of one line: clean text and how it looks.
pub(crate) type Piece = (String, Style);

/// Sets pieces one after the other into at most so many rows; where some have no room the last row ends in `…`.
pub(crate) fn flow(pieces: Vec<Piece>, columns: u16, rows: usize, style: Style) -> Vec<Vec<Piece>> {
    const GAP: usize = 2;
    let columns = usize::from(columns);
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let mut left = 0;
    for (text, look) in pieces {
        let text = cut(&text, columns);
        let needed = width(&text);
        let full = lines.len() == rows;
        match lines.last_mut() {
            Some(line) if needed + GAP <= left => {
                line.push((" ".repeat(GAP), style));
                line.push((text, look));
                left -= needed + GAP;
            }
            Some(line) if full => {
                if left >= GAP {
                    line.push((" …".into(), style));
                }
                break;
            }
            _ if full => break,
            _ => {
                left = columns - needed;
                lines.push(vec![(text, look)]);
            }
        }
    }
    lines
}

/// A row of pieces over the whole width.
pub(crate) fn put_row(pieces: &[Piece], ground: Style, row: Rect, buffer: &mut Buffer) {
    fill(ground, row, buffer);
    let mut x = row.x + 1;
    for (text, style) in pieces {
        let room = usize::from(row.right().saturating_sub(x));
        x = put(text, *style, Position { x, y: row.y }, room, buffer);
    }
}

/// A text in the middle of a row, with one blank on each side so that no pattern touches it.
pub(crate) fn put_centred(text: &str, style: Style, row: Rect, buffer: &mut Buffer) {
    let text = cut(text, usize::from(row.width.saturating_sub(2)));
    let columns = width(&text) as u16;
    let x = row.x + (row.width.saturating_sub(columns)) / 2;
    let around = Rect {
        x: x.saturating_sub(1),
        width: columns + 2,
        ..row
    };
    fill(style, around.intersection(row), buffer);
    put(&text, style, Position { x, y: row.y }, usize::from(columns), buffer);
}

/// Writes clean text and returns the column after it.
pub(crate) fn put(text: &str, style: Style, at: Position, columns: usize, buffer: &mut Buffer) -> u16 {
    if !buffer.area.contains(at) {
        return at.x;
    }
    buffer.set_stringn(at.x, at.y, text, columns, style).0
}

/// Blanks.
pub(crate) fn fill(style: Style, area: Rect, buffer: &mut Buffer) {
    for position in area.intersection(buffer.area).positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            cell.reset();
            cell.set_style(style);
        }
    }
}
