//! A disk that fails at any call of a scan: no verdict is shown that is not in the log.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use postern_log::Log;

use crate::common::{BIN, Gate, command, finish, has};
use crate::service::{Service, code, compare, copy, gate, is_logged, log_of, scan};

/// How many gates run at once.
const WORKERS: usize = 2;

/// What came of gates whose disk failed.
#[derive(Debug, Default)]
struct Outcomes {
    runs: usize,
    verdicts: usize,
    faults: BTreeMap<String, usize>,
    errors: BTreeMap<String, usize>,
}

fn can_inject() -> bool {
    has(
        "strace",
        &["-o", "/dev/null", "-e", "inject=close:error=EIO:when=999", "true"],
    )
}

/// A scan under `strace`, which looks at calls on the log's files only.
fn traced(store: &Path, options: &[&str], trace: &Path) -> Command {
    let mut strace = command("strace");
    strace.args(["-f", "-qq", "-o"]).arg(trace);
    for file in ["log.sqlite", "log.sqlite-wal", "log.sqlite-shm", "log.sqlite-journal"] {
        strace.arg("-P").arg(store.join(file));
    }
    strace
        .args(options)
        .arg(BIN)
        .args(["scan", "--json", "--store"])
        .arg(store);
    strace
}

/// How often a scan of these codes makes each system call on the log's files.
fn calls(gate: &Gate, codes: &str) -> BTreeMap<String, usize> {
    let store = copy(gate, "traced");
    let trace = gate.folder.path().join("trace");
    let done = finish(traced(&store, &[], &trace), codes.as_bytes());
    assert_eq!(done.status, 0, "{done:?}");
    fs::remove_dir_all(store).unwrap();
    let mut calls = BTreeMap::new();
    for line in fs::read_to_string(trace).unwrap().lines() {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        if let Some((name, _)) = call.split_once('(') {
            *calls.entry(name.to_owned()).or_default() += 1;
        }
    }
    calls
}

/// A scan of these codes with this fault, on a store of its own.
fn with_fault(gate: &Gate, codes: &str, worker: usize, inject: &str, outcomes: &Mutex<Outcomes>) {
    let store = copy(gate, &format!("store-{worker}"));
    let mut service = Service::start(traced(&store, &["-e", inject], Path::new("/dev/null")));
    service.send(codes.as_bytes());
    let ended = service.end();
    let (shown, others): (Vec<_>, Vec<_>) = ended.told.iter().cloned().partition(is_logged);
    let faults: Vec<String> = others
        .iter()
        .filter(|told| told["type"] == "fault")
        .map(|told| told["reason"].as_str().unwrap().to_owned())
        .collect();
    let error = ended.error();
    assert!(
        faults.iter().chain(&error).all(|reason| reason.starts_with("log-")),
        "{inject}: {ended:?}"
    );
    // Either each code came to something, or the gate said why it ended.
    let served = error.is_none();
    assert_eq!(
        served,
        shown.len() + faults.len() == codes.lines().count(),
        "{inject}: {ended:?}"
    );
    // A single failure costs one code, or the start.
    assert!(inject.ends_with('+') || faults.len() < 2, "{inject}: {ended:?}");
    let failed = !served || !faults.is_empty();
    assert_eq!(ended.status.code(), Some(i32::from(failed)), "{inject}: {ended:?}");
    // As the fault left it.
    let log = Log::open(&log_of(&store)).unwrap_or_else(|e| panic!("{inject}: {e}: {ended:?}"));
    compare(&log, &shown);
    let report = log.verify().unwrap();
    assert!(report.is_clean(), "{inject}: {:?}", report.findings);
    drop(log);
    // And the next gate takes the next code.
    let mut next = Service::start(scan(&store));
    next.ready();
    assert_eq!(next.ask(codes.lines().next().unwrap())["type"], "verdict", "{inject}");
    assert!(next.end().status.success(), "{inject}");
    fs::remove_dir_all(&store).unwrap();
    let mut outcomes = outcomes.lock().unwrap();
    outcomes.runs += 1;
    outcomes.verdicts += shown.len();
    faults
        .into_iter()
        .for_each(|reason| *outcomes.faults.entry(reason).or_default() += 1);
    error
        .into_iter()
        .for_each(|reason| *outcomes.errors.entry(reason).or_default() += 1);
}

#[test]
fn a_disk_that_fails_at_any_call_shows_nothing_that_is_not_in_the_log() {
    if !can_inject() {
        return;
    }
    let begun = Instant::now();
    let gate = gate("");
    // An admission, a refusal and a referral, after a few events of another day.
    let earlier: Vec<String> = (8..28).map(|n| code(&gate.authority, n)).collect();
    let done = finish(scan(&gate.store()), earlier.join("\n").as_bytes());
    assert_eq!(done.status, 0, "{done:?}");
    let codes: String = [0, 3, 5].map(|n| code(&gate.authority, n) + "\n").concat();
    let calls = calls(&gate, &codes);
    println!("{calls:?}");
    let mut faults = Vec::new();
    for (call, errors) in [
        ("fdatasync", &["EIO"][..]),
        ("fsync", &["EIO"]),
        ("ftruncate", &["EIO", "ENOSPC"]),
        ("pread64", &["EIO"]),
        ("pwrite64", &["EIO", "ENOSPC", "EROFS"]),
        ("openat", &["EIO", "EROFS"]),
    ] {
        for n in 1..=calls.get(call).copied().unwrap_or_default() {
            for error in errors {
                faults.push(format!("inject={call}:error={error}:when={n}"));
                // From this call on, as a disk that is full, gone or mounted read-only.
                if matches!(call, "fdatasync" | "fsync" | "pwrite64") {
                    faults.push(format!("inject={call}:error={error}:when={n}+"));
                }
            }
        }
    }
    let outcomes = Mutex::new(Outcomes::default());
    let queue = Mutex::new(faults.iter());
    std::thread::scope(|scope| {
        let (gate, codes, queue, outcomes) = (&gate, &codes, &queue, &outcomes);
        let work = |worker| {
            move || {
                while let Some(inject) = { queue.lock().unwrap().next() } {
                    with_fault(gate, codes, worker, inject, outcomes);
                }
            }
        };
        let workers: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(work(worker))).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
    let outcomes = outcomes.into_inner().unwrap();
    println!("{outcomes:?} in {:?}", begun.elapsed());
    assert!(
        outcomes.faults.values().sum::<usize>() > 20 && outcomes.verdicts > outcomes.runs,
        "{outcomes:?}"
    );
}
