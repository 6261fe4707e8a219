//! What may reach a terminal: clean text, its width, colours where they are wanted.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, IsTerminal};

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Makes foreign text (a name from a code, a file name) safe to show on one line: control characters, escape
/// sequences, line breaks, marks that turn the writing direction and invisible characters become U+FFFD.
///
/// A code is written by whoever printed it; without this it could repaint a gate's red screen green.
pub fn printable(text: &str) -> Cow<'_, str> {
    replace(text, is_harmful)
}

/// As [`printable`], but line breaks stay: for texts of ours that quote foreign text.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    replace(text, |c| c != '\n' && is_harmful(c))
}

/// JSON on one line, whose strings cannot reach a terminal as controls either: what is not printable is escaped, and
/// reads back as it was.
///
/// # Panics
///
/// Where a map has keys that are no texts, or a type does not serialise by its own will: the caller's mistake.
pub fn json_line(value: &impl Serialize) -> String {
    let mut line = Vec::with_capacity(1024);
    value
        .serialize(&mut Serializer::with_formatter(&mut line, Unharmful))
        .expect("maps of ours have texts for keys, and memory does not fail");
    String::from_utf8(line).expect("JSON is made of texts only")
}

/// Writes compact JSON, and what is harmful in strings as escapes.
struct Unharmful;

impl Formatter for Unharmful {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // The controls that JSON itself escapes are not in a fragment.
        let harmless = fragment.is_ascii() && !fragment.as_bytes().contains(&0x7f);
        if harmless || !fragment.contains(is_harmful) {
            return writer.write_all(fragment.as_bytes());
        }
        for c in fragment.chars() {
            match is_harmful(c) {
                true => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
                false => writer.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?,
            }
        }
        Ok(())
    }
}

/// The columns that a text takes on a terminal; a Chinese character takes two.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Cuts a text to at most `columns`, with `…` as its last character where something was cut.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    if columns == 0 {
        return Cow::Borrowed("");
    }
    let mut used = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            used += c.width().unwrap_or(0);
            used > columns - 1
        })
        .map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// The width of the terminal in columns: what the terminal says, else the variable `COLUMNS`, else 100 (which is what
/// clap's help assumes too).
pub fn columns() -> usize {
    terminal_size::terminal_size()
        .map(|(terminal_size::Width(width), _)| usize::from(width))
        .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
        .filter(|width| *width > 0)
        .unwrap_or(100)
}

/// When to use colours: the value of `--color`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ColorChoice {
    /// Where the output is a terminal that can show them and `NO_COLOR` is not set.
    #[default]
    Auto,
    /// Always, into files too.
    Always,
    /// Never.
    Never,
}

/// Written by hand: the derived one would make help texts of the doc comments.
impl ValueEnum for ColorChoice {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}

/// What a piece of text means. Colour only adds to words and symbols that say the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Style {
    /// The label of an error; a refusal.
    Bad,
    /// A heading.
    Bold,
    /// Something of less weight.
    Dim,
    /// Success; an admission.
    Good,
    /// The label of a hint.
    Hint,
    /// A warning; a referral.
    Warn,
}

/// The decision whether to colour one stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Colors {
    enabled: bool,
}

impl Colors {
    /// No colours.
    pub const OFF: Self = Self { enabled: false };
    /// Colours whatever the stream is.
    pub const ON: Self = Self { enabled: true };

    /// Decides from the user's choice, from whether the stream is a terminal, and from the variables `NO_COLOR`
    /// (<https://no-color.org>: set and not empty means none) and `TERM=dumb`, which `env` looks up.
    pub fn decide(choice: ColorChoice, is_terminal: bool, env: impl Fn(&str) -> Option<OsString>) -> Self {
        let enabled = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                is_terminal
                    && env("NO_COLOR").is_none_or(|value| value.is_empty())
                    && env("TERM").is_none_or(|value| value != "dumb")
            }
        };
        Self { enabled }
    }

    /// The decision for standard output.
    pub fn stdout(choice: ColorChoice) -> Self {
        Self::decide(choice, std::io::stdout().is_terminal(), |name| std::env::var_os(name))
    }

    /// The decision for standard error.
    pub fn stderr(choice: ColorChoice) -> Self {
        Self::decide(choice, std::io::stderr().is_terminal(), |name| std::env::var_os(name))
    }

    /// True where colours are used.
    pub fn enabled(self) -> bool {
        self.enabled
    }

    /// The text in a style, or as it is where colours are off. Clean foreign text with [`printable`] first.
    pub fn paint(self, style: Style, text: &str) -> Cow<'_, str> {
        if !self.enabled || text.is_empty() {
            return Cow::Borrowed(text);
        }
        let code = match style {
            Style::Bad => "1;31",
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Good => "1;32",
            Style::Hint => "36",
            Style::Warn => "1;33",
        };
        Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m"))
    }
}

