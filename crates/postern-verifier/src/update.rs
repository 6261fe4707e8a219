//! `update`: newer trust, all of it or nothing.
//!
//! Signatures, versions and pins are checked and the rules compiled before a byte is stored; one transaction then moves
//! the gate. Whatever goes wrong, the gate stands on what it had.

use std::fmt;
use std::io::Write;

use postern_cli::files::FileError;
use postern_cli::messages::FluentValue;
use postern_cli::output::Output;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::Colors;
use postern_cli::{Explain, Failure, Session, clock};
use postern_core::bundle::BundleError;
use postern_core::time::Time;
use postern_core::trust::Trust;
use postern_core::verdict::Judge;
use serde_json::{Value, json};

use crate::cli::UpdateArgs;
use crate::demo;
use crate::error::{Distrust, Error};
use crate::judged::Gate;
use crate::shown::words;
use crate::source::Source;
use crate::store::Store;
use crate::time::{Clock, RELEASED};

/// Runs the command.
pub(crate) fn run(args: &UpdateArgs, session: &Session) -> Result<u8, Error> {
    let mut store = Store::open(&args.store)?;
    let system = Clock::system();
    let moved = Source::open(&args.source).and_then(|source| {
        store.advance(system, RELEASED, |before| {
            let trust = source.update(before.judge.trust())?;
            let judge = Judge::new(trust).map_err(|e| Refusal::Distrust(Distrust(e)))?;
            let news = !same(before.judge.trust(), judge.trust());
            Ok(news.then_some(judge))
        })
    });
    let mut out = Output::stdout();
    let (before, after) = match moved {
        Ok(states) => states,
        Err(error) => {
            if let (Error::Update(refusal), true) = (&error, session.json) {
                write(
                    &mut out,
                    &format!("{}\n", postern_cli::terminal::json_line(&refused(refusal, session))),
                )?;
            }
            return Err(error);
        }
    };
    let old = Versions::of(before.judge.trust());
    let changed = after.is_some();
    let gate = Gate::new(after.unwrap_or(before), None);
    demo::warn(gate.is_demo(), session);
    let text = if session.json {
        format!(
            "{}\n",
            postern_cli::terminal::json_line(&taken(&old, &gate, changed, system))
        )
    } else {
        told(&old, &gate, changed, system, session)
    };
    write(&mut out, &text)?;
    Ok(0)
}

/// Which versions a gate holds; 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    root: u64,
    snapshot: u64,
    pack: u64,
}

impl Versions {
    /// Of this trust.
    pub(crate) fn of(trust: &Trust) -> Self {
        Self {
            root: trust.root().payload().version,
            snapshot: trust.snapshot().map_or(0, |document| document.payload().version),
            pack: trust.pack().map_or(0, |document| document.payload().version),
        }
    }

    /// For programs.
    pub(crate) fn json(self) -> Value {
        json!({ "root": self.root, "snapshot": self.snapshot, "pack": self.pack })
    }
}

/// Why an update was not taken.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Refusal {
    /// The file is no bundle.
    Bundle(BundleError),
    /// A document is not believed.
    Distrust(Distrust),
    /// A file of the source could not be read.
    File(FileError),
    /// A file that must be there is not.
    Missing {
        /// Its path in the repository.
        path: String,
    },
    /// A file is larger than its kind may be.
    TooLarge {
        /// Its path in the repository.
        path: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(error) => error.fmt(f),
            Self::Distrust(error) => error.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::Missing { path } => write!(f, "{path} is missing"),
            Self::TooLarge { path } => write!(f, "{path} is too large"),
        }
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Bundle(BundleError::LaterVersion(_)) => "bundle-later-version",
            Self::Bundle(BundleError::Path) => "bundle-path",
            Self::Bundle(BundleError::TooLarge) => "bundle-too-large",
            Self::Bundle(_) => "not-a-bundle",
            Self::Distrust(error) => error.reason(),
            Self::File(error) => error.reason(),
            Self::Missing { .. } => "update-incomplete",
            Self::TooLarge { .. } => "update-file-too-large",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Bundle(BundleError::LaterVersion(version)) => vec![("version", (*version).into())],
            Self::Bundle(_) => Vec::new(),
            Self::Distrust(error) => error.args(),
            Self::File(error) => error.args(),
            Self::Missing { path } | Self::TooLarge { path } => vec![("path", path.clone().into())],
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Update(refusal)
    }
}

