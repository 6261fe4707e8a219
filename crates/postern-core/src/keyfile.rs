//! Keys at rest: PKCS#8 version 1 (RFC 5208, RFC 8410) under PBES2 and scrypt (RFC 8018, RFC 7914), as PEM (RFC 7468).
//!
//! OpenSSL reads what this writes, and this reads what OpenSSL writes. Salts and passphrases are arguments.

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::{self, LineEnding};
use pkcs8::der::{AnyRef, Decode, Encode};
use pkcs8::pkcs5::{EncryptionScheme, pbes2, scrypt};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use crate::keys::{PrivateKey, PublicKey, Role, Signer};
use crate::tag::TagKey;

/// The most bytes of a key file.
pub const MAX_LEN: usize = 16 << 10;

/// Random bytes that encryption consumes: the scrypt salt and the AES initialisation vector.
pub struct Salts {
    /// Of scrypt.
    pub salt: [u8; 16],
    /// Of AES-256-CBC.
    pub iv: [u8; 16],
}

/// A secret key of any role.
#[derive(Debug)]
pub enum SecretKey {
    /// An Ed25519 key.
    Signing(PrivateKey),
    /// A document-tag key.
    Tag(TagKey),
}

const ID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ID_HMAC_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");

const LABEL_ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const LABEL_PLAIN: &str = "PRIVATE KEY";
const LABEL_PUBLIC: &str = "PUBLIC KEY";
const ROLE_FIELD: &str = "Postern-Role:";

/// scrypt's parameters (log2 N, r, p): 16 MiB, within OpenSSL's limit of 32 MiB, and five passes for the cost of 2^16.
const SCRYPT: (u8, u32, u32) = (14, 8, 5);

/// Encrypts a key made for `role`.
///
/// # Errors
///
/// [`KeyFileError::Internal`] where the library fails, which it does not for keys and salts of these sizes.
pub fn encrypt(key: &SecretKey, role: Role, passphrase: &[u8], salts: Salts) -> Result<String, KeyFileError> {
    let secret = private_key_info(key)?;
    let (log_n, r, p) = SCRYPT;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| KeyFileError::Internal)?;
    let scheme = pbes2::Parameters::generate_scrypt_aes256cbc(params, &salts.salt, salts.iv)
        .map_err(|_| KeyFileError::Internal)?;
    let sealed = scheme
        .encrypt(passphrase, &secret)
        .map_err(|_| KeyFileError::Internal)?;
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: scheme.into(),
        encrypted_data: OctetStringRef::new(&sealed).map_err(|_| KeyFileError::Internal)?,
    };
    to_pem(
        LABEL_ENCRYPTED,
        role,
        &info.to_der().map_err(|_| KeyFileError::Internal)?,
    )
}

/// A key in the clear, for a machine that must start alone; protect the file.
///
/// # Errors
///
/// [`KeyFileError::Internal`] as for [`encrypt`].
pub fn danger_plain(key: &SecretKey, role: Role) -> Result<Zeroizing<String>, KeyFileError> {
    to_pem(LABEL_PLAIN, role, &private_key_info(key)?).map(Zeroizing::new)
}

/// The PEM of a public key made for `role`.
///
/// # Errors
///
/// [`KeyFileError::Internal`] as for [`encrypt`].
pub fn public_pem(key: &PublicKey, role: Role) -> Result<String, KeyFileError> {
    let info = SubjectPublicKeyInfoRef {
        algorithm: algorithm(ID_ED25519),
        subject_public_key: pkcs8::der::asn1::BitStringRef::from_bytes(key.as_bytes())
            .map_err(|_| KeyFileError::Internal)?,
    };
    to_pem(LABEL_PUBLIC, role, &info.to_der().map_err(|_| KeyFileError::Internal)?)
}

/// A key file, opened but not yet decrypted.
#[derive(Debug)]
pub struct KeyFile {
    role: Option<Role>,
    label: &'static str,
    der: Zeroizing<Vec<u8>>,
}

