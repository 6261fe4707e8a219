//! What staff tell the gate, on a line: words for people, an object for a controller.
//!
//! A scanner that types writes to the same input as the keyboard, and what it types is foreign. Where standard input is
//! such a source, a line is a command only behind the word of this run, which no printed code can know.

use postern_core::verdict::Outcome;
use serde::Deserialize;

use crate::config::{EntryReason, Operator};

/// What staff want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// The next shift begins.
    HandOver(Operator),
    /// What can be told.
    Help,
    /// The other language.
    Language,
    /// Judge nobody until [`Self::Unlock`].
    Lock,
    /// A document was looked at by a person.
    Manual(Decision),
    /// The last verdict is decided otherwise by a person.
    Override(Decision),
    /// The end of service.
    Quit,
    /// Judge again.
    Unlock,
}

/// A decision by a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The event that it is about, where that was said: then it is about no other.
    pub(crate) about: Option<u64>,
    pub(crate) operator: Operator,
    pub(crate) outcome: Outcome,
    pub(crate) reason: EntryReason,
}

/// A line begins as a command does and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotACommand;

/// How commands are told from codes on a line.
#[derive(Clone, Debug)]
pub(crate) struct Commands {
    /// The word of this run, where the lines may come from a scanner.
    word: Option<String>,
}

impl Commands {
    /// Every line is a command, since no scanner types them.
    pub(crate) fn alone() -> Self {
        Self { word: None }
    }

    /// Commands stand behind this word.
    pub(crate) fn behind(word: String) -> Self {
        Self { word: Some(word) }
    }

    /// What has to stand before a command.
    pub(crate) fn word(&self) -> Option<&str> {
        self.word.as_deref()
    }

    /// The command on a line; `None` for a line that is for the scanner.
    pub(crate) fn read(&self, line: &str) -> Option<Result<Command, NotACommand>> {
        let line = line.trim();
        if line.starts_with('{') {
            let object = serde_json::from_str::<Object>(line).map_err(|_| NotACommand);
            return match (&self.word, object) {
                (None, object) => Some(object.and_then(|object| object.command.into_command())),
                (Some(word), Ok(object)) if object.word.as_ref() == Some(word) => Some(object.command.into_command()),
                _ => None,
            };
        }
        let line = match &self.word {
            None => line,
            Some(word) => line.strip_prefix(word.as_str())?.strip_prefix(' ')?,
        };
        Some(words(line))
    }
}

fn words(line: &str) -> Result<Command, NotACommand> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let decision = |operator: &str, outcome: &str, reason: &str| {
        Ok(Decision {
            about: None,
            operator: operator.parse().map_err(|_| NotACommand)?,
            outcome: self::outcome(outcome).ok_or(NotACommand)?,
            reason: reason.parse().map_err(|_| NotACommand)?,
        })
    };
    Ok(match words[..] {
        ["hand-over", operator] => Command::HandOver(operator.parse().map_err(|_| NotACommand)?),
        ["help"] => Command::Help,
        ["language"] => Command::Language,
        ["lock"] => Command::Lock,
        ["manual", operator, outcome, reason] => Command::Manual(decision(operator, outcome, reason)?),
        ["override", operator, outcome, reason] => Command::Override(decision(operator, outcome, reason)?),
        ["quit"] => Command::Quit,
        ["unlock"] => Command::Unlock,
        _ => return Err(NotACommand),
    })
}

/// An outcome by its stable name.
pub(crate) fn outcome(name: &str) -> Option<Outcome> {
    [Outcome::Admit, Outcome::Refer, Outcome::Refuse]
        .into_iter()
        .find(|outcome| outcome.as_str() == name)
}

/// `{"command": "override", "operator": "a-17", "outcome": "admit", "reason": "supervisor"}`
#[derive(Deserialize)]
struct Object {
    word: Option<String>,
    #[serde(flatten)]
    command: Told,
}

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
enum Told {
    HandOver {
        operator: Operator,
    },
    Help,
    Language,
    Lock,
    Manual {
        operator: Operator,
        outcome: String,
        reason: EntryReason,
    },
    Override {
        about: Option<u64>,
        operator: Operator,
        outcome: String,
        reason: EntryReason,
    },
    Quit,
    Unlock,
}

