//! `mint`: from a people file to codes, one stage after the other.
//!
//! ```text
//! row -> applicant -> facts and a place -> claims -> text -> ledger -> picture -> folder
//! ```
//!
//! [`people`] and the step from claims to text are pure functions; the ledger alone has a memory, and it is asked for
//! one batch at a time. A batch is durable in the ledger before its pictures are written. Whatever is interrupted is
//! completed by the same command: what was minted is found in the ledger and written again, byte for byte.

mod args;
mod batch;
mod error;
mod folder;
mod issuing;
pub mod ledger;
pub mod people;
pub mod permutation;
mod report;

use std::io::Write;
use std::time::Instant;

use postern_cli::output::Output;
use postern_cli::{Session, clock, random};
use postern_core::keys::Role;
use postern_core::time::Time;

pub use args::MintArgs;
pub use batch::{BATCH, Mint, Outcome};
pub use error::MintError;
pub use folder::{Folder, picture};
pub use issuing::{Issuing, Terms};

use ledger::Ledger;
use people::{Column, PeopleFile};
use report::Report;

/// The exit status where rows were rejected; all others were minted.
pub const EXIT_REJECTS: u8 = 3;

/// Runs `mint` and reports on standard output.
///
/// # Errors
///
/// [`MintError`]. What was minted until then is in the ledger, and the same command completes the rest.
pub fn run(args: &MintArgs, session: &Session) -> Result<u8, MintError> {
    run_to(args, session, &mut Output::stdout())
}

/// As [`run`], with the report on `out`.
///
/// # Errors
///
/// Those of [`run`].
pub fn run_to(args: &MintArgs, session: &Session, out: &mut dyn Write) -> Result<u8, MintError> {
    let started = Instant::now();
    let now = clock::now();
    let terms = Terms::new(Time::saturating(args.at.unwrap_or(now)), args.valid_for);

    // All that can be wrong with the command is found before anything is minted.
    let mut people = PeopleFile::open(&args.people, args.encoding)?;
    let columns = people.columns().clone();
    if columns.has(Column::DocumentNumber) && args.tag_key.is_none() && !args.no_tags {
        return Err(MintError::TagKeyNeeded);
    }
    let (trust, first_root) = issuing::trust_of(&args.repo)?;
    let signer = crate::key::open_signer(&args.key, Role::Code, &args.passphrase, session)?;
    let issuing = Issuing::new(&trust, first_root, signer, terms)?;
    let tag_key = match &args.tag_key {
        Some(path) => Some(crate::key::open_tag(path, &args.passphrase, session)?),
        None => None,
    };
    let mut ledger = Ledger::open(&args.ledger, issuing.owner(), args.capacity, random::bytes()?)?;
    let mut folder = Folder::open(&args.out, &columns)?;
    let mut report = Report::new(session, people.progress().1);
    if issuing.is_demo() {
        report.warn("mint-demo-key");
    }

    let mint = Mint {
        issuing: &issuing,
        terms,
        tag_key: tag_key.as_ref(),
        now: Time::saturating(now),
    };
    loop {
        let mut rows = Vec::with_capacity(BATCH);
        while let Some(row) = people.next_row()? {
            rows.push(row);
            if rows.len() == BATCH {
                break;
            }
        }
        if rows.is_empty() {
            break;
        }
        let outcomes = mint.batch(&mut ledger, &columns, &rows)?;
        for (row, outcome) in rows.iter().zip(&outcomes) {
            match outcome {
                Outcome::Already(entry) | Outcome::Minted(entry) => folder.code(entry, &picture(&entry.text))?,
                Outcome::Rejected(reject) => {
                    let column = reject.column.map_or("", |column| columns.name_of(column));
                    folder.reject(row, reject, column, &reject.text(&session.catalog))?;
                }
            }
            report.count(outcome, &columns, out);
        }
        report.progress(people.progress().0);
    }
    folder.finish()?;
    let facts = report::RunFacts {
        issuing: &issuing,
        terms,
        ledger: &ledger,
        encoding: people.encoding(),
        out: &args.out,
        elapsed: started.elapsed(),
    };
    report.finish(&facts, out).map_err(MintError::Output)
}
