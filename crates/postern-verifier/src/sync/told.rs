//! What `sync` did, in words.

use std::ops::Range;

use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, printable};
use postern_cli::{Explain, Failure, Session};
use postern_core::hex;
use postern_transport::Location;
use serde_json::{Value, json};

use super::{Came, Step};
use crate::error::Error;
use crate::log::auditors::Held;
use crate::log::tell;

impl Came {
    fn reason(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Nothing => "nothing",
            Self::Refused(fault) => fault.reason(),
            Self::Unread(reason) => reason,
        }
    }
}

/// What was done, and for people what ended it, where nobody else tells.
pub(super) fn step(step: &Step, tell_end: bool, session: &Session) -> Result<(), Error> {
    tell(|| json(step, session), || text(step, session), session)?;
    match &step.ended {
        // The line for programs has it.
        Some(error) if tell_end && !session.json => failed(&step.place, error, session),
        _ => Ok(()),
    }
}

fn json(step: &Step, session: &Session) -> Value {
    let receipt = |(held, came): &(Held, Came)| {
        json!({
            "auditor": held.auditor.name.as_str(),
            "kid": held.auditor.key.kid().to_string(),
            "came": came.reason(),
            "size": held.receipt.as_ref().map(|receipt| receipt.checkpoint.tip.size),
            "time": held.receipt.as_ref().map(|receipt| receipt.time.to_string()),
            "contradiction": held.contradiction.map(|found| found.reason()),
        })
    };
    let refused = |(range, error): &(Range<u64>, Error)| {
        json!({
            "from": range.start,
            "to": range.end,
            "reason": reason(error),
            "message": english(error, session),
        })
    };
    let mut line = json!({
        "type": "sync",
        "done": step.error().is_none(),
        "to": step.place.to_string(),
        "gate": step.gate,
        "size": step.tip.size,
        "root": hex(&step.tip.root),
        "receipted": step.receipted,
        "sent": step.sent.iter().map(|(range, bytes)| json!({
            "from": range.start,
            "to": range.end,
            "bytes": bytes,
        })).collect::<Vec<_>>(),
        "there": step.there,
        "refused": step.refused.iter().map(refused).collect::<Vec<_>>(),
        "receipts": step.receipts.iter().map(receipt).collect::<Vec<_>>(),
    });
    if let Some(error) = step.error() {
        line["reason"] = reason(error).into();
        line["message"] = english(error, session).into();
    }
    line
}

fn text(step: &Step, session: &Session) -> String {
    let catalog = &session.catalog;
    let args = [
        ("place", printable(&step.place.to_string()).into_owned().into()),
        ("sent", step.sent.len().into()),
        ("there", step.there.into()),
        ("refused", step.refused.len().into()),
        ("size", step.tip.size.into()),
    ];
    let id = match step.refused.len() {
        0 => "sync-done",
        _ => "sync-partly",
    };
    let mut text = catalog.text(id, &args) + "\n";
    for (range, error) in &step.refused {
        let args = [
            ("from", range.start.into()),
            ("to", range.end.into()),
            ("why", words(error, session).into()),
        ];
        text += &format!("  ! {}\n", catalog.text("sync-part-refused", &args));
    }
    for (held, contradiction) in step.contradictions() {
        let args = [
            ("auditor", held.auditor.name.as_str().to_owned().into()),
            (
                "size",
                held.receipt
                    .as_ref()
                    .map_or(0, |receipt| receipt.checkpoint.tip.size)
                    .into(),
            ),
        ];
        text += &format!(
            "  ! {}\n",
            catalog.text(&format!("finding-{}", contradiction.reason()), &args)
        );
    }
    let headings = ["log-auditor", "log-receipted", "log-receipt-time", "sync-came"].map(|id| catalog.text(id, &[]));
    let aligns = [Align::Left, Align::Right, Align::Left, Align::Left];
    let mut table = Table::new(headings.into_iter().zip(aligns));
    for (held, came) in &step.receipts {
        let (size, time) = match &held.receipt {
            Some(receipt) => (receipt.checkpoint.tip.size.to_string(), receipt.time.to_string()),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let came = match came {
            Came::New => catalog.text("sync-came-new", &[]),
            Came::Nothing => catalog.text("sync-came-nothing", &[]),
            Came::Refused(_) | Came::Unread(_) => catalog.text("sync-came-refused", &[("why", came.reason().into())]),
        };
        table.row([held.auditor.name.as_str(), &size, &time, &came]);
    }
    text + &table.render(None, Colors::stdout(session.color))
}

/// A place at which nothing was done.
pub(super) fn failed(place: &Location, error: &Error, session: &Session) -> Result<(), Error> {
    if session.json {
        let line = json!({
            "type": "sync",
            "done": false,
            "to": place.to_string(),
            "reason": reason(error),
            "message": english(error, session),
        });
        return tell(|| line, String::new, session);
    }
    let message = Failure::new(error, &session.catalog).message;
    match error.because() {
        Some(_) => eprintln!("{message}: {}", words(error, session)),
        None => eprintln!("{message}"),
    }
    Ok(())
}

/// What went wrong, the medium's words where it was the medium.
fn words(error: &Error, session: &Session) -> String {
    inner(error, session).message
}

/// The same in English.
fn english(error: &Error, session: &Session) -> String {
    inner(error, session).english
}

fn inner(error: &Error, session: &Session) -> Failure {
    Failure::new(error.because().unwrap_or(error), &session.catalog)
}

/// The reason of a failure, the medium's where it was the medium.
pub(super) fn reason(error: &Error) -> &'static str {
    error
        .because()
        .map_or_else(|| error.reason(), |because| because.reason())
}
