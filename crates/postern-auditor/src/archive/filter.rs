//! A filter as conditions of SQL, the same for both databases but for how they name their parameters.

use std::fmt;

use super::{Filter, Span};

/// What a parameter is bound to.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Bytes(Vec<u8>),
    Number(i64),
    Text(String),
}

/// Conditions, each with ` AND ` before it, and the values of their parameters.
pub(super) struct Conditions {
    text: String,
    pub(super) values: Vec<Value>,
}

impl Conditions {
    /// The conditions of a filter, but for the gate, the first leaf and the limit. `parameter` names the one with a number
    /// from 1.
    pub(super) fn of(filter: &Filter, parameter: impl Fn(usize) -> String) -> Self {
        let mut conditions = Self {
            text: String::new(),
            values: Vec::new(),
        };
        let mut add = |condition: &str, value| {
            conditions.values.push(value);
            let parameter = parameter(conditions.values.len());
            conditions.text += " AND ";
            conditions.text += &condition.replace('?', &parameter);
        };
        let number = |number: u8| Value::Number(number.into());
        if let Some(span) = filter.span {
            let (from, until) = span.seconds();
            add("time >= ?", Value::Number(from));
            add("time < ?", Value::Number(until));
        }
        if let Some(kind) = filter.kind {
            add("kind = ?", number(kind.number()));
        }
        if let Some(outcome) = filter.outcome {
            add("outcome = ?", number(outcome.number()));
        }
        if let Some(grade) = filter.grade {
            add("grade = ?", number(grade.number()));
        }
        if filter.flags != 0 {
            add("flags & ? <> 0", number(filter.flags));
        }
        if let Some(operator) = &filter.operator {
            add("operator = ?", Value::Text(operator.clone()));
        }
        if let Some(issuer) = &filter.issuer {
            add(
                "issuer = (SELECT id FROM issuers WHERE name = ?)",
                Value::Text(issuer.clone()),
            );
        }
        if let Some(code) = filter.code {
            add("code = ?", Value::Bytes(code.to_vec()));
        }
        if let Some(person) = filter.person {
            add("person = ?", Value::Bytes(person.to_vec()));
        }
        conditions
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Span {
    /// As the databases count.
    pub(super) fn seconds(self) -> (i64, i64) {
        let signed = |seconds| i64::try_from(seconds).unwrap_or(i64::MAX);
        (signed(self.from), signed(self.until))
    }

    /// The hours that begin in it: from the first up to, not with, the last.
    pub(super) fn hours(self) -> (i64, i64) {
        let hour = |seconds: u64| i64::try_from(seconds.div_ceil(3600)).unwrap_or(i64::MAX);
        (hour(self.from), hour(self.until))
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Bytes(bytes) => bytes.to_sql(),
            Self::Number(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}
