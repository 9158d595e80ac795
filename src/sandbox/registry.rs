//! The population registry's twin: the personas' identities, which a real registry would know and we never store.
//!
//! All of it is invented. Region 119999 exists nowhere, and the telephone numbers are not assigned.

use crate::person::RegistryRef;
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use std::borrow::Cow;
use time::{Date, Duration, Month};

/// What the registry holds of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    pub name: String,
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
    Under18,
    Under14,
}

/// One invented person.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The word for this persona on the command line.
    pub key: Cow<'static, str>,
    /// Its place in the registry: what its document and telephone number are made of.
    place: Place,
    pub name: Cow<'static, str>,
    born: Born,
    pub way: Way,
    pub standing: Standing,
    pub note: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// One of the nine, or added by name.
    Listed(usize),
    /// One of the crowd.
    Crowd(usize),
}

#[derive(Clone, Copy, Debug)]
enum Born {
    On(i32, Month, u8),
    /// On the first day of the year in which this age is reached.
    Aged(i32),
}

const fn persona(
    place: usize,
    key: &'static str,
    name: &'static str,
    born: Born,
    way: Way,
    note: &'static str,
) -> Persona {
    let (key, name) = (Cow::Borrowed(key), Cow::Borrowed(name));
    let place = Place::Listed(place);
    Persona { key, place, name, born, way, standing: Standing::Active, note }
}

const fn standing(standing: Standing, mut persona: Persona) -> Persona {
    persona.standing = standing;
    persona
}

use Born::{Aged, On};
use Standing::{Suspended, Under14, Under18};
use Way::{FixedCode, Passkey, PinAndCode, PinOnly};

/// The personas, in the order in which they are shown.
#[rustfmt::skip]
pub static PERSONAS: [Persona; 9] = [
    persona(0, "lin", "林安然", On(1990, Month::March, 15), PinAndCode, "an adult; start here"),
    persona(1, "wang", "王海波", On(1984, Month::November, 2), PinAndCode, "an adult; the second person, for comparing subs"),
    persona(2, "chen", "陈玉兰", On(1943, Month::May, 28), PinAndCode, "an elder, without a passkey"),
    persona(3, "zhao", "赵一鸣", On(1998, Month::July, 9), Passkey, "signs in with a passkey only; put it into a virtual authenticator"),
    persona(4, "robot", "周定码", On(1987, Month::January, 21), FixedCode, "the code never changes, for scripted browsers; sandbox only"),
    standing(Suspended, persona(5, "sun", "孙守正", On(1979, Month::September, 17), PinAndCode, "suspended: cannot sign in")),
    persona(6, "qian", "钱小满", On(1993, Month::December, 4), PinOnly, "lost the phone with the code: apply again to have new ways in"),
    standing(Under18, persona(7, "li16", "李知夏", Aged(16), PinAndCode, "16 years old, a minor: guardians come later, and the page says so")),
    standing(Under14, persona(8, "li10", "李知秋", Aged(10), PinAndCode, "10 years old, a minor: guardians come later, and the page says so")),
];

/// The twin's own key. In the open like everything of the twin's: it keeps nobody real.
const TWIN_KEY: &[u8] = b"the key of the registry's twin";

/// The keys of personas that `hufu persona add` makes: `more-1`, `more-2`, …
const MORE: &str = "more-";
/// Document and telephone numbers have three and four digits for a place.
const MOST: usize = 800;
/// The keys of a crowd: `crowd-1`, `crowd-2`, …
pub const CROWD: &str = "crowd-";
/// As many can be told apart: three characters of forty after each of twenty family names.
pub const MOST_OF_CROWD: usize = 1_000_000;

