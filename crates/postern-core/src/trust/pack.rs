//! Packs: which issuers a gate recognises, on which rules, and how fresh its data must be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Payload;
use super::emergency::Emergency;
use super::error::DocumentKind;
use super::root::{check_times, check_version};
use super::windows::Windows;
use crate::cbor::Bytes;
use crate::certlogic::Json;
use crate::cose::ALG_ED25519;
use crate::gates::AgeRecipient;
use crate::keys::{PublicKey, Role};
use crate::text::{GateName, Ident, Names};
use crate::time::Time;

/// The most issuers of a pack.
pub(super) const MAX_ISSUERS: usize = 256;
/// The most keys of an issuer.
pub(super) const MAX_ISSUER_KEYS: usize = 32;
/// The most rules of a pack.
pub(super) const MAX_RULES: usize = 64;
/// The most values of a value set.
const MAX_VALUES: usize = 4096;
/// The most columns of an issuer.
const MAX_COLUMNS: usize = 16;
/// The most epochs of the tag key.
const MAX_TAGS: usize = 8;
/// The most auditors.
const MAX_AUDITORS: usize = 16;
/// The longest retention time: ten years of 365 days, in seconds.
const MAX_RETENTION: u64 = 315_360_000;

/// A pack's payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PackShape", into = "PackShape")]
pub struct Pack {
    /// The authority that publishes it.
    pub name: Names,
    /// The epochs of the tag key, ascending.
    pub tags: Vec<TagEpoch>,
    /// The rules that issuers refer to, ascending by id.
    pub rules: Vec<RuleSource>,
    /// When it was made.
    pub issued: Time,
    /// When the authority means to have made the next one.
    pub expires: Time,
    /// The issuers that the gates recognise, ascending by id.
    pub issuers: Vec<Issuer>,
    /// Counts from 1.
    pub version: u64,
    /// How old the data may be.
    pub windows: Windows,
    /// Who reads the logs of the gates, ascending by key.
    pub auditors: Vec<Auditor>,
    /// What staff do while a gate cannot write its log; without it [`DiskFull::ByHand`].
    pub disk_full: Option<DiskFull>,
    /// What is different for a time.
    pub emergency: Option<Emergency>,
    /// For how many seconds a gate keeps what all auditors have given a receipt for; without it for ever.
    pub retention: Option<u64>,
    /// Lists of values that rules name.
    pub value_sets: BTreeMap<Ident, Vec<String>>,
}

impl Payload for Pack {
    const KIND: DocumentKind = DocumentKind::Pack;
    const TYPE: &'static str = "application/postern-pack+cbor";
    const MAX_LEN: usize = 4 << 20;
    const FORMAT: u64 = 2;

    fn version(&self) -> u64 {
        self.version
    }
}

/// What staff do while a gate cannot write its log: the disk is full, read-only or damaged. Such a gate shows no verdict, so this
/// changes what its fault screen says and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskFull {
    /// They check people by hand and note them on paper.
    #[default]
    ByHand,
    /// They let nobody in by this gate.
    Close,
}

impl DiskFull {
    /// The name in a pack.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by-hand",
            Self::Close => "close",
        }
    }
}

/// An issuer, as the authority recognises it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its stable name.
    pub id: Ident,
    /// Recognised from this time on.
    pub from: Time,
    /// Its keys, ascending by their bytes.
    pub keys: Vec<IssuerKey>,
    /// Its status list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Ident>,
    /// What people call it.
    pub name: Names,
    /// The rules that its codes must meet, all of them.
    pub rules: Vec<Ident>,
    /// Recognised up to this second.
    pub until: Time,
    /// The columns of its list that its rules see, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Ident>,
    /// How old its list and columns may be; without them the pack's windows count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<Windows>,
}

/// Somebody who reads the logs of the gates, and gives receipts for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auditor {
    /// Whom logs are encrypted to.
    pub age: AgeRecipient,
    /// The key that signs receipts.
    pub key: PublicKey,
    /// Receipts count from this time on.
    pub from: Time,
    /// The name of the signatures.
    pub name: GateName,
    /// Receipts count up to this second.
    pub until: Time,
}

