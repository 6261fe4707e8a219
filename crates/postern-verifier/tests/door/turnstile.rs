//! The turnstile: opened after the commit of an admission, once for each, and never for anything else.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::has;
use crate::papers::{CARD, card_tag, resident};
use crate::site::{BOTH, Scan, Site, said};
use crate::wire::Wire;

/// A program for the turnstile, with its configuration.
fn hook(site: &Site, script: &str, pulse: u32, more: &str) {
    let path = site.path("hook");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let (store, opened) = (site.store(), opened_file(site));
    site.configure(&format!(
        "{more}\n[turnstile]\nkind = \"exec\"\nprogram = {path:?}\nargs = [{:?}, {opened:?}]\npulse-ms = {pulse}\n",
        store.join("log.sqlite"),
    ));
}

/// A program that notes the newest event of the log: what is committed when it runs.
fn noting(site: &Site, more: &str) {
    let newest = "SELECT seq || ' ' || kind || ' ' || outcome FROM events ORDER BY seq DESC LIMIT 1";
    hook(
        site,
        &format!("sqlite3 -readonly \"$1\" \"{newest}\" >> \"$2\""),
        20_000,
        more,
    );
}

fn opened_file(site: &Site) -> PathBuf {
    site.path("opened")
}

fn opened(site: &Site) -> Vec<String> {
    let text = fs::read_to_string(opened_file(site)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// The turnstile opens for this event, now.
#[track_caller]
fn opens(scan: &Scan, event: &Value) {
    let report = scan.next_of("turnstile");
    assert_eq!(
        (&report["state"], &report["seq"]),
        (&json!("opened"), &event["seq"]),
        "{report}"
    );
}

#[test]
fn it_opens_once_for_each_admission_and_after_its_commit() {
    if !has("sqlite3", &["--version"]) {
        return;
    }
    let site = Site::with_tag_key();
    noting(&site, "");
    let mut scan = site.scan(BOTH);
    let tag = Some(card_tag(CARD));
    for line in [
        site.referred(1),
        site.refused(2),
        "x".repeat(20_000),
        "PC1:ABC".to_owned(),
    ] {
        assert_ne!(scan.ask(&line)["outcome"], "admit");
    }
    let admitted = scan.ask(&site.bound(3, tag));
    assert_eq!(said(&admitted), "admit");
    opens(&scan, &admitted);
    assert_eq!(opened(&site), ["3 code admit"]);
    // Seen here; a document that confirms the admission; one that belongs to nobody.
    assert_eq!(said(&scan.ask(&site.bound(4, tag))), "refer seen-here");
    let again = scan.command("override a-17 admit supervisor");
    opens(&scan, &again);
    let other = scan.ask(&site.good(5));
    opens(&scan, &other);
    assert_eq!(said(&scan.ask(CARD)), "refer document-not-bound");
    // Whom staff let in, with a code or without; not whom they refuse, and nobody twice.
    scan.ask(&site.refused(6));
    let decided = scan.command("override a-17 admit supervisor");
    opens(&scan, &decided);
    assert_eq!(said(&scan.command("override b-2 admit other")), "admit other");
    scan.command("manual a-17 refuse other");
    let manual = scan.command("manual a-17 admit no-phone");
    opens(&scan, &manual);
    assert_eq!(scan.within(Duration::from_millis(700)), None);
    let (_, status) = scan.end();
    assert!(status.success());
    assert_eq!(
        opened(&site),
        [
            "3 code admit",
            "5 override admit",
            "6 code admit",
            "9 override admit",
            "12 manual admit"
        ]
    );
}

#[test]
fn where_the_document_is_required_it_waits_for_the_right_one() {
    if !has("sqlite3", &["--version"]) {
        return;
    }
    let site = Site::with_tag_key();
    noting(&site, "[document]\nrequired = true\nwithout-code = \"admit\"\n");
    let port = site.path("scanner");
    let mut wire = Wire::plug_in(&port);
    let codes = format!("serial:{}", port.display());
    let mut scan = site.scan(["--source", &codes, "--source", "stdin,reads=documents"]);
    assert_eq!(scan.next()["state"], "ready");
    let mut admits = |scan: &Scan, code: &str| {
        wire.send(&format!("{code}\r"));
        assert_eq!(said(&scan.next()), "admit");
    };
    let code = site.bound(1, Some(card_tag(CARD)));
    let other = resident("11010519491231011");
    admits(&scan, &code);
    assert_eq!(scan.within(Duration::from_millis(700)), None, "not by the code alone");
    assert_eq!(said(&scan.ask(&other)), "refer document-mismatch");
    // Who has not come in yet may try again.
    admits(&scan, &code);
    assert_eq!(said(&scan.ask(&other)), "refer document-mismatch");
    let matched = scan.ask(CARD);
    assert_eq!(said(&matched), "admit");
    opens(&scan, &matched);
    assert_eq!(opened(&site), ["4 document admit"]);
    // A code that is bound to nothing opens by a person only.
    admits(&scan, &site.bound(2, None));
    assert_eq!(said(&scan.ask(CARD)), "refer document-not-bound");
    let decided = scan.command("override a-17 admit document-seen");
    opens(&scan, &decided);
    // The same where the reader of documents is broken, or the wrong document was put down.
    admits(&scan, &site.good(3));
    let decided = scan.command("override a-17 admit document-seen");
    opens(&scan, &decided);
    admits(&scan, &site.bound(4, Some(card_tag(&resident("11010519491231012")))));
    assert_eq!(said(&scan.ask(&other)), "refer document-mismatch");
    let decided = scan.command("override a-17 admit document-seen");
    opens(&scan, &decided);
    // A document alone is admitted here.
    let alone = scan.ask(&resident("11010519491231013"));
    assert_eq!((said(&alone).as_str(), &alone["kind"]), ("admit", &json!("manual")));
    opens(&scan, &alone);
    scan.stop();
    assert_eq!(opened(&site).len(), 5);
}

/// Who showed a code and no document was not let in, and may come again: after a restart as before it.
#[test]
fn a_restart_between_the_code_and_its_document_keeps_nobody_out() {
    let site = Site::with_tag_key();
    site.configure("[document]\nrequired = true\n");
    let port = site.path("scanner");
    let mut wire = Wire::plug_in(&port);
    let codes = format!("serial:{}", port.display());
    let code = site.bound(1, Some(card_tag(CARD)));
    for (last, expected) in [(false, "admit"), (true, "admit"), (false, "refer seen-here")] {
        let mut scan = site.scan(["--source", &codes, "--source", "stdin,reads=documents"]);
        assert_eq!(scan.next()["state"], "ready");
        wire.send(&format!("{code}\r"));
        assert_eq!(said(&scan.next()), expected);
        if last {
            assert_eq!(said(&scan.ask(CARD)), "admit");
        }
        scan.stop();
    }
}

#[test]
fn a_program_that_hangs_holds_no_verdict_and_is_told() {
    let site = Site::new();
    hook(&site, "sleep 60", 4000, "");
    let mut scan = site.scan([""; 0]);
    assert_eq!(said(&scan.ask(&site.good(1))), "admit");
    // While it hangs, the next ones are judged; the way is not opened for two at once.
    assert_eq!(said(&scan.ask(&site.good(2))), "admit");
    assert_eq!(scan.ask(&site.refused(3))["outcome"], "refuse");
    let reports = [scan.next_of("turnstile"), scan.next_of("turnstile")];
    let told = reports.map(|report| {
        (
            report["seq"].as_u64(),
            report["state"].clone(),
            report["reason"].clone(),
        )
    });
    assert_eq!(
        told,
        [
            (Some(1), json!("busy"), json!(null)),
            (Some(0), json!("failed"), json!("hook-hung"))
        ]
    );
    // The next one is let through again, if the program works again.
    fs::write(site.path("hook"), "#!/bin/sh\n").unwrap();
    // Whoever was not let through may come again.
    for index in [2, 1] {
        let next = scan.ask(&site.good(index));
        assert_eq!(said(&next), "admit");
        opens(&scan, &next);
    }
    assert_eq!(said(&scan.ask(&site.good(1))), "refer seen-here");
    let (_, status) = scan.end();
    assert!(status.success());
}

#[test]
fn a_program_that_fails_or_is_missing_is_told_and_verdicts_go_on() {
    let site = Site::new();
    hook(&site, "exit 3", 2000, "");
    let mut scan = site.scan([""; 0]);
    assert_eq!(said(&scan.ask(&site.good(1))), "admit");
    let report = scan.next_of("turnstile");
    assert_eq!(
        (&report["state"], &report["reason"]),
        (&json!("failed"), &json!("hook-failed"))
    );
    fs::remove_file(site.path("hook")).unwrap();
    assert_eq!(said(&scan.ask(&site.good(2))), "admit");
    let report = scan.next_of("turnstile");
    assert_eq!(
        (&report["state"], &report["reason"]),
        (&json!("failed"), &json!("device-missing"))
    );
    assert_eq!(said(&scan.ask(&site.good(3))), "admit");
}

#[test]
fn a_controller_that_reads_the_lines_is_told_there() {
    let site = Site::new();
    site.configure("[turnstile]\nkind = \"stdout\"\n");
    let mut scan = site.scan([""; 0]);
    scan.send(&site.refused(1));
    scan.send(&site.good(2));
    scan.send(&site.good(2));
    let said: Vec<String> = (0..4).map(|_| said(&scan.next())).collect();
    assert_eq!(said[1..], ["turnstile ", "admit", "refer seen-here"]);
    scan.end();
    let lines = site
        .gate
        .run_with("scan", [""; 0], format!("{}\n", site.good(3)).as_bytes());
    let lines: Vec<&str> = lines.stdout.lines().filter(|line| line.starts_with("OPEN")).collect();
    assert_eq!(lines, ["OPEN 3"]);
}

#[test]
fn a_turnstile_on_a_serial_port_is_opened_and_shut() {
    let site = Site::new();
    let port = site.path("turnstile");
    let wire = Wire::plug_in(&port);
    site.configure(&format!(
        "[turnstile]\nkind = \"serial\"\npath = {port:?}\non = \"A1\"\noff = \"A0\"\npulse-ms = 200\n"
    ));
    let mut scan = site.scan([""; 0]);
    wire.wait_for_listener(scan.id());
    scan.ask(&site.refused(1));
    let admitted = scan.ask(&site.good(2));
    opens(&scan, &admitted);
    scan.end();
    // Shut at the beginning, opened and shut once, and shut at the end.
    let mut bytes = [0; 4];
    wire.port().read_exact(&mut bytes).unwrap();
    assert_eq!(bytes, [0xa0, 0xa1, 0xa0, 0xa0]);
}
