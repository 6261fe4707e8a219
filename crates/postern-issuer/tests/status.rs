//! `status set`, `import` and `show`, run as the program. All people are made up.

#[path = "mint/city.rs"]
mod city;
#[path = "mint/office.rs"]
mod office;

use std::fs;

use postern_issuer::mint::FormatName;
use postern_issuer::mint::ledger::Ended;
use serde_json::json;

use city::{City, counts_of};
use office::{AT, Office, counts, no_register};

#[test]
fn who_when_and_why_are_kept() {
    let city = City::new(4);
    let ran = city.set(1, &["--id", "p-1", "--status", "suspended"]);
    let expected = json!({ "code": {
        "id": "p-1", "index": city.index("P-1"), "expires": "2027-11-23T07:30:00Z",
        "was": "valid", "status": "suspended", "changed": true,
    }});
    assert_eq!((ran.status, ran.lines()), (0, vec![expected]), "{}", ran.err);
    let index = city.index("P-2").to_string();
    assert_eq!(city.set(2, &["--index", &index, "--status", "restricted"]).status, 0);
    let again = city.set(3, &["--id", "P-1", "--status", "suspended"]);
    assert_eq!(again.lines()[0]["code"]["changed"], false);
    city.published(4);
    assert_eq!(city.set(5, &["--id", "P-1", "--status", "valid"]).status, 0);

    let register = city.show(&[]).pop().unwrap()["register"].take();
    assert_eq!(counts_of(&register["counts"]), [4_999, 0, 0, 1]);
    assert_eq!(counts_of(&register["pending"]), [1, 0, 0, 0]);
    assert_eq!(
        (&register["codes"], &register["limit"], &register["places"]),
        (&4.into(), &10.into(), &5_000.into())
    );
    assert_eq!(
        (&register["published"]["version"], &register["published"]["by"]),
        (&1.into(), &"head".into())
    );
    let ledger = city.args.issue.ledger.display().to_string();
    let shown = city
        .show(&["--id", "P-1", "--history", "--ledger", &ledger])
        .pop()
        .unwrap()["code"]
        .take();
    assert_eq!(
        (&shown["status"], &shown["published"]),
        (&"valid".into(), &"suspended".into())
    );
    let entry = |at: u64, was, status, batch| {
        json!({
            "at": AT.plus(at * 3600).to_string(), "by": "desk 1", "was": was, "status": status, "why": "tested",
            "batch": batch, "command": "set", "file": null,
        })
    };
    let expected = [entry(1, "valid", "suspended", 1), entry(5, "suspended", "valid", 3)];
    assert_eq!(shown["history"], json!(expected));
    let batches = city.show(&["--history"]).pop().unwrap()["register"]["batches"].take();
    assert_eq!(
        batches.as_array().unwrap().len(),
        3,
        "what changed nothing left no trace"
    );
}

#[test]
fn a_document_leads_to_the_codes_of_its_holder() {
    let office = Office::new();
    let mut args = office.people(format!("{}\n{}\nA-2,,,,,,,,,,,,,\n", office::HEADER, office::FULL));
    args.issue.format = vec![FormatName::Csv];
    assert_eq!(counts(&args), [2, 0, 0]);
    let city = City { office, args };
    let key = city.path("tag.key");
    let document = |number: &str| {
        let args = [
            "--document",
            "id",
            "cn",
            number,
            "--tag-key",
            &key,
            "--status",
            "invalid",
        ];
        city.set(1, &args)
    };
    let ran = document("110105 19491231 002x");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(ran.lines()[0]["code"]["id"], "A-1");
    assert_eq!(document("110105194912310011").reason(), "ledger-nothing-found");
}

#[test]
fn invalid_is_final_unless_somebody_insists() {
    let city = City::new(2);
    city.set_id("P-0", "invalid");
    for status in ["valid", "suspended", "restricted"] {
        let index = city.index("P-0").to_string();
        assert_eq!(
            city.set(2, &["--id", "P-0", "--status", status]).reason(),
            "status-final"
        );
        assert_eq!(
            city.set(2, &["--index", &index, "--status", status]).reason(),
            "status-final"
        );
    }
    let ran = city.set(3, &["--id", "P-0", "--status", "valid", "--danger-revalidate"]);
    assert_eq!((ran.status, &ran.lines()[0]["code"]["was"]), (0, &"invalid".into()));
}

