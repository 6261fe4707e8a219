//! `enrol`: the file with which a gate applies for the authority's register, and the identity that its tag keys are
//! wrapped to.

use std::io::Write;
use std::path::Path;

use postern_cli::files::{self, FileErrorKind, read_bounded, write_private_new};
use postern_cli::output::Output;
use postern_cli::secret::{Passphrase, PassphraseSource};
use postern_cli::terminal::printable;
use postern_cli::{Catalog, Session};
use postern_core::gates::Enrolment;
use postern_core::keyfile::{self, KeyFile, KeyFileError, SecretKey};
use postern_core::keys::{PrivateKey, Signer};
use postern_core::time::Time;
use postern_core::trust::Document;
use postern_seal::{Identity, IdentityFile};
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::EnrolArgs;
use crate::error::Error;
use crate::fingerprint;
use crate::store::{self, KEY, Store};
use crate::time::Clock;

/// The identity that opens what is sealed to the gate (`docs/FORMAT.md` section 8).
pub(crate) const AGE: &str = "gate.age";
/// The gate's application for the register.
pub(crate) const ENROLMENT: &str = "gate.enrolment";

/// Runs the command: the application anew, and the identity where the store was made before there was one.
pub(crate) fn run(args: &EnrolArgs, session: &Session) -> Result<u8, Error> {
    let store = Store::open(&args.store)?;
    let gate = store.identity()?;
    let mut asked = Asked::new(&args.passphrase, &session.catalog);
    let (key, encrypted) = key(&store, &mut asked)?;
    let path = store.file(AGE);
    let (age, made) = match age(&path, &mut asked)? {
        Some(age) => (age, false),
        None => {
            let age = Identity::generate();
            let passphrase = if encrypted { Some(asked.passphrase()?) } else { None };
            write_private_new(&path, &age_file(&age, passphrase, &path)?)?;
            (age, true)
        }
    };
    let bytes = enrolment(&gate, &age, &key, Clock::system())?;
    let path = match &args.enrolment {
        Some(path) => {
            files::write_new(path, &bytes)?;
            path.clone()
        }
        None => {
            let path = store.file(ENROLMENT);
            files::write_atomic(&path, &bytes)?;
            path
        }
    };
    let text = if session.json {
        let line = json!({
            "type": "enrol",
            "gate": gate.gate,
            "place": gate.place,
            "key": { "fingerprint": postern_core::hex(&gate.key.thumbprint()), "encrypted": encrypted },
            "age": age.recipient().to_string(),
            "age_made": made,
            "enrolment": path.display().to_string(),
        });
        postern_cli::terminal::json_line(&line)
    } else {
        let print = fingerprint::grouped(&gate.key.thumbprint());
        let key = session.catalog.text("init-key", &[("fingerprint", print.into())]);
        format!("{key}\n{}", told(&path, &session.catalog))
    };
    let mut out = Output::stdout();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(0)
}

/// Where the application lies, and what to do with it.
pub(crate) fn told(path: &Path, catalog: &Catalog) -> String {
    let path = printable(&path.display().to_string()).into_owned();
    catalog.text("enrolment-written", &[("path", path.into())])
}

/// The application of a gate, signed by it.
pub(crate) fn enrolment(
    gate: &store::Identity,
    age: &Identity,
    key: &PrivateKey,
    issued: Time,
) -> Result<Vec<u8>, Error> {
    let place = gate.place.as_deref().map(str::parse).transpose();
    let mut document = Document::draft(Enrolment {
        age: age
            .recipient()
            .to_string()
            .parse()
            .expect("the core's form of a recipient is what a recipient prints"),
        key: key.public(),
        name: gate.gate.parse().map_err(|_| Error::GateName)?,
        place: place.map_err(|_| Error::Place)?,
        issued,
    });
    let entry = document.sign(key).expect("a key in memory does not fail");
    document.add_signature(entry);
    Ok(document.to_bytes())
}

