//! `gate enrol`: gates into the register, and the tag keys to them.

use std::io::Write;
use std::path::Path;

use postern_cli::terminal::{json_line, printable_lines};
use postern_cli::{Session, files};
use postern_core::gates::{Enrolled, Enrolment, NotEnrolled, Register};
use postern_core::trust::{Document, Payload};
use postern_seal::Recipient;
use serde_json::json;

use super::args::EnrolArgs;
use super::error::GateError;
use super::{Office, Sign, wrapped};
use crate::ceremony::confirm;
use crate::error::IssuerError;
use crate::repository::Repository;

pub(super) fn run(args: &EnrolArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    // Nobody says yes to what was not shown.
    if session.json && !args.yes {
        return Err(IssuerError::NotConfirmed);
    }
    if args.position.is_some() && args.files.len() > 1 {
        return Err(GateError::PositionOfSeveral.into());
    }
    let repository = Repository::new(&args.repo);
    let office = Office::open(&repository)?;
    let mut register = office.register()?;
    let at = args.at.time();
    let mut gates = Vec::new();
    for path in &args.files {
        let enrolment = read(path)?;
        let became = register
            .enrol(&enrolment, args.position, at)
            .map_err(|e| refused(e, path, &enrolment))?;
        gates.push((enrolment, became));
    }
    if !session.json {
        for (enrolment, became) in &gates {
            show(enrolment, *became, session, out)?;
        }
        out.flush().map_err(IssuerError::Output)?;
    }
    let keys = wrapped::open_keys(&args.tag_key, &repository, &args.passphrase, session)?;
    let sign = Sign::new(&args.key, &args.passphrase, at, &office, session)?;
    if !args.yes {
        confirm(session)?;
    }
    publish(&gates, &register, &sign, &repository, session, out)?;
    wrapped::settle(&repository, &register, &keys)?.tell(&keys, session, out)
}

/// The next register, if it says anything new.
fn publish(
    gates: &[(Enrolment, Enrolled)],
    register: &Register,
    sign: &Sign<'_>,
    repository: &Repository,
    session: &Session,
    out: &mut dyn Write,
) -> Result<(), IssuerError> {
    // Before the register says so: interrupted, the old recipient gets its keys again, and not the new one for ever none.
    let remove = || {
        let changed = Enrolled::Changed { recipient: true };
        let mut of_another = gates.iter().filter(|(_, became)| *became == changed);
        of_another.try_for_each(|(enrolment, _)| wrapped::remove(repository, &enrolment.key))
    };
    if gates.iter().any(|(_, became)| *became != Enrolled::Known) {
        sign.publish_after(register, remove, session, out)?;
    }
    if session.json {
        for (enrolment, became) in gates {
            show(enrolment, *became, session, out)?;
        }
    }
    Ok(())
}

/// An application that the gate whose key it names has signed, and to which tag keys can be wrapped.
fn read(path: &Path) -> Result<Enrolment, IssuerError> {
    let bytes = files::read_bounded(path, Enrolment::MAX_LEN as u64)?;
    let document = Document::<Enrolment>::parse(&bytes).map_err(|e| IssuerError::Document(path.to_owned(), e))?;
    if !document.is_signed_by_itself() {
        return Err(GateError::NotItsOwn(path.to_owned()).into());
    }
    let enrolment = document.into_payload();
    match Recipient::parse(enrolment.age.as_str()) {
        Ok(_) => Ok(enrolment),
        Err(_) => Err(GateError::Recipient(path.to_owned()).into()),
    }
}

fn refused(error: NotEnrolled, path: &Path, enrolment: &Enrolment) -> GateError {
    match error {
        NotEnrolled::NameTaken { kid } => GateError::NameTaken {
            path: path.to_owned(),
            name: enrolment.name.clone(),
            kid,
        },
        NotEnrolled::Retired { since } => GateError::Retired {
            path: path.to_owned(),
            since,
        },
        _ => GateError::Full,
    }
}

/// A gate, and what becomes of it: its fingerprint is what a person compares with what the gate's staff said.
fn show(enrolment: &Enrolment, became: Enrolled, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let became = match became {
        Enrolled::Changed { recipient: true } => "recipient-changed",
        Enrolled::Changed { recipient: false } => "changed",
        Enrolled::Known => "known",
        Enrolled::New => "enrolled",
    };
    let thumbprint = enrolment.key.thumbprint();
    let place = enrolment.place.as_ref().map(|place| place.as_str());
    let line = if session.json {
        json_line(&json!({
            "step": became,
            "gate": enrolment.name.as_str(),
            "place": place,
            "fingerprint": postern_core::hex(&thumbprint),
            "age": enrolment.age.as_str(),
        }))
    } else {
        let groups: Vec<_> = thumbprint.chunks(2).map(postern_core::hex).collect();
        let args = [
            ("gate", enrolment.name.to_string().into()),
            ("place", place.unwrap_or("-").to_owned().into()),
            ("fingerprint", groups.join(" ").into()),
            ("became", session.catalog.text(&format!("gate-{became}"), &[]).into()),
        ];
        printable_lines(&session.catalog.text("gate-shown", &args)).into_owned()
    };
    writeln!(out, "{line}").map_err(IssuerError::Output)
}
