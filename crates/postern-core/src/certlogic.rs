//! CertLogic: the rule language of the EU's digital certificates, version 1.3.3.
//!
//! The language is a subset of JsonLogic with date-times, specified at
//! <https://github.com/ehn-dcc-development/eu-dcc-business-rules/tree/main/certlogic/specification>. A rule is a tree of
//! JSON values that maps facts to a value, without loops beyond `reduce`, without a clock and without side effects.
//!
//! [`Json`] is a rule or a value set as it travels. [`Rule::compile`] checks it once and turns it into an expression
//! tree. [`Fact`] is what is known about one code, built afresh for each scan, and borrows whatever it can.
//! [`Rule::evaluate`] gives a [`Value`] that borrows from the rule and the facts; [`Rule::holds`] gives a verdict.
//!
//! ```
//! use postern_core::certlogic::{DateTime, Fact, Json, Rule};
//!
//! let logic = |path: &'static str, days| {
//!     let var = Json::object([("var", path.into())])?;
//!     Json::object([("plusTime", Json::Array(vec![var, Json::Int(days), "day".into()]))])
//! };
//! let rule = Json::object([("not-after", Json::Array(vec![logic("now", 0)?, logic("sampled", 2)?]))])?;
//! let rule = Rule::compile(&rule)?;
//!
//! let now = DateTime::from_unix(1_641_000_000).expect("a time within the range of the language");
//! let facts = Fact::Object(vec![("now", now.to_text().into()), ("sampled", "2021-12-31".into())]);
//! assert_eq!(rule.holds(&facts), Ok(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where the specification leaves room
//!
//! | corner | here |
//! | --- | --- |
//! | a date-time that is no valid ISO 8601 (undefined) | an error; found when a rule is compiled if it is a literal |
//! | month and year arithmetic | in UTC, as ECMAScript's `Date`: days past a month's end run into the next month |
//! | range of date-times | ECMAScript's, 8.64e15 ms on each side of 1970; beyond it an error |
//! | integers | 64 bits with a sign; overflow is an error |
//! | `===` and `in` on anything but texts and integers | by structure; two date-times are equal if their instant is |
//! | a path's integer fragment | an optional sign and decimal digits; it indexes arrays only |
//! | a negative index | names nothing, hence null |
//! | `null` in a rule | rejected, as are floating-point numbers in rules and in data |

mod compile;
mod error;
mod eval;
mod expr;
mod fact;
mod json;
mod time;
mod value;

pub use error::{CompileError, CompileFault, EvalError};
pub use expr::{Operator, Rule};
pub use fact::{Fact, SmallText};
pub use json::{DuplicateKey, Json, Members};
pub use time::{DateTime, TimeUnit};
pub use value::{Array, Kind, Object, Value};

/// How many JSON values may be nested in one another in a rule, in decoded [`Json`] and in a value that a rule builds.
///
/// An operation nested in another counts twice: once for its object and once for its array of operands. The deepest of
/// the rules that six European authorities published has 14.
pub const MAX_DEPTH: usize = 64;

/// How many expressions one rule may have, literals and items of literal arrays included.
pub const MAX_NODES: usize = 4_096;

/// How much work one evaluation may do: an expression, a compared item and a built item are a step each, a compared
/// text a further step for each 64 bytes.
pub const MAX_STEPS: u32 = 100_000;

/// How many bytes one text or object key of a rule or of decoded [`Json`] may have.
pub const MAX_TEXT: usize = 4_096;

/// How many values one decoded [`Json`] may have.
pub const MAX_VALUES: usize = 65_536;
