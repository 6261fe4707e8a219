//! Drawing and reading a clean symbol; `rqrr` beside it for comparison.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use postern_qr::reader::read;
use postern_qr::{Symbol, draw, picture};

fn bench(c: &mut Criterion) {
    let text: String = "PC1:"
        .chars()
        .chain("0A1B2C3D4E5F %*+-./:Z".chars().cycle())
        .take(220)
        .collect();
    let symbol = Symbol::new(&text).unwrap();
    let file = draw::png(&symbol, draw::DEFAULT_SCALE);
    let luma = picture::decode(&file).unwrap();

    c.bench_function("symbol", |b| b.iter(|| Symbol::new(black_box(&text))));
    c.bench_function("png", |b| b.iter(|| draw::png(black_box(&symbol), draw::DEFAULT_SCALE)));
    c.bench_function("decode picture", |b| b.iter(|| picture::decode(black_box(&file))));
    c.bench_function("read", |b| b.iter(|| read(black_box(&luma), &mut || true)));
    c.bench_function("read by rqrr alone", |b| {
        b.iter(|| {
            let pixel = |x, y| luma.row(y)[x];
            let mut picture = rqrr::PreparedImage::prepare_from_greyscale(luma.width(), luma.height(), pixel);
            picture.detect_grids().first().and_then(|grid| grid.decode().ok())
        })
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
