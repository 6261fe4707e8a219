//! The log fails: no verdict is shown, the turnstile stays shut, and staff are told what the authority wants then.

use std::fs;
use std::time::Duration;

use postern_core::trust::DiskFull;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::{Value, json};

use crate::common::{BIN, command, has};
use crate::site::{Scan, Site, said};

/// A gate whose pack says what is done, and whose turnstile is an object among the answers.
fn site(disk_full: Option<DiskFull>) -> Site {
    let site = Site::with(|pack| pack.disk_full = disk_full);
    site.configure("[turnstile]\nkind = \"stdout\"\n");
    site
}

/// An admission opens the turnstile, and is shown.
#[track_caller]
fn admits(scan: &mut Scan, code: &str) -> Value {
    let open = scan.ask(code);
    assert_eq!(
        (&open["type"], &open["state"]),
        (&json!("turnstile"), &json!("open")),
        "{open}"
    );
    let verdict = scan.next();
    assert_eq!((said(&verdict).as_str(), &verdict["seq"]), ("admit", &open["seq"]));
    verdict
}

/// A code that would be admitted comes to a fault, and to nothing else.
#[track_caller]
fn fails(scan: &mut Scan, line: &str, reason: &str, meanwhile: &str) {
    let fault = scan.ask(line);
    assert_eq!(said(&fault), format!("fault {reason}"), "{fault}");
    assert_eq!(fault["disk_full"], json!(meanwhile));
    assert_eq!(scan.within(Duration::from_millis(400)), None);
}

#[test]
fn where_the_log_is_deleted_nothing_is_shown_any_more() {
    for (disk_full, told) in [
        (None, "by-hand"),
        (Some(DiskFull::ByHand), "by-hand"),
        (Some(DiskFull::Close), "close"),
    ] {
        let site = site(disk_full);
        let mut scan = site.scan([""; 0]);
        admits(&mut scan, &site.good(1));
        fs::remove_file(site.store().join("log.sqlite")).unwrap();
        fails(&mut scan, &site.good(2), "log-gone", told);
        // Nor what staff decide.
        let word = scan.ready["command_word"].as_str().unwrap().to_owned();
        fails(&mut scan, &format!("{word} manual a-17 admit other"), "log-gone", told);
        assert_eq!(
            said(&scan.command("override a-17 admit other")),
            "command nothing-to-override"
        );
        let (rest, status) = scan.end();
        assert_eq!(
            (&rest[0]["admit"], &rest[0]["fault"], status.code()),
            (&json!(1), &json!(2), Some(1))
        );
    }
}

/// Without a log nobody is let in at all, from the start.
#[test]
fn a_gate_without_its_log_does_not_begin() {
    let site = site(None);
    site.scan([""; 0]).end();
    fs::remove_file(site.store().join("log.sqlite")).unwrap();
    let done = site
        .gate
        .run_with("scan", ["--json"], format!("{}\n", site.good(1)).as_bytes());
    assert_eq!((done.status, done.stdout.as_str()), (1, ""), "{done:?}");
    assert_eq!(done.error(), "log-missing");
    assert!(
        !site.store().join("log.sqlite").exists(),
        "a new one would hide that the old one is gone"
    );
}

/// The program may write no file any more, and then it may again.
#[test]
fn it_goes_on_when_there_is_room_again() {
    let site = site(Some(DiskFull::Close));
    let mut limited = command("sh");
    limited
        .args([
            "-c",
            "trap '' XFSZ; exec \"$@\"",
            "sh",
            BIN,
            "scan",
            "--json",
            "--store",
        ])
        .arg(site.store());
    let mut scan = Scan::start(limited);
    admits(&mut scan, &site.good(1));
    let program = Pid::from_raw(scan.id() as i32);
    let limit = |current| {
        let maximum = None;
        prlimit(program, Resource::Fsize, Rlimit { current, maximum }).unwrap();
    };
    limit(Some(0));
    for _ in 0..2 {
        fails(&mut scan, &site.good(2), "log-io", "close");
    }
    limit(None);
    // Whoever was not let in is not remembered as one who was.
    admits(&mut scan, &site.good(2));
    assert_eq!(said(&scan.ask(&site.good(1))), "refer seen-here");
    let (rest, status) = scan.end();
    assert_eq!((&rest[0]["admit"], &rest[0]["fault"]), (&json!(2), &json!(2)));
    assert_eq!(status.code(), Some(1), "whoever runs it learns that there was a fault");
    let shown: Vec<String> = site.rows("outcome reasons");
    assert_eq!(shown, ["admit ", "admit ", "refer seen-here"]);
}

