//! A dialog: an operator, a reason, an outcome.

use std::fmt;

use unicode_width::UnicodeWidthChar;

use crate::key::Key;
use crate::text::clean;

/// No field takes more characters, whatever its bound says.
pub const MAX_FIELD: usize = 512;

/// A dialog with fields. Plain data; [`Ask::press`] is all that it does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ask {
    /// What is wrong with the last answer; empty where nothing is.
    pub complaint: String,
    /// The fields, from the top.
    pub fields: Vec<Field>,
    /// The field that keys go to.
    pub focus: usize,
    /// Keys and what they do, at the dialog's foot.
    pub keys: Vec<(String, String)>,
    /// What the dialog is about, above the fields.
    pub lines: Vec<String>,
    /// The heading.
    pub title: String,
}

/// One question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// What is asked.
    pub label: String,
    /// What is answered.
    pub value: Value,
}

/// The answer of a field.
#[derive(Clone, Eq, PartialEq)]
pub enum Value {
    /// One of a list.
    Choice {
        /// The list.
        options: Vec<String>,
        /// Which one, from 0; none yet.
        chosen: Option<usize>,
    },
    /// Text.
    Text {
        /// What was typed.
        text: String,
        /// The characters that it must have at least.
        min: usize,
        /// The characters that it takes at most, up to [`MAX_FIELD`].
        max: usize,
        /// Shown as dots.
        secret: bool,
    },
}

/// Where a dialog stands after a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Esc: the person does not answer.
    Cancelled,
    /// Enter, and every field is complete: the answers may be read.
    Done,
    /// Still being filled in.
    Open,
}

impl Ask {
    /// Lets a key work: Tab and arrows move (left and right choose in a list, as do digits), Enter goes on to the next
    /// field and from the last one ends, where a field that is not complete takes the focus instead; Esc cancels.
    pub fn press(&mut self, key: Key) -> Step {
        let last = self.fields.len().saturating_sub(1);
        self.focus = self.focus.min(last);
        match key {
            Key::Esc => return Step::Cancelled,
            Key::Enter if self.focus < last => self.focus += 1,
            Key::Enter => match self.fields.iter().position(|field| !field.value.is_complete()) {
                Some(missing) => self.focus = missing,
                None => return Step::Done,
            },
            Key::Tab => self.focus = if self.focus == last { 0 } else { self.focus + 1 },
            Key::BackTab => self.focus = if self.focus == 0 { last } else { self.focus - 1 },
            Key::Up if self.at_edge(0) => self.focus = self.focus.saturating_sub(1),
            Key::Down if self.at_edge(usize::MAX) => self.focus = (self.focus + 1).min(last),
            _ => {
                if let Some(field) = self.fields.get_mut(self.focus) {
                    field.value.press(key);
                }
            }
        }
        Step::Open
    }

    /// The option that was chosen in a field.
    pub fn choice(&self, field: usize) -> Option<usize> {
        match &self.fields.get(field)?.value {
            Value::Choice { chosen, .. } => *chosen,
            Value::Text { .. } => None,
        }
    }

    /// The text of a field, without spaces around it.
    pub fn text(&self, field: usize) -> Option<&str> {
        match &self.fields.get(field)?.value {
            Value::Choice { .. } => None,
            Value::Text { text, .. } => Some(text.trim()),
        }
    }

    /// Whether an arrow leaves the field: always a text, a list only from its end.
    fn at_edge(&self, end: usize) -> bool {
        match self.fields.get(self.focus).map(|field| &field.value) {
            Some(Value::Choice { options, chosen }) => *chosen == Some(end.min(options.len().saturating_sub(1))),
            _ => true,
        }
    }
}

impl Value {
    /// Whether it is an answer.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Choice { options, chosen } => chosen.is_some_and(|chosen| chosen < options.len()),
            Self::Text { text, min, .. } => text.trim().chars().count() >= *min,
        }
    }

    fn press(&mut self, key: Key) {
        match (self, key) {
            (Self::Choice { options, chosen }, key) => {
                let last = options.len().checked_sub(1);
                *chosen = match (key, *chosen) {
                    (Key::Down | Key::Right | Key::Char(' '), Some(at)) => last.map(|last| (at + 1).min(last)),
                    (Key::Down | Key::Right | Key::Char(' ') | Key::Home, _) => last.map(|_| 0),
                    (Key::Up | Key::Left, Some(at)) => Some(at.saturating_sub(1)),
                    (Key::Up | Key::Left | Key::End, _) => last,
                    (Key::Char(digit @ '1'..='9'), old) => {
                        let at = digit as usize - '1' as usize;
                        if at < options.len() { Some(at) } else { old }
                    }
                    (_, old) => old,
                };
            }
            (Self::Text { text, max, .. }, Key::Char(c)) => {
                let harmless =
                    c.width().is_some_and(|width| width > 0) && clean(c.encode_utf8(&mut [0; 4])) == c.to_string();
                if harmless && text.chars().count() < (*max).min(MAX_FIELD) {
                    text.push(c);
                }
            }
            (Self::Text { text, .. }, Key::Backspace) => {
                text.pop();
            }
            (Self::Text { text, .. }, Key::Delete) => text.clear(),
            (Self::Text { .. }, _) => {}
        }
    }
}

