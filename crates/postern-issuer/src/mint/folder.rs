//! Where codes go: a folder of pictures, a list of the codes and a list of the rejects.
//!
//! Each file gets its name when it is whole. Pictures are not synced one by one: after a power cut, as after a crash,
//! the same command writes all of them again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use postern_cli::clock::format_time;
use postern_cli::files::{FileAction, FileError};
use postern_core::time::Time;
use postern_qr::{Symbol, draw};

use super::ledger::Entry;
use super::people::{Columns, Reject, Row};

const PICTURES: &str = "pictures";
const CODES: &str = "codes.csv";
const REJECTS: &str = "rejects.csv";
/// Spreadsheets take a file without it for one of the local encoding.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The picture of a code's text: a PNG of a QR symbol at level M.
pub fn picture(text: &str) -> Vec<u8> {
    let symbol = Symbol::new(text).expect("a code has 1 to 1,024 characters, and a symbol holds 3,391 at level M");
    draw::png(&symbol, draw::DEFAULT_SCALE)
}

/// A folder that is being filled.
pub struct Folder {
    pictures: PathBuf,
    codes: List,
    rejects: List,
    any_rejects: bool,
}

impl Folder {
    /// Makes the folder, where there is none, and begins the lists.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    pub fn open(dir: &Path, columns: &Columns) -> Result<Self, FileError> {
        let pictures = dir.join(PICTURES);
        make_folder(&pictures)?;
        let mut codes = List::new(dir, CODES, b"")?;
        codes.write(["id", "index", "issued", "expires", "picture", "text"])?;
        let mut rejects = List::new(dir, REJECTS, BOM)?;
        let own = ["line", "column", "reason", "message"];
        rejects.write(own.into_iter().chain(columns.names().iter().map(String::as_str)))?;
        Ok(Self {
            pictures,
            codes,
            rejects,
            any_rejects: false,
        })
    }

    /// Writes the picture of a code and adds it to the list.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    pub fn code(&mut self, entry: &Entry, png: &[u8]) -> Result<(), FileError> {
        let name = format!("{}.png", entry.id);
        let path = self.pictures.join(&name);
        // An id that lost its code to a crash leaves this file, and gets it again with its code.
        let part = self.pictures.join(format!(".{name}.tmp"));
        let failed = |error| FileError::new(&path, FileAction::Write, error);
        fs::write(&part, png).map_err(failed)?;
        fs::rename(&part, &path).map_err(failed)?;
        let time = |time: Time| format_time(time.seconds() as i64);
        self.codes.write([
            entry.id.as_str(),
            &entry.index.to_string(),
            &time(entry.issued),
            &time(entry.expires),
            &format!("{PICTURES}/{name}"),
            &entry.text,
        ])
    }

    /// Adds a row to the list of rejects, whole.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    pub fn reject(&mut self, row: &Row, reject: &Reject, column: &str, message: &str) -> Result<(), FileError> {
        self.any_rejects = true;
        let line = reject.line.to_string();
        let own = [line.as_str(), column, reject.reason.as_str(), message];
        self.rejects.write(own.into_iter().chain(row.fields()))
    }

    /// Gives the lists their names. A list of rejects of an earlier run goes where this one has none.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    pub fn finish(self) -> Result<(), FileError> {
        if self.any_rejects {
            self.rejects.publish()?;
        } else {
            self.rejects.remove()?;
        }
        // The last one: where it is, the run was complete.
        self.codes.publish()
    }
}

/// A list that gets its name when it is whole.
struct List {
    path: PathBuf,
    part: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl List {
    fn new(dir: &Path, name: &str, head: &[u8]) -> Result<Self, FileError> {
        let path = dir.join(name);
        let part = dir.join(format!(".{name}.tmp"));
        let begin = || {
            let mut file = BufWriter::new(private(&part)?);
            file.write_all(head)?;
            Ok(file)
        };
        let file = begin().map_err(|error| FileError::new(&path, FileAction::Create, error))?;
        let writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(file);
        Ok(Self { path, part, writer })
    }

    fn write<'f>(&mut self, fields: impl IntoIterator<Item = &'f str>) -> Result<(), FileError> {
        let written = self.writer.write_record(fields);
        written.map_err(|error| FileError::new(&self.path, FileAction::Write, csv_io(error)))
    }

    fn publish(self) -> Result<(), FileError> {
        let Self { path, part, writer } = self;
        let publish = || {
            let file = writer.into_inner().map_err(|error| error.into_error())?;
            let file = file.into_inner().map_err(|error| error.into_error())?;
            file.sync_all()?;
            fs::rename(&part, &path)?;
            match path.parent().filter(|_| cfg!(unix)) {
                Some(folder) => File::open(folder)?.sync_all(),
                None => Ok(()),
            }
        };
        publish().map_err(|error| FileError::new(&path, FileAction::Write, error))
    }

    fn remove(self) -> Result<(), FileError> {
        let Self { path, part, writer } = self;
        drop(writer);
        for file in [part, path] {
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(FileError::new(file, FileAction::Write, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn csv_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A folder of people's codes is its owner's alone, until the owner decides otherwise.
fn make_folder(path: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| FileError::new(path, FileAction::Create, error))
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
