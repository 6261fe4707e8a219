//! What this program knows of the time. The clock is read here and nowhere else.

use postern_cli::clock;
use postern_core::time::{Time, TimeEvidence};

/// When this program was released, 2026-11-23T00:00:00Z: no clock that is right stands before it.
pub(crate) const RELEASED: Time = Time::saturating(1_795_392_000);

/// The time to judge by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// The time that somebody asked for (`--at`).
    pub(crate) at: Option<Time>,
    /// The newest time that the store vouches for.
    pub(crate) floor: Time,
}

impl Clock {
    /// What the system clock says now.
    pub(crate) fn system() -> Time {
        Time::saturating(clock::now())
    }

    /// The evidence for one verdict. Where a time was asked for, it is judged by that time and no floor: an audit may ask
    /// about the past.
    pub(crate) fn evidence(self, system: Time) -> TimeEvidence {
        match self.at {
            Some(at) => TimeEvidence::Chosen(at),
            None => TimeEvidence::Clock {
                system,
                floor: self.floor,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: Time = RELEASED;

    #[test]
    fn the_release_is_a_date() {
        assert_eq!(RELEASED.to_string(), "2026-11-23T00:00:00Z");
    }

    #[test]
    fn the_release_is_the_newest_in_the_changelog() {
        let changelog = concat!(env!("CARGO_MANIFEST_DIR"), "/../../CHANGELOG.md");
        let Ok(text) = std::fs::read_to_string(changelog) else {
            eprintln!("skipped: there is no CHANGELOG.md");
            return;
        };
        let dates = text.lines().filter(|line| line.starts_with("## ")).filter_map(|line| {
            line.split_whitespace()
                .map(|word| word.trim_matches(['(', ')', '[', ']']))
                .find(|word| word.len() == 10 && clock::parse_time(word).is_ok())
        });
        if let Some(newest) = dates.max() {
            assert_eq!(RELEASED.to_string(), format!("{newest}T00:00:00Z"));
        }
    }

    #[test]
    fn a_clock_behind_the_floor_is_suspect_and_the_floor_counts() {
        let clock = Clock { at: None, floor: FLOOR };
        let early = Time::saturating(1_600_000_000);
        let evidence = clock.evidence(early);
        assert_eq!((evidence.now(), evidence.is_suspect(None)), (FLOOR, true));
        let late = FLOOR.plus(5);
        assert_eq!(clock.evidence(late).now(), late);
        assert!(!clock.evidence(late).is_suspect(None));
    }

    #[test]
    fn an_audit_may_ask_about_the_past() {
        let past = Time::saturating(1_600_000_000);
        let clock = Clock {
            at: Some(past),
            floor: FLOOR,
        };
        let evidence = clock.evidence(FLOOR.plus(1000));
        assert_eq!((evidence.now(), evidence.is_suspect(Some(FLOOR))), (past, false));
    }
}
