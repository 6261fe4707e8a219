//! `rejects.csv`: the rows that were not minted, whole, with the reasons. There is one only if there are any.

use postern_cli::files::FileError;

use super::super::people::{Columns, Reject, Row};
use super::part::Part;
use super::{Mark, Target};

/// Spreadsheets take a file without it for one of the local encoding.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The list of rejects.
pub(super) struct Rejects(Part);

impl Rejects {
    /// Begins the list, or goes on with it where a mark is given; `None` where what was marked is not there.
    pub(super) fn open(target: &Target, columns: &[String], mark: Option<Mark>) -> Result<Option<Self>, FileError> {
        let name = target.name("rejects", "csv");
        if let Some(mark) = mark {
            return Ok(Part::resume(&target.dir, &name, mark.bytes)?.map(Self));
        }
        let mut part = Part::new(&target.dir, &name)?;
        part.write(BOM)?;
        let own = ["line", "column", "reason", "message"].into_iter();
        part.write(&record(own.chain(columns.iter().map(String::as_str))))?;
        Ok(Some(Self(part)))
    }

    /// Adds what [`reject`] made.
    pub(super) fn put(&mut self, drawn: &[u8]) -> Result<(), FileError> {
        self.0.write(drawn)
    }

    pub(super) fn mark(&mut self) -> Result<Mark, FileError> {
        self.0.sync()?;
        Ok(Mark {
            bytes: self.0.bytes(),
            ..Mark::default()
        })
    }

    /// Gives the list its name; where there are no rejects, removes it.
    pub(super) fn finish(self, any: bool) -> Result<(), FileError> {
        match any {
            true => self.0.publish(),
            false => self.0.remove(),
        }
    }
}

/// The line of a reject: line, column, reason, message, and the row as it was.
pub(in super::super) fn reject(row: &Row, reject: &Reject, columns: &Columns, message: &str) -> Vec<u8> {
    let column = reject.column.map_or("", |column| columns.name_of(column));
    let line = reject.line.to_string();
    let own = [line.as_str(), column, reject.reason.as_str(), message];
    record(own.into_iter().chain(row.fields()))
}

fn record<'f>(fields: impl IntoIterator<Item = &'f str>) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let written = writer.write_record(fields);
    written.expect("a Vec takes all that is written");
    writer.into_inner().expect("a Vec takes all that is written")
}
