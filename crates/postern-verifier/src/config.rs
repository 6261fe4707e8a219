//! The configuration of a gate at its door: one TOML file, and what holds where it says nothing.
//!
//! `docs/ENTRANCE.md` describes each key. A key that is not known is an error that names it: a misspelt rule of the door
//! must not go unnoticed.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postern_cli::Session;
use postern_cli::files::{FileErrorKind, read_bounded};
use postern_cli::output::Output;
use postern_cli::terminal::json_line;
use postern_core::record::DocumentTag;
use postern_core::verdict::Outcome;
use postern_devices::calibrate::Mend;
use postern_devices::turnstile::TurnstileSpec;
use postern_devices::{Reads, Spec};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cli::{ConfigCheckArgs, ConfigShowArgs};
use crate::error::Error;
use words::Tag;

pub(crate) use words::{EntryReason, Operator};

mod words;

/// The configuration within a store.
pub(crate) const CONFIG: &str = "gate.toml";
/// The largest configuration file, in bytes.
pub(crate) const MAX_FILE: u64 = 256 << 10;
/// The most characters of a wrong line that are shown.
const MAX_QUOTED: usize = 80;
/// The longest pass-back window: a day.
const MAX_WINDOW: u32 = 86_400;

/// What the door does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// The screen, or lines.
    pub(crate) view: View,
    pub(crate) screen: ScreenConfig,
    pub(crate) pass_back: PassBackConfig,
    pub(crate) document: DocumentConfig,
    pub(crate) staff: StaffConfig,
    pub(crate) reader: ReaderConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) turnstile: Option<TurnstileSpec>,
    /// Where codes come from; standard input where there is none.
    #[serde(rename = "source")]
    pub(crate) sources: Vec<SourceConfig>,
}

/// How verdicts are shown to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum View {
    /// The screen where there is a terminal, else lines.
    #[default]
    Auto,
    /// Lines of text.
    Lines,
    /// The whole screen.
    Screen,
}

/// The whole screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ScreenConfig {
    /// Seconds until a verdict gives way to "ready".
    pub(crate) revert: u32,
    /// Seconds without anybody until the screen goes dark; 0 for never.
    pub(crate) dim_after: u32,
    pub(crate) sound: Sound,
}

impl Default for ScreenConfig {
    fn default() -> Self {
        Self {
            revert: 8,
            dim_after: 300,
            sound: Sound::Bell,
        }
    }
}

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sound {
    /// Tones, where the program was built with them and there is a device; else the bell.
    Audio,
    /// The terminal's bell.
    Bell,
    /// Nothing.
    Off,
}

/// The same person again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PassBackConfig {
    /// Seconds; 0 for no such rule.
    window: u32,
    /// People who work there, by their document tags.
    exempt: Vec<Tag>,
}

impl Default for PassBackConfig {
    fn default() -> Self {
        Self {
            window: 300,
            exempt: Vec::new(),
        }
    }
}

impl PassBackConfig {
    pub(crate) fn window(&self) -> Duration {
        Duration::from_secs(self.window.into())
    }

    pub(crate) fn exempt(&self) -> impl Iterator<Item = DocumentTag> {
        self.exempt.iter().map(|tag| tag.0)
    }
}

/// Documents that a machine reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct DocumentConfig {
    /// How many seconds after a code a document belongs to it.
    window: u32,
    /// Whether the turnstile waits for the document that the code is bound to.
    pub(crate) required: bool,
    /// What a document without a code comes to.
    #[serde(serialize_with = "serialize_outcome", deserialize_with = "deserialize_outcome")]
    pub(crate) without_code: Outcome,
}

impl Default for DocumentConfig {
    fn default() -> Self {
        Self {
            window: 60,
            required: false,
            without_code: Outcome::Refer,
        }
    }
}

impl DocumentConfig {
    pub(crate) fn window(&self) -> Duration {
        Duration::from_secs(self.window.into())
    }
}

/// Who decides otherwise, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct StaffConfig {
    /// The operators; anybody with a well-formed id where there is none.
    pub(crate) operators: Vec<Operator>,
    /// The reasons that they choose from.
    pub(crate) reasons: Vec<EntryReason>,
}

