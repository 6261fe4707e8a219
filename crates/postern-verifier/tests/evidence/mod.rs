//! Auditors who are made up, and logs that are filled without judging anybody.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::fs;
use std::path::{Path, PathBuf};

use postern_core::keys::{PrivateKey, PublicKey, Signer};
use postern_core::time::Time;
use postern_core::trust;
use postern_log::bundle::{self, LogBundle, SealedBundle};
use postern_log::{Flags, Grade, Kind, Log, NewEvent, Outcome, Reader, Source, Tip, receipt};
use postern_seal::Identity;
use serde_json::Value;

use crate::common::{Authority, DAY, Done, Gate, MADE};

pub const RETENTION: u64 = 30 * DAY;

/// Somebody who reads logs.
pub struct Auditor {
    pub name: String,
    pub key: PrivateKey,
    pub age: Identity,
}

impl Auditor {
    pub fn new(n: u8) -> Self {
        Self {
            name: format!("auditor-{n}"),
            key: PrivateKey::from_seed(&[200 + n; 32]),
            age: Identity::generate(),
        }
    }

    /// How a pack names it.
    pub fn entry(&self) -> trust::Auditor {
        trust::Auditor {
            age: self.age.recipient().to_string().parse().unwrap(),
            key: self.key.public(),
            from: MADE,
            name: self.name.parse().unwrap(),
            until: MADE.plus(3650 * DAY),
        }
    }

    /// The bundle in a file.
    pub fn open(&self, file: &Path, gate: &PublicKey) -> LogBundle {
        let bytes = fs::read(file).unwrap();
        SealedBundle::parse(&bytes).unwrap().open(gate, &self.age).unwrap()
    }

    /// A receipt for the checkpoint in a note.
    pub fn receipt(&self, note: &str, time: Time) -> String {
        receipt::cosign(note, &self.name, &self.key, time).unwrap()
    }

    /// Leaves a receipt in a folder.
    pub fn leave(&self, folder: &Path, gate: &PublicKey, receipt: &[u8]) {
        let path = folder.join(bundle::receipt_path(gate, &self.key.public()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, receipt).unwrap();
    }
}

/// A repository whose pack names these auditors.
pub fn repository(authority: &Authority, version: u64, auditors: Vec<trust::Auditor>) -> crate::common::Repository {
    let mut pack = authority.pack_payload(version);
    pack.retention = (!auditors.is_empty()).then_some(RETENTION);
    pack.auditors = auditors;
    pack.auditors.sort_by_key(|auditor| *auditor.key.as_bytes());
    authority.repository_of(pack, version)
}

/// A gate whose logs these auditors read.
pub fn gate(auditors: &[&Auditor]) -> Gate {
    let gate = Gate::new(Authority::patient());
    let entries = auditors.iter().map(|auditor| auditor.entry()).collect();
    let done = gate.update(&repository(&gate.authority, 1, entries));
    assert_eq!(done.status, 0, "{}", done.stderr);
    gate
}

/// The key of a gate.
pub fn key(gate: &Gate) -> PublicKey {
    secret(gate).public()
}

pub fn secret(gate: &Gate) -> PrivateKey {
    let pem = fs::read(gate.store().join("gate.key")).unwrap();
    match postern_core::keyfile::KeyFile::parse(&pem).unwrap().open(&[]).unwrap() {
        postern_core::keyfile::SecretKey::Signing(key) => key,
        other => panic!("{other:?}"),
    }
}

pub fn log(gate: &Gate) -> PathBuf {
    gate.store().join("log.sqlite")
}

pub fn tip(gate: &Gate) -> Tip {
    Reader::open(&log(gate)).unwrap().tip().unwrap()
}

/// Logs so many made-up events, a second apart from the end of what is there, sealed with the gate's key.
pub fn fill(gate: &Gate, count: u64) {
    let mut log = Log::open(&log(gate)).unwrap();
    log.seal_with(Box::new(secret(gate))).unwrap();
    let from = log.tip().size;
    log.append_batch((from..from + count).map(event)).unwrap();
}

/// The made-up event number `n`.
pub fn event(n: u64) -> NewEvent {
    let outcome = match n % 10 {
        0 => Outcome::Refuse,
        1 => Outcome::Refer,
        _ => Outcome::Admit,
    };
    NewEvent {
        time: MADE.seconds() + n,
        system: MADE.seconds() + n,
        flags: Flags::default(),
        outcome,
        reasons: match outcome {
            Outcome::Admit => vec![],
            _ => vec!["made-up".to_owned()],
        },
        code: Some([n as u8; 16]),
        person: None,
        issuer: Some("east".to_owned()),
        root: 1,
        pack: 1,
        snapshot: 1,
        age: n,
        grade: Grade::Fresh,
        source: if n % 7 == 3 { Source::Hand } else { Source::Scanner },
        kind: if n % 7 == 3 { Kind::Manual } else { Kind::Code },
        about: None,
        operator: (n % 7 == 3).then(|| "op-7".to_owned()),
        credential: None,
    }
}

/// `sync --json --to PLACE` and what it says; it must end with this status.
pub fn sync(gate: &Gate, place: &Path, more: &[&str], status: i32) -> Value {
    let done = run(gate, place.to_str().unwrap(), more);
    assert_eq!(done.status, status, "{} {}", done.stdout, done.stderr);
    done.json().remove(0)
}

pub fn run(gate: &Gate, place: &str, more: &[&str]) -> Done {
    gate.run(
        "sync",
        ["--json", "--to", place].into_iter().chain(more.iter().copied()),
    )
}

/// `log COMMAND --json`.
pub fn log_command(gate: &Gate, command: &str, more: &[&str]) -> Done {
    let store = gate.store();
    let args = ["log", command, "--json", "--store", store.to_str().unwrap()];
    crate::common::run(args.into_iter().chain(more.iter().copied()))
}

/// The names of the gate's bundles in a drop box.
pub fn names(place: &Path, gate: &PublicKey) -> Vec<String> {
    let folder = place.join("evidence").join(postern_core::hex(&gate.thumbprint()));
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// A file of the gate's in a drop box.
pub fn file(place: &Path, gate: &PublicKey, from: u64, to: u64) -> PathBuf {
    place.join(bundle::path(gate, from, to))
}

/// `[from, to]` of what was sent.
pub fn sent(told: &Value) -> Vec<(u64, u64)> {
    let sent = told["sent"].as_array().unwrap().iter();
    sent.map(|part| (part["from"].as_u64().unwrap(), part["to"].as_u64().unwrap()))
        .collect()
}
