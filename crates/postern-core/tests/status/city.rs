//! A made-up city of status data: the same in tests, benchmarks and examples.

use postern_core::status::{ColumnValues, HOUR, Status, StatusList, StatusListBuilder};
use postern_core::time::Time;

/// Numbers that look random and are the same each time (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `sides`, which is left out.
    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        ((u128::from(self.next()) * u128::from(sides)) >> 64) as u32
    }

    /// Draws a place of `weights` as often as its weight says.
    pub(crate) fn draw(&mut self, weights: &[u32]) -> usize {
        let mut left = self.roll(weights.iter().sum());
        let drawn = weights.iter().position(|weight| match left.checked_sub(*weight) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        drawn.expect("the roll is below the sum")
    }
}

/// The status of people who are not valid, as it is drawn.
fn bad(dice: &mut Dice) -> Status {
    [Status::Suspended, Status::Invalid][dice.draw(&[4, 1])]
}

/// A list at 95 % valid, 4 % suspended and 1 % invalid.
pub(crate) fn list(people: u32) -> StatusList {
    let mut dice = Dice::new(1);
    let mut list = StatusListBuilder::with_len(people).expect("a list of a city");
    for index in 0..people {
        if dice.roll(100) < 5 {
            list.set(index, bad(&mut dice));
        }
    }
    list.build()
}

/// The list of a day later: two of a thousand people have another status, and the shares stay.
pub(crate) fn day_later(old: &StatusList, people: u32) -> StatusList {
    let mut dice = Dice::new(2);
    let mut new = StatusListBuilder::with_len(people).expect("a list of a city");
    let mut not_valid = Vec::new();
    for index in 0..people {
        let status = old.get(index).expect("an index of the list");
        new.set(index, status);
        if status != Status::Valid {
            not_valid.push(index);
        }
    }
    let mut changes = people / 500;
    while changes > 0 {
        // As many leave the valid as come back to them.
        let (index, to) = match changes % 2 {
            0 => (dice.roll(people), bad(&mut dice)),
            _ => (not_valid[dice.roll(not_valid.len() as u32) as usize], Status::Valid),
        };
        let before = old.get(index).expect("an index of the list");
        if (before == Status::Valid) != (to == Status::Valid) && new.get(index) == Some(before) {
            new.set(index, to);
            changes -= 1;
        }
    }
    new.build()
}

/// When the column of [`negative_tests`] is made: noon in Beijing, 2026-12-22T04:00:00Z.
pub(crate) const NOON: Time = Time::saturating(1_797_912_000);

/// What its times count from: 254 hours before.
pub(crate) const ORIGIN: Time = Time::saturating(1_797_912_000 - 254 * 3600);

/// How many of those who are tested in a day are tested in each hour of it, in thousandths: most before work and after.
const HOURS: [u32; 24] = [
    0, 0, 0, 0, 0, 0, 0, 90, 120, 95, 70, 50, 40, 40, 45, 50, 55, 70, 95, 80, 50, 30, 20, 0,
];

/// The last negative test of each index at [`NOON`] in hours: 8 % were never tested, most were in the last three days, the
/// others in the last ten.
pub(crate) fn negative_tests(people: u32) -> Vec<u8> {
    let mut dice = Dice::new(3);
    let now = NOON.seconds();
    let midnight = now - 12 * 3600;
    let mut tested = || {
        if dice.roll(100) < 8 {
            return 0;
        }
        loop {
            let day = dice.draw(&[330, 270, 180, 60, 45, 35, 28, 22, 17, 13]) as u64;
            let hour = dice.draw(&HOURS) as u64;
            let time = midnight + hour * 3600 + u64::from(dice.roll(3600)) - day * 86_400;
            // What of today is not yet is drawn again.
            if time <= now {
                let value = ColumnValues::value_of(ORIGIN, HOUR, Time::saturating(time as i64));
                return value.expect("no test is later than the column");
            }
        }
    };
    (0..people).map(|_| tested()).collect()
}

/// Bits that something with these numbers of outcomes takes at least, each outcome on its own: zeroth-order entropy.
pub(crate) fn entropy(counts: &[u64]) -> f64 {
    let total: u64 = counts.iter().sum();
    let bits = |count: &u64| *count as f64 * (total as f64 / *count as f64).log2();
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}
