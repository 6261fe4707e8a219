//! The folder is good as it was written, and any change to it is found.

mod hostile;

use std::fs;
use std::path::Path;

use postern_core::keys::Signer;
use postern_core::time::Time;
use postern_log::Outcome;
use postern_log::bundle::LogBundle;
use postern_log::checkpoint::Checkpoint;
use postern_log::receipt::cosign;
use postern_seal::Identity;
use tempfile::TempDir;

use super::check::{Checked, folder_of};
use super::error::{NotEvident, Why};
use super::folder::Bounds;
use super::*;
use crate::archive::{ForkRow, ReceiptRow, Span};
use crate::findings::city::{Memory, code, gate, key};
use crate::findings::{Thresholds, examine};

const AUDITOR: i64 = 200;
const SPAN: Span = Span { from: 0, until: 86_400 };

/// Two gates, one of them with a receipt and a fork.
fn archive() -> Memory {
    let mut memory = Memory::of(vec![gate(1, 34.1, 108.9, 0), gate(2, 34.2, 108.9, 0)]);
    for time in 0..20 {
        memory.add(1, code(1000 + time, Outcome::Admit));
    }
    memory.add(2, code(1000, Outcome::Refer));
    let mut other = memory.clone();
    memory.seal(8);
    other.add(1, code(5000, Outcome::Admit));
    other.seal(8);
    let theirs = other.gates[0].checkpoint.clone().unwrap();
    let bundle = LogBundle {
        key: key(1).public(),
        from: 0,
        gate: "gate-1".parse().unwrap(),
        note: theirs.clone(),
        proof: vec![],
        leaves: other.events[&1].iter().map(|event| event.to_leaf()).collect(),
    };
    let sealed = bundle.seal(&key(1), &[Identity::generate().recipient()]).unwrap();
    let ours = memory.gates[0].checkpoint.clone().unwrap();
    let receipt = cosign(&ours, "office", &key(AUDITOR), Time::saturating(9000)).unwrap();
    memory.receipts.push(ReceiptRow {
        gate: 1,
        size: 20,
        time: 9000,
        note: receipt,
    });
    let fork = ForkRow {
        id: 1,
        gate: 1,
        at: Some(20),
        ours,
        theirs,
        our_times: None,
        their_times: Some((5000, 5000)),
        seen: 9500,
        digest: Sha256::digest(&sealed).into(),
    };
    memory.forks.push((fork, sealed));
    memory
}

/// Writes the folder, and gives the digest of its manifest.
fn written(memory: &mut Memory) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let examined = examine(memory, &Thresholds::default(), SPAN, 10_000).unwrap();
    let auditor = Some(("office".to_owned(), key(AUDITOR).public()));
    let digest = write(&folder.path().join("evidence"), memory, &examined, auditor, 10_000).unwrap();
    (folder, postern_core::hex(&digest))
}

fn wrong(folder: &Path, manifest: Option<&str>) -> Vec<(String, Why)> {
    let (_, wrong) = folder_of(&folder.join("evidence"), manifest, Bounds::EVIDENCE);
    wrong.into_iter().map(|NotEvident { path, why }| (path, why)).collect()
}

fn gate_path(id: i64) -> String {
    format!("gates/{}.json", postern_core::hex(&key(id).public().thumbprint()))
}

/// Changes a file, and the manifest so that it goes with it: what somebody does who cannot sign.
fn forge(folder: &Path, path: &str, change: impl FnOnce(&str) -> String) {
    let file = folder.join("evidence").join(path);
    let before = fs::read_to_string(&file).unwrap();
    let after = change(&before);
    assert_ne!(before, after);
    fs::write(&file, &after).unwrap();
    let manifest = folder.join("evidence").join(MANIFEST);
    let digest = |text: &str| postern_core::hex(&Sha256::digest(text));
    let mut parsed: serde_json::Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    for entry in parsed["files"].as_array_mut().unwrap() {
        if entry["path"] == path {
            entry["size"] = after.len().into();
            entry["sha256"] = digest(&after).into();
        }
    }
    fs::write(&manifest, parsed.to_string()).unwrap();
}

