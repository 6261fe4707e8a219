//! The walk over the rows: each in its place, its columns those of its leaf, the leaves those of the tree.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::held::{Held, Tree};
use super::{Finding, VerifyReport};
use crate::event::Event;
use crate::merkle::{Frontier, Hash, leaf_hash, perfect_subtrees};
use crate::schema::{self, COLUMNS};

/// A perfect subtree of the claimed tree, and the tree of the leaves that were found for it.
struct Span {
    first: u64,
    len: u64,
    found: Frontier,
}

/// What a tree has of a perfect subtree of a larger one: all of it, its first leaves, or nothing.
fn part_of(tree: &Frontier, first: u64, len: u64) -> Frontier {
    let size = tree.size().saturating_sub(first).min(len);
    let inside = perfect_subtrees(tree.size())
        .zip(tree.peaks())
        .filter(|((at, _), _)| (first..first + len).contains(at))
        .map(|(_, peak)| *peak)
        .collect();
    Frontier::from_peaks(size, inside).unwrap_or_default()
}

/// The rows so far, and what was found.
pub(super) struct Walk {
    size: u64,
    /// The row that should come next.
    next: u64,
    spans: Vec<Span>,
    current: usize,
    /// Rows are missing, so that what follows has no root to compare.
    broken: bool,
    held: std::vec::IntoIter<(u64, Hash, Option<String>)>,
    held_next: Option<(u64, Hash, Option<String>)>,
    /// Rows that do not belong, as far as they follow each other.
    extra: Option<(i64, u64)>,
    /// The reasons of the row that is looked at.
    reasons: String,
    report: VerifyReport,
}

impl Walk {
    pub(super) fn new(size: u64, pruned: &Frontier, held: Held, mut report: VerifyReport) -> Self {
        if pruned.size() > size {
            report.add(Finding::TreeUnreadable {
                what: "more was pruned than there is",
            });
        }
        let spans = perfect_subtrees(size).map(|(first, len)| Span {
            first,
            len,
            found: part_of(pruned, first, len),
        });
        let mut held = held.roots.into_iter();
        let mut held_next = held.next();
        // What was dropped has no root any more, but at its very end.
        while held_next.as_ref().is_some_and(|(size, ..)| *size < pruned.size()) {
            held_next = held.next();
        }
        report.pruned = pruned.size();
        let mut walk = Self {
            size,
            next: pruned.size().min(size),
            spans: spans.collect(),
            current: 0,
            broken: false,
            held,
            held_next,
            extra: None,
            reasons: String::new(),
            report,
        };
        walk.compare();
        walk
    }

    /// Compares the root of the leaves so far with those that somebody holds of this size.
    fn compare(&mut self) {
        while let Some((size, root, auditor)) = self.held_next.take_if(|(size, ..)| *size == self.next) {
            self.held_next = self.held.next();
            if self.broken {
                continue;
            }
            let peaks = self.spans.iter().flat_map(|span| span.found.peaks()).copied().collect();
            let found = Frontier::from_peaks(size, peaks).map(|tree| tree.root());
            match (found == Ok(root), auditor) {
                (true, None) => self.report.sealed = size,
                (true, Some(_)) => {}
                (false, None) => self.report.add(Finding::CheckpointMismatch { size }),
                (false, Some(auditor)) => self.report.add(Finding::ReceiptMismatch { size, auditor }),
            }
        }
    }

    pub(super) fn row(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        self.report.rows += 1;
        let key: i64 = row.get(0)?;
        let seq = match u64::try_from(key) {
            // A damaged index can give rows in the wrong order.
            Ok(seq) if seq < self.size && seq >= self.next => seq,
            _ => {
                self.extra_row(key);
                return Ok(());
            }
        };
        self.end_of_extra();
        self.gap_until(seq);
        self.next = seq + 1;
        let leaf = match row.get_ref(COLUMNS.len())? {
            ValueRef::Blob(leaf) => leaf,
            _ => &[],
        };
        match Event::from_leaf(leaf) {
            Err(error) => self.report.add(Finding::LeafUnreadable { seq, error }),
            Ok(event) => {
                if event.seq() != seq {
                    let leaf_seq = event.seq();
                    self.report.add(Finding::MovedLeaf { seq, leaf_seq });
                }
                // The first column is the key, which was looked at above.
                schema::reasons(&event, &mut self.reasons);
                for (i, expected) in schema::values(&event, &self.reasons).into_iter().enumerate().skip(1) {
                    // A value of another type is another value, as an integer and a real of the same amount.
                    if expected != row.get_ref(i)? {
                        let column = COLUMNS[i];
                        self.report.add(Finding::ColumnEdited { seq, column });
                    }
                }
            }
        }
        while self.spans[self.current].first + self.spans[self.current].len <= seq {
            self.current += 1;
        }
        self.spans[self.current].found.push(leaf_hash(leaf));
        if self.held_next.as_ref().is_some_and(|(size, ..)| *size == self.next) {
            self.compare();
        }
        Ok(())
    }

    fn extra_row(&mut self, key: i64) {
        match &mut self.extra {
            Some((first, count)) if first.checked_add_unsigned(*count) == Some(key) => *count += 1,
            _ => {
                self.end_of_extra();
                self.extra = Some((key, 1));
            }
        }
    }

    fn end_of_extra(&mut self) {
        if let Some((first, count)) = self.extra.take() {
            self.report.add(Finding::ExtraRows { first, count });
        }
    }

    fn gap_until(&mut self, seq: u64) {
        if self.next < seq {
            let (first, count) = (self.next, seq - self.next);
            self.report.add(Finding::MissingRows { first, count });
            self.broken = true;
            // Sizes within the gap are not reached.
            while self.held_next.as_ref().is_some_and(|(size, ..)| *size <= seq) {
                self.held_next = self.held.next();
            }
        }
    }

    pub(super) fn finish(mut self, tree: &Tree) -> VerifyReport {
        // Missing rows at the end come before the extra ones that follow them.
        self.gap_until(self.size);
        self.end_of_extra();
        let complete = self.spans.iter().all(|span| span.found.size() == span.len);
        let found: Vec<Hash> = self.spans.iter().map(|span| span.found.root()).collect();
        if let Some(claimed) = &tree.frontier {
            for ((span, found), claimed) in self.spans.iter().zip(&found).zip(claimed.peaks()) {
                // Where rows are missing, that was said already.
                if span.found.size() == span.len && found != claimed {
                    self.report.add(Finding::LeavesEdited {
                        first: span.first,
                        count: span.len,
                    });
                }
            }
        }
        let root_of_claim = tree.frontier.as_ref().map(Frontier::root);
        let root_of_leaves = complete.then(|| {
            Frontier::from_peaks(self.size, found)
                .expect("one hash for each perfect subtree of a size that SQLite stored")
                .root()
        });
        let wrong = |root: Option<Hash>| root.is_some() && root != tree.root;
        if tree.root.is_some() && (wrong(root_of_claim) || wrong(root_of_leaves)) {
            self.report.add(Finding::WrongRoot);
        }
        self.report
    }
}
