//! The arguments of `gate`. The help texts are in `i18n`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use postern_cli::secret::PassphraseSource;
use postern_core::gates::{Line, Position};
use postern_core::text::GateName;

use crate::cli::AtArgs;

#[derive(Subcommand)]
pub(crate) enum GateCommand {
    Enrol(EnrolArgs),
    List(ListArgs),
    Retire(RetireArgs),
    Wrap(WrapArgs),
    Renew(RenewArgs),
}

#[derive(Args)]
pub(crate) struct EnrolArgs {
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub(super) repo: PathBuf,
    #[arg(long, value_name = "KEY", required = true, num_args = 1..)]
    pub(super) key: Vec<PathBuf>,
    #[arg(long, value_name = "KEY", num_args = 1..)]
    pub(super) tag_key: Vec<PathBuf>,
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true)]
    pub(super) position: Option<Position>,
    #[arg(long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) passphrase: PassphraseSource,
    #[command(flatten)]
    pub(super) at: AtArgs,
}

#[derive(Args)]
pub(crate) struct ListArgs {
    #[arg(long, value_name = "DIR")]
    pub(super) repo: PathBuf,
}

#[derive(Args)]
pub(crate) struct RetireArgs {
    #[arg(value_name = "NAME")]
    pub(super) gate: GateName,
    #[arg(long, value_name = "TEXT")]
    pub(super) why: Line,
    #[arg(long, value_name = "DIR")]
    pub(super) repo: PathBuf,
    #[arg(long, value_name = "KEY", required = true, num_args = 1..)]
    pub(super) key: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) passphrase: PassphraseSource,
    #[command(flatten)]
    pub(super) at: AtArgs,
}

#[derive(Args)]
pub(crate) struct WrapArgs {
    #[arg(long, value_name = "DIR")]
    pub(super) repo: PathBuf,
    #[arg(long, value_name = "KEY", required = true, num_args = 1..)]
    pub(super) tag_key: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) passphrase: PassphraseSource,
}

#[derive(Args)]
pub(crate) struct RenewArgs {
    #[arg(long, value_name = "DIR")]
    pub(super) repo: PathBuf,
    #[arg(long, value_name = "KEY", required = true, num_args = 1..)]
    pub(super) key: Vec<PathBuf>,
    #[arg(long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) passphrase: PassphraseSource,
    #[command(flatten)]
    pub(super) at: AtArgs,
}
