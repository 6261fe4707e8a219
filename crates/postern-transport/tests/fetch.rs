//! Downloads that are interrupted, go on, and end with the pinned file or without one.

mod server;

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use postern_transport::{Location, Options, Remote, Spool, TransportError};
use server::{Answer, End, Framing, Request, Server, serve};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const PATH: &str = "status/west/7.status";

/// The file of these tests: made up, and every byte differs from its neighbours.
fn file() -> Vec<u8> {
    (0..100_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn digest() -> [u8; 32] {
    Sha256::digest(file()).into()
}

struct Gate {
    folder: TempDir,
}

impl Gate {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    fn spool(&self) -> Spool {
        Spool::open(self.folder.path().join("spool")).unwrap()
    }

    /// As a new process would.
    fn fetch(&self, server: &Server) -> Result<Option<Vec<u8>>, TransportError> {
        let options = Options {
            connect: Duration::from_secs(2),
            idle: Duration::from_millis(500),
            request: Duration::from_secs(5),
        };
        let remote = Remote::open(&Location::parse(&server.url("")).unwrap(), &options).unwrap();
        remote.fetch(PATH, file().len() as u64, &digest(), &self.spool())
    }

    fn part(&self) -> PathBuf {
        let name: String = digest().iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.path().join("spool").join(name + ".part")
    }

    fn with_part(bytes: &[u8]) -> Self {
        let gate = Self::new();
        gate.spool();
        fs::write(gate.part(), bytes).unwrap();
        gate
    }

    fn kept(&self) -> Option<Vec<u8>> {
        fs::read(self.part()).ok()
    }

    /// The file comes, and nothing stays in the spool.
    fn succeeds(&self, server: &Server) {
        assert!(self.fetch(server).unwrap().unwrap() == file());
        assert_eq!(self.kept(), None);
    }
}

fn reason(result: Result<Option<Vec<u8>>, TransportError>) -> &'static str {
    result.map(|file| file.map(|bytes| bytes.len())).unwrap_err().reason()
}

fn ranges(server: &Server) -> Vec<Option<usize>> {
    server
        .requests()
        .iter()
        .map(|request| Some(request.range()?.start))
        .collect()
}

fn good() -> Server {
    Server::start(|request| serve(request, &file()))
}

/// A server that knows nothing of ranges.
fn plain() -> Server {
    Server::start(|_| Answer::file(file()))
}

#[test]
fn a_pinned_file_comes_and_leaves_no_part() {
    let server = good();
    let gate = Gate::new();
    gate.succeeds(&server);
    assert_eq!(ranges(&server), [None]);
}

#[test]
fn a_length_that_is_not_announced_is_no_hindrance() {
    for framing in [Framing::Chunked, Framing::None] {
        let server = Server::start(move |request| serve(request, &file()).framing(framing));
        Gate::new().succeeds(&server);
        Gate::with_part(&file()[..60_000]).succeeds(&server);
        assert_eq!(ranges(&server), [None, Some(60_000)]);
    }
}

#[test]
fn a_download_that_is_cut_goes_on_within_the_call() {
    let cut = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        let answer = serve(request, &file());
        match cut.fetch_add(1, Ordering::SeqCst) {
            0 => answer.cut(30_000),
            1 => answer.cut(20_000),
            _ => answer,
        }
    });
    Gate::new().succeeds(&server);
    assert_eq!(ranges(&server), [None, Some(30_000), Some(50_000)]);
}

#[test]
fn a_download_that_is_cut_goes_on_in_a_later_process() {
    let down = Server::start(|request| match request.range() {
        None => serve(request, &file()).cut(30_000),
        Some(_) => Answer::new(503),
    });
    let gate = Gate::new();
    assert_eq!(reason(gate.fetch(&down)), "refused");
    // Without anything new there is no other try than those for the status.
    assert_eq!(ranges(&down), [None, Some(30_000), Some(30_000), Some(30_000)]);
    assert!(gate.kept().unwrap() == file()[..30_000]);
    let server = good();
    gate.succeeds(&server);
    assert_eq!(ranges(&server), [Some(30_000)]);
}

#[test]
fn a_call_ends_though_every_answer_is_cut() {
    let server = Server::start(|request| serve(request, &file()).cut(1_000));
    let gate = Gate::new();
    assert_eq!(reason(gate.fetch(&server)), "interrupted");
    assert_eq!(ranges(&server), [None, Some(1_000), Some(2_000), Some(3_000)]);
    assert!(gate.kept().unwrap() == file()[..4_000]);
}

