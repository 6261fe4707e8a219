//! The verdict: from a text and the time to admit, refer or refuse, with reasons (DESIGN section 6).
//!
//! A [`Judge`] is made once from a [`Trust`] and then only reads. Its one entrance, [`Judge::check`], parses, verifies
//! and judges: nothing that is not verified can be judged.

use std::collections::HashMap;

use crate::code::{Claims, CodeDigest, CodeError, ParsedCode};
use crate::cose::CoseError;
use crate::demo;
use crate::keys::Kid;
use crate::keys::Role;
use crate::policy::Policy;
use crate::record::DocumentTag;
use crate::time::{SNAPSHOT_AHEAD, Time, TimeEvidence};
use crate::trust::{Issuer, IssuerKey, Otherwise, Pack, Trust, TrustError, Windows};

/// How far a code's issue may be ahead of the gate's time before that is a reason: clocks differ by this much.
pub const ISSUE_AHEAD: u64 = 300;

/// What a gate does with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The code is good and the rules are met.
    Admit,
    /// This gate cannot decide: a person must.
    Refer,
    /// The code is bad, or a rule is not met.
    Refuse,
}

impl Outcome {
    /// A stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Refer => "refer",
            Self::Refuse => "refuse",
        }
    }
}

/// Why a code was not admitted. The list is stable: names are kept, new ones are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No key that the kid names has made the signature.
    BadSignature,
    /// The data is older than the last window: the rules or keys may have changed.
    DataTooOld,
    /// Past the code's expiry.
    Expired,
    /// A health code of another system.
    ForeignCode,
    /// Issued later than now.
    IssuedInFuture,
    /// The issuer is not recognised at this time.
    IssuerNotInForce,
    /// Issued outside the time of the key that signed it.
    KeyOutOfValidity,
    /// Begins like a code and is none.
    MalformedCode,
    /// The gate has never been updated.
    NoTrustData,
    /// Some other text.
    NotACode,
    /// Not deterministic CBOR: somebody rewrote the code.
    NotDeterministic,
    /// A rule could not be evaluated on these facts.
    RuleFailed,
    /// A rule that refuses is not met.
    RuleNotMet,
    /// A rule that refers is not met.
    RuleRefers,
    /// The issuer names a status list that this gate does not hold.
    StatusUnknown,
    /// Longer than any code.
    TooLong,
    /// No issuer of the pack has a key of this kid.
    UnknownIssuer,
    /// A later version of the format.
    UnknownVersion,
    /// A signature algorithm that is not accepted.
    WrongAlgorithm,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 19] = [
        Self::BadSignature,
        Self::DataTooOld,
        Self::Expired,
        Self::ForeignCode,
        Self::IssuedInFuture,
        Self::IssuerNotInForce,
        Self::KeyOutOfValidity,
        Self::MalformedCode,
        Self::NoTrustData,
        Self::NotACode,
        Self::NotDeterministic,
        Self::RuleFailed,
        Self::RuleNotMet,
        Self::RuleRefers,
        Self::StatusUnknown,
        Self::TooLong,
        Self::UnknownIssuer,
        Self::UnknownVersion,
        Self::WrongAlgorithm,
    ];

    /// A stable name in kebab-case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadSignature => "bad-signature",
            Self::DataTooOld => "data-too-old",
            Self::Expired => "expired",
            Self::ForeignCode => "foreign-code",
            Self::IssuedInFuture => "issued-in-future",
            Self::IssuerNotInForce => "issuer-not-in-force",
            Self::KeyOutOfValidity => "key-out-of-validity",
            Self::MalformedCode => "malformed-code",
            Self::NoTrustData => "no-trust-data",
            Self::NotACode => "not-a-code",
            Self::NotDeterministic => "not-deterministic",
            Self::RuleFailed => "rule-failed",
            Self::RuleNotMet => "rule-not-met",
            Self::RuleRefers => "rule-refers",
            Self::StatusUnknown => "status-unknown",
            Self::TooLong => "too-long",
            Self::UnknownIssuer => "unknown-issuer",
            Self::UnknownVersion => "unknown-version",
            Self::WrongAlgorithm => "wrong-algorithm",
        }
    }

    /// What follows from the reason alone.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::BadSignature
            | Self::Expired
            | Self::KeyOutOfValidity
            | Self::MalformedCode
            | Self::NotACode
            | Self::NotDeterministic
            | Self::RuleNotMet
            | Self::TooLong
            | Self::WrongAlgorithm => Outcome::Refuse,
            Self::DataTooOld
            | Self::ForeignCode
            | Self::IssuedInFuture
            | Self::IssuerNotInForce
            | Self::NoTrustData
            | Self::RuleFailed
            | Self::RuleRefers
            | Self::StatusUnknown
            | Self::UnknownIssuer
            | Self::UnknownVersion => Outcome::Refer,
        }
    }

    /// Whether old data or a clock that is far ahead may have it wrong: it does not rest on the code alone. A gate whose
    /// data is past its last window cannot tell the two apart.
    const fn rests_on_data(self) -> bool {
        matches!(self, Self::Expired | Self::KeyOutOfValidity | Self::RuleNotMet)
    }
}

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
    /// Seconds since the snapshot was made; 0 where it is ahead of the gate's time.
    pub age: u64,
    /// The age by the pack's windows.
    pub grade: Grade,
    /// The root's version.
    pub root: u64,
    /// The pack's version, 0 where the gate has none.
    pub pack: u64,
    /// The snapshot's version, 0 where the gate has none.
    pub snapshot: u64,
}

