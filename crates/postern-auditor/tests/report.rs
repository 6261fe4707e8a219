//! The report and its evidence, and admissions judged again: by black box.

#[path = "common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{Engine, Gate, MORNING, Office, event, json_lines, key, time};
use postern_core::keys::{Role, Signer};
use postern_core::repository::{NEWEST, path};
use postern_core::text::Names;
use postern_core::trust::{Document, DocumentKind, FilePin, Issuer, IssuerKey, Pack, Payload, Snapshot, Windows};
use postern_log::{Credential, NewEvent};

/// Two gates in an archive, one of which has two logs; with receipts.
fn office() -> Office {
    let mut gates = [Gate::new(1), Gate::new(2)];
    let office = Office::new(Engine::Sqlite);
    let mut clone = gates[0].scan(50, MORNING).copy();
    for gate in &mut gates {
        gate.scan(50, MORNING + 50);
    }
    clone.scan(70, MORNING + 60);
    office.enrol(&[&gates[0], &gates[1]]);
    for gate in &gates {
        let half = gate.size() / 2;
        office.ingest_bytes(&[&gate.bundle(0, half, &office)]);
        office.ingest_bytes(&[&gate.bundle(0, gate.size(), &office)]);
    }
    office.ingest_bytes(&[&clone.bundle(0, 120, &office)]);
    let out = office.folder.path().join("box");
    fs::create_dir_all(&out).unwrap();
    office.run("receipts", &["--out", out.to_str().unwrap()], true);
    office
}

fn reported(office: &Office) -> serde_json::Value {
    let at = |name: &str| office.folder.path().join(name).to_str().unwrap().to_owned();
    let output = office.run(
        "report",
        &["--out", &at("report.html"), "--evidence", &at("evidence")],
        false,
    );
    json_lines(&output).pop().unwrap()
}

/// Checks the folder as the report says: with nothing but the folder.
fn check(folder: &Path, manifest: Option<&str>) -> (Option<i32>, Vec<String>) {
    let mut command = std::process::Command::new(common::BIN);
    command.args(["verify", "--json", "--evidence"]).arg(folder);
    command.args(manifest.map(|digest| ["--manifest", digest]).into_iter().flatten());
    let output = command.output().unwrap();
    let mut lines = json_lines(&output);
    let summary = lines.pop().unwrap();
    assert_eq!(summary["good"], lines.is_empty());
    let why = lines.iter().map(|line| line["why"].as_str().unwrap().to_owned());
    (output.status.code(), why.collect())
}

#[test]
fn the_evidence_is_checked_by_the_command_that_the_report_tells() {
    let office = office();
    let summary = reported(&office);
    let page = fs::read_to_string(office.folder.path().join("report.html")).unwrap();
    let command = summary["check"].as_str().unwrap();
    let (words, digest) = command.rsplit_once(' ').unwrap();
    let folder = office.folder.path().join("evidence");
    let here = format!("postern-auditor verify --evidence {} --manifest", folder.display());
    assert_eq!(words, here, "from where the report was made");
    let beside = format!("postern-auditor verify --evidence evidence --manifest {digest}");
    assert!(page.contains(&beside), "for whom page and folder are given to");
    assert_eq!(check(&folder, Some(digest)), (Some(0), vec![]));
    assert_eq!(
        check(&folder, Some(&digest.replace(['0', '1'], "2"))).1,
        ["manifest-changed"]
    );
    fs::write(folder.join("findings.jsonl"), "").unwrap();
    assert_eq!(check(&folder, Some(digest)), (Some(3), vec!["file-changed".to_owned()]));
}

#[test]
fn the_evidence_holds_receipts_proofs_and_forks() {
    let office = office();
    reported(&office);
    let folder = office.folder.path().join("evidence");
    let output = std::process::Command::new(common::BIN)
        .args(["verify", "--json", "--evidence"])
        .arg(&folder)
        .output()
        .unwrap();
    let summary = json_lines(&output).pop().unwrap();
    let numbers: Vec<_> = ["gates", "checkpoints", "proofs", "receipts", "forks"]
        .map(|name| summary[name].as_u64().unwrap())
        .to_vec();
    assert_eq!(numbers, [2, 4, 2, 2, 1]);
    assert_eq!(summary["pinned"], false);
}

#[test]
fn a_report_takes_nobodys_place() {
    let office = office();
    reported(&office);
    let path = office.folder.path().join("report.html");
    let again = office
        .command("report", &["--out", path.to_str().unwrap()], false)
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1));
}

/// The authority of [`common`]: its snapshot and publisher keys.
const SNAPSHOT: u32 = 9002;
const PUBLISHER: u32 = 9003;
const ISSUER: u32 = 77;

