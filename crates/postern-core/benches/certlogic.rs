//! Five rules in the manner of the EU's on one vaccination: compiled, and evaluated on facts that are built each time.

use criterion::{Criterion, criterion_group, criterion_main};
use postern_core::certlogic::{DateTime, Fact, Json, Rule};

/// One kind of certificate; a known product; all doses given; a dose within a year; of age, or vaccinated abroad.
const RULES: &str = r#"[
    {"and": [{"var": "payload.v.0"}, {"!": [{"var": "payload.t.0"}]}, {"!": [{"var": "payload.r.0"}]}]},
    {"if": [{"var": "payload.v.0"}, {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.products"}]}, true]},
    {"if": [{"var": "payload.v.0"}, {">=": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]}, true]},
    {"if": [{"var": "payload.v.0"}, {"not-after": [
        {"plusTime": [{"var": "payload.v.0.dt"}, 14, "day"]},
        {"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
        {"plusTime": [{"var": "payload.v.0.dt"}, 365, "day"]}]}, true]},
    {"if": [
        {"before": [{"dccDateOfBirth": [{"var": "payload.dob"}]},
            {"plusTime": [{"var": "external.validationClock"}, -18, "year"]}]},
        true,
        {"!": [{"===": [{"extractFromUVCI": [{"var": "payload.v.0.ci"}, 1]}, "XX"]}]}]}
]"#;

const PRODUCTS: &str = r#"["EU/1/20/1507", "EU/1/20/1525", "EU/1/20/1528", "EU/1/21/1529", "CoronaVac", "BBIBP-CorV"]"#;

fn benchmark(criterion: &mut Criterion) {
    let rules: Vec<Json> = serde_json::from_str(RULES).expect("rules of the data model");
    let products: Json = serde_json::from_str(PRODUCTS).expect("a value set of the data model");
    let compile = || {
        rules
            .iter()
            .map(Rule::compile)
            .collect::<Result<Vec<_>, _>>()
            .expect("rules of the language")
    };
    let compiled = compile();
    let sets = [("products", Fact::Json(&products))];
    let now = DateTime::from_unix(1_641_000_000).expect("a time in range");
    let dose = DateTime::from_days(18_800).expect("a day in range");
    let facts = || {
        let vaccination = Fact::Object(vec![
            ("ci", "URN:UVCI:01:NL:187/37512422923".into()),
            ("dn", 2.into()),
            ("dt", dose.to_date_text().into()),
            ("mp", "CoronaVac".into()),
            ("sd", 2.into()),
            ("tg", "840539006".into()),
        ]);
        let payload = Fact::Object(vec![("v", Fact::Array(vec![vaccination])), ("dob", "1990-02".into())]);
        let external = Fact::Object(vec![
            ("validationClock", now.to_text().into()),
            ("valueSets", Fact::Members(&sets)),
        ]);
        Fact::Object(vec![("payload", payload), ("external", external)])
    };
    let holds = |facts: &Fact<'_>| compiled.iter().filter(|rule| rule.holds(facts) == Ok(true)).count();
    assert_eq!(holds(&facts()), 5, "the made-up vaccination meets every rule");

    criterion.bench_function("compile 5 rules", |b| b.iter(compile));
    criterion.bench_function("build the facts of a scan", |b| b.iter(facts));
    let built = facts();
    criterion.bench_function("evaluate 5 rules", |b| b.iter(|| holds(&built)));
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
