//! Events and their leaves: bounds, bytes, and what any bytes do.

use proptest::prelude::*;

use postern_log::event::*;

fn new_event() -> impl Strategy<Value = NewEvent> {
    let words = (0_u8..8, 0_u8..3, 0_u8..4, 0_u8..3);
    let reasons = proptest::collection::vec("[a-z0-9-]{1,40}", 0..=MAX_REASONS);
    let person = proptest::option::of(any::<[u8; PERSON_LEN]>());
    let issuer = proptest::option::of("[a-z. 一-龥]{1,21}");
    let numbers = (0..=MAX_VERSION, 0..=MAX_VERSION, 0..=MAX_VERSION, 0..=MAX_AGE);
    (
        (0..=MAX_TIME, 0..=MAX_TIME),
        words,
        reasons,
        any::<Option<[u8; CODE_LEN]>>(),
        person,
        issuer,
        numbers,
    )
        .prop_map(|(times, words, reasons, code, person, issuer, numbers)| NewEvent {
            time: times.0,
            system: times.1,
            flags: Flags::from_bits(words.0).unwrap(),
            outcome: Outcome::from_number(words.1).unwrap(),
            reasons,
            code,
            person,
            issuer,
            root: numbers.0,
            pack: numbers.1,
            snapshot: numbers.2,
            age: numbers.3,
            grade: Grade::from_number(words.2).unwrap(),
            source: Source::from_number(words.3).unwrap(),
        })
}

fn plain() -> NewEvent {
    NewEvent {
        time: 1_640_000_000,
        system: 1_640_000_001,
        flags: Flags::default(),
        outcome: Outcome::Refer,
        reasons: vec!["status-stale".to_owned()],
        code: Some([0xc0; CODE_LEN]),
        person: None,
        issuer: Some("xa".to_owned()),
        root: 1,
        pack: 2,
        snapshot: 3,
        age: 4,
        grade: Grade::Stale,
        source: Source::Scanner,
    }
}

fn largest() -> NewEvent {
    NewEvent {
        time: MAX_TIME,
        system: MAX_TIME,
        flags: Flags::from_bits(7).unwrap(),
        reasons: vec!["z".repeat(MAX_REASON_LEN); MAX_REASONS],
        person: Some([0xff; PERSON_LEN]),
        issuer: Some("i".repeat(MAX_ISSUER_LEN)),
        root: MAX_VERSION,
        pack: MAX_VERSION,
        snapshot: MAX_VERSION,
        age: MAX_AGE,
        ..plain()
    }
}

#[test]
fn the_bytes_of_a_leaf() {
    let leaf = Event::new(7, plain()).unwrap().to_leaf();
    let expected = "9001071a61c06a001a61c06a010001816c7374617475732d7374616c65\
                    50c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0f662786101020304\
                    0202";
    assert_eq!(postern_core::hex(&leaf), expected.replace(' ', ""));
}

#[test]
fn the_longest_leaf() {
    let event = Event::new(MAX_SEQ, largest()).unwrap();
    assert_eq!(event.to_leaf().len(), MAX_LEAF_LEN);
    assert_eq!(Event::from_leaf(&event.to_leaf()), Ok(event));
    let long = vec![0; MAX_LEAF_LEN + 1];
    assert_eq!(Event::from_leaf(&long), Err(EventError::TooLong { len: long.len() }));
}

