//! The ways in which a list reaches a gate: whole, or by deltas.

use postern_core::repository::{self, NEWEST, UpdateError, Wanted};
use postern_core::trust::{DocumentKind, Held};
use postern_core::verdict::{Judge, Outcome, Reason};

use crate::common::*;
use crate::offer::*;

#[test]
fn each_status_has_its_reason() {
    let judge = Offer::day(1).judge();
    for (index, outcome, reasons) in [
        (0, Outcome::Admit, &[][..]),
        (1, Outcome::Refuse, &[Reason::StatusInvalid]),
        (2, Outcome::Refer, &[Reason::StatusSuspended]),
        (3, Outcome::Refuse, &[Reason::StatusRestricted]),
        (PAST - 1, judge_of_last(), &reason_of_last()),
        (PAST, Outcome::Refer, &[Reason::StatusUnknown]),
        (u32::MAX, Outcome::Refer, &[Reason::StatusUnknown]),
    ] {
        expect(&judge.check(&code("east-code", index), at(now())), outcome, reasons);
    }
}

/// Staff read the advice of the first reason: of a restricted person's expired code it is that of the restriction.
#[test]
fn a_red_code_that_has_expired_is_red_first() {
    let mut claims = claims();
    claims.record.index = 3;
    claims.expires = claims.issued.plus(DAY / 2);
    let verdict = Offer::day(1).judge().check(&minted("east-code", &claims), at(now()));
    expect(&verdict, Outcome::Refuse, &[Reason::StatusRestricted, Reason::Expired]);
}

/// The last index of the noise, by the format's own words: byte i / 4, bits 2 (i mod 4) and above.
fn last_status() -> u8 {
    content(1)[(PAST as usize - 1) / 4] >> 6
}

fn judge_of_last() -> Outcome {
    [Outcome::Admit, Outcome::Refuse, Outcome::Refer, Outcome::Refuse][usize::from(last_status())]
}

fn reason_of_last() -> Vec<Reason> {
    let reasons = [Reason::StatusInvalid, Reason::StatusSuspended, Reason::StatusRestricted];
    reasons
        .get(usize::from(last_status()).wrapping_sub(1))
        .copied()
        .into_iter()
        .collect()
}

#[test]
fn an_issuer_without_a_list_is_untouched() {
    for index in [0, 1, 2, 3, PAST] {
        let verdict = Offer::day(1).judge().check(&code("west-code", index), at(now()));
        expect(&verdict, Outcome::Admit, &[]);
        assert_eq!(verdict.data.age, 0, "east's list is none of west's data");
    }
}

/// A list that was never pinned is no reason to refuse an update.
#[test]
fn a_list_that_was_never_pinned_refers_its_codes() {
    let judge = Offer::new(1, listed(1)).judge();
    let verdict = judge.check(&code("east-code", 0), at(now()));
    expect(&verdict, Outcome::Refer, &[Reason::StatusUnknown]);
    expect(&judge.check(&code("west-code", 0), at(now())), Outcome::Admit, &[]);
}

#[test]
fn a_list_is_replaced_by_the_next() {
    let first = Offer::day(1).taken();
    let (second, asked) = Offer::day(2).asked(&first);
    assert_eq!(asked, ["status/east/2.status"]);
    assert_eq!((held(&first), held(&second.unwrap())), (content(1), content(2)));
}

#[test]
fn what_is_held_is_not_fetched_again() {
    let first = Offer::day_of_tests(1, &[1]).taken();
    let mut again = Offer::day_of_tests(1, &[1]);
    (again.version, again.issued) = (2, now().plus(DAY));
    let (second, asked) = again.asked(&first);
    assert!(asked.is_empty(), "{asked:?}");
    assert_eq!(held(&second.unwrap()), content(1));
}

/// What a gate that holds version 1 makes of a day, and what it asked for.
#[track_caller]
fn followed(offer: Offer, asked: &[&str]) -> Held {
    let (taken, found) = offer.asked(&Offer::day(1).taken());
    assert_eq!(found, asked);
    let trust = taken.unwrap();
    trust.status().list(&"east".parse().unwrap()).unwrap().clone()
}

