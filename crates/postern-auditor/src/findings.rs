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
mod span;
mod thresholds;
mod told;
mod travel;

#[cfg(test)]
pub(crate) mod city;

pub(crate) use hands::{MAX_OPERATORS, Operator};
pub(crate) use span::is_believed;
pub(crate) use thresholds::Thresholds;
pub(crate) use told::{Names, grouped, json, text};

use std::collections::BTreeMap;

use postern_log::Flags;

use crate::archive::{Archive, GateRow, HourRow, Span};
use crate::error::Error;

/// The most findings of one kind that are listed; the others are counted.
pub(crate) const MAX_LISTED: usize = 1_000;

/// In seconds.
const HOUR: u64 = 3600;
/// Two clocks may differ by this much, in seconds; it is what a judge allows between gate and issuer.
const CLOCKS: u64 = 300;

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
    /// A file that is cut, damaged or not by the key of the gate that it claims.
    BundleDamaged = "bundle-damaged", Warning;
    /// A bundle that a gate signed, in a format that this program does not read.
    BundleLaterFormat = "bundle-later-format", Warning;
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
    /// A gate has logged hours that have not come by the auditor's clock.
    ClockAhead = "clock-ahead", Warning;
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
    /// Who decided and entered what by hand, the most active first; at most [`MAX_OPERATORS`] of a gate.
    pub(crate) operators: Vec<Operator>,
    /// What others of a gate decided and entered by hand: the gate, and how many events.
    pub(crate) more_by_hand: Vec<(i64, u64)>,
    /// By kind, the gravest first.
    pub(crate) findings: Vec<Finding>,
    /// How many more there are of a kind than are in `findings`.
    pub(crate) not_listed: Vec<(Kind, u64)>,
}

/// Findings, and how many of a kind there are besides.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<Finding>,
    more: Vec<(Kind, u64)>,
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
    let span = span::known(asked, &gates, &hours, now);
    // Of all that was asked for: whoever decided something under a wrong clock has decided it.
    let hands::Hands {
        operators,
        more_by_hand,
    } = hands::operators(archive, &hours, asked)?;
    let mut findings = logs::find(archive)?;
    let mut more: BTreeMap<Kind, u64> = BTreeMap::new();
    for found in [
        travel::find(archive, &gates, &hours, thresholds, asked)?,
        hands::find(&operators),
        refusals::find(&hours),
    ] {
        findings.extend(found.findings);
        for (kind, count) in found.more {
            *more.entry(kind).or_default() += count;
        }
    }
    findings.extend(silence::find(&gates, &hours, thresholds.silent_hours, span, now));
    findings.extend(clocks::suspect(&hours));
    findings.extend(clocks::ahead(&hours, now));
    findings.extend(circumstances::find(&hours));
    // The order within a kind is that of its file: the most telling first.
    findings.sort_by_key(|finding| finding.kind);
    for kind in Kind::ALL {
        let of_kind = findings.iter().filter(|finding| finding.kind == *kind).count();
        *more.entry(*kind).or_default() += of_kind.saturating_sub(MAX_LISTED) as u64;
    }
    let not_listed = more.into_iter().filter(|(_, count)| *count > 0).collect();
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
        more_by_hand,
        findings,
        not_listed,
    })
}

/// What was unusual about the events of a row. An archive has only flags that a leaf can have.
fn flags(row: &HourRow) -> Flags {
    Flags::from_bits(row.flags).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use postern_log::Outcome;

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

    /// What each comparison leaves out is counted with what is past the list.
    #[test]
    fn outliers_past_a_quarter_are_counted() {
        let mut memory = city::Memory::of((1..=9).map(|id| city::gate(id, 34.0, 108.0, 0)).collect());
        for gate in 1..=9 {
            for i in 0..400 {
                let refused = i < if gate > 6 { 200 } else { 20 };
                let outcome = if refused { Outcome::Refuse } else { Outcome::Admit };
                memory.add(gate, city::code(8 * HOUR + i, outcome));
            }
        }
        memory.seal(100);
        let until = 9 * HOUR;
        let examined = examine(&mut memory, &Thresholds::default(), Span { from: 0, until }, until).unwrap();
        let high = examined
            .findings
            .iter()
            .filter(|finding| finding.kind == Kind::RefusalsHigh);
        assert_eq!(
            (high.count(), &examined.not_listed[..]),
            (2, &[(Kind::RefusalsHigh, 1)][..])
        );
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
