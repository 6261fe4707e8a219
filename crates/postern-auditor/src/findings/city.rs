//! Archives in memory, for tests: made by hand, or an honest city at random.

mod honest;

use std::collections::BTreeMap;
use std::ops::Range;

use postern_core::gates::Position;
use postern_core::keys::{PrivateKey, Signer};
use postern_log::merkle::{Frontier, Hash, leaf_hash};
use postern_log::{Credential, Event, Flags, Grade, Kind, NewEvent, Outcome, Source, Tip};

use crate::archive::{
    Archive, Archived, Filter, ForkRow, GateRow, HourRow, ReceiptRow, RefusedRow, Row, Sighting, Span, WaitingRow,
};
use crate::error::Error;

pub(crate) use honest::{DAYS, honest};

const HOUR: u64 = 3600;

pub(crate) fn key(number: i64) -> PrivateKey {
    PrivateKey::from_seed(&[number as u8; 32])
}

/// A gate at a place, with so many leaves.
pub(crate) fn gate(id: i64, latitude: f64, longitude: f64, size: u64) -> GateRow {
    let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
    GateRow {
        id,
        key: key(id).public(),
        name: format!("gate-{id}"),
        place: None,
        position: Position::try_from((millionths(latitude), millionths(longitude))).ok(),
        enrolled: 0,
        retired: None,
        size,
        root: [0; 32],
        checkpoint: None,
        last_event: None,
        last_contact: None,
    }
}

/// So many codes of an hour, on fresh data.
pub(crate) fn hour(gate: i64, hour: u64, outcome: Outcome, count: u64) -> HourRow {
    HourRow {
        gate,
        hour,
        kind: Kind::Code,
        outcome,
        grade: Grade::Fresh,
        flags: 0,
        age_days: 0,
        count,
    }
}

pub(crate) fn code(time: u64, outcome: Outcome) -> NewEvent {
    NewEvent {
        time,
        system: time,
        flags: Flags::default(),
        outcome,
        reasons: if outcome == Outcome::Admit {
            vec![]
        } else {
            vec!["rule-not-met".to_owned()]
        },
        code: Some([7; 16]),
        person: None,
        issuer: Some("xa".to_owned()),
        root: 1,
        pack: 2,
        snapshot: 3,
        age: 60,
        grade: Grade::Fresh,
        source: Source::Scanner,
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: None,
    }
}

pub(crate) fn with_credential(kid: [u8; 4], issued: u64, index: u64, event: NewEvent) -> NewEvent {
    NewEvent {
        credential: Some(Credential { kid, issued, index }),
        ..event
    }
}

pub(crate) fn override_of(time: u64, operator: &str, about: u64, outcome: Outcome) -> NewEvent {
    NewEvent {
        kind: Kind::Override,
        source: Source::Hand,
        about: Some(about),
        operator: Some(operator.to_owned()),
        reasons: vec!["known-person".to_owned()],
        ..code(time, outcome)
    }
}

pub(crate) fn manual(time: u64, operator: &str) -> NewEvent {
    NewEvent {
        kind: Kind::Manual,
        source: Source::Hand,
        operator: Some(operator.to_owned()),
        code: None,
        issuer: None,
        ..code(time, Outcome::Admit)
    }
}

/// What an archive holds. Sightings are those that a test names, and those of the events.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    pub(crate) gates: Vec<GateRow>,
    pub(crate) events: BTreeMap<i64, Vec<Event>>,
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) forks: Vec<(ForkRow, Vec<u8>)>,
    pub(crate) waiting: Vec<WaitingRow>,
    pub(crate) refused: Vec<RefusedRow>,
    pub(crate) receipts: Vec<ReceiptRow>,
    pub(crate) checkpoints: BTreeMap<i64, Vec<(u64, String)>>,
    pub(crate) proofs: BTreeMap<i64, Vec<(u64, u64, Vec<Hash>)>>,
}

impl Memory {
    /// These gates, without events.
    pub(crate) fn of(gates: Vec<GateRow>) -> Self {
        Self {
            gates,
            ..Self::default()
        }
    }

    /// Adds an event to a gate's log, and gives its index.
    pub(crate) fn add(&mut self, gate: i64, event: NewEvent) -> u64 {
        let log = self.events.entry(gate).or_default();
        let seq = log.len() as u64;
        log.push(Event::new(seq, event).expect("an event within its bounds"));
        seq
    }

