//! An update that ends at any moment, on a disk that fails at any moment: the gate opens on the old state or on the new
//! one, whole, and the next update goes on.

mod common;
#[path = "../../postern-transport/tests/server/mod.rs"]
mod server;

#[path = "killed/scene.rs"]
mod scene;

use std::ffi::OsStr;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use common::{AT, Authority, BIN, Done, Gate, Repository, command, finish};
use scene::{Scene, can_inject, update};
use serde_json::Value;
use server::{Answer, Request, Server, serve};

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
    let folder = gate.folder.path().join("repository");
    let install = |day| {
        finish(
            update(&gate.store(), gate.authority.day(day).repository().write(&folder)),
            b"",
        )
    };
    assert_eq!(install(1).status, 0);
    let reading = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let readings = (0..4).map(|_| {
                let mut strace = command("strace");
                strace.args([
                    "-f",
                    "-qq",
                    "-o",
                    "/dev/null",
                    "-e",
                    "inject=fcntl:delay_exit=10000",
                    BIN,
                ]);
                strace
                    .args(["status", "--json", "--at", AT, "--store"])
                    .arg(gate.store());
                finish(strace, b"")
            });
            let readings: Vec<_> = readings.collect();
            reading.store(false, Ordering::Relaxed);
            readings
        });
        let mut updates = (2..).take_while(|_| reading.load(Ordering::Relaxed)).map(install);
        let failed = updates.find(|done| done.status != 0);
        assert!(failed.is_none(), "{failed:?}");
        for done in reader.join().unwrap() {
            assert_eq!(done.status, 0, "{done:?}");
            let status = done.json().remove(0);
            let version = |value: &Value| value["version"].as_u64().unwrap();
            assert_eq!(version(&status["snapshot"]), version(&status["status"][0]), "{status}");
        }
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
