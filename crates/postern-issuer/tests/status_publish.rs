//! `status publish`: what is signed off, what reaches the gates, and what happens when it is cut short. All people are made up.

#[path = "mint/city.rs"]
mod city;
#[path = "mint/office.rs"]
mod office;

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use postern_core::demo;
use postern_core::keyfile::SecretKey;
use postern_core::keys::Role;
use postern_core::status::{Status, StatusToken};
use postern_core::verdict::Outcome;
use rusqlite::{Connection, params};

use city::{City, counts_of, outcome};
use office::{AT, tree};

#[test]
fn a_code_that_is_set_invalid_is_refused_at_the_gate() {
    let city = City::new(3);
    let tests = city.file("tests.csv", "id,sampled\nP-0,2026-11-23\n");
    assert_eq!(city.desk(&["column", "import", &tests], 1, &[]).status, 0);
    assert_eq!(city.publish_column(1).status, 0);
    assert_eq!(city.published(1)["version"], 1);
    city.renew_snapshot(1);
    let codes = city.codes();
    let before = city.judge();
    for (_, text) in codes.values() {
        assert_eq!(outcome(&before, text, 2), Outcome::Admit);
    }
    city.set_id("p-1", "invalid");
    city.set_id("P-2", "suspended");
    assert_eq!(city.published(3)["version"], 2);
    city.follows(2);
    city.renew_snapshot(3);
    let after = city.judge();
    let outcomes = ["P-0", "P-1", "P-2"].map(|id| outcome(&after, &codes[id].1, 4));
    assert_eq!(outcomes, [Outcome::Admit, Outcome::Refuse, Outcome::Refer]);
}

#[test]
fn more_than_the_limit_needs_a_second_word() {
    let city = City::new(30);
    city.set_id("P-0", "suspended");
    city.published(1);
    let rows: String = (1..12).map(|i| format!("P-{i},invalid,batch\n")).collect();
    let file = city.file("many.csv", format!("id,status,why\n{rows}"));
    assert_eq!(city.desk(&["status", "import", &file], 2, &[]).status, 0);
    let before = tree(&city.office.path("repo"));
    let ran = city.publish(3, &[]);
    assert_eq!(
        (ran.status, ran.reason().as_str()),
        (1, "status-over-limit"),
        "{}",
        ran.err
    );
    let difference = &ran.lines()[0]["difference"];
    assert_eq!(
        (counts_of(&difference["gets"]), &difference["worse"]),
        ([0, 11, 0, 0], &11.into())
    );
    assert_eq!(tree(&city.office.path("repo")), before);
    assert_eq!(city.show(&[])[0]["register"]["published"]["version"], 1);
    let ran = city.publish(3, &["--danger-over-limit"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    city.follows(2);
    // Giving back is no harm, however many.
    let rows: String = (1..12).map(|i| format!("P-{i},valid,mistake\n")).collect();
    let file = city.file("back.csv", format!("id,status,why\n{rows}"));
    assert_eq!(
        city.desk(&["status", "import", &file], 4, &[]).reason(),
        "status-rejected"
    );
    city.set_id("P-0", "valid");
    assert_eq!(city.published(5)["version"], 3);
}

#[test]
fn a_person_signs_off_or_a_job_says_yes() {
    let city = City::new(2);
    city.set_id("P-0", "invalid");
    let args = city.publish_args("status", 1);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // In JSON nobody is shown what they say yes to; without a terminal nobody is asked.
    assert_eq!(city.run(&args).reason(), "not-confirmed");
    let without: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--json").collect();
    let ran = city.run(&without);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("not confirmed"), "{}", ran.err);
    assert!(
        ran.out.contains("valid -> invalid") && ran.out.contains("tested (desk 1)"),
        "{}",
        ran.out
    );
    assert!(!city.repo("status").exists());
}

#[test]
fn the_same_again_is_published_once_and_each_day_anew() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    let first = city.published(1);
    let again = city.published(1);
    assert_eq!((&again["version"], &again["already"]), (&1.into(), &true.into()));
    assert_eq!(city.list(1).counts(), [4_999, 0, 1, 0]);
    // Nothing has changed since, but a list of today is younger than one of yesterday.
    let next = city.published(24);
    assert_eq!((&next["version"], &next["content"]), (&2.into(), &first["content"]));
    city.follows(2);
    assert_eq!(city.publish(23, &[]).reason(), "dated-back");
    city.set_id("P-1", "restricted");
    city.set_id("P-0", "valid");
    assert_eq!(city.published(25)["version"], 3);
    city.follows(3);
    let (zero, one) = (city.index("P-0"), city.index("P-1"));
    let statuses = |version: u64| [zero, one].map(|index| city.list(version).get(index));
    assert_eq!(statuses(2), [Some(Status::Suspended), Some(Status::Valid)]);
    assert_eq!(statuses(3), [Some(Status::Valid), Some(Status::Restricted)]);
}

