//! Pictures that arrive in a folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postern_qr::picture::MAX_FILE;
use rustix::fs::{Mode, OFlags};

use crate::error::DeviceError;
use crate::events::{BadPicture, Outlet, Picture, What};
use crate::frames::is_picture;
use crate::source::{Source, Step};

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// The most names of a folder. Each is looked at each time, to see a file that is written anew.
pub(crate) const MAX_FILES: usize = 10_000;

/// A watched folder. What is there when it is opened (or opened again, after it was gone) is not taken, only what arrives
/// or changes later, when it was the same in two looks: in order of name, once, unless it changes again. Names that begin
/// with a dot and what is no ordinary file are passed over; what is neither PNG nor JPEG too. Nothing is changed or deleted.
pub(crate) struct Folder {
    path: PathBuf,
    /// What was seen in the last look.
    seen: BTreeMap<OsString, Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    stamp: Stamp,
    taken: bool,
}

/// What changes when a file is written or put in the place of another: device, number, size, time of change.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp(u64, u64, u64, i64, i64);

impl Stamp {
    fn of(data: &Metadata) -> Self {
        Self(data.dev(), data.ino(), data.size(), data.mtime(), data.mtime_nsec())
    }
}

impl Folder {
    pub(crate) fn open(path: &Path) -> Result<Self, DeviceError> {
        let mut folder = Self {
            path: path.to_owned(),
            seen: BTreeMap::new(),
        };
        folder.look()?;
        for seen in folder.seen.values_mut() {
            seen.taken = true;
        }
        Ok(folder)
    }

    /// Looks at all names; gives those that are whole since the last look, in order.
    fn look(&mut self) -> Result<Vec<OsString>, DeviceError> {
        let fail = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotADirectory => DeviceError::NotSuch {
                device: self.path.display().to_string(),
                kind: "folder",
            },
            _ => DeviceError::from_io(self.path.display(), error),
        };
        let mut now = BTreeMap::new();
        for (n, entry) in fs::read_dir(&self.path).map_err(fail)?.enumerate() {
            if n >= MAX_FILES {
                let path = self.path.clone();
                return Err(DeviceError::FolderFull { path, max: MAX_FILES });
            }
            let entry = entry.map_err(fail)?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // The entry's own data, not that of what a link leads to. One that is gone by now is not there.
            let Ok(data) = entry.metadata() else { continue };
            if data.is_file() {
                let stamp = Stamp::of(&data);
                let before = self.seen.get(&name).filter(|seen| seen.stamp == stamp);
                now.insert(name, (stamp, before.copied()));
            }
        }
        let mut whole = Vec::new();
        self.seen = (now.into_iter())
            .map(|(name, (stamp, before))| {
                // An empty file is about to be written.
                let is_whole = before.is_some_and(|seen| !seen.taken) && stamp.2 > 0;
                if is_whole {
                    whole.push(name.clone());
                }
                let taken = is_whole || before.is_some_and(|seen| seen.taken);
                (name, Seen { stamp, taken })
            })
            .collect();
        Ok(whole)
    }

    /// The file's bytes, where it is a picture; not of a link or pipe that was put in its place.
    fn read(&self, name: &OsString) -> Result<Option<Vec<u8>>, BadPicture> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::open(self.path.join(name), flags, Mode::empty()).map_err(|_| BadPicture::Unreadable)?;
        let file = File::from(file);
        let data = file.metadata().map_err(|_| BadPicture::Unreadable)?;
        if !data.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        // As much as the signatures of PNG and JPEG have, before the rest of a large file that is something else.
        for part in [8, MAX_FILE as u64 + 1 - 8] {
            let read = (&file).take(part).read_to_end(&mut bytes);
            read.map_err(|_| BadPicture::Unreadable)?;
            if !is_picture(&bytes) {
                return Ok(None);
            }
        }
        match bytes.len() {
            0..=MAX_FILE => Ok(Some(bytes)),
            _ => Err(BadPicture::TooLarge),
        }
    }
}

