//! Document tags: a code is tied to a document without its number (`docs/FORMAT.md` section 2.2).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::cbor::Bytes;
use crate::record::DocumentTag;

/// The most characters of a document's number.
pub const MAX_NUMBER: usize = 32;

/// Bytes of a tag key as it is sealed to a gate.
pub const SEALED_LEN: usize = 33;

/// An identity document, normalised: what differs only in writing is the same document. Its debug form has no number.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    kind: DocumentKind,
    country: [u8; 2],
    number: String,
}

/// The kind of an identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A national identity card, in China the resident identity card.
    Id,
    /// Any other document.
    Other,
    /// A passport.
    Passport,
}

impl DocumentKind {
    /// The kind's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Other => "other",
            Self::Passport => "passport",
        }
    }
}

impl Document {
    /// A document from its kind (`id`, `passport`, `other`), country (ISO 3166-1 alpha-2) and number as people write it.
    ///
    /// # Errors
    ///
    /// [`BadDocument`] says which part.
    pub fn new(kind: &str, country: &str, number: &str) -> Result<Self, BadDocument> {
        let kind = [DocumentKind::Id, DocumentKind::Other, DocumentKind::Passport]
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or(BadDocument::Kind)?;
        let country = match *country.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => [a, b],
            _ => return Err(BadDocument::Country),
        };
        let mut plain = String::with_capacity(number.len());
        plain.extend(
            number
                .chars()
                .filter(|c| !matches!(c, ' ' | '-' | '\u{3000}' | '\u{2010}' | '\u{ff0d}'))
                .map(|c| match c {
                    '\u{ff10}'..='\u{ff5a}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                    _ => c,
                })
                .map(|c| c.to_ascii_uppercase()),
        );
        let number = plain;
        let good = (1..=MAX_NUMBER).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if good {
            Ok(Self { kind, country, number })
        } else {
            Err(BadDocument::Number)
        }
    }

    /// Its kind.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Its country, ISO 3166-1 alpha-2.
    pub fn country(&self) -> &str {
        std::str::from_utf8(&self.country).expect("the constructor takes two ASCII letters only")
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({} {})", self.kind.as_str(), self.country())
    }
}

/// Which part of a document is not as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadDocument {
    /// Not two upper-case letters.
    Country,
    /// Not `id`, `passport` or `other`.
    Kind,
    /// Not 1 to [`MAX_NUMBER`] letters and digits.
    Number,
}

impl std::fmt::Display for BadDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Country => "a document's country is two upper-case letters",
            Self::Kind => "a document's kind is id, passport or other",
            Self::Number => "a document's number is 1 to 32 letters and digits",
        })
    }
}

impl std::error::Error for BadDocument {}

/// The key of an epoch, under which tags are computed; zeroed when dropped.
#[derive(Clone, ZeroizeOnDrop)]
pub struct TagKey {
    #[zeroize(skip)]
    epoch: u8,
    key: [u8; 32],
}

impl TagKey {
    /// The key of `epoch`, 32 bytes from a secure source of randomness.
    pub fn new(epoch: u8, key: [u8; 32]) -> Self {
        Self { epoch, key }
    }

    /// The epoch, which every tag names.
    pub fn epoch(&self) -> u8 {
        self.epoch
    }

    /// The secret bytes.
    pub fn secret(&self) -> &[u8; 32] {
        &self.key
    }

    /// What a pack names the key by, without telling it (`docs/FORMAT.md` section 3.8).
    pub fn digest(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update("postern-tag")
            .chain_update([self.epoch])
            .chain_update(self.key)
            .finalize()
            .into()
    }

    /// What is sealed to gates: the epoch and the key.
    pub fn to_sealed_bytes(&self) -> Zeroizing<[u8; SEALED_LEN]> {
        let mut bytes = Zeroizing::new([self.epoch; SEALED_LEN]);
        bytes[1..].copy_from_slice(&self.key);
        bytes
    }

