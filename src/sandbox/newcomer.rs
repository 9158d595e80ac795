//! People who have no number yet: each kind of document, each edge of age, and those whom the registry does not wave through.
//!
//! Invented like the personas, and not stored anywhere either. Ages are counted from the day on which the sandbox was made.

use super::registry::with_check;
use crate::document::{DocumentKind, Sex};
use DocumentKind::{
    ForeignPermanentResidentCard, HongKongMacaoPermit, Passport, ResidencePermit, ResidentIdentityCard, TaiwanPermit,
};
use serde::{Serialize, Serializer};
use time::{Date, Duration, Month};

/// What the registry has of a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtRegistry {
    Known,
    Suspended,
    Deceased,
    /// Nobody by these data.
    Unknown,
}

/// One invented person without a number.
#[derive(Clone, Debug, Serialize)]
pub struct Newcomer {
    pub key: &'static str,
    /// In their own script, or in Latin letters where they have no other.
    pub name: &'static str,
    /// Family name and given name as a machine-readable zone has them.
    pub latin: (&'static str, &'static str),
    #[serde(skip)]
    pub sex: Sex,
    /// As a zone has it.
    #[serde(skip)]
    pub nationality: &'static str,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    pub phone: String,
    /// The one to apply with first; a later one is a renewal.
    pub documents: Vec<Document>,
    pub note: &'static str,
    #[serde(skip)]
    pub registry: AtRegistry,
}

/// A document of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    #[serde(serialize_with = "word")]
    pub kind: DocumentKind,
    pub number: String,
    /// The last day on which it is valid, `YYYY-MM-DD`; `None` for one that is valid for good.
    pub last_day: Option<String>,
}

fn word<S: Serializer>(kind: &DocumentKind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(kind.word())
}

/// When somebody was born.
#[derive(Clone, Copy)]
enum Born {
    On(i32, Month, u8),
    /// Has this birthday so many days after the sandbox was made.
    Turns(i32, i64),
}

/// A newcomer, before it is known on which day the sandbox was made.
struct Recipe {
    key: &'static str,
    name: &'static str,
    latin: (&'static str, &'static str),
    sex: Sex,
    nationality: &'static str,
    born: Born,
    documents: &'static [(DocumentKind, &'static str)],
    registry: AtRegistry,
    note: &'static str,
}

use AtRegistry::{Deceased, Known, Suspended, Unknown};
use Born::{On, Turns};
use Sex::{Female, Male};

