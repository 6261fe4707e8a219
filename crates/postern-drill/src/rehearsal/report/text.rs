//! The summary for people.

use postern_cli::Session;
use postern_cli::messages::FluentValue;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, Style};

use super::Report;
use crate::lab::{AUDITOR, Lab};
use crate::player::COMMANDS;
use crate::rehearsal::audit::{EVIDENCE, PAGE};

/// A line with its mark: good or not, the text, and what is in it.
type Line<'a> = dyn Fn(bool, &str, &[(&str, FluentValue<'_>)]) -> String + 'a;

impl Report {
    /// For people: what came out, then by phase, what was tried, what was planted, what the auditor saw, how to go on.
    pub(in crate::rehearsal) fn text(&self, lab: &Lab, session: &Session, colors: Colors) -> String {
        let catalog = &session.catalog;
        let say = |id: &str| catalog.text(id, &[]);
        let heading = |id: &str| format!("\n{}\n", colors.paint(Style::Bold, &say(id)));
        let line = |good: bool, id: &str, args: &[(&str, FluentValue<'_>)]| {
            format!("{} {}\n", painted(mark(good), colors), catalog.text(id, args))
        };

        let mut text = heading("title");
        let made = [
            ("people", lab.people.len().into()),
            ("rejects", lab.rejects.into()),
            ("gates", lab.gates.len().into()),
        ];
        let unplugged = if lab.player.unplugs() {
            "made-unplugged"
        } else {
            "made-not-unplugged"
        };
        text += &format!("{}\n{}\n", catalog.text("made", &made), say(unplugged));
        text += &line(
            self.is_as_expected(),
            if self.is_as_expected() { "all-good" } else { "not-good" },
            &[],
        );
        let place = |path: &str| lab.path(path).display().to_string();
        text += &format!("{}\n", catalog.text("page", &[("path", place(PAGE).into())]));

        text += &heading("phases");
        text += &painted(&self.phases(&say), colors);
        let logs = [
            ("rows", self.logged.into()),
            ("verdicts", self.verdicts.into()),
            ("broken", self.broken_logs.into()),
        ];
        text += &line(self.logs_are_good(), "logs", &logs);

        text += &heading("audit");
        text += &self.audit_lines(&line);

        text += &heading("attacks");
        let mut table = Table::new([("", Align::Left), ("", Align::Left), ("", Align::Left)]);
        for attack in &self.attacks {
            table.row([mark(attack.is_as_expected()), &say(attack.id), &attack.text(&say)]);
        }
        text += &painted(&table.render(None, Colors::OFF), colors);

        if !self.faults.is_empty() {
            text += &heading("faults");
            let mut table = Table::new([
                (String::new(), Align::Left),
                (say("column-planted"), Align::Left),
                (say("column-found"), Align::Left),
            ]);
            for fault in &self.faults {
                let what = say(&format!("fault-{}", fault.name()));
                table.row([mark(fault.is_as_expected()), &what, &fault.text(&say)]);
            }
            text += &painted(&table.render(None, colors), colors);
        }

        text += &heading("go-on");
        let next = [
            ("dir", lab.dir.display().to_string().into()),
            ("commands", COMMANDS.into()),
            ("picture", place(lab.pictures.first().map_or("", String::as_str)).into()),
            ("gate", place(&lab.gates[0]).into()),
            ("office", place(AUDITOR).into()),
            ("repository", place("repository").into()),
            ("check", self.check_again(&place(EVIDENCE)).into()),
        ];
        text += &format!("{}\n", catalog.text("next", &next));
        text
    }

    fn phases(&self, say: &dyn Fn(&str) -> String) -> String {
        let columns = [
            ("hours", Align::Right),
            ("phase", Align::Left),
            ("data", Align::Left),
            ("admit", Align::Right),
            ("refer", Align::Right),
            ("refuse", Align::Right),
            ("why", Align::Left),
        ];
        let named = columns.map(|(id, align)| (say(&format!("column-{id}")), align));
        let mut table = Table::new(std::iter::once((String::new(), Align::Left)).chain(named));
        for phase in &self.phases {
            let why = phase.reason().map(|why| say(&format!("why-{why}")));
            let name = if phase.id.starts_with("down-") {
                "down"
            } else {
                &phase.id
            };
            table.row([
                mark(phase.is_as_expected()),
                &phase.hours(),
                &say(&format!("phase-{name}")),
                &say(&format!("grade-{}", phase.grade())),
                &phase.outcome("admit").to_string(),
                &phase.outcome("refer").to_string(),
                &phase.outcome("refuse").to_string(),
                &why.unwrap_or_default(),
            ]);
        }
        table.render(None, Colors::OFF)
    }

    fn audit_lines(&self, line: &Line<'_>) -> String {
        let audit = &self.audit;
        let taken = [
            ("bundles", audit.bundles.into()),
            ("events", audit.events.into()),
            ("receipts", audit.receipts.into()),
        ];
        let again = [
            ("codes", self.noted.into()),
            ("known", audit.known_again.len().into()),
            ("found", audit.found_again.len().into()),
        ];
        let (known, found) = (self.travel, audit.count("impossible-travel"));
        let travel = [("known", known.into()), ("found", found.into())];
        [
            line(audit.archive_findings == 0 && audit.receipts > 0, "audit-taken", &taken),
            line(audit.found_again == audit.known_again, "audit-again", &again),
            line(known == found, "audit-travel", &travel),
            line(audit.is_evident, "audit-evidence", &[]),
        ]
        .concat()
    }

    /// The report's command, with the folder as it is to be found from here.
    fn check_again(&self, evidence: &str) -> String {
        let words = self.audit.check.split(' ').skip(1);
        let words = words.map(|word| if word == EVIDENCE { evidence } else { word });
        words.collect::<Vec<_>>().join(" ")
    }
}

fn mark(good: bool) -> &'static str {
    if good { "✔" } else { "✘" }
}

/// Cells are made printable, so the colour can only come after.
fn painted(text: &str, colors: Colors) -> String {
    let good = text.replace('✔', &colors.paint(Style::Good, "✔"));
    good.replace('✘', &colors.paint(Style::Bad, "✘"))
}
