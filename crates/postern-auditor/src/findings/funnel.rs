//! Whose share of something is unlike that of all others: a funnel plot without the plot.
//!
//! A unit has so many hits of so many trials, in strata (hours) in which all units differ alike. Expected is what the others had in
//! the same strata. The distance is measured on Anscombe's scale, 2 √(n + ½) (arcsin √((x + ⅜) / (n + ¾)) - ...), on which a
//! binomial count has a variance of 1 (F. J. Anscombe, "The transformation of Poisson, binomial and negative-binomial data",
//! Biometrika 35, 1948). Honest units differ among themselves more than chance: the scale is stretched by what the middle of them
//! shows, multiplicative over-dispersion (D. J. Spiegelhalter, "Funnel plots for comparing institutional performance",
//! Statistics in Medicine 24, 2005, section 5), here from the median of the distances. The bound is
//! Bonferroni's over all units, with P(|Z| > z) <= 2 exp(-z²/2) (Chernoff) in the place of the exact tail. What lies furthest out is
//! taken away before the others are compared anew, so that it does not stretch or shift their scale.

use std::collections::{HashMap, HashSet};

/// The chance that anything at all is found where nothing is, in one comparison and as far as the scale is that of a normal variable.
const ALPHA: f64 = 0.01;
/// Two units differ from each other: which of them is the odd one, nobody can tell.
const LEAST_UNITS: usize = 3;
/// Of fewer units one cannot tell how honest ones differ.
const LEAST_FOR_DISPERSION: usize = 10;
/// The median of |Z| for a normal Z.
const MEDIAN_NORMAL: f64 = 0.6745;
/// The most that are told: each costs a comparison of all units, and a hostile log may bring many.
const MAX_FOUND: usize = 256;
/// So many comparisons are made to count the others, each of which takes away all that are about as far.
const MORE_ROUNDS: usize = 32;
/// What differs by less is nobody's business, however sure it is.
const LEAST_RATIO: f64 = 1.5;

/// So many hits of so many trials in one stratum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) stratum: u64,
    pub(super) trials: u64,
    pub(super) hits: u64,
}

/// A unit that is unlike the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outlier {
    /// Its place among the units.
    pub(super) unit: usize,
    pub(super) trials: u64,
    pub(super) hits: u64,
    /// How many hits the others would have had.
    pub(super) expected: f64,
    /// The distance in standard deviations, negative for too few.
    pub(super) distance: f64,
}

/// Units that are unlike the others.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outliers {
    /// The furthest first; at most a quarter of all units, and [`MAX_FOUND`].
    pub(super) told: Vec<Outlier>,
    /// Those besides, as far as few comparisons tell them.
    pub(super) more: Vec<Outlier>,
}

/// The units that are unlike the others.
pub(super) fn outliers(units: &[Vec<Cell>]) -> Outliers {
    let mut active: Vec<usize> = (0..units.len())
        .filter(|unit| units[*unit].iter().any(|cell| cell.trials > 0))
        .collect();
    let bound = (2.0 * (2.0 * active.len() as f64 / ALPHA).ln()).sqrt();
    let most = (active.len() / 4 + usize::from(active.len() < 4)).min(MAX_FOUND);
    let mut totals: HashMap<u64, (u64, u64)> = HashMap::new();
    for cell in units.iter().flatten() {
        let total = totals.entry(cell.stratum).or_default();
        *total = (total.0 + cell.trials, total.1 + cell.hits);
    }
    let (all, mut found) = (active.len(), Outliers::default());
    for round in 0..most + MORE_ROUNDS {
        // Where most are unlike, nobody can tell from whom.
        if active.len() < LEAST_UNITS || active.len() * 2 < all {
            break;
        }
        let mut unlike = unlike(&active, units, &totals, bound);
        let furthest = unlike
            .iter()
            .max_by(|a, b| a.distance.abs().total_cmp(&b.distance.abs()));
        let Some(furthest) = furthest.copied() else { break };
        match round < most {
            true => unlike = vec![furthest],
            // What is near may only seem unlike because of what is far.
            false => unlike.retain(|unit| unit.distance / furthest.distance >= 0.5),
        }
        let away: HashSet<usize> = unlike.iter().map(|outlier| outlier.unit).collect();
        active.retain(|unit| !away.contains(unit));
        for cell in away.iter().flat_map(|unit| &units[*unit]) {
            if let Some(total) = totals.get_mut(&cell.stratum) {
                *total = (total.0 - cell.trials, total.1 - cell.hits);
            }
        }
        match round < most {
            true => found.told.extend(unlike),
            false => found.more.extend(unlike),
        }
    }
    found
}

/// Those of the units that lie beyond the bound, among themselves.
fn unlike(active: &[usize], units: &[Vec<Cell>], totals: &HashMap<u64, (u64, u64)>, bound: f64) -> Vec<Outlier> {
    let compared: Vec<Outlier> = active
        .iter()
        .filter_map(|unit| compare(*unit, &units[*unit], totals))
        .collect();
    let stretch = dispersion(&compared).sqrt();
    compared
        .into_iter()
        .map(|unit| Outlier {
            distance: unit.distance / stretch,
            ..unit
        })
        .filter(|unit| unit.distance.abs() > bound && is_large(unit))
        .collect()
}

