//! Gates that have logged nothing, or sent nothing, for longer than they do.
//!
//! An event whose time nobody believes, or of an hour that has not come, neither ends a silence nor begins one.

use super::{Finding, HOUR, Kind, Value, is_believed};
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
        let has_logged = of_gate.clone().next().is_some();
        let counts = |row: &&HourRow| is_believed(row) && row.hour * HOUR < end;
        let mut active: Vec<u64> = of_gate.filter(counts).map(|row| row.hour).collect();
        active.dedup();
        let allowed = HOUR * most.unwrap_or_else(|| allowed_hours(&active));
        let mut silences = match active.is_empty() && has_logged {
            // It is not silent: its clock is wrong, which is found as that.
            true => Vec::new(),
            false => silences(&active, gate, span, end),
        };
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

/// From the end of an hour with events to the beginning of the next, the ends of the span included; none begins before the gate was
/// enrolled.
///
/// A log may be older than the gate's enrolment (made-up days of an exercise, an office that was set up later). Where all of it is, the
/// gate begins with its first event.
fn silences(active: &[u64], gate: &GateRow, span: Span, end: u64) -> Vec<(u64, u64)> {
    let (Some(first), Some(last)) = (active.first(), active.last()) else {
        // A gate that has not begun is silent from the day that it was enrolled.
        return vec![(span.from.max(gate.enrolled), end)];
    };
    let begin = match gate.enrolled < (last + 1) * HOUR {
        true => span.from.max(gate.enrolled),
        false => first * HOUR,
    };
    let mut silences = vec![(begin, first * HOUR), ((last + 1) * HOUR, end)];
    silences.extend(active.windows(2).map(|pair| ((pair[0] + 1) * HOUR, pair[1] * HOUR)));
    for (from, _) in &mut silences {
        *from = begin.max(*from);
    }
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

    /// A row of a time, with flags.
    fn at(h: u64, flags: u8) -> HourRow {
        HourRow {
            flags,
            ..hour(1, h, Outcome::Admit, 1)
        }
    }

    fn spans(gates: &[GateRow], hours: &[HourRow], span: Span, now: u64) -> Vec<Option<Span>> {
        let found = find(gates, hours, None, span, now);
        let silent = found.into_iter().filter(|found| found.kind == Kind::SilentGate);
        silent.map(|found| found.span).collect()
    }

    #[test]
    fn a_time_that_nobody_believes_ends_no_silence_and_begins_none() {
        let (gates, mut hours, span) = days(|h| h >= 4 * DAY);
        let silent = Span {
            from: (3 * DAY + 22) * HOUR,
            until: span.until,
        };
        hours.push(at(7 * DAY, 1));
        hours.push(at(900 * DAY, 1));
        assert_eq!(spans(&gates, &hours, span, span.until), [Some(silent)]);
        let (gates, mut hours, span) = days(|_| false);
        hours.push(at(900 * DAY, 1));
        let later = Span {
            until: 2000 * DAY * HOUR,
            ..span
        };
        assert_eq!(spans(&gates, &hours, later, span.until), []);
    }

    #[test]
    fn a_gate_whose_clock_was_never_believed_is_not_silent() {
        let (gates, mut hours, span) = days(|_| false);
        for row in &mut hours {
            row.flags = 1;
        }
        assert_eq!(spans(&gates, &hours, span, span.until), []);
        assert_eq!(spans(&gates, &[], span, span.until).len(), 1);
    }

    #[test]
    fn a_time_that_somebody_chose_ends_a_silence() {
        let (gates, mut hours, span) = days(|h| h >= 4 * DAY);
        hours.extend((4 * DAY..10 * DAY).filter(|h| h % DAY > 6).map(|h| at(h, 2)));
        assert_eq!(spans(&gates, &hours, span, span.until), []);
    }

    #[test]
    fn what_has_not_come_ends_no_silence_and_begins_none() {
        let (gates, mut hours, span) = days(|_| false);
        hours.push(at(20 * DAY, 0));
        let asked = Span {
            until: 30 * DAY * HOUR,
            ..span
        };
        assert_eq!(spans(&gates, &hours, asked, span.until), []);
        // Fourteen hours after the last event, of which eight were a night.
        let silent = Span {
            from: (9 * DAY + 22) * HOUR,
            until: 14 * DAY * HOUR,
        };
        assert_eq!(spans(&gates, &hours, asked, silent.until), [Some(silent)]);
    }

    #[test]
    fn no_silence_begins_before_the_gate_was_enrolled() {
        let tried_and_put_away = |h| (DAY..6 * DAY).contains(&h);
        let (mut gates, hours, span) = days(tried_and_put_away);
        let silent = Span {
            from: 22 * HOUR,
            until: (6 * DAY + 6) * HOUR,
        };
        assert_eq!(spans(&gates, &hours, span, span.until), [Some(silent)]);
        gates[0].enrolled = 6 * DAY * HOUR;
        assert_eq!(spans(&gates, &hours, span, span.until), []);
        // Four days of it are left, which is long for a gate that rests eight hours.
        gates[0].enrolled = 2 * DAY * HOUR;
        let left = Span {
            from: 2 * DAY * HOUR,
            ..silent
        };
        assert_eq!(spans(&gates, &hours, span, span.until), [Some(left)]);
    }

    #[test]
    fn a_gate_that_was_enrolled_after_all_of_its_log_begins_with_it() {
        let (mut gates, hours, span) = days(|h| h < 5 * DAY);
        gates[0].enrolled = span.until;
        assert_eq!(spans(&gates, &hours, span, span.until), [], "it was not there before");
        let (_, hours, _) = days(|h| (DAY..6 * DAY).contains(&h));
        let silent = Span {
            from: 22 * HOUR,
            until: (6 * DAY + 6) * HOUR,
        };
        assert_eq!(spans(&gates, &hours, span, span.until), [Some(silent)]);
    }
}
