//! What reaches the auditor by way of the drop box, and what the auditor sees: counts, findings, admissions judged again.

use std::collections::{BTreeMap, BTreeSet};

use postern_cli::Session;
use postern_core::time::Time;
use serde_json::Value;

use super::faults::Planted;
use super::{HOUR, Rehearsal};
use crate::error::DrillError;
use crate::lab::{AUDITOR, PASSPHRASE};
use crate::player::Part;

/// Where gates put their logs, and where receipts lie.
pub(super) const DROP_BOX: &str = "drop-box";
/// The report, and what it rests on.
pub(super) const PAGE: &str = "report.html";
pub(super) const EVIDENCE: &str = "evidence";
/// What the auditor's commands end with where something does not fit together.
pub(super) const FINDINGS: i32 = 3;

/// What the auditor said.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// Bundles and events that were taken, and what was not.
    pub(super) bundles: u64,
    pub(super) events: u64,
    pub(super) trouble: u64,
    pub(super) receipts: u64,
    /// Findings of `verify`, which looks at the archive itself.
    pub(super) archive_findings: u64,
    /// Findings of the report: kind, and the gates concerned.
    pub(super) findings: Vec<(String, Vec<String>)>,
    /// Admissions that today's trust would not allow: what the auditor found, and what the drill knows.
    pub(super) found_again: BTreeSet<(String, u64)>,
    pub(super) known_again: BTreeSet<(String, u64)>,
    /// Why, and how often.
    pub(super) why_again: BTreeMap<String, u64>,
    /// The command that checks the evidence folder again, which was run.
    pub(super) check: String,
    pub(super) is_evident: bool,
}

impl Audit {
    /// Every gate sends its log, the auditor takes it in and gives receipts, and every gate fetches its own.
    pub(super) fn take_in(&mut self, story: &mut Rehearsal, planted: Option<&Planted>) -> Result<(), DrillError> {
        let gates = story.lab.gates.clone();
        let more = planted.map_or(&[][..], Planted::senders);
        let gates: Vec<&str> = gates.iter().map(String::as_str).chain(more.iter().copied()).collect();
        for gate in &gates {
            sync(story, gate, false)?;
        }
        let enrol = ["enrol", "--dir", AUDITOR, "--repository", "repository"];
        story.lab.player.play(Part::Auditor, &[0], &enrol)?;
        self.ingest(story, &[DROP_BOX])?;
        let mut receipts = vec!["receipts", "--dir", AUDITOR, "--out", DROP_BOX];
        receipts.extend(["--passphrase-file", PASSPHRASE]);
        let told = story.lab.player.play(Part::Auditor, &[0], &receipts)?.lines;
        self.receipts = number(&told, "receipts", "new");
        for gate in &gates {
            sync(story, gate, false)?;
        }
        Ok(())
    }

    /// The auditor takes in what lies in folders.
    pub(super) fn ingest(&mut self, story: &mut Rehearsal, from: &[&str]) -> Result<(), DrillError> {
        let mut ingest = vec!["ingest", "--dir", AUDITOR, "--passphrase-file", PASSPHRASE];
        ingest.extend(from);
        let told = story.lab.player.play(Part::Auditor, &[0, FINDINGS], &ingest)?.lines;
        self.bundles += number(&told, "ingest", "taken");
        self.events += number(&told, "ingest", "events");
        self.trouble += number(&told, "ingest", "trouble") + number(&told, "ingest", "waiting");
        Ok(())
    }

