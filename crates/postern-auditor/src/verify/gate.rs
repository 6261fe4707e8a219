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
    let mut signed = BTreeMap::new();
    for (size, note) in &checkpoints {
        let frontier = archive.frontier(gate.id, *size)?;
        signed.insert(*size, (opened(note, gate), frontier));
    }
    // The roots at every size that something is said of.
    let mut roots: BTreeMap<u64, Option<Hash>> = checkpoints.iter().map(|(size, _)| (*size, None)).collect();
    roots.extend(proofs.iter().flat_map(|(old, new, _)| [(*old, None), (*new, None)]));
    roots.extend(kept.receipt.iter().map(|receipt| (receipt.size, None)));
    let Walked {
        tree,
        counted,
        leaves,
        missing,
    } = walk(archive, gate, &signed, &mut roots, &mut finder)?;
    // Of sizes that no leaves are left for, what the gate has signed is all that there is to compare with.
    let is_beyond_leaves = |size: u64| missing > 0 && size <= gate.size;
    for (size, root) in &mut roots {
        let tip = signed
            .get(size)
            .and_then(|(tip, _)| *tip)
            .filter(|tip| tip.size == *size);
        if root.is_none() && is_beyond_leaves(*size) {
            *root = tip.map(|tip| tip.root);
        }
    }
    let end = match &tree {
        Some(tree) => Some((tree.size(), tree.root())),
        None => roots.get(&gate.size).copied().flatten().map(|root| (gate.size, root)),
    };
    if end != Some((gate.size, gate.root)) {
        finder.find("wrong-root", gate.size);
    }
    for (size, (tip, frontier)) in &signed {
        match tip {
            None => finder.find("checkpoint-forged", *size),
            Some(tip) if Some(&Some(tip.root)) == roots.get(&tip.size) && tip.size == *size => {}
            Some(_) => finder.find("checkpoint-mismatch", *size),
        }
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
        let is_untold = |size: u64| is_beyond_leaves(size) && tip(size).is_none();
        if !good && !is_untold(*old) && !is_untold(*new) {
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
    if !is_said_of_missing(&kept.hours, &counted, missing) {
        compare_hours(&kept.hours, &counted, &mut finder);
    }
    Ok(leaves)
}

/// Whether what the hours count beyond the leaves is as much as there are leaves missing: those were counted when they came.
fn is_said_of_missing(hours: &[HourRow], counted: &HashMap<Key, u64>, missing: u64) -> bool {
    let is_there = |hour: &HourRow| counted.get(&key(hour)).copied().unwrap_or_default();
    let more: u64 = hours.iter().map(|hour| hour.count.saturating_sub(is_there(hour))).sum();
    let said: HashMap<_, u64> = hours.iter().map(|hour| (key(hour), hour.count)).collect();
    let is_fewer = counted
        .iter()
        .any(|(key, count)| said.get(key).is_none_or(|said| said < count));
    missing > 0 && more == missing && !is_fewer
}

/// The counts of the hours, against those of the leaves.
fn compare_hours(hours: &[HourRow], counted: &HashMap<Key, u64>, finder: &mut Finder<'_>) {
    let said: HashMap<_, u64> = hours.iter().map(|hour| (key(hour), hour.count)).collect();
    for hour in hours.iter().filter(|hour| counted.get(&key(hour)) != Some(&hour.count)) {
        finder.find("counts-edited", hour.hour * 3600);
    }
    for ((hour, _), _) in counted.iter().filter(|(key, _)| !said.contains_key(*key)) {
        finder.find("counts-edited", hour * 3600);
    }
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

/// What a gate has signed at a size, and the kept frontier of it.
type Signed = BTreeMap<u64, (Option<Tip>, Frontier)>;

/// What the leaves of a gate make.
struct Walked {
    /// Their tree; `None` where leaves are missing, and none were reached since at which a tree is signed.
    tree: Option<Frontier>,
    /// The counts of the hours.
    counted: HashMap<Key, u64>,
    /// How many there are, and how many are not there.
    leaves: u64,
    missing: u64,
}

/// Goes through all leaves of a gate. Beyond a gap it goes on from the next kept tree whose root the gate has signed.
fn walk(
    archive: &mut dyn Archive,
    gate: &GateRow,
    signed: &Signed,
    roots: &mut BTreeMap<u64, Option<Hash>>,
    finder: &mut Finder<'_>,
) -> Result<Walked, Error> {
    let mut tree = Some(Frontier::new());
    let (mut leaves, mut missing) = (0, 0);
    let mut counted: HashMap<Key, u64> = HashMap::new();
    let mut piece: Vec<Event> = Vec::with_capacity(PIECE);
    let mut count = |piece: &mut Vec<Event>| {
        for hour in hours(gate.id, piece) {
            *counted.entry(key(&hour)).or_default() += hour.count;
        }
        piece.clear();
    };
    if let Some(root) = roots.get_mut(&0) {
        *root = Some(Frontier::new().root());
    }
    let mut next = 0;
    archive.rows(gate.id, &mut |row| {
        if row.seq > next {
            finder.find("missing-rows", next);
            missing += row.seq.min(gate.size).saturating_sub(next);
            tree = None;
        } else if row.seq < next {
            // Another row with the number of the one before it.
            finder.find("extra-rows", row.seq);
            return true;
        }
        leaves += 1;
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
        if tree.is_none() {
            let kept = signed.get(&row.seq).filter(|(tip, frontier)| {
                let of_frontier = Tip {
                    size: frontier.size(),
                    root: frontier.root(),
                };
                of_frontier.size == row.seq && *tip == Some(of_frontier)
            });
            tree = kept.map(|(_, frontier)| frontier.clone());
        }
        if let Some(tree) = &mut tree {
            tree.push(leaf_hash(&row.leaf));
            if let Some(root) = roots.get_mut(&tree.size()) {
                *root = Some(tree.root());
            }
        }
        true
    })?;
    count(&mut piece);
    if next < gate.size {
        finder.find("missing-rows", next);
        missing += gate.size - next;
        tree = None;
    }
    Ok(Walked {
        tree,
        counted,
        leaves,
        missing,
    })
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
