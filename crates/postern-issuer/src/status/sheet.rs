//! A file of rows about codes: which columns it has, and what is in a row. One column says whose row it is, `id` or `index`.

use std::fmt;
use std::path::{Path, PathBuf};

use postern_cli::messages::FluentValue;

use super::error::StatusError;
use super::reject::{Reason, Reject};
use crate::mint::people::{EncodingChoice, PersonId, Row, RowFault, RowFile};

/// A column of such a file, by its English or its Chinese name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The registration number of a person.
    Id,
    /// A place in the status list.
    Index,
    /// The result of a test.
    Result,
    /// When its sample was taken.
    Sampled,
    /// The status that is wished for.
    Status,
    /// Why.
    Why,
}

impl Field {
    const ALL: [Self; 6] = [
        Self::Id,
        Self::Index,
        Self::Result,
        Self::Sampled,
        Self::Status,
        Self::Why,
    ];

    /// The English name and the Chinese one.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Id => ("id", "编号"),
            Self::Index => ("index", "序号"),
            Self::Result => ("result", "检测结果"),
            Self::Sampled => ("sampled", "采样时间"),
            Self::Status => ("status", "状态"),
            Self::Why => ("why", "原因"),
        }
    }
}

/// Whose row it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A person's.
    Id(String),
    /// That of the code at a place.
    Index(u32),
}

/// A file of rows that is being read.
pub(crate) struct Sheet {
    path: PathBuf,
    file: RowFile,
    order: Vec<Field>,
    digest: [u8; 32],
}

impl Sheet {
    /// Opens a file that has one of `id` and `index`, all of `needed`, and besides at most those of `more`.
    pub(crate) fn open(
        path: &Path,
        encoding: EncodingChoice,
        needed: &[Field],
        more: &[Field],
    ) -> Result<Self, StatusError> {
        let mut file = RowFile::open(path, encoding)?;
        let order = order(file.header(), needed, more).map_err(|fault| StatusError::Header {
            path: path.to_owned(),
            fault,
        })?;
        let digest = file.digest()?;
        Ok(Self {
            path: path.to_owned(),
            file,
            order,
            digest,
        })
    }

    /// SHA-256 of the file.
    pub(crate) fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The file's name, without its folder.
    pub(crate) fn name(&self) -> String {
        self.path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Hands the next rows to `each`, some thousands at most; false at the end.
    pub(crate) fn some(&mut self, mut each: impl FnMut(Line<'_>)) -> Result<bool, StatusError> {
        let Some(chunk) = self.file.next_chunk()? else {
            return Ok(false);
        };
        for row in chunk.rows(self.file.encoding()) {
            let order = &self.order;
            each(Line { row: &row, order });
        }
        Ok(true)
    }
}

fn order(header: &Row, needed: &[Field], more: &[Field]) -> Result<Vec<Field>, HeaderFault> {
    if let Some((fault, _)) = header.fault() {
        return Err(HeaderFault::Unreadable(fault));
    }
    let mut order = Vec::new();
    for (i, name) in header.fields().enumerate() {
        let known = Field::ALL
            .into_iter()
            .filter(|field| matches!(field, Field::Id | Field::Index) || needed.contains(field) || more.contains(field))
            .find(|field| [field.names().0, field.names().1].contains(&name));
        let field = known.ok_or_else(|| HeaderFault::Unknown {
            name: name.chars().take(64).collect(),
            position: i + 1,
        })?;
        if order.contains(&field) {
            return Err(HeaderFault::Double(field));
        }
        order.push(field);
    }
    if order.contains(&Field::Id) == order.contains(&Field::Index) {
        return Err(HeaderFault::Whose);
    }
    match needed.iter().find(|field| !order.contains(field)) {
        Some(missing) => Err(HeaderFault::Missing(*missing)),
        None => Ok(order),
    }
}

/// A row, by its columns.
pub(crate) struct Line<'r> {
    row: &'r Row,
    order: &'r [Field],
}

impl<'r> Line<'r> {
    /// The line's number in the file, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.row.line()
    }

    /// A row that is none, and why.
    pub(crate) fn reject(&self, reason: Reason) -> Reject {
        let line = self.number();
        Reject { line, reason }
    }

