//! The arguments. Their texts are in `i18n`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use postern_cli::CommonArgs;
use postern_cli::clock::parse_time;
use postern_cli::secret::PassphraseSource;
use postern_core::time::Time;
use postern_devices::Spec;

use crate::config::{Operator, View};

#[derive(Debug, Parser)]
#[command(name = "postern-verifier", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) _common: CommonArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Enrol(EnrolArgs),
    Update(UpdateArgs),
    Check(CheckArgs),
    #[command(subcommand)]
    Config(ConfigCommand),
    Scan(ScanArgs),
    #[command(subcommand)]
    Scanner(ScannerCommand),
    Status(StatusArgs),
    #[command(subcommand)]
    Log(LogCommand),
    Sync(SyncArgs),
    Read(ReadArgs),
    #[command(hide = true)]
    Reader,
}

#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) root: PathBuf,
    #[arg(long, value_name = "HEX")]
    pub(crate) fingerprint: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub(crate) place: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) enrolment: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

#[derive(Args, Debug)]
pub(crate) struct EnrolArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) enrolment: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "SOURCE", required = true, num_args = 1..)]
    pub(crate) from: Vec<String>,
    #[arg(long)]
    pub(crate) watch: bool,
    #[arg(long, value_name = "SECONDS", default_value_t = 900, requires = "watch", value_parser = clap::value_parser!(u32).range(1..=604_800))]
    every: u32,
}

impl UpdateArgs {
    /// How long a server is left alone where all is well.
    pub(crate) fn every(&self) -> Duration {
        Duration::from_secs(self.every.into())
    }
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) at: Option<i64>,
    #[command(flatten)]
    pub(crate) reader: ReaderArgs,
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) inputs: Vec<OsString>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    Check(ConfigCheckArgs),
    Show(ConfigShowArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ConfigCheckArgs {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ConfigShowArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ScanArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Vec<Spec>,
    #[arg(long, value_name = "VIEW", value_enum)]
    pub(crate) view: Option<View>,
    #[arg(long, value_name = "ID")]
    pub(crate) operator: Option<Operator>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScannerCommand {
    Calibrate(CalibrateArgs),
}

#[derive(Args, Debug)]
pub(crate) struct CalibrateArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Spec,
    #[arg(long, value_name = "FILE")]
    pub(crate) picture: Option<PathBuf>,
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    wait: u32,
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl CalibrateArgs {
    /// How long a scanner is waited for.
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_secs(self.wait.into())
    }
}

#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) at: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    Verify(LogVerifyArgs),
    Show(LogShowArgs),
    Export(LogExportArgs),
    Prune(LogPruneArgs),
}

#[derive(Args, Debug)]
pub(crate) struct LogVerifyArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct LogShowArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) last: Option<u32>,
    #[arg(long, value_name = "SEQ")]
    pub(crate) from: Option<u64>,
    #[arg(long, value_name = "OUTCOME", value_parser = ["admit", "refer", "refuse"])]
    pub(crate) outcome: Option<String>,
    #[arg(long, value_name = "KIND", value_parser = ["code", "document", "manual", "override"])]
    pub(crate) kind: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LogExportArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "PATH")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

#[derive(Args, Debug)]
pub(crate) struct LogPruneArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long, value_name = "SECONDS")]
    pub(crate) retention: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct SyncArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) store: PathBuf,
    #[arg(long, value_name = "LOCATION", required = true, num_args = 1..)]
    pub(crate) to: Vec<String>,
    #[arg(long, conflicts_with = "again")]
    pub(crate) receipts_only: bool,
    #[arg(long, conflicts_with = "watch")]
    pub(crate) again: bool,
    #[arg(long)]
    pub(crate) watch: bool,
    #[arg(long, value_name = "SECONDS", default_value_t = 900, requires = "watch", value_parser = clap::value_parser!(u32).range(1..=604_800))]
    every: u32,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

impl SyncArgs {
    /// How long a drop box is left alone where all is well.
    pub(crate) fn every(&self) -> Duration {
        Duration::from_secs(self.every.into())
    }
}

#[derive(Args, Debug)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) reader: ReaderArgs,
    #[arg(value_name = "PICTURE", required = true)]
    pub(crate) pictures: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ReaderArgs {
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=600_000))]
    pub(crate) reader_budget: u32,
}

impl ReaderArgs {
    pub(crate) fn budget(&self) -> Duration {
        Duration::from_millis(self.reader_budget.into())
    }
}

/// The value of `--at`.
pub(crate) fn time(at: Option<i64>) -> Option<Time> {
    at.map(Time::saturating)
}
