//! `sync`: carries the log to drop boxes and fetches receipts.
//!
//! It is a process of its own that only reads the log: a `scan` beside it waits for none of it. What a drop box says is not
//! believed: receipts are signed, and what a box loses is sent again as long as no receipt came for it.

mod told;
mod watch;

use std::fmt::Display;
use std::ops::Range;

use postern_cli::{Explain, Session};
use postern_core::keys::PrivateKey;
use postern_log::{Reader, Tip, bundle};
use postern_transport::{Location, Options, Remote, TransportError};

use crate::cli::SyncArgs;
use crate::demo;
use crate::enrol::{self, Asked};
use crate::error::Error;
use crate::log::auditors::{self, Contradiction, Fault, Held, MAX_RECEIPT};
use crate::log::parts::{Parts, Plan};
use crate::store::{LOG, Store};
use crate::update::Refusal;

/// Runs the command.
pub(crate) fn run(args: &SyncArgs, session: &Session) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    let places = args.to.iter().map(|text| {
        let parsed = Location::parse(text);
        // A text that is no location may have a password in it.
        parsed.map_err(|e| failed(&"--to", e))
    });
    let places = places.collect::<Result<Vec<_>, _>>()?;
    let key = enrol::own_key(&store, &mut Asked::new(&args.passphrase, &session.catalog))?;
    let carrier = Carrier { store, key, args };
    demo::warn(carrier.store.state()?.judge.is_demo(), session);
    if args.watch {
        return watch::run(&carrier, places, session);
    }
    let mut error = None;
    let mut done = 0;
    let mut contradicted = false;
    for place in &places {
        match carrier.place(place) {
            Ok(step) => {
                contradicted |= step.is_contradicted();
                // Of a single place the program itself tells what ended it.
                told::step(&step, places.len() > 1, session)?;
                match step.into_error() {
                    None => done += 1,
                    Some(e) => error = Some(e),
                }
            }
            Err(e) => {
                if places.len() > 1 {
                    told::failed(place, &e, session)?;
                }
                error = Some(e);
            }
        }
    }
    match error {
        // One of several drop boxes is enough.
        Some(error) if done == 0 => Err(error),
        _ => Ok(u8::from(contradicted)),
    }
}

/// A failure of a place.
pub(crate) fn failed(place: &dyn Display, error: TransportError) -> Error {
    Error::Sync {
        place: place.to_string(),
        refusal: Refusal::Transport(error),
    }
}

/// What is known of an auditor's receipt after a look into a drop box.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Came {
    /// One that is newer than the one that was held.
    New,
    /// None that is newer.
    Nothing,
    /// Something that is no receipt of this auditor for this gate.
    Refused(Fault),
    /// The drop box could not be read, or what it has is too large.
    Unread(&'static str),
}

/// What was done at one place, in full or in part.
struct Step {
    place: Location,
    gate: String,
    tip: Tip,
    /// All auditors have a receipt for so many leaves.
    receipted: u64,
    receipts: Vec<(Held, Came)>,
    sent: Vec<(Range<u64>, usize)>,
    /// Parts that lay there already.
    there: usize,
    /// Parts that the place did not take, while it may take others.
    refused: Vec<(Range<u64>, Error)>,
    /// Why no further parts were sent.
    ended: Option<Error>,
}

impl Step {
    /// Whether a receipt says that the log has been put back or made again.
    fn is_contradicted(&self) -> bool {
        self.contradictions().next().is_some()
    }

    fn contradictions(&self) -> impl Iterator<Item = (&Held, Contradiction)> {
        let held = self.receipts.iter().map(|(held, _)| held);
        held.filter_map(|held| Some((held, held.contradiction?)))
    }

    /// What kept a part back.
    fn error(&self) -> Option<&Error> {
        let refused = self.refused.iter().map(|(_, error)| error);
        self.ended.iter().chain(refused).next()
    }

    fn into_error(self) -> Option<Error> {
        let refused = self.refused.into_iter().map(|(_, error)| error);
        self.ended.into_iter().chain(refused).next()
    }

    /// Whether anything happened.
    fn is_news(&self) -> bool {
        !self.sent.is_empty() || self.receipts.iter().any(|(_, came)| *came == Came::New)
    }
}

/// What carries the log.
struct Carrier<'a> {
    store: Store,
    key: PrivateKey,
    args: &'a SyncArgs,
}

