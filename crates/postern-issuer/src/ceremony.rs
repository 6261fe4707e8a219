//! `root`, `pack`, `snapshot`: build a draft, sign it one key at a time on separate machines, assemble, publish.
//!
//! Each step verifies what the step before made. What is signed is what is shown: the rendering is made from the
//! payload's bytes, not from what they were built of.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use postern_cli::{Explain, Session, files};
use postern_core::cbor;
use postern_core::cose::SignatureEntry;
use postern_core::keys::{PublicKey, Role};
use postern_core::text::Names;
use postern_core::time::Time;
use postern_core::trust::{
    Document, DocumentKind, FilePin, Keys, Pack, Payload, Root, RootRoles, Snapshot, TrustError,
};

use crate::cli::{
    AssembleArgs, PackCommand, PackNewArgs, PublishArgs, RootCommand, RootNewArgs, ShowArgs, SignArgs, SnapshotCommand,
    SnapshotRenewArgs,
};
use crate::error::IssuerError;
use crate::render::Render;
use crate::repository::{Repository, StatusFiles};
use crate::{emergency, key, pack_source};

/// The most bytes of a detached signature.
const MAX_SIGNATURE: u64 = 256;

pub(crate) fn root(command: &RootCommand, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    match command {
        RootCommand::New(args) => draft(new_root(args)?, &args.out, session, out),
        RootCommand::Sign(args) => {
            let document = read::<Root>(&args.sign.draft)?;
            let mut allowed = vec![document.payload().roles.root.clone()];
            if let Some(previous) = &args.previous {
                allowed.push(read_root(previous)?.payload().roles.root.clone());
            }
            sign(&document, &args.sign, &allowed, session, out)
        }
        RootCommand::Assemble(args) => {
            let own = read::<Root>(&args.assemble.draft)?;
            let mut needed = vec![own.payload().roles.root.clone()];
            if own.payload().version > 1 {
                let previous = args
                    .previous
                    .as_ref()
                    .ok_or(IssuerError::NothingPublished("--previous"))?;
                needed.push(read_root(previous)?.payload().roles.root.clone());
            }
            assemble::<Root>(&args.assemble, &needed, session, out)
        }
        RootCommand::Show(args) => show::<Root>(args, session, out),
        RootCommand::Publish(PublishArgs { file, repo }) => {
            let published = Repository::new(repo).publish_root(file, &read_bytes::<Root>(file)?)?;
            told("published", &published, file, session, out)
        }
    }
}

pub(crate) fn pack(command: &PackCommand, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    match command {
        PackCommand::New(args) => draft(new_pack(args)?, &args.out, session, out),
        PackCommand::Emergency(args) => draft(emergency::pack(args)?, &args.out, session, out),
        PackCommand::Sign(args) => {
            let allowed = [read_root(&args.root)?.payload().roles.publisher.clone()];
            sign(&read::<Pack>(&args.sign.draft)?, &args.sign, &allowed, session, out)
        }
        PackCommand::Assemble(args) => {
            let needed = [read_root(&args.root)?.payload().roles.publisher.clone()];
            assemble::<Pack>(&args.assemble, &needed, session, out)
        }
        PackCommand::Show(args) => show::<Pack>(args, session, out),
        PackCommand::Publish(PublishArgs { file, repo }) => {
            let published = Repository::new(repo).publish_pack(file, &read_bytes::<Pack>(file)?)?;
            told("published", &published, file, session, out)
        }
    }
}

