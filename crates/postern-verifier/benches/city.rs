//! A gate and the status data of a city: what updates cost, and how soon it is ready. Whole processes, each five times.
//!
//! `cargo bench -p postern-verifier --bench city`

#[path = "../../postern-core/tests/status/city.rs"]
#[allow(dead_code, reason = "another target measures the entropy")]
mod city;
#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use common::day::{Day, Published};
use common::{AT, Authority, BIN, Gate};
use libdeflater::{CompressionLvl, Compressor};
use postern_core::keys::Role;
use postern_core::status::{Column, Delta, HOUR, NEGATIVE_TEST, StatusList, StatusToken};
use postern_core::trust::{ContentPin, FilePin, StatusFile, StatusKind};

const PEOPLE: u32 = 13_000_000;
const STATUS: (Role, u8) = (Role::Status, 0);

fn main() {
    let authority = Authority::patient();
    let old = city::list(PEOPLE);
    let new = city::day_later(&old, PEOPLE);
    let bare = authority.day(1).without(StatusKind::Status).without(StatusKind::Column);
    let first = |version, list: &StatusList| at(bare.clone(), version).with(list_file(&authority, version, list));
    let (one, two) = (first(1, &old), first(2, &new));
    let name = || "east".parse().expect("an identifier");
    let delta = Delta::between(&old, &new, name(), 1, 2, two.issued).expect("the list does not shrink");
    let delta = common::day::delta_of(authority.sign(delta, &[STATUS]), 1, 2);
    let by_delta = two.clone().with(delta.clone());
    let column = column_file(&authority, 1);
    for (what, published) in [("list", &one.files[0]), ("delta", &delta), ("column", &column)] {
        println!("{what}: {} bytes", published.file.len());
    }
    let with_column = one.clone().with(column);

    let gate = || Gate::new(authority.clone());
    let update = |gate: &Gate, day: &Day| {
        let folder = tempfile::tempdir().expect("a folder");
        let from = day.repository().write(folder.path());
        run(&["update", "--store", text(&gate.store()), "--from", text(&from)])
    };
    let told = |what: &str, made: &dyn Fn() -> Cost| {
        let mut costs: Vec<Cost> = (0..5).map(|_| made()).collect();
        costs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or(0);
        println!("{what}: {:.0} ms, {} MB at most", 1000.0 * costs[2].seconds, peak >> 10);
    };
    told("update without a list: the floor", &|| update(&gate(), &bare));
    told("update with the list", &|| update(&gate(), &one));
    told("update by the delta", &|| {
        let gate = gate();
        update(&gate, &one);
        update(&gate, &by_delta)
    });
    told("update with list and column", &|| update(&gate(), &with_column));
    let ready = |day: &Day| {
        let gate = gate();
        update(&gate, day);
        run(&["check", "--at", AT, "--store", text(&gate.store()), &authority.coded(7)])
    };
    told("start, one code, end: no list", &|| ready(&bare));
    told("start, one code, end: list", &|| ready(&one));
    told("start, one code, end: list and column", &|| ready(&with_column));
    let door = |day: &Day| {
        let gate = gate();
        update(&gate, day);
        let code = gate.store().with_extension("txt");
        fs::write(&code, format!("{}\n", authority.coded(7))).expect("a folder that can be written to");
        run_on(
            &["scan", "--json", "--source", "stdin", "--store", text(&gate.store())],
            File::open(code).expect("what was written").into(),
        )
    };
    told("scan, one code, end: list", &|| door(&one));
    told("scan, one code, end: list and column", &|| door(&with_column));
}

fn at(mut day: Day, version: u64) -> Day {
    day.version = version;
    day.issued = day.issued.plus(version);
    day
}

fn list_file(authority: &Authority, version: u64, list: &StatusList) -> Published {
    let (key, name) = (
        authority.key(STATUS.0, STATUS.1),
        "east".parse().expect("an identifier"),
    );
    let zlib = compressed(list.bytes());
    let file = StatusToken::sign(&key, &name, version, authority.made.plus(version), &zlib);
    common::day::list_of(file.expect("a key in memory signs"), version, list.bytes())
}

fn column_file(authority: &Authority, version: u64) -> Published {
    let hours = city::negative_tests(PEOPLE);
    let column = Column {
        list: "east".parse().expect("an identifier"),
        size: hours.len() as u64,
        unit: HOUR,
        column: NEGATIVE_TEST.parse().expect("an identifier"),
        issued: authority.made,
        origin: authority.made,
        zlib: compressed(&hours),
        version,
    };
    let file = authority.sign(column, &[STATUS]);
    let entry = StatusFile {
        kind: StatusKind::Column,
        size: file.len() as u64,
        column: Some(NEGATIVE_TEST.parse().expect("an identifier")),
        sha256: FilePin::of(&file, version).sha256,
        content: Some(ContentPin::of(&hours)),
        ..common::day::list_of(Vec::new(), version, &[]).entry
    };
    Published { entry, file }
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut zlib = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let len = compressor.zlib_compress(bytes, &mut zlib).expect("the bound is enough");
    zlib.truncate(len);
    zlib
}

struct Cost {
    seconds: f64,
    /// Kilobytes; 0 where there is no `/usr/bin/time`.
    peak: u64,
}

fn run(args: &[&str]) -> Cost {
    run_on(args, Stdio::null())
}

fn run_on(args: &[&str], input: Stdio) -> Cost {
    let time = Path::new("/usr/bin/time");
    let mut command = match time.exists() {
        true => Command::new(time),
        false => Command::new(BIN),
    };
    if time.exists() {
        command.args(["-f", "%M", BIN]);
    }
    let begun = Instant::now();
    let done = command.args(args).stdin(input).output().expect("the program starts");
    let seconds = begun.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(matches!(done.status.code(), Some(0 | 10 | 11)), "{args:?}: {said}");
    let peak = said.lines().last().and_then(|line| line.trim().parse().ok());
    Cost {
        seconds,
        peak: peak.unwrap_or(0),
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary path is text")
}
