//! Faults that are planted so that they must be found: at gates of their own, in a yard beside the city.
//!
//! The log of one of them is copied and each copy tampered with in another way, as somebody with the gate's disk could.

mod kill;
mod tamper;

use std::fs;

use postern_cli::files::{self, FileAction, FileError};
use postern_core::time::Time;
use serde_json::{Value, json};

use super::audit::{self, Audit};
use super::{HOUR, Rehearsal};
use crate::error::DrillError;
use crate::lab::{AUDITOR, Hours, map};
use crate::player::Part;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $found:literal;)+) => {
        /// A fault that is planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault {
            $($(#[$doc])* $variant,)+
        }

        impl Fault {
            pub(crate) const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The stable name.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The names that it must be found by, separated by a space.
            fn found_by(self) -> &'static str {
                match self {
                    $(Self::$variant => $found,)+
                }
            }
        }
    };
}

faults! {
    /// The program of a gate is ended in the middle of its work, without a warning: no fault of anybody's.
    GateKilled = "gate-killed", "nothing-lost";
    /// A gate whose clock stands before what it holds was signed.
    ClockBehind = "clock-behind", "clock-suspect";
    /// A column says another thing than its leaf.
    ColumnEdited = "column-edited", "column-edited";
    /// A leaf, and the column with it.
    LeafEdited = "leaf-edited", "leaves-edited";
    RowDropped = "row-dropped", "missing-rows";
    RowInserted = "row-inserted", "extra-rows";
    RowsSwapped = "rows-swapped", "moved-leaf";
    /// Checkpoints taken out of the log.
    SealsRemoved = "seals-removed", "missing-seals";
    /// A checkpoint by another key.
    SealForged = "seal-forged", "checkpoint-forged";
    /// A trigger that somebody put into the database.
    TriggerAdded = "trigger-added", "schema-changed";
    /// A log that was put back from a backup after the auditor had more, and written on.
    LogRestored = "log-restored", "rolled-back fork-restored";
    /// A copy of a gate, key and all, that stands at another door.
    GateCloned = "gate-cloned", "fork-cloned";
    BundleFlipped = "bundle-flipped", "bundle-damaged";
    BundleCut = "bundle-cut", "bundle-damaged";
    /// A gate that nobody enrolled sends a log.
    GateStranger = "gate-stranger", "bundle-unknown-gate";
    /// A verdict changed in the auditor's own archive.
    ArchiveEdited = "archive-edited", "column-edited";
}

/// The gates in the yard.
const TAMPERED: &str = "gates/yard-tampered";
const RESTORED: &str = "gates/yard-restored";
const CLONED: &str = "gates/yard-cloned";
const SLOW: &str = "gates/yard-slow";
const STRANGER: &str = "gates/yard-stranger";
const YARD: [&str; 5] = [TAMPERED, RESTORED, CLONED, SLOW, STRANGER];
/// The copy of [`CLONED`], and of the log of [`RESTORED`].
const CLONE: &str = "faults/clone";
const BACKUP: &str = "faults/backup.sqlite";
/// More rows than lie between two checkpoints.
const ROWS: usize = 1_100;

/// What a fault was found by.
#[derive(Debug)]
pub(super) struct Found {
    fault: Fault,
    /// Stable names of findings, those of other faults too where they are told of the same.
    by: Vec<String>,
}

impl Found {
    pub(super) fn is_as_expected(&self) -> bool {
        let found = |name: &str| self.by.iter().any(|by| by == name);
        self.fault.found_by().split(' ').all(found)
    }

    pub(super) fn name(&self) -> &'static str {
        self.fault.name()
    }

    /// What it was found by, in words.
    pub(super) fn text(&self, say: &dyn Fn(&str) -> String) -> String {
        let words: Vec<String> = match self.by.is_empty() {
            true => vec![say("found-nothing")],
            false => self.by.iter().map(|by| say(&format!("found-{by}"))).collect(),
        };
        words.join(&say("comma"))
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "type": "fault", "fault": self.name(), "expected": self.fault.found_by().split(' ').collect::<Vec<_>>(),
            "found": self.by, "as_expected": self.is_as_expected(),
        })
    }
}

/// The faults, while they are being planted.
pub(super) struct Planted {
    leave_out: Vec<String>,
    found: Vec<Found>,
}

