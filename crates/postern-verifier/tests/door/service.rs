//! Hours of service: updates, a declared emergency, the end, and many codes at once.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use postern_core::trust::Emergency;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::common::{BIN, DAY, command, tags};
use crate::papers::{CARD, EPOCH, card_tag, tag_key};
use crate::site::{BOTH, LONG, Site, said};

#[test]
fn an_update_by_another_process_counts_from_the_next_code_on() {
    let site = Site::empty();
    let mut scan = site.scan([""; 0]);
    assert_eq!(scan.ask(&site.good(1))["outcome"], "refer");
    site.install(&site.authority().repository(1, 1));
    let updated = scan.next_of("updated");
    assert_eq!((&updated["pack"], &updated["grade"]), (&json!(1), &json!("fresh")));
    assert_eq!(said(&scan.ask(&site.good(1))), "admit");
    // And one that takes an issuer away.
    let mut pack = site.pack(2);
    pack.issuers.remove(0);
    site.install(&site.authority().repository_of(pack, 2));
    assert_eq!(scan.next_of("updated")["pack"], 2);
    assert_eq!(said(&scan.ask(&site.good(2))), "refer unknown-issuer");
    scan.end();
    assert_eq!(
        site.rows("pack snapshot outcome"),
        ["0 0 refer", "1 1 admit", "2 2 refer"]
    );
}

#[test]
fn a_tag_key_that_an_update_brings_is_used_at_once() {
    let site = Site::new();
    let mut scan = site.scan(BOTH);
    let code = |index| site.bound(index, Some(card_tag(CARD)));
    assert_eq!(said(&scan.ask(&code(1))), "admit");
    assert_eq!(said(&scan.ask(CARD)), "refer document-not-bound");
    let mut pack = site.pack(2);
    pack.tags = vec![tags::epoch(site.authority(), &tag_key())];
    let mut files = site.authority().repository_of(pack, 2);
    let (path, wrapped) = tags::wrapped(&site.gate, &tag_key(), EPOCH);
    files.set(&path, wrapped);
    site.install(&files);
    scan.next_of("updated");
    assert_eq!(said(&scan.ask(&code(2))), "refer seen-here");
    assert_eq!(
        said(&scan.ask(CARD)),
        "refer seen-here",
        "it matches, and changes nothing"
    );
    scan.end();
    assert_eq!(site.rows("kind reasons").last().unwrap(), "document seen-here");
}

/// The person stands there: the code was judged, and its document is compared with it, not entered alone.
#[test]
fn an_update_between_a_code_and_its_document_loses_neither() {
    let site = Site::with_tag_key();
    let mut scan = site.scan(BOTH);
    let admitted = scan.ask(&site.bound(1, Some(card_tag(CARD))));
    assert_eq!(said(&admitted), "admit");
    // One that takes the issuer away: what was judged before stays judged.
    let mut pack = site.pack(2);
    pack.issuers.remove(0);
    pack.tags = vec![tags::epoch(site.authority(), &tag_key())];
    let mut files = site.authority().repository_of(pack, 2);
    let (path, wrapped) = tags::wrapped(&site.gate, &tag_key(), EPOCH);
    files.set(&path, wrapped);
    site.install(&files);
    assert_eq!(scan.next_of("updated")["pack"], 2);
    let entry = scan.ask(CARD);
    assert_eq!((said(&entry).as_str(), &entry["kind"]), ("admit", &json!("document")));
    assert_eq!((&entry["about"], &entry["code"]), (&admitted["seq"], &admitted["code"]));
    assert_eq!(said(&scan.ask(&site.good(2))), "refer unknown-issuer");
    scan.end();
    assert_eq!(site.rows("pack kind about"), ["1 code -", "2 document 0", "2 code -"]);
}

#[test]
fn a_declared_emergency_is_told_and_logged() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    let before = scan.ask(&site.referred(1));
    assert_eq!(
        (&before["outcome"], &before["emergency"]),
        (&json!("refer"), &json!(null))
    );
    let mut pack = site.pack(2);
    pack.emergency = Some(Emergency {
        from: pack.issued,
        gates: vec![],
        rules: vec!["by-hand".parse().unwrap()],
        until: pack.issued.plus(30 * DAY),
        reason: site.authority().names(),
        issuers: vec!["west".parse().unwrap()],
        windows: pack.windows,
    });
    site.install(&site.authority().repository_of(pack, 2));
    scan.next_of("updated");
    let during = scan.ask(&site.referred(1));
    assert_eq!(said(&during), "admit");
    assert_eq!(during["emergency"]["rules_set_aside"], json!(["by-hand"]));
    // Codes of other issuers are judged as ever.
    let other = scan.ask(&site.good(2));
    assert_eq!((said(&other).as_str(), &other["emergency"]), ("admit", &json!(null)));
    site.install(&site.authority().repository_of(site.pack(3), 3));
    scan.next_of("updated");
    assert_eq!(scan.ask(&site.referred(3))["outcome"], "refer");
    scan.end();
    assert_eq!(
        site.rows("outcome emergency"),
        ["refer 0", "admit 1", "admit 0", "refer 0"]
    );
}

