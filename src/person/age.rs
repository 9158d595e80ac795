//! Whether a person stands alone before the law. Guardians come later; until then a minor is told so, honestly.

use crate::spec::{BirthDate, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;

/// A person's standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Adult,
    /// 14 to 17: signs in under a guardian's supervision, which this server cannot yet ask for.
    Under18,
    /// 8 to 13: the guardian applies and agrees, which this server cannot yet ask for.
    Under14,
}

/// Whether somebody may apply, by their age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayApply {
    Alone,
    /// From 8 to 17 a guardian takes part (FUNCTIONS 15), which this server cannot yet ask for.
    WithGuardian,
    /// Nobody under 8 is served.
    NotYet,
}

/// China's calendar, whose days begin eight hours before those of UTC; it has no daylight saving time.
const AHEAD: Duration = Duration::from_secs(8 * 3600);

/// What the clocks of China show at this instant, written as if it were UTC: for whatever is counted by their calendar.
pub const fn in_china(at: Timestamp) -> Timestamp {
    at.plus(AHEAD)
}

impl MayApply {
    /// The law counts full years, from the birthday on, by the calendar of China.
    pub fn of(born: &BirthDate, now: Timestamp) -> Self {
        let today = OffsetDateTime::from_unix_timestamp(in_china(now).unix()).map(OffsetDateTime::date);
        match today.map_or(0, |today| born.age_on(today)) {
            0..8 => Self::NotYet,
            8..18 => Self::WithGuardian,
            18.. => Self::Alone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FUNCTIONS 15: "each age edge, the day before and the day of". 15:59:59Z is still the day before in China, 16:00Z is not.
    #[test]
    fn an_age_is_reached_on_the_birthday_in_china_and_not_a_second_earlier() {
        // 2026-11-28T16:00:00Z: there it is the 29th.
        let midnight = Timestamp::from_unix(1_795_881_600);
        let before = midnight.minus(Duration::from_secs(1));
        for (born, was, is) in [
            ("2018-11-29", MayApply::NotYet, MayApply::WithGuardian),
            ("2008-11-29", MayApply::WithGuardian, MayApply::Alone),
            ("2018-11-30", MayApply::NotYet, MayApply::NotYet),
            ("2008-11-30", MayApply::WithGuardian, MayApply::WithGuardian),
            ("2008-11-28", MayApply::Alone, MayApply::Alone),
            ("2030-01-01", MayApply::NotYet, MayApply::NotYet),
        ] {
            let born = BirthDate::parse(born).expect("a day");
            assert_eq!((MayApply::of(&born, before), MayApply::of(&born, midnight)), (was, is), "{born:?}");
        }
    }
}