impl Source for Folder {
    fn step(&mut self, outlet: &Outlet) -> Result<Step, DeviceError> {
        outlet.sleep(LOOK);
        for name in self.look()? {
            let path = self.path.join(&name);
            match self.read(&name) {
                Ok(Some(bytes)) => outlet.give(What::Picture {
                    name: Some(path),
                    picture: Picture::File(bytes),
                }),
                Ok(None) => {}
                Err(why) => outlet.give(What::BadPicture { name: path, why }),
            }
        }
        Ok(Step::GoOn)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::events::tests::outlet;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nmade up";

    /// The names that a look takes, and what was read of them.
    fn taken(folder: &mut Folder) -> Vec<(String, Option<usize>)> {
        let names = folder.look().unwrap();
        let read = |name: &OsString| folder.read(name).unwrap().map(|bytes| bytes.len());
        names
            .iter()
            .map(|name| (name.to_string_lossy().into_owned(), read(name)))
            .collect()
    }

    #[test]
    fn a_file_is_taken_once_when_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("before.png"), PNG).unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        assert_eq!(taken(&mut folder), []);
        fs::write(dir.path().join("b.png"), b"").unwrap();
        fs::write(dir.path().join("a.jpg"), b"\xff\xd8\xff\xe0").unwrap();
        assert_eq!(taken(&mut folder), []);
        fs::write(dir.path().join("b.png"), &PNG[..10]).unwrap();
        assert_eq!(taken(&mut folder), [("a.jpg".to_owned(), Some(4))]);
        fs::write(dir.path().join("b.png"), PNG).unwrap();
        assert_eq!(taken(&mut folder), []);
        assert_eq!(taken(&mut folder), [("b.png".to_owned(), Some(15))]);
        assert_eq!(taken(&mut folder), []);
        // Written anew, by a rename, under the name of one that was there at first.
        fs::write(dir.path().join(".new"), PNG).unwrap();
        fs::rename(dir.path().join(".new"), dir.path().join("before.png")).unwrap();
        assert_eq!(taken(&mut folder), []);
        assert_eq!(taken(&mut folder), [("before.png".to_owned(), Some(15))]);
        assert_eq!(taken(&mut folder), []);
        assert_eq!(fs::read(dir.path().join("before.png")).unwrap(), PNG);
    }

    #[test]
    fn links_pipes_folders_and_other_files_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        fs::write(dir.path().join(".hidden"), PNG).unwrap();
        fs::create_dir(dir.path().join("folder.png")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", dir.path().join("zero.png")).unwrap();
        std::os::unix::fs::symlink(".hidden", dir.path().join("link.png")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, dir.path().join("pipe.png"), Mode::RUSR).unwrap();
        fs::write(dir.path().join("readme.png"), "no picture").unwrap();
        assert_eq!(taken(&mut folder), []);
        assert_eq!(taken(&mut folder), [("readme.png".to_owned(), None)]);
        assert_eq!(folder.read(&"link.png".into()), Err(BadPicture::Unreadable));
        assert_eq!(folder.read(&"pipe.png".into()), Ok(None));
    }

    #[test]
    fn what_is_forgotten_is_what_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        for n in 0..50 {
            let path = dir.path().join(format!("{n}.png"));
            fs::write(&path, PNG).unwrap();
            folder.look().unwrap();
            fs::remove_file(path).unwrap();
            folder.look().unwrap();
            assert!(folder.seen.is_empty());
        }
    }

    #[test]
    fn a_folder_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..=MAX_FILES {
            File::create(dir.path().join(n.to_string())).unwrap();
        }
        let error = Folder::open(dir.path()).err().unwrap();
        assert_eq!(error.reason(), "folder-full");
        fs::remove_file(dir.path().join("0")).unwrap();
        assert!(Folder::open(dir.path()).is_ok());
    }

    #[test]
    fn a_large_file_is_told_and_not_given() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(dir.path()).unwrap();
        let file = File::create(dir.path().join("a.png")).unwrap();
        (&file).write_all(PNG).unwrap();
        file.set_len(MAX_FILE as u64 + 1).unwrap();
        assert!(folder.look().unwrap().is_empty());
        let (outlet, queue) = outlet();
        assert_eq!(folder.step(&outlet).unwrap(), Step::GoOn);
        let what = queue.take(Duration::ZERO).unwrap().what;
        assert!(matches!(
            what,
            What::BadPicture {
                why: BadPicture::TooLarge,
                ..
            }
        ));
        file.set_len(MAX_FILE as u64).unwrap();
        assert_eq!(folder.read(&"a.png".into()).unwrap().unwrap().len(), MAX_FILE);
    }
}
