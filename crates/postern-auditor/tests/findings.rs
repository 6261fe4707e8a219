//! What is found in an archive, asked of it and written out of it: by black box, on both databases, from logs that gates wrote.
//!
//! `tools/postgres-test.sh` starts a server of PostgreSQL; without one its half says that it was not run.

#[path = "common/mod.rs"]
mod common;

use std::fs;

use common::{Engine, Gate, MORNING, Office, event, json_lines};
use postern_core::time::Time;
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Hash, leaf_hash};
use postern_log::proof::verify_inclusion;
use postern_log::{Flags, Kind, NewEvent, Outcome, Source};
use serde_json::Value;

/// Runs a test on both databases.
macro_rules! both {
    ($($name:ident,)+) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name(super::Engine::Sqlite);
            })+
        }

        mod postgres {
            $(#[test]
            fn $name() {
                if super::Engine::Postgres.is_there() {
                    super::$name(super::Engine::Postgres);
                }
            })+
        }
    };
}

both! {
    a_clock_that_was_not_believed_stretches_nothing,
    a_clone_and_a_restored_store_are_told_apart,
    a_code_seen_under_a_suspect_clock_has_not_travelled,
    an_event_is_proven,
    an_honest_day_gives_no_finding,
    events_are_asked_for,
    events_are_written_out,
    one_code_at_two_gates_is_found,
    operators_beyond_the_first_of_a_gate_are_counted,
    rows_that_are_missing_and_files_that_are_refused_are_found,
}

const DAY: &str = "2026-11-23";
const NEXT_DAY: &str = "2026-11-24";

/// The findings of the day, without those about the auditor's own clock: who runs this in another year has had no contact for long, or
/// the day is still to come.
fn findings(office: &Office) -> Vec<Value> {
    let until = Time::saturating(MORNING as i64 + 8 * 3600).to_string();
    let output = office.run("report", &["--from", DAY, "--until", &until], false);
    let mut lines = json_lines(&output);
    let summary = lines.pop().unwrap();
    assert_eq!(summary["findings"].as_u64().unwrap(), lines.len() as u64);
    lines.retain(|line| line["finding"] != "no-contact" && line["finding"] != "clock-ahead");
    lines
}

fn kinds(findings: &[Value]) -> Vec<String> {
    let told = |line: &Value| {
        let gate = line["gates"].get(0).and_then(Value::as_str).unwrap_or("-").to_owned();
        format!("{} {gate}", line["finding"].as_str().unwrap())
    };
    findings.iter().map(told).collect()
}

/// Gates at their places, with what each has scanned.
fn office(engine: Engine, gates: &mut [(Gate, &str)]) -> Office {
    let office = Office::new(engine);
    for (gate, position) in gates.iter() {
        let file = office.folder.path().join("a.enrolment");
        fs::write(&file, gate.enrolment()).unwrap();
        office.run("enrol", &[file.to_str().unwrap(), "--position", position], false);
    }
    for (gate, _) in gates {
        let told = office.ingest_bytes(&[&gate.bundle(0, gate.size(), &office)]);
        assert!(told.is_good, "{told:?}");
    }
    office
}

fn an_honest_day_gives_no_finding(engine: Engine) {
    let mut gates: Vec<_> = (1..=4).map(|number| (Gate::new(number), "34.2,108.9")).collect();
    for (number, (gate, _)) in gates.iter_mut().enumerate() {
        // Each its own people, in each of the eight hours.
        for hour in 0..8 {
            gate.scan(60, MORNING + hour * 3600 + number as u64);
        }
    }
    let office = office(engine, &mut gates);
    assert_eq!(kinds(&findings(&office)), Vec::<String>::new());
}

fn a_clone_and_a_restored_store_are_told_apart(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9"), (Gate::new(2), "34.2,108.9")];
    let copies = gates.each_mut().map(|(gate, _)| {
        let copy = gate.scan(50, MORNING).copy();
        gate.scan(50, MORNING + 50);
        copy
    });
    let office = office(engine, &mut gates);
    let [mut clone, mut old] = copies;
    clone.scan(70, MORNING + 60);
    old.scan(10, MORNING + 3600);
    office.ingest_bytes(&[&clone.bundle(0, 120, &office)]);
    office.ingest_bytes(&[&old.bundle(50, 60, &office)]);
    let found = findings(&office);
    let forks: Vec<_> = kinds(&found)
        .into_iter()
        .filter(|kind| kind.starts_with("fork"))
        .collect();
    assert_eq!(forks, ["fork-cloned gate-1", "fork-restored gate-2"]);
    assert_eq!(found[0]["values"]["at"], 50);
}

