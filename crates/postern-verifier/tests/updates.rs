//! Updates: what is hostile, broken or interrupted leaves the gate on its last good state.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{AT, Authority, BIN, DAY, Gate, MADE, Repository, command, run};
use postern_core::keys::Role;
use postern_core::repository::NEWEST;
use postern_core::time::Time;
use postern_core::trust::{ContentPin, FilePin, Snapshot, StatusFile, StatusKind};

/// A gate at pack 3 and snapshot 3.
fn gate() -> Gate {
    let gate = Gate::new(Authority::new());
    let done = gate.update(&gate.authority.repository(3, 3));
    assert_eq!(done.status, 0, "{}", done.stderr);
    gate
}

/// The update must fail with this reason and document, and change nothing that can be seen.
#[track_caller]
fn refused(gate: &Gate, source: &Path, reason: &str, document: Option<&str>) {
    let before = gate.status();
    let done = gate.run("update", ["--json".as_ref(), "--from".as_ref(), source.as_os_str()]);
    assert_eq!(
        (done.status, done.error().as_str()),
        (1, "update-not-taken"),
        "{done:?}"
    );
    let line = &done.json()[0];
    assert_eq!(
        (line["taken"].as_bool(), line["reason"].as_str()),
        (Some(false), Some(reason)),
        "{line}"
    );
    assert_eq!(line["document"].as_str(), document, "{line}");
    assert_eq!(gate.status(), before, "{reason}");
    for lang in ["en", "zh"] {
        let told = gate.run(
            "update",
            ["--lang".as_ref(), lang.as_ref(), "--from".as_ref(), source.as_os_str()],
        );
        assert!(told.stdout.is_empty() && told.stderr.lines().count() >= 3, "{told:?}");
    }
}

/// As a folder and as a bundle.
#[track_caller]
fn refused_both(gate: &Gate, repository: &Repository, reason: &str, document: Option<&str>) {
    let folder = tempfile::tempdir_in(gate.folder.path()).unwrap();
    refused(gate, &repository.write(folder.path()), reason, document);
    refused(gate, &gate.file("bundle", &repository.bundle()), reason, document);
}

