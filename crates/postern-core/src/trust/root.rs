//! Roots: which keys sign what, and how many of them it takes.

use serde::{Deserialize, Serialize};

use super::MAX_VERSION;
use super::document::Payload;
use super::error::DocumentKind;
use crate::cose::ALG_ED25519;
use crate::keys::{PublicKey, Role};
use crate::text::Names;
use crate::time::Time;

/// The most keys of one role.
pub(super) const MAX_KEYS: usize = 32;

/// A root document's payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RootShape", into = "RootShape")]
pub struct Root {
    /// The authority.
    pub name: Names,
    /// Who signs what.
    pub roles: RootRoles,
    /// When it was made.
    pub issued: Time,
    /// When the authority means to have made the next one.
    pub expires: Time,
    /// Counts from 1.
    pub version: u64,
}

/// The three roles of a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootRoles {
    /// Signs roots.
    pub root: Keys,
    /// Signs snapshots.
    pub snapshot: Keys,
    /// Signs packs.
    pub publisher: Keys,
}

impl Root {
    /// The keys of a role of this document; `None` for the roles that a pack lists.
    pub fn keys_of(&self, role: Role) -> Option<&Keys> {
        match role {
            Role::Publisher => Some(&self.roles.publisher),
            Role::Root => Some(&self.roles.root),
            Role::Snapshot => Some(&self.roles.snapshot),
            _ => None,
        }
    }
}

impl Payload for Root {
    const KIND: DocumentKind = DocumentKind::Root;
    const TYPE: &'static str = "application/postern-root+cbor";
    const MAX_LEN: usize = 64 << 10;

    fn version(&self) -> u64 {
        self.version
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootShape {
    name: Names,
    roles: RootRoles,
    format: u64,
    issued: Time,
    expires: Time,
    version: u64,
}

impl TryFrom<RootShape> for Root {
    type Error = &'static str;

    fn try_from(shape: RootShape) -> Result<Self, Self::Error> {
        let RootShape {
            name,
            roles,
            format,
            issued,
            expires,
            version,
        } = shape;
        if format != 1 {
            return Err("a format other than 1");
        }
        check_version(version)?;
        check_times(issued, expires)?;
        let mut all: Vec<_> = [&roles.root, &roles.snapshot, &roles.publisher]
            .iter()
            .flat_map(|k| k.keys())
            .collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        if all.len() != count {
            return Err("one key in two roles");
        }
        Ok(Self {
            name,
            roles,
            issued,
            expires,
            version,
        })
    }
}

impl From<Root> for RootShape {
    fn from(
        Root {
            name,
            roles,
            issued,
            expires,
            version,
        }: Root,
    ) -> Self {
        Self {
            name,
            roles,
            format: 1,
            issued,
            expires,
            version,
        }
    }
}

/// Versions count from 1.
pub(crate) fn check_version(version: u64) -> Result<(), &'static str> {
    match (1..=MAX_VERSION).contains(&version) {
        true => Ok(()),
        false => Err("a version out of range"),
    }
}

/// A document expires after it was issued.
pub(super) fn check_times(issued: Time, expires: Time) -> Result<(), &'static str> {
    if issued < expires {
        Ok(())
    } else {
        Err("expires before it was issued")
    }
}

/// The keys of a role and its threshold: at least one key, none twice, and no more asked for than there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "KeysShape", into = "KeysShape")]
pub struct Keys {
    keys: Vec<PublicKey>,
    threshold: usize,
}

impl Keys {
    /// A role's keys, in any order.
    ///
    /// # Errors
    ///
    /// What is wrong, in words: none or too many keys, one twice, or a threshold that cannot be met.
    pub fn new(mut keys: Vec<PublicKey>, threshold: usize) -> Result<Self, &'static str> {
        keys.sort_unstable();
        match () {
            () if !(1..=MAX_KEYS).contains(&keys.len()) => Err("a role has 1 to 32 keys"),
            () if keys.windows(2).any(|pair| pair[0] == pair[1]) => Err("one key twice in a role"),
            () if !(1..=keys.len()).contains(&threshold) => Err("a threshold is 1 up to the number of keys"),
            () => Ok(Self { keys, threshold }),
        }
    }

    /// The keys, ascending by their bytes.
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// How many of them must sign.
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// Whether `key` is one of them.
    pub fn contain(&self, key: &PublicKey) -> bool {
        self.keys.binary_search(key).is_ok()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysShape {
    keys: Vec<(i64, PublicKey)>,
    threshold: u64,
}

impl TryFrom<KeysShape> for Keys {
    type Error = &'static str;

    fn try_from(KeysShape { keys, threshold }: KeysShape) -> Result<Self, Self::Error> {
        if keys.iter().any(|(alg, _)| *alg != ALG_ED25519) {
            return Err("a key of another algorithm than Ed25519");
        }
        let keys: Vec<_> = keys.into_iter().map(|(_, key)| key).collect();
        // The order is part of the one encoding: `new` would sort, and the re-encoding then differ.
        Self::new(keys, usize::try_from(threshold).unwrap_or(usize::MAX))
    }
}

impl From<Keys> for KeysShape {
    fn from(Keys { keys, threshold }: Keys) -> Self {
        Self {
            keys: keys.into_iter().map(|key| (ALG_ED25519, key)).collect(),
            threshold: threshold as u64,
        }
    }
}
