//! Status lists and columns that a gate holds, and how they follow the snapshot (`docs/FORMAT.md` section 3.4, rule 5).

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::document::{Document, Payload};
use super::error::{DocumentKind, Fault, TrustError};
use super::pack::Issuer;
use super::root::Keys;
use super::snapshot::{ContentPin, FilePin, Snapshot, StatusFile, StatusKind};
use super::state::not_dated_ahead;
use crate::cbor::Bytes;
use crate::keys::{PublicKey, Role};
use crate::status::{Column, ColumnValues, Delta, StatusList, StatusToken};
use crate::text::Ident;
use crate::time::Time;

/// Which content: a list, or one of its columns.
pub(crate) type Place = (Ident, Option<Ident>);

/// A list or a column, and the signed file that vouches for it.
#[derive(Clone, Debug)]
pub struct Held {
    version: u64,
    issued: Time,
    /// A list, a column, or the delta that the list results from.
    file: Arc<[u8]>,
    pin: ContentPin,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    List { list: StatusList, by_delta: bool },
    Column(ColumnValues),
}

impl Held {
    /// The version.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When its issuer made it.
    pub fn issued(&self) -> Time {
        self.issued
    }

    /// The signed file that vouches for the content, as it was published.
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// The bytes of a list that its file alone does not give back, because a delta led to it.
    pub fn content(&self) -> Option<&[u8]> {
        match &self.content {
            Content::List { list, by_delta: true } => Some(list.bytes()),
            _ => None,
        }
    }

    /// SHA-256 of the list's or column's bytes.
    pub fn digest(&self) -> [u8; 32] {
        self.pin.1.0
    }

    /// The list, where it is one.
    pub fn list(&self) -> Option<&StatusList> {
        match &self.content {
            Content::List { list, .. } => Some(list),
            Content::Column(_) => None,
        }
    }

    /// The column, where it is one.
    pub fn column(&self) -> Option<&ColumnValues> {
        match &self.content {
            Content::Column(values) => Some(values),
            Content::List { .. } => None,
        }
    }

    /// Reads back what a store kept of this place, which the issuer must have signed.
    fn restore(stored: &StoredStatus<'_>, pin: ContentPin, issuer: &Issuer) -> Result<(Place, Self), TrustError> {
        let Some(bytes) = stored.content else {
            return match stored.column {
                None => Self::token(stored.file, pin, issuer),
                Some(_) => Self::column_of(stored.file, pin, issuer),
            };
        };
        let document = Document::<Delta>::parse(stored.file)?;
        signed(&document, keys_at(issuer, document.payload().issued))?;
        let delta = document.into_payload();
        let list = StatusList::new(bytes.to_vec()).map_err(|_| not_pinned(DocumentKind::Delta))?;
        match ContentPin::of(bytes) == pin && delta.result == pin.1 {
            true => Ok(((delta.list.clone(), None), Self::after(&delta, stored.file, list))),
            false => Err(not_pinned(DocumentKind::Delta)),
        }
    }

    fn token(file: &[u8], pin: ContentPin, issuer: &Issuer) -> Result<(Place, Self), TrustError> {
        let token = StatusToken::parse(file)?;
        // Before anything is inflated: a snapshot's key alone must not make a gate work.
        token_signed(&token, issuer)?;
        let list = token.inflate(pin.0)?;
        let held = Self {
            version: token.version(),
            issued: token.issued(),
            file: file.into(),
            pin: ContentPin(pin.0, Bytes(list.digest())),
            content: Content::List { list, by_delta: false },
        };
        Ok(((token.list().clone(), None), held))
    }

    fn column_of(file: &[u8], pin: ContentPin, issuer: &Issuer) -> Result<(Place, Self), TrustError> {
        let document = Document::<Column>::parse(file)?;
        signed(&document, keys_at(issuer, document.payload().issued))?;
        let column = document.into_payload();
        if column.size != pin.0 {
            return Err(Document::<Column>::error(Fault::NotPinned));
        }
        let values = column.values()?;
        let held = Self {
            version: column.version,
            issued: column.issued,
            file: file.into(),
            pin: ContentPin::of(values.bytes()),
            content: Content::Column(values),
        };
        Ok(((column.list, Some(column.column)), held))
    }