#[test]
fn a_signal_ends_service_with_its_counts() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let site = Site::new();
        let mut scan = site.scan([""; 0]);
        assert_eq!(said(&scan.ask(&site.good(1))), "admit");
        scan.signal(signal);
        let (rest, status) = scan.rest();
        let counts = json!({ "type": "counts", "admit": 1, "refer": 0, "refuse": 0, "fault": 0 });
        assert_eq!((rest, status.code()), (vec![counts], Some(0)), "{signal:?}");
        assert_eq!(site.log().tip().size, 1);
    }
}

/// What is being waited for here is a passphrase that nobody types: the first signal is noted, and nothing looks at it.
#[test]
fn a_second_signal_ends_the_program_whatever_it_waits_for() {
    let site = Site::with_passphrase("made up, for this test only");
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut scan = command(BIN);
        scan.args(["scan", "--json", "--passphrase-fd", "0", "--store"])
            .arg(site.store());
        scan.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = scan.spawn().unwrap();
        let pid = Pid::from_child(&child);
        let bit = 1_u64 << (signal.as_raw() - 1);
        let set = |name: &str| -> bool {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            u64::from_str_radix(line.trim(), 16).unwrap() & bit != 0
        };
        let wait = |what: &str, done: &dyn Fn() -> bool| {
            let until = Instant::now() + LONG;
            while !done() {
                assert!(Instant::now() < until, "{what}: {signal:?}");
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        wait("it listens to no signal", &|| set("SigCgt:"));
        // What the first signal sets is registered a moment after what the second one asks for.
        std::thread::sleep(Duration::from_millis(300));
        kill_process(pid, signal).unwrap();
        wait("the first signal is not taken", &|| !set("ShdPnd:"));
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(child.try_wait().unwrap(), None, "the first signal asks: {signal:?}");
        kill_process(pid, signal).unwrap();
        let until = Instant::now() + LONG;
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
                None => {
                    child.kill().unwrap();
                    panic!("the second signal ends nothing: {signal:?}");
                }
            }
        };
        assert_eq!(status.signal(), Some(signal.as_raw()));
    }
}

#[test]
fn the_end_of_the_input_ends_service_after_the_last_line() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    // Without a line end, as a file may have it.
    scan.send_bytes(format!("{}\n{}", site.good(1), site.refused(2)).as_bytes());
    let (rest, status) = scan.end();
    let outcomes: Vec<_> = rest.iter().map(|value| value["outcome"].clone()).collect();
    assert_eq!(outcomes, ["admit".into(), "refuse".into(), json!(null)]);
    assert_eq!((&rest[2]["type"], status.code()), (&json!("counts"), Some(0)));
}

#[test]
fn many_codes_at_once_keep_their_order() {
    let site = Site::new();
    site.configure("[pass-back]\nwindow = 0\n");
    let codes = [site.good(1), site.refused(2), site.referred(3), "PC1:ABC".to_owned()];
    let outcomes = ["admit", "refuse", "refer", "refuse"];
    const MANY: usize = 800;
    // No order that comes round: the third power of the number, and its bits.
    let kinds: Vec<usize> = (0..MANY).map(|n| (n * n * n / 7 + n) % 4).collect();
    let lines: String = kinds.iter().map(|kind| format!("{}\n", codes[*kind])).collect();
    let mut scan = site.scan([""; 0]);
    scan.send_bytes(lines.as_bytes());
    let (rest, status) = scan.end();
    assert_eq!((rest.len(), status.code()), (MANY + 1, Some(0)));
    for (n, (verdict, kind)) in rest.iter().zip(&kinds).enumerate() {
        assert_eq!(
            (&verdict["line"], &verdict["seq"]),
            (&json!(n + 1), &json!(n)),
            "{verdict}"
        );
        assert_eq!(verdict["outcome"], outcomes[*kind]);
    }
    let rows = site.rows("seq outcome");
    let expected: Vec<String> = kinds
        .iter()
        .enumerate()
        .map(|(n, kind)| format!("{n} {}", outcomes[*kind]))
        .collect();
    assert_eq!(rows, expected);
}

/// A gate whose controller reads nothing any more, or is gone, serves nobody: whoever supervises it starts both anew.
#[test]
fn service_ends_where_nobody_reads_what_it_says() {
    for goes_away in [true, false] {
        let site = Site::new();
        let mut scan = command(BIN);
        scan.args(["scan", "--json", "--store"]).arg(site.store());
        let mut child = scan
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut ready = String::new();
        output.read_line(&mut ready).unwrap();
        let held = (!goes_away).then_some(output);
        // More than a pipe holds. It is not read any more when the gate has ended.
        let code = site.refused(1);
        for _ in 0..400 {
            if writeln!(input, "{code}").is_err() {
                break;
            }
        }
        let until = Instant::now() + LONG;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > until {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(status.code(), Some(1), "goes away: {goes_away}");
        let size = site.log().tip().size;
        assert!(size > 0 && size < 400, "{size}");
        drop((input, held));
    }
}

/// One log has one writer: a second door on the same store would let people in twice.
#[test]
fn a_store_is_served_by_one() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    let done = site
        .gate
        .run_with("scan", ["--json"], format!("{}\n", site.good(1)).as_bytes());
    assert_eq!(
        (done.status, done.stdout.as_str(), done.error().as_str()),
        (1, "", "log-busy")
    );
    assert_eq!(said(&scan.ask(&site.good(1))), "admit");
    assert_eq!(scan.within(Duration::from_millis(100)), None);
}
