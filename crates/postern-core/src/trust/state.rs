//! The trust of one gate, and the one way in which it moves (`docs/FORMAT.md` section 3.4).

use super::document::{Document, Payload};
use super::error::{DocumentKind, Fault, TrustError};
use super::held::{Holdings, StoredStatus};
use super::pack::Pack;
use super::root::Root;
use super::snapshot::{Snapshot, StatusFile, StatusKind};
use crate::time::{SNAPSHOT_AHEAD, Time};

/// What a gate believes: a root, and, once it has been updated, the snapshot, the pack, the lists and columns of one day.
#[derive(Clone, Debug)]
pub struct Trust {
    root: Document<Root>,
    data: Option<(Document<Snapshot>, Document<Pack>)>,
    status: Holdings,
}

/// What an update offers: foreign bytes.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Roots in ascending order of version; those that the gate has already passed are skipped.
    pub roots: &'a [Vec<u8>],
    /// The newest snapshot.
    pub snapshot: &'a [u8],
    /// The pack that the snapshot pins.
    pub pack: &'a [u8],
}

impl Trust {
    /// Trust in a root that a person has confirmed. Its own threshold must have signed it.
    ///
    /// # Errors
    ///
    /// [`TrustError`].
    pub fn pin(root: &[u8]) -> Result<Self, TrustError> {
        let root = Document::<Root>::parse(root)?;
        root.threshold(&root.payload().roles.root)?;
        Ok(Self {
            root,
            data: None,
            status: Holdings::default(),
        })
    }

