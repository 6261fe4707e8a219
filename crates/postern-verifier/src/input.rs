//! What the arguments name: pictures, folders of pictures, texts, standard input.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError};

use crate::fault::Fault;

/// How many folders within folders are looked into.
pub(crate) const MAX_DEPTH: usize = 8;
/// How many files and folders are looked at for one argument.
pub(crate) const MAX_ENTRIES: usize = 100_000;

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A picture or a folder.
    Path(PathBuf),
    /// Standard input, a text a line.
    Stdin,
    /// A text.
    Text(String),
}

/// What each argument is, before anything is judged: `-` is standard input, what exists is a path, and what else has a
/// colon is a text.
///
/// # Errors
///
/// The first argument that is nothing of these.
pub(crate) fn resolve(arguments: &[OsString]) -> Result<Vec<Input>, FileError> {
    arguments.iter().map(|argument| resolve_one(argument)).collect()
}

fn resolve_one(argument: &OsStr) -> Result<Input, FileError> {
    if argument == "-" {
        return Ok(Input::Stdin);
    }
    match (fs::metadata(argument), argument.to_str()) {
        (Ok(_), _) => Ok(Input::Path(argument.into())),
        (Err(_), Some(text)) if text.contains(':') => Ok(Input::Text(text.to_owned())),
        (Err(error), _) => Err(FileError::new(argument, FileAction::Read, error)),
    }
}

/// A picture to read, or why there is none.
pub(crate) type Item = Result<PathBuf, (PathBuf, Fault)>;

/// The pictures that a path names: the file itself, or the PNG and JPEG files (by their names) of a folder and of the
/// folders in it, in the order of their names. Links to folders are not followed.
pub(crate) fn pictures(path: &Path) -> Vec<Item> {
    if !path.is_dir() {
        return vec![Ok(path.to_owned())];
    }
    let mut walk = Walk {
        items: Vec::new(),
        left: MAX_ENTRIES,
    };
    walk.folder(path, 1);
    if walk.items.is_empty() {
        walk.items.push(Err((path.to_owned(), Fault::NoPictures)));
    }
    walk.items
}

struct Walk {
    items: Vec<Item>,
    left: usize,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let mut fault = |fault| self.items.push(Err((folder.to_owned(), fault)));
        if depth > MAX_DEPTH {
            return fault(Fault::FolderTooDeep);
        }
        let file_error = |error| Fault::File(FileError::new(folder, FileAction::Read, error));
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return fault(file_error(error)),
        };
        // One more than is left shows that there are more.
        let entries: Result<Vec<_>, _> = entries.take(self.left + 1).collect();
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return fault(file_error(error)),
        };
        if entries.len() > self.left {
            return fault(Fault::TooManyPictures);
        }
        self.left -= entries.len();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.folder(&path, depth + 1),
                // A link is followed to a file. A pipe with a picture's name would be waited for without end.
                Ok(_) if is_picture_name(&path) && path.is_file() => self.items.push(Ok(path)),
                Ok(_) => {}
                Err(error) => {
                    let fault = Fault::File(FileError::new(&path, FileAction::Read, error));
                    self.items.push(Err((path, fault)));
                }
            }
        }
    }
}

fn is_picture_name(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or("");
    ["png", "jpg", "jpeg"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use postern_cli::Explain;

    use super::*;

    fn names(items: &[Item], folder: &Path) -> Vec<String> {
        let relative = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
        items
            .iter()
            .map(|item| match item {
                Ok(path) => relative(path),
                Err((path, fault)) => format!("{}: {}", relative(path), fault.reason()),
            })
            .collect()
    }

    #[test]
    fn arguments_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("PC1:A");
        fs::write(&odd, "").unwrap();
        let inputs = |arguments: &[&OsStr]| resolve(&arguments.iter().map(|&a| a.to_owned()).collect::<Vec<_>>());
        let long = format!("PC1:{}", "A".repeat(900));
        assert_eq!(
            inputs(&[
                OsStr::new("-"),
                odd.as_os_str(),
                OsStr::new("PC1:B/C"),
                OsStr::new(&long)
            ])
            .unwrap(),
            [
                Input::Stdin,
                Input::Path(odd),
                Input::Text("PC1:B/C".into()),
                Input::Text(long.clone())
            ]
        );
        let error = inputs(&[OsStr::new("PC1:B"), OsStr::new("no/such.png")]).unwrap_err();
        assert_eq!(
            (error.reason(), error.path()),
            ("file-not-found", Path::new("no/such.png"))
        );
    }

    #[test]
    fn a_folder_gives_its_pictures_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.PNG", "a.jpeg", "notes.txt", "c/d.jpg", "c/e/f.png", "noname"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(
            names(&pictures(folder.path()), folder.path()),
            ["a.jpeg", "b.PNG", "c/d.jpg", "c/e/f.png"]
        );
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(names(&pictures(empty.path()), empty.path()), [": no-pictures"]);
    }

    #[test]
    fn depth_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let mut path = folder.path().to_owned();
        (0..MAX_DEPTH + 3).for_each(|_| path.push("d"));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("x.png"), "").unwrap();
        let expected = format!("{}: folder-too-deep", ["d"; MAX_DEPTH].join("/"));
        assert_eq!(names(&pictures(folder.path()), folder.path()), [expected]);
    }

    #[cfg(unix)]
    #[test]
    fn links_to_folders_and_pipes_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop.png")).unwrap();
        fs::write(folder.path().join("real"), "").unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("link.png")).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path().join("pipe.png"))
            .status();
        assert!(made.unwrap().success());
        assert_eq!(names(&pictures(folder.path()), folder.path()), ["link.png"]);
    }
}
