//! Parsing of arguments, and its errors in two languages.

use std::error::Error as _;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::clock::TimeError;
use crate::error::{EXIT_USAGE, json_line};
use crate::help::localize;
use crate::language::Language;
use crate::messages::{Catalog, FluentValue};
use crate::terminal::{ColorChoice, Colors, Style, columns, printable, printable_lines};
use crate::wrap::wrap;

/// The reason of every usage error in JSON.
pub const USAGE_REASON: &str = "usage";

/// Parses the raw arguments (the program's name first) with help and errors in the catalogue's language.
///
/// # Errors
/// [`Exit`] where the program is to print something and end: help, version, a usage error.
pub fn parse<T: Parser>(args: &[OsString], catalog: &Catalog) -> Result<T, Exit> {
    let mut command = localize(T::command(), catalog);
    command
        .try_get_matches_from_mut(args)
        .and_then(|mut matches| T::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command)))
        .map_err(|error| Exit::new(&error, catalog, columns()))
}

/// A usage error for a person, with its label and the usage line: in English as clap words it, else localised.
pub fn usage_error(error: &Error, catalog: &Catalog) -> String {
    let text = if catalog.language() == Language::English {
        error.render().to_string()
    } else {
        format!("{}{}", catalog.text("label-error", &[]), localized(error, catalog))
    };
    printable_lines(&text).into_owned()
}

/// The end of a program that has not begun: what to print, where, and the exit status.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exit {
    code: u8,
    plain: String,
    styled: String,
    json: Option<String>,
}

impl Exit {
    /// Help and version end well; everything else is a usage error. Chinese help is broken to `columns`.
    fn new(error: &Error, catalog: &Catalog, columns: usize) -> Self {
        let help = matches!(
            error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::DisplayVersion
        );
        let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
        let json = error
            .use_stderr()
            .then(|| json_line(USAGE_REASON, &english_line(error)));
        let (plain, styled) = if help {
            let rendered = error.render();
            let finish = |text: String| match catalog.language() {
                Language::English => text,
                Language::SimplifiedChinese => wrap(&options_word(&text, catalog), columns),
            };
            (finish(rendered.to_string()), finish(rendered.ansi().to_string()))
        } else {
            let plain = usage_error(error, catalog);
            let label = catalog.text("label-error", &[]);
            let styled = match plain.strip_prefix(&label) {
                Some(rest) => format!("{}{rest}", Colors::ON.paint(Style::Bad, &label)),
                None => plain.clone(),
            };
            (plain, styled)
        };
        Self {
            code,
            plain,
            styled,
            json,
        }
    }

    /// The exit status: 0 for help and version, 2 for a usage error.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// What a person reads, without colours.
    pub fn text(&self) -> &str {
        &self.plain
    }

    /// What a program reads in the place of a usage error: one line of JSON, in English.
    pub fn json(&self) -> Option<&str> {
        self.json.as_deref()
    }

    /// Prints to standard output (help, version) or standard error (usage errors, as JSON where `json` is true). A
    /// reader that has gone away is not an error.
    pub fn print(&self, color: ColorChoice, json: bool) -> ExitCode {
        let text = |colors: Colors| if colors.enabled() { &self.styled } else { &self.plain };
        let _unheard = match &self.json {
            None => io::stdout().lock().write_all(text(Colors::stdout(color)).as_bytes()),
            Some(line) if json => writeln!(io::stderr().lock(), "{line}"),
            Some(_) => io::stderr().lock().write_all(text(Colors::stderr(color)).as_bytes()),
        };
        ExitCode::from(self.code)
    }
}

/// The first paragraph of clap's message as one line.
fn english_line(error: &Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a subcommand or an argument is required".to_owned();
    }
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or("");
    let words: Vec<&str> = first
        .strip_prefix("error: ")
        .unwrap_or(first)
        .split_whitespace()
        .collect();
    printable(&words.join(" ")).into_owned()
}

