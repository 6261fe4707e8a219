//! Symbol to picture: PNG, SVG, and blocks for a terminal. Every drawing has the quiet zone.

use std::num::NonZeroU8;

use png::{BitDepth, ColorType, Compression, Filter};

use crate::symbol::Symbol;

/// Light modules on each side of a symbol (ISO/IEC 18004, 6.3.8).
pub const QUIET_ZONE: usize = 4;
/// Pixels a module, where nothing else is asked for.
pub const DEFAULT_SCALE: NonZeroU8 = NonZeroU8::new(4).expect("four is not zero");

/// A PNG file: 1-bit greyscale, `scale` pixels a module.
#[must_use]
pub fn png(symbol: &Symbol, scale: NonZeroU8) -> Vec<u8> {
    let scale = usize::from(scale.get());
    let modules = symbol.width() + 2 * QUIET_ZONE;
    let side = modules * scale;
    let stride = side.div_ceil(8);
    // A set bit is white. The spare bits at the end of a row mean nothing.
    let mut data = Vec::with_capacity(stride * side);
    let mut row = vec![0xff; stride];
    for y in 0..modules {
        row.fill(0xff);
        for x in (0..modules).filter(|&x| dark(symbol, x, y)) {
            for pixel in x * scale..(x + 1) * scale {
                row[pixel / 8] &= !(0x80 >> (pixel % 8));
            }
        }
        (0..scale).for_each(|_| data.extend_from_slice(&row));
    }

    let mut file = Vec::with_capacity(4096);
    // At most 185 modules of 255 pixels: the side is far below 2^31.
    let mut encoder = png::Encoder::new(&mut file, side as u32, side as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::Fast);
    // Each row but the first of a module equals the one above: the filter leaves noughts.
    encoder.set_filter(Filter::Up);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&data)?;
        writer.finish()
    });
    written.expect("a Vec takes all that is written, and the data has the size that the header says");
    file
}

/// An SVG document: one module is one unit, dark modules are one path on a white ground.
#[must_use]
pub fn svg(symbol: &Symbol) -> String {
    let modules = symbol.width() + 2 * QUIET_ZONE;
    let mut path = String::new();
    for y in 0..modules {
        let mut x = 0;
        while x < modules {
            let run = (x..modules).take_while(|&x| dark(symbol, x, y)).count();
            if run > 0 {
                path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run.max(1);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {modules} {modules}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{modules}v{modules}H0z\"/><path d=\"{path}\"/></svg>\n"
    )
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
    use crate::picture;

    fn symbol() -> Symbol {
        Symbol::new("PC1:A MADE UP TEXT").unwrap()
    }

    #[test]
    fn each_pixel_of_the_png_is_its_module() {
        for scale in [1, 3, 4, 8] {
            let symbol = symbol();
            let file = png(&symbol, NonZeroU8::new(scale).unwrap());
            let scale = usize::from(scale);
            let luma = picture::decode(&file).unwrap();
            assert_eq!(luma.width(), (symbol.width() + 8) * scale);
            for y in 0..luma.height() {
                for (x, &grey) in luma.row(y).iter().enumerate() {
                    assert_eq!(grey == 0, dark(&symbol, x / scale, y / scale), "{x} {y} at {scale}");
                }
            }
        }
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
