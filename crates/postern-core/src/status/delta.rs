//! Deltas: what leads from one version of a list to a later one (`docs/FORMAT.md` section 3.6).

use serde::{Deserialize, Serialize};

use super::Status;
use super::list::{MAX_LIST_BYTES, StatusList, StatusListBuilder};
use super::rice::{self, MAX_K};
use super::token::check_version;
use crate::cbor::{ByteString, Bytes};
use crate::text::Ident;
use crate::time::Time;
use crate::trust::{DocumentKind, Fault, Payload, TrustError};

/// What is left of a delta's length for everything but the changes, and more than it needs.
const ENVELOPE: usize = 64 << 10;

/// A delta's payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The version that it applies to.
    pub from: u64,
    /// The list that it is of.
    pub list: Ident,
    /// Bytes of the list that results.
    pub size: u64,
    /// When it was made.
    pub issued: Time,
    /// SHA-256 of the list that results.
    pub result: Bytes<32>,
    /// What becomes of each status, at the status' number.
    changes: [Group; 4],
    /// The version that results.
    pub version: u64,
}

/// The indexes that get one status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Group {
    count: u64,
    k: u32,
    gaps: Vec<u8>,
}

impl Payload for Delta {
    const KIND: DocumentKind = DocumentKind::Delta;
    const TYPE: &'static str = "application/postern-delta+cbor";
    const MAX_LEN: usize = 32 << 20;

    fn version(&self) -> u64 {
        self.version
    }
}

impl Delta {
    /// What leads from `old`, which is version `from` of `list`, to `new`, which is `version`.
    ///
    /// # Errors
    ///
    /// What is wrong, in words: a list that shrinks, versions that do not ascend, or more changes than a delta holds.
    pub fn between(
        old: &StatusList,
        new: &StatusList,
        list: Ident,
        from: u64,
        version: u64,
        issued: Time,
    ) -> Result<Self, &'static str> {
        check_versions(from, version)?;
        if new.len() < old.len() {
            return Err("a list does not shrink");
        }
        let changes = changed(old, new).map(|indexes| Group::of(&indexes));
        if changes.iter().map(|group| group.gaps.len()).sum::<usize>() > Self::MAX_LEN - ENVELOPE {
            return Err("more changes than a delta holds: publish the whole list");
        }
        Ok(Self {
            from,
            list,
            size: new.bytes().len() as u64,
            issued,
            result: Bytes(new.digest()),
            changes,
            version,
        })
    }

    /// How many indexes get each status, at the status' number, as the delta says.
    pub fn counts(&self) -> [u64; 4] {
        self.changes.each_ref().map(|group| group.count)
    }

    /// The list that `old` becomes.
    ///
    /// # Errors
    ///
    /// [`Fault::Content`] where the changes are not as the format says or cannot be those of this list;
    /// [`Fault::Elsewhere`] where the list that results is another than the delta names.
    pub fn apply(&self, old: &StatusList) -> Result<StatusList, TrustError> {
        let error = |fault| TrustError {
            document: DocumentKind::Delta,
            fault,
        };
        let new = self.applied_to(old).map_err(|why| error(Fault::Content(why)))?;
        match new.digest() == self.result.0 {
            true => Ok(new),
            false => Err(error(Fault::Elsewhere)),
        }
    }

    fn applied_to(&self, old: &StatusList) -> Result<StatusList, &'static str> {
        if self.size > MAX_LIST_BYTES as u64 || self.size < old.bytes().len() as u64 {
            return Err("a list shrinks, or grows past all bounds");
        }
        let mut new = StatusListBuilder::grown(old, self.size as usize);
        for (group, to) in self.changes.iter().zip(Status::ALL) {
            rice::decode(&group.gaps, group.k, group.count, 4 * self.size, |index| {
                let before = old.get(index).unwrap_or(Status::Valid);
                // What an earlier group changed is not as it was: a change that is none is not taken.
                match new.set(index, to) {
                    Some(now) if now == before && now != to => Ok(()),
                    _ => Err("an index is changed twice, or to what it is"),
                }
            })?;
        }
        Ok(new.build())
    }
}

/// The indexes that are to get each status, ascending, at the status' number.
fn changed(old: &StatusList, new: &StatusList) -> [Vec<u32>; 4] {
    let mut changed: [Vec<u32>; 4] = Default::default();
    let grown = std::iter::repeat_n(&0, new.bytes().len() - old.bytes().len());
    let pairs = old.bytes().iter().chain(grown).zip(new.bytes());
    for (at, (before, after)) in pairs.enumerate().filter(|(_, (before, after))| before != after) {
        for place in (0..4).filter(|place| (before ^ after) >> (2 * place) & 3 != 0) {
            let to = Status::from_bits(after >> (2 * place));
            // A list has at most 2^27 indexes.
            changed[to as usize].push(4 * at as u32 + place);
        }
    }
    changed
}