/// A unit against what the others had in the same strata; strata that it has for itself do not count.
fn compare(unit: usize, cells: &[Cell], totals: &HashMap<u64, (u64, u64)>) -> Option<Outlier> {
    let (mut trials, mut hits, mut expected, mut uncertain) = (0, 0, 0.0, 0.0);
    for cell in cells {
        let (all_trials, all_hits) = totals.get(&cell.stratum).copied().unwrap_or_default();
        let (others, their_hits) = (all_trials - cell.trials, all_hits - cell.hits);
        if others == 0 {
            continue;
        }
        trials += cell.trials;
        hits += cell.hits;
        expected += cell.trials as f64 * their_hits as f64 / others as f64;
        uncertain += (cell.trials as f64).powi(2) / others as f64;
    }
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let scale = |x: f64| ((x + 0.375) / (n + 0.75)).sqrt().asin();
    let distance = 2.0 * (n + 0.5).sqrt() * (scale(hits as f64) - scale(expected));
    Some(Outlier {
        unit,
        trials,
        hits,
        expected,
        // What is expected is known from so many trials only.
        distance: distance / (1.0 + uncertain / n).sqrt(),
    })
}

fn dispersion(compared: &[Outlier]) -> f64 {
    if compared.len() < LEAST_FOR_DISPERSION {
        return 1.0;
    }
    let mut distances: Vec<f64> = compared.iter().map(|unit| unit.distance.abs()).collect();
    let middle = distances.len() / 2;
    let (_, median, _) = distances.select_nth_unstable_by(middle, f64::total_cmp);
    (*median / MEDIAN_NORMAL).powi(2).max(1.0)
}

fn is_large(unit: &Outlier) -> bool {
    let hits = unit.hits as f64;
    hits >= unit.expected * LEAST_RATIO || hits * LEAST_RATIO <= unit.expected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(trials: u64, hits: u64) -> Vec<Cell> {
        vec![Cell {
            stratum: 0,
            trials,
            hits,
        }]
    }

    #[test]
    fn the_one_that_is_unlike_the_others_is_found() {
        let mut units: Vec<_> = (0..20).map(|i| unit(1000, 50 + i % 5)).collect();
        assert_eq!(outliers(&units), Outliers::default());
        units.push(unit(1000, 150));
        let found = outliers(&units).told;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].unit, found[0].hits, found[0].trials), (20, 150, 1000));
        assert!((found[0].expected - 52.0).abs() < 1e-9, "{found:?}");
        units.push(unit(1000, 1));
        let units_found: Vec<_> = outliers(&units)
            .told
            .iter()
            .map(|o| (o.unit, o.distance > 0.0))
            .collect();
        assert_eq!(units_found, [(21, false), (20, true)]);
    }

    #[test]
    fn the_distance_is_that_of_the_formula() {
        // 2 √1000.5 (asin √(150.375/1000.75) - asin √(50.375/1000.75)) = 10.8671, by Python's math; over √(1 + 1000/2000).
        let found = outliers(&[unit(1000, 50), unit(1000, 50), unit(1000, 150)]).told;
        assert!((found[0].distance - 10.8671 / 1.5_f64.sqrt()).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn of_two_nobody_can_tell_which_is_odd() {
        assert_eq!(outliers(&[unit(1000, 50), unit(1000, 500)]).told, []);
        assert_eq!(outliers(&[]).told, []);
        assert_eq!(outliers(&[vec![], vec![], vec![]]).told, []);
    }

    #[test]
    fn units_that_differ_widely_among_themselves_are_no_outliers() {
        let units: Vec<_> = (0..40).map(|i| unit(1000, 20 + 8 * i)).collect();
        assert_eq!(outliers(&units), Outliers::default());
    }

    #[test]
    fn what_is_sure_and_small_is_not_told() {
        let mut units: Vec<_> = (0..20).map(|_| unit(1_000_000, 50_000)).collect();
        units.push(unit(1_000_000, 60_000));
        assert_eq!(outliers(&units), Outliers::default());
    }

    #[test]
    fn so_many_are_told_and_the_others_counted() {
        let mut units: Vec<_> = (0..6_000).map(|_| unit(1000, 50)).collect();
        units.extend((0..MAX_FOUND).map(|_| unit(1000, 500)));
        assert_eq!(outliers(&units).more, []);
        units.extend((0..3).map(|_| unit(1000, 400)));
        let found = outliers(&units);
        assert_eq!(found.told.len(), MAX_FOUND);
        assert!(found.told.iter().all(|outlier| outlier.hits == 500));
        let more: Vec<_> = found.more.iter().map(|outlier| outlier.hits).collect();
        assert_eq!(more, [400; 3]);
    }

    #[test]
    fn of_few_a_quarter_is_told_and_the_others_counted() {
        let mut units: Vec<_> = (0..6).map(|_| unit(1000, 50)).collect();
        units.extend((0..3).map(|i| unit(1000, 500 - i)));
        let found = outliers(&units);
        let hits = |outliers: &[Outlier]| outliers.iter().map(|outlier| outlier.hits).collect::<Vec<_>>();
        // Those that only seem unlike beside the third are not counted.
        assert_eq!((hits(&found.told), hits(&found.more)), (vec![500, 499], vec![498]));
    }

    #[test]
    fn where_most_are_unlike_nobody_can_tell_from_whom() {
        let units: Vec<_> = (0..9).map(|i| unit(1000, 4_u64.pow(i % 5) + u64::from(i))).collect();
        let found = outliers(&units);
        assert!(found.told.len() + found.more.len() <= 6, "{found:?}");
    }

    #[test]
    fn an_hour_that_is_bad_for_all_is_nobodys_fault() {
        // The unit works in the bad hour only.
        let cell = |stratum, hits| Cell {
            stratum,
            trials: 500,
            hits,
        };
        let mut units: Vec<_> = (0..9).map(|_| vec![cell(0, 10), cell(1, 200)]).collect();
        units.push(vec![cell(1, 200)]);
        assert_eq!(outliers(&units), Outliers::default());
        // In the good hour it would be one.
        units[9][0].stratum = 0;
        assert_eq!(outliers(&units).told[0].unit, 9);
    }
}
