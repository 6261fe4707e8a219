//! What people and document readers add to the log beside the verdicts on codes: comparisons, manual entries, overrides.
//!
//! As with verdicts, an [`Entry`] shows nothing; only what the log gave back, a [`LoggedEntry`], can be shown.

use postern_core::code::CodeDigest;
use postern_core::record::DocumentTag;
use postern_core::time::{Time, TimeEvidence};
use postern_core::verdict::Outcome;
use postern_log::{Event, Flags, Kind, Log, LogError, NewEvent, Source};

use super::logged::{self, LoggedVerdict};
use super::{Gate, Origin, Pseudonyms};
use crate::config::{EntryReason, Operator};

/// An event that is in the log and that another one can be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Its place in the log.
    pub(crate) seq: u64,
    /// What was said of it.
    pub(crate) outcome: Outcome,
    /// Why, in stable names.
    pub(crate) reasons: Vec<String>,
    /// Whom it is about.
    pub(crate) code: Option<[u8; 16]>,
    pub(crate) person: Option<DocumentTag>,
    issuer: Option<String>,
    emergency: bool,
}

impl Subject {
    /// What a verdict is about.
    pub(crate) fn of_verdict(logged: &LoggedVerdict) -> Self {
        Self::of(logged.event())
    }

    /// What an entry is about.
    pub(crate) fn of_entry(entry: &LoggedEntry) -> Self {
        Self::of(&entry.event)
    }

    /// What it is known again by.
    pub(crate) fn pseudonyms(&self) -> Pseudonyms {
        Pseudonyms {
            code: self.code.map(CodeDigest),
            person: self.person,
        }
    }

    fn of(event: &Event) -> Self {
        let details = event.details();
        Self {
            seq: event.seq(),
            outcome: logged::core_outcome(details.outcome),
            reasons: details.reasons.clone(),
            code: details.code,
            person: details.person.map(|tag| DocumentTag(postern_core::cbor::Bytes(tag))),
            issuer: details.issuer.clone(),
            emergency: details.flags.emergency,
        }
    }
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    /// A document was read after a code, and compared with it.
    Compared {
        about: Subject,
        outcome: Outcome,
        reasons: Vec<String>,
    },
    /// A document was read without a code.
    Read {
        person: Option<DocumentTag>,
        outcome: Outcome,
        reasons: Vec<String>,
    },
    /// A person looked at a document.
    Manual {
        operator: Operator,
        outcome: Outcome,
        reason: EntryReason,
    },
    /// A person decided otherwise than the gate.
    Override {
        about: Subject,
        operator: Operator,
        outcome: Outcome,
        reason: EntryReason,
    },
}

/// An event that is not in the log yet: nothing of it can be seen.
#[derive(Debug)]
pub(crate) struct Entry {
    event: NewEvent,
    origin: Origin,
}

/// An event that is in the log, on the disk.
#[derive(Debug)]
pub(crate) struct LoggedEntry {
    event: Event,
    origin: Origin,
}

impl LoggedEntry {
    /// The event.
    pub(crate) fn event(&self) -> &Event {
        &self.event
    }

    /// Where it came from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// When, as the gate reckoned.
    pub(crate) fn time(&self) -> Time {
        Time::from_seconds(self.event.details().time).expect("an event is within the range of Time")
    }

    /// What was decided.
    pub(crate) fn outcome(&self) -> Outcome {
        logged::core_outcome(self.event.details().outcome)
    }
}

impl Gate {
    /// The event of what happened, at a reading of the system clock and what it is worth.
    pub(crate) fn entry(&self, happened: Happened, origin: Origin, (system, time): (Time, TimeEvidence)) -> Entry {
        let (data, clock_suspect) = self.data_age_at(time);
        let mut event = NewEvent {
            time: time.now().seconds(),
            system: system.seconds(),
            flags: Flags {
                clock_suspect,
                judged_at_another_time: false,
                demo_trust: self.is_demo(),
                emergency: false,
            },
            outcome: postern_log::Outcome::Refer,
            reasons: Vec::new(),
            code: None,
            person: None,
            issuer: None,
            root: data.root,
            pack: data.pack,
            snapshot: data.snapshot,
            age: data.age,
            grade: logged::grade(data.grade),
            source: Source::Hand,
            kind: Kind::Manual,
            about: None,
            operator: None,
            credential: None,
        };
        let about = |event: &mut NewEvent, subject: Subject| {
            event.about = Some(subject.seq);
            event.code = subject.code;
            event.person = subject.person.map(|tag| tag.0.0);
            event.issuer = subject.issuer;
            event.flags.emergency = subject.emergency;
        };
        let outcome = match happened {
            Happened::Compared {
                about: subject,
                outcome,
                reasons,
            } => {
                event.kind = Kind::Document;
                event.source = Source::Document;
                event.reasons = reasons;
                about(&mut event, subject);
                outcome
            }
            Happened::Read {
                person,
                outcome,
                reasons,
            } => {
                event.source = Source::Document;
                event.person = person.map(|tag| tag.0.0);
                event.reasons = reasons;
                outcome
            }
            Happened::Manual {
                operator,
                outcome,
                reason,
            } => {
                event.operator = Some(operator.into());
                event.reasons = vec![reason.into()];
                outcome
            }
            Happened::Override {
                about: subject,
                operator,
                outcome,
                reason,
            } => {
                event.kind = Kind::Override;
                event.operator = Some(operator.into());
                event.reasons = vec![reason.into()];
                about(&mut event, subject);
                outcome
            }
        };
        event.outcome = logged::outcome(outcome);
        Entry { event, origin }
    }
}

/// Logs what happened; when this returns, it is on the disk.
///
/// # Errors
///
/// [`LogError`]: then nothing of it may be seen, and nothing can be.
pub(crate) fn append(log: &mut Log, entry: Entry) -> Result<LoggedEntry, LogError> {
    let logged = log.append(entry.event)?;
    Ok(LoggedEntry {
        event: logged.event().clone(),
        origin: entry.origin,
    })
}
