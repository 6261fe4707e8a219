//! Looking into a ledger, also while a run writes to it.

mod held;
mod replaced;

use std::path::{Path, PathBuf};

use postern_cli::files::{FileAction, FileError};
use postern_core::code::{self, Claims, MAX_TEXT, ParsedCode};
use postern_core::keys::Kid;
use postern_core::time::Time;
use rusqlite::types::Type;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use super::super::people::PersonId;
use super::super::shard::Shard;
use super::{Ended, LedgerError, Owner, Run, integer, lock, schema};

pub use held::{Held, Locator};

const ENTRY: &str = "SELECT counter, id, content, status_index, issued, expires, code FROM main.codes";
const FULL: &str = "\
SELECT c.counter, c.id, c.content, c.status_index, c.issued, c.expires, c.code, c.minted, k.kid,
  r.by, r.reason, r.at
FROM main.codes c JOIN main.keys k ON k.number = c.key LEFT JOIN main.replaced r ON r.counter = c.counter";

/// The codes below ?1 that expire at ?3 at the latest and that nothing came in the place of, or a renewal from ?2 on that
/// is still the newest.
const DUE: &str = "\
c.counter < ?1 AND c.expires <= ?3 AND (r.by IS NULL OR (r.by >= ?2 AND r.reason = 'renewed'
  AND NOT EXISTS (SELECT 1 FROM main.replaced n WHERE n.counter = r.by)))";
/// A code is to be set invalid where it, or a code that came in its place by renewal, was replaced for another reason.
const INVALID: &str = "\
?1 = 0 AND r.counter >= 0 AND EXISTS (
  WITH RECURSIVE later (counter) AS (
    VALUES (c.counter) UNION ALL SELECT n.by FROM main.replaced n JOIN later ON n.counter = later.counter
  )
  SELECT 1 FROM later JOIN main.replaced n ON n.counter = later.counter WHERE n.reason <> 'renewed')";

/// The most bytes of a code: what the longest text has.
const MAX_CODE: usize = MAX_TEXT / 3 * 2;

/// One code, as the ledger holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the ledger, from 0.
    pub counter: u64,
    /// The person's registration number.
    pub id: String,
    /// [`super::super::people::Applicant::content`] of the row that it was minted from.
    pub content: [u8; 16],
    /// The place in the status list.
    pub index: u32,
    /// When it was issued.
    pub issued: Time,
    /// When it expires.
    pub expires: Time,
    /// Its COSE_Sign1.
    pub code: Vec<u8>,
}

impl Entry {
    /// The text of the code.
    pub fn text(&self) -> String {
        code::text(&self.code)
    }

    /// What the code says. It is the issuer's own, so nobody needs to verify it; `None` where the ledger was damaged.
    pub fn claims(&self) -> Option<Claims> {
        let code = ParsedCode::from_bytes(&self.code).ok()?;
        Some(code.danger_unverified_claims().clone())
    }
}

/// One code with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The code.
    pub entry: Entry,
    /// When it was minted, by the clock.
    pub minted: Time,
    /// The kid of the key that signed it.
    pub kid: Kid,
    /// What came in its place.
    pub replaced: Option<Replaced>,
}

/// What came in a code's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The number of the code that came.
    pub by: u64,
    /// Why.
    pub reason: Ended,
    /// When, by the clock.
    pub at: Time,
}

/// What a ledger holds, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Whose it is.
    pub owner: Owner,
    /// Which part of the batches it has.
    pub shard: Shard,
    /// How many codes it can hold.
    pub capacity: u64,
    /// How many codes all shards can hold.
    pub places: u64,
    /// Tells two orders of places apart: the shards of a batch have one.
    pub order: String,
    /// How many codes it holds.
    pub codes: u64,
    /// How many of them were replaced.
    pub replaced: u64,
    /// The keys that have signed, with when each was first used.
    pub keys: Vec<(Kid, Time)>,
    /// The newest runs, the newest first.
    pub runs: Vec<RunShown>,
}

/// A run, as the ledger shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunShown {
    /// Its number.
    pub number: u64,
    /// `mint`, `renew` or `replace`.
    pub command: String,
    /// When it began, by the clock.
    pub begun: Time,
    /// When it was complete; `None` where it never was.
    pub ended: Option<Time>,
    /// Codes that it minted.
    pub minted: u64,
    /// Rows that it rejected.
    pub rejected: u64,
}

/// An open ledger that is only read.
pub struct Reader {
    conn: Connection,
    path: PathBuf,
}

