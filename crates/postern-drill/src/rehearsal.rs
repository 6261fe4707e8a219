//! The rehearsal: a day of a city, the centre gone for hours of it, the way back, and what an auditor sees of it afterwards.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use postern_cli::files::{FileAction, FileError};
use postern_cli::output::Output;
use postern_cli::terminal::{Colors, json_line};
use postern_cli::{Session, clock};
use postern_core::time::Time;

use crate::cli::{SharedArgs, StoryArgs};
use crate::error::DrillError;
use crate::lab::{Lab, Progress};

mod attacks;
mod audit;
mod day;
mod faults;
mod movement;
mod outage;
mod report;
mod schedule;

pub(crate) use faults::Fault;

use audit::Audit;
use day::Day;
use faults::Planted;
use report::Report;
use schedule::{HOUR, Schedule};

/// Runs the rehearsal; the status is 0 if all came as it must.
pub(crate) fn run(args: &SharedArgs, story: &StoryArgs, session: &Session) -> Result<u8, DrillError> {
    let now = Time::saturating(clock::now());
    let schedule = Schedule::new(story.hours, story.down_hours, now).ok_or(DrillError::Hours)?;
    let dir = args.out.clone().unwrap_or_else(|| crate::unused("drill"));
    // It all began so long ago that it ends now: the gates are then as fresh as real ones, to go on with by hand.
    let made = Time::saturating(schedule.start.seconds() as i64 - HOUR as i64);
    let lab = Lab::build(&dir, &args.size, schedule.windows(), made, session)?;
    let mut rehearsal = Rehearsal {
        day: Day::new(args.size.seed, &lab),
        lab,
        schedule,
        report: Report {
            start: schedule.start,
            ..Report::default()
        },
    };
    rehearsal.play(story, session)?;
    let Rehearsal { lab, report, .. } = rehearsal;
    tell(&report, &lab, session)?;
    if story.open {
        open(&lab);
    }
    Ok(u8::from(!report.is_as_expected()))
}

fn tell(report: &Report, lab: &Lab, session: &Session) -> Result<(), DrillError> {
    let text = if session.json {
        let lines = report.json(lab);
        lines.iter().map(|line| json_line(line) + "\n").collect()
    } else {
        report.text(lab, session, Colors::stdout(session.color))
    };
    let summary = report.text(lab, session, Colors::OFF);
    postern_cli::files::write_new(&lab.path("summary.txt"), summary.as_bytes())?;
    let mut out = Output::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(DrillError::Output)
}

/// Shows the page in whatever shows pages here. Where nothing does, the summary has its path.
fn open(lab: &Lab) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(opener);
    command.arg(lab.path(audit::PAGE));
    // Nothing waits for a browser, and nothing hangs on whether there is one.
    drop(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn(),
    );
}

struct Rehearsal {
    lab: Lab,
    schedule: Schedule,
    day: Day,
    report: Report,
}

impl Rehearsal {
    fn play(&mut self, story: &StoryArgs, session: &Session) -> Result<(), DrillError> {
        let progress = Progress::new(self.schedule.hours + 8 + u64::from(story.faults), session);
        progress.step("step-day");
        for hour in 0..self.schedule.hours {
            progress.step(self.step(hour));
            self.hour(hour)?;
        }
        let mut planted = match story.faults {
            true => {
                progress.step("step-faults");
                Some(Planted::prepare(self, &story.leave_out)?)
            }
            false => None,
        };
        progress.step("step-end");
        self.end(planted.as_ref())?;
        progress.step("step-old-stick");
        self.old_stick()?;
        if let Some(planted) = &mut planted {
            progress.step("step-plant");
            planted.before_audit(self)?;
        }
        progress.step("step-sync");
        let drop_box = self.lab.path(audit::DROP_BOX);
        fs::create_dir_all(&drop_box).map_err(|e| FileError::new(drop_box, FileAction::Create, e))?;
        let mut audit = Audit::default();
        audit.take_in(self, planted.as_ref())?;
        if let Some(planted) = &mut planted {
            progress.step("step-plant");
            planted.after_audit(self)?;
        }
        progress.step("step-audit");
        self.verify_logs()?;
        audit.look(self, session)?;
        if let Some(planted) = planted {
            self.report.faults = planted.found(&audit);
        }
        self.report.travel = self.day.lent_and_admitted();
        self.report.audit = audit;
        progress.done();
        Ok(())
    }

    /// What is told while an hour is played.
    fn step(&self, hour: u64) -> &'static str {
        let schedule = &self.schedule;
        match hour {
            _ if hour == schedule.down => "step-down",
            _ if hour == schedule.declared() => "step-declared",
            _ if hour == schedule.back() => "step-back",
            _ if schedule.is_down(hour) => "step-outage",
            _ => "step-hour",
        }
    }

    /// One hour: what the centre does, then who passes the gates.
    fn hour(&mut self, hour: u64) -> Result<(), DrillError> {
        let schedule = self.schedule;
        if hour == schedule.down {
            self.goes_down()?;
        }
        if hour == schedule.declared() {
            self.declare()?;
        }
        if hour == schedule.back() {
            self.way_back()?;
        }
        if !schedule.is_down(hour) {
            self.centre_publishes(schedule.at(hour))?;
        }
        if hour == schedule.noted() {
            self.note_statuses()?;
        }
        self.pass(hour)?;
        if hour == schedule.noted() {
            self.bad_codes(schedule.passing(hour))?;
            self.bad_pictures()?;
            self.hostile_sticks()?;
        }
        Ok(())
    }

    /// Every verdict must be in a log, and every log whole.
    fn verify_logs(&mut self) -> Result<(), DrillError> {
        for gate in self.lab.gates.clone() {
            let verified = self.lab.player.verifier(true, &["log", "verify", "--store", &gate])?;
            let told = verified.lines.into_iter().next().unwrap_or_default();
            self.report.logged += told["rows"].as_u64().unwrap_or_default();
            self.report.broken_logs += usize::from(verified.status != 0 || told["good"] != true);
            // All of it is at the auditor, who has said so.
            self.report.not_confirmed += told["auditors"][0]["since"].as_u64().unwrap_or(u64::MAX).min(1);
        }
        Ok(())
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), DrillError> {
        copy_all(&self.lab.path(from), &self.lab.path(to)).map_err(DrillError::File)
    }
}

/// Copies a file, or a folder with all that is in it.
fn copy_all(from: &std::path::Path, to: &std::path::Path) -> Result<(), FileError> {
    let read = |e| FileError::new(from, FileAction::Read, e);
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).map_err(read);
    }
    fs::create_dir_all(to).map_err(|e| FileError::new(to, FileAction::Create, e))?;
    for entry in fs::read_dir(from).map_err(read)? {
        let name = entry.map_err(read)?.file_name();
        copy_all(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
