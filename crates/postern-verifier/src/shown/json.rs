//! Verdicts and faults for programs. `docs/VERDICTS.md` lists the members; names and words are stable and English.

use postern_cli::{Catalog, Explain, Failure};
use postern_core::code::Claims;
use postern_core::status::ColumnValue;
use postern_core::text::{Ident, Names};
use postern_core::trust::{Emergency, Otherwise};
use serde_json::{Value, json};

use super::{Shown, words};
use crate::fault::Fault;
use crate::judged::logged::LoggedVerdict;
use crate::judged::{Gate, Origin};

/// The object of what is shown.
pub(super) fn object(shown: &Shown, gate: &Gate, catalog: &Catalog) -> Value {
    match shown {
        Shown::Fault(origin, fault) => self::fault(origin, fault, catalog),
        Shown::Verdict(logged) => verdict(logged, gate),
    }
}

/// A name in both languages.
pub(crate) fn names(names: &Names) -> Value {
    json!({ "en": names.en(), "zh": names.zh() })
}

/// An emergency declaration.
pub(crate) fn emergency(emergency: &Emergency) -> Value {
    let ids = |ids: &[Ident]| ids.iter().map(|id| id.to_string()).collect::<Vec<_>>();
    json!({
        "reason": names(&emergency.reason),
        "from": emergency.from.to_string(),
        "until": emergency.until.to_string(),
        "issuers": ids(&emergency.issuers),
        "rules_set_aside": ids(&emergency.rules),
    })
}

fn fault(origin: &Origin, fault: &Fault, catalog: &Catalog) -> Value {
    json!({
        "type": "fault",
        "argument": origin.argument,
        "file": file(origin),
        "line": origin.line,
        "reason": fault.reason(),
        "message": Failure::new(fault, catalog).english,
    })
}

fn verdict(logged: &LoggedVerdict, gate: &Gate) -> Value {
    let verdict = logged.verdict();
    let origin = logged.origin();
    let claims = verdict.claims.as_ref();
    let reasons: Vec<&str> = verdict.reasons.iter().map(|reason| reason.as_str()).collect();
    let rules: Vec<Value> = verdict
        .rules
        .iter()
        .filter_map(|result| {
            let rule = gate.rule(result.rule)?;
            let otherwise = match rule.otherwise {
                Otherwise::Refer => "refer",
                Otherwise::Refuse => "refuse",
            };
            Some(json!({
                "id": rule.id.as_str(), "name": names(&rule.name), "met": result.met, "otherwise": otherwise,
            }))
        })
        .collect();
    let columns: serde_json::Map<String, Value> = verdict
        .columns
        .iter()
        .map(|(name, value)| {
            let value = match value {
                ColumnValue::Number(number) => json!(number),
                ColumnValue::Time(time) => json!(time.to_string()),
            };
            (name.to_string(), value)
        })
        .collect();
    let issuer = gate
        .issuer(verdict)
        .map(|issuer| json!({ "id": issuer.id.as_str(), "name": names(&issuer.name) }));
    json!({
        "type": "verdict",
        "argument": origin.argument,
        "file": file(origin),
        "line": origin.line,
        "source": logged.source().as_str(),
        "outcome": verdict.outcome.as_str(),
        "reasons": reasons,
        "holder": claims.map(holder),
        "facts": claims.map(facts),
        "issued": claims.map(|claims| claims.issued.to_string()),
        "expires": claims.map(|claims| claims.expires.to_string()),
        "issuer": issuer,
        "rules": rules,
        "columns": columns,
        "code": verdict.code.map(|digest| digest.to_string()),
        "time": verdict.now.to_string(),
        "clock_suspect": verdict.clock_suspect,
        "judged_at_another_time": logged.at_another_time(),
        "data": {
            "age": verdict.data.age,
            "grade": verdict.data.grade.as_str(),
            "root": verdict.data.root,
            "pack": verdict.data.pack,
            "snapshot": verdict.data.snapshot,
        },
        "emergency": gate.emergency(verdict.now).filter(|_| verdict.emergency).map(emergency),
        "demo": logged.is_demo(),
        "seq": logged.seq(),
    })
}

fn file(origin: &Origin) -> Option<String> {
    origin.file.as_ref().map(|file| file.display().to_string())
}

fn holder(claims: &Claims) -> Value {
    let holder = &claims.record.holder;
    json!({
        "name": holder.name.as_ref().map(|name| name.as_str()),
        "birth": holder.birth.map(|birth| birth.to_string()),
        "document_tag": holder.tag.map(|tag| postern_core::hex(&tag.0.0)),
    })
}

fn facts(claims: &Claims) -> Value {
    let facts = &claims.record.facts;
    let vaccination = facts.vaccination.map(|v| {
        json!({
            "product": words::product(v.product()), "dose": v.dose(), "doses": v.doses(), "date": v.day().to_string(),
        })
    });
    let test = facts.test.map(|test| {
        json!({
            "kind": words::test_kind(test.kind),
            "result": words::test_result(test.result),
            "sampled": claims.sampled().map(|time| time.to_string()),
        })
    });
    json!({
        "vaccination": vaccination,
        "test": test,
        "recovery": facts.recovery.map(|day| day.to_string()),
    })
}
