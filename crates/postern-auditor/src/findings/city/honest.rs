//! An honest city at random.

use postern_log::{Grade, NewEvent, Outcome};

use super::{HOUR, Memory, code, gate, manual, override_of};

/// SplitMix64 (Steele, Lea, Flood 2014): enough for cities, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Days of an honest city.
pub(crate) const DAYS: u64 = 5;

/// A city in which nothing is wrong: gates that differ, close at night and refuse a little more or less; people who go from gate to gate no
/// faster than a train; operators who overrule some refusals; data that ages a little. Its people and gates are made up.
pub(crate) fn honest(seed: u64) -> Memory {
    let mut dice = Dice(seed);
    let mut memory = Memory::default();
    let gates = 12 + dice.below(20) as i64;
    // Each gate: hours of opening, how much it refuses, its operator's hand.
    let mut ways = Vec::new();
    for id in 1..=gates {
        let (north, east) = (dice.share() * 0.3, dice.share() * 0.3);
        memory.gates.push(gate(id, 34.1 + north, 108.8 + east, 0));
        let opens = 5 + dice.below(4);
        ways.push((
            opens,
            opens + 8 + dice.below(8),
            0.02 + dice.share() * 0.01,
            0.2 + dice.share() * 0.1,
        ));
    }
    let mut passages: Vec<(u64, i64, u64)> = Vec::new();
    for person in 0..1500 {
        for day in 0..DAYS {
            let mut time = (day * 24 + 5) * HOUR + dice.below(12 * HOUR);
            for _ in 0..=dice.below(4) {
                passages.push((time, 1 + dice.below(gates as u64) as i64, person));
                // The city is 45 km across, which takes half an hour at 90 km/h.
                time += 1800 + dice.below(3 * HOUR);
            }
        }
    }
    passages.sort_unstable();
    for (time, gate, person) in passages {
        let (opens, closes, refuses, overrules) = ways[gate as usize - 1];
        if !(opens..closes).contains(&(time / HOUR % 24)) {
            continue;
        }
        let refused = dice.share() < refuses;
        let outcome = if refused { Outcome::Refuse } else { Outcome::Admit };
        let mut pseudonym = [0; 16];
        pseudonym[..8].copy_from_slice(&u64::wrapping_mul(person, 0x9e37_79b9_7f4a_7c15).to_be_bytes());
        let aging = dice.share() < 0.1;
        let event = NewEvent {
            code: Some(pseudonym),
            age: if aging { 90_000 } else { 4_000 },
            grade: if aging { Grade::Aging } else { Grade::Fresh },
            ..code(time, outcome)
        };
        let about = memory.add(gate, event);
        if refused && dice.share() < overrules {
            memory.add(gate, override_of(time + 20, "op-1", about, Outcome::Admit));
        }
        if dice.share() < 0.005 {
            memory.add(gate, manual(time + 30, "op-1"));
        }
    }
    memory.seal(64);
    for gate in &mut memory.gates {
        gate.last_contact = Some(DAYS * 24 * HOUR);
    }
    memory
}
