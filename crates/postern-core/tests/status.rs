//! Status lists, deltas and columns against the draft's vectors, an independent COSE library, and every flipped bit.

#[allow(dead_code, reason = "the benchmark and the example use more of it")]
#[path = "status/city.rs"]
mod city;

use std::fs;
use std::path::{Path, PathBuf};

use ciborium::Value;
use coset::{CoseSign1, Label, RegisteredLabelWithPrivate, TaggedCborSerializable, iana};
use postern_core::keys::{PrivateKey, PublicKey, Signer};
use postern_core::status::{Column, Delta, HOUR, NEGATIVE_TEST, Status, StatusList, StatusToken};
use postern_core::text::Ident;
use postern_core::time::Time;
use postern_core::trust::{Document, Keys, Payload, TrustError};

const ISSUED: Time = Time::saturating(1_800_000_000);

fn key() -> PrivateKey {
    PrivateKey::from_seed(&[4; 32])
}

fn east() -> Ident {
    "east".parse().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9)
}

fn token(zlib: &[u8]) -> Vec<u8> {
    StatusToken::sign(&key(), &east(), 9, ISSUED, zlib).unwrap()
}

/// The list in a `StatusList` of the draft, by way of a token of our own.
fn list_in(file: &Path, bytes: u64) -> Result<StatusList, TrustError> {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let hex: String = match text.split_once("encoded:") {
        Some((_, hex)) => hex,
        None => &text,
    }
    .split_whitespace()
    .collect();
    let Value::Map(members) = ciborium::from_reader(&unhex(&hex)[..]).unwrap() else {
        panic!("{}: no map", file.display())
    };
    let member = |name: &str| {
        let mut found = members.iter().filter(|(key, _)| key.as_text() == Some(name));
        found.next().map(|(_, value)| value).expect("a member of the draft's")
    };
    assert_eq!(member("bits"), &Value::from(2));
    let token = token(member("lst").as_bytes().unwrap());
    StatusToken::parse(&token)?.inflate(bytes)
}

#[test]
fn the_drafts_lists_of_two_bits_are_read() {
    let Some(folder) = vectors() else { return };
    let short = list_in(&folder.join("status_list_encoding2_cbor.txt"), 3).unwrap();
    assert_eq!(short.bytes(), [0xc9, 0x44, 0xf9]);
    // Section 4.1 of the draft: the statuses of this list, from the first.
    let statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3].map(Status::from_bits);
    assert!((0..12).all(|index| short.get(index) == Some(statuses[index as usize])));

    let long = list_in(&folder.join("status_list_encoding2_long_cbor.txt"), 1 << 18).unwrap();
    let mut expected = vec![Status::Valid; 1 << 20];
    let positions = positions(&folder, "2-bit");
    assert_eq!(positions.len(), 11);
    for (index, bits) in positions {
        expected[index as usize] = Status::from_bits(bits);
    }
    assert_eq!(long.len() as usize, expected.len());
    for (index, status) in expected.iter().enumerate() {
        assert_eq!(long.get(index as u32), Some(*status), "{index}");
    }
    assert_eq!(long.counts(), [(1 << 20) - 11, 6, 3, 2]);
    assert!(list_in(&folder.join("status_list_encoding2_long_cbor.txt"), (1 << 18) - 1).is_err());
}

#[test]
fn the_drafts_token_is_refused() {
    let Some(folder) = vectors() else { return };
    // ES256, and the kid where nobody signs it.
    let text = fs::read_to_string(folder.join("status_list_cwt.txt")).unwrap();
    let theirs = unhex(&text.split_whitespace().collect::<String>());
    let message = CoseSign1::from_tagged_slice(&theirs).expect("the independent library reads it");
    assert_eq!(StatusToken::parse(&theirs).unwrap_err().reason(), "malformed-envelope");
    // Nor are its claims, under a header of ours: one bit, a lifetime, another subject.
    let claims = message.payload.unwrap();
    let (typ, kid) = ("application/statuslist+cwt", key().public().kid());
    let ours = postern_core::cose::sign1_typed(&key(), kid, typ, &claims).unwrap();
    assert_eq!(StatusToken::parse(&ours).unwrap_err().reason(), "malformed-payload");
}

#[test]
fn coset_reads_and_verifies_our_token() {
    let zlib = deflate(&[0x1b, 0]);
    let theirs = CoseSign1::from_tagged_slice(&token(&zlib)).expect("tag 18");
    let header = &theirs.protected.header;
    let Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::Ed25519)) = header.alg else {
        panic!("another algorithm")
    };
    assert_eq!(header.key_id, key().public().kid().0);
    let typ = Value::from("application/statuslist+cwt");
    assert_eq!(header.rest, [(Label::Int(16), typ)]);
    assert!(theirs.unprotected.is_empty());
    theirs
        .verify_signature(&[], |signature, data| {
            key().public().verify(data, signature.try_into().unwrap())
        })
        .unwrap();
    let claims: Value = ciborium::from_reader(&theirs.payload.unwrap()[..]).unwrap();
    let list = vec![("lst".into(), Value::Bytes(zlib)), ("bits".into(), 2.into())];
    let expected = vec![
        (2.into(), "postern:east".into()),
        (6.into(), 1_800_000_000.into()),
        (65533.into(), Value::Map(list)),
        ((-65538).into(), 9.into()),
    ];
    assert_eq!(claims, Value::Map(expected));
}

