//! What is tried at a gate that no auditor needs to see: bad codes, bad pictures, hostile sticks.

use std::fs;

use postern_cli::files::{FileAction, FileError};
use postern_cli::random;
use postern_core::keys::PrivateKey;
use postern_core::repository::NEWEST;
use postern_core::time::Time;
use serde_json::{Value, json};

use super::Rehearsal;
use crate::error::DrillError;
use crate::lab::STICK;
use crate::samples;

/// So many bytes after the name of a snapshot its content has begun, and not ended.
const WITHIN: usize = 100;

/// Something bad that was tried: what had to follow, and what followed.
#[derive(Debug)]
pub(super) struct Attack {
    pub(super) id: &'static str,
    expected: Followed,
    got: Followed,
}

/// An outcome and the reason for it, by their stable names.
#[derive(Debug, PartialEq, Eq)]
struct Followed {
    outcome: String,
    reason: String,
}

impl Followed {
    fn new(outcome: &str, reason: &str) -> Self {
        Self {
            outcome: outcome.to_owned(),
            reason: reason.to_owned(),
        }
    }

    /// In words.
    fn text(&self, say: &dyn Fn(&str) -> String) -> String {
        let outcome = say(&format!("column-{}", self.outcome));
        format!("{outcome}{}{}", say("colon"), say(&format!("why-{}", self.reason)))
    }

    /// For programs.
    fn json(&self) -> Value {
        json!({ "outcome": self.outcome, "reason": self.reason })
    }
}

impl Attack {
    /// A text or a picture at a gate: the outcome and the reason that must follow, and the JSON object that followed.
    fn of(id: &'static str, (outcome, reason): (&str, &str), line: Option<&Value>) -> Self {
        let line = line.unwrap_or(&Value::Null);
        let text = |value: &Value| value.as_str().unwrap_or("nothing").to_owned();
        let got = match line["type"].as_str() {
            Some("fault") => Followed {
                outcome: "fault".to_owned(),
                reason: text(&line["reason"]),
            },
            _ => Followed {
                outcome: text(&line["outcome"]),
                reason: text(&line["reasons"][0]),
            },
        };
        Self {
            id,
            expected: Followed::new(outcome, reason),
            got,
        }
    }

    /// A stick: it must be refused, and the gate must hold what it held.
    pub(super) fn stick(id: &'static str, status: i32, same: bool) -> Self {
        let outcome = if status == 1 { "refuse" } else { "taken" };
        let reason = if same { "gate-unchanged" } else { "gate-changed" };
        Self {
            id,
            expected: Followed::new("refuse", "gate-unchanged"),
            got: Followed::new(outcome, reason),
        }
    }

    pub(super) fn is_as_expected(&self) -> bool {
        self.expected == self.got
    }

    /// What followed, in words, and what had to follow where that is another thing.
    pub(super) fn text(&self, say: &dyn Fn(&str) -> String) -> String {
        let got = self.got.text(say);
        match self.is_as_expected() {
            true => got,
            false => format!("{got} ({})", self.expected.text(say)),
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "type": "attack", "what": self.id, "expected": self.expected.json(), "got": self.got.json(),
            "as_expected": self.is_as_expected(),
        })
    }
}

impl Rehearsal {
    pub(super) fn bad_codes(&mut self, at: Time) -> Result<(), DrillError> {
        let gate = self.lab.gates[0].clone();
        let forger = PrivateKey::from_seed(&random::bytes()?);
        let samples = samples::texts(&self.lab.people[0].text, &forger);
        let samples = samples.map_err(|e| DrillError::Start(std::io::Error::other(e)))?;
        for sample in samples {
            let lines = self.lab.check(&gate, Some(at), std::slice::from_ref(&sample.text))?;
            let attack = Attack::of(sample.id, (sample.outcome, sample.reason), lines.first());
            self.report.attacks.push(attack);
            self.report.verdicts += lines.iter().filter(|line| line["type"] == "verdict").count() as u64;
        }
        Ok(())
    }

    /// Pictures that show no code, or cannot be opened at all: a fault, which is no verdict.
    pub(super) fn bad_pictures(&mut self) -> Result<(), DrillError> {
        let gate = self.lab.gates[0].clone();
        let bad = self.lab.path("bad-pictures");
        fs::create_dir_all(&bad).map_err(|e| FileError::new(bad, FileAction::Create, e))?;
        let good = self.lab.path(&self.lab.pictures[0]);
        let png = fs::read(&good).map_err(|e| FileError::new(good, FileAction::Read, e))?;
        let cut = &png[..png.len() / 2];
        for (id, name, bytes, reason) in [
            ("sample-cut-picture", "cut.png", cut, "picture-damaged"),
            ("sample-no-picture", "text.png", &b"not a picture"[..], "not-a-picture"),
        ] {
            let path = format!("bad-pictures/{name}");
            postern_cli::files::write_new(&self.lab.path(&path), bytes)?;
            let lines = self.lab.check(&gate, None, &[path])?;
            self.report
                .attacks
                .push(Attack::of(id, ("fault", reason), lines.first()));
        }
        Ok(())
    }

    /// Updates that a gate must not take.
    pub(super) fn hostile_sticks(&mut self) -> Result<(), DrillError> {
        let stick = self.lab.path(STICK);
        let good = fs::read(&stick).map_err(|e| FileError::new(stick, FileAction::Read, e))?;
        let mut edited = good.clone();
        // Within the snapshot, which is read first: a file that the gate holds already is not read from the stick.
        let name = NEWEST.as_bytes();
        let snapshot = edited.windows(name.len()).position(|window| window == name);
        let within = snapshot.map_or(edited.len() / 2, |at| at + name.len() + WITHIN);
        edited[within] ^= 0x20;
        for (id, name, bytes) in [
            ("stick-cut", "cut.bundle", &good[..good.len() / 3]),
            ("stick-edited", "edited.bundle", &edited[..]),
            ("stick-empty", "empty.bundle", &b""[..]),
        ] {
            postern_cli::files::write_new(&self.lab.path(name), bytes)?;
            self.refused_update(id, name)?;
        }
        Ok(())
    }
}
