//! The same code, or the same person, at two gates faster than anybody travels.
//!
//! Sightings are sorted by pseudonym and time, a day at a time, and neighbours are compared: 24 bytes each, eight million in some
//! 200 MB. Distances are those of the great circle (haversine, on a sphere of 6,371.0088 km, the mean radius of IUGG).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use postern_core::gates::Position;

use super::{CLOCKS, Evidence, Finding, Found, Kind, MAX_LISTED, Thresholds, Value, is_believed};
use crate::archive::{Archive, GateRow, HourRow, Sighting, Span};
use crate::error::Error;

/// In kilometres.
const EARTH: f64 = 6_371.008_8;
/// A person may stand this far from the position of a gate, in kilometres: entrances, halls.
const RADIUS: f64 = 0.3;
const DAY: u64 = 86_400;
/// The most pseudonyms that are told apart, the rest is counted.
const MAX_FOUND: usize = 100_000;

/// Two sightings that cannot both be of one person.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Jump {
    from: (usize, u64, u64),
    to: (usize, u64, u64),
    km: f64,
}

impl Jump {
    fn seconds(&self) -> u64 {
        self.to.1 - self.from.1
    }

    /// What is too fast about it, in kilometres that nobody makes.
    fn excess(&self, speed: f64) -> f64 {
        self.km - self.seconds() as f64 * speed
    }
}

pub(super) fn find(
    archive: &mut dyn Archive,
    gates: &[GateRow],
    hours: &[HourRow],
    thresholds: &Thresholds,
    span: Span,
) -> Result<Found, Error> {
    let places: Vec<Option<Place>> = gates.iter().map(|gate| gate.position.map(Place::of)).collect();
    // A sighting of nobody knows where must not stand between two that say something.
    let numbers: BTreeMap<i64, usize> = gates
        .iter()
        .enumerate()
        .filter(|(_, gate)| gate.position.is_some())
        .map(|(i, gate)| (gate.id, i))
        .collect();
    // Kilometres a second.
    let speed = f64::from(thresholds.max_speed) / 3600.0;
    // No two sightings further apart than this say anything.
    let reach = (widest(&places) / speed).ceil() as u64;
    let mut found: BTreeMap<(bool, u64), (u64, Jump)> = BTreeMap::new();
    let mut past = 0;
    for window in windows(hours, span, reach) {
        let mut seen = Vec::new();
        archive.sightings(window.span, &mut |sighting| seen.extend(pack(&sighting, &numbers)))?;
        seen.sort_unstable();
        jumps(&seen, &places, speed, reach, |who, jump| {
            if jump.from.1 >= window.begins_before {
                return;
            }
            if found.len() >= MAX_FOUND && !found.contains_key(&who) {
                past += 1;
                return;
            }
            let worst = found.entry(who).or_insert((0, jump));
            worst.0 += 1;
            if jump.excess(speed) > worst.1.excess(speed) {
                worst.1 = jump;
            }
        });
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(who, (jumps, worst))| (Reverse(*jumps), Reverse(worst.km as u64), *who));
    let more = past + found.len().saturating_sub(MAX_LISTED) as u64;
    found.truncate(MAX_LISTED);
    let findings = found
        .into_iter()
        .map(|(who, (jumps, worst))| finding(who, jumps, worst, gates))
        .collect();
    Ok(Found {
        findings,
        more: vec![(Kind::ImpossibleTravel, more)],
    })
}

/// A day, and as much after it as a pair may reach over.
struct Window {
    span: Span,
    /// The first sighting of a pair lies before this.
    begins_before: u64,
}

/// Of the days that have events of a believed time: a log may say that it is the year 9999.
fn windows(hours: &[HourRow], span: Span, reach: u64) -> impl Iterator<Item = Window> {
    let believed = hours.iter().filter(|row| is_believed(row));
    let days: BTreeSet<u64> = believed.map(|row| row.hour / 24).collect();
    days.into_iter().map(move |day| {
        let end = ((day + 1) * DAY).min(span.until);
        Window {
            span: Span {
                from: (day * DAY).max(span.from),
                until: end.saturating_add(reach + 1).min(span.until),
            },
            begins_before: end,
        }
    })
}

