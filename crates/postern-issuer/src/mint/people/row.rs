//! One line of a people file as fields. A line is a row: no value of a people file has a line break in it, and so one
//! forgotten quotation mark costs one row and not the rest of the file.

use std::fmt;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use encoding_rs::GB18030;

/// The most bytes of a line.
pub const MAX_LINE: usize = 64 << 10;
/// The most bytes of a field.
pub const MAX_FIELD: usize = 4 << 10;
/// The most columns.
pub const MAX_COLUMNS: usize = 64;

/// How a file writes its characters. A comma, a quotation mark and a line break are the same byte in both, and no
/// part of another character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// GB 18030, with GBK and GB 2312 in it.
    Gb18030,
    /// UTF-8.
    Utf8,
}

impl Encoding {
    /// A stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gb18030 => "gb18030",
            Self::Utf8 => "utf-8",
        }
    }

    fn decode(self, bytes: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Into::into),
        }
    }

    fn decode_lossy(self, bytes: &[u8]) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Gb18030 => GB18030.decode_without_bom_handling(bytes).0,
            Self::Utf8 => String::from_utf8_lossy(bytes),
        }
    }
}

/// The fields of one line, without the space around them; or what could be read of them, and why not more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    line: u64,
    text: String,
    ends: Vec<usize>,
    fault: Option<(RowFault, Option<usize>)>,
}

/// Why a line is not a row of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowFault {
    /// A field is longer than [`MAX_FIELD`].
    FieldTooLong,
    /// The line is longer than [`MAX_LINE`].
    LineTooLong,
    /// Bytes that are no characters in the file's encoding.
    NotText,
    /// A quotation mark is opened and not closed on the line.
    QuoteOpen,
    /// More than [`MAX_COLUMNS`] fields.
    TooManyFields,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldTooLong => write!(f, "a field of more than {MAX_FIELD} bytes"),
            Self::LineTooLong => write!(f, "a line of more than {MAX_LINE} bytes"),
            Self::NotText => f.write_str("bytes that are no characters in the encoding of the file"),
            Self::QuoteOpen => f.write_str("a quotation mark that is not closed"),
            Self::TooManyFields => write!(f, "more than {MAX_COLUMNS} fields"),
        }
    }
}

impl Row {
    /// A row of these fields; `line` counts from 1.
    pub fn new<'f>(line: u64, fields: impl IntoIterator<Item = &'f str>) -> Self {
        let mut row = Self::empty(line);
        fields.into_iter().for_each(|field| row.push(field));
        row
    }

    /// The row of one line's bytes, without or with its line break. Never fails: a fault is kept in the row.
    pub fn parse(line: u64, bytes: &[u8], encoding: Encoding) -> Self {
        RowParser::new(encoding).parse(line, bytes)
    }

    /// A line that was longer than [`MAX_LINE`].
    pub fn too_long(line: u64) -> Self {
        Self {
            fault: Some((RowFault::LineTooLong, None)),
            ..Self::empty(line)
        }
    }

    /// The line's number in the file, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether no field holds anything, as in the lines that spreadsheets leave at the end.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.fault.is_none()
    }

    /// The `i`-th field.
    pub fn field(&self, i: usize) -> Option<&str> {
        let end = *self.ends.get(i)?;
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        self.text.get(start..end)
    }

    /// All fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|i| self.field(i))
    }

    /// Why this is not a row, and in which field.
    pub fn fault(&self) -> Option<(RowFault, Option<usize>)> {
        self.fault
    }

    fn empty(line: u64) -> Self {
        Self {
            line,
            text: String::new(),
            ends: Vec::new(),
            fault: None,
        }
    }

    fn push(&mut self, field: &str) {
        self.text.push_str(field.trim_matches(is_space));
        self.ends.push(self.text.len());
    }

    fn fail(&mut self, fault: RowFault, field: Option<usize>) {
        self.fault.get_or_insert((fault, field));
    }
}

/// Space that people and spreadsheets leave around values, the tab that keeps a long number a text among it.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{3000}')
}

/// Parses line after line in the same memory.
pub(super) struct RowParser {
    encoding: Encoding,
    reader: Reader,
    output: Box<[u8]>,
    ends: [usize; MAX_COLUMNS + 1],
}

