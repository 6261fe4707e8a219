//! The folder in which a drop box keeps what it took. All paths that come here have been checked: they are those of bundles and
//! receipts, and lead nowhere else.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use postern_cli::files::{FileAction, FileError, sync_folder};
use postern_log::note;
use tokio::task::spawn_blocking;

use crate::error::Error;

/// The folder of bundles.
const EVIDENCE: &str = "evidence";

/// What became of a file.
pub(super) enum Stored {
    /// No room for it.
    Full,
    /// The same bytes were there.
    Known,
    New,
    /// Other bytes are there, which stay.
    Other,
}

/// A folder with a bound on what it holds.
#[derive(Clone)]
pub(super) struct Shelf {
    folder: Arc<PathBuf>,
    /// The bytes of all bundles.
    held: Arc<AtomicU64>,
    max: u64,
}

impl Shelf {
    pub(super) fn open(folder: &Path, max: u64) -> Result<Self, Error> {
        let failed = |e| FileError::new(folder, FileAction::Create, e);
        let evidence = folder.join(EVIDENCE);
        fs::create_dir_all(&evidence).map_err(failed)?;
        let held = size_of(&evidence).map_err(|e| FileError::new(folder, FileAction::Read, e))?;
        Ok(Self {
            folder: Arc::new(folder.to_owned()),
            held: Arc::new(AtomicU64::new(held)),
            max,
        })
    }

    /// Stores a bundle: whole and on the disk, or not at all.
    pub(super) async fn store(&self, path: &str, bytes: Bytes) -> io::Result<Stored> {
        let (shelf, file) = (self.clone(), self.folder.join(path));
        joined(spawn_blocking(move || shelf.store_now(&file, &bytes)).await)
    }

    fn store_now(&self, file: &Path, bytes: &[u8]) -> io::Result<Stored> {
        if let Some(known) = compare(file, bytes)? {
            return Ok(known);
        }
        let len = bytes.len() as u64;
        // Reserved before it is written: many may come at once.
        let reserve = |held: u64| held.checked_add(len).filter(|held| *held <= self.max);
        if self
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, reserve)
            .is_err()
        {
            return Ok(Stored::Full);
        }
        let stored = write(file, bytes);
        if !matches!(stored, Ok(Stored::New)) {
            self.held.fetch_sub(len, Ordering::Relaxed);
        }
        match stored {
            Err(e) if matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Ok(Stored::Full),
            other => other,
        }
    }

    /// The size of a bundle, where it is there.
    pub(super) async fn size(&self, path: &str) -> Option<u64> {
        let file = self.folder.join(path);
        spawn_blocking(move || {
            fs::symlink_metadata(file)
                .ok()
                .filter(fs::Metadata::is_file)
                .map(|data| data.len())
        })
        .await
        .ok()
        .flatten()
    }

    /// A receipt, where it is there.
    pub(super) async fn receipt(&self, path: &str) -> Option<Vec<u8>> {
        let file = self.folder.join(path);
        let read = move || {
            fs::symlink_metadata(&file).ok().filter(fs::Metadata::is_file)?;
            let mut bytes = Vec::new();
            File::open(&file)
                .ok()?
                .take(note::MAX_LEN as u64)
                .read_to_end(&mut bytes)
                .ok()?;
            Some(bytes)
        };
        spawn_blocking(read).await.ok().flatten()
    }
}

/// What is there under a name, compared with some bytes.
fn compare(file: &Path, bytes: &[u8]) -> io::Result<Option<Stored>> {
    let is = match File::open(file) {
        Ok(is) => is,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    if is.metadata()?.len() != bytes.len() as u64 {
        return Ok(Some(Stored::Other));
    }
    let mut known = Vec::with_capacity(bytes.len());
    is.take(bytes.len() as u64).read_to_end(&mut known)?;
    Ok(Some(match known == bytes {
        true => Stored::Known,
        false => Stored::Other,
    }))
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<Stored> {
    let folder = file.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        sync_folder(folder).map_err(io::Error::other)?;
    }
    let mut temporary = tempfile::Builder::new()
        .prefix(".postern-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    match temporary.persist_noclobber(file) {
        Ok(_) => {
            sync_folder(file).map_err(io::Error::other)?;
            Ok(Stored::New)
        }
        // Somebody was faster.
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(compare(file, bytes)?.unwrap_or(Stored::Other)),
        Err(e) => Err(e.error),
    }
}

/// The bytes of all files in the folders of a folder.
fn size_of(folder: &Path) -> io::Result<u64> {
    let mut size = 0;
    for gate in fs::read_dir(folder)? {
        let gate = gate?;
        if gate.file_type()?.is_dir() {
            for file in fs::read_dir(gate.path())? {
                size += file?.metadata()?.len();
            }
        }
    }
    Ok(size)
}

fn joined<T>(done: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    done.unwrap_or_else(|e| Err(io::Error::other(e)))
}
