//! Whether a folder is what a report says, offline, from its files alone.
//!
//! Every file is compared with the manifest, and whatever is signed is checked under the keys that the folder names: whose keys they are,
//! and that the folder is the one of the report, the digest of the manifest vouches for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use postern_cli::Session;
use postern_cli::files::read_bounded;
use postern_cli::output::Output;
use postern_cli::terminal::{json_line, printable};
use postern_core::keys::PublicKey;
use postern_log::Tip;
use postern_log::bundle::{self, SealedBundle};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::Hash;
use postern_log::proof::verify_consistency;
use postern_log::receipt::Receipt;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::MANIFEST;
use super::error::{NotEvident, Why};
use super::file::{ForkFile, GateFile, Manifest};
use crate::error::Error;
use crate::ingest::EXIT_FINDINGS;

/// The most bytes of one file; a bundle is the largest.
const MAX_FILE: u64 = bundle::MAX_LEN as u64;
/// The most files of a folder.
const MAX_FILES: usize = 1 << 20;
/// The exit status where something is wrong.
const NOT_EVIDENT: u8 = EXIT_FINDINGS;

/// Which folder.
#[derive(Args, Clone, Debug)]
pub(crate) struct CheckArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) evidence: Option<PathBuf>,
    #[arg(long, value_name = "HEX", requires = "evidence")]
    pub(crate) manifest: Option<String>,
}

/// What was checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) files: u64,
    pub(crate) gates: u64,
    pub(crate) checkpoints: u64,
    pub(crate) proofs: u64,
    pub(crate) receipts: u64,
    pub(crate) forks: u64,
}

/// Checks a folder and tells what is wrong with it: status 1 where anything is.
///
/// # Errors
///
/// Those of standard output.
pub(crate) fn check(folder: &Path, manifest: Option<&str>, session: &Session) -> Result<u8, Error> {
    let (checked, wrong) = folder_of(folder, manifest);
    let mut out = Output::stdout();
    let mut tell = || {
        for one in &wrong {
            if session.json {
                let object = json!({ "type": "not-evident", "path": one.path, "why": one.why.as_str() });
                writeln!(out, "{}", json_line(&object))?;
            } else {
                let why = session.catalog.text(&format!("evidence-{}", one.why.as_str()), &[]);
                writeln!(out, "{}: {why}", printable(&one.path))?;
            }
        }
        if session.json {
            let object = json!({
                "type": "evidence",
                "good": wrong.is_empty(),
                "pinned": manifest.is_some(),
                "files": checked.files,
                "gates": checked.gates,
                "checkpoints": checked.checkpoints,
                "proofs": checked.proofs,
                "receipts": checked.receipts,
                "forks": checked.forks,
            });
            writeln!(out, "{}", json_line(&object))?;
        } else {
            let id = if wrong.is_empty() {
                "evidence-good"
            } else {
                "evidence-bad"
            };
            let args = [
                ("wrong", wrong.len().into()),
                ("files", checked.files.into()),
                ("gates", checked.gates.into()),
                ("checkpoints", checked.checkpoints.into()),
                ("proofs", checked.proofs.into()),
                ("receipts", checked.receipts.into()),
                ("forks", checked.forks.into()),
            ];
            writeln!(out, "{}", session.catalog.text(id, &args))?;
            if manifest.is_none() {
                writeln!(out, "{}", session.catalog.text("evidence-not-pinned", &[]))?;
            }
        }
        out.flush()
    };
    tell().map_err(Error::Output)?;
    Ok(if wrong.is_empty() { 0 } else { NOT_EVIDENT })
}

/// What is wrong with a folder, in the order of its files.
pub(super) fn folder_of(folder: &Path, pinned: Option<&str>) -> (Checked, Vec<NotEvident>) {
    let mut check = Check {
        folder,
        files: BTreeMap::new(),
        done: Checked::default(),
        wrong: Vec::new(),
    };
    if let Some(manifest) = check.manifest(pinned) {
        check.read(&manifest);
        check.signed(&manifest);
    }
    check.wrong.sort();
    check.wrong.dedup();
    (check.done, check.wrong)
}

