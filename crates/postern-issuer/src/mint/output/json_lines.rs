//! `codes.jsonl`: an object a line, with the members of the CSV's columns.

use serde::Serialize;

use super::super::error::MintError;
use super::list::List;
use super::{Drawing, Format, Mark, Sink, Target};

/// A list of texts as JSON Lines.
pub(super) struct JsonLines;

#[derive(Serialize)]
struct Line<'l> {
    id: &'l str,
    index: u32,
    issued: &'l str,
    expires: &'l str,
    text: &'l str,
}

impl Format for JsonLines {
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>) {
        let (entry, times) = (code.entry, code.times);
        let line = Line {
            id: &entry.id,
            index: entry.index,
            issued: times.0,
            expires: times.1,
            text: code.text(),
        };
        serde_json::to_writer(&mut *into, &line).expect("texts and numbers are always written");
        into.push(b'\n');
    }

    fn open(&self, target: &Target, mark: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError> {
        List::open(target, "jsonl", b"", mark)
    }
}
