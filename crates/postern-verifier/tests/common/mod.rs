//! A made-up authority, its repositories and gates, and the program itself.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod day;
pub mod tags;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postern_core::bundle::Bundle;
use postern_core::cbor::Bytes;
use postern_core::code::{self, Claims};
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::record::{Birth, DocumentTag, Facts, Holder, Record, Vaccination};
use postern_core::repository::{self, NEWEST};
use postern_core::text::Names;
use postern_core::time::{Day, Time};
use postern_core::trust::{
    Document, DocumentKind, FilePin, Issuer, IssuerKey, Keys, Otherwise, Pack, Payload, Root, RootRoles, RuleSource,
    Snapshot, Windows,
};
use postern_core::{demo, hex};
use serde_json::Value;
use tempfile::TempDir;

pub const DAY: u64 = 86_400;
/// 2026-12-01T00:00:00Z, when the authority made its documents.
pub const MADE: Time = Time::saturating(1_796_083_200);
/// Eight hours later.
pub const AT: &str = "2026-12-01T08:00:00Z";
/// Whose codes these are. The name is made up.
pub const NAME: &str = "样本乙";

pub const BIN: &str = env!("CARGO_BIN_EXE_postern-verifier");

/// An authority: with the keys that everybody has, or with others.
#[derive(Clone)]
pub struct Authority {
    pub demo: bool,
    pub windows: Windows,
    /// Changes whatever is signed, so that two truths can exist.
    pub name: &'static str,
    /// When its documents are made.
    pub made: Time,
}

impl Authority {
    pub fn new() -> Self {
        let (fresh, aging, stale) = (2 * DAY, 7 * DAY, 30 * DAY);
        Self {
            demo: false,
            windows: Windows { fresh, aging, stale },
            name: "Sample authority",
            made: MADE,
        }
    }

    pub fn demo() -> Self {
        Self {
            demo: true,
            ..Self::new()
        }
    }

    /// Data that is fresh for ten years: for tests that use the system's clock.
    pub fn patient() -> Self {
        let days = 3653 * DAY;
        let windows = Windows {
            fresh: days,
            aging: days,
            stale: days,
        };
        Self { windows, ..Self::new() }
    }

    pub fn key(&self, role: Role, n: u8) -> PrivateKey {
        if self.demo {
            return demo::key(role, n);
        }
        PrivateKey::from_seed(&[16 * (1 + Role::ALL.iter().position(|r| *r == role).unwrap() as u8) + n; 32])
    }

    pub fn keys(&self, role: Role, count: u8, threshold: usize) -> Keys {
        Keys::new((0..count).map(|n| self.key(role, n).public()).collect(), threshold).unwrap()
    }

    pub fn root_payload(&self, version: u64) -> Root {
        Root {
            name: self.names(),
            roles: RootRoles {
                root: self.keys(Role::Root, 3, 2),
                snapshot: self.keys(Role::Snapshot, 1, 1),
                publisher: self.keys(Role::Publisher, 2, 2),
            },
            issued: self.made,
            expires: self.made.plus(365 * DAY),
            version,
        }
    }

    pub fn root(&self, version: u64) -> Vec<u8> {
        self.signed(self.root_payload(version), Role::Root, 2)
    }

    pub fn names(&self) -> Names {
        Names::new(self.name, "样本机构").unwrap()
    }

