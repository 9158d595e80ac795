//! The day on which a person was born: what every age is counted from. Personal: not shown when printed.

use serde::{Deserialize, Serialize};
use std::fmt;
use time::{Date, Month};

/// A day that exists, of a person.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthDate {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl BirthDate {
    /// `YYYY-MM-DD` (ISO 8601), and a day that exists.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (year.len(), month.len(), day.len()) != (4, 2, 2) || ![year, month, day].into_iter().all(digits) {
            return None;
        }
        Self::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// `None` for a day that no calendar has.
    pub fn of(year: u16, month: u8, day: u8) -> Option<Self> {
        Date::from_calendar_date(i32::from(year), Month::try_from(month).ok()?, day).ok()?;
        Some(Self { year, month, day })
    }

    /// `YYYY-MM-DD`.
    pub fn expose(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Full years on `day`: one more from the birthday itself on. Who was born on 29 February has it on 1 March where there is
    /// none. Zero before the birth.
    pub fn age_on(&self, day: Date) -> u16 {
        let years = u16::try_from(day.year()).unwrap_or(0).saturating_sub(self.year);
        let had_it = (u8::from(day.month()), day.day()) >= (self.month, self.day);
        if had_it { years } else { years.saturating_sub(1) }
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i32, month: u8, day: u8) -> Date {
        Date::from_calendar_date(year, Month::try_from(month).expect("a month"), day).expect("a day")
    }

    #[test]
    fn only_days_that_exist_are_read() {
        assert_eq!(BirthDate::parse("1990-03-15").map(|born| born.expose()), Some("1990-03-15".into()));
        for wrong in ["1990-02-30", "1990-13-01", "1990-3-15", "19900315", "", "1990-00-10", "+990-01-01"] {
            assert_eq!(BirthDate::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_year_is_full_on_the_birthday_and_not_the_day_before() {
        let born = BirthDate::parse("2012-11-28").expect("a day");
        assert_eq!((born.age_on(on(2026, 11, 27)), born.age_on(on(2026, 11, 28))), (13, 14));
        let leap = BirthDate::parse("2012-02-29").expect("a day");
        assert_eq!((leap.age_on(on(2026, 2, 28)), leap.age_on(on(2026, 3, 1))), (13, 14));
        assert_eq!(born.age_on(on(2011, 1, 1)), 0);
    }

    #[test]
    fn a_printed_birth_date_shows_nothing() {
        assert_eq!(format!("{:?}", BirthDate::parse("1990-03-15")), "Some(BirthDate([redacted]))");
    }
}
