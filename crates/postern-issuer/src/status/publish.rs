//! `status publish`: the list as it is to be, beside the one that is published; signed off by a person, or by a job within
//! the limit.

use std::io::Write;
use std::path::Path;

use postern_cli::terminal::json_line;
use postern_cli::{Session, clock, files};
use postern_core::keys::{PublicKey, Signer};
use postern_core::status::{Delta, StatusList, StatusListBuilder, StatusToken};
use postern_core::time::Time;
use postern_core::trust::{Document, TrustError};
use serde_json::json;

use super::args::{PublishArgs, SigningArgs};
use super::difference::Difference;
use super::error::StatusError;
use super::register::{Outgoing, Published, Register};
use super::{outbox, signing};
use crate::ceremony::confirm;
use crate::error::IssuerError;

/// The list that a new one follows.
struct Base {
    /// The register did not know it.
    adopted: bool,
    version: u64,
    issued: Time,
    list: StatusList,
}

pub(super) fn run(args: &PublishArgs, session: &Session, out: &mut dyn Write) -> Result<u8, IssuerError> {
    let SigningArgs {
        register, repo, at, by, ..
    } = &args.signing;
    let mut register = Register::open(register, None)?;
    let completed = outbox::send(&mut register, repo)?;
    let issued = at.time();
    let signer = signing::open(&args.signing, &register, None, issued, session)?;
    let known = register.newest_published(None)?;
    let base = base(known.as_ref(), &register, &args.signing, signer.as_ref())?;
    let new = list(&register)?;
    let difference = Difference::between(base.as_ref().map(|base| &base.list), &new);
    if let Some(known) = &known
        && base.as_ref().is_some_and(|base| base.version == known.version)
        && difference.changes() == 0
        && (completed > 0 || issued == known.issued)
    {
        return tell(known, None, true, session, out);
    }
    signing::not_dated_back(issued, base.as_ref().map(|base| base.issued))?;

    // Nobody says yes to what was not shown.
    if session.json && !args.yes {
        return Err(IssuerError::NotConfirmed);
    }
    let before = base.as_ref().map(|base| (base.version, base.issued));
    let adopted = base.as_ref().is_some_and(|base| base.adopted);
    let shown = difference.tell(&register, before, adopted, session, out);
    shown.and_then(|()| out.flush()).map_err(IssuerError::Output)?;
    // What an older copy of the register lacks would make people valid whom the published list does not.
    let again = if adopted { difference.better() } else { 0 };
    let (codes, limit) = (difference.worse() + again, register.limit()?);
    if codes > limit && !args.danger_over_limit {
        return Err(StatusError::OverLimit { codes, again, limit }.into());
    }
    if !args.yes {
        confirm(session)?;
    }

    let version = base.as_ref().map_or(1, |base| base.version + 1);
    let files = signed(&register, base.as_ref(), &new, version, issued, signer.as_ref())?;
    let list = files.last().map(|file| file.bytes.as_slice()).unwrap_or_default();
    let published = Published {
        version,
        issued,
        at: Time::saturating(clock::now()),
        by: by.clone(),
        key: *signer.public().as_bytes(),
        upto: register.newest_change()?,
        size: new.bytes().len() as u64,
        content: new.digest(),
        file: outbox::file_digest(list),
        counts: difference.counts.to_vec(),
    };
    register.publish(None, &published, &files)?;
    outbox::send(&mut register, repo)?;
    tell(&published, Some(&files), false, session, out)
}

/// The list of what the register says.
fn list(register: &Register) -> Result<StatusList, IssuerError> {
    let places = register.meta().places;
    let unsignable = |e: TrustError| StatusError::Unsignable(e.to_string());
    let mut list = StatusListBuilder::with_len(places).map_err(unsignable)?;
    register.each_status(|place, status| {
        list.set(place, status);
    })?;
    Ok(list.build())
}

/// What is published: what the register signed, and nothing else. Where the repository is ahead, the register is an older
/// copy; then somebody must say that it is to go on from there.
fn base(
    known: Option<&Published>,
    register: &Register,
    args: &SigningArgs,
    signer: &dyn Signer,
) -> Result<Option<Base>, IssuerError> {
    let repo = &args.repo;
    match (known, outbox::ahead(register, None, known, args)?) {
        (_, Some(version)) => adopted(version, register, repo, &signer.public()).map(Some),
        (Some(known), None) => read_back(known, register, repo).map(Some),
        (None, None) => Ok(None),
    }
}

