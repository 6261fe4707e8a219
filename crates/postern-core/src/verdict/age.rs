//! How old the data is, and what that is worth.

use crate::trust::Windows;

/// How old the data is, by the pack's windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Fresh,
    /// An update was missed.
    Aging,
    /// Still good for a verdict; somebody should bring an update.
    Stale,
    /// The gate refuses to decide alone.
    Refuse,
}

impl Grade {
    /// A stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Aging => "aging",
            Self::Stale => "stale",
            Self::Refuse => "refuse",
        }
    }
}

/// What a verdict was judged on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataAge {
    /// Seconds since the oldest of it was made, the snapshot, the issuer's list or a column; 0 where that is ahead of the
    /// gate's time.
    pub age: u64,
    /// The worst grade of these.
    pub grade: Grade,
    /// The root's version.
    pub root: u64,
    /// The pack's version, 0 where the gate has none.
    pub pack: u64,
    /// The snapshot's version, 0 where the gate has none.
    pub snapshot: u64,
}

/// The grade of an age.
pub(super) fn grade(age: u64, windows: Windows) -> Grade {
    match age {
        _ if age <= windows.fresh => Grade::Fresh,
        _ if age <= windows.aging => Grade::Aging,
        _ if age <= windows.stale => Grade::Stale,
        _ => Grade::Refuse,
    }
}
