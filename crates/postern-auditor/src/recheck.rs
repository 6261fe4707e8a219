//! `recheck`: which past admissions today's trust and today's statuses would refuse or refer.
//!
//! A code is not kept, but what a gate writes of a good one is: its key, when it was issued, its place in the status list. With that
//! [`today::Today`] says of the moment of the admission what it would say now. Rules are not asked: what they see is in the code.

mod today;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use clap::Args;
use postern_cli::Session;
use postern_cli::clock::{format_time, parse_time};
use postern_cli::output::Output;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, columns, json_line};
use postern_log::{Event, Kind, Outcome};
use serde_json::json;

pub(crate) use today::{Today, Why, fetch};

use crate::archive::{Archive, ArchiveArgs, Filter, GateRow, Span};
use crate::error::Error;
use crate::findings::Names;
use crate::office::Office;
use crate::query::{gate_of, span_of};

/// The most rows of the table on a terminal; objects are not bounded.
const MAX_ROWS: usize = 200;
/// A decision on an admission is made within this time of it, in seconds.
const DECIDED_WITHIN: u64 = 86_400;

#[derive(Args)]
pub(crate) struct RecheckArgs {
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    #[arg(long, value_name = "LOCATION")]
    pub(crate) repository: String,
    #[arg(long, value_name = "NAME")]
    pub(crate) gate: Option<String>,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) from: Option<i64>,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<i64>,
}

pub(crate) fn run(args: &RecheckArgs, session: &Session) -> Result<u8, Error> {
    let trust = fetch(&Office::new(args.archive.office()?).trust()?, &args.repository)?;
    let today = Today::of(&trust)?;
    let mut archive = args.archive.read()?;
    let gates = archive.gates()?;
    let asked = args.gate.as_deref().map(|name| gate_of(&gates, name)).transpose()?;
    let of_gates: Vec<GateRow> = gates
        .iter()
        .filter(|gate| asked.is_none_or(|id| id == gate.id))
        .cloned()
        .collect();
    let names = Names::of(&gates);
    let mut out = Output::stdout();
    let heading = |id: &str| session.catalog.text(&format!("recheck-{id}"), &[]);
    let mut table = Table::new([
        (heading("gate"), Align::Left),
        (heading("seq"), Align::Right),
        (heading("time"), Align::Whole),
        (heading("issuer"), Align::Left),
        (heading("code"), Align::Left),
        (heading("admitted-by"), Align::Left),
        (heading("now"), Align::Whole),
        (heading("why"), Align::Left),
    ]);
    let (mut rows, mut written) = (0_usize, Ok(()));
    let counts = recheck(
        archive.as_mut(),
        &of_gates,
        span_of(args.from, args.until),
        &today,
        &mut |past| {
            if session.json {
                written = writeln!(out, "{}", json_line(&object(past, &names)));
            } else if rows < MAX_ROWS {
                table.row([
                    names.name(past.gate),
                    past.seq.to_string(),
                    format_time(past.time as i64),
                    past.issuer.clone(),
                    past.code
                        .map_or_else(|| "-".to_owned(), |code| postern_core::hex(&code)),
                    past.operator.clone().unwrap_or_else(|| heading("the-gate")),
                    session.catalog.text(&format!("outcome-{}", past.why.outcome()), &[]),
                    session.catalog.text(&format!("why-{}", past.why.as_str()), &[]),
                ]);
            }
            rows += 1;
            written.is_ok()
        },
    )?;
    written.map_err(Error::Output)?;
    told(&counts, &trust_told(&trust), rows, &table, session, &mut out).map_err(Error::Output)?;
    Ok(0)
}

/// An admission that would not be one today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) gate: i64,
    pub(crate) seq: u64,
    pub(crate) time: u64,
    pub(crate) issuer: String,
    pub(crate) code: Option<[u8; 16]>,
    /// Who let the person in, where it was not the gate.
    pub(crate) operator: Option<String>,
    pub(crate) why: Why,
}

