//! `scan`: a gate at its door, for the hours of a shift.
//!
//! ```text
//! sources -> inputs -> Door: judge -> rules of the door -> log -> view, turnstile
//! staff   -> commands /
//! ```
//!
//! One thread judges, logs and shows, in this order; sources, the picture reader, the turnstile and updates have threads of
//! their own, and none of them can hold it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use postern_core::cbor::Bytes;
use postern_core::code::CodeDigest;
use postern_core::record::DocumentTag;
use postern_core::time::{Time, TimeEvidence};
use postern_core::verdict::Grade;
use postern_devices::turnstile::Report;
use postern_log::{Kind, Log, LogError, Source, Tip};

use crate::config::{Config, Operator};
use crate::error::Error;
use crate::fault::Fault;
use crate::judged::entry::{self, Happened, LoggedEntry, Subject};
use crate::judged::logged::{self, LoggedVerdict};
use crate::judged::{Gate, Judged, Origin, Pseudonyms};
use crate::shown::Shown;
use crate::store::{LOG, State, Store};
use crate::time::{Clock, Service, since_boot};
use command::Command;
use documents::Documents;
use pass_back::PassBack;
use shift::{Shift, Summary};
use turnstile::Barrier;
use view::{Told, View};

pub(crate) mod command;
pub(crate) mod documents;
pub(crate) mod inputs;
mod keys;
mod news;
mod pass_back;
mod run;
mod shift;
mod staff;
mod turnstile;
mod view;

pub(crate) use run::run;

/// How long after an event somebody may decide otherwise without saying which event is meant.
const DECIDE: Duration = Duration::from_secs(300);
/// The most orders to the barrier whose end is not known.
const MAX_ORDERED: usize = 64;
/// How far a clock that is mended may have run ahead, in seconds.
const AHEAD: u64 = 300;
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
    documents: Documents,
    /// For whom the barrier was ordered to open, until it is known that it did.
    ordered: VecDeque<(u64, Pseudonyms)>,
    locked: bool,
    barrier: Option<Barrier>,
    view: Box<dyn View + 'a>,
    log_failed: bool,
}

/// The event that a document, or a decision, that comes now belongs to.
struct Last {
    subject: Subject,
    /// The code that no matching document was put down for yet.
    code: Option<Scanned>,
    /// Whether the barrier was opened for this person: it opens once.
    let_in: bool,
    /// Something else could not be read since: a decision must say which event it is about.
    passed: bool,
    at: Instant,
}

/// A code that waits for its document.
struct Scanned {
    subject: Subject,
    /// Its verdict, for the screen; `None` where newer trust counts since, by which it must not be read.
    verdict: Option<LoggedVerdict>,
}

