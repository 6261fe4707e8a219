use super::*;
use crate::clock::parse_time;
use crate::messages::Texts;
use crate::program::CommonArgs;
use std::path::PathBuf;

const TEXTS: Texts = Texts {
    en: "cmd = Made for a test\ncmd-mint = Mint\n    .count = How many\n    .at = When\n    .pair = Two\n\
         \x20   .out = Where to\n    .dry = Nothing\n    .input = From\ncmd-key = Keys\ncmd-key-new = A key\n",
    zh: "cmd = 测试用程序，这一句话写得特别长，为的是在窄的终端上一定会折行，折行之后还要读得通顺\n\
         cmd-mint = 签发\n    .count = 数量\n    .at = 时间\n    .pair = 两个\n    .out = 写到哪里\n    .dry = 不写\n\
         \x20   .input = 来源\ncmd-key = 密钥\ncmd-key-new = 生成密钥\n",
};

#[derive(Debug, clap::Parser)]
#[command(name = "made", version = "1.0")]
struct Cli {
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    command: Commands,
}

#[derive(Debug, clap::Subcommand)]
enum Commands {
    Mint {
        input: PathBuf,
        #[arg(long)]
        count: Option<u8>,
        #[arg(long, value_parser = parse_time)]
        at: Option<i64>,
        #[arg(long, num_args = 2)]
        pair: Vec<String>,
        #[arg(long, conflicts_with = "dry", require_equals = true)]
        out: Option<PathBuf>,
        #[arg(long)]
        dry: bool,
    },
    Key {
        #[command(subcommand)]
        command: Key,
    },
}

#[derive(Debug, clap::Subcommand)]
#[command(arg_required_else_help = true)]
enum Key {
    New,
}

fn run(args: &[&str], language: Language) -> Result<Cli, Exit> {
    let args: Vec<OsString> = ["made"].iter().chain(args).map(OsString::from).collect();
    parse(&args, &Catalog::new(language, TEXTS))
}

fn zh(args: &[&str]) -> String {
    let exit = run(args, Language::SimplifiedChinese).expect_err("the arguments are wrong");
    assert_eq!(exit.code(), 2, "{}", exit.text());
    assert!(exit.json().is_some());
    exit.text().to_owned()
}

#[test]
fn good_arguments_are_parsed() {
    let cli = run(
        &["mint", "a.csv", "--at", "2021-12-20", "--json"],
        Language::SimplifiedChinese,
    )
    .expect("all is well");
    assert!(cli.common.json);
    let Commands::Mint { input, at, .. } = cli.command else {
        panic!("mint was asked for")
    };
    assert_eq!((input, at), (PathBuf::from("a.csv"), Some(1_639_958_400)));
}

#[test]
fn a_whole_error_in_both_languages() {
    let args = ["mint", "a", "--cuont", "3"];
    let english = "\
error: unexpected argument '--cuont' found

  tip: a similar argument exists: '--count'

Usage: made mint --count <COUNT> <INPUT>

For more information, try '--help'.
";
    assert_eq!(run(&args, Language::English).expect_err("wrong").text(), english);
    let chinese = "\
错误：无法识别的参数 --cuont
  是否想用 --count？

用法：made mint --count <COUNT> <INPUT>

详情请运行 --help。
";
    assert_eq!(zh(&args), chinese);
}

#[test]
fn each_kind_of_error_has_its_sentence() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["mint", "a", "--count", "300"],
            "错误：--count <COUNT> 的值“300”无效\n  300 is not in 0..=255",
        ),
        (&["mint", "a", "--count"], "错误：--count <COUNT> 需要一个值"),
        (
            &["mint", "a", "--count", "1", "--count", "2"],
            "错误：--count <COUNT> 只能使用一次",
        ),
        (
            &["mint", "a", "--at", "soon"],
            "错误：--at <AT> 的值“soon”无效\n  请写成 2026-07-01 或",
        ),
        (
            &["mint", "a", "--pair", "1"],
            "错误：--pair <PAIR> <PAIR> 需要 2 个值，给了 1 个",
        ),
        (&["mint", "a", "--out", "b"], "错误：--out=<OUT> 的值须用等号给出"),
        (
            &["mint", "a", "--out=b", "--dry"],
            "错误：--out=<OUT> 不能与 --dry 同时使用",
        ),
        (&["mint", "a", "--dry=1"], "错误：--dry 多给了一个值“1”"),
        (&["mint"], "错误：缺少必需的参数：<INPUT>"),
        (&["mnit"], "错误：没有子命令 mnit\n  是否想用 mint？"),
        (
            &["--color", "green", "mint", "a"],
            "错误：--color <WHEN> 的值“green”无效\n  可选值：auto、always、never",
        ),
        (&["--json"], "错误：made 需要一个子命令\n  可用的子命令：mint、key"),
    ];
    for (args, expected) in cases {
        let text = zh(args);
        assert!(text.starts_with(expected), "{args:?}\n{text}");
        assert!(
            text.contains("\n\n用法：made") || !text.contains("Usage"),
            "{args:?}\n{text}"
        );
        assert!(text.ends_with("详情请运行 --help。\n"), "{args:?}\n{text}");
        assert!(
            !text.contains("usage-") && !text.contains("[OPTIONS]"),
            "{args:?}\n{text}"
        );
    }
}

