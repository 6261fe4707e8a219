//! The gate: from a text or a picture to a verdict that is on the disk before anybody sees it.
//!
//! ```text
//! picture -> text \
//!            text  -> Gate::judge -> Judged -> logged::append -> LoggedVerdict -> shown
//! scanner -> text /
//! ```
//!
//! The order is a matter of types: a `Judged` shows nothing, only what came back from the log can be shown.
//! Judging opens no socket and looks up no name; only `update` and `sync` do, where they are given a server. Pictures are
//! read in a child process that holds no store and no key. `docs/VERDICTS.md` has the words, the exit statuses and the JSON.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use postern_cli::{Session, Texts};

use cli::{Cli, Command, ConfigCommand, ScannerCommand};
use error::Error;

mod check;
mod cli;
mod config;
mod confirm;
mod demo;
mod desk;
mod door;
mod enrol;
mod error;
mod fault;
mod fingerprint;
mod init;
mod input;
mod judged;
mod lines;
mod log;
mod pictures;
mod read;
mod scanner;
mod shown;
mod source;
mod status;
mod store;
mod sync;
mod time;
mod update;

/// The texts of this program.
pub const TEXTS: Texts = Texts {
    en: include_str!("../i18n/en.ftl"),
    zh: include_str!("../i18n/zh-CN.ftl"),
};

/// How to start this program again: it is its own child for reading pictures.
#[derive(Clone, Debug)]
pub struct Program {
    /// The executable.
    pub exe: PathBuf,
    /// What stands before this program's own arguments, where it is a part of another program.
    pub prefix_args: Vec<OsString>,
}

impl Program {
    /// The executable that is running, which must be this program. Where the system does not tell, `name`: the first
    /// of the arguments.
    pub fn own(name: Option<&OsString>) -> Self {
        let named = || PathBuf::from(name.cloned().unwrap_or_default());
        Self {
            exe: std::env::current_exe().unwrap_or_else(|_| named()),
            prefix_args: Vec::new(),
        }
    }
}

/// Runs the program on its arguments, its name first.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let program = Program::own(args.first());
    main_with(args, program)
}

/// As [`main`], within another program that says how to start this one.
pub fn main_with(args: Vec<OsString>, program: Program) -> ExitCode {
    postern_cli::run(args, TEXTS, |cli, session| work(cli, session, &program))
}

fn work(cli: Cli, session: &Session, program: &Program) -> Result<u8, Error> {
    match cli.command {
        Command::Init(args) => init::run(&args, session),
        Command::Enrol(args) => enrol::run(&args, session),
        Command::Update(args) => update::run(&args, session),
        Command::Check(args) => check::run(&args, session, program),
        Command::Config(ConfigCommand::Check(args)) => config::check(&args, session),
        Command::Config(ConfigCommand::Show(args)) => config::show(&args, session),
        Command::Scan(args) => door::run(&args, session, program),
        Command::Scanner(ScannerCommand::Calibrate(args)) => scanner::calibrate(&args, session),
        Command::Status(args) => status::run(&args, session),
        Command::Log(command) => log::run(&command, session),
        Command::Sync(args) => sync::run(&args, session),
        Command::Read(args) => read::run(&args, session, program),
        Command::Reader => Ok(pictures::serve()),
    }
}

#[cfg(test)]
mod tests;
