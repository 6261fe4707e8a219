//! `init`: a new audit office, from a root whose fingerprint somebody has compared.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use postern_cli::output::Output;
use postern_cli::secret::PassphraseSource;
use postern_cli::terminal::{json_line, printable_lines};
use postern_cli::{Session, clock, files, random};
use postern_core::keyfile::{self, Salts, SecretKey};
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::text::GateName;
use postern_core::trust::{Payload, Root, Trust};
use postern_seal::Identity;
use serde_json::json;
use zeroize::Zeroizing;

use crate::archive::{ArchiveArgs, Place};
use crate::error::Error;
use crate::office::{self, AGE, Auditor, KEY, NOTE, Note, PUBLIC, ROOT};

const DAY: i64 = 86_400;

#[derive(Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[arg(long, value_name = "NAME")]
    name: GateName,
    #[arg(long, value_name = "ROOT")]
    root: PathBuf,
    #[arg(long, value_name = "HEX")]
    fingerprint: String,
    #[arg(long, value_name = "DAYS", default_value_t = 1096)]
    valid_for: u32,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

pub(crate) fn run(args: &InitArgs, session: &Session) -> Result<u8, Error> {
    let dir = args.archive.office()?;
    let root = files::read_bounded(&args.root, Root::MAX_LEN as u64)?;
    let trust = Trust::pin(&root).map_err(|e| Error::Document(args.root.display().to_string(), e))?;
    if fingerprint(&args.fingerprint)? != trust.root().digest() {
        return Err(Error::FingerprintMismatch);
    }
    // Anybody who has both keys of an office can give receipts for it, and read every log: they have no plain form.
    let what = session.catalog.text("init-what-keys", &[]);
    let passphrase = args.passphrase.new_one(&what, &session.catalog)?;
    let key = PrivateKey::from_seed(&Zeroizing::new(random::bytes()?));
    let public = key.public();
    let age = Identity::generate();
    let now = clock::now();
    let auditor = Auditor {
        name: args.name.clone(),
        file: PUBLIC.into(),
        age: recipient(&age, dir)?,
        from: clock::format_date(now),
        until: clock::format_date(now + i64::from(args.valid_for) * DAY),
    };
    let note =
        toml::to_string(&Note { auditors: [auditor] }).map_err(|e| Error::Office(dir.join(NOTE), e.to_string()))?;
    let in_file = |name: &str| {
        let path = dir.join(name);
        move |e| Error::Key(path, e)
    };
    let salts = Salts {
        salt: random::bytes()?,
        iv: random::bytes()?,
    };
    let key = keyfile::encrypt(&SecretKey::Signing(key), Role::Auditor, &passphrase, salts).map_err(in_file(KEY))?;
    let public_pem = keyfile::public_pem(&public, Role::Auditor).map_err(in_file(PUBLIC))?;
    let sealed = age.encrypted(&passphrase).map_err(|e| Error::Seal(dir.join(AGE), e))?;
    let place = args.archive.place()?;
    office::make(dir, |folder| {
        files::write_private_new(&folder.join(KEY), key.as_bytes())?;
        files::write_new(&folder.join(PUBLIC), public_pem.as_bytes())?;
        files::write_private_new(&folder.join(AGE), &sealed)?;
        files::write_new(&folder.join(ROOT), &root)?;
        files::write_new(&folder.join(NOTE), note.as_bytes())?;
        match &place {
            // The one in the folder is made with it.
            Place::Sqlite(path) if path.parent() == Some(dir) => {
                Place::Sqlite(folder.join(path.file_name().unwrap_or_default())).create()
            }
            other => other.create(),
        }
    })?;
    let fingerprint = postern_core::hex(&public.thumbprint());
    let mut out = Output::stdout();
    let told = match session.json {
        true => {
            let line = json!({
                "type": "init", "dir": dir.display().to_string(), "archive": place.to_string(),
                "name": args.name.as_str(), "fingerprint": fingerprint, "auditor": note,
            });
            writeln!(out, "{}", json_line(&line))
        }
        false => {
            let values = [
                ("dir", dir.display().to_string().into()),
                ("archive", place.to_string().into()),
                ("fingerprint", fingerprint.into()),
            ];
            let text = session.catalog.text("init-done", &values);
            writeln!(out, "{}\n\n{note}", printable_lines(&text))
        }
    };
    told.and_then(|()| out.flush()).map_err(Error::Output)?;
    Ok(0)
}

fn recipient(age: &Identity, dir: &std::path::Path) -> Result<postern_core::gates::AgeRecipient, Error> {
    let text = age.recipient().to_string();
    text.parse()
        .map_err(|_| Error::Seal(dir.join(AGE), postern_seal::SealError::NotARecipient))
}

/// A whole digest that somebody typed or copied: spaces and colons do not count, nor does case.
fn fingerprint(text: &str) -> Result<[u8; 32], Error> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
    let values: Option<Vec<u8>> = digits.iter().map(|c| c.to_digit(16).map(|n| n as u8)).collect();
    let bytes: Option<Vec<u8>> = values.map(|values| {
        let pair = |pair: &[u8]| pair.iter().fold(0, |n, d| n << 4 | d);
        values.chunks(2).map(pair).collect()
    });
    match bytes.map(<[u8; 32]>::try_from) {
        Some(Ok(digest)) if digits.len() == 64 => Ok(digest),
        _ => Err(Error::FingerprintIncomplete(digits.len())),
    }
}
