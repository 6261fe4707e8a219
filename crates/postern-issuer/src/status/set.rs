//! `status set`: one person's codes, or the code at one place.

use std::io::{self, Write};

use postern_cli::Session;
use postern_cli::terminal::{json_line, printable};
use postern_core::status::Status;
use postern_core::time::Time;
use serde_json::json;

use super::args::SetArgs;
use super::error::StatusError;
use super::register::{Batch, Command, Register, Wish};
use super::{Ledgers, word};
use crate::error::IssuerError;

/// A code that is meant, and whose it is where that is known.
struct Meant {
    id: Option<String>,
    index: u32,
    expires: Option<Time>,
}

pub(super) fn run(args: &SetArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let (mut register, ledgers) = super::open(&args.register, session)?;
    let at = args.register.at.time();
    let meant = meant(args, &ledgers, at, session)?;
    let meant = not_final(meant, args, &register)?;
    let mut before = Vec::new();
    for code in &meant {
        before.push(register.status(code.index)?);
    }
    let wishes: Vec<_> = meant
        .iter()
        .map(|code| Wish {
            place: code.index,
            status: args.status,
            why: args.why.as_str().into(),
        })
        .collect();
    let batch = Batch {
        command: Command::Set,
        at,
        by: &args.register.by,
        column: None,
        file: None,
        rejected: 0,
    };
    let taken = register.take(&batch, &wishes)?;
    let mut told = || -> io::Result<()> {
        for (code, was) in meant.iter().zip(&before) {
            tell(code, *was, args.status, session, out)?;
        }
        if taken.changed > 0 && !session.json {
            writeln!(out, "{}", session.catalog.text("status-next", &[]))?;
        }
        out.flush()
    };
    told().map_err(IssuerError::Output)?;
    Ok(0)
}

/// The codes in force of the person, or the one at the place.
fn meant(args: &SetArgs, ledgers: &Ledgers, at: Time, session: &Session) -> Result<Vec<Meant>, IssuerError> {
    if let Some(index) = args.whom.index {
        return match ledgers.has_code_at(index) {
            true => Ok(vec![Meant {
                id: None,
                index,
                expires: None,
            }]),
            false => Err(StatusError::IndexUnknown { index }.into()),
        };
    }
    let ids = match (&args.whom.id, &args.whom.document, &args.tag_key) {
        (Some(id), ..) => vec![id.clone()],
        (_, Some(document), Some(key)) => {
            crate::desk::ids_of_document(&args.register.ledger, document, key, &args.passphrase, session)?
        }
        _ => unreachable!("clap asks for one of the three, and for a key with a document"),
    };
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (mut meant, mut known) = (Vec::new(), false);
    ledgers.held(&names, |i, codes| {
        known |= !codes.is_empty();
        let in_force = codes.iter().filter(|code| code.in_force(at));
        meant.extend(in_force.map(|code| Meant {
            id: Some(ids[i].clone()),
            index: code.index,
            expires: Some(code.expires),
        }));
    })?;
    match (meant.is_empty(), known) {
        (false, _) => Ok(meant),
        (true, true) => Err(StatusError::NothingInForce { id: ids.join(", ") }.into()),
        (true, false) => Err(IssuerError::LedgerNothingFound(args.register.ledger.len())),
    }
}

/// Those of the codes whose status may still change. One that is invalid is not in force any more; where all are, somebody
/// means to bring one back, and must say so.
fn not_final(mut meant: Vec<Meant>, args: &SetArgs, register: &Register) -> Result<Vec<Meant>, StatusError> {
    if args.danger_revalidate || args.status == Status::Invalid {
        return Ok(meant);
    }
    let first = meant.first().map_or(0, |code| code.index);
    let mut kept = Vec::new();
    for code in meant.drain(..) {
        if register.status(code.index)? != Status::Invalid {
            kept.push(code);
        }
    }
    match kept.is_empty() {
        true => Err(StatusError::Final { index: first }),
        false => Ok(kept),
    }
}

fn tell(code: &Meant, was: Status, status: Status, session: &Session, out: &mut dyn Write) -> io::Result<()> {
    let expires = code.expires.map(|time| time.to_string());
    if session.json {
        let line = json!({ "code": {
            "id": code.id, "index": code.index, "expires": expires,
            "was": was.as_str(), "status": status.as_str(), "changed": was != status,
        }});
        return writeln!(out, "{}", json_line(&line));
    }
    let message = match (was == status, &code.id) {
        (true, _) => "status-unchanged",
        (false, None) => "status-set-index",
        (false, Some(_)) => "status-set",
    };
    let args = [
        ("id", code.id.clone().unwrap_or_default().into()),
        ("index", code.index.to_string().into()),
        ("expires", expires.unwrap_or_default().into()),
        ("was", word(was, session).into()),
        ("status", word(status, session).into()),
    ];
    writeln!(out, "{}", printable(&session.catalog.text(message, &args)))
}
