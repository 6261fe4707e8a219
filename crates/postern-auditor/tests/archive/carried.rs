//! Bundles on their way: twice, out of order, overlapping.

use crate::common::{Engine, Gate, Ingested, MORNING, Office};

fn office_of(engine: Engine, gates: &[&Gate]) -> Office {
    let office = Office::new(engine);
    office.enrol(gates);
    office
}

pub(crate) fn taken(taken: u64, events: u64, known: u64) -> Ingested {
    Ingested {
        taken,
        events,
        known,
        waiting: 0,
        trouble: Vec::new(),
        is_good: true,
    }
}

pub(crate) fn twice_is_once(engine: Engine) {
    let mut gate = Gate::new(1);
    gate.scan(300, MORNING);
    let office = office_of(engine, &[&gate]);
    let drop_box = tempfile::tempdir().unwrap();
    gate.send(0, 100, &office, drop_box.path());
    gate.send(100, 300, &office, drop_box.path());
    assert_eq!(office.ingest(&[drop_box.path()]), taken(2, 300, 0));
    assert_eq!(office.ingest(&[drop_box.path()]), taken(0, 0, 2));
    // The same leaves sealed again are another file.
    let again = gate.bundle(100, 300, &office);
    assert_eq!(office.ingest_bytes(&[&again, &again]), taken(0, 0, 2));
    assert_eq!(office.events(), 300);
    assert_eq!(office.ask("SELECT cast(sum(count) AS bigint) FROM hours"), 300);
    assert_eq!(office.verify(), Vec::<String>::new());
}

pub(crate) fn out_of_order_waits_for_what_is_missing(engine: Engine) {
    let mut gate = Gate::new(2);
    gate.scan(400, MORNING);
    let office = office_of(engine, &[&gate]);
    let parts: Vec<_> = [0, 100, 200, 300]
        .map(|from| gate.bundle(from, from + 100, &office))
        .into();
    let last = office.ingest_bytes(&[&parts[3]]);
    assert_eq!((last.taken, last.waiting, last.is_good), (0, 1, false));
    let third = office.ingest_bytes(&[&parts[2], &parts[3]]);
    assert_eq!((third.taken, third.waiting), (0, 2));
    assert_eq!(office.ingest_bytes(&[&parts[0]]).waiting, 2);
    assert_eq!(office.events(), 100);
    // The second brings the two that waited with it.
    assert_eq!(office.ingest_bytes(&[&parts[1]]), taken(3, 300, 0));
    assert_eq!(office.events(), 400);
    assert_eq!(office.verify(), Vec::<String>::new());
}

pub(crate) fn a_growing_log_overlaps(engine: Engine) {
    let mut gate = Gate::new(3);
    gate.scan(60, MORNING);
    let office = office_of(engine, &[&gate]);
    for (to, new) in [(10, 10), (25, 15), (25, 0), (20, 0), (60, 35)] {
        let done = office.ingest_bytes(&[&gate.bundle(0, to, &office)]);
        assert_eq!(done, taken(u64::from(new > 0), new, u64::from(new == 0)), "to {to}");
    }
    assert_eq!(office.events(), 60);
    assert_eq!(office.verify(), Vec::<String>::new());
}

pub(crate) fn later_parts_begin_at_the_receipt(engine: Engine) {
    let mut gate = Gate::new(4);
    gate.scan(50, MORNING);
    let office = office_of(engine, &[&gate]);
    // Wherever the gate begins, at a checkpoint of ours or not.
    for (from, to, new) in [(0, 20, 20), (7, 30, 10), (20, 40, 10), (33, 35, 0), (40, 50, 10)] {
        let done = office.ingest_bytes(&[&gate.bundle(from, to, &office)]);
        assert_eq!(
            done,
            taken(u64::from(new > 0), new, u64::from(new == 0)),
            "{from} to {to}"
        );
    }
    assert_eq!(office.verify(), Vec::<String>::new());
}

pub(crate) fn a_checkpoint_without_leaves_is_known(engine: Engine) {
    let mut gate = Gate::new(5);
    gate.scan(8, MORNING);
    let office = office_of(engine, &[&gate]);
    assert_eq!(office.ingest_bytes(&[&gate.bundle(0, 0, &office)]), taken(0, 0, 1));
    assert_eq!(office.ingest_bytes(&[&gate.bundle(8, 8, &office)]).waiting, 1);
    assert_eq!(office.ingest_bytes(&[&gate.bundle(0, 8, &office)]), taken(1, 8, 1));
}

/// 1970, a leap day, ten thousand years hence: a gate's clock is what it is.
pub(crate) fn days_of_any_clock_are_taken(engine: Engine) {
    let mut gate = Gate::new(6);
    for at in [0, 1_582_934_400, MORNING, MORNING + 40 * 86_400, 253_402_300_700] {
        gate.scan(10, at);
    }
    let office = office_of(engine, &[&gate]);
    assert_eq!(office.ingest_bytes(&[&gate.bundle(0, 50, &office)]), taken(1, 50, 0));
    assert_eq!(office.ask("SELECT count(*) FROM events WHERE time < 100"), 10);
    assert_eq!(office.verify(), Vec::<String>::new());
}

/// A waiting file is in the archive, a damaged one stays.
pub(crate) fn files_are_removed_when_they_are_kept(engine: Engine) {
    let mut gate = Gate::new(7);
    gate.scan(30, MORNING);
    let office = office_of(engine, &[&gate]);
    let drop_box = tempfile::tempdir().unwrap();
    let files = [(0, 10), (20, 30)].map(|(from, to)| gate.send(from, to, &office, drop_box.path()));
    let damaged = drop_box.path().join("damaged.log");
    std::fs::write(&damaged, "made up").unwrap();
    let ingest = || office.run("ingest", &["--remove", drop_box.path().to_str().unwrap()], true);
    ingest();
    assert!(files.iter().all(|file| !file.exists()) && damaged.exists());
    gate.send(10, 20, &office, drop_box.path());
    ingest();
    assert_eq!(office.events(), 30);
}
