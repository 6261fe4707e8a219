//! An update that ends at any moment, on a disk that fails at any moment: the gate opens on the old state or on the new
//! one, whole, and the next update goes on.

mod common;
#[path = "../../postern-transport/tests/server/mod.rs"]
mod server;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use common::day::statuses;
use common::{AT, Authority, BIN, DAY, Done, Gate, Repository, command, finish, has, run};
use postern_core::cbor::Bytes;
use postern_core::gates::{self, Enrolment};
use postern_core::keys::Role;
use postern_core::tag::TagKey;
use postern_core::trust::{Document, TagEpoch};
use postern_seal::Recipient;
use serde_json::Value;
use server::{Answer, Request, Server, serve};

/// How many updates are ended at once.
const WORKERS: usize = 2;

/// A gate on day 3, and an update for it that brings everything that an update can bring: a pack, a list by a delta, a list
/// whole, a column and a tag key.
struct Scene {
    gate: Gate,
    files: Repository,
    /// What `status` says before, after, and after but for the tag key, which is no part of what is signed together.
    old: Value,
    new: Value,
    keyless: Value,
}

/// What a gate is found on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Old,
    New,
}

impl Scene {
    fn new() -> Self {
        let gate = Gate::new(Authority::new());
        for day in [2, 3] {
            let done = gate.update(&gate.authority.day(day).repository());
            assert_eq!(done.status, 0, "{done:?}");
        }
        let files = everything(&gate);
        let old = seen(&gate.store());
        let store = copy(&gate, "reference");
        let source = files.write(&gate.folder.path().join("repository"));
        let done = finish(update(&store, &source), b"");
        let line = &done.json()[0];
        assert_eq!(
            (&line["changed"], line["status"].as_array().unwrap().len()),
            (&true.into(), 3),
            "{line}"
        );
        let new = seen(&store);
        let tags: Vec<_> = new["tag_keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| &tag["state"])
            .collect();
        assert_eq!(tags, ["good"]);
        let mut keyless = new.clone();
        keyless["tag_keys"][0]["state"] = "lacking".into();
        Self {
            gate,
            files,
            old,
            new,
            keyless,
        }
    }

    fn source(&self) -> PathBuf {
        self.gate.folder.path().join("repository")
    }

    /// The store must be whole, and the next update must go through.
    #[track_caller]
    fn find(&self, store: &Path, source: &OsStr, after: &str) -> Found {
        let seen = seen(store);
        let found = match () {
            () if seen == self.old => Found::Old,
            () if seen == self.new || seen == self.keyless => Found::New,
            () => panic!("{after}: neither the old state nor the new one: {seen}"),
        };
        let conn = rusqlite::Connection::open(store.join("trust.sqlite")).unwrap();
        let check: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok", "{after}");
        drop(conn);
        let done = finish(update(store, source), b"");
        assert_eq!(done.status, 0, "{after}: the next update: {done:?}");
        assert_eq!(self::seen(store), self.new, "{after}");
        let rest: Vec<_> = fs::read_dir(store.join("incoming")).unwrap().collect();
        assert!(rest.is_empty(), "{after}: {rest:?}");
        found
    }

    /// Runs an update for each of these system calls and numbers of a call, on a store of its own, with `fault` for it.
    /// Tells how many were found on the old and on the new state.
    fn each(
        &self,
        calls: &[(String, usize)],
        source: &OsStr,
        fault: &(dyn Fn(&str, usize) -> String + Sync),
    ) -> [usize; 2] {
        let queue = Mutex::new(calls.iter());
        let found = [AtomicUsize::new(0), AtomicUsize::new(0)];
        let work = |worker: usize| {
            let store = self.gate.folder.path().join(format!("store-{worker}"));
            loop {
                let Some((call, n)) = queue.lock().unwrap().next() else {
                    return;
                };
                copy(&self.gate, store.file_name().unwrap().to_str().unwrap());
                let inject = fault(call, *n);
                let done = finish(traced(&store, source, &["-e", &inject], "/dev/null"), b"");
                // An end by a signal has no status; a panic has 101.
                assert!((-1..=1).contains(&done.status), "{inject}: {done:?}");
                let found_on = self.find(&store, source, &inject);
                assert!(done.status != 0 || found_on == Found::New, "{inject}: {done:?}");
                found[found_on as usize].fetch_add(1, Ordering::Relaxed);
                fs::remove_dir_all(&store).unwrap();
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(move || work(worker))).collect();
            // A panic of one is the test's.
            workers.into_iter().for_each(|worker| worker.join().unwrap());
        });
        found.map(AtomicUsize::into_inner)
    }