#[test]
fn the_status_is_that_of_the_codes_in_force() {
    let city = City::new(2);
    let before = city.index("P-0");
    let new = city.lost("P-0", Ended::Lost, no_register()).unwrap();
    let ran = city.set(1, &["--id", "P-0", "--status", "suspended"]);
    let indexes: Vec<_> = ran.lines().iter().map(|line| line["code"]["index"].clone()).collect();
    assert_eq!(indexes, [json!(new)], "what was replaced is not in force");
    let ran = city.set(366 * 24, &["--id", "P-0", "--status", "valid"]);
    assert_eq!(ran.reason(), "status-nothing-in-force");
    assert_eq!(
        city.set(1, &["--id", "P-9", "--status", "valid"]).reason(),
        "ledger-nothing-found"
    );
    // By its index the old one is found all the same.
    let old = before.to_string();
    assert_eq!(city.set(1, &["--index", &old, "--status", "invalid"]).status, 0);
    // A place that nobody has yet must not be set.
    let taken: Vec<u32> = city.codes().into_values().map(|(index, _)| index).collect();
    let free = (0..).find(|index| *index != new && !taken.contains(index)).unwrap();
    for index in [free, 5_000, u32::MAX] {
        let ran = city.set(1, &["--index", &index.to_string(), "--status", "invalid"]);
        assert_eq!(ran.reason(), "status-index-unknown", "{index}");
    }
}

#[test]
fn what_was_replaced_is_set_invalid_with_the_reason() {
    let city = City::new(4);
    let mut old = city.codes();
    for (id, reason) in [("P-1", Ended::Lost), ("P-2", Ended::Stolen)] {
        city.lost(id, reason, no_register()).unwrap();
    }
    let ran = city.desk(&["status", "import", "--superseded"], 1, &[]);
    let summary = json!({ "summary": { "rows": 2, "changed": 2, "unchanged": 0, "rejected": 0 } });
    assert_eq!((ran.status, ran.lines()), (0, vec![summary]), "{}", ran.err);
    for (id, why) in [("P-1", "replaced: lost"), ("P-2", "replaced: stolen")] {
        let index = old.remove(id).unwrap().0.to_string();
        let code = city.show(&["--index", &index, "--history"]).pop().unwrap()["code"].take();
        assert_eq!(
            (&code["status"], &code["history"][0]["why"]),
            (&"invalid".into(), &why.into())
        );
        assert_eq!(code["history"][0]["command"], "superseded");
    }
    let ran = city.desk(&["status", "import", "--superseded"], 2, &[]);
    let summary = json!({ "summary": { "rows": 2, "changed": 0, "unchanged": 2, "rejected": 0 } });
    assert_eq!(ran.lines(), [summary]);
}

