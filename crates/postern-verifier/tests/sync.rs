//! Logs on their way to auditors, and receipts on their way back.

mod common;
mod evidence;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use common::{BIN, DAY, Gate, MADE};
use evidence::{
    Auditor, event, file, fill, gate, key, log, log_command, names, repository, run, secret, sent, sync, tip,
};
use postern_core::keys::{PrivateKey, Signer};
use postern_core::time::Time;
use postern_log::checkpoint::Checkpoint;
use postern_log::merkle::{Frontier, leaf_hash};
use postern_log::{Log, Tip, proof};
use postern_seal::Identity;
use serde_json::Value;
use tempfile::TempDir;

fn drop_box() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The note of a checkpoint that the gate signs.
fn note(gate: &Gate, tip: Tip) -> String {
    let checkpoint = Checkpoint {
        origin: "north-1".to_owned(),
        tip,
    };
    checkpoint.sign(&secret(gate)).unwrap()
}

/// So many days before the authority made its documents.
fn before(days: u64) -> Time {
    Time::saturating(MADE.seconds() as i64 - (days * DAY) as i64)
}

fn came(told: &Value) -> &str {
    told["receipts"][0]["came"].as_str().unwrap()
}

#[test]
fn a_log_travels_in_parts_that_auditors_can_put_together() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 70_000);
    let (place, key) = (drop_box(), key(&gate));
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!(sent(&told), [(0, 65_536), (65_536, 70_000)]);
    assert_eq!(
        (told["size"].as_u64(), told["receipted"].as_u64()),
        (Some(70_000), Some(0))
    );
    assert_eq!(names(place.path(), &key), ["0-65536.log", "65536-70000.log"]);

    let mut tree = Frontier::new();
    for (from, to) in [(0, 65_536), (65_536, 70_000)] {
        let bundle = auditor.open(&file(place.path(), &key, from, to), &key);
        let old = Tip {
            size: tree.size(),
            root: tree.root(),
        };
        assert_eq!((bundle.from, bundle.gate.as_str()), (from, "north-1"));
        bundle.leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
        let new = bundle.checkpoint().unwrap().tip;
        assert_eq!((new.size, new.root), (to, tree.root()));
        proof::verify_consistency(&old, &new, &bundle.proof).unwrap();
    }
    assert_eq!(tree.root(), tip(&gate).root);

    // Again: everything is there.
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((sent(&told).len(), told["there"].as_u64()), (0, Some(2)));
    fill(&gate, 1);
    assert_eq!(sent(&sync(&gate, place.path(), &[], 0)), [(65_536, 70_001)]);
    assert_eq!(
        sent(&sync(&gate, place.path(), &["--again"], 0)),
        [(0, 65_536), (65_536, 70_001)]
    );
}

#[test]
fn a_receipt_comes_back_and_what_it_covers_is_not_sent_again() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 1000);
    let (place, key) = (drop_box(), key(&gate));
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!(came(&told), "nothing");
    let bundle = auditor.open(&file(place.path(), &key, 0, 1000), &key);
    let receipt = auditor.receipt(&bundle.note, MADE.plus(9));
    auditor.leave(place.path(), &key, receipt.as_bytes());

    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((came(&told), told["receipted"].as_u64()), ("new", Some(1000)));
    assert_eq!(sent(&told), []);
    let kept = gate
        .store()
        .join(format!("receipts/{}.receipt", auditor.key.public().kid()));
    assert_eq!(fs::read_to_string(kept).unwrap(), receipt);
    fill(&gate, 10);
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((came(&told), sent(&told)), ("nothing", vec![(1000, 1010)]));
    let bundle = auditor.open(&file(place.path(), &key, 1000, 1010), &key);
    assert_eq!(bundle.leaves.len(), 10);
    assert!(!bundle.proof.is_empty());

    let done = log_command(&gate, "verify", &[]);
    assert_eq!(done.status, 0, "{}", done.stdout);
    let told = &done.json()[0]["auditors"][0];
    assert_eq!((told["size"].as_u64(), told["since"].as_u64()), (Some(1000), Some(10)));
}

