//! The auditors that the pack names, and what they have given receipts for (`docs/FORMAT.md` section 7).

use std::fs;
use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError, FileErrorKind, read_bounded, write_atomic};
use postern_core::time::Time;
use postern_core::trust::Auditor;
use postern_log::note::NoteError;
use postern_log::receipt::Receipt;
use postern_log::{LogError, Reader};

use super::past_prune;
use crate::error::Error;
use crate::store::{Identity, State, Store};
use crate::time::Clock;

/// Receipts in the store.
const FOLDER: &str = "receipts";
/// The most bytes of a receipt: those of a note.
pub(crate) const MAX_RECEIPT: u64 = 4096;

/// An auditor, and the newest receipt that the gate holds of it.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) auditor: Auditor,
    pub(crate) receipt: Option<Receipt>,
    /// Why what lies in the store is no receipt of this auditor's.
    pub(crate) fault: Option<Fault>,
    /// The log has not grown from what the receipt is for.
    pub(crate) contradiction: Option<Contradiction>,
}

impl Held {
    /// How many leaves the auditor has. A receipt that the log does not fit counts for nothing: all is sent again, so that it
    /// is seen.
    pub(crate) fn size(&self) -> u64 {
        match (&self.receipt, self.contradiction) {
            (Some(receipt), None) => receipt.checkpoint.tip.size,
            _ => 0,
        }
    }
}

/// Why a text is no receipt that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its signatures, or what they are over.
    Note(NoteError),
    /// It was given at a time at which the auditor's key does not count.
    Outside(Time),
    /// It is no text.
    NotText,
}

impl Fault {
    /// A stable name.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Note(error) => error.reason(),
            Self::Outside(_) => "receipt-outside",
            Self::NotText => "receipt-not-text",
        }
    }
}

/// What a log shows that has not grown from what a receipt is for. The names are those of `log verify`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contradiction {
    Mismatch,
    RolledBack,
}

impl Contradiction {
    /// A stable name.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Mismatch => "receipt-mismatch",
            Self::RolledBack => "rolled-back",
        }
    }
}

/// The auditors of the pack with the receipts in the store, each verified again.
///
/// # Errors
///
/// Where a file cannot be read; one that is no receipt is a [`Fault`].
pub(crate) fn held(store: &Store, state: &State) -> Result<Vec<Held>, Error> {
    let gate = store.identity()?;
    let auditors = state
        .judge
        .trust()
        .pack()
        .map_or(&[][..], |pack| &pack.payload().auditors);
    auditors.iter().map(|auditor| read(store, &gate, auditor)).collect()
}

fn read(store: &Store, gate: &Identity, auditor: &Auditor) -> Result<Held, Error> {
    let opened = match read_bounded(&path(store, auditor), MAX_RECEIPT) {
        Ok(bytes) => Some(open(&bytes, gate, auditor)),
        Err(e) if e.kind() == FileErrorKind::NotFound => None,
        Err(e) if matches!(e.kind(), FileErrorKind::TooLarge { .. }) => Some(Err(Fault::NotText)),
        Err(e) => return Err(e.into()),
    };
    let (receipt, fault) = match opened {
        Some(Ok(receipt)) => (Some(receipt), None),
        Some(Err(fault)) => (None, Some(fault)),
        None => (None, None),
    };
    Ok(Held {
        auditor: auditor.clone(),
        receipt,
        fault,
        contradiction: None,
    })
}

/// The receipt in a file: this gate's checkpoint, with the line of this auditor, of a time at which its key counts.
pub(crate) fn open(bytes: &[u8], gate: &Identity, auditor: &Auditor) -> Result<Receipt, Fault> {
    let note = std::str::from_utf8(bytes).map_err(|_| Fault::NotText)?;
    let receipt =
        Receipt::open(note, &gate.gate, &gate.key, auditor.name.as_str(), &auditor.key).map_err(Fault::Note)?;
    match (auditor.from..=auditor.until).contains(&receipt.time) {
        true => Ok(receipt),
        false => Err(Fault::Outside(receipt.time)),
    }
}

/// Whether one receipt takes the place of another: the newest does, as an auditor may have lost what it confirmed.
pub(crate) fn is_newer(new: &Receipt, old: Option<&Receipt>) -> bool {
    let rank = |receipt: &Receipt| (receipt.time, receipt.checkpoint.tip.size);
    old.is_none_or(|old| rank(new) > rank(old))
}

/// Keeps a receipt, in place of the one of this auditor that is there.
pub(crate) fn keep(store: &Store, auditor: &Auditor, bytes: &[u8]) -> Result<(), Error> {
    let folder = store.file(FOLDER);
    fs::create_dir_all(&folder).map_err(|e| FileError::new(&folder, FileAction::Create, e))?;
    Ok(write_atomic(&path(store, auditor), bytes)?)
}

fn path(store: &Store, auditor: &Auditor) -> PathBuf {
    store.file(FOLDER).join(format!("{}.receipt", auditor.key.kid()))
}

/// What is wrong with the log by a receipt; nothing where its leaves were pruned.
pub(crate) fn contradiction(reader: &Reader, receipt: &Receipt) -> Result<Option<Contradiction>, LogError> {
    let theirs = receipt.checkpoint.tip;
    let ours = reader.tip()?;
    if theirs.size > ours.size {
        return Ok(Some(Contradiction::RolledBack));
    }
    past_prune(reader, |first| {
        let same = match theirs.size {
            // The leaves that would tell are gone.
            size if size < first => true,
            size if size == ours.size => theirs.root == ours.root,
            size => reader.frontier_at(size)?.root() == theirs.root,
        };
        Ok((!same).then_some(Contradiction::Mismatch))
    })
}

/// Holds the receipts against the log.
pub(crate) fn compare(held: &mut [Held], reader: &Reader, log: &Path) -> Result<(), Error> {
    for held in held {
        if let Some(receipt) = &held.receipt {
            held.contradiction = contradiction(reader, receipt).map_err(|e| Error::log(log, e))?;
        }
    }
    Ok(())
}

/// The size up to which all auditors that are in force have all leaves.
///
/// # Errors
///
/// [`Error::NoAuditors`] where there is none.
pub(crate) fn receipted(held: &[Held], now: Time) -> Result<u64, Error> {
    held.iter()
        .filter(|held| (held.auditor.from..=held.auditor.until).contains(&now))
        .map(Held::size)
        .min()
        .ok_or(Error::NoAuditors)
}

/// The gate's time.
pub(crate) fn now(state: &State) -> Time {
    let clock = Clock {
        at: None,
        floor: state.floor,
    };
    clock.evidence(Clock::system()).now()
}
