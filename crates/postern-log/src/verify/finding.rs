//! What can be wrong with a log (`docs/FORMAT.md` section 7, "Verifying").

use std::fmt;

use crate::event::EventError;
use crate::note::NoteError;

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
