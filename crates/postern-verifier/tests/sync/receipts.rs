//! What comes back from auditors, what counts of it, and what it says about the log.

use std::fs;

use postern_core::keys::{PrivateKey, Signer};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::Frontier;
use postern_log::{Log, Tip};

use crate::common::{DAY, MADE};
use crate::evidence::{Auditor, event, file, fill, gate, key, log, log_command, names, sent, sync, tip};
use crate::{before, came, drop_box, note};

#[test]
fn a_receipt_comes_back_and_what_it_covers_is_not_sent_again() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 1000);
    let (place, key) = (drop_box(), key(&gate));
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!(came(&told), "nothing");
    let bundle = auditor.open(&file(place.path(), &key, 0, 1000), &key);
    let receipt = auditor.receipt(&bundle.note, MADE.plus(9));
    auditor.leave(place.path(), &key, receipt.as_bytes());

    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((came(&told), told["receipted"].as_u64()), ("new", Some(1000)));
    assert_eq!(sent(&told), []);
    let kept = gate
        .store()
        .join(format!("receipts/{}.receipt", auditor.key.public().kid()));
    assert_eq!(fs::read_to_string(kept).unwrap(), receipt);
    fill(&gate, 10);
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((came(&told), sent(&told)), ("nothing", vec![(1000, 1010)]));
    let bundle = auditor.open(&file(place.path(), &key, 1000, 1010), &key);
    assert_eq!(bundle.leaves.len(), 10);
    assert!(!bundle.proof.is_empty());

    let done = log_command(&gate, "verify", &[]);
    assert_eq!(done.status, 0, "{}", done.stdout);
    let told = &done.json()[0]["auditors"][0];
    assert_eq!((told["size"].as_u64(), told["since"].as_u64()), (Some(1000), Some(10)));
}

#[test]
fn receipts_can_be_fetched_alone() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 5);
    let place = drop_box();
    let receipt = auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9));
    auditor.leave(place.path(), &key(&gate), receipt.as_bytes());
    let told = sync(&gate, place.path(), &["--receipts-only"], 0);
    assert_eq!((came(&told), sent(&told)), ("new", vec![]));
    assert_eq!(names(place.path(), &key(&gate)), [""; 0]);
}

#[test]
fn what_is_no_receipt_leaves_the_one_that_is_held() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 100);
    let (place, key) = (drop_box(), key(&gate));
    let half = {
        let reader = postern_log::Reader::open(&log(&gate)).unwrap();
        let tree = reader.frontier_at(50).unwrap();
        Tip {
            size: 50,
            root: tree.root(),
        }
    };
    let good = auditor.receipt(&note(&gate, half), MADE.plus(100));
    auditor.leave(place.path(), &key, good.as_bytes());
    assert_eq!(came(&sync(&gate, place.path(), &[], 0)), "new");

    let whole = note(&gate, tip(&gate));
    let stranger = Auditor {
        key: PrivateKey::from_seed(&[199; 32]),
        ..Auditor::new(1)
    };
    let other_gate = Checkpoint {
        origin: "south-1".to_owned(),
        tip: tip(&gate),
    };
    let forged = other_gate.sign(&PrivateKey::from_seed(&[9; 32])).unwrap();
    let by_other_key = Checkpoint {
        origin: "north-1".to_owned(),
        tip: tip(&gate),
    };
    let by_other_key = by_other_key.sign(&PrivateKey::from_seed(&[9; 32])).unwrap();
    let flipped = |text: String| {
        let mut bytes = text.into_bytes();
        let at = bytes.len() - 20;
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        bytes
    };
    for (what, receipt) in [
        (
            "by a stranger's key",
            stranger.receipt(&whole, MADE.plus(200)).into_bytes(),
        ),
        ("of another gate", auditor.receipt(&forged, MADE.plus(200)).into_bytes()),
        (
            "of another gate's key",
            auditor.receipt(&by_other_key, MADE.plus(200)).into_bytes(),
        ),
        ("not signed by the auditor", whole.clone().into_bytes()),
        ("changed", flipped(auditor.receipt(&whole, MADE.plus(200)))),
        (
            "before the auditor's time",
            auditor.receipt(&whole, before(1)).into_bytes(),
        ),
        (
            "after the auditor's time",
            auditor.receipt(&whole, MADE.plus(3651 * DAY)).into_bytes(),
        ),
        ("no text", vec![0xff; 100]),
        ("nothing", vec![]),
        ("too large", vec![b'a'; 5000]),
        ("older", auditor.receipt(&whole, MADE.plus(99)).into_bytes()),
        ("the same", good.clone().into_bytes()),
    ] {
        auditor.leave(place.path(), &key, &receipt);
        let told = sync(&gate, place.path(), &[], 0);
        let expected = ["older", "the same"].contains(&what);
        assert_eq!(came(&told) == "nothing", expected, "{what}: {told}");
        assert_ne!(came(&told), "new", "{what}");
        assert_eq!(told["receipted"].as_u64(), Some(50), "{what}");
        assert_eq!(told["receipts"][0]["size"].as_u64(), Some(50), "{what}");
    }
    // A newer one for less: the auditor has lost something. It is believed.
    let less = Tip {
        size: 0,
        root: Frontier::new().root(),
    };
    let receipt = auditor.receipt(&note(&gate, less), MADE.plus(300));
    auditor.leave(place.path(), &key, receipt.as_bytes());
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((came(&told), told["receipted"].as_u64()), ("new", Some(0)));
}

#[test]
fn a_log_that_was_put_back_or_made_again_is_told_and_sent_again() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 20);
    let key = key(&gate);
    let copy = fs::read(log(&gate)).unwrap();
    fill(&gate, 20);
    let place = drop_box();
    sync(&gate, place.path(), &[], 0);
    let receipt = auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9));
    auditor.leave(place.path(), &key, receipt.as_bytes());
    assert_eq!(came(&sync(&gate, place.path(), &[], 0)), "new");

    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(gate.store().join(format!("log.sqlite{ending}")));
    }
    fs::write(log(&gate), copy).unwrap();
    let told = sync(&gate, place.path(), &[], 1);
    assert_eq!(told["receipts"][0]["contradiction"], "rolled-back");
    assert_eq!((told["receipted"].as_u64(), sent(&told)), (Some(0), vec![(0, 20)]));
    let done = log_command(&gate, "verify", &[]);
    assert_eq!(
        (done.status, &done.json()[0]["findings"][0]["reason"]),
        (1, &"rolled-back".into())
    );

    // It grows again, into another log of the same size.
    let mut other = Log::open(&log(&gate)).unwrap();
    other.append_batch((20..40).map(|n| event(n + 1000))).unwrap();
    drop(other);
    let told = sync(&gate, place.path(), &[], 1);
    assert_eq!(told["receipts"][0]["contradiction"], "receipt-mismatch");
    let done = log_command(&gate, "verify", &[]);
    assert_eq!(
        (done.status, &done.json()[0]["findings"][0]["reason"]),
        (1, &"receipt-mismatch".into())
    );
    let done = log_command(&gate, "prune", &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "log-contradicted"));
}
