//! The words, symbols and colours of a verdict: the same on every screen.

use postern_cli::terminal::{Style, printable};
use postern_cli::{Catalog, Language, clock};
use postern_core::code::Claims;
use postern_core::products;
use postern_core::record::{Facts, TestKind, TestResult};
use postern_core::status::ColumnValue;
use postern_core::text::{Ident, Names};
use postern_core::trust::Emergency;
use postern_core::verdict::{DataAge, Grade, Outcome, Reason};

use crate::judged::Origin;

/// The symbol of a fault.
pub(crate) const FAULT_SYMBOL: &str = "!";
/// The colour of a fault: none of the three of a verdict.
pub(crate) const FAULT_STYLE: Style = Style::Hint;

/// A verdict's symbol: it says the same as its word and its colour.
pub(crate) fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Admit => "✔",
        Outcome::Refer => "?",
        Outcome::Refuse => "✘",
    }
}

/// A verdict's colour.
pub(crate) fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Admit => Style::Good,
        Outcome::Refer => Style::Warn,
        Outcome::Refuse => Style::Bad,
    }
}

/// A verdict's word.
pub(crate) fn outcome(outcome: Outcome, catalog: &Catalog) -> String {
    catalog.text(&format!("outcome-{}", outcome.as_str()), &[])
}

/// What staff do next for an outcome that has no reason: only an admission has none.
pub(crate) fn outcome_todo(outcome: Outcome, catalog: &Catalog) -> String {
    catalog.attribute(&format!("outcome-{}", outcome.as_str()), "todo", &[])
}

/// A grade's word.
pub(crate) fn grade(grade: Grade, catalog: &Catalog) -> String {
    catalog.text(&format!("grade-{}", grade.as_str()), &[])
}

/// A reason in words.
pub(crate) fn reason(reason: Reason, catalog: &Catalog) -> String {
    catalog.text(&format!("reason-{}", reason.as_str()), &[])
}

/// What staff do next for a reason.
pub(crate) fn todo(reason: Reason, catalog: &Catalog) -> String {
    catalog.attribute(&format!("reason-{}", reason.as_str()), "todo", &[])
}

/// A name in the language of the catalogue.
pub(crate) fn name(names: &Names, catalog: &Catalog) -> String {
    let name = match catalog.language() {
        Language::SimplifiedChinese => names.zh(),
        _ => names.en(),
    };
    printable(name).into_owned()
}

/// What a rule said.
pub(crate) fn rule_symbol(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "✔",
        Some(false) => "✘",
        None => "?",
    }
}

/// Where something came from; empty where there is nothing to tell apart.
pub(crate) fn origin(origin: &Origin, catalog: &Catalog) -> String {
    if let Some(file) = &origin.file {
        return printable(&file.display().to_string()).into_owned();
    }
    match (origin.line, origin.argument) {
        (Some(line), _) => catalog.text("origin-line", &[("number", line.into())]),
        (None, Some(argument)) => catalog.text("origin-argument", &[("number", argument.into())]),
        (None, None) => String::new(),
    }
}

/// The data that was judged on: pack, age and grade.
pub(crate) fn data(data: &DataAge, catalog: &Catalog) -> String {
    if data.pack == 0 {
        return catalog.text("data-none", &[]);
    }
    let age = clock::age(i64::try_from(data.age).unwrap_or(i64::MAX), catalog);
    let args = [
        ("pack", data.pack.into()),
        ("age", age.into()),
        ("grade", grade(data.grade, catalog).into()),
    ];
    catalog.text("data", &args)
}

/// The facts of a code, each in a line of words: label and value.
pub(crate) fn facts(claims: &Claims, catalog: &Catalog) -> Vec<(String, String)> {
    let Facts {
        vaccination,
        test,
        recovery,
    } = &claims.record.facts;
    let label = |id: &str| catalog.text(id, &[]);
    let mut facts = Vec::new();
    if let Some(v) = vaccination {
        let args = [
            ("product", product(v.product()).into()),
            ("dose", v.dose().into()),
            ("doses", v.doses().into()),
            ("date", v.day().to_string().into()),
        ];
        facts.push((label("fact-vaccination"), catalog.text("fact-vaccination-value", &args)));
    }
    if let (Some(test), Some(sampled)) = (test, claims.sampled()) {
        let args = [
            ("kind", test_kind(test.kind).into()),
            ("result", test_result(test.result).into()),
            ("sampled", sampled.to_string().into()),
        ];
        facts.push((label("fact-test"), catalog.text("fact-test-value", &args)));
    }
    if let Some(day) = recovery {
        facts.push((label("fact-recovery"), day.to_string()));
    }
    facts
}

/// A column's name: in words where it is one that everybody has.
pub(crate) fn column(name: &Ident, catalog: &Catalog) -> String {
    let known = format!("column-{name}");
    match catalog.has(&known) {
        true => catalog.text(&known, &[]),
        false => name.to_string(),
    }
}

/// What a column says.
pub(crate) fn column_value(value: ColumnValue) -> String {
    match value {
        ColumnValue::Number(number) => number.to_string(),
        ColumnValue::Time(time) => time.to_string(),
    }
}

/// An emergency declaration, on one line.
pub(crate) fn emergency(emergency: &Emergency, catalog: &Catalog) -> String {
    let args = [
        ("until", emergency.until.to_string().into()),
        ("reason", name(&emergency.reason, catalog).into()),
    ];
    catalog.text("mark-emergency", &args)
}

/// A list, or a column of it.
pub(crate) fn list(list: &Ident, of: Option<&Ident>, catalog: &Catalog) -> String {
    match of {
        None => catalog.text("document-list", &[("list", list.to_string().into())]),
        Some(name) => {
            let args = [
                ("list", list.to_string().into()),
                ("column", column(name, catalog).into()),
            ];
            catalog.text("document-column", &args)
        }
    }
}

/// A vaccine product's name, or the name that rules see for a number without one.
pub(crate) fn product(number: u16) -> String {
    products::by_number(number).map_or_else(|| format!("postern-{number}"), |product| product.name.to_owned())
}

/// The stable name of a kind of test.
pub(crate) fn test_kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::Antigen => "antigen",
        TestKind::NucleicAcid => "nucleic-acid",
    }
}

/// The stable name of a test's result.
pub(crate) fn test_result(result: TestResult) -> &'static str {
    match result {
        TestResult::Detected => "detected",
        TestResult::NotDetected => "not-detected",
    }
}