fn replace(text: &str, harmful: impl Fn(char) -> bool + Copy) -> Cow<'_, str> {
    if text.contains(harmful) {
        Cow::Owned(text.replace(harmful, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Controls (C0, DEL, C1), direction marks (Unicode Standard Annex 9), separators that break lines and characters that
/// nobody can see. The joiners U+200C and U+200D stay: Uyghur and other scripts are written with them.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_carries_no_control_to_a_terminal_and_reads_back() {
        let value = serde_json::json!({ "text": "a\u{9b}31m\u{7f}\u{202e}\u{e0001}样本" });
        let line = json_line(&value);
        assert_eq!(line, r#"{"text":"a\u009b31m\u007f\u202e\udb40\udc01样本"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
    }

    #[test]
    fn good_text_is_not_copied() {
        for text in ["", "Zoë O'Neil", "欧阳娜娜", "ئالىم\u{200c}جان", "🙂"] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_could_repaint_or_turn_the_line_is_replaced() {
        assert_eq!(printable("a\u{1b}[32mb"), "a\u{fffd}[32mb");
        assert_eq!(
            printable("a\r\nb\tc\u{7f}\u{9b}2J"),
            "a\u{fffd}\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}2J"
        );
        for c in [
            '\u{0}',
            '\u{85}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{200f}',
            '\u{2028}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            assert_eq!(printable(&format!("x{c}y")), "x\u{fffd}y", "{:04x}", u32::from(c));
        }
    }

    #[test]
    fn lines_keep_only_their_breaks() {
        assert_eq!(printable_lines("a\nb\u{1b}\r"), "a\nb\u{fffd}\u{fffd}");
    }

    #[test]
    fn widths_and_cuts_count_columns() {
        assert_eq!(width("李雷 ab"), 7);
        assert_eq!(truncate("李雷", 4), "李雷");
        assert_eq!(truncate("欧阳娜娜", 7), "欧阳娜…");
        assert_eq!(truncate("欧阳娜娜", 6), "欧阳…");
        assert_eq!(truncate("abc", 1), "…");
        assert_eq!(truncate("abc", 0), "");
        for columns in 0..12 {
            assert!(width(&truncate("a欧b阳c娜🙂d", columns)) <= columns, "{columns}");
        }
    }

    #[test]
    fn colours_follow_choice_terminal_and_environment() {
        let none = |_: &str| None;
        let no_color = |name: &str| (name == "NO_COLOR").then(|| OsString::from("1"));
        let empty = |name: &str| (name == "NO_COLOR").then(OsString::new);
        let dumb = |name: &str| (name == "TERM").then(|| OsString::from("dumb"));
        assert!(Colors::decide(ColorChoice::Auto, true, none).enabled());
        assert!(Colors::decide(ColorChoice::Auto, true, empty).enabled());
        assert!(!Colors::decide(ColorChoice::Auto, false, none).enabled());
        assert!(!Colors::decide(ColorChoice::Auto, true, no_color).enabled());
        assert!(!Colors::decide(ColorChoice::Auto, true, dumb).enabled());
        assert!(Colors::decide(ColorChoice::Always, false, no_color).enabled());
        assert!(!Colors::decide(ColorChoice::Never, true, none).enabled());
    }

    #[test]
    fn paint_adds_nothing_where_colours_are_off() {
        assert_eq!(Colors::OFF.paint(Style::Bad, "no"), "no");
        assert_eq!(Colors::ON.paint(Style::Bad, "no"), "\u{1b}[1;31mno\u{1b}[0m");
        assert_eq!(Colors::ON.paint(Style::Bad, ""), "");
    }
}
