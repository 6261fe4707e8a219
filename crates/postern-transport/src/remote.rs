//! A repository or a drop box that is open.

use std::fmt;
use std::time::Duration;

use crate::error::TransportError;
use crate::fetch;
use crate::folder::Folder;
use crate::location::{Kind, Location};
use crate::network::{Network, Reply};
use crate::spool::{Pin, Spool};

/// What servers are told about us (RFC 9110 section 10.1.5).
pub const USER_AGENT: &str = concat!("postern/", env!("CARGO_PKG_VERSION"));

/// The most entries of a listing.
pub const MAX_ENTRIES: usize = 1_000_000;

/// How long servers are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// For a connection, TLS included; default 10 seconds.
    pub connect: Duration,
    /// For the next bytes of an answer; default 20 seconds.
    pub idle: Duration,
    /// For an answer, from the connection to its last byte; default 5 minutes. What [`Remote::fetch`] had by then is not
    /// lost. An upload has `idle` and a second for each 16 KiB.
    pub request: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            request: Duration::from_secs(5 * 60),
        }
    }
}

/// A repository or a drop box that is open. Nothing that comes from it is believed, here or because it came from here.
///
/// Calls block. They must not be made from within an async runtime.
pub struct Remote {
    location: Location,
    medium: Medium,
}

enum Medium {
    Folder(Folder),
    Network(Box<Network>),
}

impl Remote {
    /// Opens a repository or a drop box. A folder must be there; to a server nothing is sent yet.
    ///
    /// No folder is made: where a stick is not plugged in, its mount point would be filled in its place.
    ///
    /// # Errors
    ///
    /// [`TransportError::BadLocation`] for a path that is no folder and for S3 without keys, and
    /// [`TransportError::Unreadable`]; [`TransportError::Tls`] where the system has no certificates to trust.
    pub fn open(location: &Location, options: &Options) -> Result<Self, TransportError> {
        let medium = match location.kind() {
            Kind::Path(path) => Medium::Folder(Folder::open(path)?),
            Kind::Http(url) => Medium::Network(Box::new(Network::http(url, options)?)),
            Kind::S3 { bucket, prefix } => Medium::Network(Box::new(Network::s3(bucket, prefix, options)?)),
        };
        Ok(Self {
            location: location.clone(),
            medium,
        })
    }

