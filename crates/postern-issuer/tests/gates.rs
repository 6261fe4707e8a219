//! `gate`: the register, and tag keys on their way to gates, run as the program. All gates are made up.

#[path = "mint/office.rs"]
mod office;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use office::{AT, MADE, keys, pack, root, signed};
use postern_core::demo;
use postern_core::gates::{Enrolment, Gate, MAX_WRAPPED, Register, wrapped_path};
use postern_core::keyfile::SecretKey;
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::repository::{NEWEST, path};
use postern_core::tag::TagKey;
use postern_core::time::Time;
use postern_core::trust::{Document, DocumentKind, FilePin, Keys, Payload, Root, Snapshot, TagEpoch};
use postern_seal::Identity;
use serde_json::Value;

/// An authority with two snapshot keys that must both sign, and tag keys of two epochs.
struct Office(office::Office);

impl Office {
    fn new() -> Self {
        let office = office::Office::new();
        for (name, n) in [("snapshot-0", 0), ("snapshot-1", 1), ("snapshot-2", 2)] {
            office.save_key(name, Role::Snapshot, SecretKey::Signing(demo::key(Role::Snapshot, n)));
        }
        for (name, key) in [
            ("tag-3", tag(3)),
            ("tag-4", tag(4)),
            ("tag-4-again", TagKey::new(4, [9; 32])),
        ] {
            office.save_key(name, Role::Tag, SecretKey::Tag(key));
        }
        Self(office)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-issuer"));
        command.current_dir(self.file(".")).env_clear();
        command.args(line.split_whitespace()).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// The lines that the command wrote for programs.
    #[track_caller]
    fn good(&self, line: &str) -> Vec<Value> {
        let output = self.run(&format!("{line} --json"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {said}");
        office::lines(&String::from_utf8(output.stdout).unwrap())
    }

    /// The command fails with this reason, says so in both languages, and leaves the repository as it was.
    #[track_caller]
    fn bad(&self, line: &str, reason: &str) {
        let before = office::tree(&self.file("repo"));
        let output = self.run(&format!("{line} --json"));
        let said = String::from_utf8(output.stderr).unwrap();
        let told: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).unwrap_or_default();
        assert_eq!(told["error"]["reason"], reason, "{line}: {said}");
        for lang in ["en", "zh"] {
            let said = String::from_utf8(self.run(&format!("{line} --lang {lang}")).stderr).unwrap();
            assert!(
                !said.contains("error-") && said.contains("错误") == (lang == "zh"),
                "{said}"
            );
        }
        assert!(
            office::tree(&self.file("repo")) == before,
            "{line} changed the repository"
        );
    }

    /// Writes the gate's enrolment file, enrols it, and wraps these tag keys to it.
    #[track_caller]
    fn enrol(&self, gate: &Sample, more: &str) -> Vec<Value> {
        gate.apply(self);
        self.good(&format!("gate enrol {}.enrolment {SIGN} --yes {more}", gate.name))
    }

    fn register(&self, version: u64) -> Document<Register> {
        let bytes = fs::read(self.file("repo").join(path(DocumentKind::Register, version))).unwrap();
        let register = Document::parse(&bytes).unwrap();
        register.threshold(&keys(Role::Snapshot)).unwrap();
        register
    }

    fn newest_version(&self) -> usize {
        fs::read_dir(self.file("repo/register")).map_or(0, |entries| entries.count())
    }

    /// What lies wrapped to a gate.
    fn wrapped(&self, gate: &Sample, epoch: u8) -> Option<Vec<u8>> {
        fs::read(self.file("repo").join(wrapped_path(&gate.key.public(), epoch))).ok()
    }

    fn publish<P: Payload>(&self, payload: P, role: Role) {
        let file = self.file("repo").join(path(P::KIND, payload.version()));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, signed(payload, role)).unwrap();
    }

    /// The newest snapshot pins these bytes as the register of this version.
    fn pin(&self, register: &[u8], version: u64) {
        let pack = fs::read(self.file("repo/pack/1.pack")).unwrap();
        let snapshot = Snapshot {
            pack: FilePin::of(&pack, 1),
            root: 1,
            files: vec![],
            issued: AT,
            version: 2,
            register: Some(FilePin::of(register, version)),
        };
        fs::write(self.file("repo").join(NEWEST), signed(snapshot, Role::Snapshot)).unwrap();
    }
}

const SIGN: &str = "--repo repo --key snapshot-0.key snapshot-1.key --at 2026-11-24";

fn tag(epoch: u8) -> TagKey {
    TagKey::new(epoch, [epoch; 32])
}

/// A gate as its own store knows it.
struct Sample {
    name: &'static str,
    place: Option<&'static str>,
    key: PrivateKey,
    age: Identity,
}

impl Sample {
    fn new(name: &'static str, seed: u8) -> Self {
        Self {
            name,
            place: Some("虚构路 1 号"),
            key: PrivateKey::from_seed(&[seed; 32]),
            age: Identity::generate(),
        }
    }

