//! An event as a row of cells, in the order of [`COLUMNS`]: the columns of a gate's log, the flags apart, the gate's name before them.

use crate::archive::Archived;
use crate::findings::Names;

/// What a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Bytes,
    Number,
    Text,
    Time,
}

/// One cell. A number, a time or a text goes only into a column of its type; null into any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Bool(bool),
    Bytes(Vec<u8>),
    Null,
    Number(u64),
    Text(String),
    /// Seconds since 1970.
    Time(u64),
}

/// Names and types.
pub(super) const COLUMNS: [(&str, Type); 25] = [
    ("gate", Type::Text),
    ("seq", Type::Number),
    ("time", Type::Time),
    ("system", Type::Time),
    ("kind", Type::Text),
    ("outcome", Type::Text),
    ("reasons", Type::Text),
    ("code", Type::Bytes),
    ("person", Type::Bytes),
    ("issuer", Type::Text),
    ("root", Type::Number),
    ("pack", Type::Number),
    ("snapshot", Type::Number),
    ("age", Type::Number),
    ("grade", Type::Text),
    ("source", Type::Text),
    ("about", Type::Number),
    ("operator", Type::Text),
    ("clock_suspect", Type::Bool),
    ("judged_at_another_time", Type::Bool),
    ("demo_trust", Type::Bool),
    ("emergency", Type::Bool),
    ("kid", Type::Bytes),
    ("issued", Type::Time),
    ("status_index", Type::Number),
];

/// The cells of an event.
pub(super) fn cells(event: &Archived, names: &Names) -> [Cell; COLUMNS.len()] {
    let e = event.event.details();
    let word = |word: &str| Cell::Text(word.to_owned());
    let text = |text: &Option<String>| text.clone().map_or(Cell::Null, Cell::Text);
    let bytes = |bytes: Option<&[u8]>| bytes.map_or(Cell::Null, |bytes| Cell::Bytes(bytes.to_vec()));
    [
        Cell::Text(names.name(event.gate)),
        Cell::Number(event.event.seq()),
        Cell::Time(e.time),
        Cell::Time(e.system),
        word(e.kind.as_str()),
        word(e.outcome.as_str()),
        Cell::Text(e.reasons.join(",")),
        bytes(e.code.as_ref().map(<[u8; 16]>::as_slice)),
        bytes(e.person.as_ref().map(<[u8; 9]>::as_slice)),
        text(&e.issuer),
        Cell::Number(e.root),
        Cell::Number(e.pack),
        Cell::Number(e.snapshot),
        Cell::Number(e.age),
        word(e.grade.as_str()),
        word(e.source.as_str()),
        e.about.map_or(Cell::Null, Cell::Number),
        text(&e.operator),
        Cell::Bool(e.flags.clock_suspect),
        Cell::Bool(e.flags.judged_at_another_time),
        Cell::Bool(e.flags.demo_trust),
        Cell::Bool(e.flags.emergency),
        bytes(e.credential.as_ref().map(|credential| credential.kid.as_slice())),
        e.credential
            .map_or(Cell::Null, |credential| Cell::Time(credential.issued)),
        e.credential
            .map_or(Cell::Null, |credential| Cell::Number(credential.index)),
    ]
}
