//! A file that is written from its beginning to its end, gets its name when it is whole, and can be gone on with.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError, sync_folder};

const BUFFER: usize = 256 << 10;

/// A file that is being written as `.NAME.part`.
pub(super) struct Part {
    path: PathBuf,
    part: PathBuf,
    writer: BufWriter<File>,
    bytes: u64,
}

impl Part {
    /// Begins a file. One of its name goes: it is an earlier run's.
    pub(super) fn new(dir: &Path, name: &str) -> Result<Self, FileError> {
        let (path, part) = (dir.join(name), hidden(dir, name));
        remove_if_there(&path)?;
        let file = options().create(true).truncate(true).open(&part);
        let file = file.map_err(|error| FileError::new(&part, FileAction::Create, error))?;
        Ok(Self {
            path,
            part,
            writer: BufWriter::with_capacity(BUFFER, file),
            bytes: 0,
        })
    }

    /// Goes on after the first `bytes` of a file, which may have got its name since; `None` where they are not there.
    pub(super) fn resume(dir: &Path, name: &str, bytes: u64) -> Result<Option<Self>, FileError> {
        let (path, part) = (dir.join(name), hidden(dir, name));
        let failed = |error| FileError::new(&part, FileAction::Write, error);
        if !part.exists() && path.exists() {
            fs::rename(&path, &part).map_err(failed)?;
        }
        let mut file = match options().open(&part) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if file.metadata().map_err(failed)?.len() < bytes {
            return Ok(None);
        }
        file.set_len(bytes).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Some(Self {
            path,
            part,
            writer: BufWriter::with_capacity(BUFFER, file),
            bytes,
        }))
    }

    /// Where it is until it has its name.
    pub(super) fn part(&self) -> &Path {
        &self.part
    }

    /// Bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let written = self.writer.write_all(bytes);
        self.bytes += bytes.len() as u64;
        written.map_err(|error| FileError::new(&self.path, FileAction::Write, error))
    }

    /// Puts all so far on the disk.
    pub(super) fn sync(&mut self) -> Result<(), FileError> {
        let synced = self.writer.flush().and_then(|()| self.writer.get_ref().sync_all());
        synced.map_err(|error| FileError::new(&self.path, FileAction::Write, error))
    }

    /// Gives the file its name.
    pub(super) fn publish(mut self) -> Result<(), FileError> {
        self.sync()?;
        let named = fs::rename(&self.part, &self.path);
        named.map_err(|error| FileError::new(&self.path, FileAction::Write, error))?;
        sync_folder(&self.path)
    }

    /// Removes the file.
    pub(super) fn remove(self) -> Result<(), FileError> {
        drop(self.writer);
        remove_if_there(&self.part)
    }
}

/// Writes a small file, which gets its name when it is written.
pub(super) fn write_small(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let (path, part) = (dir.join(name), hidden(dir, name));
    options().create(true).truncate(true).open(&part)?.write_all(bytes)?;
    fs::rename(&part, &path)?;
    Ok(path)
}

pub(super) fn remove_if_there(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::new(path, FileAction::Write, error)),
        _ => Ok(()),
    }
}

fn hidden(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!(".{name}.part"))
}

/// A list of people's codes is its owner's alone, until the owner decides otherwise.
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder for its owner alone, where there is none.
pub(super) fn make_folder(path: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| FileError::new(path, FileAction::Create, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_gone_on_with_where_it_was_marked() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let mut part = Part::new(dir, "codes.csv").unwrap();
        part.write(b"one two").unwrap();
        part.sync().unwrap();
        let mark = part.bytes();
        part.write(b" lost").unwrap();
        drop(part);
        assert!(!dir.join("codes.csv").exists(), "half a file has no name");
        let mut part = Part::resume(dir, "codes.csv", mark).unwrap().unwrap();
        part.write(b" three").unwrap();
        part.publish().unwrap();
        assert_eq!(fs::read(dir.join("codes.csv")).unwrap(), b"one two three");
        // It got its name after the mark.
        let mut part = Part::resume(dir, "codes.csv", mark).unwrap().unwrap();
        part.write(b"!").unwrap();
        part.publish().unwrap();
        assert_eq!(fs::read(dir.join("codes.csv")).unwrap(), b"one two!");
        assert_eq!(fs::read_dir(dir).unwrap().count(), 1);
        assert!(
            Part::resume(dir, "codes.csv", 9).unwrap().is_none(),
            "shorter than it was"
        );
        assert!(Part::resume(dir, "none.csv", 0).unwrap().is_none());
    }
}
