//! A medium that stands still, gates that slept, and clocks that are wrong.

use std::fs;

use postern_core::keys::Role;
use postern_core::repository;
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{StatusKind, Trust};
use postern_core::verdict::{Judge, Outcome};

use crate::common::day::{Day, Key, set_keys, statuses};
use crate::common::{AT, Authority, DAY, Repository, claims};
use crate::gate::Besieged;

/// The rule that asks for a test would refuse everybody after two days.
fn without_tests(mut day: Day) -> Day {
    day.pack.issuers[0].rules.remove(0);
    day
}

/// The same day for weeks: the gate takes it for what it is, and says how old it is, wherever somebody looks.
#[test]
fn a_freeze_is_graded_and_shown() {
    let gate = Besieged::on_day(0);
    let day = without_tests(gate.authority.day(3));
    gate.takes(&day);
    let frozen = gate.publish("frozen", &day.repository());
    let good = gate.authority.good();
    let grades = [
        (0, "fresh", "admit"),
        (5, "aging", "admit"),
        (20, "stale", "admit"),
        (40, "refuse", "refer"),
    ];
    for (days, grade, outcome) in grades {
        let again = gate
            .gate
            .run("update", ["--json".as_ref(), "--from".as_ref(), frozen.as_os_str()]);
        assert_eq!((again.status, &again.json()[0]["changed"]), (0, &false.into()));
        let now = gate.authority.made.plus(days * DAY + 3).to_string();
        let status = gate.status_at(&now);
        let held = status["status"].as_array().unwrap();
        assert_eq!(held.len(), 2);
        for data in held.iter().chain([&status["data"]]) {
            assert_eq!(
                (&data["grade"], data["age"].as_u64()),
                (&grade.into(), Some(days * DAY)),
                "{status}"
            );
        }
        let done = gate.gate.run("check", ["--json", "--at", &now, &good]);
        let verdict = &done.json()[0];
        assert_eq!(
            (&verdict["outcome"], &verdict["data"]["grade"]),
            (&outcome.into(), &grade.into())
        );
        // For people: what the gate would do now, and the day when that changes.
        let word = if grade == "refuse" { "too old" } else { grade };
        let shown = gate.gate.run("status", ["--at", &now]).stdout;
        assert!(shown.contains(word), "{shown}");
        let shown = gate.gate.run("check", ["--at", &now, &good]).stdout;
        assert!(grade == "fresh" || shown.contains(word), "{shown}");
    }
}

/// Where the medium is behind by weeks from the first, the update itself says so.
#[test]
fn an_update_says_how_old_it_is() {
    let past = Time::saturating(1_700_000_000);
    let gate = Besieged::of(
        Authority {
            made: past,
            ..Authority::new()
        },
        0,
    );
    let files = gate.publish("old", &gate.authority.day(3).repository());
    for changed in [true, false] {
        let done = gate
            .gate
            .run("update", ["--json".as_ref(), "--from".as_ref(), files.as_os_str()]);
        let line = &done.json()[0];
        assert_eq!(
            (&line["changed"], &line["grade"]),
            (&changed.into(), &"refuse".into()),
            "{line}"
        );
        let told = gate.gate.run("update", ["--from".as_ref(), files.as_os_str()]);
        assert!(told.stdout.contains("too old"), "{}", told.stdout);
    }
}

/// A gate walks over roots that have expired; the last one expired grades the data.
#[test]
fn roots_that_expired_on_the_way_are_walked_over() {
    let gate = Besieged::on_day(1);
    let a = &gate.authority;
    let expired = |day: Day| day.with_root(|root| (root.issued, root.expires) = (Time::default(), Time::saturating(1)));
    let today = expired(expired(expired(a.day(2)))).with_root(|_| ());
    gate.takes(&today);
    assert_eq!(
        (gate.version("root"), &gate.status_at(AT)["data"]["grade"]),
        (5, &"fresh".into())
    );
    gate.is_on_day(2);
    let last = expired(today).at(3);
    gate.takes(&last);
    assert_eq!(
        (gate.version("root"), &gate.status_at(AT)["data"]["grade"]),
        (6, &"stale".into())
    );
    // One that is left out is no way, however long ago it expired.
    let mut files = expired(expired(last)).at(4).repository();
    let eighth = files.0.remove("root/8.root").unwrap();
    files.set("root/7.root", eighth);
    gate.refuses_files(&files, "wrong-version", Some("root"));
}

const YEAR: u64 = 365 * DAY;
/// 2057-01-01T00:00:00Z, when the gate fell asleep: after any clock under which this test runs, so that the clock is as
/// wrong as one that stands at 1970.
const ASLEEP: Time = Time::saturating(2_745_446_400);

/// The key of a role in the `n`-th year.
fn snapshot_key(n: u8) -> Key {
    (Role::Snapshot, n)
}

