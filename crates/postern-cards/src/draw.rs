//! Shapes and text to the operators of a page (ISO 32000-1, 8 and 9).

use pdf_writer::{Content, Name, Str, TextStr};
use postern_qr::Symbol;

use crate::font::{Glyph, Subset};
use crate::layout::{Area, CARD_HEIGHT, Line, Template};
use crate::paper::Paper;

/// The name of the font in the resources of every page.
pub(crate) const FONT: Name<'_> = Name(b"F");

/// Light modules on each side of a symbol (ISO/IEC 18004, 6.3.8).
const QUIET_ZONE: usize = 4;

/// The width of cut marks: thin, but drawn by every printer.
const MARK_WIDTH: f32 = 0.25;

/// The level of zlib. On level 6, files are a seventh smaller, and take nearly three times as long.
const LEVEL: u8 = 3;

/// A stream for `FlateDecode`.
pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(data, LEVEL)
}

/// The cut marks of a page.
pub(crate) fn marks(content: &mut Content, paper: Paper) {
    content.save_state().set_line_width(MARK_WIDTH);
    for [from, to] in paper.marks() {
        content
            .move_to(round(from.0), round(from.1))
            .line_to(round(to.0), round(to.1));
    }
    content.stroke().restore_state();
}

/// One card with its lower left corner at `place`.
pub(crate) fn card(
    content: &mut Content,
    place: (f32, f32),
    template: &Template,
    symbol: &Symbol,
    lines: &[Line],
    subset: &mut Subset,
    glyph: &dyn Fn(char) -> Glyph,
) {
    content
        .save_state()
        .transform([1.0, 0.0, 0.0, 1.0, round(place.0), round(place.1)]);
    rect(content, template.rule);
    content.fill_nonzero();
    if let Some((frame, width)) = template.frame {
        content.set_line_width(width);
        rect(content, frame);
        content.stroke();
    }
    content.begin_text();
    for line in template.lines.iter().chain(lines) {
        show(content, line, subset, glyph);
    }
    content.end_text();
    draw_symbol(content, symbol, template.symbol);
    content.restore_state();
}

/// The dark modules as one path: each row's runs are rectangles, in modules.
fn draw_symbol(content: &mut Content, symbol: &Symbol, area: Area) {
    let width = symbol.width();
    let module = area.width / (width + 2 * QUIET_ZONE) as f32;
    let quiet = QUIET_ZONE as f32 * module;
    // From here on, downwards; not rounded, so that no module is wider than another.
    content.transform([module, 0.0, 0.0, -module, area.x + quiet, CARD_HEIGHT - area.y - quiet]);
    for y in 0..width {
        let mut x = 0;
        while x < width {
            let run = (x..width).take_while(|&x| symbol.is_dark(x, y)).count();
            if run > 0 {
                content.rect(x as f32, y as f32, run as f32, 1.0);
            }
            x += run.max(1);
        }
    }
    content.fill_nonzero();
}

fn show(content: &mut Content, line: &Line, subset: &mut Subset, glyph: &dyn Fn(char) -> Glyph) {
    let mut bytes = Vec::with_capacity(2 * line.text.len());
    let mut exact = true;
    for c in line.text.chars() {
        let (code, is_own) = subset.code(c, glyph(c));
        bytes.extend(code.to_be_bytes());
        exact &= is_own;
    }
    content.set_font(FONT, line.size);
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, round(line.x), round(CARD_HEIGHT - line.y)]);
    if exact {
        content.show(Str(&bytes));
    } else {
        // Whoever copies the text shall get the characters that were meant (14.9.4).
        content
            .begin_marked_content_with_properties(Name(b"Span"))
            .properties()
            .actual_text(TextStr(&line.text));
        content.show(Str(&bytes)).end_marked_content();
    }
}

fn rect(content: &mut Content, area: Area) {
    let y = CARD_HEIGHT - area.y - area.height;
    content.rect(round(area.x), round(y), round(area.width), round(area.height));
}

/// To hundredths of a point, 3.5 micrometres: shorter to write.
fn round(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(texts: &[&str]) -> String {
        let (mut content, mut subset) = (Content::new(), Subset::default());
        for text in texts {
            let line = Line {
                text: (*text).to_owned(),
                x: 0.0,
                y: 0.0,
                size: 9.0,
                width: 9.0,
            };
            // One glyph for all.
            let glyph = |_| Glyph { id: 5, advance: 1.0 };
            show(&mut content, &line, &mut subset, &glyph);
        }
        String::from_utf8_lossy(&content.finish()).replace(char::is_whitespace, "")
    }

    #[test]
    fn a_character_with_the_glyph_of_another_says_what_it_is() {
        assert!(!shown(&["A", "AA"]).contains("ActualText"));
        // Cyrillic A, in UTF-16.
        assert!(shown(&["A", "\u{410}"]).contains("/ActualText<FEFF0410>"));
        assert!(shown(&["A\u{410}"]).contains("/ActualText<FEFF00410410>"));
    }

    #[test]
    fn the_path_covers_the_dark_modules() {
        let symbol = Symbol::new("PC1:A MADE UP TEXT").unwrap();
        let area = Area {
            x: 0.0,
            y: 0.0,
            width: 100.0,
            height: 100.0,
        };
        let mut content = Content::new();
        draw_symbol(&mut content, &symbol, area);
        let operators = String::from_utf8(content.finish().to_vec()).unwrap();
        let mut drawn = vec![vec![false; symbol.width()]; symbol.width()];
        for rect in operators.lines().filter_map(|line| line.strip_suffix(" re")) {
            let numbers: Vec<usize> = rect.split(' ').map(|number| number.parse().unwrap()).collect();
            let [x, y, width, 1] = numbers[..] else {
                panic!("{rect}")
            };
            drawn[y][x..x + width].fill(true);
        }
        for (y, row) in drawn.iter().enumerate() {
            for (x, &dark) in row.iter().enumerate() {
                assert_eq!(dark, symbol.is_dark(x, y), "{x} {y}");
            }
        }
    }
}
