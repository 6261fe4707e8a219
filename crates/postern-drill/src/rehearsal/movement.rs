//! Who goes where, hour by hour: people leave their homes in the morning, come back in the evening, and are at one gate in an
//! hour, which is time enough to reach any other.

use crate::people::random::Random;

/// Of a thousand people, how many are out in each hour of the day: most on their way to work and back.
const OUT: [u32; 24] = [
    15, 10, 10, 10, 20, 60, 150, 380, 450, 220, 120, 120, 160, 140, 110, 120, 180, 390, 430, 220, 130, 90, 50, 25,
];
/// The hour of the city's day in which the rehearsal begins.
const BEGINS: u64 = 5;
/// Of a thousand who are out, how many are at the gate nearest to their home.
const AT_HOME: u32 = 600;
/// However quiet an hour is, so many pass each gate, as far as there are people.
const LEAST: usize = 4;

/// The movement of so many people among so many gates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Movement {
    pub(super) seed: u64,
    pub(super) people: usize,
    pub(super) gates: usize,
}

impl Movement {
    /// The gate nearest to the home of a person.
    pub(super) fn home(&self, person: usize) -> usize {
        person % self.gates
    }

    /// For each gate who passes it in an hour of the rehearsal, in their order. Nobody is at two.
    pub(super) fn hour(&self, hour: u64) -> Vec<Vec<usize>> {
        let mut random = Random::new(self.seed, hour);
        let share = OUT[((BEGINS + hour) % 24) as usize];
        let mut visits = vec![Vec::new(); self.gates];
        let mut indoors = Vec::new();
        for person in 0..self.people {
            if !random.chance(share) {
                indoors.push(person);
                continue;
            }
            let gate = match random.chance(AT_HOME) {
                true => self.home(person),
                false => random.below(self.gates as u32) as usize,
            };
            visits[gate].push(person);
        }
        for visits in &mut visits {
            while visits.len() < LEAST && !indoors.is_empty() {
                let one = random.below(indoors.len() as u32) as usize;
                visits.push(indoors.swap_remove(one));
            }
        }
        visits
    }
}

/// `count` of some people, each once; fewer where there are no more.
pub(super) fn draw(from: &[usize], count: usize, random: &mut Random) -> Vec<usize> {
    let mut left = from.to_vec();
    let mut drawn = Vec::new();
    while drawn.len() < count && !left.is_empty() {
        drawn.push(left.swap_remove(random.below(left.len() as u32) as usize));
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    const CITY: Movement = Movement {
        seed: 7,
        people: 500,
        gates: 6,
    };

    #[test]
    fn nobody_is_at_two_gates_in_an_hour() {
        for hour in 0..48 {
            let mut out: Vec<usize> = CITY.hour(hour).concat();
            let all = out.len();
            out.sort_unstable();
            out.dedup();
            assert_eq!(out.len(), all, "hour {hour}");
        }
    }

    #[test]
    fn the_peaks_are_in_the_morning_and_in_the_evening() {
        let out = |clock: u64| CITY.hour(24 + clock - BEGINS).concat().len();
        assert!(
            out(8) > 2 * out(13) && out(18) > 2 * out(13),
            "{} {} {}",
            out(8),
            out(13),
            out(18)
        );
        assert!(
            CITY.hour(22).iter().all(|visits| visits.len() >= LEAST),
            "no gate is empty at night"
        );
    }

    #[test]
    fn a_seed_gives_the_same_day_and_another_seed_another() {
        assert_eq!(CITY.hour(3), CITY.hour(3));
        assert_ne!(CITY.hour(3), Movement { seed: 8, ..CITY }.hour(3));
    }

    #[test]
    fn nobody_is_drawn_twice_and_nobody_who_is_not_there() {
        let mut random = Random::new(1, 1);
        let mut drawn = draw(&[4, 5, 6], 9, &mut random);
        drawn.sort_unstable();
        assert_eq!(drawn, [4, 5, 6]);
    }
}
