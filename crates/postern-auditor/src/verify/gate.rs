//! Verifying what the archive says of one gate.

use std::collections::{BTreeMap, HashMap};

use postern_core::keys::PublicKey;
use postern_core::text::GateName;
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Frontier, Hash, leaf_hash};
use postern_log::proof::verify_consistency;
use postern_log::receipt::Receipt;
use postern_log::{Event, Tip};

use crate::archive::{Archive, GateRow, HourRow, ReceiptRow, hours};
use crate::error::Error;

/// So many findings of one kind at one gate are listed, and no more: what was replaced as a whole is not told row by row.
const MAX_ALIKE: usize = 20;
/// The events whose hours are counted at once.
const PIECE: usize = 4096;

/// Something that does not fit together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) gate: String,
    /// Its stable name.
    pub(super) reason: &'static str,
    /// The leaf, the size or the hour.
    pub(super) what: String,
}

/// What the archive keeps of a gate beside its rows.
pub(super) struct Kept {
    pub(super) hours: Vec<HourRow>,
    pub(super) receipt: Option<ReceiptRow>,
}

/// Whose receipts the archive keeps.
pub(super) struct Signer {
    pub(super) name: GateName,
    pub(super) key: PublicKey,
}

/// Checks a gate: its leaves, and what was found.
pub(super) fn check(
    archive: &mut dyn Archive,
    gate: &GateRow,
    kept: Kept,
    signer: Option<&Signer>,
    found: &mut Vec<Found>,
) -> Result<u64, Error> {
    let mut finder = Finder {
        gate,
        alike: HashMap::new(),
        found,
    };
    let checkpoints = archive.checkpoints(gate.id)?;
    let proofs = archive.proofs(gate.id)?;
    // The roots at every size that something is said of.
    let mut roots: BTreeMap<u64, Option<Hash>> = checkpoints.iter().map(|(size, _)| (*size, None)).collect();
    roots.extend(proofs.iter().flat_map(|(old, new, _)| [(*old, None), (*new, None)]));
    roots.extend(kept.receipt.iter().map(|receipt| (receipt.size, None)));
    let (tree, counted) = walk(archive, gate, &mut roots, &mut finder)?;

    if (tree.size(), tree.root()) != (gate.size, gate.root) {
        finder.find("wrong-root", gate.size);
    }
    for (size, note) in &checkpoints {
        match opened(note, gate) {
            None => finder.find("checkpoint-forged", *size),
            Some(tip) if Some(&Some(tip.root)) == roots.get(&tip.size) && tip.size == *size => {}
            Some(_) => finder.find("checkpoint-mismatch", *size),
        }
        let frontier = archive.frontier(gate.id, *size)?;
        if Some(&Some(frontier.root())) != roots.get(size) {
            finder.find("frontier-edited", *size);
        }
    }
    let newest = checkpoints.last().map(|(_, note)| note);
    if gate.checkpoint.as_ref() != newest {
        finder.find("checkpoint-not-newest", gate.size);
    }
    let tip = |size: u64| {
        let root = roots.get(&size).copied().flatten()?;
        Some(Tip { size, root })
    };
    for (old, new, proof) in &proofs {
        let good = tip(*old)
            .zip(tip(*new))
            .is_some_and(|(old, new)| verify_consistency(&old, &new, proof).is_ok());
        if !good {
            finder.find("proof-bad", *new);
        }
    }
    if let (Some(receipt), Some(signer)) = (&kept.receipt, signer) {
        let origin = receipt.note.lines().next().unwrap_or_default();
        let opened = Receipt::open(&receipt.note, origin, &gate.key, signer.name.as_str(), &signer.key);
        match opened {
            Err(_) => finder.find("receipt-forged", receipt.size),
            Ok(opened) if Some(opened.checkpoint.tip) == tip(receipt.size) => {}
            Ok(_) => finder.find("receipt-mismatch", receipt.size),
        }
    }
    let said: HashMap<_, u64> = kept.hours.iter().map(|hour| (key(hour), hour.count)).collect();
    for hour in kept
        .hours
        .iter()
        .filter(|hour| counted.get(&key(hour)) != Some(&hour.count))
    {
        finder.find("counts-edited", hour.hour * 3600);
    }
    for ((hour, _), _) in counted.iter().filter(|(key, _)| !said.contains_key(*key)) {
        finder.find("counts-edited", hour * 3600);
    }
    Ok(tree.size())
}

/// What an hour's count is of.
type Key = (u64, [u8; 5]);

fn key(hour: &HourRow) -> Key {
    let words = [
        hour.kind.number(),
        hour.outcome.number(),
        hour.grade.number(),
        hour.flags,
        hour.age_days,
    ];
    (hour.hour, words)
}

/// The tree of all leaves of a gate, and the counts of its hours.
fn walk(
    archive: &mut dyn Archive,
    gate: &GateRow,
    roots: &mut BTreeMap<u64, Option<Hash>>,
    finder: &mut Finder<'_>,
) -> Result<(Frontier, HashMap<Key, u64>), Error> {
    let mut tree = Frontier::new();
    let mut counted: HashMap<Key, u64> = HashMap::new();
    let mut piece: Vec<Event> = Vec::with_capacity(PIECE);
    let mut count = |piece: &mut Vec<Event>| {
        for hour in hours(gate.id, piece) {
            *counted.entry(key(&hour)).or_default() += hour.count;
        }
        piece.clear();
    };
    if let Some(root) = roots.get_mut(&0) {
        *root = Some(tree.root());
    }
    let mut next = 0;
    archive.rows(gate.id, &mut |row| {
        if row.seq != next {
            finder.find("missing-rows", next);
        }
        next = row.seq.saturating_add(1);
        if row.seq >= gate.size {
            finder.find("extra-rows", row.seq);
        }
        match Event::from_leaf(&row.leaf) {
            Err(_) => finder.find("leaf-unreadable", row.seq),
            Ok(event) if event.seq() != row.seq => finder.find("moved-leaf", row.seq),
            Ok(event) => {
                if !row.says(&event) {
                    finder.find("column-edited", row.seq);
                }
                piece.push(event);
            }
        }
        if piece.len() == PIECE {
            count(&mut piece);
        }
        tree.push(leaf_hash(&row.leaf));
        if let Some(root) = roots.get_mut(&tree.size()) {
            *root = Some(tree.root());
        }
        true
    })?;
    count(&mut piece);
    if next < gate.size {
        finder.find("missing-rows", next);
    }
    Ok((tree, counted))
}

/// What a checkpoint says that the gate has signed, by the name that it has there.
fn opened(note: &str, gate: &GateRow) -> Option<Tip> {
    let origin = note.lines().next()?;
    Checkpoint::open(note, origin, &gate.key)
        .ok()
        .map(|checkpoint| checkpoint.tip)
}

/// Where findings go.
struct Finder<'f> {
    gate: &'f GateRow,
    alike: HashMap<&'static str, usize>,
    found: &'f mut Vec<Found>,
}

impl Finder<'_> {
    fn find(&mut self, reason: &'static str, what: u64) {
        let alike = self.alike.entry(reason).or_default();
        *alike += 1;
        if *alike <= MAX_ALIKE {
            self.found.push(Found {
                gate: self.gate.name.clone(),
                reason,
                what: what.to_string(),
            });
        }
    }
}
