//! How long to wait after a failure.

use std::time::Duration;

/// Doubling waits: 5 seconds after the first failure, then 10, 20 and so on up to 15 minutes; after a success from 5
/// again. It keeps no clock and does not sleep.
///
/// There is no jitter: gates begin at the moments at which people switch them on, and ask for files of a static host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// Failures since the last success; past the longest wait it no longer counts.
    failures: u32,
}

impl Backoff {
    /// The wait after the first failure.
    pub const FIRST: Duration = Duration::from_secs(5);
    /// The longest wait.
    pub const LONGEST: Duration = Duration::from_secs(15 * 60);

    /// Nothing has failed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a failure and gives the time to wait before the next attempt.
    pub fn failed(&mut self) -> Duration {
        let wait = (Self::FIRST * 2_u32.pow(self.failures)).min(Self::LONGEST);
        if wait < Self::LONGEST {
            self.failures += 1;
        }
        wait
    }

    /// Notes a success.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new();
        let waits: Vec<u64> = (0..10).map(|_| backoff.failed().as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        backoff.succeeded();
        assert_eq!(backoff.failed(), Backoff::FIRST);
        assert_eq!(backoff.failed(), Backoff::FIRST * 2);
    }

    #[test]
    fn a_year_of_failures_is_no_overflow() {
        let mut backoff = Backoff::new();
        for _ in 0..40_000 {
            backoff.failed();
        }
        assert_eq!(backoff.failed(), Backoff::LONGEST);
    }
}