impl RowParser {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            reader: ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build(),
            output: vec![0; MAX_LINE + 2].into_boxed_slice(),
            ends: [0; MAX_COLUMNS + 1],
        }
    }

    pub(super) fn parse(&mut self, line: u64, bytes: &[u8]) -> Row {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.len() > MAX_LINE {
            return Row::too_long(line);
        }
        let mut row = Row {
            text: String::with_capacity(bytes.len()),
            ends: Vec::with_capacity(16),
            ..Row::empty(line)
        };
        if bytes.is_empty() {
            row.push("");
            return row;
        }
        self.reader.reset();
        let (first, read, written, mut fields) = self.reader.read_record(bytes, &mut self.output, &mut self.ends);
        match first {
            ReadRecordResult::InputEmpty => {
                // The line break closes the row, unless it stands within quotation marks.
                let (end, _, _, more) =
                    self.reader
                        .read_record(b"\n", &mut self.output[written..], &mut self.ends[fields..]);
                fields += more;
                match end {
                    ReadRecordResult::Record => {}
                    ReadRecordResult::OutputEndsFull => row.fail(RowFault::TooManyFields, None),
                    _ => {
                        row.fail(RowFault::QuoteOpen, None);
                        // What stands in the field that was not closed, for the list of rejects.
                        if let Some(end) = self.ends.get_mut(fields) {
                            *end = written;
                            fields += 1;
                        }
                    }
                }
            }
            ReadRecordResult::OutputEndsFull => row.fail(RowFault::TooManyFields, None),
            // A line break within the bytes: the caller gave two lines.
            _ if read < bytes.len() => row.fail(RowFault::NotText, None),
            _ => {}
        }
        self.decode(&mut row, fields.min(MAX_COLUMNS + 1));
        row
    }

    fn decode(&self, row: &mut Row, fields: usize) {
        let mut start = 0;
        for (i, end) in self.ends[..fields].iter().copied().enumerate() {
            let bytes = self.output.get(start..end).unwrap_or_default();
            start = end;
            if bytes.len() > MAX_FIELD {
                row.fail(RowFault::FieldTooLong, Some(i));
            }
            match self.encoding.decode(bytes) {
                Some(text) => row.push(&text),
                None => {
                    row.fail(RowFault::NotText, Some(i));
                    row.push(&self.encoding.decode_lossy(bytes));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(bytes: &[u8]) -> Vec<String> {
        let row = Row::parse(7, bytes, Encoding::Utf8);
        assert_eq!((row.fault(), row.line()), (None, 7));
        row.fields().map(str::to_owned).collect()
    }

    fn fault(bytes: &[u8]) -> Option<(RowFault, Option<usize>)> {
        Row::parse(1, bytes, Encoding::Utf8).fault()
    }

    #[test]
    fn fields_with_quotes_and_spaces() {
        assert_eq!(fields(b"a,b\r\n"), ["a", "b"]);
        assert_eq!(
            fields(b" a ,\t11010,\"b, \"\"c\"\"\",\n"),
            ["a", "11010", "b, \"c\"", ""]
        );
        assert_eq!(fields("\u{3000}样本\u{a0},".as_bytes()), ["样本", ""]);
        assert_eq!(fields(b""), [""]);
        assert!(Row::parse(1, b", ,\t", Encoding::Utf8).is_empty());
    }

    #[test]
    fn gb18030_is_cut_at_the_right_commas() {
        // 样本 and 𠀀 (four bytes, two of them digits), then a name of GBK's trail bytes below 0x80.
        let bytes = b"\xd1\xf9\xb1\xbe,\x95\x32\x82\x36,\x81\x5c\x81\x7c";
        let row = Row::parse(1, bytes, Encoding::Gb18030);
        assert_eq!(row.fields().collect::<Vec<_>>(), ["样本", "𠀀", "乗亅"]);
        assert_eq!(row.fault(), None);
    }

    #[test]
    fn each_fault_is_kept_with_what_could_be_read() {
        assert_eq!(fault(b"a,\"b"), Some((RowFault::QuoteOpen, None)));
        assert_eq!(fault(b"a,b\xff"), Some((RowFault::NotText, Some(1))));
        assert_eq!(fault(b"a\nb"), Some((RowFault::NotText, None)));
        assert_eq!(fault(&[b','; MAX_COLUMNS - 1]), None);
        assert_eq!(fault(&[b','; MAX_COLUMNS + 5]), Some((RowFault::TooManyFields, None)));
        assert_eq!(fault(&[b'a'; MAX_FIELD]), None);
        assert_eq!(fault(&[b'a'; MAX_FIELD + 1]), Some((RowFault::FieldTooLong, Some(0))));
        assert_eq!(fault(&[b'a'; MAX_LINE]), Some((RowFault::FieldTooLong, Some(0))));
        assert_eq!(fault(&[b'a'; MAX_LINE + 1]), Some((RowFault::LineTooLong, None)));
        let row = Row::parse(1, b"a,\"b,c", Encoding::Utf8);
        assert_eq!(row.fields().next(), Some("a"));
        assert!(row.fields().last().is_some_and(|last| last.starts_with("b,c")));
        let row = Row::parse(1, b"\xd1\xf9\xff", Encoding::Gb18030);
        assert_eq!(row.fault(), Some((RowFault::NotText, Some(0))));
    }

    proptest! {
        #[test]
        fn any_bytes_make_a_row(bytes in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), any::<u8>()], 0..300)) {
            for encoding in [Encoding::Utf8, Encoding::Gb18030] {
                let row = Row::parse(1, &bytes, encoding);
                prop_assert!(row.fields().count() == row.len());
            }
        }

        #[test]
        fn what_csv_writes_is_read(fields in proptest::collection::vec("[a-z,\" 样]{1,8}", 1..MAX_COLUMNS)) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            writer.write_record(&fields).unwrap();
            let row = Row::parse(1, &writer.into_inner().unwrap(), Encoding::Utf8);
            let expected: Vec<&str> = fields.iter().map(|field| field.trim_matches(' ')).collect();
            prop_assert_eq!(row.fields().collect::<Vec<_>>(), expected);
        }

        #[test]
        fn parsing_again_in_the_same_memory_changes_nothing(lines in proptest::collection::vec("[a,\"\r样]{0,12}", 1..6)) {
            let mut parser = RowParser::new(Encoding::Utf8);
            for line in lines {
                prop_assert_eq!(parser.parse(1, line.as_bytes()), Row::parse(1, line.as_bytes(), Encoding::Utf8));
            }
        }
    }
}
