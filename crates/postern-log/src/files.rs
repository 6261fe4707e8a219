//! Names of files, and the lock on one.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::LogError;

/// The one right to write a log, given up when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would not do: a child process that is just being started shares the open file until its `exec`.
        // If unlocking fails, closing follows at once.
        let _ = self.0.unlock();
    }
}

/// Takes the one right to write.
///
/// The lock is on a file of its own: SQLite's locks on the database would shut out readers.
pub(crate) fn lock(path: &Path) -> Result<Lock, LogError> {
    let lock = beside(path, ".lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(|e| LogError::io(&lock, e))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(LogError::Busy { path: path.to_owned() }),
        Err(TryLockError::Error(e)) => Err(LogError::io(&lock, e)),
    }
}

/// Which file is under a name: not what is in it. A file that is open keeps its identity to itself, deleted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl Identity {
    /// The identity of the file that is at `path` now. Elsewhere than on Unix an open database can be neither deleted
    /// nor renamed, and only whether there is one is known.
    pub(crate) fn of(path: &Path) -> Result<Self, LogError> {
        look(path).map(|(identity, _)| identity)
    }
}

/// The identity and the length of the file that is at `path` now.
fn look(path: &Path) -> Result<(Identity, u64), LogError> {
    let metadata = path.metadata().map_err(|e| LogError::io(path, e))?;
    let identity = Identity {
        #[cfg(unix)]
        device_and_inode: {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        },
    };
    Ok((identity, metadata.len()))
}

/// What a writer has open: the database and its write-ahead log.
#[derive(Debug)]
pub(crate) struct OpenFiles([OpenFile; 2]);

#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    identity: Identity,
    /// Its length when it was looked at last. A log loses no rows, and the write-ahead log is written over from its
    /// beginning: neither becomes shorter, unless another program brings the whole write-ahead log into the database.
    len: u64,
}

/// What the files under their names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Those that are open, and nobody cut them.
    AsTheyWere,
    /// The write-ahead log is empty, and was not: it was cut, or another program brought it into the database
    /// (`PRAGMA wal_checkpoint(TRUNCATE)`). Only what is in the database tells which.
    Emptied,
}

impl OpenFiles {
    /// The database at `path`, whose identity was taken before it was opened, and the write-ahead log that is there now.
    pub(crate) fn new(path: &Path, database: Identity) -> Result<Self, LogError> {
        let wal = beside(path, "-wal");
        let (_, database_len) = look(path)?;
        let (identity, len) = look(&wal)?;
        let path = path.to_owned();
        Ok(Self([
            OpenFile {
                path,
                identity: database,
                len: database_len,
            },
            OpenFile {
                path: wal,
                identity,
                len,
            },
        ]))
    }

    /// Whether the files under their names are those that are open, and nobody cut them. Who deletes, moves or cuts one
    /// stops no program that has it open, and takes all that is written from then on: what SQLite adds to a
    /// write-ahead log without its beginning, nobody can play back. SQLite itself deletes none that is in use.
    pub(crate) fn find(&mut self) -> Result<Found, LogError> {
        let mut state = Found::AsTheyWere;
        for (file, may_be_empty) in self.0.iter_mut().zip([false, true]) {
            match look(&file.path) {
                Ok((found, len)) if found == file.identity && len >= file.len => file.len = len,
                Ok((found, 0)) if found == file.identity && may_be_empty => state = Found::Emptied,
                Ok(_) | Err(LogError::Missing { .. }) => {
                    let path = file.path.clone();
                    return Err(LogError::Gone { path });
                }
                Err(e) => return Err(e),
            }
        }
        Ok(state)
    }

    /// An empty write-ahead log is as it is to be.
    pub(crate) fn accept_emptied(&mut self) {
        self.0[1].len = 0;
    }

    /// The path of the write-ahead log.
    pub(crate) fn wal(&self) -> &Path {
        &self.0[1].path
    }
}

/// The one path of an existing file, so that every way to it leads to the same lock.
pub(crate) fn existing(path: &Path) -> Result<PathBuf, LogError> {
    let real = path.canonicalize().map_err(|e| LogError::io(path, e))?;
    if real.is_file() {
        Ok(real)
    } else {
        Err(LogError::NotALog { path: path.to_owned() })
    }
}

/// The one path of a file that is to be made.
pub(crate) fn real_parent(path: &Path) -> Result<PathBuf, LogError> {
    let name = path
        .file_name()
        .ok_or_else(|| LogError::io(path, std::io::ErrorKind::InvalidInput.into()))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let real = parent.canonicalize().map_err(|e| LogError::io(parent, e))?;
    Ok(real.join(name))
}

/// `path` with `suffix` after its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes the name of a new file durable. Elsewhere than on Unix a folder cannot be opened for that.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_ends_even_if_a_child_process_has_the_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let first = lock(&path).unwrap();
        // What a fork has until its exec.
        let _inherited = first.0.try_clone().unwrap();
        assert!(matches!(lock(&path), Err(LogError::Busy { .. })));
        drop(first);
        assert!(lock(&path).is_ok());
    }
}
