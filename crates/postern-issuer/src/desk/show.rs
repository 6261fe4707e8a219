//! `ledger show`: whose a ledger is, how full, and what was done with it.

use std::io::{self, Write};

use postern_cli::Session;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, json_line};
use postern_core::hex;
use serde_json::json;

use super::args::ShowArgs;
use super::{Opened, distinct};
use crate::error::IssuerError;

/// How many of the newest runs are shown.
const RUNS: usize = 10;

pub(super) fn run(args: &ShowArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    for (i, path) in distinct(&args.ledgers).into_iter().enumerate() {
        let ledger = Opened::new(path, RUNS)?;
        let shown = match session.json {
            true => writeln!(out, "{}", json_line(&json(&ledger))),
            false => tell(&ledger, i > 0, session, out),
        };
        shown.map_err(IssuerError::Output)?;
    }
    Ok(())
}

fn json(ledger: &Opened<'_>) -> serde_json::Value {
    let summary = &ledger.summary;
    let keys = summary.keys.iter();
    let keys = keys.map(|(kid, since)| json!({ "kid": kid.to_string(), "since": since.to_string() }));
    let runs = summary.runs.iter().map(|run| {
        json!({
            "number": run.number,
            "command": run.command,
            "begun": run.begun.to_string(),
            "ended": run.ended.map(|time| time.to_string()),
            "minted": run.minted,
            "rejected": run.rejected,
        })
    });
    json!({ "ledger": {
        "path": ledger.path.display().to_string(),
        "issuer": summary.owner.issuer,
        "root": hex(&summary.owner.authority),
        "shard": summary.shard.to_string(),
        "order": summary.order,
        "capacity": summary.capacity,
        "codes": summary.codes,
        "free": summary.capacity.saturating_sub(summary.codes),
        "replaced": summary.replaced,
        "keys": keys.collect::<Vec<_>>(),
        "runs": runs.collect::<Vec<_>>(),
    }})
}

fn tell(ledger: &Opened<'_>, apart: bool, session: &Session, out: &mut dyn Write) -> io::Result<()> {
    let text = |id: &str| session.catalog.text(id, &[]);
    let colors = Colors::stdout(session.color);
    let summary = &ledger.summary;
    if apart {
        writeln!(out)?;
    }
    let mut facts = Table::new([("", Align::Left), ("", Align::Left)]);
    for (label, value) in [
        ("ledger-label-ledger", ledger.path.display().to_string()),
        ("ledger-label-issuer", summary.owner.issuer.clone()),
        ("ledger-label-root", hex(&summary.owner.authority)),
        ("ledger-label-shard", summary.shard.to_string()),
        ("ledger-label-capacity", summary.capacity.to_string()),
        ("ledger-label-codes", summary.codes.to_string()),
        (
            "ledger-label-free",
            summary.capacity.saturating_sub(summary.codes).to_string(),
        ),
        ("ledger-label-replaced", summary.replaced.to_string()),
    ] {
        facts.row([text(label), value]);
    }
    out.write_all(facts.render(None, colors).as_bytes())?;

    let mut keys =
        Table::new([("ledger-label-key", Align::Left), ("ledger-heading-since", Align::Left)].map(headed(&text)));
    for (kid, since) in &summary.keys {
        keys.row([kid.to_string(), since.to_string()]);
    }
    let mut runs = Table::new(
        [
            ("ledger-heading-run", Align::Right),
            ("ledger-heading-command", Align::Left),
            ("ledger-heading-begun", Align::Left),
            ("ledger-heading-ended", Align::Left),
            ("ledger-heading-minted", Align::Right),
            ("ledger-heading-rejected", Align::Right),
        ]
        .map(headed(&text)),
    );
    for (i, run) in summary.runs.iter().enumerate() {
        let ended = match run.ended {
            Some(time) => time.to_string(),
            // The newest one may be going on at this moment: only a mint could tell, by taking the lock.
            None if i == 0 => text("ledger-run-open"),
            None => text("ledger-run-interrupted"),
        };
        runs.row([
            run.number.to_string(),
            run.command.clone(),
            run.begun.to_string(),
            ended,
            run.minted.to_string(),
            run.rejected.to_string(),
        ]);
    }
    for table in [keys, runs].into_iter().filter(|table| !table.is_empty()) {
        write!(out, "\n{}", table.render(None, colors))?;
    }
    Ok(())
}

fn headed(text: &impl Fn(&str) -> String) -> impl Fn((&str, Align)) -> (String, Align) {
    |(id, align)| (text(id), align)
}
