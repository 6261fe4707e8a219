//! A made-up authority with two issuers, for tests and benchmarks.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::collections::BTreeMap;

use postern_core::cbor::Bytes;
use postern_core::certlogic::Json;
use postern_core::code::{self, Claims};
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::record::{Birth, DocumentTag, Facts, Holder, Record, Test, TestKind, TestResult, Vaccination};
use postern_core::text::Names;
use postern_core::time::{Day, Time, TimeEvidence};
use postern_core::trust::{
    Candidate, Document, FilePin, Issuer, IssuerKey, Keys, Otherwise, Pack, Payload, Root, RootRoles, RuleSource,
    Snapshot, Trust, Windows, no_status_files,
};

pub const DAY: u64 = 86_400;

/// 2026-11-01T00:00:00Z, when the authority made its documents.
pub const MADE: Time = Time::saturating(1_793_491_200);

/// Ten days later.
pub fn now() -> Time {
    MADE.plus(10 * DAY)
}

pub fn at(time: Time) -> TimeEvidence {
    TimeEvidence::Clock {
        system: time,
        floor: MADE,
    }
}

/// A key that depends on its name only.
pub fn key(name: &str) -> PrivateKey {
    let mut seed = [0; 32];
    for (i, byte) in name.bytes().enumerate() {
        seed[i % 32] ^= byte.rotate_left(i as u32 / 32) ^ i as u8;
    }
    PrivateKey::from_seed(&seed)
}

pub fn keys(names: &[&str], threshold: usize) -> Keys {
    Keys::new(names.iter().map(|name| key(name).public()).collect(), threshold).unwrap()
}

pub fn names(en: &str) -> Names {
    Names::new(en, "样本").unwrap()
}

pub fn root(version: u64) -> Root {
    Root {
        name: names("Sample authority"),
        roles: RootRoles {
            root: keys(&["root-a", "root-b", "root-c"], 2),
            snapshot: keys(&["snapshot"], 1),
            publisher: keys(&["publisher-a", "publisher-b"], 2),
        },
        issued: MADE,
        expires: MADE.plus(365 * DAY),
        version,
    }
}

pub fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

/// Vaccinated at least 14 days ago, or negative within 72 hours, or recovered 11 to 180 days ago.
pub const ENTRY: &str = r#"{"if": [{"var": "payload.t.0"},
    {"and": [{"===": [{"var": "payload.t.0.tr"}, "260415000"]},
             {"not-after": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
                            {"plusTime": [{"var": "payload.t.0.sc"}, 72, "hour"]}]}]},
    {"if": [{"var": "payload.v.0"},
        {"and": [{">=": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]},
                 {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines"}]},
                 {"not-before": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
                                 {"plusTime": [{"var": "payload.v.0.dt"}, 14, "day"]}]}]},
        {"if": [{"var": "payload.r.0"},
            {"not-after": [{"plusTime": [{"var": "payload.r.0.fr"}, 11, "day"]},
                           {"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
                           {"plusTime": [{"var": "payload.r.0.fr"}, 180, "day"]}]},
            false]}]}]}"#;

/// A positive test within ten days is for a person to look at.
pub const NOT_POSITIVE: &str = r#"{"if": [{"===": [{"var": "payload.t.0.tr"}, "260373001"]},
    {"after": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
               {"plusTime": [{"var": "payload.t.0.sc"}, 10, "day"]}]}, true]}"#;

pub fn issuer(id: &str, key_names: &[&str]) -> Issuer {
    let mut keys: Vec<_> = key_names
        .iter()
        .map(|name| IssuerKey {
            key: key(name).public(),
            from: MADE,
            role: Role::Code,
            until: MADE.plus(365 * DAY),
        })
        .collect();
    keys.sort_by_key(|key| key.key);
    Issuer {
        id: id.parse().unwrap(),
        from: MADE,
        keys,
        list: None,
        name: names(id),
        rules: vec!["entry".parse().unwrap(), "not-positive".parse().unwrap()],
        until: MADE.plus(300 * DAY),
        columns: vec![],
        windows: None,
    }
}

