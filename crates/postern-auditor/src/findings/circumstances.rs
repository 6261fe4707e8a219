//! Events that were judged under circumstances that somebody should know of: old data, a declaration, no real trust, a chosen time.
//!
//! One finding each for the whole city: in an outage all gates have it at once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use postern_log::{Grade, Outcome};

use super::{Finding, HOUR, Kind, Value, flags, is_believed};
use crate::archive::{HourRow, Span};

/// Whether the events of a row are judged so.
type IsOne = fn(&HourRow) -> bool;

/// Each with what makes a row one of it.
const CIRCUMSTANCES: [(Kind, IsOne); 5] = [
    (Kind::DemoTrust, |row| flags(row).demo_trust),
    (Kind::DataTooOld, |row| row.grade == Grade::Refuse),
    (Kind::AnotherTime, |row| flags(row).judged_at_another_time),
    (Kind::StaleData, |row| row.grade == Grade::Stale),
    (Kind::Emergency, |row| flags(row).emergency),
];

pub(super) fn find(hours: &[HourRow]) -> Vec<Finding> {
    CIRCUMSTANCES
        .iter()
        .filter_map(|(kind, is_one)| of_kind(*kind, hours.iter().filter(|row| is_one(row))))
        .collect()
}

fn of_kind<'a>(kind: Kind, rows: impl Iterator<Item = &'a HourRow>) -> Option<Finding> {
    let mut gates: BTreeMap<i64, u64> = BTreeMap::new();
    let (mut events, mut admitted, mut days) = (0, 0, 0);
    let mut times: [Option<(u64, u64)>; 2] = [None; 2];
    for row in rows {
        *gates.entry(row.gate).or_default() += row.count;
        events += row.count;
        admitted += if row.outcome == Outcome::Admit { row.count } else { 0 };
        days = days.max(row.age_days);
        let time = &mut times[usize::from(is_believed(row))];
        let (first, last) = time.unwrap_or((row.hour, row.hour));
        *time = Some((first.min(row.hour), last.max(row.hour)));
    }
    let mut by_events: Vec<(i64, u64)> = gates.into_iter().collect();
    by_events.sort_by_key(|(gate, count)| (Reverse(*count), *gate));
    let (most, most_events) = by_events.first().copied()?;
    // Times that nobody believes are told where there are no others.
    let (first, last) = times[1].or(times[0])?;
    let span = Span {
        from: first * HOUR,
        until: (last + 1) * HOUR,
    };
    Some(Finding {
        kind,
        gates: by_events.iter().map(|(gate, _)| *gate).collect(),
        span: Some(span),
        values: vec![
            ("gates", Value::Count(by_events.len() as u64)),
            ("gate", Value::Gate(most)),
            ("most", Value::Count(most_events)),
            ("events", Value::Count(events)),
            ("admitted", Value::Count(admitted)),
            ("days", Value::Count(days.into())),
            ("from", Value::Time(span.from)),
            ("until", Value::Time(span.until)),
        ],
        evidence: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::city::hour;
    use super::*;

    #[test]
    fn fresh_and_aging_data_under_real_trust_is_nothing_to_tell() {
        let aging = HourRow {
            grade: Grade::Aging,
            age_days: 1,
            ..hour(1, 2, Outcome::Admit, 8)
        };
        let suspect = HourRow {
            flags: 1,
            ..hour(1, 2, Outcome::Admit, 8)
        };
        assert_eq!(find(&[hour(1, 1, Outcome::Refer, 3), aging, suspect]), []);
    }

    #[test]
    fn each_circumstance_is_told_once_for_all_gates() {
        let row = |gate, flags, grade| HourRow {
            flags,
            grade,
            age_days: 4,
            ..hour(gate, 5, Outcome::Admit, gate as u64)
        };
        let hours = [
            row(1, 0, Grade::Stale),
            row(2, 8, Grade::Stale),
            row(3, 4, Grade::Refuse),
            row(4, 2, Grade::Fresh),
        ];
        let found = find(&hours);
        let kinds: Vec<_> = found.iter().map(|found| (found.kind, found.gates.clone())).collect();
        assert_eq!(
            kinds,
            [
                (Kind::DemoTrust, vec![3]),
                (Kind::DataTooOld, vec![3]),
                (Kind::AnotherTime, vec![4]),
                (Kind::StaleData, vec![2, 1]),
                (Kind::Emergency, vec![2]),
            ]
        );
        assert!(found[3].values.contains(&("events", Value::Count(3))));
        assert!(found[3].values.contains(&("days", Value::Count(4))));
    }

    #[test]
    fn a_time_that_nobody_believes_does_not_stretch_when() {
        let row = |h, flags| HourRow {
            flags,
            ..hour(1, h, Outcome::Admit, 1)
        };
        let hours = |rows: &[HourRow]| find(rows)[0].span.map(|span| (span.from / HOUR, span.until / HOUR));
        assert_eq!(hours(&[row(5, 8), row(7, 8), row(9_999, 9)]), Some((5, 8)));
        assert_eq!(hours(&[row(9_999, 9)]), Some((9_999, 10_000)));
    }
}