#[test]
fn wherever_it_is_cut_no_byte_comes_twice() {
    // A generator of Knuth's, for lengths that differ and can be told again.
    let state = Mutex::new(7_u64);
    let server = Server::start(move |request| {
        let mut state = state.lock().unwrap();
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        serve(request, &file()).cut((*state >> 33) as usize % 9_000)
    });
    let gate = Gate::new();
    let mut calls = 0;
    let bytes = loop {
        calls += 1;
        match gate.fetch(&server) {
            Ok(bytes) => break bytes.unwrap(),
            Err(e) => assert_eq!(e.reason(), "interrupted"),
        }
        assert!(calls < 1_000);
    };
    assert!(calls > 3 && bytes == file());
    // The server counts a piece after the system has taken it, which may be after it has arrived here.
    let (begun, whole) = (Instant::now(), file().len() as u64);
    while server.sent() < whole && begun.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(server.sent(), whole);
}

#[test]
fn a_stalled_download_is_left_and_goes_on() {
    let stalls = AtomicBool::new(true);
    let server = Server::start(move |request| {
        let mut answer = serve(request, &file());
        if stalls.swap(false, Ordering::SeqCst) {
            answer = answer.cut(40_000).end(End::Stall);
        }
        answer
    });
    Gate::new().succeeds(&server);
    assert_eq!(ranges(&server), [None, Some(40_000)]);
}

#[test]
fn a_server_without_ranges_is_asked_from_the_start() {
    let server = plain();
    Gate::with_part(&file()[..60_000]).succeeds(&server);
    assert_eq!(ranges(&server), [Some(60_000), None]);

    // What is cut there is lost, but the next call does no worse.
    let cut = AtomicBool::new(true);
    let server = Server::start(move |_| match cut.swap(false, Ordering::SeqCst) {
        true => Answer::file(file()).cut(30_000),
        false => Answer::file(file()),
    });
    Gate::new().succeeds(&server);
    assert_eq!(ranges(&server), [None, Some(30_000), None]);

    // Nothing of the old part is below or behind the new one.
    let server = Server::start(|_| Answer::file(file()).cut(30_000));
    let gate = Gate::with_part(&[0; 60_000]);
    assert_eq!(reason(gate.fetch(&server)), "interrupted");
    assert!(gate.kept().unwrap() == file()[..30_000]);
}

#[test]
fn a_server_with_other_ranges_is_asked_from_the_start() {
    let size = file().len();
    let other: [Box<dyn Fn() -> Answer + Send + Sync>; 5] = [
        Box::new(move || part(0..size, size)),
        Box::new(move || part(60_001..size, size)),
        Box::new(move || part(60_000..size - 1, size)),
        Box::new(|| Answer {
            status: 206,
            ..Answer::file(&file()[60_000..])
        }),
        Box::new(|| Answer::new(416)),
    ];
    for other in other {
        let server = Server::start(move |request| match request.range() {
            Some(_) => other(),
            None => Answer::file(file()),
        });
        Gate::with_part(&file()[..60_000]).succeeds(&server);
        assert_eq!(ranges(&server), [Some(60_000), None]);
    }
}

/// An answer with a part, whatever was asked for.
fn part(range: std::ops::Range<usize>, size: usize) -> Answer {
    let header = format!("bytes {}-{}/{size}", range.start, range.end - 1);
    Answer {
        status: 206,
        ..Answer::file(&file()[range]).header("Content-Range", header)
    }
}

#[test]
fn a_file_of_another_size_is_not_taken_and_costs_no_part() {
    let mut longer = file();
    longer.push(0);
    for other in [
        longer,
        file()[..99_999].to_vec(),
        b"<html>Accept the terms of this network".to_vec(),
    ] {
        for ranges_kept in [true, false] {
            let other = other.clone();
            let server = Server::start(move |request| match ranges_kept {
                true => serve(request, &other),
                false => Answer::file(other.clone()),
            });
            assert_eq!(reason(Gate::new().fetch(&server)), "not-pinned");
            assert!(server.sent() < 200_000);
            let gate = Gate::with_part(&file()[..30]);
            assert_eq!(reason(gate.fetch(&server)), "not-pinned");
            assert!(gate.kept().unwrap() == file()[..30]);
            gate.succeeds(&good());
        }
    }
}

