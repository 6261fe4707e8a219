//! What happened, as the screen draws it.

use postern_cli::terminal::ColorChoice;
use postern_cli::{Catalog, Failure};
use postern_core::time::TimeEvidence;
use postern_core::verdict::{Grade, Outcome};
use postern_screen::{Bar, Face, Scene, Status};

use super::super::shift::short_root;
use super::super::{Context, Summary};
use super::{OUTCOMES, words};
use crate::fault::Fault;
use crate::judged::entry::LoggedEntry;
use crate::judged::logged::LoggedVerdict;
use crate::shown::{self, Layout, Screen};

/// A verdict, or an entry about it: the face, what is compared with the ID card, why, and what to do.
pub(super) fn verdict(logged: &LoggedVerdict, context: &Context<'_>, catalog: &Catalog) -> Scene {
    let verdict = logged.verdict();
    let screen = Screen::of(catalog, ColorChoice::Never, context.gate, Layout::Large);
    Scene {
        face: face(verdict.outcome),
        word: shown::words::outcome(verdict.outcome, catalog),
        facts: screen.facts(logged),
        reasons: verdict
            .reasons
            .iter()
            .map(|&reason| shown::words::reason(reason, catalog))
            .collect(),
        todo: match verdict.reasons.first() {
            Some(&reason) => shown::words::todo(reason, catalog),
            None => shown::words::outcome_todo(verdict.outcome, catalog),
        },
        marks: screen.marks(logged),
        ..Scene::default()
    }
}

/// What somebody or a document reader added; with the facts of the verdict that it is about.
pub(super) fn entry(
    entry: &LoggedEntry,
    about: Option<&LoggedVerdict>,
    context: &Context<'_>,
    catalog: &Catalog,
) -> Scene {
    let outcome = entry.outcome();
    let screen = Screen::of(catalog, ColorChoice::Never, context.gate, Layout::Large);
    let mut reasons = vec![words::entry(entry, catalog)];
    reasons.extend(words::reasons(entry, catalog));
    Scene {
        face: face(outcome),
        word: shown::words::outcome(outcome, catalog),
        facts: about.map(|verdict| screen.facts(verdict)).unwrap_or_default(),
        reasons,
        todo: words::entry_todo(entry, catalog),
        marks: words::entry_marks(entry, catalog),
        ..Scene::default()
    }
}

/// What could not be judged: it looks like none of the verdicts.
pub(super) fn fault(fault: &Fault, context: &Context<'_>, catalog: &Catalog) -> Scene {
    let screen = Screen::of(catalog, ColorChoice::Never, context.gate, Layout::Large);
    Scene {
        face: Face::Fault,
        word: catalog.text("outcome-fault", &[]),
        reasons: vec![Failure::new(fault, catalog).message],
        todo: screen.hint(fault).unwrap_or_default(),
        ..Scene::default()
    }
}

/// The next person, please; or why there is none.
pub(super) fn ready(context: &Context<'_>, catalog: &Catalog) -> Scene {
    let text = |id: &str| catalog.text(id, &[]);
    if context.locked {
        return Scene {
            face: Face::Locked,
            word: text("face-locked"),
            todo: text("door-locked"),
            ..Scene::default()
        };
    }
    let (grade, _) = context.grade();
    let now = match context.gate.trust().pack() {
        None => text("now-no-data"),
        Some(_) if grade == Grade::Fresh => String::new(),
        Some(_) => catalog.text(&format!("now-{}", grade.as_str()), &[]),
    };
    Scene {
        face: Face::Ready,
        word: text("face-ready"),
        todo: if now.is_empty() { text("door-scan-now") } else { now },
        marks: demo(context, catalog),
        ..Scene::default()
    }
}

/// The end of a shift, to be copied onto paper.
pub(super) fn hand_over(summary: &Summary, gate: &str, catalog: &Catalog) -> Scene {
    Scene {
        face: Face::Wait,
        word: catalog.text("face-hand-over", &[]),
        facts: words::summary(summary, gate, catalog),
        todo: catalog.text("door-write-down", &[]),
        ..Scene::default()
    }
}

/// What is always visible.
pub(super) fn bar(context: &Context<'_>, sources: Vec<Status>, gate: &str, catalog: &Catalog) -> Bar {
    let text = |id: &str| catalog.text(id, &[]);
    let data = words::ages(context, catalog).into_iter().map(|(label, age)| match age {
        None => Status {
            grade: postern_screen::Grade::Refuse,
            label,
            value: text("status-not-held"),
        },
        Some((seconds, grade)) => Status {
            grade: screen_grade(grade),
            label,
            value: format!(
                "{} ({})",
                words::age(seconds, catalog),
                shown::words::grade(grade, catalog)
            ),
        },
    });
    let (_, suspect) = context.grade();
    let clock = Status {
        grade: if suspect {
            postern_screen::Grade::Stale
        } else {
            postern_screen::Grade::Fresh
        },
        label: text("status-clock"),
        value: match (context.time, suspect) {
            (TimeEvidence::Stepped { .. }, _) => text("door-clock-was-set"),
            (_, true) => text("door-clock-suspect"),
            (now, false) => now.now().to_string(),
        },
    };
    let mut counts: Vec<_> = OUTCOMES
        .iter()
        .map(|&outcome| {
            (
                shown::words::outcome(outcome, catalog),
                context.shift.of(outcome).to_string(),
            )
        })
        .collect();
    counts.push((text("outcome-fault"), context.shift.tally.fault.to_string()));
    counts.push((text("door-manual"), context.shift.manual.to_string()));
    counts.push((text("door-overrides"), context.shift.overrides.to_string()));
    let operator = context.shift.operator.as_ref();
    Bar {
        clock,
        counts,
        data: data.collect(),
        gate: (text("status-gate"), gate.to_owned()),
        log_tip: (
            text("status-log"),
            format!("{} {}", context.tip.size, short_root(&context.tip)),
        ),
        operator: (
            text("door-operator"),
            operator.map(|o| o.to_string()).unwrap_or_default(),
        ),
        sources,
    }
}

/// The warning of a gate that trusts keys that everybody has.
pub(super) fn demo(context: &Context<'_>, catalog: &Catalog) -> Vec<String> {
    let warning = context.gate.is_demo().then(|| catalog.text("demo-warning", &[]));
    warning.into_iter().collect()
}

fn face(outcome: Outcome) -> Face {
    match outcome {
        Outcome::Admit => Face::Admit,
        Outcome::Refer => Face::Refer,
        Outcome::Refuse => Face::Refuse,
    }
}

fn screen_grade(grade: Grade) -> postern_screen::Grade {
    match grade {
        Grade::Fresh => postern_screen::Grade::Fresh,
        Grade::Aging => postern_screen::Grade::Aging,
        Grade::Stale => postern_screen::Grade::Stale,
        Grade::Refuse => postern_screen::Grade::Refuse,
    }
}
