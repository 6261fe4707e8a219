//! `ledger`: the desk that answers citizens, and the lists that other jobs take from ledgers.
//!
//! Ledgers are only read here, also while a mint writes to them, and no key is needed: only the tag of a document takes one.

mod args;
mod export;
mod find;
mod show;
mod words;

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use postern_cli::Session;
use postern_cli::messages::FluentValue;
use postern_cli::terminal::printable_lines;

pub(crate) use args::LedgerCommand;
pub(crate) use export::of_one_issuer;
pub(crate) use find::ids_of_document;

use crate::error::IssuerError;
use crate::mint::ledger::{LedgerError, Reader, Summary};

pub(crate) fn run(command: &LedgerCommand, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    match command {
        LedgerCommand::Show(args) => show::run(args, session, out),
        LedgerCommand::Find(args) => find::run(args, session, out),
        LedgerCommand::Export(args) => export::run(args, session, out),
    }
}

/// A ledger that is open on the desk. One is open at a time: a city may have thousands.
struct Opened<'p> {
    path: &'p Path,
    reader: Reader,
    summary: Summary,
}

impl<'p> Opened<'p> {
    /// Opens a ledger, with its newest `runs` runs.
    fn new(path: &'p Path, runs: usize) -> Result<Self, LedgerError> {
        let reader = Reader::open(path)?;
        let summary = reader.summary(runs)?;
        Ok(Self { path, reader, summary })
    }
}

/// The ledgers, each once however often and in whatever way it was named.
fn distinct(paths: &[PathBuf]) -> Vec<&Path> {
    let mut seen = HashSet::new();
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let paths = paths.iter().map(PathBuf::as_path);
    paths.filter(|path| seen.insert(real(path))).collect()
}

/// Says something on standard error that a person should know. Where nobody listens, nothing is said.
fn say(session: &Session, message: &str, args: &[(&str, FluentValue<'_>)]) {
    let message = session.catalog.text(message, args);
    let _unheard = writeln!(std::io::stderr(), "{}", printable_lines(&message));
}
