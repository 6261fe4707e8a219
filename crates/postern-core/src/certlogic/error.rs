//! Why a rule was not compiled, and why an evaluation ended without a value.

use std::fmt;

use super::{Kind, MAX_DEPTH, MAX_NODES, MAX_STEPS, MAX_TEXT, Operator};

/// Why JSON is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Where: a JSON pointer (RFC 6901) from the rule's root, `/if/0/var` for instance; empty for the root itself.
    pub at: String,
    /// What is wrong there.
    pub fault: CompileFault,
}

impl CompileError {
    /// The stable name of the fault.
    pub fn reason(&self) -> &'static str {
        self.fault.reason()
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.as_str() {
            "" => write!(f, "at the root of the rule: {}", self.fault),
            at => write!(f, "at {at}: {}", self.fault),
        }
    }
}

impl std::error::Error for CompileError {}

/// What is wrong at one place of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileFault {
    /// The literal that `plusTime` or `dccDateOfBirth` is given is no date, or the sum is out of range.
    DateTime,
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
    /// The amount of `plusTime` or the index of `extractFromUVCI` is no literal integer.
    Integer,
    /// An object with another number of keys than one.
    Keys(usize),
    /// More than [`MAX_NODES`] expressions.
    Nodes,
    /// `null` where an expression belongs.
    Null,
    /// The operator has another number of operands than it takes.
    OperandCount {
        /// The operator.
        operator: Operator,
        /// How many operands it was given.
        found: usize,
    },
    /// The operands are no array.
    Operands,
    /// The path of `var` has an empty fragment.
    Path,
    /// A text longer than [`MAX_TEXT`].
    Text,
    /// The unit of `plusTime` is none of `day`, `hour`, `month` and `year`.
    Unit,
    /// An operator that the language does not have.
    UnknownOperator,
    /// The path of `var` is no text.
    Var,
}

impl CompileFault {
    /// The stable name of the fault.
    pub fn reason(self) -> &'static str {
        match self {
            Self::DateTime => "rule-date-time",
            Self::Depth => "rule-depth",
            Self::Integer => "rule-integer",
            Self::Keys(_) => "rule-keys",
            Self::Nodes => "rule-nodes",
            Self::Null => "rule-null",
            Self::OperandCount { .. } => "rule-operand-count",
            Self::Operands => "rule-operands",
            Self::Path => "rule-path",
            Self::Text => "rule-text",
            Self::Unit => "rule-unit",
            Self::UnknownOperator => "rule-unknown-operator",
            Self::Var => "rule-var",
        }
    }
}

impl fmt::Display for CompileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DateTime => f.write_str("not a date-time that the language reads, or out of its range"),
            Self::Depth => write!(f, "nested deeper than {MAX_DEPTH}"),
            Self::Integer => f.write_str("must be a literal integer"),
            Self::Keys(found) => write!(f, "an operation has exactly one key, not {found}"),
            Self::Nodes => write!(f, "the rule has more than {MAX_NODES} expressions"),
            Self::Null => f.write_str("null is no expression"),
            Self::OperandCount { operator, found } => {
                let (least, most) = operator.operand_count();
                match most {
                    Some(most) if most == least => write!(f, "{operator:?} takes {least} operands, not {found}"),
                    Some(most) => write!(f, "{operator:?} takes {least} to {most} operands, not {found}"),
                    None => write!(f, "{operator:?} takes {least} or more operands, not {found}"),
                }
            }
            Self::Operands => f.write_str("the operands must be an array"),
            Self::Path => f.write_str("the path has an empty fragment"),
            Self::Text => write!(f, "a text longer than {MAX_TEXT} bytes"),
            Self::Unit => f.write_str("the unit must be \"day\", \"hour\", \"month\" or \"year\""),
            Self::UnknownOperator => f.write_str("the language has no such operator"),
            Self::Var => f.write_str("the path must be a text"),
        }
    }
}

/// Why an evaluation ended without a value.
///
/// All but [`EvalError::Steps`] and [`EvalError::Depth`] mean that a rule and the facts do not fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvalError {
    /// A text that an operator was given is no date-time that it reads.
    DateTime(Operator),
    /// The rule built or compared values nested deeper than [`MAX_DEPTH`].
    Depth,
    /// The sum of two integers or of a date-time and an amount is out of range.
    Overflow(Operator),
    /// The value of the whole rule is neither true nor false.
    Result(Kind),
    /// More work than [`MAX_STEPS`].
    Steps,
    /// An operand is of a kind that the operator does not take: for `!`, `and` and the guard of `if`, a kind that is
    /// neither truthy nor falsy.
    Type {
        /// The operator.
        operator: Operator,
        /// The kind of the operand.
        found: Kind,
    },
}

impl EvalError {
    /// The stable name of the error.
    pub fn reason(self) -> &'static str {
        match self {
            Self::DateTime(_) => "eval-date-time",
            Self::Depth => "eval-depth",
            Self::Overflow(_) => "eval-overflow",
            Self::Result(_) => "eval-result",
            Self::Steps => "eval-steps",
            Self::Type { .. } => "eval-type",
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DateTime(operator) => write!(f, "{operator:?} was given a text that is not a date it reads"),
            Self::Depth => write!(f, "values nested deeper than {MAX_DEPTH}"),
            Self::Overflow(operator) => write!(f, "the result of {operator:?} is out of range"),
            Self::Result(found) => write!(f, "the rule gave {found} instead of true or false"),
            Self::Steps => write!(f, "the evaluation took more than {MAX_STEPS} steps"),
            Self::Type { operator, found } => write!(f, "{operator:?} does not take {found}"),
        }
    }
}

impl std::error::Error for EvalError {}
