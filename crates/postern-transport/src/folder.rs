//! A repository in a folder of this machine.
//!
//! Read with the standard library and not by `object_store`'s `LocalFileSystem`, which opens whatever has the name and
//! reads it to its end: a pipe or a device, as a file system on somebody's stick can hold them, would never end.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{LocationFault, TransportError};

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
}

fn unreadable(path: &Path, source: io::Error) -> TransportError {
    TransportError::Unreadable {
        path: path.to_owned(),
        source,
    }
}
