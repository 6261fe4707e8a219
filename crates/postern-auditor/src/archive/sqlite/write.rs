//! What is put into an SQLite archive.

use std::collections::HashMap;

use postern_log::merkle::{Hash, empty_root};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::{SqliteArchive, fault};
use crate::archive::row::{Numbers, hours};
use crate::archive::{
    Enrolled, ForkRow, MAX_FORKS, MAX_REFUSED, MAX_WAITING, ReceiptRow, RefusedRow, Taken, WaitingRow,
};
use crate::error::Error;

/// The numbers of issuers, by their names.
type Issuers = HashMap<String, i64>;

impl SqliteArchive {
    /// One transaction: all of it or nothing.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>, &mut Issuers) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let mut inner = self.lock();
        let super::Inner { connection, issuers } = &mut *inner;
        let done = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = write(&transaction, issuers)?;
            transaction.commit()?;
            Ok(value)
        };
        match done() {
            Ok(value) => Ok(value),
            Err(e) => {
                // Numbers that were given in a transaction that was not.
                issuers.clear();
                Err(fault(&self.path, e))
            }
        }
    }
}

pub(super) fn enrol(transaction: &Transaction<'_>, gates: &[Enrolled]) -> rusqlite::Result<(u64, u64)> {
    let mut known = transaction.prepare_cached("SELECT 1 FROM gates WHERE key = ?1")?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO gates (key, name, place, latitude, longitude, enrolled, retired, root)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut update = transaction.prepare_cached(
        "UPDATE gates SET name = ?2, place = ?3, latitude = ?4, longitude = ?5, retired = ?6 WHERE key = ?1
         AND (name, place, latitude, longitude, retired) IS NOT (?2, ?3, ?4, ?5, ?6)",
    )?;
    let (mut new, mut changed) = (0, 0);
    for gate in gates {
        let (latitude, longitude) = gate
            .position
            .map(|position| (position.latitude(), position.longitude()))
            .unzip();
        let (key, retired) = (gate.key.as_bytes(), gate.retired.map(|time| time as i64));
        if known.exists([key])? {
            changed += update.execute(params![key, gate.name, gate.place, latitude, longitude, retired])?;
        } else {
            let enrolled = gate.enrolled as i64;
            new += insert.execute(params![
                key,
                gate.name,
                gate.place,
                latitude,
                longitude,
                enrolled,
                retired,
                empty_root()
            ])?;
        }
    }
    Ok((new as u64, changed as u64))
}

pub(super) fn take(transaction: &Transaction<'_>, issuers: &mut Issuers, taken: &Taken<'_>) -> rusqlite::Result<bool> {
    let Taken {
        gate, old, frontier, ..
    } = *taken;
    let last = taken.events.last().map(|event| event.details().time as i64);
    let swapped = transaction
        .prepare_cached(
            "UPDATE gates SET size = ?4, root = ?5, checkpoint = ?6, last_event = coalesce(?7, last_event),
             last_contact = ?8 WHERE id = ?1 AND size = ?2 AND root = ?3",
        )?
        .execute(params![
            gate,
            old.size as i64,
            old.root,
            frontier.size() as i64,
            frontier.root(),
            taken.note,
            last,
            taken.seen as i64
        ])?;
    if swapped != 1 {
        return Ok(false);
    }
    events(transaction, issuers, taken)?;
    let mut count = transaction.prepare_cached(
        "INSERT INTO hours (gate, hour, kind, outcome, grade, flags, age_days, count)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET count = count + excluded.count",
    )?;
    for hour in hours(gate, taken.events) {
        count.execute(params![
            gate,
            hour.hour as i64,
            hour.kind.number(),
            hour.outcome.number(),
            hour.grade.number(),
            hour.flags,
            hour.age_days,
            hour.count as i64
        ])?;
    }
    transaction
        .prepare_cached("INSERT OR IGNORE INTO checkpoints (gate, size, note, frontier) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![gate, frontier.size() as i64, taken.note, frontier.to_bytes()])?;
    let (from, proof) = taken.proof;
    if !proof.is_empty() {
        transaction
            .prepare_cached("INSERT OR IGNORE INTO proofs (gate, old, new, proof) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![gate, from as i64, frontier.size() as i64, proof.as_flattened()])?;
    }
    let times = || taken.events.iter().map(|event| event.details().time as i64);
    transaction
        .prepare_cached(
            "INSERT INTO parts (gate, first, size, earliest, latest, digest, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            gate,
            old.size as i64,
            frontier.size() as i64,
            times().min().unwrap_or(0),
            times().max().unwrap_or(0),
            taken.digest,
            taken.seen as i64
        ])?;
    forgive(transaction, &taken.digest)?;
    Ok(true)
}

pub(super) fn known(transaction: &Transaction<'_>, digest: &Hash) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR IGNORE INTO known (digest) VALUES (?1)")?
        .execute([digest])?;
    forgive(transaction, digest)
}

/// What was refused once, before its gate was enrolled perhaps, and is good now.
fn forgive(transaction: &Transaction<'_>, digest: &Hash) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("DELETE FROM refused WHERE digest = ?1")?
        .execute([digest])?;
    Ok(())
}

fn events(transaction: &Transaction<'_>, issuers: &mut Issuers, taken: &Taken<'_>) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO events (id, time, flags, outcome, kind, grade, source, age, pack, issuer, code, person, operator, leaf)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    for (event, leaf) in taken.events.iter().zip(taken.leaves) {
        let (e, numbers) = (event.details(), Numbers::of(event));
        let issuer = match e.issuer.as_deref() {
            None => None,
            Some(name) => Some(match issuers.get(name) {
                Some(id) => *id,
                None => {
                    let id = issuer(transaction, name)?;
                    issuers.insert(name.to_owned(), id);
                    id
                }
            }),
        };
        insert.execute(params![
            super::read::id(taken.gate, event.seq()),
            numbers.time,
            numbers.flags,
            numbers.outcome,
            numbers.kind,
            numbers.grade,
            numbers.source,
            numbers.age,
            numbers.pack,
            issuer,
            e.code,
            e.person,
            e.operator,
            leaf
        ])?;
    }
    Ok(())
}

