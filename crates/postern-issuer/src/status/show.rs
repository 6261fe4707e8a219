//! `status show`: how many codes have which status and what is not published yet, or all that was ever said of one code.

use std::io::{self, Write};

use postern_cli::Session;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, json_line};
use postern_core::status::{HOUR, Status};
use postern_core::time::Time;
use serde_json::{Value, json};

use super::args::ShowArgs;
use super::register::{BatchShown, Cleared, Entry, Published, Register};
use super::{Ledgers, word};
use crate::error::IssuerError;

/// How many of the newest batches are shown.
const BATCHES: u32 = 20;

pub(super) fn run(args: &ShowArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let register = Register::read(&args.register)?;
    let published = register.newest_published(None)?;
    let places = places(args, &register, session)?;
    let shown = match places {
        None => {
            let batches = match args.history {
                true => register.batches(BATCHES)?,
                false => Vec::new(),
            };
            let overview = Overview {
                codes: register.codes()?,
                limit: register.limit()?,
                counts: register.counts()?,
                pending: register.pending(published.as_ref().map_or(0, |published| published.upto))?,
                register: &register,
                published,
                batches,
            };
            overview.tell(session, out)
        }
        Some(places) => {
            let mut codes = Vec::new();
            for index in places {
                codes.push(Code::new(index, &register, published.as_ref())?);
            }
            codes.iter().try_for_each(|code| code.tell(args.history, session, out))
        }
    };
    shown.and_then(|()| out.flush()).map_err(IssuerError::Output)?;
    Ok(0)
}

/// The places that are asked for; `None` where none is.
fn places(args: &ShowArgs, register: &Register, session: &Session) -> Result<Option<Vec<u32>>, IssuerError> {
    if let Some(index) = args.index {
        return Ok(Some(vec![index]));
    }
    let Some(id) = &args.id else { return Ok(None) };
    let ledgers = Ledgers::open(&args.ledger, session)?;
    ledgers.must_be_of(register.meta(), register.path())?;
    let mut places = Vec::new();
    ledgers.held(&[id.as_str()], |_, codes| {
        places.extend(codes.iter().map(|code| code.index))
    })?;
    match places.is_empty() {
        true => Err(IssuerError::LedgerNothingFound(args.ledger.len())),
        false => Ok(Some(places)),
    }
}

/// A register in numbers.
struct Overview<'r> {
    register: &'r Register,
    codes: u64,
    limit: u64,
    counts: [u64; 4],
    pending: [u64; 4],
    published: Option<Published>,
    batches: Vec<BatchShown>,
}

impl Overview<'_> {
    fn tell(&self, session: &Session, out: &mut dyn Write) -> io::Result<()> {
        if session.json {
            return writeln!(out, "{}", json_line(&self.json()));
        }
        let text = |id: &str| session.catalog.text(id, &[]);
        let colors = Colors::stdout(session.color);
        let meta = self.register.meta();
        let published = match &self.published {
            None => text("status-never"),
            Some(Published {
                version, issued, by, ..
            }) => {
                let by = by.as_ref().map_or_else(String::new, |by| format!(", {by}"));
                format!("{version}, {issued}{by}")
            }
        };
        let mut facts = Table::new([("", Align::Left), ("", Align::Left)]);
        for (label, value) in [
            ("status-label-list", meta.list.to_string()),
            ("status-label-issuer", meta.issuer.clone()),
            ("status-label-places", meta.places.to_string()),
            ("status-label-codes", self.codes.to_string()),
            ("status-label-limit", self.limit.to_string()),
            ("status-label-published", published),
        ] {
            facts.row([text(label), value]);
        }
        writeln!(out, "{}", facts.render(None, colors))?;
        let headings = [
            ("status-heading-status", Align::Left),
            ("status-heading-codes", Align::Right),
            ("status-heading-pending", Align::Right),
        ];
        let mut table = Table::new(headings.map(|(id, align)| (text(id), align)));
        for status in Status::ALL {
            let at = status as usize;
            table.row([
                word(status, session),
                self.counts[at].to_string(),
                self.pending[at].to_string(),
            ]);
        }
        out.write_all(table.render(None, colors).as_bytes())?;
        if self.batches.is_empty() {
            return Ok(());
        }
        let headings = [
            ("status-heading-batch", Align::Right),
            ("status-heading-command", Align::Left),
            ("status-heading-at", Align::Left),
            ("status-heading-by", Align::Left),
            ("status-heading-changed", Align::Right),
            ("status-heading-rejected", Align::Right),
            ("status-heading-file", Align::Left),
        ];
        let mut table = Table::new(headings.map(|(id, align)| (text(id), align)));
        for batch in &self.batches {
            table.row([
                batch.number.to_string(),
                batch.column.clone().unwrap_or_else(|| batch.command.clone()),
                batch.at.to_string(),
                batch.by.clone(),
                batch.taken.changed.to_string(),
                batch.rejected.to_string(),
                batch.file.clone().unwrap_or_default(),
            ]);
        }
        write!(out, "\n{}", table.render(None, colors))
    }

    fn json(&self) -> Value {
        let meta = self.register.meta();
        let by_name = |counts: &[u64; 4]| -> serde_json::Map<_, _> {
            let named = Status::ALL.into_iter().zip(counts);
            named
                .map(|(status, count)| (status.as_str().to_owned(), json!(count)))
                .collect()
        };
        let published = self.published.as_ref().map(|published| {
            json!({
                "version": published.version, "issued": published.issued.to_string(), "by": published.by,
                "at": published.at.to_string(), "content": postern_core::hex(&published.content),
            })
        });
        let batches = self.batches.iter().map(|batch| {
            json!({
                "number": batch.number, "command": batch.command, "at": batch.at.to_string(), "by": batch.by,
                "column": batch.column, "file": batch.file, "changed": batch.taken.changed,
                "unchanged": batch.taken.unchanged, "rejected": batch.rejected,
            })
        });
        json!({ "register": {
            "path": self.register.path().display().to_string(),
            "list": meta.list.as_str(),
            "issuer": meta.issuer,
            "root": postern_core::hex(&meta.authority),
            "places": meta.places,
            "codes": self.codes,
            "limit": self.limit,
            "published": published,
            "counts": by_name(&self.counts),
            "pending": by_name(&self.pending),
            "batches": batches.collect::<Vec<_>>(),
        }})
    }
}