/// Pseudonym, time with gate and kind, place in the log: what sorts as it should in 24 bytes.
type Packed = [u64; 3];

/// Times and gates that do not fit are of no honest archive: the time has 40 bits, until the year 36,812.
fn pack(sighting: &Sighting, numbers: &BTreeMap<i64, usize>) -> Option<Packed> {
    let gate = *numbers.get(&sighting.gate)? as u64;
    let fits = gate < 1 << 23 && sighting.time < 1 << 40;
    let rest = sighting.time << 24 | gate << 1 | u64::from(sighting.is_person);
    fits.then_some([sighting.who, rest, sighting.seq])
}

fn unpack([_, rest, seq]: &Packed) -> (usize, u64, u64) {
    ((rest >> 1 & 0x7f_ffff) as usize, rest >> 24, *seq)
}

/// Calls `each` for every two neighbours that cannot both be of one person.
fn jumps(seen: &[Packed], places: &[Option<Place>], speed: f64, reach: u64, mut each: impl FnMut((bool, u64), Jump)) {
    for pair in seen.windows(2) {
        let (who, is_person) = (pair[0][0], pair[0][1] & 1 == 1);
        if who != pair[1][0] || is_person != (pair[1][1] & 1 == 1) {
            continue;
        }
        let (from, to) = (unpack(&pair[0]), unpack(&pair[1]));
        let (Some(here), Some(there)) = (&places[from.0], &places[to.0]) else {
            continue;
        };
        if from.0 == to.0 || to.1 - from.1 > reach {
            continue;
        }
        let km = here.distance(there);
        let needed = (km - 2.0 * RADIUS).max(0.0) / speed;
        if needed > (to.1 - from.1 + CLOCKS) as f64 {
            each((is_person, who), Jump { from, to, km });
        }
    }
}

/// A position as a point of the unit sphere: the chord between two gives the distance without an angle of each pair.
#[derive(Clone, Copy)]
struct Place([f64; 3]);

impl Place {
    fn of(position: Position) -> Self {
        let radians = |millionths: i32| (f64::from(millionths) / 1e6).to_radians();
        let (latitude, longitude) = (radians(position.latitude()), radians(position.longitude()));
        let (sin, cos) = latitude.sin_cos();
        Self([cos * longitude.cos(), cos * longitude.sin(), sin])
    }

    /// Kilometres along the great circle. Half the chord is the sine of half the angle, as in the haversine formula.
    fn distance(&self, other: &Self) -> f64 {
        let square: f64 = self.0.iter().zip(other.0).map(|(a, b)| (a - b) * (a - b)).sum();
        2.0 * EARTH * (square.sqrt() / 2.0).min(1.0).asin()
    }
}

/// No two places are further apart: twice the way from one of them to the furthest, and half around the earth.
fn widest(places: &[Option<Place>]) -> f64 {
    let mut known = places.iter().flatten();
    let Some(first) = known.next() else { return 0.0 };
    let furthest = known.map(|place| first.distance(place)).fold(0.0, f64::max);
    (2.0 * furthest).min(std::f64::consts::PI * EARTH)
}

