//! One row of the table of events: what is asked for by columns, and the leaf that they are of.

use postern_log::Event;
use postern_log::event::{CODE_LEN, PERSON_LEN};

use super::HourRow;

/// The columns as they stand in the database, foreign until they are compared with the leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: u64,
    pub(crate) time: i64,
    pub(crate) flags: i64,
    pub(crate) outcome: i64,
    pub(crate) kind: i64,
    pub(crate) grade: i64,
    pub(crate) source: i64,
    pub(crate) age: i64,
    pub(crate) pack: i64,
    pub(crate) code: Option<Vec<u8>>,
    pub(crate) person: Option<Vec<u8>>,
    pub(crate) issuer: Option<String>,
    pub(crate) operator: Option<String>,
    pub(crate) leaf: Vec<u8>,
}

impl Row {
    /// Whether the columns say what the event says that was read from the leaf.
    pub(crate) fn says(&self, event: &Event) -> bool {
        let e = event.details();
        self.seq == event.seq()
            && Numbers::of(event)
                == Numbers {
                    time: self.time,
                    flags: self.flags,
                    outcome: self.outcome,
                    kind: self.kind,
                    grade: self.grade,
                    source: self.source,
                    age: self.age,
                    pack: self.pack,
                }
            && self.code.as_deref() == e.code.as_ref().map(<[u8; CODE_LEN]>::as_slice)
            && self.person.as_deref() == e.person.as_ref().map(<[u8; PERSON_LEN]>::as_slice)
            && self.issuer == e.issuer
            && self.operator == e.operator
    }
}

/// The columns that are numbers. All fit: the bounds of an event are below 2^63.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) time: i64,
    pub(super) flags: i64,
    pub(super) outcome: i64,
    pub(super) kind: i64,
    pub(super) grade: i64,
    pub(super) source: i64,
    pub(super) age: i64,
    pub(super) pack: i64,
}

impl Numbers {
    pub(super) fn of(event: &Event) -> Self {
        let e = event.details();
        Self {
            time: e.time as i64,
            flags: e.flags.bits().into(),
            outcome: e.outcome.number().into(),
            kind: e.kind.number().into(),
            grade: e.grade.number().into(),
            source: e.source.number().into(),
            age: e.age as i64,
            pack: e.pack as i64,
        }
    }
}

/// The hours of some events of a gate, each combination once, in an order that is always the same.
pub(crate) fn hours(gate: i64, events: &[Event]) -> Vec<HourRow> {
    let mut counts = std::collections::BTreeMap::new();
    for event in events {
        let hour = hour(gate, event);
        counts.entry(key(&hour)).or_insert(hour).count += 1;
    }
    counts.into_values().collect()
}

fn key(hour: &HourRow) -> (u64, [u8; 5]) {
    let words = [
        hour.kind.number(),
        hour.outcome.number(),
        hour.grade.number(),
        hour.flags,
        hour.age_days,
    ];
    (hour.hour, words)
}

fn hour(gate: i64, event: &Event) -> HourRow {
    let e = event.details();
    HourRow {
        gate,
        hour: e.time / 3600,
        kind: e.kind,
        outcome: e.outcome,
        grade: e.grade,
        flags: e.flags.bits(),
        age_days: u8::try_from(e.age / 86_400).unwrap_or(u8::MAX),
        count: 0,
    }
}

/// The first 8 bytes of a code's digest or of a document tag (which follows the epoch of its key).
pub(super) fn who(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}
