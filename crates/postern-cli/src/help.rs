//! Help in two languages: the texts of commands and arguments live in the catalogue, not in doc comments.
//!
//! | what | message or attribute |
//! | --- | --- |
//! | `postern-issuer` itself | `cmd` |
//! | `postern-issuer key new` | `cmd-key-new` |
//! | its long text, its text after the arguments | `.about-long`, `.after-help` |
//! | its argument `passphrase_file` | `.passphrase-file`, at more length `.passphrase-file-long` |
//!
//! An argument that a command's message does not name is looked up in `cmd` (for global arguments) and then in the
//! common message `args` (for those that every program shares).

use clap::builder::{Resettable, StyledStr};
use clap::{Arg, ArgAction, Command};

use crate::language::Language;
use crate::messages::Catalog;

const ROOT: &str = "cmd";
const SHARED: &str = "args";

/// Gives a command tree the texts of the catalogue and builds it ([`Command::build`]). A command or argument without a
/// text keeps the one that it had.
pub fn localize(command: Command, catalog: &Catalog) -> Command {
    let mut command = in_words(command, ROOT, false, catalog);
    command.build();
    help_commands(command, catalog)
}

/// The commands and arguments that have no text in the catalogue's own language, by message id: for a test that the
/// list is empty. Hidden ones need none.
pub fn missing(command: &Command, catalog: &Catalog) -> Vec<String> {
    let mut ids = Vec::new();
    list_missing(command, ROOT, catalog, &mut ids);
    ids
}

fn list_missing(command: &Command, path: &str, catalog: &Catalog, ids: &mut Vec<String>) {
    if !catalog.has(path) {
        ids.push(path.to_owned());
    }
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let name = attribute(arg);
        if ![path, ROOT, SHARED].iter().any(|id| catalog.has_attribute(id, &name)) {
            ids.push(format!("{path}.{name}"));
        }
    }
    for sub in own_subcommands(command).filter(|sub| !sub.is_hide_set()) {
        list_missing(sub, &join(path, sub), catalog, ids);
    }
}

/// `help` is clap's own once the tree is built.
fn own_subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| sub.get_name() != "help")
}

fn in_words(mut command: Command, path: &str, version_inherited: bool, catalog: &Catalog) -> Command {
    let propagates = version_inherited || command.is_propagate_version_set();
    let has_version = propagates || command.get_version().is_some() || command.get_long_version().is_some();
    if let Some(about) = catalog.find(path, None, &[]) {
        command = command
            .about(about)
            .long_about(optional(catalog.find(path, Some("about-long"), &[])));
    }
    if let Some(text) = catalog.find(path, Some("after-help"), &[]) {
        command = command.after_help(text);
    }
    command = command.mut_args(|arg| arg_in_words(arg, path, catalog));
    command = flags(command, has_version, catalog);
    if catalog.language() != Language::English {
        let word = catalog.text("word-command", &[]);
        // clap cannot break lines without spaces; `wrap` does it afterwards.
        command = command.subcommand_value_name(word).term_width(0);
        let template = template(&command, catalog);
        command = command.help_template(template);
    }
    command.mut_subcommands(|sub| {
        let path = join(path, &sub);
        in_words(sub, &path, propagates, catalog)
    })
}

fn arg_in_words(arg: Arg, path: &str, catalog: &Catalog) -> Arg {
    let name = attribute(&arg);
    let own = |name: &str| {
        let id = [path, ROOT, SHARED]
            .into_iter()
            .find(|id| catalog.has_attribute(id, name));
        match id {
            Some(id) => catalog.find(id, Some(name), &[]),
            None => [path, ROOT, SHARED]
                .iter()
                .find_map(|id| catalog.find(id, Some(name), &[])),
        }
    };
    let Some(help) = own(&name) else { return arg };
    let notes = notes(&arg, catalog);
    let with_notes = |text: String| {
        if notes.is_empty() {
            text
        } else {
            format!("{text} {notes}")
        }
    };
    let long = own(&format!("{name}-long")).map(with_notes);
    let values = takes_values(&arg);
    let arg = arg.help(with_notes(help)).long_help(optional(long));
    if values {
        arg.hide_default_value(true).hide_possible_values(true)
    } else {
        arg
    }
}

