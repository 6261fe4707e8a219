//! Made-up people, as many as one likes, to rehearse with.
//!
//! **Nobody in these files exists.** Names, dates and facts are drawn at random from tables; a name can be somebody's by
//! chance only, and no document number can be anybody's ([`Document`] says why). Every `id` begins with `DEMO-`, so that
//! a made-up row is known as one wherever it turns up.
//!
//! The same seed, count and time give the same file, byte for byte, on every machine. The spread is that of a large
//! Chinese city: 91 % Chinese names of two to four characters, 6 % with a middle dot, 3 % in Latin letters; ages as in
//! the census of 2020; some people without a document, with a partial date of birth, or with no fact at all.

use std::io::{self, Write};

use chrono::{Datelike, NaiveDate};
use postern_core::products;
use postern_core::record::{Birth, TestKind, TestResult, Vaccination};
use postern_core::time::{Day, Time};

mod documents;
mod facts;
mod faults;
mod names;
pub(crate) mod random;

pub use documents::Document;
pub use facts::Test;
pub use faults::{Fault, write_csv_with_faults};

use documents::{PER_PREFIX, PREFIXES, Serial};
use facts::Today;
use random::{Random, Shuffle};

/// The most people in a file: so many have document numbers that differ.
pub const MAX_COUNT: u64 = PER_PREFIX as u64 * PREFIXES.len() as u64;

/// The columns of a people file, in the order in which they are written.
pub const COLUMNS: [&str; 14] = [
    "id",
    "name",
    "birth",
    "document_kind",
    "document_country",
    "document_number",
    "vaccine",
    "vaccine_dose",
    "vaccine_doses",
    "vaccinated",
    "test_kind",
    "test_result",
    "test_sampled",
    "recovered",
];

/// A file of made-up people that has not been written: it takes no space, and each iteration draws the same rows.
#[derive(Clone, Copy, Debug)]
pub struct People {
    seed: u64,
    count: u64,
    today: Today,
}

impl People {
    /// `count` people of a seed, all of whose dates are before `at`.
    ///
    /// # Errors
    ///
    /// [`BadPeople`] where there are no such people.
    pub fn new(seed: u64, count: u64, at: Time) -> Result<Self, BadPeople> {
        let date = at.utc().date_naive();
        if !(2021..=2056).contains(&date.year()) {
            return Err(BadPeople::At);
        }
        if count > MAX_COUNT {
            return Err(BadPeople::Count);
        }
        let today = Today { at, date };
        Ok(Self { seed, count, today })
    }

    /// How many they are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The rows in order.
    pub fn iter(&self) -> Rows {
        Rows {
            left: self.count,
            ..self.rows_from(0)
        }
    }

    /// Endless rows with the serials from `row`; those from 0 are the file.
    fn rows_from(&self, row: u64) -> Rows {
        Rows {
            random: Random::new(self.seed, row),
            shuffle: Shuffle::new(&mut Random::new(self.seed, u64::MAX), PER_PREFIX),
            today: self.today,
            row,
            left: u64::MAX,
        }
    }
}

impl IntoIterator for &People {
    type Item = Person;
    type IntoIter = Rows;

    fn into_iter(self) -> Rows {
        self.iter()
    }
}

/// A made-up person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `DEMO-00000001` and so on.
    pub id: String,
    /// The name, 1 to 96 bytes.
    pub name: String,
    /// What is known of the date of birth.
    pub birth: Birth,
    /// The document; that of a resident identity card agrees with `birth`.
    pub document: Option<Document>,
    /// The newest vaccination.
    pub vaccination: Option<Vaccination>,
    /// The newest test.
    pub test: Option<Test>,
    /// The day of the first positive test of a recovery.
    pub recovered: Option<Day>,
}

/// The rows of [`People`].
#[derive(Clone, Debug)]
pub struct Rows {
    random: Random,
    shuffle: Shuffle,
    today: Today,
    row: u64,
    left: u64,
}

/// A person, with what the row does not say.
struct Drawn {
    person: Person,
    serial: Serial,
    birth: NaiveDate,
}

