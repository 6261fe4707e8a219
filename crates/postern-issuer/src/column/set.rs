//! `column set --clear`: a test that was wrong is taken back.

use std::io::{self, Write};

use postern_cli::Session;
use postern_cli::terminal::json_line;
use postern_core::status::HOUR;
use postern_core::time::Time;
use serde_json::json;

use crate::error::IssuerError;
use crate::status::{Batch, ColumnSetArgs, Command, StatusError, open};

pub(super) fn run(args: &ColumnSetArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let (mut register, ledgers) = open(&args.register, session)?;
    if !register.has_column(&args.column)? {
        let column = args.column.to_string();
        return Err(StatusError::ColumnUnknown { column }.into());
    }
    // All codes that the person ever had: what an older one keeps would come back to a newer one with the next import.
    let places = match (&args.whom.id, args.whom.index) {
        (Some(id), _) => ledgers.of_person(id)?,
        (None, Some(index)) if ledgers.has_code_at(index) => ledgers.of_same_person(index)?,
        (None, index) => {
            let index = index.unwrap_or_default();
            return Err(StatusError::IndexUnknown { index }.into());
        }
    };
    if places.is_empty() {
        return Err(IssuerError::LedgerNothingFound(args.register.ledger.len()));
    }
    let batch = Batch {
        command: Command::ColumnSet,
        at: args.register.at.time(),
        by: &args.register.by,
        column: Some(&args.column),
        file: None,
        rejected: 0,
    };
    let cleared = register.clear_hours(&batch, &args.column, &places, &args.why)?;
    tell(&places, &cleared, session, out).map_err(IssuerError::Output)?;
    Ok(0)
}

fn tell(places: &[u32], cleared: &[(u32, u32)], session: &Session, out: &mut dyn Write) -> io::Result<()> {
    for index in places {
        let was = cleared.iter().find(|(place, _)| place == index);
        let was = was.map(|(_, hour)| time(*hour).to_string());
        let line = match (session.json, was) {
            (true, was) => json_line(&json!({ "code": { "index": index, "was": was, "changed": was.is_some() } })),
            (false, None) => session
                .catalog
                .text("column-unchanged", &[("index", index.to_string().into())]),
            (false, Some(was)) => {
                let args = [("index", index.to_string().into()), ("was", was.into())];
                session.catalog.text("column-cleared", &args)
            }
        };
        writeln!(out, "{line}")?;
    }
    if !cleared.is_empty() && !session.json {
        writeln!(out, "{}", session.catalog.text("column-next", &[]))?;
    }
    out.flush()
}

/// The beginning of an hour since 1970.
fn time(hour: u32) -> Time {
    Time::saturating(i64::from(hour) * i64::from(HOUR))
}