impl Reader {
    /// Opens a ledger.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let path = lock::real(path)?;
        if let Err(error) = path.metadata() {
            return Err(FileError::new(path, FileAction::Read, error).into());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let conn = Connection::open_with_flags(&path, flags)?;
            conn.busy_timeout(super::PATIENCE)?;
            Ok(conn)
        };
        let conn = open().map_err(|error| LedgerError::sql(&path, error))?;
        if schema::format(&conn, &path)? != schema::FORMAT {
            return Err(LedgerError::OlderFormat { path });
        }
        Ok(Self { conn, path })
    }

    /// The code of a number.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn entry(&self, counter: u64) -> Result<Option<Entry>, LedgerError> {
        self.sql(|conn| {
            let mut statement = conn.prepare_cached(&format!("{ENTRY} WHERE counter = ?1"))?;
            statement.query_row([integer(counter)], entry).optional()
        })
    }

    /// The newest code of an id, in whatever case its letters are.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn newest(&self, id: &str) -> Result<Option<Found>, LedgerError> {
        Ok(self.of_id(id)?.pop())
    }

    /// All codes of an id, the oldest first.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn of_id(&self, id: &str) -> Result<Vec<Found>, LedgerError> {
        self.found(&format!("{FULL} WHERE c.id = ?1 ORDER BY c.counter"), id)
    }

    /// All codes of these ids, by ids, the oldest of each first. Where the index of ids is missing, as while a run is
    /// interrupted, the ledger is read through once.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn of_ids(&self, ids: &[String]) -> Result<Vec<Found>, LedgerError> {
        let ids = serde_json::to_string(ids).expect("texts are always written");
        let condition = "WHERE c.id IN (SELECT value FROM json_each(?1)) ORDER BY c.id, c.counter";
        self.found(&format!("{FULL} {condition}"), ids)
    }

    /// The place in the status list of the code of a number.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn index(&self, counter: u64) -> Result<Option<u32>, LedgerError> {
        self.sql(|conn| {
            let mut statement = conn.prepare_cached("SELECT status_index FROM main.codes WHERE counter = ?1")?;
            statement.query_row([integer(counter)], |row| row.get(0)).optional()
        })
    }

    /// Hands the id and the COSE_Sign1 of every code to `each`, by their numbers.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn each_code(&self, mut each: impl FnMut(&str, &[u8])) -> Result<(), LedgerError> {
        self.sql(|conn| {
            let mut statement = conn.prepare("SELECT id, code FROM main.codes ORDER BY counter")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                each(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_blob()?);
            }
            Ok(())
        })
    }

    /// The code at a place of the status list. The ledger is read through.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn of_index(&self, index: u32) -> Result<Vec<Found>, LedgerError> {
        self.found(&format!("{FULL} WHERE c.status_index = ?1"), index)
    }

    /// Hands every code of a condition to `each`, by their numbers, until it says no more.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn each(&self, which: Which, mut each: impl FnMut(Found) -> bool) -> Result<(), LedgerError> {
        let (condition, value) = which.condition();
        self.sql(|conn| {
            let mut statement = conn.prepare(&format!("{FULL} WHERE {condition} ORDER BY c.counter"))?;
            let mut rows = statement.query(params![value])?;
            while let Some(row) = rows.next()? {
                if !each(full(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Up to `limit` codes from a number on that expire at `until` at the latest and are to be renewed by a run, each with
    /// the code that this run, or one that was interrupted before it, gave in its place.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn to_renew(
        &self,
        from: u64,
        run: &Run,
        until: Time,
        limit: usize,
    ) -> Result<Vec<(Entry, Option<u64>)>, LedgerError> {
        let sql = format!(
            "SELECT c.counter, c.id, c.content, c.status_index, c.issued, c.expires, c.code, r.by
             FROM main.codes c LEFT JOIN main.replaced r ON r.counter = c.counter
             WHERE c.counter >= ?4 AND {DUE} ORDER BY c.counter LIMIT ?5"
        );
        self.sql(|conn| {
            let mut statement = conn.prepare_cached(&sql)?;
            let [first, since] = [run.first, run.since].map(integer);
            let values = params![
                first,
                since,
                integer(until.seconds()),
                integer(from),
                integer(limit as u64)
            ];
            let rows = statement.query_map(values, |row| {
                Ok((entry(row)?, row.get::<_, Option<i64>>(7)?.map(i64::unsigned_abs)))
            })?;
            rows.collect()
        })
    }

    /// How many codes [`Reader::to_renew`] gives in all.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn count_to_renew(&self, run: &Run, until: Time) -> Result<u64, LedgerError> {
        let sql =
            format!("SELECT count(*) FROM main.codes c LEFT JOIN main.replaced r ON r.counter = c.counter WHERE {DUE}");
        let values = params![integer(run.first), integer(run.since), integer(until.seconds())];
        self.sql(|conn| conn.query_row(&sql, values, |row| row.get(0)).map(i64::unsigned_abs))
    }

    /// What the ledger holds, with its newest `runs` runs.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn summary(&self, runs: usize) -> Result<Summary, LedgerError> {
        self.sql(|conn| {
            let meta = schema::meta(conn)?;
            let count = |sql: &str| conn.query_row(sql, [], |row| row.get(0)).map(i64::unsigned_abs);
            let mut keys = conn.prepare("SELECT kid, since FROM main.keys ORDER BY number")?;
            let keys = keys.query_map([], |row| Ok((Kid(row.get(0)?), time(row, 1)?)))?;
            let mut shown = conn.prepare(
                "SELECT number, command, begun, ended, progress ->> '$.minted', progress ->> '$.rejected'
                 FROM main.runs ORDER BY number DESC LIMIT ?1",
            )?;
            let shown = shown.query_map([integer(runs as u64)], |row| {
                let number = |i| row.get(i).map(|n: Option<i64>| n.unwrap_or(0).unsigned_abs());
                Ok(RunShown {
                    number: number(0)?,
                    command: row.get(1)?,
                    begun: time(row, 2)?,
                    ended: row.get::<_, Option<i64>>(3)?.map(Time::saturating),
                    minted: number(4)?,
                    rejected: number(5)?,
                })
            })?;
            Ok(Summary {
                shard: meta.shard,
                capacity: meta.shard.share(meta.capacity),
                places: meta.capacity,
                order: meta.order(),
                codes: meta.next,
                owner: meta.owner,
                replaced: count("SELECT count(*) FROM main.replaced")?,
                keys: keys.collect::<Result<_, _>>()?,
                runs: shown.collect::<Result<_, _>>()?,
            })
        })
    }

    fn found(&self, sql: &str, value: impl rusqlite::ToSql) -> Result<Vec<Found>, LedgerError> {
        self.sql(|conn| conn.prepare_cached(sql)?.query_map([value], full)?.collect())
    }

    fn sql<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        run(&self.conn).map_err(|error| LedgerError::sql(&self.path, error))
    }
}

