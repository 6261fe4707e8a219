//! A city whose issuer publishes statuses, and the program at work for it. All people are made up.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of several test programs, each of which uses some of it"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postern_core::demo;
use postern_core::keyfile::SecretKey;
use postern_core::keys::{Role, Signer};
use postern_core::repository::{NEWEST, path as document_path, update};
use postern_core::status::{Delta, StatusList, StatusToken};
use postern_core::time::TimeEvidence;
use postern_core::trust::{Document, DocumentKind, FilePin, Snapshot, Trust};
use postern_core::verdict::{Judge, Outcome};
use postern_issuer::mint::ledger::Ended;
use postern_issuer::mint::{FormatName, MintArgs, MintError, RegisterChoice, RenewArgs, ReplaceArgs, renew, replace};
use serde_json::Value;

use crate::office::{AT, DAY, MADE, Office, counts, list, pack, session, signed};

/// One run of the program.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The reason of the error that ended it.
    pub fn reason(&self) -> String {
        let error: Value = serde_json::from_str(self.err.lines().last().unwrap()).unwrap();
        error["error"]["reason"].as_str().unwrap().to_owned()
    }
}

/// A city whose issuer `west` has a list and a column, with a ledger of made-up people.
pub struct City {
    pub office: Office,
    pub args: MintArgs,
}

impl City {
    pub fn new(people: u32) -> Self {
        let office = Office::new();
        let mut pack = pack();
        let west = &mut pack.issuers[1];
        west.list = Some("west".parse().unwrap());
        west.columns = vec!["negative-test".parse().unwrap()];
        let pack = signed(pack, Role::Publisher);
        let snapshot = Snapshot {
            pack: FilePin::of(&pack, 1),
            root: 1,
            files: vec![],
            issued: AT,
            version: 1,
            register: None,
        };
        let snapshot = signed(snapshot, Role::Snapshot);
        for (path, bytes) in [
            (document_path(DocumentKind::Pack, 1), &pack),
            (document_path(DocumentKind::Snapshot, 1), &snapshot),
            (NEWEST.to_owned(), &snapshot),
        ] {
            fs::write(office.path("repo").join(path), bytes).unwrap();
        }
        for n in 0..2 {
            office.save_key(
                &format!("snapshot-{n}"),
                Role::Snapshot,
                SecretKey::Signing(demo::key(Role::Snapshot, n)),
            );
        }
        let rows: String = (0..people).map(|i| format!("P-{i},样本{i}\n")).collect();
        let mut args = office.people(format!("id,name\n{rows}"));
        args.issue.format = vec![FormatName::Csv];
        args.capacity = Some(5_000);
        assert_eq!(counts(&args), [u64::from(people), 0, 0]);
        Self { office, args }
    }

    /// The city's register is asked.
    pub fn asking(&self) -> RegisterChoice {
        RegisterChoice {
            register: Some(self.office.path("register.db")),
            no_register: false,
        }
    }

    /// A new card for a lost one: its place.
    pub fn lost(&self, id: &str, reason: Ended, choice: RegisterChoice) -> Result<u32, MintError> {
        let mut issue = self.args.issue.clone();
        issue.out = self.office.path(&format!("lost-{id}"));
        let ids = vec![id.to_owned()];
        let args = ReplaceArgs {
            ids,
            reason,
            issue,
            choice,
        };
        replace(&args, &session(&[]), &mut Vec::new())?;
        Ok(list(&args.issue.out.join("codes.csv"))[0][1].parse().unwrap())
    }

    /// New cards for all first ones, a day after they were issued: whose, and their places.
    pub fn renewed(&self, choice: RegisterChoice) -> Vec<(String, u32)> {
        let mut issue = self.args.issue.clone();
        issue.out = self.office.path("renewed");
        issue.at = Some(AT.plus(DAY).seconds() as i64);
        let args = RenewArgs {
            issue,
            expiring_within: 364,
            choice,
        };
        assert_eq!(renew(&args, &session(&["--json"]), &mut Vec::new()).unwrap(), 0);
        let rows = list(&args.issue.out.join("codes.csv"));
        rows.iter()
            .map(|row| (row[0].to_owned(), row[1].parse().unwrap()))
            .collect()
    }

    /// Index and text of the code of each person, as the newest list of codes has them.
    pub fn codes(&self) -> BTreeMap<String, (u32, String)> {
        let rows = list(&self.args.issue.out.join("codes.csv"));
        let code = |row: &csv::StringRecord| (row[0].to_owned(), (row[1].parse().unwrap(), row[4].to_owned()));
        rows.iter().map(code).collect()
    }