    pub fn pack_payload(&self, version: u64) -> Pack {
        let rule = |id: &str, en, zh, logic: &str, otherwise| RuleSource {
            id: id.parse().unwrap(),
            name: Names::new(en, zh).unwrap(),
            logic: serde_json::from_str(logic).unwrap(),
            otherwise,
        };
        let until = Time::saturating(4_000_000_000);
        let issuer = |id: &str, en, zh, n, rules: &[&str]| Issuer {
            id: id.parse().unwrap(),
            from: self.made,
            keys: vec![IssuerKey {
                key: self.key(Role::Code, n).public(),
                from: Time::default(),
                role: Role::Code,
                until,
            }],
            list: None,
            name: Names::new(en, zh).unwrap(),
            rules: rules.iter().map(|id| id.parse().unwrap()).collect(),
            until,
            columns: vec![],
            windows: None,
        };
        let vaccinated = r#"{"if": [{"var": "payload.v.0"},
            {">=": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]}, false]}"#;
        Pack {
            name: self.names(),
            rules: vec![
                rule(
                    "by-hand",
                    "Looked at by a person",
                    "人工查验",
                    "false",
                    Otherwise::Refer,
                ),
                rule("vaccinated", "Vaccinated", "已接种", vaccinated, Otherwise::Refuse),
            ],
            issued: self.made,
            expires: self.made.plus(90 * DAY),
            issuers: vec![
                issuer("east", "East clinic", "东区门诊", 0, &["vaccinated"]),
                issuer("west", "West clinic", "西区门诊", 1, &["by-hand"]),
            ],
            version,
            windows: self.windows,
            value_sets: BTreeMap::new(),
            tags: vec![],
            auditors: Vec::new(),
            disk_full: None,
            retention: None,
            emergency: None,
        }
    }

    pub fn signed<P: Payload>(&self, payload: P, role: Role, signers: u8) -> Vec<u8> {
        let mut document = Document::draft(payload);
        for n in 0..signers {
            let entry = document.sign(&self.key(role, n)).unwrap();
            document.add_signature(entry);
        }
        document.to_bytes()
    }

    /// A repository with root 1 and one pack and snapshot.
    pub fn repository(&self, pack: u64, snapshot: u64) -> Repository {
        self.repository_of(self.pack_payload(pack), snapshot)
    }

    pub fn repository_of(&self, pack: Pack, snapshot: u64) -> Repository {
        let version = pack.version;
        let pack = self.signed(pack, Role::Publisher, 2);
        let snapshot = Snapshot {
            pack: FilePin::of(&pack, version),
            root: 1,
            files: vec![],
            issued: self.made.plus(snapshot),
            version: snapshot,
            register: None,
        };
        let mut repository = Repository::default();
        repository.set(&repository::path(DocumentKind::Root, 1), self.root(1));
        repository.set(&repository::path(DocumentKind::Pack, version), pack);
        repository.set(NEWEST, self.signed(snapshot, Role::Snapshot, 1));
        repository
    }

    /// A code of issuer `n` (0 east, 1 west, 2 nobody's).
    pub fn code(&self, n: u8, claims: &Claims) -> String {
        let key = self.key(Role::Code, n);
        code::mint(&key, key.public().kid(), claims).unwrap()
    }

    pub fn good(&self) -> String {
        self.code(0, &claims(1))
    }

    pub fn expired(&self) -> String {
        let expires = MADE.plus(60);
        self.code(0, &Claims { expires, ..claims(2) })
    }

    pub fn unvaccinated(&self) -> String {
        let mut claims = claims(3);
        claims.record.facts = Facts::default();
        self.code(0, &claims)
    }

    pub fn referred(&self) -> String {
        self.code(1, &claims(4))
    }

    pub fn unknown_issuer(&self) -> String {
        self.code(2, &claims(5))
    }

    /// Signed by a key whose kid is copied from an issuer.
    pub fn forged(&self) -> String {
        let kid = self.key(Role::Code, 0).public().kid();
        code::mint(&self.key(Role::Code, 2), kid, &claims(6)).unwrap()
    }
}

/// A code's claims: issued a day before [`MADE`], good for 50 years.
pub fn claims(index: u32) -> Claims {
    let issued = Time::saturating((MADE.seconds() - DAY) as i64);
    let tag = (0..9).map(|i| (index as u8).wrapping_mul(i + 1)).collect::<Vec<_>>();
    Claims {
        expires: issued.plus(50 * 365 * DAY),
        issued,
        record: Record {
            index,
            holder: Holder {
                name: Some(NAME.to_owned().try_into().unwrap()),
                birth: Some(Birth::new(1990, 1, 31).unwrap()),
                tag: Some(DocumentTag(Bytes(tag.try_into().unwrap()))),
            },
            facts: Facts {
                vaccination: Some(Vaccination::new(1, 2, 2, Day(2200)).unwrap()),
                test: None,
                recovery: None,
            },
        },
    }
}

/// A repository's files by their paths.
#[derive(Clone, Default)]
pub struct Repository(pub BTreeMap<String, Vec<u8>>);

impl Repository {
    pub fn set(&mut self, path: &str, bytes: Vec<u8>) {
        self.0.insert(path.to_owned(), bytes);
    }

