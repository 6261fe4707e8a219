//! Sheets of cards to print and cut, PDF files of 500 cards: `cards-00001.pdf` and so on.
//!
//! A PDF file is made when all its cards are there: the font in it is cut to their characters. Until then they wait in a
//! spool, a line each, which can be gone on with as any list.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{Days, FixedOffset, NaiveDate};
use postern_cards::{Card, Font, Paper, Sheet, Style};
use postern_cli::files::{FileAction, FileError};
use postern_core::text::Names;
use postern_core::time::Time;
use postern_qr::Symbol;
use serde::{Deserialize, Serialize};

use super::super::error::MintError;
use super::part::{Part, remove_if_there};
use super::{Drawing, Format, Mark, Sink, Target};

/// Cards in one file.
const CARDS: u32 = if cfg!(test) { 15 } else { 500 };
const STEM: &str = "cards";
const SPOOL: &str = "spool";
const PDF: &str = "pdf";
/// Seconds east of UTC: the days on a card are those of China.
const CHINA: i32 = 8 * 3600;

/// What all cards of a run share.
#[derive(Clone)]
pub(in super::super) struct Cards(Arc<Shared>);

struct Shared {
    font: Font,
    paper: Paper,
    issuer: Names,
    notice: Option<Names>,
}

impl Cards {
    pub(in super::super) fn new(
        font: Font,
        paper: Paper,
        issuer: Names,
        notice: Option<Names>,
    ) -> Result<Self, MintError> {
        let cards = Self(Arc::new(Shared {
            font,
            paper,
            issuer,
            notice,
        }));
        // What all cards have must fit and have its glyphs, before anything is minted.
        cards.sheet(1)?;
        Ok(cards)
    }

    /// What tells that the font is the same: its path, size and time.
    pub(in super::super) fn font_identity(&self) -> String {
        let path = self.0.font.path();
        let metadata = path.metadata().ok();
        let metadata = metadata.map(|metadata| (metadata.len(), metadata.modified().ok()));
        format!("{} {metadata:?}", path.display())
    }

    /// Whether a name can be written on a card.
    pub(in super::super) fn can_write(&self, name: &str) -> bool {
        self.0.font.check(name).is_ok()
    }

    fn sheet(&self, file: u32) -> Result<Sheet<'_>, MintError> {
        let Shared {
            font,
            paper,
            issuer,
            notice,
        } = &*self.0;
        let style = Style {
            paper: *paper,
            title: &format!("{} {file}", issuer.zh()),
            language: "zh-CN",
            issuer,
            notice: notice.as_ref(),
        };
        Ok(Sheet::new(&style, font)?)
    }
}

/// A card in the spool.
#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    name: Option<String>,
    issued: i64,
    expires: i64,
    text: String,
}

impl Format for Cards {
    fn draw(&self, code: &Drawing<'_>, into: &mut Vec<u8>) {
        let name = code.entry.claims().and_then(|claims| claims.record.holder.name);
        let line = Line {
            id: code.entry.id.clone(),
            name: name.map(|name| name.as_str().to_owned()),
            issued: code.entry.issued.seconds() as i64,
            expires: code.entry.expires.seconds() as i64,
            text: code.text().to_owned(),
        };
        serde_json::to_writer(&mut *into, &line).expect("texts and dates are always written");
        into.push(b'\n');
    }

    fn open(&self, target: &Target, mark: Option<Mark>) -> Result<Option<Box<dyn Sink>>, MintError> {
        let (file, codes) = mark.map_or((1, 0), |mark| (mark.file.max(1), mark.codes));
        // Later ones are an earlier run's, or were begun after the mark; so is the sheet of a spool that is gone on with.
        target.remove_numbered(STEM, SPOOL, |number| number == file)?;
        target.remove_numbered(STEM, PDF, |number| number < file)?;
        let name = target.numbered(STEM, file, SPOOL);
        let spool = match mark {
            Some(mark) => Part::resume(&target.dir, &name, mark.bytes)?,
            None => Some(Part::new(&target.dir, &name)?),
        };
        let Some(spool) = spool else { return Ok(None) };
        Ok(Some(Box::new(Sheets {
            cards: self.clone(),
            target: target.clone(),
            spool,
            file,
            codes,
            done: Vec::new(),
            marked: Vec::new(),
        })))
    }
}

