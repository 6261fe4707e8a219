//! The child process: this program runs itself as the child, well-behaved or not.
//!
//! `process serve` is a reader. `process MODE FLAG` misbehaves once, leaves its process id in the file FLAG, and is a
//! reader from the next start on.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::num::NonZeroU8;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use postern_qr::process::{DEFAULT_BUDGET, GRACE, ReadError, ReadOutcome, ReaderProcess, Request, serve};
use postern_qr::{Luma, PictureError, Symbol, draw, picture};

const TEXT: &str = "PC1:A MADE UP TEXT";
const BUDGET: Duration = Duration::from_millis(500);

type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    ("a_child_answers_and_is_kept", a_child_answers_and_is_kept),
    (
        "a_child_that_dies_at_work_costs_one_picture",
        a_child_that_dies_at_work_costs_one_picture,
    ),
    (
        "a_child_that_hangs_is_killed_and_replaced",
        a_child_that_hangs_is_killed_and_replaced,
    ),
    (
        "a_child_killed_at_work_costs_one_picture",
        a_child_killed_at_work_costs_one_picture,
    ),
    (
        "a_child_killed_while_idle_costs_nothing",
        a_child_killed_while_idle_costs_nothing,
    ),
    ("a_child_that_never_reads_is_killed", a_child_that_never_reads_is_killed),
    ("garbage_is_no_answer", garbage_is_no_answer),
    ("hard_pictures_come_back_in_time", hard_pictures_come_back_in_time),
    ("no_program_no_child", no_program_no_child),
    ("nothing_is_left_after_a_drop", nothing_is_left_after_a_drop),
    ("serve_ends_with_its_input", serve_ends_with_its_input),
];

fn main() {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    match (args.first().and_then(|arg| arg.to_str()), args.get(1)) {
        (Some("serve"), _) => serve(std::io::stdin(), std::io::stdout()).unwrap(),
        (Some(mode @ ("die" | "garbage" | "hang" | "text" | "wait")), Some(flag)) => misbehave(mode, Path::new(flag)),
        (first, _) => {
            let filter = first.filter(|arg| !arg.starts_with('-')).unwrap_or("");
            for (name, test) in TESTS.iter().filter(|(name, _)| name.contains(filter)) {
                test();
                println!("test {name} ... ok");
            }
        }
    }
}

fn misbehave(mode: &str, flag: &Path) {
    if flag.exists() {
        return serve(std::io::stdin(), std::io::stdout()).unwrap();
    }
    // Moved into place whole: whoever waits for the file finds the number in it.
    let draft = flag.with_extension("draft");
    std::fs::write(&draft, std::process::id().to_string()).unwrap();
    std::fs::rename(draft, flag).unwrap();
    if mode != "wait" {
        std::io::stdin().read_exact(&mut [0; 100]).unwrap();
    }
    match mode {
        "garbage" => std::io::stdout().write_all(b"PQR\x01\x02\0\0\0\0\x09").unwrap(),
        "text" => std::io::stdout()
            .write_all(b"a library that prints what nobody asked for\n")
            .unwrap(),
        "die" => std::process::abort(),
        _ => {}
    }
    std::io::stdout().flush().unwrap();
    thread::sleep(Duration::from_secs(60));
}

fn child(args: &[&std::ffi::OsStr]) -> ReaderProcess {
    ReaderProcess::new(
        std::env::current_exe().unwrap(),
        args.iter().map(|&arg| arg.to_owned()).collect(),
    )
}

fn reader() -> ReaderProcess {
    child(&["serve".as_ref()])
}

fn file() -> Vec<u8> {
    draw::png(&Symbol::new(TEXT).unwrap(), draw::DEFAULT_SCALE)
}

#[track_caller]
fn assert_reads(outcome: Result<ReadOutcome, ReadError>) {
    let texts: Vec<String> = outcome.unwrap().texts.into_iter().map(|found| found.text).collect();
    assert_eq!(texts, [TEXT]);
}

/// The error of a child that misbehaves in a mode, after which a second picture must be read.
#[track_caller]
fn first_error(mode: &str, picture: Request<'_>) -> ReadError {
    let folder = tempfile::tempdir().unwrap();
    let flag = folder.path().join("flag");
    let mut reader = child(&[mode.as_ref(), flag.as_os_str()]);
    let error = reader.read(picture, BUDGET).unwrap_err();
    let bad = std::fs::read_to_string(&flag).unwrap();
    assert_gone(&bad);
    assert_eq!(reader.child_id(), None);
    assert_reads(reader.read(Request::File(&file()), DEFAULT_BUDGET));
    error
}

