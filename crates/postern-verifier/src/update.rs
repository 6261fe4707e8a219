//! `update`: newer trust, all of it or nothing.
//!
//! Signatures, versions and pins are checked and the rules compiled before a byte is stored; one transaction then moves
//! the gate. Whatever goes wrong, the gate stands on what it had. But for `sync` this is the one command that opens a
//! socket, and only where it is given a URL.

mod refusal;
pub(crate) mod tags;
mod told;
mod watch;

use std::io::Write;

use postern_cli::output::Output;
use postern_cli::terminal::json_line;
use postern_cli::{Explain, Session};
use postern_core::trust::Trust;
use postern_core::verdict::Judge;
use postern_transport::Spool;

use crate::cli::UpdateArgs;
use crate::demo;
use crate::error::{Distrust, Error};
use crate::judged::Gate;
use crate::source::{Place, Source};
use crate::store::{INCOMING, State, Store, StoreError};
use crate::time::{Clock, RELEASED};

pub(crate) use refusal::Refusal;
pub(crate) use tags::unwrap;
use told::Held;
pub(crate) use told::Versions;

/// How often an update begins anew because another process was faster.
const ATTEMPTS: usize = 3;

/// Runs the command.
pub(crate) fn run(args: &UpdateArgs, session: &Session) -> Result<u8, Error> {
    // The store first: where there is none, no folder of that name is made.
    let store = Store::open(&args.store)?;
    let spool = Spool::open(args.store.join(INCOMING)).map_err(Refusal::Transport)?;
    let mut updater = Updater { store, spool };
    let places = args.from.iter().map(|text| Place::parse(text));
    let places = places.collect::<Result<Vec<_>, _>>()?;
    if args.watch {
        return watch::run(updater, places, args.every(), session);
    }
    let mut failed = None;
    let mut taken = false;
    for place in &places {
        match updater.place(place) {
            Ok(step) => {
                taken = true;
                tell(step, session)?;
            }
            Err(error) => {
                if let (Error::Update(refusal), true) = (&error, session.json) {
                    line(&json_line(&told::refused(refusal, session)))?;
                } else if places.len() > 1 {
                    eprintln!("{}", explain(&error, session));
                }
                failed = Some(error);
            }
        }
    }
    match failed {
        // One of several media is enough.
        Some(error) if !taken => Err(error),
        _ => Ok(0),
    }
}

/// What one source brought.
struct Step {
    before: Held,
    /// The gate, on what it holds now.
    gate: Gate,
    changed: bool,
}

/// A store that is moved.
struct Updater {
    store: Store,
    spool: Spool,
}

impl Updater {
    /// Takes what lies at a place: of a folder with several bundles the one that leads furthest.
    fn place(&mut self, place: &Place) -> Result<Step, Error> {
        let mut best: Option<Step> = None;
        let mut failed = None;
        for source in place.sources()? {
            match source.and_then(|source| self.source(&source)) {
                Ok(step) => {
                    let (before, changed) = match best.take() {
                        Some(earlier) => (earlier.before, earlier.changed || step.changed),
                        None => (step.before, step.changed),
                    };
                    let gate = step.gate;
                    best = Some(Step { before, gate, changed });
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        // What lies beside a good bundle, older ones mostly, is no failure.
        match (best, failed) {
            (Some(step), _) => Ok(step),
            (None, Some(error)) => Err(error),
            (None, None) => Err(Refusal::NothingThere.into()),
        }
    }

    fn source(&mut self, source: &Source) -> Result<Step, Error> {
        let moved = self.documents(source);
        // A gate that knows everything else already may still lack a key that was wrapped today.
        if let Ok((before, after)) = &moved {
            let trust = after.as_ref().unwrap_or(before).judge.trust();
            tags::fetch(&mut self.store, source, trust, &self.spool)?;
        }
        let (before, after) = moved?;
        let changed = after.is_some();
        Ok(Step {
            before: Held::of(before.judge.trust()),
            gate: Gate::new(after.unwrap_or(before), None),
            changed,
        })
    }

    /// Everything is fetched and checked before the store is locked: a slow medium holds up nobody.
    fn documents(&mut self, source: &Source) -> Result<(State, Option<State>), Error> {
        for _ in 0..ATTEMPTS {
            let held = self.store.state()?;
            let trust = source.update(held.judge.trust(), &self.spool)?;
            if same(held.judge.trust(), &trust) {
                self.spool.clear_except(&[]).map_err(Refusal::Transport)?;
                return Ok((held, None));
            }
            let judge = Judge::new(trust).map_err(|e| Refusal::Distrust(Distrust(e)))?;
            let moved = self.store.advance(Clock::system(), RELEASED, |before| {
                let overtaken = !same(before.judge.trust(), held.judge.trust());
                Ok::<_, StoreError>((!overtaken).then_some(judge))
            })?;
            if moved.1.is_some() {
                self.spool.clear_except(&[]).map_err(Refusal::Transport)?;
                return Ok(moved);
            }
        }
        Err(Refusal::Overtaken.into())
    }
}

/// Says what a source brought.
fn tell(step: Step, session: &Session) -> Result<(), Error> {
    let Step { before, gate, changed } = step;
    let system = Clock::system();
    demo::warn(gate.is_demo(), session);
    match session.json {
        true => line(&json_line(&told::taken(&before, &gate, changed, system))),
        false => write(&told::told(&before, &gate, changed, system, session)),
    }
}

fn explain(error: &dyn Explain, session: &Session) -> String {
    let failure = postern_cli::Failure::new(error, &session.catalog);
    let because = error
        .because()
        .map(|inner| postern_cli::Failure::new(inner, &session.catalog).message);
    [Some(failure.message), because]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ")
}

/// Whether two states say the same, whoever signed.
fn same(a: &Trust, b: &Trust) -> bool {
    let digests = |trust: &Trust| {
        let held: Vec<_> = trust.status().iter().map(|(_, _, held)| held.digest()).collect();
        (
            trust.root().digest(),
            trust.snapshot().map(|document| document.digest()),
            trust.pack().map(|document| document.digest()),
            held,
        )
    };
    digests(a) == digests(b)
}

fn line(text: &str) -> Result<(), Error> {
    write(&format!("{text}\n"))
}

fn write(text: &str) -> Result<(), Error> {
    let mut out = Output::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::Output)
}
