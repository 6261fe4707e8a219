//! A laboratory: keys, a repository, a ledger, minted pictures and gates, made with the real programs.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use postern_cli::files::{self, FileAction, FileError};
use postern_cli::{Session, random};
use postern_core::time::Time;
use serde_json::Value;

use crate::cli::SizeArgs;
use crate::error::DrillError;
use crate::people::{self, People};
use crate::player::Player;

mod progress;
mod sources;

pub(crate) use progress::Progress;

const PASSPHRASE: &str = "keys/passphrase";
/// Faulty rows of the people file, one of each kind.
const FAULTS: u64 = people::Fault::ALL.len() as u64;

/// The two issuers that recognise each other, and how many in a hundred of the people each serves.
pub(crate) const ISSUERS: [(&str, u64); 2] = [("east", 90), ("west", 10)];

/// A laboratory that has been built.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) dir: PathBuf,
    pub(crate) player: Player,
    pub(crate) gates: Vec<String>,
    /// Pictures that were minted, as paths within the laboratory.
    pub(crate) pictures: Vec<String>,
    /// Rows of the people files that were rejected.
    pub(crate) rejects: u64,
    /// When all of it was made.
    made: Time,
}

impl Lab {
    /// Builds a laboratory, as of a time, in a folder that is not there or empty.
    pub(crate) fn build(dir: &Path, size: &SizeArgs, made: Time, session: &Session) -> Result<Self, DrillError> {
        let taken = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
        if taken {
            return Err(DrillError::Exists(dir.to_owned()));
        }
        for part in ["keys", "pack/rules", "ceremony", "gates"] {
            let path = dir.join(part);
            fs::create_dir_all(&path).map_err(|e| FileError::new(path, FileAction::Create, e))?;
        }
        let mut lab = Self {
            dir: dir.to_owned(),
            player: Player::new(dir)?,
            gates: (1..=size.gates).map(|n| format!("gates/gate-{n}")).collect(),
            pictures: Vec::new(),
            rejects: 0,
            made,
        };
        let progress = Progress::new(4 + ISSUERS.len() as u64 + size.gates, session);
        progress.step("step-keys");
        lab.keys()?;
        progress.step("step-root");
        lab.root()?;
        progress.step("step-pack");
        sources::write(dir, made)?;
        lab.pack(1)?;
        progress.step("step-snapshot");
        lab.snapshot(made)?;
        for (issuer, percent) in ISSUERS {
            progress.step("step-mint");
            lab.mint(issuer, (size.people * percent / 100).max(1), size.seed)?;
        }
        for gate in lab.gates.clone() {
            progress.step("step-gate");
            lab.gate(&gate)?;
        }
        progress.done();
        Ok(lab)
    }

    /// A path of the laboratory as the system wants it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    /// The daily job and a bundle, as of a time.
    pub(crate) fn snapshot(&mut self, at: Time) -> Result<(), DrillError> {
        let at = at.to_string();
        let mut renew = vec![
            "snapshot",
            "renew",
            "--repo",
            "repository",
            "--key",
            "keys/snapshot.key",
        ];
        renew.extend(["--at", &at, "--passphrase-file", PASSPHRASE]);
        self.player.issuer(&[0], &renew)?;
        self.player
            .issuer(&[0], &["bundle", "--repo", "repository", "--out", "update.bundle"])
            .map(drop)
    }

    /// The ceremony of a pack: build, sign by two publishers, assemble, publish.
    pub(crate) fn pack(&mut self, version: u64) -> Result<(), DrillError> {
        let draft = format!("ceremony/pack-{version}.draft");
        let at = self.made.to_string();
        let new = [
            "pack",
            "new",
            "pack/pack.toml",
            "--repo",
            "repository",
            "--out",
            &draft,
            "--at",
            &at,
        ];
        self.player.issuer(&[0], &new)?;
        let publishers = ["keys/publisher-1.key", "keys/publisher-2.key"];
        self.ceremony("pack", &draft, &publishers, &["--root", "repository/root/1.root"])
    }

    fn keys(&mut self) -> Result<(), DrillError> {
        let secret = postern_core::hex(&random::bytes::<16>()?);
        files::write_private_new(&self.path(PASSPHRASE), format!("{secret}\n").as_bytes())?;
        let named = [
            ("root", "root-1"),
            ("root", "root-2"),
            ("root", "root-3"),
            ("publisher", "publisher-1"),
            ("publisher", "publisher-2"),
            ("snapshot", "snapshot"),
            ("code", "east"),
            ("code", "west"),
            ("tag", "tag"),
        ];
        for (role, name) in named {
            let file = format!("keys/{name}.key");
            let args = [
                "key",
                "new",
                "--role",
                role,
                "--out",
                &file,
                "--passphrase-file",
                PASSPHRASE,
            ];
            self.player.issuer(&[0], &args)?;
        }
        Ok(())
    }