/// One code: what it is now, what the published list says, and how it came to that.
struct Code {
    index: u32,
    status: Status,
    published: Status,
    history: Vec<Entry>,
    /// Tests that were taken back.
    cleared: Vec<Cleared>,
}

impl Code {
    fn new(index: u32, register: &Register, published: Option<&Published>) -> Result<Self, IssuerError> {
        let history = register.history(index)?;
        let upto = published.map_or(0, |published| published.upto);
        let in_list = history.iter().rev().find(|entry| entry.number <= upto);
        Ok(Self {
            index,
            status: register.status(index)?,
            published: in_list.map_or(Status::Valid, |entry| entry.status),
            history,
            cleared: register.cleared(index)?,
        })
    }

    fn tell(&self, history: bool, session: &Session, out: &mut dyn Write) -> io::Result<()> {
        let (history, cleared) = match history {
            true => (self.history.as_slice(), self.cleared.as_slice()),
            false => Default::default(),
        };
        let hour = |hour: u32| Time::saturating(i64::from(hour) * i64::from(HOUR)).to_string();
        if session.json {
            let told = history.iter().map(|entry| {
                json!({
                    "at": entry.at.to_string(), "by": entry.by, "was": entry.was.as_str(),
                    "status": entry.status.as_str(), "why": entry.why, "batch": entry.batch,
                    "command": entry.command, "file": entry.file,
                })
            });
            let cleared = cleared.iter().map(|cleared| {
                json!({
                    "at": cleared.at.to_string(), "by": cleared.by, "column": cleared.column,
                    "was": hour(cleared.hour), "why": cleared.why, "batch": cleared.batch,
                })
            });
            let line = json!({ "code": {
                "index": self.index, "status": self.status.as_str(), "published": self.published.as_str(),
                "history": told.collect::<Vec<_>>(), "cleared": cleared.collect::<Vec<_>>(),
            }});
            return writeln!(out, "{}", json_line(&line));
        }
        let message = match self.status == self.published {
            true => "status-code",
            false => "status-code-pending",
        };
        let args = [
            ("index", self.index.to_string().into()),
            ("status", word(self.status, session).into()),
            ("published", word(self.published, session).into()),
        ];
        writeln!(out, "{}", session.catalog.text(message, &args))?;
        let mut table = Table::new([("", Align::Left); 5]);
        for entry in history {
            let from = match &entry.file {
                Some(file) => format!("{} {file}", entry.command),
                None => entry.command.clone(),
            };
            let status = word(entry.status, session);
            table.row([
                format!("  {}", entry.at),
                status,
                entry.why.clone(),
                entry.by.clone(),
                from,
            ]);
        }
        for cleared in cleared {
            table.row([
                format!("  {}", cleared.at),
                format!("{} -{}", cleared.column, hour(cleared.hour)),
                cleared.why.clone(),
                cleared.by.clone(),
                "column-set".to_owned(),
            ]);
        }
        out.write_all(table.render(None, Colors::stdout(session.color)).as_bytes())
    }
}