#[test]
fn receipts_can_be_fetched_alone() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 5);
    let place = drop_box();
    let receipt = auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9));
    auditor.leave(place.path(), &key(&gate), receipt.as_bytes());
    let told = sync(&gate, place.path(), &["--receipts-only"], 0);
    assert_eq!((came(&told), sent(&told)), ("new", vec![]));
    assert_eq!(names(place.path(), &key(&gate)), [""; 0]);
}

#[test]
fn what_is_no_receipt_leaves_the_one_that_is_held() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 100);
    let (place, key) = (drop_box(), key(&gate));
    let half = {
        let reader = postern_log::Reader::open(&log(&gate)).unwrap();
        let tree = reader.frontier_at(50).unwrap();
        Tip {
            size: 50,
            root: tree.root(),
        }
    };
    let good = auditor.receipt(&note(&gate, half), MADE.plus(100));
    auditor.leave(place.path(), &key, good.as_bytes());
    assert_eq!(came(&sync(&gate, place.path(), &[], 0)), "new");

    let whole = note(&gate, tip(&gate));
    let stranger = Auditor {
        key: PrivateKey::from_seed(&[199; 32]),
        ..Auditor::new(1)
    };
    let other_gate = Checkpoint {
        origin: "south-1".to_owned(),
        tip: tip(&gate),
    };
    let forged = other_gate.sign(&PrivateKey::from_seed(&[9; 32])).unwrap();
    let by_other_key = Checkpoint {
        origin: "north-1".to_owned(),
        tip: tip(&gate),
    };
    let by_other_key = by_other_key.sign(&PrivateKey::from_seed(&[9; 32])).unwrap();
    let flipped = |text: String| {
        let mut bytes = text.into_bytes();
        let at = bytes.len() - 20;
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        bytes
    };
    for (what, receipt) in [
        (
            "by a stranger's key",
            stranger.receipt(&whole, MADE.plus(200)).into_bytes(),
        ),
        ("of another gate", auditor.receipt(&forged, MADE.plus(200)).into_bytes()),
        (
            "of another gate's key",
            auditor.receipt(&by_other_key, MADE.plus(200)).into_bytes(),
        ),
        ("not signed by the auditor", whole.clone().into_bytes()),
        ("changed", flipped(auditor.receipt(&whole, MADE.plus(200)))),
        (
            "before the auditor's time",
            auditor.receipt(&whole, before(1)).into_bytes(),
        ),
        (
            "after the auditor's time",
            auditor.receipt(&whole, MADE.plus(3651 * DAY)).into_bytes(),
        ),
        ("no text", vec![0xff; 100]),
        ("nothing", vec![]),
        ("too large", vec![b'a'; 5000]),
        ("older", auditor.receipt(&whole, MADE.plus(99)).into_bytes()),
        ("the same", good.clone().into_bytes()),
    ] {
        auditor.leave(place.path(), &key, &receipt);
        let told = sync(&gate, place.path(), &[], 0);
        let expected = ["older", "the same"].contains(&what);
        assert_eq!(came(&told) == "nothing", expected, "{what}: {told}");
        assert_ne!(came(&told), "new", "{what}");
        assert_eq!(told["receipted"].as_u64(), Some(50), "{what}");
        assert_eq!(told["receipts"][0]["size"].as_u64(), Some(50), "{what}");
    }
    // A newer one for less: the auditor has lost something. It is believed.
    let less = Tip {
        size: 0,
        root: Frontier::new().root(),
    };
    let receipt = auditor.receipt(&note(&gate, less), MADE.plus(300));
    auditor.leave(place.path(), &key, receipt.as_bytes());
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((came(&told), told["receipted"].as_u64()), ("new", Some(0)));
}

