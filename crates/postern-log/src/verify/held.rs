//! What the leaves are held against: the row of the tree, checkpoints, receipts.

use rusqlite::{Connection, OptionalExtension};

use super::{Anchors, Finding, VerifyReport};
use crate::checkpoint::Checkpoint;
use crate::merkle::{Frontier, Hash};
use crate::note::NoteError;
use crate::reader::Tip;
use crate::store::SEAL_EVERY;

/// Roots that the log must have at sizes, ascending: of checkpoints and receipts.
pub(super) struct Held {
    pub(super) roots: Vec<(u64, Hash, Option<String>)>,
}

impl Held {
    pub(super) fn read(
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

    pub(super) fn of_receipts(tree: &Tree, anchors: &Anchors<'_>, report: &mut VerifyReport) -> Self {
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
pub(super) struct Tree {
    pub(super) size: u64,
    pub(super) root: Option<Hash>,
    pub(super) frontier: Option<Frontier>,
}

impl Tree {
    pub(super) fn read(conn: &Connection, report: &mut VerifyReport) -> rusqlite::Result<Self> {
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
