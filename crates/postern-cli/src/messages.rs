//! The texts of a program in one language, with English behind it.
//!
//! Texts are Fluent resources (<https://projectfluent.org/fluent/guide/>) that are compiled into the program. This
//! crate's own texts come first; a program's texts are added and win where both have the same id.

mod check;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub use check::check;
/// A value for a placeholder: made from texts and numbers by `.into()`.
pub use fluent_bundle::FluentValue;

use crate::language::Language;

const COMMON: Texts = Texts {
    en: include_str!("../i18n/en.ftl"),
    zh: include_str!("../i18n/zh-CN.ftl"),
};
const CLAP_ZH: &str = include_str!("../i18n/usage.zh-CN.ftl");

type Bundle = FluentBundle<FluentResource>;

/// The texts of one program as Fluent resources, one for each language.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// The English resource.
    pub en: &'static str,
    /// The same ids in Simplified Chinese.
    pub zh: &'static str,
}

/// Messages in one language. It may be shared between threads.
pub struct Catalog {
    language: Language,
    bundle: Bundle,
    /// What stands behind `bundle`; `None` where `bundle` is English itself.
    english: Option<Bundle>,
}

impl Catalog {
    /// Builds the catalogue of a program. A resource with syntax errors keeps the messages that could be read;
    /// [`check`] reports the others in a test.
    pub fn new(language: Language, texts: Texts) -> Self {
        let english = || bundle(Language::English, &[COMMON.en, texts.en]);
        match language {
            Language::English => Self {
                language,
                bundle: english(),
                english: None,
            },
            Language::SimplifiedChinese => Self {
                language,
                bundle: bundle(language, &[CLAP_ZH, COMMON.zh, texts.zh]),
                english: Some(english()),
            },
        }
    }

    /// The language of this catalogue.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of a message. A message that this language lacks is given in English, and one that English lacks too
    /// is given as its id: a missing text must never stop a program. Values are put in as they are: clean foreign text
    /// with [`crate::terminal::printable`] first ([`crate::Failure`] does it by itself).
    pub fn text(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.find(id, None, args).unwrap_or_else(|| id.to_owned())
    }

    /// The text of a message's attribute, with the same fallbacks as [`Self::text`]; at last `id.attribute`.
    pub fn attribute(&self, id: &str, attribute: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.find(id, Some(attribute), args)
            .unwrap_or_else(|| format!("{id}.{attribute}"))
    }

    /// The text of a message or of one of its attributes, in this language or else in English.
    pub fn find(&self, id: &str, attribute: Option<&str>, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
        format(&self.bundle, id, attribute, args).or_else(|| format(self.english.as_ref()?, id, attribute, args))
    }

    /// As [`Self::find`], in English whatever the language is: for JSON and logs.
    pub fn find_english(&self, id: &str, attribute: Option<&str>, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
        format(self.english.as_ref().unwrap_or(&self.bundle), id, attribute, args)
    }

    /// True where this very language has a text for the message. English is not asked.
    pub fn has(&self, id: &str) -> bool {
        self.bundle
            .get_message(id)
            .is_some_and(|message| message.value().is_some())
    }

    /// True where this very language has a text for the message's attribute. English is not asked.
    pub fn has_attribute(&self, id: &str, attribute: &str) -> bool {
        self.bundle
            .get_message(id)
            .is_some_and(|message| message.get_attribute(attribute).is_some())
    }
}

fn bundle(language: Language, sources: &[&str]) -> Bundle {
    // The tags are constants of ours; the default is the root language, whose plural rules are merely plain.
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Isolation marks are invisible characters around each value: they end up in file names that people copy.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource =
            FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(readable_part, _errors)| readable_part);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn format(bundle: &Bundle, id: &str, attribute: Option<&str>, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
    let message = bundle.get_message(id)?;
    let pattern = match attribute {
        Some(name) => message.get_attribute(name)?.value(),
        None => message.value()?,
    };
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
    // What cannot be resolved is left as its placeholder, which is better than no text at all.
    let mut unresolved = Vec::new();
    Some(
        bundle
            .format_pattern(pattern, Some(&args), &mut unresolved)
            .into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: Texts = Texts {
        en: "hello = Hello { $name }\n    .hint = Wave\nenglish-only = Only here\nlabel-hint = tip:\n",
        zh: "hello = 你好，{ $name }\n    .hint = 挥手\n",
    };

    #[test]
    fn a_text_in_both_languages_without_isolation_marks() {
        let args = [("name", "李雷".into())];
        assert_eq!(
            Catalog::new(Language::English, TEXTS).text("hello", &args),
            "Hello 李雷"
        );
        assert_eq!(
            Catalog::new(Language::SimplifiedChinese, TEXTS).text("hello", &args),
            "你好，李雷"
        );
        assert_eq!(
            Catalog::new(Language::SimplifiedChinese, TEXTS).attribute("hello", "hint", &[]),
            "挥手"
        );
    }

    #[test]
    fn a_missing_text_falls_back_to_english_and_then_to_its_id() {
        let zh = Catalog::new(Language::SimplifiedChinese, TEXTS);
        assert_eq!(zh.text("english-only", &[]), "Only here");
        assert!(!zh.has("english-only"));
        assert_eq!(zh.text("nowhere", &[]), "nowhere");
        assert_eq!(zh.attribute("hello", "nothing", &[]), "hello.nothing");
        assert_eq!(zh.find("nowhere", None, &[]), None);
        assert_eq!(zh.find_english("hello", Some("hint"), &[]).as_deref(), Some("Wave"));
    }

    #[test]
    fn a_missing_value_leaves_its_placeholder() {
        assert_eq!(
            Catalog::new(Language::English, TEXTS).text("hello", &[]),
            "Hello {$name}"
        );
    }

    #[test]
    fn the_program_wins_over_the_common_texts() {
        let en = Catalog::new(Language::English, TEXTS);
        assert_eq!(en.text("label-hint", &[]), "tip:");
        assert!(en.has("label-error") && en.has_attribute("args", "json"));
        assert!(!en.has("args"), "a message of attributes only has no text of its own");
    }

    #[test]
    fn a_broken_resource_keeps_its_readable_part() {
        let texts = Texts {
            en: "good = fine\nbad = { $\nlater = fine too\n",
            zh: "",
        };
        let en = Catalog::new(Language::English, texts);
        assert_eq!(en.text("good", &[]), "fine");
        assert_eq!(en.text("bad", &[]), "bad");
    }

    #[test]
    fn numbers_choose_plurals_and_are_not_grouped() {
        let en = Catalog::new(Language::English, TEXTS);
        assert_eq!(en.text("duration-days", &[("count", 1.into())]), "1 day");
        assert_eq!(en.text("duration-days", &[("count", 12345.into())]), "12345 days");
    }

    #[test]
    fn the_common_texts_are_complete_in_both_languages() {
        assert_eq!(check(COMMON.en, COMMON.zh), Vec::<String>::new());
        assert!(FluentResource::try_new(CLAP_ZH.to_owned()).is_ok());
    }

    #[test]
    fn a_catalogue_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        shared(&Catalog::new(Language::English, TEXTS));
    }
}