    fn enrolment(&self) -> Enrolment {
        Enrolment {
            age: self.age.recipient().to_string().parse().unwrap(),
            key: self.key.public(),
            name: self.name.parse().unwrap(),
            place: self.place.map(|place| place.parse().unwrap()),
            issued: AT,
        }
    }

    fn signed(&self, payload: Enrolment) -> Vec<u8> {
        let mut document = Document::draft(payload);
        let entry = document.sign(&self.key).unwrap();
        document.add_signature(entry);
        document.to_bytes()
    }

    fn apply(&self, office: &Office) {
        let bytes = self.signed(self.enrolment());
        fs::write(office.file(&format!("{}.enrolment", self.name)), bytes).unwrap();
    }

    /// What the gate gets of an epoch.
    #[track_caller]
    fn opens(&self, office: &Office, epoch: u8) -> Option<TagKey> {
        let wrapped = office.wrapped(self, epoch)?;
        assert!(wrapped.len() <= MAX_WRAPPED);
        let opened = postern_seal::open(&wrapped, &self.age, MAX_WRAPPED).unwrap();
        Some(TagKey::from_sealed_bytes(&opened).unwrap())
    }
}

#[test]
fn an_enrolled_gate_is_in_the_register_and_opens_its_tag_key() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    let told = office.enrol(&north, "--tag-key tag-3.key --position -34.2658,108.9541");
    let step = |step: &str| told.iter().find(|line| line["step"] == step).unwrap();
    assert_eq!(step("published")["version"], 1);
    let print = postern_core::hex(&north.key.public().thumbprint());
    assert_eq!(step("enrolled")["fingerprint"], print);
    assert_eq!(step("wrapped")["files"], 1);

    let gate = office.register(1).payload().gates()[0].clone();
    let expected = Gate {
        age: north.enrolment().age,
        key: north.key.public(),
        name: "north".parse().unwrap(),
        place: north.enrolment().place,
        retired: None,
        enrolled: Time::saturating(postern_cli::clock::parse_time("2026-11-24").unwrap()),
        position: "-34.2658,108.9541".parse().ok(),
    };
    assert_eq!(gate, expected);

    assert_eq!(north.opens(&office, 3).unwrap().digest(), tag(3).digest());
    let wrapped = office.wrapped(&north, 3).unwrap();
    assert!(
        postern_seal::open(&wrapped, &Identity::generate(), 64).is_err(),
        "nobody else opens it"
    );
    let listed = office.good("gate list --repo repo");
    assert_eq!(
        (listed.len(), &listed[0]["gate"], &listed[0]["epochs"][0]),
        (1, &"north".into(), &3.into())
    );
    assert_eq!(listed[0]["position"], serde_json::json!([-34.2658, 108.9541]));
    assert_eq!(
        (&listed[0]["fingerprint"], &listed[0]["retired"]),
        (&print.into(), &Value::Null)
    );
}

#[test]
fn several_gates_are_enrolled_together_or_none_is() {
    let office = Office::new();
    let (north, south) = (Sample::new("north", 1), Sample::new("south", 2));
    north.apply(&office);
    south.apply(&office);
    fs::write(office.file("bad.enrolment"), "no enrolment").unwrap();
    let files = "north.enrolment south.enrolment";
    office.bad(
        &format!("gate enrol {files} bad.enrolment {SIGN} --yes"),
        "malformed-envelope",
    );
    office.bad(
        &format!("gate enrol {files} none.enrolment {SIGN} --yes"),
        "file-not-found",
    );
    office.bad(
        &format!("gate enrol {files} repo/root/1.root {SIGN} --yes"),
        "wrong-type",
    );
    office.bad(
        &format!("gate enrol {files} {SIGN} --yes --position 1,2"),
        "gate-position",
    );
    office.good(&format!(
        "gate enrol {files} {SIGN} --yes --tag-key tag-3.key tag-4.key"
    ));
    assert_eq!(
        (office.newest_version(), office.register(1).payload().gates().len()),
        (1, 2)
    );
    for (gate, epoch) in [(&north, 3), (&north, 4), (&south, 3), (&south, 4)] {
        assert_eq!(gate.opens(&office, epoch).unwrap().epoch(), epoch);
    }
    let again = office.good(&format!("gate enrol {files} {SIGN} --yes --tag-key tag-3.key"));
    assert_eq!((&again[0]["step"], &again[2]["files"]), (&"known".into(), &0.into()));
    assert_eq!(office.newest_version(), 1, "nothing new is not signed again");
}