    /// Brings the gates' rows, checkpoints and proofs up to their events: a checkpoint each `every` leaves and one at the end.
    pub(crate) fn seal(&mut self, every: usize) {
        for gate in &mut self.gates {
            let log = self.events.entry(gate.id).or_default();
            let hashes: Vec<Hash> = log.iter().map(|event| leaf_hash(&event.to_leaf())).collect();
            let (mut tree, mut size) = (Frontier::new(), 0);
            let (mut notes, mut proofs) = (Vec::new(), Vec::new());
            while size < hashes.len() {
                let next = (size + every).min(hashes.len());
                let new = &hashes[size..next];
                if size > 0 {
                    let proof = postern_log::proof::consistency(&tree, new);
                    proofs.push((size as u64, next as u64, proof));
                }
                new.iter().for_each(|leaf| tree.push(*leaf));
                let checkpoint = postern_log::checkpoint::Checkpoint {
                    origin: gate.name.clone(),
                    tip: Tip {
                        size: next as u64,
                        root: tree.root(),
                    },
                };
                notes.push((
                    next as u64,
                    checkpoint.sign(&key(gate.id)).expect("a software key signs"),
                ));
                size = next;
            }
            gate.size = size as u64;
            gate.root = tree.root();
            gate.checkpoint = notes.last().map(|(_, note)| note.clone());
            gate.last_event = log.last().map(|event| event.details().time);
            gate.last_contact = gate.last_event;
            self.checkpoints.insert(gate.id, notes);
            self.proofs.insert(gate.id, proofs);
        }
    }

    fn all(&self) -> impl Iterator<Item = (i64, &Event)> {
        self.events
            .iter()
            .flat_map(|(gate, log)| log.iter().map(|event| (*gate, event)))
    }
}

fn asked(filter: &Filter, gate: i64, event: &Event) -> bool {
    let e = event.details();
    let f = filter;
    f.span.is_none_or(|span| (span.from..span.until).contains(&e.time))
        && f.gate.is_none_or(|asked| asked == gate)
        && f.from_seq.is_none_or(|seq| event.seq() >= seq)
        && f.kind.is_none_or(|kind| kind == e.kind)
        && f.outcome.is_none_or(|outcome| outcome == e.outcome)
        && f.grade.is_none_or(|grade| grade == e.grade)
        && (f.flags == 0 || e.flags.bits() & f.flags != 0)
        && (f.operator.is_none() || f.operator == e.operator)
        && (f.issuer.is_none() || f.issuer == e.issuer)
        && (f.code.is_none() || f.code == e.code)
        && (f.person.is_none() || f.person == e.person)
}

impl Archive for Memory {
    fn gates(&mut self) -> Result<Vec<GateRow>, Error> {
        Ok(self.gates.clone())
    }

    fn hours(&mut self, span: Span) -> Result<Vec<HourRow>, Error> {
        let mut counts: BTreeMap<_, u64> = BTreeMap::new();
        for (gate, event) in self.all() {
            let e = event.details();
            let begins = e.time / HOUR * HOUR;
            if (span.from..span.until).contains(&begins) {
                let days = (e.age / 86_400).min(255) as u8;
                let (kind, outcome, grade) = (e.kind.number(), e.outcome.number(), e.grade.number());
                let place = (gate, e.time / HOUR, kind, outcome, grade, e.flags.bits(), days);
                *counts.entry(place).or_default() += 1;
            }
        }
        let row = |((gate, hour, kind, outcome, grade, flags, age_days), count)| {
            Some(HourRow {
                gate,
                hour,
                kind: Kind::from_number(kind)?,
                outcome: Outcome::from_number(outcome)?,
                grade: Grade::from_number(grade)?,
                flags,
                age_days,
                count,
            })
        };
        Ok(counts.into_iter().filter_map(row).collect())
    }

