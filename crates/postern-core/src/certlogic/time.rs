//! Date-times with the precision of a millisecond, in UTC, and the arithmetic of `plusTime`.

use std::fmt;

use super::SmallText;

const MS_PER_SECOND: i64 = 1_000;
const MS_PER_HOUR: i64 = 3_600 * MS_PER_SECOND;
const MS_PER_DAY: i64 = 24 * MS_PER_HOUR;

/// ECMAScript's range of times (ECMA-262, "Time Values and Time Range").
const MAX_MS: i64 = 8_640_000_000_000_000;

/// Far beyond any amount of months that stays in range, and far from overflow.
const MAX_MONTHS: i64 = 12 * 1_000_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, at most 8.64e15 on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(i64);

/// The units of `plusTime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// 24 hours: there is no daylight saving in UTC.
    Day,
    /// 60 minutes.
    Hour,
    /// A month of the calendar.
    Month,
    /// Twelve months of the calendar.
    Year,
}

impl TimeUnit {
    /// The unit that rules call `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "day" => Self::Day,
            "hour" => Self::Hour,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }
}

impl DateTime {
    /// The instant `ms` milliseconds after 1970-01-01T00:00:00Z, or none beyond the range.
    pub fn from_millis(ms: i64) -> Option<Self> {
        (-MAX_MS..=MAX_MS).contains(&ms).then_some(Self(ms))
    }

