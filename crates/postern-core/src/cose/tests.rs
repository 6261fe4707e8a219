//! Our messages beside those of `coset`, and what is refused.

use coset::{CborSerializable, CoseSign, CoseSign1, Label, RegisteredLabelWithPrivate, iana};
use proptest::prelude::*;

use super::*;
use crate::keys::PrivateKey;

fn key() -> PrivateKey {
    PrivateKey::from_seed(&[1; 32])
}

fn message() -> Vec<u8> {
    sign1(&key(), key().public().kid(), b"payload").unwrap()
}

#[test]
fn coset_reads_and_verifies_our_sign1() {
    let theirs = CoseSign1::from_slice(&message()).unwrap();
    let Some(RegisteredLabelWithPrivate::Assigned(alg)) = theirs.protected.header.alg else {
        panic!("no alg")
    };
    assert_eq!(alg, iana::Algorithm::Ed25519);
    assert_eq!(theirs.protected.header.key_id, key().public().kid().0);
    theirs
        .verify_signature(&[], |signature, data| {
            key().public().verify(data, signature.try_into().unwrap())
        })
        .unwrap();
}

#[test]
fn we_read_and_verify_a_sign1_by_coset() {
    for alg in [iana::Algorithm::Ed25519, iana::Algorithm::EdDSA] {
        let header = coset::HeaderBuilder::new()
            .algorithm(alg)
            .key_id(vec![1, 2, 3, 4])
            .build();
        let bytes = coset::CoseSign1Builder::new()
            .protected(header)
            .payload(b"payload".to_vec())
            .create_signature(&[], |data| key().sign(data).unwrap().to_vec())
            .build()
            .to_vec()
            .unwrap();
        let ours = Sign1::parse(&bytes).unwrap();
        assert_eq!((ours.kid, ours.payload), (Kid([1, 2, 3, 4]), &b"payload"[..]));
        key().public().verify(&ours.to_be_signed(), &ours.signature).unwrap();
    }
}

#[test]
fn a_type_is_part_of_the_message_and_so_is_the_tag() {
    let (typ, kid) = ("application/x", key().public().kid());
    let good = sign1_typed(&key(), kid, typ, b"payload").unwrap();
    let ours = Sign1::parse_typed(&good, typ).unwrap();
    assert_eq!((ours.kid, ours.payload), (kid, &b"payload"[..]));
    key().public().verify(&ours.to_be_signed(), &ours.signature).unwrap();
    assert_eq!(Sign1::parse_typed(&good, "application/y"), Err(CoseError::Header));
    assert!(matches!(
        Sign1::parse_typed(&good[1..], typ),
        Err(CoseError::Cbor(CborError::Malformed(_)))
    ));
    assert!(matches!(
        Sign1::parse(&good),
        Err(CoseError::Cbor(CborError::NotDeterministic { offset: 0 }))
    ));
    assert_eq!(Sign1::parse(&good[1..]), Err(CoseError::Header));
    let untyped = [&[TAG_SIGN1][..], &message()].concat();
    assert_eq!(Sign1::parse_typed(&untyped, typ), Err(CoseError::Header));
    let mut es256 = good;
    let at = 1 + 1 + 2 + 2; // past the tag, the array head and the byte string head, to the algorithm
    es256[at] = 0x26;
    assert_eq!(Sign1::parse_typed(&es256, typ), Err(CoseError::Algorithm(-7)));
}

#[test]
fn coset_reads_and_verifies_our_sign_and_we_read_theirs() {
    let mut ours = Sign::draft("application/x", b"payload".to_vec());
    ours.signatures.push(ours.signature_by(&key()).unwrap());
    let theirs = CoseSign::from_slice(&ours.to_bytes()).unwrap();
    assert_eq!(theirs.protected.header.rest[0].0, Label::Int(16));
    theirs
        .verify_signature(0, &[], |signature, data| {
            key().public().verify(data, signature.try_into().unwrap())
        })
        .unwrap();
    assert_eq!(Sign::parse(&theirs.to_vec().unwrap()), Ok(ours));
}

#[test]
fn other_algorithms_and_headers_are_told_apart() {
    let good = message();
    let at = 2 + 2; // past the array head and the byte string head, to the algorithm
    assert_eq!(good[at], 0x32);
    let mut es256 = good.clone();
    es256[at] = 0x26;
    assert_eq!(Sign1::parse(&es256), Err(CoseError::Algorithm(-7)));
    let mut no_kid = good.clone();
    no_kid[at + 1] = 0x05;
    assert_eq!(Sign1::parse(&no_kid), Err(CoseError::Header));
    let mut unprotected = good;
    let empty = unprotected.iter().position(|&b| b == 0xa0).unwrap();
    unprotected.splice(empty..=empty, [0xa1, 0x01, 0x32]);
    assert!(matches!(Sign1::parse(&unprotected), Err(CoseError::Cbor(_))));
}

#[test]
fn eddsa_is_for_codes_only() {
    assert_eq!(
        parse_header(&[0xa2, 1, 0x27, 4, 0x44, 0, 0, 0, 0], true),
        Ok(Kid([0; 4]))
    );
    assert_eq!(
        parse_header(&[0xa2, 1, 0x27, 4, 0x44, 0, 0, 0, 0], false),
        Err(CoseError::Header)
    );
}

#[test]
fn a_detached_signature_round_trips() {
    let entry = Sign::draft("t", vec![1]).signature_by(&key()).unwrap();
    assert_eq!(
        SignatureEntry::from_detached(&entry.to_detached(&[5; 32])),
        Ok(([5; 32], entry))
    );
}

proptest! {
    #[test]
    fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Sign1::parse(&bytes);
        let _ = Sign1::parse_typed(&bytes, "application/x");
        let _ = Sign::parse(&bytes);
        let _ = SignatureEntry::from_detached(&bytes);
    }

    #[test]
    fn byte_strings_have_the_shortest_head(n in 0usize..70_000) {
        let mut ours = Vec::new();
        push_bytes(&mut ours, &vec![7; n]);
        prop_assert_eq!(ours, cbor::to_vec(&ByteString(&vec![7; n])));
    }
}
