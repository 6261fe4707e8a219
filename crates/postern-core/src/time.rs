//! Time as evidence: what the system clock says, and what signatures vouch for. The core never reads a clock.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, from 0 to the end of the year 9999 (`docs/FORMAT.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Time(u64);

impl Time {
    /// 9999-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_402_300_799);

    /// A time from seconds; `None` past [`Self::MAX`].
    pub const fn from_seconds(seconds: u64) -> Option<Self> {
        if seconds <= Self::MAX.0 {
            Some(Self(seconds))
        } else {
            None
        }
    }

    /// A time from signed seconds, held to the range: a clock before 1970 is 1970.
    pub const fn saturating(seconds: i64) -> Self {
        let seconds = if seconds < 0 { 0 } else { seconds as u64 };
        if seconds > Self::MAX.0 {
            Self::MAX
        } else {
            Self(seconds)
        }
    }

    /// Seconds since 1970.
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// Seconds from `earlier` to `self`, 0 where `earlier` is not earlier.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This time and `seconds` more, held to the range.
    pub const fn plus(self, seconds: u64) -> Self {
        match self.0.checked_add(seconds) {
            Some(sum) if sum <= Self::MAX.0 => Self(sum),
            _ => Self::MAX,
        }
    }

    /// The date and time in UTC.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0 as i64, 0).expect("the range of Time is within chrono's")
    }
}

impl TryFrom<u64> for Time {
    type Error = &'static str;

    fn try_from(seconds: u64) -> Result<Self, Self::Error> {
        Self::from_seconds(seconds).ok_or("a time past the year 9999")
    }
}

impl From<Time> for u64 {
    fn from(time: Time) -> Self {
        time.0
    }
}

/// RFC 3339 in UTC, `2026-11-23T08:00:00Z`.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let days = (self.0 / 86_400) as i32;
        let (h, m, s) = (self.0 / 3600 % 24, self.0 / 60 % 60, self.0 % 60);
        let date = NaiveDate::from_epoch_days(days).expect("the range of Time is within chrono's");
        // By hand: lists of a million verdicts are full of times.
        let mut text = *b"0000-00-00T00:00:00Z";
        let year = date.year() as u64;
        let parts = [
            (0, year / 100),
            (2, year % 100),
            (5, date.month().into()),
            (8, date.day().into()),
        ];
        for (at, number) in parts.into_iter().chain([(11, h), (14, m), (17, s)]) {
            text[at] += (number / 10) as u8;
            text[at + 1] += (number % 10) as u8;
        }
        f.write_str(std::str::from_utf8(&text).expect("digits and punctuation are ASCII"))
    }
}

/// What a program knows of the time when it asks for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeEvidence {
    /// A time that a person asked for, to look at the past or ahead. It is no clock, so it cannot be wrong.
    Chosen(Time),
    /// The clock of the machine.
    Clock {
        /// What the system clock says: a claim, not a fact.
        system: Time,
        /// The newest time that a valid signature vouches for, as the program has persisted it.
        floor: Time,
    },
    /// The clock of the machine was set to another time while the program ran, and no signature says which of the two times
    /// was right: the one from before goes on.
    Stepped {
        /// What the clock said before, and the time that has passed since.
        steady: Time,
        /// As in [`Self::Clock`].
        floor: Time,
    },
}

impl TimeEvidence {
    /// The time to judge by: never earlier than the floor.
    pub fn now(self) -> Time {
        match self {
            Self::Chosen(time) => time,
            Self::Clock { system: clock, floor } | Self::Stepped { steady: clock, floor } => clock.max(floor),
        }
    }

    /// Whether the clock is behind what signatures vouch for, or so far behind a snapshot of this time that one of the two
    /// is wrong, or was set while the program ran.
    pub fn is_suspect(self, snapshot: Option<Time>) -> bool {
        match self {
            Self::Chosen(_) => false,
            Self::Stepped { .. } => true,
            Self::Clock { system, floor } => {
                system < floor || snapshot.is_some_and(|snapshot| snapshot.since(self.now()) > SNAPSHOT_AHEAD)
            }
        }
    }
}

/// How far a snapshot may be ahead of the gate's time before the clock is suspect, in seconds.
pub const SNAPSHOT_AHEAD: u64 = 86_400;

/// A calendar day as days since 2020-01-01, up to 2199-06-06.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub u16);

impl Day {
    /// Day 0.
    pub const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2020, 1, 1).expect("a date of the calendar");

    /// The day of a date, `None` before 2020 or after 2199-06-06.
    pub fn from_date(date: NaiveDate) -> Option<Self> {
        u16::try_from((date - Self::EPOCH).num_days()).ok().map(Self)
    }

    /// The date of this day.
    pub fn date(self) -> NaiveDate {
        Self::EPOCH + chrono::Days::new(u64::from(self.0))
    }
}

/// `2026-11-23`.
impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_of_clock_and_floor_counts() {
        let [early, late] = [100, 200].map(Time::saturating);
        let clock = |system, floor| TimeEvidence::Clock { system, floor };
        let said = |evidence: TimeEvidence| (evidence.now(), evidence.is_suspect(None));
        assert_eq!(said(clock(late, early)), (late, false));
        assert_eq!(said(clock(early, late)), (late, true));
        assert_eq!(said(TimeEvidence::Chosen(early)), (early, false));
    }

    #[test]
    fn a_clock_far_behind_a_snapshot_is_suspect() {
        let now = Time::saturating(1_000_000);
        let clock = TimeEvidence::Clock {
            system: now,
            floor: now,
        };
        let ahead = |seconds| Some(now.plus(seconds));
        assert!(!clock.is_suspect(ahead(SNAPSHOT_AHEAD)));
        assert!(clock.is_suspect(ahead(SNAPSHOT_AHEAD + 1)));
        assert!(!TimeEvidence::Chosen(now).is_suspect(ahead(SNAPSHOT_AHEAD + 1)));
    }

    #[test]
    fn shows_rfc_3339() {
        assert_eq!(Time::default().to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Time::MAX.to_string(), "9999-12-31T23:59:59Z");
        for seconds in [1_795_334_399, 951_782_400, 4_107_542_399] {
            let time = Time::saturating(seconds);
            assert_eq!(time.to_string(), time.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string());
        }
    }

    #[test]
    fn is_held_to_its_range() {
        assert_eq!(Time::saturating(-1), Time::default());
        assert_eq!(Time::saturating(i64::MAX), Time::MAX);
        assert_eq!(Time::MAX.plus(u64::MAX), Time::MAX);
        assert_eq!(Time::from_seconds(Time::MAX.seconds() + 1), None);
        assert_eq!(Day::from_date(Day(u16::MAX).date()), Some(Day(u16::MAX)));
        assert_eq!(Day(u16::MAX).to_string(), "2199-06-06");
    }
}
