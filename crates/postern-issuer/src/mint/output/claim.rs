//! Whose a folder is while a run writes to it, and whether what lies there is that run's.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use postern_cli::files::{FileAction, FileError};

use super::super::error::MintError;
use super::Target;
use super::part::options;

/// More than a stamp has.
const MAX: u64 = 256;

/// The right to write to a folder, given up when dropped or when the process ends. It is a lock on a file in it, `.run`,
/// which holds the run's stamp until the run is complete.
pub(super) struct Claim {
    path: PathBuf,
    // Closed, it is unlocked.
    _file: File,
}

impl Claim {
    /// Takes the right, and tells whether the run of this stamp had it last.
    pub(super) fn take(target: &Target, stamp: &str) -> Result<(Self, bool), MintError> {
        let path = target.dir.join(format!(".run{}", target.suffix));
        let failed = |error| FileError::new(&path, FileAction::Create, error);
        let mut file = options().create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(MintError::FolderBusy(target.dir.clone())),
            Err(TryLockError::Error(error)) => return Err(failed(error).into()),
        }
        let mut last = Vec::new();
        (&file).take(MAX).read_to_end(&mut last).map_err(failed)?;
        let same = last == stamp.as_bytes();
        if !same {
            let mut write = || {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(stamp.as_bytes())?;
                file.sync_all()
            };
            write().map_err(failed)?;
        }
        Ok((Self { path, _file: file }, same))
    }

    /// The run is complete: nobody has to know whose it was.
    pub(super) fn release(self) -> Result<(), MintError> {
        let removed = fs::remove_file(&self.path);
        Ok(removed.map_err(|error| FileError::new(&self.path, FileAction::Write, error))?)
    }
}
