//! Lines of standard input to verdicts in their order, on all cores.
//!
//! ```text
//! lines (one thread) -> judged in batches (all cores) -> logged, then shown, in order (the caller)
//! ```
//!
//! A line that comes alone is judged and answered alone. Where lines come faster than that, they wait, and what waits is judged as
//! one batch and logged in one commit: the batches grow with the need.

use std::collections::BTreeMap;
use std::io::{self, BufReader};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use postern_log::Source;

use super::feed::{Feed, Group, Line};
use crate::desk::{Desk, Entry, GROUP};
use crate::error::Error;
use crate::fault::Fault;
use crate::judged::{Gate, Origin};
use crate::lines::Lines;

/// How many lines are judged as one batch at most: what the batch check of signatures gains most from.
const BATCH: usize = 2048;

/// Batches between the judges and the log, besides one for each judge.
const BETWEEN: usize = 2;

/// Judges the lines of standard input, logs and shows them.
///
/// # Errors
///
/// [`Error::Log`] and [`Error::Output`]: what was shown before is in the log, and nothing is shown after; or [`Error::Stdin`].
pub(super) fn run(origin: &Origin, desk: &mut Desk<'_>) -> Result<(), Error> {
    desk.flush()?;
    let judges = thread::available_parallelism().map_or(1, NonZero::get);
    let feed = Arc::new(Feed::new(judges + BETWEEN));
    let (gate, recorder) = desk.parts();
    // It is left alone where nobody wants more: nothing ends a wait for input.
    let given = Arc::clone(&feed);
    thread::spawn(move || {
        let end = End(&given);
        end.0.end(read(&given));
    });
    thread::scope(|scope| {
        let (give, judged) = mpsc::channel();
        for _ in 0..judges {
            let (feed, give) = (&*feed, give.clone());
            scope.spawn(move || {
                let _stop = StopOnPanic(feed);
                while let Some((n, groups)) = feed.take(BATCH) {
                    if give.send((n, judge(gate, origin, groups))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give);
        let _stop = Stop(&feed);
        let mut early = BTreeMap::new();
        let mut next = 0;
        while let Ok((n, groups)) = judged.recv() {
            early.insert(n, groups);
            early.extend(judged.try_iter());
            let mut ready = Vec::new();
            let first = next;
            while let Some(groups) = early.remove(&next) {
                ready.extend(groups);
                next += 1;
            }
            recorder.record(gate, ready)?;
            feed.done(next - first);
        }
        Ok::<(), Error>(())
    })?;
    feed.outcome().map_err(Error::Stdin)
}

/// Reads lines to the end, in groups of those that are there together.
fn read(feed: &Feed) -> io::Result<()> {
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, io::stdin().lock()));
    let mut group = Group::new();
    while let Some(line) = lines.next()? {
        group.push((lines.number(), line));
        // Whoever waits for an answer before the next line gets it.
        let whole = group.len() >= GROUP || !lines.has_line();
        if whole && !feed.put(std::mem::take(&mut group)) {
            break;
        }
    }
    Ok(())
}

fn judge(gate: &Gate, origin: &Origin, groups: Vec<Group>) -> Vec<Vec<Entry>> {
    let origin = |number| Origin {
        line: Some(number),
        ..origin.clone()
    };
    let texts = groups.iter().flatten().filter_map(|(number, line)| {
        let text = line.as_ref().ok()?;
        Some((text.as_str(), origin(*number)))
    });
    let mut judged = gate.judge_all(texts, Source::Text).into_iter();
    let mut entry = |(number, line): &Line| match line {
        Ok(_) => judged.next().map(Entry::Judged),
        Err(error) => Some(Entry::Fault(origin(*number), Fault::Line(*error))),
    };
    groups
        .iter()
        .map(|group| group.iter().filter_map(&mut entry).collect())
        .collect()
}

/// Ends the input also where reading panics.
struct End<'f>(&'f Feed);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end(Err(io::Error::other("the thread that reads has panicked")));
    }
}

/// Lets the others go however the work ends.
struct Stop<'f>(&'f Feed);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Lets the others go where a judge panics, so that the panic is heard and nobody waits for its batch.
struct StopOnPanic<'f>(&'f Feed);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}
