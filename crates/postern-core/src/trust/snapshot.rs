//! Snapshots: which files belong together today.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::MAX_VERSION;
use super::document::Payload;
use super::error::DocumentKind;
use super::pack::ascending;
use super::root::check_head;
use crate::cbor::Bytes;
use crate::text::Ident;
use crate::time::Time;

/// The most status files of a snapshot.
pub(super) const MAX_FILES: usize = 1024;

/// A snapshot's payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SnapshotShape", into = "SnapshotShape")]
pub struct Snapshot {
    /// The pack of the day.
    pub pack: FilePin,
    /// The newest root's version.
    pub root: u64,
    /// Status lists, deltas and columns of the day, ascending.
    pub files: Vec<StatusFile>,
    /// When it was made: the age of a gate's data counts from here.
    pub issued: Time,
    /// Counts from 1.
    pub version: u64,
}

impl Payload for Snapshot {
    const KIND: DocumentKind = DocumentKind::Snapshot;
    const TYPE: &'static str = "application/postern-snapshot+cbor";
    const MAX_LEN: usize = 256 << 10;

    fn version(&self) -> u64 {
        self.version
    }
}

/// Names one file by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilePin {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: Bytes<32>,
    /// The version of the document in it.
    pub version: u64,
}

impl FilePin {
    /// The pin of a file.
    pub fn of(bytes: &[u8], version: u64) -> Self {
        Self {
            size: bytes.len() as u64,
            sha256: Bytes(Sha256::digest(bytes).into()),
            version,
        }
    }

    /// Whether the pin is of these bytes.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        *self == Self::of(bytes, self.version)
    }
}

/// A status file of the day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusFile {
    /// The version that a delta starts from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// What it is.
    pub kind: StatusKind,
    /// The list it belongs to.
    pub list: Ident,
    /// Bytes.
    pub size: u64,
    /// A column's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<Ident>,
    /// SHA-256 of the file.
    pub sha256: Bytes<32>,
    /// The version of the document in it.
    pub version: u64,
}

/// Kinds of status files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusKind {
    /// A small integer for each person.
    Column,
    /// What changed since another version of a list.
    Delta,
    /// A status list.
    Status,
}

impl StatusFile {
    fn order(&self) -> impl PartialOrd + '_ {
        (&self.list, self.kind, &self.column, self.from, self.version)
    }

    fn is_well_formed(&self) -> bool {
        self.from.is_some() == (self.kind == StatusKind::Delta)
            && self.column.is_some() == (self.kind == StatusKind::Column)
            && self.from.is_none_or(|from| (1..=MAX_VERSION).contains(&from))
            && (1..=MAX_VERSION).contains(&self.version)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotShape {
    pack: FilePin,
    root: u64,
    files: Vec<StatusFile>,
    format: u64,
    issued: Time,
    version: u64,
}

impl TryFrom<SnapshotShape> for Snapshot {
    type Error = &'static str;

    fn try_from(shape: SnapshotShape) -> Result<Self, Self::Error> {
        let SnapshotShape {
            pack,
            root,
            files,
            format,
            issued,
            version,
        } = shape;
        check_head(format, version)?;
        let versions = 1..=MAX_VERSION;
        match () {
            () if !versions.contains(&root) || !versions.contains(&pack.version) => Err("a version out of range"),
            () if files.len() > MAX_FILES => Err("too many files"),
            () if !files.iter().all(StatusFile::is_well_formed) => Err("a status file's members do not fit its kind"),
            () if !ascending(files.iter().map(StatusFile::order)) => Err("files out of order, or one twice"),
            () => Ok(Self {
                pack,
                root,
                files,
                issued,
                version,
            }),
        }
    }
}

impl From<Snapshot> for SnapshotShape {
    fn from(
        Snapshot {
            pack,
            root,
            files,
            issued,
            version,
        }: Snapshot,
    ) -> Self {
        Self {
            pack,
            root,
            files,
            format: 1,
            issued,
            version,
        }
    }
}
