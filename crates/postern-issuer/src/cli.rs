//! The arguments. The help texts are in `i18n`, in both languages.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use postern_cli::CommonArgs;
use postern_cli::secret::PassphraseSource;
use postern_core::keys::Role;
use postern_core::text::{GateName, Ident};

use crate::desk::LedgerCommand;
use crate::gate::GateCommand;
use crate::mint::{MintArgs, RenewArgs, ReplaceArgs};
use crate::status::{ColumnCommand, StatusCommand};

#[derive(Parser)]
#[command(name = "postern-issuer", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) _common: CommonArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(subcommand)]
    Key(KeyCommand),
    #[command(subcommand)]
    Root(RootCommand),
    #[command(subcommand)]
    Pack(PackCommand),
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    #[command(subcommand)]
    Gate(GateCommand),
    Bundle(BundleArgs),
    Mint(MintArgs),
    Renew(RenewArgs),
    Replace(ReplaceArgs),
    #[command(subcommand)]
    Ledger(LedgerCommand),
    #[command(subcommand)]
    Status(StatusCommand),
    #[command(subcommand)]
    Column(ColumnCommand),
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    New(KeyNewArgs),
    Show(KeyShowArgs),
}

#[derive(Args)]
pub(crate) struct KeyNewArgs {
    #[arg(long, value_parser = role)]
    pub(crate) role: Role,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) epoch: u8,
    #[arg(long, value_name = "URI")]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|e: postern_core::keys::UnknownRole| e.to_string())
}

#[derive(Args)]
pub(crate) struct KeyShowArgs {
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

#[derive(Subcommand)]
pub(crate) enum RootCommand {
    New(RootNewArgs),
    Sign(RootSignArgs),
    Assemble(RootAssembleArgs),
    Show(ShowArgs),
    Publish(PublishArgs),
}

#[derive(Args)]
pub(crate) struct RootNewArgs {
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "TEXT")]
    pub(crate) name_en: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) name_zh: String,
    #[arg(long, value_name = "PUB", required = true, num_args = 1..)]
    pub(crate) root_key: Vec<PathBuf>,
    #[arg(long, value_name = "M")]
    pub(crate) root_threshold: usize,
    #[arg(long, value_name = "PUB", required = true, num_args = 1..)]
    pub(crate) publisher_key: Vec<PathBuf>,
    #[arg(long, value_name = "M")]
    pub(crate) publisher_threshold: usize,
    #[arg(long, value_name = "PUB", required = true, num_args = 1..)]
    pub(crate) snapshot_key: Vec<PathBuf>,
    #[arg(long, value_name = "M", default_value_t = 1)]
    pub(crate) snapshot_threshold: usize,
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    pub(crate) valid_for: u64,
    #[arg(long, value_name = "ROOT")]
    pub(crate) previous: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

#[derive(Args)]
pub(crate) struct RootSignArgs {
    #[command(flatten)]
    pub(crate) sign: SignArgs,
    #[arg(long, value_name = "ROOT")]
    pub(crate) previous: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct RootAssembleArgs {
    #[command(flatten)]
    pub(crate) assemble: AssembleArgs,
    #[arg(long, value_name = "ROOT")]
    pub(crate) previous: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum PackCommand {
    New(PackNewArgs),
    Emergency(PackEmergencyArgs),
    Sign(DelegatedSignArgs),
    Assemble(DelegatedAssembleArgs),
    Show(ShowArgs),
    Publish(PublishArgs),
}

#[derive(Args)]
pub(crate) struct PackNewArgs {
    #[arg(value_name = "PACK.toml")]
    pub(crate) source: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
    #[arg(long)]
    pub(crate) keep_emergency: bool,
    #[arg(long, conflicts_with = "keep_emergency")]
    pub(crate) end_emergency: bool,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// What the newest pack becomes for a time.
#[derive(Args)]
pub(crate) struct PackEmergencyArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason_en: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason_zh: String,
    #[arg(long, value_name = "TIME", value_parser = postern_cli::clock::parse_time)]
    pub(crate) until: i64,
    #[arg(long, value_name = "TIME", value_parser = postern_cli::clock::parse_time)]
    pub(crate) from: Option<i64>,
    #[arg(long, value_name = "HOURS")]
    pub(crate) fresh_hours: Option<u64>,
    #[arg(long, value_name = "HOURS")]
    pub(crate) aging_hours: Option<u64>,
    #[arg(long, value_name = "HOURS")]
    pub(crate) stale_hours: Option<u64>,
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub(crate) issuer: Vec<Ident>,
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) gate: Vec<GateName>,
    #[arg(long, value_name = "RULE", num_args = 1..)]
    pub(crate) set_aside: Vec<Ident>,
    #[arg(long, value_name = "DAYS")]
    pub(crate) valid_for: Option<u64>,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

#[derive(Subcommand)]
pub(crate) enum SnapshotCommand {
    New(SnapshotNewArgs),
    Sign(DelegatedSignArgs),
    Assemble(DelegatedAssembleArgs),
    Show(ShowArgs),
    Publish(PublishArgs),
    Renew(SnapshotRenewArgs),
}

#[derive(Args)]
pub(crate) struct SnapshotNewArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

#[derive(Args)]
pub(crate) struct SnapshotRenewArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
    #[arg(long, value_name = "KEY", required = true, num_args = 1..)]
    pub(crate) key: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

/// Signing a document whose keys a root lists.
#[derive(Args)]
pub(crate) struct DelegatedSignArgs {
    #[command(flatten)]
    pub(crate) sign: SignArgs,
    #[arg(long, value_name = "ROOT")]
    pub(crate) root: PathBuf,
}

/// Assembling a document whose keys a root lists.
#[derive(Args)]
pub(crate) struct DelegatedAssembleArgs {
    #[command(flatten)]
    pub(crate) assemble: AssembleArgs,
    #[arg(long, value_name = "ROOT")]
    pub(crate) root: PathBuf,
}

#[derive(Args)]
pub(crate) struct SignArgs {
    #[arg(value_name = "DRAFT")]
    pub(crate) draft: PathBuf,
    #[arg(long, value_name = "KEY")]
    pub(crate) key: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

#[derive(Args)]
pub(crate) struct AssembleArgs {
    #[arg(value_name = "DRAFT")]
    pub(crate) draft: PathBuf,
    #[arg(value_name = "SIGNATURE", required = true)]
    pub(crate) signatures: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct ShowArgs {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
pub(crate) struct PublishArgs {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
}

#[derive(Args)]
pub(crate) struct BundleArgs {
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// The time that a document is dated with, now if it is not given.
#[derive(Args)]
pub(crate) struct AtArgs {
    #[arg(long, value_name = "TIME", value_parser = postern_cli::clock::parse_time)]
    at: Option<i64>,
}

impl AtArgs {
    pub(crate) fn time(&self) -> postern_core::time::Time {
        postern_core::time::Time::saturating(self.at.unwrap_or_else(postern_cli::clock::now))
    }
}