#[test]
fn a_log_that_was_put_back_or_made_again_is_told_and_sent_again() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 20);
    let key = key(&gate);
    let copy = fs::read(log(&gate)).unwrap();
    fill(&gate, 20);
    let place = drop_box();
    sync(&gate, place.path(), &[], 0);
    let receipt = auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9));
    auditor.leave(place.path(), &key, receipt.as_bytes());
    assert_eq!(came(&sync(&gate, place.path(), &[], 0)), "new");

    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(gate.store().join(format!("log.sqlite{ending}")));
    }
    fs::write(log(&gate), copy).unwrap();
    let told = sync(&gate, place.path(), &[], 1);
    assert_eq!(told["receipts"][0]["contradiction"], "rolled-back");
    assert_eq!((told["receipted"].as_u64(), sent(&told)), (Some(0), vec![(0, 20)]));
    let done = log_command(&gate, "verify", &[]);
    assert_eq!(
        (done.status, &done.json()[0]["findings"][0]["reason"]),
        (1, &"rolled-back".into())
    );

    // It grows again, into another log of the same size.
    let mut other = Log::open(&log(&gate)).unwrap();
    other.append_batch((20..40).map(|n| event(n + 1000))).unwrap();
    drop(other);
    let told = sync(&gate, place.path(), &[], 1);
    assert_eq!(told["receipts"][0]["contradiction"], "receipt-mismatch");
    let done = log_command(&gate, "verify", &[]);
    assert_eq!(
        (done.status, &done.json()[0]["findings"][0]["reason"]),
        (1, &"receipt-mismatch".into())
    );
    let done = log_command(&gate, "prune", &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "log-contradicted"));
}

#[test]
fn nothing_is_signed_of_a_log_that_was_edited() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 20);
    let conn = rusqlite::Connection::open(log(&gate)).unwrap();
    conn.execute(
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE seq = 3) WHERE seq = 4",
        [],
    )
    .unwrap();
    drop(conn);
    let place = drop_box();
    let done = run(&gate, place.path().to_str().unwrap(), &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "log-corrupt"));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn with_several_auditors_everything_that_one_lacks_is_sent() {
    let (first, second) = (Auditor::new(1), Auditor::new(2));
    let gate = gate(&[&first]);
    fill(&gate, 30);
    let (place, key) = (drop_box(), key(&gate));
    sync(&gate, place.path(), &[], 0);
    first.leave(
        place.path(),
        &key,
        first.receipt(&note(&gate, tip(&gate)), MADE.plus(9)).as_bytes(),
    );
    sync(&gate, place.path(), &[], 0);
    // Another one is named. What lies there was not sealed to it.
    let done = gate.update(&repository(&gate.authority, 2, vec![first.entry(), second.entry()]));
    assert_eq!(done.status, 0, "{}", done.stderr);
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((told["receipted"].as_u64(), told["there"].as_u64()), (Some(0), Some(1)));
    assert_eq!(sent(&sync(&gate, place.path(), &["--again"], 0)), [(0, 30)]);
    for auditor in [&first, &second] {
        assert_eq!(auditor.open(&file(place.path(), &key, 0, 30), &key).leaves.len(), 30);
    }
    fill(&gate, 10);
    second.leave(
        place.path(),
        &key,
        second.receipt(&note(&gate, tip(&gate)), MADE.plus(9)).as_bytes(),
    );
    let told = sync(&gate, place.path(), &[], 0);
    assert_eq!((told["receipted"].as_u64(), sent(&told)), (Some(30), vec![(30, 40)]));
}

