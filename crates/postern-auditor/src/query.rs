//! `query`: events of the archive by what is asked of them, and the proof of one.

mod prove;

use std::io::Write;

use clap::Args;
use clap::builder::PossibleValuesParser;
use postern_cli::Session;
use postern_cli::clock::{format_time, parse_time};
use postern_cli::output::Output;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, columns, json_line};
use postern_core::code::ParsedCode;
use postern_core::time::Time;
use postern_log::event::{CODE_LEN, PERSON_LEN};
use postern_log::{Flags, Grade, Kind, Outcome};
use serde_json::json;

use crate::archive::{ArchiveArgs, Archived, Filter, GateRow, Span};
use crate::error::Error;
use crate::findings::Names;

/// The most rows of a table, which is in memory until its columns line up; objects are written as they come.
const MAX_ROWS: u64 = 10_000;
/// How many rows a table has where nobody says.
const ROWS: u64 = 100;

/// The flags by their names.
pub(crate) const FLAGS: [(&str, u8); 4] = [
    ("clock-suspect", 1),
    ("judged-at-another-time", 2),
    ("demo-trust", 4),
    ("emergency", 8),
];

#[derive(Args)]
pub(crate) struct QueryArgs {
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    #[arg(long, value_name = "SEQ", requires = "gate")]
    pub(crate) prove: Option<u64>,
}

/// Which events.
#[derive(Args)]
pub(crate) struct Asked {
    #[arg(long, value_name = "NAME")]
    pub(crate) gate: Option<String>,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) from: Option<i64>,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<i64>,
    #[arg(long, value_parser = PossibleValuesParser::new(["code", "document", "manual", "override"]))]
    pub(crate) kind: Option<String>,
    #[arg(long, value_parser = PossibleValuesParser::new(["admit", "refer", "refuse"]))]
    pub(crate) outcome: Option<String>,
    #[arg(long, value_parser = PossibleValuesParser::new(["fresh", "aging", "stale", "refuse"]))]
    pub(crate) grade: Option<String>,
    #[arg(long, value_name = "HEX", value_parser = bytes::<PERSON_LEN>)]
    pub(crate) person: Option<[u8; PERSON_LEN]>,
    #[arg(long, value_name = "HEX", value_parser = bytes::<CODE_LEN>, conflicts_with = "code_text")]
    pub(crate) code: Option<[u8; CODE_LEN]>,
    #[arg(long, value_name = "TEXT", value_parser = digest)]
    pub(crate) code_text: Option<[u8; CODE_LEN]>,
    #[arg(long, value_name = "ID")]
    pub(crate) operator: Option<String>,
    #[arg(long, value_name = "ID")]
    pub(crate) issuer: Option<String>,
    #[arg(long, value_name = "FLAG", value_parser = PossibleValuesParser::new(FLAGS.map(|(name, _)| name)))]
    pub(crate) flag: Vec<String>,
}

impl Asked {
    /// The filter, the gate among those of the archive.
    ///
    /// # Errors
    ///
    /// [`Error::GateUnknown`].
    pub(crate) fn filter(&self, gates: &[GateRow]) -> Result<Filter, Error> {
        let timed = self.from.is_some() || self.until.is_some();
        let flags = FLAGS
            .iter()
            .filter(|(name, _)| self.flag.iter().any(|flag| flag == name));
        Ok(Filter {
            span: timed.then(|| span_of(self.from, self.until)),
            gate: self.gate.as_deref().map(|name| gate_of(gates, name)).transpose()?,
            from_seq: None,
            kind: word(self.kind.as_deref(), Kind::ALL, Kind::as_str),
            outcome: word(self.outcome.as_deref(), Outcome::ALL, Outcome::as_str),
            grade: word(self.grade.as_deref(), Grade::ALL, Grade::as_str),
            flags: flags.map(|(_, bit)| bit).sum(),
            operator: self.operator.clone(),
            issuer: self.issuer.clone(),
            code: self.code.or(self.code_text),
            person: self.person,
            limit: None,
        })
    }
}

pub(crate) fn run(args: &QueryArgs, session: &Session) -> Result<u8, Error> {
    let mut archive = args.archive.read()?;
    let gates = archive.gates()?;
    let mut filter = args.asked.filter(&gates)?;
    let mut out = Output::stdout();
    if let (Some(seq), Some(id)) = (args.prove, filter.gate) {
        let gate = gates.iter().find(|gate| gate.id == id);
        let gate = gate.ok_or_else(|| Error::GateUnknown(args.asked.gate.clone().unwrap_or_default()))?;
        prove::run(archive.as_mut(), gate, seq, session, &mut out)?;
        return Ok(0);
    }
    let names = Names::of(&gates);
    if session.json {
        filter.limit = args.limit;
        let mut written = Ok(());
        archive.events(&filter, &mut |found| {
            written = writeln!(out, "{}", json_line(&object(&found, &names)));
            written.is_ok()
        })?;
        written.and_then(|()| out.flush()).map_err(Error::Output)?;
        return Ok(0);
    }
    let most = args.limit.unwrap_or(ROWS).min(MAX_ROWS);
    // One more than is shown tells that there are more.
    filter.limit = Some(most + 1);
    let heading = |id: &str| session.catalog.text(&format!("query-{id}"), &[]);
    let mut table = Table::new([
        (heading("gate"), Align::Left),
        (heading("seq"), Align::Right),
        (heading("time"), Align::Whole),
        (heading("kind"), Align::Left),
        (heading("outcome"), Align::Whole),
        (heading("reasons"), Align::Left),
        (heading("issuer"), Align::Left),
        (heading("grade"), Align::Left),
        (heading("operator"), Align::Left),
        (heading("flags"), Align::Left),
        (heading("code"), Align::Left),
    ]);
    let mut shown = 0;
    archive.events(&filter, &mut |found| {
        shown += 1;
        if shown <= most {
            table.row(row(&found, &names, session));
        }
        true
    })?;
    let tell = |out: &mut Output| {
        if !table.is_empty() {
            write!(out, "{}", table.render(Some(columns()), Colors::stdout(session.color)))?;
        }
        let id = if shown > most { "query-more" } else { "query-count" };
        let count = [("events", shown.min(most).into())];
        writeln!(out, "{}", session.catalog.text(id, &count))?;
        out.flush()
    };
    tell(&mut out).map_err(Error::Output)?;
    Ok(0)
}

