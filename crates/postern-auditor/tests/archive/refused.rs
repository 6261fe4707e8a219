//! What is no bundle of a gate, or none for us.

use std::fs;
use std::ops::Range;

use postern_core::keys::Signer;
use postern_log::Tip;
use postern_log::merkle::{Frontier, leaf_hash};
use postern_seal::Identity;

use super::carried::taken;
use crate::common::{Engine, Gate, MORNING, Office, json_lines};

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

pub(crate) fn again_for_another_reason(engine: Engine) {
    let (_gate, office) = gate_and_office(engine);
    let mut late = Gate::new(2);
    late.scan(3, MORNING);
    let mut bundle = late.content(0, 3);
    bundle.leaves.swap(0, 1);
    let bundle = late.seal(&bundle, &office);
    assert_eq!(office.ingest_bytes(&[&bundle]).trouble, ["- bundle-unknown-gate"]);
    office.tamper("UPDATE refused SET seen = 1");
    // The same again changes nothing.
    assert_eq!(office.ingest_bytes(&[&bundle]).trouble, ["- bundle-unknown-gate"]);
    let of_none = "reason = 'bundle-unknown-gate' AND gate IS NULL AND seen = 1";
    assert_eq!(rows(&office, of_none), 1);
    office.enrol(&[&late]);
    assert_eq!(office.ingest_bytes(&[&bundle]).trouble, ["gate-2 bundle-inconsistent"]);
    let of_gate = "reason = 'bundle-inconsistent' AND seen > 1 AND gate = (SELECT id FROM gates WHERE name = 'gate-2')";
    assert_eq!((rows(&office, of_gate), rows(&office, "1 = 1")), (1, 1));
}

/// Whoever writes to a drop box does not fill the archive, and leaves room for what is refused of others.
pub(crate) fn so_many_are_kept_and_no_more(engine: Engine) {
    let (gate, office) = gate_and_office(engine);
    let drop_box = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(drop_box.path().join(name), bytes).unwrap();
    let ingest = |args: &[&str]| {
        let args = [args, &[drop_box.path().to_str().unwrap()]].concat();
        let line = json_lines(&office.run("ingest", &args, true)).pop().unwrap();
        (line["trouble"].as_u64().unwrap(), line["not_kept"].as_u64().unwrap())
    };
    // All but two of those that are kept of none. Many at once do not find more room than there is.
    fill(&office, 0..4094, "NULL");
    (0..20).for_each(|number| put(&format!("{number}.log"), format!("made up {number}").as_bytes()));
    assert_eq!(ingest(&["--jobs", "8"]), (20, 18));
    assert_eq!(rows(&office, "gate IS NULL"), 4096);
    assert_eq!(ingest(&[]), (20, 18), "two of them are known");

    // There is room for what is refused of a gate, until there is none.
    let mut wrong = gate.content(0, 3);
    wrong.leaves.swap(0, 1);
    let wrong = [gate.seal(&wrong, &office), gate.seal(&wrong, &office)];
    put("a.log", &wrong[0]);
    assert_eq!(ingest(&[]), (21, 18));
    fill(&office, 4094..8189, "(SELECT id FROM gates)");
    put("b.log", &wrong[1]);
    assert_eq!(ingest(&[]), (22, 19));
    assert_eq!(rows(&office, "gate IS NOT NULL"), 4096);
    for (locale, told) in [
        ("C", "19 of them the archive does not keep: it has 4096"),
        ("zh_CN.UTF-8", "其中 19 个未记入档案"),
    ] {
        let json = office.command("ingest", &[drop_box.path().to_str().unwrap()], true);
        let output = std::process::Command::new(json.get_program())
            .args(json.get_args().filter(|arg| *arg != "--json"))
            .env("LC_ALL", locale)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.lines().last().unwrap().starts_with(told), "{text}");
    }

    // One that was refused of none, and is of a gate of which no more is kept, stays what it was.
    office.tamper("DELETE FROM refused WHERE name = 'made up' AND seen = 1 AND gate IS NULL");
    office.tamper("UPDATE refused SET gate = NULL, reason = 'bundle-unknown-gate' WHERE name LIKE '%a.log'");
    fill(&office, 8189..8190, "(SELECT id FROM gates)");
    let before = rows(&office, "1 = 1");
    assert_eq!(ingest(&[]), (22, 2));
    assert_eq!(rows(&office, "1 = 1"), before + 18, "there was room for those of none");
    assert_eq!(rows(&office, "reason = 'bundle-unknown-gate' AND gate IS NULL"), 1);
}

fn rows(office: &Office, which: &str) -> i64 {
    office.ask(&format!("SELECT count(*) FROM refused WHERE {which}"))
}

/// Rows of refused files that nobody has sent, by their numbers.
fn fill(office: &Office, Range { start, end }: Range<u32>, gate: &str) {
    let digest = match office.engine {
        Engine::Sqlite => "CAST(printf('%032d', number) AS BLOB)",
        Engine::Postgres => "convert_to(lpad(number::text, 32, '0'), 'UTF8')",
    };
    office.tamper(&format!(
        "WITH RECURSIVE numbers (number) AS (SELECT {start} UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < {end})
         INSERT INTO refused (digest, reason, gate, name, seen) SELECT {digest}, 'bundle-damaged', {gate}, 'made up', 1 FROM numbers"
    ));
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
