//! What is put into a PostgreSQL archive.

use std::collections::HashMap;
use std::io::Write;

use postern_log::merkle::empty_root;
use postgres::{Client, Transaction};

use super::Trouble;
use super::copy::Copy;
use crate::archive::row::{Numbers, hours};
use crate::archive::{
    Enrolled, ForkRow, MAX_FORKS, MAX_REFUSED, MAX_WAITING, ReceiptRow, RefusedRow, Taken, WaitingRow,
};

/// The numbers of issuers, by their names.
type Issuers = HashMap<String, i32>;

/// What a row takes beside its leaf, about.
const ROW: usize = 160;

pub(super) fn enrol(client: &mut Client, gates: &[Enrolled]) -> Result<(u64, u64), Trouble> {
    let mut transaction = client.transaction()?;
    let insert = transaction.prepare(
        "INSERT INTO gates (key, name, place, latitude, longitude, enrolled, retired, root)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO NOTHING",
    )?;
    let update = transaction.prepare(
        "UPDATE gates SET name = $2, place = $3, latitude = $4, longitude = $5, retired = $6 WHERE key = $1
         AND (name, place, latitude, longitude, retired) IS DISTINCT FROM
             ($2::text, $3::text, $4::int, $5::int, $6::bigint)",
    )?;
    let (mut new, mut changed) = (0, 0);
    for gate in gates {
        let (latitude, longitude) = gate
            .position
            .map(|position| (position.latitude(), position.longitude()))
            .unzip();
        let (enrolled, retired) = (gate.enrolled as i64, gate.retired.map(|time| time as i64));
        let (key, root) = (&gate.key.as_bytes()[..], empty_root());
        let added = transaction.execute(
            &insert,
            &[
                &key,
                &gate.name,
                &gate.place,
                &latitude,
                &longitude,
                &enrolled,
                &retired,
                &&root[..],
            ],
        )?;
        new += added;
        if added == 0 {
            changed += transaction.execute(
                &update,
                &[&key, &gate.name, &gate.place, &latitude, &longitude, &retired],
            )?;
        }
    }
    transaction.commit()?;
    Ok((new, changed))
}

pub(super) fn take(client: &mut Client, issuers: &mut Issuers, taken: &Taken<'_>) -> Result<bool, Trouble> {
    let Taken {
        gate, old, frontier, ..
    } = *taken;
    let numbers = issuers_of(client, issuers, taken)?;
    let mut transaction = client.transaction()?;
    let size = frontier.size() as i64;
    let last = taken.events.last().map(|event| event.details().time as i64);
    let swapped = transaction.execute(
        "UPDATE gates SET size = $4, root = $5, checkpoint = $6, last_event = coalesce($7, last_event),
         last_contact = $8 WHERE id = $1 AND size = $2 AND root = $3",
        &[
            &gate,
            &(old.size as i64),
            &&old.root[..],
            &size,
            &&frontier.root()[..],
            &taken.note,
            &last,
            &(taken.seen as i64),
        ],
    )?;
    if swapped != 1 {
        return Ok(false);
    }
    if !taken.events.is_empty() {
        let mut writer = transaction.copy_in(
            "COPY events (seq, time, age, pack, gate, issuer, flags, outcome, kind, grade, source, code, person, operator,
             leaf) FROM STDIN WITH (FORMAT binary)",
        )?;
        writer.write_all(&rows(taken, &numbers)?)?;
        writer.finish()?;
        count(&mut transaction, taken)?;
    }
    transaction.execute(
        "INSERT INTO checkpoints (gate, size, note, frontier) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        &[&gate, &size, &taken.note, &frontier.to_bytes()],
    )?;
    let (from, proof) = taken.proof;
    if !proof.is_empty() {
        transaction.execute(
            "INSERT INTO proofs (gate, old, new, proof) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            &[&gate, &(from as i64), &size, &proof.as_flattened()],
        )?;
    }
    let times = || taken.events.iter().map(|event| event.details().time as i64);
    transaction.execute(
        "INSERT INTO parts (gate, first, size, earliest, latest, digest, seen) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &gate,
            &(old.size as i64),
            &size,
            &times().min().unwrap_or(0),
            &times().max().unwrap_or(0),
            &&taken.digest[..],
            &(taken.seen as i64),
        ],
    )?;
    // It was refused once perhaps, before its gate was enrolled.
    transaction.execute("DELETE FROM refused WHERE digest = $1", &[&&taken.digest[..]])?;
    transaction.commit()?;
    Ok(true)
}

