//! The record of a run: what makes it the same run when the command is given again, and how far it has come.

use std::collections::BTreeMap;

use postern_core::time::Time;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, integer, schema};

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Mints for the rows of a people file.
    Mint,
    /// Mints anew for codes that expire.
    Renew,
    /// Mints anew for codes that were lost.
    Replace,
}

impl RunKind {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mint => "mint",
            Self::Renew => "renew",
            Self::Replace => "replace",
        }
    }
}

/// A run that is going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub(super) number: i64,
    pub(super) key: [u8; 32],
    /// When its codes are issued and when they expire.
    pub terms: (Time, Time),
    /// The counter of the first code that it minted.
    pub first: u64,
    /// The counter of the first code that it or a run of its kind minted that was interrupted and never gone on with: its
    /// codes may have reached nobody.
    pub since: u64,
    /// When it began, by the clock.
    pub begun: Time,
    /// From where it goes on.
    pub progress: Progress,
    /// Whether it was interrupted before.
    pub resumed: bool,
}

/// How far a run has come: everything up to here is in the ledger, and in outputs that have reached the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Where the source goes on: a byte of the people file, or a number of codes. 0 is the beginning.
    pub at: u64,
    /// The number of the row there.
    pub line: u64,
    /// Codes minted.
    pub minted: u64,
    /// Rows that had their code before.
    pub already: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Rows of other shards.
    pub elsewhere: u64,
    /// Rows that have not changed since the time asked for.
    pub unchanged: u64,
    /// How far each output has come.
    pub outputs: BTreeMap<String, Mark>,
}

impl Progress {
    /// Rows of this shard.
    pub fn rows(&self) -> u64 {
        self.minted + self.already + self.rejected + self.unchanged
    }
}

/// How far an output has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The number of the file that is being written, from 1; 0 where there is one only.
    pub file: u32,
    /// Codes in that file.
    pub codes: u32,
    /// Bytes of that file.
    pub bytes: u64,
}

impl Run {
    /// What no other run has, whichever ledger it is of.
    pub fn stamp(&self) -> String {
        let key = postern_core::hex(&self.key);
        format!("{key} {} {}", self.number, self.begun.seconds())
    }
}

impl Ledger {
    /// Goes on with the newest run where it is not complete and has this key; else begins one.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn run(&mut self, kind: RunKind, key: [u8; 32], terms: (Time, Time), now: Time) -> Result<Run, LedgerError> {
        let mut run = self.newest_or_new(kind, key, terms, now)?;
        let since = self.sql(|conn| conn.query_row(schema::OPEN_SINCE, [kind.as_str()], |row| row.get(0)))?;
        run.since = i64::unsigned_abs(since).min(run.first);
        Ok(run)
    }

    fn newest_or_new(
        &mut self,
        kind: RunKind,
        key: [u8; 32],
        terms: (Time, Time),
        now: Time,
    ) -> Result<Run, LedgerError> {
        let newest = self.sql(|conn| {
            let open = |row: &rusqlite::Row<'_>| {
                let same = row.get::<_, [u8; 32]>(1)? == key && row.get::<_, Option<i64>>(7)?.is_none();
                let progress = serde_json::from_str(row.get_ref(6)?.as_str()?).ok();
                let time = |i| row.get(i).map(Time::saturating);
                let Some(progress) = progress.filter(|_| same) else {
                    return Ok(None);
                };
                Ok(Some(Run {
                    number: row.get(0)?,
                    key,
                    terms: (time(2)?, time(3)?),
                    first: row.get(4).map(i64::unsigned_abs)?,
                    since: 0,
                    begun: time(5)?,
                    progress,
                    resumed: true,
                }))
            };
            conn.query_row(schema::NEWEST_RUN, [], open).optional()
        })?;
        if let Some(run) = newest.flatten() {
            return Ok(run);
        }
        let first = self.next;
        let progress = Progress::default();
        let number = self.sql(|conn| {
            let values = params![
                kind.as_str(),
                key,
                integer(terms.0.seconds()),
                integer(terms.1.seconds()),
                integer(first),
                integer(now.seconds()),
                json(&progress),
            ];
            conn.query_row(schema::NEW_RUN, values, |row| row.get(0))
        })?;
        Ok(Run {
            number,
            key,
            terms,
            first,
            since: first,
            begun: now,
            progress,
            resumed: false,
        })
    }

    /// Notes how far a run has come.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn note_progress(&mut self, run: &Run) -> Result<(), LedgerError> {
        let values = params![run.number, json(&run.progress)];
        self.sql(|conn| conn.prepare_cached(schema::SET_PROGRESS)?.execute(values))
            .map(drop)
    }

    /// Notes that a run is complete.
    ///
    /// # Errors
    ///
    /// [`LedgerError`].
    pub fn end_run(&mut self, run: &Run, now: Time) -> Result<(), LedgerError> {
        let values = params![run.number, json(&run.progress), integer(now.seconds())];
        self.sql(|conn| conn.execute(schema::END_RUN, values)).map(drop)
    }
}

fn json(progress: &Progress) -> String {
    serde_json::to_string(progress).expect("numbers and names are always written")
}
