//! What staff see on the screen beside the verdict: what a decision is about, and that a gate is none for people.

use crate::papers::CARD;
use crate::site::{BOTH, Site};
use crate::terminal::Terminal;
use crate::wire::Wire;

/// What stands in the warning of a gate that trusts keys that everybody has.
const DEMO: &str = "DEMONSTRATION KEYS";

/// Faces stay until something happens.
const STAYS: &str = "[screen]\nrevert = 600\n";

/// A gate with its screen, and a scanner that also reads documents.
fn at_the_screen(site: &Site) -> (Terminal, Wire) {
    site.configure(STAYS);
    let port = site.path("scanner");
    let wire = Wire::plug_in(&port);
    let source = format!("serial:{},reads=both", port.display());
    let terminal = Terminal::start(site, &["--source", &source]);
    terminal.shows(&["reads=both ready"]);
    (terminal, wire)
}

#[test]
fn a_decision_says_which_event_it_is_about() {
    let site = Site::new();
    let (mut terminal, mut wire) = at_the_screen(&site);
    wire.send(&format!("{}\r", site.refused(1)));
    terminal.shows(&["REFUSE 1"]);
    terminal.press('o');
    terminal.shows(&["About event 0: REFUSE"]);
    // The next person comes: the decision that was begun is not about them.
    wire.send(&format!("{}\r", site.referred(2)));
    terminal.shows(&["REFER 1"]);
    assert!(!terminal.text().contains("About event"), "{}", terminal.text());
    terminal.press('o');
    terminal.shows(&["About event 1: REFER"]);
    terminal.press('\u{1b}');
    terminal.lacks("About event");
    // An entry without a code is about nothing that was judged.
    terminal.press('m');
    terminal.shows(&["You have looked at a document"]);
    assert!(!terminal.text().contains("About event"), "{}", terminal.text());
}

#[test]
fn no_verdict_of_a_gate_with_demonstration_keys_goes_without_the_warning() {
    let site = Site::demo();
    let (mut terminal, mut wire) = at_the_screen(&site);
    terminal.shows(&["Scan the next code.", DEMO]);
    for (line, counted) in [
        (site.good(1), "ADMIT 1"),
        (site.refused(2), "REFUSE 1"),
        (site.referred(3), "REFER 1"),
        ("X".repeat(10_000), "FAULT 1"),
        (CARD.to_owned(), "Document compared with the code"),
    ] {
        wire.send(&format!("{line}\r"));
        // It stands below the warning, and is drawn after it.
        terminal.shows(&[counted]);
        assert!(terminal.text().contains(DEMO), "{counted}:\n{}", terminal.text());
    }
    // A dialog hides it as little.
    terminal.press('h');
    terminal.shows(&["The shift ends"]);
    assert!(terminal.text().contains(DEMO), "{}", terminal.text());
}

/// The other two views: each object says so, and lines begin with it, in both languages.
#[test]
fn lines_and_objects_of_demonstration_keys_say_so() {
    let site = Site::demo();
    let mut scan = site.scan(BOTH);
    for line in [site.good(1), site.refused(2), site.referred(3), CARD.to_owned()] {
        let told = scan.ask(&line);
        assert_eq!(told["demo"], true, "{told}");
    }
    scan.end();
    let events = site.log().reader().recent(9).unwrap();
    assert_eq!(
        events.iter().filter(|event| event.details().flags.demo_trust).count(),
        4
    );
    let line = site.good(4) + "\n";
    let args = ["--view", "lines", "--lang", "en"];
    let done = site.gate.run_with("scan", args, line.as_bytes());
    assert!(done.stdout.contains("ADMIT"), "{}", done.stdout);
    let warned = done.stderr.contains(DEMO) && done.stderr.contains("演示密钥");
    assert!(warned, "{}", done.stderr);
}
