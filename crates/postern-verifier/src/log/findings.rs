//! Findings in words.

use postern_cli::Catalog;
use postern_cli::messages::FluentValue;
use postern_log::Finding;

/// A finding as a person is told.
pub(super) fn told(finding: &Finding, catalog: &Catalog) -> String {
    let id = format!("finding-{}", finding.reason());
    match catalog.has(&id) {
        true => catalog.text(&id, &args(finding)),
        // A newer log library knows more than the texts.
        false => finding.to_string(),
    }
}

fn args(finding: &Finding) -> Vec<(&'static str, FluentValue<'static>)> {
    match finding {
        Finding::CheckpointForged { size, error } => {
            vec![("size", (*size).into()), ("why", error.to_string().into())]
        }
        Finding::CheckpointMismatch { size } => vec![("size", (*size).into())],
        Finding::ColumnEdited { seq, column } => vec![("seq", (*seq).into()), ("column", (*column).into())],
        Finding::ExtraRows { first, count } => vec![("first", (*first).into()), ("count", (*count).into())],
        Finding::LeafUnreadable { seq, error } => {
            vec![("seq", (*seq).into()), ("why", error.to_string().into())]
        }
        Finding::LeavesEdited { first, count } | Finding::MissingRows { first, count } => {
            vec![("first", (*first).into()), ("count", (*count).into())]
        }
        Finding::MovedLeaf { seq, leaf_seq } => vec![("seq", (*seq).into()), ("leaf", (*leaf_seq).into())],
        Finding::ReceiptMismatch { size, auditor } | Finding::RolledBack { size, auditor } => {
            vec![("size", (*size).into()), ("auditor", auditor.clone().into())]
        }
        Finding::SchemaChanged { name } => vec![("name", name.clone().into())],
        Finding::TreeUnreadable { what } => vec![("why", (*what).into())],
        _ => Vec::new(),
    }
}
