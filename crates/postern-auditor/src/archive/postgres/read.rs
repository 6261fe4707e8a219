//! What a PostgreSQL archive answers. A number that this program would not have written is an error, never a panic.

use std::ops::Range;

use postern_core::gates::Position;
use postern_core::keys::PublicKey;
use postern_log::merkle::{Frontier, Hash};
use postern_log::{Event, Grade, Kind, Outcome, Tip};
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{FromSqlOwned, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Row as SqlRow};

use super::Trouble;
use crate::archive::filter::{Conditions, Value};
use crate::archive::row::who;
use crate::archive::{
    Archived, Filter, ForkRow, GateRow, HourRow, ReceiptRow, RefusedRow, Row, Sighting, Span, WaitingRow,
};

/// A number that this program counts from 0.
fn unsigned(row: &SqlRow, at: usize) -> Result<u64, Trouble> {
    let number: i64 = row.try_get(at)?;
    u64::try_from(number).map_err(|_| Trouble::Corrupt(format!("the number {number}")))
}

fn optional(row: &SqlRow, at: usize) -> Result<Option<u64>, Trouble> {
    match row.try_get::<_, Option<i64>>(at)? {
        Some(_) => unsigned(row, at).map(Some),
        None => Ok(None),
    }
}

fn digest(row: &SqlRow, at: usize) -> Result<Hash, Trouble> {
    let bytes: &[u8] = row.try_get(at)?;
    bytes
        .try_into()
        .map_err(|_| Trouble::Corrupt("a digest of another length".to_owned()))
}

fn word<T>(row: &SqlRow, at: usize, word: fn(u8) -> Option<T>) -> Result<T, Trouble> {
    let number: i16 = row.try_get(at)?;
    let known = u8::try_from(number).ok().and_then(word);
    known.ok_or_else(|| Trouble::Corrupt(format!("the number {number}")))
}

fn all<T>(
    client: &mut Client,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
    of: impl Fn(&SqlRow) -> Result<T, Trouble>,
) -> Result<Vec<T>, Trouble> {
    client.query(sql, values)?.iter().map(of).collect()
}

pub(super) fn gates(client: &mut Client) -> Result<Vec<GateRow>, Trouble> {
    let sql = "SELECT id, key, name, place, latitude, longitude, enrolled, retired, size, root, checkpoint, last_event,
               last_contact FROM gates ORDER BY name COLLATE \"C\", id";
    all(client, sql, &[], |row| {
        let id: i64 = row.try_get(0)?;
        let odd = || Trouble::Corrupt(format!("gate {id}"));
        let key = PublicKey::from_bytes(&digest(row, 1)?).map_err(|_| odd())?;
        let position = match (row.try_get(4)?, row.try_get(5)?) {
            (Some(latitude), Some(longitude)) => Some(Position::try_from((latitude, longitude)).map_err(|_| odd())?),
            _ => None,
        };
        Ok(GateRow {
            id,
            key,
            name: row.try_get(2)?,
            place: row.try_get(3)?,
            position,
            enrolled: unsigned(row, 6)?,
            retired: optional(row, 7)?,
            size: unsigned(row, 8)?,
            root: digest(row, 9)?,
            checkpoint: row.try_get(10)?,
            last_event: optional(row, 11)?,
            last_contact: optional(row, 12)?,
        })
    })
}

pub(super) fn hours(client: &mut Client, span: Span) -> Result<Vec<HourRow>, Trouble> {
    let sql =
        "SELECT gate, hour, kind, outcome, grade, flags, age_days, count FROM hours WHERE hour >= $1 AND hour < $2
               ORDER BY gate, hour, kind, outcome, grade, flags, age_days";
    let (from, until) = span.hours();
    all(client, sql, &[&from, &until], |row| {
        Ok(HourRow {
            gate: row.try_get::<_, i32>(0)?.into(),
            hour: unsigned(row, 1)?,
            kind: word(row, 2, Kind::from_number)?,
            outcome: word(row, 3, Outcome::from_number)?,
            grade: word(row, 4, Grade::from_number)?,
            flags: word(row, 5, Some)?,
            age_days: word(row, 6, Some)?,
            count: unsigned(row, 7)?,
        })
    })
}

