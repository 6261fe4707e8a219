//! What an authority and its issuers publish for one day, and what a gate asks of it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use postern_core::keys::{Role, Signer};
use postern_core::repository;
use postern_core::status::{Column, Delta, StatusList, StatusToken};
use postern_core::time::Time;
use postern_core::trust::{
    ContentPin, DocumentKind, FilePin, Issuer, IssuerKey, Pack, StatusFile, StatusKind, Trust, TrustError,
    no_status_files,
};
use postern_core::verdict::{Judge, Outcome, Reason, Verdict};
use sha2::{Digest, Sha256};

use crate::common::*;

/// The column of the tests.
pub(crate) const TESTED: &str = "negative-test";

/// A pack in which east has the list `east` and each issuer a status key.
pub(crate) fn listed(version: u64) -> Pack {
    let mut pack = pack(version);
    for issuer in &mut pack.issuers {
        add_status_key(issuer, &format!("{}-status", issuer.id));
    }
    pack.issuers[0].list = Some("east".parse().unwrap());
    pack
}

/// Gives an issuer a status key for a year.
pub(crate) fn add_status_key(issuer: &mut Issuer, name: &str) {
    issuer.keys.push(IssuerKey {
        key: key(name).public(),
        from: MADE,
        role: Role::Status,
        until: MADE.plus(365 * DAY),
    });
    issuer.keys.sort_by_key(|key| key.key);
}

/// One of an issuer's keys.
pub(crate) fn key_of<'a>(issuer: &'a mut Issuer, name: &str) -> &'a mut IssuerKey {
    let key = key(name).public();
    issuer.keys.iter_mut().find(|known| known.key == key).unwrap()
}

/// Takes a key from an issuer.
pub(crate) fn drop_key(issuer: &mut Issuer, name: &str) {
    let key = key(name).public();
    issuer.keys.retain(|known| known.key != key);
}

/// The same, with the column [`TESTED`] for east.
pub(crate) fn with_column(version: u64) -> Pack {
    let mut pack = listed(version);
    pack.issuers[0].columns = vec![TESTED.parse().unwrap()];
    pack
}

/// What a version of a list says: of indexes 0 to 3 the statuses 0 to 3, of the next four what the version makes of them,
/// then noise that does not compress, so that a delta is smaller than the list.
pub(crate) fn content(version: u64) -> Vec<u8> {
    let noise = (0u32..64).flat_map(|n| Sha256::digest(n.to_be_bytes()));
    [0b11_10_01_00, version as u8].into_iter().chain(noise).collect()
}

/// The first index past such a list.
pub(crate) const PAST: u32 = 4 * (2 + 64 * 32);

/// When a version was made: a day after the version before, and none after the snapshot.
pub(crate) fn made(version: u64) -> Time {
    MADE.plus(version.min(10) * DAY)
}

pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
}

/// A status list: its signer, its name and what is in it.
pub(crate) fn token(signer: &str, list: &str, version: u64, issued: Time, content: &[u8]) -> Vec<u8> {
    StatusToken::sign(&key(signer), &list.parse().unwrap(), version, issued, &deflate(content)).unwrap()
}

/// What leads from one version of a list to another.
pub(crate) fn delta_of(list: &str, from: (u64, &[u8]), to: (u64, &[u8]), issued: Time) -> Delta {
    let [old, new] = [from.1, to.1].map(|bytes| StatusList::new(bytes).unwrap());
    Delta::between(&old, &new, list.parse().unwrap(), from.0, to.0, issued).unwrap()
}

/// A column of hours since [`MADE`], one for each index.
pub(crate) fn hours(version: u64, issued: Time, values: &[u8]) -> Column {
    Column {
        list: "east".parse().unwrap(),
        size: values.len() as u64,
        unit: 3600,
        column: TESTED.parse().unwrap(),
        issued,
        origin: MADE,
        zlib: deflate(values),
        version,
    }
}

/// The entry of a list in a snapshot.
pub(crate) fn list_entry(list: &str, version: u64, file: &[u8], content: &[u8]) -> StatusFile {
    StatusFile {
        from: None,
        kind: StatusKind::Status,
        list: list.parse().unwrap(),
        size: file.len() as u64,
        column: None,
        sha256: FilePin::of(file, version).sha256,
        content: Some(ContentPin::of(content)),
        version,
    }
}

/// The entry of a delta.
pub(crate) fn delta_entry(list: &str, from: u64, version: u64, file: &[u8]) -> StatusFile {
    StatusFile {
        from: Some(from),
        kind: StatusKind::Delta,
        content: None,
        ..list_entry(list, version, file, &[])
    }
}

/// The entry of a column of east.
pub(crate) fn column_entry(version: u64, file: &[u8], values: &[u8]) -> StatusFile {
    StatusFile {
        kind: StatusKind::Column,
        column: Some(TESTED.parse().unwrap()),
        ..list_entry("east", version, file, values)
    }
}

/// A repository on one day: its pack, and the status files that its snapshot pins.
#[derive(Clone)]
pub(crate) struct Offer {
    pub(crate) pack: Pack,
    pub(crate) version: u64,
    pub(crate) issued: Time,
    pub(crate) pins: Vec<StatusFile>,
    pub(crate) tree: BTreeMap<String, Vec<u8>>,
}

