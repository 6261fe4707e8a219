//! One code text to durable verdict, as somebody who waits for each answer sees it, beside what the disk itself takes.
//!
//! `cargo bench -p postern-verifier --bench latency`

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{AT, Authority, BIN, Gate, claims, command};

const TIMES: u32 = 1000;

fn main() {
    let authority = Authority::new();
    let texts: Vec<String> = (0..TIMES).map(|index| authority.code(0, &claims(index))).collect();
    // The temporary folder may be in memory: the log is to be on a disk.
    let gate = Gate::updated(authority);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    for entry in std::fs::read_dir(gate.store()).expect("a store") {
        let entry = entry.expect("a file");
        if entry.path().is_file() {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
        }
    }
    let mut file = File::create(folder.path().join("floor")).expect("a file");
    let mut check = command(BIN)
        .args(["check", "--json", "--at", AT, "-", "--store"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the gate starts");
    let mut input = check.stdin.take().expect("a pipe");
    let mut answers = BufReader::new(check.stdout.take().expect("a pipe"));
    let (mut verdicts, mut floor) = (Vec::new(), Vec::new());
    // Both by turns, so that both meet the same disk.
    for text in &texts {
        let started = Instant::now();
        writeln!(input, "{text}").expect("the gate reads");
        let mut answer = String::new();
        answers.read_line(&mut answer).expect("the gate answers");
        verdicts.push(started.elapsed());
        assert!(answer.contains(r#""outcome":"admit""#), "{answer}");
        let started = Instant::now();
        file.write_all(&[0x5a; 4096]).expect("there is room");
        file.sync_data().expect("the disk keeps it");
        floor.push(started.elapsed());
    }
    drop(input);
    assert!(check.wait().expect("the gate ends").success());
    let (verdict, disk) = (median(verdicts), median(floor));
    println!("text to durable verdict: {verdict:.3} ms in the median of {TIMES}");
    println!("4 KiB and fdatasync: {disk:.3} ms; over it: {:.3} ms", verdict - disk);
}

/// In milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    1000.0 * times[times.len() / 2].as_secs_f64()
}
