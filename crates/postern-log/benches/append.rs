//! What a durable row costs, and how little of it is the tree.
//!
//! Where the disk's speed changes, `cargo bench --bench ratio` says better what the tree costs.

mod common;

use common::{commit, event, log, plain};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postern_log::Event;
use postern_log::merkle::{Frontier, leaf_hash};

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    for batch in [1_u64, 64, 1024] {
        group.throughput(Throughput::Elements(batch));
        let (_folder, mut log) = log();
        group.bench_function(BenchmarkId::new("log", batch), |b| {
            b.iter(|| {
                let from = log.tip().size;
                log.append_batch((from..from + batch).map(event)).unwrap()
            });
        });
        let (_folder, mut conn) = plain();
        let mut seq = 0;
        group.bench_function(BenchmarkId::new("plain", batch), |b| {
            b.iter(|| commit(&mut conn, &mut seq, batch));
        });
    }
    group.finish();
}

fn tree(c: &mut Criterion) {
    let leaf = Event::new(0, event(0)).unwrap().to_leaf();
    let mut group = c.benchmark_group("tree");
    group.bench_function("encode", |b| {
        b.iter_batched(
            || Event::new(7, event(7)).unwrap(),
            |e| e.to_leaf(),
            BatchSize::SmallInput,
        );
    });
    let mut frontier = Frontier::new();
    (0..(1 << 20) - 1).for_each(|_| frontier.push([0; 32]));
    group.bench_function("hash, push and root at a million leaves", |b| {
        b.iter_batched_ref(
            || frontier.clone(),
            |frontier| {
                frontier.push(leaf_hash(&leaf));
                frontier.root()
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn verify(c: &mut Criterion) {
    const ROWS: u64 = 100_000;
    let (_folder, mut log) = log();
    log.append_batch((0..ROWS).map(event)).unwrap();
    let mut group = c.benchmark_group("verify");
    group.sample_size(10).throughput(Throughput::Elements(ROWS));
    group.bench_function("100,000 rows", |b| b.iter(|| assert!(log.verify().unwrap().is_clean())));
    group.finish();
}

criterion_group!(benches, append, tree, verify);
criterion_main!(benches);
