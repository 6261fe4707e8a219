//! Made-up camera frames: a code on paper before a textured wall, in uneven light, and what goes wrong with pictures.
//! The same number makes the same frame on every machine.

// Each program that includes this module uses a part of it.
#![allow(dead_code)]

use postern_qr::{Luma, Symbol};

/// Light modules around a symbol.
const QUIET: f64 = 4.0;

/// Numbers that look random (PCG, multiplier and increment of Knuth's MMIX).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// From 0 to 1, without 1.
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from((self.0 >> 33) as u32) / f64::from(1u32 << 31)
    }

    /// From `low` to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }

    /// Near to a normal distribution of this deviation.
    fn noise(&mut self, deviation: f64) -> f64 {
        (self.roll() + self.roll() + self.roll() + self.roll() - 2.0) * deviation * 1.732
    }
}

/// A symbol in a frame.
pub(crate) struct Placed<'a> {
    pub(crate) symbol: &'a Symbol,
    /// The symbol's own corners, without its quiet zone, in pixels: top left, top right, bottom right, bottom left.
    pub(crate) corners: [(f64, f64); 4],
    /// How far the middle bulges, as a part of the side: paper around a bottle.
    pub(crate) bulge: f64,
}

impl<'a> Placed<'a> {
    /// A square of `side` pixels about `centre`, turned by `degrees`; its right edge is `tilt` times as high as its left.
    pub(crate) fn new(symbol: &'a Symbol, centre: (f64, f64), side: f64, degrees: f64, tilt: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let corner = |x: f64, y: f64| {
            let y = if x > 0.0 { y * tilt } else { y };
            let x = x * (0.5 + tilt / 2.0);
            let (x, y) = (x * side / 2.0, y * side / 2.0);
            (centre.0 + x * cos - y * sin, centre.1 + x * sin + y * cos)
        };
        let corners = [
            corner(-1.0, -1.0),
            corner(1.0, -1.0),
            corner(1.0, 1.0),
            corner(-1.0, 1.0),
        ];
        Self {
            symbol,
            corners,
            bulge: 0.0,
        }
    }
}

/// The usual frame of a camera at a door, 1280 by 720: the text's symbol 400 pixels wide and turned a little.
pub(crate) fn usual(symbol: &Symbol, seed: u64) -> Luma {
    let mut dice = Dice(seed);
    let (x, y) = (dice.between(400.0, 880.0), dice.between(300.0, 420.0));
    let placed = Placed::new(symbol, (x, y), 400.0, dice.between(4.0, 12.0), 0.97);
    frame(1280, 720, &[placed], seed)
}

/// A frame with these symbols, none perhaps.
pub(crate) fn frame(width: usize, height: usize, symbols: &[Placed<'_>], seed: u64) -> Luma {
    let mut dice = Dice(seed);
    let phase: [f64; 6] = std::array::from_fn(|_| dice.between(0.0, std::f64::consts::TAU));
    let maps: Vec<[f64; 8]> = symbols.iter().map(|placed| inverse(&placed.corners)).collect();
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let mut light = 0.0;
            for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                let at = (x as f64 + dx, y as f64 + dy);
                let paper = symbols.iter().zip(&maps).find_map(|(placed, map)| ink(placed, map, at));
                light += paper.unwrap_or_else(|| wall(at, &phase)) / 4.0;
            }
            // From 1 in one corner to 0.55 in the opposite one.
            let fall = 1.0 - 0.45 * (x + y) as f64 / (width + height) as f64;
            pixels.push(level(light * fall + dice.noise(5.0)));
        }
    }
    Luma::new(width, height, pixels).unwrap()
}

/// Bricks with a grain, a poster's lines of writing, and a shade that comes and goes.
fn wall((x, y): (f64, f64), phase: &[f64; 6]) -> f64 {
    let row = (y / 34.0).floor();
    let mortar = (y % 34.0) < 4.0 || ((x + 45.0 * (row % 2.0)) % 90.0) < 4.0;
    let grain = (x * 0.31 + phase[0]).sin() * (y * 0.27 + phase[1]).sin() * 14.0
        + (x * 0.051 + y * 0.083 + phase[2]).sin() * 22.0
        + (x * 0.013 - y * 0.009 + phase[3]).sin() * 30.0;
    let writing = (y % 21.0) < 9.0 && (x * 0.9 + row * phase[4]).sin() + (x * 0.37 + y.floor() * 0.01).sin() > 0.3;
    let poster = (x * 0.004 + phase[5]).sin() > 0.55;
    match (poster, writing, mortar) {
        (true, true, _) => 60.0,
        (true, false, _) => 205.0,
        (false, _, true) => 175.0 + grain,
        (false, _, false) => 115.0 + grain,
    }
}

/// The light from the paper at a point, `None` beside the paper.
fn ink(placed: &Placed<'_>, map: &[f64; 8], (x, y): (f64, f64)) -> Option<f64> {
    let w = map[6] * x + map[7] * y + 1.0;
    let u = (map[0] * x + map[1] * y + map[2]) / w;
    let v = (map[3] * x + map[4] * y + map[5]) / w;
    let v = v + placed.bulge * (1.0 - (2.0 * u - 1.0) * (2.0 * u - 1.0));
    let modules = placed.symbol.width() as f64;
    let (u, v) = (u * modules, v * modules);
    let inside = |at: f64| (-QUIET..modules + QUIET).contains(&at);
    if w <= 0.0 || !inside(u) || !inside(v) {
        return None;
    }
    let dark = u >= 0.0 && v >= 0.0 && placed.symbol.is_dark(u as usize, v as usize);
    Some(if dark { 35.0 } else { 225.0 })
}

