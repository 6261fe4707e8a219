//! What an evaluation gives: views of facts and literals, and the few arrays that rules build.

use std::fmt;
use std::rc::Rc;

use super::{DateTime, EvalError, Fact, Json, MAX_DEPTH, MAX_STEPS, Members};

/// The value of an expression: it borrows from the rule and from the facts.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// A date-time, which only `plusTime` and `dccDateOfBirth` make.
    DateTime(DateTime),
    /// An array.
    Array(Array<'a>),
    /// An object.
    Object(Object<'a>),
}

/// The kinds of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An array.
    Array,
    /// `true` or `false`.
    Boolean,
    /// A date-time.
    DateTime,
    /// An integer.
    Integer,
    /// `null`.
    Null,
    /// An object.
    Object,
    /// A text.
    Text,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Array => "an array",
            Self::Boolean => "a boolean",
            Self::DateTime => "a date-time",
            Self::Integer => "an integer",
            Self::Null => "null",
            Self::Object => "an object",
            Self::Text => "a text",
        })
    }
}

impl<'a> Value<'a> {
    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Boolean,
            Self::Int(_) => Kind::Integer,
            Self::Text(_) => Kind::Text,
            Self::DateTime(_) => Kind::DateTime,
            Self::Array(_) => Kind::Array,
            Self::Object(_) => Kind::Object,
        }
    }

    /// Whether the value counts as true: all but `null`, `false`, 0 and what is empty; none for a date-time, which is
    /// neither truthy nor falsy.
    pub fn truthiness(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            Self::Text(text) => Some(!text.is_empty()),
            Self::DateTime(_) => None,
            Self::Array(array) => Some(!array.is_empty()),
            Self::Object(object) => Some(!object.is_empty()),
        }
    }

    pub(super) fn of_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Int(value) => Self::Int(*value),
            Json::Text(text) => Self::Text(text),
            Json::Array(items) => Self::Array(Array(Items::Json(items))),
            Json::Object(members) => Self::Object(Object(Fields::Json(members))),
        }
    }

    pub(super) fn of_fact(fact: &'a Fact<'a>) -> Self {
        match fact {
            Fact::Null => Self::Null,
            Fact::Bool(value) => Self::Bool(*value),
            Fact::Int(value) => Self::Int(*value),
            Fact::Text(text) => Self::Text(text),
            Fact::Small(text) => Self::Text(text.as_str()),
            Fact::Array(items) => Self::Array(Array(Items::Facts(items))),
            Fact::Items(items) => Self::Array(Array(Items::Facts(items))),
            Fact::Object(members) => Self::Object(Object(Fields::Facts(members))),
            Fact::Members(members) => Self::Object(Object(Fields::Facts(members))),
            Fact::Json(json) => Self::of_json(json),
        }
    }

    /// The array of `items`.
    pub(super) fn array(items: Vec<Self>) -> Result<Self, EvalError> {
        Ok(Self::Array(Array(Items::Made(Made::new(items)?))))
    }

    /// The data context of a step of `reduce`.
    pub(super) fn fold(accumulator: Self, current: Self) -> Result<Self, EvalError> {
        Ok(Self::Object(Object(Fields::Fold(Made::new(vec![
            accumulator,
            current,
        ])?))))
    }

    fn made(&self) -> Option<&Made<'a>> {
        match self {
            Self::Array(Array(Items::Made(made))) | Self::Object(Object(Fields::Fold(made))) => Some(made),
            _ => None,
        }
    }
}

/// An array.
#[derive(Clone, Debug)]
pub struct Array<'a>(Items<'a>);

#[derive(Clone, Debug)]
enum Items<'a> {
    Json(&'a [Json]),
    Facts(&'a [Fact<'a>]),
    Made(Rc<Made<'a>>),
}