pub(super) fn known(client: &mut Client, digest: &[u8]) -> Result<(), Trouble> {
    client.execute(
        "INSERT INTO known (digest) VALUES ($1) ON CONFLICT DO NOTHING",
        &[&digest],
    )?;
    client.execute("DELETE FROM refused WHERE digest = $1", &[&digest])?;
    Ok(())
}

/// The numbers of the issuers of some events. They are given before the transaction that needs them, so that no two
/// sessions wait for each other's new ones.
fn issuers_of(client: &mut Client, issuers: &mut Issuers, taken: &Taken<'_>) -> Result<Vec<Option<i32>>, Trouble> {
    let mut numbers = Vec::with_capacity(taken.events.len());
    for event in taken.events {
        let Some(name) = event.details().issuer.as_deref() else {
            numbers.push(None);
            continue;
        };
        if !issuers.contains_key(name) {
            client.execute(
                "INSERT INTO issuers (name) VALUES ($1) ON CONFLICT DO NOTHING",
                &[&name],
            )?;
            let row = client.query_one("SELECT id FROM issuers WHERE name = $1", &[&name])?;
            issuers.insert(name.to_owned(), row.try_get(0)?);
        }
        numbers.push(issuers.get(name).copied());
    }
    Ok(numbers)
}

fn rows(taken: &Taken<'_>, issuers: &[Option<i32>]) -> Result<Vec<u8>, Trouble> {
    let gate = i32::try_from(taken.gate).map_err(|_| Trouble::Corrupt(format!("gate {}", taken.gate)))?;
    let bytes: usize = taken.leaves.iter().map(|leaf| leaf.len() + ROW).sum();
    let mut copy = Copy::new(bytes);
    for ((event, leaf), issuer) in taken.events.iter().zip(taken.leaves).zip(issuers) {
        let (e, numbers) = (event.details(), Numbers::of(event));
        copy.row(15);
        copy.bigint(event.seq() as i64);
        for number in [numbers.time, numbers.age, numbers.pack] {
            copy.bigint(number);
        }
        copy.int(gate);
        copy.optional(issuer.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
        for number in [
            numbers.flags,
            numbers.outcome,
            numbers.kind,
            numbers.grade,
            numbers.source,
        ] {
            copy.smallint(number);
        }
        copy.optional(e.code.as_ref().map(<[u8; 16]>::as_slice));
        copy.optional(e.person.as_ref().map(<[u8; 9]>::as_slice));
        copy.optional(e.operator.as_deref().map(str::as_bytes));
        copy.field(leaf);
    }
    Ok(copy.finish())
}

/// Adds to the counts of the hours, all in one statement.
fn count(transaction: &mut Transaction<'_>, taken: &Taken<'_>) -> Result<(), Trouble> {
    let hours = hours(taken.gate, taken.events);
    let bigints = |of: fn(&crate::archive::HourRow) -> i64| hours.iter().map(of).collect::<Vec<i64>>();
    let words = |of: fn(&crate::archive::HourRow) -> u8| hours.iter().map(|h| of(h).into()).collect::<Vec<i16>>();
    transaction.execute(
        "INSERT INTO hours (gate, hour, kind, outcome, grade, flags, age_days, count)
         SELECT $1::bigint::int, * FROM unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::smallint[],
           $6::smallint[], $7::smallint[], $8::bigint[])
         ON CONFLICT (gate, hour, kind, outcome, grade, flags, age_days)
         DO UPDATE SET count = hours.count + excluded.count",
        &[
            &taken.gate,
            &bigints(|h| h.hour as i64),
            &words(|h| h.kind.number()),
            &words(|h| h.outcome.number()),
            &words(|h| h.grade.number()),
            &words(|h| h.flags),
            &words(|h| h.age_days),
            &bigints(|h| h.count as i64),
        ],
    )?;
    Ok(())
}

