//! Whether a folder is what a report says, offline, from its files alone.
//!
//! Every file is compared with the manifest, and whatever is signed is checked under the keys that the folder names: whose keys they are,
//! and that the folder is the one of the report, the digest of the manifest vouches for.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use postern_cli::Session;
use postern_cli::output::Output;
use postern_cli::terminal::{json_line, printable};
use postern_core::keys::PublicKey;
use postern_log::Tip;
use postern_log::bundle::SealedBundle;
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::Hash;
use postern_log::note;
use postern_log::proof::verify_consistency;
use postern_log::receipt::Receipt;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::MANIFEST;
use super::error::{NotEvident, Why};
use super::file::{ForkFile, GateFile, Manifest};
use super::folder::{Bounds, Folder, is_ours, shown};
use crate::error::Error;
use crate::ingest::EXIT_FINDINGS;

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
    let (checked, wrong) = folder_of(folder, manifest, Bounds::EVIDENCE);
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
            let whys: BTreeSet<Why> = wrong.iter().map(|one| one.why).collect();
            for why in whys.into_iter().filter(|why| why.has_hint()) {
                let id = format!("evidence-{}", why.as_str());
                writeln!(out, "{}", session.catalog.attribute(&id, "hint", &[]))?;
            }
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
pub(super) fn folder_of(folder: &Path, pinned: Option<&str>, bounds: Bounds) -> (Checked, Vec<NotEvident>) {
    let mut check = Check {
        folder: Folder::new(folder, bounds),
        intact: BTreeSet::new(),
        done: Checked::default(),
        wrong: BTreeSet::new(),
    };
    if let Some(manifest) = check.manifest(pinned)
        && check.compare(&manifest)
    {
        check.signed(&manifest);
    }
    (check.done, check.wrong.into_iter().collect())
}

struct Check<'a> {
    folder: Folder<'a>,
    /// The files that are what the manifest says.
    intact: BTreeSet<String>,
    done: Checked,
    wrong: BTreeSet<NotEvident>,
}

impl Check<'_> {
    fn wrong(&mut self, path: &str, why: Why) {
        let path = shown(path);
        self.wrong.insert(NotEvident { path, why });
    }

    fn manifest(&mut self, pinned: Option<&str>) -> Option<Manifest> {
        let bounds = self.folder.bounds;
        let bytes = match self.folder.read(MANIFEST, bounds.file) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.wrong(MANIFEST, why);
                return None;
            }
        };
        let digest = postern_core::hex(&Sha256::digest(&bytes));
        if pinned.is_some_and(|pinned| !pinned.eq_ignore_ascii_case(&digest)) {
            self.wrong(MANIFEST, Why::Manifest);
        }
        let manifest = serde_json::from_slice(&bytes).ok();
        let Some(manifest) = manifest.filter(|manifest: &Manifest| manifest.format == 1) else {
            self.wrong(MANIFEST, Why::Unreadable);
            return None;
        };
        let bytes = manifest
            .files
            .iter()
            .fold(0, |sum: u64, file| sum.saturating_add(file.size));
        if manifest.files.len() > bounds.files || bytes > bounds.all {
            self.wrong(MANIFEST, Why::TooMany);
            return None;
        }
        Some(manifest)
    }

    /// Compares what the manifest names, and looks for what it does not name; tells whether the folder is one that can be gone through.
    fn compare(&mut self, manifest: &Manifest) -> bool {
        let found = match self.folder.list() {
            Ok(found) => found,
            Err(why) => {
                self.wrong(".", why);
                return false;
            }
        };
        let mut named = BTreeSet::from([MANIFEST]);
        for entry in &manifest.files {
            if !is_ours(&entry.path) || !named.insert(&entry.path) {
                self.wrong(&entry.path, Why::Unreadable);
                continue;
            }
            match found.get(&entry.path) {
                None => self.wrong(&entry.path, Why::Missing),
                Some(Some(_)) => {}
                Some(None) => match self.folder.digest(&entry.path, entry.size) {
                    Ok(digest) => {
                        self.done.files += 1;
                        match digest.is_some_and(|digest| postern_core::hex(&digest) == entry.sha256) {
                            true => drop(self.intact.insert(entry.path.clone())),
                            false => self.wrong(&entry.path, Why::Changed),
                        }
                    }
                    Err(why) => self.wrong(&entry.path, why),
                },
            }
        }
        for (path, why) in &found {
            match why {
                Some(why) => self.wrong(path, *why),
                None if named.contains(path.as_str()) => {}
                None => self.wrong(path, Why::Extra),
            }
        }
        true
    }

    /// The bytes of a file that is what the manifest says, read again: of all files only one is held at a time.
    fn bytes(&mut self, path: &str, max: u64) -> Option<Vec<u8>> {
        if !self.intact.contains(path) {
            return None;
        }
        match self.folder.read(path, max) {
            Ok(bytes) => Some(bytes),
            Err(why) => {
                self.wrong(path, why);
                None
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
        for path in self.intact.clone() {
            match path.split('/').collect::<Vec<_>>()[..] {
                ["gates", _] => self.gate(&path, auditor.as_ref()),
                ["forks", id, "fork.json"] => self.fork(&path, id),
                _ => {}
            }
        }
    }

    fn parse<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        let bytes = self.bytes(path, self.folder.bounds.file)?;
        let parsed = serde_json::from_slice(&bytes).ok();
        if parsed.is_none() {
            self.wrong(path, Why::Unreadable);
        }
        parsed
    }

    fn gate(&mut self, path: &str, auditor: Option<&(String, PublicKey)>) {
        let Some(gate) = self.parse::<GateFile>(path) else {
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
            let links: HashMap<_, _> = gate
                .proofs
                .iter()
                .map(|link| ((link.from, link.to), &link.path))
                .collect();
            for pair in tips.windows(2) {
                let link = links.get(&(pair[0].size, pair[1].size));
                let hashes: Option<Vec<Hash>> = link.and_then(|path| path.iter().map(|text| hash(text)).collect());
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

    fn fork(&mut self, path: &str, id: &str) {
        let Some(fork) = self.parse::<ForkFile>(path) else {
            return;
        };
        let Some(key) = key(&fork.key) else {
            return self.wrong(path, Why::Unreadable);
        };
        self.done.forks += 1;
        let file = |name: &str| format!("forks/{id}/{name}");
        let mut note = |name: &str| {
            let bytes = self.bytes(&file(name), note::MAX_LEN as u64)?;
            Checkpoint::open(std::str::from_utf8(&bytes).ok()?, &fork.gate, &key).ok()
        };
        // Whether the trees contradict each other, two notes of one size say; of other sizes only whoever can open the bundle.
        match (note("ours.note"), note("theirs.note")) {
            (Some(ours), Some(theirs)) if ours.tip == theirs.tip => self.wrong(path, Why::ForkNotes),
            (Some(_), Some(_)) => {}
            _ => self.wrong(path, Why::Checkpoint),
        }
        let bundle = self.bytes(&file("bundle.log"), self.folder.bounds.file);
        let sealed = bundle.as_deref().and_then(|bytes| SealedBundle::parse(bytes).ok());
        if sealed.is_none_or(|sealed| sealed.verify(&key).is_err()) {
            self.wrong(path, Why::ForkBundle);
        }
    }
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
