//! `codes.csv`: `id,index,issued,expires,text` (RFC 4180).

use std::io::Write;

use super::super::error::MintError;
use super::list::List;
use super::{Drawing, Format, Mark, Sink, Target};

const HEADER: &[u8] = b"id,index,issued,expires,text\r\n";

/// A list of texts as CSV.
pub(super) struct Csv;

impl Format for Csv {
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>) {
        // No value holds a comma, a quotation mark or a line break.
        let (entry, times) = (code.entry, code.times);
        let written = write!(
            into,
            "{},{},{},{},{}\r\n",
            entry.id,
            entry.index,
            times.0,
            times.1,
            code.text()
        );
        written.expect("a Vec takes all that is written");
    }

    fn open(&self, target: &Target, mark: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError> {
        List::open(target, "csv", HEADER, mark)
    }
}
