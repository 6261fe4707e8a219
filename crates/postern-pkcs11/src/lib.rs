//! Keys that never leave a device: the [`Signer`](postern_core::keys::Signer) of postern-core on a PKCS #11 token
//! (OASIS PKCS #11 version 3.1), a hardware security module or its imitation in software.
//!
//! - [`KeyUri`] names a key: `pkcs11:token=city;object=west-code?module-path=/usr/lib/softhsm/libsofthsm2.so`.
//! - [`Token::find`] finds the token without a PIN, and [`Token::pin_state`] tells whether a wrong one would lock it,
//!   so that a person is warned before being asked.
//! - [`Token::open`] gives a [`TokenSigner`], [`Token::generate`] makes a key that it can open.
//!
//! A module is a library that runs inside the process with all its rights: whoever names it is trusted.

mod error;
mod generate;
mod object;
mod signer;
mod token;
mod uri;

pub use error::TokenError;
pub use signer::TokenSigner;
pub use token::{MODULE_ENV, PinState, Token};
pub use uri::{KeyUri, MAX_LEN, MAX_NAME, SCHEME, UriError};
