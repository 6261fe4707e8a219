//! The folder in which a drop box keeps what it took. All paths that come here have been checked: they are those of bundles and
//! receipts, and lead nowhere else.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use postern_cli::files::{FileAction, FileError, sync_folder};
use postern_log::note;
use tokio::task::spawn_blocking;

use crate::error::Error;

/// The folder of bundles.
const EVIDENCE: &str = "evidence";
/// The beginning and the end of the name of a file that is not whole yet.
const UNFINISHED: (&str, &str) = (".postern-", ".tmp");

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// No room for it, or its gate holds as much as is free.
    Full,
    /// The same bytes were there.
    Known,
    /// It is there, in the place of another one if there was one.
    New,
}

/// A folder with a bound on what it holds, and what one gate holds of it.
///
/// A gate may hold as much as is still free and no more, so that one alone has at most half of the box, and leaves room for any other
/// (Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998, with a factor of 1).
#[derive(Clone)]
pub(super) struct Shelf {
    folder: Arc<PathBuf>,
    /// One at a time writes: two may come under one name.
    held: Arc<Mutex<Held>>,
    max: u64,
}

/// The bytes of bundles: of all, and of each gate by the name of its folder.
#[derive(Debug, Default, PartialEq, Eq)]
struct Held {
    all: u64,
    gates: HashMap<OsString, u64>,
}

impl Held {
    /// What it is with a file of a gate in the place of what was there; nothing where that is too much.
    fn with(&self, gate: &OsStr, before: u64, len: u64, max: u64) -> Option<(u64, u64)> {
        let after = |held: u64| held.saturating_sub(before).saturating_add(len);
        let (all, own) = (after(self.all), after(self.gates.get(gate).copied().unwrap_or(0)));
        // What does not grow takes no room from anybody: a gate that seals its bundles again goes on.
        (len <= before || own <= max.saturating_sub(all)).then_some((all, own))
    }
}

impl Shelf {
    /// Opens a folder. What a program that was killed left half written is swept.
    pub(super) fn open(folder: &Path, max: u64) -> Result<Self, Error> {
        let failed = |e| FileError::new(folder, FileAction::Create, e);
        let evidence = folder.join(EVIDENCE);
        fs::create_dir_all(&evidence).map_err(failed)?;
        let unread = |e| FileError::new(folder, FileAction::Read, e);
        sweep(&evidence).map_err(unread)?;
        let held = held_in(&evidence).map_err(unread)?;
        Ok(Self {
            folder: Arc::new(folder.to_owned()),
            held: Arc::new(Mutex::new(held)),
            max,
        })
    }

    /// Stores a bundle: whole and on the disk, or not at all. Another one of that name is replaced.
    pub(super) async fn store(&self, path: &str, bytes: Bytes) -> io::Result<Stored> {
        let (shelf, file) = (self.clone(), self.folder.join(path));
        joined(spawn_blocking(move || shelf.store_now(&file, &bytes)).await)
    }

    fn store_now(&self, file: &Path, bytes: &[u8]) -> io::Result<Stored> {
        // The numbers stay numbers whatever panics: the next count puts them right.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match there(file, bytes)? {
            There::Same => return Ok(Stored::Known),
            There::Other(len) => len,
            There::Nothing => 0,
        };
        let gate = file.parent().and_then(Path::file_name).unwrap_or_default();
        let with = |held: &Held| held.with(gate, before, bytes.len() as u64, self.max);
        let after = match with(&held) {
            Some(after) => after,
            None => {
                // Somebody may have made room. Only this gate's folder is counted, so that nobody makes others wait for all of it.
                self.recount(gate, &mut held)?;
                match with(&held) {
                    Some(after) => after,
                    None => return Ok(Stored::Full),
                }
            }
        };
        match write(file, bytes) {
            Ok(()) => {
                held.all = after.0;
                held.gates.insert(gate.to_owned(), after.1);
                Ok(Stored::New)
            }
            Err(e) if matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Ok(Stored::Full),
            Err(e) => Err(e),
        }
    }

    /// Counts what is held, unless somebody is writing: then the next time does. What cannot be listed is told where it is
    /// written.
    pub(super) fn recount_if_idle(&self) {
        if let Ok(mut held) = self.held.try_lock()
            && let Ok(counted) = self.count()
        {
            *held = counted;
        }
    }

    fn recount(&self, gate: &OsStr, held: &mut Held) -> io::Result<()> {
        let mut own = 0_u64;
        for file in gone(fs::read_dir(self.folder.join(EVIDENCE).join(gate)))?
            .into_iter()
            .flatten()
        {
            if let Some(data) = gone(file?.metadata())? {
                own = own.saturating_add(data.len());
            }
        }
        let before = held.gates.insert(gate.to_owned(), own).unwrap_or(0);
        held.all = held.all.saturating_sub(before).saturating_add(own);
        Ok(())
    }

    fn count(&self) -> io::Result<Held> {
        held_in(&self.folder.join(EVIDENCE))
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
enum There {
    Nothing,
    /// Others, so many.
    Other(u64),
    Same,
}

fn there(file: &Path, bytes: &[u8]) -> io::Result<There> {
    let is = match File::open(file) {
        Ok(is) => is,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
        Err(e) => return Err(e),
    };
    let len = is.metadata()?.len();
    if len != bytes.len() as u64 {
        return Ok(There::Other(len));
    }
    let mut known = Vec::with_capacity(bytes.len());
    is.take(len).read_to_end(&mut known)?;
    Ok(match known == bytes {
        true => There::Same,
        false => There::Other(len),
    })
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        sync_folder(folder).map_err(io::Error::other)?;
    }
    let mut temporary = tempfile::Builder::new()
        .prefix(UNFINISHED.0)
        .suffix(UNFINISHED.1)
        .tempfile_in(folder)?;
    // Tells another program on this folder that somebody is at it.
    let _ = temporary.as_file().try_lock();
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(file).map_err(|e| e.error)?;
    sync_folder(file).map_err(io::Error::other)
}

