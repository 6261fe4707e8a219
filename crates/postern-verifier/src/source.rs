//! Where an update comes from: a repository by any medium, or a bundle in one file. Nothing in it is believed here.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use postern_cli::files::{FileAction, FileError, read_bounded};
use postern_core::bundle::{self, Bundle};
use postern_core::repository::{self, NEWEST, UpdateError, Wanted};
use postern_core::trust::Trust;
use postern_transport::{Location, Options, Remote, Spool, TransportError};

use crate::error::{Distrust, Error};
use crate::update::Refusal;

/// The ending of a bundle's name in a folder of bundles.
const BUNDLE: &str = "bundle";
/// The most places that are looked at in a folder, such as the one where sticks are mounted.
const MAX_PLACES: usize = 64;
/// The most names that are read in a folder: a stick has other things on it.
const MAX_ENTRIES: usize = 8192;

/// How long the files that no signature pins yet may take, all of them.
const UNPINNED: Duration = Duration::from_secs(120);

/// A request that has not ended by then is given up; what came of a pinned file is kept.
fn options() -> Options {
    Options {
        request: UNPINNED,
        ..Options::default()
    }
}

/// Where to look for updates.
#[derive(Clone, Debug)]
pub(crate) struct Place(Location);

impl Place {
    /// From an argument: a path or a URL.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        Location::parse(text)
            .map(Self)
            .map_err(|e| Refusal::Transport(e).into())
    }

    /// The path, where the place is on this machine.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.0.path()
    }

    /// What lies there. A folder that is no repository is looked through for bundles and repositories, and so are the
    /// folders in it and in those, as sticks are in the folder where they are mounted. Each is opened when its turn comes: of a stick
    /// full of bundles one is in memory.
    ///
    /// # Errors
    ///
    /// [`Error`] where there is no such place; for one of several sources its own.
    pub(crate) fn sources(&self) -> Result<impl Iterator<Item = Result<Source, Error>>, Error> {
        let found = match self.path() {
            None => vec![Candidate::Repository(self.0.clone())],
            Some(path) => {
                let data = fs::metadata(path).map_err(|e| FileError::new(path, FileAction::Read, e))?;
                match data.is_dir() {
                    true => candidates(path),
                    false => vec![Candidate::Bundle(path.to_owned())],
                }
            }
        };
        Ok(found.into_iter().map(|found| found.open()))
    }

    /// Tells whether something on this machine was put there or taken away: names, sizes and times of what would be
    /// looked at. `None` for a server, and where nothing can be looked at.
    pub(crate) fn fingerprint(&self) -> Option<Vec<(PathBuf, u64, Option<SystemTime>)>> {
        let path = self.path()?;
        let found = match fs::metadata(path).ok()?.is_dir() {
            true => candidates(path),
            false => vec![Candidate::Bundle(path.to_owned())],
        };
        let stats = found.into_iter().filter_map(|found| {
            let file = found.file()?;
            let data = fs::metadata(&file).ok()?;
            Some((file, data.len(), data.modified().ok()))
        });
        Some(stats.collect())
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

enum Candidate {
    Bundle(PathBuf),
    Repository(Location),
}

impl Candidate {
    fn open(&self) -> Result<Source, Error> {
        match self {
            Self::Bundle(path) => Source::bundle(path),
            Self::Repository(location) => Source::remote(location),
        }
    }

    /// The file that tells whether something is new; `None` for a server.
    fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Bundle(path) => Some(path.clone()),
            Self::Repository(location) => Some(location.path()?.join(NEWEST)),
        }
    }
}

fn candidates(folder: &Path) -> Vec<Candidate> {
    let mut found = Vec::new();
    if look(folder, &mut found) {
        return found;
    }
    // Sticks are mounted one level below `/media`, or two, and hold the file themselves or in a folder.
    for path in entries(folder, Path::is_dir) {
        if !look(&path, &mut found) {
            for path in entries(&path, Path::is_dir) {
                look(&path, &mut found);
            }
        }
    }
    // A stick on which bundles pile up must not hide another one.
    found.sort_by_cached_key(|found| Reverse(found.file().and_then(|file| modified(&file))));
    found.truncate(MAX_PLACES);
    found
}

