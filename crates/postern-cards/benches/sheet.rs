//! A sheet of 500 cards: how long it takes, and how large it gets.

use std::hint::black_box;
use std::path::PathBuf;

use chrono::NaiveDate;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postern_cards::{Card, Font, Paper, Sheet, Style};
use postern_core::text::Names;
use postern_qr::Symbol;

const CARDS: usize = 500;

/// Characters of made-up names: as many as 500 people have between them.
const FIRST: char = '\u{5f00}';
const DIFFERENT: u32 = 700;

fn name(card: usize) -> String {
    let letter = |i: usize| char::from_u32(u32::from(FIRST) + ((card * 7 + i * 131) as u32 % DIFFERENT));
    (0..3).filter_map(letter).collect()
}

fn sheet(c: &mut Criterion) {
    let given = std::env::var_os("POSTERN_FONT").map(PathBuf::from);
    let names: Vec<String> = (0..CARDS).map(name).collect();
    let font = match Font::find(given.as_deref(), names.iter().flat_map(|name| name.chars())) {
        Ok(font) => font,
        Err(error) => {
            eprintln!("skipped: {error}");
            return;
        }
    };
    let issuer = Names::new("Example City Office", "示例市签发处").expect("a good name");
    let style = Style {
        paper: Paper::A4,
        title: "Cards",
        language: "zh-CN",
        issuer: &issuer,
        notice: Some(&issuer),
    };
    let date = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date of the calendar");
    let symbols: Vec<Symbol> = (0..CARDS)
        .map(|card| {
            // Digits that look random, so that no symbol is like another.
            let mut state = card as u64 + 1;
            let code: String = (0..212)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[(state >> 33) as usize % 45])
                })
                .collect();
            Symbol::new(&code).expect("212 characters fit")
        })
        .collect();
    let run = || {
        let mut sheet = Sheet::new(&style, &font).expect("the font was found for it");
        for (card, symbol) in symbols.iter().enumerate() {
            let card = Card {
                symbol,
                name: Some(&names[card]),
                serial: &format!("DEMO-{card:08}"),
                valid_from: date,
                valid_until: date,
            };
            sheet.add(&card).expect("the font was found for it");
        }
        sheet.finish().expect("there are cards")
    };
    let bytes = run().len();
    println!("{bytes} bytes, {} a card, with {}", bytes / CARDS, font.name());
    let mut group = c.benchmark_group("sheet");
    group.throughput(Throughput::Elements(CARDS as u64)).sample_size(10);
    group.bench_function("500 cards", |b| b.iter(|| black_box(run())));
    group.finish();
}

criterion_group!(benches, sheet);
criterion_main!(benches);
