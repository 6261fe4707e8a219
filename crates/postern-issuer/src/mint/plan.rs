//! What is known of each row before anything is minted: whether an earlier row has its id or its document, and which code
//! its id has.
//!
//! The whole file is read for this once, with the ids of the ledger beside it. Digests of ids and documents are laid on 256
//! piles by their first byte; then each pile is sorted, and equals lie together. Memory does not grow with the rows: piles
//! go to files without names, beside the ledger. What was found is piled up by lines again, and taken in their order.

mod pile;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use postern_cli::files::{FileAction, FileError};
use sha2::{Digest, Sha256};

use super::error::MintError;
use super::ledger::Ledger;
use super::parallel::{self, Stages};
use super::people::{Chunk, PeopleFile, Position};
use pile::Pile;

const PILES: usize = 256;
/// Records that are laid on piles at once.
const TOGETHER: usize = 4096;
/// Lines whose findings lie on one pile: 2^20.
const LINES: u32 = 20;

/// What is known of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Its id has this code, the newest where there are several.
    Code {
        /// The code's counter in the ledger.
        counter: u64,
    },
    /// An earlier row has its id, in whatever case.
    SameId {
        /// The first such line.
        first: u64,
    },
    /// An earlier row has its document.
    SamePaper {
        /// The first such line.
        first: u64,
    },
}

/// What is known of the rows, in the order of their lines.
pub(super) struct Plan {
    found: VecDeque<Pile<16>>,
    /// The number of the first pile that was not taken.
    next: u64,
    /// Findings of the pile that was taken last, in order.
    open: VecDeque<(u64, Known)>,
    new: u64,
    folder: PathBuf,
}

impl Plan {
    /// Reads the rows of a file and the ids of a ledger. Also gives a digest of all that the rows say, and calls `progress`
    /// with the bytes that were read.
    pub(super) fn make(
        people: &mut PeopleFile,
        ledger: &Ledger,
        mut progress: impl FnMut(u64),
    ) -> Result<(Self, [u8; 32]), MintError> {
        let keys = Keys::new(ledger.folder());
        let mut of_ledger = Vec::with_capacity(TOGETHER);
        ledger.each_id(|id, counter| {
            of_ledger.push(record(Key::Id(id), Source::Ledger(counter)));
            match of_ledger.len() {
                TOGETHER => keys.push(&mut of_ledger),
                _ => Ok(()),
            }
        })?;
        keys.push(&mut of_ledger)?;
        let mut digest = Sha256::new();
        let (encoding, columns) = (people.encoding(), people.columns().clone());
        digest.update(format!("{encoding:?}{columns:?}"));
        let source = || {
            let chunk = people.next_chunk()?;
            if let Some(chunk) = &chunk {
                // With their places: from one of them a run may go on.
                digest.update(chunk.first_line().to_be_bytes());
                digest.update(chunk.end().byte.to_be_bytes());
                digest.update(chunk.bytes());
            }
            Ok::<_, MintError>(chunk)
        };
        let stages = Stages {
            prepare: |chunk: Chunk| {
                let mut records = Vec::with_capacity(TOGETHER);
                for row in chunk.rows(encoding) {
                    // A row that has no id, or is none, is rejected for that.
                    let Ok(id) = columns.id(&row) else { continue };
                    records.push(record(Key::Id(id.as_str()), Source::Line(row.line())));
                    if let Ok(Some(paper)) = columns.paper(&row) {
                        records.push(record(Key::Paper(paper.digest()), Source::Line(row.line())));
                    }
                }
                keys.push(&mut records)?;
                Ok(chunk.end())
            },
            number: |end: Position| end,
            work: Ok,
        };
        parallel::in_order(source, stages, |end| {
            progress(end.byte);
            Ok(())
        })?;
        Ok((keys.found()?, digest.finalize().into()))
    }

    /// How many ids of the file have no code.
    pub(super) fn new_ids(&self) -> u64 {
        self.new
    }

    /// What is known of the rows of the next piece. Pieces come in the order of their lines; lines of none are passed over.
    pub(super) fn take(&mut self, chunk: &Chunk) -> Result<Vec<(u64, Known)>, MintError> {
        let (begin, end) = (chunk.first_line(), chunk.end().line);
        let mut taken = Vec::new();
        loop {
            while let Some((line, known)) = self.open.front().copied().filter(|(line, _)| *line < end) {
                self.open.pop_front();
                if line >= begin {
                    taken.push((line, known));
                }
            }
            if !self.open.is_empty() || self.next << LINES >= end {
                return Ok(taken);
            }
            self.next += 1;
            if let Some(pile) = self.found.pop_front() {
                let mut records = pile.take().map_err(spilled_in(&self.folder))?;
                records.sort_unstable();
                // Of several findings on a line the first counts: that of an id, of a document, of a code.
                let mut open: Vec<_> = records.into_iter().map(finding).collect();
                open.dedup_by_key(|(line, _)| *line);
                self.open = open.into();
            }
        }
    }
}

/// Digests of ids and documents with where they stand.
struct Keys {
    folder: PathBuf,
    piles: Vec<Mutex<Pile<24>>>,
}

enum Key<'k> {
    Id(&'k str),
    Paper([u8; 16]),
}

enum Source {
    Ledger(u64),
    Line(u64),
}