    /// The value of a column; empty where the file has no such column.
    pub(crate) fn value(&self, field: Field) -> &'r str {
        let at = self.order.iter().position(|known| *known == field);
        at.and_then(|at| self.row.field(at)).unwrap_or("")
    }

    /// Whose row it is. Every row is asked this first: it looks at the row's shape too.
    pub(crate) fn whose(&self) -> Result<Whose, Reason> {
        if let Some((fault, _)) = self.row.fault() {
            return Err(Reason::of_fault(fault));
        }
        let (expected, found) = (self.order.len(), self.row.len());
        if expected != found {
            return Err(Reason::RaggedRow { expected, found });
        }
        if self.order.contains(&Field::Index) {
            let text = self.value(Field::Index);
            // A sign or a space before digits would be taken otherwise.
            let number = Some(text).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            let number = number.and_then(|text| text.parse().ok());
            return number.map(Whose::Index).ok_or(Reason::IndexInvalid);
        }
        match self.value(Field::Id) {
            "" => Err(Reason::IdMissing),
            text => match PersonId::new(text) {
                Some(id) => Ok(Whose::Id(id.as_str().to_owned())),
                None => Err(Reason::IdInvalid),
            },
        }
    }
}

/// Why a header is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderFault {
    /// A column is there twice, perhaps under both of its names.
    Double(Field),
    /// A column that must be there is not.
    Missing(Field),
    /// The header is no row of fields.
    Unreadable(RowFault),
    /// No such column.
    Unknown {
        /// What stands there, cut to 64 characters.
        name: String,
        /// Which column it is, from 1.
        position: usize,
    },
    /// Both of `id` and `index`, or none.
    Whose,
}

impl HeaderFault {
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::Double(_) => "sheet-column-double",
            Self::Missing(_) => "sheet-column-missing",
            Self::Unreadable(_) => "sheet-header-unreadable",
            Self::Unknown { .. } => "sheet-column-unknown",
            Self::Whose => "sheet-whose",
        }
    }

    pub(super) fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Double(field) | Self::Missing(field) => {
                let (column, chinese) = field.names();
                vec![("column", column.into()), ("chinese", chinese.into())]
            }
            Self::Unknown { name, position } => vec![("name", name.clone().into()), ("position", (*position).into())],
            Self::Unreadable(_) | Self::Whose => Vec::new(),
        }
    }
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Double(field) => write!(f, "the column {} is there twice", field.names().0),
            Self::Missing(field) => write!(f, "the column {} is missing", field.names().0),
            Self::Unreadable(fault) => write!(f, "it cannot be read: {fault}"),
            Self::Unknown { name, position } => write!(f, "column {position} is unknown: {name}"),
            Self::Whose => f.write_str("one column says whose a row is: id or index"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Result<Vec<Field>, HeaderFault> {
        order(
            &Row::new(1, header.split(',')),
            &[Field::Status, Field::Why],
            &[Field::Result],
        )
    }

    #[test]
    fn names_of_both_languages_in_any_order() {
        assert_eq!(of("原因,status,编号"), Ok(vec![Field::Why, Field::Status, Field::Id]));
        assert_eq!(
            of("index,why,状态,result"),
            Ok(vec![Field::Index, Field::Why, Field::Status, Field::Result])
        );
    }

    #[test]
    fn each_fault_of_a_header_is_told() {
        let unknown = |name: &str, position| HeaderFault::Unknown {
            name: name.to_owned(),
            position,
        };
        for (header, fault) in [
            ("id,status,why,name", unknown("name", 4)),
            ("id,status,why,sampled", unknown("sampled", 4)),
            ("id,why", HeaderFault::Missing(Field::Status)),
            ("status,why", HeaderFault::Whose),
            ("id,index,status,why", HeaderFault::Whose),
            ("id,编号,status,why", HeaderFault::Double(Field::Id)),
        ] {
            assert_eq!(of(header), Err(fault), "{header}");
        }
    }

    #[test]
    fn a_row_says_whose_it_is() {
        let whose = |order: &[Field], fields: &[&str]| {
            let row = Row::new(2, fields.iter().copied());
            Line { row: &row, order }.whose()
        };
        let (id, index) = ([Field::Id, Field::Why], [Field::Why, Field::Index]);
        assert_eq!(whose(&id, &["A-1", "x"]), Ok(Whose::Id("A-1".to_owned())));
        assert_eq!(whose(&index, &["x", "007"]), Ok(Whose::Index(7)));
        for (order, fields, reason) in [
            (&id, &["", "x"][..], Reason::IdMissing),
            (&id, &["A 1", "x"], Reason::IdInvalid),
            (&id, &["A-1"], Reason::RaggedRow { expected: 2, found: 1 }),
            (&index, &["x", ""], Reason::IndexInvalid),
            (&index, &["x", "+7"], Reason::IndexInvalid),
            (&index, &["x", "4294967296"], Reason::IndexInvalid),
        ] {
            assert_eq!(whose(order, fields), Err(reason), "{fields:?}");
        }
        let row = Row::parse(3, b"\"A-1,x", crate::mint::people::Encoding::Utf8);
        assert_eq!(Line { row: &row, order: &id }.whose(), Err(Reason::QuoteOpen));
    }
}
