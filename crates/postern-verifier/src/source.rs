//! Where an update comes from: a repository by any medium, or a bundle in one file. Nothing in it is believed here.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
    /// folders in it, as sticks are in the folder where they are mounted.
    ///
    /// # Errors
    ///
    /// [`Error`] where there is no such place; for one of several sources its own.
    pub(crate) fn sources(&self) -> Result<Vec<Result<Source, Error>>, Error> {
        let Some(path) = self.path() else {
            return Ok(vec![Source::remote(&self.0)]);
        };
        let data = fs::metadata(path).map_err(|e| FileError::new(path, FileAction::Read, e))?;
        if !data.is_dir() {
            return Ok(vec![Source::bundle(path)]);
        }
        Ok(candidates(path).iter().map(|found| found.open()).collect())
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
            let file = match found {
                Candidate::Bundle(path) => path,
                Candidate::Repository(path) => path.join(NEWEST),
            };
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
    Repository(PathBuf),
}

impl Candidate {
    fn open(&self) -> Result<Source, Error> {
        match self {
            Self::Bundle(path) => Source::bundle(path),
            Self::Repository(path) => Source::remote(&Location::from(path.clone())),
        }
    }
}

fn candidates(folder: &Path) -> Vec<Candidate> {
    let mut found = Vec::new();
    if look(folder, &mut found) {
        return found;
    }
    for path in entries(folder).into_iter().filter(|path| path.is_dir()) {
        look(&path, &mut found);
    }
    found
}

/// Whether the folder is a repository; if not, its bundles are added.
fn look(folder: &Path, found: &mut Vec<Candidate>) -> bool {
    // One that lacks its newest snapshot is a repository that was not copied whole: that is what should be told.
    if folder.join(NEWEST).exists() || folder.join("root").is_dir() {
        found.push(Candidate::Repository(folder.to_owned()));
        return true;
    }
    let bundles = entries(folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|name| name == BUNDLE));
    found.extend(bundles.filter(|path| path.is_file()).map(Candidate::Bundle));
    false
}

/// What is in a folder, in one order; what cannot be read is not there.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).take(MAX_PLACES).collect();
    paths.sort();
    paths
}

/// An opened source.
pub(crate) enum Source {
    Bundle(Bundle),
    Remote(Remote),
}

impl Source {
    fn bundle(path: &Path) -> Result<Self, Error> {
        let bytes = read_bounded(path, bundle::MAX_LEN as u64)?;
        Bundle::parse(&bytes)
            .map(Self::Bundle)
            .map_err(|e| Error::Update(Refusal::Bundle(e)))
    }

    fn remote(location: &Location) -> Result<Self, Error> {
        let remote = Remote::open(location, &Options::default());
        remote.map(Self::Remote).map_err(|e| Refusal::Transport(e).into())
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
            (Self::Remote(remote), None) => remote.get(path, max as u64),
            // A size past the bound is refused before a byte is asked for.
            (Self::Remote(_), Some(pin)) if pin.size > max as u64 => {
                return Err(Refusal::TooLarge { path: path.to_owned() });
            }
            (Self::Remote(remote), Some(pin)) => remote.fetch(path, pin.size, &pin.sha256.0, spool),
        };
        read.map_err(|e| match e {
            TransportError::TooLarge { path, .. } => Refusal::TooLarge { path },
            other => Refusal::Transport(other),
        })
    }
}
