//! Lists, columns and wrapped tag keys in the store.

use postern_core::text::Ident;
use postern_core::trust::{Holdings, StoredStatus};
use rusqlite::{Connection, Transaction};
use sha2::{Digest, Sha256};

/// A list or a column of what is believed.
pub(super) struct Row {
    list: Option<Ident>,
    column: Option<Ident>,
    named: bool,
    file: Vec<u8>,
    content: Option<Vec<u8>>,
}

impl Row {
    /// As the core reads it; `None` where its names are none.
    pub(super) fn as_stored(&self) -> Option<StoredStatus<'_>> {
        let list = self.list.as_ref().filter(|_| self.named)?;
        Some(StoredStatus {
            list,
            column: self.column.as_ref(),
            file: &self.file,
            content: self.content.as_deref(),
        })
    }
}

/// What is believed today.
pub(super) fn read(conn: &Connection) -> rusqlite::Result<Vec<Row>> {
    let mut rows = conn.prepare(
        "SELECT h.list, h.column, f.bytes, c.bytes FROM held h JOIN files f ON f.digest = h.file
         LEFT JOIN files c ON c.digest = h.content WHERE h.back = 0",
    )?;
    let rows = rows.query_map([], |row| {
        let (list, column): (String, String) = (row.get(0)?, row.get(1)?);
        let parsed = column.parse().ok();
        Ok(Row {
            list: list.parse().ok(),
            named: column.is_empty() || parsed.is_some(),
            column: parsed,
            file: row.get(2)?,
            content: row.get(3)?,
        })
    })?;
    rows.collect()
}

/// Stores what is believed from now on; what neither generation holds any more is dropped.
pub(super) fn insert(tx: &Transaction<'_>, holdings: &Holdings) -> rusqlite::Result<()> {
    let mut file = tx.prepare("INSERT INTO files (digest, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    let mut row =
        tx.prepare("INSERT INTO held (back, list, column, version, file, content) VALUES (0, ?1, ?2, ?3, ?4, ?5)")?;
    for (list, column, held) in holdings.iter() {
        let digest: [u8; 32] = Sha256::digest(held.file()).into();
        file.execute((digest, held.file()))?;
        let content = held.content().map(|bytes| (held.digest(), bytes));
        if let Some(content) = content {
            file.execute(content)?;
        }
        let version = i64::try_from(held.version()).unwrap_or(i64::MAX);
        let column = column.map_or("", Ident::as_str);
        row.execute((
            list.as_str(),
            column,
            version,
            digest,
            content.map(|(digest, _)| digest),
        ))?;
    }
    tx.execute(
        "DELETE FROM files WHERE digest NOT IN
         (SELECT file FROM held UNION SELECT content FROM held WHERE content IS NOT NULL)",
        [],
    )?;
    Ok(())
}

/// The wrapped tag keys.
pub(super) fn tags(conn: &Connection) -> rusqlite::Result<Vec<(u8, Vec<u8>)>> {
    let mut rows = conn.prepare("SELECT epoch, file FROM tags ORDER BY epoch")?;
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Replaces the wrapped tag keys.
pub(super) fn set_tags(tx: &Transaction<'_>, tags: &[(u8, Vec<u8>)]) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM tags", [])?;
    let mut row = tx.prepare("INSERT INTO tags (epoch, file) VALUES (?1, ?2)")?;
    tags.iter().try_for_each(|tag| row.execute((tag.0, &tag.1)).map(drop))
}
