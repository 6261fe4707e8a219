//! What a code says of a person (`docs/FORMAT.md` section 2): who holds it, and which facts its issuer vouches for.

use serde::{Deserialize, Serialize};

pub use crate::birth::Birth;
use crate::cbor::Bytes;
use crate::text::is_printable;
use crate::time::Day;

/// The most bytes of UTF-8 in a name.
pub const MAX_NAME: usize = 96;

/// The oldest sample that a test can express, in minutes before the code was issued (31 years).
pub const MAX_TEST_AGE: u32 = 0xff_ffff;

/// The record of one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "RecordShape", into = "RecordShape")]
pub struct Record {
    /// The place in the issuer's status list and columns.
    pub index: u32,
    /// Whose code it is.
    pub holder: Holder,
    /// What the issuer vouches for.
    pub facts: Facts,
}

type RecordShape = (u32, Holder, Facts);

impl From<RecordShape> for Record {
    fn from((index, holder, facts): RecordShape) -> Self {
        Self { index, holder, facts }
    }
}

impl From<Record> for RecordShape {
    fn from(record: Record) -> Self {
        (record.index, record.holder, record.facts)
    }
}

/// Whose code it is, for comparison with a document. Each part may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "HolderShape", into = "HolderShape")]
pub struct Holder {
    /// The name as on the document.
    pub name: Option<Name>,
    /// The date of birth.
    pub birth: Option<Birth>,
    /// Ties the code to one document and all codes of a person to each other.
    pub tag: Option<DocumentTag>,
}

type HolderShape = (Option<Name>, Option<Birth>, Option<DocumentTag>);

impl From<HolderShape> for Holder {
    fn from((name, birth, tag): HolderShape) -> Self {
        Self { name, birth, tag }
    }
}

impl From<Holder> for HolderShape {
    fn from(holder: Holder) -> Self {
        (holder.name, holder.birth, holder.tag)
    }
}

/// A person's name as on the document: printable, 1 to [`MAX_NAME`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = BadRecord;

    fn try_from(text: String) -> Result<Self, BadRecord> {
        let good = (1..=MAX_NAME).contains(&text.len()) && is_printable(&text);
        if good { Ok(Self(text)) } else { Err(BadRecord::Name) }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

/// The epoch of a tag key and 8 bytes that only its holders can compute from a document (`docs/FORMAT.md` section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentTag(pub Bytes<9>);

/// The facts of a code, at most one of each kind: the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FactsShape", into = "FactsShape")]
pub struct Facts {
    /// The newest vaccination.
    pub vaccination: Option<Vaccination>,
    /// The newest test.
    pub test: Option<Test>,
    /// The day of the first positive test of the newest recovery.
    pub recovery: Option<Day>,
}

type FactsShape = (Option<Vaccination>, Option<Test>, Option<Day>);

impl From<FactsShape> for Facts {
    fn from((vaccination, test, recovery): FactsShape) -> Self {
        Self {
            vaccination,
            test,
            recovery,
        }
    }
}

impl From<Facts> for FactsShape {
    fn from(facts: Facts) -> Self {
        (facts.vaccination, facts.test, facts.recovery)
    }
}

/// One vaccination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "VaccinationShape", into = "VaccinationShape")]
pub struct Vaccination {
    product: u16,
    dose: u8,
    doses: u8,
    day: Day,
}

type VaccinationShape = (u16, u8, u8, Day);

impl Vaccination {
    /// Dose `dose` of `doses` of `product` ([`crate::products`]) on `day`; doses are 1 to 99. A booster may be dose 3 of 2.
    ///
    /// # Errors
    ///
    /// [`BadRecord::Vaccination`].
    pub fn new(product: u16, dose: u8, doses: u8, day: Day) -> Result<Self, BadRecord> {
        (product, dose, doses, day).try_into()
    }

    /// The product's number.
    pub fn product(&self) -> u16 {
        self.product
    }

    /// Which dose it was.
    pub fn dose(&self) -> u8 {
        self.dose
    }

    /// Of how many doses.
    pub fn doses(&self) -> u8 {
        self.doses
    }

    /// When.
    pub fn day(&self) -> Day {
        self.day
    }
}

impl TryFrom<VaccinationShape> for Vaccination {
    type Error = BadRecord;

    fn try_from((product, dose, doses, day): VaccinationShape) -> Result<Self, BadRecord> {
        let good = product > 0 && (1..=99).contains(&dose) && (1..=99).contains(&doses);
        if good {
            Ok(Self {
                product,
                dose,
                doses,
                day,
            })
        } else {
            Err(BadRecord::Vaccination)
        }
    }
}

impl From<Vaccination> for VaccinationShape {
    fn from(v: Vaccination) -> Self {
        (v.product, v.dose, v.doses, v.day)
    }
}

/// One test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TestShape", into = "TestShape")]
pub struct Test {
    /// How it was tested.
    pub kind: TestKind,
    /// What was found.
    pub result: TestResult,
    age: u32,
}

type TestShape = (u8, u8, u32);

impl Test {
    /// A test sampled `age` minutes before the code was issued, at most [`MAX_TEST_AGE`].
    ///
    /// # Errors
    ///
    /// [`BadRecord::Test`].
    pub fn new(kind: TestKind, result: TestResult, age: u32) -> Result<Self, BadRecord> {
        if age <= MAX_TEST_AGE {
            Ok(Self { kind, result, age })
        } else {
            Err(BadRecord::Test)
        }
    }

    /// Minutes from sampling to the code's issue.
    pub fn age(&self) -> u32 {
        self.age
    }
}

/// How was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestKind {
    /// A nucleic acid amplification test.
    NucleicAcid = 1,
    /// A rapid antigen test.
    Antigen = 2,
}

