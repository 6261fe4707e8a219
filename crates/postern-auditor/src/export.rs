//! `export`: events with all that their leaves say, as CSV or Parquet.
//!
//! Rows go out as they come from the archive: CSV one by one, Parquet in groups of [`parquet::GROUP`].

mod cells;
mod csv;
mod parquet;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use postern_cli::Session;
use postern_cli::files::{FileAction, FileError, sync_folder};
use postern_cli::output::Output;
use postern_cli::terminal::{json_line, printable};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::archive::{Archive, ArchiveArgs, Archived, Filter};
use crate::error::Error;
use crate::findings::Names;
use crate::query::Asked;

#[derive(Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Csv,
    Parquet,
}

pub(crate) fn run(args: &ExportArgs, session: &Session) -> Result<u8, Error> {
    let mut archive = args.archive.read()?;
    let gates = archive.gates()?;
    let filter = args.asked.filter(&gates)?;
    let names = Names::of(&gates);
    if args.out == Path::new("-") {
        let out = Output::new(io::stdout());
        write(archive.as_mut(), &filter, &names, args.format, out)?.map_err(Error::Output)?;
        return Ok(0);
    }
    let file = new_file(&args.out)?;
    let failed = |error| Error::from(FileError::new(&args.out, FileAction::Write, error));
    let into = BufWriter::new(file.as_file().try_clone().map_err(failed)?);
    let events = write(archive.as_mut(), &filter, &names, args.format, into)?.map_err(failed)?;
    publish(file, &args.out)?;
    let path = args.out.display().to_string();
    let mut out = Output::stdout();
    let told = if session.json {
        let summary = json!({ "type": "export", "events": events, "out": path });
        writeln!(out, "{}", json_line(&summary))
    } else {
        let values = [("events", events.into()), ("path", path.into())];
        let line = session.catalog.text("export-done", &values);
        writeln!(out, "{}", printable(&line))
    };
    told.and_then(|()| out.flush()).map_err(Error::Output)?;
    Ok(0)
}

/// What takes the rows of a format.
trait Rows {
    /// Adds an event.
    fn put(&mut self, event: &Archived, names: &Names) -> io::Result<()>;

    /// Writes what is left, and the end.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Writes the events that a filter names, and tells how many they were. The inner error is the writer's.
fn write<W: Write + Send + 'static>(
    archive: &mut dyn Archive,
    filter: &Filter,
    names: &Names,
    format: Format,
    into: W,
) -> Result<io::Result<u64>, Error> {
    let rows: io::Result<Box<dyn Rows>> = match format {
        Format::Csv => csv::Csv::new(into).map(|rows| Box::new(rows) as _),
        Format::Parquet => parquet::Parquet::new(into).map(|rows| Box::new(rows) as _),
    };
    let mut rows = match rows {
        Ok(rows) => rows,
        Err(error) => return Ok(Err(error)),
    };
    let (mut events, mut written) = (0, Ok(()));
    archive.events(filter, &mut |event| {
        written = rows.put(&event, names);
        events += u64::from(written.is_ok());
        written.is_ok()
    })?;
    Ok(written.and_then(|()| rows.finish()).map(|()| events))
}

/// A file that has its name once it is whole, and takes nobody's place.
pub(crate) fn new_file(path: &Path) -> Result<NamedTempFile, FileError> {
    let failed = |error| FileError::new(path, FileAction::Create, error);
    // The rename at the end decides; this only spares the work.
    if path.symlink_metadata().is_ok() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".postern-").suffix(".tmp");
    builder.tempfile_in(folder).map_err(failed)
}

/// Gives a whole file its name.
pub(crate) fn publish(file: NamedTempFile, path: &Path) -> Result<(), FileError> {
    file.as_file()
        .sync_all()
        .map_err(|error| FileError::new(path, FileAction::Write, error))?;
    let named: Result<File, _> = file.persist_noclobber(path);
    named.map_err(|error| FileError::new(path, FileAction::Create, error.error))?;
    sync_folder(path)
}

