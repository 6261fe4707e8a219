//! Tag keys, wrapped to a gate.

use postern_core::cbor::Bytes;
use postern_core::gates::{self, Enrolment};
use postern_core::tag::TagKey;
use postern_core::trust::{Document, TagEpoch};
use postern_seal::Recipient;

use super::{Authority, DAY, Gate};

/// What the pack says of a key.
pub fn epoch(authority: &Authority, key: &TagKey) -> TagEpoch {
    TagEpoch {
        from: authority.made,
        epoch: key.epoch(),
        until: authority.made.plus(90 * DAY),
        digest: Bytes(key.digest()),
    }
}

/// The key as it is wrapped to this gate, and its path for an epoch.
pub fn wrapped(gate: &Gate, key: &TagKey, epoch: u8) -> (String, Vec<u8>) {
    let enrolment = std::fs::read(gate.store().join("gate.enrolment")).unwrap();
    let enrolment = Document::<Enrolment>::parse(&enrolment).unwrap().into_payload();
    let recipient = Recipient::parse(enrolment.age.as_str()).unwrap();
    let file = postern_seal::seal(&key.to_sealed_bytes()[..], &[recipient]).unwrap();
    (gates::wrapped_path(&enrolment.key, epoch), file)
}
