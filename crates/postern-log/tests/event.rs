//! Events and their leaves: bounds, bytes, and what any bytes do.

use proptest::prelude::*;

use postern_log::event::*;

/// Kind, source, about and operator that go together, for an event at `seq` 9 or later.
fn kinds() -> impl Strategy<Value = (Kind, Source, Option<u64>, Option<String>)> {
    let operator = || "[A-Za-z0-9._-]{1,32}";
    let of_codes = proptest::sample::select(&[Source::Text, Source::Picture, Source::Scanner][..]);
    prop_oneof![
        of_codes.prop_map(|source| (Kind::Code, source, None, None)),
        (0_u64..9).prop_map(|about| (Kind::Document, Source::Document, Some(about), None)),
        proptest::option::of(operator()).prop_map(|operator| (Kind::Manual, Source::Document, None, operator)),
        operator().prop_map(|operator| (Kind::Manual, Source::Hand, None, Some(operator))),
        (0_u64..9, operator()).prop_map(|(about, by)| (Kind::Override, Source::Hand, Some(about), Some(by))),
    ]
}

fn new_event() -> impl Strategy<Value = NewEvent> {
    let words = (0_u8..16, 0_u8..3, 0_u8..4);
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
        kinds(),
        proptest::option::of((any::<[u8; KID_LEN]>(), 0..=MAX_TIME, 0..=MAX_STATUS_INDEX)),
    )
        .prop_map(
            |(times, words, reasons, code, person, issuer, numbers, kinds, credential)| NewEvent {
                credential: credential
                    .filter(|_| kinds.0 == Kind::Code && code.is_some() && issuer.is_some())
                    .map(|(kid, issued, index)| Credential { kid, issued, index }),
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
                kind: kinds.0,
                source: kinds.1,
                about: kinds.2,
                operator: kinds.3,
            },
        )
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
        kind: Kind::Code,
        about: None,
        operator: None,
        credential: None,
    }
}

fn overridden() -> NewEvent {
    NewEvent {
        source: Source::Hand,
        kind: Kind::Override,
        about: Some(6),
        operator: Some("op-3".to_owned()),
        ..plain()
    }
}

fn with_credential() -> NewEvent {
    NewEvent {
        credential: Some(Credential {
            kid: [0xa0, 0xa1, 0xa2, 0xa3],
            issued: 1_639_999_999,
            index: 12_345_678,
        }),
        ..plain()
    }
}