fn rows_that_are_missing_and_files_that_are_refused_are_found(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9"), (Gate::new(2), "34.2,108.9")];
    for (gate, _) in &mut gates {
        gate.scan(20, MORNING);
    }
    let office = office(engine, &mut gates);
    let gate = gates[0].0.scan(80, MORNING + 20);
    let late = gate.bundle(60, 100, &office);
    let mut stranger = Gate::new(9);
    let foreign = stranger.scan(5, MORNING).bundle(0, 5, &office);
    let mut damaged = gates[1].0.bundle(0, 20, &office);
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    office.ingest_bytes(&[&late, &foreign, &damaged]);
    let found = findings(&office);
    let told = kinds(&found);
    for kind in ["missing-rows gate-1", "bundle-damaged", "bundle-unknown-gate"] {
        assert!(told.iter().any(|told| told.starts_with(kind)), "{kind}: {told:?}");
    }
    let missing = found.iter().find(|line| line["finding"] == "missing-rows").unwrap();
    assert_eq!(
        (&missing["values"]["from"], &missing["values"]["to"]),
        (&20.into(), &59.into())
    );
}

fn one_code_at_two_gates_is_found(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9"), (Gate::new(2), "34.6,108.9")];
    // 44 km apart, the same people one second later; and people who take two hours.
    for (at, (gate, _)) in gates.iter_mut().enumerate() {
        let with_code = |number: u64, time: u64| NewEvent {
            person: None,
            ..event(number, time)
        };
        let at = at as u64;
        let events = [
            with_code(5_000, MORNING + at),
            with_code(5_001, MORNING + 10 + at * 7200),
            with_code(5_002, MORNING + 20 + at * 60),
        ];
        let mut events = events.to_vec();
        events.sort_by_key(|event| event.time);
        gate.log.append_batch(events).unwrap();
    }
    let office = office(engine, &mut gates);
    let mut found = findings(&office);
    found.retain(|line| line["finding"] == "impossible-travel");
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|line| line["values"]["jumps"] == 1 && line["values"]["km"] == 44.5),
        "{found:?}"
    );
    // What it rests on can be asked for.
    let evidence = &found[0]["evidence"][1];
    let seq = evidence["seq"].as_u64().unwrap();
    let output = office.run("query", &["--gate", evidence["gate"].as_str().unwrap()], false);
    let who = found[0]["values"]["who"].as_str().unwrap();
    let lines = json_lines(&output);
    let row = lines.iter().find(|line| line["seq"] == seq).unwrap();
    assert!(row["code"].as_str().unwrap().starts_with(who), "{row}");
}

/// The same people 44 km apart one second later, at a gate whose clock was not believed.
fn a_code_seen_under_a_suspect_clock_has_not_travelled(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9"), (Gate::new(2), "34.6,108.9")];
    for (at, (gate, _)) in gates.iter_mut().enumerate() {
        let seen = |number: u64, flags| NewEvent {
            person: None,
            flags,
            ..event(number, MORNING + number + at as u64)
        };
        let there = at == 1;
        let events = [
            seen(
                5_000,
                Flags {
                    clock_suspect: there,
                    ..Flags::default()
                },
            ),
            seen(
                5_001,
                Flags {
                    clock_suspect: there,
                    emergency: true,
                    ..Flags::default()
                },
            ),
            // What else a flag says leaves the time as it is.
            seen(
                5_002,
                Flags {
                    judged_at_another_time: there,
                    emergency: true,
                    ..Flags::default()
                },
            ),
        ];
        gate.log.append_batch(events).unwrap();
    }
    let office = office(engine, &mut gates);
    let mut found = findings(&office);
    found.retain(|line| line["finding"] == "impossible-travel");
    let seqs: Vec<_> = found.iter().map(|line| line["evidence"][1]["seq"].clone()).collect();
    assert_eq!(seqs, [2], "{found:?}");
}

fn a_clock_that_was_not_believed_stretches_nothing(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9")];
    gates[0].0.scan(60, MORNING);
    let suspect = NewEvent {
        flags: Flags {
            clock_suspect: true,
            ..Flags::default()
        },
        ..event(70, 4_070_908_800)
    };
    gates[0].0.log.append_batch([suspect]).unwrap();
    let office = office(engine, &mut gates);
    // As far as the auditor asks, there is no other event.
    let until = "2150-01-01";
    let lines = json_lines(&office.run("report", &["--from", DAY, "--until", until], false));
    let summary = lines.last().unwrap();
    assert_eq!(
        (&summary["from"], &summary["events"]),
        (&"2026-11-23T08:00:00Z".into(), &61.into())
    );
    let year: u32 = summary["until"].as_str().unwrap()[..4].parse().unwrap();
    assert!(year < 2099, "{summary}");
    assert!(kinds(&lines[..lines.len() - 1]).contains(&"clock-suspect gate-1".to_owned()));
}

