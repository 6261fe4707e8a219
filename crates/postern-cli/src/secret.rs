//! Passphrases: from a file, from an open file descriptor, or asked on the terminal without echo.
//!
//! Never from arguments or the environment, which other users and crash reports can see, and never in an error.

use std::error::Error;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::Explain;
use crate::files::{FileAction, FileError};
use crate::messages::{Catalog, FluentValue};
use crate::terminal::printable;

/// The longest passphrase in bytes.
pub const MAX_PASSPHRASE: usize = 1024;
/// The fewest characters of a new passphrase.
pub const MIN_NEW_PASSPHRASE: usize = 8;

/// The bytes of a passphrase, wiped when dropped.
pub type Passphrase = Zeroizing<Vec<u8>>;

/// Where the passphrase comes from: arguments to `#[command(flatten)]` into a program's own. Without either the
/// terminal is asked.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct PassphraseSource {
    /// Read the passphrase from the first line of this file.
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_fd")]
    pub passphrase_file: Option<PathBuf>,
    /// Read the passphrase from this open file descriptor.
    #[arg(long, value_name = "N")]
    pub passphrase_fd: Option<u32>,
}

impl PassphraseSource {
    /// The passphrase of something that exists. `what` says in the catalogue's language whose passphrase is asked for
    /// ("the root key", "根密钥").
    ///
    /// # Errors
    /// Any [`SecretError`] but [`SecretError::Mismatch`] and [`SecretError::TooShort`].
    pub fn existing(&self, what: &str, catalog: &Catalog) -> Result<Passphrase, SecretError> {
        self.existing_from(&mut Terminal, what, catalog)
    }

    /// A passphrase for something new: at least [`MIN_NEW_PASSPHRASE`] characters and, on the terminal, typed twice.
    ///
    /// # Errors
    /// Any [`SecretError`].
    pub fn new_one(&self, what: &str, catalog: &Catalog) -> Result<Passphrase, SecretError> {
        self.new_from(&mut Terminal, what, catalog)
    }

    /// As [`Self::existing`], asking in another way than on the terminal.
    ///
    /// # Errors
    /// Those of [`Self::existing`].
    pub fn existing_from(
        &self,
        prompt: &mut dyn Prompt,
        what: &str,
        catalog: &Catalog,
    ) -> Result<Passphrase, SecretError> {
        match self.given()? {
            Some(passphrase) => Ok(passphrase),
            None => ask(
                prompt,
                &catalog.text("passphrase-prompt", &[("what", printable(what).into())]),
            ),
        }
    }

    /// As [`Self::new_one`], asking in another way than on the terminal.
    ///
    /// # Errors
    /// Those of [`Self::new_one`].
    pub fn new_from(&self, prompt: &mut dyn Prompt, what: &str, catalog: &Catalog) -> Result<Passphrase, SecretError> {
        if let Some(passphrase) = self.given()? {
            return long_enough(passphrase);
        }
        let first = long_enough(ask(
            prompt,
            &catalog.text("passphrase-prompt-new", &[("what", printable(what).into())]),
        )?)?;
        let second = ask(prompt, &catalog.text("passphrase-prompt-again", &[]))?;
        if first == second {
            Ok(first)
        } else {
            Err(SecretError::Mismatch)
        }
    }

    fn given(&self) -> Result<Option<Passphrase>, SecretError> {
        match (&self.passphrase_file, self.passphrase_fd) {
            (Some(path), _) => from_file(path).map(Some),
            (None, Some(fd)) => from_descriptor(fd).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// A way to ask a person for a secret.
pub trait Prompt {
    /// False where nobody can be asked.
    fn available(&self) -> bool;

    /// Asks once and returns what was typed, without its line ending.
    ///
    /// # Errors
    /// Those of the terminal.
    fn ask(&mut self, question: &str) -> io::Result<Passphrase>;
}

/// Asks on the controlling terminal, without echo. Standard input and output stay free for data.
#[derive(Clone, Copy, Debug)]
pub struct Terminal;

impl Prompt for Terminal {
    fn available(&self) -> bool {
        if cfg!(unix) {
            File::options().read(true).write(true).open("/dev/tty").is_ok()
        } else {
            io::IsTerminal::is_terminal(&io::stdin())
        }
    }

    fn ask(&mut self, question: &str) -> io::Result<Passphrase> {
        rpassword::prompt_password(question).map(|text| Zeroizing::new(text.into_bytes()))
    }
}

/// A passphrase that could not be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum SecretError {
    /// It has no character.
    Empty,
    /// The file could not be read.
    File(FileError),
    /// The two that were typed differ.
    Mismatch,
    /// Neither argument was given and there is no terminal.
    NoTerminal,
    /// Other users can read the file.
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The terminal failed.
    Prompt(io::Error),
    /// It has more than [`MAX_PASSPHRASE`] bytes.
    TooLong,
    /// A new one has fewer than [`MIN_NEW_PASSPHRASE`] characters.
    TooShort,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the passphrase is empty"),
            Self::File(error) => error.fmt(f),
            Self::Mismatch => f.write_str("the two passphrases are not the same"),
            Self::NoTerminal => f.write_str("a passphrase is needed and there is no terminal to ask on"),
            Self::OpenToOthers { path, mode } => {
                write!(
                    f,
                    "the passphrase file {} can be read by other users (mode {mode:03o})",
                    path.display()
                )
            }
            Self::Prompt(_) => f.write_str("cannot read the passphrase from the terminal"),
            Self::TooLong => write!(f, "the passphrase is longer than {MAX_PASSPHRASE} bytes"),
            Self::TooShort => write!(f, "a new passphrase needs at least {MIN_NEW_PASSPHRASE} characters"),
        }
    }
}

