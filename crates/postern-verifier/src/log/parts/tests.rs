use postern_log::bundle::SealedBundle;
use postern_log::merkle::Frontier;
use postern_log::{Flags, Grade, Kind, Log, NewEvent, Outcome, Source};
use postern_seal::Identity;
use tempfile::TempDir;

use super::*;
use crate::log::past_prune;

/// More than one part has.
const LEAVES: u64 = 70_000;
const WHOLE: u64 = 65_536;
/// The log has a checkpoint after each so many leaves, and is pruned up to one.
const STEP: u64 = 1024;

const SEED: [u8; 32] = [7; 32];

struct Scene {
    folder: TempDir,
    key: PrivateKey,
    auditor: Identity,
}

impl Scene {
    fn new() -> Self {
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
            key: PrivateKey::from_seed(&SEED),
            auditor: Identity::generate(),
        };
        let mut log = Log::create(&scene.log(), "north-1").unwrap();
        log.seal_with(Box::new(PrivateKey::from_seed(&SEED))).unwrap();
        log.append_batch((0..LEAVES).map(event)).unwrap();
        scene
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }

    fn reader(&self) -> Reader {
        Reader::open(&self.log()).unwrap()
    }

    fn parts<'a>(&'a self, reader: &'a Reader) -> Parts<'a> {
        Parts {
            reader,
            log: self.log(),
            gate: "north-1".parse().unwrap(),
            key: &self.key,
            to: vec![self.auditor.recipient()],
        }
    }

    /// As `log prune` does it, from a handle of its own.
    fn prune(&self, first: u64) {
        assert!(Log::open(&self.log()).unwrap().prune(first).unwrap() > 0);
    }

    fn open(&self, sealed: &Sealed) -> LogBundle {
        let public = self.key.public();
        let bundle = SealedBundle::parse(&sealed.bytes).unwrap();
        bundle.open(&public, &self.auditor).unwrap()
    }
}

fn event(n: u64) -> NewEvent {
    NewEvent {
        time: 1_796_083_200 + n,
        system: 1_796_083_200 + n,
        flags: Flags::default(),
        outcome: Outcome::Admit,
        reasons: vec![],
        code: Some([n as u8; 16]),
        person: None,
        issuer: Some("east".to_owned()),
        root: 1,
        pack: 1,
        snapshot: 1,
        age: n,
        grade: Grade::Fresh,
        source: Source::Scanner,
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: None,
    }
}

#[test]
fn what_was_pruned_after_the_plan_is_left_off_and_the_rest_is_sealed() {
    let scene = Scene::new();
    let reader = scene.reader();
    let parts = scene.parts(&reader);
    let plan = parts.plan(0).unwrap();
    let ranges: Vec<_> = plan.parts.iter().map(|part| part.range.clone()).collect();
    assert_eq!(ranges, [0..WHOLE, WHOLE..LEAVES]);
    let mut tree = Frontier::new();
    (0..STEP).for_each(|n| tree.push(leaf_hash(&reader.leaves(n..n + 1).unwrap()[0])));

    scene.prune(STEP);
    let sealed = parts.seal(&plan.parts[0]).unwrap().unwrap();
    assert_eq!(sealed.range, STEP..WHOLE);
    assert_eq!(sealed.path, bundle::path(&scene.key.public(), STEP, WHOLE));
    let bundle = scene.open(&sealed);
    assert_eq!((bundle.from, bundle.leaves.len() as u64), (STEP, WHOLE - STEP));
    // It continues the tree of the leaves that are gone.
    proof::verify_consistency(&tip_of(&tree), &plan.parts[0].after, &bundle.proof).unwrap();

    scene.prune(WHOLE + STEP);
    assert!(parts.seal(&plan.parts[0]).unwrap().is_none());
    let sealed = parts.seal(&plan.parts[1]).unwrap().unwrap();
    assert_eq!(sealed.range, WHOLE + STEP..LEAVES);
    assert_eq!(scene.open(&sealed).checkpoint().unwrap().tip, plan.tip);
}

#[test]
fn a_log_that_is_pruned_under_a_look_is_looked_at_once_more() {
    let scene = Scene::new();
    let reader = scene.reader();
    let parts = scene.parts(&reader);
    let mut looks = Vec::new();
    let plan = past_prune(&reader, |first| {
        looks.push(first);
        if looks.len() == 1 {
            scene.prune(STEP);
        }
        parts.plan_from(first)
    });
    assert_eq!(plan.unwrap().parts[0].range, STEP..WHOLE);
    assert_eq!(looks, [0, STEP]);
    // Each time anew is no look that ends.
    let mut looks = Vec::new();
    let plan = past_prune(&reader, |first| {
        looks.push(first);
        scene.prune(first + STEP);
        parts.plan_from(first)
    });
    assert_eq!(plan.err().unwrap().reason(), "log-corrupt");
    assert_eq!(looks, [STEP, 2 * STEP]);
}

#[test]
fn what_was_edited_after_the_plan_is_neither_signed_nor_taken_for_pruned() {
    let scene = Scene::new();
    let reader = scene.reader();
    let parts = scene.parts(&reader);
    let plan = parts.plan(0).unwrap();
    scene.prune(STEP);
    let conn = rusqlite::Connection::open(scene.log()).unwrap();
    let swap = "UPDATE events SET leaf = (SELECT leaf FROM events WHERE seq = 2000) WHERE seq = 2001";
    assert_eq!(conn.execute(swap, []).unwrap(), 1);
    match parts.seal(&plan.parts[0]) {
        Err(Error::Log { source, .. }) => assert_eq!(source.reason(), "log-corrupt"),
        other => panic!("{:?}", other.map(|sealed| sealed.is_some())),
    }
    assert!(parts.plan(0).is_err());
}
