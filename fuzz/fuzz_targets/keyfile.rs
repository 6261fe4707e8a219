//! Key files of a stranger. A file whose own word makes it cost seconds to open is parsed only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::{Decode, pem};
use pkcs8::pkcs5::{EncryptionScheme, pbes2::Kdf};
use postern_core::keyfile::{self, KeyFile, SecretKey};
use postern_core::keys::{Role, Signer};

fuzz_target!(|bytes: &[u8]| {
    if let Ok((key, role)) = keyfile::parse_public(bytes) {
        let role = role.unwrap_or(Role::Code);
        let pem = keyfile::public_pem(&key, role).expect("a key is encoded");
        assert_eq!(keyfile::parse_public(pem.as_bytes()), Ok((key, Some(role))));
    }
    let Ok(file) = KeyFile::parse(bytes) else { return };
    if file.is_encrypted() && is_costly(bytes) {
        return;
    }
    let Ok(key) = file.open(b"postern-demo") else { return };
    let pem = keyfile::danger_plain(&key, Role::Code).expect("a key is encoded");
    let again = KeyFile::parse(pem.as_bytes())
        .and_then(|file| file.open(b""))
        .expect("our own file is read");
    match (key, again) {
        (SecretKey::Signing(a), SecretKey::Signing(b)) => assert_eq!(a.public(), b.public()),
        (SecretKey::Tag(a), SecretKey::Tag(b)) => assert_eq!(a.secret(), b.secret()),
        _ => panic!("a key changed its kind"),
    }
});

/// Whether opening would take longer than a fuzzer has: within the bounds of the format, but slow.
fn is_costly(bytes: &[u8]) -> bool {
    let start = bytes
        .windows(11)
        .position(|window| window == b"-----BEGIN ")
        .unwrap_or_default();
    let Ok((_, der)) = pem::decode_vec(&bytes[start..]) else {
        return false;
    };
    let Ok(info) = EncryptedPrivateKeyInfoRef::from_der(&der) else {
        return false;
    };
    match &info.encryption_algorithm {
        EncryptionScheme::Pbes2(scheme) => match &scheme.kdf {
            Kdf::Pbkdf2(params) => (2_000..=10_000_000).contains(&params.iteration_count),
            Kdf::Scrypt(params) => {
                let [n, r, p]: [u64; 3] = [
                    params.cost_parameter,
                    params.block_size.into(),
                    params.parallelization.into(),
                ];
                n <= 1 << 20 && r <= 32 && p <= 16 && n.saturating_mul(r).saturating_mul(p) > 256
            }
            _ => false,
        },
        _ => false,
    }
}
