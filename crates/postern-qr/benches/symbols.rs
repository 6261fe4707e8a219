//! Making, drawing and reading a clean symbol, with other crates beside it for comparison.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use postern_qr::reader::read;
use postern_qr::{Symbol, draw, picture};
use qrcode::bits::encode_auto;
use qrcode::{EcLevel, QrCode, Version, ec};

/// A made-up text as long as most of ours, in the alphanumeric mode: version 8 at level M.
fn text() -> String {
    "PC1:"
        .chars()
        .chain("0A1B2C3D4E5F %*+-./:Z".chars().cycle())
        .take(219)
        .collect()
}

/// The whole symbol, its stages, and the same symbol by others.
fn symbol(c: &mut Criterion) {
    let text = text();
    let symbol = Symbol::new(&text).unwrap();
    let bits = || encode_auto(black_box(text.as_bytes()), EcLevel::M).unwrap();
    let bytes = bits().into_bytes();

    c.bench_function("symbol", |b| b.iter(|| Symbol::new(black_box(&text))));
    c.bench_function("symbol: bits", |b| b.iter(bits));
    c.bench_function("symbol: error correction", |b| {
        b.iter(|| ec::construct_codewords(black_box(&bytes), Version::Normal(8), EcLevel::M))
    });
    c.bench_function("symbol: one penalty of eight", |b| {
        b.iter(|| black_box(&symbol).penalty())
    });

    c.bench_function("symbol by qrcode", |b| {
        b.iter(|| QrCode::with_error_correction_level(black_box(&text), EcLevel::M))
    });
    c.bench_function("symbol by fast_qr", |b| {
        b.iter(|| {
            fast_qr::QRBuilder::new(black_box(text.as_str()))
                .ecl(fast_qr::ECL::M)
                .build()
        })
    });
    c.bench_function("symbol by qrcodegen", |b| {
        use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment};
        b.iter(|| {
            let segments = QrSegment::make_segments(black_box(&text));
            // As the others do: the level that was asked for, though a higher one may fit.
            let (least, most) = (qrcodegen::Version::MIN, qrcodegen::Version::MAX);
            QrCode::encode_segments_advanced(&segments, QrCodeEcc::Medium, least, most, None::<Mask>, false)
        })
    });
}

fn picture(c: &mut Criterion) {
    let symbol = Symbol::new(&text()).unwrap();
    let file = draw::png(&symbol, draw::DEFAULT_SCALE);
    let luma = picture::decode(&file).unwrap();

    c.bench_function("png", |b| b.iter(|| draw::png(black_box(&symbol), draw::DEFAULT_SCALE)));
    c.bench_function("svg", |b| b.iter(|| draw::svg(black_box(&symbol))));
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

criterion_group!(benches, symbol, picture);
criterion_main!(benches);
