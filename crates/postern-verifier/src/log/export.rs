//! `log export`: the bundles that `sync` would send, as files, for a stick.

use std::ops::Range;
use std::path::{Path, PathBuf};

use postern_cli::Session;
use postern_cli::files::write_new;
use postern_cli::terminal::printable;
use postern_log::Reader;
use postern_transport::{Location, Options, Remote};
use serde_json::json;

use super::auditors;
use super::parts::Parts;
use super::tell;
use crate::cli::LogExportArgs;
use crate::demo;
use crate::enrol::{self, Asked};
use crate::error::Error;
use crate::store::{LOG, Store};
use crate::sync;

/// A file, its leaves and its bytes.
type Written = (PathBuf, Range<u64>, usize);

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
    let mut written: Vec<Written> = Vec::new();
    match (&plan.parts[..], folder) {
        ([], _) => {}
        (several, true) => {
            let remote = Remote::open(&Location::from(args.out.clone()), &Options::default());
            let failed = |e| sync::failed(&args.out.display(), e);
            let remote = remote.map_err(failed)?;
            for part in several {
                if let Some(sealed) = parts.seal(part)? {
                    remote.put(&sealed.path, &sealed.bytes).map_err(failed)?;
                    written.push((args.out.join(&sealed.path), sealed.range, sealed.bytes.len()));
                }
            }
        }
        ([part], false) => {
            if let Some(sealed) = parts.seal(part)? {
                write_new(&args.out, &sealed.bytes)?;
                written.push((args.out.clone(), sealed.range, sealed.bytes.len()));
            }
        }
        (several, false) => return Err(Error::ExportNeedsFolder { parts: several.len() }),
    }
    let file = |(path, range, bytes): &Written| {
        json!({
            "path": path.display().to_string(),
            "from": range.start,
            "to": range.end,
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
            let line = |(path, range, _): &Written| told(path, range, session);
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

fn told(path: &Path, range: &Range<u64>, session: &Session) -> String {
    let args = [
        ("from", range.start.into()),
        ("to", range.end.into()),
        ("path", printable(&path.display().to_string()).into_owned().into()),
    ];
    session.catalog.text("export-written", &args) + "\n"
}
