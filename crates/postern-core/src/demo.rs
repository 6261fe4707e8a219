//! The demonstration keys: known to everybody, for learning and for test vectors, never for people.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::keys::{PrivateKey, PublicKey, Role, Signer};
use crate::tag::TagKey;

/// The passphrase of the key files in `keys/demo`.
pub const PASSPHRASE: &str = "postern-demo";

/// How many demonstration keys each role has.
pub const KEYS: u8 = 3;

/// The `n`-th demonstration key of a role, from 0 to [`KEYS`] - 1.
pub fn key(role: Role, n: u8) -> PrivateKey {
    PrivateKey::from_seed(&secret(role, n))
}

/// The demonstration tag key, epoch 0.
pub fn tag_key() -> TagKey {
    TagKey::new(0, secret(Role::Tag, 0))
}

/// Whether a key is one that everybody has.
pub fn is_demo_key(key: &PublicKey) -> bool {
    static PUBLIC: LazyLock<BTreeSet<PublicKey>> = LazyLock::new(|| {
        let numbered = Role::ALL.into_iter().flat_map(|role| (0..KEYS).map(move |n| (role, n)));
        numbered.map(|(role, n)| self::key(role, n).public()).collect()
    });
    PUBLIC.contains(key)
}

fn secret(role: Role, n: u8) -> [u8; 32] {
    Sha256::digest(format!("Postern demonstration key, worthless: {role} {n}")).into()
}