    /// The file at a path of at most `max` bytes, or `None` where there is none (a status 404 or 410).
    ///
    /// However long the file is and whatever length its server announces, no more than `max` bytes and one piece of the
    /// network's are taken. Compressed answers are not asked for, and given as they come.
    ///
    /// # Errors
    ///
    /// All but [`TransportError::Busy`], [`TransportError::NotPinned`] and [`TransportError::Spool`].
    pub fn get(&self, path: &str, max: u64) -> Result<Option<Vec<u8>>, TransportError> {
        check(path)?;
        let network = match &self.medium {
            Medium::Folder(folder) => return folder.read(path, max),
            Medium::Network(network) => network,
        };
        let mut body = match network.request(path, None)? {
            Reply::Absent => return Ok(None),
            Reply::Body(body) => body,
            Reply::OtherRange { .. } => unreachable!("no range was asked for"),
        };
        let too_large = || TransportError::TooLarge {
            path: path.to_owned(),
            max,
        };
        if body.size().is_some_and(|size| size > max) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next()? {
            if bytes.len() as u64 + chunk.len() as u64 > max {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }

    /// The file at a path whose size and SHA-256 are known, or `None` where there is none.
    ///
    /// What comes before the connection ends is kept in the spool, and a later call, of a later process too, asks for the
    /// rest only. Where the server has no parts to give, or gives others, or the parts do not make the file, it is asked
    /// once for the whole from the start. Folders need no spool: they are read whole.
    ///
    /// # Errors
    ///
    /// All but [`TransportError::TooLarge`]. After [`TransportError::NotPinned`] nothing is kept of what came.
    pub fn fetch(
        &self,
        path: &str,
        size: u64,
        sha256: &[u8; 32],
        spool: &Spool,
    ) -> Result<Option<Vec<u8>>, TransportError> {
        check(path)?;
        let pin = Pin { size, sha256: *sha256 };
        match &self.medium {
            Medium::Folder(folder) => match folder.read(path, size) {
                Ok(Some(bytes)) if !pin.fits(&bytes) => Err(fetch::not_pinned(path)),
                Err(TransportError::TooLarge { .. }) => Err(fetch::not_pinned(path)),
                other => other,
            },
            Medium::Network(network) => fetch::fetch(network, path, pin, spool),
        }
    }

    /// Whether there is a file at a path. A server is asked with HEAD, and one that lies is believed.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::get`] but [`TransportError::TooLarge`]. [`TransportError::Refused`] also comes from servers that
    /// take files and tell nothing of them.
    pub fn exists(&self, path: &str) -> Result<bool, TransportError> {
        check(path)?;
        match &self.medium {
            Medium::Folder(folder) => folder.exists(path),
            Medium::Network(network) => network.exists(path),
        }
    }

    /// What lies at and below the folder `prefix` (the whole for an empty one), with its size in bytes, in the order of
    /// the paths. What no file of a tree can be named is passed over, and no link is followed. Empty where the folder is
    /// not there.
    ///
    /// # Errors
    ///
    /// [`TransportError::CannotList`] for HTTP(S), [`TransportError::TooMany`] past [`MAX_ENTRIES`], and those of
    /// [`Remote::get`].
    pub fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, TransportError> {
        if !prefix.is_empty() {
            check(prefix)?;
        }
        let mut listing = Listing::default();
        match &self.medium {
            Medium::Folder(folder) => folder.list(prefix, &mut listing)?,
            Medium::Network(network) => network.list(prefix, &mut listing)?,
        }
        listing.entries.sort_unstable();
        Ok(listing.entries)
    }

    /// Leaves a file at a path, with the folders that lead there; one that is there is replaced whole.
    ///
    /// In a folder it is written beside, synced and renamed: a power cut leaves the old file, the new one or none. A server
    /// gets it by PUT (RFC 9110 section 9.3.4) and must answer 200, 201 or 204; folders are made where it speaks WebDAV
    /// (RFC 4918 section 9.3). Whether the server syncs is its affair.
    ///
    /// # Errors
    ///
    /// [`TransportError::Unwritable`]; of servers [`TransportError::Refused`] with the status (403 may not, 404 no such
    /// place, 405 takes no files, 413 too large, 507 full), [`TransportError::Redirected`] (no upload follows one), and those
    /// of a connection.
    pub fn put(&self, path: &str, bytes: &[u8]) -> Result<(), TransportError> {
        check(path)?;
        match &self.medium {
            Medium::Folder(folder) => folder.write(path, bytes),
            Medium::Network(network) => network.put(path, bytes),
        }
    }

    /// Where it lies.
    pub fn location(&self) -> &Location {
        &self.location
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.location)
    }
}

/// A listing while it comes.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    entries: Vec<(String, u64)>,
    /// Those that were passed over too: they cost as much.
    seen: usize,
}

impl Listing {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: &str, size: u64) -> Result<(), TransportError> {
        self.pass()?;
        if check(path).is_ok() {
            self.entries.push((path.to_owned(), size));
        }
        Ok(())
    }

    /// Counts something that is no file of a tree.
    pub(crate) fn pass(&mut self) -> Result<(), TransportError> {
        self.seen += 1;
        if self.seen > MAX_ENTRIES {
            return Err(TransportError::TooMany { max: MAX_ENTRIES });
        }
        Ok(())
    }
}

/// A path of the tree, `docs/FORMAT.md` section 3.5: it leads to no place outside, and means the same in a folder and in
/// a URL.
pub(crate) fn check(path: &str) -> Result<(), TransportError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(allowed);
    if path.len() <= 128 && path.split('/').all(part) {
        Ok(())
    } else {
        Err(TransportError::BadPath { path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_tree() {
        for path in [
            "newest.snapshot",
            "root/1.root",
            "status/west/3-4.delta",
            &"a".repeat(128),
        ] {
            check(path).unwrap();
        }
        for path in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/../b",
            "a/.b",
            "A",
            "a b",
            "a%2f",
            "a\\b",
            "é",
            "a\0",
            "a?b",
            &"a".repeat(129),
        ] {
            assert!(matches!(check(path), Err(TransportError::BadPath { .. })), "{path}");
        }
    }
}