/// How many admissions were judged again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Those that say by what they can be judged again.
    pub(crate) checked: u64,
    /// Those that do not.
    pub(crate) not_checkable: u64,
    pub(crate) by_why: BTreeMap<Why, u64>,
    pub(crate) by_gate: BTreeMap<i64, u64>,
}

impl Counts {
    /// Those that would be refused, or referred.
    pub(crate) fn now(&self, outcome: Outcome) -> u64 {
        let of_outcome = self.by_why.iter().filter(|(why, _)| why.outcome() == outcome);
        of_outcome.map(|(_, count)| count).sum()
    }
}

/// Judges the admissions of a span again, gate by gate, and calls `each` with those that would be none, until it returns `false`.
pub(crate) fn recheck(
    archive: &mut dyn Archive,
    gates: &[GateRow],
    span: Span,
    today: &Today,
    each: &mut dyn FnMut(&Past) -> bool,
) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for gate in gates {
        let decisions = decisions(archive, gate.id, span)?;
        let mut goes_on = true;
        let mut judge = |event: &Event, operator: Option<&str>| {
            let e = event.details();
            let (Some(credential), Some(issuer)) = (e.credential, &e.issuer) else {
                counts.not_checkable += 1;
                return true;
            };
            counts.checked += 1;
            let Some(why) = today.why_not(issuer, &credential, e.time) else {
                return true;
            };
            *counts.by_why.entry(why).or_default() += 1;
            *counts.by_gate.entry(gate.id).or_default() += 1;
            goes_on = each(&Past {
                gate: gate.id,
                seq: event.seq(),
                time: e.time,
                issuer: issuer.clone(),
                code: e.code,
                operator: operator.map(str::to_owned),
                why,
            });
            goes_on
        };
        let admitted = Filter {
            span: Some(span),
            gate: Some(gate.id),
            kind: Some(Kind::Code),
            outcome: Some(Outcome::Admit),
            ..Filter::default()
        };
        archive.events(&admitted, &mut |archived| {
            // What a person or a document decided afterwards counts.
            match decisions.get(&archived.event.seq()) {
                Some(decision) if decision.outcome != Outcome::Admit => true,
                Some(decision) => judge(&archived.event, decision.operator.as_deref()),
                None => judge(&archived.event, None),
            }
        })?;
        for (about, decision) in &decisions {
            let (Outcome::Admit, Some(operator)) = (decision.outcome, &decision.operator) else {
                continue;
            };
            let one = Filter {
                gate: Some(gate.id),
                from_seq: Some(*about),
                limit: Some(1),
                ..Filter::default()
            };
            archive.events(&one, &mut |archived| {
                let e = archived.event.details();
                let is_it = archived.event.seq() == *about && e.kind == Kind::Code && e.outcome != Outcome::Admit;
                let within = (span.from..span.until).contains(&e.time);
                !(is_it && within) || judge(&archived.event, Some(operator))
            })?;
        }
        if !goes_on {
            break;
        }
    }
    Ok(counts)
}

/// What was decided last on an event, after the gate's verdict.
struct Decision {
    seq: u64,
    outcome: Outcome,
    /// The person, where it was one.
    operator: Option<String>,
}

/// The decisions on a gate's events of a span, by the index of the event. Documents that agree decide nothing.
fn decisions(archive: &mut dyn Archive, gate: i64, span: Span) -> Result<BTreeMap<u64, Decision>, Error> {
    let later = Span {
        from: span.from,
        until: span.until.saturating_add(DECIDED_WITHIN),
    };
    let asked = [
        (Kind::Override, None),
        (Kind::Document, Some(Outcome::Refer)),
        (Kind::Document, Some(Outcome::Refuse)),
    ];
    let mut found: BTreeMap<u64, Decision> = BTreeMap::new();
    for (kind, outcome) in asked {
        let filter = Filter {
            span: Some(later),
            gate: Some(gate),
            kind: Some(kind),
            outcome,
            ..Filter::default()
        };
        archive.events(&filter, &mut |archived| {
            let (seq, e) = (archived.event.seq(), archived.event.details());
            let Some(about) = e.about else { return true };
            if found.get(&about).is_none_or(|decision| decision.seq < seq) {
                let operator = e.operator.clone();
                let outcome = e.outcome;
                found.insert(about, Decision { seq, outcome, operator });
            }
            true
        })?;
    }
    Ok(chained(found))
}

