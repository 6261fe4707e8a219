//! The log of a gate: a durable, tamper-evident store of verdicts.
//!
//! Each [`Event`] is one row of an SQLite database and one leaf of the Merkle tree of RFC 6962 that is kept beside the
//! rows. [`Log::append`] returns a [`Logged`] only after the row is on the disk, and nothing else makes a [`Logged`]:
//! a program that shows only what a [`Logged`] holds shows nothing that was not logged first.
//!
//! ```text
//! NewEvent -> Event (seq given, bounds checked) -> leaf -> Frontier -> one transaction -> Logged
//! ```
//!
//! This crate never judges and never reads a clock: what it is told is what it keeps. `docs/FORMAT.md` specifies the
//! tables and the leaf. What [`Reader::verify`] can and cannot see is said there.

pub mod bundle;
pub mod checkpoint;
pub mod event;
pub mod merkle;
pub mod note;
pub mod proof;
pub mod receipt;

mod error;
mod files;
mod old_formats;
mod prune;
mod reader;
mod schema;
mod store;
mod verify;

pub use error::LogError;
pub use event::{Credential, Event, EventError, Flags, Grade, Kind, NewEvent, Outcome, Source};
pub use reader::{Counts, MAX_GATE_LEN, Reader, Tip, is_gate_id};
pub use schema::{APPLICATION_ID, FORMAT};
pub use store::{Log, Logged, SEAL_EVERY};
pub use verify::{Anchors, Finding, MAX_FINDINGS, VerifyReport};
