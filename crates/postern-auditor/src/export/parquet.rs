//! Apache Parquet: typed columns in groups of rows, compressed with Snappy.
//!
//! Times are TIMESTAMP(MILLIS, UTC), the format's coarsest; numbers INT64; texts STRING. A number above 2^63 - 1 is in no leaf.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::Rows;
use super::cells::{COLUMNS, Cell, Type, cells};
use crate::archive::Archived;
use crate::findings::Names;

/// Rows of a group, which is in memory until it is written.
pub(super) const GROUP: usize = 65_536;

pub(super) struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Vec<Cell>>,
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(into: W) -> io::Result<Self> {
        let schema = parse_message_type(&schema()).map_err(io_error)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(into, Arc::new(schema), Arc::new(properties));
        Ok(Self {
            writer: writer.map_err(io_error)?,
            columns: vec![Vec::with_capacity(GROUP); COLUMNS.len()],
        })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.columns[0].is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for cells in &mut self.columns {
            if let Some(mut column) = group.next_column()? {
                write_column(column.untyped(), cells)?;
                column.close()?;
            }
            cells.clear();
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> Rows for Parquet<W> {
    fn put(&mut self, event: &Archived, names: &Names) -> io::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells(event, names)) {
            column.push(cell);
        }
        match self.columns[0].len() < GROUP {
            true => Ok(()),
            false => self.write_group().map_err(io_error),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group().map_err(io_error)?;
        self.writer.close().map_err(io_error)?;
        Ok(())
    }
}

fn schema() -> String {
    let column = |(name, column): (&str, Type)| match column {
        Type::Bool => format!("optional boolean {name};"),
        Type::Bytes => format!("optional binary {name};"),
        Type::Number => format!("optional int64 {name};"),
        Type::Text => format!("optional binary {name} (STRING);"),
        Type::Time => format!("optional int64 {name} (TIMESTAMP(MILLIS,true));"),
    };
    format!("message events {{ {} }}", COLUMNS.map(column).concat())
}

/// Values without the nulls, and for each cell whether there is one (definition level 1).
fn write_column(column: &mut ColumnWriter<'_>, cells: &[Cell]) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(*cell != Cell::Null)).collect();
    match column {
        ColumnWriter::BoolColumnWriter(column) => {
            let values = cells.iter().filter_map(|cell| match cell {
                Cell::Bool(value) => Some(*value),
                _ => None,
            });
            let values: Vec<bool> = values.collect();
            column.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::Int64ColumnWriter(column) => {
            let values = cells.iter().filter_map(|cell| match cell {
                Cell::Number(number) => Some(*number as i64),
                Cell::Time(seconds) => Some(*seconds as i64 * 1000),
                _ => None,
            });
            let values: Vec<i64> = values.collect();
            column.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::ByteArrayColumnWriter(column) => {
            let values = cells.iter().filter_map(|cell| match cell {
                Cell::Bytes(bytes) => Some(ByteArray::from(bytes.clone())),
                Cell::Text(text) => Some(ByteArray::from(text.as_str())),
                _ => None,
            });
            let values: Vec<ByteArray> = values.collect();
            column.write_batch(&values, Some(&levels), None)?;
        }
        _ => {
            return Err(ParquetError::General(
                "a column of a type that the schema has not".to_owned(),
            ));
        }
    }
    Ok(())
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        // The writer's own error is inside; whoever tells it sees it as the source.
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(inner) => io::Error::other(inner),
        },
        other => io::Error::other(other),
    }
}
