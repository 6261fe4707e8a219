//! The last negative test of each place, in hours since 1970. One number for each place, in parts of which a day with few
//! tests writes few.

use postern_core::text::Ident;
use postern_core::time::Time;
use rusqlite::{Connection, params};

use super::changes::{Batch, Taken, note, number, time};
use super::{Register, StatusError, integer};

/// Places of a part: 64 KiB.
const PART: usize = 1 << 14;
/// Bytes of an hour.
const WIDTH: usize = size_of::<u32>();

/// The newest hour of each place; 0 where none is known.
pub(crate) struct Hours {
    hours: Vec<u32>,
    /// Parts that are not as the register has them.
    changed: Vec<bool>,
}

impl Hours {
    fn new(places: u32) -> Self {
        let places = places as usize;
        Self {
            hours: vec![0; places],
            changed: vec![false; places.div_ceil(PART)],
        }
    }

    /// Keeps the newer of this hour and the one that is known; tells whether it was this one. A place that is not there has
    /// no hour.
    pub(crate) fn keep_newest(&mut self, place: u32, hour: u32) -> bool {
        let place = place as usize;
        match self.hours.get_mut(place) {
            Some(known) if *known < hour => {
                *known = hour;
                self.changed[place / PART] = true;
                true
            }
            _ => false,
        }
    }

    /// The hour of a place, 0 where none is known.
    pub(crate) fn at(&self, place: u32) -> u32 {
        self.hours.get(place as usize).copied().unwrap_or(0)
    }

    /// Forgets the hour of a place, and gives it.
    fn clear(&mut self, place: u32) -> Option<u32> {
        let hour = self.at(place);
        if hour == 0 {
            return None;
        }
        self.hours[place as usize] = 0;
        self.changed[place as usize / PART] = true;
        Some(hour)
    }

    /// One hour for each place.
    pub(crate) fn all(&self) -> &[u32] {
        &self.hours
    }
}

/// An hour that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cleared {
    pub(crate) column: String,
    pub(crate) hour: u32,
    pub(crate) why: String,
    pub(crate) batch: u64,
    pub(crate) at: Time,
    pub(crate) by: String,
}

impl Register {
    /// The hours of a column; of one that is new, none is known.
    pub(crate) fn hours(&self, column: &Ident) -> Result<Hours, StatusError> {
        let mut hours = Hours::new(self.meta().places);
        let damaged = |part| StatusError::Damaged {
            path: self.path().to_owned(),
            part,
        };
        let mut wrong = None;
        self.sql(|conn| {
            let mut statement = conn.prepare("SELECT part, hours FROM parts WHERE column_name = ?1 ORDER BY part")?;
            let mut rows = statement.query([column.as_str()])?;
            while let Some(row) = rows.next()? {
                let part = row.get(0).map(i64::unsigned_abs)?;
                let bytes = row.get_ref(1)?.as_blob()?;
                let begin = usize::try_from(part).unwrap_or(usize::MAX).saturating_mul(PART);
                let into = hours.hours.get_mut(begin..).unwrap_or_default();
                let (words, rest) = bytes.as_chunks::<WIDTH>();
                if words.len() != into.len().min(PART) || !rest.is_empty() {
                    wrong = Some(part);
                    break;
                }
                into.iter_mut()
                    .zip(words)
                    .for_each(|(hour, word)| *hour = u32::from_le_bytes(*word));
            }
            Ok(())
        })?;
        match wrong {
            None => Ok(hours),
            Some(part) => Err(damaged(part)),
        }
    }

    /// Whether anything was ever noted in a column.
    pub(crate) fn has_column(&self, column: &Ident) -> Result<bool, StatusError> {
        let sql = "SELECT count(*) FROM columns WHERE name = ?1";
        self.sql(|conn| conn.query_row(sql, [column.as_str()], |row| Ok(row.get::<_, i64>(0)? > 0)))
    }

    /// The number of the newest batch of a column, 0 where there is none.
    pub(crate) fn newest_batch(&self, column: &Ident) -> Result<u64, StatusError> {
        let sql = "SELECT coalesce(max(number), 0) FROM batches WHERE column_name = ?1";
        self.sql(|conn| conn.query_row(sql, [column.as_str()], |row| row.get(0).map(i64::unsigned_abs)))
    }

    /// Keeps what a batch changed in its column.
    pub(crate) fn keep_hours(&mut self, batch: &Batch<'_>, hours: &Hours, taken: Taken) -> Result<(), StatusError> {
        self.write(|tx| keep(tx, batch, hours, taken).map(drop))
    }

    /// Takes the hours of these places back; tells which were known, and notes what they were and why they are not any more.
    pub(crate) fn clear_hours(
        &mut self,
        batch: &Batch<'_>,
        column: &Ident,
        places: &[u32],
        why: &str,
    ) -> Result<Vec<(u32, u32)>, StatusError> {
        let mut hours = self.hours(column)?;
        let cleared: Vec<_> = places
            .iter()
            .filter_map(|place| Some((*place, hours.clear(*place)?)))
            .collect();
        // A command that finds all done leaves no trace.
        if cleared.is_empty() {
            return Ok(cleared);
        }
        let taken = Taken {
            changed: cleared.len() as u64,
            unchanged: places.len().saturating_sub(cleared.len()) as u64,
        };
        self.write(|tx| {
            let batch = keep(tx, batch, &hours, taken)?;
            let mut statement = tx.prepare("INSERT INTO cleared (batch, place, hour, why) VALUES (?1, ?2, ?3, ?4)")?;
            cleared
                .iter()
                .try_for_each(|(place, hour)| statement.execute(params![batch, place, hour, why]).map(drop))
        })?;
        Ok(cleared)
    }

    /// The hours of a place that were taken back, the oldest first.
    pub(crate) fn cleared(&self, place: u32) -> Result<Vec<Cleared>, StatusError> {
        let sql = "SELECT b.column_name, c.hour, c.why, b.number, b.at, b.by
                   FROM cleared c JOIN batches b ON b.number = c.batch WHERE c.place = ?1 ORDER BY c.number";
        self.sql(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            let rows = statement.query_map([place], |row| {
                Ok(Cleared {
                    column: row.get(0)?,
                    hour: row.get(1)?,
                    why: row.get(2)?,
                    batch: number(row, 3)?,
                    at: time(row, 4)?,
                    by: row.get(5)?,
                })
            })?;
            rows.collect()
        })
    }
}

/// Writes the parts that a batch changed, and gives the batch's number.
fn keep(tx: &Connection, batch: &Batch<'_>, hours: &Hours, taken: Taken) -> rusqlite::Result<i64> {
    let column = batch.column.map_or("", Ident::as_str);
    tx.execute(
        "INSERT INTO columns (name) VALUES (?1) ON CONFLICT DO NOTHING",
        [column],
    )?;
    let number = note(tx, batch, taken)?;
    let mut statement = tx.prepare(
        "INSERT INTO parts (column_name, part, hours) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET hours = excluded.hours",
    )?;
    let mut bytes = Vec::with_capacity(PART * WIDTH);
    let parts = hours.hours.chunks(PART).zip(&hours.changed).enumerate();
    for (part, (hours, _)) in parts.filter(|(_, (_, changed))| **changed) {
        bytes.clear();
        bytes.extend(hours.iter().flat_map(|hour| hour.to_le_bytes()));
        statement.execute(params![column, integer(part as u64), bytes])?;
    }
    Ok(number)
}
