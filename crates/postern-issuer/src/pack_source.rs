//! What a person writes to describe a pack: TOML, with rules and keys in files beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use postern_cli::{clock, files};
use postern_core::cbor::Bytes;
use postern_core::certlogic::{self, Json};
use postern_core::gates::AgeRecipient;
use postern_core::keys::Role;
use postern_core::text::{GateName, Ident, Names};
use postern_core::time::Time;
use postern_core::trust::{Auditor, DiskFull, Issuer, IssuerKey, Otherwise, Pack, RuleSource, TagEpoch, Windows};
use serde::Deserialize;

use crate::error::IssuerError;
use crate::key;

const MAX_SOURCE: u64 = 1 << 20;
const DAY: u64 = 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Source {
    name: Names,
    valid_for_days: u64,
    windows: WindowsInHours,
    disk_full: Option<DiskFull>,
    retention_days: Option<u64>,
    #[serde(default)]
    value_sets: BTreeMap<Ident, Vec<String>>,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    issuers: Vec<IssuerSource>,
    #[serde(default)]
    tags: Vec<TagSource>,
    #[serde(default)]
    auditors: Vec<AuditorSource>,
}

/// An auditor, as `postern-auditor init` tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AuditorSource {
    name: GateName,
    file: PathBuf,
    age: AgeRecipient,
    from: Date,
    until: Date,
}

/// An epoch of the tag key, as `key show` tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TagSource {
    epoch: u8,
    digest: Digest,
    from: Date,
    until: Date,
}

/// 64 hexadecimal digits.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Digest(Bytes<32>);

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text
            .bytes()
            .map(|b| char::from(b).to_digit(16).map(|digit| digit as u8));
        let digits: Option<Vec<u8>> = digits.collect();
        let bytes: Option<Vec<u8>> = digits.map(|digits| {
            digits
                .chunks(2)
                .map(|pair| pair.iter().fold(0, |n, d| 16 * n + d))
                .collect()
        });
        let bytes = bytes
            .filter(|_| text.len() == 64)
            .and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(|bytes| Self(Bytes(bytes)))
            .ok_or("a digest is 64 hexadecimal digits")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WindowsInHours {
    fresh_hours: u64,
    aging_hours: u64,
    stale_hours: u64,
}

impl TryFrom<WindowsInHours> for Windows {
    type Error = &'static str;

