//! Whom the registry knows: personas and newcomers, by their documents.

use crate::sandbox::chip::ChipDocument;
use crate::sandbox::newcomer::{AtRegistry, newcomers};
use crate::sandbox::registry::{PERSONAS, Persona, Standing, Way, reference_of};
use std::collections::HashMap;
use time::Date;

/// Cards of personas last as long as anybody plays.
const LAST_DAY: &str = "2049-12-31";

/// Somebody.
pub(super) struct Somebody {
    pub key: String,
    pub name: String,
    /// As forms and zones may have it.
    names: Vec<String>,
    pub birthdate: String,
    pub phone: String,
    pub documents: Vec<Paper>,
    pub standing: AtRegistry,
}

/// A document.
pub(super) struct Paper {
    pub kind: &'static str,
    pub number: String,
    pub last_day: Option<String>,
}

/// What people call a kind of document, in Chinese and in English.
pub(super) fn called(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "resident_identity_card" => ("居民身份证", "resident identity card"),
        "passport" => ("护照", "passport"),
        "hong_kong_macao_permit" => ("港澳居民来往内地通行证", "Hong Kong or Macao travel permit"),
        "taiwan_permit" => ("台湾居民来往大陆通行证", "Taiwan travel permit"),
        "residence_permit" => ("港澳台居民居住证", "residence permit"),
        _ => ("外国人永久居留身份证", "foreign permanent resident card"),
    }
}

impl Paper {
    fn is(&self, kind: &str, number: &str) -> bool {
        self.kind == kind && self.number == number
    }
}

/// Everybody.
pub(super) struct People {
    all: Vec<Somebody>,
    /// As many of them are newcomers: the first ones.
    newcomers: usize,
    /// By the number: no two kinds have numbers of one form.
    by_document: HashMap<String, usize>,
    by_reference: HashMap<String, usize>,
}

impl People {
    /// Everybody in a sandbox that was made on `day`.
    pub fn of(day: Date) -> Self {
        let more = (1..).map_while(|number| Persona::more(number, Way::PinAndCode));
        let personas = PERSONAS.iter().cloned().chain(more).map(|persona| persona_of(&persona, day));
        let newcomers: Vec<_> = newcomers(day)
            .into_iter()
            .map(|newcomer| Somebody {
                key: newcomer.key.to_owned(),
                name: newcomer.name.to_owned(),
                names: vec![plain(newcomer.name), plain(&format!("{}{}", newcomer.latin.0, newcomer.latin.1))],
                birthdate: newcomer.birthdate,
                phone: newcomer.phone,
                documents: newcomer
                    .documents
                    .into_iter()
                    .map(|document| Paper {
                        kind: document.kind.word(),
                        number: document.number,
                        last_day: document.last_day,
                    })
                    .collect(),
                standing: newcomer.registry,
            })
            .collect();
        let count = newcomers.len();
        let all: Vec<_> = newcomers.into_iter().chain(personas).collect();
        let numbered = || all.iter().enumerate();
        let documents = numbered()
            .flat_map(|(place, somebody)| somebody.documents.iter().map(move |paper| (paper.number.clone(), place)));
        Self {
            by_document: documents.collect(),
            by_reference: numbered().map(|(place, somebody)| (somebody.reference(), place)).collect(),
            all,
            newcomers: count,
        }
    }

    /// Newcomers first, then the personas.
    pub fn all(&self) -> &[Somebody] {
        &self.all
    }

    /// Those whom a page offers, newcomers and personas: all but the crowd that was added later.
    pub fn offered(&self) -> (&[Somebody], &[Somebody]) {
        let (newcomers, personas) = self.all.split_at(self.newcomers);
        let listed = personas.iter().take_while(|somebody| !somebody.key.starts_with("more-")).count();
        (newcomers, &personas[..listed])
    }

    pub fn by_document(&self, kind: &str, number: &str) -> Option<&Somebody> {
        self.all
            .get(*self.by_document.get(number)?)
            .filter(|found| found.documents.iter().any(|paper| paper.is(kind, number)))
    }

    pub fn by_reference(&self, reference: &str) -> Option<&Somebody> {
        self.all.get(*self.by_reference.get(reference)?)
    }
}

impl Somebody {
    /// The pseudonym for us: the same for each of their documents, and without any of their data.
    pub fn reference(&self) -> String {
        reference_of(&self.key).expose().to_owned()
    }

    /// Whether they are called so: in their script or in Latin letters, however it is spaced.
    pub fn is_called(&self, name: &str) -> bool {
        self.names.contains(&plain(name))
    }
}

fn persona_of(persona: &Persona, day: Date) -> Somebody {
    let identity = persona.identity(day.year());
    let passport = ChipDocument::of_persona(persona, day);
    Somebody {
        key: persona.key.to_string(),
        names: vec![plain(&identity.name)],
        name: identity.name,
        birthdate: identity.birthdate,
        phone: identity.phone,
        documents: vec![
            Paper {
                kind: "resident_identity_card",
                number: identity.document_number,
                last_day: Some(LAST_DAY.to_owned()),
            },
            Paper { kind: passport.kind.word(), number: passport.number, last_day: Some(passport.expires.to_string()) },
        ],
        standing: match persona.standing {
            Standing::Suspended => AtRegistry::Suspended,
            Standing::Active | Standing::Under18 | Standing::Under14 => AtRegistry::Known,
        },
    }
}

/// Without what printers and machine-readable zones add.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Month;

    fn people() -> People {
        People::of(Date::from_calendar_date(2026, Month::November, 28).expect("a day"))
    }

    fn by_key<'a>(people: &'a People, key: &str) -> &'a Somebody {
        people.all.iter().find(|somebody| somebody.key == key).expect("there")
    }

    /// PROTOCOL 9: "its own pairwise pseudonym for us, no attribute".
    #[test]
    fn all_documents_of_a_person_lead_to_one_reference() {
        let people = people();
        let gao = by_key(&people, "gao");
        let of = |paper: &Paper| people.by_document(paper.kind, &paper.number).expect("known").reference();
        assert_eq!(of(&gao.documents[0]), of(&gao.documents[1]));
        assert!(people.by_reference(&gao.reference()).is_some_and(|found| found.key == "gao"));
        assert_eq!(people.by_reference.len(), people.all.len(), "nobody shares a reference");
        let papers: usize = people.all.iter().map(|somebody| somebody.documents.len()).sum();
        assert_eq!(people.by_document.len(), papers, "nobody shares a number");
    }

    #[test]
    fn a_name_is_known_however_a_document_writes_it() {
        let people = people();
        let gao = by_key(&people, "gao");
        for name in ["高远帆", "GAO<<YUANFAN", "Gao, Yuanfan", "GAO YUAN FAN<<<<"] {
            assert!(gao.is_called(name), "{name}");
        }
        assert!(!gao.is_called("高远"));
    }

    #[test]
    fn personas_are_known_to_the_registry() {
        let people = people();
        assert_eq!(by_key(&people, "sun").standing, AtRegistry::Suspended);
        let more = by_key(&people, "more-800");
        assert!(more.is_called(&more.name));
        let lin = by_key(&people, "lin");
        let of = |paper: &Paper| people.by_document(paper.kind, &paper.number).expect("known").reference();
        assert!(lin.documents.len() == 2 && lin.documents.iter().all(|paper| of(paper) == lin.reference()));
        let (newcomers, personas) = people.offered();
        assert!(newcomers.len() == 14 && personas.len() == PERSONAS.len());
    }
}
