//! The age of lists and columns: what it makes of verdicts, and of whose.

use postern_core::code;
use postern_core::keys::Signer;
use postern_core::status::Status;
use postern_core::time::{Time, TimeEvidence};
use postern_core::trust::{Pack, Windows};
use postern_core::verdict::{Grade, Judge, Outcome, Reason};

use crate::common::*;
use crate::offer::*;

pub(crate) fn windows(fresh: u64, aging: u64, stale: u64) -> Windows {
    Windows {
        fresh: fresh * DAY,
        aging: aging * DAY,
        stale: stale * DAY,
    }
}

/// Codes of east and west without a fact that ages, at issuers that ask for none.
fn undemanding(change: impl Fn(&mut Pack)) -> Pack {
    let mut pack = listed(1);
    pack.issuers[0].windows = Some(windows(1, 2, 5));
    pack.issuers.iter_mut().for_each(|issuer| issuer.rules.clear());
    change(&mut pack);
    pack
}

/// East's list was made a day before the snapshot.
fn day_before(pack: Pack) -> Judge {
    Offer::new(1, pack).list(9).judge()
}

#[test]
fn a_stale_list_refers_its_issuers_codes_alone() {
    let judge = day_before(undemanding(|_| ()));
    let time = at(now().plus(4 * DAY + 1));
    expect(
        &judge.check(&code("east-code", 0), time),
        Outcome::Refer,
        &[Reason::StatusStale],
    );
    let west = judge.check(&code("west-code", 0), time);
    expect(&west, Outcome::Admit, &[]);
    assert_eq!(
        (west.data.age, west.data.grade),
        (4 * DAY + 1, Grade::Aging),
        "the snapshot's"
    );
}

#[test]
fn the_windows_of_the_issuer_count() {
    let judge = day_before(undemanding(|_| ()));
    for (seconds, grade, outcome) in [
        (0, Grade::Fresh, Outcome::Admit),
        (1, Grade::Aging, Outcome::Admit),
        (DAY, Grade::Aging, Outcome::Admit),
        (DAY + 1, Grade::Stale, Outcome::Admit),
        (4 * DAY, Grade::Stale, Outcome::Admit),
        (4 * DAY + 1, Grade::Refuse, Outcome::Refer),
    ] {
        let verdict = judge.check(&code("east-code", 0), at(now().plus(seconds)));
        assert_eq!((verdict.data.grade, verdict.outcome), (grade, outcome), "{seconds}");
        assert_eq!(
            verdict.data.age,
            DAY + seconds,
            "the age of the list, not of the snapshot"
        );
    }
}

#[test]
fn without_its_own_windows_the_packs_count() {
    let judge = day_before(undemanding(|pack| pack.issuers[0].windows = None));
    for (days, grade) in [
        (1, Grade::Fresh),
        (6, Grade::Aging),
        (29, Grade::Stale),
        (30, Grade::Refuse),
    ] {
        let verdict = judge.check(&code("east-code", 0), at(now().plus(days * DAY)));
        assert_eq!(verdict.data.grade, grade, "{days} days");
        let reasons: &[_] = if days == 30 { &[Reason::StatusStale] } else { &[] };
        assert_eq!(verdict.reasons, reasons, "the snapshot is good for 30 days");
    }
}

/// Windows that are longer than the pack's do not make the snapshot younger.
#[test]
fn long_windows_of_an_issuer_do_not_help_an_old_snapshot() {
    let judge = day_before(undemanding(|pack| pack.issuers[0].windows = Some(windows(99, 99, 99))));
    let verdict = judge.check(&code("east-code", 0), at(now().plus(30 * DAY + 1)));
    expect(&verdict, Outcome::Refer, &[Reason::DataTooOld]);
    let verdict = judge.check(&code("east-code", 0), at(now().plus(5 * DAY)));
    assert_eq!(
        (verdict.data.age, verdict.data.grade),
        (6 * DAY, Grade::Aging),
        "the list is fresh, the snapshot is not"
    );
}

