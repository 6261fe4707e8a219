//! The page of a small city: complete in both languages, closed to whatever its names say, the same each time.

use std::collections::BTreeMap;

use postern_log::{Flags, Grade, NewEvent, Outcome};

use super::*;
use crate::archive::{ForkRow, RefusedRow, Sighting, WaitingRow};
use crate::findings::Kind;
use crate::findings::city::{Memory, code, gate, manual, override_of};
use crate::recheck::Why;

const HOUR: u64 = 3600;
/// 2026-11-23T00:00:00Z.
const DAY: u64 = 1_795_392_000;
const NAME: &str = "<script>alert('1')</script>";

/// Four gates, a name that is none, and something of many kinds.
fn archive() -> Memory {
    let mut memory = Memory::of((1..=4).map(|id| gate(id, 34.2 + id as f64 / 5.0, 108.9, 0)).collect());
    memory.gates[2].name = NAME.to_owned();
    memory.gates[1].place = Some("North wing & \"lift\"".to_owned());
    for id in 1..=4 {
        for h in 0..18 {
            for i in 0..40 {
                let time = DAY + h * HOUR + i * 80;
                let outcome = match i {
                    0 if id == 3 || h % 3 == 0 => Outcome::Refuse,
                    1..=30 if id == 2 && h > 2 => Outcome::Refuse,
                    2 => Outcome::Refer,
                    _ => Outcome::Admit,
                };
                let (grade, age) = match h {
                    0..=5 => (Grade::Fresh, 3000),
                    6..=11 => (Grade::Aging, 90_000),
                    _ => (Grade::Stale, 90_000 + 2 * h * 20_000),
                };
                let mut pseudonym = [0; 16];
                pseudonym[..8].copy_from_slice(&(id as u64 * 100_000 + h * 100 + i).to_be_bytes());
                let event = NewEvent {
                    code: Some(pseudonym),
                    grade,
                    age,
                    flags: Flags {
                        clock_suspect: id == 1 && (4..6).contains(&h),
                        emergency: h > 14,
                        ..Flags::default()
                    },
                    ..code(time, outcome)
                };
                let about = memory.add(id, event);
                if outcome == Outcome::Refuse && i == 0 {
                    memory.add(id, override_of(time + 5, "op.1", about, Outcome::Admit));
                }
            }
            memory.add(id, manual(DAY + h * HOUR + 3500, "op-2"));
        }
    }
    memory.seal(256);
    for (i, gate) in [1, 2, 1].into_iter().enumerate() {
        memory.sightings.push(Sighting {
            who: 0xabcd,
            time: DAY + 1000 + i as u64 * 20,
            gate,
            seq: i as u64,
            is_person: true,
        });
    }
    let fork = ForkRow {
        id: 1,
        gate: 3,
        at: Some(40),
        ours: String::new(),
        theirs: String::new(),
        our_times: Some((DAY, DAY + 90)),
        their_times: Some((DAY + 20, DAY + 95)),
        seen: DAY + 80_000,
        digest: [0; 32],
    };
    memory.forks.push((fork, vec![]));
    let end = memory.gates[3].size;
    memory.waiting.push(WaitingRow {
        gate: 4,
        from: end + 100,
        to: end + 200,
        digest: [1; 32],
        seen: DAY + 81_000,
    });
    for (reason, gate) in [("bundle-damaged", Some(2)), ("bundle-later-format", Some(4))] {
        memory.refused.push(RefusedRow {
            reason: reason.to_owned(),
            gate,
            name: "0-9.log".to_owned(),
            digest: [3; 32],
            seen: DAY + 82_000,
        });
    }
    memory.refused.push(RefusedRow {
        reason: "bundle-damaged".to_owned(),
        gate: None,
        name: "<img src=x onerror=alert(1)>.log".to_owned(),
        digest: [2; 32],
        seen: DAY + 82_000,
    });
    memory
}