    pub fn index(&self, id: &str) -> u32 {
        self.codes()[id].0
    }

    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.office.path(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    pub fn path(&self, name: &str) -> String {
        self.office.path(name).display().to_string()
    }

    pub fn repo(&self, name: &str) -> PathBuf {
        self.office.path("repo").join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-issuer"));
        command.args(args).env("LANG", "C").stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().unwrap();
        Ran {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A command that writes to the register, at a time after [`AT`].
    pub fn desk(&self, command: &[&str], hours: u64, more: &[&str]) -> Ran {
        let (register, ledger) = (self.path("register.db"), self.args.issue.ledger.display().to_string());
        let at = AT.plus(hours * 3600).to_string();
        let mut args = command.to_vec();
        args.extend([
            "--register",
            &register,
            "--ledger",
            &ledger,
            "--by",
            "desk 1",
            "--at",
            &at,
            "--json",
        ]);
        if !Path::new(&register).exists() {
            args.extend(["--new-register", "--list", "west", "--issuer", "west"]);
        }
        args.extend(more);
        self.run(&args)
    }

    pub fn set(&self, hours: u64, more: &[&str]) -> Ran {
        self.desk(&["status", "set"], hours, &[&["--why", "tested"], more].concat())
    }

    pub fn set_id(&self, id: &str, status: &str) {
        let ran = self.set(1, &["--id", id, "--status", status]);
        assert_eq!(ran.status, 0, "{}", ran.err);
    }

    pub fn publish_args(&self, kind: &str, hours: u64) -> Vec<String> {
        let at = AT.plus(hours * 3600).to_string();
        let (register, repo, key) = (self.path("register.db"), self.path("repo"), self.path("status.key"));
        [
            "",
            "publish",
            "--register",
            &register,
            "--repo",
            &repo,
            "--key",
            &key,
            "--at",
            &at,
            "--by",
            "head",
            "--json",
        ]
        .map(|arg| {
            if arg.is_empty() {
                kind.to_owned()
            } else {
                arg.to_owned()
            }
        })
        .to_vec()
    }

    pub fn publish(&self, hours: u64, more: &[&str]) -> Ran {
        let args = self.publish_args("status", hours);
        let args: Vec<&str> = args
            .iter()
            .map(String::as_str)
            .chain(["--yes"])
            .chain(more.iter().copied())
            .collect();
        self.run(&args)
    }

    /// Publishes and gives what the program says of it.
    pub fn published(&self, hours: u64) -> Value {
        let ran = self.publish(hours, &[]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.lines().pop().unwrap()["published"].take()
    }

    pub fn publish_column(&self, hours: u64) -> Ran {
        let args = self.publish_args("column", hours);
        self.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn show(&self, more: &[&str]) -> Vec<Value> {
        let ran = self.run(
            &[
                &["status", "show", "--register", &self.path("register.db"), "--json"],
                more,
            ]
            .concat(),
        );
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.lines()
    }

    /// The published list of a version, under the issuer's key.
    pub fn list(&self, version: u64) -> StatusList {
        let bytes = fs::read(self.repo(&format!("status/west/{version}.status"))).unwrap();
        let token = StatusToken::parse(&bytes).unwrap();
        assert_eq!((token.version(), token.list().as_str()), (version, "west"));
        assert!(token.signed_by(&[demo::key(Role::Status, 0).public()]));
        token.inflate(1_250).unwrap()
    }

    /// The list of a version is also what its delta leads to.
    pub fn follows(&self, version: u64) {
        let bytes = fs::read(self.repo(&format!("status/west/{}-{version}.delta", version - 1))).unwrap();
        let delta = Document::<Delta>::parse(&bytes).unwrap();
        assert_eq!(
            delta.payload().apply(&self.list(version - 1)).unwrap(),
            self.list(version)
        );
    }

    /// A gate that has just been set up from the repository.
    pub fn judge(&self) -> Judge {
        let pinned = Trust::pin(&fs::read(self.repo("root/1.root")).unwrap()).unwrap();
        let trust = update(&pinned, |wanted| match fs::read(self.repo(wanted.path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        Judge::new(trust.unwrap()).unwrap()
    }

    pub fn renew_snapshot(&self, hours: u64) {
        let at = AT.plus(hours * 3600).to_string();
        let [first, second] = [0, 1].map(|n| self.path(&format!("snapshot-{n}.key")));
        let args = [
            "snapshot",
            "renew",
            "--repo",
            &self.path("repo"),
            "--key",
            &first,
            &second,
            "--at",
            &at,
        ];
        let ran = self.run(&args);
        assert_eq!(ran.status, 0, "{}", ran.err);
    }
}

/// The outcome for a code, some hours after [`AT`].
pub fn outcome(judge: &Judge, text: &str, hours: u64) -> Outcome {
    let time = TimeEvidence::Clock {
        system: AT.plus(hours * 3600),
        floor: MADE,
    };
    judge.check(text, time).outcome
}

pub fn counts_of(value: &Value) -> [u64; 4] {
    ["valid", "invalid", "suspended", "restricted"].map(|name| value[name].as_u64().unwrap())
}
