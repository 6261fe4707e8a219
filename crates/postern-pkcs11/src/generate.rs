//! A new key, made on the token.

use cryptoki::error::Error;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectHandle};
use cryptoki::session::Session;
use postern_core::keys::PublicKey;

use crate::error::TokenError;
use crate::object::{Key, find_one, public_key};

/// CKA_EC_PARAMS of Ed25519, for which PKCS #11 has two spellings: the object identifier id-Ed25519 of RFC 8410, and the
/// curve's name as a PrintableString. Some tokens know only one.
const ED25519: [&[u8]; 2] = [b"\x06\x03\x2b\x65\x70", b"\x13\x0cedwards25519"];

pub(crate) fn generate(session: &Session, label: &str) -> Result<PublicKey, TokenError> {
    match find_one(session, &[Attribute::Label(label.into())]) {
        Ok(None) => {}
        Ok(Some(_)) | Err(TokenError::SeveralKeys) => return Err(TokenError::LabelTaken),
        Err(e) => return Err(e),
    }
    let (public, private) = pair(session, label).map_err(TokenError::device)?;
    finish(session, public, private).inspect_err(|_| {
        // The first error is the one to tell. A half that stays behind is found by the next try, as a taken label.
        let _ = session.destroy_object(private);
        let _ = session.destroy_object(public);
    })
}

fn pair(session: &Session, label: &str) -> Result<(ObjectHandle, ObjectHandle), Error> {
    let edwards = Attribute::KeyType(KeyType::EC_EDWARDS);
    let label = Attribute::Label(label.into());
    let private = [
        Attribute::Token(true),
        Attribute::Private(true),
        edwards.clone(),
        label.clone(),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
        Attribute::Decrypt(false),
        Attribute::Derive(false),
        Attribute::SignRecover(false),
        Attribute::Unwrap(false),
    ];
    let make = |curve: &[u8]| {
        let public = [
            Attribute::Token(true),
            Attribute::Private(false),
            edwards.clone(),
            label.clone(),
            Attribute::EcParams(curve.to_vec()),
            Attribute::Verify(true),
            Attribute::Encrypt(false),
            Attribute::VerifyRecover(false),
            Attribute::Wrap(false),
        ];
        session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private)
    };
    in_either_spelling(make)
}

/// Tries the second spelling where the first fails in whatever way: tokens have no common error for a curve that they
/// do not know. The error is that of the first.
fn in_either_spelling<T, E>(make: impl Fn(&[u8]) -> Result<T, E>) -> Result<T, E> {
    let [first, second] = ED25519;
    make(first).or_else(|error| make(second).map_err(|_| error))
}

fn finish(session: &Session, public: ObjectHandle, private: ObjectHandle) -> Result<PublicKey, TokenError> {
    let key = Key::tried(session, private, public_key(session, public)?)?;
    let id = [Attribute::Id(key.public.kid().0.to_vec())];
    for object in [private, public] {
        session.update_attributes(object, &id).map_err(TokenError::device)?;
    }
    Ok(key.public)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SoftHSM 2.6 takes both, so no test with it comes to the second.
    #[test]
    fn a_token_may_know_one_spelling_only() {
        let [first, second] = ED25519;
        let token = |known: Option<&'static [u8]>| {
            in_either_spelling(|curve| {
                if Some(curve) == known {
                    Ok(curve.to_vec())
                } else {
                    Err(curve.to_vec())
                }
            })
        };
        assert_eq!(token(Some(first)), Ok(first.to_vec()));
        assert_eq!(token(Some(second)), Ok(second.to_vec()));
        assert_eq!(token(None), Err(first.to_vec()));
    }
}