/// The projective map from pixels to the unit square, by solving eight equations.
fn inverse(corners: &[(f64, f64); 4]) -> [f64; 8] {
    let unit = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let mut rows = [[0.0; 9]; 8];
    for (i, (&(x, y), (u, v))) in corners.iter().zip(unit).enumerate() {
        rows[2 * i] = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u];
        rows[2 * i + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v];
    }
    for i in 0..8 {
        let pivot = (i..8).max_by(|&a, &b| rows[a][i].abs().total_cmp(&rows[b][i].abs()));
        rows.swap(i, pivot.unwrap());
        let first = rows[i];
        for (_, row) in rows.iter_mut().enumerate().filter(|&(j, _)| j != i) {
            let times = row[i] / first[i];
            row.iter_mut().zip(first).for_each(|(a, b)| *a -= times * b);
        }
    }
    std::array::from_fn(|i| rows[i][8] / rows[i][i])
}

fn level(light: f64) -> u8 {
    light.round().clamp(0.0, 255.0) as u8
}

/// Each pixel by its place and grey.
fn each(picture: &Luma, mut change: impl FnMut(f64, f64, f64) -> f64) -> Luma {
    let width = picture.width();
    let pixels = picture.pixels().iter().enumerate();
    let pixels = pixels.map(|(i, &p)| level(change((i % width) as f64, (i / width) as f64, p.into())));
    Luma::new(width, picture.height(), pixels.collect()).unwrap()
}

/// The mean of what lies at these distances.
fn spread(picture: &Luma, taps: &[(isize, isize)]) -> Luma {
    let (width, height) = (picture.width() as isize, picture.height() as isize);
    each(picture, |x, y, _| {
        let tap = |&(dx, dy): &(isize, isize)| {
            let (x, y) = (
                (x as isize + dx).clamp(0, width - 1),
                (y as isize + dy).clamp(0, height - 1),
            );
            f64::from(picture.row(y as usize)[x as usize])
        };
        taps.iter().map(tap).sum::<f64>() / taps.len() as f64
    })
}

/// Out of focus: a disc of this radius.
pub(crate) fn blurred(picture: &Luma, radius: f64) -> Luma {
    let reach = radius.ceil() as isize;
    let taps: Vec<_> = (-reach..=reach)
        .flat_map(|y| (-reach..=reach).map(move |x| (x, y)))
        .filter(|&(x, y)| ((x * x + y * y) as f64) <= radius * radius)
        .collect();
    spread(picture, &taps)
}

/// Moved while the shutter was open, this far and in this direction.
pub(crate) fn moved(picture: &Luma, pixels: f64, degrees: f64) -> Luma {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let steps = pixels.ceil() as isize;
    let taps: Vec<_> = (0..=steps)
        .map(|i| pixels * (i as f64 / steps as f64 - 0.5))
        .map(|at| ((at * cos).round() as isize, (at * sin).round() as isize))
        .collect();
    spread(picture, &taps)
}

/// Little light, and the noise of the amplifier.
pub(crate) fn dark(picture: &Luma, light: f64, noise: f64, seed: u64) -> Luma {
    let mut dice = Dice(seed);
    each(picture, |_, _, p| p * light + dice.noise(noise))
}

/// Too much light: the paper's ink is pale, the rest is white.
pub(crate) fn bright(picture: &Luma, light: f64) -> Luma {
    each(picture, |_, _, p| p * light + 90.0)
}

/// A lamp's reflection about a point: white in the middle, less of it outwards.
pub(crate) fn glare(picture: &Luma, at: (f64, f64), radius: f64) -> Luma {
    each(picture, |x, y, p| {
        let far = ((x - at.0).powi(2) + (y - at.1).powi(2)) / (radius * radius);
        p + 330.0 * (-far).exp()
    })
}

/// The shadow of a straight edge through a point, with this much light left behind it.
pub(crate) fn shadow(picture: &Luma, at: (f64, f64), degrees: f64, light: f64) -> Luma {
    let (sin, cos) = degrees.to_radians().sin_cos();
    each(picture, |x, y, p| {
        let behind = (x - at.0) * cos + (y - at.1) * sin;
        p * (light + (1.0 - light) * ((behind + 4.0) / 8.0).clamp(0.0, 1.0))
    })
}

/// A screen's lines, `pitch` pixels of the camera apart and a little turned, so that they beat with its own.
pub(crate) fn screen(picture: &Luma, pitch: f64, depth: f64) -> Luma {
    each(picture, |x, y, p| {
        let across = ((x + 0.06 * y) / pitch * std::f64::consts::TAU).sin();
        let along = ((y - 0.05 * x) / pitch * std::f64::consts::TAU).sin();
        (p * 0.8 + 40.0) * (1.0 - depth * (0.5 + 0.25 * across + 0.25 * along))
    })
}

/// Dirt: spots of grey about these points.
pub(crate) fn stained(picture: &Luma, spots: &[(f64, f64)], radius: f64, grey: f64) -> Luma {
    each(picture, |x, y, p| {
        let hit = spots
            .iter()
            .any(|at| (x - at.0).powi(2) + (y - at.1).powi(2) < radius * radius);
        if hit { grey } else { p }
    })
}
