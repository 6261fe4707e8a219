//! The audit office's folder: its keys, the root that it trusts, and what it tells the publisher of itself.

use std::path::{Path, PathBuf};

use postern_cli::Session;
use postern_cli::files::{self, FileAction, FileError};
use postern_cli::secret::PassphraseSource;
use postern_core::gates::AgeRecipient;
use postern_core::keyfile::{self, KeyFile, SecretKey};
use postern_core::keys::{PrivateKey, PublicKey, Role};
use postern_core::text::GateName;
use postern_core::trust::{Payload, Root, Trust};
use postern_seal::{Identity, IdentityFile};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::Error;

/// The names of the files.
pub(crate) const KEY: &str = "auditor.key";
pub(crate) const PUBLIC: &str = "auditor.pub";
pub(crate) const AGE: &str = "auditor.age";
pub(crate) const ROOT: &str = "trusted.root";
pub(crate) const NOTE: &str = "auditor.toml";

/// The longest note.
const MAX_NOTE: u64 = 4096;

/// What a publisher takes into a pack: one block `[[auditors]]`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    pub(crate) auditors: [Auditor; 1],
}

/// An auditor as a pack names it. The file is that of the public key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auditor {
    pub(crate) name: GateName,
    pub(crate) file: PathBuf,
    pub(crate) age: AgeRecipient,
    pub(crate) from: String,
    pub(crate) until: String,
}

/// The folder of an office.
pub(crate) struct Office<'a> {
    dir: &'a Path,
}

impl<'a> Office<'a> {
    pub(crate) fn new(dir: &'a Path) -> Self {
        Self { dir }
    }

    /// The name under which it signs.
    pub(crate) fn name(&self) -> Result<GateName, Error> {
        let path = self.dir.join(NOTE);
        let bytes = files::read_bounded(&path, MAX_NOTE)?;
        let text = String::from_utf8_lossy(&bytes);
        match toml::from_str::<Note>(&text) {
            Ok(Note { auditors: [auditor] }) => Ok(auditor.name),
            Err(e) => Err(Error::Office(path, e.message().to_owned())),
        }
    }

    /// The key that signs receipts.
    pub(crate) fn key(&self, passphrase: &PassphraseSource, session: &Session) -> Result<PrivateKey, Error> {
        let path = self.dir.join(KEY);
        let in_file = |e| Error::Key(path.clone(), e);
        let bytes = Zeroizing::new(files::read_bounded(&path, keyfile::MAX_LEN as u64)?);
        let file = KeyFile::parse(&bytes).map_err(in_file)?;
        if let Some(is) = file.role().filter(|is| *is != Role::Auditor) {
            return Err(Error::KeyOfOtherRole(path, is, Role::Auditor));
        }
        let key = match file.is_encrypted() {
            true => file.open(&passphrase.existing(&path.display().to_string(), &session.catalog)?),
            false => file.open(&[]),
        };
        match key.map_err(in_file)? {
            SecretKey::Signing(key) => Ok(key),
            SecretKey::Tag(_) => Err(Error::KeyOfOtherRole(path, Role::Tag, Role::Auditor)),
        }
    }

    /// Its public half.
    pub(crate) fn public(&self) -> Result<PublicKey, Error> {
        let path = self.dir.join(PUBLIC);
        let bytes = files::read_bounded(&path, keyfile::MAX_LEN as u64)?;
        match keyfile::parse_public(&bytes) {
            Ok((key, _)) => Ok(key),
            Err(e) => Err(Error::Key(path, e)),
        }
    }

    /// What opens bundles.
    pub(crate) fn identity(&self, passphrase: &PassphraseSource, session: &Session) -> Result<Identity, Error> {
        let path = self.dir.join(AGE);
        let in_file = |e| Error::Seal(path.clone(), e);
        let bytes = Zeroizing::new(files::read_bounded(&path, IdentityFile::MAX_LEN as u64)?);
        let file = IdentityFile::parse(&bytes).map_err(in_file)?;
        let identity = match file.is_encrypted() {
            true => file.open(&passphrase.existing(&path.display().to_string(), &session.catalog)?),
            false => file.open(&[]),
        };
        identity.map_err(in_file)
    }

    /// The root that a person has confirmed.
    pub(crate) fn trust(&self) -> Result<Trust, Error> {
        let path = self.dir.join(ROOT);
        let bytes = files::read_bounded(&path, Root::MAX_LEN as u64)?;
        Trust::pin(&bytes).map_err(|e| Error::Document(path.display().to_string(), e))
    }
}

/// Makes a folder whole: `fill` fills it under another name, beside where it will stand.
pub(crate) fn make(folder: &Path, fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let failed = |error| FileError::new(folder, FileAction::Create, error);
    let taken = || folder.symlink_metadata().is_ok();
    if taken() {
        return Err(Error::Exists(folder.to_owned()));
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".postern-init-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    // Deleted where anything below fails.
    let temporary = builder.tempdir_in(parent).map_err(failed)?;
    fill(temporary.path())?;
    if taken() {
        return Err(Error::Exists(folder.to_owned()));
    }
    std::fs::rename(temporary.path(), folder).map_err(failed)?;
    let _moved = temporary.keep();
    files::sync_folder(folder)?;
    Ok(())
}