/// Where a number holds a birth date and a check character, `{}` stands before the sequence of three digits.
#[rustfmt::skip]
const RECIPES: [Recipe; 14] = [
    Recipe { key: "xu", name: "许知微", latin: ("XU", "ZHIWEI"), sex: Female, nationality: "CHN", born: On(1992, Month::June, 18), documents: &[(ResidentIdentityCard, "119999{}910")], registry: Known, note: "an adult with a resident identity card; start here to apply" },
    Recipe { key: "gao", name: "高远帆", latin: ("GAO", "YUANFAN"), sex: Male, nationality: "CHN", born: On(1988, Month::February, 29), documents: &[(Passport, "EK7700001"), (Passport, "EM7700002")], registry: Known, note: "lives abroad; has a passport and, later, a renewed one" },
    Recipe { key: "ho", name: "何嘉欣", latin: ("HO", "KA YAN"), sex: Female, nationality: "CHN", born: On(1995, Month::October, 3), documents: &[(HongKongMacaoPermit, "H70000001")], registry: Known, note: "from Hong Kong, with a travel permit" },
    Recipe { key: "tsai", name: "蔡宜庭", latin: ("TSAI", "YI TING"), sex: Female, nationality: "CHN", born: On(1990, Month::August, 12), documents: &[(TaiwanPermit, "70000001")], registry: Known, note: "from Taiwan, with a travel permit" },
    Recipe { key: "lau", name: "刘子轩", latin: ("LAU", "TSZ HIN"), sex: Male, nationality: "CHN", born: On(1986, Month::April, 25), documents: &[(ResidencePermit, "810000{}911")], registry: Known, note: "from Hong Kong, lives on the mainland, with a residence permit" },
    Recipe { key: "martin", name: "MARTIN CLAIRE", latin: ("MARTIN", "CLAIRE"), sex: Female, nationality: "FRA", born: On(1981, Month::July, 14), documents: &[(ForeignPermanentResidentCard, "911250{}912")], registry: Known, note: "from France, with a permanent resident card" },
    Recipe { key: "tang", name: "唐桂英", latin: ("TANG", "GUIYING"), sex: Female, nationality: "CHN", born: On(1941, Month::January, 9), documents: &[(ResidentIdentityCard, "119999{}914")], registry: Known, note: "an elder, whose card is valid for good" },
    Recipe { key: "bai7", name: "白小禾", latin: ("BAI", "XIAOHE"), sex: Male, nationality: "CHN", born: Turns(8, 1), documents: &[(ResidentIdentityCard, "119999{}915")], registry: Known, note: "7 years old until tomorrow: not served, and told kindly" },
    Recipe { key: "bai8", name: "白小满", latin: ("BAI", "XIAOMAN"), sex: Female, nationality: "CHN", born: Turns(8, 0), documents: &[(ResidentIdentityCard, "119999{}916")], registry: Known, note: "8 years old today: guardians come later" },
    Recipe { key: "song16", name: "宋一诺", latin: ("SONG", "YINUO"), sex: Male, nationality: "CHN", born: Turns(16, -100), documents: &[(ResidentIdentityCard, "119999{}917")], registry: Known, note: "16 years old: guardians come later" },
    Recipe { key: "yu18", name: "于成年", latin: ("YU", "CHENGNIAN"), sex: Female, nationality: "CHN", born: Turns(18, 0), documents: &[(ResidentIdentityCard, "119999{}918")], registry: Known, note: "18 years old today: an adult" },
    Recipe { key: "fang", name: "方停云", latin: ("FANG", "TINGYUN"), sex: Male, nationality: "CHN", born: On(1977, Month::March, 30), documents: &[(ResidentIdentityCard, "119999{}919")], registry: Suspended, note: "suspended at the registry" },
    Recipe { key: "gu", name: "顾长眠", latin: ("GU", "CHANGMIAN"), sex: Female, nationality: "CHN", born: On(1950, Month::December, 1), documents: &[(ResidentIdentityCard, "119999{}920")], registry: Deceased, note: "deceased at the registry: somebody else holds the card" },
    Recipe { key: "mu", name: "穆无名", latin: ("MU", "WUMING"), sex: Male, nationality: "CHN", born: On(1999, Month::May, 5), documents: &[(ResidentIdentityCard, "119999{}921")], registry: Unknown, note: "the registry knows nobody by these data" },
];

/// The newcomers of a sandbox that was made on `day`.
pub fn newcomers(day: Date) -> Vec<Newcomer> {
    RECIPES.iter().zip(2001..).map(|(recipe, phone)| recipe.follow(day, phone)).collect()
}

impl Recipe {
    fn follow(&self, day: Date, phone: u16) -> Newcomer {
        let born = self.born.on(day);
        let documents = self.documents.iter().enumerate().map(|(renewals, (kind, number))| Document {
            kind: *kind,
            number: match number.split_once("{}") {
                Some((before, after)) => with_check(format!("{before}{}{after}", written(born).replace('-', ""))),
                None => (*number).to_owned(),
            },
            last_day: self.last_day(day, renewals),
        });
        Newcomer {
            key: self.key,
            name: self.name,
            latin: self.latin,
            sex: self.sex,
            nationality: self.nationality,
            birthdate: written(born),
            phone: format!("+86 199 0000 {phone:04}"),
            documents: documents.collect(),
            note: self.note,
            registry: self.registry,
        }
    }

