//! The archive: what the gates' logs say, as far as it was proven, and what does not fit together.
//!
//! [`Archive`] is what the commands ask, and [`ArchiveWriter`] what takes bundles in; SQLite and PostgreSQL answer alike, and one suite of tests runs on both.

mod args;
mod filter;
mod place;
mod postgres;
mod row;
mod sqlite;

use std::ops::Range;

use postern_core::gates::Position;
use postern_core::keys::PublicKey;
use postern_log::event::{CODE_LEN, PERSON_LEN};
use postern_log::merkle::{Frontier, Hash};
use postern_log::{Event, Grade, Kind, Outcome, Tip};

pub(crate) use args::ArchiveArgs;
pub(crate) use place::Place;
pub(crate) use row::{Row, hours};

use crate::error::Error;

/// The format of the tables.
pub(crate) const FORMAT: i64 = 1;
/// The leaves of a log that an archive can take: what is left of 63 bits beside the number of its gate.
pub(crate) const MAX_LEAVES: u64 = 1 << 40;
/// The most bundles of a gate that wait: others stay where they came from.
pub(crate) const MAX_WAITING: u32 = 64;
/// The most forks of a gate that are kept: one is proof enough, and a hostile gate must not fill the archive.
pub(crate) const MAX_FORKS: u32 = 64;
/// The most refused files that are kept of each gate, and of none: whoever writes to a drop box must not fill the archive.
pub(crate) const MAX_REFUSED: u32 = 4096;

/// A time span in seconds since 1970, its end not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) until: u64,
}

/// A gate, and how far its log is in the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GateRow {
    /// The archive's number for it.
    pub(crate) id: i64,
    pub(crate) key: PublicKey,
    pub(crate) name: String,
    pub(crate) place: Option<String>,
    pub(crate) position: Option<Position>,
    pub(crate) enrolled: u64,
    pub(crate) retired: Option<u64>,
    /// The leaves that were taken, and their root.
    pub(crate) size: u64,
    pub(crate) root: Hash,
    /// The newest checkpoint that was taken.
    pub(crate) checkpoint: Option<String>,
    /// When the gate's last taken event was, by the gate; and when the archive took it, by the auditor's clock.
    pub(crate) last_event: Option<u64>,
    pub(crate) last_contact: Option<u64>,
}

/// How many events of one hour at one gate were alike. Kept up as bundles are taken, so that a report reads few rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HourRow {
    pub(crate) gate: i64,
    /// Hours since 1970, of the time judged at.
    pub(crate) hour: u64,
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
    pub(crate) grade: Grade,
    /// The flags of the events ([`postern_log::Flags::bits`]).
    pub(crate) flags: u8,
    /// The age of the data in whole days, 255 for more.
    pub(crate) age_days: u8,
    pub(crate) count: u64,
}

/// That a pseudonym was at a gate: for what needs all of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sighting {
    /// The first 8 bytes of the code's digest, or of the document tag where the event has one; big-endian.
    pub(crate) who: u64,
    pub(crate) time: u64,
    pub(crate) gate: i64,
    pub(crate) seq: u64,
    /// Whether `who` is of a document tag.
    pub(crate) is_person: bool,
}

/// An event of the archive, from its leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Archived {
    pub(crate) gate: i64,
    pub(crate) event: Event,
}

/// Which events are asked for; what is not named is not asked. In the order of (gate, seq).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) span: Option<Span>,
    pub(crate) gate: Option<i64>,
    /// From this leaf on, of `gate`.
    pub(crate) from_seq: Option<u64>,
    pub(crate) kind: Option<Kind>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) grade: Option<Grade>,
    /// One of these flags.
    pub(crate) flags: u8,
    pub(crate) operator: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) code: Option<[u8; CODE_LEN]>,
    pub(crate) person: Option<[u8; PERSON_LEN]>,
    pub(crate) limit: Option<u64>,
}

