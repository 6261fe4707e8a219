//! The span that charts and silences are over: of times that somebody stands by, and not of every time that a log has.
//!
//! A gate whose clock was not believed logs any time there is, and a hostile one logs such a time without saying so: one event of the
//! year 2099 must not make a chart of seventy years.

use postern_log::event::MAX_TIME;

use super::{HOUR, flags};
use crate::archive::{GateRow, HourRow, Span};

/// Without `--from` nothing before this many seconds back begins a span: ten years.
const OLDEST: u64 = 3653 * 86_400;

/// Whether the gate stood by the time of the events of a row. A time that somebody chose is one that they stand by: an exercise has
/// no other.
pub(crate) fn is_believed(row: &HourRow) -> bool {
    !flags(row).clock_suspect
}

/// From the first hour of ten years with an event of a believed time up to now: by the auditor's clock, or as far as the auditor asked for and there
/// are such events. Where there are none it begins with the first gate.
pub(super) fn known(asked: Span, gates: &[GateRow], hours: &[HourRow], now: u64) -> Span {
    let oldest = now.saturating_sub(OLDEST);
    let believed = || {
        let believed = hours.iter().filter(|row| is_believed(row)).map(|row| row.hour * HOUR);
        believed.filter(|time| *time >= oldest)
    };
    let until = match asked.until > MAX_TIME {
        true => now,
        false => asked.until.min(now.max(believed().max().map_or(0, |last| last + HOUR))),
    };
    let first = believed()
        .min()
        .or_else(|| gates.iter().map(|gate| gate.enrolled).min());
    Span {
        from: asked.from.max(first.unwrap_or(until)).min(until),
        until,
    }
}

#[cfg(test)]
mod tests {
    use postern_log::Outcome;

    use super::super::city::{gate, hour};
    use super::*;

    const NOW: u64 = 100 * HOUR + 600;
    /// As of a command without `--from` and `--until`.
    const ALL: Span = Span {
        from: 0,
        until: MAX_TIME + 1,
    };

    fn row(hour_of_it: u64, flags: u8) -> HourRow {
        HourRow {
            flags,
            ..hour(1, hour_of_it, Outcome::Admit, 1)
        }
    }

    fn of(asked: Span, hours: &[HourRow]) -> (u64, u64) {
        let gates = [
            gate(1, 0.0, 0.0, 9),
            GateRow {
                enrolled: 50 * HOUR,
                ..gate(2, 0.0, 0.0, 9)
            },
        ];
        let span = known(asked, &gates[1..], hours, NOW);
        (span.from, span.until)
    }

    #[test]
    fn a_time_that_nobody_believes_does_not_stretch_it() {
        let hours = [row(1, 1), row(70, 0), row(80, 2), row(99, 1), row(1_000_000, 1)];
        assert_eq!(of(ALL, &hours), (70 * HOUR, NOW));
        let asked = Span {
            until: 2_000_000 * HOUR,
            ..ALL
        };
        assert_eq!(of(asked, &hours), (70 * HOUR, NOW));
    }

    #[test]
    fn nor_does_one_of_long_ago() {
        let now = OLDEST + 1000 * HOUR;
        let of = |first| known(ALL, &[], &[row(first, 0), row(40_000, 0)], now).from / HOUR;
        assert_eq!(of(1), 40_000);
        assert_eq!(of(999), 40_000);
        assert_eq!(of(1000), 1000);
    }

    #[test]
    fn a_time_that_somebody_chose_does() {
        assert_eq!(of(ALL, &[row(20, 2), row(70, 0)]), (20 * HOUR, NOW));
    }

    #[test]
    fn what_has_not_come_counts_only_where_it_was_asked_for() {
        let hours = [row(70, 0), row(150, 0)];
        assert_eq!(of(ALL, &hours), (70 * HOUR, NOW));
        let until = |hour| Span {
            until: hour * HOUR,
            ..ALL
        };
        assert_eq!(of(until(200), &hours), (70 * HOUR, 151 * HOUR));
        assert_eq!(of(until(120), &hours), (70 * HOUR, 120 * HOUR));
        assert_eq!(of(until(90), &hours), (70 * HOUR, 90 * HOUR));
    }

    #[test]
    fn without_events_it_begins_with_the_first_gate() {
        assert_eq!(of(ALL, &[]), (50 * HOUR, NOW));
        assert_eq!(of(ALL, &[row(7, 1)]), (50 * HOUR, NOW));
        assert_eq!(of(Span { from: 60 * HOUR, ..ALL }, &[]), (60 * HOUR, NOW));
        assert_eq!(
            of(
                Span {
                    from: 600 * HOUR,
                    ..ALL
                },
                &[]
            ),
            (NOW, NOW),
            "it has not begun"
        );
        let nobody = known(ALL, &[], &[], NOW);
        assert_eq!((nobody.from, nobody.until), (NOW, NOW));
    }
}
