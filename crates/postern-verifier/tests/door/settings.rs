//! The configuration, and what `scanner calibrate` puts into it.

use std::fs;
use std::process::Stdio;

use postern_devices::calibrate::SYMBOL_TEXT;
use serde_json::{Value, json};

use crate::common::{BIN, command, run};
use crate::site::{Site, said};
use crate::wire::Wire;

/// The configuration that the documentation gives as the default.
fn documented() -> String {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ENTRANCE.md")).unwrap();
    let chapter = text.split("\n## Configuration\n").nth(1).expect("the chapter");
    let block = chapter.split("```toml\n").nth(1).expect("a block");
    block.split("```").next().unwrap().to_owned()
}

#[test]
fn the_documentation_gives_the_defaults() {
    let site = Site::new();
    let whole = site.gate.file("whole.toml", documented().as_bytes());
    let done = run(["config".as_ref(), "check".as_ref(), whole.as_os_str()]);
    assert_eq!(done.status, 0, "{done:?}");
    let defaults = documented().split("[[source]]").next().unwrap().to_owned();
    let path = site.gate.file("defaults.toml", defaults.as_bytes());
    let show = |more: &[&std::ffi::OsStr]| {
        let mut show = command(BIN);
        show.args(["config", "show", "--store"]).arg(site.store()).args(more);
        let done = crate::common::finish(show, b"");
        assert_eq!(done.status, 0, "{done:?}");
        done.stdout
    };
    assert_eq!(show(&["--config".as_ref(), path.as_os_str()]), show(&[]));
    let json: Value = serde_json::from_str(&show(&["--json".as_ref()])).unwrap();
    assert_eq!(
        (&json["pass-back"]["window"], &json["document"]["without-code"]),
        (&json!(300), &json!("refer"))
    );
    // What is shown is a configuration.
    let shown = site.gate.file("shown.toml", show(&[]).as_bytes());
    assert_eq!(show(&["--config".as_ref(), shown.as_os_str()]), show(&[]));
}

#[test]
fn what_is_wrong_with_a_configuration_is_named() {
    let site = Site::new();
    let check = |text: &str| {
        let path = site.gate.file("c.toml", text.as_bytes());
        let done = run(["config".as_ref(), "check".as_ref(), "--json".as_ref(), path.as_os_str()]);
        (done.status, done)
    };
    for (text, named) in [
        ("veiw = \"lines\"", "veiw"),
        ("[pass-back]\nwindows = 3", "windows"),
        ("[pass_back]\nwindow = 3", "pass_back"),
        ("[[source]]\nfrom = \"stdin\"\nmends = 1", "mends"),
        ("[[source]]\nfrom = \"stdin,speed=3\"", "speed"),
        (
            "[turnstile]\nkind = \"exec\"\nprogram = \"/bin/true\"\npuls = 3",
            "puls",
        ),
        ("[screen]\nrevert = 0", "screen.revert"),
        ("[document]\nwithout-code = \"refuse\"", "document.without-code"),
        ("[staff]\nreasons = []", "staff.reasons"),
        ("[[source]]\nfrom = \"stdin\"\n[[source]]\nfrom = \"stdin\"", "stdin"),
        ("view = ", "view"),
    ] {
        let (status, done) = check(text);
        assert_eq!(
            (status, done.stdout.as_str(), done.error().as_str()),
            (1, "", "config"),
            "{text}"
        );
        assert!(done.stderr.contains(named), "{named}: {}", done.stderr);
        // Neither does a gate begin with it: a misspelt rule of the door must not go unnoticed.
        site.configure(text);
        let scan = site
            .gate
            .run_with("scan", ["--json"], format!("{}\n", site.good(1)).as_bytes());
        assert_eq!(
            (scan.status, scan.stdout.as_str(), scan.error().as_str()),
            (1, "", "config"),
            "{text}"
        );
    }
    let (status, done) = check("[pass-back]\nwindow = 3");
    assert_eq!((status, done.json()[0]["good"].clone()), (0, json!(true)));
}