fn row(found: &Archived, names: &Names, session: &Session) -> [String; 11] {
    let e = found.event.details();
    let or_dash = |text: Option<String>| text.filter(|text| !text.is_empty()).unwrap_or_else(|| "-".to_owned());
    [
        names.name(found.gate),
        found.event.seq().to_string(),
        format_time(e.time as i64),
        session.catalog.text(&format!("kind-{}", e.kind), &[]),
        session.catalog.text(&format!("outcome-{}", e.outcome), &[]),
        or_dash(Some(e.reasons.join(","))),
        or_dash(e.issuer.clone()),
        session.catalog.text(&format!("grade-{}", e.grade), &[]),
        or_dash(e.operator.clone()),
        or_dash(Some(flag_names(e.flags).join(","))),
        or_dash(e.code.map(|code| postern_core::hex(&code))),
    ]
}

/// An event as an object, by the names of the columns of a gate's log.
pub(crate) fn object(found: &Archived, names: &Names) -> serde_json::Value {
    let (event, e) = (&found.event, found.event.details());
    let time = |seconds: u64| format_time(seconds as i64);
    json!({
        "type": "event",
        "gate": names.name(found.gate),
        "seq": event.seq(),
        "time": time(e.time),
        "system": time(e.system),
        "kind": e.kind.as_str(),
        "outcome": e.outcome.as_str(),
        "reasons": e.reasons,
        "code": e.code.map(|code| postern_core::hex(&code)),
        "person": e.person.map(|person| postern_core::hex(&person)),
        "issuer": e.issuer,
        "root": e.root,
        "pack": e.pack,
        "snapshot": e.snapshot,
        "age": e.age,
        "grade": e.grade.as_str(),
        "source": e.source.as_str(),
        "about": e.about,
        "operator": e.operator,
        "flags": flag_names(e.flags),
        "kid": e.credential.map(|credential| postern_core::hex(&credential.kid)),
        "issued": e.credential.map(|credential| time(credential.issued)),
        "status_index": e.credential.map(|credential| credential.index),
    })
}

pub(crate) fn flag_names(flags: Flags) -> Vec<&'static str> {
    let bits = flags.bits();
    FLAGS
        .iter()
        .filter(|(_, bit)| bits & bit != 0)
        .map(|(name, _)| *name)
        .collect()
}

/// The archive's number for the gate of this name: of those that are not retired, if there is one.
///
/// # Errors
///
/// [`Error::GateUnknown`].
pub(crate) fn gate_of(gates: &[GateRow], name: &str) -> Result<i64, Error> {
    let named = gates.iter().filter(|gate| gate.name == name);
    let gate = named.min_by_key(|gate| (gate.retired.is_some(), std::cmp::Reverse(gate.enrolled)));
    gate.map(|gate| gate.id)
        .ok_or_else(|| Error::GateUnknown(name.to_owned()))
}

/// From the earliest to the latest time where nobody says; the end is not in it.
pub(crate) fn span_of(from: Option<i64>, until: Option<i64>) -> Span {
    let seconds = |time: i64| Time::saturating(time).seconds();
    Span {
        from: from.map_or(0, seconds),
        until: until.map_or(Time::MAX.seconds() + 1, seconds),
    }
}

fn word<T: Copy>(word: Option<&str>, all: &[T], name: impl Fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|one| Some(name(*one)) == word)
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let wrong = || format!("{} hexadecimal digits are needed", 2 * N);
    if text.len() != 2 * N || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}

fn digest(text: &str) -> Result<[u8; CODE_LEN], String> {
    let code = ParsedCode::from_text(text.trim()).map_err(|e| e.to_string())?;
    Ok(code.digest.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::city::gate;

    #[test]
    fn pseudonyms_are_read_in_hexadecimal() {
        assert_eq!(bytes::<2>("0aFF"), Ok([10, 255]));
        for bad in ["", "0a", "0aff0", "0g00", "+f+f", "é0"] {
            assert!(bytes::<2>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_that_of_the_gate_that_is_not_retired() {
        let mut gates = [gate(1, 0.0, 0.0, 0), gate(2, 0.0, 0.0, 0), gate(3, 0.0, 0.0, 0)];
        for gate in &mut gates[..2] {
            gate.name = "north".to_owned();
        }
        gates[0].retired = Some(5);
        assert_eq!(gate_of(&gates, "north").unwrap(), 2);
        assert_eq!(gate_of(&gates, "gate-3").unwrap(), 3);
        assert!(gate_of(&gates, "south").is_err());
    }
}
