//! The people file: which columns it has, and what a row says. A pure function of the row's bytes.
//!
//! ```
//! use postern_issuer::mint::people::{Columns, Encoding, Row};
//!
//! let header = Row::parse(1, "id,name,birth".as_bytes(), Encoding::Utf8);
//! let columns = Columns::from_header(&header)?;
//! let row = Row::parse(2, "A-17,样本甲,1987-03".as_bytes(), Encoding::Utf8);
//! assert_eq!(columns.applicant(&row).map(|applicant| applicant.id().to_string()), Ok("A-17".to_owned()));
//! let row = Row::parse(3, "A-18,样本乙,1987-13".as_bytes(), Encoding::Utf8);
//! assert_eq!(columns.applicant(&row).map_err(|reject| reject.reason.as_str()).unwrap_err(), "birth-invalid");
//! # Ok::<(), postern_issuer::mint::people::HeaderError>(())
//! ```

mod applicant;
mod chunk;
mod column;
mod document;
mod encoding;
mod fields;
mod file;
mod reject;
mod row;
mod row_file;

pub use applicant::{Applicant, PersonId, Sample};
pub use chunk::{Chunk, Position};
pub use column::{Column, Columns, HeaderError};
pub use document::Paper;
pub use encoding::EncodingChoice;
pub use file::{PeopleError, PeopleFile};
pub use reject::{Reason, Reject};
pub use row::{Encoding, MAX_COLUMNS, MAX_FIELD, MAX_LINE, Row, RowFault};
pub use row_file::RowFile;

pub(crate) use fields::{china_day, sampled};
