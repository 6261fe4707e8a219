//! The symbol and the word, as large as there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use crate::big::{Bitmap, Scale};
use crate::cells::{fill, put, put_centred};
use crate::draw::headline;
use crate::palette::Display;
use crate::scene::Scene;
use crate::text::{clean, cut, width};

/// What was chosen for the room.
pub(crate) struct Banner {
    shape: Shape,
    symbol: char,
    style: Style,
}

enum Shape {
    /// Symbol and word in one picture.
    Both(Bitmap, Scale),
    /// The word as a picture, small symbols down both sides.
    Flanked(Bitmap, Scale),
    /// The symbol as a picture, the word as text beside it.
    Beside(Bitmap, Scale, String),
    /// Text only.
    Line(String),
}

impl Banner {
    /// The best that fits into so many columns and rows. A word with a character that has no bitmap stays readable text.
    pub(crate) fn of(scene: &Scene, display: Display, columns: u16, rows: u16) -> Self {
        let style = display.text(scene.face).add_modifier(Modifier::BOLD);
        let symbol = scene.face.symbol();
        let scale = |picture: &Bitmap, columns| picture.scale(columns, rows, display.unicode);
        let word = Bitmap::word(&clean(&scene.word));
        let both = word.as_ref().and_then(|word| {
            let both = Bitmap::symbol(symbol, word.height())?.beside(word, word.height() / 3);
            let scale = scale(&both, columns)?;
            Some(Shape::Both(both, scale))
        });
        let flanked = || {
            let word = word?;
            let scale = scale(&word, columns.saturating_sub(2))?;
            Some(Shape::Flanked(word, scale))
        };
        let beside = || {
            let picture = Bitmap::symbol(symbol, 0)?;
            let text = cut(&clean(&scene.word), usize::from(columns / 2));
            let scale = scale(&picture, columns.saturating_sub(width(&text) as u16 + 4))?;
            Some(Shape::Beside(picture, scale, text))
        };
        let shape = both.or_else(flanked).or_else(beside);
        Self {
            shape: shape.unwrap_or_else(|| Shape::Line(headline(scene, display))),
            symbol: display.symbol(scene.face),
            style,
        }
    }

    /// The rows that it takes.
    pub(crate) fn height(&self) -> u16 {
        match &self.shape {
            Shape::Both(picture, scale) | Shape::Flanked(picture, scale) | Shape::Beside(picture, scale, _) => {
                picture.size(*scale).1
            }
            Shape::Line(_) => 1,
        }
    }

    /// Draws it in the middle of the area.
    pub(crate) fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let (picture, scale, beside) = match &self.shape {
            Shape::Both(picture, scale) => (picture, *scale, 0),
            Shape::Flanked(picture, scale) => (picture, *scale, 0),
            Shape::Beside(picture, scale, text) => (picture, *scale, width(text) as u16 + 2),
            Shape::Line(text) => return put_centred(text, self.style, area, buffer),
        };
        let (columns, rows) = picture.size(scale);
        let x = area.x + area.width.saturating_sub(columns + beside) / 2;
        let room = Rect {
            x,
            y: area.y,
            width: columns,
            height: rows,
        };
        let around = Rect {
            x: x.saturating_sub(2),
            width: columns + beside + 4,
            ..room
        };
        fill(self.style, around.intersection(area), buffer);
        picture.draw(scale, room, self.style, buffer);
        match &self.shape {
            Shape::Beside(_, _, text) => {
                let middle = Position {
                    x: room.right() + 2,
                    y: room.y + rows / 2,
                };
                put(text, self.style, middle, usize::from(beside), buffer);
            }
            Shape::Flanked(..) => {
                for y in room.top()..room.bottom() {
                    for x in [x.saturating_sub(2), room.right() + 1] {
                        put(
                            self.symbol.encode_utf8(&mut [0; 4]),
                            self.style,
                            Position { x, y },
                            1,
                            buffer,
                        );
                    }
                }
            }
            Shape::Both(..) | Shape::Line(_) => {}
        }
    }
}