pub(crate) fn snapshot(command: &SnapshotCommand, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    match command {
        SnapshotCommand::New(args) => draft(
            new_snapshot(&Repository::new(&args.repo), args.at.time(), session)?,
            &args.out,
            session,
            out,
        ),
        SnapshotCommand::Sign(args) => {
            let allowed = [read_root(&args.root)?.payload().roles.snapshot.clone()];
            sign(&read::<Snapshot>(&args.sign.draft)?, &args.sign, &allowed, session, out)
        }
        SnapshotCommand::Assemble(args) => {
            let needed = [read_root(&args.root)?.payload().roles.snapshot.clone()];
            assemble::<Snapshot>(&args.assemble, &needed, session, out)
        }
        SnapshotCommand::Show(args) => show::<Snapshot>(args, session, out),
        SnapshotCommand::Publish(PublishArgs { file, repo }) => {
            let published = Repository::new(repo).publish_snapshot(file, &read_bytes::<Snapshot>(file)?)?;
            told("published", &published, file, session, out)
        }
        SnapshotCommand::Renew(args) => renew(args, session, out),
    }
}

fn new_root(args: &RootNewArgs) -> Result<Root, IssuerError> {
    let keys = |role: Role, files: &[std::path::PathBuf], threshold| {
        let keys = files
            .iter()
            .map(|file| key::read_public_for(file, role))
            .collect::<Result<Vec<_>, _>>()?;
        Keys::new(keys, threshold).map_err(|e| IssuerError::Rule(role.as_str(), e.to_owned()))
    };
    let previous = args.previous.as_deref().map(read_root).transpose()?;
    let issued = args.at.time();
    Ok(Root {
        name: Names::new(&args.name_en, &args.name_zh).map_err(|e| IssuerError::Rule("name", e.to_string()))?,
        roles: RootRoles {
            root: keys(Role::Root, &args.root_key, args.root_threshold)?,
            snapshot: keys(Role::Snapshot, &args.snapshot_key, args.snapshot_threshold)?,
            publisher: keys(Role::Publisher, &args.publisher_key, args.publisher_threshold)?,
        },
        issued,
        expires: issued.plus(args.valid_for.saturating_mul(86_400)),
        version: previous.map_or(1, |previous| previous.payload().version + 1),
    })
}

fn new_pack(args: &PackNewArgs) -> Result<Pack, IssuerError> {
    let published = Repository::new(&args.repo).newest_pack()?;
    let published = published.as_ref().map(|(newest, _)| newest.payload());
    let at = args.at.time();
    let version = published.map_or(1, |newest| newest.version + 1);
    let mut pack = pack_source::read(&args.source, version, at)?;
    // A description knows nothing of a declaration: nobody should end one, or carry it on, without a word.
    let declared = published.and_then(|newest| newest.emergency.clone());
    if let Some(emergency) = declared.filter(|emergency| emergency.until >= at) {
        match (args.keep_emergency, args.end_emergency) {
            (true, _) => pack.emergency = Some(emergency),
            (_, true) => {}
            _ => return Err(IssuerError::EmergencyDeclared(emergency.until)),
        }
    }
    Ok(pack)
}

fn new_snapshot(repository: &Repository, issued: Time, session: &Session) -> Result<Snapshot, IssuerError> {
    let root = repository.newest_root()?.ok_or(IssuerError::NothingPublished("root"))?;
    let (pack, bytes) = repository.newest_pack()?.ok_or(IssuerError::NothingPublished("pack"))?;
    let StatusFiles { files, passed } = repository.status_files(pack.payload(), issued)?;
    for passed in passed {
        passed_over(&passed, session);
    }
    // One that a former root's keys signed is left out until `gate renew`.
    let keys = &root.payload().roles.snapshot;
    let register = repository.newest_register()?;
    let register = register.filter(|(register, _)| register.threshold(keys).is_ok());
    Ok(Snapshot {
        pack: FilePin::of(&bytes, pack.payload().version),
        root: root.payload().version,
        files,
        issued,
        version: repository
            .newest_snapshot()?
            .map_or(1, |newest| newest.payload().version + 1),
        register: register.map(|(register, bytes)| FilePin::of(&bytes, register.payload().version)),
    })
}

