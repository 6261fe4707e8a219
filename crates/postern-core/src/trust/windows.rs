//! Windows: how old the data of a gate may be.

use serde::{Deserialize, Serialize};

/// The longest window, ten years in seconds.
const MAX_WINDOW: u64 = 3653 * 86_400;

/// How old the data may be, in seconds, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(u64, u64, u64)", into = "(u64, u64, u64)")]
pub struct Windows {
    /// Fresh up to this age.
    pub fresh: u64,
    /// Aging up to this age.
    pub aging: u64,
    /// Stale up to this age; beyond, the gate decides nothing alone.
    pub stale: u64,
}

impl Windows {
    /// For each window the longer of the two: a declaration relaxes, it never tightens.
    pub(crate) fn widest(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self {
            fresh: self.fresh.max(other.fresh),
            aging: self.aging.max(other.aging),
            stale: self.stale.max(other.stale),
        })
    }

    /// Whether none of these is shorter than that of `other`.
    pub(super) fn contain(self, other: Self) -> bool {
        self.fresh >= other.fresh && self.aging >= other.aging && self.stale >= other.stale
    }
}

impl TryFrom<(u64, u64, u64)> for Windows {
    type Error = &'static str;

    fn try_from((fresh, aging, stale): (u64, u64, u64)) -> Result<Self, Self::Error> {
        let good = fresh <= aging && aging <= stale && stale <= MAX_WINDOW;
        if good {
            Ok(Self { fresh, aging, stale })
        } else {
            Err("windows ascend, up to ten years")
        }
    }
}

impl From<Windows> for (u64, u64, u64) {
    fn from(windows: Windows) -> Self {
        (windows.fresh, windows.aging, windows.stale)
    }
}
