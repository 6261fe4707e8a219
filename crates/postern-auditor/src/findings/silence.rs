//! Gates that have logged nothing, or sent nothing, for longer than they do.

use super::{Finding, HOUR, Kind, Value};
use crate::archive::{GateRow, HourRow, Span};

/// So many times its usual gap a gate may be silent: one that rests at night may rest a weekend.
const TIMES: u64 = 8;
/// And never less than these hours.
const LEAST: u64 = 6;
/// Of fewer hours one cannot tell what is usual: then a gate may be silent for a day.
const LEAST_KNOWN: u64 = 72;
const UNKNOWN: u64 = 24;

/// Each gate's longest silence of the span, where it is longer than usual. `now` is the auditor's clock: contact is judged by it, events
/// by the end of the span where that is past.
pub(super) fn find(gates: &[GateRow], hours: &[HourRow], most: Option<u64>, span: Span, now: u64) -> Vec<Finding> {
    let mut found = Vec::new();
    for gate in gates {
        let end = now.min(span.until).min(gate.retired.unwrap_or(u64::MAX));
        // Rows come by gate and hour.
        let begin = hours.partition_point(|row| row.gate < gate.id);
        let of_gate = hours[begin..].iter().take_while(|row| row.gate == gate.id);
        let mut active: Vec<u64> = of_gate.map(|row| row.hour).collect();
        active.dedup();
        let allowed = HOUR * most.unwrap_or_else(|| allowed_hours(&active));
        let mut silences = silences(&active, gate, span, end);
        // What is longest, the latest of them.
        silences.sort_by_key(|(from, until)| (until.saturating_sub(*from), *from));
        if let Some((from, until)) = silences.pop().filter(|(from, until)| *until > from + allowed) {
            found.push(finding(Kind::SilentGate, gate.id, from, until, allowed));
        }
        let last = gate.last_contact.unwrap_or(gate.enrolled);
        if gate.retired.is_none() && now > last.saturating_add(allowed) {
            found.push(finding(Kind::NoContact, gate.id, last, now, allowed));
        }
    }
    found.sort_by_key(|finding| {
        let length = finding.span.map_or(0, |span| span.until - span.from);
        (finding.kind, std::cmp::Reverse(length), finding.gates[0])
    });
    found
}

/// From the end of an hour with events to the beginning of the next, the ends of the span included.
fn silences(active: &[u64], gate: &GateRow, span: Span, end: u64) -> Vec<(u64, u64)> {
    let (Some(first), Some(last)) = (active.first(), active.last()) else {
        let since = gate.last_event.filter(|time| *time < end);
        // A gate that has not begun is silent from the day that it was enrolled.
        return vec![(since.unwrap_or(0).max(gate.enrolled).max(span.from), end)];
    };
    let mut silences: Vec<_> = active
        .windows(2)
        .map(|pair| ((pair[0] + 1) * HOUR, pair[1] * HOUR))
        .collect();
    silences.push((span.from.max(gate.enrolled), first * HOUR));
    silences.push(((last + 1) * HOUR, end));
    silences
}

/// Eight times the gap that nineteen of twenty do not exceed.
fn allowed_hours(active: &[u64]) -> u64 {
    let known = match (active.first(), active.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0,
    };
    if known < LEAST_KNOWN {
        return UNKNOWN;
    }
    let mut gaps: Vec<u64> = active.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let usual = gaps[(gaps.len() * 19 / 20).min(gaps.len() - 1)];
    (TIMES * usual).max(LEAST)
}

fn finding(kind: Kind, gate: i64, from: u64, until: u64, allowed: u64) -> Finding {
    Finding {
        kind,
        gates: vec![gate],
        span: Some(Span { from, until }),
        values: vec![
            ("gate", Value::Gate(gate)),
            ("from", Value::Time(from)),
            ("until", Value::Time(until)),
            ("silence", Value::Duration(until - from)),
            ("allowed", Value::Duration(allowed)),
        ],
        evidence: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use postern_log::Outcome;

    use super::super::city::{gate, hour};
    use super::*;

    const DAY: u64 = 24;

    /// Ten days, from 6 to 22, but for what is left out.
    fn days(is_closed: impl Fn(u64) -> bool) -> (Vec<GateRow>, Vec<HourRow>, Span) {
        let open = (0..10 * DAY).filter(|h| (6..22).contains(&(h % DAY)) && !is_closed(*h));
        let hours = open.map(|h| hour(1, h, Outcome::Admit, 5)).collect();
        let mut one = gate(1, 0.0, 0.0, 9);
        one.last_contact = Some(10 * DAY * HOUR);
        let span = Span {
            from: 0,
            until: 10 * DAY * HOUR,
        };
        (vec![one], hours, span)
    }

    fn found(is_closed: impl Fn(u64) -> bool, most: Option<u64>) -> Vec<(Kind, Option<Span>)> {
        let (gates, hours, span) = days(is_closed);
        let found = find(&gates, &hours, most, span, span.until);
        found.into_iter().map(|found| (found.kind, found.span)).collect()
    }

    #[test]
    fn nights_and_a_weekend_are_no_silence() {
        assert_eq!(found(|_| false, None), []);
        assert_eq!(found(|h| (5 * DAY..7 * DAY).contains(&h), None), []);
    }

    #[test]
    fn a_gate_that_stops_is_silent() {
        let span = Span {
            from: (3 * DAY + 22) * HOUR,
            until: 10 * DAY * HOUR,
        };
        assert_eq!(found(|h| h >= 4 * DAY, None), [(Kind::SilentGate, Some(span))]);
    }

    #[test]
    fn the_hours_that_the_auditor_names_count() {
        let night = Span {
            from: (8 * DAY + 22) * HOUR,
            until: (9 * DAY + 6) * HOUR,
        };
        assert_eq!(found(|_| false, Some(8)), []);
        assert_eq!(found(|_| false, Some(7)), [(Kind::SilentGate, Some(night))]);
    }

    #[test]
    fn a_gate_of_which_nothing_came_is_told_by_the_auditors_clock() {
        let (mut gates, hours, span) = days(|_| false);
        let kinds = |gates: &[GateRow], now| {
            let found = find(gates, &hours, None, span, now);
            found.into_iter().map(|found| found.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&gates, span.until + 72 * HOUR), []);
        assert_eq!(kinds(&gates, span.until + 73 * HOUR), [Kind::NoContact]);
        gates[0].retired = Some(span.until);
        assert_eq!(kinds(&gates, span.until + 73 * HOUR), [], "nobody waits for it");
    }

    #[test]
    fn a_gate_that_never_began_is_silent_from_its_enrolment() {
        let (mut gates, _, span) = days(|_| false);
        gates[0].enrolled = span.until - 10 * HOUR;
        assert_eq!(find(&gates, &[], None, span, span.until), []);
        gates[0].enrolled = span.until - 30 * HOUR;
        assert_eq!(find(&gates, &[], None, span, span.until)[0].kind, Kind::SilentGate);
    }
}