/// Lets those that keep something of a gate, or of none, in one after the other, so that what is counted then stays so.
fn one_at_a_time(transaction: &mut Transaction<'_>, gate: Option<i64>) -> Result<(), Trouble> {
    match gate {
        Some(gate) => transaction.query("SELECT 1 FROM gates WHERE id = $1 FOR UPDATE", &[&gate])?,
        None => transaction.query("SELECT 1 FROM meta WHERE id = 0 FOR UPDATE", &[])?,
    };
    Ok(())
}

pub(super) fn fork(client: &mut Client, fork: &ForkRow, bundle: &[u8]) -> Result<bool, Trouble> {
    let unzip = |times: Option<(u64, u64)>| times.map(|(first, last)| (first as i64, last as i64)).unzip();
    let (our_first, our_last): (Option<i64>, Option<i64>) = unzip(fork.our_times);
    let (their_first, their_last): (Option<i64>, Option<i64>) = unzip(fork.their_times);
    let mut transaction = client.transaction()?;
    one_at_a_time(&mut transaction, Some(fork.gate))?;
    let kept = transaction.execute(
        "INSERT INTO forks (gate, at, ours, theirs, our_first, our_last, their_first, their_last, seen, digest, bundle)
         SELECT $1::bigint, $2::bigint, $3::text, $4::text, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bigint, $10::bytea, $11::bytea
         WHERE (SELECT count(*) FROM forks WHERE gate = $1) < $12 ON CONFLICT DO NOTHING",
        &[
            &fork.gate,
            &fork.at.map(|at| at as i64),
            &fork.ours,
            &fork.theirs,
            &our_first,
            &our_last,
            &their_first,
            &their_last,
            &(fork.seen as i64),
            &&fork.digest[..],
            &bundle,
            &i64::from(MAX_FORKS),
        ],
    )?;
    transaction.commit()?;
    Ok(kept == 1)
}

pub(super) fn waiting(client: &mut Client, row: &WaitingRow, bundle: &[u8]) -> Result<bool, Trouble> {
    let mut transaction = client.transaction()?;
    one_at_a_time(&mut transaction, Some(row.gate))?;
    let kept = transaction.execute(
        "INSERT INTO waiting (gate, first, last, digest, seen, bundle)
         SELECT $1::bigint, $2::bigint, $3::bigint, $4::bytea, $5::bigint, $6::bytea
         WHERE (SELECT count(*) FROM waiting WHERE gate = $1) < $7 ON CONFLICT DO NOTHING",
        &[
            &row.gate,
            &(row.from as i64),
            &(row.to as i64),
            &&row.digest[..],
            &(row.seen as i64),
            &bundle,
            &i64::from(MAX_WAITING),
        ],
    )?;
    transaction.commit()?;
    Ok(kept == 1)
}

pub(super) fn refused(client: &mut Client, row: &RefusedRow) -> Result<bool, Trouble> {
    let mut transaction = client.transaction()?;
    one_at_a_time(&mut transaction, row.gate)?;
    let kept = transaction.execute(
        "INSERT INTO refused (digest, reason, gate, name, seen)
         SELECT $1::bytea, $2::text, $3::bigint, $4::text, $5::bigint
         WHERE (SELECT count(*) FROM refused WHERE (gate = $3 OR gate IS NULL AND $3 IS NULL) AND digest <> $1) < $6
         ON CONFLICT (digest) DO UPDATE SET reason = excluded.reason, gate = excluded.gate, name = excluded.name,
           seen = CASE WHEN refused.reason = excluded.reason AND refused.gate IS NOT DISTINCT FROM excluded.gate
             THEN refused.seen ELSE excluded.seen END",
        &[
            &&row.digest[..],
            &row.reason,
            &row.gate,
            &row.name,
            &(row.seen as i64),
            &i64::from(MAX_REFUSED),
        ],
    )?;
    transaction.commit()?;
    Ok(kept == 1)
}

pub(super) fn receipt(client: &mut Client, row: &ReceiptRow) -> Result<(), Trouble> {
    client.execute(
        "INSERT INTO receipts (gate, size, time, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        &[&row.gate, &(row.size as i64), &(row.time as i64), &row.note],
    )?;
    Ok(())
}
