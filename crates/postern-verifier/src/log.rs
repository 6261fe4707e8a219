//! `log`: what the gate has logged, whether it is all still there, and what leaves it.
//!
//! But for `prune` nothing here takes the lock of the log's writer: a `scan` beside it waits for none of it.

pub(crate) mod auditors;
mod export;
mod findings;
pub(crate) mod parts;
mod prune;
mod show;
mod verify;

use std::io::Write;

use postern_cli::Session;
use postern_cli::output::Output;
use postern_cli::terminal::json_line;
use postern_log::{LogError, Reader};
use serde_json::Value;

use crate::cli::LogCommand;
use crate::error::Error;

/// Runs one of the commands.
pub(crate) fn run(command: &LogCommand, session: &Session) -> Result<u8, Error> {
    match command {
        LogCommand::Verify(args) => verify::run(args, session),
        LogCommand::Show(args) => show::run(args, session),
        LogCommand::Export(args) => export::run(args, session),
        LogCommand::Prune(args) => prune::run(args, session),
    }
}

/// Looks at a log by the number of its first leaf, and once more where `log prune` dropped leaves under the look.
///
/// A look is several statements, and no transaction holds them together: one that is as long as an upload would keep SQLite
/// from tidying up behind the gate.
pub(crate) fn past_prune<T>(reader: &Reader, mut look: impl FnMut(u64) -> Result<T, LogError>) -> Result<T, LogError> {
    let first = reader.first()?;
    look(first).or_else(|error| match reader.first()? {
        later if later > first => look(later),
        _ => Err(error),
    })
}

/// Writes for a program or for a person.
pub(crate) fn tell(
    json: impl FnOnce() -> Value,
    text: impl FnOnce() -> String,
    session: &Session,
) -> Result<(), Error> {
    write(&match session.json {
        true => format!("{}\n", json_line(&json())),
        false => text(),
    })
}

fn write(text: &str) -> Result<(), Error> {
    let mut out = Output::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::Output)
}
