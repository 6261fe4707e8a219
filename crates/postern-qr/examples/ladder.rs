//! Reads every picture of a folder and says which rung of the ladder found each, and how long it took; without a folder,
//! made-up frames with each kind of damage, and how many of each kind are read within the budget.
//!
//! `cargo run --release -p postern-qr --example ladder -- [FOLDER...]`

#[path = "../tests/scene/mod.rs"]
mod scene;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use postern_qr::reader::{ReadResult, read_thoroughly};
use postern_qr::{Luma, Symbol, picture};
use scene::{Dice, Placed};

/// What a child gives itself of a frame's 250 ms.
const SOFT: Duration = Duration::from_millis(187);
/// Frames of each kind.
const FRAMES: u64 = 40;

fn main() -> std::io::Result<()> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        damaged();
        return Ok(());
    }
    pictures(&folders)
}

fn within(luma: &Luma, budget: Duration) -> ReadResult {
    let start = Instant::now();
    read_thoroughly(luma, &mut || start.elapsed() < budget)
}

fn pictures(folders: &[PathBuf]) -> std::io::Result<()> {
    let mut times = Vec::new();
    let mut found_by = BTreeMap::<&str, (usize, Duration)>::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder)? {
            let file = entry?.path();
            if !file
                .extension()
                .is_some_and(|ending| ending == "png" || ending == "jpg")
            {
                continue;
            }
            let start = Instant::now();
            let rung = match picture::decode(&std::fs::read(&file)?) {
                Ok(luma) => {
                    let found = within(&luma, Duration::from_secs(60)).texts;
                    found.first().map_or("none", |found| found.rung)
                }
                Err(e) => e.reason(),
            };
            let time = start.elapsed();
            times.push(time);
            let (count, worst) = found_by.entry(rung).or_default();
            (*count, *worst) = (*count + 1, time.max(*worst));
        }
    }
    println!("{:20} {:>8} {:>10}", "found by", "pictures", "worst");
    for (rung, (count, worst)) in &found_by {
        println!("{rung:20} {count:8} {worst:10.1?}");
    }
    times.sort_unstable();
    if let (Some(median), Some(worst)) = (times.get(times.len() / 2), times.last()) {
        let mean = times.iter().sum::<Duration>() / times.len() as u32;
        println!(
            "{} pictures: mean {mean:.1?}, median {median:.1?}, worst {worst:.1?}",
            times.len()
        );
    }
    Ok(())
}

