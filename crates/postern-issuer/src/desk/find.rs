//! `ledger find`: all codes of a person, in all ledgers of a city.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use memchr::memmem::Finder;
use postern_cli::secret::PassphraseSource;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, json_line};
use postern_cli::{Session, clock};
use postern_core::code::{Claims, ParsedCode};
use postern_core::record::DocumentTag;
use postern_core::tag::Document;
use postern_core::time::Time;
use serde_json::json;

use super::args::FindArgs;
use super::words::Answer;
use super::{Opened, distinct, say};
use crate::error::IssuerError;
use crate::mint::ledger::LedgerError;

/// So many people are shown, where not all are asked for.
const PEOPLE: usize = 100;

pub(super) fn run(args: &FindArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let wanted = Wanted::new(args, session)?;
    let at = Time::saturating(args.at.unwrap_or_else(clock::now));
    let paths = distinct(&args.ledgers);
    let (mut people, mut codes, mut more, mut damaged) = (0, 0, 0, 0);
    for path in &paths {
        let ledger = Opened::new(path, 0)?;
        if wanted.reads_all() {
            let path = ("path", path.display().to_string().into());
            say(
                session,
                "ledger-reading-all",
                &[path, ("codes", ledger.summary.codes.into())],
            );
        }
        let limit = if args.all {
            usize::MAX
        } else {
            PEOPLE.saturating_sub(people)
        };
        let matches = wanted.people(&ledger, limit)?;
        more += matches.more;
        damaged += matches.damaged;
        // So that the answers in memory are bounded, also where all are asked for.
        for ids in matches.ids.chunks(PEOPLE) {
            let found = ledger.reader.of_ids(ids)?;
            let known = found.chunk_by(|a, b| a.entry.id.eq_ignore_ascii_case(&b.entry.id));
            people += known.count();
            for found in &found {
                let answer = Answer::new(&ledger, found, at)?;
                tell(&answer, codes > 0, args.text, session, out).map_err(IssuerError::Output)?;
                codes += 1;
            }
        }
    }
    if damaged > 0 {
        say(session, "ledger-damaged", &[("codes", damaged.into())]);
    }
    if codes == 0 {
        return Err(IssuerError::LedgerNothingFound(paths.len()));
    }
    if session.json {
        let summary = json!({ "summary": { "people": people, "codes": codes, "more": more, "damaged": damaged } });
        return writeln!(out, "{}", json_line(&summary)).map_err(IssuerError::Output);
    }
    if more > 0 {
        let shown = ("people", people.into());
        say(session, "ledger-more", &[shown, ("codes", more.into())]);
    }
    Ok(())
}

/// The registration numbers of the people in these ledgers whose codes are bound to a document: its kind, country and
/// number. Every code is read.
pub(crate) fn ids_of_document(
    ledgers: &[PathBuf],
    document: &[String],
    tag_key: &Path,
    passphrase: &PassphraseSource,
    session: &Session,
) -> Result<Vec<String>, IssuerError> {
    let wanted = Wanted::of_document(document, tag_key, passphrase, session)?;
    let mut ids = Vec::new();
    for path in distinct(ledgers) {
        let ledger = Opened::new(path, 0)?;
        ids.extend(wanted.people(&ledger, usize::MAX)?.ids);
    }
    match ids.is_empty() {
        true => Err(IssuerError::LedgerNothingFound(ledgers.len())),
        false => Ok(ids),
    }
}

/// Whom somebody looks for.
enum Wanted {
    Id(String),
    Index(u32),
    /// In lower case.
    Name(String),
    Tag(DocumentTag),
}

/// The people of one ledger whose codes are to be shown.
#[derive(Default)]
struct Matches {
    ids: Vec<String>,
    /// Codes of further people.
    more: u64,
    /// Codes that cannot be read, and so were not looked at.
    damaged: u64,
}

