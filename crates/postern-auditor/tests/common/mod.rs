//! A made-up city: gates with real logs, an audit office with an archive on either database, and the program.

#![allow(dead_code, reason = "each test uses a part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use postern_core::gates::Enrolment;
use postern_core::keys::{PrivateKey, Signer};
use postern_core::text::Names;
use postern_core::time::Time;
use postern_core::trust::{Document, Keys, Root, RootRoles};
use postern_log::bundle::{LogBundle, path};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::leaf_hash;
use postern_log::proof::consistency;
use postern_log::{Flags, Grade, Kind, Log, NewEvent, Outcome, Source, Tip};
use postern_seal::{Identity, Recipient};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const BIN: &str = env!("CARGO_BIN_EXE_postern-auditor");

/// 2026-11-23T08:00:00Z, when the made-up day begins.
pub(crate) const MORNING: u64 = 1_795_420_800;

pub(crate) const PASSPHRASE: &str = "made-up passphrase";

pub(crate) fn key(seed: u32) -> PrivateKey {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&seed.to_be_bytes());
    PrivateKey::from_seed(&bytes)
}

pub(crate) fn time(seconds: u64) -> Time {
    Time::from_seconds(seconds).unwrap()
}

/// An event at a second of the day.
pub(crate) fn event(number: u64, at: u64) -> NewEvent {
    let mut code = [0xc0; 16];
    code[..8].copy_from_slice(&number.to_be_bytes());
    NewEvent {
        time: at,
        system: at,
        flags: Flags::default(),
        outcome: if number % 16 == 3 {
            Outcome::Refuse
        } else {
            Outcome::Admit
        },
        reasons: if number % 16 == 3 {
            vec!["expired".to_owned()]
        } else {
            Vec::new()
        },
        code: Some(code),
        person: number.is_multiple_of(4).then_some([1; 9]),
        issuer: Some("xa".to_owned()),
        root: 1,
        pack: 2,
        snapshot: 3,
        age: 3600,
        grade: Grade::Fresh,
        source: Source::Scanner,
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: None,
    }
}

/// A gate with a log in a folder of its own.
pub(crate) struct Gate {
    pub(crate) name: String,
    pub(crate) key: PrivateKey,
    pub(crate) folder: TempDir,
    pub(crate) log: Log,
}

impl Gate {
    pub(crate) fn new(number: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("gate-{number}");
        let log = Log::create(&folder.path().join("log.sqlite"), &name).unwrap();
        Self {
            key: key(number),
            log,
            folder,
            name,
        }
    }

    /// Another machine with the same key, and what its log is now: a clone, or a backup.
    pub(crate) fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.sqlite");
        let mut log = Log::create(&path, &self.name).unwrap();
        let leaves = self.log.reader().leaves(0..self.size()).unwrap();
        let events = leaves.iter().map(|leaf| {
            let event = postern_log::Event::from_leaf(leaf).unwrap();
            event.details().clone()
        });
        log.append_batch(events).unwrap();
        assert_eq!(log.tip(), self.log.tip());
        Self {
            name: self.name.clone(),
            key: PrivateKey::from_seed(self.key.seed()),
            folder,
            log,
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.log.tip().size
    }

    /// `count` more events, one a second from `at` on.
    pub(crate) fn scan(&mut self, count: u64, at: u64) -> &mut Self {
        let first = self.size();
        self.log
            .append_batch((0..count).map(|i| event(first + i + at, at + i)))
            .unwrap();
        self
    }

    /// What the gate would sign of its leaves `from..to`, however long its log is.
    pub(crate) fn content(&self, from: u64, to: u64) -> LogBundle {
        let reader = self.log.reader();
        let leaves = reader.leaves(from..to).unwrap();
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let tree = reader.frontier_at(to).unwrap();
        let tip = Tip {
            size: to,
            root: tree.root(),
        };
        LogBundle {
            key: self.key.public(),
            from,
            gate: self.name.parse().unwrap(),
            note: self.note(tip),
            proof: consistency(&reader.frontier_at(from).unwrap(), &hashes),
            leaves,
        }
    }

    pub(crate) fn note(&self, tip: Tip) -> String {
        let checkpoint = Checkpoint {
            origin: self.name.clone(),
            tip,
        };
        checkpoint.sign(&self.key).unwrap()
    }

    pub(crate) fn bundle(&self, from: u64, to: u64, office: &Office) -> Vec<u8> {
        self.seal(&self.content(from, to), office)
    }

