//! The golden vectors in `fixtures/codes`: judged as they say, and made by the generator byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use postern_core::code::ParsedCode;
use postern_core::repository::{self, Wanted};
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{Candidate, DiskFull, Document, DocumentKind, Pack, Snapshot, StatusFile, Trust, TrustError};
use postern_core::verdict::{Judge, Reason};
use sha2::{Digest, Sha256};

#[path = "fixtures/generate.rs"]
mod generate;

/// How many texts there are, and how many of them are admitted.
const TEXTS: (usize, usize) = (181, 27);

/// One file as `fixtures/README.md` describes it.
struct Vector {
    path: PathBuf,
    fields: BTreeMap<String, String>,
    body: String,
}

impl Vector {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let (head, body) = text.split_once("\n\n").unwrap();
        let fields = head.lines().map(|line| {
            let (field, value) = line.split_once(": ").unwrap();
            (field.to_owned(), value.to_owned())
        });
        Self {
            fields: fields.collect(),
            body: body.strip_suffix('\n').unwrap().to_owned(),
            path,
        }
    }

    fn field(&self, name: &str) -> &str {
        &self.fields[name]
    }

    /// The bytes where the body is not a text: groups of hexadecimal digits, some with `*` and a number of repetitions.
    fn bytes(&self) -> Option<Vec<u8>> {
        let groups = self.body.strip_prefix(generate::HEX)?.split(' ');
        let group = |group: &str| {
            let (digits, times) = group.split_once('*').unwrap_or((group, "1"));
            let byte = |i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap();
            let bytes: Vec<_> = (0..digits.len()).step_by(2).map(byte).collect();
            bytes.repeat(times.parse().unwrap())
        };
        Some(groups.flat_map(group).collect())
    }

    fn at(&self) -> Time {
        Time::saturating(DateTime::parse_from_rfc3339(self.field("at")).unwrap().timestamp())
    }
}