#[test]
fn a_folder_is_good_as_it_was_written() {
    let (folder, digest) = written(&mut archive());
    let (checked, wrong) = folder_of(&folder.path().join("evidence"), Some(&digest), Bounds::EVIDENCE);
    assert_eq!(wrong, []);
    let expected = Checked {
        files: 7,
        gates: 2,
        checkpoints: 4,
        proofs: 2,
        receipts: 1,
        forks: 1,
    };
    assert_eq!(checked, expected);
}

#[test]
fn a_folder_is_written_once() {
    let (folder, _) = written(&mut archive());
    let mut memory = archive();
    let examined = examine(&mut memory, &Thresholds::default(), SPAN, 10_000).unwrap();
    let again = write(&folder.path().join("evidence"), &mut memory, &examined, None, 10_000);
    assert!(matches!(again, Err(Error::Exists(_))));
}

#[test]
fn every_byte_of_every_file_counts() {
    let (folder, digest) = written(&mut archive());
    let base = folder.path().join("evidence");
    let mut paths = vec![
        MANIFEST.to_owned(),
        "findings.jsonl".to_owned(),
        gate_path(1),
        gate_path(2),
    ];
    paths.extend(["fork.json", "ours.note", "theirs.note", "bundle.log"].map(|name| format!("forks/1/{name}")));
    for path in paths {
        let file = base.join(&path);
        let bytes = fs::read(&file).unwrap();
        // Of the large ones every seventh: the digest does not know one byte from another.
        for at in (0..bytes.len()).step_by(if bytes.len() > 600 { 7 } else { 1 }) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(&file, &changed).unwrap();
            assert!(!wrong(folder.path(), Some(&digest)).is_empty(), "{path} at {at}");
        }
        fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
        assert!(!wrong(folder.path(), Some(&digest)).is_empty(), "{path} cut");
        fs::write(&file, &bytes).unwrap();
    }
    assert_eq!(wrong(folder.path(), Some(&digest)), []);
}

#[test]
fn files_that_are_gone_and_files_that_came_are_found() {
    let (folder, digest) = written(&mut archive());
    let base = folder.path().join("evidence");
    fs::write(base.join("gates/more.json"), "{}").unwrap();
    assert_eq!(
        wrong(folder.path(), Some(&digest)),
        [("gates/more.json".to_owned(), Why::Extra)]
    );
    fs::remove_file(base.join("gates/more.json")).unwrap();
    fs::remove_file(base.join("forks/1/theirs.note")).unwrap();
    let found = wrong(folder.path(), Some(&digest));
    assert!(
        found.contains(&("forks/1/theirs.note".to_owned(), Why::Missing)),
        "{found:?}"
    );
    fs::remove_file(base.join(MANIFEST)).unwrap();
    assert_eq!(
        wrong(folder.path(), Some(&digest)),
        [(MANIFEST.to_owned(), Why::Missing)]
    );
}

#[test]
fn another_manifest_is_not_that_of_the_report() {
    let (folder, digest) = written(&mut archive());
    forge(folder.path(), "findings.jsonl", |text| format!("{text}{{}}\n"));
    assert_eq!(
        wrong(folder.path(), None),
        [],
        "nobody signs the findings: the digest on the page does"
    );
    assert_eq!(
        wrong(folder.path(), Some(&digest)),
        [(MANIFEST.to_owned(), Why::Manifest)]
    );
}

#[test]
fn a_checkpoint_that_the_gate_did_not_sign_is_forged() {
    let (folder, _) = written(&mut archive());
    forge(folder.path(), &gate_path(2), |text| {
        text.replace("\"size\": 1,", "\"size\": 2,")
    });
    assert_eq!(wrong(folder.path(), None), [(gate_path(2), Why::Checkpoint)]);
    let (folder, _) = written(&mut archive());
    forge(folder.path(), &gate_path(2), |text| {
        text.replace("gate-2\\n1\\n", "gate-2\\n2\\n")
    });
    assert_eq!(wrong(folder.path(), None), [(gate_path(2), Why::Checkpoint)]);
}

