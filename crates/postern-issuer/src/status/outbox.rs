//! Signed files on their way into the repository.

use std::path::Path;

use libdeflater::{CompressionLvl, Compressor};
use postern_core::repository::{column_path, delta_path, list_path};
use postern_core::status::Column;
use postern_core::text::Ident;
use postern_core::trust::Payload;
use sha2::{Digest, Sha256};

use super::args::SigningArgs;
use super::error::StatusError;
use super::register::{Meta, Published, Register};
use crate::error::IssuerError;
use crate::repository::Repository;

/// The tightest: a list is made once and taken by every gate.
const LEVEL: i32 = 12;

/// Puts what the register has signed and not yet handed over into the repository; tells how many files that were. A file
/// that lies there already, byte for byte, was put there by a run that was cut short.
pub(crate) fn send(register: &mut Register, repo: &Path) -> Result<u64, IssuerError> {
    let repository = Repository::new(repo);
    let mut sent = 0;
    while let Some((number, file)) = register.outgoing()? {
        match repository.read(&file.path, Column::MAX_LEN)? {
            Some(found) if found == file.bytes => {}
            Some(_) => {
                let path = repo.join(&file.path);
                return Err(StatusError::InTheWay { path }.into());
            }
            None => repository.add(&file.path, &file.bytes)?,
        }
        register.sent(number)?;
        sent += 1;
    }
    Ok(sent)
}

/// The newest version in the repository, where it is newer than the one that the register knows: then the register is an
/// older copy, and what it would sign next has a number that gates hold. Somebody must say that it is to go on from there.
pub(crate) fn ahead(
    register: &Register,
    column: Option<&Ident>,
    known: Option<&Published>,
    args: &SigningArgs,
) -> Result<Option<u64>, IssuerError> {
    let list = &register.meta().list;
    let (folder, kind) = match column {
        Some(column) => (format!("status/{list}/{column}"), "column"),
        None => (format!("status/{list}"), "status"),
    };
    let newest = Repository::new(&args.repo).versions(&folder, kind)?.pop();
    let newest = newest.map(|(_, version)| version);
    match newest.filter(|newest| known.is_none_or(|known| known.version < *newest)) {
        Some(version) if !args.danger_adopt => {
            let path = args.repo.join(path(register.meta(), column, None, version));
            Err(StatusError::InTheWay { path }.into())
        }
        ahead => Ok(ahead),
    }
}

/// Bytes in the ZLIB format.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let level = CompressionLvl::new(LEVEL).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let mut zlib = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let written = compressor
        .zlib_compress(bytes, &mut zlib)
        .expect("the bound is enough for what it was asked for");
    zlib.truncate(written);
    zlib
}

/// Where the list of a version lies; with `from`, the delta from that version; with `column`, the column.
pub(crate) fn path(meta: &Meta, column: Option<&Ident>, from: Option<u64>, version: u64) -> String {
    match (column, from) {
        (Some(column), _) => column_path(&meta.list, column, version),
        (None, Some(from)) => delta_path(&meta.list, from, version),
        (None, None) => list_path(&meta.list, version),
    }
}

/// SHA-256 of a file.
pub(crate) fn file_digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
