//! The rehearsal: a city day, the centre gone for six weeks, bad codes and hostile sticks meanwhile, and the way back.

use std::fs;
use std::io::Write;

use postern_cli::files::{FileAction, FileError};
use postern_cli::output::Output;
use postern_cli::{Session, clock, random};
use postern_core::keys::PrivateKey;
use postern_core::repository::NEWEST;
use postern_core::time::Time;
use serde_json::Value;

use crate::cli::SharedArgs;
use crate::error::DrillError;
use crate::lab::{Lab, Progress};
use crate::samples;

mod report;

use report::{Attack, Day, Report};

const DAY: u64 = 86_400;
/// Days after the start on which the gates are asked, and the grade that their data must have by then: the pack's windows
/// are 2, 7 and 30 days.
const DAYS: [(u64, &str); 4] = [(1, "fresh"), (5, "aging"), (20, "stale"), (LAST_DAY, "refuse")];
/// The day on which the centre comes back, which is today.
const LAST_DAY: u64 = 45;

/// Runs the rehearsal; the status is 0 if all came as it must.
pub(crate) fn run(args: &SharedArgs, session: &Session) -> Result<u8, DrillError> {
    let dir = args.out.clone().unwrap_or_else(|| crate::unused("drill"));
    // It all began so long ago that it ends now: the gates are then as fresh as real ones, to go on with by hand.
    let start = Time::saturating(clock::now() - (LAST_DAY * DAY) as i64);
    let lab = Lab::build(&dir, &args.size, start, session)?;
    let mut rehearsal = Rehearsal {
        lab,
        start,
        report: Report::default(),
    };
    rehearsal.play(session)?;
    let Rehearsal { lab, report, .. } = rehearsal;

    let mut out = Output::stdout();
    let text = if session.json {
        format!("{}\n", postern_cli::terminal::json_line(&report.json(&lab)))
    } else {
        report.text(&lab, session, postern_cli::terminal::Colors::stdout(session.color))
    };
    let summary = report.text(&lab, session, postern_cli::terminal::Colors::OFF);
    postern_cli::files::write_new(&lab.path("summary.txt"), summary.as_bytes())?;
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(DrillError::Output)?;
    Ok(u8::from(!report.is_as_expected()))
}

struct Rehearsal {
    lab: Lab,
    start: Time,
    report: Report,
}

impl Rehearsal {
    fn play(&mut self, session: &Session) -> Result<(), DrillError> {
        let progress = Progress::new(5 + DAYS.len() as u64, session);
        progress.step("step-day-0");
        self.day(0, true, "fresh")?;
        progress.step("step-down");
        self.centre("repository", "repository.down")?;
        for (day, grade) in DAYS {
            progress.step("step-outage");
            self.day(day, false, grade)?;
        }
        progress.step("step-attacks");
        self.bad_codes()?;
        self.bad_pictures()?;
        progress.step("step-sticks");
        self.hostile_sticks()?;
        progress.step("step-back");
        self.way_back()?;
        self.verify_logs()?;
        progress.done();
        Ok(())
    }

    /// The centre's files appear or vanish for everybody.
    fn centre(&self, from: &str, to: &str) -> Result<(), DrillError> {
        let (from, to) = (self.lab.path(from), self.lab.path(to));
        fs::rename(&from, &to).map_err(|e| FileError::new(from, FileAction::Write, e).into())
    }

    /// Each gate judges its share of the pictures as of a day.
    fn day(&mut self, day: u64, centre: bool, grade: &'static str) -> Result<(), DrillError> {
        let at = (day < LAST_DAY).then(|| self.start.plus(day * DAY));
        let mut row = Day::new(day, centre, grade);
        let gates = self.lab.gates.clone();
        for (i, gate) in gates.iter().enumerate() {
            let share: Vec<_> = self.lab.pictures.iter().skip(i).step_by(gates.len()).cloned().collect();
            for chunk in share.chunks(500) {
                for line in self.lab.check(gate, at, chunk)? {
                    row.count(&line);
                }
            }
        }
        row.expected = self.lab.pictures.len();
        self.report.days.push(row);
        Ok(())
    }

