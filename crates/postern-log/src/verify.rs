//! A walk over the whole log that believes nothing but the leaves and the hashes.

use std::fmt;

use postern_core::keys::PublicKey;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::checkpoint::Checkpoint;
use crate::error::LogError;
use crate::event::{Event, EventError};
use crate::merkle::{Frontier, Hash, leaf_hash, perfect_subtrees};
use crate::note::NoteError;
use crate::reader::{Reader, Tip, tables};
use crate::receipt::Receipt;
use crate::schema::{self, COLUMNS};
use crate::store::SEAL_EVERY;

/// The most findings that a report lists; the others are counted.
pub const MAX_FINDINGS: usize = 1000;

/// What a log is held against besides itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anchors<'a> {
    /// The gate's key: the signatures of its checkpoints are then looked at.
    pub key: Option<&'a PublicKey>,
    /// Receipts of auditors, whose signatures were checked.
    pub receipts: &'a [Receipt],
}

/// What a walk over the log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyReport {
    /// The number of rows that were read.
    pub rows: u64,
    /// The size and the root that the log claims; `None` if the row that holds them cannot be read.
    pub tip: Option<Tip>,
    /// The number of leaves that were dropped from the start of the log.
    pub pruned: u64,
    /// The leaves up to the last good checkpoint; what follows is the unsealed tail. Where no key was given, the signature was
    /// not looked at.
    pub sealed: u64,
    /// The multiples of [`SEAL_EVERY`](crate::SEAL_EVERY) that have no checkpoint.
    pub missing_seals: u64,
    /// What is wrong, at most [`MAX_FINDINGS`]; rows first, in their order.
    pub findings: Vec<Finding>,
    /// The number of findings that are not listed.
    pub left_off: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else {
            self.left_off += 1;
        }
    }
}

/// One thing that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A checkpoint in the log is no note of this gate's key, or of another size.
    CheckpointForged {
        /// Its place.
        size: u64,
        /// What is wrong with it.
        error: NoteError,
    },
    /// The leaves do not make the root of a checkpoint that the gate has signed.
    CheckpointMismatch {
        /// Its size.
        size: u64,
    },
    /// A column does not say what the leaf says.
    ColumnEdited {
        /// The row.
        seq: u64,
        /// The column.
        column: &'static str,
    },
    /// Rows that the tree does not have.
    ExtraRows {
        /// The first of them.
        first: i64,
        /// How many follow each other.
        count: u64,
    },
    /// The leaf is not an event.
    LeafUnreadable {
        /// The row.
        seq: u64,
        /// Why.
        error: EventError,
    },
    /// At least one of these leaves is not the one that was logged.
    LeavesEdited {
        /// The first leaf of the perfect subtree with another hash.
        first: u64,
        /// The number of its leaves.
        count: u64,
    },
    /// Rows that the tree has are gone.
    MissingRows {
        /// The first of them.
        first: u64,
        /// How many follow each other.
        count: u64,
    },
    /// The leaf belongs to another row.
    MovedLeaf {
        /// The row.
        seq: u64,
        /// The row that the leaf names.
        leaf_seq: u64,
    },
    /// The log has another root at the size of a receipt.
    ReceiptMismatch {
        /// The size.
        size: u64,
        /// Who gave it.
        auditor: String,
    },
    /// The log is shorter than a receipt.
    RolledBack {
        /// The size of the receipt.
        size: u64,
        /// Who gave it.
        auditor: String,
    },
    /// A table or view was changed or removed, or there is a trigger.
    SchemaChanged {
        /// Its name.
        name: String,
    },
    /// The row of the tree is missing, or contradicts itself.
    TreeUnreadable {
        /// What does not fit.
        what: &'static str,
    },
    /// The root is not the root of the leaves.
    WrongRoot,
}

