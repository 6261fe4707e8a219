//! A gate, an update for it that brings everything, and ways to end that update.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use postern_core::keys::Role;
use postern_core::tag::TagKey;
use serde_json::Value;

use crate::common::day::statuses;
use crate::common::{AT, Authority, BIN, Gate, Repository, command, finish, has, run, tags};

/// How many updates are ended at once.
const WORKERS: usize = 2;

/// A gate on day 3, and an update for it that brings everything that an update can bring: a pack, a list by a delta, a list
/// whole, a column and a tag key.
pub(crate) struct Scene {
    pub(crate) gate: Gate,
    pub(crate) files: Repository,
    /// What `status` says before, after, and after but for the tag key, which is no part of what is signed together.
    old: Value,
    new: Value,
    keyless: Value,
}

/// What a gate is found on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Old,
    New,
}

impl Scene {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn source(&self) -> PathBuf {
        self.gate.folder.path().join("repository")
    }

    /// The store must be whole, and the next update must go through.
    #[track_caller]
    pub(crate) fn find(&self, store: &Path, source: &OsStr, after: &str) -> Found {
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
    pub(crate) fn each(
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
    pub(crate) fn calls(&self, source: &OsStr) -> Vec<(String, usize)> {
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
    let key = TagKey::new(7, [7; 32]);
    let west = (Role::Status, 1);
    let mut day = a.day(4).with(a.list_named("west", west, 1, a.made, &statuses(0)));
    day.pack.version = 2;
    day.pack.issuers[1].list = Some("west".parse().unwrap());
    day.pack.issuers[1].keys.push(a.issuer_key(west));
    day.pack.issuers[1].keys.sort_by_key(|key| key.key);
    day.pack.tags = vec![tags::epoch(a, &key)];
    let mut files = day.repository();
    let (path, wrapped) = tags::wrapped(gate, &key, 7);
    files.set(&path, wrapped);
    files
}

/// What `status` says of a store, but for when and by which clock.
#[track_caller]
pub(crate) fn seen(store: &Path) -> Value {
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

pub(crate) fn update(store: &Path, source: impl AsRef<OsStr>) -> Command {
    let mut update = command(BIN);
    update
        .args(["update", "--json", "--store"])
        .arg(store)
        .arg("--from")
        .arg(source);
    update
}

/// An update under `strace`, which looks at calls on the store's files only: no other call changes the store.
pub(crate) fn traced(store: &Path, source: &OsStr, options: &[&str], trace: impl AsRef<OsStr>) -> Command {
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

pub(crate) fn copy(gate: &Gate, name: &str) -> PathBuf {
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

pub(crate) fn can_inject() -> bool {
    cfg!(target_os = "linux")
        && has(
            "strace",
            &["-o", "/dev/null", "-e", "inject=close:error=EIO:when=999", "true"],
        )
}
