//! In whose name is minted: the issuer in the newest pack whose code key this is, and the terms of its codes.

use std::path::Path;

use postern_cli::files;
use postern_core::code::{self, Claims};
use postern_core::demo;
use postern_core::keys::{Kid, PublicKey, Role, SignError, Signer};
use postern_core::record::{Facts, Holder, Record};
use postern_core::repository;
use postern_core::text::Names;
use postern_core::time::Time;
use postern_core::trust::{DocumentKind, Issuer, IssuerKey, Payload, Root, Trust};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::MintError;
use super::ledger::Owner;
use crate::error::IssuerError;
use crate::repository::Repository;

const DAY: u64 = 86_400;
/// No COSE structure and no note begins like this.
const PERMUTATION: &[u8] = b"postern-permutation-1\x1f";

/// When the codes of a run are issued and when they expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    issued: Time,
    expires: Time,
}

impl Terms {
    /// Codes that are issued in the minute of `at` and hold for so many days, at least one.
    pub fn new(at: Time, days: u32) -> Self {
        let issued = Time::saturating((at.seconds() / 60 * 60) as i64);
        Self {
            issued,
            expires: issued.plus(u64::from(days.max(1)) * DAY),
        }
    }

    /// The terms of a run that was begun before.
    pub fn resumed((issued, expires): (Time, Time)) -> Self {
        Self { issued, expires }
    }

    /// When: a whole minute.
    pub fn issued(&self) -> Time {
        self.issued
    }

    /// Until when.
    pub fn expires(&self) -> Time {
        self.expires
    }

    /// The claims of a code with these facts and without its index.
    pub(super) fn claims(&self, holder: Holder, facts: Facts) -> Claims {
        let index = 0;
        Claims {
            expires: self.expires,
            issued: self.issued,
            record: Record { index, holder, facts },
        }
    }
}

/// The issuer, with the key in hand.
pub struct Issuing {
    signer: Box<dyn Signer>,
    kid: Kid,
    owner: Owner,
    name: Names,
}

impl Issuing {
    /// The issuer to whom a code key belongs at the time of issue.
    ///
    /// # Errors
    ///
    /// [`MintError`] where the pack lists the key for nobody, in another role, or not for this time.
    pub fn new(trust: &Trust, first_root: [u8; 32], signer: Box<dyn Signer>, terms: Terms) -> Result<Self, MintError> {
        let key = signer.public();
        let issuers = trust.pack().map_or(&[][..], |pack| &pack.payload().issuers);
        let listed = |(issuer, of): (&Issuer, &IssuerKey)| (of.key == key).then(|| (issuer.clone(), of.clone()));
        let all = issuers
            .iter()
            .flat_map(|issuer| issuer.keys.iter().map(move |key| (issuer, key)));
        let Some((issuer, listed)) = all.into_iter().find_map(listed) else {
            return Err(not_listed(trust, &key));
        };
        if listed.role != Role::Code {
            return Err(MintError::KeyOfOtherRole {
                kid: key.kid(),
                role: listed.role,
            });
        }
        let at = terms.issued();
        if !(issuer.from..=issuer.until).contains(&at) {
            return Err(MintError::IssuerNotInForce {
                issuer: issuer.id.into(),
                from: issuer.from,
                until: issuer.until,
                at,
            });
        }
        if !(listed.from..=listed.until).contains(&at) {
            return Err(MintError::KeyNotInForce {
                kid: key.kid(),
                from: listed.from,
                until: listed.until,
                at,
            });
        }
        Ok(Self {
            signer,
            kid: key.kid(),
            owner: Owner {
                issuer: issuer.id.into(),
                authority: first_root,
            },
            name: issuer.name,
        })
    }

    /// Whose ledger it must be.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The issuer's name.
    pub fn name(&self) -> &Names {
        &self.name
    }

    /// The kid of the key.
    pub fn kid(&self) -> Kid {
        self.kid
    }

    /// The public half of the key.
    pub fn key(&self) -> PublicKey {
        self.signer.public()
    }

    /// Whether everybody has this key.
    pub fn is_demo(&self) -> bool {
        demo::is_demo_key(&self.key())
    }

    /// The codes with these claims, in their order.
    ///
    /// # Errors
    ///
    /// Those of the key.
    pub fn mint_all<'c>(&self, claims: impl IntoIterator<Item = &'c Claims>) -> Result<Vec<Vec<u8>>, SignError> {
        code::mint_all(self.signer.as_ref(), self.kid, claims)
    }

    /// The key of a new ledger's permutation. It is derived from a signature that is shown to nobody, so that every shard
    /// has the same without a secret that must be carried about, also where the code key never leaves its device.
    ///
    /// # Errors
    ///
    /// Those of the key.
    pub fn permutation_key(&self) -> Result<[u8; 32], SignError> {
        let mut message = PERMUTATION.to_vec();
        message.extend_from_slice(&self.owner.authority);
        message.extend_from_slice(self.owner.issuer.as_bytes());
        let signature = Zeroizing::new(self.signer.sign(&message)?);
        // RFC 8032 makes the same one each time; a device that does not would give each shard another order.
        if *signature != self.signer.sign(&message)? {
            return Err(SignError("two signatures of one text differ".to_owned()));
        }
        Ok(Sha256::digest(signature.as_slice()).into())
    }
}

/// The trust in a repository's newest files, and the digest of its root 1.
pub(super) fn trust_of(dir: &Path) -> Result<(Trust, [u8; 32]), IssuerError> {
    let trust = Repository::new(dir).trust()?;
    let path = dir.join(repository::path(DocumentKind::Root, 1));
    let bytes = files::read_bounded(&path, Root::MAX_LEN as u64).map_err(IssuerError::File)?;
    let first = Trust::pin(&bytes).map_err(|e| IssuerError::Document(path, e))?;
    Ok((trust, first.root().digest()))
}

fn not_listed(trust: &Trust, key: &PublicKey) -> MintError {
    let roles = &trust.root().payload().roles;
    let keys = [
        (Role::Root, &roles.root),
        (Role::Publisher, &roles.publisher),
        (Role::Snapshot, &roles.snapshot),
    ];
    let role = keys
        .into_iter()
        .find_map(|(role, keys)| keys.contain(key).then_some(role));
    let kid = key.kid();
    role.map_or(MintError::KeyNotListed { kid }, |role| MintError::KeyOfOtherRole {
        kid,
        role,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_issued_in_whole_minutes() {
        let terms = Terms::new(Time::saturating(1_795_334_459), 2);
        assert_eq!(terms.issued(), Time::saturating(1_795_334_400));
        assert_eq!(terms.expires(), Time::saturating(1_795_334_400 + 2 * 86_400));
        let last = Terms::new(Time::MAX, 0);
        assert!(
            last.issued() < last.expires(),
            "a code expires after it was issued, up to the end of time"
        );
    }
}
