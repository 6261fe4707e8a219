//! The rehearsal and the laboratory, as a newcomer runs them.

use std::process::{Command, Output};

use serde_json::Value;

fn drill(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postern-drill"))
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn a_rehearsal_comes_out_as_it_must_and_leaves_everything() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("drill");
    let out = dir.to_str().unwrap();
    let output = drill(&["--out", out, "--people", "30", "--gates", "2", "--json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    assert_eq!(report["as_expected"], true, "{report:#}");
    assert_eq!((&report["minted"], &report["gates"]), (&30.into(), &2.into()));
    // Ten faulty rows would need ten people with an issuer; the smaller one has three.
    assert_eq!(report["rejects"], 5 + 3);
    let judged: u64 = (0..6).map(|_| 30).sum();
    let texts = report["attacks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|attack| attack["got"]["outcome"] != "fault");
    let sticks = 4;
    assert_eq!(
        report["logged"],
        judged + texts.count() as u64 - sticks,
        "every verdict is in a log"
    );
    for left in [
        "commands.txt",
        "summary.txt",
        "repository/newest.snapshot",
        "gates/gate-2/log.sqlite",
        "keys/east.pub",
    ] {
        assert!(dir.join(left).exists(), "{left}");
    }
    let again = drill(&["--out", out, "--json"]);
    assert_eq!(again.status.code(), Some(1), "a folder that is there is not written to");
    assert!(String::from_utf8_lossy(&again.stderr).contains("folder-exists"));
}

#[test]
fn a_laboratory_is_ready_for_the_programs_that_it_plays() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("lab");
    let path = |part: &str| lab.join(part).to_str().unwrap().to_owned();
    let made = drill(&[
        "lab",
        lab.to_str().unwrap(),
        "--people",
        "20",
        "--gates",
        "1",
        "--lang",
        "en",
    ]);
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let status = drill(&["verifier", "status", "--store", &path("gates/gate-1"), "--json"]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["data"]["grade"], "fresh");
    assert_eq!(status["demo"], false, "the keys of a laboratory are its own");
    let checked = drill(&[
        "verifier",
        "check",
        "--store",
        &path("gates/gate-1"),
        &path("codes-east"),
        "--json",
    ]);
    let verdicts = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(
        verdicts
            .lines()
            .filter(|line| line.contains("\"type\":\"verdict\""))
            .count(),
        18
    );
    let passphrase = path("keys/passphrase");
    let renewed = drill(&[
        "issuer",
        "snapshot",
        "renew",
        "--repo",
        &path("repository"),
        "--key",
        &path("keys/snapshot.key"),
        "--passphrase-file",
        &passphrase,
    ]);
    assert_eq!(
        renewed.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&renewed.stderr)
    );
}
