//! Changes of statuses, in batches: one for each command that made some.

use std::rc::Rc;

use postern_core::status::Status;
use postern_core::text::Ident;
use postern_core::time::Time;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Register, StatusError, integer};

const STATUS: &str = "SELECT status FROM statuses WHERE place = ?1";
const SET: &str =
    "INSERT INTO statuses (place, status) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET status = excluded.status";
const UNSET: &str = "DELETE FROM statuses WHERE place = ?1";
const CHANGE: &str = "INSERT INTO changes (batch, place, was, status, why) VALUES (?1, ?2, ?3, ?4, ?5)";
const ENTRY: &str = "\
SELECT c.number, c.place, c.was, c.status, c.why, b.number, b.command, b.at, b.by, b.file
FROM changes c JOIN batches b ON b.number = c.batch";

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Column,
    ColumnSet,
    Import,
    Set,
    Superseded,
}

impl Command {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::ColumnSet => "column-set",
            Self::Import => "import",
            Self::Set => "set",
            Self::Superseded => "superseded",
        }
    }
}

/// One command: who, when, from what file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'b> {
    pub(crate) command: Command,
    pub(crate) at: Time,
    pub(crate) by: &'b str,
    /// The column that it is about.
    pub(crate) column: Option<&'b Ident>,
    /// The file's name and the SHA-256 of its bytes.
    pub(crate) file: Option<(&'b str, [u8; 32])>,
    pub(crate) rejected: u64,
}

/// What somebody wants of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) place: u32,
    pub(crate) status: Status,
    pub(crate) why: Rc<str>,
}

/// What became of the rows of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) changed: u64,
    pub(crate) unchanged: u64,
}

/// One change, with the batch that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) place: u32,
    pub(crate) was: Status,
    pub(crate) status: Status,
    pub(crate) why: String,
    pub(crate) batch: u64,
    pub(crate) command: String,
    pub(crate) at: Time,
    pub(crate) by: String,
    pub(crate) file: Option<String>,
}

/// A batch, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BatchShown {
    pub(crate) number: u64,
    pub(crate) command: String,
    pub(crate) at: Time,
    pub(crate) by: String,
    pub(crate) column: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) taken: Taken,
    pub(crate) rejected: u64,
}

impl Register {
    /// The status of a place.
    pub(crate) fn status(&self, place: u32) -> Result<Status, StatusError> {
        self.sql(|conn| status(conn, place))
    }

    /// The newest batch that took all rows of this very file: its number, when and by whom.
    pub(crate) fn taken_before(&self, batch: &Batch<'_>) -> Result<Option<(u64, Time, String)>, StatusError> {
        let Some((_, digest)) = batch.file else { return Ok(None) };
        let sql = "SELECT number, at, by FROM batches
                   WHERE digest = ?1 AND command = ?2 AND rejected = 0 ORDER BY number DESC LIMIT 1";
        self.sql(|conn| {
            let read = |row: &Row<'_>| Ok((number(row, 0)?, time(row, 1)?, row.get(2)?));
            let values = params![digest, batch.command.as_str()];
            conn.query_row(sql, values, read).optional()
        })
    }

    /// Takes a batch: of each place the status that is wished for, if it is not so already. The places are each there once.
    pub(crate) fn take(&mut self, batch: &Batch<'_>, wishes: &[Wish]) -> Result<Taken, StatusError> {
        self.write(|tx| {
            let mut before = Vec::with_capacity(wishes.len());
            for wish in wishes {
                before.push(status(tx, wish.place)?);
            }
            let changes = wishes.iter().zip(before).filter(|(wish, was)| wish.status != *was);
            let changes: Vec<_> = changes.collect();
            let taken = Taken {
                changed: changes.len() as u64,
                unchanged: (wishes.len() - changes.len()) as u64,
            };
            // A command that finds all done leaves no trace; a file does, so that it is known the next time.
            if taken.changed == 0 && batch.file.is_none() {
                return Ok(taken);
            }
            let number = note(tx, batch, taken)?;
            let mut change = tx.prepare_cached(CHANGE)?;
            let (mut set, mut unset) = (tx.prepare_cached(SET)?, tx.prepare_cached(UNSET)?);
            for (wish, was) in changes {
                let Wish { place, status, why } = wish;
                change.execute(params![number, place, was as u8, *status as u8, &**why])?;
                match status {
                    Status::Valid => unset.execute([place])?,
                    status => set.execute(params![place, *status as u8])?,
                };
            }
            Ok(taken)
        })
    }

    /// Everything that was ever said of a place, the oldest first.
    pub(crate) fn history(&self, place: u32) -> Result<Vec<Entry>, StatusError> {
        self.sql(|conn| {
            let mut statement = conn.prepare_cached(&format!("{ENTRY} WHERE c.place = ?1 ORDER BY c.number"))?;
            statement.query_map([place], entry)?.collect()
        })
    }