#[test]
fn nobody_is_enrolled_without_a_yes() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    north.apply(&office);
    office.bad(&format!("gate enrol north.enrolment {SIGN}"), "not-confirmed");
    let shown = office.run(&format!("gate enrol north.enrolment {SIGN} --lang en"));
    let shown = String::from_utf8(shown.stdout).unwrap();
    let print = postern_core::hex(&north.key.public().thumbprint());
    assert!(
        shown.replace(' ', "").contains(&print),
        "the fingerprint is shown before the question: {shown}"
    );
}

#[test]
fn an_enrolment_with_a_flipped_byte_is_refused() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    let bytes = north.signed(north.enrolment());
    // Each byte is tried in the core's tests; here some of the text, the key, the name and the signature.
    for at in (0..bytes.len()).step_by(17).chain([bytes.len() - 1]) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        fs::write(office.file("flipped.enrolment"), flipped).unwrap();
        let output = office.run(&format!("gate enrol flipped.enrolment {SIGN} --yes --json"));
        let said = String::from_utf8(output.stderr).unwrap();
        let told: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        let reason = told["error"]["reason"].as_str().unwrap();
        let reasons = [
            "enrolment-not-its-own",
            "malformed-envelope",
            "malformed-payload",
            "wrong-type",
        ];
        assert!(reasons.contains(&reason), "byte {at}: {said}");
    }
    assert_eq!(office.newest_version(), 0);
    let south = Sample::new("south", 2);
    fs::write(office.file("other.enrolment"), south.signed(north.enrolment())).unwrap();
    office.bad(
        &format!("gate enrol other.enrolment {SIGN} --yes"),
        "enrolment-not-its-own",
    );
}

/// The library that seals would panic at the first two: X25519 points of small order.
#[test]
fn a_recipient_that_is_none_is_refused() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    for recipient in [
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
        "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
        &format!("age1{}", "q".repeat(58)),
    ] {
        let enrolment = Enrolment {
            age: recipient.parse().unwrap(),
            ..north.enrolment()
        };
        fs::write(office.file("bad.enrolment"), north.signed(enrolment)).unwrap();
        office.bad(&format!("gate enrol bad.enrolment {SIGN} --yes"), "enrolment-recipient");
    }
}

#[test]
fn a_name_is_of_one_gate_until_it_is_retired() {
    let office = Office::new();
    let (north, other) = (Sample::new("north", 1), Sample::new("north", 2));
    other.apply(&office);
    fs::rename(office.file("north.enrolment"), office.file("other.enrolment")).unwrap();
    north.apply(&office);
    let both = format!("gate enrol north.enrolment other.enrolment {SIGN} --yes");
    office.bad(&both, "gate-name-taken");
    office.enrol(&north, "");
    let second = format!("gate enrol other.enrolment {SIGN} --yes");
    office.bad(&second, "gate-name-taken");
    office.good(&format!("gate retire north --why replaced {SIGN}"));
    office.good(&second);
    office.bad(&format!("gate enrol north.enrolment {SIGN} --yes"), "gate-retired");
    let register = office.register(3);
    let names: Vec<_> = register
        .payload()
        .gates()
        .iter()
        .map(|gate| gate.retired.is_some())
        .collect();
    assert_eq!(names.iter().filter(|retired| **retired).count(), 1, "{register:?}");
}

#[test]
fn the_register_is_signed_by_the_keys_that_the_root_lists() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    north.apply(&office);
    let enrol = |keys: &str| format!("gate enrol north.enrolment --repo repo --yes --key {keys}");
    office.bad(&enrol("snapshot-0.key"), "under-signed");
    office.bad(&enrol("snapshot-0.key snapshot-0.key"), "under-signed");
    office.bad(&enrol("snapshot-0.key snapshot-2.key"), "key-not-in-role");
    office.bad(&enrol("snapshot-0.key west.key"), "key-of-other-role");
    office.bad(&enrol("tag.key"), "key-of-other-role");
    office.good(&enrol("snapshot-0.key snapshot-1.key"));
    let retire = |keys: &str| format!("gate retire north --why lost --repo repo --key {keys}");
    office.bad(&retire("snapshot-0.key"), "under-signed");
    office.bad(&retire("snapshot-2.key snapshot-1.key"), "key-not-in-role");
}