fn operators_beyond_the_first_of_a_gate_are_counted(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9"), (Gate::new(2), "34.2,108.9")];
    for (gate, _) in &mut gates {
        gate.scan(10, MORNING);
    }
    let by_hand = |i: u64| NewEvent {
        kind: Kind::Manual,
        source: Source::Hand,
        operator: Some(format!("made-up-{i}")),
        code: None,
        person: None,
        issuer: None,
        outcome: Outcome::Admit,
        reasons: Vec::new(),
        ..event(1, MORNING + 100 + i)
    };
    gates[0].0.log.append_batch((0..260).map(by_hand)).unwrap();
    gates[1].0.log.append_batch([by_hand(900)]).unwrap();
    let office = office(engine, &mut gates);
    let page = office.folder.path().join("operators.html");
    let lines = json_lines(&office.run("report", &["--out", page.to_str().unwrap()], false));
    let not_listed = &lines.last().unwrap()["operators_not_listed"];
    assert_eq!(not_listed, &serde_json::json!([{ "gate": "gate-1", "entries": 4 }]));
    assert!(
        fs::read_to_string(page)
            .unwrap()
            .contains("4 entries by hand at gate-1")
    );
}

fn events_are_asked_for(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9"), (Gate::new(2), "34.2,108.9")];
    gates[0].0.scan(40, MORNING);
    gates[1].0.scan(40, MORNING + 1000);
    let about = gates[1].0.size() - 1;
    let by_hand = NewEvent {
        kind: Kind::Override,
        source: Source::Hand,
        about: Some(about),
        operator: Some("op-7".to_owned()),
        outcome: Outcome::Admit,
        reasons: vec!["known-person".to_owned()],
        ..event(1, MORNING + 1100)
    };
    gates[1].0.log.append_batch([by_hand]).unwrap();
    let office = office(engine, &mut gates);
    let count = |args: &[&str]| json_lines(&office.run("query", args, false)).len();
    assert_eq!(count(&[]), 81);
    assert_eq!(count(&["--gate", "gate-1"]), 40);
    assert_eq!(count(&["--from", DAY, "--until", NEXT_DAY]), 81);
    assert_eq!(count(&["--until", DAY]), 0);
    assert_eq!(count(&["--kind", "override"]), 1);
    assert_eq!(count(&["--operator", "op-7"]), 1);
    assert_eq!(count(&["--operator", "op-8"]), 0);
    assert_eq!(count(&["--issuer", "xa", "--limit", "7"]), 7);
    let refused = count(&["--outcome", "refuse"]);
    assert_eq!(refused + count(&["--outcome", "admit"]), 81);
    assert!(refused > 0);
    assert_eq!(count(&["--grade", "stale"]), 0);
    assert_eq!(count(&["--flag", "emergency", "--flag", "clock-suspect"]), 0);
    let rows = json_lines(&office.run("query", &["--gate", "gate-2", "--kind", "override"], false));
    assert_eq!(
        (&rows[0]["operator"], &rows[0]["about"]),
        (&"op-7".into(), &about.into())
    );
    let code = json_lines(&office.run("query", &["--limit", "1"], false))[0]["code"].clone();
    assert_eq!(count(&["--code", code.as_str().unwrap()]), 1);
    let unknown = office.command("query", &["--gate", "nowhere"], false).output().unwrap();
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("gate-unknown"));
}

fn an_event_is_proven(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9")];
    gates[0].0.scan(77, MORNING);
    let office = office(engine, &mut gates);
    let gate = &gates[0].0;
    let proof = json_lines(&office.run("query", &["--gate", "gate-1", "--prove", "42"], false)).remove(0);
    // As somebody would who has the gate's key and nothing else.
    let hex = |text: &Value| -> Vec<u8> {
        let text = text.as_str().unwrap();
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    };
    let path: Vec<Hash> = proof["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| hex(hash).try_into().unwrap())
        .collect();
    let checkpoint = Checkpoint::open(
        proof["note"].as_str().unwrap(),
        "gate-1",
        &postern_core::keys::Signer::public(&gate.key),
    );
    let leaf = hex(&proof["leaf"]);
    assert_eq!(
        verify_inclusion(&leaf_hash(&leaf), 42, &checkpoint.unwrap().tip, &path),
        Ok(())
    );
    assert_eq!(proof["event"]["seq"], 42);
    let past = office
        .command("query", &["--gate", "gate-1", "--prove", "77"], false)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&past.stderr).contains("not-proven"));
}

fn events_are_written_out(engine: Engine) {
    let mut gates = [(Gate::new(1), "34.2,108.9")];
    gates[0].0.scan(30, MORNING);
    let office = office(engine, &mut gates);
    let folder = office.folder.path();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let told = json_lines(&office.run("export", &["--out", &at("events.csv")], false));
    assert_eq!(told[0]["events"], 30);
    let text = fs::read_to_string(at("events.csv")).unwrap();
    assert_eq!(text.lines().count(), 31);
    let piped = office.run("export", &["--out", "-"], false);
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), text);
    office.run(
        "export",
        &["--format", "parquet", "--out", &at("events.parquet")],
        false,
    );
    let bytes = fs::read(at("events.parquet")).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let again = office
        .command("export", &["--out", &at("events.csv")], false)
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(1), "a file stays as it is");
}