impl Carrier<'_> {
    /// Fetches receipts from a place, and leaves there what it lacks.
    ///
    /// # Errors
    ///
    /// Where nothing came of it. What ends it after a part was sent or refused is told with the step.
    fn place(&self, place: &Location) -> Result<Step, Error> {
        // Each time anew: an update may have named other auditors.
        let state = self.store.state()?;
        let now = auditors::now(&state);
        let mut held = auditors::held(&self.store, &state)?;
        auditors::receipted(&held, now)?;
        let remote = Remote::open(place, &Options::default()).map_err(|e| failed(place, e))?;
        let came = self.receipts(&remote, &mut held)?;
        let path = self.store.file(LOG);
        let reader = Reader::open(&path).map_err(|e| Error::log(&path, e))?;
        auditors::compare(&mut held, &reader, &path)?;
        let receipted = auditors::receipted(&held, now)?;
        let mut step = Step {
            place: place.clone(),
            gate: reader.gate().to_owned(),
            tip: reader.tip().map_err(|e| Error::log(&path, e))?,
            receipted,
            receipts: Vec::new(),
            sent: Vec::new(),
            there: 0,
            refused: Vec::new(),
            ended: None,
        };
        if !self.args.receipts_only {
            let to = held.iter().map(|held| &held.auditor);
            let parts = Parts::new(&self.store, &reader, &self.key, to)?;
            let plan = parts.plan(receipted)?;
            step.tip = plan.tip;
            match self.send(&remote, &parts, &plan, &mut step) {
                Err(e) if step.sent.is_empty() && step.refused.is_empty() => return Err(e),
                ended => step.ended = ended.err(),
            }
        }
        step.receipts = held.into_iter().zip(came).collect();
        Ok(step)
    }

    /// Leaves the parts that are not there. One that is refused holds up no other.
    fn send(&self, remote: &Remote, parts: &Parts<'_>, plan: &Plan, step: &mut Step) -> Result<(), Error> {
        let failed = |e| failed(remote.location(), e);
        for part in &plan.parts {
            if !self.args.again && is_there(remote, &parts.path(part)).map_err(failed)? {
                step.there += 1;
                continue;
            }
            let Some(sealed) = parts.seal(part)? else {
                continue;
            };
            match remote.put(&sealed.path, &sealed.bytes) {
                Ok(()) => step.sent.push((sealed.range, sealed.bytes.len())),
                Err(e) if is_of_the_part(&e) => step.refused.push((sealed.range, failed(e))),
                Err(e) => return Err(failed(e)),
            }
        }
        Ok(())
    }

    /// Fetches the receipts of all auditors, and keeps those that are newer. What is wrong with one holds up nothing.
    fn receipts(&self, remote: &Remote, held: &mut [Held]) -> Result<Vec<Came>, Error> {
        let gate = self.store.identity()?;
        let mut came = Vec::new();
        for held in held {
            let path = bundle::receipt_path(&gate.key, &held.auditor.key);
            came.push(match remote.get(&path, MAX_RECEIPT) {
                Ok(None) => Came::Nothing,
                Err(e) => Came::Unread(Refusal::Transport(e).reason()),
                Ok(Some(bytes)) => match auditors::open(&bytes, &gate, &held.auditor) {
                    Err(fault) => Came::Refused(fault),
                    Ok(receipt) if auditors::is_newer(&receipt, held.receipt.as_ref()) => {
                        auditors::keep(&self.store, &held.auditor, &bytes)?;
                        held.receipt = Some(receipt);
                        held.fault = None;
                        Came::New
                    }
                    Ok(_) => Came::Nothing,
                },
            });
        }
        Ok(came)
    }
}

/// Whether a part lies there. A box that takes files and tells nothing of them gets it again.
fn is_there(remote: &Remote, path: &str) -> Result<bool, TransportError> {
    match remote.exists(path) {
        Err(TransportError::Refused { .. }) => Ok(false),
        other => other,
    }
}

/// Whether a server refuses this part and may take others. The other refusals are of the gate, the place or the moment.
fn is_of_the_part(error: &TransportError) -> bool {
    match error {
        TransportError::Refused { status, .. } => {
            (400..500).contains(status) && ![401, 403, 404, 405, 407, 408, 410, 429].contains(status)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_of_the_part_or_of_the_place() {
        let refused = |status| TransportError::Refused {
            host: "box.example".to_owned(),
            path: "evidence/ab/0-7.log".to_owned(),
            status,
        };
        for status in [400, 406, 409, 411, 413, 415, 422, 451] {
            assert!(is_of_the_part(&refused(status)), "{status}");
        }
        for status in [401, 403, 404, 405, 407, 408, 410, 429, 500, 502, 503, 507] {
            assert!(!is_of_the_part(&refused(status)), "{status}");
        }
        assert!(!is_of_the_part(&TransportError::TimedOut {
            host: "box.example".to_owned(),
        }));
    }
}
