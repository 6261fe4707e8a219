//! The last negative test of each place, in hours since 1970. One number for each place, in parts of which a day with few
//! tests writes few.

use postern_core::text::Ident;
use rusqlite::params;

use super::changes::{Batch, Taken, note};
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

    /// One hour for each place.
    pub(crate) fn all(&self) -> &[u32] {
        &self.hours
    }
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
        let column = batch.column.map_or("", Ident::as_str);
        self.write(|tx| {
            tx.execute(
                "INSERT INTO columns (name) VALUES (?1) ON CONFLICT DO NOTHING",
                [column],
            )?;
            note(tx, batch, taken)?;
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
            Ok(())
        })
    }
}
