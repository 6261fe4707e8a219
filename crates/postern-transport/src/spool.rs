//! What came of files that have not come whole yet.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::TransportError;

const SUFFIX: &str = ".part";

/// A folder with a file `DIGEST.part` for every pinned file that has not come whole yet.
///
/// A part is never larger than the file's pinned size, and [`Spool::clear_except`] removes those that nobody waits for, so
/// that a spool never holds more than the files that one snapshot pins. Parts are not synced: after a power cut one may
/// hold anything, which costs a download from the start and no more.
#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// Opens a spool and makes its folder where there is none.
    ///
    /// # Errors
    ///
    /// [`TransportError::Spool`].
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, TransportError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        Ok(Self { folder })
    }

    /// Removes all parts but those of files with one of these SHA-256 digests. Other files of the folder are left alone.
    ///
    /// # Errors
    ///
    /// [`TransportError::Spool`].
    pub fn clear_except(&self, digests: &[[u8; 32]]) -> Result<(), TransportError> {
        let wanted: Vec<String> = digests.iter().map(file_name).collect();
        for entry in fs::read_dir(&self.folder).map_err(failed(&self.folder))? {
            let name = entry.map_err(failed(&self.folder))?.file_name();
            let Some(name) = name.to_str().filter(|name| is_part(name)) else {
                continue;
            };
            if !wanted.iter().any(|wanted| wanted == name) {
                let path = self.folder.join(name);
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// The part of a file, with what an earlier attempt left of it; of what is longer than the file, one byte more.
    ///
    /// # Errors
    ///
    /// [`TransportError::Spool`], [`TransportError::Busy`].
    pub(crate) fn part(&self, path: &str, pin: Pin) -> Result<Part, TransportError> {
        let name = self.folder.join(file_name(&pin.sha256));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&name)
            .map_err(failed(&name))?;
        // Two that write to one part would spoil it for both.
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(TransportError::Busy { path: path.to_owned() }),
            // Some network file systems have no locks.
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(failed(&name)(e)),
        }
        let mut bytes = Vec::new();
        (&mut file)
            .take(pin.size.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed(&name))?;
        Ok(Part { file, name, pin, bytes })
    }
}

/// What a file is known to be before it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pin {
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
}

impl Pin {
    pub(crate) fn fits(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.size && Sha256::digest(bytes)[..] == self.sha256
    }
}

/// The beginning of a file: in memory, because the caller wants the bytes, and in the spool, for the next attempt.
pub(crate) struct Part {
    file: File,
    name: PathBuf,
    pin: Pin,
    bytes: Vec<u8>,
}

impl Part {
    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether this is the whole file.
    pub(crate) fn fits(&self) -> bool {
        self.pin.fits(&self.bytes)
    }

    /// Adds what came, and tells whether there was room for it: of what is longer than the pinned size nothing is written.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<bool, TransportError> {
        if self.len() + bytes.len() as u64 > self.pin.size {
            return Ok(false);
        }
        self.file.write_all(bytes).map_err(failed(&self.name))?;
        self.bytes.extend_from_slice(bytes);
        Ok(true)
    }

    /// Back to the file's start.
    pub(crate) fn clear(&mut self) -> Result<(), TransportError> {
        self.bytes.clear();
        self.file.set_len(0).map_err(failed(&self.name))?;
        self.file.seek(SeekFrom::Start(0)).map_err(failed(&self.name))?;
        Ok(())
    }

    /// Removes the part from the spool and gives its bytes.
    pub(crate) fn take(self) -> Result<Vec<u8>, TransportError> {
        remove(&self.name)?;
        Ok(self.bytes)
    }
}

fn file_name(sha256: &[u8; 32]) -> String {
    let mut name: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    name.push_str(SUFFIX);
    name
}

fn is_part(name: &str) -> bool {
    name.strip_suffix(SUFFIX)
        .is_some_and(|digest| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn remove(path: &Path) -> Result<(), TransportError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(path)(e)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> TransportError {
    move |source| TransportError::Spool {
        path: path.to_owned(),
        source,
    }
}
