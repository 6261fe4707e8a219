//! The repository: a tree of immutable signed files and one pointer to the newest snapshot (`docs/FORMAT.md` section 3.5).
//!
//! A folder, a bundle or a server is a function from a path to bytes; what to ask it for is decided here.

use crate::status::{Column, Delta, StatusToken};
use crate::text::Ident;
use crate::trust::{
    Candidate, Document, DocumentKind, FilePin, Pack, Payload, Root, Snapshot, StatusFile, StatusKind, Trust,
    TrustError,
};

/// The path of the one file that changes: a copy of the newest snapshot.
pub const NEWEST: &str = "newest.snapshot";

/// The most roots that one update follows.
pub const MAX_ROOTS: u64 = 1024;

/// The path of a document.
pub fn path(kind: DocumentKind, version: u64) -> String {
    let kind = kind.as_str();
    format!("{kind}/{version}.{kind}")
}

/// The path of a version of a list.
pub fn list_path(list: &Ident, version: u64) -> String {
    format!("status/{list}/{version}.status")
}

/// The path of what leads from one version of a list to another.
pub fn delta_path(list: &Ident, from: u64, version: u64) -> String {
    format!("status/{list}/{from}-{version}.delta")
}

/// The path of a version of a column.
pub fn column_path(list: &Ident, column: &Ident, version: u64) -> String {
    format!("status/{list}/{column}/{version}.column")
}

/// The path of a status file that a snapshot names.
pub fn status_path(file: &StatusFile) -> String {
    match (&file.column, file.from) {
        (Some(column), _) => column_path(&file.list, column, file.version),
        (None, Some(from)) => delta_path(&file.list, from, file.version),
        (None, None) => list_path(&file.list, file.version),
    }
}

/// What a gate asks a medium for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The file's path in the tree.
    pub path: &'a str,
    /// The most bytes that it may have.
    pub max: usize,
    /// Its size and digest, where a snapshot whose signature was checked names them: then a download can go on where it was
    /// interrupted.
    pub pin: Option<FilePin>,
}

/// Moves a gate to what a repository holds today. `read` gives the file at a path, or `None` where there is none; it must
/// not give more bytes than it is allowed.
///
/// # Errors
///
/// [`UpdateError`]; the gate's trust is as it was.
pub fn update<E>(
    trust: &Trust,
    mut read: impl FnMut(Wanted<'_>) -> Result<Option<Vec<u8>>, E>,
) -> Result<Trust, UpdateError<E>> {
    let mut file = |path: String, max, pin| match read(Wanted { path: &path, max, pin }) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(UpdateError::Missing(path)),
        Err(e) => Err(UpdateError::Read(e)),
    };
    let snapshot = file(NEWEST.to_owned(), Snapshot::MAX_LEN, None)?;
    let parsed = Document::<Snapshot>::parse(&snapshot)?;
    // Most snapshots pin the pack that the gate holds.
    let pinned = parsed.payload().pack;
    let held = trust.pack().map(Document::to_bytes).filter(|pack| pinned.matches(pack));
    let pack = match held {
        Some(pack) => pack,
        None => file(path(DocumentKind::Pack, pinned.version), Pack::MAX_LEN, None)?,
    };
    let mut roots = Vec::new();
    for version in (trust.root().payload().version + 1..).take(MAX_ROOTS as usize) {
        match file(path(DocumentKind::Root, version), Root::MAX_LEN, None) {
            Ok(bytes) => roots.push(bytes),
            Err(UpdateError::Missing(_)) => break,
            Err(e) => return Err(e),
        }
    }
    let candidate = Candidate {
        roots: &roots,
        snapshot: &snapshot,
        pack: &pack,
    };
    trust.update(&candidate, |pinned| {
        let most = match pinned.kind {
            StatusKind::Column => Column::MAX_LEN,
            StatusKind::Delta => Delta::MAX_LEN,
            StatusKind::Status => StatusToken::MAX_LEN,
        };
        let max = usize::try_from(pinned.size).map_or(most, |size| size.min(most));
        file(status_path(pinned), max, Some(pinned.pin()))
    })
}

/// Why a gate stays where it is.
#[derive(Debug)]
pub enum UpdateError<E> {
    /// A document is not believed.
    Distrust(TrustError),
    /// A file that must be there is not: its path.
    Missing(String),
    /// The medium failed.
    Read(E),
}

impl<E> From<TrustError> for UpdateError<E> {
    fn from(e: TrustError) -> Self {
        Self::Distrust(e)
    }
}