/// The authority of the year in which the gate wakes, three years after: in each it has changed every key, and root `n`
/// expired before root `n` + 1 was made.
fn awake() -> (Authority, Repository) {
    let now = ASLEEP.plus(3 * YEAR + 30 * DAY);
    let a = Authority {
        made: now,
        ..Authority::new()
    };
    let publishers = |n: u8| [(Role::Publisher, 2 * n), (Role::Publisher, 2 * n + 1)];
    let mut day = a.day(1000).published_by(&publishers(3)).signed_by(&[snapshot_key(3)]);
    day.roots = vec![asleep().root(1)];
    for n in 1..=3 {
        let mut root = a.root_payload(1 + u64::from(n));
        root.roles.root = a.keys_from(Role::Root, n, 3, 2);
        root.roles.snapshot = a.these(&[snapshot_key(n)]);
        root.roles.publisher = a.these(&publishers(n));
        root.issued = ASLEEP.plus(u64::from(n) * YEAR + 10 * DAY);
        root.expires = root.issued.plus(YEAR - DAY);
        day.roots.push(a.sign(root, &[(Role::Root, n), (Role::Root, n + 1)]));
    }
    day.root = 4;
    day.pack.version = 40;
    let status = (Role::Status, 5);
    let mut keys = [(Role::Code, 0), (Role::Code, 3), status].map(|key| a.issuer_key(key));
    (keys[0].until, keys[1].from) = (ASLEEP.plus(YEAR), ASLEEP.plus(YEAR));
    set_keys(&mut day.pack, keys.to_vec());
    let list = a.list(status, 1000, now, &statuses(3));
    let column = a.column(status, 1000, now, &a.tests(3));
    let day = day.without(StatusKind::Delta).with(list).with(column);
    (a, day.repository())
}

fn asleep() -> Authority {
    Authority {
        made: ASLEEP,
        ..Authority::new()
    }
}

/// A code of today, by the key of today.
fn new_code(a: &Authority) -> String {
    let issued = a.made.plus(3600);
    let claims = postern_core::code::Claims {
        issued,
        expires: issued.plus(30 * DAY),
        ..claims(1)
    };
    a.code(3, &claims)
}

#[test]
fn a_gate_that_slept_for_three_years_with_a_wrong_clock_wakes_from_one_stick() {
    let gate = Besieged::of(asleep(), 3);
    let now = |gate: &Besieged| gate.gate.run("status", ["--json"]).json().remove(0);
    let check = |text: &str| {
        let done = gate.gate.run("check", ["--json", text]);
        let verdict = done.json().remove(0);
        assert_eq!(
            verdict["clock_suspect"], true,
            "every verdict says that the clock is wrong"
        );
        (
            verdict["outcome"].as_str().unwrap().to_owned(),
            verdict["time"].as_str().unwrap().to_owned(),
        )
    };
    let (a, files) = awake();
    let (good, new) = (gate.authority.good(), new_code(&a));
    let slept = now(&gate);
    assert_eq!(
        (&slept["clock"]["suspect"], &slept["root"]["version"]),
        (&true.into(), &1.into())
    );
    assert_eq!(
        check(&good),
        ("admit".into(), ASLEEP.plus(3).to_string()),
        "the time stood still at its floor"
    );
    assert_eq!(check(&new).0, "refer");

    let stick = gate.gate.file("stick.bundle", &files.bundle());
    let done = gate
        .gate
        .run("update", ["--json".as_ref(), "--from".as_ref(), stick.as_os_str()]);
    let line = &done.json()[0];
    assert_eq!(
        (&line["after"]["root"], &line["clock_suspect"]),
        (&4.into(), &true.into()),
        "{done:?}"
    );
    assert_eq!(line["grade"], "fresh");
    let awake = now(&gate);
    assert_eq!(awake["clock"]["floor"], a.made.to_string());
    assert_eq!(awake["clock"]["time"], a.made.to_string());
    // What the old key signed in its time is good; the new one's code brings its own hour.
    assert_eq!(check(&good), ("admit".into(), a.made.to_string()));
    assert_eq!(check(&new).0, "admit");
    assert_eq!(check(&gate.authority.coded(31)).0, "refuse", "revoked meanwhile");

    // Asleep or awake, the way back is closed.
    let before = fs::read(gate.gate.store().join("trust.sqlite")).unwrap();
    let back = gate.gate.update(&gate.authority.day(4).repository());
    assert_eq!(back.status, 1);
    assert_eq!(fs::read(gate.gate.store().join("trust.sqlite")).unwrap(), before);
}

/// The same with a clock that does stand at 1970, which no program here can be given.
#[test]
fn a_clock_at_1970_is_no_obstacle() {
    let read = |files: &Repository, trust: &Trust| {
        repository::update(trust, |wanted| Ok::<_, ()>(files.0.get(wanted.path).cloned())).unwrap()
    };
    let slept = read(&asleep().day(3).repository(), &Trust::pin(&asleep().root(1)).unwrap());
    let (a, files) = awake();
    let trust = read(&files, &slept);
    let floor = trust.time_floor();
    let time = TimeEvidence::Clock {
        system: Time::default(),
        floor,
    };
    let judge = Judge::new(trust).unwrap();
    for code in [asleep().good(), new_code(&a)] {
        let verdict = judge.check(&code, time);
        assert_eq!(
            (verdict.outcome, verdict.clock_suspect, verdict.now),
            (Outcome::Admit, true, a.made)
        );
    }
}
