//! Lines and objects: verdicts, faults, counts, and what staff tell the gate.

use std::io::{Read, Write};
use std::process::Stdio;

use serde_json::json;

use crate::common::{BIN, command};
use crate::site::{Site, said, tag_of};
use crate::wire::Wire;

const OVERRIDE: &str = "override a-17 admit supervisor";

#[test]
fn verdicts_and_faults_are_objects_and_are_counted() {
    let site = Site::new();
    let mut scan = site.scan(["--source", "stdin"]);
    assert_eq!(scan.ready["sources"], json!(["stdin"]));
    assert_eq!(scan.ready["size"], 0);
    let admitted = scan.ask(&site.good(1));
    assert_eq!(said(&admitted), "admit");
    assert_eq!((&admitted["seq"], &admitted["line"]), (&json!(0), &json!(1)));
    assert_eq!(
        (&admitted["source"], &admitted["device"]),
        (&json!("scanner"), &json!(null))
    );
    assert_eq!(
        (&admitted["clock_suspect"], &admitted["seen_here"]),
        (&json!(false), &json!(null))
    );
    assert_eq!(scan.ask(&site.referred(2))["outcome"], "refer");
    assert_eq!(scan.ask(&site.refused(3))["outcome"], "refuse");
    let fault = scan.ask(&"x".repeat(20_000));
    assert_eq!(said(&fault), "fault line-too-long");
    assert_eq!((&fault["disk_full"], &fault["line"]), (&json!(null), &json!(4)));
    let (rest, status) = scan.end();
    let counts = json!({ "type": "counts", "admit": 1, "refer": 1, "refuse": 1, "fault": 1 });
    assert_eq!((rest, status.code()), (vec![counts], Some(0)));
    assert_eq!(
        site.rows("kind outcome source"),
        ["code admit scanner", "code refer scanner", "code refuse scanner"]
    );
}

/// What is printed on paper is a code, whatever it says.
#[test]
fn a_printed_code_commands_nothing() {
    let site = Site::new();
    let other = site.scan([""; 0]).ready["command_word"].clone();
    let mut scan = site.scan(["--source", "stdin"]);
    assert_ne!(scan.ready["command_word"], other, "the word is of one run");
    let other = other.as_str().unwrap();
    let refused = scan.ask(&site.refused(1));
    assert_eq!(refused["outcome"], "refuse");
    for line in [
        OVERRIDE.to_owned(),
        "quit".to_owned(),
        format!("{other} {OVERRIDE}"),
        r#"{"command":"quit"}"#.to_owned(),
        json!({ "command": "quit", "word": other }).to_string(),
        json!({ "command": "lock", "word": null }).to_string(),
    ] {
        assert_eq!(said(&scan.ask(&line)), "refuse not-a-code", "{line}");
    }
    let word = scan.ready["command_word"].as_str().unwrap().to_owned();
    assert_eq!(said(&scan.ask(&format!("{word}quit"))), "refuse not-a-code");
    let (_, status) = scan.end();
    assert!(status.success());
    assert!(site.rows("kind").iter().all(|kind| kind == "code"));
}

#[test]
fn an_override_stands_beside_the_verdict_and_changes_nothing_of_it() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    let refused = scan.ask(&site.refused(1));
    let before = site.rows_meanwhile("seq kind outcome reasons person about operator");
    assert_eq!(before.len(), 1);
    let entry = scan.command(OVERRIDE);
    assert_eq!(
        (said(&entry).as_str(), &entry["kind"]),
        ("admit supervisor", &json!("override"))
    );
    assert_eq!((&entry["about"], &entry["operator"]), (&refused["seq"], &json!("a-17")));
    assert_eq!((&entry["code"], &entry["seq"]), (&refused["code"], &json!(1)));
    // A wrong decision is followed by another one, which is about the decision.
    let again = scan.command("override b-2 refuse other");
    assert_eq!((&again["about"], &again["outcome"]), (&json!(1), &json!("refuse")));
    scan.end();
    let rows = site.rows("seq kind outcome reasons person about operator");
    let person = tag_of(1);
    assert_eq!(rows[..1], before);
    assert_eq!(
        rows[1..],
        [
            format!("1 override admit supervisor {person} 0 a-17"),
            format!("2 override refuse other {person} 1 b-2"),
        ]
    );
}

/// Somebody else may stand there by then.
#[test]
fn after_what_could_not_be_read_a_decision_names_its_event() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    scan.ask(&site.refused(1));
    assert_eq!(said(&scan.ask(&"x".repeat(20_000))), "fault line-too-long");
    assert_eq!(said(&scan.command(OVERRIDE)), "command nothing-to-override");
    let word = scan.ready["command_word"].clone();
    let object = |about: u64| {
        let decision = json!({
            "command": "override", "operator": "a-17", "outcome": "admit", "reason": "supervisor",
            "about": about, "word": word,
        });
        decision.to_string()
    };
    assert_eq!(said(&scan.ask(&object(1))), "command nothing-to-override");
    assert_eq!(scan.ask(&object(0))["about"], 0);
}

