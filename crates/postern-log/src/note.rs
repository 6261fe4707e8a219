//! Signed notes (C2SP signed-note): a text, and lines of signature by anybody.
//!
//! ```text
//! text, of one or more lines
//!
//! — NAME BASE64(key id, signature)
//! ```
//!
//! A line of signature that nobody asks for proves nothing and does no harm: names and key ids sort lines, keys decide.

use std::fmt;

use base64ct::{Base64, Encoding};
use postern_core::keys::{PublicKey, SIGNATURE_LEN, Signature as Ed25519};
use sha2::{Digest, Sha256};

/// The most bytes of a note.
pub const MAX_LEN: usize = 4096;
/// The most lines of signature of a note.
pub const MAX_SIGNATURES: usize = 32;
/// The signature type of an Ed25519 signature of the text.
pub const ED25519: u8 = 0x01;
/// The signature type of a cosignature/v1 (C2SP tlog-cosignature).
pub const COSIGNATURE: u8 = 0x04;

/// Bytes of a key id.
const ID_LEN: usize = 4;
/// What a line of signature begins with: U+2014 and a space.
const DASH: &str = "— ";

/// The first 4 bytes of SHA-256 over name, 0x0a, signature type and key: which of the lines by `name` are by `key`.
pub fn key_id(name: &str, signature_type: u8, key: &PublicKey) -> [u8; ID_LEN] {
    let digest = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', signature_type])
        .chain_update(key.as_bytes())
        .finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// A note as it was read; nothing in it is believed before a signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A line of signature, of whatever type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: [u8; ID_LEN],
    bytes: Vec<u8>,
}

