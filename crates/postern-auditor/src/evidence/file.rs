//! The files of the folder, as JSON. Hashes and keys are hexadecimal.

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: u64,
    /// By the auditor's clock; the span that the report is about.
    pub(super) made: String,
    pub(super) from: String,
    pub(super) until: String,
    /// Whose receipts they are, where the office was named.
    pub(super) auditor: Option<AuditorFile>,
    pub(super) files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditorFile {
    pub(super) name: String,
    pub(super) key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GateFile {
    pub(super) gate: String,
    pub(super) key: String,
    /// Ascending by size.
    pub(super) checkpoints: Vec<Sized>,
    /// Between each checkpoint and the next.
    pub(super) proofs: Vec<Link>,
    pub(super) receipt: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sized {
    pub(super) size: u64,
    pub(super) note: String,
}

/// A consistency proof of RFC 6962 section 2.1.2.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) path: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForkFile {
    pub(super) gate: String,
    pub(super) key: String,
    pub(super) at: Option<u64>,
    pub(super) our_times: Option<(u64, u64)>,
    pub(super) their_times: Option<(u64, u64)>,
    pub(super) seen: u64,
}
