//! Every symbol that is drawn is read back.

use std::num::NonZeroU8;

use postern_qr::reader::read;
use postern_qr::{Level, Luma, Symbol, draw, picture};
use proptest::prelude::*;

const LEVELS: [Level; 4] = [Level::L, Level::M, Level::Q, Level::H];

#[track_caller]
fn assert_read_back(symbol: &Symbol, scale: u8, text: &str) {
    let luma = picture::decode(&draw::png(symbol, NonZeroU8::new(scale).unwrap())).unwrap();
    let texts = read(&luma, &mut || true).texts;
    assert_eq!(texts.len(), 1, "version {} at {scale}", symbol.version());
    assert_eq!(texts[0].text, text);
    assert!(texts[0].is_exact());
}

#[test]
fn versions_1_to_15_at_every_level_are_read_back() {
    for level in LEVELS {
        let mut seen = [false; 41];
        for length in 4.. {
            let text: String = "PC1:"
                .chars()
                .chain("7Q$ZK%*0+-A./:9 ".chars().cycle())
                .take(length)
                .collect();
            let symbol = Symbol::with_level(&text, level).unwrap();
            let version = usize::from(symbol.version());
            if version > 15 {
                break;
            }
            if !std::mem::replace(&mut seen[version], true) {
                assert_read_back(&symbol, 4, &text);
                assert_read_back(&symbol, 2, &text);
            }
        }
        assert!(seen[1..=15].iter().all(|&seen| seen), "{level:?}");
    }
}

#[test]
fn the_largest_symbol_is_read_back() {
    let text = "0A1B2C3D".repeat(2132 / 8);
    let symbol = Symbol::with_level(&text, Level::L).unwrap();
    assert_eq!(symbol.version(), 27);
    assert_read_back(&symbol, 4, &text);
}

#[test]
fn text_in_chinese_is_read_back() {
    let text = "西安一码通 检测 张伟 §";
    for level in LEVELS {
        assert_read_back(&Symbol::with_level(text, level).unwrap(), 4, text);
    }
}

#[test]
fn a_symbol_turned_by_any_quarter_is_read_back() {
    let luma = picture::decode(&draw::png(&Symbol::new("PC1:TURNED").unwrap(), draw::DEFAULT_SCALE)).unwrap();
    let side = luma.width();
    type Turn = fn(usize, usize, usize) -> (usize, usize);
    let turns: [Turn; 4] = [
        |x, y, _| (x, y),
        |x, y, n| (y, n - x),
        |x, y, n| (n - x, n - y),
        |x, y, n| (n - y, x),
    ];
    for turn in turns {
        let pixel = |i: usize| {
            let (x, y) = turn(i % side, i / side, side - 1);
            luma.row(y)[x]
        };
        let turned = Luma::new(side, side, (0..side * side).map(pixel).collect()).unwrap();
        assert_eq!(read(&turned, &mut || true).texts[0].text, "PC1:TURNED");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_back(text in "\\PC{1,120}", level in 0usize..4) {
        assert_read_back(&Symbol::with_level(&text, LEVELS[level]).unwrap(), 3, &text);
    }

    #[test]
    fn any_alphanumeric_text_is_read_back(text in "PC1:[0-9A-Z $%*+./:-]{1,300}") {
        assert_read_back(&Symbol::new(&text).unwrap(), 3, &text);
    }
}