impl Offer {
    /// Nothing but a pack.
    pub(crate) fn new(version: u64, pack: Pack) -> Self {
        Self {
            pack,
            version,
            issued: now(),
            pins: vec![],
            tree: BTreeMap::new(),
        }
    }

    /// The honest publication of east's list in this version.
    pub(crate) fn day(version: u64) -> Self {
        Self::new(version, listed(1)).list(version)
    }

    /// The same with a column whose values are given by index.
    pub(crate) fn day_of_tests(version: u64, values: &[u8]) -> Self {
        Self::new(version, with_column(1)).list(version).tests(version, values)
    }

    /// Pins a file and publishes it.
    pub(crate) fn with(mut self, entry: StatusFile, file: Vec<u8>) -> Self {
        self.tree.insert(repository::status_path(&entry), file);
        self.pins.push(entry);
        self.pins.sort_by(|a, b| a.place().cmp(&b.place()));
        self
    }

    /// East's list, as its own key signs it.
    pub(crate) fn list(self, version: u64) -> Self {
        self.list_as(
            token("east-status", "east", version, made(version), &content(version)),
            version,
        )
    }

    /// Any file in the place of east's list.
    pub(crate) fn list_as(self, file: Vec<u8>, version: u64) -> Self {
        let entry = list_entry("east", version, &file, &content(version));
        self.with(entry, file)
    }

    /// A delta of east's list.
    pub(crate) fn delta(self, from: u64, version: u64) -> Self {
        let delta = delta_of(
            "east",
            (from, &content(from)),
            (version, &content(version)),
            made(version),
        );
        self.delta_as(signed(delta, &["east-status"]), from, version)
    }

    /// Any file in the place of a delta of east's list.
    pub(crate) fn delta_as(self, file: Vec<u8>, from: u64, version: u64) -> Self {
        let entry = delta_entry("east", from, version, &file);
        self.with(entry, file)
    }

    /// The column of tests.
    pub(crate) fn tests(self, version: u64, values: &[u8]) -> Self {
        self.column_as(
            signed(hours(version, made(version), values), &["east-status"]),
            version,
            values,
        )
    }

    /// Any file in the place of the column of tests.
    pub(crate) fn column_as(self, file: Vec<u8>, version: u64, values: &[u8]) -> Self {
        let entry = column_entry(version, &file, values);
        self.with(entry, file)
    }

    /// The documents of the day.
    pub(crate) fn files(&self) -> Files {
        let pack = signed_pack(self.pack.clone());
        let mut snapshot = snapshot(self.version, &pack, self.pack.version);
        (snapshot.files, snapshot.issued) = (self.pins.clone(), self.issued);
        Files {
            roots: vec![first_root()],
            snapshot: signed(snapshot, &["snapshot"]),
            pack,
        }
    }

    /// What a gate makes of it, and the paths of the status files that it asked for.
    pub(crate) fn asked(&self, trust: &Trust) -> (Result<Trust, TrustError>, Vec<String>) {
        let mut asked = vec![];
        let taken = trust.update(&self.files().candidate(), |entry| {
            let path = repository::status_path(entry);
            asked.push(path.clone());
            self.tree.get(&path).cloned().map_or_else(|| no_status_files(entry), Ok)
        });
        (taken, asked)
    }

    /// What a gate makes of it.
    pub(crate) fn take(&self, trust: &Trust) -> Result<Trust, TrustError> {
        self.asked(trust).0
    }

    /// What a new gate makes of it, which must be good.
    #[track_caller]
    pub(crate) fn taken(&self) -> Trust {
        self.take(&fresh()).unwrap()
    }

    /// The judge of a new gate.
    #[track_caller]
    pub(crate) fn judge(&self) -> Judge {
        Judge::new(self.taken()).unwrap()
    }
}

/// A gate that was never updated.
pub(crate) fn fresh() -> Trust {
    Trust::pin(&first_root()).unwrap()
}

/// A code with this index, issued a day ago.
pub(crate) fn code(signer: &str, index: u32) -> String {
    let mut claims = claims();
    claims.record.index = index;
    minted(signer, &claims)
}

#[track_caller]
pub(crate) fn expect(verdict: &Verdict, outcome: Outcome, reasons: &[Reason]) {
    assert_eq!((verdict.outcome, &verdict.reasons[..]), (outcome, reasons));
}

#[track_caller]
pub(crate) fn rejected<T: Debug>(result: Result<T, TrustError>, document: DocumentKind, reason: &str) {
    let error = result.expect_err("a hostile update was taken");
    assert_eq!((error.document, error.reason()), (document, reason), "{error}");
    assert!(TrustError::REASONS.contains(&reason), "{reason} is in the list");
}

/// The bytes of east's list that a gate holds.
pub(crate) fn held(trust: &Trust) -> Vec<u8> {
    let list = trust.status().list(&"east".parse().unwrap()).unwrap();
    list.list().unwrap().bytes().to_vec()
}
