//! What came in the place of codes.

use postern_core::time::Time;
use rusqlite::OptionalExtension;

use super::super::{Ended, LedgerError, integer};
use super::Reader;

const RENEWED_BY: &str = "\
WITH RECURSIVE later (counter) AS (
  SELECT r.by FROM main.codes c JOIN main.replaced r ON r.counter = c.counter
    WHERE c.counter = ?1 AND c.expires >= ?2 AND r.reason = 'renewed'
  UNION ALL
  SELECT r.by FROM main.replaced r JOIN later ON r.counter = later.counter WHERE r.reason = 'renewed'
) SELECT counter FROM later";

impl Reader {
    /// Why a code that was replaced is not to be used any more: the first reason, from it on, that is not a renewal.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn ended(&self, counter: u64) -> Result<Option<Ended>, LedgerError> {
        let sql = "SELECT by, reason FROM main.replaced WHERE counter = ?1";
        self.sql(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let mut at = integer(counter);
            loop {
                let next = statement.query_row([at], |row| Ok((row.get(0)?, Ended::from_row(row, 1)?)));
                match next.optional()? {
                    Some((by, Ended::Renewed)) => at = by,
                    Some((_, reason)) => return Ok(Some(reason)),
                    None => return Ok(None),
                }
            }
        })
    }

    /// The codes that came in the place of one, or after it, by renewal, while it has not expired at this time: for so long
    /// a person holds both.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub(crate) fn renewed_by(&self, counter: u64, at: Time) -> Result<Vec<u64>, LedgerError> {
        self.sql(|conn| {
            let mut statement = conn.prepare_cached(RENEWED_BY)?;
            let rows = statement.query_map([counter, at.seconds()].map(integer), |row| {
                row.get(0).map(i64::unsigned_abs)
            })?;
            rows.collect()
        })
    }

    /// Hands the place of each code that was replaced to `each`, with that of what came, by the numbers of the codes. What
    /// comes in a code's place has a higher number.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn each_replaced(&self, mut each: impl FnMut(u32, u32)) -> Result<(), LedgerError> {
        let locator = self.locator()?;
        self.sql(|conn| {
            let mut statement = conn.prepare("SELECT counter, by FROM main.replaced ORDER BY counter")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let place = |i| row.get(i).map(|n: i64| locator.index_of(n.unsigned_abs()));
                // Places follow from numbers: that the ledger is not read through makes this quick.
                if let (Some(old), Some(new)) = (place(0)?, place(1)?) {
                    each(old, new);
                }
            }
            Ok(())
        })
    }
}