#[test]
fn a_chain_of_deltas_gives_the_list_and_only_deltas_are_fetched() {
    let by_deltas = followed(
        Offer::day(4).delta(1, 2).delta(2, 3).delta(3, 4),
        &[
            "status/east/1-2.delta",
            "status/east/2-3.delta",
            "status/east/3-4.delta",
        ],
    );
    let whole = followed(Offer::day(4), &["status/east/4.status"]);
    assert_eq!(by_deltas.list(), whole.list());
    assert_eq!(
        by_deltas.content(),
        Some(&content(4)[..]),
        "the file alone does not give it back"
    );
    assert_eq!(whole.content(), None);
    for held in [by_deltas, whole] {
        assert_eq!((held.version(), held.issued()), (4, made(4)));
        assert_eq!(held.list().unwrap().bytes(), content(4));
    }
}

#[test]
fn at_each_version_the_delta_that_leads_furthest_is_taken() {
    followed(
        Offer::day(4).delta(1, 2).delta(1, 3).delta(2, 4).delta(3, 4),
        &["status/east/1-3.delta", "status/east/3-4.delta"],
    );
}

#[test]
fn deltas_apply_to_what_deltas_led_to() {
    let second = Offer::day(2).delta(1, 2).take(&Offer::day(1).taken()).unwrap();
    let (third, asked) = Offer::day(3).delta(2, 3).asked(&second);
    assert_eq!(asked, ["status/east/2-3.delta"]);
    assert_eq!(held(&third.unwrap()), content(3));
}

/// The whole list is taken in the place of deltas that cannot be followed.
#[track_caller]
fn falls_back(offer: Offer, asked: &[&str]) {
    let asked = [asked, &["status/east/3.status"]].concat();
    let held = followed(offer.clone(), &asked);
    assert_eq!((held.content(), held.list().unwrap().bytes()), (None, &content(3)[..]));
    // With the whole file missing too, that is the error.
    let mut bare = offer;
    bare.tree.remove("status/east/3.status");
    let (taken, found) = bare.asked(&Offer::day(1).taken());
    assert_eq!(found, asked);
    rejected(taken, DocumentKind::Status, "absent");
}

#[test]
fn a_chain_with_a_gap_falls_back_and_fetches_no_delta() {
    falls_back(Offer::day(3).delta(2, 3), &[]);
    falls_back(Offer::day(3).delta(1, 2), &[]);
    falls_back(Offer::day(3).delta(1, 4), &[]);
}

#[test]
fn a_delta_that_is_not_there_falls_back() {
    let mut offer = Offer::day(3).delta(1, 2).delta(2, 3);
    offer.tree.remove("status/east/2-3.delta");
    falls_back(offer, &["status/east/1-2.delta", "status/east/2-3.delta"]);
}

#[test]
fn a_delta_of_other_bytes_than_are_pinned_falls_back() {
    let mut offer = Offer::day(3).delta(1, 3);
    *offer.tree.get_mut("status/east/1-3.delta").unwrap().last_mut().unwrap() ^= 1;
    falls_back(offer, &["status/east/1-3.delta"]);
}

/// A signed delta other than the entry says: each of its three names.
#[test]
fn a_delta_of_another_list_or_version_falls_back() {
    for (list, from, version) in [("west", 1, 3), ("east", 2, 3), ("east", 1, 4)] {
        let delta = delta_of(list, (from, &content(1)), (version, &content(3)), made(3));
        let offer = Offer::day(3).delta_as(signed(delta, &["east-status"]), 1, 3);
        falls_back(offer, &["status/east/1-3.delta"]);
    }
}

#[test]
fn a_delta_by_another_key_falls_back() {
    let delta = delta_of("east", (1, &content(1)), (3, &content(3)), made(3));
    for signer in ["east-code", "west-status", "snapshot", "publisher-a", "stranger"] {
        let offer = Offer::day(3).delta_as(signed(delta.clone(), &[signer]), 1, 3);
        falls_back(offer, &["status/east/1-3.delta"]);
    }
    let unsigned = Offer::day(3).delta_as(signed(delta, &[]), 1, 3);
    falls_back(unsigned, &["status/east/1-3.delta"]);
}

#[test]
fn a_delta_outside_its_keys_time_falls_back() {
    for (from, until) in [(made(3).plus(1), MADE.plus(365 * DAY)), (MADE, made(2))] {
        let mut offer = Offer::day(3).delta(1, 3);
        // The list itself is by another key, so that only the delta is out of time.
        let east = &mut offer.pack.issuers[0];
        let first = key_of(east, "east-status");
        (first.from, first.until) = (from, until);
        add_status_key(east, "east-status-2");
        offer.pack.version = 2;
        offer.pins.retain(|entry| entry.from.is_some());
        let offer = offer.list_as(token("east-status-2", "east", 3, made(3), &content(3)), 3);
        falls_back(offer, &["status/east/1-3.delta"]);
    }
}

