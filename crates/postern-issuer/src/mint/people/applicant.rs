//! A person who applies for a code: a row whose every value is good.

use std::fmt;

use postern_core::cbor;
use postern_core::products;
use postern_core::record::{Birth, Facts, MAX_NAME, MAX_TEST_AGE, Name, Test, TestKind, TestResult, Vaccination};
use postern_core::time::{Day, Time};
use sha2::{Digest, Sha256};

use super::column::{Column, Columns};
use super::document::Paper;
use super::fields;
use super::reject::{Reason, Reject};
use super::row::{Row, RowFault};

/// The first item of what the content digest is made of.
const CONTENT: &str = "postern-person-1";

/// The number under which an authority registers a person: 1 to 64 of letters, digits, `.`, `_` and `-`. It names the
/// person's picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonId(String);

impl PersonId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A registration number; `None` where the text is none.
    pub fn new(text: &str) -> Option<Self> {
        let good = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        good.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A test of which it is not yet known how old it is when the code is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    kind: TestKind,
    result: TestResult,
    sampled: Time,
}

/// A person who applies for a code. Only [`Columns::applicant`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    line: u64,
    id: PersonId,
    name: Option<Name>,
    birth: Option<Birth>,
    paper: Option<Paper>,
    vaccination: Option<Vaccination>,
    test: Option<Sample>,
    recovery: Option<Day>,
}

impl Columns {
    /// What a row says.
    ///
    /// # Errors
    ///
    /// The first [`Reject`] in the order of [`Column::ALL`].
    pub fn applicant(&self, row: &Row) -> Result<Applicant, Reject> {
        let id = self.id(row)?;
        let values = Values { columns: self, row };
        let name = values.some(Column::Name, name)?;
        let birth = values.some(Column::Birth, |text| {
            text.parse::<Birth>().map_err(|_| Reason::BirthInvalid)
        })?;
        let paper = values.paper()?;
        let of_card = paper.as_ref().and_then(Paper::birth);
        if let (Some(birth), Some(of_card)) = (birth, of_card) {
            // A partial date is the beginning of the whole one.
            if !of_card.to_string().starts_with(&birth.to_string()) {
                return Err(values.reject(Column::Birth, Reason::BirthNotThatOfTheCard));
            }
        }
        Ok(Applicant {
            line: row.line(),
            id,
            name,
            birth,
            paper,
            vaccination: values.vaccination()?,
            test: values.test()?,
            recovery: values.some(Column::Recovered, fields::day)?,
        })
    }

    /// The registration number of a row that is one.
    ///
    /// # Errors
    ///
    /// [`Reject`].
    pub fn id(&self, row: &Row) -> Result<PersonId, Reject> {
        self.shape(row)?;
        let values = Values { columns: self, row };
        match values.get(Column::Id) {
            "" => Err(values.reject(Column::Id, Reason::IdMissing)),
            text => PersonId::new(text).ok_or_else(|| values.reject(Column::Id, Reason::IdInvalid)),
        }
    }

    /// The document of a row.
    ///
    /// # Errors
    ///
    /// [`Reject`].
    pub fn paper(&self, row: &Row) -> Result<Option<Paper>, Reject> {
        Values { columns: self, row }.paper()
    }

    /// When the row's content was last changed, where the file has a column for it.
    ///
    /// # Errors
    ///
    /// [`Reject`].
    pub fn changed(&self, row: &Row) -> Result<Option<Time>, Reject> {
        Values { columns: self, row }.some(Column::Changed, |text| {
            fields::sampled(text).ok_or(Reason::ChangedInvalid)
        })
    }

    fn shape(&self, row: &Row) -> Result<(), Reject> {
        let ragged = Reason::RaggedRow {
            expected: self.len(),
            found: row.len(),
        };
        let (reason, field) = match row.fault() {
            Some((RowFault::FieldTooLong, field)) => (Reason::FieldTooLong, field),
            Some((RowFault::LineTooLong, _)) => (Reason::LineTooLong, None),
            Some((RowFault::NotText, field)) => (Reason::NotText, field),
            Some((RowFault::QuoteOpen, _)) => (Reason::QuoteOpen, None),
            Some((RowFault::TooManyFields, _)) => (ragged, None),
            None if row.len() != self.len() => (ragged, None),
            None => return Ok(()),
        };
        Err(Reject {
            line: row.line(),
            column: field.and_then(|i| self.at(i)),
            reason,
        })
    }
}

impl Applicant {
    /// The line of the row, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The registration number.
    pub fn id(&self) -> &PersonId {
        &self.id
    }

    /// The name.
    pub fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    /// The date of birth.
    pub fn birth(&self) -> Option<Birth> {
        self.birth
    }

    /// The document.
    pub fn paper(&self) -> Option<&Paper> {
        self.paper.as_ref()
    }

    /// The first 16 bytes of SHA-256 over all that the row says, the same for every way of writing it. In the ledger it
    /// tells a row that was minted before from one that says something else of the same person.
    pub fn content(&self) -> [u8; 16] {
        let test = self.test.map(|test| (test.kind as u8, test.result as u8, test.sampled));
        let row = (
            CONTENT,
            self.id.as_str(),
            &self.name,
            self.birth,
            self.paper.as_ref().map(Paper::parts),
            self.vaccination,
            test,
            self.recovery,
        );
        beginning(&Sha256::digest(cbor::to_vec(&row)))
    }

