//! `gate`: the register of gates, and the tag keys that are wrapped to them.
//!
//! A tag key is wrapped to every gate that the register names and that is not retired. The register is therefore believed
//! only as the newest root's snapshot keys have signed it, and only if it is not older than the one that the newest snapshot
//! pins: who can write to the repository's folder can put no gate into it.

mod args;
mod enrol;
mod error;
mod list;
mod retire;
mod wrapped;

use std::io::Write;
use std::path::PathBuf;

use postern_cli::Session;
use postern_cli::secret::PassphraseSource;
use postern_core::gates::Register;
use postern_core::keys::Role;
use postern_core::repository::path;
use postern_core::time::Time;
use postern_core::trust::{Document, DocumentKind, Fault, Keys, Payload, TrustError};

pub(crate) use args::GateCommand;
pub use error::GateError;

use crate::ceremony::{checked, confirm, listed, told};
use crate::error::IssuerError;
use crate::gate::args::{RenewArgs, WrapArgs};
use crate::key;
use crate::repository::{Published, Repository};

pub(crate) fn run(command: &GateCommand, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    match command {
        GateCommand::Enrol(args) => enrol::run(args, session, out),
        GateCommand::List(args) => list::run(args, session, out),
        GateCommand::Renew(args) => renew(args, session, out),
        GateCommand::Retire(args) => retire::run(args, session, out),
        GateCommand::Wrap(args) => wrap(args, session, out),
    }
}

/// `gate wrap`: a tag key for every gate that lacks it.
fn wrap(args: &WrapArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let repository = Repository::new(&args.repo);
    let register = Office::open(&repository)?.register()?;
    let keys = wrapped::open_keys(&args.tag_key, &repository, &args.passphrase, session)?;
    wrapped::settle(&repository, &register, &keys)?.tell(&keys, session, out)
}

/// `gate renew`: the register as it is, signed by the keys that the newest root lists.
fn renew(args: &RenewArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    // Nobody says yes to what was not shown.
    if session.json && !args.yes {
        return Err(IssuerError::NotConfirmed);
    }
    let repository = Repository::new(&args.repo);
    let office = Office::open(&repository)?;
    let register = office.register_of_any_root()?;
    if !session.json {
        list::print(&repository, &register, session, out)?;
        out.flush().map_err(IssuerError::Output)?;
    }
    let sign = Sign::new(&args.key, &args.passphrase, args.at.time(), &office, session)?;
    if !args.yes {
        confirm(session)?;
    }
    sign.publish(&register, session, out)
}

impl Repository {
    /// The published register of the highest version, and its bytes. Whether it is believed, [`Office`] tells.
    pub(crate) fn newest_register(&self) -> Result<Option<Published<Register>>, IssuerError> {
        let Some(&(_, version)) = self.versions("register", "register")?.last() else {
            return Ok(None);
        };
        let path = path(DocumentKind::Register, version);
        let refused = |e| IssuerError::Document(self.file(&path), e);
        let Some(bytes) = self.read(&path, Register::MAX_LEN)? else {
            return Ok(None);
        };
        let register = Document::<Register>::parse(&bytes).map_err(refused)?;
        let found = register.payload().version;
        match found == version {
            true => Ok(Some((register, bytes))),
            false => Err(refused(fault(Fault::Order {
                expected: version,
                found,
            }))),
        }
    }
}

/// Who keeps the register today.
struct Office<'a> {
    repository: &'a Repository,
    snapshot: Keys,
}

impl<'a> Office<'a> {
    fn open(repository: &'a Repository) -> Result<Self, IssuerError> {
        let root = repository.newest_root()?.ok_or(IssuerError::NothingPublished("root"))?;
        Ok(Self {
            repository,
            snapshot: root.into_payload().roles.snapshot,
        })
    }

    /// The register as it is believed; an empty one before the first gate.
    fn register(&self) -> Result<Register, IssuerError> {
        match self.pinned()? {
            None => Ok(Register::empty()),
            Some(document) if document.threshold(&self.snapshot).is_ok() => Ok(document.into_payload()),
            Some(document) => Err(GateError::FormerRoot {
                version: document.payload().version,
            }
            .into()),
        }
    }