#[test]
fn without_auditors_nothing_leaves_the_gate() {
    let mut past = Auditor::new(1).entry();
    (past.from, past.until) = (before(2), before(1));
    let place = drop_box();
    let gate = Gate::updated(common::Authority::patient());
    for version in [2, 3] {
        fill(&gate, 3);
        for done in [
            run(&gate, place.path().to_str().unwrap(), &[]),
            log_command(&gate, "export", &["--out", place.path().to_str().unwrap()]),
        ] {
            assert_eq!((done.status, done.error().as_str()), (1, "no-auditors"));
        }
        // One whose time is over is none.
        gate.update(&repository(&gate.authority, version, vec![past.clone()]));
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    let text = gate
        .run("sync", ["--lang", "en", "--to", place.path().to_str().unwrap()])
        .stderr;
    assert!(text.contains("hint: Bring an update"), "{text}");
}

#[test]
fn one_of_several_drop_boxes_is_enough_and_the_others_are_told() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let place = drop_box();
    let (good, missing) = (place.path().to_str().unwrap(), place.path().join("nowhere"));
    let missing = missing.to_str().unwrap();
    fs::write(place.path().join("file"), "made up").unwrap();
    let done = gate.run("sync", ["--json", "--to", missing, good]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(
        (&done.json()[0]["done"], &done.json()[0]["reason"]),
        (&false.into(), &"transport-unreadable".into())
    );
    assert_eq!(sent(&done.json()[1]), [(0, 3)]);
    let done = run(&gate, missing, &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "sync"));
    assert!(!Path::new(missing).exists());
    for (place, secret) in [
        ("https://gate:worthless@box.example/", "worthless"),
        ("ftp://box.example", "worthless"),
    ] {
        let done = run(&gate, place, &[]);
        assert_eq!((done.status, done.error().as_str()), (1, "sync"));
        assert!(!done.stderr.contains(secret), "{}", done.stderr);
    }
}

#[test]
fn a_drop_box_that_cannot_be_written_costs_nothing() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let place = drop_box();
    fs::write(place.path().join("evidence"), "a file where a folder should be").unwrap();
    let done = gate.run("sync", ["--lang", "en", "--to", place.path().to_str().unwrap()]);
    assert_eq!(done.status, 1);
    assert!(done.stderr.contains("cannot be written"), "{}", done.stderr);
    fs::remove_file(place.path().join("evidence")).unwrap();
    assert_eq!(sent(&sync(&gate, place.path(), &[], 0)), [(0, 3)]);
}

/// What a made-up drop box on a server does with a file.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Take,
    Refuse(u16),
    /// Ends the connection within the file.
    Cut,
    /// Takes it, slowly.
    Slow(Duration),
    /// Takes files and answers no question.
    Mute,
}

/// A drop box on a server.
struct Server {
    address: SocketAddr,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    manner: Arc<Mutex<Manner>>,
}

impl Server {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            files: Arc::default(),
            manner: Arc::new(Mutex::new(manner)),
        };
        let (files, manner) = (server.files.clone(), server.manner.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (files, manner) = (files.clone(), manner.clone());
                thread::spawn(move || serve(stream.unwrap(), &files, &manner));
            }
        });
        server
    }

    fn url(&self) -> String {
        format!("http://{}/box", self.address)
    }

    fn names(&self) -> Vec<String> {
        let files = self.files.lock().unwrap();
        files
            .keys()
            .map(|path| path.rsplit_once('/').unwrap().1.to_owned())
            .collect()
    }
}

fn serve(stream: TcpStream, files: &Mutex<BTreeMap<String, Vec<u8>>>, manner: &Mutex<Manner>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_ascii_lowercase());
        }
        let mut words = head[0].split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |text| text.parse().unwrap());
        let manner = *manner.lock().unwrap();
        if method == "put" && manner == Manner::Cut {
            reader.read_exact(&mut vec![0; length.min(100)]).ok()?;
            return None;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let found = files.lock().unwrap().get(&path).cloned();
        let (status, answer) = match (method.as_str(), manner, found) {
            ("put", Manner::Refuse(status), _) => (status, vec![]),
            ("put", _, _) => {
                if let Manner::Slow(time) = manner {
                    thread::sleep(time);
                }
                files.lock().unwrap().insert(path, body);
                (201, vec![])
            }
            ("head", Manner::Mute, _) => (405, vec![]),
            (_, _, Some(file)) => (200, file),
            (..) => (404, vec![]),
        };
        let out = reader.get_mut();
        write!(
            out,
            "HTTP/1.1 {status} Made up\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        )
        .ok()?;
        if method != "head" {
            out.write_all(&answer).ok()?;
        }
    }
}

