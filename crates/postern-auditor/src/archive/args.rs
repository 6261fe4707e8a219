//! Which archive a command is about.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Archive, ArchiveWriter, Place};
use crate::error::Error;

/// The archive's name in the office's folder.
const NAME: &str = "archive.sqlite";

/// The office's folder, and the archive where it is another than the one in it.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ArchiveArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) archive: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "archive")]
    pub(crate) archive_file: Option<PathBuf>,
}

impl ArchiveArgs {
    /// Where the archive is.
    pub(crate) fn place(&self) -> Result<Place, Error> {
        match (&self.archive, &self.archive_file, &self.dir) {
            (Some(text), _, _) => Place::parse(text),
            (_, Some(path), _) => Place::of_file(path),
            (_, _, Some(dir)) => Ok(Place::Sqlite(dir.join(NAME))),
            _ => Err(Error::ArchiveNotNamed),
        }
    }

    /// Opens it for reading and writing.
    pub(crate) fn open(&self) -> Result<Box<dyn ArchiveWriter>, Error> {
        self.place()?.open()
    }

    /// Opens it for reading.
    pub(crate) fn read(&self) -> Result<Box<dyn Archive>, Error> {
        self.place()?.read()
    }

    /// The office's folder.
    pub(crate) fn office(&self) -> Result<&Path, Error> {
        self.dir.as_deref().ok_or(Error::OfficeNotNamed)
    }
}
