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
    /// The indexes whose old bits XOR new bits are 1, 2 and 3: a change then has one spelling, and each of the six kinds
    /// of a day's changes is coded with its like.
    changes: [Group; 3],
    /// The version that results.
    pub version: u64,
}

/// Indexes that change alike.
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
        for (group, mask) in self.changes.iter().zip(1..) {
            rice::decode(&group.gaps, group.k, group.count, 4 * self.size, |index| {
                let before = old.get(index).unwrap_or(Status::Valid);
                // What an earlier group changed is not as it was.
                match new.set(index, Status::from_bits(before as u8 ^ mask)) {
                    Some(now) if now == before => Ok(()),
                    _ => Err("an index is changed twice"),
                }
            })?;
        }
        Ok(new.build())
    }
}

/// The indexes whose bits change by 1, 2 and 3, each ascending.
fn changed(old: &StatusList, new: &StatusList) -> [Vec<u32>; 3] {
    let mut changed: [Vec<u32>; 3] = Default::default();
    let grown = std::iter::repeat_n(&0, new.bytes().len() - old.bytes().len());
    let masks = old
        .bytes()
        .iter()
        .chain(grown)
        .zip(new.bytes())
        .map(|(before, after)| before ^ after);
    for (at, mask) in masks.enumerate().filter(|(_, mask)| *mask != 0) {
        for place in 0..4 {
            // A list has at most 2^27 indexes.
            match mask >> (2 * place) & 3 {
                0 => {}
                mask => changed[usize::from(mask) - 1].push(4 * at as u32 + place),
            }
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
    changes: [GroupShape<'a>; 3],
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
mod tests;
