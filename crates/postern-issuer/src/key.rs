//! `key`: making keys, and telling what a key file is.

use std::io::Write;
use std::path::{Path, PathBuf};

use postern_cli::secret::PassphraseSource;
use postern_cli::{Session, files, random};
use postern_core::keyfile::{self, KeyFile, Salts, SecretKey};
use postern_core::keys::{PrivateKey, PublicKey, Role, Signer};
use postern_core::tag::TagKey;
use zeroize::Zeroizing;

use crate::cli::{KeyCommand, KeyNewArgs, KeyShowArgs};
use crate::error::IssuerError;
use crate::token;

pub(crate) fn run(command: &KeyCommand, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    match command {
        KeyCommand::New(args) => new(args, session, out),
        KeyCommand::Show(args) => show(args, session, out),
    }
}

fn new(args: &KeyNewArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let public_path = public_path(&args.out);
    // Both names must be free before either is taken: half a key pair is worse than none.
    let only_public = args.token.is_some();
    if args.role != Role::Tag && (public_path == args.out && !only_public || public_path.exists()) {
        let taken = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(files::FileError::new(public_path, files::FileAction::Create, taken).into());
    }
    if let Some(uri) = &args.token {
        if args.role == Role::Tag {
            return Err(IssuerError::TagKeyOnToken);
        }
        let key = token::generate(uri, &args.passphrase, session)?;
        let in_file = |e| IssuerError::Key(public_path.clone(), e);
        let pem = keyfile::public_pem(&key, args.role).map_err(in_file)?;
        files::write_new(&public_path, pem.as_bytes())?;
        return print(&public_path, &key, Some(args.role), session, out);
    }
    let passphrase = args
        .passphrase
        .new_one(&args.out.display().to_string(), &session.catalog)?;
    let seed = Zeroizing::new(random::bytes::<32>()?);
    let key = match args.role {
        Role::Tag => SecretKey::Tag(TagKey::new(args.epoch, *seed)),
        _ => SecretKey::Signing(PrivateKey::from_seed(&seed)),
    };
    let salts = Salts {
        salt: random::bytes()?,
        iv: random::bytes()?,
    };
    let in_file = |path: &Path| {
        let path = path.to_owned();
        move |e| IssuerError::Key(path, e)
    };
    let pem = keyfile::encrypt(&key, args.role, &passphrase, salts).map_err(in_file(&args.out))?;
    match &key {
        SecretKey::Signing(key) => {
            let public = key.public();
            let public_pem = keyfile::public_pem(&public, args.role).map_err(in_file(&public_path))?;
            files::write_private_new(&args.out, pem.as_bytes())?;
            files::write_new(&public_path, public_pem.as_bytes())?;
            print(&args.out, &public, Some(args.role), session, out)
        }
        SecretKey::Tag(key) => {
            files::write_private_new(&args.out, pem.as_bytes())?;
            print_tag(&args.out, key, session, out)
        }
    }
}

