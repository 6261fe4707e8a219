//! The status for a person.

use std::path::Path;

use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, Style};
use postern_cli::{Catalog, Session, clock};
use postern_core::time::Time;
use postern_core::verdict::Grade;

use super::{KeyState, Status, code_keys};
use crate::error::log_args;
use crate::fingerprint;
use crate::shown::words;
use crate::store::LOG;

/// The whole text.
pub(super) fn told(status: &Status, session: &Session) -> String {
    let catalog = &session.catalog;
    let colors = Colors::stdout(session.color);
    let text = |id: &str| catalog.text(id, &[]);
    let (data, suspect) = status.data();
    let style = match data.grade {
        Grade::Fresh => Style::Good,
        Grade::Aging | Grade::Stale => Style::Warn,
        Grade::Refuse => Style::Bad,
    };
    let now = text(&format!("now-{}", status.now_word()));
    let mut out = String::new();
    if suspect {
        // First of all: whatever follows is counted from a clock that is wrong.
        out += &format!("{}\n", colors.paint(Style::Warn, &text("mark-clock-suspect")));
    }
    out += &format!("{}\n", colors.paint(style, &now));
    if let Some(emergency) = status.gate.emergency(status.now()) {
        out += &format!("{}\n", colors.paint(Style::Warn, &words::emergency(emergency, catalog)));
    }
    out.push('\n');
    out += &gate(status, catalog).render(None, colors);
    out.push('\n');
    out += &documents(status, catalog).render(None, colors);
    for (time, grade) in &status.changes {
        let args = [
            ("time", time.to_string().into()),
            ("grade", words::grade(*grade, catalog).into()),
        ];
        out += &format!("{}\n", catalog.text("status-change", &args));
    }
    if status.issuers().iter().any(|issuer| issuer.list.is_some()) {
        out.push('\n');
        out += &status_data(status, catalog).render(None, colors);
    }
    if !status.issuers().is_empty() {
        out.push('\n');
        out += &issuers(status, catalog).render(None, colors);
    }
    out
}

fn gate(status: &Status, catalog: &Catalog) -> Table {
    let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
    let mut row = |id: &str, value: String| {
        table.row([catalog.text(id, &[]), value]);
    };
    row("status-gate", status.identity.gate.clone());
    if let Some(place) = &status.identity.place {
        row("status-place", place.clone());
    }
    row("status-key", fingerprint::grouped(&status.identity.key.thumbprint()));
    let file = match status.key {
        KeyState::Encrypted => "status-key-encrypted",
        KeyState::Plain => "status-key-plain",
        KeyState::Unusable => "status-key-unusable",
    };
    row("status-key-file", catalog.text(file, &[]));
    let clock = if status.gate.clock().at.is_some() {
        catalog.text("status-clock-at", &[("time", status.now().to_string().into())])
    } else {
        let args = [
            ("system", status.system.to_string().into()),
            ("floor", status.gate.clock().floor.to_string().into()),
        ];
        catalog.text("status-clock-system", &args)
    };
    row("status-clock", clock);
    let log = match &status.log {
        Ok(tip) => {
            let args = [
                ("size", tip.size.into()),
                ("root", fingerprint::grouped(&tip.root).into()),
            ];
            catalog.text("status-log-tip", &args)
        }
        Err(error) => {
            let args = log_args(Path::new(LOG), error);
            catalog.text(&format!("error-{}", error.reason()), &args)
        }
    };
    row("status-log", log);
    for tag in &status.tags {
        let args = [
            ("epoch", tag.epoch.epoch.into()),
            ("until", tag.epoch.until.to_string().into()),
            ("state", tag.state.as_str().into()),
        ];
        row("status-tag", catalog.text("status-tag-value", &args));
    }
    table
}

fn documents(status: &Status, catalog: &Catalog) -> Table {
    let text = |id: &str| catalog.text(id, &[]);
    let headings = [
        "update-document",
        "status-version",
        "update-issued",
        "update-age",
        "status-expires",
    ];
    let aligns = [Align::Left, Align::Right, Align::Left, Align::Left, Align::Left];
    let mut table = Table::new(headings.map(text).into_iter().zip(aligns));
    let mut row = |id: &str, held: Option<(u64, Time, Option<Time>)>| {
        let dash = || "-".to_owned();
        let (version, issued, age, expires) = match held {
            None => (dash(), dash(), dash(), dash()),
            Some((version, issued, expires)) => (
                version.to_string(),
                issued.to_string(),
                clock::age(status.now().since(issued) as i64, catalog),
                expires.map_or_else(dash, |time| time.to_string()),
            ),
        };
        table.row([text(id), version, issued, age, expires]);
    };
    let trust = status.gate.trust();
    let root = trust.root().payload();
    row("document-root", Some((root.version, root.issued, Some(root.expires))));
    let pack = trust.pack().map(|document| document.payload());
    row(
        "document-pack",
        pack.map(|pack| (pack.version, pack.issued, Some(pack.expires))),
    );
    let snapshot = trust.snapshot().map(|document| document.payload());
    row(
        "document-snapshot",
        snapshot.map(|snapshot| (snapshot.version, snapshot.issued, None)),
    );
    table
}

/// Lists and columns, each with what its age is worth.
fn status_data(status: &Status, catalog: &Catalog) -> Table {
    let text = |id: &str| catalog.text(id, &[]);
    let headings = [
        "status-list",
        "status-version",
        "update-issued",
        "update-age",
        "status-grade",
    ];
    let aligns = [Align::Left, Align::Right, Align::Left, Align::Left, Align::Left];
    let mut table = Table::new(headings.map(text).into_iter().zip(aligns));
    for data in status.gate.status_data(status.now()) {
        let named = words::list(data.list, data.column, catalog);
        let (Some(held), Some((age, grade))) = (data.held, data.age) else {
            table.row([named, "-".to_owned(), text("status-lacking")]);
            continue;
        };
        let age = clock::age(i64::try_from(age).unwrap_or(i64::MAX), catalog);
        let grade = words::grade(grade, catalog);
        table.row([named, held.version().to_string(), held.issued().to_string(), age, grade]);
    }
    table
}

fn issuers(status: &Status, catalog: &Catalog) -> Table {
    let text = |id: &str| catalog.text(id, &[]);
    let headings = [
        "status-issuer",
        "status-issuer-name",
        "status-issuer-keys",
        "status-issuer-until",
        "status-issuer-rules",
    ];
    let aligns = [Align::Left, Align::Left, Align::Right, Align::Left, Align::Left];
    let mut table = Table::new(headings.map(text).into_iter().zip(aligns));
    for issuer in status.issuers() {
        let rules: Vec<&str> = issuer.rules.iter().map(|id| id.as_str()).collect();
        table.row([
            issuer.id.to_string(),
            words::name(&issuer.name, catalog),
            code_keys(issuer).to_string(),
            issuer.until.to_string(),
            rules.join(", "),
        ]);
    }
    table
}
