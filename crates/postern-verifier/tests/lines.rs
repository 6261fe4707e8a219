//! `check -`: many lines on all cores, and a few from somebody who waits.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use common::{AT, Authority, Gate, claims, command};
use postern_log::Log;
use serde_json::Value;

/// More than several batches hold.
const MANY: usize = 9000;

/// Texts of all kinds, and so many good ones that batches do not all fail.
fn texts(authority: &Authority) -> Vec<String> {
    let good: Vec<String> = (0..8).map(|index| authority.code(0, &claims(index))).collect();
    let odd = [
        authority.forged(),
        authority.expired(),
        authority.referred(),
        authority.unknown_issuer(),
        "HC1:6BFOXN".to_owned(),
        "PC1:ABC".to_owned(),
    ];
    (0..MANY)
        .map(|i| match i % 700 {
            odd_one @ 0..6 if i > MANY / 2 => odd[odd_one].clone(),
            _ => good[i % good.len()].clone(),
        })
        .collect()
}

fn log_of(gate: &Gate) -> Log {
    let log = Log::open(&gate.store().join("log.sqlite")).unwrap();
    assert!(log.verify().unwrap().is_clean());
    log
}

/// A verdict but for its place in the input and in the log.
fn placeless(verdict: &Value) -> Value {
    let mut verdict = verdict.clone();
    for member in ["argument", "line", "seq"] {
        verdict[member] = Value::Null;
    }
    verdict
}

#[test]
fn many_lines_get_the_verdicts_of_one_by_one_in_their_order() {
    let gate = Gate::updated(Authority::new());
    let texts = texts(&gate.authority);
    let input = texts.join("\n");
    let done = gate.run_with("check", ["--json", "--at", AT, "-"], input.as_bytes());
    let verdicts = done.json();
    assert_eq!((done.status, verdicts.len()), (10, MANY), "{}", done.stderr);
    for (i, verdict) in verdicts.iter().enumerate() {
        assert_eq!((&verdict["line"], &verdict["seq"]), (&(i + 1).into(), &i.into()));
    }
    assert_eq!(log_of(&gate).tip().size, MANY as u64);

    let mut different: Vec<&String> = texts.iter().collect();
    different.sort();
    different.dedup();
    let one_by_one = gate.check(["--json"].into_iter().chain(different.iter().map(|text| text.as_str())));
    for (text, alone) in different.iter().zip(one_by_one.json()) {
        let alone = placeless(&alone);
        let same = texts.iter().zip(&verdicts).filter(|(other, _)| other == text);
        assert!(same.clone().count() > 0);
        assert!(
            same.map(|(_, verdict)| placeless(verdict)).all(|v| v == alone),
            "{text}"
        );
    }
}

/// A gate that runs, and what it answers.
struct Running {
    child: Child,
    answers: Receiver<String>,
}

impl Running {
    fn new(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (give, answers) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| give.send(line)));
        Self { child, answers }
    }

    fn send(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        // A gate that has ended does not read it.
        let _unread = writeln!(stdin, "{text}").and_then(|()| stdin.flush());
    }

    fn answer(&self) -> Value {
        let line = self
            .answers
            .recv_timeout(Duration::from_secs(60))
            .expect("an answer in time");
        serde_json::from_str(&line).unwrap()
    }
}

#[test]
fn whoever_waits_for_an_answer_gets_it_before_the_next_line() {
    let gate = Gate::updated(Authority::new());
    let mut check = command(common::BIN);
    check
        .args(["check", "--json", "--at", AT, "-", "--store"])
        .arg(gate.store());
    let mut running = Running::new(check);
    for seq in 0..5 {
        running.send(&gate.authority.good());
        assert_eq!(running.answer()["seq"], seq);
    }
    drop(running.child.stdin.take());
    assert!(running.child.wait().unwrap().success());
}

/// The log may not grow past a limit: what was shown by then is in it, and nothing is shown after.
#[cfg(unix)]
#[test]
fn where_the_log_fails_among_many_lines_all_that_was_shown_is_in_it() {
    let gate = Gate::updated(Authority::new());
    let script = "trap '' XFSZ; ulimit -f 1024; exec \"$@\"";
    let mut check = command("sh");
    check.args([
        "-c",
        script,
        "sh",
        common::BIN,
        "check",
        "--json",
        "--at",
        AT,
        "-",
        "--store",
    ]);
    check.arg(gate.store());
    let mut running = Running::new(check);
    let texts = texts(&gate.authority);
    running.send(&texts[0]);
    assert_eq!(running.answer()["seq"], 0);
    for part in texts.chunks(300) {
        running.send(&part.join("\n"));
    }
    drop(running.child.stdin.take());
    assert_eq!(running.child.wait().unwrap().code(), Some(1));
    let mut shown = 1;
    while let Ok(line) = running.answers.recv() {
        let verdict: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(verdict["seq"], shown);
        shown += 1;
    }
    assert!(shown < MANY as u64, "the log was to fail: {shown}");
    assert!(log_of(&gate).tip().size >= shown);
}
