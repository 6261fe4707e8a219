//! The issuer's program: keys, ceremonies, the repository and minting.
//!
//! It is a library so that the drill can play it in a process of its own; `main.rs` is one call.

mod ceremony;
mod cli;
mod column;
mod desk;
mod emergency;
mod error;
mod gate;
mod key;
pub mod mint;
mod pack_source;
mod render;
mod repository;
mod status;
mod token;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use postern_cli::output::Output;
use postern_cli::{Session, Texts};

pub use error::IssuerError;
pub use gate::GateError;
pub use repository::Repository;
pub use status::{Field, HeaderFault, StatusError};
pub use token::TokenFault;

use cli::{Cli, Command};

/// The texts of this program.
pub const TEXTS: Texts = Texts {
    en: concat!(
        include_str!("../i18n/en.ftl"),
        "\n",
        include_str!("../i18n/gate.en.ftl"),
        "\n",
        include_str!("../i18n/ledger.en.ftl"),
        "\n",
        include_str!("../i18n/mint.en.ftl"),
        "\n",
        include_str!("../i18n/status.en.ftl"),
        "\n",
        include_str!("../i18n/token.en.ftl"),
        "\n",
        include_str!("../i18n/cards.en.ftl")
    ),
    zh: concat!(
        include_str!("../i18n/zh-CN.ftl"),
        "\n",
        include_str!("../i18n/gate.zh-CN.ftl"),
        "\n",
        include_str!("../i18n/ledger.zh-CN.ftl"),
        "\n",
        include_str!("../i18n/mint.zh-CN.ftl"),
        "\n",
        include_str!("../i18n/status.zh-CN.ftl"),
        "\n",
        include_str!("../i18n/token.zh-CN.ftl"),
        "\n",
        include_str!("../i18n/cards.zh-CN.ftl")
    ),
};

/// Runs the program on its arguments, its name first.
pub fn main(args: Vec<OsString>) -> ExitCode {
    postern_cli::run(args, TEXTS, run)
}

fn run(cli: Cli, session: &Session) -> Result<u8, IssuerError> {
    let mut out = Output::stdout();
    match &cli.command {
        Command::Key(command) => key::run(command, session, &mut out)?,
        Command::Root(command) => ceremony::root(command, session, &mut out)?,
        Command::Pack(command) => ceremony::pack(command, session, &mut out)?,
        Command::Snapshot(command) => ceremony::snapshot(command, session, &mut out)?,
        Command::Gate(command) => gate::run(command, session, &mut out)?,
        Command::Bundle(args) => repository::bundle(args, session, &mut out)?,
        Command::Ledger(command) => desk::run(command, session, &mut out)?,
        Command::Mint(args) => return Ok(mint::run(args, session, &mut out)?),
        Command::Renew(args) => return Ok(mint::renew(args, session, &mut out)?),
        Command::Replace(args) => return Ok(mint::replace(args, session, &mut out)?),
        Command::Status(command) => return status::run(command, session, &mut out),
        Command::Column(command) => return column::run(command, session, &mut out),
    }
    out.flush().map_err(IssuerError::Output)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use postern_cli::{Catalog, Language, help, messages};

    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        assert_eq!(messages::check(TEXTS.en, TEXTS.zh), Vec::<String>::new());
        for language in [Language::English, Language::SimplifiedChinese] {
            let catalog = Catalog::new(language, TEXTS);
            assert_eq!(help::missing(&Cli::command(), &catalog), Vec::<String>::new());
            for reason in postern_core::trust::TrustError::REASONS {
                assert!(catalog.has(&format!("error-{reason}")), "{reason}");
            }
            for reason in GateError::REASONS {
                assert!(catalog.has(&format!("error-{reason}")), "{reason}");
            }
        }
    }
}
