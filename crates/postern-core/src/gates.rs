//! Gates as an authority knows them: how one applies, the register, and where its wrapped tag keys lie
//! (`docs/FORMAT.md` section 3.8).
//!
//! Keys are wrapped and unwrapped elsewhere: here a recipient of age is text.

mod position;
mod register;

use serde::{Deserialize, Serialize};

pub use position::{BadPosition, Position};
pub use register::{Enrolled, Gate, MAX_GATES, NoSuchGate, NotEnrolled, Register, Retired};

use crate::keys::PublicKey;
use crate::text::{GateName, is_printable};
use crate::time::Time;
use crate::trust::{Document, DocumentKind, Keys, Payload};

/// The most bytes of a wrapped tag key.
pub const MAX_WRAPPED: usize = 1 << 10;

/// The folder of a gate's wrapped tag keys in the repository.
pub fn folder(gate: &PublicKey) -> String {
    format!("gate/{}", crate::hex(&gate.thumbprint()))
}

/// The path of the tag key of an epoch as it is wrapped to a gate.
pub fn wrapped_path(gate: &PublicKey, epoch: u8) -> String {
    format!("{}/{epoch}.age", folder(gate))
}

/// A gate's application for the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "EnrolmentShape", into = "EnrolmentShape")]
pub struct Enrolment {
    /// Whom tag keys are wrapped to.
    pub age: AgeRecipient,
    /// The gate's key.
    pub key: PublicKey,
    /// The gate's name.
    pub name: GateName,
    /// Where it stands.
    pub place: Option<Line>,
    /// When it was made, by the gate's clock.
    pub issued: Time,
}

impl Payload for Enrolment {
    const KIND: DocumentKind = DocumentKind::Enrolment;
    const TYPE: &'static str = "application/postern-enrolment+cbor";
    const MAX_LEN: usize = 4 << 10;

    /// An application has no versions: the register counts them.
    fn version(&self) -> u64 {
        1
    }
}

