//! CertLogic against the language's own suites, the rules that authorities published, and arbitrary rules and facts.

use std::fs;
use std::path::{Path, PathBuf};

use postern_core::cbor;
use postern_core::certlogic::{CompileFault, EvalError, Fact, Json, MAX_NODES, Operator, Rule, Value};
use proptest::prelude::*;
use serde::Deserialize;

/// Cases of a suite that were run, and that the suite itself says to skip.
#[derive(Debug, Default, PartialEq)]
struct Count {
    run: usize,
    skipped: usize,
}

#[derive(Deserialize)]
struct Suite {
    directive: Option<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    cert_logic_expression: Option<Json>,
    directive: Option<String>,
    assertions: Vec<Assertion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    cert_logic_expression: Option<Json>,
    data: Json,
    directive: Option<String>,
    expected: Json,
}

#[test]
fn the_suite_of_the_language_passes() {
    let Some(folder) = vectors("certlogic/testSuite") else {
        return;
    };
    let mut count = Count::default();
    for file in files(&folder) {
        let suite: Suite = read(&file);
        for case in suite.cases {
            for (index, assertion) in case.assertions.iter().enumerate() {
                let at = format!("{}, {}, assertion {index}", file.display(), case.name);
                let directives = [&suite.directive, &case.directive, &assertion.directive];
                if directives.into_iter().flatten().any(|directive| directive == "skip") {
                    count.skipped += 1;
                    continue;
                }
                let expression = assertion
                    .cert_logic_expression
                    .as_ref()
                    .or(case.cert_logic_expression.as_ref());
                let rule = Rule::compile(expression.expect(&at)).unwrap_or_else(|e| panic!("{at}: {e}"));
                let facts = Fact::Json(&assertion.data);
                let value = rule.evaluate(&facts).unwrap_or_else(|e| panic!("{at}: {e}"));
                assert!(
                    same(&value, &assertion.expected),
                    "{at}: {value:?} is not {:?}",
                    assertion.expected
                );
                count.run += 1;
            }
        }
    }
    // Skipped: ten assertions on a `reduce` that the language does not have, and four on `in` of null, which the
    // specification calls an error.
    assert_eq!(count, Count { run: 218, skipped: 14 });
}

