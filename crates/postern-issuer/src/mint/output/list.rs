//! A list of code texts in one file, which grows a line at a time: what CSV and JSON Lines have in common.

use super::super::error::MintError;
use super::part::Part;
use super::{Mark, Sink, Target};

/// A list in one file.
pub(super) struct List(Part);

impl List {
    /// Begins a list with its head, or goes on at a mark.
    pub(super) fn open(
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
