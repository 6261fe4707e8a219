//! What is no bundle of a gate, or none for us.

use postern_core::keys::Signer;
use postern_log::Tip;
use postern_log::merkle::{Frontier, leaf_hash};
use postern_seal::Identity;

use super::carried::taken;
use crate::common::{Engine, Gate, MORNING, Office};

fn gate_and_office(engine: Engine) -> (Gate, Office) {
    let mut gate = Gate::new(1);
    gate.scan(3, MORNING);
    let office = Office::new(engine);
    office.enrol(&[&gate]);
    (gate, office)
}

/// Takes in many variants of a bundle, and the bundle after them: each is refused, and it is not.
fn refused_each(variants: &[Vec<u8>], good: &[u8], office: &Office) -> Vec<String> {
    let files: Vec<&[u8]> = variants.iter().map(Vec::as_slice).collect();
    let told = office.ingest_bytes(&files);
    assert_eq!((told.taken, told.events, told.waiting), (0, 0, 0));
    assert_eq!(office.ask("SELECT count(*) FROM refused"), variants.len() as i64);
    assert_eq!(office.ingest_bytes(&[good]), taken(1, 3, 0));
    told.trouble
}

pub(crate) fn cut_at_every_length(engine: Engine) {
    let (gate, office) = gate_and_office(engine);
    let good = gate.bundle(0, 3, &office);
    let cut: Vec<Vec<u8>> = (0..good.len()).map(|len| good[..len].to_vec()).collect();
    for told in refused_each(&cut, &good, &office) {
        assert!(told.ends_with(" bundle-damaged"), "{told}");
    }
}

pub(crate) fn every_byte_flipped(engine: Engine) {
    let (gate, office) = gate_and_office(engine);
    let good = gate.bundle(0, 3, &office);
    let flipped: Vec<Vec<u8>> = (0..good.len())
        .map(|at| {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            bytes
        })
        .collect();
    refused_each(&flipped, &good, &office);
    let of = |reason: &str| office.ask(&format!("SELECT count(*) FROM refused WHERE reason = '{reason}'")) as usize;
    // Where the kid is another, no enrolled gate has it.
    assert_eq!(of("bundle-unknown-gate"), 4, "the four bytes of the kid");
    assert_eq!(of("bundle-damaged"), flipped.len() - 4);
}

pub(crate) fn of_nobody_and_to_nobody(engine: Engine) {
    let (gate, office) = gate_and_office(engine);
    let mut stranger = Gate::new(2);
    stranger.scan(3, MORNING);
    let elsewhere = gate
        .content(0, 3)
        .seal(&gate.key, &[Identity::generate().recipient()])
        .unwrap();
    let told = office.ingest_bytes(&[&stranger.bundle(0, 3, &office), &elsewhere, b"made up", b""]);
    assert_eq!(told.taken, 0);
    assert_eq!(
        told.trouble,
        [
            "- bundle-damaged",
            "- bundle-damaged",
            "- bundle-unknown-gate",
            "gate-1 bundle-not-for-us"
        ]
    );
    // The same files again are the same trouble.
    assert_eq!(office.ask("SELECT count(*) FROM refused"), 4);
}

pub(crate) fn refused_before_its_gate_was_enrolled(engine: Engine) {
    let (_gate, office) = gate_and_office(engine);
    let mut late = Gate::new(2);
    late.scan(3, MORNING);
    let bundle = late.bundle(0, 3, &office);
    assert_eq!(office.ingest_bytes(&[&bundle]).trouble, ["- bundle-unknown-gate"]);
    office.enrol(&[&late]);
    assert_eq!(office.ingest_bytes(&[&bundle]), taken(1, 3, 0));
    assert_eq!(office.ask("SELECT count(*) FROM refused"), 0);
}

