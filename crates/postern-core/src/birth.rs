//! Dates of birth, of which parts may be unknown, in 16 bits (`docs/FORMAT.md` section 2).

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::record::BadRecord;

/// A date of birth from 1900, of which the day, or the day and the month, may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Birth {
    year: u16,
    month: u8,
    day: u8,
}

impl Birth {
    /// A date of birth; 0 for an unknown month (then also the day) or day.
    ///
    /// # Errors
    ///
    /// [`BadRecord::Birth`] where it is no such date, or outside 1900 to 2056.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, BadRecord> {
        let known = match (month, day) {
            (0, 0) | (1..=12, 0) => true,
            (1..=12, _) => NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day)).is_some(),
            _ => false,
        };
        if known && (1900..=2056).contains(&year) {
            Ok(Self { year, month, day })
        } else {
            Err(BadRecord::Birth)
        }
    }

    /// The date of birth of a whole date.
    ///
    /// # Errors
    ///
    /// [`BadRecord::Birth`] outside 1900 to 2056.
    pub fn from_date(date: NaiveDate) -> Result<Self, BadRecord> {
        let year = u16::try_from(date.year()).map_err(|_| BadRecord::Birth)?;
        Self::new(year, date.month() as u8, date.day() as u8)
    }

    /// The first day that this date can mean.
    pub fn earliest(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(
            i32::from(self.year),
            u32::from(self.month.max(1)),
            u32::from(self.day.max(1)),
        )
        .expect("the constructor admits dates of the calendar only")
    }
}

impl TryFrom<u16> for Birth {
    type Error = BadRecord;

    fn try_from(n: u16) -> Result<Self, BadRecord> {
        let (months, day) = (n / 32, n % 32);
        Self::new(1900 + months / 13, (months % 13) as u8, day as u8)
    }
}

impl From<Birth> for u16 {
    fn from(birth: Birth) -> Self {
        ((birth.year - 1900) * 13 + u16::from(birth.month)) * 32 + u16::from(birth.day)
    }
}

/// `1987-03-05`, `1987-03` or `1987`.
impl std::fmt::Display for Birth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.month, self.day) {
            (0, _) => write!(f, "{:04}", self.year),
            (month, 0) => write!(f, "{:04}-{month:02}", self.year),
            (month, day) => write!(f, "{:04}-{month:02}-{day:02}", self.year),
        }
    }
}

impl std::str::FromStr for Birth {
    type Err = BadRecord;

    fn from_str(text: &str) -> Result<Self, BadRecord> {
        let mut parts = text.split('-').zip([4, 2, 2]).map(|(part, width)| {
            let digits = part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
            if digits {
                part.parse::<u16>().map_err(|_| BadRecord::Birth)
            } else {
                Err(BadRecord::Birth)
            }
        });
        let mut next = || parts.next().transpose();
        let (year, month, day) = (next()?, next()?, next()?);
        // A written 00 is a mistake, not an unknown part.
        if text.len() > 10 || month == Some(0) || day == Some(0) {
            return Err(BadRecord::Birth);
        }
        Self::new(year.unwrap_or(0), month.unwrap_or(0) as u8, day.unwrap_or(0) as u8)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        pub(crate) fn any_birth()(year in 1900u16..=2056, month in 0u8..=12, day in 0u8..=28) -> Birth {
            Birth::new(year, month, if month == 0 { 0 } else { day }).unwrap()
        }
    }

    #[test]
    fn births_may_be_partial() {
        for text in ["1987-03-05", "1987-03", "1987", "2000-02-29"] {
            assert_eq!(text.parse::<Birth>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "87",
            "1899",
            "1987-13",
            "1987-00",
            "1987-03-00",
            "1987-02-29",
            "1987-3-5",
            "1987-03-05-",
            "2057",
        ] {
            assert_eq!(text.parse::<Birth>(), Err(BadRecord::Birth), "{text}");
        }
    }

    proptest! {
        #[test]
        fn births_round_trip(birth in any_birth()) {
            prop_assert_eq!(Birth::try_from(u16::from(birth)), Ok(birth));
            prop_assert_eq!(birth.to_string().parse(), Ok(birth));
        }
    }
}
