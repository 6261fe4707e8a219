//! Findings: what in the archive somebody should look at, and why.
//!
//! Each file below is one idea: a function from what the archive answers to [`Finding`]s. None of them knows a clock, a
//! terminal or a language.

mod circumstances;
mod clocks;
mod funnel;
mod hands;
mod logs;
mod refusals;
mod silence;
mod thresholds;
mod told;
mod travel;

#[cfg(test)]
pub(crate) mod city;

pub(crate) use hands::Operator;
pub(crate) use thresholds::Thresholds;
pub(crate) use told::{Names, grouped, json, text};

use postern_log::Flags;

use crate::archive::{Archive, GateRow, HourRow, Span};
use crate::error::Error;

/// The most findings of one kind that are listed; the others are counted.
pub(crate) const MAX_LISTED: usize = 1_000;

/// In seconds.
const HOUR: u64 = 3600;

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Somebody's tampering, or trust that is none, explains it best.
    Grave,
    /// Somebody should find out.
    Warning,
    /// It is good to know.
    Notice,
}

impl Severity {
    /// A stable name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Grave => "grave",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident;)+) => {
        /// What was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Kind {
            $($(#[$doc])* $variant,)+
        }

        impl Kind {
            /// Every kind, the gravest first.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// How grave it is.
            pub(crate) fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }
        }
    };
}

kinds! {
    /// Two logs of one gate, written at the same time: its store and its key are in two places.
    ForkCloned = "fork-cloned", Grave;
    /// Two logs of one gate, one after the other: its store was put back to an older copy.
    ForkRestored = "fork-restored", Grave;
    /// Two logs of one gate, and the times of what differs are not known.
    Fork = "fork", Grave;
    /// A bundle that its gate signed, whose leaves are not what it signed.
    BundleInconsistent = "bundle-inconsistent", Grave;
    /// Judged under the public keys of the demonstration.
    DemoTrust = "demo-trust", Grave;
    /// Rows that a later bundle shows to exist have not come.
    MissingRows = "missing-rows", Warning;
    /// A file that is cut, damaged or not by the gate's key.
    BundleDamaged = "bundle-damaged", Warning;
    /// A file of a gate that nobody enrolled.
    BundleUnknownGate = "bundle-unknown-gate", Warning;
    /// One code or person at two gates, faster than anybody travels.
    ImpossibleTravel = "impossible-travel", Warning;
    /// An operator decides otherwise than the gate far more often than the others.
    OverridesUnusual = "overrides-unusual", Warning;
    /// An operator enters people by hand far more often than the others.
    ManualUnusual = "manual-unusual", Warning;
    /// A gate refuses far more often than the others in the same hours.
    RefusalsHigh = "refusals-high", Warning;
    /// A gate refuses far more seldom than the others in the same hours.
    RefusalsLow = "refusals-low", Warning;
    /// A gate has logged nothing for longer than it does.
    SilentGate = "silent-gate", Warning;
    /// Nothing of a gate's log has come for longer than it does.
    NoContact = "no-contact", Warning;
    /// A gate's clock was not believed.
    ClockSuspect = "clock-suspect", Warning;
    /// Judged on data past its last window.
    DataTooOld = "data-too-old", Warning;
    /// Judged at a time that somebody chose.
    AnotherTime = "another-time", Warning;
    /// A file that is encrypted to somebody else.
    BundleNotForUs = "bundle-not-for-us", Notice;
    /// A bundle of leaves that the archive has dropped, which cannot be compared any more.
    BundleTooOld = "bundle-too-old", Notice;
    /// Judged on stale data.
    StaleData = "stale-data", Notice;
    /// Judged under an emergency declaration.
    Emergency = "emergency", Notice;
}

/// A number or a text of a finding, for its sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Count(u64),
    /// With one decimal.
    Decimal(f64),
    /// Of all, 0 to 1.
    Share(f64),
    /// Seconds.
    Duration(u64),
    /// Seconds since 1970.
    Time(u64),
    Text(String),
    /// A gate by the archive's number.
    Gate(i64),
}

/// Where the archive has what a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    Event { gate: i64, seq: u64 },
    Fork { id: i64 },
    File { name: String, digest: [u8; 32] },
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// The gates concerned, the most concerned first.
    pub(crate) gates: Vec<i64>,
    /// From when to when, where it has a time.
    pub(crate) span: Option<Span>,
    /// What its sentence says, by the names of the placeholders.
    pub(crate) values: Vec<(&'static str, Value)>,
    pub(crate) evidence: Vec<Evidence>,
}