#[test]
fn an_update_is_taken_from_a_folder_and_from_a_bundle() {
    let gate = Gate::new(Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let source = gate.authority.repository(3, 3).write(folder.path());
    let done = gate.run("update", ["--json".as_ref(), "--from".as_ref(), source.as_os_str()]);
    let line = &done.json()[0];
    assert_eq!(
        line["before"],
        serde_json::json!({ "root": 1, "snapshot": 0, "pack": 0 })
    );
    assert_eq!(
        line["after"],
        serde_json::json!({ "root": 1, "snapshot": 3, "pack": 3 })
    );
    assert_eq!((&line["taken"], &line["changed"]), (&true.into(), &true.into()));
    let again = gate.run("update", ["--json".as_ref(), "--from".as_ref(), source.as_os_str()]);
    assert_eq!(again.json()[0]["changed"], false);
    let previous = |gate: &Gate| gate.run("status", ["--json"]).json()[0]["previous"]["pack"].clone();
    assert_eq!(previous(&gate), 0, "nothing new does not push out what was before");
    let bundle = gate.file("day.bundle", &gate.authority.repository(4, 5).bundle());
    let done = gate.run("update", ["--json".as_ref(), "--from".as_ref(), bundle.as_os_str()]);
    assert_eq!(
        done.json()[0]["after"],
        serde_json::json!({ "root": 1, "snapshot": 5, "pack": 4 })
    );
    assert_eq!(previous(&gate), 3);
}

#[test]
fn a_chain_of_roots_is_followed() {
    let gate = gate();
    let mut repository = gate.authority.repository(4, 4);
    repository.set("root/2.root", gate.authority.root(2));
    repository.set("root/3.root", gate.authority.root(3));
    assert_eq!(gate.update(&repository).status, 0);
    let done = gate.run("status", ["--json"]);
    assert_eq!(done.json()[0]["root"]["version"], 3);
}

#[test]
fn what_is_not_signed_enough_is_refused() {
    let gate = gate();
    let a = &gate.authority;
    let snapshot_of = |pack: &[u8]| Snapshot {
        pack: FilePin::of(pack, 4),
        root: 1,
        files: vec![],
        issued: MADE.plus(4),
        version: 4,
        register: None,
    };
    for (signers, repository, document) in [(1, a.repository(4, 4), "pack"), (0, a.repository(4, 4), "pack")] {
        let mut repository = repository;
        let pack = a.signed(a.pack_payload(4), Role::Publisher, signers);
        repository.set(NEWEST, a.signed(snapshot_of(&pack), Role::Snapshot, 1));
        repository.set("pack/4.pack", pack);
        refused_both(&gate, &repository, "under-signed", Some(document));
    }
    let mut repository = a.repository(4, 4);
    let pack = repository.0["pack/4.pack"].clone();
    repository.set(NEWEST, a.signed(snapshot_of(&pack), Role::Publisher, 1));
    refused_both(&gate, &repository, "under-signed", Some("snapshot"));
    let mut repository = a.repository(4, 4);
    repository.set("root/2.root", a.signed(a.root_payload(2), Role::Root, 1));
    refused_both(&gate, &repository, "under-signed", Some("root"));
    let demo = Authority::demo().repository(9, 9);
    refused_both(&gate, &demo, "under-signed", Some("snapshot"));
}

#[test]
fn nothing_is_rolled_back_mixed_or_told_twice() {
    let gate = gate();
    let a = &gate.authority;
    refused_both(&gate, &a.repository(3, 2), "wrong-version", Some("snapshot"));
    refused_both(&gate, &a.repository(2, 4), "wrong-version", Some("pack"));
    let mut other = a.clone();
    other.name = "Another truth";
    refused_both(&gate, &other.repository(3, 4), "conflicting-version", Some("pack"));
    let mut twice = a.repository(3, 3);
    let pack = twice.0["pack/3.pack"].clone();
    let lists = vec![StatusFile {
        from: None,
        kind: StatusKind::Status,
        list: "east".parse().unwrap(),
        size: 1,
        column: None,
        sha256: FilePin::of(b"", 1).sha256,
        content: Some(ContentPin::of(b"")),
        version: 1,
    }];
    let snapshot = Snapshot {
        pack: FilePin::of(&pack, 3),
        root: 1,
        files: lists,
        issued: MADE.plus(3),
        version: 3,
        register: None,
    };
    twice.set(NEWEST, a.signed(snapshot, Role::Snapshot, 1));
    refused_both(&gate, &twice, "conflicting-version", Some("snapshot"));
    let mut mixed = a.repository(4, 4);
    mixed.set("pack/4.pack", other.repository(4, 4).0["pack/4.pack"].clone());
    refused_both(&gate, &mixed, "not-pinned", Some("pack"));
    let mut skipped = a.repository(4, 4);
    skipped.set("root/2.root", a.root(3));
    refused_both(&gate, &skipped, "wrong-version", Some("root"));
}

#[test]
fn rules_must_compile_before_anything_is_stored() {
    let gate = gate();
    let mut pack = gate.authority.pack_payload(4);
    pack.rules[0].logic = serde_json::from_str(r#"{"no-such-operator": []}"#).unwrap();
    refused_both(&gate, &gate.authority.repository_of(pack, 4), "bad-rule", Some("pack"));
}

#[test]
fn what_is_broken_is_refused() {
    let gate = gate();
    let good = gate.authority.repository(4, 4);
    let cut = |path: &str| {
        let mut repository = good.clone();
        let bytes = &good.0[path];
        repository.set(path, bytes[..bytes.len() - 7].to_vec());
        repository
    };
    refused_both(&gate, &cut(NEWEST), "malformed-envelope", Some("snapshot"));
    refused_both(&gate, &cut("pack/4.pack"), "not-pinned", Some("pack"));
    let mut kinds = good.clone();
    kinds.set(NEWEST, good.0["pack/4.pack"].clone());
    refused_both(&gate, &kinds, "wrong-type", Some("snapshot"));
    for path in [NEWEST, "pack/4.pack"] {
        let mut missing = good.clone();
        missing.0.remove(path);
        refused_both(&gate, &missing, "update-incomplete", None);
    }
    let mut large = good.clone();
    large.set(NEWEST, vec![0; (256 << 10) + 1]);
    refused_both(&gate, &large, "update-file-too-large", None);
    let mut root = good.clone();
    root.set("root/2.root", b"rubbish".to_vec());
    refused_both(&gate, &root, "malformed-envelope", Some("root"));
}

#[test]
fn hostile_bundles_are_refused() {
    let gate = gate();
    let good = gate.authority.repository(4, 4).bundle();
    // As a bundle begins, with a length that no file has.
    let lying = [&good[..17], &[0xba, 0xff, 0xff, 0xff, 0xff]].concat();
    let mut escaping = good.clone();
    let at = escaping
        .windows(11)
        .position(|window| window == b"root/1.root")
        .unwrap();
    escaping[at..at + 11].copy_from_slice(b"../../../ro");
    for bytes in [
        &b""[..],
        b"PK\x03\x04",
        &good[..good.len() / 2],
        &[good.as_slice(), &[0]].concat(),
        &lying,
        &escaping,
    ] {
        refused(&gate, &gate.file("bad", bytes), "not-a-bundle", None);
    }
    let done = gate.run("update", ["--json", "--from", "no/such"]);
    assert_eq!((done.status, done.error().as_str()), (1, "file-not-found"));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_repository_is_not_waited_for() {
    let gate = gate();
    let folder = tempfile::tempdir().unwrap();
    let source = gate.authority.repository(4, 4).write(folder.path());
    fs::remove_file(source.join(NEWEST)).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(source.join(NEWEST))
        .status()
        .unwrap();
    assert!(made.success());
    refused(&gate, &source, "update-incomplete", None);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// A power cut cannot be had in a test; the end of the process at any moment can.
#[test]
fn an_update_that_is_killed_leaves_the_old_state_or_the_new_one() {
    let gate = gate();
    let folder = tempfile::tempdir().unwrap();
    let source = gate.authority.repository(4, 4).write(folder.path());
    let (mut old, mut new) = (0, 0);
    // The first one is not killed: it tells how long one takes here and now.
    let mut takes = Duration::from_secs(60);
    for i in 0..60 {
        let store = gate.folder.path().join(format!("copy-{i}"));
        copy(&gate.store(), &store);
        let mut child = command(BIN)
            .args(["update", "--store"])
            .arg(&store)
            .arg("--from")
            .arg(&source)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        if i == 0 {
            let start = Instant::now();
            child.wait().unwrap();
            takes = start.elapsed();
        } else {
            std::thread::sleep(takes * i / 25);
            // It may have ended already.
            let _ = child.kill();
            child.wait().unwrap();
        }
        let status = run(["status", "--json", "--at", AT, "--store", store.to_str().unwrap()]);
        assert_eq!(status.status, 0, "{}", status.stderr);
        match status.json()[0]["pack"]["version"].as_u64() {
            Some(3) => old += 1,
            Some(4) => new += 1,
            other => panic!("{other:?}"),
        }
        let done = run([
            "update",
            "--store",
            store.to_str().unwrap(),
            "--from",
            source.to_str().unwrap(),
        ]);
        assert_eq!(done.status, 0, "the next update goes on: {}", done.stderr);
        fs::remove_dir_all(store).unwrap();
    }
    println!("killed: {old} old, {new} new");
    assert!(old > 0 && new > 0, "{old} {new}");
}

#[test]
fn a_scan_takes_up_an_update_by_another_process() {
    let gate = Gate::new(Authority::patient());
    let mut child = command(BIN)
        .args(["scan", "--json", "--store"])
        .arg(gate.store())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let good = gate.authority.good();
    let mut ready = String::new();
    output.read_line(&mut ready).unwrap();
    assert!(ready.contains(r#""type":"ready""#), "{ready}");
    let mut scan = || {
        writeln!(input, "{good}").unwrap();
        loop {
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            match value["type"].as_str().unwrap() {
                "updated" => {}
                _ => return value["outcome"].as_str().unwrap().to_owned(),
            }
        }
    };
    assert_eq!(scan(), "refer");
    assert_eq!(gate.update(&gate.authority.repository(1, 1)).status, 0);
    // It is read beside the scan, which waits for nothing: a few codes may still be judged on what was there before.
    let begun = Instant::now();
    while scan() != "admit" {
        assert!(begun.elapsed() < Duration::from_secs(30), "the update was not taken up");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_floor_is_that_of_the_installed_pack() {
    let gate = gate();
    // Later than the release of any program that runs this test.
    let late = Time::saturating(4_000_000_000);
    let floor = |gate: &Gate| gate.run("status", ["--json"]).json()[0]["clock"]["floor"].clone();
    let release = floor(&gate);
    let mut pack = gate.authority.pack_payload(4);
    pack.issued = late;
    pack.expires = late.plus(DAY);
    // A pack that is dated after its snapshot is not taken: the floor would close the gate for good.
    let refused = gate.update(&gate.authority.repository_of(pack, 4));
    assert_eq!(refused.status, 1);
    assert_eq!(floor(&gate), release);
    // The snapshot's time, by one online key, does not move it at all.
    assert_eq!(gate.update(&gate.authority.repository(6, 40_000_000)).status, 0);
    assert_eq!(floor(&gate), release);
}
