//! From JSON to an expression tree.

use super::expr::{Expr, Fragment};
use super::{CompileError, CompileFault, DateTime, Json, MAX_DEPTH, MAX_NODES, MAX_TEXT, Operator, Rule, TimeUnit};

impl Rule {
    /// Compiles `rule`.
    ///
    /// # Errors
    ///
    /// [`CompileError`] for the first fault: all that the language's own validator finds, literal dates that do not
    /// exist, and rules beyond [`MAX_DEPTH`], [`MAX_NODES`] and [`MAX_TEXT`].
    pub fn compile(rule: &Json) -> Result<Self, CompileError> {
        let mut compiler = Compiler {
            at: Vec::new(),
            nodes: 0,
        };
        compiler
            .expr(rule)
            .map(|root| Self { root })
            .map_err(|fault| CompileError {
                at: compiler.at.iter().map(Segment::pointer).collect(),
                fault,
            })
    }
}

/// Where the compiler is; left as it is where a fault is found.
struct Compiler<'a> {
    at: Vec<Segment<'a>>,
    nodes: usize,
}

enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

impl Segment<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Self::Index(index) => format!("/{index}"),
        }
    }
}

impl<'a> Compiler<'a> {
    fn expr(&mut self, json: &'a Json) -> Result<Expr, CompileFault> {
        if self.at.len() >= MAX_DEPTH {
            return Err(CompileFault::Depth);
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(CompileFault::Nodes);
        }
        match json {
            Json::Null => Err(CompileFault::Null),
            Json::Text(text) if text.len() > MAX_TEXT => Err(CompileFault::Text),
            Json::Bool(_) | Json::Int(_) | Json::Text(_) => Ok(Expr::Const(json.clone())),
            Json::Array(items) => Ok(array(self.exprs(items)?)),
            Json::Object(members) => {
                let mut members = members.iter();
                match (members.next(), members.len()) {
                    (Some((key, value)), 0) => self.inside(Segment::Key(key), |this| this.operation(key, value)),
                    (first, rest) => Err(CompileFault::Keys(usize::from(first.is_some()) + rest)),
                }
            }
        }
    }

    fn operation(&mut self, key: &'a str, value: &'a Json) -> Result<Expr, CompileFault> {
        if key == "var" {
            let Json::Text(path) = value else {
                return Err(CompileFault::Var);
            };
            return path_of(path).map(Expr::Var);
        }
        let Json::Array(operands) = value else {
            // An unknown operator counts second, as in the language's own validator.
            return Err(CompileFault::Operands);
        };
        let operator = Operator::from_name(key).ok_or(CompileFault::UnknownOperator)?;
        let found = operands.len();
        let (least, most) = operator.operand_count();
        if found < least || most.is_some_and(|most| found > most) {
            return Err(CompileFault::OperandCount { operator, found });
        }
        Ok(match operator {
            Operator::DccDateOfBirth => {
                let operand = self.operand(operands, 0)?;
                self.inside(Segment::Index(0), |_| {
                    literal_date(&operand, DateTime::parse_birth_date)
                })?
                .map_or_else(|| Expr::BirthDate(Box::new(operand)), Expr::DateTime)
            }
            Operator::ExtractFromUvci => {
                let operand = self.operand(operands, 0)?;
                Expr::Fragment(Box::new(operand), usize::try_from(self.integer(operands, 1)?).ok())
            }
            Operator::Not => Expr::Not(Box::new(self.operand(operands, 0)?)),
            Operator::PlusTime => {
                let operand = self.operand(operands, 0)?;
                let amount = self.integer(operands, 1)?;
                let unit = self.inside(Segment::Index(2), |_| match &operands[2] {
                    Json::Text(name) => TimeUnit::from_name(name).ok_or(CompileFault::Unit),
                    _ => Err(CompileFault::Unit),
                })?;
                let parse = |text: &str| DateTime::parse(text)?.plus(amount, unit);
                self.inside(Segment::Index(0), |_| literal_date(&operand, parse))?
                    .map_or_else(|| Expr::PlusTime(Box::new(operand), amount, unit), Expr::DateTime)
            }
            Operator::And => Expr::And(self.exprs(operands)?),
            Operator::Add | Operator::Equal | Operator::In => Expr::Binary(operator, self.fixed(operands)?),
            Operator::If => Expr::If(self.fixed(operands)?),
            Operator::Reduce => Expr::Reduce(self.fixed(operands)?),
            Operator::After
            | Operator::Before
            | Operator::NotAfter
            | Operator::NotBefore
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Less
            | Operator::LessOrEqual => Expr::Compare(operator, self.exprs(operands)?),
        })
    }

    fn exprs(&mut self, items: &'a [Json]) -> Result<Box<[Expr]>, CompileFault> {
        (0..items.len()).map(|index| self.operand(items, index)).collect()
    }

