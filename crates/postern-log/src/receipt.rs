//! Receipts: checkpoints that an auditor has cosigned (C2SP tlog-cosignature, cosignature/v1).

use std::fmt;

use postern_core::keys::{PublicKey, SignError, Signer};
use postern_core::time::Time;

use crate::checkpoint::Checkpoint;
use crate::note::{COSIGNATURE, Note, NoteError, key_id, split_cosignature};
use crate::reader::is_gate_id;

/// Adds the line of `auditor` to the note of a checkpoint, in place of one that the same auditor gave before.
///
/// The caller has verified the checkpoint and holds all its leaves: that is what the line says.
///
/// # Errors
///
/// [`CosignError`]; the note is as it was.
pub fn cosign(note: &str, auditor: &str, signer: &dyn Signer, time: Time) -> Result<String, CosignError> {
    if !is_gate_id(auditor) {
        return Err(CosignError::Auditor);
    }
    let mut note = Note::parse(note)?;
    // An auditor's key signs no other text.
    Checkpoint::from_text(note.text())?;
    let signature = signer.sign(&to_be_signed(time.seconds(), note.text()))?;
    let bytes = [&time.seconds().to_be_bytes()[..], &signature].concat();
    note.set_signature(auditor, key_id(auditor, COSIGNATURE, &signer.public()), bytes);
    let cosigned = note.to_string();
    Note::parse(&cosigned).map_err(|_| CosignError::Full)?;
    Ok(cosigned)
}

/// What an auditor confirms to a gate: all leaves up to the checkpoint are there, and make its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// How far.
    pub checkpoint: Checkpoint,
    /// The auditor's name.
    pub auditor: String,
    /// When, by the auditor's clock.
    pub time: Time,
}

impl Receipt {
    /// The receipt in a note that both the gate and the auditor signed; the newest where the auditor signed more than once.
    ///
    /// Whether the auditor's key counts at that time, the pack says, and not this.
    ///
    /// # Errors
    ///
    /// [`NoteError`].
    pub fn open(
        note: &str,
        gate: &str,
        gate_key: &PublicKey,
        auditor: &str,
        auditor_key: &PublicKey,
    ) -> Result<Self, NoteError> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::of(&note, gate, gate_key)?;
        let times = note.each_by(auditor, key_id(auditor, COSIGNATURE, auditor_key), |bytes| {
            let (time, signature) = split_cosignature(bytes)?;
            let message = to_be_signed(time, note.text());
            auditor_key.verify(&message, signature).ok().map(|()| time)
        })?;
        let newest = times.into_iter().max().and_then(Time::from_seconds);
        Ok(Self {
            checkpoint,
            auditor: auditor.to_owned(),
            time: newest.ok_or(NoteError::Time)?,
        })
    }
}

/// What a cosignature/v1 is over.
fn to_be_signed(time: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// Why a checkpoint was not cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CosignError {
    /// The name of the auditor is not one: the caller's mistake.
    Auditor,
    /// There is no room in the note for another line.
    Full,
    /// The note is not one of a checkpoint.
    Note(NoteError),
    /// The auditor's key did not sign.
    Sign(SignError),
}

impl CosignError {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Auditor => "auditor-name",
            Self::Full => "note-full",
            Self::Note(e) => e.reason(),
            Self::Sign(_) => "not-signed",
        }
    }
}

impl fmt::Display for CosignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auditor => f.write_str("an auditor's name is 1 to 64 visible ASCII characters without +"),
            Self::Full => f.write_str("the note has no room for another signature"),
            Self::Note(e) => e.fmt(f),
            Self::Sign(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for CosignError {}

impl From<NoteError> for CosignError {
    fn from(e: NoteError) -> Self {
        Self::Note(e)
    }
}

impl From<SignError> for CosignError {
    fn from(e: SignError) -> Self {
        Self::Sign(e)
    }
}
