//! `mint`, `renew` and `replace`: from people to codes.
//!
//! ```text
//! people file -> plan  what is known of each row: is it there twice, has it a code already
//!             -> rows -> applicants -> drafts                           (people_source)
//! ledger      -> codes that expire or were lost -> drafts               (ledger_source)
//!                drafts -> places -> codes -> ledger -> outputs         (job)
//! ```
//!
//! [`people`] is pure; the ledger alone has a memory. Whatever is interrupted is completed by the same command: the ledger
//! knows the run, and how far its outputs have come.

mod args;
mod error;
mod interrupt;
mod issuing;
mod job;
pub mod ledger;
mod ledger_source;
mod output;
mod parallel;
pub mod people;
mod people_source;
pub mod permutation;
mod plan;
mod report;
pub mod shard;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use postern_cards::{CardError, Font};
use postern_cli::files::{FileAction, FileError};
use postern_cli::{Session, clock};
use postern_core::keys::Role;
use postern_core::text::Names;
use postern_core::time::Time;
use sha2::{Digest, Sha256};

pub use args::{IssueArgs, MintArgs, PaperName, RegisterChoice, RenewArgs, ReplaceArgs};
pub use error::MintError;
pub use issuing::{Issuing, Terms};
pub use output::FormatName;

use job::Job;
use ledger::{Ended, Ledger, Reader, Run, RunKind, Wanted};
use ledger_source::{Expiring, Named, Reissue};
use output::{Cards, Formats, Target};
use people::{Column, Columns, Encoding, PeopleFile, Row};
use people_source::{Drafting, PeopleSource, Readers};
use plan::Plan;
use report::{Report, RunFacts};

use crate::status::{self, NotValid};

/// The exit status where rows were rejected; all others were minted.
pub const EXIT_REJECTS: u8 = 3;
/// The exit status where somebody asked the program to end, as shells give it for Ctrl-C.
pub const EXIT_INTERRUPTED: u8 = 130;

/// Runs `mint` and reports on `out`.
///
/// # Errors
///
/// [`MintError`]. What was minted until then is in the ledger, and the same command completes the rest.
pub fn run(args: &MintArgs, session: &Session, out: &mut dyn Write) -> Result<u8, MintError> {
    let started = Instant::now();
    // All that can be wrong with the command is found before anything is minted.
    let mut people = PeopleFile::open(&args.people, args.encoding)?;
    let columns = people.columns().clone();
    if columns.has(Column::DocumentNumber) && args.tag_key.is_none() && !args.no_tags {
        return Err(MintError::TagKeyNeeded);
    }
    if args.changed_since.is_some() && !columns.has(Column::Changed) {
        return Err(people::PeopleError::Header(people::HeaderError::Missing(Column::Changed)).into());
    }
    let desk = Desk::open(&args.issue, session)?;
    let tag_key = match &args.tag_key {
        Some(path) => Some(crate::key::open_tag(path, &args.issue.passphrase, session)?),
        None => None,
    };
    let wanted = Wanted {
        may_make: args.new_ledger,
        capacity: args.capacity,
        shard: args.shard,
        key: desk.issuing.permutation_key().map_err(MintError::Sign)?,
    };
    let mut ledger = Ledger::open(&args.issue.ledger, desk.issuing.owner(), wanted)?;
    let changed = args.changed || args.changed_since.is_some();
    let register = args.choice.register.as_deref().filter(|_| changed);
    // Before anything is minted: the register may be another one's.
    let not_valid = NotValid::read(register, &Reader::open(ledger.path())?, desk.terms.issued())?;
    let mut report = Report::new(session, people.size(), out);
    report.demo(&desk.issuing);

    let (plan, digest) = Plan::make(&mut people, &ledger, |at| report.planning(at))?;
    let tag_check = tag_key
        .as_ref()
        .map(|key| Sha256::new_with_prefix("postern-tag-key\x1f").chain_update(key.secret()));
    let tag_check = tag_check.map(Sha256::finalize);
    let more = format!(
        "{digest:?} {tag_check:?} {} {} {:?} {register:?}",
        args.shard, args.changed, args.changed_since
    );
    let key = desk.run_key(RunKind::Mint, session, &more);
    let mut run = ledger.run(RunKind::Mint, key, desk.terms(), desk.now)?;
    // Another shard's rows are counted as well: what matters is whether they are many.
    ledger.expect(plan.new_ids() / u64::from(args.shard.of()))?;
    let job = desk.job(&args.issue, &columns, args.shard, session);
    let outputs = job.outputs(&mut run)?;
    report.resumed(&run);
    let at = match run.progress.at {
        0 => people.rows(),
        byte => people::Position {
            byte,
            line: run.progress.line,
        },
    };
    people.seek(at)?;
    let encoding = people.encoding();
    let readers = Readers::new(ledger.path());
    let drafting = Drafting {
        columns: &columns,
        encoding,
        terms: Terms::resumed(run.terms),
        tag_key: tag_key.as_ref(),
        shard: args.shard,
        changed,
        since: args.changed_since.map(Time::saturating),
        not_valid: &not_valid,
        readers: &readers,
        path: &args.people,
    };
    let source = PeopleSource {
        people: &mut people,
        plan,
    };
    job.run(
        &mut ledger,
        &mut run,
        outputs,
        source,
        |piece| drafting.prepare(piece),
        &mut report,
    )?;
    report.finish(&desk.facts(&args.issue, &run, &ledger, Some(encoding), started)?)
}