impl Document<Enrolment> {
    /// Whether the gate whose key it names has signed it. No more is proven by that: whose gate it is, a person must know.
    pub fn is_signed_by_itself(&self) -> bool {
        Keys::new(vec![self.payload().key], 1).is_ok_and(|own| self.threshold(&own).is_ok())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrolmentShape {
    age: AgeRecipient,
    key: PublicKey,
    name: GateName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Line>,
    format: u64,
    issued: Time,
}

impl TryFrom<EnrolmentShape> for Enrolment {
    type Error = &'static str;

    fn try_from(shape: EnrolmentShape) -> Result<Self, Self::Error> {
        let EnrolmentShape {
            age,
            key,
            name,
            place,
            format,
            issued,
        } = shape;
        match format {
            1 => Ok(Self {
                age,
                key,
                name,
                place,
                issued,
            }),
            _ => Err("a format other than 1"),
        }
    }
}

impl From<Enrolment> for EnrolmentShape {
    fn from(enrolment: Enrolment) -> Self {
        let Enrolment {
            age,
            key,
            name,
            place,
            issued,
        } = enrolment;
        Self {
            age,
            key,
            name,
            place,
            format: 1,
            issued,
        }
    }
}

/// Text that must be of a kind; everything else is an error at its door.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $bad:literal, |$text:ident| $good:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from($text: String) -> Result<Self, Self::Error> {
                if $good { Ok(Self($text)) } else { Err($bad) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.to_owned().try_into()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// A line of printable text, 1 to 200 bytes: a place, or a reason.
    Line,
    "a line has 1 to 200 bytes of printable text, without space around it",
    |text| (1..=200).contains(&text.len()) && is_printable(&text)
}

text! {
    /// An X25519 recipient of age: `age1` and 58 characters of Bech32 (BIP 173) in lower case. Whether anything can be sealed
    /// to it, who seals must check.
    AgeRecipient,
    "an age recipient is age1 and 58 lower-case letters and digits",
    |text| text
        .strip_prefix("age1")
        .is_some_and(|data| data.len() == 58 && data.bytes().all(|b| b"023456789acdefghjklmnpqrstuvwxyz".contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;
    use crate::keys::{PrivateKey, Signer};

    pub(super) fn key(seed: u8) -> PrivateKey {
        PrivateKey::from_seed(&[seed; 32])
    }

    pub(super) fn enrolment(seed: u8, name: &str) -> Enrolment {
        Enrolment {
            age: format!("age1{}", "q".repeat(58)).parse().unwrap(),
            key: key(seed).public(),
            name: name.parse().unwrap(),
            place: Some("东门".parse().unwrap()),
            issued: Time::from_seconds(1_796_083_200).unwrap(),
        }
    }

    /// The keys of every map in these bytes, in the order in which they stand.
    pub(super) fn ascending_keys(bytes: &[u8]) -> bool {
        fn ascending(value: &ciborium::Value) -> bool {
            match value {
                ciborium::Value::Array(items) => items.iter().all(ascending),
                ciborium::Value::Map(entries) => {
                    let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_text().unwrap()).collect();
                    let order = |key: &&str| (key.len(), key.to_string());
                    keys.is_sorted_by_key(order) && entries.iter().all(|(_, value)| ascending(value))
                }
                _ => true,
            }
        }
        ascending(&ciborium::from_reader(bytes).unwrap())
    }

    #[test]
    fn an_enrolment_is_deterministic_and_comes_back() {
        for place in [None, Some("East gate".parse().unwrap())] {
            let payload = Enrolment {
                place,
                ..enrolment(1, "north-1")
            };
            let bytes = cbor::to_vec(&payload);
            assert!(ascending_keys(&bytes));
            assert_eq!(cbor::from_slice::<Enrolment>(&bytes), Ok(payload));
        }
    }

    #[test]
    fn an_enrolment_is_signed_by_the_key_that_it_names() {
        let draft = Document::draft(enrolment(1, "north-1"));
        assert!(!draft.is_signed_by_itself());
        let signed_by = |seed| {
            let mut document = draft.clone();
            document.add_signature(draft.sign(&key(seed)).unwrap());
            document
        };
        assert!(!signed_by(2).is_signed_by_itself());
        let own = signed_by(1);
        assert!(own.is_signed_by_itself());
        let mut both = signed_by(2);
        both.add_signature(own.signatures()[0]);
        assert!(both.is_signed_by_itself(), "others do no harm");

        let bytes = own.to_bytes();
        assert!(Document::<Enrolment>::parse(&bytes).unwrap().is_signed_by_itself());
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            let believed = Document::<Enrolment>::parse(&flipped).is_ok_and(|document| document.is_signed_by_itself());
            assert!(!believed, "byte {at}");
        }
    }

    #[test]
    fn texts_are_bounded() {
        for bad in ["", " a", "a\nb", "a\u{202e}b", &"长".repeat(67)] {
            assert!(bad.parse::<Line>().is_err(), "{bad:?}");
        }
        for good in ["a", "东门 2", &"长".repeat(66)] {
            assert!(good.parse::<Line>().is_ok(), "{good}");
        }
        let good = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
        assert!(good.parse::<AgeRecipient>().is_ok());
        for bad in [
            "",
            &good[..61],
            &format!("{good}q"),
            &good.to_uppercase(),
            &good.replace('t', "b"),
            &good.replace("age1", "age2"),
        ] {
            assert!(bad.parse::<AgeRecipient>().is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_those_of_a_repository() {
        let path = wrapped_path(&key(1).public(), 255);
        assert_eq!(path.len(), 5 + 64 + 8);
        assert!(path.starts_with("gate/") && path.ends_with("/255.age"));
        crate::bundle::Bundle::default().insert(&path, Vec::new()).unwrap();
    }
}