#[test]
fn a_proof_that_was_changed_proves_nothing() {
    let (folder, _) = written(&mut archive());
    forge(folder.path(), &gate_path(1), |text| {
        text.replace("\"from\": 8", "\"from\": 7")
    });
    assert_eq!(wrong(folder.path(), None), [(gate_path(1), Why::Proof)]);
    let mut other = archive();
    other.proofs.get_mut(&1).unwrap()[0].2[0] = [0; 32];
    let (folder, _) = written(&mut other);
    assert_eq!(wrong(folder.path(), None), [(gate_path(1), Why::Proof)]);
}

#[test]
fn proofs_that_the_archive_lacks_are_made() {
    let mut memory = archive();
    // A bundle that began before the checkpoint that the archive had.
    memory.proofs.get_mut(&1).unwrap()[1].0 = 3;
    let (folder, digest) = written(&mut memory);
    assert_eq!(wrong(folder.path(), Some(&digest)), []);
}

#[test]
fn a_receipt_by_somebody_else_is_bad() {
    let mut memory = archive();
    let ours = memory.gates[0].checkpoint.clone().unwrap();
    memory.receipts[0].note = cosign(&ours, "office", &key(3), Time::saturating(9000)).unwrap();
    let (folder, _) = written(&mut memory);
    assert_eq!(wrong(folder.path(), None), [(gate_path(1), Why::Receipt)]);
    // One of a root that is none of the checkpoints'.
    let mut memory = archive();
    let other = Checkpoint {
        origin: "gate-1".to_owned(),
        tip: postern_log::Tip {
            size: 20,
            root: [1; 32],
        },
    };
    let other = other.sign(&key(1)).unwrap();
    memory.receipts[0].note = cosign(&other, "office", &key(AUDITOR), Time::saturating(9000)).unwrap();
    let (folder, _) = written(&mut memory);
    assert_eq!(wrong(folder.path(), None), [(gate_path(1), Why::Receipt)]);
}

#[test]
fn a_fork_needs_two_notes_and_a_bundle_of_its_gate() {
    let fork = || "forks/1/fork.json".to_owned();
    let mut memory = archive();
    memory.forks[0].0.theirs = memory.forks[0].0.ours.clone();
    let (folder, _) = written(&mut memory);
    assert_eq!(wrong(folder.path(), None), [(fork(), Why::ForkNotes)]);
    let mut memory = archive();
    let at = memory.forks[0].1.len() - 1;
    memory.forks[0].1[at] ^= 1;
    let (folder, _) = written(&mut memory);
    assert_eq!(wrong(folder.path(), None), [(fork(), Why::ForkBundle)]);
    let mut memory = archive();
    memory.forks[0].0.theirs = memory.gates[1].checkpoint.clone().unwrap();
    let (folder, _) = written(&mut memory);
    assert_eq!(wrong(folder.path(), None), [(fork(), Why::Checkpoint)]);
}

#[test]
fn a_manifest_cannot_lead_out_of_its_folder() {
    let (folder, _) = written(&mut archive());
    let manifest = folder.path().join("evidence").join(MANIFEST);
    for path in ["../x", "/etc/hostname", "a//b", "gates/.hidden", "a/b/c/d", ""] {
        let files = serde_json::json!([{ "path": path, "size": 0, "sha256": "" }]);
        let text = serde_json::json!({
            "format": 1, "made": "", "from": "", "until": "", "auditor": null, "files": files
        });
        fs::write(&manifest, text.to_string()).unwrap();
        assert!(
            wrong(folder.path(), None).contains(&(path.to_owned(), Why::Unreadable)),
            "{path}"
        );
    }
    fs::write(&manifest, "{}").unwrap();
    assert_eq!(wrong(folder.path(), None), [(MANIFEST.to_owned(), Why::Unreadable)]);
}

#[test]
fn everything_that_can_be_wrong_has_words() {
    for language in [postern_cli::Language::English, postern_cli::Language::SimplifiedChinese] {
        let catalog = postern_cli::Catalog::new(language, crate::TEXTS);
        for why in Why::ALL {
            let id = format!("evidence-{}", why.as_str());
            assert!(catalog.has(&id), "{why:?}");
            assert_eq!(catalog.has_attribute(&id, "hint"), why.has_hint(), "{why:?}");
        }
    }
}
