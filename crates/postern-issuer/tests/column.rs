//! `column`: from a file of tests to what gates see. All people are made up.

#[path = "mint/city.rs"]
mod city;
#[path = "mint/office.rs"]
mod office;

use std::fs;

use postern_core::demo;
use postern_core::keys::{Role, Signer};
use postern_core::status::{Column, ColumnValue};
use postern_core::time::Time;
use postern_core::trust::{Document, Keys};
use postern_core::verdict::Outcome;
use serde_json::json;

use city::{City, outcome};
use office::{AT, no_register};

#[test]
fn the_newest_negative_test_of_each_person_is_published() {
    let city = City::new(5);
    let tests = "id,sampled,result\nP-0,2026-11-23T07:59:59Z,negative\nP-0,2026-11-22 16:00,阴性\n\
                 p-1,2026-11-23T08:00:00Z,not-detected\nP-2,2026-11-23T08:00:00Z,positive\nP-3,2026-11-12,阴性\n";
    let file = city.file("tests.csv", tests);
    let ran = city.desk(&["column", "import", &file], 2, &[]);
    let summary =
        json!({ "rows": 5, "negative": 4, "positive": 1, "newer": 3, "carried": 0, "rejected": 0, "known": 3 });
    assert_eq!((ran.status, &ran.lines()[0]["summary"]), (0, &summary), "{}", ran.err);
    let ran = city.desk(&["column", "import", &file], 3, &[]);
    let newer = &ran.lines()[0]["summary"]["newer"];
    assert_eq!(newer, 0, "the same file changes nothing");
    assert_eq!(city.publish_column(3).status, 0);

    let column = |version: u64| {
        let bytes = fs::read(city.repo(&format!("status/west/negative-test/{version}.column"))).unwrap();
        let document = Document::<Column>::parse(&bytes).unwrap();
        let keys = Keys::new(vec![demo::key(Role::Status, 0).public()], 1).unwrap();
        document.threshold(&keys).unwrap();
        let column = document.into_payload();
        assert_eq!(
            (column.list.as_str(), column.version, column.unit, column.size),
            ("west", version, 3600, 5_000)
        );
        column.values().unwrap()
    };
    let time = |text: &str| {
        Some(ColumnValue::Time(Time::saturating(
            postern_cli::clock::parse_time(text).unwrap(),
        )))
    };
    let values = column(1);
    let of = |id: &str| values.get(city.index(id));
    assert_eq!(of("P-0"), time("2026-11-23T07:00:00Z"), "rounded down to the hour");
    assert_eq!(of("P-1"), time("2026-11-23T08:00:00Z"));
    assert_eq!((of("P-2"), of("P-4")), (None, None));
    assert_eq!(of("P-3"), None, "older than a byte of hours");

    let file = city.file(
        "older.csv",
        format!("index,sampled\n{},2026-11-20T00:00:00Z\n", city.index("P-1")),
    );
    assert_eq!(
        city.desk(&["column", "import", &file], 4, &[]).lines()[0]["summary"]["newer"],
        0
    );
    let ran = city.publish_column(3);
    assert_eq!(
        ran.lines()[0]["published"]["version"],
        2,
        "a file was taken, though it held nothing newer"
    );
    assert_eq!(city.publish_column(3).lines()[0]["published"]["already"], true);
    assert_eq!(column(2).get(city.index("P-1")), time("2026-11-23T08:00:00Z"));

    let bad = "id,sampled,result\nP-0,2026-11-24T00:00:00Z,negative\nP-0,yesterday,negative\nP-0,2026-11-20,maybe\nP-8,2026-11-20,\n";
    let ran = city.desk(&["column", "import", &city.file("bad.csv", bad)], 4, &[]);
    let reasons: Vec<_> = ran
        .lines()
        .iter()
        .map(|line| line["reject"]["reason"].clone())
        .collect();
    assert_eq!(
        reasons,
        ["sampled-in-future", "sampled-invalid", "result-unknown", "id-unknown"]
    );
    assert_eq!((ran.status, ran.reason().as_str()), (3, "status-rejected"));
    let args = city.publish_args("column", 5);
    let args: Vec<&str> = args.iter().map(String::as_str).chain(["--column", "other"]).collect();
    assert_eq!(city.run(&args).reason(), "register-column-unknown");
    // What is published is what gates take.
    city.set_id("P-4", "suspended");
    city.published(5);
    city.renew_snapshot(5);
    assert_eq!(outcome(&city.judge(), &city.codes()["P-0"].1, 6), Outcome::Admit);
}

/// The newest hour of a place in the published column of a version.
fn value(city: &City, version: u64, place: u32) -> Option<ColumnValue> {
    let bytes = fs::read(city.repo(&format!("status/west/negative-test/{version}.column"))).unwrap();
    let column = Document::<Column>::parse(&bytes).unwrap().into_payload();
    column.values().unwrap().get(place)
}

fn hour(at: u64) -> Option<ColumnValue> {
    let time = AT.plus(at * 3600).seconds();
    Some(ColumnValue::Time(Time::saturating((time - time % 3600) as i64)))
}

