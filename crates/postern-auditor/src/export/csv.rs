//! CSV (RFC 4180): times in RFC 3339, bytes in hexadecimal, nothing for null.

use std::io::{self, Write};

use postern_core::time::Time;

use super::Rows;
use super::cells::{COLUMNS, Cell, cells};
use crate::archive::Archived;
use crate::findings::Names;

pub(super) struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write> Csv<W> {
    /// Writes the header, also where no row follows.
    pub(super) fn new(into: W) -> io::Result<Self> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(into);
        writer.write_record(COLUMNS.map(|(name, _)| name)).map_err(io_error)?;
        Ok(Self(writer))
    }
}

impl<W: Write> Rows for Csv<W> {
    fn put(&mut self, event: &Archived, names: &Names) -> io::Result<()> {
        let row = cells(event, names).map(shown);
        self.0.write_record(row).map_err(io_error)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

fn shown(cell: Cell) -> String {
    match cell {
        Cell::Bool(value) => value.to_string(),
        Cell::Bytes(bytes) => postern_core::hex(&bytes),
        Cell::Null => String::new(),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => harmless(text),
        Cell::Time(seconds) => Time::saturating(seconds as i64).to_string(),
    }
}

/// Spreadsheets take a cell that begins like this for a formula (OWASP, "CSV Injection"); an apostrophe makes it text. Names of gates,
/// issuers and operators are others' words.
fn harmless(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        true => format!("'{text}"),
        false => text,
    }
}

/// The error of the writer below: what it says of a reader that has gone away is to be seen.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}
