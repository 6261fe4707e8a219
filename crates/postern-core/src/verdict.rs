//! The verdict: from a text and the time to admit, refer or refuse, with reasons (DESIGN section 6).
//!
//! A [`Judge`] is made once from a [`Trust`] and then only reads. Its one entrance, [`Judge::check`], parses, verifies
//! and judges: nothing that is not verified can be judged.

use std::collections::HashMap;

mod age;
mod many;
mod reason;

use crate::certlogic::Fact;
use crate::code::{Claims, CodeDigest, CodeError, ParsedCode};
use crate::demo;
use crate::keys::{BadSignature, BatchKey, Kid, Role};
use crate::policy::{self, Policy};
use crate::record::DocumentTag;
use crate::status::{ColumnValue, ColumnValues, Status, StatusList};
use crate::text::{GateName, Ident};
use crate::time::{SNAPSHOT_AHEAD, Time, TimeEvidence};
use crate::trust::{Emergency, Issuer, IssuerKey, Otherwise, Pack, Trust, TrustError, Windows};

pub use age::{DataAge, Grade};
pub use reason::{Outcome, Reason};

use reason::reason_of;

/// How far a code's issue may be ahead of the gate's time before that is a reason: clocks differ by this much.
pub const ISSUE_AHEAD: u64 = 300;

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
    /// Names the key that has signed, where an issuer's has.
    pub kid: Option<Kid>,
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
    /// What the issuer's columns say of the code, as far as they say something.
    pub columns: Vec<(Ident, ColumnValue)>,
    /// An emergency declaration of the pack counted.
    pub emergency: bool,
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
    /// For each kid: the code keys that have it.
    keys: HashMap<Kid, Vec<CodeKey>>,
    /// For each issuer: the places of its rules.
    rules: Vec<Vec<usize>>,
    /// For each issuer: its list and columns, where it names a list and the gate holds it.
    status: Vec<Option<IssuerStatus>>,
    gate: Option<GateName>,
    demo: bool,
}

/// Where a code key lies in the pack: the places of its issuer and of the key.
#[derive(Debug)]
struct CodeKey {
    issuer: usize,
    key: usize,
    /// The key, where its signatures can be checked together with others.
    batch: Option<BatchKey>,
}

/// The status data of one issuer, at hand for look-ups.
#[derive(Debug)]
struct IssuerStatus {
    list: StatusList,
    columns: Vec<(Ident, ColumnValues)>,
    /// The issuer names a column that the gate does not hold.
    lacks_column: bool,
    /// When the oldest of it was made.
    issued: Time,
}

