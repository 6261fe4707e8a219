//! What an SQLite archive answers. A number that this program would not have written is an error, never a panic.

use std::ops::Range;

use postern_core::gates::Position;
use postern_core::keys::PublicKey;
use postern_log::merkle::{Frontier, Hash};
use postern_log::{Event, Grade, Kind, Outcome};
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params_from_iter};

use crate::archive::filter::{Conditions, Value};
use crate::archive::row::who;
use crate::archive::{
    Archived, Filter, ForkRow, GateRow, HourRow, MAX_LEAVES, ReceiptRow, RefusedRow, Row, Sighting, Span, WaitingRow,
};

/// What may make no sense: an answer, or what is wrong.
type Read<T> = rusqlite::Result<Result<T, String>>;

/// The number of a leaf among all.
pub(super) fn id(gate: i64, seq: u64) -> i64 {
    gate * MAX_LEAVES as i64 + seq as i64
}

fn of_id(id: i64) -> (i64, u64) {
    (id >> MAX_LEAVES.trailing_zeros(), id as u64 % MAX_LEAVES)
}

pub(super) fn gates(connection: &Connection) -> Read<Vec<GateRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, key, name, place, latitude, longitude, enrolled, retired, size, root, checkpoint, last_event,
         last_contact FROM gates ORDER BY name, id",
    )?;
    let rows = statement.query_map([], |row| {
        let id: i64 = row.get(0)?;
        let key = PublicKey::from_bytes(&row.get(1)?);
        let position = match (row.get(4)?, row.get(5)?) {
            (Some(latitude), Some(longitude)) => Position::try_from((latitude, longitude)).map(Some),
            _ => Ok(None),
        };
        let (Ok(key), Ok(position)) = (key, position) else {
            return Ok(Err(format!("gate {id}")));
        };
        Ok(Ok(GateRow {
            id,
            key,
            name: row.get(2)?,
            place: row.get(3)?,
            position,
            enrolled: row.get(6)?,
            retired: row.get(7)?,
            size: row.get(8)?,
            root: row.get(9)?,
            checkpoint: row.get(10)?,
            last_event: row.get(11)?,
            last_contact: row.get(12)?,
        }))
    })?;
    rows.collect()
}

pub(super) fn hours(connection: &Connection, span: Span) -> Read<Vec<HourRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT gate, hour, kind, outcome, grade, flags, age_days, count FROM hours WHERE hour >= ?1 AND hour < ?2
         ORDER BY gate, hour, kind, outcome, grade, flags, age_days",
    )?;
    let (from, until) = span.hours();
    let rows = statement.query_map([from, until], |row| {
        let words = (
            Kind::from_number(row.get(2)?),
            Outcome::from_number(row.get(3)?),
            Grade::from_number(row.get(4)?),
        );
        let (gate, hour) = (row.get(0)?, row.get(1)?);
        let (Some(kind), Some(outcome), Some(grade)) = words else {
            return Ok(Err(format!("hour {hour} of gate {gate}")));
        };
        Ok(Ok(HourRow {
            gate,
            hour,
            kind,
            outcome,
            grade,
            flags: row.get(5)?,
            age_days: row.get(6)?,
            count: row.get(7)?,
        }))
    })?;
    rows.collect()
}

/// The leaves that have events of a time, a range of numbers for each bundle that brought some.
fn parts(connection: &Connection, span: Span, gate: Option<i64>) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT gate, first, size FROM parts WHERE latest >= ?1 AND earliest < ?2 AND (?3 IS NULL OR gate = ?3)
         AND first < size ORDER BY gate, first",
    )?;
    let rows = statement.query_map((span.seconds().0, span.seconds().1, gate), |row| {
        let (gate, first, size) = (row.get(0)?, row.get(1)?, row.get::<_, u64>(2)?);
        Ok((id(gate, first), id(gate, size)))
    })?;
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for row in rows {
        let (first, end) = row?;
        match ranges.last_mut() {
            Some((_, last)) if *last == first => *last = end,
            _ => ranges.push((first, end)),
        }
    }
    Ok(ranges)
}

