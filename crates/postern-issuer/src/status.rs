//! `status`: what the issuer says today of its codes. A register notes it, with who, when and why; a separate step signs it
//! off and publishes it.
//!
//! ```text
//! ledgers, people or places -> changes -> register          set, import
//! register -> list, delta -> signed -> outbox -> repository  publish
//! ```

mod args;
mod difference;
mod error;
mod import;
mod ledgers;
mod not_valid;
pub(crate) mod outbox;
mod publish;
mod register;
mod reject;
mod set;
mod sheet;
mod show;
pub(crate) mod signing;

use std::io::Write;

use postern_cli::Session;
use postern_cli::messages::FluentValue;
use postern_core::status::Status;

pub use error::StatusError;
pub use sheet::{Field, HeaderFault};

pub(crate) use args::{ColumnCommand, ColumnImportArgs, ColumnPublishArgs, ColumnSetArgs, StatusCommand};
pub(crate) use ledgers::{Ledgers, in_force};
pub(crate) use not_valid::NotValid;
pub(crate) use register::{Batch, Command, Hours, Outgoing, Published, Register, Taken};
pub(crate) use reject::{Reason, Reject, tell as tell_rejects};
pub(crate) use sheet::{Line, Sheet, Whose};

use args::RegisterArgs;

use crate::error::IssuerError;

/// People that are looked up in the ledgers at once.
pub(crate) const PIECE: usize = if cfg!(test) { 4 } else { 1 << 20 };

pub(crate) fn run(command: &StatusCommand, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    match command {
        StatusCommand::Set(args) => set::run(args, session, out),
        StatusCommand::Import(args) => import::run(args, session, out),
        StatusCommand::Show(args) => show::run(args, session, out),
        StatusCommand::Publish(args) => publish::run(args, session, out),
    }
}

/// Opens the register, or makes it, once it is seen that it is of these ledgers.
pub(crate) fn open(args: &RegisterArgs, session: &Session) -> Result<(Register, Ledgers), IssuerError> {
    let ledgers = Ledgers::open(&args.ledger, session)?;
    let new = match (&args.list, &args.issuer) {
        (Some(list), Some(issuer)) => Some(ledgers.meta(list, issuer.as_str(), args.limit)?),
        _ => None,
    };
    if let Some(new) = &new {
        ledgers.must_be_of(new, &args.register)?;
    }
    let mut register = Register::open(&args.register, new.as_ref())?;
    ledgers.must_be_of(register.meta(), register.path())?;
    register.note_ledgers(&ledgers.codes())?;
    Ok((register, ledgers))
}

/// A status in the words of the session.
pub(crate) fn word(status: Status, session: &Session) -> String {
    session.catalog.text(&format!("status-{status}"), &[])
}

/// Says something on standard error that a person should know. Where nobody listens, nothing is said.
pub(crate) fn say(session: &Session, message: &str, args: &[(&str, FluentValue<'_>)]) {
    let message = session.catalog.text(message, args);
    let message = postern_cli::terminal::printable_lines(&message);
    let _unheard = writeln!(std::io::stderr(), "{message}");
}
