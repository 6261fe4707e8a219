//! Colours and patterns of the faces, for terminals with millions of colours, with sixteen and with none.

use std::ffi::OsString;

use postern_cli::terminal::Colors;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::scene::{Face, Grade};

/// What a terminal can show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Display {
    /// The colours that it has.
    pub colours: Colours,
    /// Whether its font has more than that of a text console (code page 437): quarter blocks, `✔`, `✖`.
    pub unicode: bool,
}

/// The colours of a terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colours {
    /// None: faces differ by inverse and by pattern.
    Mono,
    /// The sixteen of ECMA-48 with their bright ones.
    Sixteen,
    /// Red, green and blue of eight bits each.
    Full,
}

impl Display {
    /// Decides from whether colours are wanted and from the variables `COLORTERM` (`truecolor` or `24bit`) and `TERM`
    /// (`linux` is the text console), which `env` looks up.
    pub fn detect(colors: Colors, env: impl Fn(&str) -> Option<OsString>) -> Self {
        let full = env("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        let colours = match (colors.enabled(), full) {
            (false, _) => Colours::Mono,
            (true, false) => Colours::Sixteen,
            (true, true) => Colours::Full,
        };
        Self {
            colours,
            unicode: env("TERM").is_none_or(|term| term != "linux"),
        }
    }

    /// A face's symbol in running text.
    pub(crate) fn symbol(self, face: Face) -> char {
        match (self.unicode, face.symbol()) {
            (true, symbol) => symbol,
            (false, '✔') => '√',
            (false, '✖') => 'x',
            (false, '○') => 'o',
            (false, other) => other,
        }
    }

    /// A grade's mark before its value.
    pub(crate) fn mark(self, grade: Grade) -> &'static str {
        match grade {
            Grade::Fresh => "",
            Grade::Aging => "~ ",
            Grade::Stale => "! ",
            Grade::Refuse if self.unicode => "✖ ",
            Grade::Refuse => "x ",
        }
    }

    /// Text over the face's colour.
    pub(crate) fn text(self, face: Face) -> Style {
        let (ground, ink) = match self.colours {
            Colours::Full => full(face),
            Colours::Sixteen => sixteen(face),
            Colours::Mono if face == Face::Admit => return Style::reset().add_modifier(Modifier::REVERSED),
            Colours::Mono => return Style::reset(),
        };
        Style::reset().bg(ground).fg(ink)
    }

    /// What one compares with the ID card: inverse, so that it stands out of the face's colour.
    pub(crate) fn fact(self, face: Face) -> Style {
        let text = self.text(face).add_modifier(Modifier::BOLD);
        match (self.colours, face) {
            (Colours::Mono, Face::Admit) => text.remove_modifier(Modifier::REVERSED),
            (Colours::Mono, _) => text.add_modifier(Modifier::REVERSED),
            _ => Style {
                fg: text.bg,
                bg: text.fg,
                ..text
            },
        }
    }

    /// Covers the whole area with the face: its colour, and for a fault and for terminals without colours its pattern.
    pub(crate) fn cover(self, face: Face, area: Rect, buffer: &mut Buffer) {
        let text = self.text(face);
        for position in area.intersection(buffer.area).positions() {
            let (x, y) = (usize::from(position.x), usize::from(position.y));
            let (symbol, style) = match (face, self.colours) {
                // Stripes that fall to the left; a cell is twice as high as wide.
                (Face::Fault, Colours::Mono) => (if (x + 2 * y) % 4 == 0 { '/' } else { ' ' }, text),
                (Face::Fault, _) if (x + 2 * y) % 12 < 6 => ('/', self.stripe()),
                (Face::Refer, Colours::Mono) => (if y % 2 == 0 && (x + y) % 8 == 0 { '?' } else { ' ' }, text),
                (Face::Refuse, Colours::Mono) => (if (x + y) % 2 == 0 { 'x' } else { ' ' }, text),
                (Face::Locked, Colours::Mono) => (if y % 2 == 0 && x % 4 == 0 { '#' } else { ' ' }, text),
                (Face::Wait, Colours::Mono) => (if y % 2 == 0 && x % 4 == 0 { '.' } else { ' ' }, text),
                _ => (' ', text),
            };
            if let Some(cell) = buffer.cell_mut(position) {
                cell.reset();
                cell.set_char(symbol).set_style(style);
            }
        }
    }

    /// The bar at the bottom, and a dialog.
    pub(crate) fn panel(self) -> Style {
        match self.colours {
            Colours::Full => Style::reset().bg(Color::Rgb(0, 0, 0)).fg(Color::Rgb(0xd0, 0xd0, 0xd0)),
            Colours::Sixteen => Style::reset().bg(Color::Black).fg(Color::Gray),
            Colours::Mono => Style::reset(),
        }
    }

    /// A value in the bar.
    pub(crate) fn grade(self, grade: Grade) -> Style {
        let panel = self.panel();
        match (grade, self.colours) {
            (Grade::Fresh, _) => panel,
            (Grade::Aging, Colours::Mono) => panel.add_modifier(Modifier::UNDERLINED),
            (Grade::Aging, _) => panel.fg(Color::Yellow),
            (Grade::Stale | Grade::Refuse, Colours::Mono) => self.chosen(),
            (Grade::Stale, _) => panel.bg(Color::Yellow).fg(Color::Black),
            (Grade::Refuse, _) => panel.bg(Color::Red).fg(Color::White),
        }
    }

    /// What is chosen or marked: inverse and bold.
    pub(crate) fn chosen(self) -> Style {
        self.panel().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// The dark screen that saves a battery.
    pub(crate) fn dark(self) -> Style {
        match self.colours {
            Colours::Mono => Style::reset(),
            Colours::Sixteen => Style::reset().bg(Color::Black).fg(Color::DarkGray),
            Colours::Full => Style::reset().bg(Color::Rgb(0, 0, 0)).fg(Color::Rgb(0x60, 0x60, 0x60)),
        }
    }

    /// The brighter stripes of a fault.
    fn stripe(self) -> Style {
        let (ground, ink) = match self.colours {
            Colours::Full => (Color::Rgb(0x6a, 0x1b, 0x9a), Color::Rgb(0x9c, 0x4d, 0xcc)),
            _ => (Color::Magenta, Color::LightMagenta),
        };
        Style::reset().bg(ground).fg(ink)
    }
}