pub(crate) fn what_its_gate_signed_wrongly(engine: Engine) {
    let (gate, office) = gate_and_office(engine);
    let good = gate.content(0, 3);
    // Leaves that are not those of the note: changed, swapped, one twice.
    let mut wrong = Vec::new();
    for change in [
        |leaves: &mut Vec<Vec<u8>>| leaves[1][5] ^= 1,
        |leaves: &mut Vec<Vec<u8>>| leaves.swap(0, 1),
        |leaves: &mut Vec<Vec<u8>>| leaves[2] = leaves[1].clone(),
    ] {
        let mut bundle = good.clone();
        change(&mut bundle.leaves);
        wrong.push(bundle);
    }
    // A note of these leaves, which break the rules: not CBOR, another number.
    let leaves = &good.leaves;
    for leaves in [
        vec![b"made up".to_vec()],
        vec![leaves[1].clone()],
        vec![leaves[0].clone(), leaves[0].clone()],
    ] {
        let mut tree = Frontier::new();
        leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
        let note = gate.note(Tip {
            size: tree.size(),
            root: tree.root(),
        });
        let mut bundle = good.clone();
        (bundle.note, bundle.leaves) = (note, leaves);
        wrong.push(bundle);
    }
    let files: Vec<Vec<u8>> = wrong.iter().map(|bundle| gate.seal(bundle, &office)).collect();
    let told = office.ingest_bytes(&files.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(told.trouble, vec!["gate-1 bundle-inconsistent"; files.len()]);
    assert_eq!(office.events(), 0);

    // After leaves that are ours: its proof says that our tree is the one before.
    assert_eq!(office.ingest_bytes(&[&gate.bundle(0, 2, &office)]), taken(1, 2, 0));
    let mut bundle = gate.content(2, 3);
    bundle.leaves[0][5] ^= 1;
    assert_eq!(
        office.ingest_bytes(&[&gate.seal(&bundle, &office)]).trouble,
        ["gate-1 bundle-inconsistent"]
    );
    assert_eq!(gate.key.public(), bundle.key);
    assert_eq!(office.ingest_bytes(&[&gate.bundle(2, 3, &office)]), taken(1, 1, 0));
}

/// Its leaves are right, and make the root: but the proof would stand in the archive, and prove nothing.
pub(crate) fn a_proof_that_proves_nothing(engine: Engine) {
    let (gate, office) = gate_and_office(engine);
    assert_eq!(office.ingest_bytes(&[&gate.bundle(0, 2, &office)]), taken(1, 2, 0));
    let mut bundle = gate.content(2, 3);
    bundle.proof[0][0] ^= 1;
    assert_eq!(
        office.ingest_bytes(&[&gate.seal(&bundle, &office)]).trouble,
        ["gate-1 bundle-inconsistent"]
    );
    assert_eq!(office.verify(), Vec::<String>::new());
    assert_eq!(office.ingest_bytes(&[&gate.bundle(2, 3, &office)]), taken(1, 1, 0));
}

/// An enrolled key signs a log under a name that is not its own: the office would put its name to that.
pub(crate) fn a_gate_under_the_name_of_another(engine: Engine) {
    let (gate, office) = gate_and_office(engine);
    let mut other = Gate::new(2);
    other.scan(3, MORNING);
    office.enrol(&[&other]);
    other.name = gate.name.clone();
    assert_eq!(
        office.ingest_bytes(&[&other.bundle(0, 3, &office)]).trouble,
        ["gate-2 bundle-inconsistent"]
    );
    assert_eq!(office.events(), 0);
}

/// Old leaves were dropped from the archive: that is no fork.
pub(crate) fn what_cannot_be_compared_any_more(engine: Engine) {
    let mut gate = Gate::new(1);
    gate.scan(40, MORNING);
    let office = Office::new(engine);
    office.enrol(&[&gate]);
    for (from, to) in [(0, 20), (20, 30)] {
        assert!(office.ingest_bytes(&[&gate.bundle(from, to, &office)]).is_good);
    }
    office.tamper(&format!("DELETE FROM events WHERE time < {}", MORNING + 10));
    // Also one whose proof says that it is of another log.
    let mut bundle = gate.content(5, 25);
    bundle.proof[0][0] ^= 1;
    let files = [gate.bundle(5, 25, &office), gate.seal(&bundle, &office)];
    let told = office.ingest_bytes(&[&files[0], &files[1]]);
    assert_eq!(told.trouble, vec!["gate-1 bundle-too-old"; 2]);
    assert_eq!(office.ask("SELECT count(*) FROM forks"), 0);
    // From a kept tree on all is as it was.
    assert_eq!(office.ingest_bytes(&[&gate.bundle(25, 40, &office)]), taken(1, 10, 0));
}