pub(super) fn sightings(client: &mut Client, span: Span, each: &mut dyn FnMut(Sighting)) -> Result<(), Trouble> {
    let (from, until) = span.seconds();
    let words = [Kind::Code.number(), Outcome::Admit.number()].map(i16::from);
    // The tag follows the epoch of its key.
    let mut rows = client.query_raw(
        "SELECT gate, seq, time, person IS NOT NULL, substr(coalesce(substr(person, 2), code), 1, 8) FROM events
         WHERE time >= $1 AND time < $2 AND kind = $3 AND outcome = $4 AND flags & 1 = 0
         AND (person IS NOT NULL OR code IS NOT NULL)",
        [&from as &(dyn ToSql + Sync), &until, &words[0], &words[1]],
    )?;
    while let Some(row) = rows.next()? {
        if let Some(who) = who(row.try_get(4)?) {
            each(Sighting {
                who,
                time: unsigned(&row, 2)?,
                gate: row.try_get::<_, i32>(0)?.into(),
                seq: unsigned(&row, 1)?,
                is_person: row.try_get(3)?,
            });
        }
    }
    Ok(())
}

pub(super) fn events(
    client: &mut Client,
    filter: &Filter,
    each: &mut dyn FnMut(Archived) -> bool,
) -> Result<(), Trouble> {
    let conditions = Conditions::of(filter, |number| format!("${}", number + 4));
    let sql = format!(
        "SELECT gate, seq, leaf FROM events WHERE gate >= $1 AND gate <= $2 AND seq >= $3{conditions} ORDER BY gate, seq
         LIMIT $4"
    );
    let (first, last) = match filter.gate {
        Some(gate) => (gate, gate),
        None => (0, i32::MAX.into()),
    };
    let from = filter.gate.and(filter.from_seq).unwrap_or(0);
    let limit = filter
        .limit
        .map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let bounds = [first, last, i64::try_from(from).unwrap_or(i64::MAX), limit].map(Value::Number);
    // Rows come as they are asked for: of a whole day some are in memory.
    let mut transaction = client.transaction()?;
    let values: Vec<&(dyn ToSql + Sync)> = bounds
        .iter()
        .chain(&conditions.values)
        .map(|value| value as &(dyn ToSql + Sync))
        .collect();
    let portal = transaction.bind(&sql, &values)?;
    loop {
        let rows = transaction.query_portal(&portal, ROWS)?;
        for row in &rows {
            let (gate, seq): (i32, i64) = (row.try_get(0)?, row.try_get(1)?);
            let event = Event::from_leaf(row.try_get(2)?)
                .map_err(|_| Trouble::Corrupt(format!("leaf {seq} of gate {gate}")))?;
            let gate = gate.into();
            if !each(Archived { gate, event }) {
                return Ok(());
            }
        }
        if rows.len() < ROWS as usize {
            return Ok(());
        }
    }
}

/// The rows that are fetched at once.
const ROWS: i32 = 8192;

pub(super) fn forks(client: &mut Client) -> Result<Vec<ForkRow>, Trouble> {
    let sql = "SELECT id, gate, at, ours, theirs, our_first, our_last, their_first, their_last, seen, digest FROM forks
               ORDER BY id";
    all(client, sql, &[], |row| {
        Ok(ForkRow {
            id: row.try_get(0)?,
            gate: row.try_get(1)?,
            at: optional(row, 2)?,
            ours: row.try_get(3)?,
            theirs: row.try_get(4)?,
            our_times: optional(row, 5)?.zip(optional(row, 6)?),
            their_times: optional(row, 7)?.zip(optional(row, 8)?),
            seen: unsigned(row, 9)?,
            digest: digest(row, 10)?,
        })
    })
}

pub(super) fn waiting(client: &mut Client) -> Result<Vec<WaitingRow>, Trouble> {
    let sql = "SELECT gate, first, last, digest, seen FROM waiting ORDER BY gate, first, last, digest";
    all(client, sql, &[], |row| {
        Ok(WaitingRow {
            gate: row.try_get(0)?,
            from: unsigned(row, 1)?,
            to: unsigned(row, 2)?,
            digest: digest(row, 3)?,
            seen: unsigned(row, 4)?,
        })
    })
}

pub(super) fn refused(client: &mut Client) -> Result<Vec<RefusedRow>, Trouble> {
    let sql = "SELECT reason, gate, name, digest, seen FROM refused ORDER BY seen, name COLLATE \"C\", digest";
    all(client, sql, &[], |row| {
        Ok(RefusedRow {
            reason: row.try_get(0)?,
            gate: row.try_get(1)?,
            name: row.try_get(2)?,
            digest: digest(row, 3)?,
            seen: unsigned(row, 4)?,
        })
    })
}

pub(super) fn receipts(client: &mut Client) -> Result<Vec<ReceiptRow>, Trouble> {
    let sql = "SELECT DISTINCT ON (gate) gate, size, time, note FROM receipts ORDER BY gate, size DESC, time DESC";
    all(client, sql, &[], |row| {
        Ok(ReceiptRow {
            gate: row.try_get(0)?,
            size: unsigned(row, 1)?,
            time: unsigned(row, 2)?,
            note: row.try_get(3)?,
        })
    })
}

