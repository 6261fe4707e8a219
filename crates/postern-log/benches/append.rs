//! What a durable row costs, and how little of it is the tree.
//!
//! `plain` inserts the same rows with the same SQL and the same settings, but keeps no tree. The folder is that of the
//! package, not the temporary one, which may be in memory.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use postern_log::merkle::{Frontier, leaf_hash};
use postern_log::{Event, Flags, Grade, Log, NewEvent, Outcome, Source};
use rusqlite::{Connection, Statement, params};
use tempfile::TempDir;

fn event(i: u64) -> NewEvent {
    NewEvent {
        time: 1_640_000_000 + i,
        system: 1_640_000_000 + i,
        flags: Flags::default(),
        outcome: Outcome::ALL[(i % 3) as usize],
        reasons: vec!["status-stale".to_owned(), "rule-not-met".to_owned()],
        code: Some([i as u8; 16]),
        person: Some([i as u8; 9]),
        issuer: Some("made-up-issuer".to_owned()),
        root: 3,
        pack: 17,
        snapshot: 410,
        age: 7200,
        grade: Grade::Fresh,
        source: Source::Scanner,
    }
}

fn log() -> (TempDir, Log) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let log = Log::create(&folder.path().join("gate.db"), "bench").unwrap();
    (folder, log)
}

/// The database of a log, opened by somebody who keeps no tree.
fn plain() -> (TempDir, Connection) {
    let (folder, log) = log();
    drop(log);
    let conn = Connection::open(folder.path().join("gate.db")).unwrap();
    conn.pragma_update(None, "synchronous", "full").unwrap();
    (folder, conn)
}

fn insert(statement: &mut Statement<'_>, event: &Event) {
    let e = event.details();
    statement
        .execute(params![
            event.seq() as i64,
            e.time as i64,
            e.system as i64,
            e.flags.bits(),
            e.outcome.as_str(),
            e.reasons.join(","),
            e.code,
            e.person,
            e.issuer,
            e.root as i64,
            e.pack as i64,
            e.snapshot as i64,
            e.age as i64,
            e.grade.as_str(),
            e.source.as_str(),
            event.to_leaf(),
        ])
        .unwrap();
}

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    for batch in [1_u64, 64] {
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
            b.iter(|| {
                let tx = conn.transaction().unwrap();
                {
                    let sql = "INSERT INTO events VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)";
                    let mut statement = tx.prepare_cached(sql).unwrap();
                    for _ in 0..batch {
                        insert(&mut statement, &Event::new(seq, event(seq)).unwrap());
                        seq += 1;
                    }
                }
                tx.commit().unwrap();
            });
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
