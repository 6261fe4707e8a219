//! `query --prove`: that an event is in a gate's log, as the gate signed it (RFC 6962 section 2.1.1).

use std::io::Write;

use postern_cli::Session;
use postern_cli::terminal::{json_line, printable_lines};
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Hash, leaf_hash};
use postern_log::proof::{inclusion, verify_inclusion};
use serde_json::json;

use super::object;
use crate::archive::{Archive, Archived, Filter, GateRow};
use crate::error::Error;
use crate::findings::Names;

/// An event, the newest checkpoint, and the path from the one to the other.
pub(crate) struct Proven {
    pub(crate) event: Archived,
    pub(crate) leaf: Vec<u8>,
    pub(crate) note: String,
    pub(crate) path: Vec<Hash>,
}

pub(super) fn run(
    archive: &mut dyn Archive,
    gate: &GateRow,
    seq: u64,
    session: &Session,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let proven = prove(archive, gate, seq)?.ok_or_else(|| Error::NotProven {
        gate: gate.name.clone(),
        seq,
    })?;
    let path: Vec<String> = proven.path.iter().map(|hash| postern_core::hex(hash)).collect();
    let names = Names::of(std::slice::from_ref(gate));
    let key = postern_core::hex(gate.key.as_bytes());
    let told = if session.json {
        let proof = json!({
            "type": "proof",
            "event": object(&proven.event, &names),
            "key": key,
            "leaf": postern_core::hex(&proven.leaf),
            "note": proven.note,
            "path": path,
        });
        writeln!(out, "{}", json_line(&proof))
    } else {
        let args = [
            ("gate", gate.name.clone().into()),
            ("seq", seq.to_string().into()),
            ("key", key.into()),
            ("leaf", postern_core::hex(&proven.leaf).into()),
        ];
        let head = session.catalog.text("query-proven", &args);
        writeln!(out, "{}\n\n{}", printable_lines(&head), printable_lines(&proven.note))
            .and_then(|()| path.iter().try_for_each(|hash| writeln!(out, "{hash}")))
    };
    told.and_then(|()| out.flush()).map_err(Error::Output)
}

/// The proof of an event, checked as whoever gets it will; `None` where the newest checkpoint does not cover it or the archive
/// contradicts it.
pub(crate) fn prove(archive: &mut dyn Archive, gate: &GateRow, seq: u64) -> Result<Option<Proven>, Error> {
    let Some(note) = &gate.checkpoint else { return Ok(None) };
    let Ok(checkpoint) = Checkpoint::open(note, &gate.name, &gate.key) else {
        return Ok(None);
    };
    let mut hashes = Vec::new();
    let mut proven = None;
    archive.leaves(gate.id, 0..checkpoint.tip.size, &mut |at, leaf| {
        if at == seq {
            proven = Some(leaf.to_vec());
        }
        hashes.push(leaf_hash(leaf));
    })?;
    let path = inclusion(&hashes, seq);
    let Some(leaf) = proven else { return Ok(None) };
    if verify_inclusion(&leaf_hash(&leaf), seq, &checkpoint.tip, &path).is_err() {
        return Ok(None);
    }
    let one = Filter {
        gate: Some(gate.id),
        from_seq: Some(seq),
        limit: Some(1),
        ..Filter::default()
    };
    let mut event = None;
    archive.events(&one, &mut |found| {
        event = Some(found);
        false
    })?;
    Ok(event.map(|event| Proven {
        event,
        leaf,
        note: note.clone(),
        path,
    }))
}

#[cfg(test)]
mod tests {
    use postern_log::Outcome;

    use super::*;
    use crate::findings::city::{Memory, code, gate};

    #[test]
    fn every_event_is_proven_and_no_other() {
        let mut memory = Memory::default();
        memory.gates.push(gate(1, 0.0, 0.0, 0));
        for time in 0..21 {
            memory.add(1, code(time, Outcome::Admit));
        }
        memory.seal(8);
        let row = memory.gates[0].clone();
        for seq in 0..21 {
            let proven = prove(&mut memory, &row, seq).unwrap().unwrap();
            assert_eq!(
                (proven.event.event.seq(), proven.leaf),
                (seq, proven.event.event.to_leaf())
            );
        }
        assert!(prove(&mut memory, &row, 21).unwrap().is_none());
        // An event that was changed in the archive.
        let changed = postern_log::Event::new(4, code(400, Outcome::Admit)).unwrap();
        memory.events.get_mut(&1).unwrap()[4] = changed;
        assert!(prove(&mut memory, &row, 4).unwrap().is_none());
    }
}
