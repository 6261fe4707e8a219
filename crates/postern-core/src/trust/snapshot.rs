//! Snapshots: which files belong together today.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::MAX_VERSION;
use super::document::Payload;
use super::error::DocumentKind;
use super::pack::ascending;
use super::root::check_version;
use crate::cbor::Bytes;
use crate::text::Ident;
use crate::time::Time;

/// The most status files of a snapshot.
pub const MAX_STATUS_FILES: usize = 1024;

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
    /// The register of gates, which auditors read.
    pub register: Option<FilePin>,
}

impl Payload for Snapshot {
    const KIND: DocumentKind = DocumentKind::Snapshot;
    const TYPE: &'static str = "application/postern-snapshot+cbor";
    const MAX_LEN: usize = 256 << 10;
    const FORMAT: u64 = 2;

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
    /// What a list or column inflates to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentPin>,
    /// The version of the document in it.
    pub version: u64,
}

/// Names what a list or a column inflates to: bytes, and their SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContentPin(pub u64, pub Bytes<32>);

impl ContentPin {
    /// The pin of a content.
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.len() as u64, Bytes(Sha256::digest(bytes).into()))
    }
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
    /// What is there once in a snapshot: a list, a column of it, one step of a list.
    pub fn place(&self) -> impl Ord + '_ {
        (
            &self.list,
            self.kind,
            &self.column,
            self.from.map(|from| (from, self.version)),
        )
    }

    /// The file's pin.
    pub fn pin(&self) -> FilePin {
        FilePin {
            size: self.size,
            sha256: self.sha256,
            version: self.version,
        }
    }

    fn is_well_formed(&self) -> bool {
        self.from.is_some() == (self.kind == StatusKind::Delta)
            && self.column.is_some() == (self.kind == StatusKind::Column)
            && self.content.is_none() == (self.kind == StatusKind::Delta)
            && self.from.is_none_or(|from| (1..self.version).contains(&from))
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    register: Option<FilePin>,
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
            register,
        } = shape;
        check_version(version)?;
        let versions = 1..=MAX_VERSION;
        match () {
            () if !versions.contains(&root)
                || !versions.contains(&pack.version)
                || register.is_some_and(|register| !versions.contains(&register.version)) =>
            {
                Err("a version out of range")
            }
            () if format != least_format(&files, register) => {
                Err("a format other than 1, or 2 where something needs it")
            }
            () if files.len() > MAX_STATUS_FILES => Err("too many files"),
            () if !files.iter().all(StatusFile::is_well_formed) => Err("a status file's members do not fit its kind"),
            () if !ascending(files.iter().map(StatusFile::place)) => Err("files out of order, or one twice"),
            () => Ok(Self {
                pack,
                root,
                files,
                issued,
                version,
                register,
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
            register,
        }: Snapshot,
    ) -> Self {
        Self {
            pack,
            root,
            format: least_format(&files, register),
            files,
            issued,
            version,
            register,
        }
    }
}

/// An older gate takes a snapshot that names nothing new, and each snapshot has one encoding.
fn least_format(files: &[StatusFile], register: Option<FilePin>) -> u64 {
    match files.is_empty() && register.is_none() {
        true => 1,
        false => 2,
    }
}
