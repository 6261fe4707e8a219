//! The columns of a people file, by their English or their Chinese names, in any order.

use std::fmt;

use postern_cli::Explain;
use postern_cli::messages::FluentValue;

use super::row::{MAX_COLUMNS, Row, RowFault};

/// A column of a people file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The registration number: the one column that must be there.
    Id,
    /// The name as on the document.
    Name,
    /// The date of birth.
    Birth,
    /// The kind of document.
    DocumentKind,
    /// The country that issued it.
    DocumentCountry,
    /// Its number.
    DocumentNumber,
    /// The vaccine product.
    Vaccine,
    /// Which dose it was.
    VaccineDose,
    /// Of how many doses.
    VaccineDoses,
    /// The day of the dose.
    Vaccinated,
    /// The kind of test.
    TestKind,
    /// Its result.
    TestResult,
    /// When the sample was taken.
    TestSampled,
    /// The day of the first positive test of an illness that is over.
    Recovered,
    /// When the row was last changed. It goes into no code.
    Changed,
}

impl Column {
    /// Every column.
    pub const ALL: [Self; 15] = [
        Self::Id,
        Self::Name,
        Self::Birth,
        Self::DocumentKind,
        Self::DocumentCountry,
        Self::DocumentNumber,
        Self::Vaccine,
        Self::VaccineDose,
        Self::VaccineDoses,
        Self::Vaccinated,
        Self::TestKind,
        Self::TestResult,
        Self::TestSampled,
        Self::Recovered,
        Self::Changed,
    ];

    /// The columns of a document: given together or not at all.
    pub(super) const DOCUMENT: [Self; 3] = [Self::DocumentKind, Self::DocumentCountry, Self::DocumentNumber];
    /// The columns of a vaccination: given together or not at all.
    pub(super) const VACCINATION: [Self; 4] = [Self::Vaccine, Self::VaccineDose, Self::VaccineDoses, Self::Vaccinated];
    /// The columns of a test: given together or not at all.
    pub(super) const TEST: [Self; 3] = [Self::TestKind, Self::TestResult, Self::TestSampled];

    /// The stable English name, as in the header, in JSON and in documents.
    pub const fn as_str(self) -> &'static str {
        self.names().0
    }

    /// The Chinese name, which a header may use instead.
    pub const fn chinese(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Id => ("id", "编号"),
            Self::Name => ("name", "姓名"),
            Self::Birth => ("birth", "出生日期"),
            Self::DocumentKind => ("document_kind", "证件类型"),
            Self::DocumentCountry => ("document_country", "证件签发地"),
            Self::DocumentNumber => ("document_number", "证件号码"),
            Self::Vaccine => ("vaccine", "疫苗"),
            Self::VaccineDose => ("vaccine_dose", "剂次"),
            Self::VaccineDoses => ("vaccine_doses", "总剂次"),
            Self::Vaccinated => ("vaccinated", "接种日期"),
            Self::TestKind => ("test_kind", "检测类型"),
            Self::TestResult => ("test_result", "检测结果"),
            Self::TestSampled => ("test_sampled", "采样时间"),
            Self::Recovered => ("recovered", "康复病例首次阳性日期"),
            Self::Changed => ("changed", "变更时间"),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which column of a file stands where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    order: Vec<Column>,
    names: Vec<String>,
}

impl Columns {
    /// The columns that a header names.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] names the column.
    pub fn from_header(header: &Row) -> Result<Self, HeaderError> {
        if let Some((fault, _)) = header.fault() {
            return Err(HeaderError::Unreadable(fault));
        }
        if header.len() > MAX_COLUMNS {
            return Err(HeaderError::TooMany);
        }
        let mut order = Vec::with_capacity(header.len());
        for (i, name) in header.fields().enumerate() {
            let column = Column::ALL
                .into_iter()
                .find(|column| name == column.as_str() || name == column.chinese())
                .ok_or_else(|| HeaderError::Unknown {
                    name: name.chars().take(64).collect(),
                    position: i + 1,
                })?;
            if order.contains(&column) {
                return Err(HeaderError::Double(column));
            }
            order.push(column);
        }
        let columns = Self {
            order,
            names: header.fields().map(str::to_owned).collect(),
        };
        columns.complete()?;
        Ok(columns)
    }

    /// How many fields a row has.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Never: a header names at least `id`.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether the file has this column.
    pub fn has(&self, column: Column) -> bool {
        self.order.contains(&column)
    }

