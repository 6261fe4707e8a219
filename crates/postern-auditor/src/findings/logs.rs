//! What the logs themselves show: two of one gate, rows that have not come, files that were refused.

use std::collections::BTreeMap;

use super::{Evidence, Finding, Kind, Value};
use crate::archive::{Archive, ForkRow, GateRow, RefusedRow, Span, WaitingRow};
use crate::error::Error;

/// The most files that one finding names.
const MAX_FILES: usize = 20;

pub(super) fn find(archive: &mut dyn Archive) -> Result<Vec<Finding>, Error> {
    let gates = archive.gates()?;
    let refused_rows = archive.refused()?;
    let mut found = forks(&archive.forks()?, &refused_rows);
    found.extend(missing(&gates, &archive.waiting()?));
    found.extend(refused(&refused_rows));
    Ok(found)
}

/// The forks. Files that came when as many as are kept had come are named with the last of their gate.
fn forks(rows: &[ForkRow], refused: &[RefusedRow]) -> Vec<Finding> {
    let mut found: Vec<_> = rows.iter().map(fork).collect();
    for last in last_of_each_gate(rows) {
        let more = refused
            .iter()
            .filter(|row| is_fork(row) && row.gate == Some(rows[last].gate));
        found[last].evidence.extend(more.take(MAX_FILES).map(file));
    }
    found
}

/// Where the last fork of each gate is among all.
fn last_of_each_gate(rows: &[ForkRow]) -> impl Iterator<Item = usize> {
    let last: BTreeMap<i64, usize> = rows.iter().enumerate().map(|(at, row)| (row.gate, at)).collect();
    last.into_values()
}

/// Whether a file was refused because enough forks of its gate are kept.
fn is_fork(row: &RefusedRow) -> bool {
    row.reason == "fork"
}

fn file(row: &RefusedRow) -> Evidence {
    Evidence::File {
        name: row.name.clone(),
        digest: row.digest,
    }
}

/// Whoever has a gate's key twice writes at the same time; who puts a store back writes on where it ended.
fn fork(fork: &ForkRow) -> Finding {
    let kind = match (fork.our_times, fork.their_times) {
        (Some(ours), Some(theirs)) if ours.0 <= theirs.1 && theirs.0 <= ours.1 => Kind::ForkCloned,
        (Some(_), Some(_)) => Kind::ForkRestored,
        _ => Kind::Fork,
    };
    let times = || [fork.our_times, fork.their_times].into_iter().flatten();
    let span = times().map(|(from, _)| from).min().zip(times().map(|(_, to)| to).max());
    let at = match fork.at {
        Some(at) => Value::Count(at),
        None => Value::Text("?".to_owned()),
    };
    Finding {
        kind,
        gates: vec![fork.gate],
        span: span.map(|(from, to)| Span { from, until: to + 1 }),
        values: vec![
            ("gate", Value::Gate(fork.gate)),
            ("at", at),
            ("seen", Value::Time(fork.seen)),
            ("fork", Value::Count(fork.id.unsigned_abs())),
        ],
        evidence: vec![Evidence::Fork { id: fork.id }],
    }
}

/// The gaps before the bundles that wait.
fn missing(gates: &[GateRow], waiting: &[WaitingRow]) -> Vec<Finding> {
    let mut found = Vec::new();
    for gate in gates {
        let mut of_gate: Vec<_> = waiting.iter().filter(|row| row.gate == gate.id).collect();
        of_gate.sort_by_key(|row| (row.from, row.to));
        let mut end = gate.size;
        for row in of_gate {
            if row.from > end {
                found.push(Finding {
                    kind: Kind::MissingRows,
                    gates: vec![gate.id],
                    span: None,
                    values: vec![
                        ("gate", Value::Gate(gate.id)),
                        ("from", Value::Count(end)),
                        ("to", Value::Count(row.from - 1)),
                        ("rows", Value::Count(row.from - end)),
                        ("seen", Value::Time(row.seen)),
                    ],
                    evidence: vec![Evidence::File {
                        name: format!("{}-{}.log", row.from, row.to),
                        digest: row.digest,
                    }],
                });
            }
            end = end.max(row.to);
        }
    }
    found
}

