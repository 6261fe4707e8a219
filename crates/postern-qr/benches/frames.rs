//! One frame of a camera, 1280 by 720, with a code and without, with other readers beside it for comparison.

#[path = "../tests/scene/mod.rs"]
mod scene;

use std::hint::black_box;

use criterion::{Criterion, criterion_group};
use postern_qr::process::{DEFAULT_BUDGET, Effort, ReaderProcess, Request, confine, serve};
use postern_qr::reader::{glance, read_thoroughly};
use postern_qr::{Luma, Symbol};
use rxing::common::HybridBinarizer;
use rxing::{BinaryBitmap, DecodeHints, Luma8Source, Reader};

/// A made-up text as long as most of ours: version 8 at level M.
fn text() -> String {
    "PC1:"
        .chars()
        .chain("0A1B2C3D4E5F %*+-./:Z".chars().cycle())
        .take(219)
        .collect()
}

/// How rxing is used by default, without a time limit.
fn by_rxing(luma: &Luma) -> Option<String> {
    let source = Luma8Source::new_with_slice(luma.pixels(), luma.width() as u32, luma.height() as u32).ok()?;
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let found = rxing::qrcode::QRCodeReader.decode_with_hints(&mut bitmap, &DecodeHints::default());
    found.ok().map(|found| found.getText().to_owned())
}

fn by_rqrr(luma: &Luma) -> Option<String> {
    let pixel = |x, y| luma.row(y)[x];
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(luma.width(), luma.height(), pixel);
    let grids = picture.detect_grids();
    grids.iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

fn frames(c: &mut Criterion) {
    let symbol = Symbol::new(&text()).unwrap();
    let with = scene::usual(&symbol, 1);
    let without = scene::frame(1280, 720, &[], 1);
    assert_eq!(glance(&with, &mut || true).texts[0].text, text());
    assert!(glance(&without, &mut || true).texts.is_empty());

    c.bench_function("frame with a code: glance", |b| {
        b.iter(|| glance(black_box(&with), &mut || true))
    });
    let mut child = ReaderProcess::new(std::env::current_exe().unwrap(), vec!["serve".into()]);
    c.bench_function("frame with a code: glance of the child, there and back", |b| {
        b.iter(|| {
            child
                .read(Request::Luma(black_box(&with)), Effort::Glance, DEFAULT_BUDGET)
                .unwrap()
        })
    });
    c.bench_function("frame with a code: rxing", |b| b.iter(|| by_rxing(black_box(&with))));
    c.bench_function("frame with a code: rqrr", |b| b.iter(|| by_rqrr(black_box(&with))));
    c.bench_function("frame without: glance", |b| {
        b.iter(|| glance(black_box(&without), &mut || true))
    });
    c.bench_function("frame without: rxing", |b| b.iter(|| by_rxing(black_box(&without))));
    c.bench_function("frame without: rqrr", |b| b.iter(|| by_rqrr(black_box(&without))));
    c.bench_function("frame without: whole ladder", |b| {
        b.iter(|| read_thoroughly(black_box(&without), &mut || true))
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(3));
    targets = frames
}

/// This program is its own reader process.
fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        serve(confine(), std::io::stdin().lock(), std::io::stdout().lock()).unwrap();
    } else {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