/// Calibrates a scanner that does `garble` to what it reads, and then judges a code that it reads.
fn calibrated(garble: &dyn Fn(&str) -> String) -> (Value, String) {
    let site = Site::new();
    let port = site.path("scanner");
    let mut wire = Wire::plug_in(&port);
    let source = format!("serial:{}", port.display());
    let mut calibrate = command(BIN);
    calibrate
        .args(["scanner", "calibrate", "--json", "--wait", "20", "--store"])
        .arg(site.store());
    calibrate
        .args(["--source", &source])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let child = calibrate.spawn().unwrap();
    wire.wait_for_listener(child.id());
    wire.send(&garble(SYMBOL_TEXT));
    let output = child.wait_with_output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let is_good = told["right"] == true || told["mended"] == true;
    assert_eq!(output.status.code(), Some(if is_good { 0 } else { 12 }), "{told}");
    let config = site.store().join("gate.toml");
    assert_eq!(config.exists(), told["mended"] == true);
    assert_eq!(
        told["stored"],
        if config.exists() { json!(config) } else { json!(null) }
    );
    // From the configuration alone where something was stored.
    let args = if config.exists() {
        vec![]
    } else {
        vec!["--source", &source]
    };
    let scan = site.scan(args);
    assert_eq!(scan.next()["state"], "ready");
    wire.send(&garble(&site.good(1)));
    let verdict = said(&scan.next());
    (told, verdict)
}

fn faults(told: &Value) -> Vec<&str> {
    told["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["reason"].as_str().unwrap())
        .collect()
}

#[test]
fn a_scanner_that_is_right_needs_nothing() {
    let (told, verdict) = calibrated(&|text| format!("{text}\r\n"));
    assert_eq!(
        (&told["right"], &told["mended"], faults(&told)),
        (&json!(true), &json!(false), vec![])
    );
    assert_eq!(verdict, "admit");
}

#[test]
fn caps_lock_and_a_prefix_are_mended() {
    let (told, verdict) = calibrated(&|text| format!("]Q1{}\r", text.to_lowercase()));
    let mut found = faults(&told);
    found.sort_unstable();
    assert_eq!(
        (found, &told["mended"]),
        (vec!["scanner-case", "scanner-prefix"], &json!(true))
    );
    assert_eq!(verdict, "admit");
}

#[test]
fn another_layout_is_mended() {
    // US keys that a German console reads.
    let german = |text: &str| {
        let pairs = [
            ("Y", "\0"),
            ("Z", "Y"),
            ("\0", "Z"),
            ("-", "ß"),
            ("/", "-"),
            ("+", "`"),
            ("*", "("),
            (":", "Ö"),
        ];
        pairs
            .iter()
            .fold(text.to_owned(), |text, (us, de)| text.replace(us, de))
            + "\r"
    };
    let (told, verdict) = calibrated(&german);
    assert_eq!(
        (faults(&told), &told["faults"][0]["layout"]),
        (vec!["scanner-layout"], &json!("german-machine"))
    );
    assert_eq!(verdict, "admit");
}

#[test]
fn a_missing_end_is_mended_by_silence() {
    let (told, verdict) = calibrated(&|text| text.to_owned());
    assert_eq!((faults(&told), &told["mended"]), (vec!["scanner-no-end"], &json!(true)));
    assert_eq!(verdict, "admit");
}

#[test]
fn lost_characters_are_named_and_nothing_is_stored() {
    let (told, verdict) = calibrated(&|text| format!("{}\r", text.replace('7', "")));
    assert_eq!((faults(&told), &told["mended"]), (vec!["scanner-lost"], &json!(false)));
    assert!(told["faults"][0]["text"].as_str().unwrap().contains('7'), "{told}");
    assert_ne!(verdict, "admit");
}

#[test]
fn nothing_that_comes_is_said_so_and_the_symbol_is_a_picture() {
    let site = Site::new();
    let picture = site.path("symbol.png");
    let port = site.path("scanner");
    let _wire = Wire::plug_in(&port);
    let mut calibrate = command(BIN);
    calibrate
        .args(["scanner", "calibrate", "--json", "--wait", "1", "--store"])
        .arg(site.store());
    calibrate
        .arg("--source")
        .arg(format!("serial:{}", port.display()))
        .arg("--picture")
        .arg(&picture);
    let done = crate::common::finish(calibrate, b"");
    assert_eq!((done.status, faults(&done.json()[0])), (12, vec!["scanner-nothing"]));
    let read = run(["read".as_ref(), picture.as_os_str()]);
    assert_eq!(read.stdout, format!("{SYMBOL_TEXT}\n"));
}
