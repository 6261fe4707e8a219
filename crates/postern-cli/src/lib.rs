//! What the Postern programs share on a terminal: languages, help, errors, tables, secrets, files, randomness, the clock.
//!
//! `postern-core` may do none of this. Here is the small room where the programs meet the person in front of them and
//! the system below them, so that each of them speaks two languages, fails in the same shape and writes files with the
//! same care. Nothing here knows what a credential is.
//!
//! A program's `main` is one call of [`program::run`]; see there for an example.

pub mod clock;
pub mod error;
pub mod files;
pub mod help;
pub mod language;
pub mod messages;
pub mod output;
pub mod program;
pub mod random;
pub mod secret;
pub mod table;
pub mod terminal;
pub mod usage;

mod scan;
mod wrap;

pub use error::{Explain, Failure};
pub use language::Language;
pub use messages::{Catalog, Texts};
pub use program::{CommonArgs, Session, run};