#[derive(Deserialize)]
struct ValidationSuite {
    cases: Vec<ValidationCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ValidationCase {
    // Some expressions are not within the data model, so they are read in a second step.
    #[serde(default)]
    cert_logic_expression: serde_json::Value,
    issues: Vec<serde_json::Value>,
}

#[test]
fn the_validation_suite_of_the_language_passes() {
    let Some(folder) = vectors("certlogic/validation-testSuite") else {
        return;
    };
    let (mut accepted, mut rejected, mut unreadable) = (0, 0, 0);
    for file in files(&folder) {
        let suite: ValidationSuite = read(&file);
        for case in suite.cases {
            let text = case.cert_logic_expression.to_string();
            let outcome = match serde_json::from_str::<Json>(&text) {
                Ok(json) => Rule::compile(&json).map_err(|e| e.to_string()),
                Err(e) => {
                    unreadable += 1;
                    Err(e.to_string())
                }
            };
            match outcome {
                Ok(_) => accepted += 1,
                Err(_) => rejected += 1,
            }
            assert_eq!(outcome.is_ok(), case.issues.is_empty(), "{text}: {outcome:?}");
        }
    }
    // Two have floating-point numbers, which are refused when JSON is read.
    assert_eq!((accepted, rejected, unreadable), (9, 14, 2));
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PublishedRule {
    logic: Json,
}

#[derive(Deserialize)]
struct PublishedTest {
    payload: Json,
    external: Json,
    expected: bool,
}

#[test]
fn the_rules_of_six_authorities_pass() {
    let Some(folder) = vectors("eu-rules") else { return };
    let (mut rules, mut cases) = (0, 0);
    for folder in files(&folder).iter().flat_map(|country| files(country)) {
        let published: PublishedRule = read(&folder.join("rule.json"));
        let rule = Rule::compile(&published.logic).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let again = cbor::from_slice::<Json>(&cbor::to_vec(&published.logic)).expect("our own encoding");
        assert_eq!(again, published.logic, "{}", folder.display());
        rules += 1;
        for file in files(&folder.join("tests")) {
            let PublishedTest {
                payload,
                external,
                expected,
            } = read(&file);
            let members = [("payload", Fact::Json(&payload)), ("external", Fact::Json(&external))];
            assert_eq!(rule.holds(&Fact::Members(&members)), Ok(expected), "{}", file.display());
            let members = vec![("external", owned(&external)), ("payload", owned(&payload))];
            assert_eq!(
                rule.holds(&Fact::Object(members)),
                Ok(expected),
                "{} as facts",
                file.display()
            );
            cases += 1;
        }
    }
    assert_eq!((rules, cases), (101, 747));
}

#[test]
fn the_widest_rule_is_evaluated() {
    let wide = Json::Array(vec![
        Json::object([("var", "a.b".into())]).expect("one key");
        MAX_NODES - 1
    ]);
    let rule = Rule::compile(&wide).expect("within the bounds");
    assert!(matches!(rule.evaluate(&Fact::Null), Ok(Value::Array(items)) if items.len() == MAX_NODES - 1));
}

#[test]
fn errors_name_their_reason() {
    let error = EvalError::DateTime(Operator::PlusTime);
    assert_eq!(error.reason(), "eval-date-time");
    assert_eq!(
        error.to_string(),
        "\"plusTime\" was given a text that is not a date it reads"
    );
    assert_eq!(CompileFault::UnknownOperator.reason(), "rule-unknown-operator");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_rule_on_any_facts_gives_a_value_or_an_error(rule in rule(), data in data()) {
        if let Ok(rule) = Rule::compile(&rule) {
            let (borrowed, built) = (Fact::Json(&data), owned(&data));
            match (rule.evaluate(&borrowed), rule.evaluate(&built)) {
                (Ok(one), Ok(other)) => {
                    prop_assert_eq!(one.kind(), other.kind());
                    prop_assert_eq!(one.truthiness(), other.truthiness());
                }
                (one, other) => prop_assert_eq!(one.err(), other.err()),
            }
        }
    }

    #[test]
    fn a_rule_whose_kinds_fit_gives_true_or_false(rule in boolean(4), data in fitting()) {
        let rule = Rule::compile(&rule).expect("made of the language's operators");
        let holds = rule.holds(&Fact::Json(&data));
        prop_assert!(holds.is_ok(), "{holds:?}");
        prop_assert_eq!(rule.holds(&owned(&data)), holds);
    }

    #[test]
    fn any_json_is_a_rule_or_has_a_fault_at_some_place(json in data()) {
        match Rule::compile(&json) {
            Ok(rule) => {
                let holds = match rule.evaluate(&Fact::Null) {
                    Ok(Value::Bool(holds)) => Ok(holds),
                    Ok(other) => Err(EvalError::Result(other.kind())),
                    Err(error) => Err(error),
                };
                prop_assert_eq!(rule.holds(&Fact::Null), holds);
            }
            Err(error) => prop_assert!(error.at.is_empty() || error.at.starts_with('/')),
        }
    }

    #[test]
    fn json_and_cbor_bring_back_what_was_written(json in data()) {
        let text = serde_json::to_string(&json).expect("text keys");
        prop_assert_eq!(&serde_json::from_str::<Json>(&text).expect("our own text"), &json);
        let bytes = cbor::to_vec(&json);
        prop_assert_eq!(&cbor::from_slice::<Json>(&bytes).expect("our own encoding"), &json);
        // A second opinion on the bytes.
        let value: ciborium::Value = ciborium::from_reader(&bytes[..]).expect("well-formed CBOR");
        let mut again = Vec::new();
        ciborium::into_writer(&value, &mut again).expect("memory");
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn any_bytes_are_json_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(json) = cbor::from_slice::<Json>(&bytes) {
            prop_assert_eq!(cbor::to_vec(&json), bytes);
        }
    }
}

/// Texts that operators take notice of, and others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]?",
        "(accumulator|current|a|b|0|1)(\\.(a|b|0|1|-1)){0,3}",
        "[12][0-9]{3}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,4})?(Z|[+-][01][0-9])?)?)?)?",
        "(URN:UVCI:)?[A-Z0-9/#:]{0,8}",
        "(day|hour|month|year)",
        "\\PC{0,4}",
    ]
}

fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        1 => Just(Json::Null),
        2 => any::<bool>().prop_map(Json::Bool),
        3 => (-2_i64..40).prop_map(Json::Int),
        1 => any::<i64>().prop_map(Json::Int),
        5 => text().prop_map(|text| Json::Text(text.into())),
    ]
}

/// Arbitrary JSON.
fn data() -> impl Strategy<Value = Json> {
    leaf().prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            proptest::collection::btree_map(text(), inner, 0..5)
                .prop_map(|members| { Json::object(members).expect("a map has no key twice") }),
        ]
    })
}

/// Operators, each with a number of operands; one number is wrong.
const OPERATIONS: &[(&str, usize)] = &[
    ("!", 1),
    ("+", 2),
    ("<", 2),
    ("===", 2),
    (">=", 3),
    ("after", 2),
    ("and", 2),
    ("and", 3),
    ("if", 3),
    ("in", 1),
    ("in", 2),
    ("not-before", 3),
    ("reduce", 3),
];

/// JSON that is often a rule.
fn rule() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![3 => leaf(), 3 => text().prop_map(|path| operation("var", Json::Text(path.into())))];
    leaf.prop_recursive(6, 64, 4, |inner| {
        let many = proptest::collection::vec(inner.clone(), 4);
        let date = (inner.clone(), -40_i64..40, "(day|hour|month|year)");
        prop_oneof![
            1 => many.clone().prop_map(Json::Array),
            6 => (proptest::sample::select(OPERATIONS), many).prop_map(|((name, count), mut operands)| {
                operands.truncate(count);
                operation(name, Json::Array(operands))
            }),
            1 => date.prop_map(|(operand, amount, unit)| {
                operation("plusTime", Json::Array(vec![operand, Json::Int(amount), Json::Text(unit.into())]))
            }),
            1 => inner.clone().prop_map(|operand| operation("dccDateOfBirth", Json::Array(vec![operand]))),
            1 => (inner, -1_i64..4).prop_map(|(operand, index)| {
                operation("extractFromUVCI", Json::Array(vec![operand, Json::Int(index)]))
            }),
        ]
    })
}

/// Data in which `integer`, `time` and `items` find what they look for.
fn fitting() -> impl Strategy<Value = Json> {
    let items = proptest::collection::vec((-5_i64..5).prop_map(Json::Int), 0..4);
    (-5_i64..5, date(), items).prop_map(|(n, day, items)| {
        Json::object([("n", Json::Int(n)), ("day", day), ("items", Json::Array(items))]).expect("three keys")
    })
}

fn date() -> impl Strategy<Value = Json> {
    "20[0-9]{2}-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?".prop_map(|date| Json::Text(date.into()))
}

fn var(path: &str) -> Json {
    operation("var", path.into())
}

/// A rule that gives an integer.
fn integer(depth: u32) -> BoxedStrategy<Json> {
    let leaf = prop_oneof![(-5_i64..5).prop_map(Json::Int), Just(var("n"))];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = integer(depth - 1);
    let sum = || operation("+", Json::Array(vec![var("accumulator"), var("current")]));
    prop_oneof![
        leaf,
        (inner.clone(), inner.clone()).prop_map(|(a, b)| operation("+", Json::Array(vec![a, b]))),
        (items(depth - 1), inner.clone())
            .prop_map(move |(items, start)| operation("reduce", Json::Array(vec![items, sum(), start]))),
        (boolean(depth - 1), inner.clone(), inner).prop_map(|(a, b, c)| operation("if", Json::Array(vec![a, b, c]))),
    ]
    .boxed()
}

