//! `ledger`: what the desk tells of codes that were minted, run as the program. All people are made up.

#[path = "mint/office.rs"]
mod office;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postern_issuer::mint::ledger::{Ended, Ledger, Reader};
use postern_issuer::mint::shard::Shard;
use postern_issuer::mint::{FormatName, MintArgs, ReplaceArgs, replace};
use rusqlite::Connection;
use serde_json::Value;

use office::{FULL, HEADER, Office, WANTED, counts, list, no_register, owner, session};

/// One run of the program.
struct Ran {
    status: i32,
    out: String,
    err: String,
}

fn ledger(args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern-issuer"));
    let output = command.arg("ledger").args(args).env("LANG", "C").output().unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The codes and the summary of a search that finds something.
fn find(ledgers: &[&Path], args: &[&str]) -> (Vec<Value>, Value) {
    let ledgers = ledgers.iter().map(|path| path.to_str().unwrap());
    let all: Vec<&str> = ["find", "--json"]
        .into_iter()
        .chain(ledgers)
        .chain(args.iter().copied())
        .collect();
    let ran = ledger(&all);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let mut lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let summary = lines.pop().unwrap()["summary"].take();
    (lines.into_iter().map(|mut line| line["code"].take()).collect(), summary)
}

/// The program finds nothing, or stops with this reason.
fn stops(args: &[&str], status: i32, reason: &str) {
    let ran = ledger(&[args, &["--json"]].concat());
    assert_eq!((ran.status, ran.out.as_str()), (status, ""), "{}", ran.err);
    let error: Value = serde_json::from_str(ran.err.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["reason"], reason);
}

/// A ledger with three people, of whom the first one lost their code.
fn office() -> (Office, MintArgs) {
    let office = Office::new();
    let mut args = office.people(format!(
        "{HEADER}\n{FULL}\nA-2,Zoë Sample,1990,,,,,,,,,,,2022-12-20\nA-3,,,,,,,,,,,,,\n"
    ));
    args.issue.format = vec![FormatName::Csv];
    assert_eq!(counts(&args), [3, 0, 0]);
    (office, args)
}

fn lose(office: &Office, args: &MintArgs, id: &str) -> PathBuf {
    let mut issue = args.issue.clone();
    issue.out = office.path(&format!("lost-{id}"));
    let out = issue.out.clone();
    let replacement = ReplaceArgs {
        ids: vec![id.to_owned()],
        reason: Ended::Lost,
        issue,
        choice: no_register(),
    };
    assert_eq!(replace(&replacement, &session(&[]), &mut Vec::new()).unwrap(), 0);
    out
}

#[test]
fn a_person_is_found_with_all_their_codes() {
    let (office, args) = office();
    let new = list(&lose(&office, &args, "A-1").join("codes.csv"));
    let old = list(&args.issue.out.join("codes.csv"));
    let path = args.issue.ledger.as_path();
    let tag_key = office.path("tag.key");
    let document = |number| ["--document", "id", "cn", number, "--tag-key", tag_key.to_str().unwrap()];
    let searches: [&[&str]; 6] = [
        &["--id", "a-1"],
        &["--index", &old[0][1]],
        &["--index", &new[0][1]],
        &["--name", "样本"],
        &document("110105 19491231 002x"),
        &document("11010519491231002X"),
    ];
    for search in searches {
        let (codes, summary) = find(&[path, path], &[search, &["--text"]].concat());
        assert_eq!(
            (
                summary["people"].as_u64(),
                summary["codes"].as_u64(),
                summary["more"].as_u64()
            ),
            (Some(1), Some(2), Some(0)),
            "{search:?}"
        );
        for (code, listed) in codes.iter().zip([&old[0], &new[0]]) {
            assert_eq!(code["id"], "A-1");
            assert_eq!(code["index"].to_string(), listed[1]);
            assert_eq!(
                (&code["issued"], &code["expires"]),
                (&listed[2].into(), &listed[3].into())
            );
            assert_eq!(code["text"], listed[4]);
            assert_eq!(code["issuer"], "west");
            assert_eq!(code["holder"]["name"], "样本甲");
            assert_eq!(code["holder"]["birth"], "1949-12-31");
            assert_eq!(code["facts"]["vaccination"]["product"], "CoronaVac");
            assert_eq!(code["facts"]["test"]["sampled"], "2026-11-23T00:00:00Z");
        }
        assert_eq!(codes[0]["state"], "replaced");
        assert_eq!(codes[0]["replaced"]["index"], codes[1]["index"]);
        assert_eq!(codes[0]["replaced"]["reason"], "lost");
        assert_eq!(
            (&codes[1]["state"], &codes[1]["replaced"]),
            (&"current".into(), &Value::Null)
        );
    }
    let (codes, _) = find(&[path], &["--name", "zOË"]);
    assert_eq!(codes.len(), 1);
    assert_eq!(
        (&codes[0]["id"], &codes[0]["facts"]["recovery"]),
        (&"A-2".into(), &"2022-12-20".into())
    );
    assert!(
        codes[0].get("text").is_none(),
        "a text is given to who asks for it alone"
    );
}

#[test]
fn a_code_is_good_up_to_its_last_second() {
    let (_office, args) = office();
    for (at, state) in [("2027-11-23T07:30:00Z", "current"), ("2027-11-23T07:30:01Z", "expired")] {
        let (codes, _) = find(&[&args.issue.ledger], &["--id", "A-3", "--at", at]);
        assert_eq!(
            (&codes[0]["state"], &codes[0]["expired"]),
            (&state.into(), &(state == "expired").into())
        );
    }
}

#[test]
fn nothing_found_is_told_and_is_an_error() {
    let (office, args) = office();
    let path = args.issue.ledger.to_str().unwrap();
    let key = office.path("tag.key").display().to_string();
    for search in [
        &["--id", "A-4"][..],
        &["--id", "A_1"],
        &["--name", "nobody"],
        &["--document", "passport", "CN", "11010519491231002X", "--tag-key", &key],
    ] {
        stops(&[&["find", path], search].concat(), 1, "ledger-nothing-found");
    }
    let free = (0..).find(|index| {
        Reader::open(&args.issue.ledger)
            .unwrap()
            .of_index(*index)
            .unwrap()
            .is_empty()
    });
    stops(
        &["find", path, "--index", &free.unwrap().to_string()],
        1,
        "ledger-nothing-found",
    );
    let bad = ["--document", "card", "CN", "7001", "--tag-key", &key];
    stops(&[&["find", path][..], &bad].concat(), 1, "ledger-document");
    let west = office.path("west.key").display().to_string();
    let other = ["--document", "id", "CN", "7001", "--tag-key", &west];
    stops(&[&["find", path][..], &other].concat(), 1, "key-of-other-role");
    stops(&["find", path, "--document", "id", "CN", "7001"], 2, "usage");
    stops(&["find", path], 2, "usage");
    stops(&["find", path, "--id", "A-1", "--index", "1"], 2, "usage");
    stops(&["show", &key], 1, "not-a-ledger");
    stops(&["show", "no-such.db"], 1, "file-not-found");
    let ran = ledger(&["find", path, "--id", "A-4", "--lang", "zh"]);
    assert!(ran.err.contains("没有找到") && ran.err.contains("分片"), "{}", ran.err);
}

#[test]
fn people_are_found_in_whatever_shard_they_are() {
    let office = Office::new();
    let rows: String = (0..30).map(|i| format!("P-{i},样本{i}\n")).collect();
    let mut args = office.people(format!("id,name\n{rows}"));
    args.issue.format = vec![FormatName::Csv];
    let ledgers: Vec<PathBuf> = (1..=3).map(|i| office.path(&format!("{i}.db"))).collect();
    for (i, path) in (1..).zip(&ledgers) {
        args.shard = Shard::new(i, 3).unwrap();
        args.issue.ledger = path.clone();
        args.issue.out = office.path(&format!("out-{i}"));
        counts(&args);
    }
    let all: Vec<&Path> = ledgers.iter().map(PathBuf::as_path).collect();
    let mut codes = 0;
    for i in 0..30 {
        let id = format!("P-{i}");
        let (found, _) = find(&all, &["--id", &id]);
        let home = Shard::new(1, 3).unwrap().holds(&id);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["ledger"] == all[0].to_str().unwrap(), home);
        codes += usize::from(home);
    }
    let (found, summary) = find(&all, &["--name", "样本"]);
    assert_eq!((found.len(), summary["people"].as_u64()), (30, Some(30)));

    let out = office.path("all.csv");
    let (first, out) = (all[0].to_str().unwrap(), out.to_str().unwrap());
    let ran = ledger(&["export", first, "--out", out]);
    assert_eq!(list(Path::new(out)).len(), codes);
    assert!(ran.err.contains("2 of 3 shards"), "{}", ran.err);
    fs::remove_file(out).unwrap();
    let ledgers: Vec<&str> = all.iter().map(|path| path.to_str().unwrap()).collect();
    let ran = ledger(&[&["export", "--out", out][..], &ledgers].concat());
    assert_eq!((list(Path::new(out)).len(), ran.err.as_str()), (30, ""));
}

