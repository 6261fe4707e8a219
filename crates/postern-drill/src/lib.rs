//! Rehearses an outage with the real parts: the programs of the issuer, the gate and the auditor, each in a process of its own.
//!
//! The drill plays them by starting itself again: `postern-drill issuer …` is `postern-issuer …`, and likewise for the
//! verifier and the auditor. So one executable is enough, and what is rehearsed is what is used.

mod cli;
mod error;
mod lab;
pub mod people;
mod player;
mod rehearsal;
mod samples;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use postern_cli::output::Output;
use postern_cli::{Session, Texts, clock};
use postern_core::time::Time;

use cli::{Cli, Command, PeopleArgs, SharedArgs};
use error::DrillError;

/// The texts of this program.
pub const TEXTS: Texts = Texts {
    en: include_str!("../i18n/en.ftl"),
    zh: include_str!("../i18n/zh-CN.ftl"),
};

/// Runs the program on its arguments, its name first.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let played = args.get(1).and_then(|part| part.to_str());
    let as_program = |name: &str| {
        std::iter::once(name.into())
            .chain(args.iter().skip(2).cloned())
            .collect()
    };
    match played {
        Some("auditor") => postern_auditor::main(as_program("postern-auditor")),
        Some("issuer") => postern_issuer::main(as_program("postern-issuer")),
        Some("verifier") => {
            let own = postern_verifier::Program::own(args.first());
            let program = postern_verifier::Program {
                prefix_args: vec!["verifier".into()],
                ..own
            };
            postern_verifier::main_with(as_program("postern-verifier"), program)
        }
        _ => postern_cli::run(args, TEXTS, run),
    }
}

fn run(cli: Cli, session: &Session) -> Result<u8, DrillError> {
    match &cli.command {
        None => rehearsal::run(&cli.shared, &cli.story, session),
        Some(Command::Lab(args)) => {
            let now = Time::saturating(clock::now());
            lab::Lab::build(&args.dir, &cli.shared.size, lab::Hours::ORDINARY, now, session)?;
            let mut out = Output::stdout();
            let text = session
                .catalog
                .text("lab-ready", &[("dir", args.dir.display().to_string().into())]);
            writeln!(out, "{text}")
                .and_then(|()| out.flush())
                .map_err(DrillError::Output)?;
            Ok(0)
        }
        Some(Command::People(args)) => write_people(args, &cli.shared).map(|()| 0),
    }
}

fn write_people(args: &PeopleArgs, shared: &SharedArgs) -> Result<(), DrillError> {
    let at = Time::saturating(args.at.unwrap_or_else(clock::now));
    let people = people::People::new(shared.size.seed, args.count, at).map_err(DrillError::People)?;
    let mut out: Box<dyn Write> = match &shared.out {
        None => Box::new(Output::stdout()),
        Some(path) => Box::new(lab::create_new(path)?),
    };
    people::write_csv_with_faults(&people, args.faults, &mut out)
        .and_then(|_| out.flush())
        .map_err(DrillError::Output)
}

/// A folder that is not there yet: `name`, else `name-2` and so on.
fn unused(name: &str) -> PathBuf {
    let mut path = PathBuf::from(name);
    for n in 2.. {
        if !path.exists() {
            break;
        }
        path = PathBuf::from(format!("{name}-{n}"));
    }
    path
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
        }
    }
}
