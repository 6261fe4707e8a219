//! Tag keys on their way to gates: `gate/THUMBPRINT/EPOCH.age` (`docs/FORMAT.md` section 3.8).

use std::io::Write;
use std::path::PathBuf;

use postern_cli::Session;
use postern_cli::files::{FileAction, FileError};
use postern_cli::secret::PassphraseSource;
use postern_cli::terminal::json_line;
use postern_core::gates::{MAX_WRAPPED, Register, folder, wrapped_path};
use postern_core::keys::PublicKey;
use postern_core::tag::TagKey;
use postern_seal::{Recipient, seal};
use serde_json::json;

use super::error::GateError;
use crate::error::IssuerError;
use crate::key;
use crate::repository::Repository;

/// Opens tag keys of different epochs. Where the newest pack names an epoch already, it must name this very key: gates would
/// not take another one.
pub(super) fn open_keys(
    paths: &[PathBuf],
    repository: &Repository,
    passphrase: &PassphraseSource,
    session: &Session,
) -> Result<Vec<TagKey>, IssuerError> {
    let pack = repository.newest_pack()?;
    let named = pack.as_ref().map_or(&[][..], |(pack, _)| &pack.payload().tags);
    let mut keys: Vec<TagKey> = Vec::new();
    for path in paths {
        let key = key::open_tag(path, passphrase, session)?;
        let epoch = key.epoch();
        if named
            .iter()
            .any(|tag| tag.epoch == epoch && tag.digest.0 != key.digest())
        {
            return Err(GateError::TagKeyNotOfPack {
                path: path.clone(),
                epoch,
            }
            .into());
        }
        match keys.iter().find(|other| other.epoch() == epoch) {
            None => keys.push(key),
            Some(other) if other.digest() == key.digest() => {}
            Some(_) => {
                return Err(GateError::TagKeysOfOneEpoch {
                    path: path.clone(),
                    epoch,
                }
                .into());
            }
        }
    }
    keys.sort_by_key(TagKey::epoch);
    Ok(keys)
}

/// What [`settle`] did.
pub(super) struct Settled {
    /// Files that were written.
    wrapped: usize,
    /// Gates that are not retired.
    gates: usize,
}

/// Brings the tree into line with the register: each of `keys` is wrapped to every gate that lacks it, and what retired gates
/// had is removed. Whatever was interrupted before is done now.
pub(super) fn settle(repository: &Repository, register: &Register, keys: &[TagKey]) -> Result<Settled, IssuerError> {
    let mut settled = Settled { wrapped: 0, gates: 0 };
    for gate in register.gates() {
        if gate.retired.is_some() {
            remove(repository, &gate.key)?;
            continue;
        }
        settled.gates += 1;
        for key in keys {
            let path = wrapped_path(&gate.key, key.epoch());
            if repository.file(&path).exists() {
                continue;
            }
            let unusable = || IssuerError::Rule("register", format!("the age recipient of {} is none", gate.name));
            let recipient = Recipient::parse(gate.age.as_str()).map_err(|_| unusable())?;
            let sealed = seal(&*key.to_sealed_bytes(), &[recipient]).expect("one recipient is not too many");
            debug_assert!(sealed.len() <= MAX_WRAPPED);
            repository.add(&path, &sealed)?;
            settled.wrapped += 1;
        }
    }
    Ok(settled)
}

/// Removes what was wrapped to a gate.
pub(super) fn remove(repository: &Repository, gate: &PublicKey) -> Result<(), IssuerError> {
    let folder = repository.file(&folder(gate));
    match std::fs::remove_dir_all(&folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(FileError::new(folder, FileAction::Write, e).into()),
        _ => Ok(()),
    }
}

/// The epochs whose keys lie wrapped to a gate, ascending.
pub(super) fn epochs(repository: &Repository, gate: &PublicKey) -> Result<Vec<u8>, IssuerError> {
    let versions = repository.versions(&folder(gate), "age")?;
    Ok(versions
        .iter()
        .filter_map(|&(_, epoch)| epoch.try_into().ok())
        .collect())
}

impl Settled {
    /// Says what was wrapped, where keys were given.
    pub(super) fn tell(&self, keys: &[TagKey], session: &Session, out: &mut dyn Write) -> Result<(), IssuerError> {
        let epochs: Vec<u8> = keys.iter().map(TagKey::epoch).collect();
        let line = if session.json {
            json_line(&json!({
                "step": "wrapped", "epochs": epochs, "gates": self.gates, "files": self.wrapped,
            }))
        } else if keys.is_empty() {
            session.catalog.text("gate-wrapped-nothing", &[])
        } else {
            let epochs: Vec<_> = epochs.iter().map(u8::to_string).collect();
            let args = [
                ("epochs", epochs.join(", ").into()),
                ("gates", self.gates.into()),
                ("files", self.wrapped.into()),
            ];
            session.catalog.text("gate-wrapped", &args)
        };
        writeln!(out, "{line}").map_err(IssuerError::Output)
    }
}