/// What every view may tell beside what happened.
pub(crate) struct Context<'c> {
    pub(crate) gate: &'c Gate,
    pub(crate) config: &'c Config,
    pub(crate) shift: &'c Shift,
    pub(crate) tip: Tip,
    pub(crate) time: TimeEvidence,
    pub(crate) locked: bool,
    /// The event that a decision now would be about.
    pub(crate) last: Option<&'c Subject>,
    /// Whether a document now would be compared with the code before it.
    pub(crate) awaits_document: bool,
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
        mut keys: keys::Keys,
        barrier: Option<Barrier>,
        view: Box<dyn View + 'a>,
    ) -> Result<Self, Error> {
        let gate = Gate::new(state, None);
        let log_path = store.file(LOG);
        let mut log = Log::open(&log_path).map_err(|e| Error::log(&log_path, e))?;
        if let Some(signer) = keys.take_signer() {
            log.seal_with(Box::new(signer)).map_err(|e| Error::log(&log_path, e))?;
        }
        let (system, boot) = (Clock::system(), since_boot());
        let mut clock = Service::new(gate.clock(), system, boot);
        let now = clock.evidence(gate.clock(), system, boot).now();
        let memory = PassBack::new(config.pass_back.window(), config.pass_back.exempt());
        let mut door = Self {
            shift: Shift::new(None, now, log.tip()),
            clock,
            stepped: false,
            memory,
            keys,
            last: None,
            documents: Documents::new()?,
            ordered: VecDeque::new(),
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
        self.tell(Told::Ready)?;
        let now = self.now().1.now();
        let required = self.config.document.required;
        match recall(&mut self.memory, &self.log, required, now, since_boot()) {
            Ok(()) => Ok(()),
            // A log that cannot be read back is found by the first verdict, or by `verify`; staff know what is missing.
            Err(_) => self.tell(Told::NoMemory),
        }
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
                if let Some(who) = admits.filter(|_| let_in) {
                    self.memory.remember(who, logged.verdict().now, boot);
                    self.open_barrier(logged.seq(), who)?;
                }
                let shown = Shown::Verdict(Box::new(logged));
                self.show(&shown)?;
                if let Shown::Verdict(logged) = shown {
                    let subject = Subject::of_verdict(&logged);
                    let code = Scanned {
                        subject: subject.clone(),
                        verdict: Some(*logged),
                    };
                    self.keep(subject, Some(code), let_in);
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
        // Who is at the door now may be somebody else; a document that was misread is put down again.
        let same = matches!(fault, Fault::Document(_) | Fault::NotADocument);
        if let Some(last) = self.last.as_mut().filter(|_| !same) {
            last.passed = true;
        }
        self.show(&Shown::Fault(origin, fault))
    }

    /// Judges by newer trust from now on.
    pub(crate) fn update(&mut self, state: State) -> Result<(), Error> {
        self.gate.replace(state);
        if let Some(code) = self.last.as_mut().and_then(|last| last.code.as_mut()) {
            code.verdict = None;
        }
        // What is wrapped for this gate may have come with it. Where the store cannot be read just now, the keys that are open
        // stay good.
        let _kept = self.keys.open(&self.store, &self.gate);
        self.tell(Told::Updated)
    }

    /// Tells the view.
    pub(crate) fn tell(&mut self, told: Told<'_>) -> Result<(), Error> {
        self.with_context(|view, context| view.tell(told, context))
    }

    /// A key that a person pressed; what it comes to is a command, or nothing.
    pub(crate) fn key(&mut self, key: postern_screen::Key) -> Result<Option<Command>, Error> {
        self.with_context(|view, context| view.key(key, context))
    }

    fn with_context<T>(&mut self, tell: impl FnOnce(&mut dyn View, &Context<'_>) -> T) -> T {
        let window = self.config.document.window();
        let last = self.last.as_ref();
        let context = Context {
            time: self.clock.evidence(self.gate.clock(), Clock::system(), since_boot()),
            gate: &self.gate,
            config: &self.config,
            shift: &self.shift,
            tip: self.log.tip(),
            locked: self.locked,
            last: last.filter(|last| last.at.elapsed() < DECIDE).map(|last| &last.subject),
            awaits_document: self.config.reads_documents()
                && last.is_some_and(|last| last.code.is_some() && last.at.elapsed() < window),
        };
        tell(&mut *self.view, &context)
    }

    /// A pause: notices a clock that was set, and lets the view revert or go dark.
    pub(crate) fn tick(&mut self) -> Result<(), Error> {
        let stepped = matches!(self.now().1, TimeEvidence::Stepped { .. });
        if stepped != self.stepped {
            self.stepped = stepped;
            self.tell(Told::Clock { stepped })?;
        }
        for report in self.barrier.as_ref().map(Barrier::reports).unwrap_or_default() {
            self.reported(&report);
            self.tell(Told::Barrier(&report))?;
        }
        self.tell(Told::Tick)
    }

    /// Whoever was admitted and not let through may come again.
    fn reported(&mut self, report: &Report) {
        let Some(at) = self.ordered.iter().position(|(seq, _)| Some(*seq) == report.id) else {
            return;
        };
        let Some((seq, who)) = self.ordered.remove(at) else {
            return;
        };
        if !turnstile::let_through(report) {
            self.memory.forget_admission(who);
            if let Some(last) = self.last.as_mut().filter(|last| last.subject.seq == seq) {
                last.let_in = false;
            }
        }
    }

    fn now(&mut self) -> (Time, TimeEvidence) {
        let system = Clock::system();
        (system, self.clock.evidence(self.gate.clock(), system, since_boot()))
    }

    fn show(&mut self, shown: &Shown) -> Result<(), Error> {
        self.shift.count(shown);
        self.tell(Told::Shown(shown))
    }

    fn keep(&mut self, subject: Subject, code: Option<Scanned>, let_in: bool) {
        self.last = Some(Last {
            subject,
            code,
            let_in,
            passed: false,
            at: Instant::now(),
        });
    }

    fn open_barrier(&mut self, seq: u64, who: Pseudonyms) -> Result<(), Error> {
        match &self.barrier {
            None => Ok(()),
            Some(Barrier::Device(turnstile, _)) => {
                turnstile.open(seq);
                self.ordered.truncate(MAX_ORDERED - 1);
                self.ordered.push_front((seq, who));
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

/// Fills the memory from the log: a restart lets nobody in twice. What lies ahead of the gate's time was reckoned by a clock that
/// is lost; how long ago it was nobody knows. Where documents are `required`, a code alone has let nobody in.
fn recall(memory: &mut PassBack, log: &Log, required: bool, now: Time, boot: Duration) -> Result<(), LogError> {
    let window = memory.window();
    if window.is_zero() {
        return Ok(());
    }
    let since = now.seconds().saturating_sub(window.as_secs());
    for event in log.reader().recent_since(since, MAX_RECALLED)?.iter().rev() {
        let details = event.details();
        let here = details.source != Source::Text && !details.flags.judged_at_another_time;
        let let_in = details.outcome == postern_log::Outcome::Admit && !(required && details.kind == Kind::Code);
        if !let_in || !here || details.time > now.seconds() + AHEAD {
            continue;
        }
        let who = Pseudonyms {
            code: details.code.map(CodeDigest),
            person: details.person.map(|tag| DocumentTag(Bytes(tag))),
        };
        let ago = Duration::from_secs(now.seconds().saturating_sub(details.time));
        let time = Time::from_seconds(details.time).expect("an event is within the range of Time");
        // Where the machine has just been started, the admission was before it.
        memory.remember(who, time, boot.saturating_sub(ago));
    }
    Ok(())
}
