//! What deltas say, what they lead to, and what is refused.

use proptest::prelude::*;

use super::*;
use crate::cbor;

fn between(old: &StatusList, new: &StatusList) -> Result<Delta, &'static str> {
    Delta::between(old, new, "east".parse().unwrap(), 3, 5, Time::saturating(1_800_000_000))
}

fn list(bytes: &[u8]) -> StatusList {
    StatusList::new(bytes).unwrap()
}

/// From 0 0 0 0 1 1 1 1 to 0 1 2 3 1 0 1 1 and a byte more, 0 0 0 2.
fn sample() -> (StatusList, StatusList, Delta) {
    let (old, new) = (list(&[0, 0x55]), list(&[0b11_10_01_00, 0b01_01_00_01, 0b10_00_00_00]));
    let delta = between(&old, &new).unwrap();
    (old, new, delta)
}

fn fault(delta: &Delta, old: &StatusList) -> Fault {
    delta.apply(old).unwrap_err().fault
}

#[test]
fn a_delta_leads_to_the_new_list() {
    let (old, new, delta) = sample();
    assert_eq!(delta.changes.each_ref().map(|group| group.count), [2, 2, 1]);
    assert_eq!(delta.apply(&old), Ok(new.clone()));
    let unchanged = between(&new, &new).unwrap();
    assert_eq!(unchanged.changes, [0; 3].map(|_| Group::default()));
    assert_eq!(unchanged.apply(&new), Ok(new));
}

#[test]
fn the_payload_is_as_the_format_says() {
    let (_, _, delta) = sample();
    let bytes = cbor::to_vec(&delta);
    let keys = [
        "from", "list", "size", "format", "issued", "result", "changes", "version",
    ];
    let ciborium::Value::Map(members) = ciborium::from_reader(&bytes[..]).unwrap() else {
        panic!("no map")
    };
    assert_eq!(
        members
            .iter()
            .map(|(key, _)| key.as_text().unwrap())
            .collect::<Vec<_>>(),
        keys
    );
    // By 1: indexes 1 and 5, gaps 1 and 3, 0 1 and 10 1 at k = 1. By 2: 2 and 11, gaps 2 and 8, 0 10 and 110 00. By 3: 3, 10 1.
    let group = |count: u8, k: u8, gaps: u8| {
        ciborium::Value::Array(vec![count.into(), k.into(), ciborium::Value::Bytes(vec![gaps])])
    };
    let groups = [
        group(2, 1, 0b0110_1000),
        group(2, 2, 0b0101_1000),
        group(1, 1, 0b1010_0000),
    ];
    assert_eq!(members[6].1, ciborium::Value::Array(groups.to_vec()));
    assert_eq!(cbor::from_slice::<Delta>(&bytes), Ok(delta));
}

#[test]
fn the_caller_is_told_what_makes_no_delta() {
    let (old, new, _) = sample();
    let of = |from, version| Delta::between(&old, &new, "east".parse().unwrap(), from, version, Time::default());
    assert!(of(1, 2).is_ok());
    for (from, version) in [(0, 1), (1, 1), (2, 1), (1, 1 << 53)] {
        assert!(of(from, version).is_err(), "{from} to {version}");
    }
    assert_eq!(between(&new, &old), Err("a list does not shrink"));
}

#[test]
fn what_leads_elsewhere_or_changes_twice_is_refused() {
    let (old, new, delta) = sample();
    assert_eq!(fault(&delta, &list(&[0b11, 0x55])), Fault::Elsewhere, "another list");
    let mut both = delta.clone();
    both.changes[1] = Group::of(&[1, 2]);
    assert_eq!(fault(&both, &old), Fault::Content("an index is changed twice"));
    let mut other = delta.clone();
    other.changes[2] = Group::default();
    assert_eq!(fault(&other, &old), Fault::Elsewhere);
    let mut past = delta.clone();
    past.changes[2] = Group::of(&[12]);
    assert_eq!(fault(&past, &old), Fault::Content("an index past the end of the list"));
    let mut small = delta.clone();
    small.size = 1;
    assert!(matches!(fault(&small, &old), Fault::Content(_)));
    let mut large = delta;
    large.size = MAX_LIST_BYTES as u64 + 1;
    assert!(matches!(fault(&large, &new), Fault::Content(_)));
}

#[test]
fn a_payload_out_of_bounds_is_no_delta() {
    let (_, _, good) = sample();
    let parsed = |change: fn(&mut Delta)| {
        let mut delta = good.clone();
        change(&mut delta);
        cbor::from_slice::<Delta>(&cbor::to_vec(&delta))
    };
    assert!(parsed(|_| ()).is_ok());
    assert!(parsed(|delta| delta.size = MAX_LIST_BYTES as u64 + 1).is_err());
    assert!(parsed(|delta| delta.version = delta.from).is_err());
    assert!(parsed(|delta| delta.from = 0).is_err());
    assert!(parsed(|delta| delta.changes[0].k = 27).is_err());
    assert!(parsed(|delta| delta.changes[0].count = 0).is_err());
    assert!(parsed(|delta| delta.changes[0] = Group::default()).is_ok());
}

#[test]
fn hostile_changes_end() {
    let (_, _, good) = sample();
    let old = StatusList::new(vec![0; 1 << 20]).unwrap();
    for byte in [0x00, 0xff, 0x55] {
        for k in [0, 1, MAX_K] {
            let group = Group {
                count: u64::MAX,
                k,
                gaps: vec![byte; 8 << 20],
            };
            let delta = Delta {
                size: 1 << 20,
                changes: [0; 3].map(|_| group.clone()),
                ..good.clone()
            };
            assert!(matches!(fault(&delta, &old), Fault::Content(_)), "{byte:x}, {k}");
        }
    }
}

proptest! {
    #[test]
    fn any_two_lists_have_a_delta(
        old in proptest::collection::vec(any::<u8>(), 0..60),
        grown in proptest::collection::vec(any::<u8>(), 0..20),
        masks in proptest::collection::vec(prop_oneof![3 => Just(0u8), 1 => any::<u8>()], 60),
    ) {
        let changed: Vec<u8> = old.iter().zip(&masks).map(|(byte, mask)| byte ^ mask).chain(grown).collect();
        let (old, new) = (list(&old), list(&changed));
        let delta = between(&old, &new).unwrap();
        let read: Delta = cbor::from_slice(&cbor::to_vec(&delta)).unwrap();
        prop_assert_eq!(&read, &delta);
        prop_assert_eq!(read.apply(&old), Ok(new));
    }

    #[test]
    fn applying_never_panics(
        old in proptest::collection::vec(any::<u8>(), 0..20),
        size in 0u64..30,
        k in 0..=MAX_K,
        counts in any::<[u8; 3]>(),
        gaps in proptest::collection::vec(any::<u8>(), 0..10),
    ) {
        let (_, _, good) = sample();
        let group = |count: u8| Group { count: count.into(), k, gaps: gaps.clone() };
        let delta = Delta { size, changes: counts.map(group), ..good };
        let _ = delta.apply(&list(&old));
    }

    #[test]
    fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = cbor::from_slice::<Delta>(&bytes);
    }
}
