//! Every PNG is what two decoders take it for, checksums and all.

use std::num::NonZeroU8;

use postern_qr::draw::{QUIET_ZONE, png};
use postern_qr::{Level, Symbol};
use proptest::prelude::*;
use zune_core::bytestream::ZCursor;
use zune_core::options::DecoderOptions;

/// The pixels of a drawing, a byte each: 0 is dark, 255 light.
fn pixels(symbol: &Symbol, scale: usize) -> Vec<u8> {
    let side = (symbol.width() + 2 * QUIET_ZONE) * scale;
    let mut pixels = Vec::with_capacity(side * side);
    for y in (0..symbol.width() + 2 * QUIET_ZONE).map(|y| y.wrapping_sub(QUIET_ZONE)) {
        let modules = (0..symbol.width() + 2 * QUIET_ZONE).map(|x| symbol.is_dark(x.wrapping_sub(QUIET_ZONE), y));
        let line: Vec<u8> = modules
            .flat_map(|dark| vec![if dark { 0 } else { 255 }; scale])
            .collect();
        (0..scale).for_each(|_| pixels.extend_from_slice(&line));
    }
    pixels
}

/// By the `png` crate: the side and a byte a pixel.
fn by_png(file: &[u8]) -> (usize, Vec<u8>) {
    let mut options = ::png::DecodeOptions::default();
    options.set_ignore_checksums(false);
    let mut decoder = ::png::Decoder::new_with_options(std::io::Cursor::new(file), options);
    decoder.set_transformations(::png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    assert_eq!(reader.info().bit_depth, ::png::BitDepth::One);
    assert_eq!(reader.info().color_type, ::png::ColorType::Grayscale);
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    reader.finish().unwrap();
    assert_eq!(frame.width, frame.height);
    (frame.width as usize, pixels)
}

/// By the `zune-png` crate: the side and a byte a pixel.
fn by_zune(file: &[u8]) -> (usize, Vec<u8>) {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(1 << 16)
        .set_max_height(1 << 16);
    let mut decoder = zune_png::PngDecoder::new_with_options(ZCursor::new(file), options);
    let pixels = decoder.decode_raw().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    assert_eq!(width, height);
    (width, pixels)
}

#[track_caller]
fn assert_drawn(symbol: &Symbol, scale: u8, file: &[u8]) {
    let side = (symbol.width() + 2 * QUIET_ZONE) * usize::from(scale);
    let want = (side, pixels(symbol, scale.into()));
    assert!(by_png(file) == want, "version {} at {scale}", symbol.version());
    assert!(by_zune(file) == want, "version {} at {scale}", symbol.version());
}

fn draw(symbol: &Symbol, scale: u8) -> Vec<u8> {
    png(symbol, NonZeroU8::new(scale).unwrap())
}

/// A text of the alphanumeric mode, of a version at level L.
fn of_version(version: u8) -> Symbol {
    let lengths = [
        25, 47, 77, 114, 154, 195, 224, 279, 335, 395, 468, 535, 619, 667, 758, 854, 938, 1046, 1153, 1249, 1352, 1460,
        1588, 1704, 1853, 1990, 2132,
    ];
    let text: String = "PC1:7Q$ZK%*0+-A./:9 "
        .chars()
        .cycle()
        .take(lengths[usize::from(version) - 1])
        .collect();
    let symbol = Symbol::with_level(&text, Level::L).unwrap();
    assert_eq!(symbol.version(), version);
    symbol
}

#[test]
fn every_version_is_drawn_in_the_usual_scales() {
    for symbol in (1..=27).map(of_version) {
        for scale in [1, 2, 3, 4, 5, 8, 16] {
            assert_drawn(&symbol, scale, &draw(&symbol, scale));
        }
    }
}

#[test]
fn small_symbols_are_drawn_in_every_scale() {
    let symbol = of_version(1);
    for scale in (1..=64).chain([85, 100, 127, 128, 129, 255]) {
        assert_drawn(&symbol, scale, &draw(&symbol, scale));
    }
}

#[test]
fn the_largest_picture_is_a_whole_file() {
    let file = draw(&of_version(27), 255);
    assert!(file.len() < 1 << 21, "{}", file.len());
    let mut options = ::png::DecodeOptions::default();
    options.set_ignore_checksums(false);
    let mut reader = ::png::Decoder::new_with_options(std::io::Cursor::new(&file), options)
        .read_info()
        .unwrap();
    assert_eq!(reader.info().width, 133 * 255);
    let mut lines = 0;
    while reader.next_row().unwrap().is_some() {
        lines += 1;
    }
    reader.finish().unwrap();
    assert_eq!(lines, 133 * 255);
}

/// A tar archive keeps a file in blocks of 512 bytes.
#[test]
fn our_usual_picture_fits_a_block_of_tar() {
    let mut seed = 1_u32;
    for _ in 0..2_000 {
        let text: String = (0..219)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[(seed >> 16) as usize % 45])
            })
            .collect();
        let symbol = Symbol::new(&text).unwrap();
        assert_eq!(symbol.version(), 8);
        let file = draw(&symbol, 4);
        assert!(file.len() <= 512, "{} bytes of {text}", file.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_symbol_is_drawn(text in "\\PC{1,200}", scale in 1..=9_u8) {
        let symbol = Symbol::new(&text).unwrap();
        assert_drawn(&symbol, scale, &draw(&symbol, scale));
    }
}
