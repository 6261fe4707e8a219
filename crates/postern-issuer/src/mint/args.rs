//! The arguments of `mint`. The help texts are in `i18n`.

use std::path::PathBuf;

use postern_cli::clock::parse_time;
use postern_cli::secret::PassphraseSource;

use super::people::EncodingChoice;
use super::permutation::MAX_CAPACITY;

/// The arguments of `mint`.
#[derive(clap::Args, Clone, Debug)]
pub struct MintArgs {
    /// The people file.
    #[arg(value_name = "PEOPLE.csv")]
    pub people: PathBuf,
    /// The folder for pictures and lists.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The ledger; it is made where there is none.
    #[arg(long, value_name = "FILE")]
    pub ledger: PathBuf,
    /// The code key.
    #[arg(long, value_name = "KEY")]
    pub key: PathBuf,
    /// The folder of the repository.
    #[arg(long, value_name = "DIR")]
    pub repo: PathBuf,
    /// The key of document tags.
    #[arg(long, value_name = "FILE", conflicts_with = "no_tags")]
    pub tag_key: Option<PathBuf>,
    /// Documents are checked, and no tag of them is put into the codes.
    #[arg(long)]
    pub no_tags: bool,
    /// How many days the codes hold.
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub valid_for: u32,
    /// The time of issue in seconds since 1970; without it, now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<i64>,
    /// The places of a new ledger.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MAX_CAPACITY))]
    pub capacity: Option<u64>,
    /// How the people file writes its characters.
    #[arg(long, value_enum, default_value_t, value_name = "ENCODING")]
    pub encoding: EncodingChoice,
    /// Where passphrases come from.
    #[command(flatten)]
    pub passphrase: PassphraseSource,
}
