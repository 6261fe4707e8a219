//! What changes every day, from the issuer's desk to the gate, by the real programs: columns, other cities, emergencies.

mod office;

use std::fs;
#[cfg(unix)]
use std::process::Command;

use office::{City, Office};

const NEGATIVE: &str = r#"{"if": [
  {"var": "external.columns.negative-test"},
  {"not-after": [{"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
                 {"plusTime": [{"var": "external.columns.negative-test"}, 48, "hour"]}]},
  false]}"#;

/// One made-up person.
const PEOPLE: &str = "id,name,birth\nA-1,样本甲,1980-05-06\n";

fn admit() -> (String, Vec<String>) {
    ("admit".to_owned(), Vec::new())
}

fn but(outcome: &str, reason: &str) -> (String, Vec<String>) {
    (outcome.to_owned(), vec![reason.to_owned()])
}

/// A pack of these issuers: folder, rules, columns, and hours after which their lists are too old.
fn pack(issuers: &[(&str, &str, &str, u64)]) -> String {
    let mut toml = r#"
name = { en = "Made-up authority", zh = "虚构机构" }
valid-for-days = 300
windows = { fresh-hours = 48, aging-hours = 96, stale-hours = 720 }

[[rules]]
id = "negative"
name = { en = "negative within 48 hours", zh = "48 小时内阴性" }
logic = "negative.json"
otherwise = "refuse"
"#
    .to_owned();
    for (name, rules, columns, stale) in issuers {
        toml += &format!(
            r#"
[[issuers]]
id = "{name}"
name = {{ en = "Made-up {name}", zh = "虚构" }}
from = "2026-11-01"
until = "2027-11-01"
list = "{name}-list"
rules = [{rules}]
columns = [{columns}]
windows = {{ fresh-hours = 30, aging-hours = 72, stale-hours = {stale} }}
keys = [
  {{ file = "../{name}/code.pub", role = "code", from = "2026-11-01", until = "2027-11-01" }},
  {{ file = "../{name}/status.pub", role = "status", from = "2026-11-01", until = "2027-11-01" }},
]
"#
        );
    }
    toml
}

#[test]
fn one_printed_card_is_admitted_refused_and_admitted_as_its_column_changes() {
    let office = Office::new();
    let city = City::found(&office, "east", "2026-11-01T00:00:00Z");
    office.write("east/negative.json", NEGATIVE);
    city.pack(
        1,
        &pack(&[("east", "\"negative\"", "\"negative-test\"", 720)]),
        "2026-11-01T00:00:00Z",
    );
    city.renew("2026-11-01T01:00:00Z");
    let card = city.mint(PEOPLE, "2026-11-01T06:00:00Z");
    let printed = fs::read(office.path(&card)).unwrap();
    let gate = city.gate();

    let day = |number: u32, tests: &str| {
        let at = format!("2026-11-{number:02}T00:00:00Z");
        let first = match number {
            10 => "--new-register --list east-list --issuer east",
            _ => "",
        };
        office.write(&format!("east/tests-{number}.csv"), format!("id,sampled\n{tests}"));
        office.issuer(&format!(
            "column import east/tests-{number}.csv --register east/register --ledger east/ledger --by clerk --at {at} {first}"
        ));
        city.publish_status(&at);
        office.sign(&format!(
            "column publish --register east/register --repo east/repository --key east/status.key --at {at}"
        ));
        city.renew(&at);
        city.update();
    };
    // Nothing but the column changes; the gate has no network.
    day(10, "A-1,2026-11-09T20:30:00Z\n");
    assert_eq!(office.verdict(&gate, &card, "2026-11-10T08:00:00Z"), admit());
    day(12, "");
    assert_eq!(
        office.verdict(&gate, &card, "2026-11-12T08:00:00Z"),
        but("refuse", "rule-not-met")
    );
    day(13, "A-1,2026-11-12T19:00:00Z\n");
    assert_eq!(office.verdict(&gate, &card, "2026-11-13T08:00:00Z"), admit());
    assert_eq!(
        fs::read(office.path(&card)).unwrap(),
        printed,
        "the card is what was printed"
    );
    let told = &office.verifier(&format!("check --store {gate} --at 2026-11-13T08:00:00Z {card}"))[0];
    assert_eq!(told["columns"]["negative-test"], "2026-11-12T19:00:00Z");

    // The issuer restricts the person; the next day's list is a delta away.
    office.issuer(
        "status set --register east/register --ledger east/ledger --by clerk --id A-1 --status restricted --why contact \
         --at 2026-11-13T10:00:00Z",
    );
    let over = "status publish --register east/register --repo east/repository --key east/status.key --at 2026-11-13T11:00:00Z --yes";
    office.sign(&format!("{over} --danger-over-limit"));
    city.renew("2026-11-13T12:00:00Z");
    city.update();
    assert_eq!(
        office.verdict(&gate, &card, "2026-11-13T13:00:00Z"),
        but("refuse", "status-restricted")
    );
}