/// A kind's name, and a frame of a number with the texts in it; the damage grows with the number.
type Kind = (&'static str, fn(u64) -> (Luma, Vec<String>));

const KINDS: &[Kind] = &[
    ("nominal", |n| one(n, 400.0, 1.0, |luma, _, _| luma)),
    ("blurred", |n| {
        one(n, 400.0, 1.0, |luma, _, hard| scene::blurred(&luma, 2.0 + 5.0 * hard))
    }),
    ("moved", |n| {
        one(n, 400.0, 1.0, |luma, dice, hard| {
            scene::moved(&luma, 4.0 + 14.0 * hard, dice.between(0.0, 180.0))
        })
    }),
    ("dark", |n| {
        one(n, 400.0, 1.0, |luma, dice, hard| {
            scene::dark(&luma, 0.3 - 0.22 * hard, 4.0 + 6.0 * hard, dice.0)
        })
    }),
    ("bright", |n| {
        one(n, 400.0, 1.0, |luma, _, hard| scene::bright(&luma, 0.9 + 1.2 * hard))
    }),
    ("glare", |n| {
        one(n, 400.0, 1.0, |luma, dice, hard| {
            let at = (640.0 + dice.between(-150.0, 150.0), 360.0 + dice.between(-150.0, 150.0));
            scene::glare(&luma, at, 60.0 + 140.0 * hard)
        })
    }),
    ("shadow", |n| {
        one(n, 400.0, 1.0, |luma, dice, hard| {
            let at = (640.0 + dice.between(-100.0, 100.0), 360.0 + dice.between(-100.0, 100.0));
            scene::shadow(&luma, at, dice.between(0.0, 360.0), 0.45 - 0.37 * hard)
        })
    }),
    ("tilted", |n| one(n, 420.0, 0.9 - 0.55 * hardness(n), |luma, _, _| luma)),
    ("screen", |n| {
        one(n, 400.0, 1.0, |luma, dice, hard| {
            scene::blurred(&scene::screen(&luma, dice.between(2.3, 9.0), 0.3 + 0.6 * hard), 1.0)
        })
    }),
    ("stained", |n| {
        one(n, 400.0, 1.0, |luma, dice, hard| {
            let spots: Vec<_> = (0..6)
                .map(|_| (640.0 + dice.between(-180.0, 180.0), 360.0 + dice.between(-180.0, 180.0)))
                .collect();
            let grey = dice.between(0.0, 255.0);
            scene::stained(&luma, &spots, 8.0 + 22.0 * hard, grey)
        })
    }),
    ("curved", |n| {
        framed(
            n,
            &[Place {
                bulge: 0.02 + 0.12 * hardness(n),
                ..Place::usual(400.0)
            }],
            |luma, _, _| luma,
        )
    }),
    ("small", |n| one(n, 170.0 - 85.0 * hardness(n), 1.0, |luma, _, _| luma)),
    ("many", |n| {
        let places: Vec<Place> = (0..6)
            .map(|i| Place {
                centre: (220.0 + 420.0 * f64::from(i % 3), 190.0 + 345.0 * f64::from(i / 3)),
                ..Place::usual(230.0)
            })
            .collect();
        framed(n, &places, |luma, dice, hard| {
            let luma = scene::shadow(&luma, (640.0, 360.0), dice.between(0.0, 360.0), 0.4 - 0.25 * hard);
            scene::blurred(&luma, 1.5 + 2.5 * hard)
        })
    }),
];

struct Place {
    centre: (f64, f64),
    side: f64,
    tilt: f64,
    bulge: f64,
}

impl Place {
    fn usual(side: f64) -> Self {
        Self {
            centre: (640.0, 360.0),
            side,
            tilt: 1.0,
            bulge: 0.0,
        }
    }
}

/// From 0 to 1 over the frames of a kind.
fn hardness(n: u64) -> f64 {
    n as f64 / FRAMES as f64
}

fn one(n: u64, side: f64, tilt: f64, damage: fn(Luma, &mut Dice, f64) -> Luma) -> (Luma, Vec<String>) {
    framed(
        n,
        &[Place {
            tilt,
            ..Place::usual(side)
        }],
        damage,
    )
}

fn framed(n: u64, places: &[Place], damage: fn(Luma, &mut Dice, f64) -> Luma) -> (Luma, Vec<String>) {
    let mut dice = Dice(0x5eed + n * 7919);
    let many = places.len() > 1;
    let texts: Vec<String> = places
        .iter()
        .map(|_| {
            let length = if many { 60 } else { 219 };
            let letters = (0..length)
                .map(|_| char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ %*+-./:"[dice.between(0.0, 44.0) as usize]));
            "PC1:".chars().chain(letters).take(length).collect()
        })
        .collect();
    let symbols: Vec<Symbol> = texts
        .iter()
        .map(|text| Symbol::new(text).expect("a short text fits"))
        .collect();
    let placed: Vec<Placed<'_>> = places
        .iter()
        .zip(&symbols)
        .map(|(place, symbol)| Placed {
            bulge: place.bulge,
            ..Placed::new(symbol, place.centre, place.side, dice.between(-20.0, 20.0), place.tilt)
        })
        .collect();
    let luma = scene::frame(1280, 720, &placed, n);
    (damage(luma, &mut dice, hardness(n)), texts)
}

fn damaged() {
    println!(
        "{:10} {:>5} {:>5} {:>6} {:>9} {:>9}  by rung",
        "damage", "codes", "read", "wrong", "median", "worst"
    );
    let (mut all, mut all_read) = (0, 0);
    for (name, make) in KINDS {
        let (mut codes, mut read, mut wrong, mut times) = (0, 0, 0, Vec::new());
        let mut by_rung = BTreeMap::<&str, usize>::new();
        for n in 0..FRAMES {
            let (luma, texts) = make(n);
            let start = Instant::now();
            let found = within(&luma, SOFT).texts;
            times.push(start.elapsed());
            codes += texts.len();
            for found in found {
                if texts.contains(&found.text) {
                    read += 1;
                    *by_rung.entry(found.rung).or_default() += 1;
                } else {
                    wrong += 1;
                }
            }
        }
        times.sort_unstable();
        let worst = times[times.len() - 1];
        println!(
            "{name:10} {codes:5} {read:5} {wrong:6} {:9.1?} {worst:9.1?}  {by_rung:?}",
            times[times.len() / 2]
        );
        (all, all_read) = (all + codes, all_read + read);
    }
    println!("{:10} {all:5} {all_read:5}", "all");
}
