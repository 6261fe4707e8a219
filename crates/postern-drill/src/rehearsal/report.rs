//! What came out, for people and for programs.

use std::collections::BTreeMap;

use postern_cli::Session;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, Style};
use serde_json::{Value, json};

use crate::lab::Lab;
use crate::player::COMMANDS;

/// The report of a rehearsal.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) days: Vec<Day>,
    pub(super) attacks: Vec<Attack>,
    pub(super) logged: u64,
    pub(super) broken_logs: usize,
}

/// What the gates said on a day.
#[derive(Debug)]
pub(super) struct Day {
    day: u64,
    centre: bool,
    /// The grade that the data must have.
    grade: &'static str,
    /// How many verdicts there must be.
    pub(super) expected: usize,
    grades: BTreeMap<String, usize>,
    outcomes: BTreeMap<String, usize>,
    reasons: BTreeMap<String, usize>,
}

impl Day {
    pub(super) fn new(day: u64, centre: bool, grade: &'static str) -> Self {
        let (grades, outcomes, reasons) = Default::default();
        Self {
            day,
            centre,
            grade,
            expected: 0,
            grades,
            outcomes,
            reasons,
        }
    }

    /// Counts one JSON object of `check`.
    pub(super) fn count(&mut self, line: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or("fault").to_owned();
        *self.outcomes.entry(text(&line["outcome"])).or_default() += 1;
        *self.grades.entry(text(&line["data"]["grade"])).or_default() += 1;
        // The first reason is the most serious one.
        if let Some(reason) = line["reasons"][0].as_str() {
            *self.reasons.entry(reason.to_owned()).or_default() += 1;
        }
    }

    fn outcome(&self, outcome: &str) -> usize {
        self.outcomes.get(outcome).copied().unwrap_or_default()
    }

    /// Everybody got a verdict on data of the right age. While the data is good enough some are admitted; once it is too
    /// old nobody is, and nobody is refused for that: a person decides.
    fn is_as_expected(&self) -> bool {
        let all = self.grades.get(self.grade) == Some(&self.expected);
        let as_graded = match self.grade {
            "refuse" => self.outcome("refer") == self.expected,
            _ => self.outcome("admit") > 0,
        };
        all && as_graded
    }

    /// Reasons by how often they were given.
    fn reasons(&self) -> Vec<(&str, usize)> {
        let mut reasons: Vec<_> = self
            .reasons
            .iter()
            .map(|(reason, count)| (reason.as_str(), *count))
            .collect();
        reasons.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
        reasons
    }
}

/// Something bad that was tried: what had to follow, and what followed.
#[derive(Debug)]
pub(super) struct Attack {
    id: &'static str,
    expected: Followed,
    got: Followed,
}

/// An outcome and the reason for it, by their stable names.
#[derive(Debug, PartialEq, Eq)]
struct Followed {
    outcome: String,
    reason: String,
}

impl Followed {
    fn new(outcome: &str, reason: &str) -> Self {
        Self {
            outcome: outcome.to_owned(),
            reason: reason.to_owned(),
        }
    }

    /// In words.
    fn text(&self, say: &dyn Fn(&str) -> String) -> String {
        let outcome = say(&format!("column-{}", self.outcome));
        format!("{outcome}{}{}", say("colon"), say(&format!("why-{}", self.reason)))
    }

    /// For programs.
    fn json(&self) -> Value {
        json!({ "outcome": self.outcome, "reason": self.reason })
    }
}

impl Attack {
    /// A text or a picture at a gate: the outcome and the reason that must follow, and the JSON object that followed.
    pub(super) fn of(id: &'static str, (outcome, reason): (&str, &str), line: Option<&Value>) -> Self {
        let line = line.unwrap_or(&Value::Null);
        let text = |value: &Value| value.as_str().unwrap_or("nothing").to_owned();
        let got = match line["type"].as_str() {
            Some("fault") => Followed {
                outcome: "fault".to_owned(),
                reason: text(&line["reason"]),
            },
            _ => Followed {
                outcome: text(&line["outcome"]),
                reason: text(&line["reasons"][0]),
            },
        };
        Self {
            id,
            expected: Followed::new(outcome, reason),
            got,
        }
    }

    /// A stick: it must be refused, and the gate must hold what it held.
    pub(super) fn stick(id: &'static str, status: i32, same: bool) -> Self {
        let outcome = if status == 1 { "refuse" } else { "taken" };
        let reason = if same { "gate-unchanged" } else { "gate-changed" };
        Self {
            id,
            expected: Followed::new("refuse", "gate-unchanged"),
            got: Followed::new(outcome, reason),
        }
    }

    fn is_as_expected(&self) -> bool {
        self.expected == self.got
    }
}