/// What clap would say in English at the end of an argument's help: its default and its possible values.
fn notes(arg: &Arg, catalog: &Catalog) -> String {
    let mut notes = Vec::new();
    let defaults: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    if !defaults.is_empty() && !arg.is_hide_default_value_set() && takes_values(arg) {
        notes.push(catalog.text("help-default", &[("value", defaults.join(" ").into())]));
    }
    let values: Vec<_> = arg.get_possible_values();
    let values: Vec<_> = values
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| value.get_name())
        .collect();
    if !values.is_empty() && !arg.is_hide_possible_values_set() && takes_values(arg) {
        notes.push(catalog.text("help-possible", &[("values", values.join(", ").into())]));
    }
    notes.join(" ")
}

fn takes_values(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

/// Our own `--help` and `--version`: the texts of clap's are made too late to be changed.
fn flags(command: Command, has_version: bool, catalog: &Catalog) -> Command {
    let text = |name: &str| catalog.attribute(SHARED, name, &[]);
    let flag = |name: &'static str, short: char, action: ArgAction| {
        Arg::new(name)
            .short(short)
            .long(name)
            .action(action)
            .display_order(LAST)
            .help_heading(None::<&'static str>)
    };
    let mut help = flag("help", 'h', ArgAction::Help);
    let long = command.get_long_about().is_some() || command.get_arguments().any(|arg| arg.get_long_help().is_some());
    help = if long {
        help.help(text("help-more")).long_help(text("help-summary"))
    } else {
        help.help(text("help"))
    };
    let command = command.disable_help_flag(true).disable_version_flag(true).arg(help);
    if has_version {
        command.arg(flag("version", 'V', ArgAction::Version).help(text("version")))
    } else {
        command
    }
}

/// The place that clap gives to its own flags.
const LAST: usize = 999;

/// clap's own template with headings in the language. Own headings of arguments fall together under "options".
fn template(command: &Command, catalog: &Catalog) -> String {
    let (header, usage) = (command.get_styles().get_header(), command.get_styles().get_usage());
    let mut template = format!(
        "{{before-help}}{{about-with-newline}}\n{usage}{}{usage:#}{{usage}}",
        catalog.text("heading-usage", &[])
    );
    let mut section = |present: bool, heading: &str, tag: &str| {
        if present {
            let heading = catalog.text(heading, &[]);
            template.push_str(&format!("\n\n{header}{heading}{header:#}\n{{{tag}}}"));
        }
    };
    let visible = |arg: &&Arg| !arg.is_hide_set();
    section(
        command.get_subcommands().any(|sub| !sub.is_hide_set()),
        "heading-commands",
        "subcommands",
    );
    section(
        command.get_positionals().filter(visible).count() > 0,
        "heading-arguments",
        "positionals",
    );
    // There is always `--help`.
    section(true, "heading-options", "options");
    template.push_str("{after-help}");
    template
}

/// Names the `help` subcommands that building has added at every level.
fn help_commands(command: Command, catalog: &Catalog) -> Command {
    command.mut_subcommands(|sub| {
        let sub = if sub.get_name() == "help" {
            sub.about(catalog.text("help-command", &[]))
        } else {
            sub
        };
        help_commands(sub, catalog)
    })
}

/// Without a long text, one that came from a doc comment is taken away.
fn optional(text: Option<String>) -> Resettable<StyledStr> {
    text.map(StyledStr::from).into()
}

fn attribute(arg: &Arg) -> String {
    arg.get_id().as_str().replace('_', "-")
}

fn join(path: &str, sub: &Command) -> String {
    format!("{path}-{}", sub.get_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Texts;
    use crate::program::CommonArgs;
    use crate::secret::PassphraseSource;
    use clap::Args;

    const TEXTS: Texts = Texts {
        en: "cmd = Made for a test\n    .verbose = Say more\ncmd-key = Keys\n    .after-help = Keep them safe.\n\
             cmd-key-new = Make a key\n    .name = Its name\n    .kind = Its kind\n    .kind-long = Its kind, at length\n",
        zh: "cmd = 测试用程序\n    .verbose = 显示更多\ncmd-key = 密钥\n    .after-help = 请妥善保管。\n\
             cmd-key-new = 生成密钥\n    .name = 名称\n    .kind = 种类\n    .kind-long = 种类的详细说明\n",
    };

    fn command() -> Command {
        let kind = Arg::new("kind")
            .long("kind")
            .value_parser(["root", "gate"])
            .default_value("gate");
        let new = PassphraseSource::augment_args(Command::new("new").arg(kind).arg(Arg::new("name").required(true)));
        CommonArgs::augment_args(
            Command::new("made")
                .version("1.2.3")
                .arg(
                    Arg::new("verbose")
                        .long("verbose")
                        .action(ArgAction::SetTrue)
                        .global(true),
                )
                .subcommand_required(true)
                .subcommand(Command::new("key").subcommand_required(true).subcommand(new)),
        )
    }

    fn help(args: &[&str], language: Language) -> String {
        let error = localize(command(), &Catalog::new(language, TEXTS))
            .try_get_matches_from(args)
            .expect_err("help is an error to clap");
        error.render().to_string()
    }

    #[test]
    fn the_root_in_english() {
        let expected = "\
Made for a test

Usage: made [OPTIONS] <COMMAND>

Commands:
  key   Keys
  help  Print this message or the help of the given subcommand(s)

Options:
      --verbose       Say more
      --json          Write for programs: one JSON object a line
      --lang <LANG>   Language of the texts, en or zh; without it the environment decides
      --color <WHEN>  When to use colours [default: auto] [possible values: auto, always, never]
  -h, --help          Print help
  -V, --version       Print version
";
        assert_eq!(help(&["made", "--help"], Language::English), expected);
    }

    #[test]
    fn the_root_in_chinese() {
        let expected = "\
测试用程序

用法：made [OPTIONS] <命令>

命令：
  key   密钥
  help  显示本帮助，或指定子命令的帮助

选项：
      --verbose       显示更多
      --json          输出供程序读取：每行一个 JSON 对象
      --lang <LANG>   界面语言：en 或 zh；不指定时由环境变量决定
      --color <WHEN>  何时使用颜色 [默认值：auto] [可选值：auto, always, never]
  -h, --help          显示帮助
  -V, --version       显示版本
";
        assert_eq!(help(&["made", "--help"], Language::SimplifiedChinese), expected);
    }

    #[test]
    fn subcommands_long_help_and_after_help() {
        let text = help(&["made", "key", "new", "-h"], Language::SimplifiedChinese);
        assert!(text.contains("参数：\n  <name>  名称\n\n选项：\n"), "{text}");
        assert!(text.contains("种类 [默认值：gate] [可选值：root, gate]"), "{text}");
        assert!(text.contains("从这个文件的第一行读取口令"), "{text}");
        assert!(
            text.contains("显示更多") && text.contains("（--help 更详细）"),
            "{text}"
        );
        assert!(!text.contains("--version"), "{text}");
        let text = help(&["made", "key", "new", "--help"], Language::SimplifiedChinese);
        assert!(text.contains("种类的详细说明"), "{text}");
        let text = help(&["made", "key", "--help"], Language::English);
        assert!(text.ends_with("\n\nKeep them safe.\n"), "{text}");
    }

    #[test]
    fn the_help_subcommand_shows_the_same_help() {
        for language in [Language::English, Language::SimplifiedChinese] {
            assert_eq!(help(&["made", "help"], language), help(&["made", "--help"], language));
            assert_eq!(
                help(&["made", "help", "key", "new"], language),
                help(&["made", "key", "new", "--help"], language)
            );
            assert!(help(&["made", "help", "help"], language).contains("help"));
        }
    }

    #[test]
    fn the_version_is_shown() {
        assert_eq!(help(&["made", "-V"], Language::SimplifiedChinese), "made 1.2.3\n");
    }

    #[test]
    fn a_propagated_version_reaches_every_command() {
        let command = localize(
            command().propagate_version(true),
            &Catalog::new(Language::English, TEXTS),
        );
        let error = command
            .try_get_matches_from(["made", "key", "new", "--version"])
            .expect_err("shown as an error");
        assert_eq!(error.kind(), clap::error::ErrorKind::DisplayVersion);
    }

    #[test]
    fn a_command_without_text_keeps_its_own() {
        let catalog = Catalog::new(Language::SimplifiedChinese, Texts { en: "", zh: "" });
        let mut command = localize(Command::new("made").about("As it was"), &catalog);
        assert!(command.render_help().to_string().starts_with("As it was\n"));
    }

    #[test]
    fn missing_texts_are_listed_for_the_very_language() {
        let complete = Catalog::new(Language::SimplifiedChinese, TEXTS);
        assert_eq!(missing(&command(), &complete), Vec::<String>::new());
        assert_eq!(
            missing(&localize(command(), &complete), &complete),
            Vec::<String>::new()
        );
        let gaps = Texts {
            en: TEXTS.en,
            zh: "cmd = 测试用程序\ncmd-key-new = 生成密钥\n    .name = 名称\n",
        };
        assert_eq!(
            missing(&command(), &Catalog::new(Language::SimplifiedChinese, gaps)),
            ["cmd.verbose", "cmd-key", "cmd-key-new.kind"]
        );
    }
}