impl KeyFile {
    /// Parses a PEM file of a private key, by this program or by OpenSSL.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyFileError> {
        let (label, role, der) = from_pem(bytes)?;
        let label = [LABEL_ENCRYPTED, LABEL_PLAIN]
            .into_iter()
            .find(|known| *known == label)
            .ok_or(KeyFileError::NotAPrivateKey)?;
        Ok(Self {
            role,
            label,
            der: Zeroizing::new(der),
        })
    }

    /// The role that the key was made for, where the file tells.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether a passphrase is needed.
    pub fn is_encrypted(&self) -> bool {
        self.label == LABEL_ENCRYPTED
    }

    /// The key. The passphrase is not looked at where the file is not encrypted.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`].
    pub fn open(&self, passphrase: &[u8]) -> Result<SecretKey, KeyFileError> {
        if !self.is_encrypted() {
            return secret_key(&self.der);
        }
        let info = EncryptedPrivateKeyInfoRef::from_der(&self.der).map_err(|_| KeyFileError::Malformed)?;
        let EncryptionScheme::Pbes2(scheme) = &info.encryption_algorithm else {
            return Err(KeyFileError::UnsupportedEncryption);
        };
        let affordable = match &scheme.kdf {
            pbes2::Kdf::Pbkdf2(params) => (1..=10_000_000).contains(&params.iteration_count),
            pbes2::Kdf::Scrypt(params) => {
                let (n, r) = (params.cost_parameter, u64::from(params.block_size));
                // 128 N r bytes of memory: at most 512 MiB. The library panics on N = 0.
                (2..=1 << 20).contains(&n)
                    && (1..=32).contains(&r)
                    && n * r <= 1 << 22
                    && (1..=16).contains(&params.parallelization)
            }
            _ => return Err(KeyFileError::UnsupportedEncryption),
        };
        if !affordable {
            return Err(KeyFileError::UnsupportedEncryption);
        }
        // CBC tells a wrong passphrase by its padding, or by what comes out being no key.
        let opened = scheme
            .decrypt(passphrase, info.encrypted_data.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| KeyFileError::WrongPassphrase)?;
        secret_key(&opened).map_err(|e| match e {
            KeyFileError::Malformed => KeyFileError::WrongPassphrase,
            other => other,
        })
    }
}

/// Parses the PEM of a public key: the key, and the role where the file tells it.
///
/// # Errors
///
/// [`KeyFileError`].
pub fn parse_public(bytes: &[u8]) -> Result<(PublicKey, Option<Role>), KeyFileError> {
    let (label, role, der) = from_pem(bytes)?;
    if label != LABEL_PUBLIC {
        return Err(KeyFileError::NotAPublicKey);
    }
    let info = SubjectPublicKeyInfoRef::from_der(&der).map_err(|_| KeyFileError::Malformed)?;
    let key = info
        .subject_public_key
        .as_bytes()
        .and_then(|bytes| bytes.try_into().ok());
    match key {
        Some(key) if info.algorithm == algorithm(ID_ED25519) => {
            Ok((PublicKey::from_bytes(key).map_err(|_| KeyFileError::Malformed)?, role))
        }
        _ => Err(KeyFileError::OtherAlgorithm),
    }
}

/// Why a key file does not give a key. No variant carries a byte of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The library failed on sizes that it takes.
    Internal,
    /// Not PEM, or not the structure that the PEM label promises.
    Malformed,
    /// Some other PEM.
    NotAPrivateKey,
    /// Some other PEM.
    NotAPublicKey,
    /// A key, but neither Ed25519 nor a tag key.
    OtherAlgorithm,
    /// Larger than [`MAX_LEN`].
    TooLarge,
    /// Encrypted otherwise than by PBES2 with scrypt or PBKDF2, or at a cost past the bounds.
    UnsupportedEncryption,
    /// The passphrase does not open the file.
    WrongPassphrase,
}

impl KeyFileError {
    /// A stable reason in kebab-case.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Internal => "key-internal",
            Self::Malformed => "key-malformed",
            Self::NotAPrivateKey => "key-not-private",
            Self::NotAPublicKey => "key-not-public",
            Self::OtherAlgorithm => "key-other-algorithm",
            Self::TooLarge => "key-too-large",
            Self::UnsupportedEncryption => "key-unsupported-encryption",
            Self::WrongPassphrase => "key-wrong-passphrase",
        }
    }
}

impl std::fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Internal => "the key could not be encoded",
            Self::Malformed => "not a PEM file of a key",
            Self::NotAPrivateKey => "not a private key",
            Self::NotAPublicKey => "not a public key",
            Self::OtherAlgorithm => "a key of another algorithm than Ed25519",
            Self::TooLarge => "larger than any key file",
            Self::UnsupportedEncryption => "encrypted in a way that is not supported",
            Self::WrongPassphrase => "the passphrase does not open the key",
        })
    }
}

