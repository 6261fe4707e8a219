//! For controllers and other programs: an object a line (`docs/VERDICTS.md`).

use postern_cli::terminal::json_line;
use postern_cli::{Catalog, Language};
use postern_devices::DeviceError;
use postern_devices::turnstile::Report;
use serde_json::{Value, json};

use super::super::Context;
use super::super::command::Commands;
use super::super::shift::{Summary, short_root};
use super::super::turnstile;
use super::out::Out;
use super::{Told, View};
use crate::TEXTS;
use crate::error::Error;
use crate::judged::entry::LoggedEntry;
use crate::shown::json::object;

/// Writes objects.
pub(crate) struct Objects {
    /// Messages are in English, whatever the language is.
    catalog: Catalog,
    out: Out,
    word: Option<String>,
    sources: Vec<String>,
}

impl Objects {
    /// Commands are told from codes in this way, where standard input has any.
    pub(crate) fn new(commands: Option<&Commands>, sources: Vec<String>) -> Self {
        Self {
            catalog: Catalog::new(Language::English, TEXTS),
            out: Out::stdout(),
            word: commands.and_then(Commands::word).map(str::to_owned),
            sources,
        }
    }

    fn of(&self, told: Told<'_>, context: &Context<'_>) -> Option<Value> {
        Some(match told {
            Told::Barrier(report) => barrier(report),
            Told::BadCommand => refused("not-a-command"),
            Told::Clock { stepped } => json!({ "type": "clock", "stepped": stepped }),
            Told::End(summary) => counts(summary),
            Told::Entry(logged, _) => entry(logged),
            Told::HandOver(summary) => hand_over(summary),
            Told::Help | Told::Tick => return None,
            Told::Locked => json!({ "type": "locked" }),
            Told::NoMemory => json!({ "type": "pass-back", "remembers": false }),
            Told::NothingToOverride => refused("nothing-to-override"),
            Told::Ready => json!({
                "type": "ready",
                "sources": self.sources,
                "command_word": self.word,
                "size": context.tip.size,
                "root": short_root(&context.tip),
            }),
            Told::SameDocument => json!({ "type": "same-document" }),
            Told::Shown(shown) => object(shown, context.gate, &self.catalog),
            Told::Open(seq) => json!({ "type": "turnstile", "seq": seq, "state": "open", "reason": null }),
            Told::Source { name, lost } => json!({
                "type": "source",
                "source": name,
                "state": if lost.is_some() { "lost" } else { "ready" },
                "reason": lost.map(DeviceError::reason),
            }),
            Told::UnknownOperator => refused("unknown-operator"),
            Told::UnknownReason => refused("unknown-reason"),
            Told::Updated => {
                let (data, suspect) = context.gate.data_age_at(context.time);
                json!({
                    "type": "updated",
                    "root": data.root, "pack": data.pack, "snapshot": data.snapshot,
                    "age": data.age, "grade": data.grade.as_str(), "clock_suspect": suspect,
                })
            }
        })
    }
}

impl View for Objects {
    fn tell(&mut self, told: Told<'_>, context: &Context<'_>) -> Result<(), Error> {
        let Some(object) = self.of(told, context) else {
            return Ok(());
        };
        self.out.write(&(json_line(&object) + "\n"))
    }

    /// Objects have one language.
    fn switch_language(&mut self) {}
}

fn refused(reason: &str) -> Value {
    json!({ "type": "command", "done": false, "reason": reason })
}

fn barrier(report: &Report) -> Value {
    let (state, error) = turnstile::told(report);
    json!({ "type": "turnstile", "seq": report.id, "state": state, "reason": error.map(DeviceError::reason) })
}

fn entry(logged: &LoggedEntry) -> Value {
    let event = logged.event();
    let details = event.details();
    json!({
        "type": "entry",
        "kind": details.kind.as_str(),
        "device": logged.origin().device,
        "outcome": details.outcome.as_str(),
        "reasons": details.reasons,
        "about": details.about,
        "operator": details.operator,
        "code": details.code.map(|code| postern_core::hex(&code)),
        "document_tag": details.person.map(|person| postern_core::hex(&person)),
        "time": logged.time().to_string(),
        "clock_suspect": details.flags.clock_suspect,
        "demo": details.flags.demo_trust,
        "seq": event.seq(),
    })
}

fn counts(summary: &Summary) -> Value {
    let tally = &summary.shift.tally;
    json!({
        "type": "counts", "admit": tally.admit, "refer": tally.refer, "refuse": tally.refuse, "fault": tally.fault,
    })
}

fn hand_over(summary: &Summary) -> Value {
    let (shift, tally) = (&summary.shift, &summary.shift.tally);
    json!({
        "type": "hand-over",
        "operator": shift.operator.as_ref().map(|operator| operator.as_str()),
        "from": summary.from.to_string(),
        "until": summary.until.to_string(),
        "admit": tally.admit, "refer": tally.refer, "refuse": tally.refuse, "fault": tally.fault,
        "manual": shift.manual, "documents": shift.compared, "overrides": shift.overrides,
        "events": summary.events,
        "size": summary.tip.size,
        "root": short_root(&summary.tip),
    })
}
