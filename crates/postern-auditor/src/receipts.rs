//! `receipts`: what tells each gate how far its log is in the archive.

use std::io::Write;

use clap::Args;
use postern_cli::output::Output;
use postern_cli::secret::PassphraseSource;
use postern_cli::terminal::{json_line, printable_lines};
use postern_cli::{Failure, Session, clock};
use postern_core::keys::{PrivateKey, Signer as _};
use postern_core::text::GateName;
use postern_core::time::Time;
use postern_log::bundle::receipt_path;
use postern_log::checkpoint::Checkpoint;
use postern_log::receipt::cosign;
use postern_log::{Tip, note};
use postern_transport::{Location, Options, Remote, TransportError};
use serde_json::json;

use crate::archive::{ArchiveArgs, GateRow, ReceiptRow};
use crate::error::Error;
use crate::ingest::EXIT_FINDINGS;
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
    let office = Signer {
        name,
        key,
        now: Time::saturating(clock::now()),
    };
    let mut stdout = Output::stdout();
    let mut lines = Vec::new();
    let (mut new, mut sent, mut failed) = (0_u64, 0_u64, 0_u64);
    for gate in &gates {
        let Some(checkpoint) = &gate.checkpoint else {
            continue;
        };
        let last = given.iter().find(|receipt| receipt.gate == gate.id);
        let note = match last {
            Some(last) if last.size >= gate.size => Ok(last.note.clone()),
            _ => office.sign(gate, checkpoint),
        };
        // What is wrong with one gate, or with its file in the box, keeps no other from its receipt.
        let done = note.and_then(|note| {
            if last.is_none_or(|last| last.note != note) {
                archive.keep_receipt(&row(gate, office.now, &note))?;
                new += 1;
            }
            put(&out, &receipt_path(&gate.key, &office.key.public()), &note)
        });
        match done {
            Ok(is_new) => sent += u64::from(is_new),
            Err(e) if stops_all(&e) => return Err(e),
            Err(e) => {
                failed += 1;
                lines.push(trouble(gate, &e, session));
            }
        }
    }
    lines.push(match session.json {
        true => json_line(&json!({ "type": "receipts", "new": new, "written": sent, "failed": failed })),
        false => session
            .catalog
            .text("receipts-done", &[("new", new.into()), ("written", sent.into())]),
    });
    lines
        .iter()
        .try_for_each(|line| writeln!(stdout, "{line}"))
        .and_then(|()| stdout.flush())
        .map_err(Error::Output)?;
    Ok(if failed == 0 { 0 } else { EXIT_FINDINGS })
}

/// Who signs, and when.
struct Signer {
    name: GateName,
    key: PrivateKey,
    now: Time,
}

impl Signer {
    /// The receipt for a gate's newest checkpoint, which must be its own and of all leaves that were taken.
    fn sign(&self, gate: &GateRow, checkpoint: &str) -> Result<String, Error> {
        let tip = Tip {
            size: gate.size,
            root: gate.root,
        };
        let own = Checkpoint::open(checkpoint, &gate.name, &gate.key).map(|own| own.tip);
        match own == Ok(tip) {
            true => Ok(cosign(checkpoint, self.name.as_str(), &self.key, self.now)?),
            false => Err(Error::ReceiptOtherName),
        }
    }
}

/// Writes a receipt where another one or none lies: one that was made but did not arrive is sent again. Tells whether it was.
fn put(out: &Remote, path: &str, note: &str) -> Result<bool, Error> {
    let there = match out.get(path, note::MAX_LEN as u64) {
        // Whatever it is, it is no receipt.
        Err(TransportError::TooLarge { .. }) => None,
        there => there?,
    };
    if there.as_deref() == Some(note.as_bytes()) {
        return Ok(false);
    }
    out.put(path, note.as_bytes())?;
    Ok(true)
}

/// Whether an error is one of the archive, the key or the whole box: asking again for each gate would only take longer.
fn stops_all(error: &Error) -> bool {
    match error {
        Error::Cosign(_) | Error::ReceiptOtherName => false,
        Error::Transport(e) => matches!(
            e,
            TransportError::TimedOut { .. } | TransportError::Tls { .. } | TransportError::Unreachable { .. }
        ),
        _ => true,
    }
}

fn trouble(gate: &GateRow, error: &Error, session: &Session) -> String {
    let failure = Failure::new(error, &session.catalog);
    match session.json {
        true => json_line(
            &json!({ "type": "trouble", "reason": failure.reason, "gate": gate.name, "message": failure.english }),
        ),
        false => {
            let values = [("gate", gate.name.clone().into()), ("what", failure.message.into())];
            printable_lines(&session.catalog.text("receipts-trouble", &values)).into_owned()
        }
    }
}

fn row(gate: &GateRow, now: Time, note: &str) -> ReceiptRow {
    ReceiptRow {
        gate: gate.id,
        size: gate.size,
        time: now.seconds(),
        note: note.to_owned(),
    }
}
