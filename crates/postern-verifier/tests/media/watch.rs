//! `update --watch`: a stick that is plugged in, a server that comes and goes, and a scan beside it.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{BIN, Gate, command};
use crate::server::{Answer, End, Framing, Server};
use crate::{file, gate, serving, snapshot};

/// Longer than anything here takes on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A watch that runs until it is dropped.
struct Watch {
    child: Child,
    lines: Receiver<Value>,
}

impl Watch {
    fn new(gate: &Gate, from: &[&str]) -> Self {
        let mut watch = command(BIN);
        watch
            .args(["update", "--json", "--watch", "--every", "1", "--store"])
            .arg(gate.store());
        let mut child = watch
            .arg("--from")
            .args(from)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (send, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines() {
                let line = serde_json::from_str(&line.unwrap()).unwrap();
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line that it tells.
    #[track_caller]
    fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("the watch says something")
    }

    /// The snapshot that it tells next that it has taken.
    #[track_caller]
    fn taken(&self) -> u64 {
        let line = self.next();
        assert_eq!(line["taken"], true, "{line}");
        line["after"]["snapshot"].as_u64().unwrap()
    }

    /// Why it has taken nothing.
    #[track_caller]
    fn refused(&self) -> String {
        let line = self.next();
        assert_eq!(line["taken"], false, "{line}");
        line["reason"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn is_silent_for(&mut self, time: Duration) {
        if let Ok(line) = self.lines.recv_timeout(time) {
            panic!("{line}");
        }
        assert_eq!(self.child.try_wait().unwrap(), None, "it goes on");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_stick_is_noticed() {
    let gate = gate();
    let a = &gate.authority;
    let folder = gate.folder.path().join("media");
    // The folder in which sticks are mounted may not be there yet.
    let mut watch = Watch::new(&gate, &[folder.to_str().unwrap()]);
    watch.is_silent_for(Duration::from_secs(2));
    let stick = folder.join("stick-a");
    fs::create_dir_all(&stick).unwrap();
    watch.is_silent_for(Duration::from_secs(2));

    // As a careful program copies: under another name first.
    fs::write(stick.join("day-2.tmp"), a.day(2).repository().bundle()).unwrap();
    watch.is_silent_for(Duration::from_secs(2));
    fs::rename(stick.join("day-2.tmp"), stick.join("day-2.bundle")).unwrap();
    assert_eq!(watch.taken(), 2);

    // As a slow one does: it is not whole for seconds. Beside a bundle that is, nothing is told.
    copy_slowly(&a.day(3).repository().bundle(), &stick.join("day-3.bundle"));
    assert_eq!(watch.taken(), 3);

    // A repository on another stick, and the first one is pulled.
    a.day(4).repository().write(&folder.join("stick-b"));
    assert_eq!(watch.taken(), 4);
    fs::remove_dir_all(&stick).unwrap();
    watch.is_silent_for(Duration::from_secs(2));

    // Alone, what is not whole is told once.
    fs::remove_dir_all(folder.join("stick-b")).unwrap();
    fs::create_dir(&stick).unwrap();
    copy_slowly(&a.day(5).repository().bundle(), &stick.join("day-5.bundle"));
    assert_eq!(watch.refused(), "not-a-bundle");
    assert_eq!(watch.taken(), 5);
    watch.is_silent_for(Duration::from_secs(2));
    assert_eq!(snapshot(&gate), 5);
}

/// In five pieces over four seconds.
fn copy_slowly(bytes: &[u8], to: &Path) {
    let mut file = fs::File::create(to).unwrap();
    for piece in bytes.chunks(bytes.len().div_ceil(5)) {
        file.write_all(piece).unwrap();
        file.sync_all().unwrap();
        thread::sleep(Duration::from_millis(800));
    }
}

/// What leads from an address to a server while it is up.
struct Line {
    address: SocketAddr,
    up: Arc<AtomicBool>,
}

impl Line {
    /// An address at which nobody listens.
    fn down() -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self {
            address,
            up: Arc::default(),
        }
    }

    /// From now on it leads to the server.
    fn up(&self, server: SocketAddr) {
        let listener = TcpListener::bind(self.address).unwrap();
        self.up.store(true, Ordering::SeqCst);
        let up = self.up.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if !up.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, server) = (stream.unwrap(), TcpStream::connect(server).unwrap());
                let (mut from, mut to) = (stream.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || io::copy(&mut from, &mut to));
                let (mut from, mut to) = (server, stream);
                thread::spawn(move || io::copy(&mut from, &mut to));
            }
        });
    }

    /// Nobody listens any more.
    fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
    }
}

