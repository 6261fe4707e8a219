//! Dropping leaves that others keep: which ones may go, and what stays of them.

use rusqlite::{OptionalExtension, TransactionBehavior};

use crate::error::LogError;
use crate::merkle::{Frontier, leaf_hash};
use crate::reader::Reader;
use crate::schema::integer;
use crate::store::Log;

impl Log {
    /// Drops the leaves before `size`, which must be the size of a checkpoint of this log; gives how many they were. The tree
    /// stays what it is. When this returns, it is on the disk; the room is used for what comes, the file does not shrink.
    ///
    /// Who asks has seen to it that others keep these leaves ([`Reader::prunable`]).
    ///
    /// # Errors
    ///
    /// [`LogError::Corrupt`] where there is no such checkpoint, or the leaves do not make its frontier: nothing is dropped then.
    pub fn prune(&mut self, size: u64) -> Result<u64, LogError> {
        self.check_files()?;
        self.settle()?;
        let before = self.reader.pruned()?;
        if size <= before.size() {
            return Ok(0);
        }
        let kept = self.reader.checkpoint_frontier(size)?;
        let mut frontier = before.clone();
        self.reader
            .each_leaf(before.size()..size, |leaf| frontier.push(leaf_hash(leaf)))?;
        if kept.as_ref() != Some(&frontier) {
            return Err(self
                .reader
                .corrupt("no checkpoint of the log fits the leaves that were to be dropped"));
        }
        let Reader { conn, path, .. } = &mut self.reader;
        let sql = |e| LogError::sql(path, e);
        let tx = conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql)?;
        tx.execute("DELETE FROM events WHERE seq < ?1", [integer(size)])
            .map_err(sql)?;
        tx.execute("DELETE FROM checkpoints WHERE size < ?1", [integer(size)])
            .map_err(sql)?;
        tx.execute(
            "UPDATE pruned SET size = ?1, frontier = ?2",
            (integer(size), frontier.to_bytes()),
        )
        .map_err(sql)?;
        tx.commit().map_err(sql)?;
        Ok(size - before.size())
    }
}

impl Reader {
    /// How many leaves may be dropped of those that others keep, the first `receipted`: up to the last checkpoint before the first leaf that
    /// was judged at `before` or later, in seconds since 1970. 0 where none may.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub fn prunable(&self, before: u64, receipted: u64) -> Result<u64, LogError> {
        if !self.has_checkpoints()? {
            return Ok(0);
        }
        let select = "SELECT max(size) FROM checkpoints
            WHERE size <= ?2 AND size <= coalesce((SELECT min(seq) FROM events WHERE time >= ?1), ?2)";
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        let receipted = i64::try_from(receipted).unwrap_or(i64::MAX);
        self.conn
            .query_row(select, (before, receipted), |row| row.get::<_, Option<i64>>(0))
            .map(|size| size.unwrap_or(0).unsigned_abs())
            .map_err(|e| self.sql(e))
    }

    /// The tree over the leaves that were dropped.
    pub(crate) fn pruned(&self) -> Result<Frontier, LogError> {
        if !self.has_checkpoints()? {
            return Ok(Frontier::new());
        }
        let (size, frontier): (i64, Vec<u8>) = self
            .conn
            .prepare_cached("SELECT size, frontier FROM pruned WHERE id = 0")
            .and_then(|mut select| select.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional())
            .map_err(|e| self.sql(e))?
            .ok_or_else(|| self.corrupt("what was pruned is not known"))?;
        let frontier = Frontier::from_bytes(&frontier).map_err(|e| self.corrupt(e))?;
        match integer(frontier.size()) == size {
            true => Ok(frontier),
            false => Err(self.corrupt("the row of what was pruned contradicts itself")),
        }
    }

    /// The frontier that was kept with the checkpoint of this size.
    pub(crate) fn checkpoint_frontier(&self, size: u64) -> Result<Option<Frontier>, LogError> {
        let frontier: Option<Vec<u8>> = self
            .conn
            .query_row(
                "SELECT frontier FROM checkpoints WHERE size = ?1",
                [i64::try_from(size).unwrap_or(i64::MAX)],
                |row| row.get(0),
            )
            .optional()
            .map_err(|e| self.sql(e))?;
        let frontier = frontier.map(|bytes| Frontier::from_bytes(&bytes)).transpose();
        frontier.map_err(|e| self.corrupt(e))
    }
}