/// What was looked through, and what was found.
pub(crate) struct Examined {
    pub(crate) span: Span,
    pub(crate) gates: Vec<GateRow>,
    pub(crate) hours: Vec<HourRow>,
    /// Who decided and entered what by hand, the most active first.
    pub(crate) operators: Vec<Operator>,
    /// By kind, the gravest first.
    pub(crate) findings: Vec<Finding>,
    /// How many more there are of a kind than [`MAX_LISTED`].
    pub(crate) not_listed: Vec<(Kind, u64)>,
}

/// Looks through the archive, as far as it has anything of the span that is asked for. `now` is the auditor's clock, in seconds since
/// 1970.
///
/// # Errors
///
/// The archive's.
pub(crate) fn examine(
    archive: &mut dyn Archive,
    thresholds: &Thresholds,
    asked: Span,
    now: u64,
) -> Result<Examined, Error> {
    let gates = archive.gates()?;
    let hours = archive.hours(asked)?;
    let span = known(asked, &hours, now);
    let operators = hands::operators(archive, &hours, span)?;
    let mut findings = logs::find(archive)?;
    let travel = travel::find(archive, &gates, &hours, thresholds, span)?;
    findings.extend(travel.findings);
    findings.extend(hands::find(&operators));
    findings.extend(refusals::find(&hours));
    findings.extend(silence::find(&gates, &hours, thresholds.silent_hours, span, now));
    findings.extend(clocks::find(&hours));
    findings.extend(circumstances::find(&hours));
    // The order within a kind is that of its file: the most telling first.
    findings.sort_by_key(|finding| finding.kind);
    let mut not_listed = vec![(Kind::ImpossibleTravel, travel.not_listed)];
    for kind in Kind::ALL {
        let of_kind = findings.iter().filter(|finding| finding.kind == *kind).count();
        not_listed.push((*kind, of_kind.saturating_sub(MAX_LISTED) as u64));
    }
    not_listed.retain(|(_, count)| *count > 0);
    let mut listed = 0;
    let mut last = None;
    findings.retain(|finding| {
        listed = if last == Some(finding.kind) { listed + 1 } else { 1 };
        last = Some(finding.kind);
        listed <= MAX_LISTED
    });
    Ok(Examined {
        span,
        gates,
        hours,
        operators,
        findings,
        not_listed,
    })
}

/// From the first hour with an event to the last, or to now.
fn known(asked: Span, hours: &[HourRow], now: u64) -> Span {
    let first = hours.iter().map(|row| row.hour * HOUR).min();
    let last = hours.iter().map(|row| (row.hour + 1) * HOUR).max();
    let from = first.map_or(asked.from.min(now), |first| asked.from.max(first));
    let until = asked.until.min(now.max(last.unwrap_or(0))).max(from);
    Span { from, until }
}

/// What was unusual about the events of a row. An archive has only flags that a leaf can have.
fn flags(row: &HourRow) -> Flags {
    Flags::from_bits(row.flags).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Span = Span {
        from: 0,
        until: city::DAYS * 86_400,
    };

    #[test]
    fn an_honest_city_gives_no_alarm() {
        for seed in 0..24 {
            let mut honest = city::honest(seed);
            let examined = examine(&mut honest, &Thresholds::default(), SPAN, SPAN.until).unwrap();
            assert_eq!(examined.findings, [], "seed {seed}");
            assert!(examined.hours.iter().map(|row| row.count).sum::<u64>() > 5_000);
            assert!(!examined.operators.is_empty());
        }
    }

    #[test]
    fn kinds_are_in_the_order_of_their_severity() {
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.severity()));
    }

    #[test]
    fn what_is_past_the_list_is_counted() {
        let mut honest = city::honest(1);
        honest.refused = (0..MAX_LISTED as i64 + 5)
            .map(|gate| crate::archive::RefusedRow {
                reason: "bundle-damaged".to_owned(),
                gate: Some(gate),
                name: "x.log".to_owned(),
                digest: [0; 32],
                seen: 1,
            })
            .collect();
        let examined = examine(&mut honest, &Thresholds::default(), SPAN, SPAN.until).unwrap();
        assert_eq!(examined.findings.len(), MAX_LISTED);
        assert_eq!(examined.not_listed, [(Kind::BundleDamaged, 5)]);
    }
}
