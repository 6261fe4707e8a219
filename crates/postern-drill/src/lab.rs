//! A laboratory: keys, a repository, ledgers, minted codes, gates on a map and an audit office, made with the real programs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use postern_cli::Session;
use postern_cli::files::{FileAction, FileError};
use postern_core::time::Time;
use serde_json::Value;

use crate::cli::SizeArgs;
use crate::error::DrillError;
use crate::player::{INPUTS, Played, Player};

mod authority;
mod issuers;
pub(crate) mod map;
mod progress;
mod sources;

pub(crate) use authority::{AUDITOR, ROOT};
pub(crate) use issuers::{ISSUERS, Person};
pub(crate) use progress::Progress;

/// The passphrase of all keys of the laboratory.
pub(crate) const PASSPHRASE: &str = "keys/passphrase";
/// The newest data as one file, for a stick.
pub(crate) const STICK: &str = "update.bundle";

/// After how many hours data is not fresh any more, aging, and stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hours {
    pub(crate) fresh: u64,
    pub(crate) aging: u64,
    pub(crate) stale: u64,
}

impl Hours {
    /// Two days, a week, thirty days: what a city would have.
    pub(crate) const ORDINARY: Self = Self {
        fresh: 48,
        aging: 168,
        stale: 720,
    };
}

/// A laboratory that has been built.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) dir: PathBuf,
    pub(crate) player: Player,
    /// The stores of the gates, as paths within the laboratory.
    pub(crate) gates: Vec<String>,
    /// Pictures that were minted, as paths within the laboratory.
    pub(crate) pictures: Vec<String>,
    /// Everybody who has a code, by issuer.
    pub(crate) people: Vec<Person>,
    /// Rows of the people files that were rejected.
    pub(crate) rejects: u64,
    /// When all of it was made.
    made: Time,
    /// The root's.
    pub(crate) fingerprint: String,
    /// What the audit office has sent for the pack.
    auditors: String,
    /// How many drafts of packs there were.
    drafts: u64,
}

impl Lab {
    /// Builds a laboratory, as of a time, in a folder that is not there or empty.
    pub(crate) fn build(
        dir: &Path,
        size: &SizeArgs,
        windows: Hours,
        made: Time,
        session: &Session,
    ) -> Result<Self, DrillError> {
        // The snapshot that the mint needs comes before the one that is of this time.
        let before = Time::saturating(made.seconds() as i64 - 60);
        let taken = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
        if taken {
            return Err(DrillError::Exists(dir.to_owned()));
        }
        for part in ["keys", "pack/rules", "ceremony", "gates", INPUTS] {
            let path = dir.join(part);
            fs::create_dir_all(&path).map_err(|e| FileError::new(path, FileAction::Create, e))?;
        }
        let mut lab = Self {
            dir: dir.to_owned(),
            player: Player::new(dir)?,
            gates: (1..=size.gates).map(|n| format!("gates/gate-{n}")).collect(),
            pictures: Vec::new(),
            people: Vec::new(),
            rejects: 0,
            made: before,
            fingerprint: String::new(),
            auditors: String::new(),
            drafts: 0,
        };
        let progress = Progress::new(5 + ISSUERS.len() as u64 + size.gates, session);
        progress.step("step-keys");
        lab.keys()?;
        progress.step("step-root");
        lab.root()?;
        progress.step("step-auditor");
        lab.auditor()?;
        progress.step("step-pack");
        sources::rules(dir)?;
        lab.pack("repository", before, windows)?;
        // Whoever mints looks into a pack that a snapshot names.
        lab.renew("repository", before)?;
        for (issuer, (_, percent)) in ISSUERS.into_iter().enumerate() {
            progress.step("step-mint");
            lab.mint(issuer, (size.people * percent / 100).max(1), size.seed)?;
            lab.open_register(issuer)?;
        }
        let gates = lab.gates.clone();
        for (n, gate) in gates.iter().enumerate() {
            progress.step("step-gate");
            lab.init(gate)?;
            lab.enrol(gate, &map::position(n, gates.len()), before)?;
        }
        progress.step("step-snapshot");
        lab.publish_lists(made)?;
        lab.renew("repository", made)?;
        lab.bundle(STICK)?;
        for gate in &gates {
            lab.update(gate, STICK)?;
        }
        progress.done();
        Ok(lab)
    }

    /// A path of the laboratory as the system wants it.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    /// A new gate that trusts the root and has no data yet.
    pub(crate) fn init(&mut self, gate: &str) -> Result<(), DrillError> {
        let fingerprint = self.fingerprint.clone();
        let name = gate.rsplit('/').next().unwrap_or(gate);
        let mut init = vec!["init", "--store", gate, "--root", ROOT];
        init.extend(["--fingerprint", &fingerprint, "--name", name]);
        self.player.verifier(false, &init).map(drop)
    }

    /// Brings data to a gate, which must take it.
    pub(crate) fn update(&mut self, gate: &str, from: &str) -> Result<(), DrillError> {
        let update = ["update", "--store", gate, "--from", from];
        self.player.verifier(false, &update).map(drop)
    }

    /// Brings to a gate what it may refuse.
    pub(crate) fn try_update(&mut self, gate: &str, from: &str) -> Result<Played, DrillError> {
        self.player.verifier(true, &["update", "--store", gate, "--from", from])
    }

    /// Judges pictures and texts at a gate, as of a time if it is not now; gives the verdicts and faults.
    pub(crate) fn check(&mut self, gate: &str, at: Option<Time>, inputs: &[String]) -> Result<Vec<Value>, DrillError> {
        let at = at.map(|time| time.to_string());
        let mut args = vec!["check", "--store", gate];
        args.extend(at.iter().flat_map(|at| ["--at", at]));
        args.push("--");
        args.extend(inputs.iter().map(String::as_str));
        Ok(self.player.verifier(false, &args)?.lines)
    }

    /// The codes of people come to a gate, one after the other; gives the verdicts in that order.
    pub(crate) fn pass(&mut self, gate: &str, at: Option<Time>, people: &[usize]) -> Result<Vec<Value>, DrillError> {
        let at = at.map(|time| time.to_string());
        let mut args = vec!["check", "--store", gate];
        args.extend(at.iter().flat_map(|at| ["--at", at]));
        args.push("-");
        let texts = people.iter().map(|n| self.people[*n].text.as_str());
        self.player.check(&args, texts)
    }
}

/// Makes a file that is not there yet.
pub(crate) fn create_new(path: &Path) -> Result<File, FileError> {
    File::create_new(path).map_err(|e| FileError::new(path, FileAction::Create, e))
}