/// Runs `renew` and reports on `out`.
///
/// # Errors
///
/// [`MintError`]. What was minted until then is in the ledger, and the same command completes the rest.
pub fn renew(args: &RenewArgs, session: &Session, out: &mut dyn Write) -> Result<u8, MintError> {
    let within = u64::from(args.expiring_within);
    let again = Again {
        kind: RunKind::Renew,
        reason: Ended::Renewed,
        more: format!("{within} {:?}", args.choice.register),
    };
    let register = args.choice.register.as_deref();
    let left_out = Arc::new(AtomicU64::new(0));
    // Before anything is minted: the register may be another one's.
    let check = |reader: &Reader, at: Time| Ok(NotValid::read(register, reader, at).map(drop)?);
    let source = |reader: Reader, run: &Run, ledger: &mut Ledger| {
        let until = run.terms.0.plus(within * 86_400);
        ledger.expect(reader.count_to_renew(run, until)?)?;
        Ok(Expiring {
            not_valid: NotValid::read(register, &reader, run.terms.0)?,
            left_out: Arc::clone(&left_out),
            reader,
            until,
            run: run.clone(),
            at: run.progress.at,
            line: run.progress.line,
        })
    };
    let exit = again.run(&args.issue, session, out, check, source)?;
    let count = left_out.load(Ordering::Relaxed);
    if count > 0 {
        status::say(session, "mint-left-out", &[("count", count.into())]);
    }
    Ok(exit)
}

/// Runs `replace` and reports on `out`.
///
/// # Errors
///
/// [`MintError`]. What was minted until then is in the ledger, and the same command completes the rest.
pub fn replace(args: &ReplaceArgs, session: &Session, out: &mut dyn Write) -> Result<u8, MintError> {
    let mut ids: Vec<String> = Vec::new();
    for id in &args.ids {
        if !ids.iter().any(|known| known.eq_ignore_ascii_case(id)) {
            ids.push(id.clone());
        }
    }
    let again = Again {
        kind: RunKind::Replace,
        reason: args.reason,
        more: format!("{:?} {ids:?} {:?}", args.reason, args.choice.register),
    };
    // All of them must be there, and valid, before one is replaced.
    let register = args.choice.register.as_deref();
    let check = |reader: &Reader, at: Time| {
        let not_valid = NotValid::read(register, reader, at)?;
        Named::new(reader, &ids, u64::MAX, 0)?.must_be_valid(&not_valid)
    };
    let source = |reader: Reader, run: &Run, _: &mut Ledger| Named::new(&reader, &ids, run.first, run.progress.at);
    again.run(&args.issue, session, out, check, source)
}

/// What `renew` and `replace` have in common: codes of the ledger get others in their place.
struct Again {
    kind: RunKind,
    reason: Ended,
    /// What else makes a command the same.
    more: String,
}

