//! `status import`: a file of statuses, or the codes that others came in the place of. All in one transaction.

use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;

use postern_cli::Session;
use postern_cli::terminal::{json_line, printable};
use postern_core::status::Status;
use postern_core::time::Time;
use serde_json::json;

use super::args::{ImportArgs, note, status_named};
use super::error::StatusError;
use super::ledgers::in_force;
use super::register::{Batch, Command, Register, Taken, Wish};
use super::reject::{Reason, Reject};
use super::sheet::{Field, Line, Sheet, Whose};
use super::{Ledgers, PIECE};
use crate::error::IssuerError;
use crate::mint::EXIT_REJECTS;

/// So many different reasons of a file are kept once.
const REASONS: usize = 10_000;

pub(super) fn run(args: &ImportArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let (mut register, ledgers) = super::open(&args.register, session)?;
    let at = args.register.at.time();
    let batch = Batch {
        command: Command::Superseded,
        at,
        by: &args.register.by,
        column: None,
        file: None,
        rejected: 0,
    };
    let Some(path) = &args.file else {
        let wishes = superseded(&ledgers)?;
        let taken = register.take(&batch, &wishes)?;
        return tell(taken, wishes.len() as u64, 0, session, out);
    };
    let mut sheet = Sheet::open(path, args.encoding, &[Field::Status, Field::Why], &[])?;
    let name = sheet.name();
    let mut batch = Batch {
        command: Command::Import,
        file: Some((&name, sheet.digest())),
        ..batch
    };
    let mut import = Import {
        register: &register,
        ledgers: &ledgers,
        at,
        wishes: Vec::new(),
        lines: HashMap::new(),
        rejects: Vec::new(),
    };
    let rows = import.read(&mut sheet)?;
    let Import {
        wishes, mut rejects, ..
    } = import;
    let rejected = rejects.len() as u64;
    if let Some(before) = register.taken_before(&batch)?
        && rejected == 0
        && holds(&register, &wishes)?
    {
        return already(before, &name, session, out);
    }
    super::tell_rejects(&mut rejects, session, out).map_err(IssuerError::Output)?;
    if rejected > 0 && !args.skip_rejects {
        out.flush().map_err(IssuerError::Output)?;
        return Err(StatusError::Rejected { rejected, rows }.into());
    }
    batch.rejected = rejected;
    let taken = register.take(&batch, &wishes)?;
    tell(taken, rows, rejected, session, out)
}