impl Finding {
    /// A stable name in kebab case.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::CheckpointForged { .. } => "checkpoint-forged",
            Self::CheckpointMismatch { .. } => "checkpoint-mismatch",
            Self::ColumnEdited { .. } => "column-edited",
            Self::ExtraRows { .. } => "extra-rows",
            Self::LeafUnreadable { .. } => "leaf-unreadable",
            Self::LeavesEdited { .. } => "leaves-edited",
            Self::MissingRows { .. } => "missing-rows",
            Self::MovedLeaf { .. } => "moved-leaf",
            Self::ReceiptMismatch { .. } => "receipt-mismatch",
            Self::RolledBack { .. } => "rolled-back",
            Self::SchemaChanged { .. } => "schema-changed",
            Self::TreeUnreadable { .. } => "tree-unreadable",
            Self::WrongRoot => "wrong-root",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CheckpointForged { size, error } => {
                write!(f, "the checkpoint of size {size} is not the gate's: {error}")
            }
            Self::CheckpointMismatch { size } => {
                write!(
                    f,
                    "the leaves up to {size} are not those that the gate signed a checkpoint of"
                )
            }
            Self::ColumnEdited { seq, column } => {
                write!(
                    f,
                    "row {seq}: the column \"{column}\" was edited, the leaf says something else"
                )
            }
            Self::ExtraRows { first, count } => write!(f, "row {first}: {count} row(s) that were never logged"),
            Self::LeafUnreadable { seq, error } => write!(f, "row {seq}: {error}"),
            Self::LeavesEdited { first, count } => write!(
                f,
                "row {first}: at least one of the {count} leaves from here on is not the one that was logged"
            ),
            Self::MissingRows { first, count } => write!(f, "row {first}: {count} row(s) are missing"),
            Self::MovedLeaf { seq, leaf_seq } => write!(f, "row {seq}: the leaf was logged as row {leaf_seq}"),
            Self::ReceiptMismatch { size, auditor } => {
                write!(
                    f,
                    "the leaves up to {size} are not those that {auditor} has given a receipt for"
                )
            }
            Self::RolledBack { size, auditor } => {
                write!(
                    f,
                    "{auditor} has given a receipt for {size} leaves: the log is an older copy"
                )
            }
            Self::SchemaChanged { name } => write!(f, "the table, view or trigger \"{name}\" is not the log's own"),
            Self::TreeUnreadable { what } => write!(f, "the row of the tree is unusable: {what}"),
            Self::WrongRoot => f.write_str("the root is not the root of the leaves"),
        }
    }
}

/// Walks the log in one read transaction, so that a writer may go on meanwhile.
pub(crate) fn verify(reader: &Reader, anchors: &Anchors<'_>) -> Result<VerifyReport, LogError> {
    let Reader { conn, path, .. } = reader;
    let sql = |e| LogError::sql(path, e);
    let tx = conn.unchecked_transaction().map_err(sql)?;
    let mut report = VerifyReport::default();
    // Not as it was when the log was opened: the gate may have brought it to the present format since.
    let tables = tables(&tx, path)?;
    for name in schema::changed(&tx, tables).map_err(sql)? {
        report.add(Finding::SchemaChanged { name });
    }
    // Without the tables themselves there is nothing to walk over.
    let needed = ["checkpoints", "events", "meta", "pruned", "tree"];
    if report
        .findings
        .iter()
        .any(|f| matches!(f, Finding::SchemaChanged { name } if needed.contains(&name.as_str())))
    {
        return Ok(report);
    }
    let pruned = match reader.pruned() {
        Ok(pruned) => pruned,
        Err(LogError::Corrupt { .. }) => {
            report.add(Finding::TreeUnreadable {
                what: "what was pruned is not known",
            });
            Frontier::new()
        }
        Err(other) => return Err(other),
    };
    let tree = Tree::read(&tx, &mut report).map_err(sql)?;
    let held = match tables.has_checkpoints() {
        true => Held::read(&tx, reader.gate(), (&tree, pruned.size()), anchors, &mut report).map_err(sql)?,
        false => Held::of_receipts(&tree, anchors, &mut report),
    };
    let mut walk = Walk::new(tree.size, &pruned, held, report);
    let mut rows = tx.prepare(tables.select).map_err(sql)?;
    let mut rows = rows.query([]).map_err(sql)?;
    while let Some(row) = rows.next().map_err(sql)? {
        walk.row(row).map_err(sql)?;
    }
    Ok(walk.finish(&tree))
}

/// Roots that the log must have at sizes, ascending: of checkpoints and receipts.
struct Held {
    roots: Vec<(u64, Hash, Option<String>)>,
}