impl Error for SecretError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File(error) => error.source(),
            Self::Prompt(error) => Some(error),
            _ => None,
        }
    }
}

impl Explain for SecretError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "passphrase-empty",
            Self::File(error) => error.reason(),
            Self::Mismatch => "passphrase-mismatch",
            Self::NoTerminal => "passphrase-no-terminal",
            Self::OpenToOthers { .. } => "passphrase-file-open",
            Self::Prompt(_) => "passphrase-prompt",
            Self::TooLong => "passphrase-too-long",
            Self::TooShort => "passphrase-too-short",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::File(error) => error.args(),
            Self::OpenToOthers { path, mode } => {
                vec![
                    ("path", path.display().to_string().into()),
                    ("mode", format!("{mode:03o}").into()),
                ]
            }
            Self::TooLong => vec![("max", MAX_PASSPHRASE.into())],
            Self::TooShort => vec![("min", MIN_NEW_PASSPHRASE.into())],
            _ => Vec::new(),
        }
    }
}

fn from_file(path: &Path) -> Result<Passphrase, SecretError> {
    let failed = |error| SecretError::File(FileError::new(path, FileAction::Read, error));
    let file = File::open(path).map_err(failed)?;
    // Asked of the open file, not of its name, which could be another file by now.
    refuse_open_to_others(path, &file.metadata().map_err(failed)?)?;
    first_line(file, failed)
}

/// A descriptor is opened through its name: Rust can adopt a bare number only with `unsafe`.
fn from_descriptor(fd: u32) -> Result<Passphrase, SecretError> {
    let path = PathBuf::from(format!("/dev/fd/{fd}"));
    let failed = |error| SecretError::File(FileError::new(&path, FileAction::Read, error));
    first_line(File::open(&path).map_err(failed)?, failed)
}

#[cfg(unix)]
fn refuse_open_to_others(path: &Path, metadata: &Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    // The mode of a pipe or a terminal says nothing about who can read what flows through it.
    if metadata.is_file() && mode & 0o077 != 0 {
        return Err(SecretError::OpenToOthers {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_to_others(_path: &Path, _metadata: &Metadata) -> Result<(), SecretError> {
    Ok(())
}

fn first_line(mut source: impl Read, failed: impl Fn(io::Error) -> SecretError) -> Result<Passphrase, SecretError> {
    // Room for the line and its "\r\n". One allocation: a buffer that grows leaves copies of the secret behind.
    let mut line = Zeroizing::new(vec![0; MAX_PASSPHRASE + 2]);
    let mut filled = 0;
    let end = loop {
        if let Some(end) = line[..filled].iter().position(|byte| *byte == b'\n') {
            break end;
        }
        if filled == line.len() {
            return Err(SecretError::TooLong);
        }
        match source.read(&mut line[filled..]) {
            Ok(0) => break filled,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    };
    let end = if line[..end].ends_with(b"\r") { end - 1 } else { end };
    line.truncate(end);
    bounded(line)
}

fn ask(prompt: &mut dyn Prompt, question: &str) -> Result<Passphrase, SecretError> {
    if !prompt.available() {
        return Err(SecretError::NoTerminal);
    }
    bounded(prompt.ask(question).map_err(SecretError::Prompt)?)
}

fn bounded(passphrase: Passphrase) -> Result<Passphrase, SecretError> {
    match passphrase.len() {
        0 => Err(SecretError::Empty),
        1..=MAX_PASSPHRASE => Ok(passphrase),
        _ => Err(SecretError::TooLong),
    }
}

fn long_enough(passphrase: Passphrase) -> Result<Passphrase, SecretError> {
    let characters = std::str::from_utf8(&passphrase).map_or(passphrase.len(), |text| text.chars().count());
    if characters < MIN_NEW_PASSPHRASE {
        Err(SecretError::TooShort)
    } else {
        Ok(passphrase)
    }
}

#[cfg(test)]
mod tests;
