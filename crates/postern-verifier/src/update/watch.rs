//! `update --watch`: looks again and again, and gives way to everything else.
//!
//! It is a process of its own: a `scan` beside it takes up what was installed, and waits for none of it.

use std::time::{Duration, Instant};

use postern_cli::Session;
use postern_cli::terminal::json_line;
use postern_transport::Backoff;

use super::{Updater, explain, line, tell, told};
use crate::error::Error;
use crate::source::Place;
use crate::store::StoreError;

/// How often a folder of this machine is looked at: a person with a stick in the hand waits.
const LOOK: Duration = Duration::from_secs(1);

/// Watches until the process is ended.
pub(super) fn run(mut updater: Updater, places: Vec<Place>, every: Duration, session: &Session) -> Result<u8, Error> {
    let mut watched: Vec<_> = places.into_iter().map(Watched::new).collect();
    loop {
        for place in &mut watched {
            if place.is_due() {
                place.try_it(&mut updater, every, session)?;
            }
        }
        std::thread::sleep(LOOK);
    }
}

struct Watched {
    place: Place,
    backoff: Backoff,
    due: Instant,
    /// What was there when it was last tried.
    seen: Option<Vec<(std::path::PathBuf, u64, Option<std::time::SystemTime>)>>,
    /// The reason that was last told, so that one failure is told once.
    told: Option<&'static str>,
}

impl Watched {
    fn new(place: Place) -> Self {
        Self {
            place,
            backoff: Backoff::new(),
            due: Instant::now(),
            seen: None,
            told: None,
        }
    }

    /// A server when its time has come; a folder also when something in it is new.
    fn is_due(&self) -> bool {
        let due = Instant::now() >= self.due;
        match self.place.path() {
            None => due,
            Some(_) => {
                let there = self.place.fingerprint();
                there.as_ref().is_some_and(|found| !found.is_empty()) && (there != self.seen || due)
            }
        }
    }

    fn try_it(&mut self, updater: &mut Updater, every: Duration, session: &Session) -> Result<(), Error> {
        self.seen = self.place.fingerprint();
        match updater.place(&self.place) {
            Ok(step) => {
                self.backoff.succeeded();
                self.due = Instant::now() + every;
                self.told = None;
                match step.changed {
                    true => tell(step, session),
                    false => Ok(()),
                }
            }
            Err(error) if passes(&error) => {
                // Never more often than where all is well.
                self.due = Instant::now() + self.backoff.failed().min(every);
                self.tell(&error, session)
            }
            // The store is damaged, or gone: nobody is helped by going on.
            Err(error) => Err(error),
        }
    }

    fn tell(&mut self, error: &Error, session: &Session) -> Result<(), Error> {
        use postern_cli::Explain;
        let reason = match error {
            Error::Update(refusal) => refusal.reason(),
            other => other.reason(),
        };
        if self.told.replace(reason) == Some(reason) {
            return Ok(());
        }
        match (error, session.json) {
            (Error::Update(refusal), true) => line(&json_line(&told::refused(refusal, session))),
            _ => {
                eprintln!("{}: {}", self.place, explain(error, session));
                Ok(())
            }
        }
    }
}

/// Whether another attempt may go well: a server comes back, a stick is plugged in, a backup of the store ends, somebody
/// makes room.
fn passes(error: &Error) -> bool {
    match error {
        Error::File(_) | Error::Update(_) => true,
        Error::Store(error) => matches!(error, StoreError::Busy { .. } | StoreError::DiskFull { .. }),
        _ => false,
    }
}