fn largest() -> NewEvent {
    NewEvent {
        time: MAX_TIME,
        system: MAX_TIME,
        flags: Flags::from_bits(15).unwrap(),
        reasons: vec!["z".repeat(MAX_REASON_LEN); MAX_REASONS],
        person: Some([0xff; PERSON_LEN]),
        issuer: Some("i".repeat(MAX_ISSUER_LEN)),
        root: MAX_VERSION,
        pack: MAX_VERSION,
        snapshot: MAX_VERSION,
        age: MAX_AGE,
        about: Some(MAX_SEQ - 1),
        operator: Some("o".repeat(MAX_OPERATOR_LEN)),
        ..overridden()
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
fn the_bytes_of_a_leaf_of_format_2() {
    let leaf = Event::new(7, overridden()).unwrap().to_leaf();
    let expected = "9302071a61c06a001a61c06a010001816c7374617475732d7374616c65\
                    50c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0f662786101020304\
                    02040306646f702d33";
    assert_eq!(postern_core::hex(&leaf), expected);
    let emergency = NewEvent {
        flags: Flags::from_bits(8).unwrap(),
        ..plain()
    };
    let leaf = Event::new(7, emergency).unwrap().to_leaf();
    assert!(leaf.starts_with(&[0x93, 2, 7]) && leaf.ends_with(&[2, 2, 0, 0xf6, 0xf6]));
}

#[test]
fn the_bytes_of_a_leaf_of_format_3() {
    let leaf = Event::new(7, with_credential()).unwrap().to_leaf();
    let expected = "9603071a61c06a001a61c06a010001816c7374617475732d7374616c65\
                    50c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0f662786101020304\
                    020200f6f644a0a1a2a31a61c069ff1a00bc614e";
    assert_eq!(postern_core::hex(&leaf), expected);
}

#[test]
fn a_credential_goes_with_a_code_of_a_known_issuer() {
    let refused = |change: fn(&mut NewEvent), field| {
        let mut event = with_credential();
        change(&mut event);
        assert_eq!(Event::new(7, event), Err(EventError::OutOfRange { field }));
    };
    refused(|e| e.code = None, "kid");
    refused(|e| e.issuer = None, "kid");
    refused(
        |e| (e.kind, e.source, e.operator) = (Kind::Manual, Source::Hand, Some("op-3".to_owned())),
        "kid",
    );
    refused(|e| e.credential.as_mut().unwrap().issued = MAX_TIME + 1, "issued");
    refused(
        |e| e.credential.as_mut().unwrap().index = MAX_STATUS_INDEX + 1,
        "status_index",
    );
    // In format 3 without a credential: it is not the shape of that format.
    let mut leaf = Event::new(7, plain()).unwrap().to_leaf();
    leaf[..2].copy_from_slice(&[0x93, 3]);
    leaf.extend([0, 0xf6, 0xf6]);
    assert!(matches!(Event::from_leaf(&leaf), Err(EventError::Cbor(_))));
}

#[test]
fn an_event_has_one_format() {
    let format = |change: fn(&mut NewEvent)| {
        let mut event = plain();
        change(&mut event);
        Event::new(7, event).unwrap().leaf_format()
    };
    assert_eq!(format(|_| ()), 1);
    assert_eq!(format(|e| e.flags = Flags::from_bits(7).unwrap()), 1);
    assert_eq!(format(|e| e.flags.emergency = true), 2);
    let compared = |e: &mut NewEvent| (e.kind, e.source, e.about) = (Kind::Document, Source::Document, Some(0));
    assert_eq!(format(compared), 2);
    assert_eq!(format(|e| *e = overridden()), 2);
    assert_eq!(format(|e| *e = with_credential()), 3);
    assert_eq!(format(|e| (*e = with_credential(), e.flags.emergency = true).1), 3);

    let refused = |leaf: &[u8], found| assert_eq!(Event::from_leaf(leaf), Err(EventError::Format { found }));
    // In format 2, what format 1 can say.
    let mut leaf = Event::new(7, plain()).unwrap().to_leaf();
    leaf[..2].copy_from_slice(&[0x93, 2]);
    leaf.extend([0, 0xf6, 0xf6]);
    refused(&leaf, 2);
    // In format 1, what it cannot.
    refused(&altered(13, 0, 8), 1);
}

#[test]
fn what_goes_with_each_kind() {
    let (doc, hand) = (Source::Document, Source::Hand);
    for kind in Kind::ALL {
        for source in Source::ALL {
            for about in [None, Some(6)] {
                for operator in [None, Some("op-3".to_owned())] {
                    let given = (about.is_some(), operator.is_some());
                    let fits = match kind {
                        Kind::Code => {
                            [Source::Text, Source::Picture, Source::Scanner].contains(source) && given == (false, false)
                        }
                        Kind::Document => (*source, given) == (doc, (true, false)),
                        Kind::Manual => [(doc, false, false), (doc, false, true), (hand, false, true)]
                            .contains(&(*source, given.0, given.1)),
                        Kind::Override => (*source, given) == (hand, (true, true)),
                    };
                    let what = format!("{kind} {source} {given:?}");
                    let event = NewEvent {
                        kind: *kind,
                        source: *source,
                        about,
                        operator,
                        ..plain()
                    };
                    let made = Event::new(7, event);
                    assert_eq!(made.is_ok(), fits, "{what}: {made:?}");
                    if let Ok(event) = made {
                        assert_eq!(Event::from_leaf(&event.to_leaf()), Ok(event), "{what}");
                    }
                }
            }
        }
    }
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
        assert_eq!(Event::new(MAX_SEQ, event), Err(EventError::OutOfRange { field }));
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
    outside("about", |e| e.about = Some(MAX_SEQ));
    outside("about", |e| e.about = None);
    outside("operator", |e| e.operator = Some(String::new()));
    outside("operator", |e| e.operator = Some("o".repeat(MAX_OPERATOR_LEN + 1)));
    outside("operator", |e| e.operator = Some("op 3".to_owned()));
    outside("operator", |e| e.operator = Some("王".to_owned()));
    outside("operator", |e| e.operator = None);
    outside("source", |e| e.source = Source::Document);
}

/// The leaf of `plain()` with element `index`, one byte long, replaced.
fn altered(at: usize, was: u8, byte: u8) -> Vec<u8> {
    altered_of(plain(), at, was, byte)
}

fn altered_of(event: NewEvent, at: usize, was: u8, byte: u8) -> Vec<u8> {
    let mut leaf = Event::new(7, event).unwrap().to_leaf();
    assert_eq!(leaf[at], was, "the test looks at the right byte");
    leaf[at] = byte;
    leaf
}

#[test]
fn unknown_numbers_are_refused() {
    let read = |leaf: Vec<u8>| Event::from_leaf(&leaf);
    let outside = |leaf, field| assert_eq!(read(leaf), Err(EventError::OutOfRange { field }));
    let len = Event::new(7, plain()).unwrap().to_leaf().len();
    assert_eq!(read(altered(1, 1, 4)), Err(EventError::Format { found: 4 }));
    assert_eq!(read(altered(1, 1, 0)), Err(EventError::Format { found: 0 }));
    outside(altered(13, 0, 16), "flags");
    outside(altered(14, 1, 3), "outcome");
    outside(altered(len - 2, 2, 4), "grade");
    for source in [3, 4, 5] {
        outside(altered(len - 1, 2, source), "source");
    }
    let len = Event::new(7, overridden()).unwrap().to_leaf().len();
    let in_2 = |from_end, was, byte| altered_of(overridden(), len - from_end, was, byte);
    outside(in_2(7, 3, 4), "kind");
    outside(in_2(6, 6, 7), "about");
    outside(in_2(3, b'p', b' '), "operator");
    for (leaf, what) in [
        (altered(0, 0x90, 0x8f), "an element fewer"),
        (altered(0, 0x90, 0x91), "an element more"),
        (altered(1, 1, 2), "format 2 with the elements of format 1"),
        (altered(1, 1, 3), "format 3 with the elements of format 1"),
        (in_2(len, 0x93, 0x92), "an element fewer"),
        (in_2(len - 1, 2, 1), "format 1 with the elements of format 2"),
        (in_2(6, 6, 0xf7), "undefined for null"),
    ] {
        assert!(matches!(read(leaf), Err(EventError::Cbor(_))), "{what}");
    }
    // 0xf7 is `undefined`, which decodes like `null` and must not pass for it.
    let null = Event::new(7, plain()).unwrap().to_leaf().len() - 10;
    assert!(matches!(read(altered(null, 0xf6, 0xf7)), Err(EventError::Cbor(_))));
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
    assert_eq!(Source::from_number(4), Some(Source::Hand));
    assert_eq!(Source::from_number(5), None);
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, ["code", "document", "manual", "override"]);
    for bits in 0..=255 {
        assert_eq!(Flags::from_bits(bits).map(Flags::bits), (bits < 16).then_some(bits));
    }
}

proptest! {
    #[test]
    fn leaves_round_trip(seq in 9..=MAX_SEQ, details in new_event()) {
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