#[test]
fn the_oldest_part_gives_the_age() {
    let pack = || {
        let mut pack = with_column(1);
        pack.issuers[0].rules.clear();
        pack
    };
    for (list, column, days) in [(9, 8, 2), (8, 9, 2), (10, 10, 0), (1, 9, 9), (9, 1, 9)] {
        let judge = Offer::new(1, pack()).list(list).tests(column, &[1]).judge();
        let verdict = judge.check(&code("east-code", 0), at(now()));
        let grade = [Grade::Fresh, Grade::Stale][usize::from(days > 2)];
        assert_eq!(
            (verdict.data.age, verdict.data.grade),
            (days * DAY, grade),
            "{list} {column}"
        );
        expect(&verdict, Outcome::Admit, &[]);
    }
}

#[test]
fn a_stale_column_refers_though_its_list_is_fresh() {
    let mut pack = undemanding(|_| ());
    pack.issuers[0].columns = vec![TESTED.parse().unwrap()];
    let judge = Offer::new(1, pack).list(10).tests(4, &[1]).judge();
    expect(
        &judge.check(&code("east-code", 0), at(now())),
        Outcome::Refer,
        &[Reason::StatusStale],
    );
}

/// For how long what a status makes of a code holds: a revocation for ever, a red code and a suspension while the data is
/// good.
#[test]
fn what_is_invalid_is_refused_however_old_and_what_is_restricted_is_referred() {
    use Status::*;
    let (stale, too_old) = (at(now().plus(5 * DAY)), at(now().plus(40 * DAY)));
    let judge = day_before(undemanding(|_| ()));
    let [unknown, both] = [Reason::StatusStale, Reason::DataTooOld];
    for (status, time, outcome, reasons) in [
        (Invalid, at(now()), Outcome::Refuse, &[Reason::StatusInvalid][..]),
        (Invalid, stale, Outcome::Refuse, &[Reason::StatusInvalid, unknown]),
        (
            Invalid,
            too_old,
            Outcome::Refuse,
            &[Reason::StatusInvalid, both, unknown],
        ),
        (Restricted, at(now()), Outcome::Refuse, &[Reason::StatusRestricted]),
        (Restricted, stale, Outcome::Refer, &[unknown, Reason::StatusRestricted]),
        (
            Restricted,
            too_old,
            Outcome::Refer,
            &[both, unknown, Reason::StatusRestricted],
        ),
        (Suspended, stale, Outcome::Refer, &[unknown, Reason::StatusSuspended]),
        (Valid, stale, Outcome::Refer, &[unknown]),
        (Valid, too_old, Outcome::Refer, &[both, unknown]),
    ] {
        expect(&judge.check(&code("east-code", status as u32), time), outcome, reasons);
    }
}

/// "No" must never mean "this gate is out of date"; what decided stands first.
#[test]
fn a_stale_list_spares_what_rests_on_data() {
    let mut unmet = undemanding(|pack| pack.issuers[0].rules = vec!["entry".parse().unwrap()]);
    unmet.windows = windows(50, 50, 50);
    let judge = day_before(unmet);
    let mut brief = claims();
    brief.record.index = 0;
    brief.expires = now().plus(1);
    let text = minted("east-code", &brief);
    expect(&judge.check(&text, at(now())), Outcome::Admit, &[]);
    expect(
        &judge.check(&text, at(now().plus(5 * DAY))),
        Outcome::Refer,
        &[Reason::StatusStale, Reason::Expired, Reason::RuleNotMet],
    );
    let forged = code::mint(&key("stranger"), key("east-code").public().kid(), &brief).unwrap();
    expect(
        &judge.check(&forged, at(now().plus(5 * DAY))),
        Outcome::Refuse,
        &[Reason::BadSignature],
    );
}

/// A gate whose clock says 1970 judges the age of a list as that of its snapshot: by its own time, not by the code's.
#[test]
fn a_code_does_not_age_the_data_of_a_gate_whose_clock_is_behind() {
    let judge = day_before(undemanding(|_| ()));
    let stopped = TimeEvidence::Clock {
        system: Time::default(),
        floor: judge.trust().time_floor(),
    };
    for issued in [now(), now().plus(60 * DAY)] {
        let mut claims = claims();
        (claims.issued, claims.expires, claims.record.index) = (issued, issued.plus(DAY), 0);
        let verdict = judge.check(&minted("east-code", &claims), stopped);
        expect(&verdict, Outcome::Admit, &[]);
        assert!(verdict.clock_suspect);
        assert_eq!((verdict.now, verdict.data.age), (made(9), 0));
    }
}