    /// Every system call of an update on the store's files, with its number among its like.
    fn calls(&self, source: &OsStr) -> Vec<(String, usize)> {
        let store = copy(&self.gate, "traced");
        let trace = self.gate.folder.path().join("trace");
        let done = finish(traced(&store, source, &[], &trace), b"");
        assert_eq!(done.status, 0, "{done:?}");
        fs::remove_dir_all(store).unwrap();
        let mut calls: Vec<(String, usize)> = Vec::new();
        for line in fs::read_to_string(trace).unwrap().lines() {
            let name = line
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ')
                .split_once('(');
            let Some((name, _)) = name else { continue };
            let n = 1 + calls.iter().filter(|(other, _)| other == name).count();
            calls.push((name.to_owned(), n));
        }
        calls
    }
}

/// The repository of day 4 with all that it can hold.
fn everything(gate: &Gate) -> Repository {
    let a = &gate.authority;
    let enrolment = fs::read(gate.store().join("gate.enrolment")).unwrap();
    let enrolment = Document::<Enrolment>::parse(&enrolment).unwrap().into_payload();
    let key = TagKey::new(7, [7; 32]);
    let recipient = Recipient::parse(enrolment.age.as_str()).unwrap();
    let wrapped = postern_seal::seal(&key.to_sealed_bytes()[..], &[recipient]).unwrap();
    let west = (Role::Status, 1);
    let mut day = a.day(4).with(a.list_named("west", west, 1, a.made, &statuses(0)));
    day.pack.version = 2;
    day.pack.issuers[1].list = Some("west".parse().unwrap());
    day.pack.issuers[1].keys.push(a.issuer_key(west));
    day.pack.issuers[1].keys.sort_by_key(|key| key.key);
    day.pack.tags = vec![TagEpoch {
        from: a.made,
        epoch: 7,
        until: a.made.plus(90 * DAY),
        digest: Bytes(key.digest()),
    }];
    let mut files = day.repository();
    files.set(&gates::wrapped_path(&enrolment.key, 7), wrapped);
    files
}

/// What `status` says of a store, but for when and by which clock.
#[track_caller]
fn seen(store: &Path) -> Value {
    let done = run([
        "status".as_ref(),
        "--json".as_ref(),
        "--at".as_ref(),
        AT.as_ref(),
        "--store".as_ref(),
        store.as_os_str(),
    ]);
    assert_eq!(done.status, 0, "{done:?}");
    let mut status = done.json().remove(0);
    status["clock"]["system"].take();
    status["installed"].take();
    status
}

fn update(store: &Path, source: impl AsRef<OsStr>) -> Command {
    let mut update = command(BIN);
    update
        .args(["update", "--json", "--store"])
        .arg(store)
        .arg("--from")
        .arg(source);
    update
}

/// An update under `strace`, which looks at calls on the store's files only: no other call changes the store.
fn traced(store: &Path, source: &OsStr, options: &[&str], trace: impl AsRef<OsStr>) -> Command {
    let mut strace = command("strace");
    strace.args(["-f", "-qq", "-o"]).arg(trace.as_ref());
    for file in ["", "trust.sqlite", "trust.sqlite-journal", "gate.age", "incoming"] {
        strace.arg("-P").arg(store.join(file));
    }
    // A part's name is the digest of the file.
    for part in fs::read_dir(store.join("incoming")).into_iter().flatten() {
        strace.arg("-P").arg(part.unwrap().path());
    }
    strace
        .args(options)
        .arg(BIN)
        .args(["update", "--json", "--store"])
        .arg(store)
        .arg("--from")
        .arg(source);
    strace
}

fn copy(gate: &Gate, name: &str) -> PathBuf {
    let to = gate.folder.path().join(name);
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(gate.store()).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            // Of parts of files, which the folder is for, there are none between updates.
            true => fs::create_dir(to.join(entry.file_name())).unwrap(),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
    to
}

fn can_inject() -> bool {
    cfg!(target_os = "linux")
        && has(
            "strace",
            &["-o", "/dev/null", "-e", "inject=close:error=EIO:when=999", "true"],
        )
}

#[test]
fn an_update_that_is_killed_at_any_system_call_leaves_the_old_state_or_the_new_one() {
    if !can_inject() {
        return;
    }
    let begun = Instant::now();
    let scene = Scene::new();
    let source = scene.source().into_os_string();
    let calls = scene.calls(&source);
    let kill = |call: &str, n| format!("inject={call}:signal=KILL:when={n}");
    let [old, new] = scene.each(&calls, &source, &kill);
    println!(
        "killed at {} calls: {old} old, {new} new, in {:?}",
        calls.len(),
        begun.elapsed()
    );
    assert!(old > 50 && new > 1, "{old} {new}");
}