pub(super) fn checkpoints(client: &mut Client, gate: i64) -> Result<Vec<(u64, String)>, Trouble> {
    let sql = "SELECT size, note FROM checkpoints WHERE gate = $1 ORDER BY size";
    all(client, sql, &[&gate], |row| Ok((unsigned(row, 0)?, row.try_get(1)?)))
}

pub(super) fn proofs(client: &mut Client, gate: i64) -> Result<Vec<(u64, u64, Vec<Hash>)>, Trouble> {
    let sql = "SELECT old, new, proof FROM proofs WHERE gate = $1 ORDER BY new, old";
    all(client, sql, &[&gate], |row| {
        let (old, new) = (unsigned(row, 0)?, unsigned(row, 1)?);
        match row.try_get::<_, &[u8]>(2)?.as_chunks() {
            (hashes, []) => Ok((old, new, hashes.to_vec())),
            _ => Err(Trouble::Corrupt(format!("proof of gate {gate} from {old} to {new}"))),
        }
    })
}

pub(super) fn tip(client: &mut Client, gate: i64) -> Result<Tip, Trouble> {
    let row = client.query_one("SELECT size, root FROM gates WHERE id = $1", &[&gate])?;
    Ok(Tip {
        size: unsigned(&row, 0)?,
        root: digest(&row, 1)?,
    })
}

pub(super) fn frontier(client: &mut Client, gate: i64, size: u64) -> Result<Frontier, Trouble> {
    let sql = "SELECT frontier FROM checkpoints WHERE gate = $1 AND size <= $2 ORDER BY size DESC LIMIT 1";
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    match client.query_opt(sql, &[&gate, &size])? {
        None => Ok(Frontier::new()),
        Some(row) => {
            Frontier::from_bytes(row.try_get(0)?).map_err(|e| Trouble::Corrupt(format!("frontier of gate {gate}: {e}")))
        }
    }
}

pub(super) fn leaves(
    client: &mut Client,
    gate: i64,
    range: Range<u64>,
    each: &mut dyn FnMut(u64, &[u8]),
) -> Result<(), Trouble> {
    let bound = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let mut rows = client.query_raw(
        "SELECT seq, leaf FROM events WHERE gate = $1::bigint::int AND seq >= $2 AND seq < $3 ORDER BY seq",
        [&gate as &(dyn ToSql + Sync), &bound(range.start), &bound(range.end)],
    )?;
    while let Some(row) = rows.next()? {
        each(unsigned(&row, 0)?, row.try_get(1)?);
    }
    Ok(())
}

pub(super) fn rows(client: &mut Client, gate: i64, each: &mut dyn FnMut(Row) -> bool) -> Result<(), Trouble> {
    let sql =
        "SELECT seq, time, flags, outcome, kind, grade, source, age, pack, code, person, issuers.name, operator, leaf
               FROM events LEFT JOIN issuers ON issuers.id = issuer WHERE gate = $1::bigint::int ORDER BY seq";
    let mut rows = client.query_raw(sql, [&gate])?;
    while let Some(row) = rows.next()? {
        let small = |at| row.try_get::<_, i16>(at).map(i64::from);
        let read = Row {
            seq: unsigned(&row, 0)?,
            time: row.try_get(1)?,
            flags: small(2)?,
            outcome: small(3)?,
            kind: small(4)?,
            grade: small(5)?,
            source: small(6)?,
            age: row.try_get(7)?,
            pack: row.try_get(8)?,
            code: get(&row, 9)?,
            person: get(&row, 10)?,
            issuer: get(&row, 11)?,
            operator: get(&row, 12)?,
            leaf: get(&row, 13)?,
        };
        if !each(read) {
            break;
        }
    }
    Ok(())
}

fn get<T: FromSqlOwned>(row: &SqlRow, at: usize) -> Result<T, Trouble> {
    Ok(row.try_get(at)?)
}

/// A number is what the server takes in its place.
impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Self::Bytes(bytes), _) => bytes.to_sql(ty, out),
            (Self::Number(number), &Type::INT2) => i16::try_from(*number)?.to_sql(ty, out),
            (Self::Number(number), &Type::INT4) => i32::try_from(*number)?.to_sql(ty, out),
            (Self::Number(number), _) => number.to_sql(ty, out),
            (Self::Text(text), _) => text.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::BYTEA, Type::INT2, Type::INT4, Type::INT8, Type::TEXT].contains(ty)
    }

    to_sql_checked!();
}
