//! Reading a people file: the columns that its header names, and then some lines at a time.

use std::fmt;
use std::path::{Path, PathBuf};

use postern_cli::Explain;
use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;

use super::chunk::{Chunk, Position};
use super::column::{Columns, HeaderError};
use super::encoding::EncodingChoice;
use super::row::Encoding;
use super::row_file::RowFile;

/// A people file that is being read. It holds some lines, however long the file is.
pub struct PeopleFile {
    rows: RowFile,
    columns: Columns,
}

impl PeopleFile {
    /// Opens a file, tells its encoding and reads its header.
    ///
    /// # Errors
    ///
    /// [`PeopleError`].
    pub fn open(path: &Path, choice: EncodingChoice) -> Result<Self, PeopleError> {
        let rows = RowFile::open(path, choice)?;
        let columns = Columns::from_header(rows.header()).map_err(PeopleError::Header)?;
        Ok(Self { rows, columns })
    }

    /// The columns that the header names.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How the file writes its characters.
    pub fn encoding(&self) -> Encoding {
        self.rows.encoding()
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.rows.size()
    }

    /// Where the rows begin.
    pub fn rows(&self) -> Position {
        self.rows.start()
    }

    /// Goes to a place that [`PeopleFile::rows`] or the end of a chunk was.
    ///
    /// # Errors
    ///
    /// [`FileError`].
    pub fn seek(&mut self, at: Position) -> Result<(), FileError> {
        self.rows.seek(at)
    }

    /// The next lines; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`PeopleError::File`] where the file cannot be read on, [`PeopleError::Changed`] where somebody has written to it
    /// since it was opened: what an earlier reading knows of its rows is not true of them any more.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, PeopleError> {
        self.rows.next_chunk()
    }
}

/// Why a people file cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum PeopleError {
    /// Somebody has written to the file while it was read.
    Changed(PathBuf),
    /// There is no header.
    Empty(PathBuf),
    /// Neither UTF-8 throughout nor likely to be GB 18030.
    EncodingUnclear {
        /// The file.
        path: PathBuf,
        /// The first line that is not UTF-8.
        line: u64,
    },
    /// The file cannot be opened or read.
    File(FileError),
    /// The header is not taken.
    Header(HeaderError),
    /// A pipe, a folder or a device.
    NotAFile(PathBuf),
    /// UTF-16.
    Utf16(PathBuf),
}

impl From<FileError> for PeopleError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl fmt::Display for PeopleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(path) => write!(f, "{} was changed while it was read", path.display()),
            Self::Empty(path) => write!(f, "{} has no header", path.display()),
            Self::EncodingUnclear { path, line } => {
                write!(f, "{} is mostly UTF-8, but not in line {line}", path.display())
            }
            Self::File(error) => error.fmt(f),
            Self::Header(error) => error.fmt(f),
            Self::NotAFile(path) => write!(f, "{} is not a file", path.display()),
            Self::Utf16(path) => write!(f, "{} is UTF-16", path.display()),
        }
    }
}