impl Planted {
    /// Sets up the gates in the yard. Faults may be left out, to see that they are not found.
    pub(super) fn prepare(story: &mut Rehearsal, leave_out: &[String]) -> Result<Self, DrillError> {
        let folder = story.lab.path("faults/damaged");
        fs::create_dir_all(&folder).map_err(|e| FileError::new(folder, FileAction::Create, e))?;
        for gate in YARD {
            story.lab.init(gate)?;
            if gate != STRANGER {
                story.lab.enrol(gate, &map::yard(), story.schedule.end())?;
            }
        }
        Ok(Self {
            leave_out: leave_out.to_vec(),
            found: Vec::new(),
        })
    }

    /// The gates that get data like those of the city.
    pub(super) fn gates(&self) -> &[&'static str] {
        &YARD
    }

    /// The gates that send their logs.
    pub(super) fn senders(&self) -> &[&'static str] {
        match self.is_planted(Fault::GateStranger) {
            true => &YARD,
            false => &YARD[..YARD.len() - 1],
        }
    }

    fn is_planted(&self, fault: Fault) -> bool {
        !self.leave_out.iter().any(|name| name == fault.name())
    }

    fn note(&mut self, fault: Fault, by: Vec<String>) {
        match self.found.iter_mut().find(|found| found.fault == fault) {
            Some(found) => found.by.extend(by),
            None => self.found.push(Found { fault, by }),
        }
    }

    /// What is done before the auditor has anything.
    pub(super) fn before_audit(&mut self, story: &mut Rehearsal) -> Result<(), DrillError> {
        let people = story.day.reserved(&story.lab);
        let at = |minute: u64| {
            Some(Time::saturating(
                (story.schedule.end().seconds() - HOUR + minute * 60) as i64,
            ))
        };
        let [first, second, third, fourth] = [10, 11, 12, 13].map(at);

        let by = kill::kill(story, TAMPERED, first, &people, self.is_planted(Fault::GateKilled))?;
        self.note(Fault::GateKilled, by);
        let many: Vec<usize> = people.iter().copied().cycle().take(ROWS).collect();
        story.lab.pass(TAMPERED, second, &many)?;
        self.tamper(story)?;

        story.lab.pass(RESTORED, first, &people[..3])?;
        story.copy(&format!("{RESTORED}/log.sqlite"), BACKUP)?;
        story.lab.pass(RESTORED, second, &people[..3])?;

        story.lab.pass(CLONED, first, &people[..3])?;
        story.copy(CLONED, CLONE)?;
        story.lab.pass(CLONED, second, &people[..2])?;
        if self.is_planted(Fault::GateCloned) {
            story.lab.pass(CLONE, third, &people[..3])?;
        }
        story.lab.pass(CLONED, fourth, &people[2..4])?;

        if self.is_planted(Fault::ClockBehind) {
            self.set_ahead(story)?;
        }
        story.lab.pass(SLOW, None, &people[..3])?;
        let export = ["log", "export", "--store", SLOW, "--out", "faults/whole.log"];
        story.lab.player.verifier(false, &export)?;
        story.lab.pass(STRANGER, first, &people[..3]).map(drop)
    }