    /// What a delta leads to.
    fn after(delta: &Delta, file: &[u8], list: StatusList) -> Self {
        Self {
            version: delta.version,
            issued: delta.issued,
            file: file.into(),
            pin: ContentPin(list.bytes().len() as u64, delta.result),
            content: Content::List { list, by_delta: true },
        }
    }

    /// Whether one of the issuer's status keys signed the file, within that key's time.
    fn vouched(&self, issuer: &Issuer) -> Result<(), TrustError> {
        let keys = keys_at(issuer, self.issued);
        match &self.content {
            Content::List { by_delta: false, .. } => token_signed(&StatusToken::parse(&self.file)?, issuer),
            Content::List { by_delta: true, .. } => signed(&Document::<Delta>::parse(&self.file)?, keys),
            Content::Column(_) => signed(&Document::<Column>::parse(&self.file)?, keys),
        }
    }
}

fn token_signed(token: &StatusToken<'_>, issuer: &Issuer) -> Result<(), TrustError> {
    match token.signed_by(&keys_at(issuer, token.issued())) {
        true => Ok(()),
        false => Err(under_signed(DocumentKind::Status)),
    }
}

impl StatusFile {
    /// The entry by which a snapshot that is made at `snapshot` pins a file that this issuer has signed.
    ///
    /// # Errors
    ///
    /// [`TrustError`] as a gate would have it.
    pub fn vouched(kind: StatusKind, file: &[u8], issuer: &Issuer, snapshot: Time) -> Result<Self, TrustError> {
        let not_ahead = |document, issued| super::state::not_dated_ahead(document, issued, snapshot);
        let (list, column, from, version, content) = match kind {
            StatusKind::Column => {
                let document = Document::<Column>::parse(file)?;
                let column = document.payload();
                signed(&document, keys_at(issuer, column.issued))?;
                not_ahead(DocumentKind::Column, column.issued)?;
                let content = ContentPin::of(column.values()?.bytes());
                let column = document.into_payload();
                (column.list, Some(column.column), None, column.version, Some(content))
            }
            StatusKind::Delta => {
                let document = Document::<Delta>::parse(file)?;
                signed(&document, keys_at(issuer, document.payload().issued))?;
                not_ahead(DocumentKind::Delta, document.payload().issued)?;
                let delta = document.into_payload();
                (delta.list, None, Some(delta.from), delta.version, None)
            }
            StatusKind::Status => {
                let token = StatusToken::parse(file)?;
                token_signed(&token, issuer)?;
                not_ahead(DocumentKind::Status, token.issued())?;
                let content = ContentPin::of(token.inflate_unpinned()?.bytes());
                (token.list().clone(), None, None, token.version(), Some(content))
            }
        };
        let pin = FilePin::of(file, version);
        Ok(Self {
            from,
            kind,
            list,
            size: pin.size,
            column,
            sha256: pin.sha256,
            content,
            version,
        })
    }
}

/// The issuer's status keys whose time holds this moment.
fn keys_at(issuer: &Issuer, issued: Time) -> Vec<PublicKey> {
    let status = issuer.keys.iter().filter(|key| key.role == Role::Status);
    status
        .filter(|key| (key.from..=key.until).contains(&issued))
        .map(|key| key.key)
        .collect()
}

fn signed<P: Payload>(document: &Document<P>, keys: Vec<PublicKey>) -> Result<(), TrustError> {
    let keys = Keys::new(keys, 1).map_err(|_| under_signed(P::KIND))?;
    document.threshold(&keys)
}

fn under_signed(document: DocumentKind) -> TrustError {
    let fault = Fault::UnderSigned { valid: 0, threshold: 1 };
    TrustError { document, fault }
}

/// A list or column as a store keeps it.
#[derive(Clone, Copy, Debug)]
pub struct StoredStatus<'a> {
    /// The list.
    pub list: &'a Ident,
    /// The column, where it is one.
    pub column: Option<&'a Ident>,
    /// [`Held::file`].
    pub file: &'a [u8],
    /// [`Held::content`].
    pub content: Option<&'a [u8]>,
}

/// All lists and columns of a gate.
#[derive(Clone, Debug, Default)]
pub struct Holdings(BTreeMap<Place, Held>);

impl Holdings {
    /// The list of this name.
    pub fn list(&self, list: &Ident) -> Option<&Held> {
        self.0.get(&(list.clone(), None))
    }

