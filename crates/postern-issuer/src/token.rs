//! Keys on PKCS#11 tokens, named by URIs (RFC 7512) where others are named by files. The feature `pkcs11` has them.

use std::path::Path;

use postern_cli::Session;
use postern_cli::secret::PassphraseSource;
use postern_core::keys::{PublicKey, Signer};

use crate::error::IssuerError;

const SCHEME: &str = "pkcs11:";

/// What went wrong with a token, in the words of `postern-pkcs11`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFault {
    /// The stable reason.
    pub reason: &'static str,
    /// The message in English.
    pub message: String,
    /// What the message in each language names.
    pub args: Vec<(&'static str, String)>,
}

/// The URI, where this names a key on a token and no file.
pub(crate) fn uri(key: &Path) -> Option<&str> {
    key.to_str().filter(|key| key.starts_with(SCHEME))
}

#[cfg(feature = "pkcs11")]
mod with {
    use std::num::NonZeroUsize;

    use postern_cli::secret::Passphrase;
    use postern_pkcs11::{KeyUri, PinState, Token, TokenError, UriError};

    use super::*;

    /// Opens a key, for as many threads as there are cores.
    pub(crate) fn open(uri: &str, pin: &PassphraseSource, session: &Session) -> Result<Box<dyn Signer>, IssuerError> {
        let (token, pin) = find(uri, pin, session)?;
        let sessions = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Ok(Box::new(token.open(&pin, sessions).map_err(token_fault)?))
    }

    /// Makes a key, which never leaves the token.
    pub(crate) fn generate(uri: &str, pin: &PassphraseSource, session: &Session) -> Result<PublicKey, IssuerError> {
        let (token, pin) = find(uri, pin, session)?;
        token.generate(&pin).map_err(token_fault)
    }

    fn find(uri: &str, pin: &PassphraseSource, session: &Session) -> Result<(Token, Passphrase), IssuerError> {
        let parsed: KeyUri = uri.parse().map_err(uri_fault)?;
        let token = Token::find(&parsed).map_err(token_fault)?;
        if token.pin_state().map_err(token_fault)? == PinState::LastTry {
            eprintln!("{}", session.catalog.text("token-last-try", &[]));
        }
        let what = session.catalog.text("token-pin", &[("uri", parsed.to_string().into())]);
        Ok((token, pin.existing(&what, &session.catalog)?))
    }

    fn token_fault(error: TokenError) -> IssuerError {
        let args = match &error {
            TokenError::Device { call } => vec![("call", call.clone())],
            TokenError::ModuleNotLoaded { path, why } => {
                vec![("path", path.display().to_string()), ("why", why.clone())]
            }
            _ => Vec::new(),
        };
        fault(error.reason(), error.to_string(), args)
    }

    fn uri_fault(error: UriError) -> IssuerError {
        let args = match &error {
            UriError::Syntax { position } => vec![("position", position.to_string())],
            UriError::Unknown { attribute } => vec![("attribute", attribute.clone())],
            UriError::Twice { attribute } | UriError::Value { attribute } => {
                vec![("attribute", (*attribute).to_owned())]
            }
            UriError::TooLong { bytes } => vec![("bytes", bytes.to_string())],
            _ => Vec::new(),
        };
        fault(error.reason(), error.to_string(), args)
    }

    fn fault(reason: &'static str, message: String, args: Vec<(&'static str, String)>) -> IssuerError {
        IssuerError::Token(TokenFault { reason, message, args })
    }
}

#[cfg(not(feature = "pkcs11"))]
mod without {
    use super::*;

    pub(crate) fn open(_: &str, _: &PassphraseSource, _: &Session) -> Result<Box<dyn Signer>, IssuerError> {
        Err(not_built())
    }

    pub(crate) fn generate(_: &str, _: &PassphraseSource, _: &Session) -> Result<PublicKey, IssuerError> {
        Err(not_built())
    }

    fn not_built() -> IssuerError {
        IssuerError::Token(TokenFault {
            reason: "token-not-built",
            message: "this program was built without PKCS#11".to_owned(),
            args: Vec::new(),
        })
    }
}

#[cfg(feature = "pkcs11")]
pub(crate) use with::{generate, open};
#[cfg(not(feature = "pkcs11"))]
pub(crate) use without::{generate, open};