    /// An elder's card lasts for good; one that is soon to be renewed lasts 60 days more.
    fn last_day(&self, day: Date, renewals: usize) -> Option<String> {
        if matches!(self.born, On(..1950, ..)) {
            return None;
        }
        let soon = self.documents.len() > renewals + 1;
        Some(written(day + Duration::days(if soon { 60 } else { 5 * 365 })))
    }
}

impl Born {
    fn on(self, day: Date) -> Date {
        match self {
            On(year, month, day) => Date::from_calendar_date(year, month, day).expect("a day that exists"),
            Turns(age, days) => {
                let birthday = day + Duration::days(days);
                // Of a sandbox that is made on 29 February.
                birthday.replace_year(birthday.year() - age).unwrap_or(birthday - Duration::days(365 * i64::from(age)))
            }
        }
    }
}

fn written(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentNumber;
    use crate::person::PhoneNumber;
    use crate::sandbox::registry::PERSONAS;
    use crate::spec::BirthDate;
    use std::collections::BTreeSet;

    fn today() -> Date {
        Date::from_calendar_date(2026, Month::November, 28).expect("a day")
    }

    /// Issue 4, 2: "the service's document types".
    #[test]
    fn there_is_a_newcomer_with_each_kind_of_document_and_each_number_is_right() {
        let people = newcomers(today());
        for kind in DocumentKind::ALL {
            assert!(people.iter().any(|person| person.documents[0].kind == *kind), "{kind:?}");
        }
        for person in &people {
            for document in &person.documents {
                let read = DocumentNumber::parse(document.kind, &document.number);
                assert!(read.is_ok(), "{} {}: {read:?}", person.key, document.number);
            }
            assert!(PhoneNumber::parse(&person.phone).is_ok());
            assert!(BirthDate::parse(&person.birthdate).is_some());
            // GB 11643: the seventeenth digit is odd for men.
            let long = person.documents.iter().find_map(|document| document.number.as_bytes().get(16));
            assert!(long.is_none_or(|digit| (digit & 1 == 1) == (person.sex == Male)), "{}", person.key);
        }
        assert!(people.iter().any(|person| person.documents.len() == 2), "one renews");
        for standing in [Known, Suspended, Deceased, Unknown] {
            assert!(people.iter().any(|person| person.registry == standing), "{standing:?}");
        }
    }

    #[test]
    fn nobody_shares_anything_with_anybody() {
        let people = newcomers(today());
        let personas: Vec<_> = PERSONAS.iter().map(|persona| (persona.key.clone(), persona.identity(2026))).collect();
        let mut seen = BTreeSet::new();
        for (key, identity) in personas {
            let fresh = [key.to_string(), identity.name, identity.document_number, identity.phone];
            assert!(fresh.into_iter().all(|word| seen.insert(word)));
        }
        for person in people {
            let mut words = vec![person.key.to_owned(), person.name.to_owned(), person.phone];
            words.extend(person.documents.into_iter().map(|document| document.number));
            for word in words {
                assert!(seen.insert(word.clone()), "{word} twice");
            }
        }
    }

    #[test]
    fn the_edges_of_age_are_on_the_day() {
        let people = newcomers(today());
        let age = |key: &str| {
            let person = people.iter().find(|person| person.key == key).expect("there");
            let born = BirthDate::parse(&person.birthdate).expect("a day");
            (born.age_on(today()), born.age_on(today() + Duration::DAY))
        };
        assert_eq!((age("bai7"), age("bai8"), age("yu18")), ((7, 8), (8, 8), (18, 18)));
        assert_eq!(age("song16").0, 16);
        let leap = Date::from_calendar_date(2028, Month::February, 29).expect("a day");
        assert!(newcomers(leap).iter().all(|person| BirthDate::parse(&person.birthdate).is_some()));
    }
}