pub(super) fn sightings(connection: &Connection, span: Span, each: &mut dyn FnMut(Sighting)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT id, time, code, person FROM events WHERE id >= ?1 AND id < ?2 AND kind = ?3 AND outcome = ?4
         AND flags & 1 = 0 AND time >= ?5 AND time < ?6",
    )?;
    let words = (Kind::Code.number(), Outcome::Admit.number());
    for (first, end) in parts(connection, span, None)? {
        let mut rows = statement.query((first, end, words.0, words.1, span.seconds().0, span.seconds().1))?;
        while let Some(row) = rows.next()? {
            let code = row.get_ref(2)?.as_blob_or_null()?;
            // The tag follows the epoch of its key.
            let person = row.get_ref(3)?.as_blob_or_null()?.and_then(|person| person.get(1..));
            let (gate, seq) = of_id(row.get(0)?);
            if let Some(who) = person.or(code).and_then(who) {
                each(Sighting {
                    who,
                    time: row.get(1)?,
                    gate,
                    seq,
                    is_person: person.is_some(),
                });
            }
        }
    }
    Ok(())
}

pub(super) fn events(connection: &Connection, filter: &Filter, each: &mut dyn FnMut(Archived) -> bool) -> Read<()> {
    // The archive has no number as large as this.
    let end = i64::MAX;
    let first = filter.gate.map_or(0, |gate| id(gate, filter.from_seq.unwrap_or(0)));
    let last = filter.gate.map_or(end, |gate| id(gate + 1, 0));
    let ranges = match filter.span {
        Some(span) => parts(connection, span, filter.gate)?,
        None => vec![(first, last)],
    };
    let conditions = Conditions::of(filter, |number| format!("?{}", number + 2));
    let mut statement = connection.prepare(&format!(
        "SELECT id, leaf FROM events WHERE id >= ?1 AND id < ?2{conditions} ORDER BY id"
    ))?;
    let mut left = filter.limit.unwrap_or(u64::MAX);
    for (from, until) in ranges {
        let (from, until) = (from.max(first), until.min(last));
        let bounds = [Value::Number(from), Value::Number(until)];
        let mut rows = statement.query(params_from_iter(bounds.iter().chain(&conditions.values)))?;
        while let Some(row) = rows.next()? {
            if left == 0 {
                return Ok(Ok(()));
            }
            let (gate, seq) = of_id(row.get(0)?);
            let Ok(event) = Event::from_leaf(row.get_ref(1)?.as_blob()?) else {
                return Ok(Err(format!("leaf {seq} of gate {gate}")));
            };
            left -= 1;
            if !each(Archived { gate, event }) {
                return Ok(Ok(()));
            }
        }
    }
    Ok(Ok(()))
}

pub(super) fn forks(connection: &Connection) -> rusqlite::Result<Vec<ForkRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, gate, at, ours, theirs, our_first, our_last, their_first, their_last, seen, digest FROM forks
         ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(ForkRow {
            id: row.get(0)?,
            gate: row.get(1)?,
            at: row.get(2)?,
            ours: row.get(3)?,
            theirs: row.get(4)?,
            our_times: row.get::<_, Option<u64>>(5)?.zip(row.get(6)?),
            their_times: row.get::<_, Option<u64>>(7)?.zip(row.get(8)?),
            seen: row.get(9)?,
            digest: row.get(10)?,
        })
    })?;
    rows.collect()
}

pub(super) fn waiting(connection: &Connection) -> rusqlite::Result<Vec<WaitingRow>> {
    let mut statement = connection
        .prepare_cached("SELECT gate, first, last, digest, seen FROM waiting ORDER BY gate, first, last, digest")?;
    let rows = statement.query_map([], |row| {
        Ok(WaitingRow {
            gate: row.get(0)?,
            from: row.get(1)?,
            to: row.get(2)?,
            digest: row.get(3)?,
            seen: row.get(4)?,
        })
    })?;
    rows.collect()
}

