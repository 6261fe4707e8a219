//! What can be asked of a log without writing to it.

mod connect;
mod tail;

use std::ops::Range;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

pub(crate) use connect::{number, tables};

use crate::error::LogError;
use crate::event::{Event, Outcome};
use crate::files::existing;
use crate::merkle::{Frontier, Hash, leaf_hash};
use crate::schema::{FORMAT, integer};
use crate::verify::{self, Anchors, VerifyReport};

/// The longest name of a gate, in characters.
pub const MAX_GATE_LEN: usize = 64;

/// How far a log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The number of leaves.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Hash,
}

impl Tip {
    pub(crate) fn of(frontier: &Frontier) -> Self {
        Self {
            size: frontier.size(),
            root: frontier.root(),
        }
    }
}

/// How many events had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Admitted.
    pub admit: u64,
    /// Referred to a person.
    pub refer: u64,
    /// Refused.
    pub refuse: u64,
}

/// What a walk through the events does with one.
enum Walk {
    End,
    Give,
    Pass,
}

/// A log, open for reading; the gate may be writing to it meanwhile.
#[derive(Debug)]
pub struct Reader {
    pub(crate) conn: Connection,
    pub(crate) path: PathBuf,
    pub(crate) gate: String,
}

impl Reader {
    /// Opens the log at `path` without a lock. It may be damaged: [`Reader::verify`] says so. It may be of an older
    /// format, which only a writer brings to the present one: every question here has its answer in all.
    ///
    /// SQLite keeps two files beside a log that is in use, so the folder must allow that; for a medium that does not,
    /// copy the log first.
    ///
    /// # Errors
    ///
    /// [`LogError`], each kind with another thing to do.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Self::connect(&existing(path)?, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// The name of the gate that the log was made for.
    pub fn gate(&self) -> &str {
        &self.gate
    }

    /// The size and the root as the log claims them now.
    ///
    /// # Errors
    ///
    /// [`LogError::Corrupt`] if there is no such claim, or what SQLite says.
    pub fn tip(&self) -> Result<Tip, LogError> {
        let (size, root, _) = self.tree()?;
        let size = u64::try_from(size).map_err(|_| self.corrupt("the size of the tree is negative"))?;
        let root = Hash::try_from(root).map_err(|_| self.corrupt("the root of the tree is no hash"))?;
        Ok(Tip { size, root })
    }

    /// The index of the first leaf that is there: those before it were pruned.
    ///
    /// # Errors
    ///
    /// [`LogError::Corrupt`] if the log does not say, or what SQLite says.
    pub fn first(&self) -> Result<u64, LogError> {
        Ok(self.pruned()?.size())
    }

    /// The last `count` events, the newest first, from their leaves.
    ///
    /// # Errors
    ///
    /// [`LogError::Corrupt`] if a leaf is not an event, or what SQLite says.
    pub fn recent(&self, count: u32) -> Result<Vec<Event>, LogError> {
        self.walk_back(count as usize, |_| Walk::Give)
    }

    /// The events since `since`, in seconds since 1970, the newest first and at most `most`, from their leaves: for a
    /// gate that starts and wants to know whom it has just seen.
    ///
    /// The walk goes back from the end to the first event that was judged before `since`; an event before a clock
    /// that stepped can lie beyond it. Events that were judged at another time are passed over: their time is not when
    /// they happened.
    ///
    /// # Errors
    ///
    /// [`LogError::Corrupt`] if a leaf is not an event, or what SQLite says.
    pub fn recent_since(&self, since: u64, most: usize) -> Result<Vec<Event>, LogError> {
        self.walk_back(most, |event| match event.details() {
            details if details.flags.judged_at_another_time => Walk::Pass,
            details if details.time < since => Walk::End,
            _ => Walk::Give,
        })
    }

    /// At most `most` events from the end backwards.
    fn walk_back(&self, most: usize, step: impl Fn(&Event) -> Walk) -> Result<Vec<Event>, LogError> {
        let mut select = self
            .conn
            .prepare_cached("SELECT leaf FROM events ORDER BY seq DESC")
            .map_err(|e| self.sql(e))?;
        let mut rows = select.query([]).map_err(|e| self.sql(e))?;
        let mut events = Vec::new();
        while events.len() < most
            && let Some(row) = rows.next().map_err(|e| self.sql(e))?
        {
            let leaf = row
                .get_ref(0)
                .and_then(|leaf| Ok(leaf.as_blob()?))
                .map_err(|e| self.sql(e))?;
            let event = Event::from_leaf(leaf).map_err(|e| self.corrupt(e))?;
            match step(&event) {
                Walk::End => break,
                Walk::Give => events.push(event),
                Walk::Pass => {}
            }
        }
        Ok(events)
    }

    /// How many events had which outcome, by the columns. Reads every row.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn counts(&self) -> Result<Counts, LogError> {
        let count = |outcome: Outcome| {
            let select = "SELECT count(*) FROM events WHERE outcome = ?1";
            self.conn
                .query_row(select, [outcome.as_str()], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
                .map_err(|e| self.sql(e))
        };
        Ok(Counts {
            admit: count(Outcome::Admit)?,
            refer: count(Outcome::Refer)?,
            refuse: count(Outcome::Refuse)?,
        })
    }

