//! What is left in drop boxes: folders, and servers with good and bad manners.

mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use postern_transport::{Location, Options, Remote, TransportError};
use server::{Answer, End, Request, Server};
use tempfile::TempDir;

const PATH: &str = "evidence/ab/0-7.log";

fn quick() -> Options {
    Options {
        connect: Duration::from_secs(2),
        idle: Duration::from_millis(500),
        request: Duration::from_secs(3),
    }
}

fn open(server: &Server) -> Remote {
    Remote::open(&Location::parse(&server.url("/box")).unwrap(), &quick()).unwrap()
}

fn folder() -> (TempDir, Remote) {
    let folder = TempDir::new().unwrap();
    let remote = Remote::open(&Location::from(folder.path().to_owned()), &quick()).unwrap();
    (folder, remote)
}

/// A server that keeps what it is sent, as a good one does.
fn keeping() -> Server {
    let files = Mutex::new(BTreeMap::new());
    Server::start(move |request| {
        let mut files = files.lock().unwrap();
        match request.method.as_str() {
            "PUT" => match files.insert(request.target.clone(), request.body.clone()) {
                None => Answer::new(201),
                Some(_) => Answer::new(204),
            },
            "GET" | "HEAD" => match files.get(&request.target) {
                Some(file) if request.method == "GET" => Answer::file(file.clone()),
                Some(file) => Answer::new(200).framing(server::Framing::Announced(file.len() as u64)),
                None => Answer::new(404),
            },
            _ => Answer::new(405),
        }
    })
}

fn statuses(server: &Server) -> Vec<(String, String)> {
    let of = |request: Request| (request.method, request.target);
    server.requests().into_iter().map(of).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_folder_gets_a_file_with_its_folders_and_nothing_beside_it() {
    let (folder, remote) = folder();
    assert!(!remote.exists(PATH).unwrap());
    for content in [&b"made up"[..], b"", b"made up again"] {
        remote.put(PATH, content).unwrap();
        assert!(remote.exists(PATH).unwrap());
        assert_eq!(remote.get(PATH, 100).unwrap().unwrap(), content);
        assert_eq!(names(&folder.path().join("evidence/ab")), ["0-7.log"]);
    }
    remote.put("newest.snapshot", b"made up").unwrap();
    assert!(!remote.exists("evidence/ab").unwrap());
    assert!(!remote.exists("evidence/ab/0-7.log/0").unwrap());
    for path in ["../a", "evidence/.ab", "A", ""] {
        assert_eq!(remote.put(path, b"made up").unwrap_err().reason(), "bad-path", "{path}");
        assert_eq!(remote.exists(path).unwrap_err().reason(), "bad-path", "{path}");
    }
}

#[cfg(unix)]
#[test]
fn others_may_read_what_was_left_in_a_folder() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, remote) = folder();
    remote.put(PATH, b"made up").unwrap();
    fs::write(folder.path().join("plain"), "made up").unwrap();
    let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode();
    assert_eq!(mode(PATH), mode("plain"));
}

#[test]
fn what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not() {
    let (folder, remote) = folder();
    let place = folder.path().join("evidence/ab");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(".postern-dead.part"), "made").unwrap();
    let living = fs::File::create(place.join(".postern-alive.part")).unwrap();
    living.lock().unwrap();
    fs::write(place.join(".other.part"), "somebody else's").unwrap();
    remote.put(PATH, b"made up").unwrap();
    assert_eq!(names(&place), [".other.part", ".postern-alive.part", "0-7.log"]);
    assert_eq!(remote.list("").unwrap(), [(PATH.to_owned(), 7)]);
}

#[cfg(unix)]
#[test]
fn no_link_leads_a_file_out_of_a_folder() {
    let (folder, remote) = folder();
    let outside = TempDir::new().unwrap();
    fs::create_dir(outside.path().join("ab")).unwrap();
    fs::write(outside.path().join("target"), "as it was").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("evidence")).unwrap();
    assert_eq!(remote.put(PATH, b"made up").unwrap_err().reason(), "unwritable");
    assert_eq!(names(&outside.path().join("ab")), [""; 0]);
    assert_eq!(remote.list("").unwrap(), []);
    assert_eq!(remote.list("evidence/ab").unwrap(), []);
    // A link of the file's own name is replaced, and what it leads to stays.
    std::os::unix::fs::symlink(outside.path().join("target"), folder.path().join("root")).unwrap();
    remote.put("root", b"made up").unwrap();
    assert_eq!(fs::read(outside.path().join("target")).unwrap(), b"as it was");
    assert_eq!(fs::read(folder.path().join("root")).unwrap(), b"made up");
}