/// Each of these bytes with one bit flipped.
fn flipped(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..8 * bytes.len()).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn every_flipped_bit_of_a_token_is_noticed() {
    let good = token(&deflate(&[0x1b, 0, 0, 3]));
    let believed = |bytes: &[u8]| StatusToken::parse(bytes).is_ok_and(|token| token.signed_by(&[key().public()]));
    assert!(believed(&good));
    assert!(!flipped(&good).any(|bytes| believed(&bytes)));
}

fn signed<P: Payload>(payload: P) -> Vec<u8> {
    let mut document = Document::draft(payload);
    document.add_signature(document.sign(&key()).unwrap());
    document.to_bytes()
}

fn believed<P: Payload>(bytes: &[u8], key: PublicKey) -> Option<P> {
    let document = Document::<P>::parse(bytes).ok()?;
    document.threshold(&Keys::new(vec![key], 1).unwrap()).ok()?;
    Some(document.into_payload())
}

#[test]
fn every_flipped_bit_of_a_delta_is_noticed() {
    let (old, new) = two_lists();
    let delta = Delta::between(&old, &new, east(), 1, 2, ISSUED).unwrap();
    let good = signed(delta.clone());
    assert_eq!(believed(&good, key().public()), Some(delta.clone()));
    assert!(flipped(&good).all(|bytes| believed::<Delta>(&bytes, key().public()).is_none()));

    // Without the signature too: what still leads to the list differs in what says whose it is.
    let payload = postern_core::cbor::to_vec(&delta);
    for bytes in flipped(&payload) {
        let Ok(other) = postern_core::cbor::from_slice::<Delta>(&bytes) else {
            continue;
        };
        match other.apply(&old) {
            Ok(led_to) => {
                assert_eq!(led_to, new);
                let whose = |delta: &Delta| (delta.list.clone(), delta.from, delta.version, delta.issued);
                assert_ne!(whose(&other), whose(&delta));
            }
            Err(e) => assert!(["bad-content", "leads-elsewhere"].contains(&e.reason()), "{e}"),
        }
    }
}

fn two_lists() -> (StatusList, StatusList) {
    let old: Vec<u8> = (0..40).map(|byte: u8| byte.wrapping_mul(37)).collect();
    let mut new = old.clone();
    for (at, change) in [(3, 0x01), (9, 0xc0), (10, 0x24), (33, 0x03)] {
        new[at] ^= change;
    }
    new.extend([0, 0x0b]);
    (StatusList::new(old).unwrap(), StatusList::new(new).unwrap())
}

#[test]
fn every_flipped_bit_of_a_column_is_noticed() {
    let values = city::negative_tests(60);
    let column = Column {
        list: east(),
        size: 60,
        unit: HOUR,
        column: NEGATIVE_TEST.parse().unwrap(),
        issued: city::NOON,
        origin: city::ORIGIN,
        zlib: deflate(&values),
        version: 3,
    };
    let good = signed(column.clone());
    assert_eq!(believed(&good, key().public()), Some(column.clone()));
    assert_eq!(column.values().unwrap().bytes(), values);
    assert!(flipped(&good).all(|bytes| believed::<Column>(&bytes, key().public()).is_none()));

    // Without the signature too: other values are not what their checksum says.
    for zlib in flipped(&column.zlib) {
        let other = Column { zlib, ..column.clone() };
        assert!(other.values().is_err_and(|e| e.reason() == "bad-content") || other.values() == column.values());
    }
}

#[test]
fn a_days_changes_of_a_city_are_a_delta() {
    let people = 50_000;
    let old = city::list(people);
    let new = city::day_later(&old, people);
    let delta = Delta::between(&old, &new, east(), 1, 2, ISSUED).unwrap();
    let differ = (0..people).filter(|&index| old.get(index) != new.get(index));
    assert_eq!(differ.count(), 100);
    assert_eq!(delta.apply(&old), Ok(new));
}

/// The positions that the draft lists, with the bits there, of one of its sections.
fn positions(folder: &Path, section: &str) -> Vec<(u32, u8)> {
    let text = fs::read_to_string(folder.join("test-vectors.txt")).unwrap();
    let (_, rest) = text.split_once(&format!("## {section} Status List\n")).unwrap();
    let lines = rest.lines().take_while(|line| !line.starts_with("##"));
    lines
        .map(|line| {
            let (index, bits) = line.split_once('=').unwrap();
            let index = index.trim().strip_prefix("status[").and_then(|i| i.strip_suffix(']'));
            let bits = bits.trim().strip_prefix("0b").unwrap();
            (index.unwrap().parse().unwrap(), u8::from_str_radix(bits, 2).unwrap())
        })
        .collect()
}

/// The draft's vectors; none, with a word about it, where there are no vectors.
fn vectors() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("POSTERN_VECTORS") else {
        eprintln!("skipped: POSTERN_VECTORS does not name the folder of public vectors");
        return None;
    };
    Some(PathBuf::from(root).join("status-list"))
}

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap_or_else(|e| panic!("{text}: {e}"));
    (0..text.len()).step_by(2).map(byte).collect()
}