    fn fixed<const N: usize>(&mut self, operands: &'a [Json]) -> Result<Box<[Expr; N]>, CompileFault> {
        Ok(self
            .exprs(operands)?
            .try_into()
            .expect("the number of operands was checked"))
    }

    fn operand(&mut self, operands: &'a [Json], index: usize) -> Result<Expr, CompileFault> {
        self.inside(Segment::Index(index), |this| this.expr(&operands[index]))
    }

    fn integer(&mut self, operands: &'a [Json], index: usize) -> Result<i64, CompileFault> {
        self.inside(Segment::Index(index), |_| match operands[index] {
            Json::Int(value) => Ok(value),
            _ => Err(CompileFault::Integer),
        })
    }

    fn inside<T>(
        &mut self,
        segment: Segment<'a>,
        compile: impl FnOnce(&mut Self) -> Result<T, CompileFault>,
    ) -> Result<T, CompileFault> {
        self.at.push(segment);
        let done = compile(self)?;
        self.at.pop();
        Ok(done)
    }
}

/// An array of constants is a constant, which evaluation borrows.
fn array(items: Box<[Expr]>) -> Expr {
    if !items.iter().all(|item| matches!(item, Expr::Const(_))) {
        return Expr::Array(items);
    }
    let constant = |item| match item {
        Expr::Const(json) => Some(json),
        _ => None,
    };
    Expr::Const(Json::Array(items.into_iter().filter_map(constant).collect()))
}

/// The date-time that a literal text stands for; none if `operand` is anything else.
fn literal_date(
    operand: &Expr,
    parse: impl FnOnce(&str) -> Option<DateTime>,
) -> Result<Option<DateTime>, CompileFault> {
    match operand {
        Expr::Const(Json::Text(text)) => parse(text).map(Some).ok_or(CompileFault::DateTime),
        _ => Ok(None),
    }
}

