//! Who opens a socket: `update`, where it is given a URL, and nobody else.

use std::fs;
use std::path::Path;

use crate::common::{AT, BIN, Done, command, finish, has};
use crate::{gate, serving};

/// Runs a command under `strace`, and gives the calls that have to do with a network.
fn sockets(trace: &Path, args: &[&str], input: &str) -> (Done, Vec<String>) {
    let mut strace = command("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=network", "-e", "signal=none", "-o"])
        .arg(trace)
        .arg(BIN)
        .args(args);
    let done = finish(strace, input.as_bytes());
    let calls = fs::read_to_string(trace).unwrap();
    (done, calls.lines().map(str::to_owned).collect())
}

#[test]
fn only_an_update_by_url_opens_a_socket() {
    if !cfg!(target_os = "linux") || !has("strace", &["-o", "/dev/null", "true"]) {
        return;
    }
    let gate = gate();
    let a = &gate.authority;
    let files = a.day(2).repository();
    let server = serving(a.day(3).repository());
    let url = server.url("");
    let (good, picture) = (a.good(), gate.picture("code.png", &a.good()));
    let root = gate.file("root", &a.root(1));
    let fingerprint = crate::common::fingerprint(&a.root(1));
    let folder = files.write(&gate.folder.path().join("repository"));
    let bundle = gate.file("day.bundle", &files.bundle());
    let [store, new] = [gate.store(), gate.folder.path().join("new")];
    let [store, new, picture, root, folder, bundle] =
        [&store, &new, &picture, &root, &folder, &bundle].map(|path| path.to_str().unwrap());
    let trace = gate.folder.path().join("trace");
    let commands: [&[&str]; 9] = [
        &[
            "init",
            "--store",
            new,
            "--root",
            root,
            "--fingerprint",
            &fingerprint,
            "--name",
            "south-1",
        ],
        &["enrol", "--store", new],
        &["status", "--store", store],
        &["check", "--store", store, "--at", AT, &good, picture],
        &["scan", "--store", store],
        &["read", picture],
        &["update", "--store", store, "--from", folder],
        &["update", "--store", store, "--from", bundle],
        &["update", "--store", store, "--from", "no/such/folder"],
    ];
    for args in commands {
        let (done, calls) = sockets(&trace, args, &format!("{good}\n"));
        let expected = i32::from(args.contains(&"no/such/folder"));
        assert_eq!(
            (done.status, calls.as_slice()),
            (expected, &[][..]),
            "{args:?}: {done:?}"
        );
    }
    // That none is seen is no fault of the looking.
    let (done, calls) = sockets(&trace, &["update", "--store", store, "--from", &url], "");
    assert_eq!(done.status, 0, "{done:?}");
    assert!(calls.iter().any(|call| call.contains("connect(")), "{calls:?}");
}
