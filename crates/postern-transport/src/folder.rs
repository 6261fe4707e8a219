//! A repository or a drop box in a folder of this machine.
//!
//! Read with the standard library and not by `object_store`'s `LocalFileSystem`, which opens whatever has the name and
//! reads it to its end: a pipe or a device, as a file system on somebody's stick can hold them, would never end.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{LocationFault, TransportError};
use crate::remote::Listing;

/// What the name of a file begins and ends with while it is written. No path of a tree has such a part.
const UNFINISHED: (&str, &str) = (".postern-", ".part");

#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn open(path: &Path) -> Result<Self, TransportError> {
        match fs::metadata(path) {
            Ok(data) if data.is_dir() => Ok(Self(path.to_owned())),
            Ok(_) => Err(LocationFault::NotAFolder.into()),
            Err(source) => Err(unreadable(path, source)),
        }
    }

    /// The file at a path, which has been checked, or `None` where there is none.
    pub(crate) fn read(&self, path: &str, max: u64) -> Result<Option<Vec<u8>>, TransportError> {
        let full = self.0.join(path);
        let size = match fs::metadata(&full) {
            Ok(data) if data.is_file() => data.len(),
            // A pipe or a device with this name is nothing that a repository holds.
            Ok(_) => return Ok(None),
            // "Not a directory": a file has the name of one of the path's folders.
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
            Err(e) => return Err(unreadable(&full, e)),
        };
        let too_large = || TransportError::TooLarge {
            path: path.to_owned(),
            max,
        };
        if size > max {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        // The file may have grown since: the bound is on what is read.
        File::open(&full)
            .and_then(|file| file.take(max.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(|e| unreadable(&full, e))?;
        if bytes.len() as u64 > max {
            return Err(too_large());
        }
        Ok(Some(bytes))
    }

    /// Whether a file is at a path, which has been checked.
    pub(crate) fn exists(&self, path: &str) -> Result<bool, TransportError> {
        let full = self.0.join(path);
        match fs::metadata(&full) {
            Ok(data) => Ok(data.is_file()),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
            Err(e) => Err(unreadable(&full, e)),
        }
    }

    /// Adds what lies below a prefix. Links are not followed: one can lead anywhere, in a circle too.
    pub(crate) fn list(&self, prefix: &str, listing: &mut Listing) -> Result<(), TransportError> {
        let mut full = self.0.clone();
        for part in prefix.split('/').filter(|part| !part.is_empty()) {
            full.push(part);
            if !fs::symlink_metadata(&full).is_ok_and(|data| data.is_dir()) {
                return Ok(());
            }
        }
        let mut folders = vec![prefix.to_owned()];
        while let Some(folder) = folders.pop() {
            let full = self.0.join(&folder);
            let entries = match fs::read_dir(&full) {
                Ok(entries) => entries,
                // Removed since.
                Err(e) if folder != prefix && e.kind() == io::ErrorKind::NotFound => continue,
                Err(e) => return Err(unreadable(&full, e)),
            };
            for entry in entries {
                let entry = entry.map_err(|e| unreadable(&full, e))?;
                let kind = entry.file_type().map_err(|e| unreadable(&entry.path(), e))?;
                let name = entry.file_name();
                let path = match name.to_str() {
                    Some(name) if folder.is_empty() => name.to_owned(),
                    Some(name) => format!("{folder}/{name}"),
                    None => String::new(),
                };
                if kind.is_dir() && crate::remote::check(&path).is_ok() {
                    listing.pass()?;
                    folders.push(path);
                } else if kind.is_file() {
                    match entry.metadata() {
                        Ok(data) => listing.add(&path, data.len())?,
                        // Removed since.
                        Err(e) if e.kind() == io::ErrorKind::NotFound => listing.pass()?,
                        Err(e) => return Err(unreadable(&entry.path(), e)),
                    }
                } else {
                    listing.pass()?;
                }
            }
        }
        Ok(())
    }

    /// Writes a file at a path, which has been checked: beside, synced, renamed.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), TransportError> {
        let full = self.0.join(path);
        let folder = match path.rsplit_once('/') {
            Some((folders, _)) => self.folders(folders)?,
            None => self.0.clone(),
        };
        sweep(&folder);
        let mut builder = tempfile::Builder::new();
        builder.prefix(UNFINISHED.0).suffix(UNFINISHED.1);
        // Readable as the umask allows: others fetch what is left here.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.tempfile_in(&folder).map_err(|e| unwritable(&folder, e))?;
        let failed = |e| unwritable(&full, e);
        // Tells others that somebody is at it. Some file systems have no locks; there nothing is swept either.
        let _ = file.as_file().try_lock();
        file.write_all(bytes)
            .and_then(|()| file.as_file().sync_all())
            .map_err(failed)?;
        file.persist(&full).map_err(|e| failed(e.error))?;
        sync(&folder)
    }

    /// Makes the folders of a path where they are not there. A link is none: who left it there could send the file to
    /// another place of this machine.
    fn folders(&self, path: &str) -> Result<PathBuf, TransportError> {
        let mut full = self.0.clone();
        for part in path.split('/') {
            let parent = full.clone();
            full.push(part);
            match fs::symlink_metadata(&full) {
                Ok(data) if data.is_dir() => continue,
                Ok(_) => return Err(unwritable(&full, io::ErrorKind::NotADirectory.into())),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(unwritable(&full, e)),
            }
            match fs::create_dir(&full) {
                Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(unwritable(&full, e)),
                // Made here, or by another process a moment ago.
                _ => sync(&parent)?,
            }
        }
        Ok(full)
    }
}

/// Removes what a process that was killed left unfinished: nobody holds its lock any more. What fails here is no failure of
/// the file that is written next.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let unfinished = name
            .to_str()
            .is_some_and(|name| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1));
        if unfinished
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes the names in a folder durable.
fn sync(folder: &Path) -> Result<(), TransportError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network file systems cannot sync folders; the file itself is synced.
        Err(e) if !matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Err(unwritable(folder, e))
        }
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, source: io::Error) -> TransportError {
    TransportError::Unwritable {
        path: path.to_owned(),
        source,
    }
}

fn unreadable(path: &Path, source: io::Error) -> TransportError {
    TransportError::Unreadable {
        path: path.to_owned(),
        source,
    }
}