/// The fragments of a path; the empty path, which is the whole data, has none.
fn path_of(path: &str) -> Result<Box<[Fragment]>, CompileFault> {
    if path.is_empty() {
        return Ok(Box::default());
    }
    if path.len() > MAX_TEXT {
        return Err(CompileFault::Text);
    }
    path.split('.')
        .map(|fragment| {
            if fragment.is_empty() {
                Err(CompileFault::Path)
            } else {
                Ok(Fragment::new(fragment))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(rule: &str) -> (String, CompileFault) {
        let json: Json = serde_json::from_str(rule).unwrap();
        let error = Rule::compile(&json).expect_err(rule);
        (error.at, error.fault)
    }

    fn root(rule: &str) -> Expr {
        let json: Json = serde_json::from_str(rule).unwrap();
        Rule::compile(&json).unwrap_or_else(|e| panic!("{rule}: {e}")).root
    }

    #[test]
    fn every_fault_has_its_place() {
        let count = |operator, found| CompileFault::OperandCount { operator, found };
        for (rule, at, expected) in [
            ("null", "", CompileFault::Null),
            ("[1,[null]]", "/1/0", CompileFault::Null),
            ("{}", "", CompileFault::Keys(0)),
            (r#"[{"var":"a","!":[1]}]"#, "/0", CompileFault::Keys(2)),
            (r#"{"!":1}"#, "/!", CompileFault::Operands),
            (r#"{"all":1}"#, "/all", CompileFault::Operands),
            (r#"{"all":[]}"#, "/all", CompileFault::UnknownOperator),
            (r#"{"a/b~c":[]}"#, "/a~1b~0c", CompileFault::UnknownOperator),
            (r#"{"!":[]}"#, "/!", count(Operator::Not, 0)),
            (r#"{"!":[1,2]}"#, "/!", count(Operator::Not, 2)),
            (
                r#"{"dccDateOfBirth":[]}"#,
                "/dccDateOfBirth",
                count(Operator::DccDateOfBirth, 0),
            ),
            (r#"{"and":[true]}"#, "/and", count(Operator::And, 1)),
            (r#"{"+":[1]}"#, "/+", count(Operator::Add, 1)),
            (r#"{"===":[1,2,3]}"#, "/===", count(Operator::Equal, 3)),
            (r#"{"in":[1,2,3]}"#, "/in", count(Operator::In, 3)),
            (
                r#"{"extractFromUVCI":["a"]}"#,
                "/extractFromUVCI",
                count(Operator::ExtractFromUvci, 1),
            ),
            (r#"{"<":[1]}"#, "/<", count(Operator::Less, 1)),
            (r#"{"not-after":[1,2,3,4]}"#, "/not-after", count(Operator::NotAfter, 4)),
            (r#"{"if":[1,2]}"#, "/if", count(Operator::If, 2)),
            (r#"{"if":[1,2,3,4]}"#, "/if", count(Operator::If, 4)),
            (r#"{"reduce":[1,2]}"#, "/reduce", count(Operator::Reduce, 2)),
            (r#"{"plusTime":["2021",1]}"#, "/plusTime", count(Operator::PlusTime, 2)),
            (r#"{"var":0}"#, "/var", CompileFault::Var),
            (r#"{"var":null}"#, "/var", CompileFault::Var),
            (r#"{"var":["a"]}"#, "/var", CompileFault::Var),
            (r#"{"var":"x."}"#, "/var", CompileFault::Path),
            (r#"{"if":[{"var":".x"},1,2]}"#, "/if/0/var", CompileFault::Path),
            (r#"{"var":"a..b"}"#, "/var", CompileFault::Path),
            (r#"{"var":"."}"#, "/var", CompileFault::Path),
            (
                r#"{"plusTime":[{"var":"a"},"1","day"]}"#,
                "/plusTime/1",
                CompileFault::Integer,
            ),
            (
                r#"{"plusTime":[{"var":"a"},{"var":"b"},"day"]}"#,
                "/plusTime/1",
                CompileFault::Integer,
            ),
            (
                r#"{"extractFromUVCI":["a","0"]}"#,
                "/extractFromUVCI/1",
                CompileFault::Integer,
            ),
            (
                r#"{"plusTime":[{"var":"a"},1,"days"]}"#,
                "/plusTime/2",
                CompileFault::Unit,
            ),
            (r#"{"plusTime":[{"var":"a"},1,2]}"#, "/plusTime/2", CompileFault::Unit),
            (
                r#"{"plusTime":["2021-02-29",1,"day"]}"#,
                "/plusTime/0",
                CompileFault::DateTime,
            ),
            (
                r#"{"plusTime":["2021",9223372036854775807,"day"]}"#,
                "/plusTime/0",
                CompileFault::DateTime,
            ),
            (
                r#"{"dccDateOfBirth":["2021-02-28T00:00:00Z"]}"#,
                "/dccDateOfBirth/0",
                CompileFault::DateTime,
            ),
        ] {
            assert_eq!(fault(rule), (at.to_string(), expected), "{rule}");
        }
    }

    #[test]
    fn errors_can_be_read() {
        let json: Json = serde_json::from_str(r#"{"if":[{"<":[1]},2,3]}"#).unwrap();
        let error = Rule::compile(&json).unwrap_err();
        assert_eq!(error.to_string(), "at /if/0/<: \"<\" takes 2 to 3 operands, not 1");
        assert_eq!(error.reason(), "rule-operand-count");
        assert_eq!(
            Rule::compile(&Json::Null).unwrap_err().to_string(),
            "at the root of the rule: null is no expression"
        );
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels| (1..levels).fold(Json::Bool(true), |inner, _| Json::Array(vec![inner]));
        assert!(Rule::compile(&nested(MAX_DEPTH)).is_ok());
        let error = Rule::compile(&nested(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!((error.at.len(), error.fault), (2 * MAX_DEPTH, CompileFault::Depth));
        assert!(Rule::compile(&nested(10_000)).is_err());
    }

    #[test]
    fn the_number_of_expressions_is_bounded() {
        let wide = |items| Rule::compile(&Json::Array(vec![Json::Int(1); items]));
        assert!(wide(MAX_NODES - 1).is_ok());
        assert_eq!(wide(MAX_NODES).unwrap_err().fault, CompileFault::Nodes);
    }

    #[test]
    fn texts_are_bounded() {
        let long = Json::Text("x".repeat(MAX_TEXT + 1).into());
        assert_eq!(Rule::compile(&long).unwrap_err().fault, CompileFault::Text);
        let var = Json::object([("var", long)]).unwrap();
        assert_eq!(Rule::compile(&var).unwrap_err().fault, CompileFault::Text);
        assert!(Rule::compile(&Json::Text("x".repeat(MAX_TEXT).into())).is_ok());
    }

    #[test]
    fn constants_are_prepared() {
        assert!(matches!(root(r#"["a",[1,true]]"#), Expr::Const(Json::Array(items)) if items.len() == 2));
        assert!(matches!(root(r#"["a",{"var":""}]"#), Expr::Array(_)));
        let time = DateTime::parse("2021-06-02T16:00:00Z").unwrap();
        let rule = root(r#"{"plusTime":["2021-06-01T00:00:00+00:00",40,"hour"]}"#);
        assert!(matches!(rule, Expr::DateTime(found) if found == time));
        assert!(matches!(root(r#"{"dccDateOfBirth":["2004"]}"#), Expr::DateTime(_)));
    }

    #[test]
    fn paths_are_split() {
        let Expr::Var(path) = root(r#"{"var":"payload.v.0.dn"}"#) else {
            panic!("not a path")
        };
        let key = |text: &str| Fragment::Key(text.into());
        assert_eq!(*path, [key("payload"), key("v"), Fragment::Index(Some(0)), key("dn")]);
        assert!(matches!(root(r#"{"var":""}"#), Expr::Var(path) if path.is_empty()));
    }
}
