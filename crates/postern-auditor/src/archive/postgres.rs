//! The archive in a PostgreSQL database, or one that speaks its protocol: a connection for each session.

mod copy;
mod partitions;
mod read;
mod server;
mod write;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use postern_log::Tip;
use postern_log::merkle::{Frontier, Hash};
use postgres::Client;
use postgres::error::SqlState;

pub(crate) use server::Server;

use super::{
    Archive, ArchiveWriter, Archived, Enrolled, FORMAT, Filter, ForkRow, GateRow, HourRow, ReceiptRow, RefusedRow, Row,
    Sighting, Span, Taken, WaitingRow,
};
use crate::error::{ArchiveError, Error, Fault};
use partitions::Partitions;

const SCHEMA: &str = include_str!("postgres.sql");
/// Begins a transaction whose answers are all of one moment.
const HOLD: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A session on an archive.
pub(super) struct PostgresArchive {
    server: Server,
    write: bool,
    client: Client,
    /// The numbers of issuers.
    issuers: HashMap<String, i32>,
    partitions: Partitions,
    /// The server's name for the moment that is held.
    moment: Option<String>,
}

/// What goes wrong in a session: what the server says, or what it answers that makes no sense.
enum Trouble {
    Server(postgres::Error),
    Corrupt(String),
    Io(std::io::Error),
}

impl From<postgres::Error> for Trouble {
    fn from(e: postgres::Error) -> Self {
        Self::Server(e)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(e: std::io::Error) -> Self {
        Self::Io(e)
    }
}

impl PostgresArchive {
    /// Makes the schema `postern` in a database that has none.
    pub(super) fn create(server: &Server) -> Result<(), Error> {
        let mut client = server.connect()?;
        let script = format!("BEGIN; {SCHEMA} COMMIT;");
        client.batch_execute(&script).map_err(|e| match e.code() {
            Some(&SqlState::DUPLICATE_SCHEMA) => error(server, Fault::Exists),
            _ => fault(server, e),
        })
    }

    pub(super) fn open(server: &Server, write: bool) -> Result<Self, Error> {
        let mut client = server.connect()?;
        let failed = |e| fault(server, e);
        let format: i64 = client
            .query_one("SELECT format FROM postern.meta WHERE id = 0", &[])
            .map_err(failed)?
            .get(0);
        match format {
            FORMAT => {}
            newer if newer > FORMAT => return Err(error(server, Fault::NewerFormat(newer))),
            _ => return Err(error(server, Fault::NotAnArchive)),
        }
        // A transaction that is lost in a power cut is ingested again: what promises more than that calls `settle` first.
        let mode = match write {
            true => "SET synchronous_commit = off; SET search_path = postern",
            false => "SET default_transaction_read_only = on; SET search_path = postern",
        };
        client.batch_execute(mode).map_err(failed)?;
        Ok(Self {
            server: server.clone(),
            write,
            client,
            issuers: HashMap::new(),
            partitions: Partitions::default(),
            moment: None,
        })
    }

    /// Another connection, as of the moment that this one holds.
    fn session(&self) -> Result<Self, Error> {
        let mut other = Self::open(&self.server, self.write)?;
        if let Some(moment) = &self.moment {
            // The server gave the name: hexadecimal digits and hyphens.
            let script = format!("{HOLD}; SET TRANSACTION SNAPSHOT '{moment}'");
            other.ask(|client| Ok(client.batch_execute(&script)?))?;
            other.moment = Some(moment.clone());
        }
        Ok(other)
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut Client) -> Result<T, Trouble>) -> Result<T, Error> {
        ask(&mut self.client).map_err(|trouble| told(&self.server, trouble))
    }
}

impl Archive for PostgresArchive {
    fn gates(&mut self) -> Result<Vec<GateRow>, Error> {
        self.ask(read::gates)
    }

    fn hours(&mut self, span: Span) -> Result<Vec<HourRow>, Error> {
        self.ask(|client| read::hours(client, span))
    }

    fn sightings(&mut self, span: Span, each: &mut dyn FnMut(Sighting)) -> Result<(), Error> {
        self.ask(|client| read::sightings(client, span, each))
    }

    fn events(&mut self, filter: &Filter, each: &mut dyn FnMut(Archived) -> bool) -> Result<(), Error> {
        self.ask(|client| read::events(client, filter, each))
    }

    fn forks(&mut self) -> Result<Vec<ForkRow>, Error> {
        self.ask(read::forks)
    }

    fn fork_bundle(&mut self, id: i64) -> Result<Vec<u8>, Error> {
        self.ask(|client| {
            Ok(client
                .query_one("SELECT bundle FROM forks WHERE id = $1", &[&id])?
                .try_get(0)?)
        })
    }

    fn waiting(&mut self) -> Result<Vec<WaitingRow>, Error> {
        self.ask(read::waiting)
    }

    fn waiting_bundle(&mut self, gate: i64, digest: &Hash) -> Result<Option<Vec<u8>>, Error> {
        self.ask(|client| {
            let sql = "SELECT bundle FROM waiting WHERE gate = $1 AND digest = $2";
            let row = client.query_opt(sql, &[&gate, &&digest[..]])?;
            Ok(row.map(|row| row.try_get(0)).transpose()?)
        })
    }

    fn refused(&mut self) -> Result<Vec<RefusedRow>, Error> {
        self.ask(read::refused)
    }

    fn receipts(&mut self) -> Result<Vec<ReceiptRow>, Error> {
        self.ask(read::receipts)
    }

