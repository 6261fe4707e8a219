//! What leaves the gate: leaves in parts, each with a checkpoint that is made now (`docs/FORMAT.md` section 7).

use std::ops::Range;
use std::path::PathBuf;

use postern_core::keys::{PrivateKey, Signer};
use postern_core::text::GateName;
use postern_core::trust::Auditor;
use postern_log::bundle::{self, BundleError, LogBundle};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Frontier, Hash, leaf_hash};
use postern_log::{LogError, Reader, Tip, proof};
use postern_seal::{Recipient, SealError};

use super::past_prune;
use crate::error::Error;
use crate::store::{Identity, KEY, LOG, Store};

/// A part of the log, and the trees before and after it.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) range: Range<u64>,
    before: Frontier,
    after: Tip,
}

/// The file of a part.
pub(crate) struct Sealed {
    /// The leaves in it.
    pub(crate) range: Range<u64>,
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

/// What the log still has of a part.
struct Kept {
    part: Part,
    leaves: Vec<Vec<u8>>,
    hashes: Vec<Hash>,
}

/// What there is to send.
pub(crate) struct Plan {
    /// The whole log.
    pub(crate) tip: Tip,
    pub(crate) parts: Vec<Part>,
}

/// Makes bundles of a log for auditors.
pub(crate) struct Parts<'a> {
    reader: &'a Reader,
    log: PathBuf,
    gate: GateName,
    key: &'a PrivateKey,
    to: Vec<Recipient>,
}

impl<'a> Parts<'a> {
    /// Of the log of this store, sealed to these auditors.
    pub(crate) fn new(
        store: &Store,
        reader: &'a Reader,
        key: &'a PrivateKey,
        auditors: impl Iterator<Item = &'a Auditor>,
    ) -> Result<Self, Error> {
        let recipient = |auditor: &Auditor| auditor.age.to_string().parse();
        let Identity { gate, .. } = store.identity()?;
        Ok(Self {
            reader,
            log: store.file(LOG),
            gate: gate.parse().map_err(|_| Error::GateName)?,
            key,
            to: auditors
                .map(recipient)
                .collect::<Result<_, SealError>>()
                .map_err(|e| Error::seal(&store.file(KEY), e))?,
        })
    }

    /// What lies after the first `receipted` leaves. What was pruned is not sent any more.
    ///
    /// Nothing is signed before all leaves from there on were seen to make the root of the log: the gate must not sign what
    /// somebody has edited.
    pub(crate) fn plan(&self, receipted: u64) -> Result<Plan, Error> {
        past_prune(self.reader, |first| self.plan_from(receipted.max(first))).map_err(|e| Error::log(&self.log, e))
    }

    fn plan_from(&self, from: u64) -> Result<Plan, LogError> {
        // What is logged meanwhile is left to the next time.
        let tip = self.reader.tip()?;
        let mut parts = Vec::new();
        let mut tree = self.reader.frontier_at(from.min(tip.size))?;
        for range in bundle::part(from, tip.size) {
            let before = tree.clone();
            let leaves = self.reader.leaves(range.clone())?;
            leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
            let after = tip_of(&tree);
            parts.push(Part { range, before, after });
        }
        match tip_of(&tree) == tip || from > tip.size {
            true => Ok(Plan { tip, parts }),
            false => Err(self.changed()),
        }
    }

    /// The path of a part's file.
    pub(crate) fn path(&self, part: &Part) -> String {
        bundle::path(&self.key.public(), part.range.start, part.range.end)
    }

    /// The file of a part without what `log prune` has dropped since the plan was made; `None` where nothing is left of it.
    pub(crate) fn seal(&self, part: &Part) -> Result<Option<Sealed>, Error> {
        let kept = past_prune(self.reader, |first| self.kept(part, first)).map_err(|e| Error::log(&self.log, e))?;
        let Some(Kept { part, leaves, hashes }) = kept else {
            return Ok(None);
        };
        let checkpoint = Checkpoint {
            origin: self.gate.as_str().to_owned(),
            tip: part.after,
        };
        let bundle = LogBundle {
            key: self.key.public(),
            from: part.range.start,
            gate: self.gate.clone(),
            note: checkpoint
                .sign(self.key)
                .map_err(|e| Error::Evidence(BundleError::Sign(e)))?,
            proof: proof::consistency(&part.before, &hashes),
            leaves,
        };
        Ok(Some(Sealed {
            path: self.path(&part),
            range: part.range,
            bytes: bundle.seal(self.key, &self.to).map_err(Error::Evidence)?,
        }))
    }

    /// The part from the log's first leaf on, with its leaves and their hashes: they still make the root that was planned.
    fn kept(&self, part: &Part, first: u64) -> Result<Option<Kept>, LogError> {
        let mut part = part.clone();
        if first >= part.range.end {
            return Ok(None);
        }
        if first > part.range.start {
            part.range.start = first;
            part.before = self.reader.frontier_at(first)?;
        }
        let leaves = self.reader.leaves(part.range.clone())?;
        let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let mut after = part.before.clone();
        hashes.iter().for_each(|hash| after.push(*hash));
        match tip_of(&after) == part.after {
            true => Ok(Some(Kept { part, leaves, hashes })),
            false => Err(self.changed()),
        }
    }

    fn changed(&self) -> LogError {
        LogError::Corrupt {
            path: self.log.clone(),
            what: "the leaves do not make the root".to_owned(),
        }
    }
}

fn tip_of(tree: &Frontier) -> Tip {
    Tip {
        size: tree.size(),
        root: tree.root(),
    }
}

#[cfg(test)]
mod tests;