#[test]
fn an_update_on_a_disk_that_fails_leaves_the_old_state_or_the_new_one() {
    if !can_inject() {
        return;
    }
    let begun = Instant::now();
    let scene = Scene::new();
    let source = scene.source().into_os_string();
    let calls = scene.calls(&source);
    let disk = [
        "fchown",
        "fdatasync",
        "fsync",
        "ftruncate",
        "mkdir",
        "openat",
        "pread64",
        "pwrite64",
        "read",
        "unlink",
        "write",
    ];
    let calls: Vec<_> = calls
        .into_iter()
        .filter(|(call, _)| disk.contains(&call.as_str()))
        .collect();
    let failed = |call: &str, n| format!("inject={call}:error=EIO:when={n}");
    let [old, new] = scene.each(&calls, &source, &failed);
    println!(
        "{} calls that failed: {old} old, {new} new, in {:?}",
        calls.len(),
        begun.elapsed()
    );
    assert!(old > 50 && new > 1, "{old} {new}");
    // From this call on there is no room.
    let writing: Vec<_> = calls
        .into_iter()
        .filter(|(call, _)| ["fsync", "mkdir", "openat", "pwrite64"].contains(&call.as_str()))
        .collect();
    let full = |call: &str, n| format!("inject={call}:error=ENOSPC:when={n}+");
    let [old, new] = scene.each(&writing, &source, &full);
    println!(
        "{} calls without room: {old} old, {new} new, in {:?}",
        writing.len(),
        begun.elapsed()
    );
    assert!(old > 50 && new > 1, "{old} {new}");
}

fn serving(files: Repository) -> Server {
    Server::start(move |request: &Request| match files.0.get(&request.target[1..]) {
        Some(file) => serve(request, file),
        None => Answer::new(404),
    })
}

/// Over a network, what has come is kept in between.
#[test]
fn a_download_that_is_killed_at_any_system_call_goes_on() {
    if !can_inject() {
        return;
    }
    let scene = Scene::new();
    let server = serving(scene.files.clone());
    let source = server.url("");
    let source = OsStr::new(&source);
    let spool = ["flock", "mkdir", "newfstatat", "openat", "read", "unlink", "write"];
    let calls: Vec<_> = scene
        .calls(source)
        .into_iter()
        .filter(|(call, _)| spool.contains(&call.as_str()))
        .collect();
    let kill = |call: &str, n| format!("inject={call}:signal=KILL:when={n}");
    let [old, new] = scene.each(&calls, source, &kill);
    println!("killed at {} calls: {old} old, {new} new", calls.len());
    assert!(old > 10 && new > 1, "{old} {new}");
}

/// A `status` that is slow at each lock that it takes, while updates go on beside it.
#[test]
fn who_reads_beside_an_update_sees_one_state() {
    if !can_inject() {
        return;
    }
    let gate = Gate::new(Authority::new());
    let days: Vec<PathBuf> = (1..=40)
        .map(|day| {
            gate.authority
                .day(day)
                .repository()
                .write(&gate.folder.path().join(format!("day-{day}")))
        })
        .collect();
    assert_eq!(finish(update(&gate.store(), &days[0]), b"").status, 0);
    let over = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut read = 0;
            while over.load(Ordering::Relaxed) == 0 {
                let mut strace = command("strace");
                strace.args([
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    "inject=fcntl:delay_exit=20000",
                    BIN,
                ]);
                strace
                    .args(["status", "--json", "--at", AT, "--store"])
                    .arg(gate.store());
                let done = finish(strace, b"");
                assert_eq!(done.status, 0, "{done:?}");
                let status = done.json().remove(0);
                let version = |value: &Value| value["version"].as_u64().unwrap();
                assert_eq!(version(&status["snapshot"]), version(&status["status"][0]), "{status}");
                read += 1;
            }
            read
        });
        for day in &days[1..] {
            let done = finish(update(&gate.store(), day), b"");
            if done.status != 0 {
                over.store(1, Ordering::Relaxed);
                panic!("{done:?}");
            }
        }
        over.store(1, Ordering::Relaxed);
        println!("{} readings beside {} updates", reader.join().unwrap(), days.len());
    });
}

/// Two that update at once: each is whole, and both end well.
#[test]
fn two_updates_at_once_end_well() {
    let gate = Gate::new(Authority::new());
    let source = gate
        .authority
        .day(3)
        .repository()
        .write(&gate.folder.path().join("repository"));
    for _ in 0..5 {
        let mut children: Vec<_> = (0..4)
            .map(|_| {
                update(&gate.store(), &source)
                    .stdout(Stdio::null())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in children.drain(..) {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    let status: Done = gate.run("status", ["--json", "--at", AT]);
    assert_eq!(status.json()[0]["snapshot"]["version"], 3);
}