impl Held {
    fn read(
        conn: &Connection,
        gate: &str,
        (tree, pruned): (&Tree, u64),
        anchors: &Anchors<'_>,
        report: &mut VerifyReport,
    ) -> rusqlite::Result<Self> {
        let mut held = Self::of_receipts(tree, anchors, report);
        let sealed_from = "SELECT coalesce(max(sealed_from), 0) FROM meta";
        let sealed_from: i64 = conn.query_row(sealed_from, [], |row| row.get(0))?;
        let mut select = conn.prepare("SELECT size, note, frontier FROM checkpoints ORDER BY size")?;
        let mut rows = select.query([])?;
        let mut on_time = 0;
        let first = sealed_from.max(0).unsigned_abs().max(pruned);
        while let Some(row) = rows.next()? {
            let size = row.get::<_, i64>(0)?.unsigned_abs();
            let note = String::from_utf8_lossy(row.get_ref(1)?.as_bytes()?);
            let kept = Frontier::from_bytes(row.get_ref(2)?.as_blob()?).map(|kept| Tip::of(&kept));
            // Without a key the signature alone is left out.
            let checkpoint = match anchors.key {
                Some(key) => Checkpoint::open(&note, gate, key),
                None => Checkpoint::unverified(&note, gate),
            };
            match checkpoint {
                Ok(Checkpoint { tip, .. }) if tip.size == size && Ok(tip) == kept => {
                    on_time += u64::from(size > first && size.is_multiple_of(SEAL_EVERY));
                    match size <= tree.size {
                        true => held.roots.push((size, tip.root, None)),
                        false => report.add(Finding::CheckpointMismatch { size }),
                    }
                }
                Ok(_) => report.add(Finding::CheckpointForged {
                    size,
                    error: NoteError::NotACheckpoint,
                }),
                Err(error) => report.add(Finding::CheckpointForged { size, error }),
            }
        }
        let due = (tree.size / SEAL_EVERY).saturating_sub(first / SEAL_EVERY);
        report.missing_seals = due.saturating_sub(on_time);
        held.roots.sort_by_key(|(size, ..)| *size);
        Ok(held)
    }

    fn of_receipts(tree: &Tree, anchors: &Anchors<'_>, report: &mut VerifyReport) -> Self {
        let mut roots = Vec::new();
        for receipt in anchors.receipts {
            let (Tip { size, root }, auditor) = (receipt.checkpoint.tip, receipt.auditor.clone());
            match size <= tree.size {
                true => roots.push((size, root, Some(auditor))),
                false => report.add(Finding::RolledBack { size, auditor }),
            }
        }
        roots.sort_by_key(|(size, ..)| *size);
        Self { roots }
    }
}

/// What the row of the tree claims.
struct Tree {
    size: u64,
    root: Option<Hash>,
    frontier: Option<Frontier>,
}

impl Tree {
    fn read(conn: &Connection, report: &mut VerifyReport) -> rusqlite::Result<Self> {
        let row = conn
            .query_row("SELECT size, root, frontier FROM tree WHERE id = 0", [], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, Vec<u8>>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })
            .optional()?;
        let Some((size, root, frontier)) = row else {
            report.add(Finding::TreeUnreadable { what: "it is missing" });
            return Ok(Self {
                size: 0,
                root: None,
                frontier: None,
            });
        };
        let size = u64::try_from(size).ok();
        let root = Hash::try_from(root).ok();
        let frontier = Frontier::from_bytes(&frontier).ok();
        report.tip = size.zip(root).map(|(size, root)| Tip { size, root });
        match (size, root, &frontier) {
            (None, ..) => report.add(Finding::TreeUnreadable {
                what: "the size is negative",
            }),
            (_, None, _) => report.add(Finding::TreeUnreadable {
                what: "the root is no hash",
            }),
            (_, _, None) => report.add(Finding::TreeUnreadable {
                what: "the frontier is damaged",
            }),
            (Some(size), _, Some(frontier)) if frontier.size() != size => report.add(Finding::TreeUnreadable {
                what: "the frontier has another size",
            }),
            _ => {}
        }
        Ok(Self {
            size: size.unwrap_or_default(),
            root,
            frontier: frontier.filter(|frontier| Some(frontier.size()) == size),
        })
    }
}

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

struct Walk {
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
    fn new(size: u64, pruned: &Frontier, held: Held, mut report: VerifyReport) -> Self {
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

    fn row(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
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

    fn finish(mut self, tree: &Tree) -> VerifyReport {
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