fn show(args: &KeyShowArgs, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    for path in &args.files {
        if let Some(uri) = token::uri(path) {
            let key = token::open(uri, &args.passphrase, session)?.public();
            print(path, &key, None, session, out)?;
            continue;
        }
        match read_public(path) {
            Ok((key, role)) => print(path, &key, role, session, out)?,
            Err(IssuerError::Key(_, keyfile::KeyFileError::NotAPublicKey)) => {
                match open(path, &args.passphrase, session)? {
                    (SecretKey::Signing(key), role) => print(path, &key.public(), role, session, out)?,
                    (SecretKey::Tag(key), _) => print_tag(path, &key, session, out)?,
                }
            }
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Opens a private key to sign with, in a file or on a token, made for `role` if its file tells a role. A token tells
/// none: what lists the key decides.
pub(crate) fn open_signer(
    path: &Path,
    role: Role,
    passphrase: &PassphraseSource,
    session: &Session,
) -> Result<Box<dyn Signer>, IssuerError> {
    if let Some(uri) = token::uri(path) {
        return token::open(uri, passphrase, session);
    }
    match open(path, passphrase, session)? {
        (_, Some(is)) if is != role => Err(IssuerError::KeyOfOtherRole(path.to_owned(), is, role)),
        (SecretKey::Signing(key), _) => Ok(Box::new(key)),
        (SecretKey::Tag(_), _) => Err(IssuerError::KeyOfOtherRole(path.to_owned(), Role::Tag, role)),
    }
}

/// Opens the key of document tags.
pub(crate) fn open_tag(path: &Path, passphrase: &PassphraseSource, session: &Session) -> Result<TagKey, IssuerError> {
    match open(path, passphrase, session)? {
        (SecretKey::Tag(key), _) => Ok(key),
        (SecretKey::Signing(_), is) => Err(IssuerError::KeyOfOtherRole(
            path.to_owned(),
            is.unwrap_or(Role::Code),
            Role::Tag,
        )),
    }
}

/// Reads a public key to list in `role`.
pub(crate) fn read_public_for(path: &Path, role: Role) -> Result<PublicKey, IssuerError> {
    match read_public(path)? {
        (_, Some(is)) if is != role => Err(IssuerError::KeyOfOtherRole(path.to_owned(), is, role)),
        (key, _) => Ok(key),
    }
}

/// Reads a public key and the role that its file tells.
pub(crate) fn read_public(path: &Path) -> Result<(PublicKey, Option<Role>), IssuerError> {
    let bytes = files::read_bounded(path, keyfile::MAX_LEN as u64)?;
    keyfile::parse_public(&bytes).map_err(|e| IssuerError::Key(path.to_owned(), e))
}

fn open(
    path: &Path,
    passphrase: &PassphraseSource,
    session: &Session,
) -> Result<(SecretKey, Option<Role>), IssuerError> {
    let in_file = |e| IssuerError::Key(path.to_owned(), e);
    let bytes = Zeroizing::new(files::read_bounded(path, keyfile::MAX_LEN as u64)?);
    let file = KeyFile::parse(&bytes).map_err(in_file)?;
    let key = if file.is_encrypted() {
        let passphrase = passphrase.existing(&path.display().to_string(), &session.catalog)?;
        file.open(&passphrase)
    } else {
        file.open(&[])
    };
    Ok((key.map_err(in_file)?, file.role()))
}

/// Where the public half of a key file lies.
fn public_path(path: &Path) -> PathBuf {
    path.with_extension("pub")
}

fn print(
    path: &Path,
    key: &PublicKey,
    role: Option<Role>,
    session: &Session,
    out: &mut dyn Write,
) -> Result<(), IssuerError> {
    let role = role.map_or("-", Role::as_str);
    let [kid, fingerprint] = [key.kid().to_string(), postern_core::hex(&key.thumbprint())];
    let printed = if session.json {
        let line = serde_json::json!({
            "file": path.display().to_string(), "role": role, "kid": kid, "fingerprint": fingerprint,
        });
        writeln!(out, "{}", postern_cli::terminal::json_line(&line))
    } else {
        let line = session.catalog.text(
            "key-line",
            &[
                ("file", path.display().to_string().into()),
                ("role", role.into()),
                ("kid", kid.into()),
                ("fingerprint", fingerprint.into()),
            ],
        );
        writeln!(out, "{}", postern_cli::terminal::printable_lines(&line))
    };
    printed.map_err(IssuerError::Output)
}

fn print_tag(path: &Path, key: &TagKey, session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
    let printed = if session.json {
        let line = serde_json::json!({
            "file": path.display().to_string(), "role": Role::Tag.as_str(), "epoch": key.epoch(),
            "digest": postern_core::hex(&key.digest()),
        });
        writeln!(out, "{}", postern_cli::terminal::json_line(&line))
    } else {
        let args = [
            ("file", path.display().to_string().into()),
            ("epoch", key.epoch().into()),
            ("digest", postern_core::hex(&key.digest()).into()),
        ];
        let line = session.catalog.text("key-line-tag", &args);
        writeln!(out, "{}", postern_cli::terminal::printable_lines(&line))
    };
    printed.map_err(IssuerError::Output)
}
