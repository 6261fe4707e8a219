//! An update in words.

use postern_cli::table::{Align, Table};
use postern_cli::terminal::Colors;
use postern_cli::{Explain, Failure, Session, clock};
use postern_core::text::Ident;
use postern_core::time::Time;
use postern_core::trust::Trust;
use serde_json::{Value, json};

use super::Refusal;
use crate::error::Distrust;
use crate::judged::Gate;
use crate::shown::words;

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

/// What a gate held before an update.
pub(super) struct Held {
    documents: Versions,
    status: Vec<(Ident, Option<Ident>, u64)>,
}

impl Held {
    pub(super) fn of(trust: &Trust) -> Self {
        let status = trust.status().iter();
        Self {
            documents: Versions::of(trust),
            status: status
                .map(|(list, column, held)| (list.clone(), column.cloned(), held.version()))
                .collect(),
        }
    }

    fn version(&self, list: &Ident, column: Option<&Ident>) -> Option<u64> {
        let mut held = self.status.iter();
        held.find(|(l, c, _)| l == list && c.as_ref() == column)
            .map(|(_, _, version)| *version)
    }
}

/// What was taken, for programs.
pub(super) fn taken(old: &Held, gate: &Gate, changed: bool, system: Time) -> Value {
    let held = gate.trust().status();
    let status: Vec<Value> = held
        .iter()
        .map(|(list, column, held)| {
            json!({
                "list": list.as_str(),
                "column": column.map(Ident::as_str),
                "before": old.version(list, column),
                "after": held.version(),
            })
        })
        .collect();
    let (data, suspect) = gate.data_age(system);
    json!({
        "type": "update",
        "taken": true,
        "changed": changed,
        "before": old.documents.json(),
        "after": Versions::of(gate.trust()).json(),
        "status": status,
        "age": data.age,
        "grade": data.grade.as_str(),
        "clock_suspect": suspect,
        "floor": gate.clock().floor.to_string(),
        "demo": gate.is_demo(),
    })
}

/// What was not taken, for programs.
pub(super) fn refused(refusal: &Refusal, session: &Session) -> Value {
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

/// What was taken, for a person.
pub(super) fn told(old: &Held, gate: &Gate, changed: bool, system: Time, session: &Session) -> String {
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
    let mut row = |name: String, before: u64, after: u64, issued: Option<Time>| {
        let age = issued.map(|issued| clock::age(now.since(issued) as i64, catalog));
        let issued = issued.map_or_else(|| "-".to_owned(), |time| time.to_string());
        table.row([name, number(before), number(after), issued, age.unwrap_or_default()]);
    };
    let held = gate.trust().status();
    let documents = old.documents;
    row(
        text("document-root"),
        documents.root,
        new.root,
        Some(trust.root().payload().issued),
    );
    let issued = trust.pack().map(|document| document.payload().issued);
    row(text("document-pack"), documents.pack, new.pack, issued);
    let issued = trust.snapshot().map(|document| document.payload().issued);
    row(text("document-snapshot"), documents.snapshot, new.snapshot, issued);
    for (list, column, held) in held.iter() {
        let before = old.version(list, column).unwrap_or(0);
        row(
            words::list(list, column, catalog),
            before,
            held.version(),
            Some(held.issued()),
        );
    }
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
