//! What an intake tells: how far it has come, what does not fit together, and at the end what was done.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use postern_cli::Session;
use postern_cli::output::Output;
use postern_cli::terminal::{json_line, printable_lines};
use serde_json::json;

use super::EXIT_FINDINGS;
use super::intake::Became;
use crate::archive::{GateRow, MAX_REFUSED, WaitingRow};
use crate::error::Error;

/// More troubles than this are counted and not shown.
const SHOWN: usize = 100;

/// The report of one run. All threads tell it.
pub(super) struct Report<'s> {
    session: &'s Session,
    names: HashMap<i64, String>,
    bar: ProgressBar,
    begun: Instant,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    taken: u64,
    known: u64,
    gone: u64,
    left: u64,
    /// Refused files of which the archive keeps nothing.
    not_kept: u64,
    events: u64,
    /// By gate and reason: how often.
    trouble: BTreeMap<(String, &'static str), u64>,
    /// The lines of the first.
    shown: Vec<String>,
}

impl<'s> Report<'s> {
    pub(super) fn new(session: &'s Session, gates: &[GateRow], files: usize) -> Self {
        let target = match io::stderr().is_terminal() && !session.json {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(files as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {elapsed} {msg}") {
            bar.set_style(style);
        }
        Self {
            session,
            names: gates.iter().map(|gate| (gate.id, gate.name.clone())).collect(),
            bar,
            begun: Instant::now(),
            counts: Mutex::default(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of a file.
    pub(super) fn file(&self, name: &str, became: &Became) {
        self.bar.inc(1);
        self.awaited(name, became);
    }

    /// What became of one that had waited.
    pub(super) fn awaited(&self, name: &str, became: &Became) {
        match became {
            Became::Fork { gate } => self.trouble(name, Some(*gate), "fork"),
            Became::Known => self.counts().known += 1,
            Became::Left { .. } => self.counts().left += 1,
            Became::Refused { gate, reason, kept } => {
                self.counts().not_kept += u64::from(!kept);
                self.trouble(name, *gate, reason);
            }
            Became::Taken { events, .. } => {
                let mut counts = self.counts();
                counts.taken += 1;
                counts.events += events;
                let values = [("events", counts.events.into())];
                drop(counts);
                if !self.bar.is_hidden() {
                    self.bar
                        .set_message(self.session.catalog.text("ingest-events", &values));
                }
            }
            // What waits at the end is told then.
            Became::Waiting { .. } => {}
        }
    }

    /// A file that was taken away since it was listed.
    pub(super) fn gone(&self) {
        self.bar.inc(1);
        self.counts().gone += 1;
    }

    /// A file that could not be read.
    pub(super) fn unread(&self, name: &str, error: &Error) {
        self.bar.inc(1);
        self.trouble(&format!("{name}: {error}"), None, "unreadable");
    }

    fn trouble(&self, name: &str, gate: Option<i64>, reason: &'static str) {
        let gate = gate.and_then(|gate| self.names.get(&gate)).map_or("-", String::as_str);
        let line = match self.session.json {
            true => json_line(&json!({ "type": "trouble", "reason": reason, "gate": gate, "file": name })),
            false => {
                let values = [
                    (
                        "what",
                        self.session.catalog.text(&format!("trouble-{reason}"), &[]).into(),
                    ),
                    ("gate", gate.to_owned().into()),
                    ("file", name.to_owned().into()),
                ];
                printable_lines(&self.session.catalog.text("ingest-trouble", &values)).into_owned()
            }
        };
        let mut counts = self.counts();
        *counts.trouble.entry((gate.to_owned(), reason)).or_default() += 1;
        if counts.shown.len() < SHOWN {
            counts.shown.push(line);
        }
    }

    /// The end: status 0, or [`EXIT_FINDINGS`] where something does not fit together or waits.
    pub(super) fn finish(&self, waiting: &[WaitingRow]) -> Result<u8, Error> {
        self.bar.finish_and_clear();
        let mut counts = self.counts();
        let trouble: u64 = counts.trouble.values().sum();
        // In the order of their text, whichever thread was faster.
        counts.shown.sort();
        let mut lines = std::mem::take(&mut counts.shown);
        let more = trouble - lines.len() as u64;
        let values = [
            ("taken", counts.taken.into()),
            ("events", counts.events.into()),
            ("known", counts.known.into()),
            ("left", counts.left.into()),
            ("not_kept", counts.not_kept.into()),
            ("bound", MAX_REFUSED.into()),
            ("waiting", waiting.len().into()),
            ("trouble", trouble.into()),
            ("more", more.into()),
        ];
        if self.session.json {
            let mut line = json!({ "type": "ingest" });
            for (name, value) in [
                ("taken", counts.taken),
                ("events", counts.events),
                ("known", counts.known),
                ("left", counts.left),
                ("gone", counts.gone),
                ("waiting", waiting.len() as u64),
                ("trouble", trouble),
                ("not_kept", counts.not_kept),
                ("milliseconds", self.begun.elapsed().as_millis() as u64),
            ] {
                line[name] = value.into();
            }
            lines.push(json_line(&line));
        } else {
            let told = |id: &str, when: bool| when.then(|| self.session.catalog.text(id, &values));
            lines.extend(told("ingest-more", more > 0));
            for (place, row) in waiting.iter().enumerate() {
                if place == SHOWN {
                    break;
                }
                let gate = self.names.get(&row.gate).cloned().unwrap_or_default();
                let values = [("gate", gate.into()), ("from", row.from.into()), ("to", row.to.into())];
                lines.push(printable_lines(&self.session.catalog.text("ingest-waits", &values)).into_owned());
            }
            lines.extend(told("ingest-done", true));
            lines.extend(told("ingest-left", counts.left > 0));
            lines.extend(told("ingest-not-kept", counts.not_kept > 0));
        }
        let mut out = Output::stdout();
        lines
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))
            .and_then(|()| out.flush())
            .map_err(Error::Output)?;
        Ok(match trouble > 0 || !waiting.is_empty() || counts.left > 0 {
            true => EXIT_FINDINGS,
            false => 0,
        })
    }
}
