use proptest::prelude::*;

use super::*;
use crate::document::Field;
use crate::tag::Document;

/// Made-up documents with good check digits: a card, a larger card and a passport, as lines.
const CARD: [&str; 3] = [
    "I<PRTD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159PRT<<<<<<<<<<<6",
    "ANDERSSON<<EVA<MARIA<<<<<<<<<<",
];
const LARGE: [&str; 2] = [
    "I<PRTERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907PRT7408122F1204159<<<<<<<6",
];
const PASSPORT: [&str; 2] = [
    "P<CHNERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36CHN7408122F1204159ZE184226B<<<<<10",
];
const RESIDENT: &str = "11010519491231002X";
/// No code either, but nothing of a document.
const CODE: &str = "PC1:6BFY70X10";

fn took(given_up: Option<DocumentError>, line: Line) -> Assembled {
    Assembled { given_up, line }
}

fn document(kind: &str, country: &str, number: &str) -> Line {
    Line::Document(Reading {
        document: Document::new(kind, country, number).unwrap(),
        birth: None,
    })
}

fn papers() -> [(&'static [&'static str], Line); 4] {
    [
        (&CARD, document("id", "PT", "D23145890")),
        (&LARGE, document("id", "PT", "D23145890")),
        (&PASSPORT, document("passport", "CN", "L898902C3")),
        (&[RESIDENT], Line::Document(resident(RESIDENT).unwrap())),
    ]
}

#[test]
fn documents_come_in_lines_or_in_one() {
    let mut assembler = Assembler::new();
    for (lines, expected) in papers() {
        let (last, first) = lines.split_last().unwrap();
        for line in first {
            assert_eq!(assembler.line(line), took(None, Line::More));
            assert!(assembler.is_waiting());
            // A reader that ends lines with CR LF, read by one that takes either for the end.
            assert_eq!(assembler.line(""), took(None, Line::More));
        }
        assert_eq!(assembler.line(&format!("{last}\r")), took(None, expected.clone()));
        assert!(!assembler.is_waiting());
        assert_eq!(assembler.line(&lines.concat()), took(None, expected));
    }
    assert_eq!(assembler.line(""), took(None, Line::NotADocument));
}

#[test]
fn what_looks_like_neither_goes_on_as_a_code() {
    let mut assembler = Assembler::new();
    for line in [
        CODE,
        "HC1:NCFOXN%TS3DH3ZSUZK+",
        "",
        " ",
        "https://example.org/?a=<<<<<<<<<<<<<<<<<<<<<",
        "1101051949123100",
        "1101051949123100２",
        "ABCDE1234567890123456789012345",
        "PABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFG",
        "P1234",
        "A<<B",
        &CARD[0].to_lowercase(),
        &"<".repeat(91),
        &"9".repeat(100_000),
    ] {
        assert_eq!(assembler.line(line), took(None, Line::NotADocument), "{line}");
        assert!(!assembler.is_waiting());
    }
}

#[test]
fn a_line_that_does_not_go_on_gives_the_document_up() {
    let given_up = Some(DocumentError::Incomplete);
    for (lines, _) in papers() {
        for count in 1..lines.len() {
            for (other, expected) in [
                (CODE, Line::NotADocument),
                (RESIDENT, Line::Document(resident(RESIDENT).unwrap())),
                ("110105491231002", Line::Bad(DocumentError::NoCheckDigit)),
                (PASSPORT[0], Line::More),
                (LARGE[0], Line::More),
                (CARD[0], Line::More),
                (&PASSPORT.concat(), document("passport", "CN", "L898902C3")),
                (&CARD.concat(), document("id", "PT", "D23145890")),
            ] {
                let mut assembler = Assembler::new();
                for line in &lines[..count] {
                    assembler.line(line);
                }
                assert_eq!(assembler.line(other), took(given_up, expected), "{lines:?} {other}");
            }
            let mut assembler = Assembler::new();
            assembler.line(lines[0]);
            assert_eq!((assembler.give_up(), assembler.give_up()), (given_up, None));
        }
    }
}

#[test]
fn a_misread_line_is_of_its_document_and_no_code() {
    let bad = |error| took(None, Line::Bad(error));
    let mut assembler = Assembler::new();
    for (lines, place, to, error) in [
        (&PASSPORT[..], 9, "7", DocumentError::CheckDigit(Field::Number)),
        (&PASSPORT[..], 13, "O", DocumentError::CheckDigit(Field::Birth)),
        (&PASSPORT[..], 21, "", DocumentError::Incomplete),
        (&LARGE[..], 27, "8", DocumentError::CheckDigit(Field::Expiry)),
        (&LARGE[..], 0, "DD", DocumentError::Incomplete),
        (&CARD[..], 29, "7", DocumentError::CheckDigit(Field::Composite)),
        (&CARD[..], 29, "", DocumentError::Incomplete),
    ] {
        assembler.line(lines[0]);
        let misread = format!("{}{to}{}", &lines[1][..place], &lines[1][place + 1..]);
        let answer = lines[2..].iter().fold(assembler.line(&misread), |answer, line| {
            assert_eq!(answer, took(None, Line::More));
            assembler.line(line)
        });
        assert_eq!(answer, bad(error), "{misread}");
        assert!(!assembler.is_waiting());
    }
    // Later lines without the first, and a first one with a character lost.
    for part in [
        CARD[1],
        CARD[2],
        LARGE[1],
        PASSPORT[1],
        &PASSPORT[0][1..],
        &CARD[0][..29],
    ] {
        assert_eq!(assembler.line(part), bad(DocumentError::Incomplete), "{part}");
    }
    let visa = PASSPORT[0].replacen('P', "V", 1);
    assert_eq!(assembler.line(&visa), took(None, Line::More));
    assert_eq!(assembler.line(PASSPORT[1]), bad(DocumentError::Visa));
}

#[test]
fn debug_shows_nothing_of_a_document() {
    let mut assembler = Assembler::new();
    assembler.line(CARD[0]);
    assert_eq!(format!("{assembler:?}"), "Assembler(1 lines)");
}

proptest! {
    /// Whatever came before, a code's text is a code's text, and a whole document is a document.
    #[test]
    fn what_came_before_swallows_nothing(lines in prop::collection::vec("[A-Z0-9<]{30}|[PAICV][A-Z<][A-Z]{3}[A-Z<]{31}|\\PC{0,95}", 0..6), paper in 0usize..4) {
        let mut assembler = Assembler::new();
        for line in &lines {
            let waited = assembler.is_waiting();
            let answer = assembler.line(line);
            // No line is gone without a word: the document that waited is finished, goes on or is given up.
            let finished = matches!(answer.line, Line::Bad(_) | Line::Document(_)) && answer.given_up.is_none();
            prop_assert!(!waited || answer.given_up.is_some() || finished || answer.line == Line::More);
            prop_assert_eq!(assembler.is_waiting(), answer.line == Line::More);
        }
        let mut codes = Assembler(assembler.0.take());
        prop_assert_eq!(codes.line(CODE).line, Line::NotADocument);
        let (parts, expected) = &papers()[paper];
        prop_assert_eq!(&codes.line(&parts.concat()).line, expected);
    }
}
