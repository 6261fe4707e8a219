//! The repository: a tree of immutable signed files and one pointer to the newest snapshot (`docs/FORMAT.md` section 3.5).
//!
//! A folder, a bundle or a server is a function from a path to bytes; what to ask it for is decided here.

use crate::trust::{Candidate, Document, DocumentKind, Pack, Payload, Root, Snapshot, TrustError};

/// The path of the one file that changes: a copy of the newest snapshot.
pub const NEWEST: &str = "newest.snapshot";

/// The most roots that one update follows.
pub const MAX_ROOTS: u64 = 1024;

/// The path of a document.
pub fn path(kind: DocumentKind, version: u64) -> String {
    let kind = kind.as_str();
    format!("{kind}/{version}.{kind}")
}

/// The files of an update, not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// Roots after the gate's own, ascending.
    pub roots: Vec<Vec<u8>>,
    /// The newest snapshot.
    pub snapshot: Vec<u8>,
    /// The pack that it names.
    pub pack: Vec<u8>,
}

impl Files {
    /// Collects what a gate whose root is of version `root` needs. `read` gives the file at a path, or `None` where there
    /// is none, and must not give more than the bytes it is allowed.
    ///
    /// # Errors
    ///
    /// [`CollectError`].
    pub fn collect<E>(
        root: u64,
        mut read: impl FnMut(&str, usize) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Self, CollectError<E>> {
        let mut file = |path: String, max| match read(&path, max) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(CollectError::Missing(path)),
            Err(e) => Err(CollectError::Read(e)),
        };
        let snapshot = file(NEWEST.to_owned(), Snapshot::MAX_LEN)?;
        let parsed = Document::<Snapshot>::parse(&snapshot).map_err(CollectError::Snapshot)?;
        let pack = file(path(DocumentKind::Pack, parsed.payload().pack.version), Pack::MAX_LEN)?;
        let mut roots = Vec::new();
        for version in (root + 1..).take(MAX_ROOTS as usize) {
            match file(path(DocumentKind::Root, version), Root::MAX_LEN) {
                Ok(bytes) => roots.push(bytes),
                Err(CollectError::Missing(_)) => break,
                Err(e) => return Err(e),
            }
        }
        Ok(Self { roots, snapshot, pack })
    }

    /// The files as an update.
    pub fn candidate(&self) -> Candidate<'_> {
        Candidate {
            roots: &self.roots,
            snapshot: &self.snapshot,
            pack: &self.pack,
        }
    }
}

/// Why the files of an update could not be collected.
#[derive(Debug)]
pub enum CollectError<E> {
    /// A file that must be there is not: its path.
    Missing(String),
    /// The medium failed.
    Read(E),
    /// The newest snapshot cannot be read, so that nobody knows which pack it names.
    Snapshot(TrustError),
}