#[test]
fn more_people_than_a_screen_holds_are_counted() {
    let office = Office::new();
    let rows: String = (0..130).map(|i| format!("P-{i},样本\n")).collect();
    let mut args = office.people(format!("id,name\n{rows}"));
    args.issue.format = vec![FormatName::Csv];
    assert_eq!(counts(&args), [130, 0, 0]);
    // Of somebody who is shown, all codes are.
    lose(&office, &args, "P-7");
    let path = args.issue.ledger.as_path();
    let (codes, summary) = find(&[path], &["--name", "样本"]);
    assert_eq!(
        (codes.len(), summary["people"].as_u64(), summary["more"].as_u64()),
        (101, Some(100), Some(30))
    );
    let (codes, summary) = find(&[path], &["--name", "样本", "--all"]);
    assert_eq!(
        (codes.len(), summary["people"].as_u64(), summary["more"].as_u64()),
        (131, Some(130), Some(0))
    );
    let ran = ledger(&["find", path.to_str().unwrap(), "--name", "样本"]);
    assert!(
        ran.err.contains("all 131 codes") && ran.err.contains("match: 30;"),
        "{}",
        ran.err
    );
}

#[test]
fn a_ledger_is_read_while_a_run_writes_to_it_and_without_its_index() {
    let (office, args) = office();
    lose(&office, &args, "A-1");
    let path = args.issue.ledger.as_path();
    let before = ["--id", "--name"].map(|by| find(&[path], &[by, if by == "--id" { "A-1" } else { "样本甲" }]));
    let mut held = Ledger::open(path, &owner(), WANTED).unwrap();
    held.expect(1_000_000).unwrap();
    held.begin().unwrap();
    let indices = |conn: &Connection| -> i64 {
        conn.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'codes_id'",
            [],
            |row| row.get(0),
        )
        .unwrap()
    };
    assert_eq!(indices(&Connection::open(path).unwrap()), 0);
    let during = ["--id", "--name"].map(|by| find(&[path], &[by, if by == "--id" { "A-1" } else { "样本甲" }]));
    assert_eq!(during, before);
    assert_eq!(ledger(&["show", path.to_str().unwrap()]).status, 0);
    drop(held);
    assert_eq!(indices(&Connection::open(path).unwrap()), 0, "the desk writes nothing");
}

