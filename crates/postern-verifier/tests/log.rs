//! `log verify`, `show`, `export`, `prune`.

mod common;
mod evidence;

use std::fs;

use common::{Authority, DAY, Done, Gate, MADE};
use evidence::{Auditor, RETENTION, event, file, fill, gate, key, log, log_command, repository, secret, sync, tip};
use postern_core::time::Time;
use postern_log::checkpoint::Checkpoint;
use postern_log::{Log, Reader, Tip};
use serde_json::Value;

/// Has the gate fetch a receipt for its first `size` events.
fn receive(gate: &Gate, auditor: &Auditor, size: u64, time: Time) {
    let root = Reader::open(&log(gate)).unwrap().frontier_at(size).unwrap().root();
    let checkpoint = Checkpoint {
        origin: "north-1".to_owned(),
        tip: Tip { size, root },
    };
    let note = checkpoint.sign(&secret(gate)).unwrap();
    let place = tempfile::tempdir().unwrap();
    auditor.leave(place.path(), &key(gate), auditor.receipt(&note, time).as_bytes());
    sync(gate, place.path(), &["--receipts-only"], 0);
}

fn verify(gate: &Gate, status: i32) -> Value {
    let done = log_command(gate, "verify", &[]);
    assert_eq!(done.status, status, "{} {}", done.stdout, done.stderr);
    done.json().remove(0)
}

fn reasons(told: &Value) -> Vec<&str> {
    let findings = told["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["reason"].as_str().unwrap()).collect()
}

fn sql(gate: &Gate, text: &str) {
    rusqlite::Connection::open(log(gate))
        .unwrap()
        .execute_batch(text)
        .unwrap();
}

#[test]
fn a_good_log_is_told_with_its_seals_and_what_is_not_sealed_yet() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 2500);
    let told = verify(&gate, 0);
    assert_eq!(told["good"], true);
    for (name, number) in [
        ("rows", 2500),
        ("size", 2500),
        ("sealed", 2048),
        ("unsealed", 452),
        ("missing_seals", 0),
    ] {
        assert_eq!(told[name], number, "{name}");
    }
    assert_eq!(told["auditors"][0]["size"], Value::Null);
    assert_eq!(told["auditors"][0]["since"], 2500);
    // The key was not at hand for a while: missing, and no finding.
    Log::open(&log(&gate))
        .unwrap()
        .append_batch((2500..3100).map(event))
        .unwrap();
    let told = verify(&gate, 0);
    assert_eq!((&told["missing_seals"], &told["unsealed"]), (&1.into(), &1052.into()));
    let text = gate_text(&gate, "verify", "en");
    for words in ["Nothing is wrong", "Unsealed tail", "auditor-1", "3100"] {
        assert!(text.stdout.contains(words), "{words}: {}", text.stdout);
    }
    assert!(gate_text(&gate, "verify", "zh").stdout.contains("没有问题"));
}

fn gate_text(gate: &Gate, command: &str, lang: &str) -> Done {
    let store = gate.store();
    common::run(["log", command, "--lang", lang, "--store", store.to_str().unwrap()])
}

#[test]
fn what_is_wrong_with_a_log_is_named_and_the_status_is_1() {
    let auditor = Auditor::new(1);
    for (text, reason) in [
        ("UPDATE events SET outcome = 'admit' WHERE seq = 10", "column-edited"),
        ("DELETE FROM events WHERE seq = 10", "missing-rows"),
        ("UPDATE events SET leaf = x'00' WHERE seq = 10", "leaf-unreadable"),
        ("UPDATE checkpoints SET note = 'made up'", "checkpoint-forged"),
        ("UPDATE tree SET root = zeroblob(32)", "wrong-root"),
        ("DROP VIEW v_scans", "schema-changed"),
    ] {
        let gate = gate(&[&auditor]);
        fill(&gate, 1100);
        sql(&gate, text);
        let told = verify(&gate, 1);
        assert_eq!(told["good"], false);
        assert!(reasons(&told).contains(&reason), "{text}: {told}");
        for lang in ["en", "zh"] {
            let done = gate_text(&gate, "verify", lang);
            assert_eq!(done.status, 1);
            assert!(done.stdout.contains("  ! "), "{}", done.stdout);
        }
    }
}

