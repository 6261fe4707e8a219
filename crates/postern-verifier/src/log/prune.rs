//! `log prune`: drops what all auditors have and the retention time has passed over (`docs/FORMAT.md` section 7, "Pruning").

use postern_cli::Session;
use postern_core::time::Time;
use postern_log::{Log, Reader};
use serde_json::json;

use super::auditors::{self, Held};
use super::tell;
use crate::cli::LogPruneArgs;
use crate::demo;
use crate::error::Error;
use crate::store::{LOG, Store};

/// Runs the command.
pub(super) fn run(args: &LogPruneArgs, session: &Session) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    let state = store.state()?;
    demo::warn(state.judge.is_demo(), session);
    let pack = state.judge.trust().pack();
    let retention = pack
        .and_then(|pack| pack.payload().retention)
        .ok_or(Error::NoRetention)?
        // Who runs the gate may keep more than the authority wants, never less.
        .max(args.retention.unwrap_or(0));
    let mut held = auditors::held(&store, &state)?;
    if held.is_empty() {
        return Err(Error::NoAuditors);
    }
    let path = store.file(LOG);
    let failed = |e| Error::log(&path, e);
    let reader = Reader::open(&path).map_err(failed)?;
    auditors::compare(&mut held, &reader, &path)?;
    if let Some(held) = held.iter().find(|held| held.contradiction.is_some()) {
        return Err(Error::Contradicted {
            auditor: held.auditor.name.as_str().to_owned(),
        });
    }
    let before = reader.first().map_err(failed)?;
    let end = match all_receipts(&held) {
        Some((oldest, size)) => {
            // No clock: the auditors' times are signed.
            let cut = oldest.seconds().saturating_sub(retention);
            reader.prunable(cut, size).map_err(failed)?.max(before)
        }
        None => before,
    };
    let rows = end - before;
    if rows > 0 && !args.dry_run {
        Log::open(&path).and_then(|mut log| log.prune(end)).map_err(failed)?;
    }
    let lacking = held.iter().find(|held| held.receipt.is_none());
    let lacking = lacking.map(|held| held.auditor.name.as_str());
    tell(
        || {
            json!({
                "type": "log-prune",
                "gate": reader.gate(),
                "dry_run": args.dry_run,
                "dropped": rows,
                "first": end,
                "retention": retention,
                "lacks_receipt": lacking,
            })
        },
        || {
            let catalog = &session.catalog;
            let id = match (lacking, rows, args.dry_run) {
                (Some(name), ..) => {
                    return catalog.text("prune-lacking", &[("auditor", name.to_owned().into())]) + "\n";
                }
                (None, 0, _) => "prune-nothing",
                (None, _, true) => "prune-would",
                (None, _, false) => "prune-done",
            };
            catalog.text(id, &[("count", rows.into()), ("first", end.into())]) + "\n"
        },
        session,
    )?;
    Ok(0)
}

/// The time of the oldest of the newest receipts, and the size that all of them cover; `None` where an auditor has given none.
fn all_receipts(held: &[Held]) -> Option<(Time, u64)> {
    let receipts: Option<Vec<_>> = held.iter().map(|held| held.receipt.as_ref()).collect();
    let receipts = receipts?;
    let time = receipts.iter().map(|receipt| receipt.time).min()?;
    let size = receipts.iter().map(|receipt| receipt.checkpoint.tip.size).min()?;
    Some((time, size))
}