#[test]
fn two_cities_recognise_each_other_and_one_going_dark_does_not_touch_the_other() {
    let office = Office::new();
    let cities = ["east", "west"].map(|name| City::found(&office, name, "2026-11-01T00:00:00Z"));
    let [east, west] = &cities;
    let mut cards = Vec::new();
    for city in &cities {
        let name = city.name;
        office.write(&format!("{name}/negative.json"), NEGATIVE);
        // Each with its own windows for the other's list: ten days at the east's gates, twenty at the west's.
        let windows = if name == "east" { (720, 240) } else { (480, 720) };
        city.pack(
            1,
            &pack(&[("east", "", "", windows.0), ("west", "", "", windows.1)]),
            "2026-11-02T00:00:00Z",
        );
        city.renew("2026-11-02T01:00:00Z");
        cards.push(city.mint(PEOPLE, "2026-11-02T06:00:00Z"));
        let register =
            format!("--register {name}/register --ledger {name}/ledger --by clerk --at 2026-11-03T00:00:00Z");
        office.write(&format!("{name}/none.csv"), "id,status,why\n");
        office.issuer(&format!(
            "status import {name}/none.csv {register} --new-register --list {name}-list --issuer {name}"
        ));
        city.publish_status("2026-11-03T00:00:00Z");
    }
    // Each copies the other's list, as `rsync` would.
    let copy = |from: &City<'_>, to: &City<'_>| {
        let source = office.path(&format!("{}/repository/status/{}-list", from.name, from.name));
        let target = office.path(&format!("{}/repository/status/{}-list", to.name, from.name));
        fs::create_dir_all(&target).unwrap();
        for entry in fs::read_dir(source).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, target.join(path.file_name().unwrap())).unwrap();
        }
    };
    copy(east, west);
    copy(west, east);
    let gates = cities.each_ref().map(|city| {
        city.renew("2026-11-03T01:00:00Z");
        let gate = city.gate();
        city.update();
        gate
    });
    for gate in &gates {
        for card in &cards {
            assert_eq!(
                office.verdict(gate, card, "2026-11-03T08:00:00Z"),
                admit(),
                "{gate} {card}"
            );
        }
    }

    // The west goes dark, and leaves what is no list of its issuer: rubbish, a folder, a list of the far future, a pipe.
    let west_list = |name: &str| office.path(&format!("east/repository/status/west-list/{name}.status"));
    for version in 20..30 {
        fs::write(west_list(&version.to_string()), b"rubbish").unwrap();
    }
    fs::create_dir(west_list("30")).unwrap();
    west.publish_status("2026-12-25T00:00:00Z");
    fs::copy(office.path("west/repository/status/west-list/2.status"), west_list("2")).unwrap();
    #[cfg(unix)]
    assert!(Command::new("mkfifo").arg(west_list("31")).status().unwrap().success());
    for day in 4..=15 {
        let at = format!("2026-11-{day:02}T00:00:00Z");
        east.publish_status(&at);
        east.renew(&at);
        east.update();
    }
    let later = "2026-11-15T08:00:00Z";
    assert_eq!(
        office.verdict(&gates[0], &cards[0], later),
        admit(),
        "the east's codes at the east's gate"
    );
    assert_eq!(
        office.verdict(&gates[0], &cards[1], later),
        but("refer", "status-stale")
    );
    // The west's gates have heard nothing either: data of twelve days, which their pack's windows still bear.
    assert_eq!(office.verdict(&gates[1], &cards[1], later), admit());
    assert_eq!(
        office.verdict(&gates[1], &cards[0], later),
        admit(),
        "twenty days are this gate's window"
    );
    let grade =
        |gate: &str| office.verifier(&format!("status --store {gate} --at {later}"))[0]["data"]["grade"].clone();
    assert_eq!((grade(&gates[0]), grade(&gates[1])), ("fresh".into(), "stale".into()));

    // The way back: its next list is the third.
    west.publish_status("2026-12-26T00:00:00Z");
    copy(west, east);
    // Ten versions of rubbish are more than are looked at: somebody takes them away.
    (20..30).for_each(|version| fs::remove_file(west_list(&version.to_string())).unwrap());
    east.renew("2026-12-26T01:00:00Z");
    east.update();
    assert_eq!(office.verdict(&gates[0], &cards[1], "2026-12-26T08:00:00Z"), admit());
}

#[test]
fn a_snapshot_that_was_cut_short_is_gone_on_from() {
    let office = Office::new();
    let city = City::found(&office, "east", "2026-11-01T00:00:00Z");
    office.write("east/negative.json", NEGATIVE);
    city.pack(1, &pack(&[("east", "", "", 720)]), "2026-11-01T00:00:00Z");
    city.renew("2026-11-02T00:00:00Z");
    let pointer = office.path("east/repository/newest.snapshot");
    let first = fs::read(&pointer).unwrap();
    city.renew("2026-11-03T00:00:00Z");
    // As if the power had gone between the snapshot and the pointer to it.
    fs::write(&pointer, &first).unwrap();
    city.renew("2026-11-04T00:00:00Z");
    let newest = &office.issuer("snapshot show east/repository/newest.snapshot")[0];
    assert_eq!(newest["version"], 3);
    // The very first one too.
    fs::remove_file(&pointer).unwrap();
    city.renew("2026-11-05T00:00:00Z");
    assert_eq!(
        office.issuer("snapshot show east/repository/newest.snapshot")[0]["version"],
        4
    );
}

