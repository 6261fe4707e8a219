//! What was published, and what is on its way into the repository.
//!
//! Signed files are kept here until they lie in the repository. So a version has one content whatever happens: a run that is
//! cut short after it signed is completed with the same bytes, and one that is cut short before has published nothing.

use postern_core::text::Ident;
use postern_core::time::Time;
use rusqlite::{OptionalExtension, Row, params};

use super::{Register, StatusError, integer};

/// A version of the list, or of a column, that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) version: u64,
    /// What its file is dated with.
    pub(crate) issued: Time,
    /// When it was made, by the clock.
    pub(crate) at: Time,
    /// Who signed it off.
    pub(crate) by: Option<String>,
    /// The public key that signed it.
    pub(crate) key: [u8; 32],
    /// The newest change, or batch, that is in it.
    pub(crate) upto: u64,
    /// Bytes of what it inflates to, and their SHA-256.
    pub(crate) size: u64,
    pub(crate) content: [u8; 32],
    /// SHA-256 of the file.
    pub(crate) file: [u8; 32],
    /// Of a list, how many places have each status, at the status' number; of a column, how many have a value.
    pub(crate) counts: Vec<u64>,
}

/// A signed file on its way into the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

impl Register {
    /// The newest version of the list, or of a column.
    pub(crate) fn newest_published(&self, column: Option<&Ident>) -> Result<Option<Published>, StatusError> {
        let sql = "SELECT version, issued, at, by, key, upto, size, content, file, counts FROM published
                   WHERE column_name = ?1 ORDER BY version DESC LIMIT 1";
        self.sql(|conn| conn.query_row(sql, [name(column)], read).optional())
    }

    /// Notes a version whose files are about to be put into the repository, in this order.
    pub(crate) fn publish(
        &mut self,
        column: Option<&Ident>,
        version: &Published,
        files: &[Outgoing],
    ) -> Result<(), StatusError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO published
                   (column_name, version, issued, at, by, key, upto, size, content, file, counts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    name(column),
                    integer(version.version),
                    integer(version.issued.seconds()),
                    integer(version.at.seconds()),
                    version.by,
                    version.key,
                    integer(version.upto),
                    integer(version.size),
                    version.content,
                    version.file,
                    serde_json::to_string(&version.counts).expect("numbers are always written"),
                ],
            )?;
            let mut statement = tx.prepare("INSERT INTO outbox (path, bytes) VALUES (?1, ?2)")?;
            files
                .iter()
                .try_for_each(|file| statement.execute(params![file.path, file.bytes]).map(drop))
        })
    }

    /// The file that is next to be put into the repository, with its number.
    pub(crate) fn outgoing(&self) -> Result<Option<(i64, Outgoing)>, StatusError> {
        let sql = "SELECT number, path, bytes FROM outbox ORDER BY number LIMIT 1";
        self.sql(|conn| {
            let read = |row: &Row<'_>| {
                let (path, bytes) = (row.get(1)?, row.get(2)?);
                Ok((row.get(0)?, Outgoing { path, bytes }))
            };
            conn.query_row(sql, [], read).optional()
        })
    }

    /// Notes that a file lies in the repository.
    pub(crate) fn sent(&mut self, number: i64) -> Result<(), StatusError> {
        self.write(|tx| tx.execute("DELETE FROM outbox WHERE number = ?1", [number]).map(drop))
    }
}

/// The name under which versions are kept: that of the column, empty for the list.
fn name(column: Option<&Ident>) -> &str {
    column.map_or("", Ident::as_str)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Published> {
    let number = |i| row.get(i).map(i64::unsigned_abs);
    let time = |i| row.get(i).map(Time::saturating);
    Ok(Published {
        version: number(0)?,
        issued: time(1)?,
        at: time(2)?,
        by: row.get(3)?,
        key: row.get(4)?,
        upto: number(5)?,
        size: number(6)?,
        content: row.get(7)?,
        file: row.get(8)?,
        counts: serde_json::from_str(row.get_ref(9)?.as_str()?).unwrap_or_default(),
    })
}
