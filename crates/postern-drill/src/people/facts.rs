//! Made-up ages, vaccinations, tests and recoveries, all before the day of the file.

use chrono::{Datelike, Days, NaiveDate};
use postern_core::record::{Birth, TestKind, TestResult, Vaccination};
use postern_core::time::{Day, Time};

use super::names::Style;
use super::random::Random;

/// A test as a people file has it, with its sampling time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    /// How it was tested.
    pub kind: TestKind,
    /// What was found.
    pub result: TestResult,
    /// When, to the minute.
    pub sampled: Time,
}

/// The day before which everything happens: that of a time in UTC, which China's is never behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Today {
    pub(super) at: Time,
    pub(super) date: NaiveDate,
}

impl Today {
    fn before(self, days: u32) -> NaiveDate {
        self.date - Days::new(u64::from(days))
    }

    fn days_since(self, date: NaiveDate) -> u32 {
        u32::try_from((self.date - date).num_days()).unwrap_or(0)
    }
}

/// A date of birth, at least one day old; ages as in the census of 2020.
pub(super) fn birth_date(random: &mut Random, today: Today) -> NaiveDate {
    let first_year = random.weighted(&AGES);
    // 1461 days are 4 years.
    today.before(random.between(first_year * 1461 / 4 + 1, (first_year + 5) * 1461 / 4))
}

/// What of a date of birth is on record: of two in a hundred old people the day or also the month is unknown.
pub(super) fn known_birth(random: &mut Random, date: NaiveDate, today: Today) -> Birth {
    let (mut month, mut day) = (date.month() as u8, date.day() as u8);
    if age(date, today) >= 60 && random.chance(20) {
        day = 0;
        if random.chance(500) {
            month = 0;
        }
    }
    Birth::new(date.year() as u16, month, day).expect("a date of the calendar between 1916 and 2056")
}

/// The newest vaccination, if any.
pub(super) fn vaccination(random: &mut Random, style: Style, birth: NaiveDate, today: Today) -> Option<Vaccination> {
    let age = age(birth, today);
    let reached = match age {
        0..=2 => 0,
        3..=17 => 900,
        18..=79 => 935,
        _ => 760,
    };
    if !random.chance(reached) {
        return None;
    }
    let (product, course) = match style {
        Style::Latin(_) => random.weighted(&PRODUCTS_ABROAD),
        Style::Han | Style::Minority => random.weighted(&PRODUCTS_AT_HOME),
    };
    let boosted = if age < 18 { 0 } else { 560 };
    let (dose, days_ago) = if random.chance(boosted) {
        (course + 1, random.between(5, 540))
    } else if course > 1 && random.chance(60) {
        (1, random.between(1, 90))
    } else {
        (course, random.between(30, 900))
    };
    // A booster is recorded as one more than the course, or as the last of a longer course.
    let doses = if random.chance(150) { course } else { course.max(dose) };
    // Not before the first mass vaccinations, nor before a third birthday.
    let possible = today
        .days_since(MASS_VACCINATION)
        .min(today.days_since(birth).saturating_sub(THREE_YEARS));
    let day = Day::from_date(today.before((days_ago - 1).checked_rem(possible)? + 1))?;
    Some(Vaccination::new(product, dose, doses, day).expect("listed products and doses from 1 to 3"))
}

/// The newest test, if any: mostly of the last two days.
pub(super) fn test(random: &mut Random, birth: NaiveDate, today: Today) -> Option<Test> {
    if !random.chance(860) {
        return None;
    }
    let kind = random.weighted(&[(TestKind::NucleicAcid, 93), (TestKind::Antigen, 7)]);
    let result = random.weighted(&[(TestResult::NotDetected, 997), (TestResult::Detected, 3)]);
    let hours = random.weighted(&[((1, 48), 72), ((48, 96), 18), ((96, 336), 10)]);
    let minutes = random.between(hours.0 * 60, hours.1 * 60);
    let mut sampled = today.at.seconds().saturating_sub(u64::from(minutes) * 60) / 60 * 60;
    // Nobody samples between midnight and six in the morning, China Standard Time.
    if (sampled + 8 * 3600) % 86_400 < 6 * 3600 {
        sampled -= 6 * 3600;
    }
    let sampled = Time::from_seconds(sampled).expect("not after the time of the file");
    (sampled.utc().date_naive() > birth).then_some(Test { kind, result, sampled })
}

