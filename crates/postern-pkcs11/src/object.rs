//! The key objects of a token: found, read and tried.

use cryptoki::error::Error;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use postern_core::keys::{PublicKey, Signature};

use crate::error::{TokenError, call};
use crate::uri::KeyUri;

/// What the test signature is over. Everything that Postern signs is a CBOR array (RFC 9052 section 4.4); this is text,
/// so its signature is worth nothing.
const TEST_MESSAGE: &[u8] = b"postern: does this key sign?";

/// A private key that has made a signature under its public half.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    pub(crate) private: ObjectHandle,
    pub(crate) public: PublicKey,
}

impl Key {
    /// Tries the key before anything hangs on it.
    pub(crate) fn tried(session: &Session, private: ObjectHandle, public: PublicKey) -> Result<Self, TokenError> {
        let key = Self { private, public };
        match key.sign(session, TEST_MESSAGE) {
            Ok(_) => Ok(key),
            Err(Fault::Call(e)) => Err(TokenError::device(e)),
            Err(Fault::Signature) => Err(TokenError::PublicKeyMismatch),
        }
    }

    /// Signs with pure Ed25519 (RFC 8032 section 5.1.6).
    ///
    /// Each signature is verified before it is given away, for about a quarter of the rate on SoftHSM. A wrong one is
    /// not merely useless: Ed25519 is deterministic, and a right and a wrong signature of one message together can give
    /// away the private key.
    pub(crate) fn sign(&self, session: &Session, message: &[u8]) -> Result<Signature, Fault> {
        let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
        let signature = session.sign(&mechanism, self.private, message).map_err(Fault::Call)?;
        let signature = Signature::try_from(signature).map_err(|_| Fault::Signature)?;
        match self.public.verify(message, &signature) {
            Ok(()) => Ok(signature),
            Err(_) => Err(Fault::Signature),
        }
    }
}

/// Why a device gave no signature.
pub(crate) enum Fault {
    /// A call failed.
    Call(Error),
    /// The signature is none of this message under this key.
    Signature,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Call(e) => f.write_str(&call(e)),
            Self::Signature => f.write_str("the signature that the token made does not verify"),
        }
    }
}

/// Finds the one private key that the URI names, and its public half.
pub(crate) fn find_key(session: &Session, uri: &KeyUri) -> Result<Key, TokenError> {
    let mut named = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
    named.extend(uri.object().map(|label| Attribute::Label(label.into())));
    named.extend(uri.id().map(|id| Attribute::Id(id.into())));
    let edwards = Attribute::KeyType(KeyType::EC_EDWARDS);

    let Some(private) = find_one(session, &[&named[..], std::slice::from_ref(&edwards)].concat())? else {
        // Keys of other types do not stand in the way, but where there are only these it is good to know.
        return Err(match find_one(session, &named) {
            Ok(None) => TokenError::KeyAbsent,
            Ok(Some(_)) | Err(TokenError::SeveralKeys) => TokenError::KeyType,
            Err(e) => e,
        });
    };
    // The halves of a pair are to have one CKA_ID; where there is none at all, the label is what is left.
    let twin = match (
        value(session, private, AttributeType::Id)?,
        value(session, private, AttributeType::Label)?,
    ) {
        (Some(id), _) => Attribute::Id(id),
        (None, Some(label)) => Attribute::Label(label),
        (None, None) => return Err(TokenError::PublicKeyAbsent),
    };
    let public = find_one(session, &[Attribute::Class(ObjectClass::PUBLIC_KEY), edwards, twin])?
        .ok_or(TokenError::PublicKeyAbsent)?;
    Key::tried(session, private, public_key(session, public)?)
}

/// The public key of a public key object.
pub(crate) fn public_key(session: &Session, object: ObjectHandle) -> Result<PublicKey, TokenError> {
    let point = value(session, object, AttributeType::EcPoint)?.ok_or(TokenError::PublicKeyAbsent)?;
    match point_bytes(&point) {
        Point::Ed25519(bytes) => PublicKey::from_bytes(bytes).map_err(|_| TokenError::PublicKeyInvalid),
        Point::Ed448 => Err(TokenError::KeyType),
        Point::Neither => Err(TokenError::PublicKeyInvalid),
    }
}

#[derive(Debug, PartialEq)]
enum Point<'a> {
    Ed25519(&'a [u8; 32]),
    Ed448,
    Neither,
}

/// CKA_EC_POINT, which some tokens wrap in a DER OCTET STRING, as for other curves, and some do not. Both curves have
/// one key type; the length of the point tells which it is.
fn point_bytes(value: &[u8]) -> Point<'_> {
    // By its whole length: a bare point may begin like an OCTET STRING.
    let bare = match value {
        [0x04, length @ (32 | 57), rest @ ..] if usize::from(*length) == rest.len() => rest,
        _ => value,
    };
    match bare.len() {
        57 => Point::Ed448,
        _ => bare.try_into().map_or(Point::Neither, Point::Ed25519),
    }
}

/// One attribute, where the object has it and it is not empty.
fn value(session: &Session, object: ObjectHandle, attribute: AttributeType) -> Result<Option<Vec<u8>>, TokenError> {
    let found = session
        .get_attributes(object, &[attribute])
        .map_err(TokenError::device)?;
    Ok(found.into_iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(bytes) | Attribute::Id(bytes) | Attribute::Label(bytes) if !bytes.is_empty() => Some(bytes),
        _ => None,
    }))
}

/// The object of a template, or none.
pub(crate) fn find_one(session: &Session, template: &[Attribute]) -> Result<Option<ObjectHandle>, TokenError> {
    let mut found = session.iter_objects(template).map_err(TokenError::device)?;
    let first = found.next().transpose().map_err(TokenError::device)?;
    match found.next() {
        None => Ok(first),
        Some(Ok(_)) => Err(TokenError::SeveralKeys),
        Some(Err(e)) => Err(TokenError::device(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_wrapped_and_bare() {
        let bytes: [u8; 32] = std::array::from_fn(|i| i as u8);
        let wrapped = |length: u8, bytes: &[u8]| [&[0x04, length], bytes].concat();
        assert_eq!(point_bytes(&bytes), Point::Ed25519(&bytes));
        assert_eq!(point_bytes(&wrapped(32, &bytes)), Point::Ed25519(&bytes));
        // A bare point may begin as an OCTET STRING of 30 bytes does.
        let mut alike = bytes;
        (alike[0], alike[1]) = (0x04, 30);
        assert_eq!(point_bytes(&alike), Point::Ed25519(&alike));
        assert_eq!(point_bytes(&[1; 57]), Point::Ed448);
        assert_eq!(point_bytes(&wrapped(57, &[1; 57])), Point::Ed448);
        for other in [
            &[][..],
            &[4],
            &[4, 32],
            &bytes[1..],
            &[0; 33],
            &wrapped(33, &bytes),
            &wrapped(31, &bytes),
        ] {
            assert_eq!(point_bytes(other), Point::Neither, "{other:?}");
        }
    }
}
