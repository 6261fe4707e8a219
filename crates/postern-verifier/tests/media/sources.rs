//! Folders, bundles and servers; several at once; what is asked for, when, and how often.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use postern_core::keys::Role;
use postern_core::repository::NEWEST;
use postern_core::status::StatusList;
use postern_core::trust::StatusKind;

use crate::common::day::Day;
use crate::common::{Authority, Gate, Repository, run};
use crate::server::{Answer, End, Server};
use crate::{asked, file, gate, serving, snapshot, status, update_from};

#[test]
fn one_update_by_any_medium_leads_to_one_state() {
    let files = Authority::patient().day(2).repository();
    let server = serving(files.clone());
    let mut states = Vec::new();
    for medium in ["folder", "bundle", "folder of bundles", "server"] {
        let gate = gate();
        let place = gate.folder.path().join("medium");
        let from = match medium {
            "folder" => files.write(&place),
            "bundle" => gate.file("day.bundle", &files.bundle()),
            "folder of bundles" => {
                fs::create_dir(&place).unwrap();
                fs::write(place.join("older.bundle"), gate.authority.day(1).repository().bundle()).unwrap();
                fs::write(place.join("day.bundle"), files.bundle()).unwrap();
                place
            }
            _ => server.url("").into(),
        };
        let done = update_from(&gate, &[from.to_str().unwrap()]);
        assert_eq!(
            (done.status, &done.json()[0]["changed"]),
            (0, &true.into()),
            "{medium}: {done:?}"
        );
        let mut status = status(&gate);
        for own in ["key", "made", "installed"] {
            status[own].take();
        }
        states.push(status);
    }
    assert!(states.iter().all(|state| *state == states[0]), "{states:#?}");
    assert_eq!(states[0]["snapshot"]["version"], 2);
}

/// A stick has photos on it, and last winter's bundles.
#[test]
fn a_bundle_is_found_among_other_files() {
    let gate = gate();
    let stick = gate.folder.path().join("stick");
    fs::create_dir(&stick).unwrap();
    for n in 0..500 {
        fs::write(stick.join(format!("photo-{n}.jpg")), "").unwrap();
    }
    fs::write(stick.join("day-2.bundle"), gate.authority.day(2).repository().bundle()).unwrap();
    let update = || update_from(&gate, &[stick.to_str().unwrap()]);
    assert_eq!((update().status, snapshot(&gate)), (0, 2));

    let old = gate.authority.day(1).repository().bundle();
    for n in 0..300 {
        let path = stick.join(format!("old-{n}.bundle"));
        fs::write(&path, &old).unwrap();
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + n))
            .unwrap();
    }
    fs::write(stick.join("day-3.bundle"), gate.authority.day(3).repository().bundle()).unwrap();
    assert_eq!((update().status, snapshot(&gate)), (0, 3));
    // And in the folder in which sticks are mounted.
    fs::write(stick.join("day-4.bundle"), gate.authority.day(4).repository().bundle()).unwrap();
    let mounted = gate.folder.path();
    for n in 0..500 {
        fs::write(mounted.join(format!("note-{n}")), "").unwrap();
    }
    let update = || update_from(&gate, &[mounted.to_str().unwrap()]);
    assert_eq!((update().status, snapshot(&gate)), (0, 4));
    // A full stick does not hide another one.
    let other = mounted.join("zz-stick");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("day-5.bundle"), gate.authority.day(5).repository().bundle()).unwrap();
    assert_eq!((update().status, snapshot(&gate)), (0, 5));
}

/// The newest snapshot first; a pinned file only once all signatures are good; nothing that is held already.
#[test]
fn a_server_is_asked_for_what_is_needed() {
    let gate = gate();
    let server = serving(gate.authority.day(2).repository());
    // The pack is the one that is held, and every gate asks for the next root.
    let documents = ["/newest.snapshot", "/root/2.root"];
    assert_eq!(update_from(&gate, &[&server.url("")]).status, 0);
    let pinned = ["/status/east/1-2.delta", "/status/east/negative-test/2.column"];
    assert_eq!(asked(&server), [&documents[..], &pinned].concat());
    assert_eq!(update_from(&gate, &[&server.url("")]).status, 0);
    assert_eq!(asked(&server)[4..], documents, "nothing is new");
    // A slash at the end of the URL changes nothing, nor does a path before the tree.
    let files = gate.authority.day(3).repository();
    let deep = Server::start(move |request| match request.target.strip_prefix("/city/north/") {
        Some(path) => files
            .0
            .get(path)
            .map_or(Answer::new(404), |file| Answer::file(file.clone())),
        None => Answer::new(404),
    });
    assert_eq!(update_from(&gate, &[&deep.url("/city/north/")]).status, 0);
    assert_eq!(snapshot(&gate), 3);
}

