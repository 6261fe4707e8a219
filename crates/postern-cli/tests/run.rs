//! A whole program from the outside: exit status, streams, languages, a reader that goes away.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The example, which `cargo test` builds next to this test.
fn program() -> Command {
    let mut path = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    let path: PathBuf = path
        .join("examples")
        .join(format!("made-up{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing: run the tests of the whole package",
        path.display()
    );
    let mut command = Command::new(path);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = program().args(args).output().expect("the example runs");
    let text = |bytes| String::from_utf8(bytes).expect("all output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn data_goes_to_standard_output() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a");
    std::fs::write(&path, b"12345").expect("written");
    let path = path.to_str().expect("temporary names are Unicode");
    assert_eq!(run(&["size", path]), (Some(0), "5\n".to_owned(), String::new()));
}

#[test]
fn errors_go_to_standard_error_in_the_language_chosen() {
    let expected = "error: cannot read no/such: no such file or folder\n";
    assert_eq!(run(&["size", "no/such"]), (Some(1), String::new(), expected.to_owned()));
    let expected = "错误：无法读取 no/such：文件或文件夹不存在\n";
    assert_eq!(
        run(&["size", "no/such", "--lang", "zh"]),
        (Some(1), String::new(), expected.to_owned())
    );
    let output = program()
        .args(["size", "no/such"])
        .env("LANG", "zh_CN.UTF-8")
        .output()
        .expect("the example runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
}

#[test]
fn errors_are_one_line_of_english_json_where_asked() {
    let expected =
        "{\"error\":{\"reason\":\"file-not-found\",\"message\":\"cannot read no/such: no such file or folder\"}}\n";
    assert_eq!(
        run(&["--lang=zh", "size", "no/such", "--json"]),
        (Some(1), String::new(), expected.to_owned())
    );
    let (status, stdout, stderr) = run(&["--lang=zh", "size", "--json"]);
    assert_eq!((status, stdout.as_str(), stderr.lines().count()), (Some(2), "", 1));
    assert!(stderr.starts_with("{\"error\":{\"reason\":\"usage\""), "{stderr}");
}

#[test]
fn help_is_data_and_usage_errors_are_not() {
    let (status, stdout, stderr) = run(&["--lang=zh", "size", "--help"]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    assert!(
        stdout.starts_with("测量文件\n\n用法：made-up size [选项] <FILE>\n"),
        "{stdout}"
    );
    assert!(!stdout.contains('\u{1b}'), "a pipe gets no colours");
    let (_, stdout, _) = run(&["--color=always", "--help"]);
    assert!(stdout.contains('\u{1b}'), "unless they are asked for");
    let (status, stdout, stderr) = run(&["size"]);
    assert_eq!((status, stdout.as_str()), (Some(2), ""));
    assert!(
        stderr.starts_with("error: the following required arguments were not provided:"),
        "{stderr}"
    );
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let mut child = program()
        .arg("count")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example runs");
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    stdout.read_line(&mut first).expect("a line");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends by itself");
    assert_eq!((first.as_str(), output.status.code()), ("0\n", Some(0)));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let output = program().arg("count").stdout(full).output().expect("the example runs");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.starts_with("error: cannot write the lines\n  "), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_passphrase_comes_through_a_descriptor_and_never_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("pass");
    std::fs::write(&path, b"correct horse\n").expect("written");
    let input = std::fs::File::open(&path).expect("readable");
    let output = program()
        .args(["open", "--passphrase-fd", "0"])
        .stdin(input)
        .output()
        .expect("the example runs");
    assert_eq!((output.status.code(), &*output.stdout), (Some(0), &b"13\n"[..]));

    std::fs::write(&path, b"short\n").expect("written");
    let input = std::fs::File::open(&path).expect("readable");
    let output = program()
        .args(["open", "--passphrase-fd", "0"])
        .stdin(input)
        .output()
        .expect("the example runs");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "error: a new passphrase needs at least 8 characters\n"
    );
}