/// Whether two states say the same, whoever signed.
fn same(a: &Trust, b: &Trust) -> bool {
    let digests = |trust: &Trust| {
        let held: Vec<_> = trust.status().iter().map(|(_, _, held)| held.digest()).collect();
        (
            trust.root().digest(),
            trust.snapshot().map(|document| document.digest()),
            trust.pack().map(|document| document.digest()),
            held,
        )
    };
    digests(a) == digests(b)
}

fn write(out: &mut Output, text: &str) -> Result<(), Error> {
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::Output)
}

fn taken(old: &Versions, gate: &Gate, changed: bool, system: Time) -> Value {
    let (data, suspect) = gate.data_age(system);
    json!({
        "type": "update",
        "taken": true,
        "changed": changed,
        "before": old.json(),
        "after": Versions::of(gate.trust()).json(),
        "age": data.age,
        "grade": data.grade.as_str(),
        "clock_suspect": suspect,
        "floor": gate.clock().floor.to_string(),
        "demo": gate.is_demo(),
    })
}

fn refused(refusal: &Refusal, session: &Session) -> Value {
    let document = match refusal {
        Refusal::Distrust(Distrust(error)) => Some(error.document.as_str()),
        _ => None,
    };
    json!({
        "type": "update",
        "taken": false,
        "reason": refusal.reason(),
        "document": document,
        "message": Failure::new(refusal, &session.catalog).english,
    })
}

fn told(old: &Versions, gate: &Gate, changed: bool, system: Time, session: &Session) -> String {
    let catalog = &session.catalog;
    let text = |id: &str| catalog.text(id, &[]);
    let first = if changed { "update-taken" } else { "update-nothing-new" };
    let headings = [
        "update-document",
        "update-before",
        "update-after",
        "update-issued",
        "update-age",
    ];
    let aligns = [Align::Left, Align::Right, Align::Right, Align::Left, Align::Left];
    let mut table = Table::new(headings.map(text).into_iter().zip(aligns));
    let new = Versions::of(gate.trust());
    let trust = gate.trust();
    let number = |version: u64| {
        if version == 0 {
            "-".to_owned()
        } else {
            version.to_string()
        }
    };
    let now = gate.clock().evidence(system).now();
    let mut row = |name: &str, before: u64, after: u64, issued: Option<Time>| {
        let age = issued.map(|issued| clock::age(now.since(issued) as i64, catalog));
        let issued = issued.map_or_else(|| "-".to_owned(), |time| time.to_string());
        table.row([
            text(name),
            number(before),
            number(after),
            issued,
            age.unwrap_or_default(),
        ]);
    };
    row("document-root", old.root, new.root, Some(trust.root().payload().issued));
    let issued = trust.pack().map(|document| document.payload().issued);
    row("document-pack", old.pack, new.pack, issued);
    let issued = trust.snapshot().map(|document| document.payload().issued);
    row("document-snapshot", old.snapshot, new.snapshot, issued);
    let (data, suspect) = gate.data_age(system);
    let mark = if suspect {
        format!("{}\n", text("mark-clock-suspect"))
    } else {
        String::new()
    };
    format!(
        "{}\n{}{}\n{mark}",
        text(first),
        table.render(None, Colors::stdout(session.color)),
        catalog.text("update-grade", &[("grade", words::grade(data.grade, catalog).into())]),
    )
}
