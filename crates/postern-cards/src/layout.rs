//! Where things lie on a card. All lengths are points (1/72 in), from the card's upper left corner, downwards.
//!
//! ```text
//! +--------------------------------------+
//! | issuer             +---------------+ |
//! | -----------------  |               | |
//! | Name               |    symbol     | |
//! | Serial             |   and quiet   | |
//! | Valid              |     zone      | |
//! |                    +---------------+ |
//! |                         [notice]     |
//! +--------------------------------------+
//! ```

use chrono::NaiveDate;
use postern_core::text::Names;

use crate::error::{CardError, Part};
use crate::sheet::{Card, Style};
use crate::wrap::{Block, PITCH, Sizes, fit};

/// Points of a length in millimetres.
pub(crate) const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}

/// ID-1 (ISO/IEC 7810).
pub(crate) const CARD_WIDTH: f32 = mm(85.6);
/// ID-1, rounded to the millimetre.
pub(crate) const CARD_HEIGHT: f32 = mm(54.0);

/// The side of the symbol with its quiet zone, whatever its version: at version 8, 0.79 mm a module.
const SYMBOL: f32 = mm(45.0);
/// The dark part of a symbol of version 8, the usual one: other things are in line with it.
const DARK: f32 = SYMBOL * 49.0 / 57.0;
const QUIET: f32 = (SYMBOL - DARK) / 2.0;
/// From the quiet zone to the card's right edge; and to its upper one, where there is a notice below.
const SYMBOL_MARGIN: f32 = mm(1.3);

/// From text to the card's left edge and, at least, to its lower one.
const MARGIN: f32 = mm(4.5);
const LOWER_MARGIN: f32 = mm(3.0);
/// The right end of the texts: the quiet zone is left alone.
const COLUMN: f32 = CARD_WIDTH - SYMBOL_MARGIN - SYMBOL - mm(0.8) - MARGIN;

/// The height of the issuer's name in both languages, at most, and the part of it for the Chinese one.
const ISSUER_HEIGHT: f32 = 38.0;
const ISSUER_ZH_HEIGHT: f32 = 16.0;
const ISSUER_ZH: Sizes = Sizes {
    largest: 10.0,
    one_line: 7.5,
    smallest: 4.0,
};
const ISSUER_EN: Sizes = Sizes {
    largest: 7.0,
    one_line: 6.0,
    smallest: 4.0,
};

/// The line under the issuer's name, and the space on both sides of it.
const RULE: f32 = 0.6;
const RULE_SPACE: f32 = 3.5;

const LABEL: f32 = 5.5;
/// From a label to its value.
const LABEL_SPACE: f32 = 0.9;
/// Between fields: at least, and at most where there is room.
const FIELD_SPACE: (f32, f32) = (3.0, 9.0);

/// The name; the serial, where there is no name.
const FIRST: Sizes = Sizes {
    largest: 12.0,
    one_line: 9.0,
    smallest: 4.0,
};
const SERIAL: Sizes = Sizes {
    largest: 9.0,
    one_line: 6.5,
    smallest: 4.0,
};
/// The height of the first field's value, at most, and of the serial below a name.
const FIRST_HEIGHT: f32 = 33.0;
const SERIAL_HEIGHT: f32 = 22.0;
const VALIDITY: Sizes = Sizes {
    largest: 8.0,
    one_line: 4.0,
    smallest: 4.0,
};

const NOTICE: Sizes = Sizes {
    largest: 9.0,
    one_line: 4.0,
    smallest: 4.0,
};
const NOTICE_FRAME: f32 = 0.6;
const NOTICE_HEIGHT: f32 = mm(4.7);

const NAME_LABEL: &str = "Name 姓名";
const SERIAL_LABEL: &str = "Serial 编号";
const VALIDITY_LABEL: &str = "Valid 有效期";

/// All that stands on every card, whoever issues it.
pub(crate) const LABELS: [&str; 4] = [NAME_LABEL, SERIAL_LABEL, VALIDITY_LABEL, "0123456789 -–"];

/// How far above and below its baseline a line of text reaches, in sizes; together the [`PITCH`].
const ASCENT: f32 = 0.9;
#[cfg(test)]
const DESCENT: f32 = PITCH - ASCENT;

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// A line of text; `x` and `y` are the beginning of its baseline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) size: f32,
    pub(crate) width: f32,
}

#[cfg(test)]
impl Line {
    fn area(&self) -> Area {
        Area {
            x: self.x,
            y: self.y - ASCENT * self.size,
            width: self.width,
            height: (ASCENT + DESCENT) * self.size,
        }
    }
}

/// The width of a character at size 1.
pub(crate) type Advance<'a> = &'a dyn Fn(char) -> f32;

/// What all cards of a sheet share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    /// The symbol with its quiet zone.
    pub(crate) symbol: Area,
    /// The line under the issuer's name.
    pub(crate) rule: Area,
    /// The frame around the notice: the middle of its stroke, and the stroke's width.
    pub(crate) frame: Option<(Area, f32)>,
    /// The issuer's name and the notice.
    pub(crate) lines: Vec<Line>,
}