pub fn pack(version: u64) -> Pack {
    let rule = |id: &str, logic, otherwise| RuleSource {
        id: id.parse().unwrap(),
        name: names(id),
        logic: json(logic),
        otherwise,
    };
    Pack {
        name: names("Sample authority"),
        rules: vec![
            rule("entry", ENTRY, Otherwise::Refuse),
            rule("not-positive", NOT_POSITIVE, Otherwise::Refer),
        ],
        issued: MADE,
        expires: MADE.plus(90 * DAY),
        issuers: vec![
            issuer("east", &["east-code", "east-code-2"]),
            issuer("west", &["west-code"]),
        ],
        version,
        windows: Windows {
            fresh: 2 * DAY,
            aging: 7 * DAY,
            stale: 30 * DAY,
        },
        value_sets: BTreeMap::from([(
            "vaccines".parse().unwrap(),
            vec!["BBIBP-CorV".into(), "CoronaVac".into()],
        )]),
        tags: vec![],
        auditors: Vec::new(),
        disk_full: None,
        retention: None,
        emergency: None,
    }
}

pub fn snapshot(version: u64, pack: &[u8], pack_version: u64) -> Snapshot {
    Snapshot {
        pack: FilePin::of(pack, pack_version),
        root: 1,
        files: vec![],
        issued: now(),
        version,
        register: None,
    }
}

pub fn signed<P: Payload>(payload: P, names: &[&str]) -> Vec<u8> {
    let mut document = Document::draft(payload);
    for name in names {
        let entry = document.sign(&key(name)).unwrap();
        document.add_signature(entry);
    }
    document.to_bytes()
}

/// The files of one day, signed as they must be.
#[derive(Clone)]
pub struct Files {
    pub roots: Vec<Vec<u8>>,
    pub snapshot: Vec<u8>,
    pub pack: Vec<u8>,
}

impl Files {
    pub fn candidate(&self) -> Candidate<'_> {
        Candidate {
            roots: &self.roots,
            snapshot: &self.snapshot,
            pack: &self.pack,
        }
    }
}

pub fn signed_pack(pack: Pack) -> Vec<u8> {
    signed(pack, &["publisher-a", "publisher-b"])
}

pub fn files_of(pack: Pack, snapshot_version: u64) -> Files {
    let version = pack.version;
    let pack = signed_pack(pack);
    let snapshot = signed(snapshot(snapshot_version, &pack, version), &["snapshot"]);
    Files {
        roots: vec![first_root()],
        snapshot,
        pack,
    }
}

pub fn files() -> Files {
    files_of(pack(1), 1)
}

pub fn first_root() -> Vec<u8> {
    signed(root(1), &["root-a", "root-b"])
}

pub fn trust() -> Trust {
    Trust::pin(&first_root())
        .unwrap()
        .update(&files().candidate(), no_status_files)
        .unwrap()
}

pub fn record() -> Record {
    Record {
        index: 7_654_321,
        holder: Holder {
            name: Some("样本乙".to_owned().try_into().unwrap()),
            birth: Some(Birth::new(1990, 1, 31).unwrap()),
            tag: Some(DocumentTag(Bytes([0, 1, 2, 3, 4, 5, 6, 7, 8]))),
        },
        facts: Facts {
            vaccination: Some(Vaccination::new(1, 2, 2, Day(2200)).unwrap()),
            test: Some(Test::new(TestKind::NucleicAcid, TestResult::NotDetected, 600).unwrap()),
            recovery: None,
        },
    }
}

/// Issued a day ago, good for a year.
pub fn claims() -> Claims {
    let issued = Time::saturating(now().seconds() as i64 - DAY as i64);
    Claims {
        expires: issued.plus(365 * DAY),
        issued,
        record: record(),
    }
}

pub fn minted(signer: &str, claims: &Claims) -> String {
    let key = key(signer);
    code::mint(&key, key.public().kid(), claims).unwrap()
}