impl Rows {
    fn draw(&mut self) -> Drawn {
        let (random, today) = (&mut self.random, self.today);
        let serial = Serial::new(&self.shuffle, self.row);
        self.row += 1;
        let (style, name) = names::draw(random, serial.is_female());
        let birth = facts::birth_date(random, today);
        let mut person = Person {
            id: format!("DEMO-{:08}", self.row),
            name,
            birth: facts::known_birth(random, birth, today),
            document: documents::draw(random, style, serial, birth),
            vaccination: None,
            test: None,
            recovered: None,
        };
        // Of two in a hundred nothing is known.
        if !random.chance(20) {
            person.vaccination = facts::vaccination(random, style, birth, today);
            person.test = facts::test(random, birth, today);
            person.recovered = facts::recovery(random, birth, today);
        }
        Drawn { person, serial, birth }
    }
}

impl Iterator for Rows {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        self.left = self.left.checked_sub(1)?;
        Some(self.draw().person)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        usize::try_from(self.left).map_or((usize::MAX, None), |left| (left, Some(left)))
    }
}

/// Writes a people file: a header and a row for each person, one at a time.
///
/// # Errors
///
/// Those of `out`.
pub fn write_csv(people: &People, out: impl Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(out);
    csv.write_record(COLUMNS)?;
    let mut line = Line::default();
    for person in people {
        line.fill(&person);
        csv.write_byte_record(line.fields())?;
    }
    csv.flush()
}

/// Why there are no such people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadPeople {
    /// A time outside 2021 to 2056: earlier nobody was vaccinated, later dates of birth have no code.
    At,
    /// More than [`MAX_COUNT`].
    Count,
}

impl BadPeople {
    /// The error's stable name.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::At => "time-out-of-range",
            Self::Count => "too-many-people",
        }
    }
}

impl std::fmt::Display for BadPeople {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::At => f.write_str("made-up people are of a time from 2021 to 2056"),
            Self::Count => write!(f, "there are at most {MAX_COUNT} made-up people"),
        }
    }
}

impl std::error::Error for BadPeople {}

/// A row as it is written; used again for the next one.
#[derive(Default)]
struct Line {
    fields: csv::ByteRecord,
    text: String,
}

impl Line {
    fn fields(&self) -> &csv::ByteRecord {
        &self.fields
    }

    fn fill(&mut self, person: &Person) {
        self.fields.clear();
        self.push(&person.id);
        self.push(&person.name);
        self.show(person.birth);
        match &person.document {
            Some(document) => {
                self.push(document.kind.as_str());
                self.push(document.country);
                self.push(&document.number);
            }
            None => self.skip(3),
        }
        match &person.vaccination {
            Some(vaccination) => {
                // A file may name a vaccine by its number: here those of every sixteenth day do.
                let by_name = vaccination.day().0 % 16 > 0;
                match products::by_number(vaccination.product()).filter(|_| by_name) {
                    Some(product) => self.push(product.name),
                    None => self.show(vaccination.product()),
                }
                self.show(vaccination.dose());
                self.show(vaccination.doses());
                self.show(vaccination.day());
            }
            None => self.skip(4),
        }
        match &person.test {
            Some(test) => {
                self.push(match test.kind {
                    TestKind::NucleicAcid => "nucleic-acid",
                    TestKind::Antigen => "antigen",
                });
                self.push(match test.result {
                    TestResult::NotDetected => "not-detected",
                    TestResult::Detected => "detected",
                });
                // Both ways in which a file may write a time, here China Standard Time.
                let local = test.sampled.plus(8 * 3600).to_string();
                if test.sampled.seconds() / 60 % 4 == 0 {
                    self.push(&local[..16].replace('T', " "));
                } else {
                    self.push(&local.replace('Z', "+08:00"));
                }
            }
            None => self.skip(3),
        }
        match person.recovered {
            Some(day) => self.show(day),
            None => self.skip(1),
        }
    }

    fn push(&mut self, text: &str) {
        self.fields.push_field(text.as_bytes());
    }

    fn show(&mut self, value: impl std::fmt::Display) {
        use std::fmt::Write;
        self.text.clear();
        // Writing to a `String` does not fail.
        let _ = write!(self.text, "{value}");
        self.fields.push_field(self.text.as_bytes());
    }

    fn skip(&mut self, fields: usize) {
        for _ in 0..fields {
            self.fields.push_field(b"");
        }
    }
}
