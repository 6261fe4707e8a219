//! Gates that refuse far more, or far less, than the others in the same hours ([`super::funnel`]).
//!
//! A gate that refuses nobody may have been taught to; one that refuses many may be at a border, or may stand where codes are forged.

use postern_log::Outcome;

use super::funnel::{self, Cell};
use super::{Finding, Found, Kind, Value};
use crate::archive::HourRow;

pub(super) fn find(hours: &[HourRow]) -> Found {
    let of_codes = |row: &&HourRow| row.kind == postern_log::Kind::Code;
    // Rows come by gate and hour.
    let mut gates: Vec<i64> = Vec::new();
    let mut units: Vec<Vec<Cell>> = Vec::new();
    for row in hours.iter().filter(of_codes) {
        if gates.last() != Some(&row.gate) {
            gates.push(row.gate);
            units.push(Vec::new());
        }
        let Some(cells) = units.last_mut() else { continue };
        if cells.last().is_none_or(|cell| cell.stratum != row.hour) {
            cells.push(Cell {
                stratum: row.hour,
                trials: 0,
                hits: 0,
            });
        }
        if let Some(cell) = cells.last_mut() {
            cell.trials += row.count;
            cell.hits += if row.outcome == Outcome::Refuse { row.count } else { 0 };
        }
    }
    let kind = |outlier: &funnel::Outlier| match outlier.distance > 0.0 {
        true => Kind::RefusalsHigh,
        false => Kind::RefusalsLow,
    };
    let finding = |outlier: funnel::Outlier| Finding {
        kind: kind(&outlier),
        gates: vec![gates[outlier.unit]],
        span: None,
        values: vec![
            ("gate", Value::Gate(gates[outlier.unit])),
            ("refused", Value::Count(outlier.hits)),
            ("scans", Value::Count(outlier.trials)),
            ("share", Value::Share(outlier.hits as f64 / outlier.trials as f64)),
            ("expected", Value::Decimal(outlier.expected)),
            ("distance", Value::Decimal(outlier.distance.abs())),
        ],
        evidence: Vec::new(),
    };
    let outliers = funnel::outliers(&units);
    Found {
        more: outliers.more.iter().map(|outlier| (kind(outlier), 1)).collect(),
        findings: outliers.told.into_iter().map(finding).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::city::hour;
    use super::*;

    fn city(refused: impl Fn(i64) -> u64) -> Vec<HourRow> {
        let rows = |gate| {
            (0..12).flat_map(move |h| {
                [
                    hour(gate, h, Outcome::Admit, 400),
                    hour(gate, h, Outcome::Refuse, 8 + (h + gate as u64) % 3),
                ]
            })
        };
        let mut hours: Vec<_> = (1..=30).flat_map(rows).collect();
        for row in hours.iter_mut().filter(|row| row.outcome == Outcome::Refuse) {
            row.count = if refused(row.gate) == u64::MAX {
                row.count
            } else {
                refused(row.gate)
            };
        }
        hours
    }

    #[test]
    fn gates_that_refuse_alike_are_not_found() {
        assert_eq!(find(&city(|_| u64::MAX)).findings, []);
        assert_eq!(find(&[]).findings, []);
    }

    #[test]
    fn a_gate_that_refuses_more_than_the_others_is_found() {
        let found = find(&city(|gate| if gate == 7 { 40 } else { u64::MAX })).findings;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, &found[0].gates[..]), (Kind::RefusalsHigh, &[7][..]));
        assert!(found[0].values.contains(&("refused", Value::Count(480))));
    }

    #[test]
    fn a_gate_that_refuses_nobody_is_found() {
        let found = find(&city(|gate| if gate == 9 { 0 } else { u64::MAX })).findings;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, &found[0].gates[..]), (Kind::RefusalsLow, &[9][..]));
    }
}