fn page(memory: &mut Memory, first: Language) -> String {
    let span = Span {
        from: DAY,
        until: DAY + 24 * HOUR,
    };
    let examined = examine(memory, &Thresholds::default(), span, span.until).unwrap();
    let past = Past {
        gate: 3,
        seq: 7,
        time: DAY + 80,
        issuer: "<b>issuer</b>".to_owned(),
        code: None,
        operator: Some("op-<1>".to_owned()),
        why: Why::KeyWithdrawn,
    };
    let again = Again {
        counts: Counts {
            checked: 2000,
            not_checkable: 30,
            by_why: BTreeMap::from([(Why::KeyWithdrawn, 1)]),
            by_gate: BTreeMap::from([(3, 1)]),
        },
        past: vec![past],
    };
    let report = Report {
        numbers: Numbers::of(&examined, span.until),
        receipts: vec![(1, 256)],
        examined: &examined,
        again: Some(again),
        command: Some("postern-auditor verify --evidence evidence --manifest 00ff".to_owned()),
        made: span.until,
    };
    html(&report, first)
}

/// The names of the elements, as they open and close; panics where they do not nest.
fn elements(page: &str) -> BTreeMap<String, usize> {
    let (mut open, mut counts, mut rest) = (Vec::new(), BTreeMap::new(), page);
    while let Some(at) = rest.find('<') {
        let end = at + rest[at..].find('>').expect("an element ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()), "closes what is open");
        } else if !tag.starts_with('!') {
            let name = tag.split(' ').next().unwrap_or_default().to_owned();
            *counts.entry(name.clone()).or_default() += 1;
            if !["meta", "input"].contains(&&*name) {
                open.push(name.clone());
            }
            if name == "style" {
                rest = &rest[rest.find("</style>").expect("the style ends")..];
            }
        }
    }
    assert_eq!(open, Vec::<String>::new());
    counts
}

/// What a reader sees of one language's part.
fn seen(page: &str, language: &str) -> String {
    let begin = page
        .find(&format!("<main lang=\"{language}\""))
        .expect("the language's part");
    let part = &page[begin..];
    let part = &part[..part.find("</main>").expect("it ends")];
    let mut text = String::new();
    for piece in part.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').expect("an element ends");
        if tag.starts_with('/') || after.is_empty() {
            continue;
        }
        text.push_str(after);
        text.push('\n');
    }
    text
}

#[test]
fn foreign_names_stay_text() {
    let page = page(&mut archive(), Language::English);
    let elements = elements(&page);
    for name in ["script", "img", "b", "link", "iframe", "a"] {
        assert!(!elements.contains_key(name), "{name}");
    }
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;.log"));
    assert!(page.contains("op-&lt;1&gt;"));
    assert!(page.contains("North wing &amp; &quot;lift&quot;"));
}

#[test]
fn the_page_loads_nothing() {
    let page = page(&mut archive(), Language::English);
    assert!(page.contains("default-src &#39;none&#39;"));
    for outside in [
        "http://",
        "https://",
        "url(http",
        "@import",
        " src=\"",
        " href=\"",
        " style=\"",
        " onload=",
        " onclick=",
    ] {
        let found = page.match_indices(outside).find(|(at, _)| {
            // Of words only those within an element count.
            let before = &page[..*at];
            before.rfind('<') > before.rfind('>')
        });
        assert_eq!(found.map(|(at, _)| &page[at..at + 40]), None, "{outside}");
    }
}

#[test]
fn both_languages_say_everything() {
    let page = page(&mut archive(), Language::SimplifiedChinese);
    let (en, zh) = (seen(&page, "en"), seen(&page, "zh-CN"));
    assert!(page.find("<main lang=\"zh-CN\"") < page.find("<main lang=\"en\""));
    assert_eq!(en.lines().count(), zh.lines().count(), "the same things in both");
    for text in [&en, &zh] {
        for left in [
            "{$",
            "{ $",
            "report-",
            "finding-",
            "severity-",
            "outcome-",
            "grade-",
            "why-",
            ".advice",
            ".text",
        ] {
            let found = text
                .lines()
                .find(|line| line.contains(left) && !line.contains("method"));
            assert_eq!(found, None, "{left}");
        }
    }
    assert!(zh.contains("快得没有人能做到") && en.contains("Faster than anybody travels"));
}

#[test]
fn every_kind_has_words() {
    for language in [Language::English, Language::SimplifiedChinese] {
        let catalog = Catalog::new(language, TEXTS);
        for kind in Kind::ALL {
            let id = format!("finding-{}", kind.as_str());
            assert!(catalog.has(&id), "{id}");
            assert!(
                catalog.has_attribute(&id, "text") && catalog.has_attribute(&id, "advice"),
                "{id}"
            );
            assert!(catalog.has(&format!("severity-{}", kind.severity().as_str())));
        }
    }
}

