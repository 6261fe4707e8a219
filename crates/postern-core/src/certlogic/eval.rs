//! Evaluation: a walk over the expression tree within a budget of steps.

use super::expr::{Expr, Fragment};
use super::value::{Array, Kind, Value, fold_index};
use super::{DateTime, EvalError, Fact, MAX_DEPTH, MAX_STEPS, Operator, Rule};

/// A UCI may have it or not.
const UCI_PREFIX: &str = "URN:UVCI:";

/// How deep two values are compared: into one that a rule built of ones that were decoded.
const MAX_COMPARED_DEPTH: usize = 2 * MAX_DEPTH;

impl Rule {
    /// The value of the rule for `facts`.
    ///
    /// Memory is allocated only for arrays with an item that is no literal, where a `reduce` asks for its whole data
    /// context, and where objects are compared.
    ///
    /// # Errors
    ///
    /// [`EvalError`]: the facts are not such as the rule expects, or the evaluation goes beyond a bound.
    pub fn evaluate<'e>(&'e self, facts: &'e Fact<'e>) -> Result<Value<'e>, EvalError> {
        Steps { left: MAX_STEPS }.eval(&self.root, Scope::Facts(facts))
    }

    /// Whether the rule, which must be one that gives true or false, holds for `facts`.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate), and [`EvalError::Result`] for any other value, truthy or falsy.
    pub fn holds(&self, facts: &Fact<'_>) -> Result<bool, EvalError> {
        match self.evaluate(facts)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(EvalError::Result(other.kind())),
        }
    }
}

/// What `var` looks into.
#[derive(Clone, Copy)]
enum Scope<'s, 'e> {
    Facts(&'e Fact<'e>),
    Fold {
        accumulator: &'s Value<'e>,
        current: &'s Value<'e>,
    },
}

/// What is left of the work that one evaluation may do.
struct Steps {
    left: u32,
}

