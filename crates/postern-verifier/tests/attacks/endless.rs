//! More data than was promised, or than anybody has room for.

use std::fs::{self, File};
use std::path::Path;

use postern_core::keys::Role;
use postern_core::repository::NEWEST;
use postern_core::status::{Column, HOUR, NEGATIVE_TEST, StatusToken};
use postern_core::trust::StatusKind;

use crate::common::Repository;
use crate::common::day::{Day, LIST, column_of, list_of, statuses};
use crate::gate::Besieged;
use crate::server::{Answer, End, Framing, Request, Server, serve};

/// The status files of [`day`].
const LIST_FILE: &str = "status/east/4.status";
const COLUMN_FILE: &str = "status/east/negative-test/4.column";

/// A day that brings a pack, and the list and the column whole.
fn day(gate: &Besieged) -> Day {
    let mut day = gate.authority.day(4).without(StatusKind::Delta);
    day.pack.version = 2;
    day
}

/// A sparse file has any size and costs no disk.
fn grow(folder: &Path, path: &str, size: u64) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(path)
        .unwrap()
        .set_len(size)
        .unwrap();
}

#[test]
fn a_file_without_end_on_a_stick_is_not_read() {
    let gate = Besieged::on_day(3);
    let files = day(&gate).repository();
    let cases = [
        (NEWEST, "update-file-too-large"),
        ("pack/2.pack", "update-file-too-large"),
        ("root/2.root", "update-file-too-large"),
        (LIST_FILE, "transport-not-pinned"),
        (COLUMN_FILE, "transport-not-pinned"),
    ];
    for (i, (path, reason)) in cases.into_iter().enumerate() {
        let folder = gate.publish(&format!("stick-{i}"), &files);
        grow(&folder, path, 1 << 40);
        gate.refuses_in_little_room(folder, reason, None);
    }
    // And a bundle.
    let bundle = gate.gate.file("large.bundle", b"");
    File::options()
        .write(true)
        .open(&bundle)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let done = gate
        .gate
        .run("update", ["--json".as_ref(), "--from".as_ref(), bundle.as_os_str()]);
    assert_eq!((done.status, done.error().as_str()), (1, "file-too-large"), "{done:?}");
}

#[test]
fn a_file_that_is_larger_than_its_kind_may_be_is_refused() {
    let gate = Besieged::on_day(3);
    for (path, most) in [(NEWEST, 256 << 10), ("pack/2.pack", 4 << 20), ("root/2.root", 64 << 10)] {
        let mut files = day(&gate).repository();
        files.set(path, vec![0; most + 1]);
        gate.refuses_files(&files, "update-file-too-large", None);
    }
    // A pin does not make the bound larger.
    let file = vec![0; StatusToken::MAX_LEN + 1];
    let files = day(&gate).with(list_of(file, 4, statuses(4).bytes())).repository();
    gate.refuses(gate.publish("pinned", &files), "update-file-too-large", None);
    gate.refuses(
        gate.gate.file("pinned.bundle", &files.bundle()),
        "update-file-too-large",
        None,
    );
}

/// Each of them may be, all of them together are too much for a small machine.
#[test]
fn one_bundle_of_a_stick_is_in_memory_at_a_time() {
    let gate = Besieged::on_day(3);
    let stick = gate.gate.folder.path().join("stick");
    fs::create_dir(&stick).unwrap();
    let mut files = Repository::default();
    files.set("pack/9.pack", vec![0; 16 << 20]);
    for n in 0..24 {
        fs::write(stick.join(format!("{n}.bundle")), files.bundle()).unwrap();
    }
    gate.refuses_in_little_room(&stick, "update-incomplete", None);
}

/// Serves a repository, but for one path.
fn server(files: Repository, path: &'static str, answer: Answer) -> Server {
    Server::start(
        move |request: &Request| match request.target.strip_prefix('/').unwrap() {
            target if target == path => answer.clone(),
            target => files
                .0
                .get(target)
                .map_or(Answer::new(404), |file| serve(request, file)),
        },
    )
}

