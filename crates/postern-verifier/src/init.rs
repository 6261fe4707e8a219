//! `init`: a new gate, from a root that a person has confirmed.
//!
//! Everything is made in a folder beside the store and renamed at the end: a store is whole or not there.

use std::fs;
use std::io::Write;
use std::path::Path;

use postern_cli::files::{FileAction, FileError, read_bounded, write_new, write_private_new};
use postern_cli::output::Output;
use postern_cli::secret::Passphrase;
use postern_cli::table::{Align, Table};
use postern_cli::terminal::{Colors, Style, printable};
use postern_cli::{Catalog, Session, random};
use postern_core::keyfile::{self, Salts, SecretKey};
use postern_core::keys::{PrivateKey, Role, Signer};
use postern_core::text::is_printable;
use postern_core::trust::{Document, Keys, Payload, Root, Trust};
use postern_core::verdict::Judge;
use postern_log::{Log, is_gate_id};
use postern_seal::Identity as AgeIdentity;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::InitArgs;
use crate::confirm::{self, Answer};
use crate::enrol::{self, AGE, ENROLMENT};
use crate::error::{Distrust, Error};
use crate::store::{self, Identity, KEY, LOG, Store};
use crate::time::{Clock, RELEASED};
use crate::{demo, fingerprint};

/// The longest description of a place, in bytes.
const MAX_PLACE: usize = 200;

/// Runs the command.
pub(crate) fn run(args: &InitArgs, session: &Session) -> Result<u8, Error> {
    store::must_be_new(&args.store)?;
    if args.name.as_deref().is_some_and(|name| !is_gate_id(name)) {
        return Err(Error::GateName);
    }
    if args.place.as_deref().is_some_and(|place| !is_place(place)) {
        return Err(Error::Place);
    }
    let root = read_bounded(&args.root, Root::MAX_LEN as u64)?;
    let trust = Trust::pin(&root).map_err(|e| Error::Root(Distrust(e)))?;
    let judge = Judge::new(trust).map_err(|e| Error::Root(Distrust(e)))?;

    if let Some(text) = &args.fingerprint {
        // Before the root is shown: nobody should be helped to copy the fingerprint of a wrong one from the screen.
        let given = fingerprint::parse(text).map_err(|e| Error::FingerprintIncomplete { digits: e.digits })?;
        if given != judge.trust().root().digest() {
            return Err(Error::FingerprintMismatch);
        }
    }
    let rendered = render(judge.trust().root(), &session.catalog, Colors::stderr(session.color));
    // Where standard error is closed, the fingerprint or the terminal still decides.
    let _unseen = std::io::stderr().lock().write_all(rendered.as_bytes());
    demo::warn(judge.is_demo(), session);
    if args.fingerprint.is_none() {
        confirm(session)?;
    }

    let passphrase = passphrase(args, session)?;
    let key = PrivateKey::from_seed(&Zeroizing::new(random::bytes().map_err(Error::Random)?));
    let fingerprint = key.public().thumbprint();
    let identity = Identity {
        gate: args
            .name
            .clone()
            .unwrap_or_else(|| format!("gate-{}", postern_core::hex(&fingerprint[..4]))),
        place: args.place.clone(),
        key: key.public(),
        made: Clock::system(),
    };
    let floor = judge.trust().time_floor().max(RELEASED);
    let root = judge.trust().root().to_bytes();
    let age = AgeIdentity::generate();
    let recipient = age.recipient().to_string();
    let enrolment = enrol::enrolment(&identity, &age, &key, identity.made)?;
    make(&args.store, |folder| {
        let path = folder.join(AGE);
        write_private_new(&path, &enrol::age_file(&age, passphrase.as_ref(), &path)?)?;
        write_private_new(&folder.join(KEY), key_file(key, passphrase.as_ref())?.as_bytes())?;
        Store::create(folder, &identity, &root, floor)?;
        let log = folder.join(LOG);
        Log::create(&log, &identity.gate).map_err(|e| Error::log(&log, e))?;
        // Last: whatever fails before it leaves nothing, also where it is written elsewhere.
        let beside = args.enrolment.clone().unwrap_or_else(|| folder.join(ENROLMENT));
        write_new(&beside, &enrolment)?;
        Ok(())
    })?;
    let enrolment = args.enrolment.clone().unwrap_or_else(|| args.store.join(ENROLMENT));

    let encrypted = passphrase.is_some();
    let mut out = Output::stdout();
    let text = if session.json {
        let payload = judge.trust().root().payload();
        let line = json!({
            "type": "init",
            "store": args.store.display().to_string(),
            "gate": identity.gate,
            "place": identity.place,
            "key": { "fingerprint": postern_core::hex(&fingerprint), "encrypted": encrypted },
            "age": recipient,
            "enrolment": enrolment.display().to_string(),
            "root": { "version": payload.version, "fingerprint": postern_core::hex(&judge.trust().root().digest()) },
            "demo": judge.is_demo(),
        });
        postern_cli::terminal::json_line(&line)
    } else {
        let key = if encrypted {
            "init-key-encrypted"
        } else {
            "init-key-plain"
        };
        format!(
            "{}\n{}\n{}\n{}",
            session.catalog.text(
                "init-done",
                &[
                    ("gate", identity.gate.clone().into()),
                    ("path", printable(&args.store.display().to_string()).into_owned().into()),
                ],
            ),
            session.catalog.text(
                "init-key",
                &[("fingerprint", fingerprint::grouped(&fingerprint).into())]
            ),
            session.catalog.text(key, &[]),
            enrol::told(&enrolment, &session.catalog),
        )
    };
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(0)
}