/// One epoch of the key under which document tags are computed: what a gate checks a key by that came wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagEpoch {
    /// Tags are compared from this time on.
    pub from: Time,
    /// Stands first in each tag.
    pub epoch: u8,
    /// Tags are compared up to this second.
    pub until: Time,
    /// Commits to the key (`docs/FORMAT.md` section 3.8).
    pub digest: Bytes<32>,
}

/// A key of an issuer: one algorithm, one role, one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "IssuerKeyShape", into = "IssuerKeyShape")]
pub struct IssuerKey {
    /// The key.
    pub key: PublicKey,
    /// It signs from this time on.
    pub from: Time,
    /// What it signs: codes, or status files.
    pub role: Role,
    /// It signs up to this second.
    pub until: Time,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerKeyShape {
    alg: i64,
    key: PublicKey,
    from: Time,
    role: Role,
    until: Time,
}

impl TryFrom<IssuerKeyShape> for IssuerKey {
    type Error = &'static str;

    fn try_from(
        IssuerKeyShape {
            alg,
            key,
            from,
            role,
            until,
        }: IssuerKeyShape,
    ) -> Result<Self, Self::Error> {
        match () {
            () if alg != ALG_ED25519 => Err("a key of another algorithm than Ed25519"),
            () if !matches!(role, Role::Code | Role::Status) => Err("an issuer's key signs codes or status files"),
            () if from > until => Err("a key's time ends before it begins"),
            () => Ok(Self { key, from, role, until }),
        }
    }
}

impl From<IssuerKey> for IssuerKeyShape {
    fn from(IssuerKey { key, from, role, until }: IssuerKey) -> Self {
        Self {
            alg: ALG_ED25519,
            key,
            from,
            role,
            until,
        }
    }
}

/// A rule as the pack carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSource {
    /// Its stable name.
    pub id: Ident,
    /// What staff see.
    pub name: Names,
    /// CertLogic.
    pub logic: Json,
    /// What follows where it is not met.
    pub otherwise: Otherwise,
}

/// What follows where a rule is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// A person decides.
    Refer,
    /// The code is refused.
    Refuse,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackShape {
    name: Names,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<TagEpoch>,
    rules: Vec<RuleSource>,
    format: u64,
    issued: Time,
    expires: Time,
    issuers: Vec<Issuer>,
    version: u64,
    windows: Windows,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    auditors: Vec<Auditor>,
    #[serde(rename = "disk-full", default, skip_serializing_if = "Option::is_none")]
    disk_full: Option<DiskFull>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emergency: Option<Emergency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention: Option<u64>,
    #[serde(rename = "value-sets")]
    value_sets: ValueSets,
}

/// Value sets; the keys' order in the file is that of RFC 8949, shorter first.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct ValueSets(BTreeMap<ByLength, Vec<String>>);

#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct ByLength(Ident);

impl Ord for ByLength {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |ByLength(ident): &Self| (ident.as_str().len(), ident.clone());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for ByLength {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl TryFrom<PackShape> for Pack {
    type Error = &'static str;

