use proptest::prelude::*;

use super::*;

/// The specimens of Doc 9303 parts 5, 6 and 4: of Utopia, which is no country. The second is that of a long number.
const SPECIMENS: [&str; 4] = [
    "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<",
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10",
];

/// The state of a zone made another; no check digit covers it.
fn of_state(zone: &str, state: &str) -> String {
    format!("{}{state:<<3}{}", &zone[..2], &zone[5..])
}

fn size_of(zone: &str) -> Size {
    Size::ALL.into_iter().find(|size| size.len() == zone.len()).unwrap()
}

fn digit(characters: impl Iterator<Item = u8>) -> u8 {
    let sum: u32 = characters
        .zip([7, 3, 1].iter().cycle())
        .map(|(c, w)| value(c).unwrap() * w)
        .sum();
    b'0' + (sum % 10) as u8
}

/// The zone with this text at a place and the composite check digit made good.
fn with(zone: &str, at: usize, text: &str) -> String {
    let mut bytes = zone.as_bytes().to_vec();
    bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    let layout = size_of(zone).layout();
    let covered: Vec<u8> = layout
        .covered
        .iter()
        .flat_map(|range| bytes[range.clone()].to_vec())
        .collect();
    bytes[layout.composite] = digit(covered.into_iter());
    String::from_utf8(bytes).unwrap()
}

#[track_caller]
fn is(joined: &str, kind: &str, country: &str, number: &str) {
    let document = Document::new(kind, country, number).unwrap();
    assert_eq!(zone(joined), Ok(Reading { document, birth: None }), "{joined}");
}

#[test]
fn the_specimens_are_of_no_country_and_else_good() {
    for (specimen, kind, number) in [
        (SPECIMENS[0], "id", "D23145890"),
        (SPECIMENS[1], "id", "D23145890734"),
        (SPECIMENS[2], "id", "D23145890"),
        (SPECIMENS[3], "passport", "L898902C3"),
    ] {
        assert_eq!(zone(specimen), Err(DocumentError::Country), "{specimen}");
        is(&of_state(specimen, "CHN"), kind, "CN", number);
        is(&of_state(specimen, "D"), kind, "DE", number);
        is(&of_state(specimen, "GBO"), kind, "GB", number);
    }
}

#[test]
fn each_check_digit_is_named() {
    for specimen in SPECIMENS {
        let (size, layout) = (size_of(specimen), size_of(specimen).layout());
        let long = specimen.as_bytes()[layout.number.end] == FILLER;
        let number = if long {
            layout.optional.start + 3
        } else {
            layout.number.end
        };
        let mut places = vec![
            (number, Field::Number),
            (layout.birth.end, Field::Birth),
            (layout.expiry.end, Field::Expiry),
            (layout.composite, Field::Composite),
        ];
        if size == Size::Td3 {
            places.push((layout.optional.end, Field::PersonalNumber));
        }
        for (place, field) in places {
            let old = specimen.as_bytes()[place];
            for other in (b'0'..=b'9').chain(*b"<OX").filter(|other| *other != old) {
                let mut wrong = specimen.as_bytes().to_vec();
                wrong[place] = other;
                let wrong = String::from_utf8(wrong).unwrap();
                assert_eq!(zone(&wrong), Err(DocumentError::CheckDigit(field)), "{wrong}");
            }
        }
        // What only the composite covers.
        let place = if size == Size::Td1 { 50 } else { layout.optional.start };
        let wrong = format!("{}B{}", &specimen[..place], &specimen[place + 1..]);
        let field = if size == Size::Td3 {
            Field::PersonalNumber
        } else {
            Field::Composite
        };
        assert_eq!(zone(&wrong), Err(DocumentError::CheckDigit(field)), "{wrong}");
    }
}

