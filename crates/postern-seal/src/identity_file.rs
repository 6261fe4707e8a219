//! An identity at rest: its text, as `age-keygen` writes it, or that text under a passphrase, as `age -p` seals it.

use age::secrecy::SecretString;
use age::{Encryptor, scrypt};
use zeroize::Zeroizing;

use crate::sealed::{decrypt, encrypt};
use crate::{Identity, SealError};

/// scrypt's cost as log2 N with r = 8 and p = 1: 64 MiB, and about the time of a gate's other key.
const WORK: u8 = 16;
/// The greatest cost that is paid to open a file: 256 MiB, what the `age` program asks for.
const MAX_WORK: u8 = 18;

/// A file with one identity, not yet opened.
#[derive(Debug)]
pub struct IdentityFile<'a> {
    bytes: &'a [u8],
}

impl<'a> IdentityFile<'a> {
    /// The most bytes of such a file.
    pub const MAX_LEN: usize = 4 << 10;

    /// A file's bytes.
    ///
    /// # Errors
    ///
    /// [`SealError::NotAnIdentity`] where it is too large. What is in it, [`Self::open`] tells.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, SealError> {
        match bytes.len() <= Self::MAX_LEN {
            true => Ok(Self { bytes }),
            false => Err(SealError::NotAnIdentity),
        }
    }

    /// Whether a passphrase is needed.
    pub fn is_encrypted(&self) -> bool {
        self.bytes.starts_with(b"age-encryption.org/")
    }

    /// The identity. The passphrase is not looked at where the file is not encrypted.
    ///
    /// # Errors
    ///
    /// [`SealError`].
    pub fn open(&self, passphrase: &[u8]) -> Result<Identity, SealError> {
        if !self.is_encrypted() {
            return one_identity(self.bytes);
        }
        let mut key = scrypt::Identity::new(secret(passphrase)?);
        key.set_max_work_factor(MAX_WORK);
        let text = decrypt(self.bytes, &key, Self::MAX_LEN)?;
        one_identity(&text)
    }
}

impl Identity {
    /// A file of this identity in the clear, for a machine that must start alone; protect it.
    pub fn danger_plain(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.to_secret_text().as_bytes(), b"\n"].concat())
    }

    /// A file of this identity under a passphrase (scrypt, RFC 7914).
    ///
    /// # Errors
    ///
    /// [`SealError::PassphraseNotText`].
    pub fn encrypted(&self, passphrase: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut key = scrypt::Recipient::new(secret(passphrase)?);
        key.set_work_factor(WORK);
        let encryptor = Encryptor::with_recipients(std::iter::once(&key as &dyn age::Recipient))
            .expect("a passphrase alone is a set of recipients");
        Ok(encrypt(encryptor, &self.danger_plain()))
    }
}

fn secret(passphrase: &[u8]) -> Result<SecretString, SealError> {
    let text = std::str::from_utf8(passphrase).map_err(|_| SealError::PassphraseNotText)?;
    Ok(text.to_owned().into())
}

/// The identity of a text in which all other lines are empty or comments.
fn one_identity(text: &[u8]) -> Result<Identity, SealError> {
    let text = std::str::from_utf8(text).map_err(|_| SealError::NotAnIdentity)?;
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Identity::parse(line),
        _ => Err(SealError::NotAnIdentity),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(bytes: &[u8], passphrase: &[u8]) -> Result<String, SealError> {
        let file = IdentityFile::parse(bytes)?;
        file.open(passphrase).map(|identity| identity.recipient().to_string())
    }

    #[test]
    fn an_identity_comes_back_from_its_file() {
        let identity = Identity::generate();
        let recipient = identity.recipient().to_string();
        let plain = identity.danger_plain();
        assert!(!IdentityFile::parse(&plain).unwrap().is_encrypted());
        assert_eq!(opened(&plain, b""), Ok(recipient.clone()));
        let keygen = format!(
            "# created: 2026-12-01\n# public key: {recipient}\n\n{}",
            &*identity.to_secret_text()
        );
        assert_eq!(opened(keygen.as_bytes(), b""), Ok(recipient.clone()));

        let sealed = identity.encrypted("正确的口令".as_bytes()).unwrap();
        assert!(IdentityFile::parse(&sealed).unwrap().is_encrypted());
        assert_eq!(opened(&sealed, "正确的口令".as_bytes()), Ok(recipient));
        assert_eq!(opened(&sealed, b"another"), Err(SealError::WrongPassphrase));
        assert_eq!(opened(&sealed, b"\xff"), Err(SealError::PassphraseNotText));
        assert_eq!(identity.encrypted(b"\xff"), Err(SealError::PassphraseNotText));
        // Cut within its header: where the header is whole, each attempt costs a scrypt.
        for len in 0..60 {
            assert!(opened(&sealed[..len], "正确的口令".as_bytes()).is_err(), "{len}");
        }
        assert_eq!(
            opened(&sealed[..sealed.len() - 1], "正确的口令".as_bytes()),
            Err(SealError::Damaged)
        );
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        let identity = Identity::generate();
        let twice = [&identity.danger_plain()[..], &identity.danger_plain()[..]].concat();
        let recipient = identity.recipient().to_string();
        for bytes in [&b""[..], b"# nothing\n", &twice, recipient.as_bytes(), &[0xff; 9]] {
            assert_eq!(opened(bytes, b""), Err(SealError::NotAnIdentity));
        }
        assert_eq!(
            opened(&[b'#'; IdentityFile::MAX_LEN + 1], b""),
            Err(SealError::NotAnIdentity)
        );
    }

    #[test]
    fn a_file_that_would_cost_too_much_is_not_opened() {
        let sealed = Identity::generate().encrypted(b"of a test").unwrap();
        let end = sealed.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let text = String::from_utf8_lossy(&sealed[end..end + 40]).into_owned();
        let line = text.lines().next().unwrap();
        assert!(line.ends_with(" 16"), "{line}");
        let at = end + line.len() - 2;
        for work in [b"19", b"30", b"63"] {
            let mut costly = sealed.clone();
            costly[at..at + 2].copy_from_slice(work);
            assert_eq!(opened(&costly, b"of a test"), Err(SealError::TooCostly));
        }
    }
}
