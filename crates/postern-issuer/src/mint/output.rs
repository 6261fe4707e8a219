//! Where codes go. Each format is one file here, behind two traits: [`Format`] draws a code on any thread, a [`Sink`]
//! takes what was drawn, code after code.
//!
//! What is not whole has no name: a file is `.NAME.part` until its last byte is on the disk. A [`Mark`] tells how far a sink
//! has come, and from a mark it goes on, byte for byte.

mod claim;
mod csv;
mod folder;
mod json_lines;
mod list;
mod part;
mod png;
mod rejects;
mod sheets;
mod svg;
mod tar;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use postern_cli::clock::format_time;
use postern_cli::files::{FileAction, FileError};
use postern_core::time::Time;
use postern_qr::Symbol;

use super::error::MintError;
use super::ledger::{Entry, Mark, Progress};
use super::shard::Shard;
use claim::Claim;
use rejects::Rejects;

pub(super) use rejects::reject;
pub(super) use sheets::Cards;

/// A kind of output.
trait Format: Send + Sync {
    /// Draws a code, at the end of `into`.
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>);

    /// Begins an output, or goes on at a mark; `None` where what was marked is not there any more.
    fn open(&self, target: &Target, mark: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError>;
}

/// An output that is being written.
trait Sink {
    /// Takes what [`Format::draw`] has drawn of the code of this person.
    fn put(&mut self, id: &str, drawn: &[u8]) -> Result<(), MintError>;

    /// Puts all so far on the disk, and tells how far that is.
    fn mark(&mut self) -> Result<Mark, MintError>;

    /// Puts all on the disk and gives the files their names.
    fn finish(self: Box<Self>) -> Result<(), MintError>;
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormatName {
    /// A list of texts.
    Csv,
    /// A list of texts.
    Jsonl,
    /// Sheets of cards.
    Pdf,
    /// A folder of pictures.
    Png,
    /// A folder of pictures.
    Svg,
    /// Pictures in tar files.
    Tar,
}

impl FormatName {
    const ALL: [Self; 6] = [Self::Csv, Self::Jsonl, Self::Pdf, Self::Png, Self::Svg, Self::Tar];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Tar => "tar",
        }
    }
}

/// Written by hand: the derived one would make help texts of the doc comments.
impl ValueEnum for FormatName {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

/// The formats of a run.
pub(super) struct Formats {
    formats: Vec<(FormatName, Box<dyn Format>)>,
    cards: Option<Cards>,
}

impl Formats {
    /// Formats by their names, each once; with cards there are sheets of them too.
    pub(super) fn new(names: &[FormatName], cards: Option<Cards>) -> Self {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        let format = |name: FormatName| -> Option<(FormatName, Box<dyn Format>)> {
            let format: Box<dyn Format> = match name {
                FormatName::Csv => Box::new(csv::Csv),
                FormatName::Jsonl => Box::new(json_lines::JsonLines),
                FormatName::Pdf => Box::new(cards.clone()?),
                FormatName::Png => Box::new(png::Png),
                FormatName::Svg => Box::new(svg::Svg),
                FormatName::Tar => Box::new(tar::Tar),
            };
            Some((name, format))
        };
        Self {
            formats: names.into_iter().filter_map(format).collect(),
            cards,
        }
    }

    /// Whether a format writes names.
    pub(super) fn write_names(&self) -> bool {
        self.cards.is_some()
    }

    /// Whether every format can write a name.
    pub(super) fn can_write(&self, name: &str) -> bool {
        self.cards.as_ref().is_none_or(|cards| cards.can_write(name))
    }

    /// Their names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.formats.iter().map(|(name, _)| name.as_str())
    }

    /// Draws codes in each of the formats.
    pub(super) fn draw<'e>(&self, codes: impl ExactSizeIterator<Item = &'e Entry>) -> Vec<Drawn> {
        let count = codes.len();
        let mut drawn: Vec<Drawn> = self.formats.iter().map(|_| Drawn::default()).collect();
        let mut times = Times::default();
        for entry in codes {
            let drawing = Drawing {
                entry,
                times: times.of((entry.issued, entry.expires)),
                text: OnceCell::new(),
                symbol: OnceCell::new(),
            };
            for ((_, format), drawn) in self.formats.iter().zip(&mut drawn) {
                format.draw(&drawing, &mut drawn.bytes);
                drawn.ends.push(drawn.bytes.len());
                if drawn.ends.len() == 1 {
                    // The others are about as large.
                    drawn.bytes.reserve(drawn.bytes.len() * count * 17 / 16);
                    drawn.ends.reserve(count);
                }
            }
        }
        drawn
    }
}

/// A code that is being drawn. Formats share its text and its symbol.
struct Drawing<'e> {
    entry: &'e Entry,
    /// When it was issued and when it expires, as they are written.
    times: (&'e str, &'e str),
    text: OnceCell<String>,
    symbol: OnceCell<Symbol>,
}

impl Drawing<'_> {
    fn text(&self) -> &str {
        self.text.get_or_init(|| self.entry.text())
    }

    fn symbol(&self) -> &Symbol {
        self.symbol.get_or_init(|| {
            Symbol::new(self.text()).expect("a code has 1 to 1,024 characters, and a symbol holds more at level M")
        })
    }
}