impl std::error::Error for KeyFileError {}

fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierRef<'static> {
    AlgorithmIdentifierRef {
        oid,
        parameters: None::<AnyRef<'static>>,
    }
}

/// The PKCS#8 version 1 structure of a key.
fn private_key_info(key: &SecretKey) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let mut octets = Zeroizing::new(Vec::with_capacity(40));
    let oid = match key {
        SecretKey::Signing(key) => {
            // RFC 8410 section 7: an OCTET STRING within the OCTET STRING.
            octets.extend_from_slice(&[0x04, 0x20]);
            octets.extend_from_slice(key.seed());
            ID_ED25519
        }
        SecretKey::Tag(key) => {
            octets.push(key.epoch());
            octets.extend_from_slice(key.secret());
            ID_HMAC_WITH_SHA256
        }
    };
    let octets = OctetStringRef::new(&octets).map_err(|_| KeyFileError::Internal)?;
    let der = PrivateKeyInfoRef::new(algorithm(oid), octets)
        .to_der()
        .map_err(|_| KeyFileError::Internal)?;
    Ok(Zeroizing::new(der))
}

fn secret_key(der: &[u8]) -> Result<SecretKey, KeyFileError> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(|_| KeyFileError::Malformed)?;
    let octets = info.private_key.as_bytes();
    match (info.algorithm.oid, octets) {
        (ID_ED25519, [0x04, 0x20, seed @ ..]) => {
            let key = PrivateKey::from_seed(seed.try_into().map_err(|_| KeyFileError::Malformed)?);
            match info.public_key {
                Some(public) if public.as_bytes() != Some(key.public().as_bytes()) => Err(KeyFileError::Malformed),
                _ => Ok(SecretKey::Signing(key)),
            }
        }
        (ID_HMAC_WITH_SHA256, [epoch, key @ ..]) => Ok(SecretKey::Tag(TagKey::new(
            *epoch,
            key.try_into().map_err(|_| KeyFileError::Malformed)?,
        ))),
        (ID_ED25519 | ID_HMAC_WITH_SHA256, _) => Err(KeyFileError::Malformed),
        _ => Err(KeyFileError::OtherAlgorithm),
    }
}

fn to_pem(label: &'static str, role: Role, der: &[u8]) -> Result<String, KeyFileError> {
    let body = Zeroizing::new(pem::encode_string(label, LineEnding::LF, der).map_err(|_| KeyFileError::Internal)?);
    Ok(format!("{ROLE_FIELD} {role}\n{}", *body))
}

