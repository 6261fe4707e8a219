//! How a bundle stands to what the archive has of its gate: the table of `docs/FORMAT.md` section 7.
//!
//! All is a comparison of roots. `S` and `R` are the size and the root in the archive; the archive's tree at any size up to
//! `S` is at hand.

use postern_log::bundle::LogBundle;
use postern_log::merkle::{Frontier, Hash, leaf_hash};
use postern_log::proof::verify_consistency;
use postern_log::{Event, Tip};

use crate::archive::{Archive, ForkRow, MAX_LEAVES};
use crate::error::Error;

/// How a bundle stands to the archive.
pub(super) enum Standing {
    Extends(Extension),
    Forks(Box<ForkRow>),
    Inconsistent,
    Known,
    /// Leaves that it would be compared with were dropped from the archive.
    TooOld,
    Waits,
}

/// What a bundle adds.
pub(super) struct Extension {
    /// What the archive has.
    pub(super) old: Tip,
    /// What it will have.
    pub(super) frontier: Frontier,
    /// The new events.
    pub(super) events: Vec<Event>,
}

/// Finds out how a bundle stands whose checkpoint is one of its gate and of its size.
pub(super) fn standing(archive: &mut dyn Archive, gate: i64, bundle: &LogBundle) -> Result<Standing, Error> {
    let Ok(checkpoint) = bundle.checkpoint() else {
        return Ok(Standing::Inconsistent);
    };
    let (from, note) = (bundle.from, checkpoint.tip);
    if note.size > MAX_LEAVES {
        return Ok(Standing::Inconsistent);
    }
    let old = archive.tip(gate)?;
    if from > old.size {
        return Ok(Standing::Waits);
    }
    // The leaves that both have.
    let shared = (old.size.min(note.size) - from) as usize;
    let Some(before) = frontier_at(archive, gate, from)? else {
        return Ok(Standing::TooOld);
    };
    let mut tree = before.clone();
    let mut push = |leaves: &[Vec<u8>]| {
        leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
        tree.root()
    };
    let at_shared = push(&bundle.leaves[..shared]);
    let at_end = push(&bundle.leaves[shared..]);
    if at_end != note.root {
        return match is_own_tree(bundle, &before, &note) {
            true => fork(archive, gate, bundle, false),
            false => Ok(Standing::Inconsistent),
        };
    }
    if note.size <= old.size {
        let ours = match note.size == old.size {
            true => old.root,
            false => match frontier_at(archive, gate, note.size)? {
                None => return Ok(Standing::TooOld),
                Some(tree) => tree.root(),
            },
        };
        return match ours == at_end {
            true => Ok(Standing::Known),
            false => fork(archive, gate, bundle, true),
        };
    }
    if at_shared != old.root {
        return fork(archive, gate, bundle, true);
    }
    // What is kept as a proof is one.
    let start = Tip {
        size: from,
        root: before.root(),
    };
    if from > 0 && verify_consistency(&start, &note, &bundle.proof).is_err() {
        return Ok(Standing::Inconsistent);
    }
    match events(bundle, shared) {
        None => Ok(Standing::Inconsistent),
        Some(events) => Ok(Standing::Extends(Extension {
            old,
            frontier: tree,
            events,
        })),
    }
}

/// The events of the leaves from one on; `None` where one breaks the rules of leaves, or is not where it says.
fn events(bundle: &LogBundle, skip: usize) -> Option<Vec<Event>> {
    let numbered = (bundle.from..).zip(&bundle.leaves).skip(skip);
    numbered
        .map(|(seq, leaf)| Event::from_leaf(leaf).ok().filter(|event| event.seq() == seq))
        .collect()
}

/// The archive's tree when it had `size` leaves, which is not more than it has; `None` where it cannot be told any more, for
/// whoever keeps the archive has dropped old leaves.
fn frontier_at(archive: &mut dyn Archive, gate: i64, size: u64) -> Result<Option<Frontier>, Error> {
    let mut frontier = archive.frontier(gate, size)?;
    let from = frontier.size();
    if from < size {
        archive.leaves(gate, from..size, &mut |_, leaf| frontier.push(leaf_hash(leaf)))?;
    }
    Ok(Some(frontier).filter(|frontier| frontier.size() == size))
}

/// Whether a bundle whose leaves and our tree before them do not make its root can be of another tree than ours; if not, its
/// gate has signed a root that its leaves do not make.
fn is_own_tree(bundle: &LogBundle, before: &Frontier, note: &Tip) -> bool {
    let ours = Tip {
        size: before.size(),
        root: before.root(),
    };
    // It says itself that ours is the tree before its leaves.
    if bundle.from == 0 || verify_consistency(&ours, note, &bundle.proof).is_ok() {
        return false;
    }
    match claimed(bundle.from, note.size, &bundle.proof) {
        None => true,
        Some(mut tree) => {
            bundle.leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
            tree.root() == note.root
        }
    }
}

