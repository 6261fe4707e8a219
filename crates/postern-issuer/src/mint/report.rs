//! What a run tells: how far it has come, each reject, and at the end what was done; to a person or to a program.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use postern_cli::clock::format_time;
use postern_cli::messages::FluentValue;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, columns as terminal_columns, json_line};
use postern_cli::{Language, Session};
use postern_core::time::Time;
use serde_json::json;

use super::EXIT_REJECTS;
use super::error::MintError;
use super::issuing::Issuing;
use super::ledger::{Ledger, Progress, Run};
use super::people::{Columns, Encoding, Reject};

/// More rejects than this are only in the list on the disk: so many fit a screen.
const SHOWN: usize = 20;
/// How often a program is told how far the run has come.
const TELL_AFTER: Duration = Duration::from_secs(1);

/// The report of one run.
pub(super) struct Report<'s> {
    session: &'s Session,
    out: &'s mut dyn Write,
    bar: ProgressBar,
    size: u64,
    begun: Instant,
    told: Instant,
    /// Rows that an interrupted run had done.
    before: u64,
    shown: Table,
    count: usize,
    unheard: Option<io::Error>,
}

/// What is known of a run besides its rows.
pub(super) struct RunFacts<'r> {
    pub(super) issuing: &'r Issuing,
    pub(super) run: &'r Run,
    pub(super) ledger: &'r Ledger,
    pub(super) replaced: u64,
    pub(super) encoding: Option<Encoding>,
    pub(super) out: &'r Path,
    pub(super) elapsed: Duration,
}