    fn sightings(&mut self, span: Span, each: &mut dyn FnMut(Sighting)) -> Result<(), Error> {
        let within = |time: u64| (span.from..span.until).contains(&time);
        self.sightings
            .iter()
            .filter(|seen| within(seen.time))
            .for_each(|seen| each(*seen));
        for (gate, event) in self.all() {
            let e = event.details();
            let Some(code) = e.code else { continue };
            if e.kind == Kind::Code && e.outcome == Outcome::Admit && !e.flags.clock_suspect && within(e.time) {
                let who = match e.person {
                    Some([_, tag @ ..]) => u64::from_be_bytes(tag),
                    None => u64::from_be_bytes(*code.first_chunk().expect("16 bytes")),
                };
                each(Sighting {
                    who,
                    time: e.time,
                    gate,
                    seq: event.seq(),
                    is_person: e.person.is_some(),
                });
            }
        }
        Ok(())
    }

    fn events(&mut self, filter: &Filter, each: &mut dyn FnMut(Archived) -> bool) -> Result<(), Error> {
        let found = self.all().filter(|(gate, event)| asked(filter, *gate, event));
        for (gate, event) in found.take(filter.limit.map_or(usize::MAX, |limit| limit as usize)) {
            let event = event.clone();
            if !each(Archived { gate, event }) {
                break;
            }
        }
        Ok(())
    }

    fn forks(&mut self) -> Result<Vec<ForkRow>, Error> {
        Ok(self.forks.iter().map(|(row, _)| row.clone()).collect())
    }

    fn fork_bundle(&mut self, id: i64) -> Result<Vec<u8>, Error> {
        let fork = self.forks.iter().find(|(row, _)| row.id == id);
        Ok(fork.map(|(_, bundle)| bundle.clone()).unwrap_or_default())
    }

    fn waiting(&mut self) -> Result<Vec<WaitingRow>, Error> {
        Ok(self.waiting.clone())
    }

    /// Their rows are enough for what is found.
    fn waiting_bundle(&mut self, _: i64, _: &Hash) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }

    fn refused(&mut self) -> Result<Vec<RefusedRow>, Error> {
        Ok(self.refused.clone())
    }

    fn receipts(&mut self) -> Result<Vec<ReceiptRow>, Error> {
        Ok(self.receipts.clone())
    }

    fn checkpoints(&mut self, gate: i64) -> Result<Vec<(u64, String)>, Error> {
        Ok(self.checkpoints.get(&gate).cloned().unwrap_or_default())
    }

    fn proofs(&mut self, gate: i64) -> Result<Vec<(u64, u64, Vec<Hash>)>, Error> {
        Ok(self.proofs.get(&gate).cloned().unwrap_or_default())
    }

    fn frontier(&mut self, gate: i64, size: u64) -> Result<Frontier, Error> {
        let mut tree = Frontier::new();
        self.leaves(gate, 0..size, &mut |_, leaf| tree.push(leaf_hash(leaf)))?;
        Ok(tree)
    }

    fn tip(&mut self, gate: i64) -> Result<Tip, Error> {
        let tree = self.frontier(gate, u64::MAX)?;
        Ok(Tip {
            size: tree.size(),
            root: tree.root(),
        })
    }

    fn leaves(&mut self, gate: i64, range: Range<u64>, each: &mut dyn FnMut(u64, &[u8])) -> Result<(), Error> {
        let log = self.events.get(&gate).into_iter().flatten();
        log.filter(|event| range.contains(&event.seq()))
            .for_each(|event| each(event.seq(), &event.to_leaf()));
        Ok(())
    }

    fn rows(&mut self, gate: i64, each: &mut dyn FnMut(Row) -> bool) -> Result<(), Error> {
        for event in self.events.get(&gate).into_iter().flatten() {
            let e = event.details();
            let row = Row {
                seq: event.seq(),
                time: e.time as i64,
                flags: e.flags.bits().into(),
                outcome: e.outcome.number().into(),
                kind: e.kind.number().into(),
                grade: e.grade.number().into(),
                source: e.source.number().into(),
                age: e.age as i64,
                pack: e.pack as i64,
                code: e.code.map(Vec::from),
                person: e.person.map(Vec::from),
                issuer: e.issuer.clone(),
                operator: e.operator.clone(),
                leaf: event.to_leaf(),
            };
            if !each(row) {
                break;
            }
        }
        Ok(())
    }

    /// Nobody else writes to it.
    fn hold(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn another(&self) -> Result<Box<dyn Archive>, Error> {
        Ok(Box::new(self.clone()))
    }
}