/// In the source of a record: whether it is a line's. The ledger's come first.
const LINE: u64 = 1 << 63;

/// A digest, of which the last bit tells an id from a document, and where it stands.
fn record(key: Key<'_>, source: Source) -> [u8; 24] {
    let mut record = [0; 24];
    match key {
        Key::Id(id) => {
            // An id has at most 64 characters; a ledger that somebody has edited may say anything.
            let mut lower = [0; 64];
            let length = id.len().min(lower.len());
            let lower = &mut lower[..length];
            lower.copy_from_slice(&id.as_bytes()[..length]);
            lower.make_ascii_lowercase();
            record[..16].copy_from_slice(&Sha256::digest(&lower)[..16]);
            record[15] &= !1;
        }
        Key::Paper(digest) => {
            record[..16].copy_from_slice(&digest);
            record[15] |= 1;
        }
    }
    let source = match source {
        Source::Ledger(counter) => counter,
        Source::Line(line) => line | LINE,
    };
    record[16..].copy_from_slice(&source.to_be_bytes());
    record
}

impl Keys {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            piles: (0..PILES).map(|_| Mutex::new(Pile::new())).collect(),
        }
    }

    /// Lays records on their piles, and leaves none.
    fn push(&self, records: &mut Vec<[u8; 24]>) -> Result<(), MintError> {
        // Each pile is locked once for several records.
        records.sort_unstable_by_key(|record| record[0]);
        for alike in records.chunk_by(|a, b| a[0] == b[0]) {
            let mut pile = self.piles[usize::from(alike[0][0])]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let pushed = alike.iter().try_for_each(|record| pile.push(*record, &self.folder));
            pushed.map_err(spilled_in(&self.folder))?;
        }
        records.clear();
        Ok(())
    }

    /// Sorts the piles, on all cores, and gives what was found.
    fn found(self) -> Result<Plan, MintError> {
        let next = AtomicUsize::new(0);
        let new = AtomicU64::new(0);
        let found = Mutex::new(VecDeque::new());
        let piles: Vec<_> = self
            .piles
            .into_iter()
            .map(|pile| Mutex::new(pile.into_inner().ok()))
            .collect();
        let sort = || {
            while let Some(pile) = piles.get(next.fetch_add(1, Ordering::Relaxed)) {
                let pile = pile.lock().ok().and_then(|mut pile| pile.take());
                let mut records = pile.map_or_else(|| Ok(Vec::new()), Pile::take)?;
                records.sort_unstable();
                for equals in records.chunk_by(|a, b| a[..16] == b[..16]) {
                    let is_new = find(equals, &found, &self.folder)?;
                    new.fetch_add(is_new.into(), Ordering::Relaxed);
                }
            }
            Ok(())
        };
        let sorted: io::Result<()> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..parallel::threads()).map(|_| scope.spawn(sort)).collect();
            let mine = sort();
            let others = others
                .into_iter()
                .map(|other| other.join().expect("sorting does not panic"));
            std::iter::once(mine).chain(others).collect()
        });
        sorted.map_err(spilled_in(&self.folder))?;
        Ok(Plan {
            found: found.into_inner().unwrap_or_else(PoisonError::into_inner),
            next: 0,
            open: VecDeque::new(),
            new: new.into_inner(),
            folder: self.folder,
        })
    }
}

/// What the records of one id or one document tell of their lines; and whether it is an id that has no code.
fn find(equals: &[[u8; 24]], found: &Mutex<VecDeque<Pile<16>>>, folder: &Path) -> io::Result<bool> {
    let source = |record: &[u8; 24]| u64::from_be_bytes(record[16..].try_into().expect("8 of 24 bytes"));
    let of_lines = equals.partition_point(|record| source(record) & LINE == 0);
    let (codes, lines) = equals.split_at(of_lines);
    let Some(first) = lines.first() else { return Ok(false) };
    let first_line = source(first) & !LINE;
    let tell = |line: u64, kind: u64, number: u64| {
        let mut record = [0; 16];
        record[..8].copy_from_slice(&line.to_be_bytes());
        record[8..].copy_from_slice(&(kind << 62 | number).to_be_bytes());
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (line >> LINES) as usize;
        if found.len() <= place {
            found.resize_with(place + 1, Pile::new);
        }
        found[place].push(record, folder)
    };
    if let Some(newest) = codes.last() {
        tell(first_line, 2, source(newest))?;
    }
    let kind = u64::from(first[15] & 1);
    lines[1..]
        .iter()
        .try_for_each(|line| tell(source(line) & !LINE, kind, first_line))?;
    Ok(codes.is_empty() && kind == 0)
}

/// The line and the finding of a record that [`find`] made.
fn finding(record: [u8; 16]) -> (u64, Known) {
    let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("8 of 16 bytes"));
    let (line, told) = (number(&record[..8]), number(&record[8..]));
    let value = told & !(3 << 62);
    let known = match told >> 62 {
        0 => Known::SameId { first: value },
        1 => Known::SamePaper { first: value },
        _ => Known::Code { counter: value },
    };
    (line, known)
}

fn spilled_in(folder: &Path) -> impl Fn(io::Error) -> MintError {
    let folder = folder.to_owned();
    move |error| FileError::new(&folder, FileAction::Write, error).into()
}
