//! Each operator, each error, and the budget.

use super::*;
use crate::certlogic::Json;

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// The value of `rule` for `data`, compared with the literal JSON `expected`.
fn check(rule: &str, data: &str, expected: Result<&str, EvalError>) {
    let compiled = Rule::compile(&json(rule)).unwrap_or_else(|e| panic!("{rule}: {e}"));
    let data = json(data);
    let facts = Fact::Json(&data);
    match (compiled.evaluate(&facts), expected) {
        (Ok(value), Ok(expected)) => {
            let expected = json(expected);
            let mut steps = Steps { left: MAX_STEPS };
            let same = steps.equal(&value, &Value::of_json(&expected), MAX_COMPARED_DEPTH);
            assert_eq!(same, Ok(true), "{rule} on {data:?}: {value:?}");
        }
        (value, expected) => assert_eq!(value.err(), expected.err(), "{rule} on {data:?}"),
    }
}

fn wrong(operator: Operator, found: Kind) -> Result<&'static str, EvalError> {
    Err(EvalError::Type { operator, found })
}

#[test]
fn var_looks_into_objects_and_arrays() {
    let data = r#"{"a":{"0":1,"b":[{"c":"x"},[7]]},"n":null,"t":"text","0":5}"#;
    for (path, expected) in [
        ("a.b.0.c", r#""x""#),
        ("a.b.1.0", "7"),
        ("a.b.+1.00", "7"),
        ("a.b.2", "null"),
        ("a.b.-1", "null"),
        ("a.b.99999999999999999999", "null"),
        ("a.b.length", "null"),
        ("a.0", "null"),
        ("0", "null"),
        ("n.x", "null"),
        ("t.0", "null"),
        ("t.length", "null"),
        ("missing.x.y", "null"),
        ("a.b.1", "[7]"),
    ] {
        check(&format!(r#"{{"var":"{path}"}}"#), data, Ok(expected));
    }
    check(r#"{"var":""}"#, data, Ok(data));
    check(r#"{"var":""}"#, "null", Ok("null"));
}

#[test]
fn if_evaluates_one_branch() {
    let failing = r#"{"+":["a",1]}"#;
    check(&format!(r#"{{"if":[1,"yes",{failing}]}}"#), "null", Ok(r#""yes""#));
    check(&format!(r#"{{"if":[[],{failing},"no"]}}"#), "null", Ok(r#""no""#));
    check(
        r#"{"if":[{"plusTime":["2021",0,"day"]},1,2]}"#,
        "null",
        wrong(Operator::If, Kind::DateTime),
    );
}

#[test]
fn and_is_lazy_and_gives_an_operand() {
    check(r#"{"and":[1,"a",true,"b"]}"#, "null", Ok(r#""b""#));
    check(r#"{"and":[1,{"var":"x"},{"+":["a",1]}]}"#, "{}", Ok("null"));
    check(r#"{"and":[{"var":""},1]}"#, "{}", Ok("{}"));
    for rule in [
        r#"{"and":[{"plusTime":["2021",0,"day"]},1]}"#,
        r#"{"and":[1,{"plusTime":["2021",0,"day"]}]}"#,
    ] {
        check(rule, "null", wrong(Operator::And, Kind::DateTime));
    }
}

#[test]
fn not_negates_truthiness() {
    check(r#"{"!":[[]]}"#, "null", Ok("true"));
    check(r#"{"!":["0"]}"#, "null", Ok("false"));
    check(
        r#"{"!":[{"dccDateOfBirth":["2021"]}]}"#,
        "null",
        wrong(Operator::Not, Kind::DateTime),
    );
}

#[test]
fn equality_converts_nothing() {
    for (left, right, expected) in [
        ("1", "1", "true"),
        ("1", r#""1""#, "false"),
        (r#""a""#, r#""a""#, "true"),
        (r#""a""#, r#""b""#, "false"),
        (r#""a""#, r#""ab""#, "false"),
        ("0", "false", "false"),
        ("false", "false", "true"),
        (r#"{"var":"none"}"#, r#"{"var":"neither"}"#, "true"),
        (r#"{"var":"none"}"#, "false", "false"),
        ("[1,[2]]", r#"[1,[{"var":"two"}]]"#, "true"),
        ("[1,2]", "[1]", "false"),
        ("[1,2]", "[2,1]", "false"),
        (r#"{"var":"o"}"#, r#"{"var":"same"}"#, "true"),
        (r#"{"var":"o"}"#, r#"{"var":"other"}"#, "false"),
        (
            r#"{"plusTime":["2021-01-01",0,"day"]}"#,
            r#"{"plusTime":["2021-01-01T01:00:00+1",0,"day"]}"#,
            "true",
        ),
    ] {
        let data = r#"{"two":2,"o":{"a":1,"b":[]},"same":{"b":[],"a":1},"other":{"a":1,"c":[]}}"#;
        check(&format!(r#"{{"===":[{left},{right}]}}"#), data, Ok(expected));
    }
}

#[test]
fn in_looks_for_a_member() {
    check(r#"{"in":["b",["a","b"]]}"#, "null", Ok("true"));
    check(r#"{"in":["1",[1,2]]}"#, "null", Ok("false"));
    check(r#"{"in":[{"var":"x"},[]]}"#, "null", Ok("false"));
    check(r#"{"in":[{"var":"x"},{"var":"y"}]}"#, r#"{"y":[1,null]}"#, Ok("true"));
    check(r#"{"in":["a","abc"]}"#, "null", wrong(Operator::In, Kind::Text));
    check(r#"{"in":["a",{"var":"y"}]}"#, "null", wrong(Operator::In, Kind::Null));
}

#[test]
fn plus_adds_integers() {
    check(r#"{"+":[40,{"var":""}]}"#, "2", Ok("42"));
    check(
        r#"{"+":[1,{"var":""}]}"#,
        "9223372036854775807",
        Err(EvalError::Overflow(Operator::Add)),
    );
    check(r#"{"+":[1,"2"]}"#, "null", wrong(Operator::Add, Kind::Text));
    check(r#"{"+":[{"var":""},1]}"#, "null", wrong(Operator::Add, Kind::Null));
}

#[test]
fn integers_are_compared() {
    for (operator, below, same, above) in [
        ("<", "true", "false", "false"),
        ("<=", "true", "true", "false"),
        (">", "false", "false", "true"),
        (">=", "false", "true", "true"),
    ] {
        for (operands, expected) in [
            ("1,2", below),
            ("2,2", same),
            ("3,2", above),
            ("1,2,3", below),
            ("2,2,2", same),
            ("3,2,1", above),
            ("1,3,2", "false"),
            ("3,1,2", "false"),
        ] {
            check(&format!(r#"{{"{operator}":[{operands}]}}"#), "null", Ok(expected));
        }
    }
    // The third operand counts even where the first two decide.
    check(r#"{"<":[2,1,"3"]}"#, "null", wrong(Operator::Less, Kind::Text));
    check(r#"{">":[{"var":"x"},1]}"#, "null", wrong(Operator::Greater, Kind::Null));
}

#[test]
fn date_times_are_compared() {
    let day = |day| format!(r#"{{"plusTime":[{{"var":"{day}"}},0,"day"]}}"#);
    let data = r#"{"1":1,"a":"2021-05-01","b":"2021-05-02T00:00:00+00:00","c":"2021-05-03"}"#;
    let (a, b, c) = (day("a"), day("b"), day("c"));
    for (operator, below, same, above) in [
        ("before", "true", "false", "false"),
        ("not-after", "true", "true", "false"),
        ("after", "false", "false", "true"),
        ("not-before", "false", "true", "true"),
    ] {
        for (operands, expected) in [
            (format!("{a},{b}"), below),
            (format!("{b},{b}"), same),
            (format!("{c},{b}"), above),
            (format!("{a},{b},{c}"), below),
            (format!("{b},{b},{b}"), same),
            (format!("{c},{b},{a}"), above),
            (format!("{a},{c},{b}"), "false"),
            (format!("{c},{a},{b}"), "false"),
        ] {
            check(&format!(r#"{{"{operator}":[{operands}]}}"#), data, Ok(expected));
        }
    }
    check(
        &format!(r#"{{"before":[{a},"2021-05-02"]}}"#),
        data,
        wrong(Operator::Before, Kind::Text),
    );
    check(
        &format!(r#"{{"<":[{a},{b}]}}"#),
        data,
        wrong(Operator::Less, Kind::DateTime),
    );
}

#[test]
fn plus_time_takes_texts_only() {
    let rule = r#"{"===":[{"plusTime":[{"var":""},1,"month"]},{"plusTime":["2021-03-03",0,"hour"]}]}"#;
    check(rule, r#""2021-01-31""#, Ok("true"));
    check(rule, r#""2021-1-31""#, Err(EvalError::DateTime(Operator::PlusTime)));
    check(rule, r#""""#, Err(EvalError::DateTime(Operator::PlusTime)));
    check(rule, "null", wrong(Operator::PlusTime, Kind::Null));
    check(
        r#"{"plusTime":[{"plusTime":["2021",0,"day"]},1,"day"]}"#,
        "null",
        wrong(Operator::PlusTime, Kind::DateTime),
    );
    let far = r#"{"plusTime":[{"var":""},300000,"year"]}"#;
    check(far, r#""2021""#, Err(EvalError::Overflow(Operator::PlusTime)));
}

#[test]
fn birth_dates_are_the_last_that_fit() {
    let rule = r#"{"===":[{"dccDateOfBirth":[{"var":"dob"}]},{"plusTime":[{"var":"last"},0,"day"]}]}"#;
    check(rule, r#"{"dob":"2004","last":"2004-12-31"}"#, Ok("true"));
    check(rule, r#"{"dob":"2004-02","last":"2004-02-29"}"#, Ok("true"));
    check(rule, r#"{"dob":"2004-02-01","last":"2004-02-01"}"#, Ok("true"));
    let birth_date = Operator::DccDateOfBirth;
    check(
        rule,
        r#"{"dob":"2004-02-01T00:00:00Z","last":"2004"}"#,
        Err(EvalError::DateTime(birth_date)),
    );
    check(rule, r#"{"dob":2004,"last":"2004"}"#, wrong(birth_date, Kind::Integer));
}

#[test]
fn fragments_of_a_uci_are_found() {
    for (uci, index, expected) in [
        (r#""URN:UVCI:01:NL:187/37512422923""#, 1, r#""NL""#),
        (r#""01:NL:187/37512422923""#, 3, r#""37512422923""#),
        (r#""a::c/#/f""#, 4, r#""""#),
        (r#""a::c/#/f""#, 6, "null"),
        (r#""a""#, -1, "null"),
        (r#""URN:UVCI:""#, 0, r#""""#),
        (r#""urn:uvci:x""#, 0, r#""urn""#),
        ("null", 0, "null"),
    ] {
        check(
            &format!(r#"{{"extractFromUVCI":[{{"var":""}},{index}]}}"#),
            uci,
            Ok(expected),
        );
    }
    let rule = r#"{"extractFromUVCI":[{"var":""},0]}"#;
    check(rule, "1", wrong(Operator::ExtractFromUvci, Kind::Integer));
}

#[test]
fn reduce_folds_from_the_left() {
    let count = r#"{"reduce":[{"var":"x"},{"+":[{"var":"accumulator"},{"var":"current.n"}]},{"var":"start"}]}"#;
    check(count, r#"{"x":[{"n":1},{"n":2}],"start":10}"#, Ok("13"));
    check(count, r#"{"x":[],"start":10}"#, Ok("10"));
    check(count, r#"{"x":null,"start":10}"#, Ok("10"));
    check(count, r#"{"x":{},"start":10}"#, wrong(Operator::Reduce, Kind::Object));
    // Within the lambda there is nothing but the accumulator and the current item.
    let inside = |lambda: &str| format!(r#"{{"reduce":[[1,2],{lambda},"start"]}}"#);
    check(&inside(r#"{"var":"data.x"}"#), r#"{"x":1}"#, Ok("null"));
    check(&inside(r#"{"var":"0"}"#), r#"{"x":1}"#, Ok("null"));
    check(
        &inside(r#"{"if":[{"===":[{"var":"current"},2]},{"var":""},"later"]}"#),
        "null",
        Ok(r#"{"accumulator":"later","current":2}"#),
    );
    check(
        &inside(r#"[{"var":"current"},{"var":"accumulator"}]"#),
        "null",
        Ok(r#"[2,[1,"start"]]"#),
    );
}

#[test]
fn a_rule_holds_or_not() {
    let holds = |rule| Rule::compile(&json(rule)).unwrap().holds(&Fact::Null);
    assert_eq!(holds("true"), Ok(true));
    assert_eq!(holds(r#"{"!":[1]}"#), Ok(false));
    for (rule, found) in [
        (r#"{"var":""}"#, Kind::Null),
        ("1", Kind::Integer),
        (r#""true""#, Kind::Text),
        ("[]", Kind::Array),
        (r#"{"plusTime":["2021",0,"day"]}"#, Kind::DateTime),
    ] {
        assert_eq!(holds(rule), Err(EvalError::Result(found)), "{rule}");
    }
}

#[test]
fn work_is_bounded() {
    let big = Json::Array(vec![Json::Int(1); 1_000]);
    let facts = Fact::Json(&big);
    let over = |inner: &str| format!(r#"{{"reduce":[{{"var":""}},{inner},0]}}"#);
    // Nested folds over the same array are only possible through the accumulator.
    let again = r#"{"reduce":[{"var":"accumulator"},{"var":"accumulator"},{"var":"accumulator"}]}"#;
    let nested = format!(r#"{{"reduce":[{{"var":""}},{again},{{"var":""}}]}}"#);
    let evaluate = |rule: &str| {
        let rule = Rule::compile(&json(rule)).unwrap();
        rule.evaluate(&facts).map(|value| value.kind())
    };
    assert_eq!(evaluate(&over(r#"{"var":"current"}"#)), Ok(Kind::Integer));
    assert_eq!(evaluate(&nested), Err(EvalError::Steps));
    assert_eq!(evaluate(&over(r#"[{"var":"accumulator"}]"#)), Err(EvalError::Depth));
    assert_eq!(evaluate(&over(r#"{"var":""}"#)), Err(EvalError::Depth));
    let doubling = r#"[{"var":"accumulator"},{"var":"accumulator"}]"#;
    assert_eq!(evaluate(&over(doubling)), Err(EvalError::Steps));
    let members = vec![r#"{"in":[2,{"var":""}]}"#; 101].join(",");
    assert_eq!(evaluate(&format!("[{members}]")), Err(EvalError::Steps));
}

#[test]
fn long_texts_cost_more() {
    let text = "x".repeat(64_000);
    let items: Vec<_> = (0..200).map(|_| Fact::Text(&text)).collect();
    let wanted = format!("{}y", &text[1..]);
    let members = [("items", Fact::Items(&items)), ("wanted", Fact::Text(&wanted))];
    let rule = Rule::compile(&json(r#"{"in":[{"var":"wanted"},{"var":"items"}]}"#)).unwrap();
    assert_eq!(rule.holds(&Fact::Members(&members)), Err(EvalError::Steps));
}

#[test]
fn endless_depth_of_facts_is_an_error() {
    let mut facts = Fact::Null;
    for _ in 0..1_000 {
        facts = Fact::Array(vec![facts]);
    }
    let rule = Rule::compile(&json(r#"{"===":[{"var":""},{"var":""}]}"#)).unwrap();
    assert_eq!(rule.holds(&facts), Err(EvalError::Depth));
}
