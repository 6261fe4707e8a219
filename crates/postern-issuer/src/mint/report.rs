//! What a run tells: each reject, and at the end what was done; to a person or to a program.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use postern_cli::clock::format_time;
use postern_cli::messages::FluentValue;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, columns as terminal_columns};
use postern_cli::{Language, Session};
use postern_core::time::Time;
use serde_json::json;

use super::EXIT_REJECTS;
use super::batch::Outcome;
use super::issuing::{Issuing, Terms};
use super::ledger::Ledger;
use super::people::{Columns, Encoding};

/// More rejects than this are only in the list on the disk: so many fit a screen.
const SHOWN: usize = 20;

/// The report of one run.
pub(super) struct Report<'s> {
    session: &'s Session,
    bar: ProgressBar,
    minted: u64,
    already: u64,
    rejected: u64,
    shown: Table,
    unheard: Option<io::Error>,
}

/// What is known of a run besides its rows.
pub(super) struct RunFacts<'r> {
    pub(super) issuing: &'r Issuing,
    pub(super) terms: Terms,
    pub(super) ledger: &'r Ledger,
    pub(super) encoding: Encoding,
    pub(super) out: &'r Path,
    pub(super) elapsed: Duration,
}

impl<'s> Report<'s> {
    /// The report on a file of so many bytes.
    pub(super) fn new(session: &'s Session, bytes: u64) -> Self {
        let text = |id: &str| session.catalog.text(id, &[]);
        let target = match io::stderr().is_terminal() && !session.json {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(bytes), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3}% {msg} {eta}") {
            bar.set_style(style);
        }
        let headings = [
            (text("mint-heading-line"), Align::Right),
            (text("mint-heading-column"), Align::Left),
            (text("mint-heading-reason"), Align::Left),
            (text("mint-heading-message"), Align::Left),
        ];
        Self {
            session,
            bar,
            minted: 0,
            already: 0,
            rejected: 0,
            shown: Table::new(headings),
            unheard: None,
        }
    }

    /// Says something on standard error that a person should know.
    pub(super) fn warn(&self, message: &str) {
        // Where nobody listens, nothing is said.
        let _unheard = writeln!(io::stderr(), "{}", self.session.catalog.text(message, &[]));
    }

    /// Counts a row. Rejects are told to a program at once; if it has gone away, the work goes on all the same.
    pub(super) fn count(&mut self, outcome: &Outcome, columns: &Columns, out: &mut dyn Write) {
        let reject = match outcome {
            Outcome::Already(_) => {
                self.already += 1;
                return;
            }
            Outcome::Minted(_) => {
                self.minted += 1;
                return;
            }
            Outcome::Rejected(reject) => reject,
        };
        self.rejected += 1;
        if self.session.json {
            let line = json!({ "reject": {
                "line": reject.line,
                "column": reject.column.map(|column| column.as_str()),
                "reason": reject.reason.as_str(),
                "message": reject.english(&self.session.catalog),
            }});
            if self.unheard.is_none() {
                self.unheard = writeln!(out, "{}", postern_cli::terminal::json_line(&line)).err();
            }
            return;
        }
        if self.rejected <= SHOWN as u64 {
            self.shown.row([
                reject.line.to_string().as_str(),
                reject.column.map_or("", |column| columns.name_of(column)),
                reject.reason.as_str(),
                &reject.text(&self.session.catalog),
            ]);
        }
    }

    /// Moves the bar to a byte of the file.
    pub(super) fn progress(&self, position: u64) {
        self.bar.set_position(position);
        self.bar.set_message(self.rows().to_string());
    }

    /// Tells what was done, and gives the exit status.
    pub(super) fn finish(mut self, run: &RunFacts<'_>, out: &mut dyn Write) -> io::Result<u8> {
        self.bar.finish_and_clear();
        if let Some(error) = self.unheard.take() {
            return Err(error);
        }
        if self.session.json {
            writeln!(out, "{}", postern_cli::terminal::json_line(&self.json(run)))?;
        } else {
            self.tell(run, out)?;
        }
        out.flush()?;
        Ok(if self.rejected > 0 { EXIT_REJECTS } else { 0 })
    }

    fn json(&self, run: &RunFacts<'_>) -> serde_json::Value {
        json!({ "summary": {
            "rows": self.rows(),
            "minted": self.minted,
            "already": self.already,
            "rejected": self.rejected,
            "issuer": run.issuing.owner().issuer,
            "kid": run.issuing.kid().to_string(),
            "demo_key": run.issuing.is_demo(),
            "root": postern_core::hex(&run.issuing.owner().authority),
            "issued": time(run.terms.issued()),
            "expires": time(run.terms.expires()),
            "encoding": run.encoding.as_str(),
            "ledger": if run.ledger.is_new() { "made" } else { "opened" },
            "capacity": run.ledger.capacity(),
            "free": run.ledger.free(),
            "out": run.out.display().to_string(),
            "seconds": (run.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        }})
    }

    fn tell(&self, run: &RunFacts<'_>, out: &mut dyn Write) -> io::Result<()> {
        let text = |id: &str, args: &[(&str, FluentValue<'_>)]| self.session.catalog.text(id, args);
        let colors = Colors::stdout(self.session.color);
        let width = io::stdout().is_terminal().then(terminal_columns);
        if !self.shown.is_empty() {
            writeln!(out, "{}", self.shown.render(width, colors))?;
        }
        let more = self.rejected.saturating_sub(SHOWN as u64);
        if more > 0 {
            writeln!(out, "{}\n", text("mint-more-rejects", &[("count", more.into())]))?;
        }
        let seconds = run.elapsed.as_secs_f64();
        let rate = if seconds > 0.0 {
            self.rows() as f64 / seconds
        } else {
            0.0
        };
        let counts = [
            ("minted", self.minted.into()),
            ("already", self.already.into()),
            ("rejected", self.rejected.into()),
            ("rows", self.rows().into()),
            ("seconds", format!("{seconds:.1}").into()),
            ("rate", format!("{rate:.0}").into()),
        ];
        writeln!(out, "{}", text("mint-summary", &counts))?;
        let name = match self.session.catalog.language() {
            Language::SimplifiedChinese => run.issuing.name().zh(),
            _ => run.issuing.name().en(),
        };
        let issuer = [
            ("name", name.to_owned().into()),
            ("id", run.issuing.owner().issuer.clone().into()),
        ];
        let ledger = if run.ledger.is_new() {
            "mint-ledger-made"
        } else {
            "mint-ledger-opened"
        };
        let free = [
            ("free", run.ledger.free().into()),
            ("capacity", run.ledger.capacity().into()),
        ];
        let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
        for (label, value) in [
            ("mint-label-issuer", text("mint-issuer", &issuer)),
            ("mint-label-kid", run.issuing.kid().to_string()),
            ("mint-label-root", postern_core::hex(&run.issuing.owner().authority)),
            ("mint-label-issued", time(run.terms.issued())),
            ("mint-label-expires", time(run.terms.expires())),
            ("mint-label-encoding", run.encoding.as_str().to_owned()),
            ("mint-label-ledger", text(ledger, &free)),
            ("mint-label-out", run.out.display().to_string()),
        ] {
            table.row([format!("  {}", text(label, &[])), value]);
        }
        out.write_all(table.render(None, colors).as_bytes())?;
        if self.already > 0 {
            writeln!(out, "{}", text("mint-already-keep", &[]))?;
        }
        Ok(())
    }

    fn rows(&self) -> u64 {
        self.minted + self.already + self.rejected
    }
}

fn time(time: Time) -> String {
    format_time(time.seconds() as i64)
}