impl StaffConfig {
    /// Whether this is one of the operators.
    pub(crate) fn knows(&self, operator: &Operator) -> bool {
        self.operators.is_empty() || self.operators.contains(operator)
    }
}

impl Default for StaffConfig {
    fn default() -> Self {
        let reasons = ["supervisor", "document-seen", "medical", "no-phone", "other"];
        let reasons = reasons.map(|reason| reason.parse().expect("it has the form of a reason"));
        Self {
            operators: Vec::new(),
            reasons: reasons.to_vec(),
        }
    }
}

/// How pictures are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ReaderConfig {
    /// Milliseconds that a picture may cost.
    budget: u32,
    /// Every so many frames of a stream are searched thoroughly, the others at a glance.
    pub(crate) whole_every: u32,
    /// Milliseconds for which a code that stays before a camera is one scan.
    repeat: u32,
}

impl Default for ReaderConfig {
    fn default() -> Self {
        Self {
            budget: 250,
            whole_every: 5,
            repeat: 3000,
        }
    }
}

impl ReaderConfig {
    pub(crate) fn budget(&self) -> Duration {
        Duration::from_millis(self.budget.into())
    }

    pub(crate) fn repeat(&self) -> Duration {
        Duration::from_millis(self.repeat.into())
    }
}

/// A source, and what is wrong with what it sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SourceConfig {
    /// As `--source` has it.
    #[serde(with = "as_text")]
    pub(crate) from: Spec,
    /// What `scanner calibrate` found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mend: Option<Mend>,
}

impl Config {
    /// The configuration of a store: of `file` where one is named, else the one in the store if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::File`] or [`Error::Config`].
    pub(crate) fn load(store: &Path, file: Option<&Path>) -> Result<(Self, PathBuf), Error> {
        let path = file.map_or_else(|| store.join(CONFIG), Path::to_owned);
        match read_bounded(&path, MAX_FILE) {
            Ok(bytes) => Ok((Self::parse(&bytes).map_err(|what| Error::config(&path, what))?, path)),
            Err(error) if file.is_none() && error.kind() == FileErrorKind::NotFound => Ok((Self::default(), path)),
            Err(error) => Err(error.into()),
        }
    }

    /// The configuration in a file's bytes, or what is wrong with it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let config: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().and_then(|span| text.get(..span.start));
            let number = at.map_or(0, |before| before.matches('\n').count());
            let line: String = text
                .lines()
                .nth(number)
                .unwrap_or_default()
                .trim()
                .chars()
                .take(MAX_QUOTED)
                .collect();
            format!("line {}, {line}: {}", number + 1, error.message())
        })?;
        config.check()?;
        Ok(config)
    }

    /// The bounds that types do not hold.
    fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: u32, least: u32, most: u32| match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(format!("{name} must be from {least} to {most}, it is {value}")),
        };
        within("screen.revert", self.screen.revert, 1, 600)?;
        within("screen.dim-after", self.screen.dim_after, 0, MAX_WINDOW)?;
        within("pass-back.window", self.pass_back.window, 0, MAX_WINDOW)?;
        within("document.window", self.document.window, 1, 600)?;
        within("reader.budget", self.reader.budget, 20, 10_000)?;
        within("reader.whole-every", self.reader.whole_every, 1, 1000)?;
        within("reader.repeat", self.reader.repeat, 0, 60_000)?;
        if self.document.without_code == Outcome::Refuse {
            return Err("document.without-code must be \"refer\" or \"admit\"".to_owned());
        }
        if self.staff.reasons.is_empty() {
            return Err("staff.reasons must name at least one reason".to_owned());
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.sources.iter().find(|source| !seen.insert(source.from.to_string())) {
            return Err(format!("the source {} is named twice", twice.from));
        }
        Ok(())
    }

    /// Whether any source may send documents.
    pub(crate) fn reads_documents(&self) -> bool {
        self.sources.iter().any(|source| source.from.reads != Reads::Codes)
    }

    /// Where a document alone opens a door, or is what a turnstile waits for, it must come from a reader of documents: anybody can
    /// print a number with a good check digit for a scanner of codes.
    pub(crate) fn check_documents(&self) -> Result<(), String> {
        let trusted = self.document.required || self.document.without_code == Outcome::Admit;
        let mixed = self.sources.iter().find(|source| source.from.reads == Reads::Both);
        match mixed.filter(|_| trusted) {
            None => Ok(()),
            Some(source) => Err(format!(
                "document.required and document.without-code = \"admit\" need sources of documents alone (reads=documents), and {} reads both",
                source.from
            )),
        }
    }

    /// As TOML, everything that holds.
    pub(crate) fn to_toml(&self) -> String {
        toml::to_string(self).expect("a configuration has nothing that TOML cannot say")
    }
}