fn vectors() -> Vec<Vector> {
    let mut paths: Vec<_> = fs::read_dir(generate::FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths.into_iter().map(Vector::read).collect()
}

/// A file of the repository.
fn published(path: &str) -> Option<Vec<u8>> {
    fs::read(Path::new(generate::FOLDER).join("trust").join(path)).ok()
}

fn pinned() -> Trust {
    let root = published(&repository::path(DocumentKind::Root, 1)).unwrap();
    Trust::pin(&root).unwrap()
}

/// The gate after the snapshot of this version.
fn follow(trust: &Trust, version: u64, asked: &mut Vec<String>) -> Trust {
    let snapshot = published(&repository::path(DocumentKind::Snapshot, version)).unwrap();
    let parsed = Document::<Snapshot>::parse(&snapshot).unwrap();
    let candidate = Candidate {
        roots: &[],
        snapshot: &snapshot,
        pack: &published(&repository::path(DocumentKind::Pack, parsed.payload().pack.version)).unwrap(),
    };
    let fetch = |entry: &StatusFile| {
        asked.push(repository::status_path(entry));
        Ok::<_, TrustError>(published(&repository::status_path(entry)).unwrap())
    };
    trust.update(&candidate, fetch).unwrap()
}

/// A new gate that takes what is newest.
fn judge() -> Judge {
    let read = |wanted: Wanted<'_>| Ok::<_, ()>(published(wanted.path));
    Judge::new(repository::update(&pinned(), read).unwrap()).unwrap()
}

#[test]
fn every_vector_is_judged_as_it_says() {
    assert!(judge().is_demo());
    every_vector_is_judged_by(&judge());
}

/// A gate that was there on each day, and got the list by its delta.
#[test]
fn a_gate_that_follows_every_day_judges_alike() {
    let mut asked = Vec::new();
    let trust = (1..=3).fold(pinned(), |trust, version| follow(&trust, version, &mut asked));
    let [list, delta, tests, risks] = [
        "north/1.status",
        "north/1-2.delta",
        "north/negative-test/1.column",
        "north/risk-level/1.column",
    ]
    .map(|path| format!("status/{path}"));
    assert_eq!(asked, [list, delta, tests, risks]);
    every_vector_is_judged_by(&Judge::new(trust).unwrap());
}

/// The first pack and snapshot say nothing that format 1 cannot, and nothing of them changed since there is format 2.
#[test]
fn what_needs_nothing_new_is_the_same_bytes_as_before_format_2() {
    for (path, digest) in [
        (
            "pack/1.pack",
            "f84897bcdec14733795b2d328e679a5469ba529d272d88a5e7ffe01403a3f186",
        ),
        (
            "snapshot/1.snapshot",
            "b42dd58e2e5eb8c63619876bd3d5e6b0b0baadbfd78dd9b7b56bd78a2cbffa32",
        ),
    ] {
        let found: String = Sha256::digest(published(path).unwrap())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(found, digest, "{path}");
    }
}

fn every_vector_is_judged_by(judge: &Judge) {
    let (mut texts, mut admitted, mut wrong) = (0, 0, Vec::new());
    for vector in vectors() {
        let expected = (vector.field("outcome").to_owned(), vector.field("reasons").to_owned());
        texts += 1;
        admitted += usize::from(expected.0 == "admit");
        let found = if let Some(bytes) = vector.bytes() {
            // No text is as long: the decoder alone is asked.
            assert_eq!(expected.1, Reason::MalformedCode.as_str(), "{}", vector.path.display());
            let found = ParsedCode::from_bytes(&bytes).map_or("malformed-code", |_| "-");
            ("refuse".to_owned(), found.to_owned())
        } else {
            let time = TimeEvidence::Clock {
                system: vector.at(),
                floor: judge.trust().time_floor(),
            };
            let verdict = judge.check(&vector.body, time);
            let declared = vector.fields.get("emergency").is_some_and(|field| field == "yes");
            assert_eq!(verdict.emergency, declared, "{}", vector.path.display());
            let reasons: Vec<_> = verdict.reasons.iter().map(|reason| reason.as_str()).collect();
            let reasons = if reasons.is_empty() {
                "-".to_owned()
            } else {
                reasons.join(",")
            };
            (verdict.outcome.as_str().to_owned(), reasons)
        };
        if found != expected {
            wrong.push((vector.field("name").to_owned(), expected, found));
        }
    }
    assert!(wrong.is_empty(), "name, expected, found: {wrong:#?}");
    assert_eq!((texts, admitted), TEXTS);
}

#[test]
fn the_generator_writes_these_very_files() {
    let generated: BTreeMap<_, _> = generate::files().into_iter().collect();
    assert_eq!(generated.len(), generate::files().len(), "one name twice");
    let mut found = BTreeMap::new();
    collect(Path::new(generate::FOLDER), "", &mut found);
    let differing: Vec<_> = generated
        .iter()
        .filter(|(path, bytes)| found.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert!(differing.is_empty(), "run the example fixtures: {differing:?}");
    let left: Vec<_> = found.keys().filter(|path| !generated.contains_key(*path)).collect();
    assert!(left.is_empty(), "nobody generates {left:?}");
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found);
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// The vectors whose signature a lax verifier takes are what they claim to be; else they would test nothing.
#[test]
fn lax_verifiers_take_the_signatures_that_only_strict_ones_refuse() {
    let read = |name: &str| Vector::read(Path::new(generate::FOLDER).join(format!("{name}.txt"))).body;
    for name in ["signature-point-small", "good-vaccination"] {
        assert!(generate::verifies_laxly(&read(name)), "{name}");
    }
    for name in ["signature-identity", "flipped-bit-signature-scalar"] {
        assert!(!generate::verifies_laxly(&read(name)), "{name}");
    }
}

/// Both packs are signed alike; only what they say of a full disk differs.
#[test]
fn a_pack_says_what_staff_do_at_a_full_disk_or_is_refused() {
    assert_eq!(
        judge().trust().pack().unwrap().payload().disk_full,
        Some(DiskFull::Close)
    );
    let refused = fs::read(Path::new(generate::FOLDER).join("refused/disk-full-admit.pack")).unwrap();
    assert_eq!(refused.len(), published("pack/2.pack").unwrap().len());
    let error = Document::<Pack>::parse(&refused).unwrap_err();
    assert_eq!(error.reason(), "malformed-payload", "{error}");
}

/// Every reason has a vector, but for that of a gate without trust, and those that rest on more than a text.
#[test]
fn every_reason_has_a_vector() {
    let vectors = vectors();
    let covered = |reason: &Reason| {
        vectors
            .iter()
            .any(|vector| vector.field("reasons").split(',').any(|r| r == reason.as_str()))
    };
    let missing: Vec<_> = Reason::ALL.into_iter().filter(|reason| !covered(reason)).collect();
    let of_a_gate = [Reason::DocumentMismatch, Reason::DocumentNotBound];
    let expected = [&of_a_gate[..], &[Reason::NoTrustData, Reason::SeenHere]].concat();
    assert_eq!(missing, expected);
}
