//! What a day's status data of a made-up city weighs, beside what it must weigh: `cargo run --release -p postern-core --example
//! status-sizes`.

#[path = "../tests/status/city.rs"]
mod city;

use std::collections::BTreeMap;
use std::time::Instant;

use libdeflater::{CompressionLvl, Compressor};
use postern_core::keys::PrivateKey;
use postern_core::status::{Column, Delta, HOUR, NEGATIVE_TEST, StatusList, StatusToken};
use postern_core::trust::Document;

const PEOPLE: u32 = 13_000_000;

fn main() {
    let list = city::list(PEOPLE);
    let [valid, invalid, suspended, restricted] = list.counts();
    println!("{PEOPLE} people: {valid} valid, {invalid} invalid, {suspended} suspended, {restricted} restricted\n");
    println!("{:46} {:>10} {:>8} {:>9}", "", "bytes", "entropy", "seconds");
    of_list(&list);
    of_delta(&list);
    of_column();
}

fn of_list(list: &StatusList) {
    let floor = city::entropy(&list.counts());
    line("status list: entropy", floor / 8.0, floor, None);
    let best = compressors("status list", list.bytes(), floor);
    let key = PrivateKey::from_seed(&[4; 32]);
    let name = "east".parse().expect("an identifier");
    let start = Instant::now();
    let token = StatusToken::sign(&key, &name, 1, city::NOON, &best).expect("a key in memory signs");
    let seconds = start.elapsed().as_secs_f64();
    line(
        "status list: the token, signed",
        token.len() as f64,
        floor,
        Some(seconds),
    );
}

fn of_delta(old: &StatusList) {
    let new = city::day_later(old, PEOPLE);
    // How often each old-to-new difference is there: what a list of changes must say, whoever has the old list.
    let mut differences = [0; 4];
    for index in 0..PEOPLE {
        let status = |list: &StatusList| list.get(index).expect("an index of the list") as usize;
        differences[status(old) ^ status(&new)] += 1;
    }
    let floor = city::entropy(&differences);
    println!();
    line("delta at 0.2 %: entropy of the change", floor / 8.0, floor, None);
    let name = "east".parse().expect("an identifier");
    let start = Instant::now();
    let delta = Delta::between(old, &new, name, 1, 2, city::NOON).expect("the list does not shrink");
    let seconds = start.elapsed().as_secs_f64();
    let document = Document::draft(delta).to_bytes();
    line(
        "delta at 0.2 %: before it is signed",
        document.len() as f64,
        floor,
        Some(seconds),
    );
    println!(
        "    by what old and new bits differ, 1, 2 and 3: {:?}",
        &differences[1..]
    );
}

fn of_column() {
    let values = city::negative_tests(PEOPLE);
    let mut counts = BTreeMap::new();
    for value in &values {
        *counts.entry(value).or_insert(0u64) += 1;
    }
    let floor = city::entropy(&counts.into_values().collect::<Vec<_>>());
    println!();
    line("column of the last negative test: entropy", floor / 8.0, floor, None);
    let column = Column {
        list: "east".parse().expect("an identifier"),
        size: values.len() as u64,
        unit: HOUR,
        column: NEGATIVE_TEST.parse().expect("an identifier"),
        issued: city::NOON,
        origin: city::ORIGIN,
        zlib: compressors("column", &values, floor),
        version: 1,
    };
    let document = Document::draft(column).to_bytes();
    line("column: before it is signed", document.len() as f64, floor, None);
}

/// Shows what the compressors make of `bytes`, and returns what the best one does.
fn compressors(what: &str, bytes: &[u8], floor: f64) -> Vec<u8> {
    let mut best = Vec::new();
    for level in [1, 6, 9, 12] {
        let start = Instant::now();
        best = deflate(bytes, level);
        let seconds = start.elapsed().as_secs_f64();
        line(
            &format!("{what}: libdeflate {level}"),
            best.len() as f64,
            floor,
            Some(seconds),
        );
    }
    for level in [6, 9, 10] {
        let start = Instant::now();
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(bytes, level);
        let seconds = start.elapsed().as_secs_f64();
        line(
            &format!("{what}: miniz_oxide {level}"),
            zlib.len() as f64,
            floor,
            Some(seconds),
        );
    }
    best
}

fn deflate(bytes: &[u8], level: i32) -> Vec<u8> {
    let level = CompressionLvl::new(level).expect("a level that the library has");
    let mut compressor = Compressor::new(level);
    let mut zlib = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let len = compressor.zlib_compress(bytes, &mut zlib).expect("the bound is kept");
    zlib.truncate(len);
    zlib
}

/// A line: bytes, how often the entropy that is, and the time it took.
fn line(what: &str, bytes: f64, floor: f64, seconds: Option<f64>) {
    let seconds = seconds.map_or(String::new(), |seconds| format!("{seconds:9.3}"));
    println!("{what:46} {bytes:>10.0} {:>8.3} {seconds}", 8.0 * bytes / floor);
}