#[test]
fn an_answer_without_end_is_left() {
    let gate = Besieged::on_day(3);
    let cases = [
        (NEWEST, "update-file-too-large", 256 << 10),
        ("pack/2.pack", "update-file-too-large", 4 << 20),
        ("root/2.root", "update-file-too-large", 64 << 10),
        (LIST_FILE, "transport-not-pinned", 4 << 10),
        (COLUMN_FILE, "transport-not-pinned", 16 << 10),
    ];
    for (path, reason, most) in cases {
        for framing in [Framing::Chunked, Framing::None] {
            let answer = Answer::file(vec![0; 1 << 16]).framing(framing).end(End::Endless);
            let server = server(day(&gate).repository(), path, answer);
            gate.refuses_in_little_room(server.url(""), reason, None);
            // What the two systems hold on the way comes on top.
            assert!(
                server.sent() < most + (8 << 20),
                "{path}: {} bytes were taken",
                server.sent()
            );
        }
        let announced = Answer::file([0; 100])
            .framing(Framing::Announced(1 << 40))
            .end(End::Stall);
        let server = server(day(&gate).repository(), path, announced);
        gate.refuses(server.url(""), reason, None);
    }
    assert_eq!(gate.spooled(), 0, "nothing is kept of what cannot be right");
}

/// The ZLIB stream of so many zeros, at 13 bits for 258 of them (RFC 1951 section 3.2.6).
fn bomb(zeros: u32) -> Vec<u8> {
    let (mut stream, mut bits, mut count) = (vec![0x78, 0x01], 0u64, 0);
    let mut put = |code: u64, len: u32, stream: &mut Vec<u8>| {
        bits |= code << count;
        count += len;
        while count >= 8 {
            stream.push(bits as u8);
            (bits, count) = (bits >> 8, count - 8);
        }
    };
    // The last block, with fixed codes, which stand from their highest bit; then a zero.
    put(0b011, 3, &mut stream);
    put(0b0000_1100, 8, &mut stream);
    assert_eq!((zeros - 1) % 258, 0, "no rest");
    for _ in 0..(zeros - 1) / 258 {
        // Length 258, no further bits; distance 1.
        put(0b1010_0011, 13, &mut stream);
    }
    put(0, 7, &mut stream);
    put(0, 7, &mut stream);
    stream.extend(((zeros % 65521) << 16 | 1).to_be_bytes());
    stream
}

#[test]
fn a_stream_that_inflates_without_end_is_inflated_to_its_size() {
    let gate = Besieged::on_day(3);
    let a = &gate.authority;
    let status = (Role::Status, 0);
    // The bomb is one: it goes off where its size is pinned, and is refused for what comes out.
    let (small, large) = (bomb(258 * 8 + 1), bomb(258 * (1 << 22) + 1));
    let list = |zlib: &[u8], content: &[u8]| {
        let token = StatusToken::sign(&a.key(Role::Status, 0), &LIST.parse().unwrap(), 4, a.made.plus(4), zlib);
        day(&gate).with(list_of(token.unwrap(), 4, content)).repository()
    };
    gate.refuses_files(&list(&small, &[1; 258 * 8 + 1]), "not-pinned", Some("status"));
    for content in [statuses(4).bytes(), &[]] {
        let folder = gate.publish("list", &list(&large, content));
        gate.refuses_in_little_room(folder, "bad-content", Some("status"));
    }
    let hours = a.tests(4).1;
    let column = Column {
        list: LIST.parse().unwrap(),
        size: hours.len() as u64,
        unit: HOUR,
        column: NEGATIVE_TEST.parse().unwrap(),
        issued: a.made.plus(4),
        origin: a.made,
        zlib: large,
        version: 4,
    };
    let column = column_of(a.sign(column, &[status]), 4, &hours);
    let folder = gate.publish("column", &day(&gate).with(column).repository());
    gate.refuses_in_little_room(folder, "bad-content", Some("column"));
}