impl Again {
    fn run<S: job::Source<Item = ledger_source::Olds>>(
        self,
        args: &IssueArgs,
        session: &Session,
        out: &mut dyn Write,
        check: impl FnOnce(&Reader, Time) -> Result<(), MintError>,
        source: impl FnOnce(Reader, &Run, &mut Ledger) -> Result<S, MintError>,
    ) -> Result<u8, MintError> {
        let started = Instant::now();
        let desk = Desk::open(args, session)?;
        let mut ledger = Ledger::open_existing(&args.ledger, desk.issuing.owner())?;
        let mut report = Report::new(session, ledger.codes(), out);
        report.demo(&desk.issuing);
        let key = desk.run_key(self.kind, session, &self.more);
        let reader = Reader::open(ledger.path())?;
        check(&reader, desk.terms.issued())?;
        let mut run = ledger.run(self.kind, key, desk.terms(), desk.now)?;
        let columns = Columns::from_header(&Row::new(1, [Column::Id.as_str()])).map_err(people::PeopleError::Header)?;
        let job = desk.job(args, &columns, ledger.shard(), session);
        let outputs = job.outputs(&mut run)?;
        report.resumed(&run);
        let readers = Readers::new(ledger.path());
        let reissue = Reissue {
            terms: Terms::resumed(run.terms),
            reason: self.reason,
            readers: &readers,
        };
        let source = source(reader, &run, &mut ledger)?;
        job.run(
            &mut ledger,
            &mut run,
            outputs,
            source,
            |piece| reissue.prepare(piece),
            &mut report,
        )?;
        report.finish(&desk.facts(args, &run, &ledger, None, started)?)
    }
}

/// Who issues, and when: what every command begins with.
struct Desk {
    issuing: Issuing,
    terms: Terms,
    now: Time,
    formats: Formats,
    paper: PaperName,
    /// What tells that the font is the same.
    font: Option<String>,
    out: std::path::PathBuf,
    at: Option<i64>,
    valid_for: u32,
}

impl Desk {
    fn open(args: &IssueArgs, session: &Session) -> Result<Self, MintError> {
        let now = clock::now();
        let terms = Terms::new(Time::saturating(args.at.unwrap_or(now)), args.valid_for);
        let (trust, first_root) = issuing::trust_of(&args.repo)?;
        let signer = crate::key::open_signer(&args.key, Role::Code, &args.secret(), session)?;
        let issuing = Issuing::new(&trust, first_root, signer, terms)?;
        let cards = match args.format.contains(&FormatName::Pdf) {
            true => Some(cards(args, &issuing)?),
            false => None,
        };
        Ok(Self {
            font: cards.as_ref().map(Cards::font_identity),
            formats: Formats::new(&args.format, cards),
            paper: args.paper,
            issuing,
            terms,
            now: Time::saturating(now),
            out: std::path::absolute(&args.out)
                .map_err(|error| FileError::new(&args.out, FileAction::Create, error))?,
            at: args.at,
            valid_for: args.valid_for,
        })
    }

    fn terms(&self) -> (Time, Time) {
        (self.terms.issued(), self.terms.expires())
    }

    /// What tells that a command is the one that was interrupted: everything that its output follows from, but the clock.
    fn run_key(&self, kind: RunKind, session: &Session, more: &str) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix("postern-run-1\x1f");
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(self.issuing.key().thumbprint());
        // It stands on cards.
        hash.update(format!("{:?}", self.issuing.name()));
        // The list of rejects is in the language of the run.
        let language = session.catalog.language();
        let Self {
            paper,
            font,
            out,
            at,
            valid_for,
            ..
        } = self;
        let formats: Vec<_> = self.formats.names().collect();
        hash.update(format!(
            "{kind:?} {language:?} {formats:?} {paper:?} {font:?} {out:?} {at:?} {valid_for}\x1f{more}"
        ));
        hash.finalize().into()
    }

    fn job<'j>(&'j self, args: &IssueArgs, columns: &'j Columns, shard: shard::Shard, session: &'j Session) -> Job<'j> {
        Job {
            issuing: &self.issuing,
            formats: &self.formats,
            target: Target::new(&args.out, shard),
            columns,
            catalog: &session.catalog,
            now: self.now,
        }
    }

    fn facts<'r>(
        &'r self,
        args: &'r IssueArgs,
        run: &'r Run,
        ledger: &'r Ledger,
        encoding: Option<Encoding>,
        started: Instant,
    ) -> Result<RunFacts<'r>, MintError> {
        Ok(RunFacts {
            issuing: &self.issuing,
            run,
            ledger,
            replaced: ledger.replaced_by(run.first)?,
            encoding,
            out: Path::new(&args.out),
            elapsed: started.elapsed(),
        })
    }
}

/// The cards of an issuer, with a font that has the characters of its name.
fn cards(args: &IssueArgs, issuing: &Issuing) -> Result<Cards, MintError> {
    let issuer = issuing.name().clone();
    let needed = issuer.en().chars().chain(issuer.zh().chars());
    let font = Font::find(args.font.as_deref(), needed).map_err(CardError::from)?;
    let notice = issuing.is_demo().then(|| Names::new("DEMONSTRATION", "演示"));
    let notice = notice.transpose().ok().flatten();
    Cards::new(font, args.paper.into(), issuer, notice)
}

#[cfg(test)]
mod tests;