    fn try_from(shape: PackShape) -> Result<Self, Self::Error> {
        let PackShape {
            name,
            tags,
            rules,
            format,
            issued,
            expires,
            issuers,
            version,
            windows,
            auditors,
            disk_full,
            emergency,
            retention,
            value_sets,
        } = shape;
        check_version(version)?;
        check_times(issued, expires)?;
        let value_sets: BTreeMap<_, _> = value_sets.0.into_iter().map(|(ByLength(id), set)| (id, set)).collect();
        if issuers.len() > MAX_ISSUERS || rules.len() > MAX_RULES || value_sets.len() > MAX_RULES {
            return Err("too many issuers, rules or value sets");
        }
        if !ascending(rules.iter().map(|rule| &rule.id)) || !ascending(issuers.iter().map(|issuer| &issuer.id)) {
            return Err("issuers or rules out of order, or one twice");
        }
        if value_sets
            .values()
            .any(|set| set.len() > MAX_VALUES || set.iter().any(|value| value.len() > 1024))
        {
            return Err("a value set past its bounds");
        }
        if tags.len() > MAX_TAGS
            || !ascending(tags.iter().map(|tag| tag.epoch))
            || tags.iter().any(|tag| tag.from > tag.until)
        {
            return Err("tag keys out of order, too many, or one whose time ends before it begins");
        }
        let mut names: Vec<&str> = auditors.iter().map(|auditor| auditor.name.as_str()).collect();
        names.sort_unstable();
        if auditors.len() > MAX_AUDITORS
            || !ascending(auditors.iter().map(|auditor| &auditor.key))
            || !ascending(names.iter())
            || auditors.iter().any(|auditor| auditor.from > auditor.until)
        {
            return Err("auditors out of order, too many, two of one name, or one whose time ends before it begins");
        }
        if retention.is_some_and(|seconds| seconds > MAX_RETENTION) {
            return Err("a retention time of more than ten years");
        }
        let has_rule = |id: &Ident| rules.binary_search_by_key(&id, |rule| &rule.id).is_ok();
        let mut keys: Vec<_> = auditors.iter().map(|auditor| auditor.key).collect();
        let mut lists = Vec::new();
        for issuer in &issuers {
            if !(1..=MAX_ISSUER_KEYS).contains(&issuer.keys.len()) || issuer.rules.len() > MAX_RULES {
                return Err("an issuer without keys, or with too many keys or rules");
            }
            if !ascending(issuer.keys.iter().map(|key| &key.key)) || issuer.from > issuer.until {
                return Err("an issuer's keys out of order, or its time ends before it begins");
            }
            if !issuer.rules.iter().all(has_rule) {
                return Err("an issuer names a rule that the pack does not hold");
            }
            if issuer.columns.len() > MAX_COLUMNS || !ascending(issuer.columns.iter()) {
                return Err("an issuer's columns out of order, one twice, or too many");
            }
            if issuer.list.is_none() && !issuer.columns.is_empty() {
                return Err("an issuer with columns and no list");
            }
            lists.extend(&issuer.list);
            keys.extend(issuer.keys.iter().map(|key| key.key));
        }
        keys.sort_unstable();
        if !ascending(keys.iter()) {
            return Err("one key for two issuers or roles");
        }
        lists.sort_unstable();
        if !ascending(lists.iter()) {
            return Err("one status list for two issuers");
        }
        if let Some(emergency) = &emergency {
            let has_issuer = |id: &Ident| issuers.binary_search_by_key(&id, |issuer| &issuer.id).is_ok();
            if !emergency.rules.iter().all(has_rule) || !emergency.issuers.iter().all(has_issuer) {
                return Err("the emergency declaration names a rule or an issuer that the pack does not hold");
            }
            if !emergency.windows.contain(windows) {
                return Err("a window of the emergency declaration is shorter than the pack's");
            }
        }
        let pack = Self {
            name,
            tags,
            rules,
            issued,
            expires,
            issuers,
            version,
            windows,
            auditors,
            disk_full,
            emergency,
            retention,
            value_sets,
        };
        // An older gate takes a pack that needs nothing new, and each pack has one encoding.
        match format == pack.format() {
            true => Ok(pack),
            false => Err("a format other than 1, or 2 where something needs it"),
        }
    }
}

impl Pack {
    /// The least format that holds what the pack says.
    fn format(&self) -> u64 {
        let new = |issuer: &Issuer| !issuer.columns.is_empty() || issuer.windows.is_some();
        let plain = self.tags.is_empty()
            && self.auditors.is_empty()
            && self.disk_full.is_none()
            && self.emergency.is_none()
            && self.retention.is_none();
        match plain && !self.issuers.iter().any(new) {
            true => 1,
            false => 2,
        }
    }
}

impl From<Pack> for PackShape {
    fn from(pack: Pack) -> Self {
        let format = pack.format();
        let Pack {
            name,
            tags,
            rules,
            issued,
            expires,
            issuers,
            version,
            windows,
            auditors,
            disk_full,
            emergency,
            retention,
            value_sets,
        } = pack;
        let value_sets = ValueSets(value_sets.into_iter().map(|(id, set)| (ByLength(id), set)).collect());
        Self {
            name,
            tags,
            rules,
            format,
            issued,
            expires,
            issuers,
            version,
            windows,
            auditors,
            disk_full,
            emergency,
            retention,
            value_sets,
        }
    }
}

/// Whether items come in ascending order, none twice.
pub(super) fn ascending<T: PartialOrd>(items: impl Iterator<Item = T> + Clone) -> bool {
    items.clone().zip(items.skip(1)).all(|(a, b)| a < b)
}
