//! The arguments of `status` and `column`. The help texts are in `i18n`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use postern_cli::secret::PassphraseSource;
use postern_core::status::{NEGATIVE_TEST, Status};
use postern_core::text::{Ident, is_printable};

use crate::cli::AtArgs;
use crate::mint::people::EncodingChoice;

/// The most bytes of a name or of a reason.
pub(crate) const MAX_NOTE: usize = 200;

#[derive(Subcommand)]
pub(crate) enum StatusCommand {
    Set(SetArgs),
    Import(ImportArgs),
    Show(ShowArgs),
    Publish(PublishArgs),
}

#[derive(Subcommand)]
pub(crate) enum ColumnCommand {
    Import(ColumnImportArgs),
    Set(ColumnSetArgs),
    Publish(ColumnPublishArgs),
}

/// The register that is written to, the ledgers of its codes, and who does it.
#[derive(Args)]
pub(crate) struct RegisterArgs {
    #[arg(long, value_name = "FILE")]
    pub(crate) register: PathBuf,
    #[arg(long, value_name = "LEDGER", required = true, num_args = 1..)]
    pub(crate) ledger: Vec<PathBuf>,
    #[arg(long, value_name = "NAME", value_parser = note)]
    pub(crate) by: String,
    #[arg(long, requires_all = ["list", "issuer"])]
    pub(crate) new_register: bool,
    #[arg(long, value_name = "LIST", requires = "new_register")]
    pub(crate) list: Option<Ident>,
    #[arg(long, value_name = "ISSUER", requires = "new_register")]
    pub(crate) issuer: Option<Ident>,
    #[arg(long, value_name = "N", requires = "new_register")]
    pub(crate) limit: Option<u64>,
    #[command(flatten)]
    pub(crate) at: AtArgs,
}

#[derive(Args)]
pub(crate) struct SetArgs {
    #[command(flatten)]
    pub(crate) register: RegisterArgs,
    #[command(flatten)]
    pub(crate) whom: Whom,
    #[arg(long, value_name = "FILE", requires = "document")]
    pub(crate) tag_key: Option<PathBuf>,
    #[arg(long, value_name = "STATUS", value_parser = status_names())]
    pub(crate) status: Status,
    #[arg(long, value_name = "TEXT", value_parser = note)]
    pub(crate) why: String,
    #[arg(long)]
    pub(crate) danger_revalidate: bool,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

/// Whose code it is: one of these.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) index: Option<u32>,
    #[arg(long, num_args = 3, value_names = ["KIND", "COUNTRY", "NUMBER"], requires = "tag_key")]
    pub(crate) document: Option<Vec<String>>,
}

#[derive(Args)]
pub(crate) struct ImportArgs {
    #[arg(
        value_name = "FILE.csv",
        required_unless_present = "superseded",
        conflicts_with = "superseded"
    )]
    pub(crate) file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) superseded: bool,
    #[command(flatten)]
    pub(crate) register: RegisterArgs,
    #[arg(long)]
    pub(crate) skip_rejects: bool,
    #[arg(long, value_enum, default_value_t, value_name = "ENCODING")]
    pub(crate) encoding: EncodingChoice,
}

#[derive(Args)]
pub(crate) struct ShowArgs {
    #[arg(long, value_name = "FILE")]
    pub(crate) register: PathBuf,
    #[arg(long, value_name = "LEDGER", num_args = 1..)]
    pub(crate) ledger: Vec<PathBuf>,
    #[arg(long, value_name = "ID", requires = "ledger", conflicts_with = "index")]
    pub(crate) id: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) index: Option<u32>,
    #[arg(long)]
    pub(crate) history: bool,
}

/// What a file is signed with and where it goes.
#[derive(Args)]
pub(crate) struct SigningArgs {
    #[arg(long, value_name = "FILE")]
    pub(crate) register: PathBuf,
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: PathBuf,
    #[arg(long, value_name = "KEY")]
    pub(crate) key: PathBuf,
    #[arg(long, value_name = "NAME", value_parser = note)]
    pub(crate) by: Option<String>,
    #[command(flatten)]
    pub(crate) at: AtArgs,
    #[arg(long)]
    pub(crate) danger_adopt: bool,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseSource,
}

#[derive(Args)]
pub(crate) struct PublishArgs {
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
    #[arg(long)]
    pub(crate) yes: bool,
    #[arg(long)]
    pub(crate) danger_over_limit: bool,
}

#[derive(Args)]
pub(crate) struct ColumnImportArgs {
    #[arg(value_name = "TESTS.csv")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) register: RegisterArgs,
    #[arg(long, value_name = "COLUMN", default_value = NEGATIVE_TEST)]
    pub(crate) column: Ident,
    #[arg(long)]
    pub(crate) skip_rejects: bool,
    #[arg(long, value_enum, default_value_t, value_name = "ENCODING")]
    pub(crate) encoding: EncodingChoice,
}

#[derive(Args)]
pub(crate) struct ColumnSetArgs {
    #[command(flatten)]
    pub(crate) register: RegisterArgs,
    #[command(flatten)]
    pub(crate) whom: WhomInColumn,
    #[arg(long, required = true)]
    pub(crate) clear: bool,
    #[arg(long, value_name = "TEXT", value_parser = note)]
    pub(crate) why: String,
    #[arg(long, value_name = "COLUMN", default_value = NEGATIVE_TEST)]
    pub(crate) column: Ident,
}

/// Whose codes they are: one of these.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct WhomInColumn {
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) index: Option<u32>,
}

#[derive(Args)]
pub(crate) struct ColumnPublishArgs {
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
    #[arg(long, value_name = "COLUMN", default_value = NEGATIVE_TEST)]
    pub(crate) column: Ident,
}

fn status_names() -> impl TypedValueParser<Value = Status> {
    PossibleValuesParser::new(Status::ALL.map(Status::as_str))
        .map(|name| status_named(&name).expect("the parser takes names of statuses alone"))
}

/// The status of a name.
pub(crate) fn status_named(name: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|status| status.as_str() == name)
}

/// A name or a reason that is kept for ever, and shown on terminals.
pub(crate) fn note(text: &str) -> Result<String, String> {
    match (1..=MAX_NOTE).contains(&text.len()) && is_printable(text) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "1 to {MAX_NOTE} bytes of printable text, without space around it"
        )),
    }
}