/// Ground and ink; each pair has a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
fn full(face: Face) -> (Color, Color) {
    let (black, white) = (Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255));
    match face {
        Face::Admit => (Color::Rgb(0x00, 0x7a, 0x33), white),
        Face::Fault => (black, white),
        Face::Locked => (Color::Rgb(0x5a, 0x5a, 0x5a), white),
        Face::Ready => (Color::Rgb(0x1c, 0x1c, 0x1c), Color::Rgb(0xe0, 0xe0, 0xe0)),
        Face::Refer => (Color::Rgb(0xff, 0xc1, 0x07), black),
        Face::Refuse => (Color::Rgb(0xb7, 0x1c, 0x1c), white),
        Face::Wait => (Color::Rgb(0x0d, 0x47, 0xa1), white),
    }
}

/// Ground and ink of the sixteen. Grounds are dark ones: a text console shows no bright ones.
fn sixteen(face: Face) -> (Color, Color) {
    match face {
        Face::Admit => (Color::Green, Color::Black),
        Face::Fault => (Color::Black, Color::White),
        Face::Locked => (Color::Gray, Color::Black),
        Face::Ready => (Color::Black, Color::Gray),
        Face::Refer => (Color::Yellow, Color::Black),
        Face::Refuse => (Color::Red, Color::White),
        Face::Wait => (Color::Blue, Color::White),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: Color) -> f64 {
        let Color::Rgb(r, g, b) = colour else {
            panic!("{colour}")
        };
        let [r, g, b] = [r, g, b].map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn text_stands_out() {
        for face in Face::ALL {
            let (ground, ink) = full(face);
            let (a, b) = (luminance(ground), luminance(ink));
            assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) >= 4.5, "{face:?}");
        }
    }

    #[test]
    fn no_two_faces_are_covered_alike() {
        for colours in [Colours::Mono, Colours::Sixteen, Colours::Full] {
            for unicode in [false, true] {
                let display = Display { colours, unicode };
                let covers = Face::ALL.map(|face| {
                    let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 12));
                    display.cover(face, buffer.area, &mut buffer);
                    buffer
                });
                for (at, cover) in covers.iter().enumerate() {
                    assert!(!covers[..at].contains(cover), "{display:?} {:?}", Face::ALL[at]);
                }
            }
        }
    }

    #[test]
    fn a_fault_is_no_single_colour() {
        for colours in [Colours::Mono, Colours::Sixteen, Colours::Full] {
            for face in Face::ALL {
                let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 12));
                Display { colours, unicode: true }.cover(face, buffer.area, &mut buffer);
                let grounds: std::collections::HashSet<_> =
                    buffer.content.iter().map(|cell| (cell.bg, cell.symbol())).collect();
                assert!(
                    (grounds.len() > 1) == (face == Face::Fault) || colours == Colours::Mono,
                    "{face:?}"
                );
            }
        }
    }

    #[test]
    fn the_environment_decides() {
        let env = |pairs: &'static [(&str, &str)]| {
            move |name: &str| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            }
        };
        let full = Display::detect(
            Colors::ON,
            env(&[("COLORTERM", "truecolor"), ("TERM", "xterm-256color")]),
        );
        assert_eq!(
            full,
            Display {
                colours: Colours::Full,
                unicode: true
            }
        );
        let console = Display::detect(Colors::ON, env(&[("TERM", "linux")]));
        assert_eq!(
            console,
            Display {
                colours: Colours::Sixteen,
                unicode: false
            }
        );
        let none = Display::detect(Colors::OFF, env(&[("COLORTERM", "truecolor")]));
        assert_eq!(none.colours, Colours::Mono);
    }
}
