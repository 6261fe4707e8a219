//! Documents that a machine reads: compared with a code, or entered alone, and never kept.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::Duration;

use postern_core::tag::Document;
use serde_json::json;

use crate::papers::{CARD, card_tag, passport, resident, tag_key};
use crate::site::{BOTH, Scan, Site, said};
use crate::wire::Wire;

fn hex(tag: postern_core::record::DocumentTag) -> String {
    postern_core::hex(&tag.0.0)
}

/// Whether any file of the store holds these bytes.
fn holds(folder: &Path, part: &[u8]) -> bool {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .any(|path| match path.is_dir() {
            true => holds(&path, part),
            false => fs::read(&path)
                .unwrap()
                .windows(part.len())
                .any(|window| window == part),
        })
}

#[test]
fn a_document_that_matches_confirms_the_code() {
    let site = Site::with_tag_key();
    let mut scan = site.scan(BOTH);
    let admitted = scan.ask(&site.bound(1, Some(card_tag(CARD))));
    assert_eq!(said(&admitted), "admit");
    let entry = scan.ask(&CARD.to_lowercase());
    assert_eq!((said(&entry).as_str(), &entry["kind"]), ("admit", &json!("document")));
    assert_eq!((&entry["about"], &entry["code"]), (&admitted["seq"], &admitted["code"]));
    // A refusal stays one.
    assert_eq!(scan.ask(&site.refused(1))["outcome"], "refuse");
    scan.end();
    assert_eq!(
        site.rows("kind source about"),
        ["code scanner -", "document document 0", "code scanner -"]
    );
}

#[test]
fn a_wrong_document_is_referred_and_the_right_one_is_compared_again() {
    let site = Site::with_tag_key();
    let mut scan = site.scan(BOTH);
    assert_eq!(said(&scan.ask(&site.bound(1, Some(card_tag(CARD))))), "admit");
    let wrong = scan.ask(&resident("11010519491231003"));
    assert_eq!(said(&wrong), "refer document-mismatch");
    assert_eq!(wrong["about"], 0);
    let right = scan.ask(CARD);
    assert_eq!(
        (said(&right).as_str(), &right["about"], &right["kind"]),
        ("admit", &json!(0), &json!("document"))
    );
    // It is used up: the next document is a person of their own.
    let next = scan.ask(&resident("11010519491231004"));
    assert_eq!((&next["kind"], &next["about"]), (&json!("manual"), &json!(null)));
}

#[test]
fn a_code_that_names_no_document_is_compared_by_people() {
    let site = Site::with_tag_key();
    let mut scan = site.scan(BOTH);
    assert_eq!(said(&scan.ask(&site.bound(1, None))), "admit");
    assert_eq!(said(&scan.ask(CARD)), "refer document-not-bound");
    // Of an epoch whose key this gate lacks: the first byte of a tag is its epoch.
    assert_eq!(said(&scan.ask(&site.good(3))), "admit");
    assert_eq!(said(&scan.ask(CARD)), "refer document-not-bound");
    // A refusal does not become a reference.
    let refused = scan.ask(&site.refused(4));
    let entry = scan.ask(CARD);
    assert_eq!(entry["outcome"], "refuse");
    assert_eq!(entry["reasons"], json!(["document-not-bound", refused["reasons"][0]]));
}

#[test]
fn a_gate_without_a_tag_key_compares_nothing_and_enters_no_tag() {
    let site = Site::new();
    let mut scan = site.scan(BOTH);
    assert_eq!(said(&scan.ask(&site.bound(1, Some(card_tag(CARD))))), "admit");
    assert_eq!(said(&scan.ask(CARD)), "refer document-not-bound");
    let alone = scan.ask(&resident("11010519491231007"));
    assert_eq!(
        (said(&alone).as_str(), &alone["document_tag"]),
        ("refer no-code-shown", &json!(null))
    );
    assert_eq!(
        said(&scan.ask("110105194912310021")),
        "fault document-check-digit",
        "it is checked all the same"
    );
}

