//! The child process: this program runs itself as the child, well-behaved or not.
//!
//! `process serve` is a reader. `process MODE FLAG` misbehaves once, leaves its process id in the file FLAG, and is a
//! reader from the next start on. `process unconfined` says that it could not be confined. `process try THING` tries what a
//! reader may not, `process confined THING` does so after it was confined.

mod files;

use std::ffi::OsString;
use std::io::{Read, Write};
use std::num::NonZeroU8;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use postern_qr::picture::MAX_PIXELS;
use postern_qr::process::{
    ConfineError, Confinement, DEFAULT_BUDGET, Effort, FRAME_BUDGET, ReadError, ReadOutcome, ReaderProcess, Request,
    confine, serve,
};
use postern_qr::{Luma, PictureError, Symbol, draw, picture};

const TEXT: &str = "PC1:A MADE UP TEXT";
const BUDGET: Duration = Duration::from_millis(500);

type Test = (&'static str, fn());

macro_rules! tests {
    ($($name:ident)*) => { &[$((stringify!($name), $name)),*] };
}

const TESTS: &[Test] = tests! {
    a_child_answers_and_is_kept
    a_child_that_cannot_be_confined_gets_no_picture
    a_child_that_dies_at_work_costs_one_picture
    a_child_that_hangs_is_killed_and_replaced
    a_child_killed_at_work_costs_one_picture
    a_child_killed_while_idle_costs_nothing
    a_child_that_never_reads_is_killed
    a_confined_child_can_have_nothing
    a_glance_is_the_first_rung
    a_started_child_is_there_for_the_first_picture
    garbage_is_no_answer
    hostile_files_come_back_in_time
    hostile_pictures_come_back_in_time
    no_program_no_child
    nothing_is_left_after_a_drop
    serve_ends_with_its_input
    ten_thousand_mutations_a_decoder_leave_the_loop_running
    the_largest_picture_is_read_in_confinement
};

fn main() {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    match (args.first().and_then(|arg| arg.to_str()), args.get(1)) {
        (Some("serve"), _) => serve(confine(), std::io::stdin(), std::io::stdout()).unwrap(),
        (Some("unconfined"), _) => serve(Err(ConfineError::Filter), std::io::stdin(), std::io::stdout()).unwrap(),
        (Some("try"), Some(thing)) => attempt(thing.to_str().unwrap()),
        (Some("confined"), Some(thing)) => {
            confine().unwrap();
            attempt(thing.to_str().unwrap());
        }
        (Some(mode @ ("die" | "garbage" | "hang" | "text" | "wait")), Some(flag)) => misbehave(mode, Path::new(flag)),
        (first, _) => {
            let filter = first.filter(|arg| !arg.starts_with('-')).unwrap_or("");
            for (name, test) in TESTS.iter().filter(|(name, _)| name.contains(filter)) {
                let start = Instant::now();
                test();
                println!("test {name} ... ok, {} ms", start.elapsed().as_millis());
            }
        }
    }
}

/// What a reader has no need of. Says when it starts, and whether it was had.
fn attempt(thing: &str) {
    println!("trying");
    let had = match thing {
        "a file" => std::fs::File::open("/proc/self/status").is_ok(),
        "a new file" => {
            let path = std::env::temp_dir().join(format!("postern-qr-{}", std::process::id()));
            std::fs::File::create(&path).is_ok() && std::fs::remove_file(path).is_ok()
        }
        "a socket" => std::net::UdpSocket::bind("127.0.0.1:0").is_ok(),
        "a process" => Command::new("true").status().is_ok_and(|status| status.success()),
        "a thread" => thread::Builder::new()
            .spawn(|| {})
            .is_ok_and(|thread| thread.join().is_ok()),
        "64 MiB" => std::hint::black_box(vec![1u8; 64 << 20]).len() == 64 << 20,
        "8 GiB" => std::hint::black_box(Vec::<u8>::with_capacity(8 << 30)).capacity() >= 8 << 30,
        "a panic" => std::panic::catch_unwind(|| panic!("as a decoder may")).is_err(),
        _ => unreachable!("{thing}"),
    };
    println!("{}", if had { "had it" } else { "did not have it" });
}

fn misbehave(mode: &str, flag: &Path) {
    if flag.exists() {
        return serve(confine(), std::io::stdin(), std::io::stdout()).unwrap();
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

fn killed_after(budget: Duration) -> u64 {
    (budget * 15 / 16).as_millis() as u64
}

fn whole(reader: &mut ReaderProcess, request: Request<'_>) -> Result<ReadOutcome, ReadError> {
    reader.read(request, Effort::Whole, DEFAULT_BUDGET)
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
    let error = reader.read(picture, Effort::Whole, BUDGET).unwrap_err();
    let bad = std::fs::read_to_string(&flag).unwrap();
    assert_gone(&bad);
    let next = reader
        .child_id()
        .expect("the next child is started before it is needed");
    assert_ne!(next.to_string(), bad);
    assert_reads(whole(&mut reader, Request::File(&file())));
    assert_eq!(reader.child_id(), Some(next));
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
    assert_reads(whole(&mut reader, Request::File(&file)));
    let id = reader.child_id().unwrap();

    let luma = picture::decode(&file).unwrap();
    assert_reads(whole(&mut reader, Request::Luma(&luma)));
    let errors = [
        (&b"no picture"[..], PictureError::NotAPicture),
        (b"GIF89a", PictureError::Unsupported),
        (&file[..file.len() / 2], PictureError::Damaged),
    ];
    for (bytes, error) in errors {
        assert_eq!(whole(&mut reader, Request::File(bytes)), Err(ReadError::Picture(error)));
    }
    let white = Luma::new(200, 100, vec![255; 20_000]).unwrap();
    assert_eq!(whole(&mut reader, Request::Luma(&white)).unwrap().texts, []);
    assert_eq!(reader.child_id(), Some(id), "one child for all of these");
}

fn a_child_that_hangs_is_killed_and_replaced() {
    let start = Instant::now();
    let error = first_error("hang", Request::File(&file()));
    let after_ms = killed_after(BUDGET);
    assert_eq!(error, ReadError::Killed { after_ms });
    assert!(start.elapsed() >= Duration::from_millis(after_ms));
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
        reader.read(Request::File(&file()), Effort::Whole, Duration::from_secs(30)),
        Err(ReadError::Crashed)
    );
    assert!(start.elapsed() < Duration::from_secs(25));
    killer.join().unwrap();
    assert_reads(whole(&mut reader, Request::File(&file())));
}

fn a_child_killed_while_idle_costs_nothing() {
    let mut reader = reader();
    assert_reads(whole(&mut reader, Request::File(&file())));
    let id = reader.child_id().unwrap();
    kill(&id.to_string());
    thread::sleep(Duration::from_millis(200));
    assert_reads(whole(&mut reader, Request::File(&file())));
    assert_ne!(reader.child_id(), Some(id));
    assert_gone(&id.to_string());
}

fn nothing_is_left_after_a_drop() {
    let mut reader = reader();
    assert_reads(whole(&mut reader, Request::File(&file())));
    let id = reader.child_id().unwrap();
    drop(reader);
    assert_gone(&id.to_string());
}

fn no_program_no_child() {
    let mut reader = ReaderProcess::new("/nonexistent/reader".into(), vec![]);
    let error = reader.read(Request::File(&file()), Effort::Whole, BUDGET).unwrap_err();
    assert_eq!(error, ReadError::Spawn(std::io::ErrorKind::NotFound));
    assert_eq!(error.reason(), "reader-not-started");
}

fn serve_ends_with_its_input() {
    let mut output = Vec::new();
    let confined = Ok(Confinement::Unsupported);
    serve(confined, &b""[..], &mut output).unwrap();
    for input in [&b"PQR"[..], b"PQR\x01\xff\xff\xff\xff", b"no request at all"] {
        assert!(serve(confined, input, &mut output).is_err());
    }
    assert!(output.is_empty());
}

fn a_child_that_cannot_be_confined_gets_no_picture() {
    let mut reader = child(&["unconfined".as_ref()]);
    // Not even one that is none: it is not looked at.
    for bytes in [&file()[..], b"no picture"] {
        let error = whole(&mut reader, Request::File(bytes)).unwrap_err();
        assert_eq!(error, ReadError::Unconfined(ConfineError::Filter));
        assert_eq!(error.reason(), "reader-unconfined");
    }
    assert_eq!(
        reader.start(DEFAULT_BUDGET),
        Err(ReadError::Unconfined(ConfineError::Filter))
    );
}

fn a_started_child_is_there_for_the_first_picture() {
    let mut reader = reader();
    let want = if cfg!(all(
        target_os = "linux",
        any(target_arch = "aarch64", target_arch = "x86_64")
    )) {
        Confinement::Enforced
    } else {
        Confinement::Unsupported
    };
    assert_eq!(reader.start(DEFAULT_BUDGET), Ok(want));
    let id = reader.child_id();
    assert!(id.is_some());
    assert_eq!(reader.start(DEFAULT_BUDGET), Ok(want));
    assert_reads(whole(&mut reader, Request::File(&file())));
    assert_eq!(reader.child_id(), id);
}

/// The child's own words and how it ended.
fn tried(how: &str, thing: &str) -> (String, std::process::ExitStatus) {
    let done = Command::new(std::env::current_exe().unwrap())
        .args([how, thing])
        .env_clear()
        .output()
        .unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status)
}

#[cfg(not(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64"))))]
fn a_confined_child_can_have_nothing() {
    assert_eq!(confine(), Ok(Confinement::Unsupported));
    assert_eq!(tried("confined", "a file").0, "trying\nhad it\n");
}

#[cfg(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64")))]
fn a_confined_child_can_have_nothing() {
    use std::os::unix::process::ExitStatusExt;

    const SIGSYS: i32 = 31;
    const SIGABRT: i32 = 6;
    for thing in ["a file", "a new file", "a socket", "a process", "a thread"] {
        assert_eq!(tried("try", thing).0, "trying\nhad it\n", "{thing}");
        let (said, status) = tried("confined", thing);
        assert_eq!((said.as_str(), status.signal()), ("trying\n", Some(SIGSYS)), "{thing}");
    }
    let (said, status) = tried("confined", "8 GiB");
    assert_eq!((said.as_str(), status.signal()), ("trying\n", Some(SIGABRT)));
    for thing in ["64 MiB", "a panic"] {
        let (said, status) = tried("confined", thing);
        assert_eq!((said.as_str(), status.code()), ("trying\nhad it\n", Some(0)), "{thing}");
    }
}

fn a_glance_is_the_first_rung() {
    let mut reader = reader();
    let picture = picture::decode(&file()).unwrap();
    assert_reads(reader.read(Request::Luma(&picture), Effort::Glance, DEFAULT_BUDGET));
    let negative = picture.pixels().iter().map(|p| 255 - p).collect();
    let negative = Luma::new(picture.width(), picture.height(), negative).unwrap();
    let glance = reader
        .read(Request::Luma(&negative), Effort::Glance, DEFAULT_BUDGET)
        .unwrap();
    assert!(glance.texts.is_empty() && !glance.out_of_time);
    assert_reads(whole(&mut reader, Request::Luma(&negative)));
}

/// Where a picture of this side has pixels of the text's symbol, `scale` pixels a module, in the first corner.
fn cornered(scale: usize) -> impl Fn(usize, usize) -> bool {
    let symbol = Symbol::new(TEXT).unwrap();
    // Outside of a symbol, and so past either end of a subtraction, nothing is dark.
    move |x, y| symbol.is_dark((x / scale).wrapping_sub(4), (y / scale).wrapping_sub(4))
}

/// The most memory that a legal picture of ours asks for: interlaced colour, which is decoded whole before it is grey,
/// with a code that is only seen in all of it.
fn the_largest_picture_is_read_in_confinement() {
    const SIDE: usize = 8000;
    const { assert!(SIDE * SIDE == MAX_PIXELS) };
    let dark = cornered(3);
    // Adam7 (ISO/IEC 15948, 8.2): first column, first row, steps.
    let passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];
    let mut lines = Vec::with_capacity(4 * MAX_PIXELS + 2 * SIDE);
    for (left, top, across, down) in passes {
        for y in (top..SIDE).step_by(down) {
            lines.push(0);
            for x in (left..SIDE).step_by(across) {
                let p = if y < 200 && dark(x, y) { 0 } else { 255 };
                lines.extend([p, p, p, 255]);
            }
        }
    }
    let file = files::packed_png(SIDE as u32, SIDE as u32, 8, 6, 1, &lines);
    drop(lines);
    assert_reads(reader().read(Request::File(&file), Effort::Whole, Duration::from_secs(60)));
}