    /// The facts of a code that is issued at `issued`, a whole minute.
    ///
    /// # Errors
    ///
    /// A [`Reject`] where a fact lies after that time, or a test too long before it.
    pub fn facts(&self, issued: Time) -> Result<Facts, Reject> {
        let reject = |column, reason| Reject {
            line: self.line,
            column: Some(column),
            reason,
        };
        let today = fields::china_date(issued);
        let of_card = self.paper.as_ref().and_then(Paper::birth);
        let dates = [
            (Column::Birth, self.birth.map(Birth::earliest)),
            (Column::DocumentNumber, of_card.map(Birth::earliest)),
            (Column::Vaccinated, self.vaccination.map(|dose| dose.day().date())),
            (Column::Recovered, self.recovery.map(Day::date)),
        ];
        if let Some((column, _)) = dates.iter().find(|(_, date)| date.is_some_and(|date| date > today)) {
            return Err(reject(*column, Reason::DateInFuture));
        }
        let test = self.test.map(|test| {
            if test.sampled > issued {
                return Err(Reason::TestInFuture);
            }
            let age = u32::try_from(issued.since(test.sampled) / 60).unwrap_or(MAX_TEST_AGE + 1);
            Test::new(test.kind, test.result, age).map_err(|_| Reason::TestTooOld)
        });
        Ok(Facts {
            vaccination: self.vaccination,
            test: test.transpose().map_err(|reason| reject(Column::TestSampled, reason))?,
            recovery: self.recovery,
        })
    }
}

/// The values of one row by their columns.
struct Values<'a> {
    columns: &'a Columns,
    row: &'a Row,
}

impl<'a> Values<'a> {
    fn get(&self, column: Column) -> &'a str {
        self.columns.value(self.row, column)
    }

    fn reject(&self, column: Column, reason: Reason) -> Reject {
        Reject {
            line: self.row.line(),
            column: Some(column),
            reason,
        }
    }

    /// The value of a column, parsed; `None` where it is empty.
    fn some<T>(&self, column: Column, parse: impl FnOnce(&str) -> Result<T, Reason>) -> Result<Option<T>, Reject> {
        match self.get(column) {
            "" => Ok(None),
            text => parse(text).map(Some).map_err(|reason| self.reject(column, reason)),
        }
    }

    /// The values of columns that are given together or not at all.
    fn group<const N: usize>(&self, columns: [Column; N], incomplete: Reason) -> Result<Option<[&'a str; N]>, Reject> {
        let values = columns.map(|column| self.get(column));
        match values.iter().position(|value| value.is_empty()) {
            None => Ok(Some(values)),
            Some(_) if values.iter().all(|value| value.is_empty()) => Ok(None),
            Some(missing) => Err(self.reject(columns[missing], incomplete)),
        }
    }

    fn paper(&self) -> Result<Option<Paper>, Reject> {
        let group = self.group(Column::DOCUMENT, Reason::DocumentIncomplete)?;
        let paper = group.map(|[kind, country, number]| Paper::new(kind, country, number));
        paper.transpose().map_err(|reason| {
            let column = match reason {
                Reason::DocumentKindUnknown => Column::DocumentKind,
                Reason::DocumentCountryInvalid => Column::DocumentCountry,
                _ => Column::DocumentNumber,
            };
            self.reject(column, reason)
        })
    }

    fn vaccination(&self) -> Result<Option<Vaccination>, Reject> {
        let group = self.group(Column::VACCINATION, Reason::VaccinationIncomplete)?;
        let Some([product, dose, doses, day]) = group else {
            return Ok(None);
        };
        let product = products::by_name(product)
            .map(|product| product.number)
            .or_else(|| fields::product(product))
            .ok_or_else(|| self.reject(Column::Vaccine, Reason::VaccineUnknown))?;
        let number = |text, column| fields::dose(text).ok_or_else(|| self.reject(column, Reason::DoseInvalid));
        let (dose, doses) = (number(dose, Column::VaccineDose)?, number(doses, Column::VaccineDoses)?);
        let day = fields::day(day).map_err(|reason| self.reject(Column::Vaccinated, reason))?;
        let vaccination = Vaccination::new(product, dose, doses, day);
        Ok(Some(
            vaccination.expect("the product is not 0 and the doses are 1 to 99"),
        ))
    }

    fn test(&self) -> Result<Option<Sample>, Reject> {
        let Some([kind, result, sampled]) = self.group(Column::TEST, Reason::TestIncomplete)? else {
            return Ok(None);
        };
        let kind = match kind {
            "nucleic-acid" | "核酸" => TestKind::NucleicAcid,
            "antigen" | "抗原" => TestKind::Antigen,
            _ => return Err(self.reject(Column::TestKind, Reason::TestKindUnknown)),
        };
        let result = match result {
            "not-detected" | "negative" | "阴性" => TestResult::NotDetected,
            "detected" | "positive" | "阳性" => TestResult::Detected,
            _ => return Err(self.reject(Column::TestResult, Reason::TestResultUnknown)),
        };
        let sampled = fields::sampled(sampled);
        let sampled = sampled.ok_or_else(|| self.reject(Column::TestSampled, Reason::TestTimeInvalid))?;
        Ok(Some(Sample { kind, result, sampled }))
    }
}

/// What stands for a whole digest where collisions do not matter to anybody.
pub(super) fn beginning(digest: &[u8]) -> [u8; 16] {
    digest[..16].try_into().expect("SHA-256 has 32 bytes")
}

fn name(text: &str) -> Result<Name, Reason> {
    if text.len() > MAX_NAME {
        return Err(Reason::NameTooLong);
    }
    Name::try_from(text.to_owned()).map_err(|_| Reason::NameNotPrintable)
}

#[cfg(test)]
mod tests;
