//! The days of an archive in PostgreSQL.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::{Engine, Gate, Office};

const DAY: u64 = 86_400;

/// A gate chooses the days of its events. Here some other one has chosen as many as there may be.
#[test]
fn a_gates_clock_makes_no_more_partitions_than_the_bound() {
    if !Engine::Postgres.is_there() {
        return;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut gate = Gate::new(1);
    gate.scan(2, now - 100 * DAY);
    gate.scan(3, now - 101 * DAY);
    gate.scan(4, now - 10 * DAY);
    gate.scan(5, now - DAY);
    let office = Office::new(Engine::Postgres);
    office.enrol(&[&gate]);
    let there = office.ask("SELECT count(*) FROM pg_inherits WHERE inhparent = 'postern.events'::regclass");
    office.tamper(&format!(
        "DO $$ BEGIN FOR day IN 1..{} LOOP
           EXECUTE format('CREATE TABLE made_up_%s PARTITION OF events FOR VALUES FROM (%s) TO (%s)', day, day * 86400, (day + 1) * 86400);
         END LOOP; END $$",
        999 - there
    ));
    assert_eq!(office.ingest_bytes(&[&gate.bundle(0, 14, &office)]).events, 14);
    // Of the old days the one that was seen first had room; the recent ones have theirs whatever there is.
    let of = |table: &str| office.ask(&format!("SELECT count(*) FROM {table}"));
    assert_eq!(of("events_other"), 2, "the later of the old days");
    assert_eq!(of("events"), 14);
    let partitions = of("pg_inherits WHERE inhparent = 'postern.events'::regclass");
    assert_eq!(partitions, 1000 + 2);
    assert_eq!(office.verify(), [""; 0]);
}