    /// The bytes of leaves, in their order. Those that were pruned are not there any more.
    ///
    /// # Errors
    ///
    /// [`LogError::Corrupt`] if one is missing, or what SQLite says.
    pub fn leaves(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, LogError> {
        let mut leaves = Vec::new();
        self.each_leaf(range, |leaf| leaves.push(leaf.to_vec()))?;
        Ok(leaves)
    }

    /// The tree of the first `size` leaves: from the checkpoint before it, and the leaves since.
    ///
    /// # Errors
    ///
    /// [`LogError::Corrupt`] if leaves are missing, the pruned ones too, or what SQLite says.
    pub fn frontier_at(&self, size: u64) -> Result<Frontier, LogError> {
        let mut frontier = self.pruned()?;
        if frontier.size() > size {
            return Err(self.corrupt("the leaves up to this size were pruned"));
        }
        if self.has_checkpoints()? {
            let before: Option<Vec<u8>> = self
                .conn
                .prepare_cached("SELECT frontier FROM checkpoints WHERE size <= ?1 ORDER BY size DESC LIMIT 1")
                .and_then(|mut select| select.query_row([integer(size)], |row| row.get(0)).optional())
                .map_err(|e| self.sql(e))?;
            let before = before.map(|bytes| Frontier::from_bytes(&bytes)).transpose();
            let before = before.map_err(|e| self.corrupt(e))?;
            frontier = before.filter(|kept| kept.size() <= size).unwrap_or(frontier);
        }
        self.each_leaf(frontier.size()..size, |leaf| frontier.push(leaf_hash(leaf)))?;
        Ok(frontier)
    }

    /// The size of the newest checkpoint, 0 for none.
    pub(crate) fn last_checkpoint(&self) -> Result<u64, LogError> {
        let newest = "SELECT coalesce(max(size), 0) FROM checkpoints";
        self.conn
            .query_row(newest, [], |row| row.get(0))
            .map(i64::unsigned_abs)
            .map_err(|e| self.sql(e))
    }

    /// Calls `each` for the bytes of leaves, in their order.
    pub(crate) fn each_leaf(&self, range: Range<u64>, mut each: impl FnMut(&[u8])) -> Result<(), LogError> {
        let mut select = self
            .conn
            .prepare_cached("SELECT seq, leaf FROM events WHERE seq >= ?1 AND seq < ?2 ORDER BY seq")
            .map_err(|e| self.sql(e))?;
        let [from, to] = [range.start, range.end].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let mut rows = select.query([from, to]).map_err(|e| self.sql(e))?;
        let mut next = from;
        while let Some(row) = rows.next().map_err(|e| self.sql(e))? {
            let seq: i64 = row.get(0).map_err(|e| self.sql(e))?;
            let leaf = row.get_ref(1).and_then(|leaf| Ok(leaf.as_blob()?));
            if seq != next {
                break;
            }
            each(leaf.map_err(|e| self.sql(e))?);
            next += 1;
        }
        match next >= to {
            true => Ok(()),
            false => Err(self.corrupt(format!("the leaf {next} is not there"))),
        }
    }

    /// Whether the log is of a format that has checkpoints.
    pub(crate) fn has_checkpoints(&self) -> Result<bool, LogError> {
        let format = number(&self.conn, "user_version").map_err(|e| self.sql(e))?;
        Ok(format >= FORMAT)
    }

    /// Walks the whole log: every leaf is an event and in its place, every column says what its leaf says, and the
    /// tree is the tree of the leaves.
    ///
    /// This sees what was done by somebody who did not work the tree out anew. A log whose rows and tree were all made
    /// again, or a whole older copy put back, is in itself a good log: only what others keep of it, a root outside the
    /// gate, shows that.
    ///
    /// # Errors
    ///
    /// [`LogError`] if the file cannot be read so far as to judge it; what is wrong with the log is in the report.
    pub fn verify(&self) -> Result<VerifyReport, LogError> {
        self.verify_with(&Anchors::default())
    }

    /// As [`Reader::verify`], and also against what the gate has signed and what auditors have given receipts for: then a log
    /// that was made again or put back shows as far as the receipts go.
    ///
    /// # Errors
    ///
    /// As [`Reader::verify`].
    pub fn verify_with(&self, anchors: &Anchors<'_>) -> Result<VerifyReport, LogError> {
        verify::verify(self, anchors)
    }

    /// Size, root and frontier as they are stored.
    fn tree(&self) -> Result<(i64, Vec<u8>, Vec<u8>), LogError> {
        self.conn
            .prepare_cached("SELECT size, root, frontier FROM tree WHERE id = 0")
            .and_then(|mut select| {
                select
                    .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()
            })
            .map_err(|e| self.sql(e))?
            .ok_or_else(|| self.corrupt("the tree is missing"))
    }

    pub(crate) fn sql(&self, source: rusqlite::Error) -> LogError {
        LogError::sql(&self.path, source)
    }

    pub(crate) fn corrupt(&self, what: impl ToString) -> LogError {
        LogError::Corrupt {
            path: self.path.clone(),
            what: what.to_string(),
        }
    }
}

/// Whether `text` can be the name of a gate: 1 to [`MAX_GATE_LEN`] visible ASCII characters but `+`, so that it can be
/// the name of a key in a signed note.
pub fn is_gate_id(text: &str) -> bool {
    (1..=MAX_GATE_LEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'+')
}
