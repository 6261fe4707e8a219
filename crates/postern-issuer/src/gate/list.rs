//! `gate list`: who is in the register.

use std::io::Write;

use postern_cli::Session;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, json_line};
use postern_core::gates::{Gate, Register};
use serde_json::json;

use super::args::ListArgs;
use super::{Office, wrapped};
use crate::error::IssuerError;
use crate::repository::Repository;

pub(super) fn run(args: &ListArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let repository = Repository::new(&args.repo);
    let register = Office::open(&repository)?.register()?;
    print(&repository, &register, session, out)
}

/// All gates by name: a table, or an object each.
pub(super) fn print(
    repository: &Repository,
    register: &Register,
    session: &Session,
    out: &mut dyn Write,
) -> Result<(), IssuerError> {
    let mut gates: Vec<&Gate> = register.gates().iter().collect();
    gates.sort_by(|a, b| (&a.name, a.enrolled).cmp(&(&b.name, b.enrolled)));
    let heading = |id: &str| session.catalog.text(&format!("gate-list-{id}"), &[]);
    let mut table = Table::new([
        (heading("gate"), Align::Left),
        (heading("place"), Align::Left),
        (heading("position"), Align::Left),
        (heading("enrolled"), Align::Left),
        (heading("kid"), Align::Whole),
        (heading("epochs"), Align::Left),
        (heading("state"), Align::Left),
    ]);
    for gate in &gates {
        let epochs = wrapped::epochs(repository, &gate.key)?;
        if session.json {
            writeln!(out, "{}", json_line(&json(gate, &epochs))).map_err(IssuerError::Output)?;
            continue;
        }
        let state = match &gate.retired {
            None => session.catalog.text("gate-list-active", &[]),
            Some(retired) => {
                let args = [
                    ("since", retired.since.to_string().into()),
                    ("why", retired.why.to_string().into()),
                ];
                session.catalog.text("gate-list-retired", &args)
            }
        };
        let epochs: Vec<_> = epochs.iter().map(u8::to_string).collect();
        table.row([
            gate.name.as_str(),
            gate.place.as_ref().map_or("-", |place| place.as_str()),
            &gate.position.map_or("-".to_owned(), |position| position.to_string()),
            &gate.enrolled.to_string(),
            &gate.key.kid().to_string(),
            &epochs.join(","),
            &state,
        ]);
    }
    if session.json {
        return Ok(());
    }
    let rendered = table.render(None, Colors::OFF);
    let active = gates.iter().filter(|gate| gate.retired.is_none()).count();
    let args = [
        ("version", register.version.to_string().into()),
        ("active", active.into()),
        ("retired", (gates.len() - active).into()),
    ];
    let counts = session.catalog.text("gate-list-counts", &args);
    writeln!(out, "{rendered}{counts}").map_err(IssuerError::Output)
}

fn json(gate: &Gate, epochs: &[u8]) -> serde_json::Value {
    let degrees = |millionths: i32| f64::from(millionths) / 1e6;
    json!({
        "gate": gate.name.as_str(),
        "place": gate.place.as_ref().map(|place| place.as_str()),
        "position": gate.position.map(|position| [degrees(position.latitude()), degrees(position.longitude())]),
        "enrolled": gate.enrolled.to_string(),
        "fingerprint": postern_core::hex(&gate.key.thumbprint()),
        "age": gate.age.as_str(),
        "epochs": epochs,
        "retired": gate.retired.as_ref().map(|retired| {
            json!({ "since": retired.since.to_string(), "why": retired.why.as_str() })
        }),
    })
}