/// Removes what a program that was killed left half written in the folders of a folder: nobody holds its lock any more.
fn sweep(folder: &Path) -> io::Result<()> {
    each_file(folder, |_, file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        let unfinished = name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1) && file.file_type()?.is_file();
        match unfinished && File::open(file.path())?.try_lock().is_ok() {
            true => fs::remove_file(file.path()),
            false => Ok(()),
        }
    })
}

/// The bytes of all files in the folders of a folder.
fn held_in(folder: &Path) -> io::Result<Held> {
    let mut held = Held::default();
    each_file(folder, |gate, file| {
        let len = file.metadata()?.len();
        held.all = held.all.saturating_add(len);
        let own = held.gates.entry(gate.to_owned()).or_default();
        *own = own.saturating_add(len);
        Ok(())
    })?;
    Ok(held)
}

/// Looks at each file in the folders of a folder, with the name of its folder. What somebody removes meanwhile is passed over.
fn each_file(folder: &Path, mut look: impl FnMut(&OsStr, &DirEntry) -> io::Result<()>) -> io::Result<()> {
    for gate in fs::read_dir(folder)? {
        let gate = gate?;
        if !gone(gate.file_type())?.is_some_and(|is| is.is_dir()) {
            continue;
        }
        for file in gone(fs::read_dir(gate.path()))?.into_iter().flatten() {
            let file = file?;
            gone(look(&gate.file_name(), &file))?;
        }
    }
    Ok(())
}

