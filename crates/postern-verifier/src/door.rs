//! `scan`: a gate at its door, for the hours of a shift.
//!
//! ```text
//! sources -> inputs -> Door: judge -> rules of the door -> log -> view, turnstile
//! staff   -> commands /
//! ```
//!
//! One thread judges, logs and shows, in this order; sources, the picture reader, the turnstile and updates have threads of
//! their own, and none of them can hold it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use postern_core::document::Reading;
use postern_core::time::{Time, TimeEvidence};
use postern_core::verdict::{Grade, Outcome, Reason};
use postern_log::{Log, LogError, Source, Tip};

use crate::config::{Config, Operator};
use crate::error::Error;
use crate::fault::Fault;
use crate::judged::entry::{self, Happened, LoggedEntry, Subject};
use crate::judged::logged::{self, LoggedVerdict};
use crate::judged::{Gate, Judged, Origin, Pseudonyms};
use crate::shown::Shown;
use crate::store::{LOG, State, Store};
use crate::time::{Clock, Service, since_boot};
use command::{Command, Decision};
use pass_back::PassBack;
use shift::{Shift, Summary};
use turnstile::Barrier;
use view::{Told, View};

pub(crate) mod command;
pub(crate) mod inputs;
mod keys;
mod news;
mod pass_back;
mod run;
mod shift;
mod turnstile;
mod view;

pub(crate) use run::run;

/// What a document without a code is entered as.
pub(crate) const NO_CODE_SHOWN: &str = "no-code-shown";
/// The most events that are read back from the log at the start, for the rule against passing back.
const MAX_RECALLED: usize = 1 << 17;

/// A gate at its door.
pub(crate) struct Door<'a> {
    store: Store,
    config: Config,
    gate: Gate,
    log: Log,
    log_path: PathBuf,
    clock: Service,
    stepped: bool,
    memory: PassBack,
    keys: keys::Keys,
    shift: Shift,
    last: Option<Last>,
    locked: bool,
    barrier: Option<Barrier>,
    view: Box<dyn View + 'a>,
    log_failed: bool,
}

/// The event that a document, or a decision, that comes now belongs to.
struct Last {
    subject: Subject,
    /// The verdict on a code that no document was compared with yet.
    verdict: Option<LoggedVerdict>,
    /// Whether the barrier was opened for this person: it opens once.
    let_in: bool,
    at: Instant,
}

/// What every view may tell beside what happened.
pub(crate) struct Context<'c> {
    pub(crate) gate: &'c Gate,
    pub(crate) config: &'c Config,
    pub(crate) shift: &'c Shift,
    pub(crate) tip: Tip,
    pub(crate) time: TimeEvidence,
    pub(crate) locked: bool,
}

impl Context<'_> {
    /// The grade of what the gate holds, and whether the clock is suspect.
    pub(crate) fn grade(&self) -> (Grade, bool) {
        let (data, suspect) = self.gate.data_age_at(self.time);
        (data.grade, suspect)
    }
}

impl<'a> Door<'a> {
    /// Opens the log first of all: a gate that cannot log has nothing to say.
    ///
    /// # Errors
    ///
    /// [`Error::Log`] or [`Error::Store`].
    pub(crate) fn open(
        store: Store,
        state: State,
        config: Config,
        keys: keys::Keys,
        barrier: Option<Barrier>,
        view: Box<dyn View + 'a>,
    ) -> Result<Self, Error> {
        let gate = Gate::new(state, None);
        let log_path = store.file(LOG);
        let log = Log::open(&log_path).map_err(|e| Error::log(&log_path, e))?;
        let (system, boot) = (Clock::system(), since_boot());
        let mut memory = PassBack::new(config.pass_back.window(), config.pass_back.exempt());
        recall(&mut memory, &log, system, boot).map_err(|e| Error::log(&log_path, e))?;
        let mut door = Self {
            shift: Shift::new(None, system, log.tip()),
            clock: Service::new(system, boot),
            stepped: false,
            memory,
            keys,
            last: None,
            locked: false,
            log_failed: false,
            store,
            config,
            gate,
            log,
            log_path,
            barrier,
            view,
        };
        door.keys.open(&door.store, &door.gate)?;
        Ok(door)
    }

    /// The first shift, by this operator where one is named.
    pub(crate) fn start(&mut self, operator: Option<Operator>) -> Result<(), Error> {
        self.shift.operator = operator;
        self.tell(Told::Ready)
    }

