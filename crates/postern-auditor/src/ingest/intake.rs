//! From a file to what it becomes: whose it is, whether it opens, and what its leaves are.

use std::collections::HashMap;

use postern_core::keys::{Kid, PublicKey};
use postern_log::bundle::{BundleError, LogBundle, SealedBundle};
use postern_log::merkle::Hash;
use postern_log::note::{ED25519, Note, key_id};
use postern_seal::Identity;
use sha2::{Digest, Sha256};

use super::standing::{Standing, standing};
use crate::archive::{ArchiveWriter, ForkRow, GateRow, RefusedRow, Taken, WaitingRow};
use crate::error::Error;

/// The longest name of a file that is kept.
const MAX_NAME: usize = 256;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Became {
    /// Two trees of one gate. Both are kept.
    Fork { gate: i64 },
    /// In the archive already.
    Known,
    /// No room for another that waits: it stays where it is.
    Left { gate: i64 },
    /// Refused, by its stable name; and whether there was room to keep that it was.
    Refused {
        gate: Option<i64>,
        reason: &'static str,
        kept: bool,
    },
    /// So many new events.
    Taken { gate: i64, events: u64 },
    /// It waits for leaves before it.
    Waiting { gate: i64 },
}

impl Became {
    /// Whether all that is in the file is in the archive.
    pub(super) fn is_kept(&self) -> bool {
        match self {
            Self::Fork { .. } | Self::Known | Self::Taken { .. } | Self::Waiting { .. } => true,
            Self::Left { .. } | Self::Refused { .. } => false,
        }
    }
}

/// What takes files in: whose bundles, and what opens them.
pub(crate) struct Intake {
    gates: HashMap<Kid, Vec<Known>>,
    identity: Identity,
    now: u64,
}

/// A gate as it is enrolled.
struct Known {
    id: i64,
    key: PublicKey,
    name: String,
}

/// Why a file is refused: the gate where one is known, and the stable name.
struct Refusal(Option<i64>, &'static str);

impl Intake {
    pub(crate) fn new(gates: &[GateRow], identity: Identity, now: u64) -> Self {
        let mut by_kid: HashMap<Kid, Vec<Known>> = HashMap::new();
        for gate in gates {
            by_kid.entry(gate.key.kid()).or_default().push(Known {
                id: gate.id,
                key: gate.key,
                name: gate.name.clone(),
            });
        }
        Self {
            gates: by_kid,
            identity,
            now,
        }
    }

    /// Takes one file in.
    pub(crate) fn file(&self, archive: &mut dyn ArchiveWriter, name: &str, bytes: &[u8]) -> Result<Became, Error> {
        let digest: Hash = Sha256::digest(bytes).into();
        if archive.knows(&digest)? {
            return Ok(Became::Known);
        }
        let (gate, bundle) = match self.open(bytes) {
            Ok(opened) => opened,
            Err(refusal) => return self.refuse(archive, name, digest, refusal),
        };
        loop {
            let standing = standing(archive, gate, &bundle)?;
            return match standing {
                Standing::Known => {
                    archive.keep_known(&digest)?;
                    Ok(Became::Known)
                }
                Standing::Inconsistent => {
                    self.refuse(archive, name, digest, Refusal(Some(gate), "bundle-inconsistent"))
                }
                Standing::TooOld => self.refuse(archive, name, digest, Refusal(Some(gate), "bundle-too-old")),
                Standing::Waits => self.wait(archive, gate, &bundle, digest, bytes),
                Standing::Forks(fork) => {
                    let fork = ForkRow {
                        seen: self.now,
                        digest,
                        ..*fork
                    };
                    match archive.keep_fork(&fork, bytes)? {
                        true => Ok(Became::Fork { gate }),
                        false if archive.forks()?.iter().any(|kept| kept.digest == digest) => Ok(Became::Known),
                        false => self.refuse(archive, name, digest, Refusal(Some(gate), "fork")),
                    }
                }
                Standing::Extends(extension) => {
                    let taken = Taken {
                        gate,
                        old: extension.old,
                        frontier: &extension.frontier,
                        note: &bundle.note,
                        proof: (bundle.from, &bundle.proof),
                        events: &extension.events,
                        leaves: &bundle.leaves[bundle.leaves.len() - extension.events.len()..],
                        digest,
                        seen: self.now,
                    };
                    if !archive.take(&taken)? {
                        // Somebody else has taken leaves of this gate since: look again.
                        continue;
                    }
                    let events = extension.events.len() as u64;
                    Ok(Became::Taken { gate, events })
                }
            };
        }
    }

    /// The gate that signed a file, and what is in it.
    fn open(&self, bytes: &[u8]) -> Result<(i64, LogBundle), Refusal> {
        let sealed = SealedBundle::parse(bytes).map_err(|_| Refusal(None, "bundle-damaged"))?;
        let candidates = self.gates.get(&sealed.kid()).map_or(&[][..], Vec::as_slice);
        let Some(first) = candidates.first() else {
            return Err(Refusal(None, "bundle-unknown-gate"));
        };
        let signed = candidates.iter().find(|gate| sealed.verify(&gate.key).is_ok());
        let gate = signed.ok_or(Refusal(Some(first.id), "bundle-damaged"))?;
        let refused = |e| {
            let reason = match e {
                BundleError::LaterFormat(_) => "bundle-later-format",
                BundleError::NotForThisIdentity => "bundle-not-for-us",
                // Its gate has signed it like this.
                _ => "bundle-inconsistent",
            };
            Refusal(Some(gate.id), reason)
        };
        let mut bundle = sealed.open(&gate.key, &self.identity).map_err(refused)?;
        // The office signs what it keeps, and under this name only: a gate that calls itself like another one is none of ours.
        let own = own_note(&bundle).filter(|_| bundle.gate.as_str() == gate.name);
        bundle.note = own.ok_or(Refusal(Some(gate.id), "bundle-inconsistent"))?;
        Ok((gate.id, bundle))
    }

    fn refuse(
        &self,
        archive: &mut dyn ArchiveWriter,
        name: &str,
        digest: Hash,
        Refusal(gate, reason): Refusal,
    ) -> Result<Became, Error> {
        let kept = archive.keep_refused(&RefusedRow {
            reason: reason.to_owned(),
            gate,
            name: name.chars().take(MAX_NAME).collect(),
            digest,
            seen: self.now,
        })?;
        Ok(Became::Refused { gate, reason, kept })
    }

    fn wait(
        &self,
        archive: &mut dyn ArchiveWriter,
        gate: i64,
        bundle: &LogBundle,
        digest: Hash,
        bytes: &[u8],
    ) -> Result<Became, Error> {
        let row = WaitingRow {
            gate,
            from: bundle.from,
            to: bundle.from + bundle.leaves.len() as u64,
            digest,
            seen: self.now,
        };
        if archive.keep_waiting(&row, bytes)? || archive.waiting_bundle(gate, &digest)?.is_some() {
            return Ok(Became::Waiting { gate });
        }
        Ok(Became::Left { gate })
    }
}

/// A bundle's note with the gate's own line of signature and no other, so that there is room for the office's.
fn own_note(bundle: &LogBundle) -> Option<String> {
    let note = Note::parse(&bundle.note).ok()?;
    let (name, id) = (bundle.gate.as_str(), key_id(bundle.gate.as_str(), ED25519, &bundle.key));
    let line = note
        .signatures()
        .iter()
        .find(|line| line.name() == name && line.id() == id)?;
    Some(format!("{}\n{line}\n", note.text()))
}
