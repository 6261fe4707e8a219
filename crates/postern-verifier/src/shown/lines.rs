//! The list: a line for each code, and below it what is unusual.

use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Style, printable};
use postern_cli::{Failure, clock};

use super::{Screen, Shown, words};
use crate::fault::Fault;
use crate::judged::logged::LoggedVerdict;

impl Screen<'_> {
    /// A group of lines whose columns line up.
    pub(super) fn lines(&self, group: &[Shown]) -> String {
        let heads: Vec<(String, Style)> = group.iter().map(|shown| self.head(shown)).collect();
        // The outcome, and what staff compare with a document, are never cut.
        let whole = ("", Align::Whole);
        let mut table = Table::new([whole, whole, whole, ("", Align::Left)]);
        for (shown, (head, _)) in group.iter().zip(&heads) {
            let Shown::Verdict(logged) = shown else {
                table.row([head]);
                continue;
            };
            let holder = logged.verdict().claims.as_ref().map(|claims| &claims.record.holder);
            let name = holder
                .and_then(|holder| holder.name.as_ref())
                .map_or("-", |name| name.as_str());
            let birth = holder.and_then(|holder| holder.birth).map(|birth| birth.to_string());
            let issuer = self.issuer(logged);
            table.row([
                head,
                name,
                birth.as_deref().unwrap_or("-"),
                issuer.as_deref().unwrap_or("-"),
            ]);
        }
        let mut text = String::new();
        let rendered = table.render(self.columns, self.colors);
        for ((line, shown), (head, style)) in rendered.lines().zip(group).zip(&heads) {
            // Cells are made printable, so the colour can only come after.
            match line.strip_prefix(head.as_str()) {
                Some(rest) => text.extend([&*self.colors.paint(*style, head), rest, "\n"]),
                None => text.extend([line, "\n"]),
            }
            for detail in self.details(shown) {
                text.extend(["    ", &detail, "\n"]);
            }
        }
        text
    }

    /// Symbol and word, and their colour.
    pub(super) fn head(&self, shown: &Shown) -> (String, Style) {
        match shown {
            Shown::Fault(..) => (
                format!("{} {}", words::FAULT_SYMBOL, self.text("outcome-fault")),
                words::FAULT_STYLE,
            ),
            Shown::Verdict(logged) => {
                let outcome = logged.verdict().outcome;
                (
                    format!("{} {}", words::symbol(outcome), words::outcome(outcome, self.catalog)),
                    words::style(outcome),
                )
            }
        }
    }

    /// The issuer's name, where one has signed.
    pub(super) fn issuer(&self, logged: &LoggedVerdict) -> Option<String> {
        let issuer = self.gate.issuer(logged.verdict())?;
        Some(words::name(&issuer.name, self.catalog))
    }

    fn details(&self, shown: &Shown) -> Vec<String> {
        match shown {
            Shown::Fault(origin, fault) => {
                let message = Failure::new(fault, self.catalog).message;
                let mut details = vec![words::origin(origin, self.catalog), message];
                details.extend(self.hint(fault).map(|hint| format!("→ {hint}")));
                details
            }
            Shown::Verdict(logged) => {
                let from = words::origin(logged.origin(), self.catalog);
                let data = words::data(&logged.verdict().data, self.catalog);
                let mut details = vec![[from, data].join("  ")];
                let reasons = &logged.verdict().reasons;
                details.extend(reasons.iter().map(|&reason| words::reason(reason, self.catalog)));
                // One thing to do, by the reason that decided; another's advice could say the opposite.
                details.extend(
                    reasons
                        .first()
                        .map(|&reason| format!("→ {}", words::todo(reason, self.catalog))),
                );
                details.extend(self.rules(logged));
                details.extend(self.marks(logged));
                details
            }
        }
    }

    /// What to do about a fault.
    pub(crate) fn hint(&self, fault: &Fault) -> Option<String> {
        let hint = Failure::new(fault, self.catalog).hint;
        match fault.disk_full() {
            None => hint,
            Some(meanwhile) => {
                let first = self.text(&format!("disk-full-{}", meanwhile.as_str()));
                Some(hint.map_or(first.clone(), |hint| format!("{first} {hint}")))
            }
        }
    }

    /// The rules that were asked, on one line.
    pub(super) fn rules(&self, logged: &LoggedVerdict) -> Option<String> {
        let rules: Vec<String> = logged
            .verdict()
            .rules
            .iter()
            .filter_map(|result| {
                let name = words::name(&self.gate.rule(result.rule)?.name, self.catalog);
                Some(format!("{} {name}", words::rule_symbol(result.met)))
            })
            .collect();
        (!rules.is_empty()).then(|| printable(&rules.join("  ")).into_owned())
    }

    /// What was unusual about the judgment itself.
    pub(crate) fn marks(&self, logged: &LoggedVerdict) -> Vec<String> {
        let verdict = logged.verdict();
        let mut marks = Vec::new();
        if let Some(emergency) = self.gate.emergency(verdict.now).filter(|_| verdict.emergency) {
            marks.push(words::emergency(emergency, self.catalog));
        }
        if logged.verdict().clock_suspect {
            marks.push(self.text("mark-clock-suspect"));
        }
        if let Some(time) = logged.seen_here() {
            let ago = i64::try_from(verdict.now.since(time)).unwrap_or(i64::MAX);
            let args = [
                ("age", clock::age(ago, self.catalog).into()),
                ("time", time.to_string().into()),
            ];
            marks.push(self.catalog.text("mark-seen-here", &args));
        }
        if logged.at_another_time() {
            let args = [("time", logged.verdict().now.to_string().into())];
            marks.push(self.catalog.text("mark-another-time", &args));
        }
        marks
    }
}