    fn try_from(hours: WindowsInHours) -> Result<Self, Self::Error> {
        let WindowsInHours {
            fresh_hours,
            aging_hours,
            stale_hours,
        } = hours;
        let [fresh, aging, stale] = [fresh_hours, aging_hours, stale_hours].map(|hours| hours.saturating_mul(3600));
        (fresh, aging, stale).try_into()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rule {
    id: Ident,
    name: Names,
    logic: PathBuf,
    otherwise: Otherwise,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct IssuerSource {
    id: Ident,
    name: Names,
    from: Date,
    until: Date,
    list: Option<Ident>,
    #[serde(default)]
    columns: Vec<Ident>,
    windows: Option<WindowsInHours>,
    #[serde(default)]
    rules: Vec<Ident>,
    keys: Vec<KeySource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct KeySource {
    file: PathBuf,
    role: Role,
    from: Date,
    until: Date,
}

/// RFC 3339 or `YYYY-MM-DD`, in UTC.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Date(Time);

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match clock::parse_time(&text) {
            Ok(seconds) => Ok(Self(Time::saturating(seconds))),
            Err(e) => Err(e.to_string()),
        }
    }
}

/// Reads a pack's description; the pack is version `version`, issued at `issued`.
pub(crate) fn read(path: &Path, version: u64, issued: Time) -> Result<Pack, IssuerError> {
    let bytes = files::read_bounded(path, MAX_SOURCE)?;
    let failed = |message: String| IssuerError::PackSource(path.to_owned(), message);
    let text = std::str::from_utf8(&bytes).map_err(|e| failed(e.to_string()))?;
    let source: Source = toml::from_str(text).map_err(|e| failed(located(text, &e)))?;
    let beside = |file: &Path| path.parent().unwrap_or(Path::new("")).join(file);

    let known: Vec<&str> = source.value_sets.keys().map(Ident::as_str).collect();
    let rule = |rule: Rule| {
        let logic = beside(&rule.logic);
        let bytes = files::read_bounded(&logic, MAX_SOURCE)?;
        let unusable = |message: String| IssuerError::PackSource(logic.clone(), message);
        let logic: Json = serde_json::from_slice(&bytes).map_err(|e| unusable(e.to_string()))?;
        // Found here, before anybody has signed.
        certlogic::Rule::compile(&logic).map_err(|e| unusable(e.to_string()))?;
        if let Some(unknown) = value_sets(&logic).into_iter().find(|name| !known.contains(name)) {
            return Err(unusable(format!("there is no value set named {unknown}")));
        }
        Ok(RuleSource {
            id: rule.id,
            name: rule.name,
            logic,
            otherwise: rule.otherwise,
        })
    };
    let issuer_key = |source: &KeySource| {
        let key = key::read_public_for(&beside(&source.file), source.role)?;
        Ok(IssuerKey {
            key,
            from: source.from.0,
            role: source.role,
            until: source.until.0,
        })
    };
    let issuer = |source: IssuerSource| {
        let mut keys = source
            .keys
            .iter()
            .map(issuer_key)
            .collect::<Result<Vec<_>, IssuerError>>()?;
        keys.sort_by_key(|key| key.key);
        let IssuerSource {
            id,
            name,
            from,
            until,
            list,
            mut columns,
            windows,
            rules,
            ..
        } = source;
        columns.sort();
        let windows = windows.map(Windows::try_from).transpose();
        Ok(Issuer {
            id,
            from: from.0,
            keys,
            list,
            name,
            rules,
            until: until.0,
            columns,
            windows: windows.map_err(|e| failed(e.to_owned()))?,
        })
    };

    let mut rules = source
        .rules
        .into_iter()
        .map(rule)
        .collect::<Result<Vec<_>, IssuerError>>()?;
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let mut issuers = source
        .issuers
        .into_iter()
        .map(issuer)
        .collect::<Result<Vec<_>, IssuerError>>()?;
    issuers.sort_by(|a, b| a.id.cmp(&b.id));
    let windows = source.windows.try_into().map_err(|e: &str| failed(e.to_owned()))?;
    let mut tags: Vec<_> = source.tags.iter().map(tag).collect();
    tags.sort_by_key(|tag| tag.epoch);
    let auditor = |source: AuditorSource| {
        Ok(Auditor {
            age: source.age,
            key: key::read_public_for(&beside(&source.file), Role::Auditor)?,
            from: source.from.0,
            name: source.name,
            until: source.until.0,
        })
    };
    let mut auditors = source
        .auditors
        .into_iter()
        .map(auditor)
        .collect::<Result<Vec<_>, IssuerError>>()?;
    auditors.sort_by_key(|auditor| auditor.key);
    Ok(Pack {
        name: source.name,
        rules,
        issued,
        expires: issued.plus(source.valid_for_days.saturating_mul(DAY)),
        issuers,
        version,
        windows,
        value_sets: source.value_sets,
        tags,
        auditors,
        disk_full: source.disk_full,
        emergency: None,
        retention: source.retention_days.map(|days| days.saturating_mul(DAY)),
    })
}

fn tag(source: &TagSource) -> TagEpoch {
    TagEpoch {
        from: source.from.0,
        epoch: source.epoch,
        until: source.until.0,
        digest: source.digest.0,
    }
}

/// The value sets that a rule names.
fn value_sets(logic: &Json) -> Vec<&str> {
    match logic {
        Json::Array(items) => items.iter().flat_map(value_sets).collect(),
        Json::Object(members) => {
            let named = members
                .iter()
                .filter(|(key, _)| *key == "var")
                .filter_map(|(_, path)| match path {
                    Json::Text(path) => path.strip_prefix("external.valueSets.")?.split('.').next(),
                    _ => None,
                });
            named
                .chain(members.iter().flat_map(|(_, member)| value_sets(member)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// What is wrong with a description, on one line, and where.
fn located(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| text[..span.start].lines().count().max(1));
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}
