//! A finding in words, and as an object for programs.

use std::collections::HashMap;

use postern_cli::Catalog;
use postern_cli::clock::{age, format_time};
use postern_cli::messages::FluentValue;
use postern_cli::terminal::printable;
use serde_json::{Value as Json, json};

use super::{Evidence, Finding, Value};
use crate::archive::GateRow;

/// The names of the gates by the archive's numbers.
pub(crate) struct Names(HashMap<i64, String>);

impl Names {
    pub(crate) fn of(gates: &[GateRow]) -> Self {
        Self(gates.iter().map(|gate| (gate.id, gate.name.clone())).collect())
    }

    /// The name, or the number where the gate is not in the archive any more.
    pub(crate) fn name(&self, gate: i64) -> String {
        self.0.get(&gate).cloned().unwrap_or_else(|| format!("#{gate}"))
    }
}

/// What was found, in a sentence: the attribute `text` of `finding-KIND`. Foreign texts in it are printable.
pub(crate) fn text(finding: &Finding, names: &Names, catalog: &Catalog) -> String {
    let args: Vec<(&str, FluentValue<'_>)> = finding
        .values
        .iter()
        .map(|(name, value)| (*name, shown(value, names, catalog).into()))
        .collect();
    catalog.attribute(&format!("finding-{}", finding.kind.as_str()), "text", &args)
}

fn shown(value: &Value, names: &Names, catalog: &Catalog) -> String {
    match value {
        Value::Count(count) => grouped(*count),
        Value::Decimal(number) => format!("{number:.1}"),
        Value::Share(share) => format!("{:.1} %", share * 100.0),
        Value::Duration(seconds) => age(*seconds as i64, catalog),
        Value::Time(time) => format_time(*time as i64),
        Value::Text(text) => printable(text).into_owned(),
        Value::Gate(gate) => printable(&names.name(*gate)).into_owned(),
    }
}

/// A number whose digits are in groups of three, as both languages write them.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A finding as an object: stable names, times in RFC 3339.
pub(crate) fn json(finding: &Finding, names: &Names) -> Json {
    let values: serde_json::Map<String, Json> = finding
        .values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), plain(value, names)))
        .collect();
    let evidence: Vec<Json> = finding
        .evidence
        .iter()
        .map(|evidence| match evidence {
            Evidence::Event { gate, seq } => json!({ "gate": names.name(*gate), "seq": seq }),
            Evidence::Fork { id } => json!({ "fork": id }),
            Evidence::File { name, digest } => json!({ "file": name, "sha256": postern_core::hex(digest) }),
        })
        .collect();
    json!({
        "type": "finding",
        "finding": finding.kind.as_str(),
        "severity": finding.kind.severity().as_str(),
        "gates": finding.gates.iter().map(|gate| names.name(*gate)).collect::<Vec<_>>(),
        "from": finding.span.map(|span| format_time(span.from as i64)),
        "until": finding.span.map(|span| format_time(span.until as i64)),
        "values": values,
        "evidence": evidence,
    })
}

fn plain(value: &Value, names: &Names) -> Json {
    match value {
        Value::Count(count) | Value::Duration(count) => json!(count),
        Value::Decimal(number) => json!((number * 10.0).round() / 10.0),
        Value::Share(share) => json!((share * 10_000.0).round() / 10_000.0),
        Value::Time(time) => json!(format_time(*time as i64)),
        Value::Text(text) => json!(text),
        Value::Gate(gate) => json!(names.name(*gate)),
    }
}
