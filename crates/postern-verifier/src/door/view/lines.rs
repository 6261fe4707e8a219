//! Lines of text: for screen readers, small displays, and a terminal that is no more than a terminal.

use std::io::{IsTerminal, Write};

use postern_cli::terminal::{ColorChoice, columns};
use postern_cli::{Catalog, Language, Session};

use super::super::Context;
use super::super::command::Commands;
use super::out::Out;
use super::{Told, View, words};
use crate::TEXTS;
use crate::error::Error;
use crate::judged::entry::LoggedEntry;
use crate::shown::{self, Layout, Screen};

/// Writes lines: verdicts to standard output, everything else to standard error.
pub(crate) struct Lines {
    catalog: Catalog,
    color: ColorChoice,
    out: Out,
    gate: String,
    word: Option<String>,
    commands: bool,
}

impl Lines {
    /// Commands, where they are taken from standard input at all, stand behind `word`, where there is one.
    pub(crate) fn new(session: &Session, gate: String, commands: Option<&Commands>) -> Self {
        Self {
            catalog: Catalog::new(session.catalog.language(), TEXTS),
            color: session.color,
            out: Out::stdout(),
            gate,
            word: commands.and_then(Commands::word).map(str::to_owned),
            commands: commands.is_some(),
        }
    }

    fn data(&mut self, text: &str) -> Result<(), Error> {
        self.out.write(text)
    }

    /// What is no verdict: without standard error there is nobody to tell.
    fn aside(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _unheard = write!(stderr, "{text}").and_then(|()| stderr.flush());
    }

    /// The prompt says how old the data is before anybody is judged by it.
    fn prompt(&self, context: &Context<'_>) {
        let (data, suspect) = context.gate.data_age_at(context.time);
        let catalog = &self.catalog;
        let mut text = if data.pack == 0 {
            catalog.text("scan-prompt-empty", &[])
        } else {
            // A list or a column may be older than the snapshot that names it.
            let grade = words::ages(context, catalog)
                .into_iter()
                .filter_map(|(_, age)| age)
                .map(|(_, grade)| grade)
                .fold(data.grade, Ord::max);
            let args = [
                ("pack", data.pack.into()),
                ("age", words::age(data.age, catalog).into()),
                ("grade", shown::words::grade(grade, catalog).into()),
            ];
            catalog.text("scan-prompt", &args)
        };
        if suspect {
            text = format!("{} {text}", catalog.text("scan-prompt-clock", &[]));
        }
        self.aside(&text);
    }

    fn entry(&mut self, entry: &LoggedEntry, context: &Context<'_>) -> Result<(), Error> {
        let outcome = entry.outcome();
        let screen = Screen::of(&self.catalog, self.color, context.gate, Layout::Large);
        let mut lines = vec![words::entry(entry, &self.catalog)];
        lines.extend(words::reasons(entry, &self.catalog));
        lines.push(format!("→ {}", words::entry_todo(entry, &self.catalog)));
        lines.extend(words::entry_marks(entry, &self.catalog));
        if let Some(about) = entry.event().details().about {
            lines.push(self.catalog.text("door-about", &[("seq", about.into())]));
        }
        let text = screen.banner(outcome, &lines);
        self.data(&text)
    }
}

impl View for Lines {
    fn tell(&mut self, told: Told<'_>, context: &Context<'_>) -> Result<(), Error> {
        match told {
            Told::Tick => return Ok(()),
            Told::Shown(shown) => {
                let text = Screen::of(&self.catalog, self.color, context.gate, Layout::Large)
                    .render(std::slice::from_ref(shown));
                self.data(&text)?;
            }
            Told::Entry(entry, _) => self.entry(entry, context)?,
            Told::Open(seq) => return self.data(&format!("OPEN {seq}\n")),
            Told::End(summary) => {
                let tally = summary.shift.tally;
                let text = self.catalog.text(
                    "scan-counts",
                    &[
                        ("admit", tally.admit.into()),
                        ("refer", tally.refer.into()),
                        ("refuse", tally.refuse.into()),
                        ("fault", tally.fault.into()),
                    ],
                );
                return self.data(&format!("\n{text}\n"));
            }
            Told::HandOver(summary) => {
                let columns = std::io::stdout().is_terminal().then(columns);
                let rows = words::rows(&words::summary(summary, &self.gate, &self.catalog), columns);
                let heading = self.catalog.text("door-hand-over", &[]);
                self.data(&format!("\n{heading}\n{rows}\n"))?;
            }
            Told::Help => {
                let word = self.word.as_ref().map(|word| format!("{word} ")).unwrap_or_default();
                let reasons = context
                    .config
                    .staff
                    .reasons
                    .iter()
                    .map(|reason| reason.as_str())
                    .collect::<Vec<_>>();
                let text = self.catalog.text(
                    if self.commands { "door-help" } else { "door-help-none" },
                    &[("word", word.into()), ("reasons", reasons.join(", ").into())],
                );
                self.aside(&format!("\n{text}\n"));
            }
            Told::Ready => {
                if let Some(word) = self.word.as_ref().filter(|_| std::io::stdin().is_terminal()) {
                    let text = self.catalog.text("door-word", &[("word", word.clone().into())]);
                    self.aside(&format!("{text}\n"));
                }
            }
            told => {
                if let Some(text) = words::sentence(told, &self.catalog) {
                    self.aside(&format!("\n{text}\n"));
                }
            }
        }
        self.prompt(context);
        Ok(())
    }

    fn switch_language(&mut self) {
        let other = match self.catalog.language() {
            Language::SimplifiedChinese => Language::English,
            _ => Language::SimplifiedChinese,
        };
        self.catalog = Catalog::new(other, TEXTS);
    }
}
