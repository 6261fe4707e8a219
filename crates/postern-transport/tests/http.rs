//! Files of servers with good and bad manners.

mod server;

use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use postern_transport::{Location, Options, Remote, TransportError, USER_AGENT};
use server::{Answer, End, Framing, Server, serve};

const PATH: &str = "newest.snapshot";

fn quick() -> Options {
    Options {
        connect: Duration::from_secs(2),
        idle: Duration::from_millis(500),
        request: Duration::from_secs(3),
    }
}

fn open(server: &Server) -> Remote {
    open_at(&server.url(""))
}

fn open_at(url: &str) -> Remote {
    Remote::open(&Location::parse(url).unwrap(), &quick()).unwrap()
}

/// A server with one answer.
fn answering(answer: Answer) -> Server {
    Server::start(move |_| answer.clone())
}

fn reason(result: Result<Option<Vec<u8>>, TransportError>) -> &'static str {
    result.map(|file| file.map(|bytes| bytes.len())).unwrap_err().reason()
}

#[test]
fn a_file_comes_whole_and_the_server_hears_who_asks() {
    let server = Server::start(|request| serve(request, b"made up"));
    let remote = open_at(&server.url("/city/health%20codes/"));
    assert_eq!(remote.get("root/2.root", 7).unwrap().unwrap(), b"made up");
    let request = &server.requests()[0];
    assert_eq!(request.method, "GET");
    assert_eq!(request.target, "/city/health%20codes/root/2.root");
    assert_eq!(request.header("user-agent"), Some(USER_AGENT));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(request.header("range"), None);
    assert_eq!(remote.location().to_string(), server.url("/city/health%20codes"));
}

