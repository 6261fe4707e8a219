//! Status data of a city of 13,000,000 people: looking up, installing a list, applying a day's delta.

#[allow(dead_code, reason = "the example uses more of it")]
#[path = "../tests/status/city.rs"]
mod city;

use std::hint::black_box;

use city::Dice;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use libdeflater::{CompressionLvl, Compressor};
use postern_core::keys::{PrivateKey, Signer};
use postern_core::status::{Column, Delta, HOUR, NEGATIVE_TEST, Status, StatusToken};
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

fn look_up(c: &mut Criterion) {
    let list = city::list(PEOPLE);
    let column = column().values().expect("the column is our own");
    let bitmap = &list.bytes()[..PEOPLE.div_ceil(8) as usize];
    let values = column.bytes();

    let nothing = |index: u32| index.is_multiple_of(2);
    let bit = |index: u32| bitmap[index as usize / 8] >> (index % 8) & 1 == 1;
    let byte = |index: u32| values[index as usize] != 0;
    let status = |index: u32| list.get(index) == Some(Status::Valid);
    let tested = |index: u32| column.get(index).is_some();
    let both = |index: u32| status(index) & tested(index);

    // Random indexes, one after the other: the machine may fetch for several at once, as it does for any loop.
    let mut group = c.benchmark_group("look-up");
    independent(&mut group, "the harness alone: a random index", nothing);
    independent(&mut group, "floor: a bit of a bitmap of everybody", bit);
    independent(&mut group, "floor: a byte of an array of everybody", byte);
    independent(&mut group, "list", status);
    independent(&mut group, "column", tested);
    independent(&mut group, "list and column", both);
    group.finish();

    // Each index waits for the answer before it: nothing is fetched ahead. This is the memory's latency.
    let mut group = c.benchmark_group("look-up, each after the one before");
    chained(&mut group, "the harness alone: a random index", nothing);
    chained(&mut group, "floor: a bit of a bitmap of everybody", bit);
    chained(&mut group, "floor: a byte of an array of everybody", byte);
    chained(&mut group, "list", status);
    chained(&mut group, "column", tested);
    chained(&mut group, "list and column", both);
    group.finish();
}

fn independent(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, answer: impl Fn(u32) -> bool) {
    let mut dice = Dice::new(7);
    group.bench_function(name, |b| b.iter(|| answer(dice.roll(PEOPLE))));
}

fn chained(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, answer: impl Fn(u32) -> bool) {
    let (mut dice, mut before) = (Dice::new(7), false);
    group.bench_function(name, |b| {
        b.iter(|| {
            before = answer(dice.roll(PEOPLE - 1) + u32::from(before));
            before
        })
    });
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
    let document = Document::draft(delta).to_bytes();
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
        b.iter(|| {
            let delta = Document::<Delta>::parse(black_box(&document)).expect("our own delta");
            delta.payload().apply(&old).expect("our own lists")
        })
    });
    group.bench_function("counts of a list", |b| b.iter(|| black_box(&old).counts()));
    group.bench_function("floor: SHA-256 of a list", |b| b.iter(|| black_box(&old).digest()));
    group.finish();
}

criterion_group!(benches, look_up, install);
criterion_main!(benches);