fn issuer(transaction: &Transaction<'_>, name: &str) -> rusqlite::Result<i64> {
    let known = transaction
        .query_row("SELECT id FROM issuers WHERE name = ?1", [name], |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => transaction.query_row("INSERT INTO issuers (name) VALUES (?1) RETURNING id", [name], |row| {
            row.get(0)
        }),
    }
}

pub(super) fn fork(transaction: &Transaction<'_>, fork: &ForkRow, bundle: &[u8]) -> rusqlite::Result<bool> {
    let ((our_first, our_last), (their_first, their_last)) = (unzip(fork.our_times), unzip(fork.their_times));
    let kept = transaction.execute(
        "INSERT OR IGNORE INTO forks (gate, at, ours, theirs, our_first, our_last, their_first, their_last, seen, digest, bundle)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE (SELECT count(*) FROM forks WHERE gate = ?1) < ?12",
        params![
            fork.gate,
            fork.at.map(|at| at as i64),
            fork.ours,
            fork.theirs,
            our_first,
            our_last,
            their_first,
            their_last,
            fork.seen as i64,
            fork.digest,
            bundle,
            MAX_FORKS
        ],
    )?;
    Ok(kept == 1)
}

fn unzip(times: Option<(u64, u64)>) -> (Option<i64>, Option<i64>) {
    times.map(|(first, last)| (first as i64, last as i64)).unzip()
}

pub(super) fn waiting(transaction: &Transaction<'_>, row: &WaitingRow, bundle: &[u8]) -> rusqlite::Result<bool> {
    let kept = transaction.execute(
        "INSERT OR IGNORE INTO waiting (gate, first, last, digest, seen, bundle) SELECT ?1, ?2, ?3, ?4, ?5, ?6
         WHERE (SELECT count(*) FROM waiting WHERE gate = ?1) < ?7",
        params![
            row.gate,
            row.from as i64,
            row.to as i64,
            row.digest,
            row.seen as i64,
            bundle,
            MAX_WAITING
        ],
    )?;
    Ok(kept == 1)
}

pub(super) fn refused(transaction: &Transaction<'_>, row: &RefusedRow) -> rusqlite::Result<bool> {
    let kept = transaction.execute(
        "INSERT INTO refused (digest, reason, gate, name, seen) SELECT ?1, ?2, ?3, ?4, ?5
         WHERE (SELECT count(*) FROM refused WHERE gate IS ?3 AND digest <> ?1) < ?6
         ON CONFLICT (digest) DO UPDATE SET reason = excluded.reason, gate = excluded.gate, name = excluded.name,
           seen = CASE WHEN reason = excluded.reason AND gate IS excluded.gate THEN seen ELSE excluded.seen END",
        params![row.digest, row.reason, row.gate, row.name, row.seen as i64, MAX_REFUSED],
    )?;
    Ok(kept == 1)
}

pub(super) fn receipt(transaction: &Transaction<'_>, row: &ReceiptRow) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT OR REPLACE INTO receipts (gate, size, time, note) VALUES (?1, ?2, ?3, ?4)",
        params![row.gate, row.size as i64, row.time as i64, row.note],
    )?;
    Ok(())
}
