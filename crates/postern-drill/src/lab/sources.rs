//! What people would write for the laboratory: the pack's description and its rules. All names say that they are made up.

use std::path::Path;

use postern_cli::files::{self, FileError};
use postern_core::time::Time;

pub(crate) const NAME_EN: &str = "Made-up authority of the drill";
pub(crate) const NAME_ZH: &str = "演练用虚构机构";

/// Negative within 72 hours; else vaccinated 14 days ago or longer; else recovered 11 to 180 days ago.
const ENTRY: &str = include_str!("rules/entry.json");
/// Not tested positive within ten days.
const NOT_POSITIVE: &str = include_str!("rules/not-positive.json");

/// Writes `pack/pack.toml` and `pack/rules`.
pub(crate) fn write(dir: &Path, now: Time) -> Result<(), FileError> {
    const DAY: u64 = 86_400;
    let from = Time::saturating(now.seconds() as i64 - DAY as i64);
    let toml = include_str!("pack.toml").replace("FROM", &from.to_string());
    let toml = toml.replace("UNTIL", &now.plus(365 * DAY).to_string());
    files::write_new(&dir.join("pack/pack.toml"), toml.as_bytes())?;
    files::write_new(&dir.join("pack/rules/entry.json"), ENTRY.as_bytes())?;
    files::write_new(&dir.join("pack/rules/not-positive.json"), NOT_POSITIVE.as_bytes())
}