/// The published list of a version, as the repository has it.
fn read_back(known: &Published, register: &Register, repo: &Path) -> Result<Base, IssuerError> {
    let path = repo.join(outbox::path(register.meta(), None, None, known.version));
    let bytes = files::read_bounded(&path, StatusToken::MAX_LEN as u64)?;
    let replaced = || StatusError::Replaced { path: path.clone() };
    if outbox::file_digest(&bytes) != known.file {
        return Err(replaced().into());
    }
    let token = StatusToken::parse(&bytes).map_err(|_| replaced())?;
    let key = PublicKey::from_bytes(&known.key).map_err(|_| replaced())?;
    let list = token.inflate(known.size).map_err(|_| replaced())?;
    match token.signed_by(&[key]) && list.digest() == known.content {
        true => Ok(Base {
            adopted: false,
            version: known.version,
            issued: known.issued,
            list,
        }),
        false => Err(replaced().into()),
    }
}

/// A list that this copy of the register does not know, and that its key signed.
fn adopted(version: u64, register: &Register, repo: &Path, key: &PublicKey) -> Result<Base, IssuerError> {
    let path = repo.join(outbox::path(register.meta(), None, None, version));
    let bytes = files::read_bounded(&path, StatusToken::MAX_LEN as u64)?;
    let replaced = || StatusError::Replaced { path: path.clone() };
    let token = StatusToken::parse(&bytes).map_err(|_| replaced())?;
    let size = u64::from(register.meta().places).div_ceil(4);
    let list = token.inflate(size).map_err(|_| replaced())?;
    let is = token.version() == version && *token.list() == register.meta().list && token.signed_by(&[*key]);
    match is {
        true => Ok(Base {
            adopted: true,
            version,
            issued: token.issued(),
            list,
        }),
        false => Err(replaced().into()),
    }
}

/// The signed files of a version in the order in which they are handed over: the list is the last, so that where it lies,
/// all that goes with it lies too.
fn signed(
    register: &Register,
    base: Option<&Base>,
    new: &StatusList,
    version: u64,
    issued: Time,
    signer: &dyn Signer,
) -> Result<Vec<Outgoing>, IssuerError> {
    let meta = register.meta();
    let mut files = Vec::new();
    if let Some(base) = base {
        let delta = Delta::between(&base.list, new, meta.list.clone(), base.version, version, issued);
        // Where there are more changes than a delta holds, gates take the list.
        if let Ok(delta) = delta {
            let mut delta = Document::draft(delta);
            let signature = delta.sign(signer)?;
            delta.add_signature(signature);
            let path = outbox::path(meta, None, Some(base.version), version);
            let bytes = delta.to_bytes();
            files.push(Outgoing { path, bytes });
        }
    }
    let zlib = outbox::compressed(new.bytes());
    let bytes = StatusToken::sign(signer, &meta.list, version, issued, &zlib)?;
    let path = outbox::path(meta, None, None, version);
    files.push(Outgoing { path, bytes });
    Ok(files)
}

/// Says what is published now: this version with its files, or the one that was there already.
fn tell(
    published: &Published,
    files: Option<&[Outgoing]>,
    already: bool,
    session: &Session,
    out: &mut dyn Write,
) -> Result<u8, IssuerError> {
    let digest = postern_core::hex(&published.content);
    let (list, delta) = match files {
        Some([delta, list]) => (Some(list.bytes.len()), Some(delta.bytes.len())),
        Some([list]) => (Some(list.bytes.len()), None),
        _ => (None, None),
    };
    let line = match session.json {
        true => json_line(&json!({ "published": {
            "version": published.version, "issued": published.issued.to_string(), "already": already,
            "bytes": list, "delta_bytes": delta, "content": digest,
        }})),
        false => {
            let message = match (already, delta) {
                (true, _) => "status-published-already",
                (false, None) => "status-published",
                (false, Some(_)) => "status-published-delta",
            };
            let number = |n: Option<usize>| n.unwrap_or(0).to_string();
            let args = [
                ("version", published.version.to_string().into()),
                ("issued", published.issued.to_string().into()),
                ("bytes", number(list).into()),
                ("delta", number(delta).into()),
            ];
            session.catalog.text(message, &args)
        }
    };
    let told = writeln!(out, "{line}").and_then(|()| out.flush());
    told.map_err(IssuerError::Output)?;
    Ok(0)
}
