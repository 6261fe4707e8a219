//! The drop box: what it takes, what it gives, and nothing else.

#[path = "common/mod.rs"]
mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Engine, Gate, MORNING, Office};
use postern_core::keys::Signer;
use postern_log::bundle::{path, receipt_path};

/// How long anything is waited for, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running drop box.
struct Server {
    child: Child,
    address: String,
    shelf: PathBuf,
}

impl Server {
    fn start(office: &Office, more: &[&str]) -> Self {
        let shelf = office.folder.path().join("box");
        let mut args = vec!["--listen", "127.0.0.1:0", "--box", shelf.to_str().unwrap()];
        args.extend(more);
        let mut command = office.command("serve", &args, false);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, address, shelf }
    }

    /// A request as it is written: the status and the body of the answer.
    fn ask(&self, request: &[u8]) -> (u16, Vec<u8>) {
        let (status, _, body) = self.answer(request);
        (status, body)
    }

    /// As [`Self::ask`], with the head of the answer in small letters.
    fn answer(&self, request: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = self.connect();
        // The server may answer and close before it has all.
        let _cut = stream.write_all(request);
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&answer[..end + 2]).unwrap().to_ascii_lowercase();
        (head[9..12].parse().unwrap(), head, answer[end + 4..].to_vec())
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn head_of(method: &str, path: &str, more: &str) -> Vec<u8> {
        format!("{method} {path} HTTP/1.1\r\nHost: made-up\r\nConnection: close\r\n{more}\r\n").into_bytes()
    }

    fn put(&self, path: &str, body: &[u8]) -> u16 {
        self.put_for_head(path, body).0
    }

    fn put_for_head(&self, path: &str, body: &[u8]) -> (u16, String) {
        let length = format!("Content-Length: {}\r\n", body.len());
        let request = [Self::head_of("PUT", &format!("/{path}"), &length), body.to_vec()].concat();
        let (status, head, _) = self.answer(&request);
        (status, head)
    }

    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.ask(&Self::head_of("GET", path, ""))
    }

    fn status(&self, method: &str, path: &str) -> u16 {
        self.ask(&Self::head_of(method, path, "")).0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn site() -> (Gate, Office) {
    let mut gate = Gate::new(1);
    gate.scan(30, MORNING);
    let office = Office::new(Engine::Sqlite);
    office.enrol(&[&gate]);
    (gate, office)
}

#[test]
fn bundles_of_enrolled_gates_are_taken() {
    let (gate, office) = site();
    let server = Server::start(&office, &[]);
    let (path, bundle) = (path(&gate.key.public(), 0, 30), gate.bundle(0, 30, &office));
    assert_eq!(server.status("HEAD", &format!("/{path}")), 404);
    assert_eq!(server.put(&path, &bundle), 201);
    assert_eq!(server.put(&path, &bundle), 204, "the same again");
    assert_eq!(fs::read(server.shelf.join(&path)).unwrap(), bundle);
    assert_eq!(server.status("HEAD", &format!("/{path}")), 200);
    assert_eq!(
        server.status("GET", &format!("/{path}")),
        405,
        "bundles are not given out"
    );
    // In pieces of unknown length.
    let next = postern_log::bundle::path(&gate.key.public(), 10, 30);
    let body = gate.bundle(10, 30, &office);
    let mut request = Server::head_of("PUT", &format!("/{next}"), "Transfer-Encoding: chunked\r\n");
    for piece in body.chunks(1000) {
        request.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        request.extend(piece);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    assert_eq!(server.ask(&request).0, 201);
    let told = office.ingest(&[&server.shelf]);
    assert_eq!((told.taken, told.known, told.is_good), (1, 1, true));
}

/// As `sync --again` does after an auditor was added: the box cannot tell to whom a bundle is sealed, the gate decides.
#[test]
fn a_gate_replaces_its_own_bundle_and_nobody_else_does() {
    let (gate, office) = site();
    let server = Server::start(&office, &[]);
    let path = path(&gate.key.public(), 0, 30);
    let (first, again) = (gate.bundle(0, 30, &office), gate.bundle(0, 30, &office));
    assert_ne!(first, again, "sealed again it is another file");
    assert_eq!(server.put(&path, &first), 201);
    assert_eq!(server.put(&path, &again), 201);
    assert_eq!(server.put(&path, &again), 204);
    let mut stranger = Gate::new(2);
    stranger.scan(30, MORNING);
    for refused in [stranger.bundle(0, 30, &office), gate.bundle(0, 29, &office)] {
        assert_eq!(server.put(&path, &refused), 403);
    }
    assert_eq!(fs::read(server.shelf.join(&path)).unwrap(), again);
    let names = fs::read_dir(server.shelf.join(&path).parent().unwrap())
        .unwrap()
        .count();
    assert_eq!(names, 1, "nothing is left beside it");
    let told = office.ingest(&[&server.shelf]);
    assert_eq!((told.taken, told.is_good), (1, true));
}

#[test]
fn a_good_bundle_lies_under_the_places_of_its_leaves_only() {
    let (gate, office) = site();
    let server = Server::start(&office, &[]);
    let (key, bundle) = (gate.key.public(), gate.bundle(10, 20, &office));
    for (from, to) in [
        (0, 20),
        (10, 21),
        (9, 20),
        (11, 20),
        (10, 19),
        (0, 10),
        (20, 30),
        (10, 10),
    ] {
        assert_eq!(server.put(&path(&key, from, to), &bundle), 403, "{from}-{to}");
    }
    let left = fs::read_dir(server.shelf.join("evidence")).unwrap().count();
    assert_eq!(left, 0, "nothing was written");
    assert_eq!(server.put(&path(&key, 10, 20), &bundle), 201);
}

#[test]
fn a_busy_box_says_so_at_once_and_strangers_take_no_place() {
    let (gate, office) = site();
    let server = Server::start(&office, &[]);
    let begin = |path: &str| {
        let mut stream = server.connect();
        let head = Server::head_of("PUT", &format!("/{path}"), "Content-Length: 100000\r\n");
        stream.write_all(&head).unwrap();
        stream.write_all(b"made up").unwrap();
        stream
    };
    let good = path(&gate.key.public(), 0, 30);
    // Refused by their names, before any of their bytes is waited for.
    let stranger = path(&Gate::new(2).key.public(), 0, 30);
    for _ in 0..20 {
        let mut answer = [0; 12];
        let mut stream = begin(&stranger);
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 403");
    }
    let bundle = gate.bundle(0, 30, &office);
    assert_eq!(server.put(&good, &bundle), 201);

    let deadline = Instant::now() + PATIENCE;
    let in_time = |status| {
        assert!(Instant::now() < deadline, "{status}");
        std::thread::sleep(Duration::from_millis(20));
    };
    // One more until all places are taken: this asking takes a place itself, and an upload that finds none then has gone.
    let mut uploads = Vec::new();
    let head = loop {
        let (status, head) = server.put_for_head(&good, &bundle);
        if status == 503 {
            break head;
        }
        uploads.push(begin(&good));
        in_time(status);
    };
    assert!(head.contains("\r\nretry-after: 5\r\n"), "{head}");
    assert_eq!(server.status("HEAD", &format!("/{good}")), 200, "others are answered");
    assert!(uploads.len() >= 8, "{} uploads fill the box", uploads.len());
    drop(uploads);
    loop {
        let status = server.put(&good, &bundle);
        if status == 204 {
            break;
        }
        in_time(status);
    }
}

#[test]
fn what_no_enrolled_gate_signed_is_refused() {
    let (gate, office) = site();
    let server = Server::start(&office, &[]);
    let key = gate.key.public();
    let bundle = gate.bundle(0, 30, &office);
    let mut stranger = Gate::new(2);
    stranger.scan(30, MORNING);
    let foreign = stranger.bundle(0, 30, &office);
    assert_eq!(server.put(&path(&stranger.key.public(), 0, 30), &foreign), 403);
    assert_eq!(server.put(&path(&key, 0, 30), &foreign), 403, "under another's name");
    assert_eq!(server.put(&path(&stranger.key.public(), 0, 30), &bundle), 403);
    assert_eq!(server.put(&path(&key, 0, 30), b"made up"), 403);
    assert_eq!(server.put(&path(&key, 0, 30), b""), 403);
    let mut damaged = bundle.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    assert_eq!(server.put(&path(&key, 0, 30), &damaged), 403);
    let length = format!("Content-Length: {}\r\n", 65 << 20);
    let large = Server::head_of("PUT", &format!("/{}", path(&key, 0, 30)), &length);
    assert_eq!(server.ask(&large).0, 413);
    let left = fs::read_dir(server.shelf.join("evidence")).unwrap().count();
    assert_eq!(left, 0, "nothing was written");
}

#[test]
fn there_is_no_other_path() {
    let (gate, office) = site();
    let server = Server::start(&office, &[]);
    let good = path(&gate.key.public(), 0, 30);
    fs::write(server.shelf.join("secret"), "made up").unwrap();
    for path in [
        "/",
        "/evidence",
        "/evidence/",
        "/secret",
        "/evidence/../secret",
        "/receipt/../secret",
        "/../../etc/passwd",
        "//etc/passwd",
        "/receipt/%2e%2e/secret",
        "/evidence/..%2f..%2fsecret",
        &format!("/{}", good.to_uppercase()),
        &format!("//{good}"),
        &format!("/{good}/"),
        &format!("/{}", good.replace("0-30", "00-30")),
        &format!("/{}", good.replace("0-30", "30-0")),
    ] {
        for method in ["GET", "HEAD", "PUT", "DELETE", "POST"] {
            assert_eq!(server.status(method, path), 404, "{method} {path}");
        }
    }
    for method in ["DELETE", "POST", "PATCH"] {
        assert_eq!(server.status(method, &format!("/{good}")), 405);
    }
    assert_eq!(server.ask(b"made up\r\n\r\n").0, 400);
}

#[test]
fn receipts_are_given() {
    let (gate, office) = site();
    let server = Server::start(&office, &[]);
    let key = gate.key.public();
    assert_eq!(server.put(&path(&key, 0, 30), &gate.bundle(0, 30, &office)), 201);
    office.ingest(&[&server.shelf]);
    office.run("receipts", &["--out", server.shelf.to_str().unwrap()], true);
    let pem = fs::read(office.dir().join("auditor.pub")).unwrap();
    let (auditor, _) = postern_core::keyfile::parse_public(&pem).unwrap();
    let path = format!("/{}", receipt_path(&key, &auditor));
    let (status, receipt) = server.get(&path);
    assert_eq!(status, 200);
    let note = String::from_utf8(receipt).unwrap();
    assert!(postern_log::receipt::Receipt::open(&note, "gate-1", &key, "made-up-audit", &auditor).is_ok());
    assert_eq!(server.status("HEAD", &path), 200);
    assert_eq!(server.put(&path[1..], note.as_bytes()), 405);
    assert_eq!(server.get(&path.replace(".receipt", "0.receipt")).0, 404);
}

#[test]
fn a_full_box_takes_no_more() {
    let (gate, office) = site();
    let server = Server::start(&office, &["--max-gib", "0"]);
    let path = path(&gate.key.public(), 0, 30);
    assert_eq!(server.put(&path, &gate.bundle(0, 30, &office)), 507);
    assert!(!server.shelf.join(path).exists());
}

/// However much one gate sends, there is room for another.
#[test]
fn one_gate_does_not_fill_the_box() {
    let (gate, office) = site();
    let mut other = Gate::new(2);
    other.scan(30, MORNING);
    office.enrol(&[&other]);
    let server = Server::start(&office, &["--max-gib", "1"]);
    let sent = |gate: &Gate, from| server.put(&path(&gate.key.public(), from, 30), &gate.bundle(from, 30, &office));
    assert_eq!((sent(&gate, 0), sent(&other, 0)), (201, 201));
    // Half of the box, without blocks on the disk.
    let file = server
        .shelf
        .join(path(&gate.key.public(), 0, 30))
        .with_file_name("made-up");
    fs::File::create(&file).unwrap().set_len(1 << 29).unwrap();
    // What came beside the server is counted from the next minute on, or from its start.
    drop(server);
    let server = Server::start(&office, &["--max-gib", "1"]);
    let sent = |gate: &Gate, from| server.put(&path(&gate.key.public(), from, 30), &gate.bundle(from, 30, &office));
    assert_eq!((sent(&gate, 10), sent(&other, 10)), (507, 201));
    fs::remove_file(file).unwrap();
    assert_eq!(sent(&gate, 10), 201, "room was made");
}

/// Asked to end, it takes what is on its way and nothing new.
#[test]
fn an_upload_on_its_way_is_ended_first() {
    let (gate, office) = site();
    let mut server = Server::start(&office, &[]);
    let (path, bundle) = (path(&gate.key.public(), 0, 30), gate.bundle(0, 30, &office));
    let mut stream = server.connect();
    let more = format!("Content-Length: {}\r\nExpect: 100-continue\r\n", bundle.len());
    stream
        .write_all(&Server::head_of("PUT", &format!("/{path}"), &more))
        .unwrap();
    // The server says so when it begins to read the body (RFC 9110 section 10.1.1).
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&bundle[..100]).unwrap();
    let told = Command::new("kill")
        .args(["-TERM", &server.child.id().to_string()])
        .status();
    assert!(told.unwrap().success());
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(&server.address).is_ok() {
        assert!(Instant::now() < deadline, "it takes new ones");
        std::thread::sleep(Duration::from_millis(20));
    }
    stream.write_all(&bundle[100..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read(server.shelf.join(path)).unwrap(), bundle);
}
