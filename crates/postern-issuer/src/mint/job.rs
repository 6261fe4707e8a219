//! The work that `mint`, `renew` and `replace` have in common: from drafts of codes to the ledger and the outputs.
//!
//! ```text
//! source -> prepare -> place -> sign, draw -> ledger -> outputs
//! one       all        in       all           in       in
//! thread    threads    order    threads       order    order
//! ```
//!
//! Codes are committed to the ledger in groups, and only then go to the outputs. From time to time the outputs are put on the
//! disk, and the ledger notes how far they are: from there the same command goes on after an interruption. All that goes
//! into an output follows from the run's beginning, so it is the same byte for byte.

use std::time::{Duration, Instant};

use postern_cli::Catalog;
use postern_core::code::Claims;
use postern_core::time::Time;

use super::error::MintError;
use super::interrupt;
use super::issuing::Issuing;
use super::ledger::{Ended, Entry, Ledger, Progress, Run};
use super::output::{self, Drawn, Formats, Outputs, Target};
use super::parallel::{self, Stages};
use super::people::{Column, Columns, Reason, Reject, Row};
use super::report::Report;

/// Rows whose codes are committed at once: one wait for the disk among so many.
const GROUP: usize = if cfg!(test) { 64 } else { 8192 };
/// How often the outputs are put on the disk: as much work is done again after a power cut.
const MARK_AFTER: Duration = Duration::from_secs(if cfg!(test) { 0 } else { 5 });

/// A code that is to be minted, without its place.
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) content: [u8; 16],
    /// The index in them is not set yet.
    pub(super) claims: Claims,
    /// The code in whose place it comes, and why.
    pub(super) replaces: Option<(u64, Ended)>,
}

/// What is to become of a row.
pub(super) enum Planned {
    /// It has its code, from an earlier run or from this one.
    Kept(Entry),
    /// It gets one.
    New(Box<Draft>),
    /// It gets none.
    Rejected(Reject),
}

/// Some rows, prepared on one thread.
#[derive(Default)]
pub(super) struct Prepared {
    pub(super) rows: Vec<(Row, Planned)>,
    /// Where the source goes on after them, as in [`Progress`].
    pub(super) at: u64,
    pub(super) line: u64,
    pub(super) elsewhere: u64,
    pub(super) unchanged: u64,
}

/// Some rows with places, before they are signed.
struct Placed {
    prepared: Prepared,
    /// The places of the new ones, in their order.
    counters: Vec<u64>,
}

/// Some rows, signed and drawn.
struct Done {
    codes: Vec<(Entry, Fate)>,
    drawn: Vec<Drawn>,
    rejects: Vec<Reject>,
    reject_lines: Vec<u8>,
    at: u64,
    line: u64,
    elsewhere: u64,
    unchanged: u64,
}

enum Fate {
    Kept,
    Minted { replaces: Option<(u64, Ended)> },
}

/// Where rows come from.
pub(super) trait Source: Send {
    /// Some of them.
    type Item: Send;

    /// The next of them; `None` at the end.
    fn next(&mut self) -> Result<Option<Self::Item>, MintError>;
}

/// What a run works with.
pub(super) struct Job<'j> {
    pub(super) issuing: &'j Issuing,
    pub(super) formats: &'j Formats,
    pub(super) target: Target,
    pub(super) columns: &'j Columns,
    pub(super) catalog: &'j Catalog,
    /// The time by the clock, for the ledger.
    pub(super) now: Time,
}

impl Job<'_> {
    /// Opens the outputs where the run goes on. Where what it wrote is not there any more, it writes all of it again.
    pub(super) fn outputs(&self, run: &mut Run) -> Result<Outputs, MintError> {
        loop {
            let stamp = run.stamp();
            let opened = Outputs::open(&self.target, self.formats, self.columns.names(), &run.progress, &stamp)?;
            match opened {
                Some(outputs) => return Ok(outputs),
                // A run without progress begins all of them, and that gives some.
                None => run.progress = Progress::default(),
            }
        }
    }

    /// Does the work. When this returns, all of it is in the ledger and in files that have their names.
    pub(super) fn run<S: Source>(
        &self,
        ledger: &mut Ledger,
        run: &mut Run,
        outputs: Outputs,
        mut source: S,
        prepare: impl Fn(S::Item) -> Result<Prepared, MintError> + Sync,
        report: &mut Report<'_>,
    ) -> Result<(), MintError> {
        interrupt::listen();
        ledger.note_key(&self.issuing.key(), self.now)?;
        let mut places = ledger.places();
        let first = run.first;
        let stages = Stages {
            prepare: |item| Ok(self.check_names(prepare(item)?)),
            number: |prepared| place(prepared, &mut places),
            work: |placed| self.sign(placed, first),
        };
        let mut writer = Writer {
            job: self,
            ledger,
            run,
            outputs,
            report,
            waiting: Vec::new(),
            rows: 0,
            marked: Instant::now(),
        };
        let source = || match interrupt::is_asked() {
            true => Ok(None),
            false => source.next(),
        };
        parallel::in_order(source, stages, |done| writer.take(done))?;
        writer.finish()
    }

    /// Rejects those whose names an output cannot write: a code without its card would be lost.
    fn check_names(&self, mut prepared: Prepared) -> Prepared {
        for (row, planned) in &mut prepared.rows {
            let kept;
            let name = match planned {
                Planned::Kept(entry) if self.formats.write_names() => {
                    kept = entry.claims();
                    kept.as_ref().and_then(|claims| claims.record.holder.name.as_ref())
                }
                Planned::New(draft) => draft.claims.record.holder.name.as_ref(),
                _ => None,
            };
            if name.is_some_and(|name| !self.formats.can_write(name.as_str())) {
                *planned = Planned::Rejected(Reject {
                    line: row.line(),
                    column: Some(Column::Name),
                    reason: Reason::NameWithoutGlyph,
                });
            }
        }
        prepared
    }

    /// Signs what is new and draws all codes.
    fn sign(&self, placed: Placed, first: u64) -> Result<Done, MintError> {
        let Placed { prepared, counters } = placed;
        let new = prepared.rows.iter().filter_map(|(_, planned)| match planned {
            Planned::New(draft) => Some(&draft.claims),
            _ => None,
        });
        let mut signed = self
            .issuing
            .mint_all(new)
            .map_err(MintError::Sign)?
            .into_iter()
            .zip(counters);
        let mut codes = Vec::with_capacity(prepared.rows.len());
        let (mut rejects, mut reject_lines) = (Vec::new(), Vec::new());
        for (row, planned) in prepared.rows {
            match planned {
                Planned::Kept(entry) => {
                    // After an interruption, what this run has minted is found in the ledger.
                    let fate = match entry.counter >= first {
                        true => Fate::Minted { replaces: None },
                        false => Fate::Kept,
                    };
                    codes.push((entry, fate));
                }
                Planned::New(draft) => {
                    let (code, counter) = signed.next().expect("each draft was signed");
                    let entry = Entry {
                        counter,
                        id: draft.id,
                        content: draft.content,
                        index: draft.claims.record.index,
                        issued: draft.claims.issued,
                        expires: draft.claims.expires,
                        code,
                    };
                    let replaces = draft.replaces;
                    codes.push((entry, Fate::Minted { replaces }));
                }
                Planned::Rejected(reject) => {
                    let message = reject.text(self.catalog);
                    reject_lines.extend(output::reject(&row, &reject, self.columns, &message));
                    rejects.push(reject);
                }
            }
        }
        Ok(Done {
            drawn: self.formats.draw(codes.iter().map(|(entry, _)| entry)),
            codes,
            rejects,
            reject_lines,
            at: prepared.at,
            line: prepared.line,
            elsewhere: prepared.elsewhere,
            unchanged: prepared.unchanged,
        })
    }
}

