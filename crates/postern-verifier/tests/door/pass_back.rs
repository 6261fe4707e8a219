//! Pass-back: who was admitted here a short time ago is referred, by the code and by the person.

use rustix::process::Signal;
use serde_json::json;

use crate::papers::{CARD, card_tag};
use crate::site::{Site, said, tag_of};

#[test]
fn the_same_code_again_is_referred_with_the_time() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    let first = scan.ask(&site.good(1));
    assert_eq!(said(&first), "admit");
    let again = scan.ask(&site.good(1));
    assert_eq!(said(&again), "refer seen-here");
    assert_eq!(again["seen_here"], first["time"]);
    assert_eq!(said(&scan.ask(&site.good(2))), "admit", "somebody else");
    // Being seen again does not begin the time anew.
    assert_eq!(scan.ask(&site.good(1))["seen_here"], first["time"]);
    scan.end();
    assert_eq!(
        site.rows("outcome reasons"),
        ["admit ", "refer seen-here", "admit ", "refer seen-here"]
    );
}

#[test]
fn two_codes_of_one_person_are_one_person() {
    let site = Site::new();
    let tag = Some(card_tag(CARD));
    let mut scan = site.scan([""; 0]);
    assert_eq!(said(&scan.ask(&site.bound(1, tag))), "admit");
    let other = scan.ask(&site.bound(2, tag));
    assert_eq!(said(&other), "refer seen-here");
    // Codes without a tag are known by themselves alone.
    assert_eq!(said(&scan.ask(&site.bound(3, None))), "admit");
    assert_eq!(said(&scan.ask(&site.bound(4, None))), "admit");
    assert_eq!(said(&scan.ask(&site.bound(3, None))), "refer seen-here");
}

#[test]
fn people_who_work_there_come_and_go() {
    let site = Site::new();
    site.configure(&format!("[pass-back]\nexempt = [\"{}\"]\n", tag_of(1)));
    let mut scan = site.scan([""; 0]);
    for _ in 0..3 {
        assert_eq!(said(&scan.ask(&site.good(1))), "admit");
    }
    assert_eq!(said(&scan.ask(&site.good(2))), "admit");
    assert_eq!(said(&scan.ask(&site.good(2))), "refer seen-here");
}

#[test]
fn who_was_refused_or_referred_may_try_again() {
    let site = Site::new();
    let mut scan = site.scan([""; 0]);
    let tag = Some(card_tag(CARD));
    for _ in 0..2 {
        let refused = scan.ask(&site.refused(1));
        assert_eq!(
            (&refused["outcome"], &refused["seen_here"]),
            (&json!("refuse"), &json!(null))
        );
        let referred = scan.ask(&site.referred(2));
        assert_eq!(
            (&referred["outcome"], &referred["seen_here"]),
            (&json!("refer"), &json!(null))
        );
    }
    // With a better code the same person is admitted, once.
    assert_eq!(said(&scan.ask(&site.good(1))), "admit");
    assert_eq!(said(&scan.ask(&site.good(1))), "refer seen-here");
    // Whom a person let in is in, too.
    assert_eq!(scan.ask(&site.referred(5))["outcome"], "refer");
    assert_eq!(
        said(&scan.command("override a-17 admit document-seen")),
        "admit document-seen"
    );
    assert_eq!(said(&scan.ask(&site.good(5))), "refer seen-here");
    // And a bad code of somebody who is in says what is bad about it.
    assert_eq!(said(&scan.ask(&site.bound(6, tag))), "admit");
    assert_eq!(scan.ask(&site.refused(1))["seen_here"], json!(null));
}

#[test]
fn without_a_window_there_is_no_such_rule() {
    let site = Site::new();
    site.configure("[pass-back]\nwindow = 0\n");
    let mut scan = site.scan([""; 0]);
    for _ in 0..3 {
        let verdict = scan.ask(&site.good(1));
        assert_eq!(
            (said(&verdict).as_str(), &verdict["seen_here"]),
            ("admit", &json!(null))
        );
    }
}

#[test]
fn the_window_ends() {
    let site = Site::new();
    site.configure("[pass-back]\nwindow = 3\n");
    let mut scan = site.scan([""; 0]);
    assert_eq!(said(&scan.ask(&site.good(1))), "admit");
    assert_eq!(said(&scan.ask(&site.good(1))), "refer seen-here");
    std::thread::sleep(std::time::Duration::from_millis(3100));
    assert_eq!(said(&scan.ask(&site.good(1))), "admit");
}

/// Killed, as in a power cut, and started again: what is remembered is what the log holds.
#[test]
fn a_restart_lets_nobody_in_twice() {
    let site = Site::new();
    let tag = Some(card_tag(CARD));
    let mut scan = site.scan([""; 0]);
    let first = scan.ask(&site.bound(1, tag));
    assert_eq!(said(&first), "admit");
    assert_eq!(scan.ask(&site.referred(2))["outcome"], "refer");
    assert_eq!(
        said(&scan.command("override a-17 admit document-seen")),
        "admit document-seen"
    );
    assert_eq!(scan.ask(&site.refused(3))["outcome"], "refuse");
    scan.signal(Signal::KILL);
    scan.rest();

    let mut scan = site.scan([""; 0]);
    assert_eq!(scan.ready["size"], 4);
    let again = scan.ask(&site.bound(1, tag));
    assert_eq!(
        (said(&again).as_str(), &again["seen_here"]),
        ("refer seen-here", &first["time"])
    );
    assert_eq!(said(&scan.ask(&site.bound(9, tag))), "refer seen-here", "by the person");
    assert_eq!(said(&scan.ask(&site.good(2))), "refer seen-here", "whom staff let in");
    assert_eq!(said(&scan.ask(&site.good(3))), "admit", "who was refused");
    scan.end();
    drop(site.log());
}