impl<'a> Array<'a> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Items::Json(items) => items.len(),
            Items::Facts(items) => items.len(),
            Items::Made(made) => made.items.len(),
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`.
    pub fn get(&self, index: usize) -> Option<Value<'a>> {
        match &self.0 {
            Items::Json(items) => items.get(index).map(Value::of_json),
            Items::Facts(items) => items.get(index).map(Value::of_fact),
            Items::Made(made) => made.items.get(index).cloned(),
        }
    }

    /// All items in order.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

/// An object.
#[derive(Clone, Debug)]
pub struct Object<'a>(Fields<'a>);

#[derive(Clone, Debug)]
enum Fields<'a> {
    Json(&'a Members),
    Facts(&'a [(&'a str, Fact<'a>)]),
    /// Two items: the accumulator and the current item of `reduce`.
    Fold(Rc<Made<'a>>),
}

impl<'a> Object<'a> {
    /// How many members there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Fields::Json(members) => members.len(),
            Fields::Facts(members) => members.len(),
            Fields::Fold(made) => made.items.len(),
        }
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        match &self.0 {
            Fields::Json(members) => members.get(key).map(Value::of_json),
            Fields::Facts(members) => members
                .iter()
                .find(|member| member.0 == key)
                .map(|member| Value::of_fact(&member.1)),
            Fields::Fold(made) => made.items.get(fold_index(key)?).cloned(),
        }
    }

    /// All members.
    pub fn iter(&self) -> Box<dyn Iterator<Item = (&'a str, Value<'a>)> + '_> {
        match &self.0 {
            Fields::Json(members) => Box::new(members.iter().map(|(key, value)| (key, Value::of_json(value)))),
            Fields::Facts(members) => Box::new(members.iter().map(|(key, value)| (*key, Value::of_fact(value)))),
            Fields::Fold(made) => Box::new(FOLD_KEYS.into_iter().zip(made.items.iter().cloned())),
        }
    }
}

/// The members of the data context of a step of `reduce`.
const FOLD_KEYS: [&str; 2] = ["accumulator", "current"];

/// Where the value of `key` is in the data context of a step of `reduce`.
pub(super) fn fold_index(key: &str) -> Option<usize> {
    FOLD_KEYS.iter().position(|name| *name == key)
}

/// Items that an evaluation put together. They may be shared, so their depth and their size when written out are
/// bounded here: nothing that walks over them has to look out for itself.
#[derive(Debug)]
struct Made<'a> {
    items: Vec<Value<'a>>,
    depth: usize,
    size: u32,
}

impl<'a> Made<'a> {
    fn new(items: Vec<Value<'a>>) -> Result<Rc<Self>, EvalError> {
        let (mut depth, mut size) = (1, 1_u32);
        for item in &items {
            let (inner_depth, inner_size) = match item.made() {
                Some(made) => (made.depth, made.size),
                None => (1, 1),
            };
            depth = depth.max(1 + inner_depth);
            size = size.saturating_add(inner_size);
        }
        if depth > MAX_DEPTH {
            return Err(EvalError::Depth);
        }
        if size > MAX_STEPS {
            return Err(EvalError::Steps);
        }
        Ok(Rc::new(Self { items, depth, size }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truthiness_is_that_of_the_specification() {
        let (empty, full) = (Json::Array(vec![]), Json::Array(vec![Json::Null]));
        let (bare, object) = (
            Json::Object(Members::default()),
            Json::object([("a", Json::Null)]).unwrap(),
        );
        for (value, expected) in [
            (Value::Null, Some(false)),
            (Value::Bool(false), Some(false)),
            (Value::Bool(true), Some(true)),
            (Value::Int(0), Some(false)),
            (Value::Int(-1), Some(true)),
            (Value::Text(""), Some(false)),
            (Value::Text("0"), Some(true)),
            (Value::of_json(&empty), Some(false)),
            (Value::of_json(&full), Some(true)),
            (Value::of_json(&bare), Some(false)),
            (Value::of_json(&object), Some(true)),
            (Value::of_fact(&Fact::Items(&[])), Some(false)),
            (Value::of_fact(&Fact::Members(&[("a", Fact::Null)])), Some(true)),
            (Value::array(vec![]).unwrap(), Some(false)),
            (Value::fold(Value::Null, Value::Null).unwrap(), Some(true)),
            (Value::DateTime(DateTime::parse("2021").unwrap()), None),
        ] {
            assert_eq!(value.truthiness(), expected, "{value:?}");
        }
    }

    #[test]
    fn objects_are_looked_into() {
        let members = [("b", Fact::Int(1)), ("a", Fact::Null), ("b", Fact::Int(2))];
        let facts = Fact::Members(&members);
        let Value::Object(object) = Value::of_fact(&facts) else {
            panic!("not an object")
        };
        assert!(matches!(object.get("b"), Some(Value::Int(1))), "the first counts");
        assert!(object.get("c").is_none());
        let fold = Value::fold(Value::Int(1), Value::Bool(true)).unwrap();
        let Value::Object(fold) = fold else {
            panic!("not an object")
        };
        let keys: Vec<_> = fold.iter().map(|(key, value)| (key, value.kind())).collect();
        assert_eq!(keys, [("accumulator", Kind::Integer), ("current", Kind::Boolean)]);
        assert!(matches!(fold.get("current"), Some(Value::Bool(true))));
    }

    #[test]
    fn what_is_built_stays_shallow_and_small() {
        let mut nested = Value::Null;
        for _ in 1..MAX_DEPTH {
            nested = Value::array(vec![nested]).unwrap();
        }
        assert_eq!(Value::array(vec![nested]).unwrap_err(), EvalError::Depth);

        let mut doubled = Value::array(vec![]).unwrap();
        let error = loop {
            match Value::array(vec![doubled.clone(), doubled]) {
                Ok(next) => doubled = next,
                Err(error) => break error,
            }
        };
        assert_eq!(error, EvalError::Steps);
    }
}
