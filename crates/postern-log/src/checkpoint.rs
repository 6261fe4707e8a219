//! Checkpoints (C2SP tlog-checkpoint): how far a log goes, signed by its gate.

use base64ct::{Base64, Encoding};
use postern_core::keys::{PublicKey, SignError, Signer};

use crate::merkle::{Hash, MAX_SIZE};
use crate::note::{ED25519, Note, NoteError, key_id};
use crate::reader::{Tip, is_gate_id};

/// What a gate says of its log: this many leaves, and this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is: the name of the gate.
    pub origin: String,
    /// How far it goes.
    pub tip: Tip,
}

impl Checkpoint {
    /// The signed note of the checkpoint, under the name of its origin. A gate signs no two that contradict each other.
    ///
    /// # Errors
    ///
    /// The signer's; and if the origin cannot be the name of a gate or the size is above [`MAX_SIZE`], which nobody would
    /// read.
    pub fn sign(&self, signer: &dyn Signer) -> Result<String, SignError> {
        if !is_gate_id(&self.origin) || self.tip.size > MAX_SIZE {
            return Err(SignError("the name or the size is none of a log".to_owned()));
        }
        let text = self.to_text();
        let signature = signer.sign(text.as_bytes())?;
        let mut note = Note::unsigned(text);
        let id = key_id(&self.origin, ED25519, &signer.public());
        note.set_signature(&self.origin, id, signature.to_vec());
        Ok(note.to_string())
    }

    /// The checkpoint in a note that `key` signed under the name `origin`.
    ///
    /// # Errors
    ///
    /// [`NoteError`].
    pub fn open(note: &str, origin: &str, key: &PublicKey) -> Result<Self, NoteError> {
        Self::of(&Note::parse(note)?, origin, key)
    }

    /// What a note says, whoever signed it.
    pub(crate) fn unverified(note: &str, origin: &str) -> Result<Self, NoteError> {
        let checkpoint = Self::from_text(Note::parse(note)?.text())?;
        match checkpoint.origin == origin {
            true => Ok(checkpoint),
            false => Err(NoteError::OtherOrigin),
        }
    }

    pub(crate) fn of(note: &Note, origin: &str, key: &PublicKey) -> Result<Self, NoteError> {
        note.verify(origin, key)?;
        let checkpoint = Self::from_text(note.text())?;
        match checkpoint.origin == origin {
            true => Ok(checkpoint),
            false => Err(NoteError::OtherOrigin),
        }
    }

    /// The three lines, without extension lines.
    fn to_text(&self) -> String {
        let root = Base64::encode_string(&self.tip.root);
        format!("{}\n{}\n{root}\n", self.origin, self.tip.size)
    }

    /// Reads the three lines, which have one spelling.
    pub(crate) fn from_text(text: &str) -> Result<Self, NoteError> {
        let read = || {
            let mut lines = text.split('\n');
            let origin = lines.next().filter(|origin| is_gate_id(origin))?.to_owned();
            let size = lines.next()?.parse().ok().filter(|size| *size <= MAX_SIZE)?;
            let mut root: Hash = [0; 32];
            // A shorter root leaves zeros, and is written otherwise.
            Base64::decode(lines.next()?, &mut root).ok()?;
            Some(Self {
                origin,
                tip: Tip { size, root },
            })
        };
        read()
            .filter(|checkpoint| checkpoint.to_text() == text)
            .ok_or(NoteError::NotACheckpoint)
    }
}