    /// The instant `seconds` after 1970-01-01T00:00:00Z, or none beyond the range.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        Self::from_millis(seconds.checked_mul(MS_PER_SECOND)?)
    }

    /// Midnight at the beginning of a day, counted from 1970-01-01, or none beyond the range.
    pub fn from_days(days: i64) -> Option<Self> {
        Self::from_millis(days.checked_mul(MS_PER_DAY)?)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Reads what `plusTime` accepts: `YYYY`, `YYYY-MM` (their last day), `YYYY-MM-DD` (midnight), or
    /// `YYYY-MM-DDThh:mm:ss`, then any number of decimals after a dot (those past the third are dropped), then
    /// nothing or `Z` for UTC, or an offset `[+-]` with `h`, `hh`, `hmm`, `hhmm`, `h:mm` or `hh:mm`.
    ///
    /// None for anything else, and for what no calendar or clock shows: month 13, 30 February, hour 24, second 60.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        match bytes.split_at_checked(10) {
            Some((date, [])) => full_date(date),
            Some((date, [b'T', time @ ..])) => Self::from_millis(full_date(date)?.0 + time_of_day(time)?),
            Some(_) => None,
            None => partial_date(bytes),
        }
    }

    /// Reads what `dccDateOfBirth` accepts: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; the last day that fits, at midnight.
    pub fn parse_birth_date(text: &str) -> Option<Self> {
        if text.len() > 10 {
            return None;
        }
        Self::parse(text)
    }

    /// Adds `amount` units, as ECMAScript's `setUTC...(getUTC... + amount)`: a day that the resulting month does not
    /// have counts on into the next month. None beyond the range.
    pub fn plus(self, amount: i64, unit: TimeUnit) -> Option<Self> {
        let ms = |per_unit| Self::from_millis(self.0.checked_add(amount.checked_mul(per_unit)?)?);
        match unit {
            TimeUnit::Hour => ms(MS_PER_HOUR),
            TimeUnit::Day => ms(MS_PER_DAY),
            TimeUnit::Month => self.plus_months(amount),
            TimeUnit::Year => self.plus_months(amount.checked_mul(12)?),
        }
    }

    /// `YYYY-MM-DDThh:mm:ssZ`, with `.sss` before the `Z` if there are milliseconds, and with the year as a sign and
    /// six digits outside 0000 to 9999.
    pub fn to_text(self) -> SmallText {
        let mut text = self.date();
        text.push(b'T');
        let ms = self.0.rem_euclid(MS_PER_DAY);
        for (unit, before) in [
            (MS_PER_HOUR, None),
            (60 * MS_PER_SECOND, Some(b':')),
            (MS_PER_SECOND, Some(b':')),
        ] {
            before.into_iter().for_each(|separator| text.push(separator));
            text.digits(2, ms / unit % if unit == MS_PER_HOUR { 24 } else { 60 });
        }
        if ms % MS_PER_SECOND != 0 {
            text.push(b'.');
            text.digits(3, ms % MS_PER_SECOND);
        }
        text.push(b'Z');
        text.finish()
    }

    /// `YYYY-MM-DD` of the day in UTC, with the year as [`to_text`](Self::to_text) has it.
    pub fn to_date_text(self) -> SmallText {
        self.date().finish()
    }

    fn date(self) -> Writer {
        let (year, month, day) = date_of(self.0.div_euclid(MS_PER_DAY));
        let mut text = Writer::default();
        if (0..=9_999).contains(&year) {
            text.digits(4, year);
        } else {
            text.push(if year < 0 { b'-' } else { b'+' });
            text.digits(6, year.abs());
        }
        text.push(b'-');
        text.digits(2, month);
        text.push(b'-');
        text.digits(2, day);
        text
    }

    fn plus_months(self, amount: i64) -> Option<Self> {
        if !(-MAX_MONTHS..=MAX_MONTHS).contains(&amount) {
            return None;
        }
        let (year, month, day) = date_of(self.0.div_euclid(MS_PER_DAY));
        let months = year * 12 + (month - 1) + amount;
        let first = day_of(months.div_euclid(12), months.rem_euclid(12) + 1, 1);
        Self::from_millis((first + day - 1) * MS_PER_DAY + self.0.rem_euclid(MS_PER_DAY))
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// ASCII text in place.
#[derive(Default)]
struct Writer {
    len: usize,
    bytes: [u8; SmallText::CAPACITY],
}

impl Writer {
    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    fn digits(&mut self, count: usize, mut number: i64) {
        for at in (0..count).rev() {
            self.bytes[self.len + at] = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.len += count;
    }

    fn finish(&self) -> SmallText {
        let text = std::str::from_utf8(&self.bytes[..self.len]).expect("only ASCII was written");
        SmallText::new(text).expect("the buffer is no larger than a small text")
    }
}

/// The day number of a date of the proleptic Gregorian calendar, counted from 1970-01-01; `day` may run past the end
/// of the month.
fn day_of(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day ends one: 153 days are five months from March or August on.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    365 * year + leap_days + (153 * month + 2) / 5 + (day - 1) - 719_468
}

/// Year, month and day of a day number: the inverse of [`day_of`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    // 146,097 days are 400 years, 36,524 a century without its leap year, 1,461 four years.
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = 400 * era + year_of_era;
    if month < 10 {
        (year, month + 3, day)
    } else {
        (year + 1, month - 9, day)
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `YYYY-MM-DD` at midnight.
fn full_date(bytes: &[u8]) -> Option<DateTime> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
        return None;
    };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
    let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    exists.then(|| DateTime(day_of(year, month, day) * MS_PER_DAY))
}

/// `YYYY` or `YYYY-MM`: the last day, at midnight.
fn partial_date(bytes: &[u8]) -> Option<DateTime> {
    let (year, month) = match *bytes {
        [_, _, _, _] => (number(bytes)?, 12),
        [_, _, _, _, b'-', m1, m2] => (number(&bytes[..4])?, number(&[m1, m2])?),
        _ => return None,
    };
    let exists = (1..=12).contains(&month);
    exists.then(|| DateTime(day_of(year, month, days_in_month(year, month)) * MS_PER_DAY))
}

/// `hh:mm:ss`, decimals and offset in milliseconds of UTC, which may be negative or more than a day.
fn time_of_day(bytes: &[u8]) -> Option<i64> {
    let &[h1, h2, b':', m1, m2, b':', s1, s2, ref rest @ ..] = bytes else {
        return None;
    };
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (ms, rest) = match rest {
        [b'.', rest @ ..] => decimals(rest)?,
        rest => (0, rest),
    };
    Some(hour * MS_PER_HOUR + (minute * 60 + second) * MS_PER_SECOND + ms - offset(rest)?)
}

/// The milliseconds that one or more decimals amount to, and what follows them.
fn decimals(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = bytes.split_at(count);
    let kept = number(&digits[..count.min(3)])?;
    Some((kept * [1, 100, 10, 1][count.min(3)], rest))
}

/// An offset from UTC in milliseconds.
fn offset(bytes: &[u8]) -> Option<i64> {
    let (sign, digits) = match bytes {
        [] | b"Z" => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hour, minute) = match *digits {
        [_] | [_, _] => (number(digits)?, 0),
        [h, m1, m2] | [h, b':', m1, m2] => (number(&[h])?, number(&[m1, m2])?),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (number(&[h1, h2])?, number(&[m1, m2])?),
        _ => return None,
    };
    (hour <= 23 && minute <= 59).then_some(sign * (hour * MS_PER_HOUR + minute * 60 * MS_PER_SECOND))
}

/// The number that one to a few decimal digits make; none if there is anything else, or nothing.
fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| 10 * number + i64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days, NaiveDate};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime {
        DateTime::parse(text).unwrap_or_else(|| panic!("{text} is a date-time"))
    }

    #[test]
    fn every_format_of_the_specification_is_read() {
        for (text, same) in [
            ("2004", "2004-12-31T00:00:00Z"),
            ("2004-02", "2004-02-29T00:00:00Z"),
            ("2003-02", "2003-02-28T00:00:00Z"),
            ("2004-12", "2004-12-31T00:00:00Z"),
            ("2021-05-04", "2021-05-04T00:00:00Z"),
            ("2021-05-04T13:37:42", "2021-05-04T13:37:42Z"),
            ("2021-05-04T13:37:42Z", "2021-05-04T13:37:42Z"),
            ("2021-05-04T00:37:42+2", "2021-05-03T22:37:42Z"),
            ("2021-05-04T13:37:42-2", "2021-05-04T15:37:42Z"),
            ("2021-05-04T13:37:42+02", "2021-05-04T11:37:42Z"),
            ("2021-05-04T13:37:42+130", "2021-05-04T12:07:42Z"),
            ("2021-05-04T13:37:42-0130", "2021-05-04T15:07:42Z"),
            ("2021-05-04T13:37:42+1:30", "2021-05-04T12:07:42Z"),
            ("2021-12-31T23:37:42-01:30", "2022-01-01T01:07:42Z"),
            ("2021-05-04T13:37:42.1", "2021-05-04T13:37:42.100Z"),
            ("2021-05-04T13:37:42.01Z", "2021-05-04T13:37:42.010Z"),
            ("2021-05-04T13:37:42.0019+0", "2021-05-04T13:37:42.001Z"),
            ("2021-05-04T13:37:42.000999999999999999999999Z", "2021-05-04T13:37:42Z"),
            ("0000-01-01T00:00:00+00:01", "-000001-12-31T23:59:00Z"),
            ("9999-12-31T23:59:59.999-00:01", "+010000-01-01T00:00:59.999Z"),
        ] {
            assert_eq!(at(text).to_string(), same, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_time_is_not_read() {
        for text in [
            "",
            "1",
            "199",
            "19970",
            "1997-",
            "1997-1",
            "1997-00",
            "1997-13",
            "1997-010",
            "1997-01-1",
            "1997-01-00",
            "1997-02-29",
            "1900-02-29",
            "2021-04-31",
            "2021-09-99",
            "2021-1-011",
            "+997",
            "-001-01-01",
            "1997/01/01",
            "2021-05-04T",
            "2021-05-04 13:37:42Z",
            "2021-05-04t13:37:42Z",
            "2021-05-04T13:37Z",
            "2021-05-04T24:00:00Z",
            "2021-05-04T13:60:00Z",
            "2021-05-04T23:59:60Z",
            "2021-05-04T13:37:42z",
            "2021-05-04T13:37:42.Z",
            "2021-05-04T13:37:42,5Z",
            "2021-05-04T13:37:42.5.5",
            "2021-05-04T13:37:42+",
            "2021-05-04T13:37:42+24",
            "2021-05-04T13:37:42+01:60",
            "2021-05-04T13:37:42+01:",
            "2021-05-04T13:37:42+:30",
            "2021-05-04T13:37:42+01:3",
            "2021-05-04T13:37:42+01300",
            "2021-05-04T13:37:42+1:3000",
            "2021-05-04T13:37:42Z ",
            "2021-05-04T13:37:42Z+1",
            "２０２１",
            "2021-05-0\u{664}",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn birth_dates_have_no_time() {
        for text in ["2004", "2004-02", "2004-02-29"] {
            assert_eq!(DateTime::parse_birth_date(text), Some(at(text)));
        }
        assert_eq!(DateTime::parse_birth_date("2004-02-29T00:00:00Z"), None);
        assert_eq!(DateTime::parse_birth_date(""), None);
    }

    #[test]
    fn arithmetic_runs_past_the_end_of_a_month() {
        for (text, amount, unit, sum) in [
            ("2020-02-29", 1, TimeUnit::Day, "2020-03-01"),
            ("2020-02-29", 1, TimeUnit::Month, "2020-03-29"),
            ("2020-02-29", 1, TimeUnit::Year, "2021-03-01"),
            ("2020-02-29", -1, TimeUnit::Year, "2019-03-01"),
            ("2020-02-29", 4, TimeUnit::Year, "2024-02-29"),
            ("2004-02-29", -18, TimeUnit::Year, "1986-03-01"),
            ("2021-01-31", 1, TimeUnit::Month, "2021-03-03"),
            ("2020-01-31", 1, TimeUnit::Month, "2020-03-02"),
            ("2021-03-31", -1, TimeUnit::Month, "2021-03-03"),
            ("2021-10-31", 13, TimeUnit::Month, "2022-12-01"),
            ("2021-12-01", 1, TimeUnit::Month, "2022-01-01"),
            ("2021-12-01", -12, TimeUnit::Month, "2020-12-01"),
            ("2021-06-23", -180, TimeUnit::Day, "2020-12-25"),
            ("2021-06-23T00:00:00Z", -72, TimeUnit::Hour, "2021-06-20"),
            ("1970-01-01", -1, TimeUnit::Month, "1969-12-01"),
            ("0000-01-01", 2021, TimeUnit::Year, "2021-01-01"),
        ] {
            assert_eq!(at(text).plus(amount, unit), Some(at(sum)), "{text} {amount} {unit:?}");
        }
        // In UTC, wherever the text was written: there it is already February.
        let late = at("2021-01-31T23:30:00-02:00").plus(1, TimeUnit::Month);
        assert_eq!(late, Some(at("2021-03-01T01:30:00Z")));
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let last = DateTime::from_millis(MAX_MS).unwrap();
        assert_eq!(last.to_string(), "+275760-09-13T00:00:00Z");
        assert_eq!(DateTime(-MAX_MS).to_string(), "-271821-04-20T00:00:00Z");
        assert_eq!(DateTime::from_millis(MAX_MS + 1), None);
        for unit in [TimeUnit::Day, TimeUnit::Hour, TimeUnit::Month, TimeUnit::Year] {
            assert_eq!(last.plus(0, unit), Some(last));
            assert_eq!(last.plus(1, unit), None);
            assert!(last.plus(-1, unit).is_some());
            assert_eq!(at("2021").plus(i64::MAX, unit), None);
            assert_eq!(at("2021").plus(i64::MIN, unit), None);
        }
        for seconds in [i64::MIN, i64::MAX, MAX_MS / 1_000 + 1] {
            assert_eq!(DateTime::from_unix(seconds), None);
        }
        assert_eq!(DateTime::from_days(i64::MAX), None);
        assert_eq!(
            DateTime::from_days(19_000).unwrap().to_date_text().as_str(),
            "2022-01-08"
        );
        assert_eq!(DateTime::from_unix(1_641_000_000).unwrap().millis(), 1_641_000_000_000);
    }

    proptest! {
        #[test]
        fn the_calendar_is_that_of_chrono(days in -90_000_000_i64..90_000_000, months in 0_u32..2_400) {
            let (year, month, day) = date_of(days);
            let date = NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32).expect("a date of the calendar");
            prop_assert_eq!(i64::from(date.num_days_from_ce()) - 719_163, days);
            prop_assert_eq!(day_of(year, month, day), days);
            let first = NaiveDate::from_ymd_opt(date.year(), date.month(), 1).expect("the first of a month");
            let sum = (first + chrono::Months::new(months)) + Days::new(day as u64 - 1);
            let ours = DateTime::from_days(days).expect("in range").plus(i64::from(months), TimeUnit::Month);
            prop_assert_eq!(ours.map(|sum| sum.0 / MS_PER_DAY), Some(i64::from(sum.num_days_from_ce()) - 719_163));
        }

        #[test]
        fn texts_are_read_back(ms in -62_167_219_200_000_i64..253_402_300_800_000) {
            let time = DateTime(ms);
            prop_assert_eq!(DateTime::parse(&time.to_text()), Some(time));
            prop_assert_eq!(DateTime::parse(&time.to_date_text()).map(DateTime::millis), Some(ms - ms.rem_euclid(MS_PER_DAY)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9TZ:+.-]{0,32}|\\PC{0,12}") {
            let read = DateTime::parse(&text);
            prop_assert!(DateTime::parse_birth_date(&text).is_none_or(|date| Some(date) == read));
        }
    }
}