const FAMILY: [char; 20] = [
    '吴', '郑', '冯', '褚', '卫', '蒋', '沈', '韩', '杨', '朱', '秦', '尤', '许', '何', '吕', '施', '张', '孔', '曹',
    '严',
];
/// Of a crowd: nobody else here has a name of four characters.
const SYLLABLES: [char; 40] = [
    '安', '平', '乐', '行', '思', '若', '明', '静', '怀', '清', '嘉', '星', '望', '晨', '听', '知', '致', '宁', '采',
    '南', '北', '东', '西', '云', '沧', '归', '春', '夏', '秋', '冬', '晴', '鹤', '松', '竹', '兰', '梅', '菊', '桂',
    '荷', '舟',
];

impl Persona {
    /// The persona of that key, one of the nine or one made later.
    pub fn of_key(key: &str) -> Option<Self> {
        if let Some(number) = key.strip_prefix(CROWD) {
            return Self::of_crowd(number.parse().ok()?);
        }
        match key.strip_prefix(MORE) {
            Some(number) => number.parse().ok().and_then(|number| Self::more(number, PinAndCode)),
            None => PERSONAS.iter().find(|persona| persona.key == key).cloned(),
        }
    }

    /// The `number`th persona beyond the nine, an adult; `None` when the registry is full.
    pub fn more(number: usize, way: Way) -> Option<Self> {
        const GIVEN: [&str; 40] = [
            "平安", "长乐", "景行", "思齐", "若水", "明远", "静好", "怀瑾", "握瑜", "清扬", "嘉木", "星河", "望舒",
            "晨曦", "听雨", "知行", "致远", "宁静", "子衿", "采薇", "南风", "北辰", "东篱", "西窗", "云帆", "沧海",
            "归舟", "春晓", "夏至", "秋实", "冬青", "晴川", "鹤鸣", "松月", "竹影", "兰舟", "梅溪", "菊泉", "桂舟",
            "荷风",
        ];
        if number == 0 || number > MOST {
            return None;
        }
        let name = format!("{}{}", FAMILY[number % 20], GIVEN[number / 20 % 40]);
        let month = Month::try_from(u8::try_from(number % 12 + 1).ok()?).ok()?;
        Some(Self {
            key: format!("{MORE}{number}").into(),
            place: Place::Listed(PERSONAS.len() + number),
            name: name.into(),
            born: On(1960 + i32::try_from(number % 45).ok()?, month, u8::try_from(number % 28 + 1).ok()?),
            way,
            standing: Standing::Active,
            note: "an adult, added later",
        })
    }

    /// The `number`th of the crowd, an adult; `None` when the registry is full.
    pub fn of_crowd(number: usize) -> Option<Self> {
        if number == 0 || number > MOST_OF_CROWD {
            return None;
        }
        let syllable = |place: u32| SYLLABLES[number / 20 / 40_usize.pow(place) % 40];
        let name = [FAMILY[number % 20], syllable(0), syllable(1), syllable(2)].iter().collect::<String>();
        // A hundred are born on each day from 1950 on: the last of a million in 1977.
        let day =
            Date::from_ordinal_date(1950, 1).ok()?.checked_add(Duration::days(i64::try_from(number / 100).ok()?))?;
        Some(Self {
            key: format!("{CROWD}{number}").into(),
            place: Place::Crowd(number),
            name: name.into(),
            born: On(day.year(), day.month(), day.day()),
            way: PinAndCode,
            standing: Standing::Active,
            note: "one of the crowd, for load tests",
        })
    }

    /// The registry's pseudonym of this persona: of the person, so the same for every document of theirs (PROTOCOL 9).
    pub fn registry_ref(&self) -> RegistryRef {
        reference_of(&self.key)
    }

    /// The number in `more-NUMBER`.
    pub fn number_of(key: &str) -> Option<usize> {
        key.strip_prefix(MORE)?.parse().ok()
    }

