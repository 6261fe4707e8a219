//! What people decided and entered by hand, and who of them does it far more often than the others ([`super::funnel`]).
//!
//! An operator is a word of a site, so two gates may mean two people by it. What somebody could have decided otherwise is what their
//! gate did not admit during their shifts, and a shift is what their own entries show: from the first to the last of them, without
//! pauses of six hours.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use postern_log::{Kind as EventKind, Outcome};

use super::funnel::{self, Cell};
use super::{Evidence, Finding, Found, HOUR, Kind, Value};
use crate::archive::{Archive, Filter, HourRow, Span};
use crate::error::Error;

/// A longer pause ends a shift.
const PAUSE: u64 = 6;
/// The most operators of a gate that are told apart: their names are the gate's word, and a hostile one has no end of them. What others
/// at the same gate did is counted.
pub(crate) const MAX_OPERATORS: usize = 256;

/// What one operator did at one gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) gate: i64,
    pub(crate) name: String,
    /// Decisions otherwise than the gate, and those of them that let somebody in.
    pub(crate) overrides: u64,
    pub(crate) admitted: u64,
    /// People entered by hand.
    pub(crate) manual: u64,
    /// What the gate judged during their shifts, and what of it the gate did not admit.
    pub(crate) scans: u64,
    pub(crate) not_admitted: u64,
    /// Their first event of the span.
    pub(crate) first: u64,
    /// The hours with entries of theirs, ascending.
    hours: Vec<u64>,
}

/// Who did what by hand.
pub(super) struct Hands {
    /// The most active first; at most [`MAX_OPERATORS`] of a gate, the first that it named.
    pub(super) operators: Vec<Operator>,
    /// How many events of a gate are of others, for gates that have such.
    pub(super) more_by_hand: Vec<(i64, u64)>,
}

/// All that was done by hand in the span.
pub(super) fn operators(archive: &mut dyn Archive, hours: &[HourRow], span: Span) -> Result<Hands, Error> {
    let mut found: BTreeMap<(i64, String), Operator> = BTreeMap::new();
    let mut of_gate: BTreeMap<i64, usize> = BTreeMap::new();
    let mut more: BTreeMap<i64, u64> = BTreeMap::new();
    for kind in [EventKind::Override, EventKind::Manual] {
        let filter = Filter {
            span: Some(span),
            kind: Some(kind),
            ..Filter::default()
        };
        archive.events(&filter, &mut |archived| {
            let (gate, event) = (archived.gate, archived.event.details());
            // Nobody has decided what a document reader entered.
            let Some(name) = &event.operator else { return true };
            let key = (gate, name.clone());
            if !found.contains_key(&key) {
                let known = of_gate.entry(gate).or_default();
                if *known >= MAX_OPERATORS {
                    *more.entry(gate).or_default() += 1;
                    return true;
                }
                *known += 1;
            }
            let operator = found.entry(key).or_insert_with(|| Operator {
                gate,
                name: name.clone(),
                overrides: 0,
                admitted: 0,
                manual: 0,
                scans: 0,
                not_admitted: 0,
                first: archived.event.seq(),
                hours: Vec::new(),
            });
            match kind {
                EventKind::Override => operator.overrides += 1,
                _ => operator.manual += 1,
            }
            operator.admitted += u64::from(kind == EventKind::Override && event.outcome == Outcome::Admit);
            operator.first = operator.first.min(archived.event.seq());
            if operator.hours.last() != Some(&(event.time / HOUR)) {
                operator.hours.push(event.time / HOUR);
            }
            true
        })?;
    }
    let mut operators: Vec<_> = found.into_values().collect();
    for operator in &mut operators {
        operator.hours.sort_unstable();
        operator.hours.dedup();
        (operator.scans, operator.not_admitted) = during(operator, hours);
    }
    operators.sort_by_key(|operator| Reverse(operator.overrides + operator.manual));
    Ok(Hands {
        operators,
        more_by_hand: more.into_iter().collect(),
    })
}

/// What the operator's gate judged during their shifts, and what of it it did not admit.
fn during(operator: &Operator, hours: &[HourRow]) -> (u64, u64) {
    let begin = hours.partition_point(|row| row.gate < operator.gate);
    let of_gate = hours[begin..].iter().take_while(|row| row.gate == operator.gate);
    let judged = |row: &&HourRow| matches!(row.kind, EventKind::Code | EventKind::Document);
    let shifts = shifts(&operator.hours);
    let (mut scans, mut not_admitted) = (0, 0);
    for row in of_gate.filter(judged) {
        let next = shifts.partition_point(|(_, last)| *last < row.hour);
        if shifts.get(next).is_some_and(|(first, _)| *first <= row.hour) {
            scans += row.count;
            not_admitted += if row.outcome == Outcome::Admit { 0 } else { row.count };
        }
    }
    (scans, not_admitted)
}

/// The first and last hour of each shift.
fn shifts(hours: &[u64]) -> Vec<(u64, u64)> {
    let mut shifts: Vec<(u64, u64)> = Vec::new();
    for hour in hours {
        match shifts.last_mut() {
            Some((_, last)) if hour - *last <= PAUSE => *last = *hour,
            _ => shifts.push((*hour, *hour)),
        }
    }
    shifts
}

