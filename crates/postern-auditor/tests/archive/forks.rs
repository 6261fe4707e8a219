//! Two logs of one gate.

use crate::common::{Engine, Gate, MORNING, Office};

/// A gate with 100 leaves that are in the archive, and a copy of it with the first 50.
fn two_of_one(engine: Engine) -> (Gate, Gate, Office) {
    let mut gate = Gate::new(1);
    gate.scan(50, MORNING);
    let copy = gate.copy();
    gate.scan(50, MORNING + 50);
    let office = Office::new(engine);
    office.enrol(&[&gate]);
    assert!(office.ingest_bytes(&[&gate.bundle(0, 100, &office)]).is_good);
    (gate, copy, office)
}

fn fork(office: &Office, column: &str) -> i64 {
    office.ask(&format!("SELECT {column} FROM forks"))
}

fn is_fork(office: &Office, bundle: &[u8]) {
    let told = office.ingest_bytes(&[bundle]);
    assert_eq!((told.taken, &told.trouble[..]), (0, &["gate-1 fork".to_owned()][..]));
    assert_eq!(office.events(), 100, "ours stays");
    // Both notes and the bundle are there, once.
    let again = office.ingest_bytes(&[bundle]);
    assert_eq!((again.known, again.trouble.len()), (1, 0));
    assert_eq!(office.ask("SELECT count(*) FROM forks"), 1);
    assert_eq!(fork(office, "cast(length(bundle) AS bigint)"), bundle.len() as i64);
    assert_eq!(
        office.ask("SELECT count(*) FROM forks WHERE ours <> theirs AND ours LIKE 'gate-1%'"),
        1
    );
    assert_eq!(office.verify(), Vec::<String>::new());
}

pub(crate) fn both_sides_of_a_clone_are_kept(engine: Engine) {
    let (_gate, mut clone, office) = two_of_one(engine);
    // At the same time, another person.
    clone.scan(70, MORNING + 60);
    is_fork(&office, &clone.bundle(0, 120, &office));
    assert_eq!(fork(&office, "at"), 50);
    let times = ["our_first", "our_last", "their_first", "their_last"].map(|column| fork(&office, column));
    assert_eq!(times, [50, 99, 60, 129].map(|second| (MORNING + second) as i64));
}

pub(crate) fn a_log_put_back_from_a_backup(engine: Engine) {
    let (_gate, mut old, office) = two_of_one(engine);
    // An hour later, when the disk had been replaced.
    old.scan(10, MORNING + 3600);
    is_fork(&office, &old.bundle(50, 60, &office));
    assert_eq!(fork(&office, "at"), 50);
    let times = ["our_first", "our_last", "their_first", "their_last"].map(|column| fork(&office, column));
    assert_eq!(times, [50, 99, 3600, 3609].map(|second| (MORNING + second) as i64));
}

pub(crate) fn a_shorter_log_that_differs(engine: Engine) {
    let (_gate, mut other, office) = two_of_one(engine);
    other.scan(1, MORNING + 7000);
    is_fork(&office, &other.bundle(0, 51, &office));
    assert_eq!(fork(&office, "at"), 50);
}

/// The bundle begins where the trees differ already: its own proof says so.
pub(crate) fn a_log_whose_start_differs(engine: Engine) {
    let (_gate, mut other, office) = two_of_one(engine);
    other.scan(40, MORNING + 60);
    // 70 is no power of two, so that the proof shows the other tree whole; 64 is one.
    is_fork(&office, &other.bundle(70, 90, &office));
    assert_eq!(office.ask("SELECT count(*) FROM forks WHERE at IS NULL"), 1);
    let told = office.ingest_bytes(&[&other.bundle(64, 90, &office)]);
    assert_eq!(told.trouble, ["gate-1 fork"]);
}

/// A hostile gate signs one fork after the other: the archive does not grow with them.
pub(crate) fn so_many_forks_are_kept_and_no_more(engine: Engine) {
    let (_gate, mut clone, office) = two_of_one(engine);
    clone.scan(80, MORNING + 60);
    let bundles: Vec<Vec<u8>> = (51..121).map(|to| clone.bundle(0, to, &office)).collect();
    let bundles: Vec<&[u8]> = bundles.iter().map(Vec::as_slice).collect();
    let told = office.ingest_bytes(&bundles);
    assert_eq!(told.trouble, vec!["gate-1 fork".to_owned(); 70]);
    assert_eq!(office.ask("SELECT count(*) FROM forks"), 64);
    assert_eq!(office.ask("SELECT count(*) FROM refused WHERE reason = 'fork'"), 6);
    // Those that are kept are known.
    let again = office.ingest_bytes(&bundles);
    assert_eq!((again.known, again.trouble), (64, vec!["gate-1 fork".to_owned(); 6]));
    assert_eq!(office.verify(), Vec::<String>::new());
}

/// It came before the leaves that show what it is, and its file may be gone.
pub(crate) fn a_waiting_fork_beyond_them_is_not_lost(engine: Engine) {
    let (mut gate, mut clone, office) = two_of_one(engine);
    clone.scan(80, MORNING + 60);
    let forks: Vec<Vec<u8>> = (51..115).map(|to| clone.bundle(0, to, &office)).collect();
    office.ingest_bytes(&forks.iter().map(Vec::as_slice).collect::<Vec<_>>());
    assert_eq!(office.ask("SELECT count(*) FROM forks"), 64);
    let late = clone.bundle(110, 130, &office);
    assert_eq!(office.ingest_bytes(&[&late]).waiting, 1);
    gate.scan(20, MORNING + 200);
    let told = office.ingest_bytes(&[&gate.bundle(100, 120, &office)]);
    assert_eq!((told.taken, told.waiting), (1, 0));
    assert_eq!(told.trouble, ["gate-1 fork"]);
    assert_eq!(
        office.ask("SELECT cast(length(bundle) AS bigint) FROM waiting"),
        late.len() as i64
    );
}