#[test]
fn a_file_is_taken_whole_or_not_at_all() {
    let city = City::new(5);
    let good = "id,status,why\nP-0,suspended,contact\np-1,restricted,tested\nP-2,valid,cleared\n";
    let bad = "P-9,invalid,dead\nP-3,gone,dead\nP-4,invalid,\nP-0,invalid,dead\n,invalid,dead\nP-3,invalid\n\"P-4,invalid,x\n";
    let all = city.file("all.csv", format!("{good}{bad}"));
    let import = |file: &str, more: &[&str]| city.desk(&["status", "import", file], 1, more);
    let ran = import(&all, &[]);
    assert_eq!((ran.status, ran.reason().as_str()), (3, "status-rejected"));
    let rejects: Vec<_> = ran
        .lines()
        .iter()
        .map(|line| {
            (
                line["reject"]["line"].as_u64().unwrap(),
                line["reject"]["reason"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        (5, "id-unknown"),
        (6, "status-unknown"),
        (7, "why-invalid"),
        (8, "status-contradiction"),
        (9, "id-missing"),
        (10, "ragged-row"),
        (11, "quote-open"),
    ];
    assert_eq!(rejects, expected.map(|(line, reason)| (line, reason.to_owned())));
    assert_eq!(
        counts_of(&city.show(&[])[0]["register"]["counts"]),
        [5_000, 0, 0, 0],
        "nothing was taken"
    );

    let ran = import(&all, &["--skip-rejects"]);
    let summary = json!({ "rows": 10, "changed": 2, "unchanged": 1, "rejected": 7 });
    assert_eq!((ran.status, &ran.lines()[7]["summary"]), (3, &summary), "{}", ran.err);
    let counts = counts_of(&city.show(&[])[0]["register"]["counts"]);
    assert_eq!(counts, [4_998, 0, 1, 1]);
    assert!(import(&all, &["--skip-rejects"]).lines().pop().unwrap()["already"].is_null());
}

#[test]
fn a_file_is_taken_again_where_anything_is_not_as_it_says() {
    let city = City::new(4);
    let import = |file: &str, more: &[&str]| {
        let ran = city.desk(&["status", "import", file], 1, more);
        ran.lines().pop().unwrap()
    };
    let file = city.file(
        "day-1.csv",
        "id,status,why\nP-0,restricted,contact\nP-1,valid,cleared\n",
    );
    assert_eq!(import(&file, &[])["summary"]["changed"], 1);
    // Under another name it is the same file.
    let copy = city.file("copy.csv", fs::read(&file).unwrap());
    assert_eq!(import(&copy, &[])["already"]["batch"], 1);
    // Day 2: lifted. Day 3: the same people are contacts again.
    city.set_id("P-0", "valid");
    let again = json!({ "rows": 2, "changed": 1, "unchanged": 1, "rejected": 0 });
    assert_eq!(import(&file, &[])["summary"], again);
    assert_eq!(import(&file, &[])["already"]["batch"], 3);
    // A new card that somebody gave without asking the register.
    city.lost("P-0", Ended::Lost, no_register()).unwrap();
    assert_eq!(import(&file, &[])["summary"]["changed"], 1);

    // Rows that were rejected are taken once they can be.
    let file = city.file(
        "early.csv",
        "id,status,why\nP-1,suspended,contact\nP-9,suspended,contact\n",
    );
    assert_eq!(import(&file, &["--skip-rejects"])["summary"]["rejected"], 1);
    let mut late = city.args.clone();
    late.people = city.office.path("late.csv");
    fs::write(&late.people, "id,name\nP-9,样本九\n").unwrap();
    late.issue.out = city.office.path("late");
    assert_eq!(counts(&late), [1, 0, 0]);
    let taken = json!({ "rows": 2, "changed": 1, "unchanged": 1, "rejected": 0 });
    assert_eq!(import(&file, &[])["summary"], taken);
}

#[test]
fn a_file_may_be_chinese_and_name_places() {
    let city = City::new(3);
    let text = format!(
        "序号,状态,原因\n{},暂停,密切接触\n{},无效,去世\n4999999,无效,去世\n",
        city.index("P-0"),
        city.index("P-1")
    );
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    let file = city.file("gb.csv", gb);
    let ran = city.desk(&["status", "import", &file], 1, &["--skip-rejects"]);
    assert_eq!(ran.lines()[0]["reject"]["reason"], "index-unknown");
    assert_eq!(ran.lines()[1]["summary"]["changed"], 2);
    let index = city.index("P-1").to_string();
    let code = &city.show(&["--index", &index, "--history"])[0]["code"];
    assert_eq!(code["history"][0]["why"], "去世");
    for (header, reason) in [
        ("id,status", "sheet-column-missing"),
        ("id,status,why,phone", "sheet-column-unknown"),
        ("status,why", "sheet-whose"),
        ("id,序号,status,why", "sheet-whose"),
        ("id,status,状态,why", "sheet-column-double"),
    ] {
        let file = city.file("header.csv", format!("{header}\n"));
        assert_eq!(
            city.desk(&["status", "import", &file], 1, &[]).reason(),
            reason,
            "{header}"
        );
    }
}

#[test]
fn a_register_is_of_one_list_and_its_ledgers() {
    let city = City::new(2);
    let ran = city.desk(
        &["status", "set"],
        1,
        &["--id", "P-0", "--status", "valid", "--why", "x", "--limit", "0"],
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ledger = city.args.issue.ledger.display().to_string();
    let register = city.path("register.db");
    let set = |ledger: &str, more: &[&str]| {
        let args = [
            "status",
            "set",
            "--register",
            &register,
            "--ledger",
            ledger,
            "--by",
            "x",
            "--why",
            "x",
            "--id",
            "P-0",
        ];
        city.run(&[&args[..], &["--status", "valid", "--json"], more].concat())
    };
    let new = |list, issuer| ["--new-register", "--list", list, "--issuer", issuer];
    assert_eq!(set(&ledger, &new("other", "west")).reason(), "register-other");
    assert_eq!(set(&ledger, &new("west", "east")).reason(), "register-other");
    assert_eq!(set(&ledger, &["--new-register"]).status, 2);
    assert_eq!(set(&ledger, &["--list", "west"]).status, 2);
    let mut other = city.args.clone();
    other.issue.ledger = city.office.path("other.db");
    other.issue.out = city.office.path("other");
    other.capacity = Some(6_000);
    assert_eq!(counts(&other), [2, 0, 0]);
    assert_eq!(
        set(&other.issue.ledger.display().to_string(), &[]).reason(),
        "register-other"
    );
    // With a limit of none, nothing becomes worse without a second word.
    city.set_id("P-0", "suspended");
    assert_eq!(city.publish(1, &[]).reason(), "status-over-limit");
    let empty = city.path("empty.db");
    let args = ["status", "show", "--json", "--register", &empty];
    assert_eq!(city.run(&args).reason(), "register-not-there");
}
