//! Why a token or its key cannot be used.

use std::fmt;
use std::path::PathBuf;

use cryptoki::context::Function;
use cryptoki::error::{Error, RvError};

/// Why a token or its key cannot be used. No PIN is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The device or its module failed.
    Device {
        /// The call and the CKR_* that it returned.
        call: String,
    },
    /// A key is made with its kid as CKA_ID; the URI has another.
    IdGiven,
    /// No private key has the object and id of the URI.
    KeyAbsent,
    /// The private key is there, but it is no Ed25519 key.
    KeyType,
    /// An object of the token has the label that a new key was to get.
    LabelTaken,
    /// A key is made under a label; the URI has no object.
    NoLabel,
    /// The module could not be loaded.
    ModuleNotLoaded {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// Neither the URI nor [`MODULE_ENV`](crate::MODULE_ENV) tells an absolute path of a module.
    ModuleUnnamed,
    /// The PIN is locked; the security officer of the token can set a new one.
    PinLocked,
    /// The PIN is wrong.
    PinWrong {
        /// Whether the token says that another wrong one locks it.
        last_try: bool,
    },
    /// The private key has no public half on the token.
    PublicKeyAbsent,
    /// The public half is no Ed25519 key that can be used.
    PublicKeyInvalid,
    /// A test signature does not verify: the public half belongs to another key, or the device computes wrongly.
    PublicKeyMismatch,
    /// More than one private key, or more than one public half of it, fits the URI.
    SeveralKeys,
    /// More than one token fits the URI.
    SeveralTokens,
    /// No token fits the URI.
    TokenAbsent,
}

impl TokenError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Device { .. } => "token-device",
            Self::IdGiven => "token-id-given",
            Self::KeyAbsent => "token-key-absent",
            Self::KeyType => "token-key-type",
            Self::LabelTaken => "token-label-taken",
            Self::NoLabel => "token-no-label",
            Self::ModuleNotLoaded { .. } => "token-module-not-loaded",
            Self::ModuleUnnamed => "token-module-unnamed",
            Self::PinLocked => "token-pin-locked",
            Self::PinWrong { last_try: false } => "token-pin-wrong",
            Self::PinWrong { last_try: true } => "token-pin-wrong-last-try",
            Self::PublicKeyAbsent => "token-public-key-absent",
            Self::PublicKeyInvalid => "token-public-key-invalid",
            Self::PublicKeyMismatch => "token-public-key-mismatch",
            Self::SeveralKeys => "token-several-keys",
            Self::SeveralTokens => "token-several-tokens",
            Self::TokenAbsent => "token-absent",
        }
    }

    pub(crate) fn device(error: Error) -> Self {
        Self::Device { call: call(&error) }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Device { call } => return write!(f, "the token failed: {call}"),
            Self::IdGiven => "a new key gets its kid as id, so the key URI cannot choose one",
            Self::KeyAbsent => "the token has no private key of this object and id, or does not show it to this PIN",
            Self::KeyType => "the key on the token is no Ed25519 key",
            Self::LabelTaken => "the token has an object of this label already",
            Self::NoLabel => "a new key needs a label, and the key URI has no object",
            Self::ModuleNotLoaded { path, why } => {
                return write!(f, "cannot load the PKCS #11 module {}: {why}", path.display());
            }
            Self::ModuleUnnamed => "neither the key URI nor POSTERN_PKCS11_MODULE tells an absolute path of a module",
            Self::PinLocked => "the PIN of the token is locked",
            Self::PinWrong { last_try: false } => "the PIN of the token is wrong",
            Self::PinWrong { last_try: true } => "the PIN of the token is wrong, and one more wrong PIN locks it",
            Self::PublicKeyAbsent => "the token has no public key to this private key",
            Self::PublicKeyInvalid => "the public key on the token is no Ed25519 public key",
            Self::PublicKeyMismatch => "the key on the token made a signature that its public key does not verify",
            Self::SeveralKeys => "more than one key on the token has this object and id",
            Self::SeveralTokens => "more than one token fits the key URI",
            Self::TokenAbsent => "no token fits the key URI",
        })
    }
}

impl std::error::Error for TokenError {}

/// The call that failed and what it returned, in the names of the standard.
pub(crate) fn call(error: &Error) -> String {
    match error {
        Error::Pkcs11(RvError::VendorDefined(code) | RvError::UnknownErrorCode(code), function) => {
            format!("{} returned 0x{code:08x}", c_name(*function))
        }
        Error::Pkcs11(code, function) => format!("{} returned {}", c_name(*function), ckr_name(*code)),
        other => other.to_string(),
    }
}

fn c_name(function: Function) -> String {
    format!("C_{function:?}")
}

/// The library's own names, `DeviceRemoved`, are those of the standard, CKR_DEVICE_REMOVED, in another case; its texts
/// are pages.
fn ckr_name(code: RvError) -> String {
    let mut name = String::from("CKR");
    for letter in format!("{code:?}").chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_have_the_names_of_the_standard() {
        let shown = |code, function| call(&Error::Pkcs11(code, function));
        assert_eq!(
            shown(RvError::DeviceRemoved, Function::Sign),
            "C_Sign returned CKR_DEVICE_REMOVED"
        );
        assert_eq!(
            shown(RvError::SessionReadWriteSoExists, Function::OpenSession),
            "C_OpenSession returned CKR_SESSION_READ_WRITE_SO_EXISTS"
        );
        assert_eq!(
            shown(RvError::VendorDefined(0x8000_0042), Function::Login),
            "C_Login returned 0x80000042"
        );
        assert_eq!(call(&Error::NullFunctionPointer), "Calling a NULL function pointer");
    }
}
