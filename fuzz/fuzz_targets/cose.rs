//! COSE messages of a stranger: what parses is the one encoding of what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use postern_core::code::ParsedCode;
use postern_core::cose::{self, Sign, Sign1, SignatureEntry};
use postern_core::keys::PrivateKey;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Sign1::parse(bytes) {
        // With the fields that were read, our writer gives the same bytes but for algorithm and signature.
        let key = PrivateKey::from_seed(&[1; 32]);
        let ours = cose::sign1(&key, message.kid, message.payload).expect("a key in memory signs");
        assert_eq!(ours.len(), bytes.len());
        let signature = ours.len() - 64;
        let same = ours[..4] == bytes[..4] && ours[5..signature] == bytes[5..signature];
        assert!(same, "{ours:02x?}");
    }
    if let Ok(message) = Sign::parse(bytes) {
        assert_eq!(message.to_bytes(), bytes);
    }
    if let Ok((digest, entry)) = SignatureEntry::from_detached(bytes) {
        assert_eq!(entry.to_detached(&digest), bytes);
    }
    if let Ok(code) = ParsedCode::from_bytes(bytes) {
        let claims = code.danger_unverified_claims();
        assert!(claims.issued < claims.expires);
        let _ = claims.sampled();
    }
});