    fn root(&mut self) -> Result<(), DrillError> {
        let at = self.made.to_string();
        let new = [
            "root",
            "new",
            "--out",
            "ceremony/root-1.draft",
            "--name-en",
            sources::NAME_EN,
            "--name-zh",
            sources::NAME_ZH,
            "--root-key",
            "keys/root-1.pub",
            "keys/root-2.pub",
            "keys/root-3.pub",
            "--root-threshold",
            "2",
            "--publisher-key",
            "keys/publisher-1.pub",
            "keys/publisher-2.pub",
            "--publisher-threshold",
            "2",
            "--snapshot-key",
            "keys/snapshot.pub",
            "--at",
            &at,
        ];
        self.player.issuer(&[0], &new)?;
        self.ceremony(
            "root",
            "ceremony/root-1.draft",
            &["keys/root-1.key", "keys/root-3.key"],
            &[],
        )
    }

    /// Signs a draft by each key on its own, assembles and publishes it.
    fn ceremony(&mut self, kind: &str, draft: &str, keys: &[&str], root: &[&str]) -> Result<(), DrillError> {
        let base = draft.trim_end_matches(".draft");
        let mut signatures = Vec::new();
        for (n, key) in (1..).zip(keys) {
            let signature = format!("{base}.signature-{n}");
            let mut sign = vec![kind, "sign", draft, "--key", key, "--out", &signature, "--yes"];
            sign.extend(["--passphrase-file", PASSPHRASE]);
            sign.extend(root);
            self.player.issuer(&[0], &sign)?;
            signatures.push(signature);
        }
        let whole = format!("{base}.{kind}");
        let mut assemble = vec![kind, "assemble", draft];
        assemble.extend(signatures.iter().map(String::as_str));
        assemble.extend(["--out", &whole]);
        assemble.extend(root);
        self.player.issuer(&[0], &assemble)?;
        self.player
            .issuer(&[0], &[kind, "publish", &whole, "--repo", "repository"])
            .map(drop)
    }

    fn mint(&mut self, issuer: &str, people: u64, seed: u64) -> Result<(), DrillError> {
        let file = format!("people-{issuer}.csv");
        let rows =
            People::new(seed ^ u64::from(issuer.as_bytes()[0]), people, self.made).map_err(DrillError::People)?;
        let out = BufWriter::new(create_new(&self.path(&file))?);
        people::write_csv_with_faults(&rows, FAULTS.min(people), out).map_err(DrillError::Output)?;
        let at = self.made.to_string();
        let [key, ledger, codes] =
            ["keys/NAME.key", "ledger-NAME.sqlite", "codes-NAME"].map(|t| t.replace("NAME", issuer));
        let args = [
            "mint",
            &file,
            "--out",
            &codes,
            "--ledger",
            &ledger,
            "--new-ledger",
            "--key",
            &key,
            "--tag-key",
            "keys/tag.key",
            "--repo",
            "repository",
            "--passphrase-file",
            PASSPHRASE,
            "--at",
            &at,
        ];
        let lines = self.player.issuer(&[3], &args)?;
        self.rejects += lines.iter().filter(|line| line["reject"].is_object()).count() as u64;
        let folder = self.path(&codes).join("pictures");
        let entries = fs::read_dir(&folder).map_err(|e| FileError::new(&folder, FileAction::Read, e))?;
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
        self.pictures
            .extend(names.map(|name| format!("{codes}/pictures/{name}")));
        self.pictures.sort_unstable();
        Ok(())
    }

    fn gate(&mut self, gate: &str) -> Result<(), DrillError> {
        let root = "repository/root/1.root";
        let shown = self.player.issuer(&[0], &["root", "show", root])?;
        let fingerprint = shown
            .iter()
            .find_map(|line| line["digest"].as_str())
            .unwrap_or_default()
            .to_owned();
        let name = gate.trim_start_matches("gates/");
        let init = [
            "init",
            "--store",
            gate,
            "--root",
            root,
            "--fingerprint",
            &fingerprint,
            "--name",
            name,
        ];
        self.player.verifier(false, &init)?;
        self.player
            .verifier(false, &["update", "--store", gate, "--from", "update.bundle"])
            .map(drop)
    }

    /// Judges inputs at a gate, as of a time if it is not now; gives the verdicts and faults.
    pub(crate) fn check(&mut self, gate: &str, at: Option<Time>, inputs: &[String]) -> Result<Vec<Value>, DrillError> {
        let at = at.map(|time| time.to_string());
        let mut args = vec!["check", "--store", gate];
        args.extend(at.iter().flat_map(|at| ["--at", at]));
        args.push("--");
        args.extend(inputs.iter().map(String::as_str));
        Ok(self.player.verifier(false, &args)?.1)
    }
}

/// Makes a file that is not there yet.
pub(crate) fn create_new(path: &Path) -> Result<File, FileError> {
    File::create_new(path).map_err(|e| FileError::new(path, FileAction::Create, e))
}
