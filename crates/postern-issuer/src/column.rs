//! `column`: what is known of each code besides its status, as of today. The first is the last negative test.
//!
//! ```text
//! tests -> people or places -> the newest hour of each place -> register   import
//! people or places -> register                                          set
//! register -> hours from an origin, a byte each -> signed -> repository    publish
//! ```

mod import;
mod publish;
mod set;

use std::io::Write;

use postern_cli::Session;

use crate::error::IssuerError;
use crate::status::ColumnCommand;

pub(crate) fn run(command: &ColumnCommand, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    match command {
        ColumnCommand::Import(args) => import::run(args, session, out),
        ColumnCommand::Set(args) => set::run(args, session, out),
        ColumnCommand::Publish(args) => publish::run(args, session, out),
    }
}