    /// A column of this list.
    pub fn column(&self, list: &Ident, column: &Ident) -> Option<&Held> {
        self.0.get(&(list.clone(), Some(column.clone())))
    }

    /// Everything, ascending by list; a list stands before its columns.
    pub fn iter(&self) -> impl Iterator<Item = (&Ident, Option<&Ident>, &Held)> {
        self.0
            .iter()
            .map(|((list, column), held)| (list, column.as_ref(), held))
    }

    /// The newest time that a list's issuer vouches for.
    pub(super) fn newest_list(&self) -> Time {
        let lists = self.0.values().filter(|held| held.list().is_some());
        lists.map(Held::issued).max().unwrap_or_default()
    }

    /// What a store kept: each must be what a snapshot pins, and signed by the issuer whose list it is. What the store
    /// lacks is not there.
    pub(super) fn restore(
        stored: &[StoredStatus<'_>],
        snapshot: &Snapshot,
        issuers: &[Issuer],
    ) -> Result<Self, TrustError> {
        let mut held = BTreeMap::new();
        for one in stored {
            let place = (one.list.clone(), one.column.cloned());
            let kind = kind_of(&place);
            let issuer = issuers.iter().find(|issuer| issuer.list.as_ref() == Some(one.list));
            let (Some(issuer), Some((entry, pin))) = (issuer, pinned(snapshot, &place)) else {
                return Err(not_pinned(kind));
            };
            let (found, restored) = Held::restore(one, pin, issuer)?;
            if found != place || restored.version != entry.version || restored.pin != pin {
                return Err(not_pinned(kind));
            }
            not_dated_ahead(kind, restored.issued, snapshot.issued)?;
            held.insert(place, restored);
        }
        Ok(Self(held))
    }

    /// What a gate holds after an update to `snapshot`, whose issuers are these. `fetch` gives a pinned file.
    pub(super) fn follow<E: From<TrustError>>(
        &self,
        snapshot: &Snapshot,
        issuers: &[Issuer],
        mut fetch: impl FnMut(&StatusFile) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut next = BTreeMap::new();
        for issuer in issuers {
            let Some(list) = &issuer.list else { continue };
            let columns = issuer.columns.iter().map(|column| Some(column.clone()));
            for place in std::iter::once(None)
                .chain(columns)
                .map(|column| (list.clone(), column))
            {
                let step = Step {
                    before: self.0.get(&place),
                    place: &place,
                    issuer,
                    snapshot,
                };
                if let Some(held) = step.take(&mut fetch)? {
                    next.insert(place, held);
                }
            }
        }
        Ok(Self(next))
    }
}

/// One content on its way from what is held to what is pinned.
struct Step<'a> {
    before: Option<&'a Held>,
    place: &'a Place,
    issuer: &'a Issuer,
    snapshot: &'a Snapshot,
}