#[test]
fn a_file_with_another_content_is_not_taken_and_not_kept() {
    let mut other = file();
    other[70_000] ^= 1;
    let server = Server::start(move |request| serve(request, &other));
    let gate = Gate::new();
    assert_eq!(reason(gate.fetch(&server)), "not-pinned");
    assert_eq!(ranges(&server), [None]);
    assert_eq!(gate.kept(), None);
    // With a beginning of the true file it is asked once more, for all of it.
    let gate = Gate::with_part(&file()[..60_000]);
    assert_eq!(reason(gate.fetch(&server)), "not-pinned");
    assert_eq!(ranges(&server), [None, Some(60_000), None]);
    assert_eq!(gate.kept(), None);
}

#[test]
fn no_part_can_block_a_file() {
    let mut spoilt = file();
    spoilt[10] ^= 1;
    let mut longer = file();
    longer.push(0);
    for (part, asked) in [
        (&spoilt[..60_000], vec![Some(60_000), None]),
        (&spoilt[..], vec![None]),
        (&longer[..], vec![None]),
        (&[0; 300_000][..], vec![None]),
        (&[][..], vec![None]),
        (&file()[..99_999], vec![Some(99_999)]),
        // It came whole, and the process ended then.
        (&file()[..], vec![]),
    ] {
        let server = good();
        Gate::with_part(part).succeeds(&server);
        assert_eq!(ranges(&server), asked, "{}", part.len());
    }
}

#[test]
fn two_files_under_one_name_do_not_make_a_third() {
    // The first answer is of another file and is cut; the true file is there when the rest is asked for.
    let first = AtomicBool::new(true);
    let server = Server::start(move |request| match first.swap(false, Ordering::SeqCst) {
        true => Answer::file(vec![7; file().len()]).cut(30_000),
        false => serve(request, &file()),
    });
    Gate::new().succeeds(&server);
    assert_eq!(ranges(&server), [None, Some(30_000), None]);
}

#[test]
fn endless_data_costs_no_more_than_the_pinned_size() {
    for framing in [Framing::Chunked, Framing::None] {
        let server = Server::start(move |_| Answer::file([7; 4096]).framing(framing).end(End::Endless));
        let gate = Gate::new();
        assert_eq!(reason(gate.fetch(&server)), "not-pinned");
        assert_eq!(gate.kept(), None);
        assert!(server.sent() < 16 << 20, "{}", server.sent());
    }
}

#[test]
fn a_file_that_ends_early_without_a_length_is_not_taken() {
    let server = Server::start(|_| Answer::file("<html>").framing(Framing::Chunked));
    let gate = Gate::new();
    assert_eq!(reason(gate.fetch(&server)), "not-pinned");
    assert_eq!(gate.kept(), None);
}

#[test]
fn what_is_not_there_now_may_be_there_later() {
    let server = Server::start(|_: &Request| Answer::new(404));
    let gate = Gate::with_part(&file()[..60_000]);
    assert_eq!(gate.fetch(&server).unwrap(), None);
    assert!(gate.kept().unwrap() == file()[..60_000]);
}

#[test]
fn a_spool_keeps_only_what_is_waited_for() {
    let gate = Gate::with_part(b"made up");
    let spool = gate.folder.path().join("spool");
    let stale = spool.join("0".repeat(64) + ".part");
    let foreign = [
        spool.join("notes.txt"),
        spool.join("x.part"),
        spool.join("0".repeat(64)),
    ];
    fs::write(&stale, "stale").unwrap();
    for path in &foreign {
        fs::write(path, "not ours").unwrap();
    }
    gate.spool().clear_except(&[[1; 32], digest()]).unwrap();
    assert!(!stale.exists());
    assert_eq!(gate.kept().unwrap(), b"made up");
    gate.spool().clear_except(&[]).unwrap();
    assert_eq!(gate.kept(), None);
    assert!(foreign.iter().all(|path| path.exists()));
}

#[test]
fn two_processes_do_not_write_to_one_part() {
    let gate = Gate::with_part(&file()[..60_000]);
    let held = fs::File::open(gate.part()).unwrap();
    held.lock().unwrap();
    let server = good();
    assert_eq!(reason(gate.fetch(&server)), "busy");
    assert!(server.requests().is_empty());
    drop(held);
    gate.succeeds(&server);
}

#[test]
fn a_spool_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    match Spool::open(&file) {
        Err(e @ TransportError::Spool { .. }) => assert!(e.to_string().contains(file.to_str().unwrap())),
        other => panic!("{other:?}"),
    }
    // A folder stands where the part is to be.
    let gate = Gate::new();
    gate.spool();
    fs::create_dir(gate.part()).unwrap();
    assert_eq!(reason(gate.fetch(&good())), "spool");
}
