//! `log verify`: every row, the seals, and what auditors have confirmed.

use postern_cli::Session;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::Colors;
use postern_core::hex;
use postern_log::receipt::Receipt;
use postern_log::{Anchors, Reader, VerifyReport};
use serde_json::{Value, json};

use super::auditors::{self, Held};
use super::{findings, tell};
use crate::cli::LogVerifyArgs;
use crate::demo;
use crate::error::Error;
use crate::store::{LOG, Store};

/// Runs the command. The status is 1 where something is wrong.
pub(super) fn run(args: &LogVerifyArgs, session: &Session) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    let state = store.state()?;
    let gate = store.identity()?;
    demo::warn(state.judge.is_demo(), session);
    let held = auditors::held(&store, &state)?;
    let receipts: Vec<Receipt> = held.iter().filter_map(|held| held.receipt.clone()).collect();
    let anchors = Anchors {
        key: Some(&gate.key),
        receipts: &receipts,
    };
    let path = store.file(LOG);
    let report = Reader::open(&path)
        .and_then(|reader| reader.verify_with(&anchors))
        .map_err(|e| Error::log(&path, e))?;
    tell(
        || json(&gate.gate, &report, &held),
        || told(&report, &held, session),
        session,
    )?;
    Ok(u8::from(!is_good(&report, &held)))
}

/// A receipt in the store that is none is somebody's work, or a damaged disk: it is told like a finding.
fn is_good(report: &VerifyReport, held: &[Held]) -> bool {
    report.is_clean() && held.iter().all(|held| held.fault.is_none())
}

fn size(report: &VerifyReport) -> u64 {
    report.tip.map_or(0, |tip| tip.size)
}

/// The rows after the newest receipt.
fn since(report: &VerifyReport, held: &Held) -> u64 {
    let receipted = held.receipt.as_ref().map_or(0, |receipt| receipt.checkpoint.tip.size);
    size(report).saturating_sub(receipted)
}

fn json(gate: &str, report: &VerifyReport, held: &[Held]) -> Value {
    let findings = report.findings.iter();
    json!({
        "type": "log-verify",
        "gate": gate,
        "good": is_good(report, held),
        "rows": report.rows,
        "size": report.tip.map(|tip| tip.size),
        "root": report.tip.map(|tip| hex(&tip.root)),
        "pruned": report.pruned,
        "sealed": report.sealed,
        "unsealed": size(report).saturating_sub(report.sealed),
        "missing_seals": report.missing_seals,
        "auditors": held.iter().map(|held| json!({
            "name": held.auditor.name.as_str(),
            "kid": held.auditor.key.kid().to_string(),
            "size": held.receipt.as_ref().map(|receipt| receipt.checkpoint.tip.size),
            "time": held.receipt.as_ref().map(|receipt| receipt.time.to_string()),
            "since": since(report, held),
            "fault": held.fault.as_ref().map(|fault| fault.reason()),
        })).collect::<Vec<_>>(),
        "findings": findings.map(|finding| json!({
            "reason": finding.reason(),
            "message": finding.to_string(),
        })).collect::<Vec<_>>(),
        "left_off": report.left_off,
    })
}

fn told(report: &VerifyReport, held: &[Held], session: &Session) -> String {
    let catalog = &session.catalog;
    let mut text = catalog.text(if is_good(report, held) { "log-good" } else { "log-bad" }, &[]) + "\n";
    for finding in &report.findings {
        text += &format!("  ! {}\n", findings::told(finding, catalog));
    }
    for held in held {
        if let Some(fault) = &held.fault {
            let args = [
                ("auditor", held.auditor.name.as_str().to_owned().into()),
                ("why", fault.reason().into()),
            ];
            text += &format!("  ! {}\n", catalog.text("log-receipt-bad", &args));
        }
    }
    if report.left_off > 0 {
        text += &format!(
            "  ! {}\n",
            catalog.text("log-left-off", &[("count", report.left_off.into())])
        );
    }
    let mut table = Table::new([("", Align::Left), ("", Align::Right)]);
    for (id, number) in [
        ("log-size", size(report)),
        ("log-pruned", report.pruned),
        ("log-sealed", report.sealed),
        ("log-unsealed", size(report).saturating_sub(report.sealed)),
        ("log-missing-seals", report.missing_seals),
    ] {
        table.row([catalog.text(id, &[]), number.to_string()]);
    }
    // The headings are empty.
    text += table.render(None, Colors::OFF).trim_start_matches([' ', '\n']);
    if held.is_empty() {
        return text + &catalog.text("log-no-auditors", &[]) + "\n";
    }
    let headings = ["log-auditor", "log-receipted", "log-receipt-time", "log-since"].map(|id| catalog.text(id, &[]));
    let aligns = [Align::Left, Align::Right, Align::Left, Align::Right];
    let mut table = Table::new(headings.into_iter().zip(aligns));
    for held in held {
        let receipt = held.receipt.as_ref();
        let (size, time) = match receipt {
            Some(receipt) => (receipt.checkpoint.tip.size.to_string(), receipt.time.to_string()),
            None => ("-".to_owned(), "-".to_owned()),
        };
        table.row([
            held.auditor.name.as_str(),
            &size,
            &time,
            &since(report, held).to_string(),
        ]);
    }
    format!("{text}\n{}", table.render(None, Colors::stdout(session.color)))
}