impl Step<'_> {
    fn take<E: From<TrustError>>(
        &self,
        fetch: &mut impl FnMut(&StatusFile) -> Result<Vec<u8>, E>,
    ) -> Result<Option<Held>, E> {
        let kind = kind_of(self.place);
        let fault = |fault| TrustError { document: kind, fault };
        // The floor holds as long as somebody still answers for what set it.
        let floor = self.before.filter(|held| held.vouched(self.issuer).is_ok());
        let Some((entry, pin)) = pinned(self.snapshot, self.place) else {
            return match floor {
                None => Ok(None),
                Some(_) => Err(fault(Fault::Withheld).into()),
            };
        };
        if let Some(held) = floor {
            let (expected, found) = (held.version, entry.version);
            if found < expected {
                return Err(fault(Fault::Order { expected, found }).into());
            }
            if found == expected {
                // A column's file says more than its values: what they are counted from.
                let same_file = || *Sha256::digest(&held.file) == entry.sha256.0;
                if held.pin != pin || (self.place.1.is_some() && !same_file()) {
                    return Err(fault(Fault::Conflict { version: found }).into());
                }
                not_dated_ahead(kind, held.issued, self.snapshot.issued)?;
                return Ok(Some(held.clone()));
            }
        }
        // Whatever is wrong with the deltas, the whole file mends it, or says what is wrong.
        let by_deltas = match self.before.and_then(|held| Some((held, self.chain(held, entry)?))) {
            Some((held, chain)) => self.through(held, &chain, pin, fetch).ok(),
            None => None,
        };
        match by_deltas {
            Some(held) => Ok(Some(held)),
            None => {
                let file = fetch(entry)?;
                Ok(Some(self.whole(entry, pin, &file)?))
            }
        }
    }

    /// Pinned deltas from the held version to the pinned one, where they are there and smaller than the list. At each
    /// version the one that leads furthest is taken.
    fn chain(&self, held: &Held, entry: &StatusFile) -> Option<Vec<&StatusFile>> {
        held.list()?;
        let deltas = || {
            let of_list = self.snapshot.files.iter().filter(|file| file.list == self.place.0);
            of_list.filter(|file| file.kind == StatusKind::Delta)
        };
        let (mut version, mut size, mut chain) = (held.version, 0u64, Vec::new());
        while version < entry.version {
            let next = deltas()
                .filter(|file| file.from == Some(version) && file.version <= entry.version)
                .max_by_key(|file| file.version)?;
            // Versions ascend, so this ends.
            version = next.version;
            size = size.saturating_add(next.size);
            chain.push(next);
        }
        (size < entry.size && !chain.is_empty()).then_some(chain)
    }

    fn through<E: From<TrustError>>(
        &self,
        held: &Held,
        chain: &[&StatusFile],
        pin: ContentPin,
        fetch: &mut impl FnMut(&StatusFile) -> Result<Vec<u8>, E>,
    ) -> Result<Held, E> {
        let mut list = held.list().cloned().ok_or_else(|| not_pinned(DocumentKind::Delta))?;
        let mut last = None;
        for entry in chain {
            let bytes = fetch(entry)?;
            matches(entry, &bytes, DocumentKind::Delta)?;
            let document = Document::<Delta>::parse(&bytes)?;
            let delta = document.payload();
            if delta.list != self.place.0 || Some(delta.from) != entry.from || delta.version != entry.version {
                return Err(not_pinned(DocumentKind::Delta).into());
            }
            signed(&document, keys_at(self.issuer, delta.issued))?;
            list = delta.apply(&list)?;
            last = Some((document, bytes));
        }
        let (document, bytes) = last.ok_or_else(|| not_pinned(DocumentKind::Delta))?;
        let next = Held::after(document.payload(), &bytes, list);
        not_dated_ahead(DocumentKind::Delta, next.issued, self.snapshot.issued)?;
        match next.pin == pin {
            true => Ok(next),
            false => Err(not_pinned(DocumentKind::Delta).into()),
        }
    }

    fn whole(&self, entry: &StatusFile, pin: ContentPin, file: &[u8]) -> Result<Held, TrustError> {
        let kind = kind_of(self.place);
        matches(entry, file, kind)?;
        let (place, held) = match entry.kind {
            StatusKind::Column => Held::column_of(file, pin, self.issuer)?,
            _ => Held::token(file, pin, self.issuer)?,
        };
        if place != *self.place || held.version != entry.version || held.pin != pin {
            return Err(not_pinned(kind));
        }
        not_dated_ahead(kind, held.issued, self.snapshot.issued)?;
        Ok(held)
    }
}

/// The entry of a list or column, and what its content is.
fn pinned<'a>(snapshot: &'a Snapshot, place: &Place) -> Option<(&'a StatusFile, ContentPin)> {
    let kind = match place.1 {
        None => StatusKind::Status,
        Some(_) => StatusKind::Column,
    };
    let mut files = snapshot.files.iter();
    let entry = files.find(|file| file.kind == kind && file.list == place.0 && file.column == place.1)?;
    Some((entry, entry.content?))
}

fn matches(entry: &StatusFile, bytes: &[u8], kind: DocumentKind) -> Result<(), TrustError> {
    match entry.size == bytes.len() as u64 && entry.sha256.0 == *Sha256::digest(bytes) {
        true => Ok(()),
        false => Err(not_pinned(kind)),
    }
}

fn kind_of(place: &Place) -> DocumentKind {
    match place.1 {
        None => DocumentKind::Status,
        Some(_) => DocumentKind::Column,
    }
}

fn not_pinned(document: DocumentKind) -> TrustError {
    let fault = Fault::NotPinned;
    TrustError { document, fault }
}
