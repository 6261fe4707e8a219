//! Opening the database: what a file must be, and how SQLite is set.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{Reader, is_gate_id};
use crate::error::LogError;
use crate::schema::{self, APPLICATION_ID, FORMAT, Tables};

/// How long to wait for another program's lock on the database. Readers take none that lasts.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

impl Reader {
    pub(crate) fn connect(path: &Path, mode: OpenFlags) -> Result<Self, LogError> {
        let sql = |e| LogError::sql(path, e);
        let conn = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sql)?;
        conn.busy_timeout(BUSY_TIMEOUT).map_err(sql)?;
        // A file from anywhere must not make this program run SQL of its own.
        for (config, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        ] {
            conn.set_db_config(config, on).map_err(sql)?;
        }
        let gate = identify(&conn, path)?;
        let path = path.to_owned();
        Ok(Self { conn, path, gate })
    }

    /// Makes commits durable, and refuses to write where they could not be.
    pub(crate) fn prepare_for_writing(&self) -> Result<(), LogError> {
        let path = || self.path.clone();
        if self.conn.is_readonly("main").map_err(|e| self.sql(e))? {
            return Err(LogError::ReadOnly { path: path() });
        }
        let mode: String = self
            .conn
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
            .map_err(|e| self.sql(e))?;
        if mode != "wal" {
            return Err(LogError::Unsupported { path: path() });
        }
        // `fullfsync` has an effect on macOS only, where a plain fsync leaves data in the drive's cache.
        for (pragma, value) in [
            ("synchronous", "full"),
            ("fullfsync", "on"),
            ("checkpoint_fullfsync", "on"),
        ] {
            self.conn.pragma_update(None, pragma, value).map_err(|e| self.sql(e))?;
        }
        let tables = tables(&self.conn, &self.path)?;
        let changed = schema::changed(&self.conn, tables).map_err(|e| self.sql(e))?;
        match changed.first() {
            None => Ok(()),
            Some(name) => Err(self.corrupt(format!("\"{name}\" is not as the log had it"))),
        }
    }
}

/// The name of the gate, if the database is a log of a format that can be read.
fn identify(conn: &Connection, path: &Path) -> Result<String, LogError> {
    let sql = |e| LogError::sql(path, e);
    let corrupt = |what: &str| LogError::Corrupt {
        path: path.to_owned(),
        what: what.to_owned(),
    };
    // One transaction, so that the gate cannot bring the log to the present format between the two numbers.
    let tx = conn.unchecked_transaction().map_err(sql)?;
    if number(&tx, "application_id").map_err(sql)? != APPLICATION_ID {
        return Err(LogError::NotALog { path: path.to_owned() });
    }
    tables(&tx, path)?;
    let (format, gate): (i64, String) = tx
        .query_row("SELECT format, gate FROM meta WHERE id = 0", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(sql)?
        .ok_or_else(|| corrupt("the name of the gate is missing"))?;
    if format != number(&tx, "user_version").map_err(sql)? || !is_gate_id(&gate) {
        return Err(corrupt("the table \"meta\" contradicts the header"));
    }
    Ok(gate)
}

/// The tables of the format that the log has now.
///
/// # Errors
///
/// [`LogError::NewerFormat`] and [`LogError::OlderFormat`] for one that this program does not read.
pub(crate) fn tables(conn: &Connection, path: &Path) -> Result<&'static Tables, LogError> {
    let found = number(conn, "user_version").map_err(|e| LogError::sql(path, e))?;
    Tables::of(found).ok_or_else(|| {
        let path = path.to_owned();
        if found > FORMAT {
            LogError::NewerFormat { path, found }
        } else {
            LogError::OlderFormat { path, found }
        }
    })
}

/// A number in the header of the database.
pub(crate) fn number(conn: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, pragma, |row| row.get(0))
}
