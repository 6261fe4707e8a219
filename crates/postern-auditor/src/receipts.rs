//! `receipts`: what tells each gate how far its log is in the archive.

use std::io::Write;

use clap::Args;
use postern_cli::output::Output;
use postern_cli::secret::PassphraseSource;
use postern_cli::terminal::json_line;
use postern_cli::{Session, clock};
use postern_core::keys::Signer;
use postern_core::time::Time;
use postern_log::bundle::receipt_path;
use postern_log::note;
use postern_log::receipt::cosign;
use postern_transport::{Location, Options, Remote};
use serde_json::json;

use crate::archive::{ArchiveArgs, GateRow, ReceiptRow};
use crate::error::Error;
use crate::office::Office;

#[derive(Args)]
pub(crate) struct ReceiptsArgs {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[arg(long, value_name = "LOCATION")]
    out: String,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

pub(crate) fn run(args: &ReceiptsArgs, session: &Session) -> Result<u8, Error> {
    let office = Office::new(args.archive.office()?);
    let name = office.name()?;
    let key = office.key(&args.passphrase, session)?;
    let out = Remote::open(&Location::parse(&args.out)?, &Options::default())?;
    let mut archive = args.archive.open()?;
    let (gates, given) = (archive.gates()?, archive.receipts()?);
    // A gate may drop what a receipt names: what was read here must be here for good, whoever is taking more in meanwhile.
    archive.settle()?;
    let now = Time::saturating(clock::now());
    let (mut new, mut sent) = (0_u64, 0_u64);
    for gate in gates {
        let Some(checkpoint) = &gate.checkpoint else {
            continue;
        };
        let last = given.iter().find(|receipt| receipt.gate == gate.id);
        let note = match last {
            Some(last) if last.size >= gate.size => last.note.clone(),
            _ => {
                let note = cosign(checkpoint, name.as_str(), &key, now)?;
                archive.keep_receipt(&row(&gate, now, &note))?;
                new += 1;
                note
            }
        };
        // One that was made but did not arrive is sent again.
        let path = receipt_path(&gate.key, &key.public());
        if out.get(&path, note::MAX_LEN as u64)?.as_deref() != Some(note.as_bytes()) {
            out.put(&path, note.as_bytes())?;
            sent += 1;
        }
    }
    let mut stdout = Output::stdout();
    let line = match session.json {
        true => json_line(&json!({ "type": "receipts", "new": new, "written": sent })),
        false => session
            .catalog
            .text("receipts-done", &[("new", new.into()), ("written", sent.into())]),
    };
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .map_err(Error::Output)?;
    Ok(0)
}

fn row(gate: &GateRow, now: Time, note: &str) -> ReceiptRow {
    ReceiptRow {
        gate: gate.id,
        size: gate.size,
        time: now.seconds(),
        note: note.to_owned(),
    }
}
