//! What leaves the gate: parts, for whom, and signed by whom.

use std::fs;
use std::path::Path;

use postern_log::merkle::{Frontier, leaf_hash};
use postern_log::{Log, Tip, proof};
use postern_seal::Identity;

use crate::common::{self, Gate, MADE};
use crate::evidence::{
    Auditor, event, file, fill, gate, key, log, log_command, names, repository, run, sent, sync, tip,
};
use crate::{before, drop_box, note};

#[test]
fn a_log_travels_in_parts_that_auditors_can_put_together() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 70_000);
    let (place, key) = (drop_box(), key(&gate));
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!(sent(&told), [(0, 65_536), (65_536, 70_000)]);
    assert_eq!(
        (told["size"].as_u64(), told["receipted"].as_u64()),
        (Some(70_000), Some(0))
    );
    assert_eq!(names(place.path(), &key), ["0-65536.log", "65536-70000.log"]);

    let mut tree = Frontier::new();
    for (from, to) in [(0, 65_536), (65_536, 70_000)] {
        let bundle = auditor.open(&file(place.path(), &key, from, to), &key);
        let old = Tip {
            size: tree.size(),
            root: tree.root(),
        };
        assert_eq!((bundle.from, bundle.gate.as_str()), (from, "north-1"));
        bundle.leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
        let new = bundle.checkpoint().unwrap().tip;
        assert_eq!((new.size, new.root), (to, tree.root()));
        proof::verify_consistency(&old, &new, &bundle.proof).unwrap();
    }
    assert_eq!(tree.root(), tip(&gate).root);

    // Again: everything is there.
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((sent(&told).len(), told["there"].as_u64()), (0, Some(2)));
    fill(&gate, 1);
    assert_eq!(sent(&sync(&gate, place.path(), &[], 0)), [(65_536, 70_001)]);
    assert_eq!(
        sent(&sync(&gate, place.path(), &["--again"], 0)),
        [(0, 65_536), (65_536, 70_001)]
    );
}

#[test]
fn nothing_is_signed_of_a_log_that_was_edited() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 20);
    let conn = rusqlite::Connection::open(log(&gate)).unwrap();
    conn.execute(
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE seq = 3) WHERE seq = 4",
        [],
    )
    .unwrap();
    drop(conn);
    let place = drop_box();
    let done = run(&gate, place.path().to_str().unwrap(), &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "log-corrupt"));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn with_several_auditors_everything_that_one_lacks_is_sent() {
    let (first, second) = (Auditor::new(1), Auditor::new(2));
    let gate = gate(&[&first]);
    fill(&gate, 30);
    let (place, key) = (drop_box(), key(&gate));
    sync(&gate, place.path(), &[], 0);
    first.leave(
        place.path(),
        &key,
        first.receipt(&note(&gate, tip(&gate)), MADE.plus(9)).as_bytes(),
    );
    sync(&gate, place.path(), &[], 0);
    // Another one is named. What lies there was not sealed to it.
    let done = gate.update(&repository(&gate.authority, 2, vec![first.entry(), second.entry()]));
    assert_eq!(done.status, 0, "{}", done.stderr);
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((told["receipted"].as_u64(), told["there"].as_u64()), (Some(0), Some(1)));
    assert_eq!(sent(&sync(&gate, place.path(), &["--again"], 0)), [(0, 30)]);
    for auditor in [&first, &second] {
        assert_eq!(auditor.open(&file(place.path(), &key, 0, 30), &key).leaves.len(), 30);
    }
    fill(&gate, 10);
    second.leave(
        place.path(),
        &key,
        second.receipt(&note(&gate, tip(&gate)), MADE.plus(9)).as_bytes(),
    );
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((told["receipted"].as_u64(), sent(&told)), (Some(30), vec![(30, 40)]));
}

#[test]
fn without_auditors_nothing_leaves_the_gate() {
    let mut past = Auditor::new(1).entry();
    (past.from, past.until) = (before(2), before(1));
    let place = drop_box();
    let gate = Gate::updated(common::Authority::patient());
    for version in [2, 3] {
        fill(&gate, 3);
        for done in [
            run(&gate, place.path().to_str().unwrap(), &[]),
            log_command(&gate, "export", &["--out", place.path().to_str().unwrap()]),
        ] {
            assert_eq!((done.status, done.error().as_str()), (1, "no-auditors"));
        }
        // One whose time is over is none.
        gate.update(&repository(&gate.authority, version, vec![past.clone()]));
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    let text = gate
        .run("sync", ["--lang", "en", "--to", place.path().to_str().unwrap()])
        .stderr;
    assert!(text.contains("hint: Bring an update"), "{text}");
}

#[test]
fn a_bundle_opens_for_the_auditors_and_nobody_else() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let (place, key) = (drop_box(), key(&gate));
    sync(&gate, place.path(), &[], 0);
    let bytes = fs::read(file(place.path(), &key, 0, 3)).unwrap();
    let sealed = postern_log::bundle::SealedBundle::parse(&bytes).unwrap();
    sealed.verify(&key).unwrap();
    assert!(sealed.open(&key, &Identity::generate()).is_err());
    assert!(sealed.open(&key, &auditor.age).is_ok());
}

#[test]
fn a_key_with_a_passphrase_signs_where_it_is_given_and_not_where_it_is_not() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    let root = gate.folder.path().join("root");
    let secret_file = |name: &str, words: &[u8]| {
        let path = gate.file(name, words);
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    };
    let words = secret_file("words", b"made-up words for a test\n");
    let locked = gate.folder.path().join("locked");
    let print = common::fingerprint(&fs::read(&root).unwrap());
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (store, root, words) = (path(&locked), path(&root), path(&words));
    let init = [
        "init",
        "--store",
        &store,
        "--root",
        &root,
        "--fingerprint",
        &print,
        "--name",
        "north-1",
    ];
    let done = common::run(init.into_iter().chain(["--passphrase-file", &words]));
    assert_eq!(done.status, 0, "{}", done.stderr);
    let update = gate.folder.path().join("repository");
    fs::create_dir(&update).unwrap();
    repository(&gate.authority, 1, vec![auditor.entry()]).write(&update);
    assert_eq!(
        common::run(["update", "--store", &store, "--from", &path(&update)]).status,
        0
    );
    let mut log = Log::open(&locked.join("log.sqlite")).unwrap();
    log.append_batch((0..1100).map(event)).unwrap();
    drop(log);

    let place = drop_box();
    let out = path(place.path());
    let sync = |words: &str| {
        common::run([
            "sync",
            "--json",
            "--store",
            &store,
            "--to",
            &out,
            "--passphrase-file",
            words,
        ])
    };
    let wrong = path(&secret_file("wrong", b"other made-up words\n"));
    assert_eq!(sync(&wrong).error(), "key-wrong-passphrase");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    assert_eq!(sent(&sync(&words).json()[0]), [(0, 1100)]);
    // The rows are there, the seal at 1,024 is not: no finding.
    let done = common::run(["log", "verify", "--json", "--store", &store]);
    assert_eq!((done.status, &done.json()[0]["missing_seals"]), (0, &1.into()));
}
