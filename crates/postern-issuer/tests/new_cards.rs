//! New cards for people whose code is not valid, and statuses of people with two cards. All people are made up.

#[path = "mint/city.rs"]
mod city;
#[path = "mint/office.rs"]
mod office;

use std::fs;

use postern_cli::Explain;
use postern_issuer::mint::ledger::Ended;
use postern_issuer::mint::{RenewArgs, renew};
use serde_json::json;

use city::City;
use office::{AT, DAY, counts, list, mint_json, no_register, session};

#[test]
fn who_is_not_valid_is_not_renewed() {
    let city = City::new(5);
    for (id, status) in [("P-1", "invalid"), ("P-2", "suspended"), ("P-3", "restricted")] {
        city.set_id(id, status);
    }
    let ids = |codes: Vec<(String, u32)>| codes.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(city.renewed(city.asking())), ["P-0", "P-4"]);
    city.set_id("P-2", "valid");
    assert_eq!(ids(city.renewed(city.asking())), ["P-2"]);
    // Nobody asks, everybody gets one.
    assert_eq!(ids(city.renewed(no_register())), ["P-1", "P-3"]);
    // A register of other ledgers says nothing of these codes.
    let mut other = city.args.clone();
    other.issue.ledger = city.office.path("other.db");
    other.issue.out = city.office.path("other");
    other.capacity = Some(6_000);
    assert_eq!(counts(&other), [5, 0, 0]);
    let args = RenewArgs {
        issue: other.issue,
        expiring_within: 365,
        choice: city.asking(),
    };
    let error = renew(&args, &session(&["--json"]), &mut Vec::new()).unwrap_err();
    assert_eq!(error.reason(), "register-other");
}

#[test]
fn who_is_not_valid_by_an_older_card_is_not_renewed_either() {
    let city = City::new(3);
    city.set_id("P-1", "restricted");
    city.set_id("P-2", "invalid");
    city.renewed(no_register());
    // The new cards are valid, and the old ones, which are not, are in force still.
    let mut issue = city.args.issue.clone();
    issue.out = city.office.path("again");
    issue.at = Some(AT.plus(2 * DAY).seconds() as i64);
    let args = RenewArgs {
        issue,
        expiring_within: 365,
        choice: city.asking(),
    };
    renew(&args, &session(&["--json"]), &mut Vec::new()).unwrap();
    let rows = list(&args.issue.out.join("codes.csv"));
    let ids: Vec<_> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(
        ids,
        ["P-0", "P-2"],
        "an old code may be withdrawn once there is a new one"
    );
    let error = city.lost("P-1", Ended::Lost, city.asking()).unwrap_err();
    assert_eq!(error.reason(), "replace-not-valid");
}

#[test]
fn a_card_of_who_is_not_valid_is_not_replaced() {
    let city = City::new(2);
    for status in ["restricted", "suspended", "invalid"] {
        city.set_id("P-0", status);
        let error = city.lost("P-0", Ended::Lost, city.asking()).unwrap_err();
        assert_eq!(error.reason(), "replace-not-valid");
        assert!(error.to_string().contains(status), "{error}");
    }
    assert!(!city.office.path("lost-P-0").exists(), "nothing was begun");
    assert!(city.lost("P-1", Ended::Lost, city.asking()).is_ok());
    assert!(city.lost("P-0", Ended::Lost, no_register()).is_ok());
}

#[test]
fn changed_rows_of_who_is_not_valid_are_rejected() {
    let city = City::new(3);
    city.set_id("P-0", "restricted");
    let mut args = city.args.clone();
    fs::write(&args.people, "id,name\nP-0,样本甲\nP-1,样本乙\nP-2,样本2\n").unwrap();
    (args.changed, args.choice) = (true, city.asking());
    let (status, told) = mint_json(&args);
    let reject = &told[0]["reject"];
    assert_eq!(
        (status, &reject["line"], &reject["reason"]),
        (3, &2.into(), &"code-not-valid".into())
    );
    assert!(reject["message"].as_str().unwrap().contains("restricted"), "{reject}");
    let summary = &told.last().unwrap()["summary"];
    let counts = ["minted", "already", "rejected"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1]);
    // Once it is lifted, the row is taken.
    city.set_id("P-0", "valid");
    assert_eq!(mint_json(&args).1.last().unwrap()["summary"]["minted"], 1);
}

#[test]
fn the_register_is_named_or_set_aside_in_so_many_words() {
    let city = City::new(1);
    let (ledger, repo, key) = (city.path("ledger.db"), city.path("repo"), city.path("west.key"));
    let (out, people, tag) = (city.path("out"), city.path("people.csv"), city.path("tag.key"));
    let common = ["--out", &out, "--ledger", &ledger, "--repo", &repo, "--key", &key];
    let commands: [&[&str]; 4] = [
        &["renew", "--expiring-within", "3"],
        &["replace", "P-0", "--reason", "lost"],
        &["mint", &people, "--tag-key", &tag, "--changed"],
        &["mint", &people, "--tag-key", &tag, "--changed-since", "2026-11-20"],
    ];
    for command in commands {
        let ran = city.run(&[command, &common].concat());
        assert_eq!(ran.status, 2, "{command:?}");
        assert!(ran.err.contains("--register <FILE>|--no-register"), "{}", ran.err);
        let both = [command, &common, &["--no-register", "--register", &ledger]].concat();
        assert_eq!(city.run(&both).status, 2, "{command:?}");
        let ran = city.run(&[command, &common, &["--no-register", "--json"]].concat());
        assert_ne!(ran.status, 2, "{}", ran.err);
    }
}

#[test]
fn a_status_reaches_the_new_card_and_the_old_one() {
    let city = City::new(3);
    city.set_id("P-2", "suspended");
    let new = city.renewed(city.asking());
    let places = |n: usize| [city.index(&new[n].0), new[n].1];
    assert_eq!(new.len(), 2);
    let ran = city.set(26, &["--id", "P-0", "--status", "restricted"]);
    let set: Vec<_> = ran.lines().iter().map(|line| line["code"]["index"].clone()).collect();
    assert_eq!(set, places(0).map(|place| json!(place)), "{}", ran.err);
    let file = city.file("contacts.csv", "id,status,why\nP-1,restricted,contact\n");
    let ran = city.desk(&["status", "import", &file], 26, &[]);
    assert_eq!(ran.lines()[0]["summary"]["changed"], 2);
    for place in [places(0), places(1)].concat() {
        let code = city.show(&["--index", &place.to_string()])[0]["code"].take();
        assert_eq!(code["status"], "restricted", "{place}");
    }
}
