//! The program of a gate is killed while it judges: what it has shown must be in its log, and the log good.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use postern_core::time::Time;
use serde_json::Value;

use super::{Rehearsal, log_findings};
use crate::error::DrillError;
use crate::player::{json_lines, no_pipe};

/// It is killed when it has shown so many verdicts.
const SHOWN: usize = 300;

/// Kills it, or lets it end by itself; gives `nothing-lost` where it was killed and nothing is, else what is wrong.
pub(super) fn kill(
    story: &mut Rehearsal,
    gate: &str,
    at: Option<Time>,
    people: &[usize],
    really: bool,
) -> Result<Vec<String>, DrillError> {
    let at = at.map(|time| time.to_string());
    let mut args = vec!["check", "--store", gate];
    args.extend(at.iter().flat_map(|at| ["--at", at]));
    args.push("-");
    let mut child = story.lab.player.start_check(&args)?;
    let (mut stdin, stdout) = (
        child.stdin.take().ok_or_else(no_pipe)?,
        child.stdout.take().ok_or_else(no_pipe)?,
    );

    let texts: Vec<String> = people
        .iter()
        .map(|n| story.lab.people[*n].text.clone() + "\n")
        .collect();
    let enough = Arc::new(AtomicBool::new(false));
    let is_enough = Arc::clone(&enough);
    let writer = thread::spawn(move || {
        let mut endless = texts.iter().cycle();
        while !is_enough.load(Ordering::Relaxed) {
            // It ends as soon as nobody reads.
            let Some(Ok(())) = endless.next().map(|text| stdin.write_all(text.as_bytes())) else {
                break;
            };
        }
    });

    let mut stdout = BufReader::new(stdout);
    let (mut output, mut lines) = (Vec::new(), 0);
    while lines < SHOWN && stdout.read_until(b'\n', &mut output).map_err(DrillError::Start)? > 0 {
        lines += 1;
    }
    if really {
        child.kill().map_err(DrillError::Start)?;
    }
    enough.store(true, Ordering::Relaxed);
    stdout.read_to_end(&mut output).map_err(DrillError::Start)?;
    let status = child.wait().map_err(DrillError::Start)?;
    writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));

    let last = json_lines(&output).iter().filter_map(|line| line["seq"].as_u64()).max();
    let mut by = log_findings(story, gate)?;
    let told = story
        .lab
        .player
        .verifier(true, &["log", "verify", "--store", gate])?
        .lines;
    let rows = told
        .first()
        .and_then(|line: &Value| line["rows"].as_u64())
        .unwrap_or_default();
    match last {
        Some(last) if last < rows && by.is_empty() && status.code().is_none() => by.push("nothing-lost".to_owned()),
        Some(last) if last >= rows => by.push("verdicts-lost".to_owned()),
        _ => {}
    }
    Ok(by)
}
