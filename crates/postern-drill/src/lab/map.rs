//! Where gates stand: a made-up city in the open sea, where no city is.

use std::f64::consts::TAU;

/// South, and west, in degrees: the place in the ocean that is furthest from all land.
const CENTRE: (f64, f64) = (-48.8767, -123.3933);
/// Kilometres from the centre to the innermost and the outermost gate.
const INNER: f64 = 4.0;
const OUTER: f64 = 24.0;
/// The turn from gate to gate, as sunflowers have it: no two stand together, however many there are.
const TURN: f64 = 0.381_966;
/// Kilometres of a degree of latitude.
const DEGREE: f64 = 111.2;

/// Kilometres east and north of the centre, of the `n`-th of so many gates.
fn place(n: usize, gates: usize) -> (f64, f64) {
    let share = n as f64 / gates.saturating_sub(1).max(1) as f64;
    let radius = INNER + (OUTER - INNER) * share.sqrt();
    let angle = TAU * TURN * n as f64;
    (radius * angle.cos(), radius * angle.sin())
}

/// The position of a gate, as `--position` takes it.
pub(crate) fn position(n: usize, gates: usize) -> String {
    shown(place(n, gates))
}

/// The yard beside the centre in which gates stand that are tampered with.
pub(crate) fn yard() -> String {
    shown((0.0, 0.0))
}

/// The two gates that are furthest from each other, and the kilometres between them; nothing where there is one gate.
pub(crate) fn furthest(gates: usize) -> Option<(usize, usize, f64)> {
    let pairs = (0..gates).flat_map(|a| (0..a).map(move |b| (b, a)));
    let far = pairs.map(|(a, b)| {
        let ((x, y), (u, v)) = (place(a, gates), place(b, gates));
        (a, b, (x - u).hypot(y - v))
    });
    far.max_by(|a, b| a.2.total_cmp(&b.2))
}

fn shown((east, north): (f64, f64)) -> String {
    let latitude = CENTRE.0 + north / DEGREE;
    let longitude = CENTRE.1 + east / (DEGREE * CENTRE.0.to_radians().cos());
    format!("{latitude:.6},{longitude:.6}")
}

#[cfg(test)]
mod tests {
    use postern_core::gates::Position;

    use super::*;

    #[test]
    fn gates_stand_apart_and_within_the_hour_of_each_other() {
        for gates in [2, 3, 6, 40, 100] {
            let mut positions: Vec<Position> = (0..gates).map(|n| position(n, gates).parse().unwrap()).collect();
            positions.dedup();
            assert_eq!(positions.len(), gates);
            let (.., far) = furthest(gates).unwrap();
            // Five minutes and the fastest car are not enough, an hour is.
            assert!((15.0..60.0).contains(&far), "{gates} gates: {far} km");
        }
        assert_eq!(furthest(1), None);
        yard().parse::<Position>().unwrap();
    }
}