/// As a run leaves it that is cut short between two writes: the file is on its way still.
fn not_handed_over(city: &City, path: &str, bytes: &[u8]) {
    let register = Connection::open(city.office.path("register.db")).unwrap();
    let insert = "INSERT INTO outbox (path, bytes) VALUES (?1, ?2)";
    register.execute(insert, params![path, bytes]).unwrap();
}

#[test]
fn what_was_signed_is_handed_over_by_the_next_run() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    city.published(1);
    city.set_id("P-1", "invalid");
    city.published(2);
    let path = "status/west/2.status";
    let signed = fs::read(city.repo(path)).unwrap();
    // The delta was put there, and the list was not.
    fs::remove_file(city.repo(path)).unwrap();
    not_handed_over(&city, path, &signed);
    let completed = city.published(3);
    assert_eq!(
        (&completed["version"], &completed["already"]),
        (&2.into(), &true.into())
    );
    assert_eq!(
        completed["issued"],
        AT.plus(2 * 3600).to_string(),
        "as it was signed, not anew"
    );
    assert_eq!(fs::read(city.repo(path)).unwrap(), signed);
    // The list was put there, and nobody noted it.
    not_handed_over(&city, path, &signed);
    assert_eq!(city.published(3)["already"], true);
    // What has changed meanwhile is the next version.
    city.set_id("P-2", "invalid");
    not_handed_over(&city, path, &signed);
    assert_eq!(city.published(3)["version"], 3);
    city.follows(3);
    // A file that is not ours is never written over.
    not_handed_over(&city, path, b"another");
    assert_eq!(city.publish(4, &[]).reason(), "status-in-the-way");
    assert_eq!(fs::read(city.repo(path)).unwrap(), signed);
}

#[test]
fn an_older_copy_of_the_register_signs_no_number_twice() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    city.published(1);
    let (register, copy) = (city.office.path("register.db"), city.office.path("copy.db"));
    fs::copy(&register, &copy).unwrap();
    city.set_id("P-1", "suspended");
    city.published(2);
    fs::copy(&copy, &register).unwrap();
    city.set_id("P-2", "restricted");
    let before = tree(&city.office.path("repo"));
    for _ in 0..2 {
        assert_eq!(city.publish(3, &[]).reason(), "status-in-the-way");
    }
    assert_eq!(tree(&city.office.path("repo")), before);
    let ran = city.publish(3, &["--danger-adopt"]);
    let lines = ran.lines();
    assert_eq!(
        (ran.status, &lines[0]["difference"]["from"]),
        (0, &2.into()),
        "{}",
        ran.err
    );
    assert_eq!(
        counts_of(&lines[0]["difference"]["gets"]),
        [1, 0, 0, 1],
        "what the copy lacks is shown"
    );
    assert_eq!(lines[1]["published"]["version"], 3);
    city.follows(3);
    assert_eq!(city.published(4)["version"], 4, "from here on nobody need say it again");
    // Only what the issuer's key signed is gone on from.
    fs::write(city.repo("status/west/9.status"), "another").unwrap();
    assert_eq!(city.publish(5, &["--danger-adopt"]).reason(), "status-replaced");
}

