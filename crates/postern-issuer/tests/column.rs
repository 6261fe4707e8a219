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

#[test]
fn the_newest_negative_test_of_each_person_is_published() {
    let city = City::new(5);
    let tests = "id,sampled,result\nP-0,2026-11-23T07:59:59Z,negative\nP-0,2026-11-22 16:00,阴性\n\
                 p-1,2026-11-23T08:00:00Z,not-detected\nP-2,2026-11-23T08:00:00Z,positive\nP-3,2026-11-12,阴性\n";
    let file = city.file("tests.csv", tests);
    let ran = city.desk(&["column", "import", &file], 2, &[]);
    let summary = json!({ "rows": 5, "negative": 4, "positive": 1, "newer": 3, "rejected": 0, "known": 3 });
    assert_eq!((ran.status, &ran.lines()[0]["summary"]), (0, &summary), "{}", ran.err);
    let ran = city.desk(&["column", "import", &file], 3, &[]);
    assert_eq!(ran.lines()[0]["already"]["batch"], 1);
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
