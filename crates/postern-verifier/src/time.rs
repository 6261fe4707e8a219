//! What this program knows of the time. The clock is read here and nowhere else.

use std::time::Duration;

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

/// How far the clock may move against the time that passes before somebody must have set it: what a time server mends
/// without a word, in seconds.
const STEP: u64 = 300;
/// One part in this many is what a bad quartz drifts.
const DRIFT: u64 = 1000;

/// The clock over hours of service: notices when it is set, and goes on by the time that passes.
///
/// A clock that is set forward can be a correction or a mistake, and nothing at a gate can tell. The time from before
/// goes on, marked, until the clock agrees with it again or the program is started anew; only a clock that was known to be
/// behind is followed where it goes past the floor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    /// A reading of the clock, and of the time since the machine was started at that moment.
    base: (Time, Duration),
    /// That reading was behind what signatures vouched for then.
    behind: bool,
}

impl Service {
    /// Begins with a reading of the system clock and the time since the machine was started.
    pub(crate) fn new(clock: Clock, system: Time, since_boot: Duration) -> Self {
        Self {
            base: (system, since_boot),
            behind: system < clock.floor,
        }
    }

    /// The evidence at another such reading.
    pub(crate) fn evidence(&mut self, clock: Clock, system: Time, since_boot: Duration) -> TimeEvidence {
        let (then, at) = self.base;
        let passed = since_boot.saturating_sub(at).as_secs();
        let steady = then.plus(passed);
        let apart = system.since(steady).max(steady.since(system));
        let TimeEvidence::Clock { floor, .. } = clock.evidence(system) else {
            return clock.evidence(system);
        };
        if apart <= STEP + passed / DRIFT {
            return clock.evidence(system);
        }
        if self.behind && system >= floor {
            *self = Self::new(clock, system, since_boot);
            return clock.evidence(system);
        }
        TimeEvidence::Stepped { steady, floor }
    }
}

/// The time since the machine was started, sleep included: no setting of the clock changes it.
pub(crate) fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(
            u64::try_from(time.tv_sec).unwrap_or(0),
            u32::try_from(time.tv_nsec).unwrap_or(0),
        )
    }
    #[cfg(not(target_os = "linux"))]
    {
        // Some systems do not count sleep here: after it the clock seems to have been set, and that is marked.
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_clock_that_is_set_during_service_is_not_followed() {
        let clock = Clock { at: None, floor: FLOOR };
        let start = FLOOR.plus(1000);
        let mut service = Service::new(clock, start, HOUR);
        let plain = |system| TimeEvidence::Clock { system, floor: FLOOR };
        // Drift, and what a time server mends.
        for system in [start.plus(3600), start.plus(3600 + STEP), start.plus(3600 - STEP)] {
            assert_eq!(service.evidence(clock, system, 2 * HOUR), plain(system));
        }
        // To the year 2099, and back before the floor: the hours of service go on.
        let steady = start.plus(2 * 3600);
        for system in [Time::saturating(4_070_908_800), Time::saturating(1_000_000_000)] {
            let evidence = service.evidence(clock, system, 3 * HOUR);
            assert_eq!(evidence, TimeEvidence::Stepped { steady, floor: FLOOR });
            assert_eq!((evidence.now(), evidence.is_suspect(None)), (steady, true));
        }
        let right = start.plus(3 * 3600);
        assert_eq!(service.evidence(clock, right, 4 * HOUR), plain(right));
    }

    #[test]
    fn a_clock_known_to_be_behind_may_be_put_right() {
        let clock = Clock { at: None, floor: FLOOR };
        let lost = Time::saturating(1000);
        let mut service = Service::new(clock, lost, HOUR);
        assert!(service.evidence(clock, lost.plus(60), HOUR).is_suspect(None));
        let right = FLOOR.plus(500_000);
        let evidence = service.evidence(clock, right, 2 * HOUR);
        assert_eq!((evidence.now(), evidence.is_suspect(None)), (right, false));
        // From now on this is the time that goes on.
        let ahead = service.evidence(clock, right.plus(1_000_000), 3 * HOUR);
        assert_eq!(ahead.now(), right.plus(3600));
    }

    #[test]
    fn a_floor_that_overtakes_a_clock_does_not_make_it_believed() {
        let mut clock = Clock { at: None, floor: FLOOR };
        let start = FLOOR.plus(1000);
        let mut service = Service::new(clock, start, HOUR);
        // The gate is somewhat slow, and an update tells a later time.
        clock.floor = start.plus(5000);
        let ahead = Time::saturating(4_070_908_800);
        let evidence = service.evidence(clock, ahead, 2 * HOUR);
        assert_eq!((evidence.now(), evidence.is_suspect(None)), (clock.floor, true));
    }

    #[test]
    fn a_chosen_time_is_no_clock() {
        let at = Time::saturating(5);
        let clock = Clock {
            at: Some(at),
            floor: FLOOR,
        };
        let mut service = Service::new(clock, FLOOR, HOUR);
        assert_eq!(
            service.evidence(clock, FLOOR.plus(1 << 30), HOUR),
            TimeEvidence::Chosen(at)
        );
    }

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