/// An override may be of a document's event, which is about the code's: what was decided last on the code counts.
fn chained(mut found: BTreeMap<u64, Decision>) -> BTreeMap<u64, Decision> {
    let of_decision: HashMap<u64, u64> = found.iter().map(|(about, decision)| (decision.seq, *about)).collect();
    // A decision lies after what it is about, so that going down leads to the first before what follows from it.
    let places: Vec<u64> = found.keys().rev().copied().collect();
    for place in places {
        let Some(code) = of_decision.get(&place) else { continue };
        if let Some(decision) = found.remove(&place) {
            found.insert(*code, decision);
        }
    }
    found
}

fn object(past: &Past, names: &Names) -> serde_json::Value {
    json!({
        "type": "admission",
        "gate": names.name(past.gate),
        "seq": past.seq,
        "time": format_time(past.time as i64),
        "issuer": past.issuer,
        "code": past.code.map(|code| postern_core::hex(&code)),
        "operator": past.operator,
        "now": past.why.outcome().as_str(),
        "why": past.why.as_str(),
    })
}

/// Which trust was judged by: the versions and the time of the snapshot.
fn trust_told(trust: &postern_core::trust::Trust) -> [(&'static str, String); 3] {
    let snapshot = trust.snapshot().map(|snapshot| snapshot.payload());
    [
        ("snapshot", snapshot.map_or(0, |snapshot| snapshot.version).to_string()),
        (
            "pack",
            trust.pack().map_or(0, |pack| pack.payload().version).to_string(),
        ),
        (
            "issued",
            snapshot.map(|snapshot| snapshot.issued).unwrap_or_default().to_string(),
        ),
    ]
}

fn told(
    counts: &Counts,
    trust: &[(&'static str, String)],
    rows: usize,
    table: &Table,
    session: &Session,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let (refused, referred) = (counts.now(Outcome::Refuse), counts.now(Outcome::Refer));
    if session.json {
        let by_why: BTreeMap<_, _> = counts.by_why.iter().map(|(why, count)| (why.as_str(), count)).collect();
        let trust: BTreeMap<_, _> = trust.iter().cloned().collect();
        let summary = json!({
            "type": "recheck",
            "checked": counts.checked,
            "not_checkable": counts.not_checkable,
            "refuse": refused,
            "refer": referred,
            "why": by_why,
            "gates": counts.by_gate.len(),
            "trust": trust,
        });
        writeln!(out, "{}", json_line(&summary))?;
        return out.flush();
    }
    if !table.is_empty() {
        write!(out, "{}", table.render(Some(columns()), Colors::stdout(session.color)))?;
    }
    if rows > MAX_ROWS {
        let more = [("more", (rows - MAX_ROWS).into())];
        writeln!(out, "{}", session.catalog.text("recheck-more", &more))?;
    }
    for (why, count) in &counts.by_why {
        let why = session.catalog.text(&format!("why-{}", why.as_str()), &[]);
        writeln!(out, "{count:>9}  {why}")?;
    }
    let mut args = vec![
        ("checked", counts.checked.into()),
        ("not_checkable", counts.not_checkable.into()),
        ("refused", refused.into()),
        ("referred", referred.into()),
        ("gates", counts.by_gate.len().into()),
    ];
    args.extend(trust.iter().map(|(name, value)| (*name, value.clone().into())));
    writeln!(out, "{}", session.catalog.text("recheck-summary", &args))?;
    out.flush()
}

#[cfg(test)]
mod tests;
