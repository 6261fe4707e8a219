//! A second opinion: the `age` program opens what is sealed here, and the other way round.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use postern_seal::{Identity, IdentityFile, Recipient, open, seal};

/// Around the 64 KiB in which age seals.
const SIZES: [usize; 5] = [0, 33, 65_535, 65_536, 200_000];

fn run(folder: &Path, program: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .current_dir(folder)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {args:?}: {said}");
    output.stdout
}

/// Whether a program is there. Where the tests run for everybody it must be.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{program} is missing");
        eprintln!("skipped: {program} is not installed");
    }
    found
}

fn plain(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * 7 + i / 251) as u8).collect()
}

#[test]
fn age_opens_what_is_sealed_here() {
    if !has("age") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (Identity::generate(), Identity::generate());
    std::fs::write(folder.path().join("ours"), &*ours.danger_plain()).unwrap();
    for size in SIZES {
        let file = seal(&plain(size), &[other.recipient(), ours.recipient()]).unwrap();
        let opened = run(folder.path(), "age", &["-d", "-i", "ours"], &file);
        assert!(opened == plain(size), "{size}");
    }
}

#[test]
fn what_age_seals_is_opened_here() {
    if !has("age") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), "age-keygen", &[], b"");
    std::fs::write(folder.path().join("theirs"), &made).unwrap();
    let theirs = IdentityFile::parse(&made).unwrap().open(b"").unwrap();
    let told = run(folder.path(), "age-keygen", &["-y", "theirs"], b"");
    let recipient = String::from_utf8(told).unwrap();
    assert_eq!(theirs.recipient().to_string(), recipient.trim());
    assert_eq!(Recipient::parse(recipient.trim()), Ok(theirs.recipient()));
    let ours = Identity::generate();
    for size in SIZES {
        let to = ours.recipient().to_string();
        let file = run(folder.path(), "age", &["-r", recipient.trim(), "-r", &to], &plain(size));
        for identity in [&theirs, &ours] {
            assert!(**open(&file, identity, size).unwrap() == *plain(size), "{size}");
        }
    }
}

/// `age` asks for the passphrase on a terminal, which `script` gives it.
#[cfg(target_os = "linux")]
#[test]
fn age_opens_an_identity_under_a_passphrase() {
    if !has("age") || !has("script") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let ours = Identity::generate();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("ours"), ours.encrypted(b"of a test").unwrap()).unwrap();
    std::fs::write(file("sealed"), seal(b"a key", &[ours.recipient()]).unwrap()).unwrap();
    let line = "age -d -i ours -o opened sealed";
    run(folder.path(), "script", &["-qec", line, "/dev/null"], b"of a test\n");
    assert_eq!(std::fs::read(file("opened")).unwrap(), b"a key");
}