struct Sheets {
    cards: Cards,
    target: Target,
    spool: Part,
    file: u32,
    codes: u32,
    /// Spools of sheets that are whole. They stay until the ledger has noted a mark that tells so, which it has when the
    /// next mark is asked for.
    done: Vec<PathBuf>,
    marked: Vec<PathBuf>,
}

impl Sheets {
    /// Makes the sheet of the spool.
    fn print(&mut self) -> Result<(), MintError> {
        self.spool.sync()?;
        let path = self.spool.part().to_owned();
        let failed = |error: std::io::Error| FileError::new(&path, FileAction::Read, error);
        let mut sheet = self.cards.sheet(self.file)?;
        for line in BufReader::new(std::fs::File::open(&path).map_err(failed)?).lines() {
            let line: Line = serde_json::from_str(&line.map_err(failed)?).map_err(|error| failed(error.into()))?;
            let from = day(Time::saturating(line.issued));
            let symbol = Symbol::new(&line.text).expect("the text of a code has a symbol");
            sheet.add(&Card {
                symbol: &symbol,
                name: line.name.as_deref(),
                serial: &line.id,
                valid_from: from,
                valid_until: last_whole_day(Time::saturating(line.expires)).max(from),
            })?;
        }
        let mut pdf = Part::new(&self.target.dir, &self.target.numbered(STEM, self.file, PDF))?;
        pdf.write(&sheet.finish()?)?;
        pdf.publish()?;
        self.done.push(path);
        Ok(())
    }
}

impl Sink for Sheets {
    fn put(&mut self, _: &str, drawn: &[u8]) -> Result<(), MintError> {
        if self.codes >= CARDS {
            self.print()?;
            self.file += 1;
            self.codes = 0;
            self.spool = Part::new(&self.target.dir, &self.target.numbered(STEM, self.file, SPOOL))?;
        }
        self.codes += 1;
        Ok(self.spool.write(drawn)?)
    }

    fn mark(&mut self) -> Result<Mark, MintError> {
        self.spool.sync()?;
        for spool in self.marked.drain(..) {
            remove_if_there(&spool)?;
        }
        self.marked.append(&mut self.done);
        Ok(Mark {
            file: self.file,
            codes: self.codes,
            bytes: self.spool.bytes(),
        })
    }

    fn finish(mut self: Box<Self>) -> Result<(), MintError> {
        if self.codes > 0 {
            self.print()?;
        }
        for spool in self.marked.drain(..).chain(self.done.drain(..)) {
            remove_if_there(&spool)?;
        }
        Ok(self.spool.remove()?)
    }
}

fn day(time: Time) -> NaiveDate {
    let zone = FixedOffset::east_opt(CHINA).expect("8 hours are less than a day");
    time.utc().with_timezone(&zone).date_naive()
}

/// The last day on which a code that expires at this time holds until midnight: nobody reads the hour on a card.
fn last_whole_day(expires: Time) -> NaiveDate {
    let next = Time::saturating(expires.seconds() as i64 + 1);
    day(next).checked_sub_days(Days::new(1)).unwrap_or_else(|| day(expires))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_on_a_card_is_a_whole_one() {
        let at = |text: &str| Time::saturating(postern_cli::clock::parse_time(text).unwrap());
        for (expires, last) in [
            ("2026-11-23T15:59:59Z", "2026-11-23"),
            ("2026-11-23T16:00:00Z", "2026-11-23"),
            ("2026-11-23T15:59:58Z", "2026-11-22"),
            ("2026-11-23T07:30:00Z", "2026-11-22"),
        ] {
            assert_eq!(last_whole_day(at(expires)).to_string(), last, "{expires}");
        }
    }
}
