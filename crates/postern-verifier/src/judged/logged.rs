//! The log between the verdict and the eye.

use postern_core::time::Time;
use postern_core::verdict::{Grade, Outcome, Verdict};
use postern_log::event::MAX_REASONS;
use postern_log::{Credential, Event, Flags, Kind, Log, LogError, Logged, NewEvent, Source};

use super::{Judged, Origin};

/// A verdict that is in the log, on the disk. Only this can be shown.
#[derive(Debug)]
pub(crate) struct LoggedVerdict {
    judged: Judged,
    logged: Logged,
}

impl LoggedVerdict {
    /// What was judged.
    pub(crate) fn verdict(&self) -> &Verdict {
        &self.judged.verdict
    }

    /// Where the text came from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.judged.origin
    }

    /// How the text came.
    pub(crate) fn source(&self) -> Source {
        self.judged.source
    }

    /// Whether it was judged by a time that somebody chose.
    pub(crate) fn at_another_time(&self) -> bool {
        self.judged.at_another_time
    }

    /// Whether it was judged under keys that everybody has.
    pub(crate) fn is_demo(&self) -> bool {
        self.judged.demo
    }

    /// When this gate admitted the same person a short time ago, where that is why they were referred.
    pub(crate) fn seen_here(&self) -> Option<Time> {
        self.judged.seen_here
    }

    /// The place in the log, from 0.
    pub(crate) fn seq(&self) -> u64 {
        self.logged.seq()
    }

    /// What the log keeps of it.
    pub(crate) fn event(&self) -> &Event {
        self.logged.event()
    }
}

/// Logs verdicts in their order, all or none; when this returns, they are on the disk.
///
/// # Errors
///
/// [`LogError`]: then none of the verdicts may be seen, and none can be.
pub(crate) fn append(log: &mut Log, judged: Vec<Judged>) -> Result<Vec<LoggedVerdict>, LogError> {
    let logged = log.append_batch(judged.iter().map(event))?;
    Ok(judged
        .into_iter()
        .zip(logged)
        .map(|(judged, logged)| LoggedVerdict { judged, logged })
        .collect())
}

/// What the log keeps of a verdict: pseudonyms, and no name.
fn event(judged: &Judged) -> NewEvent {
    let verdict = &judged.verdict;
    NewEvent {
        time: verdict.now.seconds(),
        system: judged.system.seconds(),
        flags: Flags {
            clock_suspect: verdict.clock_suspect,
            judged_at_another_time: judged.at_another_time,
            demo_trust: judged.demo,
            emergency: verdict.emergency,
        },
        outcome: outcome(verdict.outcome),
        // One code has far fewer reasons; the log's bound must not be what keeps a verdict from a person.
        reasons: verdict
            .reasons
            .iter()
            .take(MAX_REASONS)
            .map(|reason| reason.as_str().to_owned())
            .collect(),
        code: verdict.code.map(|digest| digest.0),
        person: verdict.person().map(|tag| tag.0.0),
        issuer: judged.issuer.clone(),
        root: verdict.data.root,
        pack: verdict.data.pack,
        snapshot: verdict.data.snapshot,
        age: verdict.data.age,
        grade: grade(verdict.data.grade),
        source: judged.source,
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: credential(verdict),
    }
}

/// By what an auditor judges a verdict again at a later day; where a known issuer has signed.
fn credential(verdict: &Verdict) -> Option<Credential> {
    let (claims, kid) = (verdict.claims.as_ref()?, verdict.kid?);
    Some(Credential {
        kid: kid.0,
        issued: claims.issued.seconds(),
        index: claims.record.index.into(),
    })
}

/// An outcome in the log's words.
pub(super) fn outcome(outcome: Outcome) -> postern_log::Outcome {
    match outcome {
        Outcome::Admit => postern_log::Outcome::Admit,
        Outcome::Refer => postern_log::Outcome::Refer,
        Outcome::Refuse => postern_log::Outcome::Refuse,
    }
}

/// The opposite of [`outcome`].
pub(super) fn core_outcome(outcome: postern_log::Outcome) -> Outcome {
    match outcome {
        postern_log::Outcome::Admit => Outcome::Admit,
        postern_log::Outcome::Refer => Outcome::Refer,
        postern_log::Outcome::Refuse => Outcome::Refuse,
    }
}

/// A grade in the log's words.
pub(super) fn grade(grade: Grade) -> postern_log::Grade {
    match grade {
        Grade::Fresh => postern_log::Grade::Fresh,
        Grade::Aging => postern_log::Grade::Aging,
        Grade::Stale => postern_log::Grade::Stale,
        Grade::Refuse => postern_log::Grade::Refuse,
    }
}

#[cfg(test)]
mod tests {
    use postern_core::verdict::Reason;

    use super::*;

    #[test]
    fn the_log_and_the_core_use_the_same_words() {
        for core in [Outcome::Admit, Outcome::Refer, Outcome::Refuse] {
            assert_eq!(core.as_str(), outcome(core).as_str());
            assert_eq!(core_outcome(outcome(core)), core);
        }
        for core in [Grade::Fresh, Grade::Aging, Grade::Stale, Grade::Refuse] {
            assert_eq!(core.as_str(), grade(core).as_str());
        }
    }

    #[test]
    fn the_log_takes_every_reason() {
        for reason in Reason::ALL {
            let name = reason.as_str();
            assert!(name.len() <= postern_log::event::MAX_REASON_LEN, "{name}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
        }
    }
}
