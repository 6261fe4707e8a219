//! Lists of code texts: CSV and JSON Lines.

use std::io::Write;

use serde::Serialize;

use super::super::error::MintError;
use super::part::Part;
use super::{Drawing, Format, Mark, Sink, Target};

const HEADER: &[u8] = b"id,index,issued,expires,text\r\n";

/// `codes.csv`: `id,index,issued,expires,text`.
pub(super) struct Csv;

/// `codes.jsonl`: an object a line, with the members of the CSV's columns.
pub(super) struct JsonLines;

#[derive(Serialize)]
struct Line<'l> {
    id: &'l str,
    index: u32,
    issued: String,
    expires: String,
    text: &'l str,
}

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

impl Format for JsonLines {
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>) {
        let (entry, times) = (code.entry, code.times);
        let line = Line {
            id: &entry.id,
            index: entry.index,
            issued: times.0.to_owned(),
            expires: times.1.to_owned(),
            text: code.text(),
        };
        serde_json::to_writer(&mut *into, &line).expect("texts and numbers are always written");
        into.push(b'\n');
    }

    fn open(&self, target: &Target, mark: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError> {
        List::open(target, "jsonl", b"", mark)
    }
}

/// A list in one file.
struct List(Part);

impl List {
    fn open(
        target: &Target,
        ending: &str,
        head: &[u8],
        mark: Option<Mark>,
    ) -> Result<Option<Box<dyn Sink>>, MintError> {
        let name = target.name("codes", ending);
        let part = match mark {
            Some(mark) => Part::resume(&target.dir, &name, mark.bytes)?,
            None => {
                let mut part = Part::new(&target.dir, &name)?;
                part.write(head)?;
                Some(part)
            }
        };
        Ok(part.map(|part| Box::new(Self(part)) as Box<dyn Sink>))
    }
}

impl Sink for List {
    fn put(&mut self, _: &str, drawn: &[u8]) -> Result<(), MintError> {
        Ok(self.0.write(drawn)?)
    }

    fn mark(&mut self) -> Result<Mark, MintError> {
        self.0.sync()?;
        Ok(Mark {
            bytes: self.0.bytes(),
            ..Mark::default()
        })
    }

    fn finish(self: Box<Self>) -> Result<(), MintError> {
        Ok(self.0.publish()?)
    }
}