/// Written by hand so that no secret gets into a message.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Choice { options, chosen } => f
                .debug_struct("Choice")
                .field("options", options)
                .field("chosen", chosen)
                .finish(),
            Self::Text { secret: true, .. } => f.write_str("Text(secret)"),
            Self::Text { text, min, max, .. } => f
                .debug_struct("Text")
                .field("text", text)
                .field("min", min)
                .field("max", max)
                .finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Ask {
        let text = Value::Text {
            text: String::new(),
            min: 2,
            max: 4,
            secret: false,
        };
        let choice = Value::Choice {
            options: vec!["a".into(), "b".into(), "c".into()],
            chosen: None,
        };
        Ask {
            fields: vec![
                Field {
                    label: "who".into(),
                    value: text,
                },
                Field {
                    label: "why".into(),
                    value: choice,
                },
            ],
            ..Ask::default()
        }
    }

    fn press(ask: &mut Ask, keys: &[Key]) -> Step {
        keys.iter().map(|key| ask.press(*key)).last().unwrap()
    }

    #[test]
    fn it_ends_when_every_field_is_complete() {
        let mut ask = ask();
        assert_eq!(press(&mut ask, &[Key::Enter, Key::Enter]), Step::Open);
        assert_eq!(ask.focus, 0, "what is missing takes the focus");
        assert_eq!(
            press(&mut ask, &[Key::Char('A'), Key::Enter, Key::Char('2'), Key::Enter]),
            Step::Open
        );
        assert_eq!(press(&mut ask, &[Key::Char('7'), Key::Enter, Key::Enter]), Step::Done);
        assert_eq!((ask.text(0), ask.choice(1)), (Some("A7"), Some(1)));
        assert_eq!((ask.choice(0), ask.text(1), ask.text(9)), (None, None, None));
    }

    #[test]
    fn text_is_bounded_and_harmless() {
        let mut ask = ask();
        press(
            &mut ask,
            &['李', '\u{1b}', '\u{202e}', '\u{301}', '\t', 'b', 'c', 'd', 'e'].map(Key::Char),
        );
        assert_eq!(ask.text(0), Some("李bcd"));
        press(&mut ask, &[Key::Backspace]);
        assert_eq!(ask.text(0), Some("李bc"));
        press(&mut ask, &[Key::Delete]);
        assert_eq!(ask.text(0), Some(""));
        press(&mut ask, &[' '; 4].map(Key::Char));
        assert!(!ask.fields[0].value.is_complete(), "spaces are no answer");
    }

    #[test]
    fn lists_are_walked() {
        let mut ask = ask();
        ask.focus = 1;
        press(&mut ask, &[Key::Down, Key::Down]);
        assert_eq!(ask.choice(1), Some(1));
        press(&mut ask, &[Key::Right, Key::Right, Key::Char('9')]);
        assert_eq!(ask.choice(1), Some(2));
        press(&mut ask, &[Key::Up, Key::Up]);
        assert_eq!((ask.choice(1), ask.focus), (Some(0), 1));
        press(&mut ask, &[Key::Up]);
        assert_eq!(ask.focus, 0, "up from the first option leaves the list");
    }

    #[test]
    fn an_empty_dialog_survives_every_key() {
        let mut ask = Ask {
            focus: 7,
            ..Ask::default()
        };
        for key in [Key::Tab, Key::BackTab, Key::Up, Key::Down, Key::Char('1'), Key::Home] {
            assert_eq!(ask.press(key), Step::Open);
        }
        assert_eq!(ask.press(Key::Enter), Step::Done);
        assert_eq!(ask.press(Key::Esc), Step::Cancelled);
    }

    #[test]
    fn no_secret_is_printed() {
        let value = Value::Text {
            text: "made-up-4711".into(),
            min: 1,
            max: 20,
            secret: true,
        };
        assert!(!format!("{value:?}").contains("4711"));
    }
}
