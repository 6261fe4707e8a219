//! A walk over the whole log that believes nothing but the leaves and the hashes.

mod finding;
mod held;
mod walk;

use postern_core::keys::PublicKey;

pub use finding::Finding;

use crate::error::LogError;
use crate::merkle::Frontier;
use crate::reader::{Reader, Tip, tables};
use crate::receipt::Receipt;
use crate::schema;
use held::{Held, Tree};
use walk::Walk;

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
