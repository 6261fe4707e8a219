//! What stands on the page, from the summary to how to check it.

mod gates;
mod people;

pub(super) use people::more_by_hand;

use postern_cli::Catalog;
use postern_cli::clock::format_time;
use postern_log::{Grade, Outcome};

use super::Report;
use super::charts::{self, GRADES, Look, OUTCOMES, PLAIN, Row};
use super::numbers::{AGES, CONTACTS};
use super::page::Page;
use crate::findings::{Finding, Kind, Names, grouped, text};

/// Findings of a kind that are shown at once; the others unfold.
const SHOWN: usize = 20;

/// One language's part of the page.
pub(super) fn write(page: &mut Page, report: &Report<'_>, catalog: &Catalog) {
    let names = Names::of(&report.examined.gates);
    head(page, report, catalog);
    times(page, report, catalog);
    page.open("div", &[("class", &"pair")]);
    contacts(page, report, catalog);
    ages(page, report, catalog);
    page.close();
    findings(page, report, &names, catalog);
    if let Some(again) = &report.again {
        people::again(page, again, &names, catalog);
    }
    people::operators(page, report, &names, catalog);
    gates::table(page, report, catalog);
    evidence(page, report, catalog);
}

/// A text of the page.
fn say(catalog: &Catalog, id: &str) -> String {
    catalog.text(&format!("report-{id}"), &[])
}

fn head(page: &mut Page, report: &Report<'_>, catalog: &Catalog) {
    let (examined, totals) = (report.examined, report.numbers.totals);
    page.open("header", &[]);
    page.element("h1", &[], &say(catalog, "title"));
    let span = [
        ("from", format_time(examined.span.from as i64).into()),
        ("until", format_time(examined.span.until as i64).into()),
        ("made", format_time(report.made as i64).into()),
    ];
    page.sentence("p", &[("class", &"soft")], &catalog.text("report-span", &span));
    if report.numbers.kinds.iter().any(|(kind, _)| *kind == Kind::DemoTrust) {
        page.element("p", &[("class", &"warn")], &say(catalog, "demo"));
    }
    page.close();
    let [admit, refer, refuse] = totals.outcomes;
    let found = report.numbers.kinds.iter().map(|(_, count)| count).sum();
    let cards = [
        ("gates", examined.gates.len() as u64),
        ("events", totals.events),
        ("admitted", admit),
        ("referred", refer),
        ("refused", refuse),
        ("overrides", totals.overrides),
        ("manual", totals.manual),
        ("findings", found),
    ];
    page.open("ul", &[("class", &"cards")]);
    for (id, count) in cards {
        page.open("li", &[]);
        page.element("strong", &[], &grouped(count));
        page.text(&say(catalog, &format!("card-{id}")));
        page.close();
    }
    page.close();
}

fn times(page: &mut Page, report: &Report<'_>, catalog: &Catalog) {
    let numbers = &report.numbers;
    let words: Vec<String> = Outcome::ALL
        .iter()
        .map(|one| catalog.text(&format!("outcome-{one}"), &[]))
        .collect();
    let time = |i: usize| (numbers.first + i as u64 * numbers.width * 3600) as i64;
    // Of hours the hour, of days the date; at midnight both are the date. A date of many has its year.
    let label = |i: usize| {
        let full = format_time(time(i));
        let date = if numbers.width >= 168 { 0..10 } else { 5..10 };
        let (date, hour) = (full.get(date).unwrap_or(&full), full.get(11..16).unwrap_or(""));
        if numbers.width >= 24 || hour == "00:00" {
            date.to_owned()
        } else {
            hour.to_owned()
        }
    };
    let bars: Vec<_> = numbers
        .bars
        .iter()
        .enumerate()
        .map(|(i, bar)| (label(i), *bar))
        .collect();
    page.element("h2", &[], &say(catalog, "times"));
    let hours = [("hours", numbers.width.into())];
    let caption = catalog.text("report-times-caption", &hours);
    page.open("figure", &[]);
    page.element("figcaption", &[], &caption);
    charts::key(page, &OUTCOMES, &words);
    if numbers.undated > 0 {
        let events = [("events", grouped(numbers.undated).into())];
        page.element(
            "p",
            &[("class", &"soft")],
            &catalog.text("report-times-undated", &events),
        );
    }
    page.open("div", &[("class", &"wide")]);
    charts::columns(page, &caption, &words, &bars);
    page.close();
    let rows: Vec<Row> = numbers
        .bars
        .iter()
        .enumerate()
        .map(|(i, bar)| Row {
            label: format_time(time(i)),
            parts: bar.to_vec(),
        })
        .collect();
    charts::table(page, catalog, &say(catalog, "time"), &words, &rows);
    page.close();
}

fn contacts(page: &mut Page, report: &Report<'_>, catalog: &Catalog) {
    let label = |i: usize| match (CONTACTS.get(i), CONTACTS.get(i + 1)) {
        (None, _) => say(catalog, "contact-never"),
        (Some(from), None) => catalog.text("report-contact-over", &[("from", (*from).into())]),
        (Some(from), Some(to)) => catalog.text(
            "report-contact-between",
            &[("from", (*from).into()), ("to", (*to).into())],
        ),
    };
    let counts = report.numbers.contacts.iter().enumerate();
    let rows = counts.map(|(i, count)| Row {
        label: label(i),
        parts: vec![*count],
    });
    let rows: Vec<Row> = rows.collect();
    let words = [say(catalog, "card-gates")];
    section(page, catalog, "contacts", &[PLAIN], &words, &rows);
}