/// The file of a new identity, protected as the gate's key is.
pub(crate) fn age_file(
    age: &Identity,
    passphrase: Option<&Passphrase>,
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    match passphrase {
        None => Ok(age.danger_plain()),
        Some(passphrase) => age
            .encrypted(passphrase)
            .map(Zeroizing::new)
            .map_err(|e| Error::seal(path, e)),
    }
}

/// The identity in a store, `None` where the store was made before there was one.
pub(crate) fn age(path: &Path, asked: &mut Asked<'_>) -> Result<Option<Identity>, Error> {
    let bytes = match read_bounded(path, IdentityFile::MAX_LEN as u64) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(e) if e.kind() == FileErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e.into()),
    };
    let failed = |e| Error::seal(path, e);
    let file = IdentityFile::parse(&bytes).map_err(failed)?;
    let opened = match file.is_encrypted() {
        true => file.open(asked.passphrase()?),
        false => file.open(&[]),
    };
    opened.map(Some).map_err(failed)
}

/// The identity in a store where no passphrase is needed; `None` where one is, and where there is none that can be read.
pub(crate) fn plain_age(path: &Path) -> Option<Identity> {
    let bytes = Zeroizing::new(read_bounded(path, IdentityFile::MAX_LEN as u64).ok()?);
    let file = IdentityFile::parse(&bytes).ok()?;
    if file.is_encrypted() { None } else { file.open(&[]).ok() }
}

/// The gate's key where no passphrase is needed; `None` where one is, and where there is none of this store that can be read: then
/// the log goes on without checkpoints.
pub(crate) fn plain_key(store: &Store) -> Option<PrivateKey> {
    let bytes = Zeroizing::new(read_bounded(&store.file(KEY), keyfile::MAX_LEN as u64).ok()?);
    let file = KeyFile::parse(&bytes).ok().filter(|file| !file.is_encrypted())?;
    match file.open(&[]).ok()? {
        SecretKey::Signing(key) if key.public() == store.identity().ok()?.key => Some(key),
        _ => None,
    }
}

/// The gate's own key.
pub(crate) fn own_key(store: &Store, asked: &mut Asked<'_>) -> Result<PrivateKey, Error> {
    key(store, asked).map(|(key, _)| key)
}

/// The gate's key, and whether its file is encrypted.
fn key(store: &Store, asked: &mut Asked<'_>) -> Result<(PrivateKey, bool), Error> {
    let bytes = Zeroizing::new(read_bounded(&store.file(KEY), keyfile::MAX_LEN as u64)?);
    let file = KeyFile::parse(&bytes).map_err(Error::Key)?;
    let opened = match file.is_encrypted() {
        true => file.open(asked.passphrase()?),
        false => file.open(&[]),
    };
    match opened.map_err(Error::Key)? {
        SecretKey::Signing(key) if key.public() == store.identity()?.key => Ok((key, file.is_encrypted())),
        SecretKey::Signing(_) => Err(Error::KeyNotOfStore),
        SecretKey::Tag(_) => Err(Error::Key(KeyFileError::OtherAlgorithm)),
    }
}

/// The store's passphrase, asked for once and only where something needs it.
pub(crate) struct Asked<'a> {
    source: &'a PassphraseSource,
    catalog: &'a Catalog,
    given: Option<Passphrase>,
}

impl<'a> Asked<'a> {
    /// Nothing is asked yet.
    pub(crate) fn new(source: &'a PassphraseSource, catalog: &'a Catalog) -> Self {
        Self {
            source,
            catalog,
            given: None,
        }
    }

    fn passphrase(&mut self) -> Result<&Passphrase, Error> {
        let given = match self.given.take() {
            Some(given) => given,
            None => {
                let what = self.catalog.text("init-what-key", &[]);
                self.source.existing(&what, self.catalog).map_err(Error::Secret)?
            }
        };
        Ok(self.given.insert(given))
    }
}
