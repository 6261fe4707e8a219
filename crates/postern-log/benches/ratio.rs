//! What the tree costs on a commit, on a disk whose speed changes.

mod common;

use std::time::Instant;

use common::{commit, event, log, plain};

/// The two in turn, so that a disk whose speed changes is as fast for the one as for the other: medians of a commit.
fn main() {
    // What `cargo test` asks for is that it runs.
    let test = std::env::args().any(|arg| arg == "--test");

    for (batch, rounds) in [(1_u64, 2000), (64, 1000), (1024, 200)] {
        let rounds = if test { 1 } else { rounds };
        let ((_folder, mut log), (_other, mut conn), mut seq) = (log(), plain(), 0);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            let started = Instant::now();
            let from = log.tip().size;
            log.append_batch((from..from + batch).map(event)).unwrap();
            times[0].push(started.elapsed());
            let started = Instant::now();
            commit(&mut conn, &mut seq, batch);
            times[1].push(started.elapsed());
        }
        let [log, plain] = times.map(|mut times| {
            times.sort();
            times[times.len() / 2].as_secs_f64()
        });
        let (rows, over) = (batch as f64 / log, log / plain);
        println!("ratio/{batch}: log {log:.6} s, plain {plain:.6} s, {over:.3} times, {rows:.0} rows/s");
    }
}
