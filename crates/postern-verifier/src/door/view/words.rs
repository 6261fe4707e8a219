//! Sentences of the door that the lines and the screen share.

use postern_cli::messages::FluentValue;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, printable};
use postern_cli::{Catalog, clock};
use postern_core::verdict::{Grade, Outcome};
use postern_devices::DeviceError;
use postern_devices::turnstile::Report;
use postern_log::Kind;

use super::super::shift::{Summary, short_root};
use super::super::{Context, turnstile};
use super::{OUTCOMES, Told};
use crate::error::device_args;
use crate::judged::entry::LoggedEntry;
use crate::shown::words;

/// What is told in one sentence; `None` for what is more than that, or nothing.
pub(super) fn sentence(told: Told<'_>, catalog: &Catalog) -> Option<String> {
    let plain = |id: &str| Some(catalog.text(id, &[]));
    match told {
        Told::Barrier(report) => barrier(report, catalog),
        Told::BadCommand => plain("door-not-a-command"),
        Told::Clock { stepped: true } => plain("door-clock-stepped"),
        Told::Clock { stepped: false } => plain("door-clock-agrees"),
        Told::Locked => plain("door-locked"),
        Told::NoMemory => plain("door-no-memory"),
        Told::NothingToOverride => plain("door-nothing-to-override"),
        Told::SameDocument => plain("door-same-document"),
        Told::Source { name, lost } => {
            let name = printable(name).into_owned();
            match lost {
                None => Some(catalog.text("door-source-ready", &[("name", name.into())])),
                Some(error) => {
                    let args = [("name", name.into()), ("why", device(error, catalog).into())];
                    Some(catalog.text("door-source-lost", &args))
                }
            }
        }
        Told::UnknownOperator => plain("door-unknown-operator"),
        Told::UnknownReason => plain("door-unknown-reason"),
        Told::Updated => plain("door-updated"),
        Told::End(_)
        | Told::Entry(..)
        | Told::HandOver(_)
        | Told::Help
        | Told::Open(_)
        | Told::Ready
        | Told::Shown(_)
        | Told::Tick => None,
    }
}

fn barrier(report: &Report, catalog: &Catalog) -> Option<String> {
    let why = match turnstile::told(report) {
        ("opened", _) => return None,
        (_, Some(error)) => device(error, catalog),
        (state, None) => catalog.text(&format!("door-turnstile-{state}"), &[]),
    };
    Some(catalog.text("door-turnstile-failed", &[("why", why.into())]))
}

/// What is wrong with a device.
pub(super) fn device(error: &DeviceError, catalog: &Catalog) -> String {
    catalog.text(&format!("error-{}", error.reason()), &device_args(error))
}

/// The reasons of an entry in words: those of verdicts, those of the program, or one of the site's own list.
pub(super) fn reasons(entry: &LoggedEntry, catalog: &Catalog) -> Vec<String> {
    let details = entry.event().details();
    details
        .reasons
        .iter()
        .map(|reason| reason_word(reason, catalog))
        .collect()
}

/// A reason by its stable name.
pub(super) fn reason_word(reason: &str, catalog: &Catalog) -> String {
    [format!("reason-{reason}"), format!("entry-{reason}")]
        .iter()
        .find(|id| catalog.has(id))
        .map_or_else(|| reason.to_owned(), |id| catalog.text(id, &[]))
}

/// What staff do after an entry: by its first reason where that has an advice of its own.
pub(super) fn entry_todo(entry: &LoggedEntry, catalog: &Catalog) -> String {
    let details = entry.event().details();
    let first = details.reasons.first().map(|reason| format!("reason-{reason}"));
    if let Some(id) = first.filter(|id| catalog.has_attribute(id, "todo")) {
        return catalog.attribute(&id, "todo", &[]);
    }
    let id = match (entry.outcome(), details.kind) {
        (Outcome::Admit, Kind::Document) => "entry-todo-match",
        (Outcome::Admit, _) => "entry-todo-admit",
        (Outcome::Refer, _) => "entry-todo-refer",
        (Outcome::Refuse, _) => "entry-todo-refuse",
    };
    catalog.text(id, &[])
}

/// What was unusual about an entry.
pub(super) fn entry_marks(entry: &LoggedEntry, catalog: &Catalog) -> Vec<String> {
    let suspect = entry.event().details().flags.clock_suspect;
    suspect
        .then(|| catalog.text("mark-clock-suspect", &[]))
        .into_iter()
        .collect()
}

/// What an entry is, in one line.
pub(super) fn entry(entry: &LoggedEntry, catalog: &Catalog) -> String {
    let details = entry.event().details();
    let kind = catalog.text(&format!("kind-{}", details.kind.as_str()), &[]);
    match &details.operator {
        None => kind,
        Some(operator) => catalog.text(
            "door-entry-by",
            &[("what", kind.into()), ("operator", operator.clone().into())],
        ),
    }
}

/// What goes on paper at the end of a shift.
pub(super) fn summary(summary: &Summary, gate: &str, catalog: &Catalog) -> Vec<(String, String)> {
    let label = |id: &str| catalog.text(id, &[]);
    let shift = &summary.shift;
    let mut lines = vec![(label("status-gate"), gate.to_owned())];
    if let Some(operator) = &shift.operator {
        lines.push((label("door-operator"), operator.to_string()));
    }
    lines.push((label("door-from"), summary.from.to_string()));
    lines.push((label("door-until"), summary.until.to_string()));
    for outcome in OUTCOMES {
        lines.push((words::outcome(outcome, catalog), shift.of(outcome).to_string()));
    }
    lines.push((label("outcome-fault"), shift.tally.fault.to_string()));
    lines.push((label("door-manual"), shift.manual.to_string()));
    lines.push((label("door-compared"), shift.compared.to_string()));
    lines.push((label("door-overrides"), shift.overrides.to_string()));
    lines.push((label("status-log"), tip(summary, catalog)));
    lines
}

fn tip(summary: &Summary, catalog: &Catalog) -> String {
    let args: [(&str, FluentValue<'static>); 2] = [
        ("size", summary.tip.size.into()),
        ("root", short_root(&summary.tip).into()),
    ];
    catalog.text("status-log-tip", &args)
}

/// Rows of label and value, aligned.
pub(super) fn rows(rows: &[(String, String)], columns: Option<usize>) -> String {
    let mut table = Table::new([("", Align::Left); 3]);
    for (label, value) in rows {
        table.row(["", label, value]);
    }
    table.render(columns, Colors::OFF)
}

/// An age in words.
pub(super) fn age(seconds: u64, catalog: &Catalog) -> String {
    clock::age(i64::try_from(seconds).unwrap_or(i64::MAX), catalog)
}

/// The parts of the data and their ages, always visible: the pack (by its snapshot), then lists and columns.
pub(super) fn ages(context: &Context<'_>, catalog: &Catalog) -> Vec<(String, Option<(u64, Grade)>)> {
    let (data, _) = context.gate.data_age_at(context.time);
    let pack = (data.pack > 0).then_some((data.age, data.grade));
    let mut ages = vec![(catalog.text("document-pack", &[]), pack)];
    for part in context.gate.status_data(context.time.now()) {
        ages.push((words::list(part.list, part.column, catalog), part.age));
    }
    ages
}