#[test]
fn a_server_that_takes_put_is_a_drop_box() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 300);
    let server = Server::start(Manner::Take);
    let done = run(&gate, &server.url(), &[]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(server.names(), ["0-300.log"]);
    let path = format!(
        "/box/{}",
        postern_log::bundle::receipt_path(&key(&gate), &auditor.key.public())
    );
    let receipt = auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9));
    server.files.lock().unwrap().insert(path, receipt.into_bytes());
    let done = run(&gate, &server.url(), &[]);
    assert_eq!((came(&done.json()[0]), sent(&done.json()[0])), ("new", vec![]));
}

#[test]
fn what_a_server_refuses_or_cuts_is_told_and_the_next_time_is_good() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 300);
    let server = Server::start(Manner::Take);
    for (manner, words) in [
        (Manner::Refuse(403), "have its operator allow it"),
        (Manner::Refuse(404), "check the address"),
        (Manner::Refuse(405), "takes no files"),
        (Manner::Refuse(413), "64 MiB"),
        (Manner::Refuse(507), "make room"),
        (Manner::Refuse(418), "Run it again"),
        (Manner::Cut, "Run it again"),
    ] {
        *server.manner.lock().unwrap() = manner;
        let done = gate.run("sync", ["--lang", "en", "--to", &server.url()]);
        assert_eq!(done.status, 1);
        assert!(done.stderr.contains(words), "{words}: {}", done.stderr);
        assert_eq!(server.names(), [""; 0]);
    }
    *server.manner.lock().unwrap() = Manner::Mute;
    for _ in ["the first time", "again, because nobody says that it is there"] {
        assert_eq!(sent(&run(&gate, &server.url(), &[]).json()[0]), [(0, 300)]);
    }
    assert_eq!(server.names(), ["0-300.log"]);
}

fn start(gate: &Gate, place: &str, more: &[&str]) -> Child {
    let mut command = common::command(BIN);
    command.arg("sync").arg("--store").arg(gate.store());
    command.args(["--json", "--to", place]).args(more);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_any_moment_a_drop_box_has_whole_files_only() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 70_000);
    let (place, key) = (drop_box(), key(&gate));
    let begun = Instant::now();
    sync(&gate, place.path(), &[], 0);
    let time = begun.elapsed();
    let place = drop_box();
    for n in 1..=12 {
        let mut child = start(&gate, place.path().to_str().unwrap(), &[]);
        thread::sleep(time * n / 13);
        child.kill().unwrap();
        child.wait().unwrap();
        for name in names(place.path(), &key) {
            if name.ends_with(".log") {
                let path = place
                    .path()
                    .join("evidence")
                    .join(postern_core::hex(&key.thumbprint()))
                    .join(name);
                auditor.open(&path, &key);
                fs::remove_file(path).unwrap();
            }
        }
    }
    sync(&gate, place.path(), &[], 0);
    // What the killed ones left was swept.
    assert_eq!(names(place.path(), &key), ["0-65536.log", "65536-70000.log"]);
}

#[test]
fn people_are_judged_while_a_log_is_carried_and_the_other_way_round() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 300);
    // Somebody holds the lock of the writer, as a scan does.
    let place = drop_box();
    let mut writer = Log::open(&log(&gate)).unwrap();
    assert_eq!(sent(&sync(&gate, place.path(), &[], 0)), [(0, 300)]);
    writer.append(event(300)).unwrap();
    drop(writer);

    let server = Server::start(Manner::Slow(Duration::from_secs(5)));
    let child = start(&gate, &server.url(), &[]);
    thread::sleep(Duration::from_millis(500));
    let begun = Instant::now();
    let done = gate.check(["--json", &gate.authority.good()]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(server.names(), [""; 0]);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    // What was logged meanwhile is left to the next time.
    assert_eq!(server.names(), ["0-301.log"]);
    assert_eq!(tip(&gate).size, 302);
}