#[test]
fn a_receipt_in_the_store_that_is_none_is_told() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 10);
    receive(&gate, &auditor, 10, MADE.plus(9));
    let path = gate
        .store()
        .join(format!("receipts/{}.receipt", auditor.key.kid_text()));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("north-1\n10\n", "north-1\n11\n")).unwrap();
    let told = verify(&gate, 1);
    assert_eq!(told["auditors"][0]["fault"], "note-bad-signature");
    assert!(gate_text(&gate, "verify", "en").stdout.contains("Fetch it again"));
}

trait Kid {
    fn kid_text(&self) -> String;
}

impl Kid for postern_core::keys::PrivateKey {
    fn kid_text(&self) -> String {
        postern_core::keys::Signer::public(self).kid().to_string()
    }
}

#[test]
fn events_are_shown_the_last_or_from_one_on_and_by_outcome_and_kind() {
    let gate = gate(&[]);
    fill(&gate, 1200);
    let seqs = |more: &[&str]| -> Vec<u64> {
        let done = log_command(&gate, "show", more);
        assert_eq!(done.status, 0, "{}", done.stderr);
        done.json().iter().map(|event| event["seq"].as_u64().unwrap()).collect()
    };
    assert_eq!(seqs(&[]), (1180..1200).collect::<Vec<_>>());
    assert_eq!(seqs(&["--last", "3"]), [1197, 1198, 1199]);
    assert_eq!(seqs(&["--from", "1198"]), [1198, 1199]);
    assert_eq!(seqs(&["--from", "0"]).len(), 1200);
    assert_eq!(seqs(&["--from", "1197", "--last", "2"]), [1198, 1199]);
    assert!(seqs(&["--from", "5000"]).is_empty());
    assert_eq!(seqs(&["--last", "5000"]).len(), 1200);
    assert_eq!(seqs(&["--outcome", "refuse", "--last", "2"]), [1180, 1190]);
    assert_eq!(seqs(&["--outcome", "refuse", "--last", "200"]).len(), 120);
    assert_eq!(
        seqs(&["--kind", "manual", "--from", "0"]),
        (0..1200).filter(|n| n % 7 == 3).collect::<Vec<_>>()
    );
    assert!(seqs(&["--kind", "override"]).is_empty());
    assert_eq!(log_command(&gate, "show", &["--outcome", "perhaps"]).status, 2);

    let done = log_command(&gate, "show", &["--from", "3", "--last", "1197"]);
    let shown = &done.json()[0];
    for (name, value) in [
        ("seq", Value::from(3)),
        ("time", "2026-12-01T00:00:03Z".into()),
        ("outcome", "admit".into()),
        ("kind", "manual".into()),
        ("source", "hand".into()),
        ("operator", "op-7".into()),
        ("code", "03".repeat(16).into()),
        ("grade", "fresh".into()),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    let text = gate_text(&gate, "show", "en").stdout;
    for words in [
        "REFUSE",
        "made-up",
        "Entry without a code",
        "op-7",
        "2026-12-01T00:19:59Z",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn an_export_is_what_sync_would_send() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 40);
    let folder = tempfile::tempdir().unwrap();
    let (key, out) = (key(&gate), folder.path().to_str().unwrap());
    let done = log_command(&gate, "export", &["--out", out]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(done.json()[0]["files"][0]["to"], 40);
    let bundle = auditor.open(&file(folder.path(), &key, 0, 40), &key);
    assert_eq!(bundle.checkpoint().unwrap().tip, tip(&gate));
    // A drop box: sync goes on where it ended.
    assert_eq!(sync(&gate, folder.path(), &[], 0)["there"], 1);

    let single = folder.path().join("a.log");
    let done = log_command(&gate, "export", &["--out", single.to_str().unwrap()]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(auditor.open(&single, &key).leaves.len(), 40);
    let done = log_command(&gate, "export", &["--out", single.to_str().unwrap()]);
    assert_eq!((done.status, done.error().as_str()), (1, "file-exists"));

    receive(&gate, &auditor, 40, MADE.plus(9));
    let done = log_command(&gate, "export", &["--out", out]);
    assert_eq!(done.json()[0]["files"].as_array().unwrap().len(), 0);
    fill(&gate, 70_000);
    let done = log_command(
        &gate,
        "export",
        &["--out", folder.path().join("b.log").to_str().unwrap()],
    );
    assert_eq!((done.status, done.error().as_str()), (1, "export-needs-folder"));
    assert!(!folder.path().join("b.log").exists());
}

fn prune(gate: &Gate, more: &[&str]) -> Value {
    let done = log_command(gate, "prune", more);
    assert_eq!(done.status, 0, "{}", done.stderr);
    done.json().remove(0)
}

#[test]
fn only_what_all_auditors_have_and_is_old_enough_is_dropped() {
    let (first, second) = (Auditor::new(1), Auditor::new(2));
    let gate = gate(&[&first, &second]);
    fill(&gate, 5000);
    let root = tip(&gate);
    let late = MADE.plus(5000 + RETENTION);
    receive(&gate, &first, 5000, late);
    let told = prune(&gate, &[]);
    assert_eq!(
        (&told["dropped"], &told["lacks_receipt"]),
        (&0.into(), &"auditor-2".into())
    );
    // The other has less, and later: 3,500 is within the checkpoint of 3,072.
    receive(&gate, &second, 3500, late.plus(DAY));
    let told = prune(&gate, &["--dry-run"]);
    assert_eq!(
        (&told["dropped"], &told["first"], &told["dry_run"]),
        (&3072.into(), &3072.into(), &true.into())
    );
    assert_eq!(verify(&gate, 0)["pruned"], 0);
    // Whoever runs the gate may keep more: so that all but the first 2,000 are too young.
    let longer = (RETENTION + 3000).to_string();
    assert_eq!(prune(&gate, &["--retention", &longer, "--dry-run"])["dropped"], 1024);
    // Not less.
    assert_eq!(prune(&gate, &["--retention", "0", "--dry-run"])["dropped"], 3072);
    assert_eq!(prune(&gate, &[])["dropped"], 3072);
    assert_eq!(prune(&gate, &[])["dropped"], 0);
    assert_eq!(tip(&gate), root);
    let told = verify(&gate, 0);
    assert_eq!((&told["pruned"], &told["rows"]), (&3072.into(), &1928.into()));
    let shown = log_command(&gate, "show", &["--from", "0"]).json();
    assert_eq!((shown.len(), &shown[0]["seq"]), (1928, &3072.into()));
    // What is left goes on its way all the same, and grows.
    fill(&gate, 10);
    let place = tempfile::tempdir().unwrap();
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!(
        (&told["receipted"], evidence::sent(&told)),
        (&3500.into(), vec![(3500, 5010)])
    );
    second.open(&file(place.path(), &key(&gate), 3500, 5010), &key(&gate));
}

#[test]
fn receipts_from_before_the_retention_time_drop_nothing() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3000);
    receive(&gate, &auditor, 3000, MADE.plus(3000));
    assert_eq!(prune(&gate, &[])["dropped"], 0);
    assert!(gate_text(&gate, "prune", "en").stdout.contains("Nothing is old enough"));
}

#[test]
fn without_a_word_of_the_authority_nothing_is_dropped() {
    let gate = Gate::updated(Authority::patient());
    fill(&gate, 10);
    let done = log_command(&gate, "prune", &["--retention", "0"]);
    assert_eq!((done.status, done.error().as_str()), (1, "no-retention"));
    let mut pack = gate.authority.pack_payload(2);
    pack.retention = Some(0);
    assert_eq!(gate.update(&gate.authority.repository_of(pack, 2)).status, 0);
    let done = log_command(&gate, "prune", &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "no-auditors"));
    assert_eq!(verify(&gate, 0)["rows"], 10);
}

#[test]
fn a_log_that_is_being_written_is_not_pruned() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 2000);
    receive(&gate, &auditor, 2000, MADE.plus(2 * RETENTION));
    let writer = Log::open(&log(&gate)).unwrap();
    let done = log_command(&gate, "prune", &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "log-busy"));
    drop(writer);
    assert_eq!(prune(&gate, &[])["dropped"], 1024);
}

#[test]
fn a_new_auditor_gets_what_is_still_there() {
    let (first, second) = (Auditor::new(1), Auditor::new(2));
    let gate = gate(&[&first]);
    fill(&gate, 2000);
    receive(&gate, &first, 2000, MADE.plus(2 * RETENTION));
    assert_eq!(prune(&gate, &[])["dropped"], 1024);
    let done = gate.update(&repository(&gate.authority, 2, vec![first.entry(), second.entry()]));
    assert_eq!(done.status, 0, "{}", done.stderr);
    let place = tempfile::tempdir().unwrap();
    assert_eq!(evidence::sent(&sync(&gate, place.path(), &[], 0)), [(1024, 2000)]);
    second.open(&file(place.path(), &key(&gate), 1024, 2000), &key(&gate));
}
