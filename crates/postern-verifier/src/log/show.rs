//! `log show`: events, for people and for programs.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;

use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, json_line};
use postern_cli::{Catalog, Session};
use postern_core::hex;
use postern_core::time::Time;
use postern_log::{Event, EventError, LogError, Reader};
use serde_json::{Value, json};

use super::write;
use crate::cli::LogShowArgs;
use crate::error::Error;
use crate::store::{LOG, Store};

/// How many events are shown where nothing was asked for.
const LAST: u32 = 20;
/// So many leaves are in memory at once, and so many rows make a table.
const PAGE: u64 = 512;

/// Runs the command.
pub(super) fn run(args: &LogShowArgs, session: &Session) -> Result<u8, Error> {
    let path = Store::open(&args.store)?.file(LOG);
    let failed = |e| Error::log(&path, e);
    let reader = Reader::open(&path).map_err(failed)?;
    let (first, end) = (reader.first().map_err(failed)?, reader.tip().map_err(failed)?.size);
    let last = args.last.or(args.from.is_none().then_some(LAST));
    let from = args.from.unwrap_or(0).max(first);
    match last {
        Some(last) => {
            let events = last_of(&reader, from..end, last as usize, args, &path).map_err(failed)?;
            for page in events.chunks(PAGE as usize) {
                show(page, session)?;
            }
        }
        None => {
            for at in (from..end).step_by(PAGE as usize) {
                let mut events = read(&reader, at..end.min(at + PAGE), &path).map_err(failed)?;
                events.retain(|event| wanted(event, args));
                show(&events, session)?;
            }
        }
    }
    Ok(0)
}

/// The last events that are wanted, in their order.
fn last_of(
    reader: &Reader,
    range: Range<u64>,
    most: usize,
    args: &LogShowArgs,
    path: &Path,
) -> Result<Vec<Event>, LogError> {
    let mut found = VecDeque::new();
    let mut end = range.end;
    while end > range.start && found.len() < most {
        let start = range.start.max(end.saturating_sub(PAGE));
        for event in read(reader, start..end, path)?.into_iter().rev() {
            if found.len() < most && wanted(&event, args) {
                found.push_front(event);
            }
        }
        end = start;
    }
    Ok(found.into())
}

fn read(reader: &Reader, range: Range<u64>, path: &Path) -> Result<Vec<Event>, LogError> {
    let corrupt = |seq: u64, e: EventError| LogError::Corrupt {
        path: path.to_owned(),
        what: format!("row {seq}: {e}"),
    };
    let leaves = reader.leaves(range.clone())?;
    let events = range.zip(&leaves);
    events
        .map(|(seq, leaf)| Event::from_leaf(leaf).map_err(|e| corrupt(seq, e)))
        .collect()
}

fn wanted(event: &Event, args: &LogShowArgs) -> bool {
    let details = event.details();
    args.outcome
        .as_deref()
        .is_none_or(|name| name == details.outcome.as_str())
        && args.kind.as_deref().is_none_or(|name| name == details.kind.as_str())
}

fn show(events: &[Event], session: &Session) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    if session.json {
        let lines: String = events.iter().map(|event| json_line(&json(event)) + "\n").collect();
        return write(&lines);
    }
    let catalog = &session.catalog;
    let headings = [
        "log-seq",
        "log-time",
        "log-outcome",
        "log-kind",
        "log-operator",
        "log-reasons",
    ];
    let aligns = [
        Align::Right,
        Align::Left,
        Align::Left,
        Align::Left,
        Align::Left,
        Align::Left,
    ];
    let mut table = Table::new(headings.map(|id| catalog.text(id, &[])).into_iter().zip(aligns));
    for event in events {
        table.row(row(event, catalog));
    }
    write(&table.render(None, Colors::stdout(session.color)))
}

fn row(event: &Event, catalog: &Catalog) -> [String; 6] {
    let details = event.details();
    let about = details.about.map(|about| format!(" ({about})")).unwrap_or_default();
    let kind = catalog.text(&format!("kind-{}", details.kind.as_str()), &[]) + &about;
    let marks = flags(event)
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(name, _)| format!("! {name}"));
    let reasons: Vec<String> = details.reasons.iter().cloned().chain(marks).collect();
    [
        event.seq().to_string(),
        time(details.time),
        catalog.text(&format!("outcome-{}", details.outcome.as_str()), &[]),
        kind,
        details.operator.clone().unwrap_or_default(),
        reasons.join(", "),
    ]
}

fn flags(event: &Event) -> [(&'static str, bool); 4] {
    let flags = event.details().flags;
    [
        ("clock-suspect", flags.clock_suspect),
        ("judged-at-another-time", flags.judged_at_another_time),
        ("demo-trust", flags.demo_trust),
        ("emergency", flags.emergency),
    ]
}

fn time(seconds: u64) -> String {
    Time::saturating(i64::try_from(seconds).unwrap_or(i64::MAX)).to_string()
}

fn json(event: &Event) -> Value {
    let details = event.details();
    let flags: Vec<_> = flags(event)
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(name, _)| name)
        .collect();
    json!({
        "type": "event",
        "seq": event.seq(),
        "time": time(details.time),
        "system": time(details.system),
        "flags": flags,
        "outcome": details.outcome.as_str(),
        "reasons": details.reasons,
        "code": details.code.as_ref().map(|code| hex(code)),
        "person": details.person.as_ref().map(|person| hex(person)),
        "issuer": details.issuer,
        "root": details.root,
        "pack": details.pack,
        "snapshot": details.snapshot,
        "age": details.age,
        "grade": details.grade.as_str(),
        "source": details.source.as_str(),
        "kind": details.kind.as_str(),
        "about": details.about,
        "operator": details.operator,
        "credential": details.credential.map(|credential| json!({
            "kid": hex(&credential.kid),
            "issued": time(credential.issued),
            "index": credential.index,
        })),
    })
}