#[test]
fn no_list_is_asked_for_before_the_signatures_are_checked() {
    let gate = gate();
    let a = &gate.authority;
    let forged = |change: fn(Day) -> Day| change(a.day(2));
    let mut pack = a.day(2).published_by(&[(Role::Publisher, 0)]);
    pack.pack.version = 2;
    let root = Day {
        root: 2,
        roots: vec![a.root(1), a.signed(a.root_payload(2), Role::Root, 1)],
        ..a.day(2)
    };
    for day in [
        forged(|day| day.signed_by(&[])),
        forged(|day| day.signed_by(&[(Role::Publisher, 0)])),
        forged(|day| day.signed_by(&[(Role::Snapshot, 1)])),
        pack,
        root,
        a.day(1).at(2).without(StatusKind::Status),
    ] {
        let server = serving(day.repository());
        let done = update_from(&gate, &[&server.url("")]);
        assert_eq!(done.status, 1, "{done:?}");
        let asked = asked(&server);
        assert!(
            asked
                .iter()
                .all(|path| !path.starts_with("/status") && !path.starts_with("/gate")),
            "{asked:?}"
        );
    }
}

#[test]
fn one_good_source_is_enough() {
    let gate = gate();
    let a = &gate.authority;
    let broken = gate.file("broken.bundle", b"not a bundle");
    let hostile = serving(a.day(9).signed_by(&[]).repository());
    for (n, bad, reason) in [
        (2, broken.to_str().unwrap(), "not-a-bundle"),
        (4, &hostile.url(""), "under-signed"),
        (6, "http://127.0.0.1:9/", "transport-unreachable"),
    ] {
        for (n, first) in [(n, true), (n + 1, false)] {
            let server = serving(a.day(n).repository());
            let good = server.url("");
            let from = if first { [bad, &good] } else { [&good, bad] };
            let done = update_from(&gate, &from);
            assert_eq!((done.status, snapshot(&gate)), (0, n), "{done:?}");
            let lines = done.json();
            let (failed, taken) = if first {
                (&lines[0], &lines[1])
            } else {
                (&lines[1], &lines[0])
            };
            assert_eq!(
                (&failed["taken"], &failed["reason"]),
                (&false.into(), &reason.into()),
                "{failed}"
            );
            assert_eq!((&taken["taken"], &taken["changed"]), (&true.into(), &true.into()));
            // For a person the same, on standard error.
            let told = gate.run("update", ["--from"].iter().chain(&from));
            assert_eq!((told.status, told.stderr.lines().count()), (0, 1), "{told:?}");
        }
    }
    let none = update_from(&gate, &[broken.to_str().unwrap(), "http://127.0.0.1:9/"]);
    assert_eq!(
        (none.status, none.json().len(), none.error().as_str()),
        (1, 2, "update-not-taken")
    );
}

/// Where there is no store, an update makes none.
#[test]
fn an_update_without_a_store_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let bundle = folder.path().join("day.bundle");
    fs::write(&bundle, Authority::new().day(1).repository().bundle()).unwrap();
    let done = run([
        "update",
        "--json",
        "--store",
        store.to_str().unwrap(),
        "--from",
        bundle.to_str().unwrap(),
    ]);
    assert_eq!((done.status, done.error().as_str()), (1, "not-a-store"));
    assert!(!store.exists(), "where a store is to be made there must be nothing");
}

/// A day whose list and column are of a megabyte each.
fn large_day(gate: &Gate) -> Repository {
    let a = &gate.authority;
    let key = (Role::Status, 0);
    let made = a.made.plus(2);
    let list = a.list(key, 2, made, &StatusList::new(vec![0; 1 << 20]).unwrap());
    let column = a.column(key, 2, made, &(a.made, vec![7; 1 << 20]));
    a.day(2).without(StatusKind::Delta).with(list).with(column).repository()
}

const LIST: &str = "/status/east/2.status";
const COLUMN: &str = "/status/east/negative-test/2.column";

/// A server whose line breaks within a file, and stays broken for that file until it is told to be well.
struct Breaking {
    server: Server,
    well: Arc<AtomicBool>,
}

impl Breaking {
    fn new(files: Repository, path: &'static str, after: usize) -> Self {
        let well = Arc::new(AtomicBool::new(false));
        let is_well = well.clone();
        let server = Server::start(move |request| {
            let answer = file(&files, request);
            match request.target == path && !is_well.load(Ordering::SeqCst) {
                true if request.range().is_none() => answer.cut(after),
                true => Answer::new(503),
                false => answer,
            }
        });
        Self { server, well }
    }

