//! `log export`: the bundles that `sync` would send, as files, for a stick.

use std::path::Path;

use postern_cli::Session;
use postern_cli::files::write_new;
use postern_cli::terminal::printable;
use postern_log::Reader;
use postern_transport::{Location, Options, Remote};
use serde_json::json;

use super::auditors;
use super::parts::{Part, Parts};
use super::tell;
use crate::cli::LogExportArgs;
use crate::demo;
use crate::enrol::{self, Asked};
use crate::error::Error;
use crate::store::{LOG, Store};
use crate::sync;

/// Runs the command.
pub(super) fn run(args: &LogExportArgs, session: &Session) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    let state = store.state()?;
    demo::warn(state.judge.is_demo(), session);
    let mut held = auditors::held(&store, &state)?;
    let now = auditors::now(&state);
    auditors::receipted(&held, now)?;
    let key = enrol::own_key(&store, &mut Asked::new(&args.passphrase, &session.catalog))?;
    let path = store.file(LOG);
    let reader = Reader::open(&path).map_err(|e| Error::log(&path, e))?;
    auditors::compare(&mut held, &reader, &path)?;
    let parts = Parts::new(&store, &reader, &key, held.iter().map(|held| &held.auditor))?;
    let from = auditors::receipted(&held, now)?;
    let plan = parts.plan(from)?;
    let folder = args.out.is_dir();
    let mut written = Vec::new();
    match (&plan.parts[..], folder) {
        ([], _) => {}
        (several, true) => {
            let remote = Remote::open(&Location::from(args.out.clone()), &Options::default());
            let failed = |e| sync::failed(&args.out.display(), e);
            let remote = remote.map_err(failed)?;
            for part in several {
                let bytes = parts.seal(part)?;
                remote.put(&parts.path(part), &bytes).map_err(failed)?;
                written.push((args.out.join(parts.path(part)), part, bytes.len()));
            }
        }
        ([part], false) => {
            let bytes = parts.seal(part)?;
            write_new(&args.out, &bytes)?;
            written.push((args.out.clone(), part, bytes.len()));
        }
        (several, false) => return Err(Error::ExportNeedsFolder { parts: several.len() }),
    }
    let file = |(path, part, bytes): &(std::path::PathBuf, &Part, usize)| {
        json!({
            "path": path.display().to_string(),
            "from": part.range.start,
            "to": part.range.end,
            "bytes": bytes,
        })
    };
    tell(
        || {
            json!({
                "type": "log-export",
                "gate": reader.gate(),
                "size": plan.tip.size,
                "root": postern_core::hex(&plan.tip.root),
                "receipted": from,
                "files": written.iter().map(file).collect::<Vec<_>>(),
            })
        },
        || {
            let line = |(path, part, _): &(std::path::PathBuf, &Part, usize)| told(path, part, session);
            match written.is_empty() {
                true => {
                    session
                        .catalog
                        .text("export-nothing", &[("size", plan.tip.size.into())])
                        + "\n"
                }
                false => written.iter().map(line).collect(),
            }
        },
        session,
    )?;
    Ok(0)
}

fn told(path: &Path, part: &Part, session: &Session) -> String {
    let args = [
        ("from", part.range.start.into()),
        ("to", part.range.end.into()),
        ("path", printable(&path.display().to_string()).into_owned().into()),
    ];
    session.catalog.text("export-written", &args) + "\n"
}
