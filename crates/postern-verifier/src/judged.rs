//! Judging, and the state that a text is in between its verdict and the log.
//!
//! [`Gate`] is the only way from a text to a verdict, and what it gives, a [`Judged`], has nothing that could be shown:
//! its verdict is private to this module and to [`logged`], which appends to the log and hands out
//! [`LoggedVerdict`](logged::LoggedVerdict).

pub(crate) mod entry;
pub(crate) mod logged;

use std::path::PathBuf;

use postern_core::code::CodeDigest;
use postern_core::policy::PolicyRule;
use postern_core::record::DocumentTag;
use postern_core::text::Ident;
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{DiskFull, Emergency, Held, Issuer, Trust};
use postern_core::verdict::{DataAge, Grade, Judge, Outcome, Reason, Verdict};
use postern_log::Source;

use crate::store::State;
use crate::time::{Clock, RELEASED};

/// Where a text or a fault came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The place among the arguments, from 1.
    pub(crate) argument: Option<usize>,
    /// The picture, or the folder.
    pub(crate) file: Option<PathBuf>,
    /// The line of standard input, from 1.
    pub(crate) line: Option<u64>,
    /// The scanner or camera, as `--source` names it.
    pub(crate) device: Option<String>,
}

/// A gate that judges.
#[derive(Debug)]
pub(crate) struct Gate {
    judge: Judge,
    clock: Clock,
}

impl Gate {
    /// A gate that judges by a state, at a time if one was asked for.
    pub(crate) fn new(state: State, at: Option<Time>) -> Self {
        let floor = state.floor.max(state.judge.trust().time_floor()).max(RELEASED);
        Self {
            judge: state.judge,
            clock: Clock { at, floor },
        }
    }

    /// Judges by another state from now on.
    pub(crate) fn replace(&mut self, state: State) {
        *self = Self::new(state, self.clock.at);
    }

    /// Judges a text. The verdict comes out of the log only.
    pub(crate) fn judge(&self, text: &str, source: Source, origin: Origin) -> Judged {
        let system = Clock::system();
        self.judge_at(text, source, origin, (system, self.clock.evidence(system)))
    }

    /// Judges a text by a reading of the system clock and what it is worth.
    pub(crate) fn judge_at(
        &self,
        text: &str,
        source: Source,
        origin: Origin,
        (system, time): (Time, TimeEvidence),
    ) -> Judged {
        self.judged(self.judge.check(text, time), system, source, origin)
    }

    /// Judges many texts at one reading of the clock, for less than one by one.
    pub(crate) fn judge_all<'t>(
        &self,
        texts: impl IntoIterator<Item = (&'t str, Origin)>,
        source: Source,
    ) -> Vec<Judged> {
        let system = Clock::system();
        let (texts, origins): (Vec<&str>, Vec<Origin>) = texts.into_iter().unzip();
        let verdicts = self.judge.check_all(&texts, self.clock.evidence(system));
        let judged = verdicts.into_iter().zip(origins);
        judged
            .map(|(verdict, origin)| self.judged(verdict, system, source, origin))
            .collect()
    }

    fn judged(&self, verdict: Verdict, system: Time, source: Source, origin: Origin) -> Judged {
        Judged {
            issuer: self.judge.issuer(&verdict).map(|issuer| issuer.id.to_string()),
            verdict,
            system,
            source,
            origin,
            at_another_time: self.clock.at.is_some(),
            demo: self.judge.is_demo(),
            seen_here: None,
        }
    }

    /// What is trusted.
    pub(crate) fn trust(&self) -> &Trust {
        self.judge.trust()
    }

    /// Whether anybody can mint what this gate admits.
    pub(crate) fn is_demo(&self) -> bool {
        self.judge.is_demo()
    }

    /// The clock.
    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// The age of the data at `now`, and whether the clock is suspect.
    pub(crate) fn data_age(&self, system: Time) -> (DataAge, bool) {
        self.data_age_at(self.clock.evidence(system))
    }

    /// As [`Self::data_age`], by a clock that was watched.
    pub(crate) fn data_age_at(&self, time: TimeEvidence) -> (DataAge, bool) {
        self.judge.data_age(time)
    }

    /// The grade of the data at a time that is taken for the right one.
    pub(crate) fn grade_at(&self, time: Time) -> Grade {
        self.judge.data_age(TimeEvidence::Chosen(time)).0.grade
    }

    /// The issuer of a verdict.
    pub(crate) fn issuer(&self, verdict: &Verdict) -> Option<&Issuer> {
        self.judge.issuer(verdict)
    }

    /// The emergency declaration that holds at this time, at this gate.
    pub(crate) fn emergency(&self, now: Time) -> Option<&Emergency> {
        self.judge.emergency(now)
    }

    /// The lists and columns that the pack's issuers name, in the pack's order: held or lacking.
    pub(crate) fn status_data(&self, now: Time) -> Vec<StatusData<'_>> {
        let trust = self.trust();
        let mut data = Vec::new();
        for issuer in trust.pack().iter().flat_map(|pack| &pack.payload().issuers) {
            let Some(list) = &issuer.list else { continue };
            let columns = issuer.columns.iter().map(Some);
            for column in std::iter::once(None).chain(columns) {
                let held = match column {
                    None => trust.status().list(list),
                    Some(column) => trust.status().column(list, column),
                };
                let age = held.map(|held| self.judge.status_age(issuer, held.issued(), now));
                data.push(StatusData {
                    list,
                    column,
                    held,
                    age,
                });
            }
        }
        data
    }

    /// What staff do while the log cannot be written, as the authority wants it.
    pub(crate) fn disk_full(&self) -> DiskFull {
        let pack = self.trust().pack();
        pack.and_then(|pack| pack.payload().disk_full).unwrap_or_default()
    }

    /// A rule of the pack.
    pub(crate) fn rule(&self, place: usize) -> Option<&PolicyRule> {
        self.judge.policy()?.rules().get(place)
    }
}

/// A list or a column that an issuer names.
#[derive(Debug)]
pub(crate) struct StatusData<'a> {
    pub(crate) list: &'a Ident,
    pub(crate) column: Option<&'a Ident>,
    /// `None` where the gate lacks it.
    pub(crate) held: Option<&'a Held>,
    /// Seconds since it was made, and what that is worth.
    pub(crate) age: Option<(u64, Grade)>,
}

/// A text that was judged and is not in the log yet: nothing of it can be seen.
#[derive(Debug)]
pub(crate) struct Judged {
    verdict: Verdict,
    issuer: Option<String>,
    system: Time,
    source: Source,
    origin: Origin,
    at_another_time: bool,
    demo: bool,
    seen_here: Option<Time>,
}

impl Judged {
    /// The pseudonyms of a person who would be admitted: of the code, and of the document that it is bound to.
    pub(crate) fn admits(&self) -> Option<Pseudonyms> {
        (self.verdict.outcome == Outcome::Admit).then(|| Pseudonyms {
            code: self.verdict.code,
            person: self.verdict.person(),
        })
    }

    /// Refers whom this gate has admitted a short time ago.
    pub(crate) fn refer_as_seen_here(&mut self, at: Time) {
        self.verdict.outcome = Outcome::Refer;
        self.verdict.reasons = vec![Reason::SeenHere];
        self.seen_here = Some(at);
    }
}

/// What a gate knows again without knowing whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pseudonyms {
    pub(crate) code: Option<CodeDigest>,
    pub(crate) person: Option<DocumentTag>,
}