    /// The newest batches, the newest first.
    pub(crate) fn batches(&self, limit: u32) -> Result<Vec<BatchShown>, StatusError> {
        let sql = "SELECT number, command, at, by, column_name, file, taken, unchanged, rejected FROM batches
                   ORDER BY number DESC LIMIT ?1";
        self.sql(|conn| {
            let read = |row: &Row<'_>| {
                Ok(BatchShown {
                    number: number(row, 0)?,
                    command: row.get(1)?,
                    at: time(row, 2)?,
                    by: row.get(3)?,
                    column: row.get(4)?,
                    file: row.get(5)?,
                    taken: Taken {
                        changed: number(row, 6)?,
                        unchanged: number(row, 7)?,
                    },
                    rejected: number(row, 8)?,
                })
            };
            conn.prepare(sql)?.query_map([limit], read)?.collect()
        })
    }

    /// How many places have each status, at the status' number.
    pub(crate) fn counts(&self) -> Result<[u64; 4], StatusError> {
        let places = u64::from(self.meta().places);
        self.sql(|conn| {
            let mut counts = grouped(conn, "SELECT status, count(*) FROM statuses GROUP BY status", [])?;
            counts[0] = places.saturating_sub(counts.iter().sum());
            Ok(counts)
        })
    }

    /// How many places get each status by what was changed after change number `upto`, at the status' number. A place that
    /// was changed and changed back is not counted.
    pub(crate) fn pending(&self, upto: u64) -> Result<[u64; 4], StatusError> {
        // With min() SQLite takes the other columns from the row that has the least.
        let sql = "SELECT now, count(*) FROM (
                     SELECT was, coalesce((SELECT status FROM statuses s WHERE s.place = c.place), 0) AS now, min(number)
                     FROM changes c WHERE number > ?1 GROUP BY place)
                   WHERE now <> was GROUP BY now";
        self.sql(|conn| grouped(conn, sql, [integer(upto)]))
    }

    /// Hands every place that is not valid to `each`, ascending.
    pub(crate) fn each_status(&self, mut each: impl FnMut(u32, Status)) -> Result<(), StatusError> {
        self.sql(|conn| {
            let mut statement = conn.prepare("SELECT place, status FROM statuses ORDER BY place")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(row.get(0)?, status_of(row, 1)?);
            }
            Ok(())
        })
    }

    /// The number of the newest change, 0 where there is none.
    pub(crate) fn newest_change(&self) -> Result<u64, StatusError> {
        let sql = "SELECT coalesce(max(number), 0) FROM changes";
        self.sql(|conn| conn.query_row(sql, [], |row| number(row, 0)))
    }
}

/// Notes a batch and gives its number.
pub(super) fn note(conn: &Connection, batch: &Batch<'_>, taken: Taken) -> rusqlite::Result<i64> {
    conn.query_row(
        "INSERT INTO batches (command, at, by, column_name, file, digest, taken, unchanged, rejected)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING number",
        params![
            batch.command.as_str(),
            integer(batch.at.seconds()),
            batch.by,
            batch.column.map(Ident::as_str),
            batch.file.map(|(name, _)| name),
            batch.file.map(|(_, digest)| digest),
            integer(taken.changed),
            integer(taken.unchanged),
            integer(batch.rejected),
        ],
        |row| row.get(0),
    )
}

fn status(conn: &Connection, place: u32) -> rusqlite::Result<Status> {
    let mut statement = conn.prepare_cached(STATUS)?;
    let found = statement.query_row([place], |row| status_of(row, 0)).optional()?;
    Ok(found.unwrap_or(Status::Valid))
}

fn grouped<P: rusqlite::Params>(conn: &Connection, sql: &str, params: P) -> rusqlite::Result<[u64; 4]> {
    let mut counts = [0; 4];
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        counts[status_of(row, 0)? as usize] = number(row, 1)?;
    }
    Ok(counts)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        number: number(row, 0)?,
        place: row.get(1)?,
        was: status_of(row, 2)?,
        status: status_of(row, 3)?,
        why: row.get(4)?,
        batch: number(row, 5)?,
        command: row.get(6)?,
        at: time(row, 7)?,
        by: row.get(8)?,
        file: row.get(9)?,
    })
}

fn status_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Status> {
    let found = Status::ALL.get(row.get::<_, u8>(column)? as usize).copied();
    found.ok_or_else(|| rusqlite::Error::InvalidColumnType(column, "status".to_owned(), Type::Integer))
}

pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::unsigned_abs)
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    row.get(column).map(Time::saturating)
}
