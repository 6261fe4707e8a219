//! The arguments. The help texts are in `i18n`, in both languages.

use clap::{Parser, Subcommand};
use postern_cli::CommonArgs;

use crate::enrol::EnrolArgs;
use crate::export::ExportArgs;
use crate::ingest::IngestArgs;
use crate::init::InitArgs;
use crate::query::QueryArgs;
use crate::receipts::ReceiptsArgs;
use crate::recheck::RecheckArgs;
use crate::report::ReportArgs;
use crate::serve::ServeArgs;
use crate::verify::VerifyArgs;

#[derive(Parser)]
#[command(name = "postern-auditor", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) _common: CommonArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Enrol(EnrolArgs),
    Ingest(IngestArgs),
    Receipts(ReceiptsArgs),
    Verify(VerifyArgs),
    Serve(ServeArgs),
    Query(QueryArgs),
    Export(ExportArgs),
    Recheck(RecheckArgs),
    Report(ReportArgs),
}
