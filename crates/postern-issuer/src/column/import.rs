//! `column import`: a file of tests, of which the newest negative one of each person is kept.

use std::io::{self, Write};

use postern_cli::Session;
use postern_cli::terminal::json_line;
use postern_core::status::HOUR;
use postern_core::time::Time;
use serde_json::json;

use crate::error::IssuerError;
use crate::mint::EXIT_REJECTS;
use crate::mint::people::{china_day, sampled};
use crate::status::{
    Batch, ColumnImportArgs, Command, Field, Hours, Ledgers, Line, PIECE, Reason, Reject, Sheet, StatusError, Taken,
    Whose, in_force, open, tell_rejects,
};

/// So many seconds may the clock of who took a sample be ahead of this one.
const AHEAD: u64 = 5 * 60;

pub(super) fn run(args: &ColumnImportArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let (mut register, ledgers) = open(&args.register, session)?;
    let at = args.register.at.time();
    let mut sheet = Sheet::open(&args.file, args.encoding, &[Field::Sampled], &[Field::Result])?;
    let name = sheet.name();
    let mut batch = Batch {
        command: Command::Column,
        at,
        by: &args.register.by,
        column: Some(&args.column),
        file: Some((&name, sheet.digest())),
        rejected: 0,
    };
    let mut import = Import {
        ledgers: &ledgers,
        at,
        hours: register.hours(&args.column)?,
        told: Told::default(),
        rejects: Vec::new(),
    };
    import.read(&mut sheet)?;
    import.carry()?;
    let Import {
        hours,
        told,
        mut rejects,
        ..
    } = import;
    batch.rejected = rejects.len() as u64;
    tell_rejects(&mut rejects, session, out).map_err(IssuerError::Output)?;
    if batch.rejected > 0 && !args.skip_rejects {
        out.flush().map_err(IssuerError::Output)?;
        let (rejected, rows) = (batch.rejected, told.rows);
        return Err(StatusError::Rejected { rejected, rows }.into());
    }
    let taken = Taken {
        changed: told.newer,
        unchanged: told.rows - told.newer.min(told.rows),
    };
    register.keep_hours(&batch, &hours, taken)?;
    let known = hours.all().iter().filter(|hour| **hour > 0).count();
    told.tell(known, batch.rejected, session, out)
        .map_err(IssuerError::Output)?;
    Ok(if batch.rejected > 0 { EXIT_REJECTS } else { 0 })
}

/// A file on its way into the register.
struct Import<'i> {
    ledgers: &'i Ledgers,
    at: Time,
    hours: Hours,
    told: Told,
    rejects: Vec<Reject>,
}

/// What a file held.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    rows: u64,
    negative: u64,
    positive: u64,
    /// Tests that are newer than what was known of their person.
    newer: u64,
    /// Codes that have the test of one that they came in the place of.
    carried: u64,
}

impl Import<'_> {
    fn read(&mut self, sheet: &mut Sheet) -> Result<(), IssuerError> {
        let mut asked: Vec<(u64, String, u32)> = Vec::new();
        loop {
            let more = sheet.some(|line| {
                self.told.rows += 1;
                match negative(&line, self.at) {
                    Ok(None) => self.told.positive += 1,
                    Ok(Some((Whose::Id(id), hour))) => asked.push((line.number(), id, hour)),
                    Ok(Some((Whose::Index(index), hour))) => match self.ledgers.has_code_at(index) {
                        true => {
                            self.told.negative += 1;
                            self.told.newer += u64::from(self.hours.keep_newest(index, hour));
                        }
                        false => self.rejects.push(line.reject(Reason::IndexUnknown)),
                    },
                    Err(reason) => self.rejects.push(line.reject(reason)),
                }
            })?;
            if asked.len() >= PIECE || !more {
                self.take(&asked)?;
                asked.clear();
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Gives the newest test of a code that was replaced to what came in its place: a person who gets a new card has been
    /// tested as before.
    fn carry(&mut self) -> Result<(), IssuerError> {
        let Self {
            hours, told, ledgers, ..
        } = self;
        ledgers.each_replaced(|old, new| {
            let hour = hours.at(old);
            told.carried += u64::from(hours.keep_newest(new, hour));
        })?;
        Ok(())
    }

    fn take(&mut self, asked: &[(u64, String, u32)]) -> Result<(), IssuerError> {
        let ids: Vec<&str> = asked.iter().map(|(_, id, _)| id.as_str()).collect();
        let Self {
            hours, told, rejects, ..
        } = self;
        self.ledgers.held(&ids, |i, codes| {
            let (line, _, hour) = asked[i];
            match in_force(codes, self.at) {
                Ok(places) => {
                    told.negative += 1;
                    // All of them: a gate must find the test whichever of the person's codes it is shown.
                    let newer = places.into_iter().filter(|place| hours.keep_newest(*place, hour));
                    told.newer += u64::from(newer.count() > 0);
                }
                Err(reason) => rejects.push(Reject { line, reason }),
            }
        })?;
        Ok(())
    }
}

/// Whose negative test a row tells of, and in which hour since 1970 its sample was taken; `None` where the test is positive.
fn negative(line: &Line<'_>, at: Time) -> Result<Option<(Whose, u32)>, Reason> {
    let whose = line.whose()?;
    let text = line.value(Field::Sampled);
    let sampled = sampled(text)
        .or_else(|| china_day(text))
        .ok_or(Reason::SampledInvalid)?;
    if sampled > at.plus(AHEAD) {
        return Err(Reason::SampledInFuture);
    }
    let sampled = sampled.min(at);
    let hour = u32::try_from(sampled.seconds() / u64::from(HOUR)).map_err(|_| Reason::SampledInvalid)?;
    match line.value(Field::Result) {
        // Where a file has no results, all of it is negative.
        "" | "negative" | "not-detected" | "阴性" => Ok(Some((whose, hour))),
        "positive" | "detected" | "阳性" => Ok(None),
        _ => Err(Reason::ResultUnknown),
    }
}

impl Told {
    fn tell(self, known: usize, rejected: u64, session: &Session, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            rows,
            negative,
            positive,
            newer,
            carried,
        } = self;
        if session.json {
            let summary = json!({
                "rows": rows, "negative": negative, "positive": positive, "newer": newer,
                "carried": carried, "rejected": rejected, "known": known,
            });
            writeln!(out, "{}", json_line(&json!({ "summary": summary })))?;
        } else {
            let args = [
                ("rows", rows.into()),
                ("negative", negative.into()),
                ("positive", positive.into()),
                ("newer", newer.into()),
                ("carried", carried.into()),
                ("rejected", rejected.into()),
                ("known", known.into()),
            ];
            writeln!(out, "{}", session.catalog.text("column-imported", &args))?;
        }
        out.flush()
    }
}
