//! A partition for each day: old days are dropped whole, and a question about a day reads that day.

use std::collections::BTreeSet;

use postern_core::time::Day;
use postern_log::Event;
use postgres::Client;

use super::Trouble;

const DAY: u64 = 86_400;
/// The days before and after the auditor's own that have partitions: ten years, and two days. What has none lies in the one for all
/// others.
const BEFORE: u64 = 3653;
const AFTER: u64 = 2;
/// The days before the auditor's own that always have one. Older days have one while there are fewer than so many, so that no
/// gate's clock makes as many as it likes: each costs every question a little.
const RECENT: u64 = 60;
const MAX_WITH_OLDER: i64 = 1000;
/// Of all sessions one makes partitions at a time. The number is ours alone: of "postern".
const LOCK: i64 = 0x706f_7374_6572_6e00;

/// The days whose partitions this session knows to be there, or not to be made.
#[derive(Default)]
pub(super) struct Partitions {
    settled: BTreeSet<u64>,
}

impl Partitions {
    /// Makes the partitions that events need, before the transaction that adds them: others wait only for this.
    pub(super) fn prepare(&mut self, client: &mut Client, events: &[Event], now: u64) -> Result<(), Trouble> {
        let today = now / DAY;
        let days: BTreeSet<u64> = events.iter().map(|event| event.details().time / DAY).collect();
        for day in days {
            if self.settled.contains(&day) || day + BEFORE < today || day > today + AFTER {
                continue;
            }
            make(client, day, day + RECENT < today)?;
            self.settled.insert(day);
        }
        Ok(())
    }
}

fn make(client: &mut Client, day: u64, is_old: bool) -> Result<(), Trouble> {
    // Within two days of a clock's present, a day's number fits until the year 2149.
    let Ok(number) = u16::try_from(day) else {
        return Ok(());
    };
    let name = format!("events_{}", Day(number).date().format("%Y%m%d"));
    let (from, until) = ((day * DAY) as i64, ((day + 1) * DAY) as i64);
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let there: bool = transaction
        .query_one("SELECT to_regclass($1) IS NOT NULL", &[&format!("postern.{name}")])?
        .try_get(0)?;
    // Those that came while the day lay too far ahead stay where they are, and the day with them.
    let elsewhere: bool = transaction
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM events_other WHERE time >= $1 AND time < $2)",
            &[&from, &until],
        )?
        .try_get(0)?;
    let full = is_old
        && transaction
            .query_one(
                "SELECT count(*) >= $1 FROM pg_inherits WHERE inhparent = 'postern.events'::regclass",
                &[&MAX_WITH_OLDER],
            )?
            .try_get(0)?;
    if !there && !elsewhere && !full {
        transaction.batch_execute(&format!(
            "CREATE TABLE postern.{name} PARTITION OF postern.events FOR VALUES FROM ({from}) TO ({until})"
        ))?;
    }
    Ok(transaction.commit()?)
}
