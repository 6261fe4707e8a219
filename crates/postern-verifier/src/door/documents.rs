//! Documents that a machine reads: compared with the code before them, or entered alone.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use postern_cli::random;
use postern_core::document::Reading;
use postern_core::record::DocumentTag;
use postern_core::tag::TagKey;
use postern_core::verdict::{Outcome, Reason};
use postern_log::event::MAX_REASONS;

use super::view::Told;
use super::{Door, Last, Scanned};
use crate::error::Error;
use crate::judged::entry::{Happened, Subject};
use crate::judged::{Origin, Pseudonyms};
use crate::time::since_boot;

/// What a document without a code is entered as.
pub(crate) const NO_CODE_SHOWN: &str = "no-code-shown";
/// How long a document that was not admitted is not admitted without a code.
const REMEMBERED: Duration = Duration::from_secs(3600);
/// The most documents that are remembered.
const MAX_REMEMBERED: usize = 4096;

/// The documents that lay on the reader lately, under a key of this run that nobody else has.
pub(crate) struct Documents {
    key: TagKey,
    seen: HashMap<DocumentTag, (Instant, Outcome)>,
}

impl Documents {
    /// None yet.
    ///
    /// # Errors
    ///
    /// [`Error::Random`].
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self {
            key: TagKey::new(0, random::bytes().map_err(Error::Random)?),
            seen: HashMap::new(),
        })
    }

    /// When a document lay here last, and what came of it.
    fn last(&self, document: &Reading) -> Option<(Instant, Outcome)> {
        let seen = self.seen.get(&self.key.tag(&document.document)).copied();
        seen.filter(|(at, _)| at.elapsed() < REMEMBERED)
    }

    fn remember(&mut self, document: &Reading, outcome: Outcome) {
        if self.seen.len() >= MAX_REMEMBERED {
            self.seen.retain(|_, (at, _)| at.elapsed() < REMEMBERED);
        }
        if self.seen.len() >= MAX_REMEMBERED {
            self.seen.clear();
        }
        let tag = self.key.tag(&document.document);
        self.seen.insert(tag, (Instant::now(), outcome));
    }
}

impl Door<'_> {
    /// A document that a reader has read: compared with the code before it, or entered alone.
    pub(crate) fn document(&mut self, document: &Reading, origin: Origin) -> Result<(), Error> {
        if self.locked {
            return self.tell(Told::Locked);
        }
        let window = self.config.document.window();
        let waits = |last: &mut Last| last.code.is_some() && last.at.elapsed() < window;
        if let Some(Last {
            code: Some(code),
            let_in,
            ..
        }) = self.last.take_if(waits)
        {
            return self.compare(document, code, let_in, origin);
        }
        // A card that stays on the reader, or is put down twice, is one document.
        if self
            .documents
            .last(document)
            .is_some_and(|(at, _)| at.elapsed() < window)
        {
            return self.tell(Told::SameDocument);
        }
        self.enter(document, origin)
    }

    /// Compares a document with the tag of the code that was shown before it.
    fn compare(&mut self, document: &Reading, code: Scanned, mut let_in: bool, origin: Origin) -> Result<(), Error> {
        let about = &code.subject;
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
        let who = about.pseudonyms();
        let happened = Happened::Compared {
            about: about.clone(),
            outcome,
            reasons,
        };
        let Some(entry) = self.log_entry(happened, origin)? else {
            return Ok(());
        };
        self.shift.compared += 1;
        self.documents.remember(document, outcome);
        if outcome == Outcome::Admit && !let_in {
            self.memory.remember(who, entry.time(), since_boot());
            self.open_barrier(entry.event().seq(), who)?;
            let_in = true;
        }
        self.tell(Told::Entry(&entry, code.verdict.as_ref()))?;
        // Somebody who put the wrong document down puts the right one down next.
        let code = (bound == Some(false)).then_some(code);
        self.keep(Subject::of_entry(&entry), code, let_in);
        Ok(())
    }

    /// Enters a document that came without a code.
    fn enter(&mut self, document: &Reading, origin: Origin) -> Result<(), Error> {
        let now = self.now().1.now();
        let person = self.keys.newest(now).map(|key| key.tag(&document.document));
        let who = Pseudonyms { code: None, person };
        let boot = since_boot();
        let seen = self.memory.seen(who, boot);
        // Whom a code has kept out, the same document does not let in a minute later.
        let kept_out = self
            .documents
            .last(document)
            .is_some_and(|(_, outcome)| outcome != Outcome::Admit);
        let (outcome, reasons) = match (seen, self.config.document.without_code) {
            (Some(_), _) => (Outcome::Refer, vec![Reason::SeenHere.as_str().to_owned()]),
            (None, Outcome::Admit) if !kept_out => (Outcome::Admit, Vec::new()),
            (None, _) => (Outcome::Refer, vec![NO_CODE_SHOWN.to_owned()]),
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
        self.documents.remember(document, outcome);
        let let_in = outcome == Outcome::Admit;
        if let_in {
            self.memory.remember(who, entry.time(), boot);
            self.open_barrier(entry.event().seq(), who)?;
        }
        self.tell(Told::Entry(&entry, None))?;
        self.keep(Subject::of_entry(&entry), None, let_in);
        Ok(())
    }
}

/// A reason in front of those that there are already.
fn with(reason: Reason, others: &[String]) -> Vec<String> {
    let first = [reason.as_str().to_owned()];
    first
        .into_iter()
        .chain(others.iter().cloned())
        .take(MAX_REASONS)
        .collect()
}
