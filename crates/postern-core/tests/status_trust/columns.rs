//! Columns as facts: one printed code, and what is known of its holder today.

use postern_core::status::Column;
use postern_core::time::Time;
use postern_core::trust::{Otherwise, Pack, RuleSource};
use postern_core::verdict::{Judge, Outcome, Reason};

use crate::common::*;
use crate::offer::*;

/// Negative within 48 hours, by the issuer's column. Without a value there is no test.
const NEGATIVE_48: &str = r#"{"if": [{"var": "external.columns.negative-test"},
    {"not-after": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
                   {"plusTime": [{"var": "external.columns.negative-test"}, 48, "hour"]}]},
    false]}"#;

/// The same by somebody who forgot that the value may be absent.
const CARELESS: &str = r#"{"not-after": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
    {"plusTime": [{"var": "external.columns.negative-test"}, 48, "hour"]}]}"#;

/// East asks for one rule, on its column.
fn asking(logic: &str) -> Pack {
    let mut pack = with_column(1);
    pack.rules = vec![RuleSource {
        id: "tested".parse().unwrap(),
        name: names("Tested"),
        logic: json(logic),
        otherwise: Otherwise::Refuse,
    }];
    pack.issuers[0].rules = vec!["tested".parse().unwrap()];
    pack.issuers[1].rules.clear();
    pack
}

/// A judge to whom the column says this of index 0.
fn judge(logic: &str, values: &[u8]) -> Judge {
    Offer::new(1, asking(logic)).list(10).tests(10, values).judge()
}

/// Hours from the column's origin, [`MADE`], to the time of judging.
const HOURS: u8 = 240;

#[test]
fn negative_within_48_hours() {
    let text = code("east-code", 0);
    for (value, outcome) in [
        (HOURS, Outcome::Admit),
        (HOURS - 48, Outcome::Admit),
        (HOURS - 49, Outcome::Refuse),
        (1, Outcome::Refuse),
        (HOURS + 1, Outcome::Admit),
    ] {
        let judge = judge(NEGATIVE_48, &[value]);
        assert_eq!(judge.check(&text, at(now())).outcome, outcome, "{value}");
        let a_second_later = judge.check(&text, at(now().plus(1))).outcome;
        let late = value == HOURS - 48;
        assert_eq!(a_second_later, if late { Outcome::Refuse } else { outcome }, "{value}");
    }
}

/// No value for this index, no column so far: nobody was tested, however the rule is written.
#[test]
fn an_absent_time_does_not_admit() {
    for values in [&[0, HOURS][..], &[]] {
        let verdict = judge(NEGATIVE_48, values).check(&code("east-code", 0), at(now()));
        expect(&verdict, Outcome::Refuse, &[Reason::RuleNotMet]);
        let verdict = judge(CARELESS, values).check(&code("east-code", 0), at(now()));
        expect(&verdict, Outcome::Refer, &[Reason::RuleFailed]);
    }
    let verdict = judge(CARELESS, &[HOURS]).check(&code("east-code", 0), at(now()));
    expect(&verdict, Outcome::Admit, &[]);
}

/// A neighbour's test is nobody's else.
#[test]
fn each_index_has_its_own_value() {
    let judge = judge(NEGATIVE_48, &[HOURS, 0, 0, 0, 1, HOURS]);
    // Of content(10), the indexes 4 and 5 have the statuses 2 and 2; 0 is valid.
    expect(&judge.check(&code("east-code", 0), at(now())), Outcome::Admit, &[]);
    expect(
        &judge.check(&code("east-code", 4), at(now())),
        Outcome::Refuse,
        &[Reason::RuleNotMet, Reason::StatusSuspended],
    );
    expect(
        &judge.check(&code("east-code", 5), at(now())),
        Outcome::Refer,
        &[Reason::StatusSuspended],
    );
}