#[test]
fn rarer_errors_have_their_sentences_too() {
    let text = |kind, context: &[(ContextKind, ContextValue)]| {
        let mut error = Error::new(kind);
        for (kind, value) in context {
            error.insert(*kind, value.clone());
        }
        usage_error(&error, &Catalog::new(Language::SimplifiedChinese, TEXTS))
    };
    let string = |text: &str| ContextValue::String(text.to_owned());
    let few = [
        (ContextKind::InvalidArg, string("--pair")),
        (ContextKind::MinValues, ContextValue::Number(2)),
        (ContextKind::ActualNumValues, ContextValue::Number(1)),
    ];
    assert!(text(ErrorKind::TooFewValues, &few).starts_with("错误：--pair 至少需要 2 个值，只给了 1 个\n"));
    let conflict = [
        (ContextKind::InvalidSubcommand, string("mint")),
        (
            ContextKind::PriorArg,
            ContextValue::Strings(vec!["--a".to_owned(), "--b".to_owned()]),
        ),
    ];
    let conflict = text(ErrorKind::ArgumentConflict, &conflict);
    assert!(
        conflict.starts_with("错误：子命令 mint 不能与 --a、--b 同时使用\n"),
        "{conflict}"
    );
    assert!(text(ErrorKind::InvalidUtf8, &[]).starts_with("错误：参数不是有效的 UTF-8 文字\n"));
    assert!(text(ErrorKind::Format, &[]).starts_with("错误：参数无法解析\n"));
    let raw = Error::raw(ErrorKind::Io, "said\u{202e} by a program");
    let raw = usage_error(&raw, &Catalog::new(Language::SimplifiedChinese, TEXTS));
    assert!(raw.starts_with("错误：said\u{fffd} by a program\n"), "{raw}");
}

#[test]
fn help_and_version_end_well_and_are_localised() {
    let exit = run(&["mint", "--help"], Language::SimplifiedChinese).expect_err("shown as an error");
    assert_eq!((exit.code(), exit.json()), (0, None));
    assert!(
        exit.text()
            .starts_with("签发\n\n用法：made mint [选项] <INPUT>\n\n参数：\n  <INPUT>  来源\n"),
        "{}",
        exit.text()
    );
    assert!(exit.styled.contains("\u{1b}["), "help has colours for terminals");
    let exit = run(&["--version"], Language::English).expect_err("shown as an error");
    assert_eq!((exit.code(), exit.text()), (0, "made 1.0\n"));
}

#[test]
fn a_command_without_its_subcommand_shows_help_and_fails() {
    let exit = run(&["key"], Language::SimplifiedChinese).expect_err("a subcommand is missing");
    assert_eq!(exit.code(), 2);
    assert!(exit.text().starts_with("密钥\n\n用法：made key"), "{}", exit.text());
    let json = exit.json().expect("a usage error has JSON");
    assert_eq!(
        json,
        r#"{"error":{"reason":"usage","message":"a subcommand or an argument is required"}}"#
    );
}

#[test]
fn chinese_help_is_broken_to_the_terminal() {
    let catalog = Catalog::new(Language::SimplifiedChinese, TEXTS);
    let error = localize(<Cli as clap::CommandFactory>::command(), &catalog)
        .try_get_matches_from(["made", "--help"])
        .expect_err("shown as an error");
    for columns in [40, 60, 80] {
        let exit = Exit::new(&error, &catalog, columns);
        assert!(
            exit.text().lines().all(|line| crate::terminal::width(line) <= columns),
            "{}",
            exit.text()
        );
    }
}

#[test]
fn json_is_english_on_one_line_in_every_language() {
    for language in [Language::English, Language::SimplifiedChinese] {
        let exit = run(&["mint"], language).expect_err("wrong");
        let message = "the following required arguments were not provided: <INPUT>";
        assert_eq!(
            exit.json(),
            Some(&*format!(r#"{{"error":{{"reason":"usage","message":"{message}"}}}}"#))
        );
    }
}

#[test]
fn arguments_cannot_repaint_the_terminal() {
    for language in [Language::English, Language::SimplifiedChinese] {
        let exit = run(&["mint", "a", "--x\u{1b}[2J\u{202e}"], language).expect_err("wrong");
        assert!(!exit.text().contains(['\u{1b}', '\u{202e}']), "{}", exit.text());
        assert!(exit.styled.starts_with("\u{1b}[1;31m"));
        assert!(!exit.json().expect("a usage error has JSON").contains("\\u001b"));
    }
}

#[test]
fn the_texts_of_this_test_are_complete() {
    assert_eq!(crate::messages::check(TEXTS.en, TEXTS.zh), Vec::<String>::new());
    let command = <Cli as clap::CommandFactory>::command();
    for language in [Language::English, Language::SimplifiedChinese] {
        assert_eq!(
            crate::help::missing(&command, &Catalog::new(language, TEXTS)),
            Vec::<String>::new()
        );
    }
}
