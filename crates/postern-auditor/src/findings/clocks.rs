//! Stretches in which a gate's clock was not believed.

use super::{Finding, HOUR, Kind, Value, flags};
use crate::archive::{HourRow, Span};

/// A stretch goes on over the hours that follow each other; within one, other events may lie between.
pub(super) fn find(hours: &[HourRow]) -> Vec<Finding> {
    let mut stretches: Vec<(i64, u64, u64, u64)> = Vec::new();
    for row in hours.iter().filter(|row| flags(row).clock_suspect) {
        match stretches.last_mut() {
            Some((gate, _, last, events)) if *gate == row.gate && row.hour <= *last + 1 => {
                *last = row.hour;
                *events += row.count;
            }
            _ => stretches.push((row.gate, row.hour, row.hour, row.count)),
        }
    }
    // The longest first.
    stretches.sort_by_key(|(gate, _, _, events)| (std::cmp::Reverse(*events), *gate));
    let finding = |(gate, first, last, events)| {
        let span = Span {
            from: first * HOUR,
            until: (last + 1) * HOUR,
        };
        Finding {
            kind: Kind::ClockSuspect,
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
    stretches.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use postern_log::Outcome;

    use super::super::city::hour;
    use super::*;

    #[test]
    fn hours_that_follow_each_other_are_one_stretch() {
        let suspect = |gate, h, count| HourRow {
            flags: 1,
            ..hour(gate, h, Outcome::Admit, count)
        };
        let hours = [
            suspect(1, 10, 5),
            hour(1, 11, Outcome::Admit, 9),
            suspect(1, 11, 6),
            suspect(1, 14, 1),
            suspect(2, 15, 2),
        ];
        let found: Vec<_> = find(&hours)
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
        assert_eq!(find(&[hour(1, 2, Outcome::Admit, 7), other]), []);
    }
}