#[test]
fn a_retired_gate_keeps_nothing_here_and_gets_nothing_new() {
    let office = Office::new();
    let (north, south) = (Sample::new("north", 1), Sample::new("south", 2));
    office.enrol(&north, "--tag-key tag-3.key");
    office.enrol(&south, "--tag-key tag-3.key");
    let told = office.good(&format!("gate retire north --why stolen {SIGN}"));
    let retired = told.iter().find(|line| line["step"] == "retired").unwrap();
    assert_eq!(
        (&retired["gate"], &retired["epochs"]),
        (&"north".into(), &serde_json::json!([3]))
    );
    assert!(north.opens(&office, 3).is_none(), "no host serves it any more");
    assert!(south.opens(&office, 3).is_some(), "others keep theirs");
    let gate = office.register(3).payload().gate(&north.key.public()).unwrap().clone();
    assert_eq!(gate.retired.unwrap().why.as_str(), "stolen");

    office.good("gate wrap --tag-key tag-3.key tag-4.key --repo repo");
    assert!(north.opens(&office, 3).is_none() && north.opens(&office, 4).is_none());
    assert_eq!(south.opens(&office, 4).unwrap().digest(), tag(4).digest());
    office.bad(&format!("gate retire north --why stolen {SIGN}"), "gate-unknown");
    office.bad(&format!("gate retire west --why stolen {SIGN}"), "gate-unknown");
    let listed = office.good("gate list --repo repo");
    assert_eq!(
        (&listed[0]["retired"]["why"], &listed[1]["retired"]),
        (&"stolen".into(), &Value::Null)
    );

    // Interrupted after the register was published: whatever comes next does the rest.
    let left = office.file("repo").join(wrapped_path(&north.key.public(), 3));
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    fs::write(&left, "left").unwrap();
    office.good("gate wrap --tag-key tag-4.key --repo repo");
    assert!(!left.exists());
}

#[test]
fn a_rotation_has_an_overlap() {
    let office = Office::new();
    let (north, south) = (Sample::new("north", 1), Sample::new("south", 2));
    office.enrol(&north, "--tag-key tag-3.key");
    // The new epoch is wrapped before a pack names it, so that it is there when it is.
    let told = office.good("gate wrap --tag-key tag-4.key --repo repo");
    assert_eq!(
        (&told[0]["files"], &told[0]["epochs"]),
        (&1.into(), &serde_json::json!([4]))
    );
    for epoch in [3, 4] {
        assert_eq!(north.opens(&office, epoch).unwrap().digest(), tag(epoch).digest());
    }
    let (three, four) = (office.wrapped(&north, 3), office.wrapped(&north, 4));
    let told = office.good("gate wrap --tag-key tag-3.key tag-4.key --repo repo");
    assert_eq!(told[0]["files"], 0);
    assert!(
        office.wrapped(&north, 3) == three && office.wrapped(&north, 4) == four,
        "files are immutable"
    );

    office.enrol(&south, "--tag-key tag-3.key tag-4.key");
    assert!(
        south.opens(&office, 3).is_some() && south.opens(&office, 4).is_some(),
        "a gate in the overlap gets both"
    );
    let west = Sample::new("west", 5);
    office.enrol(&west, "");
    assert!(west.opens(&office, 4).is_none());
    office.good("gate wrap --tag-key tag-4.key --repo repo");
    assert!(
        west.opens(&office, 4).is_some() && west.opens(&office, 3).is_none(),
        "after it only the new one"
    );
}

#[test]
fn a_tag_key_that_no_gate_would_take_is_not_wrapped() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    office.enrol(&north, "");
    office.bad(
        "gate wrap --tag-key tag-4.key tag-4-again.key --repo repo",
        "tag-keys-of-one-epoch",
    );
    let mut named = pack();
    named.version = 2;
    named.tags = vec![TagEpoch {
        from: MADE,
        epoch: 4,
        until: MADE.plus(1),
        digest: postern_core::cbor::Bytes(tag(4).digest()),
    }];
    office.publish(named, Role::Publisher);
    office.bad("gate wrap --tag-key tag-4-again.key --repo repo", "tag-key-not-of-pack");
    office.bad("gate wrap --tag-key snapshot-0.key --repo repo", "key-of-other-role");
    let told = office.good("gate wrap --tag-key tag-4.key tag-4.key tag-3.key --repo repo");
    assert_eq!(told[0]["files"], 2);
}

