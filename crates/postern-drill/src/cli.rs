//! The arguments. The help texts are in `i18n`, in both languages.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use postern_cli::CommonArgs;

use crate::rehearsal::Fault;

#[derive(Parser)]
#[command(name = "postern-drill", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) _common: CommonArgs,
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
    #[command(flatten)]
    pub(crate) story: StoryArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the rehearsal, which has no name of its own, shares with the subcommands.
#[derive(Args)]
pub(crate) struct SharedArgs {
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) size: SizeArgs,
}

#[derive(Args)]
pub(crate) struct SizeArgs {
    #[arg(long, global = true, value_name = "N", default_value_t = 1000,
          value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    pub(crate) people: u64,
    #[arg(long, global = true, value_name = "N", default_value_t = 6,
          value_parser = clap::value_parser!(u64).range(1..=100))]
    pub(crate) gates: u64,
    #[arg(long, global = true, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// What only the rehearsal has.
#[derive(Args)]
pub(crate) struct StoryArgs {
    #[arg(long, value_name = "HOURS", default_value_t = 24,
          value_parser = clap::value_parser!(u64).range(11..=2000))]
    pub(crate) hours: u64,
    #[arg(long, value_name = "HOURS", default_value_t = 12,
          value_parser = clap::value_parser!(u64).range(6..=1995))]
    pub(crate) down_hours: u64,
    #[arg(long)]
    pub(crate) faults: bool,
    #[arg(long, value_name = "FAULT", requires = "faults",
          value_parser = PossibleValuesParser::new(Fault::ALL.map(Fault::name)))]
    pub(crate) leave_out: Vec<String>,
    #[arg(long)]
    pub(crate) open: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Lab(LabArgs),
    People(PeopleArgs),
}

#[derive(Args)]
pub(crate) struct LabArgs {
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Args)]
pub(crate) struct PeopleArgs {
    #[arg(long, value_name = "N")]
    pub(crate) count: u64,
    #[arg(long, value_name = "TIME", value_parser = postern_cli::clock::parse_time)]
    pub(crate) at: Option<i64>,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) faults: u64,
}
