//! What people would write for the laboratory: the pack's description and its rules. All names say that they are made up.

use std::fs;
use std::path::Path;

use postern_cli::files::{self, FileAction, FileError};
use postern_core::time::Time;

use super::Hours;

pub(crate) const NAME_EN: &str = "Made-up authority of the drill";
pub(crate) const NAME_ZH: &str = "演练用虚构机构";

/// Negative within 72 hours; else vaccinated 14 days ago or longer; else recovered 11 to 180 days ago.
const ENTRY: &str = include_str!("rules/entry.json");
/// Not tested positive within ten days.
const NOT_POSITIVE: &str = include_str!("rules/not-positive.json");

/// Writes `pack/rules`.
pub(super) fn rules(dir: &Path) -> Result<(), FileError> {
    files::write_new(&dir.join("pack/rules/entry.json"), ENTRY.as_bytes())?;
    files::write_new(&dir.join("pack/rules/not-positive.json"), NOT_POSITIVE.as_bytes())
}

/// Writes `pack/pack.toml` anew. `auditors` is what the audit office has sent.
pub(super) fn pack(dir: &Path, made: Time, windows: Hours, auditors: &str) -> Result<(), FileError> {
    const DAY: u64 = 86_400;
    let from = Time::saturating(made.seconds() as i64 - DAY as i64);
    let mut toml = include_str!("pack.toml").to_owned();
    for (word, value) in [
        ("FROM", from.to_string()),
        ("UNTIL", made.plus(365 * DAY).to_string()),
        ("FRESH", windows.fresh.to_string()),
        ("AGING", windows.aging.to_string()),
        ("STALE", windows.stale.to_string()),
    ] {
        toml = toml.replace(word, &value);
    }
    let path = dir.join("pack/pack.toml");
    fs::write(&path, format!("{toml}\n{auditors}")).map_err(|e| FileError::new(path, FileAction::Write, e))
}
