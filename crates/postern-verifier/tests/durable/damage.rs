//! Files that are damaged, deleted or not to be written, before a gate starts and while it serves: it says so, and shows no
//! verdict that it did not log.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use postern_log::{Log, Reader};
use serde_json::Value;

use crate::common::{BIN, Done, Gate, command, finish, has};
use crate::service::{Ended, Service, code, compare, copy, gate, is_logged, log_of, scan};

/// How many events the log has before anything happens: enough for a checkpoint.
const EVENTS: u32 = 1030;
/// The size of a page of an SQLite database, unless somebody changes it.
const PAGE: u64 = 4096;

/// A gate that was used, and codes for it.
fn used_gate() -> (Gate, Vec<String>) {
    let gate = gate("[pass-back]\nwindow = 0\n");
    let codes: Vec<String> = (0..EVENTS).map(|n| code(&gate.authority, n)).collect();
    let done = finish(scan(&gate.store()), codes.join("\n").as_bytes());
    assert_eq!(done.status, 0, "{done:?}");
    (gate, codes)
}

/// Turns the bits of the end of a page, where its contents are.
fn damage(file: &Path, page: u64) {
    let file = File::options().read(true).write(true).open(file).unwrap();
    let (mut bytes, at) = ([0; 600], (page + 1) * PAGE - 600);
    file.read_exact_at(&mut bytes, at).unwrap();
    bytes.iter_mut().for_each(|byte| *byte ^= 0x55);
    file.write_all_at(&bytes, at).unwrap();
}

fn truncate(file: &Path, len: u64) {
    File::options().write(true).open(file).unwrap().set_len(len).unwrap();
}

/// How it ended, and what was shown as logged.
#[track_caller]
fn judge(ended: &Ended) -> (Vec<Value>, Vec<String>) {
    let reason = |told: &Value| told["reason"].as_str().unwrap().to_owned();
    let faults = ended.told.iter().filter(|told| told["type"] == "fault").map(reason);
    let why: Vec<String> = faults.chain(ended.error()).collect();
    assert_eq!(ended.status.code(), Some(i32::from(!why.is_empty())), "{ended:?}");
    (ended.told.iter().filter(|told| is_logged(told)).cloned().collect(), why)
}

#[test]
fn a_log_that_was_damaged_before_the_start_is_told_or_goes_on() {
    let (gate, codes) = used_gate();
    let pages = fs::metadata(log_of(&gate.store())).unwrap().len() / PAGE;
    assert!(pages > 12, "{pages}");
    let (mut told, mut went_on) = (0, 0);
    for page in 0..pages {
        let store = copy(&gate, &format!("damaged-{page}"));
        let log = log_of(&store);
        damage(&log, page);
        let is_found = || match Reader::open(&log).and_then(|log| log.verify()) {
            Ok(report) => !report.is_clean(),
            Err(_) => true,
        };
        assert!(is_found(), "page {page}");
        let mut service = Service::start(scan(&store));
        service.send(codes[..4].join("\n").as_bytes());
        let ended = service.end();
        let (shown, why) = judge(&ended);
        assert!(
            why.iter()
                .all(|why| ["log-corrupt", "not-a-log"].contains(&why.as_str())),
            "page {page}: {ended:?}"
        );
        assert_eq!(why.is_empty(), shown.len() == 4, "page {page}: {ended:?}");
        if shown.is_empty() {
            told += 1;
        } else {
            went_on += 1;
            compare(&Log::open(&log).unwrap(), &shown);
        }
        assert!(is_found(), "page {page}: a gate that goes on hides no damage");
    }
    println!("{pages} damaged pages: {told} told at the start, {went_on} far from the end");
    assert!(told > 1 && went_on > 5, "{told} {went_on}");
}

#[test]
fn a_log_that_is_damaged_while_a_gate_serves_takes_no_verdict_from_it() {
    let (gate, codes) = used_gate();
    let pages = fs::metadata(log_of(&gate.store())).unwrap().len() / PAGE;
    let mut compared = 0;
    for page in (0..pages).step_by(2) {
        let store = copy(&gate, &format!("damaged-{page}"));
        let log = log_of(&store);
        let mut service = Service::start(scan(&store));
        service.ready();
        let first = service.ask(&codes[0]);
        assert_eq!(first["type"], "verdict", "{first}");
        damage(&log, page);
        service.send(codes[..40].join("\n").as_bytes());
        let ended = service.end();
        let (mut shown, why) = judge(&ended);
        assert!(why.iter().all(|why| why == "log-corrupt"), "page {page}: {ended:?}");
        assert_eq!(shown.len() + why.len(), 40, "page {page}: {ended:?}");
        shown.push(first);
        match Log::open(&log) {
            Ok(log) => {
                compared += 1;
                compare(&log, &shown);
            }
            // What the damage hides, it hides from everybody.
            Err(error) => assert!(
                ["log-corrupt", "not-a-log"].contains(&error.reason()),
                "page {page}: {error}"
            ),
        }
    }
    println!("{compared} logs opened after damage to one of {pages} pages");
    assert!(compared > 3, "{compared}");
}