impl Note {
    /// Reads a note of at most [`MAX_LEN`] bytes and 1 to [`MAX_SIGNATURES`] lines of signature. What is read is written
    /// back by [`Display`](fmt::Display) with the same bytes.
    ///
    /// # Errors
    ///
    /// [`NoteError`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_LEN {
            return Err(NoteError::TooLong);
        }
        if note.bytes().any(|b| b < b' ' && b != b'\n') {
            return Err(NoteError::ControlCharacter);
        }
        // The last empty line parts text and signatures; the text keeps the newline before it.
        let split = note.rfind("\n\n").ok_or(NoteError::NotANote)?;
        let (text, lines) = (&note[..=split], &note[split + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NotANote)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures: lines.split('\n').map(Signature::parse).collect::<Result<_, _>>()?,
        })
    }

    /// The text, with the newline at its end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines of signature, in their order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Whether `key` signed the text under `name`: there is a line of theirs, and each of them is good.
    ///
    /// # Errors
    ///
    /// [`NoteError::NotSigned`], [`NoteError::BadSignature`].
    pub fn verify(&self, name: &str, key: &PublicKey) -> Result<(), NoteError> {
        self.each_by(name, key_id(name, ED25519, key), |signature| {
            let signature: &Ed25519 = signature.try_into().ok()?;
            key.verify(self.text.as_bytes(), signature).ok()
        })
        .map(|_| ())
    }

    /// A note that nobody has signed yet.
    pub(crate) fn unsigned(text: String) -> Self {
        Self {
            text,
            signatures: Vec::new(),
        }
    }

    /// Adds a line of signature in place of those of the same name and key id.
    pub(crate) fn set_signature(&mut self, name: &str, id: [u8; ID_LEN], bytes: Vec<u8>) {
        self.signatures.retain(|line| line.name != name || line.id != id);
        self.signatures.push(Signature {
            name: name.to_owned(),
            id,
            bytes,
        });
    }

    /// What `check` makes of each line by `name` and `id`: one at least, and none that it finds bad.
    pub(crate) fn each_by<T>(
        &self,
        name: &str,
        id: [u8; ID_LEN],
        check: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<T>, NoteError> {
        let lines = self.signatures.iter().filter(|line| line.name == name && line.id == id);
        let checked: Option<Vec<T>> = lines.map(|line| check(&line.bytes)).collect();
        let name = || name.to_owned();
        match checked {
            Some(good) if good.is_empty() => Err(NoteError::NotSigned { name: name() }),
            Some(good) => Ok(good),
            None => Err(NoteError::BadSignature { name: name() }),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Signature {
    /// The name of whoever is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of their key, see [`key_id`].
    pub fn id(&self) -> [u8; ID_LEN] {
        self.id
    }

    /// What follows the key id: for [`ED25519`] the signature, for [`COSIGNATURE`] the time and the signature.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn parse(line: &str) -> Result<Self, NoteError> {
        let parts = line.strip_prefix(DASH).and_then(|line| line.split_once(' '));
        let (name, base64) = parts.ok_or(NoteError::SignatureLine)?;
        if name.is_empty() || name.contains(|c: char| c == '+' || c.is_whitespace()) {
            return Err(NoteError::SignatureLine);
        }
        let bytes = Base64::decode_vec(base64).map_err(|_| NoteError::SignatureLine)?;
        match bytes.split_first_chunk() {
            Some((&id, bytes)) if !bytes.is_empty() => Ok(Self {
                name: name.to_owned(),
                id,
                bytes: bytes.to_vec(),
            }),
            _ => Err(NoteError::SignatureLine),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id[..], &self.bytes].concat();
        write!(f, "{DASH}{} {}", self.name, Base64::encode_string(&bytes))
    }
}

/// Splits the bytes of a cosignature/v1: the time in seconds, and the signature.
pub(crate) fn split_cosignature(bytes: &[u8]) -> Option<(u64, &Ed25519)> {
    let (time, signature) = bytes.split_first_chunk()?;
    let signature: &[u8; SIGNATURE_LEN] = signature.try_into().ok()?;
    Some((u64::from_be_bytes(*time), signature))
}

/// Why a note, or what it says, is not believed. Names are those that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteError {
    /// A line of signature by the name and the key id sought is not good.
    BadSignature {
        /// Whose it says it is.
        name: String,
    },
    /// There is a control character other than a newline.
    ControlCharacter,
    /// It is signed, but no checkpoint: not the three lines.
    NotACheckpoint,
    /// There are no text, empty line and lines of signature that end with a newline.
    NotANote,
    /// There is no line of signature by the name and the key id sought.
    NotSigned {
        /// Who has not signed.
        name: String,
    },
    /// It is a checkpoint of another log.
    OtherOrigin,
    /// A line of signature is not a dash, a name, and the Base64 of a key id and a signature.
    SignatureLine,
    /// The time of a cosignature is past the year 9999.
    Time,
    /// It has more than [`MAX_LEN`] bytes.
    TooLong,
    /// It has more than [`MAX_SIGNATURES`] lines of signature.
    TooManySignatures,
}

impl NoteError {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::BadSignature { .. } => "note-bad-signature",
            Self::ControlCharacter => "note-control-character",
            Self::NotACheckpoint => "not-a-checkpoint",
            Self::NotANote => "not-a-note",
            Self::NotSigned { .. } => "note-not-signed",
            Self::OtherOrigin => "note-other-origin",
            Self::SignatureLine => "note-signature-line",
            Self::Time => "note-time",
            Self::TooLong => "note-too-long",
            Self::TooManySignatures => "note-too-many-signatures",
        }
    }
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature { name } => write!(f, "the signature of {name} is not good"),
            Self::ControlCharacter => f.write_str("a note has no control characters but newlines"),
            Self::NotACheckpoint => f.write_str("the note is not a checkpoint: origin, size and root, a line each"),
            Self::NotANote => f.write_str("not a signed note: a text, an empty line, lines of signature"),
            Self::NotSigned { name } => write!(f, "{name} has not signed the note with this key"),
            Self::OtherOrigin => f.write_str("the checkpoint is one of another log"),
            Self::SignatureLine => f.write_str("a line of signature is malformed"),
            Self::Time => f.write_str("the time of the cosignature is past the year 9999"),
            Self::TooLong => write!(f, "the note has more than {MAX_LEN} bytes"),
            Self::TooManySignatures => write!(f, "the note has more than {MAX_SIGNATURES} lines of signature"),
        }
    }
}

impl std::error::Error for NoteError {}