#[test]
fn a_gate_that_applies_anew_is_changed_and_not_doubled() {
    let (office, mut north) = (Office::new(), Sample::new("north", 1));
    office.enrol(&north, "--tag-key tag-3.key --position 1,2");
    let before = office.wrapped(&north, 3);
    (north.name, north.place) = ("north-gate", None);
    let told = office.enrol(&north, "--tag-key tag-3.key");
    assert!(told.iter().any(|line| line["step"] == "changed"));
    let gate = office.register(2).payload().gates()[0].clone();
    assert_eq!(
        (gate.name.as_str(), gate.place, gate.position),
        ("north-gate", None, "1,2".parse().ok())
    );
    assert!(office.wrapped(&north, 3) == before);

    // Its identity was lost: what was sealed to it is of no use.
    north.age = Identity::generate();
    let told = office.enrol(&north, "--tag-key tag-4.key");
    assert!(told.iter().any(|line| line["step"] == "recipient-changed"));
    assert!(office.wrapped(&north, 3).is_none());
    assert!(north.opens(&office, 4).is_some());
}

#[test]
fn a_register_that_somebody_else_wrote_is_not_believed() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    office.enrol(&north, "");
    let thief = Sample::new("thief", 9);
    let mut forged = office.register(1).into_payload();
    forged.enrol(&thief.enrolment(), None, AT).unwrap();
    forged.version = 2;
    let mut document = Document::draft(forged);
    for signer in [demo::key(Role::Snapshot, 2), demo::key(Role::Snapshot, 0)] {
        let entry = document.sign(&signer).unwrap();
        document.add_signature(entry);
    }
    fs::write(office.file("repo/register/2.register"), document.to_bytes()).unwrap();
    for line in [
        "gate wrap --tag-key tag-3.key --repo repo",
        "gate list --repo repo",
        &format!("gate retire north --why lost {SIGN}"),
        &format!("gate enrol north.enrolment {SIGN} --yes"),
    ] {
        office.bad(line, "register-of-former-root");
    }
    office.bad(&format!("gate renew {SIGN} --yes"), "under-signed");
    fs::write(office.file("repo/register/2.register"), "rubbish").unwrap();
    office.bad("gate list --repo repo", "malformed-envelope");
    fs::copy(
        office.file("repo/register/1.register"),
        office.file("repo/register/2.register"),
    )
    .unwrap();
    office.bad("gate list --repo repo", "wrong-version");
}

#[test]
fn a_register_older_than_the_snapshot_knows_is_not_believed() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    office.enrol(&north, "");
    office.good(&format!("gate retire north --why stolen {SIGN}"));
    let second = fs::read(office.file("repo/register/2.register")).unwrap();
    office.pin(&second, 2);
    office.good("gate wrap --tag-key tag-3.key --repo repo");
    // Somebody takes the retirement away from the folder.
    fs::remove_file(office.file("repo/register/2.register")).unwrap();
    office.bad("gate wrap --tag-key tag-3.key --repo repo", "wrong-version");
    let first = fs::read(office.file("repo/register/1.register")).unwrap();
    office.pin(&second, 1);
    assert_ne!(first, second);
    office.bad("gate list --repo repo", "not-pinned");
    office.pin(&first, 1);
    office.good("gate list --repo repo");
}

#[test]
fn a_root_with_other_snapshot_keys_asks_for_a_new_signature() {
    let (office, north) = (Office::new(), Sample::new("north", 1));
    office.enrol(&north, "--tag-key tag-3.key");
    let mut next: Root = root();
    next.version = 2;
    next.roles.snapshot = Keys::new(vec![demo::key(Role::Snapshot, 2).public()], 1).unwrap();
    office.publish(next, Role::Root);
    office.bad("gate list --repo repo", "register-of-former-root");
    let new = "--repo repo --key snapshot-2.key --at 2026-11-25";
    office.bad(&format!("gate renew {new}"), "not-confirmed");
    office.bad(&format!("gate renew {SIGN} --yes"), "key-not-in-role");
    let told = office.good(&format!("gate renew {new} --yes"));
    assert_eq!(told[0]["version"], 2);
    let listed = office.good("gate list --repo repo");
    assert_eq!(
        (&listed[0]["gate"], &listed[0]["epochs"][0]),
        (&"north".into(), &3.into())
    );
    let south = Sample::new("south", 2);
    south.apply(&office);
    office.good(&format!("gate enrol south.enrolment {new} --yes"));
    let empty = Office::new();
    empty.bad(&format!("gate renew {SIGN} --yes"), "nothing-published");
}
