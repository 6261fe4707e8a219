//! A test program that runs itself, because a process reads its environment once: `child LOCATION PATH` opens the location,
//! asks for the file and tells what it got; `child LOCATION PATH SPOOL` asks for it as a pinned one, `child LOCATION PATH
//! --put` leaves it there, `--exists` asks whether it is there, and `--list` what lies below.

use std::process::{Command, ExitCode};
use std::time::Duration;

use postern_transport::{Location, Options, Remote, Spool, TransportError};
use sha2::{Digest, Sha256};

pub(crate) const FILE: &[u8] = b"made up";
pub(crate) const PATH: &str = "newest.snapshot";
/// A file of 650,000 bytes is there, [`large`].
pub(crate) const LARGE_PATH: &str = "status/west/7.status";
/// Made up; no answer and no error may repeat it.
pub(crate) const SECRET: &str = "worthless-secret-of-nobody";

/// The program: the child, or these tests one after the other.
pub(crate) fn main(tests: &[(&str, fn())]) -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("child") => println!("{}", told(child(&args[1..]))),
        Some("--list") => {}
        _ => {
            for (name, test) in tests {
                test();
                println!("test {name} ... ok");
            }
            println!("test result: ok. {} passed; 0 failed", tests.len());
        }
    }
    ExitCode::SUCCESS
}

/// Runs the child with this environment and no other. Its output has no secret in it.
pub(crate) fn run(environment: &[(&str, &str)], args: &[&str]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("child")
        .args(args)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    assert!(!text.contains(SECRET), "{text}");
    text
}

/// `file`, `none`, `left`, `true`, `false`, `listed` or a reason.
pub(crate) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Made up.
pub(crate) fn large() -> Vec<u8> {
    (0..650_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn content(path: &str) -> Vec<u8> {
    if path == LARGE_PATH { large() } else { FILE.to_vec() }
}

fn child(args: &[String]) -> Result<String, TransportError> {
    let options = Options {
        connect: Duration::from_secs(2),
        idle: Duration::from_secs(2),
        request: Duration::from_secs(5),
    };
    let remote = Remote::open(&Location::parse(&args[0])?, &options)?;
    let path = &args[1];
    let content = content(path);
    let size = content.len() as u64;
    let file = match args.get(2).map(String::as_str) {
        Some("--put") => return remote.put(path, &content).map(|()| "left".to_owned()),
        Some("--exists") => return remote.exists(path).map(|there| there.to_string()),
        Some("--list") => {
            let lines = remote
                .list(path)?
                .into_iter()
                .map(|(path, size)| format!("\n{path} {size}"));
            return Ok(format!("listed{}", lines.collect::<String>()));
        }
        None => remote.get(path, size)?,
        Some(spool) => remote.fetch(path, size, &Sha256::digest(&content).into(), &Spool::open(spool)?)?,
    };
    Ok(match file {
        Some(bytes) => {
            assert!(bytes == content);
            "file".to_owned()
        }
        None => "none".to_owned(),
    })
}

/// What the child did, or the reason and all that an error can say.
fn told(result: Result<String, TransportError>) -> String {
    result.unwrap_or_else(|e| format!("{}\n{e}\n{e:?}\n{:?}", e.reason(), e.args()))
}
