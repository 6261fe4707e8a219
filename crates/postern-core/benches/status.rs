//! Status data of a city of 13,000,000 people: looking up, installing a list, applying a day's delta.

#[allow(dead_code, reason = "the example uses more of it")]
#[path = "../tests/status/city.rs"]
mod city;

use std::hint::black_box;

use city::Dice;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use libdeflater::{CompressionLvl, Compressor};
use postern_core::keys::{PrivateKey, Signer};
use postern_core::status::{Column, ColumnValues, Delta, HOUR, NEGATIVE_TEST, StatusList, StatusToken};
use postern_core::trust::Document;

const PEOPLE: u32 = 13_000_000;

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut zlib = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let len = compressor.zlib_compress(bytes, &mut zlib).expect("the bound is kept");
    zlib.truncate(len);
    zlib
}

fn column() -> Column {
    let values = city::negative_tests(PEOPLE);
    Column {
        list: "east".parse().expect("an identifier"),
        size: values.len() as u64,
        unit: HOUR,
        column: NEGATIVE_TEST.parse().expect("an identifier"),
        issued: city::NOON,
        origin: city::ORIGIN,
        zlib: deflate(&values),
        version: 1,
    }
}

/// Both at one index, as a verdict has them.
fn both(list: &StatusList, column: &ColumnValues, index: u32) -> bool {
    black_box(list.get(index)).is_some() & black_box(column.get(index)).is_some()
}

fn look_up(c: &mut Criterion) {
    let list = city::list(PEOPLE);
    let column = column().values().expect("the column is our own");
    let bitmap: Vec<u8> = list.bytes()[..PEOPLE.div_ceil(8) as usize].to_vec();
    let bit = |index: u32| bitmap[index as usize / 8] >> (index % 8) & 1 == 1;

    // Each index waits for the answer before it, as scans do that follow each other: nothing is fetched ahead.
    let mut group = c.benchmark_group("look-up");
    let mut chained = |name: &str, answer: &dyn Fn(u32) -> bool| {
        let (mut dice, mut before) = (Dice::new(7), false);
        group.bench_function(name, |b| {
            b.iter(|| {
                let index = (dice.roll(PEOPLE - 1)) + u32::from(before);
                before = black_box(answer(index));
            })
        });
    };
    chained("the harness alone: a random index", &|index| index % 2 == 0);
    chained("floor: one bit of a bitmap", &bit);
    chained("the list", &|index| {
        list.get(index).is_some_and(|status| status as u8 != 0)
    });
    chained("the column", &|index| column.get(index).is_some());
    chained("list and column", &|index| both(&list, &column, index));
    group.finish();
}

fn install(c: &mut Criterion) {
    let old = city::list(PEOPLE);
    let new = city::day_later(&old, PEOPLE);
    let name = "east".parse().expect("an identifier");
    let key = PrivateKey::from_seed(&[4; 32]);
    let keys = [key.public()];
    let size = old.bytes().len() as u64;
    let token = StatusToken::sign(&key, &name, 1, city::NOON, &deflate(old.bytes())).expect("a key in memory signs");
    let delta = Delta::between(&old, &new, name, 1, 2, city::NOON).expect("the list does not shrink");
    let document = Document::draft(delta.clone()).to_bytes();
    let column = Document::draft(column()).to_bytes();

    let mut group = c.benchmark_group("install");
    group.sample_size(20);
    group.bench_function("list: parse, verify, inflate, digest", |b| {
        b.iter(|| {
            let token = StatusToken::parse(black_box(&token)).expect("our own token");
            assert!(token.signed_by(&keys));
            token.inflate(size).expect("our own list").digest()
        })
    });
    group.bench_function("column: parse, inflate, digest", |b| {
        b.iter(|| {
            let column = Document::<Column>::parse(black_box(&column)).expect("our own column");
            column.payload().values().expect("our own values").digest()
        })
    });
    group.bench_function("delta at 0.2 %: parse, apply, digest", |b| {
        b.iter_batched(
            || old.clone(),
            |old| {
                let delta = Document::<Delta>::parse(black_box(&document)).expect("our own delta");
                delta.payload().apply(&old).expect("our own lists")
            },
            BatchSize::PerIteration,
        )
    });
    group.bench_function("counts of a list", |b| b.iter(|| black_box(&old).counts()));
    group.bench_function("floor: SHA-256 of a list", |b| b.iter(|| black_box(&old).digest()));
    group.finish();
}

criterion_group!(benches, look_up, install);
criterion_main!(benches);
