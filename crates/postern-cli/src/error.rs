//! The shape in which every program tells a person, or another program, that something went wrong.
//!
//! What happened, why (the chain of causes), and what to do next. A program's error enum says its stable reason and
//! its values ([`Explain`]); the words are Fluent messages: `error-<reason>`, with an optional attribute `.hint`.

use std::error::Error;
use std::io::{self, Write};

use crate::messages::{Catalog, FluentValue};
use crate::terminal::{Colors, Style, printable, printable_lines};

/// The exit status of an operational error.
pub const EXIT_ERROR: u8 = 1;
/// The exit status of a usage error.
pub const EXIT_USAGE: u8 = 2;

/// More causes than this are a loop or noise.
const MAX_CAUSES: usize = 8;

/// An error that can be told in any language.
pub trait Explain: Error {
    /// The stable kebab-case reason, which is also the message: `error-<reason>`.
    fn reason(&self) -> &'static str;

    /// The values for the message's placeholders. Texts may be foreign: they are made printable.
    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        Vec::new()
    }

    /// The cause, where it can be told in any language too. A cause that cannot is found through
    /// [`Error::source`] and told in English.
    fn because(&self) -> Option<&dyn Explain> {
        None
    }

    /// The exit status of the program.
    fn exit(&self) -> u8 {
        EXIT_ERROR
    }
}

/// An error in the words of one language, ready to print.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What happened, in the catalogue's language.
    pub message: String,
    /// Why, the nearest cause first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// The exit status.
    pub exit: u8,
    /// The stable kebab-case reason.
    pub reason: &'static str,
    /// What happened and why, in English on one line: for JSON.
    pub english: String,
}

impl Failure {
    /// Tells an error in the catalogue's language. A reason that has no message is told by the error's own English.
    pub fn new(error: &dyn Explain, catalog: &Catalog) -> Self {
        let mut english = english(error, catalog);
        let mut causes = Vec::new();
        let mut explained = error.because();
        let mut last: &dyn Explain = error;
        while let Some(cause) = explained.filter(|_| causes.len() < MAX_CAUSES) {
            causes.push(told(cause, catalog));
            english.push_str(": ");
            english.push_str(&self::english(cause, catalog));
            last = cause;
            explained = cause.because();
        }
        let mut source = last.source();
        while let Some(cause) = source.filter(|_| causes.len() < MAX_CAUSES) {
            let text = printable(&cause.to_string()).into_owned();
            english.push_str(": ");
            english.push_str(&text);
            causes.push(text);
            source = cause.source();
        }
        let hint = std::iter::successors(Some(error), |error| error.because())
            .take(MAX_CAUSES)
            .find_map(|error| catalog.find(&format!("error-{}", error.reason()), Some("hint"), &clean(error.args())));
        Self {
            message: told(error, catalog),
            causes,
            hint,
            exit: error.exit(),
            reason: error.reason(),
            english,
        }
    }

    /// Writes the failure for a person: label and message, the causes indented, the hint.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, out: &mut dyn Write, catalog: &Catalog, colors: Colors) -> io::Result<()> {
        let label = |id: &str, style| colors.paint(style, &catalog.text(id, &[])).into_owned();
        writeln!(
            out,
            "{}{}",
            label("label-error", Style::Bad),
            printable_lines(&self.message)
        )?;
        for (depth, cause) in self.causes.iter().enumerate() {
            writeln!(out, "{}{}", "  ".repeat(depth + 1), printable_lines(cause))?;
        }
        if let Some(hint) = &self.hint {
            writeln!(out, "{}{}", label("label-hint", Style::Hint), printable_lines(hint))?;
        }
        Ok(())
    }

    /// The failure for a program: one line of JSON without its newline, the message in English with its causes.
    pub fn json(&self) -> String {
        json_line(self.reason, &self.english)
    }

    /// Prints the failure to standard error, for a program where `json` is true. Nothing can be done where standard
    /// error is closed, so nothing is.
    pub fn print(&self, catalog: &Catalog, json: bool, colors: Colors) {
        let mut stderr = io::stderr().lock();
        let _unheard = if json {
            writeln!(stderr, "{}", self.json())
        } else {
            self.write(&mut stderr, catalog, colors)
        };
    }
}

/// `{"error":{"reason":…,"message":…}}`
pub(crate) fn json_line(reason: &str, message: &str) -> String {
    crate::terminal::json_line(&serde_json::json!({ "error": { "reason": reason, "message": message } }))
}

fn told(error: &dyn Explain, catalog: &Catalog) -> String {
    catalog
        .find(&format!("error-{}", error.reason()), None, &clean(error.args()))
        .unwrap_or_else(|| own_words(error))
}

fn english(error: &dyn Explain, catalog: &Catalog) -> String {
    catalog
        .find_english(&format!("error-{}", error.reason()), None, &clean(error.args()))
        .unwrap_or_else(|| own_words(error))
}

