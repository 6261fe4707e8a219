//! What Postern is made of: codes, keys, trust, policy, time and verdict.
//!
//! Everything here is a pure function: no I/O, no clock, no environment, no randomness. Time and random bytes are
//! arguments. `docs/FORMAT.md` specifies the bytes; `docs/ARCHITECTURE.md` shows which module does what.

pub mod base45;
mod birth;
pub mod bundle;
pub mod cbor;
pub mod certlogic;
pub mod code;
pub mod cose;
pub mod demo;
pub mod gates;
pub mod keyfile;
pub mod keys;
pub mod policy;
pub mod products;
pub mod record;
pub mod repository;
pub mod status;
pub mod tag;
pub mod text;
pub mod time;
pub mod trust;
pub mod verdict;

/// Lower-case hexadecimal text of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a `String` does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