pub(super) fn find(operators: &[Operator]) -> Found {
    let mut found = Found::default();
    let cell = |trials: u64, hits: u64| {
        vec![Cell {
            stratum: 0,
            trials: trials.max(hits),
            hits,
        }]
    };
    let overrides: Vec<_> = operators.iter().map(|o| cell(o.not_admitted, o.admitted)).collect();
    let manual: Vec<_> = operators.iter().map(|o| cell(o.scans + o.manual, o.manual)).collect();
    for (kind, units) in [(Kind::OverridesUnusual, overrides), (Kind::ManualUnusual, manual)] {
        let outliers = funnel::outliers(&units);
        // Who decides less often than others may as well have a quiet gate.
        let is_often = |outlier: &funnel::Outlier| outlier.distance > 0.0;
        let told = outliers.told.into_iter().filter(is_often);
        found
            .findings
            .extend(told.map(|outlier| finding(kind, &operators[outlier.unit], outlier)));
        let more = outliers.more.iter().filter(|outlier| is_often(outlier)).count();
        found.more.push((kind, more as u64));
    }
    found
}

fn finding(kind: Kind, operator: &Operator, outlier: funnel::Outlier) -> Finding {
    Finding {
        kind,
        gates: vec![operator.gate],
        span: None,
        values: vec![
            ("gate", Value::Gate(operator.gate)),
            ("operator", Value::Text(operator.name.clone())),
            ("count", Value::Count(outlier.hits)),
            ("of", Value::Count(outlier.trials)),
            ("share", Value::Share(outlier.hits as f64 / outlier.trials as f64)),
            ("expected", Value::Decimal(outlier.expected)),
            ("distance", Value::Decimal(outlier.distance)),
        ],
        evidence: vec![Evidence::Event {
            gate: operator.gate,
            seq: operator.first,
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::super::city::{Memory, code, hour, manual, override_of};
    use super::*;

    const DAY: Span = Span {
        from: 0,
        until: 24 * HOUR,
    };

    /// Twelve gates with one operator each, who lets in three of the ten that are refused each hour; and at gate 1 what `more` adds.
    fn city(more: impl FnOnce(&mut Memory)) -> (Vec<Operator>, Vec<Finding>) {
        let mut memory = Memory::default();
        let mut hours = Vec::new();
        for gate in 1..=12 {
            memory.add(gate, code(8 * HOUR, Outcome::Refuse));
            for h in 8..16 {
                hours.push(hour(gate, h, Outcome::Admit, 200));
                hours.push(hour(gate, h, Outcome::Refuse, 10));
                for i in 0..3 {
                    memory.add(gate, override_of(h * HOUR + i, "a.lin", 0, Outcome::Admit));
                }
                memory.add(gate, manual(h * HOUR + 9, "a.lin"));
            }
        }
        more(&mut memory);
        let operators = operators(&mut memory, &hours, DAY).unwrap().operators;
        let found = find(&operators).findings;
        (operators, found)
    }

    #[test]
    fn operators_are_counted_by_gate_and_name() {
        let (operators, found) = city(|_| ());
        assert_eq!((operators.len(), found), (12, vec![]));
        let one = &operators[0];
        assert_eq!((one.overrides, one.admitted, one.manual), (24, 24, 8));
        assert_eq!((one.scans, one.not_admitted), (8 * 210, 80));
    }

    #[test]
    fn an_operator_who_lets_far_more_in_than_others_is_found() {
        let (_, found) = city(|memory| {
            for i in 0..45 {
                memory.add(1, override_of(9 * HOUR + i, "a.lin", 0, Outcome::Admit));
            }
        });
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, &found[0].gates[..]), (Kind::OverridesUnusual, &[1][..]));
        assert!(found[0].values.contains(&("operator", Value::Text("a.lin".to_owned()))));
    }

    #[test]
    fn an_operator_who_enters_far_more_by_hand_than_others_is_found() {
        let (_, found) = city(|memory| {
            for i in 0..90 {
                memory.add(3, manual(9 * HOUR + i, "a.lin"));
            }
        });
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, &found[0].gates[..]), (Kind::ManualUnusual, &[3][..]));
    }

    #[test]
    fn a_gate_with_no_end_of_operators_pushes_out_nobody() {
        let mut memory = Memory::default();
        for i in 0..MAX_OPERATORS as u64 + 7 {
            memory.add(1, manual(8 * HOUR + i, &format!("made-up-{i}")));
        }
        // Those that are known are counted on.
        memory.add(1, manual(9 * HOUR, "made-up-3"));
        memory.add(2, manual(9 * HOUR, "a.lin"));
        let hands = operators(&mut memory, &[], DAY).unwrap();
        assert_eq!(hands.more_by_hand, [(1, 7)]);
        let of = |gate| {
            hands
                .operators
                .iter()
                .filter(move |operator| operator.gate == gate)
                .count()
        };
        assert_eq!((of(1), of(2)), (MAX_OPERATORS, 1));
        assert_eq!((&*hands.operators[0].name, hands.operators[0].manual), ("made-up-3", 2));
    }

    #[test]
    fn a_long_pause_ends_a_shift() {
        assert_eq!(shifts(&[3, 4, 9, 16, 40]), [(3, 9), (16, 16), (40, 40)]);
        assert_eq!(shifts(&[]), []);
    }
}