/// What a test found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestResult {
    /// Negative.
    NotDetected = 1,
    /// Positive.
    Detected = 2,
}

impl TryFrom<TestShape> for Test {
    type Error = BadRecord;

    fn try_from((kind, result, age): TestShape) -> Result<Self, BadRecord> {
        let kind = match kind {
            1 => TestKind::NucleicAcid,
            2 => TestKind::Antigen,
            _ => return Err(BadRecord::Test),
        };
        let result = match result {
            1 => TestResult::NotDetected,
            2 => TestResult::Detected,
            _ => return Err(BadRecord::Test),
        };
        Self::new(kind, result, age)
    }
}

impl From<Test> for TestShape {
    fn from(test: Test) -> Self {
        (test.kind as u8, test.result as u8, test.age)
    }
}

/// A part of a record outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadRecord {
    /// The date of birth.
    Birth,
    /// The name.
    Name,
    /// The test.
    Test,
    /// The vaccination.
    Vaccination,
}

impl std::fmt::Display for BadRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Birth => "a date of birth is YYYY-MM-DD, YYYY-MM or YYYY, from 1900 to 2056",
            Self::Name => "a name is 1 to 96 bytes of printable text without space around it",
            Self::Test => "a test has a kind, a result and a sampling time at most 31 years before the code",
            Self::Vaccination => "a vaccination has a product and doses from 1 to 99",
        })
    }
}

impl std::error::Error for BadRecord {}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::cbor;

    /// The record that DESIGN names for the size budget; the person is made up.
    pub(crate) fn sample() -> Record {
        Record {
            index: 12_345_678,
            holder: Holder {
                name: Some("样本甲".to_owned().try_into().unwrap()),
                birth: Some(Birth::new(1987, 3, 5).unwrap()),
                tag: Some(DocumentTag(Bytes([0, 1, 2, 3, 4, 5, 6, 7, 8]))),
            },
            facts: Facts {
                vaccination: Some(Vaccination::new(1, 2, 2, Day(2200)).unwrap()),
                test: Some(Test::new(TestKind::NucleicAcid, TestResult::NotDetected, 1440).unwrap()),
                recovery: None,
            },
        }
    }

    prop_compose! {
        pub(crate) fn any_record()(
            index in any::<u32>(),
            name in option::of("[\\p{Han}A-Za-z·]{1,20}"),
            birth in option::of(crate::birth::tests::any_birth()),
            tag in option::of(any::<[u8; 9]>()),
            vaccination in option::of((1u16.., 1u8..=99, 1u8..=99, any::<u16>())),
            test in option::of((1u8..=2, 1u8..=2, 0..=MAX_TEST_AGE)),
            recovery in option::of(any::<u16>()),
        ) -> Record {
            Record {
                index,
                holder: Holder {
                    name: name.map(|text| text.try_into().unwrap()),
                    birth,
                    tag: tag.map(|bytes| DocumentTag(Bytes(bytes))),
                },
                facts: Facts {
                    vaccination: vaccination.map(|(p, d, n, day)| Vaccination::new(p, d, n, Day(day)).unwrap()),
                    test: test.map(|shape| shape.try_into().unwrap()),
                    recovery: recovery.map(Day),
                },
            }
        }
    }

    #[test]
    fn each_bound_is_kept_when_decoding() {
        let refuses = |bytes: Vec<u8>| assert!(cbor::from_slice::<Record>(&bytes).is_err());
        let no_holder = (None::<u8>, None::<u8>, None::<u8>);
        let no_facts = (None::<u8>, None::<u8>, None::<u8>);
        assert!(cbor::from_slice::<Record>(&cbor::to_vec(&(1, no_holder, no_facts))).is_ok());
        refuses(cbor::to_vec(&(1u64 << 32, no_holder, no_facts)));
        for name in ["", " a", "a\u{202e}", &"a".repeat(97)] {
            refuses(cbor::to_vec(&(1, (Some(name), None::<u8>, None::<u8>), no_facts)));
        }
        // A day without a month, February 30th, a year past the range.
        for birth in [1, (87 * 13 + 2) * 32 + 30, 157 * 13 * 32] {
            assert_eq!(Birth::try_from(birth), Err(BadRecord::Birth));
            refuses(cbor::to_vec(&(1, (None::<u8>, Some(birth), None::<u8>), no_facts)));
        }
        for vaccination in [(0u16, 1u8, 1u8, 1u16), (1, 0, 1, 1), (1, 100, 1, 1), (1, 1, 0, 1)] {
            refuses(cbor::to_vec(&(
                1,
                no_holder,
                (Some(vaccination), None::<u8>, None::<u8>),
            )));
        }
        for test in [
            (0u8, 1u8, 1u32),
            (3, 1, 1),
            (1, 0, 1),
            (1, 3, 1),
            (1, 1, MAX_TEST_AGE + 1),
        ] {
            refuses(cbor::to_vec(&(1, no_holder, (None::<u8>, Some(test), None::<u8>))));
        }
    }

    proptest! {
        #[test]
        fn records_round_trip(record in any_record()) {
            prop_assert_eq!(cbor::from_slice::<Record>(&cbor::to_vec(&record)), Ok(record));
        }
    }
}
