//! Why something could not be sealed or opened.

use std::fmt;

/// Why something could not be sealed or opened. No variant carries a byte of a secret or of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// Cut off, or changed after it was sealed.
    Damaged,
    /// Not an age file of version 1, or one in ASCII armour.
    NotAnAgeFile,
    /// Not an identity, or not a file of one.
    NotAnIdentity,
    /// Not the one spelling of a recipient that anything can be sealed to.
    NotARecipient,
    /// Sealed to others.
    NotForThisIdentity,
    /// The passphrase is not UTF-8, which age asks for.
    PassphraseNotText,
    /// To open it would cost more memory than is spent on a file.
    TooCostly,
    /// What was sealed has more bytes than asked for.
    TooLarge {
        /// The bound in bytes.
        max: usize,
    },
    /// Sealed to no recipient, or to more than [`crate::MAX_RECIPIENTS`].
    Recipients,
    /// The passphrase does not open the file.
    WrongPassphrase,
}

impl SealError {
    /// Every reason that [`Self::reason`] can give.
    pub const REASONS: [&str; 10] = [
        "seal-damaged",
        "seal-not-age",
        "seal-not-for-this-identity",
        "seal-not-an-identity",
        "seal-not-a-recipient",
        "seal-passphrase-not-text",
        "seal-recipients",
        "seal-too-costly",
        "seal-too-large",
        "seal-wrong-passphrase",
    ];

    /// A stable reason in kebab-case.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Damaged => "seal-damaged",
            Self::NotAnAgeFile => "seal-not-age",
            Self::NotAnIdentity => "seal-not-an-identity",
            Self::NotARecipient => "seal-not-a-recipient",
            Self::NotForThisIdentity => "seal-not-for-this-identity",
            Self::PassphraseNotText => "seal-passphrase-not-text",
            Self::Recipients => "seal-recipients",
            Self::TooCostly => "seal-too-costly",
            Self::TooLarge { .. } => "seal-too-large",
            Self::WrongPassphrase => "seal-wrong-passphrase",
        }
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged => f.write_str("the sealed file is cut off, or was changed"),
            Self::NotAnAgeFile => f.write_str("not an age file of version 1"),
            Self::NotAnIdentity => f.write_str("not an age identity"),
            Self::NotARecipient => f.write_str("not an age recipient"),
            Self::NotForThisIdentity => f.write_str("sealed to others"),
            Self::PassphraseNotText => f.write_str("the passphrase is not UTF-8"),
            Self::Recipients => write!(f, "sealed to 1 to {} recipients", crate::MAX_RECIPIENTS),
            Self::TooCostly => f.write_str("opening it would cost too much memory"),
            Self::TooLarge { max } => write!(f, "more than {max} bytes were sealed"),
            Self::WrongPassphrase => f.write_str("the passphrase does not open the file"),
        }
    }
}

impl std::error::Error for SealError {}