/// A small disk of its own, filled and emptied while the door is served.
#[test]
fn a_full_disk_is_told_and_it_goes_on_when_there_is_room() {
    let site = site(None);
    let mount = "mount -t tmpfs -o size=1m,nr_inodes=64 none \"$0\"";
    let small = site.path("small");
    fs::create_dir(&small).unwrap();
    if !has("unshare", &["-rm", "sh", "-c", mount, small.to_str().unwrap()]) {
        return;
    }
    let mut shell = command("unshare");
    let script = format!("{mount} && cp -r \"$1\"/. \"$0\" && exec \"$2\" scan --json --store \"$0\"");
    shell
        .args(["-rm", "sh", "-c", &script])
        .args([&small, &site.store()])
        .arg(BIN);
    let mut scan = Scan::start(shell);
    admits(&mut scan, &site.good(1));
    // The disk as the program sees it.
    let disk = format!("/proc/{}/root{}", scan.id(), small.display());
    let filler = format!("{disk}/filler");
    // As much as fits: a short write is where the disk is full.
    let mut full = fs::File::create(&filler).unwrap();
    while std::io::Write::write(&mut full, &[1; 4096]).is_ok_and(|written| written > 0) {}
    // What room the log has of its own is used up first, and all that is shown then is in it.
    let mut index = 2;
    let fault = loop {
        let answer = scan.ask(&site.good(index));
        if answer["type"] == "fault" {
            break answer;
        }
        assert_eq!(scan.next()["outcome"], "admit");
        index += 1;
        assert!(index < 200, "the disk was to be full");
    };
    assert_eq!(
        (said(&fault).as_str(), &fault["disk_full"]),
        ("fault log-disk-full", &json!("by-hand"))
    );
    fails(&mut scan, &site.good(index), "log-disk-full", "by-hand");
    fs::remove_file(&filler).unwrap();
    drop(full);
    let verdict = admits(&mut scan, &site.good(index));
    assert_eq!(verdict["seq"], json!(index - 1), "nothing between was logged");
    // With the program goes the disk.
    for suffix in ["", "-wal"] {
        let name = format!("log.sqlite{suffix}");
        fs::copy(format!("{disk}/{name}"), site.store().join(&name)).unwrap();
    }
    assert_eq!(site.rows("outcome").len() as u64, u64::from(index));
    let (rest, status) = scan.end();
    assert_eq!((&rest[0]["admit"], status.code()), (&json!(index), Some(1)));
}

/// A disk that becomes read-only, as many do that fail.
#[test]
fn a_disk_that_becomes_read_only_shows_no_verdict() {
    if !has(
        "strace",
        &["-o", "/dev/null", "-e", "inject=close:error=EIO:when=999", "true"],
    ) {
        return;
    }
    let site = site(Some(DiskFull::Close));
    let log = site.store().join("log.sqlite");
    let mut strace = command("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(&log);
    strace.arg("-P").arg(site.store().join("log.sqlite-wal"));
    strace.args([
        "-e",
        "inject=pwrite64,write,ftruncate:error=EROFS:when=40+",
        BIN,
        "scan",
        "--json",
        "--store",
    ]);
    strace.arg(site.store());
    let mut scan = Scan::start(strace);
    let mut shown = 0;
    let fault = loop {
        let answer = scan.ask(&site.good(shown));
        if answer["type"] == "fault" {
            break answer;
        }
        assert_eq!(scan.next()["outcome"], "admit");
        shown += 1;
        assert!(shown < 100, "the disk was to fail");
    };
    assert!(shown > 0, "it worked before");
    assert_eq!(
        (said(&fault).as_str(), &fault["disk_full"]),
        ("fault log-io", &json!("close"))
    );
    fails(&mut scan, &site.good(99), "log-io", "close");
    let (rest, status) = scan.end();
    assert_eq!((&rest[0]["admit"], status.code()), (&json!(shown), Some(1)));
    assert_eq!(site.log().tip().size, u64::from(shown));
}

#[test]
fn a_log_on_a_read_only_disk_does_not_begin() {
    let site = site(None);
    site.scan([""; 0]).end();
    let mount = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"";
    if !has("unshare", &["-rm", "sh", "-c", mount, site.store().to_str().unwrap()]) {
        return;
    }
    let mut shell = command("unshare");
    let script = format!("{mount} && exec \"$1\" scan --json --store \"$0\"");
    shell.args(["-rm", "sh", "-c", &script]).arg(site.store()).arg(BIN);
    let done = crate::common::finish(shell, format!("{}\n", site.good(1)).as_bytes());
    assert_eq!((done.status, done.stdout.as_str()), (1, ""), "{done:?}");
    assert_eq!(done.error(), "log-read-only");
}