/// Nothing, where a file or folder is not there any more.
fn gone<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn joined<T>(done: Result<io::Result<T>, tokio::task::JoinError>) -> io::Result<T> {
    done.unwrap_or_else(|e| Err(io::Error::other(e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(max: u64) -> (tempfile::TempDir, Shelf, impl Fn(&str) -> PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path(), max).unwrap();
        let evidence = folder.path().join(EVIDENCE);
        (folder, shelf, move |name: &str| evidence.join(name))
    }

    /// What all hold, and the gate "made-up".
    fn held(shelf: &Shelf) -> (u64, u64) {
        let held = shelf.held.lock().unwrap();
        assert_eq!(held.all, held.gates.values().sum::<u64>());
        (held.all, held.gates.get(OsStr::new("made-up")).copied().unwrap_or(0))
    }

    #[test]
    fn another_file_of_a_name_replaces_it_and_is_counted_once() {
        let (_folder, shelf, file) = shelf(2000);
        let first = file("made-up/first");
        assert_eq!(shelf.store_now(&first, &[1; 600]).unwrap(), Stored::New);
        assert_eq!(shelf.store_now(&first, &[1; 600]).unwrap(), Stored::Known);
        assert_eq!(shelf.store_now(&first, &[2; 600]).unwrap(), Stored::New);
        assert_eq!(shelf.store_now(&first, &[3; 700]).unwrap(), Stored::New);
        assert_eq!(shelf.store_now(&first, &[3; 1001]).unwrap(), Stored::Full);
        assert_eq!(fs::read(&first).unwrap(), [3; 700]);
        assert_eq!(held(&shelf), (700, 700));
        assert_eq!(
            shelf.store_now(&file("made-up/second"), &[4; 300]).unwrap(),
            Stored::New
        );
        assert_eq!(shelf.store_now(&file("made-up/third"), &[5; 1]).unwrap(), Stored::Full);
        assert_eq!(held(&shelf), (1000, 1000));
        assert_eq!(*shelf.held.lock().unwrap(), shelf.count().unwrap());
    }

    #[test]
    fn a_gate_holds_no_more_than_is_free() {
        let (_folder, shelf, file) = shelf(1000);
        // Pieces of ten bytes, until one is refused: how many bytes a gate got.
        let fill = |gate: &str| {
            let stored = |number: &u64| shelf.store_now(&file(&format!("{gate}/{number}")), &[1; 10]).unwrap();
            let pieces = (0..).find(|number| stored(number) == Stored::Full).unwrap();
            pieces * 10
        };
        assert_eq!(fill("first"), 500, "of an empty box one gets half");
        assert_eq!(fill("second"), 250, "and every other one half of what is left");
        assert_eq!(fill("third"), 120);
        assert_eq!(fill("fourth"), 60);
        assert_eq!(fill("first"), 500, "it keeps what it has, and gets no more");
    }

    #[test]
    fn a_gate_that_holds_more_than_is_free_replaces_what_does_not_grow() {
        let (_folder, shelf, file) = shelf(1000);
        assert_eq!(shelf.store_now(&file("made-up/first"), &[1; 500]).unwrap(), Stored::New);
        assert_eq!(shelf.store_now(&file("other/first"), &[1; 250]).unwrap(), Stored::New);
        assert_eq!(
            shelf.store_now(&file("made-up/first"), &[2; 501]).unwrap(),
            Stored::Full
        );
        assert_eq!(shelf.store_now(&file("made-up/first"), &[2; 500]).unwrap(), Stored::New);
        assert_eq!(shelf.store_now(&file("made-up/first"), &[2; 374]).unwrap(), Stored::New);
        assert_eq!(held(&shelf), (624, 374));
        assert_eq!(shelf.store_now(&file("made-up/second"), &[3; 1]).unwrap(), Stored::New);
        assert_eq!(shelf.store_now(&file("made-up/third"), &[3; 1]).unwrap(), Stored::Full);
    }

    #[test]
    fn room_that_somebody_made_is_seen() {
        let (_folder, shelf, file) = shelf(1200);
        assert_eq!(shelf.store_now(&file("made-up/first"), &[1; 600]).unwrap(), Stored::New);
        assert_eq!(
            shelf.store_now(&file("made-up/second"), &[2; 600]).unwrap(),
            Stored::Full
        );
        fs::remove_file(file("made-up/first")).unwrap();
        assert_eq!(
            shelf.store_now(&file("made-up/second"), &[2; 600]).unwrap(),
            Stored::New
        );
        fs::write(file("made-up/third"), [3; 400]).unwrap();
        shelf.recount_if_idle();
        assert_eq!(held(&shelf), (1000, 1000));
    }

    #[test]
    fn what_was_left_half_written_is_swept_at_the_start() {
        let (folder, shelf, file) = shelf(1200);
        assert_eq!(shelf.store_now(&file("made-up/first"), &[1; 600]).unwrap(), Stored::New);
        let left = file("made-up/.postern-made-up.tmp");
        fs::write(&left, [2; 600]).unwrap();
        let writing = File::open(&left).unwrap();
        writing.try_lock().unwrap();
        assert!(Shelf::open(folder.path(), 1200).is_ok());
        assert!(left.exists(), "somebody is at it");
        drop(writing);
        let shelf = Shelf::open(folder.path(), 1200).unwrap();
        assert!(!left.exists());
        assert_eq!(held(&shelf), (600, 600));
        assert!(file("made-up/first").exists());
    }

    #[test]
    fn what_goes_away_while_it_is_counted_is_passed_over() {
        let (folder, shelf, file) = shelf(1200);
        for name in ["first", "second"] {
            assert_eq!(
                shelf.store_now(&file(&format!("made-up/{name}")), &[1; 100]).unwrap(),
                Stored::New
            );
        }
        let mut seen = 0;
        let counted = each_file(&folder.path().join(EVIDENCE), |_, entry| {
            fs::remove_file(entry.path())?;
            seen += 1;
            entry.metadata().map(drop)
        });
        assert!(counted.is_ok(), "{counted:?}");
        assert_eq!(seen, 2);
    }
}