impl Template {
    /// # Errors
    /// [`CardError::NoRoom`].
    pub(crate) fn new(style: &Style<'_>, advance: Advance<'_>) -> Result<Self, CardError> {
        let no_room = |part| CardError::NoRoom { card: None, part };
        let symbol = Area {
            x: CARD_WIDTH - SYMBOL_MARGIN - SYMBOL,
            y: match style.notice {
                Some(_) => SYMBOL_MARGIN,
                None => (CARD_HEIGHT - SYMBOL) / 2.0,
            },
            width: SYMBOL,
            height: SYMBOL,
        };
        let issuer = |text, sizes, height| fit(text, sizes, COLUMN, height, advance).ok_or(no_room(Part::Issuer));
        let zh = issuer(style.issuer.zh(), ISSUER_ZH, ISSUER_ZH_HEIGHT)?;
        let en = issuer(style.issuer.en(), ISSUER_EN, ISSUER_HEIGHT - zh.height())?;
        let mut lines = Vec::new();
        let y = place(&mut lines, &zh, symbol.y + QUIET);
        let y = place(&mut lines, &en, y);
        let rule = Area {
            x: MARGIN,
            y: y + RULE_SPACE,
            width: COLUMN,
            height: RULE,
        };
        let frame = match style.notice {
            Some(notice) => Some(frame_notice(notice, symbol, &mut lines, advance).ok_or(no_room(Part::Notice))?),
            None => None,
        };
        Ok(Self {
            symbol,
            rule,
            frame: frame.map(|frame| (frame, NOTICE_FRAME)),
            lines,
        })
    }

    /// The lines of one card.
    ///
    /// # Errors
    /// [`CardError::NoRoom`].
    pub(crate) fn card(&self, card: &Card<'_>, advance: Advance<'_>) -> Result<Vec<Line>, CardError> {
        let no_room = |part| CardError::NoRoom {
            card: Some(card.serial.to_owned()),
            part,
        };
        let top = self.rule.y + RULE + RULE_SPACE;
        let label = LABEL * PITCH + LABEL_SPACE;
        let fields = 2 + usize::from(card.name.is_some());
        let mut left = CARD_HEIGHT - LOWER_MARGIN - top - fields as f32 * label - (fields - 1) as f32 * FIELD_SPACE.0;

        let mut take = |text, sizes, most: f32, part| {
            let block = fit(text, sizes, COLUMN, left.min(most), advance).ok_or(no_room(part))?;
            left -= block.height();
            Ok::<_, CardError>(block)
        };
        let dates = validity(card.valid_from, card.valid_until);
        let validity = take(&dates, VALIDITY, f32::MAX, Part::Validity)?;
        let (serial, name) = match card.name {
            Some(name) => {
                let serial = take(card.serial, SERIAL, SERIAL_HEIGHT, Part::Serial)?;
                (serial, Some(take(name, FIRST, FIRST_HEIGHT, Part::Name)?))
            }
            None => (take(card.serial, FIRST, FIRST_HEIGHT, Part::Serial)?, None),
        };

        let space = (FIELD_SPACE.0 + left / (fields - 1) as f32).min(FIELD_SPACE.1);
        let mut lines = Vec::new();
        let mut y = top;
        let values = [
            name.map(|name| (NAME_LABEL, name)),
            Some((SERIAL_LABEL, serial)),
            Some((VALIDITY_LABEL, validity)),
        ];
        for (text, value) in values.into_iter().flatten() {
            let label = Block {
                size: LABEL,
                lines: vec![(text, text.chars().map(advance).sum::<f32>() * LABEL)],
            };
            y = place(&mut lines, &label, y) + LABEL_SPACE;
            y = place(&mut lines, &value, y) + space;
        }
        Ok(lines)
    }
}

/// Both dates, as ISO 8601 writes them.
pub(crate) fn validity(from: NaiveDate, until: NaiveDate) -> String {
    format!("{from} – {until}")
}

/// Adds a block at the left margin, and gives the height at which the next one begins.
fn place(lines: &mut Vec<Line>, block: &Block<'_>, top: f32) -> f32 {
    let pitch = block.size * PITCH;
    for (i, &(text, width)) in block.lines.iter().enumerate() {
        lines.push(Line {
            text: text.to_owned(),
            x: MARGIN,
            y: top + i as f32 * pitch + ASCENT * block.size,
            size: block.size,
            width,
        });
    }
    top + block.height()
}

/// Puts the notice below the symbol, in one line or in one for each language.
fn frame_notice(notice: &Names, symbol: Area, lines: &mut Vec<Line>, advance: Advance<'_>) -> Option<Area> {
    let frame = Area {
        x: symbol.x + (symbol.width - DARK) / 2.0,
        y: symbol.y + symbol.height + mm(0.5),
        width: DARK,
        height: NOTICE_HEIGHT,
    };
    let (width, height) = (frame.width - 6.0, frame.height - 2.0 * NOTICE_FRAME);
    let text = format!("{}  {}", notice.en(), notice.zh());
    let block = fit(&text, NOTICE, width, height, advance)?;
    let pitch = block.size * PITCH;
    // Letters without descenders look central where the middle of a capital is.
    let top = frame.y + (frame.height - block.height()) / 2.0;
    for (i, &(text, width)) in block.lines.iter().enumerate() {
        lines.push(Line {
            text: text.to_owned(),
            x: frame.x + (frame.width - width) / 2.0,
            y: top + i as f32 * pitch + ASCENT * block.size,
            size: block.size,
            width,
        });
    }
    Some(frame)
}

#[cfg(test)]
mod tests;
