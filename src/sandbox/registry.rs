//! The population registry's twin: the personas' identities, which a real registry would know and we never store.
//!
//! All of it is invented. Region 999999 exists nowhere, and the telephone numbers are not assigned.

use serde::Serialize;
use time::{Date, Month};

/// What the registry holds of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    pub name: &'static str,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// In the form of a resident identity number, GB 11643 check character included.
    pub document_number: String,
    pub phone: String,
}

/// How a persona signs in, and so which secrets the sandbox makes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Number, PIN and the code of an authenticator app.
    PinAndCode,
    /// Number, PIN and a code that never changes, for scripted browsers. Exists in a sandbox only.
    FixedCode,
    /// A passkey, and neither PIN nor code.
    Passkey,
    /// The PIN is known; the telephone with the code is lost.
    PinOnly,
}

/// How a persona stands with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    Suspended,
    /// A minor: signing in is answered honestly with "guardians come later".
    Minor,
}

/// One invented person.
#[derive(Clone, Copy, Debug)]
pub struct Persona {
    /// The word for this persona on the command line.
    pub key: &'static str,
    pub name: &'static str,
    born: Born,
    pub way: Way,
    pub standing: Standing,
    pub note: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Born {
    On(i32, Month, u8),
    /// On the first day of the year in which this age is reached.
    Aged(i32),
}

const fn persona(key: &'static str, name: &'static str, born: Born, way: Way, note: &'static str) -> Persona {
    Persona { key, name, born, way, standing: Standing::Active, note }
}

/// The personas, in the order in which they are shown.
pub const PERSONAS: &[Persona] = &[
    persona("lin", "林安然", Born::On(1990, Month::March, 15), Way::PinAndCode, "an adult; start here"),
    persona(
        "wang",
        "王海波",
        Born::On(1984, Month::November, 2),
        Way::PinAndCode,
        "an adult; the second person, for comparing subs",
    ),
    persona("chen", "陈玉兰", Born::On(1943, Month::May, 28), Way::PinAndCode, "an elder; large type, no passkey"),
    persona(
        "zhao",
        "赵一鸣",
        Born::On(1998, Month::July, 9),
        Way::Passkey,
        "signs in with a passkey only; load it into a virtual authenticator",
    ),
    persona(
        "robot",
        "周定码",
        Born::On(1987, Month::January, 21),
        Way::FixedCode,
        "the code never changes, for scripted browsers; sandbox only",
    ),
    Persona {
        standing: Standing::Suspended,
        ..persona("sun", "孙守正", Born::On(1979, Month::September, 17), Way::PinAndCode, "suspended: cannot sign in")
    },
    persona(
        "qian",
        "钱小满",
        Born::On(1993, Month::December, 4),
        Way::PinOnly,
        "lost the phone with the code: cannot sign in until recovery exists",
    ),
    Persona {
        standing: Standing::Minor,
        ..persona(
            "li16",
            "李知夏",
            Born::Aged(16),
            Way::PinAndCode,
            "16 years old: guardians come later, and the page says so",
        )
    },
    Persona {
        standing: Standing::Minor,
        ..persona(
            "li10",
            "李知秋",
            Born::Aged(10),
            Way::PinAndCode,
            "10 years old: guardians come later, and the page says so",
        )
    },
];

impl Persona {
    /// The persona of that key.
    pub fn of_key(key: &str) -> Option<&'static Self> {
        PERSONAS.iter().find(|persona| persona.key == key)
    }

    /// What the registry answers, in a sandbox that was made in `year`.
    pub fn identity(&self, year: i32) -> Identity {
        let born = match self.born {
            Born::On(year, month, day) => Date::from_calendar_date(year, month, day),
            Born::Aged(age) => Date::from_calendar_date(year - age, Month::January, 1),
        };
        let born = born.expect("a day that exists");
        let place = PERSONAS.iter().position(|persona| persona.key == self.key).unwrap_or_default();
        let (y, m, d) = (born.year(), u8::from(born.month()), born.day());
        Identity {
            name: self.name,
            birthdate: format!("{y:04}-{m:02}-{d:02}"),
            document_number: with_check(format!("999999{y:04}{m:02}{d:02}{:03}", 100 + place)),
            phone: format!("+86 199 0000 {:04}", 1000 + place),
        }
    }
}

/// Adds the check character of GB 11643 (ISO 7064, MOD 11-2).
fn with_check(digits: String) -> String {
    let sum = digits.bytes().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    let check = match (12 - sum) % 11 {
        10 => 'X',
        check => char::from_digit(check, 10).unwrap_or('X'),
    };
    digits + &check.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Issue 2, "Run".
    #[test]
    fn there_are_at_least_eight_personas_of_all_the_kinds() {
        assert!(PERSONAS.len() >= 8);
        for way in [Way::PinAndCode, Way::FixedCode, Way::Passkey, Way::PinOnly] {
            assert!(PERSONAS.iter().any(|persona| persona.way == way), "{way:?}");
        }
        for standing in [Standing::Active, Standing::Suspended, Standing::Minor] {
            assert!(PERSONAS.iter().any(|persona| persona.standing == standing), "{standing:?}");
        }
    }

    #[test]
    fn no_two_personas_share_anything() {
        let identities: Vec<_> = PERSONAS.iter().map(|persona| persona.identity(2026)).collect();
        let distinct = |of: fn(&Identity) -> String| identities.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|identity| identity.name.to_owned()), PERSONAS.len());
        assert_eq!(distinct(|identity| identity.birthdate.clone()), PERSONAS.len());
        assert_eq!(distinct(|identity| identity.document_number.clone()), PERSONAS.len());
        assert_eq!(distinct(|identity| identity.phone.clone()), PERSONAS.len());
    }

    /// GB 11643-1999, the standard's own example.
    #[test]
    fn the_check_character_is_the_standards() {
        assert_eq!(with_check("11010519491231002".into()), "11010519491231002X");
        assert_eq!(with_check("44052418800101001".into()), "440524188001010014");
    }

    #[test]
    fn a_minor_has_the_age_that_is_said() {
        assert_eq!(Persona::of_key("li16").expect("a persona").identity(2026).birthdate, "2010-01-01");
    }
}