#[test]
fn a_server_that_is_down_is_told_once_and_asked_again() {
    let gate = gate();
    let line = Line::down();
    let mut watch = Watch::new(&gate, &[&format!("http://{}/", line.address)]);
    assert_eq!(watch.refused(), "transport-unreachable");
    // At a look each second that is several failures more.
    watch.is_silent_for(Duration::from_secs(5));
    let server = serving(gate.authority.day(2).repository());
    line.up(server.address);
    assert_eq!(watch.taken(), 2);
    watch.is_silent_for(Duration::from_secs(3));
    assert!(server.requests().len() > 5, "it looks again");
    // Down again, told again.
    line.cut();
    assert_eq!(watch.refused(), "transport-unreachable");
    watch.is_silent_for(Duration::from_secs(3));
}

/// A backup program, or another update, holds the store for a while; a disk is full for a while.
#[test]
fn a_store_that_is_busy_for_a_while_does_not_end_the_watch() {
    let gate = gate();
    let folder = gate
        .authority
        .day(2)
        .repository()
        .write(&gate.folder.path().join("repository"));
    let other = rusqlite::Connection::open(gate.store().join("trust.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut watch = Watch::new(&gate, &[folder.to_str().unwrap()]);
    watch.is_silent_for(Duration::from_secs(5));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(watch.taken(), 2);
}

/// One place that hangs must not be the end of another.
#[test]
fn a_stick_helps_where_the_server_is_down() {
    let gate = gate();
    let folder = gate.folder.path().join("media");
    fs::create_dir(&folder).unwrap();
    let line = Line::down();
    let watch = Watch::new(&gate, &[&format!("http://{}/", line.address), folder.to_str().unwrap()]);
    assert_eq!(watch.refused(), "transport-unreachable");
    fs::write(folder.join("day.bundle"), gate.authority.day(2).repository().bundle()).unwrap();
    assert_eq!(watch.taken(), 2);
}

/// How long a scan takes to answer, code by code.
fn answers(gate: &Gate, codes: usize, mut between: impl FnMut(usize)) -> Vec<Duration> {
    let mut scan = command(BIN);
    scan.args(["scan", "--json", "--store"]).arg(gate.store());
    let mut child = scan
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let good = gate.authority.good();
    let mut ready = String::new();
    output.read_line(&mut ready).unwrap();
    assert!(ready.contains(r#""type":"ready""#), "{ready}");
    let mut times = Vec::new();
    for n in 0..codes {
        between(n);
        let begun = Instant::now();
        writeln!(input, "{good}").unwrap();
        // An update is told where it falls between two codes.
        let verdict = loop {
            let mut line = String::new();
            output.read_line(&mut line).unwrap();
            let value: Value = serde_json::from_str(&line).unwrap();
            if value["type"] != "updated" {
                break value;
            }
        };
        times.push(begun.elapsed());
        assert_eq!(verdict["type"], "verdict", "{verdict}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
    times.sort();
    times
}

fn told(what: &str, times: &[Duration]) {
    println!(
        "{what}: median {:?}, slowest {:?} of {}",
        times[times.len() / 2],
        times[times.len() - 1],
        times.len()
    );
}

#[test]
fn a_slow_server_never_delays_a_scan() {
    let gate = gate();
    let pause = |_| thread::sleep(Duration::from_millis(20));
    let alone = answers(&gate, 100, pause);
    told("scan alone", &alone);

    // The snapshot comes at once, the list a byte at a time, until the server is told to hurry.
    let hurry = Arc::new(AtomicBool::new(false));
    let (files, hurries) = (gate.authority.day(2).repository(), hurry.clone());
    let server = Server::start(move |request| {
        let answer = file(&files, request);
        let size = answer.body.len() as u64;
        match request.target.ends_with(".delta") && !hurries.load(Ordering::SeqCst) {
            true => Answer::file(answer.body[..1].to_vec())
                .framing(Framing::Announced(size))
                .end(End::Drip),
            false => answer,
        }
    });
    let watch = Watch::new(&gate, &[&server.url("")]);
    while server
        .requests()
        .iter()
        .all(|request| !request.target.ends_with(".delta"))
    {
        thread::sleep(Duration::from_millis(20));
    }
    let beside = answers(&gate, 100, pause);
    told("beside a download that drips", &beside);
    assert_eq!(snapshot(&gate), 1, "nothing has come meanwhile");

    // And while one after the other is installed.
    hurry.store(true, Ordering::SeqCst);
    drop(watch);
    let folder = gate.folder.path().join("repository");
    let _watch = Watch::new(&gate, &[folder.to_str().unwrap()]);
    let days = answers(&gate, 100, |n| {
        pause(n);
        if n % 10 == 0 {
            gate.authority.day(2 + n as u64 / 10).repository().write(&folder);
        }
    });
    told("beside updates", &days);
    let worst = |times: &[Duration]| times[times.len() - 1];
    assert!(worst(&beside) < Duration::from_secs(2) && worst(&days) < Duration::from_secs(2));
}