pub(super) fn refused(connection: &Connection) -> rusqlite::Result<Vec<RefusedRow>> {
    let mut statement = connection
        .prepare_cached("SELECT reason, gate, name, digest, seen FROM refused ORDER BY seen, name, digest")?;
    let rows = statement.query_map([], |row| {
        Ok(RefusedRow {
            reason: row.get(0)?,
            gate: row.get(1)?,
            name: row.get(2)?,
            digest: row.get(3)?,
            seen: row.get(4)?,
        })
    })?;
    rows.collect()
}

pub(super) fn receipts(connection: &Connection) -> rusqlite::Result<Vec<ReceiptRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT gate, size, time, note FROM receipts AS r WHERE NOT EXISTS (SELECT 1 FROM receipts AS later
         WHERE later.gate = r.gate AND (later.size, later.time) > (r.size, r.time)) ORDER BY gate",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(ReceiptRow {
            gate: row.get(0)?,
            size: row.get(1)?,
            time: row.get(2)?,
            note: row.get(3)?,
        })
    })?;
    rows.collect()
}

pub(super) fn checkpoints(connection: &Connection, gate: i64) -> rusqlite::Result<Vec<(u64, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT size, note FROM checkpoints WHERE gate = ?1 ORDER BY size")?;
    let rows = statement.query_map([gate], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

pub(super) fn proofs(connection: &Connection, gate: i64) -> Read<Vec<(u64, u64, Vec<Hash>)>> {
    let mut statement =
        connection.prepare_cached("SELECT old, new, proof FROM proofs WHERE gate = ?1 ORDER BY new, old")?;
    let rows = statement.query_map([gate], |row| {
        let (old, new) = (row.get(0)?, row.get(1)?);
        let bytes = row.get_ref(2)?.as_blob()?;
        Ok(match bytes.as_chunks() {
            (hashes, []) => Ok((old, new, hashes.to_vec())),
            _ => Err(format!("proof of gate {gate} from {old} to {new}")),
        })
    })?;
    rows.collect()
}

pub(super) fn frontier(connection: &Connection, gate: i64, size: u64) -> Read<Frontier> {
    let mut statement = connection
        .prepare_cached("SELECT frontier FROM checkpoints WHERE gate = ?1 AND size <= ?2 ORDER BY size DESC LIMIT 1")?;
    let bytes: Option<Vec<u8>> = statement.query_row((gate, size as i64), |row| row.get(0)).optional()?;
    Ok(match bytes {
        None => Ok(Frontier::new()),
        Some(bytes) => Frontier::from_bytes(&bytes).map_err(|e| format!("frontier of gate {gate}: {e}")),
    })
}

pub(super) fn leaves(
    connection: &Connection,
    gate: i64,
    range: Range<u64>,
    each: &mut dyn FnMut(u64, &[u8]),
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT id, leaf FROM events WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    let end = range.end.min(MAX_LEAVES);
    let mut rows = statement.query((id(gate, range.start.min(end)), id(gate, end)))?;
    while let Some(row) = rows.next()? {
        let (_, seq) = of_id(row.get(0)?);
        each(seq, row.get_ref(1)?.as_blob()?);
    }
    Ok(())
}

pub(super) fn rows(connection: &Connection, gate: i64, each: &mut dyn FnMut(Row) -> bool) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT e.id, time, flags, outcome, kind, grade, source, age, pack, code, person, issuers.name, operator, leaf
         FROM events AS e LEFT JOIN issuers ON issuers.id = e.issuer WHERE e.id >= ?1 AND e.id < ?2 ORDER BY e.id",
    )?;
    let mut rows = statement.query((id(gate, 0), id(gate + 1, 0)))?;
    while let Some(row) = rows.next()? {
        if !each(full(row)?) {
            break;
        }
    }
    Ok(())
}

fn full(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        seq: of_id(row.get(0)?).1,
        time: row.get(1)?,
        flags: row.get(2)?,
        outcome: row.get(3)?,
        kind: row.get(4)?,
        grade: row.get(5)?,
        source: row.get(6)?,
        age: row.get(7)?,
        pack: row.get(8)?,
        code: row.get(9)?,
        person: row.get(10)?,
        issuer: row.get(11)?,
        operator: row.get(12)?,
        leaf: row.get(13)?,
    })
}