#[test]
fn objects_command_as_words_do() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    let word = scan.ready["command_word"].clone();
    assert_eq!(scan.ask(&site.refused(1))["outcome"], "refuse");
    let object = json!({
        "command": "override", "operator": "a-17", "outcome": "admit", "reason": "supervisor", "word": word,
    });
    assert_eq!(said(&scan.ask(&object.to_string())), "admit supervisor");
    // Where it names the event that is meant, it is about no other: somebody else may have come meanwhile.
    let mut meant = object.clone();
    meant["about"] = json!(0);
    assert_eq!(said(&scan.ask(&meant.to_string())), "command nothing-to-override");
    meant["about"] = json!(1);
    assert_eq!(scan.ask(&meant.to_string())["about"], 1);
    let bad = json!({ "command": "override", "operator": "a-17", "outcome": "pass", "reason": "other", "word": word });
    assert_eq!(said(&scan.ask(&bad.to_string())), "command not-a-command");
    let (rest, status) = {
        scan.send(&json!({ "command": "quit", "word": word }).to_string());
        scan.rest()
    };
    assert_eq!((rest[0]["type"].as_str(), status.code()), (Some("counts"), Some(0)));
}

#[test]
fn who_is_not_an_operator_and_what_is_not_a_reason_is_not_logged() {
    let site = Site::new();
    site.configure("[staff]\noperators = [\"a-17\"]\nreasons = [\"supervisor\"]\n");
    let mut scan = site.scan([""; 0]);
    assert_eq!(said(&scan.command(OVERRIDE)), "command nothing-to-override");
    scan.ask(&site.refused(1));
    for (words, reason) in [
        ("override b-2 admit supervisor", "unknown-operator"),
        ("manual b-2 admit supervisor", "unknown-operator"),
        ("hand-over b-2", "unknown-operator"),
        ("override a-17 admit medical", "unknown-reason"),
        ("manual a-17 admit medical", "unknown-reason"),
        ("override a-17 pass supervisor", "not-a-command"),
        ("override a/17 admit supervisor", "not-a-command"),
        // It may be the number of a document, which has no place in a log.
        ("manual 110105194912310 admit supervisor", "not-a-command"),
        ("open", "not-a-command"),
    ] {
        assert_eq!(said(&scan.command(words)), format!("command {reason}"), "{words}");
    }
    // None of them used up what there is to decide.
    assert_eq!(said(&scan.command(OVERRIDE)), "admit supervisor");
    scan.end();
    assert_eq!(site.rows("kind"), ["code", "override"]);
}

#[test]
fn a_document_that_a_person_looked_at_is_a_manual_entry() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    let entry = scan.command("manual a-17 admit no-phone");
    assert_eq!(
        (said(&entry).as_str(), &entry["kind"]),
        ("admit no-phone", &json!("manual"))
    );
    assert_eq!((&entry["about"], &entry["document_tag"]), (&json!(null), &json!(null)));
    scan.end();
    assert_eq!(
        site.rows("kind outcome reasons source about operator code"),
        ["manual admit no-phone hand - a-17 -"]
    );
}

#[test]
fn a_hand_over_ends_the_shift_with_the_root_of_the_log() {
    let site = Site::new();
    let mut scan = site.scan(["--operator", "a-17"]);
    scan.ask(&site.good(1));
    scan.ask(&site.refused(2));
    scan.command(OVERRIDE);
    scan.command("manual a-17 refuse other");
    let over = scan.command("hand-over b-2");
    let number = |name: &str| over[name].as_u64().unwrap();
    assert_eq!(over["operator"], "a-17");
    assert_eq!(["admit", "refer", "refuse", "fault"].map(number), [1, 0, 1, 0]);
    assert_eq!(
        ["manual", "documents", "overrides", "events", "size"].map(number),
        [1, 0, 1, 4, 4]
    );
    // Nobody decides for the shift before.
    assert_eq!(said(&scan.command(OVERRIDE)), "command nothing-to-override");
    scan.ask(&site.good(3));
    let next = scan.command("hand-over c-3");
    assert_eq!(
        (&next["operator"], &next["admit"], &next["events"]),
        (&json!("b-2"), &json!(1), &json!(1))
    );
    assert_eq!(next["size"], 5);
    let (rest, _) = scan.end();
    assert_eq!(rest[0]["admit"], 0, "the counts are those of the shift");
    let tip = site.log().tip();
    let digits = postern_core::hex(&tip.root[..8]);
    assert_eq!((next["root"].as_str().unwrap().replace('-', ""), tip.size), (digits, 5));
}

