//! Verdicts and faults for programs. `docs/VERDICTS.md` lists the members; names and words are stable and English.

use postern_cli::{Catalog, Explain, Failure};
use postern_core::code::{Claims, CodeDigest};
use postern_core::record::Birth;
use postern_core::status::ColumnValue;
use postern_core::text::{Ident, Names};
use postern_core::time::{Day, Time};
use postern_core::trust::{DiskFull, Emergency, Otherwise};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Shown, words};
use crate::fault::Fault;
use crate::judged::logged::LoggedVerdict;
use crate::judged::{Gate, Origin};

/// The object of what is shown, to put more into it.
pub(crate) fn object(shown: &Shown, gate: &Gate, catalog: &Catalog) -> Value {
    serde_json::to_value(Object::of(shown, gate, catalog))
        .expect("its maps have texts for keys, and memory does not fail")
}

/// The object of what is shown. It borrows all that it can: a million lines are written as fast as they are judged.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Object<'a> {
    Fault(FaultLine<'a>),
    Verdict(Box<VerdictLine<'a>>),
}

impl<'a> Object<'a> {
    pub(super) fn of(shown: &'a Shown, gate: &'a Gate, catalog: &Catalog) -> Self {
        match shown {
            Shown::Fault(origin, fault) => Self::Fault(FaultLine::of(origin, fault, catalog)),
            Shown::Verdict(logged) => Self::Verdict(Box::new(VerdictLine::of(logged, gate))),
        }
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

#[derive(Serialize)]
pub(super) struct FaultLine<'a> {
    argument: Option<usize>,
    file: Option<Text<std::path::Display<'a>>>,
    line: Option<u64>,
    device: Option<&'a str>,
    reason: &'a str,
    message: String,
    disk_full: Option<&'static str>,
}

impl<'a> FaultLine<'a> {
    fn of(origin: &'a Origin, fault: &'a Fault, catalog: &Catalog) -> Self {
        Self {
            argument: origin.argument,
            file: file(origin),
            line: origin.line,
            device: origin.device.as_deref(),
            reason: fault.reason(),
            message: Failure::new(fault, catalog).english,
            disk_full: fault.disk_full().map(DiskFull::as_str),
        }
    }
}

#[derive(Serialize)]
pub(super) struct VerdictLine<'a> {
    argument: Option<usize>,
    file: Option<Text<std::path::Display<'a>>>,
    line: Option<u64>,
    device: Option<&'a str>,
    source: &'static str,
    outcome: &'static str,
    reasons: Vec<&'static str>,
    holder: Option<Holder<'a>>,
    facts: Option<Facts>,
    issued: Option<Text<Time>>,
    expires: Option<Text<Time>>,
    issuer: Option<Issuer<'a>>,
    rules: Vec<Rule<'a>>,
    #[serde(serialize_with = "columns")]
    columns: &'a [(Ident, ColumnValue)],
    code: Option<Text<CodeDigest>>,
    time: Text<Time>,
    clock_suspect: bool,
    judged_at_another_time: bool,
    seen_here: Option<Text<Time>>,
    data: Data,
    emergency: Option<Value>,
    demo: bool,
    seq: u64,
}

impl<'a> VerdictLine<'a> {
    fn of(logged: &'a LoggedVerdict, gate: &'a Gate) -> Self {
        let verdict = logged.verdict();
        let origin = logged.origin();
        let claims = verdict.claims.as_ref();
        let issuer = gate.issuer(verdict);
        let rules = verdict.rules.iter().filter_map(|result| {
            let rule = gate.rule(result.rule)?;
            Some(Rule {
                id: rule.id.as_str(),
                name: Both::of(&rule.name),
                met: result.met,
                otherwise: match rule.otherwise {
                    Otherwise::Refer => "refer",
                    Otherwise::Refuse => "refuse",
                },
            })
        });
        Self {
            argument: origin.argument,
            file: file(origin),
            line: origin.line,
            device: origin.device.as_deref(),
            source: logged.source().as_str(),
            outcome: verdict.outcome.as_str(),
            reasons: verdict.reasons.iter().map(|reason| reason.as_str()).collect(),
            holder: claims.map(Holder::of),
            facts: claims.map(Facts::of),
            issued: claims.map(|claims| Text(claims.issued)),
            expires: claims.map(|claims| Text(claims.expires)),
            issuer: issuer.map(|issuer| Issuer {
                id: issuer.id.as_str(),
                name: Both::of(&issuer.name),
            }),
            rules: rules.collect(),
            columns: &verdict.columns,
            code: verdict.code.map(Text),
            time: Text(verdict.now),
            clock_suspect: verdict.clock_suspect,
            judged_at_another_time: logged.at_another_time(),
            seen_here: logged.seen_here().map(Text),
            data: Data {
                age: verdict.data.age,
                grade: verdict.data.grade.as_str(),
                root: verdict.data.root,
                pack: verdict.data.pack,
                snapshot: verdict.data.snapshot,
            },
            emergency: gate.emergency(verdict.now).filter(|_| verdict.emergency).map(emergency),
            demo: logged.is_demo(),
            seq: logged.seq(),
        }
    }
}

#[derive(Serialize)]
struct Holder<'a> {
    name: Option<&'a str>,
    birth: Option<Text<Birth>>,
    document_tag: Option<String>,
}