/// What a picture may do: be read to an end, in part or not at all, or cost its child. Never more than its budget, but for
/// what a busy machine takes to start or wake a process; and the next person's code is read.
#[track_caller]
fn assert_bounded(reader: &mut ReaderProcess, name: &str, request: Request<'_>, effort: Effort) {
    let start = Instant::now();
    let outcome = reader.read(request, effort, FRAME_BUDGET);
    let took = start.elapsed();
    println!(
        "  {name}: {} ms, {}",
        took.as_millis(),
        outcome.as_ref().map_or_else(ReadError::reason, |_| "ended")
    );
    let most = killed_after(FRAME_BUDGET);
    match outcome {
        Ok(outcome) => assert!(u64::from(outcome.ms) <= most, "{name}: {outcome:?}"),
        Err(ReadError::Killed { after_ms }) => assert_eq!(after_ms, most, "{name}"),
        Err(ReadError::Crashed | ReadError::Panicked | ReadError::Picture(_)) => {}
        Err(error) => panic!("{name}: {error}"),
    }
    assert!(took < FRAME_BUDGET + Duration::from_secs(2), "{name} took {took:?}");
    assert_reads(whole(reader, Request::File(&file())));
}

/// Pictures made to keep a reader busy.
fn hostile_pictures_come_back_in_time() {
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
            "64 megapixels of checkerboard",
            draw_luma(8000, 8000, |x, y| (x + y) % 2 == 0),
        ),
        (
            "noise",
            draw_luma(1000, 1000, |x, y| (x * 7919 + y * 104_729) * (x + 31 * y) / 64 % 3 == 0),
        ),
        ("strip", draw_luma(1, 5000, |_, y| y % 2 == 0)),
        ("lying strip", draw_luma(5000, 1, |x, _| x % 7 < 3)),
        ("pixel", draw_luma(1, 1, |_, _| true)),
    ];
    let mut reader = reader();
    for (name, picture) in &pictures {
        assert_bounded(&mut reader, name, Request::Luma(picture), Effort::Whole);
        assert_bounded(&mut reader, name, Request::Luma(picture), Effort::Glance);
    }
}

