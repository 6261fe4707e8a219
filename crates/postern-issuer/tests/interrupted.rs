//! Runs that are killed, stopped or cannot write on, and the same command again. All people are made up.

#[path = "mint/office.rs"]
mod office;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postern_cli::Explain;
use postern_issuer::mint::{FormatName, MintArgs};

use office::{Office, counts, list, mint, mint_json, records, same_tree};

/// The program at work.
fn start(args: &MintArgs, formats: &str) -> Child {
    let issue = &args.issue;
    Command::new(env!("CARGO_BIN_EXE_postern-issuer"))
        .arg("mint")
        .arg(&args.people)
        .args([OsString::from("--out"), issue.out.clone().into()])
        .args([OsString::from("--ledger"), issue.ledger.clone().into()])
        .args([OsString::from("--key"), issue.key.clone().into()])
        .args([OsString::from("--repo"), issue.repo.clone().into()])
        .args([
            "--at",
            "2026-11-23T07:30:30Z",
            "--lang",
            "en",
            "--new-ledger",
            "--format",
            formats,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Many people, some of them with a fault.
fn crowd(count: u32) -> String {
    let mut text = "id,name,birth\n".to_owned();
    for i in 0..count {
        let year = if i % 50 == 7 { 1800 } else { 1930 + i % 90 };
        // Long names: what is in flight when a run is asked to end is a small part of the file.
        text.push_str(&format!("P-{i:05},{}{i:05},{year}\n", "样".repeat(30)));
    }
    text
}

#[test]
fn killed_at_any_moment_it_is_completed_byte_for_byte() {
    let office = Office::new();
    let mut args = office.people(crowd(700));
    args.tag_key = None;
    let mut undisturbed = args.clone();
    undisturbed.issue.out = office.path("undisturbed");
    undisturbed.issue.ledger = office.path("undisturbed.db");
    assert_eq!(counts(&undisturbed), [686, 0, 14]);

    let (mut kills, mut partial) = (0, 0);
    let mut pause = Duration::from_millis(2);
    loop {
        let mut child = start(&args, "png,csv");
        std::thread::sleep(pause);
        if let Some(status) = child.try_wait().unwrap() {
            assert_eq!(status.code(), Some(3), "a run that was not killed completes the work");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        let pictures = fs::read_dir(args.issue.out.join("pictures")).map_or(0, |files| files.count());
        partial += usize::from((1..686).contains(&pictures));
        pause += pause / 2;
    }
    assert!(
        kills > 5 && partial > 0,
        "{kills} kills, {partial} of them in the middle of the pictures"
    );
    same_tree(&args.issue.out, &undisturbed.issue.out);
    assert_eq!(counts(&args), [0, 686, 14]);
    same_tree(&args.issue.out, &undisturbed.issue.out);
    assert_eq!(records(&office, &args).len(), 686);
    eprintln!("{kills} kills, {partial} of them in the middle of the pictures");
}

/// Waits until a file is there and has something in it.
fn wait_for(path: &Path) {
    let begun = Instant::now();
    while fs::metadata(path).map_or(0, |metadata| metadata.len()) == 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{} does not come",
            path.display()
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[cfg(unix)]
#[test]
fn asked_to_end_it_says_how_to_go_on() {
    let office = Office::new();
    let mut args = office.people(crowd(60_000));
    args.issue.format = vec![FormatName::Csv, FormatName::Tar];
    args.tag_key = None;
    let child = start(&args, "csv,tar");
    wait_for(&args.issue.out.join(".codes.csv.part"));
    let asked = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(asked.success());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(
        said.contains("ended early, after ") && said.contains("Give the same command again"),
        "{said}"
    );
    assert!(!args.issue.out.join("codes.csv").exists(), "half a list has no name");
    let rows: u32 = said
        .split("after ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .unwrap()
        .parse()
        .unwrap();
    assert!(0 < rows && rows < 60_000, "{said}");

    let (status, lines) = mint_json(&args);
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!(
        (status, &summary["resumed"], &summary["rows"]),
        (3, &true.into(), &60_000.into())
    );
    assert_eq!(
        (&summary["minted"], &summary["already"]),
        (&58_800.into(), &0.into()),
        "{summary}"
    );
    let mut undisturbed = args.clone();
    undisturbed.issue.out = office.path("undisturbed");
    undisturbed.issue.ledger = office.path("undisturbed.db");
    assert_eq!(counts(&undisturbed), [58_800, 0, 1_200]);
    same_tree(&args.issue.out, &undisturbed.issue.out);
}

/// `/dev/full` has no room, and what is written to it is told so as of a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_it_and_room_lets_it_go_on() {
    let office = Office::new();
    let mut args = office.people(crowd(700));
    args.issue.format = vec![FormatName::Csv, FormatName::Jsonl];
    fs::create_dir(&args.issue.out).unwrap();
    let part = args.issue.out.join(".codes.jsonl.part");
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    assert_eq!(mint(&args, &[]).unwrap_err().reason(), "disk-full");
    assert!(!args.issue.out.join("codes.csv").exists());
    fs::remove_file(&part).unwrap();
    assert_eq!(counts(&args), [686, 0, 14]);
    assert_eq!(list(&args.issue.out.join("codes.csv")).len(), 686);
    assert_eq!(
        fs::read_to_string(args.issue.out.join("codes.jsonl"))
            .unwrap()
            .lines()
            .count(),
        686
    );
}

#[test]
fn another_command_does_not_go_on_with_what_was_interrupted() {
    let office = Office::new();
    let mut args = office.people(crowd(700));
    args.tag_key = None;
    let mut child = start(&args, "csv");
    child.kill().unwrap();
    child.wait().unwrap();
    for change in 0..3 {
        match change {
            0 => args.issue.valid_for = 7,
            1 => args.issue.out = office.path("elsewhere"),
            _ => args.people = office.people(crowd(600)).people,
        }
        let (_, lines) = mint_json(&args);
        let summary = &lines.last().unwrap()["summary"];
        assert_eq!(summary["resumed"], false, "{change}");
    }
}

/// A run that was interrupted after a mark, and what comes out of it where the folder is not what it was.
#[cfg(unix)]
#[test]
fn what_lies_in_the_folder_is_believed_only_if_it_is_this_runs() {
    let office = Office::new();
    let mut args = office.people(crowd(60_000));
    args.issue.format = vec![FormatName::Csv, FormatName::Png];
    args.tag_key = None;
    let interrupt = |args: &MintArgs| {
        let child = start(args, "csv,png");
        wait_for(&args.issue.out.join(".codes.csv.part"));
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    };
    interrupt(&args);
    // Somebody removes the folder; the ledger knows what it had.
    fs::remove_dir_all(&args.issue.out).unwrap();
    assert_eq!(counts(&args), [58_800, 0, 1_200]);
    assert_eq!(list(&args.issue.out.join("codes.csv")).len(), 58_800);
    assert_eq!(fs::read_dir(args.issue.out.join("pictures")).unwrap().count(), 58_800);

    // Another ledger's run into the same folder, while this one is interrupted.
    let (mut other, mut third) = (args.clone(), args.clone());
    (other.issue.ledger, other.issue.out) = (office.path("other.db"), office.path("shared"));
    interrupt(&other);
    third.issue.out = other.issue.out.clone();
    third.issue.format = vec![FormatName::Csv];
    third.issue.valid_for = 9;
    third.issue.ledger = office.path("third.db");
    assert_eq!(counts(&third), [58_800, 0, 1_200]);
    assert_eq!(counts(&other), [58_800, 0, 1_200]);
    let expires: BTreeSet<String> = list(&other.issue.out.join("codes.csv"))
        .iter()
        .map(|row| row[3].to_owned())
        .collect();
    assert_eq!(expires.len(), 1, "nothing of the other run's is in the list");
    assert!(!other.issue.out.join(".run").exists());
}

#[test]
fn two_runs_into_one_folder_are_one_too_many() {
    let office = Office::new();
    let mut args = office.people(crowd(60_000));
    args.tag_key = None;
    let mut child = start(&args, "csv");
    wait_for(&args.issue.out.join(".run"));
    let mut second = args.clone();
    second.issue.ledger = office.path("second.db");
    let error = mint(&second, &[]).unwrap_err();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(error.reason(), "mint-folder-busy");
}

#[test]
fn a_ledger_is_made_only_where_somebody_says_so() {
    let office = Office::new();
    let mut args = office.people("id\nA-1\n");
    args.new_ledger = false;
    assert_eq!(mint(&args, &[]).unwrap_err().reason(), "ledger-not-there");
    assert!(!args.issue.ledger.exists() && !args.issue.out.exists());
    args.new_ledger = true;
    assert_eq!(counts(&args), [1, 0, 0]);
    args.new_ledger = false;
    assert_eq!(counts(&args), [0, 1, 0]);
}

#[cfg(unix)]
#[test]
fn codes_and_rejects_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::new();
    let args = office.people("id\nA-1\nA 2\n");
    assert_eq!(counts(&args), [1, 0, 1]);
    for (name, mode) in [
        ("", 0o700),
        ("codes.csv", 0o600),
        ("rejects.csv", 0o600),
        ("pictures/A-1.png", 0o600),
    ] {
        let is = fs::metadata(args.issue.out.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(is, mode, "{name}: {is:o}");
    }
}
