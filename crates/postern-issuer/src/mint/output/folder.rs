//! Pictures in a folder, a file each: what PNG and SVG have in common.

use std::path::{Path, PathBuf};
use std::{fs, io};

use postern_cli::files::{FileAction, FileError};

use super::super::error::MintError;
use super::part::{make_folder, write_small};
use super::{Mark, Sink, Target};

const FOLDER: &str = "pictures";

/// Pictures of one kind.
pub(super) struct Pictures {
    folder: PathBuf,
    ending: &'static str,
    /// Those that the next mark has to put on the disk.
    unsynced: Vec<PathBuf>,
}

impl Pictures {
    /// Makes the folder, where there is none.
    pub(super) fn open(target: &Target, ending: &'static str) -> Result<Option<Box<dyn Sink>>, MintError> {
        let folder = target.dir.join(FOLDER);
        make_folder(&folder)?;
        let unsynced = Vec::new();
        Ok(Some(Box::new(Self {
            folder,
            ending,
            unsynced,
        })))
    }
}

impl Sink for Pictures {
    fn put(&mut self, id: &str, drawn: &[u8]) -> Result<(), MintError> {
        let name = format!("{id}.{}", self.ending);
        let path = write_small(&self.folder, &name, drawn)
            .map_err(|error| FileError::new(self.folder.join(&name), FileAction::Write, error))?;
        self.unsynced.push(path);
        Ok(())
    }

    fn mark(&mut self) -> Result<Mark, MintError> {
        let unsynced = std::mem::take(&mut self.unsynced);
        if !unsynced.is_empty() {
            let synced = sync(&self.folder, &unsynced);
            synced.map_err(|error| FileError::new(&self.folder, FileAction::Write, error))?;
        }
        Ok(Mark::default())
    }

    fn finish(mut self: Box<Self>) -> Result<(), MintError> {
        self.mark().map(drop)
    }
}

/// Puts the files of a folder on the disk: at once, where the system can do that.
#[cfg(target_os = "linux")]
fn sync(folder: &Path, _: &[PathBuf]) -> io::Result<()> {
    Ok(rustix::fs::syncfs(fs::File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync(_: &Path, files: &[PathBuf]) -> io::Result<()> {
    files.iter().try_for_each(|file| fs::File::open(file)?.sync_all())
}
