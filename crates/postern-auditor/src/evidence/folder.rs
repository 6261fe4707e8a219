//! A stranger's folder: plain files only, so many and so large, and one of them in memory at a time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use postern_log::merkle::Hash;
use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};

use super::error::Why;

/// The folders of a folder go so deep: `forks/ID/`.
const DEPTH: usize = 2;
/// The longest name of a file, in bytes.
const MAX_NAME: usize = 128;
/// What is read at a time, in bytes.
const PIECE: usize = 64 << 10;

/// What a folder may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The most files and folders; the largest manifest has room for them.
    pub(super) files: usize,
    /// The most bytes of one file: the checkpoints and proofs of a gate that has sent its log every quarter of an hour for years.
    pub(super) file: u64,
    /// The most bytes of all files.
    pub(super) all: u64,
}

impl Bounds {
    pub(super) const EVIDENCE: Self = Self {
        files: 1 << 18,
        file: 256 << 20,
        all: 64 << 30,
    };
}

/// A folder that is only read.
#[derive(Clone, Copy)]
pub(super) struct Folder<'a> {
    path: &'a Path,
    pub(super) bounds: Bounds,
}

impl<'a> Folder<'a> {
    pub(super) fn new(path: &'a Path, bounds: Bounds) -> Self {
        Self { path, bounds }
    }

    /// The paths of all that is no folder, and what is wrong with each: nothing where it is a regular file. No link is followed.
    ///
    /// # Errors
    ///
    /// [`Why::TooMany`].
    pub(super) fn list(&self) -> Result<BTreeMap<String, Option<Why>>, Why> {
        let mut found = BTreeMap::new();
        let mut seen = 0;
        self.walk(self.path, "", 0, &mut seen, &mut found)?;
        Ok(found)
    }

    fn walk(
        &self,
        folder: &Path,
        prefix: &str,
        depth: usize,
        seen: &mut usize,
        found: &mut BTreeMap<String, Option<Why>>,
    ) -> Result<(), Why> {
        let Ok(entries) = fs::read_dir(folder) else {
            found.insert(prefix.trim_end_matches('/').to_owned(), Some(Why::Unreadable));
            return Ok(());
        };
        for entry in entries {
            *seen += 1;
            if *seen > self.bounds.files {
                return Err(Why::TooMany);
            }
            let Ok(entry) = entry else {
                found.insert(prefix.to_owned(), Some(Why::Unreadable));
                return Ok(());
            };
            let name = format!("{prefix}{}", shown(&entry.file_name().to_string_lossy()));
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEPTH => {
                    self.walk(&entry.path(), &format!("{name}/"), depth + 1, seen, found)?;
                }
                Ok(kind) if kind.is_file() => drop(found.insert(name, None)),
                Ok(_) => drop(found.insert(name, Some(Why::NotRegular))),
                Err(_) => drop(found.insert(name, Some(Why::Unreadable))),
            }
        }
        Ok(())
    }

    /// The SHA-256 of a file that has so many bytes; nothing where it has more or fewer. It is not held in memory.
    ///
    /// # Errors
    ///
    /// [`Why::Missing`], [`Why::NotRegular`], [`Why::TooLarge`] and [`Why::Unreadable`].
    pub(super) fn digest(&self, path: &str, size: u64) -> Result<Option<Hash>, Why> {
        let (file, len) = self.open(path, self.bounds.file)?;
        if len != size {
            return Ok(None);
        }
        // It may grow meanwhile: no more is read than it had.
        let (mut file, mut sha, mut piece) = (file.take(len), Sha256::new(), vec![0; PIECE]);
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(Some(sha.finalize().into())),
                Ok(read) => sha.update(&piece[..read]),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Why::Unreadable),
            }
        }
    }

    /// The bytes of a file, at most `max` of them.
    ///
    /// # Errors
    ///
    /// Those of [`Self::digest`].
    pub(super) fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, Why> {
        let (file, len) = self.open(path, max)?;
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        file.take(len).read_to_end(&mut bytes).map_err(|_| Why::Unreadable)?;
        Ok(bytes)
    }

    /// Opens a regular file of at most `max` bytes. Its kind is asked before, for opening a device may do something, and after, for it
    /// may be another file by then; a pipe is not waited for.
    fn open(&self, path: &str, max: u64) -> Result<(File, u64), Why> {
        let path = self.path.join(path);
        let regular = |data: fs::Metadata| match data.is_file() {
            true => Ok(data.len()),
            false => Err(Why::NotRegular),
        };
        regular(fs::symlink_metadata(&path).map_err(why)?)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(&path, flags, Mode::empty()).map_err(|e| why(e.into()))?);
        let len = regular(file.metadata().map_err(why)?)?;
        match len <= max {
            true => Ok((file, len)),
            false => Err(Why::TooLarge),
        }
    }
}

fn why(e: io::Error) -> Why {
    match e.kind() {
        io::ErrorKind::NotFound => Why::Missing,
        _ => Why::Unreadable,
    }
}

/// Whether a manifest may name such a file: within the folder, by plain names.
pub(super) fn is_ours(path: &str) -> bool {
    let plain = |name: &str| {
        !name.is_empty()
            && name.len() <= MAX_NAME
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    path.len() <= 2 * MAX_NAME && path.split('/').count() <= DEPTH + 1 && path.split('/').all(plain)
}

/// A name as it is told: no longer than one that could be ours.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
