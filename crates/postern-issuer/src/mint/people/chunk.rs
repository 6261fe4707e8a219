//! Pieces of whole lines of a file: small enough to hold many, large enough to hand to a thread.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::row::{Encoding, MAX_LINE, Row, RowParser};

/// A piece has at most so many bytes,
pub(super) const SIZE: usize = 128 << 10;
/// and at most so many lines: what is made of a line is larger than itself.
const LINES: usize = 1024;

/// Some lines, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    line: u64,
    bytes: Vec<u8>,
    /// One line that was too long to keep.
    too_long: bool,
    end: Position,
}

/// A place in a file, at the beginning of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes before it.
    pub byte: u64,
    /// The number of the line that begins here, from 1.
    pub line: u64,
}

impl Chunk {
    /// The bytes, and none of a line that was too long.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of the first line.
    pub fn first_line(&self) -> u64 {
        self.line
    }

    /// Where the next one begins.
    pub fn end(&self) -> Position {
        self.end
    }

    /// Where the line after a line of it begins.
    pub(super) fn after(&self, line: u64) -> Position {
        if self.too_long {
            return self.end;
        }
        let begin = self.end.byte - self.bytes.len() as u64;
        let before = (line + 1).saturating_sub(self.line) as usize;
        let bytes: usize = lines(&self.bytes).take(before).map(<[u8]>::len).sum();
        Position {
            byte: begin + bytes as u64,
            line: line + 1,
        }
    }

    /// The rows, with their faults; lines without any value are passed over.
    pub fn rows(&self, encoding: Encoding) -> impl Iterator<Item = Row> {
        let mut parser = RowParser::new(encoding);
        let too_long = self.too_long.then(|| Row::too_long(self.line));
        let mut line = self.line;
        let rows = lines(&self.bytes).map(move |bytes| {
            line += 1;
            parser.parse(line - 1, bytes)
        });
        too_long.into_iter().chain(rows.filter(|row| !row.is_empty()))
    }
}

/// Lines with their line breaks.
fn lines(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let (line, rest) = bytes.split_at(end);
        bytes = rest;
        Some(line)
    })
}

/// Cuts a file into pieces.
pub(super) struct Chunks {
    file: File,
    /// The beginning of a line whose end was not read yet.
    carry: Vec<u8>,
    at: Position,
    size: usize,
}

impl Chunks {
    /// The pieces of a file from a place on, of about `size` bytes.
    pub(super) fn new(mut file: File, at: Position, size: usize) -> io::Result<Self> {
        file.seek(SeekFrom::Start(at.byte))?;
        Ok(Self {
            file,
            carry: Vec::new(),
            at,
            size,
        })
    }

    /// What the system says of the file now.
    pub(super) fn metadata(&self) -> io::Result<std::fs::Metadata> {
        self.file.metadata()
    }

