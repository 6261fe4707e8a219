//! Folders and sticks: missing, full, taken away, and left by a process that was killed.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::MADE;
use crate::evidence::{Auditor, fill, gate, key, names, run, sent, sync, tip};
use crate::{LONG, Watch, came, drop_box, note, start};

#[test]
fn one_of_several_drop_boxes_is_enough_and_the_others_are_told() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let place = drop_box();
    let (good, missing) = (place.path().to_str().unwrap(), place.path().join("nowhere"));
    let missing = missing.to_str().unwrap();
    fs::write(place.path().join("file"), "made up").unwrap();
    let done = gate.run("sync", ["--json", "--to", missing, good]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(
        (&done.json()[0]["done"], &done.json()[0]["reason"]),
        (&false.into(), &"transport-unreadable".into())
    );
    assert_eq!(sent(&done.json()[1]), [(0, 3)]);
    let done = run(&gate, missing, &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "sync"));
    assert!(!Path::new(missing).exists());
    for (language, hint) in [
        (
            "en",
            "hint: The folder is not there. Mount the stick, or create the folder",
        ),
        ("zh-CN", "该目录不存在。请挂载 U 盘或建立该目录"),
    ] {
        let done = gate.run("sync", ["--lang", language, "--to", missing]);
        assert!(done.stderr.contains(hint), "{}", done.stderr);
    }
    for (place, secret) in [
        ("https://gate:worthless@box.example/", "worthless"),
        ("ftp://box.example", "worthless"),
    ] {
        let done = run(&gate, place, &[]);
        assert_eq!((done.status, done.error().as_str()), (1, "sync"));
        assert!(!done.stderr.contains(secret), "{}", done.stderr);
    }
}

#[test]
fn a_drop_box_that_cannot_be_written_costs_nothing() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let place = drop_box();
    fs::write(place.path().join("evidence"), "a file where a folder should be").unwrap();
    let done = gate.run("sync", ["--lang", "en", "--to", place.path().to_str().unwrap()]);
    assert_eq!(done.status, 1);
    assert!(done.stderr.contains("cannot be written"), "{}", done.stderr);
    fs::remove_file(place.path().join("evidence")).unwrap();
    assert_eq!(sent(&sync(&gate, place.path(), &[], 0)), [(0, 3)]);
}

#[test]
fn killed_at_any_moment_a_drop_box_has_whole_files_only() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 70_000);
    let (place, key) = (drop_box(), key(&gate));
    let begun = Instant::now();
    sync(&gate, place.path(), &[], 0);
    let time = begun.elapsed();
    let place = drop_box();
    for n in 1..=12 {
        let mut child = start(&gate, place.path().to_str().unwrap(), &[]);
        thread::sleep(time * n / 13);
        child.kill().unwrap();
        child.wait().unwrap();
        for name in names(place.path(), &key) {
            if name.ends_with(".log") {
                let path = place
                    .path()
                    .join("evidence")
                    .join(postern_core::hex(&key.thumbprint()))
                    .join(name);
                auditor.open(&path, &key);
                fs::remove_file(path).unwrap();
            }
        }
    }
    sync(&gate, place.path(), &[], 0);
    // What the killed ones left was swept.
    assert_eq!(names(place.path(), &key), ["0-65536.log", "65536-70000.log"]);
}

#[test]
fn a_stick_gets_the_log_as_soon_as_it_is_there() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let (place, key) = (drop_box(), key(&gate));
    let stick = place.path().join("stick");
    let mut watch = Watch::start(&gate, stick.to_str().unwrap(), &["--every", "3600"]);
    thread::sleep(Duration::from_millis(1500));
    assert!(!stick.exists());
    fs::create_dir(&stick).unwrap();
    let told = watch.next();
    assert_eq!(sent(&told), [(0, 3)]);
    // It is taken away to the auditor, and comes back with a receipt.
    let away = place.path().join("away");
    fs::rename(&stick, &away).unwrap();
    auditor.leave(
        &away,
        &key,
        auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9)).as_bytes(),
    );
    let until = Instant::now() + LONG;
    let told = loop {
        // A busy machine may not have seen that it was away: then it is taken away once more.
        thread::sleep(Duration::from_millis(1500));
        fs::rename(&away, &stick).unwrap();
        match watch.within(Duration::from_secs(5)) {
            Some(told) if told["done"] == true => break told,
            _ => {}
        }
        assert!(Instant::now() < until, "the stick is not seen");
        fs::rename(&stick, &away).unwrap();
    };
    assert_eq!((came(&told), sent(&told)), ("new", vec![]));
}
