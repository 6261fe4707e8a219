//! The one right to mint from a ledger.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError};

use super::LedgerError;

/// The right, given up when dropped or when the process ends, however it ends.
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the right. The lock is on a file beside the ledger: on the database it would shut out those who only read. The
    /// file stays: removing it would let two take it at once.
    pub(crate) fn take(ledger: &Path) -> Result<Self, LedgerError> {
        let mut beside = ledger.as_os_str().to_owned();
        beside.push(".lock");
        let beside = PathBuf::from(beside);
        let failed = |error| FileError::new(&beside, FileAction::Create, error);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&beside);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                let path = ledger.to_owned();
                Err(LedgerError::Busy { path })
            }
            Err(TryLockError::Error(error)) => Err(failed(error).into()),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If unlocking fails, closing follows at once.
        let _ = self.0.unlock();
    }
}

/// The one path of a file, so that every way to it leads to the same lock.
pub(crate) fn real(path: &Path) -> Result<PathBuf, LedgerError> {
    if let Ok(real) = path.canonicalize() {
        return Ok(real);
    }
    let failed = |error| FileError::new(path, FileAction::Create, error);
    let name = path
        .file_name()
        .ok_or_else(|| failed(std::io::ErrorKind::InvalidInput.into()))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(parent.canonicalize().map_err(failed)?.join(name))
}
