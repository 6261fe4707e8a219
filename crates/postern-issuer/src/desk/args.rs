//! The arguments of `ledger`. The help texts are in `i18n`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use postern_cli::clock::parse_time;
use postern_cli::secret::PassphraseSource;

#[derive(Subcommand)]
pub(crate) enum LedgerCommand {
    Show(ShowArgs),
    Find(FindArgs),
    Export(ExportArgs),
}

#[derive(Args)]
pub(crate) struct ShowArgs {
    #[arg(required = true, value_name = "LEDGER")]
    pub(super) ledgers: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct FindArgs {
    #[arg(required = true, value_name = "LEDGER")]
    pub(super) ledgers: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) whom: Whom,
    #[arg(long, value_name = "FILE", requires = "document")]
    pub(super) tag_key: Option<PathBuf>,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) at: Option<i64>,
    #[arg(long)]
    pub(super) text: bool,
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) passphrase: PassphraseSource,
}

/// By what a person is looked for: one of these.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    #[arg(long, value_name = "ID")]
    pub(super) id: Option<String>,
    #[arg(long, value_name = "N")]
    pub(super) index: Option<u32>,
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(super) name: Option<String>,
    #[arg(long, num_args = 3, value_names = ["KIND", "COUNTRY", "NUMBER"], requires = "tag_key")]
    pub(super) document: Option<Vec<String>>,
}

#[derive(Args)]
pub(crate) struct ExportArgs {
    #[arg(required = true, value_name = "LEDGER")]
    pub(super) ledgers: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    #[arg(long, value_enum, default_value_t = WhichName::All, value_name = "WHICH")]
    pub(super) which: WhichName,
    #[arg(long, value_name = "TIME", value_parser = parse_time, required_if_eq("which", "expiring"))]
    pub(super) expiring_by: Option<i64>,
    #[arg(long, value_enum, default_value_t = ListFormat::Csv, value_name = "FORMAT")]
    pub(super) format: ListFormat,
    #[arg(long)]
    pub(super) text: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhichName {
    All,
    Current,
    Invalid,
    Expiring,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Csv,
    Jsonl,
}