#[test]
fn no_personal_number_has_0_or_a_filler() {
    let passport = of_state(SPECIMENS[3], "CHN");
    for check in ["0", "<"] {
        is(
            &with(&passport, 72, &format!("{:<<14}{check}", "")),
            "passport",
            "CN",
            "L898902C3",
        );
    }
    let wrong = with(&passport, 72, &format!("{:<<14}1", ""));
    assert_eq!(zone(&wrong), Err(DocumentError::CheckDigit(Field::PersonalNumber)));
    // A personal number that weighs 0 has the digit all the same.
    let wrong = with(&passport, 72, &format!("{:<<14}<", "A0"));
    assert_eq!(zone(&wrong), Err(DocumentError::CheckDigit(Field::PersonalNumber)));
}

#[test]
fn a_number_has_no_fillers_and_may_be_long() {
    let check = |number: &str| char::from(digit(number.bytes()));
    let card = of_state(SPECIMENS[0], "PRT");
    let short = |number: &str| with(&card, 5, &format!("{number:<<9}{}", check(number)));
    is(&short("A1"), "id", "PT", "A1");
    is(&short("12<34<5"), "id", "PT", "12345");
    assert_eq!(zone(&short("")), Err(DocumentError::Malformed), "no number");
    let long = |number: &str, optional: &str| {
        let (head, tail) = number.split_at(9);
        let optional = format!("{tail}{}{optional}", check(number));
        with(&card, 5, &format!("{head}<{optional:<<15}"))
    };
    is(&long("D23145890734", ""), "id", "PT", "D23145890734");
    is(&long("D23145890734", "<ABC"), "id", "PT", "D23145890734");
    is(&long("D231458901", ""), "id", "PT", "D231458901");
    let longest = "D23145890ABCDEFGHIJKLMN";
    is(&long(longest, ""), "id", "PT", longest);
    let wrong = Err(DocumentError::CheckDigit(Field::Number));
    // Nothing goes on; only a check digit; a short number; a TD3 knows no long one.
    for optional in ["", "5"] {
        assert_eq!(zone(&with(&card, 5, &format!("D23145890<{optional:<<15}"))), wrong);
    }
    assert_eq!(zone(&with(&card, 5, "D2314589<<7349<<<<<<<<<<<")), wrong);
    let passport = of_state(SPECIMENS[3], "PRT");
    assert_eq!(zone(&with(&passport, 44, "L898902C3<")), wrong);
    // The same in a TD2, whose optional data has room for six characters and the check digit.
    let card = of_state(SPECIMENS[2], "PRT");
    let td2 = with(&with(&card, 36, "D23145890<"), 64, "7349<<<");
    is(&td2, "id", "PT", "D23145890734");
    let number = "D23145890ABCDEF";
    let tail = format!("ABCDEF{}", check(number));
    is(&with(&with(&card, 36, "D23145890<"), 64, &tail), "id", "PT", number);
}

#[test]
fn dates_are_dates_or_unknown() {
    let passport = of_state(SPECIMENS[3], "CHN");
    let dated = |at: usize, date: &str| {
        let check = digit(date.bytes());
        zone(&with(&passport, at, &format!("{date}{}", char::from(check))))
    };
    for at in [57, 65] {
        for good in ["740812", "740800", "74<<<<", "<<<<<<", "991231"] {
            assert!(dated(at, good).is_ok(), "{good}");
        }
        for bad in ["741312", "740832", "74<81<", "74O812", "AAAAAA"] {
            assert_eq!(dated(at, bad), Err(DocumentError::Malformed), "{bad}");
        }
    }
}