    /// The end of service.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        let summary = self.summary();
        self.tell(Told::End(&summary))
    }

    /// Whether the view has the whole terminal.
    pub(crate) fn has_screen(&self) -> bool {
        self.view.is_screen()
    }

    /// The gate.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Whether a verdict could not be logged at any time.
    pub(crate) fn log_failed(&self) -> bool {
        self.log_failed
    }

    /// A text from a source that reads codes.
    pub(crate) fn text(&mut self, text: &str, source: Source, origin: Origin) -> Result<(), Error> {
        if self.locked {
            return self.tell(Told::Locked);
        }
        let now = self.now();
        let mut judged = self.gate.judge_at(text, source, origin.clone(), now);
        let boot = since_boot();
        if let Some(seen) = judged.admits().and_then(|who| self.memory.seen(who, boot)) {
            judged.refer_as_seen_here(seen.time);
        }
        let admits = judged.admits();
        match self.log_verdict(judged) {
            Err(error) => self.unlogged(origin, error),
            Ok(logged) => {
                let let_in = admits.is_some() && !self.config.document.required;
                if let Some(who) = admits {
                    self.memory.remember(who, logged.verdict().now, boot);
                }
                if let_in {
                    self.open_barrier(logged.seq())?;
                }
                let shown = Shown::Verdict(Box::new(logged));
                self.show(&shown)?;
                if let Shown::Verdict(logged) = shown {
                    self.keep(Subject::of_verdict(&logged), Some(*logged), let_in);
                }
                Ok(())
            }
        }
    }

    /// What could not be judged.
    pub(crate) fn fault(&mut self, origin: Origin, fault: Fault) -> Result<(), Error> {
        if self.locked {
            return self.tell(Told::Locked);
        }
        self.show(&Shown::Fault(origin, fault))
    }

    /// A document that a reader has read: compared with the code before it, or entered alone.
    pub(crate) fn document(&mut self, document: &Reading, origin: Origin) -> Result<(), Error> {
        if self.locked {
            return self.tell(Told::Locked);
        }
        let window = self.config.document.window();
        let last = self.last.take().filter(|last| last.at.elapsed() < window);
        match last {
            Some(Last {
                subject,
                verdict: Some(verdict),
                let_in,
                ..
            }) => self.compare(document, subject, verdict, let_in, origin),
            _ => self.enter(document, origin),
        }
    }

    /// Compares a document with the tag of the code that was shown before it.
    fn compare(
        &mut self,
        document: &Reading,
        about: Subject,
        verdict: LoggedVerdict,
        mut let_in: bool,
        origin: Origin,
    ) -> Result<(), Error> {
        let bound = about.person.and_then(|tag| {
            let key = self.keys.of_epoch(tag.0.0[0])?;
            Some(key.tag(&document.document) == tag)
        });
        let (outcome, reasons) = match bound {
            Some(true) => (about.outcome, about.reasons.clone()),
            Some(false) => (
                about.outcome.max(Outcome::Refer),
                with(Reason::DocumentMismatch, &about.reasons),
            ),
            None => (
                about.outcome.max(Outcome::Refer),
                with(Reason::DocumentNotBound, &about.reasons),
            ),
        };
        let happened = Happened::Compared {
            about: about.clone(),
            outcome,
            reasons,
        };
        let Some(entry) = self.log_entry(happened, origin)? else {
            self.keep(about, Some(verdict), let_in);
            return Ok(());
        };
        self.shift.compared += 1;
        if outcome == Outcome::Admit && !let_in {
            self.open_barrier(entry.event().seq())?;
            let_in = true;
        }
        self.tell(Told::Entry(&entry, Some(&verdict)))?;
        // Somebody who put the wrong document down puts the right one down next.
        match bound {
            Some(false) => self.keep(about, Some(verdict), let_in),
            _ => self.keep(Subject::of_entry(&entry), None, let_in),
        }
        Ok(())
    }

    /// Enters a document that came without a code.
    fn enter(&mut self, document: &Reading, origin: Origin) -> Result<(), Error> {
        let now = self.now().1.now();
        let person = self.keys.newest(now).map(|key| key.tag(&document.document));
        let who = Pseudonyms { code: None, person };
        let boot = since_boot();
        let seen = self.memory.seen(who, boot);
        let (outcome, reasons) = match (seen, self.config.document.without_code) {
            (Some(_), _) => (Outcome::Refer, vec![Reason::SeenHere.as_str().to_owned()]),
            (None, Outcome::Admit) => (Outcome::Admit, Vec::new()),
            (None, outcome) => (outcome, vec![NO_CODE_SHOWN.to_owned()]),
        };
        let happened = Happened::Read {
            person,
            outcome,
            reasons,
        };
        let Some(entry) = self.log_entry(happened, origin)? else {
            return Ok(());
        };
        self.shift.manual += 1;
        if outcome == Outcome::Admit {
            self.memory.remember(who, entry.time(), boot);
            self.open_barrier(entry.event().seq())?;
        }
        self.tell(Told::Entry(&entry, None))?;
        self.keep(Subject::of_entry(&entry), None, outcome == Outcome::Admit);
        Ok(())
    }

    /// Does what staff say; `false` at the end of service.
    pub(crate) fn command(&mut self, command: Command) -> Result<bool, Error> {
        if self.locked && !matches!(command, Command::Unlock | Command::Language | Command::Help) {
            self.tell(Told::Locked)?;
            return Ok(true);
        }
        match command {
            Command::HandOver(operator) => self.hand_over(operator)?,
            Command::Help => self.tell(Told::Help)?,
            Command::Language => self.view.switch_language(),
            Command::Lock => {
                self.locked = true;
                // Nobody who comes back decides about a person who is gone.
                self.last = None;
                self.tell(Told::Locked)?;
            }
            Command::Manual(decision) => self.manual(decision)?,
            Command::Override(decision) => self.overrule(decision)?,
            Command::Quit => return Ok(false),
            Command::Unlock => {
                self.locked = false;
                self.tell(Told::Ready)?;
            }
        }
        Ok(true)
    }

    fn manual(&mut self, decision: Decision) -> Result<(), Error> {
        let Some(decision) = self.known(decision)? else {
            return Ok(());
        };
        let outcome = decision.outcome;
        let happened = Happened::Manual {
            operator: decision.operator,
            outcome,
            reason: decision.reason,
        };
        let Some(entry) = self.log_entry(happened, Origin::default())? else {
            return Ok(());
        };
        self.shift.manual += 1;
        if outcome == Outcome::Admit {
            self.open_barrier(entry.event().seq())?;
        }
        self.tell(Told::Entry(&entry, None))?;
        self.keep(Subject::of_entry(&entry), None, outcome == Outcome::Admit);
        Ok(())
    }

    fn overrule(&mut self, decision: Decision) -> Result<(), Error> {
        let Some(decision) = self.known(decision)? else {
            return Ok(());
        };
        let is_meant = |last: &mut Last| decision.about.is_none_or(|about| about == last.subject.seq);
        let Some(Last { subject, let_in, .. }) = self.last.take_if(is_meant) else {
            return self.tell(Told::NothingToOverride);
        };
        let outcome = decision.outcome;
        let happened = Happened::Override {
            about: subject.clone(),
            operator: decision.operator,
            outcome,
            reason: decision.reason,
        };
        let Some(entry) = self.log_entry(happened, Origin::default())? else {
            self.keep(subject, None, let_in);
            return Ok(());
        };
        self.shift.overrides += 1;
        if outcome == Outcome::Admit {
            let who = Pseudonyms {
                code: subject.code.map(postern_core::code::CodeDigest),
                person: subject.person,
            };
            self.memory.remember(who, entry.time(), since_boot());
            if !let_in {
                self.open_barrier(entry.event().seq())?;
            }
        }
        self.tell(Told::Entry(&entry, None))?;
        self.keep(Subject::of_entry(&entry), None, outcome == Outcome::Admit);
        Ok(())
    }

    /// A decision by an operator and for a reason that the configuration knows.
    fn known(&mut self, decision: Decision) -> Result<Option<Decision>, Error> {
        let staff = &self.config.staff;
        if !staff.knows(&decision.operator) {
            self.tell(Told::UnknownOperator)?;
            return Ok(None);
        }
        if !staff.reasons.contains(&decision.reason) {
            self.tell(Told::UnknownReason)?;
            return Ok(None);
        }
        Ok(Some(decision))
    }

    fn hand_over(&mut self, operator: Operator) -> Result<(), Error> {
        if !self.config.staff.knows(&operator) {
            return self.tell(Told::UnknownOperator);
        }
        let summary = self.summary();
        self.tell(Told::HandOver(&summary))?;
        self.shift = Shift::new(Some(operator), self.now().1.now(), self.log.tip());
        self.last = None;
        Ok(())
    }

    /// What goes on paper now.
    pub(crate) fn summary(&mut self) -> Summary {
        let now = self.now().1.now();
        self.shift.end(now, self.log.tip())
    }

    /// Judges by newer trust from now on.
    pub(crate) fn update(&mut self, state: State) -> Result<(), Error> {
        self.gate.replace(state);
        // What is wrapped for this gate may have come with it. Where the store cannot be read just now, the keys that are open
        // stay good.
        let _kept = self.keys.open(&self.store, &self.gate);
        self.tell(Told::Updated)
    }

    /// Tells the view.
    pub(crate) fn tell(&mut self, told: Told<'_>) -> Result<(), Error> {
        let context = Context {
            time: self.clock.evidence(self.gate.clock(), Clock::system(), since_boot()),
            gate: &self.gate,
            config: &self.config,
            shift: &self.shift,
            tip: self.log.tip(),
            locked: self.locked,
        };
        self.view.tell(told, &context)
    }

    /// A pause: notices a clock that was set, and lets the view revert or go dark.
    pub(crate) fn tick(&mut self) -> Result<(), Error> {
        let stepped = matches!(self.now().1, TimeEvidence::Stepped { .. });
        if stepped != self.stepped {
            self.stepped = stepped;
            self.tell(Told::Clock { stepped })?;
        }
        for report in self.barrier.as_ref().map(Barrier::reports).unwrap_or_default() {
            self.tell(Told::Barrier(&report))?;
        }
        self.tell(Told::Tick)
    }

    /// A key that a person pressed; what it comes to is a command, or nothing.
    pub(crate) fn key(&mut self, key: postern_screen::Key) -> Result<Option<Command>, Error> {
        let context = Context {
            time: self.clock.evidence(self.gate.clock(), Clock::system(), since_boot()),
            gate: &self.gate,
            config: &self.config,
            shift: &self.shift,
            tip: self.log.tip(),
            locked: self.locked,
        };
        self.view.key(key, &context)
    }

    fn now(&mut self) -> (Time, TimeEvidence) {
        let system = Clock::system();
        (system, self.clock.evidence(self.gate.clock(), system, since_boot()))
    }

    fn show(&mut self, shown: &Shown) -> Result<(), Error> {
        self.shift.count(shown);
        self.tell(Told::Shown(shown))
    }

    fn keep(&mut self, subject: Subject, verdict: Option<LoggedVerdict>, let_in: bool) {
        self.last = Some(Last {
            subject,
            verdict,
            let_in,
            at: Instant::now(),
        });
    }

    fn open_barrier(&mut self, seq: u64) -> Result<(), Error> {
        match &self.barrier {
            None => Ok(()),
            Some(Barrier::Device(turnstile, _)) => {
                turnstile.open(seq);
                Ok(())
            }
            Some(Barrier::Line) => self.tell(Told::Open(seq)),
        }
    }

    fn log_verdict(&mut self, judged: Judged) -> Result<LoggedVerdict, LogError> {
        let mut logged = logged::append(&mut self.log, vec![judged])?;
        Ok(logged.pop().expect("one verdict was logged"))
    }

    /// The entry in the log; `None` where it could not be logged, which was told.
    fn log_entry(&mut self, happened: Happened, origin: Origin) -> Result<Option<LoggedEntry>, Error> {
        let now = self.now();
        let entry = self.gate.entry(happened, origin.clone(), now);
        match entry::append(&mut self.log, entry) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) => {
                self.unlogged(origin, error)?;
                Ok(None)
            }
        }
    }

    /// What could not be logged is not shown; the fault is, with what the authority wants then.
    fn unlogged(&mut self, origin: Origin, error: LogError) -> Result<(), Error> {
        self.log_failed = true;
        self.last = None;
        let meanwhile = self.gate.disk_full();
        let path = self.log_path.clone();
        self.show(&Shown::Fault(origin, Fault::Log { path, error, meanwhile }))
    }
}