    pub(crate) fn seal(&self, content: &LogBundle, office: &Office) -> Vec<u8> {
        content
            .seal(&self.key, std::slice::from_ref(&office.recipient))
            .unwrap()
    }

    /// Leaves a bundle in a drop box.
    pub(crate) fn send(&self, from: u64, to: u64, office: &Office, drop_box: &Path) -> PathBuf {
        let file = drop_box.join(path(&self.key.public(), from, to));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, self.bundle(from, to, office)).unwrap();
        file
    }

    pub(crate) fn enrolment(&self) -> Vec<u8> {
        let mut document = Document::draft(Enrolment {
            age: Identity::generate().recipient().to_string().parse().unwrap(),
            key: self.key.public(),
            name: self.name.parse().unwrap(),
            place: Some("东门".parse().unwrap()),
            issued: time(MORNING),
        });
        document.add_signature(document.sign(&self.key).unwrap());
        document.to_bytes()
    }
}

/// Which database keeps the archive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

impl Engine {
    /// Whether it is there: of PostgreSQL a server must have been named.
    pub(crate) fn is_there(self) -> bool {
        let there = self == Self::Sqlite || server().is_some();
        if !there {
            eprintln!("not run: POSTERN_POSTGRES names no server (tools/postgres-test.sh starts one)");
        }
        there
    }
}

/// The URL of a server without a database.
fn server() -> Option<String> {
    std::env::var("POSTERN_POSTGRES").ok()
}

/// An audit office.
pub(crate) struct Office {
    pub(crate) folder: TempDir,
    pub(crate) engine: Engine,
    pub(crate) recipient: Recipient,
    database: Option<String>,
}

