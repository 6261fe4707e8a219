//! The emergency declaration: what it changes, where, for whom and for how long.

use postern_core::cbor;
use postern_core::text::Ident;
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{Emergency, MAX_EMERGENCY, Pack};
use postern_core::verdict::{Grade, Judge, Outcome, Reason, Verdict};

use crate::age::windows;
use crate::common::*;
use crate::offer::*;

/// From day 40 to day 60, when the snapshot of day 10 is past the pack's 30 days: the data may be 60 days old.
fn declaration() -> Emergency {
    Emergency {
        from: MADE.plus(40 * DAY + 1),
        gates: vec![],
        rules: vec![],
        until: MADE.plus(60 * DAY),
        reason: names("Made-up outage"),
        issuers: vec![],
        windows: windows(2, 7, 60),
    }
}

fn declared(change: impl Fn(&mut Emergency)) -> Pack {
    let mut emergency = declaration();
    change(&mut emergency);
    let mut pack = listed(1);
    for issuer in &mut pack.issuers {
        issuer.rules.clear();
        issuer.until = MADE.plus(365 * DAY);
    }
    pack.emergency = Some(emergency);
    pack
}

fn judge(change: impl Fn(&mut Emergency)) -> Judge {
    Offer::new(1, declared(change)).list(10).judge()
}

fn ids(ids: &[&str]) -> Vec<Ident> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

fn day(n: u64) -> TimeEvidence {
    at(MADE.plus(n * DAY))
}

fn check(judge: &Judge, issuer: &str, time: TimeEvidence) -> Verdict {
    judge.check(&code(&format!("{issuer}-code"), 0), time)
}

#[test]
fn its_windows_count_from_its_first_second_to_its_last() {
    let judge = judge(|_| ());
    for (seconds, emergency, outcome) in [
        (40 * DAY, false, Outcome::Admit),
        (40 * DAY + 1, true, Outcome::Admit),
        (60 * DAY, true, Outcome::Admit),
        (60 * DAY + 1, false, Outcome::Refer),
    ] {
        for issuer in ["east", "west"] {
            let verdict = check(&judge, issuer, at(MADE.plus(seconds)));
            assert_eq!(
                (verdict.outcome, verdict.emergency),
                (outcome, emergency),
                "{issuer} {seconds}"
            );
        }
        assert_eq!(judge.emergency(MADE.plus(seconds)).is_some(), emergency);
    }
    // What the gate says of its data without a code is the same.
    assert_eq!(judge.data_age(day(50)).0.grade, Grade::Stale);
    assert_eq!(judge.data_age(day(61)).0.grade, Grade::Refuse);
    expect(&check(&judge, "west", day(61)), Outcome::Refer, &[Reason::DataTooOld]);
    expect(
        &check(&judge, "east", day(61)),
        Outcome::Refer,
        &[Reason::DataTooOld, Reason::StatusStale],
    );
}

/// Without the declaration the same codes are referred, so it is what admitted them.
#[test]
fn without_it_nothing_is_relaxed() {
    let mut pack = declared(|_| ());
    pack.emergency = None;
    let judge = Offer::new(1, pack).list(10).judge();
    let verdict = check(&judge, "west", day(50));
    expect(&verdict, Outcome::Refer, &[Reason::DataTooOld]);
    assert!(!verdict.emergency);
}

#[test]
fn its_own_last_window_ends_it_too() {
    let judge = judge(|emergency| emergency.windows = windows(2, 7, 45));
    let verdict = check(&judge, "west", day(56));
    expect(&verdict, Outcome::Refer, &[Reason::DataTooOld]);
    assert!(verdict.emergency);
}

#[test]
fn it_is_for_its_gates_alone() {
    let judge = |gate: Option<&str>| {
        judge(|emergency| emergency.gates = ["airport-1", "station-2"].map(|gate| gate.parse().unwrap()).to_vec())
            .at_gate(gate.map(|gate| gate.parse().unwrap()))
    };
    for gate in ["airport-1", "station-2"] {
        let verdict = check(&judge(Some(gate)), "west", day(50));
        assert_eq!((verdict.outcome, verdict.emergency), (Outcome::Admit, true), "{gate}");
    }
    for gate in [Some("airport-2"), Some("airport-1x"), None] {
        let verdict = check(&judge(gate), "west", day(50));
        assert_eq!(
            (verdict.outcome, verdict.emergency),
            (Outcome::Refer, false),
            "{gate:?}"
        );
        assert_eq!(judge(gate).data_age(day(50)).0.grade, Grade::Refuse);
    }
}