/// A delta leads to a later version.
fn check_versions(from: u64, version: u64) -> Result<(), &'static str> {
    check_version(from)?;
    check_version(version)?;
    match from < version {
        true => Ok(()),
        false => Err("a delta from a version that is not below its own"),
    }
}

impl Group {
    fn of(indexes: &[u32]) -> Self {
        let (k, gaps) = rice::encode(indexes);
        Self {
            count: indexes.len() as u64,
            k,
            gaps,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeltaShape<'a> {
    from: u64,
    list: Ident,
    size: u64,
    format: u64,
    issued: Time,
    result: Bytes<32>,
    #[serde(borrow)]
    changes: [GroupShape<'a>; 4],
    version: u64,
}

type GroupShape<'a> = (u64, u64, ByteString<'a>);

impl<'de> Deserialize<'de> for Delta {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape = DeltaShape::deserialize(deserializer)?;
        shape.try_into().map_err(serde::de::Error::custom)
    }
}

impl TryFrom<DeltaShape<'_>> for Delta {
    type Error = &'static str;

    fn try_from(
        DeltaShape {
            from,
            list,
            size,
            format,
            issued,
            result,
            changes,
            version,
        }: DeltaShape<'_>,
    ) -> Result<Self, Self::Error> {
        check_versions(from, version)?;
        match () {
            () if format != 1 => Err("a format other than 1"),
            () if size > MAX_LIST_BYTES as u64 => Err("a list past all bounds"),
            () if changes.iter().any(|(_, k, _)| *k > u64::from(MAX_K)) => Err("a k above 26"),
            () if changes
                .iter()
                .any(|(count, k, gaps)| *count == 0 && (*k, gaps.0) != (0, &[])) =>
            {
                Err("a group of no indexes that is not empty")
            }
            () => Ok(Self {
                from,
                list,
                size,
                issued,
                result,
                changes: changes.map(|(count, k, gaps)| Group {
                    count,
                    k: k as u32,
                    gaps: gaps.0.to_vec(),
                }),
                version,
            }),
        }
    }
}

