//! Hours that are alike: the centre there or not, data of one grade, a declaration or none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::rehearsal::schedule::Schedule;

/// What the gates said in such hours.
#[derive(Clone, Debug)]
pub(in crate::rehearsal) struct Phase {
    /// `up`, `down-GRADE`, `emergency` or `back`.
    pub(super) id: String,
    /// Its first hour and its last.
    first: u64,
    pub(super) last: u64,
    is_centre_up: bool,
    is_emergency: bool,
    /// The grade that the data must have.
    grade: &'static str,
    /// How many verdicts there must be.
    pub(in crate::rehearsal) expected: usize,
    grades: BTreeMap<String, usize>,
    outcomes: BTreeMap<String, usize>,
    reasons: BTreeMap<String, usize>,
    /// Verdicts that named the declaration.
    declared: usize,
    /// Verdicts on codes whose status has changed, and how many of those admitted.
    noted: usize,
    noted_admitted: usize,
}

impl Phase {
    /// The phase of an hour.
    pub(in crate::rehearsal) fn of(hour: u64, schedule: &Schedule) -> Self {
        let grade = schedule.grade(hour);
        let (is_down, is_emergency) = (schedule.is_down(hour), schedule.is_declared(hour));
        let id = match (is_down, is_emergency) {
            (true, true) => "emergency".to_owned(),
            (true, false) => format!("down-{grade}"),
            _ if hour < schedule.down => "up".to_owned(),
            _ => "back".to_owned(),
        };
        let (grades, outcomes, reasons) = Default::default();
        Self {
            id,
            first: hour,
            last: hour,
            is_centre_up: !is_down,
            is_emergency,
            grade,
            expected: 0,
            grades,
            outcomes,
            reasons,
            declared: 0,
            noted: 0,
            noted_admitted: 0,
        }
    }

    /// Counts one JSON object of `check`, and whether the code's status has changed.
    pub(in crate::rehearsal) fn count(&mut self, line: &Value, is_noted: bool) {
        let text = |value: &Value| value.as_str().unwrap_or("fault").to_owned();
        *self.outcomes.entry(text(&line["outcome"])).or_default() += 1;
        *self.grades.entry(text(&line["data"]["grade"])).or_default() += 1;
        // The first reason is the most serious one.
        if let Some(reason) = line["reasons"][0].as_str() {
            *self.reasons.entry(reason.to_owned()).or_default() += 1;
        }
        self.declared += usize::from(line["emergency"].is_object());
        self.noted += usize::from(is_noted);
        self.noted_admitted += usize::from(is_noted && line["outcome"] == "admit");
    }

    pub(super) fn outcome(&self, outcome: &str) -> usize {
        self.outcomes.get(outcome).copied().unwrap_or_default()
    }

    /// Everybody got a verdict on data of the right age. While the data is good enough some are admitted; once it is too
    /// old nobody is, and nobody is refused for that: a person decides. Under the declaration each verdict names it. Once the
    /// centre is back nobody is admitted whose status has changed.
    pub(super) fn is_as_expected(&self) -> bool {
        let all = self.grades.get(self.grade) == Some(&self.expected);
        let as_graded = match self.grade {
            "refuse" => self.outcome("refer") == self.expected,
            _ => self.outcome("admit") > 0,
        };
        let as_declared = self.declared == if self.is_emergency { self.expected } else { 0 };
        let as_noted = self.id != "back" || (self.noted > 0 && self.noted_admitted == 0);
        all && as_graded && as_declared && as_noted
    }

    /// Its hours, from one on.
    pub(super) fn hours(&self) -> String {
        let (first, last) = (self.first + 1, self.last + 1);
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    }

    pub(super) fn grade(&self) -> &'static str {
        self.grade
    }

    /// The reason that was given most often.
    pub(super) fn reason(&self) -> Option<&str> {
        let most = self
            .reasons
            .iter()
            .max_by_key(|(reason, count)| (**count, std::cmp::Reverse(*reason)));
        most.map(|(reason, _)| reason.as_str())
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "type": "phase", "phase": self.id, "hours": [self.first, self.last], "centre": self.is_centre_up,
            "grade": self.grade, "expected": self.expected, "outcomes": self.outcomes, "reasons": self.reasons,
            "emergency": self.declared, "status_changed": { "verdicts": self.noted, "admitted": self.noted_admitted },
            "as_expected": self.is_as_expected(),
        })
    }
}