    /// The requests of one update, after which `reason` tells why it was not taken.
    #[track_caller]
    fn update(&self, gate: &Gate, reason: Option<&str>) -> Vec<(String, Option<usize>)> {
        let before = self.server.requests().len();
        let done = update_from(gate, &[&self.server.url("")]);
        assert_eq!(
            (done.status, done.json()[0]["reason"].as_str()),
            (i32::from(reason.is_some()), reason),
            "{done:?}"
        );
        let requests = self.server.requests().into_iter().skip(before);
        let pinned = requests.filter(|request| request.target.starts_with("/status"));
        pinned
            .map(|request| (request.target.clone(), request.range().map(|range| range.start)))
            .collect()
    }

    fn mend(&self) {
        self.well.store(true, Ordering::SeqCst);
    }
}

#[test]
fn an_interrupted_download_is_resumed_by_a_later_process() {
    let gate = gate();
    let breaking = Breaking::new(large_day(&gate), LIST, 600_000);
    let before = status(&gate);
    let asked = breaking.update(&gate, Some("transport-refused"));
    assert_eq!(asked[0], (LIST.to_owned(), None));
    assert!(
        asked[1..]
            .iter()
            .all(|(path, start)| path == LIST && *start == Some(600_000)),
        "{asked:?}"
    );
    assert_eq!(status(&gate), before);
    breaking.mend();
    let sent = breaking.server.sent();
    let asked = breaking.update(&gate, None);
    assert_eq!(asked, [(LIST.to_owned(), Some(600_000)), (COLUMN.to_owned(), None)]);
    println!(
        "after 600000 bytes, {} more for two files of a megabyte",
        breaking.server.sent() - sent
    );
    assert_eq!(snapshot(&gate), 2);
    assert_eq!(fs::read_dir(gate.store().join("incoming")).unwrap().count(), 0);
}

/// The file in which the line broke, whichever it was.
#[test]
fn a_later_file_is_resumed_too() {
    let gate = gate();
    let breaking = Breaking::new(large_day(&gate), COLUMN, 300_000);
    let asked = breaking.update(&gate, Some("transport-refused"));
    assert_eq!(asked[..2], [(LIST.to_owned(), None), (COLUMN.to_owned(), None)]);
    breaking.mend();
    let asked = breaking.update(&gate, None);
    let column: Vec<_> = asked.iter().filter(|(path, _)| path == COLUMN).collect();
    assert_eq!(column, [&(COLUMN.to_owned(), Some(300_000))]);
    assert_eq!(snapshot(&gate), 2);
}

/// What lies in the store between two attempts is not believed either.
#[test]
fn a_part_that_was_spoilt_costs_a_download_and_no_more() {
    let gate = gate();
    let breaking = Breaking::new(large_day(&gate), LIST, 600_000);
    breaking.update(&gate, Some("transport-refused"));
    let part = fs::read_dir(gate.store().join("incoming"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(part, vec![9; 600_000]).unwrap();
    breaking.mend();
    let asked = breaking.update(&gate, None);
    assert_eq!(asked[..2], [(LIST.to_owned(), Some(600_000)), (LIST.to_owned(), None)]);
    assert_eq!(snapshot(&gate), 2);
}

/// A part is of one file: where the snapshot names another one meanwhile, it is of no use.
#[test]
fn a_newer_snapshot_begins_a_download_anew() {
    let gate = gate();
    let breaking = Breaking::new(large_day(&gate), LIST, 600_000);
    breaking.update(&gate, Some("transport-refused"));
    let newer = serving(gate.authority.day(3).repository());
    let done = update_from(&gate, &[&newer.url("")]);
    assert_eq!((done.status, snapshot(&gate)), (0, 3), "{done:?}");
    assert!(newer.requests().iter().all(|request| request.range().is_none()));
    assert_eq!(fs::read_dir(gate.store().join("incoming")).unwrap().count(), 0);
}

/// A captive portal: every path is a page, with a status that says that all is well.
#[test]
fn a_portal_that_answers_everything_with_its_own_page_is_no_repository() {
    let gate = gate();
    let before = status(&gate);
    let portal = Server::start(|_| Answer::file("<html>Welcome</html>").header("Content-Type", "text/html"));
    let done = update_from(&gate, &[&portal.url("")]);
    assert_eq!(done.json()[0]["reason"], "malformed-envelope", "{done:?}");
    assert_eq!(asked(&portal), [format!("/{NEWEST}")]);
    let elsewhere = Server::start(move |_| Answer::new(302).header("Location", portal.url("/login")).end(End::Cut));
    assert_eq!(
        update_from(&gate, &[&elsewhere.url("")]).json()[0]["reason"],
        "malformed-envelope"
    );
    assert_eq!(status(&gate), before);
}
