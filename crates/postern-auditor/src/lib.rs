//! The auditor's program: the logs of every gate in one archive, proven, searched and judged again.
//!
//! ```text
//! drop box -> ingest (signature, age, tree, events) -> archive -> verify, query, export, report, recheck
//!                                                        |
//!                                                        +-----> receipts -> drop box -> gates
//! ```
//!
//! It is a library so that the drill can play it in a process of its own; `main.rs` is one call.

mod archive;
mod cli;
mod enrol;
mod error;
mod evidence;
mod export;
mod findings;
mod ingest;
mod init;
mod office;
mod query;
mod receipts;
mod recheck;
mod report;
mod serve;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use postern_cli::{Session, Texts};

use cli::{Cli, Command};
use error::Error;

/// The texts of this program.
pub const TEXTS: Texts = Texts {
    en: concat!(
        include_str!("../i18n/en.ftl"),
        "\n",
        include_str!("../i18n/report.en.ftl")
    ),
    zh: concat!(
        include_str!("../i18n/zh-CN.ftl"),
        "\n",
        include_str!("../i18n/report.zh-CN.ftl")
    ),
};

/// Runs the program on its arguments, its name first.
pub fn main(args: Vec<OsString>) -> ExitCode {
    postern_cli::run(args, TEXTS, run)
}

fn run(cli: Cli, session: &Session) -> Result<u8, Error> {
    match &cli.command {
        Command::Init(args) => init::run(args, session),
        Command::Enrol(args) => enrol::run(args, session),
        Command::Ingest(args) => ingest::run(args, session),
        Command::Receipts(args) => receipts::run(args, session),
        Command::Verify(args) => verify::run(args, session),
        Command::Serve(args) => serve::run(args, session),
        Command::Query(args) => query::run(args, session),
        Command::Export(args) => export::run(args, session),
        Command::Recheck(args) => recheck::run(args, session),
        Command::Report(args) => report::run(args, session),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use postern_cli::{Catalog, Language, help, messages};
    use postern_core::keyfile::KeyFileError;
    use postern_seal::SealError;

    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages() {
        assert_eq!(messages::check(TEXTS.en, TEXTS.zh), Vec::<String>::new());
        for language in [Language::English, Language::SimplifiedChinese] {
            let catalog = Catalog::new(language, TEXTS);
            assert_eq!(help::missing(&Cli::command(), &catalog), Vec::<String>::new());
            for reason in SealError::REASONS {
                assert!(catalog.has(&format!("error-{reason}")), "{reason}");
            }
            assert!(catalog.has(&format!("error-{}", KeyFileError::WrongPassphrase.reason())));
        }
    }
}
