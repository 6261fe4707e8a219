//! Drop boxes on servers, with good and bad manners.

use postern_core::keys::Signer;
use postern_log::Log;

use crate::common::{Gate, MADE};
use crate::evidence::{Auditor, event, fill, gate, key, log, run, sent, sync, tip};
use crate::server::{Manner, Server};
use crate::{Watch, came, drop_box, note, start};

#[test]
fn a_server_that_takes_put_is_a_drop_box() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 300);
    let server = Server::start(Manner::Take);
    let done = run(&gate, &server.url(), &[]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(server.names(), ["0-300.log"]);
    let path = postern_log::bundle::receipt_path(&key(&gate), &auditor.key.public());
    let receipt = auditor.receipt(&note(&gate, tip(&gate)), MADE.plus(9));
    server.leave(&path, receipt.into_bytes());
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
        (Manner::Refuse(429), "The drop box is busy"),
        (Manner::Refuse(503), "The drop box is busy"),
        (Manner::Refuse(503), "with --watch it tries again by itself"),
        (Manner::Refuse(507), "make room"),
        (Manner::Refuse(418), "Run it again"),
        (Manner::Cut, "Run it again"),
    ] {
        server.behave(manner);
        let done = gate.run("sync", ["--lang", "en", "--to", &server.url()]);
        assert_eq!(done.status, 1);
        assert!(done.stderr.contains(words), "{words}: {}", done.stderr);
        assert_eq!(server.names(), [""; 0]);
    }
    server.behave(Manner::Mute);
    for _ in ["the first time", "again, because nobody says that it is there"] {
        assert_eq!(sent(&run(&gate, &server.url(), &[]).json()[0]), [(0, 300)]);
    }
    assert_eq!(server.names(), ["0-300.log"]);
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

    let server = Server::start(Manner::Hold);
    let child = start(&gate, &server.url(), &[]);
    server.wait_for_a_file();
    let done = gate.check(["--json", &gate.authority.good()]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(server.names(), [""; 0]);
    server.behave(Manner::Take);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    // What was logged meanwhile is left to the next time.
    assert_eq!(server.names(), ["0-301.log"]);
    assert_eq!(tip(&gate).size, 302);
}

/// A gate whose log makes two parts.
fn two_parts(auditor: &Auditor) -> Gate {
    let gate = gate(&[auditor]);
    fill(&gate, 70_000);
    gate
}

#[test]
fn what_is_pruned_while_a_part_is_carried_is_left_off_from_the_next() {
    let auditor = Auditor::new(1);
    let gate = two_parts(&auditor);
    let server = Server::start(Manner::Take);
    let log = log(&gate);
    // The size of a checkpoint.
    server.meanwhile(move || {
        Log::open(&log).unwrap().prune(66_560).unwrap();
    });
    let done = run(&gate, &server.url(), &[]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(sent(&done.json()[0]), [(0, 65_536), (66_560, 70_000)]);
    assert_eq!(server.names(), ["0-65536.log", "66560-70000.log"]);
}

#[test]
fn a_part_that_is_refused_holds_up_no_other_and_is_told() {
    let auditor = Auditor::new(1);
    let gate = two_parts(&auditor);
    let server = Server::start(Manner::Take);
    for status in [409, 413] {
        server.behave(Manner::RefuseOne("0-", status));
        let done = run(&gate, &server.url(), &["--again"]);
        assert_eq!((done.status, done.error().as_str()), (1, "sync"));
        let told = &done.json()[0];
        assert_eq!(told["done"], false);
        assert_eq!(told["reason"], "transport-refused");
        assert_eq!(sent(told), [(65_536, 70_000)]);
        let refused = told["refused"].as_array().unwrap();
        assert_eq!(refused.len(), 1);
        assert_eq!(
            (&refused[0]["from"], &refused[0]["to"], &refused[0]["reason"]),
            (&0.into(), &65_536.into(), &"transport-refused".into())
        );
        let message = refused[0]["message"].as_str().unwrap();
        assert!(message.contains(&status.to_string()), "{message}");
        assert_eq!(server.names(), ["65536-70000.log"]);
    }
    for (language, words, hint) in [
        ("en", "! Events 0 to 65536 were not taken", "up to 64 MiB"),
        ("zh-CN", "! 第 0 至 65536 条记录未被接收", "64 MiB"),
    ] {
        let done = gate.run("sync", ["--lang", language, "--to", &server.url()]);
        assert!(done.stdout.contains(words), "{}", done.stdout);
        assert!(done.stderr.contains(hint), "{}", done.stderr);
    }
    // Beside a place that has all of it, it is told and no failure.
    let place = drop_box();
    let done = gate.run(
        "sync",
        ["--json", "--to", &server.url(), place.path().to_str().unwrap()],
    );
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert_eq!(
        (&done.json()[0]["done"], &done.json()[1]["done"]),
        (&false.into(), &true.into())
    );
    server.behave(Manner::Take);
    let done = run(&gate, &server.url(), &[]);
    assert_eq!(
        (sent(&done.json()[0]), &done.json()[0]["there"]),
        (vec![(0, 65_536)], &1.into())
    );
}

#[test]
fn what_is_refused_by_the_place_ends_it() {
    let auditor = Auditor::new(1);
    let gate = two_parts(&auditor);
    let server = Server::start(Manner::Take);
    for status in [401, 403, 404, 405, 429, 503] {
        server.behave(Manner::Refuse(status));
        let done = run(&gate, &server.url(), &[]);
        assert_eq!((done.status, done.error().as_str()), (1, "sync"));
        assert_eq!(done.stdout, "", "nothing was carried: {status}");
        assert_eq!(server.sent(), ["0-65536.log"], "{status}");
    }
    // What was carried before is told.
    server.behave(Manner::RefuseOne("65536-", 403));
    let done = run(&gate, &server.url(), &[]);
    assert_eq!((done.status, done.error().as_str()), (1, "sync"));
    let told = &done.json()[0];
    assert_eq!(
        (&told["done"], &told["reason"]),
        (&false.into(), &"transport-refused".into())
    );
    assert_eq!(
        (sent(told), told["refused"].as_array().unwrap().len()),
        (vec![(0, 65_536)], 0)
    );
}

#[test]
fn an_answer_that_came_before_the_whole_part_is_told() {
    let auditor = Auditor::new(1);
    let gate = gate(&[&auditor]);
    fill(&gate, 30_000);
    let server = Server::start(Manner::Take);
    for (status, words) in [
        (403, "have its operator allow it"),
        (413, "64 MiB"),
        (503, "The drop box is busy"),
    ] {
        server.behave(Manner::RefuseEarly(status));
        let done = gate.run("sync", ["--lang", "en", "--to", &server.url()]);
        assert_eq!(done.status, 1);
        assert!(done.stderr.contains(words), "{words}: {}", done.stderr);
    }
}

#[test]
fn a_watch_tells_a_refused_part_once_and_carries_it_when_it_is_taken() {
    let auditor = Auditor::new(1);
    let gate = two_parts(&auditor);
    let server = Server::start(Manner::RefuseOne("0-", 409));
    let mut watch = Watch::start(&gate, &server.url(), &["--every", "1"]);
    let told = watch.next();
    assert_eq!((&told["done"], sent(&told)), (&false.into(), vec![(65_536, 70_000)]));
    assert_eq!(server.sent(), ["0-65536.log", "65536-70000.log"]);
    // Again, without a word.
    server.wait_for_a_file();
    server.behave(Manner::Take);
    let told = watch.next();
    assert_eq!((&told["done"], sent(&told)), (&true.into(), vec![(0, 65_536)]));
}