    fn bad_codes(&mut self) -> Result<(), DrillError> {
        let gate = self.lab.gates[0].clone();
        let good = self.lab.pictures[0].clone();
        let (_, lines) = self.lab.player.verifier(false, &["read", &good])?;
        let text = lines
            .iter()
            .find_map(|line| line["texts"][0]["text"].as_str())
            .unwrap_or_default()
            .to_owned();
        let forger = PrivateKey::from_seed(&random::bytes()?);
        let samples = samples::texts(&text, &forger).map_err(|e| DrillError::Start(std::io::Error::other(e)))?;
        let at = Some(self.start.plus(DAY));
        for sample in samples {
            let lines = self.lab.check(&gate, at, std::slice::from_ref(&sample.text))?;
            self.report
                .attacks
                .push(Attack::of(sample.id, (sample.outcome, sample.reason), lines.first()));
        }
        Ok(())
    }

    /// Pictures that show no code, or cannot be opened at all: a fault, which is no verdict.
    fn bad_pictures(&mut self) -> Result<(), DrillError> {
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

    /// Updates that a gate must not take: after each it must hold what it held.
    fn hostile_sticks(&mut self) -> Result<(), DrillError> {
        let gate = self.lab.gates[0].clone();
        let stick = self.lab.path("update.bundle");
        let good = fs::read(&stick).map_err(|e| FileError::new(stick, FileAction::Read, e))?;
        let mut edited = good.clone();
        // Within what is read first: a file that the gate holds already is not read from the stick.
        let name = NEWEST.as_bytes();
        let snapshot = edited.windows(name.len()).position(|window| window == name);
        let middle = snapshot.map_or(0, |at| (at + edited.len()) / 2);
        edited[middle] ^= 0x20;
        for (id, name, bytes) in [
            ("stick-cut", "cut.bundle", &good[..good.len() / 3]),
            ("stick-edited", "edited.bundle", &edited[..]),
            ("stick-empty", "empty.bundle", &b""[..]),
        ] {
            postern_cli::files::write_new(&self.lab.path(name), bytes)?;
            let before = self.holds(&gate)?;
            let (status, _) = self
                .lab
                .player
                .verifier(true, &["update", "--store", &gate, "--from", name])?;
            let same = self.holds(&gate)? == before;
            self.report.attacks.push(Attack::stick(id, status, same));
        }
        Ok(())
    }

    /// The versions that a gate holds.
    fn holds(&mut self, gate: &str) -> Result<Value, DrillError> {
        let (_, lines) = self.lab.player.verifier(false, &["status", "--store", gate])?;
        let status = lines.into_iter().next().unwrap_or_default();
        Ok(serde_json::json!([status["root"], status["pack"], status["snapshot"]]))
    }

    /// The centre is back: a new snapshot, carried to each gate by a stick; then an old stick, which must not undo it.
    fn way_back(&mut self) -> Result<(), DrillError> {
        self.centre("repository.down", "repository")?;
        let (stick, old) = (self.lab.path("update.bundle"), self.lab.path("old.bundle"));
        fs::copy(&stick, &old).map_err(|e| FileError::new(old, FileAction::Create, e))?;
        self.lab.snapshot(self.start.plus(LAST_DAY * DAY))?;
        for gate in self.lab.gates.clone() {
            self.lab
                .player
                .verifier(false, &["update", "--store", &gate, "--from", "update.bundle"])?;
        }
        self.day(LAST_DAY, true, "fresh")?;
        let gate = self.lab.gates[0].clone();
        let before = self.holds(&gate)?;
        let (status, _) = self
            .lab
            .player
            .verifier(true, &["update", "--store", &gate, "--from", "old.bundle"])?;
        let same = self.holds(&gate)? == before;
        self.report.attacks.push(Attack::stick("stick-old", status, same));
        Ok(())
    }

    /// Every verdict must be in a log, and every log whole.
    fn verify_logs(&mut self) -> Result<(), DrillError> {
        for gate in &self.lab.gates {
            let path = self.lab.path(gate).join("log.sqlite");
            let verified = postern_log::Reader::open(&path).and_then(|log| log.verify());
            let verified = verified.map_err(|e| DrillError::Start(std::io::Error::other(e)))?;
            self.report.logged += verified.rows;
            self.report.broken_logs += usize::from(!verified.is_clean());
        }
        Ok(())
    }
}