fn localized(error: &Error, catalog: &Catalog) -> String {
    let mut text = sentence(error, catalog);
    let mut line = |id: &str, name: &str, values: Option<String>| {
        if let Some(values) = values {
            text.push_str("\n  ");
            text.push_str(&catalog.text(id, &[(name, values.into())]));
        }
    };
    line("usage-valid", "values", context(error, ContextKind::ValidValue));
    line(
        "usage-valid-commands",
        "values",
        context(error, ContextKind::ValidSubcommand),
    );
    for kind in [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ] {
        line("usage-similar", "candidates", context(error, kind));
    }
    if let Some(usage) = context(error, ContextKind::Usage) {
        let usage = options_word(usage.strip_prefix("Usage:").unwrap_or(&usage), catalog);
        let usages: Vec<&str> = usage.lines().map(str::trim).collect();
        text.push_str("\n\n");
        text.push_str(&catalog.text("heading-usage", &[]));
        text.push_str(&usages.join("\n      "));
    }
    text.push_str("\n\n");
    text.push_str(&catalog.text("usage-more", &[("help", "--help".into())]));
    text.push('\n');
    text
}

/// What is wrong, in one sentence. The cases are those of clap's own `RichFormatter`.
fn sentence(error: &Error, catalog: &Catalog) -> String {
    if let Some(words) = own_words(error) {
        return words;
    }
    let value = |kind| context(error, kind).unwrap_or_default();
    let arg = || ("arg", FluentValue::from(value(ContextKind::InvalidArg)));
    let wrong = || ("value", FluentValue::from(value(ContextKind::InvalidValue)));
    let command = || ("command", FluentValue::from(value(ContextKind::InvalidSubcommand)));
    match error.kind() {
        ErrorKind::ArgumentConflict => {
            let other = value(ContextKind::PriorArg);
            if context(error, ContextKind::InvalidArg).is_none() {
                catalog.text("usage-conflict-command", &[command(), ("other", other.into())])
            } else if other.is_empty() || other == value(ContextKind::InvalidArg) {
                catalog.text("usage-repeated", &[arg()])
            } else {
                catalog.text("usage-conflict", &[arg(), ("other", other.into())])
            }
        }
        ErrorKind::InvalidSubcommand => catalog.text("usage-invalid-subcommand", &[command()]),
        ErrorKind::InvalidUtf8 => catalog.text("usage-invalid-utf8", &[]),
        ErrorKind::InvalidValue if value(ContextKind::InvalidValue).is_empty() => {
            catalog.text("usage-value-missing", &[arg()])
        }
        ErrorKind::InvalidValue => catalog.text("usage-invalid-value", &[arg(), wrong()]),
        ErrorKind::MissingRequiredArgument => {
            catalog.text("usage-missing", &[("args", value(ContextKind::InvalidArg).into())])
        }
        ErrorKind::MissingSubcommand => catalog.text("usage-missing-subcommand", &[command()]),
        ErrorKind::NoEquals => catalog.text("usage-no-equals", &[arg()]),
        ErrorKind::TooFewValues => catalog.text(
            "usage-too-few",
            &[
                arg(),
                ("min", value(ContextKind::MinValues).into()),
                ("actual", value(ContextKind::ActualNumValues).into()),
            ],
        ),
        ErrorKind::TooManyValues => catalog.text("usage-too-many", &[arg(), wrong()]),
        ErrorKind::UnknownArgument => catalog.text("usage-unknown-argument", &[arg()]),
        ErrorKind::ValueValidation => {
            let text = catalog.text("usage-invalid-value", &[arg(), wrong()]);
            match error.source() {
                Some(source) if source.is::<TimeError>() => {
                    format!("{text}\n  {}", catalog.attribute("error-time-unreadable", "hint", &[]))
                }
                Some(source) => format!("{text}\n  {source}"),
                None => text,
            }
        }
        ErrorKind::WrongNumberOfValues => catalog.text(
            "usage-wrong-number",
            &[
                arg(),
                ("expected", value(ContextKind::ExpectedNumValues).into()),
                ("actual", value(ContextKind::ActualNumValues).into()),
            ],
        ),
        _ => catalog.text("usage-failed", &[]),
    }
}

/// The text of a program's own `Command::error`, in whatever language it is: it has no context to make a sentence of.
fn own_words(error: &Error) -> Option<String> {
    let words = english_line(error);
    let of_clap = error.kind().as_str().unwrap_or("unknown cause");
    (error.context().next().is_none() && words != of_clap).then_some(words)
}

/// A piece of an error's context; empty pieces count as absent.
fn context(error: &Error, kind: ContextKind) -> Option<String> {
    let text = match error.get(kind)? {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        ContextValue::Number(number) => number.to_string(),
        ContextValue::StyledStr(text) => text.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The one word of a usage line that clap has in English only.
fn options_word(text: &str, catalog: &Catalog) -> String {
    text.replace("[OPTIONS]", &format!("[{}]", catalog.text("word-options", &[])))
}

#[cfg(test)]
mod tests;
