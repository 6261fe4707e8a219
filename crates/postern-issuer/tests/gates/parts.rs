//! The authority and the gates of these tests.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use postern_core::demo;
use postern_core::gates::{Enrolment, MAX_WRAPPED, Register, wrapped_path};
use postern_core::keyfile::SecretKey;
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::repository::{NEWEST, path};
use postern_core::tag::TagKey;
use postern_core::trust::{Document, DocumentKind, FilePin, Payload, Snapshot};
use postern_seal::Identity;
use serde_json::Value;

use super::office::{self, AT, keys, signed};

/// An authority with two snapshot keys that must both sign, and tag keys of two epochs.
pub(crate) struct Office(office::Office);

impl Office {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    pub(crate) fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-issuer"));
        command.current_dir(self.file(".")).env_clear();
        command.args(line.split_whitespace()).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// The lines that the command wrote for programs.
    #[track_caller]
    pub(crate) fn good(&self, line: &str) -> Vec<Value> {
        let output = self.run(&format!("{line} --json"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {said}");
        office::lines(&String::from_utf8(output.stdout).unwrap())
    }

    /// The command fails with this reason, says so in both languages, and leaves the repository as it was.
    #[track_caller]
    pub(crate) fn bad(&self, line: &str, reason: &str) {
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
    pub(crate) fn enrol(&self, gate: &Sample, more: &str) -> Vec<Value> {
        gate.apply(self);
        self.good(&format!("gate enrol {}.enrolment {SIGN} --yes {more}", gate.name))
    }

    pub(crate) fn register(&self, version: u64) -> Document<Register> {
        let bytes = fs::read(self.file("repo").join(path(DocumentKind::Register, version))).unwrap();
        let register = Document::parse(&bytes).unwrap();
        register.threshold(&keys(Role::Snapshot)).unwrap();
        register
    }

    pub(crate) fn newest_version(&self) -> usize {
        fs::read_dir(self.file("repo/register")).map_or(0, |entries| entries.count())
    }

    /// What lies wrapped to a gate.
    pub(crate) fn wrapped(&self, gate: &Sample, epoch: u8) -> Option<Vec<u8>> {
        fs::read(self.file("repo").join(wrapped_path(&gate.key.public(), epoch))).ok()
    }

    pub(crate) fn publish<P: Payload>(&self, payload: P, role: Role) {
        let file = self.file("repo").join(path(P::KIND, payload.version()));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, signed(payload, role)).unwrap();
    }

    /// The newest snapshot pins these bytes as the register of this version.
    pub(crate) fn pin(&self, register: &[u8], version: u64) {
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

pub(crate) const SIGN: &str = "--repo repo --key snapshot-0.key snapshot-1.key --at 2026-11-24";

pub(crate) fn tag(epoch: u8) -> TagKey {
    TagKey::new(epoch, [epoch; 32])
}

/// A gate as its own store knows it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) place: Option<&'static str>,
    pub(crate) key: PrivateKey,
    pub(crate) age: Identity,
}

impl Sample {
    pub(crate) fn new(name: &'static str, seed: u8) -> Self {
        Self {
            name,
            place: Some("虚构路 1 号"),
            key: PrivateKey::from_seed(&[seed; 32]),
            age: Identity::generate(),
        }
    }

    pub(crate) fn enrolment(&self) -> Enrolment {
        Enrolment {
            age: self.age.recipient().to_string().parse().unwrap(),
            key: self.key.public(),
            name: self.name.parse().unwrap(),
            place: self.place.map(|place| place.parse().unwrap()),
            issued: AT,
        }
    }

    pub(crate) fn signed(&self, payload: Enrolment) -> Vec<u8> {
        let mut document = Document::draft(payload);
        let entry = document.sign(&self.key).unwrap();
        document.add_signature(entry);
        document.to_bytes()
    }

    pub(crate) fn apply(&self, office: &Office) {
        let bytes = self.signed(self.enrolment());
        fs::write(office.file(&format!("{}.enrolment", self.name)), bytes).unwrap();
    }

    /// What the gate gets of an epoch.
    #[track_caller]
    pub(crate) fn opens(&self, office: &Office, epoch: u8) -> Option<TagKey> {
        let wrapped = office.wrapped(self, epoch)?;
        assert!(wrapped.len() <= MAX_WRAPPED);
        let opened = postern_seal::open(&wrapped, &self.age, MAX_WRAPPED).unwrap();
        Some(TagKey::from_sealed_bytes(&opened).unwrap())
    }
}
