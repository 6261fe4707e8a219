//! Pass-back: the same code, or another code of the same person, again at this gate within a short time.
//!
//! What is remembered is what the log holds too, pseudonyms: after a restart the memory is filled from the log.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use postern_core::code::CodeDigest;
use postern_core::record::DocumentTag;
use postern_core::time::Time;

use crate::judged::Pseudonyms;

/// The most pseudonyms that are remembered, two for an admission: more than two admissions a second for a day.
const MAX_REMEMBERED: usize = 1 << 19;

/// Who was admitted here a short time ago.
#[derive(Debug)]
pub(crate) struct PassBack {
    window: Duration,
    exempt: HashSet<DocumentTag>,
    last: HashMap<Pseudonym, Admitted>,
    /// In the order of admission, to forget by.
    order: VecDeque<(Duration, Pseudonym)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pseudonym {
    Code(CodeDigest),
    Person(DocumentTag),
}

/// An admission: the time that it was judged at, for people, and the time since the machine was started, to reckon by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    pub(crate) time: Time,
    at: Duration,
}

impl PassBack {
    /// A memory of this window; none at all where it is zero. People with these tags may come and go.
    pub(crate) fn new(window: Duration, exempt: impl IntoIterator<Item = DocumentTag>) -> Self {
        Self {
            window,
            exempt: exempt.into_iter().collect(),
            last: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// How far back it reaches.
    pub(crate) fn window(&self) -> Duration {
        self.window
    }

    /// When one of these pseudonyms was admitted last, if that is within the window.
    pub(crate) fn seen(&self, who: Pseudonyms, since_boot: Duration) -> Option<Admitted> {
        if who.person.is_some_and(|person| self.exempt.contains(&person)) {
            return None;
        }
        pseudonyms(who)
            .filter_map(|pseudonym| self.last.get(&pseudonym))
            .filter(|admitted| since_boot.saturating_sub(admitted.at) < self.window)
            .max_by_key(|admitted| admitted.at)
            .copied()
    }

    /// Remembers an admission that is in the log.
    pub(crate) fn remember(&mut self, who: Pseudonyms, time: Time, since_boot: Duration) {
        if self.window.is_zero() {
            return;
        }
        self.forget(since_boot);
        for pseudonym in pseudonyms(who) {
            self.last.insert(pseudonym, Admitted { time, at: since_boot });
            self.order.push_back((since_boot, pseudonym));
        }
    }

    /// Forgets one admission: the person was not let through.
    pub(crate) fn forget_admission(&mut self, who: Pseudonyms) {
        for pseudonym in pseudonyms(who) {
            self.last.remove(&pseudonym);
        }
    }

    /// Forgets what is past the window, and the oldest where there is too much.
    fn forget(&mut self, since_boot: Duration) {
        while let Some(&(at, pseudonym)) = self.order.front() {
            if since_boot.saturating_sub(at) < self.window && self.order.len() < MAX_REMEMBERED {
                return;
            }
            self.order.pop_front();
            // A later admission of the same pseudonym has an entry of its own.
            if self.last.get(&pseudonym).is_some_and(|admitted| admitted.at == at) {
                self.last.remove(&pseudonym);
            }
        }
    }
}

fn pseudonyms(who: Pseudonyms) -> impl Iterator<Item = Pseudonym> {
    let code = who.code.map(Pseudonym::Code);
    let person = who.person.map(Pseudonym::Person);
    code.into_iter().chain(person)
}

#[cfg(test)]
mod tests {
    use postern_core::cbor::Bytes;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const NOW: Time = Time::saturating(1_800_000_000);

    fn who(code: u8, person: Option<u8>) -> Pseudonyms {
        Pseudonyms {
            code: Some(CodeDigest([code; 16])),
            person: person.map(|person| DocumentTag(Bytes([person; 9]))),
        }
    }

    #[test]
    fn two_codes_of_one_person_are_one_person() {
        let mut memory = PassBack::new(10 * MINUTE, []);
        memory.remember(who(1, Some(7)), NOW, MINUTE);
        for (again, seen) in [
            (who(1, Some(7)), true),
            (who(2, Some(7)), true),
            (who(1, None), true),
            (who(2, Some(8)), false),
            (who(2, None), false),
        ] {
            let found = memory.seen(again, 2 * MINUTE).map(|admitted| admitted.time);
            assert_eq!(found, seen.then_some(NOW), "{again:?}");
        }
    }

    #[test]
    fn the_window_is_exact_and_runs_from_the_last_admission() {
        let mut memory = PassBack::new(10 * MINUTE, []);
        memory.remember(who(1, None), NOW, MINUTE);
        assert!(
            memory
                .seen(who(1, None), 11 * MINUTE - Duration::from_nanos(1))
                .is_some()
        );
        assert!(memory.seen(who(1, None), 11 * MINUTE).is_none());
        memory.remember(who(1, None), NOW.plus(600), 11 * MINUTE);
        memory.remember(who(2, None), NOW.plus(1140), 20 * MINUTE);
        assert!(
            memory.seen(who(1, None), 20 * MINUTE).is_some(),
            "forgetting the first kept the second"
        );
    }

    #[test]
    fn people_who_work_there_come_and_go() {
        let staff = who(1, Some(7)).person;
        let mut memory = PassBack::new(10 * MINUTE, staff);
        memory.remember(who(1, Some(7)), NOW, MINUTE);
        assert!(memory.seen(who(1, Some(7)), MINUTE).is_none());
        assert!(
            memory.seen(who(1, None), MINUTE).is_some(),
            "the exemption is a person's and not a code's"
        );
    }

    #[test]
    fn without_a_window_nothing_is_remembered() {
        let mut memory = PassBack::new(Duration::ZERO, []);
        memory.remember(who(1, Some(7)), NOW, MINUTE);
        assert!(memory.seen(who(1, Some(7)), MINUTE).is_none() && memory.order.is_empty());
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut memory = PassBack::new(MINUTE, []);
        let code = |i: usize| {
            let mut digest = [0; 16];
            digest[..8].copy_from_slice(&(i as u64).to_le_bytes());
            Pseudonyms {
                code: Some(CodeDigest(digest)),
                person: None,
            }
        };
        for i in 0..MAX_REMEMBERED + 10 {
            memory.remember(code(i), NOW, MINUTE);
        }
        assert!(memory.order.len() <= MAX_REMEMBERED && memory.last.len() <= MAX_REMEMBERED);
        assert!(memory.seen(code(0), MINUTE).is_none() && memory.seen(code(MAX_REMEMBERED), MINUTE).is_some());
        memory.remember(code(0), NOW, 3 * MINUTE);
        assert_eq!(memory.last.len(), 1, "what is past the window is gone");
    }
}