impl Serialize for Delta {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            from,
            list,
            size,
            issued,
            result,
            changes,
            version,
        } = self;
        let shape = DeltaShape {
            from: *from,
            list: list.clone(),
            size: *size,
            format: 1,
            issued: *issued,
            result: *result,
            changes: changes
                .each_ref()
                .map(|group| (group.count, u64::from(group.k), ByteString(&group.gaps))),
            version: *version,
        };
        shape.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cbor;

    fn delta(old: &StatusList, new: &StatusList) -> Result<Delta, &'static str> {
        Delta::between(old, new, "east".parse().unwrap(), 3, 5, Time::saturating(1_800_000_000))
    }

    fn list(bytes: &[u8]) -> StatusList {
        StatusList::new(bytes).unwrap()
    }

    /// From 0 0 0 0 1 1 1 1 to 0 1 2 3 1 0 1 1 and a byte more, 0 0 0 2.
    fn sample() -> (StatusList, StatusList, Delta) {
        let (old, new) = (list(&[0, 0x55]), list(&[0b11_10_01_00, 0b01_01_00_01, 0b10_00_00_00]));
        let delta = delta(&old, &new).unwrap();
        (old, new, delta)
    }

    fn fault(delta: &Delta, old: &StatusList) -> Fault {
        delta.apply(old).unwrap_err().fault
    }

    #[test]
    fn a_delta_leads_to_the_new_list() {
        let (old, new, delta) = sample();
        assert_eq!(delta.counts(), [1, 1, 2, 1]);
        assert_eq!(delta.apply(&old), Ok(new.clone()));
        let unchanged = super::tests::delta(&new, &new).unwrap();
        assert_eq!(unchanged.changes, [0; 4].map(|_| Group::default()));
        assert_eq!(unchanged.apply(&new), Ok(new));
    }

    #[test]
    fn the_payload_is_as_the_format_says() {
        let (_, _, delta) = sample();
        let bytes = cbor::to_vec(&delta);
        let keys = [
            "from", "list", "size", "format", "issued", "result", "changes", "version",
        ];
        let ciborium::Value::Map(members) = ciborium::from_reader(&bytes[..]).unwrap() else {
            panic!("no map")
        };
        assert_eq!(
            members
                .iter()
                .map(|(key, _)| key.as_text().unwrap())
                .collect::<Vec<_>>(),
            keys
        );
        // To 0: index 5, 110 1. To 1: index 1, 10. To 2: indexes 2 and 11, gaps 2 and 8, 0 10 and 110 00. To 3: index 3, 10 1.
        let group = |count: u8, k: u8, gaps: u8| {
            ciborium::Value::Array(vec![count.into(), k.into(), ciborium::Value::Bytes(vec![gaps])])
        };
        let groups = [
            group(1, 1, 0b1101_0000),
            group(1, 0, 0b1000_0000),
            group(2, 2, 0b0101_1000),
            group(1, 1, 0b1010_0000),
        ];
        assert_eq!(members[6].1, ciborium::Value::Array(groups.to_vec()));
        assert_eq!(cbor::from_slice::<Delta>(&bytes), Ok(delta));
    }

    #[test]
    fn the_caller_is_told_what_makes_no_delta() {
        let (old, new, _) = sample();
        let of = |from, version| Delta::between(&old, &new, "east".parse().unwrap(), from, version, Time::default());
        assert!(of(1, 2).is_ok());
        for (from, version) in [(0, 1), (1, 1), (2, 1), (1, 1 << 53)] {
            assert!(of(from, version).is_err(), "{from} to {version}");
        }
        assert_eq!(delta(&new, &old), Err("a list does not shrink"));
    }

    #[test]
    fn what_changes_nothing_or_twice_is_refused() {
        let (old, new, delta) = sample();
        let twice = Fault::Content("an index is changed twice, or to what it is");
        assert_eq!(fault(&delta, &list(&[0b11, 0x55])), Fault::Elsewhere, "another list");
        assert_eq!(fault(&delta, &list(&[0b11_00_00_00, 0x55])), twice, "3 is what it is");
        let mut both = delta.clone();
        both.changes[2] = Group::of(&[1, 2]);
        assert_eq!(fault(&both, &old), twice, "index 1 in two groups");
        let mut back = delta.clone();
        (back.changes[0], back.changes[1]) = (Group::of(&[5]), Group::of(&[5]));
        assert_eq!(fault(&back, &old), twice, "there and back");
        let mut other = delta.clone();
        other.changes[3] = Group::default();
        assert_eq!(fault(&other, &old), Fault::Elsewhere);
        let mut past = delta.clone();
        past.changes[3] = Group::of(&[12]);
        assert_eq!(fault(&past, &old), Fault::Content("an index past the end of the list"));
        let mut small = delta.clone();
        small.size = 1;
        assert!(matches!(fault(&small, &old), Fault::Content(_)));
        let mut large = delta;
        large.size = MAX_LIST_BYTES as u64 + 1;
        assert!(matches!(fault(&large, &new), Fault::Content(_)));
    }

    #[test]
    fn a_payload_out_of_bounds_is_no_delta() {
        let (_, _, good) = sample();
        let parsed = |change: fn(&mut Delta)| {
            let mut delta = good.clone();
            change(&mut delta);
            cbor::from_slice::<Delta>(&cbor::to_vec(&delta))
        };
        assert!(parsed(|_| ()).is_ok());
        assert!(parsed(|delta| delta.size = MAX_LIST_BYTES as u64 + 1).is_err());
        assert!(parsed(|delta| delta.version = delta.from).is_err());
        assert!(parsed(|delta| delta.from = 0).is_err());
        assert!(parsed(|delta| delta.changes[0].k = 27).is_err());
        assert!(parsed(|delta| delta.changes[0].count = 0).is_err());
        assert!(parsed(|delta| delta.changes[0] = Group::default()).is_ok());
    }

    #[test]
    fn hostile_changes_end() {
        let (_, _, good) = sample();
        let old = StatusList::new(vec![0; 1 << 20]).unwrap();
        for byte in [0x00, 0xff, 0x55] {
            for k in [0, 1, MAX_K] {
                let group = Group {
                    count: u64::MAX,
                    k,
                    gaps: vec![byte; 8 << 20],
                };
                let delta = Delta {
                    size: 1 << 20,
                    changes: [0; 4].map(|_| group.clone()),
                    ..good.clone()
                };
                assert!(matches!(fault(&delta, &old), Fault::Content(_)), "{byte:x}, {k}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_two_lists_have_a_delta(
            old in proptest::collection::vec(any::<u8>(), 0..60),
            grown in proptest::collection::vec(any::<u8>(), 0..20),
            masks in proptest::collection::vec(prop_oneof![3 => Just(0u8), 1 => any::<u8>()], 60),
        ) {
            let changed: Vec<u8> = old.iter().zip(&masks).map(|(byte, mask)| byte ^ mask).chain(grown).collect();
            let (old, new) = (list(&old), list(&changed));
            let delta = delta(&old, &new).unwrap();
            let read: Delta = cbor::from_slice(&cbor::to_vec(&delta)).unwrap();
            prop_assert_eq!(&read, &delta);
            prop_assert_eq!(read.apply(&old), Ok(new));
        }

        #[test]
        fn applying_never_panics(
            old in proptest::collection::vec(any::<u8>(), 0..20),
            size in 0u64..30,
            k in 0..=MAX_K,
            counts in any::<[u8; 4]>(),
            gaps in proptest::collection::vec(any::<u8>(), 0..10),
        ) {
            let (_, _, good) = sample();
            let group = |count: u8| Group { count: count.into(), k, gaps: gaps.clone() };
            let delta = Delta { size, changes: counts.map(group), ..good };
            let _ = delta.apply(&list(&old));
        }

        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = cbor::from_slice::<Delta>(&bytes);
        }
    }
}
