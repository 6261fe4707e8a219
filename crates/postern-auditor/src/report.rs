//! `report`: a span of a city's logs on one page, in both languages, and what it rests on in a folder.
//!
//! ```text
//! archive -> findings::examine -> numbers -> charts, sections -> page -> FILE.html
//!                              +-> evidence::write            -> DIR, its digest on the page
//! ```

mod charts;
mod numbers;
mod page;
mod sections;
mod style;

use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use postern_cli::clock::{self, parse_time};
use postern_cli::output::Output;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, columns, json_line, printable};
use postern_cli::{Catalog, Language, Session};

use crate::TEXTS;
use crate::archive::{Archive, ArchiveArgs, GateRow, Span};
use crate::error::Error;
use crate::evidence;
use crate::export::{new_file, publish};
use crate::findings::{Examined, MAX_LISTED, Names, Thresholds, examine, json, text};
use crate::office::Office;
use crate::query::span_of;
use crate::recheck::{Counts, Past, Today, fetch, recheck};
use numbers::Numbers;

/// The most findings of the table on a terminal; the page and the objects have all that are listed.
const MAX_ROWS: usize = 40;

#[derive(Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) from: Option<i64>,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) until: Option<i64>,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub(crate) evidence: Option<PathBuf>,
    #[arg(long, value_name = "LOCATION")]
    pub(crate) repository: Option<String>,
    #[command(flatten)]
    pub(crate) thresholds: Thresholds,
}

/// The re-check of the span, where a repository was named.
pub(crate) struct Again {
    pub(crate) counts: Counts,
    /// The first of them.
    pub(crate) past: Vec<Past>,
}

/// What stands on a page.
pub(crate) struct Report<'a> {
    pub(crate) examined: &'a Examined,
    pub(crate) numbers: Numbers,
    /// The receipts' sizes by gate.
    pub(crate) receipts: Vec<(i64, u64)>,
    pub(crate) again: Option<Again>,
    /// How the evidence is checked again where it lies beside the page: the command.
    pub(crate) command: Option<String>,
    /// By the auditor's clock.
    pub(crate) made: u64,
}

pub(crate) fn run(args: &ReportArgs, session: &Session) -> Result<u8, Error> {
    // Nobody waits for a report whose file is there already.
    let file = args.out.as_deref().map(new_file).transpose()?;
    let now = u64::try_from(clock::now()).unwrap_or(0);
    let mut archive = args.archive.read()?;
    let asked = span_of(args.from, args.until);
    let examined = examine(archive.as_mut(), &args.thresholds, asked, now)?;
    let again = match &args.repository {
        Some(location) => Some(again(args, location, archive.as_mut(), &examined.gates, asked)?),
        None => None,
    };
    let commands = match &args.evidence {
        Some(folder) => {
            let auditor = match args.archive.office() {
                Ok(dir) => {
                    let office = Office::new(dir);
                    Some((office.name()?.as_str().to_owned(), office.public()?))
                }
                Err(_) => None,
            };
            let digest = evidence::write(folder, archive.as_mut(), &examined, auditor, now)?;
            let digest = postern_core::hex(&digest);
            let check = |folder: &Path| {
                let folder = folder.display().to_string();
                let folder = quoted(&folder);
                format!("postern-auditor verify --evidence {folder} --manifest {digest}")
            };
            // The page goes to others, and lies beside the folder there.
            let beside = folder.file_name().map_or(folder.as_path(), Path::new);
            Some([check(folder), check(beside)])
        }
        None => None,
    };
    let (here, command) = commands.map(|[here, beside]| (here, beside)).unzip();
    let report = Report {
        numbers: Numbers::of(&examined, now),
        receipts: archive
            .receipts()?
            .iter()
            .map(|receipt| (receipt.gate, receipt.size))
            .collect(),
        examined: &examined,
        again,
        command,
        made: now,
    };
    if let (Some(mut file), Some(path)) = (file, &args.out) {
        let page = html(&report, session.catalog.language());
        file.write_all(page.as_bytes())
            .map_err(|error| postern_cli::files::FileError::new(path, postern_cli::files::FileAction::Write, error))?;
        publish(file, path)?;
    }
    tell(&report, here.as_deref(), args, session).map_err(Error::Output)?;
    Ok(0)
}

