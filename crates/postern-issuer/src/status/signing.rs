//! With which key a status file is signed, once it is seen that gates will take it.

use std::path::Path;

use postern_cli::{Session, files};
use postern_core::keys::{Role, Signer};
use postern_core::repository::path;
use postern_core::text::Ident;
use postern_core::time::Time;
use postern_core::trust::{DocumentKind, Payload, Root, Trust};

use super::args::SigningArgs;
use super::error::StatusError;
use super::register::Register;
use super::say;
use crate::error::IssuerError;
use crate::key::open_signer;
use crate::mint::MintError;
use crate::repository::Repository;

/// Opens the key, which the newest pack must list as a status key of the register's issuer for the time of issue.
///
/// # Errors
///
/// [`IssuerError`] says what the repository lacks, or who else's the key is.
pub(crate) fn open(
    args: &SigningArgs,
    register: &Register,
    column: Option<&Ident>,
    issued: Time,
    session: &Session,
) -> Result<Box<dyn Signer>, IssuerError> {
    let meta = register.meta();
    let other = |what, is: String, wanted: String| {
        let path = register.path().to_owned();
        Err(StatusError::Other { path, what, is, wanted }.into())
    };
    let first = first_root(&args.repo)?;
    if first != meta.authority {
        return other(
            "authority",
            postern_core::hex(&meta.authority),
            postern_core::hex(&first),
        );
    }
    let repository = Repository::new(&args.repo);
    let root = repository.newest_root()?.ok_or(IssuerError::NothingPublished("root"))?;
    let (pack, _) = repository.newest_pack()?.ok_or(IssuerError::NothingPublished("pack"))?;
    pack.threshold(&root.payload().roles.publisher)
        .map_err(|e| IssuerError::Document(args.repo.join(path(DocumentKind::Pack, pack.payload().version)), e))?;
    let signer = open_signer(&args.key, Role::Status, &args.passphrase, session)?;
    let kid = signer.public().kid();
    let issuers = &pack.payload().issuers;
    let keys = issuers
        .iter()
        .flat_map(|issuer| issuer.keys.iter().map(move |key| (issuer, key)));
    let Some((issuer, key)) = keys.into_iter().find(|(_, key)| key.key == signer.public()) else {
        return Err(MintError::KeyNotListed { kid }.into());
    };
    if issuer.id.as_str() != meta.issuer {
        return other("issuer", meta.issuer.clone(), issuer.id.to_string());
    }
    if key.role != Role::Status {
        return Err(MintError::KeyOfOtherRole { kid, role: key.role }.into());
    }
    if !(key.from..=key.until).contains(&issued) {
        let (from, until, at) = (key.from, key.until, issued);
        return Err(MintError::KeyNotInForce { kid, from, until, at }.into());
    }
    let unnamed = |message, name: &Ident| say(session, message, &[("name", name.to_string().into())]);
    match &issuer.list {
        Some(list) if *list != meta.list => return other("pack-list", meta.list.to_string(), list.to_string()),
        Some(_) => {}
        // It may be published before the pack that names it.
        None => unnamed("status-list-unnamed", &meta.list),
    }
    if let Some(column) = column.filter(|column| !issuer.columns.contains(column)) {
        unnamed("status-column-unnamed", column);
    }
    Ok(signer)
}

/// That a new version is not dated before the one that is published.
pub(crate) fn not_dated_back(issued: Time, newest: Option<Time>) -> Result<(), IssuerError> {
    match newest {
        Some(newest) if issued < newest => Err(IssuerError::DatedBack(issued, newest)),
        _ => Ok(()),
    }
}

/// The digest of a repository's root 1: the authority that it is of.
fn first_root(repo: &Path) -> Result<[u8; 32], IssuerError> {
    let file = repo.join(path(DocumentKind::Root, 1));
    let bytes = files::read_bounded(&file, Root::MAX_LEN as u64)?;
    let first = Trust::pin(&bytes).map_err(|e| IssuerError::Document(file, e))?;
    Ok(first.root().digest())
}