#[test]
fn a_delta_that_leads_elsewhere_falls_back() {
    // To a list that it names and the snapshot does not.
    let honest = delta_of("east", (1, &content(1)), (3, &content(7)), made(3));
    falls_back(
        Offer::day(3).delta_as(signed(honest, &["east-status"]), 1, 3),
        &["status/east/1-3.delta"],
    );
    // From a list that the gate does not hold.
    let foreign = delta_of("east", (1, &content(9)), (3, &content(3)), made(3));
    falls_back(
        Offer::day(3).delta_as(signed(foreign, &["east-status"]), 1, 3),
        &["status/east/1-3.delta"],
    );
}

#[test]
fn a_delta_dated_after_its_snapshot_falls_back() {
    let delta = delta_of("east", (1, &content(1)), (3, &content(3)), now().plus(DAY + 1));
    falls_back(
        Offer::day(3).delta_as(signed(delta, &["east-status"]), 1, 3),
        &["status/east/1-3.delta"],
    );
}

#[test]
fn a_chain_that_is_no_smaller_than_the_list_is_not_fetched() {
    let [old, new] = [[0], [1]];
    let delta = signed(delta_of("east", (1, &old), (2, &new), made(2)), &["east-status"]);
    let whole = token("east-status", "east", 2, made(2), &new);
    assert!(delta.len() > whole.len());
    let first = token("east-status", "east", 1, made(1), &old);
    let before = Offer::new(1, listed(1)).with(list_entry("east", 1, &first, &old), first);
    let after = Offer::new(2, listed(1))
        .with(list_entry("east", 2, &whole, &new), whole)
        .delta_as(delta, 1, 2);
    let (taken, asked) = after.asked(&before.taken());
    assert_eq!(asked, ["status/east/2.status"]);
    assert_eq!(held(&taken.unwrap()), new);
}

/// What an update brings is judged by: a code that was good is revoked by a delta.
#[test]
fn a_delta_revokes() {
    let before = Offer::day(4).taken();
    let after = Offer::day(5).delta(4, 5).take(&before).unwrap();
    let [before, after] = [before, after].map(|trust| Judge::new(trust).unwrap());
    let text = code("east-code", 4);
    expect(&before.check(&text, at(now())), Outcome::Admit, &[]);
    expect(
        &after.check(&text, at(now())),
        Outcome::Refuse,
        &[Reason::StatusInvalid],
    );
}

/// The tree as a medium has it: paths, bounds, pins, and what is missing by its name.
#[test]
fn a_repository_is_asked_by_path_size_and_pin() {
    let offer = Offer::day_of_tests(3, &[5]).delta(1, 3);
    let files = offer.files();
    let read = |wanted: Wanted<'_>| {
        let file = match wanted.path {
            NEWEST => Some(&files.snapshot),
            "pack/1.pack" => Some(&files.pack),
            "root/2.root" => None,
            path => offer.tree.get(path),
        };
        let entry = offer
            .pins
            .iter()
            .find(|entry| repository::status_path(entry) == wanted.path);
        assert_eq!(wanted.pin, entry.map(|entry| entry.pin()), "{}", wanted.path);
        if let Some(entry) = entry {
            assert_eq!(wanted.max as u64, entry.size);
        }
        Ok::<_, ()>(file.cloned())
    };
    let gate = Offer::new(1, with_column(1)).list(1).taken();
    let updated = repository::update(&gate, read).unwrap();
    assert_eq!(held(&updated), content(3));
    let column = updated
        .status()
        .column(&"east".parse().unwrap(), &TESTED.parse().unwrap());
    assert_eq!(column.unwrap().column().unwrap().bytes(), [5]);

    let without = |missing: &'static str| {
        move |wanted: Wanted<'_>| {
            if wanted.path.ends_with(missing) {
                Ok(None)
            } else {
                read(wanted)
            }
        }
    };
    assert_eq!(held(&repository::update(&gate, without(".delta")).unwrap()), content(3));
    let error = repository::update(&gate, without(".column")).unwrap_err();
    assert!(matches!(error, UpdateError::Missing(path) if path == "status/east/negative-test/3.column"));
}