impl std::error::Error for PeopleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for PeopleError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Changed(_) => "people-changed",
            Self::Empty(_) => "people-empty",
            Self::EncodingUnclear { .. } => "people-encoding-unclear",
            Self::File(error) => error.reason(),
            Self::Header(error) => error.reason(),
            Self::NotAFile(_) => "people-not-a-file",
            Self::Utf16(_) => "people-utf-16",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        let path = |path: &Path| ("path", path.display().to_string().into());
        match self {
            Self::Changed(file) | Self::Empty(file) | Self::NotAFile(file) | Self::Utf16(file) => vec![path(file)],
            Self::EncodingUnclear { path: file, line } => vec![path(file), ("line", line.to_string().into())],
            Self::File(error) => error.args(),
            Self::Header(error) => error.args(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::encoding::{BOM_GB18030, BOM_UTF8};
    use super::super::row::Row;
    use super::*;
    use encoding_rs::GB18030;

    const TEXT: &str = "编号,姓名\nA-1,样本甲\n\nA-2,阿依古丽·样本\r\n,\nA-3,𠀀";

    fn open(bytes: &[u8], choice: EncodingChoice) -> Result<PeopleFile, PeopleError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        PeopleFile::open(file.path(), choice)
    }

    fn all(people: &mut PeopleFile) -> Vec<Row> {
        let mut rows = Vec::new();
        while let Some(chunk) = people.next_chunk().unwrap() {
            rows.extend(chunk.rows(people.encoding()));
        }
        rows
    }

    fn rows(mut people: PeopleFile) -> Vec<(u64, Vec<String>)> {
        let rows = all(&mut people);
        assert!(rows.iter().all(|row| row.fault().is_none()));
        people.seek(people.rows()).unwrap();
        assert_eq!(all(&mut people), rows, "it can be read again");
        rows.iter()
            .map(|row| (row.line(), row.fields().map(str::to_owned).collect()))
            .collect()
    }

    #[test]
    fn the_same_rows_in_every_encoding() {
        let gb = GB18030.encode(TEXT).0;
        let expected = [
            (2, ["A-1", "样本甲"]),
            (4, ["A-2", "阿依古丽·样本"]),
            (6, ["A-3", "𠀀"]),
        ]
        .map(|(line, fields)| (line, fields.map(str::to_owned).to_vec()));
        for (bytes, choice, encoding) in [
            (TEXT.as_bytes().to_vec(), EncodingChoice::Auto, Encoding::Utf8),
            (
                [BOM_UTF8, TEXT.as_bytes()].concat(),
                EncodingChoice::Auto,
                Encoding::Utf8,
            ),
            (
                [BOM_UTF8, TEXT.as_bytes()].concat(),
                EncodingChoice::Utf8,
                Encoding::Utf8,
            ),
            (gb.to_vec(), EncodingChoice::Auto, Encoding::Gb18030),
            (gb.to_vec(), EncodingChoice::Gb18030, Encoding::Gb18030),
            ([BOM_GB18030, &gb].concat(), EncodingChoice::Auto, Encoding::Gb18030),
        ] {
            let people = open(&bytes, choice).unwrap();
            assert_eq!((people.encoding(), people.columns().len()), (encoding, 2));
            assert_eq!(rows(people), expected);
        }
    }

    #[test]
    fn a_damaged_utf8_file_is_not_read_as_another_encoding() {
        let mut bytes = TEXT.as_bytes().to_vec();
        let last = bytes.len() - 1;
        bytes[last] = b'?';
        let unclear = open(&bytes, EncodingChoice::Auto).err().unwrap();
        assert!(
            matches!(unclear, PeopleError::EncodingUnclear { line: 6, .. }),
            "{unclear}"
        );
        let mut forced = open(&bytes, EncodingChoice::Utf8).unwrap();
        let rows = all(&mut forced);
        let faults = rows.iter().filter(|row| row.fault().is_some());
        assert_eq!(faults.map(Row::line).collect::<Vec<_>>(), [6]);
    }

    /// Found by a newcomer: in Latin-1, one name was rejected and the next one signed as a Chinese one.
    #[test]
    fn latin_1_is_not_read_as_chinese() {
        let bytes = b"id,name\n1,M\xfcller\n2,Jos\xe9\n";
        let unclear = open(bytes, EncodingChoice::Auto).err().unwrap();
        assert!(
            matches!(unclear, PeopleError::EncodingUnclear { line: 3, .. }),
            "{unclear}"
        );
    }

    #[test]
    fn what_is_no_people_file_is_told() {
        let reason = |bytes: &[u8]| open(bytes, EncodingChoice::Auto).err().unwrap().reason();
        assert_eq!(reason(b""), "people-empty");
        assert_eq!(reason(b"\n,,\n"), "people-empty");
        assert_eq!(reason(b"\xff\xfei\0d\0"), "people-utf-16");
        assert_eq!(reason(b"id,phone\n"), "people-column-unknown");
        assert_eq!(reason(b"id,\"name\nx"), "people-header-unreadable");
        let folder = tempfile::tempdir().unwrap();
        let error = PeopleFile::open(folder.path(), EncodingChoice::Auto).err().unwrap();
        assert!(matches!(error.reason(), "people-not-a-file" | "file-other"), "{error}");
        let error = PeopleFile::open(&folder.path().join("none"), EncodingChoice::Auto)
            .err()
            .unwrap();
        assert_eq!(error.reason(), "file-not-found");
    }

    #[test]
    fn a_file_that_is_written_to_is_not_read_on() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all("id\n".as_bytes()).unwrap();
        (0..2000).for_each(|i| writeln!(file, "P-{i}").unwrap());
        let mut people = PeopleFile::open(file.path(), EncodingChoice::Auto).unwrap();
        assert!(people.next_chunk().unwrap().is_some());
        file.write_all(b"P-9999\n").unwrap();
        let error = people.next_chunk().unwrap_err();
        assert_eq!(error.reason(), "people-changed");
    }
}
