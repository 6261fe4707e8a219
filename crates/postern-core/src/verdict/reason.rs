//! Outcomes and the reasons for them.

use crate::cbor::CborError::NotDeterministic;
use crate::code::CodeError;
use crate::cose::CoseError;

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
    /// The document that was read is not the one that the code is bound to. A gate sets it, never [`Judge::check`](super::Judge::check).
    DocumentMismatch,
    /// A document was read, and the code is bound to none that this gate can compare. A gate sets it, never
    /// [`Judge::check`](super::Judge::check).
    DocumentNotBound,
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
    /// This code, or another one of this person, was admitted at this gate a short time ago. A gate sets it, never
    /// [`Judge::check`](super::Judge::check).
    SeenHere,
    /// The issuer has revoked the code.
    StatusInvalid,
    /// The issuer has restricted the person: the red code.
    StatusRestricted,
    /// The issuer's status data is older than its last window.
    StatusStale,
    /// The issuer has suspended the code.
    StatusSuspended,
    /// The issuer names a status list, or a column, that this gate does not hold or that does not reach to this code.
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
    pub const ALL: [Self; 26] = [
        Self::BadSignature,
        Self::DataTooOld,
        Self::DocumentMismatch,
        Self::DocumentNotBound,
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
        Self::SeenHere,
        Self::StatusInvalid,
        Self::StatusRestricted,
        Self::StatusStale,
        Self::StatusSuspended,
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
            Self::DocumentMismatch => "document-mismatch",
            Self::DocumentNotBound => "document-not-bound",
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
            Self::SeenHere => "seen-here",
            Self::StatusInvalid => "status-invalid",
            Self::StatusRestricted => "status-restricted",
            Self::StatusStale => "status-stale",
            Self::StatusSuspended => "status-suspended",
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
            | Self::StatusInvalid
            | Self::StatusRestricted
            | Self::TooLong
            | Self::WrongAlgorithm => Outcome::Refuse,
            Self::DataTooOld
            | Self::DocumentMismatch
            | Self::DocumentNotBound
            | Self::ForeignCode
            | Self::IssuedInFuture
            | Self::IssuerNotInForce
            | Self::NoTrustData
            | Self::RuleFailed
            | Self::RuleRefers
            | Self::SeenHere
            | Self::StatusStale
            | Self::StatusSuspended
            | Self::StatusUnknown
            | Self::UnknownIssuer
            | Self::UnknownVersion => Outcome::Refer,
        }
    }

    /// Whether it stands before others of its outcome: its advice is the one that staff must not miss.
    pub(super) const fn is_grave(self) -> bool {
        matches!(self, Self::BadSignature | Self::StatusInvalid | Self::StatusRestricted)
    }

    /// Whether old data or a clock that is far ahead may have it wrong: it does not rest on the code alone. A gate whose
    /// data is past its last window cannot tell the two apart. A revocation is for ever, so it rests on nothing.
    pub(super) const fn rests_on_data(self) -> bool {
        matches!(
            self,
            Self::Expired | Self::KeyOutOfValidity | Self::RuleNotMet | Self::StatusRestricted
        )
    }
}

/// The reason that a text is no code that could be judged.
pub(super) fn reason_of(error: &CodeError) -> Reason {
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
