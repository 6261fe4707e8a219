//! Which language to speak.

use std::ffi::{OsStr, OsString};

use crate::scan;

/// A language that every text exists in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Language {
    /// English, and the language of everything that programs read: JSON, logs, reasons.
    English,
    /// Simplified Chinese.
    SimplifiedChinese,
}

impl Language {
    /// Chooses from the raw arguments (`--lang X`, `--lang=X`) and, without one, from the first of `LC_ALL`,
    /// `LC_MESSAGES` and `LANG` that is set and not empty (POSIX.1-2024, XBD 8.2). Whatever begins with `zh` is
    /// Simplified Chinese; all else is English.
    ///
    /// `env` looks a variable up; a program passes `|name| std::env::var_os(name)`.
    pub fn choose<A: AsRef<OsStr>>(args: &[A], env: impl Fn(&str) -> Option<OsString>) -> Self {
        if let Some(name) = scan::value(args, "--lang") {
            return Self::from_name(&name);
        }
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(env)
            .find(|value| !value.is_empty())
            .map_or(Self::English, |value| Self::from_name(&value.to_string_lossy()))
    }

    /// Reads a language name or a POSIX locale name: `en`, `zh`, `zh-CN`, `zh_CN.UTF-8`. Never fails: a language that
    /// is not ours is English.
    pub fn from_name(name: &str) -> Self {
        let primary = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        if primary.eq_ignore_ascii_case("zh") {
            Self::SimplifiedChinese
        } else {
            Self::English
        }
    }

    /// The BCP 47 tag: `en` or `zh-CN`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-CN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(args: &[&str], env: &[(&str, &str)]) -> Language {
        Language::choose(args, |name| {
            env.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_argument_wins_over_the_environment() {
        assert_eq!(
            choose(&["p", "--lang", "en"], &[("LC_ALL", "zh_CN.UTF-8")]),
            Language::English
        );
        assert_eq!(
            choose(&["p", "--lang=zh-CN"], &[("LANG", "en_US.UTF-8")]),
            Language::SimplifiedChinese
        );
    }

    #[test]
    fn the_first_variable_that_is_not_empty_decides() {
        let zh = "zh_CN.UTF-8";
        assert_eq!(
            choose(&[], &[("LC_ALL", ""), ("LC_MESSAGES", zh), ("LANG", "C")]),
            Language::SimplifiedChinese
        );
        assert_eq!(choose(&[], &[("LC_ALL", "C"), ("LANG", zh)]), Language::English);
        assert_eq!(choose(&[], &[("LANG", zh)]), Language::SimplifiedChinese);
        assert_eq!(choose(&[], &[]), Language::English);
    }

    #[test]
    fn names_in_every_spelling() {
        for name in ["zh", "ZH", "zh-CN", "zh_CN", "zh_CN.UTF-8", "zh-Hans-CN", "zh_TW"] {
            assert_eq!(Language::from_name(name), Language::SimplifiedChinese, "{name}");
        }
        for name in ["", "en", "en_GB.UTF-8", "C", "POSIX", "zha", "fr", "中文", "-zh"] {
            assert_eq!(Language::from_name(name), Language::English, "{name}");
        }
    }
}