/// The day of the first positive test of a recovery, if any: at least 11 days ago.
pub(super) fn recovery(random: &mut Random, birth: NaiveDate, today: Today) -> Option<Day> {
    if !random.chance(60) {
        return None;
    }
    let date = today.before(random.between(11, 420));
    (date > birth).then(|| Day::from_date(date)).flatten()
}

fn age(birth: NaiveDate, today: Today) -> u32 {
    today.date.years_since(birth).unwrap_or(0)
}

const MASS_VACCINATION: NaiveDate = NaiveDate::from_ymd_opt(2021, 1, 1).expect("a date of the calendar");

/// In days, with room for a leap year.
const THREE_YEARS: u32 = 3 * 366;

/// First year of age of each five years, and its share of ten thousand people: China's seventh census (2020), rounded.
const AGES: [(u32, u16); 21] = [
    (30, 881),
    (50, 860),
    (45, 810),
    (55, 719),
    (35, 702),
    (40, 660),
    (25, 651),
    (5, 640),
    (10, 605),
    (0, 552),
    (20, 532),
    (65, 525),
    (60, 520),
    (15, 516),
    (70, 352),
    (75, 222),
    (80, 145),
    (85, 77),
    (90, 26),
    (95, 6),
    (100, 1),
];

/// Product, doses of the course; how often (invented, with the two large products in front).
const PRODUCTS_AT_HOME: [((u16, u8), u16); 5] =
    [((2, 2), 440), ((1, 2), 410), ((4, 1), 70), ((3, 2), 60), ((5, 2), 20)];

const PRODUCTS_ABROAD: [((u16, u8), u16); 10] = [
    ((5, 2), 420),
    ((6, 2), 160),
    ((7, 2), 140),
    ((2, 2), 90),
    ((1, 2), 70),
    ((8, 1), 50),
    ((9, 2), 40),
    ((4, 1), 10),
    ((10, 2), 10),
    ((3, 2), 10),
];

#[cfg(test)]
mod tests {
    use super::*;
    use postern_core::products;

    fn today(year: i32, month: u32, day: u32) -> Today {
        let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let at = date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp();
        Today {
            at: Time::saturating(at),
            date,
        }
    }

    #[test]
    fn products_are_listed() {
        for ((number, course), _) in PRODUCTS_AT_HOME.into_iter().chain(PRODUCTS_ABROAD) {
            assert!(products::by_number(number).is_some() && (1..=2).contains(&course));
        }
    }

    #[test]
    fn nothing_happens_before_its_time() {
        // The first day that a file can have, one soon after, and one with a leap day in it.
        for today in [today(2021, 1, 1), today(2021, 1, 20), today(2028, 3, 1)] {
            let mut random = Random::new(3, 0);
            let mut vaccinated = 0;
            for _ in 0..5_000 {
                let birth = birth_date(&mut random, today);
                assert!(birth < today.date && birth.year() > 1910);
                if let Some(vaccination) = vaccination(&mut random, Style::Han, birth, today) {
                    let day = vaccination.day().date();
                    assert!(day < today.date && day >= MASS_VACCINATION);
                    assert!(day.years_since(birth).unwrap() >= 3, "{birth} {day}");
                    vaccinated += 1;
                }
                if let Some(test) = test(&mut random, birth, today) {
                    assert!(test.sampled < today.at && test.sampled.utc().date_naive() > birth);
                }
                if let Some(day) = recovery(&mut random, birth, today) {
                    assert!(day.date() < today.date && day.date() > birth);
                }
            }
            assert_eq!(vaccinated > 0, today.date > MASS_VACCINATION);
        }
    }
}
