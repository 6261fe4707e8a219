//! What a gate seals in a bundle to auditors: a content of any bytes, rightly signed and sealed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use postern_core::cbor::{self, ByteString};
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::{cose, demo};
use postern_log::bundle::{SealedBundle, TYPE};
use postern_seal::Identity;

static AUDITOR: LazyLock<Identity> = LazyLock::new(Identity::generate);
static GATE: LazyLock<PrivateKey> = LazyLock::new(|| demo::key(Role::Gate, 0));

fuzz_target!(|content: &[u8]| {
    let sealed = postern_seal::seal(content, &[AUDITOR.recipient()]).expect("a recipient can be sealed to");
    // The places of the seed's leaves.
    let payload = cbor::to_vec(&(3_u64, 5_u64, ByteString(&sealed)));
    let key = GATE.public();
    let file = cose::sign1_typed(&*GATE, key.kid(), TYPE, &payload).expect("a key at hand signs");
    let bundle = SealedBundle::parse(&file).expect("it was signed as a bundle");
    if let Ok(opened) = bundle.open(&key, &AUDITOR) {
        assert_eq!(
            (opened.from, opened.leaves.len()),
            (3, 2),
            "the places are those outside the seal"
        );
        // One encoding: sealed again, the content is the same, and opens as the same.
        let again = opened
            .seal(&*GATE, &[AUDITOR.recipient()])
            .expect("what was opened can be sealed");
        let again = SealedBundle::parse(&again).and_then(|bundle| bundle.open(&key, &AUDITOR));
        assert_eq!(again.as_ref(), Ok(&opened));
    }
});
