//! A ledger of format 1, which program 0.1.0 made, becomes one of format 2: in one transaction, or not at all.
//!
//! Format 1 kept the text of a code and the whole digest of its row; format 2 keeps the code's bytes and half of the digest,
//! and knows replacements, runs and shards.

use postern_core::base45;
use postern_core::code::PREFIX;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, TransactionBehavior};

use super::schema;

const MOVE: &str = "\
ALTER TABLE meta RENAME TO old_meta;
ALTER TABLE keys RENAME TO old_keys;
ALTER TABLE codes RENAME TO old_codes;";

const COPY: &str = "\
INSERT INTO meta (id, issuer, authority, capacity, key, next, shard, shards)
  SELECT id, issuer, authority, capacity, key, next, 1, 1 FROM old_meta;
INSERT INTO keys (fingerprint, kid, since) SELECT fingerprint, kid, since FROM old_keys ORDER BY since, fingerprint;
INSERT INTO codes (counter, id, content, status_index, issued, expires, key, code, minted)
  SELECT counter, id, substr(content, 1, 16), status_index, issued, expires,
    (SELECT number FROM keys WHERE keys.kid = old_codes.kid ORDER BY number LIMIT 1), code_bytes(text), minted
  FROM old_codes ORDER BY counter;
DROP TABLE old_codes;
DROP TABLE old_keys;
DROP TABLE old_meta;";

/// Makes format 2 of format 1.
pub(super) fn from_1(conn: &mut Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    conn.create_scalar_function("code_bytes", 1, flags, |context| {
        let text = context.get_raw(0).as_str().map_err(rusqlite::Error::from)?;
        // A text that is no code stops everything: NULL is not taken.
        Ok(text.strip_prefix(PREFIX).and_then(|text| base45::decode(text).ok()))
    })?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(MOVE)?;
    tx.execute_batch(schema::TABLES)?;
    tx.execute_batch(COPY)?;
    tx.execute_batch(schema::INDEX)?;
    tx.pragma_update(None, "user_version", schema::FORMAT)?;
    tx.commit()?;
    conn.remove_function("code_bytes", 1)
}
