//! The arguments of `mint`, `renew` and `replace`. The help texts are in `i18n`.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use postern_cards::Paper;
use postern_cli::clock::parse_time;
use postern_cli::secret::PassphraseSource;

use super::ledger::Ended;
use super::output::FormatName;
use super::people::EncodingChoice;
use super::permutation::MAX_CAPACITY;
use super::shard::Shard;

/// Days that codes hold, where nothing else is asked for.
const VALID_FOR: u32 = 365;

/// What every command needs that mints codes.
#[derive(clap::Args, Clone, Debug)]
pub struct IssueArgs {
    /// The folder for what comes out.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The ledger.
    #[arg(long, value_name = "FILE")]
    pub ledger: PathBuf,
    /// The code key.
    #[arg(long, value_name = "KEY")]
    pub key: PathBuf,
    /// The folder of the repository.
    #[arg(long, value_name = "DIR")]
    pub repo: PathBuf,
    /// How many days the codes hold.
    #[arg(long, value_name = "DAYS", default_value_t = VALID_FOR, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub valid_for: u32,
    /// The time of issue in seconds since 1970; without it, now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<i64>,
    /// What comes out.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [FormatName::Png, FormatName::Csv], value_name = "FORMAT")]
    pub format: Vec<FormatName>,
    /// The paper of sheets.
    #[arg(long, value_enum, default_value_t, value_name = "PAPER")]
    pub paper: PaperName,
    /// The font of sheets; without it the system's are searched.
    #[arg(long, value_name = "FILE")]
    pub font: Option<PathBuf>,
    /// A file with the PIN of the token that the key is on; without it, as a passphrase.
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
    /// Where passphrases come from.
    #[command(flatten)]
    pub passphrase: PassphraseSource,
}

/// The paper of sheets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaperName {
    /// 210 mm by 297 mm.
    #[default]
    A4,
    /// 8.5 inches by 11.
    Letter,
}

/// Written by hand: the derived one would make help texts of the doc comments.
impl ValueEnum for PaperName {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::A4, Self::Letter]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
        }))
    }
}

impl From<PaperName> for Paper {
    fn from(name: PaperName) -> Self {
        match name {
            PaperName::A4 => Self::A4,
            PaperName::Letter => Self::Letter,
        }
    }
}

impl IssueArgs {
    /// Where the passphrase or the PIN of the code key comes from.
    pub(super) fn secret(&self) -> PassphraseSource {
        match &self.pin_file {
            Some(file) if crate::token::uri(&self.key).is_some() => PassphraseSource {
                passphrase_file: Some(file.clone()),
                passphrase_fd: None,
            },
            _ => self.passphrase.clone(),
        }
    }
}

/// The register of statuses, so that nobody whose code is not valid gets a new one, which would be; or that it is not asked.
/// A command that gives codes in the place of others wants one of the two.
#[derive(clap::Args, Clone, Debug, Default)]
#[group(id = "register_choice", multiple = false)]
pub struct RegisterChoice {
    /// The register of statuses.
    #[arg(long, value_name = "FILE")]
    pub register: Option<PathBuf>,
    /// No register is asked.
    #[arg(long)]
    pub no_register: bool,
}

/// The arguments of `mint`.
#[derive(clap::Args, Clone, Debug)]
pub struct MintArgs {
    /// The people file.
    #[arg(value_name = "PEOPLE.csv")]
    pub people: PathBuf,
    /// What every command needs.
    #[command(flatten)]
    pub issue: IssueArgs,
    /// The key of document tags.
    #[arg(long, value_name = "FILE", conflicts_with = "no_tags")]
    pub tag_key: Option<PathBuf>,
    /// Documents are checked, and no tag of them is put into the codes.
    #[arg(long)]
    pub no_tags: bool,
    /// A ledger is made where there is none.
    #[arg(long)]
    pub new_ledger: bool,
    /// The places of a new ledger.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MAX_CAPACITY))]
    pub capacity: Option<u64>,
    /// How the people file writes its characters.
    #[arg(long, value_enum, default_value_t, value_name = "ENCODING")]
    pub encoding: EncodingChoice,
    /// The part of the file that is minted.
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE)]
    pub shard: Shard,
    /// Rows with other content than their code has get a new one.
    #[arg(long, requires = "register_choice")]
    pub changed: bool,
    /// As `changed`; rows that have not changed since this time are passed over.
    #[arg(long, value_name = "TIME", value_parser = parse_time, conflicts_with = "changed", requires = "register_choice")]
    pub changed_since: Option<i64>,
    /// Whose codes are not replaced.
    #[command(flatten)]
    pub choice: RegisterChoice,
}

/// The arguments of `renew`.
#[derive(clap::Args, Clone, Debug)]
pub struct RenewArgs {
    /// What every command needs.
    #[command(flatten)]
    pub issue: IssueArgs,
    /// Codes that expire within so many days of the time of issue are renewed.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=36_500), requires = "register_choice")]
    pub expiring_within: u32,
    /// Whose codes are not renewed.
    #[command(flatten)]
    pub choice: RegisterChoice,
}

/// The arguments of `replace`.
#[derive(clap::Args, Clone, Debug)]
pub struct ReplaceArgs {
    /// Whose codes.
    #[arg(required = true, value_name = "ID", requires = "register_choice")]
    pub ids: Vec<String>,
    /// Why.
    #[arg(long, value_enum, value_name = "REASON")]
    pub reason: Ended,
    /// What every command needs.
    #[command(flatten)]
    pub issue: IssueArgs,
    /// Whose codes are not replaced.
    #[command(flatten)]
    pub choice: RegisterChoice,
}