/// Files that lie, end early, or become much more than they are.
fn hostile_files_come_back_in_time() {
    let good = file();
    let mut lying = good.clone();
    lying[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let white = |width: u32, height: u32| {
        let lines = vec![0; (1 + width.div_ceil(8) as usize) * height as usize];
        files::packed_png(width, height, 1, 0, 0, &lines)
    };
    // A small picture, and 256 MB more in its stream than it needs.
    let bomb = files::packed_png(8, 8, 8, 0, 0, &vec![0; 256 << 20]);
    // 2,500 megapixels of nothing.
    let broad = white(50_000, 50_000);
    let legal = white(8_000, 8_000);
    let photograph = files::jpeg(20, 1, false, &[200; 400]);
    let mut wide = photograph.clone();
    let frame = wide.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    wide[frame + 5..frame + 9].copy_from_slice(&[0x1f, 0x40, 0x1f, 0x40]);

    let mut reader = reader();
    for (name, bytes) in [
        ("lying header", &lying[..]),
        ("cut short", &good[..good.len() - 40]),
        ("cut after the header", &good[..33]),
        ("photograph cut short", &photograph[..photograph.len() - 30]),
        ("64 megapixels in a small photograph", &wide),
        ("64 megapixels in a small file", &legal),
        ("too many pixels in a small file", &broad),
        ("too much in a small picture", &bomb),
    ] {
        println!("  {} bytes:", bytes.len());
        assert_bounded(&mut reader, name, Request::File(bytes), Effort::Whole);
        assert_bounded(&mut reader, name, Request::File(bytes), Effort::Glance);
    }
    for file in [&lying, &broad] {
        let refused = whole(&mut reader, Request::File(file)).unwrap_err();
        assert!(
            matches!(
                refused,
                ReadError::Picture(PictureError::Damaged | PictureError::TooLarge)
            ),
            "{refused}"
        );
    }
}

/// Ten thousand for PNG, half of them with checksums that fit again, and as many for JPEG. One child reads them all.
fn ten_thousand_mutations_a_decoder_leave_the_loop_running() {
    let symbol = Symbol::new("PC1:A").unwrap();
    let dark = cornered(1);
    let side = symbol.width() + 8;
    let modules: Vec<u8> = (0..side * side)
        .map(|i| if dark(i % side, i / side) { 0 } else { 255 })
        .collect();
    let even = vec![128; modules.len()];
    let lines: Vec<u8> = modules.chunks(side).flat_map(|row| [&[0][..], row].concat()).collect();
    let pngs = [
        draw::png(&symbol, NonZeroU8::new(3).unwrap()),
        files::packed_png(side as u32, side as u32, 8, 0, 0, &lines),
        files::png(side as u32, side as u32, 8, 0, 0, &[], &lines),
    ];
    let jpegs = [
        files::jpeg(side, 1, false, &modules),
        files::jpeg(side, 3, false, &[&modules[..], &even, &even].concat()),
        files::jpeg(side, 4, true, &[&modules[..], &even, &even, &modules].concat()),
    ];
    let mut reader = reader();
    reader.start(DEFAULT_BUDGET).unwrap();
    let id = reader.child_id();
    let mut random = 0x5eed_u64;
    let mut below = |most: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % most
    };
    for (decoder, files) in [("png", &pngs), ("jpeg", &jpegs)] {
        let (mut read, mut searched, mut refused, mut panicked) = (0, 0, 0, 0);
        for count in 0..10_000 {
            let mut file = files[count % files.len()].clone();
            for _ in 0..=below(6) {
                let at = below(file.len());
                match below(8) {
                    0 => file.truncate(at.max(8)),
                    1 => drop(file.remove(at)),
                    2 => file.insert(at, below(256) as u8),
                    3 => file[at] ^= 1 << below(8),
                    _ => file[at] = below(256) as u8,
                }
            }
            if decoder == "png" && count % 2 == 0 {
                files::mend_checksums(&mut file);
            }
            // Far more time than any of them takes: none is killed, however busy the machine is.
            match reader.read(Request::File(&file), Effort::Glance, Duration::from_secs(60)) {
                Ok(outcome) if outcome.texts.is_empty() => searched += 1,
                Ok(_) => read += 1,
                Err(ReadError::Picture(_)) => refused += 1,
                Err(ReadError::Panicked) => panicked += 1,
                Err(error) => panic!("mutation {count} of {decoder}: {error}"),
            }
        }
        println!("  {decoder}: {read} read, {searched} searched, {refused} refused, {panicked} panics caught");
        assert!(
            read > 0 && searched > 0 && refused > 0,
            "the mutations reach all of the decoder"
        );
    }
    assert_eq!(reader.child_id(), id, "one child for all of these");
    assert_reads(whole(&mut reader, Request::File(&file())));
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
