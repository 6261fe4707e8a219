//! What people bring to a door that is no good code, and what must follow.

use postern_core::base45;
use postern_core::code::{self, Claims, PREFIX, ParsedCode};
use postern_core::keys::{Kid, PrivateKey, SignError, Signer};

/// A bad thing at a door.
pub(crate) struct Sample {
    /// The message that names it.
    pub(crate) id: &'static str,
    /// The text.
    pub(crate) text: String,
    /// The outcome that must follow.
    pub(crate) outcome: &'static str,
    /// The reason that must be given.
    pub(crate) reason: &'static str,
}

/// Bad texts made of a good one. `forger` is a key that no issuer has.
pub(crate) fn texts(good: &str, forger: &PrivateKey) -> Result<Vec<Sample>, SignError> {
    let parsed = ParsedCode::from_text(good).ok();
    let mut samples = vec![
        sample(
            "sample-url",
            "https://example.org/ticket/17".to_owned(),
            "refuse",
            "not-a-code",
        ),
        sample(
            "sample-foreign",
            "HC1:NCFOXN%TS3DH3ZSUZK".to_owned(),
            "refer",
            "foreign-code",
        ),
        sample(
            "sample-later",
            "PC2:6BF+70790T9WJWG".to_owned(),
            "refer",
            "unknown-version",
        ),
        sample(
            "sample-cut",
            good[..good.len() - 9].to_owned(),
            "refuse",
            "malformed-code",
        ),
    ];
    if let Some(parsed) = parsed {
        // Only to dress the forgery up as the real thing: nobody believes these claims.
        let claims = parsed.danger_unverified_claims();
        let forged = |kid: Kid, claims: &Claims| code::mint(forger, kid, claims);
        samples.push(sample(
            "sample-forged",
            forged(parsed.kid, claims)?,
            "refuse",
            "bad-signature",
        ));
        let own = forger.public().kid();
        samples.push(sample(
            "sample-stranger",
            forged(own, claims)?,
            "refer",
            "unknown-issuer",
        ));
    }
    if let Some(text) = flipped(good) {
        samples.push(sample("sample-flipped", text, "refuse", "bad-signature"));
    }
    Ok(samples)
}

fn sample(id: &'static str, text: String, outcome: &'static str, reason: &'static str) -> Sample {
    Sample {
        id,
        text,
        outcome,
        reason,
    }
}

/// One bit of the signature is another.
fn flipped(good: &str) -> Option<String> {
    let mut bytes = base45::decode(good.strip_prefix(PREFIX)?).ok()?;
    *bytes.last_mut()? ^= 0x01;
    let mut text = PREFIX.to_owned();
    base45::encode_into(&bytes, &mut text);
    Some(text)
}