impl Report {
    pub(super) fn is_as_expected(&self) -> bool {
        self.days.iter().all(Day::is_as_expected)
            && self.attacks.iter().all(Attack::is_as_expected)
            && self.broken_logs == 0
    }

    /// For people.
    pub(super) fn text(&self, lab: &Lab, session: &Session, colors: Colors) -> String {
        let catalog = &session.catalog;
        let say = |id: &str| catalog.text(id, &[]);
        let mark = |good: bool| if good { "✔" } else { "✘" };
        // Cells are made printable, so the colour can only come after.
        let painted = |table: &Table| {
            let table = table.render(None, colors);
            let good = table.replace('✔', &colors.paint(Style::Good, "✔"));
            good.replace('✘', &colors.paint(Style::Bad, "✘"))
        };
        let heading = |id: &str| format!("\n{}\n", colors.paint(Style::Bold, &say(id)));
        let unplugged = if lab.player.unplugs() {
            "made-unplugged"
        } else {
            "made-not-unplugged"
        };

        let mut text = heading("title");
        let made = [
            ("people", lab.pictures.len().into()),
            ("rejects", lab.rejects.into()),
            ("gates", lab.gates.len().into()),
        ];
        text += &format!("{}\n{}\n", catalog.text("made", &made), say(unplugged));

        text += &heading("days");
        let columns = [
            ("day", Align::Right),
            ("centre", Align::Left),
            ("data", Align::Left),
            ("admit", Align::Right),
            ("refer", Align::Right),
            ("refuse", Align::Right),
            ("why", Align::Left),
        ];
        let marks = std::iter::once((String::new(), Align::Left));
        let named = columns.map(|(id, align)| (say(&format!("column-{id}")), align));
        let mut table = Table::new(marks.clone().chain(named));
        for day in &self.days {
            let why = day.reasons().first().map(|(why, _)| say(&format!("why-{why}")));
            table.row([
                mark(day.is_as_expected()),
                &day.day.to_string(),
                &say(if day.centre { "centre-up" } else { "centre-down" }),
                &say(&format!("grade-{}", day.grade)),
                &day.outcome("admit").to_string(),
                &day.outcome("refer").to_string(),
                &day.outcome("refuse").to_string(),
                &why.unwrap_or_default(),
            ]);
        }
        text += &painted(&table);

        text += &heading("attacks");
        let named = ["what", "got"].map(|id| (say(&format!("column-{id}")), Align::Left));
        let mut table = Table::new(marks.chain(named));
        for attack in &self.attacks {
            let mut got = attack.got.text(&say);
            if !attack.is_as_expected() {
                got += &format!(" ({})", attack.expected.text(&say));
            }
            table.row([mark(attack.is_as_expected()), &say(attack.id), &got]);
        }
        text += &painted(&table);

        let logs = [("rows", self.logged.into()), ("broken", self.broken_logs.into())];
        text += &format!("\n{} {}\n", mark(self.broken_logs == 0), catalog.text("logs", &logs));
        text += &heading(if self.is_as_expected() { "all-good" } else { "not-good" });
        let dir = lab.dir.display().to_string();
        let first = lab.pictures.first().cloned().unwrap_or_default();
        let next = [
            ("dir", dir.into()),
            ("commands", COMMANDS.into()),
            ("picture", lab.path(&first).display().to_string().into()),
            ("gate", lab.path(&lab.gates[0]).display().to_string().into()),
            ("pack", lab.path("repository/pack/1.pack").display().to_string().into()),
        ];
        text += &format!("{}\n", catalog.text("next", &next));
        text
    }

    /// For programs.
    pub(super) fn json(&self, lab: &Lab) -> Value {
        let days: Vec<_> = self
            .days
            .iter()
            .map(|day| {
                json!({
                    "day": day.day, "centre": day.centre, "grade": day.grade, "outcomes": day.outcomes,
                    "reasons": day.reasons, "as_expected": day.is_as_expected(),
                })
            })
            .collect();
        let attacks: Vec<_> = self
            .attacks
            .iter()
            .map(|attack| {
                json!({
                    "what": attack.id, "expected": attack.expected.json(), "got": attack.got.json(),
                    "as_expected": attack.is_as_expected(),
                })
            })
            .collect();
        json!({
            "folder": lab.dir.display().to_string(),
            "minted": lab.pictures.len(),
            "rejects": lab.rejects,
            "gates": lab.gates.len(),
            "unplugged": lab.player.unplugs(),
            "days": days,
            "attacks": attacks,
            "logged": self.logged,
            "broken_logs": self.broken_logs,
            "as_expected": self.is_as_expected(),
        })
    }
}
