//! Files that are complete or not there, and errors that say which one.
//!
//! Writers make a temporary file in the same folder, sync it, give it its name and sync the folder. A power cut leaves
//! the old state or the new one, never half a file under the final name.

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Explain;
use crate::messages::FluentValue;

/// Writes a new file, readable as the umask allows. A file of that name is never overwritten.
///
/// # Errors
/// [`FileErrorKind::Exists`] and what writing can meet.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    put_new(path, bytes, Access::Umask)
}

/// As [`write_new`], for secrets: only the owner may read the file (mode 0600 on Unix) from its first moment.
///
/// # Errors
/// Those of [`write_new`].
pub fn write_private_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    put_new(path, bytes, Access::Private)
}

/// Writes a file or replaces it as a whole. A file that is replaced hands its permissions on; a symbolic link of that
/// name is replaced itself, not what it points to.
///
/// # Errors
/// What writing can meet; the old file is then untouched.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let access = match fs::symlink_metadata(path) {
        Ok(old) if old.is_file() => Access::Like(old.permissions()),
        // A device, a pipe or a folder is not somebody's old file.
        Ok(old) if !old.is_symlink() => {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
            return Err(FileError::new(path, FileAction::Write, error));
        }
        _ => Access::Umask,
    };
    let temporary = temporary(path, bytes, access)?;
    temporary
        .persist(path)
        .map_err(|error| FileError::new(path, FileAction::Write, error.error))?;
    sync_folder(path)
}

/// Reads a whole file of at most `max` bytes.
///
/// # Errors
/// [`FileErrorKind::TooLarge`] (nothing past `max` is read) and what reading can meet.
pub fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, FileError> {
    let failed = |error| FileError::new(path, FileAction::Read, error);
    let file = File::open(path).map_err(failed)?;
    let expected = file.metadata().map_err(failed)?.len();
    let too_large = || FileError {
        kind: FileErrorKind::TooLarge { max },
        ..failed(io::ErrorKind::FileTooLarge.into())
    };
    if expected > max {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    // Pipes and devices have no length and a file may grow meanwhile: the bound is on what is read.
    file.take(max.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > max {
        Err(too_large())
    } else {
        Ok(bytes)
    }
}

/// What was done to a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FileAction {
    /// Making a new file.
    Create,
    /// Opening or reading it.
    Read,
    /// Writing, syncing or renaming it.
    Write,
}

impl FileAction {
    /// The name in messages: `create`, `read`, `write`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Why it failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FileErrorKind {
    /// The disk, or the user's share of it, is full.
    DiskFull,
    /// A file of that name exists and must not be overwritten.
    Exists,
    /// No such file, or no such folder to write to.
    NotFound,
    /// Anything else; the source says what.
    Other,
    /// The user may not.
    Permission,
    /// The file is larger than allowed.
    TooLarge {
        /// The bound in bytes.
        max: u64,
    },
}

/// A file that could not be read or written: which one, at what, and why.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    action: FileAction,
    kind: FileErrorKind,
    source: io::Error,
}

impl FileError {
    /// Wraps what the system said about a file; for programs that read or write in their own way.
    pub fn new(path: impl Into<PathBuf>, action: FileAction, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::AlreadyExists => FileErrorKind::Exists,
            io::ErrorKind::NotFound => FileErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => FileErrorKind::Permission,
            io::ErrorKind::QuotaExceeded | io::ErrorKind::StorageFull => FileErrorKind::DiskFull,
            _ => FileErrorKind::Other,
        };
        Self {
            path: path.into(),
            action,
            kind,
            source,
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was done to it.
    pub fn action(&self) -> FileAction {
        self.action
    }

    /// Why it failed.
    pub fn kind(&self) -> FileErrorKind {
        self.kind
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, action) = (self.path.display(), self.action.name());
        match self.kind {
            FileErrorKind::DiskFull => write!(f, "cannot {action} {path}: the disk is full"),
            FileErrorKind::Exists => write!(f, "{path} exists already"),
            FileErrorKind::NotFound => write!(f, "cannot {action} {path}: not found"),
            FileErrorKind::Other => write!(f, "cannot {action} {path}"),
            FileErrorKind::Permission => write!(f, "cannot {action} {path}: permission denied"),
            FileErrorKind::TooLarge { max } => write!(f, "{path} is larger than {max} bytes"),
        }
    }
}

impl Error for FileError {
    /// What the system said, where the kind does not say it already.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (self.kind == FileErrorKind::Other).then_some(&self.source)
    }
}

impl Explain for FileError {
    fn reason(&self) -> &'static str {
        match self.kind {
            FileErrorKind::DiskFull => "disk-full",
            FileErrorKind::Exists => "file-exists",
            FileErrorKind::NotFound => "file-not-found",
            FileErrorKind::Other => "file-other",
            FileErrorKind::Permission => "file-permission",
            FileErrorKind::TooLarge { .. } => "file-too-large",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let mut args = vec![
            ("path", self.path.display().to_string().into()),
            ("action", self.action.name().into()),
        ];
        if let FileErrorKind::TooLarge { max } = self.kind {
            args.push(("max", max.into()));
        }
        args
    }
}

/// Who may read a file that is being written.
enum Access {
    Like(fs::Permissions),
    Private,
    Umask,
}

fn put_new(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let failed = |error| FileError::new(path, FileAction::Create, error);
    // The rename below decides; this only spares the work, and a full disk, in the common case.
    if fs::symlink_metadata(path).is_ok() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    temporary(path, bytes, access)?
        .persist_noclobber(path)
        .map_err(|error| failed(error.error))?;
    sync_folder(path)
}

/// A complete and synced temporary file next to `path`. Dropped, it deletes itself.
fn temporary(path: &Path, bytes: &[u8], access: Access) -> Result<NamedTempFile, FileError> {
    let failed = |action| move |error| FileError::new(path, action, error);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".postern-").suffix(".tmp");
    // Without more the file is private (0600 on Unix).
    #[cfg(unix)]
    if matches!(access, Access::Umask) {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder(path)).map_err(failed(FileAction::Create))?;
    if let Access::Like(permissions) = access {
        file.as_file()
            .set_permissions(permissions)
            .map_err(failed(FileAction::Write))?;
    }
    file.write_all(bytes).map_err(failed(FileAction::Write))?;
    file.as_file().sync_all().map_err(failed(FileAction::Write))?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the name of a new file durable. Windows does this with the rename, and some network file systems not at all.
///
/// # Errors
/// [`FileError`] where the folder cannot be synchronised.
pub fn sync_folder(path: &Path) -> Result<(), FileError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder(path)).and_then(|folder| folder.sync_all()) {
        // Some network file systems cannot sync folders; the file itself is synced.
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Err(FileError::new(path, FileAction::Write, error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
