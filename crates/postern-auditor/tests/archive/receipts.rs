//! Receipts.

use std::fs;
use std::path::Path;

use postern_core::keyfile;
use postern_core::keys::{PublicKey, Signer};
use postern_log::bundle::receipt_path;
use postern_log::note::MAX_SIGNATURES;
use postern_log::receipt::Receipt;

use crate::common::{Engine, Gate, MORNING, Office, json_lines};

fn auditor(office: &Office) -> PublicKey {
    let pem = fs::read(office.dir().join("auditor.pub")).unwrap();
    keyfile::parse_public(&pem).unwrap().0
}

/// Gives receipts: how many are new, and how many were written.
fn give(office: &Office, out: &Path) -> (u64, u64) {
    let output = office.run("receipts", &["--out", out.to_str().unwrap()], true);
    let line = json_lines(&output).pop().unwrap();
    (line["new"].as_u64().unwrap(), line["written"].as_u64().unwrap())
}

fn open(gate: &Gate, office: &Office, out: &Path) -> Receipt {
    let (key, public) = (auditor(office), gate.key.public());
    let note = fs::read_to_string(out.join(receipt_path(&public, &key))).unwrap();
    Receipt::open(&note, &gate.name, &public, "made-up-audit", &key).unwrap()
}

pub(crate) fn what_is_new_is_receipted_once(engine: Engine) {
    let (mut one, mut two, idle) = (Gate::new(1), Gate::new(2), Gate::new(3));
    one.scan(10, MORNING);
    two.scan(20, MORNING);
    let (office, out) = (Office::new(engine), tempfile::tempdir().unwrap());
    office.enrol(&[&one, &two, &idle]);
    assert_eq!(give(&office, out.path()), (0, 0));
    office.ingest_bytes(&[&one.bundle(0, 10, &office), &two.bundle(0, 20, &office)]);
    assert_eq!(give(&office, out.path()), (2, 2));
    assert_eq!(open(&one, &office, out.path()).checkpoint.tip, one.log.tip());
    assert_eq!(give(&office, out.path()), (0, 0), "nothing is new");
    two.scan(5, MORNING + 20);
    office.ingest_bytes(&[&two.bundle(20, 25, &office)]);
    assert_eq!(give(&office, out.path()), (1, 1));
    assert_eq!(open(&two, &office, out.path()).checkpoint.tip, two.log.tip());
    assert_eq!(office.verify(), Vec::<String>::new());
    // What a receipt says was cut off by somebody.
    let note = "UPDATE receipts SET note = 'gate-1\n10\n'";
    office.tamper(note);
    assert_eq!(
        office.verify(),
        ["gate-1 receipt-forged 10", "gate-2 receipt-forged 25"]
    );
}

pub(crate) fn a_receipt_that_was_lost_is_written_again(engine: Engine) {
    let mut gate = Gate::new(1);
    gate.scan(10, MORNING);
    let (office, out) = (Office::new(engine), tempfile::tempdir().unwrap());
    office.enrol(&[&gate]);
    office.ingest_bytes(&[&gate.bundle(0, 10, &office)]);
    assert_eq!(give(&office, out.path()), (1, 1));
    let file = out.path().join(receipt_path(&gate.key.public(), &auditor(&office)));
    let first = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(give(&office, out.path()), (0, 1));
    assert_eq!(fs::read(&file).unwrap(), first, "the same as it was, with its time");
    fs::write(&file, "made up").unwrap();
    assert_eq!(give(&office, out.path()), (0, 1));
    assert_eq!(fs::read(&file).unwrap(), first);
}

/// A gate may add lines of whoever to its notes: what the archive keeps has room for the office's.
pub(crate) fn a_note_full_of_signatures_is_receipted(engine: Engine) {
    let mut gate = Gate::new(1);
    gate.scan(10, MORNING);
    let (office, out) = (Office::new(engine), tempfile::tempdir().unwrap());
    office.enrol(&[&gate]);
    let mut bundle = gate.content(0, 10);
    for _ in 1..MAX_SIGNATURES {
        bundle.note.push_str("\u{2014} made-up AAAAAAA=\n");
    }
    assert_eq!(office.ingest_bytes(&[&gate.seal(&bundle, &office)]).taken, 1);
    assert_eq!(give(&office, out.path()), (1, 1));
    assert_eq!(open(&gate, &office, out.path()).checkpoint.tip, gate.log.tip());
}

pub(crate) fn one_gate_without_a_receipt_stops_no_other(engine: Engine) {
    let (mut one, mut two, mut three) = (Gate::new(1), Gate::new(2), Gate::new(3));
    let (office, out) = (Office::new(engine), tempfile::tempdir().unwrap());
    office.enrol(&[&one, &two, &three]);
    for gate in [&mut one, &mut two, &mut three] {
        gate.scan(10, MORNING);
        office.ingest_bytes(&[&gate.bundle(0, 10, &office)]);
    }
    // A checkpoint that somebody put in for the first gate, a file that is no receipt for the second.
    office.tamper("UPDATE gates SET checkpoint = replace(checkpoint, 'gate-1', 'gate-3') WHERE name = 'gate-1'");
    let file = out.path().join(receipt_path(&two.key.public(), &auditor(&office)));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, vec![b'x'; 100_000]).unwrap();
    let output = office.run("receipts", &["--out", out.path().to_str().unwrap()], true);
    assert_eq!(output.status.code(), Some(3));
    let lines = json_lines(&output);
    assert_eq!(
        (&lines[0]["gate"], &lines[0]["reason"]),
        (&"gate-1".into(), &"receipt-other-name".into())
    );
    let numbers = ["new", "written", "failed"].map(|name| lines[1][name].as_u64().unwrap());
    assert_eq!(numbers, [2, 2, 1]);
    for gate in [&two, &three] {
        assert_eq!(open(gate, &office, out.path()).checkpoint.tip, gate.log.tip());
    }
    assert!(
        !out.path()
            .join(receipt_path(&one.key.public(), &auditor(&office)))
            .exists()
    );
}
