//! What somebody does to a database who has the disk, and any SQLite tool.

use std::path::Path;

use postern_cli::random;
use postern_core::keys::PrivateKey;
use postern_log::checkpoint::Checkpoint;
use postern_log::{Reader, Tip};
use rusqlite::{Connection, params};

use super::Fault;
use crate::error::DrillError;

type Tamper = fn(&Path) -> Result<(), DrillError>;

/// The ways to tamper with the log of a gate.
pub(super) const LOG: [(Fault, Tamper); 8] = [
    (Fault::ColumnEdited, |log| {
        sql(
            log,
            "UPDATE events SET grade = CASE grade WHEN 'fresh' THEN 'stale' ELSE 'fresh' END WHERE seq = 5",
        )
    }),
    (Fault::LeafEdited, edit_leaf),
    (Fault::RowDropped, |log| sql(log, "DELETE FROM events WHERE seq = 7")),
    (Fault::RowInserted, |log| {
        sql(
            log,
            "CREATE TEMP TABLE one AS SELECT * FROM events WHERE seq = 0;
             UPDATE one SET seq = (SELECT size FROM tree);
             INSERT INTO events SELECT * FROM one",
        )
    }),
    (Fault::RowsSwapped, |log| {
        sql(
            log,
            "UPDATE events SET seq = 1000000 WHERE seq = 8;
             UPDATE events SET seq = 8 WHERE seq = 9;
             UPDATE events SET seq = 9 WHERE seq = 1000000",
        )
    }),
    (Fault::SealsRemoved, |log| sql(log, "DELETE FROM checkpoints")),
    (Fault::SealForged, forge_seal),
    (Fault::TriggerAdded, |log| {
        sql(log, "CREATE TRIGGER quiet AFTER INSERT ON events BEGIN SELECT 1; END")
    }),
];

/// Lets somebody in after the fact, in an auditor's archive: a verdict is another one.
pub(super) fn archive(path: &Path) -> Result<(), DrillError> {
    sql(
        path,
        "UPDATE events SET outcome = (outcome + 1) % 3 WHERE id = (SELECT max(id) FROM events)",
    )
}

fn sql(path: &Path, statements: &str) -> Result<(), DrillError> {
    open(path)?.execute_batch(statements).map_err(failed)
}

/// Another code, in the leaf and in the column alike: only the tree says otherwise.
fn edit_leaf(path: &Path) -> Result<(), DrillError> {
    let log = open(path)?;
    let query = "SELECT seq, code, leaf FROM events WHERE code IS NOT NULL ORDER BY seq LIMIT 1";
    let row = log.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let (seq, mut code, mut leaf): (i64, Vec<u8>, Vec<u8>) = row.map_err(failed)?;
    let at = leaf.windows(code.len()).position(|part| part == code);
    // Where the leaf has no such code it stays as it is, and the fault is not found.
    if let Some(at) = at {
        leaf[at] ^= 0x01;
        code[0] ^= 0x01;
    }
    let update = "UPDATE events SET code = ?1, leaf = ?2 WHERE seq = ?3";
    log.execute(update, params![code, leaf, seq]).map(drop).map_err(failed)
}

/// A checkpoint that says the same, signed by a key that is not the gate's.
fn forge_seal(path: &Path) -> Result<(), DrillError> {
    let reader = Reader::open(path).map_err(failed)?;
    let log = open(path)?;
    let query = "SELECT size FROM checkpoints ORDER BY size LIMIT 1";
    let size: i64 = log.query_row(query, [], |row| row.get(0)).map_err(failed)?;
    let frontier = reader.frontier_at(size.unsigned_abs()).map_err(failed)?;
    let checkpoint = Checkpoint {
        origin: reader.gate().to_owned(),
        tip: Tip {
            size: frontier.size(),
            root: frontier.root(),
        },
    };
    let note = checkpoint
        .sign(&PrivateKey::from_seed(&random::bytes()?))
        .map_err(failed)?;
    let update = "UPDATE checkpoints SET note = ?1 WHERE size = ?2";
    log.execute(update, params![note, size]).map(drop).map_err(failed)
}

fn open(path: &Path) -> Result<Connection, DrillError> {
    Connection::open(path).map_err(failed)
}

fn failed(e: impl std::error::Error + Send + Sync + 'static) -> DrillError {
    DrillError::Start(std::io::Error::other(e))
}