/// Serves one code, does something to the store, and gives what the next codes come to. Then the gate ends as it does at a
/// power cut, so that nothing mends what was done.
fn serve_and(gate: &Gate, codes: &[String], name: &str, act: impl FnOnce(&Path)) -> (Vec<Value>, Vec<String>) {
    let store = copy(gate, name);
    let mut service = Service::start(scan(&store));
    service.ready();
    let first = service.ask(&codes[0]);
    assert_eq!(first["type"], "verdict", "{name}: {first}");
    act(&store);
    let told: Vec<Value> = codes[1..5].iter().map(|code| service.ask(code)).collect();
    service.kill();
    let (mut shown, faults): (Vec<Value>, Vec<Value>) = told.into_iter().partition(is_logged);
    if !shown.is_empty() {
        shown.push(first);
        compare(&Log::open(&log_of(&store)).unwrap(), &shown);
    }
    let reason = |fault: &Value| fault["reason"].as_str().unwrap().to_owned();
    (shown, faults.iter().map(reason).collect())
}

#[test]
fn a_log_whose_files_are_taken_while_a_gate_serves_shows_no_verdict() {
    let (gate, codes) = used_gate();
    for (name, act) in [
        (
            "deleted",
            (|store| fs::remove_file(log_of(store)).unwrap()) as fn(&Path),
        ),
        ("deleted-wal", |store| {
            fs::remove_file(store.join("log.sqlite-wal")).unwrap()
        }),
        ("moved", |store| {
            fs::rename(store, store.with_extension("moved")).unwrap()
        }),
        ("replaced", |store| {
            fs::copy(log_of(store), store.join("other")).unwrap();
            fs::rename(store.join("other"), log_of(store)).unwrap();
        }),
        ("emptied-wal", |store| truncate(&store.join("log.sqlite-wal"), 0)),
        ("cut-wal", |store| truncate(&store.join("log.sqlite-wal"), 3000)),
        ("emptied", |store| truncate(&log_of(store), 0)),
    ] {
        let (shown, why) = serve_and(&gate, &codes, name, act);
        println!("{name}: {} shown, {why:?}", shown.len());
        assert!(shown.is_empty(), "{name}: {shown:?}");
    }
    // The index of the write-ahead log holds nothing that is not made again.
    let (shown, why) = serve_and(&gate, &codes, "deleted-shm", |store| {
        fs::remove_file(store.join("log.sqlite-shm")).unwrap();
    });
    assert_eq!((shown.len(), why.len()), (5, 0), "{why:?}");
}

#[test]
fn a_log_or_a_trust_that_is_cut_before_the_start_is_told() {
    let (gate, codes) = used_gate();
    let trust = fs::metadata(gate.store().join("trust.sqlite")).unwrap().len();
    let log = fs::metadata(log_of(&gate.store())).unwrap().len();
    let cut = [0, 1, 99, 100, PAGE - 1, PAGE, 3 * PAGE + 7];
    for (file, lens, reasons) in [
        (
            "trust.sqlite",
            [&cut[..], &[trust / 2, trust - PAGE]].concat(),
            ["store-corrupt", "not-a-store"],
        ),
        (
            "log.sqlite",
            [&cut[..], &[log / 2, log - PAGE]].concat(),
            ["log-corrupt", "not-a-log"],
        ),
    ] {
        for len in lens {
            let store = copy(&gate, &format!("{file}-{len}"));
            truncate(&store.join(file), len);
            let mut service = Service::start(scan(&store));
            service.line(&codes[0]);
            let ended = service.end();
            let (shown, why) = judge(&ended);
            assert!(shown.is_empty(), "{file} {len}: {ended:?}");
            assert!(
                why.len() == 1 && reasons.contains(&why[0].as_str()),
                "{file} {len}: {why:?}"
            );
        }
    }
}

/// What was verified at the start is good for the whole shift.
#[test]
fn a_trust_that_is_cut_while_a_gate_serves_changes_no_verdict() {
    let (gate, codes) = used_gate();
    for len in [0, PAGE] {
        let (shown, why) = serve_and(&gate, &codes, &format!("cut-{len}"), |store| {
            truncate(&store.join("trust.sqlite"), len);
            // Long enough for the gate to look.
            std::thread::sleep(std::time::Duration::from_millis(1200));
        });
        assert_eq!((shown.len(), why.len()), (5, 0), "{why:?}");
    }
}

/// Linux mounts nothing read-only that somebody has open for writing: so before the start only. `disk.rs` has the other case.
#[test]
fn a_store_on_a_disk_that_is_mounted_read_only_is_told() {
    let (gate, codes) = used_gate();
    let disk = gate.folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount = "mount -t tmpfs -o size=16m none \"$0\"";
    if !has("unshare", &["-rm", "sh", "-c", mount, disk.to_str().unwrap()]) {
        return;
    }
    let script = format!(
        "set -e; {mount}; cp -r \"$1\"/. \"$0\"; mount -o remount,ro \"$0\"; exec \"$2\" scan --json --store \"$0\""
    );
    let mut shell = command("unshare");
    shell
        .args(["-rm", "sh", "-c", &script])
        .args([&disk, &gate.store()])
        .arg(BIN);
    let done: Done = finish(shell, codes[0].as_bytes());
    assert_eq!((done.status, done.stdout.as_str()), (1, ""), "{done:?}");
    assert_eq!(done.error(), "log-read-only", "{done:?}");
}
