//! All gates: how far their logs go, when they were last heard of, what they judged.

use postern_cli::Catalog;
use postern_cli::clock::format_time;

use super::say;
use crate::archive::GateRow;
use crate::findings::grouped;
use crate::report::Report;
use crate::report::page::Page;

/// Gates that are shown at once; the others unfold.
const SHOWN: usize = 30;

pub(super) fn table(page: &mut Page, report: &Report<'_>, catalog: &Catalog) {
    page.element("h2", &[], &say(catalog, "gates"));
    page.element("p", &[], &say(catalog, "gates-text"));
    let (shown, more) = report.examined.gates.split_at(report.examined.gates.len().min(SHOWN));
    rows(page, report, shown, catalog);
    if !more.is_empty() {
        page.open("details", &[]);
        page.element(
            "summary",
            &[],
            &catalog.text("report-more", &[("more", more.len().into())]),
        );
        rows(page, report, more, catalog);
        page.close();
    }
}

fn rows(page: &mut Page, report: &Report<'_>, gates: &[GateRow], catalog: &Catalog) {
    page.open("div", &[("class", &"scroll")]);
    page.open("table", &[]);
    page.open("tr", &[]);
    for (id, class) in [
        ("gate", ""),
        ("rows", "n"),
        ("receipt", "n"),
        ("last-event", ""),
        ("last-contact", ""),
        ("scans", "n"),
        ("refused", "n"),
        ("root", ""),
    ] {
        page.element("th", &[("class", &class)], &say(catalog, &format!("gates-{id}")));
    }
    page.close();
    let dash = || "–".to_owned();
    let time = |time: Option<u64>| time.map_or_else(dash, |time| format_time(time as i64));
    for gate in gates {
        let outcomes = report.numbers.gates.get(&gate.id).copied().unwrap_or_default();
        let scans: u64 = outcomes.iter().sum();
        let share = outcomes[2] as f64 * 100.0 / scans.max(1) as f64;
        let receipt = report.receipts.iter().find(|(id, _)| *id == gate.id);
        page.open("tr", &[]);
        page.open("td", &[]);
        page.text(&gate.name);
        if let Some(place) = &gate.place {
            page.element("div", &[("class", &"soft")], place);
        }
        if let Some(since) = gate.retired {
            let since = [("since", format_time(since as i64).into())];
            page.element(
                "div",
                &[("class", &"soft")],
                &catalog.text("report-gates-retired", &since),
            );
        }
        page.close();
        page.element("td", &[("class", &"n")], &grouped(gate.size));
        page.element(
            "td",
            &[("class", &"n")],
            &receipt.map_or_else(dash, |(_, size)| grouped(*size)),
        );
        page.element("td", &[("class", &"t")], &time(gate.last_event));
        page.element("td", &[("class", &"t")], &time(gate.last_contact));
        page.element("td", &[("class", &"n")], &grouped(scans));
        page.element("td", &[("class", &"n")], &format!("{share:.1} %"));
        page.open("td", &[]);
        page.element("code", &[], postern_core::hex(&gate.root).get(..16).unwrap_or_default());
        page.close();
        page.close();
    }
    page.close();
    page.close();
}