#[test]
fn a_new_card_has_the_test_of_the_old_one() {
    let city = City::new(2);
    let tests = city.file("tests.csv", format!("id,sampled\nP-0,{}\n", AT.plus(3600)));
    assert_eq!(city.desk(&["column", "import", &tests], 2, &[]).status, 0);
    let new = city.renewed(no_register())[0].1;
    // The next day's file, in which the person is not.
    let other = city.file("next.csv", format!("id,sampled\nP-1,{}\n", AT.plus(20 * 3600)));
    for (expected, hours) in [(1, 26), (0, 27)] {
        let ran = city.desk(&["column", "import", &other], hours, &[]);
        assert_eq!(ran.lines()[0]["summary"]["carried"], expected, "{}", ran.err);
    }
    assert_eq!(city.publish_column(27).status, 0);
    assert_eq!(value(&city, 1, new), hour(1));
    assert_eq!(value(&city, 1, city.index("P-0")), hour(1));
    // A newer one of the new card stays, and the old card keeps its own.
    let file = city.file("newer.csv", format!("index,sampled\n{new},{}\n", AT.plus(27 * 3600)));
    assert_eq!(city.desk(&["column", "import", &file], 28, &[]).status, 0);
    assert_eq!(city.publish_column(28).status, 0);
    assert_eq!(
        [value(&city, 2, new), value(&city, 2, city.index("P-0"))],
        [hour(27), hour(1)]
    );
}

#[test]
fn a_wrong_test_is_taken_back_and_does_not_come_back() {
    let city = City::new(2);
    let set = |hours: u64, more: &[&str]| {
        let command = ["column", "set", "--clear", "--why", "sample of another person"];
        city.desk(&command, hours, more)
    };
    assert_eq!(set(1, &["--id", "P-0"]).reason(), "register-column-unknown");
    let tests = city.file("tests.csv", format!("id,sampled\nP-0,{0}\nP-1,{0}\n", AT.plus(3600)));
    assert_eq!(city.desk(&["column", "import", &tests], 2, &[]).status, 0);
    let (old, new) = (city.index("P-0"), city.renewed(no_register())[0].1);
    let none = city.file("none.csv", "id,sampled\n");
    assert_eq!(
        city.desk(&["column", "import", &none], 26, &[]).lines()[0]["summary"]["carried"],
        2
    );
    assert_eq!(city.publish_column(26).status, 0);
    assert_eq!([value(&city, 1, old), value(&city, 1, new)], [hour(1); 2]);

    let ran = set(27, &["--index", &new.to_string()]);
    let lines = ran.lines();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (&line["code"]["index"], &line["code"]["changed"]))
        .collect();
    assert_eq!(
        told,
        [(&json!(old), &json!(true)), (&json!(new), &json!(true))],
        "{}",
        ran.err
    );
    // Neither of the old card, nor with the next import.
    assert_eq!(
        city.desk(&["column", "import", &none], 28, &[]).lines()[0]["summary"]["carried"],
        0
    );
    assert_eq!(city.publish_column(28).status, 0);
    assert_eq!([value(&city, 2, old), value(&city, 2, new)], [None; 2]);
    assert_eq!(value(&city, 2, city.index("P-1")), hour(1), "nobody else's");

    let code = city.show(&["--index", &old.to_string(), "--history"])[0]["code"].take();
    let cleared = json!([{
        "at": AT.plus(27 * 3600).to_string(), "by": "desk 1", "column": "negative-test",
        "was": "2026-11-23T08:00:00Z", "why": "sample of another person", "batch": 3,
    }]);
    assert_eq!(code["cleared"], cleared);
    let batches = city.show(&["--history"])[0]["register"]["batches"].take();
    assert_eq!(
        (&batches[1]["command"], &batches[1]["changed"]),
        (&"column-set".into(), &2.into())
    );
    let again = set(29, &["--id", "p-0"]);
    assert!(
        again.lines().iter().all(|line| line["code"]["changed"] == false),
        "{}",
        again.out
    );
    assert_eq!(set(29, &["--id", "nobody"]).reason(), "ledger-nothing-found");
    assert_eq!(set(29, &["--index", "4999999"]).reason(), "status-index-unknown");
    assert_eq!(set(29, &[]).status, 2);
}

#[test]
fn a_clock_may_be_five_minutes_ahead() {
    let city = City::new(1);
    let import = |seconds: u64| {
        let text = format!("id,sampled\nP-0,{}\n", AT.plus(3600 + seconds));
        city.desk(&["column", "import", &city.file("tests.csv", text)], 1, &[])
    };
    // Times of samples are those of whole minutes.
    let ran = import(360);
    assert_eq!(
        (&ran.lines()[0]["reject"]["reason"], ran.reason().as_str()),
        (&"sampled-in-future".into(), "status-rejected")
    );
    assert_eq!(import(300).lines()[0]["summary"]["newer"], 1);
}