    /// Hands the bytes of the whole file to `each`, in pieces that fit `window`. Where it stands is then the file's end.
    pub(super) fn read_all(&mut self, window: &mut [u8], mut each: impl FnMut(&[u8])) -> io::Result<()> {
        self.seek(Position { byte: 0, line: 1 })?;
        loop {
            match self.file.read(window) {
                Ok(0) => return Ok(()),
                Ok(read) => each(&window[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Goes to a place.
    pub(super) fn seek(&mut self, at: Position) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at.byte))?;
        self.carry.clear();
        self.at = at;
        Ok(())
    }

    /// The next piece; `None` at the end. Where it ends depends on where it begins, and on nothing else.
    pub(super) fn next(&mut self) -> io::Result<Option<Chunk>> {
        let mut bytes = std::mem::take(&mut self.carry);
        let missing = self.size.saturating_sub(bytes.len());
        let read = fill(&mut self.file, &mut bytes, missing)?;
        if let Some(last) = memchr::memchr_iter(b'\n', &bytes).take(LINES).last() {
            self.carry = bytes.split_off(last + 1);
            return Ok(Some(self.cut(bytes, 0)));
        }
        // The beginning of a line, and no more to read: the last one, without its end.
        if read < missing {
            return Ok((!bytes.is_empty()).then(|| self.cut(bytes, 1)));
        }
        Ok(Some(self.long_line(bytes)?))
    }

    /// A line that is longer than a piece: as it is, where it is no longer than a line may be.
    fn long_line(&mut self, mut bytes: Vec<u8>) -> io::Result<Chunk> {
        // Room for the line and its "\r\n".
        while bytes.len() <= MAX_LINE + 2 {
            let before = bytes.len();
            let read = fill(&mut self.file, &mut bytes, self.size)?;
            if let Some(end) = memchr::memchr(b'\n', &bytes[before..]) {
                self.carry = bytes.split_off(before + end + 1);
                return Ok(self.cut(bytes, 0));
            }
            if read == 0 {
                return Ok(self.cut(bytes, 1));
            }
        }
        self.skip_line(bytes)
    }

    /// A piece of these bytes; `open` is 1 where its last line has no line break.
    fn cut(&mut self, bytes: Vec<u8>, open: u64) -> Chunk {
        let line = self.at.line;
        self.at.byte += bytes.len() as u64;
        self.at.line += memchr::memchr_iter(b'\n', &bytes).count() as u64 + open;
        Chunk {
            line,
            bytes,
            too_long: false,
            end: self.at,
        }
    }

    /// Passes over the rest of a line that is too long.
    fn skip_line(&mut self, mut bytes: Vec<u8>) -> io::Result<Chunk> {
        let line = self.at.line;
        loop {
            self.at.byte += bytes.len() as u64;
            bytes.clear();
            if fill(&mut self.file, &mut bytes, self.size)? == 0 {
                break;
            }
            if let Some(end) = memchr::memchr(b'\n', &bytes) {
                self.carry = bytes.split_off(end + 1);
                self.at.byte += bytes.len() as u64;
                break;
            }
        }
        self.at.line += 1;
        Ok(Chunk {
            line,
            bytes: Vec::new(),
            too_long: true,
            end: self.at,
        })
    }
}

/// Reads up to `size` bytes to the end of `bytes`; fewer only at the end of the file.
fn fill(file: &mut File, bytes: &mut Vec<u8>, size: usize) -> io::Result<usize> {
    bytes.reserve(size + 1);
    file.take(size as u64).read_to_end(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const START: Position = Position { byte: 0, line: 1 };

    fn chunks(bytes: &[u8], at: Position) -> Vec<Chunk> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let mut chunks = Chunks::new(file, at, SIZE).unwrap();
        std::iter::from_fn(|| chunks.next().unwrap()).collect()
    }

    fn rows(chunks: &[Chunk]) -> Vec<Row> {
        chunks.iter().flat_map(|chunk| chunk.rows(Encoding::Utf8)).collect()
    }

    #[test]
    fn lines_keep_their_numbers_wherever_the_file_is_cut() {
        let mut text: String = (1..40_000).map(|line| format!("row {line}\n")).collect();
        text.push_str("row 40000");
        let all = chunks(text.as_bytes(), START);
        // The last line has no end, and is a piece of its own.
        assert_eq!(all.len(), 39_999_usize.div_ceil(LINES) + 1);
        for (i, row) in rows(&all).iter().enumerate() {
            assert_eq!(
                (row.line(), row.field(0)),
                (i as u64 + 1, Some(&*format!("row {}", i + 1)))
            );
        }
        assert_eq!(all.last().unwrap().end().byte, text.len() as u64);
        // From the end of any piece the rest is the same.
        let rest = chunks(text.as_bytes(), all[1].end());
        assert_eq!(rest, all[2..]);
    }

    #[test]
    fn a_line_that_is_too_long_costs_one_row_and_no_memory() {
        for long in [MAX_LINE + 1, SIZE - 2, SIZE, 2 * SIZE, 10 * SIZE + 17] {
            for end in ["\n", "\nb\n", "\nb", ""] {
                let text = format!("a\n\n{}{end}", "x".repeat(long));
                let all = chunks(text.as_bytes(), START);
                assert!(all.iter().all(|chunk| chunk.bytes.capacity() <= 4 * SIZE));
                let rows = rows(&all);
                let told: Vec<_> = rows.iter().map(|row| (row.line(), row.fault().is_some())).collect();
                let expected: &[_] = match end.contains('b') {
                    true => &[(1, false), (3, true), (4, false)],
                    false => &[(1, false), (3, true)],
                };
                assert_eq!(told, expected, "{long} {end:?}");
                assert_eq!(all.last().unwrap().end().byte, text.len() as u64);
            }
        }
    }
}