impl IssuerStatus {
    /// `None` where the issuer names no list, or the gate does not hold it.
    fn of(issuer: &Issuer, trust: &Trust) -> Option<Self> {
        let name = issuer.list.as_ref()?;
        let held = trust.status().list(name)?;
        let mut issued = held.issued();
        let mut columns = Vec::new();
        for column in &issuer.columns {
            if let Some(held) = trust.status().column(name, column) {
                issued = issued.min(held.issued());
                columns.push((column.clone(), held.column()?.clone()));
            }
        }
        Some(Self {
            list: held.list()?.clone(),
            lacks_column: columns.len() < issuer.columns.len(),
            columns,
            issued,
        })
    }
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
                    keys.entry(key.key.kid()).or_default().push(CodeKey {
                        issuer: i,
                        key: k,
                        batch: BatchKey::new(key.key),
                    });
                }
            }
        }
        let issuers = trust.pack().into_iter().flat_map(|pack| &pack.payload().issuers);
        let status = issuers.map(|issuer| IssuerStatus::of(issuer, &trust)).collect();
        Ok(Self {
            trust,
            policy,
            keys,
            rules,
            status,
            gate: None,
            demo,
        })
    }

    /// Judges as the gate of this name, which an emergency declaration may name.
    #[must_use]
    pub fn at_gate(mut self, gate: Option<GateName>) -> Self {
        self.gate = gate;
        self
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

    /// The emergency declaration that holds at this time, at this gate.
    pub fn emergency(&self, now: Time) -> Option<&Emergency> {
        let declared = self.trust.pack()?.payload().emergency.as_ref()?;
        let snapshot = self.trust.snapshot()?.payload().issued;
        // A clock that was lost must not carry a declaration on for ever: a snapshot of a later time ends it.
        let over = now.max(snapshot) > declared.until;
        (declared.is_for_gate(self.gate.as_ref()) && declared.from <= now && !over).then_some(declared)
    }

    /// The age of the data, and whether the clock is suspect. It is that of the snapshot; what is judged of an issuer with a
    /// list may rest on older data.
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
        let relaxed = self.emergency(now).filter(|emergency| emergency.issuers.is_empty());
        let windows = relaxed.map_or(pack.windows, |emergency| emergency.windows);
        data.grade = self.snapshot_grade(now, windows);
        (data, time.is_suspect(Some(snapshot.issued)))
    }

    fn snapshot_grade(&self, now: Time, windows: Windows) -> Grade {
        let (Some(snapshot), Some(pack)) = (self.trust.snapshot(), self.trust.pack()) else {
            return Grade::Refuse;
        };
        let (snapshot, pack) = (snapshot.payload(), pack.payload());
        let ahead = snapshot.issued.since(now) > SNAPSHOT_AHEAD;
        let at_best = match ahead || now > self.trust.root().payload().expires || now > pack.expires {
            true => Grade::Stale,
            false => Grade::Fresh,
        };
        age::grade(now.since(snapshot.issued), windows).max(at_best)
    }

    /// How old a list or column of this issuer is, made at `issued`, and what that is worth.
    pub fn status_age(&self, issuer: &Issuer, issued: Time, now: Time) -> (u64, Grade) {
        let pack = self.trust.pack().map(|pack| pack.payload());
        let declared = self.emergency(now).filter(|emergency| emergency.covers(&issuer.id));
        let own = issuer.windows.or(pack.map(|pack| pack.windows));
        let windows = declared.map(|emergency| emergency.windows.widest(own)).or(own);
        let age = now.since(issued);
        (age, windows.map_or(Grade::Refuse, |windows| age::grade(age, windows)))
    }

    /// Judges one text.
    pub fn check(&self, text: &str, time: TimeEvidence) -> Verdict {
        let mut verdict = self.blank(time);
        match ParsedCode::from_text(text) {
            Err(e) => verdict.is_no_code(&e),
            Ok(code) => self.verify(&code, None, &mut verdict),
        }
        verdict.conclude();
        verdict
    }

    /// A verdict before anything is known of the text.
    fn blank(&self, time: TimeEvidence) -> Verdict {
        let (data, clock_suspect) = self.data_age(time);
        Verdict {
            outcome: Outcome::Admit,
            reasons: Vec::new(),
            claims: None,
            issuer: None,
            kid: None,
            rules: Vec::new(),
            code: None,
            now: time.now(),
            clock_suspect,
            data,
            columns: Vec::new(),
            emergency: false,
        }
    }

    /// Finds the issuer that signed; without one nothing is judged. `checked` is what is known of the signature, where there is but
    /// one key that it can be of.
    fn verify(&self, code: &ParsedCode, checked: Option<Result<&Claims, BadSignature>>, verdict: &mut Verdict) {
        verdict.code = Some(code.digest);
        let Some(pack) = self.trust.pack().map(|pack| pack.payload()) else {
            return verdict.reasons.push(Reason::NoTrustData);
        };
        let Some(candidates) = self.keys.get(&code.kid) else {
            return verdict.reasons.push(Reason::UnknownIssuer);
        };
        let key = |place: &CodeKey| &pack.issuers[place.issuer].keys[place.key];
        let signed_by = candidates.iter().find_map(|place| {
            let claims = checked.unwrap_or_else(|| code.verify(&key(place).key));
            claims.ok().map(|claims| (place, claims))
        });
        match signed_by {
            None => verdict.reasons.push(Reason::BadSignature),
            Some((place, claims)) => {
                verdict.issuer = Some(place.issuer);
                verdict.kid = Some(code.kid);
                self.judge(pack, place.issuer, key(place), claims, verdict);
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
        // The declaration and the age of the data go by the gate's time, whatever the code says.
        let declared = self
            .emergency(verdict.now)
            .filter(|emergency| emergency.covers(&issuer.id));
        verdict.emergency = declared.is_some();
        if let Some(emergency) = declared {
            verdict.data.grade = self.snapshot_grade(verdict.now, emergency.windows);
        }
        let too_old = verdict.data.grade == Grade::Refuse;
        let status = self.status[place].as_ref();
        let mut stale = false;
        if let Some(status) = status {
            let (age, grade) = self.status_age(issuer, status.issued, verdict.now);
            stale = grade == Grade::Refuse;
            verdict.data.age = verdict.data.age.max(age);
            verdict.data.grade = verdict.data.grade.max(grade);
        }
        let index = claims.record.index;
        let listed = status.and_then(|status| status.list.get(index));
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
        found(Reason::DataTooOld, too_old);
        found(Reason::StatusStale, stale);
        found(Reason::StatusInvalid, listed == Some(Status::Invalid));
        found(Reason::StatusRestricted, listed == Some(Status::Restricted));
        found(Reason::StatusSuspended, listed == Some(Status::Suspended));
        let lacking = listed.is_none() || status.is_some_and(|status| status.lacks_column);
        found(Reason::StatusUnknown, issuer.list.is_some() && lacking);

        let Some(policy) = &self.policy else { return };
        let set_aside = |rule: &usize| {
            declared.is_some_and(|emergency| emergency.rules.binary_search(&policy.rules()[*rule].id).is_ok())
        };
        let places = self.rules[place].iter().copied().filter(|rule| !set_aside(rule));
        let columns = status.into_iter().flat_map(|status| &status.columns);
        verdict.columns = columns
            .filter_map(|(name, values)| Some((name.clone(), values.get(index)?)))
            .collect();
        let columns: Vec<(&str, Fact<'_>)> = verdict
            .columns
            .iter()
            .map(|(name, value)| (name.as_str(), policy::column_fact(*value)))
            .collect();
        let issued_by = policy::Issued {
            claims,
            issuer: issuer.id.as_str(),
            columns: &columns,
        };
        verdict.rules.reserve_exact(self.rules[place].len());
        policy.evaluate(places, &issued_by, now, |rule, result| {
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
    fn is_no_code(&mut self, error: &CodeError) {
        self.reasons.push(reason_of(error));
    }

    /// The outcome is the most serious that a reason asks for; but what rests on the data alone does not refuse anybody
    /// where the data is too old, nor does a rule where the gate lacks what it may look at: "no" must never mean "this gate is
    /// out of date".
    fn conclude(&mut self) {
        let has = |reason| self.reasons.contains(&reason);
        let too_old = has(Reason::DataTooOld) || has(Reason::StatusStale);
        let unknown = has(Reason::StatusUnknown);
        let outcome = |reason: Reason| match reason.outcome() {
            Outcome::Refuse if too_old && reason.rests_on_data() => Outcome::Refer,
            Outcome::Refuse if unknown && reason == Reason::RuleNotMet => Outcome::Refer,
            outcome => outcome,
        };
        // What was spared a refusal decided nothing, so it does not stand first.
        self.reasons.sort_by_key(|&reason| {
            let spared = outcome(reason) != reason.outcome();
            (std::cmp::Reverse(outcome(reason)), spared, !reason.is_grave(), reason)
        });
        self.outcome = self.reasons.first().map_or(Outcome::Admit, |&reason| outcome(reason));
    }
}