/// Neither running nor a zombie.
#[track_caller]
fn assert_gone(pid: &str) {
    let alive = Command::new("kill")
        .args(["-0", pid])
        .output()
        .unwrap()
        .status
        .success();
    assert!(!alive, "{pid} is still there");
}

fn a_child_answers_and_is_kept() {
    let mut reader = reader();
    assert_eq!(reader.child_id(), None);
    let file = file();
    assert_reads(reader.read(Request::File(&file), DEFAULT_BUDGET));
    let id = reader.child_id().unwrap();

    let luma = picture::decode(&file).unwrap();
    assert_reads(reader.read(Request::Luma(&luma), DEFAULT_BUDGET));
    let errors = [
        (&b"no picture"[..], PictureError::NotAPicture),
        (b"GIF89a", PictureError::Unsupported),
        (&file[..file.len() / 2], PictureError::Damaged),
    ];
    for (bytes, error) in errors {
        assert_eq!(
            reader.read(Request::File(bytes), DEFAULT_BUDGET),
            Err(ReadError::Picture(error))
        );
    }
    let white = Luma::new(200, 100, vec![255; 20_000]).unwrap();
    assert_eq!(reader.read(Request::Luma(&white), DEFAULT_BUDGET).unwrap().texts, []);
    assert_eq!(reader.child_id(), Some(id), "one child for all of these");
}

fn a_child_that_hangs_is_killed_and_replaced() {
    let start = Instant::now();
    let error = first_error("hang", Request::File(&file()));
    let after_ms = (BUDGET + GRACE).as_millis() as u64;
    assert_eq!(error, ReadError::Killed { after_ms });
    assert!(start.elapsed() >= BUDGET + GRACE);
}

fn a_child_that_never_reads_is_killed() {
    // More than a pipe holds: the parent must not wait for its own writing.
    let large = Luma::new(2000, 1000, vec![255; 2_000_000]).unwrap();
    assert!(matches!(
        first_error("wait", Request::Luma(&large)),
        ReadError::Killed { .. }
    ));
}

fn a_child_that_dies_at_work_costs_one_picture() {
    assert_eq!(first_error("die", Request::File(&file())), ReadError::Crashed);
}

fn garbage_is_no_answer() {
    assert_eq!(first_error("garbage", Request::File(&file())), ReadError::Crashed);
    assert_eq!(first_error("text", Request::File(&file())), ReadError::Crashed);
}

fn a_child_killed_at_work_costs_one_picture() {
    let folder = tempfile::tempdir().unwrap();
    let flag = folder.path().join("flag");
    let mut reader = child(&["hang".as_ref(), flag.as_os_str()]);
    let killer = thread::spawn(move || {
        let limit = Instant::now() + Duration::from_secs(20);
        while !flag.exists() && Instant::now() < limit {
            thread::sleep(Duration::from_millis(5));
        }
        kill(&std::fs::read_to_string(flag).unwrap());
    });
    // Well before the 30 seconds that the parent would wait.
    let start = Instant::now();
    assert_eq!(
        reader.read(Request::File(&file()), Duration::from_secs(30)),
        Err(ReadError::Crashed)
    );
    assert!(start.elapsed() < Duration::from_secs(25));
    killer.join().unwrap();
    assert_reads(reader.read(Request::File(&file()), DEFAULT_BUDGET));
}

fn a_child_killed_while_idle_costs_nothing() {
    let mut reader = reader();
    assert_reads(reader.read(Request::File(&file()), DEFAULT_BUDGET));
    let id = reader.child_id().unwrap();
    kill(&id.to_string());
    thread::sleep(Duration::from_millis(200));
    assert_reads(reader.read(Request::File(&file()), DEFAULT_BUDGET));
    assert_ne!(reader.child_id(), Some(id));
    assert_gone(&id.to_string());
}

fn nothing_is_left_after_a_drop() {
    let mut reader = reader();
    assert_reads(reader.read(Request::File(&file()), DEFAULT_BUDGET));
    let id = reader.child_id().unwrap();
    drop(reader);
    assert_gone(&id.to_string());
}

