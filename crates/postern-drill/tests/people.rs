//! Made-up people: the same for the same seed, spread as told, and every row valid.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use postern_core::products;
use postern_core::record::{Birth, Name, TestKind, TestResult};
use postern_core::tag::{Document, DocumentKind};
use postern_core::time::Time;
use postern_drill::people::{BadPeople, COLUMNS, MAX_COUNT, People, Person, write_csv};
use sha2::{Digest, Sha256};

/// 2026-11-23T08:00:00Z.
const AT: u64 = 1_795_420_800;

fn people(seed: u64, count: u64) -> People {
    People::new(seed, count, Time::from_seconds(AT).unwrap()).unwrap()
}

fn file(people: &People) -> Vec<u8> {
    let mut out = Vec::new();
    write_csv(people, &mut out).unwrap();
    out
}

/// Any change of the generator changes this hash, and whoever changes it does so on purpose.
#[test]
fn a_file_is_its_seed_count_and_time() {
    let made = file(&people(1, 1000));
    assert_eq!(
        postern_core::hex(&Sha256::digest(&made)),
        "60946777c5a8351ddce7c92bb726ea685905c1b1bf68b94fb3cc2a42a1b48523"
    );
    assert_eq!(made, file(&people(1, 1000)));
    assert_ne!(made, file(&people(2, 1000)));
    let later = People::new(1, 1000, Time::from_seconds(AT + 86_400).unwrap()).unwrap();
    assert_ne!(made, file(&later));
}

#[test]
fn all_rows_are_valid() {
    let at = Time::from_seconds(AT).unwrap().utc();
    let made = file(&people(3, 20_000));
    let mut csv = csv::Reader::from_reader(&made[..]);
    assert_eq!(csv.headers().unwrap(), &COLUMNS[..]);
    let (mut ids, mut documents) = (HashSet::new(), HashSet::new());
    let mut rows = 0;
    for row in csv.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let field = |name: &str| Some(row[name].as_str()).filter(|text| !text.is_empty());
        let together = |names: &[&str]| {
            let given = names.iter().filter(|name| field(name).is_some()).count();
            assert!(given == 0 || given == names.len(), "{row:?}");
            given > 0
        };
        rows += 1;
        assert_eq!(row["id"], format!("DEMO-{rows:08}"));
        assert!(ids.insert(row["id"].clone()));
        Name::try_from(row["name"].clone()).unwrap();
        let birth: Birth = row["birth"].parse().unwrap();
        assert!(birth.earliest() < at.date_naive());

        if together(&["document_kind", "document_country", "document_number"]) {
            let number = &row["document_number"];
            Document::new(&row["document_kind"], &row["document_country"], number).unwrap();
            let plain = number.replace(' ', "").to_uppercase();
            assert!(documents.insert(plain.clone()), "{plain}");
            match row["document_kind"].as_str() {
                "id" => check_identity_number(&plain, birth),
                "passport" => assert!(plain.len() == 10 && plain.starts_with("XX")),
                _ => assert!(plain.len() == 12 && plain.starts_with("DEMO")),
            }
        }
        if together(&["vaccine", "vaccine_dose", "vaccine_doses", "vaccinated"]) {
            let vaccine = &row["vaccine"];
            let product = products::by_name(vaccine).or_else(|| products::by_number(vaccine.parse().ok()?));
            assert!(product.is_some(), "{vaccine}");
            assert!((1..=3).contains(&row["vaccine_dose"].parse::<u8>().unwrap()));
            assert!((1..=3).contains(&row["vaccine_doses"].parse::<u8>().unwrap()));
            let day: NaiveDate = row["vaccinated"].parse().unwrap();
            assert!(birth.earliest() < day && day < at.date_naive());
        }
        if together(&["test_kind", "test_result", "test_sampled"]) {
            let sampled = &row["test_sampled"];
            let sampled = DateTime::parse_from_rfc3339(sampled)
                .map(|time| time.to_utc())
                .unwrap_or_else(|_| {
                    let local = NaiveDateTime::parse_from_str(sampled, "%Y-%m-%d %H:%M").unwrap();
                    (local - chrono::TimeDelta::hours(8)).and_utc()
                });
            assert!(sampled < at && sampled > at - chrono::TimeDelta::days(15));
        }
        if let Some(day) = field("recovered") {
            let day: NaiveDate = day.parse().unwrap();
            assert!(birth.earliest() < day && day < at.date_naive());
        }
    }
    assert_eq!(rows, 20_000);
}

/// GB 11643 by its own formula, the weights written out, other than the generator's.
fn check_identity_number(number: &str, birth: Birth) {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    assert_eq!(number.len(), 18);
    assert!(number[..17].bytes().all(|b| b.is_ascii_digit()), "{number}");
    assert!(number.starts_with("99"));
    let sum: u32 = number
        .bytes()
        .zip(WEIGHTS)
        .map(|(b, weight)| u32::from(b - b'0') * weight)
        .sum();
    assert_eq!(number.as_bytes()[17], b"10X98765432"[sum as usize % 11], "{number}");
    NaiveDate::parse_from_str(&number[6..14], "%Y%m%d").unwrap();
    // A partial date of birth agrees in what it says.
    assert!(
        number[6..14].starts_with(&birth.to_string().replace('-', "")),
        "{number} {birth}"
    );
}

