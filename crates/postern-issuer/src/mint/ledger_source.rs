//! Codes of the ledger that get others in their place: those that expire, and those that were lost.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use postern_core::record::{MAX_TEST_AGE, Test};
use postern_core::time::Time;

use super::error::MintError;
use super::issuing::Terms;
use super::job::{Draft, Planned, Prepared, Source};
use super::ledger::{Ended, Entry, Reader, Run};
use super::people::{Column, Reason, Reject, Row};
use crate::status::NotValid;

/// Codes that are handed on at once.
const PIECE: usize = 1024;

/// A code, with the number of the one that this run gave in its place before it was interrupted.
pub(super) type Old = (Entry, Option<u64>);

/// Some codes, and where the source goes on after them.
pub(super) struct Olds {
    codes: Vec<Old>,
    at: u64,
    /// How many came before these.
    before: u64,
}

/// Codes that expire at a time at the latest, by their numbers.
pub(super) struct Expiring {
    pub(super) reader: Reader,
    pub(super) until: Time,
    pub(super) run: Run,
    pub(super) at: u64,
    pub(super) line: u64,
    /// Codes that are not valid: those of the dead, of who has moved away, and of who is to stay where they are.
    pub(super) not_valid: NotValid,
    /// How many codes were left out because they are not.
    pub(super) left_out: Arc<AtomicU64>,
}

impl Source for Expiring {
    type Item = Olds;

    fn next(&mut self) -> Result<Option<Olds>, MintError> {
        loop {
            let mut codes = self.reader.to_renew(self.at, &self.run, self.until, PIECE)?;
            let Some((last, _)) = codes.last() else { return Ok(None) };
            self.at = last.counter + 1;
            let all = codes.len();
            // One that this run has renewed before it was interrupted belongs into its output, whatever came since.
            codes.retain(|(old, by)| by.is_some() || self.not_valid.status(old.counter).is_none());
            self.left_out.fetch_add((all - codes.len()) as u64, Ordering::Relaxed);
            if codes.is_empty() {
                continue;
            }
            let before = self.line;
            self.line += codes.len() as u64;
            return Ok(Some(Olds {
                codes,
                at: self.at,
                before,
            }));
        }
    }
}

/// Codes that were named one by one.
pub(super) struct Named {
    codes: VecDeque<Old>,
    at: u64,
}

impl Named {
    /// The newest codes of these people. What this run has minted before it was interrupted is known by its number, `first`
    /// or above.
    pub(super) fn new(reader: &Reader, ids: &[String], first: u64, at: u64) -> Result<Self, MintError> {
        let mut codes = VecDeque::new();
        for id in ids.iter().skip(usize::try_from(at).unwrap_or(usize::MAX)) {
            let mut all = reader.of_id(id)?;
            let newest = all.pop().ok_or_else(|| MintError::IdUnknown { id: id.clone() })?;
            codes.push_back(match all.pop().filter(|_| newest.entry.counter >= first) {
                Some(old) => (old.entry, Some(newest.entry.counter)),
                None => (newest.entry, None),
            });
        }
        Ok(Self { codes, at })
    }

    /// That all of them are valid: a new code would be.
    pub(super) fn must_be_valid(&self, not_valid: &NotValid) -> Result<(), MintError> {
        let found = self
            .codes
            .iter()
            .find_map(|(old, _)| Some((old, not_valid.status(old.counter)?)));
        match found {
            Some((old, status)) => Err(MintError::NotValid {
                id: old.id.clone(),
                status,
            }),
            None => Ok(()),
        }
    }
}

impl Source for Named {
    type Item = Olds;

    fn next(&mut self) -> Result<Option<Olds>, MintError> {
        let Some(old) = self.codes.pop_front() else {
            return Ok(None);
        };
        let before = self.at;
        self.at += 1;
        Ok(Some(Olds {
            codes: vec![old],
            at: self.at,
            before,
        }))
    }
}

/// Makes drafts of codes.
pub(super) struct Reissue<'r> {
    pub(super) terms: Terms,
    pub(super) reason: Ended,
    pub(super) readers: &'r super::people_source::Readers,
}

impl Reissue<'_> {
    pub(super) fn prepare(&self, olds: Olds) -> Result<Prepared, MintError> {
        let mut prepared = Prepared {
            at: olds.at,
            line: olds.before + olds.codes.len() as u64,
            ..Prepared::default()
        };
        for (line, (old, by)) in (olds.before + 1..).zip(olds.codes) {
            let row = Row::new(line, [old.id.as_str()]);
            let planned = match by {
                Some(by) => Planned::Kept(self.readers.entry(by)?),
                None => match self.draft(&old, line) {
                    Ok(draft) => Planned::New(Box::new(draft)),
                    Err(reject) => Planned::Rejected(reject),
                },
            };
            prepared.rows.push((row, planned));
        }
        Ok(prepared)
    }

    /// The same facts of the same person, as of the time of issue.
    fn draft(&self, old: &Entry, line: u64) -> Result<Draft, Reject> {
        let reject = |reason| Reject {
            line,
            column: Some(Column::Id),
            reason,
        };
        let claims = old.claims().ok_or(reject(Reason::CodeDamaged))?;
        let issued = self.terms.issued();
        // The facts are those of its day: they cannot be dated back.
        if issued < claims.issued {
            return Err(reject(Reason::CodeOfTheFuture));
        }
        let mut facts = claims.record.facts;
        // The age of a test is counted from the time of issue. One that a code cannot hold any more says nothing any more.
        facts.test = facts.test.zip(claims.sampled()).and_then(|(test, sampled)| {
            let age = u32::try_from(issued.since(sampled) / 60).unwrap_or(MAX_TEST_AGE + 1);
            Test::new(test.kind, test.result, age).ok()
        });
        Ok(Draft {
            id: old.id.clone(),
            content: old.content,
            claims: self.terms.claims(claims.record.holder, facts),
            replaces: Some((old.counter, self.reason)),
        })
    }
}
