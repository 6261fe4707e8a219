//! The numbers behind the charts, from the counts of the hours.

use std::collections::BTreeMap;
use std::ops::Range;

use postern_log::{Grade, Kind as EventKind};

use crate::archive::HourRow;
use crate::findings::{Examined, Kind, is_believed};

const HOUR: u64 = 3600;
/// The most bars of a chart over time.
const MAX_BARS: u64 = 72;
/// Widths of a bar, in hours.
const WIDTHS: [u64; 8] = [1, 2, 3, 6, 12, 24, 168, 720];

/// Bounds of the age of data in days; the last bar is open.
pub(super) const AGES: [u64; 7] = [0, 1, 2, 3, 7, 14, 30];
/// Bounds of the time since a gate's last contact in hours; the last bar is open.
pub(super) const CONTACTS: [u64; 6] = [0, 1, 6, 24, 72, 168];

/// Counts by the number of an outcome or grade.
pub(super) type Outcomes = [u64; 3];
pub(super) type Grades = [u64; 4];

pub(crate) struct Numbers {
    pub(super) totals: Totals,
    /// Hours of a bar, when the first bar begins, and the bars.
    pub(super) width: u64,
    pub(super) first: u64,
    pub(super) bars: Vec<Outcomes>,
    /// Codes and documents that are in no bar: their times are not believed, or lie outside of the span.
    pub(super) undated: u64,
    /// By the bounds of [`AGES`].
    pub(super) ages: [Grades; AGES.len()],
    /// Gates by the bounds of [`CONTACTS`], and those that nothing ever came of; retired ones not.
    pub(super) contacts: [u64; CONTACTS.len() + 1],
    /// By kind, those that there are, the ones that are not listed included.
    pub(super) kinds: Vec<(Kind, u64)>,
    /// Codes and documents of each gate by outcome.
    pub(super) gates: BTreeMap<i64, Outcomes>,
}

/// Of codes, documents and what was done by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) events: u64,
    /// Of codes and documents.
    pub(crate) outcomes: Outcomes,
    pub(crate) overrides: u64,
    pub(crate) manual: u64,
}

impl Numbers {
    pub(super) fn of(examined: &Examined, now: u64) -> Self {
        let span = examined.span;
        let first = span.from / HOUR;
        let hours = span.until.div_ceil(HOUR).saturating_sub(first).max(1);
        let fits = |width: &&u64| hours.div_ceil(**width) <= MAX_BARS;
        let width = WIDTHS
            .iter()
            .find(fits)
            .copied()
            .unwrap_or_else(|| hours.div_ceil(MAX_BARS));
        let mut numbers = Self {
            totals: Totals::default(),
            width,
            first: first * HOUR,
            bars: vec![Outcomes::default(); hours.div_ceil(width) as usize],
            undated: 0,
            ages: [Grades::default(); AGES.len()],
            contacts: [0; CONTACTS.len() + 1],
            kinds: Vec::new(),
            gates: BTreeMap::new(),
        };
        let charted = first..span.until.div_ceil(HOUR);
        examined.hours.iter().for_each(|row| numbers.add(row, &charted));
        for gate in examined.gates.iter().filter(|gate| gate.retired.is_none()) {
            let place = match gate.last_contact {
                Some(last) => place(&CONTACTS, now.saturating_sub(last) / HOUR),
                None => CONTACTS.len(),
            };
            numbers.contacts[place] += 1;
        }
        for kind in Kind::ALL {
            let listed = examined.findings.iter().filter(|finding| finding.kind == *kind).count() as u64;
            let more = examined.not_listed.iter().filter(|(of, _)| of == kind);
            let count = listed + more.map(|(_, count)| count).sum::<u64>();
            if count > 0 {
                numbers.kinds.push((*kind, count));
            }
        }
        numbers
    }

    fn add(&mut self, row: &HourRow, charted: &Range<u64>) {
        self.totals.events += row.count;
        match row.kind {
            EventKind::Override => self.totals.overrides += row.count,
            EventKind::Manual => self.totals.manual += row.count,
            EventKind::Code | EventKind::Document => {
                let outcome = usize::from(row.outcome.number());
                self.totals.outcomes[outcome] += row.count;
                self.gates.entry(row.gate).or_default()[outcome] += row.count;
                match is_believed(row) && charted.contains(&row.hour) {
                    true => self.bars[((row.hour - charted.start) / self.width) as usize][outcome] += row.count,
                    false => self.undated += row.count,
                }
                self.ages[place(&AGES, row.age_days.into())][grade(row.grade)] += row.count;
            }
        }
    }
}

fn grade(grade: Grade) -> usize {
    usize::from(grade.number())
}

/// The last bound that is not above.
fn place(bounds: &[u64], value: u64) -> usize {
    bounds.partition_point(|bound| *bound <= value).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_take_what_is_not_below_them() {
        let places: Vec<_> = [0, 1, 2, 6, 7, 29, 30, 255]
            .iter()
            .map(|days| place(&AGES, *days))
            .collect();
        assert_eq!(places, [0, 1, 2, 3, 4, 5, 6, 6]);
    }
}