/// Says what a snapshot does not pin: the issuer of the file should know.
fn passed_over(error: &IssuerError, session: &Session) {
    let detail = error.to_string();
    match session.json {
        true => {
            let line = serde_json::json!({ "passed_over": { "reason": error.reason(), "message": detail } });
            eprintln!("{}", postern_cli::terminal::json_line(&line));
        }
        false => {
            let detail = postern_cli::terminal::printable(&detail).into_owned();
            eprintln!(
                "{}",
                session
                    .catalog
                    .text("snapshot-passed-over", &[("detail", detail.into())])
            );
        }
    }
}

/// The daily job in one step: build, sign, verify as a gate does, publish.
fn renew(args: &SnapshotRenewArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let repository = Repository::new(&args.repo);
    let root = repository.newest_root()?.ok_or(IssuerError::NothingPublished("root"))?;
    let allowed = [root.payload().roles.snapshot.clone()];
    let mut document = checked(new_snapshot(&repository, args.at.time(), session)?)?;
    for path in &args.key {
        let signer = key::open_signer(path, Role::Snapshot, &args.passphrase, session)?;
        listed(path, &signer.public(), Role::Snapshot, &allowed)?;
        let entry = document.sign(signer.as_ref())?;
        document.add_signature(entry);
    }
    let published = repository.publish_snapshot(&args.repo, &document.to_bytes())?;
    told("published", &published, &args.repo, session, out)
}

/// Writes a draft, once a reader would take its payload.
fn draft<P: Render>(payload: P, path: &Path, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let document = checked(payload)?;
    files::write_new(path, &document.to_bytes())?;
    rendered(&document, session, out)?;
    told("drafted", &document, path, session, out)
}

/// A payload as a reader sees it: built and decoded again, so that what is out of bounds is found before anybody signs.
pub(crate) fn checked<P: Payload>(payload: P) -> Result<Document<P>, IssuerError> {
    let bounds = |message: String| IssuerError::Rule(P::KIND.as_str(), message);
    let again: P = cbor::from_slice(&cbor::to_vec(&payload)).map_err(|e| bounds(e.to_string()))?;
    let document = Document::draft(again);
    Document::parse(&document.to_bytes()).map_err(|e| bounds(e.to_string()))
}

fn sign<P: Render>(
    document: &Document<P>,
    args: &SignArgs,
    allowed: &[Keys],
    session: &Session,
    out: &mut dyn Write,
) -> Result<(), IssuerError> {
    // Nobody says yes to what was not shown.
    if session.json && !args.yes {
        return Err(IssuerError::NotConfirmed);
    }
    rendered(document, session, out)?;
    out.flush().map_err(IssuerError::Output)?;
    let role = role_of(P::KIND);
    let signer = key::open_signer(&args.key, role, &args.passphrase, session)?;
    listed(&args.key, &signer.public(), role, allowed)?;
    if !args.yes {
        confirm(session)?;
    }
    let entry = document.sign(signer.as_ref())?;
    files::write_new(&args.out, &entry.to_detached(&document.digest()))?;
    told("signed", document, &args.out, session, out)
}

/// Adds detached signatures to a draft. Each must be of this document and by a key that may sign it; the thresholds of all
/// of `needed` must be met.
fn assemble<P: Render>(
    args: &AssembleArgs,
    needed: &[Keys],
    session: &Session,
    out: &mut dyn Write,
) -> Result<(), IssuerError> {
    let mut document = read::<P>(&args.draft)?;
    for path in &args.signatures {
        let bytes = files::read_bounded(path, MAX_SIGNATURE)?;
        let foreign = || IssuerError::ForeignSignature(path.clone());
        let (digest, entry) = SignatureEntry::from_detached(&bytes).map_err(|_| foreign())?;
        let mut alone =
            Document::draft(cbor::from_slice::<P>(&cbor::to_vec(document.payload())).map_err(|_| foreign())?);
        alone.add_signature(entry);
        if digest != document.digest() || needed.iter().all(|keys| alone.valid_signatures(keys) == 0) {
            return Err(foreign());
        }
        document.add_signature(entry);
    }
    let refused = |e: TrustError| IssuerError::Document(args.draft.clone(), e);
    needed
        .iter()
        .try_for_each(|keys| document.threshold(keys))
        .map_err(refused)?;
    files::write_new(&args.out, &document.to_bytes())?;
    told("assembled", &document, &args.out, session, out)
}

