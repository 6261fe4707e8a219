//! One verdict for a person at a door: what it is, whom it is about, why, and what to do.

use postern_cli::Failure;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Style, columns};
use postern_core::verdict::Outcome;

use super::{Screen, Shown, words};
use crate::judged::logged::LoggedVerdict;

/// The bar is no wider than this.
const BAR: usize = 60;

impl Screen<'_> {
    /// Several lines between bars of the outcome's colour.
    pub(super) fn large(&self, shown: &Shown) -> String {
        let (head, style) = self.head(shown);
        let body = match shown {
            Shown::Fault(_, fault) => {
                let mut body = vec![Failure::new(fault, self.catalog).message];
                body.extend(self.hint(fault).map(|hint| format!("→ {hint}")));
                body
            }
            Shown::Verdict(logged) => self.body(logged),
        };
        self.between_bars(style, &head, &body)
    }

    fn body(&self, logged: &LoggedVerdict) -> Vec<String> {
        let verdict = logged.verdict();
        let mut lines = Vec::new();
        for &reason in &verdict.reasons {
            lines.push(words::reason(reason, self.catalog));
        }
        // One thing to do, by the reason that decided.
        let todo = match verdict.reasons.first() {
            Some(&reason) => words::todo(reason, self.catalog),
            None => words::outcome_todo(verdict.outcome, self.catalog),
        };
        lines.push(format!("→ {todo}"));
        lines.extend(self.marks(logged));

        let mut table = Table::new([("", Align::Left); 2]);
        for (label, value) in self.facts(logged) {
            table.row([&label, &value]);
        }
        // Lines are put two columns in.
        let columns = self.columns.map(|columns| columns.saturating_sub(2));
        lines.extend(table.render(columns, self.colors).lines().map(str::to_owned));
        lines
    }

    /// What is compared with the ID card, and what the verdict rests on: label and value.
    pub(crate) fn facts(&self, logged: &LoggedVerdict) -> Vec<(String, String)> {
        let verdict = logged.verdict();
        let mut facts = Vec::new();
        if let Some(claims) = &verdict.claims {
            let holder = &claims.record.holder;
            if let Some(name) = &holder.name {
                facts.push((self.text("fact-name"), name.as_str().to_owned()));
            }
            if let Some(birth) = holder.birth {
                facts.push((self.text("fact-birth"), birth.to_string()));
            }
            if holder.name.is_none() && holder.birth.is_none() {
                facts.push((self.text("fact-name"), self.text("fact-nobody")));
            }
            facts.extend(words::facts(claims, self.catalog));
            for (name, value) in &verdict.columns {
                facts.push((words::column(name, self.catalog), words::column_value(*value)));
            }
        }
        let issuer = self.issuer(logged).map(|issuer| (self.text("fact-issuer"), issuer));
        let rules = self.rules(logged).map(|rules| (self.text("fact-rules"), rules));
        facts.extend(issuer.into_iter().chain(rules));
        facts.push((self.text("fact-data"), words::data(&verdict.data, self.catalog)));
        facts
    }

    /// Lines between bars of an outcome's colour, for what is no verdict of the gate.
    pub(crate) fn banner(&self, outcome: Outcome, body: &[String]) -> String {
        let style = words::style(outcome);
        let head = format!("{} {}", words::symbol(outcome), words::outcome(outcome, self.catalog));
        self.between_bars(style, &head, body)
    }

    fn between_bars(&self, style: Style, head: &str, body: &[String]) -> String {
        let bar = self.colors.paint(style, &"━".repeat(columns().min(BAR))).into_owned();
        let mut lines = vec![String::new(), bar.clone()];
        lines.push(format!("  {}", self.colors.paint(style, head)));
        lines.extend(body.iter().map(|line| format!("  {line}")));
        lines.push(bar);
        lines.push(String::new());
        lines.join("\n")
    }
}