/// A rule that gives an array of integers.
fn items(depth: u32) -> BoxedStrategy<Json> {
    prop_oneof![
        Just(var("items")),
        proptest::collection::vec(integer(depth), 0..3).prop_map(Json::Array)
    ]
    .boxed()
}

/// A rule that gives a date-time.
fn time() -> impl Strategy<Value = Json> {
    let text = || prop_oneof![date(), Just(var("day"))];
    prop_oneof![
        (text(), -40_i64..40, "(day|hour|month|year)").prop_map(|(text, amount, unit)| {
            operation(
                "plusTime",
                Json::Array(vec![text, Json::Int(amount), Json::Text(unit.into())]),
            )
        }),
        text().prop_map(|text| operation("dccDateOfBirth", Json::Array(vec![text]))),
    ]
}

/// A rule that gives true or false.
fn boolean(depth: u32) -> BoxedStrategy<Json> {
    if depth == 0 {
        return any::<bool>().prop_map(Json::Bool).boxed();
    }
    let (inner, number) = (boolean(depth - 1), integer(depth - 1));
    let compared = |names: &'static [&'static str], operand: BoxedStrategy<Json>| {
        (
            proptest::sample::select(names),
            proptest::collection::vec(operand, 2..4),
        )
            .prop_map(|(name, operands)| operation(name, Json::Array(operands)))
    };
    prop_oneof![
        compared(&["<", "<=", ">", ">="], number.clone()),
        compared(&["before", "after", "not-before", "not-after"], time().boxed()),
        compared(&["and"], inner.clone()),
        (number.clone(), number.clone()).prop_map(|(a, b)| operation("===", Json::Array(vec![a, b]))),
        (number.clone(), items(depth - 1)).prop_map(|(item, items)| operation("in", Json::Array(vec![item, items]))),
        number.prop_map(|operand| operation("!", Json::Array(vec![operand]))),
        (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| operation("if", Json::Array(vec![a, b, c]))),
    ]
    .boxed()
}

fn operation(name: &str, operands: Json) -> Json {
    Json::object([(name, operands)]).expect("one key")
}

/// The same data as facts that were built for a scan.
fn owned(json: &Json) -> Fact<'_> {
    match json {
        Json::Null => Fact::Null,
        Json::Bool(value) => (*value).into(),
        Json::Int(value) => (*value).into(),
        Json::Text(text) => (&**text).into(),
        Json::Array(items) => Fact::Array(items.iter().map(owned).collect()),
        Json::Object(members) => Fact::Object(members.iter().map(|(key, value)| (key, owned(value))).collect()),
    }
}

fn same(value: &Value<'_>, json: &Json) -> bool {
    match (value, json) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(value), Json::Bool(expected)) => value == expected,
        (Value::Int(value), Json::Int(expected)) => value == expected,
        (Value::Text(value), Json::Text(expected)) => *value == &**expected,
        (Value::Array(items), Json::Array(expected)) => {
            items.len() == expected.len() && items.iter().zip(expected).all(|(item, expected)| same(&item, expected))
        }
        (Value::Object(object), Json::Object(expected)) => {
            object.len() == expected.len()
                && expected
                    .iter()
                    .all(|(key, expected)| object.get(key).is_some_and(|value| same(&value, expected)))
        }
        _ => false,
    }
}

/// The folder `name` of the public vectors; none, with a word about it, where there are no vectors.
fn vectors(name: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("POSTERN_VECTORS") else {
        eprintln!("skipped: POSTERN_VECTORS does not name the folder of public vectors");
        return None;
    };
    Some(Path::new(&root).join(name))
}

/// All entries of `folder` in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry of the folder").path())
        .collect();
    files.sort();
    files
}

fn read<T: for<'de> Deserialize<'de>>(file: &Path) -> T {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}