#[test]
fn names_of_elements_are_given_once() {
    let page = page(&mut archive(), Language::English);
    let mut ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for reference in page.split("url(#").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(ids.binary_search(&reference).is_ok(), "{reference}");
    }
}

/// POSTERN_SNAPSHOT=overwrite writes it anew.
#[test]
fn the_page_is_that_of_the_snapshot() {
    let page = page(&mut archive(), Language::English);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/report/small.html");
    if std::env::var_os("POSTERN_SNAPSHOT").is_some_and(|what| what == "overwrite") {
        std::fs::write(path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    let differs = kept.bytes().zip(page.bytes()).position(|(a, b)| a != b);
    assert!(kept == page, "differs from byte {differs:?} on");
}

#[test]
fn whose_a_file_is_is_said_as_far_as_it_is_known() {
    let page = page(&mut archive(), Language::English);
    let (en, zh) = (seen(&page, "en"), seen(&page, "zh-CN"));
    assert!(
        en.contains("\nClaimed to be of gate-2, files: 1") && en.contains("\nOf no gate that could be told, files: 1")
    );
    assert!(zh.contains("\n自称属于 gate-2：1 个文件") && zh.contains("\n看不出属于哪个验证点：1 个文件"));
    assert!(en.contains("Bundles of a later format\n") && zh.contains("格式较新的日志包\n"));
}

#[test]
fn times_that_are_not_believed_are_in_no_bar() {
    let mut memory = archive();
    let span = Span {
        from: 0,
        until: postern_log::event::MAX_TIME + 1,
    };
    let of = |memory: &mut Memory, now| {
        let examined = examine(memory, &Thresholds::default(), span, now).unwrap();
        Numbers::of(&examined, now)
    };
    let charted = |numbers: &Numbers| numbers.bars.iter().flatten().sum::<u64>();
    let numbers = of(&mut memory, DAY + 24 * HOUR);
    // Two hours of one gate.
    assert_eq!((charted(&numbers), numbers.undated), (4 * 18 * 40 - 80, 80));
    let late = NewEvent {
        flags: Flags {
            clock_suspect: true,
            ..Flags::default()
        },
        ..code(DAY + 900_000 * HOUR, Outcome::Admit)
    };
    memory.add(1, late);
    memory.add(2, code(DAY + 900_000 * HOUR, Outcome::Admit));
    let numbers = of(&mut memory, DAY + 24 * HOUR);
    assert_eq!((charted(&numbers), numbers.undated), (4 * 18 * 40 - 80, 82));
    assert_eq!((numbers.width, numbers.bars.len(), numbers.first), (1, 24, DAY));
    assert_eq!(numbers.totals.outcomes.iter().sum::<u64>(), 4 * 18 * 40 + 2);
    assert!(numbers.kinds.contains(&(Kind::ClockAhead, 1)));
}

#[test]
fn operators_that_are_not_told_apart_are_counted() {
    let mut memory = archive();
    for i in 0..crate::findings::MAX_OPERATORS as u64 + 9 {
        memory.add(2, manual(DAY + 19 * HOUR + i, &format!("made-up-{i}")));
    }
    let page = page(&mut memory, Language::English);
    // Two of its operators were known before.
    assert!(
        seen(&page, "en").contains("11 entries by hand at gate-2 are by operators beyond the first 256 of their gate")
    );
    assert!(seen(&page, "zh-CN").contains("gate-2 的 11 次人工录入"));
}

#[test]
fn a_city_without_events_has_a_page() {
    let mut memory = Memory::default();
    let page = page(&mut memory, Language::English);
    assert!(page.contains("Nothing was found."));
    elements(&page);
}

#[test]
fn a_command_can_be_typed_whatever_the_folder_is_called() {
    for (word, typed) in [
        ("evidence-1/of_today.d", "evidence-1/of_today.d"),
        ("a folder", "'a folder'"),
        ("it's", r"'it'\''s'"),
        ("$(made-up)", "'$(made-up)'"),
        ("证据", "'证据'"),
        ("-x", "./-x"),
        ("- x", "'./- x'"),
    ] {
        assert_eq!(super::quoted(word), typed);
    }
}