#[test]
fn show_tells_what_a_ledger_holds() {
    let (office, args) = office();
    lose(&office, &args, "A-1");
    let path = args.issue.ledger.to_str().unwrap();
    let ran = ledger(&["show", path, "--json"]);
    let shown: Value = serde_json::from_str(&ran.out).unwrap();
    let shown = &shown["ledger"];
    for (name, expected) in [
        ("capacity", 1 << 24),
        ("codes", 4),
        ("free", (1 << 24) - 4),
        ("replaced", 1),
    ] {
        assert_eq!(shown[name].as_u64(), Some(expected), "{name}");
    }
    assert_eq!((&shown["issuer"], &shown["shard"]), (&"west".into(), &"1/1".into()));
    assert_eq!(shown["root"], postern_core::hex(&owner().authority));
    assert_eq!(shown["keys"].as_array().unwrap().len(), 1);
    let runs = shown["runs"].as_array().unwrap();
    let of = |name: &str| runs.iter().map(|run| run[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("command"), ["replace", "mint"]);
    assert_eq!(of("minted"), [1, 3]);
    assert!(of("ended").iter().all(Value::is_string));

    Connection::open(path)
        .unwrap()
        .execute("UPDATE runs SET ended = NULL", [])
        .unwrap();
    let ran = ledger(&["show", path, "--color", "never"]);
    let last = |command: &str| ran.out.lines().find(|line| line.contains(command)).unwrap();
    assert!(last("replace ").contains("interrupted, or going on"), "{}", ran.out);
    assert!(last("mint ").contains("interrupted  "), "{}", ran.out);
    let ran = ledger(&["show", path, "--lang", "zh"]);
    assert!(ran.out.contains("已中断，或正在进行"), "{}", ran.out);
}

#[test]
fn people_read_what_programs_read() {
    let (office, args) = office();
    lose(&office, &args, "A-1");
    let path = args.issue.ledger.to_str().unwrap();
    let (codes, _) = find(&[&args.issue.ledger], &["--id", "A-1", "--text"]);
    let text = codes[1]["text"].as_str().unwrap();
    for (lang, words) in [
        (
            "en",
            [
                "replaced: lost; by index",
                "current",
                "nucleic acid, not detected, sampled 2026-11-23T00:00:00Z",
            ],
        ),
        (
            "zh",
            [
                "已被代替：遗失；新码序号",
                "状态      当前",
                "核酸，阴性，采样 2026-11-23T00:00:00Z",
            ],
        ),
    ] {
        let ran = ledger(&["find", path, "--id", "A-1", "--text", "--lang", lang]);
        for word in words.into_iter().chain(["样本甲", "1949-12-31", "CoronaVac"]) {
            assert!(ran.out.contains(word), "{word}: {}", ran.out);
        }
        assert!(ran.out.lines().any(|line| line == text));
        assert_eq!(ran.err, "", "an id is looked up, nothing is read through");
    }
}

#[test]
fn lists_hold_the_codes_that_were_asked_for() {
    let (office, args) = office();
    let new = list(&lose(&office, &args, "A-1").join("codes.csv"));
    let old = list(&args.issue.out.join("codes.csv"));
    let path = args.issue.ledger.to_str().unwrap();
    let out = office.path("list.csv");
    let export = |options: &[&str]| {
        let _gone = fs::remove_file(&out);
        let ran = ledger(&[&["export", path, "--out", out.to_str().unwrap()], options].concat());
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        let rows = list(&out);
        assert!(ran.out.starts_with(&format!("{} code", rows.len())), "{}", ran.out);
        rows.iter().map(|row| row[1].to_owned()).collect::<Vec<_>>()
    };
    let index = |row: &csv::StringRecord| row[1].to_owned();
    let [first, second, third, fourth] = [&old[0], &old[1], &old[2], &new[0]].map(index);
    assert_eq!(export(&[]), [&*first, &second, &third, &fourth]);
    assert_eq!(export(&["--which", "current"]), [&*second, &third, &fourth]);
    let expiring = |by| export(&["--which", "expiring", "--expiring-by", by]);
    assert_eq!(expiring("2027-11-23T07:29:59Z"), [""; 0]);
    assert_eq!(expiring("2027-11-23T07:30:00Z"), [second, third, fourth.clone()]);
    assert_eq!(export(&["--which", "invalid", "--text"]), [&*first]);

    let row = &list(&out)[0];
    assert_eq!(
        (&row[0], &row[6], &row[7], &row[9]),
        ("A-1", &*fourth, "lost", &old[0][4])
    );
    let header = "id,index,issued,expires,minted,kid,replaced_by,reason,replaced_at,text\r\n";
    assert!(fs::read_to_string(&out).unwrap().starts_with(header));

    let ran = ledger(&["export", path, "--out", "-", "--format", "jsonl"]);
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["replaced_by"].to_string(), fourth);
    assert_eq!((&lines[3]["reason"], lines[3].get("text")), (&Value::Null, None));
}