fn finding((is_person, who): (bool, u64), jumps: u64, worst: Jump, gates: &[GateRow]) -> Finding {
    let (from, to) = (gates[worst.from.0].id, gates[worst.to.0].id);
    let kmh = worst.km * 3600.0 / worst.seconds().max(1) as f64;
    Finding {
        kind: Kind::ImpossibleTravel,
        gates: vec![from, to],
        span: Some(Span {
            from: worst.from.1,
            until: worst.to.1 + 1,
        }),
        values: vec![
            ("who", Value::Text(format!("{who:016x}"))),
            (
                "what",
                Value::Text(if is_person { "person" } else { "code" }.to_owned()),
            ),
            ("gate", Value::Gate(from)),
            ("to", Value::Gate(to)),
            ("time", Value::Time(worst.from.1)),
            ("km", Value::Decimal(worst.km)),
            ("took", Value::Duration(worst.seconds())),
            ("speed", Value::Count(kmh.round() as u64)),
            ("jumps", Value::Count(jumps)),
        ],
        evidence: vec![
            Evidence::Event {
                gate: from,
                seq: worst.from.2,
            },
            Evidence::Event {
                gate: to,
                seq: worst.to.2,
            },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::super::city::{Memory, gate};
    use super::*;

    const SPAN: Span = Span {
        from: 0,
        until: 3 * DAY,
    };

    fn found(sightings: &[(u64, u64, i64)]) -> Vec<(u64, Vec<i64>)> {
        let gates = [
            gate(1, 34.25, 108.95, 0),
            // 20 km to the north.
            gate(2, 34.43, 108.95, 0),
            GateRow {
                position: None,
                ..gate(3, 0.0, 0.0, 0)
            },
        ];
        let mut memory = Memory::default();
        for (i, (who, time, gate)) in sightings.iter().enumerate() {
            memory.sightings.push(Sighting {
                who: *who,
                time: *time,
                gate: *gate,
                seq: i as u64,
                is_person: false,
            });
        }
        let hours: Vec<_> = sightings
            .iter()
            .map(|(_, time, gate)| super::super::city::hour(*gate, time / 3600, postern_log::Outcome::Admit, 1))
            .collect();
        let travel = find(&mut memory, &gates, &hours, &Thresholds::default(), SPAN).unwrap();
        let jumps = |found: &Finding| match found.values.iter().find(|(name, _)| *name == "jumps") {
            Some((_, Value::Count(jumps))) => *jumps,
            other => panic!("{other:?}"),
        };
        travel
            .findings
            .iter()
            .map(|found| (jumps(found), found.gates.clone()))
            .collect()
    }

    #[test]
    fn the_distance_is_that_of_the_great_circle() {
        let place = |text: &str| Place::of(text.parse().unwrap());
        // A degree of a meridian is 2 π R / 360 = 111.1951 km.
        let degree = place("34,108").distance(&place("35,108"));
        assert!((degree - 111.1951).abs() < 1e-3, "{degree}");
        // Half around the earth.
        let half = place("0,-90").distance(&place("0,90"));
        assert!((half - std::f64::consts::PI * EARTH).abs() < 1e-6, "{half}");
    }

    #[test]
    fn a_code_at_two_gates_within_five_minutes_is_found() {
        assert_eq!(found(&[(7, 1000, 1), (7, 1000, 2)]), [(1, vec![1, 2])]);
        // 19.4 km at 150 km/h are 466 s, and the clocks may differ by 300 s.
        assert_eq!(found(&[(7, 1000, 1), (7, 1160, 2)]), [(1, vec![1, 2])]);
    }

    #[test]
    fn who_has_the_time_to_travel_is_not_found() {
        assert_eq!(found(&[(7, 1000, 1), (7, 1180, 2)]), []);
        assert_eq!(found(&[(7, 1000, 1), (8, 1000, 2)]), [], "two people");
        assert_eq!(found(&[(7, 1000, 1), (7, 1001, 1)]), [], "one gate");
        assert_eq!(found(&[(7, 1000, 1), (7, 1001, 3)]), [], "where it stands nobody knows");
    }

    #[test]
    fn a_gate_without_a_position_hides_no_jump() {
        assert_eq!(found(&[(7, 1000, 1), (7, 1010, 3), (7, 1020, 2)]), [(1, vec![1, 2])]);
    }

    #[test]
    fn a_pair_over_midnight_is_found_once() {
        assert_eq!(found(&[(7, DAY - 5, 1), (7, DAY + 5, 2)]), [(1, vec![1, 2])]);
        assert_eq!(
            found(&[(7, DAY - 5, 1), (7, DAY + 5, 2), (7, DAY + 9, 1)]),
            [(2, vec![2, 1])]
        );
    }

    #[test]
    fn the_code_with_the_most_jumps_comes_first() {
        let sightings = [(1, 10, 1), (1, 20, 2), (2, 10, 2), (2, 20, 1), (2, 30, 2)];
        let found = found(&sightings);
        assert_eq!(found.iter().map(|(jumps, _)| *jumps).collect::<Vec<_>>(), [2, 1]);
    }
}
