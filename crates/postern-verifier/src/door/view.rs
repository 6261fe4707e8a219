//! What is told at a door, and the three ways of telling: the screen, lines, objects.

use postern_cli::Catalog;
use postern_core::verdict::Outcome;

use super::Context;
use super::command::Command;
use super::shift::Summary;
use crate::error::Error;
use crate::judged::entry::LoggedEntry;
use crate::judged::logged::LoggedVerdict;
use crate::shown::Shown;
use postern_devices::DeviceError;
use postern_devices::turnstile::Report;

mod json;
mod lines;
mod out;
mod scene;
mod screen;
mod words;

pub(crate) use json::Objects;
pub(crate) use lines::Lines;
pub(crate) use screen::FullScreen;

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told<'t> {
    /// The turnstile did something, or could not.
    Barrier(&'t Report),
    /// A line that begins like a command is none.
    BadCommand,
    /// The clock was set while the gate served, or agrees again.
    Clock {
        stepped: bool,
    },
    /// A document was compared, or somebody decided; with the verdict that it is about.
    Entry(&'t LoggedEntry, Option<&'t LoggedVerdict>),
    /// The end of service.
    End(&'t Summary),
    /// A shift ended.
    HandOver(&'t Summary),
    Help,
    /// Nobody is judged while the gate is locked.
    Locked,
    /// Who was admitted before the start is not known again.
    NoMemory,
    NothingToOverride,
    /// The controller that reads the lines may let the person of this event through.
    Open(u64),
    Ready,
    /// The document that lies there was entered or compared already.
    SameDocument,
    /// A verdict or a fault.
    Shown(&'t Shown),
    /// A source came or went.
    Source {
        name: &'t str,
        /// Why it is not there.
        lost: Option<&'t DeviceError>,
    },
    /// Time goes by.
    Tick,
    UnknownOperator,
    UnknownReason,
    /// Newer trust counts from now on.
    Updated,
}

/// A way of telling.
pub(crate) trait View {
    /// Tells what happened.
    ///
    /// # Errors
    ///
    /// [`Error::Output`].
    fn tell(&mut self, told: Told<'_>, context: &Context<'_>) -> Result<(), Error>;

    /// A key that a person pressed, where the view has keys: what it comes to.
    ///
    /// # Errors
    ///
    /// [`Error::Output`].
    fn key(&mut self, _key: postern_screen::Key, _context: &Context<'_>) -> Result<Option<Command>, Error> {
        Ok(None)
    }

    /// Whether the whole terminal is this view's, so that nobody else may write to it.
    fn is_screen(&self) -> bool {
        false
    }

    /// The other language from now on.
    fn switch_language(&mut self);
}

/// The end of a shift as lines, for the terminal that a screen has given back.
pub(crate) fn paper(summary: &Summary, gate: &str, catalog: &Catalog) -> String {
    let rows = words::rows(&words::summary(summary, gate, catalog), None);
    format!("{}\n{rows}", catalog.text("door-hand-over", &[]))
}

/// The three outcomes, in the order in which they are counted.
const OUTCOMES: [Outcome; 3] = [Outcome::Admit, Outcome::Refer, Outcome::Refuse];
