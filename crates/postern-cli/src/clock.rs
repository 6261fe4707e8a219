//! The one place where programs read the system clock, and the forms in which people read and write times.
//!
//! Times are seconds since 1970-01-01T00:00:00Z without leap seconds, as in a CWT (RFC 8392 section 2).

use std::error::Error;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};

use crate::error::Explain;
use crate::messages::{Catalog, FluentValue};

/// A longer text is not a time.
const MAX_TEXT: usize = 64;

/// The system clock in seconds since 1970; a clock that stands before 1970 gives 0. The core judges whether to trust it.
pub fn now() -> i64 {
    seconds(SystemTime::now())
}

/// Reads an RFC 3339 time (`2026-07-01T08:00:00Z`, `2026-07-01T16:00:00+08:00`; parts of a second are dropped) or a
/// date (`2026-07-01`: its first second in UTC). It can be a clap `value_parser`.
///
/// # Errors
/// [`TimeError`] for any other text.
pub fn parse_time(text: &str) -> Result<i64, TimeError> {
    let error = || TimeError {
        text: text.chars().take(MAX_TEXT).collect(),
    };
    if text.len() > MAX_TEXT {
        return Err(error());
    }
    if is_date(text) {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| error())?;
        return Ok(date.and_time(NaiveTime::MIN).and_utc().timestamp());
    }
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp())
        .map_err(|_| error())
}

/// A time as RFC 3339 in UTC: `2026-07-01T08:00:00Z`. A number of seconds that no calendar reaches is given as it is.
pub fn format_time(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(
        || seconds.to_string(),
        |time| time.to_rfc3339_opts(SecondsFormat::Secs, true),
    )
}

/// The date of a time in UTC: `2026-07-01`.
pub fn format_date(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(|| seconds.to_string(), |time| time.format("%Y-%m-%d").to_string())
}

/// A span of time in words, its largest two units: "3 days 4 hours", "3 天 4 小时". A unit of zero is left out; a
/// negative span counts as none.
pub fn age(seconds: i64, catalog: &Catalog) -> String {
    let seconds = seconds.max(0);
    let units = [
        ("duration-days", seconds / 86_400),
        ("duration-hours", seconds / 3_600 % 24),
        ("duration-minutes", seconds / 60 % 60),
        ("duration-seconds", seconds % 60),
    ];
    let largest = units
        .iter()
        .position(|(_, count)| *count > 0)
        .unwrap_or(units.len() - 1);
    let told: Vec<String> = units
        .iter()
        .enumerate()
        .skip(largest)
        .take(2)
        .filter(|(i, (_, count))| *i == largest || *count > 0)
        .map(|(_, (id, count))| catalog.text(id, &[("count", (*count).into())]))
        .collect();
    told.join(" ")
}

/// A text that is no time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeError {
    text: String,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time: write 2026-07-01 or 2026-07-01T08:00:00Z")
    }
}

impl Error for TimeError {}

impl Explain for TimeError {
    fn reason(&self) -> &'static str {
        "time-unreadable"
    }

    fn args(&self) -> Vec<(&'static str, FluentValue<'static>)> {
        vec![("text", self.text.clone().into())]
    }
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Ten characters, digits but for two dashes: chrono alone would also take `2026-7-1` and `+2026-07-01`.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| {
            if i == 4 || i == 7 {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::messages::Texts;
    use std::time::Duration;

    #[test]
    fn a_clock_before_1970_gives_zero() {
        assert_eq!(seconds(UNIX_EPOCH - Duration::from_secs(5)), 0);
        assert_eq!(seconds(UNIX_EPOCH + Duration::from_millis(5_999)), 5);
        assert!(now() > 0);
    }

    #[test]
    fn times_are_read_and_written() {
        // `date -u -d 2021-12-20T00:00:00Z +%s` gives 1639958400.
        assert_eq!(parse_time("2021-12-20"), Ok(1_639_958_400));
        assert_eq!(parse_time("2021-12-20T00:00:00Z"), Ok(1_639_958_400));
        assert_eq!(parse_time("2021-12-20T08:00:00+08:00"), Ok(1_639_958_400));
        assert_eq!(parse_time("2021-12-20T00:00:00.999Z"), Ok(1_639_958_400));
        assert_eq!(parse_time("1969-12-31T23:59:59Z"), Ok(-1));
        assert_eq!(format_time(1_639_958_400), "2021-12-20T00:00:00Z");
        assert_eq!(format_date(1_639_958_399), "2021-12-19");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let long = format!("2021-12-20T00:00:00.{}Z", "0".repeat(100));
        for text in [
            "",
            "today",
            "2021-13-01",
            "2021-02-29",
            "2021-2-1",
            "+2021-02-01",
            "2021-12-20T25:00:00Z",
            "2021-12-20T00:00:00",
            "二〇二一年",
            &long,
        ] {
            let error = parse_time(text).expect_err(text);
            assert_eq!(error.reason(), "time-unreadable");
            assert!(error.text.chars().count() <= MAX_TEXT);
        }
    }

    #[test]
    fn seconds_that_no_calendar_reaches_are_given_as_they_are() {
        assert_eq!(format_time(i64::MAX), i64::MAX.to_string());
        assert_eq!(format_date(i64::MIN), i64::MIN.to_string());
    }

    #[test]
    fn ages_in_words() {
        let none = Texts { en: "", zh: "" };
        let (en, zh) = (
            Catalog::new(Language::English, none),
            Catalog::new(Language::SimplifiedChinese, none),
        );
        assert_eq!(age(3 * 86_400 + 4 * 3_600 + 59, &en), "3 days 4 hours");
        assert_eq!(age(3 * 86_400 + 4 * 3_600 + 59, &zh), "3 天 4 小时");
        assert_eq!(age(86_400 + 59, &en), "1 day");
        assert_eq!(age(3_661, &en), "1 hour 1 minute");
        assert_eq!(age(61, &zh), "1 分钟 1 秒");
        assert_eq!(age(0, &en), "0 seconds");
        assert_eq!(age(-5, &zh), "0 秒");
        assert_eq!(age(400 * 86_400, &en), "400 days");
        assert!(!age(i64::MAX, &en).is_empty());
    }
}
