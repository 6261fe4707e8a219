//! What an authority with a status list publishes on one day: made whole and honest here, spoilt by the tests.

use postern_core::certlogic::Json;
use postern_core::keys::{Role, Signer};
use postern_core::repository::{self, NEWEST};
use postern_core::status::{Column, Delta, HOUR, NEGATIVE_TEST, Status, StatusList, StatusListBuilder, StatusToken};
use postern_core::time::Time;
use postern_core::trust::{
    ContentPin, Document, DocumentKind, FilePin, IssuerKey, Keys, Otherwise, Pack, Payload, Root, Snapshot, StatusFile,
    StatusKind,
};

use super::{Authority, DAY, Repository, claims};

/// The list of the issuer east.
pub const LIST: &str = "east";
/// The indexes that the list and the column have.
pub const INDEXES: u32 = 8192;
/// The rule that asks for a negative test of the last 48 hours.
const TESTED: &str = r#"{"if": [{"var": "external.columns.negative-test"},
    {"not-before": [{"plusTime": [{"var": "external.columns.negative-test"}, 48, "hour"]},
                    {"plusTime": [{"var": "external.validationClock"}, 0, "hour"]}]}, false]}"#;

/// A key of [`Authority::key`].
pub type Key = (Role, u8);

/// A file that a status key signed, and how a snapshot names it.
#[derive(Clone)]
pub struct Published {
    pub entry: StatusFile,
    pub file: Vec<u8>,
}

/// A repository of one day before it is signed.
#[derive(Clone)]
pub struct Day {
    pub authority: Authority,
    /// All roots from the first, as published.
    pub roots: Vec<Vec<u8>>,
    /// The newest root, as the snapshot tells.
    pub root: u64,
    pub pack: Pack,
    /// Who signs the pack.
    pub publishers: Vec<Key>,
    pub files: Vec<Published>,
    /// The snapshot's version.
    pub version: u64,
    pub issued: Time,
    /// Who signs the snapshot.
    pub signers: Vec<Key>,
}

impl Day {
    /// Publishes a file, in the place of the one that has its place.
    #[must_use]
    pub fn with(mut self, published: Published) -> Self {
        self.files
            .retain(|other| other.entry.place() != published.entry.place());
        self.files.push(published);
        self.files.sort_by(|a, b| a.entry.place().cmp(&b.entry.place()));
        self
    }

    /// Leaves out the files of a kind.
    #[must_use]
    pub fn without(mut self, kind: StatusKind) -> Self {
        self.files.retain(|other| other.entry.kind != kind);
        self
    }

    /// Another version of the snapshot.
    #[must_use]
    pub fn at(mut self, version: u64) -> Self {
        self.version = version;
        self
    }

    /// The next root, changed, and signed by the first two root keys.
    #[must_use]
    pub fn with_root(mut self, change: impl FnOnce(&mut Root)) -> Self {
        self.root += 1;
        let mut root = self.authority.root_payload(self.root);
        change(&mut root);
        self.roots.push(self.authority.signed(root, Role::Root, 2));
        self
    }

    /// With these snapshot keys.
    #[must_use]
    pub fn signed_by(mut self, signers: &[Key]) -> Self {
        self.signers = signers.to_vec();
        self
    }

    /// Signs the pack by these.
    #[must_use]
    pub fn published_by(mut self, publishers: &[Key]) -> Self {
        self.publishers = publishers.to_vec();
        self
    }

    pub fn signed_pack(&self) -> Vec<u8> {
        self.authority.sign(self.pack.clone(), &self.publishers)
    }

    /// What the snapshot says.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            pack: FilePin::of(&self.signed_pack(), self.pack.version),
            root: self.root,
            files: self.files.iter().map(|published| published.entry.clone()).collect(),
            issued: self.issued,
            version: self.version,
            register: None,
        }
    }

    /// Everything, signed.
    pub fn repository(&self) -> Repository {
        let mut repository = Repository::default();
        for (root, version) in self.roots.iter().zip(1..) {
            repository.set(&repository::path(DocumentKind::Root, version), root.clone());
        }
        let pack = repository::path(DocumentKind::Pack, self.pack.version);
        repository.set(&pack, self.signed_pack());
        for Published { entry, file } in &self.files {
            repository.set(&repository::status_path(entry), file.clone());
        }
        repository.set(NEWEST, self.authority.sign(self.snapshot(), &self.signers));
        repository
    }
}