#[test]
fn what_cannot_be_written_is_told_and_what_was_there_stays() {
    let (folder, remote) = folder();
    fs::create_dir(folder.path().join("root")).unwrap();
    fs::write(folder.path().join("evidence"), "a file").unwrap();
    for path in ["root", PATH] {
        match remote.put(path, b"made up") {
            Err(error @ TransportError::Unwritable { .. }) => {
                assert!(std::error::Error::source(&error).is_some());
                assert_eq!(error.args()[0].0, "path");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(names(folder.path()), ["evidence", "root"]);
    // The stick is pulled out.
    fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(remote.put(PATH, b"made up").unwrap_err().reason(), "unwritable");
    assert_eq!(remote.list("").unwrap_err().reason(), "unreadable");
    assert!(!folder.path().exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_as_one() {
    // Writing to this device fails as on a full disk; a file system that is full is the drill's affair.
    use std::io::Write;
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap()
        .write(b"x");
    let source = full.unwrap_err();
    assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
    let error = TransportError::Unwritable {
        path: PATH.into(),
        source,
    };
    assert!(error.args()[1].1.contains("No space left"), "{:?}", error.args());
}

#[test]
fn a_folder_is_listed_in_order_with_sizes_and_without_what_no_tree_has() {
    let (folder, remote) = folder();
    for (path, content) in [("b/c/1.log", "made"), ("b/a", ""), ("a", "made up"), ("b-c", "x")] {
        remote.put(path, content.as_bytes()).unwrap();
    }
    fs::create_dir(folder.path().join(".hidden")).unwrap();
    fs::write(folder.path().join(".hidden/a"), "x").unwrap();
    fs::write(folder.path().join("b/README"), "x").unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let entry = |path: &str, size| (path.to_owned(), size);
    let all = [entry("a", 7), entry("b-c", 1), entry("b/a", 0), entry("b/c/1.log", 4)];
    assert_eq!(remote.list("").unwrap(), all);
    assert_eq!(remote.list("b").unwrap(), all[2..]);
    assert_eq!(remote.list("nothing").unwrap(), []);
    assert_eq!(remote.list("../x").unwrap_err().reason(), "bad-path");
}

#[test]
fn a_server_is_sent_a_file_and_asked_for_it() {
    let server = keeping();
    let remote = open(&server);
    assert!(!remote.exists(PATH).unwrap());
    remote.put(PATH, b"made up").unwrap();
    remote.put(PATH, b"").unwrap();
    remote.put(PATH, b"made up").unwrap();
    assert!(remote.exists(PATH).unwrap());
    assert_eq!(remote.get(PATH, 7).unwrap().unwrap(), b"made up");
    let request = &server.requests()[1];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("PUT", "/box/evidence/ab/0-7.log")
    );
    assert_eq!(request.header("content-length"), Some("7"));
    assert_eq!(request.header("transfer-encoding"), None);
}

#[test]
fn a_megabyte_arrives_as_it_was() {
    let server = keeping();
    let remote = open(&server);
    let file: Vec<u8> = (0..1 << 20)
        .map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    remote.put(PATH, &file).unwrap();
    assert!(remote.get(PATH, 1 << 20).unwrap().unwrap() == file);
}

#[test]
fn plain_http_cannot_list() {
    let server = keeping();
    let error = open(&server).list("").unwrap_err();
    assert_eq!(error.reason(), "cannot-list");
    assert_eq!(error.args(), [("host", server.address.to_string())]);
    assert!(server.requests().is_empty());
}

#[test]
fn a_server_that_speaks_webdav_gets_its_folders_made() {
    let folders = Mutex::new(vec!["/box".to_owned()]);
    let server = Server::start(move |request| {
        let mut folders = folders.lock().unwrap();
        let parent = request.target.rsplit_once('/').unwrap().0.to_owned();
        match request.method.as_str() {
            _ if !folders.contains(&parent) => Answer::new(409),
            "MKCOL" => {
                folders.push(request.target.clone());
                Answer::new(201)
            }
            _ => Answer::new(201),
        }
    });
    open(&server).put(PATH, b"made up").unwrap();
    let asked = statuses(&server);
    let asked: Vec<_> = asked
        .iter()
        .map(|(method, path)| (method.as_str(), path.as_str()))
        .collect();
    assert_eq!(
        asked,
        [
            ("PUT", "/box/evidence/ab/0-7.log"),
            ("MKCOL", "/box/evidence/ab"),
            ("MKCOL", "/box/evidence"),
            ("MKCOL", "/box/evidence/ab"),
            ("PUT", "/box/evidence/ab/0-7.log"),
        ]
    );
}

#[test]
fn what_a_server_does_not_take_is_told_by_its_status() {
    for (status, puts) in [
        (400, 1),
        (401, 1),
        (403, 1),
        (404, 2),
        (405, 1),
        (409, 1),
        (413, 1),
        (429, 3),
        (500, 3),
        (503, 3),
        (507, 3),
    ] {
        let server = Server::start(move |_| Answer::new(status));
        match open(&server).put(PATH, b"made up") {
            Err(TransportError::Refused { status: told, path, .. }) if path == PATH => assert_eq!(told, status),
            other => panic!("{status}: {other:?}"),
        }
        let sent = statuses(&server).iter().filter(|(method, _)| method == "PUT").count();
        assert_eq!(sent, puts, "{status}");
    }
    // "Not there" of a HEAD is an answer, the rest is none.
    for (status, told) in [(404, Some(false)), (410, Some(false)), (405, None), (403, None)] {
        let server = Server::start(move |_| Answer::new(status));
        assert_eq!(open(&server).exists(PATH).ok(), told, "{status}");
    }
}

#[test]
fn only_a_clear_yes_is_a_success() {
    for (status, reason) in [
        (202, "malformed"),
        (206, "malformed"),
        (207, "malformed"),
        (304, "redirected"),
    ] {
        let server = Server::start(move |_| Answer::new(status));
        assert_eq!(
            open(&server).put(PATH, b"made up").unwrap_err().reason(),
            reason,
            "{status}"
        );
    }
}

#[test]
fn no_upload_follows_a_redirect() {
    let elsewhere = keeping();
    for status in [301, 302, 303, 307, 308] {
        let target = elsewhere.url("/login");
        let server = Server::start(move |_| Answer::new(status).header("Location", &target));
        assert_eq!(open(&server).put(PATH, b"made up").unwrap_err().reason(), "redirected");
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_long_answer_to_an_upload_is_not_read() {
    let server = Server::start(|_| {
        Answer {
            status: 201,
            ..Answer::file([7; 1 << 16])
        }
        .framing(server::Framing::Chunked)
        .end(End::Endless)
    });
    open(&server).put(PATH, b"made up").unwrap();
    assert!(server.sent() < 1 << 24, "{}", server.sent());
}

#[test]
fn a_server_that_does_not_answer_an_upload_is_not_waited_for() {
    let server = Server::start(|_| Answer::new(0).end(End::Stall));
    let remote = open(&server);
    let begun = Instant::now();
    assert_eq!(remote.put(PATH, b"made up").unwrap_err().reason(), "timed-out");
    assert_eq!(remote.exists(PATH).unwrap_err().reason(), "timed-out");
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}

#[test]
fn a_large_file_has_more_time() {
    // Two seconds for 32 KiB, on top of half a one.
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(1500));
        Answer::new(201)
    });
    open(&server).put(PATH, &[7; 32 << 10]).unwrap();
}

#[test]
fn a_connection_that_is_cut_is_no_success_and_the_next_attempt_is() {
    let server = Server::impatient(1 << 10, |_| Answer::new(201));
    let remote = open(&server);
    let error = remote.put(PATH, &[7; 1 << 20]).unwrap_err();
    assert_eq!(error.reason(), "unreachable", "{error}");
    assert!(server.requests().is_empty());
    remote.put(PATH, b"made up").unwrap();

    let server = Server::start(|_| Answer::new(0).end(End::Cut));
    let error = open(&server).put(PATH, b"made up").unwrap_err();
    assert_eq!(error.reason(), "unreachable", "{error}");
}

#[test]
fn an_answer_before_the_whole_file_was_sent_is_told_and_not_the_reset_behind_it() {
    let patient = Options {
        idle: Duration::from_secs(30),
        ..quick()
    };
    // At once, because each waits for its server.
    let all = [413, 403, 503].into_iter().cycle().take(12).map(|status| {
        let server = Server::hasty(0, move |_| Answer::new(status));
        thread::spawn(move || {
            let remote = Remote::open(&Location::parse(&server.url("/box")).unwrap(), &patient).unwrap();
            let refused = remote.put(PATH, &[7; 4 << 20]).unwrap_err();
            assert_eq!(refused.reason(), "refused", "{status}: {refused}");
            assert_eq!(refused.args()[2], ("status", status.to_string()));
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.join().unwrap();
    }
}

#[test]
fn after_a_failure_a_file_arrives_as_it_was() {
    let refused = AtomicBool::new(false);
    let server = Server::start(move |_| match refused.swap(true, Ordering::SeqCst) {
        false => Answer::new(413),
        true => Answer::new(201),
    });
    let remote = open(&server);
    let file: Vec<u8> = (0..200_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    assert_eq!(remote.put(PATH, &file).unwrap_err().reason(), "refused");
    remote.put(PATH, &file).unwrap();
    let request = &server.requests()[1];
    assert!(request.body == file);
    assert_eq!(request.header("content-length"), Some("200000"));
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.header("user-agent"), Some(postern_transport::USER_AGENT));
}