    /// A key from what was sealed, `None` for any other number of bytes. That it is the authority's, only [`Self::digest`]
    /// and a pack tell.
    pub fn from_sealed_bytes(bytes: &[u8]) -> Option<Self> {
        let (epoch, key) = bytes.split_first()?;
        Some(Self::new(*epoch, key.try_into().ok()?))
    }

    /// The tag of a document under this key.
    pub fn tag(&self, document: &Document) -> DocumentTag {
        let mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .expect("HMAC takes a key of any length")
            .chain_update(document.kind.as_str())
            .chain_update([0x1f])
            .chain_update(document.country)
            .chain_update([0x1f])
            .chain_update(&document.number)
            .finalize()
            .into_bytes();
        let mut tag = [self.epoch; 9];
        tag[1..].copy_from_slice(&mac[..8]);
        DocumentTag(Bytes(tag))
    }
}

impl std::fmt::Debug for TagKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TagKey(epoch {})", self.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_makes_no_difference() {
        let plain = Document::new("id", "CN", "11010519491231002X").unwrap();
        for written in [
            "11010519491231002x",
            "110105 19491231 002X",
            "110105-19491231-002X",
            "１１０１０５１９４９１２３１００２Ｘ",
        ] {
            assert_eq!(Document::new("id", "CN", written).as_ref(), Ok(&plain), "{written}");
        }
        assert_eq!((plain.kind(), plain.country()), (DocumentKind::Id, "CN"));
        let key = TagKey::new(7, [9; 32]);
        let tag = key.tag(&plain);
        assert_eq!(tag.0.0[0], 7);
        assert_ne!(
            key.tag(&Document::new("passport", "CN", "11010519491231002X").unwrap()),
            tag
        );
        assert_ne!(TagKey::new(7, [8; 32]).tag(&plain), tag);
    }

    #[test]
    fn each_part_is_checked() {
        for (kind, country, number, bad) in [
            ("card", "CN", "1", BadDocument::Kind),
            ("id", "cn", "1", BadDocument::Country),
            ("id", "CHN", "1", BadDocument::Country),
            ("id", "CN", "", BadDocument::Number),
            ("id", "CN", " - ", BadDocument::Number),
            ("id", "CN", "1\u{1f}2", BadDocument::Number),
            ("id", "CN", &"1".repeat(33), BadDocument::Number),
        ] {
            assert_eq!(
                Document::new(kind, country, number),
                Err(bad),
                "{kind} {country} {number}"
            );
        }
    }

    #[test]
    fn a_key_travels_with_its_epoch() {
        let key = TagKey::new(7, [9; 32]);
        let again = TagKey::from_sealed_bytes(&*key.to_sealed_bytes()).unwrap();
        assert_eq!((again.epoch(), again.secret()), (7, &[9; 32]));
        assert_eq!(again.digest(), key.digest());
        assert_ne!(TagKey::new(8, [9; 32]).digest(), key.digest());
        assert_ne!(TagKey::new(7, [8; 32]).digest(), key.digest());
        for len in [0, 1, 32, 34] {
            assert!(TagKey::from_sealed_bytes(&vec![7; len]).is_none(), "{len}");
        }
        // printf 'postern-tag\7' followed by 32 bytes 0x09, through sha256sum
        assert_eq!(
            crate::hex(&key.digest()),
            "8b28f182da8b934a64c6952426aced26bb83076179b5dac3914dc240ac94c694"
        );
    }

    #[test]
    fn debug_shows_no_secret() {
        use crate::document::{Assembler, Line, Reading};
        let number = "11010519491231002X";
        let document = Document::new("id", "CN", number).unwrap();
        assert_eq!(format!("{document:?}"), "Document(id CN)");
        let birth = None;
        let line = Line::Document(Reading { document, birth });
        assert_eq!(
            format!("{line:?}"),
            "Document(Reading { document: Document(id CN), birth: None })"
        );
        let assembled = format!("{:?}", Assembler::new().line(number));
        assert!(
            assembled.contains("Document(id CN)") && !assembled.contains(number),
            "{assembled}"
        );
        assert_eq!(format!("{:?}", TagKey::new(3, [0xcd; 32])), "TagKey(epoch 3)");
    }
}