impl Authority {
    /// What is published on day `n`, honest and whole: pack 1, and list, delta, column and snapshot `n`. On each day an index
    /// is revoked, 30 + `n`, and a negative test is taken back, that of 50 + `n`.
    pub fn day(&self, n: u64) -> Day {
        let status = (Role::Status, 0);
        let made = self.made.plus(n);
        let day = Day {
            authority: self.clone(),
            roots: vec![self.root(1)],
            root: 1,
            pack: self.listed(1),
            publishers: vec![(Role::Publisher, 0), (Role::Publisher, 1)],
            files: vec![],
            version: n,
            issued: made,
            signers: vec![(Role::Snapshot, 0)],
        };
        let day = day
            .with(self.list(status, n, made, &statuses(n)))
            .with(self.column(status, n, made, &self.tests(n)));
        match n {
            1 => day,
            _ => day.with(self.delta(status, (n - 1, &statuses(n - 1)), (n, &statuses(n)), made)),
        }
    }

    /// A pack in which east has a list and a column, a status key for them, and a rule that asks for a test.
    pub fn listed(&self, version: u64) -> Pack {
        let mut pack = self.pack_payload(version);
        let mut tested = pack.rules[1].clone();
        tested.id = "tested".parse().unwrap();
        tested.logic = serde_json::from_str::<Json>(TESTED).unwrap();
        tested.otherwise = Otherwise::Refuse;
        pack.rules.insert(1, tested);
        let east = &mut pack.issuers[0];
        east.list = Some(LIST.parse().unwrap());
        east.columns = vec![NEGATIVE_TEST.parse().unwrap()];
        east.rules.insert(0, "tested".parse().unwrap());
        set_keys(
            &mut pack,
            vec![self.issuer_key((Role::Code, 0)), self.issuer_key((Role::Status, 0))],
        );
        pack
    }

    /// These keys, all of them needed.
    pub fn these(&self, keys: &[Key]) -> Keys {
        let public = keys.iter().map(|(role, n)| self.key(*role, *n).public());
        Keys::new(public.collect(), keys.len()).unwrap()
    }

    /// Keys of a role from the `first` on.
    pub fn keys_from(&self, role: Role, first: u8, count: u8, threshold: usize) -> Keys {
        let public = (first..first + count).map(|n| self.key(role, n).public());
        Keys::new(public.collect(), threshold).unwrap()
    }

    /// A key of an issuer, without an end.
    pub fn issuer_key(&self, (role, n): Key) -> IssuerKey {
        IssuerKey {
            key: self.key(role, n).public(),
            from: Time::default(),
            role,
            until: Time::saturating(4_000_000_000),
        }
    }

    /// The hours of the last negative test on day `n`, from five days before the authority began: at its beginning, but
    /// for those that were taken back, and for 22, who was never tested.
    pub fn tests(&self, n: u64) -> (Time, Vec<u8>) {
        let mut hours = vec![120; INDEXES as usize];
        hours[22] = 0;
        (1..=n).for_each(|day| hours[50 + day as usize] = 1);
        (Time::saturating((self.made.seconds() - 5 * DAY) as i64), hours)
    }

    /// A document, signed by these.
    pub fn sign<P: Payload>(&self, payload: P, signers: &[Key]) -> Vec<u8> {
        let mut document = Document::draft(payload);
        for (role, n) in signers {
            let entry = document.sign(&self.key(*role, *n)).unwrap();
            document.add_signature(entry);
        }
        document.to_bytes()
    }

    /// A list of east.
    pub fn list(&self, key: Key, version: u64, issued: Time, content: &StatusList) -> Published {
        self.list_named(LIST, key, version, issued, content)
    }