struct Check<'a> {
    folder: &'a Path,
    /// By their paths: some 10 KB a gate, and the bundles of forks.
    files: BTreeMap<String, Vec<u8>>,
    done: Checked,
    wrong: Vec<NotEvident>,
}

impl Check<'_> {
    fn wrong(&mut self, path: &str, why: Why) {
        let path = path.to_owned();
        self.wrong.push(NotEvident { path, why });
    }

    fn manifest(&mut self, pinned: Option<&str>) -> Option<Manifest> {
        let Ok(bytes) = read_bounded(&self.folder.join(MANIFEST), MAX_FILE) else {
            self.wrong(MANIFEST, Why::Missing);
            return None;
        };
        let digest = postern_core::hex(&Sha256::digest(&bytes));
        if pinned.is_some_and(|pinned| !pinned.eq_ignore_ascii_case(&digest)) {
            self.wrong(MANIFEST, Why::Manifest);
        }
        let manifest = serde_json::from_slice(&bytes).ok();
        match manifest.filter(|manifest: &Manifest| manifest.format == 1 && manifest.files.len() <= MAX_FILES) {
            Some(manifest) => Some(manifest),
            None => {
                self.wrong(MANIFEST, Why::Unreadable);
                None
            }
        }
    }

    /// Reads what the manifest names, and looks for what it does not name.
    fn read(&mut self, manifest: &Manifest) {
        let mut named = BTreeSet::from([MANIFEST.to_owned()]);
        for entry in &manifest.files {
            if !is_ours(&entry.path) || !named.insert(entry.path.clone()) {
                self.wrong(&entry.path, Why::Unreadable);
                continue;
            }
            let bytes = match read_bounded(&self.folder.join(&entry.path), MAX_FILE) {
                Ok(bytes) => bytes,
                Err(_) => {
                    self.wrong(&entry.path, Why::Missing);
                    continue;
                }
            };
            let same = postern_core::hex(&Sha256::digest(&bytes)) == entry.sha256;
            if !same || bytes.len() as u64 != entry.size {
                self.wrong(&entry.path, Why::Changed);
            }
            self.done.files += 1;
            self.files.insert(entry.path.clone(), bytes);
        }
        for path in found(self.folder, "", 0) {
            if !named.contains(&path) {
                self.wrong(&path, Why::Extra);
            }
        }
    }

    /// What the gates and the auditor signed.
    fn signed(&mut self, manifest: &Manifest) {
        let auditor = manifest
            .auditor
            .as_ref()
            .map(|auditor| (auditor.name.clone(), key(&auditor.key)));
        let auditor = match auditor {
            None => None,
            Some((name, Some(key))) => Some((name, key)),
            Some((_, None)) => {
                self.wrong(MANIFEST, Why::Unreadable);
                None
            }
        };
        let files = std::mem::take(&mut self.files);
        for (path, bytes) in &files {
            match path.split('/').collect::<Vec<_>>()[..] {
                ["gates", _] => self.gate(path, bytes, auditor.as_ref()),
                ["forks", id, "fork.json"] => self.fork(path, id, bytes, &files),
                _ => {}
            }
        }
    }

    fn parse<T: DeserializeOwned>(&mut self, path: &str, bytes: &[u8]) -> Option<T> {
        let parsed = serde_json::from_slice(bytes).ok();
        if parsed.is_none() {
            self.wrong(path, Why::Unreadable);
        }
        parsed
    }

    fn gate(&mut self, path: &str, bytes: &[u8], auditor: Option<&(String, PublicKey)>) {
        let Some(gate) = self.parse::<GateFile>(path, bytes) else {
            return;
        };
        let Some(key) = key(&gate.key) else {
            return self.wrong(path, Why::Unreadable);
        };
        self.done.gates += 1;
        if path != format!("gates/{}.json", postern_core::hex(&key.thumbprint())) {
            self.wrong(path, Why::Unreadable);
        }
        let mut tips: Vec<Tip> = Vec::new();
        for sized in &gate.checkpoints {
            let opened = Checkpoint::open(&sized.note, &gate.gate, &key).ok();
            match opened.filter(|checkpoint| checkpoint.tip.size == sized.size) {
                Some(checkpoint) => tips.push(checkpoint.tip),
                None => self.wrong(path, Why::Checkpoint),
            }
        }
        self.done.checkpoints += tips.len() as u64;
        if tips.len() == gate.checkpoints.len() {
            for pair in tips.windows(2) {
                let link = gate
                    .proofs
                    .iter()
                    .find(|link| (link.from, link.to) == (pair[0].size, pair[1].size));
                let hashes: Option<Vec<Hash>> = link.and_then(|link| link.path.iter().map(|text| hash(text)).collect());
                match hashes.filter(|hashes| verify_consistency(&pair[0], &pair[1], hashes).is_ok()) {
                    Some(_) => self.done.proofs += 1,
                    None => self.wrong(path, Why::Proof),
                }
            }
            if gate.proofs.len() != tips.len().saturating_sub(1) {
                self.wrong(path, Why::Proof);
            }
        }
        if let Some(note) = &gate.receipt {
            let tip = match auditor {
                Some((name, auditor)) => Receipt::open(note, &gate.gate, &key, name, auditor).map(|r| r.checkpoint.tip),
                None => Checkpoint::open(note, &gate.gate, &key).map(|checkpoint| checkpoint.tip),
            };
            match tip.is_ok_and(|tip| tips.contains(&tip)) {
                true => self.done.receipts += 1,
                false => self.wrong(path, Why::Receipt),
            }
        }
    }

    fn fork(&mut self, path: &str, id: &str, bytes: &[u8], files: &BTreeMap<String, Vec<u8>>) {
        let Some(fork) = self.parse::<ForkFile>(path, bytes) else {
            return;
        };
        let Some(key) = key(&fork.key) else {
            return self.wrong(path, Why::Unreadable);
        };
        self.done.forks += 1;
        let file = |name: &str| files.get(&format!("forks/{id}/{name}"));
        let note = |name: &str| {
            let text = std::str::from_utf8(file(name)?).ok()?;
            Checkpoint::open(text, &fork.gate, &key).ok()
        };
        // Whether the trees contradict each other, two notes of one size say; of other sizes only whoever can open the bundle.
        match (note("ours.note"), note("theirs.note")) {
            (Some(ours), Some(theirs)) if ours.tip == theirs.tip => self.wrong(path, Why::ForkNotes),
            (Some(_), Some(_)) => {}
            _ => self.wrong(path, Why::Checkpoint),
        }
        let sealed = file("bundle.log").and_then(|bytes| SealedBundle::parse(bytes).ok());
        if sealed.is_none_or(|sealed| sealed.verify(&key).is_err()) {
            self.wrong(path, Why::ForkBundle);
        }
    }
}

/// Whether a manifest may name such a file: within the folder, by plain names.
fn is_ours(path: &str) -> bool {
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    path.len() <= 256 && path.split('/').count() <= 3 && path.split('/').all(plain)
}

/// The paths of all files, three folders deep; what cannot be looked at is no file of ours either.
fn found(folder: &Path, prefix: &str, depth: usize) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().take(MAX_FILES) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // A symbolic link is a file here, whatever it leads to.
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) && depth < 3 {
            true => paths.extend(found(&entry.path(), &format!("{name}/"), depth + 1)),
            false => paths.push(name),
        }
    }
    paths
}

fn key(text: &str) -> Option<PublicKey> {
    PublicKey::from_bytes(&hash(text)?).ok()
}

fn hash(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}