/// One code, minted once; three days of columns admit, refuse and admit it again.
#[test]
fn three_days_of_columns_on_the_same_printed_code() {
    let text = code("east-code", 0);
    let day = |n: u64, value: u8| {
        let mut offer =
            Offer::new(n, asking(NEGATIVE_48)).list_as(token("east-status", "east", n, made(9), &content(n)), n);
        offer.issued = now().plus(n * DAY);
        let column = hours(n, offer.issued, &[value]);
        // A window that moves: 255 hours do not reach for ever.
        let column = Column {
            origin: MADE.plus(n * DAY),
            ..column
        };
        offer.column_as(signed(column, &["east-status"]), n, &[value])
    };
    let mut trust = fresh();
    let mut check = |offer: &Offer| {
        trust = offer.take(&trust).unwrap();
        Judge::new(trust.clone()).unwrap().check(&text, at(offer.issued))
    };
    expect(&check(&day(1, HOURS - 3)), Outcome::Admit, &[]);
    // The same test, two days on: 51 hours ago. The origin went along.
    expect(&check(&day(3, HOURS - 51)), Outcome::Refuse, &[Reason::RuleNotMet]);
    expect(&check(&day(4, HOURS - 1)), Outcome::Admit, &[]);
}

#[test]
fn a_number_is_a_number() {
    let rule = r#"{"if": [{"var": "external.columns.negative-test"},
        {"<=": [2, {"var": "external.columns.negative-test"}, 254]}, false]}"#;
    for (value, outcome) in [
        (0, Outcome::Refuse),
        (1, Outcome::Refuse),
        (2, Outcome::Admit),
        (254, Outcome::Admit),
        (255, Outcome::Refuse),
    ] {
        let numbers = Column {
            unit: 0,
            origin: Time::default(),
            ..hours(10, made(10), &[value])
        };
        let file = signed(numbers, &["east-status"]);
        let judge = Offer::new(1, asking(rule))
            .list(10)
            .column_as(file, 10, &[value])
            .judge();
        assert_eq!(
            judge.check(&code("east-code", 0), at(now())).outcome,
            outcome,
            "{value}"
        );
    }
}

/// A column that the gate never held: its rules cannot be asked, so they refuse nobody; the list counts all the same.
#[test]
fn a_column_that_is_not_held_is_unknown() {
    for logic in [NEGATIVE_48, "true"] {
        let judge = Offer::new(1, asking(logic)).list(10).judge();
        let verdict = judge.check(&code("east-code", 0), at(now()));
        assert_eq!(
            (verdict.outcome, verdict.reasons[0]),
            (Outcome::Refer, Reason::StatusUnknown)
        );
        expect(&judge.check(&code("west-code", 0), at(now())), Outcome::Admit, &[]);
        let revoked = judge.check(&code("east-code", 1), at(now()));
        assert_eq!(
            (revoked.outcome, revoked.reasons[0]),
            (Outcome::Refuse, Reason::StatusInvalid)
        );
    }
}

/// A code that is newer than the list: what its column does not know yet refuses nobody.
#[test]
fn an_index_past_the_list_is_unknown_whatever_the_rules_say() {
    let verdict = judge(NEGATIVE_48, &[HOURS]).check(&code("east-code", PAST), at(now()));
    expect(&verdict, Outcome::Refer, &[Reason::StatusUnknown, Reason::RuleNotMet]);
}

/// Another issuer's columns are none of this one's facts.
#[test]
fn columns_are_the_issuers_own() {
    let mut pack = asking(CARELESS);
    pack.issuers[1].rules = vec!["tested".parse().unwrap()];
    let judge = Offer::new(1, pack).list(10).tests(10, &[HOURS]).judge();
    expect(&judge.check(&code("east-code", 0), at(now())), Outcome::Admit, &[]);
    expect(
        &judge.check(&code("west-code", 0), at(now())),
        Outcome::Refer,
        &[Reason::RuleFailed],
    );
}