    /// A list of any name.
    pub fn list_named(&self, name: &str, key: Key, version: u64, issued: Time, content: &StatusList) -> Published {
        let (key, list) = (self.key(key.0, key.1), name.parse().unwrap());
        let file = StatusToken::sign(&key, &list, version, issued, &zlib(content.bytes())).unwrap();
        let mut published = list_of(file, version, content.bytes());
        published.entry.list = list;
        published
    }

    /// What leads from one version of the list to another.
    pub fn delta(&self, key: Key, old: (u64, &StatusList), new: (u64, &StatusList), issued: Time) -> Published {
        let delta = Delta::between(old.1, new.1, LIST.parse().unwrap(), old.0, new.0, issued).unwrap();
        delta_of(self.sign(delta, &[key]), old.0, new.0)
    }

    /// A column of hours.
    pub fn column(&self, key: Key, version: u64, issued: Time, (origin, hours): &(Time, Vec<u8>)) -> Published {
        let column = Column {
            list: LIST.parse().unwrap(),
            size: hours.len() as u64,
            unit: HOUR,
            column: NEGATIVE_TEST.parse().unwrap(),
            issued,
            origin: *origin,
            zlib: zlib(hours),
            version,
        };
        column_of(self.sign(column, &[key]), version, hours)
    }

    /// Codes of every kind.
    pub fn codes(&self) -> Vec<String> {
        let others = [
            self.good(),
            self.expired(),
            self.unvaccinated(),
            self.referred(),
            self.unknown_issuer(),
            self.forged(),
        ];
        let indexes = (20..25).chain(31..36).chain(51..56).chain([INDEXES]);
        others
            .into_iter()
            .chain(indexes.map(|index| self.coded(index)))
            .collect()
    }

    /// Those of them that a gate on day `n` admits.
    pub fn admitted(&self, n: u32) -> Vec<String> {
        let indexes = [23].into_iter().chain(31 + n..36).chain(51 + n..56);
        [self.good()]
            .into_iter()
            .chain(indexes.map(|index| self.coded(index)))
            .collect()
    }

    /// A good code of east with this index.
    pub fn coded(&self, index: u32) -> String {
        self.code(0, &claims(index))
    }
}

/// Gives east these keys.
pub fn set_keys(pack: &mut Pack, mut keys: Vec<IssuerKey>) {
    keys.sort_by_key(|key| key.key);
    pack.issuers[0].keys = keys;
}

/// The list of day `n`.
pub fn statuses(n: u64) -> StatusList {
    let mut list = StatusListBuilder::with_len(INDEXES).unwrap();
    for (index, status) in [(20, Status::Invalid), (21, Status::Suspended), (24, Status::Restricted)] {
        list.set(index, status);
    }
    (1..=n).for_each(|day| {
        list.set(30 + day as u32, Status::Invalid);
    });
    list.build()
}

/// Any bytes in the place of a list.
pub fn list_of(file: Vec<u8>, version: u64, content: &[u8]) -> Published {
    let entry = StatusFile {
        from: None,
        kind: StatusKind::Status,
        list: LIST.parse().unwrap(),
        size: file.len() as u64,
        column: None,
        sha256: FilePin::of(&file, version).sha256,
        content: Some(ContentPin::of(content)),
        version,
    };
    Published { entry, file }
}

/// Any bytes in the place of a delta.
pub fn delta_of(file: Vec<u8>, from: u64, version: u64) -> Published {
    let Published { entry, file } = list_of(file, version, &[]);
    let entry = StatusFile {
        from: Some(from),
        kind: StatusKind::Delta,
        content: None,
        ..entry
    };
    Published { entry, file }
}

/// Any bytes in the place of the column.
pub fn column_of(file: Vec<u8>, version: u64, hours: &[u8]) -> Published {
    let Published { entry, file } = list_of(file, version, hours);
    let entry = StatusFile {
        kind: StatusKind::Column,
        column: Some(NEGATIVE_TEST.parse().unwrap()),
        ..entry
    };
    Published { entry, file }
}

/// The ZLIB format (RFC 1950) without compression: a list here is so much larger than its delta.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let len = block.len() as u16;
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(len.to_le_bytes());
        zlib.extend((!len).to_le_bytes());
        zlib.extend(block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());
    zlib
}