/// A reason in front of those that there are already.
fn with(reason: Reason, others: &[String]) -> Vec<String> {
    let first = [reason.as_str().to_owned()];
    first
        .into_iter()
        .chain(others.iter().cloned())
        .take(postern_log::event::MAX_REASONS)
        .collect()
}

/// Fills the memory from the log: a restart lets nobody in twice.
fn recall(memory: &mut PassBack, log: &Log, system: Time, boot: Duration) -> Result<(), LogError> {
    let window = memory.window();
    if window.is_zero() {
        return Ok(());
    }
    let since = system.seconds().saturating_sub(window.as_secs());
    for event in log.reader().recent_since(since, MAX_RECALLED)?.iter().rev() {
        let details = event.details();
        if details.outcome != postern_log::Outcome::Admit {
            continue;
        }
        let who = Pseudonyms {
            code: details.code.map(postern_core::code::CodeDigest),
            person: details
                .person
                .map(|tag| postern_core::record::DocumentTag(postern_core::cbor::Bytes(tag))),
        };
        let ago = Duration::from_secs(system.seconds().saturating_sub(details.time));
        // Where the machine has just been started, the admission was before it.
        memory.remember(who, Time::saturating(details.time as i64), boot.saturating_sub(ago));
    }
    Ok(())
}