impl Steps {
    fn eval<'e>(&mut self, expr: &'e Expr, scope: Scope<'_, 'e>) -> Result<Value<'e>, EvalError> {
        self.take(1)?;
        Ok(match expr {
            Expr::Const(json) => Value::of_json(json),
            Expr::DateTime(time) => Value::DateTime(*time),
            Expr::Var(path) => return look_up(path, scope),
            Expr::If(operands) => {
                let [guard, then, otherwise] = &**operands;
                let guard = self.eval(guard, scope)?;
                return self.eval(if truthy(Operator::If, &guard)? { then } else { otherwise }, scope);
            }
            Expr::And(operands) => return self.and(operands, scope),
            Expr::Not(operand) => Value::Bool(!truthy(Operator::Not, &self.eval(operand, scope)?)?),
            Expr::Binary(operator, operands) => {
                let [left, right] = &**operands;
                let (left, right) = (self.eval(left, scope)?, self.eval(right, scope)?);
                match operator {
                    Operator::Add => {
                        let sum = integer(*operator, &left)?.checked_add(integer(*operator, &right)?);
                        Value::Int(sum.ok_or(EvalError::Overflow(*operator))?)
                    }
                    Operator::In => Value::Bool(self.contains(array(*operator, &right)?, &left)?),
                    _ => Value::Bool(self.equal(&left, &right, MAX_COMPARED_DEPTH)?),
                }
            }
            Expr::Compare(operator, operands) => Value::Bool(self.compare(*operator, operands, scope)?),
            Expr::PlusTime(operand, amount, unit) => {
                let operator = Operator::PlusTime;
                let operand = self.eval(operand, scope)?;
                let operand = text(operator, &operand)?;
                self.take_text(operand)?;
                let time = DateTime::parse(operand).ok_or(EvalError::DateTime(operator))?;
                Value::DateTime(time.plus(*amount, *unit).ok_or(EvalError::Overflow(operator))?)
            }
            Expr::BirthDate(operand) => {
                let operator = Operator::DccDateOfBirth;
                let operand = self.eval(operand, scope)?;
                let date = DateTime::parse_birth_date(text(operator, &operand)?);
                Value::DateTime(date.ok_or(EvalError::DateTime(operator))?)
            }
            Expr::Fragment(operand, index) => match self.eval(operand, scope)? {
                Value::Null => Value::Null,
                operand => {
                    let uci = text(Operator::ExtractFromUvci, &operand)?;
                    self.take_text(uci)?;
                    uci_fragment(uci, *index).map_or(Value::Null, Value::Text)
                }
            },
            Expr::Reduce(operands) => return self.reduce(operands, scope),
            Expr::Array(items) => {
                let items: Result<_, _> = items.iter().map(|item| self.eval(item, scope)).collect();
                return Value::array(items?);
            }
        })
    }

    /// The first falsy operand or the last; none after it is evaluated.
    fn and<'e>(&mut self, operands: &'e [Expr], scope: Scope<'_, 'e>) -> Result<Value<'e>, EvalError> {
        let mut last = Value::Bool(true);
        for operand in operands {
            last = self.eval(operand, scope)?;
            if !truthy(Operator::And, &last)? {
                break;
            }
        }
        Ok(last)
    }

    /// All operands are evaluated and must be of the right kind, even if the first two decide.
    fn compare<'e>(
        &mut self,
        operator: Operator,
        operands: &'e [Expr],
        scope: Scope<'_, 'e>,
    ) -> Result<bool, EvalError> {
        let mut previous = None;
        let mut holds = true;
        for operand in operands {
            let operand = self.eval(operand, scope)?;
            let number = match operator {
                Operator::After | Operator::Before | Operator::NotAfter | Operator::NotBefore => {
                    date_time(operator, &operand)?.millis()
                }
                _ => integer(operator, &operand)?,
            };
            if let Some(previous) = previous.replace(number) {
                holds &= match operator {
                    Operator::After | Operator::Greater => previous > number,
                    Operator::Before | Operator::Less => previous < number,
                    Operator::NotAfter | Operator::LessOrEqual => previous <= number,
                    _ => previous >= number,
                };
            }
        }
        Ok(holds)
    }

    fn reduce<'e>(&mut self, operands: &'e [Expr; 3], scope: Scope<'_, 'e>) -> Result<Value<'e>, EvalError> {
        let [operand, lambda, initial] = operands;
        let operand = self.eval(operand, scope)?;
        let items = match &operand {
            Value::Null => None,
            operand => Some(array(Operator::Reduce, operand)?),
        };
        let mut accumulator = self.eval(initial, scope)?;
        for current in items.into_iter().flat_map(Array::iter) {
            let step = Scope::Fold {
                accumulator: &accumulator,
                current: &current,
            };
            accumulator = self.eval(lambda, step)?;
        }
        Ok(accumulator)
    }

    fn contains<'e>(&mut self, items: &Array<'e>, wanted: &Value<'e>) -> Result<bool, EvalError> {
        for item in items.iter() {
            if self.equal(&item, wanted, MAX_COMPARED_DEPTH)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Equality by structure, without conversions.
    fn equal(&mut self, left: &Value<'_>, right: &Value<'_>, depth: usize) -> Result<bool, EvalError> {
        self.take(1)?;
        let depth = depth.checked_sub(1).ok_or(EvalError::Depth)?;
        Ok(match (left, right) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Int(left), Value::Int(right)) => left == right,
            (Value::DateTime(left), Value::DateTime(right)) => left == right,
            (Value::Text(left), Value::Text(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                self.take_text(left)?;
                left == right
            }
            (Value::Array(left), Value::Array(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (left, right) in left.iter().zip(right.iter()) {
                    if !self.equal(&left, &right, depth)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::Object(left), Value::Object(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (key, left) in left.iter() {
                    match right.get(key) {
                        Some(right) if self.equal(&left, &right, depth)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            _ => false,
        })
    }

    fn take(&mut self, steps: u32) -> Result<(), EvalError> {
        self.left = self.left.checked_sub(steps).ok_or(EvalError::Steps)?;
        Ok(())
    }

    /// Pays for a walk over `text`.
    fn take_text(&mut self, text: &str) -> Result<(), EvalError> {
        self.take(u32::try_from(text.len() / 64).unwrap_or(u32::MAX))
    }
}

fn look_up<'e>(path: &[Fragment], scope: Scope<'_, 'e>) -> Result<Value<'e>, EvalError> {
    let (mut value, rest) = match (scope, path) {
        (Scope::Facts(facts), _) => (Value::of_fact(facts), path),
        (Scope::Fold { accumulator, current }, []) => return Value::fold(accumulator.clone(), current.clone()),
        (Scope::Fold { accumulator, current }, [first, rest @ ..]) => match first {
            Fragment::Key(key) => match fold_index(key) {
                Some(0) => (accumulator.clone(), rest),
                Some(_) => (current.clone(), rest),
                None => return Ok(Value::Null),
            },
            Fragment::Index(_) => return Ok(Value::Null),
        },
    };
    for fragment in rest {
        let inner = match (&value, fragment) {
            (Value::Array(array), Fragment::Index(Some(index))) => array.get(*index),
            (Value::Object(object), Fragment::Key(key)) => object.get(key),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => return Ok(Value::Null),
        }
    }
    Ok(value)
}

/// The fragment of a UCI between separators; no index is a negative one.
fn uci_fragment(uci: &str, index: Option<usize>) -> Option<&str> {
    uci.strip_prefix(UCI_PREFIX)
        .unwrap_or(uci)
        .split(['/', '#', ':'])
        .nth(index?)
}

fn truthy(operator: Operator, value: &Value<'_>) -> Result<bool, EvalError> {
    value.truthiness().ok_or_else(|| wrong(operator, value))
}

fn integer(operator: Operator, value: &Value<'_>) -> Result<i64, EvalError> {
    match value {
        Value::Int(value) => Ok(*value),
        other => Err(wrong(operator, other)),
    }
}

fn date_time(operator: Operator, value: &Value<'_>) -> Result<DateTime, EvalError> {
    match value {
        Value::DateTime(time) => Ok(*time),
        other => Err(wrong(operator, other)),
    }
}

fn text<'e>(operator: Operator, value: &Value<'e>) -> Result<&'e str, EvalError> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(wrong(operator, other)),
    }
}

fn array<'v, 'e>(operator: Operator, value: &'v Value<'e>) -> Result<&'v Array<'e>, EvalError> {
    match value {
        Value::Array(array) => Ok(array),
        other => Err(wrong(operator, other)),
    }
}

fn wrong(operator: Operator, value: &Value<'_>) -> EvalError {
    let found: Kind = value.kind();
    EvalError::Type { operator, found }
}

#[cfg(test)]
mod tests;
