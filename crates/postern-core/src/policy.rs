//! The rules of a pack, compiled, and the one normal form of the facts that they see (`docs/FORMAT.md` section 4).

use crate::certlogic::{DateTime, EvalError, Fact, Json, Rule, SmallText};
use crate::code::Claims;
use crate::products;
use crate::record::{Test, TestKind, TestResult, Vaccination};
use crate::status::ColumnValue;
use crate::text::{Ident, Names};
use crate::time::{Day, Time};
use crate::trust::{DocumentKind, Fault, Otherwise, Pack, TrustError};

/// COVID-19, the disease that facts are about (SNOMED CT).
const DISEASE: &str = "840539006";

/// The rules and value sets of one pack.
#[derive(Debug)]
pub struct Policy {
    rules: Vec<PolicyRule>,
    value_sets: Json,
}

/// One rule.
#[derive(Debug)]
pub struct PolicyRule {
    /// The rule's id.
    pub id: Ident,
    /// What staff see.
    pub name: Names,
    /// What follows where it is not met.
    pub otherwise: Otherwise,
    logic: Rule,
}

impl Policy {
    /// Compiles the rules of a pack, once.
    ///
    /// # Errors
    ///
    /// [`Fault::Rule`] names the rule and the place in it.
    pub fn compile(pack: &Pack) -> Result<Self, TrustError> {
        let fault = |id: &str, message: String| TrustError {
            document: DocumentKind::Pack,
            fault: Fault::Rule {
                id: id.to_owned(),
                message,
            },
        };
        let compile = |source: &crate::trust::RuleSource| {
            Ok(PolicyRule {
                id: source.id.clone(),
                name: source.name.clone(),
                otherwise: source.otherwise,
                logic: Rule::compile(&source.logic).map_err(|e| fault(source.id.as_str(), e.to_string()))?,
            })
        };
        let sets = pack.value_sets.iter().map(|(id, values)| {
            let values = values.iter().map(|value| value.as_str().into()).collect();
            (id.as_str(), Json::Array(values))
        });
        Ok(Self {
            rules: pack.rules.iter().map(compile).collect::<Result<_, _>>()?,
            value_sets: Json::object(sets).map_err(|e| fault("", e.to_string()))?,
        })
    }

    /// The rules, in the pack's order.
    pub fn rules(&self) -> &[PolicyRule] {
        &self.rules
    }

    /// The place of a rule among [`Self::rules`].
    pub fn position(&self, id: &Ident) -> Option<usize> {
        self.rules.binary_search_by_key(&id, |rule| &rule.id).ok()
    }

    /// Builds the facts of one code and evaluates the rules at these places on them, in order.
    pub fn evaluate(
        &self,
        places: impl Iterator<Item = usize>,
        issued: &Issued<'_>,
        now: Time,
        mut each: impl FnMut(usize, Result<bool, EvalError>),
    ) {
        let claims = issued.claims;
        let holder = &claims.record.holder;
        let birth = holder.birth.map(small);
        let name = [("fn", Fact::from(holder.name.as_ref().map(|name| name.as_str())))];
        let vaccination = claims.record.facts.vaccination.map(VaccinationFacts::of);
        let vaccinations = vaccination.as_ref().map(VaccinationFacts::members);
        let test = claims.record.facts.test.map(|test| test_members(test, claims));
        let recovery = claims
            .record
            .facts
            .recovery
            .map(|day| [("tg", DISEASE.into()), ("fr", date(day).into())]);

        let v = vaccinations.as_ref().map(|members| [Fact::Members(members)]);
        let t = test.as_ref().map(|members| [Fact::Members(members)]);
        let r = recovery.as_ref().map(|members| [Fact::Members(members)]);
        let payload = [
            ("v", v.as_ref().map_or(Fact::Null, |one| Fact::Items(one))),
            ("t", t.as_ref().map_or(Fact::Null, |one| Fact::Items(one))),
            ("r", r.as_ref().map_or(Fact::Null, |one| Fact::Items(one))),
            ("dob", birth.map_or(Fact::Null, Fact::Small)),
            ("nam", Fact::Members(&name)),
        ];
        let external = [
            ("validationClock", date_time(now).into()),
            ("valueSets", Fact::Json(&self.value_sets)),
            ("iat", date_time(claims.issued).into()),
            ("exp", date_time(claims.expires).into()),
            ("issuer", issued.issuer.into()),
            ("columns", Fact::Members(issued.columns)),
        ];
        let context = [
            ("payload", Fact::Members(&payload)),
            ("external", Fact::Members(&external)),
        ];
        let facts = Fact::Members(&context);
        for place in places {
            each(place, self.rules[place].logic.holds(&facts));
        }
    }
}

