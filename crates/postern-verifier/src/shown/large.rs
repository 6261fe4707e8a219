//! One verdict for a person at a door: what it is, whom it is about, why, and what to do.

use postern_cli::Failure;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::columns;

use super::{Screen, Shown, words};
use crate::judged::logged::LoggedVerdict;

/// The bar is no wider than this.
const BAR: usize = 60;

impl Screen<'_> {
    /// Several lines between bars of the outcome's colour.
    pub(super) fn large(&self, shown: &Shown) -> String {
        let (head, style) = self.head(shown);
        let bar = "━".repeat(columns().min(BAR));
        let mut lines = vec![String::new(), self.colors.paint(style, &bar).into_owned()];
        lines.push(format!("  {}", self.colors.paint(style, &head)));
        match shown {
            Shown::Fault(_, fault) => {
                lines.push(format!("  {}", Failure::new(fault, self.catalog).message));
                lines.extend(self.hint(fault).map(|hint| format!("  → {hint}")));
            }
            Shown::Verdict(logged) => lines.extend(self.body(logged)),
        }
        lines.push(self.colors.paint(style, &bar).into_owned());
        lines.push(String::new());
        lines.join("\n")
    }

    fn body(&self, logged: &LoggedVerdict) -> Vec<String> {
        let verdict = logged.verdict();
        let mut lines = Vec::new();
        for &reason in &verdict.reasons {
            lines.push(format!("  {}", words::reason(reason, self.catalog)));
        }
        // One thing to do, by the reason that decided.
        let todo = match verdict.reasons.first() {
            Some(&reason) => words::todo(reason, self.catalog),
            None => words::outcome_todo(verdict.outcome, self.catalog),
        };
        lines.push(format!("  → {todo}"));
        lines.extend(self.marks(logged).into_iter().map(|mark| format!("  {mark}")));

        let mut table = Table::new([("", Align::Left); 3]);
        let mut row = |label: String, value: String| {
            table.row(["", &label, &value]);
        };
        if let Some(claims) = &verdict.claims {
            let holder = &claims.record.holder;
            if let Some(name) = &holder.name {
                row(self.text("fact-name"), name.as_str().to_owned());
            }
            if let Some(birth) = holder.birth {
                row(self.text("fact-birth"), birth.to_string());
            }
            if holder.name.is_none() && holder.birth.is_none() {
                row(self.text("fact-name"), self.text("fact-nobody"));
            }
            for (label, value) in words::facts(claims, self.catalog) {
                row(label, value);
            }
            for (name, value) in &verdict.columns {
                row(words::column(name, self.catalog), words::column_value(*value));
            }
        }
        if let Some(issuer) = self.issuer(logged) {
            row(self.text("fact-issuer"), issuer);
        }
        if let Some(rules) = self.rules(logged) {
            row(self.text("fact-rules"), rules);
        }
        row(self.text("fact-data"), words::data(&verdict.data, self.catalog));
        lines.extend(table.render(self.columns, self.colors).lines().map(str::to_owned));
        lines
    }
}