#[test]
fn who_becomes_valid_again_by_an_older_copy_counts_against_the_limit() {
    let city = City::new(30);
    city.set_id("P-0", "suspended");
    city.published(1);
    let (register, copy) = (city.office.path("register.db"), city.office.path("copy.db"));
    fs::copy(&register, &copy).unwrap();
    let rows: String = (1..12).map(|i| format!("P-{i},restricted,contact\n")).collect();
    let file = city.file("contacts.csv", format!("id,status,why\n{rows}"));
    assert_eq!(city.desk(&["status", "import", &file], 2, &[]).status, 0);
    assert_eq!(city.publish(2, &["--danger-over-limit"]).status, 0);
    fs::copy(&copy, &register).unwrap();
    let before = tree(&city.office.path("repo"));
    let ran = city.publish(3, &["--danger-adopt"]);
    assert_eq!(ran.reason(), "status-over-limit");
    assert!(ran.err.contains("valid (11)"), "{}", ran.err);
    let difference = &ran.lines()[0]["difference"];
    assert_eq!(
        (&difference["adopted"], counts_of(&difference["gets"])),
        (&true.into(), [11, 0, 0, 0])
    );
    assert_eq!(tree(&city.office.path("repo")), before);
    let args = city.publish_args("status", 3);
    let args = args.iter().map(String::as_str).filter(|arg| *arg != "--json");
    let args: Vec<&str> = args.chain(["--danger-adopt", "--yes"]).collect();
    let ran = city.run(&args);
    assert!(ran.out.contains("11 of them become valid again"), "{}", ran.out);
    assert_eq!(city.publish(3, &["--danger-adopt", "--danger-over-limit"]).status, 0);
    city.follows(3);
}

#[test]
fn killed_at_any_moment_the_next_run_ends_well() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    city.published(1);
    let (mut kills, mut hours, mut pause) = (0, 2, Duration::from_millis(1));
    loop {
        let status = ["restricted", "suspended"][hours as usize % 2];
        city.set_id("P-1", status);
        let args = city.publish_args("status", hours);
        let args: Vec<&str> = args.iter().map(String::as_str).chain(["--yes"]).collect();
        let mut child = city.command(&args).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(pause);
        let killed = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        kills += u32::from(killed);
        // The next one completes it, or does all of it.
        let said = city.published(hours);
        let version = said["version"].as_u64().unwrap();
        assert_eq!(version, hours, "one version for each change, {pause:?}");
        city.follows(version);
        let expected = if status == "suspended" {
            Status::Suspended
        } else {
            Status::Restricted
        };
        assert_eq!(city.list(version).get(city.index("P-1")), Some(expected));
        if !killed {
            break;
        }
        hours += 1;
        pause += pause / 3;
    }
    assert!(kills > 4, "{kills} kills");
}

#[test]
fn a_list_that_was_exchanged_is_not_built_upon() {
    let city = City::new(3);
    city.set_id("P-0", "suspended");
    city.published(1);
    city.set_id("P-1", "suspended");
    let path = city.repo("status/west/1.status");
    let good = fs::read(&path).unwrap();
    // Signed by the very key, but not what the register published.
    let other = StatusToken::sign(
        &demo::key(Role::Status, 0),
        &"west".parse().unwrap(),
        1,
        AT,
        &[0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01],
    );
    fs::write(&path, other.unwrap()).unwrap();
    assert_eq!(city.publish(2, &[]).reason(), "status-replaced");
    fs::remove_file(&path).unwrap();
    assert_eq!(city.publish(2, &[]).reason(), "file-not-found");
    fs::write(&path, good).unwrap();
    assert_eq!(city.published(2)["version"], 2);
}

#[test]
fn only_a_key_that_gates_take_signs() {
    let city = City::new(2);
    city.set_id("P-0", "suspended");
    let sign_with = |key: &str, hours: u64| {
        let (key, at) = (city.path(&format!("{key}.key")), AT.plus(hours * 3600).to_string());
        let (register, repo) = (city.path("register.db"), city.path("repo"));
        let args = [
            "status",
            "publish",
            "--register",
            &register,
            "--repo",
            &repo,
            "--key",
            &key,
        ];
        city.run(&[&args[..], &["--at", &at, "--yes", "--json"]].concat())
            .reason()
    };
    assert_eq!(sign_with("west", 1), "key-of-other-role");
    city.office.save_key(
        "stranger-status",
        Role::Status,
        SecretKey::Signing(demo::key(Role::Status, 3)),
    );
    assert_eq!(sign_with("stranger-status", 1), "mint-key-not-listed");
    city.office
        .save_key("code", Role::Status, SecretKey::Signing(demo::key(Role::Code, 0)));
    assert_eq!(sign_with("code", 1), "mint-key-of-other-role");
    city.office.save_key(
        "east-status",
        Role::Status,
        SecretKey::Signing(demo::key(Role::Code, 1)),
    );
    assert_eq!(sign_with("east-status", 1), "register-other");
    assert_eq!(sign_with("status", 90 * 24), "mint-key-not-in-force");
    assert!(!city.repo("status").exists());
}
