//! One batch of rows: each is rejected, found to be minted already, or minted; then the ledger keeps it.

use postern_core::code::Claims;
use postern_core::tag::TagKey;
use postern_core::time::Time;

use super::error::MintError;
use super::issuing::{Issuing, Terms};
use super::ledger::{Batch, Entry, Ledger, Place};
use super::people::{Applicant, Column, Columns, Paper, Reason, Reject, Row};

/// Rows that are minted in one transaction of the ledger: one wait for the disk among so many.
pub const BATCH: usize = 256;

/// What is the same for all rows of a run.
pub struct Mint<'a> {
    /// Who issues.
    pub issuing: &'a Issuing,
    /// From when and until when.
    pub terms: Terms,
    /// The key of document tags; without one codes have none.
    pub tag_key: Option<&'a TagKey>,
    /// The time by the clock, for the ledger.
    pub now: Time,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was minted before with the same content: the code as it was.
    Already(Entry),
    /// It was minted now.
    Minted(Entry),
    /// It was not minted.
    Rejected(Reject),
}

/// What is to become of a row.
enum Plan {
    Already(Entry),
    New(Place, Box<Applicant>, Claims),
    Reject(Reject),
}

impl Mint<'_> {
    /// Mints a batch. When this returns, the ledger has it on the disk.
    ///
    /// # Errors
    ///
    /// [`MintError`]; then nothing of the batch is minted.
    pub fn batch(&self, ledger: &mut Ledger, columns: &Columns, rows: &[Row]) -> Result<Vec<Outcome>, MintError> {
        let applicants = rows.iter().map(|row| columns.applicant(row));
        let mut batch = ledger.begin()?;
        let plans = applicants.map(|applicant| match applicant {
            Ok(applicant) => self.plan(&mut batch, applicant),
            Err(reject) => Ok(Plan::Reject(reject)),
        });
        let plans = plans.collect::<Result<Vec<_>, MintError>>()?;
        if plans.iter().any(|plan| matches!(plan, Plan::New(..))) {
            batch.note_key(&self.issuing.key(), self.now)?;
        }
        let mut outcomes = Vec::with_capacity(plans.len());
        for plan in plans {
            outcomes.push(match plan {
                Plan::Already(entry) => Outcome::Already(entry),
                Plan::Reject(reject) => Outcome::Rejected(reject),
                Plan::New(place, applicant, claims) => {
                    let entry = self.sign(&applicant, &claims)?;
                    batch.add(place, &entry, self.now)?;
                    Outcome::Minted(entry)
                }
            });
        }
        batch.commit()?;
        Ok(outcomes)
    }

    fn plan(&self, batch: &mut Batch<'_>, applicant: Applicant) -> Result<Plan, MintError> {
        let reject = |reason| {
            Ok(Plan::Reject(Reject {
                line: applicant.line(),
                column: reason_column(reason),
                reason,
            }))
        };
        if let Some(double) = batch.see(&applicant)? {
            return reject(double);
        }
        match batch.find(applicant.id().as_str())? {
            Some(entry) if entry.content == applicant.content() => return Ok(Plan::Already(entry)),
            Some(_) => return reject(Reason::AlreadyMintedDifferently),
            None => {}
        }
        // Only now: a row that was minted before stays minted, whatever time this run is given.
        let facts = match applicant.facts(self.terms.issued()) {
            Ok(facts) => facts,
            Err(reject) => return Ok(Plan::Reject(reject)),
        };
        let Some(place) = batch.place() else {
            return reject(Reason::CapacityExhausted);
        };
        let tag = self.tag_key.zip(applicant.paper().map(Paper::document));
        let tag = tag.map(|(key, document)| key.tag(document));
        let claims = self.terms.claims(&applicant, facts, place.index, tag);
        Ok(Plan::New(place, Box::new(applicant), claims))
    }

    fn sign(&self, applicant: &Applicant, claims: &Claims) -> Result<Entry, MintError> {
        Ok(Entry {
            id: applicant.id().to_string(),
            content: applicant.content(),
            index: claims.record.index,
            issued: claims.issued,
            expires: claims.expires,
            kid: self.issuing.kid(),
            tag: claims.record.holder.tag,
            text: self.issuing.text(claims).map_err(MintError::Sign)?,
        })
    }
}

fn reason_column(reason: Reason) -> Option<Column> {
    match reason {
        Reason::AlreadyMintedDifferently | Reason::IdDuplicate { .. } => Some(Column::Id),
        Reason::DocumentDuplicate { .. } => Some(Column::DocumentNumber),
        _ => None,
    }
}
