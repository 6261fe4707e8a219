//! `ledger export`: codes of ledgers as a list, for the status job and for statistics.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use postern_cli::Session;
use postern_cli::files::{FileAction, FileError, sync_folder};
use postern_cli::terminal::{json_line, printable};
use postern_core::time::Time;
use serde::Serialize;
use serde_json::json;
use tempfile::NamedTempFile;

use super::args::{ExportArgs, ListFormat, WhichName};
use super::{Opened, distinct, say};
use crate::error::IssuerError;
use crate::mint::ledger::{Found, LedgerError, Reader, Summary, Which};

pub(super) fn run(args: &ExportArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let which = which(args)?;
    let ledgers = of_one_issuer(&args.ledgers, session)?;
    if args.out == Path::new("-") {
        return list(&ledgers, which, args, out, IssuerError::Output).map(drop);
    }
    let mut file = NewFile::create(&args.out)?;
    let failed = |error| FileError::new(&args.out, FileAction::Write, error).into();
    let codes = list(&ledgers, which, args, &mut file.writer, failed)?;
    file.publish()?;
    let path = args.out.display().to_string();
    let told = if session.json {
        let summary = json!({ "summary": { "codes": codes, "out": path } });
        writeln!(out, "{}", json_line(&summary))
    } else {
        let args = [("codes", codes.into()), ("path", path.into())];
        let line = session.catalog.text("ledger-exported", &args);
        writeln!(out, "{}", printable(&line))
    };
    told.map_err(IssuerError::Output)
}

fn which(args: &ExportArgs) -> Result<Which, IssuerError> {
    match (args.which, args.expiring_by) {
        (WhichName::All, None) => Ok(Which::All),
        (WhichName::Current, None) => Ok(Which::Current),
        (WhichName::Invalid, None) => Ok(Which::Invalid),
        (WhichName::Expiring, Some(by)) => Ok(Which::ExpiringBy(Time::saturating(by))),
        _ => Err(IssuerError::LedgerExpiringBy),
    }
}

/// The ledgers, none of which is another issuer's: an index means nothing without its issuer. Says which shards are missing.
pub(crate) fn of_one_issuer<'p>(paths: &'p [PathBuf], session: &Session) -> Result<Vec<&'p Path>, IssuerError> {
    let paths = distinct(paths);
    let mut first: Option<Summary> = None;
    let (mut shards, mut of) = (BTreeSet::new(), 1);
    for path in &paths {
        let summary = Opened::new(path, 0)?.summary;
        let path = path.to_path_buf();
        let (owner, shard) = (&summary.owner, summary.shard);
        match &first {
            Some(first) if first.owner.authority != owner.authority => {
                return Err(LedgerError::OtherAuthority { path }.into());
            }
            Some(first) if first.owner.issuer != owner.issuer => {
                let owner = owner.issuer.clone();
                return Err(LedgerError::OtherIssuer { path, owner }.into());
            }
            // Their places overlap: what is true of an index in one is not in the other.
            Some(first)
                if (first.shard.of(), first.places, &first.order) != (shard.of(), summary.places, &summary.order) =>
            {
                return Err(LedgerError::OtherOrder { path }.into());
            }
            _ => {}
        }
        of = shard.of();
        shards.insert(shard.number());
        first.get_or_insert(summary);
    }
    let missing = usize::from(of).saturating_sub(shards.len());
    if missing > 0 {
        say(
            session,
            "ledger-shards-missing",
            &[("missing", missing.into()), ("of", of.into())],
        );
    }
    Ok(paths)
}

/// Writes the list, a code at a time, and tells how many codes it has.
fn list<W: Write>(
    ledgers: &[&Path],
    which: Which,
    args: &ExportArgs,
    into: W,
    failed: impl Fn(io::Error) -> IssuerError,
) -> Result<u64, IssuerError> {
    let mut list = List::new(args.format, args.text, into).map_err(&failed)?;
    let mut codes = 0;
    for path in ledgers {
        let reader = Reader::open(path)?;
        let mut stopped = Ok(());
        reader.each(which, |found| {
            stopped = Line::new(&reader, &found, args.text)
                .map_err(IssuerError::from)
                .and_then(|line| list.put(&line).map_err(&failed));
            codes += u64::from(stopped.is_ok());
            stopped.is_ok()
        })?;
        stopped?;
    }
    list.finish().map_err(&failed)?;
    Ok(codes)
}

/// A code of the list: the columns of the CSV, and the members of an object.
#[derive(Serialize)]
struct Line<'f> {
    id: &'f str,
    index: u32,
    issued: String,
    expires: String,
    minted: String,
    kid: String,
    replaced_by: Option<u32>,
    reason: Option<&'static str>,
    replaced_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl<'f> Line<'f> {
    fn new(reader: &Reader, found: &'f Found, text: bool) -> Result<Self, LedgerError> {
        let entry = &found.entry;
        let replaced_by = match found.replaced {
            Some(replaced) => reader.index(replaced.by)?,
            None => None,
        };
        Ok(Self {
            id: &entry.id,
            index: entry.index,
            issued: entry.issued.to_string(),
            expires: entry.expires.to_string(),
            minted: found.minted.to_string(),
            kid: found.kid.to_string(),
            replaced_by,
            reason: found.replaced.map(|replaced| replaced.reason.as_str()),
            replaced_at: found.replaced.map(|replaced| replaced.at.to_string()),
            text: text.then(|| entry.text()),
        })
    }
}

const COLUMNS: [&str; 10] = [
    "id",
    "index",
    "issued",
    "expires",
    "minted",
    "kid",
    "replaced_by",
    "reason",
    "replaced_at",
    "text",
];

enum List<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W),
}

impl<W: Write> List<W> {
    fn new(format: ListFormat, text: bool, into: W) -> io::Result<Self> {
        if format == ListFormat::Jsonl {
            return Ok(Self::Jsonl(into));
        }
        let mut writer = csv::WriterBuilder::new()
            .has_headers(false)
            .terminator(csv::Terminator::CRLF)
            .from_writer(into);
        // Also where no code follows.
        let columns = &COLUMNS[..COLUMNS.len() - usize::from(!text)];
        writer.write_record(columns).map_err(io_error)?;
        Ok(Self::Csv(Box::new(writer)))
    }

    fn put(&mut self, line: &Line<'_>) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.serialize(line).map_err(io_error),
            Self::Jsonl(into) => {
                serde_json::to_writer(&mut *into, line)?;
                into.write_all(b"\n")
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush(),
            Self::Jsonl(mut into) => into.flush(),
        }
    }
}

/// The error of the writer below: what it says of a reader that has gone away is to be seen.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

/// A file for its owner alone that has its name once it is whole. A file of that name stays as it is: it may be a ledger.
struct NewFile<'p> {
    path: &'p Path,
    writer: BufWriter<NamedTempFile>,
}

impl<'p> NewFile<'p> {
    fn create(path: &'p Path) -> Result<Self, FileError> {
        let failed = |error| FileError::new(path, FileAction::Create, error);
        // The rename at the end decides; this only spares the work.
        if path.symlink_metadata().is_ok() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".postern-").suffix(".tmp");
        let file = builder.tempfile_in(folder(path)).map_err(failed)?;
        Ok(Self {
            path,
            writer: BufWriter::new(file),
        })
    }

    fn publish(self) -> Result<(), FileError> {
        let failed = |error| FileError::new(self.path, FileAction::Write, error);
        let file = self.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        let named = file.persist_noclobber(self.path);
        named.map_err(|error| FileError::new(self.path, FileAction::Create, error.error))?;
        sync_folder(self.path)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