impl Drop for Office {
    fn drop(&mut self) {
        if let (Some(name), Some(server)) = (&self.database, server())
            && let Ok(mut client) = postgres::Client::connect(&url(&server, "postgres"), postgres::NoTls)
        {
            let _gone = client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// The URL of a database, given that of its server: `postgres:///?host=/FOLDER` or `postgres://HOST:PORT`.
fn url(server: &str, database: &str) -> String {
    match server.split_once("/?") {
        Some((server, query)) => format!("{server}/{database}?{query}"),
        None => format!("{server}/{database}"),
    }
}

impl Office {
    pub(crate) fn new(engine: Engine) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (root, fingerprint) = root();
        fs::write(at("1.root"), root).unwrap();
        fs::write(at("passphrase"), PASSPHRASE).unwrap();
        set_private(&at("passphrase"));
        let database = (engine == Engine::Postgres).then(|| {
            let name = format!(
                "made_up_{}_{}",
                std::process::id(),
                NUMBER.fetch_add(1, Ordering::Relaxed)
            );
            let server = url(&server().unwrap(), "postgres");
            let mut client = postgres::Client::connect(&server, postgres::NoTls).unwrap();
            client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            name
        });
        let mut office = Self {
            engine,
            recipient: Identity::generate().recipient(),
            database,
            folder,
        };
        let made = office.run(
            "init",
            &[
                "--name",
                "made-up-audit",
                "--root",
                at_of(&office, "1.root").to_str().unwrap(),
                "--fingerprint",
                &fingerprint,
            ],
            true,
        );
        let made = json_lines(&made);
        let note: toml::Table = made[0]["auditor"].as_str().unwrap().parse().unwrap();
        office.recipient = note["auditors"][0]["age"].as_str().unwrap().parse().unwrap();
        office
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("office")
    }

    /// The file of an archive in SQLite.
    pub(crate) fn file(&self) -> PathBuf {
        self.dir().join("archive.sqlite")
    }

    pub(crate) fn url(&self) -> Option<String> {
        self.database.as_ref().map(|name| url(&server().unwrap(), name))
    }

    /// A command with the archive, and the passphrase where it needs one.
    pub(crate) fn command(&self, name: &str, args: &[&str], passphrase: bool) -> Command {
        let mut command = Command::new(BIN);
        command
            .env("LC_ALL", "C")
            .args([name, "--json", "--dir"])
            .arg(self.dir());
        if let Some(url) = self.url() {
            command.args(["--archive", &url]);
        }
        if passphrase {
            command
                .arg("--passphrase-file")
                .arg(self.folder.path().join("passphrase"));
        }
        command.args(args);
        command
    }

    pub(crate) fn run(&self, name: &str, args: &[&str], passphrase: bool) -> Output {
        let output = self.command(name, args, passphrase).output().unwrap();
        let code = output.status.code();
        assert!(
            matches!(code, Some(0 | 3)),
            "{name} {args:?}: {code:?}\n{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    pub(crate) fn enrol(&self, gates: &[&Gate]) {
        let files: Vec<PathBuf> = gates
            .iter()
            .map(|gate| {
                let file = self.folder.path().join(format!("{}.enrolment", gate.name));
                fs::write(&file, gate.enrolment()).unwrap();
                file
            })
            .collect();
        let files: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
        self.run("enrol", &files, false);
    }

    /// Takes in what is there: the summary, and the troubles as `gate reason`.
    pub(crate) fn ingest(&self, from: &[&Path]) -> Ingested {
        let from: Vec<&str> = from.iter().map(|path| path.to_str().unwrap()).collect();
        let output = self.run("ingest", &from, true);
        let mut lines = json_lines(&output);
        let summary = lines.pop().unwrap();
        let mut trouble: Vec<String> = lines
            .iter()
            .map(|line| {
                format!(
                    "{} {}",
                    line["gate"].as_str().unwrap(),
                    line["reason"].as_str().unwrap()
                )
            })
            .collect();
        trouble.sort();
        let number = |name: &str| summary[name].as_u64().unwrap();
        Ingested {
            taken: number("taken"),
            events: number("events"),
            known: number("known"),
            waiting: number("waiting"),
            trouble,
            is_good: output.status.code() == Some(0),
        }
    }

    /// Takes files in whose names say nothing.
    pub(crate) fn ingest_bytes(&self, files: &[&[u8]]) -> Ingested {
        let folder = tempfile::tempdir().unwrap();
        for (number, bytes) in files.iter().enumerate() {
            fs::write(folder.path().join(format!("{number}.log")), bytes).unwrap();
        }
        self.ingest(&[folder.path()])
    }

    /// What `verify` finds: `gate finding what`.
    pub(crate) fn verify(&self) -> Vec<String> {
        let output = self.run("verify", &[], false);
        let mut lines = json_lines(&output);
        let summary = lines.pop().unwrap();
        assert_eq!(output.status.code() == Some(0), lines.is_empty());
        assert_eq!(summary["findings"].as_u64().unwrap(), lines.len() as u64);
        let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
        lines
            .iter()
            .map(|line| ["gate", "finding", "what"].map(|name| text(line, name)).join(" "))
            .collect()
    }

    /// A number that the database answers.
    pub(crate) fn ask(&self, sql: &str) -> i64 {
        match self.url() {
            None => rusqlite::Connection::open(self.file())
                .unwrap()
                .query_row(sql, [], |row| row.get(0))
                .unwrap(),
            Some(_) => self.client().query_one(sql, &[]).unwrap().get(0),
        }
    }

    /// What somebody does who can write to the database.
    pub(crate) fn tamper(&self, sql: &str) {
        match self.url() {
            None => rusqlite::Connection::open(self.file())
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Some(_) => self.client().batch_execute(sql).unwrap(),
        }
    }

    fn client(&self) -> postgres::Client {
        let mut client = postgres::Client::connect(&self.url().unwrap(), postgres::NoTls).unwrap();
        client.batch_execute("SET search_path = postern").unwrap();
        client
    }

    pub(crate) fn events(&self) -> u64 {
        self.ask("SELECT count(*) FROM events") as u64
    }
}

fn at_of(office: &Office, name: &str) -> PathBuf {
    office.folder.path().join(name)
}

/// What an ingest said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ingested {
    pub(crate) taken: u64,
    pub(crate) events: u64,
    pub(crate) known: u64,
    pub(crate) waiting: u64,
    pub(crate) trouble: Vec<String>,
    pub(crate) is_good: bool,
}

pub(crate) fn json_lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn set_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A root and its fingerprint.
fn root() -> (Vec<u8>, String) {
    let signers = [key(9001), key(9002), key(9003)];
    let keys = |key: &PrivateKey| Keys::new(vec![key.public()], 1).unwrap();
    let mut document = Document::draft(Root {
        name: Names::new("Made-up authority", "样本").unwrap(),
        roles: RootRoles {
            root: keys(&signers[0]),
            snapshot: keys(&signers[1]),
            publisher: keys(&signers[2]),
        },
        issued: time(MORNING),
        expires: time(MORNING + 300 * 86_400),
        version: 1,
    });
    document.add_signature(document.sign(&signers[0]).unwrap());
    (document.to_bytes(), postern_core::hex(&document.digest()))
}