#[test]
fn the_code_says_the_kind() {
    for (specimen, codes, kind) in [
        (SPECIMENS[0], ["I<", "AC", "ID", "C<", "IP"], "id"),
        (SPECIMENS[2], ["I<", "AC", "ID", "C<", "IP"], "id"),
        (SPECIMENS[3], ["P<", "PO", "PD", "PS", "PE"], "passport"),
    ] {
        let good = of_state(specimen, "CHN");
        for code in codes {
            let read = zone(&format!("{code}{}", &good[2..])).unwrap();
            assert_eq!(read.document.kind().as_str(), kind, "{code}");
        }
        for code in ["X<", "1<", "<<", "B1", "I1", "P1"] {
            let read = zone(&format!("{code}{}", &good[2..]));
            assert_eq!(read, Err(DocumentError::Malformed), "{code}");
        }
    }
    assert_eq!(zone(&format!("P{}", &SPECIMENS[0][1..])), Err(DocumentError::Malformed));
    assert_eq!(zone(&format!("I{}", &SPECIMENS[3][1..])), Err(DocumentError::Malformed));
    for visa in [SPECIMENS[2], SPECIMENS[3]] {
        assert_eq!(zone(&format!("V{}", &visa[1..])), Err(DocumentError::Visa));
    }
    assert_eq!(zone(&format!("V{}", &SPECIMENS[0][1..])), Err(DocumentError::Malformed));
    for state in ["<<<", "<CN", "C<N", "C1N", "123"] {
        assert_eq!(
            zone(&of_state(SPECIMENS[3], state)),
            Err(DocumentError::Malformed),
            "{state}"
        );
    }
}

#[test]
fn length_and_characters_are_checked() {
    let passport = of_state(SPECIMENS[3], "CHN");
    assert_eq!(zone(&passport[..87]), Err(DocumentError::Incomplete));
    assert_eq!(zone(""), Err(DocumentError::Incomplete));
    for bad in [
        passport.to_lowercase(),
        passport.replacen('<', " ", 1),
        passport.replacen("<<", "é", 1),
    ] {
        assert_eq!(zone(&bad), Err(DocumentError::Malformed), "{bad}");
    }
}

prop_compose! {
    /// A zone with good check digits of a made-up document from China.
    pub(crate) fn any_zone()(
        specimen in 0usize..4,
        number in "[A-Z0-9]{9}",
        birth in "[0-9]{2}0[1-9]1[0-9]",
        expiry in "[0-9]{2}0[1-9]1[0-9]",
        optional in "[A-Z0-9<]{7}",
    ) -> String {
        let specimen = of_state(SPECIMENS[specimen], "CHN");
        let (size, layout) = (size_of(&specimen), size_of(&specimen).layout());
        let checked = |zone: &str, at: usize, text: &str| with(zone, at, &format!("{text}{}", char::from(digit(text.bytes()))));
        let zone = checked(&specimen, layout.number.start, &number);
        let zone = checked(&zone, layout.birth.start, &birth);
        let zone = checked(&zone, layout.expiry.start, &expiry);
        match size {
            Size::Td3 => checked(&zone, layout.optional.start, &format!("{optional:<<14}")),
            _ => with(&zone, layout.optional.start, &optional),
        }
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,92}|[A-Z0-9<]{72}|[A-Z0-9<]{88}|[A-Z0-9<]{90}") {
        let _ = zone(&text);
    }

    /// What Doc 9303 promises, and no more: a character for one whose value differs by a multiple of ten may pass.
    #[test]
    fn a_wrong_character_of_another_value_is_noticed(good in any_zone(), at in 0usize..90, to in "[A-Z0-9<]") {
        prop_assert!(zone(&good).is_ok(), "{good}");
        let layout = size_of(&good).layout();
        let mut places: Vec<usize> = layout.covered.into_iter().flatten().collect();
        places.push(layout.composite);
        let place = places[at % places.len()];
        let (from, to) = (good.as_bytes()[place], to.as_bytes()[0]);
        if value(from).unwrap() % 10 != value(to).unwrap() % 10 {
            let mut wrong = good.into_bytes();
            wrong[place] = to;
            prop_assert!(zone(std::str::from_utf8(&wrong).unwrap()).is_err());
        }
    }
}

/// The limit of the check digits, so that nobody believes more of them.
#[test]
fn values_ten_apart_are_not_told_apart() {
    let passport = of_state(SPECIMENS[3], "CHN");
    let misread = passport.replacen("L898902C3", "B898902C3", 1);
    is(&misread, "passport", "CN", "B898902C3");
}
