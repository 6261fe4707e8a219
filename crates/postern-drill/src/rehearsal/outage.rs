//! What the centre does: it publishes, is gone, declares an emergency by stick, and comes back.

use std::fmt::Write;
use std::fs;

use postern_cli::files::{FileAction, FileError};
use postern_core::time::Time;
use serde_json::Value;

use super::attacks::Attack;
use super::faults::Planted;
use super::{HOUR, Rehearsal};
use crate::error::DrillError;
use crate::lab::{Hours, ISSUERS, STICK};

/// Where gates look for the centre, and where its files lie while it is gone.
const CENTRE: &str = "repository";
const GONE: &str = "repository.down";
/// The stick with the declaration, and the one from before the way back.
const EMERGENCY_STICK: &str = "emergency.bundle";
const OLD_STICK: &str = "old.bundle";

impl Rehearsal {
    /// The centre's files appear or vanish for everybody.
    fn centre(&self, from: &str, to: &str) -> Result<(), DrillError> {
        let (from, to) = (self.lab.path(from), self.lab.path(to));
        fs::rename(&from, &to).map_err(|e| FileError::new(from, FileAction::Write, e).into())
    }

    /// Lists and a snapshot, which every gate fetches.
    pub(super) fn centre_publishes(&mut self, at: Time) -> Result<(), DrillError> {
        self.lab.publish_lists(at)?;
        self.lab.renew(CENTRE, at)?;
        for gate in self.lab.gates.clone() {
            self.lab.update(&gate, CENTRE)?;
        }
        Ok(())
    }

    /// The centre goes down: a gate that asks for it hears nothing and is as it was.
    pub(super) fn goes_down(&mut self) -> Result<(), DrillError> {
        self.lab.bundle(STICK)?;
        self.centre(CENTRE, GONE)?;
        self.refused_update("centre-gone", CENTRE)
    }

    /// The issuers' offices work on: they note statuses, and cannot publish them.
    pub(super) fn note_statuses(&mut self) -> Result<(), DrillError> {
        let at = self.schedule.at(self.schedule.noted());
        let mut rows = ISSUERS.map(|_| String::new());
        for (person, status) in self.day.note() {
            let person = &self.lab.people[*person];
            writeln!(rows[person.issuer], "{},{status},drill", person.id).expect("a String takes all that is written");
        }
        for (issuer, rows) in rows.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            self.lab.note_statuses(issuer, rows, at)?;
        }
        self.report.noted = self.day.noted_count();
        Ok(())
    }

    /// The publishers meet where they have a copy of the repository, and send sticks to the gates.
    pub(super) fn declare(&mut self) -> Result<(), DrillError> {
        let at = self.schedule.at(self.schedule.declared());
        let until = self.schedule.at(self.schedule.back()).plus(24 * HOUR);
        self.centre(GONE, CENTRE)?;
        self.lab.declare(at, until, self.schedule.emergency_stale())?;
        self.lab.renew(CENTRE, at)?;
        self.lab.bundle(EMERGENCY_STICK)?;
        self.centre(CENTRE, GONE)?;
        for gate in self.lab.gates.clone() {
            self.lab.update(&gate, EMERGENCY_STICK)?;
        }
        Ok(())
    }

    /// The centre is back, and a new pack ends the emergency. What comes next is published as every hour.
    pub(super) fn way_back(&mut self) -> Result<(), DrillError> {
        self.centre(GONE, CENTRE)?;
        let at = self.schedule.at(self.schedule.back());
        self.lab.pack(CENTRE, at, Hours::ORDINARY)
    }

    /// The end of the day: the newest data by stick to every gate.
    pub(super) fn end(&mut self, planted: Option<&Planted>) -> Result<(), DrillError> {
        let at = self.schedule.end();
        self.copy(STICK, OLD_STICK)?;
        self.lab.publish_lists(at)?;
        self.lab.renew(CENTRE, at)?;
        self.lab.bundle(STICK)?;
        let more = planted.map_or(&[][..], Planted::gates);
        for gate in self
            .lab
            .gates
            .clone()
            .iter()
            .map(String::as_str)
            .chain(more.iter().copied())
        {
            self.lab.update(gate, STICK)?;
        }
        Ok(())
    }

    /// The stick from before the outage must not undo it.
    pub(super) fn old_stick(&mut self) -> Result<(), DrillError> {
        self.refused_update("stick-old", OLD_STICK)
    }

    /// An update that the first gate must not take: it must hold what it held.
    pub(super) fn refused_update(&mut self, id: &'static str, from: &str) -> Result<(), DrillError> {
        let gate = self.lab.gates[0].clone();
        let before = self.holds(&gate)?;
        let status = self.lab.try_update(&gate, from)?.status;
        let same = self.holds(&gate)? == before;
        self.report.attacks.push(Attack::stick(id, status, same));
        Ok(())
    }

    /// The versions that a gate holds, and since when.
    fn holds(&mut self, gate: &str) -> Result<Vec<Value>, DrillError> {
        let told = self.lab.player.verifier(false, &["status", "--store", gate])?;
        let status = told.lines.into_iter().next().unwrap_or_default();
        let mut holds = vec![status["installed"].clone()];
        holds.extend(["root", "pack", "snapshot"].map(|document| status[document]["version"].clone()));
        Ok(holds)
    }
}
