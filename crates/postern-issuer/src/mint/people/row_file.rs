//! Reading a file of rows, whatever its columns are: its encoding is told first, its header read, and then some lines at a
//! time are held.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError};
use sha2::{Digest, Sha256};

use super::chunk::{self, Chunk, Chunks, Position};
use super::encoding::{EncodingChoice, Told, tell};
use super::file::PeopleError;
use super::row::{Encoding, Row};

/// Bytes of a piece: in tests a few lines, so that small files have many.
const PIECE: usize = if cfg!(test) { 2048 } else { chunk::SIZE };
/// Bytes that are hashed at once.
const WINDOW: usize = 256 << 10;

/// A file of rows that is being read. It holds some lines, however long the file is.
pub struct RowFile {
    path: PathBuf,
    chunks: Chunks,
    header: Row,
    start: Position,
    encoding: Encoding,
    opened: Metadata,
}

impl RowFile {
    /// Opens a file, tells its encoding and reads its header: the first row with a value.
    ///
    /// # Errors
    ///
    /// [`PeopleError`], but none about columns.
    pub fn open(path: &Path, choice: EncodingChoice) -> Result<Self, PeopleError> {
        let failed = |error| FileError::new(path, FileAction::Read, error);
        let mut file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        // It is read more than once.
        if !metadata.is_file() {
            return Err(PeopleError::NotAFile(path.to_owned()));
        }
        let (encoding, mark) = match tell(&mut file, choice).map_err(failed)? {
            Told::Is(encoding, mark) => (encoding, mark),
            Told::Unclear { line } => {
                let path = path.to_owned();
                return Err(PeopleError::EncodingUnclear { path, line });
            }
            Told::Utf16 => return Err(PeopleError::Utf16(path.to_owned())),
        };
        let mut chunks = Chunks::new(file, Position { byte: mark, line: 1 }, PIECE).map_err(failed)?;
        let Some((header, start)) = header(&mut chunks, encoding).map_err(failed)? else {
            return Err(PeopleError::Empty(path.to_owned()));
        };
        chunks.seek(start).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            chunks,
            header,
            start,
            encoding,
            opened: metadata,
        })
    }

    /// The row that names the columns.
    pub fn header(&self) -> &Row {
        &self.header
    }

    /// How the file writes its characters.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.opened.len()
    }

    /// Where the rows after the header begin.
    pub fn start(&self) -> Position {
        self.start
    }

    /// SHA-256 over the whole file. The rows are read from their beginning after this.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    pub fn digest(&mut self) -> Result<[u8; 32], FileError> {
        let mut hash = Sha256::new();
        let mut window = vec![0; WINDOW];
        let hashed = self.chunks.read_all(&mut window, |bytes| hash.update(bytes));
        hashed.map_err(|error| FileError::new(&self.path, FileAction::Read, error))?;
        self.seek(self.start)?;
        Ok(hash.finalize().into())
    }

    /// Goes to a place that [`RowFile::start`] or the end of a chunk was.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    pub fn seek(&mut self, at: Position) -> Result<(), FileError> {
        let sought = self.chunks.seek(at);
        sought.map_err(|error| FileError::new(&self.path, FileAction::Read, error))
    }

    /// The next lines; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`PeopleError::File`] where the file cannot be read on, [`PeopleError::Changed`] where somebody has written to it
    /// since it was opened: what an earlier reading knows of its rows is not true of them any more.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, PeopleError> {
        let failed = |error| FileError::new(&self.path, FileAction::Read, error);
        let chunk = self.chunks.next().map_err(failed)?;
        let now = self.chunks.metadata().map_err(failed)?;
        if now.len() != self.opened.len() || now.modified().ok() != self.opened.modified().ok() {
            return Err(PeopleError::Changed(self.path.clone()));
        }
        Ok(chunk)
    }
}

/// The first row with a value, and where the line after it begins.
fn header(chunks: &mut Chunks, encoding: Encoding) -> io::Result<Option<(Row, Position)>> {
    while let Some(chunk) = chunks.next()? {
        let Some(row) = chunk.rows(encoding).next() else {
            continue;
        };
        return Ok(Some((row.clone(), chunk.after(row.line()))));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_digest_is_that_of_the_file_and_moves_nothing() {
        let text = "\n编号,状态\nA-1,invalid\n".repeat(300);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut rows = RowFile::open(file.path(), EncodingChoice::Auto).unwrap();
        assert_eq!(rows.header().fields().collect::<Vec<_>>(), ["编号", "状态"]);
        assert_eq!((rows.start().line, rows.size()), (3, text.len() as u64));
        let first = rows.next_chunk().unwrap();
        assert_eq!(rows.digest().unwrap(), *Sha256::digest(&text));
        assert_eq!(rows.next_chunk().unwrap(), first);
    }
}
