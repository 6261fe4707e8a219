//! Status data: what changes every day about codes that were printed long ago (`docs/FORMAT.md` sections 3.6 and 3.7).
//!
//! A [`StatusList`] has two bits for each index of an issuer and travels as a [`StatusToken`]; a [`Delta`] leads from one
//! version of it to a later one; a [`Column`] has a small integer for each index. All of it is read in memory that is bounded
//! by the sizes that the formats allow. Nothing here compresses: who publishes brings the bytes in the ZLIB format.

mod column;
mod delta;
mod list;
mod rice;
mod token;
mod zlib;

pub use column::{Column, ColumnValue, ColumnValues, HOUR, MAX_COLUMN_LEN, MAX_UNIT, NEGATIVE_TEST};
pub use delta::Delta;
pub use list::{MAX_LIST_BYTES, StatusList, StatusListBuilder};
pub use token::StatusToken;

/// What an issuer says today of a code that it issued: the values of the Token Status List's registry
/// (draft-ietf-oauth-status-list-21 section 7.1), of which the last is free for applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Status {
    /// Nothing is known against it.
    Valid = 0,
    /// Withdrawn for good.
    Invalid = 1,
    /// Withdrawn for a time: a person decides.
    Suspended = 2,
    /// Its holder stays where they are.
    Restricted = 3,
}

impl Status {
    /// Every status, each at its number.
    pub const ALL: [Self; 4] = [Self::Valid, Self::Invalid, Self::Suspended, Self::Restricted];

    /// The status of two bits; higher ones are not looked at.
    pub const fn from_bits(bits: u8) -> Self {
        Self::ALL[(bits & 3) as usize]
    }

    /// A stable name in kebab-case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Suspended => "suspended",
            Self::Restricted => "restricted",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