/// What one rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleResult {
    /// The rule's place among [`Policy::rules`].
    pub rule: usize,
    /// Met, not met, or (`None`) not decidable on these facts.
    pub met: Option<bool>,
}

/// The verdict on one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What follows.
    pub outcome: Outcome,
    /// Why not admit, most serious first; empty for admit.
    pub reasons: Vec<Reason>,
    /// What the issuer says, where an issuer is known to say it.
    pub claims: Option<Claims>,
    /// The issuer's place among the pack's issuers, where one has signed.
    pub issuer: Option<usize>,
    /// The rules that were asked.
    pub rules: Vec<RuleResult>,
    /// Names the code, where there is one.
    pub code: Option<CodeDigest>,
    /// The time that was judged by.
    pub now: Time,
    /// The system clock contradicts what signatures vouch for.
    pub clock_suspect: bool,
    /// What was judged on.
    pub data: DataAge,
}

impl Verdict {
    /// Names the person in logs, where the code does.
    pub fn person(&self) -> Option<DocumentTag> {
        self.claims.as_ref()?.record.holder.tag
    }
}

/// Judges codes by one state of trust.
#[derive(Debug)]
pub struct Judge {
    trust: Trust,
    policy: Option<Policy>,
    /// For each kid of a code key: the places of its issuer and of the key.
    keys: HashMap<Kid, Vec<(usize, usize)>>,
    /// For each issuer: the places of its rules.
    rules: Vec<Vec<usize>>,
    demo: bool,
}

impl Judge {
    /// Prepares to judge: compiles the rules and indexes the keys.
    ///
    /// # Errors
    ///
    /// [`TrustError`] where a rule of the pack does not compile: such a pack must not be installed.
    pub fn new(trust: Trust) -> Result<Self, TrustError> {
        let roles = &trust.root().payload().roles;
        let listed = [&roles.root, &roles.snapshot, &roles.publisher]
            .into_iter()
            .flat_map(|role| role.keys());
        let issuers = trust.pack().into_iter().flat_map(|pack| &pack.payload().issuers);
        let minting = issuers.flat_map(|issuer| &issuer.keys).map(|key| &key.key);
        let demo = listed.chain(minting).any(demo::is_demo_key);
        let mut keys: HashMap<Kid, Vec<_>> = HashMap::new();
        let mut rules = Vec::new();
        let policy = trust.pack().map(|pack| Policy::compile(pack.payload())).transpose()?;
        if let (Some(pack), Some(policy)) = (trust.pack(), &policy) {
            for (i, issuer) in pack.payload().issuers.iter().enumerate() {
                rules.push(issuer.rules.iter().filter_map(|id| policy.position(id)).collect());
                for (k, key) in issuer.keys.iter().enumerate().filter(|(_, key)| key.role == Role::Code) {
                    keys.entry(key.key.kid()).or_default().push((i, k));
                }
            }
        }
        Ok(Self {
            trust,
            policy,
            keys,
            rules,
            demo,
        })
    }

    /// The trust that is judged by.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The compiled rules, once there is a pack.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// Whether a demonstration key is trusted in any role, so that anybody can mint what this judge admits.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// The issuer of a verdict.
    pub fn issuer(&self, verdict: &Verdict) -> Option<&Issuer> {
        self.trust.pack()?.payload().issuers.get(verdict.issuer?)
    }

    /// The age of the data, and whether the clock is suspect.
    pub fn data_age(&self, time: TimeEvidence) -> (DataAge, bool) {
        let now = time.now();
        let root = self.trust.root().payload();
        let mut data = DataAge {
            age: 0,
            grade: Grade::Refuse,
            root: root.version,
            pack: 0,
            snapshot: 0,
        };
        let (Some(snapshot), Some(pack)) = (self.trust.snapshot(), self.trust.pack()) else {
            return (data, time.is_suspect(None));
        };
        let (snapshot, pack) = (snapshot.payload(), pack.payload());
        data.age = now.since(snapshot.issued);
        data.pack = pack.version;
        data.snapshot = snapshot.version;
        let ahead = snapshot.issued.since(now) > SNAPSHOT_AHEAD;
        let at_best = if ahead || now > root.expires || now > pack.expires {
            Grade::Stale
        } else {
            Grade::Fresh
        };
        data.grade = grade(data.age, pack.windows).max(at_best);
        (data, time.is_suspect(Some(snapshot.issued)))
    }

