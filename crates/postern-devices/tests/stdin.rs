//! Sources on standard input, and a turnstile on standard output, in a child process that has both for itself.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use postern_devices::turnstile::{Outcome, Turnstile};
use postern_devices::{Picture, Sources, What};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("--source") => source(&args[2]),
        Some("--turnstile") => turnstile(),
        // Listing tests, as some runners do, finds none.
        Some("--list") => {}
        _ => {
            lines_end_with_the_input();
            a_slow_caller_gets_every_line();
            a_slow_caller_gets_the_newest_frame();
            frames_of_no_kind_end();
            a_caller_that_goes_is_not_held_by_standard_input();
            a_turnstile_says_a_line();
            println!("6 passed, 0 failed");
        }
    }
}

/// The child: tells what comes, slowly where asked to.
fn source(text: &str) {
    let (text, pause) = text.split_once('@').unwrap_or((text, "0"));
    let pause = Duration::from_millis(pause.parse().unwrap());
    let sources = Sources::start(&[text.parse().unwrap()]).unwrap();
    loop {
        let Some(event) = sources.recv_timeout(Duration::from_secs(2)) else {
            return println!("silent");
        };
        match event.what {
            What::Line(line) => println!("line {:?} {:?}", line.text, line.ended),
            What::BadLine(why) => println!("bad {}", why.reason()),
            What::Picture {
                picture: Picture::File(file),
                ..
            } => println!("file {}", file.len()),
            What::Picture {
                picture: Picture::Luma(luma),
                ..
            } => println!("luma {}", luma.pixels()[0]),
            What::Lost { reason } => println!("lost {}", reason.reason()),
            What::Ready => println!("ready"),
            What::End => return println!("end"),
            other => println!("{other:?}"),
        }
        std::thread::sleep(pause);
    }
}

fn turnstile() {
    let (turnstile, reports) = Turnstile::new(&"stdout".parse().unwrap()).unwrap();
    for id in [3, 3, 8] {
        turnstile.open(id);
        let report = reports.recv_timeout(Duration::from_secs(20)).unwrap();
        println!("{:?} {}", report.id, matches!(report.outcome, Outcome::Opened));
    }
}

fn child(args: &[&str]) -> (Child, ChildStdin) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    (child, stdin)
}

fn told(mut child: Child) -> Vec<String> {
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    text.lines().map(str::to_owned).collect()
}

fn lines_end_with_the_input() {
    let (child, mut stdin) = child(&["--source", "stdin"]);
    stdin.write_all(b"PC1:A \r\n\n  \n\xff\nPC").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    stdin.write_all(b"1:B").unwrap();
    drop(stdin);
    let expected = [
        "ready",
        "line \"PC1:A \" Mark",
        "bad line-not-text",
        "line \"PC1:B\" Input",
        "end",
    ];
    assert_eq!(told(child), expected);
}

fn a_slow_caller_gets_every_line() {
    let (child, mut stdin) = child(&["--source", "stdin@1"]);
    for n in 0..500 {
        writeln!(stdin, "{n}").unwrap();
    }
    drop(stdin);
    let told = told(child);
    let expected: Vec<String> = (0..500).map(|n| format!("line \"{n}\" Mark")).collect();
    assert_eq!(told[1..told.len() - 1], expected);
}

fn a_slow_caller_gets_the_newest_frame() {
    let (child, mut stdin) = child(&["--source", "frames@300"]);
    stdin.write_all(b"YUV4MPEG2 W4 H4 Cmono\n").unwrap();
    for n in 0..200 {
        stdin.write_all(b"FRAME\n").unwrap();
        stdin.write_all(&[n; 16]).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(stdin);
    let told = told(child);
    let frames = told.iter().filter(|line| line.starts_with("luma")).count();
    // A second of frames for a caller that takes three or four in that time.
    assert!((2..20).contains(&frames), "{told:?}");
    assert_eq!(told[told.len() - 2..], ["luma 199", "end"]);
}

fn frames_of_no_kind_end() {
    let (child, mut stdin) = child(&["--source", "frames"]);
    stdin.write_all(b"RIFF....AVI LIST").unwrap();
    assert_eq!(told(child), ["ready", "lost no-frames", "end"]);
    drop(stdin);
}

/// Standard input stays open and silent, and the process ends all the same.
fn a_caller_that_goes_is_not_held_by_standard_input() {
    let (child, stdin) = child(&["--source", "stdin"]);
    assert_eq!(told(child), ["ready", "silent"]);
    drop(stdin);
}

fn a_turnstile_says_a_line() {
    let (child, stdin) = child(&["--turnstile"]);
    drop(stdin);
    assert_eq!(
        told(child),
        ["OPEN 3", "Some(3) true", "Some(3) false", "OPEN 8", "Some(8) true"]
    );
}