/// The root in words: what an operator compares with the paper that came another way.
fn render(root: &Document<Root>, catalog: &Catalog, colors: Colors) -> String {
    let payload = root.payload();
    let text = |id: &str| catalog.text(id, &[]);
    let mut table = Table::new([("", Align::Left); 3]);
    let names = format!("{} / {}", payload.name.en(), payload.name.zh());
    table.row(["", &text("root-name"), &names]);
    table.row(["", &text("root-version"), &payload.version.to_string()]);
    table.row(["", &text("root-issued"), &payload.issued.to_string()]);
    table.row(["", &text("root-expires"), &payload.expires.to_string()]);
    let mut lines = vec![colors.paint(Style::Bold, &text("root-heading")).into_owned()];
    lines.extend(table.render(None, colors).lines().map(str::to_owned));
    let roles = &payload.roles;
    for (role, keys) in [
        ("root-role-root", &roles.root),
        ("root-role-publisher", &roles.publisher),
        ("root-role-snapshot", &roles.snapshot),
    ] {
        lines.push(format!("  {}", role_line(role, keys, catalog)));
        lines.extend(
            keys.keys()
                .iter()
                .map(|key| format!("    {}", fingerprint::grouped(&key.thumbprint()))),
        );
    }
    lines.push(colors.paint(Style::Bold, &text("root-fingerprint")).into_owned());
    lines.push(format!("  {}", fingerprint::grouped(&root.digest())));
    lines.join("\n") + "\n"
}

fn role_line(role: &str, keys: &Keys, catalog: &Catalog) -> String {
    let args = [
        ("threshold", keys.threshold().into()),
        ("keys", keys.keys().len().into()),
    ];
    format!("{}  {}", catalog.text(role, &[]), catalog.text("root-threshold", &args))
}

fn confirm(session: &Session) -> Result<(), Error> {
    match confirm::ask(&session.catalog.text("init-question", &[])).map_err(Error::Confirm)? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Error::NotConfirmed),
        Answer::Nobody => Err(Error::NobodyToConfirm),
    }
}

/// A passphrase only where a source for it was named: most gates start alone after a power cut.
fn passphrase(args: &InitArgs, session: &Session) -> Result<Option<Passphrase>, Error> {
    let source = &args.passphrase;
    if source.passphrase_file.is_none() && source.passphrase_fd.is_none() {
        return Ok(None);
    }
    let what = session.catalog.text("init-what-key", &[]);
    source.new_one(&what, &session.catalog).map(Some).map_err(Error::Secret)
}

fn key_file(key: PrivateKey, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, Error> {
    let key = SecretKey::Signing(key);
    let pem = match passphrase {
        None => keyfile::danger_plain(&key, Role::Gate),
        Some(passphrase) => {
            let salts = Salts {
                salt: random::bytes().map_err(Error::Random)?,
                iv: random::bytes().map_err(Error::Random)?,
            };
            keyfile::encrypt(&key, Role::Gate, passphrase, salts).map(Zeroizing::new)
        }
    };
    pem.map_err(Error::Key)
}

/// Makes a folder whole: `fill` fills it under another name, beside where it will stand.
fn make(folder: &Path, fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let failed = |error| FileError::new(folder, FileAction::Create, error);
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".postern-init-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    // Deleted where anything below fails.
    let temporary = builder.tempdir_in(parent).map_err(failed)?;
    fill(temporary.path())?;
    // Another `init` may have been faster: a rename does not replace a folder that holds something.
    store::must_be_new(folder)?;
    fs::rename(temporary.path(), folder).map_err(failed)?;
    let _moved = temporary.keep();
    if cfg!(unix) {
        fs::File::open(parent)
            .and_then(|parent| parent.sync_all())
            .map_err(failed)?;
    }
    Ok(())
}

fn is_place(text: &str) -> bool {
    (1..=MAX_PLACE).contains(&text.len()) && is_printable(text)
}
