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
use crate::log::parts::Parts;
use crate::log::tell;
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
                done += 1;
                contradicted |= step.is_contradicted();
                tell(|| told::json(&step), || told::text(&step, session), session)?;
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

/// What was done at one place.
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
        };
        if !self.args.receipts_only {
            let to = held.iter().map(|held| &held.auditor);
            let parts = Parts::new(&self.store, &reader, &self.key, to)?;
            let plan = parts.plan(receipted)?;
            step.tip = plan.tip;
            for part in &plan.parts {
                let path = parts.path(part);
                if !self.args.again && is_there(&remote, &path).map_err(|e| failed(place, e))? {
                    step.there += 1;
                    continue;
                }
                let bytes = parts.seal(part)?;
                remote.put(&path, &bytes).map_err(|e| failed(place, e))?;
                step.sent.push((part.range.clone(), bytes.len()));
            }
        }
        step.receipts = held.into_iter().zip(came).collect();
        Ok(step)
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