#[test]
fn it_is_for_its_issuers_alone() {
    let judge = judge(|emergency| emergency.issuers = ids(&["west"]));
    let west = check(&judge, "west", day(50));
    assert_eq!(
        (west.outcome, west.emergency, west.data.grade),
        (Outcome::Admit, true, Grade::Stale)
    );
    let east = check(&judge, "east", day(50));
    expect(&east, Outcome::Refer, &[Reason::DataTooOld, Reason::StatusStale]);
    assert!(!east.emergency);
    assert_eq!(judge.data_age(day(50)).0.grade, Grade::Refuse, "of the gate as a whole");
}

#[test]
fn its_windows_count_for_lists_too() {
    let relaxed = |own| {
        let mut pack = declared(|_| ());
        pack.issuers[0].windows = Some(own);
        Offer::new(1, pack).list(10).judge()
    };
    let tight = relaxed(windows(1, 1, 1));
    expect(&check(&tight, "east", day(12)), Outcome::Refer, &[Reason::StatusStale]);
    expect(&check(&tight, "east", day(50)), Outcome::Admit, &[]);
    // An issuer whose own windows are longer keeps them.
    let mut pack = declared(|emergency| emergency.windows = windows(2, 7, 45));
    pack.issuers[0].windows = Some(windows(2, 7, 70));
    let judge = Offer::new(1, pack).list(2).judge();
    let verdict = check(&judge, "east", day(54));
    expect(&verdict, Outcome::Admit, &[]);
    assert_eq!(verdict.data.age, 52 * DAY);
}

#[test]
fn rules_that_it_sets_aside_are_not_asked() {
    let rules = |emergency: &mut Emergency| {
        (emergency.from, emergency.rules) = (MADE.plus(9 * DAY), ids(&["entry"]));
    };
    let mut pack = declared(rules);
    pack.issuers
        .iter_mut()
        .for_each(|issuer| issuer.rules = ids(&["entry", "not-positive"]));
    let judge = Offer::new(1, pack).list(10).judge();
    let mut claims = claims();
    (claims.record.index, claims.record.facts) = (0, Default::default());
    claims.issued = MADE.plus(DAY);
    let text = minted("east-code", &claims);
    let before = judge.check(&text, at(MADE.plus(9 * DAY - 1)));
    expect(&before, Outcome::Refuse, &[Reason::RuleNotMet]);
    assert_eq!((before.rules.len(), before.emergency), (2, false));
    let verdict = judge.check(&text, day(10));
    expect(&verdict, Outcome::Admit, &[]);
    let asked: Vec<_> = verdict
        .rules
        .iter()
        .map(|result| judge.policy().unwrap().rules()[result.rule].id.as_str())
        .collect();
    assert_eq!((&asked[..], verdict.emergency), (&["not-positive"][..], true));
    // What is left is asked as before.
    let mut positive = claims;
    positive.record.facts.test = Some(
        postern_core::record::Test::new(
            postern_core::record::TestKind::NucleicAcid,
            postern_core::record::TestResult::Detected,
            60,
        )
        .unwrap(),
    );
    let verdict = judge.check(&minted("east-code", &positive), day(10));
    expect(&verdict, Outcome::Refer, &[Reason::RuleRefers]);
}

/// What it does not name it does not touch: a signature, a revocation, an expiry.
#[test]
fn it_admits_nothing_that_is_bad_in_itself() {
    let judge = judge(|emergency| emergency.from = MADE);
    expect(
        &judge.check(&code("east-code", 1), day(10)),
        Outcome::Refuse,
        &[Reason::StatusInvalid],
    );
    expect(
        &judge.check(&code("east-code", 3), day(10)),
        Outcome::Refuse,
        &[Reason::StatusRestricted],
    );
    expect(
        &judge.check(&code("east-code", PAST), day(10)),
        Outcome::Refer,
        &[Reason::StatusUnknown],
    );
    let mut brief = claims();
    (brief.record.index, brief.expires) = (0, now());
    let expired = judge.check(&minted("east-code", &brief), at(now().plus(1)));
    expect(&expired, Outcome::Refuse, &[Reason::Expired]);
    assert!(expired.emergency);
}