/// Whether the folder is a repository; if not, its bundles are added.
fn look(folder: &Path, found: &mut Vec<Candidate>) -> bool {
    // One that lacks its newest snapshot is a repository that was not copied whole: that is what should be told.
    if folder.join(NEWEST).exists() || folder.join("root/1.root").exists() {
        found.push(Candidate::Repository(folder.to_owned().into()));
        return true;
    }
    let is_bundle = |path: &Path| path.extension().is_some_and(|name| name == BUNDLE) && path.is_file();
    found.extend(entries(folder, is_bundle).into_iter().map(Candidate::Bundle));
    false
}

/// What is wanted of a folder, in one order: of a stick on which bundles pile up, the newest. What cannot be read is not
/// there.
fn entries(folder: &Path, is_wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.take(MAX_ENTRIES).map(|entry| entry.path());
    let mut paths: Vec<_> = paths.filter(|path| is_wanted(path)).collect();
    paths.sort_by_cached_key(|path| Reverse(modified(path)));
    paths.truncate(MAX_PLACES);
    paths.sort();
    paths
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// An opened source.
pub(crate) enum Source {
    Bundle(Bundle),
    /// And when it was opened.
    Remote(Remote, Instant),
}

impl Source {
    fn bundle(path: &Path) -> Result<Self, Error> {
        let bytes = read_bounded(path, bundle::MAX_LEN as u64)?;
        Bundle::parse(&bytes)
            .map(Self::Bundle)
            .map_err(|e| Error::Update(Refusal::Bundle(e)))
    }

    fn remote(location: &Location) -> Result<Self, Error> {
        let remote = Remote::open(location, &options());
        remote
            .map(|remote| Self::Remote(remote, Instant::now()))
            .map_err(|e| Refusal::Transport(e).into())
    }

    /// The trust that a gate gets which takes what is here.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub(crate) fn update(&self, trust: &Trust, spool: &Spool) -> Result<Trust, Refusal> {
        let mut pinned = Vec::new();
        let updated = repository::update(trust, |wanted| {
            pinned.extend(wanted.pin.map(|pin| pin.sha256.0));
            self.read(wanted, spool)
        });
        if updated.is_err() && !pinned.is_empty() {
            // A snapshot's key alone must not fill the disk with parts of files that the next snapshot does not name. What
            // is wrong with the update is the better thing to tell than a part that stays.
            let _kept = spool.clear_except(&pinned);
        }
        updated.map_err(|e| match e {
            UpdateError::Distrust(e) => Refusal::Distrust(Distrust(e)),
            UpdateError::Missing(path) => Refusal::Missing { path },
            UpdateError::Read(refusal) => refusal,
        })
    }

    /// A file of the tree.
    ///
    /// # Errors
    ///
    /// [`Refusal`].
    pub(crate) fn read(&self, wanted: Wanted<'_>, spool: &Spool) -> Result<Option<Vec<u8>>, Refusal> {
        let Wanted { path, max, pin } = wanted;
        let read = match (self, pin) {
            (Self::Bundle(bundle), _) => {
                return match bundle.file(path) {
                    Some(bytes) if bytes.len() > max => Err(Refusal::TooLarge { path: path.to_owned() }),
                    file => Ok(file.map(<[u8]>::to_vec)),
                };
            }
            // What is not pinned is asked for before a signature was checked: a server that drips must not hold up what
            // else is watched.
            (Self::Remote(_, begun), None) if begun.elapsed() > UNPINNED => {
                return Err(Refusal::TooSlow);
            }
            (Self::Remote(remote, _), None) => remote.get(path, max as u64),
            // A size past the bound is refused before a byte is asked for.
            (Self::Remote(..), Some(pin)) if pin.size > max as u64 => {
                return Err(Refusal::TooLarge { path: path.to_owned() });
            }
            (Self::Remote(remote, _), Some(pin)) => remote.fetch(path, pin.size, &pin.sha256.0, spool),
        };
        read.map_err(|e| match e {
            TransportError::TooLarge { path, .. } => Refusal::TooLarge { path },
            other => Refusal::Transport(other),
        })
    }
}
