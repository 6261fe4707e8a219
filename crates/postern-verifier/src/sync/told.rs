//! What `sync` did, in words.

use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, printable};
use postern_cli::{Explain, Failure, Session};
use postern_core::hex;
use postern_transport::Location;
use serde_json::{Value, json};

use super::{Came, Step};
use crate::error::Error;
use crate::log::auditors::Held;

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

/// For programs.
pub(super) fn json(step: &Step) -> Value {
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
    json!({
        "type": "sync",
        "done": true,
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
        "receipts": step.receipts.iter().map(receipt).collect::<Vec<_>>(),
    })
}

/// For a person.
pub(super) fn text(step: &Step, session: &Session) -> String {
    let catalog = &session.catalog;
    let args = [
        ("place", printable(&step.place.to_string()).into_owned().into()),
        ("sent", step.sent.len().into()),
        ("there", step.there.into()),
        ("size", step.tip.size.into()),
    ];
    let mut text = catalog.text("sync-done", &args) + "\n";
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

/// A place that failed beside others.
pub(super) fn failed(place: &Location, error: &Error, session: &Session) -> Result<(), Error> {
    let reason = reason(error);
    let inner = |error: &dyn Explain| Failure::new(error, &session.catalog);
    if session.json {
        let line = json!({
            "type": "sync",
            "done": false,
            "to": place.to_string(),
            "reason": reason,
            "message": match error.because() {
                Some(because) => inner(because).english,
                None => inner(error).english,
            },
        });
        return crate::log::tell(|| line, String::new, session);
    }
    let because = error.because().map(|because| inner(because).message);
    let words: Vec<String> = [Some(inner(error).message), because].into_iter().flatten().collect();
    eprintln!("{}", words.join(": "));
    Ok(())
}

/// The reason of a failure, the medium's where it was the medium.
pub(super) fn reason(error: &Error) -> &'static str {
    error
        .because()
        .map_or_else(|| error.reason(), |because| because.reason())
}