fn ages(page: &mut Page, report: &Report<'_>, catalog: &Catalog) {
    let label = |i: usize| {
        let from = AGES[i];
        match AGES.get(i + 1) {
            None => catalog.text("report-age-over", &[("from", from.into())]),
            Some(to) if *to == from + 1 => catalog.text("report-age-day", &[("from", from.into())]),
            Some(to) => catalog.text("report-age-between", &[("from", from.into()), ("to", (to - 1).into())]),
        }
    };
    let rows = report.numbers.ages.iter().enumerate().map(|(i, grades)| Row {
        label: label(i),
        parts: grades.to_vec(),
    });
    let rows: Vec<Row> = rows.collect();
    let words: Vec<String> = Grade::ALL
        .iter()
        .map(|one| catalog.text(&format!("grade-{one}"), &[]))
        .collect();
    section(page, catalog, "ages", &GRADES, &words, &rows);
}

/// A chart of rows with its heading, caption, key and table.
fn section(page: &mut Page, catalog: &Catalog, id: &str, looks: &[Look], words: &[String], rows: &[Row]) {
    page.open("section", &[]);
    page.element("h2", &[], &say(catalog, id));
    let caption = say(catalog, &format!("{id}-caption"));
    page.open("figure", &[]);
    page.element("figcaption", &[], &caption);
    if looks.len() > 1 {
        charts::key(page, looks, words);
    }
    charts::rows(page, &caption, looks, words, rows);
    charts::table(page, catalog, "", words, rows);
    page.close();
    page.close();
}

fn findings(page: &mut Page, report: &Report<'_>, names: &Names, catalog: &Catalog) {
    page.element("h2", &[], &say(catalog, "findings"));
    let kinds = &report.numbers.kinds;
    if kinds.is_empty() {
        return page.element("p", &[], &say(catalog, "findings-none"));
    }
    let row = |(kind, count): &(Kind, u64)| {
        let severity = catalog.text(&format!("severity-{}", kind.severity().as_str()), &[]);
        let title = catalog.text(&format!("finding-{}", kind.as_str()), &[]);
        Row {
            // The sign of the severity is the first character of its word.
            label: format!("{} {title}", severity.chars().next().unwrap_or_default()),
            parts: vec![*count],
        }
    };
    let rows: Vec<Row> = kinds.iter().map(row).collect();
    page.open("figure", &[]);
    let caption = say(catalog, "findings-caption");
    page.element("figcaption", &[], &caption);
    charts::rows(page, &caption, &[PLAIN], &[say(catalog, "card-findings")], &rows);
    page.close();
    for (kind, count) in kinds {
        let of_kind: Vec<&Finding> = report
            .examined
            .findings
            .iter()
            .filter(|finding| finding.kind == *kind)
            .collect();
        kind_of(page, *kind, *count, &of_kind, names, catalog);
    }
}

fn kind_of(page: &mut Page, kind: Kind, count: u64, findings: &[&Finding], names: &Names, catalog: &Catalog) {
    let severity = kind.severity().as_str();
    let id = format!("finding-{}", kind.as_str());
    page.open("h3", &[]);
    let badge = catalog.text(&format!("severity-{severity}"), &[]);
    page.element("span", &[("class", &format!("badge {severity}"))], &badge);
    page.text(&catalog.text(&id, &[]));
    page.close();
    page.element("p", &[], &catalog.attribute(&id, "advice", &[]));
    let list = |page: &mut Page, findings: &[&Finding]| {
        page.open("ul", &[("class", &"found")]);
        for finding in findings {
            page.sentence("li", &[], &text(finding, names, catalog));
        }
        page.close();
    };
    let (shown, more) = findings.split_at(findings.len().min(SHOWN));
    list(page, shown);
    if !more.is_empty() {
        page.open("details", &[]);
        page.element(
            "summary",
            &[],
            &catalog.text("report-more", &[("more", more.len().into())]),
        );
        list(page, more);
        page.close();
    }
    let hidden = count.saturating_sub(findings.len() as u64);
    if hidden > 0 {
        page.element("p", &[], &catalog.text("report-not-listed", &[("more", hidden.into())]));
    }
}

fn evidence(page: &mut Page, report: &Report<'_>, catalog: &Catalog) {
    page.element("h2", &[], &say(catalog, "evidence"));
    match &report.command {
        None => page.element("p", &[], &say(catalog, "evidence-none")),
        Some(command) => {
            page.element("p", &[], &say(catalog, "evidence-text"));
            page.element("pre", &[], command);
        }
    }
    page.element("h2", &[], &say(catalog, "method"));
    for id in ["method-logs", "method-shares", "method-travel", "method-silence"] {
        page.element("p", &[], &say(catalog, id));
    }
    page.element("footer", &[], &say(catalog, "footer"));
}
