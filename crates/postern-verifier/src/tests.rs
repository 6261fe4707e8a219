//! Both languages say everything that the program can say, and the document says what the program says.

use clap::CommandFactory;
use postern_cli::{Catalog, Language, help, messages};
use postern_core::trust::{DiskFull, TrustError};
use postern_core::verdict::{Grade, Outcome, Reason};
use postern_seal::SealError;

use super::*;
use crate::config::Config;
use crate::fault::Fault;
use crate::update::Refusal;

const LANGUAGES: [Language; 2] = [Language::English, Language::SimplifiedChinese];
const GRADES: [Grade; 4] = [Grade::Fresh, Grade::Aging, Grade::Stale, Grade::Refuse];
const OUTCOMES: [Outcome; 3] = [Outcome::Admit, Outcome::Refer, Outcome::Refuse];

/// Messages of the log's errors.
const LOG: [&str; 19] = [
    "event-out-of-range",
    "gate-id",
    "leaf-cbor",
    "leaf-format",
    "leaf-too-long",
    "log-busy",
    "log-changed",
    "log-corrupt",
    "log-database",
    "log-disk-full",
    "log-exists",
    "log-gone",
    "log-io",
    "log-missing",
    "log-newer-format",
    "log-older-format",
    "log-read-only",
    "log-unsupported",
    "not-a-log",
];

/// Messages of sources and turnstiles.
const DEVICES: [&str; 22] = [
    "device-ambiguous",
    "device-bad-value",
    "device-busy",
    "device-crashed",
    "device-denied",
    "device-io",
    "device-missing",
    "device-missing-key",
    "device-not-built",
    "device-not-such",
    "device-silent",
    "device-twice-key",
    "device-twice-source",
    "device-unknown-key",
    "device-unknown-kind",
    "device-unplugged",
    "folder-full",
    "frames-unsupported",
    "hook-failed",
    "hook-hung",
    "no-frames",
    "turnstile-still-open",
];

/// What calibration finds.
const SCANNERS: [&str; 11] = [
    "scanner-case",
    "scanner-doubled",
    "scanner-foreign",
    "scanner-layout",
    "scanner-lost",
    "scanner-no-end",
    "scanner-not-the-symbol",
    "scanner-nothing",
    "scanner-prefix",
    "scanner-suffix",
    "scanner-trimmed",
];

fn catalogs() -> [Catalog; 2] {
    LANGUAGES.map(|language| Catalog::new(language, TEXTS))
}

#[test]
fn the_languages_have_the_same_texts() {
    assert_eq!(messages::check(TEXTS.en, TEXTS.zh), Vec::<String>::new());
}

#[test]
fn every_command_and_argument_has_its_help() {
    for catalog in catalogs() {
        assert_eq!(help::missing(&Cli::command(), &catalog), Vec::<String>::new());
    }
}

#[test]
fn every_reason_outcome_and_grade_has_words() {
    for catalog in catalogs() {
        for reason in Reason::ALL {
            let id = format!("reason-{}", reason.as_str());
            assert!(catalog.has(&id) && catalog.has_attribute(&id, "todo"), "{id}");
        }
        for outcome in OUTCOMES {
            assert!(catalog.has(&format!("outcome-{}", outcome.as_str())));
        }
        assert!(catalog.has("outcome-fault") && catalog.has_attribute("outcome-admit", "todo"));
        for grade in GRADES {
            let name = grade.as_str();
            assert!(
                catalog.has(&format!("grade-{name}")) && catalog.has(&format!("now-{name}")),
                "{name}"
            );
        }
    }
}

#[test]
fn every_fault_and_error_has_words() {
    for catalog in catalogs() {
        let of_libraries = TrustError::REASONS
            .iter()
            .chain(&SealError::REASONS)
            .chain(&Refusal::REASONS);
        for reason in Fault::REASONS.iter().chain(&LOG).chain(&DEVICES).chain(of_libraries) {
            assert!(catalog.has(&format!("error-{reason}")), "{reason}");
        }
        for reason in SCANNERS {
            assert!(catalog.has(reason), "{reason}");
        }
        for disk_full in [DiskFull::ByHand, DiskFull::Close] {
            assert!(catalog.has(&format!("disk-full-{}", disk_full.as_str())));
        }
    }
}

#[test]
fn every_entry_has_words() {
    for catalog in catalogs() {
        for kind in postern_log::Kind::ALL {
            assert!(catalog.has(&format!("kind-{kind}")), "{kind}");
        }
        for reason in Config::default().staff.reasons {
            assert!(catalog.has(&format!("entry-{reason}")), "{reason}");
        }
        assert!(catalog.has(&format!("entry-{}", crate::door::documents::NO_CODE_SHOWN)));
    }
}

#[test]
fn no_two_outcomes_look_alike() {
    use crate::shown::words;
    for catalog in catalogs() {
        let mut looks: Vec<(String, &str, String)> = OUTCOMES
            .iter()
            .map(|&outcome| {
                let style = format!("{:?}", words::style(outcome));
                (words::outcome(outcome, &catalog), words::symbol(outcome), style)
            })
            .collect();
        let fault = format!("{:?}", words::FAULT_STYLE);
        looks.push((catalog.text("outcome-fault", &[]), words::FAULT_SYMBOL, fault));
        for (i, a) in looks.iter().enumerate() {
            for b in &looks[i + 1..] {
                assert!(a.0 != b.0 && a.1 != b.1 && a.2 != b.2, "{a:?} {b:?}");
            }
        }
    }
}

#[test]
fn the_document_lists_every_reason_with_its_words() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/VERDICTS.md");
    let document = std::fs::read_to_string(path).unwrap();
    for catalog in catalogs() {
        for reason in Reason::ALL {
            let name = reason.as_str();
            let line = document
                .lines()
                .find(|line| line.starts_with(&format!("| `{name}` | {} |", reason.outcome().as_str())))
                .unwrap_or_else(|| panic!("{name} has no line"));
            let id = format!("reason-{name}");
            for words in [catalog.text(&id, &[]), catalog.attribute(&id, "todo", &[])] {
                assert!(line.contains(&words), "{name}: {words}");
            }
        }
        for reason in Fault::REASONS {
            assert!(document.contains(&format!("| `{reason}` |")), "{reason}");
        }
    }
}
