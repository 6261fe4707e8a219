//! `gate retire`: a gate that gets nothing new.

use std::io::Write;

use postern_cli::Session;
use postern_cli::terminal::{json_line, printable_lines};
use serde_json::json;

use super::args::RetireArgs;
use super::error::GateError;
use super::{Office, Sign, wrapped};
use crate::error::IssuerError;
use crate::repository::Repository;

pub(super) fn run(args: &RetireArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let repository = Repository::new(&args.repo);
    let office = Office::open(&repository)?;
    let mut register = office.register()?;
    let at = args.at.time();
    let key = match register.retire(&args.gate, args.why.clone(), at) {
        Ok(gate) => gate.key,
        Err(_) => return Err(GateError::NoSuchGate(args.gate.clone()).into()),
    };
    let sign = Sign::new(&args.key, &args.passphrase, at, &office, session)?;
    let epochs = wrapped::epochs(&repository, &key)?;
    // First the register: whatever happens next, nothing is wrapped to this gate any more.
    sign.publish(&register, session, out)?;
    wrapped::settle(&repository, &register, &[])?;
    let line = if session.json {
        json_line(&json!({
            "step": "retired",
            "gate": args.gate.as_str(),
            "fingerprint": postern_core::hex(&key.thumbprint()),
            "epochs": epochs,
        }))
    } else {
        let listed: Vec<_> = epochs.iter().map(u8::to_string).collect();
        let id = if epochs.is_empty() {
            "gate-retired"
        } else {
            "gate-retired-with-keys"
        };
        let args = [
            ("gate", args.gate.to_string().into()),
            ("epochs", listed.join(", ").into()),
        ];
        printable_lines(&session.catalog.text(id, &args)).into_owned()
    };
    writeln!(out, "{line}").map_err(IssuerError::Output)
}
