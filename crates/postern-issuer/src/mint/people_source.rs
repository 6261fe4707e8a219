//! The rows of a people file, with what is known of them, as drafts of codes.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use postern_core::record::Holder;
use postern_core::tag::TagKey;
use postern_core::time::Time;

use super::error::MintError;
use super::issuing::Terms;
use super::job::{Draft, Planned, Prepared, Source};
use super::ledger::{Ended, Entry, LedgerError, Reader};
use super::people::{Applicant, Chunk, Column, Columns, Encoding, Paper, PeopleError, PeopleFile, Reason, Reject, Row};
use super::plan::{Known, Plan};
use super::shard::Shard;
use crate::status::NotValid;

/// Pieces of a people file, with what is known of their rows.
pub(super) struct PeopleSource<'p> {
    pub(super) people: &'p mut PeopleFile,
    pub(super) plan: Plan,
}

impl Source for PeopleSource<'_> {
    type Item = (Chunk, Vec<(u64, Known)>);

    fn next(&mut self) -> Result<Option<Self::Item>, MintError> {
        let Some(chunk) = self.people.next_chunk()? else {
            return Ok(None);
        };
        let known = self.plan.take(&chunk)?;
        Ok(Some((chunk, known)))
    }
}

/// Makes drafts of rows. It has no memory, so any thread may do it.
pub(super) struct Drafting<'d> {
    pub(super) columns: &'d Columns,
    pub(super) encoding: Encoding,
    pub(super) terms: Terms,
    pub(super) tag_key: Option<&'d TagKey>,
    pub(super) shard: Shard,
    /// Rows with other content than their code has get a new one.
    pub(super) changed: bool,
    /// Rows that have not changed since are passed over.
    pub(super) since: Option<Time>,
    /// Codes that are not replaced.
    pub(super) not_valid: &'d NotValid,
    pub(super) readers: &'d Readers,
    pub(super) path: &'d Path,
}

impl Drafting<'_> {
    /// What is to become of the rows of a piece.
    pub(super) fn prepare(&self, (chunk, known): (Chunk, Vec<(u64, Known)>)) -> Result<Prepared, MintError> {
        let mut prepared = Prepared {
            at: chunk.end().byte,
            line: chunk.end().line,
            ..Prepared::default()
        };
        let mut known = known.into_iter().peekable();
        for row in chunk.rows(self.encoding) {
            let known = std::iter::from_fn(|| known.next_if(|(line, _)| *line <= row.line()));
            let known = known
                .filter(|(line, _)| *line == row.line())
                .last()
                .map(|(_, known)| known);
            match self.columns.id(&row) {
                // Somebody must tell of rows without an id.
                Err(_) if !self.shard.is_first() => prepared.elsewhere += 1,
                Ok(id) if !self.shard.holds(id.as_str()) => prepared.elsewhere += 1,
                _ => match self.plan(&row, known)? {
                    Some(planned) => prepared.rows.push((row, planned)),
                    None => prepared.unchanged += 1,
                },
            }
        }
        Ok(prepared)
    }

    /// `None` where the row has not changed.
    fn plan(&self, row: &Row, known: Option<Known>) -> Result<Option<Planned>, MintError> {
        let (applicant, counter) = match self.check(row, known) {
            Ok(Some(checked)) => checked,
            Ok(None) => return Ok(None),
            Err(reject) => return Ok(Some(Planned::Rejected(reject))),
        };
        let entry = match counter {
            Some(counter) => Some(self.readers.entry(counter)?),
            None => None,
        };
        if entry
            .as_ref()
            .is_some_and(|entry| !entry.id.eq_ignore_ascii_case(applicant.id().as_str()))
        {
            return Err(PeopleError::Changed(self.path.to_owned()).into());
        }
        Ok(Some(self.draft(&applicant, entry).unwrap_or_else(Planned::Rejected)))
    }

    /// The applicant with the number of their code, if they have one.
    fn check(&self, row: &Row, known: Option<Known>) -> Result<Option<(Applicant, Option<u64>)>, Reject> {
        if let Some(since) = self.since
            && self.columns.changed(row)?.is_some_and(|changed| changed < since)
        {
            return Ok(None);
        }
        let applicant = self.columns.applicant(row)?;
        let double = |column, reason| Reject {
            line: row.line(),
            column: Some(column),
            reason,
        };
        match known {
            None => Ok(Some((applicant, None))),
            Some(Known::Code { counter }) => Ok(Some((applicant, Some(counter)))),
            Some(Known::SameId { first }) => Err(double(Column::Id, Reason::IdDuplicate { first })),
            Some(Known::SamePaper { first }) => {
                Err(double(Column::DocumentNumber, Reason::DocumentDuplicate { first }))
            }
        }
    }

    fn draft(&self, applicant: &Applicant, entry: Option<Entry>) -> Result<Planned, Reject> {
        let content = applicant.content();
        let replaces = match entry {
            Some(entry) if entry.content == content => return Ok(Planned::Kept(entry)),
            Some(entry) => {
                let reject = |reason| Reject {
                    line: applicant.line(),
                    column: Some(Column::Id),
                    reason,
                };
                if !self.changed {
                    return Err(reject(Reason::AlreadyMintedDifferently));
                }
                if let Some(status) = self.not_valid.status(entry.counter) {
                    return Err(reject(Reason::CodeNotValid { status }));
                }
                Some((entry.counter, Ended::Changed))
            }
            None => None,
        };
        // Only now: a row that was minted before stays minted, whatever time this run is given.
        let facts = applicant.facts(self.terms.issued())?;
        let tag = self.tag_key.zip(applicant.paper().map(Paper::document));
        let holder = Holder {
            name: applicant.name().cloned(),
            birth: applicant.birth(),
            tag: tag.map(|(key, document)| key.tag(document)),
        };
        Ok(Planned::New(Box::new(Draft {
            id: applicant.id().to_string(),
            content,
            claims: self.terms.claims(holder, facts),
            replaces,
        })))
    }
}

/// Readers of a ledger, as many as threads want one at once.
pub(super) struct Readers {
    ledger: PathBuf,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub(super) fn new(ledger: &Path) -> Self {
        Self {
            ledger: ledger.to_owned(),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// The code of a number that the ledger has.
    pub(super) fn entry(&self, counter: u64) -> Result<Entry, LedgerError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.ledger)?,
        };
        let entry = reader.entry(counter)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        entry.ok_or_else(|| LedgerError::sql(&self.ledger, rusqlite::Error::QueryReturnedNoRows))
    }
}