    /// The register as any root's snapshot keys have signed it.
    fn register_of_any_root(&self) -> Result<Register, IssuerError> {
        let document = self.pinned()?.ok_or(IssuerError::NothingPublished("register"))?;
        let path = path(DocumentKind::Register, document.payload().version);
        let refused = |e| IssuerError::Document(self.repository.file(&path), e);
        let mut signed = document.threshold(&self.snapshot);
        // The newest root was followed from the first: those between are believed.
        for bytes in self.repository.roots()? {
            let root = Document::<postern_core::trust::Root>::parse(&bytes).map_err(refused)?;
            signed = signed.or_else(|_| document.threshold(&root.payload().roles.snapshot));
        }
        signed.map_err(refused)?;
        Ok(document.into_payload())
    }

    /// The newest register, which must not be older than the one that the newest snapshot pins, nor another one.
    fn pinned(&self) -> Result<Option<Document<Register>>, IssuerError> {
        let newest = self.repository.newest_register()?;
        let snapshot = self.repository.newest_snapshot()?;
        let Some(pin) = snapshot.and_then(|snapshot| snapshot.payload().register) else {
            return Ok(newest.map(|(document, _)| document));
        };
        let found = newest.as_ref().map_or(0, |(document, _)| document.payload().version);
        let fault = match &newest {
            Some((_, bytes)) if found == pin.version && !pin.matches(bytes) => fault(Fault::NotPinned),
            _ if found < pin.version => fault(Fault::Order {
                expected: pin.version,
                found,
            }),
            _ => return Ok(newest.map(|(document, _)| document)),
        };
        let path = path(DocumentKind::Register, pin.version);
        Err(IssuerError::Document(self.repository.file(&path), fault))
    }
}

/// The keys that sign the next register, opened before anything is asked or changed.
struct Sign<'a> {
    office: &'a Office<'a>,
    signers: Vec<Box<dyn postern_core::keys::Signer>>,
    at: Time,
}

impl<'a> Sign<'a> {
    fn new(
        keys: &[PathBuf],
        passphrase: &PassphraseSource,
        at: Time,
        office: &'a Office<'a>,
        session: &Session,
    ) -> Result<Self, IssuerError> {
        let open = |path: &PathBuf| {
            let signer = key::open_signer(path, Role::Snapshot, passphrase, session)?;
            listed(
                path,
                &signer.public(),
                Role::Snapshot,
                std::slice::from_ref(&office.snapshot),
            )?;
            Ok(signer)
        };
        let signers = keys.iter().map(open).collect::<Result<_, IssuerError>>()?;
        Ok(Self { office, signers, at })
    }

    /// Publishes a register as the version after the newest.
    fn publish(&self, register: &Register, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
        self.publish_after(register, || Ok(()), session, out)
    }

    /// As [`Self::publish`], and does something before, once nothing but the disk can fail any more.
    fn publish_after(
        &self,
        register: &Register,
        first: impl FnOnce() -> Result<(), IssuerError>,
        session: &Session,
        out: &mut dyn Write,
    ) -> Result<(), IssuerError> {
        let mut next = register.clone();
        (next.issued, next.version) = (self.at, register.version + 1);
        let mut document = checked(next)?;
        for signer in &self.signers {
            let entry = document.sign(signer.as_ref())?;
            document.add_signature(entry);
        }
        let path = path(DocumentKind::Register, document.payload().version);
        let file = self.office.repository.file(&path);
        document
            .threshold(&self.office.snapshot)
            .map_err(|e| IssuerError::Document(file.clone(), e))?;
        first()?;
        self.office.repository.add(&path, &document.to_bytes())?;
        told("published", &document, &file, session, out)
    }
}

fn fault(fault: Fault) -> TrustError {
    TrustError {
        document: DocumentKind::Register,
        fault,
    }
}