mod as_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(spec: &Spec, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(spec)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spec, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

fn serialize_outcome<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.as_str())
}

fn deserialize_outcome<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Outcome, D::Error> {
    let name = String::deserialize(deserializer)?;
    crate::door::command::outcome(&name).ok_or_else(|| serde::de::Error::custom("an outcome is admit, refer or refuse"))
}

/// `config show`.
pub(crate) fn show(args: &ConfigShowArgs, session: &Session) -> Result<u8, Error> {
    let (config, _) = Config::load(&args.store, args.config.as_deref())?;
    let text = match session.json {
        true => {
            let value = serde_json::to_value(&config).expect("a configuration has nothing that JSON cannot say");
            json_line(&value) + "\n"
        }
        false => config.to_toml(),
    };
    let mut out = Output::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(0)
}

/// `config check`.
pub(crate) fn check(args: &ConfigCheckArgs, session: &Session) -> Result<u8, Error> {
    Config::parse(&read_bounded(&args.file, MAX_FILE)?).map_err(|what| Error::config(&args.file, what))?;
    let text = match session.json {
        true => json_line(&serde_json::json!({ "type": "config", "good": true })),
        false => session.catalog.text("config-good", &[]),
    };
    let mut out = Output::stdout();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        let text = r#"
            view = "lines"
            [pass-back]
            window = 60
            exempt = ["07a1b2c3d4e5f60718"]
            [document]
            without-code = "admit"
            [staff]
            operators = ["a-17"]
            reasons = ["supervisor"]
            [[source]]
            from = "serial:/dev/ttyACM0,baud=9600"
            [[source]]
            from = "stdin"
        "#;
        let config = Config::parse(text.as_bytes()).unwrap();
        assert_eq!(Config::parse(config.to_toml().as_bytes()).unwrap(), config);
        assert_eq!(config.pass_back.exempt().count(), 1);
        assert_eq!(config.document.without_code, Outcome::Admit);
        let default = Config::default();
        assert_eq!(Config::parse(default.to_toml().as_bytes()).unwrap(), default);
        assert_eq!(Config::parse(b"").unwrap(), default);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("vieww = \"lines\"", "vieww"),
            ("[pass-back]\nwindows = 3", "windows"),
            ("[pass-back]\nwindow = 86401", "pass-back.window"),
            ("[pass-back]\nexempt = [\"07\"]", "18 hexadecimal"),
            ("[reader]\nbudget = 0", "reader.budget"),
            ("[document]\nwithout-code = \"refuse\"", "document.without-code"),
            ("[document]\nwithout-code = \"let-in\"", "outcome"),
            ("[staff]\nreasons = []", "staff.reasons"),
            ("[staff]\nreasons = [\"A person's name\"]", "reason is"),
            ("[staff]\noperators = [\"a b\"]", "operator is"),
            (
                "[[source]]\nfrom = \"stdin\"\n[[source]]\nfrom = \"stdin\"",
                "named twice",
            ),
            ("[[source]]\nfrom = \"stdin\"\nbaud = 9600", "baud"),
            ("[[source]]\nfrom = \"telepathy:\"", "line 2, from = \"telepathy:\""),
        ] {
            let error = Config::parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(named), "{text}: {error}");
        }
        assert!(Config::parse(b"view = \"\xff\"").unwrap_err().contains("UTF-8"));
    }
}
