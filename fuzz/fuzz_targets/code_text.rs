//! Texts that a stranger shows at a gate, and claims that an issuer might sign.
#![no_main]

#[path = "../src/authority.rs"]
mod authority;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use postern_core::code::{CodeError, PREFIX, ParsedCode};
use postern_core::cose;
use postern_core::keys::{Role, Signer};
use postern_core::time::{Time, TimeEvidence};
use postern_core::verdict::{Judge, Outcome};
use postern_core::{base45, demo};

static JUDGE: LazyLock<Judge> =
    LazyLock::new(|| Judge::new(authority::TRUST.clone()).expect("the fixtures' rules compile"));

fn check(text: &str) {
    let parsed = ParsedCode::from_text(text);
    if let Some(body) = text.strip_prefix(PREFIX)
        && !matches!(parsed, Err(CodeError::TooLong))
        && let Ok(bytes) = base45::decode(body)
    {
        assert_eq!(text_of(&bytes), text, "one text for one code");
    }
    let floor = JUDGE.trust().time_floor();
    for system in [Time::default(), authority::NOW, Time::MAX] {
        let verdict = JUDGE.check(text, TimeEvidence::Clock { system, floor });
        assert_eq!(verdict.outcome == Outcome::Admit, verdict.reasons.is_empty());
        assert_eq!(verdict.code.is_some(), parsed.is_ok());
        assert!(verdict.issuer.is_some() || (verdict.claims.is_none() && verdict.rules.is_empty()));
        assert!(verdict.outcome != Outcome::Admit || verdict.claims.is_some());
    }
}

fn text_of(bytes: &[u8]) -> String {
    let mut text = PREFIX.to_owned();
    base45::encode_into(bytes, &mut text);
    text
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        check(text);
    }
    check(&text_of(bytes));
    // Past the signature: whatever an issuer would sign.
    let key = demo::key(Role::Code, 0);
    let signed = cose::sign1(&key, key.public().kid(), bytes).expect("a key in memory signs");
    check(&text_of(&signed));
});