#[cfg(test)]
mod tests {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::RowAccessor;
    use postern_log::{NewEvent, Outcome};

    use super::*;
    use crate::findings::city::{Memory, code, gate, override_of, with_credential};

    /// A writer whose bytes a test can look at afterwards.
    #[derive(Clone, Default)]
    struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn archive() -> (Memory, Names) {
        let mut memory = Memory::of(vec![gate(1, 0.0, 0.0, 0), gate(2, 0.0, 0.0, 0)]);
        memory.gates[1].name = "=HYPERLINK(1)".to_owned();
        memory.add(
            1,
            with_credential([1, 2, 3, 4], 1_700_000_000, 9, code(1_700_000_100, Outcome::Admit)),
        );
        memory.add(1, code(1_700_000_200, Outcome::Refuse));
        memory.add(1, override_of(1_700_000_300, "-op", 1, Outcome::Admit));
        let foreign = NewEvent {
            issuer: Some("+issuer, \"x\"".to_owned()),
            ..code(1_700_000_400, Outcome::Admit)
        };
        memory.add(2, foreign);
        let names = Names::of(&memory.gates);
        (memory, names)
    }

    fn exported(format: Format) -> (u64, Vec<u8>) {
        let (mut memory, names) = archive();
        let into = Shared::default();
        let events = write(&mut memory, &Filter::default(), &names, format, into.clone());
        let bytes = into.0.lock().unwrap().clone();
        (events.unwrap().unwrap(), bytes)
    }

    #[test]
    fn csv_has_every_column_and_no_formula() {
        let (events, bytes) = exported(Format::Csv);
        assert_eq!(events, 4);
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[0].starts_with("gate,seq,time,system,kind,outcome,reasons,code,person,issuer,"));
        assert!(lines[0].ends_with(",kid,issued,status_index"));
        assert!(lines[1].starts_with("gate-1,0,2023-11-14T22:15:00Z,"), "{}", lines[1]);
        assert!(lines[1].ends_with(",01020304,2023-11-14T22:13:20Z,9"), "{}", lines[1]);
        assert!(lines[3].contains(",1,'-op,"), "{}", lines[3]);
        assert!(lines[4].starts_with("'=HYPERLINK(1),0,"), "{}", lines[4]);
        assert!(lines[4].contains(",\"'+issuer, \"\"x\"\"\","), "{}", lines[4]);
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn parquet_is_read_back() {
        let (events, bytes) = exported(Format::Parquet);
        assert_eq!(events, 4);
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap()).collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0].get_string(0).unwrap(), "gate-1");
        assert_eq!(rows[0].get_long(1).unwrap(), 0);
        assert_eq!(rows[0].get_timestamp_millis(2).unwrap(), 1_700_000_100_000);
        assert_eq!(
            rows[3].get_string(0).unwrap(),
            "=HYPERLINK(1)",
            "a type cannot be a formula"
        );
        let names: Vec<_> = rows[0].get_column_iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, cells::COLUMNS.map(|(name, _)| name));
        let last = names.len() - 1;
        assert_eq!(rows[0].get_long(last).unwrap(), 9);
        assert!(rows[1].get_long(last).is_err(), "null without a credential");
        assert_eq!(rows[0].get_bytes(last - 2).unwrap().data(), [1, 2, 3, 4]);
    }

    #[test]
    fn groups_that_are_full_are_written() {
        let (mut memory, names) = archive();
        for time in 0..parquet::GROUP as u64 {
            memory.add(1, code(time, Outcome::Admit));
        }
        let into = Shared::default();
        let events = write(&mut memory, &Filter::default(), &names, Format::Parquet, into.clone());
        assert_eq!(events.unwrap().unwrap(), parquet::GROUP as u64 + 4);
        let bytes = into.0.lock().unwrap().clone();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        assert_eq!(reader.num_row_groups(), 2);
        assert_eq!(reader.metadata().file_metadata().num_rows(), parquet::GROUP as i64 + 4);
    }
}