/// Two trees that one gate's key has signed and that do not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForkRow {
    pub(crate) id: i64,
    pub(crate) gate: i64,
    /// The first leaf that differs, where it is known.
    pub(crate) at: Option<u64>,
    /// The checkpoint of the archive and that of the bundle.
    pub(crate) ours: String,
    pub(crate) theirs: String,
    /// The times of the archive's leaf at `at`, of its last leaf, and of the bundle's first differing and last leaf: one after the
    /// other for a store that was put back, at the same time for a gate that was cloned.
    pub(crate) our_times: Option<(u64, u64)>,
    pub(crate) their_times: Option<(u64, u64)>,
    /// When the archive saw it, by the auditor's clock.
    pub(crate) seen: u64,
    /// SHA-256 of the bundle, which the archive keeps.
    pub(crate) digest: Hash,
}

/// A bundle that waits for leaves before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WaitingRow {
    pub(crate) gate: i64,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) digest: Hash,
    pub(crate) seen: u64,
}

/// A file that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedRow {
    /// The stable name: `bundle-damaged` and so on.
    pub(crate) reason: String,
    /// The gate that its name or its content claims, where there is one.
    pub(crate) gate: Option<i64>,
    /// The name of the file.
    pub(crate) name: String,
    pub(crate) digest: Hash,
    /// When it was first refused for this reason, by the auditor's clock.
    pub(crate) seen: u64,
}

/// A receipt that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReceiptRow {
    pub(crate) gate: i64,
    pub(crate) size: u64,
    pub(crate) time: u64,
    pub(crate) note: String,
}

/// A gate as its enrolment, or the register, says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Enrolled {
    pub(crate) key: PublicKey,
    pub(crate) name: String,
    pub(crate) place: Option<String>,
    pub(crate) position: Option<Position>,
    pub(crate) enrolled: u64,
    pub(crate) retired: Option<u64>,
}

/// What a bundle adds to a gate's log: proven already.
pub(crate) struct Taken<'a> {
    pub(crate) gate: i64,
    /// What the archive must still have.
    pub(crate) old: Tip,
    /// The tree afterwards.
    pub(crate) frontier: &'a Frontier,
    pub(crate) note: &'a str,
    /// The size that the bundle's proof begins at, and the proof.
    pub(crate) proof: (u64, &'a [Hash]),
    /// The new events, and their leaves.
    pub(crate) events: &'a [Event],
    pub(crate) leaves: &'a [Vec<u8>],
    /// The digest of the bundle's file.
    pub(crate) digest: Hash,
    pub(crate) seen: u64,
}

/// What can be asked of an archive.
pub(crate) trait Archive: Send {
    /// All gates, by name.
    fn gates(&mut self) -> Result<Vec<GateRow>, Error>;

    /// The counts of the hours in a span (hours that begin in it), in the order of (gate, hour).
    fn hours(&mut self, span: Span) -> Result<Vec<HourRow>, Error>;

    /// Calls `each` for every event of kind `code` that was admitted in a span and has a pseudonym, in no order.
    /// Those whose gate's clock was not believed are left out: their times say nothing. A time that somebody chose is one that they
    /// stand by (an exercise judges all at such times).
    fn sightings(&mut self, span: Span, each: &mut dyn FnMut(Sighting)) -> Result<(), Error>;

    /// Calls `each` for every event that a filter names, until it returns `false`.
    fn events(&mut self, filter: &Filter, each: &mut dyn FnMut(Archived) -> bool) -> Result<(), Error>;

    /// All forks, in the order of their numbers.
    fn forks(&mut self) -> Result<Vec<ForkRow>, Error>;

    /// The bundle of a fork, as it came.
    fn fork_bundle(&mut self, id: i64) -> Result<Vec<u8>, Error>;

    /// All bundles that wait.
    fn waiting(&mut self) -> Result<Vec<WaitingRow>, Error>;