impl Told {
    fn into_command(self) -> Result<Command, NotACommand> {
        let decision = |about, operator, name: &str, reason| {
            let outcome = outcome(name).ok_or(NotACommand)?;
            Ok(Decision {
                about,
                operator,
                outcome,
                reason,
            })
        };
        Ok(match self {
            Self::HandOver { operator } => Command::HandOver(operator),
            Self::Help => Command::Help,
            Self::Language => Command::Language,
            Self::Lock => Command::Lock,
            Self::Manual {
                operator,
                outcome,
                reason,
            } => Command::Manual(decision(None, operator, &outcome, reason)?),
            Self::Override {
                about,
                operator,
                outcome,
                reason,
            } => Command::Override(decision(about, operator, &outcome, reason)?),
            Self::Quit => Command::Quit,
            Self::Unlock => Command::Unlock,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(operator: &str, reason: &str) -> Decision {
        Decision {
            about: None,
            operator: operator.parse().unwrap(),
            outcome: Outcome::Admit,
            reason: reason.parse().unwrap(),
        }
    }

    #[test]
    fn words_and_objects_say_the_same() {
        let commands = Commands::alone();
        for (line, object, command) in [
            (
                "hand-over b-2",
                r#"{"command":"hand-over","operator":"b-2"}"#,
                Command::HandOver("b-2".parse().unwrap()),
            ),
            ("help", r#"{"command":"help"}"#, Command::Help),
            ("language", r#"{"command":"language"}"#, Command::Language),
            ("lock", r#"{"command":"lock"}"#, Command::Lock),
            (
                " manual a-17  admit supervisor ",
                r#"{"command":"manual","operator":"a-17","outcome":"admit","reason":"supervisor"}"#,
                Command::Manual(admitted("a-17", "supervisor")),
            ),
            (
                "override a-17 admit other",
                r#"{"command":"override","operator":"a-17","outcome":"admit","reason":"other"}"#,
                Command::Override(admitted("a-17", "other")),
            ),
            ("quit", r#"{"command":"quit"}"#, Command::Quit),
            ("unlock", r#"{"command":"unlock"}"#, Command::Unlock),
        ] {
            assert_eq!(commands.read(line), Some(Ok(command.clone())), "{line}");
            assert_eq!(commands.read(object), Some(Ok(command)), "{object}");
        }
    }

    #[test]
    fn what_is_no_command_is_told_so() {
        for line in [
            "",
            "open",
            "override",
            "override a-17 pass supervisor",
            "override a/17 admit supervisor",
            "override a-17 admit Supervisor",
            "{}",
            r#"{"command":"open"}"#,
            r#"{"command":"override","operator":"a-17","outcome":"pass","reason":"supervisor"}"#,
            r#"{"command":"override","operator":"","outcome":"admit","reason":"supervisor"}"#,
        ] {
            assert_eq!(Commands::alone().read(line), Some(Err(NotACommand)), "{line}");
        }
    }

    #[test]
    fn a_printed_code_commands_nothing() {
        let commands = Commands::behind("#4821".to_owned());
        for line in [
            "override a-17 admit supervisor",
            "quit",
            "#4822 quit",
            "#4821quit",
            r#"{"command":"quit"}"#,
            r##"{"command":"quit","word":"#4822"}"##,
            "PC1:ABC",
        ] {
            assert_eq!(commands.read(line), None, "{line}");
        }
        assert_eq!(commands.read("#4821 quit"), Some(Ok(Command::Quit)));
        assert_eq!(commands.read("#4821 open"), Some(Err(NotACommand)));
        assert_eq!(
            commands.read(r##"{"command":"quit","word":"#4821"}"##),
            Some(Ok(Command::Quit))
        );
    }
}