#[test]
fn nobody_is_judged_while_the_gate_is_locked() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    scan.ask(&site.refused(1));
    assert_eq!(scan.command("lock")["type"], "locked");
    assert_eq!(scan.ask(&site.good(2))["type"], "locked");
    assert_eq!(scan.ask(&"x".repeat(20_000))["type"], "locked");
    for words in ["manual a-17 admit other", OVERRIDE, "hand-over a-17", "quit", "lock"] {
        assert_eq!(scan.command(words)["type"], "locked", "{words}");
    }
    assert_eq!(scan.command("unlock")["type"], "ready");
    assert_eq!(
        said(&scan.command(OVERRIDE)),
        "command nothing-to-override",
        "that person is gone"
    );
    assert_eq!(said(&scan.ask(&site.good(2))), "admit");
    scan.end();
    assert_eq!(site.rows("kind outcome"), ["code refuse", "code admit"]);
}

#[test]
fn where_no_scanner_types_every_line_is_a_command() {
    let site = Site::new();
    let port = site.path("scanner");
    let mut wire = Wire::plug_in(&port);
    let source = format!("serial:{}", port.display());
    let mut scan = site.scan(["--source", &source]);
    assert_eq!(scan.ready["command_word"], json!(null));
    assert_eq!(scan.next()["state"], "ready");
    wire.send(&format!("{}\r", site.refused(1)));
    let refused = scan.next();
    assert_eq!(
        (&refused["outcome"], &refused["device"]),
        (&json!("refuse"), &json!(source))
    );
    assert_eq!(
        said(&scan.ask(&site.good(2))),
        "command not-a-command",
        "codes do not come from there"
    );
    assert_eq!(said(&scan.ask(OVERRIDE)), "admit supervisor");
    wire.send(&format!("{OVERRIDE}\r"));
    assert_eq!(
        said(&scan.next()),
        "refuse not-a-code",
        "and commands not from the scanner"
    );
    scan.send("quit");
    let (rest, status) = scan.rest();
    assert_eq!((rest[0]["type"].as_str(), status.code()), (Some("counts"), Some(0)));
    assert_eq!(site.rows("kind"), ["code", "override", "code"]);
}

/// A person at a terminal learns the word, and reads in lines what others read as objects.
#[test]
fn a_person_at_a_terminal_is_told_the_word_and_reads_lines() {
    let site = Site::new();
    let keyboard = site.path("keyboard");
    let wire = Wire::plug_in(&keyboard);
    let terminal = std::fs::File::options().read(true).write(true).open(&keyboard).unwrap();
    let mut scan = command(BIN);
    scan.args(["scan", "--view", "lines", "--store"]).arg(site.store());
    scan.stdin(terminal).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = scan.spawn().unwrap();
    let mut errors = child.stderr.take().unwrap();
    let mut told = String::new();
    let word = loop {
        let mut bytes = [0; 256];
        let n = errors.read(&mut bytes).unwrap();
        assert!(n > 0, "it ended without the word: {told}");
        told.push_str(&String::from_utf8_lossy(&bytes[..n]));
        if let Some((_, rest)) = told.split_once('#')
            && let Some((word, _)) = rest.split_once(' ')
        {
            break format!("#{word}");
        }
    };
    for line in [
        &site.refused(1),
        "override a-17 admit supervisor",
        &format!("{word} override a-17 admit supervisor"),
        &format!("{word} override a-17 admit no-reason"),
        &format!("{word} hand-over b-2"),
        &format!("{word} lock"),
        &site.good(2),
        &format!("{word} unlock"),
        &format!("{word} language"),
        &site.good(2),
        &format!("{word} quit"),
    ] {
        writeln!(wire.port(), "{line}").unwrap();
    }
    errors.read_to_string(&mut told).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let shown = String::from_utf8(output.stdout).unwrap();
    let mut rest = shown.as_str();
    // In this order.
    for part in [
        "✘ REFUSE",
        "An entry rule is not met.",
        "✘ REFUSE",
        "This is not a health code.",
        "✔ ADMIT",
        "by a-17",
        "about event 1",
        "Write this down",
        "3 events",
        "✔ 放行",
        "放行 1",
    ] {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("{part} is not in {rest}, of {shown}"));
        rest = &rest[at + part.len()..];
    }
    assert_eq!(
        shown.matches("✔").count(),
        3,
        "one by a person, one by the gate with its rule: {shown}"
    );
    assert!(told.contains("scan: "), "{told}");
    assert_eq!(
        site.rows("kind outcome"),
        ["code refuse", "code refuse", "override admit", "code admit"]
    );
}
