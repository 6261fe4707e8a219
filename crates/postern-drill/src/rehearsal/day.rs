//! The people of the day: who passed where, who was admitted, whose code was lent, and whose was taken back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::movement::{Movement, draw};
use super::report::Phase;
use super::{Rehearsal, Schedule};
use crate::error::DrillError;
use crate::lab::{Lab, map};
use crate::people::random::Random;

/// People who go nowhere in the city: their codes are for gates that are tampered with.
pub(super) const RESERVED: usize = 5;
/// Streams of chance beside those of the hours.
const LENT: u64 = 1 << 40;
const NOTED: u64 = LENT + 1;
/// The next person of so many lends the code, or gets another status; so many at least.
const LENT_EACH: usize = 250;
const NOTED_EACH: usize = 50;
const LENT_LEAST: usize = 2;
const NOTED_LEAST: usize = 3;

/// What happened to people, as far as the drill saw it itself: what the auditor finds must be the same.
#[derive(Debug)]
pub(super) struct Day {
    seed: u64,
    movement: Movement,
    /// The two gates at which lent codes are shown, where two are far enough apart.
    far: Option<(usize, usize)>,
    /// Who was admitted so far.
    admitted: BTreeSet<usize>,
    /// Who lent the code, and at how many of the two gates it was admitted.
    lent: BTreeMap<usize, usize>,
    /// Whose code is not valid any more, and what it is.
    noted: BTreeMap<usize, &'static str>,
    /// Admissions by name of the gate and index in its log, and who that was.
    admissions: BTreeMap<(String, u64), usize>,
}

impl Day {
    /// A day of the people of a laboratory.
    pub(super) fn new(seed: u64, lab: &Lab) -> Self {
        /// Kilometres that nobody covers in no time, whatever the clocks are apart.
        const FAR: f64 = 15.0;
        let gates = lab.gates.len();
        let far = map::furthest(gates).filter(|(.., far)| *far > FAR);
        Self {
            seed,
            movement: Movement {
                seed,
                people: lab.people.len().saturating_sub(RESERVED),
                gates,
            },
            far: far.map(|(a, b, _)| (a, b)),
            admitted: BTreeSet::new(),
            lent: BTreeMap::new(),
            noted: BTreeMap::new(),
            admissions: BTreeMap::new(),
        }
    }

    /// The people who stay at home.
    pub(super) fn reserved(&self, lab: &Lab) -> Vec<usize> {
        (self.movement.people..lab.people.len()).collect()
    }

    /// Who passes each gate in an hour.
    fn visits(&mut self, hour: u64, schedule: &Schedule) -> Vec<Vec<usize>> {
        let mut visits = self.movement.hour(hour);
        if let (true, Some((a, b))) = (hour == schedule.lent(), self.far) {
            let known: Vec<_> = self.admitted.iter().copied().collect();
            let count = (self.movement.people / LENT_EACH).max(LENT_LEAST);
            let lent = draw(&known, count, &mut Random::new(self.seed, LENT));
            visits
                .iter_mut()
                .for_each(|visits| visits.retain(|n| !lent.contains(n)));
            visits[a].extend(&lent);
            visits[b].extend(&lent);
            self.lent = lent.into_iter().map(|person| (person, 0)).collect();
        }
        // Those whose status has changed come while no gate can know, and again when every gate does.
        if hour == schedule.noted() || hour == schedule.back() {
            let out: BTreeSet<usize> = visits.iter().flatten().copied().collect();
            for person in self.noted.keys().filter(|person| !out.contains(person)) {
                visits[self.movement.home(*person)].push(*person);
            }
        }
        visits
    }

    /// Whose status changes, and to what: of those who were admitted, and did not lend their codes.
    pub(super) fn note(&mut self) -> &BTreeMap<usize, &'static str> {
        const STATUSES: [&str; 3] = ["invalid", "restricted", "suspended"];
        let known: Vec<_> = self
            .admitted
            .iter()
            .copied()
            .filter(|n| !self.lent.contains_key(n))
            .collect();
        let count = (self.movement.people / NOTED_EACH).max(NOTED_LEAST);
        let drawn = draw(&known, count, &mut Random::new(self.seed, NOTED));
        self.noted = drawn.into_iter().zip(STATUSES.into_iter().cycle()).collect();
        &self.noted
    }

    /// Those admissions that today's statuses would not allow: gate and index.
    pub(super) fn not_today(&self) -> BTreeSet<(String, u64)> {
        let noted = self
            .admissions
            .iter()
            .filter(|(_, person)| self.noted.contains_key(person));
        noted.map(|(place, _)| place.clone()).collect()
    }

    /// How many lent codes were admitted at both gates.
    pub(super) fn lent_and_admitted(&self) -> usize {
        self.lent.values().filter(|gates| **gates == 2).count()
    }

    /// How many codes are not valid any more.
    pub(super) fn noted_count(&self) -> usize {
        self.noted.len()
    }

    fn saw(&mut self, person: usize, gate: &str, line: &Value, lent: bool) {
        let (Some("admit"), Some(seq)) = (line["outcome"].as_str(), line["seq"].as_u64()) else {
            return;
        };
        self.admitted.insert(person);
        self.admissions.insert((gate.to_owned(), seq), person);
        if let (true, Some(gates)) = (lent, self.lent.get_mut(&person)) {
            *gates += 1;
        }
    }
}

impl Rehearsal {
    /// The people of an hour pass the gates.
    pub(super) fn pass(&mut self, hour: u64) -> Result<(), DrillError> {
        let schedule = self.schedule;
        let visits = self.day.visits(hour, &schedule);
        let phase = Phase::of(hour, &schedule);
        for (gate, people) in self.lab.gates.clone().iter().zip(&visits) {
            if people.is_empty() {
                continue;
            }
            let lines = self.lab.pass(gate, Some(schedule.passing(hour)), people)?;
            let name = gate.trim_start_matches("gates/");
            let phase = self.report.phase(&phase);
            phase.expected += people.len();
            for (person, line) in people.iter().zip(&lines) {
                phase.count(line, self.day.noted.contains_key(person));
                self.day.saw(*person, name, line, hour == schedule.lent());
            }
            self.report.verdicts += lines.iter().filter(|line| line["type"] == "verdict").count() as u64;
        }
        Ok(())
    }
}