#[test]
fn every_bound_is_enforced() {
    let outside = |field, change: fn(&mut NewEvent)| {
        let mut event = largest();
        change(&mut event);
        assert_eq!(Event::new(0, event), Err(EventError::OutOfRange { field }));
    };
    assert_eq!(
        Event::new(MAX_SEQ + 1, plain()),
        Err(EventError::OutOfRange { field: "seq" })
    );
    outside("time", |e| e.time += 1);
    outside("system", |e| e.system += 1);
    outside("reasons", |e| e.reasons.push("one-more".to_owned()));
    outside("reasons", |e| e.reasons[3].push('z'));
    outside("reasons", |e| e.reasons[0].clear());
    outside("reasons", |e| e.reasons[15] = "Upper".to_owned());
    outside("reasons", |e| e.reasons[15] = "a,b".to_owned());
    outside("issuer", |e| e.issuer = Some(String::new()));
    outside("issuer", |e| e.issuer = Some("é".repeat(33)));
    outside("issuer", |e| e.issuer = Some("a\0b".to_owned()));
    outside("issuer", |e| e.issuer = Some("\u{9b}31m".to_owned()));
    outside("root", |e| e.root += 1);
    outside("pack", |e| e.pack += 1);
    outside("snapshot", |e| e.snapshot += 1);
    outside("age", |e| e.age += 1);
}

/// The leaf of `plain()` with element `index`, one byte long, replaced.
fn altered(at: usize, was: u8, byte: u8) -> Result<Event, EventError> {
    let mut leaf = Event::new(7, plain()).unwrap().to_leaf();
    assert_eq!(leaf[at], was, "the test looks at the right byte");
    leaf[at] = byte;
    Event::from_leaf(&leaf)
}

#[test]
fn unknown_numbers_are_refused() {
    let len = Event::new(7, plain()).unwrap().to_leaf().len();
    assert_eq!(altered(1, 1, 2), Err(EventError::Format { found: 2 }));
    assert_eq!(altered(13, 0, 8), Err(EventError::OutOfRange { field: "flags" }));
    assert_eq!(altered(14, 1, 3), Err(EventError::OutOfRange { field: "outcome" }));
    assert_eq!(altered(len - 2, 2, 4), Err(EventError::OutOfRange { field: "grade" }));
    assert_eq!(altered(len - 1, 2, 3), Err(EventError::OutOfRange { field: "source" }));
    assert!(
        matches!(altered(0, 0x90, 0x8f), Err(EventError::Cbor(_))),
        "an element fewer"
    );
    assert!(
        matches!(altered(0, 0x90, 0x91), Err(EventError::Cbor(_))),
        "an element more"
    );
    // 0xf7 is `undefined`, which decodes like `null` and must not pass for it.
    let null = len - 10;
    assert!(matches!(altered(null, 0xf6, 0xf7), Err(EventError::Cbor(_))));
}

#[test]
fn words_and_numbers() {
    assert_eq!(
        Outcome::ALL.iter().map(|o| o.as_str()).collect::<Vec<_>>(),
        ["admit", "refer", "refuse"]
    );
    assert_eq!(Outcome::from_number(2), Some(Outcome::Refuse));
    assert_eq!(Grade::ALL.len(), 4);
    assert_eq!(Grade::Stale.number(), 2);
    assert_eq!(Source::from_number(3), None);
    for bits in 0..=255 {
        assert_eq!(Flags::from_bits(bits).map(Flags::bits), (bits < 8).then_some(bits));
    }
}

proptest! {
    #[test]
    fn leaves_round_trip(seq in 0..=MAX_SEQ, details in new_event()) {
        let event = Event::new(seq, details).unwrap();
        let leaf = event.to_leaf();
        prop_assert!(leaf.len() <= MAX_LEAF_LEN);
        prop_assert_eq!(Event::from_leaf(&leaf), Ok(event));
    }

    #[test]
    fn any_bytes_are_refused_or_written_back(bytes in proptest::collection::vec(any::<u8>(), 0..900)) {
        if let Ok(event) = Event::from_leaf(&bytes) {
            prop_assert_eq!(event.to_leaf(), bytes);
        }
    }

    #[test]
    fn a_leaf_with_changed_bytes_is_refused_or_another(
        details in new_event(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), 1_u8..), 1..4),
    ) {
        let leaf = Event::new(9, details).unwrap().to_leaf();
        let mut changed = leaf.clone();
        for (index, xor) in changes {
            let at = index.index(changed.len());
            changed[at] ^= xor;
        }
        if let Ok(event) = Event::from_leaf(&changed) {
            prop_assert_eq!(event.to_leaf(), changed);
        }
    }
}
