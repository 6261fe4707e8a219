//! What came out, for people and for programs.

mod phase;
mod text;

use postern_core::time::Time;
use serde_json::{Value, json};

use super::attacks::Attack;
use super::audit::{Audit, EVIDENCE, PAGE};
use super::faults::Found;
use crate::lab::Lab;

pub(super) use phase::Phase;

/// The report of a rehearsal.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// When the day began.
    pub(super) start: Time,
    pub(super) phases: Vec<Phase>,
    pub(super) attacks: Vec<Attack>,
    /// Verdicts that the gates of the city showed, and rows of their logs.
    pub(super) verdicts: u64,
    pub(super) logged: u64,
    pub(super) broken_logs: usize,
    /// Gates whose newest receipt is not for all of their log.
    pub(super) not_confirmed: u64,
    /// Codes whose status changed during the outage.
    pub(super) noted: usize,
    /// Lent codes that were admitted at two gates at once.
    pub(super) travel: usize,
    pub(super) audit: Audit,
    /// Empty where none were planted.
    pub(super) faults: Vec<Found>,
}

impl Report {
    /// The phase that goes on, or the next one.
    pub(super) fn phase(&mut self, now: &Phase) -> &mut Phase {
        if self.phases.last().is_none_or(|last| last.id != now.id) {
            self.phases.push(now.clone());
        }
        let at = self.phases.len() - 1;
        let phase = &mut self.phases[at];
        phase.last = now.last;
        phase
    }

    fn logs_are_good(&self) -> bool {
        self.broken_logs == 0 && self.not_confirmed == 0 && self.logged == self.verdicts
    }

    fn audit_is_good(&self) -> bool {
        self.audit.is_as_expected(self.travel, !self.faults.is_empty())
    }

    pub(super) fn is_as_expected(&self) -> bool {
        self.phases.iter().all(Phase::is_as_expected)
            && self.attacks.iter().all(Attack::is_as_expected)
            && self.faults.iter().all(Found::is_as_expected)
            && self.logs_are_good()
            && self.audit_is_good()
    }

    /// For programs: one object a line, the summary last.
    pub(super) fn json(&self, lab: &Lab) -> Vec<Value> {
        let (audit, path) = (&self.audit, |path: &str| lab.path(path).display().to_string());
        let mut lines = vec![json!({
            "type": "lab",
            "folder": lab.dir.display().to_string(),
            "start": self.start.to_string(),
            "minted": lab.people.len(),
            "rejects": lab.rejects,
            "gates": lab.gates.len(),
            "unplugged": lab.player.unplugs(),
        })];
        lines.extend(self.phases.iter().map(Phase::json));
        lines.extend(self.attacks.iter().map(Attack::json));
        lines.push(json!({
            "type": "logs",
            "verdicts": self.verdicts,
            "rows": self.logged,
            "broken": self.broken_logs,
            "not_confirmed": self.not_confirmed,
            "as_expected": self.logs_are_good(),
        }));
        lines.push(json!({
            "type": "audit",
            "bundles": audit.bundles,
            "events": audit.events,
            "trouble": audit.trouble,
            "receipts": audit.receipts,
            "archive_findings": audit.archive_findings,
            "findings": audit.kinds(),
            "lent": { "known": self.travel, "found": audit.count("impossible-travel") },
            "not_today": {
                "codes": self.noted,
                "known": audit.known_again.len(),
                "found": audit.found_again.len(),
                "same": audit.known_again == audit.found_again,
                "why": audit.why_again,
            },
            "evidence_good": audit.is_evident,
            "as_expected": self.audit_is_good(),
        }));
        lines.extend(self.faults.iter().map(Found::json));
        lines.push(json!({
            "type": "drill",
            "report": path(PAGE),
            "evidence": path(EVIDENCE),
            "check": audit.check,
            "as_expected": self.is_as_expected(),
        }));
        lines
    }
}
