//! Status lists, deltas, columns, enrolments and registers of a stranger, and of an issuer whose signature is good.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use postern_core::cbor;
use postern_core::gates::{Enrolment, Register};
use postern_core::keys::{PrivateKey, Signer};
use postern_core::status::{Column, Delta, StatusList, StatusToken};
use postern_core::time::Time;
use postern_core::trust::{Document, Payload};

/// A list of 4,096 indexes with some of each status.
static OLD: LazyLock<StatusList> = LazyLock::new(|| {
    let bytes: Vec<u8> = (0..1024u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 27) as u8).collect();
    StatusList::new(bytes).expect("a short list")
});

/// What parses is the one encoding of what was read.
fn document<P: Payload>(bytes: &[u8]) {
    if let Ok(document) = Document::<P>::parse(bytes) {
        assert_eq!(document.to_bytes(), bytes);
    }
    if let Ok(payload) = cbor::from_slice::<P>(bytes) {
        assert_eq!(cbor::to_vec(&payload), bytes);
    }
}

fn token(bytes: &[u8]) {
    let Ok(token) = StatusToken::parse(bytes) else { return };
    let _ = token.inflate(1024);
    if let Ok(list) = token.inflate_unpinned() {
        let again = token.inflate(list.bytes().len() as u64).expect("the size that came out");
        assert_eq!(again, list);
        assert_eq!(list.counts().iter().sum::<u64>(), u64::from(list.len()));
    }
}

fuzz_target!(|bytes: &[u8]| {
    document::<Column>(bytes);
    document::<Delta>(bytes);
    document::<Enrolment>(bytes);
    document::<Register>(bytes);
    token(bytes);
    // An issuer signs whatever stream it likes.
    let key = PrivateKey::from_seed(&[1; 32]);
    let list = "east".parse().expect("an identifier");
    let signed = StatusToken::sign(&key, &list, 1, Time::default(), bytes).expect("a key in memory signs");
    assert!(StatusToken::parse(&signed).is_ok_and(|token| token.signed_by(&[key.public()])));
    token(&signed);
    if let Ok(delta) = cbor::from_slice::<Delta>(bytes)
        && let Ok(new) = delta.apply(&OLD)
    {
        let again = Delta::between(&OLD, &new, delta.list.clone(), delta.from, delta.version, delta.issued);
        assert_eq!(again.map(|again| again.result), Ok(delta.result));
    }
    if let Ok(column) = cbor::from_slice::<Column>(bytes)
        && column.size < 1 << 20
        && let Ok(values) = column.values()
    {
        assert_eq!(values.bytes().len() as u64, column.size);
        let _ = (values.get(0), values.get(u32::MAX));
    }
});