#[test]
fn a_stick_gets_the_log_as_soon_as_it_is_there() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let (place, key) = (drop_box(), key(&gate));
    let stick = place.path().join("stick");
    let mut child = start(&gate, stick.to_str().unwrap(), &["--watch", "--every", "3600"]);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || lines.for_each(|line| drop(tell.send(line.unwrap()))));
    let next = || -> Value {
        let line = told.recv_timeout(Duration::from_secs(30)).unwrap();
        serde_json::from_str(&line).unwrap()
    };
    thread::sleep(Duration::from_millis(1500));
    assert!(!stick.exists());
    fs::create_dir(&stick).unwrap();
    let told = next();
    assert_eq!(sent(&told), [(0, 3)]);
    // It is taken away to the auditor, and comes back with a receipt.
    let away = place.path().join("away");
    fs::rename(&stick, &away).unwrap();
    thread::sleep(Duration::from_millis(1500));
    auditor.leave(
        &away,
        &key,
        auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9)).as_bytes(),
    );
    fs::rename(&away, &stick).unwrap();
    let told = next();
    assert_eq!((came(&told), sent(&told)), ("new", vec![]));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_bundle_opens_for_the_auditors_and_nobody_else() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 3);
    let (place, key) = (drop_box(), key(&gate));
    sync(&gate, place.path(), &[], 0);
    let bytes = fs::read(file(place.path(), &key, 0, 3)).unwrap();
    let sealed = postern_log::bundle::SealedBundle::parse(&bytes).unwrap();
    sealed.verify(&key).unwrap();
    assert!(sealed.open(&key, &Identity::generate()).is_err());
    assert!(sealed.open(&key, &auditor.age).is_ok());
}

#[test]
fn a_key_with_a_passphrase_signs_where_it_is_given_and_not_where_it_is_not() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    let root = gate.folder.path().join("root");
    let secret_file = |name: &str, words: &[u8]| {
        let path = gate.file(name, words);
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    };
    let words = secret_file("words", b"made-up words for a test\n");
    let locked = gate.folder.path().join("locked");
    let print = common::fingerprint(&fs::read(&root).unwrap());
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (store, root, words) = (path(&locked), path(&root), path(&words));
    let init = [
        "init",
        "--store",
        &store,
        "--root",
        &root,
        "--fingerprint",
        &print,
        "--name",
        "north-1",
    ];
    let done = common::run(init.into_iter().chain(["--passphrase-file", &words]));
    assert_eq!(done.status, 0, "{}", done.stderr);
    let update = gate.folder.path().join("repository");
    fs::create_dir(&update).unwrap();
    repository(&gate.authority, 1, vec![auditor.entry()]).write(&update);
    assert_eq!(
        common::run(["update", "--store", &store, "--from", &path(&update)]).status,
        0
    );
    let mut log = Log::open(&locked.join("log.sqlite")).unwrap();
    log.append_batch((0..1100).map(event)).unwrap();
    drop(log);

    let place = drop_box();
    let out = path(place.path());
    let sync = |words: &str| {
        common::run([
            "sync",
            "--json",
            "--store",
            &store,
            "--to",
            &out,
            "--passphrase-file",
            words,
        ])
    };
    let wrong = path(&secret_file("wrong", b"other made-up words\n"));
    assert_eq!(sync(&wrong).error(), "key-wrong-passphrase");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    assert_eq!(sent(&sync(&words).json()[0]), [(0, 1100)]);
    // The rows are there, the seal at 1,024 is not: no finding.
    let done = common::run(["log", "verify", "--json", "--store", &store]);
    assert_eq!((done.status, &done.json()[0]["missing_seals"]), (0, &1.into()));
}
