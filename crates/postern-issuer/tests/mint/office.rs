//! The office that mints in these tests: a made-up authority with two issuers, keys in files, a place to work.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of several test programs, each of which uses some of it"
)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use postern_cli::Session;
use postern_core::demo;
use postern_core::keyfile::{self, SecretKey};
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::record::Record;
use postern_core::repository::{NEWEST, path};
use postern_core::text::Names;
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{
    Candidate, Document, DocumentKind, FilePin, Issuer, IssuerKey, Keys, Pack, Payload, Root, RootRoles, Snapshot,
    Trust, Windows,
};
use postern_core::verdict::{Judge, Outcome};
use postern_issuer::mint::ledger::{Owner, Wanted};
use postern_issuer::mint::people::EncodingChoice;
use postern_issuer::mint::shard::Shard;
use postern_issuer::mint::{FormatName, IssueArgs, MintArgs, MintError, RegisterChoice, run};

pub const DAY: u64 = 86_400;
/// 2026-11-01T00:00:00Z, when the authority made its documents.
pub const MADE: Time = Time::saturating(1_793_491_200);
/// 2026-11-23T07:30:00Z.
pub const AT: Time = Time::saturating(1_795_419_000);

pub const HEADER: &str = "id,name,birth,document_kind,document_country,document_number,vaccine,vaccine_dose,\
                      vaccine_doses,vaccinated,test_kind,test_result,test_sampled,recovered";
/// The number is the example of GB 11643-1999.
pub const FULL: &str = "A-1,样本甲,1949-12-31,id,CN,11010519491231002X,CoronaVac,2,2,2026-01-31,\
                    nucleic-acid,not-detected,2026-11-23 08:00,";