#[test]
fn every_kind_of_fact_occurs_in_2000_rows() {
    let made: Vec<Person> = people(4, 2_000).iter().collect();
    let some = |what: &str, is: fn(&Person) -> bool| assert!(made.iter().any(is), "{what}");
    some("dose 1", |p| p.vaccination.is_some_and(|v| v.dose() == 1));
    some("dose 2", |p| p.vaccination.is_some_and(|v| v.dose() == 2));
    some("dose 3", |p| p.vaccination.is_some_and(|v| v.dose() == 3));
    some("unfinished", |p| p.vaccination.is_some_and(|v| v.dose() < v.doses()));
    some("no dose", |p| p.vaccination.is_none());
    some("nucleic acid", |p| {
        p.test.is_some_and(|t| t.kind == TestKind::NucleicAcid)
    });
    some("antigen", |p| p.test.is_some_and(|t| t.kind == TestKind::Antigen));
    some("detected", |p| p.test.is_some_and(|t| t.result == TestResult::Detected));
    some("no test", |p| p.test.is_none());
    some("recovered", |p| p.recovered.is_some());
    some("nothing", |p| {
        p.vaccination.is_none() && p.test.is_none() && p.recovered.is_none()
    });
    some("no document", |p| p.document.is_none());
    some("year and month of birth", |p| p.birth.to_string().len() == 7);
    some("year of birth", |p| p.birth.to_string().len() == 4);
    for kind in [DocumentKind::Id, DocumentKind::Passport, DocumentKind::Other] {
        assert!(made.iter().any(|p| p.document.as_ref().is_some_and(|d| d.kind == kind)));
    }
}

#[test]
fn the_spread_is_as_told() {
    const COUNT: u64 = 50_000;
    let made: Vec<Person> = people(5, COUNT).iter().collect();
    let share = |what: &str, bounds: std::ops::RangeInclusive<f64>, is: &dyn Fn(&Person) -> bool| {
        let share = made.iter().filter(|person| is(person)).count() as f64 * 100.0 / COUNT as f64;
        assert!(bounds.contains(&share), "{what}: {share} %");
    };
    let is_latin = |p: &Person| p.name.contains(|c: char| c.is_ascii_lowercase());
    let is_dotted = |p: &Person| p.name.contains('·');
    let age = |p: &Person| (AT as i64 / 86_400 - i64::from(p.birth.earliest().to_epoch_days())) / 365;
    share("Latin", 2.6..=3.4, &is_latin);
    share("dotted", 5.5..=6.5, &is_dotted);
    share("of two to four characters", 90.4..=91.6, &|p| {
        !is_latin(p) && !is_dotted(p) && (2..=4).contains(&p.name.chars().count())
    });
    share("王, the most common surname", 6.5..=8.5, &|p| p.name.starts_with('王'));
    share("compound surname", 0.02..=0.3, &|p| {
        p.name.starts_with("欧阳") || p.name.starts_with("上官")
    });
    share("under 15", 16.5..=19.5, &|p| age(p) < 15);
    share("60 and older", 17.2..=20.2, &|p| age(p) >= 60);
    share("without document", 0.8..=1.2, &|p| p.document.is_none());
    share("partial birth", 0.2..=0.6, &|p| p.birth.to_string().len() < 10);
    share("vaccinated", 82.0..=92.0, &|p| p.vaccination.is_some());
    share("boosted", 35.0..=48.0, &|p| {
        p.vaccination.is_some_and(|v| v.dose() == 3)
    });
    share("tested", 80.0..=88.0, &|p| p.test.is_some());
    share("tested within 48 hours", 50.0..=68.0, &|p| {
        p.test.is_some_and(|t| AT - t.sampled.seconds() <= 48 * 3600)
    });
    share("detected", 0.18..=0.36, &|p| {
        p.test.is_some_and(|t| t.result == TestResult::Detected)
    });
    share("recovered", 5.0..=7.0, &|p| p.recovered.is_some());
    share("women with an identity card", 43.5..=48.5, &|p| {
        p.document.as_ref().is_some_and(|d| d.kind == DocumentKind::Id)
            && p.document
                .as_ref()
                .is_some_and(|d| d.number.as_bytes()[16].is_multiple_of(2))
    });
}

#[test]
fn impossible_people_are_refused() {
    let at = |text: &str| Time::saturating(DateTime::parse_from_rfc3339(text).unwrap().timestamp());
    let refused = |seed, count, time| People::new(seed, count, at(time)).unwrap_err();
    assert_eq!(refused(1, 1, "2020-12-31T23:59:59Z"), BadPeople::At);
    assert_eq!(refused(1, 1, "2057-01-01T00:00:00Z"), BadPeople::At);
    assert_eq!(refused(1, MAX_COUNT + 1, "2026-01-01T00:00:00Z"), BadPeople::Count);
    for time in ["2021-01-01T00:00:00Z", "2056-12-31T23:59:59Z"] {
        let people = People::new(1, MAX_COUNT, at(time)).unwrap();
        assert_eq!(people.iter().take(1_000).count(), 1_000);
    }
    assert_eq!(people(1, 0).iter().count(), 0);
    assert_eq!(BadPeople::At.reason(), "time-out-of-range");
    assert!(BadPeople::Count.to_string().contains("89910000"));
}
