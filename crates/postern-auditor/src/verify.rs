//! `verify`: whether the archive says what the gates have signed.
//!
//! All leaves are read and hashed again. What is found wrong here happened in the archive, after it took the leaves.

mod gate;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Args;
use postern_cli::Session;
use postern_cli::output::Output;
use postern_cli::terminal::{json_line, printable_lines};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::archive::{Archive, ArchiveArgs, GateRow, HourRow, Span};
use crate::error::Error;
use crate::evidence::{self, CheckArgs};
use crate::ingest::EXIT_FINDINGS;
use crate::office::Office;
use gate::{Found, Kept, Signer, check};

/// The most findings that are listed; the others are counted.
const MAX_LISTED: usize = 1000;

#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[arg(long, value_name = "NAME")]
    gate: Vec<String>,
    #[command(flatten)]
    evidence: CheckArgs,
}

pub(crate) fn run(args: &VerifyArgs, session: &Session) -> Result<u8, Error> {
    if let Some(folder) = &args.evidence.evidence {
        return evidence::check(folder, args.evidence.manifest.as_deref(), session);
    }
    let mut archive = args.archive.read()?;
    // An ingest beside it adds rows: what is read before and after them would not fit together.
    archive.hold()?;
    let mut gates = archive.gates()?;
    if let Some(name) = args
        .gate
        .iter()
        .find(|name| gates.iter().all(|gate| gate.name != **name))
    {
        return Err(Error::GateUnknown(name.clone()));
    }
    gates.retain(|gate| args.gate.is_empty() || args.gate.contains(&gate.name));
    // Without the office's folder nobody says whose the receipts are.
    let signer = match &args.archive.dir {
        Some(dir) => {
            let office = Office::new(dir);
            Some(Signer {
                name: office.name()?,
                key: office.public()?,
            })
        }
        None => None,
    };
    let mut hours: HashMap<i64, Vec<HourRow>> = HashMap::new();
    let all = Span {
        from: 0,
        until: u64::MAX,
    };
    for hour in archive.hours(all)? {
        hours.entry(hour.gate).or_default().push(hour);
    }
    let mut receipts = HashMap::new();
    for receipt in archive.receipts()? {
        receipts.insert(receipt.gate, receipt);
    }
    let work = gates
        .into_iter()
        .map(|gate| {
            let kept = Kept {
                hours: hours.remove(&gate.id).unwrap_or_default(),
                receipt: receipts.remove(&gate.id),
            };
            (gate, kept)
        })
        .collect();
    let (leaves, mut found) = checked(&mut *archive, work, signer.as_ref())?;
    found.extend(kept_bundles(&mut *archive)?);
    tell(leaves, found, session)
}

/// Checks all gates, as many at a time as there are processors: the leaves in all, and what was found.
fn checked(
    archive: &mut dyn Archive,
    work: VecDeque<(GateRow, Kept)>,
    signer: Option<&Signer>,
) -> Result<(u64, Vec<Found>), Error> {
    let jobs = thread::available_parallelism().map_or(1, usize::from).min(work.len());
    let sessions = (0..jobs).map(|_| archive.another()).collect::<Result<Vec<_>, _>>()?;
    let queue = Mutex::new(work);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let worker = |mut session: Box<dyn Archive>| {
        let (mut leaves, mut found) = (0, Vec::new());
        while let Some((gate, kept)) = next() {
            leaves += check(&mut *session, &gate, kept, signer, &mut found)?;
        }
        Ok::<_, Error>((leaves, found))
    };
    let worker = &worker;
    thread::scope(|scope| {
        let workers: Vec<_> = sessions
            .into_iter()
            .map(|session| scope.spawn(move || worker(session)))
            .collect();
        let (mut leaves, mut found) = (0, Vec::new());
        for worker in workers {
            let (more, others) = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            leaves += more;
            found.extend(others);
        }
        Ok((leaves, found))
    })
}

/// Bundles that are kept whole are what their digests say.
fn kept_bundles(archive: &mut dyn Archive) -> Result<Vec<Found>, Error> {
    let names: HashMap<i64, String> = archive.gates()?.into_iter().map(|gate| (gate.id, gate.name)).collect();
    let mut found = Vec::new();
    let mut changed = |gate: i64, what: String| {
        let gate = names.get(&gate).cloned().unwrap_or_default();
        found.push(Found {
            gate,
            reason: "bundle-changed",
            what,
        });
    };
    for fork in archive.forks()? {
        let bundle = archive.fork_bundle(fork.id)?;
        if Sha256::digest(&bundle)[..] != fork.digest {
            changed(fork.gate, format!("fork {}", fork.id));
        }
    }
    for row in archive.waiting()? {
        let bundle = archive.waiting_bundle(row.gate, &row.digest)?;
        if bundle.is_some_and(|bundle| Sha256::digest(&bundle)[..] != row.digest) {
            changed(row.gate, format!("{}-{}", row.from, row.to));
        }
    }
    Ok(found)
}

fn tell(leaves: u64, mut found: Vec<Found>, session: &Session) -> Result<u8, Error> {
    found.sort();
    let gates: BTreeSet<_> = found.iter().map(|found| &found.gate).collect();
    let mut out = Output::stdout();
    let mut lines = Vec::new();
    for Found { gate, reason, what } in found.iter().take(MAX_LISTED) {
        lines.push(match session.json {
            true => json_line(&json!({ "type": "finding", "gate": gate, "finding": reason, "what": what })),
            false => {
                let values = [
                    ("gate", gate.clone().into()),
                    ("finding", session.catalog.text(&format!("verify-{reason}"), &[]).into()),
                    ("what", what.clone().into()),
                ];
                printable_lines(&session.catalog.text("verify-finding", &values)).into_owned()
            }
        });
    }
    lines.push(match session.json {
        true => json_line(&json!({
            "type": "verify", "leaves": leaves, "findings": found.len(), "gates_with_findings": gates.len(),
        })),
        false => {
            let values = [
                ("leaves", leaves.into()),
                ("findings", found.len().into()),
                ("gates", gates.len().into()),
            ];
            let id = if found.is_empty() { "verify-good" } else { "verify-bad" };
            session.catalog.text(id, &values)
        }
    });
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(if found.is_empty() { 0 } else { EXIT_FINDINGS })
}