impl Wanted {
    fn new(args: &FindArgs, session: &Session) -> Result<Self, IssuerError> {
        let whom = &args.whom;
        if let (Some(document), Some(key)) = (&whom.document, &args.tag_key) {
            return Self::of_document(document, key, &args.passphrase, session);
        }
        Ok(match (&whom.id, whom.index, &whom.name) {
            (Some(id), _, _) => Self::Id(id.clone()),
            (_, Some(index), _) => Self::Index(index),
            (_, _, name) => {
                let name = name
                    .as_ref()
                    .expect("clap asks for one of the four, and for a key with a document");
                Self::Name(name.to_lowercase())
            }
        })
    }

    fn of_document(
        document: &[String],
        tag_key: &Path,
        passphrase: &PassphraseSource,
        session: &Session,
    ) -> Result<Self, IssuerError> {
        let [kind, country, number] = document else {
            unreachable!("clap asks for three parts of a document")
        };
        let document = Document::new(kind, &country.to_ascii_uppercase(), number);
        let document = document.map_err(IssuerError::BadDocument)?;
        let key = crate::key::open_tag(tag_key, passphrase, session)?;
        Ok(Self::Tag(key.tag(&document)))
    }

    /// Whether every code of a ledger is decoded.
    fn reads_all(&self) -> bool {
        matches!(self, Self::Name(_) | Self::Tag(_))
    }

    /// At most `limit` people of a ledger, the one with the oldest code first.
    fn people(&self, ledger: &Opened<'_>, limit: usize) -> Result<Matches, LedgerError> {
        let ids = match self {
            Self::Id(id) => vec![id.clone()],
            Self::Index(index) => {
                let found = ledger.reader.of_index(*index)?;
                found.into_iter().map(|found| found.entry.id).collect()
            }
            Self::Name(name) => {
                let is = |claims: &Claims| {
                    let holder = claims.record.holder.name.as_ref();
                    holder.is_some_and(|holder| holder.as_str().to_lowercase().contains(name))
                };
                return scan(ledger, limit, |_| true, is);
            }
            Self::Tag(tag) => {
                // The nine bytes stand in a code as they are.
                let finder = Finder::new(&tag.0.0);
                let is = |claims: &Claims| claims.record.holder.tag == Some(*tag);
                return scan(ledger, limit, |code| finder.find(code).is_some(), is);
            }
        };
        Ok(Matches {
            ids,
            ..Matches::default()
        })
    }
}

/// The people of whose codes one is the wanted one. What `may` denies at a glance is not decoded.
fn scan(
    ledger: &Opened<'_>,
    limit: usize,
    may: impl Fn(&[u8]) -> bool,
    is: impl Fn(&Claims) -> bool,
) -> Result<Matches, LedgerError> {
    let mut matches = Matches::default();
    let mut seen = HashSet::new();
    ledger.reader.each_code(|id, code| {
        if !may(code) {
            return;
        }
        match ParsedCode::from_bytes(code) {
            Err(_) => matches.damaged += 1,
            Ok(code) if !is(code.danger_unverified_claims()) || seen.contains(&id.to_ascii_lowercase()) => {}
            Ok(_) if seen.len() >= limit => matches.more += 1,
            Ok(_) => {
                seen.insert(id.to_ascii_lowercase());
                matches.ids.push(id.to_owned());
            }
        }
    })?;
    Ok(matches)
}

fn tell(answer: &Answer<'_>, apart: bool, text: bool, session: &Session, out: &mut dyn Write) -> io::Result<()> {
    if session.json {
        return writeln!(out, "{}", json_line(&answer.json(text)));
    }
    if apart {
        writeln!(out)?;
    }
    let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
    for (label, value) in answer.words(&session.catalog) {
        table.row([label, value]);
    }
    out.write_all(table.render(None, Colors::stdout(session.color)).as_bytes())?;
    if text {
        // On a line of its own, to be copied whole: spaces belong to it.
        writeln!(out, "{}", answer.found.entry.text())?;
    }
    Ok(())
}
