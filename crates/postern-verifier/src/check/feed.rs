//! Groups of lines on their way from one thread that reads to many that judge: bounded, numbered, and ended from either side.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::lines::LineError;

/// A line of the input with its number, or why it is none.
pub(super) type Line = (u64, Result<String, LineError>);

/// Lines that are shown together: those that were there together.
pub(super) type Group = Vec<Line>;

/// Lines that wait at most, besides the last group.
const MOST_WAITING: usize = 8192;

/// The way from the reader to the judges.
#[derive(Debug)]
pub(super) struct Feed {
    state: Mutex<State>,
    changed: Condvar,
    /// How many batches may be taken and not yet done.
    in_flight: u64,
}

#[derive(Debug, Default)]
struct State {
    groups: VecDeque<Group>,
    waiting: usize,
    /// How many batches were taken, and how many are done.
    taken: u64,
    done: u64,
    /// How the input ended, once it has.
    end: Option<io::Result<()>>,
    /// Nobody wants more.
    stopped: bool,
}

impl Feed {
    /// A way on which so many batches may be at once.
    pub(super) fn new(in_flight: usize) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            in_flight: in_flight as u64,
        }
    }

    /// Hands on a group; waits while many wait already. `false` where nobody wants more.
    pub(super) fn put(&self, group: Group) -> bool {
        let mut state = self.wait_while(|state| state.waiting >= MOST_WAITING && !state.stopped);
        state.waiting += group.len();
        state.groups.push_back(group);
        self.changed.notify_all();
        !state.stopped
    }

    /// The input has ended so.
    pub(super) fn end(&self, end: io::Result<()>) {
        self.lock().end.get_or_insert(end);
        self.changed.notify_all();
    }

    /// The next groups, of `lines` lines together where so many wait, and the number of this batch, from 0. One line that is alone
    /// does not wait for another. `None` at the end.
    pub(super) fn take(&self, lines: usize) -> Option<(u64, Vec<Group>)> {
        let mut state = self.wait_while(|state| {
            let nothing = state.groups.is_empty() && state.end.is_none();
            let too_many = state.taken - state.done >= self.in_flight;
            (nothing || too_many) && !state.stopped
        });
        if state.stopped || state.groups.is_empty() {
            return None;
        }
        let mut batch = Vec::new();
        let mut taken = 0;
        while let Some(group) = state.groups.pop_front() {
            taken += group.len();
            batch.push(group);
            if state.groups.front().is_none_or(|next| taken + next.len() > lines) {
                break;
            }
        }
        state.waiting -= taken;
        state.taken += 1;
        self.changed.notify_all();
        Some((state.taken - 1, batch))
    }

    /// So many more batches are done: as many can be taken.
    pub(super) fn done(&self, batches: u64) {
        self.lock().done += batches;
        self.changed.notify_all();
    }

    /// Lets everybody go, also who waits.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// How the input ended: well where it has not, since nobody wanted more.
    pub(super) fn outcome(&self) -> io::Result<()> {
        self.lock().end.take().unwrap_or(Ok(()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change of the state is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, mut wait: impl FnMut(&State) -> bool) -> MutexGuard<'_, State> {
        self.changed
            .wait_while(self.lock(), |state| wait(state))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    fn group(numbers: std::ops::Range<u64>) -> Group {
        numbers.map(|n| (n, Ok(n.to_string()))).collect()
    }

    #[test]
    fn what_waits_together_is_taken_together_up_to_the_bound() {
        let feed = Feed::new(9);
        assert!(feed.put(group(0..1)));
        assert_eq!(feed.take(100), Some((0, vec![group(0..1)])), "one line does not wait");
        for groups in [0..60, 60..90, 90..100, 100..300] {
            assert!(feed.put(group(groups)));
        }
        feed.end(Ok(()));
        assert_eq!(feed.take(90), Some((1, vec![group(0..60), group(60..90)])));
        assert_eq!(
            feed.take(90),
            Some((2, vec![group(90..100)])),
            "the next one is too large to join"
        );
        assert_eq!(
            feed.take(90),
            Some((3, vec![group(100..300)])),
            "one group is always taken"
        );
        assert_eq!(feed.take(90), None);
    }

    #[test]
    fn nobody_waits_for_ever() {
        let feed = Arc::new(Feed::new(1));
        let waiting = |what: fn(&Feed) -> bool| {
            let feed = Arc::clone(&feed);
            thread::spawn(move || what(&feed))
        };
        let taker = waiting(|feed| feed.take(1).is_some());
        assert!(feed.put(group(0..2 * MOST_WAITING as u64)));
        assert!(taker.join().unwrap());
        // One batch is in flight: the second waits for it, and the third for the second.
        assert!(feed.put(group(0..MOST_WAITING as u64)));
        let second = waiting(|feed| feed.take(1).is_some());
        let full =
            waiting(|feed| feed.put(group(0..1)) && feed.put(group(0..MOST_WAITING as u64)) && feed.put(group(0..1)));
        feed.done(1);
        assert!(second.join().unwrap());
        let third = waiting(|feed| feed.take(1).is_some());
        feed.stop();
        assert!(!third.join().unwrap());
        assert!(!full.join().unwrap());
        assert!(feed.outcome().is_ok());
    }

    #[test]
    fn the_first_end_counts() {
        let feed = Feed::new(1);
        feed.end(Err(io::ErrorKind::InvalidData.into()));
        feed.end(Ok(()));
        assert_eq!(feed.take(1), None);
        assert_eq!(feed.outcome().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
