//! What people did by hand, and which admissions would be none today.

use postern_cli::Catalog;
use postern_cli::clock::format_time;
use postern_log::Outcome;

use super::say;
use crate::findings::{MAX_OPERATORS, Names, grouped};
use crate::report::page::Page;
use crate::report::{Again, Report};

/// Operators that are listed.
const SHOWN: usize = 50;
/// Admissions that are listed.
const SHOWN_PAST: usize = 200;

pub(super) fn operators(page: &mut Page, report: &Report<'_>, names: &Names, catalog: &Catalog) {
    page.element("h2", &[], &say(catalog, "operators"));
    let operators = &report.examined.operators;
    if operators.is_empty() {
        return page.element("p", &[], &say(catalog, "operators-none"));
    }
    page.element("p", &[], &say(catalog, "operators-text"));
    page.open("div", &[("class", &"scroll")]);
    page.open("table", &[]);
    head(
        page,
        catalog,
        "operators",
        &[
            ("gate", ""),
            ("operator", ""),
            ("overrides", "n"),
            ("admitted", "n"),
            ("of", "n"),
            ("share", "n"),
            ("manual", "n"),
        ],
    );
    for operator in operators.iter().take(SHOWN) {
        let share = operator.admitted as f64 * 100.0 / operator.not_admitted.max(operator.admitted).max(1) as f64;
        page.open("tr", &[]);
        page.element("td", &[], &names.name(operator.gate));
        page.element("td", &[], &operator.name);
        for number in [
            grouped(operator.overrides),
            grouped(operator.admitted),
            grouped(operator.not_admitted),
            format!("{share:.1} %"),
            grouped(operator.manual),
        ] {
            page.element("td", &[("class", &"n")], &number);
        }
        page.close();
    }
    page.close();
    page.close();
    let more = operators.len().saturating_sub(SHOWN);
    if more > 0 {
        page.element("p", &[], &catalog.text("report-not-listed", &[("more", more.into())]));
    }
    if let Some(more) = more_by_hand(&report.examined.more_by_hand, names, catalog) {
        page.element("p", &[], &more);
    }
}

/// What those did who are not told apart, in a sentence; nothing where all are.
pub(crate) fn more_by_hand(more: &[(i64, u64)], names: &Names, catalog: &Catalog) -> Option<String> {
    let (gate, _) = more.iter().max_by_key(|(_, entries)| entries)?;
    let args = [
        ("entries", grouped(more.iter().map(|(_, entries)| entries).sum()).into()),
        ("gates", more.len().into()),
        ("gate", names.name(*gate).into()),
        ("most", MAX_OPERATORS.into()),
    ];
    Some(catalog.text("report-operators-more", &args))
}

pub(super) fn again(page: &mut Page, again: &Again, names: &Names, catalog: &Catalog) {
    let counts = &again.counts;
    page.element("h2", &[], &say(catalog, "again"));
    let args = [
        ("checked", grouped(counts.checked).into()),
        ("not_checkable", grouped(counts.not_checkable).into()),
        ("refused", grouped(counts.now(Outcome::Refuse)).into()),
        ("referred", grouped(counts.now(Outcome::Refer)).into()),
        ("gates", counts.by_gate.len().into()),
    ];
    page.element("p", &[], &catalog.text("report-again-text", &args));
    if again.past.is_empty() {
        return;
    }
    page.open("ul", &[("class", &"found")]);
    for (why, count) in &counts.by_why {
        let why = catalog.text(&format!("why-{}", why.as_str()), &[]);
        page.element("li", &[], &format!("{} — {why}", grouped(*count)));
    }
    page.close();
    page.open("div", &[("class", &"scroll")]);
    page.open("table", &[]);
    head(
        page,
        catalog,
        "again",
        &[
            ("gate", ""),
            ("seq", "n"),
            ("time", ""),
            ("issuer", ""),
            ("by", ""),
            ("now", ""),
            ("why", ""),
        ],
    );
    for past in again.past.iter().take(SHOWN_PAST) {
        page.open("tr", &[]);
        page.element("td", &[], &names.name(past.gate));
        page.element("td", &[("class", &"n")], &past.seq.to_string());
        page.element("td", &[("class", &"t")], &format_time(past.time as i64));
        page.element("td", &[], &past.issuer);
        page.element("td", &[], past.operator.as_deref().unwrap_or("–"));
        page.element(
            "td",
            &[],
            &catalog.text(&format!("outcome-{}", past.why.outcome()), &[]),
        );
        let why = catalog.text(&format!("why-{}", past.why.as_str()), &[]);
        page.element("td", &[("class", &"w")], &why);
        page.close();
    }
    page.close();
    page.close();
    let all: u64 = counts.by_why.values().sum();
    let more = all.saturating_sub(again.past.len().min(SHOWN_PAST) as u64);
    if more > 0 {
        page.element("p", &[], &catalog.text("report-not-listed", &[("more", more.into())]));
    }
}

fn head(page: &mut Page, catalog: &Catalog, table: &str, columns: &[(&str, &str)]) {
    page.open("tr", &[]);
    for (id, class) in columns {
        page.element("th", &[("class", class)], &say(catalog, &format!("{table}-{id}")));
    }
    page.close();
}
