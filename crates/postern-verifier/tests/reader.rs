//! A picture on which the reader hangs costs only itself.
//!
//! This program runs itself: as the gate's program with a child of its own choosing, as another program would that plays
//! the gate (`Program`), and as that child, which hangs once.

mod common;

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use common::{AT, Authority, Gate, command, finish};
use postern_verifier::Program;
use serde_json::Value;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    match args.first().and_then(|arg| arg.to_str()) {
        Some("gate") => gate(args),
        Some("child") => child(&args),
        Some("--list") => ExitCode::SUCCESS,
        _ => {
            let tests: [(&str, fn()); 3] = [
                (
                    "a_door_whose_reader_fails_or_is_missing_says_so_and_judges_texts",
                    at_a_door,
                ),
                ("a_picture_that_hangs_the_reader_costs_only_itself", hangs),
                ("without_a_reader_texts_are_still_judged", no_reader),
            ];
            for (name, test) in tests {
                test();
                println!("test {name} ... ok");
            }
            ExitCode::SUCCESS
        }
    }
}

/// `gate FLAG ARGS...`: the gate's program, whose child is `child FLAG reader`.
fn gate(mut args: Vec<OsString>) -> ExitCode {
    let flag = args.remove(1);
    let program = if flag == "none" {
        Program {
            exe: "/nonexistent/reader".into(),
            prefix_args: vec![],
        }
    } else {
        Program {
            exe: std::env::current_exe().unwrap(),
            prefix_args: vec!["child".into(), flag],
        }
    };
    postern_verifier::main_with(args, program)
}

fn child(args: &[OsString]) -> ExitCode {
    if args.get(1).is_some_and(|flag| flag == "fails") {
        return ExitCode::FAILURE;
    }
    let [_, flag, reader] = args else { panic!("{args:?}") };
    assert_eq!(reader, "reader");
    let flag = Path::new(flag);
    let held: Vec<String> = std::fs::read_dir("/proc/self/fd").map_or(vec![], |fds| {
        fds.filter_map(|fd| std::fs::read_link(fd.ok()?.path()).ok())
            .map(|target| target.display().to_string())
            .collect()
    });
    let variables = std::env::vars_os().count();
    std::fs::write(flag.with_extension("held"), format!("{variables}\n{}", held.join("\n"))).unwrap();
    if !flag.exists() {
        std::fs::write(flag, "").unwrap();
        std::thread::sleep(Duration::from_secs(60));
    }
    postern_verifier::main(vec!["postern-verifier".into(), "reader".into()])
}

fn check(gate: &Gate, flag: &Path, inputs: &[&Path]) -> common::Done {
    let mut command = command(std::env::current_exe().unwrap());
    command.arg("gate").arg(flag);
    command
        .args(["check", "--json", "--reader-budget", "300", "--at", AT, "--store"])
        .arg(gate.store());
    command.args(inputs);
    finish(command, b"")
}

fn hangs() {
    let gate = Gate::updated(Authority::new());
    let flag = gate.folder.path().join("flag");
    let (a, b) = (
        gate.picture("a.png", &gate.authority.good()),
        gate.picture("b.png", &gate.authority.expired()),
    );
    let start = Instant::now();
    let done = check(&gate, &flag, &[&a, &b]);
    assert_eq!(done.outcomes(), ["fault reader-killed", "refuse"], "{done:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(flag.exists(), "the child was the one that was asked for");
    let held = std::fs::read_to_string(flag.with_extension("held")).unwrap();
    assert!(held.starts_with("0\n"), "the child has no environment: {held}");
    assert!(
        !held.contains("sqlite") && !held.contains("gate.key"),
        "the child holds no store and no key: {held}"
    );
    assert_eq!(check(&gate, &flag, &[&a, &b]).outcomes(), ["admit", "refuse"]);
}

fn no_reader() {
    let gate = Gate::updated(Authority::new());
    let picture = gate.picture("a.png", &gate.authority.good());
    let good = gate.authority.good();
    let done = check(&gate, Path::new("none"), &[Path::new(&good), &picture]);
    assert_eq!(
        (done.status, done.outcomes(), done.error().as_str()),
        (1, vec!["admit".to_owned()], "reader-not-started")
    );
}

/// A picture that arrives at a door where no reader can be started, or each one fails at once; then a text.
fn at_a_door() {
    let gate = Gate::updated(Authority::patient());
    for (reader, reason) in [("none", "reader-not-started"), ("fails", "reader-crashed")] {
        let folder = gate.folder.path().join(reader);
        std::fs::create_dir(&folder).unwrap();
        let mut scan = command(std::env::current_exe().unwrap());
        scan.args(["gate", reader, "scan", "--json", "--source", "stdin", "--source"]);
        scan.arg(format!("folder:{}", folder.display()))
            .arg("--store")
            .arg(gate.store());
        let mut child = scan.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (tell, told) = mpsc::channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let next_of = |kinds: &[&str]| -> Value {
            loop {
                let line = told.recv_timeout(Duration::from_secs(60)).expect("an answer in time");
                let value: Value = serde_json::from_str(&line).unwrap();
                if kinds.iter().any(|kind| value["type"] == *kind) {
                    return value;
                }
            }
        };
        next_of(&["source"]);
        let picture = gate.picture("arriving.png", &gate.authority.good());
        std::fs::rename(picture, folder.join("a.png")).unwrap();
        let fault = next_of(&["fault", "verdict"]);
        assert_eq!(
            (&fault["type"], &fault["reason"]),
            (&"fault".into(), &reason.into()),
            "{fault}"
        );
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{}", gate.authority.expired()).unwrap();
        assert_eq!(next_of(&["fault", "verdict"])["type"], "verdict");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