/// What an issuer says of a person: in the code, and in its columns today.
#[derive(Clone, Copy, Debug)]
pub struct Issued<'a> {
    /// The code's claims.
    pub claims: &'a Claims,
    /// The issuer's id.
    pub issuer: &'a str,
    /// Its columns by name, as [`column_fact`] has them; one that says nothing is absent.
    pub columns: &'a [(&'a str, Fact<'a>)],
}

/// A column's value as rules see it.
pub fn column_fact(value: ColumnValue) -> Fact<'static> {
    match value {
        ColumnValue::Time(time) => date_time(time).into(),
        ColumnValue::Number(number) => i64::from(number).into(),
    }
}

/// A product's names: borrowed from the table, or made for a number that it does not list.
struct VaccinationFacts {
    vaccination: Vaccination,
    unlisted: SmallText,
}

impl VaccinationFacts {
    fn of(vaccination: Vaccination) -> Self {
        let unlisted = match products::by_number(vaccination.product()) {
            Some(_) => small(""),
            None => small(format_args!("postern-{}", vaccination.product())),
        };
        Self { vaccination, unlisted }
    }

    fn members(&self) -> [(&'static str, Fact<'_>); 7] {
        let [vp, mp, ma] = match products::by_number(self.vaccination.product()) {
            Some(product) => [product.prophylaxis, product.name, product.holder].map(Fact::Text),
            None => [self.unlisted; 3].map(Fact::Small),
        };
        [
            ("tg", DISEASE.into()),
            ("vp", vp),
            ("mp", mp),
            ("ma", ma),
            ("dn", i64::from(self.vaccination.dose()).into()),
            ("sd", i64::from(self.vaccination.doses()).into()),
            ("dt", date(self.vaccination.day()).into()),
        ]
    }
}

fn test_members(test: Test, claims: &Claims) -> [(&'static str, Fact<'static>); 4] {
    let kind = match test.kind {
        TestKind::NucleicAcid => "LP6464-4",
        TestKind::Antigen => "LP217198-3",
    };
    let result = match test.result {
        TestResult::NotDetected => "260415000",
        TestResult::Detected => "260373001",
    };
    let sampled = claims.sampled().unwrap_or(claims.issued);
    [
        ("tg", DISEASE.into()),
        ("tt", kind.into()),
        ("tr", result.into()),
        ("sc", date_time(sampled).into()),
    ]
}

/// `2026-11-23`.
fn date(day: Day) -> SmallText {
    let days = i64::from(day.0) + i64::from(Day::EPOCH.to_epoch_days());
    DateTime::from_days(days)
        .expect("a Day is within the language's range")
        .to_date_text()
}

/// `2026-11-23T08:00:00Z`.
fn date_time(time: Time) -> SmallText {
    DateTime::from_unix(time.seconds() as i64)
        .expect("a Time is within the language's range")
        .to_text()
}

/// A text that is known to be short.
fn small(text: impl std::fmt::Display) -> SmallText {
    SmallText::new(&text.to_string()).expect("a partial date or a numbered product fits 30 bytes")
}