/// Gives each new code the next place; without one its row is rejected.
fn place(mut prepared: Prepared, places: &mut super::ledger::Places) -> Placed {
    let mut counters = Vec::new();
    for (row, planned) in &mut prepared.rows {
        let Planned::New(draft) = planned else { continue };
        match places.next() {
            Some(place) => {
                draft.claims.record.index = place.index;
                counters.push(place.counter);
            }
            None => {
                let reject = Reject {
                    line: row.line(),
                    column: None,
                    reason: Reason::CapacityExhausted,
                };
                *planned = Planned::Rejected(reject);
            }
        }
    }
    Placed { prepared, counters }
}

/// The end of the line: the ledger and then the outputs, in order.
struct Writer<'w, 'j, 's> {
    job: &'w Job<'j>,
    ledger: &'w mut Ledger,
    run: &'w mut Run,
    outputs: Outputs,
    report: &'w mut Report<'s>,
    /// What is in the transaction that is open, and not yet in the outputs.
    waiting: Vec<Done>,
    rows: usize,
    marked: Instant,
}

impl Writer<'_, '_, '_> {
    fn take(&mut self, done: Done) -> Result<(), MintError> {
        let next = self.ledger.codes();
        for (entry, fate) in &done.codes {
            let Fate::Minted { replaces } = fate else { continue };
            // Those below are from before an interruption.
            if entry.counter < next {
                continue;
            }
            self.ledger.begin()?;
            self.ledger.add(entry, self.job.now)?;
            if let Some((old, reason)) = replaces {
                self.ledger.replace(*old, entry.counter, *reason, self.job.now)?;
            }
        }
        self.rows += done.codes.len() + done.rejects.len() + (done.elsewhere + done.unchanged) as usize;
        self.waiting.push(done);
        if self.rows < GROUP {
            return Ok(());
        }
        self.commit()?;
        if self.marked.elapsed() >= MARK_AFTER {
            self.mark()?;
        }
        Ok(())
    }

    /// Keeps the group in the ledger, and hands it to the outputs.
    fn commit(&mut self) -> Result<(), MintError> {
        self.ledger.commit()?;
        self.rows = 0;
        for done in self.waiting.drain(..) {
            let ids = done.codes.iter().map(|(entry, _)| entry.id.as_str());
            self.outputs.put(ids, &done.drawn, &done.reject_lines)?;
            let progress = &mut self.run.progress;
            for (_, fate) in &done.codes {
                match fate {
                    Fate::Kept => progress.already += 1,
                    Fate::Minted { .. } => progress.minted += 1,
                }
            }
            progress.rejected += done.rejects.len() as u64;
            progress.elsewhere += done.elsewhere;
            progress.unchanged += done.unchanged;
            (progress.at, progress.line) = (done.at, done.line);
            self.report.rejected(&done.rejects, self.job.columns);
            self.report.progress(&self.run.progress);
        }
        Ok(())
    }

    /// Puts the outputs on the disk, and notes it.
    fn mark(&mut self) -> Result<(), MintError> {
        self.run.progress.outputs = self.outputs.mark()?;
        self.ledger.note_progress(self.run)?;
        self.marked = Instant::now();
        Ok(())
    }

    fn finish(mut self) -> Result<(), MintError> {
        self.commit()?;
        if interrupt::is_asked() {
            self.mark()?;
            let rows = self.run.progress.rows();
            return Err(MintError::Interrupted { rows });
        }
        self.ledger.index_ids()?;
        let Self {
            ledger,
            run,
            job,
            outputs,
            ..
        } = self;
        outputs.finish(run.progress.rejected > 0, || Ok(ledger.end_run(run, job.now)?))
    }
}
