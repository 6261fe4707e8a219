//! Stretches in which a gate's clock was not believed, and hours that have not come.

use super::{CLOCKS, Finding, HOUR, Kind, Value, flags, is_believed};
use crate::archive::{HourRow, Span};

/// A stretch goes on over the hours that follow each other; within one, other events may lie between.
pub(super) fn suspect(hours: &[HourRow]) -> Vec<Finding> {
    stretches(Kind::ClockSuspect, hours.iter().filter(|row| !is_believed(row)))
}

/// Hours that the gate stood by and that have not begun at `now`, by the auditor's clock. A time that somebody chose is no clock's.
pub(super) fn ahead(hours: &[HourRow], now: u64) -> Vec<Finding> {
    let is_ahead = |row: &&HourRow| {
        let flags = flags(row);
        !flags.clock_suspect && !flags.judged_at_another_time && row.hour * HOUR > now.saturating_add(CLOCKS)
    };
    stretches(Kind::ClockAhead, hours.iter().filter(is_ahead))
}

fn stretches<'a>(kind: Kind, rows: impl Iterator<Item = &'a HourRow>) -> Vec<Finding> {
    let mut stretches: Vec<(i64, u64, u64, u64)> = Vec::new();
    for row in rows {
        match stretches.last_mut() {
            Some((gate, _, last, events)) if *gate == row.gate && row.hour <= *last + 1 => {
                *last = row.hour;
                *events += row.count;
            }
            _ => stretches.push((row.gate, row.hour, row.hour, row.count)),
        }
    }
    // Each gate's longest first, then each one's second: a gate that makes thousands pushes no other's out of the list.
    stretches.sort_by_key(|(gate, _, _, events)| (*gate, std::cmp::Reverse(*events)));
    let mut before = (0, 0);
    let mut ranked: Vec<_> = stretches
        .into_iter()
        .map(|stretch| {
            let rank = if before.0 == stretch.0 { before.1 + 1 } else { 0 };
            before = (stretch.0, rank);
            (rank, stretch)
        })
        .collect();
    ranked.sort_by_key(|(rank, (gate, _, _, events))| (*rank, std::cmp::Reverse(*events), *gate));
    let finding = |(_, (gate, first, last, events))| {
        let span = Span {
            from: first * HOUR,
            until: (last + 1) * HOUR,
        };
        Finding {
            kind,
            gates: vec![gate],
            span: Some(span),
            values: vec![
                ("gate", Value::Gate(gate)),
                ("events", Value::Count(events)),
                ("from", Value::Time(span.from)),
                ("until", Value::Time(span.until)),
            ],
            evidence: Vec::new(),
        }
    };
    ranked.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use postern_log::Outcome;

    use super::super::city::hour;
    use super::*;

    #[test]
    fn a_gate_with_many_stretches_pushes_no_other_out() {
        let suspect_at = |gate, hour_of_it, count| HourRow {
            flags: 1,
            ..hour(gate, hour_of_it, Outcome::Admit, count)
        };
        let mut hours: Vec<HourRow> = (0..2000).map(|n| suspect_at(1, 2 * n, 9 + n % 2)).collect();
        hours.push(suspect_at(2, 7, 1));
        let gates: Vec<i64> = suspect(&hours).iter().map(|found| found.gates[0]).collect();
        assert_eq!((gates.len(), &gates[..3]), (2001, &[1, 2, 1][..]));
    }

    #[test]
    fn hours_that_follow_each_other_are_one_stretch() {
        let row = |gate, h, count| HourRow {
            flags: 1,
            ..hour(gate, h, Outcome::Admit, count)
        };
        let hours = [
            row(1, 10, 5),
            hour(1, 11, Outcome::Admit, 9),
            row(1, 11, 6),
            row(1, 14, 1),
            row(2, 15, 2),
        ];
        let found: Vec<_> = suspect(&hours)
            .into_iter()
            .map(|f| (f.gates, f.span, f.values[1].1.clone()))
            .collect();
        let span = |from: u64, until: u64| {
            Some(Span {
                from: from * HOUR,
                until: until * HOUR,
            })
        };
        assert_eq!(
            found,
            [
                (vec![1], span(10, 12), Value::Count(11)),
                (vec![2], span(15, 16), Value::Count(2)),
                (vec![1], span(14, 15), Value::Count(1)),
            ]
        );
    }

    #[test]
    fn a_clock_that_was_believed_is_not_found() {
        let other = HourRow {
            flags: 0b1110,
            ..hour(1, 3, Outcome::Admit, 1)
        };
        assert_eq!(suspect(&[hour(1, 2, Outcome::Admit, 7), other]), []);
    }

    #[test]
    fn hours_that_have_not_come_are_found() {
        let row = |h, flags| HourRow {
            flags,
            ..hour(1, h, Outcome::Admit, 3)
        };
        // A clock may be five minutes ahead; who was not believed, or chose a time, has no clock that is.
        let hours = [row(9, 0), row(10, 0), row(11, 0), row(11, 4), row(13, 1), row(14, 2)];
        let found: Vec<_> = ahead(&hours, 10 * HOUR - 300)
            .into_iter()
            .map(|found| (found.kind, found.span, found.values[1].1.clone()))
            .collect();
        let span = Span {
            from: 11 * HOUR,
            until: 12 * HOUR,
        };
        assert_eq!(found, [(Kind::ClockAhead, Some(span), Value::Count(6))]);
        assert_eq!(ahead(&hours, 11 * HOUR), []);
    }
}
