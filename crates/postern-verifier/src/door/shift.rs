//! A shift: what was done since somebody took over, and what goes on paper when they hand over.

use postern_core::time::Time;
use postern_core::verdict::Outcome;
use postern_log::Tip;

use crate::config::Operator;
use crate::desk::Tally;
use crate::shown::Shown;

/// The shift that is on.
#[derive(Clone, Debug)]
pub(crate) struct Shift {
    /// Who is at the door, where they said so.
    pub(crate) operator: Option<Operator>,
    from: Time,
    size: u64,
    pub(crate) tally: Tally,
    /// Entries without a code, by people or by a document reader.
    pub(crate) manual: u64,
    /// Documents compared with a code.
    pub(crate) compared: u64,
    pub(crate) overrides: u64,
}

/// What goes on paper.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) shift: Shift,
    pub(crate) from: Time,
    pub(crate) until: Time,
    /// Events of the shift in the log.
    pub(crate) events: u64,
    pub(crate) tip: Tip,
}

impl Shift {
    /// A shift that begins now, on a log with this tip.
    pub(crate) fn new(operator: Option<Operator>, from: Time, tip: Tip) -> Self {
        Self {
            operator,
            from,
            size: tip.size,
            tally: Tally::default(),
            manual: 0,
            compared: 0,
            overrides: 0,
        }
    }

    /// Counts what was shown.
    pub(crate) fn count(&mut self, shown: &Shown) {
        self.tally.count(shown);
    }

    /// The end of this shift.
    pub(crate) fn end(&self, until: Time, tip: Tip) -> Summary {
        Summary {
            shift: self.clone(),
            from: self.from,
            until,
            events: tip.size.saturating_sub(self.size),
            tip,
        }
    }

    /// How many verdicts had this outcome.
    pub(crate) fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Admit => self.tally.admit,
            Outcome::Refer => self.tally.refer,
            Outcome::Refuse => self.tally.refuse,
        }
    }
}

/// The first 16 hexadecimal digits of a root in groups of four: short enough to write on paper, and 64 bits are too many to
/// make another log for them.
pub(crate) fn short_root(tip: &Tip) -> String {
    let digits = postern_core::hex(&tip.root[..8]);
    [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_root_is_the_beginning_of_the_root() {
        let mut root = [0; 32];
        root[..8].copy_from_slice(&[0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
        assert_eq!(short_root(&Tip { size: 1, root }), "0123-4567-89ab-cdef");
    }

    #[test]
    fn a_summary_counts_the_events_of_the_shift_alone() {
        let at = |size| Tip { size, root: [0; 32] };
        let shift = Shift::new("a-17".parse().ok(), Time::saturating(10), at(40));
        let summary = shift.end(Time::saturating(20), at(52));
        assert_eq!((summary.events, summary.tip.size), (12, 52));
        assert_eq!(
            (summary.from, summary.until),
            (Time::saturating(10), Time::saturating(20))
        );
    }
}
