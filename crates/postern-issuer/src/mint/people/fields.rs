//! Dates, times and numbers of a people file, each in the one way in which it may be written.

use chrono::{DateTime, FixedOffset, NaiveDate};
use postern_core::time::{Day, Time};

use super::reject::Reason;

/// China Standard Time is 8 hours ahead of UTC, summer and winter.
const CHINA: i32 = 8 * 3600;

/// The date in China at a time: dates of a people file are of there.
pub(super) fn china_date(time: Time) -> NaiveDate {
    let zone = FixedOffset::east_opt(CHINA).expect("8 hours are less than a day");
    time.utc().with_timezone(&zone).date_naive()
}

/// `YYYY-MM-DD`, from 2020 on.
pub(super) fn day(text: &str) -> Result<Day, Reason> {
    let date = date(text).ok_or(Reason::DateInvalid)?;
    Day::from_date(date).ok_or(Reason::DateOutOfRange)
}

/// `YYYY-MM-DD`: its first second in China Standard Time.
pub(crate) fn china_day(text: &str) -> Option<Time> {
    let midnight = date(text)?.and_hms_opt(0, 0, 0)?.and_utc().timestamp() - i64::from(CHINA);
    Time::from_seconds(u64::try_from(midnight).ok()?)
}

/// RFC 3339, or `YYYY-MM-DD HH:MM` in China Standard Time; down to the minute.
pub(crate) fn sampled(text: &str) -> Option<Time> {
    let seconds = match text.as_bytes() {
        [day @ .., b' ', h1, h2, b':', m1, m2] if day.len() == 10 => {
            let two = |a: &u8, b: &u8| digits(&[*a, *b]);
            let time = date(text.get(..10)?)?.and_hms_opt(two(h1, h2)?, two(m1, m2)?, 0)?;
            time.and_utc().timestamp() - i64::from(CHINA)
        }
        bytes if bytes.len() <= 40 && bytes.get(10).is_some_and(|b| matches!(b, b'T' | b't')) => {
            DateTime::parse_from_rfc3339(text).ok()?.timestamp()
        }
        _ => return None,
    };
    Time::from_seconds(u64::try_from(seconds).ok()? / 60 * 60)
}

/// 1 to 99.
pub(super) fn dose(text: &str) -> Option<u8> {
    let short = (1..=2).contains(&text.len());
    let number = digits(text.as_bytes()).filter(|_| short)?;
    u8::try_from(number).ok().filter(|number| *number > 0)
}

/// A product's number, 1 to 65535.
pub(super) fn product(text: &str) -> Option<u16> {
    let short = (1..=5).contains(&text.len());
    let number = digits(text.as_bytes()).filter(|_| short)?;
    u16::try_from(number).ok().filter(|number| *number > 0)
}

fn date(text: &str) -> Option<NaiveDate> {
    match text.as_bytes() {
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => {
            let year = i32::try_from(digits(y)?).ok()?;
            NaiveDate::from_ymd_opt(year, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)
        }
        _ => None,
    }
}

/// The number that up to nine digits write.
fn digits(bytes: &[u8]) -> Option<u32> {
    let good = (1..=9).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit);
    good.then(|| bytes.iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_one_way() {
        assert_eq!(
            day("2026-01-31").map(|day| day.to_string()).as_deref(),
            Ok("2026-01-31")
        );
        for text in [
            "",
            "2026-02-29",
            "2026-1-31",
            "2026/01/31",
            "20260131",
            "2026-00-01",
            "+026-01-01",
            "２０２６-01-01",
        ] {
            assert_eq!(day(text), Err(Reason::DateInvalid), "{text}");
        }
        for text in ["2019-12-31", "2199-06-07", "9999-01-01"] {
            assert_eq!(day(text), Err(Reason::DateOutOfRange), "{text}");
        }
    }

    #[test]
    fn times_are_rfc_3339_or_of_china() {
        let expected = Some(Time::saturating(1_795_334_400));
        assert_eq!(
            expected.map(|time| time.to_string()).as_deref(),
            Some("2026-11-22T08:00:00Z")
        );
        for text in [
            "2026-11-22 16:00",
            "2026-11-22T16:00:00+08:00",
            "2026-11-22T08:00:59Z",
            "2026-11-22t08:00:00.5z",
        ] {
            assert_eq!(sampled(text), expected, "{text}");
        }
        for text in [
            "",
            "2026-11-22",
            "2026-11-22 16:00:00",
            "2026-11-22 24:00",
            "2026-11-22 1:00",
            "2026-11-22T08:00:00",
            "2026-11-22 08:00:00Z",
            "1969-12-31 16:00",
            "二〇二六-11-22 16:00",
        ] {
            assert_eq!(sampled(text), None, "{text}");
        }
        let midnight = china_day("2026-11-22").map(|time| time.to_string());
        assert_eq!(midnight.as_deref(), Some("2026-11-21T16:00:00Z"));
        for text in ["", "2026-11-31", "1970-01-01", "2026-11-22 16:00"] {
            assert_eq!(china_day(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_bounded() {
        assert_eq!(
            (dose("1"), dose("99"), product("65535"), product("1")),
            (Some(1), Some(99), Some(65535), Some(1))
        );
        for text in ["", "0", "100", "-1", "+1", "1.0", "二"] {
            assert_eq!(dose(text), None, "{text}");
        }
        for text in ["", "0", "65536", "100000", "0x1"] {
            assert_eq!(product(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_in_china_begins_eight_hours_earlier() {
        assert_eq!(
            china_date(Time::saturating(1_795_334_400 + 8 * 3600)).to_string(),
            "2026-11-23"
        );
        assert_eq!(
            china_date(Time::saturating(1_795_334_399 + 8 * 3600)).to_string(),
            "2026-11-22"
        );
    }
}
