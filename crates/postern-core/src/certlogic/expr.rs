//! The expression tree of a compiled rule.

use std::fmt;

use super::{DateTime, Json, TimeUnit};

/// A compiled rule.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(super) root: Expr,
}

/// The operators of the language except `var`, which takes no operands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `after`
    After,
    /// `and`
    And,
    /// `before`
    Before,
    /// `dccDateOfBirth`
    DccDateOfBirth,
    /// `===`
    Equal,
    /// `extractFromUVCI`
    ExtractFromUvci,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `if`
    If,
    /// `in`
    In,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `!`
    Not,
    /// `not-after`
    NotAfter,
    /// `not-before`
    NotBefore,
    /// `plusTime`
    PlusTime,
    /// `reduce`
    Reduce,
}

impl Operator {
    const ALL: [Self; 18] = [
        Self::Add,
        Self::After,
        Self::And,
        Self::Before,
        Self::DccDateOfBirth,
        Self::Equal,
        Self::ExtractFromUvci,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::If,
        Self::In,
        Self::Less,
        Self::LessOrEqual,
        Self::Not,
        Self::NotAfter,
        Self::NotBefore,
        Self::PlusTime,
        Self::Reduce,
    ];

    /// The operator that rules call `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// What rules call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::After => "after",
            Self::And => "and",
            Self::Before => "before",
            Self::DccDateOfBirth => "dccDateOfBirth",
            Self::Equal => "===",
            Self::ExtractFromUvci => "extractFromUVCI",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::If => "if",
            Self::In => "in",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Not => "!",
            Self::NotAfter => "not-after",
            Self::NotBefore => "not-before",
            Self::PlusTime => "plusTime",
            Self::Reduce => "reduce",
        }
    }

    /// How many operands it takes: the least, and the most if there is a limit.
    pub fn operand_count(self) -> (usize, Option<usize>) {
        match self {
            Self::DccDateOfBirth | Self::Not => (1, Some(1)),
            Self::Add | Self::Equal | Self::ExtractFromUvci | Self::In => (2, Some(2)),
            Self::After | Self::Before | Self::NotAfter | Self::NotBefore => (2, Some(3)),
            Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual => (2, Some(3)),
            Self::And => (2, None),
            Self::If | Self::PlusTime | Self::Reduce => (3, Some(3)),
        }
    }
}

/// The name that rules use, quoted.
impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.name(), f)
    }
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    And(Box<[Expr]>),
    /// An array with an item that is not constant.
    Array(Box<[Expr]>),
    Binary(Operator, Box<[Expr; 2]>),
    BirthDate(Box<Expr>),
    /// Two or three operands.
    Compare(Operator, Box<[Expr]>),
    /// A boolean, an integer, a text, or an array of these.
    Const(Json),
    DateTime(DateTime),
    /// An index of none is negative.
    Fragment(Box<Expr>, Option<usize>),
    If(Box<[Expr; 3]>),
    Not(Box<Expr>),
    PlusTime(Box<Expr>, i64, TimeUnit),
    Reduce(Box<[Expr; 3]>),
    Var(Box<[Fragment]>),
}

/// What a path is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fragment {
    /// The index of an array's item; none for one that no array has.
    Index(Option<usize>),
    /// The key of an object's member.
    Key(Box<str>),
}

impl Fragment {
    /// An integer indexes, anything else is a key.
    pub(super) fn new(text: &str) -> Self {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Key(text.into());
        }
        Self::Index(if text.starts_with('-') {
            None
        } else {
            digits.parse().ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_have_one_name_each() {
        for operator in Operator::ALL {
            assert_eq!(Operator::from_name(operator.name()), Some(operator));
        }
        for name in ["var", "all", "or", "!!", "==", "", "If", "not-After"] {
            assert_eq!(Operator::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn integers_index_and_all_else_is_a_key() {
        for (text, index) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("+1", Some(1)),
            ("-1", None),
            ("-0", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(Fragment::new(text), Fragment::Index(index), "{text}");
        }
        for text in ["v", "1a", "a1", "-", "+", "--1", "1 ", "0x1", "１"] {
            assert_eq!(Fragment::new(text), Fragment::Key(text.into()));
        }
    }
}
