use proptest::prelude::*;

use super::super::row::Encoding;
use super::*;

/// Every column filled; the person is made up and the card is the standard's example.
const HEADER: &str = "id,name,birth,document_kind,document_country,document_number,vaccine,vaccine_dose,\
                      vaccine_doses,vaccinated,test_kind,test_result,test_sampled,recovered";
const FULL: [&str; 14] = [
    "A-1",
    "样本甲",
    "1949-12-31",
    "id",
    "CN",
    "11010519491231002X",
    "CoronaVac",
    "2",
    "2",
    "2026-01-31",
    "nucleic-acid",
    "not-detected",
    "2026-11-22 16:00",
    "2022-12-20",
];

/// What is changed in the full row, and the reject that it makes.
type Case<'a> = (&'a [(Column, &'a str)], Column, Reason);

fn columns() -> Columns {
    Columns::from_header(&Row::new(1, HEADER.split(','))).unwrap()
}

fn with(changes: &[(Column, &str)]) -> Result<Applicant, Reject> {
    let mut fields = FULL;
    for (column, value) in changes {
        fields[Column::ALL.iter().position(|known| known == column).unwrap()] = value;
    }
    columns().applicant(&Row::new(5, fields))
}

fn issued() -> Time {
    Time::saturating(1_795_334_400 + 3600)
}

#[test]
fn a_full_row_and_an_empty_one() {
    let facts = with(&[]).unwrap().facts(issued()).unwrap();
    assert_eq!(
        (facts.test.unwrap().age(), facts.vaccination.unwrap().product()),
        (60, 1)
    );
    assert_eq!(facts.recovery.map(|day| day.to_string()).as_deref(), Some("2022-12-20"));
    let mut empty = [""; 14];
    empty[0] = "A.b_9";
    let nobody = columns().applicant(&Row::new(2, empty)).unwrap();
    assert_eq!((nobody.name(), nobody.birth(), nobody.paper()), (None, None, None));
    assert_eq!(nobody.facts(issued()), Ok(Facts::default()));
}

#[test]
fn every_reason_of_a_row_is_given_with_its_column() {
    use Column::*;
    let mut cases: Vec<Case<'_>> = vec![
        (&[(Id, "")], Id, Reason::IdMissing),
        (&[(Id, "a b")], Id, Reason::IdInvalid),
        (&[(Id, "编号")], Id, Reason::IdInvalid),
        (&[(Id, "../x")], Id, Reason::IdInvalid),
        (&[(Name, "样\u{1b}本")], Name, Reason::NameNotPrintable),
        (&[(Name, "a\tb")], Name, Reason::NameNotPrintable),
        (&[(Name, "样\u{202e}本")], Name, Reason::NameNotPrintable),
        (&[(Birth, "1949-02-30")], Birth, Reason::BirthInvalid),
        (&[(Birth, "1899")], Birth, Reason::BirthInvalid),
        (&[(Birth, "1949/12/31")], Birth, Reason::BirthInvalid),
        (&[(Birth, "1949-11")], Birth, Reason::BirthNotThatOfTheCard),
        (&[(DocumentKind, "")], DocumentKind, Reason::DocumentIncomplete),
        (&[(DocumentNumber, "")], DocumentNumber, Reason::DocumentIncomplete),
        (&[(DocumentKind, "驾驶证")], DocumentKind, Reason::DocumentKindUnknown),
        (
            &[(DocumentCountry, "China")],
            DocumentCountry,
            Reason::DocumentCountryInvalid,
        ),
        (
            &[(DocumentKind, "passport"), (DocumentNumber, "E1.0E+17")],
            DocumentNumber,
            Reason::DocumentNumberInvalid,
        ),
        (
            &[(DocumentNumber, "110105194912310021")],
            DocumentNumber,
            Reason::IdCardCheckDigit,
        ),
        (
            &[(DocumentNumber, "1101051949")],
            DocumentNumber,
            Reason::IdCardMalformed,
        ),
        (&[(VaccineDoses, "")], VaccineDoses, Reason::VaccinationIncomplete),
        (&[(Vaccine, "coronavac")], Vaccine, Reason::VaccineUnknown),
        (&[(Vaccine, "0")], Vaccine, Reason::VaccineUnknown),
        (&[(VaccineDose, "0")], VaccineDose, Reason::DoseInvalid),
        (&[(VaccineDoses, "100")], VaccineDoses, Reason::DoseInvalid),
        (&[(Vaccinated, "2026-02-30")], Vaccinated, Reason::DateInvalid),
        (&[(Vaccinated, "2019-12-31")], Vaccinated, Reason::DateOutOfRange),
        (&[(TestSampled, "")], TestSampled, Reason::TestIncomplete),
        (&[(TestKind, "PCR")], TestKind, Reason::TestKindUnknown),
        (&[(TestResult, "ok")], TestResult, Reason::TestResultUnknown),
        (&[(TestSampled, "2026-11-22")], TestSampled, Reason::TestTimeInvalid),
        (&[(Recovered, "2022-13-01")], Recovered, Reason::DateInvalid),
    ];
    let long = "样".repeat(33);
    let long = [(Name, long.as_str())];
    cases.push((&long, Name, Reason::NameTooLong));
    for (changes, column, reason) in cases {
        let expected = Reject {
            line: 5,
            column: Some(column),
            reason,
        };
        assert_eq!(with(changes), Err(expected), "{changes:?}");
    }
}

#[test]
fn a_row_of_another_shape_is_no_applicant() {
    let reject = |bytes: &[u8]| columns().applicant(&Row::parse(9, bytes, Encoding::Utf8)).unwrap_err();
    let (expected, found) = (14, 2);
    assert_eq!(reject(b"A-1,x").reason, Reason::RaggedRow { expected, found });
    assert!(matches!(reject(&[b','; 80]).reason, Reason::RaggedRow { .. }));
    assert_eq!(reject(b"A-1,\"x").reason, Reason::QuoteOpen);
    let not_text = reject(b"A-1,\xff,,,,,,,,,,,,");
    assert_eq!(
        (not_text.reason, not_text.column, not_text.line),
        (Reason::NotText, Some(Column::Name), 9)
    );
    assert_eq!(reject(&vec![b'a'; 70_000]).reason, Reason::LineTooLong);
    assert_eq!(reject(&vec![b'a'; 5_000]).reason, Reason::FieldTooLong);
}

#[test]
fn what_lies_after_the_issue_is_no_fact() {
    use Column::*;
    for (column, value, reason) in [
        (Vaccinated, "2026-11-23", Reason::DateInFuture),
        (Recovered, "2026-11-23", Reason::DateInFuture),
        (TestSampled, "2026-11-22 17:01", Reason::TestInFuture),
        (TestSampled, "1990-11-22 17:01", Reason::TestTooOld),
    ] {
        let late = with(&[(column, value)]).unwrap();
        let reject = late.facts(issued()).unwrap_err();
        assert_eq!(
            (reject.column, reject.reason, reject.line),
            (Some(column), reason, 5),
            "{value}"
        );
    }
    let unborn = [
        (Birth, "2030"),
        (DocumentKind, ""),
        (DocumentCountry, ""),
        (DocumentNumber, ""),
    ];
    assert_eq!(with(&unborn).unwrap().facts(issued()).unwrap_err().column, Some(Birth));
    // 17:00 in China is the minute of the issue, and the 22nd is its day.
    for (column, value) in [(TestSampled, "2026-11-22 17:00"), (Vaccinated, "2026-11-22")] {
        assert!(with(&[(column, value)]).unwrap().facts(issued()).is_ok(), "{value}");
    }
    let card = [(Birth, ""), (DocumentNumber, "110105205001010020")];
    let card = (0..=10u8).find_map(|check| {
        let check = if check == 10 { 'X' } else { char::from(b'0' + check) };
        with(&[card[0], (DocumentNumber, &format!("11010520500101002{check}"))]).ok()
    });
    assert_eq!(card.unwrap().facts(issued()).unwrap_err().column, Some(DocumentNumber));
}

#[test]
fn the_content_is_what_is_said_and_not_how() {
    use Column::*;
    let content = with(&[]).unwrap().content();
    for same in [
        [(DocumentNumber, "110105 19491231-002x"), (DocumentKind, "身份证")],
        [(TestSampled, "2026-11-22T08:00:30Z"), (TestKind, "核酸")],
        [(TestResult, "阴性"), (Vaccine, "1")],
    ] {
        assert_eq!(with(&same).unwrap().content(), content, "{same:?}");
    }
    let card = |number| [(DocumentKind, "passport"), (DocumentNumber, number)];
    let mut contents = vec![
        content,
        with(&card("E1")).unwrap().content(),
        with(&card("E2")).unwrap().content(),
    ];
    for (column, value) in [
        (Id, "A-2"),
        (Name, "样本乙"),
        (Name, ""),
        (Birth, "1949"),
        (Vaccine, "2"),
        (VaccineDose, "3"),
        (Vaccinated, "2026-01-30"),
        (TestKind, "antigen"),
        (TestResult, "detected"),
        (TestSampled, "2026-11-22 16:01"),
        (Recovered, ""),
    ] {
        contents.push(with(&[(column, value)]).unwrap().content());
    }
    contents.sort();
    assert!(contents.windows(2).all(|pair| pair[0] != pair[1]));
}

proptest! {
    #[test]
    fn no_bytes_make_an_applicant_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for encoding in [Encoding::Utf8, Encoding::Gb18030] {
            let row = Row::parse(1, &bytes, encoding);
            if let Ok(columns) = Columns::from_header(&row) {
                let _ = columns.applicant(&row);
            }
            let _ = columns().applicant(&row);
        }
    }

    #[test]
    fn no_values_make_an_applicant_panic(values in proptest::collection::vec("[0-9X:TZ+ a-z\\-阴性]{0,20}", 14), at in 0i64..253_402_300_800) {
        let row = Row::new(1, values.iter().map(String::as_str));
        if let Ok(applicant) = columns().applicant(&row) {
            let _ = (applicant.content(), applicant.facts(Time::saturating(at / 60 * 60)));
        }
    }
}