    /// Reads a state back from the documents that it was stored as, believing none of them unchecked. A list or column
    /// that the store lacks is not held.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where the store was changed.
    pub fn restore(root: &[u8], data: Option<(&[u8], &[u8])>, status: &[StoredStatus<'_>]) -> Result<Self, TrustError> {
        let pinned = Self::pin(root)?;
        let Some((snapshot, pack)) = data else {
            return Ok(pinned);
        };
        let mut restored = pinned.documents(&Candidate {
            roots: &[],
            snapshot,
            pack,
        })?;
        if let Some((snapshot, pack)) = &restored.data {
            restored.status = Holdings::restore(status, snapshot.payload(), &pack.payload().issuers)?;
        }
        Ok(restored)
    }

    /// The state after an update: all of the candidate or nothing. The state before stays as it is. `fetch` gives a status
    /// file that the snapshot pins; it is asked only for files that are needed, and only once the signatures of root,
    /// snapshot and pack have been checked.
    ///
    /// # Errors
    ///
    /// [`TrustError`] names the document that is not believed, and why; or what `fetch` says.
    pub fn update<E: From<TrustError>>(
        &self,
        candidate: &Candidate<'_>,
        fetch: impl FnMut(&StatusFile) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut next = self.documents(candidate)?;
        if let Some((snapshot, pack)) = &next.data {
            next.status = self.status.follow(snapshot.payload(), &pack.payload().issuers, fetch)?;
        }
        Ok(next)
    }

    /// Root, snapshot and pack of a candidate, checked; the lists are left to [`Holdings::follow`].
    fn documents(&self, candidate: &Candidate<'_>) -> Result<Self, TrustError> {
        let root = self.follow_roots(candidate.roots)?;
        let roles = &root.payload().roles;

        let snapshot = Document::<Snapshot>::parse(candidate.snapshot)?;
        snapshot.threshold(&roles.snapshot)?;
        let today = snapshot.payload();
        if today.root > root.payload().version {
            let fault = Fault::Order {
                expected: today.root,
                found: root.payload().version,
            };
            return Err(Document::<Root>::error(fault));
        }
        // A floor holds as long as the document that set it would still be believed: a root that drops the keys that
        // signed it is the way back after a thief ran the versions up, and a root that only adds keys is none.
        let held = self.data.as_ref();
        if let Some((held, _)) = held.filter(|(held, _)| held.threshold(&roles.snapshot).is_ok()) {
            not_older(&snapshot, held)?;
            if today.pack.version < held.payload().pack.version {
                let (expected, found) = (held.payload().pack.version, today.pack.version);
                return Err(Document::<Pack>::error(Fault::Order { expected, found }));
            }
        }

        if !today.pack.matches(candidate.pack) {
            return Err(Document::<Pack>::error(Fault::NotPinned));
        }
        let pack = Document::<Pack>::parse(candidate.pack)?;
        pack.threshold(&roles.publisher)?;
        if pack.payload().version != today.pack.version {
            return Err(Document::<Pack>::error(Fault::NotPinned));
        }
        if let Some((_, held)) = held.filter(|(_, held)| held.threshold(&roles.publisher).is_ok()) {
            not_older(&pack, held)?;
        }
        not_dated_ahead(DocumentKind::Root, root.payload().issued, today.issued)?;
        not_dated_ahead(DocumentKind::Pack, pack.payload().issued, today.issued)?;
        Ok(Self {
            root,
            data: Some((snapshot, pack)),
            status: Holdings::default(),
        })
    }

    /// The root.
    pub fn root(&self) -> &Document<Root> {
        &self.root
    }

    /// The snapshot, once there was an update.
    pub fn snapshot(&self) -> Option<&Document<Snapshot>> {
        self.data.as_ref().map(|(snapshot, _)| snapshot)
    }

    /// The pack, once there was an update.
    pub fn pack(&self) -> Option<&Document<Pack>> {
        self.data.as_ref().map(|(_, pack)| pack)
    }

    /// The lists and columns.
    pub fn status(&self) -> &Holdings {
        &self.status
    }

    /// The newest time that this trust vouches for: the root's and the pack's, which offline keys signed, and the lists'
    /// up to that of their snapshot. A snapshot's alone does not count: one stolen online key must not be able to age a city.
    pub fn time_floor(&self) -> Time {
        self.pack()
            .map(|pack| pack.payload().issued)
            .unwrap_or_default()
            .max(self.root.payload().issued)
            .max(self.lists_time())
    }

    /// The newest time of a list, and no more than that of the snapshot beside it: a clock of one issuer that is ahead, of
    /// another city perhaps, must not be that of every gate.
    fn lists_time(&self) -> Time {
        let snapshot = self.snapshot().map(|snapshot| snapshot.payload().issued);
        self.status.newest_list().min(snapshot.unwrap_or_default())
    }

    /// The root that these lead to, one version at a time; those that the gate has passed are skipped. Expiry on the way
    /// is not looked at: a gate that slept for years walks forward.
    ///
    /// # Errors
    ///
    /// [`Fault::Order`] where one is left out, [`Fault::UnderSigned`] where its predecessor or itself did not sign.
    pub fn follow_roots(&self, roots: &[Vec<u8>]) -> Result<Document<Root>, TrustError> {
        let mut root = self.root.clone();
        for bytes in roots {
            let next = Document::<Root>::parse(bytes)?;
            let (found, expected) = (next.payload().version, root.payload().version + 1);
            if found < expected {
                continue;
            }
            if found > expected {
                return Err(Document::<Root>::error(Fault::Order { expected, found }));
            }
            next.threshold(&root.payload().roles.root)?;
            next.threshold(&next.payload().roles.root)?;
            root = next;
        }
        Ok(root)
    }
}

/// What [`Trust::update`] fetches from a medium without status files.
///
/// # Errors
///
/// [`Fault::Absent`], always.
pub fn no_status_files(file: &StatusFile) -> Result<Vec<u8>, TrustError> {
    let document = match file.kind {
        StatusKind::Column => DocumentKind::Column,
        StatusKind::Delta => DocumentKind::Delta,
        StatusKind::Status => DocumentKind::Status,
    };
    Err(TrustError {
        document,
        fault: Fault::Absent,
    })
}

/// A newer version, or the same document again.
fn not_older<P: Payload>(new: &Document<P>, held: &Document<P>) -> Result<(), TrustError> {
    let (found, expected) = (new.payload().version(), held.payload().version());
    match found.cmp(&expected) {
        std::cmp::Ordering::Less => Err(Document::<P>::error(Fault::Order { expected, found })),
        std::cmp::Ordering::Equal if new.digest() != held.digest() => {
            Err(Document::<P>::error(Fault::Conflict { version: found }))
        }
        _ => Ok(()),
    }
}

/// Whatever a snapshot names was made before it, and the machine that makes snapshots is online: its clock is the better one.
/// What is dated after it would move the floor of every gate past the truth.
pub(super) fn not_dated_ahead(document: DocumentKind, issued: Time, snapshot: Time) -> Result<(), TrustError> {
    let fault = Fault::DatedAhead { issued, snapshot };
    match issued.since(snapshot) > SNAPSHOT_AHEAD {
        true => Err(TrustError { document, fault }),
        false => Ok(()),
    }
}