/// Whether all is as somebody wishes it. Where it is not, a file that was taken before is taken again: since then somebody
/// has said otherwise, or a person has got a new code.
fn holds(register: &Register, wishes: &[Wish]) -> Result<bool, StatusError> {
    for Wish { place, status, .. } in wishes {
        if register.status(*place)? != *status {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What `ledger export --which invalid` lists.
fn superseded(ledgers: &Ledgers) -> Result<Vec<Wish>, IssuerError> {
    let mut wishes = Vec::new();
    let mut reasons: HashMap<&str, Rc<str>> = HashMap::new();
    ledgers.superseded(|place, reason| {
        let reason = reason.as_str();
        let why = reasons
            .entry(reason)
            .or_insert_with(|| format!("replaced: {reason}").into());
        wishes.push(Wish {
            place,
            status: Status::Invalid,
            why: Rc::clone(why),
        });
    })?;
    Ok(wishes)
}

/// A file on its way into the register.
struct Import<'i> {
    register: &'i Register,
    ledgers: &'i Ledgers,
    at: Time,
    wishes: Vec<Wish>,
    /// By places: the line that named it first, and the status that it wishes.
    lines: HashMap<u32, (u64, Status)>,
    rejects: Vec<Reject>,
}

/// A row, before it is known which codes it is about.
struct Asked {
    line: u64,
    whose: Whose,
    status: Status,
    why: Rc<str>,
}

impl Import<'_> {
    /// Reads all of a file and gives the number of its rows.
    fn read(&mut self, sheet: &mut Sheet) -> Result<u64, IssuerError> {
        let mut reasons: HashMap<String, Rc<str>> = HashMap::new();
        let mut asked = Vec::new();
        let mut rows = 0;
        let rejects = &mut Vec::new();
        loop {
            let more = sheet.some(|line| {
                rows += 1;
                match ask(&line, &mut reasons) {
                    Ok(row) => asked.push(row),
                    Err(reason) => rejects.push(line.reject(reason)),
                }
            })?;
            if asked.len() >= PIECE || !more {
                self.take(&asked)?;
                asked.clear();
            }
            if !more {
                self.rejects.append(rejects);
                return Ok(rows);
            }
        }
    }

    fn take(&mut self, asked: &[Asked]) -> Result<(), IssuerError> {
        let mut people = Vec::new();
        for row in asked {
            match &row.whose {
                Whose::Id(id) => people.push((row, id.as_str())),
                Whose::Index(index) => {
                    let known = self.ledgers.has_code_at(*index);
                    let places = if known {
                        Ok(vec![*index])
                    } else {
                        Err(Reason::IndexUnknown)
                    };
                    self.wish(row, places)?;
                }
            }
        }
        let ids: Vec<&str> = people.iter().map(|(_, id)| *id).collect();
        let mut places = Vec::with_capacity(ids.len());
        self.ledgers
            .held(&ids, |_, codes| places.push(in_force(codes, self.at)))?;
        for ((row, _), places) in people.into_iter().zip(places) {
            self.wish(row, places)?;
        }
        Ok(())
    }

    /// Wishes the status of a row at its places; what is invalid already stays so.
    fn wish(&mut self, row: &Asked, places: Result<Vec<u32>, Reason>) -> Result<(), StatusError> {
        let checked = match places {
            Ok(places) => self.changeable(row, places)?,
            Err(reason) => Err(reason),
        };
        let line = row.line;
        let places = match checked {
            Ok(places) => places,
            Err(reason) => {
                self.rejects.push(Reject { line, reason });
                return Ok(());
            }
        };
        for place in places {
            match self.lines.get(&place) {
                None => {
                    self.lines.insert(place, (line, row.status));
                    self.wishes.push(Wish {
                        place,
                        status: row.status,
                        why: Rc::clone(&row.why),
                    });
                }
                Some((_, status)) if *status == row.status => {}
                Some((first, _)) => {
                    let reason = Reason::Contradiction { first: *first };
                    self.rejects.push(Reject { line, reason });
                    break;
                }
            }
        }
        Ok(())
    }

    fn changeable(&self, row: &Asked, places: Vec<u32>) -> Result<Result<Vec<u32>, Reason>, StatusError> {
        if row.status == Status::Invalid {
            return Ok(Ok(places));
        }
        let mut kept = Vec::with_capacity(places.len());
        for place in places {
            if self.register.status(place)? != Status::Invalid {
                kept.push(place);
            }
        }
        Ok(if kept.is_empty() { Err(Reason::Final) } else { Ok(kept) })
    }
}

fn ask(line: &Line<'_>, reasons: &mut HashMap<String, Rc<str>>) -> Result<Asked, Reason> {
    let whose = line.whose()?;
    let status = status(line.value(Field::Status)).ok_or(Reason::StatusUnknown)?;
    let why = note(line.value(Field::Why)).map_err(|_| Reason::WhyInvalid)?;
    let why = match reasons.get(&why) {
        Some(known) => Rc::clone(known),
        None => {
            let new: Rc<str> = why.as_str().into();
            if reasons.len() < REASONS {
                reasons.insert(why, Rc::clone(&new));
            }
            new
        }
    };
    let line = line.number();
    Ok(Asked {
        line,
        whose,
        status,
        why,
    })
}

/// A status by its English name or by a Chinese one.
fn status(text: &str) -> Option<Status> {
    match text {
        "有效" => Some(Status::Valid),
        "无效" => Some(Status::Invalid),
        "暂停" => Some(Status::Suspended),
        "受限" => Some(Status::Restricted),
        name => status_named(name),
    }
}

/// Says that this very file was imported before, and that all is still as it says.
fn already(
    (number, at, by): (u64, Time, String),
    name: &str,
    session: &Session,
    out: &mut dyn Write,
) -> Result<u8, IssuerError> {
    let line = match session.json {
        true => json_line(&json!({ "already": { "batch": number, "at": at.to_string(), "by": by } })),
        false => {
            let args = [
                ("file", name.to_owned().into()),
                ("batch", number.to_string().into()),
                ("at", at.to_string().into()),
                ("by", by.into()),
            ];
            printable(&session.catalog.text("status-already", &args)).into_owned()
        }
    };
    let told = writeln!(out, "{line}").and_then(|()| out.flush());
    told.map_err(IssuerError::Output)?;
    Ok(0)
}

fn tell(taken: Taken, rows: u64, rejected: u64, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let Taken { changed, unchanged } = taken;
    let mut told = || -> io::Result<()> {
        if session.json {
            let summary = json!({ "rows": rows, "changed": changed, "unchanged": unchanged, "rejected": rejected });
            writeln!(out, "{}", json_line(&json!({ "summary": summary })))?;
        } else {
            let args = [
                ("rows", rows.into()),
                ("changed", changed.into()),
                ("unchanged", unchanged.into()),
                ("rejected", rejected.into()),
            ];
            writeln!(out, "{}", session.catalog.text("status-imported", &args))?;
            if changed > 0 {
                writeln!(out, "{}", session.catalog.text("status-next", &[]))?;
            }
        }
        out.flush()
    };
    told().map_err(IssuerError::Output)?;
    Ok(if rejected > 0 { EXIT_REJECTS } else { 0 })
}
