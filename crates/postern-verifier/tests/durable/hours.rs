//! Hours at a door: memory, threads and open files stay as they are.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use postern_log::Log;
use serde_json::Value;

use crate::service::{Service, code, gate, is_logged, log_of, scan, times};

/// Eight hours at two scans a second.
const WHOLE: usize = 57_600;
/// How many people come, so that most are admitted again after the window of two seconds.
const PEOPLE: u32 = 4000;
/// The most that memory may grow from a tenth of the time to the end, in KiB: SQLite's cache of pages, which fills up to
/// 2,000 KiB as the log grows, and a little.
const GROWTH: u64 = 2500;
/// The most that it may grow in the second half of eight hours, when the cache is full.
const GROWTH_LATE: u64 = 256;

/// What a process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    /// KiB.
    memory: u64,
    threads: u64,
    files: usize,
}

fn held(process: u32) -> Held {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    Held {
        memory: number("VmRSS:"),
        threads: number("Threads:"),
        files: fs::read_dir(format!("/proc/{process}/fd")).unwrap().count(),
    }
}

/// The number of a resident identity card (GB 11643) of a place that there is not.
fn document(n: usize) -> String {
    let digits = format!("00000019900101{:03}", n % 1000);
    let sum = digits
        .bytes()
        .fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    let check = match (12 - sum) % 11 {
        10 => "X".to_owned(),
        check => check.to_string(),
    };
    digits + &check
}

#[test]
fn hours_of_scans_hold_no_more_than_minutes() {
    let scans = times("POSTERN_SCANS", WHOLE / 10);
    let begun = Instant::now();
    let gate = gate("[pass-back]\nwindow = 2\n");
    let codes: Vec<String> = (0..PEOPLE).map(|n| code(&gate.authority, n)).collect();
    let mut command = scan(&gate.store());
    command.args(["--source", "stdin,reads=both"]);
    let mut service = Service::start(command);
    let ready = service.ready();
    let word = ready["command_word"].as_str().unwrap().to_owned();
    let mut input = service.input();
    // Not more than this is on the way: whoever scans waits for the verdict.
    let (start, started) = sync_channel::<()>(32);
    let feeder = std::thread::spawn(move || {
        for n in 0..scans {
            // The gate ended where nobody takes it: the test says so.
            if start.send(()).is_err() {
                break;
            }
            let line = match n % 50 {
                7 => document(n),
                17 => "a line that is no code".to_owned(),
                27 => format!("{word} override a-17 admit supervisor"),
                37 => format!("{word} manual a-17 admit document-seen"),
                47 if n % 1000 == 947 => format!("{word} hand-over b-{n}"),
                _ => codes[n % codes.len()].clone(),
            };
            writeln!(input, "{line}").unwrap();
        }
        // The end of it would be the end of service.
        input
    });
    let process = service.child.id();
    let mut counts = BTreeMap::<String, usize>::new();
    let mut at = BTreeMap::new();
    let (mut last, mut done, mut version, mut updated) = (None, 0, 1, 1);
    // While the gate takes up an update, nobody comes whom it does not have yet.
    let mut waiting = 0;
    while done < scans || updated < version {
        let told: Value = service.next();
        let kind = told["type"].as_str().unwrap();
        let what = told["outcome"].as_str().unwrap_or_default();
        *counts.entry(format!("{kind} {what}")).or_default() += 1;
        if is_logged(&told) {
            let seq = told["seq"].as_u64();
            assert_eq!(seq, Some(last.map_or(0, |last: u64| last + 1)), "{told}");
            last = seq;
        }
        if kind == "updated" {
            // When the update is taken up, nothing of it is under way.
            updated += 1;
            assert_eq!(told["snapshot"], updated, "{told}");
            at.insert((updated - 1) * 10, held(process));
            (0..std::mem::take(&mut waiting)).for_each(|_| started.recv().unwrap());
            continue;
        }
        match updated < version {
            true => waiting += 1,
            false => started.recv().unwrap(),
        }
        done += 1;
        if done % (scans / 10) == 0 && version < 11 {
            version += 1;
            let update = gate.update(&gate.authority.repository(version, version));
            assert_eq!(update.status, 0, "{update:?}");
        }
    }
    drop(feeder.join().unwrap());
    let took = begun.elapsed();
    println!("{scans} scans in {took:?}: {counts:?}");
    at.iter().for_each(|(percent, held)| println!("{percent} %: {held:?}"));
    let ended = service.end();
    assert!(ended.status.success(), "{ended:?}");
    let log = Log::open(&log_of(&gate.store())).unwrap();
    assert_eq!(Some(log.tip().size), last.map(|last| last + 1));
    assert!(log.verify().unwrap().is_clean());
    let (first, end) = (at[&10], at[&100]);
    assert!(end.memory <= first.memory + GROWTH, "{first:?} {end:?}");
    if scans >= WHOLE {
        assert!(end.memory <= at[&50].memory + GROWTH_LATE, "{at:?}");
    }
    assert_eq!((first.threads, first.files), (end.threads, end.files));
    for kind in [
        "verdict admit",
        "verdict refer",
        "verdict refuse",
        "entry admit",
        "entry refer",
        "updated ",
    ] {
        assert!(counts.contains_key(kind), "{kind}: {counts:?}");
    }
}