    /// What the registry answers, in a sandbox that was made in `year`.
    pub fn identity(&self, year: i32) -> Identity {
        let born = match self.born {
            On(year, month, day) => Date::from_calendar_date(year, month, day),
            Aged(age) => Date::from_calendar_date(year - age, Month::January, 1),
        };
        let born = born.expect("a day that exists");
        let (y, m, d) = (born.year(), u8::from(born.month()), born.day());
        let (of_the_day, phone) = match self.place {
            Place::Listed(place) => (100 + place, format!("+86 199 0000 {:04}", 1000 + place)),
            Place::Crowd(number) => (number % 100, format!("+86 198 {:04} {:04}", number / 10_000, number % 10_000)),
        };
        Identity {
            name: self.name.to_string(),
            birthdate: format!("{y:04}-{m:02}-{d:02}"),
            document_number: with_check(format!("119999{y:04}{m:02}{d:02}{of_the_day:03}")),
            phone,
        }
    }
}

/// The registry's pseudonym of whoever has that word on the command line.
pub fn reference_of(key: &str) -> RegistryRef {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, TWIN_KEY), key.as_bytes());
    RegistryRef::new(BASE64URL_NOPAD.encode(tag.as_ref())).expect("43 characters")
}

/// Adds the check character of GB 11643 (ISO 7064, MOD 11-2).
pub(super) fn with_check(digits: String) -> String {
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
    use std::collections::{BTreeSet, HashSet};

    /// Issue 2, "Run".
    #[test]
    fn there_are_at_least_eight_personas_of_all_the_kinds() {
        assert!(PERSONAS.len() >= 8);
        for way in [PinAndCode, FixedCode, Passkey, PinOnly] {
            assert!(PERSONAS.iter().any(|persona| persona.way == way), "{way:?}");
        }
        for standing in [Standing::Active, Suspended, Under18, Under14] {
            assert!(PERSONAS.iter().any(|persona| persona.standing == standing), "{standing:?}");
        }
    }

    #[test]
    fn no_two_personas_share_anything() {
        let more = (1..=MOST).filter_map(|number| Persona::more(number, PinAndCode));
        let identities: Vec<_> = PERSONAS.iter().cloned().chain(more).map(|persona| persona.identity(2026)).collect();
        let distinct = |of: fn(&Identity) -> String| identities.iter().map(of).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|identity| identity.name.clone()), PERSONAS.len() + MOST);
        assert_eq!(distinct(|identity| identity.document_number.clone()), PERSONAS.len() + MOST);
        assert_eq!(distinct(|identity| identity.phone.clone()), PERSONAS.len() + MOST);
        let more = (1..=MOST).filter_map(|number| Persona::more(number, PinAndCode));
        let references = PERSONAS.iter().cloned().chain(more).map(|persona| persona.registry_ref().expose().to_owned());
        assert_eq!(references.collect::<BTreeSet<_>>().len(), PERSONAS.len() + MOST);
    }

    /// A million, and each is somebody: no name, document or telephone number comes twice, nor is it a listed persona's.
    #[test]
    fn no_two_of_a_crowd_share_anything() {
        let mut seen: [HashSet<String>; 3] = Default::default();
        let listed = PERSONAS.iter().cloned().chain((1..=MOST).filter_map(|number| Persona::more(number, PinAndCode)));
        for persona in listed.chain((1..=MOST_OF_CROWD).step_by(7).filter_map(Persona::of_crowd)) {
            let identity = persona.identity(2026);
            for (seen, new) in seen.iter_mut().zip([identity.name, identity.document_number, identity.phone]) {
                assert!(seen.insert(new), "{}", persona.key);
            }
        }
        let last = Persona::of_crowd(MOST_OF_CROWD).expect("there is room").identity(2026);
        assert!(last.birthdate.as_str() < "1980", "an adult");
        assert!(Persona::of_crowd(MOST_OF_CROWD + 1).is_none() && Persona::of_crowd(0).is_none());
        assert_eq!(Persona::of_key("crowd-7").map(|persona| persona.key), Some("crowd-7".into()));
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
