//! The evidence folder: what the gates signed, and what shows that it belongs together, for whoever doubts a report.
//!
//! ```text
//! manifest.json          every other file with its SHA-256
//! findings.jsonl         the findings of the report
//! gates/THUMBPRINT.json  a gate's key, checkpoints, the proofs between them, the newest receipt
//! forks/ID/              fork.json, ours.note, theirs.note, bundle.log (as it came, still sealed)
//! ```
//!
//! [`check`] needs nothing but the folder, and the digest of the manifest from the report to know that it is the same folder.

mod check;
mod error;
mod file;
mod folder;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use postern_cli::clock::format_time;
use postern_cli::files::{FileAction, FileError};
use postern_cli::terminal::json_line;
use postern_core::keys::PublicKey;
use postern_log::merkle::{Hash, leaf_hash};
use postern_log::proof::consistency;
use sha2::{Digest, Sha256};

pub(crate) use check::{CheckArgs, check};

use crate::archive::{Archive, GateRow};
use crate::error::Error;
use crate::findings::{Examined, Names, json};
use crate::office;
use file::{AuditorFile, Entry, ForkFile, GateFile, Link, Manifest, Sized};

/// The name of the manifest.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The most checkpoints of a gate that are written, the newest ones: of years, and fewer than a checker refuses as too large.
const MAX_CHECKPOINTS: usize = 1 << 16;

/// Writes the folder, whole or not at all, and gives the SHA-256 of its manifest.
///
/// # Errors
///
/// [`Error::Exists`], the archive's and the disk's.
pub(crate) fn write(
    folder: &Path,
    archive: &mut dyn Archive,
    examined: &Examined,
    auditor: Option<(String, PublicKey)>,
    now: u64,
) -> Result<Hash, Error> {
    let mut digest = [0; 32];
    office::make(folder, |temporary| {
        let mut files = Files {
            folder: temporary,
            entries: Vec::new(),
        };
        let names = Names::of(&examined.gates);
        let lines = examined
            .findings
            .iter()
            .map(|finding| json_line(&json(finding, &names)) + "\n");
        files.put("findings.jsonl", lines.collect::<String>().as_bytes())?;
        let receipts = archive.receipts()?;
        for gate in &examined.gates {
            let receipt = receipts.iter().find(|receipt| receipt.gate == gate.id);
            let file = gate_file(archive, gate, receipt.map(|receipt| receipt.note.clone()))?;
            let path = format!("gates/{}.json", postern_core::hex(&gate.key.thumbprint()));
            files.put(&path, &pretty(&file))?;
        }
        for fork in archive.forks()? {
            let Some(gate) = examined.gates.iter().find(|gate| gate.id == fork.gate) else {
                continue;
            };
            let path = |name: &str| format!("forks/{}/{name}", fork.id);
            let file = ForkFile {
                gate: gate.name.clone(),
                key: postern_core::hex(gate.key.as_bytes()),
                at: fork.at,
                our_times: fork.our_times,
                their_times: fork.their_times,
                seen: fork.seen,
            };
            files.put(&path("fork.json"), &pretty(&file))?;
            files.put(&path("ours.note"), fork.ours.as_bytes())?;
            files.put(&path("theirs.note"), fork.theirs.as_bytes())?;
            files.put(&path("bundle.log"), &archive.fork_bundle(fork.id)?)?;
        }
        let manifest = pretty(&Manifest {
            format: 1,
            made: format_time(now as i64),
            from: format_time(examined.span.from as i64),
            until: format_time(examined.span.until as i64),
            auditor: auditor.map(|(name, key)| AuditorFile {
                name,
                key: postern_core::hex(key.as_bytes()),
            }),
            files: files.entries,
        });
        digest = Sha256::digest(&manifest).into();
        put(&temporary.join(MANIFEST), &manifest)
    })?;
    Ok(digest)
}

/// A gate's checkpoints, each with the proof that the next has grown from it.
fn gate_file(archive: &mut dyn Archive, gate: &GateRow, receipt: Option<String>) -> Result<GateFile, Error> {
    let mut notes = archive.checkpoints(gate.id)?;
    notes.drain(..notes.len().saturating_sub(MAX_CHECKPOINTS));
    let kept = archive.proofs(gate.id)?.into_iter();
    let mut kept: HashMap<_, _> = kept.map(|(old, new, path)| ((old, new), path)).collect();
    let mut proofs = Vec::new();
    for pair in notes.windows(2) {
        let (from, to) = (pair[0].0, pair[1].0);
        // A bundle's proof begins where the bundle does, which is a checkpoint of ours mostly, but not always.
        let path = match kept.remove(&(from, to)) {
            Some(path) => path,
            None => {
                let tree = archive.frontier(gate.id, from)?;
                let mut new = Vec::new();
                archive.leaves(gate.id, from..to, &mut |_, leaf| new.push(leaf_hash(leaf)))?;
                consistency(&tree, &new)
            }
        };
        proofs.push(Link {
            from,
            to,
            path: path.iter().map(|hash| postern_core::hex(hash)).collect(),
        });
    }
    Ok(GateFile {
        gate: gate.name.clone(),
        key: postern_core::hex(gate.key.as_bytes()),
        checkpoints: notes.into_iter().map(|(size, note)| Sized { size, note }).collect(),
        proofs,
        receipt,
    })
}

/// Files of the folder, noted for the manifest as they are written.
struct Files<'a> {
    folder: &'a Path,
    entries: Vec<Entry>,
}

impl Files<'_> {
    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        put(&self.folder.join(path), bytes)?;
        self.entries.push(Entry {
            path: path.to_owned(),
            size: bytes.len() as u64,
            sha256: postern_core::hex(&Sha256::digest(bytes)),
        });
        Ok(())
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |error| FileError::new(path, FileAction::Create, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)?;
    Ok(())
}

fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("fields of ours have texts for names");
    bytes.push(b'\n');
    bytes
}