    /// Judges one text.
    pub fn check(&self, text: &str, time: TimeEvidence) -> Verdict {
        let (data, clock_suspect) = self.data_age(time);
        let mut verdict = Verdict {
            outcome: Outcome::Admit,
            reasons: Vec::new(),
            claims: None,
            issuer: None,
            rules: Vec::new(),
            code: None,
            now: time.now(),
            clock_suspect,
            data,
        };
        match ParsedCode::from_text(text) {
            Err(e) => verdict.reasons.push(reason_of(&e)),
            Ok(code) => self.verify(code, &mut verdict),
        }
        verdict.conclude();
        verdict
    }

    /// Finds the issuer that signed; without one nothing is judged.
    fn verify(&self, code: ParsedCode, verdict: &mut Verdict) {
        verdict.code = Some(code.digest);
        let Some(pack) = self.trust.pack().map(|pack| pack.payload()) else {
            return verdict.reasons.push(Reason::NoTrustData);
        };
        let Some(candidates) = self.keys.get(&code.kid) else {
            return verdict.reasons.push(Reason::UnknownIssuer);
        };
        let signed_by = candidates.iter().find_map(|&(i, k)| {
            let issuer = &pack.issuers[i];
            code.verify(&issuer.keys[k].key)
                .ok()
                .map(|claims| (i, &issuer.keys[k], claims))
        });
        match signed_by {
            None => verdict.reasons.push(Reason::BadSignature),
            Some((i, key, claims)) => {
                verdict.issuer = Some(i);
                self.judge(pack, i, key, claims, verdict);
                verdict.claims = Some(claims.clone());
            }
        }
    }

    fn judge(&self, pack: &Pack, place: usize, key: &IssuerKey, claims: &Claims, verdict: &mut Verdict) {
        let issuer = &pack.issuers[place];
        // The issuer vouches that it is at least `iat`: better than a clock that is known to be behind, and as good as one
        // that differs by no more than clocks do.
        let behind = claims.issued.since(verdict.now);
        let now = match verdict.clock_suspect || behind <= ISSUE_AHEAD {
            true => verdict.now.max(claims.issued),
            false => verdict.now,
        };
        let mut found = |reason, holds: bool| {
            if holds {
                verdict.reasons.push(reason);
            }
        };
        found(Reason::Expired, now > claims.expires);
        found(Reason::IssuedInFuture, now < claims.issued);
        found(
            Reason::KeyOutOfValidity,
            claims.issued < key.from || claims.issued > key.until,
        );
        found(Reason::IssuerNotInForce, now < issuer.from || now > issuer.until);
        found(Reason::DataTooOld, verdict.data.grade == Grade::Refuse);
        found(Reason::StatusUnknown, issuer.list.is_some());

        let Some(policy) = &self.policy else { return };
        let places = &self.rules[place];
        verdict.rules.reserve_exact(places.len());
        policy.evaluate(places, claims, issuer.id.as_str(), now, |rule, result| {
            let reason = match (&result, policy.rules()[rule].otherwise) {
                (Ok(true), _) => None,
                (Ok(false), Otherwise::Refuse) => Some(Reason::RuleNotMet),
                (Ok(false), Otherwise::Refer) => Some(Reason::RuleRefers),
                (Err(_), _) => Some(Reason::RuleFailed),
            };
            verdict.rules.push(RuleResult { rule, met: result.ok() });
            if let Some(reason) = reason.filter(|reason| !verdict.reasons.contains(reason)) {
                verdict.reasons.push(reason);
            }
        });
    }
}

impl Verdict {
    /// The outcome is the most serious that a reason asks for; but what rests on the data alone does not refuse anybody
    /// where the data is too old: "no" must never mean "this gate is out of date".
    fn conclude(&mut self) {
        let too_old = self.reasons.contains(&Reason::DataTooOld);
        let outcome = |reason: Reason| match reason.outcome() {
            Outcome::Refuse if too_old && reason.rests_on_data() => Outcome::Refer,
            outcome => outcome,
        };
        self.reasons
            .sort_by_key(|&reason| (std::cmp::Reverse(outcome(reason)), reason));
        self.outcome = self.reasons.first().map_or(Outcome::Admit, |&reason| outcome(reason));
    }
}

fn grade(age: u64, windows: Windows) -> Grade {
    match age {
        _ if age <= windows.fresh => Grade::Fresh,
        _ if age <= windows.aging => Grade::Aging,
        _ if age <= windows.stale => Grade::Stale,
        _ => Grade::Refuse,
    }
}

fn reason_of(error: &CodeError) -> Reason {
    use crate::cbor::CborError::NotDeterministic;
    match error {
        CodeError::Foreign(_) => Reason::ForeignCode,
        CodeError::LaterVersion => Reason::UnknownVersion,
        CodeError::NotACode => Reason::NotACode,
        CodeError::TooLong => Reason::TooLong,
        CodeError::Cose(CoseError::Algorithm(_)) => Reason::WrongAlgorithm,
        CodeError::Cose(CoseError::Cbor(NotDeterministic { .. })) | CodeError::Claims(NotDeterministic { .. }) => {
            Reason::NotDeterministic
        }
        CodeError::Base45 { .. } | CodeError::Claims(_) | CodeError::Cose(_) => Reason::MalformedCode,
    }
}