fn show<P: Render>(args: &ShowArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let document = read::<P>(&args.file)?;
    if session.json {
        return told("shown", &document, &args.file, session, out);
    }
    rendered(&document, session, out)
}

fn rendered<P: Render>(document: &Document<P>, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    crate::render::document(document, session, out).map_err(IssuerError::Output)
}

/// Says which document a step ended with, and where it lies.
pub(crate) fn told<P: Payload>(
    step: &str,
    document: &Document<P>,
    path: &Path,
    session: &Session,
    out: &mut dyn Write,
) -> Result<(), IssuerError> {
    let kind = P::KIND.as_str();
    let (version, digest) = (document.payload().version(), postern_core::hex(&document.digest()));
    let signatures = document.signatures().len();
    let printed = if session.json {
        let line = serde_json::json!({
            "step": step, "document": kind, "version": version, "digest": digest, "signatures": signatures,
            "file": path.display().to_string(),
        });
        writeln!(out, "{}", postern_cli::terminal::json_line(&line))
    } else {
        let args = [
            ("kind", session.catalog.text(&format!("show-{kind}"), &[]).into()),
            ("version", version.to_string().into()),
            ("file", path.display().to_string().into()),
            ("digest", digest.into()),
        ];
        writeln!(out, "{}", session.catalog.text(&format!("told-{step}"), &args))
    };
    printed.map_err(IssuerError::Output)
}

fn read_bytes<P: Payload>(path: &Path) -> Result<Vec<u8>, IssuerError> {
    Ok(files::read_bounded(path, P::MAX_LEN as u64)?)
}

fn read<P: Payload>(path: &Path) -> Result<Document<P>, IssuerError> {
    Document::parse(&read_bytes::<P>(path)?).map_err(|e| IssuerError::Document(path.to_owned(), e))
}

/// A root that its own threshold has signed.
fn read_root(path: &Path) -> Result<Document<Root>, IssuerError> {
    let root = read::<Root>(path)?;
    root.threshold(&root.payload().roles.root)
        .map_err(|e| IssuerError::Document(path.to_owned(), e))?;
    Ok(root)
}

fn role_of(kind: DocumentKind) -> Role {
    match kind {
        DocumentKind::Column | DocumentKind::Delta | DocumentKind::Status => Role::Status,
        DocumentKind::Enrolment => Role::Gate,
        DocumentKind::Pack => Role::Publisher,
        DocumentKind::Root => Role::Root,
        DocumentKind::Register | DocumentKind::Snapshot => Role::Snapshot,
    }
}

pub(crate) fn listed(path: &Path, key: &PublicKey, role: Role, allowed: &[Keys]) -> Result<(), IssuerError> {
    match allowed.iter().any(|keys| keys.contain(key)) {
        true => Ok(()),
        false => Err(IssuerError::KeyNotInRole(path.to_owned(), role)),
    }
}

/// Asks a person on the terminal whether to sign what was shown.
pub(crate) fn confirm(session: &Session) -> Result<(), IssuerError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(IssuerError::NotConfirmed);
    }
    eprint!("{}", session.catalog.text("confirm-sign", &[]));
    let mut answer = String::new();
    stdin
        .lock()
        .read_line(&mut answer)
        .map_err(|_| IssuerError::NotConfirmed)?;
    match answer.trim() {
        "yes" | "是" => Ok(()),
        _ => Err(IssuerError::NotConfirmed),
    }
}
