//! Sealing and opening.

use std::io::{Read, Write};
use std::iter;

use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use crate::{Identity, Recipient, SealError};

/// The most recipients of a file: as many as fit a header that [`open`] reads.
pub const MAX_RECIPIENTS: usize = 64;

/// The most bytes of a file's header that [`open`] reads. The library's parser starts again with every line, so that a
/// header of any length would cost its square.
pub const MAX_HEADER: usize = 8 << 10;

/// What the last line of a header begins with.
const LAST_LINE: &[u8] = b"\n--- ";

/// Seals `plain` to all of `to`: each of them can open it, and sees how many others can, but not who.
///
/// # Errors
///
/// [`SealError::Recipients`].
pub fn seal(plain: &[u8], to: &[Recipient]) -> Result<Vec<u8>, SealError> {
    if !(1..=MAX_RECIPIENTS).contains(&to.len()) {
        return Err(SealError::Recipients);
    }
    let recipients = to.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(|_| SealError::Recipients)?;
    Ok(encrypt(encryptor, plain))
}

/// Opens a file for `identity`: all of what was sealed, if it has at most `max` bytes.
///
/// # Errors
///
/// [`SealError`], in no case with a part of what was sealed.
pub fn open(sealed: &[u8], identity: &Identity, max: usize) -> Result<Zeroizing<Vec<u8>>, SealError> {
    decrypt(sealed, &identity.0, max)
}

pub(crate) fn encrypt(encryptor: Encryptor, plain: &[u8]) -> Vec<u8> {
    let write = || {
        let mut writer = encryptor.wrap_output(Vec::new())?;
        writer.write_all(plain)?;
        writer.finish()
    };
    write().expect("memory takes what is written to it")
}

pub(crate) fn decrypt(
    sealed: &[u8],
    identity: &dyn age::Identity,
    max: usize,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let head = &sealed[..sealed.len().min(MAX_HEADER)];
    if !head.windows(LAST_LINE.len()).any(|bytes| bytes == LAST_LINE) {
        return Err(SealError::NotAnAgeFile);
    }
    let decryptor = Decryptor::new_buffered(sealed).map_err(error)?;
    let reader = decryptor.decrypt(iter::once(identity)).map_err(error)?;
    // No more was sealed than the file has bytes, and a buffer that does not grow leaves no copy of a secret behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len().min(max.saturating_add(1))));
    let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    reader
        .take(most)
        .read_to_end(&mut plain)
        .map_err(|_| SealError::Damaged)?;
    match plain.len() <= max {
        true => Ok(plain),
        false => Err(SealError::TooLarge { max }),
    }
}

