//! Who can open, and to whom one seals.

use std::fmt;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519;
use bech32::primitives::decode::CheckedHrpstring;
use curve25519_dalek::montgomery::MontgomeryPoint;
use zeroize::Zeroizing;

use crate::SealError;

/// An X25519 secret; the library wipes it when it is dropped.
#[derive(Clone)]
pub struct Identity(pub(crate) x25519::Identity);

impl Identity {
    /// A new identity, from the system's randomness.
    ///
    /// # Panics
    ///
    /// Where the system has no randomness to give: the library knows no other answer.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// An identity from its text, `AGE-SECRET-KEY-1...`.
    ///
    /// # Errors
    ///
    /// [`SealError::NotAnIdentity`].
    pub fn parse(text: &str) -> Result<Self, SealError> {
        text.parse().map(Self).map_err(|_| SealError::NotAnIdentity)
    }

    /// The secret as text, `AGE-SECRET-KEY-1...`.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    /// The public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.recipient())
    }
}

/// An X25519 public key: whom something is sealed to. Its text is `age1...` (BIP 173), 62 characters in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recipient(pub(crate) x25519::Recipient);

impl Recipient {
    /// A recipient from its text, which may come from a stranger.
    ///
    /// # Errors
    ///
    /// [`SealError::NotARecipient`], also for another spelling than the one that [`Self`] prints, and for a point of small
    /// order: whatever is sealed to such a point, everybody can open (RFC 7748 section 6.1), and the library panics on it.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        text.parse()
    }
}

impl FromStr for Recipient {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let parsed: x25519::Recipient = text.parse().map_err(|_| SealError::NotARecipient)?;
        let decoded = CheckedHrpstring::new::<bech32::Bech32>(text).map_err(|_| SealError::NotARecipient)?;
        let bytes: Vec<u8> = decoded.byte_iter().collect();
        let point = MontgomeryPoint(bytes.try_into().map_err(|_| SealError::NotARecipient)?);
        // Any clamped scalar does: it is a multiple of the cofactor, and of no order of a point that is not small.
        let of_small_order = point.mul_clamped([0; 32]) == MontgomeryPoint([0; 32]);
        match parsed.to_string() == text && !of_small_order {
            true => Ok(Self(parsed)),
            false => Err(SealError::NotARecipient),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip() {
        let identity = Identity::generate();
        let again = Identity::parse(&identity.to_secret_text()).unwrap();
        assert_eq!(again.recipient(), identity.recipient());
        let text = identity.recipient().to_string();
        assert_eq!((text.len(), &text[..4]), (62, "age1"));
        assert_eq!(Recipient::parse(&text).unwrap().to_string(), text);
        assert_ne!(Identity::generate().recipient(), identity.recipient());
    }

    #[test]
    fn a_recipient_has_one_spelling() {
        let text = Identity::generate().recipient().to_string();
        for other in [
            text.to_uppercase(),
            format!(" {text}"),
            format!("{text}\n"),
            text[..61].to_owned(),
            text.replacen("age1", "edge1", 1),
            Identity::generate().to_secret_text().to_string(),
            String::new(),
        ] {
            assert_eq!(Recipient::parse(&other), Err(SealError::NotARecipient), "{other}");
        }
        let mut flipped = text.into_bytes();
        flipped[20] = if flipped[20] == b'q' { b'p' } else { b'q' };
        let flipped = String::from_utf8(flipped).unwrap();
        assert_eq!(Recipient::parse(&flipped), Err(SealError::NotARecipient));
    }

    /// The library panics when it seals to one of these.
    #[test]
    fn points_of_small_order_are_no_recipients() {
        let hrp = bech32::Hrp::parse("age").unwrap();
        let order_8 = [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
            0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
        ];
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        let mut one = [0; 32];
        one[0] = 1;
        for bytes in [[0; 32], one, minus_one, order_8] {
            let text = bech32::encode::<bech32::Bech32>(hrp, &bytes).unwrap();
            assert_eq!(Recipient::parse(&text), Err(SealError::NotARecipient), "{text}");
        }
        let mut base = [0; 32];
        base[0] = 9;
        let text = bech32::encode::<bech32::Bech32>(hrp, &base).unwrap();
        assert!(Recipient::parse(&text).is_ok(), "the base point is one");
    }

    #[test]
    fn debug_shows_no_secret() {
        let identity = Identity::generate();
        let secret = identity.to_secret_text();
        assert!(!format!("{identity:?}").to_uppercase().contains(&secret[16..]));
    }
}