    /// A bundle that waits.
    fn waiting_bundle(&mut self, gate: i64, digest: &Hash) -> Result<Option<Vec<u8>>, Error>;

    /// All files that were refused.
    fn refused(&mut self) -> Result<Vec<RefusedRow>, Error>;

    /// The newest receipt for each gate.
    fn receipts(&mut self) -> Result<Vec<ReceiptRow>, Error>;

    /// The checkpoints that were taken of a gate, ascending by size.
    fn checkpoints(&mut self, gate: i64) -> Result<Vec<(u64, String)>, Error>;

    /// The proofs that came with the checkpoints of a gate: (old size, new size, RFC 6962 consistency proof).
    fn proofs(&mut self, gate: i64) -> Result<Vec<(u64, u64, Vec<Hash>)>, Error>;

    /// How far the log of a gate is in the archive.
    fn tip(&mut self, gate: i64) -> Result<Tip, Error>;

    /// The newest kept frontier of a gate's tree at or before a size; that of the empty tree where there is none.
    fn frontier(&mut self, gate: i64, size: u64) -> Result<Frontier, Error>;

    /// Calls `each` for the leaves of a gate in the order of their numbers; fewer than asked for where they end before.
    fn leaves(&mut self, gate: i64, range: Range<u64>, each: &mut dyn FnMut(u64, &[u8])) -> Result<(), Error>;

    /// Calls `each` for the rows of a gate as they stand, in the order of their numbers, until it returns `false`.
    fn rows(&mut self, gate: i64, each: &mut dyn FnMut(Row) -> bool) -> Result<(), Error>;

    /// Answers from now on as of this moment, whatever others write, in this session and those that it makes; for sessions that only
    /// read.
    fn hold(&mut self) -> Result<(), Error>;

    /// The same archive, for another thread that reads.
    fn another(&self) -> Result<Box<dyn Archive>, Error>;
}

/// What can be put into an archive. Each call is one transaction.
pub(crate) trait ArchiveWriter: Archive {
    /// Takes gates in, or changes what is said of those that are in; tells how many are new, and how many changed.
    fn enrol(&mut self, gates: &[Enrolled]) -> Result<(u64, u64), Error>;

    /// Whether a bundle with this digest was taken, known already, or kept as a fork.
    fn knows(&mut self, digest: &Hash) -> Result<bool, Error>;

    /// Keeps that all leaves of a bundle were in the archive, so that it is not opened again.
    fn keep_known(&mut self, digest: &Hash) -> Result<(), Error>;

    /// Adds to a gate's log if it is still as `taken` says; tells whether it was.
    fn take(&mut self, taken: &Taken<'_>) -> Result<bool, Error>;

    /// Keeps both sides of a fork (its number is not looked at); tells whether it is new and there is room for another of its gate.
    fn keep_fork(&mut self, fork: &ForkRow, bundle: &[u8]) -> Result<bool, Error>;

    /// Keeps a bundle that waits; tells whether it is new.
    fn keep_waiting(&mut self, waiting: &WaitingRow, bundle: &[u8]) -> Result<bool, Error>;

    /// Forgets a bundle that waited.
    fn drop_waiting(&mut self, gate: i64, digest: &Hash) -> Result<(), Error>;

    /// Keeps that a file was refused, and of one that was refused for another reason before the new one; tells whether there is room
    /// for it. `seen` stays that of the first time for this reason.
    fn keep_refused(&mut self, refused: &RefusedRow) -> Result<bool, Error>;

    /// Keeps a receipt.
    fn keep_receipt(&mut self, receipt: &ReceiptRow) -> Result<(), Error>;

    /// Returns once all that was put in is on the disk.
    fn settle(&mut self) -> Result<(), Error>;

    /// The same archive, for another thread that writes.
    fn another_writer(&self) -> Result<Box<dyn ArchiveWriter>, Error>;
}