/// What one format has drawn of some codes.
#[derive(Default)]
pub(super) struct Drawn {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// The outputs of a run.
pub(super) struct Outputs {
    sinks: Vec<(FormatName, Box<dyn Sink>)>,
    rejects: Rejects,
    claim: Claim,
}

impl Outputs {
    /// Begins all, or goes on where the run of this stamp has come to; `None` where what was marked is not there any more,
    /// or is another run's.
    pub(super) fn open(
        target: &Target,
        formats: &Formats,
        columns: &[String],
        from: &Progress,
        stamp: &str,
    ) -> Result<Option<Self>, MintError> {
        part::make_folder(&target.dir)?;
        let (claim, same) = Claim::take(target, stamp)?;
        if !same && *from != Progress::default() {
            return Ok(None);
        }
        let marks = &from.outputs;
        let mark = |name: &str| marks.get(name).copied();
        let mut sinks = Vec::new();
        for (name, format) in &formats.formats {
            let Some(sink) = format.open(target, mark(name.as_str()))? else {
                return Ok(None);
            };
            sinks.push((*name, sink));
        }
        // Without rejects the list may be gone already, and begins again.
        let rejects = Rejects::open(target, columns, mark(REJECTS).filter(|_| from.rejected > 0))?;
        Ok(rejects.map(|rejects| Self { sinks, rejects, claim }))
    }

    /// Takes the codes of these people as they were drawn, and the rejects.
    pub(super) fn put<'e>(
        &mut self,
        ids: impl Iterator<Item = &'e str> + Clone,
        drawn: &[Drawn],
        rejects: &[u8],
    ) -> Result<(), MintError> {
        for ((_, sink), drawn) in self.sinks.iter_mut().zip(drawn) {
            let mut begin = 0;
            for (id, end) in ids.clone().zip(&drawn.ends) {
                sink.put(id, &drawn.bytes[begin..*end])?;
                begin = *end;
            }
        }
        Ok(self.rejects.put(rejects)?)
    }

    /// Puts all so far on the disk, and tells how far that is.
    pub(super) fn mark(&mut self) -> Result<BTreeMap<String, Mark>, MintError> {
        let mut marks = BTreeMap::new();
        for (name, sink) in &mut self.sinks {
            marks.insert(name.as_str().to_owned(), sink.mark()?);
        }
        marks.insert(REJECTS.to_owned(), self.rejects.mark()?);
        Ok(marks)
    }

    /// Puts all on the disk and gives the files their names; then `noted` notes that the run is complete.
    pub(super) fn finish(
        mut self,
        any_rejects: bool,
        noted: impl FnOnce() -> Result<(), MintError>,
    ) -> Result<(), MintError> {
        // A disk that is full is told before the first of them has a name.
        self.mark()?;
        self.rejects.finish(any_rejects)?;
        self.sinks.into_iter().try_for_each(|(_, sink)| sink.finish())?;
        noted()?;
        self.claim.release()
    }
}

const REJECTS: &str = "rejects";

/// The folder that outputs are written to, and how their files are called.
#[derive(Clone, Debug)]
pub(super) struct Target {
    dir: PathBuf,
    suffix: String,
}

impl Target {
    pub(super) fn new(dir: &Path, shard: Shard) -> Self {
        Self {
            dir: dir.to_owned(),
            suffix: shard.suffix(),
        }
    }

    fn name(&self, stem: &str, ending: &str) -> String {
        format!("{stem}{}.{ending}", self.suffix)
    }

    fn numbered(&self, stem: &str, number: u32, ending: &str) -> String {
        format!("{stem}{}-{number:05}.{ending}", self.suffix)
    }

    /// Removes the numbered files, whole or not, but for those to keep.
    fn remove_numbered(&self, stem: &str, ending: &str, keep: impl Fn(u32) -> bool) -> Result<(), FileError> {
        let failed = |error| FileError::new(&self.dir, FileAction::Read, error);
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(name) = name.to_str() else { continue };
            let number = name
                .trim_start_matches('.')
                .strip_prefix(&format!("{stem}{}-", self.suffix))
                .and_then(|rest| rest.split('.').next()?.parse().ok());
            let Some(number) = number.filter(|number| !keep(*number)) else {
                continue;
            };
            let whole = self.numbered(stem, number, ending);
            if name == whole || name == format!(".{whole}.part") {
                part::remove_if_there(&self.dir.join(name))?;
            }
        }
        Ok(())
    }
}

/// The two times of a code as they are written: most codes of a run have the same.
#[derive(Default)]
struct Times(Option<((Time, Time), (String, String))>);

impl Times {
    fn of(&mut self, times: (Time, Time)) -> (&str, &str) {
        let known = self.0.take().filter(|(of, _)| *of == times);
        let written = |time: Time| format_time(time.seconds() as i64);
        let new = || (times, (written(times.0), written(times.1)));
        let (_, (issued, expires)) = self.0.insert(known.unwrap_or_else(new));
        (issued, expires)
    }
}

#[cfg(test)]
mod tests;
