//! The rehearsal and the laboratory, as a newcomer runs them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// All that are planted.
const FAULTS: [&str; 16] = [
    "gate-killed",
    "clock-behind",
    "column-edited",
    "leaf-edited",
    "row-dropped",
    "row-inserted",
    "rows-swapped",
    "seals-removed",
    "seal-forged",
    "trigger-added",
    "log-restored",
    "gate-cloned",
    "bundle-flipped",
    "bundle-cut",
    "gate-stranger",
    "archive-edited",
];

fn drill(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postern-drill"))
        .args(args)
        .output()
        .unwrap()
}

/// A small day: status, JSON lines.
fn small_day(dir: &Path, more: &[&str]) -> (Option<i32>, Vec<Value>) {
    let out = dir.to_str().unwrap();
    let mut args = vec![
        "--out",
        out,
        "--people",
        "60",
        "--gates",
        "2",
        "--hours",
        "12",
        "--down-hours",
        "6",
    ];
    args.extend(["--json"]);
    args.extend(more);
    let output = drill(&args);
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = String::from_utf8(output.stdout).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line} {said}"));
    let lines: Vec<Value> = lines.lines().map(parse).collect();
    assert!(!lines.is_empty(), "{said}");
    (output.status.code(), lines)
}

fn of_type<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

/// What did not come as it must, by type and name.
fn unexpected(lines: &[Value]) -> Vec<String> {
    let unexpected = lines.iter().filter(|line| line["as_expected"] == false);
    let name = |line: &Value| {
        let names = ["phase", "what", "fault"].map(|key| line[key].as_str().unwrap_or_default().to_owned());
        format!("{} {}", line["type"].as_str().unwrap_or_default(), names.concat())
    };
    unexpected.map(name).collect()
}

#[test]
fn a_day_comes_out_as_it_must_and_leaves_everything() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("drill");
    let (status, lines) = small_day(&dir, &[]);
    assert_eq!(unexpected(&lines), Vec::<String>::new(), "{lines:#?}");
    assert_eq!(status, Some(0));

    let lab = of_type(&lines, "lab")[0];
    assert_eq!((&lab["minted"], &lab["gates"]), (&60.into(), &2.into()));
    // Ten faulty rows would need ten people with an issuer; the smaller one has six.
    assert_eq!(lab["rejects"], 5 + 5);
    let phases: Vec<_> = of_type(&lines, "phase")
        .iter()
        .map(|line| line["phase"].clone())
        .collect();
    assert_eq!(
        phases,
        ["up", "down-aging", "down-stale", "down-refuse", "emergency", "back"]
    );
    let logs = of_type(&lines, "logs")[0];
    assert!(logs["rows"].as_u64() > Some(100), "{logs}");
    let audit = of_type(&lines, "audit")[0];
    assert_eq!(audit["events"], logs["rows"], "every verdict is at the auditor");
    // Not nothing was looked for.
    assert!(audit["not_today"]["known"].as_u64() >= Some(3), "{audit}");
    assert!(audit["lent"]["known"].as_u64() >= Some(1), "{audit}");
    assert_eq!(of_type(&lines, "fault").len(), 0);

    for left in [
        "commands.txt",
        "summary.txt",
        "report.html",
        "evidence/manifest.json",
        "repository/newest.snapshot",
        "gates/gate-2/log.sqlite",
        "audit/archive.sqlite",
        "keys/east.pub",
    ] {
        assert!(dir.join(left).exists(), "{left}");
    }
    let again = drill(&["--out", dir.to_str().unwrap(), "--json"]);
    assert_eq!(again.status.code(), Some(1), "a folder that is there is not written to");
    assert!(String::from_utf8_lossy(&again.stderr).contains("folder-exists"));
}

#[test]
fn every_fault_is_found_and_told_in_both_languages() {
    for (language, good, found) in [
        ("en", "All came as it must.", "fork: a clone"),
        ("zh", "一切如预期。", "分叉：克隆"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("drill");
        let (status, lines) = small_day(&dir, &["--faults", "--seed", "7", "--lang", language]);
        assert_eq!(unexpected(&lines), Vec::<String>::new(), "{lines:#?}");
        assert_eq!(status, Some(0));
        let planted: Vec<_> = of_type(&lines, "fault")
            .iter()
            .map(|line| line["fault"].clone())
            .collect();
        assert_eq!(planted, FAULTS);
        let summary = std::fs::read_to_string(dir.join("summary.txt")).unwrap();
        assert!(summary.contains(good) && summary.contains(found), "{summary}");
        assert!(!summary.contains('✘'), "{summary}");
        // Nothing is said by the name of its text.
        for id in ["fault-", "found-", "why-", "phase-", "audit-"] {
            let said = summary.replace("audit-office", "");
            assert!(!said.contains(id), "{id} {summary}");
        }
        let page = std::fs::read_to_string(dir.join("report.html")).unwrap();
        assert!(page.contains("yard-cloned"));
    }
}

#[test]
fn faults_that_are_not_planted_are_missed_and_no_others() {
    let left_out = |faults: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let mut more = vec!["--faults"];
        more.extend(faults.iter().flat_map(|fault| ["--leave-out", fault]));
        let (status, lines) = small_day(&folder.path().join("drill"), &more);
        let mut missed: Vec<String> = faults.iter().map(|fault| format!("fault {fault}")).collect();
        missed.push("drill ".to_owned());
        assert_eq!(unexpected(&lines), missed, "{lines:#?}");
        assert_eq!(status, Some(1));
    };
    left_out(&FAULTS);
    left_out(&["log-restored"]);
}

#[test]
fn the_same_seed_is_the_same_day() {
    let day = |seed: &str| {
        let folder = tempfile::tempdir().unwrap();
        let (_, lines) = small_day(&folder.path().join("drill"), &["--seed", seed]);
        let start = of_type(&lines, "lab")[0]["start"].clone();
        let said = |line: &Value| matches!(line["type"].as_str(), Some("phase" | "logs"));
        (start, lines.into_iter().filter(said).collect::<Vec<_>>())
    };
    // A day is one of the hour in which it is played: what is played over the turn of an hour is played again.
    let (mut one, mut other) = (day("3"), day("3"));
    if one.0 != other.0 {
        (one, other) = (day("3"), day("3"));
    }
    assert_eq!(one, other);
    assert_ne!(one.1, day("4").1);
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
    let enrolled = drill(&[
        "auditor",
        "enrol",
        "--dir",
        &path("audit"),
        "--repository",
        &path("repository"),
        "--json",
    ]);
    assert_eq!(
        enrolled.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&enrolled.stderr)
    );
}
