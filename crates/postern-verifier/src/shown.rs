//! From the log to the eye. What is shown here is a [`LoggedVerdict`] or a [`Fault`], and nothing else can be.

pub(crate) mod json;
mod large;
mod lines;
pub(crate) mod words;

use std::io::IsTerminal;

use postern_cli::terminal::{ColorChoice, Colors, columns, json_line};
use postern_cli::{Catalog, Session};

use crate::fault::Fault;
use crate::judged::logged::LoggedVerdict;
use crate::judged::{Gate, Origin};

/// What can be shown.
#[derive(Debug)]
pub(crate) enum Shown {
    /// What could not be judged.
    Fault(Origin, Fault),
    /// What was judged and logged.
    Verdict(Box<LoggedVerdict>),
}

/// The three ways of showing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// For programs: an object a line.
    Json,
    /// For a person at a door: one verdict over several lines.
    Large,
    /// For a list: one verdict a line, with what is unusual below it.
    Lines,
}

impl Layout {
    /// Lines, or JSON where it was asked for.
    pub(crate) fn lines(session: &Session) -> Self {
        if session.json { Self::Json } else { Self::Lines }
    }
}

/// Makes text of what is shown.
pub(crate) struct Screen<'a> {
    catalog: &'a Catalog,
    colors: Colors,
    gate: &'a Gate,
    layout: Layout,
    /// Where lines must be cut: only a terminal has an edge.
    columns: Option<usize>,
}

impl<'a> Screen<'a> {
    /// The screen of a session.
    pub(crate) fn new(session: &'a Session, gate: &'a Gate, layout: Layout) -> Self {
        Self::of(&session.catalog, session.color, gate, layout)
    }

    /// A screen in another language than the session's.
    pub(crate) fn of(catalog: &'a Catalog, color: ColorChoice, gate: &'a Gate, layout: Layout) -> Self {
        Self {
            catalog,
            colors: Colors::stdout(color),
            gate,
            layout,
            columns: std::io::stdout().is_terminal().then(columns),
        }
    }

    /// The text of a group, each line with its ending.
    pub(crate) fn render(&self, group: &[Shown]) -> String {
        match self.layout {
            Layout::Json => group
                .iter()
                .map(|shown| json_line(&json::Object::of(shown, self.gate, self.catalog)) + "\n")
                .collect(),
            Layout::Large => group.iter().map(|shown| self.large(shown)).collect(),
            Layout::Lines => self.lines(group),
        }
    }

    fn text(&self, id: &str) -> String {
        self.catalog.text(id, &[])
    }
}