/// A word for a shell.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,=@%".contains(c);
    // In quotes too it would be taken for an option.
    let here = if word.starts_with('-') { "./" } else { "" };
    match word.chars().all(is_plain) {
        true if here.is_empty() => word.into(),
        true => format!("{here}{word}").into(),
        false => format!("'{here}{}'", word.replace('\'', r"'\''")).into(),
    }
}

fn again(
    args: &ReportArgs,
    location: &str,
    archive: &mut dyn Archive,
    gates: &[GateRow],
    span: Span,
) -> Result<Again, Error> {
    let trust = fetch(&Office::new(args.archive.office()?).trust()?, location)?;
    let today = Today::of(&trust)?;
    let mut past = Vec::new();
    let counts = recheck(archive, gates, span, &today, &mut |one| {
        if past.len() < MAX_LISTED {
            past.push(one.clone());
        }
        true
    })?;
    Ok(Again { counts, past })
}

/// The page, whose first language is this one.
pub(crate) fn html(report: &Report<'_>, first: Language) -> String {
    let mut languages = [Language::English, Language::SimplifiedChinese];
    languages.sort_by_key(|language| *language != first);
    let catalogs = languages.map(|language| Catalog::new(language, TEXTS));
    page::write(&catalogs, |page, catalog| sections::write(page, report, catalog))
}

/// Says it where it was asked; `check` is the command that checks the evidence again from here.
fn tell(report: &Report<'_>, check: Option<&str>, args: &ReportArgs, session: &Session) -> std::io::Result<()> {
    let mut out = Output::stdout();
    let examined = report.examined;
    let names = Names::of(&examined.gates);
    let (catalog, totals) = (&session.catalog, &report.numbers.totals);
    let not_listed: u64 = examined.not_listed.iter().map(|(_, count)| count).sum();
    if session.json {
        for finding in &examined.findings {
            writeln!(out, "{}", json_line(&json(finding, &names)))?;
        }
        let summary = serde_json::json!({
            "type": "report",
            "from": clock::format_time(examined.span.from as i64),
            "until": clock::format_time(examined.span.until as i64),
            "gates": examined.gates.len(),
            "events": totals.events,
            "admit": totals.outcomes[0],
            "refer": totals.outcomes[1],
            "refuse": totals.outcomes[2],
            "findings": examined.findings.len(),
            "not_listed": not_listed,
            "operators_not_listed": examined.more_by_hand.iter().map(|(gate, entries)| {
                serde_json::json!({ "gate": names.name(*gate), "entries": entries })
            }).collect::<Vec<_>>(),
            "out": args.out.as_ref().map(|path| path.display().to_string()),
            "check": check,
        });
        writeln!(out, "{}", json_line(&summary))?;
        return out.flush();
    }
    let heading = |id: &str| catalog.text(&format!("report-{id}"), &[]);
    let mut table = Table::new([
        (heading("severity"), Align::Whole),
        (heading("finding"), Align::Whole),
        (heading("what"), Align::Left),
    ]);
    for finding in examined.findings.iter().take(MAX_ROWS) {
        table.row([
            catalog.text(&format!("severity-{}", finding.kind.severity().as_str()), &[]),
            catalog.text(&format!("finding-{}", finding.kind.as_str()), &[]),
            text(finding, &names, catalog),
        ]);
    }
    if !table.is_empty() {
        write!(out, "{}", table.render(Some(columns()), Colors::stdout(session.color)))?;
    }
    let more = examined.findings.len().saturating_sub(MAX_ROWS) as u64 + not_listed;
    if more > 0 {
        writeln!(out, "{}", catalog.text("report-more", &[("more", more.into())]))?;
    }
    if let Some(more) = sections::more_by_hand(&examined.more_by_hand, &names, catalog) {
        writeln!(out, "{}", printable(&more))?;
    }
    let summary = [
        ("gates", examined.gates.len().into()),
        ("events", totals.events.into()),
        ("findings", examined.findings.len().into()),
    ];
    writeln!(out, "{}", catalog.text("report-summary", &summary))?;
    if let Some(path) = &args.out {
        let path = [("path", path.display().to_string().into())];
        writeln!(out, "{}", catalog.text("report-written", &path))?;
    }
    if let Some(command) = check {
        let command = [("command", command.to_owned().into())];
        writeln!(out, "{}", catalog.text("report-check", &command))?;
    }
    out.flush()
}

#[cfg(test)]
mod tests;
