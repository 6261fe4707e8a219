//! When what happens: the hours of the rehearsal, and how old data is in each.

use postern_core::time::Time;

use crate::lab::Hours;

pub(super) const HOUR: u64 = 3600;

/// The hours of a rehearsal, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// When hour 0 begins.
    pub(super) start: Time,
    pub(super) hours: u64,
    /// The first hour without the centre, and how many there are.
    pub(super) down: u64,
    pub(super) down_hours: u64,
}

impl Schedule {
    /// Hours besides those without the centre that a rehearsal has at least: two before, and four after.
    pub(super) const LEAST_UP: u64 = 6;

    /// A day of so many hours that ends with the hour that has begun at `now`, or nothing where the outage is too long for it.
    pub(super) fn new(hours: u64, down_hours: u64, now: Time) -> Option<Self> {
        let up = hours.checked_sub(down_hours).filter(|up| *up >= Self::LEAST_UP)?;
        let end = now.seconds() - now.seconds() % HOUR;
        Some(Self {
            start: Time::saturating(end.saturating_sub(hours * HOUR) as i64),
            hours,
            down: up / 3,
            down_hours,
        })
    }

    /// When an hour begins: what the centre publishes is of this time.
    pub(super) fn at(&self, hour: u64) -> Time {
        self.start.plus(hour * HOUR)
    }

    /// When people pass the gates in an hour.
    pub(super) fn passing(&self, hour: u64) -> Time {
        self.at(hour).plus(HOUR / 2)
    }

    pub(super) fn end(&self) -> Time {
        self.at(self.hours)
    }

    /// The windows of the pack: each grade comes within the outage.
    pub(super) fn windows(&self) -> Hours {
        Hours {
            fresh: self.down_hours / 6,
            aging: self.down_hours / 3,
            stale: self.down_hours * 2 / 3,
        }
    }

    /// For how many hours data may be used under the emergency declaration.
    pub(super) fn emergency_stale(&self) -> u64 {
        2 * self.down_hours
    }

    /// The last hour before the outage, in which some lend their codes.
    pub(super) fn lent(&self) -> u64 {
        self.down - 1
    }

    /// The hour in which issuers note statuses that no gate hears of.
    pub(super) fn noted(&self) -> u64 {
        self.down + 1
    }

    /// The hour in which the emergency declaration comes by stick.
    pub(super) fn declared(&self) -> u64 {
        self.down + self.down_hours * 5 / 6
    }

    /// The first hour with the centre again.
    pub(super) fn back(&self) -> u64 {
        self.down + self.down_hours
    }

    pub(super) fn is_down(&self, hour: u64) -> bool {
        (self.down..self.back()).contains(&hour)
    }

    pub(super) fn is_declared(&self, hour: u64) -> bool {
        (self.declared()..self.back()).contains(&hour)
    }

    /// The grade that the data of the gates must have when people pass in an hour.
    pub(super) fn grade(&self, hour: u64) -> &'static str {
        let published = if self.is_down(hour) { self.down - 1 } else { hour };
        let age = self.passing(hour).since(self.at(published));
        let mut windows = self.windows();
        if self.is_declared(hour) {
            windows.stale = self.emergency_stale();
        }
        match age {
            _ if age <= windows.fresh * HOUR => "fresh",
            _ if age <= windows.aging * HOUR => "aging",
            _ if age <= windows.stale * HOUR => "stale",
            _ => "refuse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(hours: u64, down: u64) -> Option<Schedule> {
        Schedule::new(hours, down, Time::saturating(1_795_460_123))
    }

    #[test]
    fn every_grade_comes_within_the_outage() {
        for (hours, down) in [(24, 12), (12, 6), (26, 20), (100, 48)] {
            let day = schedule(hours, down).unwrap();
            let mut grades: Vec<_> = (0..hours).map(|hour| day.grade(hour)).collect();
            grades.dedup();
            assert_eq!(
                grades,
                ["fresh", "aging", "stale", "refuse", "stale", "fresh"],
                "{hours} {down}"
            );
            assert!(day.noted() + 1 < day.declared() && day.back() < hours);
        }
    }

    #[test]
    fn an_outage_that_is_longer_than_its_day_is_none() {
        assert!(schedule(17, 12).is_none());
        assert!(schedule(18, 12).is_some());
        assert!(schedule(12, 20).is_none());
    }

    #[test]
    fn it_ends_with_the_hour_that_has_begun() {
        assert_eq!(schedule(24, 12).unwrap().end().seconds(), 1_795_460_400 - HOUR);
    }
}
