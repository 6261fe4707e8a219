//! Writes the demonstration keys to `keys/demo`: `cargo run -p postern-core --example demo-keys`.
//!
//! Anybody can make these files; they are kept so that every example and every rehearsal finds them.

use std::fs;
use std::io;
use std::path::Path;

use postern_core::demo;
use postern_core::keyfile::{self, KeyFileError, Salts, SecretKey};
use postern_core::keys::{Role, Signer};
use sha2::{Digest, Sha256};

/// Where the files are, from the crate's folder.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../keys/demo");

#[allow(dead_code, reason = "the test includes this file for the files alone")]
fn main() -> io::Result<()> {
    for (name, text) in files().map_err(io::Error::other)? {
        fs::write(Path::new(FOLDER).join(name), text)?;
    }
    Ok(())
}

/// Every file's name and content: `ROLE-N.key` and `ROLE-N.pub`, and the tag key, which has no public half.
///
/// # Errors
///
/// [`KeyFileError::Internal`] where the library fails.
pub(crate) fn files() -> Result<Vec<(String, String)>, KeyFileError> {
    let mut files = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Tag) {
        for n in 0..demo::KEYS {
            let key = demo::key(role, n);
            let public = keyfile::public_pem(&key.public(), role)?;
            files.push((format!("{role}-{n}.key"), encrypted(SecretKey::Signing(key), role, n)?));
            files.push((format!("{role}-{n}.pub"), public));
        }
    }
    let tag = SecretKey::Tag(demo::tag_key());
    files.push((format!("{}-0.key", Role::Tag), encrypted(tag, Role::Tag, 0)?));
    Ok(files)
}

fn encrypted(key: SecretKey, role: Role, n: u8) -> Result<String, KeyFileError> {
    // Salts that are known make these files reproducible, and would make others weak.
    let digest = |what| <[u8; 32]>::from(Sha256::digest(format!("Postern demonstration {what}: {role} {n}")));
    let half = |bytes: [u8; 32]| std::array::from_fn(|i| bytes[i]);
    let salts = Salts {
        salt: half(digest("salt")),
        iv: half(digest("initialisation vector")),
    };
    keyfile::encrypt(&key, role, demo::PASSPHRASE.as_bytes(), salts)
}