fn from_pem(bytes: &[u8]) -> Result<(&str, Option<Role>, Vec<u8>), KeyFileError> {
    if bytes.len() > MAX_LEN {
        return Err(KeyFileError::TooLarge);
    }
    let start = bytes
        .windows(11)
        .position(|window| window == b"-----BEGIN ")
        .ok_or(KeyFileError::Malformed)?;
    let (explanation, body) = bytes.split_at(start);
    let role = std::str::from_utf8(explanation)
        .map_err(|_| KeyFileError::Malformed)?
        .lines()
        .find_map(|line| line.strip_prefix(ROLE_FIELD))
        .map(|role| role.trim().parse().map_err(|_| KeyFileError::Malformed))
        .transpose()?;
    let (label, der) = pem::decode_vec(body).map_err(|_| KeyFileError::Malformed)?;
    Ok((label, role, der))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salts() -> Salts {
        Salts {
            salt: [1; 16],
            iv: [2; 16],
        }
    }

    fn key() -> SecretKey {
        SecretKey::Signing(PrivateKey::from_seed(&[5; 32]))
    }

    #[test]
    fn an_encrypted_key_opens_with_its_passphrase_only() {
        let pem = encrypt(&key(), Role::Code, b"correct horse", salts()).unwrap();
        let file = KeyFile::parse(pem.as_bytes()).unwrap();
        assert_eq!((file.role(), file.is_encrypted()), (Some(Role::Code), true));
        let SecretKey::Signing(opened) = file.open(b"correct horse").unwrap() else {
            panic!("not a signing key")
        };
        assert_eq!(opened.seed(), &[5; 32]);
        for wrong in [&b"incorrect horse"[..], b"", b"correct horse "] {
            assert_eq!(file.open(wrong).unwrap_err(), KeyFileError::WrongPassphrase);
        }
    }

    #[test]
    fn a_tag_key_keeps_its_epoch() {
        let pem = encrypt(
            &SecretKey::Tag(TagKey::new(9, [6; 32])),
            Role::Tag,
            b"passphrase",
            salts(),
        )
        .unwrap();
        let SecretKey::Tag(opened) = KeyFile::parse(pem.as_bytes()).unwrap().open(b"passphrase").unwrap() else {
            panic!("not a tag key")
        };
        assert_eq!((opened.epoch(), opened.secret()), (9, &[6; 32]));
    }

    #[test]
    fn a_plain_key_round_trips() {
        let pem = danger_plain(&key(), Role::Gate).unwrap();
        let file = KeyFile::parse(pem.as_bytes()).unwrap();
        assert!(!file.is_encrypted());
        assert!(matches!(file.open(b"").unwrap(), SecretKey::Signing(key) if key.seed() == &[5; 32]));
    }

    #[test]
    fn a_public_key_round_trips_and_is_no_private_key() {
        let public = PrivateKey::from_seed(&[5; 32]).public();
        let pem = public_pem(&public, Role::Root).unwrap();
        assert_eq!(parse_public(pem.as_bytes()), Ok((public, Some(Role::Root))));
        assert_eq!(
            KeyFile::parse(pem.as_bytes()).unwrap_err(),
            KeyFileError::NotAPrivateKey
        );
        let private = danger_plain(&key(), Role::Root).unwrap();
        assert_eq!(parse_public(private.as_bytes()), Err(KeyFileError::NotAPublicKey));
    }

    /// An encrypted key whose scrypt parameters are others than it was encrypted with.
    fn with_scrypt(n: u64, r: u16, p: u16) -> KeyFile {
        let info = private_key_info(&key()).unwrap();
        let cheap = scrypt::Params::new(4, 1, 1).unwrap();
        let mut scheme = pbes2::Parameters::generate_scrypt_aes256cbc(cheap, &[0; 16], [0; 16]).unwrap();
        let sealed = scheme.encrypt(b"p", &info).unwrap();
        if let pbes2::Kdf::Scrypt(params) = &mut scheme.kdf {
            (params.cost_parameter, params.block_size, params.parallelization) = (n, r, p);
        }
        let info = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: scheme.into(),
            encrypted_data: OctetStringRef::new(&sealed).unwrap(),
        };
        let pem = to_pem(LABEL_ENCRYPTED, Role::Code, &info.to_der().unwrap()).unwrap();
        KeyFile::parse(pem.as_bytes()).unwrap()
    }

    #[test]
    fn a_costly_key_is_refused_before_the_cost_is_paid() {
        assert!(with_scrypt(16, 1, 1).open(b"p").is_ok());
        for (n, r, p) in [(1 << 30, 1, 1), (1 << 20, 32, 1), (16, 33, 1), (16, 1, 17)] {
            let opened = with_scrypt(n, r, p).open(b"p");
            assert_eq!(opened.unwrap_err(), KeyFileError::UnsupportedEncryption, "{n} {r} {p}");
        }
    }

    /// Found by fuzzing: the library panicked on a cost of 0.
    #[test]
    fn a_cost_of_nothing_is_refused() {
        for (n, r, p) in [(0, 1, 1), (1, 1, 1), (16, 0, 1), (16, 1, 0)] {
            let opened = with_scrypt(n, r, p).open(b"p");
            assert_eq!(opened.unwrap_err(), KeyFileError::UnsupportedEncryption, "{n} {r} {p}");
        }
    }

    #[test]
    fn rubbish_is_refused() {
        for bytes in [
            &b""[..],
            b"-----BEGIN ",
            b"hello",
            &[0xff; 100],
            b"Postern-Role: mayor\n-----BEGIN PUBLIC KEY-----\n",
        ] {
            assert_eq!(KeyFile::parse(bytes).unwrap_err(), KeyFileError::Malformed);
        }
        assert_eq!(
            KeyFile::parse(&vec![b'a'; MAX_LEN + 1]).unwrap_err(),
            KeyFileError::TooLarge
        );
    }
}