/// For any clock and any code, a verdict under a declaration is no worse than without.
#[test]
fn it_never_tightens() {
    for own in [None, Some(windows(1, 2, 5)), Some(windows(99, 99, 99))] {
        let mut with = declared(|emergency| {
            (emergency.from, emergency.until) = (MADE, MADE.plus(92 * DAY));
            emergency.windows = windows(2, 7, 30);
        });
        with.issuers[0].windows = own;
        let mut without = with.clone();
        without.emergency = None;
        let [with, without] = [with, without].map(|pack| Offer::new(1, pack).list(5).judge());
        for issued in [0, 5, 20, 80] {
            let mut claims = claims();
            claims.record.index = 0;
            claims.issued = MADE.plus(issued * DAY);
            claims.expires = claims.issued.plus(90 * DAY);
            for signer in ["east-code", "west-code"] {
                let text = minted(signer, &claims);
                for clock in [0, 6, 11, 12, 17, 39, 41, 80, 95] {
                    let time = TimeEvidence::Clock {
                        system: Time::saturating(if clock == 0 {
                            0
                        } else {
                            MADE.plus(clock * DAY).seconds() as i64
                        }),
                        floor: made(5),
                    };
                    let (relaxed, plain) = (with.check(&text, time), without.check(&text, time));
                    assert!(relaxed.outcome <= plain.outcome, "issued {issued}, clock {clock}");
                    assert!(relaxed.data.grade <= plain.data.grade, "issued {issued}, clock {clock}");
                }
            }
        }
    }
}

/// A code whose issue is ahead of the gate's clock moves neither the beginning nor the end of a declaration.
#[test]
fn it_holds_by_the_gates_time() {
    let judge = judge(|_| ());
    let issued_at = |time: Time| {
        let mut claims = claims();
        (claims.record.index, claims.issued, claims.expires) = (0, time, time.plus(DAY));
        minted("west-code", &claims)
    };
    let (from, until) = (declaration().from, declaration().until);
    let before = judge.check(&issued_at(from), at(MADE.plus(40 * DAY)));
    assert!(!before.emergency);
    let last = judge.check(&issued_at(until.plus(200)), at(until));
    expect(&last, Outcome::Admit, &[]);
    assert!(last.emergency, "its windows admitted it, so the verdict says so");
}

/// Whether a pack with this declaration is one.
fn decodes(change: impl Fn(&mut Emergency)) -> bool {
    let pack = declared(change);
    cbor::from_slice::<Pack>(&cbor::to_vec(&pack)) == Ok(pack)
}

#[test]
fn each_bound_of_a_declaration_is_kept() {
    let gates = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>();
    let numbered = |count: usize| (0..count).map(|n| format!("g{n:05}").parse().unwrap()).collect();
    assert!(decodes(|_| ()));
    assert!(decodes(|emergency| emergency.until = emergency.from));
    assert!(!decodes(|emergency| emergency.until = MADE));
    assert!(decodes(|emergency| emergency.until = emergency.from.plus(MAX_EMERGENCY)));
    assert!(!decodes(
        |emergency| emergency.until = emergency.from.plus(MAX_EMERGENCY + 1)
    ));
    assert_eq!(MAX_EMERGENCY, 92 * DAY);
    assert!(decodes(|emergency| emergency.rules = ids(&["entry", "not-positive"])));
    assert!(!decodes(|emergency| emergency.rules = ids(&["not-positive", "entry"])));
    assert!(!decodes(|emergency| emergency.rules = ids(&["entry", "entry"])));
    assert!(!decodes(|emergency| emergency.rules = ids(&["entry", "no-such-rule"])));
    assert!(decodes(|emergency| emergency.issuers = ids(&["east", "west"])));
    assert!(!decodes(|emergency| emergency.issuers = ids(&["west", "east"])));
    assert!(!decodes(|emergency| emergency.issuers = ids(&["west", "west"])));
    assert!(!decodes(|emergency| emergency.issuers = ids(&["north"])));
    assert!(decodes(|emergency| emergency.gates = gates(&["a", "b"])));
    assert!(!decodes(|emergency| emergency.gates = gates(&["b", "a"])));
    assert!(!decodes(|emergency| emergency.gates = gates(&["a", "a"])));
    assert!(decodes(|emergency| emergency.gates = numbered(1024)));
    assert!(!decodes(|emergency| emergency.gates = numbered(1025)));
    // The pack's are 2, 7 and 30 days.
    assert!(decodes(|emergency| emergency.windows = windows(2, 7, 30)));
    for narrower in [windows(1, 7, 30), windows(2, 6, 30), windows(2, 7, 29)] {
        assert!(!decodes(|emergency| emergency.windows = narrower));
    }
    assert!(!decodes(|emergency| emergency.windows = windows(9, 8, 30)));
    assert!(!decodes(|emergency| emergency.windows = windows(2, 7, 3654)));
}