/// What was refused, by reason and gate.
fn refused(rows: &[RefusedRow]) -> Vec<Finding> {
    let mut groups: BTreeMap<(&str, Option<i64>), Vec<&RefusedRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !is_fork(row)) {
        groups.entry((&row.reason, row.gate)).or_default().push(row);
    }
    let finding = |((reason, gate), rows): ((&str, Option<i64>), Vec<&RefusedRow>)| {
        let kind = match reason {
            "bundle-inconsistent" => Kind::BundleInconsistent,
            "bundle-later-format" => Kind::BundleLaterFormat,
            "bundle-not-for-us" => Kind::BundleNotForUs,
            "bundle-too-old" => Kind::BundleTooOld,
            "bundle-unknown-gate" => Kind::BundleUnknownGate,
            // Cut, flipped, too large: whatever else keeps a file from being one of a gate's.
            _ => Kind::BundleDamaged,
        };
        let seen = rows.iter().map(|row| row.seen);
        // What is damaged has no signature that is good: whose it is, four bytes of it claim that anybody can write.
        let (whose, gate_value) = match gate {
            Some(gate) if kind == Kind::BundleDamaged => ("claimed", Value::Gate(gate)),
            Some(gate) => ("signed", Value::Gate(gate)),
            None => ("unknown", Value::Text("?".to_owned())),
        };
        Finding {
            kind,
            gates: gate.into_iter().collect(),
            span: None,
            values: vec![
                ("gate", gate_value),
                ("whose", Value::Text(whose.to_owned())),
                ("reason", Value::Text(reason.to_owned())),
                ("files", Value::Count(rows.len() as u64)),
                ("name", Value::Text(rows[0].name.clone())),
                ("seen", Value::Time(seen.max().unwrap_or_default())),
            ],
            evidence: rows.into_iter().take(MAX_FILES).map(file).collect(),
        }
    };
    groups.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::city::gate;
    use super::*;

    fn fork_row(ours: Option<(u64, u64)>, theirs: Option<(u64, u64)>) -> ForkRow {
        ForkRow {
            id: 7,
            gate: 1,
            at: Some(40),
            ours: String::new(),
            theirs: String::new(),
            our_times: ours,
            their_times: theirs,
            seen: 900,
            digest: [3; 32],
        }
    }

    fn waiting(from: u64, to: u64) -> WaitingRow {
        WaitingRow {
            gate: 1,
            from,
            to,
            digest: [1; 32],
            seen: 5,
        }
    }

    #[test]
    fn two_logs_at_the_same_time_are_a_clone() {
        let found = fork(&fork_row(Some((100, 200)), Some((150, 300))));
        assert_eq!(found.kind, Kind::ForkCloned);
        assert_eq!(found.span, Some(Span { from: 100, until: 301 }));
        assert_eq!(found.evidence, [Evidence::Fork { id: 7 }]);
    }

    #[test]
    fn one_log_after_the_other_is_a_store_that_was_put_back() {
        assert_eq!(
            fork(&fork_row(Some((100, 200)), Some((201, 300)))).kind,
            Kind::ForkRestored
        );
        assert_eq!(
            fork(&fork_row(Some((400, 500)), Some((201, 300)))).kind,
            Kind::ForkRestored
        );
    }

    #[test]
    fn without_times_a_fork_is_a_fork() {
        assert_eq!(fork(&fork_row(None, Some((201, 300)))).kind, Kind::Fork);
    }

    #[test]
    fn rows_that_have_not_come_are_missing() {
        let gates = [gate(1, 0.0, 0.0, 10)];
        let gaps = |rows: &[WaitingRow]| -> Vec<_> {
            missing(&gates, rows)
                .into_iter()
                .map(|found| (found.values[1].1.clone(), found.values[2].1.clone()))
                .collect()
        };
        assert_eq!(gaps(&[]), []);
        assert_eq!(gaps(&[waiting(10, 20)]), [], "it follows and will be taken");
        let two = [waiting(40, 50), waiting(30, 35), waiting(12, 30)];
        let count = Value::Count;
        assert_eq!(gaps(&two), [(count(10), count(11)), (count(35), count(39))]);
    }

    #[test]
    fn refused_files_are_told_by_reason_and_gate() {
        let row = |reason: &str, gate| RefusedRow {
            reason: reason.to_owned(),
            gate,
            name: "0-9.log".to_owned(),
            digest: [0; 32],
            seen: 3,
        };
        let rows = [
            row("bundle-inconsistent", Some(1)),
            row("bundle-damaged", None),
            row("bundle-damaged", None),
            row("bundle-damaged", Some(1)),
            row("bundle-later-format", Some(1)),
            row("bundle-unknown-gate", None),
            row("bundle-not-for-us", Some(1)),
            row("bundle-too-old", Some(1)),
            row("fork", Some(1)),
        ];
        let found = refused(&rows);
        let whose = |found: &Finding| match &found.values[1] {
            ("whose", Value::Text(whose)) => whose.clone(),
            other => panic!("{other:?}"),
        };
        let kinds: Vec<_> = found
            .iter()
            .map(|found| (found.kind, found.evidence.len(), whose(found)))
            .collect();
        let expected = [
            (Kind::BundleDamaged, 2, "unknown"),
            (Kind::BundleDamaged, 1, "claimed"),
            (Kind::BundleInconsistent, 1, "signed"),
            (Kind::BundleLaterFormat, 1, "signed"),
            (Kind::BundleNotForUs, 1, "signed"),
            (Kind::BundleTooOld, 1, "signed"),
            (Kind::BundleUnknownGate, 1, "unknown"),
        ];
        assert_eq!(
            kinds,
            expected.map(|(kind, files, whose)| (kind, files, whose.to_owned()))
        );
        assert_eq!(refused(&[]), []);
        // One that came when 64 were kept is a fork, and nothing damaged.
        let found = forks(&[fork_row(None, None), fork_row(None, None)], &rows);
        let kinds: Vec<_> = found.iter().map(|found| (found.kind, found.evidence.len())).collect();
        assert_eq!(kinds, [(Kind::Fork, 1), (Kind::Fork, 2)]);
    }
}