#[test]
fn a_list_is_whole_and_its_owners_alone_or_not_there() {
    let (office, args) = office();
    let path = args.issue.ledger.to_str().unwrap();
    let before = fs::read(path).unwrap();
    // Somebody mistakes the file to write for a ledger.
    stops(&["export", path, "--out", path], 1, "file-exists");
    assert!(fs::read(path).unwrap() == before);

    let mut east = office.people("id\nE-1\n");
    (east.issue.key, east.issue.ledger, east.issue.out) =
        (office.path("east.key"), office.path("east.db"), office.path("east"));
    assert_eq!(counts(&east), [1, 0, 0]);
    let (east, out) = (east.issue.ledger.to_str().unwrap(), office.path("list.csv"));
    let out_name = out.to_str().unwrap();
    stops(
        &["export", path, east, "--out", out_name],
        1,
        "ledger-of-another-issuer",
    );
    stops(&["export", path, "no-such.db", "--out", out_name], 1, "file-not-found");
    stops(&["export", path, "--out", out_name, "--which", "expiring"], 2, "usage");
    stops(
        &["export", path, "--out", out_name, "--expiring-by", "2027-01-01"],
        2,
        "ledger-expiring-by",
    );
    let damaged = Connection::open(path).unwrap();
    damaged.execute_batch("PRAGMA ignore_check_constraints = 1").unwrap();
    damaged
        .execute("INSERT INTO replaced VALUES (1, 2, 'no reason', 0)", [])
        .unwrap();
    stops(&["export", path, "--out", out_name], 1, "ledger-database");
    assert!(!out.exists());
    let left = fs::read_dir(out.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().ends_with(".tmp")).collect();
    assert!(left.is_empty(), "{left:?}");

    damaged.execute("DELETE FROM replaced", []).unwrap();
    assert_eq!(ledger(&["export", path, "--out", out_name]).status, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// A list is often looked at through `head`.
#[test]
fn a_reader_that_goes_away_ends_a_list_quietly() {
    let office = Office::new();
    let rows: String = (0..2000).map(|i| format!("P-{i}\n")).collect();
    let mut args = office.people(format!("id\n{rows}"));
    args.issue.format = vec![FormatName::Csv];
    assert_eq!(counts(&args), [2000, 0, 0]);
    for format in ["csv", "jsonl"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern-issuer"));
        command.args(["ledger", "export", "--out", "-", "--text", "--format", format]);
        let command = command
            .arg(&args.issue.ledger)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{format}");
    }
}

#[test]
fn a_damaged_copy_of_a_code_is_told() {
    let (_office, args) = office();
    let path = args.issue.ledger.as_path();
    let conn = Connection::open(path).unwrap();
    conn.execute("UPDATE codes SET code = x'00' WHERE id = 'A-2'", [])
        .unwrap();
    let (codes, _) = find(&[path], &["--id", "A-2"]);
    assert_eq!((&codes[0]["holder"], &codes[0]["facts"]), (&Value::Null, &Value::Null));
    let (_, summary) = find(&[path], &["--name", "样本"]);
    assert_eq!(summary["damaged"], 1);
    let ran = ledger(&["find", path.to_str().unwrap(), "--name", "Zoë"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("cannot be read, and that were passed over: 1."),
        "{}",
        ran.err
    );
}
