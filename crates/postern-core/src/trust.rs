//! What a gate trusts and how it changes: roots, packs and snapshots (`docs/FORMAT.md` section 3).
//!
//! The rules are those of The Update Framework: thresholds, version floors, a snapshot that pins everything, and a root
//! that is followed one version at a time. All of it is a function from one state and foreign bytes to the next state.

mod document;
mod emergency;
mod error;
mod held;
mod pack;
mod root;
mod snapshot;
mod state;
mod windows;

pub use document::{Document, Payload};
pub use emergency::{Emergency, MAX_EMERGENCY};
pub use error::{DocumentKind, Fault, TrustError};
pub use held::{Held, Holdings, StoredStatus};
pub use pack::{Auditor, DiskFull, Issuer, IssuerKey, Otherwise, Pack, RuleSource, TagEpoch};
pub use root::{Keys, Root, RootRoles};
pub use snapshot::{ContentPin, FilePin, MAX_STATUS_FILES, Snapshot, StatusFile, StatusKind};
pub use state::{Candidate, Trust, no_status_files};
pub use windows::Windows;

/// Documents count their versions from 1 to this, the largest integer that JSON readers keep exact.
pub const MAX_VERSION: u64 = (1 << 53) - 1;
