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
pub mod document;
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
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}