#[test]
fn without_a_code_a_person_decides() {
    let site = Site::with_tag_key();
    let mut scan = site.scan(BOTH);
    let entry = scan.ask(CARD);
    assert_eq!(
        (said(&entry).as_str(), &entry["kind"]),
        ("refer no-code-shown", &json!("manual"))
    );
    assert_eq!(entry["document_tag"], json!(hex(card_tag(CARD))));
    let decided = scan.command("override a-17 admit document-seen");
    assert_eq!(
        (&decided["about"], &decided["document_tag"]),
        (&entry["seq"], &entry["document_tag"])
    );
    // A card that stays on the reader is one document.
    assert_eq!(scan.ask(CARD), json!({ "type": "same-document" }));
    let code = site.bound(1, Some(card_tag(CARD)));
    assert_eq!(
        said(&scan.ask(&code)),
        "refer seen-here",
        "who was let in is known again"
    );
    scan.end();
    assert_eq!(
        site.rows("kind source operator"),
        ["manual document -", "override hand a-17", "code scanner -"]
    );
}

/// A scanner of codes on a port, and a reader of documents.
fn at_two_readers(site: &Site) -> (Scan, Wire) {
    let port = site.path("scanner");
    let wire = Wire::plug_in(&port);
    let codes = format!("serial:{}", port.display());
    let scan = site.scan(["--source", &codes, "--source", "stdin,reads=documents"]);
    assert_eq!(scan.next()["state"], "ready");
    (scan, wire)
}

#[test]
fn without_a_code_the_configuration_may_admit() {
    let site = Site::with_tag_key();
    site.configure("[document]\nwithout-code = \"admit\"\nwindow = 1\n");
    let [number, kept_out] = ["11010519491231005", "11010519491231006"].map(resident);
    let (mut scan, mut wire) = at_two_readers(&site);
    let mut code = |scan: &Scan, text: String| {
        wire.send(&format!("{text}\r"));
        said(&scan.next())
    };
    assert_eq!(said(&scan.ask(&number)), "admit");
    assert_eq!(
        code(&scan, site.bound(1, Some(card_tag(&number)))),
        "refer seen-here",
        "with a code, too"
    );
    let [first, second] = passport("E00000017");
    scan.send(&first);
    let entry = scan.ask(&second);
    // It belongs to the code before it, which it does not match.
    assert_eq!(
        (said(&entry).as_str(), &entry["kind"]),
        ("refer document-mismatch seen-here", &json!("document"))
    );
    // Whom a code has kept out, the document alone does not let in afterwards.
    assert_eq!(
        code(&scan, site.bound_to_west(2, card_tag(&kept_out))),
        "refer rule-refers"
    );
    assert_eq!(said(&scan.ask(&kept_out)), "refer rule-refers");
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(said(&scan.ask(&kept_out)), "refer no-code-shown");
    scan.stop();
    let rows = site.rows("kind outcome person");
    assert_eq!(rows[0], format!("manual admit {}", hex(card_tag(&number))));
    assert_eq!(rows[5], format!("manual refer {}", hex(card_tag(&kept_out))));
}

/// Anybody can print a number with a good check digit: where it would open a door it comes from a reader of documents.
#[test]
fn a_scanner_of_codes_is_no_reader_of_documents() {
    let site = Site::with_tag_key();
    let mut scan = site.scan([""; 0]);
    assert_eq!(said(&scan.ask(CARD)), "refuse not-a-code");
    scan.end();
    for rule in ["required = true", "without-code = \"admit\""] {
        site.configure(&format!("[document]\n{rule}\n"));
        let done = site.gate.run("scan", ["--json", "--source", "stdin,reads=both"]);
        assert_eq!((done.status, done.stdout.as_str()), (1, ""), "{rule}: {done:?}");
        assert_eq!(done.error(), "config", "{rule}");
    }
}

#[test]
fn a_passport_comes_in_two_lines() {
    let site = Site::with_tag_key();
    let tag = tag_key().tag(&Document::new("passport", "CN", "E00000017").unwrap());
    let [first, second] = passport("E00000017");
    let mut scan = site.scan(BOTH);
    scan.send(&first);
    let entry = scan.ask(&second);
    assert_eq!(
        (said(&entry).as_str(), &entry["document_tag"]),
        ("refer no-code-shown", &json!(hex(tag)))
    );
    assert_eq!(said(&scan.ask(&site.bound(1, Some(tag)))), "admit");
    scan.send(&first);
    assert_eq!(said(&scan.ask(&second)), "admit");
    // One digit misread.
    scan.send(&first);
    assert_eq!(
        said(&scan.ask(&second.replacen('7', "8", 1))),
        "fault document-check-digit"
    );
    // Half of it, and then a code: both are told.
    scan.send(&first);
    assert_eq!(said(&scan.ask(&site.good(2))), "fault document-incomplete");
    assert_eq!(said(&scan.next()), "admit");
    // Half of it, and nothing.
    scan.send(&first);
    assert_eq!(said(&scan.next()), "fault document-incomplete");
    let (_, status) = scan.end();
    assert!(status.success());
    assert_eq!(site.rows("kind"), ["manual", "code", "document", "code"]);
}

