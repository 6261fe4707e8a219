//! `sync --watch`: carries what is new every so often, and to a folder as soon as it is there.

use std::time::{Duration, Instant};

use postern_cli::{Explain, Session};
use postern_transport::{Backoff, Location};

use super::{Carrier, told};
use crate::error::Error;
use crate::store::StoreError;

/// How often is looked whether a stick was plugged in: a person waits.
const LOOK: Duration = Duration::from_secs(1);

/// Watches until the process is ended.
pub(super) fn run(carrier: &Carrier<'_>, places: Vec<Location>, session: &Session) -> Result<u8, Error> {
    let mut watched: Vec<_> = places.into_iter().map(Watched::new).collect();
    loop {
        for place in &mut watched {
            if place.is_due() {
                place.try_it(carrier, session)?;
            }
        }
        std::thread::sleep(LOOK);
    }
}

struct Watched {
    place: Location,
    backoff: Backoff,
    due: Instant,
    /// A folder that was there when it was last looked at.
    there: bool,
    /// The reason that was last told, so that one failure is told once.
    told: Option<&'static str>,
}

impl Watched {
    fn new(place: Location) -> Self {
        Self {
            place,
            backoff: Backoff::new(),
            due: Instant::now(),
            there: false,
            told: None,
        }
    }

    /// A place when its time has come; a folder also when it has appeared, and never while it is not there.
    fn is_due(&mut self) -> bool {
        let due = Instant::now() >= self.due;
        match self.place.path() {
            None => due,
            Some(path) => {
                let there = path.is_dir();
                let was_there = std::mem::replace(&mut self.there, there);
                there && (due || !was_there)
            }
        }
    }

    fn try_it(&mut self, carrier: &Carrier<'_>, session: &Session) -> Result<(), Error> {
        let every = carrier.args.every();
        match carrier.place(&self.place) {
            Ok(step) if step.ended.as_ref().is_some_and(|error| !passes(error)) => {
                told::step(&step, false, session)?;
                step.into_error().map_or(Ok(()), Err)
            }
            Ok(step) => {
                let wrong = step.is_contradicted().then_some("contradicted");
                let wrong = step.error().map(told::reason).or(wrong);
                match step.error() {
                    None => self.succeeded(every),
                    Some(_) => self.failed(every),
                }
                let news = step.is_news() || wrong.is_some() && self.told != wrong;
                self.told = wrong;
                match news {
                    true => told::step(&step, true, session),
                    false => Ok(()),
                }
            }
            Err(error) if passes(&error) => {
                self.failed(every);
                match self.told.replace(told::reason(&error)) {
                    before if before == self.told => Ok(()),
                    _ => told::failed(&self.place, &error, session),
                }
            }
            // The store or the log is damaged, or gone: nobody is helped by going on.
            Err(error) => Err(error),
        }
    }

    fn succeeded(&mut self, every: Duration) {
        self.backoff.succeeded();
        self.due = Instant::now() + every;
    }

    /// Never more often than where all is well.
    fn failed(&mut self, every: Duration) {
        self.due = Instant::now() + self.backoff.failed().min(every);
    }
}

/// Whether another attempt may go well: a server comes back, somebody makes room, an update names auditors.
fn passes(error: &Error) -> bool {
    match error {
        Error::File(_) | Error::NoAuditors | Error::Sync { .. } => true,
        Error::Store(error) => matches!(error, StoreError::Busy { .. } | StoreError::DiskFull { .. }),
        Error::Log { .. } => error.reason() == "log-busy",
        _ => false,
    }
}
