//! The turnstile, as the door orders it: after the commit of an admission, once for each.

use std::sync::mpsc::Receiver;

use postern_devices::DeviceError;
use postern_devices::turnstile::{Outcome, Report, Turnstile, TurnstileKind, TurnstileSpec};

use crate::error::Error;

/// What lets people through.
pub(crate) enum Barrier {
    /// A program or a device, which has a thread of its own.
    Device(Turnstile, Receiver<Report>),
    /// A controller that reads this program's lines.
    Line,
}

impl Barrier {
    /// Starts it; it is shut.
    ///
    /// # Errors
    ///
    /// [`Error::Device`].
    pub(crate) fn new(spec: TurnstileSpec) -> Result<Self, Error> {
        match spec.kind {
            // Standard output is the view's: a line of another thread could fall into one of its own.
            TurnstileKind::Stdout => Ok(Self::Line),
            _ => {
                let (turnstile, reports) = Turnstile::new(&spec).map_err(Error::Device)?;
                Ok(Self::Device(turnstile, reports))
            }
        }
    }

    /// What became of orders since the last time. It does not wait.
    pub(crate) fn reports(&self) -> Vec<Report> {
        match self {
            Self::Device(_, reports) => reports.try_iter().collect(),
            Self::Line => Vec::new(),
        }
    }
}

/// Whether an order let somebody through.
pub(crate) fn let_through(report: &Report) -> bool {
    !matches!(report.outcome, Outcome::Busy | Outcome::Failed(_))
}

/// What there is to tell of an order: a stable name, and the error where it failed.
pub(crate) fn told(report: &Report) -> (&'static str, Option<&DeviceError>) {
    match &report.outcome {
        Outcome::Busy => ("busy", None),
        Outcome::Failed(error) => ("failed", Some(error)),
        Outcome::Opened => ("opened", None),
        Outcome::Shut => ("shut", None),
        _ => ("repeated", None),
    }
}
