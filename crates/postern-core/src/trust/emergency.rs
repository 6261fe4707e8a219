//! The emergency declaration of a pack: for a time, another plan that was agreed before (`docs/FORMAT.md` section 3.2).

use serde::{Deserialize, Serialize};

use super::pack::{MAX_ISSUERS, MAX_RULES, ascending};
use super::windows::Windows;
use crate::text::{GateName, Ident, Names};
use crate::time::Time;

/// The most gates that a declaration names.
const MAX_GATES: usize = 1024;
/// The longest time of a declaration, in seconds: what lasts longer is no emergency, and is written into the pack itself.
pub const MAX_EMERGENCY: u64 = 92 * 86_400;

/// What an authority changes for a time, signed like everything in its pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "EmergencyShape")]
pub struct Emergency {
    /// It holds from this time on.
    pub from: Time,
    /// At these gates, ascending; none: at all.
    pub gates: Vec<GateName>,
    /// Rules that are not asked, ascending.
    pub rules: Vec<Ident>,
    /// It holds up to this second.
    pub until: Time,
    /// What staff see.
    pub reason: Names,
    /// For the codes of these issuers, ascending; none: of all.
    pub issuers: Vec<Ident>,
    /// How old the data may be meanwhile.
    pub windows: Windows,
}

impl Emergency {
    /// Whether it is to be looked at by a gate of this name.
    pub(crate) fn is_for_gate(&self, gate: Option<&GateName>) -> bool {
        self.gates.is_empty() || gate.is_some_and(|gate| self.gates.binary_search(gate).is_ok())
    }

    /// Whether it covers the codes of this issuer.
    pub fn covers(&self, issuer: &Ident) -> bool {
        self.issuers.is_empty() || self.issuers.binary_search(issuer).is_ok()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmergencyShape {
    from: Time,
    gates: Vec<GateName>,
    rules: Vec<Ident>,
    until: Time,
    reason: Names,
    issuers: Vec<Ident>,
    windows: Windows,
}

impl TryFrom<EmergencyShape> for Emergency {
    type Error = &'static str;

    fn try_from(shape: EmergencyShape) -> Result<Self, Self::Error> {
        let EmergencyShape {
            from,
            gates,
            rules,
            until,
            reason,
            issuers,
            windows,
        } = shape;
        match () {
            () if gates.len() > MAX_GATES || rules.len() > MAX_RULES || issuers.len() > MAX_ISSUERS => {
                Err("an emergency declaration with too many gates, rules or issuers")
            }
            () if !ascending(gates.iter()) || !ascending(rules.iter()) || !ascending(issuers.iter()) => {
                Err("gates, rules or issuers of the emergency declaration out of order, or one twice")
            }
            () if from > until => Err("the emergency declaration ends before it begins"),
            () if until.since(from) > MAX_EMERGENCY => Err("an emergency declaration of more than 92 days"),
            () => Ok(Self {
                from,
                gates,
                rules,
                until,
                reason,
                issuers,
                windows,
            }),
        }
    }
}