/// Publishes a pack, whose one issuer is as `change` has it, and its snapshot.
fn publish(folder: &Path, root: &[u8], change: impl FnOnce(&mut Pack)) {
    let names = || Names::new("Made-up issuer", "虚构签发方").unwrap();
    let forever = time(MORNING + 200 * 86_400);
    let mut pack = Pack {
        name: names(),
        tags: vec![],
        rules: vec![],
        issued: time(MORNING),
        expires: forever,
        issuers: vec![Issuer {
            id: "xa".parse().unwrap(),
            from: time(MORNING - 86_400),
            keys: vec![IssuerKey {
                key: key(ISSUER).public(),
                from: time(MORNING - 86_400),
                role: Role::Code,
                until: forever,
            }],
            list: None,
            name: names(),
            rules: vec![],
            until: forever,
            columns: vec![],
            windows: None,
        }],
        version: 1,
        windows: Windows::try_from((86_400, 2 * 86_400, 9 * 86_400)).unwrap(),
        auditors: vec![],
        disk_full: None,
        emergency: None,
        retention: None,
        value_sets: BTreeMap::new(),
    };
    change(&mut pack);
    let signed = |document: &mut Document<Pack>| {
        let signature = document.sign(&key(PUBLISHER)).unwrap();
        document.add_signature(signature);
        document.to_bytes()
    };
    let pack = signed(&mut Document::draft(pack));
    let mut snapshot = Document::draft(Snapshot {
        pack: FilePin::of(&pack, 1),
        root: 1,
        files: vec![],
        issued: time(MORNING),
        version: 1,
        register: None,
    });
    let signature = snapshot.sign(&key(SNAPSHOT)).unwrap();
    snapshot.add_signature(signature);
    let put = |path: &str, bytes: &[u8]| {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    };
    put(&path(DocumentKind::Root, 1), root);
    put(&path(Pack::KIND, 1), &pack);
    put(NEWEST, &snapshot.to_bytes());
}

#[test]
fn admissions_are_judged_again_by_a_repository_of_today() {
    let mut gate = Gate::new(1);
    let kid = key(ISSUER).public().kid().0;
    let admitted = |number: u64, issued: u64| NewEvent {
        outcome: postern_log::Outcome::Admit,
        reasons: vec![],
        credential: Some(Credential {
            kid,
            issued,
            index: number,
        }),
        ..event(number, MORNING + number)
    };
    let events = (0..10).map(|number| admitted(number, MORNING - 1000 - number));
    gate.log.append_batch(events).unwrap();
    gate.scan(4, MORNING + 100);
    let office = Office::new(Engine::Sqlite);
    office.enrol(&[&gate]);
    assert!(office.ingest_bytes(&[&gate.bundle(0, gate.size(), &office)]).is_good);
    let root = fs::read(office.folder.path().join("1.root")).unwrap();
    let again = |name: &str, change: &dyn Fn(&mut Pack)| {
        let folder = office.folder.path().join(name);
        publish(&folder, &root, change);
        let output = office.run("recheck", &["--repository", folder.to_str().unwrap()], false);
        let mut lines = json_lines(&output);
        let summary = lines.pop().unwrap();
        assert_eq!(summary["checked"], 10);
        assert!(summary["not_checkable"].as_u64().unwrap() > 0);
        let why: Vec<_> = lines
            .iter()
            .map(|line| line["why"].as_str().unwrap().to_owned())
            .collect();
        (why, summary)
    };
    assert_eq!(again("same", &|_| ()).0, Vec::<String>::new());
    let (why, summary) = again("gone", &|pack| pack.issuers.clear());
    assert_eq!((why.len(), &*why[0]), (10, "issuer-withdrawn"));
    assert_eq!((&summary["refer"], &summary["gates"]), (&10.into(), &1.into()));
    let (why, summary) = again("cut", &|pack| pack.issuers[0].keys[0].from = time(MORNING - 1004));
    assert_eq!((why.len(), &*why[0]), (5, "key-out-of-validity"));
    assert_eq!(summary["refuse"], 5);

    // What somebody else signed is not believed, and the report says the same as the command.
    let folder = office.folder.path().join("gone");
    let page = office.folder.path().join("again.html");
    let args = [
        "--repository",
        folder.to_str().unwrap(),
        "--out",
        page.to_str().unwrap(),
    ];
    office.run("report", &args, false);
    assert!(
        fs::read_to_string(&page)
            .unwrap()
            .contains("10 admissions were judged again")
    );
    let newest = folder.join(NEWEST);
    let mut bytes = fs::read(&newest).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&newest, bytes).unwrap();
    let forged = office.command("recheck", &args[..2], false).output().unwrap();
    assert_eq!(forged.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&forged.stderr).contains("\"document\""),
        "{forged:?}"
    );
}