impl<'a> Holder<'a> {
    fn of(claims: &'a Claims) -> Self {
        let holder = &claims.record.holder;
        Self {
            name: holder.name.as_ref().map(|name| name.as_str()),
            birth: holder.birth.map(Text),
            document_tag: holder.tag.map(|tag| postern_core::hex(&tag.0.0)),
        }
    }
}

#[derive(Serialize)]
struct Facts {
    vaccination: Option<Vaccination>,
    test: Option<Test>,
    recovery: Option<Text<Day>>,
}

#[derive(Serialize)]
struct Vaccination {
    product: String,
    dose: u8,
    doses: u8,
    date: Text<Day>,
}

#[derive(Serialize)]
struct Test {
    kind: &'static str,
    result: &'static str,
    sampled: Option<Text<Time>>,
}

impl Facts {
    fn of(claims: &Claims) -> Self {
        let facts = &claims.record.facts;
        Self {
            vaccination: facts.vaccination.map(|v| Vaccination {
                product: words::product(v.product()),
                dose: v.dose(),
                doses: v.doses(),
                date: Text(v.day()),
            }),
            test: facts.test.map(|test| Test {
                kind: words::test_kind(test.kind),
                result: words::test_result(test.result),
                sampled: claims.sampled().map(Text),
            }),
            recovery: facts.recovery.map(Text),
        }
    }
}

#[derive(Serialize)]
struct Issuer<'a> {
    id: &'a str,
    name: Both<'a>,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    name: Both<'a>,
    met: Option<bool>,
    otherwise: &'static str,
}

/// As [`names`].
#[derive(Serialize)]
struct Both<'a> {
    en: &'a str,
    zh: &'a str,
}

impl<'a> Both<'a> {
    fn of(names: &'a Names) -> Self {
        Self {
            en: names.en(),
            zh: names.zh(),
        }
    }
}

#[derive(Serialize)]
struct Data {
    age: u64,
    grade: &'static str,
    root: u64,
    pack: u64,
    snapshot: u64,
}

/// What is written as the text that it shows itself as.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn columns<S: Serializer>(columns: &[(Ident, ColumnValue)], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Shown {
        Number(u32),
        Time(Text<Time>),
    }
    serializer.collect_map(columns.iter().map(|(name, value)| {
        let value = match *value {
            ColumnValue::Number(number) => Shown::Number(number.into()),
            ColumnValue::Time(time) => Shown::Time(Text(time)),
        };
        (name.as_str(), value)
    }))
}

fn file(origin: &Origin) -> Option<Text<std::path::Display<'_>>> {
    origin.file.as_ref().map(|file| Text(file.display()))
}
