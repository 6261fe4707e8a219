//! `kill -9` at any moment, while codes come as fast as they are read.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use postern_log::Log;
use serde_json::Value;

use crate::service::{Dice, Service, code, compare, gate, is_logged, log_of, scan, seq, times};

/// How many people come and go.
const PEOPLE: u64 = 400;

/// What a gate that was killed had told, in order.
struct Told {
    all: Vec<Value>,
    /// From its start until it was ready.
    start: Option<Duration>,
}

/// Codes, and decisions by people between them where the gate has told its command word.
fn lines(dice: &mut Dice, codes: &[String], word: Option<&str>) -> String {
    let decisions = [
        "override a-17 admit supervisor",
        "override a-17 refuse other",
        "manual a-17 admit document-seen",
    ];
    let mut lines = String::new();
    for _ in 0..200 {
        lines.push_str(&codes[dice.below(PEOPLE) as usize]);
        lines.push('\n');
        if let Some(word) = word.filter(|_| dice.below(4) == 0) {
            lines.push_str(&format!("{word} {}\n", decisions[dice.below(3) as usize]));
        }
    }
    lines
}

/// Killed before it is ready, or just after.
fn kill_at_start(mut service: Service, lines: String, after: Duration) -> Told {
    let mut input = service.input();
    let feeder = std::thread::spawn(move || drop(input.write_all(lines.as_bytes())));
    std::thread::sleep(after);
    let all = service.kill().told;
    feeder.join().unwrap();
    Told { all, start: None }
}

/// Killed up to 30 ms after the first verdict.
fn kill_at_work(mut service: Service, dice: &mut Dice, codes: &[String]) -> Told {
    let begun = Instant::now();
    let ready = service.ready();
    let start = Some(begun.elapsed());
    let lines = lines(dice, codes, ready["command_word"].as_str());
    let mut input = service.input();
    let feeder = std::thread::spawn(move || while input.write_all(lines.as_bytes()).is_ok() {});
    let mut all = vec![ready, service.next()];
    std::thread::sleep(Duration::from_micros(dice.below(30_000)));
    all.extend(service.kill().told);
    feeder.join().unwrap();
    Told { all, start }
}

#[test]
fn what_was_shown_before_a_kill_is_in_the_log() {
    let kills = times("POSTERN_KILLS", 150);
    let begun = Instant::now();
    let gate = gate("[pass-back]\nwindow = 2\n");
    let path = log_of(&gate.store());
    let codes: Vec<String> = (0..PEOPLE as u32).map(|n| code(&gate.authority, n)).collect();
    let mut dice = Dice::new(9);
    let mut start = Duration::from_millis(50);
    let mut counts = BTreeMap::<String, u64>::new();
    // What was shown and not compared yet, what the log must at least have, and what it has that nobody saw.
    let (mut shown, mut least, mut unseen) = (Vec::new(), 0, 0);
    for kill in 1..=kills {
        let service = Service::start(scan(&gate.store()));
        let told = match kill % 5 {
            0 => {
                let lines = lines(&mut dice, &codes, None);
                let after = start * (dice.below(1500) as u32) / 1000;
                kill_at_start(service, lines, after)
            }
            _ => kill_at_work(service, &mut dice, &codes),
        };
        start = told.start.unwrap_or(start);
        for value in &told.all {
            let kind = value["type"].as_str().unwrap();
            match kind {
                "ready" => {
                    // Nothing that was shown is gone, and a kill leaves one event at most that nobody saw.
                    let size = value["size"].as_u64().unwrap();
                    assert!((least..=least + 1).contains(&size), "{least}: {value}");
                    unseen += size - least;
                    least = size;
                }
                "verdict" | "entry" => {
                    assert_eq!(seq(value), least, "{value}");
                    least += 1;
                }
                _ => assert_eq!(value["reason"], "nothing-to-override", "{value}"),
            }
            let what = value["outcome"].as_str().unwrap_or_default();
            *counts.entry(format!("{kind} {what}")).or_default() += 1;
        }
        shown.extend(told.all.into_iter().filter(is_logged));
        // Every other time it is the next gate that finds the log as the kill left it.
        if kill % 2 == 0 {
            let log = Log::open(&path).unwrap();
            let size = compare(&log, &shown);
            assert!((least..=least + 1).contains(&size), "{least}: {size}");
            unseen += size - least;
            least = size;
            shown.clear();
            if kill % 50 == 0 || kill == kills {
                let report = log.verify().unwrap();
                assert!(report.is_clean() && report.rows == size, "{:?}", report.findings);
            }
        }
    }
    let log = Log::open(&path).unwrap();
    assert!(compare(&log, &shown) >= least && log.verify().unwrap().is_clean());
    println!(
        "{kills} kills: {counts:?}, {} events in the log, {unseen} that nobody saw, in {:?}",
        log.tip().size,
        begun.elapsed()
    );
    for kind in [
        "verdict admit",
        "verdict refer",
        "verdict refuse",
        "entry admit",
        "entry refuse",
    ] {
        assert!(
            counts.get(kind).is_some_and(|count| *count > kills as u64 / 20),
            "{kind}: {counts:?}"
        );
    }
}
