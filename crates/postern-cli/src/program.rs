//! The frame of a program: language, arguments, errors and exit status, so that `main` is one call.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::error::{Explain, Failure};
use crate::language::Language;
use crate::messages::{Catalog, Texts};
use crate::output::is_broken_pipe;
use crate::scan;
use crate::terminal::{ColorChoice, Colors};
use crate::usage::parse;

/// Runs a program on its arguments, the program's name first: chooses the language, parses, calls `body` and prints its error. The status is that
/// which `body` returns, [`Explain::exit`] of its error, 2 for a usage error, and 0 where the reader of standard output
/// has gone away. `examples/made-up.rs` is a whole program.
///
/// ```no_run
/// use postern_cli::{CommonArgs, Session, Texts, random::RandomError};
///
/// #[derive(clap::Parser)]
/// #[command(name = "made-up", version)]
/// struct Cli {
///     #[command(flatten)]
///     common: CommonArgs,
/// }
///
/// fn body(_cli: Cli, session: &Session) -> Result<u8, RandomError> {
///     let bytes = postern_cli::random::bytes::<16>()?;
///     eprintln!("{} {bytes:?}", session.catalog.text("drawn", &[]));
///     Ok(0)
/// }
///
/// fn main() -> std::process::ExitCode {
///     let texts = Texts { en: "cmd = Draw\ndrawn = drawn:\n", zh: "cmd = 抽取\ndrawn = 抽得：\n" };
///     postern_cli::run(std::env::args_os().collect(), texts, body)
/// }
/// ```
pub fn run<P, E>(args: Vec<OsString>, texts: Texts, body: impl FnOnce(P, &Session) -> Result<u8, E>) -> ExitCode
where
    P: Parser,
    E: Explain + 'static,
{
    let session = Session::new(&args, |name| std::env::var_os(name), texts);
    let parsed = match parse::<P>(&args, &session.catalog) {
        Ok(parsed) => parsed,
        Err(exit) => return exit.print(session.color, session.json),
    };
    match body(parsed, &session) {
        Ok(status) => ExitCode::from(status),
        Err(error) => session.fail(&error),
    }
}

/// The arguments that every program has, to `#[command(flatten)]`. They are global: they may stand behind a subcommand,
/// whose help lists them after its own.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct CommonArgs {
    /// Language of the texts. [`Language::choose`] has read it before clap does.
    #[arg(long, global = true, value_name = "LANG", display_order = 991)]
    pub lang: Option<String>,
    /// Write for programs: one JSON object a line.
    #[arg(long, global = true, display_order = 990)]
    pub json: bool,
    /// When to use colours.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        display_order = 992
    )]
    pub color: ColorChoice,
}

/// What is known before the arguments are parsed, so that usage errors respect it too.
pub struct Session {
    /// The program's texts in the language chosen.
    pub catalog: Catalog,
    /// True with `--json`.
    pub json: bool,
    /// The value of `--color`.
    pub color: ColorChoice,
}

impl Session {
    /// Reads `--lang`, `--json` and `--color` from the raw arguments, and the language's variables through `env`.
    pub fn new(args: &[OsString], env: impl Fn(&str) -> Option<OsString>, texts: Texts) -> Self {
        let color = scan::value(args, "--color").and_then(|name| ColorChoice::from_str(&name, false).ok());
        Self {
            catalog: Catalog::new(Language::choose(args, env), texts),
            json: scan::flag(args, "--json"),
            color: color.unwrap_or_default(),
        }
    }

    /// Prints an error and gives the status to end with. [`run`] does it for the error that `body` returns.
    pub fn fail<E: Explain + 'static>(&self, error: &E) -> ExitCode {
        if is_broken_pipe(error) {
            return ExitCode::SUCCESS;
        }
        let failure = Failure::new(error, &self.catalog);
        failure.print(&self.catalog, self.json, Colors::stderr(self.color));
        ExitCode::from(failure.exit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(args: &[&str], lang: &str) -> Session {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let env = |name: &str| (name == "LANG").then(|| OsString::from(lang));
        Session::new(&args, env, Texts { en: "", zh: "" })
    }

    #[test]
    fn a_session_is_known_before_parsing() {
        let here = session(
            &["p", "x", "--json", "--color=never", "--no-such-argument"],
            "zh_CN.UTF-8",
        );
        assert_eq!(here.catalog.language(), Language::SimplifiedChinese);
        assert!(here.json);
        assert_eq!(here.color, ColorChoice::Never);
    }

    #[test]
    fn an_unknown_colour_is_left_to_the_parser() {
        let here = session(&["p", "--color", "green"], "C");
        assert_eq!((here.color, here.json), (ColorChoice::Auto, false));
        assert_eq!(here.catalog.language(), Language::English);
    }
}