    /// The header as the file writes it.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A column's name as the file writes it; its English name where the file has no such column.
    pub fn name_of(&self, column: Column) -> &str {
        self.place(column).map_or(column.as_str(), |i| &self.names[i])
    }

    /// The column of the `i`-th field.
    pub(super) fn at(&self, i: usize) -> Option<Column> {
        self.order.get(i).copied()
    }

    /// A row's value in a column; empty where the file has no such column.
    pub(super) fn value<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.place(column).and_then(|i| row.field(i)).unwrap_or("")
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.order.iter().position(|known| *known == column)
    }

    fn complete(&self) -> Result<(), HeaderError> {
        if !self.has(Column::Id) {
            return Err(HeaderError::Missing(Column::Id));
        }
        let groups: [&[Column]; 3] = [&Column::DOCUMENT, &Column::VACCINATION, &Column::TEST];
        for group in groups {
            let missing = group.iter().find(|column| !self.has(**column));
            if let Some(missing) = missing.filter(|_| group.iter().any(|column| self.has(*column))) {
                return Err(HeaderError::Missing(*missing));
            }
        }
        Ok(())
    }
}

/// Why a header is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// A column stands there twice, perhaps under both of its names.
    Double(Column),
    /// A column that must be there is not: `id`, or one of a group of which another is there.
    Missing(Column),
    /// More than [`MAX_COLUMNS`] columns.
    TooMany,
    /// The header is no row of fields.
    Unreadable(RowFault),
    /// No such column.
    Unknown {
        /// What stands there, cut to 64 characters.
        name: String,
        /// Which column it is, from 1.
        position: usize,
    },
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Double(column) => write!(f, "the column {column} is there twice"),
            Self::Missing(column) => write!(f, "the column {column} is missing"),
            Self::TooMany => write!(f, "more than {MAX_COLUMNS} columns"),
            Self::Unreadable(fault) => write!(f, "the header cannot be read: {fault}"),
            Self::Unknown { name, position } => write!(f, "column {position} is unknown: {name}"),
        }
    }
}

impl std::error::Error for HeaderError {}

impl Explain for HeaderError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Double(_) => "people-column-double",
            Self::Missing(_) => "people-column-missing",
            Self::TooMany => "people-columns-too-many",
            Self::Unreadable(_) => "people-header-unreadable",
            Self::Unknown { .. } => "people-column-unknown",
        }
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::Double(column) | Self::Missing(column) => {
                vec![("column", column.as_str().into()), ("chinese", column.chinese().into())]
            }
            Self::TooMany => vec![("max", MAX_COLUMNS.into())],
            Self::Unreadable(_) => Vec::new(),
            Self::Unknown { name, position } => {
                vec![("name", name.clone().into()), ("position", (*position).into())]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Result<Columns, HeaderError> {
        Columns::from_header(&Row::new(1, header.split(',')))
    }

    #[test]
    fn names_of_both_languages_in_any_order() {
        let both = columns("姓名,id,采样时间,test_kind,检测结果").unwrap();
        assert_eq!(
            (both.len(), both.at(0), both.at(4)),
            (5, Some(Column::Name), Some(Column::TestResult))
        );
        assert!(both.has(Column::TestSampled) && !both.has(Column::Birth));
        assert_eq!(both.name_of(Column::TestSampled), "采样时间");
        assert_eq!(both.name_of(Column::Birth), "birth");
        for names in [Column::as_str, Column::chinese] {
            let all = Column::ALL.map(names).join(",");
            assert_eq!(columns(&all).unwrap().order, Column::ALL);
        }
    }

    #[test]
    fn each_fault_of_a_header_names_the_column() {
        use HeaderError::*;
        let unknown = |name: &str, position| Unknown {
            name: name.to_owned(),
            position,
        };
        for (header, expected) in [
            ("id,phone", unknown("phone", 2)),
            ("id,", unknown("", 2)),
            ("ID", unknown("ID", 1)),
            ("", unknown("", 1)),
            ("id,name,id", Double(Column::Id)),
            ("id,name,姓名", Double(Column::Name)),
            ("name", Missing(Column::Id)),
            ("id,document_kind,document_number", Missing(Column::DocumentCountry)),
            ("id,vaccine", Missing(Column::VaccineDose)),
            ("id,test_sampled", Missing(Column::TestKind)),
        ] {
            assert_eq!(columns(header), Err(expected), "{header}");
        }
        assert_eq!(columns(&"id,".repeat(MAX_COLUMNS)), Err(TooMany));
    }
}
