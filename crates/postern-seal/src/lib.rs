//! Files that only their recipients can open: age version 1 (C2SP `age.md`, age-encryption.org/v1), X25519, not armoured.
//!
//! - [`Identity`] is the secret that opens, [`Recipient`] its public half, to which anybody can [`seal`].
//! - [`open`] reads what strangers wrote: it is bounded, and either gives all that was sealed or nothing.
//! - [`IdentityFile`] is an identity at rest, in the clear or under a passphrase.
//!
//! The `age` and `rage` programs read and write the same files. Who sealed a file, age does not tell: what must come
//! from somebody is signed elsewhere, or named by a digest that is.

mod error;
mod identity;
mod identity_file;
mod sealed;

pub use error::SealError;
pub use identity::{Identity, Recipient};
pub use identity_file::IdentityFile;
pub use sealed::{MAX_HEADER, MAX_RECIPIENTS, open, seal};