#[test]
fn no_file_of_the_store_holds_a_number() {
    let site = Site::with_tag_key();
    let [first, second] = passport("E00000017");
    let mut scan = site.scan(BOTH);
    let wrong = "110105194912310021";
    scan.ask(&site.bound(1, Some(card_tag(CARD))));
    for number in [CARD, &resident("11010519491231004"), &resident("11010519491231007")] {
        assert_eq!(scan.ask(number)["type"], "entry");
    }
    assert_eq!(scan.ask(wrong)["type"], "fault");
    scan.send(&first);
    assert_eq!(scan.ask(&second)["type"], "entry");
    // While it runs, with what is not in the database file yet, and after.
    let check = |scan: Option<Scan>| {
        for number in [CARD, wrong, "110105194912310", "E00000017"] {
            assert!(!holds(&site.store(), number.as_bytes()), "{number}");
            assert!(!holds(&site.store(), number.to_lowercase().as_bytes()), "{number}");
        }
        assert!(
            holds(&site.store(), &card_tag(CARD).0.0),
            "the tag is what is looked for"
        );
        scan.map(Scan::end)
    };
    check(Some(scan));
    check(None);
}

#[test]
fn a_document_that_comes_late_is_not_compared() {
    let site = Site::with_tag_key();
    site.configure("[document]\nwindow = 1\n");
    let mut scan = site.scan(BOTH);
    let tag = Some(card_tag(CARD));
    assert_eq!(said(&scan.ask(&site.bound(1, tag))), "admit");
    std::thread::sleep(Duration::from_millis(1100));
    let entry = scan.ask(CARD);
    assert_eq!(
        (said(&entry).as_str(), &entry["kind"]),
        ("refer seen-here", &json!("manual"))
    );
}

/// A gate that starts with its passphrase compares; one that starts alone leaves it to people.
#[test]
fn the_tag_key_of_a_gate_with_a_passphrase_needs_it() {
    let secret = "made up, for this test only";
    let site = Site::with_passphrase(secret);
    let code = |index| site.bound(index, Some(card_tag(CARD)));
    let mut scan = site.scan(BOTH);
    assert_eq!(said(&scan.ask(&code(1))), "admit");
    assert_eq!(said(&scan.ask(CARD)), "refer document-not-bound");
    scan.end();
    site.configure("[pass-back]\nwindow = 0\n");
    let file = site.secret("passphrase", secret);
    let mut scan = site.scan(
        BOTH.map(OsStr::new)
            .into_iter()
            .chain(["--passphrase-file".as_ref(), file.as_os_str()]),
    );
    assert_eq!(said(&scan.ask(&code(2))), "admit");
    assert_eq!(said(&scan.ask(CARD)), "admit");
    scan.end();
    let wrong = site.secret("wrong", "another one");
    let done = site.gate.run(
        "scan",
        ["--json".as_ref(), "--passphrase-file".as_ref(), wrong.as_os_str()],
    );
    assert_eq!((done.status, done.stdout.as_str()), (1, ""), "{done:?}");
    assert_eq!(done.error(), "seal-wrong-passphrase");
    for folder in [site.store(), site.gate.folder.path().to_owned()] {
        let held = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let held = held.filter(|path| path.is_file() && *path != file);
        assert!(
            held.into_iter().all(|path| !read(&path).contains(secret)),
            "{}",
            folder.display()
        );
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// A reader of documents beside a scanner of codes: what is no document is a fault, and no code.
#[test]
fn a_source_of_documents_reads_no_codes() {
    let site = Site::with_tag_key();
    let mut scan = site.scan(["--source", "stdin,reads=documents"]);
    assert_eq!(said(&scan.ask(&site.good(1))), "fault not-a-document");
    assert_eq!(said(&scan.ask(CARD)), "refer no-code-shown");
    scan.end();
}
