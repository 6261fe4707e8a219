//! Files with mistakes in them, of which each must be rejected and none may stop the rest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::{Days, NaiveDate};
use postern_core::record::{Birth, Vaccination};
use postern_core::tag::DocumentKind;
use postern_core::time::Day;

use super::documents::{self, Document, Serial};
use super::{COLUMNS, Drawn, Line, People, Person, Rows};

/// A mistake that a row can have. Each faulty row has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The row before it once more, `id` and all.
    DuplicatePerson,
    /// Born on the 30th of February.
    ImpossibleDate,
    /// Fewer fields than the header.
    RaggedRow,
    /// A vaccine that is not a listed name, nor a number.
    UnknownVaccine,
    /// A resident identity number with another check digit than GB 11643 asks for.
    WrongCheckDigit,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::DuplicatePerson,
        Self::ImpossibleDate,
        Self::RaggedRow,
        Self::UnknownVaccine,
        Self::WrongCheckDigit,
    ];

    /// The reason with which the issuer rejects such a row (`postern_issuer::mint::people::Reason`).
    pub const fn reason(self) -> &'static str {
        match self {
            Self::DuplicatePerson => "id-duplicate",
            Self::ImpossibleDate => "birth-invalid",
            Self::RaggedRow => "ragged-row",
            Self::UnknownVaccine => "vaccine-unknown",
            Self::WrongCheckDigit => "id-card-check-digit",
        }
    }
}

/// Writes all rows of `people` and `faults` faulty ones between them, evenly spread, the kinds in turn; returns how many
/// rejects of each kind a reader must find. Without people there are no faults either, as each stands after a row.
///
/// Faulty rows have ids of their own, `DEMO-FAULT-00000001` and so on, but for the duplicates.
///
/// # Errors
///
/// Those of `out`.
pub fn write_csv_with_faults(people: &People, faults: u64, out: impl Write) -> io::Result<BTreeMap<Fault, u64>> {
    // Ragged rows are written on purpose.
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(out);
    csv.write_record(COLUMNS)?;
    let mut extra = people.rows_from(people.count());
    let mut line = Line::default();
    let mut written = BTreeMap::new();
    let mut done = 0;
    for (row, person) in (1u64..).zip(people) {
        line.fill(&person);
        csv.write_byte_record(line.fields())?;
        // So many faults belong before the end of this row: wide, as both numbers are foreign.
        let due = (u128::from(faults) * u128::from(row) / u128::from(people.count())) as u64;
        while done < due {
            let fault = Fault::ALL[(done % Fault::ALL.len() as u64) as usize];
            done += 1;
            csv.write_record(faulty(fault, &person, &mut extra, done))?;
            *written.entry(fault).or_default() += 1;
        }
    }
    csv.flush()?;
    Ok(written)
}

/// The fields of the `n`-th faulty row.
fn faulty(fault: Fault, last: &Person, extra: &mut Rows, n: u64) -> Vec<String> {
    if fault == Fault::DuplicatePerson {
        return fields(last);
    }
    let Drawn {
        mut person,
        serial,
        birth,
    } = extra.draw();
    person.id = format!("DEMO-FAULT-{n:08}");
    match fault {
        Fault::UnknownVaccine => person.vaccination = Some(some_vaccination(extra)),
        Fault::WrongCheckDigit => {
            person.birth = Birth::from_date(birth).expect("generated dates of birth are within Birth's years");
            person.document = Some(Document {
                kind: DocumentKind::Id,
                country: "CN",
                number: wrong_number(serial, birth),
            });
        }
        _ => {}
    }
    let mut fields = fields(&person);
    match fault {
        Fault::ImpossibleDate => fields[column("birth")] = "1990-02-30".to_owned(),
        Fault::RaggedRow => fields.truncate(5),
        Fault::UnknownVaccine => fields[column("vaccine")] = "Made-Up-Vaccine".to_owned(),
        _ => {}
    }
    fields
}

fn column(name: &str) -> usize {
    COLUMNS
        .iter()
        .position(|&column| column == name)
        .expect("the names of columns are written in this crate")
}

fn fields(person: &Person) -> Vec<String> {
    let mut line = Line::default();
    line.fill(person);
    line.fields()
        .iter()
        .map(|field| String::from_utf8_lossy(field).into_owned())
        .collect()
}

/// One dose on the day before the file's.
fn some_vaccination(rows: &Rows) -> Vaccination {
    let day = rows.today.date - Days::new(1);
    let day = Day::from_date(day).expect("files are of 2021 or later");
    Vaccination::new(1, 1, 2, day).expect("a listed product and doses from 1 to 2")
}

/// An identity number whose check digit is the next one.
fn wrong_number(serial: Serial, birth: NaiveDate) -> String {
    let mut number = documents::identity_number(serial, birth);
    let next = match number.pop() {
        Some(digit @ '0'..='8') => char::from(digit as u8 + 1),
        Some('9') => 'X',
        _ => '0',
    };
    number.push(next);
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_core::time::Time;

    fn people(count: u64) -> People {
        People::new(11, count, Time::from_seconds(1_795_420_800).unwrap()).unwrap()
    }

    #[test]
    fn every_kind_is_written_as_often_as_told() {
        let mut out = Vec::new();
        let told = write_csv_with_faults(&people(200), 23, &mut out).unwrap();
        assert_eq!(told.values().sum::<u64>(), 23);
        let mut found = BTreeMap::new();
        let mut ids = std::collections::HashSet::new();
        let mut good = 0;
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(&out[..]);
        for row in csv.records().map(Result::unwrap) {
            let check = |number: &str| documents::check_digit(&number[..17]) == number.as_bytes()[17] as char;
            let is_id = row.get(3) == Some("id");
            let fault = if row.len() != COLUMNS.len() {
                Fault::RaggedRow
            } else if !ids.insert(row[0].to_owned()) {
                Fault::DuplicatePerson
            } else if row[2].parse::<Birth>().is_err() {
                Fault::ImpossibleDate
            } else if &row[6] == "Made-Up-Vaccine" {
                Fault::UnknownVaccine
            } else if is_id && !check(&row[5].to_ascii_uppercase()) {
                Fault::WrongCheckDigit
            } else {
                assert!(row[0].starts_with("DEMO-0"), "{row:?}");
                good += 1;
                continue;
            };
            *found.entry(fault).or_insert(0u64) += 1;
        }
        assert_eq!((found, good), (told, 200));
    }

    #[test]
    fn good_rows_are_those_without_faults() {
        let people = people(50);
        let (mut with, mut without) = (Vec::new(), Vec::new());
        write_csv_with_faults(&people, 10, &mut with).unwrap();
        super::super::write_csv(&people, &mut without).unwrap();
        let with = String::from_utf8(with).unwrap();
        let mut rest = with.lines();
        for line in String::from_utf8(without).unwrap().lines() {
            assert!(rest.any(|other| other == line), "{line}");
        }
    }

    #[test]
    fn more_faults_than_people_and_no_people() {
        let told = write_csv_with_faults(&people(3), 100, Vec::new()).unwrap();
        assert!(told.values().all(|&n| n == 20) && told.len() == 5);
        assert!(write_csv_with_faults(&people(0), 100, Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn check_digits_are_wrong_for_every_right_one() {
        let mut rows = people(0).rows_from(0);
        for _ in 0..200 {
            let drawn = rows.draw();
            let wrong = wrong_number(drawn.serial, drawn.birth);
            assert_ne!(documents::check_digit(&wrong[..17]), wrong.as_bytes()[17] as char);
            assert_eq!(wrong.len(), 18);
        }
    }
}
