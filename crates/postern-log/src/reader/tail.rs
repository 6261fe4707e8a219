//! Where a log ends: what a writer goes on from.

use super::Reader;
use crate::error::LogError;
use crate::event::Event;
use crate::merkle::{Frontier, leaf_hash, perfect_subtrees};
use crate::schema::integer;

/// Opening reads again at most this many leaves of the last perfect subtree.
const TAIL_ROWS: u64 = 1024;

impl Reader {
    /// The tree as stored, checked against the end of the rows.
    ///
    /// The leaves of the last perfect subtree are read again (that is the last leaf alone every second time), unless
    /// there are more than [`TAIL_ROWS`].
    pub(crate) fn tail(&self) -> Result<Frontier, LogError> {
        let (size, root, frontier) = self.tree()?;
        let frontier = Frontier::from_bytes(&frontier).map_err(|e| self.corrupt(e))?;
        if Ok(frontier.size()) != u64::try_from(size) || frontier.root()[..] != root {
            return Err(self.corrupt("the stored tree contradicts itself"));
        }
        let rows: (Option<i64>, Option<i64>) = self
            .conn
            .query_row(
                "SELECT (SELECT min(seq) FROM events), (SELECT max(seq) FROM events)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .map_err(|e| self.sql(e))?;
        let pruned = integer(self.pruned()?.size());
        if rows != ((size > pruned).then_some(pruned), (size > pruned).then_some(size - 1)) {
            return Err(self.corrupt("the rows are not as many as the tree has leaves"));
        }
        let Some((first, len)) = perfect_subtrees(frontier.size()).last() else {
            return Ok(frontier);
        };
        let whole = len <= TAIL_ROWS && integer(first) >= pruned;
        let from = if whole { first } else { frontier.size() - 1 };
        let mut subtree = Frontier::new();
        let mut select = self
            .conn
            .prepare_cached("SELECT leaf FROM events WHERE seq >= ?1 ORDER BY seq")
            .map_err(|e| self.sql(e))?;
        let mut rows = select.query([integer(from)]).map_err(|e| self.sql(e))?;
        while let Some(row) = rows.next().map_err(|e| self.sql(e))? {
            let leaf: Vec<u8> = row.get(0).map_err(|e| self.sql(e))?;
            let event = Event::from_leaf(&leaf).map_err(|e| self.corrupt(e))?;
            if event.seq() != from + subtree.size() {
                return Err(self.corrupt("one of the last leaves is not in its place"));
            }
            subtree.push(leaf_hash(&leaf));
        }
        if whole && Some(&subtree.root()) != frontier.peaks().last() {
            return Err(self.corrupt("the last leaves are not those of the tree"));
        }
        Ok(frontier)
    }
}
