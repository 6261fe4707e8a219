//! Where bundles lie: files, folders with drop boxes or loose files in them, and drop boxes of servers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use postern_cli::files::{self, FileAction, FileError, FileErrorKind};
use postern_log::bundle::{MAX_LEN, parse_path};
use postern_transport::{Location, Options, Remote};

use crate::error::Error;

/// The folder of bundles in a drop box.
const EVIDENCE: &str = "evidence";
/// The ending of a bundle's name.
const ENDING: &str = "log";
/// How deep folders are walked through: a stick with a drop box for each site.
const MAX_DEPTH: usize = 8;
/// The most files of a folder.
const MAX_FILES: usize = 1_000_000;

/// A place that was named.
pub(super) enum Source {
    Files(Vec<PathBuf>),
    /// A drop box, and the paths of the bundles in it.
    Remote(Box<Remote>, Vec<String>),
}

impl Source {
    pub(super) fn open(text: &str) -> Result<Self, Error> {
        let location = Location::parse(text)?;
        let Some(path) = location.path() else {
            let remote = Remote::open(&location, &Options::default())?;
            let paths = remote.list(EVIDENCE)?.into_iter().map(|(path, _)| path).collect();
            return Ok(Self::Remote(Box::new(remote), paths));
        };
        let data = fs::metadata(path).map_err(|e| FileError::new(path, FileAction::Read, e))?;
        let mut files = Vec::new();
        match data.is_dir() {
            true => walk(path, 0, &mut files)?,
            false => files.push(path.to_owned()),
        }
        files.sort();
        Ok(Self::Files(files))
    }

    fn items(&self) -> Vec<Item<'_>> {
        match self {
            Self::Files(files) => files.iter().map(|file| Item::File(file)).collect(),
            Self::Remote(remote, paths) => paths.iter().map(|path| Item::Remote(remote, path)).collect(),
        }
    }
}

/// Adds the bundles in a folder, and in those in it. No link is followed.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |e| FileError::new(folder, FileAction::Read, e);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if kind.is_dir() && depth < MAX_DEPTH && !hidden {
            walk(&path, depth + 1, files)?;
        } else if kind.is_file() && !hidden && path.extension().is_some_and(|ending| ending == ENDING) {
            if files.len() == MAX_FILES {
                let many = std::io::Error::other(format!("more than {MAX_FILES} files"));
                return Err(failed(many).into());
            }
            files.push(path);
        }
    }
    Ok(())
}

/// One bundle, not read yet.
pub(super) enum Item<'s> {
    File(&'s Path),
    Remote(&'s Remote, &'s str),
}

impl<'s> Item<'s> {
    /// The bytes of the file; `None` where it has gone since it was listed.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, Error> {
        match self {
            // What is larger is read too: it is refused as what it is, a file that no gate has made.
            Self::File(path) => match files::read_bounded(path, MAX_LEN as u64) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(e) if e.kind() == FileErrorKind::NotFound => Ok(None),
                Err(e) => Err(e.into()),
            },
            Self::Remote(remote, path) => Ok(remote.get(path, MAX_LEN as u64)?),
        }
    }

    /// The file, where it is one of this machine.
    pub(super) fn path(&self) -> Option<&'s Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Remote(..) => None,
        }
    }

    /// What it is called: of a file in a drop box its path there.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => in_box(path).unwrap_or_else(|| path.display().to_string()),
            Self::Remote(_, path) => (*path).to_owned(),
        }
    }
}

/// The path in the drop box of a file that lies in one, wherever that is.
fn in_box(file: &Path) -> Option<String> {
    let mut parts = file.iter().rev().map(|part| part.to_str());
    let (name, folder) = (parts.next()??, parts.next()??);
    let path = format!("{EVIDENCE}/{folder}/{name}");
    parse_path(&path).map(|_| path)
}

/// The bundles of all sources: those of one gate together, in the order of their leaves; each of the others alone. What the
/// name says is not believed: in another order it only takes longer.
pub(super) fn groups(sources: &[Source]) -> Vec<Vec<Item<'_>>> {
    /// A bundle, and which leaves are in it by its name.
    type Ordered<'s> = ((u64, u64), Item<'s>);
    let mut gates: BTreeMap<[u8; 32], Vec<Ordered<'_>>> = BTreeMap::new();
    let mut groups = Vec::new();
    for item in sources.iter().flat_map(Source::items) {
        match parse_path(&item.name()) {
            Some((gate, from, to)) => gates.entry(gate).or_default().push(((from, to), item)),
            None => groups.push(vec![item]),
        }
    }
    for (_, mut items) in gates {
        items.sort_by_key(|(order, _)| *order);
        groups.push(items.into_iter().map(|(_, item)| item).collect());
    }
    groups
}
