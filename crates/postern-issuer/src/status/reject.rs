//! Why a row of a file is not taken, and how the rejects of a file are told.

use std::io::{self, IsTerminal, Write};

use postern_cli::Session;
use postern_cli::messages::FluentValue;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, columns, json_line};
use serde_json::json;

use crate::mint::people::RowFault;

/// More rejects than this are not shown to a person: so many fit a screen.
const SHOWN: usize = 20;

/// A row that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reject {
    /// The line in the file, from 1.
    pub(crate) line: u64,
    /// Why.
    pub(crate) reason: Reason,
}

/// Why a row is not taken. The list is stable: names are kept, new ones are added. Those that people files have too have
/// one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Another row wishes another status of the same code.
    Contradiction {
        /// The line of that row.
        first: u64,
    },
    FieldTooLong,
    /// The code is invalid, which is final.
    Final,
    IdInvalid,
    IdMissing,
    /// No ledger that was given knows the id.
    IdUnknown,
    IndexInvalid,
    /// No code stands at the place, in the ledgers that were given.
    IndexUnknown,
    LineTooLong,
    NotText,
    /// The person has no code that could be shown at a gate.
    NothingInForce,
    QuoteOpen,
    RaggedRow {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    ResultUnknown,
    SampledInFuture,
    SampledInvalid,
    StatusUnknown,
    /// No reason is given, or one that is no printable text of at most 200 bytes.
    WhyInvalid,
}

impl Reason {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 18] = [
        Self::Contradiction { first: 2 },
        Self::FieldTooLong,
        Self::Final,
        Self::IdInvalid,
        Self::IdMissing,
        Self::IdUnknown,
        Self::IndexInvalid,
        Self::IndexUnknown,
        Self::LineTooLong,
        Self::NotText,
        Self::NothingInForce,
        Self::QuoteOpen,
        Self::RaggedRow { expected: 2, found: 1 },
        Self::ResultUnknown,
        Self::SampledInFuture,
        Self::SampledInvalid,
        Self::StatusUnknown,
        Self::WhyInvalid,
    ];

    pub(super) fn of_fault(fault: RowFault) -> Self {
        match fault {
            RowFault::FieldTooLong => Self::FieldTooLong,
            RowFault::LineTooLong => Self::LineTooLong,
            RowFault::NotText => Self::NotText,
            RowFault::QuoteOpen => Self::QuoteOpen,
            // A header names six columns at most.
            RowFault::TooManyFields => Self::RaggedRow {
                expected: 6,
                found: crate::mint::people::MAX_COLUMNS + 1,
            },
        }
    }

    /// The stable name in kebab-case.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Contradiction { .. } => "status-contradiction",
            Self::FieldTooLong => "field-too-long",
            Self::Final => "status-final",
            Self::IdInvalid => "id-invalid",
            Self::IdMissing => "id-missing",
            Self::IdUnknown => "id-unknown",
            Self::IndexInvalid => "index-invalid",
            Self::IndexUnknown => "index-unknown",
            Self::LineTooLong => "line-too-long",
            Self::NotText => "not-text",
            Self::NothingInForce => "nothing-in-force",
            Self::QuoteOpen => "quote-open",
            Self::RaggedRow { .. } => "ragged-row",
            Self::ResultUnknown => "result-unknown",
            Self::SampledInFuture => "sampled-in-future",
            Self::SampledInvalid => "sampled-invalid",
            Self::StatusUnknown => "status-unknown",
            Self::WhyInvalid => "why-invalid",
        }
    }

    fn args(self) -> Vec<(&'static str, FluentValue<'static>)> {
        let number = |name, n: u64| (name, FluentValue::from(n.to_string()));
        match self {
            Self::Contradiction { first } => vec![number("first", first)],
            Self::RaggedRow { expected, found } => {
                vec![number("expected", expected as u64), number("found", found as u64)]
            }
            _ => Vec::new(),
        }
    }
}

/// Tells the rejects of a file by their lines: to a person those that fit a screen, to a program all.
pub(crate) fn tell(rejects: &mut [Reject], session: &Session, out: &mut dyn Write) -> io::Result<()> {
    rejects.sort_by_key(|reject| reject.line);
    let catalog = &session.catalog;
    let id = |reason: Reason| format!("reject-{}", reason.as_str());
    if session.json {
        for Reject { line, reason } in rejects {
            let message = catalog.find_english(&id(*reason), None, &reason.args());
            let reject = json!({ "line": line, "reason": reason.as_str(), "message": message });
            writeln!(out, "{}", json_line(&json!({ "reject": reject })))?;
        }
        return Ok(());
    }
    if rejects.is_empty() {
        return Ok(());
    }
    let text = |id: &str| catalog.text(id, &[]);
    let mut table = Table::new([
        (text("mint-heading-line"), Align::Right),
        (text("mint-heading-reason"), Align::Left),
        (text("mint-heading-message"), Align::Left),
    ]);
    for Reject { line, reason } in rejects.iter().take(SHOWN) {
        let message = catalog.text(&id(*reason), &reason.args());
        table.row([line.to_string().as_str(), reason.as_str(), &message]);
    }
    let width = io::stdout().is_terminal().then(columns);
    write!(out, "{}", table.render(width, Colors::stdout(session.color)))?;
    let more = rejects.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(
            out,
            "{}",
            catalog.text("status-more-rejects", &[("count", more.into())])
        )?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use postern_cli::{Catalog, Language};

    use super::*;

    #[test]
    fn every_reason_has_a_text_in_both_languages() {
        for language in [Language::English, Language::SimplifiedChinese] {
            let catalog = Catalog::new(language, crate::TEXTS);
            for reason in Reason::ALL {
                assert!(catalog.has(&format!("reject-{}", reason.as_str())), "{reason:?}");
            }
        }
    }
}
