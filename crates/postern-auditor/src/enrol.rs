//! `enrol`: which gates the office takes logs of, and where they stand.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use postern_cli::output::Output;
use postern_cli::terminal::{json_line, printable_lines};
use postern_cli::{Session, clock, files};
use postern_core::gates::{Enrolment, Line, Position, Register};
use postern_core::keys::PublicKey;
use postern_core::repository::{MAX_ROOTS, NEWEST, path};
use postern_core::trust::{Document, DocumentKind, Fault, Payload, Root, Snapshot, TrustError};
use postern_transport::{Location, Options, Remote};
use serde_json::json;

use crate::archive::{ArchiveArgs, Enrolled, GateRow};
use crate::error::Error;
use crate::office::Office;

#[derive(Args)]
pub(crate) struct EnrolArgs {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[arg(value_name = "ENROLMENT", required_unless_present = "repository")]
    files: Vec<PathBuf>,
    #[arg(long, value_name = "LOCATION", conflicts_with = "files")]
    repository: Option<String>,
    #[arg(
        long,
        value_name = "LAT,LON",
        conflicts_with = "repository",
        allow_hyphen_values = true
    )]
    position: Option<Position>,
    #[arg(long, value_name = "TEXT", conflicts_with = "repository")]
    place: Option<Line>,
    #[arg(long)]
    create: bool,
}

pub(crate) fn run(args: &EnrolArgs, session: &Session) -> Result<u8, Error> {
    if (args.position.is_some() || args.place.is_some()) && args.files.len() > 1 {
        return Err(Error::PositionOfSeveral);
    }
    let gates = match &args.repository {
        Some(text) => register(text, &args.archive)?,
        None => args
            .files
            .iter()
            .map(|file| applied(file, args))
            .collect::<Result<_, _>>()?,
    };
    if args.create {
        args.archive.place()?.create()?;
    }
    let mut archive = args.archive.open()?;
    let known: BTreeMap<PublicKey, GateRow> = archive.gates()?.into_iter().map(|gate| (gate.key, gate)).collect();
    // Its name is in each checkpoint that it has signed: under another one none would be its own.
    for gate in &gates {
        if let Some(is) = known.get(&gate.key).filter(|is| is.size > 0 && is.name != gate.name) {
            return Err(Error::GateRenamed(is.name.clone(), gate.name.clone()));
        }
    }
    // A gate that is retired stays so, and one keeps its place where nothing new is said of it.
    let merged: Vec<Enrolled> = gates
        .into_iter()
        .map(|gate| match known.get(&gate.key) {
            None => gate,
            Some(is) => Enrolled {
                place: gate.place.or(is.place.clone()),
                position: gate.position.or(is.position),
                retired: is.retired.or(gate.retired),
                ..gate
            },
        })
        .collect();
    let (new, changed) = archive.enrol(&merged)?;
    archive.settle()?;
    tell(&merged, new, changed, args, session)
}

fn tell(gates: &[Enrolled], new: u64, changed: u64, args: &EnrolArgs, session: &Session) -> Result<u8, Error> {
    let mut out = Output::stdout();
    let mut lines = Vec::new();
    // Of an application the fingerprint is what a person compares; a register is signed.
    for gate in gates.iter().filter(|_| args.repository.is_none() || session.json) {
        let fingerprint = postern_core::hex(&gate.key.thumbprint());
        lines.push(match session.json {
            true => json_line(&json!({
                "type": "gate", "gate": gate.name, "fingerprint": fingerprint, "place": gate.place,
                "position": gate.position.map(|position| position.to_string()), "retired": gate.retired,
            })),
            false => {
                let values = [("gate", gate.name.clone().into()), ("fingerprint", fingerprint.into())];
                printable_lines(&session.catalog.text("enrol-gate", &values)).into_owned()
            }
        });
    }
    lines.push(match session.json {
        true => json_line(&json!({ "type": "enrol", "gates": gates.len(), "new": new, "changed": changed })),
        false => {
            let values = [
                ("gates", gates.len().into()),
                ("new", new.into()),
                ("changed", changed.into()),
            ];
            session.catalog.text("enrol-done", &values)
        }
    });
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(0)
}

/// A gate by its own application, which proves that it has its key and no more.
fn applied(file: &Path, args: &EnrolArgs) -> Result<Enrolled, Error> {
    let bytes = files::read_bounded(file, Enrolment::MAX_LEN as u64)?;
    let document = Document::<Enrolment>::parse(&bytes).map_err(|e| Error::Document(file.display().to_string(), e))?;
    if !document.is_signed_by_itself() {
        return Err(Error::NotItsOwn(file.to_owned()));
    }
    let enrolment = document.into_payload();
    Ok(Enrolled {
        key: enrolment.key,
        name: enrolment.name.as_str().to_owned(),
        place: args.place.clone().or(enrolment.place).map(String::from),
        position: args.position,
        enrolled: u64::try_from(clock::now()).unwrap_or(0),
        retired: None,
    })
}

/// All gates of the register that the newest snapshot pins, as far as the trusted root leads to its keys.
fn register(location: &str, archive: &ArchiveArgs) -> Result<Vec<Enrolled>, Error> {
    let trust = Office::new(archive.office()?).trust()?;
    let remote = Remote::open(&Location::parse(location)?, &Options::default())?;
    let distrust = |path: &str| {
        let place = format!("{}: {path}", remote.location());
        move |e| Error::Document(place, e)
    };
    let get = |path: &str, max: usize| {
        let bytes = remote.get(path, max as u64)?;
        bytes.ok_or_else(|| Error::RepositoryMissing(path.to_owned()))
    };
    let mut roots = Vec::new();
    for version in (trust.root().payload().version + 1..).take(MAX_ROOTS as usize) {
        match remote.get(&path(DocumentKind::Root, version), Root::MAX_LEN as u64)? {
            Some(bytes) => roots.push(bytes),
            None => break,
        }
    }
    let root = trust.follow_roots(&roots).map_err(distrust("root"))?;
    let keys = &root.payload().roles.snapshot;
    let signed = |e| distrust(NEWEST)(e);
    let snapshot = Document::<Snapshot>::parse(&get(NEWEST, Snapshot::MAX_LEN)?).map_err(signed)?;
    snapshot.threshold(keys).map_err(distrust(NEWEST))?;
    let Some(pin) = snapshot.payload().register else {
        return Err(Error::RepositoryMissing("register".to_owned()));
    };
    let file = path(DocumentKind::Register, pin.version);
    let bytes = get(&file, Register::MAX_LEN)?;
    if !pin.matches(&bytes) {
        let fault = TrustError {
            document: DocumentKind::Register,
            fault: Fault::NotPinned,
        };
        return Err(distrust(&file)(fault));
    }
    let register = Document::<Register>::parse(&bytes).map_err(distrust(&file))?;
    register.threshold(keys).map_err(distrust(&file))?;
    let gate = |gate: &postern_core::gates::Gate| Enrolled {
        key: gate.key,
        name: gate.name.as_str().to_owned(),
        place: gate.place.as_ref().map(|place| place.as_str().to_owned()),
        position: gate.position,
        enrolled: gate.enrolled.seconds(),
        retired: gate.retired.as_ref().map(|retired| retired.since.seconds()),
    };
    Ok(register.payload().gates().iter().map(gate).collect())
}
