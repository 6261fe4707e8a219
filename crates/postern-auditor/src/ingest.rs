//! `ingest`: bundles of gates into the archive, as many at a time as there are processors.
//!
//! Each bundle is one transaction that compares and swaps how far its gate's log is. Interrupted at any moment, or run twice
//! at once, it does nothing twice: what is in the archive already is known.

mod intake;
mod report;
mod source;
mod standing;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use clap::Args;
use postern_cli::files::{FileAction, FileError};
use postern_cli::secret::PassphraseSource;
use postern_cli::{Session, clock};

use crate::archive::{ArchiveArgs, ArchiveWriter};
use crate::error::Error;
use crate::office::Office;
use intake::{Became, Intake};
use report::Report;
use source::{Item, Source};

/// The status to end with where something does not fit together.
pub(crate) const EXIT_FINDINGS: u8 = 3;

#[derive(Args)]
pub(crate) struct IngestArgs {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[arg(required = true, value_name = "FROM")]
    from: Vec<String>,
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    passphrase: PassphraseSource,
}

pub(crate) fn run(args: &IngestArgs, session: &Session) -> Result<u8, Error> {
    let identity = Office::new(args.archive.office()?).identity(&args.passphrase, session)?;
    let mut archive = args.archive.open()?;
    let sources = args
        .from
        .iter()
        .map(|from| Source::open(from))
        .collect::<Result<Vec<_>, _>>()?;
    let groups = source::groups(&sources);
    let gates = archive.gates()?;
    let now = u64::try_from(clock::now()).unwrap_or(0);
    let intake = Intake::new(&gates, identity, now);
    let done = Mutex::new(Vec::new());
    let report = Report::new(session, &gates, groups.iter().map(Vec::len).sum());
    let jobs = args
        .jobs
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    work(
        &mut *archive,
        groups,
        jobs.clamp(1, 64),
        |archive, group: Vec<Item<'_>>, stop| {
            for item in group {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                match item.read() {
                    Ok(None) => report.gone(),
                    Ok(Some(bytes)) => {
                        let became = intake.file(archive, &item.name(), &bytes)?;
                        report.file(&item.name(), &became);
                        if args.remove && became.is_kept() {
                            done.lock().unwrap_or_else(PoisonError::into_inner).extend(item.path());
                        }
                    }
                    Err(e) => report.unread(&item.name(), &e),
                }
            }
            Ok(())
        },
    )?;
    awaited(&mut *archive, &intake, &report)?;
    archive.settle()?;
    // Only now is all of it on the disk.
    for path in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
        fs::remove_file(path).map_err(|e| FileError::new(path, FileAction::Write, e))?;
    }
    // Those whose leaves before them are there were told as what they are.
    let sizes: HashMap<i64, u64> = archive.gates()?.iter().map(|gate| (gate.id, gate.size)).collect();
    let mut waiting = archive.waiting()?;
    waiting.retain(|row| sizes.get(&row.gate).is_none_or(|size| row.from > *size));
    report.finish(&waiting)
}

/// Shares groups among threads, each with a session of its own. The first error ends all.
fn work<T: Send>(
    archive: &mut dyn ArchiveWriter,
    groups: Vec<T>,
    jobs: usize,
    each: impl Fn(&mut dyn ArchiveWriter, T, &AtomicBool) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let jobs = jobs.min(groups.len());
    let sessions = (0..jobs)
        .map(|_| archive.another_writer())
        .collect::<Result<Vec<_>, _>>()?;
    let queue = Mutex::new(VecDeque::from(groups));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let stop = AtomicBool::new(false);
    let worker = |mut session: Box<dyn ArchiveWriter>| {
        while let Some(group) = next() {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            each(&mut *session, group, &stop).inspect_err(|_| stop.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    let worker = &worker;
    thread::scope(|scope| {
        let workers: Vec<_> = sessions
            .into_iter()
            .map(|session| scope.spawn(move || worker(session)))
            .collect();
        let done = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.collect()
    })
}

/// Takes the bundles whose leaves before them have come since.
fn awaited(archive: &mut dyn ArchiveWriter, intake: &Intake, report: &Report<'_>) -> Result<(), Error> {
    let mut full = BTreeSet::new();
    loop {
        let mut progress = false;
        for row in archive.waiting()? {
            if full.contains(&row.digest) || row.from > archive.tip(row.gate)?.size {
                continue;
            }
            // Another process may have had it.
            if let Some(bytes) = archive.waiting_bundle(row.gate, &row.digest)? {
                let name = format!("{}-{}", row.from, row.to);
                let became = intake.file(archive, &name, &bytes)?;
                if matches!(became, Became::Waiting { .. }) {
                    continue;
                }
                report.awaited(&name, &became);
                // A fork beyond those that are kept. Its file may have been removed: it stays here, where there are not many.
                if matches!(became, Became::Refused { reason: "fork", .. }) {
                    full.insert(row.digest);
                    continue;
                }
                archive.drop_waiting(row.gate, &row.digest)?;
            }
            progress = true;
        }
        if !progress {
            return Ok(());
        }
    }
}