fn own_words(error: &dyn Explain) -> String {
    printable(&error.to_string()).into_owned()
}

fn clean(args: Vec<(&'static str, FluentValue<'static>)>) -> Vec<(&'static str, FluentValue<'static>)> {
    args.into_iter()
        .map(|(name, value)| match value {
            FluentValue::String(text) => (name, FluentValue::String(printable(&text).into_owned().into())),
            other => (name, other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::messages::Texts;

    const TEXTS: Texts = Texts {
        en: "error-outer = cannot open { $name }\n    .hint = Try again.\nerror-inner = broken at { $at }\n",
        zh: "error-outer = 无法打开 { $name }\n    .hint = 请重试。\nerror-inner = 在 { $at } 处损坏\n",
    };

    #[derive(Debug)]
    enum Made {
        Inner(io::Error),
        Loop,
        Outer(Box<Made>),
        Unknown,
    }

    impl std::fmt::Display for Made {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("own\u{1b} words")
        }
    }

    impl Error for Made {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            match self {
                Self::Inner(source) => Some(source),
                Self::Outer(source) => Some(source),
                Self::Loop => Some(&Self::Loop),
                Self::Unknown => None,
            }
        }
    }

    impl Explain for Made {
        fn reason(&self) -> &'static str {
            match self {
                Self::Inner(_) => "inner",
                Self::Outer(_) => "outer",
                Self::Loop | Self::Unknown => "no-such-message",
            }
        }

        fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
            vec![("name", "a\nb".into()), ("at", 7.into())]
        }

        fn because(&self) -> Option<&dyn Explain> {
            match self {
                Self::Outer(source) => Some(&**source),
                _ => None,
            }
        }

        fn exit(&self) -> u8 {
            12
        }
    }

    fn chain() -> Made {
        Made::Outer(Box::new(Made::Inner(io::Error::other("disk\u{7} gone"))))
    }

    fn written(failure: &Failure, language: Language) -> String {
        let mut out = Vec::new();
        failure
            .write(&mut out, &Catalog::new(language, TEXTS), Colors::OFF)
            .expect("a vector takes all bytes");
        String::from_utf8(out).expect("the texts are UTF-8")
    }

    #[test]
    fn the_chain_is_told_in_both_languages() {
        let failure = Failure::new(&chain(), &Catalog::new(Language::English, TEXTS));
        assert_eq!((failure.exit, failure.reason), (12, "outer"));
        let text = "error: cannot open a\u{fffd}b\n  broken at 7\n    disk\u{fffd} gone\nhint: Try again.\n";
        assert_eq!(written(&failure, Language::English), text);

        let failure = Failure::new(&chain(), &Catalog::new(Language::SimplifiedChinese, TEXTS));
        let text = "错误：无法打开 a\u{fffd}b\n  在 7 处损坏\n    disk\u{fffd} gone\n提示：请重试。\n";
        assert_eq!(written(&failure, Language::SimplifiedChinese), text);
    }

    #[test]
    fn json_is_one_line_of_english_in_every_language() {
        for language in [Language::English, Language::SimplifiedChinese] {
            let failure = Failure::new(&chain(), &Catalog::new(language, TEXTS));
            let line = failure.json();
            assert!(!line.contains('\n'));
            let value: serde_json::Value = serde_json::from_str(&line).expect("the line is JSON");
            assert_eq!(value["error"]["reason"], "outer");
            assert_eq!(
                value["error"]["message"],
                "cannot open a\u{fffd}b: broken at 7: disk\u{fffd} gone"
            );
        }
    }

    #[test]
    fn a_reason_without_a_message_is_told_in_the_errors_own_words() {
        let failure = Failure::new(&Made::Unknown, &Catalog::new(Language::SimplifiedChinese, TEXTS));
        assert_eq!(failure.message, "own\u{fffd} words");
        assert_eq!(failure.hint, None);
    }

    #[test]
    fn the_hint_of_a_cause_is_used_where_the_error_has_none() {
        let failure = Failure::new(&Made::Outer(Box::new(chain())), &Catalog::new(Language::English, TEXTS));
        assert_eq!(failure.hint.as_deref(), Some("Try again."));
    }

    #[test]
    fn an_endless_chain_of_causes_ends() {
        let failure = Failure::new(&Made::Loop, &Catalog::new(Language::English, TEXTS));
        assert_eq!(failure.causes.len(), MAX_CAUSES);
    }

    #[test]
    fn labels_are_coloured() {
        let failure = Failure::new(&Made::Unknown, &Catalog::new(Language::English, TEXTS));
        let mut out = Vec::new();
        failure
            .write(&mut out, &Catalog::new(Language::English, TEXTS), Colors::ON)
            .expect("a vector takes all bytes");
        assert!(out.starts_with(b"\x1b[1;31merror: \x1b[0m"));
    }
}