impl<'s> Report<'s> {
    /// The report on a source of this size, in bytes or in codes.
    pub(super) fn new(session: &'s Session, size: u64, out: &'s mut dyn Write) -> Self {
        let text = |id: &str| session.catalog.text(id, &[]);
        let target = match io::stderr().is_terminal() && !session.json {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(size), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3}% {msg} {eta}") {
            bar.set_style(style);
        }
        let headings = [
            (text("mint-heading-line"), Align::Right),
            (text("mint-heading-column"), Align::Left),
            (text("mint-heading-reason"), Align::Left),
            (text("mint-heading-message"), Align::Left),
        ];
        let now = Instant::now();
        Self {
            session,
            out,
            bar,
            size,
            begun: now,
            told: now,
            before: 0,
            shown: Table::new(headings),
            count: 0,
            unheard: None,
        }
    }

    /// Says so where everybody has the key.
    pub(super) fn demo(&self, issuing: &Issuing) {
        if issuing.is_demo() {
            self.say("mint-demo-key", &[]);
        }
    }

    /// Says that an interrupted run goes on.
    pub(super) fn resumed(&mut self, run: &Run) {
        self.before = run.progress.rows();
        self.begun = Instant::now();
        if run.resumed {
            let begun = ("begun", time(run.begun).into());
            self.say("mint-resumed", &[begun, ("rows", self.before.to_string().into())]);
        }
    }

    /// Says something on standard error that a person should know. Where nobody listens, nothing is said.
    fn say(&self, message: &str, args: &[(&str, FluentValue<'_>)]) {
        let message = self.session.catalog.text(message, args);
        self.bar.suspend(|| {
            let _unheard = writeln!(io::stderr(), "{message}");
        });
    }

    /// The file was read up to here to see what is known of its rows.
    pub(super) fn planning(&mut self, at: u64) {
        self.bar.set_position(at);
        self.bar.set_message(self.session.catalog.text("mint-planning", &[]));
        if self.is_time() {
            self.event(&json!({ "progress": { "stage": "plan", "at": at, "of": self.size } }));
        }
    }

    /// So much is in the ledger and on its way to the disk.
    pub(super) fn progress(&mut self, progress: &Progress) {
        let rate = (progress.rows() - self.before) as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        self.bar.set_position(progress.at);
        let args = [
            ("rows", progress.rows().to_string().into()),
            ("rejected", progress.rejected.to_string().into()),
            ("rate", format!("{rate:.0}").into()),
        ];
        self.bar.set_message(self.session.catalog.text("mint-progress", &args));
        if self.is_time() {
            self.event(&json!({ "progress": {
                "stage": "mint",
                "at": progress.at,
                "of": self.size,
                "rows": progress.rows(),
                "rejected": progress.rejected,
                "rate": rate.round(),
            }}));
        }
    }

    /// Tells rejects: to a program at once. If it has gone away, the work goes on all the same.
    pub(super) fn rejected(&mut self, rejects: &[Reject], columns: &Columns) {
        for reject in rejects {
            if self.session.json {
                self.line(&json!({ "reject": {
                    "line": reject.line,
                    "column": reject.column.map(|column| column.as_str()),
                    "reason": reject.reason.as_str(),
                    "message": reject.english(&self.session.catalog),
                }}));
            } else if self.count < SHOWN {
                self.count += 1;
                self.shown.row([
                    reject.line.to_string().as_str(),
                    reject.column.map_or("", |column| columns.name_of(column)),
                    reject.reason.as_str(),
                    &reject.text(&self.session.catalog),
                ]);
            }
        }
    }

    /// Tells what was done, and gives the exit status.
    pub(super) fn finish(mut self, facts: &RunFacts<'_>) -> Result<u8, MintError> {
        self.bar.finish_and_clear();
        if let Some(error) = self.unheard.take() {
            return Err(MintError::Output(error));
        }
        let told = match self.session.json {
            true => writeln!(self.out, "{}", json_line(&summary(facts))),
            false => self.tell(facts),
        };
        told.and_then(|()| self.out.flush()).map_err(MintError::Output)?;
        Ok(if facts.run.progress.rejected > 0 {
            EXIT_REJECTS
        } else {
            0
        })
    }

    fn is_time(&mut self) -> bool {
        let now = Instant::now();
        let is = self.session.json && now.duration_since(self.told) >= TELL_AFTER;
        if is {
            self.told = now;
        }
        is
    }

    /// A line that is to be heard now.
    fn event(&mut self, line: &serde_json::Value) {
        self.line(line);
        if self.unheard.is_none() {
            self.unheard = self.out.flush().err();
        }
    }

    fn line(&mut self, line: &serde_json::Value) {
        if self.unheard.is_none() {
            self.unheard = writeln!(self.out, "{}", json_line(line)).err();
        }
    }

    fn tell(&mut self, facts: &RunFacts<'_>) -> io::Result<()> {
        let text = |id: &str, args: &[(&str, FluentValue<'_>)]| self.session.catalog.text(id, args);
        let colors = Colors::stdout(self.session.color);
        let width = io::stdout().is_terminal().then(terminal_columns);
        let progress = &facts.run.progress;
        if !self.shown.is_empty() {
            writeln!(self.out, "{}", self.shown.render(width, colors))?;
        }
        let more = progress.rejected.saturating_sub(self.count as u64);
        if more > 0 {
            writeln!(self.out, "{}\n", text("mint-more-rejects", &[("count", more.into())]))?;
        }
        let seconds = facts.elapsed.as_secs_f64();
        let rate = (progress.rows() - self.before) as f64 / seconds.max(0.001);
        let counts = [
            ("minted", progress.minted.into()),
            ("already", progress.already.into()),
            ("rejected", progress.rejected.into()),
            ("rows", progress.rows().into()),
            ("seconds", format!("{seconds:.1}").into()),
            ("rate", format!("{rate:.0}").into()),
        ];
        writeln!(self.out, "{}", text("mint-summary", &counts))?;
        for (message, count) in [
            ("mint-replaced", facts.replaced),
            ("mint-elsewhere", progress.elsewhere),
            ("mint-unchanged", progress.unchanged),
        ] {
            if count > 0 {
                writeln!(self.out, "{}", text(message, &[("count", count.into())]))?;
            }
        }
        let name = match self.session.catalog.language() {
            Language::SimplifiedChinese => facts.issuing.name().zh(),
            _ => facts.issuing.name().en(),
        };
        let owner = facts.issuing.owner();
        let issuer = [("name", name.to_owned().into()), ("id", owner.issuer.clone().into())];
        let ledger = if facts.ledger.is_new() {
            "mint-ledger-made"
        } else {
            "mint-ledger-opened"
        };
        let free = [
            ("free", facts.ledger.free().into()),
            ("capacity", facts.ledger.capacity().into()),
        ];
        let encoding = facts
            .encoding
            .map(|encoding| ("mint-label-encoding", encoding.as_str().to_owned()));
        let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
        let rows = [
            ("mint-label-issuer", text("mint-issuer", &issuer)),
            ("mint-label-kid", facts.issuing.kid().to_string()),
            ("mint-label-root", postern_core::hex(&owner.authority)),
            ("mint-label-issued", time(facts.run.terms.0)),
            ("mint-label-expires", time(facts.run.terms.1)),
        ];
        let shard = facts.ledger.shard();
        let shard = shard.is_part().then(|| ("mint-label-shard", shard.to_string()));
        let last = [
            ("mint-label-ledger", text(ledger, &free)),
            ("mint-label-out", facts.out.display().to_string()),
        ];
        for (label, value) in rows.into_iter().chain(encoding).chain(shard).chain(last) {
            table.row([format!("  {}", text(label, &[])), value]);
        }
        self.out.write_all(table.render(None, colors).as_bytes())?;
        if progress.already > 0 {
            writeln!(self.out, "{}", text("mint-already-keep", &[]))?;
        }
        Ok(())
    }
}

impl Drop for Report<'_> {
    /// However a run ends, what is said then stands on a line of its own.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn summary(facts: &RunFacts<'_>) -> serde_json::Value {
    let (issuing, ledger, progress) = (facts.issuing, facts.ledger, &facts.run.progress);
    json!({ "summary": {
        "rows": progress.rows(),
        "minted": progress.minted,
        "already": progress.already,
        "rejected": progress.rejected,
        "replaced": facts.replaced,
        "elsewhere": progress.elsewhere,
        "unchanged": progress.unchanged,
        "resumed": facts.run.resumed,
        "issuer": issuing.owner().issuer,
        "kid": issuing.kid().to_string(),
        "demo_key": issuing.is_demo(),
        "root": postern_core::hex(&issuing.owner().authority),
        "issued": time(facts.run.terms.0),
        "expires": time(facts.run.terms.1),
        "encoding": facts.encoding.map(Encoding::as_str),
        "shard": ledger.shard().to_string(),
        "ledger": if ledger.is_new() { "made" } else { "opened" },
        "capacity": ledger.capacity(),
        "free": ledger.free(),
        "out": facts.out.display().to_string(),
        "seconds": (facts.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
    }})
}

fn time(time: Time) -> String {
    format_time(time.seconds() as i64)
}
