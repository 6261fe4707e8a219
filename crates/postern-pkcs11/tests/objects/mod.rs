//! What the tests put on a token, and what they sign.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use cryptoki::session::Session;
use postern_core::code::Claims;
use postern_core::keys::{PrivateKey, Signer};
use postern_core::record::{Birth, Facts, Holder, Record, Vaccination};
use postern_core::time::{Day, Time};

/// CKA_EC_PARAMS of Ed25519.
const EDWARDS25519: &[u8] = b"\x13\x0cedwards25519";

/// A made-up person's claims.
pub(crate) fn claims() -> Claims {
    Claims {
        issued: Time::saturating(1_793_491_200),
        expires: Time::saturating(1_793_491_200).plus(365 * 86_400),
        record: Record {
            index: 7_654_321,
            holder: Holder {
                name: Some("样本乙".to_owned().try_into().unwrap()),
                birth: Some(Birth::new(1990, 1, 31).unwrap()),
                tag: None,
            },
            facts: Facts {
                vaccination: Some(Vaccination::new(1, 2, 2, Day(2200)).unwrap()),
                test: None,
                recovery: None,
            },
        },
    }
}

/// Puts a key pair under one label and id: the private half of one key, the public half of another.
pub(crate) fn import(session: &Session, label: &str, private: &PrivateKey, public: &PrivateKey) {
    let private = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::KeyType(KeyType::EC_EDWARDS),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sign(true),
        Attribute::Label(label.into()),
        Attribute::Id(label.into()),
        Attribute::EcParams(EDWARDS25519.to_vec()),
        Attribute::Value(private.seed().to_vec()),
    ];
    session.create_object(&private).unwrap();
    import_public(session, label, label.as_bytes(), public.public().as_bytes());
}

pub(crate) fn import_public(session: &Session, label: &str, id: &[u8], point: &[u8; 32]) {
    let public = [
        Attribute::Class(ObjectClass::PUBLIC_KEY),
        Attribute::KeyType(KeyType::EC_EDWARDS),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::Label(label.into()),
        Attribute::Id(id.to_vec()),
        Attribute::EcParams(EDWARDS25519.to_vec()),
        Attribute::EcPoint([&[0x04, 32], &point[..]].concat()),
    ];
    session.create_object(&public).unwrap();
}

/// Makes a key pair of any curve.
pub(crate) fn pair(session: &Session, label: &str, mechanism: &Mechanism<'_>, curve: &[u8]) {
    let public = [
        Attribute::Token(true),
        Attribute::Label(label.into()),
        Attribute::Id(label.into()),
        Attribute::EcParams(curve.to_vec()),
    ];
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Label(label.into()),
        Attribute::Id(label.into()),
        Attribute::Sign(true),
    ];
    session.generate_key_pair(mechanism, &public, &private).unwrap();
}