    /// The auditor looks at the archive, judges admissions again, and writes the report.
    pub(super) fn look(&mut self, story: &mut Rehearsal, session: &Session) -> Result<(), DrillError> {
        let verify = ["verify", "--dir", AUDITOR];
        let told = story.lab.player.play(Part::Auditor, &[0, FINDINGS], &verify)?.lines;
        self.archive_findings = number(&told, "verify", "findings");

        let recheck = ["recheck", "--dir", AUDITOR, "--repository", "repository"];
        let told = story.lab.player.play(Part::Auditor, &[0], &recheck)?.lines;
        for line in told.iter().filter(|line| line["type"] == "admission") {
            let gate = line["gate"].as_str().unwrap_or_default().to_owned();
            self.found_again
                .insert((gate, line["seq"].as_u64().unwrap_or_default()));
            let why = line["why"].as_str().unwrap_or_default().to_owned();
            *self.why_again.entry(why).or_default() += 1;
        }
        self.known_again = story.day.not_today();

        // Until after what a gate with a slow clock may have written.
        let until = Time::saturating(postern_cli::clock::now()).plus(2 * HOUR).to_string();
        let from = Time::saturating(story.schedule.start.seconds() as i64).to_string();
        let mut report = vec!["report", "--dir", AUDITOR, "--out", PAGE, "--evidence", EVIDENCE];
        report.extend(["--repository", "repository", "--from", &from, "--until", &until]);
        report.extend(["--lang", session.catalog.language().tag()]);
        let told = story.lab.player.play(Part::Auditor, &[0], &report)?.lines;
        let names = |value: &Value| {
            let names = value.as_array().into_iter().flatten();
            names.filter_map(|name| Some(name.as_str()?.to_owned())).collect()
        };
        for line in told.iter().filter(|line| line["type"] == "finding") {
            let kind = line["finding"].as_str().unwrap_or_default().to_owned();
            self.findings.push((kind, names(&line["gates"])));
        }
        let summary = told.iter().find(|line| line["type"] == "report");
        let check = summary.and_then(|line| line["check"].as_str()).unwrap_or_default();
        check.clone_into(&mut self.check);
        // The command as it stands in the report, without the program's name.
        let words: Vec<&str> = check.split(' ').skip(1).collect();
        let statuses = [0, 1, 2, FINDINGS];
        self.is_evident = story.lab.player.play(Part::Auditor, &statuses, &words)?.status == 0;
        Ok(())
    }

    /// The kinds that were found at a gate, or at none that is known.
    pub(super) fn of_gate<'a>(&'a self, store: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let name = store.map(|store| store.trim_start_matches("gates/"));
        let is_of = move |gates: &[String]| match name {
            Some(name) => gates.iter().any(|gate| gate == name),
            None => gates.is_empty(),
        };
        let of_gate = self.findings.iter().filter(move |(_, gates)| is_of(gates));
        of_gate.map(|(kind, _)| kind.as_str())
    }

    /// Whether a finding that nothing in an honest city explains is about a gate of the city.
    fn is_alarm(&self, is_planted: bool) -> bool {
        const ALARMS: [&str; 10] = [
            "fork-cloned",
            "fork-restored",
            "fork",
            "bundle-inconsistent",
            "demo-trust",
            "missing-rows",
            "bundle-damaged",
            "bundle-unknown-gate",
            "bundle-not-for-us",
            "clock-suspect",
        ];
        let in_yard = |gates: &[String]| is_planted && gates.iter().all(|gate| gate.starts_with("yard-"));
        let alarms = self.findings.iter().filter(|(kind, _)| ALARMS.contains(&kind.as_str()));
        alarms.into_iter().any(|(_, gates)| !in_yard(gates))
    }

    /// Whether the auditor saw what the drill knows, and nothing else that is grave: so many lent codes, and faults or none.
    pub(super) fn is_as_expected(&self, travel: usize, is_planted: bool) -> bool {
        self.is_evident
            && self.archive_findings == 0
            && (is_planted || self.trouble == 0)
            && self.found_again == self.known_again
            && self.count("impossible-travel") == travel
            && !self.is_alarm(is_planted)
    }

    /// How many findings of a kind there are.
    pub(super) fn count(&self, kind: &str) -> usize {
        self.findings.iter().filter(|(found, _)| found == kind).count()
    }

    /// The kinds that were found, each with how often.
    pub(super) fn kinds(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for (kind, _) in &self.findings {
            *kinds.entry(kind.as_str()).or_default() += 1;
        }
        kinds
    }
}

/// A gate sends what the drop box lacks, and takes its receipt. It ends with 1 where a receipt contradicts the log, which it
/// sends all the same.
pub(super) fn sync(story: &mut Rehearsal, gate: &str, may_contradict: bool) -> Result<(), DrillError> {
    let sync = ["sync", "--store", gate, "--to", DROP_BOX];
    story.lab.player.verifier(may_contradict, &sync).map(drop)
}

/// A number of the line of a type.
fn number(told: &[Value], kind: &str, name: &str) -> u64 {
    let line = told.iter().find(|line| line["type"] == kind);
    line.and_then(|line| line[name].as_u64()).unwrap_or_default()
}