#[test]
fn a_declared_emergency_is_seen_at_the_gate_and_ends_by_itself() {
    let office = Office::new();
    let city = City::found(&office, "east", "2026-11-01T00:00:00Z");
    office.write("east/negative.json", NEGATIVE);
    let toml = pack(&[("east", "\"negative\"", "\"negative-test\"", 96)]);
    city.pack(1, &toml, "2026-11-01T00:00:00Z");
    city.renew("2026-11-01T01:00:00Z");
    let card = city.mint(PEOPLE, "2026-11-01T06:00:00Z");
    office.write("east/tests.csv", "id,sampled\nA-1,2026-11-01T20:30:00Z\n");
    office.issuer(
        "column import east/tests.csv --register east/register --ledger east/ledger --by clerk --at 2026-11-02T00:00:00Z \
         --new-register --list east-list --issuer east",
    );
    city.publish_status("2026-11-02T00:00:00Z");
    office.sign("column publish --register east/register --repo east/repository --key east/status.key --at 2026-11-02T00:00:00Z");
    city.renew("2026-11-02T01:00:00Z");
    let gate = city.gate();
    city.update();
    assert_eq!(office.verdict(&gate, &card, "2026-11-02T08:00:00Z"), admit());
    assert_eq!(
        office.verdict(&gate, &card, "2026-11-08T08:00:00Z").0,
        "refer",
        "neither lists nor tests reach the gate"
    );

    city.declare(
        2,
        "--reason-en Made-up-outage --reason-zh 演练 --until 2026-11-20 --stale-hours 900 --set-aside negative --gate east-1 \
         --at 2026-11-08T09:00:00Z",
    );
    city.renew("2026-11-08T10:00:00Z");
    city.update();
    let told = &office.verifier(&format!("check --store {gate} --at 2026-11-15T08:00:00Z {card}"))[0];
    assert_eq!(
        (&told["outcome"], &told["emergency"]["reason"]["en"]),
        (&"admit".into(), &"Made-up-outage".into())
    );
    assert_eq!(told["emergency"]["rules_set_aside"][0], "negative");
    assert_eq!(
        office.verdict(&gate, &card, "2026-11-21T08:00:00Z").0,
        "refer",
        "it has ended by itself"
    );
    // Nobody ends it, or carries it on, without a word.
    let line = "pack new east/pack.toml --repo east/repository --out east/again.draft --at 2026-11-09T00:00:00Z";
    let refused = office.run("issuer", line);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("emergency-declared"));
    office.issuer(&format!("{line} --keep-emergency"));
}

#[test]
fn a_gate_gets_the_tag_key_that_is_wrapped_to_it_and_a_retired_one_gets_no_other() {
    let office = Office::new();
    let city = City::found(&office, "east", "2026-11-01T00:00:00Z");
    office.write("east/negative.json", NEGATIVE);
    let mut toml = pack(&[("east", "", "", 720)]);
    for epoch in [1, 2] {
        let made = office.sign(&format!(
            "key new --role tag --epoch {epoch} --out east/tag-{epoch}.key"
        ));
        let digest = made[0]["digest"].as_str().unwrap();
        toml += &format!(
            "\n[[tags]]\nepoch = {epoch}\ndigest = \"{digest}\"\nfrom = \"2026-11-01\"\nuntil = \"2027-11-01\"\n"
        );
    }
    city.pack(1, &toml, "2026-11-01T00:00:00Z");
    let gate = city.gate();
    let enrol = "gate enrol east/gate/gate.enrolment --repo east/repository --key east/snapshot.key --yes";
    office.sign(&format!("{enrol} --tag-key east/tag-1.key --at 2026-11-02T00:00:00Z"));
    city.renew("2026-11-02T01:00:00Z");
    city.update();
    let states = || {
        let status = &office.verifier(&format!("status --store {gate} --at 2026-11-02T08:00:00Z"))[0];
        let keys = status["tag_keys"].as_array().unwrap().iter();
        keys.map(|key| key["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states(), ["good", "lacking"]);
    let retire = "gate retire east-1 --why stolen --repo east/repository --key east/snapshot.key";
    office.sign(&format!("{retire} --at 2026-11-03T00:00:00Z"));
    office.sign("gate wrap --tag-key east/tag-2.key --repo east/repository");
    city.renew("2026-11-03T01:00:00Z");
    city.update();
    assert_eq!(
        states(),
        ["good", "lacking"],
        "what it has, it has; it gets nothing new"
    );
}
