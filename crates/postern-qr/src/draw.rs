//! Symbol to picture: PNG, SVG, and blocks for a terminal. Every drawing has the quiet zone.

mod deflate;
mod huffman;
mod png;

use std::num::NonZeroU8;

use crate::symbol::Symbol;

/// Light modules on each side of a symbol (ISO/IEC 18004, 6.3.8).
pub const QUIET_ZONE: usize = 4;
/// Pixels a module, where nothing else is asked for.
pub const DEFAULT_SCALE: NonZeroU8 = NonZeroU8::new(4).expect("four is not zero");

/// A PNG file: 1-bit greyscale, `scale` pixels a module.
#[must_use]
pub fn png(symbol: &Symbol, scale: NonZeroU8) -> Vec<u8> {
    let mut file = Vec::with_capacity(1024);
    png::write(symbol, scale.get().into(), &mut file);
    file
}

/// An SVG document: one module is one unit, dark modules are one path on a white ground.
#[must_use]
pub fn svg(symbol: &Symbol) -> String {
    let modules = symbol.width() + 2 * QUIET_ZONE;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {modules} {modules}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{modules}v{modules}H0z\"/><path d=\""
    );
    for (y, &row) in symbol.rows().iter().enumerate() {
        let mut left = row;
        while left != 0 {
            let x = left.trailing_zeros();
            let run = (left >> x).trailing_ones();
            left &= !(((1 << run) - 1) << x);
            let (x, y, run) = (x as usize + QUIET_ZONE, y + QUIET_ZONE, run as usize);
            for (before, number) in [("M", x), (" ", y), ("h", run), ("v1h-", run)] {
                text.push_str(before);
                push_number(&mut text, number);
            }
            text.push('z');
        }
    }
    text.push_str("\"/></svg>\n");
    text
}

/// Appends a number in decimal. Formatting would cost several times as much.
fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// Lines of half blocks, two rows of modules a line, for a terminal with light letters on a dark ground.
///
/// Light modules are drawn, dark ones left out. Some readers do not read a symbol in negative, which is what
/// this becomes on a light ground.
#[must_use]
pub fn terminal(symbol: &Symbol) -> String {
    let modules = symbol.width() + 2 * QUIET_ZONE;
    let mut text = String::new();
    for y in (0..modules).step_by(2) {
        for x in 0..modules {
            let lower_dark = y + 1 >= modules || dark(symbol, x, y + 1);
            text.push(match (dark(symbol, x, y), lower_dark) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            });
        }
        text.push('\n');
    }
    text
}

/// A module by its place in the drawing, the quiet zone counted in.
fn dark(symbol: &Symbol, x: usize, y: usize) -> bool {
    x >= QUIET_ZONE && y >= QUIET_ZONE && symbol.is_dark(x - QUIET_ZONE, y - QUIET_ZONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol() -> Symbol {
        Symbol::new("PC1:A MADE UP TEXT").unwrap()
    }

    #[test]
    fn the_svg_path_covers_the_dark_modules() {
        let symbol = symbol();
        let dark = (0..symbol.width() * symbol.width())
            .filter(|i| symbol.is_dark(i % symbol.width(), i / symbol.width()))
            .count();
        let text = svg(&symbol);
        let drawn: usize = text
            .split('h')
            .skip(1)
            .filter_map(|part| part.split_once("v1")?.0.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn, dark);
    }

    #[test]
    fn the_svg_has_a_path_for_each_run() {
        for symbol in [symbol(), Symbol::new(&"7".repeat(2500)).unwrap()] {
            let mut path = String::new();
            for (y, row) in symbol.rows().iter().enumerate() {
                let modules: Vec<bool> = (0..symbol.width()).map(|x| row >> x & 1 == 1).collect();
                let mut x = 0;
                for run in modules.chunk_by(|a, b| a == b) {
                    if run[0] {
                        path += &format!("M{} {}h{2}v1h-{2}z", x + 4, y + 4, run.len());
                    }
                    x += run.len();
                }
            }
            let side = symbol.width() + 8;
            let want = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
                 <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>\n"
            );
            assert_eq!(svg(&symbol), want);
        }
    }

    #[test]
    fn the_terminal_shows_two_rows_a_line() {
        let symbol = symbol();
        let text = terminal(&symbol);
        let lines: Vec<&str> = text.lines().collect();
        let modules = symbol.width() + 8;
        assert_eq!(lines.len(), modules.div_ceil(2));
        assert!(lines.iter().all(|line| line.chars().count() == modules));
        // The first two lines are quiet zone; below begins the finder pattern: a dark row, then a mostly light one.
        assert!(lines[..2].concat().chars().all(|c| c == '█'));
        assert_eq!(lines[2].chars().skip(4).take(8).collect::<String>(), " ▄▄▄▄▄ █");
    }
}
