//! The array of a leaf, as `docs/FORMAT.md` has it.

use std::fmt;

use postern_core::cbor::Bytes;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    CODE_LEN, Credential, Event, EventError, Flags, Grade, KID_LEN, Kind, NewEvent, Outcome, PERSON_LEN, Source,
};

/// The elements in their order; `more` are those that format 2 adds, `credential` those that format 3 adds to them.
pub(super) struct Leaf<'a> {
    pub(super) format: u8,
    seq: u64,
    time: u64,
    system: u64,
    flags: u8,
    outcome: u8,
    reasons: Vec<&'a str>,
    code: Option<Bytes<CODE_LEN>>,
    person: Option<Bytes<PERSON_LEN>>,
    issuer: Option<&'a str>,
    root: u64,
    pack: u64,
    snapshot: u64,
    age: u64,
    grade: u8,
    source: u8,
    more: Option<More<'a>>,
    credential: Option<(Bytes<KID_LEN>, u64, u64)>,
}

struct More<'a> {
    kind: u8,
    about: Option<u64>,
    operator: Option<&'a str>,
}

/// The number of elements of each format.
const LENS: [usize; 3] = [16, 19, 22];

impl<'a> Leaf<'a> {
    pub(super) fn of(event: &'a Event) -> Self {
        let e = &event.details;
        let format = event.leaf_format();
        Self {
            format,
            seq: event.seq,
            time: e.time,
            system: e.system,
            flags: e.flags.bits(),
            outcome: e.outcome.number(),
            reasons: e.reasons.iter().map(String::as_str).collect(),
            code: e.code.map(Bytes),
            person: e.person.map(Bytes),
            issuer: e.issuer.as_deref(),
            root: e.root,
            pack: e.pack,
            snapshot: e.snapshot,
            age: e.age,
            grade: e.grade.number(),
            source: e.source.number(),
            more: (format > 1).then(|| More {
                kind: e.kind.number(),
                about: e.about,
                operator: e.operator.as_deref(),
            }),
            credential: e
                .credential
                .map(|Credential { kid, issued, index }| (Bytes(kid), issued, index)),
        }
    }

    pub(super) fn into_event(self) -> Result<Event, EventError> {
        let unknown = |field| EventError::OutOfRange { field };
        let more = self.more.unwrap_or(More {
            kind: Kind::Code.number(),
            about: None,
            operator: None,
        });
        let details = NewEvent {
            time: self.time,
            system: self.system,
            flags: Flags::from_bits(self.flags).ok_or(unknown("flags"))?,
            outcome: Outcome::from_number(self.outcome).ok_or(unknown("outcome"))?,
            reasons: self.reasons.into_iter().map(str::to_owned).collect(),
            code: self.code.map(|b| b.0),
            person: self.person.map(|b| b.0),
            issuer: self.issuer.map(str::to_owned),
            root: self.root,
            pack: self.pack,
            snapshot: self.snapshot,
            age: self.age,
            grade: Grade::from_number(self.grade).ok_or(unknown("grade"))?,
            source: Source::from_number(self.source).ok_or(unknown("source"))?,
            kind: Kind::from_number(more.kind).ok_or(unknown("kind"))?,
            about: more.about,
            operator: more.operator.map(str::to_owned),
            credential: self
                .credential
                .map(|(Bytes(kid), issued, index)| Credential { kid, issued, index }),
        };
        Event::new(self.seq, details)
    }
}

impl Serialize for Leaf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let added = usize::from(self.more.is_some()) + usize::from(self.credential.is_some());
        let mut array = serializer.serialize_tuple(LENS[added])?;
        array.serialize_element(&self.format)?;
        array.serialize_element(&self.seq)?;
        array.serialize_element(&self.time)?;
        array.serialize_element(&self.system)?;
        array.serialize_element(&self.flags)?;
        array.serialize_element(&self.outcome)?;
        array.serialize_element(&self.reasons)?;
        array.serialize_element(&self.code)?;
        array.serialize_element(&self.person)?;
        array.serialize_element(&self.issuer)?;
        array.serialize_element(&self.root)?;
        array.serialize_element(&self.pack)?;
        array.serialize_element(&self.snapshot)?;
        array.serialize_element(&self.age)?;
        array.serialize_element(&self.grade)?;
        array.serialize_element(&self.source)?;
        if let Some(more) = &self.more {
            array.serialize_element(&more.kind)?;
            array.serialize_element(&more.about)?;
            array.serialize_element(&more.operator)?;
        }
        if let Some((kid, issued, index)) = &self.credential {
            array.serialize_element(kid)?;
            array.serialize_element(issued)?;
            array.serialize_element(index)?;
        }
        array.end()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Leaf<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements)
    }
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Leaf<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the array of a leaf")
    }

    /// Elements past those of the format are an error of the decoder.
    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Leaf<'de>, A::Error> {
        let array = &mut array;
        let format: u8 = next(array)?;
        Ok(Leaf {
            format,
            seq: next(array)?,
            time: next(array)?,
            system: next(array)?,
            flags: next(array)?,
            outcome: next(array)?,
            reasons: next(array)?,
            code: next(array)?,
            person: next(array)?,
            issuer: next(array)?,
            root: next(array)?,
            pack: next(array)?,
            snapshot: next(array)?,
            age: next(array)?,
            grade: next(array)?,
            source: next(array)?,
            more: if format > 1 {
                Some(More {
                    kind: next(array)?,
                    about: next(array)?,
                    operator: next(array)?,
                })
            } else {
                None
            },
            credential: if format == 3 {
                Some((next(array)?, next(array)?, next(array)?))
            } else {
                None
            },
        })
    }
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(array: &mut A) -> Result<T, A::Error> {
    array
        .next_element()?
        .ok_or_else(|| A::Error::custom("the array of a leaf is too short"))
}
