//! A clock that is set during service: the time from before goes on, marked, and no floor moves.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{BIN, command, has};
use crate::site::{Scan, Site, said};

/// The library that sets the clock of a program; `None` where the tool is missing.
fn library() -> Option<PathBuf> {
    if !has("faketime", &["-f", "+0", "true"]) {
        return None;
    }
    let printed = Command::new("faketime")
        .args(["-f", "+0", "printenv", "LD_PRELOAD"])
        .output()
        .unwrap();
    Some(String::from_utf8(printed.stdout).unwrap().trim().into())
}

/// The clock of a gate.
struct Clock {
    file: PathBuf,
    library: PathBuf,
}

impl Clock {
    fn new(site: &Site) -> Option<Self> {
        let clock = Self {
            file: site.path("clock"),
            library: library()?,
        };
        clock.set("+0");
        Some(clock)
    }

    fn set(&self, offset: &str) {
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{offset}\n")).unwrap();
        fs::rename(new, &self.file).unwrap();
    }

    /// `scan --json` by this clock. The time since the machine was started goes on.
    fn scan(&self, site: &Site) -> Scan {
        let mut scan = command(BIN);
        scan.args(["scan", "--json", "--store"]).arg(site.store());
        scan.env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        Scan::start(scan)
    }
}

/// Seconds since 1970 of a time that was told.
fn seconds(value: &Value) -> u64 {
    let text = value.as_str().unwrap();
    postern_cli::clock::parse_time(text).unwrap().try_into().unwrap()
}

fn floor(site: &Site) -> Value {
    site.gate.run("status", ["--json"]).json()[0]["clock"]["floor"].clone()
}

#[test]
fn a_clock_that_is_set_during_service_is_not_followed() {
    let site = Site::new();
    let Some(clock) = Clock::new(&site) else { return };
    site.configure("[pass-back]\nwindow = 0\n");
    let before = floor(&site);
    let mut scan = clock.scan(&site);
    let right = scan.ask(&site.good(1));
    assert_eq!(
        (said(&right).as_str(), &right["clock_suspect"]),
        ("admit", &json!(false))
    );
    let start = seconds(&right["time"]);
    // To about the year 2099, and to 1999.
    for offset in ["+26600d", "-9900d"] {
        clock.set(offset);
        assert_eq!(scan.next_of("clock")["stepped"], true);
        let verdict = scan.ask(&site.good(1));
        assert_eq!(
            (said(&verdict).as_str(), &verdict["clock_suspect"]),
            ("admit", &json!(true)),
            "{offset}"
        );
        assert!(seconds(&verdict["time"]).abs_diff(start) < 60, "{offset}: {verdict}");
        let manual = scan.command("manual a-17 admit other");
        assert_eq!(manual["clock_suspect"], true, "{offset}");
        // Until it agrees again.
        clock.set("+0");
        assert_eq!(scan.next_of("clock")["stepped"], false);
        let verdict = scan.ask(&site.good(1));
        assert_eq!(
            (said(&verdict).as_str(), &verdict["clock_suspect"]),
            ("admit", &json!(false)),
            "{offset}"
        );
    }
    let (_, status) = scan.end();
    assert!(status.success());
    assert_eq!(floor(&site), before);
    let status = site.gate.run("status", ["--json"]).json().remove(0);
    assert_eq!(
        (&status["now"], &status["clock"]["suspect"]),
        (&json!("fresh"), &json!(false)),
        "{}",
        status["clock"]
    );
    let suspect = site.rows("clock_suspect");
    assert_eq!(suspect, ["0", "1", "1", "0", "1", "1", "0"]);
    // The log keeps what the clock said, beside the time that counted.
    let years = site.rows("substr(system,1,2)");
    assert_eq!(years, ["20", "20", "20", "20", "19", "19", "20"]);
}

/// One that was wrong at the start is a clock ahead: it moves no floor, and the next start is as ever.
#[test]
fn a_clock_ahead_for_one_start_leaves_nothing_behind() {
    let site = Site::new();
    let Some(clock) = Clock::new(&site) else { return };
    let before = floor(&site);
    clock.set("+26600d");
    let mut scan = clock.scan(&site);
    // Everything is too old then, and nobody is admitted.
    assert_eq!(scan.ask(&site.good(1))["outcome"], "refer");
    scan.end();
    assert_eq!(floor(&site), before);
    let mut scan = site.scan([""; 0]);
    let verdict = scan.ask(&site.good(1));
    assert_eq!(
        (said(&verdict).as_str(), &verdict["clock_suspect"]),
        ("admit", &json!(false))
    );
}