#[test]
fn an_update_needs_one_connection() {
    let server = Server::start(|request| serve(request, request.target.as_bytes()));
    let remote = open(&server);
    for version in 1..20 {
        let path = format!("root/{version}.root");
        assert_eq!(remote.get(&path, 100).unwrap().unwrap(), format!("/{path}").as_bytes());
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn what_is_not_there_is_no_error() {
    for status in [404, 410] {
        let server = answering(Answer::new(status).header("Content-Type", "text/html"));
        assert_eq!(open(&server).get(PATH, 100).unwrap(), None, "{status}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_refusal_is_told_by_its_status_and_tried_again_where_that_may_help() {
    for (status, attempts) in [
        (401, 1),
        (403, 1),
        (405, 1),
        (416, 1),
        (429, 3),
        (500, 3),
        (503, 3),
        (599, 3),
    ] {
        let server = answering(Answer::new(status));
        match open(&server).get(PATH, 100) {
            Err(TransportError::Refused {
                host,
                path,
                status: told,
            }) => {
                assert_eq!(host, server.address.to_string());
                assert_eq!((path.as_str(), told), (PATH, status));
            }
            other => panic!("{status}: {other:?}"),
        }
        assert_eq!(server.requests().len(), attempts, "{status}");
    }
}

#[test]
fn a_server_that_recovers_in_time_is_a_good_server() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |request| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::new(503),
        1 => Answer::new(200).framing(Framing::Announced(7)).end(End::Cut),
        _ => serve(request, b"made up"),
    });
    let remote = open(&server);
    // A body that is cut is the caller's affair: it may have a part to keep.
    assert_eq!(reason(remote.get(PATH, 100)), "interrupted");
    assert_eq!(remote.get(PATH, 100).unwrap().unwrap(), b"made up");
}

#[test]
fn no_other_success_is_a_file() {
    for status in [201, 203, 204, 206] {
        let server = answering(Answer::new(status));
        assert_eq!(reason(open(&server).get(PATH, 100)), "malformed", "{status}");
    }
}

#[test]
fn a_file_of_the_bound_is_taken_and_a_larger_one_is_not() {
    for framing in [Framing::Length, Framing::Chunked, Framing::None] {
        let server = answering(Answer::file([7; 1000]).framing(framing));
        let remote = open(&server);
        assert_eq!(remote.get(PATH, 1000).unwrap().unwrap(), [7; 1000], "{framing:?}");
        assert_eq!(reason(remote.get(PATH, 999)), "too-large", "{framing:?}");
    }
    // Where the length is announced, its bytes are not waited for.
    let server = answering(Answer::new(200).framing(Framing::Announced(1000)).end(End::Stall));
    assert_eq!(reason(open(&server).get(PATH, 999)), "too-large");
}

#[test]
fn endless_data_costs_the_bound_and_no_more() {
    for framing in [
        Framing::Chunked,
        Framing::None,
        Framing::Announced(u64::MAX - 2),
        Framing::Announced(1 << 40),
    ] {
        let server = answering(Answer::file([7; 4096]).framing(framing).end(End::Endless));
        let begun = Instant::now();
        assert_eq!(reason(open(&server).get(PATH, 100_000)), "too-large", "{framing:?}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{framing:?}");
        // What the systems of both sides hold in their buffers is in it.
        assert!(server.sent() < 16 << 20, "{framing:?}: {}", server.sent());
    }
}

#[test]
fn the_text_of_a_refusal_is_not_read() {
    for (status, reason_told) in [(403, "refused"), (500, "refused")] {
        let server = answering(
            Answer {
                status,
                ..Answer::file([b'x'; 4096])
            }
            .framing(Framing::Chunked)
            .end(End::Endless),
        );
        let begun = Instant::now();
        assert_eq!(reason(open(&server).get(PATH, 100)), reason_told);
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
    let server = answering(
        Answer {
            status: 404,
            ..Answer::file([b'x'; 4096])
        }
        .framing(Framing::None)
        .end(End::Endless),
    );
    assert_eq!(open(&server).get(PATH, 100).unwrap(), None);
}

#[test]
fn a_length_that_is_not_true_gives_no_file() {
    let server = answering(Answer::file([7; 500]).framing(Framing::Announced(1000)).end(End::Cut));
    assert_eq!(reason(open(&server).get(PATH, 1000)), "interrupted");
    let server = answering(Answer::file([7; 500]).header("Content-Length", 400));
    assert_eq!(reason(open(&server).get(PATH, 1000)), "unreachable");
    let server = answering(
        Answer::file([7; 500])
            .header("Content-Length", "many")
            .framing(Framing::None),
    );
    assert_eq!(reason(open(&server).get(PATH, 1000)), "unreachable");
}

#[test]
fn headers_that_nobody_needs_may_say_anything() {
    let server = answering(
        Answer::file("made up")
            .header("Last-Modified", "yesterday")
            .header("ETag", "\u{e9}")
            .header("Cache-Control", "\u{e9}")
            .header("Content-Range", "bytes 0-18446744073709551615/18446744073709551615"),
    );
    assert_eq!(open(&server).get(PATH, 100).unwrap().unwrap(), b"made up");
}

#[test]
fn headers_without_end_are_no_answer() {
    let mut answer = Answer::file("made up");
    for i in 0..100_000 {
        answer = answer.header(&format!("X-{i}"), "made up");
    }
    assert_eq!(reason(open(&answering(answer)).get(PATH, 100)), "unreachable");
}

#[test]
fn what_is_compressed_is_given_as_it_comes() {
    // 16 zeros, by gzip.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03c`\x80\x01\0\xa6\x47\x8b\xec\x10\0\0\0";
    let server = answering(Answer::file(gzip).header("Content-Encoding", "gzip"));
    let remote = open(&server);
    assert_eq!(remote.get(PATH, 100).unwrap().unwrap(), gzip);
    assert_eq!(reason(remote.get(PATH, gzip.len() as u64 - 1)), "too-large");
}

#[test]
fn three_redirects_are_followed_and_no_fourth() {
    let server = Server::start(|request| match request.target.strip_prefix("/left-") {
        Some(rest) => match rest.split_once('/').unwrap() {
            ("0", path) => Answer::file(path),
            (left, path) => {
                let left = left.parse::<u32>().unwrap() - 1;
                Answer::new(302).header("Location", format!("/left-{left}/{path}"))
            }
        },
        None => Answer::new(404),
    });
    for (left, taken) in [(0, true), (1, true), (3, true), (4, false)] {
        let remote = open_at(&server.url(&format!("/left-{left}")));
        let result = remote.get(PATH, 100);
        if taken {
            assert_eq!(result.unwrap().unwrap(), PATH.as_bytes(), "{left}");
        } else {
            assert_eq!(reason(result), "redirected", "{left}");
        }
    }
}

#[test]
fn redirects_in_a_circle_end() {
    let server = Server::start(|request| Answer::new(301).header("Location", &request.target));
    assert_eq!(reason(open(&server).get(PATH, 100)), "redirected");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_redirect_may_lead_to_another_host_but_to_no_other_protocol() {
    let other = Server::start(|request| serve(request, b"made up"));
    let target = other.url("/elsewhere");
    let server = Server::start(move |_| Answer::new(307).header("Location", &target));
    assert_eq!(open(&server).get(PATH, 100).unwrap().unwrap(), b"made up");
    assert_eq!(other.requests()[0].target, "/elsewhere");
    assert_eq!(other.requests()[0].header("referer"), None);

    let server = answering(Answer::new(302).header("Location", "ftp://127.0.0.1/"));
    assert_eq!(reason(open(&server).get(PATH, 100)), "redirected");
    // These are no place to go to for HTTP.
    for target in ["file:///etc/passwd", "data:,made%20up", "http://", ""] {
        let server = answering(Answer::new(302).header("Location", target));
        assert_ne!(reason(open(&server).get(PATH, 100)), "too-large", "{target}");
    }
    let server = answering(Answer::new(302));
    assert_eq!(reason(open(&server).get(PATH, 100)), "refused");
}

#[test]
fn a_silent_server_is_not_waited_for() {
    let mute = Answer::new(200).framing(Framing::Announced(100)).end(End::Stall);
    let stalls = Answer::file([7; 50]).framing(Framing::Announced(100)).end(End::Stall);
    let drips = Answer::file([7]).framing(Framing::Announced(100)).end(End::Drip);
    for (answer, at_least) in [(mute, quick().idle), (stalls, quick().idle), (drips, quick().request)] {
        let server = answering(answer);
        let begun = Instant::now();
        assert_eq!(reason(open(&server).get(PATH, 100)), "timed-out");
        assert!(
            (at_least..at_least * 4).contains(&begun.elapsed()),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn a_server_that_takes_no_connection_is_not_waited_for() {
    // Nobody accepts; the system does until its queue is full, and then answers nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        waiting.push(stream);
        assert!(waiting.len() < 10_000);
    }
    let options = Options {
        connect: Duration::from_millis(300),
        idle: Duration::from_secs(30),
        request: Duration::from_secs(30),
    };
    let location = Location::parse(&format!("http://{address}")).unwrap();
    let begun = Instant::now();
    assert_eq!(
        reason(Remote::open(&location, &options).unwrap().get(PATH, 100)),
        "timed-out"
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn where_nobody_listens_is_unreachable() {
    // A port that was free a moment ago.
    let server = Server::start(|_| Answer::new(200));
    let url = server.url("");
    let address = server.address.to_string();
    drop(server);
    let begun = Instant::now();
    match open_at(&url).get(PATH, 100) {
        Err(TransportError::Unreachable { host, why }) => {
            assert_eq!(host, address);
            assert!(why.contains("refused"), "{why}");
        }
        other => panic!("{other:?}"),
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
    // RFC 6761: a name that never is.
    assert_eq!(reason(open_at("http://city.invalid").get(PATH, 100)), "unreachable");
}

#[test]
fn bad_paths_are_not_asked_for() {
    let server = Server::start(|request| serve(request, b"made up"));
    let remote = open(&server);
    for path in ["", "../newest.snapshot", "a?b", "a#b", "a%2f", "A", "/a"] {
        assert_eq!(reason(remote.get(path, 100)), "bad-path", "{path}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_remote_can_be_dropped_and_used_on_other_threads() {
    let server = Server::start(|request| serve(request, b"made up"));
    let remote = open(&server);
    let remote = std::thread::spawn(move || {
        remote.get(PATH, 100).unwrap();
        remote
    })
    .join()
    .unwrap();
    assert_eq!(remote.get(PATH, 100).unwrap().unwrap(), b"made up");
    assert!(format!("{remote:?}").starts_with("Remote(http://127.0.0.1:"));
}