    fn checkpoints(&mut self, gate: i64) -> Result<Vec<(u64, String)>, Error> {
        self.ask(|client| read::checkpoints(client, gate))
    }

    fn proofs(&mut self, gate: i64) -> Result<Vec<(u64, u64, Vec<Hash>)>, Error> {
        self.ask(|client| read::proofs(client, gate))
    }

    fn tip(&mut self, gate: i64) -> Result<Tip, Error> {
        self.ask(|client| read::tip(client, gate))
    }

    fn frontier(&mut self, gate: i64, size: u64) -> Result<Frontier, Error> {
        self.ask(|client| read::frontier(client, gate, size))
    }

    fn leaves(&mut self, gate: i64, range: Range<u64>, each: &mut dyn FnMut(u64, &[u8])) -> Result<(), Error> {
        self.ask(|client| read::leaves(client, gate, range, each))
    }

    fn rows(&mut self, gate: i64, each: &mut dyn FnMut(Row) -> bool) -> Result<(), Error> {
        self.ask(|client| read::rows(client, gate, each))
    }

    fn hold(&mut self) -> Result<(), Error> {
        let moment = self.ask(|client| {
            client.batch_execute(HOLD)?;
            Ok(client.query_one("SELECT pg_export_snapshot()", &[])?.try_get(0)?)
        })?;
        self.moment = Some(moment);
        Ok(())
    }

    fn another(&self) -> Result<Box<dyn Archive>, Error> {
        Ok(Box::new(self.session()?))
    }
}

impl ArchiveWriter for PostgresArchive {
    fn enrol(&mut self, gates: &[Enrolled]) -> Result<(u64, u64), Error> {
        self.ask(|client| write::enrol(client, gates))
    }

    fn knows(&mut self, digest: &Hash) -> Result<bool, Error> {
        self.ask(|client| {
            let sql = "SELECT EXISTS (SELECT 1 FROM parts WHERE digest = $1) OR EXISTS (SELECT 1 FROM known WHERE digest = $1)
                       OR EXISTS (SELECT 1 FROM forks WHERE digest = $1)";
            Ok(client.query_one(sql, &[&&digest[..]])?.try_get(0)?)
        })
    }

    fn keep_known(&mut self, digest: &Hash) -> Result<(), Error> {
        self.ask(|client| write::known(client, digest))
    }

    fn take(&mut self, taken: &Taken<'_>) -> Result<bool, Error> {
        let Self {
            client,
            issuers,
            partitions,
            ..
        } = self;
        let done = partitions
            .prepare(client, taken.events, taken.seen)
            .and_then(|()| write::take(client, issuers, taken));
        done.map_err(|trouble| {
            // Numbers that were given in a transaction that was not.
            self.issuers.clear();
            told(&self.server, trouble)
        })
    }

    fn keep_fork(&mut self, fork: &ForkRow, bundle: &[u8]) -> Result<bool, Error> {
        self.ask(|client| write::fork(client, fork, bundle))
    }

    fn keep_waiting(&mut self, waiting: &WaitingRow, bundle: &[u8]) -> Result<bool, Error> {
        self.ask(|client| write::waiting(client, waiting, bundle))
    }

    fn drop_waiting(&mut self, gate: i64, digest: &Hash) -> Result<(), Error> {
        self.ask(|client| {
            client.execute(
                "DELETE FROM waiting WHERE gate = $1 AND digest = $2",
                &[&gate, &&digest[..]],
            )?;
            Ok(())
        })
    }

    fn keep_refused(&mut self, refused: &RefusedRow) -> Result<bool, Error> {
        self.ask(|client| write::refused(client, refused))
    }

    fn keep_receipt(&mut self, receipt: &ReceiptRow) -> Result<(), Error> {
        self.ask(|client| write::receipt(client, receipt))
    }

    fn settle(&mut self) -> Result<(), Error> {
        // A commit that waits for the disk, which has all that was committed before it then.
        self.ask(|client| {
            let mut transaction = client.transaction()?;
            transaction.batch_execute("SET LOCAL synchronous_commit = on; UPDATE meta SET format = format")?;
            Ok(transaction.commit()?)
        })
    }

    fn another_writer(&self) -> Result<Box<dyn ArchiveWriter>, Error> {
        Ok(Box::new(self.session()?))
    }
}

fn error(server: impl fmt::Display, fault: Fault) -> Error {
    ArchiveError {
        place: server.to_string(),
        fault,
    }
    .into()
}

fn told(server: &Server, trouble: Trouble) -> Error {
    match trouble {
        Trouble::Corrupt(what) => error(server, Fault::Corrupt(what)),
        Trouble::Io(e) => error(server, Fault::Unreachable(Box::new(e))),
        Trouble::Server(e) => fault(server, e),
    }
}

/// What the server says, as far as it calls for an action of its own. Its texts name no password.
fn fault(server: &Server, e: postgres::Error) -> Error {
    let kind = match e.code() {
        None if e.is_closed() || std::error::Error::source(&e).is_some_and(|source| source.is::<std::io::Error>()) => {
            Fault::Unreachable(Box::new(e))
        }
        Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME | &SqlState::UNDEFINED_DATABASE) => {
            Fault::Missing
        }
        Some(&SqlState::DISK_FULL | &SqlState::OUT_OF_MEMORY) => Fault::DiskFull,
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION | &SqlState::INSUFFICIENT_PRIVILEGE) => Fault::ReadOnly,
        Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => Fault::NotAdmitted,
        Some(
            &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE,
        ) => Fault::Busy,
        _ => Fault::Database(Box::new(e)),
    };
    error(server, kind)
}
