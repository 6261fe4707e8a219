//! What today's trust and statuses say of an old code.

use std::collections::HashMap;

use postern_core::keys::{Kid, Role};
use postern_core::repository::{self, UpdateError};
use postern_core::status::{Status, StatusList};
use postern_core::time::Time;
use postern_core::trust::{Fault, Issuer, Trust, TrustError};
use postern_log::{Credential, Outcome};
use postern_transport::{Location, Options, Remote};

use crate::error::Error;

/// Why an admission would be none today, the gravest first. Names are those of a gate's reasons where a gate has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// The issuer has revoked the code.
    StatusInvalid,
    /// The issuer's key is not in the pack any more.
    KeyWithdrawn,
    /// The code was issued outside of the time of its key.
    KeyOutOfValidity,
    /// The issuer has restricted the person.
    StatusRestricted,
    /// The pack does not know the issuer any more.
    IssuerWithdrawn,
    /// The issuer was not recognised when the person was admitted.
    IssuerNotInForce,
    /// The issuer has suspended the code.
    StatusSuspended,
    /// The issuer names a status list, and it is not there or does not reach to this code.
    StatusUnknown,
}

impl Why {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] = [
        Self::StatusInvalid,
        Self::KeyWithdrawn,
        Self::KeyOutOfValidity,
        Self::StatusRestricted,
        Self::IssuerWithdrawn,
        Self::IssuerNotInForce,
        Self::StatusSuspended,
        Self::StatusUnknown,
    ];

    /// The stable name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::StatusInvalid => "status-invalid",
            Self::KeyWithdrawn => "key-withdrawn",
            Self::KeyOutOfValidity => "key-out-of-validity",
            Self::StatusRestricted => "status-restricted",
            Self::IssuerWithdrawn => "issuer-withdrawn",
            Self::IssuerNotInForce => "issuer-not-in-force",
            Self::StatusSuspended => "status-suspended",
            Self::StatusUnknown => "status-unknown",
        }
    }

    /// What a gate would do with such a code. One of a key that it does not know it refers: it may be from elsewhere.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::StatusInvalid | Self::KeyOutOfValidity | Self::StatusRestricted => Outcome::Refuse,
            Self::KeyWithdrawn
            | Self::IssuerWithdrawn
            | Self::IssuerNotInForce
            | Self::StatusSuspended
            | Self::StatusUnknown => Outcome::Refer,
        }
    }
}

/// Today's issuers, and their lists.
pub(crate) struct Today {
    issuers: HashMap<String, (Issuer, Option<StatusList>)>,
}

impl Today {
    /// What a trust says that was brought up to date.
    pub(crate) fn of(trust: &Trust) -> Result<Self, Error> {
        let absent = || TrustError {
            document: postern_core::trust::DocumentKind::Pack,
            fault: Fault::Absent,
        };
        let pack = trust
            .pack()
            .ok_or_else(|| Error::Document("pack".to_owned(), absent()))?;
        let with_list = |issuer: &Issuer| {
            let held = issuer.list.as_ref().and_then(|list| trust.status().list(list));
            let list = held.and_then(|held| held.list()).cloned();
            (issuer.clone(), list)
        };
        Ok(Self::holding(pack.payload().issuers.iter().map(with_list)))
    }

    /// These issuers, each with its list where that is held.
    pub(super) fn holding(issuers: impl IntoIterator<Item = (Issuer, Option<StatusList>)>) -> Self {
        let by_id = |(issuer, list): (Issuer, _)| (issuer.id.as_str().to_owned(), (issuer, list));
        Self {
            issuers: issuers.into_iter().map(by_id).collect(),
        }
    }

    /// Why a code of this issuer would not be admitted at `time`; `None` where nothing speaks against it.
    pub(crate) fn why_not(&self, issuer: &str, credential: &Credential, time: u64) -> Option<Why> {
        let Some((issuer, list)) = self.issuers.get(issuer) else {
            return Some(Why::IssuerWithdrawn);
        };
        let (time, issued) = (Time::from_seconds(time)?, Time::from_seconds(credential.issued)?);
        let kid = Kid(credential.kid);
        let mut keys = issuer
            .keys
            .iter()
            .filter(|key| key.role == Role::Code && key.key.kid() == kid)
            .peekable();
        let known = keys.peek().is_some();
        let listed = match (&issuer.list, list) {
            (None, _) => Some(Status::Valid),
            (Some(_), None) => None,
            (Some(_), Some(list)) => u32::try_from(credential.index).ok().and_then(|index| list.get(index)),
        };
        let reasons = [
            (listed == Some(Status::Invalid)).then_some(Why::StatusInvalid),
            (!known).then_some(Why::KeyWithdrawn),
            (known && !keys.any(|key| (key.from..=key.until).contains(&issued))).then_some(Why::KeyOutOfValidity),
            (listed == Some(Status::Restricted)).then_some(Why::StatusRestricted),
            (time < issuer.from || time > issuer.until).then_some(Why::IssuerNotInForce),
            (listed == Some(Status::Suspended)).then_some(Why::StatusSuspended),
            listed.is_none().then_some(Why::StatusUnknown),
        ];
        reasons.into_iter().flatten().next()
    }
}

/// Today's trust: what a repository holds, followed from a root that a person has confirmed.
///
/// # Errors
///
/// [`Error`] where the repository cannot be read or is not believed.
pub(crate) fn fetch(trust: &Trust, location: &str) -> Result<Trust, Error> {
    let distrusted = |e| Error::Document(location.to_owned(), e);
    let remote = Remote::open(&Location::parse(location)?, &Options::default())?;
    let updated = repository::update(trust, |wanted| remote.get(wanted.path, wanted.max as u64));
    updated.map_err(|e| match e {
        UpdateError::Distrust(e) => distrusted(e),
        UpdateError::Missing(path) => Error::RepositoryMissing(path),
        UpdateError::Read(e) => Error::Transport(e),
    })
}