    /// What is done once the auditor has the logs so far.
    pub(super) fn after_audit(&mut self, story: &mut Rehearsal) -> Result<(), DrillError> {
        let people = story.day.reserved(&story.lab);
        let later = Time::saturating((story.schedule.end().seconds() - HOUR / 2) as i64);
        if self.is_planted(Fault::LogRestored) {
            story.copy(BACKUP, &format!("{RESTORED}/log.sqlite"))?;
        }
        let by = log_findings(story, RESTORED)?;
        self.note(Fault::LogRestored, by);
        story.lab.pass(RESTORED, Some(later), &people[..5])?;
        audit::sync(story, RESTORED, true)?;
        if self.is_planted(Fault::GateCloned) {
            audit::sync(story, CLONE, true)?;
        }
        let whole = story.lab.path("faults/whole.log");
        let whole = fs::read(&whole).map_err(|e| FileError::new(whole, FileAction::Read, e))?;
        let mut flipped = whole.clone();
        if self.is_planted(Fault::BundleFlipped) {
            flipped[whole.len() / 2] ^= 0x10;
        }
        let cut = match self.is_planted(Fault::BundleCut) {
            true => whole.len() * 2 / 3,
            false => whole.len(),
        };
        for (name, bytes) in [("flipped", &flipped[..]), ("cut", &whole[..cut])] {
            files::write_new(&story.lab.path(&format!("faults/damaged/{name}.log")), bytes)?;
        }
        let mut second = Audit::default();
        second.ingest(story, &[audit::DROP_BOX, "faults/damaged"])?;

        let archive = "faults/archive.sqlite";
        story.copy(&format!("{AUDITOR}/archive.sqlite"), archive)?;
        if self.is_planted(Fault::ArchiveEdited) {
            tamper::archive(&story.lab.path(archive))?;
        }
        let verify = ["verify", "--archive", archive];
        let told = story
            .lab
            .player
            .play(Part::Auditor, &[0, audit::FINDINGS], &verify)?
            .lines;
        let findings = told.iter().filter(|line| line["type"] == "finding");
        let by = findings.filter_map(|line| Some(line["finding"].as_str()?.to_owned()));
        self.note(Fault::ArchiveEdited, by.collect());
        Ok(())
    }

    /// Everything that was planted, and what it was found by.
    pub(super) fn found(mut self, audit: &Audit) -> Vec<Found> {
        for (fault, gate) in [
            (Fault::ClockBehind, Some(SLOW)),
            (Fault::LogRestored, Some(RESTORED)),
            (Fault::GateCloned, Some(CLONED)),
            (Fault::BundleFlipped, Some(SLOW)),
            (Fault::BundleCut, None),
            (Fault::GateStranger, None),
        ] {
            let by = audit
                .of_gate(gate)
                .filter(|kind| fault.found_by().split(' ').any(|name| name == *kind));
            let by = by.map(str::to_owned).collect();
            self.note(fault, by);
        }
        self.found
            .sort_by_key(|found| Fault::ALL.iter().position(|fault| *fault == found.fault));
        self.found
    }

    /// Copies of one log, each tampered with in another way.
    fn tamper(&mut self, story: &mut Rehearsal) -> Result<(), DrillError> {
        for (fault, tamper) in tamper::LOG {
            let copy = format!("faults/{}", fault.name());
            story.copy(TAMPERED, &copy)?;
            if self.is_planted(fault) {
                tamper(&story.lab.path(&copy).join("log.sqlite"))?;
            }
            let by = log_findings(story, &copy)?;
            self.note(fault, by);
        }
        Ok(())
    }

    /// A gate gets data that was signed an hour from now: its clock is as good as an hour slow.
    fn set_ahead(&self, story: &mut Rehearsal) -> Result<(), DrillError> {
        let ahead = "faults/ahead";
        story.copy("repository", ahead)?;
        let at = Time::saturating(postern_cli::clock::now()).plus(HOUR);
        story.lab.pack(ahead, at, Hours::ORDINARY)?;
        story.lab.renew(ahead, at)?;
        story.lab.update(SLOW, ahead)
    }
}

/// What `log verify` says of a gate's log, by stable names.
fn log_findings(story: &mut Rehearsal, gate: &str) -> Result<Vec<String>, DrillError> {
    let told = story
        .lab
        .player
        .verifier(true, &["log", "verify", "--store", gate])?
        .lines;
    let told = told.into_iter().next().unwrap_or_default();
    let findings = told["findings"].as_array().into_iter().flatten();
    let mut by: Vec<String> = findings
        .filter_map(|finding| Some(finding["reason"].as_str()?.to_owned()))
        .collect();
    if told["missing_seals"].as_u64() > Some(0) {
        by.push("missing-seals".to_owned());
    }
    by.dedup();
    Ok(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_by_all_its_names_and_by_no_other() {
        let found = |by: &[&str]| {
            let by = by.iter().map(|name| (*name).to_owned()).collect();
            let fault = Fault::LogRestored;
            Found { fault, by }.is_as_expected()
        };
        assert!(found(&["fork-restored", "rolled-back"]));
        assert!(found(&["wrong-root", "rolled-back", "fork-restored"]));
        assert!(!found(&["rolled-back"]));
        assert!(!found(&["fork-cloned", "missing-rows"]));
        assert!(!found(&[]));
    }
}
