//! Where an update comes from: a repository's folder, or a bundle in one file. Nothing in it is believed here.

use std::fs;
use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError, FileErrorKind, read_bounded};
use postern_core::bundle::{self, Bundle};
use postern_core::repository::{self, UpdateError};
use postern_core::trust::Trust;

use crate::error::{Distrust, Error};
use crate::update::Refusal;

/// An opened source.
pub(crate) enum Source {
    Bundle(Bundle),
    Folder(PathBuf),
}

impl Source {
    /// Opens a source.
    ///
    /// # Errors
    ///
    /// [`Error::File`] where there is no such file or folder, [`Refusal::Bundle`] where the file is no bundle.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let data = fs::metadata(path).map_err(|e| FileError::new(path, FileAction::Read, e))?;
        if data.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let bytes = read_bounded(path, bundle::MAX_LEN as u64)?;
        Bundle::parse(&bytes)
            .map(Self::Bundle)
            .map_err(|e| Error::Update(Refusal::Bundle(e)))
    }

    /// The trust that a gate gets which takes what is here.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub(crate) fn update(&self, trust: &Trust) -> Result<Trust, Refusal> {
        repository::update(trust, |wanted| self.read(wanted.path, wanted.max)).map_err(|e| match e {
            UpdateError::Distrust(e) => Refusal::Distrust(Distrust(e)),
            UpdateError::Missing(path) => Refusal::Missing { path },
            UpdateError::Read(refusal) => refusal,
        })
    }

    fn read(&self, path: &str, max: usize) -> Result<Option<Vec<u8>>, Refusal> {
        match self {
            Self::Bundle(bundle) => match bundle.file(path) {
                Some(bytes) if bytes.len() > max => Err(Refusal::TooLarge { path: path.to_owned() }),
                file => Ok(file.map(<[u8]>::to_vec)),
            },
            Self::Folder(folder) => {
                let full = folder.join(path);
                match fs::metadata(&full) {
                    Ok(data) if data.is_file() => {}
                    // A pipe or a device with this name is nothing that a repository holds, and might never end.
                    Ok(_) => return Ok(None),
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                    Err(e) => return Err(Refusal::File(FileError::new(full, FileAction::Read, e))),
                }
                match read_bounded(&full, max as u64) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(e) if matches!(e.kind(), FileErrorKind::TooLarge { .. }) => {
                        Err(Refusal::TooLarge { path: path.to_owned() })
                    }
                    Err(e) => Err(Refusal::File(e)),
                }
            }
        }
    }
}