    pub fn write(&self, folder: &Path) -> PathBuf {
        for (path, bytes) in &self.0 {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        folder.to_owned()
    }

    pub fn bundle(&self) -> Vec<u8> {
        let mut bundle = Bundle::default();
        for (path, bytes) in &self.0 {
            bundle.insert(path, bytes.clone()).unwrap();
        }
        bundle.to_bytes()
    }
}

/// A folder with a gate's store in it, made by the program.
pub struct Gate {
    pub authority: Authority,
    pub folder: TempDir,
}

impl Gate {
    /// A gate after `init`.
    pub fn new(authority: Authority) -> Self {
        let gate = Self {
            authority,
            folder: tempfile::tempdir().unwrap(),
        };
        let root = gate.file("root", &gate.authority.root(1));
        let done = run([
            "init".as_ref(),
            "--store".as_ref(),
            gate.store().as_os_str(),
            "--root".as_ref(),
            root.as_os_str(),
            "--fingerprint".as_ref(),
            fingerprint(&gate.authority.root(1)).as_ref(),
            "--name".as_ref(),
            "north-1".as_ref(),
        ]);
        assert_eq!(done.status, 0, "{}", done.stderr);
        gate
    }

    /// A gate after `init` and an update to pack 1 and snapshot 1.
    pub fn updated(authority: Authority) -> Self {
        let gate = Self::new(authority);
        let done = gate.update(&gate.authority.repository(1, 1));
        assert_eq!(done.status, 0, "{}", done.stderr);
        gate
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("gate")
    }

    /// From now on the same code again is judged as the first time: for tests that have one code.
    pub fn without_pass_back(&self) {
        std::fs::write(self.store().join("gate.toml"), "[pass-back]\nwindow = 0\n").unwrap();
    }

    /// A file in the folder.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A picture of a text.
    pub fn picture(&self, name: &str, text: &str) -> PathBuf {
        self.file(name, &picture(text))
    }

    pub fn update(&self, repository: &Repository) -> Done {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        self.run("update", ["--from".into(), repository.write(folder.path())])
    }

    /// A command on this store.
    pub fn run<S: AsRef<OsStr>>(&self, command: &str, args: impl IntoIterator<Item = S>) -> Done {
        self.run_with(command, args, b"")
    }

    /// The same, with standard input.
    pub fn run_with<S: AsRef<OsStr>>(&self, command: &str, args: impl IntoIterator<Item = S>, input: &[u8]) -> Done {
        let mut all = vec![command.into(), "--store".into(), self.store().into_os_string()];
        all.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        run_with(all, input)
    }

    /// `check --at AT`.
    pub fn check<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Done {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.run("check", ["--at".into(), AT.into()].into_iter().chain(args))
    }

    /// The status at [`AT`], which does not depend on the clock but for what the clock says.
    pub fn status(&self) -> String {
        let done = self.run("status", ["--at", AT, "--json"]);
        assert_eq!(done.status, 0, "{}", done.stderr);
        let mut value = done.json().remove(0);
        value["clock"]["system"] = Value::Null;
        value.to_string()
    }
}

pub fn picture(text: &str) -> Vec<u8> {
    postern_qr::draw::png(&postern_qr::Symbol::new(text).unwrap(), postern_qr::draw::DEFAULT_SCALE)
}

/// The fingerprint of a root file.
pub fn fingerprint(root: &[u8]) -> String {
    hex(&Document::<Root>::parse(root).unwrap().digest())
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Done {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    pub fn json(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// The outcomes and the reasons of faults, in order.
    pub fn outcomes(&self) -> Vec<String> {
        let word = |value: &Value| match value["type"].as_str().unwrap() {
            "verdict" => value["outcome"].as_str().unwrap().to_owned(),
            _ => format!("fault {}", value["reason"].as_str().unwrap()),
        };
        self.json().iter().map(word).collect()
    }

    /// The reason of the error on standard error.
    pub fn error(&self) -> String {
        let line = self.stderr.lines().last().unwrap_or_default();
        let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {}", self.stderr));
        value["error"]["reason"].as_str().unwrap().to_owned()
    }
}

pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Done {
    run_with(args, b"")
}

pub fn run_with<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, input: &[u8]) -> Done {
    let mut command = command(BIN);
    command.args(args);
    finish(command, input)
}

pub fn finish(mut command: Command, input: &[u8]) -> Done {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Both ends at once: neither pipe holds everything. A program that does not read its input closes it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("all output is UTF-8");
    Done {
        status: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Whether a tool is there. Where the tests run for everybody it must be.
pub fn has(tool: &str, args: &[&str]) -> bool {
    let found = Command::new(tool)
        .args(args)
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{tool} is missing");
        eprintln!("skipped: {tool} {args:?} does not work here");
    }
    found
}