/// A folder with a repository, keys, and a place to work.
pub struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Self {
        let office = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        office.publish();
        for (name, role, n) in [
            ("west", Role::Code, 0),
            ("east", Role::Code, 1),
            ("status", Role::Status, 0),
        ] {
            office.save_key(name, role, SecretKey::Signing(demo::key(role, n)));
        }
        // Keys whose files say that they are for codes, and which the repository knows otherwise or not at all.
        office.save_key(
            "stranger",
            Role::Code,
            SecretKey::Signing(PrivateKey::from_seed(&[9; 32])),
        );
        office.save_key("misnamed", Role::Code, SecretKey::Signing(demo::key(Role::Status, 0)));
        office.save_key(
            "misnamed-root",
            Role::Code,
            SecretKey::Signing(demo::key(Role::Root, 0)),
        );
        office.save_key("tag", Role::Tag, SecretKey::Tag(demo::tag_key()));
        office
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn save_key(&self, name: &str, role: Role, key: SecretKey) {
        let pem = keyfile::danger_plain(&key, role).unwrap();
        fs::write(self.path(&format!("{name}.key")), pem.as_bytes()).unwrap();
    }

    pub fn publish(&self) {
        let root = signed(root(), Role::Root);
        let pack = signed(pack(), Role::Publisher);
        let snapshot = Snapshot {
            pack: FilePin::of(&pack, 1),
            root: 1,
            files: vec![],
            issued: AT,
            version: 1,
            register: None,
        };
        let snapshot = signed(snapshot, Role::Snapshot);
        for (name, bytes) in [
            (path(DocumentKind::Root, 1), &root),
            (path(DocumentKind::Pack, 1), &pack),
            (path(DocumentKind::Snapshot, 1), &snapshot),
            (NEWEST.to_owned(), &snapshot),
        ] {
            let file = self.path("repo").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
    }

    pub fn judge(&self) -> Judge {
        let read = |name: String| fs::read(self.path("repo").join(name)).unwrap();
        let pinned = Trust::pin(&read(path(DocumentKind::Root, 1))).unwrap();
        let candidate = Candidate {
            roots: &[],
            snapshot: &read(NEWEST.to_owned()),
            pack: &read(path(DocumentKind::Pack, 1)),
        };
        Judge::new(pinned.update(&candidate, postern_core::trust::no_status_files).unwrap()).unwrap()
    }

    pub fn people(&self, text: impl AsRef<[u8]>) -> MintArgs {
        let people = self.path("people.csv");
        fs::write(&people, text).unwrap();
        MintArgs {
            people,
            issue: self.issue(),
            tag_key: Some(self.path("tag.key")),
            no_tags: false,
            new_ledger: true,
            capacity: None,
            encoding: EncodingChoice::Auto,
            shard: Shard::WHOLE,
            changed: false,
            changed_since: None,
            choice: no_register(),
        }
    }

    pub fn issue(&self) -> IssueArgs {
        IssueArgs {
            out: self.path("out"),
            ledger: self.path("ledger.db"),
            key: self.path("west.key"),
            repo: self.path("repo"),
            valid_for: 365,
            at: Some(AT.seconds() as i64 + 30),
            format: vec![FormatName::Png, FormatName::Csv],
            paper: Default::default(),
            font: None,
            pin_file: None,
            passphrase: Default::default(),
        }
    }
}

/// No register is asked.
pub fn no_register() -> RegisterChoice {
    RegisterChoice {
        register: None,
        no_register: true,
    }
}

pub fn names() -> Names {
    Names::new("Sample", "样本").unwrap()
}

pub fn keys(role: Role) -> Keys {
    Keys::new((0..2).map(|n| demo::key(role, n).public()).collect(), 2).unwrap()
}

pub fn root() -> Root {
    Root {
        name: names(),
        roles: RootRoles {
            root: keys(Role::Root),
            snapshot: keys(Role::Snapshot),
            publisher: keys(Role::Publisher),
        },
        issued: MADE,
        expires: MADE.plus(365 * DAY),
        version: 1,
    }
}

pub fn pack() -> Pack {
    let issuer = |id: &str, keys: &[(Role, u8)]| {
        let key = |(role, n): &(Role, u8)| IssuerKey {
            key: demo::key(*role, *n).public(),
            from: MADE,
            role: *role,
            until: MADE.plus(90 * DAY),
        };
        let mut keys: Vec<_> = keys.iter().map(key).collect();
        keys.sort_by_key(|key| key.key);
        Issuer {
            id: id.parse().unwrap(),
            from: MADE,
            keys,
            list: None,
            name: names(),
            rules: vec![],
            until: MADE.plus(80 * DAY),
            columns: vec![],
            windows: None,
        }
    };
    Pack {
        name: names(),
        rules: vec![],
        issued: MADE,
        expires: MADE.plus(90 * DAY),
        issuers: vec![
            issuer("east", &[(Role::Code, 1)]),
            issuer("west", &[(Role::Code, 0), (Role::Status, 0)]),
        ],
        version: 1,
        windows: Windows {
            fresh: 2 * DAY,
            aging: 7 * DAY,
            stale: 30 * DAY,
        },
        value_sets: BTreeMap::new(),
        tags: vec![],
        auditors: Vec::new(),
        disk_full: None,
        retention: None,
        emergency: None,
    }
}

pub fn signed<P: Payload>(payload: P, role: Role) -> Vec<u8> {
    let mut document = Document::draft(payload);
    for n in 0..2 {
        let entry = document.sign(&demo::key(role, n)).unwrap();
        document.add_signature(entry);
    }
    document.to_bytes()
}

/// The issuer of the key `west`.
pub fn owner() -> Owner {
    Owner {
        issuer: "west".to_owned(),
        authority: Document::draft(root()).digest(),
    }
}

/// A ledger of it.
pub const WANTED: Wanted = Wanted {
    may_make: true,
    capacity: None,
    shard: Shard::WHOLE,
    key: [0; 32],
};

pub fn session(args: &[&str]) -> Session {
    let args: Vec<OsString> = std::iter::once(&"postern-issuer")
        .chain(args)
        .map(OsString::from)
        .collect();
    Session::new(&args, |_| None, postern_issuer::TEXTS)
}

pub fn mint(args: &MintArgs, options: &[&str]) -> Result<(u8, String), MintError> {
    let mut out = Vec::new();
    let status = run(args, &session(options), &mut out)?;
    Ok((status, String::from_utf8(out).unwrap()))
}

/// The lines of a run for programs: the rejects and the summary.
pub fn mint_json(args: &MintArgs) -> (u8, Vec<serde_json::Value>) {
    let (status, out) = mint(args, &["--json"]).unwrap();
    (status, lines(&out))
}

/// The lines of a report for programs, without those that tell how far a run has come.
pub fn lines(out: &str) -> Vec<serde_json::Value> {
    let lines = out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.filter(|line| line.get("progress").is_none()).collect()
}

pub fn counts(args: &MintArgs) -> [u64; 3] {
    let (_, lines) = mint_json(args);
    let summary = &lines.last().unwrap()["summary"];
    ["minted", "already", "rejected"].map(|name| summary[name].as_u64().unwrap())
}

/// The rows of codes.csv or rejects.csv.
pub fn list(file: &Path) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file).unwrap();
    reader.records().map(Result::unwrap).collect()
}

pub fn records(office: &Office, args: &MintArgs) -> BTreeMap<String, Record> {
    let judge = office.judge();
    let time = TimeEvidence::Clock {
        system: AT.plus(3600),
        floor: MADE,
    };
    let codes = list(&args.issue.out.join("codes.csv"));
    let record = |row: &csv::StringRecord| {
        let verdict = judge.check(&row[4], time);
        assert_eq!(
            (verdict.outcome, verdict.reasons.as_slice()),
            (Outcome::Admit, &[][..]),
            "{row:?}"
        );
        (row[0].to_owned(), verdict.claims.unwrap().record)
    };
    codes.iter().map(record).collect()
}

/// Every file below a folder with its bytes.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(tree(&path));
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

pub fn same_tree(a: &Path, b: &Path) {
    let relative = |folder: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        let named = tree(folder)
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_owned(), bytes));
        named.collect()
    };
    let (a, b) = (relative(a), relative(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (path, bytes) in &a {
        assert!(b[path] == *bytes, "{} differs", path.display());
    }
}