/// Which codes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that nothing came in the place of.
    Current,
    /// Those whose place is to be set invalid: what came in their place, at once or after renewals, came for another reason
    /// than that they expire.
    Invalid,
    /// Those that expire at this time at the latest and that nothing came in the place of.
    ExpiringBy(Time),
}

impl Which {
    fn condition(self) -> (&'static str, i64) {
        match self {
            Self::All => ("?1 = 0", 0),
            Self::Current => ("?1 = 0 AND r.counter IS NULL", 0),
            Self::Invalid => (INVALID, 0),
            Self::ExpiringBy(time) => ("c.expires <= ?1 AND r.counter IS NULL", integer(time.seconds())),
        }
    }
}

/// A row as an entry. A ledger that somebody has edited may say anything: an id that is none would be a path, and a code
/// that is too long has no symbol.
fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let entry = Entry {
        counter: row.get(0).map(i64::unsigned_abs)?,
        id: row.get(1)?,
        content: row.get(2)?,
        index: row.get(3)?,
        issued: time(row, 4)?,
        expires: time(row, 5)?,
        code: row.get(6)?,
    };
    if PersonId::new(&entry.id).is_none() {
        return Err(rusqlite::Error::InvalidColumnType(1, "id".to_owned(), Type::Text));
    }
    if entry.code.len() > MAX_CODE {
        return Err(rusqlite::Error::InvalidColumnType(6, "code".to_owned(), Type::Blob));
    }
    Ok(entry)
}

fn full(row: &Row<'_>) -> rusqlite::Result<Found> {
    let replaced = match row.get::<_, Option<i64>>(9)? {
        None => None,
        Some(by) => Some(Replaced {
            by: by.unsigned_abs(),
            reason: Ended::from_row(row, 10)?,
            at: time(row, 11)?,
        }),
    };
    Ok(Found {
        entry: entry(row)?,
        minted: time(row, 7)?,
        kid: Kid(row.get(8)?),
        replaced,
    })
}

fn time(row: &Row<'_>, i: usize) -> rusqlite::Result<Time> {
    row.get(i).map(Time::saturating)
}