fn no_program_no_child() {
    let mut reader = ReaderProcess::new("/nonexistent/reader".into(), vec![]);
    let error = reader.read(Request::File(&file()), BUDGET).unwrap_err();
    assert_eq!(error, ReadError::Spawn(std::io::ErrorKind::NotFound));
    assert_eq!(error.reason(), "reader-not-started");
}

fn serve_ends_with_its_input() {
    let mut output = Vec::new();
    serve(&b""[..], &mut output).unwrap();
    assert!(serve(&b"PQR"[..], &mut output).is_err());
    assert!(serve(&b"PQR\x01\xff\xff\xff\xff"[..], &mut output).is_err());
    assert!(serve(&b"no request at all"[..], &mut output).is_err());
    assert!(output.is_empty());
}

/// Pictures made to keep a reader busy. Whether a text is found in them does not matter, that an answer or the end of
/// the child comes in time does; and the next person's code is read.
fn hard_pictures_come_back_in_time() {
    let finder = |x: usize, y: usize| {
        let ring = (x % 9).abs_diff(4).max((y % 9).abs_diff(4));
        ring == 3 || ring <= 1
    };
    let at = |scale: usize, dark: fn(usize, usize) -> bool| move |x: usize, y: usize| dark(x / scale, y / scale);
    let pictures = [
        ("checkerboard", draw_luma(1500, 1500, |x, y| (x + y) % 2 == 0)),
        (
            "coarse checkerboard",
            draw_luma(1200, 1200, at(3, |x, y| (x + y) % 2 == 0)),
        ),
        (
            "concentric squares",
            draw_luma(1001, 1001, |x, y| x.abs_diff(500).max(y.abs_diff(500)) % 2 == 0),
        ),
        (
            "coarse concentric squares",
            draw_luma(1001, 1001, |x, y| x.abs_diff(500).max(y.abs_diff(500)) / 6 % 2 == 0),
        ),
        ("small finder patterns", draw_luma(1200, 1200, finder)),
        (
            "finder patterns",
            draw_luma(1400, 1400, move |x, y| finder(x / 3, y / 3)),
        ),
        (
            "large finder patterns",
            draw_luma(1000, 1000, move |x, y| finder(x / 10, y / 10)),
        ),
        ("12 megapixels of finder patterns", draw_luma(4000, 3000, finder)),
        (
            "noise",
            draw_luma(1000, 1000, |x, y| (x * 7919 + y * 104_729) * (x + 31 * y) / 64 % 3 == 0),
        ),
        ("strip", draw_luma(1, 5000, |_, y| y % 2 == 0)),
        ("lying strip", draw_luma(5000, 1, |x, _| x % 7 < 3)),
        ("pixel", draw_luma(1, 1, |_, _| true)),
    ];
    let mut reader = reader();
    let hard = BUDGET + GRACE;
    for (name, picture) in &pictures {
        let start = Instant::now();
        let outcome = reader.read(Request::Luma(picture), BUDGET);
        let took = start.elapsed();
        println!(
            "  {name}: {} ms, {}",
            took.as_millis(),
            outcome.as_ref().map_or_else(ReadError::reason, |_| "ended")
        );
        assert!(took < hard + Duration::from_secs(2), "{name} took {took:?}");
        assert!(
            matches!(outcome, Ok(_) | Err(ReadError::Killed { .. } | ReadError::Crashed)),
            "{name}: {outcome:?}"
        );
        assert_reads(reader.read(Request::File(&file()), DEFAULT_BUDGET));
    }

    let mut lying = draw::png(&Symbol::new(TEXT).unwrap(), NonZeroU8::MIN);
    // Width and height in IHDR; the checksum after it no longer fits, but the size must be refused first or never used.
    lying[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let error = reader.read(Request::File(&lying), BUDGET).unwrap_err();
    assert!(
        matches!(
            error,
            ReadError::Picture(PictureError::Damaged | PictureError::TooLarge)
        ),
        "{error}"
    );
}

fn draw_luma(width: usize, height: usize, dark: impl Fn(usize, usize) -> bool) -> Luma {
    let pixels = (0..width * height)
        .map(|i| if dark(i % width, i / width) { 0 } else { 255 })
        .collect();
    Luma::new(width, height, pixels).unwrap()
}

fn kill(pid: &str) {
    assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
}