/// The tree of `size` leaves that a consistency proof from it is of: all its peaks are in the proof, from the smallest to
/// the largest, among what is new (RFC 9162 section 2.1.4.2). `None` where there is one peak, which proofs leave out, or the proof
/// is too short.
fn claimed(size: u64, new_size: u64, proof: &[Hash]) -> Option<Frontier> {
    if size.is_power_of_two() {
        return None;
    }
    let (smallest, rest) = proof.split_first()?;
    let (mut peaks, mut rest) = (vec![*smallest], rest.iter());
    // The walk of that section: from the last perfect subtree up. What is on its left is a peak, on its right what is new.
    let level = (size - 1).trailing_ones();
    let (mut node, mut last) = ((size - 1) >> level, (new_size - 1) >> level);
    while peaks.len() < size.count_ones() as usize {
        let sibling = rest.next()?;
        if node & 1 == 1 || node == last {
            peaks.push(*sibling);
            while node & 1 == 0 && node > 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        }
        (node, last) = (node >> 1, last >> 1);
    }
    peaks.reverse();
    Frontier::from_peaks(size, peaks).ok()
}

/// Both sides of a fork. `same_start` where the trees are the same up to the bundle's first leaf.
fn fork(archive: &mut dyn Archive, gate: i64, bundle: &LogBundle, same_start: bool) -> Result<Standing, Error> {
    // What is no log at all is no other log.
    let Some(theirs) = events(bundle, 0) else {
        return Ok(Standing::Inconsistent);
    };
    let size = archive.tip(gate)?.size;
    let mut differs = None;
    let mut times = Vec::new();
    // The last one of ours too, which may lie beyond the bundle.
    let end = size.min(bundle.from + bundle.leaves.len() as u64);
    let first = bundle.from.min(size.saturating_sub(1));
    archive.leaves(gate, first..end, &mut |seq, leaf| {
        let their = seq
            .checked_sub(bundle.from)
            .and_then(|at| bundle.leaves.get(at as usize));
        if differs.is_none() && their.is_some_and(|their| their != leaf) {
            differs = Some(seq);
        }
        times.push((seq, Event::from_leaf(leaf).map_or(0, |event| event.details().time)));
    })?;
    // Where some of ours were dropped, the first that differs may be among them.
    let is_whole = times.len() as u64 == end - first;
    let at = differs.filter(|_| same_start && is_whole);
    let begin = differs.unwrap_or(bundle.from);
    let our_first = times
        .iter()
        .find(|(seq, _)| *seq >= begin)
        .or(times.last())
        .map(|(_, time)| *time);
    let mut our_last = None;
    archive.leaves(gate, size.saturating_sub(1)..size, &mut |_, leaf| {
        our_last = Event::from_leaf(leaf).ok().map(|event| event.details().time);
    })?;
    let time = |event: &Event| event.details().time;
    let their_first = theirs.iter().find(|event| event.seq() >= begin).map(time);
    let ours = newest(archive, gate)?;
    Ok(Standing::Forks(Box::new(ForkRow {
        id: 0,
        gate,
        at,
        ours,
        theirs: bundle.note.clone(),
        our_times: our_first.zip(our_last),
        their_times: their_first.zip(theirs.last().map(time)),
        seen: 0,
        digest: [0; 32],
    })))
}

/// The newest checkpoint of a gate in the archive. There is one: nothing differs from an empty tree.
fn newest(archive: &mut dyn Archive, gate: i64) -> Result<String, Error> {
    Ok(archive
        .checkpoints(gate)?
        .pop()
        .map(|(_, note)| note)
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use postern_log::proof::consistency;

    use super::*;

    /// The other tree is read out of the proof, whatever the sizes.
    #[test]
    fn a_proof_tells_the_tree_that_it_is_of() {
        let leaves: Vec<Hash> = (0..70_u8).map(|number| leaf_hash(&[number])).collect();
        let mut old = Frontier::new();
        for (size, leaf) in leaves.iter().enumerate() {
            for new in size + 1..=leaves.len() {
                let proof = consistency(&old, &leaves[size..new]);
                let found = claimed(size as u64, new as u64, &proof);
                match size == 0 || size.is_power_of_two() {
                    true => assert_eq!(found, None),
                    false => assert_eq!(found.as_ref(), Some(&old), "{size} to {new}"),
                }
                // One that is too short is an answer, and no panic.
                for len in 0..proof.len() {
                    claimed(size as u64, new as u64, &proof[..len]);
                }
            }
            old.push(*leaf);
        }
    }
}
