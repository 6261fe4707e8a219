//! What is being done, for whoever waits: a bar on a terminal, lines elsewhere, nothing for programs.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use postern_cli::Session;

/// Progress by steps.
pub(crate) struct Progress<'a> {
    session: &'a Session,
    bar: Option<ProgressBar>,
}

impl<'a> Progress<'a> {
    /// Progress over so many steps.
    pub(crate) fn new(steps: u64, session: &'a Session) -> Self {
        let bar = (std::io::stderr().is_terminal() && !session.json).then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos:>3}/{len} {elapsed:>4}  {msg}");
            ProgressBar::new(steps).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { session, bar }
    }

    /// A step begins.
    pub(crate) fn step(&self, id: &str) {
        let text = self.session.catalog.text(id, &[]);
        match &self.bar {
            Some(bar) => {
                bar.set_message(text);
                bar.inc(1);
            }
            None if !self.session.json => eprintln!("{text}"),
            None => {}
        }
    }

    /// All is done.
    pub(crate) fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
