//! The golden vectors in `fixtures/codes`: judged as they say, and made by the generator byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use postern_core::code::ParsedCode;
use postern_core::repository::{self, NEWEST};
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{Candidate, DocumentKind, Trust, no_status_files};
use postern_core::verdict::{Judge, Reason};

#[path = "fixtures/generate.rs"]
mod generate;

/// How many texts there are, and how many of them are admitted.
const TEXTS: (usize, usize) = (156, 21);

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

fn judge() -> Judge {
    let read = |path: &str| fs::read(Path::new(generate::FOLDER).join("trust").join(path)).unwrap();
    let candidate = Candidate {
        roots: &[],
        snapshot: &read(NEWEST),
        pack: &read(&repository::path(DocumentKind::Pack, 1)),
    };
    let root = read(&repository::path(DocumentKind::Root, 1));
    Judge::new(Trust::pin(&root).unwrap().update(&candidate, no_status_files).unwrap()).unwrap()
}

#[test]
fn every_vector_is_judged_as_it_says() {
    let judge = judge();
    assert!(judge.is_demo());
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

/// Every reason that a code alone can have has a vector; the others need another pack.
#[test]
fn every_reason_has_a_vector() {
    let vectors = vectors();
    let covered = |reason: &Reason| {
        vectors
            .iter()
            .any(|vector| vector.field("reasons").split(',').any(|r| r == reason.as_str()))
    };
    let missing: Vec<_> = Reason::ALL.into_iter().filter(|reason| !covered(reason)).collect();
    assert_eq!(
        missing,
        [Reason::NoTrustData, Reason::RuleFailed, Reason::StatusUnknown]
    );
}
