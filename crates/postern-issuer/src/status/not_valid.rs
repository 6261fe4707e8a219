//! Whose codes are not valid: who holds one gets no new code, which would be valid again.

use std::path::Path;

use postern_core::status::Status;
use postern_core::time::Time;

use super::ledgers::Of;
use super::register::Register;
use crate::error::IssuerError;
use crate::mint::ledger::Reader;

/// The codes of a ledger that are not valid, and those that came in the place of such by renewal while these are still in
/// force.
#[derive(Debug, Default)]
pub(crate) struct NotValid {
    /// The numbers of the codes, ascending: a ledger has at most 2^32.
    codes: Vec<(u32, Status)>,
}

impl NotValid {
    /// What a register, which must be that of this ledger, says at this time; without one, nobody's is known.
    pub(crate) fn read(register: Option<&Path>, ledger: &Reader, at: Time) -> Result<Self, IssuerError> {
        let Some(register) = register else {
            return Ok(Self::default());
        };
        let register = Register::read(register)?;
        let summary = ledger.summary(0)?;
        Of::new(&summary).must_be_of(register.meta(), register.path())?;
        let (locator, shard) = (ledger.locator()?, summary.shard.number());
        let mut codes = Vec::new();
        register.each_status(|place, status| {
            let code = locator.code_at(place).filter(|(of, _)| *of == shard);
            codes.extend(code.and_then(|(_, counter)| Some((u32::try_from(counter).ok()?, status))));
        })?;
        // What is said of a person's older code holds for the newer one. Not so where it is invalid: old codes are withdrawn
        // when everybody has a new one.
        for i in 0..codes.len() {
            let (counter, status) = codes[i];
            if status != Status::Invalid {
                let newer = ledger.renewed_by(counter.into(), at)?;
                codes.extend(
                    newer
                        .into_iter()
                        .filter_map(|by| Some((u32::try_from(by).ok()?, status))),
                );
            }
        }
        // Stable: what is said of a code itself comes before what it has of an older one.
        codes.sort_by_key(|(counter, _)| *counter);
        codes.dedup_by_key(|(counter, _)| *counter);
        Ok(Self { codes })
    }

    /// The status of a code of the ledger, by its number, where it is not valid.
    pub(crate) fn status(&self, counter: u64) -> Option<Status> {
        let counter = u32::try_from(counter).ok()?;
        let found = self
            .codes
            .binary_search_by_key(&counter, |(counter, _)| *counter)
            .ok()?;
        Some(self.codes[found].1)
    }
}