fn error(error: DecryptError) -> SealError {
    match error {
        DecryptError::NoMatchingKeys => SealError::NotForThisIdentity,
        // Only a passphrase is tried on a stanza that is not for it.
        DecryptError::DecryptionFailed => SealError::WrongPassphrase,
        DecryptError::ExcessiveWork { .. } => SealError::TooCostly,
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => SealError::NotAnAgeFile,
        _ => SealError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealed(plain: &[u8]) -> (Vec<u8>, Identity) {
        let identity = Identity::generate();
        (seal(plain, &[identity.recipient()]).unwrap(), identity)
    }

    #[test]
    fn each_recipient_opens_and_nobody_else() {
        let identities: Vec<_> = (0..MAX_RECIPIENTS).map(|_| Identity::generate()).collect();
        let to: Vec<_> = identities.iter().map(Identity::recipient).collect();
        let file = seal(b"to all of you", &to).unwrap();
        assert!(file.starts_with(b"age-encryption.org/v1\n"));
        for identity in &identities {
            assert_eq!(**open(&file, identity, 13).unwrap(), *b"to all of you");
        }
        let stranger = open(&file, &Identity::generate(), 13);
        assert_eq!(stranger.unwrap_err(), SealError::NotForThisIdentity);
        assert_eq!(seal(b"", &[]), Err(SealError::Recipients));
        let too_many = vec![to[0].clone(); MAX_RECIPIENTS + 1];
        assert_eq!(seal(b"", &too_many), Err(SealError::Recipients));
    }

    #[test]
    fn what_is_opened_is_bounded() {
        let chunk = 64 << 10;
        for len in [0, 1, 33, chunk - 1, chunk, chunk + 1, 2 * chunk] {
            let plain = vec![7; len];
            let (file, identity) = sealed(&plain);
            assert_eq!(**open(&file, &identity, len).unwrap(), *plain, "{len}");
            assert_eq!(**open(&file, &identity, usize::MAX).unwrap(), *plain, "{len}");
            if let Some(less) = len.checked_sub(1) {
                let refused = open(&file, &identity, less).unwrap_err();
                assert_eq!(refused, SealError::TooLarge { max: less }, "{len}");
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_or_longer_is_refused_at_every_length() {
        let (file, identity) = sealed(b"thirty-three bytes of a tag's key");
        for len in 0..file.len() {
            assert!(open(&file[..len], &identity, 64).is_err(), "{len}");
        }
        let longer = [&file[..], b"\n"].concat();
        assert_eq!(open(&longer, &identity, 64).unwrap_err(), SealError::Damaged);
        let twice = [&file[..], &file[..]].concat();
        assert_eq!(open(&twice, &identity, 64).unwrap_err(), SealError::Damaged);
        // Cut between two chunks, where each chunk that is left is whole.
        let (file, identity) = sealed(&[7; (64 << 10) + 1]);
        let cut = &file[..file.len() - 17];
        assert_eq!(open(cut, &identity, 1 << 20).unwrap_err(), SealError::Damaged);
    }

    #[test]
    fn a_flipped_bit_is_refused_wherever_it_is() {
        let (file, identity) = sealed(b"thirty-three bytes of a tag's key");
        for at in 0..file.len() {
            for bit in [0x01, 0x20, 0x80] {
                let mut flipped = file.clone();
                flipped[at] ^= bit;
                assert!(open(&flipped, &identity, 64).is_err(), "byte {at}, bit {bit:02x}");
            }
        }
    }

    #[test]
    fn foreign_files_are_refused() {
        let identity = Identity::generate();
        let armoured = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n--- \n-----END AGE ENCRYPTED FILE-----\n";
        let later = b"age-encryption.org/v2\n-> X25519 a\nb\n--- c\n";
        for bytes in [&b""[..], b"\n--- ", armoured, later, &[0xff; 4096]] {
            let refused = open(bytes, &identity, 64).unwrap_err();
            assert_eq!(refused, SealError::NotAnAgeFile, "{}", String::from_utf8_lossy(bytes));
        }
        let passphrase = Encryptor::with_user_passphrase("of a test".to_owned().into());
        let refused = open(&encrypt(passphrase, b"x"), &identity, 64).unwrap_err();
        assert_eq!(refused, SealError::NotForThisIdentity);
    }

    /// Headers of as many lines as fit, whole and not: the parser reads them again with every line.
    #[test]
    fn a_hostile_header_costs_no_time() {
        let identity = Identity::generate();
        for (stanza, end) in [
            ("-> a\n\n", "--- x\n"),
            ("-> X25519 a\n\n", "--- x\n"),
            ("-> a\n\n", ""),
            (
                "-> X25519 CJM36AHmTbdHSuOQL+NESqyVQE75f2e610iRdLPEN20\nC3ZAeY64NXS4QFrksLm3EGz+uPRyI0eQsWw7LWbbYig\n",
                "",
            ),
        ] {
            for lines in [MAX_HEADER, 64 << 20] {
                let mut file = b"age-encryption.org/v1\n".to_vec();
                let room = lines - file.len() - end.len();
                file.extend(stanza.bytes().cycle().take(room - room % stanza.len()));
                file.extend_from_slice(end.as_bytes());
                let start = std::time::Instant::now();
                assert!(open(&file, &identity, 64).is_err());
                let took = start.elapsed();
                assert!(took.as_secs() < 2, "{took:?} for {lines} bytes of {stanza}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_opened(plain in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (file, identity) = sealed(&plain);
            let opened = open(&file, &identity, 200).unwrap();
            prop_assert_eq!(&**opened, &plain[..]);
        }

        #[test]
        fn no_bytes_make_it_panic(
            mut file in proptest::collection::vec(any::<u8>(), 0..400),
            whole in any::<bool>(),
            stanza in "(-> [ -~]{0,40}\n([A-Za-z0-9+/]{64}\n){0,2}[A-Za-z0-9+/]{0,63}\n){0,3}(--- [A-Za-z0-9+/]{43}\n)?",
        ) {
            if whole {
                file.splice(0..0, format!("age-encryption.org/v1\n{stanza}").into_bytes());
            }
            static IDENTITY: std::sync::OnceLock<Identity> = std::sync::OnceLock::new();
            prop_assert!(open(&file, IDENTITY.get_or_init(Identity::generate), 64).is_err());
        }
    }
}
